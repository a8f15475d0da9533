//! A strict reader of Prometheus' classic text form: what it does not take, some collector refuses.

use std::collections::{BTreeMap, BTreeSet};

/// All series of one name.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) kind: String,
    pub(crate) series: BTreeMap<BTreeMap<String, String>, f64>,
}

/// The families by name, or what is wrong with the text.
pub(crate) fn read(text: &str) -> Result<BTreeMap<String, Family>, String> {
    if !text.is_ascii() || text.bytes().any(|byte| byte != b'\n' && byte.is_ascii_control()) {
        return Err("holds more than printable characters and line feeds".to_owned());
    }
    let body = text.strip_suffix('\n').ok_or("does not end with a line feed")?;
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut lines = body.split('\n').peekable();
    while let Some(head) = lines.next() {
        let (name, help) = head
            .strip_prefix("# HELP ")
            .and_then(|head| head.split_once(' '))
            .ok_or_else(|| format!("no HELP where a family begins: {head:?}"))?;
        check(!help.is_empty() && !help.contains('\\'), "is no help", head)?;
        let second = lines.next().unwrap_or_default();
        let kind = second.strip_prefix("# TYPE ").and_then(|rest| rest.strip_prefix(name)?.strip_prefix(' '));
        let kind = kind.ok_or_else(|| format!("no TYPE behind {head:?}: {second:?}"))?;
        check(matches!(kind, "gauge" | "counter"), "is no type", second)?;
        check(name.ends_with("_total") == (kind == "counter"), "has no name of its type", second)?;
        let mut family = Family { kind: kind.to_owned(), series: BTreeMap::new() };
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            let rest = line.strip_prefix(name).ok_or_else(|| format!("is of no family: {line:?}"))?;
            let (labels, value) = match rest.strip_prefix('{') {
                Some(labels) => read_labels(labels).ok_or_else(|| format!("has odd labels: {line:?}"))?,
                None => (BTreeMap::new(), rest),
            };
            let value = value.strip_prefix(' ').ok_or_else(|| format!("has no blank before its value: {line:?}"))?;
            // A time stamp would be a second word.
            let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            check(is_number, "has no plain number", line)?;
            let value = value.parse().map_err(|_| format!("has no value: {line:?}"))?;
            check(family.series.insert(labels, value).is_none(), "is there twice", line)?;
        }
        check(!family.series.is_empty(), "has no series", head)?;
        let names: BTreeSet<Vec<&String>> = family.series.keys().map(|labels| labels.keys().collect()).collect();
        check(names.len() == 1, "has series with other labels", head)?;
        check(families.insert(name.to_owned(), family).is_none(), "is a family in two pieces", head)?;
    }
    Ok(families)
}

/// The labels behind their brace, and what follows.
fn read_labels(text: &str) -> Option<(BTreeMap<String, String>, &str)> {
    let mut labels = BTreeMap::new();
    let mut rest = text;
    loop {
        let (name, behind) = rest.split_once("=\"")?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let mut value = String::new();
        let mut characters = behind.char_indices();
        let end = loop {
            match characters.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match characters.next()?.1 {
                    'n' => '\n',
                    kept @ ('\\' | '"') => kept,
                    _ => return None,
                }),
                (_, other) => value.push(other),
            }
        };
        if !is_name || labels.insert(name.to_owned(), value).is_some() {
            return None;
        }
        rest = &behind[end + 1..];
        match rest.strip_prefix('}') {
            Some(behind) => return Some((labels, behind)),
            None => rest = rest.strip_prefix(',')?,
        }
    }
}

fn check(holds: bool, flaw: &str, line: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{flaw}: {line:?}")) }
}

#[test]
fn what_collectors_refuse_is_refused() {
    let head = "# HELP a_b help\n# TYPE a_b gauge\n";
    let sound = format!("{head}a_b{{c=\"d\\\\e\\\"\\n\"}} 1\n");
    let families = read(&sound).unwrap();
    assert_eq!(families["a_b"].series.keys().next().unwrap()["c"], "d\\e\"\n");
    for flawed in [
        "a_b 1\n".to_owned(),
        format!("{head}a_b 1"),
        format!("{head}a_b 1\r\n"),
        format!("{head}a_b 1 1768276800000\n"),
        format!("{head}a_b 1\na_b 1\n"),
        format!("{head}a_b{{c=\"d\"}} 1\na_b{{e=\"f\"}} 1\n"),
        format!("{head}a_b{{c=\"d}} 1\n"),
        format!("{head}a_b{{c=\"d\"e\"}} 1\n"),
        format!("{head}a_b{{c=\"d\",c=\"e\"}} 1\n"),
        format!("{head}a_b{{c=\"d\\x\"}} 1\n"),
        format!("{head}x 1\n"),
        head.to_owned(),
        format!("{head}a_b 1\n{head}a_b{{c=\"d\"}} 1\n"),
        "# HELP a_total help\n# TYPE a_total gauge\na_total 1\n".to_owned(),
        format!("{head}a_b 1\n\n"),
    ] {
        assert!(read(&flawed).is_err(), "{flawed:?}");
    }
}
