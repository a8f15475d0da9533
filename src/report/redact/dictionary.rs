//! Names that are known, looked for everywhere as whole tokens: a user found in his column is also masked in prose.

use std::collections::HashMap;

use super::view::View;
use super::{Hit, Identity, keep};

/// More names than a report can hold; beyond it names are still masked where their place gives them away.
const MOST: usize = 65_536;

/// The known names by their first word in lower case.
#[derive(Default)]
pub(super) struct Dictionary {
    names: HashMap<String, Vec<(String, Identity)>>,
    count: usize,
}

impl Dictionary {
    /// Takes a name in, unless it is too short or a word of logs. The first kind learned for a name stays.
    pub(super) fn learn(&mut self, identity: Identity, name: &str) {
        let name = name.trim().to_lowercase();
        if !keep::is_findable(&name) || name.len() > 256 || self.count >= MOST {
            return;
        }
        let names = self.names.entry(first_word(&name).to_owned()).or_default();
        if names.iter().all(|(known, _)| *known != name) {
            names.push((name, identity));
            // The longest first: `ann.lee` before `ann`.
            names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
            self.count += 1;
        }
    }

    /// Finds every known name.
    pub(super) fn find(&self, view: &View, hits: &mut Vec<Hit>) {
        if self.count == 0 {
            return;
        }
        let text = view.text.as_str();
        let mut at = 0;
        while let Some(start) = text[at..].find(char::is_alphanumeric).map(|found| at + found) {
            let word = first_word(&text[start..]);
            at = start + word.len();
            let names = if word.bytes().any(|byte| byte.is_ascii_uppercase() || byte >= 0x80) {
                self.names.get(&word.to_lowercase())
            } else {
                self.names.get(word)
            };
            let Some(names) = names.filter(|_| begins_token(text, start)) else { continue };
            let known =
                names.iter().find_map(|(name, identity)| Some((folded_prefix(&text[start..], name)?, name, *identity)));
            // Of a name that the cut has halved the first words are left.
            let halved = || {
                let rest = &text[start..];
                let (name, identity) =
                    names.iter().find(|(name, _)| view.is_cut && rest.len() < 256 && begins_name(rest, name))?;
                Some((rest.len(), name, *identity))
            };
            let known = known.filter(|(length, ..)| ends_token(text, start + length)).or_else(halved);
            if let Some((length, name, identity)) = known {
                hits.push(Hit { value: name.clone(), ..Hit::identity(view, start..start + length, identity) });
                at = start + length;
            }
        }
    }
}

fn first_word(text: &str) -> &str {
    let end = text.find(|character: char| !(character.is_alphanumeric() || character == '_')).unwrap_or(text.len());
    &text[..end]
}

/// The length of the text's beginning that equals a name when case is put aside.
fn folded_prefix(text: &str, name: &str) -> Option<usize> {
    let mut wanted = name.chars();
    for (at, character) in text.char_indices() {
        for lower in character.to_lowercase() {
            match wanted.next() {
                None => return Some(at),
                Some(next) if next == lower => {}
                Some(_) => return None,
            }
        }
    }
    wanted.next().is_none().then_some(text.len())
}

/// Whether a name begins with the whole of a text when case is put aside.
fn begins_name(text: &str, name: &str) -> bool {
    name.starts_with(&text.to_lowercase())
}

/// A name inside a longer word or a dotted name (a Java package, a file) is not that name.
fn begins_token(text: &str, start: usize) -> bool {
    let mut before = text[..start].chars().rev();
    match before.next() {
        Some('.' | '$') => !before.next().is_some_and(char::is_alphanumeric),
        Some('_') => false,
        Some(character) => !character.is_alphanumeric(),
        None => true,
    }
}

fn ends_token(text: &str, end: usize) -> bool {
    let mut after = text[end..].chars();
    match after.next() {
        Some('.' | '$') => !after.next().is_some_and(char::is_alphanumeric),
        Some('_') => false,
        Some(character) => !character.is_alphanumeric(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str], text: &str) -> Vec<String> {
        let mut dictionary = Dictionary::default();
        for name in names {
            dictionary.learn(Identity::User, name);
        }
        let mut hits = Vec::new();
        View::all(text).first().into_iter().for_each(|view| dictionary.find(view, &mut hits));
        hits.into_iter().map(|hit| text[hit.span].to_owned()).collect()
    }

    #[test]
    fn whole_tokens_in_any_case() {
        assert_eq!(
            found(
                &["ann", "ann.lee", "John Smith", "Müller"],
                "Ann said ann.lee, ANN.LEE. john smith /müller/ ~ann CORP\\ann ann's"
            ),
            ["Ann", "ann.lee", "ANN.LEE", "john smith", "müller", "ann", "ann", "ann"]
        );
        assert!(found(&["ann"], "annex planning com.ann.Foo ann_b x.ann").is_empty());
        assert!(
            found(
                &["error", "issue", "admin", "anonymous", "system", "ab", "8080"],
                "error issue admin anonymous system ab 8080"
            )
            .is_empty()
        );
    }
}
