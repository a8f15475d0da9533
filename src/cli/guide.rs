//! `logmedic guide`: Atlassian's guide as a checklist, with logs also the findings beside their steps.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use logmedic::diagnosis::{Activity, Finding};
use logmedic::report::redact::Redactor;
use logmedic::{Catalogue, Diagnosis, Item, RedactionLevel, ScanOptions, Side};

use super::inputs;
use super::scan::{self, FailOn};
use super::{CLEAN, counted, print, rules};

/// Width of a line.
const WIDTH: usize = 80;

#[derive(Debug, Args)]
pub(super) struct GuideArguments {
    /// Scan these logs, folders or `-`, and show what was found beside the step that mends it.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    check: Vec<PathBuf>,
}

pub(super) fn run(arguments: &GuideArguments) -> Result<u8> {
    if arguments.check.is_empty() {
        print(&checklist(None))?;
        return Ok(CLEAN);
    }
    let catalogue = rules::catalogue(&[])?;
    let inputs: Vec<logmedic::Input> = arguments.check.iter().map(inputs::input).collect();
    let scan = logmedic::scan(&catalogue, &inputs, &ScanOptions::default())?;
    if let Some(error) = scan.nothing_read() {
        return Err(scan::masked(error, &mut Redactor::new(RedactionLevel::Secrets)).into());
    }
    let diagnosis = Diagnosis::new(&catalogue, scan.tally, scan.not_logs);
    scan::complain_of_problems(&diagnosis, &mut Redactor::new(RedactionLevel::Secrets));
    print(&checklist(Some(&diagnosis)))?;
    Ok(scan::exit_code(&diagnosis, FailOn::Error, false))
}

fn checklist(diagnosis: Option<&Diagnosis>) -> String {
    let guide = Catalogue::guide();
    let findings = diagnosis.map(by_step);
    let mut out = format!("{}\n{} (text of {})\n\n", guide.title, guide.url, guide.updated);
    if let Some(diagnosis) = diagnosis {
        found(&mut out, diagnosis);
    }
    let mut place = "";
    for item in &guide.items {
        line(&mut out, item, &mut place, findings.as_ref());
    }
    out.push_str("\nNot in the guide (ours)\n\n");
    for item in &guide.own {
        line(&mut out, item, &mut place, findings.as_ref());
    }
    out.push_str("\n`logmedic explain step-19` tells more of a step.\n");
    out
}

/// Causes by the steps of their remedies, each with its number.
type ByStep<'a> = BTreeMap<&'a str, BTreeMap<usize, &'a Finding>>;

fn by_step(diagnosis: &Diagnosis) -> ByStep<'_> {
    let mut findings = ByStep::new();
    for (number, finding) in (1..).zip(diagnosis.causes()) {
        for step in finding.remedy.iter().filter_map(|step| step.id.as_deref()) {
            findings.entry(step).or_default().insert(number, finding);
        }
    }
    findings
}

/// What was found, as a list that the steps refer to by number.
fn found(out: &mut String, diagnosis: &Diagnosis) {
    for (number, finding) in (1..).zip(diagnosis.causes()) {
        let severity = format!("{:?}", finding.severity).to_uppercase();
        let events = counted(usize::try_from(finding.tally.events).unwrap_or(usize::MAX), "event");
        let state = match finding.activity {
            Activity::Active => ", seen in the last hour of the logs",
            Activity::Ended => ", over",
            Activity::Unknown => "",
        };
        let names_step = finding.remedy.iter().any(|step| step.id.is_some());
        let elsewhere = if names_step {
            String::new()
        } else {
            format!("; no step of the guide mends it, see `logmedic explain {}`", finding.signature.id)
        };
        let text = format!("{severity} {} ({events}{state}){elsewhere}", finding.signature.title);
        filled(out, &format!("{number:>2} "), &text);
    }
    let events = usize::try_from(diagnosis.ledger.events()).unwrap_or(usize::MAX);
    let nothing = if diagnosis.findings.is_empty() { "Nothing known was found. " } else { "" };
    let incomplete = if diagnosis.ledger.is_complete() { "" } else { ", INCOMPLETE" };
    let logs = counted(diagnosis.ledger.logs_read(), "log");
    let _ = writeln!(out, "{nothing}Read: {} in {logs}{incomplete}.", counted(events, "event"));
    out.push_str("\n[!] a finding points here   [?] check by hand   [ ] nothing in these logs\n\n");
}

fn line<'a>(out: &mut String, item: &'a Item, place: &mut &'a str, findings: Option<&ByStep<'_>>) {
    if item.place != *place && !item.place.is_empty() {
        let _ = writeln!(out, "       {}", item.place);
        *place = &item.place;
    }
    let here = findings.and_then(|findings| findings.get(item.id.as_str()));
    let (mark, by_hand) = match (findings.is_some(), here.is_some(), item.no_trace) {
        (_, true, _) => ("[!]", ""),
        (true, false, true) => ("[?]", " (check by hand)"),
        (false, false, true) => ("[ ]", " (leaves no trace in logs)"),
        (_, false, false) => ("[ ]", ""),
    };
    let name = item.number.map_or_else(String::new, |number| number.to_string());
    let id = if item.number.is_none() { format!(" [{}]", item.id) } else { String::new() };
    let head = format!("{mark} {name:>2} {:<10}", side(item.side));
    filled(out, &head, &format!("{}{by_hand}{id}", item.title));
    for (number, finding) in here.into_iter().flatten() {
        filled(out, &format!("{number:>14} < "), &finding.signature.title);
    }
}

fn filled(out: &mut String, head: &str, text: &str) {
    let rest = " ".repeat(head.len());
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(head)
        .subsequent_indent(&rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    let _ = writeln!(out, "{}", textwrap::fill(text, options));
}

fn side(side: Side) -> String {
    let name = serde_json::to_value(side).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
