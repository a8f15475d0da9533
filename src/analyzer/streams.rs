//! What can only be read in order: pipes and compressed files, one scanner from beginning to end.

use super::ScanOptions;
use super::carried::{carrier_of, scan_carried};
use super::files::end_note;
use super::plan::{Prepared, UTF16, reason, unread};
use super::scanner::{Block, LOOK_BEHIND, Scanner};
use crate::diagnosis::{SourceTally, Tally};
use crate::event::Layout;
use crate::event::layout::SNIFF_LENGTH;
use crate::input::{BlockReader, decoded, is_remark, looks_like_utf16};
use crate::matcher::Matcher;

/// Scans a stream in order, if wanted while another thread reads (and decompresses) `ahead`. `None` for one that was found
/// in a folder or an archive and does not begin like a log.
pub(super) fn scan_stream(
    matcher: &Matcher,
    prepared: Prepared,
    options: &ScanOptions,
    read_ahead: bool,
) -> Option<Tally> {
    let Prepared { mut facts, stream, skipped, from } = prepared;
    // What goes on in its middle has been looked at before.
    let is_whole = from == 0;
    let ahead = Scanner::look_ahead(matcher);
    let (bytes, encoding) = decoded(stream.bytes);
    let mut blocks = BlockReader::new(bytes, options.chunk_size.max(SNIFF_LENGTH), read_ahead);
    let mut remarks = SourceTally::default();
    if stream.compressed {
        remarks.notes.insert("is gzip; places are those of the plain text".to_owned());
    }
    if let Some(carrier) = carrier_of(blocks.head(), encoding).filter(|_| is_whole) {
        return Some(scan_carried(matcher, facts, blocks, carrier, encoding, remarks));
    }
    if is_whole && looks_like_utf16(blocks.head()) {
        remarks.problems.insert(UTF16.to_owned());
        return Some(Tally { sources: [(facts.source, remarks)].into(), ..Tally::default() });
    }
    let mut scanner: Option<Scanner<'_>> = None;
    let mut buffer: Vec<u8> = Vec::new();
    // Offsets of the buffer's first byte and of the first byte that was not worked on.
    let (mut base, mut done) = (skipped, from);
    let mut failure = None;
    loop {
        let block = blocks.next_block();
        let is_last = block.as_ref().is_none_or(|(bytes, _)| bytes.len() < options.chunk_size.max(SNIFF_LENGTH));
        if let Some((bytes, error)) = block {
            buffer.extend_from_slice(&bytes);
            blocks.give_back(bytes);
            failure = error;
            if failure.as_ref().is_some_and(|error| !is_remark(error)) {
                #[expect(clippy::cast_possible_truncation, reason = "distances inside one buffer")]
                let from = (done.saturating_sub(base) as usize).min(buffer.len());
                keep_whole_lines(&mut buffer, from);
            }
        }
        let text = if is_whole && scanner.is_none() {
            buffer.iter().position(|&byte| byte != 0).unwrap_or(buffer.len())
        } else {
            0
        };
        if text > 0 && !is_last && buffer.len() - text < SNIFF_LENGTH {
            // The layout is told from the first text, as in a file.
            let jumped = text.saturating_sub(LOOK_BEHIND);
            buffer.drain(..jumped);
            base += jumped as u64;
            continue;
        }
        if is_whole && scanner.is_none() {
            facts.layout = Layout::sniff(&buffer[text..]);
            if facts.layout == Layout::Text && !facts.pasted && !buffer.is_empty() {
                // Nobody can say of damaged bytes that they were no log.
                let damage = failure.as_ref().filter(|error| !is_remark(error));
                return damage.map(|error| unread(&facts.source, reason(error)));
            }
        }
        let scanner = scanner.get_or_insert_with(|| {
            let mut scanner = Scanner::new(matcher, facts.clone(), from);
            if is_whole && base > 0 {
                scanner.feed_nuls(0, base);
                done = base;
            }
            scanner
        });
        #[expect(clippy::cast_possible_truncation, reason = "distances inside one buffer")]
        let from = ((done - base) as usize).min(buffer.len());
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
    scanner.seen_mut().notes.extend(remarks.notes);
    if let Some(error) = failure.as_ref().filter(|error| is_remark(error)) {
        scanner.seen_mut().notes.insert(error.to_string());
    } else if let Some(error) = failure {
        scanner.seen_mut().problems.insert(format!("cannot be read beyond byte {done}: {error}"));
    }
    if let Some(note) = end_note(&buffer) {
        scanner.seen_mut().notes.insert(note.to_owned());
    }
    scanner.finish_part(done);
    Some(scanner.into_tally())
}

/// Drops the line in whose middle a stream broke off, as far as it lies behind `from`: half a code is another code.
fn keep_whole_lines(buffer: &mut Vec<u8>, from: usize) {
    let kept = memchr::memrchr(b'\n', &buffer[from..]).map_or(from, |feed| from + feed + 1);
    buffer.truncate(kept);
}
