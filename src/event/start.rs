//! Where events begin. The test looks at one line only, so it gives the same answer at any chunk border.

use memchr::arch::all::packedpair::HeuristicFrequencyRank;
use memchr::memmem;

use super::{Clock, Header, Level, Stamp, date, jira};

/// Bytes after a line's start that the test may look at. A level word further away does not make a header.
pub const LOOK_AHEAD: usize = 4096 + 64;

/// Bytes before a place that the test may look at.
const MOST_LOOKED_BEHIND: usize = 512;

/// Logs of this kind have existed since 2002; with the line feed before it this makes a rare needle.
const CENTURY: &[u8] = b"20";

/// Which lines of a source begin events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartRule {
    /// log4j's stamp and, on the same line, a level word or the columns of Jira's logs without one.
    StampAndLevel,
    /// A stamp is enough.
    StampOnly,
    /// As [`StartRule::StampAndLevel`], where somebody masked digits of the stamp.
    MaskedStamp,
    /// The header of any layout: what a source of mixed kinds may hold.
    AnyHeader,
}

/// The first line of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventStart {
    /// Offset of its first byte in the buffer that was searched.
    pub at: usize,
    /// Its level.
    pub level: Level,
    /// Its time; `None` where its line states none, or one that was masked.
    pub stamp: Option<Stamp>,
}

/// Tells the search which bytes of its needle are rare: a line feed with a `2` behind it nearly always begins a header,
/// while digits are everywhere in a log.
struct LineBreakFirst;

impl HeuristicFrequencyRank for LineBreakFirst {
    fn rank(&self, byte: u8) -> u8 {
        match byte {
            b'\n' => 0,
            b'2' => 1,
            _ => u8::MAX,
        }
    }
}

/// Finds event starts in buffers of one source.
#[derive(Debug, Clone)]
pub struct StartFinder {
    rule: StartRule,
    clock: Clock,
    line_break: memmem::Finder<'static>,
    behind_nuls: bool,
}

impl StartFinder {
    /// A finder for sources of this kind.
    pub fn new(rule: StartRule) -> Self {
        Self {
            rule,
            clock: Clock::default(),
            line_break: memmem::FinderBuilder::new().build_forward_with_ranker(LineBreakFirst, b"\n20"),
            behind_nuls: false,
        }
    }

    /// Appends every event start in `buffer[from..to]` to `starts`.
    ///
    /// Up to 512 bytes before `from` are looked at where there are any; `at_line_start` says whether a line begins at `from` when
    /// `from` is 0. The bytes behind `to` are needed too, up to [`LOOK_AHEAD`] of them or the end of the source.
    pub fn find(&mut self, buffer: &[u8], from: usize, to: usize, at_line_start: bool, starts: &mut Vec<EventStart>) {
        if from >= to {
            return;
        }
        if from == 0 && at_line_start {
            starts.extend(self.test(buffer, 0));
        }
        let first = from.saturating_sub(1);
        // A break at `to - 1` begins a line at `to`, which is not ours: the last break that counts is at `to - 2`.
        let end = (to + 1).min(buffer.len());
        let known = starts.len();
        if self.rule == StartRule::AnyHeader {
            for found in memchr::memchr_iter(b'\n', &buffer[first..end]) {
                let at = first + found + 1;
                if at < to {
                    starts.extend(self.test(buffer, at));
                }
            }
        } else {
            let line_break = self.line_break.clone();
            for found in line_break.find_iter(&buffer[first..end]) {
                let at = first + found + 1;
                if at < to {
                    starts.extend(self.test(buffer, at));
                }
            }
        }
        // A log that was cut short under its writer goes on behind a run of NUL bytes, with no line feed between.
        if memchr::memchr(0, &buffer[first..end]).is_some() {
            for found in memchr::memchr_iter(0, &buffer[first..end]) {
                let at = first + found + 1;
                if at < to && buffer.get(at).is_some_and(|&byte| byte != 0) && is_behind_nul_run(&buffer[..at]) {
                    starts.extend(self.test(buffer, at));
                    self.behind_nuls |= starts.last().is_some_and(|start| start.at == at);
                }
            }
            starts[known..].sort_unstable_by_key(|start| start.at);
        }
    }

    /// Whether an event starts at `at`, which must be the start of a line.
    #[inline]
    pub fn test(&mut self, buffer: &[u8], at: usize) -> Option<EventStart> {
        let line = buffer.get(at..)?;
        if line.starts_with(CENTURY)
            && let Some((level, stamp)) = self.stamped(line)
        {
            return Some(EventStart { at, level, stamp });
        }
        if self.rule != StartRule::AnyHeader {
            return None;
        }
        let header = Header::other(&line[..line.len().min(LOOK_AHEAD)])?;
        Some(EventStart { at, level: header.level, stamp: header.stamp })
    }

    #[inline]
    fn stamped(&mut self, line: &[u8]) -> Option<(Level, Option<Stamp>)> {
        if self.rule == StartRule::MaskedStamp {
            let length = date::masked_stamp(line)?;
            return Some((level_after(&line[length + 1..])?.1, None));
        }
        let (stamp, length) = self.clock.read(line)?;
        let level = if self.rule == StartRule::StampOnly { Level::None } else { level_after(&line[length + 1..])?.1 };
        Some((level, Some(stamp)))
    }

    /// Whether an event was found right behind NUL bytes, since last asked.
    pub fn take_behind_nuls(&mut self) -> bool {
        std::mem::take(&mut self.behind_nuls)
    }

    /// Whether a line began with something like a stamp that names no possible time, since last asked.
    pub fn take_refused(&mut self) -> bool {
        self.clock.take_refused()
    }
}

/// Whether the NUL bytes at the end of `text` stand where a line begins, or are too many to look behind them.
fn is_behind_nul_run(text: &[u8]) -> bool {
    let near = &text[text.len().saturating_sub(MOST_LOOKED_BEHIND)..];
    near.iter().rposition(|&byte| byte != 0).is_none_or(|last| near[last] == b'\n')
}

/// The first level word of the line and its offset: right at the start of `rest`, or after a thread name that may hold
/// spaces. Where the columns of a log without a level come first, [`Level::None`] and their offset.
#[inline]
pub(super) fn level_after(rest: &[u8]) -> Option<(usize, Level)> {
    if let Some(level) = Level::at_start_of(rest) {
        return Some((0, level));
    }
    let window = &rest[..rest.len().min(4096)];
    for at in memchr::memchr2_iter(b' ', b'\n', window) {
        if window[at] == b'\n' {
            return None;
        }
        let next = &rest[at + 1..];
        if let Some(level) = Level::at_start_of(next) {
            return Some((at + 1, level));
        }
        if jira::columns_begin(next) && at > 0 {
            return Some(columns(rest, at + 1));
        }
    }
    None
}

/// A run of spaces may also be padding before a level.
#[cold]
fn columns(rest: &[u8], at: usize) -> (usize, Level) {
    let padding = rest[at..].iter().take_while(|&&byte| byte == b' ').count();
    Level::at_start_of(&rest[at + padding..]).map_or((at, Level::None), |level| (at + padding, level))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(text: &str) -> Vec<(usize, Level)> {
        let mut found = Vec::new();
        StartFinder::new(StartRule::StampAndLevel).find(text.as_bytes(), 0, text.len(), true, &mut found);
        found.iter().map(|start| (start.at, start.level)).collect()
    }

    #[test]
    fn headers_of_every_era_and_no_continuation() {
        let text = "2024-03-05 09:12:44,318+0000 http-nio-8080-exec-7 url: /x; user: bob WARN bob 1x2x3 - 192.0.2.1 /x [c.a.b.C] a\n\
            \tat com.example.A.b(A.java:1)\nCaused by: com.example.E: 2024-03-05 09:12:44,318 main ERROR no\n\n    2024-03-05 09:12:44,318+0000 main ERROR      [x] forged\n\
            2018-05-17 15:07:56,891 JIRA-Bootstrap INFO      [c.a.jira.startup.JiraStartupLogger] \n2024-01-09 05:41:02\nFull thread dump\n\
            2023-08-16 14:58:26,225+0000 ERROR [] Caesium-1-4 ServiceRunner     Exception\n2024-01-09 05:41:02,000 no level here\n";
        let levels: Vec<Level> = starts(text).into_iter().map(|(_, level)| level).collect();
        assert_eq!(levels, [Level::Warn, Level::Info, Level::Error]);
    }

    #[test]
    fn any_cut_of_the_buffer_finds_each_start_once() {
        let text = "x\n2024-03-05 09:12:44,318+0000 main INFO      [a] b\n2024-03-05 09:12:45,318+0000 main WARN      [a] b\n20";
        let whole = starts(text);
        assert_eq!(whole.len(), 2);
        for cut in 0..=text.len() {
            let mut found = Vec::new();
            let mut finder = StartFinder::new(StartRule::StampAndLevel);
            finder.find(text.as_bytes(), 0, cut, true, &mut found);
            finder.find(text.as_bytes(), cut, text.len(), cut == 0, &mut found);
            found.dedup();
            assert_eq!(found.iter().map(|start| (start.at, start.level)).collect::<Vec<_>>(), whole, "cut at {cut}");
        }
    }
}
