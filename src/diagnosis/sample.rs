//! The few events of a finding that are kept: the three first and the three last, each with its own ids.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::event::{Level, Stamp};
use crate::matcher::Captures;

/// Samples kept at either end.
pub const KEPT: usize = 3;
/// Most bytes of an event's text that a sample holds.
pub const TEXT_LIMIT: usize = 4096;

/// One log, and the host it comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The Jira host, where one was given or told from the path.
    pub node: Option<String>,
    /// The log's name: its path as given, or `stdin`; behind it `:` and the pod, container, program or file where a carrier
    /// names one.
    pub name: String,
}

/// One event of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its time; `None` without a header.
    pub stamp: Option<Stamp>,
    /// The log it stands in.
    pub source: Arc<Source>,
    /// Offset of its first byte in that log; in a carried one, of the line that carries it, as the stream was read.
    pub byte: u64,
    /// Line feeds between `counted_from` and its first byte.
    pub line_feeds: u64,
    /// Where the counting of `line_feeds` began.
    pub counted_from: u64,
    /// Its level.
    pub level: Level,
    /// Its logger, or empty.
    pub logger: String,
    /// Its values.
    pub captures: Captures,
    /// Its text, at most [`TEXT_LIMIT`] bytes.
    pub text: Vec<u8>,
    /// Bytes of the event that `text` lacks, as far as they were kept for matching.
    pub cut: usize,
}

/// What orders samples: time, then source, then place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampleKey {
    /// Milliseconds since 1970; `None` without a time.
    pub instant: Option<i64>,
    /// The log.
    pub source: Arc<Source>,
    /// The place in it.
    pub byte: u64,
}

impl Sample {
    /// The number of its first line in the log, from 1; `None` while what stands before it was not read.
    pub fn line(&self) -> Option<u64> {
        (self.counted_from == 0).then(|| self.line_feeds + 1)
    }

    fn key(&self) -> (Option<i64>, &Source, u64) {
        (self.stamp.map(|stamp| stamp.instant), &self.source, self.byte)
    }
}

/// The first and the last samples of a finding. Events without a time come last among the first and first among the last,
/// so that a timed one is always preferred.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Samples {
    first: Vec<Sample>,
    last: Vec<Sample>,
}

fn compare_first(a: &(Option<i64>, &Source, u64), b: &(Option<i64>, &Source, u64)) -> Ordering {
    a.0.is_none().cmp(&b.0.is_none()).then_with(|| a.cmp(b))
}

impl Samples {
    /// Whether an event with this key would be kept.
    pub fn would_keep(&self, key: &SampleKey) -> bool {
        let key = (key.instant, &*key.source, key.byte);
        let is_among_first =
            self.first.len() < KEPT || self.first.last().is_some_and(|last| compare_first(&key, &last.key()).is_lt());
        is_among_first || self.last.len() < KEPT || self.last.first().is_some_and(|first| key > first.key())
    }

    /// Keeps a sample if it is among the first or the last.
    pub fn add(&mut self, sample: Sample) {
        let at = self.first.partition_point(|kept| compare_first(&kept.key(), &sample.key()).is_lt());
        if self.first.get(at).is_none_or(|kept| kept.key() != sample.key()) && at < KEPT {
            self.first.insert(at, sample.clone());
            self.first.truncate(KEPT);
        }
        let at = self.last.partition_point(|kept| kept.key() < sample.key());
        if self.last.get(at).is_none_or(|kept| kept.key() != sample.key()) && (at > 0 || self.last.len() < KEPT) {
            self.last.insert(at, sample);
            if self.last.len() > KEPT {
                self.last.remove(0);
            }
        }
    }

    /// Adds the samples of another part.
    pub fn merge(&mut self, other: Self) {
        other.first.into_iter().chain(other.last).for_each(|sample| self.add(sample));
    }

    /// Every kept sample once, in order of time.
    pub fn all(&self) -> Vec<&Sample> {
        let mut all: Vec<&Sample> = self.first.iter().chain(&self.last).collect();
        all.sort_by(|a, b| compare_first(&a.key(), &b.key()));
        all.dedup_by(|a, b| a.key() == b.key());
        all
    }

    /// Every kept sample, for mending what is known only at the end.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Sample> {
        self.first.iter_mut().chain(&mut self.last)
    }
}
