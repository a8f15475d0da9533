//! One signature's clauses, ready to run on one event. A regex only verifies, and is compiled when first needed.

use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::Regex;

use super::Event;
use crate::catalogue::pattern::compile;
use crate::catalogue::{Category, Evidence, HostKind, Outline, Role};
use crate::event::Level;

/// A signature's clauses beside its anchors.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) category: Category,
    pub(super) role: Role,
    pub(super) evidence: Evidence,
    pub(super) host: Option<HostKind>,
    all: Vec<String>,
    one_of: Vec<String>,
    none: Vec<String>,
    logger: Vec<String>,
    levels: Vec<Level>,
    pattern: Option<String>,
    regex: OnceLock<Option<Regex>>,
}

impl Rule {
    pub(super) fn new(outline: &Outline) -> Self {
        let matching = &outline.matching;
        Self {
            category: outline.category,
            role: outline.role,
            evidence: outline.evidence,
            host: matching.host,
            all: matching.all.clone(),
            one_of: matching.one_of.clone(),
            none: matching.none.clone(),
            logger: matching.logger.clone(),
            levels: matching.level.iter().filter_map(|name| Level::from_name(name)).collect(),
            pattern: matching.regex.clone(),
            regex: OnceLock::new(),
        }
    }

    pub(super) fn accepts_below_warn(&self) -> bool {
        self.levels.iter().any(|level| !level.is_evidence())
    }

    /// Whether an event that holds an anchor passes the other clauses.
    pub(super) fn narrows_to(&self, event: &Event<'_>, level: Level) -> bool {
        let holds = |literal: &String| memmem::find(event.text, literal.as_bytes()).is_some();
        let level_fits = if self.levels.is_empty() {
            level.is_evidence()
        } else {
            level == Level::None || self.levels.contains(&level)
        };
        level_fits
            && self.all.iter().all(holds)
            && (self.one_of.is_empty() || self.one_of.iter().any(holds))
            && !self.none.iter().any(holds)
            && (self.logger.is_empty()
                || event.header.is_none_or(|header| {
                    self.logger.iter().any(|part| memmem::find(header.logger, part.as_bytes()).is_some())
                }))
            && self.pattern.as_deref().is_none_or(|pattern| {
                let regex = self.regex.get_or_init(|| compile(pattern).ok());
                regex.as_ref().is_some_and(|regex| regex.is_match(event.text))
            })
    }
}
