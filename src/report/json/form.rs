//! The fields of `logmedic.report/1`, in their order. `docs/report.schema.json` is made from these types and their words.
//!
//! What two reports need to be added up but nobody reads stands in objects named `merge`. Types that are read back too
//! derive `Deserialize`; of the others `reading` knows the part that adds up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::merge_form::{FindingMerge, ReportMerge, SampleMerge, SourceMerge};
use crate::catalogue::{Category, Restart, Role, Severity, Side};
use crate::diagnosis::{Activity, CaptureKind, Context, EvidenceGap, Force, Layout, Level, Status};

/// The outcome of a scan, or of several scans whose reports were merged.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Report {
    /// The meaning of this format: `logmedic.report/1`. A change of meaning raises the number; keys may be added.
    pub(super) schema: &'static str,
    /// What made the report.
    pub(super) tool: Tool,
    /// The guide whose steps the remedies name.
    pub(super) guide: GuideName,
    /// What the logs say about the installation.
    pub(super) environment: Environment,
    /// Known errors that were found: active first, then by severity, then the latest first.
    pub(super) findings: Vec<FindingOut>,
    /// What happened on a node in the hour before a cause.
    pub(super) before: Vec<MarkerOut>,
    /// Mail servers that have stopped logging, as runs with a state see.
    pub(super) silent: Vec<SilentOut>,
    /// Timed events by level and by finding.
    pub(super) timeline: TimelineOut,
    /// The state that the scan went on from; only with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<StateOut>,
    /// Findings that somebody does not want to be told; only where there are entries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) suppressions: Vec<SuppressionOut>,
    /// How much was masked.
    pub(super) redaction: Redaction,
    /// What was read, and what was not.
    pub(super) ledger: LedgerOut,
    /// What `logmedic merge` needs beside the other fields.
    pub(super) merge: ReportMerge,
}

/// The state that a scan went on from.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct StateOut {
    /// The number of this run in the life of the state.
    pub(super) generation: u64,
    /// Whether what was found is taken as known.
    pub(super) accepted: bool,
    /// Whether only what is new was asked for.
    pub(super) only_new: bool,
}

/// An entry of a suppressions file.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SuppressionOut {
    /// The signature's id.
    pub(super) signature: String,
    /// The only subject that it holds for; null for all.
    pub(super) subject: Option<String>,
    /// Why.
    pub(super) reason: String,
    /// The last day on which it holds, as it was written.
    pub(super) until: String,
    /// Whether it holds.
    pub(super) force: Force,
    /// Events of the finding in this run.
    pub(super) events: u64,
}

/// What made the report.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Tool {
    /// `logmedic`.
    pub(super) name: &'static str,
    /// Its release.
    pub(super) version: &'static str,
    /// Names the exact signatures; only reports with equal digests are merged.
    pub(super) signatures_digest: String,
}

/// The guide whose steps the remedies name.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct GuideName {
    /// Its title.
    pub(super) title: &'static str,
    /// Its address.
    pub(super) url: &'static str,
    /// The date of its last change that the program knows.
    pub(super) updated: &'static str,
}

/// What the logs say about the installation; null where they do not.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Environment {
    /// Jira's version at the last start-up.
    pub(super) jira: Option<String>,
    /// Version of Jira Service Management.
    pub(super) jsm: Option<String>,
    /// The Java version at the last start-up.
    pub(super) java: Option<String>,
    /// The time zone that a support zip states.
    pub(super) time_zone: Option<String>,
    /// `microsoft` where a finding shows it.
    pub(super) provider: Option<&'static str>,
    /// `imap`, `pop`, `smtp` or `graph`, where a finding shows it.
    pub(super) protocol: Option<&'static str>,
    /// Mail servers and handlers that findings name.
    pub(super) mail_servers: Vec<String>,
    /// Jira hosts whose logs were read.
    pub(super) nodes: Vec<String>,
}

/// All events that one signature owns.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct FindingOut {
    /// The signature's id.
    pub(super) signature: String,
    /// The signature's title.
    pub(super) title: String,
    /// How bad it is here: an experimental or a passing one counts as a warning.
    pub(super) severity: Severity,
    /// The part that it plays in an outage.
    pub(super) role: Role,
    /// The group of its signature.
    pub(super) category: Category,
    /// What the evidence lacks, in every single event; null when it is whole.
    pub(super) evidence: Option<EvidenceGap>,
    /// Who was at work when it was met.
    pub(super) context: Context,
    /// Whether it goes on, measured against the newest event of the scan.
    pub(super) activity: Activity,
    /// How it stands over all runs that a state remembers; without one, over the time of the logs.
    pub(super) status: Status,
    /// When all that it hit had worked again, as lines of success show; null where something has not, or no line can tell.
    pub(super) recovered: Option<String>,
    /// How each thing stands that it hit and that a line of success can name.
    pub(super) recovery: Vec<RecoveryOut>,
    /// Number of events.
    pub(super) events: u64,
    /// Number of events over all runs that a state remembers.
    pub(super) total_events: u64,
    /// Whether somebody does not want to be told; only where it is so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) suppressed: bool,
    /// Distinct Trace IDs, at most 1024; null when the events carry none.
    pub(super) attempts: Option<u64>,
    /// Time of the earliest event of all runs that a state remembers, in the log's own offset from UTC; null when none
    /// has a time.
    pub(super) first_seen: Option<String>,
    /// Time of the latest event.
    pub(super) last_seen: Option<String>,
    /// Events per log.
    pub(super) sources: Vec<SourceCount>,
    /// What was hit, so that two outages of one kind are told apart; the 16 smallest.
    pub(super) subjects: Vec<SubjectOut>,
    /// What lays it to the nodes that it was seen on; null where nothing does, or no cluster was read.
    pub(super) node_skew: Option<NodeSkewOut>,
    /// Distinct values of what the events carry, the most frequent first; of each kind the 16 smallest.
    pub(super) captures: BTreeMap<CaptureKind, Vec<ValueCount>>,
    /// Kinds of which there were more values than are kept.
    pub(super) captures_more: Vec<CaptureKind>,
    /// Other signatures in the same events.
    pub(super) seen_as: Vec<SeenAs>,
    /// The guide's steps in the remedy.
    pub(super) guide_steps: Vec<String>,
    /// What to do, in order.
    pub(super) remedy: Vec<RemedyOut>,
    /// Whether Jira must be restarted.
    pub(super) restart: Restart,
    /// What not to do.
    pub(super) dont: Vec<String>,
    /// How to see that it worked.
    pub(super) verify: String,
    /// What the error means.
    pub(super) meaning: String,
    /// What may have brought it about.
    pub(super) causes: Vec<String>,
    /// What it is not.
    pub(super) not_this: Vec<String>,
    /// Where to read more.
    pub(super) references: Vec<String>,
    /// Signatures of the findings that brought it about.
    pub(super) caused_by: Vec<String>,
    /// Signatures of the findings that it brought about.
    pub(super) effects: Vec<String>,
    /// The three first and the three last events.
    pub(super) samples: Vec<SampleOut>,
    /// What `logmedic merge` needs beside the other fields.
    pub(super) merge: FindingMerge,
}

/// A mail server that used to log and has stopped, on every host that was scanned.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SilentOut {
    /// Its name in Jira.
    pub(super) mail_server: String,
    /// Time of its last line.
    pub(super) last_seen: String,
    /// The usual time between two of its lines, in seconds.
    pub(super) usual_gap_seconds: u64,
    /// Time of the newest line of the other logs.
    pub(super) silent_until: String,
}

/// How one thing stands that a finding has hit.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RecoveryOut {
    /// The mail server, or what the signature's lines of recovery name; null where an earlier run has seen it and nothing in
    /// this one names it.
    pub(super) name: Option<String>,
    /// The Jira host, where only a success on the same one counts.
    pub(super) node: Option<String>,
    /// Time of its last failure.
    pub(super) last_seen: Option<String>,
    /// Time of a success after that; null where there is none.
    pub(super) recovered: Option<String>,
    /// Whether there were earlier successes after the failure, whose times were not kept.
    pub(super) recovered_earlier: bool,
}

/// Events of a finding in one log.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SourceCount {
    /// The log's name.
    pub(super) source: String,
    /// The Jira host it comes from.
    pub(super) node: Option<String>,
    /// Number of events.
    pub(super) events: u64,
}

/// What shows that an error is its nodes' own: other nodes reached the same place meanwhile.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct NodeSkewOut {
    /// The host or mail server.
    pub(super) place: String,
    /// The nodes that reached it.
    pub(super) reached_by: Vec<String>,
}

/// One thing that a finding hits.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SubjectOut {
    /// What it is.
    pub(super) kind: CaptureKind,
    /// Its name.
    pub(super) value: String,
    /// Number of events.
    pub(super) events: u64,
    /// Time of the earliest event.
    pub(super) first_seen: Option<String>,
    /// Time of the latest event.
    pub(super) last_seen: Option<String>,
    /// Whether it goes on.
    pub(super) activity: Activity,
}

/// A value and the events that carry it.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ValueCount {
    /// The value.
    pub(super) value: String,
    /// Number of events.
    pub(super) events: u64,
}

/// Another signature in the events of a finding.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SeenAs {
    /// Its id.
    pub(super) signature: String,
    /// Number of events.
    pub(super) events: u64,
}

/// One thing to do.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RemedyOut {
    /// Id of the guide's item or of our own remedy; null for a text of the signature.
    pub(super) step: Option<String>,
    /// On which side it is done.
    pub(super) side: Side,
    /// Who is needed.
    pub(super) needs: String,
    /// The menu path or place.
    #[serde(rename = "where")]
    pub(super) place: String,
    /// What to do.
    pub(super) text: String,
    /// Whether it stands in the guide.
    pub(super) in_guide: bool,
    /// Whether it begins another way to reach the same.
    pub(super) alternative: bool,
}

/// One event of a finding.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SampleOut {
    /// The log it stands in.
    pub(super) source: String,
    /// The Jira host it comes from.
    pub(super) node: Option<String>,
    /// Number of its first line, from 1; null while what stands before it was not read.
    pub(super) line: Option<u64>,
    /// Offset of its first byte in the plain log.
    pub(super) byte: u64,
    /// Its time; null without a header.
    pub(super) time: Option<String>,
    /// Its level.
    pub(super) level: Level,
    /// Its logger, or empty.
    pub(super) logger: String,
    /// Its values; several of one kind are joined by commas.
    pub(super) captures: BTreeMap<CaptureKind, String>,
    /// Its text, masked, at most 4 KiB of it before masking.
    pub(super) text: String,
    /// Bytes of the event that `text` lacks, as far as they were kept for matching.
    pub(super) cut_bytes: u64,
    /// What `logmedic merge` needs beside the other fields.
    pub(super) merge: SampleMerge,
}

/// Something that happened on a node.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct MarkerOut {
    /// The Jira host.
    pub(super) node: Option<String>,
    /// When.
    pub(super) time: String,
    /// What.
    pub(super) what: MarkerWord,
    /// The version that was logged with it.
    pub(super) version: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum MarkerWord {
    /// Jira finished starting.
    Restart,
    /// The start-up banner named Jira's version.
    Version,
    /// The start-up banner named the Java version.
    Java,
    /// Somebody was authorising an integration in the browser.
    InteractiveAuthorisation,
}

/// Timed events in buckets that are aligned to UTC.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct TimelineOut {
    /// Width of a bucket.
    pub(super) bucket_seconds: u32,
    /// The buckets that are not empty, at most 120.
    pub(super) buckets: Vec<BucketOut>,
}

/// The events of one bucket.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct BucketOut {
    /// Its start, UTC.
    pub(super) start: String,
    /// Events by level.
    pub(super) levels: BTreeMap<Level, u64>,
    /// Events by signature.
    #[serde(skip_deserializing)]
    pub(super) findings: BTreeMap<String, u64>,
}

/// How much was masked.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Redaction {
    /// `off`, `secrets` or `full`.
    pub(super) level: String,
    /// Names the key of the pseudonyms; null when they are numbered or there are none.
    pub(super) key_id: Option<String>,
    /// How many values are masked in this report, by class.
    #[serde(skip_deserializing)]
    pub(super) masked: BTreeMap<String, u64>,
    /// How far the masking can be trusted.
    #[serde(skip_deserializing)]
    pub(super) note: &'static str,
}

/// What was read, and what was not.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LedgerOut {
    /// Whether all that was named was analysed.
    pub(super) complete: bool,
    /// The span of time that was asked for; null where all of it was.
    pub(super) window: Option<WindowOut>,
    /// Each log.
    pub(super) sources: Vec<LedgerSource>,
    /// All that was not analysed, and why.
    pub(super) problems: Vec<String>,
    /// What is worth knowing of a host or of the whole scan.
    pub(super) notes: Vec<String>,
    /// Files in scanned folders that are no logs.
    pub(super) not_logs: Vec<String>,
}

/// A span of time. A bound without an offset is a reading of the log's own clock.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct WindowOut {
    /// The first moment inside; null where it is open.
    pub(super) since: Option<String>,
    /// The first moment behind; null where it is open.
    pub(super) until: Option<String>,
}

/// What was read of one log.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LedgerSource {
    /// Its name.
    pub(super) source: String,
    /// The Jira host it comes from.
    pub(super) node: Option<String>,
    /// Bytes that were read.
    pub(super) bytes: u64,
    /// Events whose first byte was read.
    pub(super) events: u64,
    /// Events by level.
    pub(super) levels: BTreeMap<Level, u64>,
    /// Time of the earliest event.
    pub(super) first_event: Option<String>,
    /// Time of the latest event.
    pub(super) last_event: Option<String>,
    /// Offsets from UTC that its times state; `unknown` where they state none.
    #[serde(skip_deserializing)]
    pub(super) zone: String,
    /// Its line grammar.
    pub(super) layout: Layout,
    /// The parts that were read.
    pub(super) ranges: Vec<RangeOut>,
    /// What is worth knowing although everything was analysed.
    pub(super) notes: Vec<String>,
    /// What was not analysed, and why.
    pub(super) problems: Vec<String>,
    /// What `logmedic merge` needs beside the other fields.
    pub(super) merge: SourceMerge,
}

/// A part of a log that was read.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RangeOut {
    /// Its first byte.
    pub(super) start: u64,
    /// The first byte behind it.
    pub(super) end: u64,
    /// Line feeds in it.
    pub(super) lines: u64,
}
