//! Scans that go on where the last one ended: whatever becomes of the files between two runs, each event that some run
//! could see is counted by exactly one, or a problem says that something may be missing.
//!
//! `LOGMEDIC_CI_LONG=1` runs thousands of histories instead of hundreds; `PROPTEST_CASES` sets the number.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "schedule/histories.rs"]
mod histories;
#[path = "schedule/increments.rs"]
mod increments;
#[path = "schedule/stored.rs"]
mod stored;
#[path = "schedule/world.rs"]
mod world;

use std::path::Path;
use std::sync::LazyLock;

use logmedic::diagnosis::Tally;
use logmedic::schedule::State;
use logmedic::{Catalogue, Increment, Input, ScanOptions, scan_increment};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);

/// The signature of every event that these tests write.
const KNOWN: &str = "aadsts7000215-invalid-client-secret";

/// When each run is, in seconds since 1970.
const NOW: i64 = 1_768_300_000;

/// An event whose minute is its number; no two are alike.
fn event(number: usize) -> String {
    let (hour, minute) = (number / 60, number % 60);
    format!(
        "2026-01-13 {hour:02}:{minute:02}:00,000+0000 Caesium-1-{number} ERROR      [c.a.j.p.mail] AADSTS7000215: \
         Invalid client secret provided for app '31f42280-7df0-4f1d-ac65-130836a8b9d9'.\n\tat com.example.A.b(A.java:{number})\n"
    )
}

fn options() -> ScanOptions {
    ScanOptions { threads: Some(1), only: vec![KNOWN.to_owned()], ..ScanOptions::default() }
}

fn run(path: &Path, state: &State) -> Increment {
    scan_increment(&CATALOGUE, &[Input::Path(path.to_path_buf())], &options(), state, NOW).unwrap()
}

/// The numbers of the events that were counted, ascending.
fn numbers(tally: &Tally) -> Vec<usize> {
    let mut numbers = Vec::new();
    for (start, counts) in tally.timeline.buckets() {
        assert_eq!(tally.timeline.width(), 60, "one bucket an event");
        let number = usize::try_from((start - 1_768_262_400) / 60).unwrap();
        numbers.extend(std::iter::repeat_n(number, usize::try_from(counts.iter().sum::<u64>()).unwrap()));
    }
    let owned: u64 = tally.findings.values().map(|finding| finding.events).sum();
    assert_eq!(owned, numbers.len() as u64, "each event is a known error");
    numbers
}

fn problems(tally: &Tally) -> Vec<String> {
    tally.sources.values().flat_map(|source| source.problems.iter().cloned()).collect()
}
