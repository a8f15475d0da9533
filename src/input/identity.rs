//! Who a file is, whatever it is called; and how its name is written where text is needed.

use std::path::{Path, PathBuf};

/// What stays the same when a file is reached by another name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileIdentity {
    /// Number of its file system, and its number there.
    Inode(u64, u64),
    /// Its path with all links resolved.
    Path(PathBuf),
}

/// The identity of a file; `None` for one that cannot be reached.
pub fn identity(path: &Path) -> Option<FileIdentity> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        path.metadata().ok().map(|metadata| FileIdentity::Inode(metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    path.canonicalize().ok().map(FileIdentity::Path)
}

/// A path as text. Bytes that are no UTF-8 are written `\xFF`, so that two files never get one name.
pub fn name_of(path: &Path) -> String {
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        for byte in chunk.invalid() {
            name.push_str(&format!("\\x{byte:02X}"));
        }
    }
    name
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn names_of_any_bytes_stay_apart() {
        let name = |bytes: &[u8]| name_of(Path::new(std::ffi::OsStr::from_bytes(bytes)));
        assert_eq!(name("a/ü.log".as_bytes()), "a/ü.log");
        assert_eq!(name(b"a\xFF.log"), "a\\xFF.log");
        assert_ne!(name(b"a\xFE.log"), name(b"a\xFF.log"));
    }

    #[test]
    fn two_names_of_one_file_are_one_identity() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two, other) = (folder.path().join("1"), folder.path().join("2"), folder.path().join("3"));
        std::fs::write(&one, "x").expect("written");
        std::fs::write(&other, "x").expect("written");
        std::fs::hard_link(&one, &two).expect("linked");
        assert_eq!(identity(&one), identity(&two));
        assert_ne!(identity(&one), identity(&other));
        assert_eq!(identity(&folder.path().join("4")), None);
    }
}
