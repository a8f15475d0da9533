//! How much may come out of compressed input. What is counted are the bytes that really came out, never what an archive
//! says of itself.
//!
//! One file has one [`Budget`], which all archives inside it share.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Bytes that any input may give, however well it was compressed.
const ALWAYS_ALLOWED: u64 = 256 * 1024 * 1024;

/// Limits on what comes out of one compressed file, with all archives inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes.
    pub inflated: u64,
    /// Most entries of archives, folders not counted.
    pub entries: u64,
    /// Beyond 256 MiB, most bytes for each compressed one; logs reach 30, and deflate can reach 1,032.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { inflated: 8 << 30, entries: 10_000, ratio: 200 }
    }
}

/// A limit that was reached, with what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::inflated`].
    Inflated(u64),
    /// [`Limits::entries`].
    Entries(u64),
    /// [`Limits::ratio`].
    Ratio(u64),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inflated(limit) => write!(
                f,
                "the limit of {limit} inflated bytes for one file is reached; if you trust it, raise --limit-inflated"
            ),
            Self::Entries(limit) => {
                write!(
                    f,
                    "the limit of {limit} entries for one file is reached; if you trust it, raise --limit-entries"
                )
            }
            Self::Ratio(limit) => write!(
                f,
                "it inflates to more than {limit} times its size, as no log does; if you trust it, raise --limit-ratio"
            ),
        }
    }
}

impl std::error::Error for Limit {}

impl From<Limit> for io::Error {
    fn from(limit: Limit) -> Self {
        Self::new(io::ErrorKind::QuotaExceeded, limit)
    }
}

/// What is left of one file's limits.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    inflated: AtomicU64,
    entries: AtomicU64,
    overdrawn: AtomicBool,
}

impl Budget {
    /// A budget of which nothing is spent.
    pub fn new(limits: Limits) -> Arc<Self> {
        Self::spent(limits, 0)
    }

    /// A budget of which so many inflated bytes are spent.
    pub(super) fn spent(limits: Limits, inflated: u64) -> Arc<Self> {
        Arc::new(Self {
            limits,
            inflated: AtomicU64::new(inflated),
            entries: AtomicU64::new(0),
            overdrawn: AtomicBool::new(false),
        })
    }

    /// Whether somebody wanted more than there was. Then what the others got depends on who came first.
    pub fn is_overdrawn(&self) -> bool {
        self.overdrawn.load(Ordering::Relaxed)
    }

    /// Its limits.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Inflated bytes that are spent.
    pub(super) fn inflated(&self) -> u64 {
        self.inflated.load(Ordering::Relaxed).min(self.limits.inflated)
    }

    /// Takes one entry from it.
    pub(super) fn take_entry(&self) -> Result<(), Limit> {
        if self.entries.fetch_add(1, Ordering::Relaxed) < self.limits.entries {
            return Ok(());
        }
        self.overdrawn.store(true, Ordering::Relaxed);
        Err(Limit::Entries(self.limits.entries))
    }

    /// Takes inflated bytes from it: all that are wanted, or those that are left.
    fn take_inflated(&self, wanted: u64) -> u64 {
        let before = self.inflated.fetch_add(wanted, Ordering::Relaxed);
        let left = self.limits.inflated.saturating_sub(before);
        if left < wanted {
            self.overdrawn.store(true, Ordering::Relaxed);
        }
        left.min(wanted)
    }
}

/// Decompressed bytes, as many of them as the limits allow.
pub(super) struct Metered<R> {
    inner: R,
    budget: Arc<Budget>,
    /// Bytes that may still come, by the ratio.
    allowed: u64,
    reached: Option<Limit>,
}

impl<R: Read> Metered<R> {
    /// What `packed` compressed bytes give; `None` where their number is not known before the end.
    pub(super) fn new(inner: R, packed: Option<u64>, budget: Arc<Budget>) -> Self {
        let ratio = budget.limits.ratio;
        let allowed = packed.map_or(u64::MAX, |packed| packed.saturating_mul(ratio).saturating_add(ALWAYS_ALLOWED));
        Self { inner, budget, allowed, reached: None }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(limit) = self.reached {
            return Err(limit.into());
        }
        let count = self.inner.read(buffer)?;
        let mut kept = count as u64;
        if kept > self.allowed {
            kept = self.allowed;
            self.reached = Some(Limit::Ratio(self.budget.limits.ratio));
        }
        self.allowed -= kept;
        let granted = self.budget.take_inflated(kept);
        if granted < kept {
            self.reached = Some(Limit::Inflated(self.budget.limits.inflated));
        }
        match (self.reached, granted) {
            (Some(limit), 0) => Err(limit.into()),
            #[expect(clippy::cast_possible_truncation, reason = "no more than the buffer holds")]
            _ => Ok(granted as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(limits: Limits, bytes: usize, packed: u64) -> (usize, Option<String>) {
        let mut metered = Metered::new(io::repeat(b'x').take(bytes as u64), Some(packed), Budget::new(limits));
        let mut out = Vec::new();
        let failure = metered.read_to_end(&mut out).err().map(|error| error.to_string());
        (out.len(), failure)
    }

    #[test]
    fn exactly_the_limit_is_let_through() {
        let limits = Limits { inflated: 100_000, ..Limits::default() };
        assert_eq!(read(limits, 100_000, 1), (100_000, None));
        let (count, failure) = read(limits, 100_001, 1);
        assert_eq!(count, 100_000);
        assert!(failure.is_some_and(|failure| failure.contains("--limit-inflated")));
    }

    #[test]
    fn a_ratio_only_counts_beyond_what_any_input_may_give() {
        #[expect(clippy::cast_possible_truncation, reason = "a small constant")]
        let always = ALWAYS_ALLOWED as usize;
        let limits = Limits { ratio: 2, ..Limits::default() };
        assert_eq!(read(limits, always + 20, 10), (always + 20, None));
        let (count, failure) = read(limits, always + 21, 10);
        assert_eq!(count, always + 20);
        assert!(failure.is_some_and(|failure| failure.contains("--limit-ratio")));
    }

    #[test]
    fn one_budget_is_shared() {
        let budget = Budget::new(Limits { inflated: 10, entries: 1, ..Limits::default() });
        let read = |bytes: &[u8]| {
            let mut out = Vec::new();
            Metered::new(bytes, None, Arc::clone(&budget)).read_to_end(&mut out).is_ok()
        };
        assert!(read(b"123456") && !budget.is_overdrawn());
        assert!(!read(b"123456") && budget.is_overdrawn());
        assert_eq!(budget.take_entry(), Ok(()));
        assert_eq!(budget.take_entry(), Err(Limit::Entries(1)));
    }
}
