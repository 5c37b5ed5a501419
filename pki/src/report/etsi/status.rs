//! The verdict and what it rests on. Source: ETSI TS 119 102-2 §4.3.4, §4.3.12.

use super::objects::{NamedSignature, NamedStamp, evidence_ids, object_id};
use super::signature::reference;
use super::words;
use crate::certificate::Certificate;
use crate::oid::Oid;
use crate::path::VerifiedPath;
use crate::report::xml_writer::XmlWriter;
use crate::report::{Check, CheckOutcome, DistrustedAlgorithm, EvidenceUsed, Indication, SubIndication};
use crate::revocation::{ObjectKind, UsedObject};
use crate::time::Moment;
use crate::validate::rules;

/// A verdict and what it rests on, of a signature or a time stamp.
pub(super) struct Status<'a> {
    main: &'static str,
    sub: Option<SubIndication>,
    certificate: Option<&'a Certificate>,
    path: Option<&'a VerifiedPath>,
    evidence: &'a [EvidenceUsed],
    crypto: Option<Crypto>,
    /// Kind and word.
    more: Vec<(&'static str, String)>,
}

/// An algorithm, who used it, and whether it was trusted.
struct Crypto {
    object: String,
    algorithm: Oid,
    trusted: bool,
    until: Option<Moment>,
}

/// What the question for trusted algorithms found: the worst one that is not, else the one of the object itself.
fn crypto(object: &str, own: Oid, distrusted: Option<DistrustedAlgorithm>, asked: &Check) -> Option<Crypto> {
    match (asked.ok, distrusted) {
        (CheckOutcome::NotChecked, _) | (CheckOutcome::No, None) => None,
        (CheckOutcome::Yes, _) => {
            Some(Crypto { object: object.to_owned(), algorithm: own, trusted: true, until: None })
        }
        (CheckOutcome::No, Some(worst)) => {
            let certificate = |sha256| object_id(UsedObject { kind: ObjectKind::Certificate, sha256 });
            Some(Crypto {
                object: worst.certificate_sha256.map_or_else(|| object.to_owned(), certificate),
                algorithm: worst.algorithm?,
                trusted: false,
                until: worst.until,
            })
        }
    }
}

impl<'a> Status<'a> {
    /// Of a signature.
    pub fn of_signature(signature: &'a NamedSignature<'_>) -> Self {
        let report = signature.report;
        let mut more =
            vec![("crypto", report.crypto.as_str().to_owned()), ("covers", report.covers.as_str().to_owned())];
        more.push(("judged-at", report.judged_at.to_string()));
        more.extend(report.path_error.map(|code| ("path-error", code.to_owned())));
        let asked = report.checks.iter().find(|check| check.name == rules::ALGORITHMS_TRUSTED.name);
        Status {
            main: words::main_indication(report.indication),
            sub: report.sub_indication,
            certificate: report.certificate.as_ref(),
            path: report.path.as_ref(),
            evidence: &report.evidence_used,
            crypto: asked.and_then(|asked| crypto(&signature.id, report.signature_algorithm, report.distrusted, asked)),
            more,
        }
    }

    /// Of a time stamp. It is never refuted for good: what is missing may come to hand, and then it is judged again.
    pub fn of_stamp(stamp: &'a NamedStamp<'_>, indication: Indication) -> Self {
        let report = stamp.report;
        let asked = report.checks.iter().find(|check| check.name == rules::STAMP_ALGORITHMS.name);
        let mut more = vec![
            ("time-stamp-over", report.kind.as_str().to_owned()),
            ("time-stamp-policy", words::oid(report.policy)),
            ("time-stamp-serial", report.serial.clone()),
        ];
        more.extend(report.left_out.iter().map(|what| ("time-stamp-left-out", what.clone())));
        more.extend(report.reason.map(|reason| ("time-stamp-reason", words::own("check", reason))));
        Status {
            main: words::step_indication(indication),
            sub: None,
            certificate: report.certificate.as_ref(),
            path: report.path.as_ref(),
            evidence: &report.evidence_used,
            crypto: asked.and_then(|asked| crypto(&stamp.id, report.imprint_algorithm, report.distrusted, asked)),
            more,
        }
    }
}

/// SignatureValidationStatus.
pub(super) fn write(w: &mut XmlWriter, status: &Status<'_>) {
    w.element("SignatureValidationStatus", |w| {
        w.text("MainIndication", status.main);
        if let Some(sub) = status.sub {
            w.text("SubIndication", &words::sub_indication(sub));
        }
        w.element("AssociatedValidationReportData", |w| associated(w, status));
        // One element tells of one revocation.
        for used in status.evidence.iter().filter(|used| used.revoked_since.is_some()) {
            w.element("AssociatedValidationReportData", |w| revoked(w, used));
        }
    });
}

fn associated(w: &mut XmlWriter, status: &Status<'_>) {
    if let Some(path) = status.path {
        reference(w, "TrustAnchor", &object_id(UsedObject::certificate(path.anchor())));
    }
    if let Some(certificate) = status.certificate {
        w.element("CertificateChain", |w| chain(w, certificate, status.path));
    }
    for id in evidence_ids(status.evidence) {
        reference(w, "RelatedValidationObject", &id);
    }
    if let Some(crypto) = &status.crypto {
        w.element("CryptoInformation", |w| {
            reference(w, "ValidationObjectId", &crypto.object);
            w.text("Algorithm", &words::oid(crypto.algorithm));
            w.text("SecureAlgorithm", if crypto.trusted { "true" } else { "false" });
            if let Some(until) = crypto.until {
                w.text("NotAfter", &until.to_string());
            }
        });
    }
    w.element("AdditionalValidationReportData", |w| {
        for (kind, word) in &status.more {
            w.element("ReportData", |w| {
                w.text("Type", &words::own("report-data", kind));
                w.text("Value", word);
            });
        }
    });
}

fn chain(w: &mut XmlWriter, certificate: &Certificate, path: Option<&VerifiedPath>) {
    reference(w, "SigningCertificate", &object_id(UsedObject::certificate(certificate)));
    let Some(path) = path else { return };
    for intermediate in path.certificates().iter().skip(1) {
        reference(w, "IntermediateCertificate", &object_id(UsedObject::certificate(intermediate)));
    }
    reference(w, "TrustAnchor", &object_id(UsedObject::certificate(path.anchor())));
}

fn revoked(w: &mut XmlWriter, used: &EvidenceUsed) {
    let Some(since) = used.revoked_since else { return };
    let certificate = UsedObject { kind: ObjectKind::Certificate, sha256: used.certificate.sha256() };
    w.element("RevocationStatusInformation", |w| {
        reference(w, "ValidationObjectId", &object_id(certificate));
        w.text("RevocationTime", &since.to_string());
        if let Some(reason) = used.proof.revocation_reason {
            w.text("RevocationReason", &format!("urn:etsi:019102:revocationReason:{reason}"));
        }
        reference(w, "RevocationObject", &object_id(used.proof.object()));
    });
}
