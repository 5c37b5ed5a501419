//! The entry that opens a log: number 0. It fixes the key of the subjects' pseudonyms before there is any subject, so
//! that the operator cannot choose another key later for one whose history he would like to have twice.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::draft::Waiting;
use super::entry::EntryError;
use super::vrf::{SUITE_NAME, VrfPublicKey};

/// Its kind; no other entry has it.
pub const KIND: &str = "log.opened";
/// The field that names the function: [`SUITE_NAME`].
pub const SUITE_FIELD: &str = "vrf_suite";
/// The field that holds the public key of the function, 64 hexadecimal digits.
pub const KEY_FIELD: &str = "vrf_key";

/// What is written down, as it would lie in the inbox.
pub(super) fn waiting(origin: &str, key: &VrfPublicKey) -> Result<String, EntryError> {
    let payload =
        [(SUITE_FIELD.to_owned(), json!(SUITE_NAME)), (KEY_FIELD.to_owned(), json!(hex::encode(key.to_bytes())))];
    Waiting::to_text(KIND, &[], &json!({"log": origin}), &payload)
}

/// The key that the entry of this kind, which commits to so many fields and subjects, with these opened fields, fixes. Of
/// two keys committed to one reader could be shown the first and another one the second.
///
/// # Errors
/// Why it fixes none; English.
pub fn vrf_key(
    kind: &str,
    committed: (usize, usize),
    fields: &BTreeMap<String, Value>,
) -> Result<VrfPublicKey, String> {
    if kind != KIND {
        return Err(format!("the first entry is {kind} and not {KIND}"));
    }
    if committed != (2, 0) || fields.len() != 2 {
        return Err("it commits to something else than one function and one key".to_owned());
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str).ok_or_else(|| format!("{name} is not opened"));
    if text(SUITE_FIELD)? != SUITE_NAME {
        return Err(format!("{SUITE_FIELD} is not {SUITE_NAME}"));
    }
    let key = super::entry::digest_from_hex(text(KEY_FIELD)?).and_then(|octets| VrfPublicKey::parse(&octets));
    key.ok_or_else(|| format!("{KEY_FIELD} is no key of that function"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::journal::vrf::VrfSecretKey;

    #[test]
    fn a_first_entry_fixes_the_key_it_was_made_with_and_nothing_else_fixes_one() {
        let key = VrfSecretKey::from_seed(&[3; 32]).public();
        let made = waiting("log.example/1", &key).unwrap();
        let field = |line: &&str| {
            let field: Value = serde_json::from_str(line).unwrap();
            (field["name"].as_str().unwrap().to_owned(), field["value"].clone())
        };
        let fields: BTreeMap<String, Value> = Waiting::read(&made).unwrap().payload.iter().map(field).collect();
        assert_eq!(vrf_key(KIND, (2, 0), &fields), Ok(key));

        for committed in [(3, 0), (1, 0), (2, 1)] {
            assert!(vrf_key(KIND, committed, &fields).is_err(), "{committed:?}");
        }
        assert!(vrf_key("document.recorded", (2, 0), &fields).is_err());
        for (name, value) in [
            (SUITE_FIELD, json!("ECVRF-P256-SHA256-TAI")),
            (KEY_FIELD, json!("00")),
            (KEY_FIELD, json!(format!("01{}", "00".repeat(31)))),
            (KEY_FIELD, json!(1)),
        ] {
            let mut other = fields.clone();
            other.insert(name.to_owned(), value);
            assert!(vrf_key(KIND, (2, 0), &other).is_err(), "{name}");
        }
        for name in [SUITE_FIELD, KEY_FIELD] {
            let mut fewer = fields.clone();
            fewer.remove(name);
            assert!(vrf_key(KIND, (2, 0), &fewer).is_err(), "{name}");
        }
    }
}
