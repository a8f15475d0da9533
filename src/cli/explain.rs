//! `logmedic explain`: what is known of a signature, an AADSTS code, a step of the guide, or an event on standard input.

mod event;

use std::fmt::Write as _;

use anyhow::{Result, bail};
use clap::Args;
use logmedic::{Catalogue, Context, Signature, guide_item, remedy_steps};

use super::{CLEAN, print, rules};

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// A signature id, an AADSTS code (`AADSTS7000215` or `7000215`), an item of the guide (`step-19`, `19`, `fail-ssl`),
    /// or `-` for a log event pasted into standard input.
    #[arg(value_name = "ID")]
    id: String,
}

pub(super) fn run(arguments: &ExplainArguments) -> Result<u8> {
    let catalogue = rules::catalogue(&[])?;
    let id = arguments.id.trim();
    let text = if id == "-" {
        event::explain(&catalogue)?
    } else if let Some(signature) = catalogue.find(id) {
        of_signature(&signature)
    } else if let Some(item) = of_item(&catalogue, id) {
        item
    } else if let Some(text) = of_code(&catalogue, id) {
        text
    } else {
        bail!(
            "{id:?} is no signature, AADSTS code or step of the guide; `logmedic signatures list` and `logmedic guide` show what there is{}",
            nearest(&catalogue, id)
        );
    };
    print(&text)?;
    Ok(CLEAN)
}

/// The signatures of a code, or what can be said of one that is not in the catalogue.
fn of_code(catalogue: &Catalogue, text: &str) -> Option<String> {
    let digits = text.strip_prefix("AADSTS").or_else(|| text.strip_prefix("aadsts")).unwrap_or(text);
    if !(4..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let code = format!("AADSTS{digits}");
    let mut known = catalogue
        .outlines()
        .iter()
        .filter(|outline| outline.matching.codes.contains(&code))
        .filter_map(|outline| catalogue.find(&outline.id));
    let first = known.next();
    Some(first.map_or_else(
        || format!("{code} is not in this catalogue.\n\nMicrosoft explains it at https://login.microsoftonline.com/error?code={digits}\nIn a log it is reported as entra-unknown-code; see `logmedic explain entra-unknown-code`.\n"),
        |signature| format!("{code}\n\n{}", of_signature(&signature)),
    ))
}

fn of_item(catalogue: &Catalogue, text: &str) -> Option<String> {
    let guide = Catalogue::guide();
    let id = if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 2 {
        format!("step-{text}")
    } else {
        text.to_owned()
    };
    let (item, in_guide) = guide_item(&guide, &id)?;
    let mut out = String::new();
    let origin = if in_guide { "step of the guide" } else { "our own remedy, not in the guide" };
    let _ = writeln!(out, "{} ({origin})\n{}\n\n{}", item.id, item.title, wrap(&item.text));
    let _ = writeln!(out, "\nwhere   {}\nneeds   {}", item.place, item.needs);
    for variant in &item.variants {
        if let Some(place) = &variant.place {
            let _ = writeln!(out, "        before Jira {}: {place}", variant.before);
        }
    }
    if let Some(note) = &item.note {
        let _ = writeln!(out, "\nNote: {}", wrap(note));
    }
    let users: Vec<&str> = catalogue
        .outlines()
        .iter()
        .filter(|outline| {
            catalogue
                .find(&outline.id)
                .is_some_and(|signature| signature.remedy.iter().any(|remedy| remedy.step.as_deref() == Some(&item.id)))
        })
        .map(|outline| outline.id.as_str())
        .collect();
    if !users.is_empty() {
        let _ = writeln!(out, "\nPart of the remedy of:\n  {}", users.join("\n  "));
    }
    Some(out)
}

fn of_signature(signature: &Signature) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}\n{}\n", signature.id, signature.title);
    let kind = serde_json::to_value((signature.severity, signature.role, signature.category, signature.confidence))
        .ok()
        .and_then(|kind| {
            kind.as_array().map(|parts| parts.iter().filter_map(|part| part.as_str()).collect::<Vec<_>>().join(", "))
        });
    let _ = writeln!(out, "{}; seen: {}\n\n{}\n", kind.unwrap_or_default(), signature.seen, wrap(&signature.meaning));
    section(&mut out, "Likely causes", &signature.causes);
    section(&mut out, "This is not", &signature.not_this);
    let _ = writeln!(
        out,
        "What to do (restart: {})",
        if signature.restart == logmedic::Restart::Rolling { "rolling" } else { "none" }
    );
    for (i, step) in remedy_steps(signature, &Catalogue::guide(), Context::Unknown, None).iter().enumerate() {
        let tag = match (&step.id, step.in_guide) {
            (Some(id), true) => format!("[guide: {id}]"),
            (Some(id), false) => format!("[ours: {id}]"),
            (None, _) => "[ours]".to_owned(),
        };
        let alternative = if step.alternative { "Or instead: " } else { "" };
        let mind = step.mind.as_ref().map_or_else(String::new, |mind| format!(" {mind}"));
        let place = if step.place.is_empty() { String::new() } else { format!(" ({})", step.place) };
        let _ = writeln!(
            out,
            "{}",
            hang(
                &format!(
                    "{alternative}{}.{mind}{place} Needs: {}. {tag}",
                    step.title.trim_end_matches('.'),
                    step.needs
                ),
                &format!("  {:>2}. ", i + 1)
            )
        );
    }
    out.push('\n');
    section(&mut out, "Don't", &signature.dont);
    let _ = writeln!(out, "How to see that it worked\n{}\n", hang(&signature.verify, "  "));
    let tells: Vec<String> =
        signature.look_alikes.iter().map(|other| format!("{}: {}", other.id, other.tell)).collect();
    section(&mut out, "Easily taken for it", &tells);
    section(&mut out, "Leads to", &signature.leads_to);
    section(&mut out, "References", &signature.references);
    if let Some(example) = signature.examples.first() {
        let _ = writeln!(out, "Example\n  {}", example.lines().collect::<Vec<_>>().join("\n  "));
    }
    out
}

fn section(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}");
    for line in lines {
        let _ = writeln!(out, "{}", hang(line, "  - "));
    }
    out.push('\n');
}

fn wrap(text: &str) -> String {
    textwrap::fill(text, textwrap::Options::new(80).break_words(false))
}

fn hang(text: &str, first: &str) -> String {
    let rest = " ".repeat(first.len());
    textwrap::fill(text, textwrap::Options::new(80).initial_indent(first).subsequent_indent(&rest).break_words(false))
}

/// The signatures whose id holds the text, as a hint.
fn nearest(catalogue: &Catalogue, text: &str) -> String {
    let text = text.to_lowercase();
    let near: Vec<&str> = catalogue
        .outlines()
        .iter()
        .map(|outline| outline.id.as_str())
        .filter(|id| text.len() >= 3 && id.contains(&text))
        .take(5)
        .collect();
    if near.is_empty() { String::new() } else { format!("\nDid you mean {}?", near.join(", ")) }
}
