//! The kept events of a cause, and what they hold for Microsoft's support: the first and the last refusal by their ids.

use serde::Serialize;

use super::words::{duration, moment};
use crate::diagnosis::{CaptureKind, Finding, Sample, Stamp};
use crate::report::names::{shown_node, shown_origin, shown_text, shown_value};
use crate::report::redact::{Redactor, Shown};

/// Clocks that differ by less cannot be a cause, in milliseconds.
const SAME_CLOCK: i64 = 5 * 60_000;

/// A kept event.
#[derive(Serialize)]
pub(in crate::report) struct Evidence {
    /// Where it stands.
    pub(in crate::report) place: Shown,
    pub(in crate::report) text: Shown,
    /// Bytes that the text lacks.
    pub(in crate::report) cut: usize,
}

/// One refusal by Microsoft, by the values under which Microsoft's support finds it.
#[derive(Serialize)]
pub(in crate::report) struct Refusal {
    /// `first`, `last`, or `only`.
    pub(in crate::report) which: &'static str,
    /// When, by Microsoft's clock; without it, by the log's.
    pub(in crate::report) time: Shown,
    /// Where it was logged: the node, else the log.
    pub(in crate::report) node: Shown,
    pub(in crate::report) trace_id: Option<Shown>,
    pub(in crate::report) correlation_id: Option<Shown>,
}

/// The kept events in order of time.
pub(super) fn evidence(finding: &Finding, redactor: &mut Redactor) -> Vec<Evidence> {
    finding.samples().into_iter().map(|sample| quoted(sample, redactor)).collect()
}

fn quoted(sample: &Sample, redactor: &mut Redactor) -> Evidence {
    let node = sample.source.node.as_ref();
    let node = node.map_or_else(String::new, |node| format!(", {}", shown_node(node, redactor)));
    let place = sample.line().map_or_else(|| format!("byte {}", sample.byte), |line| format!("line {line}"));
    Evidence {
        place: Shown::own(format!("{}{node}, {place}", redactor.show(&sample.source.name))),
        text: shown_text(sample, redactor),
        cut: sample.cut,
    }
}

/// The first and the last event that carry an id of Microsoft's.
pub(super) fn refusals(finding: &Finding, redactor: &mut Redactor) -> Vec<Refusal> {
    let samples: Vec<&Sample> = finding.samples().into_iter().filter(|sample| has_id(sample)).collect();
    let ends = match samples.as_slice() {
        [] => return Vec::new(),
        [only] => vec![("only", *only)],
        [first, .., last] => vec![("first", *first), ("last", *last)],
    };
    ends.into_iter()
        .map(|(which, sample)| {
            let mut shown = |kind| value(sample, kind).map(|value| shown_value(kind, value, redactor));
            let time = shown(CaptureKind::EntraTime);
            let (trace_id, correlation_id) = (shown(CaptureKind::TraceId), shown(CaptureKind::CorrelationId));
            let logged = sample.stamp.map_or_else(|| "unknown".to_owned(), moment);
            Refusal {
                which,
                time: time.unwrap_or_else(|| Shown::own(format!("{logged} (log)"))),
                node: shown_origin(&sample.source, redactor),
                trace_id,
                correlation_id,
            }
        })
        .collect()
}

/// `clock (6 s apart)`: what the log's and Microsoft's times of the first and the last refusal rule out.
pub(super) fn clock(finding: &Finding) -> Option<String> {
    let apart: Vec<i64> = finding
        .samples()
        .into_iter()
        .filter_map(|sample| {
            let logged = sample.stamp.filter(|stamp| stamp.offset.is_some())?;
            let entra = Stamp::from_report(value(sample, CaptureKind::EntraTime)?)?;
            Some((logged.instant - entra.instant).abs())
        })
        .collect();
    let most = apart.into_iter().max().filter(|most| *most < SAME_CLOCK)?;
    Some(format!("the host's clock (at most {} from Microsoft's)", duration(most)))
}

fn has_id(sample: &Sample) -> bool {
    value(sample, CaptureKind::TraceId).or(value(sample, CaptureKind::CorrelationId)).is_some()
}

fn value(sample: &Sample, kind: CaptureKind) -> Option<&str> {
    sample.captures.iter().find(|(other, _)| *other == kind).map(|(_, value)| value.as_str())
}
