//! One signature through all building blocks. Source: EN 319 102-1 §5.3 to §5.6.

use super::chain::{self, Asked, Link};
use super::{CmsInput, DetachedContent, crypto, rules, time_stamp};
use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerInfo};
use crate::digest::DigestAlgorithm;
use crate::oid;
use crate::path::{Budget, PathError, VerifiedPath};
use crate::policy::{AlgorithmTrust, EssRule, RevocationMode, SignaturePolicy};
use crate::report::{
    Check, CheckOutcome, Coverage, CryptoOutcome, Indication, SignatureLevel, SignatureReport, SubIndication,
    TimeStampKind, TimeStampReport,
};
use crate::revocation::{Evidence, Place, Status};
use crate::time::Moment;
use crate::trust::TrustStore;
use crate::tsp::TimeStampToken;

/// What a message is judged with.
pub(super) struct Judge<'a> {
    pub input: &'a CmsInput<'a>,
    pub anchors: &'a TrustStore,
    pub tsa_anchors: &'a TrustStore,
    pub evidence: &'a Evidence,
    pub policy: &'a SignaturePolicy,
    pub at: Moment,
    pub budget: &'a mut Budget,
}

/// A verdict that is not TOTAL-PASSED.
type Verdict = (Indication, SubIndication);

const BUDGET: &str = "the validation took more work than allowed";

impl Judge<'_> {
    /// The report on one signer.
    pub fn signature(&mut self, signer: &SignerInfo) -> SignatureReport {
        let mut report = self.blank(signer);
        let verdict = self.walk(signer, &mut report);
        let (indication, sub_indication) = match verdict {
            Ok(()) => (Indication::TotalPassed, None),
            Err((indication, sub)) => (indication, Some(sub)),
        };
        report.indication = indication;
        report.sub_indication = sub_indication;
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
            checks: Vec::new(),
            path: None,
            path_error: None,
            revoked_since: None,
            evidence_used: Vec::new(),
            time_stamps: Vec::new(),
        }
    }

    fn walk(&mut self, signer: &SignerInfo, report: &mut SignatureReport) -> Result<(), Verdict> {
        let faults = signer.attribute_faults();
        report.checks.push(Check::new(rules::FORMAT, faults.is_empty(), faults.join("; ")));
        let certificate = self.identify(signer, report);
        if let Some(certificate) = &certificate {
            report.certificate = Some(certificate.clone());
            report.signer = Some(certificate.subject_facts());
            let outcome = crypto::verify(signer, certificate, self.input, &mut report.checks, self.budget);
            let outcome = outcome.map_err(|_| self.exhausted(report, rules::SIGNATURE_VALUE))?;
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
        report.level = level(signer, self.input.signed_data, report);
        report.judged_at = report.proven_at.unwrap_or(self.at);
        self.order(lower, report)?;
        self.x509(&certificate, lower, report)?;
        self.algorithms(signer, report)
    }

    /// The certificate that the signer names. Of several with that name and number: the one its signed reference is of,
    /// else the one whose key made the signature.
    fn identify(&mut self, signer: &SignerInfo, report: &mut SignatureReport) -> Option<Certificate> {
        let mut named: Vec<&Certificate> = Vec::new();
        for certificate in &self.evidence.certificates {
            let known = named.iter().any(|known| known.der() == certificate.der());
            if !known && signer.matches_certificate(certificate) {
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
            let outcome = crypto::verify(signer, certificate, self.input, &mut Vec::new(), self.budget);
            outcome.is_ok_and(|outcome| outcome.crypto == CryptoOutcome::Ok)
        };
        named.iter().copied().find(|certificate| fits(certificate))
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
        let content = match self.input.detached {
            Some(content) => Some(content),
            None => self.input.signed_data.content().map(DetachedContent::Bytes),
        };
        let mut judge = |kind, tokens: Vec<&[u8]>, data: &DetachedContent<'_>| {
            for token in tokens {
                match TimeStampToken::from_der(token) {
                    Ok(token) => {
                        report.time_stamps.push(time_stamp::judge(&token, kind, data, &context, self.budget));
                    }
                    Err(error) => report.checks.push(Check::new(rules::STAMP_READABLE, false, error.to_string())),
                }
            }
        };
        if let Some(content) = content {
            judge(TimeStampKind::Content, signer.content_time_stamps(), &content);
        }
        judge(TimeStampKind::Signature, signer.signature_time_stamps(), &DetachedContent::Bytes(signer.signature()));
        let proven = |kind| {
            let of_kind = report.time_stamps.iter().filter(move |stamp| stamp.proven && stamp.kind == kind);
            of_kind.map(|stamp| stamp.gen_time)
        };
        let lower = proven(TimeStampKind::Content).max();
        report.proven_at = proven(TimeStampKind::Signature).min();
        lower
    }

    fn order(&self, lower: Option<Moment>, report: &mut SignatureReport) -> Result<(), Verdict> {
        let (Some(lower), Some(proven)) = (lower, report.proven_at) else { return Ok(()) };
        let detail = format!("the content is stamped at {lower}, the signature at {proven}");
        report.checks.push(Check::new(rules::STAMP_ORDER, lower <= proven, detail));
        if lower <= proven { Ok(()) } else { Err((Indication::Indeterminate, SubIndication::TimestampOrderFailure)) }
    }

    fn x509(
        &mut self,
        certificate: &Certificate,
        lower: Option<Moment>,
        report: &mut SignatureReport,
    ) -> Result<(), Verdict> {
        let asked = Asked {
            trust: self.anchors,
            intermediates: &self.evidence.certificates,
            evidence: self.evidence,
            policy: &self.policy.revocation,
            options: &self.policy.path,
            at: report.judged_at,
        };
        match chain::explain(certificate, &asked, self.budget) {
            Ok((path, links)) => {
                report.checks.push(Check::new(rules::PATH, true, ""));
                report.checks.push(Check::new(rules::VALIDITY, true, ""));
                report.evidence_used = links.iter().filter_map(chain::evidence_used).collect();
                report.path = Some(path);
                self.revocation(&links, lower, report)
            }
            Err(PathError::BudgetExhausted) => Err(self.exhausted(report, rules::PATH)),
            Err(error) => {
                report.path_error = Some(error.code());
                Err(path_failure(&error, lower, report))
            }
        }
    }

    /// Source: EN 319 102-1 §5.2.6.4, §5.3.4, §5.5.4.
    fn revocation(&self, links: &[Link], lower: Option<Moment>, report: &mut SignatureReport) -> Result<(), Verdict> {
        if self.policy.revocation.mode == RevocationMode::None {
            report.checks.push(Check::new(rules::REVOCATION, CheckOutcome::NotChecked, "the policy does not ask"));
            return Ok(());
        }
        let judged_at = report.judged_at;
        let mut worst: Option<(Verdict, String)> = None;
        for link in links {
            let subject = || link.certificate.subject().to_string();
            let found = match link.finding.status {
                Status::Good => None,
                Status::Revoked { since, .. } => {
                    report.revoked_since = report.revoked_since.map_or(Some(since), |known| Some(known.min(since)));
                    (since <= judged_at)
                        .then(|| (revoked(link.place, since, lower), format!("{} is revoked since {since}", subject())))
                }
                Status::OnHold { since } => {
                    report.revoked_since = report.revoked_since.or(Some(since));
                    let verdict = (Indication::Indeterminate, SubIndication::TryLater);
                    (since <= judged_at).then(|| (verdict, format!("{} is on hold since {since}", subject())))
                }
                Status::Unknown { why } => {
                    let verdict = (Indication::Indeterminate, SubIndication::TryLater);
                    Some((verdict, format!("{}: {why}", subject())))
                }
            };
            let Some((verdict, detail)) = found else { continue };
            // A proven revocation says more than a status that is not known.
            let rank = |verdict: &Verdict| (verdict.0, verdict.1 != SubIndication::TryLater);
            if worst.as_ref().is_none_or(|(known, _)| rank(&verdict) > rank(known)) {
                worst = Some((verdict, detail));
            }
        }
        let (verdict, detail) = worst.map_or((None, String::new()), |(verdict, detail)| (Some(verdict), detail));
        report.checks.push(Check::new(rules::REVOCATION, verdict.is_none(), detail));
        verdict.map_or(Ok(()), Err)
    }

    /// The algorithms of the signature and of every certificate below the anchor, at the earliest moment proven.
    fn algorithms(&self, signer: &SignerInfo, report: &mut SignatureReport) -> Result<(), Verdict> {
        let at = report.judged_at;
        let worst = self.distrusted(signer, report.path.as_ref(), at);
        report.checks.push(Check::new(
            rules::ALGORITHMS_TRUSTED,
            worst.is_none(),
            worst.as_ref().map_or_else(String::new, |(_, detail)| detail.clone()),
        ));
        match worst {
            None => Ok(()),
            // What was trusted once may be proven by an earlier time stamp.
            Some((AlgorithmTrust::Until(_), _)) if report.proven_at.is_none() => {
                Err((Indication::Indeterminate, SubIndication::CryptoConstraintsFailureNoPoe))
            }
            Some(_) => Err((Indication::Indeterminate, SubIndication::CryptoConstraintsFailure)),
        }
    }

    fn distrusted(
        &self,
        signer: &SignerInfo,
        path: Option<&VerifiedPath>,
        at: Moment,
    ) -> Option<(AlgorithmTrust, String)> {
        let policy = &self.policy.algorithms;
        let digest = |digest: DigestAlgorithm, what: String| match policy.digest(digest, at) {
            AlgorithmTrust::Trusted => None,
            trust @ (AlgorithmTrust::Until(_) | AlgorithmTrust::NotAllowed) => Some((trust, what)),
        };
        let content = DigestAlgorithm::from_oid(&signer.digest_algorithm()).and_then(|algorithm| {
            digest(algorithm, format!("the digest {} of the content", signer.digest_algorithm()))
        });
        let mut found: Vec<(AlgorithmTrust, String)> = content.into_iter().collect();
        for certificate in path.into_iter().flat_map(VerifiedPath::certificates) {
            let subject = certificate.subject().to_string();
            match certificate.public_key() {
                Ok(key) => match policy.key(key.key_algorithm_name(), key.bits(), at) {
                    AlgorithmTrust::Trusted => {}
                    trust @ (AlgorithmTrust::Until(_) | AlgorithmTrust::NotAllowed) => {
                        let what = format!("the key {} of {} bits of {subject}", key.key_algorithm_name(), key.bits());
                        found.push((trust, what));
                    }
                },
                Err(error) => found.push((AlgorithmTrust::NotAllowed, error.to_string())),
            }
            match certificate.signature_algorithm() {
                Ok(algorithm) => found.extend(digest(algorithm.digest(), format!("the signature on {subject}"))),
                Err(error) => found.push((AlgorithmTrust::NotAllowed, error.to_string())),
            }
        }
        // What was never allowed is worse than what has ended.
        let never = found.iter().position(|(trust, _)| *trust == AlgorithmTrust::NotAllowed);
        found.into_iter().nth(never.unwrap_or(0))
    }

    fn exhausted(&self, report: &mut SignatureReport, rule: crate::report::Rule) -> Verdict {
        report.checks.push(Check::new(rule, CheckOutcome::NotChecked, BUDGET));
        (Indication::Indeterminate, SubIndication::CertificateChainGeneralFailure)
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

fn revoked(place: Place, since: Moment, lower: Option<Moment>) -> Verdict {
    match (place, lower) {
        // The content is proven to be younger than the revocation: so is the signature.
        (Place::Target, Some(lower)) if lower >= since => (Indication::TotalFailed, SubIndication::Revoked),
        (Place::Target, _) => (Indication::Indeterminate, SubIndication::RevokedNoPoe),
        (Place::Ca, _) => (Indication::Indeterminate, SubIndication::RevokedCaNoPoe),
    }
}

fn path_failure(error: &PathError, lower: Option<Moment>, report: &mut SignatureReport) -> Verdict {
    let indeterminate = |sub| (Indication::Indeterminate, sub);
    let (rule, verdict) = match error {
        PathError::NotYetValid { is_target: true, .. } if report.proven_at.is_some() => {
            (rules::VALIDITY, (Indication::TotalFailed, SubIndication::NotYetValid))
        }
        PathError::Expired { is_target: true, not_after, .. } if lower.is_some_and(|lower| lower > *not_after) => {
            (rules::VALIDITY, (Indication::TotalFailed, SubIndication::Expired))
        }
        PathError::NotYetValid { .. } | PathError::Expired { .. } => {
            (rules::VALIDITY, indeterminate(SubIndication::OutOfBoundsNoPoe))
        }
        PathError::NoPath { .. } | PathError::BadSignature { .. } => {
            (rules::PATH, indeterminate(SubIndication::NoCertificateChainFound))
        }
        PathError::UnsupportedAlgorithm { .. } | PathError::MalformedExtension { .. } | PathError::BudgetExhausted => {
            (rules::PATH, indeterminate(SubIndication::CertificateChainGeneralFailure))
        }
        PathError::WrongPurpose { .. }
        | PathError::NotACa { .. }
        | PathError::KeyUsage { .. }
        | PathError::PathTooLong { .. }
        | PathError::UnknownCriticalExtension { .. }
        | PathError::NameConstraints { .. }
        | PathError::Policy => (rules::PATH, indeterminate(SubIndication::ChainConstraintsFailure)),
        // `explain` never answers these two: they stand in its links.
        PathError::Revoked { .. } | PathError::RevocationUnknown { .. } => {
            (rules::REVOCATION, indeterminate(SubIndication::TryLater))
        }
    };
    if rule.name == rules::VALIDITY.name {
        report.checks.push(Check::new(rules::PATH, true, ""));
    }
    report.checks.push(Check::new(rule, false, error.to_string()));
    verdict
}

/// The level by contents; a token counts when its imprint is over this very signature value.
fn level(signer: &SignerInfo, message: &SignedData, report: &SignatureReport) -> SignatureLevel {
    let refers = signer.signing_certificates().is_ok_and(|references| !references.is_empty());
    if !refers || !signer.signed_attributes_are_der() {
        return SignatureLevel::Cms;
    }
    let stamped = report.time_stamps.iter().any(|stamp| stamp.kind == TimeStampKind::Signature && fits(stamp));
    if !stamped {
        return SignatureLevel::CadesB;
    }
    let has = |oid| signer.unsigned_attributes().iter().any(|attribute| attribute.oid == oid);
    if has(oid::ARCHIVE_TIME_STAMP_V3) {
        SignatureLevel::CadesLta
    } else if has(oid::REVOCATION_VALUES) || !message.crls().is_empty() || !message.ocsp_responses().is_empty() {
        SignatureLevel::CadesLt
    } else {
        SignatureLevel::CadesT
    }
}

fn fits(stamp: &TimeStampReport) -> bool {
    let imprint = stamp.checks.iter().find(|check| check.name == rules::STAMP_IMPRINT.name);
    imprint.is_some_and(|check| check.ok == CheckOutcome::Yes)
}
