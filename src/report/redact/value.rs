//! Where the value of a `key = value` ends, in all the notations in which logs write one: quoted, escaped, bracketed,
//! as XML text, as a URL's parameter, or bare. A value that is cut too early shows the rest of a secret, so a
//! delimiter only counts where what follows it looks like the end.

use std::ops::Range;

/// A secret is masked up to this length; what is longer is then found by its shape.
pub(super) const LONGEST_SECRET: usize = 16 * 1024;
/// No name is longer. It also bounds the work that a text full of keys makes.
pub(super) const LONGEST_NAME: usize = 512;

/// The value that begins at `at`, without its quotes or brackets; `None` where an object begins instead.
pub(super) fn value(text: &str, at: usize, longest: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    match bytes.get(at)? {
        b'"' | b'\'' | b'\\' => quoted(text, at, longest).or_else(|| Some(bare(text, at, longest))),
        b'[' if !text[at..].starts_with("[secret:") => Some(at + 1..bracketed(bytes, at + 1)),
        b'{' => None,
        _ => Some(bare(text, at, longest)),
    }
}

/// The inside of a quoted text whose quote, with any backslashes before it, begins at `at`. Without a closing quote it
/// ends with the line.
pub(super) fn quoted(text: &str, at: usize, longest: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let depth = bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
    let quote = *bytes.get(at + depth)?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let start = at + depth + 1;
    let mut slashes = 0;
    let limit = limit(text, start, longest);
    for (place, byte) in bytes[start..limit].iter().enumerate() {
        match *byte {
            b'\\' => slashes += 1,
            byte if byte == quote && closes_quote(slashes, depth) => {
                return Some(start..start + place - slashes.min(depth));
            }
            _ => slashes = 0,
        }
    }
    Some(start..line_end(bytes, start).min(limit))
}

/// Whether a quote behind that many backslashes closes one that was opened behind `depth` of them. Each string inside a
/// string doubles the backslashes and adds one.
fn closes_quote(mut slashes: usize, mut depth: usize) -> bool {
    while depth > 0 && slashes % 2 == 1 {
        slashes /= 2;
        depth /= 2;
    }
    slashes.is_multiple_of(2)
}

/// XML text up to the next tag, or what a `CDATA` section holds.
pub(super) fn element_text(text: &str, at: usize) -> Range<usize> {
    const OPENING: &str = "<![CDATA[";
    if text[at..].starts_with(OPENING) {
        let start = at + OPENING.len();
        let limit = limit(text, start, LONGEST_SECRET);
        return start..text[start..limit].find("]]>").map_or(limit, |end| start + end);
    }
    let limit = limit(text, at, LONGEST_SECRET);
    at..text[at..limit].find('<').map_or_else(|| line_end(text.as_bytes(), at).min(limit), |end| at + end)
}

/// Where the line that holds `at` ends.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end);
    if end > at && bytes[end - 1] == b'\r' { end - 1 } else { end }
}

/// The last place a value that starts at `start` may reach.
fn limit(text: &str, start: usize, longest: usize) -> usize {
    let mut limit = (start + longest).min(text.len());
    while !text.is_char_boundary(limit) {
        limit += 1;
    }
    limit
}

fn bracketed(bytes: &[u8], at: usize) -> usize {
    let end = line_end(bytes, at);
    bytes[at..end].iter().position(|byte| *byte == b']').map_or(end, |place| at + place)
}

fn bare(text: &str, at: usize, longest: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let limit = limit(text, at, longest);
    let mut end = at;
    // A placeholder of ours is one piece, though it holds delimiters.
    while end < limit {
        end = match super::keep::placeholder(&bytes[end..]) {
            Some(length) => end + length,
            None if ends(bytes, at, end) => break,
            None => end + 1,
        };
    }
    at..end.min(limit)
}

/// Whether the byte at `end` ends a bare value that began at `start`.
fn ends(bytes: &[u8], start: usize, end: usize) -> bool {
    let rest = &bytes[end + 1..];
    let next = rest.first().copied();
    let closes =
        |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace() || b",;:.()[]}>\"'<|&\\".contains(&byte));
    match bytes[end] {
        byte if byte.is_ascii_whitespace() => true,
        b'"' => true,
        b'\'' | b')' | b']' | b'}' | b'>' => closes(next),
        b',' | b';' | b'|' => next.is_none_or(|byte| byte.is_ascii_whitespace()) || begins_pair(rest),
        b'&' => begins_pair(rest) || rest.starts_with(b"amp;"),
        b'<' => next == Some(b'/') || rest.starts_with(b"br"),
        b'\\' => {
            end > start
                && matches!(next, Some(b'"' | b'n' | b'r'))
                && (next == Some(b'"') || rest.get(1).is_none_or(|byte| !byte.is_ascii_alphanumeric()))
        }
        _ => false,
    }
}

/// Whether a text begins with `key=` or `"key":`.
fn begins_pair(rest: &[u8]) -> bool {
    let rest = rest.iter().skip_while(|byte| matches!(byte, b'"' | b'\'' | b'\\')).copied();
    let mut length = 0;
    for byte in rest.take(64) {
        match byte {
            b'=' | b':' => return length > 0,
            b'"' | b'\'' | b'\\' => {}
            byte if byte.is_ascii_alphanumeric() || b"_.-%[]".contains(&byte) => length += 1,
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> &str {
        value(text, 0, LONGEST_SECRET).map_or("-", |span| &text[span])
    }

    #[test]
    fn a_value_ends_where_its_notation_ends() {
        assert_eq!(of(r#""a \" b", "c""#), r#"a \" b"#);
        assert_eq!(of(r#"\"a b\", \"c\""#), "a b");
        assert_eq!(of(r#"\\\"a b\\\", \\\"c\\\""#), "a b");
        assert_eq!(of("'it is', x"), "it is");
        assert_eq!(of("\"open end\nnext"), "open end");
        assert_eq!(of("[a, b] c"), "a, b");
        assert_eq!(of("a,b;c&d)e]f, next=1"), "a,b;c&d)e]f");
        assert_eq!(of("abc&next=1"), "abc");
        assert_eq!(of("abc;user=x"), "abc");
        assert_eq!(of("abc). Then"), "abc");
        assert_eq!(of("it's x"), "it's");
        assert_eq!(of("[secret:jwt], x"), "[secret:jwt]");
        assert_eq!(of("<user-3>, x"), "<user-3>");
        assert_eq!(of("{\"a\":1}"), "-");
    }

    #[test]
    fn a_value_never_ends_inside_a_character() {
        for text in ["ü", "\"ü", "'ü\\", "\\", "\\\\", "[ü", "ü,ü=", "<ü"] {
            for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
                let _ = value(text, at, LONGEST_NAME).map(|span| &text[span]);
            }
        }
    }
}
