//! The report on one signature. Source: ETSI TS 119 102-2 §4.3.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::objects::{NamedSignature, NamedStamp, Proof, document_id, object_id, signature_proof};
use super::status::{self, Status};
use super::words;
use crate::cms::CertificateReference;
use crate::der::tag;
use crate::der::writer::Writer;
use crate::digest::{Digest, DigestAlgorithm};
use crate::report::xml_writer::XmlWriter;
use crate::report::{Check, Indication, TimeStampKind};
use crate::revocation::UsedObject;
use crate::time::Moment;
use crate::xml::dsig;

/// The SignatureValidationReport of one signature.
pub(super) fn write(w: &mut XmlWriter, signature: &NamedSignature<'_>, at: Moment) {
    let report = signature.report;
    w.element("SignatureValidationReport", |w| {
        identifier(w, signature);
        constraints(w, &report.checks, report.indication);
        w.element("ValidationTimeInfo", |w| {
            w.text("ValidationTime", &at.to_string());
            proof_of_existence(w, "BestSignatureTime", &signature_proof(signature, at));
        });
        if let Some(document) = &report.material.document {
            w.element("SignersDocument", |w| {
                digest(w, document);
                reference(w, "SignersDocumentRepresentation", &document_id(document));
            });
        }
        attributes(w, signature);
        if let Some(certificate) = &report.certificate {
            w.element("SignerInformation", |w| {
                reference(w, "SignerCertificate", &object_id(UsedObject::certificate(certificate)));
                w.text("Signer", &certificate.subject().to_string());
            });
        }
        w.element("SignatureQuality", |w| {
            w.text("SignatureQualityInformation", &words::own("signature-level", report.level.as_str()));
        });
        w.element("SignatureValidationProcess", |w| {
            w.text("SignatureValidationProcessID", words::process(report));
        });
        status::write(w, &Status::of_signature(signature));
    });
}

/// The ValidationReport of a time stamp among the objects.
pub(super) fn write_stamp(w: &mut XmlWriter, stamp: &NamedStamp<'_>) {
    let report = stamp.report;
    let indication = if report.proven { Indication::TotalPassed } else { Indication::Indeterminate };
    w.element("ValidationReport", |w| {
        constraints(w, &report.checks, indication);
        if let Some(certificate) = &report.certificate {
            w.element("SignerInformation", |w| {
                reference(w, "SignerCertificate", &object_id(UsedObject::certificate(certificate)));
                w.text("Signer", &certificate.subject().to_string());
            });
        }
        status::write(w, &Status::of_stamp(stamp, indication));
    });
}

fn identifier(w: &mut XmlWriter, signature: &NamedSignature<'_>) {
    let material = &signature.report.material;
    w.element_with("SignatureIdentifier", &[("id", &signature.id)], |w| {
        if let Some(representation) = &material.representation {
            digest(w, representation);
        }
        if !material.value.is_empty() {
            w.text("ds:SignatureValue", &STANDARD.encode(&material.value));
        }
        w.text("HashOnly", "false");
        w.text("DocHashOnly", if material.document_by_digest { "true" } else { "false" });
    });
}

/// Each question as a constraint: its clause is the parameter, what an expert is told the indication.
fn constraints(w: &mut XmlWriter, checks: &[Check], verdict: Indication) {
    w.element("ValidationConstraintsEvaluationReport", |w| {
        for check in checks {
            w.element("ValidationConstraint", |w| constraint(w, check, verdict));
        }
    });
}

fn constraint(w: &mut XmlWriter, check: &Check, verdict: Indication) {
    w.text("ValidationConstraintIdentifier", &words::own("check", check.name));
    w.element("ValidationConstraintParameter", |w| {
        w.text("Type", &words::own("check-parameter", "clause"));
        w.text("Value", check.clause);
    });
    let answer = words::answer(check, verdict);
    w.element("ConstraintStatus", |w| {
        w.text("Status", if answer.is_some() { words::CONSTRAINT_APPLIED } else { words::CONSTRAINT_DISABLED });
    });
    if let Some(answer) = answer {
        w.element("ValidationStatus", |w| w.text("MainIndication", words::step_indication(answer)));
    }
    if !check.detail.is_empty() {
        w.text("Indications", &check.detail);
    }
}

/// Left out when there are none: the schema wants at least one.
fn attributes(w: &mut XmlWriter, signature: &NamedSignature<'_>) {
    let report = signature.report;
    let material = &report.material;
    let known = |reference: &CertificateReference| reference.digest_algorithm.is_some();
    let references = material.references.iter().any(known);
    let stamps = signature.stamps.iter().any(|stamp| words::stamp_attribute(stamp.report.kind).is_some());
    if report.claimed_at.is_none() && material.claimed_digest.is_none() && !references && !stamps {
        return;
    }
    w.element("SignatureAttributes", |w| {
        if let Some(claimed) = report.claimed_at {
            w.element_with("SigningTime", &[("Signed", "true")], |w| w.text("Time", &claimed.to_string()));
        }
        if references {
            w.element_with("SigningCertificate", &[("Signed", "true")], |w| certificates(w, signature));
        }
        stamps_of(w, signature, TimeStampKind::Content);
        stamps_of(w, signature, TimeStampKind::Signature);
        stamps_of(w, signature, TimeStampKind::Archive);
        if let Some(claimed) = &material.claimed_digest {
            w.element_with("MessageDigest", &[("Signed", "true")], |w| w.text("Digest", &STANDARD.encode(claimed)));
        }
    });
}

fn certificates(w: &mut XmlWriter, signature: &NamedSignature<'_>) {
    let references = &signature.report.material.references;
    if let Some(certificate) = &signature.report.certificate
        && references.iter().any(|reference| reference.is_first && reference.is_of(certificate))
    {
        reference(w, "AttributeObject", &object_id(UsedObject::certificate(certificate)));
    }
    for known in references {
        let Some(algorithm) = known.digest_algorithm else { continue };
        w.element("CertID", |w| {
            if let Some((Some(issuer), serial)) = &known.issuer_serial {
                w.text("X509IssuerSerial", &STANDARD.encode(issuer_serial(issuer, serial)));
            }
            digest_value(w, algorithm, &known.hash);
        });
    }
}

/// IssuerSerial of RFC 5035 §5.
fn issuer_serial(issuer: &[u8], serial: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| w.context(4, |w| w.raw(issuer)));
            w.element(tag::INTEGER, serial);
        });
    })
}

fn stamps_of(w: &mut XmlWriter, signature: &NamedSignature<'_>, kind: TimeStampKind) {
    let Some((name, signed)) = words::stamp_attribute(kind) else { return };
    for stamp in signature.stamps.iter().filter(|stamp| stamp.report.kind == kind) {
        w.element_with(name, &[("Signed", if signed { "true" } else { "false" })], |w| {
            reference(w, "AttributeObject", &stamp.id);
            w.text("TimeStampValue", &stamp.report.gen_time.to_string());
        });
    }
}

/// An element of POEType.
pub(super) fn proof_of_existence(w: &mut XmlWriter, name: &'static str, proof: &Proof) {
    w.element(name, |w| {
        w.text("POETime", &proof.at.to_string());
        w.text("TypeOfProof", proof.kind());
        if let Some(by) = &proof.by {
            reference(w, "POEObject", by);
        }
    });
}

/// DigestAlgAndValue.
pub(super) fn digest(w: &mut XmlWriter, digest: &Digest) {
    w.element("DigestAlgAndValue", |w| digest_value(w, digest.algorithm(), digest.as_bytes()));
}

/// DigestAlgAndValue of a SHA-256.
pub(super) fn digest_sha256(w: &mut XmlWriter, value: &[u8; 32]) {
    w.element("DigestAlgAndValue", |w| digest_value(w, DigestAlgorithm::Sha256, value));
}

fn digest_value(w: &mut XmlWriter, algorithm: DigestAlgorithm, value: &[u8]) {
    w.empty("ds:DigestMethod", &[("Algorithm", dsig::digest_uri(algorithm))]);
    w.text("ds:DigestValue", &STANDARD.encode(value));
}

/// An element of VOReferenceType.
pub(super) fn reference(w: &mut XmlWriter, name: &'static str, id: &str) {
    w.empty(name, &[("VOReference", id)]);
}
