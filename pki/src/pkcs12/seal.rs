//! Writing a key store of the shape the national CA gives out, for the demonstration world.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};

use super::derive::{Hash, Use, bmp_password, derive};
use super::pbe::{Password, Scheme};
use super::{Pkcs12Error, malformed};
use crate::certificate::Certificate;
use crate::der::tag;
use crate::der::writer::Writer;
use crate::key::PrivateKey;
use crate::oid;
use crate::random::SecureRandom;

/// Iterations of every derivation, as in the files of the national CA.
const SEAL_ITERATIONS: u32 = 1024;
/// Octets of every salt, likewise.
const SALT_BYTES: usize = 20;

/// A key store with `key` and `certificate`, to be opened with `password`.
/// Shape: one plain safe with the shrouded key, one encrypted safe with the certificate, an HMAC-SHA1 over both;
/// friendlyName and localKeyId name the subject key identifier. Both parts are under 3DES (the national CA takes 40-bit
/// RC2 for the certificate), so that any current reader opens it. The same inputs and the same randomness give the same octets.
/// # Errors
/// `Malformed` when the certificate is not that of the key.
pub fn seal(
    key: &PrivateKey,
    certificate: &Certificate,
    password: &str,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, Pkcs12Error> {
    if !key.belongs_to(certificate) {
        return Err(malformed("no certificate fits the private key"));
    }
    let bmp = bmp_password(password);
    let password = Password { bmp: &bmp, utf8: password.as_bytes() };
    let identifier = identifier(certificate);

    let key_safe = key_safe(key, &identifier, &password, rng)?;
    let certificate_safe = certificate_safe(certificate, &identifier, &password, rng)?;
    let authenticated_safe = Writer::build(|w| {
        w.sequence(|w| {
            w.raw(&key_safe);
            w.raw(&certificate_safe);
        });
    });

    let salt = salt(rng);
    let mac_key = derive(Hash::Sha1, Use::Mac, &bmp, &salt, SEAL_ITERATIONS, 20);
    let mac = Hmac::<Sha1>::new_from_slice(&mac_key)
        .map_err(|_| malformed("MAC key"))?
        .chain_update(&authenticated_safe)
        .finalize()
        .into_bytes();

    Ok(Writer::build(|w| {
        w.sequence(|w| {
            w.integer_u64(3);
            data(w, &authenticated_safe);
            w.sequence(|w| {
                w.sequence(|w| {
                    w.sequence(|w| {
                        w.oid(&oid::SHA1);
                        w.null();
                    });
                    w.octet_string(&mac);
                });
                w.octet_string(&salt);
                w.integer_u64(u64::from(SEAL_ITERATIONS));
            });
        });
    }))
}

fn key_safe(
    key: &PrivateKey,
    identifier: &[u8],
    password: &Password<'_>,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, Pkcs12Error> {
    let pkcs8 = key.to_pkcs8_der().map_err(|_| malformed("private key"))?;
    let scheme = Scheme::TripleDes { salt: salt(rng), iterations: SEAL_ITERATIONS };
    let ciphertext = scheme.encrypt(password, &pkcs8)?;
    let safe = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(&oid::BAG_SHROUDED_KEY);
                w.context(0, |w| {
                    w.sequence(|w| {
                        scheme.write(w);
                        w.octet_string(&ciphertext);
                    });
                });
                attributes(w, identifier);
            });
        });
    });
    Ok(Writer::build(|w| data(w, &safe)))
}

fn certificate_safe(
    certificate: &Certificate,
    identifier: &[u8],
    password: &Password<'_>,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, Pkcs12Error> {
    let safe = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(&oid::BAG_CERTIFICATE);
                w.context(0, |w| {
                    w.sequence(|w| {
                        w.oid(&oid::X509_CERTIFICATE);
                        w.context(0, |w| w.octet_string(certificate.der()));
                    });
                });
                attributes(w, identifier);
            });
        });
    });
    let scheme = Scheme::TripleDes { salt: salt(rng), iterations: SEAL_ITERATIONS };
    let ciphertext = scheme.encrypt(password, &safe)?;
    Ok(Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::ENCRYPTED_DATA);
            w.context(0, |w| {
                w.sequence(|w| {
                    w.integer_u64(0);
                    w.sequence(|w| {
                        w.oid(&oid::DATA);
                        scheme.write(w);
                        w.context_primitive(0, &ciphertext);
                    });
                });
            });
        });
    }))
}

/// ContentInfo of type data.
fn data(writer: &mut Writer, content: &[u8]) {
    writer.sequence(|w| {
        w.oid(&oid::DATA);
        w.context(0, |w| w.octet_string(content));
    });
}

/// friendlyName in hexadecimal and localKeyId in octets: the same identifier twice.
fn attributes(writer: &mut Writer, identifier: &[u8]) {
    let name: Vec<u8> = identifier
        .iter()
        .flat_map(|octet| format!("{octet:02x}").into_bytes())
        .flat_map(|character| [0, character])
        .collect();
    let friendly_name = Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::FRIENDLY_NAME);
            w.set(|w| w.element(tag::BMP_STRING, &name));
        });
    });
    let local_key_id = Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::LOCAL_KEY_ID);
            w.set(|w| w.octet_string(identifier));
        });
    });
    writer.set_of_sorted(vec![friendly_name, local_key_id]);
}

fn identifier(certificate: &Certificate) -> Vec<u8> {
    match certificate.subject_key_id() {
        Some(identifier) => identifier.to_vec(),
        None => Sha1::digest(certificate.spki()).to_vec(),
    }
}

fn salt(rng: &mut dyn SecureRandom) -> Vec<u8> {
    let mut salt = vec![0u8; SALT_BYTES];
    rng.fill(&mut salt);
    salt
}
