//! Reports that are on disk and have not got their names yet. The state that a run commits names them, so that the next
//! run can finish what a killed one has begun: each event is then in exactly one report file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::identity::Digest;
use super::store::sync_folder;

/// How the temporary name of a report begins. Nothing else is ever removed or renamed.
pub const TEMPORARY: &str = ".logmedic-";

/// A report file of the run that committed the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingReport {
    /// Its name, from the root.
    pub path: PathBuf,
    /// Its name until the state is committed, in the same folder.
    pub temporary: PathBuf,
    /// Digest of all its bytes.
    pub digest: Digest,
}

/// What became of the reports of a run that was ended too early: what this run's report must say of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Reports that have their names now, one sentence each.
    pub notes: Vec<String>,
    /// Reports that are lost, one sentence each.
    pub problems: Vec<String>,
}

/// A report that cannot be given its name.
#[derive(Debug)]
pub(super) struct Unfinished {
    pub(super) report: PendingReport,
    pub(super) source: io::Error,
}

impl Recovered {
    /// Gives the reports of a committed run their names. Where this run writes a file of the same name (`outputs`, from
    /// the root), the older report is kept beside it: else nobody could have read it.
    pub(super) fn of(reports: &[PendingReport], generation: u64, outputs: &[PathBuf]) -> Result<Self, Unfinished> {
        let mut recovered = Self::default();
        for report in reports {
            let beside = kept_name(&report.path, generation);
            let name = if outputs.contains(&report.path) { &beside } else { &report.path };
            let failed = |source| Unfinished { report: report.clone(), source };
            let is_there = is_temporary(&report.temporary) && report.is_at(&report.temporary).map_err(failed)?;
            if is_there {
                fs::rename(&report.temporary, name).and_then(|()| sync_folder(name)).map_err(failed)?;
                recovered.notes.push(format!(
                    "report-recovered: run {generation} was ended before its report {} had its name; it is in {} now",
                    report.path.display(),
                    name.display()
                ));
            } else if !report.is_at(&report.path).map_err(failed)? && !report.is_at(&beside).map_err(failed)? {
                recovered.problems.push(format!(
                    "report-lost: run {generation} was ended before its report {} had its name, and it cannot be found; what only that report told is not told again",
                    report.path.display()
                ));
            }
        }
        Ok(recovered)
    }
}

impl PendingReport {
    /// Whether the file of this name is the report. A file that is not there is not.
    fn is_at(&self, name: &Path) -> io::Result<bool> {
        let is_file = match fs::symlink_metadata(name) {
            Ok(found) => found.is_file(),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => false,
            Err(error) => return Err(error),
        };
        if !is_file {
            return Ok(false);
        }
        let mut bytes = Vec::new();
        File::open(name)?.read_to_end(&mut bytes)?;
        Ok(Digest::of(&[&bytes]) == self.digest)
    }
}

/// Removes the reports of a run that never committed, but for those that the committed state names as well.
pub(super) fn remove_uncommitted(reports: &[PendingReport], committed: &[PendingReport]) {
    let is_committed = |report: &&PendingReport| committed.iter().any(|other| other.temporary == report.temporary);
    for report in reports.iter().filter(|report| is_temporary(&report.temporary) && !is_committed(report)) {
        // A file that stays is only in the way of a tidy folder.
        let _ = fs::remove_file(&report.temporary);
    }
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY))
}

/// `report.json` of run 12 as `report.generation-12.json`.
fn kept_name(path: &Path, generation: u64) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".generation-{generation}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice::from_ref;

    use tempfile::TempDir;

    fn report(folder: &TempDir) -> PendingReport {
        PendingReport {
            path: folder.path().join("report.json"),
            temporary: folder.path().join(".logmedic-1"),
            digest: Digest::of(&[b"{}"]),
        }
    }

    #[test]
    fn a_report_gets_its_name_once_and_a_missing_one_is_a_problem() {
        let folder = TempDir::new().unwrap();
        let report = report(&folder);
        let recover = |outputs: &[PathBuf]| Recovered::of(from_ref(&report), 12, outputs).unwrap();
        assert!(recover(&[]).problems[0].starts_with("report-lost: run 12"));
        fs::write(&report.temporary, "{").unwrap();
        assert!(recover(&[]).problems[0].starts_with("report-lost"), "half of it is not it");
        fs::write(&report.temporary, "{}").unwrap();
        fs::write(&report.path, "[]").unwrap();
        assert!(recover(&[]).notes[0].starts_with("report-recovered"));
        assert_eq!(fs::read(&report.path).unwrap(), b"{}");
        assert!(!report.temporary.exists());
        assert_eq!(recover(&[]), Recovered::default(), "nothing is left to do");
    }

    #[test]
    fn a_report_whose_name_is_wanted_now_is_kept_beside_it() {
        let folder = TempDir::new().unwrap();
        let report = report(&folder);
        fs::write(&report.temporary, "{}").unwrap();
        let recover = || Recovered::of(from_ref(&report), 12, from_ref(&report.path)).unwrap();
        assert!(recover().notes[0].contains("report.generation-12.json"));
        assert!(!report.path.exists());
        assert_eq!(recover(), Recovered::default());
    }

    #[test]
    fn only_what_bears_our_mark_is_removed_or_renamed() {
        let folder = TempDir::new().unwrap();
        let foreign = PendingReport { temporary: folder.path().join("mail.json"), ..report(&folder) };
        fs::write(&foreign.temporary, "{}").unwrap();
        remove_uncommitted(from_ref(&foreign), &[]);
        assert!(Recovered::of(from_ref(&foreign), 1, &[]).unwrap().problems.len() == 1);
        assert!(foreign.temporary.exists());
        let ours = report(&folder);
        fs::write(&ours.temporary, "{}").unwrap();
        remove_uncommitted(from_ref(&ours), from_ref(&ours));
        assert!(ours.temporary.exists(), "it was committed");
        remove_uncommitted(from_ref(&ours), &[]);
        assert!(!ours.temporary.exists());
    }
}
