//! What the logs say of a fix, as text and as JSON.

use serde::Serialize;

use super::escape::for_terminal;
use super::names::{shown_node, shown_value};
use super::redact::Redactor;
use super::story::{HOW_TO_TELL, duration, moment};
use crate::diagnosis::verification::{Outcome, Part, Verification, Verified};
use crate::diagnosis::{CaptureKind, Diagnosis, Stamp};

/// The meaning of the JSON form.
const SCHEMA: &str = "logmedic.verify/1";
const WIDTH: usize = 80;

#[derive(Serialize)]
struct VerifyOut {
    schema: &'static str,
    /// The moment of the fix.
    since: String,
    /// Time of the newest event.
    newest: Option<String>,
    /// `recovered`, `quiet` or `failing`; `nothing` where nothing was failing, `no-log` where no log goes on after the fix.
    outcome: &'static str,
    complete: bool,
    findings: Vec<FindingOut>,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct FindingOut {
    signature: String,
    title: String,
    outcome: &'static str,
    last_seen: Option<String>,
    recovered: Option<String>,
    parts: Vec<PartOut>,
}

#[derive(Serialize)]
struct PartOut {
    kind: Option<CaptureKind>,
    name: Option<String>,
    node: Option<String>,
    outcome: &'static str,
    last_seen: Option<String>,
    recovered: Option<String>,
}

/// The outcome for programs.
pub(super) fn json(verification: &Verification<'_>, diagnosis: &Diagnosis, redactor: &mut Redactor) -> String {
    let text = |stamp: Option<Stamp>| stamp.map(|stamp| stamp.to_string());
    let finding = |verified: &Verified<'_>, redactor: &mut Redactor| FindingOut {
        signature: verified.finding.signature.id.clone(),
        title: verified.finding.signature.title.clone(),
        outcome: word(verified.outcome),
        last_seen: text(verified.finding.tally.last),
        recovered: text(recovered(verified.outcome)),
        parts: verified
            .parts
            .iter()
            .map(|part| PartOut {
                kind: part.name.as_ref().map(|(kind, _)| *kind),
                name: part.name.as_ref().map(|(kind, name)| shown_value(*kind, name, redactor).to_string()),
                node: part.node.as_ref().map(|node| shown_node(node, redactor).to_string()),
                outcome: word(part.outcome),
                last_seen: text(part.last),
                recovered: text(recovered(part.outcome)),
            })
            .collect(),
    };
    super::json::to_json(&VerifyOut {
        schema: SCHEMA,
        since: since(verification).to_string(),
        newest: text(verification.newest),
        outcome: match verification.outcome() {
            _ if !verification.is_covered => "no-log",
            Some(outcome) => word(outcome),
            None => "nothing",
        },
        complete: diagnosis.ledger.is_complete(),
        findings: verification.findings.iter().map(|verified| finding(verified, redactor)).collect(),
        problems: diagnosis
            .ledger
            .problems()
            .map(|(source, problem)| redactor.show(&format!("{}: {problem}", source.name)).to_string())
            .collect(),
    })
}

/// The outcome for a terminal.
pub(super) fn text(verification: &Verification<'_>, diagnosis: &Diagnosis, redactor: &mut Redactor) -> String {
    let incomplete = if diagnosis.ledger.is_complete() { "" } else { " (INCOMPLETE: see what was not read)" };
    let mut out = filled(&format!("{}{incomplete}", headline(verification)), "", "  ");
    let read = verification.newest.map_or_else(
        || "none of these logs has an event of the day before or after it".to_owned(),
        |newest| format!("in logs up to {}", moment(newest)),
    );
    out.push_str(&filled(&format!("Since {}: {read}", moment(since(verification))), "", "  "));
    let mut is_unsure = false;
    for verified in &verification.findings {
        is_unsure |= verified.outcome == Outcome::Quiet;
        let finding = verified.finding;
        let codes: Vec<&str> = finding.values(CaptureKind::AadstsCode).into_iter().map(|(code, _)| code).collect();
        let codes = if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) };
        out.push('\n');
        let title = format!("{}{codes}", finding.signature.title);
        out.push_str(&filled(&title, &format!("{:<14} ", label(verified.outcome)), "               "));
        if verified.parts.is_empty() {
            let text = told(verified.outcome, finding.tally.last);
            out.push_str(&filled(&text, "               ", "                 "));
        }
        for part in &verified.parts {
            let text = format!("{}: {}", name(part, redactor), told(part.outcome, part.last));
            out.push_str(&filled(&text, "               ", "                 "));
        }
    }
    if is_unsure && verification.is_covered {
        out.push('\n');
        out.push_str(&filled(HOW_TO_TELL, "CHECK  ", "       "));
    }
    for (source, problem) in diagnosis.ledger.problems() {
        let problem = redactor.show(&format!("{}: {problem}", source.name));
        out.push_str(&filled(&for_terminal(&problem), "NOT READ  ", "  "));
    }
    out
}

fn headline(verification: &Verification<'_>) -> String {
    let behind = || {
        let (newest, since) = (verification.newest?.instant, since(verification).instant);
        Some(duration(newest - since))
    };
    match verification.outcome() {
        _ if !verification.is_covered => "NO LOG AFTER THE FIX: nothing can be said yet".to_owned(),
        None => "NOTHING KNOWN was failing in the day before, and nothing is since".to_owned(),
        Some(Outcome::Failing) => "STILL FAILING".to_owned(),
        Some(Outcome::Quiet) => {
            let span = behind().map_or_else(String::new, |span| format!(" in the {span} of log since"));
            format!("QUIET, NOT PROVEN: no failure{span}, but no success of everything that had failed")
        }
        Some(Outcome::Recovered(_)) => "RECOVERED: everything that was failing works again".to_owned(),
    }
}

fn since(verification: &Verification<'_>) -> Stamp {
    verification.since.stamp(verification.newest.and_then(|newest| newest.offset))
}

fn name(part: &Part, redactor: &mut Redactor) -> String {
    let name = part.name.as_ref().filter(|(_, name)| !name.is_empty());
    let name = name.map_or_else(
        || "what names no mail server".to_owned(),
        |(kind, name)| for_terminal(&shown_value(*kind, name, redactor)),
    );
    let node = part.node.as_ref().map(|node| format!(" on {}", for_terminal(&shown_node(node, redactor))));
    format!("{name}{}", node.unwrap_or_default())
}

fn told(outcome: Outcome, last: Option<Stamp>) -> String {
    let last = last.map_or_else(|| "unknown".to_owned(), moment);
    match outcome {
        Outcome::Recovered(found) => {
            let by = if found.is_first { "at" } else { "by" };
            format!("recovered {by} {} (last failure {last})", moment(found.at))
        }
        Outcome::Quiet => format!("quiet since {last}; these logs show no success since then"),
        Outcome::Failing => format!("still failing, last at {last}"),
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Recovered(_) => "recovered",
        Outcome::Quiet => "quiet",
        Outcome::Failing => "failing",
    }
}

fn label(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Recovered(_) => "RECOVERED",
        Outcome::Quiet => "QUIET",
        Outcome::Failing => "STILL FAILING",
    }
}

fn recovered(outcome: Outcome) -> Option<Stamp> {
    match outcome {
        Outcome::Recovered(moment) => Some(moment.at),
        Outcome::Quiet | Outcome::Failing => None,
    }
}

fn filled(text: &str, first: &str, rest: &str) -> String {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options) + "\n"
}
