//! The outcome as a person wants to hear it: verdict, causes with what to do, what was read. Text and ticket formats
//! show the same story; only the escaping differs.
//!
//! Fields of type [`Shown`] hold values from logs; strings hold our own words and the catalogue's.

mod actions;
mod before;
mod evidence;
mod facts;
mod history;
mod recovery;
mod setting;
mod verdict;
mod window;
mod words;

use serde::Serialize;

use super::ReportOptions;
use super::redact::{Redactor, Shown};
use crate::catalogue::{Catalogue, Restart, Role, Severity};
use crate::diagnosis::{Activity, CaptureKind, Diagnosis, Finding, Source, Step, ends_with_a_poll, rotation};

use actions::{actions, ask};
pub(super) use before::event;
pub(super) use evidence::{Evidence, Refusal};
use facts::facts;
pub(super) use verdict::Verdict;
use verdict::{Now, now};
pub(super) use words::duration;
use words::utc;
pub(super) use words::{bytes, capital, grouped, moment, plural, time_range};

/// Everything a report for people says.
#[derive(Serialize)]
pub(super) struct Story {
    pub(super) verdict: Verdict,
    /// One line: versions, nodes, provider.
    pub(super) setting: Option<Shown>,
    /// The same as a table: heads, and the cells of its one row.
    pub(super) environment: Vec<(&'static str, Shown)>,
    /// One line: the span of time that was asked for.
    pub(super) window: Option<Shown>,
    pub(super) causes: Vec<Cause>,
    /// One line each: causes that ended more than an hour before the newest event.
    pub(super) earlier: Vec<Shown>,
    /// One line each: what somebody does not want to be told, and entries that suppress nothing any more.
    pub(super) suppressed: Vec<Shown>,
    /// One line each: what happened in the hour before a cause, or that nothing did.
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
    /// The guide that the advice follows: title, address, and date of its text.
    pub(super) guide: [&'static str; 3],
    pub(super) tool: String,
    /// When the report was made, if that is to be told.
    pub(super) made: Option<String>,
}

/// What no scan can find, since no log holds it.
pub(super) const IN_NO_LOG: &str =
    "the connectivity log of a JSM channel (a screen in Jira) and the sign-in logs of Microsoft Entra";
/// How to see whether mail is read where the logs do not show it.
pub(super) const HOW_TO_TELL: &str = "These logs show no success. Look at the connectivity log of the JSM channel (a screen in Jira), or send a test mail \
     and see whether it becomes an issue; for proof in the logs switch the incoming mail log on at level INFO \
     (Administration > System > Logging and profiling, logger com.atlassian.mail.incoming): each poll then logs how many \
     messages it read.";
/// What stays readable at every level of redaction, so that the case can be solved.
pub(super) const KEPT: &str = "error codes, app (client) IDs, Trace and Correlation IDs, Microsoft's hosts";

/// A cause, or what has none in these logs.
#[derive(Serialize)]
pub(super) struct Cause {
    pub(super) number: usize,
    pub(super) severity: Severity,
    pub(super) title: String,
    pub(super) id: String,
    pub(super) codes: String,
    /// Labelled facts in order.
    pub(super) facts: Vec<(&'static str, Shown)>,
    pub(super) meaning: String,
    /// Whether it goes on, with times in UTC.
    pub(super) state: Shown,
    /// Who is asked for which steps.
    pub(super) ask: String,
    pub(super) likely: Vec<String>,
    pub(super) restart: &'static str,
    pub(super) actions: Vec<Action>,
    pub(super) donts: Vec<String>,
    pub(super) check: String,
    /// For Microsoft's support: the first and the last refusal.
    pub(super) refusals: Vec<Refusal>,
    /// What it is not.
    pub(super) ruled_out: Vec<String>,
    /// Events of what it brought about.
    pub(super) caused: Vec<(u64, String)>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) references: Vec<String>,
}

/// One or more neighbouring steps on one side.
#[derive(Serialize)]
pub(super) struct Action {
    pub(super) side: &'static str,
    /// Who is needed.
    pub(super) needs: String,
    /// Whether the step before needs the same.
    pub(super) same_needs: bool,
    pub(super) text: String,
    /// `16-19`, or the ids of our own remedies; empty for a text of the signature.
    pub(super) tag: String,
    pub(super) in_guide: bool,
    /// Our remarks on the guide's oddities.
    pub(super) notes: Vec<String>,
}

/// Tells the story of a diagnosis.
pub(super) fn tell(diagnosis: &Diagnosis, redactor: &mut Redactor, options: &ReportOptions) -> Story {
    let goes_on = |finding: &&Finding| {
        if diagnosis.generation.is_some() {
            finding.activity != Activity::Ended && finding.status.is_failing()
        } else {
            finding.activity != Activity::Ended && finding.recovery.recovered.is_none()
        }
    };
    let (current, ended): (Vec<&Finding>, Vec<&Finding>) =
        diagnosis.causes().filter(|finding| !finding.suppressed).partition(goes_on);
    // With nothing that goes on, the causes that ended are the story; of a schedule only until it has been told.
    let (mut told, earlier) = if current.is_empty() {
        ended.into_iter().partition(|finding| diagnosis.generation.is_none() || finding.is_news)
    } else {
        (current, ended)
    };
    told.sort_by_key(|finding| finding.recovery.recovered.is_some());
    let causes = told.iter().enumerate().map(|(i, finding)| cause(i + 1, finding, diagnosis, redactor)).collect();
    let earlier = earlier.iter().map(|finding| one_line(finding, diagnosis)).collect();
    let problems = diagnosis.ledger.problems().map(|(source, problem)| of_source(source, problem, redactor)).collect();
    let mut notes: Vec<Shown> = diagnosis.ledger.notes.iter().map(|note| redactor.show(note)).collect();
    for (source, tally) in &diagnosis.ledger.sources {
        notes.extend(tally.notes.iter().map(|note| of_source(source, note, redactor)));
    }
    Story {
        verdict: verdict::verdict(diagnosis, &told),
        setting: setting::line(diagnosis, &told),
        window: window::asked(diagnosis).map(Shown::own),
        environment: setting::table(diagnosis, &told, redactor),
        causes,
        earlier,
        suppressed: history::suppressed(diagnosis, redactor),
        before: before::before(diagnosis, &told, redactor),
        read: Shown::own(read(diagnosis, redactor)),
        problems,
        notes,
        not_logs: diagnosis.ledger.not_logs.iter().map(|name| redactor.show(name)).collect(),
        masked: redactor.summary(),
        guide: Catalogue::guide_name(),
        made: options.made.map(utc),
        tool: format!(
            "logmedic {}, catalogue {}",
            env!("CARGO_PKG_VERSION"),
            &diagnosis.digest[..6.min(diagnosis.digest.len())]
        ),
    }
}

/// One cause, with all that is told of it.
pub(super) fn cause(number: usize, finding: &Finding, diagnosis: &Diagnosis, redactor: &mut Redactor) -> Cause {
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
    let actions = actions(&steps);
    let evidence = evidence::evidence(finding, redactor);
    Cause {
        number,
        severity: finding.severity,
        title: signature.title.clone(),
        id: signature.id.clone(),
        codes: codes.join(", "),
        facts: facts(finding, &effects, diagnosis, redactor),
        meaning: signature.meaning.clone(),
        state: state(finding, diagnosis),
        likely: signature.causes.clone(),
        restart: if signature.restart == Restart::Rolling {
            "restart of the nodes, one after the other"
        } else {
            "no restart"
        },
        ask: ask(&actions),
        actions,
        donts: signature.dont.clone(),
        check: check(finding),
        refusals: evidence::refusals(finding, redactor),
        ruled_out: signature.not_this.iter().cloned().chain(evidence::clock(finding)).collect(),
        caused,
        evidence,
        references: signature.references.clone(),
    }
}

/// How to see that the remedy worked; of mail the logs may tell it too.
fn check(finding: &Finding) -> String {
    let signature = &finding.signature;
    if ends_with_a_poll(signature.category) && finding.recovery.recovered.is_none() {
        format!("{} Or ask the logs: logmedic verify --since TIME_OF_FIX --wait 10m PATH", signature.verify)
    } else {
        signature.verify.clone()
    }
}

/// Whether a cause goes on, for readers in several zones.
fn state(finding: &Finding, diagnosis: &Diagnosis) -> Shown {
    let mut text = match now(finding, diagnosis.newest) {
        Now::Recovered { last, at } => {
            format!("works again since {}, as the logs show; last seen {}", utc(at), utc(last))
        }
        _ if history::is_old_news(finding, diagnosis) => {
            format!("not in what is new since the last run{}", history::last_seen(finding))
        }
        Now::Failing(end) => format!("still failing at {} (end of the logs)", utc(end)),
        Now::Silent { last, since, end } => {
            let over = if finding.activity == Activity::Ended { "over, " } else { "" };
            format!("{over}last seen {}, {} before the logs end ({})", utc(last), duration(since), utc(end))
        }
        Now::Unknown => "time unknown (text without log headers)".to_owned(),
    };
    if let Some(first) = finding.tally.first.filter(|first| finding.tally.last != Some(*first)) {
        text.push_str(&format!("; first seen {}", utc(first)));
    }
    Shown::own(text)
}

/// A remark of ours on a log. Its name is not ours, and a remark may quote one.
fn of_source(source: &Source, remark: &str, redactor: &mut Redactor) -> Shown {
    redactor.show(&format!("{}: {remark}", source.name))
}

fn one_line(finding: &Finding, diagnosis: &Diagnosis) -> Shown {
    let time = finding
        .tally
        .first
        .zip(finding.tally.last)
        .map_or_else(String::new, |(first, last)| format!(", {}", time_range(first, last)));
    let steps = actions::guide_steps(&finding.remedy);
    Shown::own(format!(
        "{} ({}), {} {}{time}{}{steps}",
        finding.signature.title,
        finding.signature.id,
        grouped(finding.total_events),
        plural(finding.total_events, "event"),
        history::remark(finding, diagnosis)
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

fn read(diagnosis: &Diagnosis, redactor: &mut Redactor) -> String {
    let ledger = &diagnosis.ledger;
    let logs = ledger.logs_read();
    let mut text = format!(
        "{}, {} {}, {logs} {}",
        bytes(ledger.bytes()),
        grouped(ledger.events()),
        plural(ledger.events(), "event"),
        plural(logs as u64, "file")
    );
    let sets: Vec<String> = rotation::sets(&ledger.sources)
        .iter()
        .map(|set| {
            let name = set.base.rsplit('/').next().unwrap_or(set.base);
            let node =
                set.files[0].0.node.as_ref().map_or_else(String::new, |node| format!(" of {}", redactor.show(node)));
            format!("{}{node} and {} rotated", redactor.show(name), set.files.len() - 1)
        })
        .collect();
    if !sets.is_empty() {
        let more = if sets.len() > 3 { format!(", {} more sets", sets.len() - 3) } else { String::new() };
        text.push_str(&format!(" ({}{more})", sets[..sets.len().min(3)].join(", ")));
    }
    if let Some((first, last)) = ledger.span() {
        text.push_str(&format!(", {}", time_range(first, last).split(',').next().unwrap_or_default()));
    }
    if ledger.is_complete() {
        text.push_str(", nothing skipped");
    }
    text.push_str(&history::covered(diagnosis, redactor));
    text
}
