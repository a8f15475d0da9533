//! Writes realistic Jira logs for benches and tests: seeded, fast, and with a record of what
//! they hold.
//!
//! The same options give the same bytes on every machine and with every version of every
//! dependency. All text is synthetic. [`generate`] returns a [`Truth`], against which the
//! report of a scan can be compared: events by level, and events, first and last time of each
//! known error. Logs that are damaged on purpose are not made here.
//!
//! ```
//! use log_generator::{Options, default_known, generate};
//!
//! let options = Options { bytes: 64 * 1024, density: 0.01, ..Options::default() };
//! let mut log = Vec::new();
//! let truth = generate(&options, &default_known(), &mut log)?;
//! assert_eq!(truth.bytes, log.len() as u64);
//! # Ok::<(), std::io::Error>(())
//! ```

mod background;
mod clock;
mod digits;
mod header;
mod known;
mod messages;
mod near_miss;
mod random;
mod scribe;
mod template;
mod truth;
mod vocabulary;
mod words;

use std::io::{self, Write};

pub use crate::known::{Known, default_known};
pub use crate::near_miss::LITERALS;
pub use crate::truth::{SignatureTruth, Truth};

use crate::clock::Clock;
use crate::known::KnownBody;
use crate::near_miss::{push_near_miss, spoil_lines};
use crate::random::Random;
use crate::scribe::{Level, Request, Scribe};
use crate::truth::Counts;
use crate::vocabulary::Vocabulary;

/// Events are collected up to this size before they are written out.
const BUFFER_BYTES: usize = 256 * 1024;

/// What kind of log to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Seed of all choices.
    pub seed: u64,
    /// The log ends with the event that reaches this size.
    pub bytes: u64,
    /// Probability that an event holds a known error, from 0 to 0.5.
    pub density: f64,
    /// Probability that any other event holds a text that only resembles a known error.
    pub near_misses: f64,
    /// Whether each line of an event without a known error ends with one of [`LITERALS`]
    /// less its last byte.
    pub every_line_near_miss: bool,
    /// The kind of log.
    pub layout: Layout,
    /// What follows the milliseconds of a stamp: `+0000`, another offset, or nothing.
    pub zone: String,
    /// Time before the first event, in milliseconds since 1970-01-01T00:00:00Z.
    pub start: u64,
    /// Whether lines end with CR and LF.
    pub crlf: bool,
}

impl Default for Options {
    /// One MiB of a main log that holds nothing known, from 2026-01-12 in UTC.
    fn default() -> Self {
        Self {
            seed: 42,
            bytes: 1024 * 1024,
            density: 0.0,
            near_misses: 0.0,
            every_line_near_miss: false,
            layout: Layout::Main,
            zone: "+0000".to_owned(),
            start: 1_768_176_000_000,
            crlf: false,
        }
    }
}

/// The layouts that the generator can write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// `atlassian-jira.log`: thread, level, five fields, logger, message.
    #[default]
    Main,
    /// `atlassian-jira-incoming-mail.log`: level, mail server, thread, five fields, message.
    Mail,
}

/// Writes a log to `out` and tells what it holds.
///
/// Each event holds one of the `known` errors with the probability `options.density`, all alike.
/// Fails when writing fails, or with [`io::ErrorKind::InvalidInput`] when the options make no
/// sense: a probability out of range, a zone that is none, a start before 1970-01-02, or a
/// density without known errors.
pub fn generate(options: &Options, known: &[Known], out: &mut impl Write) -> io::Result<Truth> {
    check(options, known)?;
    let line_end = if options.crlf { "\r\n" } else { "\n" };
    let mut random = Random::new(options.seed);
    let vocabulary = Vocabulary::new(&mut random, line_end);
    let bodies: Vec<KnownBody> = known.iter().map(|known| KnownBody::new(known, line_end)).collect();
    let mut scribe = Scribe {
        random,
        clock: Clock::new(options.start, &options.zone)?,
        vocabulary: &vocabulary,
        layout: options.layout,
        line_end,
        request: Request::default(),
    };
    let mut counts = Counts::new(bodies.len());
    let mut buffer = Vec::with_capacity(BUFFER_BYTES + 64 * 1024);
    let mut spare = Vec::new();
    while counts.bytes + (buffer.len() as u64) < options.bytes {
        if buffer.len() >= BUFFER_BYTES {
            flush(&mut buffer, &mut counts, out)?;
        }
        scribe.clock.advance(&mut scribe.random);
        let start = buffer.len();
        if scribe.random.chance(options.density) {
            let number = scribe.random.index(bodies.len());
            scribe.push_known(&mut buffer, &bodies[number]);
            counts.add_event(Level::Error, Some(number), scribe.clock.now());
        } else {
            let level = scribe.push_background(&mut buffer, options.near_misses);
            counts.add_event(level, None, scribe.clock.now());
            if options.every_line_near_miss {
                spoil_lines(&mut buffer, start, line_end, &mut scribe.random, &mut spare);
            }
        }
    }
    flush(&mut buffer, &mut counts, out)?;
    out.flush()?;
    let names = known.iter().map(|known| known.signature.as_str());
    Ok(counts.into_truth(names, &scribe.clock))
}

impl Scribe<'_> {
    fn push_known(&mut self, out: &mut Vec<u8>, body: &KnownBody) {
        let origin = match body.origin {
            Some(origin) => origin,
            None => self.draw_origin(),
        };
        self.push_header(out, Level::Error, origin);
        self.push_template(out, &body.template);
        self.push_line_end(out);
    }

    fn push_background(&mut self, out: &mut Vec<u8>, near_misses: f64) -> Level {
        let level = self.draw_level();
        let origin = self.draw_origin();
        self.push_header(out, level, origin);
        if self.random.chance(near_misses) {
            push_near_miss(out, &mut self.random);
            out.extend_from_slice(b"; ");
        }
        self.push_body(out, level, origin);
        level
    }
}

fn check(options: &Options, known: &[Known]) -> io::Result<()> {
    let reason = if !(0.0..=0.5).contains(&options.density) {
        "the density must lie between 0 and 0.5"
    } else if !(0.0..=1.0).contains(&options.near_misses) {
        "the share of near misses must lie between 0 and 1"
    } else if options.density > 0.0 && known.is_empty() {
        "a density above 0 needs known errors"
    } else {
        return Ok(());
    };
    Err(io::Error::new(io::ErrorKind::InvalidInput, reason))
}

#[expect(clippy::naive_bytecount, reason = "the compiler vectorises it well enough to do without another dependency")]
fn flush(buffer: &mut Vec<u8>, counts: &mut Counts, out: &mut impl Write) -> io::Result<()> {
    out.write_all(buffer)?;
    counts.bytes += buffer.len() as u64;
    counts.lines += buffer.iter().filter(|byte| **byte == b'\n').count() as u64;
    buffer.clear();
    Ok(())
}
