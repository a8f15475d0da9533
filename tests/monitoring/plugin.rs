//! A strict reader of a plugin's answer by the guidelines of the Monitoring Plugins project.

use std::collections::BTreeMap;

/// What a monitoring system takes from an answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer<'a> {
    pub(crate) state: &'a str,
    pub(crate) words: &'a str,
    /// Values by label, with their unit.
    pub(crate) performance: BTreeMap<&'a str, (f64, &'a str)>,
    /// The long text.
    pub(crate) rest: Vec<&'a str>,
}

/// Old hosts of plugins take no more, in bytes.
const MOST: usize = 4096;
/// What a list of services shows, in characters.
const WIDTH: usize = 80;

/// The answer, or what is wrong with it.
pub(crate) fn read(output: &str) -> Result<Answer<'_>, String> {
    if output.len() >= MOST {
        return Err(format!("has {} bytes", output.len()));
    }
    let body = output.strip_suffix('\n').ok_or("does not end with a line feed")?;
    let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
    let (text, performance) = first.split_once(" | ").unwrap_or((first, ""));
    let (state, words) = text.split_once(": ").ok_or_else(|| format!("has no state: {text:?}"))?;
    if !["OK", "WARNING", "CRITICAL", "UNKNOWN"].contains(&state) || words.is_empty() {
        return Err(format!("has no state: {text:?}"));
    }
    if text.chars().count() > WIDTH {
        return Err(format!("is too wide: {text:?}"));
    }
    let odd = |c: char| c.is_control() && c != '\n' || "|<>`$\\".contains(c);
    if text.contains(odd) || performance.contains(odd) || rest.contains(odd) {
        return Err(format!("holds what pages, shells or performance data would read: {body:?}"));
    }
    let performance = performance.split(' ').filter(|one| !one.is_empty()).map(value).collect::<Result<_, _>>()?;
    let rest: Vec<&str> = rest.lines().collect();
    if rest.iter().any(|line| line.trim().is_empty()) {
        return Err("has an empty line".to_owned());
    }
    Ok(Answer { state, words, performance, rest })
}

/// `label=value[unit][;warn[;crit[;min[;max]]]]`, with a label that needs no quotes.
fn value(one: &str) -> Result<(&str, (f64, &str)), String> {
    let wrong = || format!("is no performance data: {one:?}");
    let (label, rest) = one.split_once('=').ok_or_else(wrong)?;
    if label.is_empty() || label.contains(['\'', '"', ';']) {
        return Err(wrong());
    }
    let mut parts = rest.split(';');
    let first = parts.next().ok_or_else(wrong)?;
    let unit_at = first.find(|c: char| !"-.0123456789".contains(c)).unwrap_or(first.len());
    let (number, unit) = first.split_at(unit_at);
    let number = number.parse().map_err(|_| wrong())?;
    let limits: Vec<&str> = parts.collect();
    let is_number = |text: &&str| text.is_empty() || text.parse::<f64>().is_ok();
    if !["", "s", "ms", "us", "%", "B", "KB", "MB", "TB", "c"].contains(&unit)
        || limits.len() > 4
        || !limits.iter().all(is_number)
    {
        return Err(wrong());
    }
    Ok((label, (number, unit)))
}

#[test]
fn what_the_guidelines_forbid_is_refused() {
    let answer = read("OK: a | b=1;;;0 c=2.5B\nd\n").unwrap();
    assert_eq!((answer.state, answer.words, answer.rest), ("OK", "a", vec!["d"]));
    assert_eq!(answer.performance, [("b", (1.0, "")), ("c", (2.5, "B"))].into());
    for flawed in [
        "OK: a",
        "FINE: a\n",
        "OK\n",
        "OK: a | b | c=1\n",
        "OK: a | b\n",
        "OK: a | b=\n",
        "OK: a | b=1x\n",
        "OK: a | b=1;2;3;4;5;6\n",
        "OK: a\nb | c\n",
        "OK: a\n\nb\n",
        "OK: <b>\n",
        "OK: $(id)\n",
        "OK: a\u{1b}[31m\n",
        "OK: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
    ] {
        assert!(read(flawed).is_err(), "{flawed:?}");
    }
    assert!(read(&format!("OK: a\n{}\n", "b".repeat(MOST))).is_err());
}
