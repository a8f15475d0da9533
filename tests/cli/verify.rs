//! `logmedic verify`: did the fix work? What has recovered says when, what is only quiet says that nothing is proven.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

use super::{CLEAN, NO_RULES, OUTAGE, folder, logmedic};

fn refused(minute: u32, server: &str) -> String {
    format!(
        "2026-01-13 02:{minute:02}:10,118+0000 ERROR [{server}] Caesium-1-3 ServiceRunner     Exception when \
         MailPullerWorker pulls emails: com.example.TokenException: AADSTS7000222: The provided client secret keys for app \
         '3f0c1a52-7b1e-4c1d-9d57-1f0a6c2b9e44' are expired.\n"
    )
}

fn info(minute: u32, server: &str, message: &str) -> String {
    format!("2026-01-13 02:{minute:02}:30,000+0000 INFO [{server}] Caesium-1-1 ServiceRunner     {message}\n")
}

fn outcome(arguments: &[&str], code: i32) -> Value {
    let output = logmedic().arg("verify").args(arguments).args(["-f", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_outage_has_recovered_and_verify_says_when() {
    let told = logmedic().args(["verify", "--since", "2026-01-13 02:31", OUTAGE]).assert().code(0);
    told.stdout(
        contains("RECOVERED: everything that was failing works again")
            .and(contains("Support IMAP: recovered at 2026-01-13 02:33:04Z"))
            .and(contains("IT IMAP: recovered at 2026-01-13 02:33:52Z")),
    );
    let report = outcome(&["--since", "2026-01-13T02:31:00Z", OUTAGE], 0);
    assert_eq!(report["schema"], "logmedic.verify/1");
    assert_eq!(report["outcome"], "recovered");
    assert_eq!(report["findings"][0]["recovered"], "2026-01-13T02:33:52.430+00:00");
    assert_eq!(report["findings"][0]["parts"].as_array().unwrap().len(), 3);
}

#[test]
fn a_log_that_shows_no_success_is_never_called_recovered() {
    let log = refused(5, "A") + &info(7, "A", "nothing to do") + &info(50, "A", "nothing to do");
    let logs = folder(&[("mail.log", log.as_bytes())]);
    let path = logs.path().to_str().unwrap();
    let told = logmedic().args(["verify", "--since", "2026-01-13 02:06", path]).assert().code(0);
    told.stdout(
        contains("QUIET, NOT PROVEN")
            .and(contains("A: quiet since 2026-01-13 02:05:10Z"))
            .and(contains("connectivity log"))
            .and(contains("com.atlassian.mail.incoming"))
            .and(contains("RECOVERED").not()),
    );
    let report = outcome(&["--since", "2026-01-13 02:06", path], 0);
    assert_eq!((&report["outcome"], &report["findings"][0]["recovered"]), (&"quiet".into(), &Value::Null));
}

#[test]
fn what_fails_after_the_fix_still_fails() {
    let log = refused(5, "A") + &refused(6, "B") + &refused(12, "A") + &info(13, "B", "2 messages read");
    let logs = folder(&[("mail.log", log.as_bytes())]);
    let path = logs.path().to_str().unwrap();
    let report = outcome(&["--since", "2026-01-13 02:10", path], 1);
    assert_eq!(report["outcome"], "failing");
    let parts: Vec<(&str, &str)> = report["findings"][0]["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part["name"].as_str().unwrap(), part["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(parts, [("A", "failing"), ("B", "recovered")]);
    let told = logmedic().args(["verify", "--since", "2026-01-13 02:10", path]).assert().code(1);
    told.stdout(contains("STILL FAILING").and(contains("A: still failing, last at 2026-01-13 02:12:10Z")));
}

#[test]
fn no_log_after_the_fix_is_no_answer() {
    assert_eq!(outcome(&["--since", "2026-01-14", OUTAGE], 3)["outcome"], "no-log");
    let told = logmedic().args(["verify", "--since", "10m", OUTAGE]).assert().code(3);
    told.stdout(contains("NO LOG AFTER THE FIX").and(contains("none of these logs has an event")));
    let incomplete = folder(&[("mail.log", info(5, "A", "x").as_bytes()), ("cut.log.gz", b"\x1f\x8b\x08\x00damaged")]);
    let path = incomplete.path().join("mail.log");
    let broken = incomplete.path().join("cut.log.gz");
    let (path, broken) = (path.to_str().unwrap(), broken.to_str().unwrap());
    assert_eq!(outcome(&["--since", "2026-01-13 02:00", path, broken], 3)["complete"], false);
    assert_eq!(outcome(&["--since", "2026-01-13 02:00", path], 0)["outcome"], "nothing");
}

#[test]
fn what_cannot_be_verified_says_what_to_do() {
    logmedic().args(["verify", CLEAN]).assert().code(2).stderr(contains("--since"));
    logmedic().args(["verify", "--since", "soon", CLEAN]).assert().code(2).stderr(contains("is no time; write"));
    let told = logmedic().args(["verify", "--since", "1h", "--wait", "forever", CLEAN]).assert().code(2);
    told.stderr(contains("no length of time; write for example 90s, 10m or 1h"));
    let told = logmedic().args(["verify", "--since", "1h", "--wait", "10m", "-"]).assert().code(2);
    told.stderr(contains("cannot be read again; name the logs"));
    logmedic().args(["verify", "--since", "1h", "no-such.log"]).assert().code(2).stderr(contains("no-such.log"));
}

#[test]
fn waiting_ends_with_the_first_poll_that_succeeds() {
    let logs = folder(&[("mail.log", refused(5, "A").as_bytes())]);
    let path = logs.path().join("mail.log");
    let begun = Instant::now();
    let child = std::process::Command::new(cargo_bin!("logmedic"))
        .args(["verify", "--since", "2026-01-13 02:06", "--wait", "2m", path.to_str().unwrap()])
        .env("XDG_CONFIG_HOME", NO_RULES)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(600));
    fs::write(&path, refused(5, "A") + &info(9, "A", "0 messages read")).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("A: recovered at 2026-01-13 02:09:30Z"), "{told}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("waiting for the next polls"));
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}
