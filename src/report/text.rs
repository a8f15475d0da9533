//! The report for a terminal: the answer on the first screen, 80 columns, colour only on state and severity.

mod change;

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator, WordSplitter};

use super::ReportOptions;
use super::escape::for_terminal;
use super::redact::Redactor;
use super::story::{self, Action, Cause, Refusal, grouped, severity};
use crate::catalogue::Severity;
use crate::diagnosis::Diagnosis;

pub(super) use change::render as render_change;

const WIDTH: usize = 80;
/// Where facts begin.
const COLUMN: usize = 12;

/// Writes the report.
pub(super) fn render(diagnosis: &Diagnosis, redactor: &mut Redactor, options: &ReportOptions) -> String {
    let (story, verbose) = (story::tell(diagnosis, redactor, options), options.verbose);
    let mut out = String::new();
    let verdict = &story.verdict;
    let style = style(verdict.severity);
    let separator = if verdict.severity.is_some() { ":" } else { "" };
    let first = wrapped(&format!("{}{separator} {}", verdict.state, verdict.rest), 0, 2);
    out.push_str(&first.replacen(verdict.state, &format!("{style}{}{style:#}", verdict.state), 1));
    if let Some(setting) = &story.setting {
        out.push_str(&wrapped(&for_terminal(setting), 0, 2));
    }
    if let Some(window) = &story.window {
        out.push_str(&wrapped(&format!("Only events {}", for_terminal(window)), 0, 2));
    }
    for cause in &story.causes {
        out.push('\n');
        tell_cause(&mut out, cause, verbose);
    }
    list(&mut out, "Earlier, over", &story.earlier);
    list(&mut out, "Suppressed", &story.suppressed);
    if verbose {
        list(&mut out, "Before it began", &story.before);
    }
    list(&mut out, "NOT READ", &story.problems);
    if verbose {
        list(&mut out, "Notes", &story.notes);
        list(&mut out, "Not a log", &story.not_logs);
    }
    out.push('\n');
    let mut read = format!("Read: {}", for_terminal(&story.read));
    if !verbose {
        let hidden = [(story.notes.len(), "note"), (story.not_logs.len(), "file that is no log")];
        let hidden: Vec<String> = hidden
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(
                |(count, word)| {
                    if *count == 1 { format!("1 {word}") } else { format!("{count} {}", plural_phrase(word)) }
                },
            )
            .collect();
        if !hidden.is_empty() {
            read.push_str(&format!("; {} (-v)", hidden.join(", ")));
        }
    }
    out.push_str(&wrapped(&read, 0, 6));
    out.push_str(&wrapped(&format!("Masked: {}", story.masked), 0, 8));
    if verbose {
        out.push_str(&wrapped(&story.tool, 0, 2));
    }
    out
}

fn plural_phrase(word: &str) -> String {
    if word == "note" { "notes".to_owned() } else { "files that are no logs".to_owned() }
}

fn tell_cause(out: &mut String, cause: &Cause, verbose: bool) {
    let style = style(Some(cause.severity));
    let word = severity(cause.severity);
    let head = format!("{} {word}  {}", cause.number, cause.title);
    let room = WIDTH.saturating_sub(head.chars().count());
    let codes = if !cause.codes.is_empty() && cause.codes.len() + 2 <= room {
        format!("{:>room$}", cause.codes)
    } else {
        String::new()
    };
    out.push_str(&format!("{head}{codes}\n").replacen(word, &format!("{style}{word}{style:#}"), 1));
    if codes.is_empty() && !cause.codes.is_empty() {
        row(out, "code", &cause.codes);
    }
    for (label, fact) in &cause.facts {
        row(out, label, &for_terminal(fact));
    }
    if !cause.ruled_out.is_empty() {
        row(out, "not this", &cause.ruled_out.join("; "));
    }
    if verbose {
        row(out, "meaning", &cause.meaning);
        row(out, "likely", &cause.likely.join("; "));
    }
    out.push('\n');
    let legend = "[n] = guide step";
    let restart = cause.restart;
    let gap = WIDTH.saturating_sub(COLUMN + restart.len() + legend.len()).max(2);
    out.push_str(&format!("  FIX       {restart}{}{legend}\n", " ".repeat(gap)));
    for (i, action) in cause.actions.iter().enumerate() {
        step(out, i + 1, action);
        if verbose {
            for note in &action.notes {
                row(out, "", &format!("Note: {note}"));
            }
        }
    }
    for dont in &cause.donts {
        row(out, "DON'T", dont);
    }
    row(out, "CHECK", &cause.check);
    let hidden = if verbose { 0 } else { cause.refusals.len().saturating_sub(1) };
    let shown = &cause.refusals[hidden..];
    for (i, refusal) in shown.iter().enumerate() {
        tell_refusal(out, refusal, if i == 0 { "TO MS" } else { "" });
    }
    if !cause.caused.is_empty() {
        let parts: Vec<String> =
            cause.caused.iter().map(|(count, title)| format!("{} x {title}", grouped(*count))).collect();
        row(out, "caused", &parts.join("; "));
    }
    if verbose {
        for reference in &cause.references {
            row(out, "see", reference);
        }
        for evidence in &cause.evidence {
            row(out, "event", &for_terminal(&evidence.place));
            for line in for_terminal(&evidence.text).lines() {
                out.push_str(&format!("    | {line}\n"));
            }
            if evidence.cut > 0 {
                out.push_str(&format!("    | [cut, {} more bytes]\n", grouped(evidence.cut as u64)));
            }
        }
    }
}

fn step(out: &mut String, number: usize, action: &Action) {
    let is_new = !action.same_needs && !action.needs.is_empty();
    let needs = if is_new { format!("Needs: {}. ", action.needs) } else { String::new() };
    let tag = if action.in_guide { action.tag.as_str() } else { "ours" };
    let text = format!("{needs}{} [{tag}]", action.text);
    let head = format!("  {number:>2} {} ", action.side);
    let first = format!("{head:<COLUMN$}");
    out.push_str(&textwrap::fill(&text, options().initial_indent(&first).subsequent_indent(&" ".repeat(COLUMN))));
    out.push('\n');
}

/// The values under which Microsoft's support finds a refusal, one a line so that each can be copied.
fn tell_refusal(out: &mut String, refusal: &Refusal, label: &str) {
    row(out, label, &format!("{:<15} {}", format!("{} refusal", refusal.which), for_terminal(&refusal.time)));
    let ids = [("Trace ID", &refusal.trace_id), ("Correlation ID", &refusal.correlation_id)];
    for (name, id) in ids {
        if let Some(id) = id {
            row(out, "", &format!("{name:<15} {}", for_terminal(id)));
        }
    }
}

fn row(out: &mut String, label: &str, text: &str) {
    let first = format!("  {label:<8}  ");
    out.push_str(&textwrap::fill(text, options().initial_indent(&first).subsequent_indent(&" ".repeat(COLUMN))));
    out.push('\n');
}

fn list(out: &mut String, label: &str, lines: &[super::redact::Shown]) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("\n{label}:\n"));
    for line in lines {
        out.push_str(&wrapped(&for_terminal(line), 2, 4));
    }
}

fn wrapped(text: &str, indent: usize, further: usize) -> String {
    let (first, rest) = (" ".repeat(indent), " ".repeat(further));
    format!("{}\n", textwrap::fill(text, options().initial_indent(&first).subsequent_indent(&rest)))
}

/// Lines break at blanks only: a broken path or id cannot be copied.
fn options<'a>() -> Options<'a> {
    Options::new(WIDTH)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
}

fn style(severity: Option<Severity>) -> Style {
    match severity {
        Some(Severity::Critical | Severity::Error) => AnsiColor::Red.on_default().bold(),
        Some(Severity::Warning) => AnsiColor::Yellow.on_default().bold(),
        Some(Severity::Info) => AnsiColor::Cyan.on_default(),
        None => AnsiColor::Green.on_default().bold(),
    }
}
