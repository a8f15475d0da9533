//! Same bytes, same report: for any number of threads, any chunk size, mapped or read, file or stream.
//!
//! Logs are put together from pieces that have broken log readers before: every layout, the catalogue's own examples,
//! events longer than what is kept of one, lines of 200 KB, cut headers, NULs, bytes that are no UTF-8.
//! `PROPTEST_CASES=2000 cargo test --test determinism` looks further.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "determinism/merge.rs"]
mod merge;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::cargo::cargo_bin_cmd;
use logmedic::analyzer::CHUNK_SIZE;
use logmedic::diagnosis::Tally;
use logmedic::{Catalogue, Diagnosis, Format, Input, MapMode, ReportOptions, ScanOptions, render, scan};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tempfile::TempDir;

/// Bytes of an event that the scanner keeps whole; what matters most happens near them.
const KEPT: usize = 64 * 1024;

/// Where no signature files of the user's own are.
const NO_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/no-such-folder");

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

/// Every example and counter-example of the catalogue: real layouts, known errors and near misses.
static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let signatures = (0..CATALOGUE.outlines().len()).map(|rank| CATALOGUE.signature(rank));
    signatures.flat_map(|signature| [signature.examples, signature.counter_examples]).flatten().collect()
});

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn threads_chunks_and_readers_change_nothing(log in log(), chunk in chunk_size(), odd in 64..CHUNK_SIZE) {
        let folder = folder(&[&log]);
        let input = folder.path().join("0.log");
        let whole = scanned(&input, 1, log.len().max(1), MapMode::Never);
        for (threads, chunk, map) in [
            (1, chunk, MapMode::Never),
            (1, CHUNK_SIZE, MapMode::Always),
            (2, chunk.max(log.len() / 2000), MapMode::Always),
            (8, odd, MapMode::Never),
        ] {
            let other = scanned(&input, threads, chunk, map);
            prop_assert_eq!(&other.1, &whole.1, "{} threads, chunks of {}, {:?}", threads, chunk, map);
            prop_assert!(other.0 == whole.0, "tallies differ: {} threads, chunks of {}, {:?}", threads, chunk, map);
        }
    }

    #[test]
    fn the_logs_of_a_folder_are_one_sum(logs in vec(log(), 2..4), chunk in 512..CHUNK_SIZE) {
        let logs: Vec<&[u8]> = logs.iter().map(Vec::as_slice).collect();
        let folder = folder(&logs);
        let whole = scanned(folder.path(), 1, CHUNK_SIZE, MapMode::Never);
        for (threads, chunk) in [(2, chunk), (8, 4096)] {
            let other = scanned(folder.path(), threads, chunk, MapMode::Auto);
            prop_assert_eq!(&other.1, &whole.1, "{} threads, chunks of {}", threads, chunk);
            prop_assert!(other.0 == whole.0, "tallies differ: {} threads, chunks of {}", threads, chunk);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_stream_gives_the_report_of_the_file(log in log(), block in KEPT..3 * KEPT) {
        let folder = folder(&[&log]);
        let input = folder.path().join("0.log");
        let file = scanned(&input, 1, CHUNK_SIZE, MapMode::Never).1.replace(input.to_str().unwrap(), "LOG");
        prop_assert_eq!(streamed(&log, block), file, "blocks of {}", block);
    }
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn a_pipe_gives_the_report_of_the_file(log in log()) {
        let folder = folder(&[&log]);
        let input = folder.path().join("0.log");
        let of_file = cargo_bin_cmd!().env("XDG_CONFIG_HOME", NO_RULES).arg(&input).args(["-f", "json"]).output().unwrap();
        let of_pipe =
            cargo_bin_cmd!().env("XDG_CONFIG_HOME", NO_RULES).args(["-", "-f", "json", "--source"]).arg(&input).write_stdin(log.clone()).output().unwrap();
        if log.is_empty() {
            // A named file may be empty; a pipe without a byte is a mistake.
            prop_assert_eq!((of_file.status.code(), of_pipe.status.code()), (Some(0), Some(2)));
        } else {
            prop_assert_eq!(of_pipe.status.code(), of_file.status.code());
            prop_assert_eq!(String::from_utf8(of_pipe.stdout).unwrap(), String::from_utf8(of_file.stdout).unwrap());
        }
    }
}

#[test]
fn every_chunk_size_gives_the_same_report() {
    let known = EXAMPLES.iter().find(|example| example.contains("AADSTS7000222") && example.contains('\n')).unwrap();
    let mut log = b"\xEF\xBB\xBFtail of a lost event\r\n\tat com.example.A.b(A.java:1)\n".to_vec();
    for line in
        ["[c.a.b.C] f\u{FC}nf \u{2028} \u{1F600}", "[c.a.b.C] ", "[] AADSTS7000215: x", "[c.a.b.C] AADSTS700021"]
    {
        log.extend_from_slice(header(log.len() as u64, "+0100", "ERROR").as_bytes());
        log.extend_from_slice(format!("{line}\r\n    2026-01-13 02:01:40,118 main ERROR no\n\n").as_bytes());
        log.extend_from_slice(known.as_bytes());
        log.extend_from_slice(b"\n\0\0\0\xFF\xFE\r\r\n");
    }
    log.extend_from_slice(&header(9, "", "WARN").as_bytes()[..30]);
    let folder = folder(&[&log]);
    let input = folder.path().join("0.log");
    let whole = scanned(&input, 1, CHUNK_SIZE, MapMode::Never);
    assert!(whole.1.contains("aadsts7000215-invalid-client-secret"), "{}", whole.1);
    for chunk in 64..400 {
        assert!(scanned(&input, 1, chunk, MapMode::Never) == whole, "chunks of {chunk}");
    }
}

#[test]
fn every_chunk_size_gives_the_same_report_of_a_mixed_file() {
    let mut log = fs::read("tests/events/container.log").unwrap();
    for header in OTHER_LAYOUTS {
        log.extend_from_slice(format!("{header}AADSTS7000215: x\n\tat com.example.A.b(A.java:1)\n").as_bytes());
    }
    let folder = folder(&[&log]);
    let input = folder.path().join("0.log");
    let whole = scanned(&input, 1, CHUNK_SIZE, MapMode::Never);
    assert!(whole.1.contains("\"layout\": \"mixed\""), "{}", whole.1);
    assert!(whole.1.contains("aadsts7000215-invalid-client-secret"), "{}", whole.1);
    for chunk in 64..300 {
        assert!(scanned(&input, 1, chunk, MapMode::Never) == whole, "chunks of {chunk}");
    }
}

/// A stream's blocks are cut a few thousand bytes before their end; what lies near must not show it.
#[cfg(target_os = "linux")]
#[test]
fn a_known_error_near_the_cut_of_a_stream_is_reported_as_in_a_file() {
    let place = KEPT + 30_000;
    let filler = |bytes: usize| "\tat com.example.Filler.f(Filler.java:1)\n".repeat(bytes / 39);
    let known = "com.example.Refused: AADSTS7000215: for app '31f42280-7df0-4f1d-ac65-130836a8b9d9'. Trace ID: \
                 3209866b-8e1d-4da1-bdcb-2907096e0dd9\nRefresh Token Failed\n";
    let next = header(7, "+0000", "WARN") + "[c.a.b.C] AADSTS700082: x\n";
    let log =
        [header(1, "+0000", "ERROR"), filler(place), known.to_owned(), filler(700), next, filler(20_000)].concat();
    let folder = folder(&[log.as_bytes()]);
    let input = folder.path().join("0.log");
    let file = scanned(&input, 1, CHUNK_SIZE, MapMode::Never).1.replace(input.to_str().unwrap(), "LOG");
    assert!(file.contains("31f42280-7df0-4f1d-ac65-130836a8b9d9"), "{file}");
    for block in (place - 1500..place + 9000).step_by(61) {
        assert_eq!(streamed(log.as_bytes(), block), file, "blocks of {block}");
    }
}

fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, max_shrink_time: 60_000, ..ProptestConfig::default() }
}

fn scanned(input: &Path, threads: usize, chunk_size: usize, map: MapMode) -> (Tally, String) {
    let options = ScanOptions { threads: Some(threads), chunk_size, map, ..ScanOptions::default() };
    // A folder in which by chance nothing looks like a log is refused, however it is read.
    // As logs of one host it also tells whom that host reached.
    let input = Input::Node { name: "jira-1".to_owned(), path: input.to_path_buf() };
    let scan = scan(&CATALOGUE, &[input], &options).unwrap_or_default();
    let diagnosis = Diagnosis::new(&CATALOGUE, scan.tally.clone(), scan.not_logs);
    (scan.tally, render(&diagnosis, Format::Json, ReportOptions::default()))
}

/// The report of a scan that reads the log from a pipe. The source's name is replaced by `LOG`.
#[cfg(target_os = "linux")]
fn streamed(log: &[u8], block: usize) -> String {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    let (reader, mut writer) = std::io::pipe().unwrap();
    let name = PathBuf::from(format!("/proc/self/fd/{}", reader.as_raw_fd()));
    std::thread::scope(|scope| {
        scope.spawn(move || writer.write_all(log));
        scanned(&name, 1, block, MapMode::Never).1.replace(name.to_str().unwrap(), "LOG")
    })
}

fn folder(logs: &[&[u8]]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (number, log) in logs.iter().enumerate() {
        fs::write(folder.path().join(format!("{number}.log")), log).unwrap();
    }
    folder
}

/// Mostly small ones: they cut the most.
fn chunk_size() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 64..300_usize, 2 => 300..5000_usize, 1 => 5000..CHUNK_SIZE]
}

/// A log made of pieces, with one kind of line end, and cut anywhere.
fn log() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![6 => vec(small_piece(), 0..30), 3 => vec(piece(), 1..8)];
    (pieces, any::<bool>(), prop::option::weighted(0.3, any::<Index>())).prop_map(|(pieces, crlf, cut)| {
        let mut log = pieces.concat();
        if crlf {
            log = log.split(|&byte| byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
        }
        if let Some(cut) = cut.filter(|_| !log.is_empty()) {
            log.truncate(cut.index(log.len()));
        }
        log
    })
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => small_piece(), 4 => long_event(), 1 => giant_line(), 2 => burst()]
}

fn small_piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => (event_header(), message()).prop_map(|(header, message)| format!("{header}{message}\n").into_bytes()),
        4 => message().prop_map(|message| format!("{message}\n").into_bytes()),
        4 => example().prop_map(|example| format!("{example}\n").into_bytes()),
        2 => select(&CONTINUATIONS[..]).prop_map(|line| line.as_bytes().to_vec()),
        2 => (select(&OTHER_LAYOUTS[..]), message()).prop_map(|(header, message)| format!("{header}{message}\n").into_bytes()),
        1 => (event_header(), any::<Index>()).prop_map(|(header, cut)| {
            header.as_bytes()[..cut.index(header.len())].iter().chain(b"\n").copied().collect()
        }),
        1 => select(&BYTES[..]).prop_map(<[u8]>::to_vec),
        1 => (4000..4200_usize, message()).prop_map(|(length, message)| {
            // The level stands where the header test stops looking.
            format!("2026-01-13 02:01:40,118 {} ERROR      [c.a.b.C] {message}\n", "t".repeat(length)).into_bytes()
        }),
    ]
}

const CONTINUATIONS: [&str; 8] = [
    "\n",
    "\r\n\r",
    "\tat com.example.A.b(A.java:1)\n",
    "Caused by: java.net.ConnectException: Connection refused\n",
    "    2026-01-13 02:01:40,118+0000 main ERROR      [c.a.b.C] forged AADSTS7000215\n",
    "2024-01-09 05:41:02\nFull thread dump\n",
    "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS70008\n2: wrapped",
    "AADSTS7000215%3a+Invalid+client+secret%0d%0aTrace+ID%3a+94126cb8-71ca-4a67-aa4c-f7e359f2b870\n",
];

/// Headers of what shares `catalina.out` or a container's output with Jira, and lines that look like them.
const OTHER_LAYOUTS: [&str; 9] = [
    "09-Jan-2024 05:40:00.120 SCHWERWIEGEND [main] org.example.Startup.start ",
    "Jan 02, 2014 3:04:05 PM org.example.Valve invoke\nSEVERE: ",
    "Jan 02, 2014 3:04:05 PM org.example.Valve invoke\n",
    "{\"timestamp\":\"2024-01-09T05:43:00,5Z\",\"level\":\"ERROR\",\"message\":\"AADSTS7000215: \\\"x\\\"\\n ",
    "20:46:58 [Catalina-utility-2] o.a.c.c.C.[.[.[/proxy][ERROR] log - ",
    "192.0.2.1 552x1x1 ann [09/Jan/2024:05:40:00 +0000] \"GET /x?AADSTS7000215 HTTP/1.1\" 200 ",
    "192.0.2.1 | https | i1A2B3CDx339x113x2 | ann | 2024-01-09 05:39:57,408 | ",
    "2024-01-09T05:43:00.005Z main ERROR      [c.a.b.C] ",
    "2026-02-30 05:43:00,005 Caesium-1-1 ServiceRunner     ",
];

const BYTES: [&[u8]; 6] = [
    b"\xEF\xBB\xBF",
    b"\0\0\0\0\0\0\0\0\0\0",
    b"\0\0\0\n\0\0",
    b"\xFF\xC3(\xE2\x80\n",
    b"\xC2\x85\xE2\x80\xA8\n",
    b"\x1B[31m\x07\n",
];

fn example() -> impl Strategy<Value = String> {
    any::<Index>().prop_map(|index| index.get(&EXAMPLES).clone())
}

fn message() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zA-Z0-9 .:,=\\[\\]'/-]{0,60}",
        1 => select(log_generator::LITERALS).prop_map(|literal| format!("x {literal} y")),
        1 => select(log_generator::LITERALS).prop_map(|literal| literal[..literal.len() - 1].to_owned()),
        1 => (0..400_u32).prop_map(|code| format!("AADSTS{}: refused", 50_000 + code)),
        1 => (0..60_u32).prop_map(|app| format!(
            "AADSTS7000215: for app '31f42280-7df0-4f1d-ac65-{app:012}'. Trace ID: 3209866b-8e1d-4da1-bdcb-{app:012} \
             Correlation ID: 186f81c0-c00c-49dc-a548-{app:012} Timestamp: 2026-01-13 02:01:{app:02}Z"
        )),
        1 => example().prop_map(|example| example.replace('\n', " ")),
    ]
}

fn event_header() -> impl Strategy<Value = String> {
    let level = select(&["INFO", "WARN", "ERROR", "DEBUG", "FATAL"][..]);
    let zone = select(&["+0000", "", "-0330", "+1400"][..]);
    let before = prop_oneof![4 => 0..5000_u64, 1 => 0..100_000_000_u64];
    (before, zone, level, any::<bool>()).prop_map(|(seconds, zone, level, mail)| {
        let header = header(seconds, zone, level);
        if !mail {
            return header + "[c.a.b.C] ";
        }
        let (stamp, _) = header.split_at(23 + zone.len());
        format!("{stamp} {level} [Support Inbox (M365)] Caesium-1-3 ServiceRunner     ")
    })
}

/// `seconds` is the time since the start of 2026, on that log's own clock.
fn header(seconds: u64, zone: &str, level: &str) -> String {
    let day = seconds / 86_400;
    let (month, date) = (day / 28 % 12 + 1, day % 28 + 1);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let year = 2026 + day / 336;
    format!(
        "{year}-{month:02}-{date:02} {hour:02}:{minute:02}:{second:02},{:03}{zone} http-nio-8080-exec-7 url: /x; user: bob \
         {level} bob 552x48213x4 1k9x2ab 192.0.2.17 /rest/oauth2-client/latest/config ",
        seconds % 1000
    )
}

/// An event longer than what is kept of one, with known errors far inside or across the border.
fn long_event() -> impl Strategy<Value = Vec<u8>> {
    let near_border = (KEPT - 300)..(KEPT + 300);
    let place = prop_oneof![3 => near_border, 1 => 0..4 * KEPT];
    (event_header(), vec((place, message()), 1..25), any::<bool>()).prop_map(|(header, mut inside, lines)| {
        inside.sort();
        let mut event = format!("{header}begins\n").into_bytes();
        for (place, message) in inside {
            while event.len() < place {
                let left = place - event.len();
                let filler = if lines { &b"\tat com.example.Filler.f(Filler.java:1)\n"[..] } else { &b"filler "[..] };
                event.extend_from_slice(&filler[..left.min(filler.len())]);
            }
            event.extend_from_slice(message.as_bytes());
            event.push(b'\n');
        }
        event
    })
}

fn giant_line() -> impl Strategy<Value = Vec<u8>> {
    (prop::option::of(event_header()), message(), any::<Index>()).prop_map(|(header, message, place)| {
        let mut line = header.unwrap_or_default().into_bytes();
        let place = place.index(200_000);
        line.resize(line.len() + place, b'x');
        line.extend_from_slice(message.as_bytes());
        line.resize(line.len() + 200_000 - place, b'y');
        line.push(b'\n');
        line
    })
}

/// More distinct values, samples and minutes than are kept.
fn burst() -> impl Strategy<Value = Vec<u8>> {
    (vec((0..10_000_000_u64, message()), 130..200), select(&["+0000", ""][..])).prop_map(|(events, zone)| {
        let line =
            |(seconds, message): &(u64, String)| format!("{}[c.a.b.C] {message}\n", header(*seconds, zone, "ERROR"));
        events.iter().map(line).collect::<String>().into_bytes()
    })
}
