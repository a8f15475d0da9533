//! Whether a program did the whole work. A time counts only behind it.

use std::collections::BTreeMap;

use log_generator::{SignatureTruth, Truth};
use serde_json::Value;

use super::data::Contents;
use super::process::Run;

/// What a run must have put out.
#[derive(Debug, Clone)]
pub(crate) enum Proof {
    /// A JSON report that tells exactly what the log holds.
    Report(Contents),
    /// A number of matching lines, as grep counts them: exit code 0, or 1 and none.
    Lines,
    /// Something, with exit code 0.
    Rows,
    /// This number of bytes, with exit code 0.
    Bytes(u64),
}

/// How a run is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    /// It did something else than it should have.
    Wrong(String),
}

impl Proof {
    pub(crate) fn judge(&self, run: &Run) -> Verdict {
        let text = String::from_utf8_lossy(&run.output);
        let text = text.trim();
        match self {
            Self::Report(contents) => judge_report(contents, run),
            Self::Lines => {
                let count: u64 = if text.is_empty() { 0 } else { text.parse().unwrap_or(u64::MAX) };
                let is_count = count < u64::MAX && run.code == Some(i32::from(count == 0));
                right_if(is_count, || format!("exit code {:?} and {text:?} lines", run.code))
            }
            Self::Rows => right_if(run.code == Some(0) && !text.is_empty(), || format!("exit code {:?}", run.code)),
            Self::Bytes(bytes) => right_if(run.code == Some(0) && text == bytes.to_string(), || {
                format!("exit code {:?} and {text} of {bytes} bytes", run.code)
            }),
        }
    }
}

fn right_if(is_right: bool, reason: impl FnOnce() -> String) -> Verdict {
    if is_right { Verdict::Right } else { Verdict::Wrong(reason()) }
}

fn judge_report(contents: &Contents, run: &Run) -> Verdict {
    let report: Value = match serde_json::from_slice(&run.output) {
        Ok(report) => report,
        Err(error) => return Verdict::Wrong(format!("exit code {:?} and no report: {error}", run.code)),
    };
    let differences = match contents {
        Contents::Known(truth) => differences(std::slice::from_ref(truth), &report, run.code),
        Contents::Several(truths) => differences(truths, &report, run.code),
        Contents::Shaped { events, has_known } => {
            let mut differences = Differences::default();
            differences.compare("exit code", &Value::from(run.code), &Value::from(i32::from(*has_known)));
            differences.compare("events", &report["ledger"]["sources"][0]["events"], &Value::from(*events));
            differences
        }
    };
    right_if(differences.0.is_empty(), || differences.0.join("; "))
}

/// What a report states otherwise than the truth.
#[derive(Debug, Default)]
struct Differences(Vec<String>);

impl Differences {
    fn compare(&mut self, what: &str, stated: &Value, truth: &Value) {
        if stated != truth {
            self.0.push(format!("{what}: {stated} instead of {truth}"));
        }
    }
}

/// What the report states otherwise than the truth of each of its sources, in their order.
fn differences(truths: &[Truth], report: &Value, code: Option<i32>) -> Differences {
    let mut differences = Differences::default();
    let signatures = in_all(truths);
    differences.compare("exit code", &Value::from(code), &Value::from(i32::from(!signatures.is_empty())));
    differences.compare("complete", &report["ledger"]["complete"], &Value::from(true));
    let sources = report["ledger"]["sources"].as_array().map_or(&[][..], Vec::as_slice);
    differences.compare("sources", &Value::from(sources.len()), &Value::from(truths.len()));
    for (source, truth) in sources.iter().zip(truths) {
        let lines = source["ranges"].as_array();
        let lines = lines.map_or(0, |ranges| ranges.iter().filter_map(|range| range["lines"].as_u64()).sum::<u64>());
        differences.compare("events", &source["events"], &Value::from(truth.events));
        differences.compare("lines", &Value::from(lines), &Value::from(truth.lines));
        for (level, events) in &truth.levels {
            differences.compare(level, &source["levels"][level], &Value::from(*events));
        }
        differences.compare("first event", &source["first_event"], &Value::from(truth.first_event.clone()));
        differences.compare("last event", &source["last_event"], &Value::from(truth.last_event.clone()));
    }
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    for finding in findings {
        let id = finding["signature"].as_str().unwrap_or_default();
        match signatures.get(id) {
            None => differences.0.push(format!("{id} is not in the log")),
            Some(known) => {
                differences.compare(id, &finding["events"], &Value::from(known.events));
                differences.compare(&format!("first {id}"), &finding["first_seen"], &Value::from(known.first.as_str()));
                differences.compare(&format!("last {id}"), &finding["last_seen"], &Value::from(known.last.as_str()));
            }
        }
    }
    differences.compare("findings", &Value::from(findings.len()), &Value::from(signatures.len()));
    differences
}

/// The signatures of all logs together. Their times are of one zone, so that text orders them.
fn in_all(truths: &[Truth]) -> BTreeMap<String, SignatureTruth> {
    let mut all: BTreeMap<String, SignatureTruth> = BTreeMap::new();
    for (id, truth) in truths.iter().flat_map(|truth| &truth.signatures) {
        all.entry(id.clone())
            .and_modify(|known| {
                known.events += truth.events;
                known.first = known.first.clone().min(truth.first.clone());
                known.last = known.last.clone().max(truth.last.clone());
            })
            .or_insert_with(|| truth.clone());
    }
    all
}
