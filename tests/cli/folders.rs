//! Folders and rotated logs: each byte is read once, whatever it is called, and what is missing is told.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

use super::{CLEAN, OUTAGE, SECRET, folder, json, logmedic};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn events(report: &Value) -> u64 {
    report["findings"][0]["events"].as_u64().unwrap()
}

/// The outage cut at headers into so many parts, oldest first.
fn parts(count: usize) -> Vec<Vec<u8>> {
    let log = fs::read_to_string(format!("{OUTAGE}/atlassian-jira.log")).unwrap();
    let starts: Vec<usize> = log.match_indices("\n2026-").map(|(at, _)| at + 1).collect();
    let mut cuts: Vec<usize> = (1..count).map(|i| starts[starts.len() * i / count]).collect();
    cuts.insert(0, 0);
    cuts.push(log.len());
    cuts.windows(2).map(|pair| log.as_bytes()[pair[0]..pair[1]].to_vec()).collect()
}

#[test]
fn a_log_in_four_rotated_files_gives_the_findings_of_one() {
    let whole = json(logmedic().arg(format!("{OUTAGE}/atlassian-jira.log")));
    let [third, second, first, current] = <[Vec<u8>; 4]>::try_from(parts(4)).unwrap();
    let files = [("x.log.3.gz", gzip(&third)), ("x.log.2", second), ("x.log.1", first), ("x.log", current)];
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
    let logs = folder(&borrowed);
    let split = json(logmedic().arg(logs.path()));
    let told = |report: &Value| -> Vec<Value> {
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|found| {
                serde_json::json!([found["signature"], found["events"], found["first_seen"], found["last_seen"]])
            })
            .collect()
    };
    assert_eq!(told(&split), told(&whole));
    assert_eq!(split["ledger"]["notes"], serde_json::json!([]));
    logmedic().arg(logs.path()).assert().code(1).stdout(contains("4 files (x.log and 3 rotated)"));
    let list = json(logmedic().arg("--list").arg(logs.path()));
    let order: Vec<&str> =
        list["sets"][0]["sources"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let numbers: Vec<&str> = order.iter().map(|name| name.rsplit('/').next().unwrap()).collect();
    assert_eq!(numbers, ["x.log.3.gz", "x.log.2", "x.log.1", "x.log"]);
}

#[test]
fn gaps_and_overlaps_of_a_rotation_are_notes() {
    let [oldest, lost, newer, current] = <[Vec<u8>; 4]>::try_from(parts(4)).unwrap();
    let overlap = [&newer[..], &current[..2000]].concat();
    let logs = folder(&[("x.log.4", &oldest), ("x.log.1", &overlap), ("x.log", &current)]);
    let report = json(logmedic().arg(logs.path()));
    let notes = report["ledger"]["notes"].to_string();
    assert!(notes.contains("x.log: .2 and .3 is not here"), "{notes}");
    assert_eq!(report["ledger"]["complete"], true, "a file that is not there is no problem: {notes}");
    drop(lost);
}

#[test]
fn an_event_cut_by_the_rotation_is_told() {
    let log = fs::read(SECRET).unwrap();
    let header = log.windows(24).position(|bytes| bytes.starts_with(b"2022-10-01 20:34:03,014")).unwrap();
    let (first, second) = log.split_at(header + 200);
    let logs = folder(&[("x.log.1", first), ("x.log", second)]);
    let notes = json(logmedic().arg(logs.path()))["ledger"]["notes"].to_string();
    assert!(notes.contains("begins with the rest of an event that began in"), "{notes}");
}

#[test]
fn copies_inside_a_rotation_count_once() {
    let log = fs::read(SECRET).unwrap();
    let half = &log[..log.len() * 2 / 3];
    for (name, copy) in [("x.log.1", log.clone()), ("x.log.gz", gzip(&log)), ("x.log.1", half.to_vec())] {
        let logs = folder(&[("x.log", &log), (name, &copy)]);
        let report = json(logmedic().arg(logs.path()));
        assert_eq!(events(&report), 1, "{name}");
        let notes = report["ledger"]["sources"][0]["notes"].to_string();
        assert!(notes.contains(name) && notes.contains("holds the same bytes"), "{notes}");
    }
    // Equal files of other names are other logs.
    let logs = folder(&[("x.log", &log), ("y.log", &log)]);
    assert_eq!(events(&json(logmedic().arg(logs.path()))), 2);
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_read_once() {
    let logs = folder(&[("x.log", &fs::read(SECRET).unwrap())]);
    fs::hard_link(logs.path().join("x.log"), logs.path().join("y.log")).unwrap();
    std::os::unix::fs::symlink(logs.path().join("x.log"), logs.path().join("z.log")).unwrap();
    let report = json(logmedic().arg(logs.path()).arg(logs.path().join("z.log")));
    assert_eq!(events(&report), 1);
    let notes = report["ledger"]["sources"][0]["notes"].to_string();
    assert!(notes.contains("y.log is the same file") && notes.contains("z.log is the same file"), "{notes}");
}

#[test]
fn a_folder_whose_log_was_named_before_it_holds_a_log() {
    let logs = folder(&[("x.log", &fs::read(CLEAN).unwrap()), ("notes.txt", b"words")]);
    for paths in [[logs.path().join("x.log"), logs.path().into()], [logs.path().into(), logs.path().join(".")]] {
        let report = json(logmedic().args(&paths));
        assert_eq!(report["ledger"]["problems"], serde_json::json!([]), "{paths:?}");
        assert_eq!(report["ledger"]["sources"].as_array().unwrap().len(), 1);
    }
}

#[cfg(unix)]
#[test]
fn a_text_with_two_names_is_no_log_twice() {
    let logs = folder(&[("x.log", &fs::read(CLEAN).unwrap()), ("a.txt", b"words")]);
    fs::hard_link(logs.path().join("a.txt"), logs.path().join("b.txt")).unwrap();
    let report = json(logmedic().arg(logs.path()));
    assert_eq!(report["ledger"]["sources"].as_array().unwrap().len(), 1);
    assert_eq!(report["ledger"]["not_logs"].as_array().unwrap().len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_no_file_is_not_opened_while_walking() {
    use std::os::unix::ffi::OsStrExt;
    let logs = folder(&[]);
    fs::copy(CLEAN, logs.path().join("clean.log")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(logs.path().join("pipe")).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(logs.path().join("socket")).unwrap();
    std::os::unix::fs::symlink(".", logs.path().join("loop")).unwrap();
    // A name of every byte that a name can hold.
    let odd: Vec<u8> = (1..=255).filter(|&byte| byte != b'/').collect();
    fs::copy(SECRET, logs.path().join(std::ffi::OsStr::from_bytes(&odd))).unwrap();
    let report = json(logmedic().arg(logs.path()));
    assert_eq!(events(&report), 1);
    assert_eq!(report["ledger"]["complete"], true);
    let not_logs = report["ledger"]["not_logs"].to_string();
    for name in ["pipe (a pipe, device or socket", "socket (a pipe, device or socket", "loop (a link, not followed"] {
        assert!(not_logs.contains(name), "{not_logs}");
    }
    for arguments in [&["-v"][..], &["--list"], &["-v", "-f", "markdown"]] {
        let outcome = logmedic().arg(logs.path()).args(arguments).output().unwrap();
        let text = String::from_utf8(outcome.stdout).unwrap();
        assert!(!text.chars().any(|character| character.is_control() && !"\n\u{1B}".contains(character)), "{text:?}");
    }
}

#[test]
fn the_list_says_what_would_be_read_and_looks_for_nothing() {
    let logs = folder(&[
        ("x.log", &fs::read(SECRET).unwrap()),
        ("notes.txt", b"AADSTS7000215"),
        ("x.log.1.gz", &gzip(&fs::read(CLEAN).unwrap())),
    ]);
    let text = logmedic().arg("--list").arg(logs.path()).assert().code(0);
    text.stdout(
        contains("2 files")
            .and(contains("x.log and 1 rotated"))
            .and(contains("jira-main"))
            .and(contains("2022-10-01 20:29:51 to 20:36:12Z"))
            .and(contains("Not a log").and(contains("notes.txt")))
            .and(contains("7000215").not()),
    );
    let list = json(logmedic().arg("--list").arg(logs.path()));
    assert_eq!(list["schema"], "logmedic.list/1");
    let plain = &list["sources"][0];
    assert_eq!((plain["layout"].as_str(), plain["zone"].as_str()), (Some("jira-main"), Some("+0000")));
    let scanned = json(logmedic().arg(logs.path().join("x.log")));
    for key in ["first_event", "last_event", "bytes", "layout"] {
        assert_eq!(plain[key], scanned["ledger"]["sources"][0][key], "{key}");
    }
    let packed = &list["sources"][1];
    let inflated = json(logmedic().arg(CLEAN));
    for key in ["first_event", "last_event", "bytes", "layout"] {
        assert_eq!(packed[key], inflated["ledger"]["sources"][0][key], "{key}");
    }
    logmedic().args(["--list", "no-such.log"]).assert().code(2).stderr(contains("no-such.log"));
    logmedic().args(["--list", "no-such.log", CLEAN]).assert().code(3).stdout(contains("NOT READ"));
    let file = logs.path().join("list.json");
    logmedic().args(["--list", CLEAN, "-o"]).arg(&file).assert().code(2).stderr(contains("leave out -o"));
    logmedic().args(["--list", CLEAN, "-f", "markdown"]).assert().code(2).stderr(contains("--format json"));
}

#[cfg(target_os = "linux")]
#[test]
fn more_logs_than_a_process_may_open_are_all_read() {
    let logs = folder(&[]);
    for i in 0..400 {
        let log = format!("2026-01-13 02:01:40,{i:03}+0000 main INFO      [a.b.C] x\n");
        let (name, bytes) =
            if i % 4 == 0 { (format!("{i}.log.gz"), gzip(log.as_bytes())) } else { (format!("{i}.log"), log.into()) };
        fs::write(logs.path().join(name), bytes).unwrap();
    }
    let command = format!("ulimit -n 200; exec \"$0\" -f json '{}'", logs.path().display());
    for list in ["", " --list"] {
        let outcome = std::process::Command::new("sh")
            .args(["-c", &format!("{command}{list}"), assert_cmd::cargo::cargo_bin!().to_str().unwrap()])
            .env("XDG_CONFIG_HOME", super::NO_RULES)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
        let sources = if list.is_empty() { &report["ledger"]["sources"] } else { &report["sources"] };
        assert_eq!(sources.as_array().unwrap().len(), 400);
        let problems = if list.is_empty() { &report["ledger"]["problems"] } else { &report["problems"] };
        assert_eq!(problems, &serde_json::json!([]), "{list}");
    }
}

#[test]
fn progress_is_silent_in_a_pipe() {
    logmedic().args([CLEAN, "--progress", "auto"]).assert().code(0).stderr("");
    logmedic().args([CLEAN, "--progress", "never"]).assert().code(0).stderr("");
}
