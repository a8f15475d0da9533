//! Where the new part of a log begins and ends, in plain and in compressed files.

use std::io::{self, Read};
use std::path::Path;

use memchr::memchr;

use crate::analyzer::scanner::LOOK_BEHIND;
use crate::event::Layout;
use crate::event::layout::SNIFF_LENGTH;
use crate::event::start::{LOOK_AHEAD, StartFinder};
use crate::input::{Limits, PlainFile};
use crate::schedule::inflated;

/// Bytes that are searched at a time, from a log's end backwards, for its last event.
const BACKWARDS: u64 = 64 * 1024;

/// Where the last event of a log begins whose header line is complete, at `from` or later; else `from`.
pub(super) fn last_start(file: &PlainFile, layout: Layout, from: u64) -> io::Result<u64> {
    let mut finder = StartFinder::new(layout.start_rule());
    let (mut buffer, mut starts) = (Vec::new(), Vec::new());
    let mut end = file.len();
    while end > from {
        let start = end.saturating_sub(BACKWARDS).max(from);
        let base = start.saturating_sub(LOOK_BEHIND as u64);
        let bytes = file.window(base, end + LOOK_AHEAD as u64, &mut buffer)?;
        #[expect(clippy::cast_possible_truncation, reason = "distances inside one buffer")]
        let [first, behind] = [start, end].map(|place| ((place - base) as usize).min(bytes.len()));
        starts.clear();
        finder.find(bytes, first, behind, base == 0, &mut starts);
        let is_whole_file = base + bytes.len() as u64 >= file.len();
        let last = starts.iter().rev().find(|start| !is_whole_file || memchr(b'\n', &bytes[start.at..]).is_some());
        if let Some(last) = last {
            return Ok(base + last.at as u64);
        }
        end = start;
    }
    Ok(from)
}

/// Whether a line of the file is complete: before that nothing can be said of it.
pub(super) fn has_whole_line(file: &PlainFile) -> bool {
    let mut buffer = Vec::new();
    file.window(0, SNIFF_LENGTH as u64, &mut buffer)
        .is_ok_and(|head| memchr(b'\n', head).is_some() || head.len() == SNIFF_LENGTH)
}

/// The first plain bytes of a compressed file, as far as they can be read.
pub(super) fn plain_head(path: &Path, limits: Limits) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    // A file that is damaged further on is told when all of it is read.
    let _ = inflated(path, limits)?.take(SNIFF_LENGTH as u64).read_to_end(&mut head);
    Ok(head)
}
