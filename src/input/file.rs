//! Regular files, mapped where that is safe and read at offsets otherwise, and whatever else a path may name.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::archive::Archive;
use super::format::{Format, HEAD_LENGTH, unsupported};
use super::held::Held;
use super::holes;
use super::limits::{Budget, Limits};
use super::map::Map;
use super::unopened::Unopened;

/// Files below this size are not worth a map.
const LEAST_MAPPED: u64 = 1024 * 1024;
/// Bytes that are searched at a time for the first text.
const SEARCHED: u64 = 64 * 1024;
/// A file that has not changed for this long is at rest.
const AT_REST: Duration = Duration::from_secs(60);
/// What stands at the end of a zip archive, when no comment follows.
const ZIP_END: (&[u8], u64) = (b"PK\x05\x06", 22);

/// Whether files are mapped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MapMode {
    /// Local regular files of at least 1 MiB that have not changed for a minute; never on Windows.
    #[default]
    Auto,
    /// Every regular file.
    Always,
    /// None.
    Never,
}

/// What a path turned out to be.
pub enum Opened {
    /// A regular file: any part of it can be read at any time.
    Plain(PlainFile),
    /// A pipe, a device, a file of a virtual file system, or compressed bytes: in order, once.
    Stream(Unopened),
    /// A zip archive.
    Archive(Archive),
}

/// A regular file as long as it was when opened; what is appended later belongs to the next scan.
#[derive(Debug)]
pub struct PlainFile {
    file: Held,
    length: u64,
    map: Option<Map>,
    holes: Vec<Range<u64>>,
}

/// Opens a path for reading. A named pipe waits for its writer, as everywhere.
pub fn open(path: &Path, mode: MapMode, limits: Limits) -> io::Result<Opened> {
    let file = OpenOptions::new().read(true).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder"));
    }
    // Files of /proc say that they are empty and are not.
    if !metadata.is_file() || (metadata.len() == 0 && is_virtual(path)) {
        return Ok(Opened::Stream(Unopened::endless(file, limits)));
    }
    let at_rest = metadata
        .modified()
        .ok()
        .and_then(|modified| SystemTime::now().duration_since(modified).ok())
        .is_some_and(|age| age >= AT_REST);
    let wanted = match mode {
        MapMode::Always => metadata.len() > 0,
        MapMode::Never => false,
        MapMode::Auto => metadata.len() >= LEAST_MAPPED && at_rest && cfg!(unix) && !is_remote(path),
    };
    regular(file, Some(path), metadata.len(), wanted, limits)
}

/// Standard input; a redirected regular file is read like a file.
pub fn open_stdin(limits: Limits) -> io::Result<Opened> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let mut file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let metadata = file.metadata()?;
        if metadata.is_file() && file.stream_position()? == 0 {
            return regular(file, None, metadata.len(), false, limits);
        }
        Ok(Opened::Stream(Unopened::endless(file, limits)))
    }
    #[cfg(not(unix))]
    Ok(Opened::Stream(Unopened::endless(io::stdin(), limits)))
}

/// A regular file of so many bytes, by what its first bytes say.
fn regular(file: File, path: Option<&Path>, length: u64, map: bool, limits: Limits) -> io::Result<Opened> {
    let mut head = [0; HEAD_LENGTH];
    let head_length = read_full(&file, &mut head, 0)?;
    let held = |file| match path {
        Some(path) => Held::found(file, path),
        None => Held::open(file),
    };
    Ok(match Format::of(&head[..head_length]) {
        Format::Gzip => Opened::Stream(Unopened::file(held(file).in_order(), length, limits)),
        Format::Zip => Opened::Archive(Archive::new(file, Budget::new(limits))),
        Format::Unsupported(name) => return Err(unsupported(name)),
        // A program that unpacks itself, or whatever else was put before an archive.
        Format::Other if ends_like_zip(&file, length)? => Opened::Archive(Archive::new(file, Budget::new(limits))),
        Format::Other => {
            // A map that cannot be had is no error: reading gives the same bytes.
            let size = usize::try_from(length).ok().filter(|_| map);
            let map = size.and_then(|length| Map::new(&file, length).ok());
            let holes = holes::of(&file, length);
            Opened::Plain(PlainFile { file: held(file), length, map, holes })
        }
    })
}

impl PlainFile {
    /// Length in bytes when it was opened.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether it had no bytes when it was opened.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Long stretches that were never written and read as NUL bytes, in order.
    pub fn holes(&self) -> &[Range<u64>] {
        &self.holes
    }

    /// The end of the hole in which a byte lies.
    pub fn hole_at(&self, at: u64) -> Option<u64> {
        let behind = self.holes.partition_point(|hole| hole.start <= at);
        behind.checked_sub(1).map(|last| self.holes[last].end).filter(|&end| at < end)
    }

    /// The place of the first byte that is not NUL, or the end.
    pub fn first_text(&self) -> io::Result<u64> {
        let (mut at, mut buffer) = (0, Vec::new());
        while at < self.length {
            if let Some(end) = self.hole_at(at) {
                at = end;
                continue;
            }
            let bytes = self.window(at, at + SEARCHED, &mut buffer)?;
            if let Some(text) = bytes.iter().position(|&byte| byte != 0) {
                return Ok(at + text as u64);
            }
            if bytes.is_empty() {
                break;
            }
            at += bytes.len() as u64;
        }
        Ok(self.length)
    }

    /// The file itself, to be read beyond where it ended.
    pub(super) fn file(&self) -> io::Result<File> {
        self.file.file()
    }

    /// Its bytes in order, for a source that cannot be cut into chunks.
    pub fn into_stream(self) -> Unopened {
        Unopened::plain(self.length, InOrder { file: self, at: 0 })
    }

    /// The bytes from `from` up to `to` or the end of the file. They are read into `buffer` unless the file is mapped;
    /// fewer come back when the file was cut short meanwhile.
    pub fn window<'a>(&'a self, from: u64, to: u64, buffer: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        let to = to.min(self.length);
        let from = from.min(to);
        if let Some(map) = &self.map {
            let place = |offset: u64| usize::try_from(offset).map_err(io::Error::other);
            return Ok(&map.bytes()[place(from)?..place(to)?]);
        }
        let wanted = usize::try_from(to - from).map_err(io::Error::other)?;
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        let filled = self.file.read_full(&mut buffer[..wanted], from)?;
        Ok(&buffer[..filled])
    }
}

/// A regular file that is read from its beginning to where its end was when it was opened.
struct InOrder {
    file: PlainFile,
    at: u64,
}

impl Read for InOrder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.file.length - self.at;
        let wanted = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = if wanted == 0 { 0 } else { self.file.file.read_full(&mut buffer[..wanted], self.at)? };
        self.at += count as u64;
        if count == 0 && wanted > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file was cut short while it was read"));
        }
        Ok(count)
    }
}

/// Reads from `offset` on until the buffer is full or the file ends; how many bytes were read.
pub(super) fn read_full(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read_at(file, &mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(unix)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

fn ends_like_zip(file: &File, length: u64) -> io::Result<bool> {
    let (magic, distance) = ZIP_END;
    let Some(place) = length.checked_sub(distance) else { return Ok(false) };
    let mut end = [0; 4];
    Ok(read_full(file, &mut end, place)? == end.len() && end == magic)
}

fn is_virtual(path: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| path.starts_with("/proc") || path.starts_with("/sys"))
}

/// Whether the path lies on a file system of another machine, where a file may shrink without our clock noticing.
fn is_remote(path: &Path) -> bool {
    const REMOTE: [&str; 8] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "ceph"];
    let Ok(path) = path.canonicalize() else { return true };
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mounts") else { return false };
    let mount_of = |line: &str| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
    };
    let nearest = mounts
        .lines()
        .filter_map(mount_of)
        .filter(|(point, _)| path.starts_with(point))
        .max_by_key(|(point, _)| point.len());
    nearest.is_some_and(|(_, kind)| REMOTE.contains(&kind.as_str()))
}
