//! The laws of merging: the reports of any parts of a log, in any order and grouping, add up to the report of the whole,
//! and an empty report changes nothing.

use std::io::Cursor;
use std::path::Path;

use logmedic::diagnosis::Tally;
use logmedic::{Diagnosis, Format, Input, Merger, RedactionLevel, ReportOptions, ScanOptions, render, scan};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{CATALOGUE, KEPT, config, folder, header, log};

proptest! {
    #![proptest_config(config(80))]

    #[test]
    fn ranges_add_up_to_the_whole(
        log in log(),
        cuts in vec(any::<Index>(), 0..7),
        picks in vec(any::<Index>(), 1..20),
        level in select(&[RedactionLevel::Off, RedactionLevel::Secrets][..]),
    ) {
        prop_assume!(!log.is_empty());
        let folder = folder(&[&log]);
        let input = folder.path().join("0.log");
        let mut ends: Vec<u64> = cuts.iter().map(|cut| cut.index(log.len()) as u64).collect();
        ends.extend([0, log.len() as u64]);
        ends.sort_unstable();
        let ranges = ends.windows(2).filter(|ends| ends[0] < ends[1]);
        let mut parts: Vec<String> = ranges.map(|ends| report(&input, Some((ends[0], ends[1])), level)).collect();
        parts.push(nothing(level));
        prop_assert_eq!(grouped(parts, &picks, level), report(&input, None, level), "cut at {:?}", ends);
    }

    #[test]
    fn logs_add_up_to_their_folder(logs in vec(log(), 2..5), picks in vec(any::<Index>(), 1..20)) {
        let level = RedactionLevel::Secrets;
        let logs: Vec<&[u8]> = logs.iter().map(Vec::as_slice).collect();
        let folder = folder(&logs);
        let files: Vec<_> = (0..logs.len()).map(|i| folder.path().join(format!("{i}.log"))).collect();
        let inputs: Vec<Input> = files.iter().cloned().map(Input::Path).collect();
        let whole = scan(&CATALOGUE, &inputs, &ScanOptions::default()).unwrap();
        let whole = rendered(whole.tally, whole.not_logs, level);
        let parts = inputs.iter().map(|input| {
            let part = scan(&CATALOGUE, std::slice::from_ref(input), &ScanOptions::default()).unwrap();
            rendered(part.tally, part.not_logs, level)
        });
        prop_assert_eq!(grouped(parts.collect(), &picks, level), whole);
    }
}

#[test]
fn a_cut_anywhere_in_a_giant_stack_trace_changes_nothing() {
    let known = "Caused by: com.example.Refused: AADSTS7000215: for app '31f42280-7df0-4f1d-ac65-130836a8b9d9'. Trace ID: \
                 3209866b-8e1d-4da1-bdcb-2907096e0dd9\n";
    let frames = "\tat com.example.Deep.f(Deep.java:1)\n".repeat(3 * KEPT / 36);
    let before = header(1, "+0000", "INFO") + "[c.a.b.C] before\n";
    let next = header(7, "+0000", "ERROR") + "[c.a.b.C] AADSTS7000222: expired\n";
    let log =
        [&before, &header(2, "+0000", "ERROR"), "[c.a.b.C] x\n", &frames[..70_000], known, &frames, &next].concat();
    let folder = folder(&[log.as_bytes()]);
    let input = folder.path().join("0.log");
    let level = RedactionLevel::Secrets;
    let whole = report(&input, None, level);
    assert!(whole.contains("aadsts7000215-invalid-client-secret"), "{whole}");
    for cut in (1..log.len() as u64).step_by(log.len() / 40) {
        let parts = [(cut, log.len() as u64), (0, cut)].map(|range| report(&input, Some(range), level));
        assert_eq!(merged(&parts, level), whole, "cut at {cut}");
    }
}

/// The report of a range of a log, or of all of it.
fn report(input: &Path, range: Option<(u64, u64)>, level: RedactionLevel) -> String {
    let options = ScanOptions { range: range.map(|(start, end)| start..end), ..ScanOptions::default() };
    let scan = scan(&CATALOGUE, &[Input::Path(input.to_path_buf())], &options).unwrap_or_default();
    rendered(scan.tally, scan.not_logs, level)
}

fn nothing(level: RedactionLevel) -> String {
    rendered(Tally::default(), Vec::new(), level)
}

/// The sum of all reports, added up in groups as they are picked.
fn grouped(mut reports: Vec<String>, picks: &[Index], level: RedactionLevel) -> String {
    for picks in picks.chunks(3) {
        let group: Vec<String> =
            picks.iter().take(reports.len()).map(|pick| reports.swap_remove(pick.index(reports.len()))).collect();
        reports.push(merged(&group, level));
    }
    merged(&reports, level)
}

fn merged(reports: &[String], level: RedactionLevel) -> String {
    if reports.is_empty() {
        return nothing(level);
    }
    let mut merger = Merger::new(&CATALOGUE, false);
    merger.add("reports", Cursor::new(reports.concat()));
    let merged = merger.finish().unwrap();
    assert!(merged.tally.sources.keys().all(|source| source.name != "reports"), "one of them could not be read");
    rendered(merged.tally, merged.not_logs, level)
}

fn rendered(tally: Tally, not_logs: Vec<String>, level: RedactionLevel) -> String {
    let diagnosis = Diagnosis::new(&CATALOGUE, tally, not_logs);
    render(&diagnosis, Format::Json, ReportOptions { redaction: Some(level), ..ReportOptions::default() })
}
