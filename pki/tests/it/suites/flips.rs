//! One bit changed, anywhere: nothing stops the reader, nothing that was refused becomes good, and what stays good says
//! the same as before, because the bit was not covered by any signature that counts. A fixed sample in each run; every
//! bit when QOLHAT_FLIPS=all.
//! Keeps: SIG-01, SIG-02, SIG-04, SIG-06, SIG-07, SIG-10.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::cms_sign::CertificateReference;
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};
use qolhat_pki::issue::crl_builder::{CrlTemplate, RevokedEntry, build_crl};
use qolhat_pki::issue::ocsp_builder::{CertificateState, OcspTemplate, build_ocsp_response, cert_id};
use qolhat_pki::issue::tsp_builder::{CertificateWish, TimeStampTemplate, build_time_stamp_token};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid;
use qolhat_pki::path::{Budget, PathOptions, build_path};
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::Indication;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::tsp::TimeStampToken;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms, validate_path, validate_time_stamp};

use crate::workshop::{Holder, Kind, SeededRandom, World, at, shared};

const NOW: &str = "2026-05-01T12:00:10Z";
const LISTED: &str = "2026-05-01T12:00:05Z";
const TOMORROW: &str = "2026-05-02T12:00:00Z";
const CONTENT: &[u8] = b"the content of which no bit may change";

/// Runs `judge` on `object` with each bit of the sample changed; a fixed number of them, spread over the whole.
fn each_flip(object: &[u8], per_run: usize, mut judge: impl FnMut(&[u8], usize)) {
    let bits = object.len() * 8;
    let all = std::env::var("QOLHAT_FLIPS").is_ok_and(|wish| wish == "all");
    // An odd step over the bits, so that every place in an octet has its turn.
    let step = if all { 1 } else { (bits / per_run) | 1 };
    let mut changed = object.to_vec();
    for bit in (0..bits).step_by(step) {
        changed[bit / 8] ^= 1 << (bit % 8);
        judge(&changed, bit);
        changed[bit / 8] = object[bit / 8];
    }
}

/// Where `part` stands in `whole`, every time.
fn places(whole: &[u8], part: &[u8]) -> Vec<std::ops::Range<usize>> {
    let found = whole.windows(part.len()).enumerate().filter(|(_, window)| *window == part);
    found.map(|(start, _)| start..start + part.len()).collect()
}

/// What a good verdict says: the content, and of each signer certificate, signed attributes, signature and algorithms.
type Said = (Option<Vec<u8>>, Vec<(Option<[u8; 32]>, Option<Vec<u8>>, Vec<u8>, String)>);

fn said(data: &SignedData, anchors: &TrustStore, detached: Option<&[u8]>, moment: &str) -> Option<Said> {
    let policy =
        SignaturePolicy { revocation: RevocationPolicy::with_mode(RevocationMode::None), ..SignaturePolicy::default() };
    let input = CmsInput { signed_data: data, detached: detached.map(DetachedContent::Bytes) };
    let report = validate_cms(&input, anchors, anchors, &Evidence::default(), &policy, at(moment));
    let signers = report.signatures.iter().zip(data.signer_infos()).map(|(report, signer)| {
        let algorithms = format!("{} {}", report.signature_algorithm, report.digest_algorithm);
        let certificate = report.certificate.as_ref().map(Certificate::sha256);
        (certificate, signer.signed_octets().map(<[u8]>::to_vec), signer.signature().to_vec(), algorithms)
    });
    let passed = report.indication == Indication::TotalPassed;
    passed.then(|| (data.content().map(<[u8]>::to_vec), signers.collect()))
}

/// No bit of the message changes what it says; none of what is signed changes at all without a refusal.
fn no_flip_is_accepted(message: &[u8], anchors: &TrustStore, detached: Option<&[u8]>, moment: &str, per_run: usize) {
    let data = SignedData::from_bytes(message).unwrap();
    let before = said(&data, anchors, detached, moment).expect("good before");
    let mut covered: Vec<_> = data.content().map(|content| places(message, content)).unwrap_or_default();
    for signer in data.signer_infos() {
        covered.extend(places(message, signer.signature()));
        // The tag of the attributes is another one in the message.
        covered.extend(signer.signed_octets().map(|octets| places(message, &octets[1..])).unwrap_or_default());
        let own = data.certificates().iter().filter(|certificate| signer.matches_certificate(certificate));
        covered.extend(own.flat_map(|certificate| places(message, certificate.der())));
    }
    assert!(covered.len() >= 2);
    each_flip(message, per_run, |changed, bit| {
        let Ok(data) = SignedData::from_bytes(changed) else { return };
        if let Some(after) = said(&data, anchors, detached, moment) {
            assert!(after == before, "bit {bit} changes what a good message says");
            let inside = covered.iter().any(|range| range.contains(&(bit / 8)));
            assert!(!inside, "bit {bit} is signed and may change");
        }
    });
}

fn real_anchors(folder: &std::path::Path) -> TrustStore {
    let files = std::fs::read_dir(folder.join("ca")).unwrap().map(|entry| entry.unwrap().path());
    let ders = files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap());
    let ders = ders.flat_map(|bytes| qolhat_pki::armor::decode_any(&bytes));
    TrustStore::from_certificates(ders.map(|der| Certificate::from_der(&der).unwrap()))
}

#[test]
fn no_bit_of_a_real_message_changes_what_it_says() {
    let Some(folder) = shared("nca") else { return };
    let anchors = real_anchors(&folder);
    let contract = std::fs::read(folder.join("cms/derived/contract.txt")).unwrap();
    for (file, detached) in [
        ("good-attached-head.p7s", None),
        ("good-detached-head.p7s", Some(&contract[..])),
        ("good-two-signers-head-signright.p7s", None),
    ] {
        let bytes = std::fs::read(folder.join("cms/derived").join(file)).unwrap();
        let message = qolhat_pki::armor::decode_any(&bytes).remove(0);
        no_flip_is_accepted(&message, &anchors, detached, "2026-11-22T00:00:00Z", 150);
        if let Some(content) = detached {
            let data = SignedData::from_bytes(&message).unwrap();
            each_flip(content, 40, |changed, bit| {
                assert!(said(&data, &anchors, Some(changed), "2026-11-22T00:00:00Z").is_none(), "bit {bit}");
            });
        }
    }
}

#[test]
fn no_bit_of_a_message_made_here_changes_what_it_says() {
    for kind in [Kind::Rsa, Kind::Gost2015, Kind::Gost2004] {
        let mut world = World::new(kind);
        let anchors = TrustStore::from_certificates([world.root.certificate.clone(), world.ca.certificate.clone()]);
        for (packaging, detached) in [(Packaging::Attached, None), (Packaging::Detached, Some(CONTENT))] {
            let request = SignRequest::new(SigningContent::Content(CONTENT), packaging, at("2026-05-01T12:00:00Z"));
            let message = sign_cms(&world.signer.key, &world.signer.certificate, &request, &mut world.random).unwrap();
            no_flip_is_accepted(&message, &anchors, detached, NOW, 120);
        }
    }
}

#[test]
fn no_bit_of_a_certificate_of_a_path_may_change() {
    for kind in Kind::ALL {
        let world = World::new(kind);
        let anchors = TrustStore::from_certificates([world.root.certificate.clone()]);
        let (target, ca) = (&world.signer.certificate, &world.ca.certificate);
        let path = |target: &Certificate, ca: &Certificate| {
            build_path(
                target,
                &anchors,
                std::slice::from_ref(ca),
                at(NOW),
                &PathOptions::default(),
                &mut Budget::default(),
            )
        };
        assert!(path(target, ca).is_ok());
        each_flip(target.der(), 300, |changed, bit| {
            let Ok(changed) = Certificate::from_der(changed) else { return };
            assert!(path(&changed, ca).is_err(), "{kind:?} target, bit {bit}");
        });
        each_flip(ca.der(), 300, |changed, bit| {
            let Ok(changed) = Certificate::from_der(changed) else { return };
            assert!(path(target, &changed).is_err(), "{kind:?} authority, bit {bit}");
        });
    }
}

fn list(issuer: &Holder, revoked: &[&Holder]) -> Vec<u8> {
    let entry = |holder: &&Holder| RevokedEntry {
        serial: holder.certificate.serial().to_vec(),
        revoked_at: at("2026-05-01T11:00:00Z"),
        reason: Some(1),
        invalid_since: None,
    };
    let template = CrlTemplate {
        issuer: issuer.certificate.subject_der().to_vec(),
        authority_key_id: issuer.certificate.subject_key_id().map(<[u8]>::to_vec),
        this_update: at(LISTED),
        next_update: Some(at(TOMORROW)),
        number: 7,
        base_number: None,
        entries: revoked.iter().map(entry).collect(),
        more_extensions: Vec::new(),
    };
    build_crl(&template, &issuer.key, &mut SeededRandom::new(5)).unwrap()
}

/// Whether the signer of `world` stands by this evidence about him alone.
fn stands(world: &World, crls: Vec<CertificateList>, ocsp: Vec<OcspResponse>) -> bool {
    let anchors = TrustStore::from_certificates([world.ca.certificate.clone()]);
    let evidence = Evidence { crls, ocsp, ..Evidence::default() };
    let (policy, options) = (RevocationPolicy::default(), PathOptions::default());
    let target = &world.signer.certificate;
    validate_path(target, &anchors, &[], &evidence, &policy, &options, at(NOW), &mut Budget::default()).is_ok()
}

#[test]
fn no_bit_of_a_revocation_list_may_change() {
    for kind in Kind::ALL {
        let world = World::new(kind);
        let read = |der: &[u8]| CertificateList::from_der(der).ok();
        let good = list(&world.ca, &[&world.responder]);
        assert!(stands(&world, vec![read(&good).unwrap()], Vec::new()));
        for der in [good, list(&world.ca, &[&world.responder, &world.signer])] {
            each_flip(&der, 300, |changed, bit| {
                let Some(changed) = read(changed) else { return };
                assert!(!stands(&world, vec![changed], Vec::new()), "{kind:?} bit {bit}");
            });
        }
    }
}

#[test]
fn no_bit_of_an_ocsp_response_makes_a_refusal_good() {
    for kind in Kind::ALL {
        let world = World::new(kind);
        let answer = |state| {
            let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
            let template = OcspTemplate::national(&world.responder.certificate, at(LISTED), None, [(id, state)]);
            build_ocsp_response(&template, &world.responder.key, &mut SeededRandom::new(3)).unwrap()
        };
        let good = answer(CertificateState::Good);
        assert!(stands(&world, Vec::new(), vec![OcspResponse::from_der(&good).unwrap()]));
        let revoked = CertificateState::Revoked { at: at("2026-05-01T11:00:00Z"), reason: Some(1) };
        for der in [good, answer(revoked), answer(CertificateState::Unknown)] {
            each_flip(&der, 300, |changed, bit| {
                let Ok(changed) = OcspResponse::from_der(changed) else { return };
                assert!(!stands(&world, Vec::new(), vec![changed]), "{kind:?} bit {bit}");
            });
        }
    }
}

#[test]
fn no_bit_of_a_time_stamp_moves_the_time_it_proves() {
    for kind in Kind::ALL {
        let world = World::new(kind);
        let anchors = TrustStore::from_certificates([world.root.certificate.clone(), world.ca.certificate.clone()]);
        let imprint = DigestAlgorithm::Sha256.digest(CONTENT);
        let template = TimeStampTemplate {
            policy: oid::POLICY_TSA_GOST2015,
            imprint: &imprint,
            serial: &[0x11],
            gen_time: at(LISTED),
            accuracy_seconds: None,
            nonce: None,
            certificate: CertificateWish::Embed,
            reference: CertificateReference::V2,
        };
        let authority = &world.authority;
        let token =
            build_time_stamp_token(&template, &authority.key, &authority.certificate, &mut SeededRandom::new(4))
                .unwrap();
        let proven = |token: &[u8]| {
            let token = TimeStampToken::from_der(token).ok()?;
            let (data, evidence) = (DetachedContent::Bytes(CONTENT), Evidence::default());
            let policy = SignaturePolicy::default();
            let report = validate_time_stamp(&token, &data, &anchors, &evidence, &policy, at(NOW));
            report.proven.then_some((report.gen_time, report.serial, report.policy, report.imprint_algorithm))
        };
        let before = proven(&token);
        assert!(before.is_some());
        each_flip(&token, 300, |changed, bit| {
            let after = proven(changed);
            assert!(after.is_none() || after == before, "{kind:?} bit {bit}");
        });
    }
}
