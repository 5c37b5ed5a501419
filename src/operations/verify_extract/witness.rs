//! Cosignatures of witnesses on a checkpoint (C2SP tlog-cosignature, `cosignature/v1`).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use openssl::pkey::{Id, PKey};
use openssl::sign::Verifier;
use signed_note::{Signature, is_key_name_valid, key_id};

use crate::domain::time::Moment;

/// Type octet of a witness key.
const COSIGNATURE_KEY_TYPE: u8 = 4;
const ED25519_KEY_BYTES: usize = 32;
const TIME_BYTES: usize = 8;

/// A witness by its verifier key.
pub(super) struct Witness {
    name: String,
    id: u32,
    public_key: Vec<u8>,
}

impl Witness {
    /// Reads `name+hash+base64`; `None` when it is not the key of a witness.
    pub(super) fn parse(verifier_key: &str) -> Option<Self> {
        let (name, rest) = verifier_key.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let key = BASE64_STANDARD.decode(key).ok()?;
        let told = u32::from_str_radix(id, 16).ok().filter(|_| id.len() == 8)?;
        let public_key = key.strip_prefix(&[COSIGNATURE_KEY_TYPE])?;
        let fits = is_key_name_valid(name) && told == key_id(name, &key) && public_key.len() == ED25519_KEY_BYTES;
        fits.then(|| Self { name: name.to_owned(), id: told, public_key: public_key.to_vec() })
    }

    /// When the witness cosigned `note`; `None` when it has not, or its cosignature does not hold.
    pub(super) fn cosigned(&self, note: &str) -> Option<Moment> {
        let (text, signatures) = note.rsplit_once("\n\n")?;
        signatures.lines().find_map(|line| {
            let signature = Signature::from_bytes(line.as_bytes()).ok()?;
            if signature.name() != self.name || signature.id() != self.id {
                return None;
            }
            let (time, value) = signature.signature().split_at_checked(TIME_BYTES)?;
            let seconds = u64::from_be_bytes(time.try_into().ok()?);
            let signed = format!("cosignature/v1\ntime {seconds}\n{text}\n");
            let key = PKey::public_key_from_raw_bytes(&self.public_key, Id::ED25519).ok()?;
            let holds = Verifier::new_without_digest(&key).ok()?.verify_oneshot(value, signed.as_bytes()).ok()?;
            holds.then_some(())?;
            Moment::from_unix_seconds(i64::try_from(seconds).ok()?)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use openssl::sign::Signer;

    fn witness(seed: u8) -> (PKey<openssl::pkey::Private>, String) {
        let key = PKey::private_key_from_raw_bytes(&[seed; 32], Id::ED25519).unwrap();
        let public = [&[COSIGNATURE_KEY_TYPE][..], &key.raw_public_key().unwrap()].concat();
        let id = key_id("witness.example", &public);
        (key, format!("witness.example+{id:08x}+{}", BASE64_STANDARD.encode(public)))
    }

    fn cosign(text: &str, key: &PKey<openssl::pkey::Private>, verifier_key: &str, seconds: u64) -> String {
        let signed = format!("cosignature/v1\ntime {seconds}\n{text}");
        let value = Signer::new_without_digest(key).unwrap().sign_oneshot_to_vec(signed.as_bytes()).unwrap();
        let id = u32::from_str_radix(verifier_key.split('+').nth(1).unwrap(), 16).unwrap();
        let value = [&seconds.to_be_bytes()[..], &value].concat();
        let line = Signature::new("witness.example".to_owned(), id, value).unwrap().to_bytes();
        format!("{text}\n{}", String::from_utf8(line).unwrap())
    }

    #[test]
    fn a_cosignature_counts_only_by_its_own_key_over_its_own_text_and_time() {
        let (key, verifier_key) = witness(1);
        let (other, other_key) = witness(2);
        let note = cosign("log.example/1\n3\nAAAA\n", &key, &verifier_key, 1_790_000_000);

        let at = Witness::parse(&verifier_key).unwrap().cosigned(&note).unwrap();
        assert_eq!(at.unix_seconds(), 1_790_000_000);

        assert!(Witness::parse(&other_key).unwrap().cosigned(&note).is_none());
        assert!(Witness::parse(&verifier_key).unwrap().cosigned(&note.replace("\n3\n", "\n4\n")).is_none());
        let forged = cosign("log.example/1\n3\nAAAA\n", &other, &verifier_key, 1_790_000_000);
        assert!(Witness::parse(&verifier_key).unwrap().cosigned(&forged).is_none());
    }

    #[test]
    fn only_the_key_of_a_witness_is_one() {
        let (_, verifier_key) = witness(1);
        assert!(Witness::parse(&verifier_key).is_some());
        for other in ["", "a+b", "a+00000000+BAAA", &verifier_key.replace("witness.", "witness:")] {
            assert!(Witness::parse(other).is_none(), "{other}");
        }
    }
}
