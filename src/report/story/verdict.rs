//! The answer in one line, in the words of a terminal and of a ticket's heading.

use serde::Serialize;

use super::words::{duration, moment, plural, utc, utc_range};
use super::{history, window};
use crate::catalogue::{Category, Role, Severity};
use crate::diagnosis::{Activity, CaptureKind, Diagnosis, Finding, Stamp};

/// A cause that was seen so shortly before the logs end is still failing there, in milliseconds: a few polls.
const STILL: i64 = 15 * 60_000;

/// The first line.
#[derive(Serialize)]
pub(in crate::report) struct Verdict {
    pub(in crate::report) severity: Option<Severity>,
    pub(in crate::report) state: &'static str,
    pub(in crate::report) rest: String,
    /// The same as a ticket's heading, with times in UTC.
    pub(in crate::report) heading: String,
}

/// Whether a cause goes on when the logs end.
pub(super) enum Now {
    /// It does; when they end.
    Failing(Stamp),
    /// All that it hit works again; when it was last seen, and since when.
    Recovered { last: Stamp, at: Stamp },
    /// It was last seen so many milliseconds before they end.
    Silent { last: Stamp, since: i64, end: Stamp },
    /// No event has a time.
    Unknown,
}

/// How a finding stands against the newest event.
pub(super) fn now(finding: &Finding, newest: Option<Stamp>) -> Now {
    if let Some((last, moment)) = finding.tally.last.zip(finding.recovery.recovered) {
        return Now::Recovered { last, at: moment.at };
    }
    match (finding.tally.last, newest) {
        (Some(last), Some(end)) if end.instant - last.instant <= STILL => Now::Failing(end),
        (Some(last), Some(end)) => Now::Silent { last, since: end.instant - last.instant, end },
        _ => Now::Unknown,
    }
}

/// What holds for the causes that are told.
pub(super) fn verdict(diagnosis: &Diagnosis, told: &[&Finding]) -> Verdict {
    let complete = diagnosis.ledger.is_complete();
    let incomplete = if complete { "" } else { " (INCOMPLETE: see what was not read)" };
    let Some(first) = told.first() else {
        if let Some(mut verdict) = window::verdict_outside(diagnosis) {
            verdict.rest.push_str(incomplete);
            verdict.heading.push_str(incomplete);
            return verdict;
        }
        let (state, rest) = if complete {
            ("NO KNOWN ERROR", history::place_of_nothing(diagnosis))
        } else {
            ("INCOMPLETE", "no known error in what could be read")
        };
        let heading = if complete { format!("No known error {rest}") } else { format!("INCOMPLETE: {rest}") };
        return Verdict { severity: None, state, rest: rest.to_owned(), heading };
    };
    let worst = told.iter().map(|finding| finding.severity).max();
    let is_mail = told.iter().any(|finding| finding.severity == Severity::Critical && is_mail(finding));
    let now = now(first, diagnosis.newest);
    let still = !matches!(now, Now::Silent { .. });
    let is_recovered = matches!(now, Now::Recovered { .. });
    let is_old_news = history::is_old_news(first, diagnosis);
    let state = match worst {
        Some(Severity::Critical) if is_recovered && is_mail => "MAIL WORKS AGAIN",
        _ if is_recovered => "RECOVERED",
        _ if diagnosis.generation.is_some() && !first.status.is_failing() => "QUIET",
        _ if is_old_news => "NO NEWS",
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
    let state_now = match now {
        Now::Recovered { last, at } => format!(", last seen {}, recovered {}", moment(last), moment(at)),
        _ if is_old_news => format!(" of earlier runs{}, not in what is new since", history::last_seen(first)),
        Now::Failing(end) => format!(", still failing when the log ends ({})", moment(end)),
        Now::Silent { last, since, end } => {
            format!(", last seen {}, {} before the log ends ({})", moment(last), duration(since), moment(end))
        }
        Now::Unknown => ", time unknown (text without log headers)".to_owned(),
    };
    let rest = format!("{count}{state_now}{incomplete}");
    Verdict { severity: worst, state, rest, heading: heading(state, first, told.len() - 1, incomplete) }
}

/// `Mail down since 2026-01-13 01:07:52 UTC: title`, and how many causes beside it there are.
fn heading(state: &str, first: &Finding, others: usize, incomplete: &str) -> String {
    let when = match (state, first.tally.first.zip(first.tally.last)) {
        (_, None) => String::new(),
        ("MAIL FAILED" | "MAIL WORKS AGAIN" | "RECOVERED" | "OVER" | "QUIET" | "NO NEWS", Some((first, last))) => {
            format!(" {}", utc_range(first, last))
        }
        (_, Some((first, _))) => format!(" since {}", utc(first)),
    };
    let what = match state {
        "MAIL IS DOWN" => "Mail down",
        "MAIL FAILED" => "Mail failed",
        "MAIL WORKS AGAIN" => "Mail works again, it failed",
        "RECOVERED" => "Recovered",
        "OVER" => "Over",
        "QUIET" => "Quiet",
        "NO NEWS" => "No news",
        "RECOGNISED" => "Recognised",
        "JIRA IS IN TROUBLE" => "Jira in trouble",
        "ERRORS FOUND" => "Errors",
        _ => "Warnings",
    };
    let more = if others == 0 { String::new() } else { format!(" (and {others} more)") };
    let codes: Vec<&str> = first.values(CaptureKind::AadstsCode).into_iter().map(|(code, _)| code).take(3).collect();
    let codes = if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) };
    format!("{what}{when}: {}{codes}{more}{incomplete}", first.signature.title)
}

fn is_mail(finding: &Finding) -> bool {
    !matches!(finding.signature.category, Category::Platform | Category::Jira)
}
