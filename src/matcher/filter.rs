//! Finds literals at memory speed: samples every sixth byte and asks a table whether five bytes there belong to any.
//!
//! Each literal lends its rarest window of ten bytes. However the window lies, exactly one of the six sampled places
//! falls on one of its six 5-grams, so each occurrence is met exactly once and the cost hardly grows with the number of
//! literals. Shorter literals (users' files only) go through a small automaton on the same cached block.
//! `AADSTS` and three digits make nine bytes: their tenth is whatever stands before them.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::common_text::rarest_window;

/// Bytes of a window.
const WINDOW: usize = 10;
/// Bytes of a gram.
const GRAM: usize = 5;
/// Distance of two samples: a window holds this many grams, so one of them is always hit.
const STEP: usize = WINDOW - GRAM + 1;
/// Samples that one look-up round joins.
const ROUND: usize = 8;
/// Bytes that a round looks at.
const REACH: usize = (ROUND - 1) * STEP + LOADED;
/// Bytes that the hot loop loads for a gram.
const LOADED: usize = 8;
/// Each of the hot loop's two tables has two to this power words: together 16 KiB, which stay in a core's first-level cache
/// beside the text.
const WORD_BITS: u32 = 10;
/// Bits of the hash that finds a gram's entries.
const HEAD_BITS: u32 = 13;
/// What spreads grams over the tables; of some that were tried, the one by which common text is taken for known least often.
const MULTIPLIER: u64 = 0xD6E8_FEB8_6659_FD93;

/// What every AADSTS code begins with.
pub(super) const CODE_PREFIX: &[u8] = b"AADSTS";
/// Bytes of a code that the filter looks at: the prefix and three digits.
const CODE_LENGTH: usize = CODE_PREFIX.len() + 3;

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
    gram: u64,
    /// The literal's first gram, which tells most false hits apart at no cost.
    first: u64,
    literal: u16,
    /// Distance of the gram from the literal's first byte; negative where it begins before it.
    offset: i16,
    /// Next entry with the same hash, plus one; 0 ends the chain.
    next: u16,
}

/// Literals, prepared for the scan.
#[derive(Debug, Clone)]
pub struct Filter {
    literals: Vec<Box<[u8]>>,
    /// The hash of each gram: the only thing the hot loop looks at.
    known: Known,
    heads: Vec<u16>,
    entries: Vec<Entry>,
    longest: usize,
    short: Option<(AhoCorasick, Vec<u16>)>,
}

impl Filter {
    /// A filter for `literals`, none of them empty and at most 10,000.
    pub fn new(literals: Vec<Box<[u8]>>) -> Self {
        let longest = literals.iter().map(|literal| literal.len()).max().unwrap_or(0).max(WINDOW);
        let (mut short, mut short_numbers, mut entries) = (Vec::new(), Vec::new(), code_entries());
        for (number, literal) in (0_u16..).zip(&literals) {
            if literal.len() < WINDOW {
                short.push(literal);
                short_numbers.push(number);
            } else {
                let window = rarest_window(literal, WINDOW, GRAM);
                let offsets = window..window + STEP;
                entries.extend(offsets.map(|offset| Entry::new(literal, number, offset)));
            }
        }
        let mut known = Known::default();
        for entry in &entries {
            known.insert(hash(entry.gram));
        }
        let mut heads = vec![0; 1 << HEAD_BITS];
        for (i, entry) in (1_u16..).zip(&mut entries) {
            entry.next = std::mem::replace(&mut heads[head(hash(entry.gram))], i);
        }
        let automaton = if short.is_empty() { None } else { AhoCorasick::new(&short).ok() };
        let short = automaton.map(|automaton| (automaton, short_numbers));
        Self { literals, known, heads, entries, longest, short }
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
                known += u32::from(self.known.holds(Self::hash_of(round, sample)));
            }
            if known != 0 {
                self.inspect(round, buffer, at, from..to, hits);
            }
            at += ROUND * STEP;
        }
        while at + GRAM <= end {
            self.verify(buffer, at, &(from..to), hits);
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

    /// The hash of the gram at a sample of a round.
    #[inline]
    fn hash_of(round: &[u8; REACH], sample: usize) -> u64 {
        // A product is shifted as its factor is: the bytes behind the gram drop out at no cost.
        loaded(round, sample * STEP).wrapping_mul(MULTIPLIER << (8 * (LOADED - GRAM)))
    }

    /// Verifies the samples of a round that holds a known one. Kept out of the hot loop, whose registers it would take.
    #[cold]
    #[inline(never)]
    fn inspect(&self, round: &[u8; REACH], buffer: &[u8], at: usize, begins: Range<usize>, hits: &mut Vec<Hit>) {
        for sample in 0..ROUND {
            if self.known.holds(Self::hash_of(round, sample)) {
                self.verify(buffer, at + sample * STEP, &begins, hits);
            }
        }
    }

    /// Appends the literals that have the gram at `at` in their window and begin where they are asked for.
    fn verify(&self, buffer: &[u8], at: usize, begins: &Range<usize>, hits: &mut Vec<Hit>) {
        let gram = gram_at(buffer, at);
        let mut next = self.heads[head(hash(gram))];
        while next != 0 {
            let entry = self.entries[usize::from(next) - 1];
            next = entry.next;
            if entry.gram != gram {
                continue;
            }
            let Some(begin) = at.checked_add_signed(-isize::from(entry.offset)) else { continue };
            if begins.contains(&begin)
                && begin + GRAM <= buffer.len()
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
                text.starts_with(CODE_PREFIX)
                    && text
                        .get(CODE_PREFIX.len()..CODE_LENGTH)
                        .is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
            }
        }
    }
}

impl Entry {
    fn new(text: &[u8], literal: u16, offset: usize) -> Self {
        // Literals are signatures' anchors, far below 32 KiB; the filter refuses nothing, the catalogue's lint does.
        let place = i16::try_from(offset).unwrap_or(i16::MAX);
        Self { gram: gram_at(text, offset), first: gram_at(text, 0), literal, offset: place, next: 0 }
    }
}

/// The grams of any byte, `AADSTS` and any three digits, each different one once.
fn code_entries() -> Vec<Entry> {
    let first = gram_at(CODE_PREFIX, 0);
    let entry = |gram: &[u8], offset| Entry { gram: gram_at(gram, 0), first, literal: Filter::code(), offset, next: 0 };
    let before = (0..=u8::MAX).map(|byte| entry(&[byte, b'A', b'A', b'D', b'S'], -1));
    let inside = (0_i16..).zip(CODE_PREFIX.windows(GRAM)).map(|(offset, gram)| entry(gram, offset));
    let with_digits = (0..1000_u16).flat_map(move |number| {
        let [a, b, c] = [number / 100, number / 10 % 10, number % 10].map(|digit| b"0123456789"[usize::from(digit)]);
        let grams = [(100, [b'D', b'S', b'T', b'S', a]), (10, [b'S', b'T', b'S', a, b]), (1, [b'T', b'S', a, b, c])];
        let grams = (2..).zip(grams).filter(move |(_, (every, _))| number % every == 0);
        grams.map(move |(offset, (_, gram))| entry(&gram, offset))
    });
    before.chain(inside).chain(with_digits).collect()
}

/// A set of hashes: each has one bit, the same one in a word of either table. A stranger finds its bit set in both words
/// about twice in a thousand times, and one variable shift, which is slow, answers for both.
#[derive(Debug, Clone)]
struct Known {
    tables: Box<[[u64; 1 << WORD_BITS]; 2]>,
}

impl Default for Known {
    fn default() -> Self {
        Self { tables: Box::new([[0; 1 << WORD_BITS]; 2]) }
    }
}

impl Known {
    fn insert(&mut self, hash: u64) {
        for (table, word) in self.tables.iter_mut().zip(words(hash)) {
            table[word] |= 1 << bit(hash);
        }
    }

    #[inline]
    fn holds(&self, hash: u64) -> bool {
        let [first, second] = words(hash);
        (self.tables[0][first] & self.tables[1][second]) >> bit(hash) & 1 != 0
    }
}

/// The words of the two tables that a hash belongs to, by its highest bits.
#[inline]
fn words(hash: u64) -> [usize; 2] {
    let word = |bits: u64| (bits & ((1 << WORD_BITS) - 1)) as usize;
    [word(hash >> (64 - WORD_BITS)), word(hash >> (64 - 2 * WORD_BITS))]
}

/// The bit in those words.
#[inline]
fn bit(hash: u64) -> u64 {
    (hash >> 34) & 63
}

/// The chain of entries that a hash belongs to.
#[inline]
fn head(hash: u64) -> usize {
    (hash >> (64 - HEAD_BITS)) as usize
}

/// A gram in the five highest bytes.
#[inline]
fn gram_at(bytes: &[u8], at: usize) -> u64 {
    let mut gram = [0; LOADED];
    gram[LOADED - GRAM..].copy_from_slice(&bytes[at..at + GRAM]);
    u64::from_le_bytes(gram)
}

/// Eight bytes, the first of which are a gram.
#[inline]
fn loaded(bytes: &[u8; REACH], at: usize) -> u64 {
    let mut eight = [0; LOADED];
    eight.copy_from_slice(&bytes[at..at + LOADED]);
    u64::from_le_bytes(eight)
}

#[inline]
fn hash(gram: u64) -> u64 {
    gram.wrapping_mul(MULTIPLIER)
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
