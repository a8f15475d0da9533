//! What all runs so far have found of one signature: counts and times, no text of any log.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::diagnosis::tally::widen;
use crate::diagnosis::{FindingTally, Stamp};

/// Logs remembered per finding; more are not needed to see that one of them went on.
const MOST_LOGS: usize = 16;

/// What all runs so far have found of one signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
}

/// A stamp as reports print it.
mod stamp {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Stamp};

    #[expect(clippy::ref_option, reason = "the shape that serde asks for")]
    pub(super) fn serialize<S: Serializer>(stamp: &Option<Stamp>, serializer: S) -> Result<S::Ok, S::Error> {
        stamp.map(|stamp| stamp.to_string()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Stamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| Stamp::from_report(&text).ok_or_else(|| serde::de::Error::custom("is no time"))).transpose()
    }
}
