#![allow(clippy::disallowed_methods, reason = "tests find their files and measure")]
//! Envelopes: what was sealed comes out, and nothing else does.

use std::io::ErrorKind;

use qolhat_storage::envelope::{
    CHUNK_BYTES, ContentKey, EnvelopeError, HEADER_BYTES, OpenReader, SealReader, open, seal, sealed_size_bytes,
};
use qolhat_storage::{BlobStore, ContentDigest, DiskStore};
use tokio::io::{AsyncReadExt, sink};

use crate::support::{Predictable, Sevens, Trickle, noise};

const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + 16;
const SIZES: [usize; 8] =
    [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 1];

fn key(seed: u64) -> ContentKey {
    ContentKey::generate(&mut Predictable::from(seed))
}

fn sealed(plaintext: &[u8]) -> Vec<u8> {
    seal(&key(1), plaintext, &mut Predictable::from(2)).unwrap()
}

/// The header and each chunk of an envelope.
fn parts(envelope: &[u8]) -> Vec<&[u8]> {
    let (header, chunks) = envelope.split_at(HEADER_BYTES);
    [header].into_iter().chain(chunks.chunks(SEALED_CHUNK_BYTES)).collect()
}

/// What both ways of opening say; they must agree.
async fn opened(key_seed: u64, envelope: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let at_once = open(&key(key_seed), envelope);
    let mut reader = OpenReader::new(key(key_seed), Trickle::of(envelope.to_vec()));
    let mut plaintext = Vec::new();
    let streamed = match reader.read_to_end(&mut plaintext).await {
        Ok(_) => {
            let told = reader.finish().unwrap();
            assert_eq!(told.digest, ContentDigest::of(&plaintext));
            assert_eq!(told.size_bytes, plaintext.len() as u64);
            Ok(plaintext)
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            Err(error.downcast::<EnvelopeError>().unwrap())
        }
    };
    assert!(at_once == streamed, "the two ways of opening disagree");
    at_once
}

/// Keeps: SEC-02, JRN-08
#[tokio::test]
async fn what_was_sealed_is_opened_at_every_size() {
    for size in SIZES {
        let plaintext = noise(size);

        let envelope = sealed(&plaintext);

        assert_eq!(Some(envelope.len() as u64), sealed_size_bytes(size as u64));
        assert!(opened(1, &envelope).await.unwrap() == plaintext, "{size}");
    }
}

#[tokio::test]
async fn a_stream_is_sealed_as_its_bytes_are_and_tells_what_they_were() {
    for size in SIZES {
        let plaintext = noise(size);
        let source = Trickle::of(plaintext.clone());
        let mut reader = SealReader::new(&key(1), source, &mut Predictable::from(2));

        let mut envelope = Vec::new();
        reader.read_to_end(&mut envelope).await.unwrap();

        assert!(envelope == sealed(&plaintext), "{size}");
        let told = reader.finish().unwrap();
        assert_eq!(told.digest, ContentDigest::of(&plaintext));
        assert_eq!(told.size_bytes, size as u64);
    }
}

const GOLDEN_ENVELOPE: &str = "514c48310001000007070707070707c5734b219c15b195060612e09d4bbeb25cdc20cc381ce50411\
    a3bcad6cb33949ed13a778df";

/// The format is read for decades: these bytes were computed by another implementation.
#[test]
fn the_format_is_what_another_implementation_makes_of_it() {
    let key = ContentKey::generate(&mut Sevens);

    let envelope = seal(&key, "qolhat: қол хат".as_bytes(), &mut Sevens).unwrap();

    assert_eq!(hex::encode(&envelope), GOLDEN_ENVELOPE);
    assert_eq!(open(&key, &envelope).unwrap(), "qolhat: қол хат".as_bytes());
}

#[tokio::test]
async fn every_flipped_byte_of_a_small_envelope_is_refused() {
    let envelope = sealed(b"forty-two bytes of content, give or take..");
    for position in 0..envelope.len() {
        let mut flipped = envelope.clone();
        flipped[position] ^= 1;

        let refusal = opened(1, &flipped).await.unwrap_err();

        let expected = match position {
            0..4 => EnvelopeError::NotAnEnvelope,
            4..8 => EnvelopeError::ChunkSize { found: u32::from_be_bytes(flipped[4..8].try_into().unwrap()) },
            _ => EnvelopeError::Refused { chunk: 0 },
        };
        assert_eq!(refusal, expected, "byte {position}");
    }
}

#[tokio::test]
async fn a_flipped_byte_in_a_later_chunk_names_the_chunk() {
    let mut envelope = sealed(&noise(3 * CHUNK_BYTES));
    envelope[HEADER_BYTES + SEALED_CHUNK_BYTES + 5] ^= 1;

    let refusal = opened(1, &envelope).await.unwrap_err();

    assert_eq!(refusal, EnvelopeError::Refused { chunk: 1 });
}

#[tokio::test]
async fn an_envelope_cut_off_anywhere_is_refused() {
    let envelope = sealed(&noise(3 * CHUNK_BYTES + 100));
    let border = |chunks: usize| HEADER_BYTES + chunks * SEALED_CHUNK_BYTES;
    for (length, expected) in [
        (0, EnvelopeError::CutOff),
        (3, EnvelopeError::CutOff),
        (HEADER_BYTES - 1, EnvelopeError::CutOff),
        (border(0), EnvelopeError::CutOff),
        (border(0) + 15, EnvelopeError::CutOff),
        (border(0) + 16, EnvelopeError::Refused { chunk: 0 }),
        (border(1), EnvelopeError::Refused { chunk: 0 }),
        (border(1) + 1, EnvelopeError::CutOff),
        (border(2) - 1, EnvelopeError::Refused { chunk: 1 }),
        (border(2), EnvelopeError::Refused { chunk: 1 }),
        (border(3), EnvelopeError::Refused { chunk: 2 }),
        (envelope.len() - 1, EnvelopeError::Refused { chunk: 3 }),
    ] {
        let refusal = opened(1, &envelope[..length]).await.unwrap_err();
        assert_eq!(refusal, expected, "cut to {length} bytes");
    }
}

#[tokio::test]
async fn chunks_swapped_repeated_or_left_out_are_refused() {
    let envelope = sealed(&noise(4 * CHUNK_BYTES));
    let parts = parts(&envelope);
    let [header, a, b, c, last] = parts[..] else {
        panic!("not five parts");
    };
    for (changed, chunk) in [
        ([header, b, a, c, last].concat(), 0),
        ([header, a, c, b, last].concat(), 1),
        ([header, a, a, b, c, last].concat(), 1),
        ([header, a, c, last].concat(), 1),
        ([header, last].concat(), 0),
        ([header, a, b, last, c].concat(), 2),
    ] {
        let refusal = opened(1, &changed).await.unwrap_err();
        assert_eq!(refusal, EnvelopeError::Refused { chunk });
    }
}

#[tokio::test]
async fn anything_appended_is_refused() {
    let envelope = sealed(&noise(2 * CHUNK_BYTES));
    let last = *parts(&envelope).last().unwrap();
    for (appended, chunk) in [(last, 1), (&last[..16], 1), ([0].as_slice(), 1), (&envelope, 1)] {
        let changed = [&envelope, appended].concat();
        let refusal = opened(1, &changed).await.unwrap_err();
        assert_eq!(refusal, EnvelopeError::Refused { chunk });
    }

    let short = sealed(b"short");
    let refusal = opened(1, &[&short[..], &[0]].concat()).await.unwrap_err();
    assert_eq!(refusal, EnvelopeError::Refused { chunk: 0 });
}

#[tokio::test]
async fn another_key_opens_nothing() {
    for size in SIZES {
        let refusal = opened(3, &sealed(&noise(size))).await.unwrap_err();
        assert_eq!(refusal, EnvelopeError::Refused { chunk: 0 });
    }
}

#[tokio::test]
async fn the_chunks_of_another_envelope_under_the_same_key_are_refused() {
    let first = sealed(b"pay 1,000 tenge");
    let second = seal(&key(1), b"pay 9,000 tenge", &mut Predictable::from(99)).unwrap();

    let mixed = [&first[..HEADER_BYTES], &second[HEADER_BYTES..]].concat();

    let refusal = opened(1, &mixed).await.unwrap_err();
    assert_eq!(refusal, EnvelopeError::Refused { chunk: 0 });
}

#[tokio::test]
async fn other_bytes_are_not_an_envelope() {
    for bytes in [b"%PDF-1.7 and so on".as_slice(), b"%P", b"QLH2000000000000000"] {
        let refusal = opened(1, bytes).await.unwrap_err();
        assert_eq!(refusal, EnvelopeError::NotAnEnvelope);
    }
}

#[tokio::test]
async fn a_refused_stream_gives_nothing_after_the_chunk_that_failed() {
    let mut envelope = sealed(&noise(3 * CHUNK_BYTES));
    envelope[HEADER_BYTES + SEALED_CHUNK_BYTES] ^= 1;
    let mut reader = OpenReader::new(key(1), envelope.as_slice());
    let mut plaintext = Vec::new();

    assert!(reader.read_to_end(&mut plaintext).await.is_err());
    assert!(reader.read_to_end(&mut plaintext).await.is_err());

    assert!(plaintext == noise(3 * CHUNK_BYTES)[..CHUNK_BYTES]);
    assert_eq!(reader.finish(), Err(EnvelopeError::Unfinished));
}

#[tokio::test]
async fn nothing_is_told_before_the_end() {
    let plaintext = noise(CHUNK_BYTES + 1);
    let envelope = sealed(&plaintext);
    let mut sealing = SealReader::new(&key(1), plaintext.as_slice(), &mut Predictable::from(2));
    let mut opening = OpenReader::new(key(1), envelope.as_slice());

    let mut most = vec![0; envelope.len() - 1];
    sealing.read_exact(&mut most).await.unwrap();
    most.truncate(plaintext.len() - 1);
    opening.read_exact(&mut most).await.unwrap();

    assert_eq!(sealing.finish(), Err(EnvelopeError::Unfinished));
    assert_eq!(opening.finish(), Err(EnvelopeError::Unfinished));
}

#[tokio::test]
async fn a_failing_source_fails_the_seal() {
    let source = Trickle::failing(noise(CHUNK_BYTES + 1), ErrorKind::ConnectionReset);
    let mut reader = SealReader::new(&key(1), source, &mut Predictable::from(2));

    let error = tokio::io::copy(&mut reader, &mut sink()).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(reader.finish(), Err(EnvelopeError::Unfinished));
}

#[tokio::test]
async fn an_upload_is_sealed_stored_and_read_back_without_being_held() {
    let root = tempfile::tempdir().unwrap();
    let store = DiskStore::open(root.path()).await.unwrap();
    let size_bytes = 1024 * 1024 + 1;
    let upload = tokio::io::repeat(b'q').take(size_bytes);
    let limit_bytes = sealed_size_bytes(size_bytes).unwrap();

    let mut sealing = SealReader::new(&key(1), upload, &mut Predictable::from(2));
    let stored = store.put_stream(&mut sealing, limit_bytes).await.unwrap();
    let put = sealing.finish().unwrap();
    let kept = store.reader(&stored.address).await.unwrap();
    let mut opening = OpenReader::new(key(1), kept);
    tokio::io::copy(&mut opening, &mut sink()).await.unwrap();

    assert_eq!(stored.size_bytes, limit_bytes);
    assert_eq!(put.size_bytes, size_bytes);
    assert_eq!(opening.finish().unwrap(), put);
    assert_ne!(stored.address, put.digest);
}
