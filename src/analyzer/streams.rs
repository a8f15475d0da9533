//! What can only be read in order: pipes and compressed files, one scanner from beginning to end.
//!
//! A [`StreamScan`] takes the bytes as they come, in pieces of any length. At any moment it can tell what a scan of the
//! bytes so far finds, and goes on from where it was.

use std::io;
use std::sync::Arc;

use super::ScanOptions;
use super::carried::{Carried, carrier_of};
use super::files::end_note;
use super::plan::{Prepared, UTF16, reason, unread};
use super::scanner::{Block, LOOK_BEHIND, Scanner, SourceFacts};
use crate::diagnosis::{SourceTally, Tally};
use crate::event::Layout;
use crate::event::layout::SNIFF_LENGTH;
use crate::input::{BlockReader, Encoding, decoded, is_remark, looks_like_utf16};
use crate::matcher::Matcher;

/// Scans a stream in order, if wanted while another thread reads (and decompresses) `ahead`. `None` for one that was found
/// in a folder or an archive and does not begin like a log.
pub(super) fn scan_stream(
    matcher: &Matcher,
    prepared: Prepared,
    options: &ScanOptions,
    read_ahead: bool,
) -> Option<Tally> {
    let Prepared { facts, stream, skipped, from } = prepared;
    let (bytes, encoding) = decoded(stream.bytes);
    let mut blocks = BlockReader::new(bytes, options.chunk_size.max(SNIFF_LENGTH), read_ahead);
    let mut scan = StreamScan::new(matcher, facts, encoding, stream.compressed);
    if from > 0 {
        scan.go_on_at(skipped, from);
    }
    while let Some((bytes, error)) = blocks.next_block() {
        scan.take(&bytes, error);
        blocks.give_back(bytes);
    }
    scan.finish()
}

/// A stream that is scanned as it comes.
#[derive(Clone)]
pub(super) struct StreamScan<'m> {
    matcher: &'m Matcher,
    facts: SourceFacts,
    encoding: Encoding,
    remarks: SourceTally,
    form: Form<'m>,
    /// NUL bytes before the first one that is handed in.
    nuls: u64,
    /// Why it broke off.
    failure: Option<Arc<io::Error>>,
    /// Bytes that were taken, also when this was last looked at.
    taken: u64,
    looked_at: u64,
}

/// What a stream's first bytes have shown.
#[derive(Clone)]
enum Form<'m> {
    /// Nothing yet: its first bytes.
    Head(Vec<u8>),
    Plain(Box<Plain<'m>>),
    Carried(Box<Carried<'m>>),
    Unreadable,
}

impl<'m> StreamScan<'m> {
    pub(super) fn new(matcher: &'m Matcher, facts: SourceFacts, encoding: Encoding, compressed: bool) -> Self {
        let mut remarks = SourceTally::default();
        if compressed {
            remarks.notes.insert("is gzip; places are those of the plain text".to_owned());
        }
        let form = Form::Head(Vec::new());
        Self { matcher, facts, encoding, remarks, form, nuls: 0, failure: None, taken: 0, looked_at: 0 }
    }

    /// Begins at `from` in its middle, which has been looked at before; the bytes come from `skipped` on.
    fn go_on_at(&mut self, skipped: u64, from: u64) {
        self.form = Form::Plain(Box::new(Plain::new(self.matcher, &self.facts, skipped, Some(from))));
    }

    /// Takes so many NUL bytes before all others.
    pub(super) fn take_nuls(&mut self, count: u64) {
        self.nuls += count;
        self.taken += count;
    }

    /// Takes the next bytes, and why they are the last ones where reading failed.
    pub(super) fn take(&mut self, bytes: &[u8], error: Option<io::Error>) {
        self.taken += bytes.len() as u64;
        self.failure = error.map(Arc::new).or(self.failure.take());
        match &mut self.form {
            Form::Head(head) => {
                head.extend_from_slice(bytes);
                if head.len() >= SNIFF_LENGTH {
                    self.begin();
                }
            }
            _ => self.pass(bytes),
        }
    }

    /// Bytes that were taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// What was found in events that are complete, but for what is counted at the end only; it is not told again.
    pub(super) fn take_found(&mut self) -> Tally {
        match &mut self.form {
            Form::Plain(plain) => plain.scanner.as_mut().map_or_else(Tally::default, Scanner::take_found),
            Form::Carried(carried) => carried.take_found(),
            Form::Head(_) | Form::Unreadable => Tally::default(),
        }
    }

    /// What a scan would find that ended here, beside what was told before. Only whole lines count; an event that has grown
    /// since the last look is left out, since more of it may come.
    pub(super) fn look(&mut self) -> Option<Tally> {
        let mut now = self.clone();
        let goes_on = self.has_grown();
        if let Form::Head(head) = &mut now.form {
            keep_whole_lines(head, 0);
            now.begin();
        }
        self.looked_at = self.taken;
        if let Form::Carried(carried) = &mut self.form {
            carried.has_been_looked_at();
        }
        match now.form {
            Form::Plain(mut plain) => {
                plain.end_here(goes_on);
                plain.finish(now.remarks, None)
            }
            Form::Carried(carried) => Some(carried.end_here(now.remarks)),
            Form::Head(_) | Form::Unreadable => now.finish(),
        }
    }

    /// Whether bytes have come since the last look.
    pub(super) fn has_grown(&self) -> bool {
        self.taken != self.looked_at
    }

    /// Everything that was found and not taken; the last event is complete.
    pub(super) fn finish(mut self) -> Option<Tally> {
        if matches!(self.form, Form::Head(_)) {
            self.begin();
        }
        match self.form {
            Form::Plain(plain) => plain.finish(self.remarks, self.failure.as_deref()),
            Form::Carried(carried) => Some(carried.finish(self.remarks)),
            Form::Head(_) | Form::Unreadable => {
                Some(Tally { sources: [(self.facts.source, self.remarks)].into(), ..Tally::default() })
            }
        }
    }

    /// Tells from its first bytes what it is.
    fn begin(&mut self) {
        let Form::Head(head) = std::mem::replace(&mut self.form, Form::Unreadable) else { return };
        if let Some(carrier) = carrier_of(&head, self.encoding) {
            let carried = Carried::new(self.matcher, self.facts.clone(), carrier, self.encoding);
            self.form = Form::Carried(Box::new(carried));
        } else if looks_like_utf16(&head) {
            self.remarks.problems.insert(UTF16.to_owned());
        } else {
            self.form = Form::Plain(Box::new(Plain::new(self.matcher, &self.facts, self.nuls, None)));
        }
        // What had come to each log when this was last looked at is told apart from what has come since.
        #[expect(clippy::cast_possible_truncation, reason = "no more than the head")]
        let known = (self.looked_at.saturating_sub(self.nuls) as usize).min(head.len());
        self.pass(&head[..known]);
        if let Form::Carried(carried) = &mut self.form {
            carried.has_been_looked_at();
        }
        self.pass(&head[known..]);
    }

    fn pass(&mut self, bytes: &[u8]) {
        let error = self.failure.as_deref();
        match &mut self.form {
            Form::Plain(plain) => plain.take(bytes, error),
            Form::Carried(carried) => carried.take(bytes, error, &mut self.remarks),
            Form::Head(_) | Form::Unreadable => {}
        }
    }
}

/// A stream whose text is a log as it stands.
#[derive(Clone)]
struct Plain<'m> {
    matcher: &'m Matcher,
    facts: SourceFacts,
    scanner: Option<Scanner<'m>>,
    /// Text that was not scanned, behind as much of the scanned as must be seen with it.
    buffer: Vec<u8>,
    /// Offsets of the buffer's first byte and of the first byte that was not worked on.
    base: u64,
    done: u64,
    /// Whether it was scanned from its beginning: what goes on in its middle has been looked at before.
    is_whole: bool,
    is_no_log: bool,
}

impl<'m> Plain<'m> {
    fn new(matcher: &'m Matcher, facts: &SourceFacts, base: u64, from: Option<u64>) -> Self {
        Self {
            matcher,
            facts: facts.clone(),
            scanner: None,
            buffer: Vec::new(),
            base,
            done: from.unwrap_or_default(),
            is_whole: from.is_none(),
            is_no_log: false,
        }
    }

    fn take(&mut self, bytes: &[u8], error: Option<&io::Error>) {
        if self.is_no_log {
            return;
        }
        self.buffer.extend_from_slice(bytes);
        if error.is_some_and(|error| !is_remark(error)) {
            let from = self.first_new();
            keep_whole_lines(&mut self.buffer, from);
        }
        self.scan(false);
    }

    /// Place in the buffer of the first byte that was not worked on.
    fn first_new(&self) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "distances inside one buffer")]
        let from = self.done.saturating_sub(self.base) as usize;
        from.min(self.buffer.len())
    }

    /// Works on what is there, but for what must be seen behind a block as long as more may come.
    fn scan(&mut self, is_last: bool) {
        if self.scanner.is_none() && !self.begin(is_last) {
            return;
        }
        let from = self.first_new();
        let ahead = if is_last { 0 } else { Scanner::look_ahead(self.matcher) };
        let to = self.buffer.len().saturating_sub(ahead).max(from);
        let Some(scanner) = &mut self.scanner else { return };
        if to == from && !is_last {
            return;
        }
        scanner.feed(Block { buffer: &self.buffer, base: self.base, from, to });
        self.done = self.base + to as u64;
        if !is_last {
            let kept_from = to.saturating_sub(LOOK_BEHIND);
            self.buffer.drain(..kept_from);
            self.base += kept_from as u64;
        }
    }

    /// Tells the layout from the first text, as in a file. `false` while too little of it is there, and for what is no log.
    fn begin(&mut self, is_last: bool) -> bool {
        if self.is_whole {
            let text = self.buffer.iter().position(|&byte| byte != 0).unwrap_or(self.buffer.len());
            if !is_last && self.buffer.len() - text < SNIFF_LENGTH {
                let jumped = text.saturating_sub(LOOK_BEHIND);
                self.buffer.drain(..jumped);
                self.base += jumped as u64;
                return false;
            }
            self.facts.layout = Layout::sniff(&self.buffer[text..]);
            self.is_no_log = self.facts.layout == Layout::Text && !self.facts.pasted && !self.buffer.is_empty();
            if self.is_no_log {
                self.buffer = Vec::new();
                return false;
            }
        }
        let mut scanner = Scanner::new(self.matcher, self.facts.clone(), self.done);
        if self.is_whole && self.base > 0 {
            scanner.feed_nuls(0, self.base);
            self.done = self.base;
        }
        self.scanner = Some(scanner);
        true
    }

    /// Leaves out the line that has not ended, and the last event where more of it may come.
    fn end_here(&mut self, goes_on: bool) {
        let from = self.first_new();
        keep_whole_lines(&mut self.buffer, from);
        let is_inside_line = self.buffer.len() == from && self.scanner.is_some();
        self.scan(true);
        if let Some(scanner) = self.scanner.as_mut().filter(|_| goes_on || is_inside_line) {
            scanner.leave_open();
        }
    }

    fn finish(mut self, remarks: SourceTally, failure: Option<&io::Error>) -> Option<Tally> {
        self.scan(true);
        if self.is_no_log {
            // Nobody can say of damaged bytes that they were no log.
            let damage = failure.filter(|error| !is_remark(error));
            return damage.map(|error| unread(&self.facts.source, reason(error)));
        }
        let mut scanner = self.scanner?;
        scanner.seen_mut().notes.extend(remarks.notes);
        if let Some(error) = failure.filter(|error| is_remark(error)) {
            scanner.seen_mut().notes.insert(error.to_string());
        } else if let Some(error) = failure {
            scanner.seen_mut().problems.insert(format!("cannot be read beyond byte {}: {error}", self.done));
        }
        if let Some(note) = end_note(&self.buffer) {
            scanner.seen_mut().notes.insert(note.to_owned());
        }
        scanner.finish_part(self.done);
        Some(scanner.into_tally())
    }
}

/// Drops the line in whose middle a stream broke off, as far as it lies behind `from`: half a code is another code.
fn keep_whole_lines(buffer: &mut Vec<u8>, from: usize) {
    let kept = memchr::memrchr(b'\n', &buffer[from..]).map_or(from, |feed| from + feed + 1);
    buffer.truncate(kept);
}
