//! One signature's clauses, ready to run on one event. A regex only verifies, and is compiled when first needed.

use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::Regex;

use super::Event;
use super::success::{bracketed, label_of};
use crate::catalogue::pattern::compile;
use crate::catalogue::{Category, Evidence, HostKind, Matching, Outline, Role};
use crate::event::Level;

/// A signature's clauses beside its anchors.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) category: Category,
    pub(super) role: Role,
    pub(super) evidence: Evidence,
    pub(super) host: Option<HostKind>,
    /// The signature's id, where lines of its own show that it is over.
    pub(super) recovers_as: Option<String>,
    /// What stands before the name in those lines.
    label: Option<Box<str>>,
    levels: Vec<Level>,
    matching: Matching,
    clauses: OnceLock<Clauses>,
}

/// The clauses as they run; made when the first event holds an anchor.
#[derive(Debug)]
struct Clauses {
    all: Vec<memmem::Finder<'static>>,
    one_of: Vec<memmem::Finder<'static>>,
    none: Vec<memmem::Finder<'static>>,
    /// `None` where there is no pattern; a pattern that does not compile was refused by the catalogue's lint.
    regex: Option<Regex>,
}

impl Rule {
    pub(super) fn new(outline: &Outline) -> Self {
        let matching = &outline.matching;
        Self {
            category: outline.category,
            role: outline.role,
            evidence: outline.evidence,
            host: matching.host,
            recovers_as: (!outline.recovery.is_empty()).then(|| outline.id.clone()),
            label: label_of(&outline.recovery),
            levels: matching.level.iter().filter_map(|name| Level::from_name(name)).collect(),
            matching: matching.clone(),
            clauses: OnceLock::new(),
        }
    }

    pub(super) fn accepts_below_warn(&self) -> bool {
        self.levels.iter().any(|level| !level.is_evidence())
    }

    /// What a text names where the lines of recovery name it.
    pub(super) fn name_in(&self, text: &[u8]) -> Option<String> {
        bracketed(text, self.label.as_deref()?)
    }

    /// Whether an event that holds an anchor passes the other clauses.
    pub(super) fn narrows_to(&self, event: &Event<'_>, level: Level) -> bool {
        let level_fits = if self.levels.is_empty() {
            level.is_evidence()
        } else {
            level == Level::None || self.levels.contains(&level)
        };
        let logger_fits = || {
            self.matching.logger.is_empty()
                || event.header.is_none_or(|header| {
                    self.matching.logger.iter().any(|part| memmem::find(header.logger, part.as_bytes()).is_some())
                })
        };
        if !level_fits || !logger_fits() {
            return false;
        }
        let clauses = self.clauses.get_or_init(|| Clauses::new(&self.matching));
        let holds = |literal: &memmem::Finder<'_>| literal.find(event.text).is_some();
        clauses.all.iter().all(holds)
            && (clauses.one_of.is_empty() || clauses.one_of.iter().any(holds))
            && !clauses.none.iter().any(holds)
            && clauses.regex.as_ref().is_none_or(|regex| regex.is_match(event.text))
    }
}

impl Clauses {
    fn new(matching: &Matching) -> Self {
        let finders =
            |literals: &[String]| literals.iter().map(|literal| memmem::Finder::new(literal).into_owned()).collect();
        Self {
            all: finders(&matching.all),
            one_of: finders(&matching.one_of),
            none: finders(&matching.none),
            regex: matching.regex.as_deref().and_then(|pattern| compile(pattern).ok()),
        }
    }
}
