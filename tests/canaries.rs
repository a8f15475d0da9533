//! Canaries: secrets and personal data of every class, at every place of a log that reaches a report, in every format.
//! None may sing, not even eight characters of it, and not after any decoding that a reader could try.
//!
//! Each canary stands in an event that a signature claims, and the report without redaction shows that it got there.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "canaries/cage.rs"]
mod cage;
#[path = "canaries/decoding.rs"]
mod decoding;
#[path = "canaries/places.rs"]
mod places;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use logmedic::diagnosis::Diagnosis;
use logmedic::matcher::Matcher;
use logmedic::{Catalogue, Format, RedactionLevel, ReportOptions, render, scan_text};
use serde_json::Value;

use cage::{CANARIES, Kind};
use decoding::readings;
use places::{PLACES, Placed};

/// Where no signature files of the user's own are.
const NO_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder");

/// Scans texts and renders what was found.
struct Clinic {
    catalogue: Catalogue,
    matcher: Matcher,
}

impl Clinic {
    fn open() -> Self {
        let catalogue = Catalogue::built_in();
        let matcher = Matcher::new(&catalogue, |_| true).unwrap();
        Self { catalogue, matcher }
    }

    fn diagnose(&self, name: &str, log: &str) -> Diagnosis {
        Diagnosis::new(&self.catalogue, scan_text(&self.matcher, name, log.as_bytes()), Vec::new())
    }

    /// Signatures with their events.
    fn counts(&self, name: &str, log: &str) -> Vec<(String, u64)> {
        let diagnosis = self.diagnose(name, log);
        let mut counts: Vec<_> =
            diagnosis.findings.iter().map(|found| (found.signature.id.clone(), found.tally.events)).collect();
        counts.sort();
        counts
    }
}

/// A diagnosis in every format there is, in its short and its long form.
fn reports(diagnosis: &Diagnosis, level: RedactionLevel) -> Vec<(Format, String)> {
    let mut reports = Vec::new();
    for &format in Format::ALL {
        // Elsewhere the short form is a part of the long one.
        for verbose in if format == Format::Text { &[false, true][..] } else { &[true] } {
            let options = ReportOptions { redaction: Some(level), verbose: *verbose, ..ReportOptions::default() };
            reports.push((format, render(diagnosis, format, options)));
        }
    }
    reports
}

/// What is left of a canary in a report: eight characters of it, in any reading.
fn song(report: &str, needle: &str) -> Option<String> {
    let needle = needle.to_lowercase();
    let length = needle.len().min(8);
    readings(report).into_iter().find_map(|reading| {
        (0..=needle.len() - length)
            .map(|start| &needle[start..start + length])
            .find(|piece| reading.contains(piece))
            .map(str::to_owned)
    })
}

#[test]
fn no_canary_sings_from_any_place_in_any_format() {
    let clinic = Clinic::open();
    let mut songs = String::new();
    for canary in CANARIES {
        for place in PLACES {
            let Some(Placed { source, log }) = place.put(canary) else { continue };
            let diagnosis = clinic.diagnose(&source, &log);
            assert!(!diagnosis.findings.is_empty(), "{} {}: no signature claims it\n{log}", canary.class, place.name());
            let open = render(
                &diagnosis,
                Format::Json,
                ReportOptions { redaction: Some(RedactionLevel::Off), ..ReportOptions::default() },
            );
            assert!(
                readings(&open).iter().any(|reading| reading.contains(&canary.needle.to_lowercase())),
                "{} {} does not reach the report\n{open}",
                canary.class,
                place.name()
            );
            for level in [RedactionLevel::Secrets, RedactionLevel::Full] {
                if level == RedactionLevel::Secrets && canary.kind == Kind::Identity {
                    continue;
                }
                for (format, report) in reports(&diagnosis, level) {
                    if let Some(piece) = song(&report, canary.needle) {
                        let line =
                            report.lines().find(|line| line.to_lowercase().contains(&piece)).unwrap_or("(decoded)");
                        let _ =
                            writeln!(songs, "{} {} {level} {format:?}: {piece:?}: {line}", canary.class, place.name());
                    }
                }
            }
        }
    }
    assert!(songs.is_empty(), "{} songs\n{songs}", songs.lines().count());
}

#[test]
fn a_canary_at_the_edge_of_a_sample_does_not_sing() {
    /// So long is the text that a sample holds.
    const KEPT: usize = 4096;
    let clinic = Clinic::open();
    let mut songs = String::new();
    for canary in CANARIES {
        let head = places::head();
        let at = canary.text.find(canary.needle).unwrap();
        for shown in (8..=canary.text.len() - at).step_by(3) {
            let filler = KEPT - head.len() - at - shown - 1;
            let words = "well and good ".repeat(filler / 14 + 1);
            let log = format!("{head}{} {} and on\n", &words[..filler], canary.text);
            let diagnosis = clinic.diagnose("jira.log", &log);
            let sample = diagnosis.findings[0].samples()[0];
            assert!(sample.cut > 0 && sample.text.len() == KEPT, "{}", canary.class);
            let level = if canary.kind == Kind::Identity { RedactionLevel::Full } else { RedactionLevel::Secrets };
            for (format, report) in reports(&diagnosis, level) {
                if let Some(piece) = song(&report, canary.needle) {
                    let line = report.lines().find(|line| line.to_lowercase().contains(&piece)).unwrap_or_default();
                    let tail = line.char_indices().rev().nth(120).map_or(line, |(at, _)| &line[at..]);
                    let _ = writeln!(songs, "{} {format:?} {shown} shown: {piece:?}: …{tail}", canary.class);
                }
            }
        }
    }
    assert!(songs.is_empty(), "{} songs\n{songs}", songs.lines().count());
}

#[test]
fn signatures_still_match_on_what_was_masked() {
    let clinic = Clinic::open();
    for canary in CANARIES {
        for place in PLACES {
            let Some(Placed { source, log }) = place.put(canary) else { continue };
            compare(&clinic, &source, &log);
        }
    }
    for file in sample_logs() {
        compare(&clinic, "sample.log", &String::from_utf8_lossy(&fs::read(&file).unwrap()));
    }
}

/// The samples of a report, scanned again, give the findings that the same samples give without redaction.
fn compare(clinic: &Clinic, source: &str, log: &str) {
    let diagnosis = clinic.diagnose(source, log);
    let samples = |level| {
        let options = ReportOptions { redaction: Some(level), ..ReportOptions::default() };
        let report: Value = serde_json::from_str(&render(&diagnosis, Format::Json, options)).unwrap();
        let mut texts = Vec::new();
        for finding in report["findings"].as_array().unwrap() {
            for sample in finding["samples"].as_array().unwrap() {
                texts.push(sample["text"].as_str().unwrap().to_owned());
            }
        }
        texts
    };
    let raw = samples(RedactionLevel::Off);
    for level in [RedactionLevel::Secrets, RedactionLevel::Full] {
        let masked = samples(level);
        assert_eq!(raw.len(), masked.len());
        for (raw, masked) in raw.iter().zip(&masked) {
            let (before, after) = (clinic.counts("again.log", raw), clinic.counts("again.log", masked));
            assert_eq!(before, after, "{level}\n{raw}\n->\n{masked}");
        }
    }
}

fn sample_logs() -> Vec<std::path::PathBuf> {
    let (mut left, mut files) = (vec![Path::new("sample-logs").to_path_buf()], Vec::new());
    while let Some(folder) = left.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { left.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

#[test]
fn every_report_says_what_was_masked_and_how_far_that_goes() {
    let clinic = Clinic::open();
    let log = format!("{}password=hunter2000 by ann.lee@corp.example\n", places::head());
    let diagnosis = clinic.diagnose("jira.log", &log);
    for level in [RedactionLevel::Secrets, RedactionLevel::Full] {
        for (format, report) in reports(&diagnosis, level) {
            if report.is_empty() || is_for_machines(format) {
                continue;
            }
            let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains("not exhaustive"), "{format:?} at {level}\n{report}");
            assert!(flat.contains(&level.to_string()) && flat.contains("password"), "{format:?} at {level}\n{report}");
        }
    }
}

/// Formats of other programs, which have no place for a sentence; they hold counts and ids only.
fn is_for_machines(format: Format) -> bool {
    ["Prometheus", "Nagios"].contains(&format!("{format:?}").as_str())
}

#[test]
fn a_key_makes_the_same_pseudonyms_in_every_run_node_and_format() {
    let clinic = Clinic::open();
    let key = logmedic::RedactionKey::new(&[0x5a; 32]).unwrap();
    let shown = |log: &str, format, redaction_key| {
        let options = ReportOptions {
            redaction: Some(RedactionLevel::Full),
            redaction_key,
            verbose: true,
            ..ReportOptions::default()
        };
        render(&clinic.diagnose("/data/jira.log", log), format, options)
    };
    let one = format!("{}for bob@corp.example then zyx.ann@corp.example\n", places::head());
    let other = format!("{}for ZYX.ann%40corp.example only\n", places::head());
    let placeholder = |report: &str| {
        let start = report.find("zyx").map_or_else(|| report.rfind("email-").unwrap(), |_| panic!("{report}"));
        report[start..].split(['>', '&', '\\']).next().unwrap().to_owned()
    };
    let expected = placeholder(&shown(&one, Format::Json, Some(key)));
    assert!(expected.len() == "email-".len() + 10, "{expected}");
    for &format in Format::ALL {
        for log in [&one, &other] {
            let report = shown(log, format, Some(key));
            assert!(!report.contains("email-") || placeholder(&report) == expected, "{format:?}\n{report}");
        }
    }
    let report: Value = serde_json::from_str(&shown(&one, Format::Json, Some(key))).unwrap();
    assert_eq!(report["redaction"]["key_id"], key.id().to_string());
    let numbered: Value = serde_json::from_str(&shown(&one, Format::Json, None)).unwrap();
    assert_eq!(numbered["redaction"]["key_id"], Value::Null);
    assert!(numbered.to_string().contains("<email-2>"), "{numbered}");
}

#[test]
fn names_of_files_and_complaints_are_masked_like_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let name = "ann.canary77@corp.example.log";
    fs::write(folder.path().join(name), format!("{}x\n", places::head())).unwrap();
    let missing = folder.path().join("bob.canary88@corp.example.log");
    let outcome = cargo_bin_cmd!()
        .env("XDG_CONFIG_HOME", NO_RULES)
        .args([folder.path().join(name), missing])
        .args(["-f", "json", "--redact", "full"])
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&outcome.stdout), String::from_utf8_lossy(&outcome.stderr));
    assert!(!out.contains("canary77") && !out.contains("canary88") && out.contains("<email-1>"), "{out}");
    assert!(!err.contains("canary88") && err.contains("no such file"), "{err}");

    let alone = cargo_bin_cmd!()
        .env("XDG_CONFIG_HOME", NO_RULES)
        .arg(folder.path().join("token=canary99.log"))
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&alone.stderr);
    assert!(!err.contains("canary99") && err.contains("nothing could be read"), "{err}");
}
