//! Many words with a meaning each, searched in an event's text all at once.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, Span, packed};
use memchr::memmem;

use super::common_text::rarest_window;

/// Bytes of the part of a word that is searched for: the vector search tells this many apart at once.
const NEEDLE: usize = 4;

/// Buckets of the vector search. The needles take turns in them, and what resembles any mixture of the needles in one bucket
/// has to be verified.
const BUCKETS: usize = 16;

/// Words with a meaning each, searched all at once.
///
/// What is searched for is the rarest part of each word: where most words begin, plain text does too.
pub(super) struct Words<T> {
    /// The vector search for the needles, several times as fast as the automaton; `None` on processors without it.
    packed: Option<packed::Searcher>,
    automaton: Option<AhoCorasick>,
    /// The words that have this part, by needle.
    by_needle: Vec<Vec<Word<T>>>,
    /// Words shorter than a needle.
    brief: Vec<(memmem::Finder<'static>, Word<T>)>,
}

struct Word<T> {
    meaning: T,
    text: &'static [u8],
    /// Where its needle begins.
    needle: usize,
}

impl<T: Copy> Words<T> {
    /// Prepares the search.
    pub(super) fn new(words: impl IntoIterator<Item = (T, &'static str)>) -> Self {
        let mut by_needle: BTreeMap<&'static [u8], Vec<Word<T>>> = BTreeMap::new();
        let mut brief = Vec::new();
        for (meaning, text) in words {
            let text = text.as_bytes();
            if text.len() < NEEDLE {
                brief.push((memmem::Finder::new(text), Word { meaning, text, needle: 0 }));
            } else {
                let needle = rarest_window(text, NEEDLE, NEEDLE);
                by_needle.entry(&text[needle..needle + NEEDLE]).or_default().push(Word { meaning, text, needle });
            }
        }
        let (needles, by_needle): (Vec<_>, Vec<_>) = alike_in_one_bucket(by_needle).into_iter().unzip();
        // The search stands up to more needles than its default limit, and still outruns the automaton.
        let packed = packed::Config::new().heuristic_pattern_limits(false).builder().extend(&needles).build();
        // A set of short fixed words cannot exceed the automaton's limits.
        let automaton = if packed.is_some() { None } else { AhoCorasick::new(&needles).ok() };
        Self { packed, automaton, by_needle, brief }
    }

    /// Whether a word with such a meaning stands in the text.
    pub(super) fn any(&self, text: &[u8], is_wanted: impl Fn(T) -> bool) -> bool {
        self.places(text).any(|(meaning, _)| is_wanted(meaning))
    }

    /// The first of these meanings that a word in the text has.
    pub(super) fn first_of<const N: usize>(&self, text: &[u8], meanings: [T; N]) -> Option<T>
    where
        T: PartialEq,
    {
        let mut best = N;
        for (meaning, _) in self.places(text) {
            best = meanings[..best].iter().position(|wanted| *wanted == meaning).unwrap_or(best);
            if best == 0 {
                break;
            }
        }
        meanings.get(best).copied()
    }

    /// Every word in the text with the offset behind it, in order of that offset, the longer word first.
    pub(super) fn find(&self, text: &[u8]) -> impl Iterator<Item = (T, usize)> + use<T> {
        let mut found: Vec<(T, Range<usize>)> = self.places(text).collect();
        found.sort_unstable_by_key(|(_, place)| (place.end, place.start));
        found.into_iter().map(|(meaning, place)| (meaning, place.end))
    }

    /// Every word in the text with its place.
    fn places<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (T, Range<usize>)> + 'a {
        let mut from = 0;
        let needles = std::iter::from_fn(move || {
            let found = match &self.packed {
                Some(packed) => packed.find_in(text, Span::from(from..text.len())),
                None => self.automaton.as_ref()?.find(Input::new(text).range(from..)),
            }?;
            from = found.start() + 1;
            Some((found.start(), &self.by_needle[found.pattern().as_usize()]))
        });
        let words = needles.flat_map(move |(at, words)| {
            let begins = words.iter().filter_map(move |word| Some((word, at.checked_sub(word.needle)?)));
            begins.filter(|&(word, begin)| text[begin..].starts_with(word.text))
        });
        let brief = self.brief.iter().flat_map(|(finder, word)| finder.find_iter(text).map(move |begin| (word, begin)));
        words.chain(brief).map(|(word, begin)| (word.meaning, begin..begin + word.text.len()))
    }
}

/// Needles in an order in which neighbours in the alphabet come into the same bucket, so that there is little to mix.
fn alike_in_one_bucket<K, V>(needles: BTreeMap<K, V>) -> Vec<(K, V)> {
    let (size, larger) = (needles.len() / BUCKETS, needles.len() % BUCKETS);
    let turn_and_bucket = |i: usize| match i.checked_sub(larger * (size + 1)) {
        None => (i % (size + 1), i / (size + 1)),
        Some(i) => (i % size, larger + i / size),
    };
    let mut ordered: Vec<_> = needles.into_iter().enumerate().collect();
    ordered.sort_by_key(|&(i, _)| turn_and_bucket(i));
    ordered.into_iter().map(|(_, needle)| needle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WORDS: [&str; 10] = [
        "race ID",
        "race_id",
        "://",
        "code:",
        "rror code:",
        "Code:",
        "outlook.com",
        "outlook.office.",
        "aaaa",
        "aaaaaa",
    ];

    fn words(is_vectorised: bool) -> Words<usize> {
        let mut words = Words::new(WORDS.into_iter().enumerate());
        if !is_vectorised {
            words.packed = None;
            let needles = words.by_needle.iter().map(|words| &words[0].text[words[0].needle..][..NEEDLE]);
            words.automaton = Some(AhoCorasick::new(needles).unwrap());
        }
        words
    }

    fn naive(text: &[u8]) -> Vec<(usize, Range<usize>)> {
        let places = WORDS.iter().enumerate().flat_map(|(meaning, word)| {
            let begins = (0..text.len()).filter(|&at| text[at..].starts_with(word.as_bytes()));
            begins.map(move |at| (meaning, at..at + word.len()))
        });
        places.collect()
    }

    proptest! {
        #[test]
        fn every_word_is_found_where_it_stands(
            pieces in prop::collection::vec(prop_oneof![prop::sample::select(&WORDS[..]).prop_map(str::to_owned), "[ acdeo:]{0,9}"], 0..30),
            is_vectorised: bool,
        ) {
            let (words, text) = (words(is_vectorised), pieces.concat().into_bytes());
            let mut found: Vec<_> = words.places(&text).collect();
            found.sort_by_key(|(meaning, place)| (*meaning, place.start));
            let expected = naive(&text);
            prop_assert_eq!(words.first_of(&text, [9, 3, 0]), [9, 3, 0].into_iter().find(|wanted| expected.iter().any(|(meaning, _)| meaning == wanted)));
            prop_assert_eq!(words.any(&text, |meaning| meaning == 2), expected.iter().any(|(meaning, _)| *meaning == 2));
            prop_assert_eq!(found, expected);
        }
    }
}
