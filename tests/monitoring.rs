//! What monitoring systems read, over several runs and by the real programs: `promtool` and `node_exporter`, Nagios, Icinga,
//! systemd and kubectl, each where it is there. What is not there is said on standard error, and that test skipped.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[cfg(unix)]
#[path = "monitoring/copied.rs"]
mod copied;
#[path = "monitoring/exposition.rs"]
mod exposition;
#[path = "monitoring/nagios.rs"]
mod nagios;
#[path = "monitoring/plugin.rs"]
mod plugin;
#[path = "monitoring/prometheus.rs"]
mod prometheus;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

const EXPIRED: &str = "aadsts7000222-client-secret-expired";

/// A log that grows, and what runs leave beside it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(place.path("logs")).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds events to the log, a minute each: refusals of the app, or talk.
    fn write(&self, minutes: std::ops::Range<u32>, refused: bool) {
        let rest = if refused {
            "ERROR      [c.a.j.p.mail.MailFetcherTask] AADSTS7000222: The provided client secret keys for app '31f42280-7df0-4f1d-ac65-130836a8b9d9' are expired."
        } else {
            "INFO      [c.a.j.p.mail.MailFetcherTask] nothing to do"
        };
        let mut log =
            fs::OpenOptions::new().create(true).append(true).open(self.path("logs/atlassian-jira.log")).unwrap();
        for minute in minutes {
            writeln!(log, "2026-01-13 {:02}:{:02}:00,000+0000 Caesium-1-1 {rest}", minute / 60, minute % 60).unwrap();
        }
    }

    /// A run with the state of this place, on its logs.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = logmedic();
        command.args(arguments).arg("--state").arg(self.path("state")).arg(self.path("logs"));
        command.output().unwrap()
    }
}

/// The program, where no signature files of the user's own are.
fn logmedic() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!());
    command.env("XDG_CONFIG_HOME", concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder"));
    command.env("SOURCE_DATE_EPOCH", "1768276800").env_remove("JIRA_HOME");
    command
}

fn text(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// Where a program is; `None`, with a line that says so, where it is not.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(["/usr/sbin".into()]).collect();
    let found = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        // Not `eprintln!`: the line is to be seen although the test passes.
        let _ = writeln!(std::io::stderr(), "skipped: no {}", names[0]);
    }
    found
}

/// Runs a program that is to end well, and returns what it said.
fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
    said
}
