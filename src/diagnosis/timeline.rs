//! Counts in fixed, UTC-aligned buckets that stay few: the width grows with the span, and merging is exact.

use std::collections::BTreeMap;

/// Most non-empty buckets that are kept before the next width is taken.
pub const MOST_BUCKETS: usize = 120;

/// Bucket widths in seconds; each divides the next. Beyond a day the width doubles, so that any span stays bounded.
const WIDTHS: [u32; 6] = [60, 300, 900, 3600, 21_600, 86_400];

/// The width that is taken when buckets of this one are too many.
pub(super) fn next_width(width: u32) -> u32 {
    WIDTHS.into_iter().find(|&next| next > width).unwrap_or_else(|| width.saturating_mul(2))
}

/// Whether buckets ever get this width.
pub(super) fn arises(width: u32) -> bool {
    let [.., widest] = WIDTHS;
    WIDTHS.contains(&width) || (width > widest && width.is_multiple_of(widest) && (width / widest).is_power_of_two())
}

/// `N` counts per bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline<const N: usize> {
    width: u32,
    buckets: BTreeMap<i64, [u64; N]>,
}

impl<const N: usize> Default for Timeline<N> {
    fn default() -> Self {
        Self { width: WIDTHS[0], buckets: BTreeMap::new() }
    }
}

impl<const N: usize> Timeline<N> {
    /// A timeline of these buckets, as a report states them; `None` for a width that never arises.
    pub fn of(width: u32, buckets: impl IntoIterator<Item = (i64, [u64; N])>) -> Option<Self> {
        if !arises(width) {
            return None;
        }
        let mut timeline = Self { width, buckets: BTreeMap::new() };
        for (start, counts) in buckets {
            let start = timeline.start_of(start);
            timeline.add_bucket(start, counts);
            timeline.widen_while_full();
        }
        Some(timeline)
    }

    /// Width of a bucket in seconds.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The buckets in order: start in seconds since 1970 (UTC), and counts.
    pub fn buckets(&self) -> impl Iterator<Item = (i64, &[u64; N])> {
        self.buckets.iter().map(|(&start, counts)| (start, counts))
    }

    /// The bucket that an instant in milliseconds falls into: start and end in milliseconds.
    pub fn bucket_of(&self, instant: i64) -> (i64, i64) {
        let start = self.start_of(instant.div_euclid(1000));
        (start * 1000, (start + i64::from(self.width)) * 1000)
    }

    /// Adds counts at an instant in milliseconds.
    pub fn add(&mut self, instant: i64, counts: [u64; N]) {
        let start = self.start_of(instant.div_euclid(1000));
        self.add_bucket(start, counts);
        self.widen_while_full();
    }

    /// Adds all of another timeline.
    pub fn merge(&mut self, other: &Self) {
        while self.width < other.width {
            self.widen();
        }
        for (&start, &counts) in &other.buckets {
            let start = self.start_of(start);
            self.add_bucket(start, counts);
        }
        self.widen_while_full();
    }

    /// The same counts in buckets of `width` seconds, which must be one of ours and no smaller.
    #[must_use]
    pub fn at_width(&self, width: u32) -> Self {
        let mut wider = self.clone();
        while wider.width < width {
            wider.widen();
        }
        wider
    }

    fn start_of(&self, seconds: i64) -> i64 {
        let width = i64::from(self.width);
        seconds.div_euclid(width) * width
    }

    fn add_bucket(&mut self, start: i64, counts: [u64; N]) {
        let bucket = self.buckets.entry(start).or_insert([0; N]);
        for (sum, count) in bucket.iter_mut().zip(counts) {
            *sum += count;
        }
    }

    fn widen_while_full(&mut self) {
        while self.buckets.len() > MOST_BUCKETS {
            self.widen();
        }
    }

    fn widen(&mut self) {
        self.width = next_width(self.width);
        for (start, counts) in std::mem::take(&mut self.buckets) {
            let start = self.start_of(start);
            self.add_bucket(start, counts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(instants: &[i64]) -> Timeline<1> {
        let mut timeline = Timeline::default();
        for &instant in instants {
            timeline.add(instant, [1]);
        }
        timeline
    }

    proptest! {
        #[test]
        fn merging_is_one_fold_in_any_order_and_grouping(instants in prop::collection::vec(-1_000_000_000_000_i64..4_000_000_000_000, 0..400), cut in 0..400_usize, span in 1..1_000_000_i64) {
            let instants: Vec<i64> = instants.into_iter().map(|instant| instant / span).collect();
            let whole = of(&instants);
            let (left, right) = instants.split_at(cut.min(instants.len()));
            let (left, right) = (of(left), of(right));
            let mut forward = left.clone();
            forward.merge(&right);
            let mut backward = right;
            backward.merge(&left);
            prop_assert_eq!(&forward, &whole);
            prop_assert_eq!(&backward, &whole);
            prop_assert!(whole.buckets.len() <= MOST_BUCKETS);
            prop_assert_eq!(whole.buckets().map(|(_, [count])| count).sum::<u64>(), instants.len() as u64);
        }
    }

    #[test]
    fn widths_grow_with_the_span() {
        assert_eq!(of(&[0, 59_999, 60_000]).width(), 60);
        let minutes: Vec<i64> = (0..121).map(|minute| minute * 60_000).collect();
        assert_eq!(of(&minutes).width(), 300);
        let months: Vec<i64> = (0..200).map(|day| day * 86_400_000).collect();
        assert_eq!(of(&months).width(), 172_800);
    }
}
