//! The report for a Jira ticket, in wiki markup: what is wrong, who is asked for what, and what proves it, for readers
//! who never saw this tool. It fits into a field of Jira; what had to be left out is named.
//!
//! Markup stands only in this file. Every other text, the catalogue's too, is escaped on its way in.

use super::ReportOptions;
use super::escape::{for_jira, noformat};
use super::redact::{Redactor, Shown};
use super::sections::{Section, Weight, fitted, ticket_length};
use super::story::{self, Cause, Evidence, Story, capital, grouped, severity};
use crate::diagnosis::Diagnosis;

/// Jira's fields take 32,767 UTF-16 units unless an administrator changed that; the rest is for the reader's own words.
const LIMIT: usize = 32_000;
/// Most characters of an event that are quoted.
const QUOTED: usize = 2000;
/// Most lines of a list.
const LISTED: usize = 12;

/// Writes the report.
pub(super) fn render(diagnosis: &Diagnosis, redactor: &mut Redactor, options: &ReportOptions) -> String {
    let story = story::tell(diagnosis, redactor, options);
    let mut sections = vec![section(Weight::Answer, "heading", heading(&story))];
    let several = story.causes.len() > 1;
    for cause in &story.causes {
        let head = if several { cause_heading(cause) } else { String::new() };
        sections.push(section(Weight::Answer, "causes", format!("{head}{}", answer(cause))));
        if cause.number == 1 {
            sections.push(section(Weight::Setting, "environment", environment(&story)));
        }
        sections.push(section(Weight::Answer, "steps", to_do(cause)));
        sections.push(section(Weight::Evidence, "evidence", evidence(cause)));
    }
    if story.causes.is_empty() {
        sections.push(section(Weight::Setting, "environment", environment(&story)));
    }
    sections.push(section(Weight::Setting, "what was not read", list("Not read", &story.problems)));
    sections.push(section(Weight::Evidence, "what happened before", list("Before it began", &story.before)));
    sections.push(section(Weight::Aside, "causes that are over", list("Earlier, over", &story.earlier)));
    sections.push(section(Weight::Aside, "what is suppressed", list("Suppressed", &story.suppressed)));
    sections.push(section(Weight::Aside, "notes", list("Notes", &story.notes)));
    fitted(&sections, &footer(&story), options.limit.unwrap_or(LIMIT), ticket_length, |names| {
        format!("_Left out for length, see the attached report: {}_\n", for_jira(names))
    })
}

fn heading(story: &Story) -> String {
    let mut out = format!("h3. {}\n", for_jira(&story.verdict.heading));
    if let Some(window) = &story.window {
        out.push_str(&format!("Only events {}\n", for_jira(window.as_str())));
    }
    out
}

fn section(weight: Weight, name: &'static str, text: String) -> Section {
    Section { weight, name, text }
}

fn cause_heading(cause: &Cause) -> String {
    format!("h4. {}. {}{}\n", cause.number, for_jira(&cause.title), codes(cause))
}

fn codes(cause: &Cause) -> String {
    if cause.codes.is_empty() { String::new() } else { format!(" ({})", for_jira(&cause.codes)) }
}

fn answer(cause: &Cause) -> String {
    let mut out = format!("*State:* {}, {}\n", severity(cause.severity), for_jira(cause.state.as_str()));
    out.push_str(&format!("*Cause:* {}\n", for_jira(&cause.meaning)));
    for (label, fact) in cause.facts.iter().filter(|(label, _)| !["app", "time", "count"].contains(label)) {
        out.push_str(&format!("*{}:* {}\n", capital(label), for_jira(fact.as_str())));
    }
    if !cause.ask.is_empty() {
        out.push_str(&format!("*Ask:* {}\n", for_jira(&cause.ask)));
    }
    out
}

fn environment(story: &Story) -> String {
    let heads: Vec<&str> = story.environment.iter().map(|(head, _)| *head).collect();
    let cells: Vec<String> = story.environment.iter().map(|(_, cell)| for_jira(cell.as_str())).collect();
    format!("\n||{}||\n|{}|\n", heads.join("||"), cells.join("|"))
}

fn to_do(cause: &Cause) -> String {
    let mut out = format!("\nh4. To do ({})\n", for_jira(cause.restart));
    for action in &cause.actions {
        let needs = if action.needs.is_empty() { String::new() } else { format!(" ({})", for_jira(&action.needs)) };
        let tag =
            if action.in_guide { format!("Guide {}", for_jira(&action.tag)) } else { "Not in the guide".to_owned() };
        out.push_str(&format!("# *{}*{needs}: {} _{tag}_\n", action.side, for_jira(&action.text)));
    }
    out.push('\n');
    for dont in &cause.donts {
        out.push_str(&format!("*Don't:* {}\n", for_jira(dont)));
    }
    out.push_str(&format!("*Done when:* {}\n", for_jira(&cause.check)));
    out
}

fn evidence(cause: &Cause) -> String {
    let mut out = "\nh4. Evidence\n".to_owned();
    if !cause.refusals.is_empty() {
        out.push_str("||Refusal||Time at Microsoft||Logged by||Trace ID||Correlation ID||\n");
        for refusal in &cause.refusals {
            let id = |id: &Option<Shown>| id.as_ref().map_or_else(|| " ".to_owned(), |id| for_jira(id.as_str()));
            out.push_str(&format!(
                "|{}|{}|{}|{}|{}|\n",
                refusal.which,
                for_jira(refusal.time.as_str()),
                for_jira(refusal.node.as_str()),
                id(&refusal.trace_id),
                id(&refusal.correlation_id)
            ));
        }
    }
    out.push('\n');
    for (label, fact) in cause.facts.iter().filter(|(label, _)| ["time", "count"].contains(label)) {
        out.push_str(&format!("*{}:* {}\n", capital(label), for_jira(fact.as_str())));
    }
    if !cause.caused.is_empty() {
        let parts: Vec<String> =
            cause.caused.iter().map(|(count, title)| format!("{} x {title}", grouped(*count))).collect();
        out.push_str(&format!("*Consequences:* {}\n", for_jira(&parts.join("; "))));
    }
    let ends = match cause.evidence.as_slice() {
        [first, .., last] => vec![first, last],
        some => some.iter().collect(),
    };
    for event in ends {
        out.push_str(&quoted(event));
    }
    if !cause.ruled_out.is_empty() {
        out.push_str(&format!("*Ruled out:* {}\n", for_jira(&cause.ruled_out.join("; "))));
    }
    let sources: Vec<String> = cause.references.iter().map(|address| link(address)).collect();
    out.push_str(&format!("*Signature:* {}, *sources:* {}\n", for_jira(&cause.id), sources.join(", ")));
    out
}

fn quoted(event: &Evidence) -> String {
    let text = event.text.as_str();
    let end = text.char_indices().nth(QUOTED).map_or(text.len(), |(at, _)| at);
    let cut = event.cut + text.len() - end;
    let rest = if cut == 0 { String::new() } else { format!(" (cut, {} more bytes)", grouped(cut as u64)) };
    format!("In {}{rest}:\n{}", for_jira(event.place.as_str()), noformat(&text[..end]))
}

fn list(label: &str, lines: &[Shown]) -> String {
    match lines {
        [] => String::new(),
        [line] => format!("*{label}:* {}\n", for_jira(line.as_str())),
        lines => {
            let mut items: Vec<String> = lines.iter().take(LISTED).map(|line| for_jira(line.as_str())).collect();
            if lines.len() > LISTED {
                items.push(format!("and {} more", lines.len() - LISTED));
            }
            format!("*{label}:*\n* {}\n\n", items.join("\n* "))
        }
    }
}

fn footer(story: &Story) -> String {
    let [title, address, updated] = story.guide;
    let made = story.made.as_ref().map_or_else(String::new, |made| format!(" Made {made}."));
    let to_fill_in =
        if story.causes.is_empty() { "" } else { "*Tried so far:* _fill in_\n*Affected projects:* _fill in_\n" };
    format!(
        "{to_fill_in}----\n*Read:* {}.\n*In no log:* {}.\n*Masked:* {}. Kept: {}.\n*Guide:* [{}|{address}] (text of {updated}). {}.{made}\n",
        for_jira(story.read.as_str()),
        for_jira(story::IN_NO_LOG),
        for_jira(&story.masked),
        for_jira(story::KEPT),
        for_jira(title),
        for_jira(&story.tool),
    )
}

/// An address of the catalogue: Jira makes a link of it, if nothing in it is markup.
fn link(address: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:.-_%?=&".contains(&byte);
    if address.starts_with("https://") && address.bytes().all(is_plain) {
        address.to_owned()
    } else {
        for_jira(address)
    }
}
