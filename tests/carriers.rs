//! A log gives the same findings whatever carried it: kubectl, a container runtime, Docker, the journal, grep, UTF-16.
//! What comes interleaved is told apart, what was cut is joined, and places are those of the stream as it was read.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use logmedic::{
    Catalogue, Diagnosis, Format, Input, MapMode, RedactionLevel, ReportOptions, ScanOptions, render, scan,
};
use predicates::prelude::*;
use predicates::str::contains;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Where no signature files of the user's own are.
const NO_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder");
const TIME: &str = "2026-01-13T02:01:40.123456789Z";
const INFO: &str = "2026-01-13 02:01:40,118+0000 main INFO      [c.a.b.C] x\n";
const ERROR: &str = "2026-01-13 02:01:41,118+0000 main ERROR      [c.a.b.C] ";
const SECRET: &str = "AADSTS7000215: Invalid client secret provided.";

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

fn report_of(path: &Path, chunk_size: usize) -> Value {
    let options = ScanOptions { chunk_size, map: MapMode::Never, ..ScanOptions::default() };
    let scan = scan(&CATALOGUE, &[Input::Path(path.to_path_buf())], &options).unwrap();
    let diagnosis = Diagnosis::new(&CATALOGUE, scan.tally, scan.not_logs);
    let options = ReportOptions { redaction: Some(RedactionLevel::Off), ..ReportOptions::default() };
    serde_json::from_str(&render(&diagnosis, Format::Json, options)).unwrap()
}

/// The report of a file with these bytes.
fn report(log: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, log).unwrap();
    let text = report_of(&path, 512 * 1024).to_string().replace(path.to_str().unwrap(), "log");
    serde_json::from_str(&text).unwrap()
}

/// Everything in a report that does not say where its events were read.
fn without_places(mut report: Value) -> Value {
    for finding in report["findings"].as_array_mut().unwrap() {
        let finding = finding.as_object_mut().unwrap();
        finding.remove("sources");
        for place in finding["recovery"].as_array_mut().unwrap() {
            place.as_object_mut().unwrap().remove("node");
        }
        for target in finding["merge"]["targets"].as_array_mut().unwrap() {
            target.as_object_mut().unwrap().remove("node");
        }
        for sample in finding["samples"].as_array_mut().unwrap() {
            sample.as_object_mut().unwrap().retain(|key, _| !["source", "node", "byte"].contains(&key.as_str()));
        }
    }
    let before = report["before"].clone();
    let times: Vec<Value> = before.as_array().unwrap().iter().map(|marker| marker["time"].clone()).collect();
    json!({"findings": report["findings"], "timeline": report["timeline"], "before": times})
}

/// Source and notes of everything that was read.
fn sources(report: &Value) -> Vec<(&str, Option<&str>)> {
    let all = report["ledger"]["sources"].as_array().unwrap().iter();
    all.map(|source| (source["source"].as_str().unwrap(), source["node"].as_str())).collect()
}

fn findings(report: &Value) -> Vec<(&str, u64)> {
    let all = report["findings"].as_array().unwrap().iter();
    all.map(|finding| (finding["signature"].as_str().unwrap(), finding["events"].as_u64().unwrap())).collect()
}

fn prefixed(log: &[u8], prefix: &str) -> Vec<u8> {
    log.split_inclusive(|&byte| byte == b'\n').flat_map(|line| [prefix.as_bytes(), line].concat()).collect()
}

/// As Docker's `json-file` driver writes it: at most 16 KiB of text an object.
fn docker(log: &[u8]) -> Vec<u8> {
    let part = |part: &[u8]| {
        json!({"log": String::from_utf8_lossy(part), "stream": "stdout", "time": TIME}).to_string() + "\n"
    };
    log.split_inclusive(|&byte| byte == b'\n')
        .flat_map(|line| line.chunks(16 * 1024).map(part))
        .collect::<String>()
        .into()
}

/// As containerd writes it.
fn cri(log: &[u8]) -> Vec<u8> {
    let mut carried = Vec::new();
    for line in log.split(|&byte| byte == b'\n') {
        let mut parts: Vec<&[u8]> = line.chunks(16 * 1024).collect();
        let last = parts.pop().unwrap_or_default();
        for (part, tag) in parts.into_iter().map(|part| (part, "P")).chain([(last, "F")]) {
            carried.extend_from_slice(format!("{TIME} stdout {tag} ").as_bytes());
            carried.extend_from_slice(part);
            carried.push(b'\n');
        }
    }
    carried
}

fn utf_16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(order).collect()
}

fn samples() -> impl Iterator<Item = PathBuf> {
    let entries = walkdir::WalkDir::new("sample-logs").into_iter().map(|entry| entry.unwrap());
    let files: Vec<PathBuf> =
        entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect();
    assert!(files.len() > 10);
    files.into_iter()
}

fn logmedic() -> Command {
    let mut command = cargo_bin_cmd!();
    command.env("XDG_CONFIG_HOME", NO_RULES);
    command
}

#[test]
fn every_sample_gives_the_same_findings_under_every_carrier() {
    for path in samples() {
        let log = fs::read(&path).unwrap();
        let plain = report(&log);
        if plain["ledger"]["sources"][0]["layout"] == "text" {
            continue;
        }
        let plain = without_places(plain);
        for prefix in [
            "[pod/jira-0/jira] ",
            &format!("[pod/jira-0/jira] {TIME} "),
            &format!("{TIME} "),
            "jira-1  | ",
            "\u{1b}[36mjira-1  | \u{1b}[0m",
            "Jan 13 02:01:40 host-a jira[123]: ",
            "2026-01-13T02:01:40+0000 host-a jira[123]: ",
            "<14>1 2026-01-13T02:01:40.1Z host-a jira 123 - - ",
            "[INFO] [talledLocalContainer] ",
            "logs/atlassian-jira.log:",
            "1704778920.123456 host-a jira[123]: ",
            "[  123.456789] host-a jira[123]: ",
            "12:",
            "    12\t",
            "> ",
            "-",
            "    ",
        ] {
            let carried = report(&prefixed(&log, prefix));
            assert_eq!(without_places(carried), plain, "{} behind {prefix:?}", path.display());
        }
        assert_eq!(without_places(report(&docker(&log))), plain, "{} from Docker", path.display());
        assert_eq!(without_places(report(&cri(&log))), plain, "{} from containerd", path.display());
        let text = String::from_utf8(log).unwrap();
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(without_places(report(&utf_16(&text, order))), plain, "{} in UTF-16", path.display());
        }
    }
}

#[test]
fn the_place_of_a_sample_is_that_of_its_line_in_the_stream() {
    let log = fs::read_to_string("sample-logs/aadsts7000215-invalid-client-secret.log").unwrap();
    let prefix = "[pod/jira-0/jira] ";
    let carried = prefixed(log.as_bytes(), prefix);
    let wide = utf_16(&log, u16::to_le_bytes);
    for (bytes, before) in [(&carried, prefix.as_bytes().to_vec()), (&wide, Vec::new())] {
        let report = report(bytes);
        for sample in
            report["findings"].as_array().unwrap().iter().flat_map(|finding| finding["samples"].as_array().unwrap())
        {
            let first_line = sample["text"].as_str().unwrap().lines().next().unwrap();
            let at = usize::try_from(sample["byte"].as_u64().unwrap()).unwrap();
            let expected = if before.is_empty() {
                first_line.encode_utf16().flat_map(u16::to_le_bytes).collect()
            } else {
                [&before, first_line.as_bytes()].concat()
            };
            assert!(bytes[at..].starts_with(&expected), "{sample}");
            let line = usize::try_from(sample["line"].as_u64().unwrap()).unwrap();
            assert_eq!(log.lines().nth(line - 1), Some(first_line));
        }
        assert_eq!(report["ledger"]["sources"][0]["bytes"], bytes.len());
        assert_eq!(report["ledger"]["sources"][0]["ranges"][0]["end"], bytes.len());
    }
}

#[test]
fn stack_traces_of_two_pods_do_not_mix() {
    let secret = ["x", "com.example.Refused: AADSTS7000215: x", "\tat a.b.C.d(C.java:1)", "Caused by: y"];
    let tls = ["y", "javax.net.ssl.SSLHandshakeException: PKIX path building failed", "", "\tat e.f.G.h(G.java:2)"];
    let mut log = String::new();
    for (i, (a, b)) in secret.iter().zip(tls).enumerate() {
        let header = if i == 0 { ERROR } else { "" };
        log += &format!("[pod/jira-0/jira] {header}{a}\n[pod/jira-1/jira] {header}{b}\n");
        log += "[pod/jira-0/sidecar] talk\n";
    }
    let report = report(log.as_bytes());
    assert_eq!(
        sources(&report),
        [("log:jira-0/sidecar", None), ("log:jira-0/jira", Some("jira-0")), ("log:jira-1/jira", Some("jira-1"))]
    );
    assert_eq!(report["environment"]["nodes"], json!(["jira-0", "jira-1"]));
    for finding in report["findings"].as_array().unwrap() {
        let text = finding["samples"][0]["text"].as_str().unwrap();
        let is_secret = finding["signature"] == "aadsts7000215-invalid-client-secret";
        let expected = if is_secret { secret } else { tls };
        assert_eq!(text, format!("{ERROR}{}", expected.join("\n")));
    }
    assert_eq!(findings(&report).len(), 2, "{:?}", findings(&report));
    let bytes: u64 =
        report["ledger"]["sources"].as_array().unwrap().iter().map(|source| source["bytes"].as_u64().unwrap()).sum();
    assert_eq!(bytes, log.len() as u64);
    let notes = report["ledger"]["sources"][1]["notes"].to_string();
    assert!(notes.contains("carrier: kubectl prefix, 2 pods"), "{notes}");
}

#[test]
fn a_code_that_a_runtime_cut_in_two_is_joined() {
    let filler = ".".repeat(16 * 1024 - ERROR.len() - "AADSTS7000".len() - 1);
    let log = format!("{INFO}{ERROR}{filler} {SECRET}\n{INFO}");
    let at = log.find(SECRET).unwrap() - INFO.len();
    assert!((at..at + 13).contains(&(16 * 1024)), "the cut lies inside of the code");
    for carried in [docker(log.as_bytes()), cri(log.as_bytes())] {
        assert_eq!(findings(&report(&carried)), [("aadsts7000215-invalid-client-secret", 1)]);
    }
    // kubectl prints the parts as one line, with the time of each.
    let (first, second) = log.split_at(INFO.len() + 16 * 1024);
    let timed = prefixed(format!("{first}{TIME} {second}").as_bytes(), &format!("{TIME} "));
    assert_eq!(findings(&report(&timed)), [("aadsts7000215-invalid-client-secret", 1)]);
}

#[test]
fn parts_of_standard_output_and_error_are_joined_each_on_its_own() {
    let log = format!(
        "{TIME} stdout F {INFO}{TIME} stdout P {ERROR}AADSTS7000\n{TIME} stderr P 2026-01-13 02:01:42,118+0000 main ERROR      [c.a.b.C] AADSTS700\n\
         {TIME} stdout F 215: x\n{TIME} stderr F 082: y\n"
    );
    let report = report(log.as_bytes());
    let mut found = findings(&report);
    found.sort_unstable();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0], ("aadsts7000215-invalid-client-secret", 1));
    assert!(found[1].0.starts_with("aadsts700082-"), "{found:?}");
    assert_eq!(sources(&report), [("log", None), ("log:stderr", None)]);
}

#[test]
fn what_looks_like_a_carrier_inside_of_a_log_is_left_alone() {
    let quoted = prefixed(format!("{ERROR}{SECRET}\n").repeat(30).as_bytes(), "[pod/jira-0/jira] ");
    for before in [INFO.to_owned(), format!("\tat the.end.Of(AnEvent.java:1)\n{INFO}")] {
        let log = [before.as_bytes(), &quoted].concat();
        let report = report(&log);
        assert_eq!(sources(&report), [("log", None)]);
        assert!(findings(&report).is_empty(), "an event at INFO is no evidence");
    }
}

#[test]
fn lines_without_the_prefix_go_to_the_stream_itself() {
    let pods = prefixed(format!("{INFO}{ERROR}x\n\tat a.b.C.d(C.java:1)\n").repeat(4).as_bytes(), "[pod/jira-0/jira] ");
    let log =
        [&pods, b"error: pod jira-1 is gone\n".as_slice(), ERROR.as_bytes(), SECRET.as_bytes(), b"\n", &pods].concat();
    let report = report(&log);
    assert_eq!(sources(&report), [("log", None), ("log:jira-0/jira", Some("jira-0"))]);
    assert_eq!(findings(&report), [("aadsts7000215-invalid-client-secret", 1)]);
    assert_eq!(report["findings"][0]["samples"][0]["source"], "log");
}

#[test]
fn more_names_than_are_told_apart_are_a_problem() {
    let lines: Vec<String> = (0..300).map(|i| format!("[pod/jira-{i}/jira] {INFO}")).collect();
    let log = lines.concat();
    let report = report(log.as_bytes());
    assert_eq!(report["ledger"]["sources"].as_array().unwrap().len(), 256);
    assert_eq!(report["ledger"]["complete"], false);
    assert!(report["ledger"]["problems"].to_string().contains("more than 256 names"), "{report}");
}

#[test]
fn lines_without_end_keep_their_name_and_their_code() {
    let line = format!("{ERROR}{} {SECRET} {}\n", "x ".repeat(200_000), "y".repeat(400_000));
    let log = prefixed(format!("{INFO}{line}{INFO}").as_bytes(), "[pod/jira-0/jira] ");
    let report = report(&log);
    assert_eq!(findings(&report), [("aadsts7000215-invalid-client-secret", 1)]);
    assert_eq!(sources(&report), [("log:jira-0/jira", Some("jira-0"))]);
}

#[test]
fn a_pipe_says_on_standard_error_what_carried_the_logs() {
    let log =
        prefixed(format!("{INFO}{ERROR}{SECRET}\r\n\r\n{INFO}").as_bytes(), &format!("[pod/jira-0/jira] {TIME} "));
    logmedic()
        .arg("-")
        .write_stdin(log.clone())
        .assert()
        .code(1)
        .stderr(contains("carrier: kubectl prefix and time, 1 pod"));
    logmedic().args(["-", "-q"]).write_stdin(log.clone()).assert().code(1).stderr(predicate::str::is_empty());
    let outcome = logmedic().args(["-", "-f", "json"]).write_stdin(log).output().unwrap();
    let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(sources(&report), [("stdin:jira-0/jira", Some("jira-0"))]);
    logmedic()
        .arg("-")
        .write_stdin(format!("{INFO}{ERROR}{SECRET}\n"))
        .assert()
        .code(1)
        .stderr(predicate::str::is_empty());
}

#[test]
fn utf_16_may_carry_a_carrier_and_come_compressed() {
    let log = format!("[pod/jira-0/jira] {INFO}[pod/jira-0/jira] {ERROR}{SECRET} f\u{FC}r \u{1F600}\r\n");
    let wide = utf_16(&log, u16::to_le_bytes);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &wide).unwrap();
    for bytes in [wide, encoder.finish().unwrap()] {
        let report = report(&bytes);
        assert_eq!(sources(&report), [("log:jira-0/jira", Some("jira-0"))]);
        assert_eq!(findings(&report), [("aadsts7000215-invalid-client-secret", 1)]);
        assert!(report["findings"][0]["samples"][0]["text"].as_str().unwrap().ends_with("f\u{FC}r \u{1F600}"));
    }
}

#[test]
fn utf_16_without_a_mark_is_a_problem_that_says_what_to_do() {
    let bytes = &utf_16(&INFO.repeat(20), u16::to_le_bytes)[2..];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, bytes).unwrap();
    logmedic().arg(&path).assert().code(2).stderr(contains("UTF-16 without a byte order mark").and(contains("iconv")));
    logmedic().arg("-").write_stdin(bytes).assert().code(2).stderr(contains("UTF-16 without a byte order mark"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[cfg(target_os = "linux")]
    #[test]
    fn blocks_change_nothing(lines in vec(line(), 500..1500), block in 64 * 1024..200_000_usize, crlf in any::<bool>()) {
        let end = if crlf { "\r\n" } else { "\n" };
        let log = format!("[pod/jira-0/jira] {INFO}{}", lines.concat().replace('\n', end));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, &log).unwrap();
        prop_assert_eq!(report_of(&path, block), report_of(&path, 64 << 20));
    }
}

/// A line of one of three pods, or one without a prefix.
fn line() -> impl Strategy<Value = String> {
    let header = (0..3600_u32, "INFO|WARN|ERROR").prop_map(|(second, level)| {
        format!("2026-01-13 02:{:02}:{:02},118+0000 main {level}      [c.a.b.C] ", second / 60, second % 60)
    });
    let text = prop_oneof![
        4 => "[ -~]{0,200}",
        2 => Just("\tat com.example.A.b(A.java:1)".to_owned()),
        1 => Just(SECRET.to_owned()),
        1 => Just(format!("Caused by: {SECRET}")),
        1 => "x{1000,40000}",
    ];
    let prefix = prop_oneof![
        8 => (0..3_u8).prop_map(|pod| format!("[pod/jira-{pod}/jira] ")),
        1 => Just(String::new()),
    ];
    (prefix, proptest::option::weighted(0.4, header), text)
        .prop_map(|(prefix, header, text)| format!("{prefix}{}{text}\n", header.unwrap_or_default()))
}
