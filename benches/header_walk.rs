//! The first stage: where events begin, and at which level and time, over blocks that fit a core's cache.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use log_generator::{Options, default_known, generate};
use logmedic::analyzer::CHUNK_SIZE;
use logmedic::event::EventStart;
use logmedic::event::start::{StartFinder, StartRule};

const SIZE: u64 = 8 * 1024 * 1024;

fn main() -> std::io::Result<()> {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut log = Vec::new();
    let options = Options { bytes: SIZE, density: 1e-3, ..Options::default() };
    let truth = generate(&options, &default_known(), &mut log)?;
    let mut starts = Vec::new();
    assert_eq!(walk(&log, &mut starts) as u64, truth.events, "the walk must find each event once");

    let mut group = criterion.benchmark_group("header_walk");
    group.throughput(Throughput::Bytes(truth.bytes));
    group.bench_function("main_log", |bencher| bencher.iter(|| walk(black_box(&log), &mut starts)));
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// Walks the log block by block, as a scan does, and counts the events.
fn walk(log: &[u8], starts: &mut Vec<EventStart>) -> usize {
    let mut finder = StartFinder::new(StartRule::StampAndLevel);
    let mut events = 0;
    for from in (0..log.len()).step_by(CHUNK_SIZE) {
        starts.clear();
        finder.find(log, from, (from + CHUNK_SIZE).min(log.len()), from == 0, starts);
        events += starts.len();
    }
    events
}
