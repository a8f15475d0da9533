//! Text that hides what it says: what somebody pasted from a browser's address line or a terminal that wrapped it in
//! mid-word, and JSON, whose quotes and line breaks are escaped.

use crate::matcher::percent_decoded;

/// Appends to a pasted text the readings in which an error may stand that its bytes hide: percent-decoded, with escaped
/// line breaks undone, and with hard wraps removed both with and without a blank. The text itself stays first.
pub(super) fn add_plain_readings(text: &mut Vec<u8>) {
    let original = text.clone();
    let mut readings: Vec<Vec<u8>> = Vec::new();
    if original.contains(&b'%') {
        readings.push(percent_decoded(&original));
    }
    if original.trim_ascii_end().contains(&b'\n') {
        readings.push(without_line_breaks(&original, b""));
        readings.push(without_line_breaks(&original, b" "));
    }
    for reading in readings {
        text.push(b'\n');
        text.extend_from_slice(&reading);
    }
}

/// A JSON line with its escapes undone, so that quotes and line breaks are those of the message.
pub(super) fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        plain.extend_from_slice(&rest[..at]);
        let unicode = || {
            let digits = std::str::from_utf8(rest.get(at + 2..at + 6)?).ok()?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        };
        let mut length = 2;
        match rest.get(at + 1) {
            Some(b'n') => plain.push(b'\n'),
            Some(b'r') => plain.push(b'\r'),
            Some(b't') => plain.push(b'\t'),
            Some(b'u') if unicode().is_some() => {
                length = 6;
                plain.extend_from_slice(unicode().unwrap_or_default().encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => plain.extend(other),
        }
        rest = rest.get(at + length..).unwrap_or_default();
    }
    plain.extend_from_slice(rest);
    plain
}

fn without_line_breaks(text: &[u8], between: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> =
        text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    lines.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_json_are_undone() {
        let escaped = br#"a \"b\" c\r\n\td \u00e9 \\n \/ \u12 \"#;
        assert_eq!(String::from_utf8_lossy(&unescaped(escaped)), "a \"b\" c\r\n\td \u{e9} \\n / u12 ");
    }
}
