//! Time-stamp tokens with one thing wrong. Source of the rules: RFC 3161 §2.4.2; RFC 5816.

use super::message::{SignerFields, SignerName, attribute, reference_v2};
use super::{faults, replace};
use crate::certificate::Certificate;
use crate::der::tag;
use crate::der::writer::{Writer, sorted};
use crate::digest::DigestAlgorithm;
use crate::issue::parts::SignedDataParts;
use crate::issue::tsp_builder::{TimeStampTemplate, tst_info};
use crate::issue::{IssueError, write_digest_algorithm, write_extension};
use crate::key::PrivateKey;
use crate::oid;
use crate::random::SecureRandom;

faults! {
    /// What is wrong with a token.
    TimeStampFault {
        /// Two signers, both good.
        TwoSigners = "two-signers",
        /// No signer.
        NoSigner = "no-signer",
        /// The token names no certificate under its signature.
        NoReference = "no-reference",
        /// It names another certificate there.
        ReferenceOfAnother = "reference-of-another",
        /// The content itself is signed, without attributes.
        NoAttributes = "no-attributes",
        /// The content is of type data.
        TypeData = "type-data",
        /// The content-type attribute says data.
        SignedTypeData = "signed-type-data",
        /// The message-digest attribute is of other octets.
        OtherDigest = "other-digest",
        /// The imprint says SHA-256 and has 20 octets.
        ImprintTruncated = "imprint-truncated",
        /// The TSTInfo is of version 2.
        UnknownVersion = "unknown-version",
        /// A critical extension that nobody knows.
        CriticalExtension = "critical-extension",
        /// The time is a UTCTime.
        UtcTime = "utc-time",
        /// An octet after the TSTInfo.
        TrailingOctet = "trailing-octet",
        /// The certificate of the authority is not inside, and another one is.
        OtherCertificateInside = "other-certificate-inside",
        /// One octet of the signature is changed.
        SignatureChanged = "signature-changed",
    }
}

/// The token that `template` describes but for one thing. `other` is another certificate, where the fault needs one.
/// # Errors
/// `Sign` when the key cannot sign.
pub fn build_wrong_time_stamp_token(
    template: &TimeStampTemplate<'_>,
    fault: TimeStampFault,
    key: &PrivateKey,
    authority: &Certificate,
    other: &Certificate,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let content = wrong_info(&tst_info(template), fault, template);
    let signer_info = signer_info(&content, fault, key, (authority, other), rng)?;
    let signers = if fault == TimeStampFault::TwoSigners { 2 } else { usize::from(fault != TimeStampFault::NoSigner) };
    let signer_infos = vec![signer_info; signers];
    let inside = if fault == TimeStampFault::OtherCertificateInside { other } else { authority };
    let content_type = if fault == TimeStampFault::TypeData { oid::DATA } else { oid::TST_INFO };
    let parts = SignedDataParts {
        version: 3,
        digest_algorithms: vec![Writer::build(|w| write_digest_algorithm(w, key.digest_algorithm()))],
        content_type,
        content: Some(content),
        certificates: vec![inside.der().to_vec()],
        revocations: Vec::new(),
        signer_infos,
    };
    Ok(parts.write())
}

/// The TSTInfo with the fault, when it is one of the content.
fn wrong_info(info: &[u8], fault: TimeStampFault, template: &TimeStampTemplate<'_>) -> Vec<u8> {
    const VERSION: usize = 0;
    const IMPRINT: usize = 2;
    const TIME: usize = 4;
    let mut fields = super::inside(info);
    if fault == TimeStampFault::UnknownVersion {
        replace(&mut fields, VERSION, |_| Writer::build(|w| w.integer_u64(2)));
    }
    if fault == TimeStampFault::ImprintTruncated {
        replace(&mut fields, IMPRINT, |_| {
            Writer::build(|w| {
                w.sequence(|w| {
                    write_digest_algorithm(w, DigestAlgorithm::Sha256);
                    w.octet_string(template.imprint.as_bytes().get(..20).unwrap_or_default());
                });
            })
        });
    }
    if fault == TimeStampFault::UtcTime {
        replace(&mut fields, TIME, |_| Writer::build(|w| w.element(tag::UTC_TIME, b"260501120002Z")));
    }
    if fault == TimeStampFault::CriticalExtension {
        let extension = |w: &mut Writer| write_extension(w, &oid::KEY_STORE_KIND, true, &[5, 0]);
        fields.push(Writer::build(|w| w.context(1, extension)));
    }
    let mut info = Writer::build(|w| w.sequence(|w| fields.iter().for_each(|field| w.raw(field))));
    if fault == TimeStampFault::TrailingOctet {
        info.push(0);
    }
    info
}

fn signer_info(
    content: &[u8],
    fault: TimeStampFault,
    key: &PrivateKey,
    (authority, other): (&Certificate, &Certificate),
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let digest = key.digest_algorithm();
    let signed_type = if matches!(fault, TimeStampFault::SignedTypeData | TimeStampFault::TypeData) {
        oid::DATA
    } else {
        oid::TST_INFO
    };
    let digested: &[u8] = if fault == TimeStampFault::OtherDigest { b"other octets" } else { content };
    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, &Writer::build(|w| w.oid(&signed_type))),
        attribute(oid::MESSAGE_DIGEST, &Writer::build(|w| w.octet_string(digest.digest(digested).as_bytes()))),
    ];
    if fault != TimeStampFault::NoReference {
        let named = if fault == TimeStampFault::ReferenceOfAnother { other } else { authority };
        attributes.push(reference_v2(&named.sha256(), None));
    }
    let signed = if fault == TimeStampFault::NoAttributes { None } else { Some(attributes) };
    let octets = match &signed {
        Some(attributes) => Writer::build(|w| w.set_of_sorted(attributes.clone())),
        None => content.to_vec(),
    };
    let mut value = key.sign_message(&octets, rng)?;
    if fault == TimeStampFault::SignatureChanged {
        value.last_mut().into_iter().for_each(|octet| *octet ^= 1);
    }
    let written = SignerFields {
        certificate: authority,
        name: SignerName::IssuerAndSerial,
        digest: &digest.oid(),
        signature: &key.signature_oid(),
        signed: signed.map(sorted),
        value: &value,
        unsigned: Vec::new(),
    };
    Ok(written.encoded())
}
