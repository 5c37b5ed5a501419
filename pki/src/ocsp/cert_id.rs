//! Which certificate is meant.

use crate::algorithm::AlgorithmIdentifier;
use crate::certificate::Certificate;
use crate::der::{DerError, Reader, tag};
use crate::digest::DigestAlgorithm;
use crate::oid::Oid;

/// CertID: a certificate by digests of its issuer's name and key, and its serial number. Source: RFC 6960 §4.1.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertId {
    /// The digest both hashes were made with; SHA-256 at the national responder.
    pub hash_algorithm: Oid,
    /// Digest of the issuer's name in DER.
    pub issuer_name_hash: Vec<u8>,
    /// Digest of the octets of the BIT STRING of the issuer's key.
    pub issuer_key_hash: Vec<u8>,
    /// Serial number: contents octets of the INTEGER.
    pub serial: Vec<u8>,
    digest: Option<DigestAlgorithm>,
    raw: Vec<u8>,
}

impl CertId {
    /// The CertID as received, a whole element: what a responder repeats.
    pub fn der(&self) -> &[u8] {
        &self.raw
    }

    /// The digest both hashes were made with, when it is known here.
    pub fn digest_algorithm(&self) -> Option<DigestAlgorithm> {
        self.digest
    }

    /// Whether the certificate with this serial number (contents octets of the INTEGER) issued by `issuer` is meant. All
    /// three must fit: a CA with the same name but another key is another issuer. For GOST keys the key hash is over the
    /// header of the OCTET STRING inside too, as it is for the national responder. An unknown digest fits nothing.
    pub fn matches(&self, serial: &[u8], issuer: &Certificate) -> bool {
        let Some(digest) = self.digest.filter(|_| self.serial == serial) else { return false };
        digest.digest(issuer.subject_der()).as_bytes() == self.issuer_name_hash
            && digest.digest(issuer.subject_public_key_bits()).as_bytes() == self.issuer_key_hash
    }

    /// Reads the SEQUENCE.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<CertId, DerError> {
        let element = reader.expect(tag::SEQUENCE)?;
        let mut fields = reader.nested(&element)?;
        let hash_algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let issuer_name_hash = fields.expect(tag::OCTET_STRING)?.value.to_vec();
        let issuer_key_hash = fields.expect(tag::OCTET_STRING)?.value.to_vec();
        let serial = fields.integer_bytes()?.to_vec();
        fields.finish()?;
        Ok(CertId {
            hash_algorithm: hash_algorithm.oid,
            issuer_name_hash,
            issuer_key_hash,
            serial,
            digest: hash_algorithm.digest().ok(),
            raw: element.raw.to_vec(),
        })
    }

    /// The same certificate by the same digest, whether the parameters are written as NULL or not at all.
    pub(super) fn is_same(&self, other: &CertId) -> bool {
        self.hash_algorithm == other.hash_algorithm
            && self.serial == other.serial
            && self.issuer_name_hash == other.issuer_name_hash
            && self.issuer_key_hash == other.issuer_key_hash
    }
}
