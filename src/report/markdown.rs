//! The report for GitHub, GitLab and Atlassian's editor: the same story, evidence folded away.

use super::escape::{fenced, for_markdown};
use super::story::{Cause, Story, grouped, severity};

/// Writes the story.
pub(super) fn render(story: &Story) -> String {
    let mut out = format!("# {}: {}\n\n", story.verdict.state, story.verdict.rest);
    if let Some(setting) = &story.setting {
        out.push_str(&format!("{}\n\n", for_markdown(setting)));
    }
    for cause in &story.causes {
        tell_cause(&mut out, cause);
    }
    list(&mut out, "Earlier, over", &story.earlier);
    list(&mut out, "Before it began", &story.before);
    list(&mut out, "Not read", &story.problems);
    list(&mut out, "Notes", &story.notes);
    list(&mut out, "Not a log", &story.not_logs);
    out.push_str(&format!("---\n\nRead: {}. {}; {}.\n\nIn no log: the connectivity log of a JSM channel (a screen in Jira) and Entra's sign-in logs.\n", for_markdown(&story.read), story.tool, story.masked));
    out
}

fn tell_cause(out: &mut String, cause: &Cause) {
    let codes = if cause.codes.is_empty() { String::new() } else { format!(", {}", cause.codes) };
    out.push_str(&format!(
        "## {}. {} ({}{codes})\n\n{}\n\n",
        cause.number,
        cause.title,
        severity(cause.severity),
        cause.meaning
    ));
    out.push_str("| | |\n| --- | --- |\n");
    for (label, fact) in &cause.facts {
        out.push_str(&format!("| {label} | {} |\n", for_markdown(fact)));
    }
    for (label, value) in &cause.newest_refusal {
        out.push_str(&format!("| newest, {label} | {} |\n", for_markdown(value)));
    }
    if !cause.caused.is_empty() {
        let parts: Vec<String> =
            cause.caused.iter().map(|(count, title)| format!("{} × {title}", grouped(*count))).collect();
        out.push_str(&format!("| caused | {} |\n", parts.join("; ")));
    }
    out.push_str(&format!("\n### To do ({})\n\n", cause.restart));
    for (i, action) in cause.actions.iter().enumerate() {
        let needs = action.needs.as_ref().map_or_else(String::new, |needs| format!(" ({needs})"));
        let tag = if action.tag == "ours" { "not in the guide".to_owned() } else { format!("guide: {}", action.tag) };
        out.push_str(&format!("{}. **{}**{needs}: {} *{tag}*\n", i + 1, action.side, action.text));
        for note in &action.notes {
            out.push_str(&format!("   - Note: {note}\n"));
        }
    }
    for dont in &cause.donts {
        out.push_str(&format!("\n**Don't:** {dont}\n"));
    }
    out.push_str(&format!("\n**Done when:** {}\n\n", cause.check));
    out.push_str(&format!("Likely: {}.\n\n", cause.likely.join("; ")));
    out.push_str("<details>\n<summary>Evidence</summary>\n\n");
    for evidence in &cause.evidence {
        out.push_str(&format!("{}\n\n{}", for_markdown(&evidence.place), fenced(&evidence.text)));
        if evidence.cut > 0 {
            out.push_str(&format!("(cut, {} more bytes)\n", grouped(evidence.cut as u64)));
        }
        out.push('\n');
    }
    out.push_str("</details>\n\n");
    let references: Vec<String> = cause.references.iter().map(|reference| format!("<{reference}>")).collect();
    out.push_str(&format!("Signature `{}`. Sources: {}\n\n", cause.id, references.join(", ")));
}

fn list(out: &mut String, label: &str, lines: &[super::redact::Shown]) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("## {label}\n\n"));
    for line in lines {
        out.push_str(&format!("- {}\n", for_markdown(line)));
    }
    out.push('\n');
}
