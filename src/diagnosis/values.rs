//! Distinct values with counts, bounded and exact: the smallest ones are kept, and a flag says that there were more.

use std::collections::BTreeMap;

/// Values kept.
pub const KEPT: usize = 16;

/// The smallest keys with what was counted for each.
///
/// A key that once was too large can never come back among the smallest, so what is kept for the others is exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smallest<K, V, const N: usize = KEPT> {
    kept: BTreeMap<K, V>,
    more: bool,
}

impl<K, V, const N: usize> Default for Smallest<K, V, N> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), more: false }
    }
}

impl<K: Ord, V: Default, const N: usize> Smallest<K, V, N> {
    /// The entry of a key, to count on; `None` when the key is not among the smallest.
    pub fn entry<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Ord + ToOwned<Owned = K> + ?Sized,
    {
        if !self.kept.contains_key(key) {
            if self.kept.len() == N {
                self.more = true;
                if self.kept.last_key_value().is_some_and(|(largest, _)| largest.borrow() < key) {
                    return None;
                }
                self.kept.pop_last();
            }
            self.kept.insert(key.to_owned(), V::default());
        }
        self.kept.get_mut(key)
    }

    /// Adds another part; `join` adds what was counted for one key.
    pub fn merge(&mut self, other: Self, mut join: impl FnMut(&mut V, V)) {
        self.more |= other.more;
        for (key, value) in other.kept {
            match self.kept.get_mut(&key) {
                Some(kept) => join(kept, value),
                None => {
                    self.kept.insert(key, value);
                }
            }
        }
        while self.kept.len() > N {
            self.kept.pop_last();
            self.more = true;
        }
    }

    /// Takes note that there were more distinct keys than are kept, as a report says of what it read.
    pub fn say_more(&mut self) {
        self.more = true;
    }

    /// The kept entries, smallest first.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.kept.iter()
    }

    /// Number of kept entries.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether there were more distinct keys than are kept.
    pub fn more(&self) -> bool {
        self.more
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(keys: &[u8]) -> Smallest<u8, u64> {
        let mut values = Smallest::default();
        for key in keys {
            if let Some(count) = values.entry(key) {
                *count += 1;
            }
        }
        values
    }

    proptest! {
        #[test]
        fn kept_counts_are_exact_for_any_cut(keys in prop::collection::vec(any::<u8>(), 0..300), cut in 0..300_usize) {
            let whole = of(&keys);
            let (left, right) = keys.split_at(cut.min(keys.len()));
            let (left, right) = (of(left), of(right));
            let mut merged = right.clone();
            merged.merge(left.clone(), |sum, count| *sum += count);
            prop_assert_eq!(&merged, &whole);
            let mut other = left;
            other.merge(right, |sum, count| *sum += count);
            prop_assert_eq!(&other, &whole);
            for (key, count) in whole.iter() {
                prop_assert_eq!(*count, keys.iter().map(|other| u64::from(other == key)).sum::<u64>());
            }
        }
    }
}
