//! Streams whose text is not a log as it stands: carried by kubectl, a container runtime, the journal or grep, or written
//! in UTF-16. Each pod, program or file that the carrier names is scanned as a log of its own, so that their stack
//! traces never mix; places are those of the stream.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use super::scanner::{Block, LOOK_BEHIND, MARKED, Origin, Scanner, SourceFacts};
use crate::diagnosis::tally::{CARRIER, Range};
use crate::diagnosis::{Source, SourceTally, Tally};
use crate::event::Layout;
use crate::event::layout::SNIFF_LENGTH;
use crate::input::carrier::{BYTE_ORDER_MARK, Carrier, Label, Lines, Piece};
use crate::input::{Encoding, is_remark};
use crate::matcher::Matcher;

/// Most names in one stream; each has a scanner and its buffer.
const MOST_LANES: usize = 256;
/// Text of one name that is gathered before it is scanned.
const GATHERED: usize = SNIFF_LENGTH;
/// Lines of one name that are gathered at most, since each has an origin.
const MOST_ORIGINS: usize = 16 * 1024;

/// What carries the log in a stream that begins like this; for UTF-16, by nothing.
pub(super) fn carrier_of(head: &[u8], encoding: Encoding) -> Option<Carrier> {
    Carrier::sniff(head, begins_event).or_else(|| (encoding != Encoding::Bytes).then(Carrier::default))
}

fn begins_event(line: &[u8]) -> bool {
    Layout::sniff(line) != Layout::Text
}

/// A carried stream that is scanned as it comes.
#[derive(Clone)]
pub(super) struct Carried<'m> {
    stream: Demultiplexer<'m>,
    lines: Lines,
    is_first: bool,
}

impl<'m> Carried<'m> {
    pub(super) fn new(matcher: &'m Matcher, facts: SourceFacts, carrier: Carrier, encoding: Encoding) -> Self {
        let stream = Demultiplexer::new(matcher, facts, carrier, encoding);
        Self { stream, lines: Lines::default(), is_first: true }
    }

    /// Takes the next bytes, and why they are the last ones where reading failed.
    pub(super) fn take(&mut self, mut bytes: &[u8], error: Option<&io::Error>, remarks: &mut SourceTally) {
        let Self { stream, lines, is_first } = self;
        if std::mem::take(is_first)
            && let Some(rest) = bytes.strip_prefix(BYTE_ORDER_MARK)
        {
            stream.end += stream.encoding.source_length(BYTE_ORDER_MARK);
            remarks.notes.insert(MARKED.to_owned());
            bytes = rest;
        }
        lines.feed(bytes, |piece| stream.take(piece));
        if let Some(error) = error.filter(|error| is_remark(error)) {
            remarks.notes.insert(error.to_string());
        } else if let Some(error) = error {
            lines.finish(|piece| stream.take(piece));
            remarks.problems.insert(format!("cannot be read beyond byte {}: {error}", stream.end));
        }
    }

    /// What was found in events that are complete; it is not told again.
    pub(super) fn take_found(&mut self) -> Tally {
        let mut found = Tally::default();
        for lane in &mut self.stream.lanes {
            // A log of which little has come waits for more: its layout is told from its beginning.
            if lane.scanner.is_some() {
                lane.scan(self.stream.matcher, &self.stream.facts, false);
                found.merge(lane.scanner.as_mut().map_or_else(Tally::default, Scanner::take_found));
            }
        }
        found
    }

    /// What has grown when it is looked at again has grown since now.
    pub(super) fn has_been_looked_at(&mut self) {
        for lane in &mut self.stream.lanes {
            lane.looked_at = lane.bytes;
        }
    }

    /// What a scan would find that ended here: of each log only whole lines, and its last event only where nothing has come
    /// to it since the last look.
    pub(super) fn end_here(mut self, remarks: SourceTally) -> Tally {
        for lane in &mut self.stream.lanes {
            lane.end_here(self.stream.matcher, &self.stream.facts);
        }
        self.stream.finish(remarks)
    }

    /// Everything that was found and not taken; the last events are complete.
    pub(super) fn finish(mut self, remarks: SourceTally) -> Tally {
        let Self { stream, lines, .. } = &mut self;
        lines.finish(|piece| stream.take(piece));
        self.stream.finish(remarks)
    }
}

/// Gives each line to the log that it belongs to.
#[derive(Clone)]
struct Demultiplexer<'m> {
    matcher: &'m Matcher,
    facts: SourceFacts,
    carrier: Carrier,
    encoding: Encoding,
    lanes: Vec<Lane<'m>>,
    by_name: BTreeMap<Vec<u8>, usize>,
    label: Label,
    /// Where the line goes of which a part was taken, and whether the log's own line ends with it.
    current: Target,
    ends_line: bool,
    /// Offset of the first byte in the stream that was not taken.
    end: u64,
    line_feeds: u64,
    /// Bytes of names beyond the most that are told apart.
    left_out: u64,
}

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Lane(usize),
    /// The carrier's own remarks: counted with a log, but no part of it.
    Remark(usize),
    LeftOut,
}

impl<'m> Demultiplexer<'m> {
    fn new(matcher: &'m Matcher, facts: SourceFacts, carrier: Carrier, encoding: Encoding) -> Self {
        Self {
            matcher,
            facts,
            carrier,
            encoding,
            lanes: Vec::new(),
            by_name: BTreeMap::new(),
            label: Label::default(),
            current: Target::LeftOut,
            ends_line: true,
            end: encoding.mark_length(),
            line_feeds: 0,
            left_out: 0,
        }
    }

    fn take(&mut self, piece: Piece<'_>) {
        let feed = if piece.ends { self.encoding.source_length(b"\n") } else { 0 };
        let length = self.encoding.source_length(piece.text) + feed;
        let (byte, line_feeds) = (self.end, self.line_feeds);
        self.end += length;
        self.line_feeds += u64::from(piece.ends);
        let mut label = std::mem::take(&mut self.label);
        let carried = if piece.begins { self.carrier.take_off(piece.text, &mut label) } else { None };
        if piece.begins {
            self.current = self.target(piece.text, &label, carried.is_some());
            self.ends_line = carried.as_ref().is_none_or(|carried| carried.ends_line);
        }
        self.label = label;
        let text = carried.as_ref().map_or(piece.text, |carried| &carried.text);
        match self.current {
            Target::Lane(index) => {
                let lane = &mut self.lanes[index];
                lane.bytes += length;
                lane.push(text, byte, line_feeds, piece.ends && self.ends_line);
                if lane.is_full(self.matcher) {
                    lane.scan(self.matcher, &self.facts, false);
                }
            }
            Target::Remark(index) => self.lanes[index].bytes += length,
            Target::LeftOut => self.left_out += length,
        }
    }

    /// Where a line goes. One without a prefix goes on with the line before it when it is indented or blank, and else belongs
    /// to the stream itself.
    fn target(&mut self, line: &[u8], label: &Label, is_carried: bool) -> Target {
        let last = match self.current {
            Target::Lane(index) | Target::Remark(index) => Some(index),
            Target::LeftOut => None,
        };
        if !is_carried && let Some(last) = last {
            if self.carrier.is_remark(line) {
                return Target::Remark(last);
            }
            if line.first().is_none_or(u8::is_ascii_whitespace) {
                return Target::Lane(last);
            }
        }
        if let Some(last) = last.filter(|&last| self.lanes[last].name == label.name) {
            return Target::Lane(last);
        }
        if let Some(&index) = self.by_name.get(&label.name) {
            return Target::Lane(index);
        }
        if self.lanes.len() == MOST_LANES {
            return Target::LeftOut;
        }
        self.lanes.push(Lane::new(label));
        self.by_name.insert(label.name.clone(), self.lanes.len() - 1);
        Target::Lane(self.lanes.len() - 1)
    }

    fn finish(mut self, mut remarks: SourceTally) -> Tally {
        if self.lanes.is_empty() {
            self.lanes.push(Lane::new(&Label::default()));
        }
        let note = self.note();
        let is_cut = self.end > self.encoding.mark_length() && self.lanes.iter().any(|lane| lane.is_unfinished);
        let mut sum = Tally::default();
        for (i, mut lane) in self.lanes.into_iter().enumerate() {
            lane.scan(self.matcher, &self.facts, true);
            let Some(mut scanner) = lane.scanner else { continue };
            let seen = scanner.seen_mut();
            seen.notes.extend(note.clone());
            if lane.is_unfinished && is_cut {
                seen.notes.insert("ends in the middle of a line".to_owned());
            }
            if i == 0 {
                seen.notes.append(&mut remarks.notes);
                seen.problems.append(&mut remarks.problems);
                if self.left_out > 0 {
                    seen.problems.insert(format!(
                        "more than {MOST_LANES} names in one stream: {} bytes of the others were not analysed; split the \
                         stream",
                        self.left_out
                    ));
                }
            }
            scanner.finish_part(lane.base + lane.buffer.len() as u64);
            let mut part = scanner.into_tally();
            for seen in part.sources.values_mut() {
                // What was scanned is shorter than what was read, and its places are those of the stream.
                seen.bytes = lane.bytes + if i == 0 { self.encoding.mark_length() } else { 0 };
                let whole = Range { end: self.end, lines: self.line_feeds };
                seen.ranges = if self.end > 0 { [(0, whole)].into() } else { BTreeMap::new() };
            }
            sum.merge(part);
        }
        sum
    }

    /// What is told of the carrier.
    fn note(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.encoding != Encoding::Bytes {
            notes.push("is UTF-16; places are those of its own bytes".to_owned());
        }
        if !self.carrier.is_empty() {
            let noun = self.carrier.noun();
            let nodes: BTreeSet<&Option<String>> =
                self.lanes.iter().map(|lane| &lane.node).filter(|node| node.is_some()).collect();
            let named = self.lanes.iter().filter(|lane| !lane.name.is_empty()).count();
            let count = if noun == "pod" { nodes.len() } else { named };
            let names = match count {
                0 => String::new(),
                1 => format!(", 1 {noun}"),
                _ => format!(", {count} {noun}s"),
            };
            notes.push(format!("{CARRIER}{}{names}", self.carrier.words()));
        }
        notes
    }
}

/// One log among those of a stream.
#[derive(Clone)]
struct Lane<'m> {
    /// As the carrier writes it; empty for the stream itself.
    name: Vec<u8>,
    node: Option<String>,
    scanner: Option<Scanner<'m>>,
    /// Text that was not scanned, behind as much of the scanned as must be seen with it.
    buffer: Vec<u8>,
    /// Offsets in the log's own text: of the buffer's first byte, and of the first byte that was not scanned.
    base: u64,
    done: u64,
    /// Lines that begin in the text that was not scanned, and the one that goes on into it.
    origins: Vec<Origin>,
    /// Bytes of its lines in the stream.
    bytes: u64,
    /// The same when it was last looked at.
    looked_at: u64,
    is_unfinished: bool,
}

impl Lane<'_> {
    fn new(label: &Label) -> Self {
        Self {
            name: label.name.clone(),
            node: label.node.clone().map(|node| shown(&label.name[node])),
            scanner: None,
            buffer: Vec::new(),
            base: 0,
            done: 0,
            origins: Vec::new(),
            bytes: 0,
            looked_at: 0,
            is_unfinished: false,
        }
    }

    fn push(&mut self, text: &[u8], byte: u64, line_feeds: u64, ends_line: bool) {
        if !self.is_unfinished {
            self.origins.push(Origin { at: self.base + self.buffer.len() as u64, byte, line_feeds });
        }
        self.buffer.extend_from_slice(text);
        if ends_line {
            self.buffer.push(b'\n');
        }
        self.is_unfinished = !ends_line;
    }
}

impl<'m> Lane<'m> {
    fn is_full(&self, matcher: &Matcher) -> bool {
        let waiting = self.base + self.buffer.len() as u64 - self.done;
        waiting >= (GATHERED + Scanner::look_ahead(matcher)) as u64 || self.origins.len() >= MOST_ORIGINS
    }

    /// Scans what is gathered up to the last line that has ended, and leaves out the last event where more of it may come.
    fn end_here(&mut self, matcher: &'m Matcher, stream: &SourceFacts) {
        let mut is_inside_line = false;
        if self.is_unfinished {
            #[expect(clippy::cast_possible_truncation, reason = "distances inside one buffer")]
            let from = (self.done - self.base) as usize;
            let feed = memchr::memrchr(b'\n', &self.buffer[from..]);
            is_inside_line = feed.is_none();
            self.buffer.truncate(feed.map_or(from, |feed| from + feed + 1));
            self.is_unfinished = false;
        }
        self.scan(matcher, stream, true);
        if let Some(scanner) = self.scanner.as_mut().filter(|_| is_inside_line || self.bytes != self.looked_at) {
            scanner.leave_open();
        }
    }

    /// Scans what is gathered, but for what must be seen behind it as long as more may come.
    fn scan(&mut self, matcher: &'m Matcher, stream: &SourceFacts, is_last: bool) {
        let (name, node, head) = (&self.name, &self.node, &self.buffer);
        let scanner = self.scanner.get_or_insert_with(|| {
            let layout = Layout::sniff(head);
            let source = if name.is_empty() {
                Arc::clone(&stream.source)
            } else {
                // A database among the containers is no Jira host.
                let node = node.clone().filter(|_| layout != Layout::Text).or_else(|| stream.source.node.clone());
                Arc::new(Source { node, name: format!("{}:{}", stream.source.name, shown(name)) })
            };
            Scanner::new(matcher, SourceFacts { source, layout, ..stream.clone() }, 0)
        });
        #[expect(clippy::cast_possible_truncation, reason = "distances inside one buffer")]
        let from = (self.done - self.base) as usize;
        let ahead = if is_last { 0 } else { Scanner::look_ahead(matcher) };
        let to = self.buffer.len().saturating_sub(ahead).max(from);
        scanner.feed_carried(Block { buffer: &self.buffer, base: self.base, from, to }, &mut self.origins);
        self.done = self.base + to as u64;
        let behind = self.origins.partition_point(|origin| origin.at <= self.done);
        self.origins.drain(..behind.saturating_sub(1));
        if !is_last {
            let kept_from = to.saturating_sub(LOOK_BEHIND);
            self.buffer.drain(..kept_from);
            self.base += kept_from as u64;
        }
    }
}

/// A name as text; bytes that are no UTF-8 are escaped, so that different names stay different.
fn shown(name: &[u8]) -> String {
    std::str::from_utf8(name).map_or_else(|_| name.escape_ascii().to_string(), str::to_owned)
}
