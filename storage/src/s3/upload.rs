//! Putting: what is sent, how large it may be in memory, and how it is proven to have arrived.
//!
//! The address is the hash of the content, so it is known only when all of the content has come, while a request needs
//! its key first. Content that memory should not hold is therefore spooled to a nameless file and sent from there, under
//! its final address. The other way, a temporary key and a copy inside the service, needs a second kind of proof for the
//! copy, ends at 5 GiB on the large clouds, leaves temporary objects behind, and could not send a part again.
//!
//! A put is proven before it is reported. A service that refused a wrong checksum when it was probed has hashed the
//! object itself: its size and its checksum are asked for. Everything else, and every object that went in parts, is read
//! back and hashed here: services keep a checksum of checksums for those, and rust-s3 cannot send one for each part.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderMap;
use s3::command::{Command, Multipart};
use s3::serde_types::{CompleteMultipartUploadData, Part};
use tokio::io::AsyncRead;

use super::Inner;
use super::fault::Fault;
use super::wire::{Ask, header};
use crate::error::check_address;
use crate::piece::{Ended, blocking, read_piece};
use crate::{ContentDigest, ContentHasher, StoreError, StoredBlob};

/// What goes in one request. rust-s3 holds it twice.
pub(super) const SINGLE_MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The least that one part of a larger object has.
const PART_BYTES: u64 = 8 * 1024 * 1024;
/// The most parts that S3 knows.
const PARTS_MAX: u64 = 10_000;
/// What is collected in memory before a spool is begun.
const MEMORY_MAX_BYTES: usize = 1024 * 1024;
/// Puts of the same content before it is called damaged.
const PUTS_MAX: usize = 3;

const CONTENT_TYPE: &str = "application/octet-stream";

/// What is to be put.
pub(super) enum Content {
    Memory(Arc<Vec<u8>>),
    Spool(Arc<File>),
}

/// Content whose address is known.
pub(super) struct Ready {
    content: Content,
    pub(super) stored: StoredBlob,
}

impl Ready {
    pub(super) async fn of_memory(bytes: Vec<u8>) -> Result<Self, StoreError> {
        let hash = move || Ok((ContentDigest::of(&bytes), bytes));
        let (address, bytes) = blocking("the memory", hash).await?;
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(Self { content: Content::Memory(Arc::new(bytes)), stored: StoredBlob { address, size_bytes } })
    }

    /// Takes in all that `reader` gives.
    pub(super) async fn collect<R>(reader: &mut R, limit_bytes: u64, folder: &Path) -> Result<Self, StoreError>
    where
        R: AsyncRead + Unpin + Send,
    {
        let mut left_bytes = limit_bytes;
        let mut memory = Vec::new();
        let mut spool: Option<File> = None;
        let mut hasher = ContentHasher::new();
        let mut piece = Vec::new();
        loop {
            let ended =
                read_piece(reader, &mut piece, &mut left_bytes).await?.ok_or(StoreError::TooLarge { limit_bytes })?;
            hasher.update(&piece);
            if spool.is_none() && memory.len() + piece.len() <= MEMORY_MAX_BYTES {
                memory.extend_from_slice(&piece);
            } else {
                let begun = spool.take();
                let (before, folder) = (std::mem::take(&mut memory), folder.to_path_buf());
                let write = move || {
                    let failed = |source| StoreError::io("write the spool in", folder.display(), source);
                    let mut file = match begun {
                        Some(file) => file,
                        None => tempfile::tempfile_in(&folder).map_err(failed)?,
                    };
                    file.write_all(&before).and_then(|()| file.write_all(&piece)).map_err(failed)?;
                    Ok((file, piece))
                };
                let (file, spent) = blocking("the spool", write).await?;
                spool = Some(file);
                piece = spent;
            }
            if let Ended::Yes = ended {
                break;
            }
        }
        let stored = StoredBlob { address: hasher.finish(), size_bytes: limit_bytes - left_bytes };
        let content = match spool {
            Some(file) => Content::Spool(Arc::new(file)),
            None => Content::Memory(Arc::new(memory)),
        };
        Ok(Self { content, stored })
    }

    /// `count` bytes from `start` on.
    async fn part(&self, start: u64, count: u64) -> Result<Vec<u8>, StoreError> {
        let out_of_reach = || Fault::Unsendable("a part of no length".to_owned()).during("cut", "an upload");
        match &self.content {
            Content::Memory(bytes) => {
                let (start, count) = (usize::try_from(start), usize::try_from(count));
                let (Ok(start), Ok(count)) = (start, count) else { return Err(out_of_reach()) };
                let end = start.saturating_add(count).min(bytes.len());
                Ok(bytes.get(start..end).ok_or_else(out_of_reach)?.to_vec())
            }
            Content::Spool(file) => {
                let file = Arc::clone(file);
                let read = move || {
                    let failed = |source| StoreError::io("read", "the spool", source);
                    let mut bytes = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
                    let mut file = &*file;
                    file.seek(SeekFrom::Start(start)).map_err(failed)?;
                    file.take(count).read_to_end(&mut bytes).map_err(failed)?;
                    Ok(bytes)
                };
                blocking("the spool", read).await
            }
        }
    }
}

impl Inner {
    /// Puts `ready` and proves it.
    pub(super) async fn keep(self: &Arc<Self>, ready: &Ready) -> Result<(), StoreError> {
        let StoredBlob { address, size_bytes } = ready.stored;
        let _pass = self.gate.put(address).await;
        let key = self.key(&address);
        let mut outcome = Err(StoreError::NotFound { address });
        for _ in 0..PUTS_MAX {
            if size_bytes <= SINGLE_MAX_BYTES {
                self.put_single(ready, &key).await?;
            } else {
                self.put_parts(ready, &key).await?;
            }
            outcome = self.prove(ready, &key).await;
            match outcome {
                Ok(()) => return Ok(()),
                // What arrived is something else: once more, over it.
                Err(StoreError::Corrupt { .. } | StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        outcome
    }

    async fn put_single(&self, ready: &Ready, key: &str) -> Result<(), StoreError> {
        let StoredBlob { address, size_bytes } = ready.stored;
        let _room = self.room_for(size_bytes).await;
        let checksum = header("x-amz-checksum-sha256", &checksum_of(&address));
        let headers = HeaderMap::from_iter([checksum.map_err(|fault| fault.during("put", key))?]);
        let held;
        let content = match &ready.content {
            Content::Memory(bytes) => bytes.as_slice(),
            Content::Spool(_) => {
                held = ready.part(0, size_bytes).await?;
                held.as_slice()
            }
        };
        let command =
            Command::PutObject { content, content_type: CONTENT_TYPE, custom_headers: Some(headers), multipart: None };
        self.wire.ask(Ask::new(key, command)).await.map(drop).map_err(|fault| fault.during("put", key))
    }

    async fn put_parts(self: &Arc<Self>, ready: &Ready, key: &str) -> Result<(), StoreError> {
        let begin = Ask::new(key, Command::InitiateMultipartUpload { content_type: CONTENT_TYPE });
        let begun = self.wire.ask(begin).await.map_err(|fault| fault.during("begin", key))?;
        let upload_id =
            super::answers::upload_id(&begun.body).map_err(|detail| Fault::Malformed(detail).during("begin", key))?;
        match self.send_parts(ready, key, &upload_id).await {
            Ok(()) => Ok(()),
            Err(error) => {
                // The parts are of no use. If this fails, the rule of the bucket for unfinished uploads takes them away.
                let abort = Ask::new(key, Command::AbortMultipartUpload { upload_id: &upload_id });
                drop(self.wire.ask_once(abort).await);
                Err(error)
            }
        }
    }

    async fn send_parts(self: &Arc<Self>, ready: &Ready, key: &str, upload_id: &str) -> Result<(), StoreError> {
        let size_bytes = ready.stored.size_bytes;
        let part_bytes = PART_BYTES.max(size_bytes.div_ceil(PARTS_MAX));
        let mut parts = Vec::new();
        let mut start = 0;
        while start < size_bytes {
            let count = part_bytes.min(size_bytes - start);
            let part_number = u32::try_from(parts.len()).unwrap_or(u32::MAX).saturating_add(1);
            let _room = self.room_for(count).await;
            let content = ready.part(start, count).await?;
            // The signature covers the digest of the part: a service refuses other bytes.
            let command = Command::PutObject {
                content: &content,
                content_type: CONTENT_TYPE,
                custom_headers: None,
                multipart: Some(Multipart::new(part_number, upload_id)),
            };
            let sent = self.wire.ask(Ask::new(key, command)).await.map_err(|fault| fault.during("put", key))?;
            let etag = sent.header("etag").filter(|etag| is_plain_etag(etag));
            let etag = etag.ok_or_else(|| Fault::Malformed("a part without an ETag".to_owned()).during("put", key))?;
            parts.push(Part { part_number, etag: etag.to_owned() });
            start += count;
        }
        let data = CompleteMultipartUploadData { parts };
        let complete = Ask::new(key, Command::CompleteMultipartUpload { upload_id, data });
        match self.wire.ask(complete).await {
            Ok(_) => Ok(()),
            // An answer that was lost on the way leaves a finished upload, of which the next attempt finds nothing: services
            // then say no in several words. Whether it was finished is what the proof tells.
            Err(fault) if !fault.may_pass() && self.prove(ready, key).await.is_ok() => Ok(()),
            Err(fault) => Err(fault.during("complete", key)),
        }
    }

    /// Whether what lies under `key` is `ready`.
    pub(super) async fn prove(self: &Arc<Self>, ready: &Ready, key: &str) -> Result<(), StoreError> {
        let StoredBlob { address, size_bytes } = ready.stored;
        if size_bytes <= SINGLE_MAX_BYTES
            && self.checks_checksums()
            && self.checksum_is_kept(key, &ready.stored).await?
        {
            return Ok(());
        }
        let read = self.open_blob(&address).await?.0.drain().await?;
        if read == size_bytes { Ok(()) } else { check_address(&address, ContentDigest::of(b"")) }
    }

    async fn checksum_is_kept(&self, key: &str, stored: &StoredBlob) -> Result<bool, StoreError> {
        let mode = header("x-amz-checksum-mode", "ENABLED").map_err(|fault| fault.during("look at", key))?;
        let ask = Ask::new(key, Command::HeadObject).with_headers(HeaderMap::from_iter([mode]));
        let answer = match self.wire.ask(ask).await {
            Ok(answer) => answer,
            Err(fault) if fault.status().is_some_and(|status| status.as_u16() == 404) => return Ok(false),
            Err(fault) => return Err(fault.during("look at", key)),
        };
        Ok(answer.header("content-length") == Some(stored.size_bytes.to_string().as_str())
            && answer.header("x-amz-checksum-sha256") == Some(checksum_of(&stored.address).as_str()))
    }
}

/// A digest as the header for checksums has it.
pub(super) fn checksum_of(address: &ContentDigest) -> String {
    BASE64_STANDARD.encode(address.as_bytes())
}

/// It goes into XML that rust-s3 writes without escapes.
fn is_plain_etag(etag: &str) -> bool {
    !etag.is_empty() && etag.len() < 256 && !etag.contains(['<', '>', '&'])
}
