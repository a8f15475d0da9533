//! The plugin's answer over several runs, when things go wrong, and as Nagios' own programs read it.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::{Place, logmedic, plugin, program, succeeds, text};

/// The state, checked against the exit code and with nothing on standard error.
#[track_caller]
fn state(output: &Output) -> String {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let answer = plugin::read(text(output)).unwrap_or_else(|flaw| panic!("{flaw}\n{}", text(output)));
    let code = ["OK", "WARNING", "CRITICAL", "UNKNOWN"].iter().position(|state| *state == answer.state).unwrap();
    assert_eq!(output.status.code(), i32::try_from(code).ok(), "{output:?}");
    answer.state.to_owned()
}

#[test]
fn a_service_is_critical_until_the_logs_go_on_without_the_finding() {
    let place = Place::new();
    let check = || place.run(&["-f", "nagios", "-t", "50"]);
    place.write(0..5, true);
    let output = check();
    assert_eq!(state(&output), "CRITICAL");
    let answer = plugin::read(text(&output)).unwrap();
    assert!(answer.words.contains("(AADSTS7000222)"), "{answer:?}");
    assert_eq!(answer.performance["critical"], (1.0, ""));
    assert_eq!(answer.performance["read_events"], (4.0, ""));
    assert!(answer.rest.iter().any(|line| line.contains("[16-19]")), "{answer:?}");
    assert_eq!(state(&check()), "CRITICAL", "nothing new");
    place.write(5..10, false);
    check();
    place.write(10..15, false);
    assert_eq!(state(&check()), "OK");
}

#[test]
fn whatever_goes_wrong_is_unknown() {
    let place = Place::new();
    place.write(0..5, false);
    let logs = place.path("logs");
    let logs = logs.to_str().unwrap();
    let run = |arguments: &[&str]| logmedic().args(arguments).stdin(Stdio::null()).output().unwrap();
    assert_eq!(state(&run(&["-f", "nagios", logs])), "OK");
    let state_file = place.path("state");
    let state_name = state_file.to_str().unwrap();
    let lock = File::create(place.path("state.lock")).unwrap();
    lock.lock().unwrap();
    for arguments in [
        &["-f", "nagios", "--no-such-option"][..],
        &["-f", "nagios", "--fail-on", "never", logs],
        &["-f", "nagios", "--strict", logs],
        &["-f", "nagios", "no-such-file"],
        &["--format=nagios", "--state", state_name, logs],
        &["-qfnagios", "--list", logs],
        &["-f", "nagios", logs, "no-such-file"],
        &["merge", "-f", "nagios", "no-such-report.json"],
    ] {
        assert_eq!(state(&run(arguments)), "UNKNOWN", "{arguments:?}");
    }
    let in_use = run(&["-f", "nagios", "--state", state_name, logs]);
    assert!(text(&in_use).contains("in use"), "{in_use:?}");
    drop(lock);
    fs::write(&state_file, "no state").unwrap();
    assert_eq!(state(&run(&["-f", "nagios", "--state", state_name, logs])), "UNKNOWN", "a damaged state");
    let help = run(&["-f", "nagios", "--help"]);
    assert!(help.status.code() == Some(3) && text(&help).contains("Usage:"), "{help:?}");
    let elsewhere = run(&["-t", "5", logs]);
    assert_eq!(elsewhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&elsewhere.stderr).contains("--format nagios"), "{elsewhere:?}");
}

#[test]
fn a_run_that_takes_too_long_answers_and_leaves_the_state_as_it_was() {
    let place = Place::new();
    place.write(0..5, true);
    // A run waits for another one, which never ends.
    let lock = File::create(place.path("state.lock")).unwrap();
    lock.lock().unwrap();
    let begun = Instant::now();
    let output = place.run(&["-f", "nagios", "-t", "1", "--wait"]);
    assert_eq!(state(&output), "UNKNOWN");
    assert!(text(&output).contains("no answer within 1 s"), "{output:?}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(!place.path("state").exists());
    drop(lock);
    assert_eq!(state(&place.run(&["-f", "nagios", "-t", "60", "--wait"])), "CRITICAL");
    assert!(place.path("state").exists());
}

#[test]
fn long_answers_are_cut_at_a_line_and_say_what_is_missing() {
    let place = Place::new();
    let mut command = logmedic();
    command.args(["-f", "nagios", "sample-logs"]);
    for number in 0..50 {
        command.arg(place.path(&format!("{}|<b>$(id)`id`{number}", "x".repeat(150))));
    }
    let output = command.output().unwrap();
    assert_eq!(state(&output), "CRITICAL");
    let answer = plugin::read(text(&output)).unwrap();
    assert!(answer.words.ends_with("INCOMPLETE"), "{answer:?}");
    assert!(answer.rest.iter().any(|line| line.starts_with("Left out for length")), "{answer:?}");
    assert_eq!(answer.performance["problems"], (50.0, ""));
}

/// What Nagios' own Perl library takes from the answer, and what its program that turns states round does.
#[test]
fn nagios_own_programs_understand_the_answer() {
    let place = Place::new();
    place.write(0..5, true);
    let output = place.run(&["-f", "nagios", "--peek"]);
    let performance = text(&output).lines().next().unwrap().split_once(" | ").unwrap().1;
    let perl = "use Monitoring::Plugin::Performance; print join ' ', map { $_->label . '=' . $_->value . $_->uom } Monitoring::Plugin::Performance->parse_perfstring($ARGV[0])";
    let has_library = Command::new("perl").args(["-MMonitoring::Plugin::Performance", "-e1"]).output();
    if has_library.is_ok_and(|output| output.status.success()) {
        let read = succeeds(Command::new("perl").args(["-e", perl, performance]));
        assert_eq!(read, performance.replace(";;;0", ""));
    } else {
        let _ = writeln!(std::io::stderr(), "skipped: no Monitoring::Plugin for Perl");
    }
    let negate = std::path::Path::new("/usr/lib/nagios/plugins/negate");
    if negate.exists() {
        let mut command = Command::new(negate);
        command.args(["-t", "30", "-s", "-c", "OK"]).arg(assert_cmd::cargo::cargo_bin!());
        let turned = command.args(["-f", "nagios"]).arg(place.path("logs")).output().unwrap();
        assert_eq!(turned.status.code(), Some(0), "{turned:?}");
        assert!(text(&turned).starts_with("OK: Microsoft refused"), "{turned:?}");
    } else {
        let _ = writeln!(std::io::stderr(), "skipped: no negate of the monitoring plugins");
    }
}

#[test]
fn nagios_and_icinga_take_the_definitions() {
    let place = Place::new();
    let binary = assert_cmd::cargo::cargo_bin!().to_str().unwrap();
    let ours = |name: &str| {
        let text = fs::read_to_string(format!("integrations/nagios/{name}")).unwrap();
        text.replace("/usr/local/bin/logmedic", binary)
    };
    // Started by root they would become somebody else, who may not write here.
    let own = |option: &str| succeeds(Command::new("id").arg(option)).trim().to_owned();
    if let Some(nagios) = program(&["nagios4", "nagios"]) {
        let objects = "define timeperiod {\n timeperiod_name 24x7\n alias x\n monday 00:00-24:00\n}\n\
             define command {\n command_name notify\n command_line /bin/true\n}\n\
             define contact {\n contact_name admin\n host_notifications_enabled 0\n service_notifications_enabled 0\n \
             host_notification_period 24x7\n service_notification_period 24x7\n host_notification_commands notify\n \
             service_notification_commands notify\n}\n\
             define contactgroup {\n contactgroup_name admins\n alias x\n members admin\n}\n\
             define host {\n host_name jira.example.com\n address 127.0.0.1\n max_check_attempts 1\n check_period 24x7\n \
             contact_groups admins\n notification_period 24x7\n}\n";
        fs::write(place.path("objects.cfg"), objects.to_owned() + &ours("logmedic.cfg")).unwrap();
        let main = format!(
            "nagios_user={1}\nnagios_group={2}\ncfg_file={0}/objects.cfg\nlog_file={0}/nagios.log\ncheck_result_path={0}\ntemp_path={0}\n\
             object_cache_file={0}/cache\nstatus_file={0}/status\nlock_file={0}/lock\ncommand_file={0}/cmd\n",
            place.path("").display().to_string().trim_end_matches('/'),
            own("-un"),
            own("-gn")
        );
        fs::write(place.path("nagios.cfg"), main).unwrap();
        let said = succeeds(Command::new(nagios).arg("-v").arg(place.path("nagios.cfg")));
        assert!(said.contains("Checked 1 services") && said.contains("Total Errors:   0"), "{said}");
    }
    if let Some(icinga) = program(&["icinga2"]) {
        let host = "include <itl>\nconst NodeName = \"x\"\nconst ZoneName = \"x\"\nobject Host \"jira.example.com\" {\n check_command = \"dummy\"\n vars.jira_log = \"/logs\"\n}\n";
        fs::write(place.path("icinga.conf"), host.to_owned() + &ours("icinga2.conf")).unwrap();
        let mut command = Command::new(icinga);
        command.args(["daemon", "-C", "-c"]).arg(place.path("icinga.conf"));
        command.arg(format!("-DRunAsUser={}", own("-un"))).arg(format!("-DRunAsGroup={}", own("-gn")));
        for folder in ["DataDir", "CacheDir", "LogDir", "SpoolDir", "InitRunDir"] {
            fs::create_dir(place.path(folder)).unwrap();
            command.arg(format!("-D{folder}={}", place.path(folder).display()));
        }
        let said = succeeds(&mut command);
        assert!(said.contains("1 Service"), "{said}");
    }
}
