//! What of a diagnosis is news to somebody who was told of the one before: findings that begin, go on, or stop.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::finding::{Diagnosis, Finding};
use super::history::Status;
use crate::catalogue::Severity;

/// Two updates of one finding are at least so far apart.
pub const UPDATES_APART: Duration = Duration::from_secs(30);

/// What has become of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It fails now, and did not when it was last told of.
    Opened,
    /// It stands as before, and there is more of it.
    Updated,
    /// It was not seen for an hour although its logs went on.
    Quiet,
    /// Its logs show a success since.
    Recovered,
}

impl ChangeKind {
    /// Its name in a line of a report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Updated => "updated",
            Self::Quiet => "quiet",
            Self::Recovered => "recovered",
        }
    }

    /// What is told of a finding that has come to stand like this.
    const fn to(status: Status) -> Self {
        match status {
            Status::New | Status::Ongoing => Self::Opened,
            Status::Quiet => Self::Quiet,
            Status::Recovered => Self::Recovered,
        }
    }
}

/// A finding of which there is news.
#[derive(Debug, Clone, Copy)]
pub struct Change<'d> {
    /// What has become of it.
    pub kind: ChangeKind,
    /// As it stands now.
    pub finding: &'d Finding,
}

/// Remembers what was told of each finding.
#[derive(Debug, Default)]
pub struct Watch {
    told: BTreeMap<String, Told>,
}

/// What was told of a finding.
#[derive(Debug)]
struct Told {
    at: Instant,
    standing: ChangeKind,
    shape: Shape,
    /// Whether there is more to tell, once it is time.
    has_news: bool,
}

/// What makes an update worth telling.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    events: u64,
    severity: Severity,
    subjects: usize,
    caused_by: Vec<String>,
}

impl Watch {
    /// What is to be told now, in the order of the findings.
    pub fn changes<'d>(&mut self, diagnosis: &'d Diagnosis, now: Instant) -> Vec<Change<'d>> {
        self.changes_with(diagnosis, now, UPDATES_APART)
    }

    /// What is to be told at the end, when nothing can wait any more.
    pub fn last_changes<'d>(&mut self, diagnosis: &'d Diagnosis, now: Instant) -> Vec<Change<'d>> {
        self.changes_with(diagnosis, now, Duration::ZERO)
    }

    /// Whether it is time for an update that had to wait.
    pub fn is_due(&self, now: Instant) -> bool {
        self.told.values().any(|told| told.has_news && now.saturating_duration_since(told.at) >= UPDATES_APART)
    }

    fn changes_with<'d>(&mut self, diagnosis: &'d Diagnosis, now: Instant, apart: Duration) -> Vec<Change<'d>> {
        let changes = diagnosis.findings.iter().filter_map(|finding| {
            let kind = self.change(finding, now, apart)?;
            Some(Change { kind, finding })
        });
        changes.collect()
    }

    fn change(&mut self, finding: &Finding, now: Instant, apart: Duration) -> Option<ChangeKind> {
        let standing = ChangeKind::to(finding.status);
        let shape = Shape {
            events: finding.tally.events,
            severity: finding.severity,
            subjects: finding.subjects.len(),
            caused_by: finding.caused_by.clone(),
        };
        let kind = match self.told.get_mut(&finding.signature.id) {
            Some(told) if told.standing == standing && told.shape == shape => {
                told.has_news = false;
                return None;
            }
            Some(told) if told.standing == standing && now.saturating_duration_since(told.at) < apart => {
                told.has_news = true;
                return None;
            }
            Some(told) if told.standing == standing => ChangeKind::Updated,
            _ => standing,
        };
        self.told.insert(finding.signature.id.clone(), Told { at: now, standing, shape, has_news: false });
        Some(kind)
    }
}
