//! Scheduled runs on a machine that fails: killed at every system call and at any moment, without room, without rights,
//! with a disk that returns errors. After the next run nothing is lost, and nothing counted twice in report files.
//!
//! `LOGMEDIC_CI_LONG=1` runs every scenario and a thousand kills instead of a sample. What needs `strace` or namespaces of
//! its own says so and is left out where they are not to be had.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
#![allow(clippy::print_stderr, reason = "what is left out must be seen")]

#[path = "faults/disks.rs"]
mod disks;
#[path = "faults/moments.rs"]
mod moments;
#[path = "faults/starts.rs"]
mod starts;
#[path = "faults/system_calls.rs"]
mod system_calls;
#[path = "faults/world.rs"]
mod world;

/// Whether the long form was asked for.
fn is_long() -> bool {
    std::env::var("LOGMEDIC_CI_LONG").is_ok_and(|long| long == "1")
}

/// Says that a test is left out: past the test's own capture, so that nobody takes it for passed.
fn left_out(what: &str, why: &str) {
    use std::io::Write;
    if let Ok(mut terminal) = std::fs::OpenOptions::new().write(true).open("/proc/self/fd/2") {
        let _ = writeln!(terminal, "LEFT OUT: {what}: {why}");
    }
}
