//! Which folders hold the logs of one Jira host each, told by what lies in them.

use std::path::{Path, PathBuf};

/// What lies in the folder of one host: a home folder, an unpacked support zip, or the logs themselves.
const SIGNS: [&str; 3] = ["application-logs", "log", "atlassian-jira.log"];
/// Folders of one host that hold logs; none of them is a host.
const LOG_FOLDERS: [&str; 6] = ["application-logs", "tomcat-logs", "log", "logs", "jfr", "audit"];

/// The folders right below `parent` that are hosts, with their names; none unless there are two.
pub(super) fn below(parent: &Path) -> Vec<(PathBuf, String)> {
    // What cannot be listed is told by the walk that follows.
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let folders = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect::<Vec<PathBuf>>();
    among(&folders)
}

/// Those of the folders that are hosts, with their names; none unless there are two.
pub(super) fn among(folders: &[PathBuf]) -> Vec<(PathBuf, String)> {
    let mut nodes: Vec<(PathBuf, String)> = folders
        .iter()
        .filter_map(|folder| {
            let name = folder.file_name()?.to_string_lossy().into_owned();
            (is_node_name(&name) && SIGNS.iter().any(|sign| folder.join(sign).exists())).then(|| (folder.clone(), name))
        })
        .collect();
    nodes.sort();
    nodes.dedup();
    if nodes.len() < 2 { Vec::new() } else { nodes }
}

/// A folder of old logs by day is no host either.
fn is_node_name(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_date = digits >= 6 && name.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.'));
    !LOG_FOLDERS.contains(&name) && !is_date
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(folders: &[&str]) -> Vec<String> {
        let parent = tempfile::tempdir().expect("a folder");
        for folder in folders {
            fs::create_dir_all(parent.path().join(folder)).expect("a folder");
        }
        below(parent.path()).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn two_hosts_make_a_cluster() {
        assert_eq!(names(&["b/log", "a/application-logs", "c/other", "d"]), ["a", "b"]);
        assert_eq!(names(&["a/log", "b/other"]), [""; 0], "one host needs no name");
    }

    #[test]
    fn a_home_folder_and_logs_by_day_are_no_cluster() {
        assert_eq!(names(&["log/atlassian-jira.log", "logs/log", "application-logs/log"]), [""; 0]);
        assert_eq!(names(&["2026-01-12/log", "2026-01-13/log", "20260114/log"]), [""; 0]);
    }
}
