//! Signed messages with one thing wrong. Source of the rules: RFC 5652 §5.3, §5.4, §11; RFC 5035; RFC 6211; RFC 8933;
//! draft-ietf-lamps-cms-euf-cma-signeddata.

use sha1::{Digest as _, Sha1};

use super::{faults, with_long_length};
use crate::certificate::Certificate;
use crate::der::tag;
use crate::der::writer::{Writer, sorted};
use crate::digest::DigestAlgorithm;
use crate::issue::IssueError;
use crate::issue::parts::SignedDataParts;
use crate::key::PrivateKey;
use crate::oid::{self, Oid};
use crate::random::SecureRandom;
use crate::time::Moment;

faults! {
    /// What is wrong with a signed message.
    MessageFault {
        /// The signed attributes are not in the order of DER, and were signed so.
        AttributesUnsorted = "attributes-unsorted",
        /// They are carried in another order than that of DER, in which they were signed.
        AttributesSignedInOrder = "attributes-signed-in-order",
        /// They have more length octets than they need, and were signed so.
        AttributesLongLength = "attributes-long-length",
        /// They are carried with such lengths, and were signed in DER.
        AttributesSignedInDer = "attributes-signed-in-der",
        /// They were signed under the tag `[0]` under which they are carried, not under that of a SET OF.
        AttributesSignedAsCarried = "attributes-signed-as-carried",
        /// The field of the signed attributes is there and empty.
        AttributesEmpty = "attributes-empty",
        /// One of them has no value.
        AttributeWithoutValue = "attribute-without-value",
        /// The content reads as signed attributes, and is signed without any.
        AttributesAsContent = "attributes-as-content",
        /// A signature over a content without attributes, shown as one over attributes: those that the content spells.
        ContentAsAttributes = "content-as-attributes",
        /// The message-digest attribute stands twice.
        DigestTwice = "digest-twice",
        /// It has two values, of which the first is right.
        DigestTwoValues = "digest-two-values",
        /// It is not there.
        DigestMissing = "digest-missing",
        /// It is not signed, only carried.
        DigestUnsigned = "digest-unsigned",
        /// It holds the first 20 octets of the digest.
        DigestTruncated = "digest-truncated",
        /// It holds the digest and an octet more.
        DigestTooLong = "digest-too-long",
        /// The content-type attribute is not there.
        TypeMissing = "type-missing",
        /// It has two values, of which the first is right.
        TypeTwoValues = "type-two-values",
        /// The content is said to be a TSTInfo, the attributes say data.
        TypeSwitched = "type-switched",
        /// The content is said to be data, the attributes say a TSTInfo.
        TypeSwitchedToData = "type-switched-to-data",
        /// The content is said to be a TSTInfo, and there are no attributes.
        TypeSwitchedUnattributed = "type-switched-unattributed",
        /// The signing time is not signed.
        TimeUnsigned = "time-unsigned",
        /// It has two values.
        TimeTwoValues = "time-two-values",
        /// A counter-signature is among the signed attributes.
        CounterSigned = "counter-signed",
        /// An empty content is inside; another one was signed.
        ContentEmpty = "content-empty",
        /// Another content is inside than was signed.
        ContentSwapped = "content-swapped",
        /// The signed reference is of the other certificate.
        ReferenceOfAnother = "reference-of-another",
        /// The reference of version 1 is right, that of version 2 is of the other certificate.
        ReferencesInConflict = "references-in-conflict",
        /// The reference of version 2 is right, that of version 1 is of the other certificate.
        ReferencesInConflictV1 = "references-in-conflict-v1",
        /// The hash of the reference is right, its issuer and serial number are those of the other certificate.
        ReferenceSerialOfAnother = "reference-serial-of-another",
        /// The hash of the reference has 20 octets and says SHA-256.
        ReferenceTruncated = "reference-truncated",
        /// The reference is no reference.
        ReferenceMalformed = "reference-malformed",
        /// The algorithm protection names another digest.
        ProtectionOfOtherDigest = "protection-of-other-digest",
        /// It names another signature algorithm.
        ProtectionOfOtherSignature = "protection-of-other-signature",
        /// It names no signature algorithm.
        ProtectionOfNone = "protection-of-none",
        /// The content is digested with another digest than the signature uses.
        DigestOfAnotherKind = "digest-of-another-kind",
        /// The signature algorithm is said to be ECDSA.
        SignatureSaidEcdsa = "signature-said-ecdsa",
        /// The signature algorithm is said to be RSA.
        SignatureSaidRsa = "signature-said-rsa",
        /// It is said to be GOST 34.10-2015 of 256 bits.
        SignatureSaidGost256 = "signature-said-gost-256",
        /// It is said to be GOST R 34.10-2001 of the Russian standard.
        SignatureSaidGost2001 = "signature-said-gost-2001",
        /// One octet of the signature is changed.
        SignatureChanged = "signature-changed",
        /// An octet after the message.
        TrailingOctet = "trailing-octet",
    }
}

/// How a signer names its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerName {
    /// By issuer and serial number.
    IssuerAndSerial,
    /// By subject key identifier.
    KeyIdentifier,
}

/// A message by one signer, as it is before anything is wrong with it.
#[derive(Debug, Clone, Copy)]
pub struct WrongMessage<'a> {
    /// Signs.
    pub key: &'a PrivateKey,
    /// The certificate of the key.
    pub certificate: &'a Certificate,
    /// Another certificate, where the fault needs one.
    pub other: &'a Certificate,
    /// What is signed.
    pub content: &'a [u8],
    /// Whether it is inside.
    pub attached: bool,
    /// The time the signer claims.
    pub signing_time: Moment,
    /// How the certificate is named.
    pub name: SignerName,
    /// What is inside the list of certificates.
    pub carried: &'a [Certificate],
}

/// The pieces of a message while it is made.
struct Pieces {
    content_type: Oid,
    inside: Option<Vec<u8>>,
    digest: Oid,
    signature: Oid,
    /// As they are signed: `None` = the content itself is.
    signed: Option<Vec<Vec<u8>>>,
    /// As they are carried, when that is not the same: the contents of the field.
    carried: Option<Vec<u8>>,
    /// What the value is over, when that does not follow.
    over: Option<Vec<u8>>,
    unsigned: Vec<Vec<u8>>,
}

impl WrongMessage<'_> {
    /// The message with this fault; without one when it is `None`.
    /// # Errors
    /// `Sign` when the key cannot sign.
    pub fn build(&self, fault: Option<MessageFault>, rng: &mut dyn SecureRandom) -> Result<Vec<u8>, IssueError> {
        let mut pieces = self.pieces();
        if let Some(fault) = fault {
            self.spoil(&mut pieces, fault);
        }
        let octets = pieces.over.take().unwrap_or_else(|| match &pieces.signed {
            Some(attributes) => Writer::build(|w| w.set_of_sorted(attributes.clone())),
            None => self.content.to_vec(),
        });
        let mut value = self.key.sign_message(&octets, rng)?;
        if fault == Some(MessageFault::SignatureChanged) {
            value.last_mut().into_iter().for_each(|octet| *octet ^= 1);
        }
        let mut message = self.written(pieces, &value);
        if fault == Some(MessageFault::TrailingOctet) {
            message.push(0);
        }
        Ok(message)
    }

    fn written(&self, pieces: Pieces, value: &[u8]) -> Vec<u8> {
        let carried = pieces.carried.or_else(|| pieces.signed.map(sorted));
        let signer = SignerFields {
            certificate: self.certificate,
            name: self.name,
            digest: &pieces.digest,
            signature: &pieces.signature,
            signed: carried,
            value,
            unsigned: pieces.unsigned,
        };
        let parts = SignedDataParts {
            version: 1,
            digest_algorithms: vec![algorithm(&pieces.digest)],
            content_type: pieces.content_type,
            content: pieces.inside,
            certificates: self.carried.iter().map(|certificate| certificate.der().to_vec()).collect(),
            revocations: Vec::new(),
            signer_infos: vec![signer.encoded()],
        };
        parts.write()
    }

    fn pieces(&self) -> Pieces {
        let digest = self.key.digest_algorithm();
        let attributes = vec![
            content_type(&[oid::DATA]),
            message_digest(&[digest.digest(self.content).as_bytes()]),
            self.signing_time(1),
            reference_v2(&self.certificate.sha256(), None),
        ];
        Pieces {
            content_type: oid::DATA,
            inside: self.attached.then(|| self.content.to_vec()),
            digest: digest.oid(),
            signature: self.key.signature_oid(),
            signed: Some(attributes),
            carried: None,
            over: None,
            unsigned: Vec::new(),
        }
    }

    fn signing_time(&self, values: usize) -> Vec<u8> {
        let time = Writer::build(|w| w.time(self.signing_time));
        attribute(oid::SIGNING_TIME, &time.repeat(values))
    }
}

mod spoil;

/// What a SignerInfo holds.
pub(super) struct SignerFields<'a> {
    pub certificate: &'a Certificate,
    pub name: SignerName,
    pub digest: &'a Oid,
    pub signature: &'a Oid,
    /// The contents of `[0]`.
    pub signed: Option<Vec<u8>>,
    pub value: &'a [u8],
    pub unsigned: Vec<Vec<u8>>,
}

impl SignerFields<'_> {
    /// The SignerInfo.
    pub fn encoded(self) -> Vec<u8> {
        Writer::build(|w| {
            w.sequence(|w| {
                match self.name {
                    SignerName::IssuerAndSerial => {
                        w.integer_u64(1);
                        w.sequence(|w| {
                            w.raw(self.certificate.issuer_der());
                            w.integer_content(self.certificate.serial());
                        });
                    }
                    SignerName::KeyIdentifier => {
                        w.integer_u64(3);
                        w.context_primitive(0, self.certificate.subject_key_id().unwrap_or_default());
                    }
                }
                w.raw(&algorithm(self.digest));
                if let Some(signed) = &self.signed {
                    w.element(tag::context_constructed(0), signed);
                }
                w.raw(&algorithm(self.signature));
                w.octet_string(self.value);
                if !self.unsigned.is_empty() {
                    w.element(tag::context_constructed(1), &sorted(self.unsigned));
                }
            });
        })
    }
}

fn algorithm(oid: &Oid) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.oid(oid);
            // RFC 5758 3.2: ECDSA has no parameters, not even NULL.
            if *oid != oid::ECDSA_WITH_SHA256 {
                w.null();
            }
        });
    })
}

/// An attribute whose SET OF has these contents.
pub(super) fn attribute(kind: Oid, values: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&kind);
            w.element(tag::SET, values);
        });
    })
}

fn content_type(types: &[Oid]) -> Vec<u8> {
    attribute(oid::CONTENT_TYPE, &Writer::build(|w| types.iter().for_each(|kind| w.oid(kind))))
}

fn message_digest(values: &[&[u8]]) -> Vec<u8> {
    attribute(oid::MESSAGE_DIGEST, &Writer::build(|w| values.iter().for_each(|value| w.octet_string(value))))
}

/// signingCertificateV2 with this SHA-256; issuer and serial number are those of `named`.
pub(super) fn reference_v2(hash: &[u8], named: Option<&Certificate>) -> Vec<u8> {
    attribute(oid::SIGNING_CERTIFICATE_V2, &reference(hash, named))
}

fn reference_v1(certificate: &Certificate) -> Vec<u8> {
    attribute(oid::SIGNING_CERTIFICATE, &reference(&Sha1::digest(certificate.der()), None))
}

fn reference(hash: &[u8], named: Option<&Certificate>) -> Vec<u8> {
    let write_named = |w: &mut Writer, certificate: &Certificate| {
        w.sequence(|w| {
            w.sequence(|w| w.context(4, |w| w.raw(certificate.issuer_der())));
            w.integer_content(certificate.serial());
        });
    };
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.sequence(|w| {
                    w.octet_string(hash);
                    if let Some(certificate) = named {
                        write_named(w, certificate);
                    }
                });
            });
        });
    })
}

/// CMSAlgorithmProtection.
fn protection(digest: Oid, signature: Option<Oid>) -> Vec<u8> {
    let value = Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| w.oid(&digest));
            match signature {
                Some(signature) => w.context(1, |w| w.oid(&signature)),
                None => w.context(2, |w| w.oid(&oid::HMAC_SHA256)),
            }
        });
    });
    attribute(oid::ALGORITHM_PROTECTION, &value)
}
