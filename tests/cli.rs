//! The command line as its users and their scripts meet it, through the built program: what is read, where output goes,
//! exit codes, and the JSON report's contract.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "cli/cluster.rs"]
mod cluster;
#[path = "cli/compressed.rs"]
mod compressed;
#[path = "cli/folders.rs"]
mod folders;
#[path = "cli/ledger.rs"]
mod ledger;
#[path = "cli/merge.rs"]
mod merge;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/redaction_key.rs"]
mod redaction_key;
#[path = "cli/schedule.rs"]
mod schedule;
#[path = "cli/time.rs"]
mod time;
#[path = "cli/verify.rs"]
mod verify;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use assert_cmd::Command;
use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

/// The guide's own sample line stands in it.
const SECRET: &str = "sample-logs/aadsts7000215-invalid-client-secret.log";
const CLEAN: &str = "sample-logs/clean.log";
const OUTAGE: &str = "sample-logs/mail-outage";

/// Where no signature files of the user's own are.
const NO_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder");

/// The program with an empty pipe as standard input and without what this shell and this user say about colour, Jira and
/// signatures.
fn logmedic() -> Command {
    let mut command = cargo_bin_cmd!();
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "JIRA_HOME"] {
        command.env_remove(variable);
    }
    command.env("XDG_CONFIG_HOME", NO_RULES);
    // Reports of the same logs must be the same.
    command.env("SOURCE_DATE_EPOCH", "1768276800");
    command
}

fn json(command: &mut Command) -> Value {
    let outcome = command.args(["-f", "json"]).output().unwrap();
    serde_json::from_slice(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

/// The text report without its line breaks.
fn told(command: &mut Command) -> String {
    let outcome = command.output().unwrap();
    String::from_utf8(outcome.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Runs the program with ready-made ends of pipes, which `assert_cmd` cannot be given.
fn spawn(arguments: &[&str], stdin: Stdio, stdout: Stdio) -> Output {
    let child = std::process::Command::new(cargo_bin!())
        .args(arguments)
        .env_remove("JIRA_HOME")
        .env("XDG_CONFIG_HOME", NO_RULES)
        .stdin(stdin)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.wait_with_output().unwrap()
}

fn sample_files() -> Vec<PathBuf> {
    let entries = fs::read_dir("sample-logs").unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn a_file_a_folder_or_several_paths() {
    logmedic().arg(SECRET).assert().code(1).stdout(contains("AADSTS7000215")).stderr("");
    logmedic().arg(OUTAGE).assert().code(1).stdout(contains("AADSTS7000222").and(contains("3 files"))).stderr("");
    logmedic().args(["scan", OUTAGE]).assert().code(1).stdout(contains("AADSTS7000222"));
    let report = json(logmedic().args([CLEAN, SECRET, OUTAGE]));
    assert_eq!(report["ledger"]["sources"].as_array().unwrap().len(), 5);
    let twice = json(logmedic().args([SECRET, SECRET, &format!("./sample-logs/../{SECRET}")]));
    assert!(twice == json(logmedic().arg(SECRET)), "one file named three times is read once: {}", twice["ledger"]);
}

#[test]
fn standard_input_gives_the_report_of_the_file() {
    for file in sample_files() {
        let (name, bytes) = (file.to_str().unwrap(), fs::read(&file).unwrap());
        let of_file = logmedic().args([name, "-f", "json"]).output().unwrap();
        for arguments in [&["--source", name, "-f", "json"][..], &["-", "--source", name, "-f", "json"]] {
            let of_pipe = logmedic().args(arguments).write_stdin(bytes.clone()).output().unwrap();
            assert_eq!(of_pipe.status.code(), of_file.status.code(), "{name}");
            assert_eq!(String::from_utf8_lossy(&of_pipe.stdout), String::from_utf8_lossy(&of_file.stdout), "{name}");
        }
        let redirected = spawn(&["--source", name, "-f", "json"], File::open(&file).unwrap().into(), Stdio::piped());
        assert_eq!(redirected.stdout, of_file.stdout, "{name}");
    }
    let report = json(logmedic().arg("-").write_stdin(fs::read(SECRET).unwrap()));
    assert_eq!(report["ledger"]["sources"][0]["source"], "stdin");
}

#[test]
fn without_a_path_and_without_a_pipe_the_log_folder_of_jira_is_read() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("log")).unwrap();
    let now = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S,000+0000");
    let line = format!("{now} Caesium-1-3 ERROR ServiceRunner     [c.a.x] AADSTS7000215: Invalid client secret\n");
    fs::write(home.path().join("log/atlassian-jira.log"), line).unwrap();
    let mut command = std::process::Command::new(cargo_bin!());
    let command = command.env("JIRA_HOME", home.path()).env("XDG_CONFIG_HOME", NO_RULES).stdin(Stdio::null());
    let outcome = command.output().unwrap();
    assert_eq!(outcome.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&outcome.stderr).contains("scanning"), "{outcome:?}");
    assert_eq!(command.arg("-q").output().unwrap().stderr, b"");
    if !Path::new("/var/atlassian/application-data/jira/log").exists() {
        let outcome = command.env_remove("JIRA_HOME").output().unwrap();
        assert_eq!(outcome.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&outcome.stderr).contains("nothing to scan"), "{outcome:?}");
    }
}

#[test]
fn exit_codes() {
    let empty = folder(&[("empty.log", b"")]);
    let empty_log = empty.path().join("empty.log");
    let cases: [(&[&str], i32); 14] = [
        (&[CLEAN], 0),
        (&[SECRET], 1),
        (&[SECRET, "-f", "none"], 1),
        (&["no-such.log"], 2),
        (&["no-such-1.log", "no-such-2.log"], 2),
        (&["--no-such-option"], 2),
        (&[CLEAN, "--format", "no-such-format"], 2),
        (&[CLEAN, "--threads", "0"], 2),
        (&[CLEAN, "--only", "no-such-signature"], 2),
        (&[CLEAN, "--skip", "no-such-signature"], 2),
        (&[SECRET, "--skip", "aadsts7000215-invalid-client-secret", "--fail-on", "critical"], 0),
        (&[CLEAN, "no-such.log"], 3),
        (&[SECRET, "no-such.log"], 1),
        (&[SECRET, "no-such.log", "--strict"], 3),
    ];
    for (arguments, code) in cases {
        let outcome = logmedic().args(arguments).output().unwrap();
        assert_eq!(outcome.status.code(), Some(code), "{arguments:?}: {outcome:?}");
        if code == 2 {
            assert!(outcome.stdout.is_empty() && !outcome.stderr.is_empty(), "{arguments:?}: {outcome:?}");
        }
    }
    logmedic().arg(empty_log).assert().code(0).stdout(contains("0 events"));
    logmedic().arg("--help").assert().code(0).stdout(contains("Exit codes"));
    logmedic().arg("--version").assert().code(0).stdout(contains("logmedic "));
}

#[test]
fn an_empty_standard_input_is_an_error() {
    logmedic().write_stdin("").assert().code(2).stdout("").stderr(contains("nothing was read"));
    logmedic().arg("-").write_stdin("").assert().code(2).stderr(contains("nothing was read"));
    let empty = folder(&[("empty.log", b"")]);
    let redirected = spawn(&["-"], File::open(empty.path().join("empty.log")).unwrap().into(), Stdio::piped());
    assert_eq!(redirected.status.code(), Some(2), "{redirected:?}");
}

#[test]
fn a_reader_that_left_changes_nothing() {
    for (arguments, code) in [(&[SECRET][..], 1), (&[CLEAN, "-f", "json"], 0), (&["guide"], 0), (&["--help"], 0)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let outcome = spawn(arguments, Stdio::null(), writer.into());
        assert_eq!(outcome.status.code(), Some(code), "{arguments:?}: {outcome:?}");
        assert_eq!(String::from_utf8_lossy(&outcome.stderr), "", "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for arguments in [&[SECRET][..], &[CLEAN, "-f", "json"], &["guide"], &["signatures", "list"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let outcome = spawn(arguments, Stdio::null(), full.into());
        assert_eq!(outcome.status.code(), Some(2), "{arguments:?}: {outcome:?}");
        assert!(String::from_utf8_lossy(&outcome.stderr).contains("cannot write"), "{arguments:?}: {outcome:?}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let escape = || contains('\u{1b}');
    logmedic().arg(SECRET).assert().stdout(escape().not());
    logmedic().args([SECRET, "--color", "always"]).assert().stdout(escape());
    logmedic().args([SECRET, "--color", "never"]).env("CLICOLOR_FORCE", "1").assert().stdout(escape().not());
    logmedic().arg(SECRET).env("NO_COLOR", "1").assert().stdout(escape().not());
    logmedic().arg(SECRET).env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1").assert().stdout(escape().not());
    for format in ["json", "markdown", "jira"] {
        logmedic().args([SECRET, "--color", "always", "-f", format]).assert().stdout(escape().not());
    }
}

#[test]
fn quiet_silences_all_but_errors() {
    logmedic().args([CLEAN, "no-such.log", "-q"]).assert().code(3).stderr("").stdout(contains("INCOMPLETE"));
    logmedic().args(["no-such.log", "-q"]).assert().code(2).stderr(contains("no-such.log"));
}

#[test]
fn mapped_or_read_in_any_number_of_threads_the_report_is_the_same() {
    for path in [OUTAGE, "sample-logs/windows-crlf.log", "sample-logs/truncated.log"] {
        let read = logmedic().args([path, "-f", "json", "--mmap", "never", "--threads", "1"]).output().unwrap().stdout;
        for arguments in [&["--mmap", "always"][..], &["--mmap", "auto"], &["--threads", "8"]] {
            let other = logmedic().args([path, "-f", "json"]).args(arguments).output().unwrap().stdout;
            assert_eq!(String::from_utf8_lossy(&other), String::from_utf8_lossy(&read), "{path} {arguments:?}");
        }
    }
}

#[test]
fn severities_that_fail() {
    // One attempt in the browser: an error, not critical.
    for (least, code) in [("critical", 0), ("error", 1), ("warning", 1), ("info", 1), ("never", 0)] {
        logmedic().args([SECRET, "--fail-on", least]).assert().code(code).stdout(contains("AADSTS7000215"));
    }
    for (least, code) in [("critical", 1), ("never", 0)] {
        logmedic().args([OUTAGE, "--fail-on", least]).assert().code(code);
    }
    logmedic().args([OUTAGE, "no-such.log", "--fail-on", "never"]).assert().code(3);
}

#[test]
fn only_and_skip_choose_signatures() {
    let ids = |report: &Value| -> Vec<String> {
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["signature"].as_str().unwrap().to_owned()).collect()
    };
    let only = json(logmedic().args([OUTAGE, "--only", "aadsts7000222-client-secret-expired"]));
    assert_eq!(ids(&only), ["aadsts7000222-client-secret-expired"]);
    let skip = json(logmedic().args([OUTAGE, "--skip", "aadsts7000222-client-secret-expired"]));
    assert!(!ids(&skip).is_empty() && !ids(&skip).contains(&ids(&only)[0]), "{:?}", ids(&skip));
}

#[test]
fn the_json_report_of_the_guides_sample_line_keeps_the_contract() {
    let report = json(logmedic().arg(SECRET));
    let has = |value: &Value, keys: &str| {
        for key in keys.split(' ') {
            assert!(value.get(key).is_some(), "no {key} in {value}");
        }
    };
    has(&report, "schema tool guide environment findings before timeline redaction ledger");
    assert_eq!(report["schema"], "logmedic.report/1");
    assert_eq!(report["tool"]["name"], "logmedic");
    has(&report["tool"], "version signatures_digest");
    has(&report["guide"], "title url updated");
    has(&report["environment"], "jira jsm java provider protocol mail_servers nodes");
    assert_eq!(report["environment"]["provider"], "microsoft");
    has(&report["timeline"], "bucket_seconds buckets");
    has(&report["redaction"], "level key_id masked note");
    assert_eq!(report["redaction"]["level"], "secrets");

    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    let finding = &report["findings"][0];
    has(
        finding,
        "signature title severity role category evidence context activity status events total_events attempts first_seen \
         last_seen sources subjects captures seen_as guide_steps remedy restart dont verify meaning causes references \
         caused_by effects samples",
    );
    let expected = serde_json::json!({
        "signature": "aadsts7000215-invalid-client-secret", "role": "root", "category": "client-secret",
        "evidence": null, "context": "interactive", "activity": "active", "status": "new",
        "events": 1, "total_events": 1, "attempts": 1, "restart": "none",
        "first_seen": "2022-10-01T20:34:03.014+00:00", "last_seen": "2022-10-01T20:34:03.014+00:00",
        "sources": [{"source": SECRET, "node": null, "events": 1}], "caused_by": [], "effects": [],
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&finding[key], value, "{key}");
    }
    assert_eq!(finding["captures"]["aadsts_code"], serde_json::json!([{"value": "AADSTS7000215", "events": 1}]));
    assert_eq!(finding["subjects"][0]["kind"], "app_id");
    has(&finding["subjects"][0], "value events first_seen last_seen activity");
    for step in ["step-19", "step-22"] {
        assert!(finding["guide_steps"].as_array().unwrap().iter().any(|id| id == step), "{step}");
        let remedy = finding["remedy"].as_array().unwrap().iter().find(|remedy| remedy["step"] == step).unwrap();
        has(remedy, "side needs text");
    }

    let sample = &finding["samples"][0];
    has(sample, "source node line byte time level logger captures text");
    has(&sample["captures"], "trace_id correlation_id entra_time");
    let log = fs::read_to_string(SECRET).unwrap();
    let byte = log.find("2022-10-01 20:34:03,014").unwrap();
    assert_eq!(sample["byte"], byte);
    assert_eq!(sample["line"], log[..byte].matches('\n').count() + 1);
    assert_eq!((sample["level"].as_str(), sample["node"].as_str()), (Some("ERROR"), None));

    assert_eq!(report["ledger"]["complete"], true);
    let source = &report["ledger"]["sources"][0];
    has(source, "source node bytes events first_event last_event zone layout ranges notes problems");
    assert_eq!((source["bytes"].as_u64(), source["events"].as_u64()), (Some(log.len() as u64), Some(13)));
    assert_eq!((source["zone"].as_str(), source["layout"].as_str()), (Some("+0000"), Some("jira-main")));
    let range = serde_json::json!([{"start": 0, "end": log.len(), "lines": log.matches('\n').count()}]);
    assert_eq!(source["ranges"], range);
}

#[test]
fn lines_of_json_say_what_the_json_report_says() {
    let report = json(logmedic().arg(OUTAGE));
    let outcome = logmedic().args([OUTAGE, "-f", "ndjson"]).assert().code(1);
    let text = String::from_utf8(outcome.get_output().stdout.clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (ledger, findings) = lines.split_last().unwrap();
    let of_report = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), of_report.len());
    for (line, finding) in findings.iter().zip(of_report) {
        assert_eq!((&line["type"], &line["schema"]), (&"finding".into(), &report["schema"]));
        assert!(finding.as_object().unwrap().iter().all(|(key, value)| line[key] == *value), "{line}");
    }
    assert_eq!((&ledger["type"], &ledger["schema"]), (&"ledger".into(), &report["schema"]));
    assert!(report["ledger"].as_object().unwrap().iter().all(|(key, value)| ledger[key] == *value), "{ledger}");
    for key in ["tool", "environment", "before", "timeline", "redaction"] {
        assert_eq!(ledger[key], report[key], "{key}");
    }
}

#[test]
fn explain_guide_and_signatures() {
    for id in ["aadsts7000215-invalid-client-secret", "AADSTS7000215", "7000215"] {
        logmedic().args(["explain", id]).assert().code(0).stdout(contains("Microsoft rejected the client secret"));
    }
    for id in ["step-19", "19"] {
        logmedic().args(["explain", id]).assert().code(0).stdout(contains("step-19").and(contains("Value")));
    }
    logmedic().args(["explain", "AADSTS1234567"]).assert().code(0).stdout(contains("error?code=1234567"));
    logmedic().args(["explain", "nonsense"]).assert().code(2).stdout("").stderr(contains("signatures list"));
    logmedic().arg("guide").assert().code(0).stdout(contains("[ ] 19 ").and(contains("[ ]  1 ")));
    let list = logmedic().args(["signatures", "list"]).assert().code(0);
    let text = String::from_utf8(list.get_output().stdout.clone()).unwrap();
    assert_eq!(text.lines().count(), logmedic::Catalogue::built_in().outlines().len());
    for line in text.lines() {
        let id = line.split(' ').next().unwrap();
        logmedic().args(["explain", id]).assert().code(0).stdout(contains(id));
    }
}

#[test]
fn advice_fits_the_release_that_the_log_names() {
    let log = |version: &str| {
        format!(
            "2026-01-13 02:00:00,000+0000 main INFO      [c.a.jira.startup.JiraStartupLogger] \n    JIRA Build : {version}#900-sha1:0\n\
             2026-01-13 02:01:40,118+0000 Caesium-1-3 ERROR ServiceRunner     [c.a.x] Exception when MailPullerWorker pulls emails: \
             {{\"error\":{{\"code\":\"ErrorItemNotFound\",\"message\":\"Default folder Inbox not found.\"}}}}\n"
        )
    };
    let old = logmedic().write_stdin(log("8.20.1")).assert().code(1);
    old.stdout(contains("Jira 8.20.1").and(contains("Microsoft Graph needs Jira 9.9")));
    let new = logmedic().write_stdin(log("9.12.4")).assert().code(1);
    new.stdout(contains("Jira 9.12.4").and(contains("Graph needs").not()));
}

#[test]
fn a_clock_that_drifts_is_a_note_and_owns_no_event() {
    let refusal = |minute: u32, id: u32| {
        format!(
            "2026-01-13 02:{minute:02}:00,000+0000 Caesium-1-3 ERROR ServiceRunner     [c.a.x] Refresh Token Failed. Reported Reason: \
             AADSTS7000222: expired. Trace ID: 8d0f6c1e-52b7-4f0e-9a53-0c7be1f4d30{id} Correlation ID: b7e2c9a4-1d36-4d55-8f21-6a90c3e85512 \
             Timestamp: 2026-01-13 02:{:02}:30Z\n",
            minute - 8
        )
    };
    let log: String = [(10, 1), (20, 2), (30, 3)].map(|(minute, id)| refusal(minute, id)).concat();
    let report = json(logmedic().arg("-").write_stdin(log));
    assert_eq!(report["ledger"]["notes"][0], "the clock is 7 min ahead of Microsoft's: check time synchronisation");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn two_causes_in_sequence_are_told_in_order_with_both_remedies() {
    let line = |hour: u32, code: &str| {
        format!(
            "2026-01-13 {hour:02}:00:00,000+0000 Caesium-1-3 ERROR ServiceRunner     [c.a.x] Refresh Token Failed. Reported Reason: \
             {code}: refused for app '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44'.\n"
        )
    };
    let log = [line(1, "AADSTS7000222"), line(2, "AADSTS7000222"), line(2, "AADSTS700082")].concat();
    let report = json(logmedic().arg("-").write_stdin(log));
    let findings = report["findings"].as_array().unwrap();
    let causes: Vec<&Value> = findings.iter().filter(|finding| finding["caused_by"] == serde_json::json!([])).collect();
    assert_eq!(causes.len(), 1);
    assert_eq!(causes[0]["signature"], "aadsts7000222-client-secret-expired");
    assert_eq!(causes[0]["effects"], serde_json::json!(["aadsts700082-refresh-token-inactive"]));
}
