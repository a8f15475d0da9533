//! Scans with a state: what is new, goes on or has stopped; when the state moves, and when it does not.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;
use logmedic::schedule::{Access, Digest, PendingReport, State, Store};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

use super::{json, logmedic, spawn, told};

const EXPIRED: &str = "aadsts7000222-client-secret-expired";

/// A log that grows, and a state beside it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("atlassian-jira.log")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Adds events to the log: a refusal of the app, or talk.
    fn write(&self, minutes: std::ops::Range<u32>, refused: bool) {
        let mut text = fs::read_to_string(self.log()).unwrap_or_default();
        for minute in minutes {
            let (hour, minute) = (minute / 60, minute % 60);
            let rest = if refused {
                "ERROR      [c.a.j.p.mail.MailFetcherTask] AADSTS7000222: The provided client secret keys for app '31f42280-7df0-4f1d-ac65-130836a8b9d9' are expired."
            } else {
                "INFO      [c.a.j.p.mail.MailFetcherTask] nothing to do"
            };
            text.push_str(&format!("2026-01-13 {hour:02}:{minute:02}:00,000+0000 Caesium-1-1 {rest}\n"));
        }
        fs::write(self.log(), text).unwrap();
    }

    fn run(&self) -> Command {
        let mut command = logmedic();
        command.arg(self.log()).arg("--state").arg(self.state());
        command
    }

    fn finding(&self, more: &[&str]) -> Value {
        json(self.run().args(more))["findings"][0].take()
    }
}

#[test]
fn a_finding_is_new_then_goes_on_then_is_quiet() {
    let place = Place::new();
    place.write(0..5, true);
    let new = place.finding(&["--peek"]);
    assert_eq!((&new["signature"], &new["status"]), (&EXPIRED.into(), &"new".into()));
    assert_eq!(place.finding(&[]), new, "a peek moves nothing");
    assert_eq!(new["events"], 4, "the last one is still open");
    place.write(5..9, true);
    let ongoing = place.finding(&[]);
    assert_eq!(ongoing["status"], "ongoing");
    assert_eq!((&ongoing["events"], &ongoing["total_events"]), (&4.into(), &8.into()));
    assert_eq!(ongoing["first_seen"], new["first_seen"]);
    place.write(9..10, false);
    place.finding(&[]);
    place.run().assert().code(1).stdout(contains("NO NEWS"));
    place.write(10..20, false);
    place.run().assert().code(0).stdout(contains("QUIET").and(contains("shows no success")));
    let quiet = place.finding(&[]);
    assert_eq!((&quiet["status"], &quiet["events"], &quiet["total_events"]), (&"quiet".into(), &0.into(), &9.into()));
    place.write(20..22, true);
    assert_eq!(place.finding(&[])["status"], "ongoing", "it was seen before");
}

#[test]
fn the_state_moves_only_with_a_report_that_was_read() {
    let place = Place::new();
    place.write(0..5, true);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let [log, state] = [place.log(), place.state()].map(|path| path.to_str().unwrap().to_owned());
    let outcome = spawn(&[&log, "--state", &state], Stdio::null(), writer.into());
    assert_eq!(outcome.status.code(), Some(1));
    assert!(!place.state().exists());
    assert_eq!(place.finding(&[])["status"], "new");
}

#[test]
fn what_is_known_already_is_left_out_or_taken_as_known() {
    let place = Place::new();
    place.write(0..5, true);
    place.run().arg("--accept-current").assert().code(0).stdout(contains("seen before").or(contains("ongoing")));
    place.write(5..9, true);
    place.run().args(["--new-only", "--peek"]).assert().code(0).stdout(contains("not seen before"));
    place.run().assert().code(1);
}

#[test]
fn a_state_that_is_in_use_or_cannot_be_saved_is_an_error_of_its_own() {
    let place = Place::new();
    place.write(0..5, true);
    let lock = File::create(place.folder.path().join("state.lock")).unwrap();
    lock.lock().unwrap();
    place.run().assert().code(4).stdout("").stderr(contains("in use").and(contains("--wait")));
    place.run().arg("--peek").assert().code(1);
    drop(lock);
    place.run().arg("--wait").assert().code(1);
    let nowhere = place.folder.path().join("no-such-folder").join("state");
    logmedic()
        .arg(place.log())
        .arg("--state")
        .arg(&nowhere)
        .assert()
        .code(4)
        .stdout("")
        .stderr(contains("cannot save"));
    fs::create_dir(place.folder.path().join("folder")).unwrap();
    let folder = place.folder.path().join("folder");
    logmedic().arg(place.log()).arg("--state").arg(folder).assert().code(4).stdout("");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_state_as_it_was() {
    let place = Place::new();
    place.write(0..5, true);
    place.run().assert().code(1);
    let before = fs::read(place.state()).unwrap();
    place.write(5..9, true);
    // What the run needs to write first is a name that leads to a device without room.
    std::os::unix::fs::symlink("/dev/full", place.folder.path().join("state.new")).unwrap();
    place.run().assert().code(1);
    assert_ne!(fs::read(place.state()).unwrap(), before, "a leftover is removed, not followed");
    let limited = std::process::Command::new("bash")
        .arg("-c")
        .arg(format!(
            "ulimit -f 0; trap '' XFSZ; exec {:?} {:?} --state {:?}",
            assert_cmd::cargo::cargo_bin!(),
            place.log(),
            place.state()
        ))
        .output()
        .unwrap();
    assert_eq!(limited.status.code(), Some(4), "{limited:?}");
    assert!(limited.stdout.is_empty());
    place.run().assert().code(1);
}

#[test]
fn a_damaged_state_is_set_aside_and_the_one_before_is_used() {
    let place = Place::new();
    place.write(0..5, true);
    place.run().assert().code(1);
    place.write(5..9, true);
    place.run().assert().code(1);
    let bytes = fs::read(place.state()).unwrap();
    fs::write(place.state(), &bytes[..bytes.len() - 1]).unwrap();
    place.run().assert().code(1).stdout(contains("INCOMPLETE").and(contains("state-restored")));
    assert_eq!(fs::read(place.folder.path().join("state.bad-1")).unwrap(), &bytes[..bytes.len() - 1]);
    let next = json(&mut place.run());
    assert_eq!(next["ledger"]["complete"], true);
    // A sample; the tests of the library try every bit and every length.
    let bytes = fs::read(place.state()).unwrap();
    for (number, place_of_damage) in (2..).zip((0..bytes.len()).step_by(bytes.len() / 8)) {
        for cut in [false, true] {
            let mut damaged = bytes.clone();
            damaged[place_of_damage] ^= 1 << (number % 8);
            damaged.truncate(if cut { place_of_damage } else { bytes.len() });
            fs::write(place.state(), &damaged).unwrap();
            place.run().arg("--peek").assert().code(predicate::in_iter([1, 3])).stdout(contains("state-restored"));
            assert_eq!(fs::read(place.state()).unwrap(), damaged, "a peek leaves it where it is");
        }
        place.run().assert().stdout(contains("state-restored"));
        assert!(place.folder.path().join(format!("state.bad-{number}")).exists());
    }
}

/// Leaves the state as a run does that is killed right after its commit.
fn end_before_the_report_has_its_name(place: &Place, report: &Path, text: &str) {
    let (store, state) = Store::open(&place.state(), Access::Move).unwrap();
    let pending = PendingReport {
        path: report.canonicalize().unwrap_or_else(|_| report.to_path_buf()),
        temporary: place.folder.path().join(".logmedic-0123456789ab"),
        digest: Digest::of(&[b"told"]),
    };
    fs::write(&pending.temporary, text).unwrap();
    let state = State { generation: state.generation + 1, pending: vec![pending], ..state };
    store.stage(&state).unwrap().commit().unwrap();
}

#[test]
fn a_report_that_a_killed_run_had_ready_gets_its_name_or_is_missed() {
    let place = Place::new();
    place.write(0..5, true);
    let report = place.folder.path().join("r.json");
    place.run().arg("-o").arg(&report).assert().code(1);
    end_before_the_report_has_its_name(&place, &report, "told");
    place.run().arg("--peek").assert().stderr("");
    assert_ne!(fs::read_to_string(&report).unwrap(), "told", "a peek finishes nothing");
    place.run().assert().stderr(contains("report-recovered").and(contains("r.json")));
    assert_eq!(fs::read_to_string(&report).unwrap(), "told");
    end_before_the_report_has_its_name(&place, &report, "told");
    fs::write(&report, "of the run before").unwrap();
    place.run().arg("-o").arg(&report).assert().stderr(contains("r.generation-4.json"));
    assert_eq!(fs::read_to_string(place.folder.path().join("r.generation-4.json")).unwrap(), "told");
    assert_eq!(json(&mut place.run())["ledger"]["complete"], true);
    end_before_the_report_has_its_name(&place, &report, "to");
    let told = place.run().assert().code(1).stderr(contains("report-lost"));
    told.stdout(contains("INCOMPLETE").and(contains("report-lost")));
    assert_eq!(json(&mut place.run())["ledger"]["complete"], true, "it is said once");
}

#[test]
fn each_report_says_which_run_it_is_and_which_bytes_it_covers() {
    let place = Place::new();
    place.write(0..5, true);
    place.run().assert().code(1);
    place.write(5..8, true);
    let report = json(place.run().arg("--peek"));
    assert_eq!(report["state"]["generation"], 2);
    assert_eq!(report["ledger"]["sources"][0]["ranges"][0]["start"], 760, "four of five events");
    assert_eq!(report["ledger"]["sources"][0]["ranges"][0]["end"], 1330);
    let lines = place.run().args(["--peek", "-f", "ndjson"]).output().unwrap().stdout;
    let ledger: Value = serde_json::from_slice(lines.split(|&byte| byte == b'\n').rev().nth(1).unwrap()).unwrap();
    assert_eq!((&ledger["type"], &ledger["state"]["generation"]), (&"ledger".into(), &2.into()));
    for format in ["text", "markdown", "jira", "html"] {
        let mut command = place.run();
        let text = told(command.args(["--peek", "-f", format, "--redact", "off"])).replace('\\', "");
        assert!(text.contains("run 2, bytes of"), "{format}: {text}");
        assert!(text.contains("atlassian-jira.log 760 to 1,330"), "{format}: {text}");
    }
    place.run().assert().code(1);
    assert!(told(place.run().arg("--peek")).contains("run 3, no new bytes"));
}

#[test]
fn what_is_suppressed_is_listed_and_is_no_reason_to_fail() {
    let place = Place::new();
    place.write(0..5, true);
    let list = |subject: &str, until: &str| {
        let path = place.folder.path().join("known.toml");
        let text = format!(
            "[[suppression]]\nid = \"{EXPIRED}\"\n{subject}\nreason = \"vendor ticket\"\nuntil = \"{until}\"\n"
        );
        fs::write(&path, text).unwrap();
        path
    };
    let scan = |path: &Path| logmedic().arg(place.log()).arg("--suppressions").arg(path).assert();
    let listed = || contains("Suppressed").and(contains("vendor ticket"));
    scan(&list("", "2999-01-01")).code(0).stdout(listed().and(contains("NO KNOWN ERROR")));
    scan(&list("", "2026-01-01")).code(1).stdout(listed().and(contains("NOT SUPPRESSED")));
    scan(&list("", "next year")).code(1).stdout(listed().and(contains("NOT SUPPRESSED")));
    scan(&list("subject = \"another-app\"", "2999-01-01")).code(1).stdout(listed());
    scan(&list("subject = \"31f42280-7df0-4f1d-ac65-130836a8b9d9\"", "2999-01-01")).code(0).stdout(listed());
    let report = json(logmedic().arg(place.log()).arg("--suppressions").arg(list("", "2999-01-01")));
    assert_eq!(report["suppressions"][0]["force"], "in-force");
    assert_eq!(report["findings"][0]["suppressed"], true);
    let path = list("", "2999-01-01");
    fs::write(&path, "[[suppression]]\nid = \"no-such-signature\"\nreason = \"x\"\nuntil = \"2999-01-01\"\n").unwrap();
    scan(&path).code(2).stderr(contains("no-such-signature"));
}

#[test]
fn a_pipe_cannot_be_resumed() {
    let place = Place::new();
    logmedic()
        .arg("-")
        .arg("--state")
        .arg(place.state())
        .write_stdin("x\n")
        .assert()
        .code(2)
        .stderr(contains("--state"));
    logmedic().arg("--new-only").assert().code(2).stderr(contains("--state"));
}

#[test]
fn a_span_of_time_is_not_asked_of_what_is_new() {
    let place = Place::new();
    place.write(0..5, true);
    for bound in ["--since", "--until"] {
        place.run().args([bound, "2026-01-13T00:00:00Z"]).assert().code(2).stderr(contains("cannot be used with"));
    }
    assert!(!place.state().exists());
}

#[test]
fn what_becomes_of_a_nodes_log_is_that_nodes() {
    let place = Place::new();
    let run = || {
        let mut command = logmedic();
        command.arg("--node").arg(format!("blue={}", place.log().display())).arg("--state").arg(place.state());
        json(&mut command)
    };
    place.write(0..5, true);
    run();
    place.write(5..9, true);
    fs::rename(place.log(), place.log().with_extension("log.1")).unwrap();
    place.write(9..12, true);
    let report = run();
    assert_eq!(report["findings"][0]["total_events"], 11);
    let sources = report["ledger"]["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 2);
    assert!(sources.iter().all(|source| source["node"] == "blue"), "{sources:#?}");
}
