//! The operator's signature over a seal of the log, judged before anything rests on it: that a row holds one says nothing, for
//! more than the sequencer may write it. The certificate may be an earlier one of the operator's system; its BIN may not be
//! another's, nor its key an officer's.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::nca::Role;
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy, TsaTerm};
use qolhat_pki::report::{CheckOutcome, Indication, SignatureReport};
use qolhat_pki::validate::{CmsInput, DetachedContent, validate_cms};

use super::gather_evidence::{evidence_of, fetch_revocation};
use super::{Fault, OperationError, long_term};
use crate::app::{App, Trust};
use crate::domain::time::Moment;
use crate::journal::seal::Seal;

/// Whom a seal is judged by.
#[derive(Debug, Clone, Copy)]
pub struct SealJudge<'a> {
    /// Whom we believe.
    pub trust: &'a Trust,
    /// The operator's BIN.
    pub bin: &'a str,
    /// The moment asked about.
    pub now: Moment,
}

/// What a signature over a seal is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The operator's, proven by a time stamp, with the evidence that nothing was revoked then.
    Proven,
    /// The operator's, proven by a time stamp; evidence on revocation is missing.
    WithoutRevocation,
}

impl SealJudge<'_> {
    /// Judges `cms` over `seal` of the log `origin`.
    ///
    /// # Errors
    /// Why it is no signature of the operator's; English, for experts.
    pub fn judge(&self, cms: &[u8], seal: &Seal, origin: &str) -> Result<Worth, String> {
        let content = seal.to_signed(origin);
        let data = SignedData::from_bytes(cms).map_err(|error| format!("it is no CMS: {error}"))?;
        let whole = self.report(&data, &content, RevocationMode::Chain)?;
        if whole.indication == Indication::TotalPassed {
            return self.must_be_own(&whole).map(|()| Worth::Proven);
        }
        if whole.indication == Indication::TotalFailed {
            return Err(reason(&whole));
        }
        // What is missing may be evidence on revocation alone.
        let path = self.report(&data, &content, RevocationMode::None)?;
        if path.indication == Indication::TotalPassed {
            return self.must_be_own(&path).map(|()| Worth::WithoutRevocation);
        }
        Err(reason(&path))
    }

    fn report(&self, data: &SignedData, content: &[u8], mode: RevocationMode) -> Result<SignatureReport, String> {
        let detached = match data.content() {
            Some(carried) if carried == content => None,
            Some(_) => return Err("it is over something else".to_owned()),
            None => Some(DetachedContent::Bytes(content)),
        };
        let policy = SignaturePolicy {
            revocation: RevocationPolicy::with_mode(mode),
            // The log proves the tokens to be as old as their entries.
            tsa_term: TsaTerm::GenTime,
            ..SignaturePolicy::default()
        };
        let input = CmsInput { signed_data: data, detached };
        let evidence = evidence_of(self.trust, &[]);
        let (anchors, tsa) = (&self.trust.anchors, &self.trust.tsa_anchors);
        let mut report = validate_cms(&input, anchors, tsa, &evidence, &policy, self.now);
        match (report.signatures.pop(), report.signatures.is_empty()) {
            (Some(signature), true) => Ok(signature),
            (_, _) => Err("it has not one signer".to_owned()),
        }
    }

    fn must_be_own(&self, report: &SignatureReport) -> Result<(), String> {
        let certificate = report.certificate.as_ref().ok_or("it has no certificate")?;
        if !is_system_of(certificate, self.bin) {
            return Err(format!("it is by {}, not by the operator's system", certificate.subject()));
        }
        report.proven_at.map(drop).ok_or_else(|| "no time stamp proves it".to_owned())
    }
}

fn reason(report: &SignatureReport) -> String {
    let failed = report.checks.iter().find(|check| check.ok == CheckOutcome::No);
    let detail = failed.map_or_else(String::new, |check| format!(" {}: {}", check.name, check.detail));
    let sub = report.sub_indication.map_or("", |sub| sub.as_str());
    format!("{} {sub}{detail}", report.indication.as_str())
}

/// The operator's own signature over `seal`, nothing left to prove: what `cms` lacks on revocation is asked of the CA now and
/// put into it, for in years nobody can be asked.
///
/// # Errors
/// `SealSignature`: not the operator's, or nobody says now whether its certificate was revoked.
pub(super) async fn proven(app: &App, cms: &[u8], seal: &Seal) -> Result<Vec<u8>, OperationError> {
    let bin = app.operator.bin.to_string();
    let wrong = |reason: String| Fault::SealSignature { day: seal.day.clone(), reason };
    let judge = |now| SealJudge { trust: &app.trust, bin: &bin, now };
    let origin = app.journal.origin();
    let unproven = || wrong("nobody says now whether its certificate was revoked".to_owned());
    let now = app.clock.now();
    if judge(now).judge(cms, seal, origin).map_err(wrong)? == Worth::Proven {
        return Ok(cms.to_vec());
    }
    let data = SignedData::from_bytes(cms).map_err(|error| wrong(error.to_string()))?;
    let report = judge(now).report(&data, &seal.to_signed(origin), RevocationMode::None).map_err(wrong)?;
    let certificate = report.certificate.ok_or_else(unproven)?;
    let pieces = fetch_revocation(app, &data, &certificate, now).await;
    let evidence: Vec<_> = pieces.into_iter().map(long_term::proof).collect();
    // Judged as whoever reads it judges it: by what it holds.
    let whole = long_term::with_proofs(app, cms, &evidence)?;
    match judge(app.clock.now()).judge(&whole, seal, origin).map_err(wrong)? {
        Worth::Proven => Ok(whole),
        Worth::WithoutRevocation => Err(unproven().into()),
    }
}

/// That a signature just made over `seal` is one, before it is kept for good: a key that does not fit its certificate, or a
/// token that errs, is found on the spot. Evidence on revocation may come later.
///
/// # Errors
/// `SealSignature`.
pub(super) fn must_be_kept(app: &App, cms: &[u8], seal: &Seal) -> Result<(), OperationError> {
    let bin = app.operator.bin.to_string();
    let judge = SealJudge { trust: &app.trust, bin: &bin, now: app.clock.now() };
    let judged = judge.judge(cms, seal, app.journal.origin());
    judged.map(drop).map_err(|reason| Fault::SealSignature { day: seal.day.clone(), reason }.into())
}

/// Whether the certificate is that of an information system of this organisation.
pub(super) fn is_system_of(certificate: &Certificate, bin: &str) -> bool {
    let facts = certificate.subject_facts();
    facts.bin.as_deref() == Some(bin) && certificate.roles().contains(&Role::InformationSystem)
}
