//! What users copy from `integrations`: the command lines run here as they stand there, with the paths of this test.

use std::fs;
use std::process::{Command, Output};

use super::{Place, logmedic, plugin, program, succeeds, text};

const LOGS: &str = "/var/atlassian/application-data/jira/log";

/// A file of `integrations` with the paths of this place.
fn copied(place: &Place, name: &str) -> String {
    let text = fs::read_to_string(format!("integrations/{name}")).unwrap();
    let path = |name: &str| place.path(name).to_str().unwrap().to_owned();
    text.replace("/usr/local/bin/logmedic", assert_cmd::cargo::cargo_bin!().to_str().unwrap())
        .replace(LOGS, &path("logs"))
        .replace("/var/lib/prometheus/node-exporter", &path("textfiles"))
        .replace("${STATE_DIRECTORY}", &path("own"))
        .replace("/var/lib/logmedic", &path("own"))
}

fn place() -> Place {
    let place = Place::new();
    place.write(0..5, true);
    for folder in ["own", "textfiles"] {
        fs::create_dir(place.path(folder)).unwrap();
    }
    place
}

/// Runs a command line with the program on the path.
fn shell(line: &str) -> Output {
    let folder = assert_cmd::cargo::cargo_bin!().parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut command = Command::new("sh");
    for (name, value) in logmedic().get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.args(["-c", line]).env("PATH", path).output().unwrap()
}

#[test]
fn the_systemd_service_reports_and_is_sound() {
    let place = place();
    let service = copied(&place, "systemd/logmedic.service");
    let line = service.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let output = shell(line);
    assert_eq!((output.status.code(), text(&output)), (Some(1), ""), "{output:?}");
    assert!(service.contains("\nSuccessExitStatus=1\n"));
    assert!(fs::read_to_string(place.path("textfiles/logmedic.prom")).unwrap().contains("logmedic_finding_failing"));
    assert!(fs::read_to_string(place.path("own/report.txt")).unwrap().contains("AADSTS7000222"));
    let Some(analyze) = program(&["systemd-analyze"]) else { return };
    fs::write(place.path("logmedic.service"), &service).unwrap();
    fs::write(place.path("logmedic.timer"), copied(&place, "systemd/logmedic.timer")).unwrap();
    let units = [place.path("logmedic.service"), place.path("logmedic.timer")];
    let said = succeeds(Command::new(&analyze).args(["verify", "--man=no"]).args(&units));
    assert!(!said.contains("logmedic."), "{said}");
    let known = Command::new(&analyze).args(["security", "--help"]).output().unwrap();
    if String::from_utf8_lossy(&known.stdout).contains("--offline") {
        // In tenths: a service that is not hardened at all has 96.
        succeeds(Command::new(&analyze).args(["security", "--offline=yes", "--threshold=10"]).arg(&units[0]));
    }
}

#[test]
fn the_cron_line_speaks_only_of_what_is_new() {
    let place = place();
    let file = copied(&place, "cron/logmedic");
    let line = file.lines().find_map(|line| line.strip_prefix("*/10 * * * * logmedic ")).unwrap();
    let line = line.replace("\\%", "%");
    let first = shell(&line);
    assert!(text(&first).contains("AADSTS7000222"), "{first:?}");
    place.write(5..9, true);
    let second = shell(&line);
    assert_eq!((text(&second), second.stderr.as_slice()), ("", &b""[..]), "nothing new");
    fs::remove_dir_all(place.path("logs")).unwrap();
    let failed = shell(&line);
    assert!(String::from_utf8_lossy(&failed.stderr).contains("nothing could be read"), "{failed:?}");
}

#[test]
fn the_sidecar_scans_again_and_again() {
    let place = place();
    let sidecar = copied(&place, "kubernetes/sidecar.yaml");
    let script = sidecar.split_once("            - |\n").unwrap().1.split_once("          securityContext:").unwrap().0;
    let script: String = script.lines().map(|line| line.trim_start().to_owned() + "\n").collect();
    let script = script
        .replace(" /logs\n", &format!(" {}\n", place.path("logs").display()))
        .replace("/state/", &format!("{}/", place.path("own").display()))
        .replace("sleep 600", "sleep 0.2");
    assert!(script.contains("sleep 0.2 &") && script.contains(place.path("own").to_str().unwrap()), "{script}");
    let output = shell(&format!("timeout 5 sh -c '{}'", script.replace('\'', "'\\''")));
    assert_eq!(output.status.code(), Some(124), "it ends only when it is told to: {output:?}");
    let lines: Vec<serde_json::Value> = text(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let statuses: Vec<&str> = lines.iter().filter_map(|line| line["status"].as_str()).collect();
    assert!(statuses.len() > 1 && statuses[0] == "new" && statuses[1] == "ongoing", "{statuses:?}");
    assert!(lines.iter().filter(|line| line["type"] == "ledger").count() > 1);
}

/// kubectl merges the patch into a set like that of Atlassian's chart without a cluster.
#[test]
fn kubectl_takes_the_sidecar() {
    let Some(kubectl) = program(&["kubectl"]) else { return };
    let place = Place::new();
    let set = r#"{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "jira"}, "spec": {
        "serviceName": "jira", "selector": {"matchLabels": {"app": "jira"}}, "template": {"metadata": {"labels": {"app": "jira"}},
        "spec": {"containers": [{"name": "jira", "image": "jira"}], "volumes": [{"name": "local-home", "emptyDir": {}}]}}}}"#;
    fs::write(place.path("set.json"), set).unwrap();
    let mut command = Command::new(kubectl);
    command.args(["patch", "--local", "-o", "json", "--patch-file", "integrations/kubernetes/sidecar.yaml", "-f"]);
    let merged: serde_json::Value = serde_json::from_str(&succeeds(command.arg(place.path("set.json")))).unwrap();
    let pod = &merged["spec"]["template"]["spec"];
    assert_eq!(pod["containers"].as_array().unwrap().len(), 1, "Jira itself is left alone");
    let sidecar = &pod["initContainers"][0];
    assert_eq!(sidecar["restartPolicy"], "Always", "without it Jira would never start");
    let volumes: Vec<&str> =
        pod["volumes"].as_array().unwrap().iter().map(|volume| volume["name"].as_str().unwrap()).collect();
    let mounts = sidecar["volumeMounts"].as_array().unwrap();
    assert!(mounts.iter().all(|mount| volumes.contains(&mount["name"].as_str().unwrap())), "{volumes:?} {mounts:?}");
    let logs = mounts.iter().find(|mount| mount["mountPath"] == "/logs").unwrap();
    assert_eq!(logs["readOnly"], true);
}

#[test]
fn the_commands_of_nagios_answer() {
    let place = place();
    let nagios = copied(&place, "nagios/logmedic.cfg");
    let line = nagios.lines().find_map(|line| line.trim_start().strip_prefix("command_line")).unwrap();
    let argument = nagios.lines().find_map(|line| line.split_once("check_logmedic!")).unwrap().1;
    let nrpe = copied(&place, "nagios/nrpe.cfg");
    let nrpe = nrpe.lines().find_map(|line| line.strip_prefix("command[check_logmedic]=")).unwrap();
    for line in [line.trim().replace("$ARG1$", argument), nrpe.to_owned()] {
        let output = shell(&line);
        assert_eq!(output.status.code(), Some(2), "{line}: {output:?}");
        assert_eq!(plugin::read(text(&output)).unwrap().state, "CRITICAL");
    }
}
