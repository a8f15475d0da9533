//! Holes of a file: stretches that were never written and read as NUL bytes. A log that another program emptied while Jira
//! held it open begins with one as long as the old log; reading it would take minutes and show nothing.

use std::fs::File;
use std::ops::Range;

/// Shorter ones are read like any other bytes.
const LEAST: u64 = 1024 * 1024;
/// Most holes that are looked for in one file.
const MOST: usize = 1024;

/// The long holes in the first `length` bytes of a file, in order. None where the file system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn of(file: &File, length: u64) -> Vec<Range<u64>> {
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{SeekFrom, seek};

    let mut holes = Vec::new();
    let is_sparse = file.metadata().is_ok_and(|metadata| metadata.blocks().saturating_mul(512) < length);
    let mut at = 0;
    while is_sparse && at < length && holes.len() < MOST {
        let Ok(hole) = seek(file, SeekFrom::Hole(at)) else { break };
        // Behind the last data there is nothing to seek to but the end.
        let end = seek(file, SeekFrom::Data(hole)).unwrap_or(length).min(length);
        if end.saturating_sub(hole) >= LEAST {
            holes.push(hole..end);
        }
        at = end.max(at + 1);
    }
    // Whoever shares the file with us shares its position.
    let _ = seek(file, SeekFrom::Start(0));
    holes
}

/// The long holes in the first `length` bytes of a file.
#[cfg(not(target_os = "linux"))]
pub(super) fn of(_: &File, _: u64) -> Vec<Range<u64>> {
    Vec::new()
}
