//! Secrets by name: the value of a key that says what it is, in properties, URLs, JSON, XML, command lines and prose.
//!
//! A name decides, never the look of the value: `password=hunter2` has no entropy worth testing. So the care is in the
//! names: `tokenId`, `passwordEncoder` and `Unexpected token: FROM` are no secrets.

use std::ops::Range;

use super::pattern::Pattern;
use super::secret_keys::class;
use super::value::{LONGEST_SECRET, element_text, line_end, quoted, value};
use super::view::{View, is_opaque};
use super::{Hit, keep};

static STEMS: Pattern = Pattern::new(
    &[
        "pass",
        "pwd",
        "secret",
        "token",
        "key",
        "credential",
        "bindpw",
        "srf",
        "otp",
        "assertion",
        "verifier",
        "nonce",
        "session",
        "client_info",
        "clientinfo",
        "rememberme",
        "awsalb",
        "saml",
        "relaystate",
        "oauth_",
    ],
    "pass|pwd|secret|token|key|credential|bindpw|[cx]srf|otp|assertion|verifier|nonce|session|client_?info|rememberme|awsalb|saml|relaystate|oauth_",
);

/// Masks the value of every key that names a secret.
pub(super) fn find(view: &View, hits: &mut Vec<Hit>) {
    let mut done = 0;
    for stem in STEMS.in_lower(view) {
        // `[secret:…]` is ours.
        let is_ours = |start: usize| start > 0 && keep::placeholder(&view.text.as_bytes()[start - 1..]).is_some();
        let Some(stem) = stem.get(0).filter(|stem| stem.start() >= done && !is_ours(stem.start())) else { continue };
        let key = key_around(&view.text, stem.range(), done);
        done = key.end;
        if !may_assign(&view.text, key.end) {
            continue;
        }
        let Some(class) = class(&view.text[key.clone()]) else { continue };
        let Some(span) = value_after(view, &key, class) else { continue };
        done = done.max(span.end);
        hits.push(Hit::secret(span, class));
    }
}

/// The key that a stem stands in.
pub(super) fn key_around(text: &str, stem: Range<usize>, from: usize) -> Range<usize> {
    let in_key = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let bytes = text.as_bytes();
    let before = bytes[from..stem.start].iter().rev().take(64).take_while(in_key).count();
    let after = bytes[stem.end..].iter().take(48).take_while(in_key).count();
    stem.start - before..stem.end + after
}

/// Whether a value can follow a key that ends at a place. Most words of a stack trace are ruled out by it.
pub(super) fn may_assign(text: &str, end: usize) -> bool {
    matches!(text.as_bytes().get(end), Some(b'=' | b':' | b'"' | b'\'' | b'\\' | b' ' | b'\t' | b'>' | b'('))
}

/// The value that follows a key, unless nothing follows or what follows is no secret.
fn value_after(view: &View, key: &Range<usize>, class: &'static str) -> Option<Range<usize>> {
    let text = view.text.as_str();
    let (span, how) = separated(view, key, class)?;
    let value = text[span.clone()].trim_end();
    let span = span.start..span.start + value.len();
    let parser_talks = class == "token" && spoken_before(&view.lower[..key.start]);
    let is_secret = match how {
        _ if span.is_empty() || keep::is_no_secret(value) => false,
        How::Prose => !is_plain_word(value),
        _ if class == "session" => value.len() >= 16 && is_opaque(value),
        How::Sign => !keep::is_prose(value) && (!parser_talks || keep::is_long_and_opaque(value)),
        How::Exact => true,
    };
    is_secret.then_some(span)
}

/// Whether what follows "the password is" is a word of the sentence.
fn is_plain_word(value: &str) -> bool {
    let word = value.trim_matches(|character: char| !character.is_alphanumeric());
    word.chars().skip(1).all(|character| character.is_lowercase() || character == '-')
        && !word.starts_with(|first: char| first.is_ascii_digit())
}

/// How surely a value belongs to a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// `=`, quotes, XML or a command line's option.
    Exact,
    /// A colon, which prose has too.
    Sign,
    /// "is".
    Prose,
}

fn separated(view: &View, key: &Range<usize>, class: &'static str) -> Option<(Range<usize>, How)> {
    let text = view.text.as_str();
    let bytes = text.as_bytes();
    let blanks = |at: usize| at + bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let quotes = |at: usize| at + bytes[at..].iter().take_while(|byte| matches!(byte, b'\\' | b'"' | b'\'')).count();
    if bytes.get(key.end) == Some(&b'(') {
        return argument(view, key).map(|span| (span, How::Exact));
    }
    let after_quotes = quotes(key.end);
    let next = blanks(after_quotes);
    let rest = &view.lower[next..];
    // XML: <db:password encrypted="no">text</db:password>
    let opens_element = bytes[..key.start]
        .iter()
        .rev()
        .take(40)
        .find(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'.' | b'_' | b'-')))
        == Some(&b'<');
    if opens_element
        && let Some(end) = bytes[key.end..]
            .iter()
            .take(200)
            .position(|byte| matches!(byte, b'>' | b'\n') || *byte == b'=' && bytes[key.end] != b' ')
            .filter(|end| bytes[key.end + end] == b'>' && bytes[key.end + end - 1] != b'/')
    {
        return Some((element_text(text, key.end + end + 1), How::Exact));
    }
    // A field of a form that was sent in parts stands behind an empty line.
    if after_quotes > key.end && view.lower[..key.start].ends_with("name=\"") {
        let body = ["\n\n", "\r\n\r\n"].into_iter().find(|gap| text[next..].starts_with(gap));
        if let Some(gap) = body {
            let at = next + gap.len();
            return Some((at..line_end(bytes, at), How::Exact));
        }
    }
    // name="password" value="…", <property name="password">…, {"name":"password","value":"…"}
    if after_quotes > key.end {
        if rest.starts_with('>') {
            return Some((element_text(text, next + 1), How::Exact));
        }
        let at = quotes(blanks(next + usize::from(rest.starts_with(','))));
        if let Some(after) = view.lower[at..].strip_prefix("value") {
            let at = blanks(quotes(text.len() - after.len()));
            if matches!(bytes.get(at), Some(b'=' | b':')) {
                return value(text, blanks(at + 1), LONGEST_SECRET).map(|span| (span, How::Exact));
            }
        }
    }
    let sign = ["=>", ":=", "==", "=", ":"].into_iter().find(|sign| rest.starts_with(sign));
    if let Some(sign) = sign {
        let mut at = blanks(next + sign.len());
        if text[at..].starts_with(['\n', '\r']) {
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            quoted(text, at, LONGEST_SECRET)?;
        }
        // "pass: 12" counts tests.
        if &view.lower[key.clone()] == "pass" && sign == ":" && after_quotes == key.end {
            return None;
        }
        // SQL Server writes a password with delimiters in braces.
        let braced = || {
            text[at..]
                .strip_prefix('{')
                .filter(|_| sign == "=" && class == "password")?
                .find(['}', '\n'])
                .map(|end| at + 1..at + 1 + end)
        };
        let span = value(text, at, LONGEST_SECRET).or_else(braced)?;
        return Some((span, if sign == ":" && after_quotes == key.end { How::Sign } else { How::Exact }));
    }
    if next == key.end {
        return None;
    }
    let option = view.lower[key.clone()].starts_with('-');
    let spoken = matches!(class, "password" | "secret" | "client-secret");
    match bytes.get(next)? {
        _ if option => value(text, next, LONGEST_SECRET).map(|span| (span, How::Exact)),
        b'\'' | b'"' | b'[' | b'\\' if spoken && after_quotes == key.end => {
            value(text, next, LONGEST_SECRET).map(|span| (span, How::Exact))
        }
        // "the secret value 'x'"
        _ if spoken && after_quotes == key.end && rest.starts_with("value ") => {
            quoted(text, next + "value ".len(), LONGEST_SECRET).map(|span| (span, How::Exact))
        }
        _ if spoken && after_quotes == key.end => {
            let verb = ["is ", "was "].into_iter().find(|verb| rest.starts_with(verb))?;
            let at = blanks(next + verb.len());
            let how = if text[at..].starts_with(['"', '\'', '\\']) { How::Exact } else { How::Prose };
            value(text, at, LONGEST_SECRET).map(|span| (span, how))
        }
        _ => None,
    }
}

/// What a call is given, `setClientSecret("x")`. A stack frame has a file there, and a signature types.
fn argument(view: &View, key: &Range<usize>) -> Option<Range<usize>> {
    let (text, at) = (view.text.as_str(), key.end + 1);
    if text[at..].starts_with(['"', '\'', '\\']) {
        return quoted(text, at, LONGEST_SECRET);
    }
    let inside = &text[at..text[at..].find([')', '\n']).map_or(text.len(), |end| at + end)];
    let method = view.lower[key.clone()].rsplit('.').next().unwrap_or_default();
    let is_setter = ["set", "with"].iter().any(|verb| method.starts_with(verb));
    let is_word = inside.bytes().all(|byte| byte.is_ascii_alphabetic());
    let file = inside.split(':').next().unwrap_or_default();
    let is_frame =
        inside.contains([' ', ',']) || [".java", ".kt", ".groovy", ".scala"].iter().any(|kind| file.ends_with(kind));
    let is_type = is_word && inside.starts_with(|first: char| first.is_ascii_uppercase());
    let is_value = !is_frame && !is_type && (is_setter || is_opaque(inside));
    is_value.then_some(at..at + inside.len())
}

/// Whether the words before a `token` are a parser's, which says where it stumbled.
fn spoken_before(lower: &str) -> bool {
    let mut start = lower.len().saturating_sub(48);
    while !lower.is_char_boundary(start) {
        start += 1;
    }
    let before = &lower[start..];
    before.split(|character: char| !character.is_ascii_alphabetic()).rev().filter(|word| !word.is_empty()).take(3).any(
        |word| {
            matches!(
                word,
                "unexpected"
                    | "illegal"
                    | "invalid"
                    | "missing"
                    | "syntax"
                    | "unrecognized"
                    | "unrecognised"
                    | "unknown"
                    | "expected"
                    | "expecting"
                    | "next"
                    | "parse"
                    | "bad"
            )
        },
    )
}
