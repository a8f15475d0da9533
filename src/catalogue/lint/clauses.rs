//! The clauses of a signature: what is looked for, and what verifies it.

use std::collections::BTreeSet;

use super::{Examined, Flaw};
use crate::catalogue::pattern::{self, REGEX_SIZE_LIMIT};
use crate::catalogue::placed::PlacedFile;

/// Literals from this length on are found by sampling; shorter ones go through a slower search.
const LONG_ANCHOR: usize = 9;
/// Shorter literals stand in nearly every line.
const LEAST_ANCHOR: usize = 4;
/// An event is read ahead by the longest literal.
const MOST_LITERAL: usize = 1024;
/// The filter holds 10,000 literals; the rest is for the built-in signatures.
const MOST_ANCHORS: usize = 5_000;
/// Longer patterns are not written by people.
const MOST_PATTERN: usize = 4096;
const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
/// Short texts in which a pattern that can match nothing at all does so.
const PROBES: [&[u8]; 5] = [b"", b"a", b"a b", b"0.", b"\n"];

pub(super) fn check(examined: &mut Examined<'_>) {
    let matching = &examined.signature().matching;
    if matching.silence && examined.known.own {
        examined.wrong("match.silence", "is for the built-in signature only; give `any` (literal texts) or `codes`");
    } else if matching.codes.is_empty() && matching.any.is_empty() && !matching.silence {
        let why = if matching.regex.is_some() {
            "a regex only verifies an event that an anchor found"
        } else {
            "nothing would be looked for"
        };
        examined.wrong(
            "match",
            format!("has no literal anchor: {why}; give `any` (literal texts) or `codes` (AADSTS codes)"),
        );
    }
    for (i, code) in matching.codes.iter().enumerate() {
        let digits = code.strip_prefix("AADSTS").unwrap_or_default();
        if !(4..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            examined.wrong(
                &format!("match.codes[{i}]"),
                format!("{code:?} is no AADSTS code; write AADSTS and 4 to 8 digits"),
            );
        }
    }
    anchors(examined, "match.any", &matching.any);
    anchors(examined, "recovery", &examined.signature().recovery);
    for (key, literals) in
        [("all", &matching.all), ("one_of", &matching.one_of), ("none", &matching.none), ("logger", &matching.logger)]
    {
        for (i, literal) in literals.iter().enumerate() {
            if literal.is_empty() || literal.len() > MOST_LITERAL {
                examined.wrong(
                    &format!("match.{key}[{i}]"),
                    format!("a literal of `{key}` has 1 to {MOST_LITERAL} bytes, this one {}", literal.len()),
                );
            }
        }
    }
    for (i, level) in matching.level.iter().enumerate() {
        if !LEVELS.contains(&level.as_str()) {
            examined.wrong(
                &format!("match.level[{i}]"),
                format!("there is no level {level:?}; write {} in capitals", LEVELS.join(", ")),
            );
        }
    }
    if let Some(pattern) = &matching.regex
        && let Err(problem) = check_pattern(pattern)
    {
        examined.wrong("match.regex", problem);
    }
}

fn anchors(examined: &mut Examined<'_>, key: &str, literals: &[String]) {
    let mut seen = BTreeSet::new();
    for (i, literal) in literals.iter().enumerate() {
        let key = format!("{key}[{i}]");
        // Every AADSTS code begins with these six letters, and the filter has an entry of its own for them.
        let is_code_prefix =
            literal == "AADSTS" && examined.signature().category == crate::catalogue::Category::UnknownCode;
        let shown: String = literal.chars().take(40).collect();
        match literal.len() {
            length if length < LEAST_ANCHOR => examined.wrong(
                &key,
                format!("anchor {shown:?} has fewer than {LEAST_ANCHOR} bytes and stands in too many lines; use a longer part of the message"),
            ),
            length if length > MOST_LITERAL => examined.wrong(
                &key,
                format!("anchor {shown:?}… has {length} bytes, {MOST_LITERAL} at most; use a part of the message"),
            ),
            length if length < LONG_ANCHOR && !is_code_prefix => {
                if examined.known.own {
                    examined.remark(
                        &key,
                        format!("anchor {shown:?} has fewer than {LONG_ANCHOR} bytes, which makes every scan slower; use a longer part of the message if you can"),
                    );
                } else {
                    examined.wrong(&key, format!("anchor {shown:?} has fewer than {LONG_ANCHOR} bytes; take a longer part"));
                }
            }
            _ => {}
        }
        if !seen.insert(literal) {
            examined.wrong(&key, format!("anchor {shown:?} stands here twice; remove one"));
        }
    }
}

fn check_pattern(pattern: &str) -> Result<(), String> {
    if pattern.len() > MOST_PATTERN {
        return Err(format!(
            "the regex has {} bytes, {MOST_PATTERN} at most; put literals into `any`, `all` or `one_of`",
            pattern.len()
        ));
    }
    let regex = pattern::compile(pattern).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => format!(
            "the regex is too large: compiled it takes more than {} KiB; use smaller counts",
            REGEX_SIZE_LIMIT / 1024
        ),
        // The engine draws a picture over several lines; its last one says what is wrong.
        error => {
            let message = error.to_string();
            let reason = message.lines().next_back().unwrap_or_default().trim_start_matches("error: ");
            format!("the regex is invalid: {reason} (syntax of the Rust crate regex, no look-around, bytes)")
        }
    })?;
    let matches_nothing = PROBES.iter().any(|probe| regex.find_iter(probe).any(|found| found.is_empty()));
    if matches_nothing {
        return Err(
            "the regex can match the empty string and so verifies nothing; make a part of it obligatory".to_owned()
        );
    }
    Ok(())
}

/// Where the files together name more literals than the filter can take.
pub(super) fn too_many_anchors(files: &[PlacedFile]) -> Option<Flaw> {
    let mut literals = BTreeSet::new();
    for file in files {
        for block in &file.signatures {
            literals.extend(block.value.matching.any.iter().chain(&block.value.recovery));
            if literals.len() > MOST_ANCHORS {
                let text = format!(
                    "with this one the files hold {} different anchors, {MOST_ANCHORS} at most; use fewer, shorter lists",
                    literals.len()
                );
                return Some(Flaw::error(&file.name, block.line_of("match.any"), &block.value.id, text));
            }
        }
    }
    None
}
