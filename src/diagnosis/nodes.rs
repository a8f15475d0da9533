//! What sets one node of a cluster apart: an error that only some meet, another release, another clock.
//!
//! An error on one node alone proves little, since polls move between nodes. It is laid to the node only for TLS and
//! network causes, and only if another node reached the same place at that time.

use std::collections::{BTreeMap, BTreeSet};

use super::tally::{FindingTally, MarkerKind, NodeTally, Stated};
use crate::catalogue::Category;
use crate::matcher::CaptureKind;

/// A clock is told to drift from here, in milliseconds …
const LEAST_DRIFT: i64 = 5 * 60_000;
/// … up to here.
const MOST_DRIFT: i64 = 24 * 3_600_000;
/// Clocks of two nodes are told to differ from here, in milliseconds.
const LEAST_APART: i64 = 60_000;
/// Another node reached the place so long before or after the error, in milliseconds, or meanwhile.
const MEANWHILE: i64 = 3_600_000;

/// Where in a cluster a finding was seen; there is none where fewer than two nodes were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSpread {
    /// Events by node, the most first.
    pub seen: Vec<(String, u64)>,
    /// Number of nodes that were read.
    pub read: usize,
    /// The other nodes that reached the same place meanwhile, and the place: then the node is at fault.
    pub skew: Option<NodeSkew>,
}

/// What shows that an error belongs to the nodes on which it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSkew {
    /// The host or mail server that failed there.
    pub place: String,
    /// The nodes that reached it meanwhile, in order.
    pub reached_by: Vec<String>,
}

/// The nodes of a finding, of all that were read.
pub(super) fn spread(
    category: Category,
    finding: &FindingTally,
    read: &[String],
    nodes: &BTreeMap<Option<String>, NodeTally>,
) -> Option<NodeSpread> {
    if read.len() < 2 {
        return None;
    }
    let mut counts: BTreeMap<&String, u64> = BTreeMap::new();
    for (source, &events) in &finding.sources {
        if let Some(node) = &source.node {
            *counts.entry(node).or_default() += events;
        }
    }
    let mut seen: Vec<(String, u64)> = counts.into_iter().map(|(node, events)| (node.clone(), events)).collect();
    seen.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let may_be_the_node = matches!(category, Category::Tls | Category::Network) && seen.len() < read.len();
    let skew = may_be_the_node.then(|| skew(finding, &seen, nodes)).flatten();
    Some(NodeSpread { seen, read: read.len(), skew })
}

fn skew(
    finding: &FindingTally,
    seen: &[(String, u64)],
    nodes: &BTreeMap<Option<String>, NodeTally>,
) -> Option<NodeSkew> {
    let (first, last) = finding.first.zip(finding.last)?;
    let failed = [CaptureKind::Host, CaptureKind::MailServer]
        .into_iter()
        .filter_map(|kind| finding.captures.get(&kind))
        .flat_map(|values| values.iter().map(|(value, _)| value));
    for place in failed {
        let reached_by: Vec<String> = nodes
            .iter()
            .filter_map(|(node, tally)| node.as_ref().map(|node| (node, tally)))
            .filter(|(node, _)| seen.iter().all(|(other, _)| other != *node))
            .filter(|(_, tally)| {
                tally.reached.iter().any(|(name, span)| {
                    let meanwhile = span.first.zip(span.last).is_some_and(|(from, to)| {
                        from.instant <= last.instant + MEANWHILE && to.instant >= first.instant - MEANWHILE
                    });
                    meanwhile && is_same_place(name, place)
                })
            })
            .map(|(node, _)| node.clone())
            .collect();
        if !reached_by.is_empty() {
            return Some(NodeSkew { place: place.clone(), reached_by });
        }
    }
    None
}

/// Two hosts are one place unless both name a port, and the ports differ.
fn is_same_place(a: &str, b: &str) -> bool {
    let parts = |name: &str| {
        let (host, port) = name.rsplit_once(':').unwrap_or((name, ""));
        (host.to_ascii_lowercase(), port.to_owned())
    };
    let ((host, port), (other_host, other_port)) = (parts(a), parts(b));
    host == other_host && (port == other_port || port.is_empty() || other_port.is_empty())
}

/// What differs between nodes, and whose clock is wrong.
pub(super) fn notes(nodes: &BTreeMap<Option<String>, NodeTally>) -> Vec<String> {
    let mut notes = drift_notes(nodes);
    notes.extend(version_note(nodes));
    notes.extend(clocks_note(nodes));
    notes
}

/// Clock drift is a host's property: told when it is steady, too large for delay, and no offset of a time zone.
fn drift_notes(nodes: &BTreeMap<Option<String>, NodeTally>) -> Vec<String> {
    const ZONE_STEP: i64 = 15 * 60_000;
    let mut notes = Vec::new();
    for (node, tally) in nodes {
        let offsets = drifts(tally);
        let far = |drift: &i64| (LEAST_DRIFT..=MOST_DRIFT).contains(&drift.abs());
        let from_zone = |drift: &i64| {
            let off = drift.abs() % ZONE_STEP;
            off.min(ZONE_STEP - off) <= 15_000
        };
        let same_sign = offsets.iter().all(|drift| *drift > 0) || offsets.iter().all(|drift| *drift < 0);
        if offsets.len() >= 3 && offsets.iter().all(far) && same_sign && !offsets.iter().all(from_zone) {
            let middle = offsets[offsets.len() / 2];
            let name = node.as_deref().map_or_else(String::new, |node| format!(" of {node}"));
            let side = if middle > 0 { "ahead of" } else { "behind" };
            notes.push(format!(
                "the clock{name} is {} min {side} Microsoft's: check time synchronisation",
                middle.abs() / 60_000
            ));
        }
    }
    notes
}

/// A cluster runs one release; during an upgrade it does not, and errors come of it.
fn version_note(nodes: &BTreeMap<Option<String>, NodeTally>) -> Option<String> {
    let versions: Vec<(&str, &str)> = nodes
        .iter()
        .filter_map(|(node, tally)| {
            let started = tally.markers.iter().rev().find_map(|marker| match &marker.what {
                MarkerKind::Build(version) | MarkerKind::Started(Some(version)) => Some(version.as_str()),
                _ => None,
            });
            // A log of one day seldom holds a start-up.
            let stated = || {
                let mut versions = tally.stated.iter().filter(|((kind, _), _)| *kind == Stated::Jira);
                versions.next().map(|((_, version), _)| version.as_str())
            };
            node.as_deref().zip(started.or_else(stated))
        })
        .collect();
    let distinct: BTreeSet<&str> = versions.iter().map(|(_, version)| *version).collect();
    let listed: Vec<String> = versions.iter().map(|(node, version)| format!("{node} {version}")).collect();
    (distinct.len() > 1).then(|| format!("the nodes run different versions of Jira: {}", listed.join(", ")))
}

/// The two nodes whose clocks are furthest apart, by what Microsoft's times in their refusals show.
fn clocks_note(nodes: &BTreeMap<Option<String>, NodeTally>) -> Option<String> {
    let middles: Vec<(i64, &str)> = nodes
        .iter()
        .filter_map(|(node, tally)| {
            let offsets = drifts(tally);
            let middle = (offsets.len() >= 3).then(|| offsets[offsets.len() / 2])?;
            Some((middle, node.as_deref()?))
        })
        .collect();
    let (behind, ahead) = (middles.iter().min()?, middles.iter().max()?);
    let apart = ahead.0 - behind.0;
    (LEAST_APART..=MOST_DRIFT).contains(&apart).then(|| {
        format!(
            "the clock of {} is {} min ahead of that of {}: compare their events with care, and check time synchronisation",
            ahead.1,
            apart / 60_000,
            behind.1
        )
    })
}

/// Log time minus Microsoft's time of each refusal in milliseconds, ascending.
fn drifts(tally: &NodeTally) -> Vec<i64> {
    let mut offsets: Vec<i64> = tally.drift.iter().filter_map(|(_, drift)| *drift).collect();
    offsets.sort_unstable();
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::{Source, SubjectTally};
    use crate::event::Stamp;
    use std::sync::Arc;

    fn at(hour: i64) -> Stamp {
        Stamp { instant: hour * 3_600_000, offset: Some(0) }
    }

    fn failed_on(node: &str, host: &str) -> FindingTally {
        let source = Arc::new(Source { node: Some(node.to_owned()), name: "x.log".to_owned() });
        let mut finding = FindingTally {
            events: 3,
            first: Some(at(10)),
            last: Some(at(12)),
            sources: [(source, 3)].into(),
            ..FindingTally::default()
        };
        if let Some(count) = finding.captures.entry(CaptureKind::Host).or_default().entry(host) {
            *count = 3;
        }
        finding
    }

    fn reached(node: &str, name: &str, hours: (i64, i64)) -> (Option<String>, NodeTally) {
        let mut tally = NodeTally::default();
        if let Some(span) = tally.reached.entry(name) {
            *span = SubjectTally { events: 2, first: Some(at(hours.0)), last: Some(at(hours.1)) };
        }
        (Some(node.to_owned()), tally)
    }

    fn spread_of(category: Category, other: (Option<String>, NodeTally)) -> Option<NodeSpread> {
        let read = ["jira-1".to_owned(), "jira-2".to_owned()];
        let nodes = [other, (Some("jira-2".to_owned()), NodeTally::default())].into();
        spread(category, &failed_on("jira-2", "outlook.example.com:993"), &read, &nodes)
    }

    #[test]
    fn a_node_is_at_fault_only_where_another_reached_the_same_place_meanwhile() {
        let skew = |category, name: &str, hours| {
            spread_of(category, reached("jira-1", name, hours)).and_then(|spread| spread.skew)
        };
        let proven = skew(Category::Tls, "Outlook.example.com:993", (11, 11));
        assert_eq!(proven.map(|skew| skew.reached_by), Some(vec!["jira-1".to_owned()]));
        assert!(skew(Category::Network, "outlook.example.com", (2, 9)).is_some());
        assert_eq!(skew(Category::Tls, "outlook.example.com", (2, 8)), None, "long before");
        assert_eq!(skew(Category::Tls, "outlook.example.com:443", (11, 11)), None, "another port");
        assert_eq!(skew(Category::Tls, "login.example.com", (11, 11)), None, "another host");
        assert_eq!(skew(Category::ClientSecret, "outlook.example.com", (11, 11)), None, "the same secret everywhere");
    }

    #[test]
    fn what_the_failing_node_reached_itself_shows_nothing() {
        let other = reached("jira-2", "outlook.example.com:993", (11, 11));
        let read = ["jira-1".to_owned(), "jira-2".to_owned()];
        let finding = failed_on("jira-2", "outlook.example.com:993");
        let spread = spread(Category::Tls, &finding, &read, &[other].into()).expect("two nodes were read");
        assert_eq!((spread.seen, spread.read, spread.skew), (vec![("jira-2".to_owned(), 3)], 2, None));
    }

    #[test]
    fn one_node_is_no_cluster() {
        let finding = failed_on("jira-2", "x");
        assert_eq!(spread(Category::Tls, &finding, &["jira-2".to_owned()], &BTreeMap::new()), None);
    }
}
