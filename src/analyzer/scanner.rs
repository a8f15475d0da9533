//! The single pass over a source's bytes: each cached block is walked for headers and searched for anchors, and only the
//! few events that hold an anchor are looked at.
//!
//! A [`Scanner`] is fed consecutive blocks. What it finds depends on the bytes alone, never on where the blocks were cut:
//! the header test and the search see a fixed distance ahead, and of an event longer than [`TEXT_KEPT`] the same parts are
//! kept however it arrives.

use std::sync::Arc;

use memchr::{memchr, memchr_iter};

use super::markers;
use crate::diagnosis::tally::{BINARY, HEADLESS, LEADING_NULS, NULS, Range};
use crate::diagnosis::{Place, Source, SourceTally, Tally};
use crate::event::start::{self, StartFinder};
use crate::event::{EventStart, Header, Layout, Level, Stamp, Window, Zone};
use crate::input::carrier::BYTE_ORDER_MARK;
use crate::matcher::{Event, Hit, Matcher, named_mail_server};

mod counts;
mod pasted;

use counts::Run;

/// Bytes of an event's beginning that are kept for looking at it.
pub(crate) const TEXT_KEPT: usize = 64 * 1024;
/// Of a longer event, the text round the first place of each further anchor is kept too: so much before it …
const WINDOW_BEFORE: usize = 256;
/// … and so much from its first byte on.
const WINDOW_AFTER: usize = 1024;
/// Most such places.
const MOST_WINDOWS: usize = 16;
/// What is said of a source that begins with the byte order mark of UTF-8.
pub(crate) const MARKED: &str = "begins with a byte order mark";
/// What is said of a source in which something with the shape of a time stamp is none.
const IMPOSSIBLE: &str = "has lines with a date or time that does not exist; they count with the event before them";
/// What is said of a source in which a reading of the clock names two moments.
const TWICE: &str =
    "has events in the hour that came twice when the clocks went back; they were taken for those of the first one";
/// Bytes before a block that must be in the buffer with it.
pub(crate) const LOOK_BEHIND: usize = 1024;

/// What is known of a source before it is scanned.
#[derive(Debug, Clone)]
pub(crate) struct SourceFacts {
    pub(crate) source: Arc<Source>,
    pub(crate) layout: Layout,
    /// Whether text without a header counts as evidence.
    pub(crate) pasted: bool,
    /// The span of time that is asked for; what lies outside is neither counted nor looked at.
    pub(crate) window: Window,
    /// The zone of stamps that state none.
    pub(crate) zone: Option<Zone>,
    /// Whether it is noted when each mail server was heard of.
    pub(crate) voices: bool,
}

/// Bytes in a buffer that are to be worked on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a> {
    /// The buffer, with up to [`LOOK_BEHIND`] bytes before `from` and the scanner's look-ahead behind `to`.
    pub(crate) buffer: &'a [u8],
    /// Offset of the buffer's first byte in the source.
    pub(crate) base: u64,
    /// First byte to work on.
    pub(crate) from: usize,
    /// First byte behind.
    pub(crate) to: usize,
}

/// Where a line of carried text stands in the stream that carried it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    /// Offset of its first byte in the text that is scanned.
    pub(crate) at: u64,
    /// Offset of the line in the stream.
    pub(crate) byte: u64,
    /// Line feeds before it in the stream.
    pub(crate) line_feeds: u64,
}

/// An event whose end was not yet seen.
#[derive(Debug, Clone)]
struct OpenEvent {
    /// Its level; `None` for text without a header.
    start: Option<Level>,
    place: Place,
    text: Vec<u8>,
    literals: Vec<u16>,
    windows: Vec<u8>,
    window_count: usize,
    length: u64,
    /// NUL bytes at its beginning.
    nuls: u64,
}

/// Works through one source, or one part of it.
#[derive(Clone)]
pub(crate) struct Scanner<'m> {
    matcher: &'m Matcher,
    facts: SourceFacts,
    finder: StartFinder,
    part_start: u64,
    line_feeds: u64,
    /// Lines of carried text, in order; empty for a text that stands in its source as it is.
    origins: Vec<Origin>,
    seen: SourceTally,
    run: Run,
    open: Option<OpenEvent>,
    starts: Vec<EventStart>,
    hits: Vec<Hit>,
    literals: Vec<u16>,
    spare: Vec<u8>,
    tally: Tally,
}

impl<'m> Scanner<'m> {
    /// A scanner that begins at `part_start` of a source.
    pub(crate) fn new(matcher: &'m Matcher, facts: SourceFacts, part_start: u64) -> Self {
        let finder = StartFinder::new(facts.layout.start_rule());
        let seen = SourceTally { layout: facts.layout, ..SourceTally::default() };
        Self {
            matcher,
            facts,
            finder,
            part_start,
            line_feeds: 0,
            origins: Vec::new(),
            seen,
            run: Run::EMPTY,
            open: None,
            starts: Vec::new(),
            hits: Vec::new(),
            literals: Vec::new(),
            spare: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Begins another part, of the same or another source; what was found so far stays in the tally.
    pub(crate) fn restart(&mut self, facts: SourceFacts, part_start: u64) {
        if facts.layout != self.facts.layout {
            self.finder = StartFinder::new(facts.layout.start_rule());
        }
        self.seen = SourceTally { layout: facts.layout, ..SourceTally::default() };
        (self.facts, self.part_start, self.line_feeds) = (facts, part_start, 0);
    }

    /// Bytes behind a block that its buffer must hold, unless the source ends before.
    pub(crate) fn look_ahead(matcher: &Matcher) -> usize {
        (start::LOOK_AHEAD + WINDOW_AFTER).max(matcher.filter().look_ahead())
    }

    /// Works on a block of the scanner's own part: events that start in it are counted.
    pub(crate) fn feed(&mut self, block: Block<'_>) {
        let Block { buffer, base, from, to } = block;
        let mut starts = std::mem::take(&mut self.starts);
        starts.clear();
        let mut text_start = from;
        if base + from as u64 == 0 && buffer.starts_with(BYTE_ORDER_MARK) {
            text_start = BYTE_ORDER_MARK.len();
            self.seen.notes.insert(MARKED.to_owned());
            starts.extend(self.finder.test(buffer, text_start).filter(|_| text_start < to));
        }
        let head = &buffer[..buffer.len().min(start::LOOK_AHEAD)];
        if self.facts.layout == Layout::Text && base + from as u64 == 0 && memchr(0, head).is_some() {
            self.seen.problems.insert(BINARY.to_owned());
        }
        // The search comes before the walk, since it works longer on each byte and so hides more of the wait for memory.
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        self.matcher.filter().find(buffer, from, to, &mut hits);
        self.finder.find(buffer, from, to, base == 0, &mut starts);
        if let Some(zone) = &self.facts.zone {
            for start in &mut starts {
                let Some((stamp, comes_twice)) = start.stamp.map(|stamp| zone.read(stamp)) else { continue };
                start.stamp = Some(stamp);
                if comes_twice {
                    self.seen.notes.insert(TWICE.to_owned());
                }
            }
        }
        let first = starts.first().map_or(to, |start| start.at);
        if text_start < first && base + from as u64 == 0 {
            // What stands before the first header of a source is an event without a header.
            self.open = Some(self.open_event(None, 0, 0));
        }
        let (own, mut rest) = split_at(&hits, first);
        let mut counted = from;
        if self.open.is_some() && from < to {
            self.absorb(block, from, first, own);
            if first < to {
                self.close();
            }
        }
        let may_hear = self.facts.voices && self.facts.layout == Layout::JiraMail;
        for (i, start) in starts.iter().enumerate() {
            let next = starts.get(i + 1);
            let end = next.map_or(to, |next| next.at);
            let (own, later) = split_at(rest, end);
            rest = later;
            if self.is_outside(start.stamp) {
                continue;
            }
            self.count(start.level, start.stamp);
            if may_hear {
                self.hear(&buffer[start.at..], start.stamp);
            }
            let is_wanted = own.iter().any(|hit| self.matcher.matters_at(start.level, hit.literal));
            if next.is_some() && !is_wanted {
                continue;
            }
            self.line_feeds += bytecount::count(&buffer[counted..start.at], b'\n') as u64;
            counted = start.at;
            let byte = base + start.at as u64;
            if next.is_some() && end - start.at <= TEXT_KEPT {
                self.literals.clear();
                self.literals.extend(own.iter().map(|hit| hit.literal));
                self.literals.sort_unstable();
                self.literals.dedup();
                let literals = std::mem::take(&mut self.literals);
                let place = self.place(byte, self.line_feeds);
                self.look_at(&buffer[start.at..end], end - start.at, true, &literals, &place);
                self.literals = literals;
            } else {
                self.open = Some(self.open_event(Some(start.level), byte, self.line_feeds));
                self.absorb(block, start.at, end, own);
                if next.is_some() {
                    self.close();
                }
            }
        }
        self.line_feeds += bytecount::count(&buffer[counted..to], b'\n') as u64;
        self.seen.bytes += (to - from) as u64;
        (self.starts, self.hits) = (starts, hits);
    }

    /// Takes the next `length` bytes of the scanner's own part as NUL, as if a block of them had come. They begin at `base`.
    /// Whether an event goes on into them.
    pub(crate) fn feed_nuls(&mut self, base: u64, length: u64) -> bool {
        if base == 0 {
            self.open = Some(self.open_event(None, 0, 0));
            if self.facts.layout == Layout::Text {
                self.seen.problems.insert(BINARY.to_owned());
            }
        }
        self.seen.bytes += length;
        self.feed_nuls_beyond(length);
        self.open.is_some()
    }

    /// Takes bytes behind the scanner's part as NUL.
    pub(crate) fn feed_nuls_beyond(&mut self, length: u64) {
        let Some(event) = &mut self.open else { return };
        let kept = usize::try_from(length).unwrap_or(TEXT_KEPT).min(TEXT_KEPT - event.text.len());
        event.text.resize(event.text.len() + kept, 0);
        event.nuls += if event.nuls == event.length { length } else { 0 };
        event.length += length;
    }

    /// Works on a block of carried text: places are those in the stream. `origins` holds each line that begins in the block,
    /// and the one that goes on from before.
    pub(crate) fn feed_carried(&mut self, block: Block<'_>, origins: &mut Vec<Origin>) {
        std::mem::swap(&mut self.origins, origins);
        self.feed(block);
        std::mem::swap(&mut self.origins, origins);
    }

    /// Works on a block behind the scanner's part, only to finish its last event. `false` when that is done.
    pub(crate) fn feed_beyond(&mut self, block: Block<'_>) -> bool {
        let Block { buffer, base, from, to } = block;
        if self.open.is_none() {
            return false;
        }
        let mut starts = std::mem::take(&mut self.starts);
        starts.clear();
        self.finder.find(buffer, from, to, base == 0, &mut starts);
        let end = starts.first().map_or(to, |start| start.at);
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        self.matcher.filter().find(buffer, from, end, &mut hits);
        self.absorb(block, from, end, &hits);
        (self.starts, self.hits) = (starts, hits);
        if end < to {
            self.close();
        }
        self.open.is_some()
    }

    /// Ends the part at `part_end`: the last event is complete, and what was counted goes into the tally.
    pub(crate) fn finish_part(&mut self, part_end: u64) {
        self.close();
        if self.finder.take_refused() {
            self.seen.notes.insert(IMPOSSIBLE.to_owned());
        }
        if self.finder.take_behind_nuls() {
            self.seen.notes.insert(NULS.to_owned());
        }
        self.end_run();
        let mut seen = std::mem::take(&mut self.seen);
        if part_end > self.part_start {
            seen.ranges.insert(self.part_start, Range { end: part_end, lines: self.line_feeds });
        }
        let part = Tally { sources: [(Arc::clone(&self.facts.source), seen)].into(), ..Tally::default() };
        self.tally.merge(part);
    }

    /// What was found so far; it is not told again.
    pub(crate) fn take_found(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }

    /// Drops the event whose end was not seen.
    pub(crate) fn leave_open(&mut self) {
        self.open = None;
    }

    /// Everything that was found.
    pub(crate) fn into_tally(self) -> Tally {
        self.tally
    }

    /// Remarks on the source that is being scanned.
    pub(crate) fn seen_mut(&mut self) -> &mut SourceTally {
        &mut self.seen
    }

    /// Takes note of the mail server that an event's first line names.
    fn hear(&mut self, text: &[u8], stamp: Option<Stamp>) {
        let line = &text[..text.len().min(start::LOOK_AHEAD)];
        let server = stamp.and_then(|stamp| Some((named_mail_server(line, Layout::JiraMail)?, stamp)));
        if let Some((server, stamp)) = server {
            self.tally.add_voice(&server, stamp);
        }
    }

    fn place(&self, byte: u64, line_feeds: u64) -> Place {
        let behind = self.origins.partition_point(|origin| origin.at <= byte);
        let (byte, line_feeds) = match behind.checked_sub(1) {
            Some(last) => (self.origins[last].byte, self.origins[last].line_feeds),
            None => (byte, line_feeds),
        };
        Place { source: Arc::clone(&self.facts.source), byte, line_feeds, counted_from: self.part_start }
    }

    fn open_event(&mut self, start: Option<Level>, byte: u64, line_feeds: u64) -> OpenEvent {
        let mut text = std::mem::take(&mut self.spare);
        text.clear();
        OpenEvent {
            start,
            place: self.place(byte, line_feeds),
            text,
            literals: Vec::new(),
            windows: Vec::new(),
            window_count: 0,
            length: 0,
            nuls: 0,
        }
    }

    /// Adds `buffer[from..to]` to the open event.
    fn absorb(&mut self, block: Block<'_>, from: usize, to: usize, hits: &[Hit]) {
        let Some(mut event) = self.open.take() else { return };
        let part = &block.buffer[from..to];
        let room = TEXT_KEPT - event.text.len();
        event.text.extend_from_slice(&part[..part.len().min(room)]);
        for hit in hits {
            if event.literals.contains(&hit.literal) {
                continue;
            }
            event.literals.push(hit.literal);
            // What begins shortly before the limit may be cut by it, so it gets a place of its own too.
            let offset = event.length + (hit.at - from) as u64;
            if offset + WINDOW_AFTER as u64 >= TEXT_KEPT as u64 && event.window_count < MOST_WINDOWS {
                let limit = (hit.at + WINDOW_AFTER).min(block.buffer.len());
                let end = self.end_of_event(block.buffer, hit.at, limit);
                let window = &block.buffer[hit.at.saturating_sub(WINDOW_BEFORE)..end];
                event.windows.push(b'\n');
                event.windows.extend_from_slice(if end == limit { whole_words(window) } else { window });
                event.window_count += 1;
            }
        }
        if event.start.is_none() && event.nuls == event.length {
            event.nuls += part.iter().position(|&byte| byte != 0).unwrap_or(part.len()) as u64;
        }
        event.length += part.len() as u64;
        self.open = Some(event);
    }

    /// The end of the event that holds `buffer[at]`, no further than `limit`.
    fn end_of_event(&mut self, buffer: &[u8], at: usize, limit: usize) -> usize {
        memchr_iter(b'\n', &buffer[at..limit])
            .map(|feed| at + feed + 1)
            .find(|&line| self.finder.test(buffer, line).is_some())
            .unwrap_or(limit)
    }

    /// The open event is complete.
    fn close(&mut self) {
        let Some(mut event) = self.open.take() else { return };
        let has_header = event.start.is_some();
        if event.nuls > 0 && event.nuls == event.length {
            // Nothing but what a log leaves behind that was emptied under its writer.
            self.seen.notes.insert(format!("begins with {}{LEADING_NULS}", event.nuls));
        } else if !has_header && !event.text.trim_ascii().is_empty() {
            self.seen.events += 1;
            self.seen.levels[Level::None as usize] += 1;
            if self.facts.layout != Layout::Text {
                self.seen.notes.insert(format!("{HEADLESS} ({} bytes before the first header)", event.length));
            }
        }
        let level = event.start.unwrap_or_default();
        if event.length > TEXT_KEPT as u64 {
            event.text.truncate(whole_words(&event.text).len());
        } else {
            // All of it was kept: what was set aside near the limit stands in the text already.
            event.windows.clear();
        }
        let verbatim = event.text.len();
        if !has_header && self.facts.pasted {
            pasted::add_plain_readings(&mut event.text);
            let mut hits = Vec::new();
            self.matcher.filter().find(&event.text, 0, event.text.len(), &mut hits);
            event.literals.extend(hits.iter().map(|hit| hit.literal));
        }
        event.literals.sort_unstable();
        event.literals.dedup();
        if event.literals.iter().any(|&literal| self.matcher.matters_at(level, literal)) {
            event.text.extend_from_slice(&event.windows);
            self.look_at(&event.text, verbatim, has_header, &event.literals, &event.place);
        }
        self.spare = event.text;
    }

    /// A text and behind it the same without JSON's escapes, with the literals of both.
    fn with_plain_reading(&self, text: &[u8]) -> (Vec<u8>, Vec<u16>) {
        let text = [text, b"\n", &pasted::unescaped(text)].concat();
        let mut hits = Vec::new();
        self.matcher.filter().find(&text, 0, text.len(), &mut hits);
        let mut literals: Vec<u16> = hits.iter().map(|hit| hit.literal).collect();
        literals.sort_unstable();
        literals.dedup();
        (text, literals)
    }

    fn look_at(&mut self, text: &[u8], verbatim: usize, has_header: bool, literals: &[u16], place: &Place) {
        let mut header = if has_header { Header::parse(text, self.facts.layout) } else { None };
        if let (Some(header), Some(zone)) = (&mut header, &self.facts.zone) {
            header.stamp = header.stamp.map(|stamp| zone.place(stamp));
        }
        if has_header && header.is_none_or(|header| header.layout.only_quotes()) {
            return;
        }
        let json = header.is_some_and(|header| header.layout == Layout::Json);
        let read = Some(text).filter(|text| json && text.contains(&b'\\')).map(|text| self.with_plain_reading(text));
        let (text, literals) = read.as_ref().map_or((text, literals), |(text, literals)| (&text[..], &literals[..]));
        let event = Event { text, verbatim, header, literals, source: self.facts.layout, pasted: self.facts.pasted };
        for marker in self.matcher.markers(literals) {
            if let Some(marker) = markers::read(marker, &event, place) {
                self.tally.add_marker(marker);
            }
        }
        if let Some(found) = self.matcher.examine(&event) {
            self.tally.add_match(found, &event, place);
        } else {
            let stamp = event.header.and_then(|header| header.stamp);
            for success in self.matcher.successes(&event) {
                self.tally.add_success(place.source.node.as_ref(), success, stamp);
            }
        }
    }
}

/// The text without a word at its end that a limit may have cut in two: half a code is another code.
fn whole_words(text: &[u8]) -> &[u8] {
    &text[..text.iter().rposition(|byte| !byte.is_ascii_alphanumeric()).map_or(0, |last| last + 1)]
}

/// The hits before `end`, and the others.
fn split_at(hits: &[Hit], end: usize) -> (&[Hit], &[Hit]) {
    hits.split_at(hits.partition_point(|hit| hit.at < end))
}
