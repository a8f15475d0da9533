//! A part of a file that is read on its own: through a small buffer that lives on when another place is sought.

use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::input::file::read_full;

/// Bytes that are read at a time.
const BLOCK: usize = 64 * 1024;

/// Reads `start..end` of a file, which others may read at the same time.
#[derive(Debug)]
pub(super) struct Section {
    file: Arc<File>,
    start: u64,
    end: u64,
    /// Offset in the file.
    at: u64,
    buffer: Vec<u8>,
    buffer_at: u64,
}

impl Section {
    pub(super) fn new(file: Arc<File>, start: u64, end: u64) -> Self {
        Self { file, start, end: end.max(start), at: start, buffer: Vec::new(), buffer_at: start }
    }

    /// Whether everything was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.end
    }
}

impl BufRead for Section {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let held = self.buffer_at..self.buffer_at + self.buffer.len() as u64;
        if !held.contains(&self.at) && self.at < self.end {
            #[expect(clippy::cast_possible_truncation, reason = "no more than a block")]
            let wanted = (self.end - self.at).min(BLOCK as u64) as usize;
            self.buffer.resize(wanted, 0);
            let filled = match read_full(&self.file, &mut self.buffer, self.at) {
                Ok(filled) => filled,
                Err(error) => {
                    self.buffer.clear();
                    return Err(error);
                }
            };
            self.buffer.truncate(filled);
            self.buffer_at = self.at;
        }
        if self.at >= self.end {
            return Ok(&[]);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a place in the buffer")]
        let from = ((self.at - self.buffer_at) as usize).min(self.buffer.len());
        Ok(&self.buffer[from..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count as u64;
    }
}

impl Read for Section {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let held = self.fill_buf()?;
        let count = held.len().min(out.len());
        out[..count].copy_from_slice(&held[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl Seek for Section {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => self.start.checked_add(place),
            SeekFrom::End(distance) => self.end.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.at.checked_add_signed(distance),
        };
        self.at = place
            .filter(|&place| place >= self.start)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place outside the archive"))?;
        Ok(self.at - self.start)
    }
}
