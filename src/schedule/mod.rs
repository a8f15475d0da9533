//! What a run must remember for the next one: how far each log was read, and what was found in all runs so far.
//!
//! A log is known by its content, never by its name alone: rotation, copies, compression and restores move content
//! between names. [`resume`] finds it again, [`State`] is what is kept, [`Store`] keeps it safely on disk.
//! The rules and the layout of the file are told in `docs/schedule.md`.

mod family;
mod frame;
mod identity;
mod memory;
mod pending;
mod resume;
mod silence;
mod state;
mod store;
mod suppressions;

pub use family::{Family, is_closed};
pub use identity::{Candidate, Content, Digest, Fingerprint, Packed, inflated, open_packed};
pub use memory::{Memory, MemoryStanding};
pub use pending::{PendingReport, Recovered, TEMPORARY};
pub use resume::{Resume, Step, Unreadable, resume};
pub use silence::{Voice, voice_id};
pub use state::{Checkpoint, State};
pub use store::{Access, Staged, Store};
pub use suppressions::read_suppressions;
