//! Which folders hold the logs of one Jira host each, told by what lies in them.

use std::collections::BTreeSet;
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
        .filter(|entry| !LOG_FOLDERS.iter().any(|name| entry.file_name() == *name))
        .map(|entry| entry.path())
        .collect::<Vec<PathBuf>>();
    among(&folders)
}

/// Those of the folders that are hosts, with their names; none unless there are two.
pub(super) fn among(folders: &[PathBuf]) -> Vec<(PathBuf, String)> {
    let mut nodes: Vec<(PathBuf, String)> = folders
        .iter()
        .filter_map(|folder| {
            let own = name_of(folder)?;
            // Whoever names `jira-1/log` means the host `jira-1`.
            let name = if LOG_FOLDERS.contains(&own.as_str()) { name_of(folder.parent()?)? } else { own };
            (is_node_name(&name) && SIGNS.iter().any(|sign| folder.join(sign).exists())).then(|| (folder.clone(), name))
        })
        .collect();
    nodes.sort();
    nodes.dedup();
    let names: BTreeSet<&str> = nodes.iter().map(|(_, name)| name.as_str()).collect();
    if names.len() < 2 { Vec::new() } else { nodes }
}

fn name_of(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_string_lossy().into_owned())
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
    fn log_folders_that_are_named_are_those_of_their_hosts() {
        let parent = tempfile::tempdir().expect("a folder");
        let folders = ["jira-2/log", "jira-1/application-logs", "jira-1/tomcat-logs"].map(|folder| {
            let folder = parent.path().join(folder);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join("atlassian-jira.log"), "").expect("a file");
            folder
        });
        let names: Vec<String> = among(&folders).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["jira-1", "jira-1", "jira-2"]);
        assert_eq!(among(&folders[1..]), [], "one host");
    }

    #[test]
    fn a_home_folder_and_logs_by_day_are_no_cluster() {
        assert_eq!(names(&["log/atlassian-jira.log", "logs/log", "application-logs/log"]), [""; 0]);
        assert_eq!(names(&["2026-01-12/log", "2026-01-13/log", "20260114/log"]), [""; 0]);
    }
}
