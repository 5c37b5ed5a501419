//! gost-engine, the implementation of these signatures that runs in OpenSSL, called in this very process.
//!
//! The engine is loaded once and made the default of its algorithms; after that its keys and digests are used through
//! the safe interface of the `openssl` crate. Keys are written as RFC 9215 says, signatures as the engine wants them:
//! s || r, each from its most significant octet on, which is our r || s read backwards.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::pkey_ctx::PkeyCtx;
use qolhat_pki::gost::{Curve, GostPublicKey};

#[expect(unsafe_code, reason = "the openssl crate has no safe way to load an engine")]
mod ffi {
    use super::{c_char, c_int, c_uint, c_void};

    unsafe extern "C" {
        pub(super) fn ENGINE_by_id(id: *const c_char) -> *mut c_void;
        pub(super) fn ENGINE_init(engine: *mut c_void) -> c_int;
        pub(super) fn ENGINE_set_default(engine: *mut c_void, flags: c_uint) -> c_int;
    }
}

/// ENGINE_METHOD_ALL of openssl/engine.h.
const ALL_METHODS: c_uint = 0xFFFF;
const ENGINE: &CStr = c"gost";

/// Proof that the engine is loaded.
#[derive(Clone, Copy)]
pub(crate) struct Engine(());

impl Engine {
    /// Loads the engine; `None` when its package is not installed.
    #[expect(unsafe_code, reason = "the openssl crate has no safe way to load an engine")]
    pub(crate) fn load() -> Option<Self> {
        openssl::init();
        // SAFETY: the name is a C string that lives for ever, and the engine is used only when it was found and
        // initialised. Its reference is never given back: the engine stays loaded until the process ends.
        let loaded = unsafe {
            let engine = ffi::ENGINE_by_id(ENGINE.as_ptr());
            !engine.is_null() && ffi::ENGINE_init(engine) == 1 && ffi::ENGINE_set_default(engine, ALL_METHODS) == 1
        };
        loaded.then_some(Self(()))
    }

    /// Streebog with 64 octets of digest.
    pub(crate) fn streebog512(self) -> MessageDigest {
        MessageDigest::from_name("md_gost12_512").expect("the engine knows Streebog")
    }

    /// A signature as the engine will verify it.
    pub(crate) fn verifier(self, key: &GostPublicKey, digest: &[u8], signature: &[u8]) -> Verifier {
        let key = PKey::public_key_from_der(&spki(key)).expect("the engine reads the key");
        let signature = signature.iter().rev().copied().collect();
        Verifier { key, digest: digest.to_vec(), signature }
    }
}

pub(crate) struct Verifier {
    key: PKey<Public>,
    digest: Vec<u8>,
    signature: Vec<u8>,
}

impl Verifier {
    pub(crate) fn verify(&self) -> bool {
        let mut context = PkeyCtx::new(&self.key).expect("a context");
        context.verify_init().expect("verification begins");
        context.verify(&self.digest, &self.signature).unwrap_or(false)
    }
}

/// SubjectPublicKeyInfo. Source: RFC 9215 section 4.2; RFC 4491 section 2.3.2 for the older curve.
fn spki(key: &GostPublicKey) -> Vec<u8> {
    let (algorithm, curve, digest): (&[u8], &[u8], Option<&[u8]>) = match key.curve() {
        Curve::Gost2015A512 => (
            &[0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x02],
            &[0x2A, 0x85, 0x03, 0x07, 0x01, 0x02, 0x01, 0x02, 0x01],
            None,
        ),
        Curve::Gost2015A256 => (
            &[0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x01],
            &[0x2A, 0x85, 0x03, 0x07, 0x01, 0x02, 0x01, 0x01, 0x01],
            Some(&[0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02]),
        ),
        Curve::Gost2004A => (
            &[0x2A, 0x85, 0x03, 0x02, 0x02, 0x13],
            &[0x2A, 0x85, 0x03, 0x02, 0x02, 0x23, 0x01],
            Some(&[0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x01]),
        ),
    };
    let mut parameters = tlv(0x06, curve);
    parameters.extend(digest.map(|digest| tlv(0x06, digest)).unwrap_or_default());
    let algorithm = [tlv(0x06, algorithm), tlv(0x30, &parameters)].concat();
    let key = [vec![0], tlv(0x04, &key.to_le_bytes())].concat();
    tlv(0x30, &[tlv(0x30, &algorithm), tlv(0x03, &key)].concat())
}

/// A DER element of less than 256 octets.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).expect("short content");
    let mut out = vec![tag];
    if length >= 0x80 {
        out.push(0x81);
    }
    out.push(length);
    out.extend_from_slice(content);
    out
}
