//! Logs with one JSON object a line: Atlassian's own layout, and those of other products with the same few keys.
//!
//! Only the keys at the top are read, and only as slices of the line: what is escaped stays escaped.

use super::header::{Header, first_line};
use super::{Layout, Level, date};

/// The header of a line that is an object with a time and a level. A comma may stand before it.
pub(super) fn header(text: &[u8]) -> Option<Header<'_>> {
    let line = first_line(text);
    let mut header = Header::bare(Layout::Json, None, Level::None, b"");
    let mut level = None;
    for (key, value) in Members::of(line.strip_prefix(b",").unwrap_or(line))? {
        match key {
            b"timestamp" | b"@timestamp" | b"time" => header.stamp = date::whole_stamp(value),
            b"level" | b"severity" | b"log.level" => level = Some(Level::from_word(value)),
            b"thread" | b"thread_name" | b"process.thread.name" => header.thread = value,
            b"logger" | b"logger_name" | b"log.logger" => header.logger = value,
            b"message" => header.message = value,
            b"ctx" => header.add_context(value),
            _ => {}
        }
    }
    header.level = level?;
    header.stamp.map(|_| header)
}

impl<'a> Header<'a> {
    /// `{"requestId":"…","sessionId":"…","userKey":"…"}`.
    fn add_context(&mut self, object: &'a [u8]) {
        for (key, value) in Members::of(object).into_iter().flatten() {
            match key {
                b"requestId" => self.request = value,
                b"userKey" | b"user" => self.user = value,
                b"url" => self.url = value,
                _ => {}
            }
        }
    }
}

/// The members of an object, in order; a value is the inside of a string, or else the text of the value.
struct Members<'a> {
    rest: &'a [u8],
}

impl<'a> Members<'a> {
    fn of(object: &'a [u8]) -> Option<Self> {
        Some(Self { rest: object.strip_prefix(b"{")? })
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, rest) = string(self.rest.trim_ascii_start())?;
        let rest = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let (value, rest) = string(rest).or_else(|| {
            let length = value_length(rest)?;
            Some((rest[..length].trim_ascii_end(), &rest[length..]))
        })?;
        let rest = rest.trim_ascii_start();
        self.rest = rest.strip_prefix(b",").unwrap_or_default();
        Some((key, value))
    }
}

/// The inside of the string that `text` begins with, and what follows it.
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', &inside[at..])?;
        if inside[at] == b'"' {
            return Some((&inside[..at], &inside[at + 1..]));
        }
        at += 2;
        if at > inside.len() {
            return None;
        }
    }
}

/// How long the number, word, list or object is that `text` begins with.
fn value_length(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                at = text.len() - string(&text[at..])?.1.len();
                continue;
            }
            b'{' | b'[' => depth += 1,
            b',' | b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> Option<String> {
        let header = header(line.as_bytes())?;
        let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        let fields = [header.thread, header.logger, header.user, header.request, header.message].map(text);
        Some(format!("{} {} {}", header.stamp?, header.level.as_str(), fields.join("|")))
    }

    #[test]
    fn objects_with_a_time_and_a_level() {
        for (line, expected) in [
            (
                r#"{"timestamp":"2024-01-09T05:43:00,5Z","level":"ERROR","product":"jira","pid":4242,"thread":"Caesium-1-1","logger":"com.example.Sample","message":"a \"b\"","err":{"msg":"}","class":["x"]},"ctx":{"requestId":"343x1x1","userKey":"ann"}}"#,
                r#"2024-01-09T05:43:00.005+00:00 ERROR Caesium-1-1|com.example.Sample|ann|343x1x1|a \"b\""#,
            ),
            (
                r#",{ "severity" : "info", "time" : "2022-10-09T11:41:52.937+00:00", "context": {"a": [1, 2]}, "cut": "x"#,
                "2022-10-09T11:41:52.937+00:00 INFO ||||",
            ),
        ] {
            assert_eq!(fields(line).as_deref(), Some(expected), "{line}");
        }
        for line in [
            r#"{"timestamp":"2024-01-09T05:43:00.000Z","status":404,"error":"Not Found"}"#,
            r#"{"level":"ERROR","message":"x"}"#,
            r#"{"timestamp":"2024-02-30T05:43:00,5Z","level":"ERROR"}"#,
            r#"{"a":{"timestamp":"2024-01-09T05:43:00,5Z","level":"ERROR"}}"#,
            r#"{"a\"#,
            r#"{"a":"\"#,
            "{",
            "",
            "{}",
            r#"{"a":]"#,
        ] {
            assert_eq!(fields(line), None, "{line}");
        }
    }
}
