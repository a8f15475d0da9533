//! Whether one file of a rotated log is a copy of another: the same bytes, or the first of them, as when a rotation that
//! copies and then truncates is caught in the middle. Told from the bytes at both ends and the length, without reading all.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::Crc;
use flate2::bufread::MultiGzDecoder;

/// Bytes that are compared at either end.
const COMPARED: u64 = 64 * 1024;
/// The first bytes of gzip.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// What tells copies apart without reading them.
#[derive(Debug)]
pub struct Likeness {
    file: File,
    /// Bytes of the file as it lies on disk.
    length: u64,
    /// The first bytes of its text.
    head: Vec<u8>,
    /// Of a compressed file: checksum and length of its last member's text, as its end states them.
    trailer: Option<(u32, u32)>,
}

impl Likeness {
    /// Reads both ends of a regular file; `None` for anything else, and for an empty file.
    pub fn of(path: &Path) -> io::Result<Option<Self>> {
        let metadata = path.metadata()?;
        if !metadata.is_file() || metadata.len() == 0 {
            return Ok(None);
        }
        let mut file = File::open(path)?;
        let mut head = Vec::new();
        (&file).take(COMPARED).read_to_end(&mut head)?;
        let mut trailer = None;
        if head.starts_with(&GZIP) {
            file.rewind()?;
            head.clear();
            MultiGzDecoder::new(BufReader::new(&file)).take(COMPARED).read_to_end(&mut head)?;
            let [mut sum, mut length] = [[0; 4]; 2];
            file.seek(SeekFrom::End(-8))?;
            file.read_exact(&mut sum)?;
            file.read_exact(&mut length)?;
            trailer = Some((u32::from_le_bytes(sum), u32::from_le_bytes(length)));
        }
        Ok(Some(Self { file, length: metadata.len(), head, trailer }))
    }

    /// Whether the text of this file is the text of the other, or its beginning.
    pub fn is_beginning_of(&self, other: &Self) -> io::Result<bool> {
        if self.head.is_empty() || !other.head.starts_with(&self.head) {
            return Ok(false);
        }
        match (self.trailer, other.trailer) {
            (Some(mine), Some(others)) => Ok(mine == others),
            (Some(mine), None) => {
                if u64::from(mine.1) != other.length {
                    return Ok(false);
                }
                Ok(other.checksum()? == mine.0)
            }
            // A plain file stays, and the compressed one is its copy.
            (None, Some(_)) => Ok(false),
            (None, None) => {
                if self.length > other.length {
                    return Ok(false);
                }
                let from = self.length.saturating_sub(COMPARED);
                Ok(self.bytes(from, self.length)? == other.bytes(from, self.length)?)
            }
        }
    }

    fn bytes(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&self.file).seek(SeekFrom::Start(from))?;
        (&self.file).take(to - from).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn checksum(&self) -> io::Result<u32> {
        let mut sum = Crc::new();
        let mut buffer = vec![0; 64 * 1024];
        (&self.file).rewind()?;
        let mut rest = (&self.file).take(self.length);
        loop {
            match rest.read(&mut buffer)? {
                0 => return Ok(sum.sum()),
                count => sum.update(&buffer[..count]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("packed");
        encoder.finish().expect("packed")
    }

    fn is_beginning(one: &[u8], other: &[u8]) -> bool {
        let folder = tempfile::tempdir().expect("a folder");
        let likeness = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            Likeness::of(&path).expect("read")
        };
        match (likeness("1", one), likeness("2", other)) {
            (Some(one), Some(other)) => one.is_beginning_of(&other).expect("compared"),
            _ => false,
        }
    }

    #[test]
    fn copies_are_told_by_content() {
        let log: Vec<u8> = (0..40_000).flat_map(|i| format!("line {i}\n").into_bytes()).collect();
        let half = &log[..log.len() / 2];
        let mut changed = log.clone();
        changed[10] = b'X';
        assert!(is_beginning(&log, &log));
        assert!(is_beginning(half, &log), "copied, not yet truncated");
        assert!(!is_beginning(&log, half));
        assert!(!is_beginning(&changed, &log));
        assert!(is_beginning(&gzip(&log), &log));
        assert!(is_beginning(&gzip(&log), &gzip(&log)));
        assert!(!is_beginning(&log, &gzip(&log)), "the plain one stays");
        assert!(!is_beginning(&gzip(half), &log));
        assert!(!is_beginning(b"", &log));
        // Logs of one start-up begin alike, and are told apart by their ends.
        let other = [half, b"another end\n"].concat();
        assert!(!is_beginning(&other, &log));
    }
}
