//! Which contests are held, and which goals they decide.

use anyhow::Result;

use super::contest::{Contender, Standings, hold, size};
use super::data::{Data, GIB, Log, MIB, gzipped};
use super::goals::{Bound, Goals};
use super::proof::Proof;
use super::tools::Tools;

const RG: &str = "`rg -c -F -f`";
const LIMIT_1: &str = "read limit, 1 thread";
const LIMIT_2: &str = "read limit, 2 threads";
const MOST_MEMORY: Bound = Bound::Mebibytes(32.0);

/// The ways in which the program under test is run: by default it maps files at rest.
const MODES: [(&str, u32, &[&str]); 4] = [
    ("logmedic, 2 threads", 2, &["--threads", "2"]),
    ("logmedic, 2 threads, --mmap never", 2, &["--threads", "2", "--mmap", "never"]),
    ("logmedic, 1 thread", 1, &["--threads", "1"]),
    ("logmedic, 1 thread, --mmap never", 1, &["--threads", "1", "--mmap", "never"]),
];

/// What needs no log above 256 MiB.
pub(crate) fn small(data: &Data, tools: &Tools, rounds: u32, goals: &mut Goals) -> Result<()> {
    let log = data.log(256 * MIB, 1e-3)?;
    let mut contenders = file_contenders(tools, &log);
    contenders.push(Contender::new("`grep -c -F -f`", tools.grep(&log), &log, Proof::Lines));
    contenders.push(Contender::new("`lnav -n`, counts by level", tools.lnav(&log), &log, Proof::Rows));
    let standings = hold("256 MiB, density 1e-3", &contenders, rounds)?;
    for (mode, threads, _) in MODES {
        if threads == 2 {
            goals.add(format!("256 MiB, {mode}, against rg"), standings.ratio(mode, RG), Bound::Times(4.0));
        }
    }

    pipe(tools, &log, rounds, goals)?;
    compressed(tools, &log, rounds, goals)?;
    archive(data, tools, rounds, goals)?;
    many_signatures(data, tools, &log, rounds, goals)?;
    let log = data.near_misses(256 * MIB)?;
    let standings = hold("256 MiB, every line is a near miss", &file_contenders(tools, &log), rounds)?;
    for mode in [MODES[0].0, MODES[1].0] {
        goals.add(format!("near misses, {mode}, against rg"), standings.ratio(mode, RG), Bound::Times(1.5));
    }
    start_up(data, tools, goals)?;
    extreme(tools, &data.one_line(64 * MIB)?, "one line of 64 MiB", rounds, goals)?;
    let log = data.event_of_matches(16 * MIB)?;
    let standings = extreme(tools, &log, "one event of 16 MiB, a match on each line", rounds, goals)?;
    for mode in ["file, --mmap never", "pipe"] {
        let what = format!("one event of 16 MiB with a match on each line, {mode}");
        goals.add(what, standings.seconds(mode), Bound::Seconds(0.5));
    }
    Ok(())
}

/// What needs logs of `bytes` and three times as many.
pub(crate) fn large(data: &Data, tools: &Tools, bytes: u64, rounds: u32, goals: &mut Goals) -> Result<()> {
    for (density, shown, least) in [(0.0, "0", 5.0), (1e-5, "1e-5", 5.0), (1e-3, "1e-3", 5.0), (1e-1, "1e-1", 3.0)] {
        let log = data.log(bytes, density)?;
        let title = format!("{}, density {shown}", size(bytes));
        let standings = hold(&title, &file_contenders(tools, &log), rounds)?;
        for (mode, threads, _) in MODES {
            let (least, limit) = if threads == 2 { (least, LIMIT_2) } else { (2.5, LIMIT_1) };
            goals.add(format!("{title}: {mode}, against rg"), standings.ratio(mode, RG), Bound::Times(least));
            goals.add(format!("{title}: {mode}, against the {limit}"), standings.ratio(mode, limit), Bound::Times(0.3));
        }
        for (one, two) in [(2, 0), (3, 1)] {
            let (one, two) = (MODES[one].0, MODES[two].0);
            goals.add(format!("{title}: {two}, against 1"), standings.ratio(two, one), Bound::Times(1.7));
        }
        let never = MODES[1].0;
        goals.add(format!("{title}: memory of {never}"), standings.peak(never), MOST_MEMORY);
    }
    growth(data, tools, bytes, rounds, goals)?;
    let log = data.log(bytes, 1e-3)?;
    pipe(tools, &log, rounds, goals)?;
    many_signatures(data, tools, &log, rounds, goals)?;
    extreme(tools, &data.one_event(GIB)?, "one event of 1 GiB", rounds, goals)?;
    Ok(())
}

/// Everything that reads a log as a file.
fn file_contenders(tools: &Tools, log: &Log) -> Vec<Contender> {
    let own = MODES.iter().map(|(name, _, arguments)| Contender::reporting(name, tools.logmedic(log, arguments), log));
    let limit = |name, threads| Contender::new(name, tools.read_limit(log, threads), log, Proof::Bytes(log.bytes));
    let others = [Contender::new(RG, tools.rg(log, &[]), log, Proof::Lines), limit(LIMIT_1, 1), limit(LIMIT_2, 2)];
    own.chain(others).collect()
}

fn growth(data: &Data, tools: &Tools, bytes: u64, rounds: u32, goals: &mut Goals) -> Result<()> {
    let logs = [data.log(bytes, 1e-3)?, data.log(3 * bytes, 1e-3)?];
    let named = |mode: &str, log: &Log| format!("{}, {mode}", size(log.bytes));
    let mut contenders = Vec::new();
    for (mode, _, arguments) in &MODES[..2] {
        contenders.extend(
            logs.iter().map(|log| Contender::reporting(&named(mode, log), tools.logmedic(log, arguments), log)),
        );
    }
    let standings = hold("Growth, density 1e-3", &contenders, rounds)?;
    for (mode, ..) in &MODES[..2] {
        let [small, large] = logs.each_ref().map(|log| named(mode, log));
        let what = format!("{large}, throughput against {}", size(logs[0].bytes));
        goals.add(what, standings.ratio(&large, &small), Bound::Times(0.9));
    }
    let largest = named(MODES[1].0, &logs[1]);
    goals.add(format!("memory of {largest}"), standings.peak(&largest), MOST_MEMORY);
    Ok(())
}

fn pipe(tools: &Tools, log: &Log, rounds: u32, goals: &mut Goals) -> Result<()> {
    let title = format!("Pipe, {}, density 1e-3", size(log.bytes));
    let (rg, own) = ("`cat` to `rg -c -F -f`", "`cat` to logmedic");
    let contenders = vec![
        Contender::reporting(own, tools.cat_logmedic(log, &[]), log),
        Contender::new(rg, tools.cat_rg(log), log, Proof::Lines),
    ];
    let standings = hold(&title, &contenders, rounds)?;
    goals.add(format!("{title}, against rg"), standings.ratio(own, rg), Bound::Times(2.0));
    goals.add(format!("{title}, memory"), standings.peak(own), MOST_MEMORY);
    Ok(())
}

fn compressed(tools: &Tools, log: &Log, rounds: u32, goals: &mut Goals) -> Result<()> {
    let gz = gzipped(log)?;
    let (rg, own) = ("`rg -z -c -F -f`", "logmedic");
    let contenders = vec![
        Contender::new(own, tools.logmedic(&gz, &[]), &gz, Proof::Report(gz.contents.clone())),
        Contender::new(rg, tools.rg(&gz, &["-z"]), &gz, Proof::Lines),
    ];
    let standings = hold("gz of 256 MiB, density 1e-3", &contenders, rounds)?;
    goals.add("gz of 256 MiB, against `rg -z`", standings.ratio(own, rg), Bound::Times(2.5));
    goals.add("gz of 256 MiB, memory", standings.peak(own), MOST_MEMORY);
    Ok(())
}

fn archive(data: &Data, tools: &Tools, rounds: u32, goals: &mut Goals) -> Result<()> {
    let zip = data.cluster_zip(600 * MIB, 1e-3)?;
    let (grep, own) = ("`unzip -p` to `grep -c -F -f`", "logmedic");
    let contenders = vec![
        Contender::reporting(own, tools.logmedic(&zip, &[]), &zip),
        Contender::new(grep, tools.unzip_grep(&zip), &zip, Proof::Lines),
    ];
    let standings = hold("Zip of three nodes, 600 MiB inflated, density 1e-3", &contenders, rounds)?;
    goals.add("zip of three nodes, against unzip and grep", standings.ratio(own, grep), Bound::Times(1.0));
    goals.add("zip of three nodes, memory", standings.peak(own), Bound::Mebibytes(64.0));
    Ok(())
}

fn many_signatures(data: &Data, tools: &Tools, log: &Log, rounds: u32, goals: &mut Goals) -> Result<()> {
    let file = data.signatures_up_to(1000)?;
    let mut contenders = Vec::new();
    for (mode, _, arguments) in &MODES[..2] {
        contenders.push(Contender::reporting(mode, tools.logmedic(log, arguments), log));
        contenders.push(Contender::new(
            &format!("{mode}, 1000 signatures"),
            tools.logmedic_with_signatures(log, arguments, &file),
            log,
            Proof::Report(log.contents.clone()),
        ));
    }
    let title = format!("1000 signatures, {}, density 1e-3", size(log.bytes));
    let standings = hold(&title, &contenders, rounds)?;
    for (mode, ..) in &MODES[..2] {
        let ratio = standings.ratio(&format!("{mode}, 1000 signatures"), mode);
        goals.add(format!("{title}: {mode}, against the catalogue alone"), ratio, Bound::Times(0.6));
    }
    Ok(())
}

fn start_up(data: &Data, tools: &Tools, goals: &mut Goals) -> Result<()> {
    let log = data.tiny()?;
    let contenders = vec![
        Contender::reporting("logmedic", tools.logmedic(&log, &[]), &log),
        Contender::new(RG, tools.rg(&log, &[]), &log, Proof::Lines),
    ];
    let standings = hold("1 KB, whole process, 60 runs", &contenders, 60)?;
    goals.add("1 KB, whole process", standings.seconds("logmedic"), Bound::Seconds(0.004));
    Ok(())
}

/// A log of an extreme shape, as a file that is not mapped and behind a pipe: memory must not grow with it.
fn extreme(tools: &Tools, log: &Log, title: &str, rounds: u32, goals: &mut Goals) -> Result<Standings> {
    let (file, pipe) = ("file, --mmap never", "pipe");
    let contenders = vec![
        Contender::reporting(file, tools.logmedic(log, &["--mmap", "never"]), log),
        Contender::reporting(pipe, tools.cat_logmedic(log, &[]), log),
    ];
    let standings = hold(title, &contenders, rounds)?;
    for mode in [file, pipe] {
        goals.add(format!("{title}, {mode}: memory"), standings.peak(mode), MOST_MEMORY);
    }
    Ok(standings)
}
