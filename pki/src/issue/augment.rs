//! Adding proofs to a signed message: time stamps, certificates, CRLs, OCSP answers (CAdES-T and -LT).
//! What was signed, and every SignerInfo not addressed, stays octet for octet. Source: EN 319 122-1 §5.3 to §5.5; RFC 5652 §5.

use super::IssueError;
use super::parts::{SignedDataParts, elements};
use crate::certificate::Certificate;
use crate::der::writer::{Writer, sorted};
use crate::der::{Reader, Rules, tag};
use crate::oid::{self, Oid};

/// One thing to add.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Augmentation {
    /// A time-stamp token (ContentInfo) over the signature value of the signer at `signer`,
    /// counted from 0 in the order of the message given.
    SignatureTimeStamp {
        /// Position of the SignerInfo.
        signer: usize,
        /// The token.
        token: Vec<u8>,
    },
    /// An unsigned attribute with one value, for the signer at `signer`.
    UnsignedAttribute {
        /// Position of the SignerInfo.
        signer: usize,
        /// The attribute.
        attribute: Oid,
        /// Its value, one encoded element.
        value: Vec<u8>,
    },
    /// A certificate for the list of the message.
    Certificate(Certificate),
    /// A CertificateList in DER.
    Crl(Vec<u8>),
    /// A whole OCSPResponse in DER, kept as id-ri-ocsp-response. Source: RFC 5940 §2.1.
    Ocsp(Vec<u8>),
}

/// `cms` with `additions`. What surrounds the pieces is written in DER, the pieces are copied as they are. The sets of the
/// result are in DER order, so the position of a signer may change.
/// # Errors
/// `Malformed` when the message or a piece is not one whole element, `NoSuchSigner` for a position out of range.
pub fn augment(cms: &[u8], additions: &[Augmentation]) -> Result<Vec<u8>, IssueError> {
    let mut parts = SignedDataParts::read(cms)?;
    for addition in additions {
        match addition {
            Augmentation::SignatureTimeStamp { signer, token } => {
                add_unsigned(&mut parts, *signer, &oid::SIGNATURE_TIME_STAMP, token)?;
            }
            Augmentation::UnsignedAttribute { signer, attribute, value } => {
                add_unsigned(&mut parts, *signer, attribute, value)?;
            }
            Augmentation::Certificate(certificate) => parts.add_certificate(certificate.der()),
            Augmentation::Crl(crl) => {
                one_element(crl)?;
                parts.add_revocation(crl);
            }
            Augmentation::Ocsp(response) => {
                one_element(response)?;
                parts.add_revocation(&Writer::build(|w| {
                    w.context(1, |w| {
                        w.oid(&oid::REVOCATION_INFO_OCSP);
                        w.raw(response);
                    });
                }));
            }
        }
    }
    Ok(parts.write())
}

fn add_unsigned(parts: &mut SignedDataParts, signer: usize, attribute: &Oid, value: &[u8]) -> Result<(), IssueError> {
    one_element(value)?;
    let count = parts.signer_infos.len();
    let signer_info = parts.signer_infos.get_mut(signer).ok_or(IssueError::NoSuchSigner { signer, count })?;
    let attribute = Writer::build(|w| {
        w.sequence(|w| {
            w.oid(attribute);
            w.set(|w| w.raw(value));
        });
    });
    *signer_info = with_unsigned_attribute(signer_info, attribute)?;
    Ok(())
}

/// The SignerInfo with one more unsigned attribute; all other fields are copied as they are encoded.
fn with_unsigned_attribute(signer_info: &[u8], attribute: Vec<u8>) -> Result<Vec<u8>, IssueError> {
    let mut fields = Reader::new(signer_info, Rules::Ber).sequence()?;
    let mut signed_part = Vec::new();
    let mut unsigned = Vec::new();
    while let Some(next) = fields.peek_tag() {
        let field = fields.read()?;
        // Signed and unsigned attributes are [0] and [1]; nothing else of a SignerInfo carries [1].
        if next == tag::context_constructed(1) {
            unsigned = elements(fields.nested(&field)?)?;
        } else {
            signed_part.extend_from_slice(field.raw);
        }
    }
    unsigned.push(attribute);
    Ok(Writer::build(|w| {
        w.sequence(|w| {
            w.raw(&signed_part);
            w.element(tag::context_constructed(1), &sorted(unsigned));
        });
    }))
}

fn one_element(encoded: &[u8]) -> Result<(), IssueError> {
    let mut reader = Reader::new(encoded, Rules::Ber);
    reader.read()?;
    reader.finish()?;
    Ok(())
}
