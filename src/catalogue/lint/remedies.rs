//! Remedies against the guide: its steps exist, come in its order, and are saved where they change something.

use std::collections::BTreeSet;

use super::{Examined, Flaw};
use crate::catalogue::guide::{Guide, Item};
use crate::catalogue::placed::PlacedFile;
use crate::catalogue::signature::{Remedy, When};

/// Steps that change a field of the link, which counts only once it is saved.
const CHANGES: [&str; 3] = ["step-22", "step-23", "extra-endpoints"];
const SAVE: &str = "step-24";
/// A title of a guide item stands on one line.
const MOST_TITLE: usize = 90;

pub(super) fn check(examined: &mut Examined<'_>) {
    let remedy = &examined.signature().remedy;
    if remedy.is_empty() {
        examined.wrong("remedy", "`remedy` is empty; name a step of the guide or say what to do");
    }
    for (i, part) in remedy.iter().enumerate() {
        let key = format!("remedy[{i}]");
        match (&part.step, &part.text) {
            (Some(step), _) if !has_item(examined.known.guide, step) => {
                examined.wrong(&key, format!("the guide has no item {step:?}; `logmedic guide` shows them all"));
            }
            (None, None) => examined.wrong(&key, "has neither `step` nor `text`; say what to do"),
            (None, Some(_)) if part.side.is_none() || part.needs.is_none() => {
                examined.wrong(&key, "a text without a step also says where (`side`) and who is needed (`needs`)");
            }
            _ => {}
        }
        let begins_with_or =
            part.text.as_deref().is_some_and(|text| ["Or ", "Or,", "or ", "or,"].iter().any(|or| text.starts_with(or)));
        if part.alternative && begins_with_or {
            examined.wrong(&key, "an alternative is introduced by \"Or instead:\"; begin its text without \"Or\"");
        }
    }
    let mut problems = BTreeSet::new();
    for situation in [When::Interactive, When::Unattended] {
        check_order(remedy, examined.known.guide, situation, &mut problems);
    }
    for (i, problem) in problems {
        examined.wrong(&format!("remedy[{i}]"), problem);
    }
}

/// Follows the remedy as somebody in this situation reads it; each alternative is a way of its own.
fn check_order(remedy: &[Remedy], guide: &Guide, situation: When, problems: &mut BTreeSet<(usize, String)>) {
    let mut last: Option<(usize, &str)> = None;
    let mut unsaved: Option<(usize, &str)> = None;
    let not_saved = |unsaved: Option<(usize, &str)>| {
        unsaved.map(|(i, step)| (i, format!("{step} changes the link and is not followed by {SAVE} (Save); add it")))
    };
    let parts = remedy.iter().enumerate().filter(|(_, part)| part.when.is_none_or(|when| when == situation));
    for (i, part) in parts {
        if part.alternative {
            problems.extend(not_saved(unsaved.take()));
            last = None;
        }
        let Some(step) = part.step.as_deref() else { continue };
        if CHANGES.contains(&step) {
            unsaved = Some((i, step));
        } else if step == SAVE {
            unsaved = None;
        }
        let Some(place) = place(guide, step) else { continue };
        match last {
            Some((before, name)) if before >= place => {
                let text = if before == place {
                    format!("{step} is named twice in one way; remove one")
                } else {
                    format!(
                        "{step} stands behind {name}, but comes before it in the guide; change the order, or begin a way of its own with `alternative` or `when`"
                    )
                };
                problems.insert((i, text));
            }
            _ => last = Some((place, step)),
        }
    }
    problems.extend(not_saved(unsaved));
}

/// The place of a numbered step in the guide. The endpoints have no number but a place among them.
fn place(guide: &Guide, step: &str) -> Option<usize> {
    guide.items.iter().position(|item| item.id == step && (item.number.is_some() || CHANGES.contains(&step)))
}

fn has_item(guide: &Guide, id: &str) -> bool {
    guide.items.iter().chain(&guide.own).any(|item| item.id == id)
}

/// Every item is used by a signature or leaves no trace; ids and titles are in order.
pub(super) fn check_guide(files: &[PlacedFile]) -> Vec<Flaw> {
    let (guide, text) = (super::Catalogue::guide(), super::Catalogue::guide_text());
    let used: BTreeSet<&str> = files
        .iter()
        .flat_map(|file| &file.signatures)
        .flat_map(|block| &block.value.remedy)
        .filter_map(|part| part.step.as_deref())
        .collect();
    let mut seen = BTreeSet::new();
    let mut flaws = Vec::new();
    for (item, is_own) in guide.items.iter().map(|item| (item, false)).chain(guide.own.iter().map(|item| (item, true)))
    {
        let mut wrong = |problem: &str| {
            let line = text.lines().position(|line| line == format!("id = \"{}\"", item.id)).map_or(0, |line| line + 1);
            flaws.push(Flaw::error("guide.toml", line, &item.id, problem));
        };
        if !used.contains(item.id.as_str()) && !item.no_trace {
            wrong("no signature's remedy names this item; use it, or mark it `no_trace = true`");
        }
        if !seen.insert(item.id.as_str()) {
            wrong("this id stands in the guide twice; take another");
        }
        if item.id.starts_with("x-") != is_own {
            wrong("ids of our own remedies, and only these, begin with x-");
        }
        if longest_title(item) > MOST_TITLE {
            wrong("the title has more than 90 characters; shorten it");
        }
    }
    flaws
}

fn longest_title(item: &Item) -> usize {
    let variants = item.variants.iter().filter_map(|variant| variant.title.as_deref());
    variants.chain([item.title.as_str()]).map(|title| title.chars().count()).max().unwrap_or(0)
}
