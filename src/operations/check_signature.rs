//! A signature as it arrives: parsed, its mathematics checked first, then evidence fetched (a time stamp over the
//! signature value, the status of each certificate), then judged at signing and at receipt (SIG-07, SIG-11, design D5).
//!
//! Nothing is asked of the CA for a signature whose mathematics does not hold.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::{SignedData, SignerInfo};
use qolhat_pki::der::{Reader, Rules};
use qolhat_pki::digest::{Digest, DigestAlgorithm, Digests};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::oid;
use qolhat_pki::path::PathOptions;
use qolhat_pki::policy::{Freshness, RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::{CryptoOutcome, SignatureReport, ValidationReport};
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};
use qolhat_storage::ContentDigest;

use super::OperationError;
use super::gather_evidence::{evidence_of, fetch_revocation, fetch_time_stamp};
use super::log_in::LOGIN_PREFIX;
use crate::access::certificates::{self, CertificateRow, CertificateState, Identity};
use crate::app::App;
use crate::config::FreshnessPolicy;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::signature::fetch::Piece;
use crate::signature::recognize::{self, Cms, NotCms};
use crate::signature::verdict::{self, Verdict};
use crate::signature::{Signer, report_json};

/// Largest CMS taken at a door, in bytes: an attached one holds the content once more.
pub const CMS_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Most time stamps over the signature value that a signer may bring. The validation looks at more, so that our own is
/// always among those it looks at.
pub const BROUGHT_TIME_STAMPS_MAX: usize = 8;

/// For what the key must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Signing a document: a SIGN key; a time stamp is fetched.
    Document,
    /// Login: an AUTH or a SIGN key; the challenge is its own time stamp.
    Login,
}

/// Whether a time stamp is to be fetched. A stamp that the signer brought himself does not spare it: whether it proves
/// anything is not known yet (design D5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stamping {
    Fetch,
    None,
}

/// What a signature must be over.
#[derive(Debug, Clone, Copy)]
pub enum Signed<'a> {
    /// These octets.
    Held(&'a [u8]),
    /// A file that nobody holds, and of which these digests were taken as it came in: SHA-256 among them, and no text by
    /// which a session is opened.
    Kept(&'a Digests),
}

impl<'a> From<&'a [u8]> for Signed<'a> {
    fn from(octets: &'a [u8]) -> Self {
        Self::Held(octets)
    }
}

impl<'a> Signed<'a> {
    fn detached(self) -> DetachedContent<'a> {
        match self {
            Self::Held(octets) => DetachedContent::Bytes(octets),
            Self::Kept(digests) => DetachedContent::Digests(digests),
        }
    }

    fn is(self, octets: &[u8]) -> bool {
        match self {
            Self::Held(held) => held == octets,
            Self::Kept(digests) => digests.iter().all(|digest| digest.algorithm().digest(octets) == *digest),
        }
    }
}

/// A signature that was checked, with everything by which it can be checked again.
#[derive(Debug)]
pub struct Checked {
    /// The CMS as received, after PEM or base64 is taken off.
    pub cms: Vec<u8>,
    /// Whom the certificate names.
    pub signer: Signer,
    /// The certificate.
    pub certificate: Certificate,
    /// SHA-256 of the signature value (of an ECDSA value, of its `r`): by it the act of signing is known, however the CMS
    /// around it is written.
    pub value_sha256: [u8; 32],
    /// `None`: good. Otherwise why it is not known yet to be good.
    pub waits_for: Option<Refusal>,
    /// The verdict.
    pub indication: String,
    /// Its main reason.
    pub sub_indication: Option<String>,
    /// The signer's own signing time.
    pub claimed_at: Option<Moment>,
    /// The time from which the signature is proven.
    pub proven_at: Option<Moment>,
    /// The instant of receipt, at which the certificate was judged.
    pub checked_at: Moment,
    /// The report, as `verify --json` gives it for one signature.
    pub report: serde_json::Value,
    /// The evidence: kind and bytes.
    pub evidence: Vec<(EvidenceKind, Vec<u8>)>,
}

/// A signature that is not taken.
#[derive(Debug)]
pub struct NotTaken {
    /// Why.
    pub error: OperationError,
    /// SHA-256 of the certificate that made it; `None` while the mathematics does not say which: what a CMS merely names
    /// may be anybody's.
    pub certificate_sha256: Option<[u8; 32]>,
}

impl<E: Into<OperationError>> From<E> for NotTaken {
    fn from(error: E) -> Self {
        Self { error: error.into(), certificate_sha256: None }
    }
}

/// What a piece of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceKind {
    /// A time-stamp token over the signature value.
    TimeStamp,
    /// An OCSP response.
    Ocsp,
    /// A CRL.
    Crl,
    /// A certificate of the path.
    Certificate,
}

impl EvidenceKind {
    /// The word kept.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TimeStamp => "time-stamp",
            Self::Ocsp => "ocsp",
            Self::Crl => "crl",
            Self::Certificate => "certificate",
        }
    }

    /// The kind named by `code`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "time-stamp" => Some(Self::TimeStamp),
            "ocsp" => Some(Self::Ocsp),
            "crl" => Some(Self::Crl),
            "certificate" => Some(Self::Certificate),
            _ => None,
        }
    }
}

/// The CMS in `bytes`: DER, BER, PEM or base64.
///
/// # Errors
/// `upload-too-large`, `malformed-cms`.
pub fn parse(bytes: &[u8]) -> Result<(Vec<u8>, SignedData), Refusal> {
    if bytes.len() > CMS_MAX_BYTES {
        return Err(Refusal::new(RefusalCode::UploadTooLarge).with("limit", CMS_MAX_BYTES.to_string()));
    }
    let Cms { octets, data } = recognize::cms(bytes).map_err(|error| {
        let reason = if error == NotCms::NotOne { "not-one-cms".to_owned() } else { error.to_string() };
        Refusal::new(RefusalCode::MalformedCms).with("reason", reason)
    })?;
    Ok((octets, data))
}

/// Checks the CMS `bytes` over `content`.
///
/// # Errors
/// The refusal of a signature that is not good; a wait for evidence is not an error but [`Checked::waits_for`].
/// `login-text-not-a-document` keeps a challenge from being signed as a document by whom it would log in.
pub async fn check(
    app: &App,
    bytes: &[u8],
    content: impl Into<Signed<'_>>,
    key_use: Use,
    now: Moment,
) -> Result<Checked, OperationError> {
    look_at(app, bytes, content, key_use, now).await.map_err(|not_taken| not_taken.error)
}

/// As [`check`]; a refusal says by whose certificate.
///
/// # Errors
/// As [`check`].
pub async fn look_at(
    app: &App,
    bytes: &[u8],
    content: impl Into<Signed<'_>>,
    key_use: Use,
    now: Moment,
) -> Result<Checked, NotTaken> {
    let content = content.into();
    if let (Use::Document, Signed::Held(octets)) = (key_use, content) {
        must_be_no_login_text(octets)?;
    }
    let (cms, data) = parse(bytes)?;
    must_have_few_stamps(&data)?;
    if data.content().is_some_and(|attached| !content.is(attached)) {
        return Err(RefusalCode::SignatureContentMismatch.into());
    }
    must_be_digested(&data, content)?;
    let certificate = judge_offline(app, &data, content, key_use, now)?;
    let certificate_sha256 = Some(certificate.sha256());
    let known = |error: OperationError| NotTaken { error, certificate_sha256 };
    let signer = Signer::of(&certificate, app.rules.identifiers).map_err(|refusal| known(refusal.into()))?;
    if key_use == Use::Document {
        crate::signature::authority::must_be_a_signing_key(&signer).map_err(|refusal| known(refusal.into()))?;
    }
    must_not_be_compromised(app, &registration(&certificate, &signer, now)).await.map_err(known)?;
    let stamping = if key_use == Use::Document { Stamping::Fetch } else { Stamping::None };
    gather_and_judge(app, cms, data, content, key_use, stamping, now, signer, certificate).await.map_err(known)
}

/// That `content` is no text by whose signature a session is opened.
///
/// # Errors
/// `login-text-not-a-document`.
pub fn must_be_no_login_text(content: &[u8]) -> Result<(), Refusal> {
    if content.starts_with(LOGIN_PREFIX.as_bytes()) {
        return Err(Refusal::new(RefusalCode::LoginTextNotADocument));
    }
    Ok(())
}

fn must_have_few_stamps(data: &SignedData) -> Result<(), Refusal> {
    if data.signer_infos().iter().all(|info| info.signature_time_stamps().len() <= BROUGHT_TIME_STAMPS_MAX) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::MalformedCms)
        .with("reason", "too-many-time-stamps")
        .with("limit", BROUGHT_TIME_STAMPS_MAX.to_string()))
}

/// That each signer's digest of the content is at hand: of a file that nobody holds only those are that were taken.
fn must_be_digested(data: &SignedData, content: Signed<'_>) -> Result<(), Refusal> {
    let Signed::Kept(taken) = content else { return Ok(()) };
    if data.content().is_some() {
        return Ok(());
    }
    for signer in data.signer_infos() {
        // A signature by Ed25519 without attributes is over the content itself.
        let over_itself = !signer.has_signed_attributes() && signer.signature_algorithm().oid == oid::ED25519;
        let wanted = match signer.digest_identifier().digest() {
            Ok(_) if over_itself => "Ed25519",
            Ok(algorithm) if taken.get(algorithm).is_none() => algorithm.name(),
            // What is unknown is told by the validation.
            Ok(_) | Err(_) => continue,
        };
        let names: Vec<&str> = taken.iter().map(Digest::algorithm).map(DigestAlgorithm::name).collect();
        return Err(Refusal::new(RefusalCode::DigestNotTaken).with("digest", wanted).with("taken", names.join(", ")));
    }
    Ok(())
}

/// SHA-256 of the signature value of the only signer. Of an ECDSA value only `r` counts: whoever has one value can write
/// the other with the same `r`, and a signer never repeats it.
fn value_sha256(data: &SignedData, certificate: &Certificate) -> [u8; 32] {
    let value = data.signer_infos().first().map(SignerInfo::signature).unwrap_or_default();
    let is_ecdsa = certificate.public_key().is_ok_and(|key| key.algorithm_oid() == oid::EC_PUBLIC_KEY);
    let mut reader = Reader::new(value, Rules::Ber);
    let r = is_ecdsa.then(|| reader.sequence().and_then(|mut fields| fields.integer_bytes().map(<[u8]>::to_vec)));
    match r {
        Some(Ok(r)) => *ContentDigest::of(&r).as_bytes(),
        Some(Err(_)) | None => *ContentDigest::of(value).as_bytes(),
    }
}

/// Checks anew a signature that waits for evidence: its time stamp stays, the rest is fetched again.
///
/// # Errors
/// As [`check`].
pub async fn check_again(
    app: &App,
    cms: &[u8],
    content: Signed<'_>,
    time_stamp: Option<&[u8]>,
    now: Moment,
) -> Result<Checked, OperationError> {
    let stamped = match time_stamp {
        Some(token) => stamp(cms, token)?,
        None => cms.to_vec(),
    };
    let (_, data) = parse(&stamped)?;
    let certificate = judge_offline(app, &data, content, Use::Document, now).map_err(|not_taken| not_taken.error)?;
    let signer = Signer::of(&certificate, app.rules.identifiers)?;
    must_not_be_compromised(app, &registration(&certificate, &signer, now)).await?;
    let stamping = if time_stamp.is_some() { Stamping::None } else { Stamping::Fetch };
    let mut checked =
        gather_and_judge(app, stamped, data, content, Use::Document, stamping, now, signer, certificate).await?;
    cms.clone_into(&mut checked.cms);
    if let Some(token) = time_stamp {
        checked.evidence.insert(0, (EvidenceKind::TimeStamp, token.to_vec()));
    }
    Ok(checked)
}

/// The certificate of a signature whose mathematics and path hold, or the refusal. Revocation is not asked yet.
fn judge_offline(
    app: &App,
    data: &SignedData,
    content: Signed<'_>,
    key_use: Use,
    now: Moment,
) -> Result<Certificate, NotTaken> {
    let policy = policy(app, key_use, RevocationMode::None, now);
    let report = judge(app, data, content, &evidence_of(&app.trust, &[]), &policy, now);
    match verdict::of(&report) {
        Verdict::Passed | Verdict::Wait(_) => {}
        Verdict::No(refusal) => {
            // An AUTH key is told by its own words before the path says "wrong purpose".
            let refusal = purpose_refusal(&report, key_use).unwrap_or(refusal);
            return Err(NotTaken { error: refusal.into(), certificate_sha256: made_by(&report) });
        }
    }
    let certificate = report.signatures.first().and_then(|signature| signature.certificate.clone());
    certificate.ok_or_else(|| RefusalCode::SignatureInvalid.into())
}

/// The certificate by whose key the only signature was made.
fn made_by(report: &ValidationReport) -> Option<[u8; 32]> {
    let [signature] = report.signatures.as_slice() else { return None };
    let certificate = signature.certificate.as_ref()?;
    (signature.crypto == CryptoOutcome::Ok).then(|| certificate.sha256())
}

fn purpose_refusal(report: &ValidationReport, key_use: Use) -> Option<Refusal> {
    use qolhat_pki::nca::Purpose;
    let signature = report.signatures.first()?;
    let mathematics_holds = signature.crypto == CryptoOutcome::Ok;
    let purpose = signature.certificate.as_ref()?.purpose();
    (mathematics_holds && key_use == Use::Document && purpose == Purpose::Auth)
        .then(|| Refusal::new(RefusalCode::AuthenticationKeyUsedForSigning))
}

/// A certificate whose key is reported as compromised is used for nothing (CMP-05, CMP-06), in whatever spelling and
/// certified however often.
async fn must_not_be_compromised(app: &App, row: &CertificateRow) -> Result<(), OperationError> {
    usable(&certificates::alike(&app.db, row).await?).map_err(Into::into)
}

/// That a certificate may be used: `alike` are the registered ones that are it or of its key.
///
/// # Errors
/// `key-compromised`.
pub fn usable(alike: &[CertificateRow]) -> Result<(), Refusal> {
    match alike.iter().find(|row| row.state != CertificateState::Active) {
        None => Ok(()),
        Some(barred) => {
            let since = barred.cut_off.map_or_else(String::new, |at| at.to_string());
            Err(Refusal::new(RefusalCode::KeyCompromised).with("since", since))
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one step of check and of check_again, with all they know")]
async fn gather_and_judge(
    app: &App,
    cms: Vec<u8>,
    mut data: SignedData,
    content: Signed<'_>,
    key_use: Use,
    stamping: Stamping,
    now: Moment,
    signer: Signer,
    certificate: Certificate,
) -> Result<Checked, OperationError> {
    let mut evidence = Vec::new();
    if stamping == Stamping::Fetch
        && let Some(token) = fetch_time_stamp(app, &data).await
    {
        let stamped = stamp(&cms, &token)?;
        data = SignedData::from_bytes(&stamped)
            .map_err(|error| Refusal::new(RefusalCode::MalformedCms).with("reason", error.to_string()))?;
        evidence.push((EvidenceKind::TimeStamp, token));
    }
    let pieces = fetch_revocation(app, &data, &certificate, now).await;
    // The network lies between: what was issued meanwhile is not from the future. The receipt instant stays `now`.
    let judged_at = app.clock.now().max(now);
    let policy = policy(app, key_use, RevocationMode::Chain, now);
    let report = judge(app, &data, content, &evidence_of(&app.trust, &pieces), &policy, judged_at);
    let waits_for = match verdict::of(&report) {
        Verdict::Passed => None,
        Verdict::Wait(refusal) => Some(refusal),
        Verdict::No(refusal) => return Err(refusal.into()),
    };
    let signature = report.signatures.first().ok_or(RefusalCode::SignatureMissing)?;
    verdict::at_receipt(signature, judged_at)?;
    let waits_for = waits_for.or_else(|| {
        (key_use == Use::Document && signature.proven_at.is_none())
            .then(|| Refusal::new(RefusalCode::TimeStampUnavailable))
    });
    evidence.extend(pieces.into_iter().map(|piece| match piece {
        Piece::Ocsp(der) => (EvidenceKind::Ocsp, der),
        Piece::Crl(list) => (EvidenceKind::Crl, list.der().to_vec()),
    }));
    evidence.extend(path_certificates(signature));
    Ok(Checked {
        cms,
        value_sha256: value_sha256(&data, &certificate),
        signer,
        certificate,
        indication: signature.indication.as_str().to_owned(),
        sub_indication: signature.sub_indication.map(|sub| sub.as_str().to_owned()),
        claimed_at: signature.claimed_at,
        proven_at: signature.proven_at,
        checked_at: judged_at,
        report: report_json::signature(signature),
        waits_for,
        evidence,
    })
}

/// What is demanded of a signature received at `now`.
fn policy(app: &App, key_use: Use, mode: RevocationMode, now: Moment) -> SignaturePolicy {
    let freshness = match app.rules.freshness {
        FreshnessPolicy::IssuedAtOrAfterReceipt => Freshness::IssuedAtOrAfter(now),
        FreshnessPolicy::CrlUntilNextUpdate => Freshness::CrlUntilNextUpdate(now),
    };
    let path = match key_use {
        Use::Document => PathOptions::for_signing(),
        Use::Login => PathOptions::for_any_purpose(),
    };
    SignaturePolicy {
        revocation: RevocationPolicy { mode, freshness, ..RevocationPolicy::default() },
        path,
        ..SignaturePolicy::default()
    }
}

fn judge(
    app: &App,
    data: &SignedData,
    content: Signed<'_>,
    evidence: &Evidence,
    policy: &SignaturePolicy,
    at: Moment,
) -> ValidationReport {
    let detached = data.content().is_none().then(|| content.detached());
    let input = CmsInput { signed_data: data, detached };
    validate_cms(&input, &app.trust.anchors, &app.trust.tsa_anchors, evidence, policy, at)
}

fn stamp(cms: &[u8], token: &[u8]) -> Result<Vec<u8>, Refusal> {
    augment(cms, &[Augmentation::SignatureTimeStamp { signer: 0, token: token.to_vec() }])
        .map_err(|error| Refusal::new(RefusalCode::MalformedCms).with("reason", error.to_string()))
}

/// The certificates by which the signature and its time stamp lead to their anchors.
fn path_certificates(signature: &SignatureReport) -> Vec<(EvidenceKind, Vec<u8>)> {
    let own = signature.path.iter();
    let stamps = signature.time_stamps.iter().filter_map(|stamp| stamp.path.as_ref());
    let mut certificates: Vec<Vec<u8>> = Vec::new();
    for path in own.chain(stamps) {
        for certificate in path.certificates() {
            if !certificates.iter().any(|known| known == certificate.der()) {
                certificates.push(certificate.der().to_vec());
            }
        }
    }
    certificates.into_iter().map(|der| (EvidenceKind::Certificate, der)).collect()
}

/// The row by which a certificate is registered to its holder (SIG-09).
#[must_use]
pub fn registration(certificate: &Certificate, signer: &Signer, now: Moment) -> CertificateRow {
    CertificateRow {
        sha256: certificate.sha256(),
        der: certificate.der().to_vec(),
        serial: certificate.serial_hex(),
        iin: signer.iin.to_string(),
        bin: signer.party.bin().map(|bin| bin.to_string()),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        first_seen_at: now,
        state: CertificateState::Active,
        cut_off: None,
        identity: Some(Identity::of(certificate)),
    }
}

/// SHA-256 of the CMS as received.
#[must_use]
pub fn cms_sha256(checked: &Checked) -> ContentDigest {
    ContentDigest::of(&checked.cms)
}
