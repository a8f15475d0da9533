//! What a scan is asked to read, as it is typed: paths, nodes, ranges and sizes, and what is read when nothing is named.

use std::io::IsTerminal;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use logmedic::{Bound, Input, Window};

use super::complain;

/// In milliseconds.
const DAY: i64 = 86_400_000;
/// Where Jira keeps its logs unless told otherwise.
const DEFAULT_HOME: &str = "/var/atlassian/application-data/jira";

/// What was named, else a pipe; `None` without either.
pub(super) fn inputs(paths: &[PathBuf], nodes: &[Input]) -> Option<Vec<Input>> {
    if !paths.is_empty() || !nodes.is_empty() {
        return Some(paths.iter().map(input).chain(nodes.iter().cloned()).collect());
    }
    stdin_has_data().then(|| vec![Input::Stdin])
}

/// The log folder of a Jira on this host. Nobody asked for all of it: where there may be a `window`
/// and none is given, the last day is enough.
pub(super) fn own_log_folder(window: Option<&mut Window>, quiet: bool) -> Result<PathBuf> {
    let home = std::env::var_os("JIRA_HOME").map(PathBuf::from);
    let folder = home
        .into_iter()
        .chain([PathBuf::from(DEFAULT_HOME)])
        .map(|home| home.join("log"))
        .find(|folder| folder.is_dir());
    let Some(folder) = folder else {
        bail!(
            "nothing to scan. Name a log file or folder, or pipe a log into it:\n  logmedic /var/atlassian/application-data/jira/log\n  tail -n 100000 atlassian-jira.log | logmedic\nMore: logmedic --help"
        );
    };
    let mut span = "";
    if let Some(window) = window.filter(|window| window.is_open()) {
        let day_ago = jiff::Timestamp::now().as_millisecond() - DAY;
        window.since = Some(Bound::Instant(day_ago));
        span = ", the last 24 h (name the folder, or give --since, for more)";
    }
    if !quiet {
        complain(&format!("scanning {}{span}", folder.display()));
    }
    Ok(folder)
}

/// Whether somebody pipes something in: standard input is neither a terminal nor the null device.
fn stdin_has_data() -> bool {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use std::os::unix::fs::FileTypeExt;
        let kind = stdin
            .as_fd()
            .try_clone_to_owned()
            .map(std::fs::File::from)
            .and_then(|file| file.metadata())
            .map(|metadata| metadata.file_type());
        kind.is_ok_and(|kind| !kind.is_char_device())
    }
    #[cfg(not(unix))]
    true
}

/// What a named path stands for.
pub(super) fn input(path: &PathBuf) -> Input {
    if path == Path::new("-") { Input::Stdin } else { Input::Path(path.clone()) }
}

/// `jira-1=/srv/logs/jira-1`
pub(super) fn node(text: &str) -> Result<Input, String> {
    let (name, path) = text.split_once('=').unwrap_or_default();
    if name.is_empty() || path.is_empty() {
        return Err("write a name and a path, as in jira-1=/srv/logs/jira-1".to_owned());
    }
    Ok(Input::Node { name: name.to_owned(), path: path.into() })
}

/// `START:END`, in bytes; the end is the first byte behind.
pub(super) fn range(text: &str) -> Result<Range<u64>, String> {
    let parts = text.split_once(':').and_then(|(start, end)| Some(start.parse().ok()?..end.parse().ok()?));
    parts
        .filter(|range| !range.is_empty())
        .ok_or_else(|| "two offsets in bytes, the second one larger: 0:1048576".to_owned())
}

/// Reads `90s`, `10m` or `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let back = match Bound::parse(text, 0) {
        Ok(Bound::Instant(instant)) => u64::try_from(instant.saturating_neg()).ok(),
        _ => None,
    };
    back.map(Duration::from_millis)
        .ok_or_else(|| format!("{text:?} is no length of time; write for example 90s, 10m or 1h"))
}

/// Reads `500MB`, `8GiB` or a number of bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: Option<u64> = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "kib" | "k" => Some(1 << 10),
        "mib" | "m" => Some(1 << 20),
        "gib" | "g" => Some(1 << 30),
        "tib" | "t" => Some(1 << 40),
        "kb" => Some(1000),
        "mb" => Some(1_000_000),
        "gb" => Some(1_000_000_000),
        _ => None,
    };
    let size = number.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
    size.ok_or_else(|| format!("{text:?} is no size; write for example 500MB or 16GiB"))
}
