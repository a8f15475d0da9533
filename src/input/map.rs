//! The memory map: the one place with `unsafe`.
//!
//! A mapped file that another process cuts short makes the next access to the lost pages fatal (SIGBUS). Nothing in
//! this process can rule that out, so the duty is: map only files that are at rest. `--mmap auto` does so; what is still
//! written is read with `pread` instead.
#![expect(unsafe_code, reason = "a memory map cannot be made without; see above for the duty that comes with it")]

use std::fs::File;
use std::io;

use memmap2::{Mmap, MmapOptions};

/// A read-only map of a file's first bytes.
#[derive(Debug)]
pub(super) struct Map(Mmap);

impl Map {
    /// Maps the first `length` bytes.
    pub(super) fn new(file: &File, length: usize) -> io::Result<Self> {
        // SAFETY: the map is read-only and lives no longer than this value. The caller maps only files that are at rest,
        // or was told by the user to map regardless; other code never sees more than a shared slice of it.
        unsafe { MmapOptions::new().len(length).map(file) }.map(Self)
    }

    /// The mapped bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
