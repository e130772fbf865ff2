//! Operation `catalog`: the tables everything else reads, in one language.

use super::{Deserialize, Serialize, Value};
use crate::catalog::sources;
use crate::diagnostics::messages;
use crate::diagnostics::text::Lang;

/// Which language.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CatalogInput {
    /// The language of all words.
    #[serde(default)]
    pub lang: Lang,
}

/// All tables.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CatalogOutput {
    /// Findings (`CS...`) and errors (`CE...`).
    pub messages: Vec<Value>,
}

/// Gives all tables in one language.
pub fn catalog(input: &CatalogInput) -> CatalogOutput {
    let messages = messages::TABLES
        .iter()
        .flat_map(|table| table.iter())
        .map(|row| {
            serde_json::json!({
                "code": row.code,
                "severity": row.severity,
                "message": row.message.get(input.lang),
                "help": row.help.get(input.lang),
                "acceptable": row.acceptable,
                "source": sources::titled(row.source),
            })
        })
        .collect();
    CatalogOutput { messages }
}
