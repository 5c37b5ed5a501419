//! XML: reading, canonical forms, signatures, and every known way to forge one.

mod attacks;
mod canonical;
mod limits;
mod peer;
mod reading;
mod real;
mod signatures;
mod stacked;
mod wrapping;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat_pki::issue::xml_sign::{Form, Layout, sign_xml};
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{CryptoOutcome, Indication, SignatureReport, SubIndication, ValidationReport};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{Evidence, validate_xml};
use qolhat_pki::xml::c14n::Selection;
use qolhat_pki::xml::dsig::{self, Ids, Work, XmlSignature};
use qolhat_pki::xml::{Document, NodeId};

use crate::validate::{NOW, good_evidence};
use crate::workshop::{Holder, World, at};

pub const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub const C14N_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
pub const EXC: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// Stands in a template where a digest comes.
const DIGEST: &str = "{digest}";
/// Stands in a template where the value comes.
const VALUE: &str = "{value}";

pub fn enveloped(world: &mut World, document: &str) -> String {
    let World { signer, random, .. } = world;
    sign_xml(document, Form::Document, Layout::Santuario, &signer.key, &signer.certificate, random).unwrap()
}

/// A ds:Reference whose digest is to be filled in.
pub fn reference(uri: &str, transforms: &[&str]) -> String {
    let transforms: String =
        transforms.iter().map(|uri| format!("<ds:Transform Algorithm=\"{uri}\"/>")).collect::<Vec<_>>().concat();
    let transforms =
        if transforms.is_empty() { transforms } else { format!("<ds:Transforms>{transforms}</ds:Transforms>") };
    format!(
        "<ds:Reference URI=\"{uri}\">{transforms}<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
         <ds:DigestValue>{DIGEST}</ds:DigestValue></ds:Reference>"
    )
}

/// A ds:SignedInfo by an RSA key.
pub fn signed_info(c14n: &str, references: &str) -> String {
    format!(
        "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{c14n}\"/><ds:SignatureMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>{references}</ds:SignedInfo>"
    )
}

/// A ds:Signature by `holder`, to be filled in; `more` comes at its end.
pub fn signature(signed_info: &str, holder: &Holder, more: &str) -> String {
    let certificate = BASE64_STANDARD.encode(holder.certificate.der());
    format!(
        "<ds:Signature xmlns:ds=\"{DSIG}\" Id=\"signature\">{signed_info}<ds:SignatureValue>{VALUE}</ds:SignatureValue>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{more}\
         </ds:Signature>"
    )
}

/// Fills in the digests and the value of the only signature that is a template, by the signer of `world`.
pub fn seal(template: &str, world: &mut World) -> String {
    let World { signer, random, .. } = world;
    seal_by(template, &mut |info| signer.key.sign_message(info, random).unwrap())
}

/// The same, the value made by `sign` from the octets of the SignedInfo.
pub fn seal_by(template: &str, sign: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> String {
    let mut text = template.to_owned();
    let mut number = 0;
    while text.contains(DIGEST) {
        let (document, element) = read_template(&text);
        let ids = Ids::of(&document);
        let signature = XmlSignature::read(&document, &ids, element).unwrap();
        let reference = &signature.signed_info.references[number];
        let digest = reference.computed(&document, &ids, element, &[], &mut Work::default()).unwrap();
        text = text.replacen(DIGEST, &BASE64_STANDARD.encode(digest.as_bytes()), 1);
        number += 1;
    }
    let (document, element) = read_template(&text);
    let signature = XmlSignature::read(&document, &Ids::of(&document), element).unwrap();
    let info = signature.signed_info.octets(&document).unwrap();
    text.replace(VALUE, &BASE64_STANDARD.encode(sign(&info)))
}

/// The document and the signature in it whose value is still to come.
fn read_template(text: &str) -> (Document, NodeId) {
    const VALUE_TO_COME: &str = "dG8gY29tZQ==";
    let filled = text.replace(DIGEST, &BASE64_STANDARD.encode([0; 32])).replace(VALUE, VALUE_TO_COME);
    let document = Document::parse(filled.as_bytes()).unwrap();
    let is_template = |signature: &NodeId| {
        document.child_elements(*signature).any(|child| document.simple_text(child) == Some(VALUE_TO_COME))
    };
    let element = dsig::signatures(&document).0.into_iter().find(is_template).unwrap();
    (document, element)
}

pub fn judged(world: &World, xml: &str) -> ValidationReport {
    let document = Document::parse(xml.as_bytes()).unwrap();
    let anchors = TrustStore::from_certificates([world.root.certificate.clone()]);
    let evidence: Evidence = good_evidence(world);
    validate_xml(&document, &anchors, &anchors, &evidence, &SignaturePolicy::default(), at(NOW))
}

/// The report on the only signature.
pub fn only(world: &World, xml: &str) -> SignatureReport {
    let mut report = judged(world, xml);
    assert_eq!(report.signatures.len(), 1, "{xml}");
    report.signatures.pop().unwrap()
}

pub type Outcome = (Indication, CryptoOutcome, Option<&'static str>);

pub fn outcome(report: &SignatureReport) -> Outcome {
    (report.indication, report.crypto, report.sub_indication.map(SubIndication::as_str))
}

pub const PASSED: Outcome = (Indication::TotalPassed, CryptoOutcome::Ok, None);
pub const HASH: Outcome = (Indication::TotalFailed, CryptoOutcome::HashFailure, Some("HASH_FAILURE"));
pub const BROKEN: Outcome = (Indication::TotalFailed, CryptoOutcome::SigCryptoFailure, Some("SIG_CRYPTO_FAILURE"));
pub const MALFORMED: Outcome = (Indication::TotalFailed, CryptoOutcome::NotChecked, Some("FORMAT_FAILURE"));
pub const UNKNOWN_ALGORITHM: Outcome =
    (Indication::Indeterminate, CryptoOutcome::Unsupported, Some("CRYPTO_CONSTRAINTS_FAILURE"));
pub const UNKNOWN_REFERENCE: Outcome =
    (Indication::Indeterminate, CryptoOutcome::Unsupported, Some("SIGNED_DATA_NOT_FOUND"));
pub const NOT_FOUND: Outcome = (Indication::Indeterminate, CryptoOutcome::NotChecked, Some("SIGNED_DATA_NOT_FOUND"));
pub const NOBODY: Outcome =
    (Indication::Indeterminate, CryptoOutcome::NotChecked, Some("NO_SIGNING_CERTIFICATE_FOUND"));

/// What the check of this name says.
pub fn said(report: &SignatureReport, name: &str) -> (Option<bool>, String) {
    let check = report.checks.iter().find(|check| check.name == name).unwrap();
    (check.ok.as_bool(), check.detail.clone())
}

/// The canonical form of the element with this id, or of the document.
pub fn form(algorithm: &qolhat_pki::xml::c14n::Canonicalization, document: &Document, id: Option<&str>) -> String {
    let top = id.map_or(Document::DOCUMENT, |id| Ids::of(document).owner(id).unwrap());
    let octets = algorithm.octets(document, &Selection::of(top), usize::MAX).unwrap();
    String::from_utf8(octets).unwrap()
}
