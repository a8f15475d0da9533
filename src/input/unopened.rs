//! Bytes in order, before it is known what they are: their first bytes say whether they are gzip, a zip archive, or
//! neither, and gzip may hold either of the others.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;

use super::archive::{Archive, Entry};
use super::format::{Format, peek, unsupported};
use super::gzip::{Gunzip, is_remark};
use super::limits::{Budget, Limits, Metered};

/// Layers of gzip round one log that are taken off.
const GZIP_LAYERS: usize = 2;

/// A pipe, a compressed file, or an entry of an archive.
pub struct Unopened {
    bytes: Box<dyn Read + Send>,
    /// Their number, where it is known.
    length: Option<u64>,
    /// Their number before anything was inflated, where it is known.
    packed: Option<u64>,
    budget: Arc<Budget>,
    archive: Option<Archive>,
}

/// What they turned out to be.
pub enum Content {
    /// Plain bytes.
    Stream(Stream),
    /// A zip archive. Its directory is at its end, so it was copied to a temporary file without a name.
    Archive(Archive),
}

/// Plain bytes that can only be read in order.
pub struct Stream {
    /// The bytes.
    pub bytes: Box<dyn Read + Send>,
    /// Whether they were gzip.
    pub compressed: bool,
}

impl Unopened {
    /// Bytes of which nobody knows how many will come.
    pub(super) fn endless(bytes: impl Read + Send + 'static, limits: Limits) -> Self {
        Self { bytes: Box::new(bytes), length: None, packed: None, budget: Budget::new(limits), archive: None }
    }

    /// So many bytes of a file that is not compressed.
    pub(super) fn plain(length: u64, bytes: impl Read + Send + 'static) -> Self {
        Self { length: Some(length), ..Self::endless(bytes, Limits::default()) }
    }

    /// So many bytes of a compressed file.
    pub(super) fn file(bytes: impl Read + Send + 'static, length: u64, limits: Limits) -> Self {
        Self { length: Some(length), packed: Some(length), ..Self::endless(bytes, limits) }
    }

    /// Bytes of an archive's entry.
    pub(super) fn entry(bytes: Box<dyn Read + Send>, entry: &Entry, archive: Archive) -> Self {
        let budget = Arc::clone(archive.budget());
        Self { bytes, length: Some(entry.likely_size()), packed: Some(entry.packed), budget, archive: Some(archive) }
    }

    /// The number of bytes that will come before anything is taken off them, where it is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The same bytes, handed through whatever counts them.
    #[must_use]
    pub fn counted(self, counter: impl FnOnce(Box<dyn Read + Send>) -> Box<dyn Read + Send>) -> Self {
        Self { bytes: counter(self.bytes), ..self }
    }

    /// Looks at the first bytes, and takes off what they are packed in.
    pub fn open(self) -> io::Result<Content> {
        let (mut head, mut bytes) = peek(self.bytes)?;
        let mut layers = 0;
        while Format::of(&head) == Format::Gzip {
            if layers == GZIP_LAYERS {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "is gzip inside gzip, over and over, and was not analysed; unpack it first",
                ));
            }
            let plain = Metered::new(Gunzip::new(bytes), self.packed, Arc::clone(&self.budget));
            (head, bytes) = peek(Box::new(plain))?;
            layers += 1;
        }
        match Format::of(&head) {
            Format::Zip => {
                if self.archive.as_ref().is_some_and(|archive| !archive.may_nest()) {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "is a zip inside a zip inside a zip and was not analysed; unpack it and name it",
                    ));
                }
                let file = spool(bytes, self.budget.limits().inflated)?;
                Ok(Content::Archive(match self.archive {
                    Some(outer) => outer.nested(file),
                    None => Archive::new(file, self.budget),
                }))
            }
            Format::Unsupported(name) => Err(unsupported(name)),
            Format::Gzip | Format::Other => Ok(Content::Stream(Stream { bytes, compressed: layers > 0 })),
        }
    }
}

/// Copies a stream to a temporary file that has no name and is gone when it is closed.
fn spool(mut bytes: Box<dyn Read + Send>, most: u64) -> io::Result<File> {
    let no_room = |error: io::Error| {
        let folder = std::env::temp_dir();
        let message = format!(
            "needs a temporary file, which could not be written in {}: {error}; set TMPDIR to a folder with room",
            folder.display()
        );
        // Not of the error's own kind: it is not the log that was not found, or is not allowed.
        io::Error::other(message)
    };
    let mut file = tempfile::tempfile().map_err(no_room)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut copied = 0;
    loop {
        let count = match bytes.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if is_remark(&error) => break,
            Err(error) => return Err(error),
        };
        copied += count as u64;
        if copied > most {
            return Err(super::Limit::Inflated(most).into());
        }
        file.write_all(&buffer[..count]).map_err(no_room)?;
    }
    Ok(file)
}
