//! Carriers: what kubectl, container runtimes, Docker, the journal, syslog, grep, Maven
//! and those who quote a log put round each line of it.
//!
//! A [`Carrier`] is told from the head of a stream by majority, and only where log events begin behind its prefixes; what
//! begins an event is for the caller to say. It takes its prefix off single lines and names whom each line belongs to.

mod form;
mod lines;
mod paths;
mod quote;
mod record;
mod stamp;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use form::Form;
pub use lines::{LONGEST, Lines, Piece};

/// Bytes at the head of a stream from which its carrier is told.
const SNIFF_LENGTH: usize = 64 * 1024;
/// Most layers round a line: grep, over a prefix with a name, over a time.
const MOST_LAYERS: usize = 3;
/// The noun of what names nothing but a stream.
const STREAM: &str = "stream";
/// What Windows editors put before UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Says whether a log event begins with this line.
pub type BeginsEvent = fn(&[u8]) -> bool;

/// Whom a line belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    /// The pod and container, host and program, or file; empty when the carrier names none.
    pub name: Vec<u8>,
    /// The part of the name that is a host: a pod, a container, a machine.
    pub node: Option<Range<usize>>,
}

impl Label {
    /// Names nobody.
    pub fn clear(&mut self) {
        self.name.clear();
        self.node = None;
    }

    /// Adds a name, and which part of it is a host.
    fn add(&mut self, parts: &[&[u8]], node: Option<Range<usize>>) {
        if !self.name.is_empty() {
            self.name.push(b'/');
        }
        let start = self.name.len();
        for part in parts {
            self.name.extend_from_slice(part);
        }
        self.node = node.map(|node| start + node.start..start + node.end).or(self.node.take());
    }
}

/// What a carrier held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried<'a> {
    /// The log's own text, without the line feed.
    pub text: Cow<'a, [u8]>,
    /// `false` for a part of a line that a container runtime cut: the next of the same label goes on with it.
    pub ends_line: bool,
}

/// The layers round each line of a stream; by default none.
#[derive(Debug, Clone, Default)]
pub struct Carrier {
    /// The outermost first.
    layers: Vec<Form>,
}

impl Carrier {
    /// Tells the carrier from the first bytes of a stream. `None` for a log that stands on its own: most lines must have
    /// the prefix, log events must begin behind it, and none may begin before the first prefix.
    pub fn sniff(head: &[u8], begins_event: BeginsEvent) -> Option<Self> {
        let head = &head[..head.len().min(SNIFF_LENGTH)];
        let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
        let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
        let mut lines: Vec<Cow<'_, [u8]>> =
            head.split(|&byte| byte == b'\n').filter(|line| !is_blank(line)).map(Cow::Borrowed).collect();
        if lines.len() > 1 && !head.ends_with(b"\n") {
            lines.pop();
        }
        // Most logs show at once that they stand on their own.
        if lines.first().is_none_or(|first| begins_event(first)) {
            return None;
        }
        layers_of(&lines, begins_event, MOST_LAYERS).map(|layers| Self { layers })
    }

    /// Takes the carrier off a line and names whom it belongs to; `None`, with an empty label, for a line without it.
    pub fn take_off<'a>(&mut self, line: &'a [u8], label: &mut Label) -> Option<Carried<'a>> {
        label.clear();
        let mut carried = Carried { text: Cow::Borrowed(line), ends_line: true };
        for layer in &mut self.layers {
            let held = match carried.text {
                Cow::Borrowed(text) => layer.take_off(text, label),
                Cow::Owned(text) => layer
                    .take_off(&text, label)
                    .map(|held| form::Held { text: Cow::Owned(held.text.into_owned()), ends_line: held.ends_line }),
            };
            let Some(held) = held else {
                label.clear();
                return None;
            };
            carried = Carried { text: held.text, ends_line: carried.ends_line && held.ends_line };
        }
        Some(carried)
    }

    /// Whether a line without the carrier's prefix is what its tool says about itself, not what a log says.
    pub fn is_remark(&self, line: &[u8]) -> bool {
        let line = line.trim_ascii_end();
        self.layers.first().is_some_and(|layer| match layer {
            Form::Paths(_) | Form::Numbers => line == b"--",
            Form::Syslog => line.starts_with(b"-- ") && line.ends_with(b" --"),
            Form::Compose => line.starts_with(b"Attaching to "),
            _ => false,
        })
    }

    /// Whether lines stand on their own.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Its layers, for a person: `kubectl prefix and time`.
    pub fn words(&self) -> String {
        self.layers.iter().map(Form::words).collect::<Vec<_>>().join(" and ")
    }

    /// What its names name, in the singular: `pod`.
    pub fn noun(&self) -> &'static str {
        self.layers.iter().map(Form::noun).find(|noun| *noun != STREAM).unwrap_or(STREAM)
    }
}

/// The layers, no more than `most`, behind which log events begin on most of the lines that begin any.
fn layers_of(lines: &[Cow<'_, [u8]>], begins_event: BeginsEvent, most: usize) -> Option<Vec<Form>> {
    let mut deeper = Vec::new();
    for mut form in Form::candidates(lines, begins_event) {
        let mut label = Label::default();
        let mut bare = 0;
        let mut held: Vec<Cow<'_, [u8]>> = Vec::new();
        for line in lines {
            match form.take_off(line, &mut label) {
                Some(inside) => held.push(inside.text),
                None if held.is_empty() && begins_event(line) => break,
                None => bare += usize::from(begins_event(line)),
            }
        }
        if held.len() * 2 <= lines.len() {
            continue;
        }
        if held.iter().filter(|text| begins_event(text)).count() > bare {
            return Some(vec![form]);
        }
        deeper.push((form, held));
    }
    if most == 1 {
        return None;
    }
    deeper.into_iter().find_map(|(form, held)| {
        let inner = layers_of(&held, begins_event, most - 1)?;
        Some([form].into_iter().chain(inner).collect())
    })
}
