//! Log text that tries to be markup: whatever it says, and in whichever field, a report has no link, image, mention,
//! heading, macro, cell or control sequence more than the report of a harmless log of the same shape.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "monitoring/exposition.rs"]
mod exposition;
#[path = "hostile_markup/html.rs"]
mod html;
#[path = "hostile_markup/markdown.rs"]
mod markdown;
#[path = "monitoring/plugin.rs"]
mod plugin;
#[path = "hostile_markup/wiki.rs"]
mod wiki;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use logmedic::{Catalogue, Diagnosis, Format, Input, RedactionLevel, ReportOptions, ScanOptions, render, scan};

/// What a log could say to be more than text in one of the forms of report.
const ATTACKS: &[&str] = &[
    // Jira's markup
    "{code}",
    "{CODE:java}",
    "{noformat}",
    "{NoFormat:title=x}",
    "{{noformat}",
    "{noformat}h1. x{noformat}",
    "\\{noformat}",
    "\\\\{noformat}",
    "{html}<b>x</b>{html}",
    "{quote}x{quote}",
    "{color:red}x{color}",
    "{{x}}",
    "[~admin]",
    "[~accountid:1]",
    "[x|http://e.example]",
    "[http://e.example]",
    "[^file]",
    "!http://e.example/x.png!",
    "!x.png|thumbnail!",
    "h1. x",
    "bq. x",
    "# x",
    "* x",
    "- x",
    "----",
    "|a|b|",
    "||a||b||",
    "a|b",
    "*b*",
    "_i_",
    "-d-",
    "+i+",
    "^s^",
    "~s~",
    "??c??",
    "a -- b --- c",
    "(!) (x) (on) (flagoff) :) ;) :D :P",
    "\\",
    "x\\\\y",
    "HELP-7",
    "A1_B-22",
    // Markdown
    "```",
    "``````` `",
    "~~~",
    "`x`",
    "# x #",
    "=====",
    "---",
    "1. x",
    "1) x",
    "+ x",
    "> x",
    "    x",
    "[x](http://e.example)",
    "![x](http://e.example/x.png)",
    "[x]: http://e.example",
    "[^1]",
    "<http://e.example>",
    "<a@e.example>",
    "**b** __b__ ~~d~~",
    "| --- | --- |",
    "</details>",
    "<details open>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- x",
    "<?x ?>",
    "&lt;b&gt; &#64;team &amp;",
    "$x$ $$y$$",
    ":tada:",
    "@team",
    "@org/team,",
    "#1",
    "org/repo#1",
    "GH-1",
    "0123abcd0123abcd0123abcd0123abcd0123abcd",
    // Links that nobody has to mark
    "http://e.example/x",
    "https://e.example",
    "HTTPS://e.example",
    "ftp://e.example",
    "www.e.example",
    "WWW.e.example",
    "mailto:a@e.example",
    "a@e.example",
    "file:///etc/passwd",
    "\\\\e.example\\share",
    // Terminals
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]8;;http://e.example\u{7}x\u{1b}]8;;\u{7}",
    "\u{1b}]52;c;eA==\u{7}",
    "\u{1b}P0;1|17/ab\u{1b}\\",
    "\u{9b}2J",
    "x\ry",
    "x\u{8}\u{8}y",
    "\u{202e}txt.exe\u{2066}",
    "e\u{200b}v\u{feff}i\u{ad}l",
    "\u{e0041}\u{e0042}\u{fff9}x\u{fffb}",
    "x\u{85}y\u{2028}z\u{2029}",
];

const STAMP: &str = "2026-01-13 02:01";
const CODE: &str = "AADSTS7000215: Invalid client secret provided.";

/// A log with this text wherever a log holds words of others.
fn log(text: &str) -> String {
    format!(
        "{STAMP}:40,118+0000 main INFO      [c.a.b.C] x\n\
         {STAMP}:41,118+0000 {text} ERROR {text} 1x2x3 - 192.0.2.1 /{text} [c.a.b.{text}] {text} {CODE} {text} app '{text}' Trace ID: {text}\n\
         {text}\n    at {text}\n\
         {STAMP}:42,118+0000 main ERROR      [c.a.b.C] Refresh Token Failed. {CODE} {text} Trace ID: 8d0f6c1e-52b7-4f0e-9a53-0c7be1f4d300 Timestamp: {text}\n\
         {STAMP}:43,118+0000 ERROR [{text}] Caesium-1-3 {text}     Exception when MailPullerWorker pulls emails: {CODE} user={text}@e.example {text}\n\
         {STAMP}:44,118+0000 ERROR [x {text} y] Caesium-1-3 ServiceRunner     {CODE} {text} host: {text}.e.example:993 user: {text}\n"
    )
}

/// The name of a file with this text, as far as a file can be called so.
fn file_name(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if cfg!(unix) { format!("{}.log", short.replace('/', "\u{2215}")) } else { "odd.log".to_owned() }
}

/// The report of a log with this text in every field and in the names of two files, one of them no log.
fn report(text: &str, format: Format, redaction: RedactionLevel) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file_name(text)), log(text)).unwrap();
    fs::write(folder.path().join(format!("2{}", file_name(text))), "no log").unwrap();
    // The folder's own name is different in each run.
    report_of(folder.path(), format, redaction).replace(folder.path().to_str().unwrap(), "logs")
}

fn report_of(path: &Path, format: Format, redaction: RedactionLevel) -> String {
    let catalogue = Catalogue::built_in();
    let scan = scan(&catalogue, &[Input::Path(path.to_path_buf())], &ScanOptions::default()).unwrap();
    let diagnosis = Diagnosis::new(&catalogue, scan.tally, scan.not_logs);
    let options = ReportOptions { redaction: Some(redaction), verbose: true, ..ReportOptions::default() };
    render(&diagnosis, format, options)
}

/// Every piece of markup that a reader of a report sees, each with the words that tell ours from others'.
type Seen = BTreeSet<String>;

/// Checks that no attack adds anything to what is seen in the reports of harmless logs.
fn nothing_is_added(format: Format, markup: impl Fn(&str) -> Seen) {
    let mut ours = markup(&report("harmless", format, RedactionLevel::Off));
    for sample in fs::read_dir("sample-logs").unwrap() {
        ours.extend(markup(&report_of(&sample.unwrap().path(), format, RedactionLevel::Off)));
    }
    for redaction in [RedactionLevel::Off, RedactionLevel::Full] {
        for attack in ATTACKS {
            let report = report(attack, format, redaction);
            let added: Vec<String> = markup(&report).difference(&ours).cloned().collect();
            assert!(added.is_empty(), "{attack:?} adds {added:?}:\n{}", lines_with(&report, attack));
        }
    }
}

/// The lines in which an attack can be seen, to keep a failure readable.
fn lines_with(report: &str, attack: &str) -> String {
    let sign: String = attack.chars().filter(|character| character.is_alphanumeric()).take(3).collect();
    report.lines().filter(|line| line.contains(&sign)).take(20).collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_in_a_log_is_markup_in_jira() {
    nothing_is_added(Format::Jira, wiki::markup);
}

#[test]
fn nothing_in_a_log_is_markup_in_markdown() {
    nothing_is_added(Format::Markdown, markdown::markup);
}

#[test]
fn nothing_in_a_log_is_markup_in_a_browser() {
    nothing_is_added(Format::Html, html::markup);
}

#[test]
fn nothing_in_a_log_is_a_series_of_its_own() {
    nothing_is_added(Format::Prometheus, |report| {
        let families = exposition::read(report).unwrap_or_else(|flaw| panic!("{flaw}\n{report}"));
        let labels =
            |family: &exposition::Family| family.series.keys().flat_map(|labels| labels.keys().cloned()).collect();
        let seen = families.iter().map(|(name, family)| {
            let labels: BTreeSet<String> = labels(family);
            format!("{} {name} {labels:?}", family.kind)
        });
        seen.collect()
    });
}

#[test]
fn nothing_in_a_log_is_a_plugins_state_or_performance_data() {
    nothing_is_added(Format::Nagios, |report| {
        let answer = plugin::read(report).unwrap_or_else(|flaw| panic!("{flaw}\n{report}"));
        let values = answer.performance.iter().map(|(label, (_, unit))| format!("{label} {unit}"));
        values.chain([answer.state.to_owned()]).collect()
    });
}

#[test]
fn nothing_in_a_log_controls_a_terminal() {
    for attack in ATTACKS {
        let report = report(attack, Format::Text, RedactionLevel::Off);
        // Ours: bold, a colour, words in capitals, and back.
        let mut rest = report.as_str();
        while let Some(at) = rest.find(|character: char| character != '\n' && character.is_control()) {
            let styled = rest[at..].strip_prefix("\u{1b}[1m").and_then(|rest| {
                let (colour, rest) = rest.split_once('m')?;
                assert!(
                    ["\u{1b}[31", "\u{1b}[33", "\u{1b}[32"].contains(&colour),
                    "{attack:?}: {}",
                    report.escape_debug()
                );
                rest.split_once("\u{1b}[0m")
            });
            let Some((word, after)) = styled else { panic!("{attack:?}: {}", report.escape_debug()) };
            assert!(word.chars().all(|c| c.is_ascii_uppercase() || c == ' '), "{attack:?}: {word:?}");
            rest = after;
        }
    }
}

#[test]
fn reports_fit_into_a_ticket_or_an_answer_whatever_a_log_says() {
    for text in ["\u{1F600}", "{", "\\", "|", "@"] {
        let text = text.repeat(3000);
        plugin::read(&report(&text, Format::Nagios, RedactionLevel::Off)).unwrap();
        for (format, most) in [(Format::Jira, 32_000), (Format::Markdown, 65_000)] {
            let report = report(&text, format, RedactionLevel::Off);
            assert!(report.encode_utf16().count() <= most, "{}: {}", format.name(), report.encode_utf16().count());
        }
    }
}

#[test]
fn a_limit_is_kept_at_the_end_of_a_section_and_what_is_missing_is_named() {
    let catalogue = Catalogue::built_in();
    let inputs = [Input::Path("sample-logs".into())];
    let scan = scan(&catalogue, &inputs, &ScanOptions::default()).unwrap();
    let diagnosis = Diagnosis::new(&catalogue, scan.tally, scan.not_logs);
    for format in [Format::Jira, Format::Markdown] {
        let whole = render(&diagnosis, format, ReportOptions { limit: Some(usize::MAX), ..ReportOptions::default() });
        assert!(!whole.contains("Left out"));
        for limit in (2000..whole.len()).step_by(997) {
            let cut = render(&diagnosis, format, ReportOptions { limit: Some(limit), ..ReportOptions::default() });
            assert!(cut.encode_utf16().count() <= limit, "{limit}: {}", cut.len());
            assert!(cut.contains("Left out for length") && cut.contains("Masked"), "{cut}");
            let lines: BTreeSet<&str> = whole.lines().collect();
            let odd: Vec<&str> =
                cut.lines().filter(|line| !lines.contains(line) && !line.contains("Left out")).collect();
            assert!(odd.is_empty(), "{odd:?}");
        }
    }
}
