//! The compiled catalogue: anchors found at memory speed, then verified on one event.
//!
//! [`Matcher::filter`] runs over whole blocks and only names places; [`Matcher::examine`] looks at one event that holds
//! an anchor and says which signature owns it. What an author typed is a `Signature`; what runs is built here once.

mod answer;
mod capture;
mod clauses;
mod common_text;
mod evidence;
mod filter;
mod grams;
mod labels;
mod rule;
mod success;
mod words;

pub use capture::{CaptureKind, Captures, Code, named_mail_server, percent_decoded};
pub use clauses::NearMiss;
pub use evidence::{Context, EvidenceGap};
pub use filter::{Filter, Hit};
pub use labels::is_microsoft_host;
pub use success::{Success, ends_with_a_poll};

use std::collections::HashMap;

use crate::catalogue::{Catalogue, CatalogueError, Category, Evidence, HostKind, Role};
use crate::event::{Header, Layout, Level};

use capture::{captures, codes};
use evidence::{Sign, Signs, context_of, names_other_client};
use labels::Host;
use rule::Rule;

/// The signature id that stands for every AADSTS code outside the catalogue.
pub const UNKNOWN_CODE: &str = "entra-unknown-code";

/// One event as the matcher needs it.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Its text from the header's first byte: all of it, or what was kept of a long one.
    pub text: &'a [u8],
    /// Bytes of `text` that stand in the log like this; behind them may be other readings of the same, and what was
    /// kept of a long event's further parts.
    pub verbatim: usize,
    /// Its header's fields; `None` for text without a header.
    pub header: Option<Header<'a>>,
    /// The literals that the filter found in it, in ascending order, each once.
    pub literals: &'a [u16],
    /// The layout of its source.
    pub source: Layout,
    /// Whether text without a header counts as evidence: on stdin and in files named on the command line.
    pub pasted: bool,
}

impl Event<'_> {
    fn level(&self) -> Level {
        self.header.map_or(Level::None, |header| header.level)
    }
}

/// What was found in one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Rank of the signature that the event counts for.
    pub owner: usize,
    /// Ranks of the other signatures that it shows, ascending.
    pub seen_as: Vec<usize>,
    /// What the evidence lacks.
    pub gap: Option<EvidenceGap>,
    /// Who was at work.
    pub context: Context,
    /// The values that it carries.
    pub captures: Captures,
    /// What a line of success would have to name for this to be over.
    pub targets: Vec<String>,
    /// Hosts and mail servers that the event shows to have answered.
    pub answered: Vec<String>,
}

/// What kind of line a marker literal stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkerText {
    /// `Jira 9.12.4, build: 9120004 started. …`
    Started,
    /// `JIRA Build : 9.12.4#9120004-sha1:…` in the start-up banner.
    Build,
    /// `Java Version : 11.0.21 - …` in the start-up banner.
    Java,
    /// A request of somebody who is authorising an integration.
    Authorisation,
    /// Messages were fetched from a mail server.
    Polled,
}

const MARKERS: [(&[u8], MarkerText); 8] = [
    (b" started. You can now access J", MarkerText::Started),
    (b"JIRA Build ", MarkerText::Build),
    (b"Jira Build ", MarkerText::Build),
    (b"Java Version ", MarkerText::Java),
    (b"/rest/oauth2-client/latest/config/flow", MarkerText::Authorisation),
    (b"/rest/oauth2-client/1.0/config/flow", MarkerText::Authorisation),
    (b" messages read", MarkerText::Polled),
    (b" unprocessed message(s) in the ", MarkerText::Polled),
];

/// What a literal of the filter is for.
#[derive(Debug, Clone, Default)]
struct LiteralUse {
    /// Ranks of the signatures that it may start.
    anchors: Vec<usize>,
    marker: Option<MarkerText>,
    /// Ranks of the signatures that it shows to be over.
    recovers: Vec<usize>,
    /// Whether some signature accepts it below WARN.
    below_warn: bool,
}

/// The catalogue, compiled.
#[derive(Debug)]
pub struct Matcher {
    filter: Filter,
    uses: Vec<LiteralUse>,
    rules: Vec<Rule>,
    codes: HashMap<u32, Vec<usize>>,
    unknown_code: Option<usize>,
    elsewhere: Vec<Option<usize>>,
}

impl Matcher {
    /// Compiles a catalogue. `keep` says which signatures take part.
    pub fn new(catalogue: &Catalogue, keep: impl Fn(&str) -> bool) -> Result<Self, CatalogueError> {
        let mut literals: Vec<Box<[u8]>> = Vec::new();
        let mut uses: Vec<LiteralUse> = Vec::new();
        let mut numbers: HashMap<Box<[u8]>, usize> = HashMap::new();
        let mut use_of = |literal: &[u8], uses: &mut Vec<LiteralUse>| -> usize {
            *numbers.entry(literal.into()).or_insert_with(|| {
                literals.push(literal.into());
                uses.push(LiteralUse::default());
                uses.len() - 1
            })
        };
        let (mut codes, mut rules, mut unknown_code) = (HashMap::<u32, Vec<usize>>::new(), Vec::new(), None);
        for (rank, outline) in catalogue.outlines().iter().enumerate() {
            let rule = Rule::new(outline);
            let is_kept = keep(&outline.id) && !outline.off;
            for code in &outline.matching.codes {
                let number = code.trim_start_matches("AADSTS").parse().map_err(|_| {
                    CatalogueError(format!(
                        "{}: {code:?} is no AADSTS code; write AADSTS and 4 to 8 digits",
                        outline.id
                    ))
                })?;
                // A code that nobody wants to hear of is still no unknown one.
                codes.entry(number).or_default().extend(is_kept.then_some(rank));
            }
            if is_kept {
                if outline.id == UNKNOWN_CODE {
                    unknown_code = Some(rank);
                } else {
                    for anchor in &outline.matching.any {
                        let number = use_of(anchor.as_bytes(), &mut uses);
                        uses[number].anchors.push(rank);
                        uses[number].below_warn |= rule.accepts_below_warn();
                    }
                }
                for literal in &outline.recovery {
                    let number = use_of(literal.as_bytes(), &mut uses);
                    uses[number].recovers.push(rank);
                }
            }
            rules.push(rule);
        }
        for (literal, marker) in MARKERS {
            let number = use_of(literal, &mut uses);
            uses[number].marker = Some(marker);
        }
        if literals.len() > 10_000 {
            return Err(CatalogueError(format!(
                "{} distinct anchors: the filter holds 10,000 at most; use fewer signature files",
                literals.len()
            )));
        }
        let elsewhere = catalogue
            .outlines()
            .iter()
            .map(|outline| {
                outline
                    .elsewhere
                    .as_deref()
                    .and_then(|id| catalogue.rank_of(id))
                    .filter(|&rank| keep(&catalogue.outline(rank).id) && !catalogue.outline(rank).off)
            })
            .collect();
        Ok(Self { filter: Filter::new(literals), uses, rules, codes, unknown_code, elsewhere })
    }

    /// The filter that names the places worth a look.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Whether a literal is worth a look in an event of this level.
    #[inline]
    pub fn matters_at(&self, level: Level, literal: u16) -> bool {
        level.is_evidence()
            || self
                .uses
                .get(usize::from(literal))
                .is_some_and(|literal| literal.below_warn || literal.marker.is_some() || !literal.recovers.is_empty())
    }

    /// The markers among an event's literals.
    pub fn markers<'a>(&'a self, literals: &'a [u16]) -> impl Iterator<Item = MarkerText> + 'a {
        literals.iter().filter_map(|&literal| self.uses.get(usize::from(literal))?.marker)
    }

    /// Decides which signature owns an event, if any.
    pub fn examine(&self, event: &Event<'_>) -> Option<Match> {
        let level = event.level();
        if event.header.is_none() && !event.pasted {
            return None;
        }
        let found_codes = if event.literals.contains(&Filter::code()) && level.is_evidence() {
            codes(event.text)
        } else {
            Vec::new()
        };
        let mut shown = Vec::new();
        for code in &found_codes {
            match self.codes.get(&code.number) {
                Some(ranks) => {
                    shown.extend(ranks.iter().copied().filter(|&rank| self.rules[rank].narrows_to(event, level)));
                }
                None => shown.extend(self.unknown_code),
            }
        }
        for &literal in event.literals {
            let anchors = self.uses.get(usize::from(literal)).map_or(&[][..], |literal| &literal.anchors);
            shown.extend(anchors.iter().copied().filter(|&rank| self.rules[rank].narrows_to(event, level)));
        }
        if shown.is_empty() {
            return None;
        }
        shown.sort_unstable();
        shown.dedup();
        let header = event.header.as_ref();
        let signs = Signs::of(event.text, header, event.source);
        let mut verified = Vec::with_capacity(shown.len());
        for rank in shown {
            let has_code =
                found_codes.iter().any(|code| self.codes.get(&code.number).is_some_and(|ranks| ranks.contains(&rank)))
                    || Some(rank) == self.unknown_code;
            verified.extend(self.verify(rank, has_code, event, &signs));
        }
        verified.sort_unstable_by_key(|candidate: &Candidate| candidate.order);
        let owner = *verified.first()?;
        let mut seen_as: Vec<usize> =
            verified[1..].iter().map(|candidate| candidate.rank).filter(|&rank| rank != owner.rank).collect();
        seen_as.sort_unstable();
        seen_as.dedup();
        let captures = captures(event.text, header, &found_codes);
        Some(Match {
            answered: answer::answered(self.rules[owner.rank].category, event, &captures),
            targets: self.targets(owner.rank, event.text, &captures),
            owner: owner.rank,
            seen_as,
            gap: owner.gap,
            context: context_of(event.text, header, event.source),
            captures,
        })
    }

    /// Applies a signature's evidence rule. The event may go to another signature (`elsewhere`), or to none.
    fn verify(&self, rank: usize, has_code: bool, event: &Event<'_>, signs: &Signs<'_>) -> Option<Candidate> {
        let rule = &self.rules[rank];
        let named = || signs.hosts();
        let is_other = || names_other_client(event.text, event.header.as_ref());
        let host_fits = match rule.host {
            None => true,
            Some(HostKind::Microsoft) => signs.show(&[Sign::Microsoft]) || named().iter().any(Host::is_microsoft),
            Some(HostKind::Other) => {
                !signs.of_this_integration() && (named().iter().any(|host| !host.is_microsoft()) || is_other())
            }
        };
        if !host_fits {
            return None;
        }
        let (rank, gap) = match rule.evidence {
            _ if has_code => (rank, (!signs.of_jiras_client()).then_some(EvidenceGap::ClientNotInLog)),
            Evidence::Distinctive => (rank, None),
            Evidence::Microsoft
                if signs.of_this_integration()
                    || signs.show(&[Sign::GraphBody])
                    || event.literals.contains(&Filter::code()) =>
            {
                (rank, None)
            }
            Evidence::Microsoft => return None,
            Evidence::Host if signs.of_this_integration() => (rank, None),
            Evidence::Host if !named().is_empty() || is_other() => (self.elsewhere[rank]?, None),
            Evidence::Host => (rank, Some(EvidenceGap::HostNotInLog)),
        };
        let rule = &self.rules[rank];
        let order = (
            rule.category != Category::Platform,
            rule.role != Role::Root,
            !has_code || rule.category == Category::UnknownCode,
            rank,
        );
        Some(Candidate { order, rank, gap })
    }
}

/// A verified signature and its place among those of one event: platform faults, then roots, then codes, then rank.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    order: (bool, bool, bool, usize),
    rank: usize,
    gap: Option<EvidenceGap>,
}
