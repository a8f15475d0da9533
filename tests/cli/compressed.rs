//! A compressed log gives what the plain one gives, and damage is told.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::{json, logmedic};

const LOG: &str = "sample-logs/mail-outage/atlassian-jira.log";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn piped(bytes: Vec<u8>) -> Value {
    let outcome = logmedic().args(["-f", "json", "--source", "log"]).write_stdin(bytes).assert().code(1);
    serde_json::from_slice(&outcome.get_output().stdout).unwrap()
}

#[test]
fn gzip_gives_the_findings_of_the_plain_log() {
    let plain = fs::read(LOG).unwrap();
    let (first, second) = plain.split_at(50_001);
    let members = [gzip(first), gzip(second)].concat();
    let expected = piped(plain)["findings"].clone();
    assert_eq!(piped(members.clone())["findings"], expected);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log"), members).unwrap();
    let named = json(logmedic().current_dir(folder.path()).arg("log"));
    assert_eq!(named["findings"], expected);
    let found = json(logmedic().current_dir(folder.path()).arg("."));
    assert_eq!(found["findings"][0]["events"], expected[0]["events"]);
}

#[test]
fn damaged_gzip_keeps_what_came_before_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = gzip(&fs::read(LOG).unwrap());
    bytes.truncate(bytes.len() * 2 / 3);
    fs::write(folder.path().join("cut.log.gz"), bytes).unwrap();
    let report = json(logmedic().current_dir(folder.path()).arg("cut.log.gz"));
    assert_eq!(report["ledger"]["complete"], false);
    assert!(report["ledger"]["problems"][0].as_str().unwrap().contains("cannot be read beyond byte"), "{report}");
    assert!(report["findings"][0]["events"].as_u64().unwrap() > 10);
}

#[test]
fn compressed_text_in_a_folder_is_no_log() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.gz"), gzip(b"AADSTS7000215 in a note of ours")).unwrap();
    let outcome = logmedic().arg(folder.path()).assert().code(2);
    assert!(String::from_utf8_lossy(&outcome.get_output().stderr).contains("is no log"));
}

#[test]
fn damage_is_told_in_words_for_people() {
    let whole = gzip(&fs::read(LOG).unwrap());
    let mut wrong = whole.clone();
    let checksum = whole.len() - 6;
    wrong[checksum] ^= 0xFF;
    let cut = whole[..whole.len() / 2].to_vec();
    for (bytes, words) in [(cut, "it is cut off or still being written"), (wrong, "its checksum is wrong")] {
        logmedic().write_stdin(bytes).assert().code(1).stderr(predicates::str::contains(words));
    }
}

#[test]
fn many_files_that_are_no_logs_do_not_fill_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..50 {
        fs::write(folder.path().join(format!("{i}.txt")), "words").unwrap();
    }
    let outcome = logmedic().arg(folder.path()).assert().code(2);
    let told = String::from_utf8(outcome.get_output().stderr.clone()).unwrap();
    assert_eq!(told.lines().count(), 22, "{told}");
    assert!(told.ends_with("and 31 more (--list names them all)\n"), "{told}");
}
