//! Signing in the form NCALayer gives (CAdES-BES), and adding a signer to a message.
//! Source: RFC 5652 §5; RFC 5035 §3; EN 319 122-1 §5.2; nca-rk.md section 3.

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::parts::SignedDataParts;
use super::{IssueError, write_digest_algorithm, write_signature_algorithm};
use crate::certificate::Certificate;
use crate::der::writer::{Writer, sorted};
use crate::der::{Reader, Rules, tag};
use crate::digest::{Digest, DigestAlgorithm};
use crate::key::PrivateKey;
use crate::oid::{self, Oid};
use crate::random::SecureRandom;
use crate::time::Moment;

/// What is signed.
#[derive(Debug, Clone)]
pub enum SigningContent<'a> {
    /// The content itself.
    Content(&'a [u8]),
    /// Its digest under the algorithm of the key; the message is then always detached.
    Digest(Digest),
}

/// Whether the message carries the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packaging {
    /// The content is inside.
    Attached,
    /// The content is elsewhere; the field is absent.
    Detached,
}

/// What to sign and how.
#[derive(Debug, Clone)]
pub struct SignRequest<'a> {
    /// What is signed.
    pub content: SigningContent<'a>,
    /// Whether the message carries it.
    pub packaging: Packaging,
    /// The time the signer claims.
    pub signing_time: Moment,
    /// The type of the content: id-data, as a rule.
    pub content_type: Oid,
    /// Certificates to embed beside the signer's own.
    pub certificates: &'a [Certificate],
}

impl<'a> SignRequest<'a> {
    /// `content` of type id-data at `signing_time`, with the signer's certificate alone: what NCALayer makes.
    pub fn new(content: SigningContent<'a>, packaging: Packaging, signing_time: Moment) -> Self {
        SignRequest { content, packaging, signing_time, content_type: oid::DATA, certificates: &[] }
    }
}

/// A SignedData with one signer, in DER.
/// # Errors
/// `KeyMismatch` when the certificate is not that of the key, `DigestMismatch` when a digest is given under another
/// algorithm than the key's, `ContentMissing` when a digest is to be attached, `Sign` when the key cannot sign.
pub fn sign_cms(
    key: &PrivateKey,
    certificate: &Certificate,
    request: &SignRequest<'_>,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let content = match (&request.content, request.packaging) {
        (SigningContent::Content(content), Packaging::Attached) => Some(content.to_vec()),
        (SigningContent::Content(_) | SigningContent::Digest(_), Packaging::Detached) => None,
        (SigningContent::Digest(_), Packaging::Attached) => return Err(IssueError::ContentMissing),
    };
    let message_digest = message_digest(key, &request.content)?;
    let signer = Signer {
        key,
        certificate,
        content_type: request.content_type,
        signing_time: request.signing_time,
        reference: CertificateReference::V2,
    };
    let signer_info = signer.sign(&message_digest, rng)?;

    let mut parts = SignedDataParts {
        version: 1,
        digest_algorithms: vec![Writer::build(|w| write_digest_algorithm(w, key.digest_algorithm()))],
        content_type: request.content_type,
        content,
        certificates: vec![certificate.der().to_vec()],
        revocations: Vec::new(),
        signer_infos: vec![signer_info],
    };
    for extra in request.certificates {
        parts.add_certificate(extra.der());
    }
    Ok(parts.write())
}

/// `cms` with one more parallel signer; the SignerInfos it has stay octet for octet.
/// `content` is needed for a detached message; when given for an attached one it must be the same.
/// # Errors
/// As [`sign_cms`]; `ContentMissing` for a detached message without content; `ContentMismatch` when the content is not
/// the one the earlier signers signed, as far as their digest algorithms let that be seen; `Malformed`.
pub fn add_signer(
    cms: &[u8],
    key: &PrivateKey,
    certificate: &Certificate,
    content: Option<&SigningContent<'_>>,
    signing_time: Moment,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let mut parts = SignedDataParts::read(cms)?;
    let embedded = parts.content.clone();
    let embedded = embedded.as_deref().map(SigningContent::Content);
    let content = match (&embedded, content) {
        (Some(inside), None) => inside,
        (None, Some(given)) => given,
        (Some(inside), Some(given)) => {
            if message_digest(key, inside)? != message_digest(key, given)? {
                return Err(IssueError::ContentMismatch);
            }
            inside
        }
        (None, None) => return Err(IssueError::ContentMissing),
    };
    for signer_info in &parts.signer_infos {
        same_content(signer_info, content)?;
    }
    let message_digest = message_digest(key, content)?;
    let signer = Signer {
        key,
        certificate,
        content_type: parts.content_type,
        signing_time,
        reference: CertificateReference::V2,
    };
    let signer_info = signer.sign(&message_digest, rng)?;

    let algorithm = key.digest_algorithm();
    let encoded = Writer::build(|w| write_digest_algorithm(w, algorithm));
    parts.add_digest_algorithm(&algorithm.oid(), &encoded)?;
    parts.add_certificate(certificate.der());
    parts.signer_infos.push(signer_info);
    Ok(parts.write())
}

/// Which attribute names the signer's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateReference {
    /// signingCertificateV2 with SHA-256: NCALayer, and time-stamp authorities after RFC 5816.
    V2,
    /// signingCertificate with SHA-1: the national time-stamp authority.
    V1,
    /// Both.
    Both,
}

/// Who signs, and what the signed attributes say beside the digest.
pub(super) struct Signer<'a> {
    pub key: &'a PrivateKey,
    pub certificate: &'a Certificate,
    pub content_type: Oid,
    pub signing_time: Moment,
    pub reference: CertificateReference,
}

impl Signer<'_> {
    /// One SignerInfo, version 1, named by issuer and serial number.
    pub fn sign(&self, message_digest: &Digest, rng: &mut dyn SecureRandom) -> Result<Vec<u8>, IssueError> {
        if !self.key.belongs_to(self.certificate) {
            return Err(IssueError::KeyMismatch);
        }
        let attributes = SignedAttributes::new(
            self.certificate,
            self.content_type,
            self.signing_time,
            self.reference,
            message_digest,
        );
        let signature = self.key.sign_message(&attributes.to_be_signed(), rng)?;
        Ok(attributes.signer_info(self.certificate, message_digest.algorithm(), &signature, |w| {
            write_signature_algorithm(w, self.key);
        }))
    }
}

/// The signed attributes of one SignerInfo, sorted: what a key signs.
pub(super) struct SignedAttributes(Vec<u8>);

impl SignedAttributes {
    pub fn new(
        certificate: &Certificate,
        content_type: Oid,
        signing_time: Moment,
        reference: CertificateReference,
        message_digest: &Digest,
    ) -> Self {
        let mut attributes = vec![
            attribute(&oid::CONTENT_TYPE, |w| w.oid(&content_type)),
            attribute(&oid::SIGNING_TIME, |w| w.time(signing_time)),
            attribute(&oid::MESSAGE_DIGEST, |w| w.octet_string(message_digest.as_bytes())),
        ];
        let (v1, v2) = match reference {
            CertificateReference::V1 => (true, false),
            CertificateReference::V2 => (false, true),
            CertificateReference::Both => (true, true),
        };
        if v1 {
            let hash = Sha1::digest(certificate.der());
            attributes.push(attribute(&oid::SIGNING_CERTIFICATE, |w| ess_certificate(w, &hash)));
        }
        if v2 {
            let hash = Sha256::digest(certificate.der());
            attributes.push(attribute(&oid::SIGNING_CERTIFICATE_V2, |w| ess_certificate(w, &hash)));
        }
        Self(sorted(attributes))
    }

    /// Signed with the universal tag of SET OF, carried under [0]. Source: RFC 5652 §5.4.
    pub fn to_be_signed(&self) -> Vec<u8> {
        Writer::build(|w| w.element(tag::SET, &self.0))
    }

    /// The SignerInfo of `certificate` with `signature` over these attributes.
    pub fn signer_info(
        &self,
        certificate: &Certificate,
        digest: DigestAlgorithm,
        signature: &[u8],
        write_algorithm: impl FnOnce(&mut Writer),
    ) -> Vec<u8> {
        Writer::build(|w| {
            w.sequence(|w| {
                w.integer_u64(1);
                w.sequence(|w| {
                    w.raw(certificate.issuer().raw());
                    w.integer_content(certificate.serial());
                });
                write_digest_algorithm(w, digest);
                w.element(tag::context_constructed(0), &self.0);
                write_algorithm(w);
                w.octet_string(signature);
            });
        })
    }
}

/// SigningCertificate and SigningCertificateV2 with one hash look alike: the hash algorithm of the second is left out when it is SHA-256.
fn ess_certificate(writer: &mut Writer, hash: &[u8]) {
    writer.sequence(|w| w.sequence(|w| w.sequence(|w| w.octet_string(hash))));
}

fn attribute(identifier: &Oid, value: impl FnOnce(&mut Writer)) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.oid(identifier);
            w.set(value);
        });
    })
}

fn message_digest(key: &PrivateKey, content: &SigningContent<'_>) -> Result<Digest, IssueError> {
    let algorithm = key.digest_algorithm();
    match content {
        SigningContent::Content(content) => Ok(algorithm.digest(content)),
        SigningContent::Digest(digest) if digest.algorithm() == algorithm => Ok(digest.clone()),
        SigningContent::Digest(digest) => {
            Err(IssueError::DigestMismatch { expected: algorithm, found: digest.algorithm() })
        }
    }
}

/// Refuses a new signature over other content than an earlier signer's, where the digests can be compared.
fn same_content(signer_info: &[u8], content: &SigningContent<'_>) -> Result<(), IssueError> {
    let Some((algorithm, found)) = claimed_digest(signer_info)? else {
        return Ok(());
    };
    let expected = match content {
        SigningContent::Content(content) => algorithm.digest(content),
        SigningContent::Digest(digest) if digest.algorithm() == algorithm => digest.clone(),
        SigningContent::Digest(_) => return Ok(()),
    };
    if expected.as_bytes() == found { Ok(()) } else { Err(IssueError::ContentMismatch) }
}

/// The messageDigest attribute of a SignerInfo, with its algorithm where that is known here.
fn claimed_digest(signer_info: &[u8]) -> Result<Option<(DigestAlgorithm, Vec<u8>)>, IssueError> {
    let mut fields = Reader::new(signer_info, Rules::Ber).sequence()?;
    fields.read()?;
    fields.read()?;
    let algorithm = DigestAlgorithm::from_oid(&fields.sequence()?.oid()?);
    let (Some(algorithm), Some(wrapper)) = (algorithm, fields.optional(tag::context_constructed(0))?) else {
        return Ok(None);
    };
    let mut attributes = fields.nested(&wrapper)?;
    while !attributes.is_empty() {
        let mut attribute = attributes.sequence()?;
        if attribute.oid()? == oid::MESSAGE_DIGEST {
            let value = attribute.set()?.octet_string()?.to_vec();
            return Ok(Some((algorithm, value)));
        }
    }
    Ok(None)
}
