//! What background events look like, and what they must not hold.

use std::io;

use log_generator::{LITERALS, Layout, Options, default_known, generate};

const SIZE: u64 = 8 * 1024 * 1024;

#[test]
fn background_events_hold_nothing_known() -> io::Result<()> {
    for layout in [Layout::Main, Layout::Mail] {
        let options = Options { bytes: SIZE, layout, ..Options::default() };
        let text = log(&options)?;
        let words = ["AADSTS", "PKIX", "ErrorItem", "OAuth", "oauth", "SSL", "Refresh Token"];
        for literal in LITERALS.iter().chain(&words) {
            assert!(!text.contains(literal), "{layout:?}: {literal}");
        }
    }
    Ok(())
}

#[test]
fn near_misses_hold_no_literal() -> io::Result<()> {
    let options = Options { near_misses: 0.5, every_line_near_miss: true, ..Options::default() };
    let text = log(&Options { bytes: SIZE, ..options })?;
    for literal in LITERALS {
        assert!(!text.contains(literal), "{literal}");
    }
    for miss in ["AADSTS99;", "ErrorItem not found;", "Refresh Token failed;"] {
        assert!(text.contains(miss), "{miss}");
    }
    for line in text.lines() {
        let ends = |literal: &&str| line.ends_with(&literal[..literal.len() - 1]);
        assert!(LITERALS.iter().any(ends), "{line}");
    }
    Ok(())
}

#[test]
fn near_misses_come_as_often_as_asked() -> io::Result<()> {
    let options = Options { bytes: SIZE, near_misses: 0.25, ..Options::default() };
    let text = log(&options)?;
    let headers: Vec<&str> = text.lines().filter(|line| is_header(line)).collect();
    let message = |line: &str| line.split_once("] ").map(|(_, message)| message.contains("; "));
    let misses = headers.iter().filter(|line| message(line) == Some(true)).count();
    let share = misses * 1000 / headers.len();
    assert!((240..=260).contains(&share), "{share} of 1000");
    Ok(())
}

#[test]
fn lines_have_the_proportions_of_a_real_log() -> io::Result<()> {
    let options = Options { bytes: 4 * SIZE, density: 0.001, ..Options::default() };
    let mut bytes = Vec::new();
    let truth = generate(&options, &default_known(), &mut bytes)?;
    let continuation = 100 - truth.events * 100 / truth.lines;
    assert!((78..=83).contains(&continuation), "{continuation} % of the lines continue an event");
    let line = truth.bytes / truth.lines;
    assert!((105..=116).contains(&line), "{line} bytes a line");
    let event = truth.bytes / truth.events;
    assert!((520..=620).contains(&event), "{event} bytes an event");
    assert_eq!(truth.levels.len(), 4);
    Ok(())
}

#[test]
fn all_forms_of_lines_occur() -> io::Result<()> {
    let text = log(&Options { bytes: 4 * SIZE, ..Options::default() })?;
    let forms = [
        " ThreadPoolAsyncTaskExecutor::Thread 31 INFO      [",
        " INFO ServiceRunner     [",
        " DEBUG anonymous    Mail Queue Service [",
        " JIRA-Bootstrap INFO      [",
        " url: /rest/api/2/user; user: ",
        "\nCaused by: ",
        " more\n",
        " filtered\n",
        "\n\tat ",
        "\n    select ",
        "\n    ****************\n",
        "\n    {\n",
        "\n\n",
        "\n  Detail: ",
        "[2001:db8::",
        "[JIRA-STATS] ",
    ];
    for form in forms {
        assert!(text.contains(form), "{form:?}");
    }
    let longest = text.lines().map(str::len).max();
    assert!(longest > Some(8 * 1024), "{longest:?}");
    Ok(())
}

#[test]
fn mail_logs_name_the_level_first_and_no_logger() -> io::Result<()> {
    let text = log(&Options { layout: Layout::Mail, zone: String::new(), ..Options::default() })?;
    for line in text.lines().filter(|line| is_header(line)) {
        let rest = &line[24..];
        let rest = ["INFO [", "DEBUG [", "WARN [", "ERROR ["].iter().find_map(|start| rest.strip_prefix(start));
        let thread = rest.and_then(|rest| rest.split_once("] ")).map(|(_, rest)| rest);
        assert!(
            thread.is_some_and(|thread| thread.starts_with("Caesium-1-") || thread.starts_with("http-nio-8080-exec-")),
            "{line}"
        );
    }
    assert!(text.contains(" INFO [Support Inbox (M365)] Caesium-1-3 ServiceRunner     "));
    Ok(())
}

#[test]
fn time_never_goes_back_and_fills_a_week_per_gib() -> io::Result<()> {
    let options = Options { bytes: 8 * SIZE, ..Options::default() };
    let text = log(&options)?;
    let mut last = "";
    for line in text.lines().filter(|line| is_header(line)) {
        assert!(&line[..23] >= last, "{line} after {last}");
        last = &line[..23];
    }
    // A sixteenth of a GiB, which starts at midnight, ends between 08:00 and 14:00.
    assert!(("2026-01-12 08".."2026-01-12 14").contains(&last), "{last}");
    Ok(())
}

fn log(options: &Options) -> io::Result<String> {
    let mut bytes = Vec::new();
    generate(options, &default_known(), &mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn is_header(line: &str) -> bool {
    line.starts_with("2026-") && line.as_bytes().get(19) == Some(&b',')
}
