//! Finds literals at memory speed: samples every sixth byte and asks a table whether four bytes there belong to any.
//!
//! Each literal lends its rarest window of nine bytes. However the window lies, exactly one of the six sampled places
//! falls on one of its six 4-grams, so each occurrence is met exactly once and the cost hardly grows with the number of
//! literals. Shorter literals (users' files only) go through a small automaton on the same cached block.
//! `AADSTS` is six bytes and has its own entry: six bytes and three digits make nine.

use aho_corasick::AhoCorasick;

/// Bytes of a window.
const WINDOW: usize = 9;
/// Bytes of a gram.
const GRAM: usize = 4;
/// Distance of two samples: a window holds this many grams, so one of them is always hit.
const STEP: usize = WINDOW - GRAM + 1;
/// Samples that one look-up round joins.
const ROUND: usize = 8;
/// Bytes that a round looks at.
const REACH: usize = (ROUND - 1) * STEP + GRAM;
/// Bits of the table that the hot loop asks: 32 KiB, which stays in a core's first-level cache.
const KNOWN_BITS: u32 = 18;
/// Bits of the hash that finds a gram's entries.
const HEAD_BITS: u32 = 13;
/// What spreads grams over the tables; the one that suits the literals best is picked.
const MULTIPLIERS: [u32; 4] = [0x9E37_79B1, 0x85EB_CA6B, 0xC2B2_AE35, 0x27D4_EB2F];

/// What every AADSTS code begins with.
pub(super) const CODE_PREFIX: &[u8] = b"AADSTS";

/// A literal found at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Offset of its first byte in the buffer.
    pub at: usize,
    /// Its number in the order given to [`Filter::new`]; [`Filter::code`] for an AADSTS code.
    pub literal: u16,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    gram: u32,
    /// The literal's first four bytes, which tell most false hits apart at no cost.
    first: u32,
    literal: u16,
    /// Distance of the gram from the literal's first byte.
    offset: u16,
    /// Next entry with the same hash, plus one; 0 ends the chain.
    next: u16,
}

/// Literals, prepared for the scan.
#[derive(Debug, Clone)]
pub struct Filter {
    literals: Vec<Box<[u8]>>,
    multiplier: u32,
    /// A bit for the hash of each gram: the only thing the hot loop looks at.
    known: Known,
    heads: Vec<u16>,
    entries: Vec<Entry>,
    longest: usize,
    short: Option<(AhoCorasick, Vec<u16>)>,
}

impl Filter {
    /// A filter for `literals`, none of them empty and at most 10,000.
    pub fn new(literals: Vec<Box<[u8]>>) -> Self {
        let common = CommonText::new();
        let longest = literals.iter().map(|literal| literal.len()).max().unwrap_or(0).max(WINDOW);
        let (mut short, mut short_numbers, mut entries) = (Vec::new(), Vec::new(), code_entries());
        for (number, literal) in (0_u16..).zip(&literals) {
            if literal.len() < WINDOW {
                short.push(literal);
                short_numbers.push(number);
            } else {
                let window = common.rarest_window(literal);
                let offsets = window..window + STEP;
                entries.extend(offsets.map(|offset| Entry::new(literal, number, offset)));
            }
        }
        let known_by = |multiplier: u32| {
            let mut known = Known::default();
            for entry in &entries {
                known.insert(hash(entry.gram, multiplier, KNOWN_BITS));
            }
            known
        };
        let tries = MULTIPLIERS.map(|multiplier| (multiplier, known_by(multiplier)));
        let cost = |(multiplier, known): &(u32, Known)| common.count_known(known, *multiplier);
        let (multiplier, known) = tries.into_iter().min_by_key(cost).unwrap_or_else(|| (1, Known::default()));
        let mut heads = vec![0; 1 << HEAD_BITS];
        for (i, entry) in (1_u16..).zip(&mut entries) {
            entry.next = std::mem::replace(&mut heads[hash(entry.gram, multiplier, HEAD_BITS)], i);
        }
        let automaton = if short.is_empty() { None } else { AhoCorasick::new(&short).ok() };
        let short = automaton.map(|automaton| (automaton, short_numbers));
        Self { literals, multiplier, known, heads, entries, longest, short }
    }

    /// The number that hits of AADSTS codes carry.
    pub const fn code() -> u16 {
        u16::MAX
    }

    /// The most bytes behind a hit's first byte that a search needs to see.
    pub fn look_ahead(&self) -> usize {
        self.longest + WINDOW + STEP
    }

    /// Appends every literal that begins in `buffer[from..to]`, in order of place.
    ///
    /// The bytes behind `to` are needed too: [`Filter::look_ahead`] of them, or up to the end of the source.
    pub fn find(&self, buffer: &[u8], from: usize, to: usize, hits: &mut Vec<Hit>) {
        let first = hits.len();
        let end = (to + self.look_ahead()).min(buffer.len());
        let mut at = from;
        while let Some(round) = buffer.get(at..end).and_then(|left| left.first_chunk::<REACH>()) {
            let mut known = 0;
            for sample in 0..ROUND {
                known |= self.known.shifted(hash(gram_at(round, sample * STEP), self.multiplier, KNOWN_BITS));
            }
            if known & 1 != 0 {
                for sample in 0..ROUND {
                    let gram = gram_at(round, sample * STEP);
                    if self.known.holds(hash(gram, self.multiplier, KNOWN_BITS)) {
                        self.verify(buffer, at + sample * STEP, from, to, hits);
                    }
                }
            }
            at += ROUND * STEP;
        }
        while at + GRAM <= end {
            self.verify(buffer, at, from, to, hits);
            at += STEP;
        }
        if let Some((automaton, numbers)) = &self.short {
            let until = (to + WINDOW).min(buffer.len());
            let found = automaton.find_overlapping_iter(&buffer[from..until]);
            let found =
                found.map(|found| Hit { at: from + found.start(), literal: numbers[found.pattern().as_usize()] });
            hits.extend(found.filter(|hit| hit.at < to));
        }
        hits[first..].sort_unstable();
    }

    fn verify(&self, buffer: &[u8], at: usize, from: usize, to: usize, hits: &mut Vec<Hit>) {
        let gram = gram_at(buffer, at);
        let mut next = self.heads[hash(gram, self.multiplier, HEAD_BITS)];
        while next != 0 {
            let entry = self.entries[usize::from(next) - 1];
            next = entry.next;
            if entry.gram != gram {
                continue;
            }
            let begin = at.wrapping_sub(usize::from(entry.offset));
            if (from..to).contains(&begin)
                && gram_at(buffer, begin) == entry.first
                && self.is_at(&buffer[begin..], entry.literal)
            {
                hits.push(Hit { at: begin, literal: entry.literal });
            }
        }
    }

    fn is_at(&self, text: &[u8], literal: u16) -> bool {
        match self.literals.get(usize::from(literal)) {
            Some(literal) => text.starts_with(literal),
            None => {
                text.len() >= WINDOW
                    && text.starts_with(CODE_PREFIX)
                    && text[CODE_PREFIX.len()..WINDOW].iter().all(u8::is_ascii_digit)
            }
        }
    }
}

impl Entry {
    fn new(text: &[u8], literal: u16, offset: usize) -> Self {
        // Literals are signatures' anchors, far below 64 KiB; the filter refuses nothing, the catalogue's lint does.
        let place = u16::try_from(offset).unwrap_or(u16::MAX);
        Self { gram: gram_at(text, offset), first: gram_at(text, 0), literal, offset: place, next: 0 }
    }
}

/// The grams of `AADSTS` and any three digits, each different one once.
fn code_entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    for number in 0..1000 {
        let window = format!("{}{number:03}", CODE_PREFIX.escape_ascii()).into_bytes();
        for offset in 0..STEP {
            // The first grams hold no digit, the next ones not all of them.
            let is_new = match offset {
                0..=2 => number == 0,
                3 => number % 100 == 0,
                4 => number % 10 == 0,
                _ => true,
            };
            if is_new {
                entries.push(Entry::new(&window, Filter::code(), offset));
            }
        }
    }
    entries
}

/// A set of hashes, one bit each.
#[derive(Debug, Clone)]
struct Known(Box<[u64; 1 << (KNOWN_BITS - 6)]>);

impl Default for Known {
    #[expect(
        clippy::large_stack_arrays,
        reason = "32 KiB for a moment, in exchange for look-ups without bounds checks"
    )]
    fn default() -> Self {
        Self(Box::new([0; 1 << (KNOWN_BITS - 6)]))
    }
}

impl Known {
    fn insert(&mut self, hash: usize) {
        self.0[hash >> 6] |= 1 << (hash & 63);
    }

    /// A word whose lowest bit says whether the hash is in the set; the others mean nothing.
    #[inline]
    fn shifted(&self, hash: usize) -> u64 {
        self.0[hash >> 6] >> (hash & 63)
    }

    #[inline]
    fn holds(&self, hash: usize) -> bool {
        self.shifted(hash) & 1 != 0
    }
}

#[inline]
fn gram_at(bytes: &[u8], at: usize) -> u32 {
    let mut gram = [0; GRAM];
    gram.copy_from_slice(&bytes[at..at + GRAM]);
    u32::from_le_bytes(gram)
}

#[inline]
fn hash(gram: u32, multiplier: u32, bits: u32) -> usize {
    (gram.wrapping_mul(multiplier) >> (32 - bits)) as usize
}

/// What fills Jira's logs, in a sample: literals lend windows that are rare there, and the tables avoid what is frequent.
/// It need not be exact, only to know stack frames and plain English from names.
struct CommonText {
    text: &'static [u8],
    /// Grams by hash. Collisions only make a window look more frequent than it is.
    counts: Vec<u16>,
}

impl CommonText {
    const COUNT_BITS: u32 = 15;

    fn new() -> Self {
        let text: &[u8] = include_bytes!("common_text.txt");
        let mut counts = vec![0_u16; 1 << Self::COUNT_BITS];
        for gram in text.windows(GRAM) {
            let count = &mut counts[hash(gram_at(gram, 0), MULTIPLIERS[0], Self::COUNT_BITS)];
            *count = count.saturating_add(1);
        }
        Self { text, counts }
    }

    fn rarest_window(&self, literal: &[u8]) -> usize {
        let count = |at: usize| u32::from(self.counts[hash(gram_at(literal, at), MULTIPLIERS[0], Self::COUNT_BITS)]);
        let cost = |window: usize| -> u32 { (window..window + STEP).map(count).sum() };
        (0..=literal.len() - WINDOW).min_by_key(|&window| cost(window)).unwrap_or(0)
    }

    /// How many grams of the sample a table takes for known ones.
    fn count_known(&self, known: &Known, multiplier: u32) -> usize {
        self.text
            .windows(GRAM)
            .step_by(3)
            .filter(|gram| known.holds(hash(gram_at(gram, 0), multiplier, KNOWN_BITS)))
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn boxed(literals: &[&str]) -> Vec<Box<[u8]>> {
        literals.iter().map(|literal| literal.as_bytes().into()).collect()
    }

    fn naive(literals: &[&str], text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for at in 0..text.len() {
            for (number, literal) in (0_u16..).zip(literals) {
                if text[at..].starts_with(literal.as_bytes()) {
                    hits.push(Hit { at, literal: number });
                }
            }
            let code = &text[at..];
            if code.starts_with(CODE_PREFIX) && code.len() >= 9 && code[6..9].iter().all(u8::is_ascii_digit) {
                hits.push(Hit { at, literal: Filter::code() });
            }
        }
        hits
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn finds_what_a_naive_search_finds_for_any_cut(pieces in prop::collection::vec(prop_oneof![
            Just("AADSTS7000215".to_owned()), Just("AADSTS70".to_owned()), Just("abcabcabcabc".to_owned()), Just("abcabcabc".to_owned()),
            Just("Refresh Token Failed".to_owned()), Just("xyz".to_owned()), "[abcAST0-9 ]{0,12}",
        ], 0..40), cut in 0.0..1.0_f64) {
            let literals = ["abcabcabc", "abcabcabcabc", "Refresh Token Failed", "xyz", "bc"];
            let text = pieces.concat().into_bytes();
            let filter = Filter::new(boxed(&literals));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
            let cut = (text.len() as f64 * cut) as usize;
            let mut hits = Vec::new();
            filter.find(&text, 0, cut, &mut hits);
            filter.find(&text, cut, text.len(), &mut hits);
            prop_assert_eq!(hits, naive(&literals, &text));
        }
    }
}
