//! The report for programs: `logmedic.report/1`. A change of meaning raises the number.

mod fields;
mod form;
mod lines;
mod merge_form;
mod merger;
mod reading;
mod schema;
mod writer;

use std::collections::BTreeMap;

use super::ReportOptions;
use super::names::{shown_node, shown_text, shown_value};
use super::redact::{MANNER, Redactor};
use crate::catalogue::Catalogue;
use crate::diagnosis::{
    Bound, CaptureKind, Diagnosis, Finding, FindingTally, Level, Marker, MarkerKind, NodeTally, Sample, Source,
    SourceTally, Stamp, Standing, Suppression,
};

use form::{
    BucketOut, Environment, FindingOut, GuideName, LedgerOut, LedgerSource, MarkerOut, MarkerWord, NodeSkewOut,
    RangeOut, RecoveryOut, Redaction, RemedyOut, Report, SampleOut, SeenAs, SilentOut, SourceCount, StateOut,
    SubjectOut, SuppressionOut, TimelineOut, Tool, ValueCount, WindowOut,
};
use merge_form::{
    FindingMerge, LeftOut, NodeMarker, NodeMerge, Reached, ReportMerge, SampleMerge, SourceMerge, StatedValue,
    SuccessOut, TargetOut,
};
pub(super) use writer::to_json;

pub(super) use lines::{render as render_lines, render_change, render_ledger};
pub use merger::{Merged, Merger};
pub use schema::SCHEMA as REPORT_SCHEMA;

/// The meaning of this format.
pub(super) const SCHEMA: &str = "logmedic.report/1";

/// Writes the report.
pub(super) fn render(diagnosis: &Diagnosis, redactor: &mut Redactor, _: &ReportOptions) -> String {
    to_json(&report(diagnosis, redactor))
}

fn report(diagnosis: &Diagnosis, redactor: &mut Redactor) -> Report {
    let findings = diagnosis.findings.iter().map(|found| finding(found, redactor)).collect();
    let environment = &diagnosis.environment;
    let [title, url, updated] = Catalogue::guide_name();
    let mut report = Report {
        schema: SCHEMA,
        tool: Tool {
            name: "logmedic",
            version: env!("CARGO_PKG_VERSION"),
            signatures_digest: diagnosis.digest.clone(),
        },
        guide: GuideName { title, url, updated },
        environment: Environment {
            jira: environment.jira.clone(),
            jsm: environment.jsm.clone(),
            java: environment.java.clone(),
            time_zone: environment.time_zone.clone(),
            provider: environment.provider,
            protocol: environment.protocol,
            mail_servers: environment
                .mail_servers
                .iter()
                .map(|server| shown_value(CaptureKind::MailServer, server, redactor).to_string())
                .collect(),
            nodes: environment.nodes.iter().map(|node| shown_node(node, redactor).to_string()).collect(),
        },
        findings,
        before: diagnosis
            .before
            .iter()
            .map(|marker| {
                let (what, version) = marker_words(&marker.what);
                MarkerOut { node: node(&marker.source, redactor), time: marker.stamp().to_string(), what, version }
            })
            .collect(),
        silent: diagnosis
            .silences
            .iter()
            .map(|(server, silence)| SilentOut {
                mail_server: shown_value(CaptureKind::MailServer, server, redactor).to_string(),
                last_seen: silence.last.to_string(),
                usual_gap_seconds: silence.usual,
                silent_until: silence.until.to_string(),
            })
            .collect(),
        timeline: timeline(diagnosis),
        state: diagnosis.generation.map(|generation| StateOut {
            generation,
            accepted: diagnosis.accepted,
            only_new: diagnosis.only_new,
        }),
        suppressions: diagnosis.suppressions.iter().map(|entry| suppression(entry, diagnosis, redactor)).collect(),
        ledger: LedgerOut {
            complete: diagnosis.ledger.is_complete(),
            window: window(diagnosis),
            sources: diagnosis
                .ledger
                .sources
                .iter()
                .map(|(source, tally)| ledger_source(source, tally, redactor))
                .collect(),
            problems: diagnosis
                .ledger
                .problems()
                .map(|(source, problem)| shown(&format!("{}: {problem}", source.name), redactor))
                .collect(),
            notes: all_shown(&diagnosis.ledger.notes, redactor),
            not_logs: all_shown(&diagnosis.ledger.not_logs, redactor),
        },
        merge: ReportMerge {
            nodes: diagnosis.nodes.iter().map(|(node, tally)| node_merge(node.as_deref(), tally, redactor)).collect(),
        },
        redaction: Redaction {
            level: redactor.level().to_string(),
            key_id: redactor.key_id().map(|id| id.to_string()),
            masked: BTreeMap::new(),
            note: MANNER,
        },
    };
    report.redaction.masked.clone_from(redactor.masked());
    report
}

fn suppression(entry: &Suppression, diagnosis: &Diagnosis, redactor: &mut Redactor) -> SuppressionOut {
    SuppressionOut {
        signature: entry.id.clone(),
        subject: entry.subject.as_deref().map(|subject| shown(subject, redactor)),
        reason: shown(&entry.reason, redactor),
        until: shown(&entry.until, redactor),
        force: entry.force,
        events: diagnosis.finding(&entry.id).map_or(0, |finding| finding.tally.events),
    }
}

fn finding(finding: &Finding, redactor: &mut Redactor) -> FindingOut {
    let signature = &finding.signature;
    let tally = &finding.tally;
    let captures = tally
        .captures
        .keys()
        .map(|&kind| {
            (
                kind,
                finding
                    .values(kind)
                    .into_iter()
                    .map(|(value, events)| ValueCount { value: shown_value(kind, value, redactor).to_string(), events })
                    .collect(),
            )
        })
        .collect();
    FindingOut {
        signature: signature.id.clone(),
        title: signature.title.clone(),
        severity: finding.severity,
        role: signature.role,
        category: signature.category,
        evidence: finding.evidence,
        context: finding.context,
        activity: finding.activity,
        status: finding.status,
        recovered: finding.recovery.recovered.map(|moment| moment.at.to_string()),
        recovery: finding.recovery.standings.iter().map(|standing| recovery(standing, redactor)).collect(),
        events: tally.events,
        total_events: finding.total_events,
        suppressed: finding.suppressed,
        attempts: finding.attempts,
        first_seen: finding.first_seen.map(|stamp| stamp.to_string()),
        last_seen: tally.last.map(|stamp| stamp.to_string()),
        sources: tally
            .sources
            .iter()
            .map(|(source, &events)| SourceCount {
                source: shown(&source.name, redactor),
                node: node(source, redactor),
                events,
            })
            .collect(),
        subjects: finding
            .subjects
            .iter()
            .map(|subject| SubjectOut {
                kind: subject.kind,
                value: shown_value(subject.kind, &subject.value, redactor).to_string(),
                events: subject.tally.events,
                first_seen: subject.tally.first.map(|stamp| stamp.to_string()),
                last_seen: subject.tally.last.map(|stamp| stamp.to_string()),
                activity: subject.activity,
            })
            .collect(),
        node_skew: finding.nodes.as_ref().and_then(|spread| spread.skew.as_ref()).map(|skew| NodeSkewOut {
            place: shown(&skew.place, redactor),
            reached_by: all_shown(&skew.reached_by, redactor),
        }),
        captures,
        captures_more: tally.captures.iter().filter(|(_, values)| values.more()).map(|(&kind, _)| kind).collect(),
        seen_as: finding
            .seen_as
            .iter()
            .map(|(signature, events)| SeenAs { signature: signature.clone(), events: *events })
            .collect(),
        guide_steps: finding.remedy.iter().filter(|step| step.in_guide).filter_map(|step| step.id.clone()).collect(),
        remedy: finding
            .remedy
            .iter()
            .map(|step| RemedyOut {
                step: step.id.clone(),
                side: step.side,
                needs: step.needs.clone(),
                place: step.place.clone(),
                text: step.mind.as_ref().map_or_else(|| step.text.clone(), |mind| format!("{} {mind}", step.text)),
                in_guide: step.in_guide,
                alternative: step.alternative,
            })
            .collect(),
        restart: signature.restart,
        dont: signature.dont.clone(),
        verify: signature.verify.clone(),
        meaning: signature.meaning.clone(),
        causes: signature.causes.clone(),
        not_this: signature.not_this.clone(),
        references: signature.references.clone(),
        caused_by: finding.caused_by.clone(),
        effects: finding.effects.clone(),
        samples: finding.samples().into_iter().map(|sample| sample_out(sample, redactor)).collect(),
        merge: finding_merge(tally, redactor),
    }
}

fn recovery(standing: &Standing, redactor: &mut Redactor) -> RecoveryOut {
    RecoveryOut {
        name: standing.name.as_ref().map(|name| shown_value(CaptureKind::MailServer, name, redactor).to_string()),
        node: standing.node.as_ref().map(|node| shown_node(node, redactor).to_string()),
        last_seen: standing.last.map(|stamp| stamp.to_string()),
        recovered: standing.recovered.map(|moment| moment.at.to_string()),
        recovered_earlier: standing.recovered.is_some_and(|moment| !moment.is_first),
    }
}

fn finding_merge(tally: &FindingTally, redactor: &mut Redactor) -> FindingMerge {
    let attempts: Vec<String> = tally.attempts.iter().map(|(hash, ())| format!("{hash:016x}")).collect();
    FindingMerge {
        gaps: tally.gaps.clone(),
        contexts: tally.contexts.clone(),
        attempts: attempts.join(" "),
        attempts_more: tally.attempts.more(),
        subjects_more: tally.subjects.more(),
        targets: tally
            .targets
            .iter()
            .map(|(target, failed)| TargetOut {
                name: shown_value(CaptureKind::MailServer, &target.name, redactor).to_string(),
                node: target.node.as_ref().map(|node| shown_node(node, redactor).to_string()),
                events: failed.events,
                first_seen: failed.first.map(|stamp| stamp.to_string()),
                last_seen: failed.last.map(|stamp| stamp.to_string()),
            })
            .collect(),
        targets_more: tally.targets.more(),
        bucket_seconds: tally.timeline.width(),
        buckets: tally.timeline.buckets().map(|(start, &[events])| (start, events)).collect(),
    }
}

fn node_merge(node: Option<&str>, tally: &NodeTally, redactor: &mut Redactor) -> NodeMerge {
    NodeMerge {
        node: node.map(|node| shown_node(node, redactor).to_string()),
        markers: tally.markers.iter().map(|marker| node_marker(marker, redactor)).collect(),
        drift: tally.drift.iter().map(|(hash, &drift)| (format!("{hash:016x}"), drift)).collect(),
        drift_more: tally.drift.more(),
        stated: tally
            .stated
            .iter()
            .map(|((what, value), &files)| StatedValue { what: *what, value: shown(value, redactor), files })
            .collect(),
        stated_more: tally.stated.more(),
        reached: tally
            .reached
            .iter()
            .map(|(name, span)| Reached {
                name: shown(name, redactor),
                events: span.events,
                first_seen: span.first.map(|stamp| stamp.to_string()),
                last_seen: span.last.map(|stamp| stamp.to_string()),
            })
            .collect(),
        reached_more: tally.reached.more(),
        successes: tally
            .successes
            .iter()
            .map(|((signature, name), successes)| SuccessOut {
                signature: signature.clone(),
                name: shown_value(CaptureKind::MailServer, name, redactor).to_string(),
                events: successes.events,
                bucket_seconds: successes.periods.width(),
                periods: joined(successes.periods.iter().map(|(first, last)| format!("{first}/{last}"))),
                latest: joined(successes.latest.iter().map(ToString::to_string)),
            })
            .collect(),
        successes_more: tally.successes.more(),
    }
}

fn joined(times: impl Iterator<Item = String>) -> String {
    times.collect::<Vec<_>>().join(" ")
}

fn node_marker(marker: &Marker, redactor: &mut Redactor) -> NodeMarker {
    let (what, version) = marker_words(&marker.what);
    NodeMarker {
        time: marker.stamp().to_string(),
        source: shown(&marker.source.name, redactor),
        byte: marker.byte,
        what,
        version,
    }
}

fn marker_words(what: &MarkerKind) -> (MarkerWord, Option<String>) {
    match what {
        MarkerKind::Started(version) => (MarkerWord::Restart, version.clone()),
        MarkerKind::Build(version) => (MarkerWord::Version, Some(version.clone())),
        MarkerKind::Java(version) => (MarkerWord::Java, Some(version.clone())),
        MarkerKind::Authorisation => (MarkerWord::InteractiveAuthorisation, None),
    }
}

fn sample_out(sample: &Sample, redactor: &mut Redactor) -> SampleOut {
    let mut captures: BTreeMap<CaptureKind, String> = BTreeMap::new();
    let all: Vec<(CaptureKind, String)> =
        sample.captures.iter().map(|(kind, value)| (*kind, shown_value(*kind, value, redactor).to_string())).collect();
    for (kind, value) in &all {
        captures
            .entry(*kind)
            .and_modify(|values| *values = format!("{values}, {value}"))
            .or_insert_with(|| value.clone());
    }
    SampleOut {
        source: shown(&sample.source.name, redactor),
        node: node(&sample.source, redactor),
        line: sample.line(),
        byte: sample.byte,
        time: sample.stamp.map(|stamp| stamp.to_string()),
        level: sample.level,
        logger: shown(&sample.logger, redactor),
        text: shown_text(sample, redactor).to_string(),
        cut_bytes: sample.cut as u64,
        merge: SampleMerge {
            counted_from: sample.counted_from,
            line_feeds: sample.line_feeds,
            captures: if all.len() > captures.len() { all } else { Vec::new() },
        },
        captures,
    }
}

fn ledger_source(source: &Source, tally: &SourceTally, redactor: &mut Redactor) -> LedgerSource {
    let zone = |offset: Option<i16>| Stamp { instant: 0, offset }.zone();
    let zones: Vec<String> = tally.zones.iter().map(|(&offset, _)| zone(offset)).collect();
    LedgerSource {
        source: shown(&source.name, redactor),
        node: node(source, redactor),
        bytes: tally.bytes,
        events: tally.events,
        levels: levels(&tally.levels),
        first_event: tally.first.map(|stamp| stamp.to_string()),
        last_event: tally.last.map(|stamp| stamp.to_string()),
        zone: if zones.is_empty() { "unknown".to_owned() } else { zones.join(",") },
        layout: tally.layout,
        ranges: tally
            .ranges
            .iter()
            .map(|(&start, range)| RangeOut { start, end: range.end, lines: range.lines })
            .collect(),
        notes: tally.notes.iter().map(|note| shown(note, redactor)).collect(),
        problems: tally.problems.iter().map(|problem| shown(problem, redactor)).collect(),
        merge: SourceMerge {
            zones: tally.zones.iter().map(|(&offset, &events)| (zone(offset), events)).collect(),
            zones_more: tally.zones.more(),
            first_outside: tally.outside.0.map(|stamp| stamp.to_string()),
            last_outside: tally.outside.1.map(|stamp| stamp.to_string()),
            left_out: tally.left_out.iter().map(|(&start, &end)| LeftOut { start, end }).collect(),
        },
    }
}

fn window(diagnosis: &Diagnosis) -> Option<WindowOut> {
    let text = |bound: Option<Bound>| bound.map(|bound| bound.stamp(None).to_string());
    let window = diagnosis.ledger.window;
    (!window.is_open()).then(|| WindowOut { since: text(window.since), until: text(window.until) })
}

fn timeline(diagnosis: &Diagnosis) -> TimelineOut {
    let width = diagnosis.timeline.width();
    let mut buckets: BTreeMap<i64, BucketOut> = BTreeMap::new();
    for (start, counts) in diagnosis.timeline.buckets() {
        let time = Stamp { instant: start * 1000, offset: None }.to_string().replace(".000", "Z");
        buckets.insert(start, BucketOut { start: time, levels: levels(counts), findings: BTreeMap::new() });
    }
    for finding in &diagnosis.findings {
        for (start, &[count]) in finding.tally.timeline.at_width(width).buckets() {
            if let Some(bucket) = buckets.get_mut(&start) {
                bucket.findings.insert(finding.signature.id.clone(), count);
            }
        }
    }
    TimelineOut { bucket_seconds: width, buckets: buckets.into_values().collect() }
}

fn levels(counts: &[u64]) -> BTreeMap<Level, u64> {
    Level::ALL.into_iter().zip(counts.iter().copied()).filter(|&(_, count)| count > 0).collect()
}

fn node(source: &Source, redactor: &mut Redactor) -> Option<String> {
    source.node.as_deref().map(|node| shown_node(node, redactor).to_string())
}

fn shown(text: &str, redactor: &mut Redactor) -> String {
    redactor.show(text).as_str().to_owned()
}

fn all_shown(texts: &[String], redactor: &mut Redactor) -> Vec<String> {
    texts.iter().map(|text| shown(text, redactor)).collect()
}
