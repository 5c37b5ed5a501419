//! `operator.json`: whose extracts a reader is willing to believe. It lies in the reader's trust folder and comes
//! to him by another way than the extract.

use serde::{Deserialize, Serialize};

/// The largest `operator.json` that is read, in bytes.
pub const OPERATOR_FILE_MAX_BYTES: usize = 64 * 1024;
/// The most log or witness keys one may name.
pub const OPERATOR_KEYS_MAX: usize = 64;
/// The name of the file in a trust folder.
pub const OPERATOR_FILE_NAME: &str = "operator.json";

/// The operator to whom extracts are pinned: what `operator.json` says, or what the reader gave by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorCard {
    /// BIN.
    pub operator: String,
    /// Name, for people.
    #[serde(default)]
    pub name: Option<String>,
    /// Verifier keys of the log (C2SP signed-note), today's and earlier ones.
    pub log_keys: Vec<String>,
    /// Origin of the log.
    #[serde(default)]
    pub origin: Option<String>,
    /// Verifier keys of witnesses whose cosignature is demanded.
    #[serde(default)]
    pub witness_keys: Vec<String>,
}

/// Why an `operator.json` is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperatorCardError {
    /// Larger than [`OPERATOR_FILE_MAX_BYTES`].
    #[error("operator.json is larger than {OPERATOR_FILE_MAX_BYTES} bytes")]
    TooLarge,
    /// Not the JSON that is asked for.
    #[error("operator.json: {0}")]
    Malformed(String),
    /// `operator` is not a BIN.
    #[error("operator.json: \"operator\" is not twelve digits")]
    Bin,
    /// No log key, or too many keys.
    #[error("operator.json: \"log_keys\" must name 1 to {OPERATOR_KEYS_MAX} keys")]
    Keys,
}

/// Reads `operator.json`. Whether the keys are keys is judged where they are used.
///
/// # Errors
/// [`OperatorCardError`].
pub fn parse(bytes: &[u8]) -> Result<OperatorCard, OperatorCardError> {
    if bytes.len() > OPERATOR_FILE_MAX_BYTES {
        return Err(OperatorCardError::TooLarge);
    }
    let file: OperatorCard =
        serde_json::from_slice(bytes).map_err(|error| OperatorCardError::Malformed(error.to_string()))?;
    // The check digit is not judged: the numbers of test certificates do not have one that fits.
    if file.operator.len() != 12 || !file.operator.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(OperatorCardError::Bin);
    }
    if file.log_keys.is_empty()
        || file.log_keys.len() > OPERATOR_KEYS_MAX
        || file.witness_keys.len() > OPERATOR_KEYS_MAX
    {
        return Err(OperatorCardError::Keys);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]
    use super::*;

    #[test]
    fn a_file_that_pins_nothing_is_refused() {
        let good = r#"{"operator":"123456789021","name":"Q","log_keys":["k"],"origin":"o"}"#;
        assert_eq!(parse(good.as_bytes()).unwrap().operator, "123456789021");
        assert_eq!(parse(good.replace("21\"", "2\"").as_bytes()), Err(OperatorCardError::Bin));
        assert_eq!(parse(good.replace("[\"k\"]", "[]").as_bytes()), Err(OperatorCardError::Keys));
        assert!(matches!(parse(good.replace("name", "nane").as_bytes()), Err(OperatorCardError::Malformed(_))));
        let padded = format!("{good}{}", " ".repeat(OPERATOR_FILE_MAX_BYTES));
        assert_eq!(parse(padded.as_bytes()), Err(OperatorCardError::TooLarge));
    }
}
