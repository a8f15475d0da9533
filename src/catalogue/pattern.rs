//! How a signature's pattern is compiled: bytes, not characters, and within a size that a user's file cannot exceed.

use regex::bytes::{Regex, RegexBuilder};

/// Most bytes that a compiled pattern may take; patterns are small and users' files are not trusted.
pub const REGEX_SIZE_LIMIT: usize = 256 * 1024;

/// Compiles a signature's pattern within the size limit. The engine is linear in the event's length.
pub fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).size_limit(REGEX_SIZE_LIMIT).build()
}
