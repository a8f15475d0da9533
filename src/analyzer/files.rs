//! Plain files: cut into chunks that threads take as they become free. An event belongs to the chunk in which its first
//! byte lies; whoever has that chunk reads on to the event's end.

use std::ops::Range;

use super::ScanOptions;
use super::scanner::{Block, LOOK_BEHIND, Scanner, SourceFacts};
use super::window;
use crate::diagnosis::Tally;
use crate::input::PlainFile;
use crate::matcher::Matcher;

/// Bytes behind a chunk that are read with it: its last event mostly ends there.
const NEAR: u64 = 4 * 1024;
/// Bytes that are read at a time to find the end of a longer one.
const FAR: u64 = 64 * 1024;

/// A piece of work: a chunk of a plain file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    /// Which of the parts.
    pub(super) source: usize,
    pub(super) start: u64,
    end: u64,
}

impl Chunk {
    /// Its bytes.
    pub(super) fn len(&self) -> u64 {
        self.end - self.start
    }
}

/// What is to be read of a plain file.
pub(super) struct FilePart<'a> {
    pub(super) facts: SourceFacts,
    pub(super) file: &'a PlainFile,
    /// The events are counted that begin in these bytes.
    pub(super) range: Range<u64>,
}

impl<'a> FilePart<'a> {
    fn of(facts: &SourceFacts, file: &'a PlainFile, range: Range<u64>) -> Self {
        Self { facts: facts.clone(), file, range }
    }
}

/// What is wanted of all files, or the range that is wanted of the only one. What is left out of a file for its window is
/// told in the tally.
pub(super) fn parts<'a>(
    files: &'a [(SourceFacts, PlainFile)],
    options: &ScanOptions,
    tally: &mut Tally,
) -> Vec<FilePart<'a>> {
    let mut wanted = Vec::new();
    for (facts, file) in files {
        if let Some(range) = &options.range {
            let range = range.start.min(file.len())..range.end.min(file.len());
            wanted.push(FilePart::of(facts, file, range));
        } else {
            let parts = window::parts(facts, file);
            tally.merge(window::note(&parts, facts, file));
            wanted.extend(parts.into_iter().map(|(start, end)| FilePart::of(facts, file, start..end)));
        }
    }
    wanted
}

/// All parts in chunks; an empty one is one empty chunk.
pub(super) fn chunks(parts: &[FilePart<'_>], options: &ScanOptions) -> Vec<Chunk> {
    let step = options.chunk_size.max(1) as u64;
    parts
        .iter()
        .enumerate()
        .flat_map(|(source, part)| {
            let Range { start, end } = part.range;
            (0..(end - start).div_ceil(step).max(1)).map(move |i| Chunk {
                source,
                start: start + i * step,
                end: (start + (i + 1) * step).min(end),
            })
        })
        .collect()
}

/// What is said of a source by its last byte.
pub(super) fn end_note(text: &[u8]) -> Option<&'static str> {
    match text.last()? {
        b'\n' => None,
        0 => Some("ends with NUL bytes, as after a crash of the host"),
        _ => Some("ends in the middle of a line"),
    }
}

/// Scans the events that begin in one chunk of a plain file, reading on to the end of the last one.
pub(super) fn scan_chunk(
    scanner: &mut Scanner<'_>,
    matcher: &Matcher,
    file: &PlainFile,
    chunk: Chunk,
    buffer: &mut Vec<u8>,
) {
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
    for hole in file.holes().iter().filter(|hole| (chunk.start..chunk.end).contains(&hole.start)) {
        scanner.seen_mut().notes.insert(format!(
            "has a hole of {} bytes at byte {} that was jumped: never written, as after it was emptied under its writer",
            hole.end - hole.start,
            hole.start
        ));
    }
    let (mut at, mut goes_on);
    if file.hole_at(chunk.start).is_some_and(|end| end >= chunk.end) {
        goes_on = scanner.feed_nuls(chunk.start, chunk.end - chunk.start);
        at = chunk.end;
    } else {
        at = (chunk.end + NEAR).min(file.len());
        goes_on = window(scanner, chunk.start, chunk.end, at);
    }
    while goes_on && at < file.len() {
        // The last bytes of a hole are read: what begins behind it must be seen with them.
        if let Some(end) = file.hole_at(at).map(|end| end - FAR).filter(|&end| end > at) {
            scanner.feed_nuls_beyond(end - at);
            at = end;
            continue;
        }
        let to = (at + FAR).min(file.len());
        goes_on = window(scanner, at, at, to);
        at = to;
    }
    if chunk.end == file.len() && chunk.start < chunk.end {
        let mut last = Vec::new();
        if let Ok(byte) = file.window(file.len() - 1, file.len(), &mut last)
            && let Some(note) = end_note(byte)
        {
            scanner.seen_mut().notes.insert(note.to_owned());
        }
    }
    scanner.finish_part(part_end);
}
