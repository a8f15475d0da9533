//! The forms of report, in one list: a new form is its file, and one entry here. Names, help, the extensions that
//! `-o` knows, default redaction, file modes and tests over all forms follow from the list.

use super::redact::{Level, Redactor};
use super::{ReportOptions, html, jira, json, markdown, nagios, prometheus, text};
use crate::diagnosis::Diagnosis;

/// What is known of a form of report.
struct Form {
    name: &'static str,
    /// Of files that hold it; `None` where it is never written to a file.
    extension: Option<&'static str>,
    /// What is masked unless told otherwise: what leaves the house is masked in full.
    redaction: Level,
    /// Whether lines of a log can stand in it.
    quotes_logs: bool,
    render: fn(&Diagnosis, &mut Redactor, &ReportOptions) -> String,
}

macro_rules! formats {
    ($(#[doc = $about:literal] $variant:ident { $($field:tt)+ })+) => {
        /// A form of report.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Format {
            $(#[doc = $about] $variant,)+
        }

        impl Format {
            /// Every form, in the order in which they are listed to people.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// What it is for, as one sentence.
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => $about.trim_ascii(),)+
                }
            }

            const fn form(self) -> Form {
                match self {
                    $(Self::$variant => Form { $($field)+ },)+
                }
            }
        }
    };
}

formats! {
    /// For a terminal.
    Text { name: "text", extension: Some("txt"), redaction: Level::Secrets, quotes_logs: true, render: text::render }
    /// For programs.
    Json { name: "json", extension: Some("json"), redaction: Level::Secrets, quotes_logs: true, render: json::render }
    /// For collectors and `jq`: a line of JSON for each finding, then one for what was read.
    Ndjson { name: "ndjson", extension: Some("ndjson"), redaction: Level::Secrets, quotes_logs: true, render: json::render_lines }
    /// For a Jira ticket: wiki markup that fits into a comment or description.
    Jira { name: "jira", extension: Some("jira"), redaction: Level::Full, quotes_logs: true, render: jira::render }
    /// For GitHub, GitLab and Atlassian's editor.
    Markdown { name: "markdown", extension: Some("md"), redaction: Level::Full, quotes_logs: true, render: markdown::render }
    /// For a browser: one page to attach to a ticket or to print.
    Html { name: "html", extension: Some("html"), redaction: Level::Full, quotes_logs: true, render: html::render }
    /// For Prometheus: a file for the textfile collector of its node exporter.
    Prometheus { name: "prometheus", extension: Some("prom"), redaction: Level::Secrets, quotes_logs: false, render: prometheus::render }
    /// For Nagios and Icinga: a plugin's answer, with a plugin's exit codes.
    Nagios { name: "nagios", extension: None, redaction: Level::Secrets, quotes_logs: true, render: nagios::render }
    /// Nothing: only the exit code counts.
    None { name: "none", extension: None, redaction: Level::Secrets, quotes_logs: false, render: |_, _, _| String::new() }
}

impl Format {
    /// The form with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The form that files with this extension hold, in either case of letters.
    pub fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension)))
    }

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        self.form().name
    }

    /// The extension of files that hold it; `None` for what is never written to a file.
    pub const fn extension(self) -> Option<&'static str> {
        self.form().extension
    }

    /// What is masked unless told otherwise.
    pub const fn default_redaction(self) -> Level {
        self.form().redaction
    }

    /// Whether lines of a log can stand in it, so that a file with it is for its owner's eyes.
    pub const fn quotes_logs(self) -> bool {
        self.form().quotes_logs
    }

    pub(super) fn write(self, diagnosis: &Diagnosis, redactor: &mut Redactor, options: &ReportOptions) -> String {
        (self.form().render)(diagnosis, redactor, options)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_extensions_lead_to_one_form_each() {
        for &format in Format::ALL {
            assert_eq!(Format::named(format.name()), Some(format));
            assert!(format.extension().is_none_or(|extension| Format::of_extension(extension) == Some(format)));
            assert!(format.about().ends_with('.') && !format.about().starts_with(' '), "{}", format.about());
        }
        let names: BTreeSet<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        assert_eq!(names.len(), Format::ALL.len());
        assert_eq!(Format::of_extension("MD"), Some(Format::Markdown));
        assert_eq!((Format::named("md"), Format::of_extension("log")), (None, None));
    }
}
