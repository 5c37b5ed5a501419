//! Signatures that can be checked in ten years without us: time stamp, certificates and revocation data inside (CAdES-LT).

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::issue::IssueError;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::Packaging;

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
    let seal = &app.operator.seal;
    let certificate = seal.certificate();
    let cms = seal.sign(content, Packaging::Detached, now, &mut app.rng.clone()).await.map_err(Fault::from)?;
    let data = SignedData::from_bytes(&cms).map_err(IssueError::from).map_err(Fault::from)?;
    let token = fetch_time_stamp(app, &data).await.ok_or(RefusalCode::TimeStampUnavailable)?;
    let mut evidence = vec![(EvidenceKind::TimeStamp, token)];
    evidence.extend(fetch_revocation(app, &data, certificate, app.clock.now()).await.into_iter().map(proof));
    with_proofs(app, &cms, &evidence)
}

/// What was fetched, as it is put into a signature.
pub(super) fn proof(piece: Piece) -> (EvidenceKind, Vec<u8>) {
    match piece {
        Piece::Ocsp(der) => (EvidenceKind::Ocsp, der),
        Piece::Crl(list) => (EvidenceKind::Crl, list.der().to_vec()),
    }
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
    let mut additions = Vec::new();
    for (kind, der) in evidence {
        additions.push(match kind {
            EvidenceKind::TimeStamp => Augmentation::SignatureTimeStamp { signer: 0, token: der.clone() },
            EvidenceKind::Ocsp => Augmentation::Ocsp(der.clone()),
            EvidenceKind::Crl => Augmentation::Crl(der.clone()),
            EvidenceKind::Certificate => {
                Augmentation::Certificate(Certificate::from_der(der).map_err(IssueError::from).map_err(Fault::from)?)
            }
        });
    }
    additions.extend(app.trust.intermediates.iter().cloned().map(Augmentation::Certificate));
    Ok(augment(cms, &additions).map_err(Fault::from)?)
}
