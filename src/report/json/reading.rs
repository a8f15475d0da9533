//! Reads a report back: everything that adds up becomes a tally again, exactly as it was. What was worked out from it is
//! left aside, since it is made anew after merging.
//!
//! A report may come from anybody. Numbers that no log can bring about and texts of any length are refused, so that
//! nothing behind this file can overflow or grow without bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::fields::{FURTHEST, attempts, check_length, hash, offset, periods, stamp, time, times, window};
use super::form::{
    LedgerSource, MarkerWord, Redaction, SampleOut, SeenAs, SilentOut, SourceCount, SubjectOut, TimelineOut,
    ValueCount, WindowOut,
};
use super::merge_form::{FindingMerge, NodeMarker, Reached, ReportMerge, SuccessOut};
use crate::catalogue::Catalogue;
use crate::diagnosis::periods::Periods;
use crate::diagnosis::recovery::{LATEST_KEPT, SUCCESSES_KEPT};
use crate::diagnosis::tally::{LEVELS, REACHED_KEPT};
use crate::diagnosis::values::Smallest;
use crate::diagnosis::{
    CaptureKind, FindingTally, Level, Marker, MarkerKind, NodeTally, Range, Sample, Samples, Silence, Source,
    SourceTally, Stamp, SubjectTally, Successes, Tally, Target, Timeline, Window,
};
use crate::report::redact;

/// The sum of all numbers of a report, and of all reports of a run; far beyond any log, far below an overflow.
pub(super) const MOST: u64 = 1 << 60;
/// Longest text of a sample in bytes: what is kept of an event, with every byte escaped.
const LONGEST_TEXT: usize = 64 * 1024;
/// Longest other text in bytes.
const LONGEST_VALUE: usize = 8 * 1024;

/// What is said of a timeline that cannot be.
const NO_WIDTH: &str = "states a width of buckets that never arises";

/// What tells whether the rest can be read.
#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) schema: Option<String>,
    pub(super) tool: Option<HeadTool>,
}

/// The signatures that a report was made with.
#[derive(Deserialize)]
pub(super) struct HeadTool {
    pub(super) signatures_digest: String,
}

/// The part of a report that adds up.
#[derive(Deserialize)]
struct ReportIn {
    findings: Vec<FindingIn>,
    silent: Vec<SilentOut>,
    timeline: TimelineOut,
    redaction: Redaction,
    ledger: LedgerIn,
    merge: ReportMerge,
}

#[derive(Deserialize)]
struct FindingIn {
    signature: String,
    events: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    sources: Vec<SourceCount>,
    subjects: Vec<SubjectOut>,
    captures: BTreeMap<CaptureKind, Vec<ValueCount>>,
    captures_more: Vec<CaptureKind>,
    seen_as: Vec<SeenAs>,
    samples: Vec<SampleOut>,
    merge: FindingMerge,
}

#[derive(Deserialize)]
struct LedgerIn {
    window: Option<WindowOut>,
    sources: Vec<LedgerSource>,
    not_logs: Vec<String>,
}

/// A report as it was before it was written.
pub(super) struct Part {
    pub(super) tally: Tally,
    pub(super) not_logs: Vec<String>,
    /// The span of time that was asked for.
    pub(super) window: Window,
    pub(super) level: redact::Level,
    pub(super) key_id: Option<redact::KeyId>,
    /// Ids of findings that this catalogue does not know, with their events.
    pub(super) unknown: BTreeMap<String, u64>,
    /// The sum of all its numbers.
    pub(super) weight: u64,
}

/// Reads a report whose head was looked at before. The message says what is wrong with it.
pub(super) fn part(report: &[u8], catalogue: &Catalogue) -> Result<Part, String> {
    let report: ReportIn = serde_json::from_slice(report).map_err(|error| format!("is no whole report: {error}"))?;
    let mut reader = Reader { catalogue, weight: 0, sources: BTreeSet::new(), unknown: BTreeMap::new() };
    let tally = reader.tally(report.findings, report.silent, &report.timeline, report.ledger.sources, report.merge)?;
    for name in &report.ledger.not_logs {
        check_length(name, LONGEST_VALUE)?;
    }
    if reader.weight > MOST {
        return Err("holds numbers that no log can bring about".to_owned());
    }
    let key_id = report.redaction.key_id.map(|id| id.parse()).transpose();
    let key_id = key_id.map_err(|error: redact::NoKeyId| format!("holds no id in the place of one: {error}"))?;
    Ok(Part {
        tally,
        not_logs: report.ledger.not_logs,
        window: report.ledger.window.as_ref().map_or(Ok(Window::default()), window)?,
        level: report.redaction.level.parse().map_err(|error: redact::UnknownLevel| error.to_string())?,
        key_id,
        unknown: reader.unknown,
        weight: reader.weight,
    })
}

struct Reader<'c> {
    catalogue: &'c Catalogue,
    weight: u64,
    sources: BTreeSet<Arc<Source>>,
    unknown: BTreeMap<String, u64>,
}

impl Reader<'_> {
    fn tally(
        &mut self,
        findings: Vec<FindingIn>,
        silent: Vec<SilentOut>,
        timeline: &TimelineOut,
        sources: Vec<LedgerSource>,
        merge: ReportMerge,
    ) -> Result<Tally, String> {
        // Whole, so that the compiler asks after whatever a tally is going to hold one day.
        let mut tally = Tally {
            findings: BTreeMap::new(),
            sources: BTreeMap::new(),
            nodes: BTreeMap::new(),
            timeline: self.levels_over_time(timeline)?,
            // Only what goes on over several runs needs them, and reports are summed up once.
            voices: Smallest::default(),
            silences: self.silences(silent)?,
        };
        for source in sources {
            let key = self.source(&source.source, source.node.as_deref())?;
            if tally.sources.insert(Arc::clone(&key), self.seen(source)?).is_some() {
                return Err(format!("names the log {:?} twice", key.name));
            }
        }
        for finding in findings {
            let id = finding.signature.clone();
            let events = finding.events;
            let found = self.finding(finding)?;
            if events == 0 {
                // Only earlier runs have seen it, and their reports hold its events.
                continue;
            }
            let Some(rank) = self.catalogue.rank_of(&id) else {
                check_length(&id, LONGEST_VALUE)?;
                self.unknown.insert(id, events);
                continue;
            };
            if tally.findings.insert(rank, found).is_some() {
                return Err(format!("holds the finding {id} twice"));
            }
        }
        for node in merge.nodes {
            let name = node.node.clone();
            let mut stated = Smallest::default();
            for value in node.stated {
                check_length(&value.value, LONGEST_VALUE)?;
                if let Some(files) = stated.entry(&(value.what, value.value)) {
                    *files = self.number(value.files);
                }
            }
            if node.stated_more {
                stated.say_more();
            }
            let read = NodeTally {
                stated,
                reached: self.reached(node.reached, node.reached_more)?,
                successes: self.successes(node.successes, node.successes_more)?,
                markers: node
                    .markers
                    .into_iter()
                    .map(|marker| self.marker(marker, name.as_deref()))
                    .collect::<Result<_, _>>()?,
                drift: Self::drift(&node.drift, node.drift_more)?,
            };
            tally.nodes.insert(name, read);
        }
        Ok(tally)
    }

    fn finding(&mut self, finding: FindingIn) -> Result<FindingTally, String> {
        let mut tally = FindingTally {
            events: self.number(finding.events),
            first: stamp(finding.first_seen.as_deref())?,
            last: stamp(finding.last_seen.as_deref())?,
            timeline: self.timeline(&finding.merge)?,
            gaps: self.counts(finding.merge.gaps),
            contexts: self.counts(finding.merge.contexts),
            attempts: attempts(&finding.merge.attempts, finding.merge.attempts_more)?,
            sources: BTreeMap::new(),
            captures: BTreeMap::new(),
            subjects: Smallest::default(),
            targets: Smallest::default(),
            seen_as: BTreeMap::new(),
            samples: Samples::default(),
        };
        for source in &finding.sources {
            let events = self.number(source.events);
            tally.sources.insert(self.source(&source.source, source.node.as_deref())?, events);
        }
        for (kind, values) in &finding.captures {
            let kept = tally.captures.entry(*kind).or_default();
            for value in values {
                check_length(&value.value, LONGEST_VALUE)?;
                if let Some(events) = kept.entry(&value.value) {
                    *events = self.number(value.events);
                }
            }
        }
        for kind in &finding.captures_more {
            tally.captures.entry(*kind).or_default().say_more();
        }
        for subject in finding.subjects {
            check_length(&subject.value, LONGEST_VALUE)?;
            let part = SubjectTally {
                events: self.number(subject.events),
                first: stamp(subject.first_seen.as_deref())?,
                last: stamp(subject.last_seen.as_deref())?,
            };
            if let Some(kept) = tally.subjects.entry(&(subject.kind, subject.value)) {
                *kept = part;
            }
        }
        if finding.merge.subjects_more {
            tally.subjects.say_more();
        }
        for target in finding.merge.targets {
            check_length(&target.name, LONGEST_VALUE)?;
            check_length(target.node.as_deref().unwrap_or_default(), LONGEST_VALUE)?;
            let part = SubjectTally {
                events: self.number(target.events),
                first: stamp(target.first_seen.as_deref())?,
                last: stamp(target.last_seen.as_deref())?,
            };
            if let Some(kept) = tally.targets.entry(&Target { name: target.name, node: target.node }) {
                *kept = part;
            }
        }
        if finding.merge.targets_more {
            tally.targets.say_more();
        }
        for other in &finding.seen_as {
            let events = self.number(other.events);
            if let Some(rank) = self.catalogue.rank_of(&other.signature) {
                tally.seen_as.insert(rank, events);
            }
        }
        for sample in finding.samples {
            let sample = self.sample(sample)?;
            tally.samples.add(sample);
        }
        Ok(tally)
    }

    fn sample(&mut self, sample: SampleOut) -> Result<Sample, String> {
        check_length(&sample.text, LONGEST_TEXT)?;
        check_length(&sample.logger, LONGEST_VALUE)?;
        let captures = if sample.merge.captures.is_empty() {
            sample.captures.into_iter().collect()
        } else {
            sample.merge.captures
        };
        for (_, value) in &captures {
            check_length(value, LONGEST_VALUE)?;
        }
        Ok(Sample {
            stamp: stamp(sample.time.as_deref())?,
            source: self.source(&sample.source, sample.node.as_deref())?,
            byte: self.number(sample.byte),
            line_feeds: self.number(sample.merge.line_feeds),
            counted_from: self.number(sample.merge.counted_from),
            level: sample.level,
            logger: sample.logger,
            captures,
            text: sample.text.into_bytes(),
            cut: usize::try_from(self.number(sample.cut_bytes)).unwrap_or(usize::MAX),
        })
    }

    fn seen(&mut self, source: LedgerSource) -> Result<SourceTally, String> {
        let mut zones = Smallest::default();
        for (zone, &events) in &source.merge.zones {
            if let Some(kept) = zones.entry(&offset(zone)?) {
                *kept = self.number(events);
            }
        }
        if source.merge.zones_more {
            zones.say_more();
        }
        let mut ranges = BTreeMap::new();
        let mut end_of_last = 0;
        for range in &source.ranges {
            if range.start < end_of_last || range.end <= range.start {
                return Err(format!(
                    "states ranges of {:?} that are empty, overlap or are out of order",
                    source.source
                ));
            }
            end_of_last = self.number(range.end);
            ranges.insert(range.start, Range { end: range.end, lines: self.number(range.lines) });
        }
        let mut left_out = BTreeMap::new();
        for part in &source.merge.left_out {
            if part.end <= part.start || left_out.insert(part.start, self.number(part.end)).is_some() {
                return Err(format!("states parts of {:?} as left out that are empty or the same", source.source));
            }
        }
        for remark in source.notes.iter().chain(&source.problems) {
            check_length(remark, LONGEST_VALUE)?;
        }
        Ok(SourceTally {
            layout: source.layout,
            bytes: self.number(source.bytes),
            events: self.number(source.events),
            levels: self.levels(&source.levels),
            first: stamp(source.first_event.as_deref())?,
            last: stamp(source.last_event.as_deref())?,
            outside: (stamp(source.merge.first_outside.as_deref())?, stamp(source.merge.last_outside.as_deref())?),
            left_out,
            zones,
            ranges,
            notes: source.notes.into_iter().collect(),
            problems: source.problems.into_iter().collect(),
        })
    }

    fn marker(&mut self, marker: NodeMarker, node: Option<&str>) -> Result<Marker, String> {
        let Stamp { instant, offset } = time(&marker.time)?;
        let version = marker.version;
        if let Some(version) = &version {
            check_length(version, LONGEST_VALUE)?;
        }
        let what = match (marker.what, version) {
            (MarkerWord::Restart, version) => MarkerKind::Started(version),
            (MarkerWord::Version, Some(version)) => MarkerKind::Build(version),
            (MarkerWord::Java, Some(version)) => MarkerKind::Java(version),
            (MarkerWord::InteractiveAuthorisation, _) => MarkerKind::Authorisation,
            (MarkerWord::Version | MarkerWord::Java, None) => return Err("lacks a version".to_owned()),
        };
        Ok(Marker { instant, source: self.source(&marker.source, node)?, byte: self.number(marker.byte), offset, what })
    }

    fn reached(
        &mut self,
        places: Vec<Reached>,
        more: bool,
    ) -> Result<Smallest<String, SubjectTally, REACHED_KEPT>, String> {
        let mut kept = Smallest::default();
        for place in places {
            check_length(&place.name, LONGEST_VALUE)?;
            let part = SubjectTally {
                events: self.number(place.events),
                first: stamp(place.first_seen.as_deref())?,
                last: stamp(place.last_seen.as_deref())?,
            };
            if let Some(entry) = kept.entry(&place.name) {
                *entry = part;
            }
        }
        if more {
            kept.say_more();
        }
        Ok(kept)
    }

    fn successes(
        &mut self,
        successes: Vec<SuccessOut>,
        more: bool,
    ) -> Result<Smallest<(Option<String>, String), Successes, SUCCESSES_KEPT>, String> {
        let mut kept = Smallest::default();
        for success in successes {
            check_length(&success.name, LONGEST_VALUE)?;
            check_length(success.signature.as_deref().unwrap_or_default(), LONGEST_VALUE)?;
            let latest = times(&success.latest)?;
            if latest.len() > LATEST_KEPT {
                return Err(format!("holds {} times of success where at most {LATEST_KEPT} can be", latest.len()));
            }
            let part = Successes {
                events: self.number(success.events),
                periods: Periods::of(success.bucket_seconds, periods(&success.periods)?)
                    .ok_or("states periods of success that cannot be")?,
                latest,
            };
            if let Some(entry) = kept.entry(&(success.signature, success.name)) {
                *entry = part;
            }
        }
        if more {
            kept.say_more();
        }
        Ok(kept)
    }

    fn silences(&mut self, silent: Vec<SilentOut>) -> Result<BTreeMap<String, Silence>, String> {
        let mut silences = BTreeMap::new();
        for silence in silent {
            check_length(&silence.mail_server, LONGEST_VALUE)?;
            let (last, until) = (time(&silence.last_seen)?, time(&silence.silent_until)?);
            let usual = self.number(silence.usual_gap_seconds);
            silences.insert(silence.mail_server, Silence { last, usual, until });
        }
        Ok(silences)
    }

    fn drift(drift: &BTreeMap<String, Option<i64>>, more: bool) -> Result<Smallest<u64, Option<i64>>, String> {
        let mut kept = Smallest::default();
        for (trace, &millis) in drift {
            if millis.is_some_and(|millis| millis.checked_abs().is_none_or(|size| size / 1000 > FURTHEST)) {
                return Err("states a clock drift that is none".to_owned());
            }
            if let Some(entry) = kept.entry(&hash(trace)?) {
                *entry = millis;
            }
        }
        if more {
            kept.say_more();
        }
        Ok(kept)
    }

    fn levels_over_time(&mut self, timeline: &TimelineOut) -> Result<Timeline<LEVELS>, String> {
        let mut buckets = Vec::new();
        for bucket in &timeline.buckets {
            buckets.push((time(&bucket.start)?.instant.div_euclid(1000), self.levels(&bucket.levels)));
        }
        Timeline::of(timeline.bucket_seconds, buckets).ok_or_else(|| NO_WIDTH.to_owned())
    }

    fn timeline(&mut self, merge: &FindingMerge) -> Result<Timeline<1>, String> {
        if merge.buckets.keys().any(|start| !(-FURTHEST..FURTHEST).contains(start)) {
            return Err("holds a time that is none".to_owned());
        }
        let buckets = merge.buckets.iter().map(|(&start, &events)| (start, [self.number(events)]));
        Timeline::of(merge.bucket_seconds, buckets).ok_or_else(|| NO_WIDTH.to_owned())
    }

    fn levels(&mut self, counts: &BTreeMap<Level, u64>) -> [u64; LEVELS] {
        Level::ALL.map(|level| self.number(counts.get(&level).copied().unwrap_or(0)))
    }

    fn counts<K: Ord>(&mut self, counts: BTreeMap<K, u64>) -> BTreeMap<K, u64> {
        for &count in counts.values() {
            self.number(count);
        }
        counts
    }

    /// One name for each log, however often it is mentioned.
    fn source(&mut self, name: &str, node: Option<&str>) -> Result<Arc<Source>, String> {
        check_length(name, LONGEST_VALUE)?;
        check_length(node.unwrap_or_default(), LONGEST_VALUE)?;
        let source = Source { node: node.map(str::to_owned), name: name.to_owned() };
        if let Some(known) = self.sources.get(&source) {
            return Ok(Arc::clone(known));
        }
        let source = Arc::new(source);
        self.sources.insert(Arc::clone(&source));
        Ok(source)
    }

    /// Takes a number in, and adds it to what is checked at the end.
    fn number(&mut self, number: u64) -> u64 {
        self.weight = self.weight.saturating_add(number);
        number.min(MOST)
    }
}
