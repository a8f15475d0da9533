//! The JSON Schema of a report. It is made from the types in `form` when tests run, kept in `docs`, and embedded as it
//! stands there, so that the program itself carries no schema generator.

/// The JSON Schema of a JSON report.
pub const SCHEMA: &str = include_str!("../../../docs/report.schema.json");

#[cfg(test)]
mod tests {
    use schemars::generate::SchemaSettings;

    use super::SCHEMA;
    use crate::report::json::form::Report;

    #[test]
    fn the_schema_is_current() {
        let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
        let schema = generator.into_root_schema_for::<Report>();
        let current = serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n";
        if std::env::var_os("LOGMEDIC_BLESS").is_some() {
            assert!(std::fs::write("docs/report.schema.json", &current).is_ok());
        } else {
            assert!(current == SCHEMA, "write it anew: LOGMEDIC_BLESS=1 cargo test --lib the_schema_is_current");
        }
    }
}
