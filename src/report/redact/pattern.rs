//! A regular expression that is compiled when the first text holds one of its literals, and costs nothing before.

use std::ops::Range;
use std::sync::OnceLock;

use regex::{Captures, Regex};

use super::view::View;

/// What a rule looks for, written once as a constant.
pub(super) struct Pattern {
    gates: &'static [&'static str],
    source: &'static str,
    regex: OnceLock<Regex>,
}

impl Pattern {
    /// A pattern that can only match where one of the literals (in lower case) occurs.
    pub(super) const fn new(gates: &'static [&'static str], source: &'static str) -> Self {
        Self { gates, source, regex: OnceLock::new() }
    }

    /// Its matches in the text in lower case: for names, which are written in any case.
    pub(super) fn in_lower<'v>(&'static self, view: &'v View) -> impl Iterator<Item = Captures<'v>> {
        self.ready(view).into_iter().flat_map(|regex| regex.captures_iter(&view.lower))
    }

    /// Its matches in the text as it is: for shapes, whose case tells.
    pub(super) fn in_text<'v>(&'static self, view: &'v View) -> impl Iterator<Item = Captures<'v>> {
        self.ready(view).into_iter().flat_map(|regex| regex.captures_iter(&view.text))
    }

    /// Its matches in a part of the text; their places count from the part's start.
    pub(super) fn within<'v>(&'static self, view: &'v View, part: Range<usize>) -> impl Iterator<Item = Captures<'v>> {
        self.ready(view).into_iter().flat_map(move |regex| regex.captures_iter(&view.text[part.clone()]))
    }

    fn ready(&'static self, view: &View) -> Option<&'static Regex> {
        self.gates.iter().any(|gate| view.lower.contains(gate)).then(|| {
            self.regex.get_or_init(|| {
                #[expect(clippy::expect_used, reason = "the source is a constant, and a test compiles every pattern")]
                Regex::new(self.source).expect("a constant pattern compiles")
            })
        })
    }
}
