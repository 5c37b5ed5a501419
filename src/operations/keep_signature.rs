//! A checked signature and the evidence on it, kept: the blobs first, the rows in the transaction of the act.

use qolhat_storage::envelope::ContentKey;
use qolhat_storage::{BlobStore as _, ContentDigest};
use serde_json::{Value, json};

use super::check_signature::{self, Checked, EvidenceKind};
use super::{Fault, OperationError, keep_content};
use crate::access::certificates;
use crate::app::App;
use crate::db::Tx;
use crate::docflow::Side;
use crate::domain::ids::{DocumentId, EventId, SignatureId};
use crate::domain::refusal::RefusalCode;
use crate::domain::time::Moment;
use crate::extract::format::field;
use crate::signature::store::{self, EvidenceRow, SignatureRow};

/// A signature whose blobs are durable and whose rows are ready.
#[derive(Debug)]
pub struct Kept {
    /// Its row.
    pub row: SignatureRow,
    /// The rows of its evidence.
    pub evidence: Vec<EvidenceRow>,
}

/// Puts the CMS and the evidence; answers the rows.
///
/// # Errors
/// A fault of the store.
pub async fn put(
    app: &App,
    key: &ContentKey,
    checked: &Checked,
    document: DocumentId,
    side: Side,
    event: EventId,
) -> Result<Kept, OperationError> {
    let row = SignatureRow {
        id: SignatureId::new(checked.checked_at, &mut app.rng.clone()),
        document,
        side: side.code().to_owned(),
        iin: checked.signer.iin.to_string(),
        bin: checked.signer.party.bin().map(|bin| bin.to_string()),
        role: checked.signer.role_code(),
        common_name: checked.signer.common_name.clone(),
        certificate_sha256: ContentDigest::from_bytes(checked.signer.certificate_sha256),
        cms_sha256: check_signature::cms_sha256(checked),
        blob_address: keep_content::put(app, key, &checked.cms).await?,
        claimed_at: checked.claimed_at,
        proven_at: checked.proven_at,
        checked_at: checked.checked_at,
        indication: checked.indication.clone(),
        sub_indication: checked.sub_indication.clone(),
        report: checked.report.to_string(),
        event,
    };
    Ok(Kept { row, evidence: put_evidence(app, key, checked).await? })
}

/// Puts the evidence. A CRL speaks of everybody and is kept once, unsealed; the rest names the signer and is sealed.
///
/// # Errors
/// A fault of the store.
pub async fn put_evidence(app: &App, key: &ContentKey, checked: &Checked) -> Result<Vec<EvidenceRow>, OperationError> {
    let mut rows = Vec::with_capacity(checked.evidence.len());
    for (kind, bytes) in &checked.evidence {
        let sealed = *kind != EvidenceKind::Crl;
        let sha256 = ContentDigest::of(bytes);
        let blob_address =
            if sealed { keep_content::put(app, key, bytes).await? } else { app.blobs.put(bytes.clone()).await? };
        rows.push(EvidenceRow { kind: kind.code().to_owned(), sha256, blob_address, sealed });
    }
    Ok(rows)
}

/// Registers the certificate, makes sure under its lock that it may still be used, and keeps the rows.
///
/// # Errors
/// `key-compromised`; `signature-already-used` when this act of signing is recorded, on whatever document: who holds
/// another's session could bring his old signatures again. A fault, `DbError::Constraint` when the side has signed already.
pub async fn insert(tx: &mut Tx, checked: &Checked, kept: &Kept, now: Moment) -> Result<(), OperationError> {
    must_be_usable(tx, checked, now).await?;
    store::insert(tx, &kept.row, &checked.value_sha256).await.map_err(|error| {
        if error.violates(&["a_signature_value_is_recorded_once", "signature.value_sha256"]) {
            RefusalCode::SignatureAlreadyUsed.into()
        } else {
            OperationError::from(error)
        }
    })?;
    store::replace_evidence(tx, kept.row.id, &kept.evidence).await?;
    Ok(())
}

/// Registers the certificate and makes sure under its lock that it may still be used: a report of compromise that came
/// while the evidence was fetched is not passed by (CMP-06).
///
/// # Errors
/// `key-compromised`.
pub async fn must_be_usable(tx: &mut Tx, checked: &Checked, now: Moment) -> Result<(), OperationError> {
    let row = check_signature::registration(&checked.certificate, &checked.signer, now);
    certificates::register(tx, &row).await?;
    check_signature::usable(&certificates::lock_alike(tx, &row).await?)?;
    Ok(())
}

/// The evidence on a kept signature, opened.
///
/// # Errors
/// A fault of the store.
pub async fn get_evidence(
    app: &App,
    key: &ContentKey,
    signature: SignatureId,
) -> Result<Vec<(EvidenceKind, Vec<u8>)>, OperationError> {
    let mut pieces = Vec::new();
    for row in store::evidence(&app.db, signature).await? {
        let kind = EvidenceKind::parse(&row.kind)
            .ok_or_else(|| Fault::Inconsistent(format!("evidence of signature {signature}: kind {}", row.kind)))?;
        let bytes = if row.sealed {
            keep_content::get(app, key, &row.blob_address, &row.sha256).await?
        } else {
            app.blobs.get(&row.blob_address).await?
        };
        pieces.push((kind, bytes));
    }
    Ok(pieces)
}

/// What the journal says of a signature.
#[must_use]
pub fn payload(row: &SignatureRow) -> Vec<(String, Value)> {
    let mut fields = vec![
        (field::SIGNATURE_ID.to_owned(), json!(row.id.to_string())),
        (field::SIGNATURE_SHA256.to_owned(), json!(row.cms_sha256.to_hex())),
        (field::CERTIFICATE_SHA256.to_owned(), json!(row.certificate_sha256.to_hex())),
        (field::SIGNER_IIN.to_owned(), json!(row.iin)),
        (field::SIGNER_ROLE.to_owned(), json!(row.role)),
        (field::VERDICT.to_owned(), json!(row.indication)),
    ];
    let optional = [
        (field::SIGNER_BIN, row.bin.clone()),
        (field::CLAIMED_AT, row.claimed_at.map(|at| at.to_string())),
        (field::PROVEN_AT, row.proven_at.map(|at| at.to_string())),
    ];
    fields.extend(optional.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), json!(value)))));
    fields
}
