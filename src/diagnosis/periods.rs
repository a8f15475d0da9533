//! When something was seen to work: the earliest and the latest time in each of a bounded number of fixed buckets. Kept so,
//! the times on both sides of a long failure stay exact however much log there is, and parts add up in any order.

use std::collections::BTreeMap;

use super::timeline::{arises, next_width};
use crate::event::Stamp;

/// Most buckets that are kept before the next width is taken.
pub const PERIODS_KEPT: usize = 48;

/// Earliest and latest times by bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periods {
    /// Of a bucket, in seconds.
    width: u32,
    buckets: BTreeMap<i64, (Stamp, Stamp)>,
}

impl Default for Periods {
    fn default() -> Self {
        Self { width: next_width(0), buckets: BTreeMap::new() }
    }
}

impl Periods {
    /// The periods that a report states: earliest and latest times, in order; `None` where they cannot be.
    pub fn of(width: u32, periods: impl IntoIterator<Item = (Stamp, Stamp)>) -> Option<Self> {
        if !arises(width) {
            return None;
        }
        let mut sum = Self { width, ..Self::default() };
        for (count, (first, last)) in periods.into_iter().enumerate() {
            if count == PERIODS_KEPT || first > last || sum.bucket_of(first) != sum.bucket_of(last) {
                return None;
            }
            sum.add_period(first, last);
        }
        Some(sum)
    }

    /// Width of a bucket in seconds.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Earliest and latest times of each bucket, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Stamp, Stamp)> {
        self.buckets.values().copied()
    }

    /// Adds a time.
    pub fn add(&mut self, stamp: Stamp) {
        self.add_period(stamp, stamp);
        self.widen_while_full();
    }

    /// Adds all of another part.
    pub fn merge(&mut self, other: &Self) {
        while self.width < other.width {
            self.widen();
        }
        for (first, last) in other.iter() {
            self.add_period(first, last);
        }
        self.widen_while_full();
    }

    fn bucket_of(&self, stamp: Stamp) -> i64 {
        stamp.instant.div_euclid(1000 * i64::from(self.width))
    }

    fn add_period(&mut self, first: Stamp, last: Stamp) {
        let kept = self.buckets.entry(self.bucket_of(first)).or_insert((first, last));
        *kept = (kept.0.min(first), kept.1.max(last));
    }

    fn widen_while_full(&mut self) {
        while self.buckets.len() > PERIODS_KEPT {
            self.widen();
        }
    }

    fn widen(&mut self) {
        self.width = next_width(self.width);
        for (first, last) in std::mem::take(&mut self.buckets).into_values() {
            self.add_period(first, last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(instants: &[i64]) -> Periods {
        let mut periods = Periods::default();
        for &instant in instants {
            periods.add(Stamp { instant, offset: Some(0) });
        }
        periods
    }

    proptest! {
        #[test]
        fn merging_is_one_fold_in_any_order_and_grouping(instants in prop::collection::vec(-1_000_000_000_000_i64..4_000_000_000_000, 0..200), cut in 0..200_usize, span in 1..1_000_000_i64) {
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
            prop_assert!(whole.buckets.len() <= PERIODS_KEPT);
            prop_assert_eq!(whole.iter().next().map(|(first, _)| first.instant), instants.iter().min().copied());
            prop_assert_eq!(whole.iter().last().map(|(_, last)| last.instant), instants.iter().max().copied());
            prop_assert_eq!(Periods::of(whole.width(), whole.iter()), Some(whole));
        }
    }

    #[test]
    fn the_times_round_a_long_failure_stay_exact() {
        let minute = 60_000;
        let polls: Vec<i64> = (0..5000).filter(|n| !(2000..2300).contains(n)).map(|n| n * minute + 7).collect();
        let periods: Vec<(i64, i64)> = of(&polls).iter().map(|(first, last)| (first.instant, last.instant)).collect();
        assert!(periods.iter().any(|&(_, last)| last == 1999 * minute + 7));
        assert!(periods.iter().any(|&(first, _)| first == 2300 * minute + 7));
    }
}
