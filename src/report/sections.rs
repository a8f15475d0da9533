//! A text within the length that a ticket's field or a plugin's answer takes: it is cut between sections, the least
//! important ones go first, and it says what was left out.

use std::fmt::Write as _;

/// How much a section matters to somebody who must act; what matters least goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// What is wrong and what to do.
    Answer,
    /// Where, and what could not be read.
    Setting,
    /// What proves it.
    Evidence,
    /// Everything else.
    Aside,
}

/// A part of a ticket that is shown whole or not at all.
pub(super) struct Section {
    pub(super) weight: Weight,
    /// What it is called when it is left out.
    pub(super) name: &'static str,
    pub(super) text: String,
}

/// The sections in their order and the footer, at most `limit` long as `length` tells. `note` puts the names of what was
/// left out into words.
pub(super) fn fitted(
    sections: &[Section],
    footer: &str,
    limit: usize,
    length: impl Fn(&str) -> usize,
    note: impl Fn(&str) -> String,
) -> String {
    let mut kept = vec![true; sections.len()];
    let mut order: Vec<usize> = (0..sections.len()).collect();
    order.sort_by_key(|&i| (sections[i].weight, i));
    loop {
        let left_out = names(sections, &kept);
        let note = if left_out.is_empty() { String::new() } else { note(&left_out) };
        let parts = sections.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(section, _)| section.text.as_str());
        let text: String = parts.chain([note.as_str(), footer]).collect();
        match order.pop() {
            Some(last) if length(&text) > limit => kept[last] = false,
            _ => return text,
        }
    }
}

/// `evidence (3), notes`, in the order of their first appearance.
fn names(sections: &[Section], kept: &[bool]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for (section, _) in sections.iter().zip(kept).filter(|(_, kept)| !**kept) {
        match counts.iter_mut().find(|(name, _)| *name == section.name) {
            Some((_, count)) => *count += 1,
            None => counts.push((section.name, 1)),
        }
    }
    let mut text = String::new();
    for (name, count) in counts {
        let separator = if text.is_empty() { "" } else { ", " };
        let many = if count > 1 { format!(" ({count})") } else { String::new() };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{name}{many}");
    }
    text
}

/// Length as Jira and GitHub count it: in UTF-16 units.
pub(super) fn ticket_length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(weight: Weight, name: &'static str, text: &str) -> Section {
        Section { weight, name, text: text.to_owned() }
    }

    #[test]
    fn the_least_important_goes_first_and_is_named() {
        let sections = [
            section(Weight::Answer, "causes", "the first cause."),
            section(Weight::Evidence, "evidence", "its evidence."),
            section(Weight::Answer, "causes", "the second cause."),
            section(Weight::Evidence, "evidence", "\u{1F600} evidence."),
        ];
        let cut = |limit| fitted(&sections, "end", limit, ticket_length, |names| format!("[{names}]"));
        let whole = "the first cause.its evidence.the second cause.\u{1F600} evidence.end";
        assert_eq!(cut(ticket_length(whole)), whole);
        assert_eq!(cut(ticket_length(whole) - 1), "the first cause.its evidence.the second cause.[evidence]end");
        assert_eq!(cut(55), "the first cause.the second cause.[evidence (2)]end");
        assert_eq!(cut(0), "[causes (2), evidence (2)]end");
    }
}
