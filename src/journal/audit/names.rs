//! What entries tell by name: no field twice, and documents and parties under their own names. The operator alone can write
//! an entry, so he alone could write one among the entries of another document than the one it speaks of.

use std::collections::{BTreeMap, BTreeSet};

use super::super::entry::{Field, Opening};
use super::super::naming::subject_family;
use super::super::subjects::{IDENTITY_MAX_BYTES, SubjectLink, pseudonym};
use super::super::vrf::{VrfPublicKey, VrfSecretKey};

/// Names kept at once, for a party has many entries and a document's lie near each other.
const KEPT_MAX: usize = 65_536;

/// The names that identities have under the log's key.
pub(super) struct Names<'a> {
    key: Option<&'a VrfSecretKey>,
    kept: BTreeMap<String, [u8; 32]>,
}

impl<'a> Names<'a> {
    pub(super) fn new(key: Option<&'a VrfSecretKey>) -> Self {
        Self { key, kept: BTreeMap::new() }
    }

    /// Whether there is a key to check them with.
    pub(super) fn are_checked(&self) -> bool {
        self.key.is_some()
    }

    /// Whether the openings of an entry of this kind, about the subjects in `links`, name each field once, and name those
    /// subjects. `fixed` is the key of pseudonyms in the log's first entry, where this is it.
    pub(super) fn entry(
        &mut self,
        kind: &str,
        fixed: Option<&VrfPublicKey>,
        opened: &[(Field, Opening)],
        links: &[SubjectLink],
    ) -> Result<(), (&'static str, String)> {
        if let (Some(fixed), Some(key)) = (fixed, self.key)
            && key.public() != *fixed
        {
            return Err((
                "name",
                "the key of pseudonyms at hand is not the one that the log's first entry fixes".to_owned(),
            ));
        }
        let mut seen = BTreeSet::new();
        for (field, opening) in opened {
            if !matches!(field, Field::Payload(_)) {
                continue;
            }
            let Some((name, value)) = opening.payload_field() else {
                return Err(("opening", format!("{field} is no field with a name")));
            };
            if !seen.insert(name.to_owned()) {
                return Err((
                    "opening",
                    format!("the field {name} stands twice: one reader could be shown another value"),
                ));
            }
            let Some(family) = subject_family(kind, name) else { continue };
            let identity = value.as_str().map(|value| format!("{family}:{value}"));
            let Some(identity) = identity.filter(|identity| identity.len() <= IDENTITY_MAX_BYTES) else {
                return Err(("name", format!("{name} names no {family}")));
            };
            if let Some(own) = self.of(identity)
                && !links.iter().any(|link| link.subject == own)
            {
                return Err(("name", format!("the entry is not one of the {family} that its {name} tells")));
            }
        }
        Ok(())
    }

    fn of(&mut self, identity: String) -> Option<[u8; 32]> {
        let key = self.key?;
        if self.kept.len() >= KEPT_MAX {
            self.kept.clear();
        }
        Some(*self.kept.entry(identity).or_insert_with_key(|identity| pseudonym(key, identity)))
    }
}
