//! Findings that somebody knows of and does not want to be told again, for a stated reason and until a stated day.

use std::collections::BTreeSet;

use serde::Serialize;

use super::finding::{Diagnosis, Finding};

/// One entry of a suppressions file, as it applies to this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The signature.
    pub id: String,
    /// The only subject that it holds for, by its value; `None` for all.
    pub subject: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, as it was written.
    pub until: String,
    /// Whether it holds.
    pub force: Force,
}

/// Whether a suppression holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Force {
    /// It does.
    InForce,
    /// Its day is over.
    Past,
    /// Its day cannot be read.
    UnreadableDate,
}

impl Diagnosis {
    /// Marks what is suppressed, with what it has brought about, and keeps the list for the report. A finding is
    /// suppressed when an entry names it, or when entries name each of its subjects.
    pub fn suppress(&mut self, suppressions: Vec<Suppression>) {
        let in_force = |id: &str| {
            let mut entries = suppressions.iter().filter(|entry| entry.force == Force::InForce).collect::<Vec<_>>();
            entries.retain(|entry| entry.id == id);
            entries
        };
        let is_named = |finding: &Finding| {
            let entries = in_force(&finding.signature.id);
            let subjects = &finding.subjects;
            let all_subjects = !subjects.is_empty()
                && !finding.tally.subjects.more()
                && subjects.iter().all(|subject| {
                    entries.iter().any(|entry| entry.subject.as_deref() == Some(subject.value.as_str()))
                });
            all_subjects || entries.iter().any(|entry| entry.subject.is_none())
        };
        let named: BTreeSet<String> = self
            .findings
            .iter()
            .filter(|finding| is_named(finding))
            .map(|finding| finding.signature.id.clone())
            .collect();
        for finding in &mut self.findings {
            let follows = !finding.caused_by.is_empty() && finding.caused_by.iter().all(|cause| named.contains(cause));
            finding.suppressed = follows || named.contains(&finding.signature.id);
        }
        self.suppressions = suppressions;
    }
}
