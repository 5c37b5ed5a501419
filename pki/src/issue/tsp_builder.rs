//! Time-stamp questions, and the answers of an authority of the national CA. Source: RFC 3161 §2.4; RFC 5816;
//! nca-rk.md section 6.

use super::cms_sign::{CertificateReference, Signer};
use super::parts::SignedDataParts;
use super::{IssueError, write_digest_algorithm};
use crate::certificate::Certificate;
use crate::der::writer::Writer;
use crate::digest::Digest;
use crate::key::PrivateKey;
use crate::oid::{self, Oid};
use crate::random::SecureRandom;
use crate::time::Moment;

/// A TimeStampReq.
#[derive(Debug, Clone)]
pub struct TimeStampQuestion<'a> {
    /// The digest to be stamped.
    pub imprint: &'a Digest,
    /// The policy wished for.
    pub policy: Option<Oid>,
    /// A number to be echoed, big-endian.
    pub nonce: Option<&'a [u8]>,
    /// Asks for the certificate of the authority inside the token; the national authority wants it asked.
    pub certificate: CertificateWish,
}

/// Whether the certificate of the authority is to be inside the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateWish {
    /// certReq true.
    Embed,
    /// certReq false, which is left out.
    Omit,
}

/// A TimeStampReq for `imprint` without a policy, in DER; `nonce` is a number, big-endian.
pub fn build_request(imprint: &Digest, nonce: Option<&[u8]>, certificate_wanted: bool) -> Vec<u8> {
    let certificate = if certificate_wanted { CertificateWish::Embed } else { CertificateWish::Omit };
    build_time_stamp_request(&TimeStampQuestion { imprint, policy: None, nonce, certificate })
}

/// `question` in DER.
pub fn build_time_stamp_request(question: &TimeStampQuestion<'_>) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.integer_u64(1);
            write_imprint(w, question.imprint);
            if let Some(policy) = question.policy {
                w.oid(&policy);
            }
            if let Some(nonce) = question.nonce {
                w.integer(nonce);
            }
            match question.certificate {
                CertificateWish::Embed => w.boolean(true),
                CertificateWish::Omit => {}
            }
        });
    })
}

/// Everything a token says.
#[derive(Debug, Clone)]
pub struct TimeStampTemplate<'a> {
    /// The policy it is given under.
    pub policy: Oid,
    /// What is stamped.
    pub imprint: &'a Digest,
    /// Serial number of the token, big-endian and positive.
    pub serial: &'a [u8],
    /// The time; a fraction of a second is cut off.
    pub gen_time: Moment,
    /// How far the time may be off, in seconds; the national authority says nothing.
    pub accuracy_seconds: Option<u64>,
    /// The content octets of the nonce INTEGER of the question, as received.
    pub nonce: Option<&'a [u8]>,
    /// Whether the authority's certificate is embedded: as the question wishes.
    pub certificate: CertificateWish,
    /// Which attribute names that certificate: `V1` in the national tokens.
    pub reference: CertificateReference,
}

/// A time-stamp token: a ContentInfo with SignedData over the TSTInfo, in DER.
/// # Errors
/// `KeyMismatch` when `authority` is not the certificate of `key`, `Sign` when the key cannot sign.
pub fn build_time_stamp_token(
    template: &TimeStampTemplate<'_>,
    key: &PrivateKey,
    authority: &Certificate,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let tst_info = tst_info(template);
    let signer = Signer {
        key,
        certificate: authority,
        content_type: oid::TST_INFO,
        signing_time: template.gen_time,
        reference: template.reference,
    };
    let signer_info = signer.sign(&key.digest_algorithm().digest(&tst_info), rng)?;
    let certificates = match template.certificate {
        CertificateWish::Embed => vec![authority.der().to_vec()],
        CertificateWish::Omit => Vec::new(),
    };
    let parts = SignedDataParts {
        version: 3,
        digest_algorithms: vec![Writer::build(|w| write_digest_algorithm(w, key.digest_algorithm()))],
        content_type: oid::TST_INFO,
        content: Some(tst_info),
        certificates,
        revocations: Vec::new(),
        signer_infos: vec![signer_info],
    };
    Ok(parts.write())
}

/// A TimeStampResp that grants `token`.
pub fn build_time_stamp_response(token: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| w.integer_u64(0));
            w.raw(token);
        });
    })
}

/// Why an authority refuses. Source: RFC 3161 §2.4.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeStampRefusal {
    /// The digest algorithm is not accepted.
    BadAlgorithm,
    /// The request is not permitted or not supported.
    BadRequest,
    /// The request could not be read.
    BadDataFormat,
    /// The clock of the authority is not available.
    TimeNotAvailable,
    /// The policy is not supported.
    UnacceptedPolicy,
    /// A requested extension is not supported.
    UnacceptedExtension,
    /// The authority is broken.
    SystemFailure,
}

/// A TimeStampResp with status rejection and no token; `text` is for people.
pub fn build_time_stamp_refusal(refusal: TimeStampRefusal, text: Option<&str>) -> Vec<u8> {
    let bit = match refusal {
        TimeStampRefusal::BadAlgorithm => 0,
        TimeStampRefusal::BadRequest => 2,
        TimeStampRefusal::BadDataFormat => 5,
        TimeStampRefusal::TimeNotAvailable => 14,
        TimeStampRefusal::UnacceptedPolicy => 15,
        TimeStampRefusal::UnacceptedExtension => 16,
        TimeStampRefusal::SystemFailure => 25,
    };
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.integer_u64(2);
                if let Some(text) = text {
                    w.sequence(|w| w.utf8(text));
                }
                w.named_bits(1_u32 << bit);
            });
        });
    })
}

pub(super) fn tst_info(template: &TimeStampTemplate<'_>) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.integer_u64(1);
            w.oid(&template.policy);
            write_imprint(w, template.imprint);
            w.integer(template.serial);
            w.generalized_time(template.gen_time);
            if let Some(seconds) = template.accuracy_seconds {
                w.sequence(|w| w.integer_u64(seconds));
            }
            if let Some(nonce) = template.nonce {
                w.integer_content(nonce);
            }
        });
    })
}

/// MessageImprint.
fn write_imprint(writer: &mut Writer, imprint: &Digest) {
    writer.sequence(|w| {
        write_digest_algorithm(w, imprint.algorithm());
        w.octet_string(imprint.as_bytes());
    });
}
