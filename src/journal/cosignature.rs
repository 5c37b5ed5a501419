//! Cosignatures of witnesses on a checkpoint (C2SP tlog-cosignature, `cosignature/v1`): made and checked. Pure.
//!
//! A cosignature is a line of the note (C2SP signed-note) whose value is `timestamp || Ed25519 signature`, the timestamp
//! eight octets, big-endian, in seconds; what is signed is `cosignature/v1\ntime T\n` and the whole text of the note.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use openssl::pkey::{Id, PKey, Private};
use openssl::sign::{Signer, Verifier};
use signed_note::{Signature, is_key_name_valid, key_id};

use crate::domain::time::Moment;

/// Type octet of a witness key: timestamped Ed25519. Source: C2SP tlog-cosignature, "Format".
const COSIGNATURE_KEY_TYPE: u8 = 4;
const ED25519_KEY_BYTES: usize = 32;
const ED25519_SIGNATURE_BYTES: usize = 64;
const TIME_BYTES: usize = 8;

/// A witness by its verifier key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    id: u32,
    public_key: Vec<u8>,
}

impl WitnessKey {
    /// Reads `name+hash+base64`; `None` when it is not the key of a witness.
    #[must_use]
    pub fn parse(verifier_key: &str) -> Option<Self> {
        let (name, rest) = verifier_key.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let key = BASE64_STANDARD.decode(key).ok()?;
        let told = u32::from_str_radix(id, 16).ok().filter(|_| id.len() == 8)?;
        let public_key = key.strip_prefix(&[COSIGNATURE_KEY_TYPE])?;
        let fits = is_key_name_valid(name) && told == key_id(name, &key) && public_key.len() == ED25519_KEY_BYTES;
        fits.then(|| Self { name: name.to_owned(), id: told, public_key: public_key.to_vec() })
    }

    /// Name of the witness.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When the witness cosigned `note`; `None` when it has not, or its cosignature does not hold.
    #[must_use]
    pub fn cosigned(&self, note: &str) -> Option<Moment> {
        let (text, signatures) = note.rsplit_once("\n\n")?;
        signatures.lines().find_map(|line| self.holds(line, text))
    }

    /// The line among `lines` by which the witness cosigned the checkpoint of `note`, and when.
    #[must_use]
    pub fn line_of(&self, lines: &str, note: &str) -> Option<(String, Moment)> {
        let (text, _) = note.rsplit_once("\n\n")?;
        lines.lines().find_map(|line| self.holds(line, text).map(|at| (line.to_owned(), at)))
    }

    fn holds(&self, line: &str, text: &str) -> Option<Moment> {
        let signature = Signature::from_bytes(line.as_bytes()).ok()?;
        if signature.name() != self.name || signature.id() != self.id {
            return None;
        }
        let (time, value) = signature.signature().split_at_checked(TIME_BYTES)?;
        if value.len() != ED25519_SIGNATURE_BYTES {
            return None;
        }
        let seconds = u64::from_be_bytes(time.try_into().ok()?);
        let key = PKey::public_key_from_raw_bytes(&self.public_key, Id::ED25519).ok()?;
        let signed = signed_message(seconds, text);
        let holds = Verifier::new_without_digest(&key).ok()?.verify_oneshot(value, signed.as_bytes()).ok()?;
        holds.then_some(())?;
        Moment::from_unix_seconds(i64::try_from(seconds).ok()?)
    }
}

/// What is signed; `text` comes without its last line feed.
fn signed_message(seconds: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}\n")
}

/// The secret half of a witness key.
pub struct CosigningKey {
    name: String,
    id: u32,
    key: PKey<Private>,
    verifier_key: String,
}

impl CosigningKey {
    /// The key of these 32 secret octets under `name`; `None` when the name is not one of a note key.
    #[must_use]
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Option<Self> {
        let key = PKey::private_key_from_raw_bytes(seed, Id::ED25519).ok()?;
        let public = [&[COSIGNATURE_KEY_TYPE][..], &key.raw_public_key().ok()?].concat();
        let id = key_id(name, &public);
        let verifier_key = format!("{name}+{id:08x}+{}", BASE64_STANDARD.encode(public));
        is_key_name_valid(name).then(|| Self { name: name.to_owned(), id, key, verifier_key })
    }

    /// The public half: `name+hash+base64`.
    #[must_use]
    pub fn verifier_key(&self) -> &str {
        &self.verifier_key
    }

    /// The line, with its line feed, by which the checkpoint of `note` is cosigned at `at`; `None` for what is no note,
    /// and when the key cannot sign.
    #[must_use]
    pub fn cosign(&self, note: &str, at: Moment) -> Option<String> {
        let (text, _) = note.rsplit_once("\n\n")?;
        let seconds = u64::try_from(at.unix_seconds()).ok()?;
        let signed = signed_message(seconds, text);
        let value = Signer::new_without_digest(&self.key).ok()?.sign_oneshot_to_vec(signed.as_bytes()).ok()?;
        let value = [&seconds.to_be_bytes()[..], &value].concat();
        let line = Signature::new(self.name.clone(), self.id, value).ok()?.to_bytes();
        let line = String::from_utf8(line).ok()?;
        Some(format!("{}\n", line.trim_end_matches('\n')))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(seed: u8) -> CosigningKey {
        CosigningKey::from_seed("witness.example", &[seed; 32]).unwrap()
    }

    #[test]
    fn a_cosignature_counts_only_by_its_own_key_over_its_own_text_and_time() {
        let (own, other) = (key(1), key(2));
        let note = "log.example/1\n3\nAAAA\n\n";
        let at = Moment::from_unix_seconds(1_790_000_000).unwrap();
        let witness = WitnessKey::parse(own.verifier_key()).unwrap();
        let cosigned = format!("{note}{}", own.cosign(note, at).unwrap());

        assert_eq!(witness.cosigned(&cosigned), Some(at));
        assert!(WitnessKey::parse(other.verifier_key()).unwrap().cosigned(&cosigned).is_none());
        assert!(witness.cosigned(&cosigned.replace("\n3\n", "\n4\n")).is_none());
        let forged = other.cosign(note, at).unwrap();
        assert!(witness.cosigned(&format!("{note}{forged}")).is_none());
        assert!(witness.line_of(&forged, note).is_none());
        let both = forged + &own.cosign(note, at).unwrap();
        assert_eq!(witness.line_of(&both, note).unwrap().1, at);
    }

    #[test]
    fn only_the_key_of_a_witness_is_one() {
        let verifier_key = key(1).verifier_key().to_owned();
        assert!(WitnessKey::parse(&verifier_key).is_some());
        for other in ["", "a+b", "a+00000000+BAAA", &verifier_key.replace("witness.", "witness:")] {
            assert!(WitnessKey::parse(other).is_none(), "{other}");
        }
        assert!(CosigningKey::from_seed("a+b", &[1; 32]).is_none());
    }
}
