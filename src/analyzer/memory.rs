//! Scans a text that is in memory already, as if it were a file that the user named: for examples, and for what
//! somebody pasted.

use std::sync::Arc;

use super::scanner::{Block, Scanner, SourceFacts};
use crate::diagnosis::{Source, Tally};
use crate::event::{Layout, Window};
use crate::matcher::Matcher;

/// Everything that is found in a text. The matcher is given, since many texts are scanned with one.
pub fn scan_text(matcher: &Matcher, name: &str, text: &[u8]) -> Tally {
    let source = Arc::new(Source { node: None, name: name.to_owned() });
    let (layout, window) = (Layout::sniff(text), Window::default());
    let facts = SourceFacts { source, layout, pasted: true, window, zone: None, voices: false };
    let mut scanner = Scanner::new(matcher, facts, 0);
    scanner.feed(Block { buffer: text, base: 0, from: 0, to: text.len() });
    scanner.finish_part(text.len() as u64);
    let mut tally = scanner.into_tally();
    tally.settle();
    tally
}
