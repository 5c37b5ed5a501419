//! The answer about one certificate. Source: RFC 6960 §4.2.1.

use super::CertId;
use crate::algorithm::AlgorithmIdentifier;
use crate::certificate::Certificate;
use crate::crl::ReasonCode;
use crate::der::shifted;
use crate::der::{DerError, DerErrorKind, Reader, Rules, Tlv, tag};
use crate::digest::DigestAlgorithm;
use crate::extension::{Extension, RawExtension, read_explicit};
use crate::oid::{self, Oid};
use crate::time::{Moment, Span};

/// What a responder says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertStatus {
    /// Not revoked, as far as the responder knows.
    Good,
    /// Revoked.
    Revoked {
        /// Since when; may lie before the certificate's own term.
        at: Moment,
        /// Why; `None` when nothing is said.
        reason: Option<ReasonCode>,
    },
    /// The responder does not know the certificate: neither good nor revoked.
    Unknown,
}

/// CertHash: which certificate is answered about, also where a CA gave its number twice. Source: Common PKI 2.0 part 4,
/// 3.1.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertHash {
    /// The digest; `None` for one that is not known here.
    pub algorithm: Option<DigestAlgorithm>,
    /// The digest of the whole certificate.
    pub hash: Vec<u8>,
}

impl CertHash {
    /// Whether it is the digest of `certificate`; one of an unknown algorithm is of none.
    pub fn is_of(&self, certificate: &Certificate) -> bool {
        self.algorithm.is_some_and(|algorithm| algorithm.digest(certificate.der()).as_bytes() == self.hash)
    }

    fn read(extension: &RawExtension<'_>) -> Result<CertHash, DerError> {
        let mut outer = Reader::new(extension.value, Rules::Der);
        let read = (|| {
            let mut fields = outer.sequence()?;
            outer.finish()?;
            let algorithm = AlgorithmIdentifier::read(&mut fields)?.digest().ok();
            let hash = fields.expect(tag::OCTET_STRING)?.value.to_vec();
            fields.finish()?;
            Ok(CertHash { algorithm, hash })
        })();
        read.map_err(|error| shifted(error, extension.value_offset))
    }
}

/// SingleResponse.
#[derive(Debug, Clone)]
pub struct SingleResponse {
    /// Of which certificate.
    pub cert_id: CertId,
    /// What is said, with "revoked in 1970" of a responder that answers so for certificates it never issued read as
    /// [`CertStatus::Unknown`], see [`SingleResponse::never_issued`].
    pub status: CertStatus,
    /// The octets say "revoked on 1 January 1970", which stands for a certificate that was never issued when the response
    /// has the extension extended-revoke. Source: RFC 6960 §2.2; every answer of the national responder has it.
    pub never_issued: bool,
    /// Since when it is known to be so.
    pub this_update: Moment,
    /// When more will be known; the national responder says nothing.
    pub next_update: Option<Moment>,
    /// Certificates that expired at this instant or later are still known to the responder. Source: RFC 6960 §4.4.4.
    pub archive_cutoff: Option<Moment>,
    /// The digest of the certificate that is answered about, when the responder tells it.
    pub cert_hash: Option<CertHash>,
    /// Extensions of this answer, in the order received.
    pub extensions: Vec<Extension>,
    /// Critical ones among them that nothing here processes: the answer must then not be relied on.
    pub unknown_critical_extensions: Vec<Oid>,
}

impl SingleResponse {
    /// Reads the SEQUENCE.
    pub(super) fn read(list: &mut Reader<'_>) -> Result<SingleResponse, DerError> {
        let mut fields = list.sequence()?;
        let cert_id = CertId::read(&mut fields)?;
        let status = fields.read()?;
        let status = read_status(&fields, &status)?;
        let this_update = Moment::from_generalized_seconds(&fields.read()?)?;
        let next_update = match fields.optional_context(0)? {
            Some(mut wrapped) => {
                let moment = Moment::from_generalized_seconds(&wrapped.read()?)?;
                wrapped.finish()?;
                Some(moment)
            }
            None => None,
        };
        let extensions = read_explicit(&mut fields, 1)?;
        fields.finish()?;
        let cutoff = extensions.iter().find(|extension| extension.oid == oid::OCSP_ARCHIVE_CUTOFF);
        let archive_cutoff = cutoff.map(read_time).transpose()?;
        let hash = extensions.iter().find(|extension| extension.oid == oid::OCSP_CERT_HASH);
        let cert_hash = hash.map(CertHash::read).transpose()?;
        let processed = [oid::OCSP_ARCHIVE_CUTOFF, oid::OCSP_CERT_HASH];
        let unknown = extensions.iter().filter(|one| one.critical && !processed.contains(&one.oid));
        Ok(SingleResponse {
            cert_id,
            status,
            never_issued: false,
            this_update,
            next_update,
            archive_cutoff,
            cert_hash,
            unknown_critical_extensions: unknown.map(|extension| extension.oid).collect(),
            extensions: extensions.into_iter().map(RawExtension::to_owned).collect(),
        })
    }

    /// Reads the answer as that of a responder which declares extended-revoke.
    pub(super) fn under_extended_revoke(self) -> SingleResponse {
        match self.status {
            CertStatus::Revoked { at, .. } if is_start_of_1970(at) => {
                SingleResponse { status: CertStatus::Unknown, never_issued: true, ..self }
            }
            CertStatus::Revoked { .. } | CertStatus::Good | CertStatus::Unknown => self,
        }
    }
}

fn is_start_of_1970(at: Moment) -> bool {
    Moment::from_unix_seconds(0).is_some_and(|start| at.since(start) == Span::ZERO)
}

/// CertStatus; `fields` is the reader `element` came from.
fn read_status(fields: &Reader<'_>, element: &Tlv<'_>) -> Result<CertStatus, DerError> {
    const GOOD: u8 = tag::context(0);
    const REVOKED: u8 = tag::context_constructed(1);
    const UNKNOWN: u8 = tag::context(2);
    match (element.tag, element.value) {
        (GOOD, []) => Ok(CertStatus::Good),
        (UNKNOWN, []) => Ok(CertStatus::Unknown),
        (REVOKED, _) => {
            let mut revoked = fields.nested(element)?;
            let at = Moment::from_generalized_seconds(&revoked.read()?)?;
            let reason = match revoked.optional_context(0)? {
                Some(mut wrapped) => {
                    let reason = ReasonCode::read(&mut wrapped)?;
                    wrapped.finish()?;
                    Some(reason)
                }
                None => None,
            };
            revoked.finish()?;
            Ok(CertStatus::Revoked { at, reason })
        }
        _ => Err(element.error(DerErrorKind::Value("not the status of a certificate"))),
    }
}

fn read_time(extension: &RawExtension<'_>) -> Result<Moment, DerError> {
    let mut reader = Reader::new(extension.value, Rules::Der);
    let moment = reader.read().and_then(|element| Moment::from_generalized_seconds(&element));
    moment.and_then(|moment| reader.finish().map(|()| moment)).map_err(|error| shifted(error, extension.value_offset))
}
