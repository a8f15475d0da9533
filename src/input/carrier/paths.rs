//! The file names that grep puts before each line, `path:` or `path:12:`, and `path-` before lines of context.
//!
//! Where a path ends is told by what stands behind it: a path is learned from a line whose rest begins a log event, and
//! then recognised before the other lines of that file.

use super::form::Form;
use super::stamp::digits;
use super::{BeginsEvent, Label};

/// Most paths that are learned.
const MOST: usize = 256;
/// Most bytes of a path.
const LONGEST: usize = 1024;
/// Most places in a line at which a path is tried to end.
const TRIES: usize = 64;

/// The paths that were seen.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    begins_event: BeginsEvent,
    known: Vec<Vec<u8>>,
    last: usize,
    numbered: bool,
}

impl Paths {
    /// The paths before lines of which the rest passes the test.
    pub(super) fn learn<'a>(lines: impl Iterator<Item = &'a [u8]>, begins_event: BeginsEvent) -> Self {
        let mut paths = Self { begins_event, known: Vec::new(), last: 0, numbered: false };
        for line in lines {
            paths.find(line);
        }
        paths
    }

    /// Where the text begins behind a path.
    pub(super) fn take_off(&mut self, line: &[u8], label: &mut Label) -> Option<usize> {
        let by_last = self.known.get(self.last).and_then(|path| self.text_behind(path, line, b":"));
        let start = by_last.or_else(|| self.find(line)).or_else(|| self.find_known(line))?;
        label.add(&[&self.known[self.last]], None);
        Some(start)
    }

    /// Learns the path of a line that begins an event.
    fn find(&mut self, line: &[u8]) -> Option<usize> {
        let head = &line[..line.len().min(LONGEST)];
        let ends = head.iter().enumerate().filter(|(_, byte)| matches!(byte, b':' | b'-')).take(TRIES);
        let end = ends.map(|(at, _)| at).find(|&at| at > 0 && self.carries_event(&line[at + 1..]))?;
        let separator = line[end];
        let before = &line[..end];
        let name_end = before.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
        let is_numbered = name_end < end && name_end > 1 && before[name_end - 1] == separator;
        let path = if is_numbered { &before[..name_end - 1] } else { before };
        if !is_path(path) {
            return None;
        }
        let index = match self.known.iter().position(|known| known == path) {
            Some(index) => index,
            None if self.known.len() < MOST => {
                self.known.push(path.to_vec());
                self.known.len() - 1
            }
            None => return None,
        };
        self.numbered |= is_numbered;
        self.last = index;
        Some(end + 1)
    }

    /// Recognises the longest known path before a line that begins no event.
    fn find_known(&mut self, line: &[u8]) -> Option<usize> {
        let found = self.known.iter().enumerate().filter_map(|(index, path)| {
            let start = self.text_behind(path, line, b":-")?;
            Some((path.len(), index, start))
        });
        let (_, index, start) = found.max_by_key(|&(length, index, _)| (length, std::cmp::Reverse(index)))?;
        self.last = index;
        Some(start)
    }

    fn text_behind(&self, path: &[u8], line: &[u8], separators: &[u8]) -> Option<usize> {
        let separator = *line.strip_prefix(path)?.first().filter(|byte| separators.contains(byte))?;
        let start = path.len() + 1;
        let number = digits(&line[start..]);
        let is_numbered = self.numbered && number > 0 && line.get(start + number) == Some(&separator);
        Some(if is_numbered { start + number + 1 } else { start })
    }

    /// Whether a log event begins, as it is or carried once more.
    fn carries_event(&self, text: &[u8]) -> bool {
        (self.begins_event)(text)
            || [Form::Cri, Form::Docker, Form::Time].into_iter().any(|mut form| {
                form.take_off(text, &mut Label::default()).is_some_and(|held| (self.begins_event)(&held.text))
            })
    }
}

/// A name without blanks, unless folders stand in it; never with control characters.
fn is_path(text: &[u8]) -> bool {
    let has_folder = text.iter().any(|byte| matches!(byte, b'/' | b'\\'));
    !text.is_empty() && !text.iter().any(|byte| byte.is_ascii_control() || (*byte == b' ' && !has_folder))
}
