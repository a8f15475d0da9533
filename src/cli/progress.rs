//! A bar on standard error for work that takes long, by bytes; nothing where standard error is no terminal.

use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use logmedic::Progress;

/// Work that is done sooner shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two looks.
const PACE: Duration = Duration::from_millis(150);

/// What is shown of work of which the end is known, and of other work.
const BAR: &str = "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
const ENDLESS: &str = "{bytes} read, {bytes_per_sec}";

/// Whether a bar is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProgressName {
    /// On a terminal, for work of more than a second.
    Auto,
    Never,
}

/// Does the work, and shows meanwhile how far it has come.
pub(super) fn watched<T>(progress: &Progress, wanted: bool, work: impl FnOnce() -> T) -> T {
    if !wanted || !std::io::stderr().is_terminal() {
        return work();
    }
    std::thread::scope(|scope| {
        let (end, ended) = channel::<()>();
        scope.spawn(move || show(progress, &ended));
        let outcome = work();
        drop(end);
        outcome
    })
}

fn show(progress: &Progress, ended: &Receiver<()>) {
    if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    // How far a pipe has come nobody knows.
    let template = if progress.is_endless() { ENDLESS } else { BAR };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    while ended.recv_timeout(PACE) == Err(RecvTimeoutError::Timeout) {
        bar.set_length(progress.total());
        bar.set_position(progress.done());
    }
    bar.finish_and_clear();
}
