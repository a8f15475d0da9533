//! Users' own signature files: those named with `--signatures`, and those in the folder `rules.d`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use logmedic::Catalogue;

/// The built-in catalogue with the files of `rules.d` and then those that were named. Everything is read and proven
/// here, before any log is.
pub(super) fn catalogue(named: &[PathBuf]) -> Result<Catalogue> {
    let mut files = match folder() {
        Some(folder) => files_in(&folder)?,
        None => Vec::new(),
    };
    files.extend(named.iter().cloned());
    let mut known = BTreeSet::new();
    // A file of the folder that is named as well counts once.
    files.retain(|file| file.canonicalize().map_or(true, |file| known.insert(file)));
    if files.is_empty() {
        return Ok(Catalogue::built_in());
    }
    Ok(logmedic::load_with(&files)?)
}

/// `$XDG_CONFIG_HOME/logmedic/rules.d`, else the same below `~/.config`. The XDG rules say to ignore relative paths.
fn folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))?;
    Some(home.join("logmedic").join("rules.d"))
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read the signature files in {}", folder.display()));
        }
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read the signature files in {}", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
