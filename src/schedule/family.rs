//! Which files are generations of one log, told from their names alone: `x.log`, `x.log.1`, `x.log-20260113.gz`.
//!
//! Names only say where to look. What a file holds is told from its content.

use std::path::{Path, PathBuf};

/// A log and all its rotated generations: one folder, one base name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Family {
    /// The folder.
    pub folder: PathBuf,
    /// The name without what rotation added, such as `atlassian-jira.log`.
    pub base: String,
}

impl Family {
    /// The family of a file.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { folder: path.parent().map(Path::to_path_buf).unwrap_or_default(), base: Generation::of(&name).base }
    }

    /// The family as the state keeps it.
    pub fn key(&self) -> String {
        self.folder.join(&self.base).to_string_lossy().into_owned()
    }
}

/// Whether nobody writes to a file any more, as far as names tell: it is compressed or numbered, or it is dated and its
/// family has a later date or an undated log.
pub fn is_closed(path: &Path, siblings: &[&Path]) -> bool {
    let generation = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Generation::of(&name)
    };
    let own = generation(path);
    match own.mark {
        Mark::Current => false,
        Mark::Number => true,
        Mark::Date(date) => siblings.iter().filter(|other| other.parent() == path.parent()).any(|other| {
            let other = generation(other);
            other.base == own.base
                && match other.mark {
                    Mark::Current => true,
                    Mark::Number => false,
                    Mark::Date(other) => other > date,
                }
        }),
    }
}

/// What a file's name says.
struct Generation {
    base: String,
    mark: Mark,
}

/// What rotation added to a name.
#[derive(PartialEq, Eq)]
enum Mark {
    Current,
    /// A number, or a compressed file: nobody appends to those.
    Number,
    /// The digits of a date.
    Date(String),
}

impl Generation {
    fn of(name: &str) -> Self {
        let plain = name.strip_suffix(".gz").unwrap_or(name);
        let is_packed = plain.len() < name.len();
        let (base, mark) = without_mark(plain);
        let mark = if is_packed { Mark::Number } else { mark };
        Self { base, mark }
    }
}

/// Takes off `.1`, `-20260113`, `.2026-01-13`, `.2026-01-13.1`, or the date before the extension in `x.2026-01-13.log`.
fn without_mark(name: &str) -> (String, Mark) {
    if let Some((base, number)) = name.rsplit_once('.')
        && !base.is_empty()
        && (1..=4).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        let (inner, _) = without_mark(base);
        return (inner, Mark::Number);
    }
    if let Some((base, date)) = dated(name) {
        return (base.to_owned(), Mark::Date(date));
    }
    if let Some((stem, extension)) = name.rsplit_once('.')
        && let Some((base, date)) = dated(stem)
    {
        return (format!("{base}.{extension}"), Mark::Date(date));
    }
    (name.to_owned(), Mark::Current)
}

/// `x.log-20260113` as `x.log` and the digits of the date; a time or a number may follow the date.
fn dated(name: &str) -> Option<(&str, String)> {
    let at = name.char_indices().find(|&(at, separator)| {
        at > 0 && matches!(separator, '-' | '.' | '_') && {
            let rest = &name[at + 1..];
            let digits = rest.bytes().filter(u8::is_ascii_digit).count();
            rest.starts_with("20")
                && (8..=18).contains(&digits)
                && rest.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.' | b'T'))
        }
    });
    let (at, _) = at?;
    Some((&name[..at], name[at + 1..].bytes().filter(u8::is_ascii_digit).map(char::from).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_names_lead_to_their_log() {
        for (name, base) in [
            ("atlassian-jira.log", "atlassian-jira.log"),
            ("atlassian-jira.log.1", "atlassian-jira.log"),
            ("atlassian-jira.log.12.gz", "atlassian-jira.log"),
            ("atlassian-jira.log-20260113", "atlassian-jira.log"),
            ("atlassian-jira.log-20260113.gz", "atlassian-jira.log"),
            ("atlassian-jira.log-20260113-1768269600", "atlassian-jira.log"),
            ("atlassian-jira.log.2026-01-13", "atlassian-jira.log"),
            ("atlassian-jira.log.2026-01-13.1", "atlassian-jira.log"),
            ("catalina.2026-01-13.log", "catalina.log"),
            ("atlassian-jira-2026-01-13-1.log.gz", "atlassian-jira.log"),
            ("atlassian-jira-security.log", "atlassian-jira-security.log"),
            ("release-2.log", "release-2.log"),
            (".1", ".1"),
            ("20260113", "20260113"),
        ] {
            assert_eq!(Family::of(Path::new("/logs").join(name).as_path()).base, base, "{name}");
        }
    }

    #[test]
    fn only_what_nobody_appends_to_is_closed() {
        let names = ["x.log", "x.log.1", "x.log-20260112", "y.2026-01-12.log", "y.2026-01-13.log", "z.log.gz"];
        let paths: Vec<PathBuf> = names.iter().map(|name| Path::new("/logs").join(name)).collect();
        let siblings: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        let closed: Vec<bool> = siblings.iter().map(|path| is_closed(path, &siblings)).collect();
        assert_eq!(closed, [false, true, true, true, false, true]);
        assert!(!is_closed(Path::new("/other/x.log-20260112"), &siblings), "another folder's log is no sibling");
    }
}
