//! A window of time: what lies outside is neither counted nor a problem, and the report says what was asked for.

use std::fs;

use predicates::prelude::*;
use predicates::str::contains;

use super::{OUTAGE, folder, json, logmedic, told};

#[test]
fn what_lies_outside_is_not_counted() {
    let all = json(logmedic().arg(OUTAGE));
    let count = |since: &str, until: &str| {
        let report = json(logmedic().args([OUTAGE, "--since", since, "--until", until]));
        assert_eq!(report["ledger"]["complete"], true);
        assert_eq!(report["ledger"]["problems"], serde_json::json!([]));
        let finding = &report["findings"][0];
        assert_eq!(finding["signature"], "aadsts7000222-client-secret-expired");
        finding["events"].as_u64().unwrap()
    };
    let early = count("2026-01-13T00:00:00Z", "2026-01-13T02:00:00Z");
    let late = count("2026-01-13T02:00:00Z", "2026-01-13T04:00:00Z");
    assert_eq!(early + late, all["findings"][0]["events"].as_u64().unwrap());
    assert!(early > 0 && late > 0);
    // The log's zone is UTC, and offsets are heeded.
    assert_eq!(count("2026-01-13 02:00", "2026-01-13 04:00"), late);
    assert_eq!(count("2026-01-13T03:00:00+01:00", "2026-01-13T05:00+01:00"), late);
}

#[test]
fn the_window_is_told() {
    let report = json(logmedic().args([OUTAGE, "--since", "2026-01-13T03:00+01:00"]));
    let expected = serde_json::json!({"since": "2026-01-13T02:00:00.000+00:00", "until": null});
    assert_eq!(report["ledger"]["window"], expected);
    assert_eq!(json(logmedic().arg(OUTAGE))["ledger"]["window"], serde_json::Value::Null);
    for format in ["text", "markdown", "jira"] {
        let report = logmedic().args([OUTAGE, "--since", "2026-01-13 02:00", "-f", format]).assert().code(1);
        report.stdout(contains("Only events since 2026-01-13 02:00:00Z"));
    }
    let berlin = folder(&[("x.log", b"2026-01-13 02:01:40,118+0100 main INFO      [a.b.C] x\n")]);
    let report = logmedic().arg(berlin.path()).args(["--since", "2026-01-13 02:00"]).assert().code(0);
    report.stdout(contains("since 2026-01-13 02:00:00+01:00 (2026-01-13 01:00:00Z)").and(contains("1 event,")));
}

#[test]
fn logs_older_than_the_window_are_not_called_clean_in_silence() {
    logmedic().args([OUTAGE, "--since", "24h"]).assert().code(0);
    let text = told(logmedic().args([OUTAGE, "--since", "24h"]));
    assert!(text.starts_with("NO EVENT IN THE WINDOW: the newest event is of 2026-01-13 03:29:04Z,"), "{text}");
    assert!(text.contains("--since 2026-01-12T03:29:04Z") && text.contains("nothing skipped"), "{text}");
    let text = told(logmedic().args([OUTAGE, "--until", "2025-01-01"]));
    assert!(text.starts_with("NO EVENT IN THE WINDOW") && text.contains("behind the end of the window"), "{text}");
    let ticket = logmedic().args([OUTAGE, "--since", "24h", "-f", "jira"]).assert().code(0);
    ticket.stdout(contains("h3. No event in the window: the newest event is of 2026-01-13 03:29:04 UTC,"));
}

#[test]
fn an_empty_log_lies_in_every_window() {
    let logs = folder(&[("a.log", b""), ("b.log", b"2026-01-13 02:01:40,118+0000 main INFO      [a.b.C] x\n")]);
    let text = told(logmedic().arg(logs.path()).args(["--since", "2026-01-13T00:00Z"]));
    assert!(text.starts_with("NO KNOWN ERROR") && text.contains("1 event, 2 files"), "{text}");
}

#[test]
fn what_is_left_out_of_a_big_log_is_no_hole_in_it() {
    let mut log = b"\tat the.End.of(Something.java:1)\n".to_vec();
    for i in 0..40_000 {
        let (day, hour, minute, second) = (10 + i / 8640, i / 360 % 24, i / 6 % 60, i % 6 * 10);
        let line = format!("2026-01-{day} {hour:02}:{minute:02}:{second:02},000+0000 main INFO      [a.b.C] {i:060}\n");
        log.extend(line.bytes());
    }
    let folder = folder(&[("x.log", &log)]);
    let path = folder.path().join("x.log");
    let scanned = logmedic().arg(&path).args(["-f", "json", "--since", "2026-01-14T12:00Z"]).assert().code(0);
    let text = String::from_utf8(scanned.get_output().stdout.clone()).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["ledger"]["complete"], true);
    let source = &report["ledger"]["sources"][0];
    assert_eq!(source["ranges"].as_array().unwrap().len(), 2, "{source}");
    assert!(source["notes"].to_string().contains("lie outside the window"), "{source}");
    assert_eq!(source["events"], 1121);
    // All of that stands in the report, so that a sum of reports knows it too.
    logmedic().args(["merge", "-", "-f", "json"]).write_stdin(text.clone()).assert().code(0).stdout(text);
}

#[test]
fn a_time_that_cannot_be_read_is_a_usage_error() {
    for time in ["yesterday", "24", "2026-02-30", "-3h"] {
        logmedic()
            .args([OUTAGE, &format!("--since={time}")])
            .assert()
            .code(2)
            .stderr(contains("--since").and(contains("24h")));
    }
    let reversed = ["--since", "2026-01-13T02:00Z", "--until", "2026-01-13T01:00Z"];
    logmedic().arg(OUTAGE).args(reversed).assert().code(2).stderr(contains("--until lies before --since"));
    logmedic().args([OUTAGE, "--zone", "Berlin"]).assert().code(2).stderr(contains("Europe/Berlin"));
}

#[test]
fn a_log_without_a_zone_is_given_one() {
    let line = |time: &str| {
        format!("2025-10-26 {time},000 Caesium-1-3 ERROR ServiceRunner     [c.a.x] AADSTS7000222: expired\n")
    };
    // The hour from 2 to 3 comes twice in this night: its first reading is taken.
    let log = [line("01:59:00"), line("02:30:00"), line("03:00:00")].concat();
    let logs = folder(&[("x.log", log.as_bytes())]);
    let times = |arguments: &[&str]| {
        let report = json(logmedic().arg(logs.path()).args(arguments));
        let samples = report["findings"][0]["samples"].as_array().unwrap().clone();
        samples.iter().map(|sample| sample["time"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let plain = ["2025-10-26T01:59:00.000", "2025-10-26T02:30:00.000", "2025-10-26T03:00:00.000"];
    assert_eq!(times(&[]), plain);
    let berlin = ["2025-10-26T01:59:00.000+02:00", "2025-10-26T02:30:00.000+02:00", "2025-10-26T03:00:00.000+01:00"];
    assert_eq!(times(&["--zone", "Europe/Berlin"]), berlin);
    assert_eq!(times(&["--zone", "Europe/Berlin", "--since", "2025-10-26T01:30:00Z"]), berlin[2..]);
    let report = logmedic().arg(logs.path()).args(["--since", "2025-10-26T02:00Z", "-v"]).assert().code(1);
    report.stdout(contains("states no time zone"));
    let twice = "has events in the hour that came twice";
    let told = |zone: &str| json(logmedic().arg(logs.path()).args(["--zone", zone]))["ledger"].to_string();
    assert!(told("Europe/Berlin").contains(twice) && !told("+0100").contains(twice));
}

#[test]
fn the_logs_of_this_host_are_found_and_their_last_day_is_read() {
    let home = folder(&[]);
    fs::create_dir(home.path().join("log")).unwrap();
    fs::copy("sample-logs/clean.log", home.path().join("log/atlassian-jira.log")).unwrap();
    let run = |arguments: &[&str]| {
        std::process::Command::new(assert_cmd::cargo::cargo_bin!())
            .args(arguments)
            .env("JIRA_HOME", home.path())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    };
    let day = run(&[]);
    assert_eq!(day.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&day.stdout).contains("NO EVENT IN THE WINDOW"), "{day:?}");
    assert!(String::from_utf8_lossy(&day.stderr).contains("the last 24 h"), "{day:?}");
    let asked = run(&["--since", "2020-01-01"]);
    assert!(String::from_utf8_lossy(&asked.stdout).contains("NO KNOWN ERROR"), "{asked:?}");
    assert!(!String::from_utf8_lossy(&asked.stderr).contains("24 h"), "{asked:?}");
    assert!(run(&["-q"]).stderr.is_empty());
}
