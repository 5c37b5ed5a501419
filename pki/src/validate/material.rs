//! What identifies a signature and its document in a report. No verdict rests on it.

use super::content::Content;
use crate::cms::SignerInfo;
use crate::digest::DigestAlgorithm;
use crate::report::SignatureMaterial;
use crate::xml::dsig::{self, Qualifying, Target, XmlSignature};
use crate::xml::{Document, NodeId};

/// That of one signer of a message.
pub(super) fn of_signer(signer: &SignerInfo, content: &mut Content<'_>) -> SignatureMaterial {
    let algorithm = signer.digest_identifier().digest().ok();
    let by_digest = content.bytes().is_none();
    let own = algorithm.and_then(|algorithm| content.digest(algorithm));
    let document = content.digest(DigestAlgorithm::Sha256).or_else(|| own.clone());
    let representation = match signer.signed_octets() {
        Some(octets) => algorithm.map(|algorithm| algorithm.digest(octets)),
        None => own,
    };
    SignatureMaterial {
        value: signer.signature().to_vec(),
        representation,
        document_by_digest: by_digest && document.is_some(),
        document,
        claimed_digest: signer.message_digest().map(<[u8]>::to_vec),
        references: signer.signing_certificates().unwrap_or_default(),
    }
}

/// That of a ds:Signature of which nothing else is known.
pub(super) fn of_unread_xml(document: &Document, element: NodeId) -> SignatureMaterial {
    SignatureMaterial {
        value: dsig::value_as_written(document, element),
        document: Some(document.sha256().clone()),
        ..SignatureMaterial::default()
    }
}

/// That of one signature of an XML document; `claims` are the XAdES properties that are signed.
pub(super) fn of_xml(
    document: &Document,
    signature: &XmlSignature,
    claims: Option<&Qualifying>,
    signed_info: &[u8],
) -> SignatureMaterial {
    let info = &signature.signed_info;
    let whole = info.references.iter().find(|reference| reference.target == Target::Document);
    SignatureMaterial {
        value: signature.value.clone(),
        representation: Some(info.algorithm.digest().digest(signed_info)),
        document_by_digest: false,
        document: Some(document.sha256().clone()),
        claimed_digest: whole.map(|reference| reference.digest.as_bytes().to_vec()),
        references: claims.and_then(|claims| claims.certificates.clone()).unwrap_or_default(),
    }
}
