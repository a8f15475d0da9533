//! What a reader could decode a report into.

/// The text in lower case, as it is and with every encoding undone that our formats or a log may have used.
pub(crate) fn readings(text: &str) -> Vec<String> {
    let plain = unescaped(&html(text)).replace("u{200B}", "\u{200b}");
    let without_marks: String = plain.chars().filter(|character| !"\u{200b}\u{ad}\u{0}".contains(*character)).collect();
    let mut readings = vec![text.to_owned(), without_marks];
    readings.push(percent(&percent(&plain)));
    readings.push(plain.split_whitespace().collect());
    readings.push(base64_runs(&plain));
    readings.push(plain);
    readings.iter().map(|reading| reading.to_lowercase()).collect()
}

fn html(text: &str) -> String {
    let mut text = text.to_owned();
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#64;", "@"),
        ("&#35;", "#"),
        ("&#58;", ":"),
        ("&#46;", "."),
        ("&#x3d;", "="),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    text
}

/// JSON's and Markdown's backslashes, twice.
fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..2 {
        let mut plain = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find('\\') {
            plain.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let code = after.strip_prefix('u').and_then(|digits| u32::from_str_radix(digits.get(..4)?, 16).ok());
            rest = match (code.and_then(char::from_u32), after.chars().next()) {
                (Some(character), _) => {
                    plain.push(character);
                    &after[5..]
                }
                (None, Some('n' | 'r' | 't')) => {
                    plain.push('\n');
                    &after[1..]
                }
                _ => after,
            };
        }
        plain.push_str(rest);
        text = plain;
    }
    text
}

fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let code = code.filter(|_| bytes[at] == b'%');
        plain.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Every run of base64, from each of the four characters it may begin at.
fn base64_runs(text: &str) -> String {
    let mut plain = String::new();
    let is_digit = |character: char| character.is_ascii_alphanumeric() || "+/-_".contains(character);
    for run in text.split(|character| !is_digit(character)).filter(|run| run.len() >= 12) {
        for start in 0..4 {
            plain.extend(base64(&run.as_bytes()[start..]).into_iter().map(char::from));
            plain.push('\n');
        }
    }
    plain
}

fn base64(digits: &[u8]) -> Vec<u8> {
    let value = |digit: u8| match digit {
        b'A'..=b'Z' => u32::from(digit - b'A'),
        b'a'..=b'z' => u32::from(digit - b'a') + 26,
        b'0'..=b'9' => u32::from(digit - b'0') + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    digits
        .chunks_exact(4)
        .flat_map(|four| four.iter().fold(0, |bits, digit| bits << 6 | value(*digit)).to_be_bytes()[1..].to_vec())
        .collect()
}

#[test]
fn readings_undo_what_reports_do() {
    for text in ["a&lt;b", r"a\u003cb", "a%253Cb", r"a\\u003cb", "a\u{200b}<b", "YTxi YTxiYTxiYTxi", "xYTxiYTxiYTxi"] {
        assert!(readings(text).iter().any(|reading| reading.contains("a<b")), "{text}: {:?}", readings(text));
    }
}
