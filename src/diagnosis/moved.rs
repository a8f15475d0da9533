//! A log that was rotated while it was followed is one log: what was found in a later generation has its place behind all
//! that was read before.

use super::tally::{Marker, NodeTally, Tally};

impl Tally {
    /// What one log gave, with its places moved so many bytes on.
    #[must_use]
    pub(crate) fn moved(mut self, by: u64) -> Self {
        if by == 0 {
            return self;
        }
        for sample in self.findings.values_mut().flat_map(|finding| finding.samples.all_mut()) {
            sample.byte += by;
            sample.counted_from += by;
        }
        for source in self.sources.values_mut() {
            let moved = |(start, mut range): (u64, super::Range)| {
                range.end += by;
                (start + by, range)
            };
            source.ranges = std::mem::take(&mut source.ranges).into_iter().map(moved).collect();
        }
        for node in self.nodes.values_mut() {
            let NodeTally { markers, .. } = node;
            *markers =
                std::mem::take(markers).into_iter().map(|marker| Marker { byte: marker.byte + by, ..marker }).collect();
        }
        self
    }

    /// Joins what meets, and keeps no more remarks on a log than a person reads: each rotation may bring new ones.
    pub(crate) fn condense(&mut self, most: usize) {
        self.settle();
        for source in self.sources.values_mut() {
            for remarks in [&mut source.notes, &mut source.problems] {
                while remarks.len() > most {
                    remarks.pop_last();
                }
            }
        }
    }
}
