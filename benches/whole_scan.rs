//! All stages together: a scan of a 64 MiB file as the library offers it, read and mapped, by one thread and two.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use log_generator::{Options, Truth, default_known, generate};
use logmedic::{Catalogue, Input, MapMode, Scan, ScanOptions, scan};

const SIZE: u64 = 64 * 1024 * 1024;

fn main() -> io::Result<()> {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let catalogue = Catalogue::built_in();
    let folder = tempfile::tempdir()?;
    let mut group = criterion.benchmark_group("whole_scan");
    group.sampling_mode(SamplingMode::Flat);
    for (density, shown) in [(0.0, "0"), (1e-3, "1e-3"), (1e-1, "1e-1")] {
        let path = folder.path().join(format!("{shown}.log"));
        let options = Options { bytes: SIZE, density, ..Options::default() };
        let truth = generate(&options, &default_known(), &mut File::create(&path)?)?;
        group.throughput(Throughput::Bytes(truth.bytes));
        for (reader, map) in [("read", MapMode::Never), ("mapped", MapMode::Always)] {
            for threads in [1, 2] {
                let options = ScanOptions { threads: Some(threads), map, ..ScanOptions::default() };
                check(&run(&catalogue, &path, &options)?, &truth, &catalogue);
                group.bench_function(BenchmarkId::new(format!("{reader}/{threads}_threads"), shown), |bencher| {
                    bencher.iter(|| run(&catalogue, &path, &options));
                });
            }
        }
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn run(catalogue: &Catalogue, path: &Path, options: &ScanOptions) -> io::Result<Scan> {
    scan(catalogue, &[Input::Path(path.to_path_buf())], options).map_err(io::Error::other)
}

/// Stops the bench unless the scan found exactly what was generated.
fn check(scan: &Scan, truth: &Truth, catalogue: &Catalogue) {
    let events: u64 = scan.tally.sources.values().map(|source| source.events).sum();
    assert_eq!(events, truth.events, "each event counts once");
    let found = scan.tally.findings.iter().map(|(rank, found)| (catalogue.outline(*rank).id.clone(), found.events));
    let expected = truth.signatures.iter().map(|(id, signature)| (id.clone(), signature.events));
    let sorted = |mut counts: Vec<(String, u64)>| {
        counts.sort();
        counts
    };
    assert_eq!(sorted(found.collect()), sorted(expected.collect()), "each known error counts for its signature");
}
