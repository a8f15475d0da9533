//! How much a report hides: nothing, what opens a door, or people, hosts and tenants too.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// How much is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// Whatever opens a door: passwords, tokens, cookies, keys, licences.
    Secrets,
    /// Secrets, and also people, hosts, addresses, tenants and mail subjects.
    Full,
}

impl Display for Level {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Off => "off",
            Self::Secrets => "secrets",
            Self::Full => "full",
        })
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Off, Self::Secrets, Self::Full].into_iter().find(|level| level.to_string() == text).ok_or(UnknownLevel)
    }
}

/// A text that names no level of redaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLevel;

impl Display for UnknownLevel {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("the level of redaction is off, secrets or full")
    }
}

impl std::error::Error for UnknownLevel {}
