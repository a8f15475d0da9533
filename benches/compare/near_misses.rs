//! Turns a log into one in which each line ends with an anchor of the catalogue less its last byte: the worst text for
//! a filter, since each line looks like a finding and none is one.

use std::io::{self, Write};

use log_generator::Truth;
use logmedic::Catalogue;

/// Multiplier and summand of Knuth's MMIX generator: which anchor comes next need not be better than that.
const STEP: (u64, u64) = (6_364_136_223_846_793_005, 1_442_695_040_888_963_407);

/// Writes on what it is given, with a near miss at the end of each line.
pub(crate) struct NearMisses<W> {
    out: W,
    texts: Vec<String>,
    state: u64,
    bytes: u64,
}

impl<W: Write> NearMisses<W> {
    pub(crate) fn new(out: W) -> Self {
        let catalogue = Catalogue::built_in();
        let anchors: Vec<&String> = catalogue.outlines().iter().flat_map(|outline| &outline.matching.any).collect();
        let mut texts: Vec<String> = anchors.iter().map(|anchor| cut(anchor)).collect();
        texts.retain(|text| !text.contains('\n') && !anchors.iter().any(|anchor| text.contains(anchor.as_str())));
        texts.sort_unstable();
        texts.dedup();
        Self { out, texts, state: 42, bytes: 0 }
    }

    /// The truth of the log as it was written, given the truth of the log that came in.
    pub(crate) fn truth(&self, truth: Truth) -> Truth {
        Truth { bytes: self.bytes, ..truth }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

impl<W: Write> Write for NearMisses<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if let Some(text) = line.strip_suffix(b"\n") {
                self.state = self.state.wrapping_mul(STEP.0).wrapping_add(STEP.1);
                // The upper half: the lowest bits of such a generator hardly change.
                let number = usize::try_from(self.state >> 32).unwrap_or_default() % self.texts.len();
                let near_miss = format!(" {}\n", self.texts[number]);
                self.put(text)?;
                self.put(near_miss.as_bytes())?;
            } else {
                self.put(line)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The text less its last letter.
fn cut(text: &str) -> String {
    let mut letters = text.chars();
    letters.next_back();
    letters.as_str().to_owned()
}
