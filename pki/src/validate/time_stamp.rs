//! What a time-stamp token proves. Source: RFC 3161 §2.3, §2.4.2, §4; RFC 5816; EN 319 102-1 §5.4.

use super::content::Content;
use super::{CmsInput, algorithms, chain, crypto, embedded, rules};
use crate::certificate::Certificate;
use crate::cms::SignerInfo;
use crate::crl::ReasonCode;
use crate::digest::{Digest, DigestAlgorithm};
use crate::path::{Budget, PathOptions, PathPurpose, VerifiedPath};
use crate::policy::{RevocationMode, RevocationPolicy, SignaturePolicy, TsaRevocation};
use crate::report::{Check, CryptoOutcome, DistrustedAlgorithm, Rule, TimeStampKind, TimeStampReport};
use crate::revocation::{Evidence, Status};
use crate::time::Moment;
use crate::trust::TrustStore;
use crate::tsp::TimeStampToken;

/// What tokens are judged with.
pub(super) struct Context<'a> {
    pub tsa_anchors: &'a TrustStore,
    pub evidence: &'a Evidence,
    pub policy: &'a SignaturePolicy,
    pub at: Moment,
}

/// Certificates with the name and number that a token tells, at most looked at.
const NAMED_MAX: usize = 16;

/// The digest of what a token should be over, when it is at hand.
pub(super) type DigestOf<'f> = dyn FnMut(DigestAlgorithm) -> Option<Digest> + 'f;

/// The report on `token` over what `digest` digests.
pub(super) fn judge(
    token: &TimeStampToken,
    kind: TimeStampKind,
    digest: &mut DigestOf<'_>,
    context: &Context<'_>,
    budget: &mut Budget,
) -> TimeStampReport {
    let info = token.info();
    let mut report = TimeStampReport {
        kind,
        sha256: token.sha256(),
        gen_time: info.gen_time,
        policy: info.policy,
        imprint_algorithm: info.message_imprint.algorithm,
        serial: info.serial_hex(),
        proven: false,
        reason: None,
        certificate: None,
        path: None,
        checks: Vec::new(),
        evidence_used: Vec::new(),
        distrusted: None,
    };
    let mut questions = Questions { report: &mut report };
    questions.ask(rules::STAMP_IMPRINT, imprint(token, digest));
    questions.ask(rules::STAMP_NOT_FUTURE, not_future(token, context.at));
    let evidence = embedded::joined(context.evidence, &embedded::evidence_in(token.signed_data()));
    signer(token, &evidence, context, &mut questions, budget);
    report.proven = report.reason.is_none();
    report
}

/// Puts answers into the report; the first "no" is the reason.
struct Questions<'r> {
    report: &'r mut TimeStampReport,
}

impl Questions<'_> {
    fn ask(&mut self, rule: Rule, answer: Result<(), String>) -> bool {
        let holds = answer.is_ok();
        self.report.checks.push(Check::new(rule, holds, answer.err().unwrap_or_default()));
        if !holds && self.report.reason.is_none() {
            self.report.reason = Some(rule.name);
        }
        holds
    }
}

fn imprint(token: &TimeStampToken, digest: &mut DigestOf<'_>) -> Result<(), String> {
    if !token.info().unknown_critical_extensions().is_empty() {
        return Err("the token has an unknown critical extension".to_owned());
    }
    let imprint = token.info().message_imprint.digest().ok_or("the digest of the token is not known")?;
    match digest(imprint.algorithm()) {
        Some(digest) if digest == *imprint => Ok(()),
        Some(_) => Err("the token is over other octets".to_owned()),
        None => Err("what the token should be over is not at hand under its digest".to_owned()),
    }
}

fn not_future(token: &TimeStampToken, at: Moment) -> Result<(), String> {
    let gen_time = token.info().gen_time;
    if gen_time <= at { Ok(()) } else { Err(format!("the token is of {gen_time}, after {at}")) }
}

fn signer(
    token: &TimeStampToken,
    evidence: &Evidence,
    context: &Context<'_>,
    questions: &mut Questions<'_>,
    budget: &mut Budget,
) {
    let message = token.signed_data();
    let Some(signer) = message.signer_infos().first() else { return };
    let found = certificate_of(signer, evidence);
    let Some(certificate) = found else {
        questions.ask(rules::STAMP_SIGNATURE, Err("the authority's certificate is not at hand".to_owned()));
        return;
    };
    questions.report.certificate = Some(certificate.clone());
    let signature = signature_holds(token, signer, &certificate, budget);
    if !questions.ask(rules::STAMP_SIGNATURE, signature) {
        return;
    }
    questions.ask(rules::STAMP_REFERENCE, reference(signer, &certificate));
    trust(&certificate, token.info().gen_time, evidence, context, questions, budget);
    let worst = distrusted_algorithm(token, signer, &certificate, context, questions.report.path.as_ref());
    questions.report.distrusted = worst.as_ref().map(|(distrusted, _)| *distrusted);
    let answer = worst.map_or(Ok(()), |(_, what)| Err(format!("not trusted: {what}")));
    questions.ask(rules::STAMP_ALGORITHMS, answer);
}

/// The certificate that the signer names; of several, the one that the signed reference is of.
fn certificate_of(signer: &SignerInfo, evidence: &Evidence) -> Option<Certificate> {
    let named = evidence.certificates.iter().filter(|certificate| signer.matches_certificate(certificate));
    let named: Vec<&Certificate> = named.take(NAMED_MAX).collect();
    let referred = named.iter().find(|certificate| reference(signer, certificate).is_ok());
    referred.or(named.first()).map(|certificate| (*certificate).clone())
}

fn signature_holds(
    token: &TimeStampToken,
    signer: &SignerInfo,
    certificate: &Certificate,
    budget: &mut Budget,
) -> Result<(), String> {
    if let Some(fault) = signer.attribute_faults().first() {
        return Err((*fault).to_owned());
    }
    if !signer.has_signed_attributes() {
        return Err("a token is signed with attributes".to_owned());
    }
    let message = token.signed_data();
    let mut content = Content::of(&CmsInput { signed_data: message, detached: None });
    let mut checks = Vec::new();
    let outcome = crypto::verify(signer, certificate, message.encapsulated_type(), &mut content, &mut checks, budget)
        .map_err(|_| "the search took more work than allowed".to_owned())?;
    if outcome.crypto == CryptoOutcome::Ok {
        return Ok(());
    }
    let failed = checks.iter().find(|check| check.ok.as_bool() == Some(false));
    Err(failed.map_or_else(String::new, |check| format!("{} {}", check.name, check.detail).trim_end().to_owned()))
}

/// A token must name its authority's certificate under its signature, in version 1 or 2.
fn reference(signer: &SignerInfo, certificate: &Certificate) -> Result<(), String> {
    let references = signer.signing_certificates().map_err(|error| error.to_string())?;
    let mut first = references.iter().filter(|reference| reference.is_first).peekable();
    if first.peek().is_none() {
        return Err("the token names no certificate under its signature".to_owned());
    }
    if first.all(|reference| reference.is_of(certificate)) {
        Ok(())
    } else {
        Err("the token names another certificate under its signature".to_owned())
    }
}

/// The worst of those of the token and of every certificate from the authority's to below the anchor. The token proves its
/// own time only while they are trusted: judged at the moment asked about.
fn distrusted_algorithm(
    token: &TimeStampToken,
    signer: &SignerInfo,
    certificate: &Certificate,
    context: &Context<'_>,
    path: Option<&VerifiedPath>,
) -> Option<(DistrustedAlgorithm, String)> {
    let digests = [token.info().message_imprint.algorithm, signer.digest_algorithm()];
    let certificates = path.map_or(std::slice::from_ref(certificate), VerifiedPath::certificates);
    algorithms::distrusted(&context.policy.algorithms, context.at, &digests, certificates.iter())
}

/// Path at the token's own time, and revocation.
fn trust(
    certificate: &Certificate,
    gen_time: Moment,
    evidence: &Evidence,
    context: &Context<'_>,
    questions: &mut Questions<'_>,
    budget: &mut Budget,
) {
    let revocation = RevocationPolicy {
        mode: RevocationMode::None,
        freshness: crate::policy::Freshness::Default,
        ..context.policy.revocation
    };
    let options = PathOptions::for_purpose(PathPurpose::Tsa);
    let asked = |policy| chain::Asked { trust: context.tsa_anchors, evidence, policy, options: &options, at: gen_time };
    match chain::explain(certificate, &asked(&revocation), budget) {
        Ok((path, _)) => {
            questions.ask(rules::STAMP_PATH, Ok(()));
            questions.report.path = Some(path);
        }
        Err(error) => {
            questions.ask(rules::STAMP_PATH, Err(error.to_string()));
            return;
        }
    }
    let revocation = RevocationPolicy { mode: RevocationMode::Chain, ..revocation };
    match chain::explain(certificate, &asked(&revocation), budget) {
        Ok((path, links)) => {
            questions.report.path = Some(path);
            questions.report.evidence_used = links.iter().filter_map(chain::evidence_used).collect();
            let answer = links.iter().try_for_each(|link| judged(link, gen_time, context.policy.tsa_revocation));
            questions.ask(rules::STAMP_REVOCATION, answer);
        }
        Err(error) => {
            questions.ask(rules::STAMP_REVOCATION, Err(error.to_string()));
        }
    }
}

/// Source: RFC 3161 §4: after a revocation that says nothing of the key, tokens made before it stand; after one of a
/// compromised key, or without a reason, none does.
fn judged(link: &chain::Link, gen_time: Moment, rule: TsaRevocation) -> Result<(), String> {
    let subject = || link.certificate.subject().to_string();
    match link.finding.status {
        Status::Good => Ok(()),
        Status::Revoked { since, reason } if since > gen_time && is_harmless(reason) => Ok(()),
        Status::Revoked { since, .. } => Err(format!("{} is revoked since {since}", subject())),
        Status::OnHold { since } if since > gen_time => Ok(()),
        Status::OnHold { since } => Err(format!("{} is on hold since {since}", subject())),
        Status::Unknown { why } => match rule {
            TsaRevocation::WhenKnown => Ok(()),
            TsaRevocation::Required => Err(format!("{}: {why}", subject())),
        },
    }
}

fn is_harmless(reason: Option<ReasonCode>) -> bool {
    matches!(
        reason,
        Some(
            ReasonCode::Unspecified
                | ReasonCode::AffiliationChanged
                | ReasonCode::Superseded
                | ReasonCode::CessationOfOperation
        )
    )
}
