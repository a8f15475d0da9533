//! A finding over several runs: what earlier ones found of it, and whether it is new, goes on, or has stopped.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::finding::{Activity, Diagnosis, Finding};
use super::recovery::PastStanding;
use super::tally::{FindingTally, Tally, widen};
use crate::catalogue::{Catalogue, Severity};
use crate::event::Stamp;
use crate::matcher::Context;

/// What earlier runs have found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The number of this run in the life of the state.
    pub generation: u64,
    /// By signature id.
    pub findings: BTreeMap<String, PastFinding>,
}

/// What earlier runs have found of one signature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastFinding {
    /// Number of events.
    pub events: u64,
    /// Time of the earliest.
    pub first: Option<Stamp>,
    /// Time of the latest.
    pub last: Option<Stamp>,
    /// Whether one of the logs in which it stood has had newer events since.
    pub went_on: bool,
    /// How it stood after the last run.
    pub status: Option<Status>,
    /// How what it hit stood.
    pub standings: Vec<PastStanding>,
}

/// How a finding stands over all runs; without a state over the time of the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Seen for the first time.
    New,
    /// Seen before and now; or seen before, and its logs say nothing newer.
    Ongoing,
    /// Not seen now, though its logs went on. Whether it is mended they do not say.
    Quiet,
    /// All that it has hit has worked again since, as lines of success show.
    Recovered,
}

impl Status {
    /// Whether something fails, as far as is known.
    pub fn is_failing(self) -> bool {
        matches!(self, Self::New | Self::Ongoing)
    }

    /// Without a state: what works again is recovered, and what has ended within the logs is quiet.
    pub(super) fn in_one_scan(activity: Activity, is_recovered: bool) -> Self {
        match activity {
            _ if is_recovered => Self::Recovered,
            Activity::Ended => Self::Quiet,
            Activity::Active | Activity::Unknown => Self::New,
        }
    }
}

impl Diagnosis {
    /// Takes what is new as known.
    pub fn accept(&mut self) {
        for finding in self.findings.iter_mut().filter(|finding| finding.status == Status::New) {
            finding.status = Status::Ongoing;
        }
        self.accepted = true;
    }

    /// Leaves out what is not new, but for what has brought about something new.
    pub fn keep_new(&mut self) {
        let new: Vec<&Finding> = self.findings.iter().filter(|finding| finding.status == Status::New).collect();
        let causes: BTreeSet<String> = new.iter().flat_map(|finding| finding.caused_by.iter().cloned()).collect();
        self.findings.retain(|finding| finding.status == Status::New || causes.contains(&finding.signature.id));
        self.only_new = true;
    }

    /// The findings that count: what is neither suppressed nor accepted nor, over several runs, quiet.
    pub fn counting(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| {
            let is_over = self.generation.is_some() && !finding.status.is_failing();
            let is_known = self.only_new && finding.status != Status::New;
            !finding.suppressed && !is_over && !is_known && !self.accepted
        })
    }

    /// The worst severity among what counts.
    pub fn worst(&self) -> Option<Severity> {
        self.counting().map(|finding| finding.severity).max()
    }
}

impl PastFinding {
    /// How a finding stands of which this run saw so many events. What is seen for the first time is new even if it is over:
    /// somebody should hear of it once.
    pub(super) fn status(&self, events: u64, is_recovered: bool) -> Status {
        match (self.events, events) {
            (0, _) => Status::New,
            _ if is_recovered => Status::Recovered,
            (_, 0) if self.went_on => Status::Quiet,
            _ => Status::Ongoing,
        }
    }
}

impl Past {
    /// Adds the findings to a tally that only earlier runs had, without events of this one.
    pub(super) fn add_to(&self, tally: &mut Tally, catalogue: &Catalogue) {
        for (id, past) in &self.findings {
            if let Some(rank) = catalogue.rank_of(id) {
                tally.findings.entry(rank).or_insert_with(|| {
                    // What a schedule finds are polls; who was at work is not remembered.
                    let mut known =
                        FindingTally { contexts: [(Context::Unattended, 0)].into(), ..FindingTally::default() };
                    widen(&mut known.first, &mut known.last, past.first);
                    widen(&mut known.first, &mut known.last, past.last);
                    known
                });
            }
        }
    }
}
