//! What a support zip says of the installation: versions, time zone, the node's own name.
//!
//! `application.xml` has no published form, so it is read by the names of its elements and attributes alone, in whatever
//! case and punctuation; what is not there or looks like no version is not told.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::diagnosis::{Stated, Tally};

/// Elements inside each other of which the names are kept.
const DEEPEST: usize = 64;
/// Bytes that are read of a file that describes an installation.
pub(super) const MOST_READ: u64 = 1024 * 1024;
/// Longest value that is a version, a zone or a host's name.
const LONGEST: usize = 64;

/// What describes an installation.
#[derive(Debug, Default)]
pub(super) struct Installation {
    /// The node's own name in its cluster.
    pub(super) node: Option<String>,
    stated: Vec<(Stated, String)>,
}

/// The folder of the installation that a file with this path describes; `None` for other files.
pub(super) fn folder_described_by(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (&path[..=folder.len()], name));
    match name {
        "application.xml" => {
            folder.strip_suffix("application-properties/").filter(|above| above.is_empty() || above.ends_with('/'))
        }
        // It lies in the home itself, or in one of the folders for settings.
        "cluster.properties" => Some(
            ["application-config/", "cluster/", "application-properties/"]
                .into_iter()
                .find_map(|inner| folder.strip_suffix(inner))
                .unwrap_or(folder),
        ),
        _ => None,
    }
}

impl Installation {
    /// Reads a file that describes it: XML, or `key = value` a line.
    pub(super) fn read(&mut self, text: &[u8]) {
        if text.trim_ascii_start().strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text).trim_ascii_start().starts_with(b"<") {
            self.read_xml(text);
        } else {
            for line in String::from_utf8_lossy(text).lines() {
                if let Some((key, value)) = line.split_once(['=', ':']) {
                    self.take(&[key], value);
                }
            }
        }
    }

    /// Adds what it says to what is known of its node.
    pub(super) fn tell(self, node: Option<&String>, tally: &mut Tally) {
        for (kind, value) in self.stated {
            tally.state(node.cloned(), kind, value);
        }
    }

    fn read_xml(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        let mut reader = Reader::from_str(&text);
        let mut open: Vec<String> = Vec::new();
        let mut value = String::new();
        loop {
            match reader.read_event() {
                Ok(Event::Start(element)) => {
                    self.read_attributes(&element, &open);
                    if open.len() < DEEPEST {
                        open.push(element.name().as_ref().to_owned());
                    }
                    value.clear();
                }
                Ok(Event::Empty(element)) => self.read_attributes(&element, &open),
                Ok(Event::Text(text)) if value.len() < LONGEST => value.push_str(&text),
                Ok(Event::End(_)) => {
                    let names: Vec<&str> = open.iter().map(String::as_str).collect();
                    self.take(&names, &value);
                    value.clear();
                    open.pop();
                }
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
    }

    /// `<product name="JIRA" version="9.12.4"/>` and `<property name="java.version" value="11.0.21"/>`.
    fn read_attributes(&mut self, element: &BytesStart<'_>, open: &[String]) {
        let all: Vec<(String, String)> = element
            .attributes()
            .flatten()
            .map(|attribute| (attribute.key.as_ref().to_ascii_lowercase(), attribute.value.into_owned()))
            .collect();
        let named = |names: &[&str]| all.iter().find(|(key, _)| names.contains(&key.as_str())).map(|(_, value)| value);
        let own = element.name().as_ref().to_owned();
        let name = named(&["name", "key", "id"]).unwrap_or(&own);
        let parent = open.last().map_or("", String::as_str);
        if let Some(value) = named(&["value"]) {
            self.take(&[parent, name], value);
        }
        if let Some(value) = named(&["version"]) {
            self.take(&[name, "version"], value);
        }
    }

    /// Keeps a value if the last of the names above it, or the last two, say what it is.
    fn take(&mut self, names: &[&str], value: &str) {
        let plain = |name: &str| -> String {
            name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
        };
        let key = names.last().map(|name| plain(name)).unwrap_or_default();
        let parent = names.len().checked_sub(2).map(|at| plain(names[at])).unwrap_or_default();
        let value = value.trim();
        let of_desk = |name: &str| name.contains("servicemanagement") || name.contains("servicedesk") || name == "jsm";
        let kind = match key.as_str() {
            "nodeid" | "jiranodeid" | "clusternodeid" => {
                if is_name(value) {
                    self.node = Some(value.to_owned());
                }
                return;
            }
            "javaversion" | "javaruntimeversion" => Stated::Java,
            "timezone" | "usertimezone" | "systemtimezone" | "servertimezone" | "defaulttimezone" => Stated::TimeZone,
            "jsmversion" | "jiraservicemanagementversion" | "jiraservicedeskversion" | "servicedeskversion" => {
                Stated::Jsm
            }
            "jiraversion" => Stated::Jira,
            "version" if of_desk(&parent) => Stated::Jsm,
            "version"
                if ["jira", "jirainfo", "product", "application", "buildinformation"].contains(&parent.as_str()) =>
            {
                Stated::Jira
            }
            "version" if parent == "java" => Stated::Java,
            _ => return,
        };
        let holds = match kind {
            Stated::TimeZone => is_zone(value),
            Stated::Jira | Stated::Jsm | Stated::Java => is_version(value),
        };
        if holds && !self.stated.iter().any(|(other, _)| *other == kind) {
            self.stated.push((kind, value.to_owned()));
        }
    }
}

fn is_version(value: &str) -> bool {
    value.len() <= LONGEST
        && value.starts_with(|first: char| first.is_ascii_digit())
        && value.contains('.')
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
}

fn is_zone(value: &str) -> bool {
    value.len() <= LONGEST
        && value.starts_with(|first: char| first.is_ascii_alphabetic() || first == '+' || first == '-')
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-:".contains(c))
}

fn is_name(value: &str) -> bool {
    (1..=LONGEST).contains(&value.len()) && value.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Installation {
        let mut installation = Installation::default();
        installation.read(text.as_bytes());
        installation.stated.sort();
        installation
    }

    #[test]
    fn xml_is_read_by_names_in_any_shape() {
        let expected = [
            (Stated::Jira, "9.12.4".to_owned()),
            (Stated::Jsm, "5.12.4".to_owned()),
            (Stated::Java, "11.0.21".to_owned()),
            (Stated::TimeZone, "Europe/Berlin".to_owned()),
        ];
        for text in [
            "<properties><product name='JIRA' version='9.12.4'/><product name='jira-servicedesk' version='5.12.4'/>\
             <property name='java.version' value='11.0.21'/><property name='user.timezone' value='Europe/Berlin'/></properties>",
            "<?xml version='1.0'?><info><jira-info><Version> 9.12.4\n</Version></jira-info><java><version>11.0.21</version></java>\
             <service-management><version>5.12.4</version></service-management><System-Time-Zone>Europe/Berlin</System-Time-Zone></info>",
        ] {
            assert_eq!(read(text).stated, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_value_of_its_kind_is_not_told() {
        for text in [
            "",
            "no xml",
            "<a><java.version>unknown</java.version><user.timezone></user.timezone>",
            "<a><plugin><version>4.1</version></plugin><java.version>\u{1b}[31m11.0</java.version></a>",
            "<a><b><c></d></a><java.version>11.0.21",
        ] {
            let found = read(text);
            assert!(found.stated.is_empty() && found.node.is_none(), "{text}: {found:?}");
        }
        let deep = "<a>".repeat(100_000);
        assert!(read(&deep).stated.is_empty());
    }

    #[test]
    fn a_node_names_itself_in_its_cluster() {
        let text = "# comment\njira.node.id = jira-2\r\njira.shared.home=/data\n";
        assert_eq!(read(text).node.as_deref(), Some("jira-2"));
        assert_eq!(read("jira.node.id=a b\n").node, None);
    }

    #[test]
    fn descriptions_are_known_by_their_place() {
        for (path, folder) in [
            ("application-properties/application.xml", Some("")),
            ("jira-1/application-properties/application.xml", Some("jira-1/")),
            ("cluster.properties", Some("")),
            ("jira-1/application-config/cluster.properties", Some("jira-1/")),
            ("old-application-properties/application.xml", None),
            ("application-logs/application.xml.log", None),
        ] {
            assert_eq!(folder_described_by(path), folder, "{path}");
        }
    }
}
