//! On the library, with times that are given: looks add up to a plain scan, and updates keep their distance.

use std::fs::{self, OpenOptions};
use std::sync::LazyLock;

use logmedic::diagnosis::{ChangeKind, Watch};
use logmedic::{Catalogue, Diagnosis, Follow, Format, Input, Matcher, ReportOptions, Scan, ScanOptions, render};

use super::*;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);
static MATCHER: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(&CATALOGUE, |_| true).unwrap());

fn report(scan: Scan) -> String {
    let diagnosis = Diagnosis::new(&CATALOGUE, scan.tally, scan.not_logs);
    render(&diagnosis, Format::Json, ReportOptions::default())
}

fn counted(scan: &Scan) -> u64 {
    scan.tally.findings.values().map(|finding| finding.events).sum()
}

/// What carriers and editors make of a log; big enough that it is not only seen as a beginning.
fn logs() -> Vec<(&'static str, Vec<u8>)> {
    let plain = log(0..900);
    let outage = fs::read_to_string("sample-logs/mail-outage/atlassian-jira.log").unwrap();
    let prefixed =
        |text: &str, prefix: &str| -> Vec<String> { text.lines().map(|line| format!("{prefix}{line}\n")).collect() };
    let (one, other) = (prefixed(&plain, "[pod/jira-0/jira] "), prefixed(&outage, "[pod/jira-1/jira] "));
    let mixed: String = (0..one.len().max(other.len()))
        .flat_map(|i| [one.get(i), other.get(i)])
        .flatten()
        .map(String::as_str)
        .collect();
    let json: String = plain
        .lines()
        .map(|line| {
            serde_json::json!({"log": format!("{line}\n"), "stream": "stdout", "time": "2026-01-13T02:01:40.123456789Z"})
                .to_string()
                + "\n"
        })
        .collect();
    vec![
        ("plain", plain.clone().into_bytes()),
        ("outage", outage.into_bytes()),
        ("without a last line feed", plain.trim_end().to_owned().into_bytes()),
        ("CRLF", plain.replace('\n', "\r\n").into_bytes()),
        ("byte order mark", format!("\u{feff}{plain}").into_bytes()),
        ("without a header", b"AADSTS7000215: Invalid client secret provided.\nand more\n".to_vec()),
        ("two pods", mixed.into_bytes()),
        ("docker", json.into_bytes()),
    ]
}

#[test]
fn looks_at_any_moments_end_in_the_report_of_a_plain_scan() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in logs() {
        for step in [997, 20_011, 200_003] {
            let path = folder.path().join("atlassian-jira.log");
            fs::write(&path, b"").unwrap();
            let (inputs, options) = ([Input::Path(path.clone())], ScanOptions::default());
            let mut follow = Follow::begin(&MATCHER, &inputs, &options).unwrap();
            let mut most = 0;
            // At most so many looks that the test stays short: the places at which they fall differ with the step.
            for piece in bytes.chunks(step.max(bytes.len() / 60)) {
                OpenOptions::new().append(true).open(&path).unwrap().write_all(piece).unwrap();
                while !follow.read_files() {}
                most = follow.look().map_or(most, |scan| most.max(counted(&scan)));
            }
            let plain = logmedic::scan(&CATALOGUE, &inputs, &options).unwrap();
            let whole = counted(&plain);
            if bytes.ends_with(b"\n") {
                assert_eq!(follow.look().map(|scan| counted(&scan)), Some(whole), "{name} in steps of {step}");
            } else {
                follow.look();
            }
            assert!(most <= whole && follow.look().is_none(), "{name} in steps of {step}: {most}, {whole}");
            assert!(report(follow.finish().unwrap()) == report(plain), "{name} in steps of {step}");
        }
    }
}

/// What is told of a log's first events.
fn changes(watch: &mut Watch, events: u64, extra: &str, now: Instant) -> Vec<(ChangeKind, u64)> {
    let text: String = (0..events).map(refusal).collect::<String>() + extra;
    let diagnosis = Diagnosis::new(&CATALOGUE, logmedic::scan_text(&MATCHER, "log", text.as_bytes()), Vec::new());
    let changes = watch.changes(&diagnosis, now);
    changes.iter().map(|change| (change.kind, change.finding.tally.events)).collect()
}

#[test]
fn updates_are_half_a_minute_apart_and_only_of_what_has_changed() {
    let (mut watch, start) = (Watch::default(), Instant::now());
    let at = |seconds| start + Duration::from_secs(seconds);
    assert_eq!(changes(&mut watch, 0, &info(1), at(0)), []);
    assert_eq!(changes(&mut watch, 1, "", at(1)), [(ChangeKind::Opened, 1)]);
    assert_eq!(changes(&mut watch, 2, "", at(2)), []);
    assert_eq!(changes(&mut watch, 3, "", at(30)), []);
    assert!(!watch.is_due(at(30)));
    assert!(watch.is_due(at(31)), "what had to wait is told without more to come");
    assert_eq!(changes(&mut watch, 3, "", at(31)), [(ChangeKind::Updated, 3)]);
    assert!(!watch.is_due(at(100)), "nothing has changed since");
    assert_eq!(changes(&mut watch, 3, &info(5), at(100)), []);
    assert_eq!(changes(&mut watch, 4, "", at(100)), [(ChangeKind::Updated, 4)]);
    // An hour of the log's own time; then it begins anew.
    assert_eq!(changes(&mut watch, 4, &info(3700), at(101)), [(ChangeKind::Quiet, 4)]);
    assert_eq!(changes(&mut watch, 4, &info(3800), at(200)), []);
    assert_eq!(changes(&mut watch, 4, &refusal(3900), at(201)), [(ChangeKind::Opened, 5)]);
}
