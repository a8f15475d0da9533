//! The files below a folder, in a stable order. Links are not followed; only regular files are listed.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Depth at which the walk stops.
const DEEPEST: usize = 32;

/// What lies below a folder.
#[derive(Debug, Default)]
pub struct Listing {
    /// Every regular file, sorted by name.
    pub files: Vec<PathBuf>,
    /// Links, which are not followed.
    pub links: Vec<PathBuf>,
    /// Pipes, devices and sockets, which are not opened.
    pub specials: Vec<PathBuf>,
    /// What could not be listed, and why.
    pub problems: Vec<(PathBuf, String)>,
}

/// Lists what lies below `folder`.
pub fn files_below(folder: &Path) -> Listing {
    let mut found = Listing::default();
    for entry in WalkDir::new(folder).follow_links(false).max_depth(DEEPEST).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() => found.files.push(entry.into_path()),
            Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => found.links.push(entry.into_path()),
            Ok(entry) if !entry.file_type().is_dir() => found.specials.push(entry.into_path()),
            Ok(entry) if entry.depth() == DEEPEST => {
                let reason = format!("lies {DEEPEST} folders deep, and was not searched; name it to have it read");
                found.problems.push((entry.into_path(), reason));
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_path_buf();
                let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                found.problems.push((path, reason));
            }
        }
    }
    found
}
