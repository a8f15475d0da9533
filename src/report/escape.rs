//! Makes text harmless for a sink. Log text can hold anything that somebody could make Jira write.
//!
//! The escapes for Markdown and for Jira's markup take a line of text, not a document: they are put behind words of
//! ours, or into a cell of a table.

use super::redact::Shown;

/// Whether a character could move the cursor, reverse the reading order, or hide.
pub(super) fn is_unsafe(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// Bidirectional controls, zero-width characters, line and paragraph separators, interlinear marks, tags, and the
/// selectors of variants that can carry hidden text.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E01EF}'
    )
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

/// The lines of a quoted log, each behind a blank: no line of a report begins like a log event, so that a report that
/// lies in a folder of logs is not read as one of them.
fn quoted_lines(text: &str) -> String {
    let lines: Vec<String> =
        visible(text).trim_end_matches('\n').split('\n').map(|line| format!(" {line}\n")).collect();
    lines.concat()
}

/// For a line of Markdown. A word with anything that could be read as markup, a link, a mention, a reference or an
/// emoji becomes code: GitHub and GitLab look for mentions even behind an entity, but never in code.
pub(super) fn for_markdown(text: &str) -> String {
    let mut safe = String::new();
    for (i, word) in visible(text).split_whitespace().enumerate() {
        if i > 0 {
            safe.push(' ');
        }
        for (i, part) in word.split('|').enumerate() {
            if i > 0 {
                // Even in code a bar would end a table's cell.
                safe.push_str("&#124;");
            }
            let starts_item = safe.is_empty() && is_marker(part);
            if starts_item || needs_code(part) {
                safe.push_str(&code_span(part));
            } else {
                safe.push_str(&part.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
            }
        }
    }
    safe
}

/// Whether a first word could begin a list, a heading or a rule.
fn is_marker(word: &str) -> bool {
    let is_number = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    !word.is_empty() && word.chars().all(|c| "-+=".contains(c)) || word.strip_suffix(['.', ')']).is_some_and(is_number)
}

fn needs_code(word: &str) -> bool {
    const LONGEST_PLAIN: usize = 60;
    let has_markup = word.contains(['@', '#', '`', '*', '[', ']', '~', '$', '\\', '!', '^', '{', '}'])
        || ["://", "www.", "mailto:", "xmpp:"].iter().any(|sign| word.to_ascii_lowercase().contains(sign));
    // Between two letters an underscore is no emphasis.
    let near = |at: usize| word.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric);
    let emphasis = word.match_indices('_').any(|(at, _)| !near(at.wrapping_sub(1)) || !near(at + 1));
    let emoji = word.split(':').skip(1).any(|name| name.starts_with(|c: char| c.is_ascii_lowercase() || c == '+'))
        && word.matches(':').count() > 1;
    has_markup || emphasis || emoji || is_issue_key(word) || word.len() > LONGEST_PLAIN || is_id(word)
}

/// Whether a word holds `HELP-7`, which trackers turn into a link.
fn is_issue_key(word: &str) -> bool {
    word.match_indices('-')
        .any(|(at, _)| ends_key(&word[..at]) && word[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a text ends like a project's key: a capital, then capitals, digits and underscores.
fn ends_key(text: &str) -> bool {
    let start = text.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    text[start..].chars().any(|character| character.is_ascii_uppercase())
}

/// Whether a word holds a long hexadecimal number, which trackers may take for a commit.
fn is_id(word: &str) -> bool {
    let has = |part: &str, test: fn(&u8) -> bool| part.as_bytes().iter().any(test);
    word.split(|character: char| !character.is_ascii_hexdigit())
        .any(|part| part.len() >= 7 && has(part, u8::is_ascii_digit) && has(part, u8::is_ascii_alphabetic))
}

/// Code in a line, behind as many backticks and one more as the longest run in it. Punctuation at its end is ours.
fn code_span(text: &str) -> String {
    let code = text.trim_end_matches([',', ';', ':', '.']);
    let (code, end) = if code.is_empty() { (text, "") } else { (code, &text[code.len()..]) };
    let fence = "`".repeat(longest_run(code) + 1);
    let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{code}{pad}{fence}{end}")
}

/// For a fenced block of Markdown: the text and a fence longer than any run of backticks in it.
pub(super) fn fenced(text: &Shown) -> String {
    let body = quoted_lines(text.as_str());
    let fence = "`".repeat(longest_run(&body).max(2) + 1);
    format!("{fence}text\n{body}{fence}\n")
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// For a line of Jira's wiki markup: nothing in it is read as markup, a macro, a link, a mention, an issue key, an image
/// or an emoticon. What Jira's own help escapes is escaped by a backslash, all else by an entity.
pub(super) fn for_jira(text: &str) -> String {
    let text = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut safe = String::new();
    let mut before = None;
    for (at, character) in text.char_indices() {
        let rest = &text[at + character.len_utf8()..];
        let next = rest.chars().next();
        let in_word = [before, next].into_iter().all(|near| near.is_some_and(char::is_alphanumeric));
        match character {
            '{' | '}' | '[' | ']' | '!' | '*' | '+' | '^' | '~' => safe.extend(['\\', character]),
            '_' if !in_word => safe.push_str("\\_"),
            '-' if !in_word || ends_key(&text[..at]) && next.is_some_and(|c| c.is_ascii_digit()) => {
                safe.push_str("\\-");
            }
            '|' | '\\' | '@' | '#' => entity(&mut safe, character),
            '?' if before == Some('?') || next == Some('?') => entity(&mut safe, character),
            ':' if rest.starts_with("//") || is_face(rest) => entity(&mut safe, character),
            ':' if ends_scheme(&text[..at]) => entity(&mut safe, character),
            ';' if is_face(rest) => entity(&mut safe, character),
            '.' if ends_with(&text[..at], "www") || is_block(&text[..at]) => entity(&mut safe, character),
            '(' if is_emoticon(rest) => entity(&mut safe, character),
            '&' if next.is_some_and(|next| next == '#' || next.is_alphanumeric()) => safe.push_str("&amp;"),
            _ => safe.push(character),
        }
        before = Some(character);
    }
    safe
}

fn entity(safe: &mut String, character: char) {
    safe.push_str(&format!("&#{};", u32::from(character)));
}

/// `:)`, `;)`, `:D` and their like, behind the eyes.
fn is_face(rest: &str) -> bool {
    rest.starts_with([')', '(', 'D', 'P', 'p'])
}

/// Schemes that make a link without slashes.
fn ends_scheme(before: &str) -> bool {
    ["mailto", "file", "news", "javascript", "data"].iter().any(|scheme| ends_with(before, scheme))
}

/// In any case of letters.
fn ends_with(text: &str, end: &str) -> bool {
    let tail = text.len().checked_sub(end.len()).and_then(|at| text.as_bytes().get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
}

/// Whether a text that goes on with a dot begins a heading or a quotation.
fn is_block(before: &str) -> bool {
    before == "bq" || before.strip_prefix('h').is_some_and(|level| matches!(level.as_bytes(), [b'1'..=b'6']))
}

/// `(i)`, `(on)`, `(*r)` and their like, behind the bracket.
fn is_emoticon(rest: &str) -> bool {
    let body = rest.bytes().take("flagoff)".len()).position(|byte| byte == b')').map(|end| &rest.as_bytes()[..end]);
    body.is_some_and(|body| matches!(body, [_] | [_, _] | b"off" | b"flag" | b"flagoff"))
}

/// For a block in which Jira renders nothing. It ends at the first closing tag, so that none may stand in it.
pub(super) fn noformat(text: &str) -> String {
    let body = quoted_lines(text);
    let mut safe = String::with_capacity(body.len());
    for (at, character) in body.char_indices() {
        safe.push(character);
        let rest = body.as_bytes()[at..].get(1..).unwrap_or_default();
        let begins = |tag: &str| rest.get(..tag.len()).is_some_and(|rest| rest.eq_ignore_ascii_case(tag.as_bytes()));
        if character == '{' && (begins("noformat") || begins("code")) {
            safe.push(' ');
        }
    }
    format!("{{noformat}}\n{safe}{{noformat}}\n")
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
            for_terminal(&shown("a\u{1b}[31mb\rc\u{202e}d\u{9b}e\tf\ng\u{e0041}h")),
            "a\\x1B[31mb\\x0Dc\\u{202E}d\\x9Be    f\ng\\u{E0041}h"
        );
    }

    #[test]
    fn no_character_at_all_passes_as_a_control_or_hides() {
        let all: String = (0..=0x0010_FFFF).filter_map(char::from_u32).collect();
        let left: Vec<char> = visible(&all).chars().filter(|&c| c != '\n' && is_unsafe(c)).collect();
        assert_eq!(left, []);
        assert!(visible("\u{E9}\u{4E2D}\u{1F600}\u{FE0F}") == "\u{E9}\u{4E2D}\u{1F600}\u{FE0F}", "text stays as it is");
    }

    #[test]
    fn in_markdown_only_plain_words_stay_plain() {
        for plain in [
            "101 refusals: node-1 50, node-2 51",
            "2026-01-13 01:07:52 to 02:30:29Z, 82 min",
            "sample-logs/a_b.log, line 4 (cut)",
            "App registrations for offline_access",
        ] {
            assert_eq!(for_markdown(plain), plain);
        }
        assert_eq!(for_markdown("a > b & <user-1>"), "a &gt; b &amp; &lt;user-1&gt;");
        assert_eq!(for_markdown("a|b"), "a&#124;b");
        assert_eq!(for_markdown("to @team and\n#1"), "to `@team` and `#1`");
        assert_eq!(for_markdown("see https://e.example/x"), "see `https://e.example/x`");
        assert_eq!(for_markdown("``` `"), "```` ``` ```` `` ` ``");
        assert_eq!(
            for_markdown("app 3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44"),
            "app `3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44`"
        );
        for marked in ["- a", "1. a", "--- a", ":tada:x", "HELP-7 IMAP", "_a_", "![x](y)"] {
            assert!(for_markdown(marked).starts_with('`'), "{}", for_markdown(marked));
        }
    }

    #[test]
    fn a_fence_is_longer_than_any_run_in_it() {
        assert_eq!(
            fenced(&shown("a ````` b\n```\n</details>\n")),
            "``````text\n a ````` b\n ```\n </details>\n``````\n"
        );
    }

    #[test]
    fn in_jira_nothing_is_markup() {
        for plain in
            ["node-1 50, node-2 51", "2026-01-13 01:07:52 to 02:30:29Z (82 min in all)", "a_b.log > x", "<user-1>"]
        {
            assert_eq!(for_jira(plain), plain);
        }
        assert_eq!(
            for_jira("{code} [~ann] !x! *b* -c- _d_"),
            "\\{code\\} \\[\\~ann\\] \\!x\\! \\*b\\* \\-c\\- \\_d\\_"
        );
        assert_eq!(for_jira("a|b\\c@d #1 ??e??"), "a&#124;b&#92;c&#64;d &#35;1 &#63;&#63;e&#63;&#63;");
        assert_eq!(for_jira("http://x www.x mailto:x"), "http&#58;//x www&#46;x mailto&#58;x");
        assert_eq!(for_jira("HELP-7 a-7"), "HELP\\-7 a-7");
        assert_eq!(for_jira("h1. x"), "h1&#46; x");
        assert_eq!(for_jira(" bq. (i) :) a\nb"), "bq&#46; &#40;i) &#58;) a b");
        assert_eq!(for_jira("&#123;"), "&amp;&#35;123;");
    }

    #[test]
    fn a_block_ends_only_where_we_end_it() {
        assert_eq!(
            noformat("a {noformat} {CODE:java}\r\n{{code}} {quote}\n"),
            "{noformat}\n a { noformat} { CODE:java}\\x0D\n {{ code}} {quote}\n{noformat}\n"
        );
    }
}
