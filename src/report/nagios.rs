//! A plugin's answer to Nagios, Icinga and their kin: one line with state, words and performance data, then what to do. It
//! fits into what old hosts of plugins take; what had to be left out is named.
//!
//! Nothing but the one bar of the first line may be read as the start of performance data, and what hosts put into pages and
//! command lines must be harmless there, so every text is made plain on its way in.

use super::ReportOptions;
use super::escape::visible;
use super::redact::{Redactor, Shown};
use super::sections::{Section, Weight, fitted};
use super::story::{self, Cause, Story, severity};
use crate::catalogue::Severity;
use crate::diagnosis::{CaptureKind, Diagnosis, Finding};

/// Most bytes of an answer: NRPE took no more for many years, and Nagios itself takes twice as many.
const LIMIT: usize = 4000;
/// Most characters of the first line before its performance data; lists of services show no more.
const WIDTH: usize = 80;
/// Most bytes of any other line.
const LINE: usize = 300;
/// Most lines of a list.
const LISTED: usize = 8;

/// The state of a service, as monitoring systems name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    /// Everything was read, and no known error counts.
    Ok,
    /// A warning counts, and nothing worse.
    Warning,
    /// An error counts, or something worse.
    Critical,
    /// Not everything was read, and neither a warning nor an error is in what was.
    Unknown,
}

impl ServiceState {
    /// The state that follows from a diagnosis.
    pub fn of(diagnosis: &Diagnosis) -> Self {
        match diagnosis.worst() {
            Some(Severity::Critical | Severity::Error) => Self::Critical,
            Some(Severity::Warning) => Self::Warning,
            Some(Severity::Info) | None if diagnosis.ledger.is_complete() => Self::Ok,
            Some(Severity::Info) | None => Self::Unknown,
        }
    }

    /// The exit code by which a plugin tells it.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The answer of a run that failed, for this reason.
pub fn unknown(reason: &str) -> String {
    let first = plain(&format!("{}: {reason}", ServiceState::Unknown.name()));
    if first.chars().count() <= WIDTH {
        return first + "\n";
    }
    let whole = reason.lines().filter(|line| !line.trim().is_empty()).take(LISTED).map(|reason| line(LINE, reason));
    let whole: String = whole.collect();
    format!("{}\n{whole}", shortened(&first, WIDTH))
}

/// Writes the answer.
pub(super) fn render(diagnosis: &Diagnosis, redactor: &mut Redactor, options: &ReportOptions) -> String {
    let story = story::tell(diagnosis, redactor, options);
    let mut sections = vec![section(Weight::Answer, "heading", heading(diagnosis, &story))];
    for cause in &story.causes {
        sections.push(section(Weight::Answer, "causes", answer(cause)));
        let facts = cause.facts.iter().map(|(label, fact)| line(LINE, &format!("  {label}: {fact}"))).collect();
        sections.push(section(Weight::Evidence, "facts", facts));
    }
    list(&mut sections, Weight::Setting, "what was not read", "NOT READ", &story.problems);
    list(&mut sections, Weight::Aside, "causes that are over", "Earlier, over", &story.earlier);
    list(&mut sections, Weight::Aside, "what is suppressed", "Suppressed", &story.suppressed);
    let footer = line(LINE, &format!("Read: {}", story.read));
    fitted(&sections, &footer, LIMIT, str::len, |names| {
        line(LINE, &format!("Left out for length, see the text report: {names}"))
    })
}

fn section(weight: Weight, name: &'static str, text: String) -> Section {
    Section { weight, name, text }
}

fn heading(diagnosis: &Diagnosis, story: &Story) -> String {
    let state = ServiceState::of(diagnosis);
    let incomplete = if diagnosis.ledger.is_complete() { "" } else { ", INCOMPLETE" };
    let room = WIDTH - state.name().len() - ": ".len() - incomplete.len();
    let words = match state {
        ServiceState::Ok => plain(&story.verdict.heading),
        ServiceState::Warning | ServiceState::Critical => failing(diagnosis, room),
        ServiceState::Unknown => "no known error in what could be read".to_owned(),
    };
    let mut out = format!("{}: {}{incomplete} | {}\n", state.name(), shortened(&words, room), performance(diagnosis));
    if let Some(window) = &story.window {
        out.push_str(&line(LINE, &format!("Only events {window}")));
    }
    out
}

/// The worst of what counts, causes before what they brought about: its title with as much more as there is room for.
fn failing(diagnosis: &Diagnosis, room: usize) -> String {
    let counting: Vec<&Finding> = diagnosis.counting().collect();
    let is_cause = |finding: &Finding| finding.caused_by.is_empty();
    // Of equals the first one, as the findings are in order.
    let Some(worst) = counting.iter().rev().max_by_key(|finding| (finding.severity, is_cause(finding))) else {
        return String::new();
    };
    let others =
        counting.iter().filter(|finding| is_cause(finding) && finding.signature.id != worst.signature.id).count();
    let others = if others == 0 { String::new() } else { format!(" and {others} more") };
    let code = worst.values(CaptureKind::AadstsCode).first().map_or_else(String::new, |(code, _)| format!(" ({code})"));
    let [short, long] = ["", &code].map(|code| plain(&format!("{}{code}{others}", worst.signature.title)));
    if long.chars().count() <= room { long } else { short }
}

/// What counts by severity, and what this run read: the same labels in each answer, or graphs would break.
fn performance(diagnosis: &Diagnosis) -> String {
    let ledger = &diagnosis.ledger;
    let count = |severity| diagnosis.counting().filter(|finding| finding.severity == severity).count() as u64;
    let values = [
        ("critical", count(Severity::Critical), ""),
        ("error", count(Severity::Error), ""),
        ("warning", count(Severity::Warning), ""),
        ("info", count(Severity::Info), ""),
        ("problems", ledger.problems().count() as u64, ""),
        ("read_events", ledger.events(), ""),
        ("read_bytes", ledger.bytes(), "B"),
    ];
    values.map(|(label, value, unit)| format!("{label}={value}{unit};;;0")).join(" ")
}

fn answer(cause: &Cause) -> String {
    let codes = if cause.codes.is_empty() { String::new() } else { format!(" ({})", cause.codes) };
    let mut out = line(LINE, &format!("{} {} {}{codes}", cause.number, severity(cause.severity), cause.title));
    out.push_str(&line(LINE, &format!("  state: {}", cause.state)));
    for action in &cause.actions {
        let tag = if action.in_guide { action.tag.as_str() } else { "ours" };
        out.push_str(&line(LINE, &format!("  fix, {}: {} [{tag}]", action.side, action.text)));
    }
    out.push_str(&line(LINE, &format!("  CHECK: {}", cause.check)));
    out.push_str(&line(LINE, &format!("  more: logmedic explain {}", cause.id)));
    out
}

fn list(sections: &mut Vec<Section>, weight: Weight, name: &'static str, head: &str, items: &[Shown]) {
    let mut push = |text: &str| sections.push(section(weight, name, line(LINE, &format!("{head}: {text}"))));
    items.iter().take(LISTED).for_each(|item| push(item.as_str()));
    if items.len() > LISTED {
        push(&format!("{} more", items.len() - LISTED));
    }
}

/// One line of at most so many bytes.
fn line(most: usize, text: &str) -> String {
    let indent = if text.starts_with("  ") { "  " } else { "" };
    let text = plain(text);
    let mut end = text.len();
    if end > most {
        end = most - "...".len();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
    }
    let cut = if end < text.len() { "..." } else { "" };
    format!("{indent}{}{cut}\n", &text[..end])
}

/// At most so many characters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - "...".len()).collect();
    format!("{}...", kept.trim_end())
}

/// Text on one line without the bar, without what is markup in the pages that show it, and without what a shell expands in
/// the command lines of notifications.
fn plain(text: &str) -> String {
    let text = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    // As in a path through menus.
    let text = text.replace(" > ", " / ");
    let plain = |character| match character {
        '|' | '\\' => '/',
        '<' => '(',
        '>' => ')',
        '`' => '\'',
        '$' => '_',
        other => other,
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_one_line_without_a_bar_or_markup() {
        assert_eq!(plain("a | b > <c>\n$(d) `e` \u{1b}[31mf \\n"), "a / b / (c) _(d) 'e' /x1B[31mf /n");
        assert_eq!(line(10, "  a\tb"), "  a b\n");
        assert_eq!(line(10, "0123456789"), "0123456789\n");
        assert_eq!(line(10, "012345678\u{E9}"), "0123456...\n");
        assert_eq!(line(10, "012345\u{E9}\u{E9}x"), "012345...\n");
        assert_eq!(shortened("one two three", 8), "one t...");
    }

    #[test]
    fn a_run_that_failed_is_unknown() {
        assert_eq!(unknown("nothing\n  was | read"), "UNKNOWN: nothing was / read\n");
        let long = unknown(&format!("{}\n\n  a | b\nc\n", "x ".repeat(50)));
        let (first, rest) = long.split_once('\n').unwrap();
        assert!(first.len() <= WIDTH && first.ends_with("x..."), "{first}");
        assert!(rest.ends_with("x\n  a / b\nc\n"), "{rest}");
        assert!(unknown(&"x\n".repeat(100_000)).len() < 200);
        assert_eq!(unknown(&"x".repeat(10_000)).len(), WIDTH + 1 + LINE + 1);
    }
}
