//! The JSON Schema of a signature file. It is made from the types in `signature` when tests run, kept in `docs`, and
//! embedded as it stands there, so that the program itself carries no schema generator.

/// The JSON Schema of a signature file, for editors.
pub const SCHEMA: &str = include_str!("../../docs/signature.schema.json");

#[cfg(test)]
mod tests {
    use schemars::schema_for;

    use super::SCHEMA;
    use crate::catalogue::SignatureFile;

    #[test]
    fn the_schema_is_current() {
        let schema = schema_for!(SignatureFile);
        let current = serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n";
        if std::env::var_os("LOGMEDIC_BLESS").is_some() {
            assert!(std::fs::write("docs/signature.schema.json", &current).is_ok());
        } else {
            assert!(current == SCHEMA, "write it anew: LOGMEDIC_BLESS=1 cargo test --lib the_schema_is_current");
        }
    }
}
