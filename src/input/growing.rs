//! A file that another program writes, read as it grows. That it is still the same file is told from its bytes: those
//! before the place that was reached must be what they were.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::file::read_full;
use super::identity::FileIdentity;
use super::{PlainFile, holes};

/// Bytes that are kept of a file's beginning, and of the end of what was read.
const MARGIN: usize = 4096;
/// Bytes that are read at a time.
const BLOCK: usize = 256 * 1024;

/// A file that grows.
#[derive(Debug)]
pub struct GrowingFile {
    file: File,
    read: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
    buffer: Vec<u8>,
}

/// What has become of a file since it was last read.
#[derive(Debug, PartialEq, Eq)]
pub enum Growth<'a> {
    /// It goes on with these bytes.
    Bytes(&'a [u8]),
    /// It ends where it did.
    Nothing,
    /// It was cut or overwritten.
    Replaced,
}

impl GrowingFile {
    /// Opens a regular file, to be read from its beginning.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Opening a pipe would wait for its writer.
        if !path.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "is no regular file any more"));
        }
        Ok(Self::new(OpenOptions::new().read(true).open(path)?))
    }

    /// A file that is open already.
    pub fn of(file: &PlainFile) -> io::Result<Self> {
        Ok(Self::new(file.file()?))
    }

    fn new(file: File) -> Self {
        Self { file, read: 0, head: Vec::new(), tail: Vec::new(), buffer: Vec::new() }
    }

    /// The next bytes, if there are any.
    pub fn read_on(&mut self) -> io::Result<Growth<'_>> {
        let known = self.tail.len();
        if self.buffer.is_empty() {
            self.buffer.resize(MARGIN + BLOCK, 0);
        }
        let filled = read_full(&self.file, &mut self.buffer[..known + BLOCK], self.read - known as u64)?;
        if filled < known || self.buffer[..known] != self.tail[..] {
            return Ok(Growth::Replaced);
        }
        let new = known..filled;
        if new.is_empty() {
            // A log that is silent needs no memory.
            self.buffer = Vec::new();
            return Ok(Growth::Nothing);
        }
        let room = MARGIN - self.head.len();
        self.head.extend(self.buffer[new.clone()].iter().take(room));
        self.tail.clear();
        self.tail.extend_from_slice(&self.buffer[filled.saturating_sub(MARGIN)..filled]);
        self.read += new.len() as u64;
        Ok(Growth::Bytes(&self.buffer[new]))
    }

    /// Jumps most of a long hole at its beginning, as a log has that was emptied under its writer; the bytes that were
    /// jumped are NUL. Only before the first byte was read.
    pub fn jump_hole(&mut self) -> io::Result<u64> {
        let length = self.file.metadata()?.len();
        let first = holes::of(&self.file, length).into_iter().next();
        let Some(hole) = first.filter(|hole| hole.start == 0 && self.read == 0) else { return Ok(0) };
        self.read = hole.end - MARGIN as u64;
        self.head = vec![0; MARGIN];
        self.tail = vec![0; MARGIN];
        Ok(self.read)
    }

    /// Bytes that were read.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Its first bytes, as far as they were read.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Its first bytes, whether they were read or not; none where they cannot be.
    pub fn beginning(&self) -> Vec<u8> {
        let mut head = vec![0; MARGIN];
        let filled = read_full(&self.file, &mut head, 0).unwrap_or_default();
        head.truncate(filled);
        head
    }

    /// The last bytes that were read.
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Whether it has a byte.
    pub fn has_bytes(&self) -> io::Result<bool> {
        Ok(self.file.metadata()?.len() > 0)
    }

    /// When it was last changed, as its file system tells.
    pub fn changed(&self) -> Option<SystemTime> {
        self.file.metadata().and_then(|metadata| metadata.modified()).ok()
    }

    /// Who it is, whatever it is called now.
    #[cfg(unix)]
    pub fn identity(&self) -> Option<FileIdentity> {
        use std::os::unix::fs::MetadataExt;
        self.file.metadata().ok().map(|metadata| FileIdentity::Inode(metadata.dev(), metadata.ino()))
    }

    /// Nobody can say without its name.
    #[cfg(not(unix))]
    pub fn identity(&self) -> Option<FileIdentity> {
        None
    }

    /// Whether `path` names this file.
    pub fn is_at(&self, path: &Path) -> io::Result<bool> {
        if cfg!(unix) {
            path.metadata()?;
            return Ok(super::identity(path) == self.identity());
        }
        let mut bytes = vec![0; self.tail.len()];
        let filled = read_full(&File::open(path)?, &mut bytes, self.read - self.tail.len() as u64)?;
        Ok(bytes[..filled] == self.tail[..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read_all(file: &mut GrowingFile) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            match file.read_on().expect("read") {
                Growth::Bytes(bytes) => all.extend_from_slice(bytes),
                Growth::Nothing => return Some(all),
                Growth::Replaced => return None,
            }
        }
    }

    #[test]
    fn growth_is_read_and_replacement_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.log");
        let text: Vec<u8> = (0..100_000).flat_map(|i| format!("line {i}\n").into_bytes()).collect();
        let mut writer = File::create(&path).expect("made");
        let mut file = GrowingFile::open(&path).expect("opened");
        assert_eq!(read_all(&mut file), Some(Vec::new()));
        writer.write_all(&text).expect("written");
        assert!(read_all(&mut file).as_ref() == Some(&text));
        writer.write_all(b"more\n").expect("written");
        assert_eq!(read_all(&mut file), Some(b"more\n".to_vec()));
        assert_eq!((file.head(), file.read()), (&text[..MARGIN], text.len() as u64 + 5));
        // Grown beyond where it was, with another text.
        std::fs::write(&path, vec![b'x'; text.len() + 100]).expect("written");
        assert_eq!(read_all(&mut file), None);
        let mut file = GrowingFile::open(&path).expect("opened");
        assert!(read_all(&mut file).is_some());
        std::fs::write(&path, "short").expect("written");
        assert_eq!(read_all(&mut file), None);
    }

    #[test]
    #[cfg(unix)]
    fn a_file_is_known_by_another_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join("x.log"), folder.path().join("x.log.1"));
        std::fs::write(&path, "x").expect("written");
        let file = GrowingFile::open(&path).expect("opened");
        assert!(file.is_at(&path).expect("looked"));
        std::fs::rename(&path, &other).expect("renamed");
        assert!(file.is_at(&path).is_err());
        std::fs::write(&path, "x").expect("written");
        assert!(!file.is_at(&path).expect("looked"));
        assert!(file.is_at(&other).expect("looked"));
    }
}
