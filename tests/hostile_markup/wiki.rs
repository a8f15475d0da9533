//! What Jira makes of wiki markup, by a small reader of our own that rather sees too much: every macro, link, image,
//! heading, list, cell, emphasis, mention, emoticon, issue key and bare address outside of `{noformat}`.

use super::Seen;

/// Everything that is not plain text.
pub(crate) fn markup(report: &str) -> Seen {
    let mut seen = Seen::new();
    let mut in_block = false;
    let mut rules = 0;
    for line in report.split('\n') {
        if in_block {
            // The first tag closes, wherever it stands and however it is spelt.
            let lower = line.to_lowercase();
            if lower.contains("{noformat") || lower.contains("{code") {
                in_block = false;
                add(&mut seen, if line == "{noformat}" { "closed" } else { "BROKEN OUT" });
            }
        } else if line == "{noformat}" {
            in_block = true;
            add(&mut seen, "opened");
        } else {
            if line.trim_start().starts_with("----") {
                rules += 1;
                add(&mut seen, format!("rule {rules}"));
            }
            read_line(line, &mut seen);
        }
    }
    assert!(!in_block, "a block is left open");
    seen
}

fn add(seen: &mut Seen, what: impl Into<String>) {
    seen.insert(what.into());
}

/// The letters that follow a sign: where the sign is ours, so are they.
fn word_at(text: &str) -> String {
    text.chars().skip(1).take_while(|character| character.is_alphabetic()).take(8).collect()
}

fn read_line(line: &str, seen: &mut Seen) {
    let start = line.trim_start();
    let list = start.len() - start.trim_start_matches(['*', '#', '-']).len();
    if list > 0 && start[list..].starts_with(' ') && start.starts_with('#') {
        add(seen, format!("step {}", &start[..list]));
    }
    for begin in ["h1.", "h2.", "h3.", "h4.", "h5.", "h6.", "bq."] {
        if let Some(title) = start.strip_prefix(begin) {
            add(seen, format!("{begin}{}", word_at(title)));
        }
    }
    let chars: Vec<char> = line.chars().collect();
    let mut cells = 0;
    let mut i = 0;
    while let Some(&character) = chars.get(i) {
        let rest: String = chars[i..].iter().collect();
        let near = |at: Option<usize>| at.and_then(|at| chars.get(at)).copied().unwrap_or(' ');
        let (before, after) = (near(i.checked_sub(1)), near(Some(i + 1)));
        match character {
            // An escaped character is text, and so is one that is spelt by its number; two backslashes break a line.
            '\\' if after == '\\' => add(seen, "line break"),
            '\\' => i += 1,
            '&' if entity(&rest).is_some() => i += entity(&rest).unwrap(),
            '|' => cells += 1,
            '{' | '}' => add(seen, format!("macro {}", rest.chars().take(12).collect::<String>())),
            '[' | ']' => add(seen, format!("link {}", rest.chars().take(12).collect::<String>())),
            '!' => add(seen, "image"),
            '@' => add(seen, "mention"),
            '*' if i > 0 => add(seen, format!("bold {}", word_at(&rest))),
            '_' | '-' | '+' | '^' | '~'
                if !(line.starts_with("----") || before.is_alphanumeric() && after.is_alphanumeric()) =>
            {
                add(seen, format!("emphasis {character}{}", word_at(&rest)));
            }
            '?' if after == '?' => add(seen, "citation"),
            ':' if after == '/' && !begins_address(&chars[..i]) => add(seen, format!("address {rest}")),
            ':' | ';' if [')', '(', 'D', 'P'].contains(&after) => add(seen, "emoticon"),
            '(' => {
                for emoticon in
                    ["(!)", "(x)", "(i)", "(on)", "(off)", "(flag)", "(flagoff)", "(?)", "(y)", "(n)", "(/)", "(*)"]
                {
                    if rest.starts_with(emoticon) {
                        add(seen, "emoticon");
                    }
                }
            }
            _ => {}
        }
        i += 1;
    }
    if cells > 0 {
        add(seen, format!("row of {cells}"));
    }
    for word in line.split(|c: char| c.is_whitespace() || "|,;()".contains(c)) {
        if word.to_lowercase().contains("www.") || word.to_lowercase().starts_with("mailto:") {
            add(seen, format!("address {word}"));
        }
        if let Some((key, number)) = word.split_once('-') {
            let is_key = key.starts_with(|c: char| c.is_ascii_uppercase())
                && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && number.starts_with(|c: char| c.is_ascii_digit());
            if is_key {
                add(seen, format!("issue {word}"));
            }
        }
    }
}

/// The length of `&#123;` or `&amp;` behind its first character.
fn entity(text: &str) -> Option<usize> {
    let end = text.chars().take(9).position(|character| character == ';')?;
    let name: String = text.chars().skip(1).take(end - 1).collect();
    let is_entity = name == "amp" || name.strip_prefix('#').is_some_and(|digits| digits.parse::<u32>().is_ok());
    is_entity.then_some(end)
}

/// Whether this is one of the addresses that the catalogue gives, which are ours.
fn begins_address(before: &[char]) -> bool {
    let before: String = before.iter().collect();
    before.ends_with("|https") || before.ends_with("*sources:* https") || before.contains("*sources:* ")
}

#[test]
fn it_sees_what_it_is_to_see() {
    for text in [
        "{code}",
        "[~ann]",
        "!x!",
        "h1. x",
        "bq. x",
        "# x",
        "|a|",
        "*b* *c*",
        "_i_",
        "-d-",
        "??c??",
        "(i)",
        ":)",
        "@a",
        "HELP-7",
        "http://e",
        "www.e",
        "x\\\\y",
        "{noformat}\nx {code}\ny",
    ] {
        assert!(!markup(text).is_empty(), "{text}");
    }
    let text = "a \\{code\\} &#124; \\[x\\] node-1, 2026-01-13 02:01:40Z (in all) a_b\n";
    assert_eq!(markup(text), Seen::new());
    assert_eq!(markup("{noformat}\n{x} [~ann] h1.\n{noformat}").len(), 2);
}
