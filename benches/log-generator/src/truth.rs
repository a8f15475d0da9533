//! What a generated log holds, so that a scan of it can be judged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::scribe::Level;

/// The contents of one generated log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// Bytes written.
    pub bytes: u64,
    /// Lines written; each ends with a line end.
    pub lines: u64,
    /// Events written.
    pub events: u64,
    /// Events of each level that occurs.
    pub levels: BTreeMap<String, u64>,
    /// Events of each signature that occurs.
    pub signatures: BTreeMap<String, SignatureTruth>,
    /// Time of the first event; `None` in an empty log.
    pub first_event: Option<String>,
    /// Time of the last event; `None` in an empty log.
    pub last_event: Option<String>,
}

/// The events of one signature in a generated log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureTruth {
    /// How many events hold it.
    pub events: u64,
    /// Time of the first: RFC 3339 with milliseconds and the log's offset, or no offset.
    pub first: String,
    /// Time of the last, in the same form.
    pub last: String,
}

/// Counts while the log is being written.
pub(crate) struct Counts {
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
    levels: [Span; Level::ALL.len()],
    signatures: Vec<Span>,
}

/// How often something occurred, and when first and last.
#[derive(Clone, Copy, Default)]
struct Span {
    events: u64,
    first: u64,
    last: u64,
}

impl Counts {
    pub(crate) fn new(signatures: usize) -> Self {
        let levels = [Span::default(); Level::ALL.len()];
        Self { bytes: 0, lines: 0, levels, signatures: vec![Span::default(); signatures] }
    }

    /// Counts an event and, if it holds a known error, the number of that error.
    pub(crate) fn add_event(&mut self, level: Level, known: Option<usize>, moment: u64) {
        self.levels[level as usize].add(moment);
        if let Some(span) = known.and_then(|number| self.signatures.get_mut(number)) {
            span.add(moment);
        }
    }

    /// The final truth; `names` holds the signature of each known error, which may repeat.
    pub(crate) fn into_truth<'a>(self, names: impl Iterator<Item = &'a str>, clock: &Clock) -> Truth {
        let mut merged: BTreeMap<String, Span> = BTreeMap::new();
        for (name, span) in names.zip(&self.signatures) {
            merged.entry(name.to_owned()).or_default().merge(*span);
        }
        let mut all = Span::default();
        for span in self.levels {
            all.merge(span);
        }
        let shown = |moment| (all.events > 0).then(|| clock.rfc3339(moment));
        Truth {
            bytes: self.bytes,
            lines: self.lines,
            events: all.events,
            levels: Level::ALL
                .into_iter()
                .map(|level| (level.label().to_owned(), self.levels[level as usize].events))
                .filter(|(_, events)| *events > 0)
                .collect(),
            signatures: merged
                .into_iter()
                .filter(|(_, span)| span.events > 0)
                .map(|(name, span)| (name, span.into_truth(clock)))
                .collect(),
            first_event: shown(all.first),
            last_event: shown(all.last),
        }
    }
}

impl Span {
    fn add(&mut self, moment: u64) {
        if self.events == 0 {
            self.first = moment;
        }
        self.last = moment;
        self.events += 1;
    }

    fn merge(&mut self, other: Self) {
        if other.events == 0 {
            return;
        }
        self.first = if self.events == 0 { other.first } else { self.first.min(other.first) };
        self.last = self.last.max(other.last);
        self.events += other.events;
    }

    fn into_truth(self, clock: &Clock) -> SignatureTruth {
        SignatureTruth { events: self.events, first: clock.rfc3339(self.first), last: clock.rfc3339(self.last) }
    }
}
