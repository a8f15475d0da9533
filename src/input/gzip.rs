//! gzip: all members of it, and what stands behind the last one.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

/// Compressed bytes that are read at a time.
const PACKED_BLOCK: usize = 64 * 1024;

/// The plain bytes of all members.
///
/// Zeros behind a member are padding. Anything else there that is no member is told by an error that
/// [`is_remark`] knows, for all the log's bytes came before it.
pub(super) struct Gunzip<R: Read> {
    member: Option<GzDecoder<BufReader<R>>>,
}

/// What is said where the bytes are not those that their checksum was made of.
pub(super) const WRONG_CHECKSUM: &str = "its checksum is wrong: what was read of it may be damaged";

/// Says that something stands behind the bytes that were read, or that a size is given wrongly, and that nothing is missing.
#[derive(Debug)]
pub(super) struct Remark(pub(super) String);

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Remark {}

impl From<Remark> for io::Error {
    fn from(remark: Remark) -> Self {
        Self::new(io::ErrorKind::InvalidData, remark)
    }
}

/// Whether an error that ends a stream only remarks on it: all its bytes were read.
pub fn is_remark(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<Remark>()).is_some()
}

impl<R: Read> Gunzip<R> {
    pub(super) fn new(packed: R) -> Self {
        Self { member: Some(GzDecoder::new(BufReader::with_capacity(PACKED_BLOCK, packed))) }
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer).map_err(in_plain_words)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut packed) = self.member.take().map(GzDecoder::into_inner) else { break };
            self.member = match behind_member(&mut packed)? {
                None => None,
                Some(0x1F) => Some(GzDecoder::new(packed)),
                Some(_) => {
                    return Err(Remark("is followed by bytes that are no gzip; they were left out".to_owned()).into());
                }
            };
        }
        Ok(0)
    }
}

/// A failure to inflate in words that need no knowledge of the format.
pub(super) fn in_plain_words(error: io::Error) -> io::Error {
    let words = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the compressed data ends too early: it is cut off or still being written",
        io::ErrorKind::InvalidInput if error.to_string().contains("checksum") => WRONG_CHECKSUM,
        io::ErrorKind::InvalidInput => "the compressed data is damaged here",
        _ => return error,
    };
    io::Error::new(error.kind(), words)
}

/// The first byte behind a member that is not zero.
fn behind_member(packed: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let bytes = packed.fill_buf()?;
        let Some(length) = Some(bytes.len()).filter(|&length| length > 0) else { return Ok(None) };
        match bytes.iter().position(|&byte| byte != 0) {
            Some(at) => {
                let first = bytes[at];
                packed.consume(at);
                return Ok(Some(first));
            }
            None => packed.consume(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn member(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(packed: &[u8]) -> (Vec<u8>, io::Result<usize>) {
        let mut plain = Vec::new();
        let outcome = Gunzip::new(packed).read_to_end(&mut plain);
        (plain, outcome)
    }

    #[test]
    fn members_are_one_text_and_zeros_are_padding() {
        let packed = [member(b"one "), vec![0; 700], member(b""), member(b"two"), vec![0; 100_000]].concat();
        let (plain, outcome) = read(&packed);
        assert_eq!((plain.as_slice(), outcome.is_ok()), (&b"one two"[..], true));
    }

    #[test]
    fn garbage_behind_the_last_member_is_remarked() {
        let (plain, outcome) = read(&[member(b"text"), b"\0garbage".to_vec()].concat());
        assert_eq!(plain, b"text");
        assert!(is_remark(&outcome.unwrap_err()));
    }

    #[test]
    fn damage_is_told_in_plain_words() {
        let text: Vec<u8> = (0..5000_u32).flat_map(|i| (i * i).to_string().into_bytes()).collect();
        let packed = member(&text);
        let changed = |at: usize| {
            let mut packed = packed.clone();
            packed[at] ^= 0xFF;
            packed
        };
        let sum = packed.len() - 5;
        for (packed, words) in [
            (packed[..packed.len() / 2].to_vec(), "ends too early"),
            (packed[..12].to_vec(), "ends too early"),
            (changed(sum), "its checksum is wrong"),
            (changed(12), "is damaged here"),
        ] {
            let error = read(&packed).1.unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn each_cut_gives_a_beginning_and_an_error() {
        let text: Vec<u8> = (0..5000_u32).flat_map(|i| (i * i).to_string().into_bytes()).collect();
        let packed = member(&text);
        for cut in 1..packed.len() {
            let (plain, outcome) = read(&packed[..cut]);
            assert!(text.starts_with(&plain), "{cut}");
            assert!(outcome.is_err_and(|error| !is_remark(&error)), "{cut}");
        }
    }
}
