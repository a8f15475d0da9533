//! What a log event is: a header line and the lines that continue it.
//!
//! [`start`] decides where events begin, fast and from the bytes of one line alone; [`layout`] names a
//! source's line grammar; [`header`] takes the few header lines that matter apart into fields, with one file for the
//! grammars of each family of logs. [`window`] and [`zone`] are what a user says of time. Nothing here knows signatures,
//! files or reports.

mod bitbucket;
mod date;
pub mod header;
mod jira;
mod json;
pub mod layout;
mod level;
mod level_first;
pub mod start;
pub mod time;
mod tomcat;
pub mod window;
pub mod zone;

pub use header::{Header, text_of};
pub use layout::Layout;
pub use level::Level;
pub use start::{EventStart, StartRule};
pub use time::{Clock, Stamp};
pub use window::{Bound, Window};
pub use zone::Zone;
pub(crate) use zone::offset_minutes;
