//! The same report one line at a time, for collectors and for `jq`: a line a finding, then one line that says what was
//! read. Each line is whole on its own: it names its type and the schema whose keys it has.

use serde::Serialize;

use super::form::{
    Environment, FindingOut, GuideName, LedgerOut, MarkerOut, Redaction, Report, StateOut, SuppressionOut, TimelineOut,
    Tool,
};
use super::writer::to_line;
use crate::diagnosis::{Change, Diagnosis};
use crate::report::ReportOptions;
use crate::report::redact::Redactor;

#[derive(Serialize)]
struct FindingLine<'a> {
    r#type: &'static str,
    schema: &'static str,
    #[serde(flatten)]
    finding: &'a FindingOut,
}

#[derive(Serialize)]
struct LedgerLine<'a> {
    r#type: &'static str,
    schema: &'static str,
    #[serde(flatten)]
    ledger: &'a LedgerOut,
    tool: &'a Tool,
    guide: &'a GuideName,
    environment: &'a Environment,
    before: &'a [MarkerOut],
    timeline: &'a TimelineOut,
    state: Option<&'a StateOut>,
    suppressions: &'a [SuppressionOut],
    redaction: &'a Redaction,
}

/// Writes the lines.
pub(in crate::report) fn render(diagnosis: &Diagnosis, redactor: &mut Redactor, _: &ReportOptions) -> String {
    let report = super::report(diagnosis, redactor);
    let schema = report.schema;
    let mut lines: Vec<String> =
        report.findings.iter().map(|finding| to_line(&FindingLine { r#type: "finding", schema, finding })).collect();
    lines.push(ledger(&report));
    lines.concat()
}

/// Writes the line of a finding of which there is news.
pub(in crate::report) fn render_change(change: &Change<'_>, redactor: &mut Redactor) -> String {
    let finding = &super::finding(change.finding, redactor);
    to_line(&FindingLine { r#type: change.kind.name(), schema: super::SCHEMA, finding })
}

/// Writes the last line alone, where the findings were told as they came.
pub(in crate::report) fn render_ledger(diagnosis: &Diagnosis, redactor: &mut Redactor) -> String {
    ledger(&super::report(diagnosis, redactor))
}

fn ledger(report: &Report) -> String {
    to_line(&LedgerLine {
        r#type: "ledger",
        schema: report.schema,
        ledger: &report.ledger,
        tool: &report.tool,
        guide: &report.guide,
        environment: &report.environment,
        before: &report.before,
        timeline: &report.timeline,
        state: report.state.as_ref(),
        suppressions: &report.suppressions,
        redaction: &report.redaction,
    })
}
