//! Signatures without any object around them: a name of an algorithm, a key, a message and a value, as suites of test
//! vectors have them. Source: design section 4, `pki verify-raw`.

use super::public_key::Material;
use super::{KeyError, PSS_SALT_MAX_BYTES, PublicKey, SignatureAlgorithm, VerifyError, verify};
use crate::der::writer::Writer;
use crate::digest::DigestAlgorithm;

/// A signature algorithm and the form of its values, by the name of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawAlgorithm {
    algorithm: SignatureAlgorithm,
    form: Form,
}

/// How a signature value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As in certificates and messages.
    Usual,
    /// r ‖ s, each as wide as the order of the curve, big-endian. Source: IEEE P1363.
    P1363,
}

/// What is said of one signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawOutcome {
    /// The key's signature of the message.
    Valid,
    /// It is not: the value, the key, or the two together are wrong.
    Invalid,
    /// The algorithm, or the kind of key, is not known here.
    Unsupported,
}

impl RawOutcome {
    /// The word of the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            RawOutcome::Valid => "valid",
            RawOutcome::Invalid => "invalid",
            RawOutcome::Unsupported => "unsupported",
        }
    }
}

impl RawAlgorithm {
    /// The algorithm with exactly this name: `rsa-pkcs1-<hash>`, `rsa-pss-<hash>-mgf1-<hash>-<salt length>`,
    /// `ecdsa-<hash>`, `ecdsa-p1363-<hash>`, `ed25519`, `gost3410-2015-512`, `gost3410-2015-256` or `gost34310-2004`,
    /// where a hash is one of SHA-1 and SHA-2 as [`DigestAlgorithm::name`] has it.
    pub fn from_name(name: &str) -> Option<RawAlgorithm> {
        let usual = |algorithm| Some(RawAlgorithm { algorithm, form: Form::Usual });
        match name {
            "ed25519" => return usual(SignatureAlgorithm::Ed25519),
            "gost3410-2015-512" => return usual(SignatureAlgorithm::Gost2015_512),
            "gost3410-2015-256" => return usual(SignatureAlgorithm::Gost2015_256),
            "gost34310-2004" => return usual(SignatureAlgorithm::Gost2004),
            _ => {}
        }
        if let Some(hash) = name.strip_prefix("rsa-pkcs1-") {
            return usual(SignatureAlgorithm::RsaPkcs1(sha(hash)?));
        }
        if let Some(parameters) = name.strip_prefix("rsa-pss-") {
            return usual(pss(parameters)?);
        }
        if let Some(hash) = name.strip_prefix("ecdsa-p1363-") {
            return Some(RawAlgorithm { algorithm: SignatureAlgorithm::Ecdsa(sha(hash)?), form: Form::P1363 });
        }
        usual(SignatureAlgorithm::Ecdsa(sha(name.strip_prefix("ecdsa-")?)?))
    }

    /// Whether `signature` is the signature of `message` by `key`, which was read with [`PublicKey::from_spki`]. A key of
    /// another kind than that of the algorithm is `Invalid`, one of a kind not known here `Unsupported`.
    pub fn verify(self, key: &Result<PublicKey, KeyError>, message: &[u8], signature: &[u8]) -> RawOutcome {
        let key = match key {
            Ok(key) => key,
            Err(KeyError::Unsupported { .. }) => return RawOutcome::Unsupported,
            Err(KeyError::Malformed { .. }) => return RawOutcome::Invalid,
        };
        match self.verified(key, message, signature) {
            Ok(()) => RawOutcome::Valid,
            Err(VerifyError::BadSignature | VerifyError::AlgorithmMismatch) => RawOutcome::Invalid,
            Err(VerifyError::Unsupported) => RawOutcome::Unsupported,
        }
    }

    /// `algorithm` with values in the form of XML signatures. Source: XML Signature 1.1 §6.4.3.
    pub(crate) const fn of_xml(algorithm: SignatureAlgorithm) -> RawAlgorithm {
        let form = if matches!(algorithm, SignatureAlgorithm::Ecdsa(_)) { Form::P1363 } else { Form::Usual };
        RawAlgorithm { algorithm, form }
    }

    /// As [`PublicKey::verify_message`], the value in the form of the algorithm.
    pub(crate) fn verified(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        match (self.form, &key.material) {
            (Form::Usual, _) => key.verify_message(self.algorithm, message, signature),
            (Form::P1363, Material::Ec(ec)) => match der_of_p1363(signature, ec.order_len) {
                Some(der) => key.verify_message(self.algorithm, message, &der),
                None => Err(VerifyError::BadSignature),
            },
            (Form::P1363, Material::Rsa(_) | Material::RsaPss(..) | Material::Ed25519(_) | Material::Gost(_)) => {
                Err(VerifyError::AlgorithmMismatch)
            }
        }
    }
}

/// A digest of SHA-1 or SHA-2: the national ones sign with national keys alone.
fn sha(name: &str) -> Option<DigestAlgorithm> {
    DigestAlgorithm::from_name(name).filter(|digest| verify::message_digest(*digest).is_some())
}

/// `<hash>-mgf1-<hash>-<salt length>`.
fn pss(parameters: &str) -> Option<SignatureAlgorithm> {
    let (hash, rest) = parameters.split_once("-mgf1-")?;
    let (mgf_hash, salt) = rest.rsplit_once('-')?;
    let is_number = !salt.is_empty() && salt.bytes().all(|octet| octet.is_ascii_digit());
    let salt_len = salt.parse().ok().filter(|salt| is_number && *salt <= PSS_SALT_MAX_BYTES)?;
    Some(SignatureAlgorithm::RsaPss { hash: sha(hash)?, mgf_hash: sha(mgf_hash)?, salt_len })
}

/// The same two numbers as an Ecdsa-Sig-Value; nothing for another length.
fn der_of_p1363(signature: &[u8], order_len: usize) -> Option<Vec<u8>> {
    let (r, s) = signature.split_at_checked(order_len)?;
    if order_len == 0 || s.len() != order_len {
        return None;
    }
    Some(Writer::build(|w| {
        w.sequence(|w| {
            w.integer(r);
            w.integer(s);
        });
    }))
}
