//! One entry of a zip archive, inflated as it is read and proven at its end.

use std::io::{self, Read};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::section::Section;
use crate::input::gzip::{Remark, WRONG_CHECKSUM, in_plain_words};

/// How an entry's bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
}

/// An entry's plain bytes.
///
/// The size in the directory bounds nothing: what is there is read, and a difference is remarked on at the end.
pub(super) struct EntryReader {
    body: Body,
    size: u64,
    checksum: u32,
    seen: Crc,
    count: u64,
    is_done: bool,
}

enum Body {
    Stored(Section),
    Deflated(Box<DeflateDecoder<Section>>),
}

impl EntryReader {
    /// Reads the packed bytes in `section`; `size` and `checksum` are what the directory says of the plain ones.
    pub(super) fn new(section: Section, method: Method, size: u64, checksum: u32) -> Self {
        let body = match method {
            Method::Stored => Body::Stored(section),
            Method::Deflated => Body::Deflated(Box::new(DeflateDecoder::new(section))),
        };
        Self { body, size, checksum, seen: Crc::new(), count: 0, is_done: false }
    }

    fn finish(&mut self) -> io::Result<usize> {
        self.is_done = true;
        let is_cut = match &self.body {
            // The file ended before the section did.
            Body::Stored(section) => !section.is_at_end(),
            Body::Deflated(decoder) => !decoder.get_ref().is_at_end() && self.count < self.size,
        };
        let problem = if is_cut || (self.count < self.size && self.seen.sum() != self.checksum) {
            format!("it ends after {} of {} bytes: the archive is damaged or cut off", self.count, self.size)
        } else if self.seen.sum() != self.checksum {
            WRONG_CHECKSUM.to_owned()
        } else if self.count != self.size {
            let Self { count, size, .. } = self;
            return Err(Remark(format!("holds {count} bytes, not {size} as its archive says")).into());
        } else {
            return Ok(0);
        };
        Err(io::Error::new(io::ErrorKind::InvalidData, problem))
    }
}

impl Read for EntryReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_done || buffer.is_empty() {
            return Ok(0);
        }
        let count = match &mut self.body {
            Body::Stored(section) => section.read(buffer)?,
            Body::Deflated(decoder) => decoder.read(buffer).map_err(in_plain_words)?,
        };
        if count == 0 {
            return self.finish();
        }
        self.seen.update(&buffer[..count]);
        self.count += count as u64;
        Ok(count)
    }
}
