//! Certificate revocation lists: read once, strictly, and kept as received. The entries stay in the octets (the list of
//! the national CA has more than 400 000) and are found by an index of eight octets each.
//! Whether a list may be believed, and for whom it speaks, is judged elsewhere: nothing here verifies unless asked to.
//! Source: RFC 5280 §5; nca-rk.md section 6 for what the national CA writes.

mod entry;
mod index;
mod number;
mod read;
mod reason;
mod scope;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

pub use entry::RevokedEntry;
pub use number::CrlNumber;
pub use reason::ReasonCode;
pub use scope::IssuingDistributionPoint;

use crate::algorithm::{PublicKey, SignatureAlgorithm, UnsupportedAlgorithm, VerifyError};
use crate::certificate::{AuthorityKeyId, Certificate};
use crate::der::{DerError, DerErrorKind};
use crate::extension::Extension;
use crate::name::Name;
use crate::oid::Oid;
use crate::path::names_match;
use crate::time::Moment;
use entry::Scan;
use index::{Index, Wanted};

/// Largest CRL read, in octets. The largest one of the national CA has 21 million.
pub const CRL_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Most extensions of one entry.
pub const ENTRY_EXTENSIONS_MAX: usize = 8;

/// A CRL, full or delta, immutable; a copy shares the octets. Two are equal when their octets are.
#[derive(Clone)]
pub struct CertificateList {
    inner: Arc<Inner>,
}

struct Inner {
    der: Box<[u8]>,
    sha256: OnceLock<[u8; 32]>,
    parts: Parts,
}

/// What reading gives.
struct Parts {
    version: u8,
    fields: Fields,
    this_update: Moment,
    next_update: Option<Moment>,
    signature_oid: Oid,
    signature_algorithm: Result<SignatureAlgorithm, UnsupportedAlgorithm>,
    extensions: Vec<Extension>,
    known: Known,
    index: Index,
}

/// Where the fields are in the octets.
struct Fields {
    tbs: Range<usize>,
    issuer: Range<usize>,
    /// The contents of revokedCertificates; empty when it is absent.
    entries: Range<usize>,
    signature: Range<usize>,
}

/// What the extensions say.
#[derive(Default)]
struct Known {
    unknown_critical: Vec<Oid>,
    authority_key_id: Option<AuthorityKeyId>,
    number: Option<CrlNumber>,
    base_number: Option<CrlNumber>,
    scope: Option<IssuingDistributionPoint>,
    expired_certs_since: Option<Moment>,
}

impl CertificateList {
    /// The CRL in `der`: exactly one, in DER, with every entry and every extension known here well-formed. The work is
    /// linear but for sorting the index; the octets are copied once, and no entry is kept.
    ///
    /// An empty list of entries, which RFC 5280 §5.1.2.6 asks to leave out, is read. The two signature algorithms may
    /// differ in a NULL: the national CA leaves it out of the inner one.
    /// # Errors
    /// When it is larger than [`CRL_MAX_BYTES`], no CRL of version 1 or 2, its two signature algorithms differ
    /// (RFC 5280 §5.1.1.2), or an extension stands twice.
    pub fn from_der(der: &[u8]) -> Result<CertificateList, DerError> {
        // The size is looked at first: what is refused is not copied.
        if der.len() > CRL_MAX_BYTES {
            return Err(too_large());
        }
        CertificateList::from_octets(der.into())
    }

    /// As [`CertificateList::from_der`], without a copy: for a list of many megabytes that was just received.
    /// # Errors
    /// As [`CertificateList::from_der`].
    pub fn from_octets(der: Box<[u8]>) -> Result<CertificateList, DerError> {
        read::read(der).map(|inner| CertificateList { inner: Arc::new(inner) })
    }

    /// The CRL as received.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// SHA-256 of [`CertificateList::der`], computed when first asked for.
    pub fn sha256(&self) -> [u8; 32] {
        *self.inner.sha256.get_or_init(|| Sha256::digest(&self.inner.der).into())
    }

    /// What is signed: the TBSCertList as received.
    pub fn tbs(&self) -> &[u8] {
        self.slice(&self.inner.parts.fields.tbs)
    }

    /// 1 or 2.
    pub fn version(&self) -> u8 {
        self.inner.parts.version
    }

    /// Who issued it: the CA, or in an indirect CRL whoever speaks for it.
    pub fn issuer(&self) -> Name<'_> {
        Name::from_checked(self.issuer_der())
    }

    /// The issuer's name as received.
    pub fn issuer_der(&self) -> &[u8] {
        self.slice(&self.inner.parts.fields.issuer)
    }

    /// When it was made.
    pub fn this_update(&self) -> Moment {
        self.inner.parts.this_update
    }

    /// When the next one comes at the latest.
    pub fn next_update(&self) -> Option<Moment> {
        self.inner.parts.next_update
    }

    /// How the issuer signed.
    /// # Errors
    /// When the algorithm or its parameters are not supported.
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm, UnsupportedAlgorithm> {
        self.inner.parts.signature_algorithm
    }

    /// The identifier of the signature algorithm, supported or not.
    pub fn signature_oid(&self) -> Oid {
        self.inner.parts.signature_oid
    }

    /// The signature value.
    pub fn signature(&self) -> &[u8] {
        self.slice(&self.inner.parts.fields.signature)
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

    /// Every extension of the list itself, in the order received.
    pub fn extensions(&self) -> &[Extension] {
        &self.inner.parts.extensions
    }

    /// The octets inside the extnValue of one extension.
    pub fn extension(&self, oid: Oid) -> Option<&[u8]> {
        self.extensions().iter().find(|extension| extension.oid == oid).map(|extension| extension.value.as_slice())
    }

    /// Critical extensions, of the list or of any entry, that nothing here processes: the list must then not be used to
    /// call a certificate good. Source: RFC 5280 §5.2 and §5.3.
    pub fn unknown_critical_extensions(&self) -> &[Oid] {
        &self.inner.parts.known.unknown_critical
    }

    /// authorityKeyIdentifier: a hint, nobody's proof.
    pub fn authority_key_id(&self) -> Option<&AuthorityKeyId> {
        self.inner.parts.known.authority_key_id.as_ref()
    }

    /// cRLNumber.
    pub fn crl_number(&self) -> Option<CrlNumber> {
        self.inner.parts.known.number
    }

    /// The number of the full list this one is a delta to (deltaCRLIndicator); `None` for a full list.
    pub fn base_crl_number(&self) -> Option<CrlNumber> {
        self.inner.parts.known.base_number
    }

    /// It only says what changed since the list with [`CertificateList::base_crl_number`].
    pub fn is_delta(&self) -> bool {
        self.base_crl_number().is_some()
    }

    /// Whether `delta` may be put on this list: this one is full, of the same issuer and scope, not older than the base
    /// that `delta` names and not newer than `delta`. Who signed either is not looked at. Source: RFC 5280 §5.2.4.
    pub fn is_base_of(&self, delta: &CertificateList) -> bool {
        let (Some(base), Some(number)) = (delta.base_crl_number(), delta.crl_number()) else { return false };
        !self.is_delta()
            && self.issuing_distribution_point() == delta.issuing_distribution_point()
            && names_match(&self.issuer(), &delta.issuer())
            && self.crl_number().is_some_and(|own| own >= base && own <= number)
    }

    /// issuingDistributionPoint: for which certificates and reasons the list speaks; `None` = for all.
    pub fn issuing_distribution_point(&self) -> Option<&IssuingDistributionPoint> {
        self.inner.parts.known.scope.as_ref()
    }

    /// It may name certificates of other issuers.
    pub fn is_indirect(&self) -> bool {
        self.issuing_distribution_point().is_some_and(|scope| scope.indirect)
    }

    /// expiredCertsOnCRL: revoked certificates that expired at this instant or later are still listed; `None` when
    /// nothing is said, and a certificate that is not listed may just have expired. Source: X.509 §9.5.2.8.
    pub fn expired_certs_on_crl(&self) -> Option<Moment> {
        self.inner.parts.known.expired_certs_since
    }

    /// How many certificates are listed.
    pub fn entry_count(&self) -> usize {
        self.inner.parts.index.len()
    }

    /// The entries, in the order received.
    pub fn entries(&self) -> impl Iterator<Item = RevokedEntry<'_>> {
        let mut scan = self.scan();
        // Every entry was read once when the list was: the scan ends only at its end.
        std::iter::from_fn(move || scan.next_entry().ok().flatten())
    }

    /// The entry of the certificate with this serial number (contents octets of the INTEGER) issued by the issuer of the
    /// list. One entry is read, or as many as are listed of that number, however long the list is.
    /// # Errors
    /// When the certificate is listed twice: the list contradicts itself, and says nothing of that certificate.
    pub fn find(&self, serial: &[u8]) -> Result<Option<RevokedEntry<'_>>, DerError> {
        self.find_issued_by(&self.issuer(), serial)
    }

    /// As [`CertificateList::find`], for a certificate of `issuer`, which may be another one in an indirect list.
    /// # Errors
    /// As [`CertificateList::find`].
    pub fn find_issued_by(&self, issuer: &Name<'_>, serial: &[u8]) -> Result<Option<RevokedEntry<'_>>, DerError> {
        let Fields { entries, .. } = &self.inner.parts.fields;
        let wanted =
            Wanted { entries: self.slice(entries), offset: entries.start, list_issuer: self.issuer(), issuer, serial };
        self.inner.parts.index.find(&wanted)
    }

    fn scan(&self) -> Scan<'_> {
        Scan::new(self.slice(&self.inner.parts.fields.entries), self.inner.parts.fields.entries.start)
    }

    fn slice(&self, span: &Range<usize>) -> &[u8] {
        self.inner.der.get(span.clone()).unwrap_or_default()
    }
}

fn too_large() -> DerError {
    DerError { offset: 0, what: DerErrorKind::Value("the CRL is too large") }
}

impl PartialEq for CertificateList {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.der == other.inner.der
    }
}

impl Eq for CertificateList {}

impl fmt::Debug for CertificateList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateList({}, {}, {} entries)", self.issuer(), self.this_update(), self.entry_count())
    }
}
