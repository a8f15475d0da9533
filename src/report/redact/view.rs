//! A text as the rules read it: as it stands, with escapes undone, or with a token joined that a line end split.
//!
//! A secret in a log is often percent-encoded, inside JSON inside JSON, or wrapped. Rules know nothing of that: they
//! run on every view, and a view leads each place back to the text that is going to be shown.

use std::ops::Range;

use super::edge::End;

/// How often escapes are undone: `%2522` and JSON inside JSON inside a URL need three rounds.
const ROUNDS: usize = 3;

/// One reading of a text.
pub(super) struct View {
    /// What the rules read.
    pub(super) text: String,
    /// The same with ASCII letters in lower case, byte for byte at the same places.
    pub(super) lower: String,
    /// For each byte the bytes of the shown text it stands for; `None` while the two are equal.
    origin: Option<Vec<Range<usize>>>,
    /// Whether line ends are missing, so that what stands beside them may not be what was meant.
    pub(super) is_joined: bool,
    /// Whether the text goes on where this ends.
    pub(super) is_cut: bool,
}

impl View {
    /// Every reading of a text that differs from the others, the text itself first.
    pub(super) fn all(text: &str) -> Vec<Self> {
        Self::up_to(text, End::Own)
    }

    /// The same of a text that may have been cut.
    pub(super) fn up_to(text: &str, end: End) -> Vec<Self> {
        let mut views = vec![Self::new(text.to_owned(), None)];
        for _ in 0..ROUNDS {
            match views.last().and_then(Self::decoded) {
                Some(view) => views.push(view),
                None => break,
            }
        }
        let joined: Vec<Self> = views.iter().filter_map(Self::joined).collect();
        views.extend(joined);
        for view in &mut views {
            view.is_cut = end == End::Cut;
        }
        views
    }

    /// The bytes of the shown text behind a span of this view.
    pub(super) fn raw(&self, span: &Range<usize>) -> Range<usize> {
        match &self.origin {
            _ if span.is_empty() => 0..0,
            None => span.clone(),
            Some(origin) => origin[span.start].start..origin[span.end - 1].end,
        }
    }

    fn new(text: String, origin: Option<Vec<Range<usize>>>) -> Self {
        Self { lower: text.to_ascii_lowercase(), text, origin, is_joined: false, is_cut: false }
    }

    /// One round of percent, JSON, Java and HTML escapes undone, invisible characters dropped, every blank a plain one.
    fn decoded(&self) -> Option<Self> {
        let bytes = self.text.as_bytes();
        let hides = bytes.iter().any(|byte| matches!(byte, b'%' | b'\\' | b'&' | 0 | 0x1b))
            || self.text.contains(|character| is_invisible(character) || is_wide_blank(character));
        if !hides {
            return None;
        }
        let mut copy = Copy::of(self);
        let mut at = 0;
        while at < bytes.len() {
            at = match bytes[at] {
                b'%' => percent(&mut copy, at),
                b'\\' => backslash(&mut copy, at),
                b'&' => entity(&mut copy, at),
                0 => copy.skip(at..at + 1),
                0x1b => copy.skip(at..control_sequence_end(bytes, at)),
                byte if byte < 0x80 => {
                    let is_plain = |byte: &&u8| **byte < 0x80 && !matches!(**byte, b'%' | b'\\' | b'&' | 0 | 0x1b);
                    let end = at + bytes[at..].iter().take_while(is_plain).count();
                    copy.keep_all(at..end);
                    end
                }
                _ if self.text[at..].starts_with(is_invisible) => copy.skip(at..next_character(&self.text, at)),
                _ if self.text[at..].starts_with(is_wide_blank) => copy.put(' ', &(at..next_character(&self.text, at))),
                _ => copy.keep(at),
            };
        }
        copy.finish()
    }

    /// Without the line ends that stand inside a token, as hard-wrapped copies and indenting layouts make them.
    fn joined(&self) -> Option<Self> {
        if !self.text.contains('\n') {
            return None;
        }
        let mut copy = Copy::of(self);
        let mut from = 0;
        for (end, _) in self.text.match_indices('\n') {
            let left_end = if self.text[..end].ends_with('\r') { end - 1 } else { end };
            let indent = self.text[end + 1..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if left_end < from || !continues(&self.text[from..left_end], &self.text[end + 1 + indent..]) {
                continue;
            }
            copy.keep_all(from..left_end);
            from = copy.skip(left_end..end + 1 + indent);
        }
        copy.keep_all(from..self.text.len());
        copy.finish().map(|view| Self { is_joined: true, ..view })
    }
}

/// A view in the making.
struct Copy<'v> {
    from: &'v View,
    text: Vec<u8>,
    origin: Vec<Range<usize>>,
    changed: bool,
}

impl<'v> Copy<'v> {
    fn of(from: &'v View) -> Self {
        let length = from.text.len();
        Self { from, text: Vec::with_capacity(length), origin: Vec::with_capacity(length), changed: false }
    }

    /// Takes over the character at a place; returns the next place.
    fn keep(&mut self, at: usize) -> usize {
        let end = next_character(&self.from.text, at);
        self.keep_all(at..end);
        end
    }

    fn keep_all(&mut self, span: Range<usize>) {
        self.text.extend_from_slice(&self.from.text.as_bytes()[span.clone()]);
        match &self.from.origin {
            None => self.origin.extend(span.map(|at| at..at + 1)),
            Some(origin) => self.origin.extend_from_slice(&origin[span]),
        }
    }

    /// Puts a character in the place of a span.
    fn put(&mut self, character: char, span: &Range<usize>) -> usize {
        let raw = self.from.raw(span);
        let mut buffer = [0; 4];
        for byte in character.encode_utf8(&mut buffer).bytes() {
            self.text.push(byte);
            self.origin.push(raw.clone());
        }
        self.changed = true;
        span.end
    }

    fn skip(&mut self, span: Range<usize>) -> usize {
        self.changed = true;
        span.end
    }

    fn finish(self) -> Option<View> {
        let text = String::from_utf8(self.text).ok().filter(|_| self.changed)?;
        Some(View::new(text, Some(self.origin)))
    }
}

/// Characters that take no room and so can hide a token from a pattern but not from a reader.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Blanks beyond ASCII, as word processors and chats put them in when a log is pasted.
fn is_wide_blank(character: char) -> bool {
    matches!(character, '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

fn next_character(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}

/// A run of `%HH`: bytes that are UTF-8 become characters, others stay as they are.
fn percent(copy: &mut Copy<'_>, at: usize) -> usize {
    let bytes = copy.from.text.as_bytes();
    let mut decoded = Vec::new();
    let mut end = at;
    while let Some(value) = hex(bytes, end + 1, 2).filter(|_| bytes.get(end) == Some(&b'%')) {
        decoded.push(u8::try_from(value).unwrap_or_default());
        end += 3;
    }
    if decoded.is_empty() {
        return copy.keep(at);
    }
    let mut place = at;
    for chunk in decoded.utf8_chunks() {
        for character in chunk.valid().chars() {
            place = copy.put(character, &(place..place + 3 * character.len_utf8()));
        }
        let end = place + 3 * chunk.invalid().len();
        copy.keep_all(place..end);
        place = end;
    }
    end
}

/// `\"`, `\n`, `\u0040` and their like, as in JSON and Java.
fn backslash(copy: &mut Copy<'_>, at: usize) -> usize {
    let bytes = copy.from.text.as_bytes();
    let character = match bytes.get(at + 1) {
        Some(&byte @ (b'"' | b'\'' | b'\\' | b'/')) => char::from(byte),
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            return match hex(bytes, at + 2, 4).and_then(char::from_u32) {
                Some(character) if is_invisible(character) => copy.skip(at..at + 6),
                Some(character) => copy.put(character, &(at..at + 6)),
                None => copy.keep(at),
            };
        }
        _ => return copy.keep(at),
    };
    copy.put(character, &(at..at + 2))
}

fn entity(copy: &mut Copy<'_>, at: usize) -> usize {
    const NAMED: [(&str, char); 7] = [
        ("&amp;", '&'),
        ("&quot;", '"'),
        ("&apos;", '\''),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&commat;", '@'),
        ("&nbsp;", ' '),
    ];
    let rest = &copy.from.text[at..];
    if let Some((name, character)) = NAMED.iter().find(|(name, _)| rest.starts_with(name)) {
        return copy.put(*character, &(at..at + name.len()));
    }
    let number = rest
        .strip_prefix("&#")
        .and_then(|rest| rest.bytes().take(9).position(|byte| byte == b';').map(|end| &rest[..end]));
    let code = number.and_then(|digits| match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    });
    match (code.and_then(char::from_u32), number) {
        (Some(character), Some(digits)) => copy.put(character, &(at..at + digits.len() + 3)),
        _ => copy.keep(at),
    }
}

fn hex(bytes: &[u8], at: usize, digits: usize) -> Option<u32> {
    let digits = bytes.get(at..at + digits)?;
    digits.iter().try_fold(0, |value, byte| Some(value * 16 + char::from(*byte).to_digit(16)?))
}

/// Where a terminal's control sequence that begins at `at` ends.
fn control_sequence_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at + 1) != Some(&b'[') {
        return at + 1;
    }
    let parameters = bytes[at + 2..].iter().take_while(|byte| matches!(byte, 0x20..=0x3f)).count();
    let end = at + 2 + parameters;
    if bytes.get(end).is_some_and(|byte| matches!(byte, 0x40..=0x7e)) { end + 1 } else { end }
}

fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "+/=_~.%@-".contains(character)
}

/// Whether the line `right` goes on with the token at the end of `left`, rather than beginning something new.
///
/// A wrong yes only matters where a secret or an address ends the line, and then masks one word more; a wrong no
/// shows the rest of a secret. Words, stack frames, exception names and time stamps are a no.
fn continues(left: &str, right: &str) -> bool {
    let head_length = right.find(|character| !is_token(character)).unwrap_or(right.len());
    let head = &right[..head_length];
    let tail_start = left.rfind(|character| !is_token(character)).map_or(0, |at| next_character(left, at));
    let tail = &left[tail_start..];
    let is_field = right[head_length..].trim_start().starts_with(':');
    if head.is_empty() || tail.is_empty() || is_field || is_date(head) || is_class_name(head) {
        return false;
    }
    let opened = left[..tail_start].ends_with(['<', '\'', '"', '=', ':', '(']);
    match (tail.rsplit_once('@'), head.find('@')) {
        (Some((_, domain)), None) => {
            let is_whole = domain.trim_end_matches('.').contains('.');
            !is_whole && (head.contains('.') || domain.is_empty() || domain.ends_with('.'))
                || domain.ends_with('-')
                || head.starts_with('.')
        }
        (None, Some(0)) => true,
        (None, Some(_)) => {
            opened || tail.contains(|character: char| character.is_ascii_digit() || "._".contains(character))
        }
        (Some(_), Some(_)) => false,
        (None, None) => is_opaque(head),
    }
}

/// Whether a word looks like a piece of a token: digits among letters, padding, or capitals in the middle of a long run.
pub(super) fn is_opaque(word: &str) -> bool {
    let has = |test: fn(&u8) -> bool| word.as_bytes().iter().any(test);
    let inner_capital = word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) && has(u8::is_ascii_lowercase);
    word.len() >= 4
        && has(u8::is_ascii_alphabetic)
        && (has(u8::is_ascii_digit) || word.ends_with('=') || word.contains('~') || (inner_capital && word.len() >= 12))
}

fn is_date(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit)
}

/// Whether a word is a qualified Java class such as `java.io.IOException`.
pub(super) fn is_class_name(word: &str) -> bool {
    let word = word.split_once('@').map_or(word, |(class, _)| class).trim_end_matches(['.', ':']);
    let mut parts = word.rsplit('.');
    let class = parts.next().unwrap_or_default();
    let packages: Vec<&str> = parts.collect();
    let is_word = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    packages.len() >= 2
        && packages.iter().all(|part| part.len() <= 40 && is_word(part))
        && class.starts_with(|first: char| first.is_ascii_uppercase())
        && class.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'))
        && class.bytes().any(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(text: &str) -> String {
        View::all(text).pop().map(|view| view.text).unwrap_or_default()
    }

    #[test]
    fn escapes_are_undone_and_lead_back() {
        assert_eq!(last("a%2540b"), "a@b");
        assert_eq!(last(r#"{\\\"a\\\":\\\"\u0062\\\"}"#), r#"{"a":"b"}"#);
        assert_eq!(last("&quot;x&#64;y&#x2e;z&amp;quot;"), "\"x@y.z\"");
        assert_eq!(last("m%C3%BCller %FF %"), "müller %FF %");
        assert_eq!(last("e\u{200b}y\u{1b}[31mJ"), "eyJ");
        let views = View::all("a%2540b c");
        assert_eq!(views.len(), 3);
        assert_eq!(views[2].raw(&(1..2)), 1..6);
        assert_eq!(views[2].raw(&(0..3)), 0..7);
    }

    #[test]
    fn only_tokens_are_joined() {
        assert_eq!(last("Bearer eyJhbGci\n    OiJIUzI1NiJ9.abc and"), "Bearer eyJhbGciOiJIUzI1NiJ9.abc and");
        assert_eq!(last("to ann@cor\r\n    p.example now"), "to ann@corp.example now");
        assert_eq!(last("<ann.le\n@corp.example>"), "<ann.le@corp.example>");
        for text in [
            "failed\njava.io.IOException: x",
            "a\n\tat com.x.Y1.z(Y1.java:3)",
            "x1\n2024-01-01 00:00:00,000",
            "found\nann@corp.example",
            "one\ntwo",
        ] {
            assert_eq!(last(text), text);
        }
    }
}
