//! What fills Jira's logs, in a sample: whatever is searched for lends the part of it that is rarest there. The sample
//! need not be exact, only tell stack frames and plain English from names.

use super::grams::{COUNTS, LENGTHS, place};

/// How often the grams of the sample stand in it, by length.
const FREQUENCIES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/gram_counts.bin"));

/// Where in `text` the `window` bytes begin whose grams of `gram` bytes are the rarest. Where they are equally rare, grams
/// shorter by two bytes decide.
pub(super) fn rarest_window(text: &[u8], window: usize, gram: usize) -> usize {
    let costs = costs(text, window, gram).zip(costs(text, window, gram - 2)).enumerate();
    costs.min_by_key(|&(_, cost)| cost).map_or(0, |(at, _)| at)
}

/// How frequent the grams of each window are.
fn costs(text: &[u8], window: usize, gram: usize) -> impl Iterator<Item = u32> {
    let counts = &FREQUENCIES[(gram - LENGTHS.start()) * COUNTS..][..COUNTS];
    let frequencies: Vec<u32> = text.windows(gram).map(|gram| u32::from(counts[place(gram)])).collect();
    let grams = window - gram + 1;
    let mut sum: u32 = frequencies.iter().take(grams - 1).sum();
    (grams - 1..frequencies.len()).map(move |last| {
        sum += frequencies[last];
        let cost = sum;
        sum -= frequencies[last + 1 - grams];
        cost
    })
}
