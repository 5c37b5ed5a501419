//! A large file comes ahead of its document: sealed and hashed in one pass, held by nobody, kept under a key of its own until
//! a document of the same party uses it, or until it ends.
//!
//! What is coming in has a row that is moved on while it comes: one that stands still was left by a process that is gone, and
//! is swept like one that has ended. A blob that is in no row by then is what a crash between the two leaves.

use std::convert::Infallible;
use std::time::Duration;

use qolhat_pki::digest::{Digest, DigestAlgorithm, Digests};
use qolhat_pki::time::Span;
use qolhat_storage::envelope::{self, ContentKey, SealReader, sealed_size_bytes};
use qolhat_storage::{BlobStore as _, ContentDigest, RemovalRule, StoreError};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncRead;

use super::{OperationError, check_signature, keep_content};
use crate::access::answers::{self, Earlier, Request};
use crate::access::rights::Caller;
use crate::access::store as clients;
use crate::app::App;
use crate::docflow::destruction;
use crate::domain::ids::UploadId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::intake::store::{self, UploadRow};
use crate::intake::{Measured, MediaType, Seen};

/// How long an upload waits for its document, in hours.
pub const LIFETIME_HOURS: i64 = 24;
/// Longest time that one may take to come in, in seconds.
pub const COMING_SECONDS: u64 = 6 * 3600;
/// Longest time in which nothing of one may come, in seconds.
pub const IDLE_SECONDS: u64 = 60;
/// Between two words that one is still coming in, in seconds.
const TOUCH_SECONDS: u64 = 30;
/// After so many seconds without such a word it is given up.
const DEAD_SECONDS: i64 = 300;

/// An upload about to come in.
#[derive(Debug)]
pub struct ReceiveUpload<R> {
    /// How many bytes its sender says it has.
    pub declared_bytes: Option<u64>,
    /// The digests to take of it, besides SHA-256.
    pub digests: Vec<DigestAlgorithm>,
    /// The octets.
    pub source: R,
    /// Who asks, and under which key the act may be repeated, if it may.
    pub again: Option<(String, String)>,
}

/// Takes an upload in: durable when it returns. Repeated under its key with the same octets it answers the same upload.
///
/// # Errors
/// `not-a-client`, `upload-too-large`, `malformed-content` for an empty one, `too-many-uploads`, `upload-incomplete`,
/// `login-text-not-a-document`, `idempotency-key-reused`, `upload-unknown` when it is repeated after it was used or has ended;
/// `storage-full`; a fault. After each of them nothing of it is kept.
///
/// Keeps: DOC-04.
pub async fn receive_upload<R>(
    app: &App,
    caller: &Caller,
    command: ReceiveUpload<R>,
) -> Result<UploadRow, OperationError>
where
    R: AsyncRead + Unpin + Send,
{
    caller.must_draft()?;
    must_fit(app, command.declared_bytes)?;
    if let Some((whose, key)) = command.again.clone()
        && answers::is_known(&app.db, &whose, &key).await?
    {
        return repeated(app, caller, command, (whose, key)).await;
    }
    let id = begin(app, caller).await?;
    let taken = take(app, id, command).await;
    if taken.is_err()
        && let Err(error) = forget(app, id).await
    {
        tracing::warn!(error = %error, upload.id = %id, "an upload that came to nothing is forgotten later");
    }
    taken
}

fn must_fit(app: &App, declared_bytes: Option<u64>) -> Result<(), Refusal> {
    match declared_bytes {
        Some(0) => Err(empty()),
        Some(bytes) if bytes > app.rules.limits.upload_max_bytes => Err(too_large(app)),
        Some(_) | None => Ok(()),
    }
}

fn empty() -> Refusal {
    Refusal::new(RefusalCode::MalformedContent).with("reason", "empty-file")
}

fn too_large(app: &App) -> Refusal {
    Refusal::new(RefusalCode::UploadTooLarge).with("limit", app.rules.limits.upload_max_bytes.to_string())
}

/// What names the request, besides its key: the content and the digests asked for.
fn request(again: (String, String), digests: &Digests) -> Request {
    let mut sha256 = Sha256::new().chain_update(b"/api/v1/uploads\0");
    for digest in digests.iter() {
        sha256.update(digest.algorithm().name());
        sha256.update(b"\0");
    }
    sha256.update(digests.get(DigestAlgorithm::Sha256).map(Digest::as_bytes).unwrap_or_default());
    Request { caller: again.0, key: again.1, sha256: sha256.finalize().into() }
}

/// The octets are hashed once more and not kept: only so it is known that they are the same.
async fn repeated<R>(
    app: &App,
    caller: &Caller,
    command: ReceiveUpload<R>,
    again: (String, String),
) -> Result<UploadRow, OperationError>
where
    R: AsyncRead + Unpin + Send,
{
    let mut wanted = command.digests;
    wanted.push(DigestAlgorithm::Sha256);
    let mut measured = Measured::new(command.source, &wanted);
    let limited = tokio::io::AsyncReadExt::take(&mut measured, app.rules.limits.upload_max_bytes.saturating_add(1));
    let count = drain(limited).await.map_err(|error| broken(&error))?;
    if count > app.rules.limits.upload_max_bytes {
        return Err(too_large(app).into());
    }
    match answers::earlier(&app.db, &request(again, &measured.finish().digests)).await? {
        Some(Earlier::Same(object)) => {
            let id = UploadId::parse(&object).map_err(|_| RefusalCode::UploadUnknown)?;
            load(app, caller, id).await
        }
        Some(Earlier::Other) | None => Err(RefusalCode::IdempotencyKeyReused.into()),
    }
}

async fn drain(mut source: impl AsyncRead + Unpin) -> std::io::Result<u64> {
    tokio::io::copy(&mut source, &mut tokio::io::sink()).await
}

fn broken(error: &std::io::Error) -> Refusal {
    tracing::info!(error = %error, "an upload stopped before its end");
    Refusal::new(RefusalCode::UploadIncomplete)
}

async fn begin(app: &App, caller: &Caller) -> Result<UploadId, OperationError> {
    let now = app.clock.now();
    let id = UploadId::new(now, &mut app.rng.clone());
    let limits = app.rules.limits;
    let mut tx = app.db.begin().await?;
    // Two at once would each count without the other.
    clients::lock(&mut tx, &caller.party).await?;
    let count = store::count(&mut tx, &caller.party).await?;
    if count.of_party >= i64::from(limits.uploads_of_party_max) {
        let limit = limits.uploads_of_party_max.to_string();
        return Err(Refusal::new(RefusalCode::TooManyUploads).with("limit", limit).into());
    }
    if count.of_all >= i64::from(limits.uploads_max) {
        tracing::warn!(upload.count = count.of_all, "all places for uploads are taken");
        return Err(RefusalCode::ServiceUnavailable.into());
    }
    store::begin(&mut tx, id, (&caller.party, &caller.iin), now, end(now)).await?;
    tx.commit().await?;
    Ok(id)
}

fn end(now: Moment) -> Moment {
    now.checked_add(Span::hours(LIFETIME_HOURS)).unwrap_or(now)
}

async fn forget(app: &App, id: UploadId) -> Result<(), OperationError> {
    let mut tx = app.db.begin().await?;
    store::forget(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// What was put, and what was seen of it.
struct Put {
    key: ContentKey,
    address: ContentDigest,
    size_bytes: u64,
    digests: Digests,
    head: Vec<u8>,
}

async fn take<R>(app: &App, id: UploadId, command: ReceiveUpload<R>) -> Result<UploadRow, OperationError>
where
    R: AsyncRead + Unpin + Send,
{
    let (again, declared_bytes) = (command.again, command.declared_bytes);
    let put = tokio::select! {
        put = put(app, command.source, &command.digests) => put?,
        lost = still_coming(app, id) => match lost? {},
        () = tokio::time::sleep(Duration::from_secs(COMING_SECONDS)) => {
            return Err(RefusalCode::UploadIncomplete.into());
        }
    };
    let address = put.address;
    match keep(app, id, put, again, declared_bytes).await {
        Ok(row) => Ok(row),
        Err(NotKept::Before(error)) => {
            let removed = app.blobs.remove(&address, RemovalRule::Always).await;
            if let Err(error) = removed {
                tracing::warn!(error = %error, blob.address = %address, "the blob of an upload that is not kept stays");
            }
            Err(error)
        }
        // Whether the row is there nobody knows: the blob stays, in case it is.
        Err(NotKept::AtCommit(error)) => Err(error),
    }
}

async fn put<R>(app: &App, source: R, digests: &[DigestAlgorithm]) -> Result<Put, OperationError>
where
    R: AsyncRead + Unpin + Send,
{
    let key = keep_content::new_key(app);
    // The envelope takes SHA-256 itself.
    let more: Vec<DigestAlgorithm> =
        digests.iter().copied().filter(|algorithm| *algorithm != DigestAlgorithm::Sha256).collect();
    let mut measured = Measured::new(source, &more);
    let mut sealed = SealReader::new(&key, &mut measured, &mut app.rng.clone());
    let limit = sealed_size_bytes(app.rules.limits.upload_max_bytes).unwrap_or(u64::MAX);
    let stored = match app.blobs.put_stream(&mut sealed, limit).await {
        Ok(stored) => stored,
        Err(StoreError::TooLarge { .. }) => return Err(too_large(app).into()),
        Err(StoreError::Source(error)) => return Err(broken(&error).into()),
        Err(error) => return Err(error.into()),
    };
    let plaintext = sealed.finish()?;
    let Seen { digests, head } = measured.finish();
    let sha256 = Digest::new(DigestAlgorithm::Sha256, plaintext.digest.as_bytes().to_vec());
    let digests = digests.iter().cloned().chain(sha256).collect();
    Ok(Put { key, address: stored.address, size_bytes: plaintext.size_bytes, digests, head })
}

/// Says now and then that the upload is still coming in; ends only when it was given up.
async fn still_coming(app: &App, id: UploadId) -> Result<Infallible, OperationError> {
    loop {
        tokio::time::sleep(Duration::from_secs(TOUCH_SECONDS)).await;
        let mut tx = app.db.begin().await?;
        let is_there = store::touch(&mut tx, id, app.clock.now()).await?;
        tx.commit().await?;
        if !is_there {
            return Err(RefusalCode::ServiceUnavailable.into());
        }
    }
}

enum NotKept {
    Before(OperationError),
    AtCommit(OperationError),
}

impl<E: Into<OperationError>> From<E> for NotKept {
    fn from(error: E) -> Self {
        Self::Before(error.into())
    }
}

async fn keep(
    app: &App,
    id: UploadId,
    put: Put,
    again: Option<(String, String)>,
    declared_bytes: Option<u64>,
) -> Result<UploadRow, NotKept> {
    if put.size_bytes == 0 {
        return Err(empty().into());
    }
    if declared_bytes.is_some_and(|declared| declared != put.size_bytes) {
        return Err(RefusalCode::UploadIncomplete.into());
    }
    check_signature::must_be_no_login_text(&put.head)?;
    let now = app.clock.now();
    let row = UploadRow {
        id,
        finished_at: now,
        ends_at: end(now),
        size_bytes: i64::try_from(put.size_bytes).unwrap_or(i64::MAX),
        media_type: MediaType::of_head(&put.head).as_str().to_owned(),
        digests: put.digests,
        blob_address: put.address,
        wrapped_key: envelope::wrap_key(&app.wrapping, &put.key, &holder_name(id), &mut app.rng.clone())?,
    };
    let mut tx = app.db.begin().await?;
    if !store::finish(&mut tx, &row).await? {
        return Err(RefusalCode::ServiceUnavailable.into());
    }
    if let Some(again) = again {
        let answered = answers::keeping(&request(again, &row.digests), &id.to_string(), now);
        tx.run_together(&[answered]).await?;
    }
    tx.commit().await.map_err(|error| NotKept::AtCommit(error.into()))?;
    Ok(row)
}

/// An upload of the caller's party that is here.
///
/// # Errors
/// `not-a-client`; `upload-unknown` for everybody else, and when it was used or has ended.
pub async fn load(app: &App, caller: &Caller, id: UploadId) -> Result<UploadRow, OperationError> {
    caller.must_draft()?;
    let row = store::load(&app.db, id, &caller.party, app.clock.now()).await?;
    Ok(row.ok_or(RefusalCode::UploadUnknown)?)
}

/// The uploads of the caller's party that no document has used yet, the oldest first.
///
/// # Errors
/// `not-a-client`.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<UploadRow>, OperationError> {
    caller.must_draft()?;
    Ok(store::of_party(&app.db, &caller.party, app.clock.now()).await?)
}

/// Gives up an upload of the caller's party.
///
/// # Errors
/// As [`load`].
pub async fn discard(app: &App, caller: &Caller, id: UploadId) -> Result<(), OperationError> {
    caller.must_draft()?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let address = store::take(&mut tx, id, &caller.party, now).await?.ok_or(RefusalCode::UploadUnknown)?;
    destruction::insert_unswept(&mut tx, &[address], now).await?;
    Ok(tx.commit().await?)
}

/// The key of an upload.
///
/// # Errors
/// A wrapped key that does not open.
pub(super) fn key_of(app: &App, upload: &UploadRow) -> Result<ContentKey, OperationError> {
    Ok(envelope::unwrap_key(&app.wrapping, &upload.wrapped_key, &holder_name(upload.id))?)
}

/// To whom and for which upload a key is wrapped: moved to another row it does not open.
fn holder_name(id: UploadId) -> Vec<u8> {
    format!("upload {id} holder operator").into_bytes()
}

/// Takes off the list what has ended and what was left by a process that is gone, its blobs to be swept; how many.
///
/// # Errors
/// A fault of the database.
pub async fn end_due(app: &App) -> Result<usize, OperationError> {
    let now = app.clock.now();
    let dead_before = now.checked_sub(Span::seconds(DEAD_SECONDS)).unwrap_or(now);
    if !store::is_any_due(&app.db, now, dead_before).await? {
        return Ok(0);
    }
    let mut tx = app.db.begin().await?;
    let (count, blobs) = store::take_due(&mut tx, now, dead_before).await?;
    destruction::insert_unswept(&mut tx, &blobs, now).await?;
    tx.commit().await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::super::log_in::LOGIN_PREFIX;
    use crate::intake::HEAD_BYTES;

    #[test]
    fn what_is_kept_of_the_beginning_tells_a_login_text() {
        assert!(LOGIN_PREFIX.len() <= HEAD_BYTES);
    }
}
