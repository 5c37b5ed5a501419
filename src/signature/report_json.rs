//! A report in the shape of `verify --json` (design section 4).

use qolhat_pki::certificate::Certificate;
use qolhat_pki::nca::{Role, SignerKind};
use qolhat_pki::report::{Check, SignatureReport, TimeStampReport, ValidationReport};
use serde_json::{Value, json};

/// The report on a file of `format`: `cms` or `xmldsig`.
#[must_use]
pub fn message(report: &ValidationReport, format: &str) -> Value {
    json!({
        "indication": report.indication.as_str(),
        "format": format,
        "at": report.at.to_string(),
        "signatures": report.signatures.iter().map(signature).collect::<Vec<_>>(),
    })
}

/// One signature of the report.
#[must_use]
pub fn signature(report: &SignatureReport) -> Value {
    let stamps = report.time_stamps.iter().flat_map(|stamp| stamp.checks.iter());
    json!({
        "indication": report.indication.as_str(),
        "sub_indication": report.sub_indication.map(|sub| sub.as_str()),
        "crypto": report.crypto.as_str(),
        "level": report.level.as_str(),
        "signer": report.certificate.as_ref().map(signer),
        "certificate": report.certificate.as_ref().map(certificate),
        "claimed_at": report.claimed_at.map(|at| at.to_string()),
        "proven_at": report.proven_at.map(|at| at.to_string()),
        "judged_at": report.judged_at.to_string(),
        "covers": report.covers.as_str(),
        "checks": report.checks.iter().chain(stamps).map(check).collect::<Vec<_>>(),
        "revocation": revocation(report),
        "time_stamps": report.time_stamps.iter().map(time_stamp).collect::<Vec<_>>(),
    })
}

/// One time stamp.
#[must_use]
pub fn time_stamp(stamp: &TimeStampReport) -> Value {
    json!({
        "kind": stamp.kind.as_str(),
        "gen_time": stamp.gen_time.to_string(),
        "proven": stamp.proven,
        "reason": stamp.reason,
        "signer": stamp.certificate.as_ref().map(|certificate| certificate.subject().to_string()),
        "policy": stamp.policy.to_string(),
        "sha256": hex::encode(stamp.sha256),
        "exists_since": stamp.exists_since.map(|at| at.to_string()),
        "not_covered": stamp.left_out,
    })
}

fn check(check: &Check) -> Value {
    json!({"name": check.name, "ok": check.ok.as_bool(), "clause": check.clause, "detail": check.detail})
}

/// Whom a certificate names.
#[must_use]
pub fn signer(certificate: &Certificate) -> Value {
    let facts = certificate.subject_facts();
    json!({
        "common_name": facts.common_name,
        "iin": facts.iin,
        "bin": facts.bin,
        "organization": facts.organization,
        "roles": roles(&certificate.roles()),
        "kind": kind(certificate.signer_kind()),
    })
}

/// The code of who is behind a certificate.
#[must_use]
pub const fn kind(kind: SignerKind) -> &'static str {
    match kind {
        SignerKind::Person => "person",
        SignerKind::Organization => "organization",
        SignerKind::InformationSystem => "information-system",
    }
}

/// The codes of roles.
#[must_use]
pub fn roles(roles: &[Role]) -> Vec<String> {
    roles.iter().map(|role| role.code().to_string()).collect()
}

/// The short facts of a certificate.
#[must_use]
pub fn certificate(certificate: &Certificate) -> Value {
    json!({
        "serial": certificate.serial_hex(),
        "sha256": hex::encode(certificate.sha256()),
        "issuer": certificate.issuer().to_string(),
        "not_before": certificate.not_before().to_string(),
        "not_after": certificate.not_after().to_string(),
    })
}

/// By what the status of each certificate is proven.
#[must_use]
pub fn revocation(report: &SignatureReport) -> Vec<Value> {
    let stamps = report.time_stamps.iter().flat_map(|stamp| stamp.evidence_used.iter());
    report
        .evidence_used
        .iter()
        .chain(stamps)
        .map(|used| {
            json!({
                "subject": used.certificate.subject().to_string(),
                "serial": used.certificate.serial_hex(),
                "certificate_sha256": hex::encode(used.certificate.sha256()),
                "status": used.status,
                "source": used.proof.source.as_str(),
                "source_sha256": hex::encode(used.proof.sha256),
                "this_update": used.proof.this_update.to_string(),
                "produced_at": used.proof.produced_at.map(|at| at.to_string()),
            })
        })
        .collect()
}
