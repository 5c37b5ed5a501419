//! A seal: one entry of the log that says how long the log was, under which root, and what its map of subjects was then
//! ([`super::map`]). With it an extract shows that a subject had no other entries up to there. Pure.

use serde_json::{Value, json};

use super::entry::digest_from_hex;

/// Kind of the entry.
pub const KIND: &str = "journal.sealed";
/// Its one field.
pub const FIELD: &str = "seal";
/// Its subject: seals are counted as everything is.
pub const SUBJECT: &str = "seals";
/// How many entries may come between what is sealed and the seal's own entry: an auditor has to keep their changes apart.
pub const LAG_MAX_ENTRIES: u64 = 100_000;

/// What a seal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The day in `Asia/Almaty` on which it was made, `YYYY-MM-DD`.
    pub day: String,
    /// Size of the log that is sealed.
    pub size: u64,
    /// Its root.
    pub root: [u8; 32],
    /// How many subjects those entries have.
    pub subjects: u64,
    /// Root of their map.
    pub map: [u8; 32],
}

impl Seal {
    /// The value of [`FIELD`].
    #[must_use]
    pub fn to_value(&self) -> Value {
        json!({
            "day": self.day,
            "map": hex::encode(self.map),
            "root": hex::encode(self.root),
            "size": self.size,
            "subjects": self.subjects,
        })
    }

    /// Reads it; `None` when it is not exactly what [`Seal::to_value`] writes.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        let digest = |name: &str| digest_from_hex(value.get(name)?.as_str()?);
        let seal = Seal {
            day: value.get("day")?.as_str()?.to_owned(),
            size: value.get("size")?.as_u64()?,
            root: digest("root")?,
            subjects: value.get("subjects")?.as_u64()?,
            map: digest("map")?,
        };
        (seal.to_value() == *value).then_some(seal)
    }

    /// The octets that the operator signs: the value in canonical JSON, below a line that says what it is and of which log.
    #[must_use]
    pub fn to_signed(&self, origin: &str) -> Vec<u8> {
        // The member order of `to_value` is that of canonical JSON, and its values need no escapes.
        format!("qolhat-journal-seal/v1\n{origin}\n{}\n", self.to_value()).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn sample() -> Seal {
        Seal { day: "2026-11-26".to_owned(), size: 7, root: [1; 32], subjects: 3, map: [2; 32] }
    }

    #[test]
    fn a_seal_is_read_only_in_the_form_it_is_written() {
        assert_eq!(Seal::from_value(&sample().to_value()), Some(sample()));
        for (member, value) in
            [("size", json!(-1)), ("root", json!("AB")), ("map", json!(1)), ("more", json!(1)), ("day", json!(2026))]
        {
            let mut other = sample().to_value();
            other[member] = value;
            assert_eq!(Seal::from_value(&other), None, "{member}");
        }
    }

    #[test]
    fn what_is_signed_is_canonical_and_names_the_log() {
        let signed = String::from_utf8(sample().to_signed("log.example/1")).unwrap();
        let canonical = crate::domain::jcs::to_canonical(&sample().to_value()).unwrap();
        assert_eq!(
            signed,
            format!("qolhat-journal-seal/v1\nlog.example/1\n{}\n", String::from_utf8(canonical).unwrap())
        );
    }
}
