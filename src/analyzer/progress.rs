//! How far a scan has come, in bytes, for whoever shows it. Nothing of it enters a report.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a scan that runs; shared with whoever watches it.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    done: AtomicU64,
}

impl Progress {
    /// Bytes that were worked on.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Bytes that are to be worked on, as far as it is known: what is streamed counts as it comes.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    pub(super) fn expect(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The bytes of a stream, told to whoever watches as they are read.
pub(super) fn counted(bytes: Box<dyn Read + Send>, progress: Option<Arc<Progress>>) -> Box<dyn Read + Send> {
    match progress {
        Some(progress) => Box::new(Counted { bytes, progress }),
        None => bytes,
    }
}

struct Counted {
    bytes: Box<dyn Read + Send>,
    progress: Arc<Progress>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.progress.expect(count as u64);
        self.progress.advance(count as u64);
        Ok(count)
    }
}
