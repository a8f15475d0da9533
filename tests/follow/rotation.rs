//! Files over every kind of rotation, with a writer at work: each event is reported, and counts once.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use super::*;

/// A log that is written.
struct Writer {
    path: PathBuf,
    file: File,
    number: u64,
}

impl Writer {
    fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), file: appended(path), number: 0 }
    }

    /// Writes so many events, a few at a time.
    fn write(&mut self, count: u64) {
        for _ in 0..count / 5 {
            self.file.write_all(log(self.number..self.number + 5).as_bytes()).unwrap();
            self.number += 5;
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn reopen(&mut self) {
        self.file = appended(&self.path);
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        PathBuf::from(format!("{}{suffix}", self.path.display()))
    }
}

fn appended(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

/// Follows a log while it is written and rotated eight times, and checks that each event counts once.
fn follow_over(rotate: impl Fn(&mut Writer, u64)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlassian-jira.log");
    let mut writer = Writer::new(&path);
    // What is there already is read first.
    writer.write(50);
    let follow = Following::start(&[path.to_str().unwrap(), "-f", "ndjson"]);
    assert_eq!(follow.change().0["type"], "opened");
    for round in 0..8 {
        writer.write(100);
        rotate(&mut writer, round);
    }
    writer.write(50);
    // The last event of all has ended when it is quiet.
    thread::sleep(Duration::from_millis(600));
    follow.signal("INT");
    let (lines, complaints, code) = follow.end();
    assert_eq!((complaints.as_str(), code), ("", Some(1)));
    let ledger = ledger(&lines);
    assert_eq!(ledger["complete"], true, "{ledger}");
    assert_eq!(ledger["sources"].as_array().unwrap().len(), 1, "{ledger}");
    assert_eq!(ledger["sources"][0]["ranges"].as_array().unwrap().len(), 1, "{ledger}");
    assert_eq!(events(&ledger), writer.number);
    let updated: Value = serde_json::from_str(&lines[lines.len() - 2]).unwrap();
    assert_eq!((&updated["type"], &updated["events"]), (&"updated".into(), &(writer.number / 5).into()));
    assert_eq!(updated["attempts"], writer.number / 5, "each refusal is another one");
}

#[test]
fn renamed_and_made_anew() {
    follow_over(|writer, _| {
        for number in (1..8).rev() {
            let _ = fs::rename(writer.beside(&format!(".{number}")), writer.beside(&format!(".{}", number + 1)));
        }
        fs::rename(&writer.path, writer.beside(".1")).unwrap();
        // A writer that is told late goes on with the old file.
        writer.write(10);
        writer.reopen();
    });
}

#[test]
fn renamed_several_times_between_two_looks() {
    follow_over(|writer, _| {
        for _ in 0..3 {
            for number in (1..30).rev() {
                let _ = fs::rename(writer.beside(&format!(".{number}")), writer.beside(&format!(".{}", number + 1)));
            }
            fs::rename(&writer.path, writer.beside(".1")).unwrap();
            writer.reopen();
            writer.write(5);
        }
    });
}

#[test]
fn copied_and_cut() {
    follow_over(|writer, round| {
        fs::copy(&writer.path, writer.beside(&format!("-202601{:02}", 13 + round))).unwrap();
        writer.file.set_len(0).unwrap();
    });
}

#[test]
fn copied_and_cut_under_a_writer_that_does_not_append() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlassian-jira.log");
    let mut file = File::create(&path).unwrap();
    // Beyond what is jumped as a hole.
    let (first, second) = (log(0..10_000), log(10_000..10_100));
    assert!(first.len() > 1024 * 1024);
    file.write_all(first.as_bytes()).unwrap();
    let follow = Following::start(&[path.to_str().unwrap(), "-f", "ndjson"]);
    assert_eq!(follow.change().0["events"], 2000);
    fs::copy(&path, folder.path().join("atlassian-jira.log.1")).unwrap();
    file.set_len(0).unwrap();
    file.write_all(second.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(800));
    follow.signal("INT");
    let (lines, _, _) = follow.end();
    assert_eq!(events(&ledger(&lines)), 10_100);
    assert_eq!(ledger(&lines)["complete"], true);
}

#[test]
fn deleted_and_made_anew() {
    follow_over(|writer, _| {
        // What is made and deleted between two looks nobody can see.
        thread::sleep(Duration::from_millis(500));
        fs::remove_file(&writer.path).unwrap();
        writer.write(10);
        writer.reopen();
    });
}

#[test]
fn a_log_that_comes_later_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not/yet/atlassian-jira.log");
    let follow = Following::start(&[path.to_str().unwrap(), "-f", "ndjson"]);
    follow.says_nothing_for(Duration::from_millis(500));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, log(0..10)).unwrap();
    let (opened, waited) = follow.change();
    assert_eq!((&opened["type"], &opened["events"]), (&"opened".into(), &2.into()));
    assert!(waited < SOON, "{waited:?}");
    follow.signal("TERM");
    let (lines, complaints, code) = follow.end();
    assert_eq!((events(&ledger(&lines)), code), (10, Some(1)));
    assert!(complaints.contains("is not there yet; waiting for it"), "{complaints}");
}

#[test]
fn a_log_that_never_comes_is_an_error() {
    let follow = Following::start(&["/no/such/atlassian-jira.log"]);
    thread::sleep(Duration::from_millis(400));
    follow.signal("INT");
    let (lines, complaints, code) = follow.end();
    assert_eq!((lines.len(), code), (0, Some(2)));
    assert!(complaints.contains("cannot be read: no such file or folder"), "{complaints}");
}

#[test]
fn a_log_that_was_emptied_without_a_copy_is_said_to_lack_something() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlassian-jira.log");
    fs::write(&path, log(0..10)).unwrap();
    let follow = Following::start(&[path.to_str().unwrap(), "-f", "ndjson"]);
    follow.change();
    fs::write(&path, info(10)).unwrap();
    thread::sleep(Duration::from_millis(800));
    follow.signal("INT");
    let (lines, complaints, _) = follow.end();
    assert_eq!(events(&ledger(&lines)), 11);
    assert!(complaints.contains("was cut or replaced while it was followed"), "{complaints}");
}

#[test]
fn a_log_named_with_its_rotated_files_is_not_read_as_what_becomes_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("x.log.1"), log(0..10)).unwrap();
    fs::write(at("x.log"), log(10..20)).unwrap();
    let (one, other) = (at("x.log"), at("x.log.1"));
    let follow = Following::start(&[one.to_str().unwrap(), other.to_str().unwrap(), "-f", "ndjson"]);
    assert_eq!(follow.change().0["events"], 4);
    fs::rename(&other, at("x.log.2")).unwrap();
    fs::rename(&one, &other).unwrap();
    fs::write(&one, log(20..30)).unwrap();
    thread::sleep(Duration::from_millis(900));
    follow.signal("INT");
    assert_eq!(events(&ledger(&follow.end().0)), 30);
}

#[test]
fn new_logs_of_a_folder_are_followed_and_rotated_ones_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("atlassian-jira.log.1"), log(0..10)).unwrap();
    fs::write(at("atlassian-jira.log"), log(10..20)).unwrap();
    fs::write(at("notes.txt"), "no log at all\n").unwrap();
    let follow = Following::start(&[folder.path().to_str().unwrap(), "-f", "ndjson"]);
    assert_eq!(follow.change().0["events"], 4);
    fs::rename(at("atlassian-jira.log.1"), at("atlassian-jira.log.2")).unwrap();
    fs::rename(at("atlassian-jira.log"), at("atlassian-jira.log.1")).unwrap();
    thread::sleep(Duration::from_millis(1500));
    fs::write(at("atlassian-jira.log"), log(20..30)).unwrap();
    fs::write(at("catalina.2026-01-13.log"), log(30..40)).unwrap();
    fs::write(at("notes.txt"), "still no log at all, but longer\n").unwrap();
    thread::sleep(Duration::from_secs(2));
    appended(&at("catalina.2026-01-13.log")).write_all(log(40..50).as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(800));
    follow.signal("INT");
    let (lines, _, code) = follow.end();
    assert_eq!((events(&ledger(&lines)), code), (50, Some(1)), "{lines:?}");
    assert_eq!(ledger(&lines)["sources"].as_array().unwrap().len(), 3);
}
