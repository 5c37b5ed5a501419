//! Every object a report speaks of, by its digest, under a name made of that digest.
//! Source: ETSI TS 119 102-2 §4.4.

use std::collections::{BTreeMap, BTreeSet};

use super::words;
use crate::digest::{Digest, DigestAlgorithm};
use crate::path::VerifiedPath;
use crate::report::{
    CryptoOutcome, EvidenceUsed, ExistingObject, SignatureReport, TimeStampKind, TimeStampReport, ValidationReport,
};
use crate::revocation::{ObjectKind, UsedObject};
use crate::time::Moment;

/// A signature and the names its parts have in the document.
pub(super) struct NamedSignature<'a> {
    pub id: String,
    pub report: &'a SignatureReport,
    pub stamps: Vec<NamedStamp<'a>>,
}

/// A time stamp and its name.
pub(super) struct NamedStamp<'a> {
    pub id: String,
    pub report: &'a TimeStampReport,
}

/// A moment by which an object existed.
#[derive(Clone)]
pub(super) struct Proof {
    pub at: Moment,
    /// The name of the time stamp that proves it; `None` when it is the caller's word.
    pub by: Option<String>,
}

/// An object that is not a time stamp.
pub(super) struct Listed {
    pub object_type: &'static str,
    pub digest: Digest,
    pub proof: Proof,
}

/// Since when objects are proven to exist, over all signatures.
pub(super) struct Existences {
    at: Moment,
    known: BTreeMap<(ExistingObject, [u8; 32]), Proof>,
}

impl Existences {
    /// What the time stamps of the signatures prove; for everything else the moment asked about.
    pub fn of(signatures: &[NamedSignature<'_>], at: Moment) -> Self {
        let mut known: BTreeMap<_, Proof> = BTreeMap::new();
        for signature in signatures {
            for one in &signature.report.existence {
                let by =
                    signature.stamps.iter().find(|stamp| stamp.report.proven && stamp.report.gen_time == one.since);
                let Some(by) = by else { continue };
                let proof = Proof { at: one.since, by: Some(by.id.clone()) };
                let entry = known.entry((one.object, one.sha256)).or_insert_with(|| proof.clone());
                if proof.at < entry.at {
                    *entry = proof;
                }
            }
        }
        Existences { at, known }
    }

    /// That of one object.
    pub fn proof(&self, object: ExistingObject, sha256: [u8; 32]) -> Proof {
        let said = Proof { at: self.at, by: None };
        self.known.get(&(object, sha256)).cloned().unwrap_or(said)
    }
}

/// The signatures of a report with names that are unique in the document. The same signature or token may stand in a
/// message twice, and then not be judged alike.
pub(super) fn named(report: &ValidationReport) -> Vec<NamedSignature<'_>> {
    let mut taken = BTreeMap::new();
    let name = |report| NamedSignature { id: String::new(), report, stamps: Vec::new() };
    let mut signatures: Vec<NamedSignature<'_>> = report.signatures.iter().map(name).collect();
    for signature in &mut signatures {
        let value = DigestAlgorithm::Sha256.digest(&signature.report.material.value);
        signature.id = unique(format!("S-{}", hex(value.as_bytes())), &mut taken);
        for stamp in &signature.report.time_stamps {
            let id = unique(format!("T-{}", hex(&stamp.sha256)), &mut taken);
            signature.stamps.push(NamedStamp { id, report: stamp });
        }
    }
    signatures
}

fn unique(name: String, taken: &mut BTreeMap<String, usize>) -> String {
    let times = taken.entry(name.clone()).or_insert(0);
    *times = times.saturating_add(1);
    if *times == 1 { name } else { format!("{name}-{times}") }
}

/// Name, type and digest of a certificate or an item of evidence.
pub(super) fn object_id(object: UsedObject) -> String {
    let (prefix, _) = kind(object.kind);
    format!("{prefix}-{}", hex(&object.sha256))
}

/// The name of a document.
pub(super) fn document_id(digest: &Digest) -> String {
    format!("D-{}-{}", digest.algorithm().name(), hex(digest.as_bytes()))
}

const fn kind(kind: ObjectKind) -> (&'static str, &'static str) {
    match kind {
        ObjectKind::Certificate => ("C", "urn:etsi:019102:validationObject:certificate"),
        ObjectKind::Crl => ("CRL", "urn:etsi:019102:validationObject:CRL"),
        ObjectKind::OcspResponse => ("OCSP", "urn:etsi:019102:validationObject:OCSPResponse"),
    }
}

/// Everything but the time stamps, by name.
pub(super) fn listed(signatures: &[NamedSignature<'_>], existences: &Existences) -> BTreeMap<String, Listed> {
    let mut list = BTreeMap::new();
    for signature in signatures {
        let report = signature.report;
        for object in
            used(report.certificate.as_ref().map(UsedObject::certificate), report.path.as_ref(), &report.evidence_used)
        {
            add(&mut list, object, existences);
        }
        for stamp in signature.stamps.iter().map(|stamp| stamp.report) {
            let certificate = stamp.certificate.as_ref().map(UsedObject::certificate);
            for object in used(certificate, stamp.path.as_ref(), &stamp.evidence_used) {
                add(&mut list, object, existences);
            }
        }
        if let Some(digest) = &report.material.document {
            let proof = document_proof(signature, existences.at);
            let object_type = "urn:etsi:019102:validationObject:signedData";
            let entry = Listed { object_type, digest: digest.clone(), proof: proof.clone() };
            let known = list.entry(document_id(digest)).or_insert(entry);
            if proof.at < known.proof.at || (proof.at == known.proof.at && known.proof.by.is_none()) {
                known.proof = proof;
            }
        }
    }
    list
}

fn add(list: &mut BTreeMap<String, Listed>, object: UsedObject, existences: &Existences) {
    let (_, object_type) = kind(object.kind);
    let existing = match object.kind {
        ObjectKind::Certificate => ExistingObject::Certificate,
        ObjectKind::Crl => ExistingObject::Crl,
        ObjectKind::OcspResponse => ExistingObject::Ocsp,
    };
    if let Some(digest) = Digest::new(DigestAlgorithm::Sha256, object.sha256) {
        let proof = existences.proof(existing, object.sha256);
        list.insert(object_id(object), Listed { object_type, digest, proof });
    }
}

fn used(
    certificate: Option<UsedObject>,
    path: Option<&VerifiedPath>,
    evidence: &[EvidenceUsed],
) -> BTreeSet<UsedObject> {
    let in_path = path.into_iter().flat_map(VerifiedPath::chain).map(UsedObject::certificate);
    let of_evidence = evidence.iter().flat_map(|used| {
        let about = UsedObject { kind: ObjectKind::Certificate, sha256: used.certificate.sha256() };
        used.proof.objects().chain([about])
    });
    certificate.into_iter().chain(in_path).chain(of_evidence).collect()
}

/// The items of evidence, and what they rest on, by name.
pub(super) fn evidence_ids(evidence: &[EvidenceUsed]) -> BTreeSet<String> {
    evidence.iter().flat_map(|used| used.proof.objects()).map(object_id).collect()
}

/// The earliest moment by which the signature is proven to have existed; without a proof, the moment asked about.
pub(super) fn signature_proof(signature: &NamedSignature<'_>, at: Moment) -> Proof {
    let speaks = |kind| match kind {
        TimeStampKind::Signature | TimeStampKind::Archive => true,
        TimeStampKind::Content | TimeStampKind::Data => false,
    };
    earliest(signature, speaks).unwrap_or(Proof { at, by: None })
}

/// As [`signature_proof`], of the document. A stamp over a signature value speaks of it only when it is what was signed.
fn document_proof(signature: &NamedSignature<'_>, at: Moment) -> Proof {
    let signed = signature.report.crypto == CryptoOutcome::Ok;
    let speaks = |kind| match kind {
        TimeStampKind::Content | TimeStampKind::Archive => true,
        TimeStampKind::Signature => signed,
        TimeStampKind::Data => false,
    };
    earliest(signature, speaks).unwrap_or(Proof { at, by: None })
}

fn earliest(signature: &NamedSignature<'_>, speaks: impl Fn(TimeStampKind) -> bool) -> Option<Proof> {
    let proven = signature.stamps.iter().filter(|stamp| stamp.report.proven && speaks(stamp.report.kind));
    let first = proven.min_by_key(|stamp| stamp.report.gen_time)?;
    Some(Proof { at: first.report.gen_time, by: Some(first.id.clone()) })
}

impl Proof {
    /// The standard's word for where it comes from.
    pub const fn kind(&self) -> &'static str {
        if self.by.is_some() { words::POE_VALIDATION } else { words::POE_PROVIDED }
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
