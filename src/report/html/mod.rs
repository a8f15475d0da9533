//! The report as one page for a browser: attached to tickets, read by managers and administrators, printed.
//!
//! The page loads nothing and needs no script. A policy in its head names the one style and the one script that may
//! take effect, so that nothing else could. Text from logs stands in text only, never in an attribute, an address or
//! an id; every text is made visible and escaped in one place, on its way into the template.

mod chart;
mod ledger;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context, escape_formatter};
use serde::Serialize;

use super::ReportOptions;
use super::escape::visible;
use super::redact::Redactor;
use super::story::{self, Cause, moment};
use crate::diagnosis::{Diagnosis, Stamp};

const TEMPLATE: &str = include_str!("page.html.jinja");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// SHA-256 of the two files above; a test says what they must be.
const STYLE_HASH: &str = "sha256-uU0J/G/MX7z38mqRCv6BR1s3JrQTpr8Wg0AHiEQ0YDI=";
const SCRIPT_HASH: &str = "sha256-KJPw0FVP+huMLDMyXQpFV0GgWANl8HiNXVQGmJjm10M=";

/// Most lines of a list.
const LISTED: usize = 50;
/// Most causes that are told in full.
const TOLD: usize = 40;
/// Most bytes that quoted log events take, escaped.
const QUOTED: usize = 400_000;

/// A time for machines and for people.
#[derive(Serialize)]
struct Moment {
    iso: String,
    text: String,
}

impl Moment {
    fn of(stamp: Stamp) -> Self {
        Self { iso: stamp.to_string(), text: moment(stamp) }
    }
}

/// Writes the page.
pub(super) fn render(diagnosis: &Diagnosis, redactor: &mut Redactor, options: &ReportOptions) -> String {
    let mut story = story::tell(diagnosis, redactor, options);
    let left_out = cut_to_size(&mut story.causes);
    let chart = chart::chart(diagnosis, redactor);
    let ledger = ledger::rows(diagnosis, redactor);
    // Only now has everything been shown that can be masked.
    story.masked = redactor.summary();
    let page = context! {
        story => Serde(story),
        chart => Serde(chart),
        ledger => Serde(ledger),
        left_out,
        listed => LISTED,
        told => TOLD,
        complete => diagnosis.ledger.is_complete(),
        in_no_log => story::IN_NO_LOG,
        kept => story::KEPT,
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        style_hash => Value::from_safe_string(STYLE_HASH.to_owned()),
        script_hash => Value::from_safe_string(SCRIPT_HASH.to_owned()),
    };
    // The template is ours and tested; a report that says what went wrong is better than none.
    environment().and_then(|environment| environment.render_str(TEMPLATE, page)).unwrap_or_else(|error| {
        format!("<!DOCTYPE html>\n<title>logmedic</title>\n<pre>This report could not be made: {error}</pre>\n")
    })
}

/// How values come into the template: visible and escaped, a mistaken name is an error.
fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?;
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(|out, state, value| match value.as_str() {
        // No line of the page may begin with a line of a log: the page may lie in a folder of logs.
        Some(text) if !value.is_safe() => escape_formatter(out, state, &visible(text).replace('\n', " ").into()),
        _ => escape_formatter(out, state, value),
    });
    environment.add_filter("grouped", story::grouped);
    environment.add_filter("capital", |text: &str| story::capital(text));
    environment.add_filter("log_lines", |text: &str| -> Vec<String> {
        visible(text).trim_end_matches('\n').split('\n').map(|line| format!(" {line}")).collect()
    });
    environment.add_filter("web_address", |text: &str| text.starts_with("https://"));
    Ok(environment)
}

/// Takes quoted events away where the page would become too large, the later causes' first; says how many.
fn cut_to_size(causes: &mut [Cause]) -> usize {
    let mut room = QUOTED;
    let mut left_out = 0;
    for cause in causes {
        let before = cause.evidence.len();
        cause.evidence.retain(|event| {
            let size = escaped_length(event.text.as_str());
            let fits = size <= room;
            room -= if fits { size } else { room };
            fits
        });
        left_out += before - cause.evidence.len();
    }
    left_out
}

/// Bytes of a text on the page: a marked-up character takes six, one that is made visible at most ten.
fn escaped_length(text: &str) -> usize {
    text.chars()
        .map(|character| match character {
            '&' | '<' | '>' | '"' | '\'' | '/' => 6,
            character if character.is_alphanumeric() => character.len_utf8(),
            ' '..='~' => 1,
            _ => 10,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_policy_names_the_style_and_the_script() {
        for (text, hash) in [(STYLE, STYLE_HASH), (SCRIPT, SCRIPT_HASH)] {
            let is = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text));
            assert_eq!(hash, format!("sha256-{is}"), "browsers would refuse the changed file");
            assert!(!text.contains("</") && !text.contains('\r'), "it must end where the page ends it");
        }
    }

    #[test]
    fn every_text_is_escaped_and_visible_in_one_line() {
        let hostile = "<b title=\"x\">&'\u{1b}[31m\u{202e}\n2026-01-13";
        let page = environment().unwrap().render_str("{{ text }}", context! { text => hostile }).unwrap();
        assert_eq!(page, "&lt;b title=&quot;x&quot;&gt;&amp;&#x27;\\x1B[31m\\u{202E} 2026-01-13");
        let lines = environment()
            .unwrap()
            .render_str("{% for l in t|log_lines %}{{ l }};{% endfor %}", context! { t => "<a\n b\n" });
        assert_eq!(lines.unwrap(), " &lt;a;  b;");
        assert!(escaped_length(hostile) >= page.len());
    }
}
