//! What a scan found as numbers for Prometheus: the classic text form (0.0.4) of files that `node_exporter`'s textfile
//! collector reads. A line without time stamps a series, few labels, and nothing that stands in a log.
//!
//! Each run writes all of it anew. What was found once stays: with a state its value becomes 0 when it is quiet, so that an
//! alert ends because something was seen, never because a series went away.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::ReportOptions;
use super::redact::Redactor;
use crate::diagnosis::{Diagnosis, Finding, Stamp};

/// The time of the last run that read everything; the next run finds it in the file that it replaces.
const LAST_SUCCESS: &str = "logmedic_last_success_timestamp_seconds";

/// Writes the numbers.
pub(super) fn render(diagnosis: &Diagnosis, _: &mut Redactor, options: &ReportOptions) -> String {
    let mut out = String::new();
    tell_run(&mut out, diagnosis, options);
    tell_findings(&mut out, diagnosis);
    out
}

/// When the last run was that read everything, as an earlier report says; `None` where it knows of none.
pub fn last_success(report: &str) -> Option<Stamp> {
    let mut values = report.lines().filter_map(|line| line.strip_prefix(LAST_SUCCESS)?.strip_prefix(' '));
    let seconds: i64 = values.next()?.parse::<u32>().ok().filter(|&seconds| seconds > 0)?.into();
    Some(Stamp { instant: seconds * 1000, offset: Some(0) })
}

fn tell_run(out: &mut String, diagnosis: &Diagnosis, options: &ReportOptions) {
    let ledger = &diagnosis.ledger;
    let complete = ledger.is_complete();
    if let Some(made) = options.made {
        let success = if complete { Some(made) } else { options.last_success };
        gauge(out, "logmedic_last_run_timestamp_seconds", "When the last run that could report was.", seconds(made));
        gauge(
            out,
            LAST_SUCCESS,
            "When the last run that read everything was; 0 where none is known.",
            success.map_or(0, seconds),
        );
    }
    gauge(
        out,
        "logmedic_last_run_complete",
        "Whether the last run read everything that it was to read.",
        u8::from(complete),
    );
    gauge(
        out,
        "logmedic_last_run_problems",
        "Reasons why the last run did not read everything.",
        ledger.problems().count(),
    );
    gauge(out, "logmedic_last_run_read_bytes", "Bytes of logs that the last run read.", ledger.bytes());
    gauge(out, "logmedic_last_run_read_events", "Log events that the last run read.", ledger.events());
}

fn tell_findings(out: &mut String, diagnosis: &Diagnosis) {
    let mut findings: Vec<&Finding> = diagnosis.findings.iter().collect();
    findings.sort_by_key(|finding| &finding.signature.id);
    let id = |finding: &&Finding| vec![("signature", finding.signature.id.clone())];
    let rated = |finding: &&Finding| {
        let mut labels = id(finding);
        labels.push(("severity", Name(finding.severity).to_string()));
        labels
    };
    family(
        out,
        "logmedic_finding_failing",
        "gauge",
        "1 while a known error is new or goes on, 0 once it is quiet or recovered.",
        findings.iter().map(|finding| (rated(finding), u8::from(finding.status.is_failing()))),
    );
    family(
        out,
        "logmedic_finding_suppressed",
        "gauge",
        "1 for a known error that somebody does not want to be told, else 0.",
        findings.iter().map(|finding| (rated(finding), u8::from(finding.suppressed))),
    );
    family(
        out,
        "logmedic_finding_status",
        "gauge",
        "How a known error stands over all runs: 1, with the status as a label.",
        findings.iter().map(|finding| {
            let mut labels = rated(finding);
            labels.push(("status", Name(finding.status).to_string()));
            (labels, 1)
        }),
    );
    family(
        out,
        "logmedic_finding_last_run_events",
        "gauge",
        "Events of a known error that the last run read.",
        findings.iter().map(|finding| (id(finding), finding.tally.events)),
    );
    // Without a state the next run may see less, which no counter does.
    family(
        out,
        "logmedic_finding_events_total",
        "counter",
        "Events of a known error in all runs since the state began.",
        findings.iter().filter(|_| diagnosis.generation.is_some()).map(|finding| (id(finding), finding.total_events)),
    );
    family(
        out,
        "logmedic_finding_last_seen_timestamp_seconds",
        "gauge",
        "When a known error was last logged, where the log states its zone.",
        findings.iter().filter_map(|finding| {
            let last = finding.tally.last.filter(|last| last.offset.is_some())?;
            Some((id(finding), seconds(last)))
        }),
    );
}

fn gauge(out: &mut String, name: &str, help: &str, value: impl Display) {
    family(out, name, "gauge", help, [(Vec::new(), value)]);
}

/// All series of one name together, as the form wants them; nothing where there is none.
fn family<V: Display>(
    out: &mut String,
    name: &str,
    kind: &str,
    help: &str,
    series: impl IntoIterator<Item = (Vec<(&'static str, String)>, V)>,
) {
    let mut series = series.into_iter().peekable();
    if series.peek().is_none() {
        return;
    }
    out.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    for (labels, value) in series {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        out.push_str(&format!("{name}{labels} {value}\n"));
    }
}

/// A label's value between its quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn seconds(stamp: Stamp) -> i64 {
    stamp.instant.div_euclid(1000)
}

/// The name of a severity or a status, which is that of the JSON report.
struct Name<T>(T);

impl<T: Serialize> Display for Name<T> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.0.serialize(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Severity;
    use crate::diagnosis::Status;

    #[test]
    fn whatever_a_label_holds_stays_between_its_quotes() {
        let mut out = String::new();
        family(&mut out, "a", "gauge", "b", [(vec![("c", "x\"} 1\\n\nd 2".to_owned())], 3)]);
        assert_eq!(out, "# HELP a b\n# TYPE a gauge\na{c=\"x\\\"} 1\\\\n\\nd 2\"} 3\n");
        let mut nothing = String::new();
        family(&mut nothing, "a", "gauge", "b", std::iter::empty::<(Vec<_>, u8)>());
        assert_eq!(nothing, "");
    }

    #[test]
    fn names_are_those_of_the_json_report() {
        assert_eq!(Name(Severity::Critical).to_string(), "critical");
        assert_eq!(Name(Status::Ongoing).to_string(), "ongoing");
    }

    #[test]
    fn the_last_success_is_found_in_an_earlier_report_and_in_nothing_else() {
        let mut report = String::new();
        gauge(&mut report, "logmedic_last_run_timestamp_seconds", "x", 2_000_000_000);
        gauge(&mut report, LAST_SUCCESS, "x", 1_768_276_800);
        assert_eq!(last_success(&report), Some(Stamp { instant: 1_768_276_800_000, offset: Some(0) }));
        let mut never = String::new();
        gauge(&mut never, LAST_SUCCESS, "x", 0);
        for other in [
            never.as_str(),
            "",
            "logmedic_last_success_timestamp_seconds_x 1",
            "a\u{0}b",
            &format!("{LAST_SUCCESS} -1\n"),
        ] {
            assert_eq!(last_success(other), None, "{other:?}");
        }
    }
}
