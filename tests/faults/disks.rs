//! Disks without room, folders without rights, files that cannot be replaced; each in a namespace of its own, so that
//! nothing of this machine changes.

use std::fs;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;

use super::left_out;
use super::world::{World, event, without_settings};

/// Runs a script in which mounts are its own. `logs` adds events that were prepared: `more 1` those of the first batch.
/// `expect CODE TEXT` runs the program and compares its exit code, and what it says on standard error.
const PRELUDE: &str = r#"
set -eu
cd "$ROOT"
more() { cat "more-$1" >> logs/atlassian-jira.log; }
run() { "$PROGRAM" --threads 1 "$ROOT/logs/atlassian-jira.log" --state "$ROOT/state/jira" -o "$ROOT/reports/$1.json"; }
fail() { echo "FAILED: $*" >&2; cat said >&2; exit 99; }
expect() {
    code=0
    run "$1" > told 2> said || code=$?
    [ "$code" = "$2" ] || fail "run $1 ended with $code, not with $2"
    grep -qF "$3" said || fail "run $1 does not say $3"
}
# A run that counts: nothing on standard error, findings.
fine() {
    code=0
    run "$1" > told 2> said || code=$?
    [ "$code" = 1 ] && [ ! -s said ] || fail "run $1 ended with $code"
}
"#;

/// How mounts of one's own are had: as anybody, or as root where that is not allowed.
const NAMESPACES: [&[&str]; 2] = [&["-Urm"], &["-m"]];

/// Runs the script with so many batches of two events, and looks at the reports. `None` where there are no namespaces.
fn world_after(batches: usize, script: &str) -> Option<World> {
    let probe = |flags: &&&[&str]| {
        let mut command = Command::new("unshare");
        command.args(**flags).args(["mount", "-t", "tmpfs", "none", "/mnt"]);
        command.output().is_ok_and(|outcome| outcome.status.success())
    };
    let Some(flags) = NAMESPACES.iter().find(probe) else {
        left_out("a disk that is full or read-only", "unshare cannot make a mount namespace here");
        return None;
    };
    let mut world = World::new(true);
    for batch in 0..batches {
        let text: String = (2 * batch..2 * batch + 2).map(event).collect();
        fs::write(world.root().join(format!("more-{batch}")), text).unwrap();
    }
    world.written = 2 * batches;
    let mut command = without_settings(Command::new("unshare"));
    command.args(*flags).args(["bash", "-c", &format!("{PRELUDE}{script}")]);
    command.env("ROOT", world.root()).env("PROGRAM", cargo_bin!("logmedic"));
    let outcome: Output = command.output().unwrap();
    assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
    world.look();
    assert_eq!(world.is_exact(), Ok(()));
    assert!(world.problems.is_empty(), "{:?}", world.problems);
    Some(world)
}

#[test]
fn a_full_disk_under_the_state() {
    world_after(
        4,
        r#"
        mount -t tmpfs -o size=64k none state
        more 0; fine 0
        more 1
        cp state/jira before
        cat /dev/zero > state/filler 2> said || true
        expect 1 4 "No space left on device"
        grep -qF "$ROOT/state/jira" said || fail "the path is not named"
        [ ! -s told ] || fail "something was reported"
        cmp -s state/jira before || fail "the state is another"
        [ ! -e reports/1.json ] || fail "there is a report"
        ls -A state > names; [ "$(tr '\n' ' ' < names)" = "filler jira jira.lock " ] || fail "left behind: $(cat names)"
        rm state/filler
        more 2; fine 2
        more 3; fine 3
        "#,
    );
}

#[test]
fn a_full_disk_under_the_reports() {
    world_after(
        4,
        r#"
        mkdir kept
        mount -t tmpfs -o size=64k none reports
        more 0; fine 0
        more 1
        cp state/jira before
        cat /dev/zero > reports/filler 2> said || true
        expect 1 2 "No space left on device"
        grep -qF "$ROOT/reports/1.json" said || fail "the path is not named"
        grep -qF "Microsoft rejected the client secret" told || fail "the report is not on standard output"
        cmp -s state/jira before || fail "the state is another"
        ls -A reports > names; [ "$(tr '\n' ' ' < names)" = "0.json filler " ] || fail "left behind: $(cat names)"
        rm reports/filler
        more 2; fine 2
        more 3; fine 3
        cp reports/* kept
        umount reports
        cp kept/* reports
        "#,
    );
}

#[test]
fn folders_that_cannot_be_written() {
    world_after(
        4,
        r#"
        more 0; fine 0
        more 1
        cp state/jira before
        mount --bind state state; mount -o remount,bind,ro state
        expect 1 4 "Read-only file system"
        grep -qF "$ROOT/state/jira" said || fail "the path is not named"
        [ ! -s told ] || fail "something was reported"
        umount state
        cmp -s state/jira before || fail "the state is another"
        mount --bind reports reports; mount -o remount,bind,ro reports
        expect 1 2 "Read-only file system"
        grep -qF "$ROOT/reports/1.json" said || fail "the path is not named"
        umount reports
        cmp -s state/jira before || fail "the state is another"
        more 2; fine 2
        more 3; fine 3
        "#,
    );
}

#[test]
fn a_state_that_is_mounted_as_a_single_file() {
    world_after(
        3,
        r#"
        more 0; fine 0
        more 1
        cp state/jira other
        mount --bind other state/jira
        expect 1 4 "mount its folder instead"
        [ ! -s told ] || fail "something was reported"
        ls -A state > names; [ "$(tr '\n' ' ' < names)" = "jira jira.lock " ] || fail "left behind: $(cat names)"
        umount state/jira
        more 2; fine 2
        "#,
    );
}

#[test]
fn a_limit_on_the_size_of_files() {
    world_after(
        5,
        r#"
        more 0; fine 0
        more 1
        cp state/jira before
        limited() { ( ulimit -f "$1"; trap '' XFSZ; run "$2" ) }
        # Not even the lock file can be written.
        code=0; all=$(limited 0 1 2>&1) || code=$?
        echo "$all" > said
        [ "$code" = 4 ] && grep -qF "File too large" said || fail "a limit of nothing: $code"
        cmp -s state/jira before || fail "the state is another"
        # The report is longer than the state.
        code=0; all=$(limited 1 1 2>&1) || code=$?
        echo "$all" > said
        [ "$code" = 2 ] && grep -qF "File too large" said && grep -qF "$ROOT/reports/1.json" said || fail "ended with $code"
        grep -qF "Microsoft rejected the client secret" said || fail "the report is not on standard output"
        cmp -s state/jira before || fail "the state is another"
        more 2; fine 2
        # A signal that nobody handles ends the run in the middle of a file.
        more 3
        code=0; all=$(ulimit -f 1; run 3 2>&1) || code=$?
        echo "$all" > said
        [ "$code" = 153 ] || fail "ended with $code"
        more 4; fine 4
        "#,
    );
}

#[test]
fn a_standard_output_without_room() {
    world_after(
        3,
        r#"
        more 0; fine 0
        more 1
        cp state/jira before
        code=0; run 1 > /dev/full 2> said || code=$?
        [ "$code" = 2 ] && grep -qF "No space left on device" said || fail "ended with $code"
        cmp -s state/jira before || fail "the state is another"
        [ ! -e reports/1.json ] || fail "there is a report"
        more 2; fine 2
        "#,
    );
}
