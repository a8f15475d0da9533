//! Makes text harmless for a sink. Log text can hold anything that somebody could make Jira write.

use super::redact::Shown;

/// Whether a character could move the cursor, reverse the reading order, or hide.
fn is_unsafe(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// Bidirectional controls, zero-width characters, line and paragraph separators.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{061C}' | '\u{00AD}')
}

/// For a terminal: every control character but line feed and tab becomes visible.
pub(super) fn for_terminal(text: &Shown) -> String {
    visible(text.as_str())
}

/// Text that a terminal can be trusted with: control, bidirectional and zero-width characters as `\xHH` and `\u{…}`;
/// line feeds stay, tabs become blanks.
pub fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => safe.push('\n'),
            '\t' => safe.push_str("    "),
            _ if is_unsafe(character) => safe.push_str(&match u32::from(character) {
                code @ 0..=0xFF => format!("\\x{code:02X}"),
                code => format!("\\u{{{code:X}}}"),
            }),
            _ => safe.push(character),
        }
    }
    safe
}

/// For a line of Markdown behind our own words: nothing in it is read as markup, a link, a mention or HTML.
pub(super) fn for_markdown(text: &Shown) -> String {
    let mut safe = String::new();
    for character in visible(text.as_str()).chars() {
        match character {
            '\n' => safe.push(' '),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // An entity is never read as the start of a mention, a reference or an address.
            '@' => safe.push_str("&#64;"),
            '#' => safe.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                safe.push('\\');
                safe.push(character);
            }
            _ => safe.push(character),
        }
    }
    safe.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// For a fenced block of Markdown: the text and a fence longer than any run of backticks in it.
pub(super) fn fenced(text: &Shown) -> String {
    let body = visible(text.as_str());
    let longest = body.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", body.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::redact::{Level, Redactor};

    fn shown(text: &str) -> Shown {
        Redactor::new(Level::Off).show(text)
    }

    #[test]
    fn a_terminal_gets_no_control_sequence() {
        assert_eq!(
            for_terminal(&shown("a\u{1b}[31mb\rc\u{202e}d\u{9b}e\tf\ng")),
            "a\\x1B[31mb\\x0Dc\\u{202E}d\\x9Be    f\ng"
        );
    }

    #[test]
    fn markdown_stays_inside_its_line_and_its_fence() {
        let line = for_markdown(&shown("<script>@team #1 [x](http://e) `a`\n# b"));
        assert!(!line.contains(['<', '@', '\n', '#']) || line.contains("&#35;"), "{line}");
        assert!(!line.replace("\\]", "").contains("](") && !line.contains("http://"), "{line}");
        let block = fenced(&shown("a ````` b\n```\n</details>"));
        assert!(block.starts_with("``````text\n") && block.trim_end().ends_with("\n``````"), "{block}");
    }
}
