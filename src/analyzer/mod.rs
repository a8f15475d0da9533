//! The conductor: sources in, chunks in parallel, tallies merged. The only part that knows all stages but the report.

mod examples;
mod markers;
mod memory;
mod plan;
mod scanner;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::catalogue::Catalogue;
use crate::diagnosis::{SourceTally, Tally};
use crate::error::Error;
use crate::event::layout::SNIFF_LENGTH;
use crate::event::{Layout, Level};
use crate::input::{BlockReader, MapMode, PlainFile};
use crate::matcher::Matcher;

pub use examples::{Proof, load_with, prove, taken_over};
pub use memory::scan_text;
use plan::{Plan, Prepared, UTF16, is_utf16};
use scanner::{BINARY, Block, LOOK_BEHIND, Scanner, SourceFacts};

/// Bytes that one thread works on at a time; they fit into a core's second-level cache.
pub const CHUNK_SIZE: usize = 512 * 1024;

/// Bytes behind a chunk that are read with it: its last event mostly ends there.
const NEAR: u64 = 4 * 1024;
/// Bytes that are read at a time to find the end of a longer one.
const FAR: u64 = 64 * 1024;

/// How a scan runs. But for `only` and `skip` nothing in it changes what is found.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// Threads; `None` takes as many as the machine has cores for this process.
    pub threads: Option<usize>,
    /// Whether files are mapped.
    pub map: MapMode,
    /// Bytes per chunk.
    pub chunk_size: usize,
    /// The name of standard input in the report.
    pub stdin_name: String,
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
            stdin_name: "stdin".to_owned(),
            only: Vec::new(),
            skip: Vec::new(),
        }
    }
}

/// Something to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file, or a folder whose logs are to be found.
    Path(PathBuf),
}

/// What a scan found: the sum of all its parts, settled.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// The sum.
    pub tally: Tally,
    /// Files in scanned folders that hold no line of a known layout.
    pub not_logs: Vec<String>,
}

/// A piece of work: a chunk of a plain file.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    source: usize,
    start: u64,
    end: u64,
}

/// Scans everything that is named. A file that cannot be read is a problem in the ledger; an error means that nothing was read.
pub fn scan(catalogue: &Catalogue, inputs: &[Input], options: &ScanOptions) -> Result<Scan, Error> {
    let names = |list: &[String], id: &str| list.iter().any(|other| other == id);
    let matcher = &Matcher::new(catalogue, |id| {
        (options.only.is_empty() || names(&options.only, id)) && !names(&options.skip, id)
    })?;
    let Plan { mut scan, files, streams, .. } = Plan::of(inputs, options);
    for prepared in streams {
        let name = prepared.facts.source.name.clone();
        match scan_stream(matcher, prepared, options) {
            Some(part) => scan.tally.merge(part),
            None => scan.not_logs.push(name),
        }
    }
    scan.tally.merge(scan_files(matcher, &files, options)?);
    if inputs == [Input::Stdin]
        && scan.tally.sources.values().all(|stdin| stdin.bytes == 0 && stdin.problems.is_empty())
    {
        return Err(Error::EmptyStdin);
    }
    if scan.tally.sources.values().all(|source| source.bytes == 0 && !source.problems.is_empty()) {
        let failed =
            scan.tally.sources.iter().flat_map(|(source, tally)| {
                tally.problems.iter().map(|problem| format!("  {}: {problem}", source.name))
            });
        let not_logs = scan.not_logs.iter().map(|name| format!("  {name}: is no log"));
        return Err(Error::NothingRead(failed.chain(not_logs).collect()));
    }
    for source in scan.tally.sources.values_mut() {
        if source.events > source.levels[Level::None as usize] && source.problems.remove(BINARY) {
            source.notes.insert("begins with NUL bytes".to_owned());
        }
    }
    scan.tally.settle();
    Ok(scan)
}

/// Scans plain files: their chunks are taken by whichever thread is free.
fn scan_files(matcher: &Matcher, files: &[(SourceFacts, PlainFile)], options: &ScanOptions) -> Result<Tally, Error> {
    let step = options.chunk_size.max(1) as u64;
    let chunks: Vec<Chunk> = files
        .iter()
        .enumerate()
        .flat_map(|(source, (_, file))| {
            let length = file.len();
            (0..length.div_ceil(step).max(1)).map(move |i| Chunk {
                source,
                start: i * step,
                end: ((i + 1) * step).min(length),
            })
        })
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut buffer = Vec::new();
        let mut scanner: Option<Scanner<'_>> = None;
        while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (facts, file) = &files[chunk.source];
            match &mut scanner {
                Some(scanner) => scanner.restart(facts.clone(), chunk.start),
                None => scanner = Some(Scanner::new(matcher, facts.clone(), chunk.start)),
            }
            if let Some(scanner) = &mut scanner {
                scan_chunk(scanner, matcher, file, *chunk, &mut buffer);
            }
        }
        scanner.map(Scanner::into_tally).unwrap_or_default()
    };
    let threads = options
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
        .clamp(1, chunks.len().max(1));
    if threads == 1 {
        return Ok(work());
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::Threads { threads, reason: error.to_string() })?;
    Ok(pool.broadcast(|_| work()).into_iter().fold(Tally::default(), |mut sum, part| {
        sum.merge(part);
        sum
    }))
}

/// Scans the events that begin in one chunk of a plain file, reading on to the end of the last one.
fn scan_chunk(scanner: &mut Scanner<'_>, matcher: &Matcher, file: &PlainFile, chunk: Chunk, buffer: &mut Vec<u8>) {
    let ahead = Scanner::look_ahead(matcher) as u64;
    let mut part_end = chunk.end;
    // Works on `from..to`, and on what follows up to `beyond` for the last event only.
    let mut window = |scanner: &mut Scanner<'_>, from: u64, to: u64, beyond: u64| -> bool {
        let base = from.saturating_sub(LOOK_BEHIND as u64);
        let bytes = match file.window(base, beyond + ahead, buffer) {
            Ok(bytes) => bytes,
            Err(error) => {
                scanner.seen_mut().problems.insert(format!("bytes {from} to {to} cannot be read: {error}"));
                return false;
            }
        };
        let end = base + bytes.len() as u64;
        if end < to {
            part_end = part_end.min(end);
            scanner.seen_mut().problems.insert(format!("was cut short while it was read: it ends at byte {end} now"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "distances inside one buffer")]
        let [from, to, beyond] = [from, to, beyond].map(|place| ((place - base) as usize).min(bytes.len()));
        scanner.feed(Block { buffer: bytes, base, from, to });
        scanner.feed_beyond(Block { buffer: bytes, base, from: to, to: beyond })
    };
    let mut at = (chunk.end + NEAR).min(file.len());
    let mut goes_on = window(scanner, chunk.start, chunk.end, at);
    while goes_on && at < file.len() {
        let to = (at + FAR).min(file.len());
        goes_on = window(scanner, at, at, to);
        at = to;
    }
    if chunk.end == file.len() && !file.is_empty() {
        let mut last = Vec::new();
        if let Ok(byte) = file.window(file.len() - 1, file.len(), &mut last)
            && byte != b"\n"
        {
            scanner.seen_mut().notes.insert("ends in the middle of a line".to_owned());
        }
    }
    scanner.finish_part(part_end);
}

/// Scans a stream in order, while another thread reads (and decompresses) ahead. `None` for one that was found in a folder
/// and does not begin like a log.
fn scan_stream(matcher: &Matcher, prepared: Prepared, options: &ScanOptions) -> Option<Tally> {
    let Prepared { mut facts, stream } = prepared;
    let ahead = Scanner::look_ahead(matcher);
    let mut blocks = BlockReader::new(stream.bytes, options.chunk_size.max(SNIFF_LENGTH));
    let mut scanner: Option<Scanner<'_>> = None;
    let mut buffer: Vec<u8> = Vec::new();
    // Offsets of the buffer's first byte and of the first byte that was not worked on.
    let (mut base, mut done) = (0_u64, 0_u64);
    let mut failure = None;
    loop {
        let block = blocks.next_block();
        let is_last = block.as_ref().is_none_or(|(bytes, _)| bytes.len() < options.chunk_size.max(SNIFF_LENGTH));
        if let Some((bytes, error)) = block {
            buffer.extend_from_slice(&bytes);
            blocks.give_back(bytes);
            failure = error;
        }
        if scanner.is_none() && is_utf16(&buffer) {
            let tally = SourceTally { problems: [UTF16.to_owned()].into(), ..SourceTally::default() };
            return Some(Tally { sources: [(facts.source, tally)].into(), ..Tally::default() });
        }
        if scanner.is_none() {
            facts.layout = Layout::sniff(&buffer);
            if facts.layout == Layout::Text && !facts.pasted && !buffer.is_empty() {
                return None;
            }
        }
        let scanner = scanner.get_or_insert_with(|| Scanner::new(matcher, facts.clone(), 0));
        #[expect(clippy::cast_possible_truncation, reason = "distances inside one buffer")]
        let from = (done - base) as usize;
        let to = if is_last { buffer.len() } else { buffer.len().saturating_sub(ahead).max(from) };
        scanner.feed(Block { buffer: &buffer, base, from, to });
        done = base + to as u64;
        if is_last {
            break;
        }
        let kept_from = to.saturating_sub(LOOK_BEHIND);
        buffer.copy_within(kept_from.., 0);
        buffer.truncate(buffer.len() - kept_from);
        base += kept_from as u64;
    }
    let mut scanner = scanner?;
    if stream.compressed {
        scanner.seen_mut().notes.insert("is gzip; places are those of the plain text".to_owned());
    }
    if let Some(error) = failure {
        scanner.seen_mut().problems.insert(format!("cannot be read beyond byte {done}: {error}"));
    }
    if !buffer.is_empty() && !buffer.ends_with(b"\n") {
        scanner.seen_mut().notes.insert("ends in the middle of a line".to_owned());
    }
    scanner.finish_part(done);
    Some(scanner.into_tally())
}
