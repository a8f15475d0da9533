//! What caused what: effects and wrappers hang under the roots that lead to them, if a kept key or the time agrees.

use std::collections::{BTreeMap, BTreeSet};

use super::tally::{FindingTally, Tally};
use crate::catalogue::{Catalogue, Role, Signature};
use crate::matcher::CaptureKind;

/// An effect begins no earlier than this before its root's first event, and no later than this after its last, in milliseconds.
const MARGIN: i64 = 15 * 60_000;
/// Repeats on every poll, long after its cause.
const LASTING: &str = "jira-oauth-token-not-defined";
/// Keys by which two findings are told to belong together, or not.
const KEYS: [CaptureKind; 4] = [CaptureKind::AppId, CaptureKind::MailServer, CaptureKind::Mailbox, CaptureKind::Host];

/// Whether a signature can be a cause on its own.
pub(super) fn is_cause(signature: &Signature) -> bool {
    signature.role == Role::Root
}

/// The causes of each finding, by rank.
#[derive(Debug, Default)]
pub(super) struct Links(BTreeMap<usize, Vec<usize>>);

impl Links {
    pub(super) fn between(catalogue: &Catalogue, tally: &Tally) -> Self {
        let mut causes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (&root, cause) in &tally.findings {
            if catalogue.outline(root).role != Role::Root {
                continue;
            }
            for other in reachable(catalogue, root) {
                let Some(effect) = tally.findings.get(&other).filter(|_| other != root) else { continue };
                let outline = catalogue.outline(other);
                // Of two roots the second follows from the first only if it came later.
                let in_order = outline.role != Role::Root
                    || (cause.first < effect.first && !reachable(catalogue, other).contains(&root));
                if in_order && belong_together(cause, effect, outline.id == LASTING) {
                    causes.entry(other).or_default().push(root);
                }
            }
        }
        // What hangs under a consequence hangs under its cause; a consequence is named once, under the first cause.
        let consequences: BTreeSet<usize> =
            causes.keys().copied().filter(|&rank| catalogue.outline(rank).role == Role::Root).collect();
        for found in causes.values_mut() {
            let independent: Vec<usize> = found.iter().copied().filter(|root| !consequences.contains(root)).collect();
            if !independent.is_empty() {
                *found = independent;
            }
        }
        Self(causes)
    }

    pub(super) fn causes_of(&self, rank: usize) -> &[usize] {
        self.0.get(&rank).map_or(&[], Vec::as_slice)
    }

    pub(super) fn effects_of(&self, rank: usize) -> Vec<usize> {
        self.0.iter().filter(|(_, causes)| causes.contains(&rank)).map(|(&effect, _)| effect).collect()
    }
}

/// Every signature that this one leads to, directly or through others, whether those were found or not.
fn reachable(catalogue: &Catalogue, from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from];
    while let Some(rank) = left.pop() {
        for next in catalogue.outline(rank).leads_to.iter().filter_map(|id| catalogue.rank_of(id)) {
            if reached.insert(next) {
                left.push(next);
            }
        }
    }
    reached
}

fn belong_together(cause: &FindingTally, effect: &FindingTally, lasting: bool) -> bool {
    let values = |finding: &FindingTally, kind| -> BTreeSet<String> {
        finding
            .captures
            .get(&kind)
            .into_iter()
            .flat_map(|values| values.iter().map(|(value, _)| value.clone()))
            .collect()
    };
    let shared = |kind| !values(cause, kind).is_disjoint(&values(effect, kind));
    if shared(CaptureKind::CorrelationId) {
        return true;
    }
    let comparable: Vec<CaptureKind> = KEYS
        .into_iter()
        .filter(|&kind| cause.captures.contains_key(&kind) && effect.captures.contains_key(&kind))
        .collect();
    if !comparable.is_empty() {
        return comparable.into_iter().any(shared);
    }
    let nodes = |finding: &FindingTally| -> BTreeSet<Option<String>> {
        finding.sources.keys().map(|source| source.node.clone()).collect()
    };
    if nodes(cause).is_disjoint(&nodes(effect)) {
        return false;
    }
    match (cause.first, cause.last, effect.first) {
        (Some(first), Some(last), Some(begin)) => {
            begin.instant >= first.instant - MARGIN && (lasting || begin.instant <= last.instant + MARGIN)
        }
        // Pasted text without times: what stands in one paste belongs together.
        (None, _, _) | (_, _, None) => !cause.sources.keys().all(|source| !effect.sources.contains_key(source)),
        _ => false,
    }
}
