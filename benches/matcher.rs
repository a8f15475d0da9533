//! The second stage: the anchor filter over cached blocks, with the catalogue and with a thousand signatures.

#[path = "compare/signatures.rs"]
mod signatures;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::io;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use log_generator::{Options, default_known, generate};
use logmedic::Catalogue;
use logmedic::analyzer::CHUNK_SIZE;
use logmedic::catalogue::SignatureFile;
use logmedic::matcher::{Filter, Hit, Matcher};
use memchr::memmem;

const SIZE: u64 = 8 * 1024 * 1024;
const THOUSAND: usize = 1000;
/// Of the literals that the matcher adds to the catalogue's, those that generated logs may hold.
const MARKERS: [&str; 4] =
    ["/rest/oauth2-client/latest/config/flow", "JIRA Build ", "Java Version ", " started. You can now access J"];

fn main() -> io::Result<()> {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let built_in = Catalogue::built_in();
    let thousand = thousand(&built_in)?;
    let logs = [
        ("1e-3", Options { bytes: SIZE, density: 1e-3, ..Options::default() }),
        ("1e-1", Options { bytes: SIZE, density: 1e-1, ..Options::default() }),
        ("near_misses", Options { bytes: SIZE, every_line_near_miss: true, density: 1e-3, ..Options::default() }),
    ];
    for (name, catalogue) in [("catalogue", &built_in), ("thousand_signatures", &thousand)] {
        let matcher = Matcher::new(catalogue, |_| true).map_err(io::Error::other)?;
        let mut group = criterion.benchmark_group(format!("matcher/{name}"));
        group.throughput(Throughput::Bytes(SIZE));
        group.sampling_mode(SamplingMode::Flat);
        for (contents, options) in &logs {
            let mut log = Vec::new();
            generate(options, &default_known(), &mut log)?;
            let mut hits = Vec::new();
            let found = count(matcher.filter(), &log, &mut hits);
            assert!(found > 0, "a log with known errors holds anchors");
            assert_eq!(found, naive_count(catalogue, &log), "{name}, {contents}: hits must equal a naive search's");
            group.bench_function(*contents, |bencher| {
                bencher.iter(|| count(matcher.filter(), black_box(&log), &mut hits));
            });
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}

/// The built-in catalogue, filled up with synthetic signatures.
fn thousand(built_in: &Catalogue) -> io::Result<Catalogue> {
    let own = signatures::file(THOUSAND - built_in.outlines().len());
    let own = SignatureFile::parse("synthetic", &own).map_err(io::Error::other)?.signatures;
    let known = (0..built_in.outlines().len()).map(|rank| built_in.signature(rank));
    Ok(Catalogue::of(known.chain(own).collect()))
}

/// Searches block by block, as a scan does, and counts the hits.
fn count(filter: &Filter, log: &[u8], hits: &mut Vec<Hit>) -> usize {
    let mut found = 0;
    for from in (0..log.len()).step_by(CHUNK_SIZE) {
        hits.clear();
        filter.find(log, from, (from + CHUNK_SIZE).min(log.len()), hits);
        found += hits.len();
    }
    found
}

/// Occurrences of each distinct literal by a plain search, one literal after the other, and of codes.
fn naive_count(catalogue: &Catalogue, log: &[u8]) -> usize {
    let literals: BTreeSet<&str> = catalogue
        .outlines()
        .iter()
        .filter(|outline| outline.id != logmedic::matcher::UNKNOWN_CODE)
        .flat_map(|outline| outline.matching.any.iter().chain(&outline.recovery))
        .map(String::as_str)
        .chain(MARKERS)
        .collect();
    let codes = memmem::find_iter(log, "AADSTS")
        .filter(|at| log.get(at + 6..at + 9).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit)));
    codes.count() + literals.iter().map(|literal| memmem::find_iter(log, literal).count()).sum::<usize>()
}
