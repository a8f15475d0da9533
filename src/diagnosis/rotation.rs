//! The files of one rotated log, told from their names: `x.log`, `x.log.1`, `x.log-20260113`, `x.log.2026-01-13`, and `.gz`
//! of them. Names say which files belong together; only the times inside say in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::sample::Source;
use super::tally::{HEADLESS, SourceTally};
use crate::event::Stamp;

/// So much may a file reach into the next one, in milliseconds: lines are written later than their stamps are taken.
const SLACK: i64 = 60_000;

/// Which file of its log a name is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rotation {
    /// The one that is written to.
    Current,
    /// `.1`, `.2` …; whether 1 is the newest or the oldest is up to who rotates.
    Number(u32),
    /// `-20260113`, `.2026-01-13`.
    Date(String),
}

/// A log of which more than one file was read.
#[derive(Debug, Clone)]
pub struct RotatedSet<'a> {
    /// Its name without rotation.
    pub base: &'a str,
    /// Its files, in order of the times inside them.
    pub files: Vec<FileRead<'a>>,
}

/// One file, and what was read of it.
pub type FileRead<'a> = (&'a Arc<Source>, &'a SourceTally);

/// A file's name without rotation, and its place in the rotation.
pub fn base_of(name: &str) -> (&str, Rotation) {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let number = name.rsplit_once('.').and_then(|(base, number)| {
        let is_number = !number.is_empty() && number.len() <= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        Some((base, Rotation::Number(is_number.then(|| number.parse().ok())??)))
    });
    let date = || {
        let length = name.len()
            - [10, 8].into_iter().find(|&length| {
                let tail = name.get(name.len().saturating_sub(length)..).unwrap_or_default();
                is_date(tail) && name.len() > length + 1
            })?;
        let base = name[..length].strip_suffix(['-', '.', '_'])?;
        Some((base, Rotation::Date(name[length..].to_owned())))
    };
    let rotated = number.or_else(date).filter(|(base, _)| !base.is_empty() && !base.ends_with('/'));
    rotated.unwrap_or((name, Rotation::Current))
}

/// `20260113` or `2026-01-13`.
fn is_date(text: &str) -> bool {
    let form = if text.len() == 8 { "%Y%m%d" } else { "%Y-%m-%d" };
    text.starts_with("20") && jiff::civil::Date::strptime(form, text).is_ok()
}

/// The logs of which more than one file was read.
pub fn sets(sources: &[(Arc<Source>, SourceTally)]) -> Vec<RotatedSet<'_>> {
    let mut by_base: BTreeMap<(Option<&str>, &str), Vec<FileRead<'_>>> = BTreeMap::new();
    for (source, tally) in sources {
        by_base.entry((source.node.as_deref(), base_of(&source.name).0)).or_default().push((source, tally));
    }
    by_base
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|((_, base), mut files)| {
            files.sort_by_key(|(source, tally)| (tally.first, Arc::clone(source)));
            RotatedSet { base, files }
        })
        .collect()
}

/// What the files of a set tell when they are laid side by side: files that are missing, times that are there twice, events
/// that were cut in two.
pub(super) fn notes(sources: &[(Arc<Source>, SourceTally)]) -> Vec<String> {
    let mut notes = Vec::new();
    for set in sets(sources) {
        if let Some(missing) = missing(&set) {
            notes.push(format!("{}: {missing} is not here, and nothing tells what stood in it", set.base));
        }
        for pair in set.files.windows(2) {
            let [(older, before), (younger, after)] = pair else { continue };
            let ends = before.last.zip(after.first);
            if let Some((last, first)) = ends.filter(|(last, first)| last.instant > first.instant + SLACK) {
                let last: Stamp = after.last.map_or(last, |end| end.min(last));
                notes.push(format!(
                    "{} and {} both hold the time from {first} to {last}; what stands in both is counted twice",
                    older.name, younger.name
                ));
            } else if after.notes.iter().any(|note| note.starts_with(HEADLESS)) {
                notes.push(format!(
                    "{} begins with the rest of an event that began in {}; the two parts were read apart",
                    younger.name, older.name
                ));
            }
        }
    }
    notes
}

/// `.3`, or `.3 and .5`: numbers between those that are there.
fn missing(set: &RotatedSet<'_>) -> Option<String> {
    let mut has_current = false;
    let mut numbers = BTreeSet::new();
    for (source, _) in &set.files {
        match base_of(&source.name).1 {
            Rotation::Number(number) => {
                numbers.insert(number);
            }
            Rotation::Current => has_current = true,
            Rotation::Date(_) => {}
        }
    }
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let from = if has_current { first.min(1) } else { first };
    let missing: Vec<u32> = (from..last).filter(|number| !numbers.contains(number)).collect();
    let shown: Vec<String> = missing.iter().take(3).map(|number| format!(".{number}")).collect();
    match missing.len() {
        0 => None,
        1..=3 => Some(shown.join(" and ")),
        more => Some(format!("{} and {} others", shown.join(", "), more - 3)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_rotation() {
        for (name, base, rotation) in [
            ("x.log", "x.log", Rotation::Current),
            ("x.log.gz", "x.log", Rotation::Current),
            ("a/x.log.1", "a/x.log", Rotation::Number(1)),
            ("x.log.10.gz", "x.log", Rotation::Number(10)),
            ("x.log-20260113", "x.log", Rotation::Date("20260113".into())),
            ("x.log-20260113.gz", "x.log", Rotation::Date("20260113".into())),
            ("x.log.2026-01-13", "x.log", Rotation::Date("2026-01-13".into())),
            ("catalina.2026-01-13.log", "catalina.2026-01-13.log", Rotation::Current),
            ("x.log.20261313", "x.log.20261313", Rotation::Current),
            ("2026-01-13", "2026-01-13", Rotation::Current),
            (".1", ".1", Rotation::Current),
            ("", "", Rotation::Current),
            ("é.log-2026011é", "é.log-2026011é", Rotation::Current),
        ] {
            assert_eq!(base_of(name), (base, rotation), "{name}");
        }
    }

    fn file(name: &str, hours: (i64, i64), note: Option<&str>) -> (Arc<Source>, SourceTally) {
        let at = |hour: i64| Some(Stamp { instant: hour * 3_600_000, offset: Some(0) });
        let tally = SourceTally {
            first: at(hours.0),
            last: at(hours.1),
            notes: note.into_iter().map(str::to_owned).collect(),
            ..SourceTally::default()
        };
        (Arc::new(Source { node: None, name: name.to_owned() }), tally)
    }

    #[test]
    fn order_follows_the_times_not_the_numbers() {
        let files = [file("x.log", (4, 5), None), file("x.log.1", (1, 2), None), file("x.log.2", (2, 4), None)];
        let order: Vec<String> = sets(&files)[0].files.iter().map(|(source, _)| source.name.clone()).collect();
        assert_eq!(order, ["x.log.1", "x.log.2", "x.log"]);
        assert_eq!(notes(&files), [""; 0]);
    }

    #[test]
    fn missing_files_overlaps_and_cut_events_are_told() {
        let files = [
            file("x.log", (4, 5), Some(HEADLESS)),
            file("x.log.1", (3, 4), None),
            file("x.log.2", (1, 3), None),
            file("x.log.4", (0, 2), None),
            file("y.log", (0, 1), None),
        ];
        let told = notes(&files);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("x.log: .3 is not here"), "{told:?}");
        assert!(told[1].starts_with("x.log.4 and x.log.2 both hold the time from 1970-01-01T01:00"), "{told:?}");
        assert!(told[1].contains("to 1970-01-01T02:00"), "{told:?}");
        assert!(told[2].starts_with("x.log begins with the rest of an event that began in x.log.1"), "{told:?}");
    }
}
