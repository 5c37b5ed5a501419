//! Private keys: reading and writing them, signing, making new ones.
//! RSA lives in OpenSSL, the national kinds in [`crate::gost`]; both wipe their secrets when dropped.
//! Source: RFC 5208; nca-rk.md section 2 for the national form.

use openssl::md::Md;
use openssl::pkey::{Id, PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use zeroize::Zeroizing;

use crate::algorithm::SignatureAlgorithm;
use crate::certificate::Certificate;
use crate::der::writer::Writer;
use crate::der::{DerError, Reader, Rules, tag};
use crate::digest::{Digest, DigestAlgorithm};
use crate::gost::{Curve, GostSecretKey};
use crate::oid::{self, Oid};
use crate::random::SecureRandom;

/// Largest private key read, in octets of PKCS#8: RSA of 8192 bits fits.
pub const PRIVATE_KEY_MAX_BYTES: usize = 8 * 1024;
/// Smallest and largest RSA modulus used or made here, in bits.
const RSA_BITS: std::ops::RangeInclusive<u32> = 1024..=8192;

/// A key that signs.
pub enum PrivateKey {
    /// RSA: PKCS#1 v1.5 with SHA-256.
    Rsa(PKey<Private>),
    /// GOST 34.10-2015 or GOST 34.310-2004.
    Gost(GostSecretKey),
}

/// Why octets are no private key that can be used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFormatError {
    /// A kind of key, or a curve, not known here.
    #[error("private key of an unsupported kind: {oid}")]
    Unsupported {
        /// The algorithm or its parameters.
        oid: Oid,
    },
    /// Not PKCS#8, or the key inside is out of range.
    #[error("malformed private key: {what}")]
    Malformed {
        /// What is wrong.
        what: &'static str,
    },
}

/// Why a key did not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The digest is of an algorithm this key does not sign.
    #[error("the key signs {expected} digests, not {found}")]
    DigestMismatch {
        /// What the key signs.
        expected: DigestAlgorithm,
        /// What was given.
        found: DigestAlgorithm,
    },
    /// The key could not be used: an RSA key too small for the digest, or a failing library.
    #[error("the private key could not be used")]
    Failed,
}

impl PrivateKey {
    /// The key in a PKCS#8 PrivateKeyInfo. A GOST number stands in its privateKey field as little-endian octets, as an
    /// OCTET STRING of them, or as an INTEGER.
    /// # Errors
    /// `Unsupported` for another algorithm or curve, `Malformed` otherwise.
    pub fn from_pkcs8_der(pkcs8: &[u8]) -> Result<PrivateKey, KeyFormatError> {
        if pkcs8.len() > PRIVATE_KEY_MAX_BYTES {
            return Err(malformed("larger than the limit"));
        }
        let mut outer = Reader::new(pkcs8, Rules::Ber);
        let mut info = outer.sequence()?;
        outer.finish()?;
        if info.small_uint()? > 1 {
            return Err(malformed("version"));
        }
        let mut algorithm = info.sequence()?;
        let kind = algorithm.oid()?;
        if kind == oid::RSA_ENCRYPTION {
            return rsa_from_pkcs8(pkcs8);
        }
        let curve = curve(kind, algorithm)?;
        let field = info.expect(tag::OCTET_STRING)?.value;
        let scalar = gost_scalar(field, curve)?;
        GostSecretKey::from_le_bytes(curve, &scalar)
            .map(PrivateKey::Gost)
            .map_err(|_| malformed("the number is not within the order of the curve"))
    }

    /// The key as PKCS#8 PrivateKeyInfo, GOST keys in the form of the national CA.
    /// # Errors
    /// `Malformed` when the library cannot encode an RSA key.
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyFormatError> {
        match self {
            PrivateKey::Rsa(key) => key.private_key_to_pkcs8().map(Zeroizing::new).map_err(|_| malformed("RSA key")),
            PrivateKey::Gost(key) => Ok(gost_to_pkcs8(key)),
        }
    }

    /// The SubjectPublicKeyInfo of the public half, GOST keys in the form of the national CA.
    /// # Errors
    /// `Malformed` when the library cannot encode an RSA key.
    pub fn spki_der(&self) -> Result<Vec<u8>, KeyFormatError> {
        match self {
            PrivateKey::Rsa(key) => key.public_key_to_der().map_err(|_| malformed("RSA key")),
            PrivateKey::Gost(key) => Ok(Writer::build(|w| {
                w.sequence(|w| {
                    gost_algorithm(w, key.curve());
                    let point = key.public_key().to_le_bytes();
                    w.bit_string(&Writer::build(|w| w.octet_string(&point)));
                });
            })),
        }
    }

    /// Whether `certificate` is about the public half of this key.
    pub fn belongs_to(&self, certificate: &Certificate) -> bool {
        match self {
            PrivateKey::Rsa(key) => PKey::public_key_from_der(certificate.spki())
                .is_ok_and(|public| public.id() == Id::RSA && key.public_eq(&public)),
            PrivateKey::Gost(_) => self.spki_der().is_ok_and(|spki| spki == certificate.spki()),
        }
    }

    /// The algorithm this key signs with: SHA-256 for RSA, the digest of the same standard for GOST.
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        match self {
            PrivateKey::Rsa(_) => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
            PrivateKey::Gost(key) => match key.curve() {
                Curve::Gost2015A512 => SignatureAlgorithm::Gost2015_512,
                Curve::Gost2015A256 => SignatureAlgorithm::Gost2015_256,
                Curve::Gost2004A => SignatureAlgorithm::Gost2004,
            },
        }
    }

    /// The identifier of [`PrivateKey::signature_algorithm`].
    pub fn signature_oid(&self) -> Oid {
        match self {
            PrivateKey::Rsa(_) => oid::SHA256_WITH_RSA,
            PrivateKey::Gost(key) => match key.curve() {
                Curve::Gost2015A512 => oid::GOST2015_512_SIGNATURE,
                Curve::Gost2015A256 => oid::GOST2015_256_SIGNATURE,
                Curve::Gost2004A => oid::GOST2004_SIGNATURE,
            },
        }
    }

    /// The digest of [`PrivateKey::signature_algorithm`].
    pub fn digest_algorithm(&self) -> DigestAlgorithm {
        match self {
            PrivateKey::Rsa(_) => DigestAlgorithm::Sha256,
            PrivateKey::Gost(key) => match key.curve() {
                Curve::Gost2015A512 => DigestAlgorithm::Streebog512,
                Curve::Gost2015A256 => DigestAlgorithm::Streebog256,
                Curve::Gost2004A => DigestAlgorithm::Gost34311,
            },
        }
    }

    /// The signature of `message`: PKCS#1 v1.5 octets, or r||s with both halves little-endian.
    /// # Errors
    /// As [`PrivateKey::sign_digest`].
    pub fn sign_message(&self, message: &[u8], rng: &mut dyn SecureRandom) -> Result<Vec<u8>, SignError> {
        self.sign_digest(&self.digest_algorithm().digest(message), rng)
    }

    /// The signature of what `digest` is the digest of. RSA needs no randomness, GOST takes its nonce from `rng`.
    /// # Errors
    /// `DigestMismatch` for another algorithm than [`PrivateKey::digest_algorithm`], `Failed` from the library.
    pub fn sign_digest(&self, digest: &Digest, rng: &mut dyn SecureRandom) -> Result<Vec<u8>, SignError> {
        let (expected, found) = (self.digest_algorithm(), digest.algorithm());
        if expected != found {
            return Err(SignError::DigestMismatch { expected, found });
        }
        match self {
            PrivateKey::Rsa(key) => rsa_sign(key, digest.as_bytes()).map_err(|_| SignError::Failed),
            PrivateKey::Gost(key) => key.sign_prehashed(digest.as_bytes(), rng).map_err(|_| SignError::Failed),
        }
    }

    /// A new RSA key of `bits`, 1024 to 8192, exponent 65537. The randomness is that of OpenSSL.
    /// # Errors
    /// `Malformed` for a size out of range or when the library fails.
    pub fn generate_rsa(bits: u32) -> Result<PrivateKey, KeyFormatError> {
        if !RSA_BITS.contains(&bits) {
            return Err(malformed("size of the modulus"));
        }
        Rsa::generate(bits).and_then(PKey::from_rsa).map(PrivateKey::Rsa).map_err(|_| malformed("RSA key"))
    }

    /// A new GOST key from `rng`.
    /// # Errors
    /// `Malformed` when `rng` is broken.
    pub fn generate_gost(curve: Curve, rng: &mut dyn SecureRandom) -> Result<PrivateKey, KeyFormatError> {
        GostSecretKey::generate(curve, rng)
            .map(PrivateKey::Gost)
            .map_err(|_| malformed("the random source gives no key"))
    }

    /// A new GOST 34.10-2015 key of 512 bits from `rng`: what the national CA issues today.
    /// # Errors
    /// `Malformed` when `rng` is broken.
    pub fn generate_gost512(rng: &mut dyn SecureRandom) -> Result<PrivateKey, KeyFormatError> {
        Self::generate_gost(Curve::Gost2015A512, rng)
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PrivateKey::Rsa(key) => write!(f, "PrivateKey::Rsa({} bits)", key.bits()),
            PrivateKey::Gost(key) => write!(f, "PrivateKey::Gost({:?})", key.curve()),
        }
    }
}

impl From<DerError> for KeyFormatError {
    fn from(_: DerError) -> Self {
        // The details of a secret's encoding stay out of messages.
        malformed("encoding")
    }
}

fn malformed(what: &'static str) -> KeyFormatError {
    KeyFormatError::Malformed { what }
}

fn rsa_from_pkcs8(pkcs8: &[u8]) -> Result<PrivateKey, KeyFormatError> {
    let key = PKey::private_key_from_pkcs8(pkcs8).map_err(|_| malformed("RSA key"))?;
    let rsa = key.rsa().map_err(|_| malformed("RSA key"))?;
    if !RSA_BITS.contains(&key.bits()) {
        return Err(malformed("size of the modulus"));
    }
    if !rsa.check_key().unwrap_or(false) {
        return Err(malformed("the numbers of the RSA key do not fit together"));
    }
    Ok(PrivateKey::Rsa(key))
}

fn rsa_sign(key: &PKey<Private>, digest: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.sign_init()?;
    context.set_rsa_padding(Padding::PKCS1)?;
    context.set_signature_md(Md::sha256())?;
    let mut signature = Vec::new();
    context.sign_to_vec(digest, &mut signature)?;
    Ok(signature)
}

/// The curve an algorithm and its parameters stand for.
fn curve(kind: Oid, mut algorithm: Reader<'_>) -> Result<Curve, KeyFormatError> {
    let curve = Curve::ALL
        .into_iter()
        .find(|curve| key_oids(*curve).0 == kind)
        .ok_or(KeyFormatError::Unsupported { oid: kind })?;
    let parameters = algorithm.sequence()?.oid()?;
    if parameters != key_oids(curve).1 {
        return Err(KeyFormatError::Unsupported { oid: parameters });
    }
    Ok(curve)
}

/// Algorithm, curve and digest parameters of a key. Source: nca-rk.md section 1.
fn key_oids(curve: Curve) -> (Oid, Oid, Oid) {
    match curve {
        Curve::Gost2015A512 => (oid::GOST2015_512_KEY, oid::GOST2015_512_PARAMETERS_A, oid::STREEBOG512),
        Curve::Gost2015A256 => (oid::GOST2015_256_KEY, oid::GOST2015_256_PARAMETERS_A, oid::STREEBOG256),
        Curve::Gost2004A => (oid::GOST2004_KEY, oid::GOST2004_PARAMETERS_A, oid::GOST2004_DIGEST_PARAMETERS),
    }
}

fn gost_algorithm(writer: &mut Writer, curve: Curve) {
    let (key, parameters, digest) = key_oids(curve);
    writer.sequence(|w| {
        w.oid(&key);
        w.sequence(|w| {
            w.oid(&parameters);
            w.oid(&digest);
        });
    });
}

/// The number in a privateKey field, little-endian and of the width of the curve. Three forms are met: the octets, an
/// OCTET STRING of them, and an INTEGER, which is big-endian. The length tells the first one, since a number may begin
/// with any octet.
fn gost_scalar(field: &[u8], curve: Curve) -> Result<Zeroizing<Vec<u8>>, KeyFormatError> {
    let width = curve.coordinate_len();
    if field.len() == width {
        return Ok(Zeroizing::new(field.to_vec()));
    }
    let mut wrapped = Reader::new(field, Rules::Der);
    let wrong_length = || malformed("length of the number");
    let scalar = if wrapped.peek_tag() == Some(tag::INTEGER) {
        let magnitude = match wrapped.integer_bytes()? {
            [0x80..=0xff, ..] => return Err(malformed("negative number")),
            [0, magnitude @ ..] | magnitude => magnitude,
        };
        let padding = width.checked_sub(magnitude.len()).ok_or_else(wrong_length)?;
        let mut scalar = Zeroizing::new(Vec::with_capacity(width));
        scalar.extend(magnitude.iter().rev());
        scalar.extend(std::iter::repeat_n(0, padding));
        scalar
    } else {
        let octets = wrapped.expect(tag::OCTET_STRING)?.value;
        if octets.len() != width {
            return Err(wrong_length());
        }
        Zeroizing::new(octets.to_vec())
    };
    wrapped.finish()?;
    Ok(scalar)
}

/// Written by hand into one buffer of sufficient size, so that no copy of the secret is left in memory.
fn gost_to_pkcs8(key: &GostSecretKey) -> Zeroizing<Vec<u8>> {
    let scalar = key.to_le_bytes();
    let algorithm = Writer::build(|w| gost_algorithm(w, key.curve()));
    // All lengths here are below 128: at most 3 + 39 + 4 + 64 octets.
    let octet = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    let body = algorithm.len().saturating_add(scalar.len()).saturating_add(7);

    let mut out = Zeroizing::new(Vec::with_capacity(body.saturating_add(2)));
    out.extend_from_slice(&[tag::SEQUENCE, octet(body), tag::INTEGER, 1, 0]);
    out.extend_from_slice(&algorithm);
    out.extend_from_slice(&[tag::OCTET_STRING, octet(scalar.len().saturating_add(2))]);
    out.extend_from_slice(&[tag::OCTET_STRING, octet(scalar.len())]);
    out.extend_from_slice(&scalar);
    out
}
