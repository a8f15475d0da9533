//! What one part of a scan contributes. Parts add up: the empty tally changes nothing, and order and grouping do not matter.
//!
//! Everything in it is bounded by its own constants, never by the input. What is worked out from it (causes, activity,
//! texts) is made after the last merge.

mod merging;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::recovery::{SUCCESSES_KEPT, Successes, TARGETS_KEPT, Target};
use super::sample::{Sample, SampleKey, Samples, Source, TEXT_LIMIT};
use super::timeline::Timeline;
use super::values::Smallest;
use crate::event::{Layout, Level, Stamp, text_of};
use crate::matcher::{CaptureKind, Context, Event, EvidenceGap, Match, Success};

use merging::nearer;
pub use merging::widen;

/// Number of levels, including "none".
pub const LEVELS: usize = Level::ALL.len();
/// How the note begins that says what carried a log.
pub const CARRIER: &str = "carrier: ";
/// Distinct Trace IDs that are told apart per finding; beyond that `attempts` is a lower bound.
pub const ATTEMPTS_KEPT: usize = 1024;
/// What is said of a source that begins with NUL bytes, until a line of a log is found in it.
pub const BINARY: &str = "is binary: no line of a log was found in it";
/// How the note ends that tells of NUL bytes before the first line.
pub const LEADING_NULS: &str = " NUL bytes";
/// What is said of a source in which an event stands right behind NUL bytes.
pub const NULS: &str =
    "holds NUL bytes, as after a crash of the host or where it was emptied under its writer; they were jumped";
/// Markers kept per node: the last ones.
pub const MARKERS_KEPT: usize = 32;

/// Hosts and mail servers kept per node as reached.
pub const REACHED_KEPT: usize = 64;

/// Mail servers whose lines are counted.
pub const VOICES_KEPT: usize = 256;

/// How a note begins that tells of text before a log's first header.
pub const HEADLESS: &str = "starts in the middle of an event";

/// What one part of a scan contributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Findings by the rank of their signature.
    pub findings: BTreeMap<usize, FindingTally>,
    /// Each log that was read.
    pub sources: BTreeMap<Arc<Source>, SourceTally>,
    /// Each Jira host.
    pub nodes: BTreeMap<Option<String>, NodeTally>,
    /// Timed events by level.
    pub timeline: Timeline<LEVELS>,
    /// When lines of the mail logs named which mail server, on any host.
    pub voices: Smallest<String, Timeline<1>, VOICES_KEPT>,
    /// Mail servers that have stopped logging, by name.
    pub silences: BTreeMap<String, Silence>,
}

/// A mail server that has stopped logging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The time of its last line.
    pub last: Stamp,
    /// The usual time between two of its lines, in seconds.
    pub usual: u64,
    /// The time of the newest line of the other logs.
    pub until: Stamp,
}

/// All events that one signature owns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingTally {
    /// Number of events.
    pub events: u64,
    /// Time of the earliest; `None` when none had a time.
    pub first: Option<Stamp>,
    /// Time of the latest.
    pub last: Option<Stamp>,
    /// Events per log.
    pub sources: BTreeMap<Arc<Source>, u64>,
    /// Distinct values of what the events carry.
    pub captures: BTreeMap<CaptureKind, Smallest<String, u64>>,
    /// What was hit, so that two outages of one kind are told apart.
    pub subjects: Smallest<(CaptureKind, String), SubjectTally>,
    /// What a line of success must name for the finding to be over, and when it failed.
    pub targets: Smallest<Target, SubjectTally, TARGETS_KEPT>,
    /// Other signatures in the same events, by rank.
    pub seen_as: BTreeMap<usize, u64>,
    /// Events by what their evidence lacks.
    pub gaps: BTreeMap<EvidenceGap, u64>,
    /// Events by who was at work.
    pub contexts: BTreeMap<Context, u64>,
    /// Hashes of distinct Trace IDs.
    pub attempts: Smallest<u64, (), ATTEMPTS_KEPT>,
    /// First and last events.
    pub samples: Samples,
    /// Events over time.
    pub timeline: Timeline<1>,
}

/// The events of one subject of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectTally {
    /// Number of events.
    pub events: u64,
    /// Time of the earliest.
    pub first: Option<Stamp>,
    /// Time of the latest.
    pub last: Option<Stamp>,
}

/// What was read of one log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceTally {
    /// Its line grammar.
    pub layout: Layout,
    /// Bytes read; of a log that came with others in one stream, those of its own lines with what carried them.
    pub bytes: u64,
    /// Events whose first byte was read.
    pub events: u64,
    /// Events by level, in the order of [`Level::ALL`].
    pub levels: [u64; LEVELS],
    /// Time of the earliest event.
    pub first: Option<Stamp>,
    /// Time of the latest event.
    pub last: Option<Stamp>,
    /// Times of the earliest and the latest event that was read and lies outside the window that was asked for.
    pub outside: (Option<Stamp>, Option<Stamp>),
    /// Offsets from UTC that its stamps show, in minutes; `None` stands for no zone.
    pub zones: Smallest<Option<i16>, u64>,
    /// Byte ranges that were not read since they lie outside that window: ends by start.
    pub left_out: BTreeMap<u64, u64>,
    /// Byte ranges that were read, by start. What one carrier interleaved shares the range of the stream that carried it.
    pub ranges: BTreeMap<u64, Range>,
    /// What is worth knowing although everything was analysed.
    pub notes: BTreeSet<String>,
    /// What was not analysed, and why.
    pub problems: BTreeSet<String>,
}

/// A byte range that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First byte behind it.
    pub end: u64,
    /// Line feeds in it.
    pub lines: u64,
}

/// What is known of one Jira host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeTally {
    /// Start-ups, versions and authorisations: the last ones.
    pub markers: BTreeSet<Marker>,
    /// Log time minus Entra's time in milliseconds, by hash of the Trace ID.
    pub drift: Smallest<u64, Option<i64>>,
    /// Hosts and mail servers that answered this node, and when.
    pub reached: Smallest<String, SubjectTally, REACHED_KEPT>,
    /// What was seen to work: by id of the signature that it ends (`None` for polls), and by name.
    pub successes: Smallest<(Option<String>, String), Successes, SUCCESSES_KEPT>,
    /// What files beside its logs state, with the number of files that do.
    pub stated: Smallest<(Stated, String), u64>,
}

/// What a file beside the logs can state of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stated {
    /// Jira's version.
    Jira,
    /// The version of Jira Service Management.
    Jsm,
    /// The Java version.
    Java,
    /// The time zone of the process.
    TimeZone,
}

/// Something that happened on a node and may explain what followed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker {
    /// When, in milliseconds since 1970.
    pub instant: i64,
    /// In which log.
    pub source: Arc<Source>,
    /// At which byte.
    pub byte: u64,
    /// The log's offset from UTC in minutes.
    pub offset: Option<i16>,
    /// What.
    pub what: MarkerKind,
}

impl Marker {
    /// Its time.
    pub fn stamp(&self) -> Stamp {
        Stamp { instant: self.instant, offset: self.offset }
    }
}

/// What a marker marks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkerKind {
    /// Jira finished starting; the version where stated.
    Started(Option<String>),
    /// The start-up banner names Jira's version.
    Build(String),
    /// The start-up banner names the Java version.
    Java(String),
    /// Somebody was authorising an integration in the browser.
    Authorisation,
}

/// Where an event stands. A log that was carried by something else (kubectl, a container runtime, the journal, grep) has the
/// places of the stream as it was read, prefixes included, so that the line is found there.
#[derive(Debug, Clone)]
pub struct Place {
    /// The log.
    pub source: Arc<Source>,
    /// Offset of its first byte, or of the carrier's line that holds it.
    pub byte: u64,
    /// Line feeds between `counted_from` and that byte.
    pub line_feeds: u64,
    /// Where the counting began.
    pub counted_from: u64,
}

impl Tally {
    /// Counts a matched event for its owner. `text_of` gives the sample's text only when the sample is kept.
    pub fn add_match(&mut self, found: Match, event: &Event<'_>, place: &Place) {
        let stamp = event.header.and_then(|header| header.stamp);
        if let Some(stamp) = stamp.filter(|stamp| stamp.offset.is_some()) {
            self.note_drift(&found, stamp, place.source.node.as_ref());
        }
        for name in &found.answered {
            self.add_reached(place.source.node.as_ref(), name, stamp);
        }
        let finding = self.findings.entry(found.owner).or_default();
        finding.events += 1;
        widen(&mut finding.first, &mut finding.last, stamp);
        if let Some(count) = finding.sources.get_mut(&place.source) {
            *count += 1;
        } else {
            finding.sources.insert(Arc::clone(&place.source), 1);
        }
        for rank in &found.seen_as {
            *finding.seen_as.entry(*rank).or_default() += 1;
        }
        if let Some(gap) = found.gap {
            *finding.gaps.entry(gap).or_default() += 1;
        }
        *finding.contexts.entry(found.context).or_default() += 1;
        if let Some(stamp) = stamp {
            finding.timeline.add(stamp.instant, [1]);
        }
        for (kind, value) in &found.captures {
            if *kind == CaptureKind::TraceId {
                finding.attempts.entry(&hash(value));
            }
            if kind.is_counted()
                && let Some(count) = finding.captures.entry(*kind).or_default().entry(value.as_str())
            {
                *count += 1;
            }
        }
        if let Some(subject) = subject_of(&found)
            && let Some(tally) = finding.subjects.entry(&subject)
        {
            tally.add(stamp);
        }
        for name in found.targets {
            let target = Target { name, node: place.source.node.clone() };
            if let Some(tally) = finding.targets.entry(&target) {
                tally.add(stamp);
            }
        }
        let key = SampleKey {
            instant: stamp.map(|stamp| stamp.instant),
            source: Arc::clone(&place.source),
            byte: place.byte,
        };
        if finding.samples.would_keep(&key) {
            let text = event.text[..event.verbatim].trim_ascii_end();
            finding.samples.add(Sample {
                stamp,
                source: Arc::clone(&place.source),
                byte: place.byte,
                line_feeds: place.line_feeds,
                counted_from: place.counted_from,
                level: event.header.map_or(Level::None, |header| header.level),
                logger: event.header.map(|header| text_of(header.logger)).unwrap_or_default(),
                captures: found.captures,
                text: text[..text.len().min(TEXT_LIMIT)].to_vec(),
                cut: text.len().saturating_sub(TEXT_LIMIT),
            });
        }
    }

    fn note_drift(&mut self, found: &Match, stamp: Stamp, node: Option<&String>) {
        let value = |kind| found.captures.iter().find(|(other, _)| *other == kind).map(|(_, value)| value);
        let Some((trace, time)) = value(CaptureKind::TraceId).zip(value(CaptureKind::EntraTime)) else { return };
        let Some(entra) = Stamp::from_report(time) else { return };
        let drift = stamp.instant - entra.instant;
        if let Some(kept) = self.nodes.entry(node.cloned()).or_default().drift.entry(&hash(trace)) {
            *kept = nearer(*kept, Some(drift));
        }
    }

    /// Counts that a host or mail server answered a node.
    pub fn add_reached(&mut self, node: Option<&String>, name: &str, stamp: Option<Stamp>) {
        // Without a name there is no other node to compare with.
        let Some(node) = node else { return };
        if let Some(span) = self.nodes.entry(Some(node.clone())).or_default().reached.entry(name) {
            span.add(stamp);
        }
    }

    /// Counts a line of success. A poll shows that the mail server answered the node.
    pub fn add_success(&mut self, node: Option<&String>, success: Success, stamp: Option<Stamp>) {
        if success.signature.is_none() {
            self.add_reached(node, &success.target, stamp);
        }
        let successes = &mut self.nodes.entry(node.cloned()).or_default().successes;
        if let Some(stamp) = stamp
            && let Some(kept) = successes.entry(&(success.signature, success.target))
        {
            kept.add(stamp);
        }
    }

    /// Takes note that a line names a mail server.
    pub fn add_voice(&mut self, server: &str, stamp: Stamp) {
        if let Some(voice) = self.voices.entry(server) {
            voice.add(stamp.instant, [1]);
        }
    }

    /// Keeps a marker of a node.
    pub fn add_marker(&mut self, marker: Marker) {
        self.nodes.entry(marker.source.node.clone()).or_default().mark(marker);
    }

    /// Keeps what a file beside a node's logs states.
    pub fn state(&mut self, node: Option<String>, kind: Stated, value: String) {
        if let Some(count) = self.nodes.entry(node).or_default().stated.entry(&(kind, value)) {
            *count += 1;
        }
    }
}

/// What a matched event hits: the app of a refusal, else the other end of the connection, else the mailbox or mail server.
fn subject_of(found: &Match) -> Option<(CaptureKind, String)> {
    let value = |kind| found.captures.iter().find(|(other, _)| *other == kind).cloned();
    let order = [CaptureKind::AppId, CaptureKind::Mailbox, CaptureKind::MailServer, CaptureKind::Host];
    order.into_iter().find_map(value)
}

/// FNV-1a, to tell ids apart without keeping them.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
