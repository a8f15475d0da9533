//! What a log is known by: the hashes of its first bytes and of the last bytes before the end of what was read.
//!
//! Names, inodes, sizes and times of change are all reused by logs that hold something else, so none of them takes part.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::input::{self, Limits, MapMode, Opened, PlainFile, Unopened, is_remark};

/// Bytes that are hashed at either end of what was read.
const MARGIN: u64 = 4096;
/// Bytes among which a log's first event is looked for: a program may begin each log with the same long banner.
const LONGEST_BANNER: u64 = 64 * 1024;

/// The first 128 bits of a SHA-256, written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 16]);

impl Digest {
    /// The digest of some parts, one after the other.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize()[..16]);
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 16];
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        for (i, byte) in bytes.iter_mut().enumerate().filter(|_| is_hex) {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| "is no digest")?;
        }
        is_hex.then_some(Self(bytes)).ok_or("is no digest")
    }
}

/// What the first `end` bytes of a log are known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Plain bytes from the log's start to the end of what was read.
    pub end: u64,
    /// Bytes of the hashed beginning.
    pub head_length: u64,
    /// Hash of the beginning.
    pub head: Digest,
    /// Bytes of the hashed end, which lie right before `end`.
    pub tail_length: u64,
    /// Hash of the end.
    pub tail: Digest,
    /// Hash of the first whole line that begins with a year: it never decides what a log is, but no other log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Digest>,
}

/// What a compressed file is known by without inflating it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Packed {
    /// Length in bytes as it lies on the disk.
    pub length: u64,
    /// Hash of its first and last bytes: the checksum of the whole stands in them.
    pub ends: Digest,
}

/// The bytes of a log.
pub enum Content {
    /// As they are.
    Plain(PlainFile),
    /// Compressed: each look at them inflates the file from its start.
    Packed {
        /// What it is known by.
        packed: Packed,
        /// How much may come out of it.
        limits: Limits,
    },
}

/// A file that may hold a log that was read before.
pub struct Candidate {
    /// Its full path.
    pub path: PathBuf,
    /// Its bytes.
    pub content: Content,
    /// Plain bytes that can be read.
    pub length: u64,
    /// Why a compressed file cannot be read beyond `length`.
    pub failure: Option<String>,
    digests: RefCell<BTreeMap<(u64, u64), Digest>>,
}

impl Candidate {
    /// A plain file, as long as it was when it was opened.
    pub fn plain(path: PathBuf, file: PlainFile) -> Self {
        let length = file.len();
        Self { path, content: Content::Plain(file), length, failure: None, digests: RefCell::default() }
    }

    /// A compressed file. It is inflated once for its length, unless `known` tells the length of what has these ends.
    pub fn packed(path: PathBuf, limits: Limits, known: impl Fn(&Packed) -> Option<u64>) -> io::Result<Self> {
        let packed = Packed::of(&path)?;
        let (length, failure) = if let Some(length) = known(&packed) {
            (length, None)
        } else {
            let mut reader = CountingReader { inner: inflated(&path, limits)?, count: 0 };
            let failure = io::copy(&mut reader, &mut io::sink()).err().filter(|error| !is_remark(error));
            (reader.count, failure.map(|error| error.to_string()))
        };
        let content = Content::Packed { packed, limits };
        Ok(Self { path, content, length, failure, digests: RefCell::default() })
    }

    /// What the first `end` bytes are known by; `end` is at most the length.
    pub fn fingerprint(&self, end: u64) -> io::Result<Fingerprint> {
        let (head_length, tail_length) = (end.min(MARGIN), end.min(MARGIN));
        Ok(Fingerprint {
            end,
            head_length,
            head: self.digest(0, head_length)?,
            tail_length,
            tail: self.digest(end - tail_length, end)?,
            line: self.first_line(end)?,
        })
    }

    /// Whether the file begins with what the fingerprint was made of.
    pub fn begins_with(&self, print: &Fingerprint) -> io::Result<bool> {
        Ok(print.end <= self.length
            && print.head_length.max(print.tail_length) <= print.end
            && self.digest(0, print.head_length)? == print.head
            && self.digest(print.end - print.tail_length, print.end)? == print.tail)
    }

    /// The hash of the first whole line that begins with a year, among the first bytes before `end`.
    pub fn first_line(&self, end: u64) -> io::Result<Option<Digest>> {
        // Nearly always among the very first, which are at hand.
        for limit in [MARGIN, LONGEST_BANNER] {
            let head = self.bytes(0, end.min(limit))?;
            let mut lines = head.split_inclusive(|&byte| byte == b'\n');
            let line = lines.find(|line| line.starts_with(b"20") && line.ends_with(b"\n"));
            if line.is_some() || end <= limit {
                return Ok(line.map(|line| Digest::of(&[line])));
            }
        }
        Ok(None)
    }

    /// Where the line begins that was not complete at `end`, if not too far before it; else `end`.
    pub(super) fn line_start(&self, end: u64) -> io::Result<u64> {
        let tail = self.bytes(end.saturating_sub(MARGIN), end)?;
        let incomplete = tail.iter().rev().position(|&byte| byte == b'\n').unwrap_or_default();
        Ok(end - incomplete as u64)
    }

    /// Whether the file is the beginning of the other one, or all of it.
    pub fn is_beginning_of(&self, other: &Self) -> io::Result<bool> {
        if self.length > other.length {
            return Ok(false);
        }
        let head = self.length.min(MARGIN);
        Ok(self.digest(0, head)? == other.digest(0, head)? && other.begins_with(&self.fingerprint(self.length)?)?)
    }

    /// Whether a compressed file is the one that it was when it was found. Each look at it opens its path anew, and
    /// rotation moves others there. A plain file stays open.
    pub fn is_same_file(&self) -> bool {
        match &self.content {
            Content::Plain(_) => true,
            Content::Packed { packed, .. } => Packed::of(&self.path).is_ok_and(|now| now == *packed),
        }
    }

    /// Forgets the hashes, so that the next ones are of what the file holds then.
    pub fn look_again(&self) {
        self.digests.borrow_mut().clear();
    }

    /// The hash of some of its plain bytes.
    pub(super) fn digest(&self, from: u64, to: u64) -> io::Result<Digest> {
        if let Some(&known) = self.digests.borrow().get(&(from, to)) {
            return Ok(known);
        }
        let digest = Digest::of(&[&self.bytes(from, to)?]);
        self.digests.borrow_mut().insert((from, to), digest);
        Ok(digest)
    }

    fn bytes(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let mut buffer = Vec::new();
        match &self.content {
            Content::Plain(file) => Ok(file.window(from, to, &mut buffer)?.to_vec()),
            Content::Packed { limits, .. } => {
                let mut plain = inflated(&self.path, *limits)?;
                io::copy(&mut plain.by_ref().take(from), &mut io::sink())?;
                plain.take(to - from).read_to_end(&mut buffer)?;
                Ok(buffer)
            }
        }
    }
}

impl Packed {
    /// What a compressed file is known by.
    fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let (mut head, mut tail) = (Vec::new(), Vec::new());
        file.by_ref().take(MARGIN).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(length.saturating_sub(MARGIN)))?;
        file.take(MARGIN).read_to_end(&mut tail)?;
        Ok(Self { length, ends: Digest::of(&[&head, &tail]) })
    }
}

/// Opens a compressed file anew, as it comes.
pub fn open_packed(path: &Path, limits: Limits) -> io::Result<Unopened> {
    match input::open(path, MapMode::Never, limits)? {
        Opened::Stream(bytes) if path.is_file() => Ok(bytes),
        _ => Err(io::Error::other("was replaced while it was read")),
    }
}

/// The plain bytes of a compressed file. Anything else, and an archive inside it, is an error.
pub fn inflated(path: &Path, limits: Limits) -> io::Result<Box<dyn Read + Send>> {
    match open_packed(path, limits)?.open()? {
        input::Content::Stream(stream) if stream.compressed => Ok(stream.bytes),
        _ => Err(io::Error::new(io::ErrorKind::Unsupported, "holds an archive")),
    }
}

/// Knows how many bytes came through, also when the last read failed.
struct CountingReader<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}
