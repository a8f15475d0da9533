//! Events that hold no known error: their level, their origin, and what they say.
//!
//! The shares are tuned so that four lines of five continue an event,
//! a line has about 110 bytes and an event about 560.

use crate::Layout;
use crate::digits::push_number;
use crate::header::Origin;
use crate::scribe::{Level, Scribe};
use crate::words;

impl Scribe<'_> {
    /// Draws the level of a background event.
    pub(crate) fn draw_level(&mut self) -> Level {
        match self.random.below(100) {
            0..=52 => Level::Info,
            53..=69 => Level::Debug,
            70..=89 => Level::Warn,
            _ => Level::Error,
        }
    }

    /// Draws where a background event comes from.
    pub(crate) fn draw_origin(&mut self) -> Origin {
        let share = self.random.below(100);
        match self.layout {
            Layout::Main => match share {
                0..=63 => Origin::Request,
                64..=84 => Origin::Scheduler,
                85..=97 => Origin::Pool,
                _ => Origin::StartUp,
            },
            Layout::Mail if share < 8 => Origin::Request,
            Layout::Mail => Origin::Scheduler,
        }
    }

    /// Appends the message and all lines after it.
    pub(crate) fn push_body(&mut self, out: &mut Vec<u8>, level: Level, origin: Origin) {
        let texts = &self.vocabulary.texts;
        let share = self.random.below(1000);
        match (level, share) {
            (Level::Info, 0) => self.push_statistics(out),
            (Level::Info, 1..=5) if origin == Origin::StartUp => {
                self.push_template(out, &texts.banner);
            }
            (Level::Info, 2..=60) | (Level::Warn, 0..=150) => self.push_any(out, &texts.blocks),
            (Level::Info, 61..=75) | (Level::Debug, 0..=60) => self.push_any(out, &texts.documents),
            (Level::Debug, 61..=160) | (Level::Warn, 151..=180) => {
                self.push_any(out, &texts.statements);
            }
            (Level::Debug, 161..=260) => self.push_any(out, &texts.profiles),
            (Level::Warn, 181..=300) | (Level::Error, 0..=880) => {
                self.push_message(out, level, origin);
                self.push_line_end(out);
                self.push_trace(out, origin);
                return;
            }
            _ => self.push_message(out, level, origin),
        }
        self.push_line_end(out);
    }

    fn push_message(&mut self, out: &mut Vec<u8>, level: Level, origin: Origin) {
        let texts = &self.vocabulary.texts;
        let mail = self.layout == Layout::Mail && level != Level::Error;
        let templates = match level {
            _ if mail => &texts.mail,
            Level::Info if origin == Origin::StartUp => &texts.start_up,
            Level::Info => &texts.info,
            Level::Debug => &texts.debug,
            Level::Warn => &texts.warn,
            Level::Error => &texts.error,
        };
        self.push_any(out, templates);
    }

    /// Appends an exception with its frames and, often, its causes.
    fn push_trace(&mut self, out: &mut Vec<u8>, origin: Origin) {
        self.push_exception(out, b"");
        let top = self.random.between(6, 24);
        self.push_frames(out, top);
        let tail = self.random.between(4, 16);
        match origin {
            Origin::Request => self.vocabulary.push_tail(out, true, tail as usize),
            _ => self.vocabulary.push_tail(out, false, tail as usize),
        }
        while self.random.percent(45) {
            self.push_exception(out, b"Caused by: ");
            let count = self.random.between(3, 14);
            self.push_frames(out, count);
            if self.random.percent(10) {
                self.push_remark(out, b" filtered");
            }
            if self.random.percent(85) {
                self.push_remark(out, b" more");
            }
        }
    }

    fn push_exception(&mut self, out: &mut Vec<u8>, prefix: &[u8]) {
        let texts = &self.vocabulary.texts;
        out.extend_from_slice(prefix);
        out.extend_from_slice(self.random.text(words::EXCEPTIONS));
        if self.random.percent(85) {
            out.extend_from_slice(b": ");
            self.push_any(out, &texts.exceptions);
        }
        self.push_line_end(out);
    }

    fn push_frames(&mut self, out: &mut Vec<u8>, count: u32) {
        self.vocabulary.push_frames(out, &mut self.random, count as usize);
    }

    /// Appends a line such as `... 43 more`.
    fn push_remark(&mut self, out: &mut Vec<u8>, what: &[u8]) {
        out.extend_from_slice(b"\t... ");
        push_number(out, u64::from(self.random.between(2, 120)));
        out.extend_from_slice(what);
        self.push_line_end(out);
    }

    /// Appends one long line: statistics as JSON, 1 to 20 KiB.
    fn push_statistics(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"[JIRA-STATS] [INDEXING] snapshot: {\"_statsName\":\"");
        self.vocabulary.push_class(out, &mut self.random);
        out.extend_from_slice(b"\",\"values\":[");
        for _ in 0..self.random.between(150, 2500) {
            push_number(out, u64::from(self.random.between(100, 9_999_999)));
            out.push(b',');
        }
        out.extend_from_slice(b"0]}");
    }
}
