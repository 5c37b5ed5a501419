//! Content in and out of the blob store. Each document has a key of its own; everything of the document is sealed under
//! it before it is put, and the key is wrapped once a holder (design D4): the operator, to show the document and to put
//! it into an extract, and both parties, so that each can give up his own access.

use qolhat_pki::digest::Digests;
use qolhat_storage::envelope::{self, ContentKey, OpenReader};
use qolhat_storage::{BlobReader, BlobStore as _, ContentDigest};

use super::check_signature::Signed;
use super::{Fault, OperationError};
use crate::app::App;
use crate::db::Tx;
use crate::docflow::store::FileRow;
use crate::docflow::{destruction, store};
use crate::domain::ids::DocumentId;
use crate::domain::party::Party;
use crate::domain::refusal::RefusalCode;

/// A new content key.
#[must_use]
pub fn new_key(app: &App) -> ContentKey {
    ContentKey::generate(&mut app.rng.clone())
}

/// Seals `plaintext` under `key` and puts it: durable when it returns.
///
/// # Errors
/// A fault of the store.
pub async fn put(app: &App, key: &ContentKey, plaintext: &[u8]) -> Result<ContentDigest, OperationError> {
    let sealed = envelope::seal(key, plaintext, &mut app.rng.clone())?;
    Ok(app.blobs.put(sealed).await?)
}

/// Gets and opens what [`put`] put; the plaintext must hash to `sha256`.
///
/// # Errors
/// A fault of the store; what does not hash to `sha256` is never handed out.
pub async fn get(
    app: &App,
    key: &ContentKey,
    address: &ContentDigest,
    sha256: &ContentDigest,
) -> Result<Vec<u8>, OperationError> {
    let plaintext = envelope::open(key, &app.blobs.get(address).await?)?;
    if ContentDigest::of(&plaintext) == *sha256 {
        Ok(plaintext)
    } else {
        Err(Fault::Inconsistent(format!("the content under {address} does not hash to {sha256}")).into())
    }
}

/// The original of a document, as signatures over it are checked.
#[derive(Debug)]
pub enum ToBeSigned {
    /// Its octets.
    Held(Vec<u8>),
    /// The digests that were taken of it as it came ahead.
    Kept(Digests),
}

impl ToBeSigned {
    /// What a signature must be over.
    #[must_use]
    pub fn signed(&self) -> Signed<'_> {
        match self {
            Self::Held(octets) => Signed::Held(octets),
            Self::Kept(digests) => Signed::Kept(digests),
        }
    }

    /// The octets, unless nobody holds them.
    #[must_use]
    pub fn held(&self) -> Option<&[u8]> {
        match self {
            Self::Held(octets) => Some(octets),
            Self::Kept(_) => None,
        }
    }
}

/// What signatures over the file `row`, an original, are checked against: a large one is not read again.
///
/// # Errors
/// As [`get`].
pub async fn to_be_signed(app: &App, key: &ContentKey, row: &FileRow) -> Result<ToBeSigned, OperationError> {
    match &row.digests {
        Some(digests) => Ok(ToBeSigned::Kept(digests.clone())),
        None => Ok(ToBeSigned::Held(get(app, key, &row.blob_address, &row.sha256).await?)),
    }
}

/// Opens what [`put`] or an upload put, to be read piece by piece; each piece is authenticated before it is given.
///
/// # Errors
/// A fault of the store.
pub async fn reader(
    app: &App,
    key: ContentKey,
    address: &ContentDigest,
) -> Result<OpenReader<BlobReader>, OperationError> {
    Ok(OpenReader::new(key, app.blobs.reader(address).await?))
}

/// Keeps the key of a document, wrapped for the operator and for each of `holders`.
///
/// # Errors
/// A fault of the database.
pub async fn keep_key(
    app: &App,
    tx: &mut Tx,
    document: DocumentId,
    key: &ContentKey,
    holders: &[&Party],
) -> Result<(), OperationError> {
    let operator = Party::Organization(app.operator.bin);
    for holder in holders.iter().copied().chain(std::iter::once(&operator)) {
        let wrapped = envelope::wrap_key(&app.wrapping, key, &holder_name(document, holder), &mut app.rng.clone())?;
        store::insert_key(tx, document, holder, &wrapped).await?;
    }
    Ok(())
}

/// The key of a document, as `holder` holds it; `None` when he gave it up or never held it.
///
/// # Errors
/// A fault of the database, or a wrapped key that does not open.
pub async fn key_of(app: &App, document: DocumentId, holder: &Party) -> Result<Option<ContentKey>, OperationError> {
    let Some(wrapped) = store::key(&app.db, document, holder).await? else { return Ok(None) };
    Ok(Some(envelope::unwrap_key(&app.wrapping, &wrapped, &holder_name(document, holder))?))
}

/// The key of a document, as the operator holds it.
///
/// # Errors
/// `content-destroyed`; a fault when there is none.
pub async fn operator_key(app: &App, document: DocumentId) -> Result<ContentKey, OperationError> {
    let operator = Party::Organization(app.operator.bin);
    if let Some(key) = key_of(app, document, &operator).await? {
        return Ok(key);
    }
    if destruction::destroyed_at(&app.db, document).await?.is_some() {
        return Err(RefusalCode::ContentDestroyed.into());
    }
    Err(Fault::Inconsistent(format!("document {document} has no key of the operator")).into())
}

/// To whom and for which document a key is wrapped: moved to another row it does not open.
fn holder_name(document: DocumentId, holder: &Party) -> Vec<u8> {
    format!("document {document} holder {}", holder.key()).into_bytes()
}
