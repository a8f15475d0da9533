//! Bytes that nobody meant to be a log, and logs that somebody made up: a scan of them completes, its ledger makes sense,
//! and no output lets log text or a file's name reach the terminal as anything but text.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin_cmd;
use logmedic::{Catalogue, Diagnosis, Format, Input, MapMode, ReportOptions, ScanOptions, render, scan};
use serde_json::Value;

const MIB: usize = 1024 * 1024;
/// Bytes of an event that the scanner keeps whole.
const KEPT: usize = 64 * 1024;
const INFO: &str = "2026-01-13 02:01:40,118+0000 main INFO      [c.a.b.C] x\n";
const ERROR: &str = "2026-01-13 02:01:41,118+0000 main ERROR      [c.a.b.C] ";
const SECRET: &str = "AADSTS7000215: Invalid client secret provided.";
const SECRET_ID: &str = "aadsts7000215-invalid-client-secret";

/// Where no signature files of the user's own are.
const NO_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder");

/// The JSON report of a file with these bytes. Every format is rendered, and chunks of 64 bytes must give the same.
fn report(log: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.log");
    fs::write(&path, log).unwrap();
    let report = reports(&path, &ScanOptions::default());
    if log.len() < 100_000 {
        let cut = reports(&path, &ScanOptions { chunk_size: 64, map: MapMode::Always, ..ScanOptions::default() });
        assert_eq!(cut, report);
    }
    serde_json::from_str(&report).unwrap()
}

/// Renders every format, checks that each is plain text, and returns the JSON.
fn reports(path: &Path, options: &ScanOptions) -> String {
    let catalogue = Catalogue::built_in();
    let scan = scan(&catalogue, &[Input::Path(path.to_path_buf())], options).unwrap();
    let diagnosis = Diagnosis::new(&catalogue, scan.tally, scan.not_logs);
    for &format in Format::ALL {
        for verbose in [false, true] {
            assert_plain(&render(&diagnosis, format, ReportOptions { verbose, ..ReportOptions::default() }));
        }
    }
    render(&diagnosis, Format::Json, ReportOptions::default())
}

/// No control character but line feeds, nothing that hides or turns text round, no escape sequence but our own colours.
fn assert_plain(output: &str) {
    let mut text = output.to_owned();
    for colour in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[36m"] {
        text = text.replace(colour, "");
    }
    let hides = |c: char| matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    let found =
        text.char_indices().find(|&(_, character)| character != '\n' && (character.is_control() || hides(character)));
    assert_eq!(found, None, "{}", text.escape_debug());
}

fn events(report: &Value) -> u64 {
    report["ledger"]["sources"][0]["events"].as_u64().unwrap()
}

/// Signature and events of each finding.
fn findings(report: &Value) -> Vec<(&str, u64)> {
    let all = report["findings"].as_array().unwrap().iter();
    all.map(|finding| (finding["signature"].as_str().unwrap(), finding["events"].as_u64().unwrap())).collect()
}

#[test]
fn files_without_any_event() {
    for (log, count) in [
        (&b""[..], 0),
        (b"\n", 0),
        (b"\n\n\r\n \t\n", 0),
        (&vec![b'\n'; 200_000], 0),
        (&vec![0; 200_000], 0),
        (b"x", 1),
        (&vec![b'x'; 200_000], 1),
        (b"\xEF\xBB\xBF", 0),
        (b"\xFF\0\xFE", 1),
        (b"2026-01-13 02:01:40,118", 1),
        (b"2026-01-13 02:01:40,118+0000 ", 1),
    ] {
        let report = report(log);
        let shown = String::from_utf8_lossy(&log[..log.len().min(30)]).into_owned();
        assert_eq!((events(&report), findings(&report).len()), (count, 0), "{shown:?}");
        assert_eq!(report["ledger"]["sources"][0]["bytes"], log.len(), "{shown:?}");
    }
}

#[test]
fn a_header_that_ends_with_the_file_at_each_of_its_bytes() {
    let second = format!("{ERROR}{SECRET}");
    let level_ends = second.find("ERROR ").unwrap() + "ERROR ".len();
    for cut in 0..=second.len() {
        let report = report(format!("{INFO}{}", &second[..cut]).as_bytes());
        assert_eq!(events(&report), if cut < level_ends { 1 } else { 2 }, "{:?}", &second[..cut]);
        let code_ends = second.find("7000215").unwrap() + 7;
        if cut == code_ends || cut == second.len() {
            assert_eq!(findings(&report), [(SECRET_ID, 1)], "{:?}", &second[..cut]);
        }
        let notes = report["ledger"]["sources"][0]["notes"].as_array().unwrap();
        assert_eq!(notes.iter().any(|note| note == "ends in the middle of a line"), cut > 0, "{notes:?}");
    }
}

#[test]
fn characters_over_every_chunk_edge() {
    let log = format!("{INFO}{ERROR}{SECRET} \u{E9}\u{20AC}\u{1F600}\u{4E2D}\u{6587} end\n{INFO}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.log");
    for shift in 0..70 {
        fs::write(&path, format!("{}\n{log}", "-".repeat(shift))).unwrap();
        let report: Value =
            serde_json::from_str(&reports(&path, &ScanOptions { chunk_size: 64, ..ScanOptions::default() })).unwrap();
        let text = report["findings"][0]["samples"][0]["text"].as_str().unwrap();
        assert!(text.ends_with("\u{E9}\u{20AC}\u{1F600}\u{4E2D}\u{6587} end"), "{text}");
    }
}

#[test]
fn odd_times() {
    for (stamp, shown) in [
        ("2026-01-13 02:01:40,118-0030", "2026-01-13T02:01:40.118-00:30"),
        ("2026-01-13 02:01:40,118+1400", "2026-01-13T02:01:40.118+14:00"),
        ("2026-01-13 02:01:40,118", "2026-01-13T02:01:40.118"),
        ("2016-12-31 23:59:60,999+0000", "2017-01-01T00:00:00.999+00:00"),
        ("2024-02-29 00:00:00,000-0000", "2024-02-29T00:00:00.000+00:00"),
        ("2099-12-31 23:59:59,999-0030", "2099-12-31T23:59:59.999-00:30"),
    ] {
        let report = report(format!("{stamp} main ERROR      [c.a.b.C] {SECRET}\n{INFO}").as_bytes());
        assert_eq!((events(&report), findings(&report)), (2, vec![(SECRET_ID, 1)]), "{stamp}");
        assert_eq!(report["findings"][0]["first_seen"], shown);
    }
    for impossible in
        ["2026-02-30 02:01:40,118", "2026-01-13 24:00:00,000", "2026-01-13 02:01:61,118", "2026-13-01 02:01:40,118"]
    {
        assert_eq!(
            events(&report(format!("{INFO}{impossible} main ERROR      [a] {SECRET}\n").as_bytes())),
            1,
            "{impossible}"
        );
    }
}

#[test]
fn a_year_outside_this_century_begins_no_event() {
    for year in ["0000", "1999", "2100", "9999"] {
        let line = format!("{year}-01-01 00:00:00,000 main INFO      [c.a.b.C] x\n");
        assert_eq!(events(&report(line.repeat(3).as_bytes())), 1, "{year}: one text without a header");
    }
}

#[test]
fn headers_with_odd_fields() {
    let stamp = "2026-01-13 02:01:40,118+0000";
    for (line, level) in [
        ("a thread INFO it says ERROR bob 1x2x3 - 192.0.2.1 /x [c.a.b.C] ", "INFO"),
        ("main ERROR      [] ", "ERROR"),
        ("main ERROR      [c.a.b.C] [x] [[y] ", "ERROR"),
        ("main ERROR      [c.a.b.C]", "ERROR"),
        ("main ERROR ", "ERROR"),
        ("ERROR [] Caesium-1-4 ServiceRunner     [x] ", "ERROR"),
        ("ERROR [[[] Caesium-1-4 ", "ERROR"),
        (" ERROR  ", "ERROR"),
        ("ERROR", ""),
        ("ERRORS ", ""),
        ("\u{1F600} WARN \u{202E} [\u{E9}] ", "WARN"),
        ("main\rERROR [c.a.b.C] ", ""),
    ] {
        let report = report(format!("{INFO}{stamp} {line}{SECRET}\n").as_bytes());
        let levels = &report["ledger"]["sources"][0]["levels"];
        if level.is_empty() {
            assert_eq!(levels, &serde_json::json!({"INFO": 1}), "{line}");
            continue;
        }
        assert_eq!(events(&report), 2, "{line}");
        assert!(levels[level].as_u64().is_some(), "{line}: {levels}");
        let found = if level == "INFO" { vec![] } else { vec![(SECRET_ID, 1)] };
        assert_eq!(findings(&report), found, "{line}");
    }
}

#[test]
fn only_a_line_feed_ends_a_line() {
    for separator in ["\u{85}", "\u{2028}", "\u{2029}", "\r", "\u{B}", "\u{C}", "\0"] {
        let report = report(format!("{INFO}{ERROR}x{separator}{ERROR}{SECRET}\n{INFO}").as_bytes());
        assert_eq!((events(&report), findings(&report)), (3, vec![(SECRET_ID, 1)]), "{separator:?}");
        assert_eq!(report["ledger"]["sources"][0]["ranges"][0]["lines"], 3, "{separator:?}");
    }
}

#[test]
fn a_header_behind_nuls_begins_an_event() {
    // What is left when another program empties a log that Jira holds open.
    for nuls in [1, 7, 100_000] {
        let log = [INFO.as_bytes(), &vec![0; nuls], ERROR.as_bytes(), SECRET.as_bytes(), b"\n"].concat();
        let report = report(&log);
        assert_eq!((events(&report), findings(&report)), (2, vec![(SECRET_ID, 1)]), "{nuls}");
        let notes = report["ledger"]["sources"][0]["notes"].to_string();
        assert!(notes.contains("holds NUL bytes"), "{notes}");
    }
}

#[test]
fn nuls_at_the_end_are_told() {
    let log = [INFO.as_bytes(), &[0; 5000]].concat();
    assert_eq!(
        report(&log)["ledger"]["sources"][0]["notes"],
        serde_json::json!(["ends with NUL bytes, as after a crash of the host"])
    );
}

#[test]
fn nuls_before_the_first_line_are_no_event_and_hide_no_layout() {
    for nuls in [1, 600, 70_000, 600_000] {
        let log = [&vec![0; nuls], INFO.as_bytes(), ERROR.as_bytes(), SECRET.as_bytes(), b"\n"].concat();
        let report = report(&log);
        assert_eq!((events(&report), findings(&report)), (2, vec![(SECRET_ID, 1)]), "{nuls}");
        let source = &report["ledger"]["sources"][0];
        assert_eq!((&source["layout"], &source["problems"]), (&"jira-main".into(), &serde_json::json!([])), "{nuls}");
        assert_eq!(source["notes"], serde_json::json!([format!("begins with {nuls} NUL bytes")]));
        assert_eq!(report["findings"][0]["samples"][0]["byte"], nuls + INFO.len());
        let piped = cargo_bin_cmd!()
            .env("XDG_CONFIG_HOME", NO_RULES)
            .args(["-", "-f", "json", "--source", source["source"].as_str().unwrap()])
            .write_stdin(log)
            .output()
            .unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&piped.stdout).unwrap(), report, "{nuls}");
    }
}

/// 20 GiB that were never written, then two lines: what Jira leaves when its log is emptied by another program.
#[cfg(target_os = "linux")]
#[test]
fn holes_of_a_sparse_file_are_jumped() {
    use std::os::unix::fs::FileExt;
    const HOLE: u64 = 20 << 30;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlassian-jira.log");
    let file = fs::File::create(&path).unwrap();
    let lines = format!("{INFO}{ERROR}{SECRET}\n");
    if file.write_all_at(lines.as_bytes(), HOLE).is_err() {
        // The file system under the temporary folder knows no holes.
        return;
    }
    file.write_all_at(lines.as_bytes(), HOLE + (5 << 30)).unwrap();
    drop(file);
    let started = Instant::now();
    // A folder: the layout must be told behind the hole.
    let found =
        scan(&Catalogue::built_in(), &[Input::Path(folder.path().to_path_buf())], &ScanOptions::default()).unwrap();
    let source = found.tally.sources.values().next().unwrap();
    assert_eq!((source.events, source.problems.len(), source.notes.len()), (4, 0, 3), "{:?}", source.notes);
    assert_eq!(source.bytes, HOLE + (5 << 30) + lines.len() as u64);
    assert!(source.notes.contains(&format!("begins with {HOLE} NUL bytes")));
    assert_eq!(found.tally.findings.values().map(|finding| finding.events).sum::<u64>(), 2);
    assert_soon(started);
}

#[test]
fn codes_stay_whole_where_the_kept_text_ends() {
    for before in 1..20 {
        let filler = ".".repeat(KEPT - before - ERROR.len() - 1);
        let report = report(format!("{ERROR}{filler} {SECRET}\n{INFO}").as_bytes());
        assert_eq!(findings(&report), [(SECRET_ID, 1)], "{before} bytes before the limit");
    }
}

#[test]
fn codes_stay_whole_where_a_kept_window_ends() {
    for before in 1..20 {
        // Behind the limit, text is kept from the first code on.
        let gap = ".".repeat(1024 - before - "AADSTS50011: ".len());
        let report = report(format!("{ERROR}{}AADSTS50011: {gap}{SECRET}\n{INFO}", ".".repeat(KEPT)).as_bytes());
        let codes = report["findings"][0]["captures"]["aadsts_code"].as_array().unwrap();
        let is_whole = |code: &Value| ["AADSTS50011", "AADSTS7000215"].contains(&code["value"].as_str().unwrap());
        assert!(codes.iter().all(is_whole), "{before} bytes before the limit: {codes:?}");
    }
}

#[test]
fn a_line_of_32_mib() {
    let started = Instant::now();
    let mut line = vec![b'x'; 32 * MIB];
    assert_eq!(events(&report(&line)), 1);
    line.splice(..0, ERROR.bytes());
    line.extend_from_slice(format!(" {SECRET}\n{INFO}").as_bytes());
    let report = report(&line);
    assert_eq!((events(&report), findings(&report)), (2, vec![(SECRET_ID, 1)]));
    assert_soon(started);
}

#[test]
fn an_event_of_16_mib_with_a_known_error_on_each_line() {
    let started = Instant::now();
    let line = format!("Caused by: java.io.IOException: {SECRET}\n");
    let log = format!("{ERROR}x\n{}{INFO}", line.repeat(16 * MIB / line.len()));
    let report = report(log.as_bytes());
    assert_eq!((events(&report), findings(&report)), (2, vec![(SECRET_ID, 1)]));
    assert!(report["findings"][0]["samples"][0]["text"].as_str().unwrap().len() <= 4096);
    assert_soon(started);
}

/// Generous: a build without optimisation on a busy machine. What it must catch grows with the square of the input.
fn assert_soon(started: Instant) {
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

const ATTACK: &str =
    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[5m\u{9b}2J\u{8}\r\u{202e}txt.exe\u{2066}\u{200b}\u{feff}\u{85}\u{2028}\u{7f}";

#[test]
fn hostile_text_stays_text_in_every_report() {
    let log = format!(
        "{ATTACK}\n{INFO}2026-01-13 02:01:41,118+0000 {ATTACK} ERROR {ATTACK} 1x2x3 - 192.0.2.1 /{ATTACK} [c.a.{ATTACK}] {SECRET} app '{ATTACK}' {ATTACK}\n\
         2026-01-13 02:01:42,118+0000 ERROR [{ATTACK}] Caesium-1-3 ServiceRunner     {SECRET} user=a{ATTACK}@example.com scope={ATTACK} {ATTACK}\n{ATTACK}"
    );
    let report = report(log.as_bytes());
    assert_eq!(findings(&report), [(SECRET_ID, 2)]);
    assert!(
        report["findings"][0]["samples"][0]["text"].as_str().unwrap().contains(ATTACK),
        "JSON keeps what the log says"
    );
}

#[cfg(unix)]
#[test]
fn hostile_names_stay_text_on_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{ATTACK}.log");
    fs::write(folder.path().join(&name), format!("{ERROR}{SECRET}\n")).unwrap();
    fs::write(folder.path().join(format!("{ATTACK}.txt")), "no log").unwrap();
    for format in Format::ALL.iter().map(|format| format.name()) {
        let arguments = ["-v", "--color", "always", "-f", format, ".", &name, &format!("missing-{ATTACK}")];
        let outcome = cargo_bin_cmd!()
            .env("XDG_CONFIG_HOME", NO_RULES)
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(outcome.status.code(), Some(if format == "nagios" { 2 } else { 1 }), "{outcome:?}");
        assert_plain(std::str::from_utf8(&outcome.stdout).unwrap());
        assert_plain(std::str::from_utf8(&outcome.stderr).unwrap());
    }
}

#[test]
fn hostile_names_stay_text_in_errors() {
    let outcome = cargo_bin_cmd!()
        .env("XDG_CONFIG_HOME", NO_RULES)
        .arg(format!("missing-{ATTACK}"))
        .args(["--color", "always"])
        .output()
        .unwrap();
    assert_eq!(outcome.status.code(), Some(2), "{outcome:?}");
    assert_plain(std::str::from_utf8(&outcome.stderr).unwrap());
}

#[test]
fn an_endless_name_does_not_flood_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.log");
    let header = format!("2026-01-13 02:01:42,118+0000 ERROR [{}] Caesium-1-3 ServiceRunner     ", "x".repeat(60_000));
    fs::write(&path, format!("{header}{SECRET}\n")).unwrap();
    let text = cargo_bin_cmd!().env("XDG_CONFIG_HOME", NO_RULES).arg(&path).output().unwrap().stdout;
    assert!(text.len() < 10_000, "{} bytes", text.len());
}
