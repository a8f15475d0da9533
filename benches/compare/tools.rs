//! The programs that are compared, each as a user would call it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::data::{Data, Log};
use super::process::{Pipeline, Program};

/// Where the programs are, and what they are told alike.
#[derive(Debug)]
pub(crate) struct Tools {
    /// Version lines of the programs that are there.
    pub(crate) versions: Vec<String>,
    home: PathBuf,
    literals: PathBuf,
    itself: PathBuf,
    has_lnav: bool,
    has_unzip: bool,
}

impl Tools {
    pub(crate) fn find(data: &Data) -> Result<Self> {
        let rg = version("rg", "--version")
            .context("rg is not installed: `cargo install ripgrep`, or the package ripgrep of your system")?;
        let lnav = version("lnav", "-V");
        let has_lnav = lnav.is_some();
        Ok(Self {
            versions: [Some(rg), version("grep", "--version"), lnav].into_iter().flatten().collect(),
            home: data.home(),
            literals: data.literals()?,
            itself: std::env::current_exe()?,
            has_lnav,
            has_unzip: version("unzip", "-v").is_some(),
        })
    }

    /// The program under test, on a log.
    pub(crate) fn logmedic(&self, log: &Log, arguments: &[&str]) -> Pipeline {
        self.program(env!("CARGO_BIN_EXE_logmedic")).with(["-f", "json"]).with(arguments).with([&log.path]).into()
    }

    /// The same with users' signatures.
    pub(crate) fn logmedic_with_signatures(&self, log: &Log, arguments: &[&str], file: &Path) -> Pipeline {
        let program = self.program(env!("CARGO_BIN_EXE_logmedic")).with(["-f", "json"]).with(arguments);
        program.with(["--signatures".into(), OsString::from(file), OsString::from(&log.path)]).into()
    }

    /// The program under test behind a pipe.
    pub(crate) fn cat_logmedic(&self, log: &Log, arguments: &[&str]) -> Pipeline {
        let program = self.program(env!("CARGO_BIN_EXE_logmedic")).with(["-f", "json"]).with(arguments).with(["-"]);
        Pipeline { feeder: Some(self.cat(log)), program }
    }

    /// ripgrep with all literals of the catalogue.
    pub(crate) fn rg(&self, log: &Log, arguments: &[&str]) -> Pipeline {
        self.rg_program(arguments).with([&log.path]).into()
    }

    /// The same behind a pipe.
    pub(crate) fn cat_rg(&self, log: &Log) -> Pipeline {
        Pipeline { feeder: Some(self.cat(log)), program: self.rg_program(&[]).with(["-"]) }
    }

    /// GNU grep with all literals of the catalogue, in the locale in which it is fastest.
    pub(crate) fn grep(&self, log: &Log) -> Pipeline {
        self.grep_program().with([&log.path]).into()
    }

    /// The same on what `unzip` takes out of an archive; `None` where unzip is not installed.
    pub(crate) fn unzip_grep(&self, log: &Log) -> Option<Pipeline> {
        let unzip = self.program("unzip").with(["-p".into(), OsString::from(&log.path)]);
        self.has_unzip.then(|| Pipeline { feeder: Some(unzip), program: self.grep_program().with(["-"]) })
    }

    /// lnav, which counts events by level and looks for nothing; `None` where it is not installed.
    pub(crate) fn lnav(&self, log: &Log) -> Option<Pipeline> {
        let query = ";SELECT log_level, count(*) FROM all_logs GROUP BY log_level";
        self.has_lnav.then(|| self.program("lnav").with(["-n", "-c", query]).with([&log.path]).into())
    }

    /// Reading alone.
    pub(crate) fn read_limit(&self, log: &Log, threads: u32) -> Pipeline {
        let file = OsString::from(&log.path);
        self.program(&self.itself).with(["--read-limit".into(), file, threads.to_string().into()]).into()
    }

    fn rg_program(&self, arguments: &[&str]) -> Program {
        self.program("rg").with(["--no-config", "-c", "-F", "-f"]).with([&self.literals]).with(arguments)
    }

    fn grep_program(&self) -> Program {
        self.program("grep").setting("LC_ALL", "C").with(["-c", "-F", "-f"]).with([&self.literals])
    }

    fn cat(&self, log: &Log) -> Program {
        self.program("cat").with([&log.path])
    }

    /// A program that finds no settings of the user's.
    fn program(&self, path: impl Into<PathBuf>) -> Program {
        Program::new(path).setting("HOME", &self.home).setting("XDG_CONFIG_HOME", &self.home)
    }
}

/// The first line that a program tells of itself.
fn version(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned())
}
