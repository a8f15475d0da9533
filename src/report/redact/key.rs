//! The key behind pseudonyms that stay the same from run to run, from node to node and in every format.
//!
//! A pseudonym is HMAC-SHA-256 of the class and the value, cut to 50 bits: without the key nobody can try a staff list
//! or all addresses against it, and who has the key can. That is why the file must be its owner's alone.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::Identity;

/// Fewer bytes can be guessed.
const SHORTEST: usize = 32;
/// More is not a key but some other file.
const LONGEST: usize = 4096;
/// Crockford's digits: no I, L, O or U, which are misread.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Digits of a pseudonym, five bits each.
const LENGTH: usize = 10;

/// HMAC hashes a longer key and fills up a shorter one, to this many bytes.
const BLOCK: usize = 64;

/// A key for pseudonyms. Equal keys give equal pseudonyms for equal values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key([u8; BLOCK]);

/// Names a key without giving it away.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId([u8; LENGTH]);

/// A text that names no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id of a key is {LENGTH} digits and letters")]
pub struct NoKeyId;

impl FromStr for KeyId {
    type Err = NoKeyId;

    fn from_str(text: &str) -> Result<Self, NoKeyId> {
        let id: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| NoKeyId)?;
        if id.iter().all(|digit| DIGITS.contains(digit)) { Ok(Self(id)) } else { Err(NoKeyId) }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(out, "{}", char::from(*digit)))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Why a file is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFlaw {
    /// It cannot be opened or read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// Others than its owner may read or change it; the mode's permission bits.
    #[error(
        "is open to others than its owner (mode {0:04o}); make it yours alone with `chmod 600` and, if somebody may have read it, make a new one"
    )]
    Exposed(u32),
    /// It has fewer bytes than can be trusted; how many it has.
    #[error(
        "holds only {0} bytes, and {SHORTEST} are needed; make one with `(umask 077; head -c 32 /dev/urandom > FILE)`"
    )]
    Short(usize),
    /// It is longer than any key.
    #[error("is longer than {LONGEST} bytes: is it the key?")]
    Long,
}

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the redaction key {} {flaw}", path.display())]
pub struct KeyError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub flaw: KeyFlaw,
}

impl Key {
    /// A key of at least 32 bytes. Of a key in letters (hexadecimal, base64) the line end is no part.
    pub fn new(bytes: &[u8]) -> Result<Self, KeyFlaw> {
        let bytes = if bytes.is_ascii() { bytes.trim_ascii_end() } else { bytes };
        match bytes.len() {
            length if length < SHORTEST => Err(KeyFlaw::Short(length)),
            length if length > LONGEST => Err(KeyFlaw::Long),
            length => {
                let mut block = [0; BLOCK];
                if length > BLOCK {
                    block[..32].copy_from_slice(&Sha256::digest(bytes));
                } else {
                    block[..length].copy_from_slice(bytes);
                }
                Ok(Self(block))
            }
        }
    }

    /// The key in a file, which on Unix nobody but its owner may read or change.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let read = || {
            let file = File::open(path)?;
            alone(&file)?;
            let mut bytes = Vec::new();
            file.take(LONGEST as u64 + 2).read_to_end(&mut bytes)?;
            Self::new(&bytes)
        };
        read().map_err(|flaw| KeyError { path: path.to_owned(), flaw })
    }

    /// Names the key without giving it away: reports with equal ids can be compared.
    pub fn id(&self) -> KeyId {
        KeyId(self.digest("key-id", ""))
    }

    /// What stands for a value of a class.
    pub(super) fn pseudonym(&self, identity: Identity, value: &str) -> String {
        self.digest(identity.name(), value).iter().map(|digit| char::from(*digit)).collect()
    }

    fn digest(&self, class: &str, value: &str) -> [u8; LENGTH] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length will do");
        mac.update(class.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        let bytes = mac.finalize().into_bytes();
        let bits = bytes.iter().take(8).fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        std::array::from_fn(|place| DIGITS[(bits >> (59 - 5 * place) & 31) as usize])
    }
}

impl fmt::Debug for Key {
    /// Its id only.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Key").field(&self.id()).finish()
    }
}

/// Whether a text is what stands for a value: a number, or ten digits of a keyed pseudonym.
pub(super) fn is_pseudonym(text: &[u8]) -> bool {
    !text.is_empty()
        && (text.iter().all(u8::is_ascii_digit)
            || text.len() == LENGTH && text.iter().all(|digit| DIGITS.contains(digit)))
}

#[cfg(unix)]
fn alone(file: &File) -> Result<(), KeyFlaw> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    let mode = metadata.permissions().mode() & 0o777;
    let of_others = mode & 0o077;
    if of_others == 0 { Ok(()) } else { Err(KeyFlaw::Exposed(mode)) }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there are permissions to look at")]
fn alone(_: &File) -> Result<(), KeyFlaw> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_the_first_fifty_bits_of_the_mac() -> Result<(), KeyFlaw> {
        let key = Key::new(&[7; 32])?;
        // Reckoned with another implementation: hmac.new(bytes([7])*32, b"user\0ann", "sha256").
        assert_eq!(key.pseudonym(Identity::User, "ann"), "N1QHFKW5TW");
        assert_eq!(key.id().to_string(), "A6Q7QYQTN4");
        assert_eq!("A6Q7QYQTN4".parse(), Ok(key.id()));
        assert_eq!(("A6Q7QYQTN".parse::<KeyId>(), "<script>12".parse::<KeyId>()), (Err(NoKeyId), Err(NoKeyId)));
        assert_ne!(key.pseudonym(Identity::User, "ann"), key.pseudonym(Identity::Email, "ann"));
        assert_ne!(key.pseudonym(Identity::User, "ann"), Key::new(&[8; 32])?.pseudonym(Identity::User, "ann"));
        assert!(is_pseudonym(key.pseudonym(Identity::User, "ann").as_bytes()));
        let long = Key::new(&[b'k'; 100])?;
        assert_eq!(long.pseudonym(Identity::User, "ann"), "076S4WVM18");
        assert_eq!(format!("{key:?}"), format!("Key({:?})", key.id()));
        Ok(())
    }

    #[test]
    fn the_line_end_of_a_written_key_does_not_count() -> Result<(), KeyFlaw> {
        let letters = [b'a'; 32];
        assert_eq!(Key::new(&letters)?, Key::new(&[&letters[..], b"\r\n"].concat())?);
        let raw = [&[0xF0; 31][..], b"\n"].concat();
        assert_eq!(Key::new(&raw)?.0[31], b'\n', "a byte of a binary key is no line end");
        assert!(matches!(Key::new(&[&[b'a'; 31][..], b"\n"].concat()), Err(KeyFlaw::Short(31))));
        assert!(matches!(Key::new(&[1; LONGEST + 1]), Err(KeyFlaw::Long)));
        Ok(())
    }
}
