//! How a finding stands over several runs, and what somebody does not want to be told, in words.

use super::words::{grouped, moment, plural};
use crate::diagnosis::{Diagnosis, Finding, Force, Status, ends_with_a_poll};
use crate::report::redact::{Redactor, Shown};

/// Logs whose new bytes a report for people names.
const MOST_COVERED: usize = 8;

/// How a finding stands over all runs; `None` for a scan that remembers nothing.
pub(super) fn standing(finding: &Finding, diagnosis: &Diagnosis) -> Option<String> {
    diagnosis.generation?;
    let since = finding.first_seen.map_or_else(String::new, |first| format!(" since {}", moment(first)));
    let is_silence = finding.signature.matching.silence;
    let total = format!("{} {} in all runs", grouped(finding.total_events), plural(finding.total_events, "event"));
    Some(match finding.status {
        Status::New => "new: no earlier run has seen it".to_owned(),
        Status::Ongoing if finding.tally.events == 0 => {
            format!("ongoing{since}, {total}; its logs have said nothing newer since the last run")
        }
        Status::Ongoing if is_silence => format!("ongoing{since}"),
        Status::Ongoing => format!("ongoing{since}, {total}"),
        Status::Recovered => format!("recovered, {total}"),
        Status::Quiet => {
            let since = finding.tally.last.map_or_else(String::new, |last| format!(" since {}", moment(last)));
            let how = if ends_with_a_poll(finding.signature.category) {
                "see the connectivity log of the JSM channel, send a test mail, or log com.atlassian.mail.incoming at INFO"
            } else {
                "see CHECK"
            };
            format!("quiet{since}, {total}; this log level shows no success: {how}")
        }
    })
}

/// Whether this run saw nothing of a finding that earlier ones have seen.
pub(super) fn is_old_news(finding: &Finding, diagnosis: &Diagnosis) -> bool {
    diagnosis.generation.is_some() && finding.tally.events == 0
}

/// `, last seen …`, where that is known.
pub(super) fn last_seen(finding: &Finding) -> String {
    finding.tally.last.map_or_else(String::new, |last| format!(", last seen {}", moment(last)))
}

/// The same for a finding that gets one line only.
pub(super) fn remark(finding: &Finding, diagnosis: &Diagnosis) -> &'static str {
    match finding.status {
        Status::Recovered => ", recovered",
        _ if diagnosis.generation.is_none() => "",
        Status::Quiet => ", quiet now (this log level shows no success)",
        Status::New => ", new",
        Status::Ongoing => ", seen before",
    }
}

/// Which run with a state this is and which bytes it read, so that who gets a report twice can tell.
pub(super) fn covered(diagnosis: &Diagnosis, redactor: &mut Redactor) -> String {
    let Some(generation) = diagnosis.generation else { return String::new() };
    let mut parts = Vec::new();
    for (source, tally) in &diagnosis.ledger.sources {
        let ranges: Vec<String> = tally
            .ranges
            .iter()
            .filter(|(start, range)| range.end > **start)
            .map(|(&start, range)| format!("{} to {}", grouped(start), grouped(range.end)))
            .collect();
        if !ranges.is_empty() {
            let node = source.node.as_ref().map_or_else(String::new, |node| format!(" of {}", redactor.show(node)));
            parts.push(format!("{}{node} {}", redactor.show(&source.name), ranges.join(" and ")));
        }
    }
    let more = parts.len().saturating_sub(MOST_COVERED);
    parts.truncate(MOST_COVERED);
    let more = if more > 0 { format!(", and {more} more (the JSON report names all)") } else { String::new() };
    let parts = if parts.is_empty() { "no new bytes".to_owned() } else { format!("bytes of {}", parts.join(", ")) };
    format!("; run {generation}, {parts}{more}")
}

/// Where there is no known error.
pub(super) fn place_of_nothing(diagnosis: &Diagnosis) -> &'static str {
    if diagnosis.findings.iter().any(|finding| finding.suppressed) {
        "beside what is suppressed"
    } else if diagnosis.only_new {
        "that was not seen before"
    } else if diagnosis.generation.is_some() {
        "in what is new since the last run"
    } else {
        "in these logs"
    }
}

/// One line for each entry of the suppressions file, with what it hides or why it hides nothing.
pub(super) fn suppressed(diagnosis: &Diagnosis, redactor: &mut Redactor) -> Vec<Shown> {
    let line = |entry: &crate::diagnosis::Suppression, redactor: &mut Redactor| {
        let subject = entry.subject.as_deref();
        let subject = subject.map_or_else(String::new, |subject| format!(" for {}", redactor.show(subject)));
        let events = diagnosis.finding(&entry.id).map_or(0, |finding| finding.tally.events);
        let until = redactor.show(&entry.until);
        let force = match entry.force {
            Force::InForce => format!("until {until}"),
            Force::Past => format!("NOT SUPPRESSED, its day {until} is over"),
            Force::UnreadableDate => format!("NOT SUPPRESSED, {until} is no day (write it as 2026-02-01)"),
        };
        let reason = redactor.show(&entry.reason);
        Shown::own(format!("{}{subject}, {events} {}, {force}: {reason}", entry.id, plural(events, "event")))
    };
    diagnosis.suppressions.iter().map(|entry| line(entry, redactor)).collect()
}
