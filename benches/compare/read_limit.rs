//! What reading alone costs: pread into buffers of 512 KiB, one byte of each page touched, by several threads.

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::{Context, Result};

const BUFFER: usize = 512 * 1024;
const PAGE: usize = 4096;

/// Reads the file and prints how many bytes there were.
pub(crate) fn run(path: &str, threads: &str) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {path}"))?;
    let threads: usize = threads.parse().with_context(|| format!("{threads:?} is no number of threads"))?;
    let next = AtomicU64::new(0);
    let read = || -> Result<u64> {
        let mut buffer = vec![0; BUFFER];
        let mut bytes = 0;
        loop {
            let place = next.fetch_add(BUFFER as u64, Ordering::Relaxed);
            let count = file.read_at(&mut buffer, place)?;
            if count == 0 {
                return Ok(bytes);
            }
            let touched: u64 = buffer[..count].iter().step_by(PAGE).map(|byte| u64::from(*byte)).sum();
            black_box(touched);
            bytes += count as u64;
        }
    };
    let bytes = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(read)).collect();
        others.into_iter().try_fold(read()?, |sum, other| {
            let bytes = other.join().map_err(|_| anyhow::anyhow!("a reading thread panicked"))?;
            bytes.map(|bytes| sum + bytes)
        })
    })?;
    println!("{bytes}");
    Ok(())
}
