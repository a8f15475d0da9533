//! `logmedic --follow`: news as they come, the report at the end of input or at Ctrl-C.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use logmedic::diagnosis::Watch;
use logmedic::{Catalogue, Diagnosis, Follow, Input, Matcher, ScanOptions};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::complain;
use super::outputs::Before;
use super::scan::{FailOn, ScanArguments, complain_of_problems, exit_code, masked};
use super::schedule::Run;

/// Between two looks: what has not grown in this time has ended.
const PACE: Duration = Duration::from_millis(200);

pub(super) fn run(
    arguments: &ScanArguments,
    catalogue: &Catalogue,
    inputs: &[Input],
    options: &ScanOptions,
) -> Result<u8> {
    let stop = stop_flag().context("cannot watch for Ctrl-C")?;
    let run = Run::begin(&arguments.schedule, catalogue, &arguments.output)?;
    let matcher = Matcher::new(catalogue, |id| options.looks_for(id)).map_err(logmedic::Error::from)?;
    let mut follow = Follow::begin(&matcher, inputs, options)?;
    if !arguments.quiet {
        for path in follow.awaited() {
            complain(&format!("{} is not there yet; waiting for it", path.display()));
        }
    }
    let mut told = Told { watch: Watch::default(), last: None, is_heard: true };
    let mut next = Instant::now();
    let mut has_caught_up = false;
    while !stop.load(Ordering::Relaxed) && !follow.is_over() && told.is_heard && is_read() {
        follow.wait(next.saturating_duration_since(Instant::now()));
        let now = Instant::now();
        if now < next {
            continue;
        }
        let is_all = follow.read_files();
        // What is there already is one report, and not a change each time that a part of it was read.
        has_caught_up |= is_all;
        if has_caught_up {
            let diagnosis = follow.look().map(|scan| run.diagnose(catalogue, scan, options));
            told.tell(arguments, diagnosis, now)?;
        }
        next = if is_all { Instant::now() + PACE } else { now };
    }
    let is_read = is_read();
    let scan = follow.finish()?;
    let nothing_read = scan.nothing_read();
    let diagnosis = run.diagnose(catalogue, scan, options);
    if let Some(error) = nothing_read {
        arguments.output.write_for_programs(&diagnosis)?;
        return Err(masked(error, &mut arguments.output.redactor(Before::NOT_MASKED)).into());
    }
    told.finish(arguments, &diagnosis, is_read)?;
    Ok(exit_code(&diagnosis, arguments.fail_on.unwrap_or(FailOn::Error), arguments.strict))
}

/// What was told, and whether anybody heard it.
struct Told {
    watch: Watch,
    /// What there was to tell when last something came.
    last: Option<Diagnosis>,
    is_heard: bool,
}

impl Told {
    /// Tells what is news, and what had to wait.
    fn tell(&mut self, arguments: &ScanArguments, diagnosis: Option<Diagnosis>, now: Instant) -> Result<()> {
        if diagnosis.is_none() && !self.watch.is_due(now) {
            return Ok(());
        }
        self.last = diagnosis.or(self.last.take());
        if let Some(diagnosis) = &self.last {
            let changes = self.watch.changes(diagnosis, now);
            self.is_heard = arguments.output.print_changes(diagnosis, &changes)?;
        }
        Ok(())
    }

    /// Tells the end.
    fn finish(mut self, arguments: &ScanArguments, diagnosis: &Diagnosis, is_read: bool) -> Result<()> {
        if !arguments.quiet {
            complain_of_problems(diagnosis, &mut arguments.output.redactor(Before::NOT_MASKED));
            arguments.output.complain_of_idle_key(Before::NOT_MASKED);
        }
        let read = diagnosis.ledger.sources.iter().map(|(source, _)| Path::new(&source.name));
        arguments.output.refuse_inputs(read)?;
        let mut is_heard = self.is_heard && is_read;
        if is_heard && arguments.output.tells_changes_to_the_end() {
            let changes = self.watch.last_changes(diagnosis, Instant::now());
            is_heard = arguments.output.print_changes(diagnosis, &changes)?;
        }
        arguments.output.write_end(diagnosis, arguments.verbose, is_heard)
    }
}

/// Becomes true with the first Ctrl-C or the first wish of the system that the process should end. The second one ends it
/// at once.
fn stop_flag() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_default(signal, Arc::clone(&stop))?;
        flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// Whether somebody still reads what is written to standard output; where the system does not tell, the next line will.
fn is_read() -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let stdout = io::stdout();
        let mut out = [PollFd::new(&stdout, PollFlags::empty())];
        let asked = poll(&mut out, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
        asked.is_err() || !out[0].revents().contains(PollFlags::ERR)
    }
    #[cfg(not(target_os = "linux"))]
    true
}
