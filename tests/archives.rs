//! Archives and compressed logs give what the plain logs give, and whatever is wrong with them is told: damage at any
//! place, limits, entries that cannot be read. Nothing in an archive is ever written. Bombs are made here, never kept.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "archives/hostile.rs"]
mod hostile;
#[path = "archives/support_zips.rs"]
mod support_zips;

use std::fs;
use std::io::{Cursor, Write};

use assert_cmd::cargo::cargo_bin_cmd;
use flate2::Compression;
use flate2::write::GzEncoder;
use logmedic::{
    Bound, Catalogue, Diagnosis, Format, Input, Limits, RedactionLevel, ReportOptions, ScanOptions, Window, render,
    scan,
};
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const LOG: &str = "sample-logs/mail-outage/atlassian-jira.log";

/// Where no signature files of the user's own are.
const NO_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder");

fn log() -> Vec<u8> {
    fs::read(LOG).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

/// A zip archive of these entries.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(deflated(), entries)
}

fn zip_with(options: SimpleFileOptions, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The JSON report of a file with these bytes, which is named on the command line as `log`.
fn report(bytes: &[u8]) -> Value {
    report_with(bytes, &ScanOptions::default()).unwrap()
}

fn report_with(bytes: &[u8], options: &ScanOptions) -> Result<Value, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, bytes).unwrap();
    let catalogue = Catalogue::built_in();
    let scan = scan(&catalogue, &[Input::Path(path.clone())], options).unwrap();
    if let Some(error) = scan.nothing_read() {
        return Err(error.to_string());
    }
    let diagnosis = Diagnosis::new(&catalogue, scan.tally, scan.not_logs);
    let options = ReportOptions { redaction: Some(RedactionLevel::Off), verbose: false, ..ReportOptions::default() };
    let text = render(&diagnosis, Format::Json, options);
    Ok(serde_json::from_str(&text.replace(path.to_str().unwrap(), "log")).unwrap())
}

fn limits(inflated: u64, entries: u64, ratio: u64, threads: usize) -> ScanOptions {
    ScanOptions { limits: Limits { inflated, entries, ratio }, threads: Some(threads), ..ScanOptions::default() }
}

fn problems(report: &Value) -> Vec<&str> {
    report["ledger"]["problems"].as_array().unwrap().iter().map(|problem| problem.as_str().unwrap()).collect()
}

fn notes(report: &Value) -> String {
    report["ledger"]["sources"].as_array().unwrap().iter().map(|source| source["notes"].to_string()).collect()
}

/// The findings, whatever the source was called.
fn findings(report: &Value) -> Value {
    let mut findings = report["findings"].clone();
    let all = findings.as_array_mut().unwrap().iter_mut();
    for finding in all {
        for list in ["samples", "sources"] {
            for place in finding[list].as_array_mut().unwrap() {
                place["source"] = Value::Null;
            }
        }
    }
    findings
}

/// Every way in which one log may be packed.
fn packed_in_all_ways(log: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (first, second) = log.split_at(log.len() / 3);
    let mut streamed = ZipWriter::new_stream(Vec::new());
    streamed.start_file("a.log", deflated()).unwrap();
    streamed.write_all(log).unwrap();
    vec![
        ("gzip", gzip(log)),
        ("gzip of two members and padding", [gzip(first), gzip(second), vec![0; 600]].concat()),
        ("zip", zip(&[("a.log", log)])),
        ("zip, stored", zip_with(stored(), &[("a.log", log)])),
        ("zip with sizes behind the data", streamed.finish().unwrap().into_inner()),
        ("ZIP64", zip_with(deflated().large_file(true), &[("a.log", log)])),
        ("zip behind a program", [&b"MZ\x90\0 unpacks itself ".repeat(50), &zip(&[("a.log", log)])[..]].concat()),
        ("gzip in zip", zip(&[("a.log.1.gz", &gzip(log))])),
        ("zip in zip", zip(&[("node.zip", &zip(&[("a.log", log)]))])),
        ("gzip in zip in zip", zip_with(stored(), &[("node.zip", &zip(&[("a.log.gz", &gzip(log))]))])),
        ("zip in gzip", gzip(&zip(&[("a.log", log)]))),
    ]
}

#[test]
fn a_packed_log_gives_the_findings_of_the_plain_one() {
    let plain = report(&log());
    let expected = findings(&plain);
    assert!(expected.as_array().is_some_and(|findings| !findings.is_empty()));
    for (how, packed) in packed_in_all_ways(&log()) {
        let found = report(&packed);
        assert_eq!(findings(&found), expected, "{how}");
        assert!(problems(&found).is_empty(), "{how}: {:?}", problems(&found));
        assert_eq!(found["timeline"], plain["timeline"], "{how}");
        for key in ["bytes", "events", "levels", "first_event", "last_event", "layout", "ranges"] {
            assert_eq!(found["ledger"]["sources"][0][key], plain["ledger"]["sources"][0][key], "{how}: {key}");
        }
        let piped = cargo_bin_cmd!()
            .env("XDG_CONFIG_HOME", NO_RULES)
            .args(["-f", "json", "--redact", "off"])
            .write_stdin(packed)
            .output()
            .unwrap();
        if how != "zip behind a program" {
            assert_eq!(findings(&serde_json::from_slice(&piped.stdout).unwrap()), expected, "{how}, piped");
        }
    }
}

#[test]
fn entries_are_named_behind_their_archive() {
    let source = |bytes: &[u8]| report(bytes)["ledger"]["sources"][0]["source"].as_str().unwrap().to_owned();
    assert_eq!(source(&zip(&[("application-logs/a.log", &log())])), "log!application-logs/a.log");
    assert_eq!(source(&zip(&[("n/node.zip", &zip(&[("a.log.gz", &gzip(&log()))]))])), "log!n/node.zip!a.log.gz");
}

#[test]
fn threads_change_nothing() {
    let entries: Vec<(String, Vec<u8>)> =
        (0..12).map(|i| (format!("{i}.log"), log().into_iter().skip(i * 700).collect())).collect();
    let inner = zip(&entries[6..].iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect::<Vec<_>>());
    let mut outer: Vec<(&str, &[u8])> = entries[..6].iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    outer.push(("inner.zip", &inner));
    let bytes = zip(&outer);
    // Enough for all, enough for half, and enough for three.
    for allowed in [u64::MAX, 300_000, 150_000] {
        let one = report_with(&bytes, &limits(allowed, 1000, 200, 1)).unwrap();
        assert_eq!(problems(&one).is_empty(), allowed == u64::MAX);
        for threads in [2, 5, 8] {
            assert_eq!(report_with(&bytes, &limits(allowed, 1000, 200, threads)).unwrap(), one, "{allowed}, {threads}");
        }
    }
}

#[test]
fn text_inside_an_archive_is_no_log() {
    let packed = zip(&[("a.log", &log()), ("README.txt", b"AADSTS7000215 was seen"), ("gc.log", &[0xFE; 3000])]);
    let found = report(&packed);
    assert_eq!(findings(&found), findings(&report(&log())));
    assert_eq!(found["ledger"]["not_logs"].as_array().unwrap().len(), 2);
    assert!(problems(&found).is_empty());
}

#[test]
fn an_archive_without_a_log_is_told_once() {
    let nothing = zip(&[("a.txt", b"no log"), ("b.txt", b"no log either")]);
    assert!(report_with(&nothing, &ScanOptions::default()).unwrap_err().contains("no log was found in this archive"));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.jar"), nothing).unwrap();
    fs::write(folder.path().join("a.log"), log()).unwrap();
    let mut tar = vec![0; 1024];
    tar[257..262].copy_from_slice(b"ustar");
    fs::write(folder.path().join("old.tar.gz"), gzip(&tar)).unwrap();
    let outcome = cargo_bin_cmd!()
        .env("XDG_CONFIG_HOME", NO_RULES)
        .current_dir(folder.path())
        .args([".", "-f", "json"])
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let not_logs: Vec<&str> =
        found["ledger"]["not_logs"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(not_logs.len(), 2, "{not_logs:?}");
    assert!(not_logs[0].contains("app.jar (an archive without a log)"), "{not_logs:?}");
    assert!(not_logs[1].contains("a tar archive, which is not read"), "{not_logs:?}");
    assert_eq!(found["ledger"]["complete"], true);
    assert!(report_with(&tar, &ScanOptions::default()).unwrap_err().contains("a tar archive"));
}

#[test]
fn a_missing_temporary_folder_is_told_as_what_it_is() {
    let inner = zip(&[("atlassian-jira.log", &log())]);
    for (bytes, name) in [(inner.clone(), "stdin: "), (zip(&[("node.zip", &inner)]), "stdin")] {
        let outcome = cargo_bin_cmd!()
            .env("XDG_CONFIG_HOME", NO_RULES)
            .env("TMPDIR", NO_RULES)
            .write_stdin(bytes)
            .output()
            .unwrap();
        let told = String::from_utf8(outcome.stderr).unwrap();
        assert!(told.contains(name) && told.contains("temporary file") && told.contains("set TMPDIR"), "{told}");
    }
}
