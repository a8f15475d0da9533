//! What a host of plugins (Nagios, Icinga, NRPE) expects beside the answer itself: that there is one on standard output
//! whatever happens, the exit codes of plugins, and all that in time.

use std::ffi::OsString;
use std::process;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use logmedic::report::nagios::{ServiceState, unknown};

use super::print;

/// Exit code: there is no answer.
pub(super) const NO_ANSWER: u8 = ServiceState::Unknown.code();

/// Of the clock of `--timeout`: nobody asked for it.
const IDLE: u8 = 0;
/// It runs.
const RUNNING: u8 = 1;
/// The run answered in time.
const ANSWERED: u8 = 2;
/// It struck: the answer is that there is none.
const STRUCK: u8 = 3;

/// A process gives one answer.
static CLOCK: AtomicU8 = AtomicU8::new(IDLE);

/// Whether a plugin's answer is asked for, also where the arguments cannot be understood.
pub(super) fn is_asked_for(arguments: impl Iterator<Item = OsString>) -> bool {
    let mut options = arguments.skip(1).take_while(|argument| argument != "--").peekable();
    while let Some(option) = options.next() {
        let option = option.to_string_lossy();
        let value = match option.strip_prefix("--") {
            Some(long) => long.strip_prefix("format").map(|value| value.strip_prefix('=').unwrap_or(value)),
            // Behind other letters that take no value, too: `-qf nagios`.
            None => option
                .strip_prefix('-')
                .and_then(|letters| letters.trim_start_matches(['q', 'v']).strip_prefix('f'))
                .map(|value| value.strip_prefix('=').unwrap_or(value)),
        };
        let is_next = options.peek().is_some_and(|next| next == "nagios");
        if value.is_some_and(|value| value == "nagios" || value.is_empty() && is_next) {
            return true;
        }
    }
    false
}

/// Refuses what would change the exit code: that of a plugin is fixed.
pub(super) fn check(chosen: bool) -> Result<()> {
    if chosen {
        bail!(
            "--fail-on and --strict do not go with --format nagios: a critical finding or an error is 2, a warning 1, and what \
             was not read 3"
        );
    }
    Ok(())
}

/// Answers that the run failed, and returns the exit code for it.
pub(super) fn fail(reason: &str) -> u8 {
    // Where nobody listens the exit code says it all.
    let _ = print(&unknown(reason));
    NO_ANSWER
}

/// Ends the run with an answer when this time is over, unless it has begun to answer by then.
pub(super) fn limit(seconds: u32) -> Result<()> {
    CLOCK.store(RUNNING, Ordering::SeqCst);
    let wait = move || {
        thread::sleep(Duration::from_secs(seconds.into()));
        if CLOCK.compare_exchange(RUNNING, STRUCK, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            let code = fail(&format!("no answer within {seconds} s; the next run reads the same again"));
            process::exit(code.into());
        }
    };
    thread::Builder::new().name("timeout".to_owned()).spawn(wait).context("cannot start the clock of --timeout")?;
    Ok(())
}

/// Takes the turn to answer before the clock can. Where it struck already the process is about to end, and this waits for it.
pub(super) fn take_turn() {
    let turn = CLOCK.compare_exchange(RUNNING, ANSWERED, Ordering::SeqCst, Ordering::SeqCst);
    if turn == Err(STRUCK) && thread::current().name() != Some("timeout") {
        loop {
            thread::park();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wish_for_a_plugins_answer_is_seen_in_any_way_to_write_it() {
        let asked = |line: &str| is_asked_for(line.split(' ').map(OsString::from));
        for line in [
            "x -f nagios",
            "x scan -fnagios a",
            "x -f=nagios",
            "x --format nagios",
            "x --format=nagios -x",
            "x -qf nagios",
            "x -qvfnagios",
        ] {
            assert!(asked(line), "{line}");
        }
        for line in [
            "x",
            "x nagios",
            "x -- -f nagios",
            "x -f text nagios",
            "x --formats nagios",
            "x -o nagios",
            "x -of nagios",
            "x -f",
        ] {
            assert!(!asked(line), "{line}");
        }
    }
}
