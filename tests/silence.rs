//! A mail server that used to log and has stopped is told, if it has stopped on every host while other logs go on.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use logmedic::diagnosis::{Diagnosis, Status};
use logmedic::schedule::State;
use logmedic::{Catalogue, Input, ScanOptions, scan_increment};
use tempfile::TempDir;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);
const SILENT: &str = "log-went-silent";

/// Hosts of a cluster with a mail log each, scanned again and again with one state.
struct Cluster {
    folder: TempDir,
    state: State,
}

impl Cluster {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), state: State::default() }
    }

    fn log(&self, node: &str) -> PathBuf {
        let folder = self.folder.path().join(node);
        fs::create_dir_all(&folder).unwrap();
        folder.join("atlassian-jira-incoming-mail.log")
    }

    fn append(&self, node: &str, lines: impl IntoIterator<Item = String>) {
        let path = self.log(node);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, before + &lines.into_iter().collect::<String>()).unwrap();
    }

    fn run(&mut self) -> Diagnosis {
        let mut nodes: Vec<PathBuf> =
            fs::read_dir(self.folder.path()).unwrap().map(|node| node.unwrap().path()).collect();
        nodes.sort();
        let input = |path: &PathBuf| Input::Node {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            path: Path::new(path).join("atlassian-jira-incoming-mail.log"),
        };
        let inputs: Vec<Input> = nodes.iter().map(input).collect();
        let run = scan_increment(&CATALOGUE, &inputs, &ScanOptions::default(), &self.state, 1_768_300_000).unwrap();
        let past = self.state.past(&run.scan.tally, |_| true);
        let diagnosis = Diagnosis::after(&CATALOGUE, run.scan.tally, Vec::new(), &past);
        self.state = run.state;
        self.state.remember_standings(&diagnosis);
        diagnosis
    }
}

fn line(minute: u32, server: &str, level: &str, message: &str) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    format!("2026-01-13 {hour:02}:{minute:02}:10,118+0000 {level} [{server}] Caesium-1-3 ServiceRunner     {message}\n")
}

fn polls(minutes: std::ops::Range<u32>, server: &str) -> impl Iterator<Item = String> {
    minutes.map(move |minute| line(minute, server, "INFO", "0 messages read"))
}

fn both(minutes: std::ops::Range<u32>) -> impl Iterator<Item = String> {
    minutes.flat_map(|minute| polls(minute..minute + 1, "A").chain(polls(minute..minute + 1, "B")))
}

/// The mail servers that are told to be silent, with the time of the last line.
fn silent(diagnosis: &Diagnosis) -> Vec<(String, String)> {
    let silences = diagnosis.silences.iter();
    silences.map(|(server, silence)| (server.clone(), silence.last.to_string()[11..16].to_owned())).collect()
}

#[test]
fn a_mail_server_that_stops_while_another_goes_on_is_told_until_it_is_polled_again() {
    let mut cluster = Cluster::new();
    cluster.append("jira-1", both(0..90));
    assert_eq!(silent(&cluster.run()), []);
    cluster.append("jira-1", polls(90..140, "B"));
    assert_eq!(silent(&cluster.run()), [], "not yet an hour");
    cluster.append("jira-1", polls(140..160, "B"));
    let diagnosis = cluster.run();
    assert_eq!(silent(&diagnosis), [("A".to_owned(), "01:29".to_owned())]);
    let finding = diagnosis.finding(SILENT).unwrap();
    assert_eq!((finding.status, finding.subjects[0].value.as_str()), (Status::New, "A"));
    assert!((59..=61).contains(&diagnosis.silences["A"].usual), "{:?}", diagnosis.silences);
    cluster.append("jira-1", polls(160..170, "B"));
    assert_eq!(cluster.run().finding(SILENT).unwrap().status, Status::Ongoing);
    cluster.append("jira-1", both(170..175));
    let diagnosis = cluster.run();
    assert_eq!(silent(&diagnosis), []);
    assert_eq!(diagnosis.finding(SILENT).unwrap().status, Status::Recovered);
    let kept = serde_json::to_string(&cluster.state).unwrap();
    assert!(!kept.contains("\"A\"") && !kept.contains("messages"), "{kept}");
}

#[test]
fn polls_that_move_to_another_host_are_no_silence() {
    let mut cluster = Cluster::new();
    cluster.append("jira-1", both(0..90));
    cluster.append("jira-2", []);
    cluster.run();
    cluster.append("jira-2", polls(90..180, "A"));
    cluster.append("jira-1", polls(90..180, "B"));
    assert_eq!(silent(&cluster.run()), []);
    cluster.append("jira-1", polls(180..300, "B"));
    assert_eq!(silent(&cluster.run()), [("A".to_owned(), "02:58".to_owned())], "its last line is still open");
}

#[test]
fn lines_of_any_kind_are_no_silence_and_neither_is_a_jira_that_is_down() {
    let mut cluster = Cluster::new();
    cluster.append("jira-1", both(0..90));
    cluster.run();
    let failing = (90..200).map(|minute| line(minute, "A", "ERROR", "something that nobody knows"));
    cluster.append("jira-1", failing);
    assert_eq!(silent(&cluster.run()), [("B".to_owned(), "01:29".to_owned())]);

    let mut cluster = Cluster::new();
    cluster.append("jira-1", both(0..90));
    cluster.run();
    let started = "2026-01-13 09:00:00,000+0000 main INFO      [c.a.jira.startup.JiraStartupLogger] Jira 9.12.4, build: \
                   9120004 started. You can now access Jira through your web browser.\n";
    fs::write(cluster.folder.path().join("jira-1/atlassian-jira.log"), started.to_owned() + started).unwrap();
    let main = Input::Path(cluster.folder.path().join("jira-1"));
    let run = scan_increment(&CATALOGUE, &[main], &ScanOptions::default(), &cluster.state, 1_768_300_000).unwrap();
    assert!(run.scan.tally.silences.is_empty(), "{:?}", run.scan.tally.silences);
}

#[test]
fn a_mail_server_that_was_given_up_is_forgotten_after_thirty_days() {
    let mut cluster = Cluster::new();
    cluster.append("jira-1", both(0..90));
    cluster.run();
    let later = |day: &str| polls(0..3, "B").map(|line| line.replacen("2026-01-13", day, 1)).collect::<Vec<_>>();
    cluster.append("jira-1", later("2026-02-11"));
    assert_eq!(silent(&cluster.run()), [("A".to_owned(), "01:29".to_owned())]);
    cluster.append("jira-1", later("2026-02-13"));
    let diagnosis = cluster.run();
    assert_eq!(silent(&diagnosis), []);
    assert_eq!(diagnosis.finding(SILENT).unwrap().status, Status::Quiet, "and no reason for exit code 1 any more");
}

#[test]
fn what_was_heard_seldom_has_no_usual_gap() {
    let mut cluster = Cluster::new();
    cluster.append("jira-1", polls(0..4, "A"));
    cluster.run();
    cluster.append("jira-1", polls(4..400, "B"));
    assert_eq!(silent(&cluster.run()), []);
}
