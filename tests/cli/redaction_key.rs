//! `--redact-key`: pseudonyms that are equal in other runs and formats, and what is said of a file that is no key.

use super::*;

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

/// A file that its owner alone may read.
fn key_file(bytes: &[u8]) -> (TempDir, String) {
    let folder = folder(&[("redact.key", bytes)]);
    let path = folder.path().join("redact.key");
    own(&path, 0o600);
    (folder, path.to_str().unwrap().to_owned())
}

#[cfg(unix)]
fn own(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn own(_: &Path, _: u32) {}

#[test]
fn pseudonyms_are_equal_in_every_run_and_format() {
    let (_folder, key) = key_file(KEY);
    let log = fs::read_to_string(SECRET).unwrap().replace(" Trace ID", " for ann@corp.example Trace ID");
    let run = |format: &str, log: &str| {
        let arguments = ["-f", format, "-v", "--redact", "full", "--redact-key", &key];
        let outcome = logmedic().args(arguments).write_stdin(log.to_owned()).output().unwrap();
        assert_eq!((outcome.status.code(), outcome.stderr), (Some(1), Vec::new()), "{format}");
        String::from_utf8(outcome.stdout).unwrap()
    };
    let report = run("json", &log);
    let start = report.find("<email-").unwrap();
    let pseudonym = &report[start + 1..start + 1 + "email-".len() + 10];
    assert!(report[start..].starts_with(&format!("<{pseudonym}>")), "{pseudonym}");
    let earlier = format!("{}\n{log}", log.replace("ann@", "bob@"));
    for (format, log) in [("text", &log), ("markdown", &log), ("json", &earlier)] {
        assert!(run(format, log).contains(pseudonym), "{format} of {log}");
    }
    let report: Value = serde_json::from_str(&report).unwrap();
    assert!(report["redaction"]["key_id"].as_str().is_some_and(|id| id.len() == 10), "{}", report["redaction"]);
}

#[test]
fn reports_with_one_key_add_up_and_keep_it() {
    let (_folder, key) = key_file(KEY);
    let (_other_folder, other) = key_file(b"another key of thirty-two letters");
    let log = fs::read_to_string(SECRET).unwrap();
    let scan = |user: &str, name: &str, key: &[&str]| {
        let log = log.replace(" Trace ID", &format!(" for {user} by ann@corp.example at mx7.corp.example Trace ID"));
        let arguments = ["scan", "-", "-f", "json", "--redact", "full", "--source", name];
        let outcome = logmedic().args(arguments).args(key).write_stdin(log).output().unwrap();
        (name.to_owned() + ".json", outcome.stdout)
    };
    let with = ["--redact-key", key.as_str()];
    let reports = [
        scan("bob@corp.example", "a", &with),
        scan("eve@corp.example", "b", &with),
        scan("eve@corp.example", "numbered", &[]),
    ];
    let folder = folder(&reports.each_ref().map(|(name, report)| (name.as_str(), report.as_slice())));
    let merge = |names: &[&str], more: &[&str]| {
        let paths = names.iter().map(|name| folder.path().join(name).with_extension("json"));
        logmedic().arg("merge").args(paths).args(["-f", "json"]).args(more).output().unwrap()
    };
    let sum = merge(&["a", "b"], &with);
    assert_eq!((sum.status.code(), String::from_utf8_lossy(&sum.stderr).as_ref()), (Some(1), ""));
    for (names, more) in [(["b", "a"], &with[..]), (["a", "b"], &[]), (["b", "a"], &[])] {
        assert_eq!(String::from_utf8_lossy(&merge(&names, more).stdout), String::from_utf8_lossy(&sum.stdout));
    }
    let values = |report: &[u8]| -> std::collections::BTreeSet<String> {
        let report = String::from_utf8(report.to_vec()).unwrap();
        let pseudonyms = report.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
        pseudonyms.map(|(pseudonym, _)| pseudonym.to_owned()).collect()
    };
    let [a, b, _] = reports.each_ref().map(|(_, report)| values(report));
    assert_eq!(values(&sum.stdout), &a | &b, "none is made anew");
    assert!((&a & &b).len() >= 2 && a != b, "{a:?} {b:?}");
    let [sum, a]: [Value; 2] = [&sum.stdout, &reports[0].1].map(|report| serde_json::from_slice(report).unwrap());
    assert_eq!(sum["redaction"]["key_id"], a["redaction"]["key_id"]);
    assert!(a["redaction"]["key_id"].is_string() && sum["redaction"]["level"] == "full");

    for (name, key) in [("a", &other), ("numbered", &key)] {
        let refused = merge(&[name], &["--redact-key", key]);
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0), "{name}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("cannot be masked anew"), "{refused:?}");
    }
}

#[test]
fn a_file_that_is_no_key_stops_the_run_and_says_what_to_do() {
    let (_short_folder, short) = key_file(b"too short");
    let (_open_folder, open) = key_file(KEY);
    own(Path::new(&open), 0o640);
    let mut cases =
        vec![(short.as_str(), "32 are needed"), ("no-such.key", "cannot be read"), ("src", "cannot be read")];
    if cfg!(unix) {
        cases.push((&open, "chmod 600"));
    }
    for (path, told) in cases {
        let outcome = logmedic().args([SECRET, "--redact-key", path, "--redact", "full"]).assert().code(2).stdout("");
        outcome.stderr(contains(path).and(contains(told)));
    }
}

#[test]
fn a_key_without_pseudonyms_is_not_taken_in_silence() {
    let (_folder, key) = key_file(KEY);
    let outcome = logmedic().args([SECRET, "--redact-key", &key]).assert().code(1);
    outcome.stderr(contains("only --redact full"));
    logmedic().args([SECRET, "--redact-key", &key, "-f", "markdown"]).assert().code(1).stderr("");
}
