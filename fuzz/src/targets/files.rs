//! Documents in XML, containers, evidence records.

use qolhat_pki::asic::zip::NewFile;
use qolhat_pki::asic::{Container, ContainerKind, ContainerPolicy, read_manifest, validate_container, write_container};
use qolhat_pki::ers::{EvidenceRecord, validate_evidence_record};
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{Coverage, Indication, etsi};
use qolhat_pki::validate::{DetachedContent, Evidence, validate_xml};
use qolhat_pki::xml::c14n::{Canonicalization, Comments, Method, Selection};
use qolhat_pki::xml::dsig::{self, Ids, XmlSignature};
use qolhat_pki::xml::{Document, XML_SIZE_MAX_BYTES};

use super::messages::without_revocation;
use super::{Claim, Known, claim, known, says_only_what_is_known};
use crate::fixture::{CONTENT, FIXTURE, NEVER_SIGNED};
use crate::seeds;

static DOCUMENTS: Known = Known::new(|| known(documents, seeds::xml()));
static CONTAINERS: Known = Known::new(|| known(containers, seeds::asic()));
static RECORDS: Known = Known::new(|| known(records, seeds::ers()));

fn documents(data: &[u8]) -> Vec<Claim> {
    let Ok(document) = Document::parse(data) else { return Vec::new() };
    let ids = Ids::of(&document);
    let (elements, _) = dsig::signatures(&document);
    let bare = Selection { top: document.root(), without: &elements };
    let exclusive = Canonicalization::new(Method::Exclusive, Comments::Dropped);
    let text = exclusive.octets(&document, &bare, XML_SIZE_MAX_BYTES).unwrap_or_default();
    let (own, real) = (&FIXTURE.anchors, &FIXTURE.real_anchors);
    let (default, none) = (SignaturePolicy::default(), Evidence::default());
    let mut claims = Vec::new();
    for report in [
        validate_xml(&document, own, own, &FIXTURE.evidence, &default, FIXTURE.now),
        validate_xml(&document, real, real, &none, &without_revocation(), FIXTURE.real_now),
    ] {
        let _ = etsi::to_xml(&report);
        for (signature, element) in report.signatures.iter().zip(&elements) {
            if signature.indication == Indication::TotalPassed {
                let read = XmlSignature::read(&document, &ids, *element).expect("what passed was read");
                let info = read.signed_info.octets(&document).expect("and has a canonical form");
                claims.push(claim(&[&info]));
                if signature.covers == Coverage::All {
                    claims.push(claim(&[&info, &text]));
                }
            }
        }
    }
    claims
}

/// A document: read, in every canonical form, judged.
pub fn xml(data: &[u8]) {
    let _ = read_manifest(data);
    let Ok(document) = Document::parse(data) else { return };
    for method in [Method::Inclusive10, Method::Inclusive11, Method::Exclusive] {
        for comments in [Comments::Kept, Comments::Dropped] {
            let form = Canonicalization::new(method, comments);
            let limit = XML_SIZE_MAX_BYTES;
            let Ok(once) = form.octets(&document, &Selection::DOCUMENT, limit) else { continue };
            let again = Document::parse(&once).expect("a canonical form is a document");
            let twice = form.octets(&again, &Selection::DOCUMENT, limit).expect("with a canonical form");
            assert_eq!(once, twice, "which is itself");
        }
    }
    says_only_what_is_known(documents(data), &DOCUMENTS);
}

fn containers(data: &[u8]) -> Vec<Claim> {
    let policy = ContainerPolicy::default();
    let (anchors, evidence, signing) = (&FIXTURE.anchors, &FIXTURE.evidence, SignaturePolicy::default());
    let report = validate_container(data, anchors, anchors, evidence, &signing, &policy, FIXTURE.now);
    let Ok(container) = Container::read(data, &policy) else {
        assert_ne!(report.indication, Indication::TotalPassed, "what cannot be read passes");
        return Vec::new();
    };
    if report.indication != Indication::TotalPassed {
        return Vec::new();
    }
    let content = |name: &str| container.file(name).expect("what is covered is there").content.to_vec();
    let covered = report.signatures.iter().flat_map(|signature| signature.covered.iter());
    let proven = report.proven.iter().map(|proven| &proven.name);
    let mut claims: Vec<Claim> = covered.map(|name| claim(&[b"signed", &content(name)])).collect();
    claims.extend(proven.map(|name| claim(&[b"proven", &content(name)])));
    claims
}

/// A container as it is.
pub fn asic(data: &[u8]) {
    says_only_what_is_known(containers(data), &CONTAINERS);
}

/// A container made of the files that the input tells: what is inside is reached past the checksums.
pub fn asic_files(data: &[u8]) {
    let Some((kind, mut rest)) = data.split_first() else { return };
    let kind = if kind & 1 == 1 { ContainerKind::AsicE } else { ContainerKind::AsicS };
    let mut files = Vec::new();
    while let Some((name, content, after)) = next_file(rest)
        && files.len() < 64
    {
        files.push(NewFile { name, content });
        rest = after;
    }
    if let Ok(container) = write_container(kind, &files) {
        asic(&container);
    }
}

fn next_file(input: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let (length, rest) = input.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(*length))?;
    let (length, rest) = rest.split_first_chunk()?;
    let (content, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)).min(rest.len()));
    Some((std::str::from_utf8(name).ok()?, content, rest))
}

fn records(data: &[u8]) -> Vec<Claim> {
    let Ok(record) = EvidenceRecord::from_der(data) else { return Vec::new() };
    let objects = [CONTENT, b"beta", NEVER_SIGNED].map(DetachedContent::Bytes);
    let (anchors, evidence, policy) = (&FIXTURE.anchors, &FIXTURE.evidence, SignaturePolicy::default());
    let mut claims = Vec::new();
    // All at once, and each alone: a group and an object in it are different questions.
    for asked in [&objects[..], &objects[..1], &objects[..2], &objects[2..]] {
        let report = validate_evidence_record(&record, asked, anchors, evidence, &policy, FIXTURE.now);
        for (place, (object, content)) in report.objects.iter().zip(asked).enumerate() {
            let DetachedContent::Bytes(content) = content else { continue };
            assert!(*content != NEVER_SIGNED || object.since.is_none(), "proves what was never archived");
            if let Some(since) = object.since {
                claims.push(claim(&[&place.to_be_bytes(), content, since.to_string().as_bytes()]));
            }
        }
    }
    claims
}

/// An evidence record, asked about what it covers and what it does not.
pub fn ers(data: &[u8]) {
    says_only_what_is_known(records(data), &RECORDS);
}
