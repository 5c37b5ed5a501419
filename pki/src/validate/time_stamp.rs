//! What a time-stamp token proves. Source: RFC 3161 §2.3, §2.4.2, §4; RFC 5816; EN 319 102-1 §5.4.

use super::content::Content;
use super::proofs::Proofs;
use super::{CmsInput, algorithms, chain, crypto, embedded, rules};
use crate::certificate::Certificate;
use crate::cms::SignerInfo;
use crate::digest::{Digest, DigestAlgorithm};
use crate::path::{Budget, PathOptions, PathPurpose, VerifiedPath};
use crate::policy::{RevocationMode, RevocationPolicy, SignaturePolicy, TsaRevocation, TsaTerm};
use crate::report::{Check, CryptoOutcome, DistrustedAlgorithm, EvidenceUsed, Rule, TimeStampKind, TimeStampReport};
use crate::revocation::{Evidence, Place, Question, Status, is_harmless, revocation_status};
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

/// The report on `token` over what `digest` digests. Once a later token proves that it existed (`proofs`), it had to hold
/// only until then; otherwise it must still hold at the moment asked about.
pub(super) fn judge(
    token: &TimeStampToken,
    kind: TimeStampKind,
    digest: &mut DigestOf<'_>,
    context: &Context<'_>,
    proofs: &Proofs,
    budget: &mut Budget,
) -> TimeStampReport {
    let mut report = blank(token, kind);
    examine(token, None, digest, context, proofs, &mut report, budget);
    report
}

/// As [`judge`], of an archive time stamp: `index` is the digest of the index of what it covers, when that holds. What the
/// token binds through its index is bound no better than by that digest.
pub(super) fn judge_archive(
    token: &TimeStampToken,
    index: Result<DigestAlgorithm, String>,
    digest: &mut DigestOf<'_>,
    context: &Context<'_>,
    proofs: &Proofs,
    budget: &mut Budget,
) -> TimeStampReport {
    let mut report = blank(token, TimeStampKind::Archive);
    let of_index = index.as_ref().ok().copied();
    let holds = Questions { report: &mut report }.ask(rules::ARCHIVE_INDEX, index.map(|_| ()));
    if holds {
        examine(token, of_index, digest, context, proofs, &mut report, budget);
    }
    report
}

fn blank(token: &TimeStampToken, kind: TimeStampKind) -> TimeStampReport {
    let info = token.info();
    TimeStampReport {
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
        exists_since: None,
        left_out: Vec::new(),
        checks: Vec::new(),
        evidence_used: Vec::new(),
        distrusted: None,
    }
}

fn examine(
    token: &TimeStampToken,
    index: Option<DigestAlgorithm>,
    digest: &mut DigestOf<'_>,
    context: &Context<'_>,
    proofs: &Proofs,
    report: &mut TimeStampReport,
    budget: &mut Budget,
) {
    let exists_since = proofs.of_token(token.der());
    report.exists_since = exists_since;
    let held_until = exists_since.unwrap_or(context.at);
    let mut questions = Questions { report };
    questions.ask(rules::STAMP_IMPRINT, imprint(token, digest));
    questions.ask(rules::STAMP_NOT_FUTURE, not_future(token, context.at));
    if let Some(since) = exists_since {
        questions.ask(rules::STAMP_ORDER, older(token, since));
    }
    let evidence = embedded::joined(context.evidence, &embedded::evidence_in(token.signed_data()));
    let context = Held { context, evidence: &evidence, held_until, index };
    signer(token, &context, &mut questions, budget);
    report.proven = report.reason.is_none();
}

/// A token judged with `evidence`, which had to hold until `held_until`.
struct Held<'a> {
    context: &'a Context<'a>,
    evidence: &'a Evidence,
    held_until: Moment,
    /// The digest of the index of an archive time stamp.
    index: Option<DigestAlgorithm>,
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

fn older(token: &TimeStampToken, covered_at: Moment) -> Result<(), String> {
    let gen_time = token.info().gen_time;
    let holds = gen_time <= covered_at;
    if holds { Ok(()) } else { Err(format!("the token is of {gen_time}, and was covered by another at {covered_at}")) }
}

fn signer(token: &TimeStampToken, held: &Held<'_>, questions: &mut Questions<'_>, budget: &mut Budget) {
    let message = token.signed_data();
    let Some(signer) = message.signer_infos().first() else { return };
    let found = certificate_of(signer, held.evidence);
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
    trust(&certificate, token.info().gen_time, held, questions, budget);
    let worst = distrusted_algorithm(token, signer, &certificate, held, questions.report.path.as_ref());
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
    let outcome =
        crypto::verify(signer, certificate, Some(message.encapsulated_type()), &mut content, &mut checks, budget)
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
/// own time only while they are trusted: judged at the moment until which nothing else proves it.
fn distrusted_algorithm(
    token: &TimeStampToken,
    signer: &SignerInfo,
    certificate: &Certificate,
    held: &Held<'_>,
    path: Option<&VerifiedPath>,
) -> Option<(DistrustedAlgorithm, String)> {
    let mut digests = vec![token.info().message_imprint.algorithm, signer.digest_algorithm()];
    digests.extend(held.index.map(DigestAlgorithm::oid));
    let certificates = path.map_or(std::slice::from_ref(certificate), VerifiedPath::certificates);
    algorithms::distrusted(&held.context.policy.algorithms, held.held_until, &digests, certificates.iter())
}

/// Path at the token's own time, and revocation.
fn trust(
    certificate: &Certificate,
    gen_time: Moment,
    held: &Held<'_>,
    questions: &mut Questions<'_>,
    budget: &mut Budget,
) {
    let Held { context, evidence, held_until, index: _ } = *held;
    let revocation = RevocationPolicy {
        mode: RevocationMode::Chain,
        freshness: crate::policy::Freshness::Default,
        ..context.policy.revocation
    };
    let options = PathOptions::for_purpose(PathPurpose::Tsa);
    let asked = chain::Asked {
        trust: context.tsa_anchors,
        evidence,
        policy: &revocation,
        algorithms: Some(&context.policy.algorithms),
        options: &options,
        at: gen_time,
    };
    let (path, links) = match chain::explain(certificate, &asked, budget) {
        Ok(found) => found,
        Err(error) => {
            questions.ask(rules::STAMP_PATH, Err(error.to_string()));
            return;
        }
    };
    questions.ask(rules::STAMP_PATH, Ok(()));
    let mut used = Vec::new();
    questions.ask(rules::STAMP_TERM, in_term(&path, held, &revocation, &mut used, budget));
    questions.report.path = Some(path);
    let of_links: Vec<EvidenceUsed> = links.iter().filter_map(chain::evidence_used).collect();
    used.retain(|used| !of_links.contains(used));
    questions.report.evidence_used = of_links.into_iter().chain(used).collect();
    let rule = context.policy.tsa_revocation;
    let answer = links.iter().try_for_each(|link| judged(link, gen_time, held_until, rule));
    questions.ask(rules::STAMP_REVOCATION, answer);
}

/// An authority's certificate that has ended is in nobody's list any more: what becomes of its key cannot be known. A
/// token must be proven to be older than that end, or evidence must still speak of the certificate.
fn in_term(
    path: &VerifiedPath,
    held: &Held<'_>,
    policy: &RevocationPolicy,
    used: &mut Vec<EvidenceUsed>,
    budget: &mut Budget,
) -> Result<(), String> {
    let at = held.held_until;
    match held.context.policy.tsa_term {
        TsaTerm::GenTime => return Ok(()),
        TsaTerm::UntilProven => {}
    }
    for (certificate, issuer) in path.links().filter(|(certificate, _)| !certificate.valid_at(at)) {
        let algorithms = Some(&held.context.policy.algorithms);
        let question = Question { certificate, issuer, path, place: Place::Ca, at, policy, algorithms };
        let finding = revocation_status(&question, held.evidence, budget);
        let finding = finding.map_err(|_| "the search took more work than allowed".to_owned())?;
        let link = chain::Link { certificate: certificate.clone(), place: Place::Ca, finding };
        used.extend(chain::evidence_used(&link));
        let stands = match link.finding.status {
            Status::Good => true,
            Status::Revoked { since, .. } | Status::OnHold { since } => since > at,
            Status::Unknown { .. } => false,
        };
        if !stands {
            let (subject, end) = (certificate.subject(), certificate.not_after());
            return Err(format!("{subject} ended at {end}, and no later time stamp proves the token to be older"));
        }
    }
    Ok(())
}

/// Source: RFC 3161 §4: after a revocation that says nothing of the key, tokens made before it stand; after one of a
/// compromised key, or without a reason, only those that are proven to be older than it.
fn judged(link: &chain::Link, gen_time: Moment, held_until: Moment, rule: TsaRevocation) -> Result<(), String> {
    let subject = || link.certificate.subject().to_string();
    match link.finding.status {
        Status::Good => Ok(()),
        Status::Revoked { since, reason } if since > gen_time && is_harmless(reason) => Ok(()),
        Status::Revoked { since, .. } if since > held_until => Ok(()),
        Status::Revoked { since, .. } => Err(format!("{} is revoked since {since}", subject())),
        // A hold is no harmless reason: what it was put on for may turn out to be a stolen key.
        Status::OnHold { since } if since > held_until => Ok(()),
        Status::OnHold { since } => Err(format!("{} is on hold since {since}", subject())),
        Status::Unknown { why } => match rule {
            TsaRevocation::WhenKnown => Ok(()),
            TsaRevocation::Required => Err(format!("{}: {why}", subject())),
        },
    }
}
