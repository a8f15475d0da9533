//! What was read, log by log, as the rows of a table.

use serde::Serialize;

use super::Moment;
use crate::diagnosis::{Diagnosis, SourceTally, Stamp};
use crate::report::redact::{Redactor, Shown};
use crate::report::story;

/// Most logs that have a row of their own.
const MOST_ROWS: usize = 200;

/// The rows, and how many logs have none.
#[derive(Serialize)]
pub(super) struct Ledger {
    rows: Vec<Row>,
    more: usize,
}

#[derive(Serialize)]
struct Row {
    name: Shown,
    node: Option<Shown>,
    /// What the log was recognised as.
    kind: &'static str,
    events: u64,
    size: String,
    first: Option<Moment>,
    last: Option<Moment>,
    zone: String,
    problems: usize,
}

/// One row a log, those with problems first.
pub(super) fn rows(diagnosis: &Diagnosis, redactor: &mut Redactor) -> Ledger {
    let mut sources: Vec<_> = diagnosis.ledger.sources.iter().collect();
    sources.sort_by_key(|(_, tally)| tally.problems.is_empty());
    let more = sources.len().saturating_sub(MOST_ROWS);
    let rows = sources
        .into_iter()
        .take(MOST_ROWS)
        .map(|(source, tally)| Row {
            name: redactor.show(&source.name),
            node: source.node.as_ref().map(|node| redactor.show(node)),
            kind: tally.layout.as_str(),
            events: tally.events,
            size: story::bytes(tally.bytes),
            first: tally.first.map(Moment::of),
            last: tally.last.map(Moment::of),
            zone: zones(tally),
            problems: tally.problems.len(),
        })
        .collect();
    Ledger { rows, more }
}

fn zones(tally: &SourceTally) -> String {
    let zones: Vec<String> = tally.zones.iter().map(|(&offset, _)| Stamp { instant: 0, offset }.zone()).collect();
    zones.join(", ")
}
