//! Whether what failed works again: a line of success that names the same mail server (or the same thing that the signature's
//! own lines of recovery name) after the last failure there. Where there is none, nothing is claimed: the end of errors
//! may as well be the end of logging.

use std::collections::{BTreeMap, BTreeSet};

use super::periods::Periods;
use super::tally::{FindingTally, NodeTally, hash, widen};
use crate::catalogue::{Category, Outline};
use crate::event::Stamp;
use crate::matcher::ends_with_a_poll;

/// Names that are kept per finding and node.
pub const TARGETS_KEPT: usize = 64;
/// Names of what was seen to work that are kept per node.
pub const SUCCESSES_KEPT: usize = 64;
/// Times of successes that are kept per name: the latest.
pub const LATEST_KEPT: usize = 16;

/// What a line of success must name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The mail server, or what the signature's lines of recovery name; empty where they name nothing.
    pub name: String,
    /// The Jira host on which it failed.
    pub node: Option<String>,
}

/// The lines of success of one name on one node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Successes {
    /// Number of them.
    pub events: u64,
    /// When they were, as exactly as is kept.
    pub periods: Periods,
    /// Times of the latest, at most [`LATEST_KEPT`].
    pub latest: BTreeSet<Stamp>,
}

impl Successes {
    pub(super) fn add(&mut self, stamp: Stamp) {
        self.events += 1;
        self.periods.add(stamp);
        self.latest.insert(stamp);
        self.keep_latest();
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.events += other.events;
        self.periods.merge(&other.periods);
        self.latest.extend(other.latest);
        self.keep_latest();
    }

    fn keep_latest(&mut self) {
        while self.latest.len() > LATEST_KEPT {
            self.latest.pop_first();
        }
    }

    /// The first success after an instant, as far as the kept times tell.
    fn after(&self, instant: i64) -> Option<Moment> {
        let kept = self.latest.iter().find(|stamp| stamp.instant > instant);
        if let Some(&at) = kept.filter(|&&at| self.latest.first() != Some(&at)) {
            return Some(Moment { at, is_first: true });
        }
        let (first, last) = self.periods.iter().find(|(_, last)| last.instant > instant)?;
        let is_first = first.instant > instant;
        let at = if is_first { first } else { kept.map_or(last, |&kept| kept.min(last)) };
        Some(Moment { at, is_first })
    }
}

/// When something was seen to work again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The time of a success.
    pub at: Stamp,
    /// Whether it is the first one after the failure; else there were earlier ones whose times were not kept.
    pub is_first: bool,
}

/// How one thing stands that a finding has hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Tells it from others without its name.
    pub id: u64,
    /// The mail server, or what the signature's lines of recovery name, empty where they name nothing; `None` where an earlier
    /// run has seen it and nothing in this one names it.
    pub name: Option<String>,
    /// The Jira host, where only a success on the same one counts.
    pub node: Option<String>,
    /// When it last failed.
    pub last: Option<Stamp>,
    /// When it worked again.
    pub recovered: Option<Moment>,
}

/// What earlier runs know of one thing that a finding has hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastStanding {
    /// Tells it from others without its name.
    pub id: u64,
    /// When it last failed.
    pub last: Option<Stamp>,
    /// When it worked again.
    pub recovered: Option<Moment>,
}

/// How everything stands that a finding and what it brought about have hit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// By name, then by node.
    pub standings: Vec<Standing>,
    /// When all of it had worked again; `None` where something has not, or the logs cannot tell.
    pub recovered: Option<Moment>,
}

/// Works out how a finding stands. `others` are the findings that it brought about: what it hit is told by them too. `past` is
/// what earlier runs know of it.
pub(super) fn recovery(
    outline: &Outline,
    (finding, others): (&FindingTally, &[&FindingTally]),
    nodes: &BTreeMap<Option<String>, NodeTally>,
    past: &[PastStanding],
) -> Recovery {
    let log = SuccessLog {
        signature: (!outline.recovery.is_empty()).then_some(&outline.id),
        is_of_mail: ends_with_a_poll(outline.category),
        // What fails on one host only is not mended by what works on another.
        by_node: !ends_with_a_poll(outline.category) || matches!(outline.category, Category::Tls | Category::Network),
        nodes,
    };
    if log.signature.is_none() && !log.is_of_mail {
        return Recovery::default();
    }
    let all = || std::iter::once(finding).chain(others.iter().copied());
    let mut failures: BTreeMap<u64, (Option<Target>, Option<Stamp>)> = BTreeMap::new();
    for (target, failed) in all().flat_map(|tally| tally.targets.iter()) {
        let target = Target { node: target.node.clone().filter(|_| log.by_node), ..target.clone() };
        let (name, last) = failures.entry(target.id()).or_default();
        widen(&mut None, last, failed.last);
        *name = Some(target);
    }
    let mut remembered: BTreeMap<u64, Moment> = BTreeMap::new();
    for standing in past {
        let (target, last) = failures.entry(standing.id).or_default();
        widen(&mut None, last, standing.last);
        if target.is_none() {
            *target = log.named(standing.id);
        }
        remembered.extend(standing.recovered.map(|moment| (standing.id, moment)));
    }
    let seen: Vec<(Standing, Successes)> = failures
        .into_iter()
        .map(|(id, (target, last))| {
            let successes = target.as_ref().map(|target| log.of(target)).unwrap_or_default();
            let earlier = remembered.get(&id).copied();
            let recovered = last.and_then(|last| {
                earlier.filter(|moment| moment.at.instant > last.instant).or_else(|| successes.after(last.instant))
            });
            let (name, node) = target.map(|target| (target.name, target.node)).unzip();
            (Standing { id, name, node: node.flatten(), last, recovered }, successes)
        })
        .collect();
    let last = all().filter_map(|tally| tally.last).max();
    // Events that name nothing count too: what is over must be over after the very last of them.
    let over = |(standing, successes): &(Standing, Successes)| {
        let moment = standing.recovered?;
        match last.filter(|last| last.instant >= moment.at.instant) {
            Some(last) => successes.after(last.instant),
            None => Some(moment),
        }
    };
    let moments: Option<Vec<Moment>> = seen.iter().map(over).collect();
    let has_more = all().any(|tally| tally.targets.more());
    let recovered = moments.filter(|_| !has_more).and_then(|moments| moments.into_iter().max());
    let mut standings: Vec<Standing> = seen.into_iter().map(|(standing, _)| standing).collect();
    standings.sort_by(|a, b| (&a.name, &a.node, a.id).cmp(&(&b.name, &b.node, b.id)));
    Recovery { standings, recovered }
}

impl Target {
    /// Tells it from others without its name.
    pub fn id(&self) -> u64 {
        hash(&format!("{}\0{}", self.name, self.node.as_deref().unwrap_or_default()))
    }
}

/// The lines of success that count for one signature.
struct SuccessLog<'a> {
    /// Its id, where it names lines of its own.
    signature: Option<&'a String>,
    /// Whether polls count.
    is_of_mail: bool,
    /// Whether only those count that stand on the host that failed.
    by_node: bool,
    nodes: &'a BTreeMap<Option<String>, NodeTally>,
}

impl<'a> SuccessLog<'a> {
    fn all(&self) -> impl Iterator<Item = (&'a Option<String>, &'a String, &'a Successes)> {
        let (own, polls) = (self.signature, self.is_of_mail);
        let of_node = |(node, tally): (&'a Option<String>, &'a NodeTally)| {
            tally.successes.iter().map(move |((signature, name), successes)| (node, signature, name, successes))
        };
        self.nodes.iter().flat_map(of_node).filter_map(move |(node, signature, name, successes)| {
            let counts = if signature.is_some() { signature.as_ref() == own } else { polls };
            counts.then_some((node, name, successes))
        })
    }

    fn of(&self, target: &Target) -> Successes {
        let mut sum = Successes::default();
        for (node, name, successes) in self.all() {
            if *name == target.name && (!self.by_node || *node == target.node) {
                sum.merge(successes.clone());
            }
        }
        sum
    }

    /// The target of this id, where a line of success names it.
    fn named(&self, id: u64) -> Option<Target> {
        let targets = self
            .all()
            .map(|(node, name, _)| Target { name: name.clone(), node: node.clone().filter(|_| self.by_node) });
        targets.into_iter().find(|target| target.id() == id)
    }
}
