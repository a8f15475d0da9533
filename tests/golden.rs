//! Expected reports beside their inputs: each file and each folder directly below `sample-logs` has a text, a Markdown,
//! a JSON and a Jira report, numbers for Prometheus and an answer to Nagios in `tests/golden`, compared byte for byte, and two
//! of them a page for a browser.
//!
//! `LOGMEDIC_BLESS=1 cargo test --test golden` writes them anew; read the difference before you commit it. The tool's
//! version and the catalogue's digest are replaced, so that a release or an edit elsewhere in the catalogue changes no file.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::cargo::cargo_bin_cmd;

/// Where no signature files of the user's own are.
const NO_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder");

const FORMATS: [(&str, &str); 7] = [
    ("text", "txt"),
    ("markdown", "md"),
    ("json", "json"),
    ("jira", "jira"),
    ("html", "html"),
    ("prometheus", "prom"),
    ("nagios", "nagios"),
];
/// A page is long: one with a cause and one without show all that it can say.
const PAGES: [&str; 2] = ["sample-logs/mail-outage", "sample-logs/clean.log"];

/// 2026-01-13 04:00:00 UTC, the time at which every expected report was made.
const MADE: &str = "1768276800";

#[test]
fn reports_are_as_expected() {
    let bless = std::env::var_os("LOGMEDIC_BLESS").is_some();
    let golden = Path::new("tests/golden");
    let mut wrong = Vec::new();
    let mut expected = BTreeSet::new();
    for sample in samples() {
        for (format, extension) in FORMATS {
            if format == "html" && !PAGES.iter().any(|page| Path::new(page) == sample) {
                continue;
            }
            let file = golden.join(format!("{}.{extension}", sample.file_stem().unwrap().to_str().unwrap()));
            let report = report(&sample, format);
            expected.insert(file.clone());
            if bless {
                fs::write(&file, &report).unwrap();
            } else {
                let kept = fs::read_to_string(&file).unwrap_or_default();
                wrong.extend(difference(&kept, &report).map(|difference| format!("{}: {difference}", file.display())));
            }
        }
    }
    for file in fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path()) {
        let is_report = FORMATS.iter().any(|(_, extension)| file.extension().is_some_and(|other| other == *extension));
        if !is_report || expected.contains(&file) {
            continue;
        }
        if bless {
            fs::remove_file(&file).unwrap();
        } else {
            wrong.push(format!("{}: there is no such sample log any more", file.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n\nIf this is what you meant: LOGMEDIC_BLESS=1 cargo test --test golden",
        wrong.join("\n")
    );
}

/// Every sample by its path from the package's root, where tests run: so names in reports are the same everywhere.
fn samples() -> Vec<PathBuf> {
    let mut samples: Vec<PathBuf> = fs::read_dir("sample-logs").unwrap().map(|entry| entry.unwrap().path()).collect();
    samples.sort();
    assert!(!samples.is_empty());
    samples
}

fn report(sample: &Path, format: &str) -> String {
    let outcome = cargo_bin_cmd!()
        .env("XDG_CONFIG_HOME", NO_RULES)
        .env("SOURCE_DATE_EPOCH", MADE)
        .arg(sample)
        .args(["-q", "-f", format])
        .output()
        .unwrap();
    // A plugin has the codes of plugins.
    let worst = if format == "nagios" { 2 } else { 1 };
    assert!(outcome.status.code().is_some_and(|code| code <= worst), "{}: {outcome:?}", sample.display());
    let report = String::from_utf8(outcome.stdout).unwrap();
    assert!(!report.contains('\r'), "{}", sample.display());
    if format == "html" { without_looks(&without_version(&report)) } else { without_version(&report) }
}

/// A page without its style and script, which have tests of their own.
fn without_looks(page: &str) -> String {
    let mut text = page.to_owned();
    for (start, end) in [("<style>", "</style>"), ("<script>", "</script>"), ("'sha256-", "'"), ("'sha256-", "'")] {
        let from = text.find(start).unwrap() + start.len();
        let to = from + text[from..].find(end).unwrap();
        text.replace_range(from..to, "");
        if start.starts_with('\'') {
            text = text.replacen(start, "'HASH-", 1);
        }
    }
    text
}

/// Replaces what changes with every release or catalogue edit.
fn without_version(report: &str) -> String {
    let report = report.replace(&format!("logmedic {}", env!("CARGO_PKG_VERSION")), "logmedic VERSION");
    let report = report.replace(&format!(r#""version": "{}""#, env!("CARGO_PKG_VERSION")), r#""version": "VERSION""#);
    let digest = logmedic::Catalogue::built_in().digest().to_owned();
    report.replace(&digest, "DIGEST").replace(&format!("catalogue {}", &digest[..6]), "catalogue DIGEST")
}

/// The first line that differs.
fn difference(kept: &str, report: &str) -> Option<String> {
    if kept == report {
        return None;
    }
    let (mut old, mut new) = (kept.lines(), report.lines());
    for number in 1.. {
        let (before, now) = (old.next(), new.next());
        if before != now {
            return Some(format!(
                "line {number}\n  expected {}\n  got      {}",
                before.unwrap_or("(the end)"),
                now.unwrap_or("(the end)")
            ));
        }
        if before.is_none() {
            break;
        }
    }
    Some("the line ends differ".to_owned())
}
