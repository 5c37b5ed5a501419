//! The mathematics of one signer: whether the content is the one signed, and the signature by the key. Trust is not asked.
//! Source: EN 319 102-1 §5.2.7; RFC 5652 §5.4 to §5.6.

use super::content::Content;
use super::rules;
use crate::algorithm::{AlgorithmIdentifier, PublicKey, SignatureAlgorithm, VerifyError};
use crate::certificate::Certificate;
use crate::cms::{AlgorithmProtection, SignerInfo};
use crate::der::{Reader, Rules};
use crate::digest::{Digest, DigestAlgorithm};
use crate::oid::{self, Oid};
use crate::path::{Budget, BudgetExhausted};
use crate::report::{Check, CheckOutcome, CryptoOutcome, SubIndication};

/// What was found, and why it is not good.
pub(super) struct Outcome {
    pub crypto: CryptoOutcome,
    /// `None` exactly when `crypto` is `Ok`.
    pub reason: Option<SubIndication>,
}

impl Outcome {
    const fn failed(crypto: CryptoOutcome, reason: SubIndication) -> Self {
        Outcome { crypto, reason: Some(reason) }
    }
}

/// Checks the signature of `signer` with the key of `certificate` over `content`, which the message says is of the type
/// `encapsulated`; a signature value, over which a counter-signature is, has none. Source: RFC 5652 §11.4.
pub(super) fn verify(
    signer: &SignerInfo,
    certificate: &Certificate,
    encapsulated: Option<Oid>,
    content: &mut Content<'_>,
    checks: &mut Vec<Check>,
    budget: &mut Budget,
) -> Result<Outcome, BudgetExhausted> {
    budget.give_key(certificate);
    let algorithms = match algorithms(signer, certificate) {
        Ok(algorithms) => algorithms,
        Err(detail) => {
            checks.push(Check::new(rules::ALGORITHMS_KNOWN, false, detail));
            return Ok(Outcome::failed(CryptoOutcome::Unsupported, SubIndication::CryptoConstraintsFailure));
        }
    };
    checks.push(Check::new(rules::ALGORITHMS_KNOWN, true, ""));
    if let Err(detail) = agree(signer, algorithms) {
        checks.push(Check::new(rules::ALGORITHMS_AGREE, false, detail));
        return Ok(Outcome::failed(CryptoOutcome::NotChecked, SubIndication::FormatFailure));
    }
    checks.push(Check::new(rules::ALGORITHMS_AGREE, true, ""));
    if let Some(outcome) = shape(signer, encapsulated, content, checks) {
        return Ok(outcome);
    }
    // Ed25519 without attributes signs the content itself: no digest can stand for it.
    let wants_content = algorithms.signature == SignatureAlgorithm::Ed25519 && !signer.has_signed_attributes();
    let at_hand = !wants_content || content.bytes().is_some();
    let Some(digest) = content.digest(algorithms.digest).filter(|_| at_hand) else {
        checks.push(Check::new(rules::CONTENT_FOUND, false, "the content is not in the message and was not given"));
        return Ok(Outcome::failed(CryptoOutcome::NotChecked, SubIndication::SignedDataNotFound));
    };
    checks.push(Check::new(rules::CONTENT_FOUND, true, ""));
    if content.differs() {
        checks.push(Check::new(rules::CONTENT_DIGEST, false, "the content given is not the one in the message"));
        return Ok(Outcome::failed(CryptoOutcome::HashFailure, SubIndication::HashFailure));
    }
    let plain = content.bytes().filter(|_| wants_content);
    compare(signer, certificate, algorithms.signature, &digest, plain, checks, budget)
}

fn compare(
    signer: &SignerInfo,
    certificate: &Certificate,
    algorithm: SignatureAlgorithm,
    digest: &Digest,
    plain: Option<&[u8]>,
    checks: &mut Vec<Check>,
    budget: &mut Budget,
) -> Result<Outcome, BudgetExhausted> {
    budget.signature()?;
    let Ok(key) = certificate.public_key() else {
        return Ok(Outcome::failed(CryptoOutcome::Unsupported, SubIndication::CryptoConstraintsFailure));
    };
    let (content_fits, value) = match (signer.signed_octets(), plain) {
        (Some(octets), _) => {
            let fits = signer.message_digest() == Some(digest.as_bytes());
            (Some(fits), over_attributes(signer, octets, key, algorithm, budget)?)
        }
        // Without attributes the value is over the content itself: one question, one answer.
        (None, Some(content)) => (None, key.verify_message(algorithm, content, signer.signature()).map(|()| "")),
        (None, None) => (None, key.verify_digest(algorithm, digest, signer.signature()).map(|()| "")),
    };
    let content_outcome = content_fits.map_or(CheckOutcome::NotChecked, CheckOutcome::from);
    checks.push(Check::new(rules::CONTENT_DIGEST, content_outcome, ""));
    let detail = value.map_or_else(|error| error.to_string(), str::to_owned);
    checks.push(Check::new(rules::SIGNATURE_VALUE, value.is_ok(), detail));
    Ok(if content_fits == Some(false) {
        Outcome::failed(CryptoOutcome::HashFailure, SubIndication::HashFailure)
    } else if value.is_err() {
        Outcome::failed(CryptoOutcome::SigCryptoFailure, SubIndication::SigCryptoFailure)
    } else {
        Outcome { crypto: CryptoOutcome::Ok, reason: None }
    })
}

/// Whether the value is over the attributes as received or, where these are not DER, over their DER; which of them is
/// told, for experts. Source: RFC 5652 §5.4: what is signed is the DER, whatever the message carries.
fn over_attributes(
    signer: &SignerInfo,
    received: &[u8],
    key: &PublicKey,
    algorithm: SignatureAlgorithm,
    budget: &mut Budget,
) -> Result<Result<&'static str, VerifyError>, BudgetExhausted> {
    let verify = |octets: &[u8]| key.verify_message(algorithm, octets, signer.signature());
    let as_received = verify(received);
    if as_received.is_ok() {
        let is_der = signer.signed_attributes_are_der();
        return Ok(Ok(if is_der { "" } else { "over the attributes as received, which are not DER" }));
    }
    let Some(encoded) = signer.signed_octets_in_der() else { return Ok(as_received.map(|()| "")) };
    budget.signature()?;
    Ok(verify(&encoded).map(|()| "over the attributes in DER, in which they were not received"))
}

#[derive(Clone, Copy)]
struct Algorithms {
    digest: DigestAlgorithm,
    signature: SignatureAlgorithm,
}

fn algorithms(signer: &SignerInfo, certificate: &Certificate) -> Result<Algorithms, String> {
    let digest = signer.digest_identifier().digest().map_err(|error| error.to_string())?;
    let key = certificate.public_key().map_err(|error| error.to_string())?;
    let signature = SignatureAlgorithm::for_cms(&signer.signature_algorithm(), digest, key);
    Ok(Algorithms { digest, signature: signature.map_err(|error| error.to_string())? })
}

/// The digest of the content is the one of the signature, and both are what the signed protection says.
fn agree(signer: &SignerInfo, algorithms: Algorithms) -> Result<(), &'static str> {
    if algorithms.signature.digest() != algorithms.digest {
        return Err("the signature algorithm has another digest than the content");
    }
    let Some(AlgorithmProtection { digest_raw, signature_raw }) = signer.algorithm_protection() else { return Ok(()) };
    let same = |raw: &[u8], used: &AlgorithmIdentifier<'_>| {
        AlgorithmIdentifier::read(&mut Reader::new(raw, Rules::Ber)).is_ok_and(|told| {
            let both_plain = told.has_no_parameters() && used.has_no_parameters();
            told.oid == used.oid && (both_plain || told.parameters == used.parameters)
        })
    };
    let fits = same(&digest_raw, &signer.digest_identifier())
        && signature_raw.is_some_and(|raw| same(&raw, &signer.signature_algorithm()));
    if fits { Ok(()) } else { Err("the signed algorithm-protection names other algorithms") }
}

/// What the form of message and attributes forbids, whatever the key says.
fn shape(
    signer: &SignerInfo,
    encapsulated: Option<Oid>,
    content: &Content<'_>,
    checks: &mut Vec<Check>,
) -> Option<Outcome> {
    let refuse = |checks: &mut Vec<Check>, rule, detail: &str| {
        checks.push(Check::new(rule, false, detail));
        Some(Outcome::failed(CryptoOutcome::NotChecked, SubIndication::FormatFailure))
    };
    if signer.has_signed_attributes() {
        // Whether a counter-signature has a type is asked of its form.
        if signer.content_type() != Some(encapsulated?) {
            return refuse(checks, rules::CONTENT_TYPE, "the content-type attribute is not the type of the content");
        }
        checks.push(Check::new(rules::CONTENT_TYPE, true, ""));
        return None;
    }
    if encapsulated.is_some_and(|encapsulated| encapsulated != oid::DATA) {
        return refuse(checks, rules::CONTENT_TYPE, "a content of this type must be signed with attributes");
    }
    let detail = "only digests of the content are at hand";
    match content.bytes().map(reads_as_attributes) {
        Some(true) => return refuse(checks, rules::NO_CONFUSION, "the content reads as signed attributes"),
        Some(false) => checks.push(Check::new(rules::NO_CONFUSION, true, "")),
        None => checks.push(Check::new(rules::NO_CONFUSION, CheckOutcome::NotChecked, detail)),
    }
    None
}

/// Whether octets are a SET OF Attribute: a signature over attributes would then be one over this content.
fn reads_as_attributes(content: &[u8]) -> bool {
    let mut reader = Reader::new(content, Rules::Ber);
    let Ok(mut set) = reader.set() else { return false };
    let mut any = false;
    while !set.is_empty() {
        let attribute = set.sequence().and_then(|mut attribute| {
            attribute.oid()?;
            attribute.set()?;
            attribute.finish()
        });
        if attribute.is_err() {
            return false;
        }
        any = true;
    }
    any && reader.finish().is_ok()
}
