//! Steps as actions: neighbours on one side become one item of the list.

use super::Action;
use super::words::plural;
use crate::catalogue::{Side, When};
use crate::diagnosis::Step;

/// Joins neighbouring steps on one side into one action.
pub(super) fn actions(steps: &[Step]) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut needs = String::new();
    let key = |step: &Step| (step.side, step.in_guide, step.when);
    for group in steps.chunk_by(|a, b| key(a) == key(b) && !b.alternative && b.id.is_some() && a.id.is_some()) {
        let Some(first) = group.first() else { continue };
        let mut text = String::new();
        if first.alternative {
            text.push_str("Or instead: ");
        }
        match first.when {
            Some(When::Interactive) => text.push_str("If somebody is configuring right now: "),
            Some(When::Unattended) => text.push_str("If a poll failed that used to work: "),
            None => {}
        }
        let place = common_place(group);
        if !place.is_empty() {
            text.push_str(&format!("{place}: "));
        }
        let sentences: Vec<String> = group
            .iter()
            .map(|step| {
                step.mind.as_ref().map_or_else(
                    || sentence(&step.title),
                    |mind| format!("{} {}", sentence(&step.title), sentence(mind)),
                )
            })
            .collect();
        text.push_str(&sentences.join(" "));
        let same_needs = first.needs == needs;
        needs.clone_from(&first.needs);
        actions.push(Action {
            side: side(first.side),
            needs: first.needs.clone(),
            same_needs,
            text,
            tag: tag(group),
            in_guide: first.in_guide,
            notes: notes(group),
        });
    }
    actions
}

/// `app owner or Cloud Application Administrator: steps 1 and 4; Jira system administrator: step 2`.
pub(super) fn ask(actions: &[Action]) -> String {
    let mut asked: Vec<(&str, Vec<String>)> = Vec::new();
    for (number, action) in (1..).zip(actions) {
        let who = if action.needs.is_empty() { action.side } else { action.needs.as_str() };
        match asked.iter_mut().find(|(other, _)| *other == who) {
            Some((_, numbers)) => numbers.push(number.to_string()),
            None => asked.push((who, vec![number.to_string()])),
        }
    }
    let parts: Vec<String> = asked
        .into_iter()
        .map(|(who, numbers)| {
            let steps = plural(numbers.len() as u64, "step");
            let numbers = match numbers.as_slice() {
                [] => String::new(),
                [only] => only.clone(),
                [some @ .., last] => format!("{} and {last}", some.join(", ")),
            };
            format!("{who}: {steps} {numbers}")
        })
        .collect();
    parts.join("; ")
}

/// `; guide steps 16-19, 22`, or nothing where the guide has none.
pub(super) fn guide_steps(steps: &[Step]) -> String {
    let of_guide: Vec<Step> = steps.iter().filter(|step| step.in_guide).cloned().collect();
    if of_guide.is_empty() { String::new() } else { format!("; guide steps {}", tag(&of_guide)) }
}

/// The remarks on a group's steps, each once.
fn notes(group: &[Step]) -> Vec<String> {
    let mut notes: Vec<String> = group.iter().filter_map(|step| step.note.clone()).collect();
    notes.dedup();
    notes
}

/// The part of the menu path that all steps of a group share.
fn common_place(group: &[Step]) -> String {
    let mut places =
        group.iter().filter(|step| !step.place.is_empty()).map(|step| step.place.split(" > ").collect::<Vec<_>>());
    let Some(mut common) = places.next() else { return String::new() };
    for place in places {
        let shared = common.iter().zip(&place).take_while(|(a, b)| a == b).count();
        common.truncate(shared);
    }
    common.join(" > ")
}

/// `16-19`, `22, 24`, or the ids of items without a number.
fn tag(group: &[Step]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut run: Option<(u8, u8)> = None;
    let close = |run: &mut Option<(u8, u8)>, parts: &mut Vec<String>| {
        if let Some((first, last)) = run.take() {
            parts.push(if first == last { first.to_string() } else { format!("{first}-{last}") });
        }
    };
    for step in group {
        match (step.number, run) {
            (Some(number), Some((first, last))) if last.checked_add(1) == Some(number) => run = Some((first, number)),
            (Some(number), _) => {
                close(&mut run, &mut parts);
                run = Some((number, number));
            }
            (None, _) => {
                close(&mut run, &mut parts);
                parts.extend(step.id.clone());
            }
        }
    }
    close(&mut run, &mut parts);
    parts.join(", ")
}

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?', ':']) { text.to_owned() } else { format!("{text}.") }
}

/// A side as people call it.
pub(in crate::report) fn side(side: Side) -> &'static str {
    match side {
        Side::Jira => "Jira",
        Side::Entra => "Entra",
        Side::Exchange => "Exchange",
        Side::Host => "Host",
        Side::Network => "Network",
        Side::Browser => "Browser",
        Side::Atlassian => "Atlassian",
        Side::Microsoft => "Microsoft",
    }
}
