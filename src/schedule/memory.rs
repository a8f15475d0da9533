//! What all runs so far have found of one signature: counts and times, no text of any log.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::diagnosis::tally::widen;
use crate::diagnosis::{FindingTally, Moment, PastStanding, Stamp, Standing, Status};

/// Logs remembered per finding; more are not needed to see that one of them went on.
const MOST_LOGS: usize = 16;

/// Things that a finding hit and that are remembered.
const MOST_STANDINGS: usize = 256;

/// What all runs so far have found of one signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Number of events.
    pub events: u64,
    /// Time of the earliest.
    #[serde(with = "stamp")]
    pub first: Option<Stamp>,
    /// Time of the latest.
    #[serde(with = "stamp")]
    pub last: Option<Stamp>,
    /// The logs in which it was found.
    pub logs: BTreeSet<String>,
    /// Whether one of these logs has gone on without it since.
    pub quiet: bool,
    /// How it stood after the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// How what it hit stands, by hash of the name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standings: Vec<MemoryStanding>,
}

/// How one thing stands that a finding has hit. Its name is text of a log, so only a hash of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryStanding {
    /// Hash of the name.
    pub id: u64,
    /// When it last failed.
    #[serde(with = "stamp")]
    pub last: Option<Stamp>,
    /// When it worked again.
    #[serde(with = "stamp")]
    pub recovered: Option<Stamp>,
    /// Whether that was the first success after the failure.
    pub is_first: bool,
}

impl Memory {
    /// Adds what another run found, in these logs.
    pub fn add(&mut self, found: &FindingTally, logs: impl Iterator<Item = String>) {
        self.quiet = false;
        self.events += found.events;
        widen(&mut self.first, &mut self.last, found.first);
        widen(&mut self.first, &mut self.last, found.last);
        self.logs.extend(logs);
        while self.logs.len() > MOST_LOGS {
            self.logs.pop_last();
        }
    }

    /// Keeps how what it hit stands after a run; of too many those that failed last.
    pub fn keep_standings(&mut self, standings: &[Standing]) {
        let memory = |standing: &Standing| MemoryStanding {
            id: standing.id,
            last: standing.last,
            recovered: standing.recovered.map(|moment| moment.at),
            is_first: standing.recovered.is_some_and(|moment| moment.is_first),
        };
        self.standings = standings.iter().map(memory).collect();
        self.standings.sort_by_key(|standing| (std::cmp::Reverse(standing.last), standing.id));
        self.standings.truncate(MOST_STANDINGS);
    }
}

impl From<MemoryStanding> for PastStanding {
    fn from(memory: MemoryStanding) -> Self {
        let recovered = memory.recovered.map(|at| Moment { at, is_first: memory.is_first });
        Self { id: memory.id, last: memory.last, recovered }
    }
}

/// A stamp as reports print it.
pub(super) mod stamp {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Stamp};

    #[expect(clippy::ref_option, reason = "the shape that serde asks for")]
    pub(in crate::schedule) fn serialize<S: Serializer>(
        stamp: &Option<Stamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        stamp.map(|stamp| stamp.to_string()).serialize(serializer)
    }

    pub(in crate::schedule) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Stamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| Stamp::from_report(&text).ok_or_else(|| serde::de::Error::custom("is no time"))).transpose()
    }
}
