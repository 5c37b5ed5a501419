//! A SignedData taken apart into encoded pieces and put together again, so that what was signed stays octet for octet.

use super::IssueError;
use crate::cms::CMS_SIZE_MAX_BYTES;
use crate::der::writer::{Writer, sorted};
use crate::der::{Reader, Rules, tag};
use crate::oid::{self, Oid};

/// Most elements of one SET of a message that is rebuilt here.
const ELEMENTS_MAX: usize = 4096;

/// The pieces of a SignedData. Every `Vec<u8>` of the lists is one whole encoded element.
pub(super) struct SignedDataParts {
    pub version: u64,
    pub digest_algorithms: Vec<Vec<u8>>,
    pub content_type: Oid,
    /// `None`: detached.
    pub content: Option<Vec<u8>>,
    pub certificates: Vec<Vec<u8>>,
    pub revocations: Vec<Vec<u8>>,
    pub signer_infos: Vec<Vec<u8>>,
}

impl SignedDataParts {
    /// Takes apart a ContentInfo in DER or BER.
    pub fn read(bytes: &[u8]) -> Result<SignedDataParts, IssueError> {
        if bytes.len() > CMS_SIZE_MAX_BYTES {
            return Err(IssueError::malformed("message larger than the limit"));
        }
        let mut outer = Reader::new(bytes, Rules::Ber);
        let mut content_info = outer.sequence()?;
        outer.finish()?;
        if content_info.oid()? != oid::SIGNED_DATA {
            return Err(IssueError::malformed("content is not SignedData"));
        }
        let wrapper = content_info.expect(tag::context_constructed(0))?;
        content_info.finish()?;
        let mut wrapped = content_info.nested(&wrapper)?;
        let mut signed_data = wrapped.sequence()?;
        wrapped.finish()?;

        let version = signed_data.small_uint()?;
        let digest_algorithms = elements(signed_data.set()?)?;
        let mut encapsulated = signed_data.sequence()?;
        let content_type = encapsulated.oid()?;
        let content = match encapsulated.optional(tag::context_constructed(0))? {
            Some(wrapper) => Some(encapsulated.nested(&wrapper)?.octet_string()?.to_vec()),
            None => None,
        };
        let certificates = optional_elements(&mut signed_data, 0)?;
        let revocations = optional_elements(&mut signed_data, 1)?;
        let signer_infos = elements(signed_data.set()?)?;
        signed_data.finish()?;
        Ok(SignedDataParts {
            version,
            digest_algorithms,
            content_type,
            content,
            certificates,
            revocations,
            signer_infos,
        })
    }

    /// A ContentInfo in DER. The sets are in DER order, so positions may differ from those of the message read.
    pub fn write(self) -> Vec<u8> {
        let version = self.version.max(self.version_needed());
        Writer::build(|w| {
            w.sequence(|w| {
                w.oid(&oid::SIGNED_DATA);
                w.context(0, |w| {
                    w.sequence(|w| {
                        w.integer_u64(version);
                        w.set_of_sorted(self.digest_algorithms);
                        w.sequence(|w| {
                            w.oid(&self.content_type);
                            if let Some(content) = &self.content {
                                w.context(0, |w| w.octet_string(content));
                            }
                        });
                        optional_set(w, 0, self.certificates);
                        optional_set(w, 1, self.revocations);
                        w.set_of_sorted(self.signer_infos);
                    });
                });
            });
        })
    }

    /// Adds `certificate` unless it is there.
    pub fn add_certificate(&mut self, certificate: &[u8]) {
        add(&mut self.certificates, certificate);
    }

    /// Adds a CRL or a tagged OtherRevocationInfo unless it is there.
    pub fn add_revocation(&mut self, revocation: &[u8]) {
        add(&mut self.revocations, revocation);
    }

    /// Adds a digest AlgorithmIdentifier unless one with the same identifier is there, whatever its parameters.
    pub fn add_digest_algorithm(&mut self, identifier: &Oid, encoded: &[u8]) -> Result<(), IssueError> {
        for present in &self.digest_algorithms {
            if Reader::new(present, Rules::Ber).sequence()?.oid()? == *identifier {
                return Ok(());
            }
        }
        self.digest_algorithms.push(encoded.to_vec());
        Ok(())
    }

    /// Source: RFC 5652 §5.1.
    fn version_needed(&self) -> u64 {
        let other_format = |piece: &Vec<u8>| piece.first() == Some(&tag::context_constructed(1));
        if self.revocations.iter().any(other_format) {
            5
        } else if self.content_type != oid::DATA {
            3
        } else {
            1
        }
    }
}

/// The whole encoded elements `reader` holds.
pub(super) fn elements(mut reader: Reader<'_>) -> Result<Vec<Vec<u8>>, IssueError> {
    let mut found = Vec::new();
    while !reader.is_empty() {
        if found.len() >= ELEMENTS_MAX {
            return Err(IssueError::malformed("more elements than the limit"));
        }
        found.push(reader.read()?.raw.to_vec());
    }
    Ok(found)
}

fn optional_elements(reader: &mut Reader<'_>, n: u8) -> Result<Vec<Vec<u8>>, IssueError> {
    match reader.optional(tag::context_constructed(n))? {
        Some(wrapper) => elements(reader.nested(&wrapper)?),
        None => Ok(Vec::new()),
    }
}

fn optional_set(writer: &mut Writer, n: u8, pieces: Vec<Vec<u8>>) {
    if !pieces.is_empty() {
        writer.element(tag::context_constructed(n), &sorted(pieces));
    }
}

fn add(pieces: &mut Vec<Vec<u8>>, piece: &[u8]) {
    if !pieces.iter().any(|present| present == piece) {
        pieces.push(piece.to_vec());
    }
}
