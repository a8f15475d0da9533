//! The outcome as a person wants to hear it: verdict, causes with what to do, what was read. Text and ticket formats
//! show the same story; only the escaping differs.
//!
//! Fields of type [`Shown`] hold values from logs; strings hold our own words and the catalogue's.

mod actions;
mod facts;
mod words;

use super::redact::{Redactor, Shown};
use crate::catalogue::{Category, Restart, Role, Severity};
use crate::diagnosis::{Activity, CaptureKind, Diagnosis, Finding, MarkerKind, Sample, Source, Step};

use actions::actions;
use facts::facts;
use words::{bytes, duration, moment, time_range};
pub(super) use words::{grouped, plural};

/// A cause that was seen so shortly before the logs end is still failing there, in milliseconds: a few polls.
const STILL: i64 = 15 * 60_000;

/// Everything a report for people says.
pub(super) struct Story {
    pub(super) verdict: Verdict,
    /// One line: versions, nodes, provider.
    pub(super) setting: Option<Shown>,
    pub(super) causes: Vec<Cause>,
    /// One line each: causes that ended more than an hour before the newest event.
    pub(super) earlier: Vec<Shown>,
    /// What happened in the hour before a cause.
    pub(super) before: Vec<Shown>,
    /// One line: what was read.
    pub(super) read: Shown,
    /// One line each: what was not analysed.
    pub(super) problems: Vec<Shown>,
    /// One line each: worth knowing although everything was analysed.
    pub(super) notes: Vec<Shown>,
    pub(super) not_logs: Vec<Shown>,
    /// What was masked, by class and count.
    pub(super) masked: String,
    pub(super) tool: String,
}

/// The first line.
pub(super) struct Verdict {
    pub(super) severity: Option<Severity>,
    pub(super) state: &'static str,
    pub(super) rest: String,
}

/// A cause, or what has none in these logs.
pub(super) struct Cause {
    pub(super) number: usize,
    pub(super) severity: Severity,
    pub(super) title: String,
    pub(super) id: String,
    pub(super) codes: String,
    /// Labelled facts in order.
    pub(super) facts: Vec<(&'static str, Shown)>,
    pub(super) meaning: String,
    pub(super) likely: Vec<String>,
    pub(super) restart: &'static str,
    pub(super) actions: Vec<Action>,
    pub(super) donts: Vec<String>,
    pub(super) check: String,
    /// For Microsoft's support: time, Trace ID and Correlation ID of the newest refusal.
    pub(super) newest_refusal: Vec<(&'static str, Shown)>,
    /// Events of what it brought about.
    pub(super) caused: Vec<(u64, String)>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) references: Vec<String>,
}

/// One or more neighbouring steps on one side.
pub(super) struct Action {
    pub(super) side: &'static str,
    pub(super) needs: Option<String>,
    pub(super) text: String,
    /// `16-19`, or `ours`.
    pub(super) tag: String,
    /// Our remarks on the guide's oddities.
    pub(super) notes: Vec<String>,
}

/// A kept event.
pub(super) struct Evidence {
    pub(super) place: Shown,
    pub(super) text: Shown,
    /// Bytes that the text lacks.
    pub(super) cut: usize,
}

/// Tells the story of a diagnosis.
pub(super) fn tell(diagnosis: &Diagnosis, redactor: &mut Redactor) -> Story {
    let current: Vec<&Finding> = diagnosis.causes().filter(|finding| finding.activity != Activity::Ended).collect();
    let ended: Vec<&Finding> = diagnosis.causes().filter(|finding| finding.activity == Activity::Ended).collect();
    // With nothing that goes on, the causes that ended are the story.
    let (told, earlier) = if current.is_empty() { (ended, Vec::new()) } else { (current, ended) };
    let causes = told.iter().enumerate().map(|(i, finding)| cause(i + 1, finding, diagnosis, redactor)).collect();
    let earlier = earlier.iter().map(|finding| one_line(finding)).collect();
    let problems = diagnosis.ledger.problems().map(|(source, problem)| of_source(source, problem, redactor)).collect();
    let mut notes: Vec<Shown> = diagnosis.ledger.notes.iter().map(|note| redactor.show(note)).collect();
    for (source, tally) in &diagnosis.ledger.sources {
        notes.extend(tally.notes.iter().map(|note| of_source(source, note, redactor)));
    }
    let before = diagnosis
        .before
        .iter()
        .map(|marker| Shown::own(format!("{} {}", moment(marker.stamp()), marker_text(&marker.what))))
        .collect();
    Story {
        verdict: verdict(diagnosis, &told),
        setting: setting(diagnosis),
        causes,
        earlier,
        before,
        read: Shown::own(read(diagnosis)),
        problems,
        notes,
        not_logs: diagnosis.ledger.not_logs.iter().map(|name| redactor.show(name)).collect(),
        masked: masked(redactor),
        tool: format!(
            "logmedic {}, catalogue {}",
            env!("CARGO_PKG_VERSION"),
            &diagnosis.digest[..6.min(diagnosis.digest.len())]
        ),
    }
}

fn verdict(diagnosis: &Diagnosis, told: &[&Finding]) -> Verdict {
    let incomplete = if diagnosis.ledger.is_complete() { "" } else { " (INCOMPLETE: see what was not read)" };
    let Some(first) = told.first() else {
        let state = if diagnosis.ledger.is_complete() { "NO KNOWN ERROR" } else { "INCOMPLETE" };
        let rest = if diagnosis.ledger.is_complete() {
            "in these logs".to_owned()
        } else {
            "no known error in what could be read".to_owned()
        };
        return Verdict { severity: None, state, rest };
    };
    let worst = told.iter().map(|finding| finding.severity).max();
    let is_mail = told.iter().any(|finding| finding.severity == Severity::Critical && is_mail(finding));
    let since = diagnosis.newest.zip(first.tally.last).map(|(newest, last)| newest.instant - last.instant);
    let still = since.is_none_or(|since| since <= STILL);
    let state = match worst {
        _ if first.activity == Activity::Ended => "OVER",
        _ if first.activity == Activity::Unknown => "RECOGNISED",
        Some(Severity::Critical) if is_mail && still => "MAIL IS DOWN",
        Some(Severity::Critical) if is_mail => "MAIL FAILED",
        Some(Severity::Critical) => "JIRA IS IN TROUBLE",
        Some(Severity::Error) => "ERRORS FOUND",
        _ => "WARNINGS FOUND",
    };
    let roots = told.iter().filter(|finding| finding.signature.role == Role::Root).count();
    let count = match (roots, told.len()) {
        (0, _) => "its cause is not in these logs".to_owned(),
        (1, 1) => "1 cause".to_owned(),
        (roots, all) if roots == all => format!("{roots} causes"),
        (roots, all) => {
            format!("{roots} {}, {} with no cause in these logs", plural(roots as u64, "cause"), all - roots)
        }
    };
    let newest = diagnosis.newest.map_or_else(String::new, |stamp| format!(" ({})", moment(stamp)));
    let state_now = match (since, first.tally.last) {
        (Some(_), Some(_)) if still => format!(", still failing when the log ends{newest}"),
        (Some(since), Some(last)) => {
            format!(", last seen {}, {} before the log ends{newest}", moment(last), duration(since))
        }
        _ => ", time unknown (text without log headers)".to_owned(),
    };
    Verdict { severity: worst, state, rest: format!("{count}{state_now}{incomplete}") }
}

fn is_mail(finding: &Finding) -> bool {
    !matches!(finding.signature.category, Category::Platform | Category::Jira)
}

fn setting(diagnosis: &Diagnosis) -> Option<Shown> {
    let environment = &diagnosis.environment;
    let mut parts = Vec::new();
    let versions: Vec<String> = [("Jira", &environment.jira), ("Java", &environment.java)]
        .iter()
        .filter_map(|(name, version)| version.as_ref().map(|version| format!("{name} {version}")))
        .collect();
    if !versions.is_empty() {
        parts.push(versions.join(", "));
    }
    if !environment.nodes.is_empty() {
        let nodes = environment.nodes.len();
        parts.push(format!("{nodes} {} read", plural(nodes as u64, "node")));
    }
    if environment.provider.is_some() {
        let protocol = environment.protocol.map_or_else(String::new, |protocol| {
            format!(", {}", if protocol == "graph" { "Graph".to_owned() } else { protocol.to_uppercase() })
        });
        parts.push(format!("provider Microsoft{protocol}"));
    }
    (!parts.is_empty()).then(|| Shown::own(parts.join(" | ")))
}

fn cause(number: usize, finding: &Finding, diagnosis: &Diagnosis, redactor: &mut Redactor) -> Cause {
    let signature = &finding.signature;
    let effects: Vec<&Finding> = finding.effects.iter().filter_map(|id| diagnosis.finding(id)).collect();
    let codes: Vec<&str> = finding.values(CaptureKind::AadstsCode).into_iter().map(|(code, _)| code).collect();
    let mut steps: Vec<Step> = finding.remedy.clone();
    for consequence in effects.iter().filter(|effect| effect.signature.role == Role::Root) {
        steps.extend(
            consequence
                .remedy
                .iter()
                .filter(|step| step.id.is_none() || !finding.remedy.iter().any(|other| other.id == step.id))
                .cloned(),
        );
    }
    let mut caused: Vec<(u64, String)> =
        effects.iter().map(|effect| (effect.tally.events, effect.signature.title.clone())).collect();
    caused.sort_by(|a, b| b.cmp(a));
    Cause {
        number,
        severity: finding.severity,
        title: signature.title.clone(),
        id: signature.id.clone(),
        codes: codes.join(", "),
        facts: facts(finding, &effects, diagnosis.environment.jira.as_deref(), redactor),
        meaning: signature.meaning.clone(),
        likely: signature.causes.clone(),
        restart: if signature.restart == Restart::Rolling {
            "restart of the nodes, one after the other"
        } else {
            "no restart"
        },
        actions: actions(&steps),
        donts: signature.dont.clone(),
        check: signature.verify.clone(),
        newest_refusal: newest_refusal(finding, redactor),
        caused,
        evidence: finding.samples().into_iter().map(|sample| evidence(sample, redactor)).collect(),
        references: signature.references.clone(),
    }
}

fn newest_refusal(finding: &Finding, redactor: &mut Redactor) -> Vec<(&'static str, Shown)> {
    let samples = finding.samples();
    let value = |sample: &Sample, kind| {
        sample.captures.iter().find(|(other, _)| *other == kind).map(|(_, value)| value.clone())
    };
    let Some(sample) = samples.iter().rev().find(|sample| {
        value(sample, CaptureKind::TraceId).is_some() || value(sample, CaptureKind::CorrelationId).is_some()
    }) else {
        return Vec::new();
    };
    let labels = [
        ("Entra time", CaptureKind::EntraTime),
        ("Trace ID", CaptureKind::TraceId),
        ("Correlation ID", CaptureKind::CorrelationId),
    ];
    labels
        .into_iter()
        .filter_map(|(label, kind)| value(sample, kind).map(|value| (label, redactor.show(&value))))
        .collect()
}

fn evidence(sample: &Sample, redactor: &mut Redactor) -> Evidence {
    let place = format!("{}, line {}", redactor.show(&sample.source.name), sample.line_feeds + 1);
    let cut = sample.cut;
    Evidence { place: Shown::own(place), text: redactor.show_bytes(&sample.text), cut }
}

/// A remark of ours on a log, whose name is not ours.
fn of_source(source: &Source, remark: &str, redactor: &mut Redactor) -> Shown {
    Shown::own(format!("{}: {remark}", redactor.show(&source.name)))
}

fn one_line(finding: &Finding) -> Shown {
    let time = finding
        .tally
        .first
        .zip(finding.tally.last)
        .map_or_else(String::new, |(first, last)| format!(", {}", time_range(first, last)));
    let steps = actions::guide_steps(&finding.remedy);
    Shown::own(format!(
        "{} ({}), {} {}{time}{steps}",
        finding.signature.title,
        finding.signature.id,
        grouped(finding.tally.events),
        plural(finding.tally.events, "event")
    ))
}

/// A severity as reports write it.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info => "INFO",
    }
}

fn marker_text(what: &MarkerKind) -> String {
    match what {
        MarkerKind::Started(Some(version)) => format!("Jira {version} started"),
        MarkerKind::Started(None) => "Jira started".to_owned(),
        MarkerKind::Build(version) => format!("start-up of Jira {version}"),
        MarkerKind::Java(version) => format!("start-up with Java {version}"),
        MarkerKind::Authorisation => "somebody was authorising an integration".to_owned(),
    }
}

fn read(diagnosis: &Diagnosis) -> String {
    let ledger = &diagnosis.ledger;
    let logs = ledger.logs_read();
    let mut text = format!(
        "{}, {} {}, {logs} {}",
        bytes(ledger.bytes()),
        grouped(ledger.events()),
        plural(ledger.events(), "event"),
        plural(logs as u64, "file")
    );
    if let Some((first, last)) = ledger.span() {
        text.push_str(&format!(", {}", time_range(first, last).split(',').next().unwrap_or_default()));
    }
    if ledger.is_complete() {
        text.push_str(", nothing skipped");
    }
    text
}

fn masked(redactor: &Redactor) -> String {
    let masked: Vec<String> = redactor.masked().iter().map(|(class, count)| format!("{count} {class}")).collect();
    if masked.is_empty() {
        format!("nothing was masked (level {})", redactor.level())
    } else {
        format!("masked: {} (level {}; by pattern, not exhaustive)", masked.join(", "), redactor.level())
    }
}
