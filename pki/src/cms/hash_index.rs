//! The index of an archive time stamp: digests of everything in the message that it covers.
//! Source: EN 319 122-1 §5.5.2 and §5.5.3; TS 101 733 §6.4.2 for the first form.

use super::{Attribute, CmsError, SignedData, SignerInfo, bound};
use crate::algorithm::AlgorithmIdentifier;
use crate::der::writer::Writer;
use crate::der::{DerError, DerErrorKind, Reader, Rules};
use crate::digest::{Digest, DigestAlgorithm};
use crate::oid::{self, Oid};

/// Most digests of one kind in an index.
pub const INDEX_ENTRIES_MAX: usize = 1024;

/// How the unsigned attributes are digested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Each attribute whole.
    Attributes,
    /// Each value with the type of its attribute before it.
    Values,
}

/// An index as received.
#[derive(Debug, Clone)]
pub struct HashIndex {
    raw: Vec<u8>,
    form: Form,
    digest: DigestAlgorithm,
    certificates: Vec<Vec<u8>>,
    revocations: Vec<Vec<u8>>,
    unsigned: Vec<Vec<u8>>,
}

/// What of a message an index names.
#[derive(Debug, Clone, Default)]
pub struct Indexed<'m> {
    /// Entries of the certificate list, as encoded.
    pub certificates: Vec<&'m [u8]>,
    /// Entries of the revocation list, as encoded.
    pub revocations: Vec<&'m [u8]>,
    /// Values of unsigned attributes, with the types of their attributes.
    pub values: TypedValues<'m>,
    /// What it does not name, in words for experts: `certificate 2`, `attribute 1.2.840… value 1`.
    pub left_out: Vec<String>,
}

/// Values of unsigned attributes, each with the type of its attribute.
type TypedValues<'m> = Vec<(Oid, &'m [u8])>;

impl HashIndex {
    /// The index that the signer of a token carries; `None` without one.
    ///
    /// # Errors
    /// When it is malformed, there are several, or its digest is not known.
    pub fn of(token_signer: &SignerInfo) -> Result<Option<HashIndex>, CmsError> {
        let kinds = [oid::ATS_HASH_INDEX_V3, oid::ATS_HASH_INDEX_V2, oid::ATS_HASH_INDEX];
        let mut found = token_signer.unsigned_attributes().iter().filter(|attribute| kinds.contains(&attribute.oid));
        let Some(attribute) = found.next() else { return Ok(None) };
        let [value] = attribute.values.as_slice() else { return Err(refused("an index has one value")) };
        if found.next().is_some() {
            return Err(refused("a token has one index"));
        }
        let form = if attribute.oid == oid::ATS_HASH_INDEX_V3 { Form::Values } else { Form::Attributes };
        Ok(Some(HashIndex::read(value, form)?))
    }

    fn read(value: &[u8], form: Form) -> Result<HashIndex, CmsError> {
        let mut outer = Reader::new(value, Rules::Ber);
        let mut fields = outer.sequence()?;
        outer.finish()?;
        let digest = if elements_of(fields.remaining())? == 4 {
            let named = AlgorithmIdentifier::read(&mut fields)?;
            named.digest().map_err(|_| refused("the digest of the index is not known"))?
        } else if form == Form::Attributes {
            // The first form leaves its default out.
            DigestAlgorithm::Sha256
        } else {
            return Err(refused("an index has four fields"));
        };
        let mut lists = [Vec::new(), Vec::new(), Vec::new()];
        for list in &mut lists {
            let mut entries = fields.sequence()?;
            while !entries.is_empty() {
                bound("digests in an index", list.len(), INDEX_ENTRIES_MAX)?;
                list.push(entries.octet_string()?.into_owned());
            }
        }
        fields.finish()?;
        let [certificates, revocations, unsigned] = lists;
        Ok(HashIndex { raw: value.to_vec(), form, digest, certificates, revocations, unsigned })
    }

    /// The index over all that `message` holds for `signer`, in the form of version 3.
    pub fn over(message: &SignedData, signer: &SignerInfo, digest: DigestAlgorithm) -> Vec<u8> {
        let of = |octets: &[u8]| digest.digest(octets).as_bytes().to_vec();
        let list = |writer: &mut Writer, digests: Vec<Vec<u8>>| {
            writer.sequence(|w| digests.iter().for_each(|one| w.octet_string(one)));
        };
        let values = signer
            .unsigned_attributes()
            .iter()
            .flat_map(|attribute| attribute.values.iter().map(|value| of(&typed(attribute.oid, value))));
        Writer::build(|w| {
            w.sequence(|w| {
                w.sequence(|w| w.oid(&digest.oid()));
                list(w, message.certificate_choices().map(of).collect());
                list(w, message.revocation_choices().map(of).collect());
                list(w, values.collect());
            });
        })
    }

    /// What of `message` and of the unsigned attributes of `signer` the index names.
    ///
    /// # Errors
    /// When an entry names nothing that is there: the message has lost something. English, for experts.
    pub fn resolve<'m>(&self, message: &'m SignedData, signer: &'m SignerInfo) -> Result<Indexed<'m>, String> {
        let mut indexed = Indexed::default();
        let certificates: Vec<&[u8]> = message.certificate_choices().collect();
        let revocations: Vec<&[u8]> = message.revocation_choices().collect();
        let mut left_out = Vec::new();
        let mut list = |what: &str, entries: &[Vec<u8>], there: &[&'m [u8]]| {
            let named = self.named(what, entries, there.iter().map(|octets| octets.to_vec()))?;
            let mut found = Vec::new();
            for (position, (octets, named)) in there.iter().zip(named).enumerate() {
                if named {
                    found.push(*octets)
                } else {
                    left_out.push(format!("{what} {}", position.saturating_add(1)))
                }
            }
            Ok::<_, String>(found)
        };
        indexed.certificates = list("certificate", &self.certificates, &certificates)?;
        indexed.revocations = list("revocation", &self.revocations, &revocations)?;
        let pairs = self.pairs(signer);
        let named = self.named("attribute", &self.unsigned, pairs.iter().map(|(octets, _)| octets.clone()))?;
        for ((_, values), named) in pairs.into_iter().zip(named) {
            if named {
                indexed.values.extend(values);
            } else {
                left_out.extend(values.iter().map(|(kind, _)| format!("attribute {kind}")));
            }
        }
        indexed.left_out = left_out;
        Ok(indexed)
    }

    /// The octets digested for unsigned attributes, each with the values it holds.
    fn pairs<'m>(&self, signer: &'m SignerInfo) -> Vec<(Vec<u8>, TypedValues<'m>)> {
        let mut pairs = Vec::new();
        for attribute in signer.unsigned_attributes() {
            let each = || attribute.values.iter().map(|value| (attribute.oid, value.as_slice()));
            match self.form {
                Form::Values => pairs.extend(each().map(|(kind, value)| (typed(kind, value), vec![(kind, value)]))),
                Form::Attributes => pairs.push((whole(attribute), each().collect())),
            }
        }
        pairs
    }

    /// For each of `there` whether an entry is its digest. Every entry must be of something, and of one thing.
    fn named(
        &self,
        what: &str,
        entries: &[Vec<u8>],
        there: impl Iterator<Item = Vec<u8>>,
    ) -> Result<Vec<bool>, String> {
        let digests: Vec<Digest> = there.map(|octets| self.digest.digest(&octets)).collect();
        for entry in entries {
            if !digests.iter().any(|digest| digest.as_bytes() == entry) {
                return Err(format!("the index names a {what} that is not in the message"));
            }
        }
        Ok(digests.iter().map(|digest| entries.iter().any(|entry| entry == digest.as_bytes())).collect())
    }

    /// The digest of the index.
    pub fn digest(&self) -> DigestAlgorithm {
        self.digest
    }

    /// The index as received.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
}

/// What an archive time stamp is over: `index` binds the rest of the message. Source: EN 319 122-1 §5.5.3.
pub fn archived_octets(encapsulated: Oid, content: &Digest, signer: &SignerInfo, index: &[u8]) -> Vec<u8> {
    let mut octets = Writer::build(|w| w.oid(&encapsulated));
    octets.extend_from_slice(content.as_bytes());
    octets.extend_from_slice(signer.fields_until_signature());
    octets.extend_from_slice(index);
    octets
}

fn typed(kind: Oid, value: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.oid(&kind);
        w.raw(value);
    })
}

fn whole(attribute: &Attribute) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&attribute.oid);
            w.set(|w| attribute.values.iter().for_each(|value| w.raw(value)));
        });
    })
}

fn elements_of(octets: &[u8]) -> Result<usize, DerError> {
    let mut reader = Reader::new(octets, Rules::Ber);
    let mut count = 0_usize;
    while !reader.is_empty() {
        reader.read()?;
        count = count.saturating_add(1);
    }
    Ok(count)
}

fn refused(why: &'static str) -> CmsError {
    Reader::new(&[], Rules::Ber).error(DerErrorKind::Value(why)).into()
}
