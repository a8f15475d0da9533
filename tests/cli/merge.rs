//! `logmedic merge` and `scan --range`: sums of reports equal scans of the whole; what cannot be added is named.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{CLEAN, NO_RULES, OUTAGE, SECRET, folder, logmedic, sample_files};

fn scanned(arguments: &[&str]) -> String {
    let outcome = logmedic().args(["scan", "-q", "-f", "json"]).args(arguments).output().unwrap();
    assert!(matches!(outcome.status.code(), Some(0 | 1)), "{outcome:?}");
    String::from_utf8(outcome.stdout).unwrap()
}

/// Reports as files of a folder, and their paths.
fn reports(texts: &[String]) -> (TempDir, Vec<String>) {
    let names: Vec<String> = (0..texts.len()).map(|i| format!("{i}.json")).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().zip(texts).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let folder = folder(&files);
    let paths = names.iter().map(|name| folder.path().join(name).to_str().unwrap().to_owned()).collect();
    (folder, paths)
}

fn changed(report: &str, change: impl Fn(&mut Value)) -> String {
    let mut report = serde_json::from_str(report).unwrap();
    change(&mut report);
    report.to_string()
}

#[test]
fn a_report_read_back_is_the_report() {
    for sample in fs::read_dir("sample-logs").unwrap().map(|entry| entry.unwrap().path()) {
        for level in ["off", "secrets"] {
            let report = scanned(&[sample.to_str().unwrap(), "--redact", level]);
            let arguments = ["merge", "-", "-f", "json", "--redact", level];
            let again = logmedic().args(arguments).write_stdin(report.clone()).output_of();
            assert_eq!(String::from_utf8(again).unwrap(), report, "{} {level}", sample.display());
        }
    }
}

#[test]
fn reports_of_logs_add_up_to_the_report_of_all_in_every_form() {
    let logs: Vec<String> = sample_files().iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    let (_folder, paths) = reports(&logs.iter().map(|log| scanned(&[log])).collect::<Vec<_>>());
    for format in ["json", "text", "markdown"] {
        let whole = logmedic().args(["-q", "-f", format, "--redact", "secrets"]).args(&logs).output().unwrap();
        let merged = |paths: &[String]| {
            let arguments = ["merge", "-q", "-f", format, "--redact", "secrets"];
            let outcome = logmedic().args(arguments).args(paths).output().unwrap();
            assert_eq!(outcome.status.code(), whole.status.code());
            String::from_utf8(outcome.stdout).unwrap()
        };
        let whole_text = String::from_utf8_lossy(&whole.stdout);
        assert_eq!(merged(&paths), whole_text, "{format}");
        let backwards: Vec<String> = paths.iter().rev().cloned().collect();
        assert_eq!(merged(&backwards), whole_text, "{format}, the last first");
    }
    let one_a_line: String = paths.iter().map(|path| one_line(&fs::read_to_string(path).unwrap())).collect();
    let of_stream = logmedic().args(["merge", "-q", "-f", "json", "-"]).write_stdin(one_a_line).output_of();
    assert_eq!(of_stream, logmedic().args(["merge", "-q", "-f", "json"]).args(&paths).output_of());
}

#[test]
fn ranges_of_a_log_add_up_and_say_what_is_between_them() {
    let log = format!("{OUTAGE}/atlassian-jira.log");
    let length = fs::metadata(&log).unwrap().len();
    let range = |start: u64, end: u64| scanned(&[&log, "--range", &format!("{start}:{end}")]);
    let parts = [range(50_000, length), range(0, 777), range(777, 50_000)];
    let (_folder, paths) = reports(&parts);
    let whole = scanned(&[&log]);
    let merge = || logmedic_with(&["merge", "-f", "json"]);
    assert_eq!(String::from_utf8(merge().args(&paths).output_of()).unwrap(), whole);

    let gap = merge().args(&paths[..2]).output().unwrap();
    assert_eq!(gap.status.code(), Some(1));
    let gap: Value = serde_json::from_slice(&gap.stdout).unwrap();
    assert_eq!(gap["ledger"]["complete"], false);
    assert_eq!(gap["ledger"]["problems"][0], format!("{log}: bytes 777 to 50000 were not read: no part covers them"));
    let lines: Vec<&Value> = gap["findings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|finding| finding["samples"].as_array().unwrap())
        .map(|sample| &sample["line"])
        .collect();
    assert!(lines.iter().any(|line| line.is_null()), "what stands behind a gap has no line number yet: {lines:?}");

    merge()
        .args([&paths[1], &paths[1]])
        .assert()
        .code(2)
        .stdout("")
        .stderr(contains("reads bytes 0 to 777").and(contains("--source")));
}

#[test]
fn a_range_is_of_one_plain_file() {
    let gz = folder(&[("a.log.gz", &compressed(&fs::read(SECRET).unwrap()))]);
    let gz = gz.path().join("a.log.gz");
    logmedic()
        .args(["--range", "0:10"])
        .arg(&gz)
        .assert()
        .code(2)
        .stderr(contains("can only be read whole").and(contains("a.log.gz")));
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("a.log", zip::write::SimpleFileOptions::default()).unwrap();
    let zip = folder(&[("a.zip", &zip.finish().unwrap().into_inner())]);
    logmedic()
        .args(["--range", "0:10"])
        .arg(zip.path().join("a.zip"))
        .assert()
        .code(2)
        .stderr(contains("a.zip: a compressed").and(contains("can only be read whole")));
    logmedic().args(["--range", "0:10", OUTAGE]).assert().code(2).stderr(contains("one plain file"));
    logmedic().args(["--range", "0:10", SECRET, CLEAN]).assert().code(2).stderr(contains("one plain file"));
    logmedic().args(["--range", "0:10", "-"]).write_stdin("x").assert().code(2).stderr(contains("one plain file"));
    logmedic().args(["--range", "10:10", SECRET]).assert().code(2).stderr(contains("0:1048576"));
    logmedic().args(["--range", "99999999:199999999", SECRET]).assert().code(2).stderr(contains("ends at byte"));
}

#[test]
fn a_file_can_be_named_too() {
    let named: Value = serde_json::from_str(&scanned(&[SECRET, "--source", "jira-1/atlassian-jira.log"])).unwrap();
    assert_eq!(named["ledger"]["sources"][0]["source"], "jira-1/atlassian-jira.log");
    logmedic().args(["--source", "x", OUTAGE]).assert().code(2).stderr(contains("one file"));
}

#[test]
fn damaged_reports_are_named_and_harm_no_other() {
    let good = scanned(&[CLEAN]);
    let texts = [
        good[..good.len() / 2].to_owned(),
        "2026-01-13 no report".to_owned(),
        String::new(),
        r#"{"a": 1}"#.to_owned(),
        changed(&good, |report| report["ledger"]["sources"][0]["first_event"] = json!("yesterday")),
        changed(&good, |report| report["ledger"]["sources"][0]["bytes"] = json!(u64::MAX)),
        changed(&good, |report| report["merge"] = json!(null)),
        changed(&good, |report| report["timeline"]["bucket_seconds"] = json!(7)),
    ];
    let (_folder, paths) = reports(&texts);
    let says = [
        "it ends in the middle",
        "is no JSON",
        "is empty",
        "states no `schema`",
        "\"yesterday\"",
        "numbers",
        "no whole report",
        "width",
    ];
    for (path, says) in paths.iter().zip(says) {
        logmedic()
            .args(["merge", path])
            .assert()
            .code(2)
            .stdout("")
            .stderr(contains(says).and(contains(path.as_str())));
    }
    let (_other, rest) = reports(&[good]);
    let outcome = logmedic()
        .args(["merge", "-f", "json"])
        .args(&paths)
        .args(&rest)
        .args(["/no/such.json", "tests"])
        .output()
        .unwrap();
    assert_eq!(outcome.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(report["ledger"]["problems"].as_array().unwrap().len(), texts.len() + 2);
    assert!(
        report["ledger"]["sources"]
            .as_array()
            .unwrap()
            .iter()
            .any(|source| source["source"] == CLEAN && source["events"] != 0)
    );

    let (_third, with_findings) = reports(&[scanned(&[SECRET])]);
    logmedic()
        .args(["merge", &paths[0], &with_findings[0]])
        .assert()
        .code(1)
        .stdout(contains("INCOMPLETE").and(contains("AADSTS7000215")));
    let second_cut = format!("{}{}", fs::read_to_string(&with_findings[0]).unwrap(), texts[0]);
    logmedic()
        .args(["merge", "-"])
        .write_stdin(second_cut)
        .assert()
        .code(1)
        .stderr(contains("stdin: report 2 in it is cut short"));
}

#[test]
fn other_schemas_and_other_signatures_are_refused() {
    let good = scanned(&[SECRET]);
    let (_folder, paths) = reports(&[
        good.clone(),
        changed(&good, |report| report["schema"] = json!("logmedic.report/2")),
        changed(&scanned(&[CLEAN]), |report| report["tool"]["signatures_digest"] = json!("0123456789abcdef")),
        changed(&scanned(&[OUTAGE]), |report| {
            report["tool"]["signatures_digest"] = json!("0123456789abcdef");
            report["findings"][0]["signature"] = json!("of-another-release");
        }),
    ]);
    let merge = |reports: &[&String]| logmedic_with(&["merge"]).args(reports).assert();
    merge(&[&paths[0], &paths[1]]).code(2).stdout("").stderr(contains("1.json").and(contains("logmedic.report/2")));
    merge(&[&paths[0], &paths[2]]).code(2).stdout("").stderr(contains("2.json").and(contains("--any-digest")));
    let outcome = logmedic()
        .args(["merge", "-f", "json", "--any-digest"])
        .args([&paths[0], &paths[2], &paths[3]])
        .output()
        .unwrap();
    assert_eq!(outcome.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert!(report["ledger"]["problems"][0].as_str().unwrap().contains("of-another-release"), "{}", report["ledger"]);
    let note = "was scanned with other signatures (digest 0123456789abcdef)";
    let notes =
        report["ledger"]["sources"].as_array().unwrap().iter().filter(|source| source["notes"][0] == note).count();
    assert_eq!(notes, 4, "the logs of the two reports say so: {}", report["ledger"]);
}

#[test]
fn a_sum_shows_no_more_than_its_reports() {
    let leaky =
        "2026-01-13 02:01:40,118+0000 main ERROR      [c.a.b.C] AADSTS7000215: client_secret=Zx8~Q9vLmTr5yUw3 x\n";
    let scan = |level: &str, name: &str| {
        let arguments = ["-", "-f", "json", "--redact", level, "--source", name];
        String::from_utf8(logmedic().args(arguments).write_stdin(leaky).output_of()).unwrap()
    };
    let (_folder, paths) = reports(&[scan("off", "a"), scan("secrets", "b"), scan("full", "c")]);
    logmedic()
        .args(["merge", "--redact", "off", "-f", "json", &paths[0]])
        .assert()
        .stdout(contains("Zx8~Q9vLmTr5yUw3"));
    let mixed = logmedic().args(["merge", "--redact", "off", "-f", "json", &paths[0], &paths[1]]).output_of();
    let mixed = String::from_utf8(mixed).unwrap();
    assert!(!mixed.contains("Zx8~Q9vLmTr5yUw3") && mixed.contains("\"level\": \"secrets\""), "{mixed}");
    logmedic()
        .args(["merge", &paths[0], &paths[2]])
        .assert()
        .code(2)
        .stderr(contains("--redact secrets").and(contains("--redact-key")));
    logmedic().args(["merge", &paths[2]]).assert().code(1);
}

#[test]
fn a_node_that_has_not_reported_is_named() {
    let report = scanned(&[CLEAN]).replace("\"node\": null", "\"node\": \"jira-1\"");
    let (_folder, paths) = reports(&[report]);
    logmedic().args(["merge", &paths[0], "--expect-nodes", "jira-1"]).assert().code(0).stderr("");
    let outcome =
        logmedic().args(["merge", &paths[0], "--expect-nodes", "jira-2,jira-1", "-f", "json"]).output().unwrap();
    assert_eq!(outcome.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(
        report["ledger"]["problems"],
        json!(["node jira-2: has not reported: it is expected, and no report names it"])
    );
    assert_eq!(report["environment"]["nodes"], json!(["jira-1"]));
}

#[test]
fn a_log_that_two_reports_name_without_reading_it_is_told() {
    let (_folder, paths) = reports(&[
        scanned(&[CLEAN]),
        changed(&scanned(&[CLEAN]), |report| report["ledger"]["sources"][0]["ranges"] = json!([])),
    ]);
    logmedic().args(["merge"]).args(&paths).assert().code(0).stderr(contains("more than one report names it"));
}

#[test]
#[cfg(target_os = "linux")]
fn ten_thousand_reports_take_seconds_and_little_memory() {
    /// What the release build may take; a debug build is slower, not larger.
    const MOST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 120 } else { 10 });
    const MOST_KIB: u64 = 64 * 1024;
    let report = one_line(&scanned(&[SECRET, "--source", "the-one-log"]));
    let mut merging = std::process::Command::new(assert_cmd::cargo::cargo_bin!())
        .env("XDG_CONFIG_HOME", NO_RULES)
        .args(["merge", "-q", "-f", "jira", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let (mut stdin, mut stdout) = (merging.stdin.take().unwrap(), merging.stdout.take().unwrap());
    let feeding = thread::spawn(move || {
        for number in 0..10_000 {
            stdin.write_all(report.replace("the-one-log", &format!("jira-{number}.log")).as_bytes()).unwrap();
        }
    });
    let reading = thread::spawn(move || std::io::read_to_string(&mut stdout).unwrap());
    // The mark only rises, so the last look before the end is the peak.
    let mut peak = 0;
    while merging.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", merging.id())).unwrap_or_default();
        let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or(peak);
        thread::sleep(Duration::from_millis(2));
    }
    let took = start.elapsed();
    feeding.join().unwrap();
    let sum = reading.join().unwrap();
    assert!(sum.contains("10000 files") || sum.contains("10,000 files"), "{sum}");
    assert!(took < MOST, "{took:?}");
    assert!((1..MOST_KIB).contains(&peak), "{peak} KiB");
}

#[test]
fn what_cannot_be_read_at_all_is_still_missing_in_the_sum() {
    let broken = folder(&[("broken.gz", b"\x1f\x8b no gzip at all")]);
    let broken = broken.path().join("broken.gz").to_str().unwrap().to_owned();
    let alone = logmedic().args(["-f", "json", &broken]).output().unwrap();
    assert_eq!(alone.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&alone.stderr).contains("nothing could be read"), "{alone:?}");
    logmedic().arg(&broken).assert().code(2).stdout("");

    let parts = [scanned(&[SECRET]), String::from_utf8(alone.stdout).unwrap()];
    let sum = logmedic().args(["merge", "-q", "-f", "json", "-"]).write_stdin(parts.concat()).output().unwrap();
    assert_eq!(sum.status.code(), Some(1));
    let both = logmedic().args(["-q", "-f", "json", SECRET, &broken]).output().unwrap();
    assert_eq!(String::from_utf8(sum.stdout).unwrap(), String::from_utf8(both.stdout).unwrap());
    logmedic().args(["merge", "-"]).write_stdin(parts[1].clone()).assert().code(3).stdout(contains("INCOMPLETE"));
}

#[test]
fn the_schema_of_reports_is_printed() {
    logmedic()
        .args(["schema", "report"])
        .assert()
        .code(0)
        .stdout(fs::read_to_string("docs/report.schema.json").unwrap());
}

fn logmedic_with(arguments: &[&str]) -> assert_cmd::Command {
    let mut command = logmedic();
    command.args(arguments);
    command
}

fn one_line(report: &str) -> String {
    serde_json::from_str::<Value>(report).unwrap().to_string() + "\n"
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

trait Outcome {
    /// What it writes to standard output.
    fn output_of(&mut self) -> Vec<u8>;
}

impl Outcome for assert_cmd::Command {
    fn output_of(&mut self) -> Vec<u8> {
        self.output().unwrap().stdout
    }
}
