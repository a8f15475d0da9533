//! The suppressions file: which findings are known and for how long nobody wants to be told.

use jiff::civil::Date;
use serde::Deserialize;

use crate::diagnosis::{Force, Suppression};

/// What an author types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    suppression: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    subject: Option<String>,
    reason: String,
    /// Kept as any value: a day that cannot be read must not keep the rest of the file from being read.
    until: toml::Value,
}

/// Reads the text of a suppressions file. A day that is over by `today`, or that cannot be read, suppresses nothing. The
/// error says where the text is no such file.
pub fn read_suppressions(text: &str, today: Date) -> Result<Vec<Suppression>, String> {
    let written: Written = toml::from_str(text).map_err(|error| error.to_string())?;
    let entries = written.suppression.into_iter().map(|entry| {
        let until = match entry.until {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        let force = match Date::strptime("%Y-%m-%d", until.trim()) {
            Err(_) => Force::UnreadableDate,
            Ok(day) if day < today => Force::Past,
            Ok(_) => Force::InForce,
        };
        Suppression { id: entry.id, subject: entry.subject, reason: entry.reason, until, force }
    });
    Ok(entries.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Suppression>, String> {
        read_suppressions(text, Date::constant(2026, 1, 13))
    }

    #[test]
    fn only_a_readable_day_that_is_not_over_suppresses() {
        for (until, force) in [
            ("\"2026-01-13\"", Force::InForce),
            ("2026-02-01", Force::InForce),
            ("\"2026-01-12\"", Force::Past),
            ("\"soon\"", Force::UnreadableDate),
            ("\"2026-02-30\"", Force::UnreadableDate),
            ("\"\"", Force::UnreadableDate),
            ("2026-02-01T10:00:00Z", Force::UnreadableDate),
            ("20270101", Force::UnreadableDate),
            ("\"20270101\"", Force::UnreadableDate),
            ("\"2027-01-01T00:00\"", Force::UnreadableDate),
            ("\"2026-2-1 \"", Force::InForce),
            ("\"9999-12-31\"", Force::InForce),
        ] {
            let read =
                read(&format!("[[suppression]]\nid = \"stuck-thread\"\nreason = \"x\"\nuntil = {until}\n")).unwrap();
            assert_eq!(read.iter().map(|entry| entry.force).collect::<Vec<_>>(), [force], "{until}");
        }
    }

    #[test]
    fn a_file_that_is_something_else_is_an_error_that_says_where() {
        assert_eq!(read(""), Ok(Vec::new()));
        for text in ["[[suppression]]\nid = \"a\"\nuntil = \"2026-01-13\"\n", "[[suppressions]]\n", "x"] {
            assert!(read(text).unwrap_err().contains("line"), "{text}");
        }
    }
}
