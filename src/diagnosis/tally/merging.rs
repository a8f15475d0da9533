//! How parts add up: the same for threads, chunks, logs, hosts and reports, in any order and grouping.

use std::collections::BTreeMap;

use super::{
    BINARY, FindingTally, LEADING_NULS, MARKERS_KEPT, Marker, NULS, NodeTally, Range, SourceTally, SubjectTally, Tally,
};
use crate::diagnosis::recovery::Successes;
use crate::event::{Level, Stamp};

impl Tally {
    /// Adds another part.
    pub fn merge(&mut self, other: Self) {
        for (rank, finding) in other.findings {
            match self.findings.get_mut(&rank) {
                Some(mine) => mine.merge(finding),
                None => {
                    self.findings.insert(rank, finding);
                }
            }
        }
        for (source, tally) in other.sources {
            match self.sources.get_mut(&source) {
                Some(mine) => mine.merge(tally),
                None => {
                    self.sources.insert(source, tally);
                }
            }
        }
        for (node, tally) in other.nodes {
            let mine = self.nodes.entry(node).or_default();
            mine.drift.merge(tally.drift, |kept, other| *kept = nearer(*kept, other));
            mine.stated.merge(tally.stated, |sum, count| *sum += count);
            mine.reached.merge(tally.reached, |sum, part| sum.merge(&part));
            mine.successes.merge(tally.successes, Successes::merge);
            tally.markers.into_iter().for_each(|marker| mine.mark(marker));
        }
        self.timeline.merge(&other.timeline);
        self.voices.merge(other.voices, |sum, part| sum.merge(&part));
        for (server, silence) in other.silences {
            // Whoever heard it last knows best.
            match self.silences.get_mut(&server) {
                Some(mine) if (mine.last, mine.until, mine.usual) >= (silence.last, silence.until, silence.usual) => {}
                Some(mine) => *mine = silence,
                None => {
                    self.silences.insert(server, silence);
                }
            }
        }
    }

    /// Joins gapless ranges, and counts the samples' lines from the start of the joined range. What looked binary at its
    /// beginning and turned out to be a log is told as such, and NUL bytes are told once.
    pub fn settle(&mut self) {
        for (source, tally) in &mut self.sources {
            if tally.events > tally.levels[Level::None as usize] {
                tally.problems.remove(BINARY);
            }
            if tally.notes.iter().any(|note| note.ends_with(LEADING_NULS)) {
                tally.notes.remove(NULS);
            }
            let mut joined: BTreeMap<u64, Range> = BTreeMap::new();
            // For each part that was counted on its own: where its joined range starts, and the lines before it there.
            let mut moved: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
            for (&start, &part) in &tally.ranges {
                match joined.last_entry().filter(|last| last.get().end == start) {
                    Some(mut last) => {
                        moved.insert(start, (*last.key(), last.get().lines));
                        *last.get_mut() = Range { end: part.end, lines: last.get().lines + part.lines };
                    }
                    None => {
                        joined.insert(start, part);
                    }
                }
            }
            tally.ranges = joined;
            let samples = self.findings.values_mut().flat_map(|finding| finding.samples.all_mut());
            for sample in samples.filter(|sample| sample.source == *source) {
                if let Some(&(start, lines)) = moved.get(&sample.counted_from) {
                    (sample.counted_from, sample.line_feeds) = (start, sample.line_feeds + lines);
                }
            }
        }
    }
}

impl FindingTally {
    fn merge(&mut self, other: Self) {
        self.events += other.events;
        widen(&mut self.first, &mut self.last, other.first);
        widen(&mut self.first, &mut self.last, other.last);
        add_counts(&mut self.sources, other.sources);
        for (kind, values) in other.captures {
            self.captures.entry(kind).or_default().merge(values, |sum, count| *sum += count);
        }
        self.subjects.merge(other.subjects, |sum, part| sum.merge(&part));
        self.targets.merge(other.targets, |sum, part| sum.merge(&part));
        add_counts(&mut self.seen_as, other.seen_as);
        add_counts(&mut self.gaps, other.gaps);
        add_counts(&mut self.contexts, other.contexts);
        self.attempts.merge(other.attempts, |(), ()| ());
        self.samples.merge(other.samples);
        self.timeline.merge(&other.timeline);
    }
}

impl SubjectTally {
    pub(super) fn add(&mut self, stamp: Option<Stamp>) {
        self.events += 1;
        widen(&mut self.first, &mut self.last, stamp);
    }

    pub(in crate::diagnosis) fn merge(&mut self, other: &Self) {
        self.events += other.events;
        widen(&mut self.first, &mut self.last, other.first);
        widen(&mut self.first, &mut self.last, other.last);
    }
}

impl SourceTally {
    fn merge(&mut self, other: Self) {
        self.layout = self.layout.max(other.layout);
        self.bytes += other.bytes;
        self.events += other.events;
        for (sum, count) in self.levels.iter_mut().zip(other.levels) {
            *sum += count;
        }
        widen(&mut self.first, &mut self.last, other.first);
        widen(&mut self.first, &mut self.last, other.last);
        widen(&mut self.outside.0, &mut self.outside.1, other.outside.0);
        widen(&mut self.outside.0, &mut self.outside.1, other.outside.1);
        self.zones.merge(other.zones, |sum, count| *sum += count);
        for (from, to) in other.left_out {
            let end = self.left_out.entry(from).or_default();
            *end = to.max(*end);
        }
        self.ranges.extend(other.ranges);
        self.notes.extend(other.notes);
        self.problems.extend(other.problems);
    }
}

impl NodeTally {
    pub(super) fn mark(&mut self, marker: Marker) {
        self.markers.insert(marker);
        if self.markers.len() > MARKERS_KEPT {
            self.markers.pop_first();
        }
    }
}

fn add_counts<K: Ord>(sums: &mut BTreeMap<K, u64>, counts: BTreeMap<K, u64>) {
    for (key, count) in counts {
        *sums.entry(key).or_default() += count;
    }
}

/// Moves the earliest and the latest time apart where needed. Equal instants keep the smaller offset, so that order does not matter.
pub fn widen(first: &mut Option<Stamp>, last: &mut Option<Stamp>, stamp: Option<Stamp>) {
    let Some(stamp) = stamp else { return };
    *first = Some(first.map_or(stamp, |first| first.min(stamp)));
    *last = Some(last.map_or(stamp, |last| last.max(stamp)));
}

/// One refusal is often logged several times: the line nearest to Entra's time tells the clock.
pub(super) fn nearer(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min_by_key(|drift| (drift.abs(), *drift))
}
