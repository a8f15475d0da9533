//! Runs programs, alone or with another one feeding them, and measures time and memory.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// How often a watched process is asked for its memory. Its own high-water mark hardly grows in so short a time.
const WATCH_INTERVAL: Duration = Duration::from_micros(200);

/// A program with its arguments.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    settings: Vec<(&'static str, OsString)>,
}

/// A program that reads its files, or what another one writes.
#[derive(Debug, Clone)]
pub(crate) struct Pipeline {
    pub(crate) feeder: Option<Program>,
    pub(crate) program: Program,
}

/// What a run of a program gave.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// From the start of the first process to the end of the last.
    pub(crate) time: Duration,
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// What it wrote to standard output.
    pub(crate) output: Vec<u8>,
    /// Its most resident memory in KiB, where it was watched.
    pub(crate) peak: Option<u64>,
}

impl Program {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), arguments: Vec::new(), settings: Vec::new() }
    }

    pub(crate) fn with(mut self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// The same with an environment variable.
    pub(crate) fn setting(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.settings.push((name, value.into()));
        self
    }

    fn start(&self, input: Stdio) -> Result<Child> {
        Command::new(&self.path)
            .args(&self.arguments)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(input)
            // A pipe, never the null device: GNU grep stops at the first match when nobody reads its output.
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", self.path.display()))
    }
}

impl From<Program> for Pipeline {
    fn from(program: Program) -> Self {
        Self { feeder: None, program }
    }
}

impl Pipeline {
    /// Runs it undisturbed.
    pub(crate) fn run(&self) -> Result<Run> {
        self.run_with(|_, read| Ok((read()?, None)))
    }

    /// Runs it and watches its memory, which costs time.
    pub(crate) fn run_watched(&self) -> Result<Run> {
        self.run_with(|id, read| {
            let is_done = AtomicBool::new(false);
            thread::scope(|scope| {
                let watcher = scope.spawn(|| peak(id, &is_done));
                let output = read();
                is_done.store(true, Ordering::Relaxed);
                let peak = watcher.join().unwrap_or_default();
                Ok((output?, peak))
            })
        })
    }

    fn run_with(
        &self,
        collect: impl FnOnce(u32, &mut dyn FnMut() -> Result<Vec<u8>>) -> Result<(Vec<u8>, Option<u64>)>,
    ) -> Result<Run> {
        let start = Instant::now();
        let mut feeder = self.feeder.as_ref().map(|feeder| feeder.start(Stdio::null())).transpose()?;
        let fed = feeder.as_mut().and_then(|feeder| feeder.stdout.take());
        let mut child = self.program.start(fed.map_or_else(Stdio::null, Stdio::from))?;
        let mut stdout = child.stdout.take().context("its output is a pipe")?;
        let (output, peak) = collect(child.id(), &mut || {
            let mut output = Vec::new();
            stdout.read_to_end(&mut output)?;
            Ok(output)
        })?;
        let status = child.wait()?;
        if let Some(mut feeder) = feeder {
            ensure!(feeder.wait()?.success(), "the program that fed {} failed", self.program.path.display());
        }
        Ok(Run { time: start.elapsed(), code: status.code(), output, peak })
    }
}

/// The process's most resident memory in KiB, as far as it was seen before its end.
fn peak(id: u32, is_done: &AtomicBool) -> Option<u64> {
    let mut peak = None;
    while !is_done.load(Ordering::Relaxed) {
        let Ok(status) = fs::read_to_string(format!("/proc/{id}/status")) else { break };
        // A process that has ended has no memory to tell of.
        let Some(mark) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) else { break };
        peak = mark.split_whitespace().next().and_then(|kib| kib.parse().ok()).or(peak);
        thread::sleep(WATCH_INTERVAL);
    }
    peak
}
