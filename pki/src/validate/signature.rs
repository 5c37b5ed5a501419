//! One signature through all building blocks. Source: EN 319 102-1 §5.3 to §5.6.

use super::chain::{self, Asked, Link};
use super::content::Content;
use super::level::level;
use super::{algorithms, crypto, rules, time_stamp};
use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerInfo};
use crate::digest::DigestAlgorithm;
use crate::path::{Budget, BudgetExhausted, PathError, VerifiedPath};
use crate::policy::{AlgorithmTrust, EssRule, RevocationMode, SignaturePolicy};
use crate::report::{
    Check, CheckOutcome, Coverage, CryptoOutcome, Indication, SignatureLevel, SignatureReport, SubIndication,
    TimeStampKind,
};
use crate::revocation::{Evidence, Place, Status};
use crate::time::Moment;
use crate::trust::TrustStore;
use crate::tsp::TimeStampToken;

/// Certificates with the name and number that a signer tells, at most looked at.
const NAMED_MAX: usize = 16;
/// Tokens of one kind in one signature, at most looked at.
const STAMPS_MAX: usize = 16;

/// What a message is judged with.
pub(super) struct Judge<'a> {
    pub message: &'a SignedData,
    pub content: Content<'a>,
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
        for rule in rules::OF_A_SIGNATURE {
            if report.checks.iter().all(|check| check.name != rule.name) {
                report.checks.push(Check::new(*rule, CheckOutcome::NotChecked, ""));
            }
        }
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
            let outcome = self.mathematics(signer, certificate, &mut report.checks);
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
        report.level = level(signer, &certificate, self.embedded, &report.time_stamps);
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
        let encapsulated = self.message.encapsulated_type();
        crypto::verify(signer, certificate, encapsulated, &mut self.content, checks, &mut self.budget)
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
        let Judge { content, budget, .. } = self;
        let mut judge = |kind, tokens: Vec<&[u8]>, digest: &mut time_stamp::DigestOf<'_>| {
            for token in tokens.iter().take(STAMPS_MAX) {
                match TimeStampToken::from_der(token) {
                    Ok(token) => report.time_stamps.push(time_stamp::judge(&token, kind, digest, &context, budget)),
                    Err(error) => report.checks.push(Check::new(rules::STAMP_READABLE, false, error.to_string())),
                }
            }
            if tokens.len() > STAMPS_MAX {
                let detail = format!("{} tokens, of which {STAMPS_MAX} are looked at", tokens.len());
                report.checks.push(Check::new(rules::STAMP_READABLE, false, detail));
            }
        };
        judge(TimeStampKind::Content, signer.content_time_stamps(), &mut |algorithm| content.digest(algorithm));
        let mut value = |algorithm: DigestAlgorithm| Some(algorithm.digest(signer.signature()));
        judge(TimeStampKind::Signature, signer.signature_time_stamps(), &mut value);
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
            evidence: self.evidence,
            policy: &self.policy.revocation,
            options: &self.policy.path,
            at: report.judged_at,
        };
        match chain::explain(certificate, &asked, &mut self.budget) {
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
        let certificates = report.path.iter().flat_map(VerifiedPath::certificates);
        let digests = [signer.digest_algorithm()];
        let worst = algorithms::distrusted(&self.policy.algorithms, report.judged_at, &digests, certificates);
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
