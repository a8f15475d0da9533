//! The conductor: sources in, chunks in parallel, tallies merged. The only part that knows all stages but the report.

mod carried;
mod copies;
mod examples;
mod files;
mod follow;
mod increment;
mod installation;
mod listing;
mod markers;
mod memory;
mod nodes;
mod package;
mod plan;
mod progress;
mod queue;
mod scanner;
mod streams;
mod window;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::diagnosis::tally::HEADLESS;
use crate::diagnosis::{Source, Tally};
use crate::error::Error;
use crate::event::{Window, Zone};
use crate::input::{Limits, MapMode};
use crate::matcher::Matcher;

pub use examples::{Proof, load_with, prove, taken_over};
pub use follow::Follow;
pub use increment::{Increment, scan_increment};
pub use listing::list;
pub use memory::scan_text;
use plan::Plan;
pub use progress::Progress;
use queue::Queue;

/// Bytes that one thread works on at a time; they fit into a core's second-level cache.
pub const CHUNK_SIZE: usize = 512 * 1024;

/// What the support tool keeps of a longer file: its last bytes.
const SUPPORT_TOOL_KEEPS: u64 = 25 * 1024 * 1024;

/// How a scan runs. But for `window`, `zone`, `range`, `only`, `skip` and `limits`
/// nothing in it changes what is found.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// Threads; `None` takes as many as the machine has cores for this process.
    pub threads: Option<usize>,
    /// Whether files are mapped.
    pub map: MapMode,
    /// Bytes per chunk.
    pub chunk_size: usize,
    /// How much may come out of compressed input.
    pub limits: Limits,
    /// The name of standard input in the report.
    pub stdin_name: String,
    /// The name of a file in the report, where only one is named and its path should not stand there.
    pub file_name: Option<String>,
    /// Of the only file: the bytes in which the events begin that are counted. It must be a plain file.
    pub range: Option<Range<u64>>,
    /// The span of time that is asked for; what lies outside is neither counted nor looked at.
    pub window: Window,
    /// The zone of logs that state none.
    pub zone: Option<Zone>,
    /// Whether it is noted when each mail server was heard of: what a schedule needs to tell that one fell silent.
    pub voices: bool,
    /// Told how far the scan has come, for whoever watches it.
    pub progress: Option<Arc<Progress>>,
    /// Signatures to look for; empty means all.
    pub only: Vec<String>,
    /// Signatures not to look for.
    pub skip: Vec<String>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            threads: None,
            map: MapMode::Auto,
            chunk_size: CHUNK_SIZE,
            limits: Limits::default(),
            stdin_name: "stdin".to_owned(),
            file_name: None,
            range: None,
            window: Window::default(),
            zone: None,
            voices: false,
            progress: None,
            only: Vec::new(),
            skip: Vec::new(),
        }
    }
}

impl ScanOptions {
    /// Whether a signature is looked for.
    pub fn looks_for(&self, id: &str) -> bool {
        let names = |list: &[String]| list.iter().any(|other| other == id);
        (self.only.is_empty() || names(&self.only)) && !names(&self.skip)
    }
}

/// Sources of which it is told one by one why nothing could be read.
const MOST_REASONS: usize = 20;

/// Something to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file, or a folder whose logs are to be found.
    Path(PathBuf),
    /// The same, with the name of the Jira host whose logs it holds.
    Node {
        /// The host's name in the report.
        name: String,
        /// The file or folder.
        path: PathBuf,
    },
}

/// What a scan found: the sum of all its parts, settled.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// The sum.
    pub tally: Tally,
    /// Files in scanned folders that hold no line of a known layout.
    pub not_logs: Vec<String>,
}

fn only_whole(source: &Source) -> Error {
    let reason = "a compressed or prefixed log, UTF-16 or a pipe can only be read whole".to_owned();
    Error::NoRange(source.name.clone(), reason)
}

impl Scan {
    /// The error to end with when none of what was named could be read; the ledger holds the reasons too, for programs.
    pub fn nothing_read(&self) -> Option<Error> {
        if self.tally.sources.values().any(|source| source.bytes > 0 || source.problems.is_empty()) {
            return None;
        }
        let failed =
            self.tally.sources.iter().flat_map(|(source, tally)| {
                tally.problems.iter().map(|problem| format!("  {}: {problem}", source.name))
            });
        // Some say already why they were left alone.
        let not_logs = self.not_logs.iter().map(|name| {
            let is_told = name.ends_with(')');
            if is_told { format!("  {name}") } else { format!("  {name}: is no log") }
        });
        let mut reasons: Vec<String> = failed.chain(not_logs).collect();
        let more = reasons.len().saturating_sub(MOST_REASONS);
        if more > 0 {
            reasons.truncate(MOST_REASONS);
            reasons.push(format!("  and {more} more (--list names them all)"));
        }
        Some(Error::NothingRead(reasons))
    }
}

/// Scans everything that is named. A file that cannot be read is a problem in the ledger, and [`Scan::nothing_read`] tells
/// whether all were such. An error means that there is nothing to report on.
pub fn scan(catalogue: &Catalogue, inputs: &[Input], options: &ScanOptions) -> Result<Scan, Error> {
    let matcher = &compiled(catalogue, options)?;
    let Plan { mut scan, files, streams, archives, .. } = Plan::of(inputs, options).without_copies();
    if let Some(range) = &options.range {
        match (&files[..], &streams[..], &archives[..]) {
            ([(facts, file)], [], []) if range.start >= file.len() => {
                let name = facts.source.name.clone();
                return Err(Error::NoRange(name, format!("it ends at byte {}, before the range begins", file.len())));
            }
            ([_] | [], [], []) => {}
            (_, [stream], []) => return Err(only_whole(&stream.facts.source)),
            (_, [], [archive]) => return Err(only_whole(&archive.facts.source)),
            _ => return Err(Error::NoRange("several logs".to_owned(), "a range is of one plain file".to_owned())),
        }
    }
    let parts = files::parts(&files, options, &mut scan.tally);
    scan.merge(Queue::new(matcher, options, &parts, streams, archives).run()?);
    scan.not_logs.sort();
    if inputs == [Input::Stdin]
        && scan.tally.sources.values().all(|stdin| stdin.bytes == 0 && stdin.problems.is_empty())
    {
        return Err(Error::EmptyStdin);
    }
    conclude(&mut scan.tally, options);
    Ok(scan)
}

/// The signatures that are looked for, compiled.
fn compiled(catalogue: &Catalogue, options: &ScanOptions) -> Result<Matcher, Error> {
    Ok(Matcher::new(catalogue, |id| options.looks_for(id))?)
}

/// What can be said only when all parts are added up.
fn conclude(tally: &mut Tally, options: &ScanOptions) {
    for source in tally.sources.values_mut() {
        if source.bytes == SUPPORT_TOOL_KEEPS && source.notes.iter().any(|note| note.starts_with(HEADLESS)) {
            source.notes.insert(
                "was cut by the support tool, which keeps the last 25 MiB: the beginning is missing".to_owned(),
            );
        }
        let is_of_unknown_zone = source.zones.iter().any(|(offset, _)| offset.is_none());
        if is_of_unknown_zone && options.window.names_an_instant() {
            source.notes.insert("states no time zone: its times were taken as UTC (--zone says it better)".to_owned());
        }
    }
    tally.settle();
}
