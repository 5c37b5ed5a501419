//! Signatures that can be checked in ten years without us: time stamp, certificates and revocation data inside (CAdES-LT).

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};

use super::check_signature::EvidenceKind;
use super::gather_evidence::{fetch_revocation, fetch_time_stamp};
use super::{Fault, OperationError};
use crate::app::App;
use crate::domain::refusal::RefusalCode;
use crate::signature::fetch::Piece;

/// The operator's detached seal over `content`, with its proofs.
///
/// # Errors
/// `time-stamp-unavailable`; a fault when the key cannot sign.
pub(super) async fn seal(app: &App, content: &[u8]) -> Result<Vec<u8>, OperationError> {
    let now = app.clock.now();
    let certificate = &app.operator.seal_certificate;
    let request = SignRequest::new(SigningContent::Content(content), Packaging::Detached, now);
    let cms = sign_cms(&app.operator.seal_key, certificate, &request, &mut app.rng.clone())
        .map_err(|error| Fault::Seal(error.to_string()))?;
    let data = SignedData::from_bytes(&cms).map_err(|error| Fault::Seal(error.to_string()))?;
    let token = fetch_time_stamp(app, &data).await.ok_or(RefusalCode::TimeStampUnavailable)?;
    let mut evidence = vec![(EvidenceKind::TimeStamp, token)];
    for piece in fetch_revocation(app, &data, certificate, app.clock.now()).await {
        evidence.push(match piece {
            Piece::Ocsp(der) => (EvidenceKind::Ocsp, der),
            Piece::Crl(list) => (EvidenceKind::Crl, list.der().to_vec()),
        });
    }
    with_proofs(app, &cms, &evidence)
}

/// `cms` with `evidence` and the certificates that help to build its paths.
///
/// # Errors
/// A fault when a piece is not what it says.
pub(super) fn with_proofs(
    app: &App,
    cms: &[u8],
    evidence: &[(EvidenceKind, Vec<u8>)],
) -> Result<Vec<u8>, OperationError> {
    let malformed = |error: String| OperationError::from(Fault::Seal(error));
    let mut additions = Vec::new();
    for (kind, der) in evidence {
        additions.push(match kind {
            EvidenceKind::TimeStamp => Augmentation::SignatureTimeStamp { signer: 0, token: der.clone() },
            EvidenceKind::Ocsp => Augmentation::Ocsp(der.clone()),
            EvidenceKind::Crl => Augmentation::Crl(der.clone()),
            EvidenceKind::Certificate => {
                Augmentation::Certificate(Certificate::from_der(der).map_err(|error| malformed(error.to_string()))?)
            }
        });
    }
    additions.extend(app.trust.intermediates.iter().cloned().map(Augmentation::Certificate));
    augment(cms, &additions).map_err(|error| malformed(error.to_string()))
}
