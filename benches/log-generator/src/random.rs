//! The generator's own source of chance: splitmix64.
//!
//! It is written out here so that the bytes of a seed never change with an upgrade of a crate.

/// A seeded stream of 64-bit words.
pub(crate) struct Random {
    state: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number from 0 up to `bound`, without `bound` itself; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let product = (self.word() >> 32) * u64::from(bound);
        // A 32-bit fraction times a 32-bit bound: its upper half fits 32 bits.
        u32::try_from(product >> 32).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True with the given probability; exact to one part in 2^32.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        let word = u32::try_from(self.word() >> 32).unwrap_or(u32::MAX);
        f64::from(word) < probability * 4_294_967_296.0
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One index of a list of `length` entries.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        let bound = u32::try_from(length).unwrap_or(u32::MAX);
        self.below(bound) as usize
    }

    /// One entry of a list, which must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, entries: &'a [T]) -> &'a T {
        &entries[self.index(entries.len())]
    }

    /// One entry of a long list, in three cases of four one of its first few.
    pub(crate) fn favour<'a, T>(&mut self, entries: &'a [T]) -> &'a T {
        let length = if self.percent(75) { entries.len() / 20 } else { entries.len() };
        &entries[self.index(length)]
    }

    /// The bytes of one entry of a list of texts, which must not be empty.
    pub(crate) fn text<'a, T: AsRef<[u8]>>(&mut self, texts: &'a [T]) -> &'a [u8] {
        self.pick(texts).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn splitmix64_gives_its_published_first_words() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.word(), 6_457_827_717_110_365_317);
        assert_eq!(random.word(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn chance_is_never_true_at_zero_and_always_at_one() {
        let mut random = Random::new(7);
        assert!((0..1000).all(|_| !random.chance(0.0)));
        assert!((0..1000).all(|_| random.chance(1.0)));
    }
}
