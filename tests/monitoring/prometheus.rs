//! The file for Prometheus over several runs, and as promtool and `node_exporter` read it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{EXPIRED, Place, exposition, logmedic, program, succeeds, text};

type Families = BTreeMap<String, exposition::Family>;

/// A machine under load starts a program slowly.
const PATIENCE: Duration = Duration::from_secs(30);

fn read(text: &str) -> Families {
    exposition::read(text).unwrap_or_else(|flaw| panic!("{flaw}\n{text}"))
}

/// The only series of a name.
#[track_caller]
fn value(families: &Families, name: &str) -> f64 {
    let series = &families[name].series;
    assert_eq!(series.len(), 1, "{series:?}");
    *series.values().next().unwrap()
}

fn status(families: &Families) -> &str {
    &families["logmedic_finding_status"].series.keys().next().unwrap()["status"]
}

#[test]
#[expect(clippy::float_cmp, reason = "whole numbers")]
fn a_finding_stays_until_the_logs_go_on_without_it_and_then_says_so() {
    let place = Place::new();
    let file = place.path("x.prom");
    let run = |code: i32| {
        let output = place.run(&["-q", "-f", "none", "-o", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        read(&fs::read_to_string(&file).unwrap())
    };
    place.write(0..5, true);
    let new = run(1);
    assert_eq!((status(&new), value(&new, "logmedic_finding_failing")), ("new", 1.0));
    assert_eq!(value(&new, "logmedic_finding_last_seen_timestamp_seconds"), 1_768_262_580.0);
    assert_eq!(new["logmedic_finding_failing"].series.keys().next().unwrap()["signature"], EXPIRED);
    place.write(5..9, true);
    let ongoing = run(1);
    assert_eq!((status(&ongoing), value(&ongoing, "logmedic_finding_failing")), ("ongoing", 1.0));
    assert_eq!(value(&ongoing, "logmedic_finding_last_run_events"), 4.0);
    assert_eq!(value(&ongoing, "logmedic_finding_events_total"), 8.0);
    let counters: Vec<&String> =
        ongoing.iter().filter(|(_, family)| family.kind == "counter").map(|(name, _)| name).collect();
    assert_eq!(counters, ["logmedic_finding_events_total"]);
    place.write(9..10, false);
    run(1);
    let nothing_new = run(1);
    assert_eq!(value(&nothing_new, "logmedic_finding_failing"), 1.0, "its logs say nothing newer");
    place.write(10..20, false);
    let quiet = run(0);
    assert_eq!((status(&quiet), value(&quiet, "logmedic_finding_failing")), ("quiet", 0.0));
    assert_eq!(value(&quiet, "logmedic_finding_events_total"), 9.0);
    let known = place.path("known.toml");
    let entry = format!("[[suppression]]\nid = \"{EXPIRED}\"\nreason = \"x\"\nuntil = \"2999-01-01\"\n");
    fs::write(&known, entry).unwrap();
    let suppressed = place.run(&["-f", "prometheus", "--peek", "--suppressions", known.to_str().unwrap()]);
    assert_eq!(value(&read(text(&suppressed)), "logmedic_finding_suppressed"), 1.0);
}

#[test]
#[expect(clippy::float_cmp, reason = "whole numbers")]
fn the_last_success_outlives_runs_that_are_incomplete_or_fail() {
    const SUCCESS: &str = "logmedic_last_success_timestamp_seconds";
    const RUN: &str = "logmedic_last_run_timestamp_seconds";
    let place = Place::new();
    place.write(0..5, false);
    let file = place.path("x.prom");
    let run = |second: &str, more: &[&str], code: i32| {
        let mut command = logmedic();
        command.env("SOURCE_DATE_EPOCH", second).args(["-q", "-f", "none", "-o"]).arg(&file);
        let output = command.args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        fs::read_to_string(&file).ok().map(|text| read(&text))
    };
    let (logs, missing) = (place.path("logs"), place.path("missing"));
    let (logs, missing) = (logs.to_str().unwrap(), missing.to_str().unwrap());
    assert!(run("100", &[missing], 2).is_none(), "a run that fails writes no file");
    let never = run("150", &[logs, missing], 3).unwrap();
    assert_eq!((value(&never, RUN), value(&never, SUCCESS)), (150.0, 0.0));
    let complete = run("200", &[logs], 0).unwrap();
    assert_eq!((value(&complete, RUN), value(&complete, SUCCESS)), (200.0, 200.0));
    let incomplete = run("300", &[logs, missing], 3).unwrap();
    assert_eq!((value(&incomplete, RUN), value(&incomplete, SUCCESS)), (300.0, 200.0));
    assert_eq!(value(&incomplete, "logmedic_last_run_complete"), 0.0);
    assert_eq!(value(&incomplete, "logmedic_last_run_problems"), 1.0);
    let failed = run("400", &[missing], 2).unwrap();
    assert_eq!((value(&failed, RUN), value(&failed, SUCCESS)), (300.0, 200.0), "the file stays as it was");
    let timeless = run("500", &["--no-timestamp", logs], 0).unwrap();
    assert!(!timeless.contains_key(RUN) && !timeless.contains_key(SUCCESS));
}

#[cfg(unix)]
#[test]
fn the_collector_may_read_the_file_whatever_the_umask_is() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.write(0..5, true);
    let file = place.path("x.prom");
    let line = format!(
        "umask 077; exec {:?} -q -f none -o {file:?} {:?}",
        assert_cmd::cargo::cargo_bin!(),
        place.path("logs")
    );
    assert_eq!(Command::new("sh").args(["-c", &line]).status().unwrap().code(), Some(1));
    let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(), 0o644);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(Command::new("sh").args(["-c", &line]).status().unwrap().code(), Some(1));
    assert_eq!(mode(), 0o640, "what somebody set stays");
}

#[test]
fn promtool_finds_nothing_to_complain_of() {
    let Some(promtool) = program(&["promtool"]) else { return };
    let mut checked = 0;
    for entry in fs::read_dir("tests/golden").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "prom") {
            let file = fs::File::open(&path).unwrap();
            let said = succeeds(Command::new(&promtool).args(["check", "metrics"]).stdin(file));
            assert_eq!(said, "", "{}", path.display());
            read(&fs::read_to_string(&path).unwrap());
            checked += 1;
        }
    }
    assert!(checked > 10);
    succeeds(Command::new(&promtool).args(["check", "rules", "integrations/prometheus/alerts.yml"]));
    succeeds(Command::new(&promtool).args(["test", "rules", "integrations/prometheus/alerts_test.yml"]));
}

#[test]
fn alerts_ask_for_series_that_there_are() {
    let place = Place::new();
    place.write(0..5, true);
    let families = read(text(&place.run(&["-f", "prometheus"])));
    let rules = fs::read_to_string("integrations/prometheus/alerts.yml").unwrap();
    let names = rules.split(|c: char| !c.is_ascii_lowercase() && c != '_').filter(|word| word.starts_with("logmedic_"));
    let names: Vec<&str> = names.collect();
    assert!(names.len() >= 6, "{names:?}");
    assert!(names.iter().all(|name| families.contains_key(*name)), "{names:?} {:?}", families.keys());
}

#[test]
fn node_exporter_shows_every_series() {
    let Some(exporter) = program(&["prometheus-node-exporter", "node_exporter"]) else { return };
    let place = Place::new();
    place.write(0..5, true);
    let textfiles = place.path("textfiles");
    fs::create_dir(&textfiles).unwrap();
    let file = textfiles.join("logmedic.prom");
    assert_eq!(place.run(&["-q", "-f", "none", "-o", file.to_str().unwrap()]).status.code(), Some(1));
    let ours = fs::read_to_string(&file).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new(exporter)
        .args(["--collector.disable-defaults", "--collector.textfile", "--web.disable-exporter-metrics"])
        .arg(format!("--collector.textfile.directory={}", textfiles.display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + PATIENCE;
    let page = loop {
        if let Ok(page) = get(port) {
            break page;
        }
        if Instant::now() > end || child.try_wait().unwrap().is_some() {
            break String::new();
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    let lines: Vec<&str> = page.lines().collect();
    assert!(lines.contains(&"node_textfile_scrape_error 0"), "{page}");
    for line in ours.lines() {
        // It writes large numbers its own way, and labels in their order.
        let (series, value) = line.rsplit_once(' ').unwrap();
        let shown = |other: &&&str| {
            let (name, number) = other.rsplit_once(' ').unwrap_or_default();
            let labels = |text: &str| {
                let mut parts: Vec<String> = text.split(['{', ',', '}']).map(str::to_owned).collect();
                parts.sort();
                parts
            };
            labels(name) == labels(series)
                && number.parse::<f64>().ok().map(f64::to_bits) == value.parse::<f64>().ok().map(f64::to_bits)
        };
        let is_there = if line.starts_with('#') { lines.contains(&line) } else { lines.iter().any(|l| shown(&l)) };
        assert!(is_there, "{line}\n{page}");
    }
}

fn get(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    Ok(page)
}
