//! What people put before every line of a log that they quote: `> ` of a mail, the indent of a code block, the sign of a diff.

use super::BeginsEvent;

/// Most bytes before a line.
const LONGEST: usize = 16;

/// The same few signs before every line.
#[derive(Debug, Clone)]
pub(super) struct Quote(Vec<u8>);

impl Quote {
    /// The signs before the first line whose rest begins a log event.
    pub(super) fn learn<'a>(mut lines: impl Iterator<Item = &'a [u8]>, begins_event: BeginsEvent) -> Option<Self> {
        lines.find_map(|line| {
            let signs = line.iter().take(LONGEST).take_while(|byte| b" \t>|+-#*/".contains(byte)).count();
            let length = (1..=signs).find(|&length| begins_event(&line[length..]))?;
            Some(Self(line[..length].to_vec()))
        })
    }

    /// Where the text begins behind the signs; an empty text may have lost the blanks before it.
    pub(super) fn take_off(&self, line: &[u8]) -> Option<usize> {
        let is_empty = |line: &[u8]| line.trim_ascii_end() == self.0.trim_ascii_end();
        line.starts_with(&self.0).then_some(self.0.len()).or_else(|| is_empty(line).then_some(line.len()))
    }
}
