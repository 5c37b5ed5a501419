//! The bytes of an envelope: its header and its chunks.

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use chacha20poly1305::ChaCha20Poly1305;

use super::{ContentKey, EnvelopeError, SecureRandom};

/// How many bytes of plaintext a chunk holds: 64 KiB.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// How many bytes an envelope has before its first chunk.
pub const HEADER_BYTES: usize = 15;

/// The size of the envelope around `plaintext_bytes` bytes; `None` when there can't be one. It grows
/// with the plaintext, so the limit of an upload translates into the limit of its blob.
pub const fn sealed_size_bytes(plaintext_bytes: u64) -> Option<u64> {
    const CHUNK: u64 = 64 * 1024;
    const HEADER: u64 = 15;
    const TAG: u64 = 16;
    const CHUNKS_MAX: u64 = 1 << 32;
    let chunks = match plaintext_bytes.div_ceil(CHUNK) {
        0 => 1,
        chunks => chunks,
    };
    if chunks > CHUNKS_MAX {
        return None;
    }
    Some(HEADER + plaintext_bytes + chunks * TAG)
}

/// How many bytes a chunk has in the envelope; only the last may have fewer.
pub(super) const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + TAG_BYTES;

const MAGIC: [u8; 4] = *b"QLH1";
const CHUNK_SIZE: u32 = 64 * 1024;
const NONCE_PREFIX_BYTES: usize = 7;
const TAG_BYTES: usize = 16;

/// Where a chunk stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inner,
    Last,
}

impl Place {
    /// The place of the chunk before `next`.
    pub(super) fn before<T>(next: Option<T>) -> Self {
        match next {
            Some(_) => Self::Inner,
            None => Self::Last,
        }
    }
}

/// Seals or opens the chunks of one envelope, in their order and in place.
pub(super) struct Chunks {
    header: [u8; HEADER_BYTES],
    stream: StreamBE32<ChaCha20Poly1305>,
    /// The number of the next chunk; `None` after the last one and when numbers have run out.
    next: Option<u32>,
}

impl Chunks {
    /// For a new envelope.
    pub(super) fn seal_under(key: &ContentKey, random: &mut dyn SecureRandom) -> Self {
        let mut nonce_prefix = [0; NONCE_PREFIX_BYTES];
        random.fill(&mut nonce_prefix);
        let [m0, m1, m2, m3] = MAGIC;
        let [s0, s1, s2, s3] = CHUNK_SIZE.to_be_bytes();
        let [n0, n1, n2, n3, n4, n5, n6] = nonce_prefix;
        let header = [m0, m1, m2, m3, s0, s1, s2, s3, n0, n1, n2, n3, n4, n5, n6];
        Self::new(key, header, nonce_prefix)
    }

    /// For the envelope that starts with `bytes`; also what follows its header.
    pub(super) fn open_with<'bytes>(
        key: &ContentKey,
        bytes: &'bytes [u8],
    ) -> Result<(Self, &'bytes [u8]), EnvelopeError> {
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
            return Err(cut_header(bytes));
        };
        let [m0, m1, m2, m3, s0, s1, s2, s3, nonce_prefix @ ..] = *header;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(EnvelopeError::NotAnEnvelope);
        }
        let found = u32::from_be_bytes([s0, s1, s2, s3]);
        if found != CHUNK_SIZE {
            return Err(EnvelopeError::ChunkSize { found });
        }
        Ok((Self::new(key, *header, nonce_prefix), rest))
    }

    fn new(key: &ContentKey, header: [u8; HEADER_BYTES], nonce_prefix: [u8; NONCE_PREFIX_BYTES]) -> Self {
        Self { header, stream: StreamBE32::new(key.bytes().into(), &nonce_prefix.into()), next: Some(0) }
    }

    pub(super) fn header(&self) -> &[u8; HEADER_BYTES] {
        &self.header
    }

    /// Turns plaintext into a chunk.
    pub(super) fn seal(&mut self, place: Place, chunk: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let number = self.take_number(place)?;
        // The cipher refuses nothing but a length that a chunk can't have.
        self.stream
            .encrypt_in_place(number, place == Place::Last, &self.header, chunk)
            .map_err(|_| EnvelopeError::TooLong)
    }

    /// Turns a chunk into plaintext.
    pub(super) fn open(&mut self, place: Place, chunk: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let number = self.take_number(place)?;
        if chunk.len() < TAG_BYTES {
            return Err(EnvelopeError::CutOff);
        }
        self.stream
            .decrypt_in_place(number, place == Place::Last, &self.header, chunk)
            .map_err(|_| EnvelopeError::Refused { chunk: number })?;
        if chunk.is_empty() && number > 0 {
            return Err(EnvelopeError::EmptyLastChunk);
        }
        Ok(())
    }

    fn take_number(&mut self, place: Place) -> Result<u32, EnvelopeError> {
        let number = self.next.ok_or(EnvelopeError::TooLong)?;
        self.next = match place {
            Place::Inner => number.checked_add(1),
            Place::Last => None,
        };
        Ok(number)
    }
}

/// What is wrong with bytes too few for a header.
fn cut_header(bytes: &[u8]) -> EnvelopeError {
    let magic = bytes.get(..MAGIC.len()).unwrap_or(bytes);
    if MAGIC.starts_with(magic) { EnvelopeError::CutOff } else { EnvelopeError::NotAnEnvelope }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    struct Zeros;

    impl SecureRandom for Zeros {
        fn fill(&mut self, out: &mut [u8]) {
            out.fill(0);
        }
    }

    #[test]
    fn no_chunk_follows_the_last_number() {
        let key = ContentKey::generate(&mut Zeros);
        let mut chunks = Chunks::seal_under(&key, &mut Zeros);
        chunks.next = Some(u32::MAX);

        chunks.seal(Place::Inner, &mut vec![1]).unwrap();
        let past = chunks.seal(Place::Last, &mut vec![1]);

        assert_eq!(past, Err(EnvelopeError::TooLong));
    }

    #[test]
    fn an_empty_chunk_after_others_is_refused() {
        let key = ContentKey::generate(&mut Zeros);
        let mut chunks = Chunks::seal_under(&key, &mut Zeros);
        let mut full = vec![1; CHUNK_BYTES];
        let mut empty = Vec::new();
        chunks.seal(Place::Inner, &mut full).unwrap();
        chunks.seal(Place::Last, &mut empty).unwrap();
        let envelope = [chunks.header().as_slice(), &full, &empty].concat();

        let opened = crate::envelope::open(&key, &envelope);

        assert_eq!(opened, Err(EnvelopeError::EmptyLastChunk));
    }

    #[test]
    fn sizes_end_where_numbers_do() {
        let most = u64::from(u32::MAX) * 65_536 + 65_536;
        assert_eq!(sealed_size_bytes(most), Some(15 + most + (1 << 32) * 16));
        assert_eq!(sealed_size_bytes(most + 1), None);
        assert_eq!(sealed_size_bytes(u64::MAX), None);
    }
}
