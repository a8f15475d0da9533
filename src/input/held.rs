//! A regular file that is read at offsets. A process may hold few files open, and a folder may hold thousands of logs: those
//! beyond the first ones are opened anew whenever they are read.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::file::{read_at, read_full};

/// Files that are held open at a time, by all scans of the process; some systems allow no more than 256.
const MOST: usize = 128;

static HELD: AtomicUsize = AtomicUsize::new(0);

/// A file, open or known by its path.
#[derive(Debug)]
pub(super) struct Held(State);

#[derive(Debug)]
enum State {
    /// It stays the same file whatever becomes of its name.
    Open(File),
    Counted(File),
    Closed {
        path: PathBuf,
        identity: Option<(u64, u64)>,
    },
}

impl Held {
    /// A file that has no path to find it by.
    pub(super) fn open(file: File) -> Self {
        Self(State::Open(file))
    }

    /// A file that may be closed until it is read.
    pub(super) fn found(file: File, path: &Path) -> Self {
        if HELD.fetch_add(1, Ordering::Relaxed) < MOST {
            return Self(State::Counted(file));
        }
        HELD.fetch_sub(1, Ordering::Relaxed);
        Self(State::Closed { path: path.to_path_buf(), identity: identity(&file) })
    }

    /// Reads from `offset` on until the buffer is full or the file ends; how many bytes were read.
    pub(super) fn read_full(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match &self.0 {
            State::Open(file) | State::Counted(file) => read_full(file, buffer, offset),
            State::Closed { path, identity } => read_full(&reopened(path, *identity)?, buffer, offset),
        }
    }

    /// The file on its own, to be held open for as long as its reader wants.
    pub(super) fn file(&self) -> io::Result<File> {
        match &self.0 {
            State::Open(file) | State::Counted(file) => file.try_clone(),
            State::Closed { path, identity } => reopened(path, *identity),
        }
    }

    /// The file's bytes in order; it is open from the first that is read.
    pub(super) fn in_order(self) -> impl Read + Send + 'static {
        InOrder { held: self, open: None, at: 0 }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if matches!(self.0, State::Counted(_)) {
            HELD.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

struct InOrder {
    held: Held,
    open: Option<File>,
    at: u64,
}

impl Read for InOrder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = match (&self.held.0, &mut self.open) {
            (State::Open(file) | State::Counted(file), _) => file,
            (State::Closed { .. }, Some(file)) => file,
            (State::Closed { path, identity }, open) => open.insert(reopened(path, *identity)?),
        };
        let count = read_at(file, buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

fn reopened(path: &Path, known: Option<(u64, u64)>) -> io::Result<File> {
    let file = File::open(path)?;
    if identity(&file) != known {
        return Err(io::Error::other("another file has its name now, as after a rotation; scan again"));
    }
    Ok(file)
}

/// The number of a file's file system, and its number there; `None` where there are no such numbers.
fn identity(file: &File) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        file.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_files_than_may_be_open_give_their_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let held: Vec<(String, Held)> = (0..2 * MOST)
            .map(|i| {
                let path = folder.path().join(i.to_string());
                std::fs::write(&path, format!("text {i}")).expect("written");
                (format!("text {i}"), Held::found(File::open(&path).expect("opened"), &path))
            })
            .collect();
        assert!(held.iter().any(|(_, file)| matches!(file.0, State::Closed { .. })));
        for (text, file) in held {
            let mut end = vec![0; text.len() - 5];
            assert_eq!(file.read_full(&mut end, 5).expect("read"), end.len());
            assert_eq!(end, text.as_bytes()[5..]);
            let mut whole = String::new();
            file.in_order().read_to_string(&mut whole).expect("read");
            assert_eq!(whole, text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn another_file_of_the_same_name_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.log");
        std::fs::write(&path, "old").expect("written");
        let identity = identity(&File::open(&path).expect("opened"));
        let held = Held(State::Closed { path: path.clone(), identity });
        std::fs::rename(&path, folder.path().join("x.log.1")).expect("renamed");
        std::fs::write(&path, "new").expect("written");
        let error = held.read_full(&mut [0; 3], 0).expect_err("another file");
        assert!(error.to_string().contains("rotation"), "{error}");
    }
}
