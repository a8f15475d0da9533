//! Every JSON report that the tests keep fits the committed schema, and the schema names every key of it.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;

use serde_json::{Value, json};

#[test]
fn kept_reports_fit_the_schema() {
    let mut schema: Value = serde_json::from_str(logmedic::REPORT_SCHEMA).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "it is a schema");
    forbid_other_keys(&mut schema);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut reports = 0;
    for entry in fs::read_dir("tests/golden").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let report: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}:\n{}", path.display(), errors.join("\n"));
        let mut other = report;
        other["ledger"]["sources"][0]["bytes"] = json!("many");
        assert!(!validator.is_valid(&other), "a wrong type is seen");
        reports += 1;
    }
    assert!(reports > 10, "the golden reports are where they were");
}

/// The schema lets readers live with keys of later releases; here a key that it does not name is a mistake.
fn forbid_other_keys(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            if keys.contains_key("properties") && !keys.contains_key("additionalProperties") {
                keys.insert("additionalProperties".to_owned(), json!(false));
            }
            keys.values_mut().for_each(forbid_other_keys);
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_other_keys),
        _ => {}
    }
}
