//! Adds to what a run has found the mail servers that have stopped logging.

use std::collections::BTreeMap;

use super::{Increment, Input, ScanOptions};
use crate::catalogue::Catalogue;
use crate::diagnosis::{CaptureKind, FindingTally, Silence, SubjectTally, Target};
use crate::matcher::Context;
use crate::schedule::voice_id;

/// What a mail server is called whose last line is in no log any more.
const NAMELESS: &str = "a mail server that no log names any more";

/// Takes in what the run has heard, and adds which mail servers have fallen silent. The state keeps no name, so those of silent ones
/// are looked up in all that the logs hold: that takes one more scan, only while something is silent.
pub(super) fn add(catalogue: &Catalogue, inputs: &[Input], options: &ScanOptions, increment: &mut Increment) {
    increment.state.listen(&increment.scan.tally);
    let silent = increment.state.silent(&increment.scan.tally);
    let mut outlines = catalogue.outlines().iter();
    let rank = outlines.position(|outline| outline.matching.silence && !outline.off && options.looks_for(&outline.id));
    let Some(rank) = rank.filter(|_| !silent.is_empty()) else { return };
    let names: BTreeMap<u64, String> = match crate::analyzer::scan(catalogue, inputs, options) {
        Ok(scan) => scan.tally.voices.iter().map(|(name, _)| (voice_id(name), name.clone())).collect(),
        Err(_) => BTreeMap::new(),
    };
    let mut found = FindingTally { contexts: [(Context::Unattended, 0)].into(), ..FindingTally::default() };
    for (id, silence) in silent {
        let name = names.get(&id).cloned().unwrap_or_else(|| NAMELESS.to_owned());
        add_server(&mut found, &name, &silence);
        increment.scan.tally.silences.insert(name, silence);
    }
    increment.scan.tally.findings.insert(rank, found);
}

/// Counts a silent mail server as one event that goes on until the newest line of the other logs.
fn add_server(found: &mut FindingTally, name: &str, silence: &Silence) {
    let span = SubjectTally { events: 1, first: Some(silence.last), last: Some(silence.until) };
    found.events += 1;
    found.first = found.first.into_iter().chain(span.first).min();
    found.last = found.last.max(span.last);
    if let Some(events) = found.captures.entry(CaptureKind::MailServer).or_default().entry(name) {
        *events += 1;
    }
    if let Some(subject) = found.subjects.entry(&(CaptureKind::MailServer, name.to_owned())) {
        *subject = span.clone();
    }
    if let Some(target) = found.targets.entry(&Target { name: name.to_owned(), node: None }) {
        *target = span;
    }
}
