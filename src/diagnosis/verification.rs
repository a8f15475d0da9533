//! Whether a fix has worked: what was failing up to a moment, and what the logs say of it since then.

use super::finding::{Diagnosis, Finding};
use super::recovery::Moment;
use crate::event::{Bound, Stamp, Window};
use crate::matcher::CaptureKind;

/// What ended so long before the moment is no matter of the fix, in milliseconds.
pub const LOOK_BACK: i64 = 24 * 3_600_000;

/// What the logs say of a fix.
#[derive(Debug, Clone)]
pub struct Verification<'d> {
    /// When the fix was made.
    pub since: Bound,
    /// The time of the newest event.
    pub newest: Option<Stamp>,
    /// Whether some log goes on after that moment.
    pub is_covered: bool,
    /// What was failing and nothing else explains: what still does first, then what is only quiet.
    pub findings: Vec<Verified<'d>>,
}

/// What the logs say of one finding since the fix.
#[derive(Debug, Clone)]
pub struct Verified<'d> {
    /// The finding.
    pub finding: &'d Finding,
    /// The worst of its parts.
    pub outcome: Outcome,
    /// Each thing that it hit.
    pub parts: Vec<Part>,
}

/// What the logs say of one thing that a finding hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is; `None` where it is known by no name.
    pub name: Option<(CaptureKind, String)>,
    /// The Jira host, where only what happens there counts.
    pub node: Option<String>,
    /// When it last failed.
    pub last: Option<Stamp>,
    /// How it stands.
    pub outcome: Outcome,
}

/// How something stands since a fix, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A line of success says that it works again.
    Recovered(Moment),
    /// It has not failed since; whether it works the logs do not say.
    Quiet,
    /// It has failed since, and nothing says that it works again.
    Failing,
}

impl<'d> Verification<'d> {
    /// Reads what a diagnosis says of a fix that was made at a moment.
    pub fn of(diagnosis: &'d Diagnosis, since: Bound) -> Self {
        let window = |since| Window { since: Some(since), until: None };
        let is_since = |stamp: Stamp| window(since).side(stamp).is_eq();
        let is_recent = |stamp: Stamp| window(since.earlier(LOOK_BACK)).side(stamp).is_eq();
        let mut findings: Vec<Verified<'_>> = diagnosis
            .causes()
            .filter(|finding| !finding.suppressed && finding.tally.last.is_some_and(is_recent))
            .map(|finding| Verified::of(finding, &is_since))
            .collect();
        findings.sort_by_key(|verified| std::cmp::Reverse(verified.outcome));
        let newest = diagnosis.newest;
        Self { since, newest, is_covered: newest.is_some_and(is_since), findings }
    }

    /// The worst of all; `None` where nothing was failing.
    pub fn outcome(&self) -> Option<Outcome> {
        self.findings.iter().map(|verified| verified.outcome).max()
    }
}

impl<'d> Verified<'d> {
    fn of(finding: &'d Finding, is_since: &impl Fn(Stamp) -> bool) -> Self {
        let outcome = |last: Option<Stamp>, recovered: Option<Moment>| match recovered {
            Some(moment) => Outcome::Recovered(moment),
            None if last.is_some_and(is_since) => Outcome::Failing,
            None => Outcome::Quiet,
        };
        let recovery = &finding.recovery;
        let mut parts: Vec<Part> = recovery
            .standings
            .iter()
            .map(|standing| Part {
                name: standing.name.clone().map(|name| (CaptureKind::MailServer, name)),
                node: standing.node.clone(),
                last: standing.last,
                outcome: outcome(standing.last, standing.recovered),
            })
            .collect();
        let last = finding.tally.last;
        let all_recovered = parts.iter().all(|part| matches!(part.outcome, Outcome::Recovered(_)));
        if parts.is_empty() {
            parts.extend(finding.subjects.iter().map(|subject| Part {
                name: Some((subject.kind, subject.value.clone())),
                node: None,
                last: subject.tally.last,
                outcome: outcome(subject.tally.last, None),
            }));
        } else if all_recovered && recovery.recovered.is_none() {
            // Events that name nothing came after every success.
            parts.push(Part { name: None, node: None, last, outcome: outcome(last, None) });
        }
        let worst = parts.iter().map(|part| part.outcome).max();
        Self { finding, outcome: worst.unwrap_or_else(|| outcome(last, recovery.recovered)), parts }
    }
}
