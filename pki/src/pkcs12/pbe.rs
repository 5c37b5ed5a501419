//! Encryption under a password: the two old schemes of the national CA and the PBES2 form modern OpenSSL writes.
//! Source: RFC 7292 appendix C; RFC 8018 §6.2 and appendix A.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyIvInit};
use des::TdesEde3;
use openssl::hash::MessageDigest;
use openssl::symm::{self, Cipher};
use rc2::Rc2;
use zeroize::Zeroizing;

use super::derive::{Hash, Use, derive};
use super::{Budget, Pkcs12Error, malformed};
use crate::der::writer::Writer;
use crate::der::{Reader, tag};
use crate::oid::{self, Oid};

/// Longest salt taken from a file.
const SALT_MAX_BYTES: usize = 1024;
/// Effective key bits of the 40-bit RC2 scheme; also its key length of five octets. Source: RFC 7292 appendix C.
const RC2_40_BITS: usize = 40;

/// A password in the two forms the schemes want.
pub(super) struct Password<'a> {
    /// UTF-16 big-endian with a closing zero, for the schemes of PKCS#12.
    pub bmp: &'a [u8],
    /// UTF-8, for PBES2.
    pub utf8: &'a [u8],
}

/// What an AlgorithmIdentifier asks for.
pub(super) enum Scheme {
    TripleDes { salt: Vec<u8>, iterations: u32 },
    Rc2Of40Bits { salt: Vec<u8>, iterations: u32 },
    Pbes2(Pbes2),
}

pub(super) struct Pbes2 {
    salt: Vec<u8>,
    iterations: u32,
    prf: Prf,
    cipher: AesCbc,
    iv: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Prf {
    Sha1,
    Sha256,
    Sha512,
}

#[derive(Clone, Copy)]
enum AesCbc {
    Aes128,
    Aes256,
}

impl Scheme {
    /// Reads the inside of an AlgorithmIdentifier.
    pub(super) fn read(mut algorithm: Reader<'_>) -> Result<Scheme, Pkcs12Error> {
        let scheme = algorithm.oid()?;
        if scheme == oid::PBE_SHA1_3DES {
            let (salt, iterations) = pkcs12_parameters(&mut algorithm)?;
            return Ok(Scheme::TripleDes { salt, iterations });
        }
        if scheme == oid::PBE_SHA1_RC2_40 {
            let (salt, iterations) = pkcs12_parameters(&mut algorithm)?;
            return Ok(Scheme::Rc2Of40Bits { salt, iterations });
        }
        if scheme == oid::PBES2 {
            return Ok(Scheme::Pbes2(pbes2_parameters(&mut algorithm)?));
        }
        Err(unsupported("encryption", scheme))
    }

    /// The plaintext of `ciphertext`. The MAC of the file has been checked before, so bad padding means a broken file.
    pub(super) fn decrypt(
        &self,
        password: &Password<'_>,
        ciphertext: &[u8],
        budget: &mut Budget,
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length = match self {
            Scheme::TripleDes { salt, iterations } => {
                budget.spend(*iterations)?;
                let (key, iv) = key_and_iv(password.bmp, salt, *iterations, 24);
                cbc::Decryptor::<TdesEde3>::new_from_slices(&key, &iv)
                    .ok()
                    .and_then(|mode| mode.decrypt_padded::<Pkcs7>(&mut buffer).ok())
                    .map(<[u8]>::len)
            }
            Scheme::Rc2Of40Bits { salt, iterations } => {
                budget.spend(*iterations)?;
                let (key, iv) = key_and_iv(password.bmp, salt, *iterations, RC2_40_BITS / 8);
                let cipher = Rc2::new_with_eff_key_len(&key, RC2_40_BITS);
                cbc::Decryptor::<Rc2>::inner_iv_slice_init(cipher, &iv)
                    .ok()
                    .and_then(|mode| mode.decrypt_padded::<Pkcs7>(&mut buffer).ok())
                    .map(<[u8]>::len)
            }
            Scheme::Pbes2(parameters) => {
                return parameters.decrypt(password.utf8, ciphertext, budget);
            }
        };
        buffer.truncate(length.ok_or(malformed("padding of encrypted data"))?);
        Ok(buffer)
    }

    /// The ciphertext of `plaintext` under one of the two schemes of the national CA.
    pub(super) fn encrypt(&self, password: &Password<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Pkcs12Error> {
        let mut buffer = Zeroizing::new(Vec::with_capacity(plaintext.len().saturating_add(8)));
        buffer.extend_from_slice(plaintext);
        buffer.resize(plaintext.len().saturating_add(8), 0);
        let encrypted = match self {
            Scheme::TripleDes { salt, iterations } => {
                let (key, iv) = key_and_iv(password.bmp, salt, *iterations, 24);
                cbc::Encryptor::<TdesEde3>::new_from_slices(&key, &iv)
                    .ok()
                    .and_then(|mode| mode.encrypt_padded::<Pkcs7>(&mut buffer, plaintext.len()).ok())
                    .map(<[u8]>::to_vec)
            }
            Scheme::Rc2Of40Bits { salt, iterations } => {
                let (key, iv) = key_and_iv(password.bmp, salt, *iterations, RC2_40_BITS / 8);
                let cipher = Rc2::new_with_eff_key_len(&key, RC2_40_BITS);
                cbc::Encryptor::<Rc2>::inner_iv_slice_init(cipher, &iv)
                    .ok()
                    .and_then(|mode| mode.encrypt_padded::<Pkcs7>(&mut buffer, plaintext.len()).ok())
                    .map(<[u8]>::to_vec)
            }
            Scheme::Pbes2(_) => None,
        };
        encrypted.ok_or(Pkcs12Error::Unsupported { what: "writing with this encryption", oid: None })
    }

    /// Writes the AlgorithmIdentifier of one of the two schemes of the national CA.
    pub(super) fn write(&self, writer: &mut Writer) {
        let (scheme, salt, iterations) = match self {
            Scheme::TripleDes { salt, iterations } => (oid::PBE_SHA1_3DES, salt, iterations),
            Scheme::Rc2Of40Bits { salt, iterations } => (oid::PBE_SHA1_RC2_40, salt, iterations),
            Scheme::Pbes2(parameters) => (oid::PBES2, &parameters.salt, &parameters.iterations),
        };
        writer.sequence(|w| {
            w.oid(&scheme);
            w.sequence(|w| {
                w.octet_string(salt);
                w.integer_u64(u64::from(*iterations));
            });
        });
    }
}

impl Pbes2 {
    fn decrypt(
        &self,
        password: &[u8],
        ciphertext: &[u8],
        budget: &mut Budget,
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        budget.spend(self.iterations)?;
        let (cipher, key_length) = match self.cipher {
            AesCbc::Aes128 => (Cipher::aes_128_cbc(), 16),
            AesCbc::Aes256 => (Cipher::aes_256_cbc(), 32),
        };
        let prf = match self.prf {
            Prf::Sha1 => MessageDigest::sha1(),
            Prf::Sha256 => MessageDigest::sha256(),
            Prf::Sha512 => MessageDigest::sha512(),
        };
        let iterations = usize::try_from(self.iterations).map_err(|_| malformed("iteration count"))?;
        let mut key = Zeroizing::new(vec![0u8; key_length]);
        openssl::pkcs5::pbkdf2_hmac(password, &self.salt, iterations, prf, &mut key)
            .map_err(|_| malformed("key derivation"))?;
        symm::decrypt(cipher, &key, Some(&self.iv), ciphertext)
            .map(Zeroizing::new)
            .map_err(|_| malformed("padding of encrypted data"))
    }
}

fn key_and_iv(
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    key_length: usize,
) -> (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>) {
    (
        derive(Hash::Sha1, Use::Key, password, salt, iterations, key_length),
        derive(Hash::Sha1, Use::Iv, password, salt, iterations, 8),
    )
}

fn pkcs12_parameters(algorithm: &mut Reader<'_>) -> Result<(Vec<u8>, u32), Pkcs12Error> {
    let mut parameters = algorithm.sequence()?;
    let salt = salt(&parameters.octet_string()?)?;
    let iterations = super::iterations(parameters.small_uint()?)?;
    parameters.finish()?;
    Ok((salt, iterations))
}

fn pbes2_parameters(algorithm: &mut Reader<'_>) -> Result<Pbes2, Pkcs12Error> {
    let mut parameters = algorithm.sequence()?;

    let mut derivation = parameters.sequence()?;
    let function = derivation.oid()?;
    if function != oid::PBKDF2 {
        return Err(unsupported("key derivation", function));
    }
    let mut pbkdf2 = derivation.sequence()?;
    let salt = salt(&pbkdf2.octet_string()?)?;
    let iterations = super::iterations(pbkdf2.small_uint()?)?;
    if pbkdf2.peek_tag() == Some(tag::INTEGER) {
        // The length of the key follows from the cipher.
        pbkdf2.small_uint()?;
    }
    let prf = if pbkdf2.is_empty() {
        Prf::Sha1
    } else {
        let mut prf = pbkdf2.sequence()?;
        match prf.oid()? {
            found if found == oid::HMAC_SHA1 => Prf::Sha1,
            found if found == oid::HMAC_SHA256 => Prf::Sha256,
            found if found == oid::HMAC_SHA512 => Prf::Sha512,
            found => return Err(unsupported("pseudo-random function", found)),
        }
    };
    pbkdf2.finish()?;

    let mut encryption = parameters.sequence()?;
    let cipher = match encryption.oid()? {
        found if found == oid::AES_128_CBC => AesCbc::Aes128,
        found if found == oid::AES_256_CBC => AesCbc::Aes256,
        found => return Err(unsupported("cipher", found)),
    };
    let iv = encryption.octet_string()?.to_vec();
    if iv.len() != 16 {
        return Err(malformed("initialisation vector"));
    }
    Ok(Pbes2 { salt, iterations, prf, cipher, iv })
}

fn salt(octets: &[u8]) -> Result<Vec<u8>, Pkcs12Error> {
    if octets.len() > SALT_MAX_BYTES {
        return Err(malformed("salt"));
    }
    Ok(octets.to_vec())
}

fn unsupported(what: &'static str, found: Oid) -> Pkcs12Error {
    Pkcs12Error::Unsupported { what, oid: Some(found) }
}
