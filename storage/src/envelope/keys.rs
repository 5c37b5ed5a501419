//! The key of a document's content, and the keys under which it waits.
//!
//! ```text
//! wrapped key = "QLK1" | mark of the wrapping key, 8 bytes | nonce, 24 random bytes
//!             | XChaCha20-Poly1305 of the content key: 32 bytes, tag of 16 bytes
//! associated data = "QLK1" | mark | holder
//! ```
//! A wrapping key serves millions of content keys, so its nonces must not collide when drawn at random:
//! hence the cipher with the long nonce. The mark is the start of a hash of the wrapping key. It tells
//! "wrapped under another key" from "damaged", which is what a change of wrapping keys needs to know.
//!
//! Source: draft-irtf-cfrg-xchacha-03, §2; RFC 8439.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How many bytes a wrapped key has.
pub const WRAPPED_KEY_BYTES: usize = 84;

/// Randomness fit for keys, brought by the caller: this crate has no generator.
pub trait SecureRandom {
    /// Overwrites all of `out` with bytes that nobody can predict. An implementation that can't stops
    /// the process rather than returning.
    fn fill(&mut self, out: &mut [u8]);
}

/// The key under which the content of a document is sealed. Can't be printed, copied or read out; leaves
/// this crate only wrapped. Its memory is overwritten when it is dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ContentKey([u8; KEY_BYTES]);

impl ContentKey {
    /// A new key.
    pub fn generate(random: &mut dyn SecureRandom) -> Self {
        let mut key = Self([0; KEY_BYTES]);
        random.fill(&mut key.0);
        key
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

/// A key under which content keys wait, from a file or the configuration. Can't be printed or copied; its
/// memory is overwritten when it is dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct WrappingKey([u8; KEY_BYTES]);

impl WrappingKey {
    /// A new key.
    pub fn generate(random: &mut dyn SecureRandom) -> Self {
        let mut key = Self([0; KEY_BYTES]);
        random.fill(&mut key.0);
        key
    }

    /// A key kept as bytes.
    pub const fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// A key written as 64 hexadecimal digits, in either case.
    ///
    /// # Errors
    /// [`KeyError::NotHex`]; it doesn't repeat the text.
    pub fn parse_hex(text: &str) -> Result<Self, KeyError> {
        let mut key = Self([0; KEY_BYTES]);
        hex::decode_to_slice(text, &mut key.0).map_err(|_| KeyError::NotHex)?;
        Ok(key)
    }

    /// Tells wrapping keys apart without telling them: stands in every key wrapped under this one.
    pub fn mark(&self) -> [u8; MARK_BYTES] {
        let mut hash = Sha256::new();
        hash.update(b"qolhat wrapping key mark 1\0");
        hash.update(self.0);
        let [m0, m1, m2, m3, m4, m5, m6, m7, ..]: [u8; 32] = hash.finalize().into();
        [m0, m1, m2, m3, m4, m5, m6, m7]
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.0).into())
    }
}

/// Why a key was not wrapped or not unwrapped. Carries no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 64 hexadecimal digits.
    #[error("a wrapping key is written with 64 hexadecimal digits")]
    NotHex,
    /// Another length, or other first bytes, than a wrapped key of version 1.
    #[error("these bytes are not a wrapped key")]
    NotAWrappedKey,
    /// Wrapped under another key than the one given.
    #[error("the content key is wrapped under another wrapping key")]
    OtherWrappingKey,
    /// Wrapped for another holder, or changed bytes.
    #[error("the wrapped key does not open: other holder, or changed bytes")]
    Refused,
}

/// `key` wrapped for one holder: [`WRAPPED_KEY_BYTES`] bytes, to be kept in an erasable row.
///
/// `holder` says whose it is and of which document; it is bound, not kept. It must be unambiguous: ids of
/// fixed length one after the other are, names of any length are not.
///
/// # Errors
/// None in practice: the cipher refuses only a `holder` of 2⁶⁴ bytes, as [`KeyError::Refused`].
pub fn wrap_key(
    wrapping: &WrappingKey,
    key: &ContentKey,
    holder: &[u8],
    random: &mut dyn SecureRandom,
) -> Result<Vec<u8>, KeyError> {
    let mut nonce = [0; NONCE_BYTES];
    random.fill(&mut nonce);
    let mark = wrapping.mark();
    let aad = associated_data(&mark, holder);
    let payload = Payload { msg: &key.0, aad: &aad };
    let sealed = wrapping.cipher().encrypt(&nonce.into(), payload).map_err(|_| KeyError::Refused)?;
    Ok([MAGIC.as_slice(), &mark, &nonce, &sealed].concat())
}

/// The key in `wrapped`, for the holder it was wrapped for.
///
/// # Errors
/// [`KeyError::NotAWrappedKey`], [`KeyError::OtherWrappingKey`], [`KeyError::Refused`].
pub fn unwrap_key(wrapping: &WrappingKey, wrapped: &[u8], holder: &[u8]) -> Result<ContentKey, KeyError> {
    let (mark, nonce, sealed) = split(wrapped).ok_or(KeyError::NotAWrappedKey)?;
    if *mark != wrapping.mark() {
        return Err(KeyError::OtherWrappingKey);
    }
    let payload = Payload { msg: sealed, aad: &associated_data(mark, holder) };
    let bytes = wrapping.cipher().decrypt(nonce.into(), payload);
    let bytes = Zeroizing::new(bytes.map_err(|_| KeyError::Refused)?);
    let bytes = bytes.first_chunk::<KEY_BYTES>().ok_or(KeyError::NotAWrappedKey)?;
    Ok(ContentKey(*bytes))
}

const KEY_BYTES: usize = 32;
const MAGIC: [u8; 4] = *b"QLK1";
const MARK_BYTES: usize = 8;
const NONCE_BYTES: usize = 24;

fn associated_data(mark: &[u8; MARK_BYTES], holder: &[u8]) -> Vec<u8> {
    [MAGIC.as_slice(), mark, holder].concat()
}

type Parts<'bytes> = (&'bytes [u8; MARK_BYTES], &'bytes [u8; NONCE_BYTES], &'bytes [u8]);

fn split(wrapped: &[u8]) -> Option<Parts<'_>> {
    if wrapped.len() != WRAPPED_KEY_BYTES {
        return None;
    }
    let rest = wrapped.strip_prefix(&MAGIC)?;
    let (mark, rest) = rest.split_first_chunk()?;
    let (nonce, sealed) = rest.split_first_chunk()?;
    Some((mark, nonce, sealed))
}
