//! What is said on a terminal while logs are followed: a short block when something begins to fail, then a line now and
//! then. The whole report comes at the end.

use super::{row, step, style, wrapped};
use crate::diagnosis::{Change, ChangeKind, Diagnosis, Finding};
use crate::report::escape::for_terminal;
use crate::report::redact::Redactor;
use crate::report::story::{self, grouped, moment, plural, severity};

/// The facts that say what is hit.
const SUBJECTS: [&str; 4] = ["app", "host", "mailbox", "affects"];

/// Writes what is news of a finding; nothing where somebody does not want to be told.
pub(in crate::report) fn render(diagnosis: &Diagnosis, change: &Change<'_>, redactor: &mut Redactor) -> String {
    let finding = change.finding;
    if finding.suppressed {
        return String::new();
    }
    match change.kind {
        ChangeKind::Opened if finding.caused_by.is_empty() => block(finding, diagnosis, redactor),
        ChangeKind::Opened => line("ALSO", finding, diagnosis),
        ChangeKind::Updated => line("UPDATE", finding, diagnosis),
        ChangeKind::Quiet => line("QUIET", finding, diagnosis),
        ChangeKind::Recovered => line("RECOVERED", finding, diagnosis),
    }
}

/// What fails, since when, what it hits, and the first thing to do.
fn block(finding: &Finding, diagnosis: &Diagnosis, redactor: &mut Redactor) -> String {
    let cause = story::cause(1, finding, diagnosis, redactor);
    let (word, style) = (severity(cause.severity), style(Some(cause.severity)));
    let codes = if cause.codes.is_empty() { String::new() } else { format!("  {}", cause.codes) };
    let mut out = format!("\n{style}{word}{style:#}  {}{codes}\n", cause.title);
    if let Some(first) = finding.tally.first {
        row(&mut out, "since", &moment(first));
    }
    for (label, fact) in cause.facts.iter().filter(|(label, _)| SUBJECTS.contains(label)) {
        row(&mut out, label, &for_terminal(fact));
    }
    if let Some(action) = cause.actions.first() {
        row(&mut out, "FIX", &format!("{}; step 1 of {}", cause.restart, cause.actions.len()));
        step(&mut out, 1, action);
    }
    row(&mut out, "more", &format!("logmedic explain {}; all steps stand in the report at the end", cause.id));
    out
}

/// `UPDATE  2026-01-13 02:30:29Z  CRITICAL  Microsoft refused the client secret: it has expired; 101 events`.
fn line(word: &str, finding: &Finding, diagnosis: &Diagnosis) -> String {
    let at = finding.recovery.recovered.map(|moment| moment.at).or(finding.tally.last);
    let time = at.map_or_else(String::new, |at| format!("{}  ", moment(at)));
    let title = &finding.signature.title;
    let text = match finding.tally.events {
        // Lines that came late have shown that it was something else.
        0 => format!("{word}  {title}: it was not; see the other findings"),
        events => {
            let causes = finding.caused_by.iter().filter_map(|id| diagnosis.finding(id));
            let causes: Vec<&str> = causes.map(|cause| cause.signature.title.as_str()).collect();
            let by = if causes.is_empty() { String::new() } else { format!("; caused by: {}", causes.join(", ")) };
            let severity = severity(finding.severity);
            format!("{word}  {time}{severity}  {title}; {} {}{by}", grouped(events), plural(events, "event"))
        }
    };
    wrapped(&text, 0, 8)
}
