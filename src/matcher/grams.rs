//! How the grams of common text are counted. The build script counts them, the matcher looks them up.

/// Lengths of the grams that are counted, in bytes.
pub(super) const LENGTHS: std::ops::RangeInclusive<usize> = 2..=5;
/// Counts of each length. Grams that share one look more frequent than they are, which does no harm.
pub(super) const COUNTS: usize = 1 << COUNT_BITS;
const COUNT_BITS: u32 = 15;

/// Which of the counts of its length belongs to a gram.
pub(super) fn place(gram: &[u8]) -> usize {
    let number = gram.iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - COUNT_BITS)) as usize
}
