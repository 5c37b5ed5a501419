//! X.509 certificates: read once, strictly, and kept with the octets as received.
//! Whether a certificate may be believed is for [`crate::path`]; whom it names in Kazakhstan for [`crate::nca`].
//! Source: RFC 5280 §4; nca-rk.md section 5 for what the national CA writes.

mod extensions;
pub(crate) mod points;
mod read;
mod usage;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

pub use points::{DistributionPoint, DistributionPointName};
pub use usage::{AuthorityKeyId, BasicConstraints, KeyUsage, PolicyConstraints};

use sha1::Sha1;

use crate::algorithm::{KeyCache, KeyError, PublicKey, SignatureAlgorithm, UnsupportedAlgorithm, VerifyError};
use crate::der::DerError;
use crate::extension::Extension;
use crate::name::Name;
use crate::oid::{self, Oid};
use crate::time::Moment;
use extensions::Known;

/// Largest certificate read, in octets.
pub const CERTIFICATE_MAX_BYTES: usize = 64 * 1024;
/// Longest serial number read, in contents octets of the INTEGER. Source: RFC 5280 §4.1.2.2.
pub const SERIAL_MAX_BYTES: usize = 20;

/// A certificate, immutable; a copy shares the octets. Two are equal when their octets are.
#[derive(Clone)]
pub struct Certificate {
    inner: Arc<Inner>,
}

struct Inner {
    der: Box<[u8]>,
    sha256: [u8; 32],
    version: u8,
    fields: Fields,
    not_before: Moment,
    not_after: Moment,
    signature_oid: Oid,
    signature_algorithm: Result<SignatureAlgorithm, UnsupportedAlgorithm>,
    extensions: Vec<Extension>,
    known: Known,
    /// Checking that a point lies on its curve costs; most certificates of a message are never verified with.
    public_key: OnceLock<Result<PublicKey, KeyError>>,
    spki_sha256: OnceLock<[u8; 32]>,
    /// Many OCSP responses may ask of many certificates whose key it is.
    key_sha1: OnceLock<[u8; 20]>,
}

/// Where the fields are in the octets.
struct Fields {
    tbs: Range<usize>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    spki: Range<usize>,
    key_bits: Range<usize>,
    signature: Range<usize>,
}

impl Certificate {
    /// The certificate in `der`: exactly one, in DER, with every extension known here well-formed.
    ///
    /// The names of issuer and subject, keys and algorithms are not judged: an unknown algorithm is no error here.
    /// # Errors
    /// When it is larger than [`CERTIFICATE_MAX_BYTES`], no certificate of version 1 to 3, its two signature algorithms
    /// differ (RFC 5280 §4.1.1.2), its serial number is longer than [`SERIAL_MAX_BYTES`], or an extension stands twice.
    /// A serial number that is zero or negative is read (RFC 5280 §4.1.2.2 asks to handle them gracefully).
    pub fn from_der(der: &[u8]) -> Result<Certificate, DerError> {
        read::read(der).map(|inner| Certificate { inner: Arc::new(inner) })
    }

    /// The certificate as received.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// SHA-256 of [`Certificate::der`].
    pub fn sha256(&self) -> [u8; 32] {
        self.inner.sha256
    }

    /// What is signed: the TBSCertificate as received.
    pub fn tbs(&self) -> &[u8] {
        self.slice(&self.inner.fields.tbs)
    }

    /// 1, 2 or 3.
    pub fn version(&self) -> u8 {
        self.inner.version
    }

    /// The serial number: contents octets of the INTEGER, as received.
    pub fn serial(&self) -> &[u8] {
        self.slice(&self.inner.fields.serial)
    }

    /// The serial number in lower-case hexadecimal without leading zeros, as numbers are written; `-` before a negative
    /// one. For people and lists: what is compared are the octets.
    pub fn serial_hex(&self) -> String {
        let content = self.serial();
        let negative = content.first().is_some_and(|octet| *octet >= 0x80);
        let digits = if negative { hexadecimal(&magnitude_of_negative(content)) } else { hexadecimal(content) };
        match digits.trim_start_matches('0') {
            "" => "0".to_owned(),
            digits if negative => format!("-{digits}"),
            digits => digits.to_owned(),
        }
    }

    /// The issuer's name.
    pub fn issuer(&self) -> Name<'_> {
        Name::from_checked(self.issuer_der())
    }

    /// The issuer's name as received.
    pub fn issuer_der(&self) -> &[u8] {
        self.slice(&self.inner.fields.issuer)
    }

    /// The subject's name; may be empty.
    pub fn subject(&self) -> Name<'_> {
        Name::from_checked(self.subject_der())
    }

    /// The subject's name as received.
    pub fn subject_der(&self) -> &[u8] {
        self.slice(&self.inner.fields.subject)
    }

    /// First instant of validity.
    pub fn not_before(&self) -> Moment {
        self.inner.not_before
    }

    /// Last instant of validity.
    pub fn not_after(&self) -> Moment {
        self.inner.not_after
    }

    /// Whether `at` is within the term; both ends count. Says nothing of revocation.
    pub fn valid_at(&self, at: Moment) -> bool {
        (self.inner.not_before..=self.inner.not_after).contains(&at)
    }

    /// Issuer and subject are the same octets.
    pub fn is_self_issued(&self) -> bool {
        self.issuer_der() == self.subject_der()
    }

    /// The subject's key.
    /// # Errors
    /// When its algorithm or parameters are not supported, or it is malformed.
    pub fn public_key(&self) -> Result<&PublicKey, KeyError> {
        let key = self.inner.public_key.get_or_init(|| PublicKey::from_spki(self.spki()));
        key.as_ref().map_err(|error| *error)
    }

    /// Takes the subject's key from `keys`, where it may have been read before and got faster by use; what
    /// [`Self::public_key`] says is the same. Without effect once the key has been read.
    pub fn take_key_from(&self, keys: &KeyCache) {
        self.inner.public_key.get_or_init(|| keys.key(self.spki()));
    }

    /// The SubjectPublicKeyInfo as received.
    pub fn spki(&self) -> &[u8] {
        self.slice(&self.inner.fields.spki)
    }

    /// SHA-256 of [`Certificate::spki`].
    pub(crate) fn spki_sha256(&self) -> [u8; 32] {
        *self.inner.spki_sha256.get_or_init(|| Sha256::digest(self.spki()).into())
    }

    /// The octets of the BIT STRING of the key: what key identifiers and OCSP key hashes are over.
    /// For GOST keys they begin with the header of the OCTET STRING inside.
    pub fn subject_public_key_bits(&self) -> &[u8] {
        self.slice(&self.inner.fields.key_bits)
    }

    /// SHA-1 of [`Certificate::subject_public_key_bits`], by which a responder names its key; computed when first asked for.
    pub(crate) fn subject_public_key_sha1(&self) -> [u8; 20] {
        *self.inner.key_sha1.get_or_init(|| Sha1::digest(self.subject_public_key_bits()).into())
    }

    /// How the issuer signed.
    /// # Errors
    /// When the algorithm or its parameters are not supported.
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm, UnsupportedAlgorithm> {
        self.inner.signature_algorithm
    }

    /// The identifier of the signature algorithm, supported or not.
    pub fn signature_oid(&self) -> Oid {
        self.inner.signature_oid
    }

    /// The signature value.
    pub fn signature(&self) -> &[u8] {
        self.slice(&self.inner.fields.signature)
    }

    /// That `key` made the signature. Names, dates and the right to sign are not looked at.
    /// # Errors
    /// `Unsupported` for an algorithm not known here; else as [`PublicKey::verify_message`].
    pub fn verify_signature(&self, key: &PublicKey) -> Result<(), VerifyError> {
        let algorithm = self.signature_algorithm().map_err(|_| VerifyError::Unsupported)?;
        key.verify_message(algorithm, self.tbs(), self.signature())
    }

    /// That the key of `issuer` made the signature. Names, dates and the right to sign are not looked at.
    /// # Errors
    /// `Unsupported` for an algorithm or key not known here; else as [`PublicKey::verify_message`].
    pub fn verify_signed_by(&self, issuer: &Certificate) -> Result<(), VerifyError> {
        self.verify_signature(issuer.public_key().map_err(|_| VerifyError::Unsupported)?)
    }

    /// Every extension, in the order received.
    pub fn extensions(&self) -> &[Extension] {
        &self.inner.extensions
    }

    /// The octets inside the extnValue of one extension.
    pub fn extension(&self, oid: Oid) -> Option<&[u8]> {
        self.extensions().iter().find(|extension| extension.oid == oid).map(|extension| extension.value.as_slice())
    }

    /// Critical extensions that nothing here processes: whoever relies on the certificate must refuse it.
    pub fn unknown_critical_extensions(&self) -> &[Oid] {
        &self.inner.known.unknown_critical
    }

    /// basicConstraints.
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.inner.known.basic_constraints
    }

    /// basicConstraints says that the subject is a certification authority.
    pub fn is_ca(&self) -> bool {
        self.basic_constraints().is_some_and(|constraints| constraints.ca)
    }

    /// keyUsage.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.inner.known.key_usage
    }

    /// extendedKeyUsage, in the order received; never empty when present.
    pub fn extended_key_usage(&self) -> Option<&[Oid]> {
        self.inner.known.extended_key_usage.as_deref()
    }

    /// extendedKeyUsage is there and critical.
    pub fn extended_key_usage_is_critical(&self) -> bool {
        self.is_critical(oid::EXTENDED_KEY_USAGE)
    }

    /// certificatePolicies, without qualifiers, each once.
    pub fn policies(&self) -> Option<&[Oid]> {
        self.inner.known.policies.as_deref()
    }

    /// policyMappings as (policy of the issuer's domain, policy of the subject's domain); empty when absent.
    pub fn policy_mappings(&self) -> &[(Oid, Oid)] {
        &self.inner.known.policy_mappings
    }

    /// policyConstraints.
    pub fn policy_constraints(&self) -> Option<PolicyConstraints> {
        self.inner.known.policy_constraints
    }

    /// inhibitAnyPolicy.
    pub fn inhibit_any_policy(&self) -> Option<u32> {
        self.inner.known.inhibit_any_policy
    }

    /// The value of nameConstraints, not read yet.
    pub fn name_constraints(&self) -> Option<&[u8]> {
        self.extension(oid::NAME_CONSTRAINTS)
    }

    /// The value of subjectAltName (GeneralNames), not read yet.
    pub fn subject_alt_name(&self) -> Option<&[u8]> {
        self.extension(oid::SUBJECT_ALT_NAME)
    }

    /// subjectKeyIdentifier: any octets, 4 in the CAs of 2018.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.inner.known.subject_key_id.as_deref()
    }

    /// authorityKeyIdentifier: a hint, nobody's proof.
    pub fn authority_key_id(&self) -> Option<&AuthorityKeyId> {
        self.inner.known.authority_key_id.as_ref()
    }

    /// cRLDistributionPoints.
    pub fn distribution_points(&self) -> &[DistributionPoint] {
        &self.inner.known.distribution_points
    }

    /// Where CRLs are, as cRLDistributionPoints says. The addresses are those of whoever made the certificate.
    pub fn crl_uris(&self) -> &[String] {
        &self.inner.known.crl_uris
    }

    /// Where delta CRLs are, as freshestCRL says.
    pub fn freshest_crl_uris(&self) -> &[String] {
        &self.inner.known.freshest_crl_uris
    }

    /// Where OCSP answers are, as authorityInfoAccess says; each address once.
    pub fn ocsp_uris(&self) -> &[String] {
        &self.inner.known.ocsp_uris
    }

    /// Where the issuer's certificate is, as authorityInfoAccess says.
    pub fn ca_issuer_uris(&self) -> &[String] {
        &self.inner.known.ca_issuer_uris
    }

    /// id-pkix-ocsp-nocheck: the revocation of this responder need not be asked. Source: RFC 6960 §4.2.2.2.1.
    pub fn has_ocsp_nocheck(&self) -> bool {
        self.extension(oid::OCSP_NOCHECK).is_some()
    }

    fn is_critical(&self, oid: Oid) -> bool {
        self.extensions().iter().any(|extension| extension.oid == oid && extension.critical)
    }

    fn slice(&self, span: &Range<usize>) -> &[u8] {
        self.inner.der.get(span.clone()).unwrap_or_default()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.der == other.inner.der
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.sha256.hash(state);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject(), self.serial_hex())
    }
}

/// Two digits for each octet.
pub(crate) fn hexadecimal(octets: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    octets.iter().flat_map(|octet| [digit(octet >> 4), digit(octet & 0x0f)]).collect()
}

/// The magnitude of a negative number in two's complement.
fn magnitude_of_negative(content: &[u8]) -> Vec<u8> {
    let mut magnitude: Vec<u8> = content.iter().map(|octet| !octet).collect();
    for octet in magnitude.iter_mut().rev() {
        *octet = octet.wrapping_add(1);
        if *octet != 0 {
            break;
        }
    }
    magnitude
}
