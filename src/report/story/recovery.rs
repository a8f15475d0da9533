//! Whether what failed works again, in words. Where no line of success is known or logged, that is said and nothing claimed.

use super::words::{clock_zone, moment, plural};
use crate::diagnosis::{CaptureKind, Finding, Moment, Standing};
use crate::report::names::{shown_node, shown_value};
use crate::report::redact::Redactor;

/// Names that are told one by one.
const NAMED: usize = 6;

/// What works again of what a finding hit, and since when; `None` where nothing does.
pub(super) fn recovered(finding: &Finding, redactor: &mut Redactor) -> Option<String> {
    let standings = &finding.recovery.standings;
    let works: Vec<(&Standing, Moment)> =
        standings.iter().filter_map(|standing| Some((standing, standing.recovered?))).collect();
    if works.is_empty() {
        return None;
    }
    let mut some: Vec<String> = works
        .iter()
        .take(NAMED)
        .map(|(standing, moment)| {
            let name = name(standing, redactor);
            format!("{}{}{}", name.unwrap_or_default(), if moment.is_first { "" } else { "by " }, clock_zone(moment.at))
        })
        .collect();
    if works.len() > NAMED {
        some.push(format!("{} more", works.len() - NAMED));
    }
    let what = if finding.signature.recovery.is_empty() { "mail server" } else { "place" };
    let told = some.join(", ");
    let count = standings.len();
    Some(match finding.recovery.recovered {
        Some(Moment { at, .. }) if count == 1 => match name(works[0].0, redactor) {
            Some(_) => format!("works again: {told}"),
            None => format!("works again since {}", moment(at)),
        },
        Some(Moment { at, .. }) => format!("all {count} {what}s work again since {}: {told}", moment(at)),
        None if works.len() == count => {
            format!("{} {} worked in between, none after the last failure: {told}", count, plural(count as u64, what))
        }
        None => {
            let failing = standings.iter().filter(|standing| standing.recovered.is_none());
            let names: Vec<String> = failing.map(|standing| not_yet(standing, redactor)).collect();
            let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
            let names = names[..names.len().min(NAMED)].join(", ");
            format!("{} of {count} {what}s work again: {told}; not yet: {names}{more}", works.len())
        }
    })
}

fn name(standing: &Standing, redactor: &mut Redactor) -> Option<String> {
    let name = standing.name.as_ref().filter(|name| !name.is_empty());
    let name = name.map(|name| shown_value(CaptureKind::MailServer, name, redactor).to_string());
    let node = standing.node.as_ref().map(|node| format!("on {}", shown_node(node, redactor)));
    let parts: Vec<String> = name.into_iter().chain(node).collect();
    (!parts.is_empty()).then(|| format!("{} ", parts.join(" ")))
}

fn not_yet(standing: &Standing, redactor: &mut Redactor) -> String {
    name(standing, redactor)
        .map_or_else(|| "one that this run does not name".to_owned(), |name| name.trim_end().to_owned())
}
