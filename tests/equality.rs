//! One log gives one answer, however it comes: what its text went through (line ends, encoding, a carrier's prefix) times
//! what it is packed in (file, pipe, gzip, zip, support zip, rotated files). Every pair is run through the program.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Logs of one layout, joined into one with several findings.
const LOGS: [&str; 3] = [
    "sample-logs/mail-outage/atlassian-jira.log",
    "sample-logs/tls-pkix-path-building.log",
    "sample-logs/graph-inbox-not-found.log",
];

/// Where no signature files of the user's own are.
const NO_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder");

/// What must not depend on how a log comes.
const FACTS: [&str; 16] = [
    "signature",
    "severity",
    "events",
    "attempts",
    "first_seen",
    "last_seen",
    "activity",
    "evidence",
    "context",
    "subjects",
    "captures",
    "seen_as",
    "caused_by",
    "effects",
    "guide_steps",
    "remedy",
];

/// How a log is given to the program.
enum Given {
    Path(&'static str),
    Pipe(Vec<u8>),
}

fn logs() -> Vec<(&'static str, String)> {
    let log: String = LOGS.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let prefixed = |prefix: &str| format!("{prefix}{}", log.trim_end().replace('\n', &format!("\n{prefix}"))) + "\n";
    vec![
        ("as it is", log.clone()),
        ("CRLF", log.replace('\n', "\r\n")),
        ("byte order mark", format!("\u{feff}{log}")),
        ("kubectl --prefix", prefixed("[pod/jira-0/jira] ")),
        ("kubectl --timestamps", prefixed("2026-01-13T04:00:00.123456789Z ")),
        ("docker compose", prefixed("jira-1  | ")),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Four rotated files, cut where events begin; the oldest has the highest number, and one is compressed.
fn rotate(folder: &Path, log: &str) {
    let starts: Vec<usize> =
        log.match_indices('\n').map(|(at, _)| at + 1).filter(|&at| begins_event(&log[at..])).collect();
    let cuts: Vec<usize> =
        [0, starts[starts.len() / 4], starts[starts.len() / 2], starts[starts.len() * 3 / 4], log.len()].into();
    for (part, number) in cuts.windows(2).zip([3, 2, 1, 0]) {
        let text = &log.as_bytes()[part[0]..part[1]];
        match number {
            0 => write(folder, "rotated/atlassian-jira.log", text),
            2 => write(folder, "rotated/atlassian-jira.log.2.gz", &gzip(text)),
            number => write(folder, &format!("rotated/atlassian-jira.log.{number}"), text),
        }
    }
}

/// Whether a line, behind whatever carries it, begins with a stamp of the sample's day.
fn begins_event(rest: &str) -> bool {
    rest.split('\n')
        .next()
        .unwrap()
        .split(['|', ']', 'Z', '\u{feff}'])
        .any(|part| part.trim_start().starts_with("2026-01-13 "))
}

fn ways(folder: &Path, log: &str) -> Vec<(&'static str, Given)> {
    let bytes = log.as_bytes();
    let support_zip = zip(&[
        ("application-properties/application.xml", b"<properties><version>9.12.4</version></properties>"),
        ("application-logs/atlassian-jira.log", bytes),
        ("thread-dump/README.txt", b"not a log"),
    ]);
    write(folder, "plain.log", bytes);
    write(folder, "folder/atlassian-jira.log", bytes);
    write(folder, "packed.gz", &gzip(bytes));
    write(folder, "packed.zip", &zip(&[("a/atlassian-jira.log", bytes)]));
    write(folder, "nested.zip", &zip(&[("node1.zip", &zip(&[("atlassian-jira.log.gz", &gzip(bytes))]))]));
    write(folder, "support.zip", &support_zip);
    rotate(folder, log);
    vec![
        ("file", Given::Path("plain.log")),
        ("folder", Given::Path("folder")),
        ("pipe", Given::Pipe(bytes.to_vec())),
        ("gzip", Given::Path("packed.gz")),
        ("gzip through a pipe", Given::Pipe(gzip(bytes))),
        ("zip", Given::Path("packed.zip")),
        ("gzip in zip in zip", Given::Path("nested.zip")),
        ("support zip", Given::Path("support.zip")),
        ("support zip through a pipe", Given::Pipe(support_zip)),
        ("four rotated files", Given::Path("rotated")),
    ]
}

fn report(folder: &Path, given: &Given) -> Value {
    let mut command = cargo_bin_cmd!("logmedic");
    command.env("XDG_CONFIG_HOME", NO_RULES).args(["--format", "json", "--redact", "off", "--quiet"]);
    match given {
        Given::Path(name) => command.arg(folder.join(name)),
        Given::Pipe(bytes) => command.arg("-").write_stdin(bytes.clone()),
    };
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The findings without the places and names that each way has of its own.
fn facts(report: &Value) -> Vec<Value> {
    let finding = |finding: &Value| {
        let mut facts: Map<String, Value> =
            FACTS.iter().map(|key| ((*key).to_owned(), finding[*key].clone())).collect();
        let samples: Vec<Value> = finding["samples"].as_array().unwrap().iter().map(sample).collect();
        facts.insert("samples".to_owned(), samples.into());
        Value::from(facts)
    };
    report["findings"].as_array().unwrap().iter().map(finding).collect()
}

fn sample(sample: &Value) -> Value {
    let text = sample["text"].as_str().unwrap().replace('\r', "");
    let facts = [("time", &sample["time"]), ("level", &sample["level"]), ("captures", &sample["captures"])];
    let mut facts: Map<String, Value> = facts.into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
    facts.insert("text".to_owned(), text.into());
    facts.into()
}

#[test]
fn one_log_gives_one_answer_however_it_comes() {
    let mut expected: Option<Vec<Value>> = None;
    for (text, log) in logs() {
        let folder = tempfile::tempdir().unwrap();
        for (way, given) in ways(folder.path(), &log) {
            let found = report(folder.path(), &given);
            let expected = expected.get_or_insert_with(|| facts(&found));
            assert!(expected.len() > 2, "several findings");
            assert_eq!(facts(&found), *expected, "{text}, {way}");
            assert_eq!(found["ledger"]["complete"], true, "{text}, {way}: {}", found["ledger"]["problems"]);
        }
    }
}
