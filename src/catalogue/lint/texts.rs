//! What people read of a signature, and the names by which it refers to others.

use super::Examined;

/// A title stands on one line of a report.
const MOST_TITLE: usize = 60;
const MOST_ID: usize = 60;
/// So much of an event is looked at; a longer example would prove less than it says.
const MOST_EXAMPLE: usize = 64 * 1024;

pub(super) fn check(examined: &mut Examined<'_>) {
    let signature = examined.signature();
    if !is_id(&signature.id) {
        examined.wrong(
            "id",
            format!(
                "an id has at most {MOST_ID} lower-case letters and digits in words joined by single hyphens; rename it"
            ),
        );
    }
    let length = signature.title.chars().count();
    if length > MOST_TITLE {
        examined.wrong("title", format!("the title has {length} characters, {MOST_TITLE} at most; shorten it"));
    }
    for (key, text) in [("title", &signature.title), ("meaning", &signature.meaning), ("verify", &signature.verify)] {
        if text.trim().is_empty() {
            examined.wrong(key, format!("`{key}` is empty; say it in a sentence"));
        }
    }
    if signature.causes.is_empty() {
        examined.wrong("causes", "`causes` is empty; name the likeliest reason");
    }
    if !examined.known.own && signature.seen.trim().is_empty() {
        examined.wrong("seen", "`seen` is missing; say where the text was seen");
    }
    shown_texts(examined);
    for (i, address) in signature.references.iter().enumerate() {
        if !address.starts_with("https://") && !address.starts_with("http://") {
            examined.wrong(&format!("references[{i}]"), format!("{address:?} is no address; begin it with https://"));
        }
    }
    examples(examined);
    references(examined);
}

/// Our texts go to terminals as they are: nothing in them may steer one.
fn shown_texts(examined: &mut Examined<'_>) {
    let signature = examined.signature();
    let mut texts = vec![
        ("title".to_owned(), &signature.title),
        ("seen".to_owned(), &signature.seen),
        ("meaning".to_owned(), &signature.meaning),
        ("verify".to_owned(), &signature.verify),
    ];
    for (key, list) in [
        ("causes", &signature.causes),
        ("not_this", &signature.not_this),
        ("dont", &signature.dont),
        ("references", &signature.references),
    ] {
        texts.extend(list.iter().enumerate().map(|(i, text)| (format!("{key}[{i}]"), text)));
    }
    for (i, remedy) in signature.remedy.iter().enumerate() {
        texts.extend(remedy.text.iter().chain(&remedy.needs).map(|text| (format!("remedy[{i}]"), text)));
    }
    for (i, other) in signature.look_alikes.iter().enumerate() {
        texts.push((format!("look_alikes[{i}]"), &other.tell));
    }
    for (key, text) in texts {
        if let Some(letter) = text.chars().find(|letter| letter.is_control() && *letter != '\n') {
            examined.wrong(&key, format!("holds the control character U+{:04X}; remove it", u32::from(letter)));
        }
    }
}

fn examples(examined: &mut Examined<'_>) {
    let signature = examined.signature();
    for (key, texts, purpose) in [
        ("examples", &signature.examples, "a text that must match"),
        ("counter_examples", &signature.counter_examples, "a similar text that must not match"),
    ] {
        if texts.is_empty() && !signature.matching.silence {
            examined.wrong(key, format!("`{key}` is empty; give {purpose}, in the layout of a real log"));
        }
        for (i, text) in texts.iter().enumerate() {
            if text.trim().is_empty() || text.len() > MOST_EXAMPLE {
                let key = format!("{key}[{i}]");
                examined.wrong(&key, format!("an example has 1 to {MOST_EXAMPLE} bytes, this one {}", text.len()));
            }
        }
    }
}

fn references(examined: &mut Examined<'_>) {
    let signature = examined.signature();
    let mut named: Vec<(String, &str)> = Vec::new();
    named.extend(signature.leads_to.iter().enumerate().map(|(i, id)| (format!("leads_to[{i}]"), id.as_str())));
    named.extend(
        signature.look_alikes.iter().enumerate().map(|(i, other)| (format!("look_alikes[{i}]"), other.id.as_str())),
    );
    named.extend(signature.elsewhere.iter().map(|id| ("elsewhere".to_owned(), id.as_str())));
    for (key, id) in named {
        let list = key.split('[').next().unwrap_or_default();
        if id == signature.id {
            examined.wrong(&key, format!("`{list}` names the signature itself; remove it"));
        } else if !examined.known.ids.contains_key(id) {
            examined.wrong(
                &key,
                format!("`{list}` names {id:?}, which does not exist; `logmedic signatures list` shows every id"),
            );
        }
    }
}

fn is_id(id: &str) -> bool {
    id.len() <= MOST_ID
        && id
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}
