//! One signature through all building blocks. Source: EN 319 102-1 §5.3 to §5.6.

use super::content::Content;
use super::level::level;
use super::stamps::Stamped;
use super::trust::{Subject, Trust, Verdict, conclude, exhausted};
use super::{crypto, material, rules, time_stamp};
use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerInfo};
use crate::oid::Oid;
use crate::path::{Budget, BudgetExhausted};
use crate::policy::{EssRule, SignaturePolicy};
use crate::report::{
    Check, CheckOutcome, Coverage, CryptoOutcome, Indication, SignatureLevel, SignatureMaterial, SignatureReport,
    SubIndication,
};
use crate::revocation::Evidence;
use crate::time::Moment;
use crate::trust::TrustStore;

/// Certificates with the name and number that a signer tells, at most looked at.
const NAMED_MAX: usize = 16;

/// What a message is judged with.
pub(super) struct Judge<'a> {
    pub message: &'a SignedData,
    pub content: Content<'a>,
    /// The type of the content; `None` for the value of another signature.
    pub encapsulated: Option<Oid>,
    pub anchors: &'a TrustStore,
    pub tsa_anchors: &'a TrustStore,
    /// Everything at hand.
    pub evidence: &'a Evidence,
    /// What of it the message brings along.
    pub embedded: &'a Evidence,
    pub policy: &'a SignaturePolicy,
    pub at: Moment,
    /// For all signers together.
    pub budget: Budget,
}

impl<'a> Judge<'a> {
    /// The report on one signer.
    pub fn signature(&mut self, signer: &SignerInfo) -> SignatureReport {
        let mut report = self.blank(signer);
        report.material = material::of_signer(signer, &mut self.content);
        let verdict = self.walk(signer, &mut report);
        conclude(&mut report, verdict, rules::OF_A_SIGNATURE);
        report
    }

    fn blank(&self, signer: &SignerInfo) -> SignatureReport {
        SignatureReport {
            indication: Indication::TotalFailed,
            sub_indication: None,
            crypto: CryptoOutcome::NotChecked,
            level: SignatureLevel::Cms,
            certificate: None,
            signer: None,
            claimed_at: signer.signing_time(),
            proven_at: None,
            judged_at: self.at,
            covers: Coverage::All,
            signature_algorithm: signer.signature_algorithm().oid,
            digest_algorithm: signer.digest_algorithm(),
            material: SignatureMaterial::default(),
            checks: Vec::new(),
            path: None,
            path_error: None,
            revoked_since: None,
            evidence_used: Vec::new(),
            distrusted: None,
            time_stamps: Vec::new(),
            existence: Vec::new(),
            counter_signatures: Vec::new(),
        }
    }

    fn walk(&mut self, signer: &SignerInfo, report: &mut SignatureReport) -> Result<(), Verdict> {
        let faults = signer.attribute_faults();
        report.checks.push(Check::new(rules::FORMAT, faults.is_empty(), faults.join("; ")));
        let certificate = self.identify(signer, report);
        if let Some(certificate) = &certificate {
            report.certificate = Some(certificate.clone());
            report.signer = Some(certificate.subject_facts());
            let outcome = self.mathematics(signer, certificate, &mut report.checks);
            let outcome = outcome.map_err(|_| exhausted(report, rules::SIGNATURE_VALUE))?;
            report.crypto = outcome.crypto;
            if !faults.is_empty() {
                return Err((Indication::TotalFailed, SubIndication::FormatFailure));
            }
            if let Some(reason) = outcome.reason {
                return Err((crypto_indication(reason), reason));
            }
        }
        if !faults.is_empty() {
            return Err((Indication::TotalFailed, SubIndication::FormatFailure));
        }
        let Some(certificate) = certificate else {
            return Err((Indication::Indeterminate, SubIndication::NoSigningCertificateFound));
        };
        self.reference(signer, &certificate, report)?;
        let lower = self.time_stamps(signer, report);
        report.level = level(signer, &certificate, self.embedded, &report.time_stamps);
        report.judged_at = report.proven_at.unwrap_or(self.at);
        self.order(lower, report)?;
        let subject = Subject { certificate: &certificate, digests: &[signer.digest_algorithm()], lower };
        self.trust().judge(&subject, report, &mut self.budget)
    }

    fn trust(&self) -> Trust<'a> {
        Trust { anchors: self.anchors, evidence: self.evidence, policy: self.policy }
    }

    /// The certificate that the signer names. Of several with that name and number: the one its signed reference is of,
    /// else the one whose key made the signature.
    fn identify(&mut self, signer: &SignerInfo, report: &mut SignatureReport) -> Option<Certificate> {
        let mut named: Vec<&Certificate> = Vec::new();
        for certificate in &self.evidence.certificates {
            if named.len() < NAMED_MAX && signer.matches_certificate(certificate) {
                named.push(certificate);
            }
        }
        let referred = named.iter().find(|certificate| reference_fits(signer, certificate) == Some(true)).copied();
        let chosen = referred.or_else(|| self.by_key(signer, &named)).or_else(|| named.first().copied()).cloned();
        let detail = if chosen.is_some() { "" } else { "the certificate that the signer names is not at hand" };
        report.checks.push(Check::new(rules::CERTIFICATE_FOUND, chosen.is_some(), detail));
        chosen
    }

    fn by_key<'c>(&mut self, signer: &SignerInfo, named: &[&'c Certificate]) -> Option<&'c Certificate> {
        if named.len() < 2 {
            return None;
        }
        let mut fits = |certificate: &&Certificate| {
            let outcome = self.mathematics(signer, certificate, &mut Vec::new());
            outcome.is_ok_and(|outcome| outcome.crypto == CryptoOutcome::Ok)
        };
        named.iter().copied().find(|certificate| fits(certificate))
    }

    fn mathematics(
        &mut self,
        signer: &SignerInfo,
        certificate: &Certificate,
        checks: &mut Vec<Check>,
    ) -> Result<crypto::Outcome, BudgetExhausted> {
        crypto::verify(signer, certificate, self.encapsulated, &mut self.content, checks, &mut self.budget)
    }

    fn reference(
        &self,
        signer: &SignerInfo,
        certificate: &Certificate,
        report: &mut SignatureReport,
    ) -> Result<(), Verdict> {
        let rule = rules::CERTIFICATE_REFERENCE;
        match (reference_fits(signer, certificate), self.policy.ess) {
            (Some(true), _) => report.checks.push(Check::new(rule, true, "")),
            (Some(false), _) => {
                let detail = "the signed reference is of another certificate";
                report.checks.push(Check::new(rule, false, detail));
                return Err((Indication::Indeterminate, SubIndication::NoSigningCertificateFound));
            }
            (None, EssRule::Optional) => {
                report.checks.push(Check::new(rule, CheckOutcome::NotChecked, "the signer made no reference"));
            }
            (None, EssRule::Required) => {
                report.checks.push(Check::new(rule, false, "the signer made no reference"));
                return Err((Indication::Indeterminate, SubIndication::SigConstraintsFailure));
            }
        }
        Ok(())
    }

    /// Judges every token; answers the latest moment that a content time stamp proves: the signature is younger.
    fn time_stamps(&mut self, signer: &SignerInfo, report: &mut SignatureReport) -> Option<Moment> {
        let context = time_stamp::Context {
            tsa_anchors: self.tsa_anchors,
            evidence: self.evidence,
            policy: self.policy,
            at: self.at,
        };
        let mut stamped = Stamped { message: self.message, signer, content: &mut self.content };
        let (lower, proofs) = stamped.judge(&context, report, &mut self.budget);
        report.existence = proofs.list();
        lower
    }

    fn order(&self, lower: Option<Moment>, report: &mut SignatureReport) -> Result<(), Verdict> {
        if report.time_stamps.iter().any(|stamp| stamp.reason == Some(rules::STAMP_ORDER.name)) {
            return Err((Indication::Indeterminate, SubIndication::TimestampOrderFailure));
        }
        let (Some(lower), Some(proven)) = (lower, report.proven_at) else { return Ok(()) };
        let detail = format!("the content is stamped at {lower}, the signature at {proven}");
        report.checks.push(Check::new(rules::STAMP_ORDER, lower <= proven, detail));
        if lower <= proven { Ok(()) } else { Err((Indication::Indeterminate, SubIndication::TimestampOrderFailure)) }
    }
}

const fn crypto_indication(reason: SubIndication) -> Indication {
    match reason {
        SubIndication::FormatFailure | SubIndication::HashFailure | SubIndication::SigCryptoFailure => {
            Indication::TotalFailed
        }
        SubIndication::Revoked
        | SubIndication::Expired
        | SubIndication::NotYetValid
        | SubIndication::SigConstraintsFailure
        | SubIndication::ChainConstraintsFailure
        | SubIndication::CertificateChainGeneralFailure
        | SubIndication::CryptoConstraintsFailure
        | SubIndication::CryptoConstraintsFailureNoPoe
        | SubIndication::TimestampOrderFailure
        | SubIndication::NoSigningCertificateFound
        | SubIndication::NoCertificateChainFound
        | SubIndication::RevokedNoPoe
        | SubIndication::RevokedCaNoPoe
        | SubIndication::OutOfBoundsNoPoe
        | SubIndication::OutOfBoundsNotRevoked
        | SubIndication::TryLater
        | SubIndication::SignedDataNotFound => Indication::Indeterminate,
    }
}

/// Whether the signed references of the signer are of this certificate; `None` when there are none.
fn reference_fits(signer: &SignerInfo, certificate: &Certificate) -> Option<bool> {
    let references = signer.signing_certificates().ok()?;
    let mut first = references.iter().filter(|reference| reference.is_first).peekable();
    first.peek()?;
    Some(first.all(|reference| reference.is_of(certificate)))
}
