//! What was read and what was not: nothing is lost in silence, and nothing is read twice.

use std::fs::{self, File};
use std::process::Stdio;

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

use super::{CLEAN, SECRET, folder, json, logmedic, spawn};

#[test]
fn what_could_not_be_read_is_named() {
    for format in ["text", "markdown", "jira"] {
        for readable in [CLEAN, SECRET] {
            let report = logmedic().args([readable, "no-such.log", "-f", format]).assert();
            report.stdout(contains("INCOMPLETE").and(contains("no-such.log")));
        }
    }
    logmedic().args([CLEAN, "no-such.log"]).assert().stderr(contains("no-such.log"));
    let report = json(logmedic().args([CLEAN, "no-such.log"]));
    assert_eq!(report["ledger"]["complete"], false);
    assert!(report["ledger"]["problems"][0].as_str().unwrap().starts_with("no-such.log: "));
    let empty = TempDir::new().unwrap();
    logmedic().arg(empty.path()).assert().code(2).stderr(contains("no log was found in this folder"));
    logmedic().arg(empty.path()).arg(CLEAN).assert().code(3);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_a_problem() {
    use std::os::unix::fs::PermissionsExt;
    let logs = folder(&[("secret.log", b"2026-01-13 02:01:40,118+0000 main INFO      [a.b.C] x\n")]);
    let closed = logs.path().join("secret.log");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&closed).is_ok() {
        // Whoever runs this may read everything.
        return;
    }
    logmedic().arg(&closed).assert().code(2).stderr(contains("permission denied"));
    logmedic().arg(logs.path()).arg(CLEAN).assert().code(3).stdout(contains("permission denied"));
}

#[test]
fn binary_and_unmarked_utf_16_files_are_named_as_not_analysed() {
    let utf_16 = utf_16(&fs::read_to_string(SECRET).unwrap()).split_off(2);
    let noise: Vec<u8> = (0..40_000_u32).map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    for (name, bytes, word) in [("utf-16.log", &utf_16[..], "UTF-16"), ("core", &noise, "binary")] {
        let files = folder(&[(name, bytes)]);
        let path = files.path().join(name);
        logmedic().arg(&path).assert().code(predicate::in_iter([2, 3])).stderr(contains(name).and(contains(word)));
        let report = json(logmedic().arg(&path).arg(CLEAN));
        assert_eq!(report["ledger"]["complete"], false, "{name}");
        let problem = report["ledger"]["problems"][0].as_str().unwrap();
        assert!(problem.contains(name) && problem.contains(word), "{problem}");
        for format in ["text", "markdown", "jira"] {
            let outcome = logmedic().arg(&path).args([CLEAN, "-v", "-f", format]).assert();
            outcome.code(3).stdout(contains("INCOMPLETE").and(contains(name)));
        }
    }
}

#[test]
fn utf_16_is_treated_alike_from_a_pipe_and_from_a_file() {
    let log = folder(&[("utf-16.log", &utf_16(&fs::read_to_string(SECRET).unwrap()))]);
    let path = log.path().join("utf-16.log");
    let redirected = spawn(&["-"], File::open(&path).unwrap().into(), Stdio::piped());
    logmedic().arg("-").write_stdin(fs::read(&path).unwrap()).assert().code(redirected.status.code().unwrap());
}

#[test]
fn a_folder_without_a_log_is_not_called_clean() {
    let notes = folder(&[("notes.txt", b"AADSTS7000215 was seen")]);
    logmedic().arg(notes.path()).assert().code(2).stderr(contains("no log"));
    logmedic().arg(notes.path()).arg(CLEAN).assert().code(3);
}

#[cfg(unix)]
#[test]
fn a_linked_log_in_a_folder_is_read_or_named() {
    let logs = folder(&[]);
    fs::copy(CLEAN, logs.path().join("clean.log")).unwrap();
    std::os::unix::fs::symlink(fs::canonicalize(SECRET).unwrap(), logs.path().join("linked.log")).unwrap();
    logmedic().args(["-v"]).arg(logs.path()).assert().stdout(contains("linked.log"));
}

#[test]
fn standard_input_named_twice_is_read_once() {
    let once = json(logmedic().arg("-").write_stdin(fs::read(SECRET).unwrap()));
    let twice = json(logmedic().args(["-", "-"]).write_stdin(fs::read(SECRET).unwrap()));
    assert_eq!(twice["findings"][0]["events"], once["findings"][0]["events"]);
    let redirected = spawn(&["-", "-", "-f", "json"], File::open(SECRET).unwrap().into(), Stdio::piped());
    let redirected: Value = serde_json::from_slice(&redirected.stdout).unwrap();
    assert_eq!(redirected["findings"][0]["events"], once["findings"][0]["events"]);
}

#[test]
fn an_empty_standard_input_is_treated_alike_from_a_pipe_and_from_a_file() {
    let empty = folder(&[("empty.log", b"")]);
    let redirected = spawn(&["-", CLEAN], File::open(empty.path().join("empty.log")).unwrap().into(), Stdio::piped());
    logmedic().args(["-", CLEAN]).write_stdin("").assert().code(redirected.status.code().unwrap());
}

#[test]
fn other_files_of_a_folder_are_listed_and_left_alone() {
    let error = fs::read(SECRET).unwrap();
    let mixed = folder(&[("a.log", &error), ("notes.txt", b"AADSTS7000215 was seen"), ("core", &[0xFE; 4000])]);
    let report = json(logmedic().arg(mixed.path()));
    assert_eq!(report["findings"][0]["events"], 1);
    let not_logs = report["ledger"]["not_logs"].as_array().unwrap();
    assert_eq!(not_logs.len(), 2, "{not_logs:?}");
    logmedic().arg(mixed.path()).assert().code(1).stdout(contains("2 files that are no logs"));
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_like_a_file() {
    let folder = folder(&[]);
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, fs::read(SECRET).unwrap()).unwrap()
    });
    let report = json(logmedic().arg(&pipe));
    writer.join().unwrap();
    assert_eq!(report["findings"][0]["signature"], "aadsts7000215-invalid-client-secret");
    assert_eq!(report["ledger"]["sources"][0]["source"].as_str(), pipe.to_str());
}

#[test]
fn a_date_that_does_not_exist_is_a_note_and_no_event() {
    let log = b"2026-01-13 02:01:40,118 main INFO      [a.b.C] x\n2026-02-30 02:01:40,118 main ERROR      [a.b.C] y\n";
    let folder = folder(&[("a.log", log)]);
    let report = json(logmedic().arg(folder.path().join("a.log")));
    let source = &report["ledger"]["sources"][0];
    assert_eq!(source["events"], 1);
    let notes = source["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note.as_str().unwrap().contains("does not exist")), "{notes:?}");
    assert_eq!(report["ledger"]["complete"], true);
}

#[test]
fn requests_and_statements_that_quote_an_error_are_no_evidence() {
    let quoted = "error_description=AADSTS7000215";
    let access = format!(
        "192.0.2.1 552x1x1 ann [09/Jan/2024:05:40:00 +0100] \"GET /rest/oauth2-client/1.0/x?{quoted} HTTP/1.1\" 302 1 2 \"-\" \"M\" \"s\"\n"
    );
    let sql =
        format!("2024-01-09 05:40:00,000+0100 http-1 ann 340x1x1 s1 /x 2ms \"select a from b where c = '{quoted}'\"\n");
    for (name, log, layout) in [("access_log", access, "access"), ("atlassian-jira-sql.log", sql, "jira-sql")] {
        let folder = folder(&[(name, log.as_bytes())]);
        let report = json(logmedic().arg(folder.path()));
        assert_eq!(report["ledger"]["sources"][0]["layout"], layout);
        assert_eq!(report["ledger"]["sources"][0]["events"], 1);
        assert_eq!(report["findings"].as_array().unwrap().len(), 0, "{name}");
    }
}

/// Little-endian with a byte order mark, as Windows tools write it.
fn utf_16(text: &str) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}
