//! What is worked out from the sum of all parts: findings with their causes, the environment, and the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::history::{Past, Status};
use super::linking::{self, Links};
use super::nodes::{self, NodeSpread};
use super::recovery::{self, Recovery};
use super::rotation;
use super::sample::{Sample, Source};
use super::suppression::Suppression;
use super::tally::{FindingTally, Marker, MarkerKind, NodeTally, Silence, SourceTally, Stated, SubjectTally, Tally};
use super::timeline::Timeline;
use super::{
    remedy,
    tally::{CARRIER, LEVELS},
};
use crate::catalogue::{Catalogue, Confidence, Outline, Severity, Signature};
use crate::event::{Stamp, Window};
use crate::matcher::{CaptureKind, Context, EvidenceGap};

/// A finding counts as active when it was seen in the last hour of the scan, in milliseconds.
const ACTIVE_WITHIN: i64 = 3_600_000;
/// What happened so long before a cause is told with it, in milliseconds.
const BEFORE: i64 = 3_600_000;

/// The whole outcome of a scan, ready for any report.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// Findings: active first, then by severity, then the latest first.
    pub findings: Vec<Finding>,
    /// What the logs say about the installation.
    pub environment: Environment,
    /// What happened in the hour before a cause.
    pub before: Vec<Marker>,
    /// What is known of each Jira host.
    pub nodes: BTreeMap<Option<String>, NodeTally>,
    /// Mail servers that have stopped logging, by name.
    pub silences: BTreeMap<String, Silence>,
    /// Timed events by level.
    pub timeline: Timeline<LEVELS>,
    /// What was read, and what was not.
    pub ledger: Ledger,
    /// The time of the newest event.
    pub newest: Option<Stamp>,
    /// Names the exact catalogue.
    pub digest: String,
    /// The number of this run in the life of its state; `None` for a scan that remembers nothing.
    pub generation: Option<u64>,
    /// Whether what was found is taken as known.
    pub accepted: bool,
    /// Whether only what is new was asked for.
    pub only_new: bool,
    /// What somebody does not want to be told.
    pub suppressions: Vec<Suppression>,
}

/// All events that one signature owns, with everything that is known of it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The signature.
    pub signature: Signature,
    /// Its severity here: an experimental or a passing one counts as a warning.
    pub severity: Severity,
    /// Whether it goes on.
    pub activity: Activity,
    /// How it stands over all runs.
    pub status: Status,
    /// Whether this run saw it, or it stands otherwise than after the last one.
    pub is_news: bool,
    /// Events in all runs.
    pub total_events: u64,
    /// Time of the earliest event of all runs.
    pub first_seen: Option<Stamp>,
    /// Whether somebody does not want to be told.
    pub suppressed: bool,
    /// Who was at work in most of what matters.
    pub context: Context,
    /// What the evidence lacks, in every single event.
    pub evidence: Option<EvidenceGap>,
    /// Distinct Trace IDs; `None` when the events carry none.
    pub attempts: Option<u64>,
    /// Whether there were more attempts than could be told apart.
    pub more_attempts: bool,
    /// What was hit.
    pub subjects: Vec<Subject>,
    /// Other signatures in the same events.
    pub seen_as: Vec<(String, u64)>,
    /// Ids of the findings that brought it about.
    pub caused_by: Vec<String>,
    /// Ids of the findings that it brought about.
    pub effects: Vec<String>,
    /// Whether what it hit works again.
    pub recovery: Recovery,
    /// On which nodes of a cluster it was seen.
    pub nodes: Option<NodeSpread>,
    /// What to do, in order.
    pub remedy: Vec<remedy::Step>,
    /// What was counted.
    pub tally: FindingTally,
}

/// What a finding hits.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its kind.
    pub kind: CaptureKind,
    /// Its name.
    pub value: String,
    /// What was counted for it.
    pub tally: SubjectTally,
    /// Whether it goes on.
    pub activity: Activity,
}

/// Whether something goes on, measured against the newest event of the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Activity {
    /// Seen in the last hour.
    Active,
    /// No event has a time.
    Unknown,
    /// Not seen in the last hour.
    Ended,
}

/// What the logs say about the installation; only what stands in them.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Jira's version at the last start-up.
    pub jira: Option<String>,
    /// The version of Jira Service Management, where a support zip states it.
    pub jsm: Option<String>,
    /// The Java version at the last start-up.
    pub java: Option<String>,
    /// The time zone, where a support zip states it.
    pub time_zone: Option<String>,
    /// `microsoft` when a finding shows it.
    pub provider: Option<&'static str>,
    /// `imap`, `pop`, `smtp` or `graph`, where a finding shows it.
    pub protocol: Option<&'static str>,
    /// Mail servers and handlers that findings name.
    pub mail_servers: Vec<String>,
    /// Jira hosts that were named.
    pub nodes: Vec<String>,
}

/// What was read, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Each log, with what was read of it.
    pub sources: Vec<(Arc<Source>, SourceTally)>,
    /// What holds for a host or the whole scan, not for one log.
    pub notes: Vec<String>,
    /// What no part of the scan read, between parts that were read.
    pub holes: Vec<(Arc<Source>, String)>,
    /// Files in scanned folders that are no logs.
    pub not_logs: Vec<String>,
    /// The span of time that was asked for.
    pub window: Window,
}

impl Ledger {
    /// Whether everything that was named was analysed.
    pub fn is_complete(&self) -> bool {
        self.problems().next().is_none()
    }

    /// Events in all logs.
    pub fn events(&self) -> u64 {
        self.sources.iter().map(|(_, tally)| tally.events).sum()
    }

    /// Bytes read of all logs.
    pub fn bytes(&self) -> u64 {
        self.sources.iter().map(|(_, tally)| tally.bytes).sum()
    }

    /// Times of the earliest and the latest event.
    pub fn span(&self) -> Option<(Stamp, Stamp)> {
        let first = self.sources.iter().filter_map(|(_, tally)| tally.first).min()?;
        let last = self.sources.iter().filter_map(|(_, tally)| tally.last).max()?;
        Some((first, last))
    }

    /// Logs of which at least a part was read.
    pub fn logs_read(&self) -> usize {
        self.sources.iter().filter(|(_, tally)| tally.bytes > 0 || tally.problems.is_empty()).count()
    }

    /// What carried the logs, once each: `kubectl prefix and time, 4 pods`.
    pub fn carriers(&self) -> BTreeSet<&str> {
        self.sources.iter().flat_map(|(_, tally)| &tally.notes).filter_map(|note| note.strip_prefix(CARRIER)).collect()
    }

    /// Every problem with the log it concerns.
    pub fn problems(&self) -> impl Iterator<Item = (&Source, &str)> {
        self.sources
            .iter()
            .flat_map(|(source, tally)| tally.problems.iter().map(|problem| (&**source, problem.as_str())))
            .chain(self.holes.iter().map(|(source, hole)| (&**source, hole.as_str())))
    }
}

impl Diagnosis {
    /// Works everything out from a settled tally, of a scan that remembers no earlier one.
    pub fn new(catalogue: &Catalogue, tally: Tally, not_logs: Vec<String>) -> Self {
        Self::of(catalogue, tally, not_logs, None)
    }

    /// Works everything out from a settled tally and from what earlier runs have found.
    pub fn after(catalogue: &Catalogue, mut tally: Tally, not_logs: Vec<String>, past: &Past) -> Self {
        past.add_to(&mut tally, catalogue);
        Self::of(catalogue, tally, not_logs, Some(past))
    }

    fn of(catalogue: &Catalogue, tally: Tally, mut not_logs: Vec<String>, past: Option<&Past>) -> Self {
        not_logs.sort();
        not_logs.dedup();
        // Most scheduled scans find nothing, and need no texts for it.
        let guide = (!tally.findings.is_empty()).then(Catalogue::guide);
        let newest = tally.sources.values().filter_map(|source| source.last).max();
        let environment = environment(&tally);
        let links = Links::between(catalogue, &tally);
        let tally_nodes = tally.nodes;
        let mut recoveries = recoveries(catalogue, (&tally.findings, &tally_nodes), &links, past);
        let mut findings: Vec<Finding> = tally
            .findings
            .into_iter()
            .map(|(rank, tally)| {
                let outline = catalogue.outline(rank);
                let ids = |ranks: &[usize]| ranks.iter().map(|&rank| catalogue.outline(rank).id.clone()).collect();
                let signature = catalogue.signature(rank);
                let context = tally.contexts.keys().next_back().copied().unwrap_or_default();
                let subjects = tally
                    .subjects
                    .iter()
                    .map(|((kind, value), tally)| Subject {
                        kind: *kind,
                        value: value.clone(),
                        tally: tally.clone(),
                        activity: self::activity(tally.last, newest),
                    })
                    .collect();
                let activity = activity(tally.last, newest);
                let before = past.map(|past| past.findings.get(&outline.id).cloned().unwrap_or_default());
                let recovery = recoveries.remove(&rank).unwrap_or_default();
                let is_recovered = recovery.recovered.is_some();
                let status = before.as_ref().map_or_else(
                    || Status::in_one_scan(activity, is_recovered),
                    |before| before.status(tally.events, is_recovered),
                );
                Finding {
                    severity: severity(outline, &tally, context),
                    activity,
                    status,
                    is_news: tally.events > 0 || before.as_ref().is_some_and(|before| before.status != Some(status)),
                    total_events: tally.events + before.as_ref().map_or(0, |before| before.events),
                    first_seen: before.and_then(|before| before.first).into_iter().chain(tally.first).min(),
                    recovery,
                    suppressed: false,
                    context,
                    evidence: tally.gaps.iter().find(|&(_, &count)| count == tally.events).map(|(&gap, _)| gap),
                    attempts: (!tally.attempts.is_empty()).then(|| tally.attempts.len() as u64),
                    more_attempts: tally.attempts.more(),
                    subjects,
                    seen_as: tally
                        .seen_as
                        .iter()
                        .map(|(&rank, &count)| (catalogue.outline(rank).id.clone(), count))
                        .collect(),
                    caused_by: ids(links.causes_of(rank)),
                    effects: ids(&links.effects_of(rank)),
                    nodes: nodes::spread(outline.category, &tally, &environment.nodes, &tally_nodes),
                    remedy: guide.as_ref().map_or_else(Vec::new, |guide| {
                        remedy::steps(&signature, guide, context, environment.jira.as_deref())
                    }),
                    signature,
                    tally,
                }
            })
            .collect();
        findings.sort_by(|a, b| {
            let key = |finding: &Finding| {
                (finding.activity, std::cmp::Reverse(finding.severity), std::cmp::Reverse(finding.tally.last))
            };
            key(a).cmp(&key(b)).then_with(|| a.signature.id.cmp(&b.signature.id))
        });
        let before = before(&findings, &tally_nodes);
        let holes = holes(&tally.sources);
        let sources: Vec<(Arc<Source>, SourceTally)> = tally.sources.into_iter().collect();
        let mut notes = nodes::notes(&tally_nodes);
        notes.extend(rotation::notes(&sources));
        let ledger = Ledger { sources, notes, holes, not_logs, window: Window::default() };
        Self {
            findings,
            environment,
            before,
            nodes: tally_nodes,
            silences: tally.silences,
            timeline: tally.timeline,
            ledger,
            newest,
            digest: catalogue.digest().to_owned(),
            generation: past.map(|past| past.generation),
            accepted: false,
            only_new: false,
            suppressions: Vec::new(),
        }
    }

    /// The findings that nothing else explains.
    pub fn causes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.caused_by.is_empty())
    }

    /// The finding with this id.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.signature.id == id)
    }
}

impl Finding {
    /// The kept samples in order of time.
    pub fn samples(&self) -> Vec<&Sample> {
        self.tally.samples.all()
    }

    /// Kept values of one kind with their counts, the most frequent first.
    pub fn values(&self, kind: CaptureKind) -> Vec<(&str, u64)> {
        let mut values: Vec<(&str, u64)> = self
            .tally
            .captures
            .get(&kind)
            .into_iter()
            .flat_map(|values| values.iter().map(|(value, &count)| (value.as_str(), count)))
            .collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        values
    }
}

/// Whether what each finding hit works again.
fn recoveries(
    catalogue: &Catalogue,
    (findings, nodes): (&BTreeMap<usize, FindingTally>, &BTreeMap<Option<String>, NodeTally>),
    links: &Links,
    past: Option<&Past>,
) -> BTreeMap<usize, Recovery> {
    findings
        .iter()
        .map(|(&rank, tally)| {
            let outline = catalogue.outline(rank);
            let effects = links.effects_of(rank);
            let others: Vec<&FindingTally> = effects.iter().filter_map(|effect| findings.get(effect)).collect();
            let before = past.and_then(|past| past.findings.get(&outline.id));
            let standings = before.map_or(&[][..], |before| &before.standings);
            (rank, recovery::recovery(outline, (tally, &others), nodes, standings))
        })
        .collect()
}

fn activity(last: Option<Stamp>, newest: Option<Stamp>) -> Activity {
    match (last, newest) {
        (Some(last), Some(newest)) if newest.instant - last.instant <= ACTIVE_WITHIN => Activity::Active,
        (Some(_), Some(_)) => Activity::Ended,
        _ => Activity::Unknown,
    }
}

/// An experimental signature, or a passing fault that did not recur, is a warning at most; an attempt in the browser stops no mail.
fn severity(outline: &Outline, tally: &FindingTally, context: Context) -> Severity {
    let passing =
        outline.transient.is_some_and(|transient| !recurs(&tally.timeline, transient.events, transient.minutes));
    if passing || outline.confidence == Confidence::Experimental {
        outline.severity.min(Severity::Warning)
    } else if context == Context::Interactive && !outline.matching.codes.is_empty() {
        outline.severity.min(Severity::Error)
    } else {
        outline.severity
    }
}

/// Whether `events` of them fall into some window of `minutes`, as finely as the timeline tells.
fn recurs(timeline: &Timeline<1>, events: u64, minutes: u64) -> bool {
    let window = i64::try_from(minutes * 60).unwrap_or(i64::MAX).max(i64::from(timeline.width()));
    let buckets: Vec<(i64, u64)> = timeline.buckets().map(|(start, &[count])| (start, count)).collect();
    buckets.iter().enumerate().any(|(i, &(start, _))| {
        buckets[i..].iter().take_while(|&&(other, _)| other < start + window).map(|&(_, count)| count).sum::<u64>()
            >= events
    })
}

fn environment(tally: &Tally) -> Environment {
    let mut markers: Vec<&Marker> = tally.nodes.values().flat_map(|node| &node.markers).collect();
    markers.sort();
    let last =
        |read: fn(&MarkerKind) -> Option<&String>| markers.iter().rev().find_map(|marker| read(&marker.what)).cloned();
    // What Jira logged as it started is nearer to the events than what stands beside the logs.
    let stated = |kind: Stated| {
        let all = tally.nodes.values().flat_map(|node| node.stated.iter());
        let values: BTreeSet<&String> =
            all.filter(|((other, _), _)| *other == kind).map(|((_, value), _)| value).collect();
        values.into_iter().next_back().cloned()
    };
    let captured = |kind: CaptureKind| -> BTreeMap<String, u64> {
        let values = tally.findings.values().filter_map(|finding| finding.captures.get(&kind));
        values.flat_map(|values| values.iter().map(|(value, &count)| (value.clone(), count))).collect()
    };
    let hosts = captured(CaptureKind::Host);
    let names = |part: &str| hosts.keys().any(|host| host.contains(part));
    let is_microsoft = !captured(CaptureKind::AadstsCode).is_empty()
        || ["microsoftonline", "office365", "graph.microsoft", "outlook.office"].into_iter().any(names);
    let protocol = [
        ("graph.microsoft", "graph"),
        (":993", "imap"),
        (":143", "imap"),
        (":995", "pop"),
        (":110", "pop"),
        (":587", "smtp"),
        (":465", "smtp"),
    ];
    Environment {
        jira: last(|what| match what {
            MarkerKind::Build(version) => Some(version),
            MarkerKind::Started(version) => version.as_ref(),
            _ => None,
        })
        .or_else(|| stated(Stated::Jira)),
        jsm: stated(Stated::Jsm),
        java: last(|what| match what {
            MarkerKind::Java(version) => Some(version),
            _ => None,
        })
        .or_else(|| stated(Stated::Java)),
        time_zone: stated(Stated::TimeZone),
        provider: is_microsoft.then_some("microsoft"),
        protocol: protocol.into_iter().find(|(part, _)| names(part)).map(|(_, protocol)| protocol),
        mail_servers: captured(CaptureKind::MailServer).into_keys().collect(),
        nodes: tally
            .sources
            .keys()
            .filter_map(|source| source.node.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    }
}

/// The markers in the hour before the first event of a cause, on the same node.
fn before(findings: &[Finding], nodes: &BTreeMap<Option<String>, NodeTally>) -> Vec<Marker> {
    let mut before: Vec<Marker> = Vec::new();
    for finding in
        findings.iter().filter(|finding| finding.caused_by.is_empty() && linking::is_cause(&finding.signature))
    {
        let Some(first) = finding.tally.first else { continue };
        for source in finding.tally.sources.keys() {
            let markers = nodes.get(&source.node).into_iter().flat_map(|node| &node.markers);
            before.extend(
                markers.filter(|marker| (first.instant - BEFORE..first.instant).contains(&marker.instant)).cloned(),
            );
        }
    }
    before.sort();
    before.dedup();
    before
}

/// What lies between the parts of a log that were read, but for what nobody asked for; a settled tally has joined those
/// that meet.
fn holes(sources: &BTreeMap<Arc<Source>, SourceTally>) -> Vec<(Arc<Source>, String)> {
    let mut holes = Vec::new();
    for (source, seen) in sources {
        for (range, next) in seen.ranges.values().zip(seen.ranges.keys().skip(1)) {
            let is_outside = seen.left_out.iter().any(|(from, to)| *from <= range.end && to >= next);
            if !is_outside {
                holes.push((
                    Arc::clone(source),
                    format!("bytes {} to {next} were not read: no part covers them", range.end),
                ));
            }
        }
    }
    holes
}
