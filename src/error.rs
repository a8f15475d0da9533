//! The few reasons why a run cannot finish. What is wrong with one log is no error but an entry of the ledger.

use std::io;
use std::path::PathBuf;

use crate::catalogue::CatalogueError;

/// Why a run cannot finish.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// None of what was named could be read; the reasons, one a line.
    #[error("nothing could be read:\n{}", .0.join("\n"))]
    NothingRead(Vec<String>),
    /// A part of a log cannot be read on its own: the log, and the reason.
    #[error("cannot read a range of {0}: {1}")]
    NoRange(String, String),
    /// Reports that must not be added up; the reasons, one a line.
    #[error("cannot merge:\n  {}", .0.join("\n  "))]
    Refused(Vec<String>),
    /// Standard input ended before its first byte.
    #[error("nothing was read: standard input is empty; pipe a log into it, or name a file or folder")]
    EmptyStdin,
    /// A signature file cannot be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The threads for the scan could not be started.
    #[error("cannot start {threads} threads: {reason}; try a smaller --threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// An output could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Output {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
