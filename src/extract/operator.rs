//! `operator.json`: whose extracts a reader is willing to believe. It lies in the reader's trust folder and comes
//! to him by another way than the extract.

use std::collections::BTreeSet;

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
    /// How many of them must have cosigned; all when it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness_quorum: Option<usize>,
}

impl OperatorCard {
    /// How many of [`OperatorCard::witness_keys`] must have cosigned.
    #[must_use]
    pub fn witnesses_needed(&self) -> usize {
        self.witness_quorum.unwrap_or(self.witness_keys.len())
    }

    /// Whether the quorum can be one: from one to all of the witnesses, of which none is named twice.
    #[must_use]
    pub fn has_fitting_quorum(&self) -> bool {
        let distinct = self.witness_keys.iter().collect::<BTreeSet<_>>().len();
        self.witness_quorum.is_none_or(|needed| (1..=distinct).contains(&needed) && distinct == self.witness_keys.len())
    }
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
    /// More witnesses demanded than named, none, or one named twice.
    #[error("operator.json: \"witness_quorum\" must be from 1 to the number of different \"witness_keys\"")]
    Quorum,
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
    if !file.has_fitting_quorum() {
        return Err(OperatorCardError::Quorum);
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
        let quorum = |rest: &str| parse(good.replace('}', &format!(",{rest}}}")).as_bytes());
        assert_eq!(quorum(r#""witness_keys":["a","b"],"witness_quorum":1"#).unwrap().witnesses_needed(), 1);
        assert_eq!(quorum(r#""witness_keys":["a","b"]"#).unwrap().witnesses_needed(), 2);
        for wrong in [r#""witness_keys":["a"],"witness_quorum":0"#, r#""witness_keys":["a"],"witness_quorum":2"#] {
            assert_eq!(quorum(wrong), Err(OperatorCardError::Quorum));
        }
        assert_eq!(quorum(r#""witness_quorum":1"#), Err(OperatorCardError::Quorum));
        assert_eq!(quorum(r#""witness_keys":["a","a"],"witness_quorum":2"#), Err(OperatorCardError::Quorum));
        let padded = format!("{good}{}", " ".repeat(OPERATOR_FILE_MAX_BYTES));
        assert_eq!(parse(padded.as_bytes()), Err(OperatorCardError::TooLarge));
    }
}
