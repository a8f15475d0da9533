//! The labelled facts of a cause: what it hits, when and how often.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::words::{duration, grouped, moment, plural, time_range};
use super::{history, recovery};
use crate::catalogue::{Category, Confidence, Role};
use crate::diagnosis::remedy::is_before;
use crate::diagnosis::rotation;
use crate::diagnosis::{CaptureKind, Context, Diagnosis, EvidenceGap, Finding, NodeSpread};
use crate::report::names::{shown_node, shown_value};
use crate::report::redact::{Redactor, Shown};

/// The release of Jira from which mail is read over Microsoft Graph.
const GRAPH_SINCE: &str = "9.9";

/// The facts in the order in which they are told; `effects` are the findings that this one brought about.
pub(super) fn facts(
    finding: &Finding,
    effects: &[&Finding],
    diagnosis: &Diagnosis,
    redactor: &mut Redactor,
) -> Vec<(&'static str, Shown)> {
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    if finding.signature.role != Role::Root {
        facts.push(("cause", "not in these logs; what follows is what can be done without it".to_owned()));
    }
    for kind in [CaptureKind::AppId, CaptureKind::Host, CaptureKind::Mailbox] {
        let values: Vec<String> = finding
            .values(kind)
            .iter()
            .take(3)
            .map(|(value, _)| shown_value(kind, value, redactor).to_string())
            .collect();
        let more = finding.tally.captures.get(&kind).is_some_and(|kept| kept.len() > 3 || kept.more());
        if !values.is_empty() {
            let label = match kind {
                CaptureKind::AppId => "app",
                CaptureKind::Host => "host",
                _ => "mailbox",
            };
            let remark = if kind == CaptureKind::AppId { "   (client ID of the Jira link)" } else { "" };
            facts.push((label, format!("{}{}{remark}", values.join(", "), if more { " and others" } else { "" })));
        }
    }
    if finding.signature.matching.silence {
        facts.extend(silences(finding, diagnosis, redactor).map(|silence| ("silent", silence)));
    } else if let Some((first, last)) = finding.tally.first.zip(finding.tally.last) {
        facts.push(("time", time_range(first, last)));
    }
    facts.extend(recovery::recovered(finding, redactor).map(|recovered| ("recovery", recovered)));
    facts.extend(history::standing(finding, diagnosis).map(|standing| ("status", standing)));
    if !finding.signature.matching.silence {
        facts.push(("count", count(finding, redactor)));
    }
    if let Some(spread) = finding.nodes.as_ref().filter(|_| !finding.signature.matching.silence) {
        facts.push(("nodes", nodes(spread, redactor)));
    }
    let mut servers: Vec<&str> = std::iter::once(finding)
        .chain(effects.iter().copied())
        .flat_map(|finding| finding.values(CaptureKind::MailServer))
        .map(|(value, _)| value)
        .collect();
    servers.sort_unstable();
    servers.dedup();
    if !servers.is_empty() {
        let more = if servers.len() > 6 { format!(" and {} more", servers.len() - 6) } else { String::new() };
        let some: Vec<String> = servers
            .iter()
            .take(6)
            .map(|server| shown_value(CaptureKind::MailServer, server, redactor).to_string())
            .collect();
        facts.push((
            "affects",
            format!("{} {}: {}{more}", servers.len(), plural(servers.len() as u64, "mail server"), some.join(", ")),
        ));
    }
    match finding.context {
        Context::Interactive => facts.push((
            "context",
            "attempts in the browser (configuring or testing); no failure of an unattended poll seen".to_owned(),
        )),
        Context::Sso => facts.push(("context", "single sign-on to Jira, not mail".to_owned())),
        Context::OtherApp => facts.push(("context", "another app of Jira with its own Microsoft client".to_owned())),
        Context::Unattended | Context::Unknown => {}
    }
    match finding.evidence {
        Some(EvidenceGap::HostNotInLog) => {
            facts.push(("unsure", "no host stands in the log: look first which connection it is".to_owned()));
        }
        Some(EvidenceGap::ClientNotInLog) => {
            facts.push(("unsure", "nothing in the log shows that Jira's mail client met this".to_owned()));
        }
        None => {}
    }
    if let Some(version) = diagnosis
        .environment
        .jira
        .as_deref()
        .filter(|version| finding.signature.category == Category::Graph && is_before(version, GRAPH_SINCE))
    {
        facts.push((
            "version",
            format!("Microsoft Graph needs Jira {GRAPH_SINCE} (JSM 5.8); these logs are of Jira {version}: use IMAP, or upgrade"),
        ));
    }
    if finding.signature.confidence == Confidence::Experimental {
        facts.push(("unsure", "experimental: recognised by a text that was not confirmed in a real log".to_owned()));
    }
    facts.into_iter().map(|(label, fact)| (label, Shown::own(fact))).collect()
}

/// Since when each mail server is silent, and what was usual.
fn silences(finding: &Finding, diagnosis: &Diagnosis, redactor: &mut Redactor) -> impl Iterator<Item = String> {
    let mut told = Vec::new();
    for subject in &finding.subjects {
        let Some(silence) = diagnosis.silences.get(&subject.value) else { continue };
        let server = shown_value(CaptureKind::MailServer, &subject.value, redactor);
        told.push(format!(
            "{server}: nothing since {}, {} before the newest line of other logs; usually every {}",
            moment(silence.last),
            duration(silence.until.instant - silence.last.instant),
            duration(i64::try_from(silence.usual.saturating_mul(1000)).unwrap_or(i64::MAX))
        ));
    }
    told.into_iter()
}

/// On how many nodes, and what that proves.
fn nodes(spread: &NodeSpread, redactor: &mut Redactor) -> String {
    let mut listed = |names: &[&str]| {
        let some: Vec<String> = names.iter().take(4).map(|name| redactor.show(name).to_string()).collect();
        let more = if names.len() > 4 { format!(" and {} more", names.len() - 4) } else { String::new() };
        format!("{}{more}", some.join(", "))
    };
    let seen: Vec<&str> = spread.seen.iter().map(|(name, _)| name.as_str()).collect();
    match &spread.skew {
        _ if seen.len() >= spread.read => format!("seen on all {} nodes: a shared cause", spread.read),
        None if seen.is_empty() => format!("seen on none of the {} nodes", spread.read),
        None => format!(
            "seen on {} of {} nodes ({}); polls move between nodes, this proves nothing",
            seen.len(),
            spread.read,
            listed(&seen)
        ),
        Some(skew) => {
            let reached: Vec<&str> = skew.reached_by.iter().map(String::as_str).collect();
            let (only, others) = (listed(&seen), listed(&reached));
            format!(
                "only on {only}, while {others} reached {}: compare truststore, proxy and clock of {only} with theirs",
                redactor.show(&skew.place)
            )
        }
    }
}

fn count(finding: &Finding, redactor: &mut Redactor) -> String {
    let events = finding.tally.events;
    let mut text = match finding.attempts {
        Some(attempts) if attempts < events || finding.more_attempts => {
            let at_least = if finding.more_attempts { "at least " } else { "" };
            format!(
                "{at_least}{} {} in {} log {}",
                grouped(attempts),
                plural(attempts, "refusal"),
                grouped(events),
                plural(events, "event")
            )
        }
        Some(attempts) => format!("{} {}", grouped(attempts), plural(attempts, "refusal")),
        None => format!("{} log {}", grouped(events), plural(events, "event")),
    };
    // A node, else the log and what was rotated away from it.
    let mut by_name: BTreeMap<(bool, &str), u64> = BTreeMap::new();
    for (source, &count) in &finding.tally.sources {
        let name = source.node.as_deref().map_or((false, rotation::base_of(&source.name).0), |node| (true, node));
        *by_name.entry(name).or_default() += count;
    }
    if by_name.len() > 1 || finding.nodes.is_some() {
        let mut sources: Vec<(u64, (bool, &str))> = by_name.into_iter().map(|(name, count)| (count, name)).collect();
        sources.sort_by_key(|&(count, (_, name))| (Reverse(count), name));
        let some: Vec<String> = sources
            .iter()
            .take(4)
            .map(|&(count, (is_node, name))| {
                let shown = if is_node { shown_node(name, redactor) } else { redactor.show(name) };
                format!("{shown} {}", grouped(count))
            })
            .collect();
        text.push_str(&format!(": {}{}", some.join(", "), if sources.len() > 4 { ", …" } else { "" }));
    }
    text
}
