//! The objects named `merge` in a report: what `logmedic merge` needs to add reports up exactly, and no person reads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::form::MarkerWord;
use crate::diagnosis::{CaptureKind, Context, EvidenceGap, Stated};

/// What adds up beside the findings and the ledger.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ReportMerge {
    /// What is known of each Jira host.
    pub(super) nodes: Vec<NodeMerge>,
}

/// What is known of one Jira host.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each says of one list that it is not whole")]
pub(super) struct NodeMerge {
    /// Its name; null where none was given.
    pub(super) node: Option<String>,
    /// Start-ups, versions and authorisations: the 32 last.
    pub(super) markers: Vec<NodeMarker>,
    /// Log time minus Entra's time in milliseconds, by hash of the Trace ID.
    pub(super) drift: BTreeMap<String, Option<i64>>,
    /// Whether there were more Trace IDs than are kept.
    pub(super) drift_more: bool,
    /// What files beside its logs state.
    pub(super) stated: Vec<StatedValue>,
    /// Whether they stated more than is kept.
    pub(super) stated_more: bool,
    /// Hosts and mail servers that answered it: the 64 smallest names.
    pub(super) reached: Vec<Reached>,
    /// Whether more answered than are kept.
    pub(super) reached_more: bool,
    /// What was seen to work: the 64 smallest names.
    pub(super) successes: Vec<SuccessOut>,
    /// Whether more was seen to work than is kept.
    pub(super) successes_more: bool,
}

/// The lines of success that name one thing.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SuccessOut {
    /// The signature whose recovery lines they are; null where a mail server was polled.
    pub(super) signature: Option<String>,
    /// The mail server, or what the lines name in brackets.
    pub(super) name: String,
    /// Number of them.
    pub(super) events: u64,
    /// Width of the buckets of `periods`.
    pub(super) bucket_seconds: u32,
    /// Earliest and latest time, parted by a slash, of each bucket that is not empty, parted by blanks: at most 48.
    pub(super) periods: String,
    /// Times of the 16 latest, parted by blanks.
    pub(super) latest: String,
}

/// What a line of success must name for a finding to be over.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct TargetOut {
    /// The mail server, or what the signature's lines of recovery name.
    pub(super) name: String,
    /// The Jira host on which it failed.
    pub(super) node: Option<String>,
    /// Number of events.
    pub(super) events: u64,
    /// Time of the earliest.
    pub(super) first_seen: Option<String>,
    /// Time of the latest.
    pub(super) last_seen: Option<String>,
}

/// A host or mail server that answered a node.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Reached {
    /// Its name, with the port where the log tells it.
    pub(super) name: String,
    /// Number of events that show it.
    pub(super) events: u64,
    /// Time of the earliest of them.
    pub(super) first_seen: Option<String>,
    /// Time of the latest of them.
    pub(super) last_seen: Option<String>,
}

/// What files beside a node's logs state.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct StatedValue {
    /// Of what.
    pub(super) what: Stated,
    /// The version, or the zone.
    pub(super) value: String,
    /// Number of files that state it.
    pub(super) files: u64,
}

/// Something that happened on a node, and where it stands.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct NodeMarker {
    /// When.
    pub(super) time: String,
    /// In which log.
    pub(super) source: String,
    /// At which byte.
    pub(super) byte: u64,
    /// What.
    pub(super) what: MarkerWord,
    /// The version that was logged with it.
    pub(super) version: Option<String>,
}

/// What adds up of a finding.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct FindingMerge {
    /// Events by what their evidence lacks.
    pub(super) gaps: BTreeMap<EvidenceGap, u64>,
    /// Events by who was at work.
    pub(super) contexts: BTreeMap<Context, u64>,
    /// Hashes of distinct Trace IDs, hexadecimal, parted by blanks: the 1024 smallest.
    pub(super) attempts: String,
    /// Whether there were more.
    pub(super) attempts_more: bool,
    /// Whether there were more subjects than are kept.
    pub(super) subjects_more: bool,
    /// What lines of success must name: the 64 smallest names.
    pub(super) targets: Vec<TargetOut>,
    /// Whether there were more.
    pub(super) targets_more: bool,
    /// Width of a bucket of this finding's own timeline.
    pub(super) bucket_seconds: u32,
    /// Its events by start of the bucket, in seconds since 1970 (UTC).
    pub(super) buckets: BTreeMap<i64, u64>,
}

/// What a sample needs to find its line.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SampleMerge {
    /// Offset from which `line_feeds` are counted.
    pub(super) counted_from: u64,
    /// Line feeds between there and the event's first byte.
    pub(super) line_feeds: u64,
    /// All values one by one, where several are of one kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) captures: Vec<(CaptureKind, String)>,
}

/// What adds up of a log.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SourceMerge {
    /// Events by the offset from UTC that their times state.
    pub(super) zones: BTreeMap<String, u64>,
    /// Whether there were more offsets than are kept.
    pub(super) zones_more: bool,
    /// Time of the earliest event that was read and lies outside the window.
    pub(super) first_outside: Option<String>,
    /// Time of the latest event that was read and lies outside the window.
    pub(super) last_outside: Option<String>,
    /// The parts that were not read since they lie outside the window.
    pub(super) left_out: Vec<LeftOut>,
}

/// A part of a log that nobody asked for.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LeftOut {
    /// Its first byte.
    pub(super) start: u64,
    /// The first byte behind it.
    pub(super) end: u64,
}
