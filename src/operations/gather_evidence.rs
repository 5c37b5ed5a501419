//! Evidence on a signature from the CA's services, and the evidence at hand put together for a validation.

use std::collections::BTreeSet;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::path::{self, PathOptions, VerifiedPath};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::Evidence;

use crate::app::{App, Trust};
use crate::domain::time::Moment;
use crate::signature::fetch::{Asked, Piece};

/// A time stamp over the signature value, or nothing when none can be had: the document then waits.
pub(super) async fn fetch_time_stamp(app: &App, data: &SignedData) -> Option<Vec<u8>> {
    let info = data.signer_infos().first()?;
    let algorithm = match DigestAlgorithm::from_oid(&info.digest_algorithm()) {
        Some(DigestAlgorithm::Streebog256 | DigestAlgorithm::Streebog512 | DigestAlgorithm::Gost34311) => {
            DigestAlgorithm::Streebog512
        }
        Some(_) | None => DigestAlgorithm::Sha256,
    };
    let imprint = algorithm.digest(info.signature());
    match app.responders.time_stamp(&imprint, &mut app.rng.clone()).await {
        Ok(token) => Some(token),
        Err(error) => {
            tracing::warn!(responder.error = %error, "no time stamp");
            None
        }
    }
}

/// What the CA says of every certificate of the path but the anchor.
pub(super) async fn fetch_revocation(
    app: &App,
    data: &SignedData,
    certificate: &Certificate,
    now: Moment,
) -> Vec<Piece> {
    let mut candidates = app.trust.intermediates.clone();
    candidates.extend(data.certificates().iter().cloned());
    let mut budget = path::Budget::default();
    let options = PathOptions::for_any_purpose();
    let Ok(found) = path::build_path(certificate, &app.trust.anchors, &candidates, now, &options, &mut budget) else {
        return Vec::new();
    };
    let mut pieces = Vec::new();
    fetch_along(app, &[found], &mut pieces).await;
    pieces
}

/// What the CA says of every certificate of `paths` but the anchors, put into `pieces` as it comes; of a certificate
/// that stands in several paths it is asked once, and for a list of an issuer of several certificates too.
pub(super) async fn fetch_along(app: &App, paths: &[VerifiedPath], pieces: &mut Vec<Piece>) {
    let links = || paths.iter().flat_map(VerifiedPath::links);
    // Lists may also be signed by another CA of ours, for the issuer.
    let signers = links().map(|(_, issuer)| issuer).chain(&app.trust.intermediates);
    let (mut seen, mut asked) = (BTreeSet::new(), Asked::nothing(signers, app.clock.now()));
    for (subject, issuer) in links() {
        if seen.insert(subject.sha256()) {
            pieces.extend(app.responders.revocation(subject, issuer, &mut asked, &mut app.rng.clone()).await);
        }
    }
}

/// The certificates of `trust` and what was fetched, as evidence.
pub(super) fn evidence_of(trust: &Trust, pieces: &[Piece]) -> Evidence {
    let mut evidence = Evidence { certificates: trust.intermediates.clone(), ..Evidence::default() };
    for piece in pieces {
        match piece {
            Piece::Ocsp(der) => evidence.ocsp.extend(OcspResponse::from_der(der).ok()),
            Piece::Crl(list) => evidence.crls.push(list.clone()),
        }
    }
    evidence
}

/// The anchors of signers and of time-stamping authorities together: an extract is judged with one store.
pub(super) fn anchors_for_extracts(trust: &Trust) -> TrustStore {
    let anchors = trust.anchors.anchors().iter().chain(trust.tsa_anchors.anchors());
    TrustStore::from_certificates(anchors.map(|anchor| anchor.certificate().clone()))
}
