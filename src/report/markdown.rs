//! The report for GitHub, GitLab and Atlassian's editor: what the Jira ticket says, with every kept event folded away.
//!
//! Markup stands only in this file. Every other text, the catalogue's too, is escaped on its way in.

use super::ReportOptions;
use super::escape::{fenced, for_markdown};
use super::redact::{Redactor, Shown};
use super::sections::{Section, Weight, fitted, ticket_length};
use super::story::{self, Cause, Story, capital, grouped, severity};
use crate::diagnosis::Diagnosis;

/// A comment on GitHub takes 65,536 characters.
const LIMIT: usize = 65_000;
/// Most lines of a list.
const LISTED: usize = 50;

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
        sections.push(section(Weight::Aside, "log events", events(cause)));
    }
    if story.causes.is_empty() {
        sections.push(section(Weight::Setting, "environment", environment(&story)));
    }
    sections.push(section(Weight::Setting, "what was not read", list("Not read", &story.problems)));
    sections.push(section(Weight::Evidence, "what happened before", list("Before it began", &story.before)));
    sections.push(section(Weight::Aside, "causes that are over", list("Earlier, over", &story.earlier)));
    sections.push(section(Weight::Aside, "what is suppressed", list("Suppressed", &story.suppressed)));
    sections.push(section(Weight::Aside, "notes", list("Notes", &story.notes)));
    sections.push(section(Weight::Aside, "files that are no logs", list("Not a log", &story.not_logs)));
    fitted(&sections, &footer(&story), options.limit.unwrap_or(LIMIT), ticket_length, |names| {
        format!("*Left out for length, see the attached report: {names}*\n\n")
    })
}

fn heading(story: &Story) -> String {
    let mut out = format!("# {}\n\n", for_markdown(&story.verdict.heading));
    if let Some(window) = &story.window {
        out.push_str(&format!("Only events {}\n\n", for_markdown(window.as_str())));
    }
    out
}

fn section(weight: Weight, name: &'static str, text: String) -> Section {
    Section { weight, name, text }
}

fn cause_heading(cause: &Cause) -> String {
    let codes = if cause.codes.is_empty() { String::new() } else { format!(" ({})", for_markdown(&cause.codes)) };
    format!("## {}. {}{codes}\n\n", cause.number, for_markdown(&cause.title))
}

fn answer(cause: &Cause) -> String {
    let mut out = format!("- **State:** {}, {}\n", severity(cause.severity), for_markdown(cause.state.as_str()));
    out.push_str(&format!("- **Cause:** {}\n", for_markdown(&cause.meaning)));
    for (label, fact) in cause.facts.iter().filter(|(label, _)| !["app", "time", "count"].contains(label)) {
        out.push_str(&format!("- **{}:** {}\n", capital(label), for_markdown(fact.as_str())));
    }
    if !cause.ask.is_empty() {
        out.push_str(&format!("- **Ask:** {}\n", for_markdown(&cause.ask)));
    }
    out.push('\n');
    out
}

fn environment(story: &Story) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let heads = story.environment.iter().map(|(head, _)| (*head).to_owned()).collect();
    let rule = story.environment.iter().map(|_| "---".to_owned()).collect();
    let cells = story.environment.iter().map(|(_, cell)| for_markdown(cell.as_str())).collect();
    format!("{}{}{}\n", row(heads), row(rule), row(cells))
}

fn to_do(cause: &Cause) -> String {
    let mut out = format!("### To do ({})\n\n", for_markdown(cause.restart));
    for (number, action) in (1..).zip(&cause.actions) {
        let needs = if action.needs.is_empty() { String::new() } else { format!(" ({})", for_markdown(&action.needs)) };
        let tag = if action.in_guide {
            format!("guide {}", for_markdown(&action.tag))
        } else {
            "not in the guide".to_owned()
        };
        out.push_str(&format!("{number}. **{}**{needs}: {} *{tag}*\n", action.side, for_markdown(&action.text)));
        for note in &action.notes {
            out.push_str(&format!("   - Note: {}\n", for_markdown(note)));
        }
    }
    for dont in &cause.donts {
        out.push_str(&format!("\n**Don't:** {}\n", for_markdown(dont)));
    }
    out.push_str(&format!("\n**Done when:** {}\n\n", for_markdown(&cause.check)));
    out
}

fn evidence(cause: &Cause) -> String {
    let mut out = "### Evidence\n\n".to_owned();
    if !cause.refusals.is_empty() {
        out.push_str("| Refusal | Time at Microsoft | Logged by | Trace ID | Correlation ID |\n| --- | --- | --- | --- | --- |\n");
        for refusal in &cause.refusals {
            let id = |id: &Option<Shown>| id.as_ref().map_or_else(String::new, |id| for_markdown(id.as_str()));
            out.push_str(&format!(
                "| {} | {} | {} | {} | {} |\n",
                refusal.which,
                for_markdown(refusal.time.as_str()),
                for_markdown(refusal.node.as_str()),
                id(&refusal.trace_id),
                id(&refusal.correlation_id)
            ));
        }
        out.push('\n');
    }
    for (label, fact) in cause.facts.iter().filter(|(label, _)| ["time", "count"].contains(label)) {
        out.push_str(&format!("- {}: {}\n", capital(label), for_markdown(fact.as_str())));
    }
    if !cause.caused.is_empty() {
        let parts: Vec<String> =
            cause.caused.iter().map(|(count, title)| format!("{} x {title}", grouped(*count))).collect();
        out.push_str(&format!("- Consequences: {}\n", for_markdown(&parts.join("; "))));
    }
    if !cause.ruled_out.is_empty() {
        out.push_str(&format!("- Ruled out: {}\n", for_markdown(&cause.ruled_out.join("; "))));
    }
    out.push_str(&format!("- Likely: {}\n", for_markdown(&cause.likely.join("; "))));
    let sources: Vec<String> = cause.references.iter().map(|address| link(address)).collect();
    out.push_str(&format!("- Signature: {}, sources: {}\n\n", for_markdown(&cause.id), sources.join(", ")));
    out
}

fn events(cause: &Cause) -> String {
    if cause.evidence.is_empty() {
        return String::new();
    }
    let mut out = "<details>\n<summary>Log events, the first and the last ones</summary>\n\n".to_owned();
    for event in &cause.evidence {
        let rest =
            if event.cut == 0 { String::new() } else { format!(" (cut, {} more bytes)", grouped(event.cut as u64)) };
        out.push_str(&format!("In {}{rest}:\n\n{}\n", for_markdown(event.place.as_str()), fenced(&event.text)));
    }
    out.push_str("</details>\n\n");
    out
}

fn list(label: &str, lines: &[Shown]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut items: Vec<String> = lines.iter().take(LISTED).map(|line| for_markdown(line.as_str())).collect();
    if lines.len() > LISTED {
        items.push(format!("and {} more", lines.len() - LISTED));
    }
    format!("### {label}\n\n- {}\n\n", items.join("\n- "))
}

fn footer(story: &Story) -> String {
    let [title, address, updated] = story.guide;
    let made = story.made.as_ref().map_or_else(String::new, |made| format!(" Made {made}."));
    let to_fill_in = if story.causes.is_empty() {
        ""
    } else {
        "- **Tried so far:** *fill in*\n- **Affected projects:** *fill in*\n\n"
    };
    format!(
        "{to_fill_in}---\n\n- Read: {}.\n- In no log: {}.\n- Masked: {}. Kept: {}.\n- Guide: [{}]({address}) (text of {updated}). {}.{made}\n",
        for_markdown(story.read.as_str()),
        for_markdown(story::IN_NO_LOG),
        for_markdown(&story.masked),
        for_markdown(story::KEPT),
        for_markdown(title),
        for_markdown(&story.tool),
    )
}

/// An address of the catalogue as a link, if nothing in it is markup.
fn link(address: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:.-_%?=&#".contains(&byte);
    if address.starts_with("https://") && address.bytes().all(is_plain) {
        format!("<{address}>")
    } else {
        for_markdown(address)
    }
}
