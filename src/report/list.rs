//! What a scan would read, as text and as JSON: logs with their files, layouts, sizes and times, and what is no log.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::escape::{for_terminal, visible};
use super::redact::{Redactor, Shown};
use super::story::{bytes, plural, time_range};
use crate::diagnosis::rotation::{base_of, sets};
use crate::diagnosis::{Ledger, Source, SourceTally, Stamp};

/// The meaning of the JSON form.
const SCHEMA: &str = "logmedic.list/1";

#[derive(Serialize)]
struct List {
    schema: &'static str,
    complete: bool,
    sources: Vec<Listed>,
    sets: Vec<Set>,
    notes: Vec<String>,
    problems: Vec<String>,
    not_logs: Vec<String>,
}

#[derive(Serialize)]
struct Listed {
    source: String,
    node: Option<String>,
    bytes: u64,
    layout: &'static str,
    zone: Option<String>,
    first_event: Option<String>,
    last_event: Option<String>,
    notes: Vec<String>,
    problems: Vec<String>,
}

/// A rotated log: its files in order of the times inside them.
#[derive(Serialize)]
struct Set {
    log: String,
    node: Option<String>,
    sources: Vec<String>,
}

/// The list for programs.
pub(super) fn json(ledger: &Ledger, redactor: &mut Redactor) -> String {
    let mut shown = |text: &str| redactor.show(text).as_str().to_owned();
    let list = List {
        schema: SCHEMA,
        complete: ledger.is_complete(),
        sources: ledger
            .sources
            .iter()
            .map(|(source, tally)| Listed {
                source: shown(&source.name),
                node: source.node.as_deref().map(&mut shown),
                bytes: tally.bytes,
                layout: tally.layout.as_str(),
                zone: tally.first.map(Stamp::zone),
                first_event: tally.first.map(|stamp| stamp.to_string()),
                last_event: tally.last.map(|stamp| stamp.to_string()),
                notes: tally.notes.iter().map(|note| shown(note)).collect(),
                problems: tally.problems.iter().map(|problem| shown(problem)).collect(),
            })
            .collect(),
        sets: sets(&ledger.sources)
            .into_iter()
            .map(|set| Set {
                log: shown(set.base),
                node: set.files[0].0.node.as_deref().map(&mut shown),
                sources: set.files.iter().map(|(source, _)| shown(&source.name)).collect(),
            })
            .collect(),
        notes: ledger.notes.iter().map(|note| shown(note)).collect(),
        problems: ledger.problems().map(|(source, problem)| shown(&format!("{}: {problem}", source.name))).collect(),
        not_logs: ledger.not_logs.iter().map(|name| shown(name)).collect(),
    };
    super::json::to_json(&list)
}

/// The list for a terminal.
pub(super) fn text(ledger: &Ledger, redactor: &mut Redactor) -> String {
    let files = ledger.sources.iter().filter(|(_, tally)| tally.problems.is_empty()).count();
    let mut out = format!("{files} {}, {}\n", plural(files as u64, "file"), bytes(ledger.bytes()));
    let columns = Columns::of(ledger);
    let mut told: BTreeSet<(Option<&str>, &str)> = BTreeSet::new();
    let sets = sets(&ledger.sources);
    for (source, _) in &ledger.sources {
        let log = (source.node.as_deref(), base_of(&source.name).0);
        if !told.insert(log) {
            continue;
        }
        let node = log.0.map_or_else(String::new, |node| format!("{}: ", on_one_line(&redactor.show(node))));
        let set = sets.iter().find(|set| set.base == log.1 && set.files[0].0.node.as_deref() == log.0);
        let files = set.map_or_else(
            || {
                ledger
                    .sources
                    .iter()
                    .filter(|(other, _)| other == source)
                    .map(|(source, tally)| (source, tally))
                    .collect()
            },
            |set| set.files.clone(),
        );
        let rotated = if files.len() > 1 { format!(" and {} rotated", files.len() - 1) } else { String::new() };
        out.push_str(&format!("\n{node}{}{rotated}\n", on_one_line(&redactor.show(log.1))));
        for (source, tally) in files {
            out.push_str(&columns.line(source, tally, redactor));
        }
    }
    let mut list = |label: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            out.push_str(&format!("\n{label}:\n"));
            for line in &lines {
                out.push_str(&format!("  {}\n", visible(line).replace('\n', "\\x0A")));
            }
        }
    };
    list("Notes", ledger.notes.iter().map(|note| redactor.show(note).to_string()).collect());
    let problems = ledger.problems().map(|(source, problem)| format!("{}: {problem}", source.name));
    list("NOT READ", problems.map(|problem| redactor.show(&problem).to_string()).collect());
    list("Not a log", ledger.not_logs.iter().map(|name| redactor.show(name).to_string()).collect());
    out
}

/// How wide the columns of a list are.
struct Columns {
    name: usize,
    layout: usize,
}

impl Columns {
    /// A name that is longer than this pushes its own line out only.
    const WIDEST_NAME: usize = 48;

    fn of(ledger: &Ledger) -> Self {
        let widest = |length: fn(&(Arc<Source>, SourceTally)) -> usize| {
            ledger.sources.iter().map(length).filter(|&length| length <= Self::WIDEST_NAME).max().unwrap_or(0)
        };
        Self {
            name: widest(|(source, _)| last_name(source).chars().count()),
            layout: widest(|(_, tally)| tally.layout.as_str().len()),
        }
    }

    fn line(&self, source: &Source, tally: &SourceTally, redactor: &mut Redactor) -> String {
        let span = tally.first.zip(tally.last);
        let time = span.map_or_else(|| "no times".to_owned(), |(first, last)| time_range(first, last));
        let size = if tally.bytes == 0 && !tally.notes.is_empty() { "-".to_owned() } else { bytes(tally.bytes) };
        let name = on_one_line(&redactor.show(last_name(source)));
        let layout = if tally.bytes == 0 { "-" } else { tally.layout.as_str() };
        let mut line = format!("  {name:<0$}  {size:>8}  {layout:<1$}  {time}\n", self.name, self.layout);
        for note in tally.notes.iter().chain(&tally.problems) {
            line.push_str(&format!("      {}\n", on_one_line(&redactor.show(note))));
        }
        line
    }
}

/// The file's own name, without folders and archives.
fn last_name(source: &Source) -> &str {
    source.name.rsplit(['/', '!']).next().filter(|name| !name.is_empty()).unwrap_or(&source.name)
}

/// A file's name may hold a line feed.
fn on_one_line(text: &Shown) -> String {
    for_terminal(text).replace('\n', "\\x0A")
}
