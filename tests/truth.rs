//! The report of a generated log equals what its generator knows of it: events, levels, lines, and for each known error
//! events, first and last time.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;

use log_generator::{Layout, Options, SignatureTruth, Truth, default_known, generate};
use logmedic::{Catalogue, Diagnosis, Format, Input, ReportOptions, ScanOptions, render, scan};
use serde_json::Value;

const MIB: u64 = 1024 * 1024;

fn base() -> Options {
    Options { bytes: 8 * MIB, ..Options::default() }
}

#[test]
fn seeds_and_densities() {
    for (seed, density) in [(1, 0.0), (2, 1e-5), (3, 1e-3), (4, 1e-1), (5, 0.5)] {
        compare(&Options { seed, density, near_misses: 0.05, ..base() });
    }
}

#[test]
fn mail_logs() {
    for (seed, density) in [(11, 0.0), (12, 1e-3), (13, 1e-1)] {
        compare(&Options { seed, density, layout: Layout::Mail, near_misses: 0.05, ..base() });
    }
}

#[test]
fn zones_and_line_ends() {
    for (seed, zone, crlf) in
        [(21, "", false), (22, "-0330", false), (23, "+1400", true), (24, "", true), (25, "+0000", true)]
    {
        let layout = if seed % 2 == 0 { Layout::Mail } else { Layout::Main };
        compare(&Options { seed, zone: zone.to_owned(), crlf, layout, density: 1e-2, ..base() });
    }
}

#[test]
fn near_misses() {
    for (seed, density, layout) in [(31, 0.0, Layout::Main), (32, 1e-2, Layout::Main), (33, 1e-2, Layout::Mail)] {
        compare(&Options { seed, density, layout, near_misses: 0.5, ..base() });
    }
}

#[test]
fn near_misses_on_every_line() {
    for (seed, density, layout) in [(34, 0.0, Layout::Main), (35, 1e-2, Layout::Main), (36, 1e-2, Layout::Mail)] {
        compare(&Options { seed, density, layout, every_line_near_miss: true, ..base() });
    }
}

#[test]
fn logs_of_one_event_and_of_none() {
    for bytes in [0, 1, 1000] {
        compare(&Options { bytes, density: 0.5, ..base() });
    }
}

fn compare(options: &Options) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlassian-jira.log");
    let truth = generate(options, &default_known(), &mut BufWriter::new(File::create(&path).unwrap())).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), truth.bytes);

    let catalogue = Catalogue::built_in();
    let scan = scan(&catalogue, &[Input::Path(path)], &ScanOptions::default()).unwrap();
    let diagnosis = Diagnosis::new(&catalogue, scan.tally, scan.not_logs);
    let report = render(&diagnosis, Format::Json, ReportOptions::default());
    let report: Value = serde_json::from_str(&report).unwrap();

    assert_eq!(report["ledger"]["complete"], true, "{options:?}");
    let source = &report["ledger"]["sources"][0];
    assert_eq!(source["notes"].as_array().unwrap().len() + source["problems"].as_array().unwrap().len(), 0, "{source}");
    let found = Truth {
        bytes: source["bytes"].as_u64().unwrap(),
        lines: source["ranges"].as_array().unwrap().iter().map(|range| range["lines"].as_u64().unwrap()).sum(),
        events: source["events"].as_u64().unwrap(),
        levels: serde_json::from_value::<BTreeMap<String, u64>>(source["levels"].clone()).unwrap(),
        signatures: report["findings"].as_array().unwrap().iter().map(signature).collect(),
        first_event: source["first_event"].as_str().map(str::to_owned),
        last_event: source["last_event"].as_str().map(str::to_owned),
    };
    assert_eq!(found, truth, "{options:?}");

    let timed: u64 = report["timeline"]["buckets"].as_array().unwrap().iter().flat_map(counts).sum();
    assert_eq!(timed, truth.events, "the timeline holds every event: {options:?}");
}

fn signature(finding: &Value) -> (String, SignatureTruth) {
    let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let truth = SignatureTruth {
        events: finding["events"].as_u64().unwrap(),
        first: text("first_seen"),
        last: text("last_seen"),
    };
    (text("signature"), truth)
}

fn counts(bucket: &Value) -> Vec<u64> {
    bucket["levels"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).collect()
}
