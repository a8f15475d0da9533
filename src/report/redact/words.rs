//! Lists of words, written as one text and looked up as a set.

use std::collections::HashSet;
use std::sync::OnceLock;

/// Words, made into a set when the first is looked up.
pub(super) struct Words {
    text: &'static str,
    set: OnceLock<HashSet<&'static str>>,
}

impl Words {
    /// The words of a text, set apart by blanks.
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, set: OnceLock::new() }
    }

    /// Whether a word, given in lower case, is one of them.
    pub(super) fn have(&self, word: &str) -> bool {
        self.set.get_or_init(|| self.text.split_ascii_whitespace().collect()).contains(word)
    }
}
