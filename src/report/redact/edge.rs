//! The end of a text that a limit has cut: what stands there may be half of something that only its whole gives away.

/// How a text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Where its writer ended it.
    Own,
    /// Where a limit cut it.
    Cut,
}

/// Numbers in groups, as of a telephone or a card, are no longer.
const LONGEST_NUMBER: usize = 40;

/// The length of a text without the word, or the groups of digits, in which a cut made it end. Placeholders stay. What is
/// left has no such end: a report that is read back and written again says the same.
pub(super) fn last_whole(text: &str) -> usize {
    let mut end = text.len();
    loop {
        let whole = without_number(&text[..without_word(&text[..end])]);
        if whole == end {
            return end;
        }
        end = whole;
    }
}

/// The length without what stands behind the last blank, bracket or mark, which stays as the sign of a whole end.
fn without_word(text: &str) -> usize {
    let ends = |character: char| character.is_whitespace() || "\"'`<>()[]{},;&|\\".contains(character);
    text.rfind(ends).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8))
}

/// The length without groups of digits at the end.
fn without_number(text: &str) -> usize {
    let start = text.trim_end_matches(|character: char| character.is_ascii_digit() || " -".contains(character)).len();
    // What goes on with digits behind a letter is a name.
    let is_in_word = text[..start].ends_with(char::is_alphanumeric);
    let start = if is_in_word { text[start..].find(' ').map_or(text.len(), |at| start + at + 1) } else { start };
    let is_number = text[start..].bytes().any(|byte| byte.is_ascii_digit()) && text.len() - start <= LONGEST_NUMBER;
    if is_number { start } else { text.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_goes_unless_it_is_masked_already() {
        for (text, rest) in [
            ("at ann.le", "at "),
            ("password=[secret:password]", "password=[secret:password]"),
            ("by <user-3>", "by <user-3>"),
            ("x=<user-3", "x=<"),
            ("a\"b,c", "a\"b,"),
            ("call +49 30 12 34", "call "),
            ("port 993 open no", "port 993 open "),
            ("whole ", "whole "),
            ("word", ""),
            ("", ""),
        ] {
            assert_eq!(&text[..last_whole(text)], rest, "{text}");
            assert_eq!(last_whole(rest), rest.len(), "what is left of {text:?} is whole");
        }
    }
}
