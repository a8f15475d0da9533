//! What bytes are, told by the first of them and never by a name.

use std::io::{self, Read};

use super::encoding::Failing;

/// Bytes that must be seen to tell.
pub(super) const HEAD_LENGTH: usize = 512;

/// What bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// gzip.
    Gzip,
    /// A zip archive.
    Zip,
    /// A packed form that is not read, by its name.
    Unsupported(&'static str),
    /// Whatever else, logs among it.
    Other,
}

const ZIP_STARTS: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];

/// First bytes of packed forms that are not read.
const UNSUPPORTED: [(&[u8], &str); 5] = [
    (b"\xFD7zXZ\0", "an xz file"),
    (b"\x28\xB5\x2F\xFD", "a zstd file"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"Rar!\x1A\x07", "a rar archive"),
    (b"BZh91AY&SY", "a bzip2 file"),
];

/// The longest of the beginnings above.
const LONGEST_START: usize = 10;

impl Format {
    /// Tells it from up to [`HEAD_LENGTH`] first bytes.
    pub(super) fn of(head: &[u8]) -> Self {
        if head.starts_with(b"\x1F\x8B") {
            return Self::Gzip;
        }
        if ZIP_STARTS.iter().any(|start| head.starts_with(start)) {
            return Self::Zip;
        }
        if head.get(257..262) == Some(b"ustar") {
            return Self::Unsupported("a tar archive");
        }
        let known = UNSUPPORTED.iter().find(|(start, _)| head.starts_with(start));
        known.map_or(Self::Other, |(_, name)| Self::Unsupported(name))
    }
}

/// Whether bytes that begin like this are packed, and no text.
pub fn is_packed(head: &[u8]) -> bool {
    Format::of(head) != Format::Other
}

/// What is said of a packed form that is not read.
pub(super) fn unsupported(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("is {name}, which is not read; unpack it and name the folder"))
}

/// The first bytes of a stream, and the whole stream again. Of one that is still written no more is waited for than is
/// needed to tell what it is.
pub(super) fn peek(mut stream: Box<dyn Read + Send>) -> io::Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let (mut head, mut failure) = (Vec::new(), None);
    while !is_enough(&head) {
        let mut more = [0; HEAD_LENGTH];
        let wanted = HEAD_LENGTH - head.len();
        match stream.read(&mut more[..wanted]) {
            Ok(0) => break,
            Ok(count) => head.extend_from_slice(&more[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    if head.is_empty()
        && let Some(failure) = failure
    {
        return Err(failure);
    }
    // What broke it comes again behind the bytes that came before.
    let whole = io::Cursor::new(head.clone()).chain(Failing(failure)).chain(stream);
    Ok((head, Box::new(whole)))
}

/// Whether what these bytes are is told by them, whatever follows: a line of text begins no packed form.
fn is_enough(head: &[u8]) -> bool {
    head.len() >= HEAD_LENGTH
        || Format::of(head) != Format::Other
        || (head.len() >= LONGEST_START && head.contains(&b'\n') && !head.contains(&0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_log_is_not_waited_behind() {
        let (line, other) = (&b"2026-01-13 02:01:40,118+0000 main INFO\n"[..], &b"more\n"[..]);
        let (head, mut whole) = peek(Box::new(line.chain(other))).expect("read");
        assert_eq!(head, line);
        let mut all = Vec::new();
        whole.read_to_end(&mut all).expect("read");
        assert_eq!(all, [line, other].concat());
        // What has no line yet is read on, up to what is needed.
        let (head, _) = peek(Box::new((&b"20"[..]).chain(&[0; 1000][..]))).expect("read");
        assert_eq!(head.len(), HEAD_LENGTH);
    }

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (head, format) in [
            (&b"\x1F\x8B\x08"[..], Format::Gzip),
            (b"PK\x03\x04\x14", Format::Zip),
            (b"PK\x05\x06", Format::Zip),
            (b"PKW is no archive", Format::Other),
            (&tar, Format::Unsupported("a tar archive")),
            (b"\xFD7zXZ\0\0", Format::Unsupported("an xz file")),
            (b"2026-01-13 02:01:40,118+0000 main INFO", Format::Other),
            (b"", Format::Other),
        ] {
            assert_eq!(Format::of(head), format, "{head:?}");
        }
    }
}
