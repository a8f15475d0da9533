//! The part of `logmedic scan` that remembers: what is new since the last run, and what is known and not to be told.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use logmedic::diagnosis::Suppression;
use logmedic::schedule::{Access, PendingReport, Staged, State, Store};
use logmedic::{Catalogue, Diagnosis, Error, Input, Scan, ScanOptions};

use super::outputs::OutputArguments;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own that a user types")]
#[command(next_help_heading = "Scheduled scans")]
pub(super) struct ScheduleArguments {
    /// Read only what is new since the last run with this file, and tell what is new, goes on, or has stopped.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["range", "source", "since", "until", "list"])]
    state: Option<PathBuf>,
    /// Wait while another run uses the state, instead of ending with 4.
    #[arg(long, requires = "state")]
    wait: bool,
    /// Report only what was never seen before.
    #[arg(long, requires = "state")]
    new_only: bool,
    /// Take what is there as known: it is reported, but neither new nor a reason to end with 1.
    #[arg(long, requires = "state", conflicts_with_all = ["new_only", "peek"])]
    accept_current: bool,
    /// Leave the state as it is, so that the next run reports the same again.
    #[arg(long, requires = "state", conflicts_with = "wait")]
    peek: bool,
    /// Known findings that are listed, but are no reason to end with 1 (TOML: id, subject, reason, until).
    #[arg(long, value_name = "FILE")]
    suppressions: Option<PathBuf>,
}

impl ScheduleArguments {
    /// Whether what was read before is left out.
    pub(super) fn remembers(&self) -> bool {
        self.state.is_some()
    }
}

/// A scan with what it remembers and what it leaves behind.
pub(super) struct Run<'a> {
    arguments: &'a ScheduleArguments,
    suppressions: Vec<Suppression>,
    /// The state file in use, and what the next run is to find in it.
    store: Option<(Store, State)>,
    /// What was finished of the run before, one sentence each.
    pub(super) finished: Vec<String>,
}

impl<'a> Run<'a> {
    /// Reads the state and the suppressions, before any log is read, and finishes what a run that was killed has begun.
    /// `outputs` are the files that this one writes.
    pub(super) fn begin(
        arguments: &'a ScheduleArguments,
        catalogue: &Catalogue,
        outputs: &OutputArguments,
    ) -> Result<Self> {
        let suppressions = match &arguments.suppressions {
            Some(path) => suppressions(path, catalogue)?,
            None => Vec::new(),
        };
        let access = match (arguments.peek, arguments.wait) {
            (true, _) => Access::Peek,
            (false, true) => Access::MoveAfterOthers,
            (false, false) => Access::Move,
        };
        let mut store = arguments.state.as_deref().map(|path| Store::open(path, access)).transpose()?;
        let mut finished = Vec::new();
        if let Some((store, state)) = store.as_mut().filter(|_| access != Access::Peek) {
            store.recover(state, &outputs.state_can_name()?)?;
            finished.clone_from(&state.recovered.notes);
        }
        Ok(Self { arguments, suppressions, store, finished })
    }

    /// Scans, and works out what this run and those before have found; with the error to end with when nothing could be
    /// read.
    pub(super) fn scan(
        &mut self,
        catalogue: &Catalogue,
        inputs: &[Input],
        options: &ScanOptions,
    ) -> Result<(Diagnosis, Option<Error>)> {
        let mut nothing_read = None;
        let mut diagnosis = if let Some((_, state)) = &mut self.store {
            let run = logmedic::scan_increment(catalogue, inputs, options, state, jiff::Timestamp::now().as_second())?;
            let past = state.past(&run.scan.tally, |id| options.looks_for(id));
            *state = run.state;
            let diagnosis = Diagnosis::after(catalogue, run.scan.tally, run.scan.not_logs, &past);
            state.remember_standings(&diagnosis);
            diagnosis
        } else {
            let scan = logmedic::scan(catalogue, inputs, options)?;
            nothing_read = scan.nothing_read();
            Diagnosis::new(catalogue, scan.tally, scan.not_logs)
        };
        diagnosis.ledger.window = options.window;
        diagnosis.suppress(std::mem::take(&mut self.suppressions));
        if self.arguments.accept_current {
            diagnosis.accept();
        }
        if self.arguments.new_only {
            diagnosis.keep_new();
        }
        Ok((diagnosis, nothing_read))
    }

    /// Works out what a scan has found that remembers nothing.
    pub(super) fn diagnose(&self, catalogue: &Catalogue, scan: Scan, options: &ScanOptions) -> Diagnosis {
        let mut diagnosis = Diagnosis::new(catalogue, scan.tally, scan.not_logs);
        diagnosis.ledger.window = options.window;
        diagnosis.suppress(self.suppressions.clone());
        diagnosis
    }

    /// Puts the next state on the disk beside the current one, which proves that it can be saved. The reports that it
    /// names go out after this and before [`Staged::commit`].
    pub(super) fn stage(&mut self, reports: Vec<PendingReport>) -> Result<Option<Staged<'_>>> {
        match &mut self.store {
            Some((store, state)) if !self.arguments.peek => {
                state.pending = reports;
                Ok(Some(store.stage(state)?))
            }
            _ => Ok(None),
        }
    }
}

fn suppressions(path: &Path, catalogue: &Catalogue) -> Result<Vec<Suppression>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read the suppressions in {}", path.display()))?;
    let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    let entries = logmedic::schedule::read_suppressions(&text, today)
        .map_err(|error| anyhow::anyhow!("{} is no suppressions file: {error}", path.display()))?;
    for entry in &entries {
        if catalogue.rank_of(&entry.id).is_none() {
            bail!(
                "{}: there is no signature {:?}; `logmedic signatures list` shows them all",
                path.display(),
                entry.id
            );
        }
    }
    Ok(entries)
}
