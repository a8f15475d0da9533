//! A run that ends, or meets an error, at each of its system calls in turn; `strace` makes that happen.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::sync::LazyLock;

use assert_cmd::cargo::cargo_bin;

use super::world::{Snapshot, World, without_settings};
use super::{is_long, left_out};

/// Why `strace` cannot be used here, if so.
static NO_STRACE: LazyLock<Option<String>> =
    LazyLock::new(|| match Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output() {
        Err(error) => Some(format!("strace (Debian package strace) cannot be started: {error}")),
        Ok(outcome) if !outcome.status.success() => {
            Some(format!("strace cannot trace here: {}", String::from_utf8_lossy(&outcome.stderr).trim()))
        }
        Ok(_) => None,
    });

/// A system call of a run: the n-th of its name.
#[derive(Debug, Clone)]
struct Call {
    name: String,
    nth: usize,
    text: String,
}

impl Call {
    fn is_one_of(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }
}

/// What the run that is disturbed finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A state of one run, and new events.
    OneRun,
    /// The same, and the log has been rotated.
    Rotated,
    /// No state.
    Nothing,
    /// A state whose run was killed right after the commit, so that its report still has its temporary name.
    Killed,
    /// A damaged state, and the one before it.
    Damaged,
}

fn world(before: Before, own_names: bool) -> World {
    let mut world = World::new(own_names);
    world.append(4);
    if before == Before::Nothing {
        return world;
    }
    world.run();
    world.append(3);
    match before {
        Before::Killed => {
            let calls = calls(&mut world);
            let publish =
                calls.iter().rfind(|call| call.name.starts_with("rename") && call.text.contains(".logmedic-"));
            let killed = disturbed(&mut world, publish.unwrap(), "signal=KILL");
            assert_eq!(killed.status.signal(), Some(9), "{killed:?}");
            world.look();
            world.append(2);
        }
        Before::Damaged => {
            world.run();
            // What the current state says is told again from the one before: these reports do not count.
            let mut bytes = fs::read(world.state()).unwrap();
            let last = bytes.len() - 2;
            bytes[last] ^= 1;
            fs::write(world.state(), bytes).unwrap();
            world.append(2);
        }
        Before::Rotated => {
            fs::rename(world.log(), world.log().with_extension("log.1")).unwrap();
            world.append(2);
        }
        Before::OneRun | Before::Nothing => {}
    }
    world
}

/// What a run from here on calls, from the first call that names its own files on. The world stays as it is.
fn calls(world: &mut World) -> Vec<Call> {
    let snapshot = world.snapshot();
    let trace = world.root().join("trace");
    let mut command = without_settings(Command::new("strace"));
    command.args(["-f", "-qq", "-y", "-s", "4096", "-o"]).arg(&trace).arg(cargo_bin!("logmedic"));
    let outcome = command.args(world.arguments()).output().unwrap();
    assert!(matches!(outcome.status.code(), Some(1 | 3)), "{outcome:?}");
    world.restore(&snapshot);
    let text = fs::read_to_string(&trace).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut calls = Vec::new();
    let own = world.root().to_str().unwrap();
    for line in text.lines() {
        let Some((name, _)) = line.split_once(' ').and_then(|(_, call)| call.trim_start().split_once('(')) else {
            continue;
        };
        let nth = counts.entry(name).or_default();
        *nth += 1;
        calls.push(Call { name: name.to_owned(), nth: *nth, text: line.to_owned() });
    }
    let first = calls.iter().position(|call| call.text.contains(own) && call.name != "execve").unwrap();
    let mut calls = calls.split_off(first);
    // Not of this world: where signature files of this user would be. And the standard library takes it for impossible
    // that a folder cannot be closed.
    let is_folder = |call: &Call| call.name == "close" && call.text.contains("/logs>");
    calls.retain(|call| !call.text.contains("rules.d") && !is_folder(call));
    calls
}

/// A run that is disturbed at a call.
fn disturbed(world: &mut World, call: &Call, how: &str) -> Output {
    let mut command = without_settings(Command::new("strace"));
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={}", call.name), "-e"]);
    command.arg(format!("inject={}:{how}:when={}", call.name, call.nth)).arg(cargo_bin!("logmedic"));
    command.args(world.arguments()).output().unwrap()
}

/// Kills a run at each of its calls and lets the next ones go on.
fn kill_at_each_call(before: Before, own_names: bool, step: usize) {
    if let Some(reason) = &*NO_STRACE {
        return left_out("a run killed at each system call", reason);
    }
    let mut world = world(before, own_names);
    let calls = calls(&mut world);
    let snapshot = world.snapshot();
    let mut killed = 0;
    for call in calls.iter().step_by(step) {
        world.restore(&snapshot);
        let outcome = disturbed(&mut world, call, "signal=KILL");
        killed += usize::from(outcome.status.signal() == Some(9));
        world.look();
        world.append(1);
        world.finish();
        let context = format!("{before:?}, own names {own_names}, killed at {call:?}");
        check(&world, before, &context);
    }
    // Which calls there are differs by one or two from run to run: the allocator's.
    assert!(killed * 10 >= calls.len().div_ceil(step) * 8, "{killed} of {} runs were killed", calls.len());
}

fn check(world: &World, before: Before, context: &str) {
    if before == Before::Damaged {
        assert!(world.problems.iter().any(|problem| problem.contains("state-restored")), "{context}");
        assert!(!world.problems.iter().any(|problem| problem.contains("-lost")), "{context}: {:?}", world.problems);
        // What the damaged state had added to the one before it is told again.
        return assert_eq!(world.is_whole(), Ok(()), "{context}");
    }
    assert_eq!(world.is_exact(), Ok(()), "{context}");
    assert!(world.problems.is_empty(), "{context}: {:?}", world.problems);
}

/// How thinly the short form looks at what only the long one tries in full.
fn step(thin: usize) -> usize {
    if is_long() { 1 } else { thin }
}

#[test]
fn killed_at_each_call_each_run_with_a_report_of_its_own() {
    kill_at_each_call(Before::OneRun, true, 1);
}

#[test]
fn killed_at_each_call_all_runs_with_one_report() {
    kill_at_each_call(Before::OneRun, false, step(5));
}

#[test]
fn killed_at_each_call_of_the_run_that_finishes_a_killed_one() {
    kill_at_each_call(Before::Killed, true, step(3));
    kill_at_each_call(Before::Killed, false, step(7));
}

#[test]
fn killed_at_each_call_of_a_first_run_and_of_one_after_a_rotation() {
    kill_at_each_call(Before::Nothing, true, step(7));
    kill_at_each_call(Before::Rotated, true, step(7));
}

#[test]
fn killed_at_each_call_with_a_damaged_state() {
    kill_at_each_call(Before::Damaged, true, step(7));
}

/// Calls that change what lies on the disk, or open what is to be changed.
const WRITING: [&str; 14] = [
    "openat",
    "write",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "ftruncate",
    "fchmod",
    "flock",
];

/// Calls that only look.
const READING: [&str; 9] =
    ["read", "pread64", "statx", "newfstatat", "fstat", "getdents64", "readlink", "lseek", "close"];

/// A run meets an error at each of its calls of these names. `errors` are names and texts of errors.
fn fail_at_each_call(before: Before, own_names: bool, names: &[&str], errors: &[(&str, &str)], step: usize) {
    if let Some(reason) = &*NO_STRACE {
        return left_out("an error at each system call", reason);
    }
    let mut world = world(before, own_names);
    let calls: Vec<Call> = calls(&mut world).into_iter().filter(|call| call.is_one_of(names)).collect();
    assert!(calls.len() > 10, "{calls:?}");
    let snapshot = world.snapshot();
    let mut refused = 0;
    let cases = calls.iter().flat_map(|call| errors.iter().map(move |error| (call, error)));
    for (call, (error, text)) in cases.step_by(step) {
        world.restore(&snapshot);
        let outcome = disturbed(&mut world, call, &format!("error={error}"));
        let context = format!("{before:?}, own names {own_names}, {error} at {call:?}: {outcome:?}");
        let said = String::from_utf8_lossy(&outcome.stderr);
        let code = outcome.status.code();
        assert!(matches!(code, Some(0..=4)), "{context}");
        if matches!(code, Some(2 | 4)) {
            refused += 1;
            let root = world.root().to_str().unwrap();
            assert!(said.contains(root) || said.contains("standard output"), "no path is named: {context}");
            assert_eq!(said.matches(text).count(), 1, "the error is to be named once: {context}");
            // What has been committed stays so, and the message says that the next run goes on from there. A run that
            // finishes another one does that first, whatever becomes of itself.
            let is_begun = ["the next run finds out", "the next run gives"].iter().any(|words| said.contains(words));
            if !is_begun && before != Before::Killed {
                assert!(is_as_it_was(&world, &snapshot), "the old state and report are not there: {context}");
            }
        }
        let was_about_logs = is_about_logs(call);
        world.look();
        world.append(1);
        world.finish();
        // A log that could not be read is a problem, and then so is what follows from it.
        if !was_about_logs || world.problems.is_empty() {
            check(&world, before, &context);
        }
    }
    assert!(refused > 0, "no error was met");
}

fn is_about_logs(call: &Call) -> bool {
    call.text.contains("/logs/") || call.text.contains("/logs\"") || call.text.contains("/logs>")
}

/// Whether the state and the reports that were there before are still there, and no other.
fn is_as_it_was(world: &World, snapshot: &Snapshot) -> bool {
    let now = world.snapshot();
    let counts = |name: &str| name == "state/jira" || name.starts_with("reports/") && !name.contains("/.");
    let old = |snapshot: &Snapshot| {
        let files = snapshot.files.iter().filter(|(name, _)| counts(name.to_str().unwrap()));
        files.map(|(name, bytes)| (name.clone(), bytes.clone())).collect::<BTreeMap<_, _>>()
    };
    old(&now) == old(snapshot)
}

const DISK: [(&str, &str); 3] =
    [("EIO", "Input/output error"), ("ENOSPC", "No space left on device"), ("EINTR", "Interrupted system call")];

#[test]
fn an_error_at_each_call_that_writes() {
    fail_at_each_call(Before::OneRun, true, &WRITING, &DISK, step(4));
}

#[test]
fn an_error_at_each_call_that_writes_to_the_same_report() {
    fail_at_each_call(Before::OneRun, false, &WRITING, &DISK[..2], step(5));
}

#[test]
fn an_error_at_each_call_of_the_run_that_finishes_a_killed_one() {
    fail_at_each_call(Before::Killed, true, &WRITING, &DISK[..2], step(7));
    fail_at_each_call(Before::Killed, false, &WRITING, &DISK[..2], step(11));
}

#[test]
fn an_error_at_each_call_that_only_looks() {
    fail_at_each_call(Before::OneRun, true, &READING, &DISK[..1], step(4));
}

#[test]
fn what_a_run_relies_on_is_on_the_disk_before_it_does() {
    if let Some(reason) = &*NO_STRACE {
        return left_out("the order in which a run writes", reason);
    }
    let mut world = world(Before::OneRun, true);
    let calls = calls(&mut world);
    let root = world.root().to_str().unwrap().to_owned();
    let mut steps: Vec<String> = calls
        .iter()
        .filter(|call| call.is_one_of(&["fsync", "rename", "renameat", "renameat2", "linkat"]) || is_print(call))
        .map(|call| step_of(call, &root))
        .collect();
    steps.dedup();
    let expected = [
        "fsync state/jira.new",
        "linkat state/jira state/jira.keep",
        "fsync state",
        "fsync reports/TEMPORARY",
        "fsync reports",
        "print",
        "rename state/jira.keep state/jira.prev",
        "rename state/jira.new state/jira",
        "fsync state",
        "rename reports/TEMPORARY reports/2.json",
        "fsync reports",
        "fsync state/jira.new",
        "rename state/jira.new state/jira",
        "fsync state",
    ];
    assert_eq!(steps, expected);
}

fn is_print(call: &Call) -> bool {
    call.name == "write" && call.text.contains("write(1<")
}

/// The call with the files that it names, from the world's root.
fn step_of(call: &Call, root: &str) -> String {
    if is_print(call) {
        return "print".to_owned();
    }
    let mut step = call.name.replace("renameat2", "rename").replace("renameat", "rename");
    for piece in call.text.split(root).skip(1) {
        let name: String = piece.chars().take_while(|c| !matches!(c, '"' | '>' | ',')).collect();
        let name = name.trim_start_matches('/');
        let name = match name.find(".logmedic-") {
            Some(at) => format!("{}TEMPORARY", &name[..at]),
            None => name.to_owned(),
        };
        step.push_str(&format!(" {name}"));
    }
    step
}
