//! What a support zip says beside its logs: versions, time zone, and whose logs they are.

use super::*;

const APPLICATION: &[u8] = b"<?xml version=\"1.0\"?>\n<properties>\n  <product name=\"JIRA\" version=\"9.12.4\"/>\n  \
    <product name=\"jira-servicedesk\" version=\"5.12.4\"/>\n  <java.version>11.0.21</java.version>\n  \
    <user.timezone>Europe/Berlin</user.timezone>\n</properties>\n";
const CLEAN: &str = "sample-logs/clean.log";

fn clean() -> Vec<u8> {
    fs::read(CLEAN).unwrap()
}

fn nodes(report: &Value) -> Vec<Value> {
    report["ledger"]["sources"].as_array().unwrap().iter().map(|source| source["node"].clone()).collect()
}

#[test]
fn the_environment_is_told() {
    let mail: &[u8] = b"2026-01-13 02:01:40,118+0000 INFO [Support] Caesium-1-3 ServiceRunner     x\n";
    let found = report(&zip(&[
        ("application-logs/atlassian-jira-incoming-mail.log", mail),
        ("application-properties/application.xml", APPLICATION),
        ("application-config/cluster.properties", b"jira.node.id = jira-2\n"),
    ]));
    let environment = &found["environment"];
    assert_eq!(
        [&environment["jira"], &environment["jsm"], &environment["java"], &environment["time_zone"]],
        ["9.12.4", "5.12.4", "11.0.21", "Europe/Berlin"]
    );
    assert_eq!(environment["nodes"], serde_json::json!(["jira-2"]));
    assert_eq!(nodes(&found), ["jira-2"]);
}

#[test]
fn a_support_zip_that_was_unpacked_tells_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in
        [("application-logs/a.log", clean()), ("application-properties/application.xml", APPLICATION.to_vec())]
    {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let catalogue = Catalogue::built_in();
    let scan = scan(&catalogue, &[Input::Path(folder.path().to_path_buf())], &ScanOptions::default()).unwrap();
    let environment = Diagnosis::new(&catalogue, scan.tally, scan.not_logs).environment;
    assert_eq!(environment.jsm.as_deref(), Some("5.12.4"));
}

#[test]
fn nothing_is_told_of_what_is_not_there() {
    let found =
        report(&zip(&[("application-logs/a.log", &clean()), ("application-properties/application.xml", b"<a>no</b>")]));
    for key in ["jsm", "time_zone"] {
        assert_eq!(found["environment"][key], Value::Null);
    }
    assert_eq!(nodes(&found), [Value::Null]);
}

#[test]
fn nodes_that_lie_side_by_side_are_told_apart() {
    let logs = clean();
    let folders =
        report(&zip(&[("x/jira-1/application-logs/a.log", &logs), ("x/jira-2/application-logs/a.log", &logs)]));
    assert_eq!(nodes(&folders), ["jira-1", "jira-2"]);
    let node = |id: &str| {
        let own = format!("jira.node.id={id}");
        zip(&[("application-logs/a.log", &logs), ("cluster.properties", own.as_bytes())])
    };
    let named = report(&zip(&[("1.zip", &node("blue")), ("2.zip", &node("green"))]));
    assert_eq!(nodes(&named), ["blue", "green"]);
    let plain = zip(&[("application-logs/a.log", &logs)]);
    assert_eq!(nodes(&report(&zip(&[("prod-a.zip", &plain), ("prod-b.zip", &plain)]))), ["prod-a", "prod-b"]);
    // Two dates of one node are not two nodes.
    let dates = zip(&[("Jira_support_2026-01-12.zip", &plain), ("Jira_support_2026-01-13.zip", &plain)]);
    assert_eq!(nodes(&report(&dates)), [Value::Null, Value::Null]);
    assert_eq!(nodes(&report(&zip(&[("Jira_support_2026/application-logs/a.log", &logs)]))), [Value::Null]);
}

#[test]
fn a_zip_that_is_named_as_a_host_holds_its_logs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Jira_support_2026-01-13.zip");
    fs::write(&path, zip(&[("application-logs/a.log", &clean()), ("cluster.properties", b"jira.node.id=x")])).unwrap();
    let input = Input::Node { name: "blue".to_owned(), path };
    let scan = scan(&Catalogue::built_in(), &[input], &ScanOptions::default()).unwrap();
    assert_eq!(scan.tally.sources.keys().map(|source| source.node.as_deref()).collect::<Vec<_>>(), [Some("blue")]);
}

#[test]
fn the_list_tells_what_an_archive_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zip");
    let inner = zip(&[("b.log", &clean())]);
    fs::write(&path, zip(&[("a.log", &clean()), ("readme.txt", b"words"), ("y.zip", &inner)])).unwrap();
    let listed = logmedic::list(&[Input::Path(path.clone())], &ScanOptions::default());
    let name = path.to_str().unwrap();
    let logs: Vec<_> = listed.tally.sources.iter().map(|(source, seen)| (source.name.clone(), seen.bytes)).collect();
    let size = clean().len() as u64;
    assert_eq!(logs, [(format!("{name}!a.log"), size), (format!("{name}!y.zip!b.log"), size)]);
    assert!(listed.tally.sources.values().all(|seen| seen.first.is_some() && seen.events == 0));
    assert_eq!(listed.not_logs, [format!("{name}!readme.txt")]);
}

#[test]
fn a_window_holds_inside_an_archive_too() {
    let window = Window { since: Some(Bound::parse("2100-01-01", 0).unwrap()), until: None };
    let options = ScanOptions { window, ..ScanOptions::default() };
    let report = report_with(&zip(&[("a.log", &clean())]), &options).unwrap();
    assert_eq!(report["ledger"]["sources"][0]["events"], 0);
    assert!(report["ledger"]["sources"][0]["merge"]["last_outside"].is_string());
}

#[test]
fn a_file_that_the_support_tool_cut_is_told() {
    const KEPT: usize = 25 * 1024 * 1024;
    let line = b"2026-01-13 02:01:40,118+0000 main INFO      [c.a.b.C] something that fills a line of this log\n";
    let whole = line.repeat(KEPT / line.len() + 3);
    let found = report(&zip(&[("application-logs/a.log", &whole[whole.len() - KEPT..]), ("b.log", &whole)]));
    assert!(found["ledger"]["sources"][0]["notes"].to_string().contains("was cut by the support tool"));
    assert!(!found["ledger"]["sources"][1]["notes"].to_string().contains("support tool"));
    assert!(problems(&found).is_empty());
}
