//! Zip archives: listed from their directory, each entry inflated on its own and only when it is read.
//!
//! An archive is read and nothing else: no name in it is ever opened or written. The zip crate reads the directory (ZIP64,
//! bytes before the archive, old code pages). Entries are inflated here, for the crate's own reader gives no data where
//! the directory states a size wrongly.

mod entry;
mod section;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::sync::Arc;

use zip::read::Config;
use zip::read::ZipFileEntry;
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, HasZipMetadata};

use super::limits::{Budget, Limit, Metered};
use super::unopened::Unopened;
use entry::{EntryReader, Method};
use section::Section;

/// Zip archives that may be inside each other, the outermost included.
const DEEPEST: u8 = 2;
/// Most bytes that deflate can make of one.
const BEST_DEFLATE: u64 = 1032;
/// Bytes of an entry's name that are kept.
const NAME_KEPT: usize = 1024;

/// A zip archive.
#[derive(Debug, Clone)]
pub struct Archive {
    file: Arc<File>,
    budget: Arc<Budget>,
    /// What of the budget was spent when it was opened.
    spent: u64,
    depth: u8,
}

/// What an archive holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// What can be read, in the order of the directory.
    pub entries: Vec<Entry>,
    /// Names of entries that hold bytes which cannot be read, and why.
    pub problems: Vec<(String, String)>,
    /// What holds for the archive as a whole and keeps entries from being read.
    pub failure: Option<String>,
    /// Names of entries that are no files, and what they are.
    pub no_files: Vec<(String, &'static str)>,
}

/// A file in an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name; where an archive holds a name twice, the later ones are numbered. A label, never a path to open.
    pub name: String,
    /// Its packed bytes.
    pub packed: u64,
    /// Its bytes, as the archive states them.
    pub size: u64,
    start: u64,
    method: Method,
    checksum: u32,
}

impl Entry {
    /// Its bytes, as far as the archive can be believed: no entry inflates to more than that.
    pub fn likely_size(&self) -> u64 {
        self.size.min(self.packed.saturating_mul(BEST_DEFLATE))
    }
}

impl Archive {
    /// An archive in a file that can be read at any place.
    pub(super) fn new(file: File, budget: Arc<Budget>) -> Self {
        Self { file: Arc::new(file), spent: budget.inflated(), budget, depth: 1 }
    }

    /// An archive that was found in this one and now stands in a file of its own.
    pub(super) fn nested(&self, file: File) -> Self {
        let budget = Arc::clone(&self.budget);
        Self { file: Arc::new(file), spent: budget.inflated(), budget, depth: self.depth + 1 }
    }

    /// Whether archives inside this one are read.
    pub(super) fn may_nest(&self) -> bool {
        self.depth < DEEPEST
    }

    /// The budget that it shares with all that is inside.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// The same archive with the budget that it had when it was opened.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self { budget: Budget::spent(self.budget.limits(), self.spent), ..self.clone() }
    }

    /// Reads the directory.
    pub fn contents(&self) -> io::Result<Contents> {
        let length = self.file.as_ref().seek(SeekFrom::End(0))?;
        let whole = || Section::new(Arc::clone(&self.file), 0, length);
        let mut directory = ZipIterable::try_new(whole(), Config::default()).map_err(|error| {
            let message = format!(
                "is a zip archive whose directory cannot be read ({}): it is cut off, damaged or still being written, \
                 and nothing in it was analysed; copy it again, or mend it with zip -FF",
                reason(&error)
            );
            io::Error::new(io::ErrorKind::InvalidData, message)
        })?;
        let mut listing = Listing { headers: whole(), found: Contents::default(), names: BTreeMap::new() };
        let count = directory.len();
        for (number, entry) in directory.files().map_err(io::Error::other)?.enumerate() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let rest = count - number;
                    let why = reason(&error);
                    listing.found.failure = Some(format!(
                        "the directory of the archive is damaged ({why}): {rest} of {count} entries were not analysed"
                    ));
                    break;
                }
            };
            if entry.is_dir() {
                continue;
            }
            if let Err(limit @ Limit::Entries(_)) = self.budget.take_entry() {
                let rest = count - number;
                listing.found.failure = Some(format!("{rest} of {count} entries were not analysed: {limit}"));
                break;
            }
            listing.add(&entry);
        }
        Ok(listing.without_overlaps())
    }

    /// The bytes of an entry, within the limits.
    pub fn open(&self, entry: &Entry) -> Unopened {
        let section = Section::new(Arc::clone(&self.file), entry.start, entry.start.saturating_add(entry.packed));
        let reader = EntryReader::new(section, entry.method, entry.size, entry.checksum);
        let metered = Metered::new(reader, Some(entry.packed), Arc::clone(&self.budget));
        Unopened::entry(Box::new(metered), entry, self.clone())
    }
}

/// A directory on its way through.
struct Listing {
    /// For the headers before the entries' bytes.
    headers: Section,
    found: Contents,
    /// Names that are taken, with the number to try for the next entry of that name.
    names: BTreeMap<String, u32>,
}

impl Listing {
    fn add(&mut self, entry: &ZipFileEntry<'_>) {
        let name = self.distinct_name(entry);
        // Devices and the like, by the mode that Unix programs store.
        let kind = entry.unix_mode().unwrap_or_default() & 0o170_000;
        if entry.is_symlink() {
            self.found.no_files.push((name, "a link, not followed"));
            return;
        }
        if kind != 0 && kind != 0o100_000 {
            self.found.no_files.push((name, "a device or the like"));
            return;
        }
        if entry.encrypted() {
            let problem = "is encrypted and was not analysed; unpack the archive with its password and name the folder";
            self.found.problems.push((name, problem.to_owned()));
            return;
        }
        let method = match entry.compression() {
            CompressionMethod::Stored => Method::Stored,
            CompressionMethod::Deflated => Method::Deflated,
            other => {
                let problem = format!(
                    "is packed by a method that is not read ({other}) and was not analysed; unpack the archive and name \
                     the folder"
                );
                self.found.problems.push((name, problem));
                return;
            }
        };
        match entry.get_metadata().data_start(&mut self.headers) {
            Ok(start) => self.found.entries.push(Entry {
                name,
                packed: entry.compressed_size(),
                start,
                method,
                size: entry.size(),
                checksum: entry.crc32(),
            }),
            Err(error) => {
                let problem = format!("cannot be read: its header in the archive is damaged ({})", reason(&error));
                self.found.problems.push((name, problem));
            }
        }
    }

    /// The entry's name, shortened, and numbered where it was there before.
    fn distinct_name(&mut self, entry: &ZipFileEntry<'_>) -> String {
        let mut name = entry
            .name()
            .map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), std::borrow::Cow::into_owned);
        if name.len() > NAME_KEPT {
            let end = (0..=NAME_KEPT).rev().find(|&end| name.is_char_boundary(end)).unwrap_or_default();
            name.truncate(end);
            name.push('…');
        }
        let mut distinct = name.clone();
        while self.names.contains_key(&distinct) {
            let number = self.names.entry(name.clone()).or_insert(2);
            distinct = format!("{name} ({number})");
            *number += 1;
        }
        self.names.insert(distinct.clone(), 2);
        distinct
    }

    /// What was found but for entries whose bytes belong to an earlier one as well, as in archives made to grow without end.
    fn without_overlaps(self) -> Contents {
        let Contents { entries, mut problems, failure, no_files } = self.found;
        let mut by_place: Vec<usize> = (0..entries.len()).collect();
        by_place.sort_by_key(|&index| (entries[index].start, index));
        let mut overlapping = BTreeSet::new();
        let mut free_from = 0;
        for index in by_place {
            let Entry { start, packed, .. } = entries[index];
            if packed > 0 && start < free_from {
                overlapping.insert(index);
            } else {
                free_from = free_from.max(start.saturating_add(packed));
            }
        }
        let mut kept = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            if overlapping.contains(&index) {
                let problem = "shares its bytes with another entry of the archive and was not analysed: the archive is \
                               damaged, or made to inflate without end";
                problems.push((entry.name, problem.to_owned()));
            } else {
                kept.push(entry);
            }
        }
        Contents { entries: kept, problems, failure, no_files }
    }
}

/// The crate's reason without the words that it puts before each.
fn reason(error: &zip::result::ZipError) -> String {
    let text = error.to_string();
    if text.ends_with("Could not find EOCD") {
        return "there is none at its end".to_owned();
    }
    let short = ["invalid Zip archive: ", "unsupported Zip archive: ", "i/o error: "]
        .into_iter()
        .find_map(|words| text.strip_prefix(words));
    short.map_or_else(|| text.clone(), str::to_owned)
}
