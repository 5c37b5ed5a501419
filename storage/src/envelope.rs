//! Encryption around one blob, so that the store, its copies and its scrub never see content.
//!
//! ```text
//! envelope = header | chunk 0 | chunk 1 | … | last chunk
//! header   = "QLH1" | chunk size, 4 bytes big-endian | nonce prefix, 7 random bytes
//! chunk    = ChaCha20-Poly1305 of 64 KiB of plaintext (the last: what is left), tag of 16 bytes
//! nonce    = nonce prefix | number of the chunk, 4 bytes big-endian | 1 for the last chunk, else 0
//! associated data of each chunk = header
//! ```
//! This is STREAM: a chunk opens only at its own place, and only the last one opens as the last, so bytes
//! changed, chunks swapped, left out, repeated or appended, and an end cut off are all refused. The last
//! chunk is empty only when the whole plaintext is: one plaintext, key and nonce make one envelope.
//!
//! Every blob should have its own key, or at least share it with few: the nonce prefix is random, and
//! among 65,536 envelopes under one key two would collide with a probability of 2⁻²⁵.
//!
//! Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
//! Misuse-Resistance" (2015), §7; RFC 8439.

mod chunks;
mod keys;
mod stream;

use std::io;

use self::chunks::{Chunks, Place, SEALED_CHUNK_BYTES};

pub use chunks::{CHUNK_BYTES, HEADER_BYTES, sealed_size_bytes};
pub use keys::{ContentKey, KeyError, SecureRandom, WRAPPED_KEY_BYTES, WrappingKey, unwrap_key, wrap_key};
pub use stream::{OpenReader, Plaintext, SealReader};

/// Why an envelope was not made or not opened. Carries neither content nor key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Other first bytes than those of an envelope of version 1.
    #[error("these bytes are not an envelope: they don't start with QLH1")]
    NotAnEnvelope,
    /// A chunk size that version 1 doesn't have.
    #[error("the envelope has chunks of {found} bytes; version 1 has {CHUNK_BYTES}")]
    ChunkSize {
        /// The size it names.
        found: u32,
    },
    /// It ends before its first chunk, or inside the tag of a chunk.
    #[error("the envelope is cut off")]
    CutOff,
    /// A chunk that does not open: another key, changed bytes, or a chunk not in its place. For chunk 0
    /// all are possible; later ones prove that the key fits.
    #[error("chunk {chunk} of the envelope does not open: other key, or changed bytes")]
    Refused {
        /// Its number, from 0.
        chunk: u32,
    },
    /// An empty last chunk after others. Only a faulty sealer with the right key can make one.
    #[error("the envelope ends in an empty chunk")]
    EmptyLastChunk,
    /// More plaintext than chunks can be numbered: 256 TiB.
    #[error("the plaintext is too long for one envelope")]
    TooLong,
    /// The result was asked for before the end was reached.
    #[error("the envelope was not read to its end")]
    Unfinished,
}

impl From<EnvelopeError> for io::Error {
    fn from(error: EnvelopeError) -> Self {
        let kind = match error {
            EnvelopeError::NotAnEnvelope
            | EnvelopeError::ChunkSize { .. }
            | EnvelopeError::CutOff
            | EnvelopeError::Refused { .. }
            | EnvelopeError::EmptyLastChunk => io::ErrorKind::InvalidData,
            EnvelopeError::TooLong => io::ErrorKind::FileTooLarge,
            EnvelopeError::Unfinished => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

/// The envelope around `plaintext`, made in one go. Larger content goes through [`SealReader`].
///
/// # Errors
/// [`EnvelopeError::TooLong`].
pub fn seal(key: &ContentKey, plaintext: &[u8], random: &mut dyn SecureRandom) -> Result<Vec<u8>, EnvelopeError> {
    let mut chunks = Chunks::seal_under(key, random);
    let mut envelope = Vec::with_capacity(plaintext.len().saturating_add(SEALED_CHUNK_BYTES));
    envelope.extend_from_slice(chunks.header());
    let mut pieces = plaintext.chunks(CHUNK_BYTES).peekable();
    let mut chunk = Vec::with_capacity(SEALED_CHUNK_BYTES);
    loop {
        chunk.clear();
        chunk.extend_from_slice(pieces.next().unwrap_or_default());
        let place = Place::before(pieces.peek());
        chunks.seal(place, &mut chunk)?;
        envelope.extend_from_slice(&chunk);
        if place == Place::Last {
            return Ok(envelope);
        }
    }
}

/// The plaintext in `envelope`, all of it authenticated. Larger content goes through [`OpenReader`].
///
/// # Errors
/// Any [`EnvelopeError`] but [`EnvelopeError::Unfinished`].
pub fn open(key: &ContentKey, envelope: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let (mut chunks, rest) = Chunks::open_with(key, envelope)?;
    let mut plaintext = Vec::with_capacity(rest.len());
    let mut pieces = rest.chunks(SEALED_CHUNK_BYTES).peekable();
    let mut chunk = Vec::with_capacity(SEALED_CHUNK_BYTES);
    loop {
        chunk.clear();
        chunk.extend_from_slice(pieces.next().unwrap_or_default());
        let place = Place::before(pieces.peek());
        chunks.open(place, &mut chunk)?;
        plaintext.extend_from_slice(&chunk);
        if place == Place::Last {
            return Ok(plaintext);
        }
    }
}
