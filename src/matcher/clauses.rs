//! Why a signature does not claim an event: the first of its clauses that fails, for the person who asks.
//!
//! Nothing here takes part in a scan. The order of the tests is that of [`Matcher::examine`], and what is asked is asked
//! through the same functions.

use std::collections::BTreeSet;

use memchr::memmem;

use super::capture::codes;
use super::evidence::{Signs, names_other_client};
use super::labels::hosts;
use super::{Event, Matcher};
use crate::catalogue::pattern::compile;
use crate::catalogue::{Catalogue, Evidence, HostKind, Outline};
use crate::event::{Header, Layout, Level};

/// Near misses that are worth telling.
const MOST_TOLD: usize = 5;
/// Literals that one clause quotes.
const MOST_QUOTED: usize = 3;
/// Codes are related when the shorter one has at least so many digits.
const LEAST_DIGITS: usize = 5;
/// Of the letters of an anchor's words so many per cent must stand in the event for the signature to be near.
const ENOUGH_LETTERS: usize = 88;
/// Single letters and digits are no words.
const LEAST_WORD: usize = 2;

/// A signature that comes near an event and does not claim it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// Its rank.
    pub rank: usize,
    /// Which clause fails, and on what.
    pub clause: String,
}

impl Matcher {
    /// The signatures nearest to an event that do not claim it, and why not; those in `found` are left out.
    pub fn near_misses(&self, catalogue: &Catalogue, text: &[u8], layout: Layout, found: &[usize]) -> Vec<NearMiss> {
        let header = Header::parse(text, layout);
        let level = header.map_or(Level::None, |header| header.level);
        let mut hits = Vec::new();
        self.filter().find(text, 0, text.len(), &mut hits);
        let literals: BTreeSet<u16> = hits.iter().map(|hit| hit.literal).collect();
        let literals: Vec<u16> = literals.into_iter().collect();
        let event = Event { text, verbatim: text.len(), header, literals: &literals, source: layout, pasted: true };
        let asked = Asked { event, level, signs: Signs::of(text, header.as_ref(), layout), words: words(text) };
        let mut near: Vec<(usize, NearMiss)> = Vec::new();
        for (rank, outline) in catalogue.outlines().iter().enumerate().filter(|(rank, _)| !found.contains(rank)) {
            let miss = self.miss(catalogue, rank, outline, &asked);
            near.extend(miss.map(|(distance, clause)| (distance, NearMiss { rank, clause })));
        }
        near.sort_by_key(|(distance, miss)| (*distance, miss.rank));
        near.into_iter().map(|(_, miss)| miss).take(MOST_TOLD).collect()
    }

    /// How far off a signature is, and the clause that fails; `None` for one that is not near.
    fn miss(
        &self,
        catalogue: &Catalogue,
        rank: usize,
        outline: &Outline,
        asked: &Asked<'_>,
    ) -> Option<(usize, String)> {
        let numbers: Vec<u32> = codes(asked.event.text).iter().map(|code| code.number).collect();
        let own = outline.matching.codes.iter().filter_map(|code| code.strip_prefix("AADSTS"));
        let has_code = own.clone().any(|code| numbers.iter().any(|number| number.to_string() == code));
        let has_anchor = asked
            .event
            .literals
            .iter()
            .filter_map(|&literal| self.uses.get(usize::from(literal)))
            .any(|literal| literal.anchors.contains(&rank));
        if catalogue.is_off(rank) {
            return (has_code || has_anchor).then(|| (0, "is switched off by an [[override]]".to_owned()));
        }
        if has_code || has_anchor {
            let clause =
                asked.failing_clause(outline).or_else(|| self.failing_evidence(catalogue, rank, has_code, asked));
            return clause.map(|clause| (0, clause));
        }
        for code in own {
            if let Some(number) = numbers.iter().find(|number| is_related(&number.to_string(), code)) {
                return Some((1, format!("whole code: the event says AADSTS{number}, not AADSTS{code}")));
            }
            if is_bare_number(asked.event.text, code) {
                return Some((1, format!("whole code: the number {code} stands there without AADSTS before it")));
            }
        }
        asked.nearly_anchored(outline)
    }

    fn failing_evidence(
        &self,
        catalogue: &Catalogue,
        rank: usize,
        has_code: bool,
        asked: &Asked<'_>,
    ) -> Option<String> {
        let named = named_hosts(asked.event.text);
        let rule = &self.rules[rank];
        let host = match (rule.host, named.is_empty()) {
            (Some(HostKind::Microsoft), true) => "the event names no host".to_owned(),
            (Some(HostKind::Other), _) => "only events that concern another host count".to_owned(),
            _ => format!("the event names {named}"),
        };
        match self.verify(rank, has_code, &asked.event, &asked.signs) {
            None if rule.host.is_some() => Some(format!("host: {host}")),
            None if rule.evidence == Evidence::Microsoft => Some(
                "evidence: needs a Microsoft host, Jira's OAuth client, a mail log or the body of a Graph error"
                    .to_owned(),
            ),
            None => Some(format!("host: {}", other_client(&named, asked))),
            Some(candidate) if candidate.rank != rank => {
                let other = &catalogue.outline(candidate.rank).id;
                Some(format!("host: {}; such events count for {other}", other_client(&named, asked)))
            }
            Some(_) => None,
        }
    }
}

/// An event about which somebody asks.
struct Asked<'a> {
    event: Event<'a>,
    level: Level,
    signs: Signs<'a>,
    words: BTreeSet<Vec<u8>>,
}

impl Asked<'_> {
    fn holds(&self, literal: &str) -> bool {
        memmem::find(self.event.text, literal.as_bytes()).is_some()
    }

    fn failing_clause(&self, outline: &Outline) -> Option<String> {
        let matching = &outline.matching;
        let level = self.level.as_str();
        if matching.level.is_empty() && !self.level.is_evidence() {
            return Some(format!("level: {level} is no evidence"));
        }
        if !matching.level.is_empty() && self.level != Level::None && !matching.level.iter().any(|name| name == level) {
            return Some(format!("level: {level} is none of {}", matching.level.join(", ")));
        }
        if let Some(literal) = matching.all.iter().find(|literal| !self.holds(literal)) {
            return Some(format!("all: lacks `{literal}`"));
        }
        if !matching.one_of.is_empty() && !matching.one_of.iter().any(|literal| self.holds(literal)) {
            return Some(format!("one_of: needs one of {}", quoted(matching.one_of.iter())));
        }
        if let Some(literal) = matching.none.iter().find(|literal| self.holds(literal)) {
            return Some(format!("none: holds `{literal}`"));
        }
        if let Some(header) = self.event.header
            && !matching.logger.is_empty()
            && !matching.logger.iter().any(|part| memmem::find(header.logger, part.as_bytes()).is_some())
        {
            return Some(format!("logger: holds none of {}", quoted(matching.logger.iter())));
        }
        let pattern = matching.regex.as_deref()?;
        let is_found = compile(pattern).is_ok_and(|regex| regex.is_match(self.event.text));
        (!is_found).then(|| format!("regex: `{pattern}` is not found"))
    }

    /// A signature none of whose anchors stands in the event, but most words of one.
    fn nearly_anchored(&self, outline: &Outline) -> Option<(usize, String)> {
        let share = |anchor: &String| {
            let wanted = words(anchor.as_bytes());
            let letters = |word: &Vec<u8>| word.len();
            let all: usize = wanted.iter().map(letters).sum();
            let found: usize = wanted.iter().filter(|word| self.words.contains(*word)).map(letters).sum();
            if wanted.len() < 2 { 0 } else { found * 100 / all }
        };
        let mut near: Vec<(usize, &String)> =
            outline.matching.any.iter().map(|anchor| (share(anchor), anchor)).collect();
        near.retain(|(share, _)| *share >= ENOUGH_LETTERS);
        near.sort_by_key(|(share, _)| std::cmp::Reverse(*share));
        let best = near.first()?.0;
        let needs = quoted(near.iter().map(|(_, anchor)| *anchor));
        Some((200 - best, format!("any: needs one of {needs}, letter by letter")))
    }
}

fn other_client(named: &str, asked: &Asked<'_>) -> String {
    if !named.is_empty() {
        format!("the event names {named}")
    } else if names_other_client(asked.event.text, asked.event.header.as_ref()) {
        "the event names another integration as the caller".to_owned()
    } else {
        "the event names no host of Microsoft's".to_owned()
    }
}

fn named_hosts(text: &[u8]) -> String {
    let names = hosts(text).into_iter().take(MOST_QUOTED).map(|host| String::from_utf8_lossy(host.name).into_owned());
    names.collect::<Vec<_>>().join(", ")
}

fn quoted<'a>(literals: impl Iterator<Item = &'a String>) -> String {
    let mut literals = literals.map(|literal| format!("`{literal}`"));
    let first: Vec<String> = literals.by_ref().take(MOST_QUOTED).collect();
    let more = literals.count();
    let tail = if more > 0 { format!(" or {more} more") } else { String::new() };
    format!("{}{tail}", first.join(", "))
}

/// One number begins with the other, as 700021 and 7000215 do.
fn is_related(one: &str, other: &str) -> bool {
    one.len().min(other.len()) >= LEAST_DIGITS && one != other && (one.starts_with(other) || other.starts_with(one))
}

fn is_bare_number(text: &[u8], code: &str) -> bool {
    let is_digit = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
    code.len() >= LEAST_DIGITS
        && memmem::find_iter(text, code.as_bytes()).any(|at| {
            !is_digit(at.checked_sub(1)) && !is_digit(Some(at + code.len())) && !text[..at].ends_with(b"AADSTS")
        })
}

/// The words of a text in lower case.
fn words(text: &[u8]) -> BTreeSet<Vec<u8>> {
    text.split(|byte| !byte.is_ascii_alphanumeric())
        .filter(|word| word.len() >= LEAST_WORD)
        .map(<[u8]>::to_ascii_lowercase)
        .collect()
}
