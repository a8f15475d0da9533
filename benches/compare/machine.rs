//! On what the figures were measured.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::thread;

use super::tools::Tools;

/// Processor, memory, system and versions, as Markdown.
pub(crate) fn description(tools: &Tools) -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let mut text = format!(
        "Machine: {cores} cores ({model}), {memory}, {} {}; {}\n",
        std::env::consts::OS,
        kernel.trim(),
        String::from_utf8_lossy(&rustc).trim()
    );
    // Writing to a string cannot fail.
    let _ = writeln!(text, "Programs: {}", tools.versions.join("; "));
    let _ = writeln!(text, "Load before the first run: {}", load.split(' ').next().unwrap_or_default());
    text
}

/// The first value with this name in a file of `name: value` lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))?;
    Some(value.trim().to_owned())
}
