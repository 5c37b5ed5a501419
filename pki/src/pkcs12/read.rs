//! Opening a key store: the MAC first, then the safes, then the key and the certificate that belong together.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::derive::{Hash, Use, bmp_password, derive};
use super::pbe::{Password, Scheme};
use super::{BAGS_MAX, Budget, KEYS_MAX, KeyStore, PKCS12_MAX_BYTES, Pkcs12Error, SAFES_MAX, iterations, malformed};
use crate::certificate::Certificate;
use crate::der::{Reader, Rules, tag};
use crate::key::{KeyFormatError, PrivateKey};
use crate::oid;

/// The key store in `bytes`, opened with `password`.
/// Kept in memory: the key, in a form that is wiped when dropped.
/// # Errors
/// `WrongPassword` when the MAC does not fit, `Unsupported` for algorithms and keys not known here (a file without a
/// MAC among them: nothing would tell a wrong password from a changed file), `Malformed` for everything else.
pub fn open(bytes: &[u8], password: &str) -> Result<KeyStore, Pkcs12Error> {
    if bytes.len() > PKCS12_MAX_BYTES {
        return Err(malformed("larger than the limit"));
    }
    let mut outer = Reader::new(bytes, Rules::Ber);
    let mut pfx = outer.sequence()?;
    outer.finish()?;
    if pfx.small_uint()? != 3 {
        return Err(malformed("version"));
    }
    let safes = data_content(pfx.sequence()?)?;
    if pfx.is_empty() {
        return Err(Pkcs12Error::Unsupported { what: "file without a MAC", oid: None });
    }
    let mac = MacData::read(pfx.sequence()?)?;
    pfx.finish()?;

    let mut budget = Budget::new();
    let bmp = bmp_password(password);
    // An empty password is written by some as two zero octets and by others as nothing at all.
    let bmp: &[u8] = if mac.fits(&bmp, &safes, &mut budget)? {
        &bmp
    } else if password.is_empty() && mac.fits(&[], &safes, &mut budget)? {
        &[]
    } else {
        return Err(Pkcs12Error::WrongPassword);
    };
    let password = Password { bmp, utf8: password.as_bytes() };

    let mut contents = Contents::default();
    let mut outer = Reader::new(&safes, Rules::Ber);
    let mut authenticated_safe = outer.sequence()?;
    outer.finish()?;
    let mut count = 0usize;
    while !authenticated_safe.is_empty() {
        count = count.saturating_add(1);
        if count > SAFES_MAX {
            return Err(malformed("more safes than the limit"));
        }
        let safe = safe_contents(authenticated_safe.sequence()?, &password, &mut budget)?;
        contents.read(&safe, &password, &mut budget)?;
    }
    contents.into_key_store()
}

struct MacData {
    hash: Hash,
    value: Vec<u8>,
    salt: Vec<u8>,
    iterations: u32,
}

impl MacData {
    fn read(mut mac_data: Reader<'_>) -> Result<MacData, Pkcs12Error> {
        let mut digest_info = mac_data.sequence()?;
        let mut algorithm = digest_info.sequence()?;
        let (hash, length) = match algorithm.oid()? {
            found if found == oid::SHA1 => (Hash::Sha1, 20),
            found if found == oid::SHA256 => (Hash::Sha256, 32),
            found if found == oid::SHA512 => (Hash::Sha512, 64),
            found => {
                return Err(Pkcs12Error::Unsupported { what: "MAC digest", oid: Some(found) });
            }
        };
        let value = digest_info.octet_string()?.to_vec();
        if value.len() != length {
            return Err(malformed("length of the MAC"));
        }
        let salt = mac_data.octet_string()?.to_vec();
        let iterations = if mac_data.is_empty() { 1 } else { iterations(mac_data.small_uint()?)? };
        mac_data.finish()?;
        Ok(MacData { hash, value, salt, iterations })
    }

    fn fits(&self, password: &[u8], content: &[u8], budget: &mut Budget) -> Result<bool, Pkcs12Error> {
        budget.spend(self.iterations)?;
        let key = derive(self.hash, Use::Mac, password, &self.salt, self.iterations, self.value.len());
        let fits = match self.hash {
            Hash::Sha1 => Hmac::<Sha1>::new_from_slice(&key)
                .map(|mac| mac.chain_update(content).verify_slice(&self.value).is_ok()),
            Hash::Sha256 => Hmac::<Sha256>::new_from_slice(&key)
                .map(|mac| mac.chain_update(content).verify_slice(&self.value).is_ok()),
            Hash::Sha512 => Hmac::<Sha512>::new_from_slice(&key)
                .map(|mac| mac.chain_update(content).verify_slice(&self.value).is_ok()),
        };
        fits.map_err(|_| malformed("MAC key"))
    }
}

/// The octets of a ContentInfo of type data.
fn data_content(mut content_info: Reader<'_>) -> Result<Vec<u8>, Pkcs12Error> {
    let kind = content_info.oid()?;
    if kind != oid::DATA {
        return Err(Pkcs12Error::Unsupported { what: "content", oid: Some(kind) });
    }
    explicit_octets(&mut content_info)
}

/// `[0] EXPLICIT OCTET STRING`.
fn explicit_octets(reader: &mut Reader<'_>) -> Result<Vec<u8>, Pkcs12Error> {
    let wrapper = reader.expect(tag::context_constructed(0))?;
    let mut inner = reader.nested(&wrapper)?;
    let octets = inner.octet_string()?.to_vec();
    inner.finish()?;
    Ok(octets)
}

/// The SafeContents of one part of the file, decrypted where it is encrypted.
fn safe_contents(
    mut content_info: Reader<'_>,
    password: &Password<'_>,
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let kind = content_info.oid()?;
    if kind == oid::DATA {
        return explicit_octets(&mut content_info).map(Zeroizing::new);
    }
    if kind != oid::ENCRYPTED_DATA {
        return Err(Pkcs12Error::Unsupported { what: "content", oid: Some(kind) });
    }
    let wrapper = content_info.expect(tag::context_constructed(0))?;
    let mut encrypted_data = content_info.nested(&wrapper)?.sequence()?;
    encrypted_data.small_uint()?;
    let mut info = encrypted_data.sequence()?;
    let kind = info.oid()?;
    if kind != oid::DATA {
        return Err(Pkcs12Error::Unsupported { what: "encrypted content", oid: Some(kind) });
    }
    let scheme = Scheme::read(info.sequence()?)?;
    let ciphertext = implicit_octets(&mut info)?;
    scheme.decrypt(password, &ciphertext, budget)
}

/// `[0] IMPLICIT OCTET STRING`, which BER may cut into pieces.
fn implicit_octets(info: &mut Reader<'_>) -> Result<Vec<u8>, Pkcs12Error> {
    match info.optional(tag::context(0))? {
        Some(whole) => Ok(whole.value.to_vec()),
        None => {
            let pieces = info.expect(tag::context_constructed(0))?;
            Ok(info.joined_octets(&pieces)?)
        }
    }
}

/// What the bags held, in the order of the file.
#[derive(Default)]
struct Contents {
    keys: Vec<PrivateKey>,
    certificates: Vec<Certificate>,
    bags: usize,
}

impl Contents {
    fn read(&mut self, safe: &[u8], password: &Password<'_>, budget: &mut Budget) -> Result<(), Pkcs12Error> {
        let mut outer = Reader::new(safe, Rules::Ber);
        let mut bags = outer.sequence()?;
        outer.finish()?;
        while !bags.is_empty() {
            self.bags = self.bags.saturating_add(1);
            if self.bags > BAGS_MAX {
                return Err(malformed("more bags than the limit"));
            }
            self.read_bag(bags.sequence()?, password, budget)?;
        }
        Ok(())
    }

    fn read_bag(
        &mut self,
        mut bag: Reader<'_>,
        password: &Password<'_>,
        budget: &mut Budget,
    ) -> Result<(), Pkcs12Error> {
        let kind = bag.oid()?;
        let wrapper = bag.expect(tag::context_constructed(0))?;
        if kind == oid::BAG_SHROUDED_KEY {
            let mut shrouded = bag.nested(&wrapper)?.sequence()?;
            let scheme = Scheme::read(shrouded.sequence()?)?;
            let ciphertext = shrouded.octet_string()?;
            let key = scheme.decrypt(password, &ciphertext, budget)?;
            self.add_key(&key)?;
        } else if kind == oid::BAG_KEY {
            self.add_key(wrapper.value)?;
        } else if kind == oid::BAG_CERTIFICATE {
            let mut certificate = bag.nested(&wrapper)?.sequence()?;
            if certificate.oid()? == oid::X509_CERTIFICATE {
                let der = explicit_octets(&mut certificate)?;
                let parsed = Certificate::from_der(&der).map_err(|_| malformed("certificate"))?;
                self.certificates.push(parsed);
            }
        }
        // Other bags (CRLs, secrets, nested safes) hold nothing a signer needs.
        Ok(())
    }

    fn add_key(&mut self, pkcs8: &[u8]) -> Result<(), Pkcs12Error> {
        if self.keys.len() >= KEYS_MAX {
            return Err(malformed("more private keys than the limit"));
        }
        self.keys.push(private_key(pkcs8)?);
        Ok(())
    }

    fn into_key_store(self) -> Result<KeyStore, Pkcs12Error> {
        let Contents { keys, mut certificates, .. } = self;
        if keys.is_empty() {
            return Err(malformed("no private key"));
        }
        for key in keys {
            if let Some(at) = certificates.iter().position(|certificate| key.belongs_to(certificate)) {
                let certificate = certificates.remove(at);
                return Ok(KeyStore { key, certificate, chain: certificates });
            }
        }
        Err(malformed("no certificate fits the private key"))
    }
}

fn private_key(pkcs8: &[u8]) -> Result<PrivateKey, Pkcs12Error> {
    PrivateKey::from_pkcs8_der(pkcs8).map_err(|error| match error {
        KeyFormatError::Unsupported { oid } => Pkcs12Error::Unsupported { what: "private key", oid: Some(oid) },
        KeyFormatError::Malformed { .. } => malformed("private key"),
    })
}
