//! The page as a browser takes it: its structure by an HTML5 parser, its behaviour in a real Chromium where there is one.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

#[cfg(unix)]
#[path = "html/behaviour.rs"]
mod behaviour;
#[cfg(unix)]
#[path = "html/browser.rs"]
mod browser;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use logmedic::{Catalogue, Diagnosis, Format, Input, RedactionLevel, ReportOptions, ScanOptions, render, scan};
use scraper::{Html, Selector};

/// The page of a log, with nothing masked: what comes through is what the log says.
fn page(path: &Path) -> String {
    let catalogue = Catalogue::built_in();
    let scan = scan(&catalogue, &[Input::Path(path.to_path_buf())], &ScanOptions::default()).unwrap();
    let diagnosis = Diagnosis::new(&catalogue, scan.tally, scan.not_logs);
    let options = ReportOptions { redaction: Some(RedactionLevel::Off), ..ReportOptions::default() };
    render(&diagnosis, Format::Html, options)
}

/// The pages of all sample logs, and of a log that holds every example of every signature.
fn pages() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let everything = folder.path().join("everything.log");
    let examples: Vec<String> = Catalogue::placed_files()
        .iter()
        .flat_map(|file| &file.signatures)
        .flat_map(|block| block.value.examples.iter().map(|example| now(example)))
        .collect();
    fs::write(&everything, examples.concat()).unwrap();
    let mut pages = vec![page(&everything)];
    assert!(pages[0].contains("id=\"cause-10\""), "many causes");
    pages.extend(fs::read_dir("sample-logs").unwrap().map(|sample| page(&sample.unwrap().path())));
    pages
}

/// An example that happened at the same time as all others, so that none is over.
fn now(example: &str) -> String {
    let is_stamped = |line: &str| line.len() > 23 && line.starts_with("20") && line.is_char_boundary(23);
    let lines = example.trim_end().lines().map(|line| {
        if is_stamped(line) { format!("2026-01-13 02:01:40,118{}\n", &line[23..]) } else { format!("{line}\n") }
    });
    lines.collect()
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

#[test]
fn a_page_stands_alone_and_names_its_parts() {
    for text in pages() {
        assert!(text.len() < 1_000_000, "{} bytes", text.len());
        assert!(!text.contains("could not be made"), "{text}");
        let page = Html::parse_document(&text);
        assert!(page.errors.is_empty(), "{:?}", page.errors);
        for once in
            ["html[lang=en]", "h1", "main", "body > header", "body > footer", "nav", "style", "script", "head > title"]
        {
            assert_eq!(select(&page, once).len(), 1, "{once}");
        }
        for never in ["[style]", "[src]", "link", "iframe", "img", "object", "form", "base", "th:not([scope])", "svg a"]
        {
            assert_eq!(select(&page, never).len(), 0, "{never}");
        }
        let head: Vec<&str> = select(&page, "head > *").iter().map(|element| element.value().name()).take(2).collect();
        assert_eq!(head, ["meta", "meta"]);
        let policy = select(&page, "head > meta:nth-child(2)")[0].value();
        assert_eq!(policy.attr("http-equiv"), Some("Content-Security-Policy"), "before any style or script");
        assert!(policy.attr("content").unwrap().starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(select(&page, "button:not([hidden])").is_empty(), "without a script no button leads nowhere");
        assert!(select(&page, "svg[role=img]").iter().all(|picture| picture.value().attr("aria-label").is_some()));
        assert!(select(&page, "svg:not([role=img])").iter().all(|svg| svg.value().attr("aria-hidden") == Some("true")));

        let ids: Vec<&str> = select(&page, "[id]").iter().filter_map(|element| element.value().id()).collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(known.len(), ids.len(), "each id once");
        for link in select(&page, "a") {
            let target = link.value().attr("href").unwrap();
            let is_here = target.strip_prefix('#').is_some_and(|id| known.contains(id));
            assert!(is_here || target.starts_with("https://"), "{target}");
        }
        for label in select(&page, "[aria-labelledby]") {
            assert!(known.contains(label.value().attr("aria-labelledby").unwrap()));
        }
        for element in select(&page, "*") {
            assert!(element.value().attrs().all(|(name, _)| !name.starts_with("on")), "{:?}", element.value());
        }
    }
}

#[test]
fn the_chart_and_its_table_tell_the_same_numbers() {
    let text = page(Path::new("sample-logs/mail-outage"));
    let page = Html::parse_document(&text);
    let lanes = select(&page, ".chart svg[role=img] > g");
    assert_eq!(lanes.len(), 3, "critical, error, and all events");
    for (i, lane) in (2..).zip(&lanes) {
        let titles = Selector::parse("rect title").unwrap();
        let bars: BTreeSet<String> = lane.select(&titles).map(|title| title.text().collect()).collect();
        assert!(!bars.is_empty() && bars.len() <= 120);
        let rows = select(&page, "#timeline ~ details tbody tr").into_iter().map(|row| {
            let cell = |selector: &str| {
                row.select(&Selector::parse(selector).unwrap()).next().unwrap().text().collect::<String>()
            };
            (cell("th"), cell(&format!(":nth-child({i})")))
        });
        let rows: BTreeSet<String> =
            rows.filter(|(_, count)| count != "0").map(|(start, count)| format!("{start}: {count}")).collect();
        assert_eq!(bars, rows);
    }
    let total: String = select(&page, ".chart .lane-name").last().unwrap().text().collect();
    assert!(total.contains("731 in all"), "{total}");
    assert!(text.contains("times are UTC"));
}

#[test]
fn a_page_in_a_folder_of_logs_is_no_log() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy("sample-logs/clean.log", folder.path().join("clean.log")).unwrap();
    fs::write(folder.path().join("report.log"), page(Path::new("sample-logs/mail-outage"))).unwrap();
    let again = page(folder.path());
    assert!(again.contains("No known error in these logs") && again.contains("report.log"), "{again}");
}
