//! Reports in files: which form, whole or not at all, never over a log, with the rights they should have.

use std::fs::{self, File};
use std::process::Stdio;

use logmedic::Format;
use predicates::prelude::*;
use predicates::str::contains;
use tempfile::TempDir;

use super::{CLEAN, OUTAGE, SECRET, folder, logmedic, spawn};

/// What lies in a folder, by name.
fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn why_a_report_cannot_be_written_is_told_once() {
    let outcome = logmedic().args([CLEAN, "-o", "no-such-folder/r.json"]).assert().code(2);
    let told = String::from_utf8(outcome.get_output().stderr.clone()).unwrap();
    assert_eq!(told.matches("no-such-folder/r.json").count(), 1, "{told}");
    assert_eq!(told.matches("o such file").count(), 1, "{told}");
}

#[test]
fn one_scan_writes_every_form_that_goes_to_files() {
    let reports = TempDir::new().unwrap();
    let files: Vec<(Format, String)> = Format::ALL
        .iter()
        .filter_map(|format| Some((*format, reports.path().join(format!("r.{}", format.extension()?)))))
        .map(|(format, path)| (format, path.to_str().unwrap().to_owned()))
        .collect();
    let outputs = files.iter().flat_map(|(_, path)| ["-o", path]);
    let text = logmedic().arg(OUTAGE).args(outputs).assert().code(1).stderr("");
    let alone = logmedic().arg(OUTAGE).output().unwrap().stdout;
    assert_eq!(text.get_output().stdout, alone, "standard output is as without -o");
    for (format, path) in &files {
        let expected = logmedic().args([OUTAGE, "-f", format.name()]).output().unwrap().stdout;
        assert_eq!(fs::read_to_string(path).unwrap(), String::from_utf8(expected).unwrap(), "{path}");
    }
    assert_eq!(names(&reports).len(), files.len(), "nothing else is left: {:?}", names(&reports));
}

#[test]
fn the_form_is_told_by_a_prefix_or_else_by_the_extension() {
    let reports = TempDir::new().unwrap();
    let path = |name: &str| reports.path().join(name).to_str().unwrap().to_owned();
    let outputs = [format!("markdown:{}", path("ticket.txt")), path("UPPER.JSON"), path("text:colon.md")];
    logmedic()
        .args([SECRET, "-f", "none", "-o", &outputs[0], "-o", &outputs[1], "--output", &outputs[2]])
        .assert()
        .code(1)
        .stdout("");
    assert!(fs::read_to_string(path("ticket.txt")).unwrap().starts_with("# "));
    assert!(fs::read_to_string(path("UPPER.JSON")).unwrap().starts_with('{'));
    assert!(fs::read_to_string(path("text:colon.md")).unwrap().starts_with("# "), "a colon in a folder's name");
}

#[test]
fn redaction_follows_each_form_unless_it_is_given() {
    let logs = folder(&[(
        "a.log",
        b"2026-01-13 02:01:40,118+0000 main ERROR      [a.b.C] AADSTS7000215: for ann.lee@corp.example\n",
    )]);
    let (log, reports) = (logs.path().join("a.log"), TempDir::new().unwrap());
    let (json, markdown) = (reports.path().join("r.json"), reports.path().join("r.md"));
    let scan = |level: &[&str]| {
        logmedic().arg(&log).arg("-o").arg(&json).arg("-o").arg(&markdown).args(level).assert().code(1);
        [&json, &markdown].map(|path| fs::read_to_string(path).unwrap().contains("ann.lee@corp.example"))
    };
    assert_eq!(scan(&[]), [true, false]);
    assert_eq!(scan(&["--redact", "full"]), [false, false]);
    assert_eq!(scan(&["--redact", "off"]), [true, true]);
}

#[test]
fn reports_for_people_tell_when_they_were_made() {
    for (format, tells) in [("jira", true), ("markdown", true), ("text", false), ("json", false)] {
        let made = || contains("2026-01-13 04:00:00 UTC");
        let report = logmedic().args([SECRET, "-f", format]).assert().code(1);
        if tells {
            report.stdout(made());
            logmedic().args([SECRET, "-f", format, "--no-timestamp"]).assert().stdout(contains("Made").not());
            logmedic()
                .args([SECRET, "-f", format])
                .env_remove("SOURCE_DATE_EPOCH")
                .assert()
                .stdout(contains("Made 20").and(made().not()));
        } else {
            report.stdout(made().not());
        }
    }
    let odd = logmedic().arg(SECRET).env("SOURCE_DATE_EPOCH", "yesterday").assert();
    odd.code(2).stdout("").stderr(contains("SOURCE_DATE_EPOCH").and(contains("unset")));
}

#[test]
fn colours_never_reach_a_file() {
    let reports = TempDir::new().unwrap();
    let path = reports.path().join("r.txt");
    logmedic().args([SECRET, "--color", "always", "-o"]).arg(&path).assert().stdout(contains('\u{1b}'));
    assert!(!fs::read_to_string(path).unwrap().contains('\u{1b}'));
}

#[test]
fn what_cannot_be_an_output_is_refused_before_anything_is_read() {
    let place = folder(&[("kept.md", b"kept")]);
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(place.path().join("folder.md")).unwrap();
    let twice = path("./new.md");
    let cases: [(&[&str], &str); 7] = [
        (&[&path("folder.md")], "is a folder"),
        (&[&path("no-such-folder/r.md")], "its folder cannot be used"),
        (&[&path("r.log")], "names no form"),
        (&["none:r.md"], "goes to files"),
        (&["markdown:"], "goes to files"),
        (&["-"], "FORMAT:FILE"),
        (&[&path("new.md"), &twice], "named twice"),
    ];
    for (outputs, message) in cases {
        let arguments = outputs.iter().flat_map(|path| ["-o", path]);
        logmedic().arg(SECRET).args(arguments).assert().code(2).stdout("").stderr(contains(message));
    }
    assert_eq!(names(&place), ["folder.md", "kept.md"]);
}

#[test]
fn a_log_is_never_written_over() {
    let logs = folder(&[("a.json", &fs::read(SECRET).unwrap()), ("b.log", &fs::read(CLEAN).unwrap())]);
    let (log, other) = (logs.path().join("a.json"), logs.path().join("b.log"));
    let as_json = format!("json:{}", other.display());
    let refused = |arguments: &[&str]| {
        let outcome = logmedic().args(arguments).assert().code(2).stdout("");
        outcome.stderr(contains("one of the logs that are read"));
    };
    let (log_name, folder_name) = (log.to_str().unwrap(), logs.path().to_str().unwrap());
    refused(&[log_name, "-o", log_name]);
    refused(&[folder_name, "-o", log_name]);
    refused(&[folder_name, "-o", &as_json]);
    #[cfg(unix)]
    {
        let linked = logs.path().join("linked.json");
        fs::hard_link(&log, &linked).unwrap();
        refused(&[log_name, "-o", linked.to_str().unwrap()]);
        let redirected = spawn(&["-o", log_name], File::open(&log).unwrap().into(), Stdio::piped());
        assert_eq!(redirected.status.code(), Some(2), "{redirected:?}");
    }
    assert_eq!(fs::read(&log).unwrap(), fs::read(SECRET).unwrap());
    assert_eq!(fs::read(&other).unwrap(), fs::read(CLEAN).unwrap());
    // A report of an earlier run is no log, even in a folder that is scanned.
    let report = logs.path().join("report.md");
    for _ in 0..2 {
        logmedic().arg(logs.path()).arg("-o").arg(&report).assert().code(1);
    }
}

#[cfg(unix)]
#[test]
fn rights_of_a_report() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let reports = folder(&[("old.md", b"an earlier report")]);
    let path = |name: &str| reports.path().join(name);
    let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o7777;
    fs::set_permissions(path("old.md"), fs::Permissions::from_mode(0o644)).unwrap();
    let before = fs::metadata(path("old.md")).unwrap().ino();
    logmedic().arg(SECRET).arg("-o").arg(path("old.md")).arg("-o").arg(path("new.md")).assert().code(1);
    assert_eq!((mode("old.md"), mode("new.md")), (0o644, 0o600));
    assert_ne!(fs::metadata(path("old.md")).unwrap().ino(), before, "a new file took the old one's name");
    symlink(path("old.md"), path("link.md")).unwrap();
    logmedic().arg(SECRET).arg("-o").arg(path("link.md")).assert().code(2).stderr(contains("is a link"));
    logmedic().args([SECRET, "-o", "json:/dev/null"]).assert().code(2).stderr(contains("no regular file"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind_and_the_answer_is_still_given() {
    // A folder of the kernel in which nobody can make files, whoever runs this.
    let kept = folder(&[("kept.md", b"an earlier report")]);
    let path = kept.path().join("kept.md");
    let outcome = logmedic().arg(SECRET).arg("-o").arg(&path).args(["-o", "/proc/self/r.json"]).assert().code(2);
    outcome
        .stdout(contains("AADSTS7000215"))
        .stderr(contains("cannot write /proc/self/r.json: ").and(contains("os error")));
    assert_eq!(fs::read_to_string(&path).unwrap(), "an earlier report");
    assert_eq!(names(&kept), ["kept.md"]);
}
