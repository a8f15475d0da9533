//! Logs that are read while they are written: pipes and files over their rotations, through the built program, with real
//! delays that are kept short; what needs a clock is tested on the library with times that are given.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "follow/ends.rs"]
mod ends;
#[path = "follow/looks.rs"]
mod looks;
#[path = "follow/pipes.rs"]
mod pipes;
#[path = "follow/rotation.rs"]
mod rotation;

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

/// Where no signature files of the user's own are.
const NO_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder");
/// Longer than any report may take to come.
const PATIENCE: Duration = Duration::from_secs(8);
/// An event that ends must be told well within a second; a busy machine has a little more.
const SOON: Duration = Duration::from_millis(1500);

/// The time of the event with this number: one a second.
fn stamp(number: u64) -> String {
    let (hours, minutes, seconds) = (number / 3600, number / 60 % 60, number % 60);
    format!("2026-01-{:02} {:02}:{minutes:02}:{seconds:02},118+0000", 13 + hours / 24, hours % 24)
}

fn info(number: u64) -> String {
    format!("{} main INFO ServiceRunner     [c.a.j.service.ServiceRunner] Run number {number} ends\n", stamp(number))
}

/// A refusal in two lines: the code stands in the second one.
fn refusal(number: u64) -> String {
    format!(
        "{} Caesium-1-2 ERROR ServiceRunner     [c.a.o.c.lib.token.DefaultTokenService] Refresh Token Failed.\n Reported Reason: AADSTS7000215: Invalid client secret provided. Trace ID: 00000000-0000-0000-0000-{number:012}\n",
        stamp(number)
    )
}

/// So many events, every fifth a refusal.
fn log(numbers: std::ops::Range<u64>) -> String {
    numbers.fold(String::new(), |mut log, number| {
        let _ = write!(log, "{}", if number % 5 == 0 { refusal(number) } else { info(number) });
        log
    })
}

/// The program at work.
struct Following {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Following {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(cargo_bin!())
            .arg("--follow")
            .args(arguments)
            .env("XDG_CONFIG_HOME", NO_RULES)
            .env("SOURCE_DATE_EPOCH", "1768276800")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines() {
                if sender.send(line.unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { stdin: child.stdin.take(), child, lines }
    }

    fn write(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// The next line, as soon as it comes.
    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    /// The next line of ndjson, and how long it took to come.
    fn change(&self) -> (Value, Duration) {
        let start = Instant::now();
        let line = self.line();
        (serde_json::from_str(&line).unwrap(), start.elapsed())
    }

    fn says_nothing_for(&self, time: Duration) {
        assert_eq!(self.lines.recv_timeout(time).ok(), None);
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Ends the input; every line that was not taken, what was said on standard error, and the exit code.
    fn end(mut self) -> (Vec<String>, String, Option<i32>) {
        drop(self.stdin.take());
        let mut lines = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            lines.push(line);
        }
        let code = self.child.wait().unwrap().code();
        let mut complaints = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
        (lines, complaints, code)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The last line, which says what was read.
fn ledger(lines: &[String]) -> Value {
    let ledger: Value = serde_json::from_str(lines.last().unwrap()).unwrap();
    assert_eq!(ledger["type"], "ledger");
    ledger
}

/// Events of all logs.
fn events(ledger: &Value) -> u64 {
    ledger["sources"].as_array().unwrap().iter().map(|source| source["events"].as_u64().unwrap()).sum()
}
