//! Findings, tallies that add up, root causes. A [`Tally`] is what a part of a scan contributes; a [`Diagnosis`] is
//! what is worked out from the sum of all parts.

pub mod change;
pub mod finding;
mod history;
mod linking;
mod moved;
pub mod nodes;
pub mod periods;
pub mod recovery;
pub mod remedy;
pub mod rotation;
pub mod sample;
mod suppression;
pub mod tally;
pub mod timeline;
pub mod values;
pub mod verification;

// What a finding is told in: whoever reads a diagnosis needs no other part.
pub(crate) use crate::event::offset_minutes;
pub use crate::event::{Bound, Layout, Level, Stamp, Window};
pub use crate::matcher::{CaptureKind, Context, EvidenceGap, ends_with_a_poll, is_microsoft_host};

pub use change::{Change, ChangeKind, Watch};
pub use finding::{Activity, Diagnosis, Environment, Finding, Ledger, Subject};
pub use history::{Past, PastFinding, Status};
pub use nodes::{NodeSkew, NodeSpread};
pub use recovery::{Moment, PastStanding, Recovery, Standing, Successes, Target};
pub use remedy::Step;
pub use sample::{Sample, Samples, Source};
pub use suppression::{Force, Suppression};
pub use tally::{
    FindingTally, Marker, MarkerKind, NodeTally, Place, Range, Silence, SourceTally, Stated, SubjectTally, Tally,
};
pub use timeline::Timeline;
