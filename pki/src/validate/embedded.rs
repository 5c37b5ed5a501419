//! What a message brings along: certificates, CRLs and OCSP responses, in its lists and in unsigned attributes.
//! Source: RFC 5652 §5.1; RFC 5940; EN 319 122-1 annex A.1.1.2 and A.1.2.2.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use crate::certificate::Certificate;
use crate::cms::{Attribute, SignedData};
use crate::crl::CertificateList;
use crate::der::{Reader, Rules};
use crate::ocsp::OcspResponse;
use crate::oid::{self, Oid};
use crate::report::ExistingObject;
use crate::revocation::Evidence;
use crate::tsp::TimeStampToken;

/// Most elements of each kind taken from the unsigned attributes of one message, all signers together: every one of
/// them is looked at for every signer.
const ATTRIBUTE_VALUES_MAX: usize = 256;

/// What the message brings along. What cannot be read is left out: missing evidence shows by itself.
pub(super) fn evidence_in(message: &SignedData) -> Evidence {
    let mut found = Evidence {
        certificates: message.certificates().to_vec(),
        crls: message.crls().iter().filter_map(|der| CertificateList::from_der(der).ok()).collect(),
        ocsp: message.ocsp_responses().iter().filter_map(|der| OcspResponse::from_der(der).ok()).collect(),
    };
    let mut left = Left::default();
    for attribute in message.signer_infos().iter().flat_map(|signer| signer.unsigned_attributes()) {
        add(attribute, &mut found, &mut left);
    }
    found
}

/// The objects in an entry of the revocation list, each with its SHA-256.
pub(super) fn revocation_choice(choice: &[u8]) -> Vec<(ExistingObject, [u8; 32])> {
    if CertificateList::from_der(choice).is_ok() {
        return vec![(ExistingObject::Crl, Sha256::digest(choice).into())];
    }
    let response = Reader::new(choice, Rules::Ber).optional_context(1).ok().flatten().and_then(|mut format| {
        format.oid().ok()?;
        OcspResponse::from_der(format.read().ok()?.raw).ok()
    });
    response.map(|response| (ExistingObject::Ocsp, response.sha256())).into_iter().collect()
}

/// The objects in the value of an unsigned attribute, each with its SHA-256: a token and what it carries, certificates
/// and revocation data.
pub(super) fn objects_in(kind: Oid, value: &[u8]) -> Vec<(ExistingObject, [u8; 32])> {
    let mut found = Vec::new();
    let mut evidence = Evidence::default();
    if [oid::SIGNATURE_TIME_STAMP, oid::ARCHIVE_TIME_STAMP_V3, oid::ARCHIVE_TIME_STAMP_V2].contains(&kind) {
        found.push((ExistingObject::TimeStamp, Sha256::digest(value).into()));
        if let Ok(token) = TimeStampToken::from_der(value) {
            evidence = evidence_in(token.signed_data());
        }
    } else {
        let mut left = Left::default();
        add(&Attribute { oid: kind, values: vec![value.to_vec()] }, &mut evidence, &mut left);
    }
    found.extend(evidence.certificates.iter().map(|one| (ExistingObject::Certificate, one.sha256())));
    found.extend(evidence.crls.iter().map(|one| (ExistingObject::Crl, one.sha256())));
    found.extend(evidence.ocsp.iter().map(|one| (ExistingObject::Ocsp, one.sha256())));
    found
}

/// How many more elements of each kind are taken.
struct Left {
    certificates: usize,
    crls: usize,
    ocsp: usize,
}

impl Default for Left {
    fn default() -> Self {
        Left { certificates: ATTRIBUTE_VALUES_MAX, crls: ATTRIBUTE_VALUES_MAX, ocsp: ATTRIBUTE_VALUES_MAX }
    }
}

fn add(attribute: &Attribute, found: &mut Evidence, left: &mut Left) {
    if attribute.oid != oid::CERTIFICATE_VALUES && attribute.oid != oid::REVOCATION_VALUES {
        return;
    }
    for value in &attribute.values {
        let Ok(mut fields) = Reader::new(value, Rules::Ber).sequence() else { continue };
        if attribute.oid == oid::CERTIFICATE_VALUES {
            let certificates = elements(Some(fields), &mut left.certificates);
            found.certificates.extend(certificates.iter().filter_map(|der| Certificate::from_der(der).ok()));
            continue;
        }
        let mut list = |n| fields.optional_context(n).ok().flatten().and_then(|mut list| list.sequence().ok());
        let crls = elements(list(0), &mut left.crls);
        found.crls.extend(crls.iter().filter_map(|der| CertificateList::from_der(der).ok()));
        let answers = elements(list(1), &mut left.ocsp);
        found.ocsp.extend(answers.iter().filter_map(|der| OcspResponse::from_basic_der(der).ok()));
    }
}

fn elements(list: Option<Reader<'_>>, left: &mut usize) -> Vec<Vec<u8>> {
    let Some(mut list) = list else { return Vec::new() };
    let mut found = Vec::new();
    while let (true, Ok(element)) = (*left > 0 && !list.is_empty(), list.read()) {
        *left = left.saturating_sub(1);
        found.push(element.raw.to_vec());
    }
    found
}

/// Both together, each item once.
pub(super) fn joined(given: &Evidence, more: &Evidence) -> Evidence {
    Evidence {
        certificates: once(given.certificates.iter().chain(&more.certificates), Certificate::sha256),
        crls: once(given.crls.iter().chain(&more.crls), CertificateList::sha256),
        ocsp: once(given.ocsp.iter().chain(&more.ocsp), OcspResponse::sha256),
    }
}

fn once<'a, T: Clone + 'a>(items: impl Iterator<Item = &'a T>, digest: impl Fn(&T) -> [u8; 32]) -> Vec<T> {
    let mut known = HashSet::new();
    items.filter(|item| known.insert(digest(item))).cloned().collect()
}
