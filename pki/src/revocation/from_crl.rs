//! What CRLs say, full ones and deltas. Source: RFC 5280 §5.2, §6.3.3.

use super::{ProofSource, Question, RevocationProof, Says, Statement, Window, is_fresh};
use crate::certificate::{Certificate, DistributionPointName};
use crate::crl::{CertificateList, ReasonCode, RevokedEntry};
use crate::path::{Budget, BudgetExhausted, GeneralName, SignatureFit, names_match};
use crate::revocation::Evidence;

/// Adds what the CRLs at hand say of the certificate; `why` becomes the reason when one of its issuer is of no use.
pub(super) fn statements(
    question: &Question<'_>,
    evidence: &Evidence,
    statements: &mut Vec<Statement>,
    why: &mut &'static str,
    budget: &mut Budget,
) -> Result<(), BudgetExhausted> {
    let mut usable = Vec::new();
    for list in &evidence.crls {
        match use_of(question, list, evidence, budget)? {
            Ok(()) => usable.push(list),
            Err(reason) => *why = reason.unwrap_or(why),
        }
    }
    for list in &usable {
        match list.find_issued_by(&question.certificate.issuer(), question.certificate.serial()) {
            Err(_) => *why = "a CRL lists the certificate twice",
            Ok(Some(entry)) => statements.extend(listed(question, list, &entry, &usable)),
            Ok(None) => statements.extend(not_listed(question, list, &usable)),
        }
    }
    Ok(())
}

fn listed(
    question: &Question<'_>,
    list: &CertificateList,
    entry: &RevokedEntry<'_>,
    usable: &[&CertificateList],
) -> Option<Statement> {
    let says = match entry.reason {
        Some(ReasonCode::CertificateHold) => Says::OnHold { since: entry.revoked_at },
        // Only a delta takes a certificate off; what the full list says then no longer holds.
        Some(ReasonCode::RemoveFromCrl) if list.is_delta() && has_base(list, usable) => {
            Says::Good { fresh: is_fresh(question, &window(list)) }
        }
        Some(ReasonCode::RemoveFromCrl) => return None,
        reason => Says::Revoked { since: entry.revoked_at, reason },
    };
    Some(Statement { says, proof: proof(list, entry.reason) })
}

/// "Not listed" says something only in a list that covers every reason, and in a delta only together with its base.
fn not_listed(question: &Question<'_>, list: &CertificateList, usable: &[&CertificateList]) -> Option<Statement> {
    let partial = list.issuing_distribution_point().is_some_and(|scope| scope.only_some_reasons.is_some());
    if partial || (list.is_delta() && !base_is_silent(question, list, usable)) {
        return None;
    }
    Some(Statement { says: Says::Good { fresh: is_fresh(question, &window(list)) }, proof: proof(list, None) })
}

fn has_base(delta: &CertificateList, usable: &[&CertificateList]) -> bool {
    usable.iter().any(|full| is_base_of(full, delta))
}

fn base_is_silent(question: &Question<'_>, delta: &CertificateList, usable: &[&CertificateList]) -> bool {
    let (issuer, serial) = (question.certificate.issuer(), question.certificate.serial());
    usable.iter().any(|full| is_base_of(full, delta) && matches!(full.find_issued_by(&issuer, serial), Ok(None)))
}

/// Whether `delta` may be put on `full`: the full list is not older than the base and not newer than the delta.
fn is_base_of(full: &CertificateList, delta: &CertificateList) -> bool {
    let (Some(base), Some(number)) = (delta.base_crl_number(), delta.crl_number()) else { return false };
    let scopes_fit = full.issuing_distribution_point() == delta.issuing_distribution_point();
    !full.is_delta()
        && scopes_fit
        && names_match(&full.issuer(), &delta.issuer())
        && full.crl_number().is_some_and(|full| full >= base && full <= number)
}

fn window(list: &CertificateList) -> Window {
    Window {
        source: ProofSource::Crl,
        this_update: list.this_update(),
        next_update: list.next_update(),
        remembers_expired_since: list.expired_certs_on_crl(),
    }
}

fn proof(list: &CertificateList, reason: Option<ReasonCode>) -> RevocationProof {
    RevocationProof {
        source: ProofSource::Crl,
        sha256: list.sha256(),
        this_update: list.this_update(),
        next_update: list.next_update(),
        produced_at: None,
        revocation_reason: reason.map(ReasonCode::as_str),
    }
}

/// Whether the list speaks of the certificate and may be believed; otherwise why not, or nothing when it is not one of
/// its issuer.
fn use_of(
    question: &Question<'_>,
    list: &CertificateList,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<Result<(), Option<&'static str>>, BudgetExhausted> {
    let direct = names_match(&list.issuer(), &question.certificate.issuer());
    if !direct && !is_named_as_crl_issuer(question.certificate, list) {
        return Ok(Err(None));
    }
    if !list.unknown_critical_extensions().is_empty() {
        return Ok(Err(Some("the CRL has an unknown critical extension")));
    }
    if !is_in_scope(question.certificate, list) {
        return Ok(Err(Some("the certificate is outside the scope of the CRL")));
    }
    if !direct && !list.is_indirect() {
        return Ok(Err(Some("the CRL is of another issuer")));
    }
    if is_signed(question, list, evidence, budget)? {
        Ok(Ok(()))
    } else {
        Ok(Err(Some("the CRL is not signed by the issuer")))
    }
}

/// Whether the certificate itself says that the issuer of `list` lists it. Source: RFC 5280 §4.2.1.13.
fn is_named_as_crl_issuer(certificate: &Certificate, list: &CertificateList) -> bool {
    certificate.distribution_points().iter().flat_map(|point| &point.crl_issuer).any(|name| {
        let mut reader = crate::der::Reader::new(name, crate::der::Rules::Der);
        matches!(GeneralName::read(&mut reader), Ok(GeneralName::Directory(name)) if names_match(&name, &list.issuer()))
    })
}

/// Source: RFC 5280 §6.3.3 (b)(2).
fn is_in_scope(certificate: &Certificate, list: &CertificateList) -> bool {
    let Some(scope) = list.issuing_distribution_point() else { return true };
    let other_kind = if certificate.is_ca() { scope.only_user_certificates } else { scope.only_ca_certificates };
    let kind_fits = !scope.only_attribute_certificates && !other_kind;
    let name_fits = scope.name.as_ref().is_none_or(|name| {
        certificate.distribution_points().iter().any(|point| point.name.as_ref().is_some_and(|own| overlap(own, name)))
    });
    kind_fits && name_fits
}

fn overlap(a: &DistributionPointName, b: &DistributionPointName) -> bool {
    match (a, b) {
        (DistributionPointName::Full(a), DistributionPointName::Full(b)) => a.iter().any(|name| b.contains(name)),
        (DistributionPointName::RelativeToIssuer(a), DistributionPointName::RelativeToIssuer(b)) => a == b,
        (DistributionPointName::Full(_), DistributionPointName::RelativeToIssuer(_))
        | (DistributionPointName::RelativeToIssuer(_), DistributionPointName::Full(_)) => false,
    }
}

/// Whether the issuer's key signed the list, or a key to which the issuer gave the right in a certificate of its own.
fn is_signed(
    question: &Question<'_>,
    list: &CertificateList,
    evidence: &Evidence,
    budget: &mut Budget,
) -> Result<bool, BudgetExhausted> {
    let mut candidates = vec![question.issuer];
    for candidate in &evidence.certificates {
        budget.candidate()?;
        if candidate.der() != question.issuer.der()
            && names_match(&candidate.subject(), &list.issuer())
            && names_match(&candidate.issuer(), &question.issuer.subject())
            && candidate.unknown_critical_extensions().is_empty()
            && candidate.key_usage().is_some_and(|usage| usage.crl_sign())
            && candidate.valid_at(list.this_update())
            && budget.certificate_signed_by(candidate, question.issuer)? == SignatureFit::Fits
        {
            candidates.push(candidate);
        }
    }
    for signer in candidates {
        let may = signer.key_usage().is_none_or(|usage| usage.crl_sign());
        if may && names_match(&signer.subject(), &list.issuer()) {
            let fit = budget.remembered(list.sha256(), signer, |key| list.verify_signature(key).into())?;
            if fit == SignatureFit::Fits {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
