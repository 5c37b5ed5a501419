//! Counter-signatures, good ones and such with one thing wrong. Source of the rules: RFC 5652 §11.4.

use super::faults;
use super::message::{SignerFields, SignerName, attribute, reference_v2};
use crate::certificate::Certificate;
use crate::der::writer::{Writer, sorted};
use crate::issue::IssueError;
use crate::key::PrivateKey;
use crate::oid;
use crate::random::SecureRandom;
use crate::time::Moment;

faults! {
    /// What is wrong with a counter-signature.
    CounterFault {
        /// There is a content-type among its signed attributes.
        TypePresent = "type-present",
        /// It is over other octets than the value below it.
        OtherValue = "other-value",
        /// It has signed attributes, and no message-digest among them.
        DigestMissing = "digest-missing",
        /// Its signed reference is of another certificate.
        ReferenceOfAnother = "reference-of-another",
        /// One octet of its value is changed.
        SignatureChanged = "signature-changed",
    }
}

/// A SignerInfo over `value`, the value of another signature, by `key` with `certificate`; with this fault, or none.
/// `other` is another certificate, where the fault needs one.
/// # Errors
/// `Sign` when the key cannot sign.
pub fn build_counter_signature(
    value: &[u8],
    fault: Option<CounterFault>,
    (key, certificate): (&PrivateKey, &Certificate),
    other: &Certificate,
    signing_time: Moment,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let digest = key.digest_algorithm();
    let over = if fault == Some(CounterFault::OtherValue) { &[value, &[0]].concat() } else { value };
    let named = if fault == Some(CounterFault::ReferenceOfAnother) { other } else { certificate };
    let mut attributes = vec![
        attribute(oid::SIGNING_TIME, &Writer::build(|w| w.time(signing_time))),
        reference_v2(&named.sha256(), None),
    ];
    if fault != Some(CounterFault::DigestMissing) {
        let octets = Writer::build(|w| w.octet_string(digest.digest(over).as_bytes()));
        attributes.push(attribute(oid::MESSAGE_DIGEST, &octets));
    }
    if fault == Some(CounterFault::TypePresent) {
        attributes.push(attribute(oid::CONTENT_TYPE, &Writer::build(|w| w.oid(&oid::DATA))));
    }
    let to_sign = Writer::build(|w| w.set_of_sorted(attributes.clone()));
    let mut signature = key.sign_message(&to_sign, rng)?;
    if fault == Some(CounterFault::SignatureChanged) {
        signature.last_mut().into_iter().for_each(|octet| *octet ^= 1);
    }
    let fields = SignerFields {
        certificate,
        name: SignerName::IssuerAndSerial,
        digest: &digest.oid(),
        signature: &key.signature_oid(),
        signed: Some(sorted(attributes)),
        value: &signature,
        unsigned: Vec::new(),
    };
    Ok(fields.encoded())
}
