//! How far a scan has come, in bytes, for whoever shows it. Nothing of it enters a report.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::input::Unopened;

/// Bytes of a scan that runs; shared with whoever watches it.
///
/// Of a compressed file its compressed bytes count, of an archive what its directory says that the entries hold.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    done: AtomicU64,
    is_endless: AtomicBool,
}

impl Progress {
    /// Bytes that were worked on.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Bytes that are to be worked on, as far as it is known.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Whether something is read of which nobody knows how long it is, such as a pipe.
    pub fn is_endless(&self) -> bool {
        self.is_endless.load(Ordering::Relaxed)
    }

    pub(super) fn expect(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Expects a stream, whose bytes are told by [`watched`].
    pub(super) fn expect_stream(&self, bytes: &Unopened) {
        match bytes.length() {
            Some(length) => self.expect(length),
            None => self.is_endless.store(true, Ordering::Relaxed),
        }
    }

    pub(super) fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The bytes of a stream, told to whoever watches as they are read.
pub(super) fn watched(stream: Unopened, progress: Option<&Arc<Progress>>) -> Unopened {
    let Some(progress) = progress.cloned() else { return stream };
    let left = stream.length().unwrap_or(0);
    stream.counted(|bytes| Box::new(Counted { bytes, progress, left }))
}

struct Counted {
    bytes: Box<dyn Read + Send>,
    progress: Arc<Progress>,
    /// Bytes that are expected and were not read yet.
    left: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        let expected = self.left.min(count as u64);
        self.left -= expected;
        self.progress.expect(count as u64 - expected);
        self.progress.advance(count as u64);
        Ok(count)
    }
}

impl Drop for Counted {
    /// What was not read is not wanted.
    fn drop(&mut self) {
        self.progress.advance(self.left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Content, Limits, MapMode, Opened, open};

    fn read(stream: Unopened, progress: &Arc<Progress>) -> usize {
        progress.expect_stream(&stream);
        let Ok(Content::Stream(mut plain)) = watched(stream, Some(progress)).open() else { panic!("a stream") };
        let mut text = Vec::new();
        plain.bytes.read_to_end(&mut text).expect("plain bytes")
    }

    fn gzip_file(text: &[u8]) -> (tempfile::NamedTempFile, u64) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let mut encoder = flate2::write::GzEncoder::new(&mut file, flate2::Compression::fast());
        io::Write::write_all(&mut encoder, text).expect("written");
        encoder.finish().expect("written");
        let length = file.as_file().metadata().expect("metadata").len();
        (file, length)
    }

    #[test]
    fn a_compressed_file_counts_by_its_own_bytes() {
        let (file, length) = gzip_file(&b"text ".repeat(100_000));
        let Ok(Opened::Stream(stream)) = open(file.path(), MapMode::Never, Limits::default()) else {
            panic!("a stream")
        };
        let progress = Arc::new(Progress::default());
        assert_eq!(read(stream, &progress), 500_000);
        assert_eq!((progress.done(), progress.total(), progress.is_endless()), (length, length, false));
    }

    #[test]
    fn what_is_left_unread_is_done_too() {
        let (file, length) = gzip_file(&b"text ".repeat(100_000));
        let Ok(Opened::Stream(stream)) = open(file.path(), MapMode::Never, Limits::default()) else {
            panic!("a stream")
        };
        let progress = Arc::new(Progress::default());
        progress.expect_stream(&stream);
        drop(watched(stream, Some(&progress)));
        assert_eq!((progress.done(), progress.total()), (length, length));
    }
}
