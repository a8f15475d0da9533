//! The installation, as far as the logs tell: one line for a terminal, a table for a ticket.

use std::collections::BTreeSet;

use super::words::{plural, utc_range};
use crate::diagnosis::{CaptureKind, Diagnosis, Finding};
use crate::report::names::{shown_node, shown_value};
use crate::report::redact::{Redactor, Shown};

/// What a cell holds that the logs do not fill.
const UNKNOWN: &str = "not in these logs";
/// Values told one by one.
const NAMED: usize = 8;

/// Versions, nodes and provider in one line; nothing where the logs tell nothing.
pub(super) fn line(diagnosis: &Diagnosis, told: &[&Finding]) -> Option<Shown> {
    let environment = &diagnosis.environment;
    let mut parts = Vec::new();
    let versions = [("Jira", &environment.jira), ("JSM", &environment.jsm), ("Java", &environment.java)];
    let versions: Vec<String> = versions
        .iter()
        .filter_map(|(name, version)| version.as_ref().map(|version| format!("{name} {version}")))
        .collect();
    if !versions.is_empty() {
        parts.push(versions.join(", "));
    }
    parts.extend(environment.time_zone.as_ref().map(|zone| format!("time zone {zone}")));
    let nodes = environment.nodes.len() as u64;
    if nodes > 0 {
        let seen: BTreeSet<&str> = told
            .iter()
            .flat_map(|cause| &cause.nodes)
            .flat_map(|spread| &spread.seen)
            .map(|(node, _)| node.as_str())
            .collect();
        let seen_on = if seen.is_empty() { String::new() } else { format!(", seen on {}", seen.len()) };
        parts.push(format!("{nodes} {} read{seen_on}", plural(nodes, "node")));
    }
    parts.extend(provider(diagnosis).map(|provider| format!("provider {provider}")));
    (!parts.is_empty()).then(|| Shown::own(parts.join(" | ")))
}

/// The head and the one row of the table.
pub(super) fn table(diagnosis: &Diagnosis, told: &[&Finding], redactor: &mut Redactor) -> Vec<(&'static str, Shown)> {
    let environment = &diagnosis.environment;
    let known = |text: Option<String>| Shown::own(text.unwrap_or_else(|| UNKNOWN.to_owned()));
    let nodes = &environment.nodes;
    let node_names: Vec<String> = nodes.iter().map(|node| shown_node(node, redactor).to_string()).collect();
    let mut apps: Vec<&str> =
        told.iter().flat_map(|finding| finding.values(CaptureKind::AppId)).map(|(app, _)| app).collect();
    apps.sort_unstable();
    apps.dedup();
    let apps: Vec<String> =
        apps.into_iter().map(|app| shown_value(CaptureKind::AppId, app, redactor).to_string()).collect();
    vec![
        ("Jira", known(environment.jira.clone())),
        ("JSM", known(environment.jsm.clone())),
        ("Java", known(environment.java.clone())),
        ("Nodes read", known((!nodes.is_empty()).then(|| format!("{}: {}", nodes.len(), some(&node_names))))),
        ("Provider, protocol", known(provider(diagnosis))),
        ("Window", known(diagnosis.ledger.span().map(|(first, last)| utc_range(first, last)))),
        ("App (client) ID", known((!apps.is_empty()).then(|| some(&apps)))),
    ]
}

fn some(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let named = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

fn provider(diagnosis: &Diagnosis) -> Option<String> {
    let environment = &diagnosis.environment;
    environment.provider?;
    let protocol = environment.protocol.map_or_else(String::new, |protocol| {
        format!(", {}", if protocol == "graph" { "Graph".to_owned() } else { protocol.to_uppercase() })
    });
    Some(format!("Microsoft{protocol}"))
}
