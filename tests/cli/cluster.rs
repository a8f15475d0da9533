//! Several Jira hosts: told from their folders or named, counted apart, and blamed only where something shows it.

use std::fs;
use std::path::Path;

use predicates::prelude::*;
use predicates::str::contains;
use serde_json::json as value;
use tempfile::TempDir;

use super::{folder, json, logmedic, told};

const CLUSTER: &str = "sample-logs/cluster";
const PKIX: &str = "javax.mail.MessagingException: (outlook.office365.com:993) PKIX path building failed: \
                    sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target";

#[test]
fn a_fault_of_one_node_is_told_where_others_reached_the_same_place() {
    let report = json(logmedic().arg(CLUSTER));
    assert_eq!(report["environment"]["nodes"], value!(["jira-1", "jira-2", "jira-3"]));
    let finding = &report["findings"][0];
    assert_eq!(finding["signature"], "tls-pkix-path-building");
    assert_eq!(finding["node_skew"]["reached_by"], value!(["jira-1", "jira-3"]));
    assert!(finding["sources"].as_array().unwrap().iter().all(|source| source["node"] == "jira-2"));
    let before: Vec<&str> =
        report["before"].as_array().unwrap().iter().map(|marker| marker["what"].as_str().unwrap()).collect();
    assert_eq!(before, ["version", "java", "restart"]);
    assert!(report["before"].as_array().unwrap().iter().all(|marker| marker["node"] == "jira-2"));
    let text = logmedic().args([CLUSTER, "-v"]).assert().code(1);
    text.stdout(
        contains("3 nodes read, seen on 1")
            .and(contains("only on jira-2"))
            .and(contains("Jira 9.12.4 started on jira-2")),
    );
    logmedic().args([CLUSTER, "-f", "markdown", "--redact", "off"]).assert().stdout(contains("only on jira-2"));
    // Sent out of the house, the hosts have other names.
    logmedic()
        .args([CLUSTER, "-f", "markdown"])
        .assert()
        .stdout(contains("only on &lt;node-1&gt;").and(contains("jira-2").not()));
}

#[test]
fn reports_of_nodes_add_up_to_the_report_of_the_cluster() {
    let reports: Vec<u8> = ["jira-3", "jira-1", "jira-2"]
        .into_iter()
        .flat_map(|node| {
            let named = format!("{node}={CLUSTER}/{node}");
            logmedic().args(["-q", "-f", "json", "--node", &named]).output().unwrap().stdout
        })
        .collect();
    let merged = logmedic().args(["merge", "-", "-q", "-f", "json"]).write_stdin(reports).output().unwrap().stdout;
    let whole = logmedic().args([CLUSTER, "-q", "-f", "json"]).output().unwrap().stdout;
    let merged = String::from_utf8(merged).unwrap();
    assert!(merged.contains("\"reached_by\""), "{merged}");
    assert_eq!(merged, String::from_utf8(whole).unwrap());
}

#[test]
fn without_proof_nothing_is_laid_to_a_node() {
    let quiet = cluster(&[("jira-1", ""), ("jira-2", PKIX), ("jira-3", "")]);
    let report = json(logmedic().arg(quiet.path()));
    assert_eq!(report["findings"][0]["node_skew"], value!(null));
    let text = told(logmedic().arg(quiet.path()));
    assert!(text.contains("seen on 1 of 3 nodes (jira-2); polls move between nodes, this proves nothing"), "{text}");
    // A refusal is the same for every node, whoever is asked.
    let refused = cluster(&[("jira-1", "AADSTS7000215: no"), ("jira-2", "AADSTS7000222: expired")]);
    for finding in json(logmedic().arg(refused.path()))["findings"].as_array().unwrap() {
        assert_eq!(finding["node_skew"], value!(null), "{finding}");
    }
    let shared = cluster(&[("jira-1", PKIX), ("jira-2", PKIX)]);
    logmedic().arg(shared.path()).assert().stdout(contains("seen on all 2 nodes").and(contains("jira-1 1, jira-2 1")));
}

#[test]
fn nodes_are_named_by_hand() {
    let first = format!("a={CLUSTER}/jira-1");
    let second = format!("b={CLUSTER}/jira-2/log/atlassian-jira-incoming-mail.log");
    let report = json(logmedic().args(["--node", &first, "--node", &second]));
    assert_eq!(report["environment"]["nodes"], value!(["a", "b"]));
    assert_eq!(report["findings"][0]["sources"][0]["node"], "b");
    assert_eq!(report["findings"][0]["node_skew"]["reached_by"], value!(["a"]));
    // What is named beside them belongs to no node; folders named together are told apart by their names.
    let named = json(logmedic().args([format!("{CLUSTER}/jira-1"), format!("{CLUSTER}/jira-2")]));
    assert_eq!(named["environment"]["nodes"], value!(["jira-1", "jira-2"]));
    assert_eq!(json(logmedic().arg(format!("{CLUSTER}/jira-2")))["environment"]["nodes"], value!([]));
    for wrong in ["a", "=x", "a="] {
        logmedic().args(["--node", wrong]).assert().code(2).stderr(contains("jira-1=/srv/logs/jira-1"));
    }
}

#[test]
fn different_releases_and_clocks_are_notes() {
    let banner = |version: &str, minutes_ahead: u32| {
        let refusal = |id: u32| {
            format!(
                "2026-01-13 02:{:02}:00,000+0000 Caesium-1-3 ERROR ServiceRunner     [c.a.x] AADSTS7000222: expired. Trace ID: \
                 8d0f6c1e-52b7-4f0e-9a53-0c7be1f4d30{id} Timestamp: 2026-01-13 02:{:02}:00Z\n",
                id * 10 + minutes_ahead,
                id * 10
            )
        };
        let start =
            "2026-01-13 01:00:00,000+0000 main INFO      [c.a.jira.startup.JiraStartupLogger] \n    JIRA Build : ";
        format!("{start}{version}#900-sha1:0\n{}{}{}", refusal(1), refusal(2), refusal(3))
    };
    let nodes = TempDir::new().unwrap();
    for (name, log) in [("jira-1", banner("9.12.4", 0)), ("jira-2", banner("9.12.5", 3))] {
        write_log(nodes.path(), name, log.as_bytes());
    }
    let notes = json(logmedic().arg(nodes.path()))["ledger"]["notes"].to_string();
    assert!(notes.contains("different versions of Jira: jira-1 9.12.4, jira-2 9.12.5"), "{notes}");
    assert!(notes.contains("the clock of jira-2 is 3 min ahead of that of jira-1"), "{notes}");
}

#[test]
fn different_releases_are_told_from_support_zips_without_a_start_up() {
    let nodes = TempDir::new().unwrap();
    for (name, version) in [("jira-1", "9.12.4"), ("jira-2", "9.12.5")] {
        write_log(nodes.path(), name, b"2026-01-13 02:01:40,118+0000 main INFO      [a.b.C] x\n");
        let folder = nodes.path().join(name).join("application-properties");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("application.xml"), format!("<a><jira-version>{version}</jira-version></a>")).unwrap();
    }
    let notes = json(logmedic().arg(nodes.path()))["ledger"]["notes"].to_string();
    assert!(notes.contains("different versions of Jira: jira-1 9.12.4, jira-2 9.12.5"), "{notes}");
}

#[test]
fn log_folders_of_hosts_that_are_named_are_told_apart() {
    let nodes = cluster(&[("jira-1", PKIX), ("jira-2", "")]);
    let logs = ["jira-1", "jira-2"].map(|name| nodes.path().join(name).join("log"));
    let report = json(logmedic().args(&logs));
    assert_eq!(report["environment"]["nodes"], value!(["jira-1", "jira-2"]));
    assert_eq!(report["findings"][0]["sources"][0]["node"], "jira-1");
}

#[test]
fn a_home_folder_is_no_cluster() {
    let home = folder(&[]);
    for name in ["log", "logs"] {
        fs::create_dir(home.path().join(name)).unwrap();
        fs::copy("sample-logs/clean.log", home.path().join(name).join("atlassian-jira.log")).unwrap();
    }
    assert_eq!(json(logmedic().arg(home.path()))["environment"]["nodes"], value!([]));
}

/// A folder a node, each with one error; an empty text is a line of no interest.
fn cluster(nodes: &[(&str, &str)]) -> TempDir {
    let parent = TempDir::new().unwrap();
    for (name, error) in nodes {
        let level = if error.is_empty() { "INFO" } else { "ERROR" };
        let log =
            format!("2026-01-13 02:01:40,118+0000 {level} [Support IMAP] Caesium-1-3 ServiceRunner     x {error}\n");
        write_log(parent.path(), name, log.as_bytes());
    }
    parent
}

fn write_log(parent: &Path, node: &str, log: &[u8]) {
    fs::create_dir_all(parent.join(node).join("log")).unwrap();
    fs::write(parent.join(node).join("log/atlassian-jira.log"), log).unwrap();
}
