//! What happened in the hour before a cause began. That nothing did is told only of logs that cover that hour.

use super::words::moment;
use crate::diagnosis::{Diagnosis, Finding, Layout, MarkerKind};
use crate::report::names::shown_node;
use crate::report::redact::{Redactor, Shown};

const HOUR: i64 = 3_600_000;
/// A longer silence between one log's end and the next log's begin is a hole, in milliseconds.
const HOLE: i64 = 15 * 60_000;

/// One line each; empty without a cause that has a time.
pub(super) fn before(diagnosis: &Diagnosis, told: &[&Finding], redactor: &mut Redactor) -> Vec<Shown> {
    if !diagnosis.before.is_empty() {
        let lines = diagnosis.before.iter().map(|marker| {
            let node = marker.source.node.as_ref();
            let node = node.map_or_else(String::new, |node| format!(" on {}", shown_node(node, redactor)));
            Shown::own(format!("{} {}{node}", moment(marker.stamp()), event(&marker.what)))
        });
        return lines.collect();
    }
    let timed: Vec<&&Finding> = told.iter().filter(|finding| finding.tally.first.is_some()).collect();
    if timed.is_empty() {
        return Vec::new();
    }
    let line = if timed.iter().all(|finding| is_covered(diagnosis, finding)) {
        "no restart, no change of version and no authorisation in the hour before"
    } else {
        "not in these logs: they do not cover the hour before"
    };
    vec![Shown::own(line)]
}

/// Whether Jira's own logs, in which starts and authorisations stand, cover the hour before a finding on each of its nodes.
fn is_covered(diagnosis: &Diagnosis, finding: &Finding) -> bool {
    let Some(first) = finding.tally.first else { return false };
    finding.tally.sources.keys().all(|source| {
        let mut spans: Vec<(i64, i64)> = diagnosis
            .ledger
            .sources
            .iter()
            .filter(|(other, tally)| other.node == source.node && tally.layout == Layout::JiraMain)
            .filter_map(|(_, tally)| Some((tally.first?.instant, tally.last?.instant)))
            .collect();
        spans.sort_unstable();
        let mut reached = first.instant - HOUR;
        let mut begun = false;
        for (from, to) in spans {
            let goes_on = if begun { from <= reached + HOLE } else { from <= reached && to >= reached };
            if goes_on {
                begun = true;
                reached = reached.max(to);
            }
        }
        begun && reached >= first.instant - HOLE
    })
}

/// What a marker marks.
pub(in crate::report) fn event(what: &MarkerKind) -> String {
    match what {
        MarkerKind::Started(Some(version)) => format!("Jira {version} started"),
        MarkerKind::Started(None) => "Jira started".to_owned(),
        MarkerKind::Build(version) => format!("start-up of Jira {version}"),
        MarkerKind::Java(version) => format!("start-up with Java {version}"),
        MarkerKind::Authorisation => "somebody was authorising an integration".to_owned(),
    }
}
