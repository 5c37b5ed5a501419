//! How each fault comes into a message. Faults are looked up in tables; one that is not in a table changes nothing there.

use super::{
    DigestAlgorithm, MessageFault as Fault, Oid, Pieces, Writer, WrongMessage, attribute, content_type, message_digest,
    oid, protection, reference_v1, reference_v2, sorted, tag, with_long_length,
};
use crate::der::{Reader, Rules};

/// GOST R 34.10-2001 with GOST R 34.11-94: RFC 4490 §3.2.
const GOST2001_SIGNATURE: Oid = Oid::known("1.2.643.2.2.3");

impl WrongMessage<'_> {
    pub(super) fn spoil(&self, pieces: &mut Pieces, fault: Fault) {
        for (of, kind, value) in self.replaced() {
            if of == fault {
                pieces.replace(kind, value);
            }
        }
        for (of, attribute) in self.added(pieces) {
            if of == fault {
                pieces.signed.get_or_insert_default().push(attribute);
            }
        }
        for (of, attribute) in self.unsigned() {
            if of == fault {
                pieces.unsigned.push(attribute);
            }
        }
        self.spoil_algorithms(pieces, fault);
        self.spoil_form(pieces, fault);
        self.spoil_content(pieces, fault);
    }

    /// Attributes that another value takes the place of, or none.
    fn replaced(&self) -> Vec<(Fault, Oid, Option<Vec<u8>>)> {
        let digest = self.key.digest_algorithm().digest(self.content);
        let digest = digest.as_bytes();
        let hash = self.certificate.sha256();
        let first = |octets: &[u8]| octets.get(..20).unwrap_or_default().to_vec();
        let (kind, time, reference) = (oid::CONTENT_TYPE, oid::SIGNING_TIME, oid::SIGNING_CERTIFICATE_V2);
        let digested = |values: &[&[u8]]| Some(message_digest(values));
        vec![
            (Fault::DigestTwoValues, oid::MESSAGE_DIGEST, digested(&[digest, b"other"])),
            (Fault::DigestMissing, oid::MESSAGE_DIGEST, None),
            (Fault::DigestUnsigned, oid::MESSAGE_DIGEST, None),
            (Fault::DigestTruncated, oid::MESSAGE_DIGEST, digested(&[&first(digest)])),
            (Fault::DigestTooLong, oid::MESSAGE_DIGEST, digested(&[&[digest, &[0]].concat()])),
            (Fault::TypeMissing, kind, None),
            (Fault::TypeTwoValues, kind, Some(content_type(&[oid::DATA, oid::TST_INFO]))),
            (Fault::TypeSwitchedToData, kind, Some(content_type(&[oid::TST_INFO]))),
            (Fault::TimeUnsigned, time, None),
            (Fault::TimeTwoValues, time, Some(self.signing_time(2))),
            (Fault::AttributeWithoutValue, time, Some(self.signing_time(0))),
            (Fault::ReferenceOfAnother, reference, Some(reference_v2(&self.other.sha256(), None))),
            (Fault::ReferencesInConflict, reference, Some(reference_v2(&self.other.sha256(), None))),
            (Fault::ReferenceSerialOfAnother, reference, Some(reference_v2(&hash, Some(self.other)))),
            (Fault::ReferenceTruncated, reference, Some(reference_v2(&first(&hash), None))),
            (Fault::ReferenceMalformed, reference, Some(attribute(reference, &[5, 0]))),
        ]
    }

    /// Attributes that come to the signed ones.
    fn added(&self, pieces: &Pieces) -> Vec<(Fault, Vec<u8>)> {
        let (digest, signature) = (pieces.digest, pieces.signature);
        vec![
            (Fault::DigestTwice, message_digest(&[b"other"])),
            (Fault::CounterSigned, attribute(oid::COUNTERSIGNATURE, &[0x30, 0])),
            (Fault::ReferencesInConflict, reference_v1(self.certificate)),
            (Fault::ReferencesInConflictV1, reference_v1(self.other)),
            (Fault::ProtectionOfOtherDigest, protection(oid::SHA384, Some(signature))),
            (Fault::ProtectionOfOtherSignature, protection(digest, Some(oid::SHA384_WITH_RSA))),
            (Fault::ProtectionOfNone, protection(digest, None)),
        ]
    }

    /// Attributes that come to the unsigned ones.
    fn unsigned(&self) -> Vec<(Fault, Vec<u8>)> {
        let digest = self.key.digest_algorithm().digest(self.content);
        vec![(Fault::DigestUnsigned, message_digest(&[digest.as_bytes()])), (Fault::TimeUnsigned, self.signing_time(1))]
    }

    fn spoil_algorithms(&self, pieces: &mut Pieces, fault: Fault) {
        let said = [
            (Fault::SignatureSaidEcdsa, oid::ECDSA_WITH_SHA256),
            (Fault::SignatureSaidRsa, oid::SHA256_WITH_RSA),
            (Fault::SignatureSaidGost256, oid::GOST2015_256_SIGNATURE),
            (Fault::SignatureSaidGost2001, GOST2001_SIGNATURE),
        ];
        for (_, signature) in said.into_iter().filter(|(of, _)| *of == fault) {
            pieces.signature = signature;
        }
        if fault == Fault::DigestOfAnotherKind {
            pieces.digest = oid::SHA384;
            let other = DigestAlgorithm::Sha384.digest(self.content);
            pieces.replace(oid::MESSAGE_DIGEST, Some(message_digest(&[other.as_bytes()])));
        }
    }

    /// Faults of how the attributes are written.
    fn spoil_form(&self, pieces: &mut Pieces, fault: Fault) {
        let mut ordered = pieces.signed.clone().unwrap_or_default();
        ordered.sort();
        let reversed = || ordered.iter().rev().flatten().copied().collect::<Vec<u8>>();
        let loose = || ordered.iter().flat_map(|attribute| with_long_length(attribute)).collect::<Vec<u8>>();
        let set = |contents: Vec<u8>| Some(Writer::build(|w| w.element(tag::SET, &contents)));
        // What is carried, and what is signed where that is not the attributes in DER.
        let forms = [
            (Fault::AttributesUnsorted, reversed(), set(reversed())),
            (Fault::AttributesSignedInOrder, reversed(), None),
            (Fault::AttributesLongLength, loose(), set(loose())),
            (Fault::AttributesSignedInDer, loose(), None),
            (Fault::AttributesEmpty, Vec::new(), set(Vec::new())),
            (
                Fault::AttributesSignedAsCarried,
                sorted(ordered.clone()),
                Some(Writer::build(|w| w.element(tag::context_constructed(0), &sorted(ordered.clone())))),
            ),
        ];
        for (_, carried, over) in forms.into_iter().filter(|(of, ..)| *of == fault) {
            (pieces.carried, pieces.over) = (Some(carried), over);
        }
    }

    /// Faults of the content, its type, and of what is taken for which.
    fn spoil_content(&self, pieces: &mut Pieces, fault: Fault) {
        if fault == Fault::AttributesAsContent {
            let attributes = pieces.signed.take().unwrap_or_default();
            let spelt = Writer::build(|w| w.set_of_sorted(attributes));
            (pieces.over, pieces.inside) = (Some(spelt.clone()), Some(spelt));
        }
        if fault == Fault::ContentAsAttributes {
            // Whoever signs a content of the other's choice without attributes signs these: nothing of them is his.
            let digest = self.key.digest_algorithm().digest(self.content);
            pieces.signed = Some(vec![content_type(&[oid::DATA]), message_digest(&[digest.as_bytes()])]);
        }
        if fault == Fault::TypeSwitched || fault == Fault::TypeSwitchedUnattributed {
            pieces.content_type = oid::TST_INFO;
        }
        if fault == Fault::TypeSwitchedUnattributed {
            pieces.signed = None;
        }
        if fault == Fault::ContentEmpty {
            pieces.inside = Some(Vec::new());
        }
        if fault == Fault::ContentSwapped {
            pieces.inside = Some(b"another content".to_vec());
        }
    }
}

impl Pieces {
    /// Takes the signed attribute of this kind out, and puts another one in its place.
    fn replace(&mut self, kind: Oid, with: Option<Vec<u8>>) {
        let attributes = self.signed.get_or_insert_default();
        attributes.retain(|known| !is_of(known, kind));
        attributes.extend(with);
    }
}

fn is_of(encoded: &[u8], kind: Oid) -> bool {
    Reader::new(encoded, Rules::Ber).sequence().and_then(|mut fields| fields.oid()) == Ok(kind)
}
