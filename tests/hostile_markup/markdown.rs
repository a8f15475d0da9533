//! What a reader of Markdown makes of a report, by a parser of its own, and what GitHub and GitLab look for in the text
//! that is left: mentions, references and bare addresses, none of which they see in code.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::Seen;

/// Links, images, headings, HTML, tables, lists and emphasis, and text that a tracker would link.
pub(crate) fn markup(report: &str) -> Seen {
    let mut seen = Seen::new();
    let (mut in_code, mut in_link, mut rules, mut depth) = (false, false, 0, 0);
    let mut text = String::new();
    // What is emphasised or a heading is told by its first word, which is ours.
    let mut opened: Option<String> = None;
    for event in Parser::new_ext(report, Options::all()) {
        if let (Event::Text(word) | Event::Code(word), Some(tag)) = (&event, opened.take()) {
            let word: String = word.chars().take_while(|character| character.is_alphabetic()).collect();
            seen.insert(format!("{tag} {word}"));
        }
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Link { dest_url, .. }) => {
                in_link = true;
                seen.insert(format!("link {dest_url}"));
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                seen.insert(format!("image {dest_url}"));
            }
            Event::End(TagEnd::Link) => in_link = false,
            Event::Start(Tag::Paragraph | Tag::Item | Tag::TableHead | Tag::TableRow | Tag::TableCell) => {}
            Event::Start(Tag::List(_)) => {
                depth += 1;
                seen.insert(format!("list {depth} deep"));
            }
            Event::End(TagEnd::List(_)) => depth -= 1,
            Event::Start(tag @ (Tag::Heading { .. } | Tag::Strong | Tag::Emphasis)) => {
                opened = Some(match tag {
                    Tag::Heading { level, .. } => format!("{level}"),
                    tag => format!("{tag:?}"),
                });
            }
            Event::Start(tag) => {
                seen.insert(format!("{tag:?}"));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                seen.insert(format!("html {}", html.trim()));
            }
            Event::Rule => {
                rules += 1;
                seen.insert(format!("rule {rules}"));
            }
            Event::FootnoteReference(name) => {
                seen.insert(format!("footnote {name}"));
            }
            Event::InlineMath(math) | Event::DisplayMath(math) => {
                seen.insert(format!("math {math}"));
            }
            Event::TaskListMarker(_) => {
                seen.insert("task".to_owned());
            }
            Event::Text(part) if !in_code && !in_link => text.push_str(&part),
            // What is code is read by nobody.
            Event::Code(_) => text.push('\u{0}'),
            Event::SoftBreak | Event::HardBreak | Event::End(_) => text.push('\n'),
            Event::Text(_) => {}
        }
    }
    seen.extend(text.split_whitespace().filter(|word| is_linked(word)).map(|word| format!("text {word}")));
    seen
}

/// Whether a tracker makes a link of a bare word.
fn is_linked(word: &str) -> bool {
    let lower = word.to_lowercase();
    let is_reference = word.split_once('-').is_some_and(|(key, number)| {
        key.chars().any(char::is_uppercase) && number.starts_with(|digit: char| digit.is_ascii_digit())
    });
    let is_commit = word.split(|c: char| !c.is_ascii_hexdigit()).any(|part| part.len() >= 40);
    lower.contains(['@', '#'])
        || ["://", "www.", "mailto:"].iter().any(|sign| lower.contains(sign))
        || is_reference
        || is_commit
}

#[test]
fn it_sees_what_it_is_to_see() {
    for (text, what) in [
        ("[x](http://e)", "link http://e"),
        ("![x](http://e)", "image http://e"),
        ("a <b>", "html <b>"),
        ("to @team", "text @team"),
        ("see http://e", "text http://e"),
        ("see HELP-7", "text HELP-7"),
        ("x\n===", "h1 x"),
        ("*b* c", "Emphasis b"),
    ] {
        assert!(markup(text).contains(what), "{:?}", markup(text));
    }
    assert_eq!(markup("plain `@team http://e`\n\n```\n@team\n```\n"), Seen::new());
}
