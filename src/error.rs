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
    /// A pipe was named together with a state.
    #[error("standard input cannot be read again from where the last run ended; name files, or leave out --state")]
    StdinWithState,
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
    /// Another run uses the state.
    #[error("{} is in use by another run{}; wait for it with --wait", path.display(), holder.map_or_else(String::new, |id| format!(" (process {id})")))]
    StateLocked {
        /// The state file.
        path: PathBuf,
        /// The id of the other process, where known.
        holder: Option<u32>,
    },
    /// The state was written by a newer version.
    #[error("{} was written by a newer version of logmedic (state version {version}); use that version, or another state file", path.display())]
    StateNewer {
        /// The state file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// The state cannot be read.
    #[error("cannot read the state {}: {source}", path.display())]
    StateRead {
        /// The state file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The next state has replaced the current one, and the disk does not say whether it will last.
    #[error("cannot bring the state {} to disk: {source}; the next run finds out which state counts, and gives the reports that belong to it their names", path.display())]
    StateUnsure {
        /// The state file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A report of the run before, which was ended too early, cannot be given its name.
    #[error("cannot write {}, a report of the run before: {source}; mend that, or remove {} to give it up", path.display(), temporary.display())]
    ReportUnfinished {
        /// The name that it should have.
        path: PathBuf,
        /// Where it is.
        temporary: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state cannot be saved, so it is as it was before.
    #[error("cannot save the state {}: {source}; the state is as it was before", path.display())]
    StateUnsaved {
        /// The state file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// Whether it is the state between runs that failed.
    pub fn is_of_state(&self) -> bool {
        matches!(
            self,
            Self::StateLocked { .. }
                | Self::StateNewer { .. }
                | Self::StateRead { .. }
                | Self::StateUnsure { .. }
                | Self::StateUnsaved { .. }
        )
    }
}
