//! A window of time leaves out bytes of a big file that lie far outside it, and never an event inside it.
//!
//! What is read in order from beginning to end (gzip here) is the measure for what is read in parts.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use logmedic::{Bound, Catalogue, Diagnosis, Format, Input, ReportOptions, ScanOptions, Window, Zone, render, scan};
use proptest::prelude::*;
use serde_json::Value;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

const HOUR: i64 = 3_600_000;
/// 2026-01-13 00:00 UTC.
const START: i64 = 1_768_262_400_000;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_of_a_file_hold_what_the_whole_holds(
        late in prop::collection::vec(0..120_i64, 400),
        since in -5..60_i64,
        length in 0..40_i64,
        local in any::<bool>(),
        zone in prop::option::of(prop::sample::select(&["+0100", "", "Europe/Berlin"][..])),
        headless in any::<bool>(),
    ) {
        let log = log(&late, zone == Some("+0100"), headless);
        let bound = |hour: i64| {
            let instant = START + hour * HOUR;
            if local { Bound::Local(instant) } else { Bound::Instant(instant) }
        };
        let window = Window { since: Some(bound(since)), until: (length > 0).then(|| bound(since + length)) };
        let options = ScanOptions {
            window,
            zone: zone.filter(|zone| zone.contains('/')).map(|zone| zone.parse::<Zone>().unwrap()),
            threads: Some(2),
            ..ScanOptions::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let (plain, packed) = (folder.path().join("plain.log"), folder.path().join("packed.log"));
        fs::write(&plain, &log).unwrap();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&log).unwrap();
        fs::write(&packed, encoder.finish().unwrap()).unwrap();
        let (parts, whole) = (report(&plain, &options), report(&packed, &options));
        prop_assert_eq!(&parts["findings"], &whole["findings"]);
        prop_assert_eq!(&parts["timeline"], &whole["timeline"]);
        for key in ["events", "levels", "first_event", "last_event"] {
            prop_assert_eq!(&parts["ledger"]["sources"][0][key], &whole["ledger"]["sources"][0][key], "{}", key);
        }
    }
}

#[test]
fn a_narrow_window_reads_a_small_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.log");
    fs::write(&path, log(&[0; 400], false, true)).unwrap();
    let bound = |hour: i64| Some(Bound::Instant(START + hour * HOUR));
    for (since, until) in [(20, 21), (30, 31), (38, 100)] {
        let window = Window { since: bound(since), until: bound(until) };
        let report = report(&path, &ScanOptions { window, ..ScanOptions::default() });
        let source = &report["ledger"]["sources"][0];
        let size = fs::metadata(&path).unwrap().len();
        assert!(source["bytes"].as_u64().unwrap() < size * 2 / 3, "{source}");
        assert!(source["notes"].to_string().contains("lie outside the window"), "{source}");
        // The text before the first header has no time: it is read, whatever is asked for.
        assert!(source["notes"].to_string().contains("starts in the middle of an event"), "{source}");
        assert_eq!(source["problems"], serde_json::json!([]));
    }
}

/// 40 hours in 8 MB, ten events an hour, each fourth a refusal, written up to two hours late.
fn log(late: &[i64], with_zone: bool, headless: bool) -> Vec<u8> {
    let filler = "\tat com.example.Filler.f(Filler.java:1)\n".repeat(500);
    let mut log = if headless { b"\tat com.example.A.b(A.java:1)\n".to_vec() } else { Vec::new() };
    for (i, late) in late.iter().enumerate() {
        let instant = START + i64::try_from(i).unwrap() * HOUR / 10 - late * 60_000 + 1;
        let time = jiff::Timestamp::from_millisecond(instant).unwrap().strftime("%Y-%m-%d %H:%M:%S,%3f");
        let zone = if with_zone { "+0100" } else { "" };
        let text = if i % 4 == 0 { format!("AADSTS7000215: no {}", i % 24) } else { "well".to_owned() };
        log.extend_from_slice(
            format!("{time}{zone} Caesium-1-3 ERROR ServiceRunner     [c.a.x] {text}\n{filler}").as_bytes(),
        );
    }
    log
}

/// The report without what tells the two ways of reading apart: the name, the lines counted from where reading began.
fn report(path: &Path, options: &ScanOptions) -> Value {
    let scan = scan(&CATALOGUE, &[Input::Path(path.to_path_buf())], options).unwrap();
    let diagnosis = Diagnosis::new(&CATALOGUE, scan.tally, scan.not_logs);
    let text = render(&diagnosis, Format::Json, ReportOptions::default());
    let text = text.replace(path.to_str().unwrap(), "LOG");
    let mut report: Value = serde_json::from_str(&text).unwrap();
    for finding in report["findings"].as_array_mut().unwrap() {
        for sample in finding["samples"].as_array_mut().unwrap() {
            sample["line"] = Value::Null;
            sample["merge"] = Value::Null;
        }
    }
    report
}
