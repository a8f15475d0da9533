//! Counting events by level and time: most have no other use, so this is the hot part of a scan.

use super::Scanner;
use crate::diagnosis::tally::{LEVELS, widen};
use crate::event::{Level, Stamp};

/// Neighbouring events of one timeline bucket and one zone, counted here so that the maps are asked once a run.
#[derive(Debug, Clone)]
pub(super) struct Run {
    start: i64,
    end: i64,
    counts: [u64; LEVELS],
    first: Stamp,
    last: Stamp,
}

impl Run {
    /// A run that no event belongs to.
    pub(super) const EMPTY: Self = {
        let none = Stamp { instant: 0, offset: None };
        Self { start: 0, end: 0, counts: [0; LEVELS], first: none, last: none }
    };
}

impl Scanner<'_> {
    /// Whether an event of this time is not asked for. One without a time always is.
    #[inline]
    pub(super) fn is_outside(&mut self, stamp: Option<Stamp>) -> bool {
        let Some(stamp) = stamp.filter(|stamp| self.facts.window.side(*stamp).is_ne()) else { return false };
        widen(&mut self.seen.outside.0, &mut self.seen.outside.1, Some(stamp));
        true
    }

    #[inline]
    pub(super) fn count(&mut self, level: Level, stamp: Option<Stamp>) {
        let Some(stamp) = stamp else {
            self.seen.events += 1;
            self.seen.levels[level as usize] += 1;
            return;
        };
        let run = &mut self.run;
        if (run.start..run.end).contains(&stamp.instant) && stamp.offset == run.first.offset {
            run.counts[level as usize] += 1;
            if stamp.instant < run.first.instant {
                run.first = stamp;
            } else if stamp.instant > run.last.instant {
                run.last = stamp;
            }
            return;
        }
        self.end_run();
        let (start, end) = self.tally.timeline.bucket_of(stamp.instant);
        self.run = Run { start, end, counts: [0; LEVELS], first: stamp, last: stamp };
        self.run.counts[level as usize] += 1;
    }

    pub(super) fn end_run(&mut self) {
        let run = std::mem::replace(&mut self.run, Run::EMPTY);
        let events: u64 = run.counts.iter().sum();
        if events == 0 {
            return;
        }
        self.tally.timeline.add(run.start, run.counts);
        self.seen.events += events;
        for (sum, count) in self.seen.levels.iter_mut().zip(run.counts) {
            *sum += count;
        }
        widen(&mut self.seen.first, &mut self.seen.last, Some(run.first));
        widen(&mut self.seen.first, &mut self.seen.last, Some(run.last));
        if let Some(count) = self.seen.zones.entry(&run.first.offset) {
            *count += events;
        }
    }
}
