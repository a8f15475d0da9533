//! A log that grows and rotates, a state, report files, and the truth about every event.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

/// A log, a state and reports in one folder.
pub(super) struct World {
    folder: TempDir,
    /// How many events were written.
    pub(super) written: usize,
    /// Whether every run writes a file of its own, and not the same as the one before.
    pub(super) own_names: bool,
    runs: usize,
    /// Every report file that was ever seen, by content, with its events.
    seen: BTreeMap<Vec<u8>, Vec<usize>>,
    /// Files that were looked at, with their number and time: in a long history most of them do not change.
    looked_at: BTreeSet<(PathBuf, u64, SystemTime)>,
    /// What reports said of what was not read or is lost.
    pub(super) problems: BTreeSet<String>,
}

impl World {
    pub(super) fn new(own_names: bool) -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        fs::create_dir(folder.path().join("reports")).unwrap();
        fs::create_dir(folder.path().join("state")).unwrap();
        let (seen, looked_at, problems) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Self { folder, written: 0, own_names, runs: 0, seen, looked_at, problems }
    }

    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root().join("logs/atlassian-jira.log")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.root().join("state/jira")
    }

    /// The file of the run that comes next.
    pub(super) fn report(&self) -> PathBuf {
        let name = if self.own_names { format!("{}.json", self.runs) } else { "report.json".to_owned() };
        self.root().join("reports").join(name)
    }

    pub(super) fn append(&mut self, events: usize) {
        let text: String = (self.written..self.written + events).map(event).collect();
        OpenOptions::new().create(true).append(true).open(self.log()).unwrap().write_all(text.as_bytes()).unwrap();
        self.written += events;
    }

    /// The arguments of the next run, which has a name of its own for its report if runs have that.
    pub(super) fn arguments(&mut self) -> Vec<String> {
        self.runs += 1;
        let path = |path: PathBuf| path.to_str().unwrap().to_owned();
        // Named in one half of the tests, and found in its folder in the other.
        let log = path(if self.own_names { self.log() } else { self.root().join("logs") });
        let (state, report) = (path(self.state()), path(self.report()));
        ["--threads", "1", &log, "--state", &state, "-o", &report].map(str::to_owned).to_vec()
    }

    /// The program as it is started here.
    pub(super) fn program() -> Command {
        without_settings(Command::new(cargo_bin!("logmedic")))
    }

    /// A run that nothing disturbs.
    pub(super) fn run(&mut self) -> Output {
        let arguments = self.arguments();
        let outcome = Self::program().args(arguments).output().unwrap();
        assert!(matches!(outcome.status.code(), Some(0 | 1 | 3)), "{outcome:?}");
        self.look();
        outcome
    }

    /// Looks at the report files, as somebody does who fetches them after every run.
    pub(super) fn look(&mut self) {
        let mut contents: Vec<Vec<u8>> = Vec::new();
        for path in files(&self.root().join("reports")) {
            let is_new = self.looked_at.insert(looked_at(path.clone()));
            if is_new && !name(&path).starts_with('.') {
                contents.push(fs::read(&path).unwrap());
            }
        }
        for content in contents {
            let is_twice = self.seen.contains_key(&content);
            assert!(!is_twice, "one report in two files: {}", String::from_utf8_lossy(&content));
            let report: Value = serde_json::from_slice(&content).unwrap();
            let problems = report["ledger"]["problems"].as_array().unwrap();
            self.problems.extend(problems.iter().map(|problem| problem.as_str().unwrap().to_owned()));
            self.seen.insert(content, numbers(&report));
        }
    }

    /// Two runs that nothing disturbs, with one more event between them: then all but that one can have been counted.
    pub(super) fn finish(&mut self) {
        self.run();
        self.append(1);
        self.run();
    }

    /// Whether each event is in exactly one report file, but for the last, which is open; else what is wrong.
    pub(super) fn is_exact(&self) -> Result<(), String> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for number in self.seen.values().flatten() {
            *counts.entry(*number).or_default() += 1;
        }
        let twice: Vec<usize> = counts.iter().filter(|&(_, &count)| count != 1).map(|(&number, _)| number).collect();
        if twice.is_empty() { self.is_whole() } else { Err(format!("counted twice: {twice:?}; {:?}", self.is_whole())) }
    }

    /// Whether each event is in some report file, and nothing half-done lies about; else what is wrong.
    pub(super) fn is_whole(&self) -> Result<(), String> {
        let counted: BTreeSet<usize> = self.seen.values().flatten().copied().collect();
        let lost: Vec<usize> = (0..self.written - 1).filter(|number| !counted.contains(number)).collect();
        let left: Vec<String> = ["reports", "state"]
            .into_iter()
            .flat_map(|folder| files(&self.root().join(folder)))
            .map(|path| name(&path))
            .filter(|name| name.starts_with(".logmedic-") || ["jira.new", "jira.keep"].contains(&name.as_str()))
            .collect();
        if lost.is_empty() && left.is_empty() { Ok(()) } else { Err(format!("lost {lost:?}, left behind {left:?}")) }
    }

    /// Everything that lies on the disk.
    pub(super) fn snapshot(&self) -> Snapshot {
        let mut files_by_name = BTreeMap::new();
        for folder in ["logs", "reports", "state"] {
            for path in files(&self.root().join(folder)) {
                files_by_name.insert(path.strip_prefix(self.root()).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
        let (written, runs) = (self.written, self.runs);
        Snapshot { files: files_by_name, written, runs, seen: self.seen.clone(), problems: self.problems.clone() }
    }

    /// Goes back to an earlier state of affairs.
    pub(super) fn restore(&mut self, snapshot: &Snapshot) {
        for folder in ["logs", "reports", "state"] {
            for path in files(&self.root().join(folder)) {
                fs::remove_file(path).unwrap();
            }
        }
        for (name, bytes) in &snapshot.files {
            fs::write(self.root().join(name), bytes).unwrap();
        }
        (self.written, self.runs) = (snapshot.written, snapshot.runs);
        (self.seen, self.problems) = (snapshot.seen.clone(), snapshot.problems.clone());
        // What is written anew was seen before under another number.
        self.looked_at = files(&self.root().join("reports")).into_iter().map(looked_at).collect();
    }
}

/// The files of a world, and what was known of it.
#[derive(PartialEq)]
pub(super) struct Snapshot {
    pub(super) files: BTreeMap<PathBuf, Vec<u8>>,
    written: usize,
    runs: usize,
    seen: BTreeMap<Vec<u8>, Vec<usize>>,
    problems: BTreeSet<String>,
}

/// Takes away what this shell and this user say about colour and signatures.
pub(super) fn without_settings(mut command: Command) -> Command {
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "JIRA_HOME"] {
        command.env_remove(variable);
    }
    command.env("XDG_CONFIG_HOME", concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder"));
    command
}

/// An event whose minute since the start of 2026 is its number; no two are alike.
pub(super) fn event(number: usize) -> String {
    let minute = jiff::Timestamp::from_second(FIRST + 60 * i64::try_from(number).unwrap()).unwrap();
    format!(
        "{},000+0000 Caesium-1-{number} ERROR      [c.a.j.p.mail] AADSTS7000215: Invalid client secret provided for app \
         '31f42280-7df0-4f1d-ac65-130836a8b9d9'.\n\tat com.example.A.b(A.java:{number})\n",
        minute.strftime("%Y-%m-%d %H:%M:%S")
    )
}

/// 2026-01-01 00:00:00 in UTC, in seconds since 1970.
const FIRST: i64 = 1_767_225_600;

/// The numbers of the events that a report counts.
fn numbers(report: &Value) -> Vec<usize> {
    assert_eq!(report["timeline"]["bucket_seconds"], 60, "one bucket an event");
    let mut numbers = Vec::new();
    for bucket in report["timeline"]["buckets"].as_array().unwrap() {
        let start = bucket["start"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
        let count: u64 = bucket["levels"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        let number = usize::try_from((start - FIRST) / 60).unwrap();
        numbers.extend(std::iter::repeat_n(number, usize::try_from(count).unwrap()));
    }
    let events: u64 =
        report["findings"].as_array().unwrap().iter().map(|found| found["events"].as_u64().unwrap()).sum();
    assert_eq!(events, numbers.len() as u64, "each event is a known error");
    numbers
}

/// What tells a file from any other.
fn looked_at(path: PathBuf) -> (PathBuf, u64, SystemTime) {
    let found = fs::metadata(&path).unwrap();
    (path, found.ino(), found.modified().unwrap())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
