//! What a log event is: a header line and the lines that continue it.
//!
//! [`start`] decides where events begin, fast and from the bytes of one line alone; [`layout`] names a
//! source's line grammar; [`header`] takes the few header lines that matter apart into fields.
//! Nothing here knows signatures, files or reports.

pub mod header;
pub mod layout;
pub mod start;
pub mod time;

pub use header::Header;
pub use layout::Layout;
pub use start::{EventStart, StartRule};
pub use time::{Clock, Stamp};

use serde::{Deserialize, Serialize};

/// The level of an event, lowest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// The layout has no level, or the text has no header.
    #[default]
    None,
    /// `TRACE`
    Trace,
    /// `DEBUG`
    Debug,
    /// `INFO`
    Info,
    /// `WARN`
    Warn,
    /// `ERROR`
    Error,
    /// `FATAL`
    Fatal,
}

impl Level {
    /// All levels, in order.
    pub const ALL: [Self; 7] = [Self::None, Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];

    /// The word as it stands in logs; `NONE` where there is none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }

    /// The level with this name, as it stands in logs.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }

    /// The level word at the start of `text`, which must be followed by a space.
    pub fn at_start_of(text: &[u8]) -> Option<Self> {
        Some(match text {
            [b'I', b'N', b'F', b'O', b' ', ..] => Self::Info,
            [b'W', b'A', b'R', b'N', b' ', ..] => Self::Warn,
            [b'E', b'R', b'R', b'O', b'R', b' ', ..] => Self::Error,
            [b'D', b'E', b'B', b'U', b'G', b' ', ..] => Self::Debug,
            [b'F', b'A', b'T', b'A', b'L', b' ', ..] => Self::Fatal,
            [b'T', b'R', b'A', b'C', b'E', b' ', ..] => Self::Trace,
            _ => return None,
        })
    }

    /// Whether a known error at this level is evidence; text without a level is, talk at INFO and below is not.
    pub fn is_evidence(self) -> bool {
        self == Self::None || self >= Self::Warn
    }
}
