//! Adds reports up: of nodes, of ranges of one log, of days. One report is in memory at a time; what stays is their sum.
//!
//! A report that cannot be read is a problem of the sum and leaves the others unharmed. Reports that must not be added,
//! because they mean different things or count the same bytes twice, refuse the whole.

use std::collections::BTreeSet;
use std::io::{BufRead, Read};
use std::sync::Arc;

use serde_json::error::Category;

use super::SCHEMA;
use super::reading::{Head, MOST, Part, part};
use crate::catalogue::Catalogue;
use crate::diagnosis::{Source, SourceTally, Tally, Window};
use crate::error::Error;
use crate::report::redact::{KeyId, Level};

/// Most bytes of one report.
const MOST_BYTES: u64 = 1 << 30;

/// Adds reports up.
#[derive(Debug)]
pub struct Merger<'c> {
    catalogue: &'c Catalogue,
    any_digest: bool,
    tally: Tally,
    not_logs: BTreeSet<String>,
    reports: usize,
    weight: u64,
    /// The span of time of the reports so far; none where they differ.
    window: Option<Window>,
    refusals: BTreeSet<String>,
    twice: BTreeSet<String>,
    /// The highest level of masking below `full`, if there was a report with one.
    partly: Option<Level>,
    /// Keys of the reports that were masked in full; `None` for numbered pseudonyms.
    keys: BTreeSet<Option<KeyId>>,
}

/// The sum of reports, settled.
#[derive(Debug)]
pub struct Merged {
    /// The sum.
    pub tally: Tally,
    /// Files in scanned folders that are no logs, sorted.
    pub not_logs: Vec<String>,
    /// The span of time that all reports asked for; open where they differ.
    pub window: Window,
    /// Logs that more than one report speaks of though not both read something of them.
    pub twice: Vec<String>,
    /// How much was masked at least in one of the reports; the sum cannot show more.
    pub redaction: Level,
    /// Names the key of the pseudonyms in it; `None` where there are none, or where they are numbered.
    pub key_id: Option<KeyId>,
}

impl<'c> Merger<'c> {
    /// Nothing yet. With `any_digest`, reports of other signatures are taken too, as far as their findings are known here.
    pub fn new(catalogue: &'c Catalogue, any_digest: bool) -> Self {
        Self {
            catalogue,
            any_digest,
            tally: Tally::default(),
            not_logs: BTreeSet::new(),
            reports: 0,
            weight: 0,
            window: None,
            refusals: BTreeSet::new(),
            twice: BTreeSet::new(),
            partly: None,
            keys: BTreeSet::new(),
        }
    }

    /// Adds every report of a file or stream: one, or several behind each other, each begun by a `{` at the start of a line
    /// or right behind the report before. `name` is used in messages.
    pub fn add(&mut self, name: &str, mut reports: impl BufRead) {
        let mut piece = Vec::new();
        let mut pieces = 0;
        loop {
            let room = MOST_BYTES.saturating_sub(piece.len() as u64);
            let mut line = Vec::new();
            let read = reports.by_ref().take(room).read_until(b'\n', &mut line);
            if room == 0 {
                self.add_problem(name, "holds a report of more than 1 GiB; nothing behind it was read");
                return;
            }
            if let Err(error) = read {
                self.add_problem(name, &format!("cannot be read: {error}"));
                return;
            }
            let is_next = piece.ends_with(b"\n") && line.starts_with(b"{");
            if is_next || line.is_empty() {
                pieces += self.add_piece(name, pieces, &piece);
                piece.clear();
            }
            if line.is_empty() {
                break;
            }
            piece.append(&mut line);
        }
        if pieces == 0 {
            self.add_problem(name, "is empty: it holds no report");
        }
    }

    /// Takes note of a report that could not be opened.
    pub fn add_problem(&mut self, name: &str, problem: &str) {
        let tally = SourceTally { problems: [problem.to_owned()].into(), ..SourceTally::default() };
        let source = Arc::new(Source { node: None, name: name.to_owned() });
        self.tally.merge(Tally { sources: [(source, tally)].into(), ..Tally::default() });
    }

    /// The sum. An error when reports must not be added, or when there was none that could be read.
    pub fn finish(mut self) -> Result<Merged, Error> {
        let full = !self.keys.is_empty();
        let alone = self.reports == 1;
        let one_key = self.keys.len() == 1 && !self.keys.contains(&None);
        if full && !(alone || (one_key && self.partly.is_none())) {
            self.refusals.insert(
                "reports with --redact full name the same host differently in each; scan again with --redact secrets, or \
                 with --redact full and one --redact-key FILE for all"
                    .to_owned(),
            );
        }
        if !self.refusals.is_empty() {
            return Err(Error::Refused(self.refusals.into_iter().collect()));
        }
        if self.reports == 0 {
            let reasons = self.tally.sources.iter().flat_map(|(source, tally)| {
                tally.problems.iter().map(move |problem| format!("  {}: {problem}", source.name))
            });
            return Err(Error::NothingRead(reasons.collect()));
        }
        self.tally.settle();
        Ok(Merged {
            tally: self.tally,
            not_logs: self.not_logs.into_iter().collect(),
            window: self.window.unwrap_or_default(),
            twice: self.twice.into_iter().collect(),
            key_id: self.keys.into_iter().next().flatten(),
            redaction: if full { Level::Full } else { self.partly.unwrap_or(Level::Off) },
        })
    }

    /// Adds the reports of a piece of text, mostly one. Returns how many there were, whole or not.
    fn add_piece(&mut self, name: &str, before: usize, piece: &[u8]) -> usize {
        let piece = piece.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(piece);
        let mut found = 0;
        let mut from = 0;
        let mut heads = serde_json::Deserializer::from_slice(piece).into_iter::<Head>();
        while let Some(head) = heads.next() {
            found += 1;
            let number = before + found;
            let place = if number > 1 { format!("report {number} in it ") } else { String::new() };
            match head {
                Ok(head) => {
                    let report = &piece[from..heads.byte_offset()];
                    from = heads.byte_offset();
                    if let Err(problem) = self.add_report(name, &head, report) {
                        self.add_problem(name, &format!("{place}{problem}"));
                    }
                }
                Err(error) => {
                    let problem = match error.classify() {
                        Category::Eof => "is cut short: it ends in the middle; make it again".to_owned(),
                        Category::Data => format!("is no JSON report of logmedic ({error}); make one with -f json"),
                        Category::Io | Category::Syntax => format!("is no JSON ({error}); make one with -f json"),
                    };
                    self.add_problem(name, &format!("{place}{problem}"));
                    break;
                }
            }
        }
        found
    }

    fn add_report(&mut self, name: &str, head: &Head, report: &[u8]) -> Result<(), String> {
        let Some(schema) = &head.schema else {
            return Err("is no JSON report of logmedic: it states no `schema`; make one with -f json".to_owned());
        };
        if schema != SCHEMA {
            self.refusals.insert(format!(
                "{name} is of schema {schema:?}, and this release reads {SCHEMA:?}: merge it with the release that wrote it"
            ));
            return Ok(());
        }
        let digest = head.tool.as_ref().map_or("", |tool| tool.signatures_digest.as_str());
        let is_foreign = digest != self.catalogue.digest();
        if is_foreign && !self.any_digest {
            self.refusals.insert(format!(
                "{name} was made with other signatures (digest {digest}, here {}): use the same release and --signatures, \
                 or take it as it is with --any-digest",
                self.catalogue.digest()
            ));
            return Ok(());
        }
        let mut part = part(report, self.catalogue)?;
        if self.weight.saturating_add(part.weight) > MOST {
            return Err("would make the sum larger than any logs can be".to_owned());
        }
        if is_foreign {
            for seen in part.tally.sources.values_mut() {
                seen.notes.insert(format!("was scanned with other signatures (digest {digest})"));
            }
        }
        for (id, events) in &part.unknown {
            self.add_problem(name, &format!("holds {events} events of {id}, which is no signature here"));
        }
        if self.has_overlap(name, &part) {
            return Ok(());
        }
        if self.reports > 0 && self.window != Some(part.window) {
            self.window = None;
        } else {
            self.window = Some(part.window);
        }
        self.weight += part.weight;
        self.reports += 1;
        match part.level {
            Level::Full => _ = self.keys.insert(part.key_id),
            level => self.partly = self.partly.max(Some(level)),
        }
        self.not_logs.extend(part.not_logs);
        self.tally.merge(part.tally);
        Ok(())
    }

    /// Whether a report reads bytes that another one read. What both name without that is remembered as named twice.
    fn has_overlap(&mut self, name: &str, part: &Part) -> bool {
        let mut overlap = false;
        for (source, seen) in &part.tally.sources {
            let Some(mine) = self.tally.sources.get(source) else { continue };
            let both = seen.ranges.iter().find(|(start, range)| {
                mine.ranges.range(..range.end).next_back().is_some_and(|(_, before)| before.end > **start)
            });
            if let Some((start, range)) = both {
                overlap = true;
                self.refusals.insert(format!(
                    "{name} reads bytes {start} to {} of {:?}{}, which another report reads too: leave one of the two out, or, \
                     where these are two logs of one name, scan each with --source and a name of its own",
                    range.end,
                    source.name,
                    source.node.as_deref().map_or_else(String::new, |node| format!(" on {node}")),
                ));
            } else if seen.ranges.is_empty() || mine.ranges.is_empty() {
                self.twice.insert(source.name.clone());
            }
        }
        overlap
    }
}

impl Merged {
    /// Makes a problem of each of these nodes of which no report speaks.
    pub fn expect_nodes(&mut self, nodes: &[String]) {
        for node in nodes {
            if self.tally.sources.keys().all(|source| source.node.as_ref() != Some(node)) {
                let problem = "has not reported: it is expected, and no report names it".to_owned();
                let tally = SourceTally { problems: [problem].into(), ..SourceTally::default() };
                // Without a node of its own: a host that is missing is not one whose logs were read.
                let source = Arc::new(Source { node: None, name: format!("node {node}") });
                self.tally.merge(Tally { sources: [(source, tally)].into(), ..Tally::default() });
            }
        }
    }
}
