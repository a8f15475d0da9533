//! UTF-16 with a byte order mark, as Windows tools write it, is turned into UTF-8 while it streams; everything else
//! passes as the bytes that it is.
//!
//! Where a decoded text stood in the source follows from the text itself, so no table of offsets is kept.

use std::io::{self, Cursor, Read};

/// Bytes that are decoded at a time.
const BLOCK: usize = 64 * 1024;
/// Bytes of a source from which UTF-16 without a byte order mark is told.
const LOOKED_AT: usize = 4096;

/// How a source's characters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, a Windows code page, anything that writes ASCII as single bytes.
    Bytes,
    /// UTF-16, the low byte first.
    Utf16Little,
    /// UTF-16, the high byte first.
    Utf16Big,
}

impl Encoding {
    /// The encoding that a source's first bytes name.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0xFF, 0xFE, ..] => Self::Utf16Little,
            [0xFE, 0xFF, ..] => Self::Utf16Big,
            _ => Self::Bytes,
        }
    }

    /// Bytes that stand before the text: the byte order mark of UTF-16.
    pub fn mark_length(self) -> u64 {
        if self == Self::Bytes { 0 } else { 2 }
    }

    /// Bytes that decoded text took in the source.
    pub fn source_length(self, text: &[u8]) -> u64 {
        if self == Self::Bytes {
            return text.len() as u64;
        }
        // One unit a character, two where UTF-8 takes four bytes.
        let units: usize = text.iter().map(|&byte| usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0)).sum();
        2 * units as u64
    }
}

/// Whether a source without a byte order mark reads like UTF-16: every second byte of its beginning is NUL.
pub fn looks_like_utf16(head: &[u8]) -> bool {
    let head = &head[..head.len().min(LOOKED_AT)];
    let nuls = |first: usize| head.iter().skip(first).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, half) = (nuls(0), nuls(1), head.len() / 2);
    half >= 8 && ((odd * 4 > half * 3 && even * 8 < half) || (even * 4 > half * 3 && odd * 8 < half))
}

/// The bytes of a source without a byte order mark of UTF-16, decoded where there was one.
pub fn decoded(mut bytes: Box<dyn Read + Send>) -> (Box<dyn Read + Send>, Encoding) {
    let mut head = Vec::new();
    // A source that fails here fails where its bytes are wanted.
    let failure = bytes.by_ref().take(2).read_to_end(&mut head).err();
    let encoding = Encoding::of(&head);
    if encoding == Encoding::Bytes {
        return (Box::new(Cursor::new(head).chain(Failing(failure)).chain(bytes)), encoding);
    }
    (Box::new(Decoder { bytes, encoding, raw: vec![0; BLOCK], left: 0, high: None, text: Vec::new(), at: 0 }), encoding)
}

/// Fails once with an error that came too early, then is at its end.
pub(super) struct Failing(pub(super) Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

struct Decoder {
    bytes: Box<dyn Read + Send>,
    encoding: Encoding,
    raw: Vec<u8>,
    /// Bytes at the start of `raw` that belong to a unit whose second byte is still to come.
    left: usize,
    /// The first half of a character whose second half is still to come.
    high: Option<u16>,
    text: Vec<u8>,
    at: usize,
}

impl Decoder {
    fn push(&mut self, unit: u16) {
        if let Some(high) = self.high.take() {
            if let Some(Ok(character)) = char::decode_utf16([high, unit]).next() {
                self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return;
            }
            self.push_char(char::REPLACEMENT_CHARACTER);
        }
        match char::from_u32(u32::from(unit)) {
            Some(character) => self.push_char(character),
            None if unit < 0xDC00 => self.high = Some(unit),
            None => self.push_char(char::REPLACEMENT_CHARACTER),
        }
    }

    fn push_char(&mut self, character: char) {
        self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Decodes what can be read next; `false` at the end.
    fn refill(&mut self) -> io::Result<bool> {
        let count = self.bytes.read(&mut self.raw[self.left..])?;
        self.text.clear();
        self.at = 0;
        if count == 0 {
            // Half a character, or half a unit: the source was cut.
            if self.high.take().is_some() || self.left > 0 {
                self.left = 0;
                self.push_char(char::REPLACEMENT_CHARACTER);
            }
            return Ok(!self.text.is_empty());
        }
        let filled = self.left + count;
        let raw = std::mem::take(&mut self.raw);
        for pair in raw[..filled].chunks_exact(2) {
            let pair = [pair[0], pair[1]];
            let unit =
                if self.encoding == Encoding::Utf16Big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
            if self.high.is_none() && unit < 0x80 {
                self.text.push(pair[usize::from(self.encoding == Encoding::Utf16Big)]);
            } else {
                self.push(unit);
            }
        }
        self.raw = raw;
        self.left = filled % 2;
        self.raw[0] = self.raw[filled - 1];
        Ok(true)
    }
}

impl Read for Decoder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            if !self.refill()? {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in pieces of three.
    struct Dripping(Cursor<Vec<u8>>);

    impl Read for Dripping {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(3);
            self.0.read(&mut buffer[..most])
        }
    }

    fn read(bytes: Vec<u8>) -> (String, Encoding) {
        let (mut reader, encoding) = decoded(Box::new(Dripping(Cursor::new(bytes))));
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("what is decoded is UTF-8");
        (text, encoding)
    }

    #[test]
    fn both_byte_orders_are_decoded_and_measured() {
        let text = "f\u{FC}nf \u{20AC} \u{1F600}\r\nx";
        for (order, encoding) in
            [(u16::to_le_bytes as fn(u16) -> [u8; 2], Encoding::Utf16Little), (u16::to_be_bytes, Encoding::Utf16Big)]
        {
            let bytes: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(order).collect();
            let length = bytes.len() as u64;
            assert_eq!(read(bytes), (text.to_owned(), encoding));
            assert_eq!(encoding.mark_length() + encoding.source_length(text.as_bytes()), length);
        }
        assert_eq!(read(b"plain".to_vec()), ("plain".to_owned(), Encoding::Bytes));
        assert_eq!(read(b"p".to_vec()), ("p".to_owned(), Encoding::Bytes));
        assert_eq!(read(Vec::new()), (String::new(), Encoding::Bytes));
    }

    #[test]
    fn halves_of_characters_are_replaced_and_nothing_behind_them_is_lost() {
        let units = [0xFEFF, 0xD83D, u16::from(b'a'), 0xDE00, u16::from(b'b'), 0xD83D, 0xD83D, 0xDE00];
        let mut bytes: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(bytes.clone()).0, "\u{FFFD}a\u{FFFD}b\u{FFFD}\u{1F600}");
        bytes.push(b'c');
        assert_eq!(read(bytes).0, "\u{FFFD}a\u{FFFD}b\u{FFFD}\u{1F600}\u{FFFD}");
    }

    #[test]
    fn utf_16_without_a_mark_is_suspected_and_nothing_else() {
        let text = "2026-01-13 02:01:40,118 main INFO f\u{FC}nf";
        assert!(looks_like_utf16(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()));
        assert!(looks_like_utf16(&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()));
        for other in [&b""[..], text.as_bytes(), &[0; 4000], &[b'a', 0], &b"\0\0\0\0x".repeat(100)] {
            assert!(!looks_like_utf16(other), "{other:?}");
        }
    }
}
