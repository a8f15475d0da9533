//! Cuts a stream's blocks into lines. A line longer than [`LONGEST`] comes in pieces of that length, which depend on the
//! line alone and never on where a block ended.

use memchr::memchr;

/// Bytes of a line that are handed out at once. A line of Docker's JSON holds 16 KiB of text, each byte of which may take six.
pub const LONGEST: usize = 128 * 1024;

/// A line without its line feed, or a part of a very long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Its bytes.
    pub text: &'a [u8],
    /// Whether the line begins with it.
    pub begins: bool,
    /// Whether a line feed followed.
    pub ends: bool,
}

/// Cuts blocks into lines.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    pending: Vec<u8>,
    inside: bool,
}

impl Lines {
    /// Hands out every line that is complete by the end of this block.
    pub fn feed(&mut self, mut block: &[u8], mut each: impl FnMut(Piece<'_>)) {
        loop {
            let feed = memchr(b'\n', block);
            let mut part = &block[..feed.unwrap_or(block.len())];
            let ends = feed.is_some();
            if self.pending.is_empty() && ends && part.len() <= LONGEST {
                each(Piece { text: part, begins: !self.inside, ends });
            } else {
                while self.pending.len() + part.len() > LONGEST {
                    let (now, later) = part.split_at(LONGEST - self.pending.len());
                    self.pending.extend_from_slice(now);
                    each(Piece { text: &self.pending, begins: !self.inside, ends: false });
                    self.inside = true;
                    self.pending.clear();
                    part = later;
                }
                self.pending.extend_from_slice(part);
                if ends {
                    each(Piece { text: &self.pending, begins: !self.inside, ends });
                    self.pending.clear();
                }
            }
            let Some(feed) = feed else { return };
            self.inside = false;
            block = &block[feed + 1..];
        }
    }

    /// Hands out what stands behind the last line feed.
    pub fn finish(&mut self, mut each: impl FnMut(Piece<'_>)) {
        if !self.pending.is_empty() {
            each(Piece { text: &self.pending, begins: !self.inside, ends: false });
            self.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces<'a>(blocks: impl Iterator<Item = &'a [u8]>) -> Vec<(Vec<u8>, bool, bool)> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for block in blocks {
            lines.feed(block, |piece| found.push((piece.text.to_vec(), piece.begins, piece.ends)));
        }
        lines.finish(|piece| found.push((piece.text.to_vec(), piece.begins, piece.ends)));
        found
    }

    #[test]
    fn lines_do_not_depend_on_the_blocks() {
        let mut text = b"a\n\nbc\r\n".to_vec();
        for length in [LONGEST - 1, LONGEST, LONGEST + 1, 2 * LONGEST, 2 * LONGEST + 1] {
            text.resize(text.len() + length, b'x');
            text.push(b'\n');
        }
        text.extend_from_slice(b"end");
        let whole = pieces([&text[..]].into_iter());
        assert_eq!(whole.len(), 3 + 1 + 1 + 2 + 2 + 3 + 1);
        assert_eq!(whole.last(), Some(&(b"end".to_vec(), true, false)));
        for size in [1, 7, 4096, LONGEST - 1, LONGEST, LONGEST + 1] {
            assert_eq!(pieces(text.chunks(size)), whole, "blocks of {size}");
        }
    }
}
