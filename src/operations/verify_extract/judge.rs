//! Judging the signatures and time stamps of an extract with the reader's anchors and the evidence in the extract.

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy, TsaTerm};
use qolhat_pki::report::{CheckOutcome, EvidenceUsed, Indication, SignatureReport, SubIndication, TimeStampReport};
use qolhat_pki::revocation::ProofSource;
use qolhat_pki::time::Span;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::tsp::TimeStampToken;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms, validate_time_stamp};

use super::contents::Contents;
use super::finding::FaultCode;
use super::report::{ExtractReport, ReceiptEvidence};
use super::with_skew;
use crate::domain::time::Moment;
use crate::extract::format;

/// Whose revocation must be disproven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// The whole chain's: seal, officer, parties.
    Revocation,
    /// Nobody's: a receipt was sealed on the spot, without evidence.
    PathOnly,
}

/// What a signature must cover.
pub(super) enum Content<'a> {
    /// This, whether the CMS carries it or not.
    Is(&'a [u8]),
    /// Whatever the CMS carries; it must carry something.
    Carried,
}

/// Why a signature cannot be judged.
pub(super) type Trouble = (FaultCode, String);

/// Anchors, evidence and the moment asked about.
pub(super) struct Judge<'a> {
    anchors: &'a TrustStore,
    evidence: Evidence,
    now: Moment,
}

impl<'a> Judge<'a> {
    /// Takes the folder `evidence/`, each file of which must be what its name says.
    pub(super) fn new(
        contents: &mut Contents<'_>,
        anchors: &'a TrustStore,
        now: Moment,
        report: &mut ExtractReport,
    ) -> Self {
        let mut evidence = Evidence::default();
        for (name, octets) in contents.take_folder(format::EVIDENCE) {
            let sha256 = hex::encode(contents.digest(name).unwrap_or_default());
            let read = if name == format::certificate(&sha256) {
                Certificate::from_der(octets).map(|read| evidence.certificates.push(read)).map_err(|e| e.to_string())
            } else if name == format::ocsp_response(&sha256) {
                OcspResponse::from_der(octets).map(|read| evidence.ocsp.push(read)).map_err(|e| e.to_string())
            } else if name == format::crl(&sha256) {
                CertificateList::from_der(octets).map(|read| evidence.crls.push(read)).map_err(|e| e.to_string())
            } else {
                report.fail(name, FaultCode::Digest, "the name is not the digest of the content");
                continue;
            };
            if let Err(error) = read {
                report.fail(name, FaultCode::EvidenceForm, error);
            }
        }
        Self { anchors, evidence, now }
    }

    /// The moment asked about.
    pub(super) fn now(&self) -> Moment {
        self.now
    }

    /// The one signature in `cms`, with `token` put in as its time stamp, judged at `at`.
    pub(super) fn signature(
        &self,
        cms: &[u8],
        token: Option<&[u8]>,
        content: &Content<'_>,
        demand: Demand,
        at: Moment,
    ) -> Result<(SignedData, SignatureReport), Trouble> {
        let malformed = |detail: String| (FaultCode::SignatureForm, detail);
        let mut found = armor::decode_any(cms);
        let (Some(mut cms), true) = (found.pop(), found.is_empty()) else {
            return Err(malformed("not one CMS".to_owned()));
        };
        if let Some(token) = token {
            let addition = Augmentation::SignatureTimeStamp { signer: 0, token: token.to_vec() };
            cms = augment(&cms, &[addition]).map_err(|error| malformed(error.to_string()))?;
        }
        let data = SignedData::from_bytes(&cms).map_err(|error| malformed(error.to_string()))?;
        let detached = match (content, data.content()) {
            (Content::Is(expected), Some(carried)) if carried == *expected => None,
            (Content::Is(_), Some(_)) => return Err((FaultCode::SignedContent, String::new())),
            (Content::Is(expected), None) => Some(DetachedContent::Bytes(expected)),
            (Content::Carried, Some(_)) => None,
            (Content::Carried, None) => return Err(malformed("it carries no content".to_owned())),
        };
        let mode = match demand {
            Demand::Revocation => RevocationMode::Chain,
            Demand::PathOnly => RevocationMode::None,
        };
        let policy = SignaturePolicy {
            revocation: RevocationPolicy::with_mode(mode),
            // The journal proves the tokens to be as old as their entries: that their authority has ended since says nothing.
            tsa_term: TsaTerm::GenTime,
            ..SignaturePolicy::default()
        };
        let input = CmsInput { signed_data: &data, detached };
        let mut report = validate_cms(&input, self.anchors, self.anchors, &self.evidence, &policy, at);
        match (report.signatures.pop(), report.signatures.len()) {
            (Some(signature), 0) => Ok((data, signature)),
            (_, others) => {
                Err(malformed(format!("{} signers instead of one", if others == 0 { 0 } else { others + 1 })))
            }
        }
    }

    /// The time stamp `token`, which must be over one of `contents`.
    pub(super) fn time_stamp(
        &self,
        part: &str,
        token: &[u8],
        contents: &[&[u8]],
        report: &mut ExtractReport,
    ) -> Option<TimeStampReport> {
        let token = match TimeStampToken::from_der(token) {
            Ok(token) => token,
            Err(error) => {
                report.fail(part, FaultCode::EvidenceForm, error.to_string());
                return None;
            }
        };
        let Some(content) = contents.iter().find(|content| token.info().message_imprint.is_of(content)) else {
            report.fail(part, FaultCode::CheckpointTimeStamp, "");
            return None;
        };
        let data = DetachedContent::Bytes(content);
        let policy = SignaturePolicy { tsa_term: TsaTerm::GenTime, ..SignaturePolicy::default() };
        let judged = validate_time_stamp(&token, &data, self.anchors, &self.evidence, &policy, self.now);
        if !judged.proven {
            let sub =
                if judged.path.is_none() { SubIndication::NoCertificateChainFound } else { SubIndication::TryLater };
            let reason = judged.reason.unwrap_or("not proven");
            report.fail(part, FaultCode::NotProven(Indication::Indeterminate, sub), reason);
        }
        Some(judged)
    }
}

/// Takes the verdict on a signature into that on the extract.
pub(super) fn weigh(part: &str, signature: &SignatureReport, report: &mut ExtractReport) {
    if signature.indication == Indication::TotalPassed {
        return;
    }
    let sub = signature.sub_indication.unwrap_or(SubIndication::FormatFailure);
    let failed = signature.checks.iter().find(|check| check.ok == CheckOutcome::No);
    let detail = failed.map_or_else(String::new, |check| format!("{}: {}", check.name, check.detail));
    report.fail(part, FaultCode::NotProven(signature.indication, sub), format!("{} {detail}", sub.as_str()));
}

/// That a good signature was there when the journal says so, and its certificate still good then; answers by what
/// evidence. The instant of the entry `recorded` is the operator's word: a time stamp must have proven the signature by
/// then, give or take what clocks differ, and of the two instants the later is judged at (D5).
pub(super) fn check_at_receipt(
    part: &str,
    signature: &SignatureReport,
    recorded: Moment,
    report: &mut ExtractReport,
) -> Option<ReceiptEvidence> {
    let good = signature.indication == Indication::TotalPassed;
    let certificate = signature.certificate.as_ref().filter(|_| good)?;
    let Some(proven) = signature.proven_at.filter(|proven| *proven <= with_skew(recorded)) else {
        report.fail(
            part,
            FaultCode::SignatureTime,
            format!("nothing but the journal says that it was there at {recorded}"),
        );
        return None;
    };
    let receipt = recorded.max(proven);
    let failed = |sub| FaultCode::NotProven(Indication::TotalFailed, sub);
    if !certificate.valid_at(receipt) {
        let detail = format!("not valid when it was received, {receipt}");
        report.fail(part, failed(SubIndication::Expired), detail);
    }
    if let Some(since) = signature.revoked_since.filter(|since| *since <= receipt) {
        let detail = format!("revoked {since}, before it was received, {receipt}");
        report.fail(part, failed(SubIndication::Revoked), detail);
    }
    let own = |used: &&EvidenceUsed| used.certificate.sha256() == certificate.sha256();
    let spoken = signature.evidence_used.iter().filter(own).filter_map(|used| speaks_of(used, proven, receipt));
    let best = spoken.min_by_key(|evidence| *evidence == ReceiptEvidence::ListOfBefore);
    if best.is_none() {
        let code = FaultCode::NotProven(Indication::Indeterminate, SubIndication::TryLater);
        report.fail(part, code, format!("no evidence says that it was not revoked at {receipt}"));
    }
    best
}

/// What evidence says of a signature that was proven at `proven` and received at `receipt`: it was issued when the
/// signature was there, and at or after the receipt or counting at it; or it is a list that counted at it.
fn speaks_of(used: &EvidenceUsed, proven: Moment, receipt: Moment) -> Option<ReceiptEvidence> {
    let issued = used.proof.this_update;
    let for_a_day = || {
        let span = Span::seconds(i64::from(RevocationPolicy::default().ocsp_without_next_update_secs));
        issued.checked_add(span).filter(|_| used.proof.source == ProofSource::Ocsp)
    };
    let until = used.proof.next_update.or_else(for_a_day);
    let counts = issued >= receipt.truncate_to_seconds() || until.is_some_and(|until| receipt < until);
    let of_after = with_skew(issued) >= proven.truncate_to_seconds();
    match (counts, of_after, used.proof.source) {
        (false, _, _) | (true, false, ProofSource::Ocsp) => None,
        (true, true, _) => Some(ReceiptEvidence::IssuedAfterSigning),
        (true, false, ProofSource::Crl) => Some(ReceiptEvidence::ListOfBefore),
    }
}
