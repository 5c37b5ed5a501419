//! Reports as files of ETSI TS 119 102-2, read with another parser; in `strict`, by another program.

pub mod strict;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging};
use qolhat_pki::issue::ocsp_builder::{CertificateState, OcspTemplate, build_ocsp_response, cert_id};
use qolhat_pki::issue::profile::{self, KeyUse, Person, Profile};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::policy::{AllowedAlgorithm, SignaturePolicy};
use qolhat_pki::report::etsi::to_xml;
use qolhat_pki::report::{Indication, TimeStampKind, ValidationReport};
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};
use roxmltree::{Document, Node};

use strict::strictly_read;

use crate::validate::archive::{ARCHIVED, LONG_AFTER, RENEWED, archive_by, authority, first_archive, long_term};
use crate::validate::stamps::{stamp, token_by, value_digest};
use crate::validate::{
    CONTENT, KEY_COMPROMISE, LISTED, TOMORROW, anchors, build, crl, good_evidence, judge, now, sign, template,
};
use crate::workshop::{Kind, SeededRandom, World, at, hex, service_uris};

const STAMPED: &str = "2026-05-01T12:00:02Z";

/// The texts of every element of this name, in order.
fn texts_of<'a>(document: &'a Document<'_>, name: &str) -> Vec<&'a str> {
    let named = document.descendants().filter(|node| node.tag_name().name() == name);
    named.map(|node| node.text().unwrap_or_default()).collect()
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn objects<'a, 'i>(document: &'a Document<'i>) -> Vec<Node<'a, 'i>> {
    document.descendants().filter(|node| node.tag_name().name() == "ValidationObject").collect()
}

/// The digests of the objects of this type, each a SHA-256, in base64.
fn listed(document: &Document<'_>, kind: &str) -> BTreeSet<String> {
    let urn = format!("urn:etsi:019102:validationObject:{kind}");
    let of_kind = objects(document).into_iter().filter(|node| child(*node, "ObjectType").unwrap().text() == Some(&urn));
    let digest = |node: Node<'_, '_>| {
        let digest = child(child(node, "ValidationObjectRepresentation").unwrap(), "DigestAlgAndValue").unwrap();
        let method = child(digest, "DigestMethod").unwrap().attribute("Algorithm");
        assert_eq!(method, Some("http://www.w3.org/2001/04/xmlenc#sha256"));
        child(digest, "DigestValue").unwrap().text().unwrap().to_owned()
    };
    of_kind.map(digest).collect()
}

fn digests<'a>(octets: impl IntoIterator<Item = &'a [u8]>) -> BTreeSet<String> {
    octets.into_iter().map(|octets| STANDARD.encode(DigestAlgorithm::Sha256.digest(octets).as_bytes())).collect()
}

/// A file that a reader can follow: names once, references to something.
fn sound(xml: &str) -> Document<'_> {
    let document = Document::parse(xml).unwrap();
    let names: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let known: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), known.len(), "{xml}");
    for reference in document.descendants().filter_map(|node| node.attribute("VOReference")) {
        assert!(known.contains(reference), "{reference} in {xml}");
    }
    document
}

/// An OCSP answer on the signer by the responder of the CA.
fn answer(world: &World) -> Vec<u8> {
    let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
    let template =
        OcspTemplate::national(&world.responder.certificate, at(LISTED), None, [(id, CertificateState::Good)]);
    build_ocsp_response(&template, &world.responder.key, &mut SeededRandom::new(3)).unwrap()
}

/// A stamped signature, an OCSP answer on the signer, a list of the root on the CA.
fn with_everything(world: &mut World) -> (Vec<u8>, Vec<u8>, Evidence) {
    let cms = sign(world, Packaging::Detached);
    let token = token_by(&world.authority, &value_digest(&cms), STAMPED, CertificateReference::V2);
    let mut evidence = good_evidence(world);
    evidence.crls.retain(|list| list.issuer().raw() == world.root.certificate.subject_der());
    evidence.ocsp = vec![OcspResponse::from_der(&answer(world)).unwrap()];
    (stamp(&cms, token.clone()), token, evidence)
}

#[test]
fn every_object_used_stands_in_the_file_by_its_digest_and_none_in_clear() {
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        let (cms, token, evidence) = with_everything(&mut world);
        let report = judge(&world, &cms, &evidence, &SignaturePolicy::default(), now());
        assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.signatures[0].checks);
        let xml = to_xml(&report);
        let document = sound(&xml);
        assert_eq!(listed(&document, "signedData"), digests([CONTENT]));
        assert_eq!(listed(&document, "timestamp"), digests([token.as_slice()]));
        assert_eq!(listed(&document, "OCSPResponse"), digests([answer(&world).as_slice()]));
        assert_eq!(listed(&document, "CRL"), digests(evidence.crls.iter().map(CertificateList::der)));
        let holders = [&world.signer, &world.ca, &world.root, &world.responder, &world.authority];
        assert_eq!(listed(&document, "certificate"), digests(holders.map(|holder| holder.certificate.der())));
        assert!(!xml.contains("the content") && !xml.contains(&STANDARD.encode(CONTENT)));
    }
}

#[test]
fn a_delta_names_the_list_it_is_put_on() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let mut evidence = good_evidence(&world);
    let later = "2026-05-01T12:00:07Z";
    let mut delta = template(&world.ca, later, TOMORROW, &[]);
    (delta.number, delta.base_number) = (8, Some(7));
    evidence.crls.push(build(&delta, &world.ca.key));
    let xml = to_xml(&judge(&world, &cms, &evidence, &SignaturePolicy::default(), now()));
    let lists = listed(&sound(&xml), "CRL");
    assert_eq!(lists, digests(evidence.crls.iter().map(CertificateList::der)), "{xml}");
}

#[test]
fn the_same_input_gives_the_same_octets_in_whatever_order_the_evidence_is_at_hand() {
    let mut world = World::new(Kind::Gost2015);
    let (cms, _, evidence) = with_everything(&mut world);
    let file = |evidence: &Evidence| to_xml(&judge(&world, &cms, evidence, &SignaturePolicy::default(), now()));
    let first = file(&evidence);
    assert_eq!(file(&evidence), first);
    let mut turned = evidence.clone();
    turned.certificates.reverse();
    turned.crls.reverse();
    turned.ocsp.reverse();
    assert_eq!(file(&turned), first);
}

#[test]
fn the_verdict_the_times_and_the_checks_are_those_of_the_report() {
    let mut world = World::new(Kind::Rsa);
    let (cms, token, evidence) = with_everything(&mut world);
    let report = judge(&world, &cms, &evidence, &SignaturePolicy::default(), now());
    let xml = to_xml(&report);
    let document = sound(&xml);
    let signature = document.root_element().first_element_child().unwrap();
    let status = child(signature, "SignatureValidationStatus").unwrap();
    let main = child(status, "MainIndication").unwrap().text();
    assert_eq!(main, Some("urn:etsi:019102:mainindication:total-passed"));
    let times = child(signature, "ValidationTimeInfo").unwrap();
    assert_eq!(child(times, "ValidationTime").unwrap().text(), Some("2026-05-01T12:00:10Z"));
    let best = child(times, "BestSignatureTime").unwrap();
    assert_eq!(child(best, "POETime").unwrap().text(), Some(STAMPED));
    assert_eq!(child(best, "TypeOfProof").unwrap().text(), Some("urn:etsi:019102:poetype:validation"));
    let proof = child(best, "POEObject").unwrap().attribute("VOReference").unwrap();
    assert_eq!(proof, format!("T-{}", hex(DigestAlgorithm::Sha256.digest(&token).as_bytes())));
    let process = texts_of(&document, "SignatureValidationProcessID");
    assert_eq!(process, ["urn:etsi:019102:validationprocess:LTVM"]);
    let evaluation = child(signature, "ValidationConstraintsEvaluationReport").unwrap();
    let names: Vec<String> = evaluation
        .children()
        .filter_map(|constraint| child(constraint, "ValidationConstraintIdentifier"))
        .map(|name| name.text().unwrap().to_owned())
        .collect();
    let asked = report.signatures[0].checks.iter().map(|check| format!("urn:qolhat:check:{}", check.name));
    assert_eq!(names, asked.collect::<Vec<_>>());
}

#[test]
fn without_a_proof_the_time_is_the_callers_word() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Attached);
    let xml = to_xml(&judge(&world, &cms, &good_evidence(&world), &SignaturePolicy::default(), now()));
    let document = sound(&xml);
    assert!(texts_of(&document, "TypeOfProof").iter().all(|kind| *kind == "urn:etsi:019102:poetype:provided"));
    assert!(texts_of(&document, "POETime").iter().all(|time| *time == "2026-05-01T12:00:10Z"));
    assert_eq!(texts_of(&document, "SignatureValidationProcessID"), ["urn:etsi:019102:validationprocess:Basic"]);
    assert_eq!(texts_of(&document, "DocHashOnly"), ["false"]);
}

/// A stamp over a signature says nothing of a document that is not the one signed.
#[test]
fn a_document_that_was_not_signed_is_not_proven_by_the_stamp_of_the_signature() {
    let mut world = World::new(Kind::Rsa);
    let (cms, _, evidence) = with_everything(&mut world);
    let data = SignedData::from_bytes(&cms).unwrap();
    let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(b"another")) };
    let policy = SignaturePolicy::default();
    let report = validate_cms(&input, &anchors(&world), &anchors(&world), &evidence, &policy, now());
    let xml = to_xml(&report);
    let document = sound(&xml);
    assert_eq!(listed(&document, "signedData"), digests([b"another".as_slice()]));
    let other = objects(&document).into_iter().find(|node| node.attribute("id").unwrap().starts_with("D-")).unwrap();
    let proof = child(child(other, "POE").unwrap(), "TypeOfProof").unwrap().text();
    assert_eq!(proof, Some("urn:etsi:019102:poetype:provided"));
    assert!(xml.contains("urn:etsi:019102:subindication:HASH_FAILURE"));
}

#[test]
fn a_revocation_tells_whose_since_when_why_and_by_what() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let serial = world.signer.certificate.serial().to_vec();
    let mut evidence = good_evidence(&world);
    let since = "2026-05-01T11:00:00Z";
    evidence.crls[0] = crl(&world.ca, LISTED, TOMORROW, &[(&serial, since, Some(KEY_COMPROMISE))]);
    let xml = to_xml(&judge(&world, &cms, &evidence, &SignaturePolicy::default(), now()));
    let document = sound(&xml);
    assert_eq!(texts_of(&document, "SubIndication"), ["urn:etsi:019102:subindication:REVOKED_NO_POE"]);
    assert_eq!(texts_of(&document, "RevocationTime"), [since]);
    assert_eq!(texts_of(&document, "RevocationReason"), ["urn:etsi:019102:revocationReason:keyCompromise"]);
}

#[test]
fn an_algorithm_that_is_not_trusted_is_named_with_its_end() {
    let mut world = World::new(Kind::Rsa);
    let cms = sign(&mut world, Packaging::Detached);
    let mut policy = SignaturePolicy::default();
    for rule in &mut policy.algorithms.rules {
        if rule.algorithm == AllowedAlgorithm::Digest(DigestAlgorithm::Sha256) {
            rule.trusted_until = Some(at("2026-04-01T00:00:00Z"));
        }
    }
    let xml = to_xml(&judge(&world, &cms, &good_evidence(&world), &policy, now()));
    let document = sound(&xml);
    assert_eq!(texts_of(&document, "SecureAlgorithm"), ["false"]);
    assert_eq!(texts_of(&document, "NotAfter"), ["2026-04-01T00:00:00Z"]);
    assert_eq!(texts_of(&document, "Algorithm"), ["urn:oid:2.16.840.1.101.3.4.2.1"]);
}

/// Keeps: SIG-19
#[test]
fn every_object_that_an_archive_time_stamp_covers_stands_with_the_proof_of_its_existence() {
    let mut world = World::new(Kind::Gost2015);
    let archived = archive_by(&long_term(&mut world), &first_archive(&world), ARCHIVED);
    let second = authority(&world, "2027-01-01T00:00:00Z", "2033-01-01T00:00:00Z");
    let renewed = archive_by(&archived, &second, RENEWED);
    let report = judge(&world, &renewed, &Evidence::default(), &SignaturePolicy::default(), at(LONG_AFTER));
    assert_eq!(report.indication, Indication::TotalPassed);
    let xml = to_xml(&report);
    let document = sound(&xml);
    assert_eq!(texts_of(&document, "SignatureValidationProcessID"), ["urn:etsi:019102:validationprocess:LTA"]);
    let named = |kind, when: &str| {
        let stamps = report.signatures[0].time_stamps.iter().filter(|stamp| stamp.kind == kind);
        let token = stamps.map(|stamp| (stamp.gen_time, stamp.sha256)).find(|(time, _)| *time == at(when)).unwrap();
        format!("T-{}", hex(&token.1))
    };
    let (of_value, of_archive) = (named(TimeStampKind::Signature, STAMPED), named(TimeStampKind::Archive, ARCHIVED));
    let of_renewal = named(TimeStampKind::Archive, RENEWED);
    let proof = |id: &str| {
        let object = objects(&document).into_iter().find(|node| node.attribute("id") == Some(id)).unwrap();
        let proof = child(object, "POE").unwrap();
        let by = child(proof, "POEObject").map(|by| by.attribute("VOReference").unwrap().to_owned());
        (child(proof, "POETime").unwrap().text().unwrap().to_owned(), by)
    };
    let archived = (ARCHIVED.to_owned(), Some(of_archive.clone()));
    for holder in [&world.signer, &world.ca] {
        assert_eq!(proof(&format!("C-{}", hex(&holder.certificate.sha256()))), archived);
    }
    for list in good_evidence(&world).crls {
        assert_eq!(proof(&format!("CRL-{}", hex(&list.sha256()))), archived);
    }
    assert_eq!(proof(&of_value), archived);
    assert_eq!(proof(&of_archive), (RENEWED.to_owned(), Some(of_renewal.clone())));
    assert_eq!(proof(&of_renewal), (LONG_AFTER.to_owned(), None));
    let best = document.descendants().find(|node| node.tag_name().name() == "BestSignatureTime").unwrap();
    assert_eq!(child(best, "POEObject").unwrap().attribute("VOReference"), Some(of_value.as_str()));
    for found in strictly_read(&[("archived".to_owned(), xml.clone())]) {
        assert_eq!(found["signatures"][0]["best_signature_time"]["at"], STAMPED);
    }
}

/// The same token over two signatures is one object with two reports: it holds for one of them alone.
#[test]
fn a_token_copied_to_another_signature_is_judged_twice() {
    let mut world = World::new(Kind::Rsa);
    let (cms, token, evidence) = with_everything(&mut world);
    let mut report = judge(&world, &cms, &evidence, &SignaturePolicy::default(), now());
    let other = stamp(&crate::validate::sign(&mut world, Packaging::Attached), token);
    report.signatures.extend(judge(&world, &other, &evidence, &SignaturePolicy::default(), now()).signatures);
    report.signatures.extend(report.signatures.clone());
    let xml = to_xml(&report);
    let document = sound(&xml);
    let stamps = objects(&document).into_iter().filter(|node| node.attribute("id").unwrap().starts_with("T-"));
    assert_eq!(stamps.count(), 4);
    assert_eq!(listed(&document, "timestamp").len(), 1);
}

#[test]
fn a_message_that_nobody_signed_is_refused_in_the_form_of_the_standard() {
    let report = ValidationReport { indication: Indication::TotalFailed, at: now(), signatures: Vec::new() };
    let xml = to_xml(&report);
    let document = sound(&xml);
    assert_eq!(texts_of(&document, "MainIndication"), ["urn:etsi:019102:mainindication:total-failed"]);
    assert_eq!(texts_of(&document, "SubIndication"), ["urn:etsi:019102:subindication:FORMAT_FAILURE"]);
    strictly_read(&[("nobody".to_owned(), xml)]);
}

#[test]
fn a_hostile_name_stays_a_text() {
    let mut world = World::new(Kind::Rsa);
    let person = Person {
        surname: "</Signer><MainIndication>",
        given_name: "]]>&amp;\"'\u{1}\u{b}\u{fffe}\u{202e}",
        patronymic: None,
        iin: "123456789011",
    };
    let subject = profile::person_subject(&person, None);
    let profile = Profile::NaturalPerson(KeyUse::Sign);
    world.signer = world.ca.issue(Kind::Rsa, &profile, subject, service_uris(), &mut world.random);
    let cms = sign(&mut world, Packaging::Detached);
    let report = judge(&world, &cms, &good_evidence(&world), &SignaturePolicy::default(), now());
    let xml = to_xml(&report);
    let document = sound(&xml);
    let name = world.signer.certificate.subject().to_string();
    let name: String = name.chars().map(|c| if c < ' ' || c == '\u{fffe}' { '\u{fffd}' } else { c }).collect();
    assert_eq!(texts_of(&document, "Signer"), [name.as_str()]);
    strictly_read(&[("hostile".to_owned(), xml)]);
}
