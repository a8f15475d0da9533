//! What a browser makes of a report, by an HTML5 parser: elements with their attributes, numbers apart.

use scraper::Html;
use scraper::node::Node;

use super::Seen;

/// Every element, comment and doctype.
pub(crate) fn markup(report: &str) -> Seen {
    let page = Html::parse_document(report);
    page.tree
        .values()
        .filter_map(|node| match node {
            Node::Element(element) => {
                let mut attributes: Vec<String> =
                    element.attrs().map(|(name, value)| format!(" {name}={}", without_numbers(value))).collect();
                attributes.sort();
                Some(format!("{}{}", element.name(), attributes.concat()))
            }
            Node::Comment(comment) => Some(format!("comment {}", &**comment)),
            Node::ProcessingInstruction(instruction) => Some(format!("instruction {}", &**instruction)),
            Node::Doctype(doctype) => Some(format!("doctype {}", doctype.name())),
            Node::Document | Node::Fragment | Node::Text(_) => None,
        })
        .collect()
}

/// Places in the chart and counts are different in each report.
fn without_numbers(value: &str) -> String {
    let words: Vec<&str> =
        value.split(|character: char| character.is_ascii_digit()).filter(|word| !word.is_empty()).collect();
    words.join("0")
}

#[test]
fn it_sees_what_it_is_to_see() {
    for (text, what) in [
        ("<b>x", "b"),
        ("<img src=x onerror=y>", "img onerror=y src=x"),
        ("<!-- x -->", "comment  x "),
        ("<p id=a1>", "p id=a"),
    ] {
        assert!(markup(text).contains(what), "{:?}", markup(text));
    }
    assert_eq!(markup("&lt;b&gt;"), markup("x"));
}
