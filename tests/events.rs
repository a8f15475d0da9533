//! Where events begin in the logs of every layout: beside each `tests/events/*.log` stands a `.starts` file that names
//! the source's layout, and for each event its line, its own layout, level and time. Lines that it does not name
//! continue the event before them.
//!
//! `LOGMEDIC_BLESS=1 cargo test --test events` writes the listings anew; compare each line with the log before you commit.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::path::PathBuf;

use logmedic::event::start::StartFinder;
use logmedic::event::{EventStart, Header, Layout, Level};

#[test]
fn events_begin_where_a_reader_sees_them() {
    for path in logs() {
        let log = fs::read(&path).unwrap();
        let listed = path.with_extension("starts");
        let listing = listing(&log);
        if std::env::var_os("LOGMEDIC_BLESS").is_some() {
            fs::write(&listed, &listing).unwrap();
        }
        let expected = fs::read_to_string(&listed).unwrap_or_default();
        assert_eq!(listing, expected, "{}", path.display());
    }
}

#[test]
fn line_ends_and_cuts_change_nothing() {
    for path in logs() {
        let log = fs::read(&path).unwrap();
        let layout = Layout::sniff(&log);
        let whole = starts(&log, layout, &[log.len()]);
        for cut in 0..=log.len() {
            let parts = starts(&log, layout, &[cut, log.len()]);
            assert_eq!(parts, whole, "{} cut at {cut}", path.display());
        }
        let crlf = String::from_utf8(log.clone()).unwrap().replace('\n', "\r\n");
        assert_eq!(listing(crlf.as_bytes()), listing(&log), "{} with CRLF", path.display());
        let marked = [b"\xEF\xBB\xBF", &log[..]].concat();
        assert_eq!(Layout::sniff(&marked), layout, "{} with a byte order mark", path.display());
    }
}

/// What a scan counts and what it shows of an event come from two readings of its header: they must agree.
#[test]
fn each_start_is_a_header_with_the_same_level_and_time() {
    for path in logs() {
        let log = fs::read(&path).unwrap();
        for layout in [Layout::sniff(&log), Layout::Mixed, Layout::Stamped, Layout::JiraMain, Layout::Masked] {
            for start in starts(&log, layout, &[log.len()]) {
                let header = Header::parse(&log[start.at..], layout).unwrap();
                assert_eq!((header.level, header.stamp), (start.level, start.stamp), "{} {start:?}", path.display());
            }
        }
    }
}

fn logs() -> Vec<PathBuf> {
    let entries = fs::read_dir("tests/events").unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "log")).collect();
    logs.sort();
    assert!(logs.len() > 10);
    logs
}

/// The starts that are found in parts of the log one after the other.
fn starts(log: &[u8], layout: Layout, ends: &[usize]) -> Vec<EventStart> {
    let mut finder = StartFinder::new(layout.start_rule());
    let (mut starts, mut from) = (Vec::new(), 0);
    for &end in ends {
        finder.find(log, from, end, from == 0, &mut starts);
        from = end;
    }
    starts
}

fn listing(log: &[u8]) -> String {
    let layout = Layout::sniff(log);
    let mut listing = format!("layout {}\n", layout.as_str());
    for start in starts(log, layout, &[log.len()]) {
        let line = log[..start.at].split(|&byte| byte == b'\n').count();
        let own = Header::parse(&log[start.at..], layout).unwrap().layout.as_str();
        let level = if start.level == Level::None { "-" } else { start.level.as_str() };
        let time = start.stamp.map_or("-".to_owned(), |stamp| stamp.to_string());
        listing.push_str(&format!("{line} {own} {level} {time}\n"));
    }
    listing
}
