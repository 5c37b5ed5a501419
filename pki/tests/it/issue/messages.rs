use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{Reader, Rules, tag};
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::IssueError;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, add_signer, sign_cms};
use qolhat_pki::issue::crl_builder::{CrlTemplate, build_crl};
use qolhat_pki::issue::ocsp_builder::{CertificateState, OcspTemplate, build_ocsp_response, cert_id};
use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::issue::unsigned::{UnsignedCms, ecdsa_signature_der};
use qolhat_pki::key::SignError;
use qolhat_pki::oid;

use crate::workshop::{
    Holder, Kind, World, at, head_of_organisation, hex, openssl, service_uris, shared, temporary_folder, verifies,
};

const TEXT: &[u8] = "Шарт № 1".as_bytes();

fn request(content: &[u8], packaging: Packaging) -> SignRequest<'_> {
    SignRequest::new(SigningContent::Content(content), packaging, at("2026-05-01T12:00:00Z"))
}

fn sign(world: &mut World, packaging: Packaging) -> Vec<u8> {
    let signer = &world.signer;
    sign_cms(&signer.key, &signer.certificate, &request(TEXT, packaging), &mut world.random).unwrap()
}

/// A message read by the test itself: what the library reads is tested elsewhere.
struct Message {
    version: u64,
    digests: usize,
    content: Option<Vec<u8>>,
    certificates: Vec<Vec<u8>>,
    revocations: Vec<Vec<u8>>,
    signer_infos: Vec<Vec<u8>>,
}

fn elements(mut reader: Reader<'_>) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while !reader.is_empty() {
        found.push(reader.read().unwrap().raw.to_vec());
    }
    found
}

fn read(cms: &[u8]) -> Message {
    let mut content_info = Reader::new(cms, Rules::Der).sequence().unwrap();
    assert_eq!(content_info.oid(), Ok(oid::SIGNED_DATA));
    let mut fields = content_info.optional_context(0).unwrap().unwrap().sequence().unwrap();
    let version = fields.small_uint().unwrap();
    let digests = elements(fields.set().unwrap()).len();
    let mut encapsulated = fields.sequence().unwrap();
    assert_eq!(encapsulated.oid(), Ok(oid::DATA));
    let content = encapsulated.optional_context(0).unwrap().map(|mut inside| inside.octet_string().unwrap().to_vec());
    let certificates = fields.optional_context(0).unwrap().map(elements).unwrap_or_default();
    let revocations = fields.optional_context(1).unwrap().map(elements).unwrap_or_default();
    let signer_infos = elements(fields.set().unwrap());
    fields.finish().unwrap();
    Message { version, digests, content, certificates, revocations, signer_infos }
}

/// The signed attributes as they are signed, and the signature.
fn attributes_and_signature(signer_info: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut fields = Reader::new(signer_info, Rules::Der).sequence().unwrap();
    for _ in ["version", "certificate", "digest"] {
        fields.read().unwrap();
    }
    let attributes = fields.expect(tag::context_constructed(0)).unwrap();
    let to_verify = Writer::build(|w| w.element(tag::SET, attributes.value));
    fields.read().unwrap();
    (to_verify, fields.octet_string().unwrap().to_vec())
}

fn is_signed_by(signer_info: &[u8], holder: &Holder) -> bool {
    let (attributes, signature) = attributes_and_signature(signer_info);
    verifies(&holder.certificate, holder.key.signature_algorithm(), &attributes, &signature)
}

fn contains(octets: &[u8], part: &[u8]) -> bool {
    octets.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_message_of_every_kind_of_key_holds_what_was_signed_and_verifies() {
    for kind in Kind::ALL {
        for packaging in [Packaging::Attached, Packaging::Detached] {
            let mut world = World::new(kind);
            let message = read(&sign(&mut world, packaging));

            let attached = packaging == Packaging::Attached;
            assert_eq!(message.content.as_deref(), attached.then_some(TEXT));
            assert_eq!((message.version, message.digests), (1, 1));
            assert_eq!(message.certificates, [world.signer.certificate.der()]);
            assert!(message.revocations.is_empty());
            let [signer_info] = message.signer_infos.as_slice() else { panic!("one signer") };
            assert!(is_signed_by(signer_info, &world.signer), "{kind:?}");
            let (attributes, _) = attributes_and_signature(signer_info);
            let digest = world.signer.key.digest_algorithm().digest(TEXT);
            let certificate = DigestAlgorithm::Sha256.digest(world.signer.certificate.der());
            for part in
                [digest.as_bytes(), certificate.as_bytes(), b"260501120000Z", oid::SIGNING_CERTIFICATE_V2.content()]
            {
                assert!(contains(&attributes, part), "{kind:?} {}", hex(part));
            }
        }
    }
}

#[test]
fn a_digest_signs_the_same_as_its_content() {
    let mut world = World::new(Kind::Rsa);
    let by_content = sign(&mut world, Packaging::Detached);
    let digest = SigningContent::Digest(DigestAlgorithm::Sha256.digest(TEXT));
    let request = |packaging| SignRequest::new(digest.clone(), packaging, at("2026-05-01T12:00:00Z"));
    let signer = &world.signer;

    let by_digest =
        sign_cms(&signer.key, &signer.certificate, &request(Packaging::Detached), &mut world.random).unwrap();
    let attached = sign_cms(&signer.key, &signer.certificate, &request(Packaging::Attached), &mut world.random);

    assert_eq!(hex(&by_digest), hex(&by_content));
    assert_eq!(attached, Err(IssueError::ContentMissing));
}

#[test]
fn a_message_signed_by_a_key_elsewhere_is_the_one_that_the_key_here_makes_and_no_other_signature_enters_it() {
    let mut world = World::new(Kind::Rsa);
    let here = sign(&mut world, Packaging::Attached);
    let unsigned = || UnsignedCms::new(&world.signer.certificate, &request(TEXT, Packaging::Attached)).unwrap();

    let mut signature = world.signer.key.sign_message(&unsigned().to_be_signed(), &mut world.random).unwrap();

    assert_eq!(hex(&unsigned().signed(&signature).unwrap()), hex(&here));
    signature[7] ^= 1;
    assert_eq!(unsigned().signed(&signature), Err(IssueError::KeyMismatch));
    let foreign = world.responder.key.sign_message(&unsigned().to_be_signed(), &mut world.random).unwrap();
    assert_eq!(unsigned().signed(&foreign), Err(IssueError::KeyMismatch));
    // A token here signs with no national key.
    let national = World::new(Kind::Gost2015);
    let refused = UnsignedCms::new(&national.signer.certificate, &request(TEXT, Packaging::Attached));
    assert!(matches!(refused, Err(IssueError::Malformed { .. })));
}

#[test]
fn the_two_halves_of_a_token_become_numbers_in_der() {
    let halves = |r: u8, s: u8| [vec![0; 31], vec![r], vec![0; 31], vec![s]].concat();
    assert_eq!(ecdsa_signature_der(&halves(1, 0x80)).unwrap(), [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80]);
    for wrong in [vec![], vec![1; 63], vec![1; 134]] {
        assert_eq!(ecdsa_signature_der(&wrong), Err(IssueError::Sign(SignError::Failed)));
    }
}

#[test]
fn a_digest_of_another_algorithm_or_a_foreign_certificate_is_not_signed() {
    let mut world = World::new(Kind::Gost2015);
    let digest = SigningContent::Digest(DigestAlgorithm::Sha256.digest(TEXT));
    let wrong = SignRequest::new(digest, Packaging::Detached, at("2026-05-01T12:00:00Z"));
    let signer = &world.signer;

    let mismatch = sign_cms(&signer.key, &signer.certificate, &wrong, &mut world.random);
    let foreign = &world.responder.certificate;
    let foreign = sign_cms(&signer.key, foreign, &request(TEXT, Packaging::Detached), &mut world.random);

    let (expected, found) = (DigestAlgorithm::Streebog512, DigestAlgorithm::Sha256);
    assert_eq!(mismatch, Err(IssueError::DigestMismatch { expected, found }));
    assert_eq!(foreign, Err(IssueError::KeyMismatch));
}

#[test]
fn an_added_signer_leaves_the_earlier_ones_octet_for_octet() {
    let mut gost = World::new(Kind::Gost2015);
    let rsa = World::new(Kind::Rsa);
    let other = gost.ca.issue(
        Kind::Gost2015,
        &Profile::InformationSystem,
        head_of_organisation(),
        service_uris(),
        &mut gost.random,
    );
    for packaging in [Packaging::Attached, Packaging::Detached] {
        let one = sign(&mut gost, packaging);
        let content = SigningContent::Content(TEXT);
        let content = (packaging == Packaging::Detached).then_some(&content);
        let later = at("2026-05-02T12:00:00Z");
        let two = add_signer(&one, &rsa.signer.key, &rsa.signer.certificate, content, later, &mut gost.random).unwrap();
        let three = add_signer(&two, &other.key, &other.certificate, content, later, &mut gost.random).unwrap();

        let (before, after) = (read(&one), read(&three));
        assert_eq!(after.content, before.content);
        assert_eq!((after.signer_infos.len(), after.certificates.len(), after.digests), (3, 3, 2));
        assert!(after.signer_infos.contains(&before.signer_infos[0]));
        for holder in [&gost.signer, &rsa.signer, &other] {
            let signed = after.signer_infos.iter().filter(|info| is_signed_by(info, holder)).count();
            assert_eq!(signed, 1);
        }
    }
}

#[test]
fn a_signer_is_not_added_over_other_content() {
    let mut world = World::new(Kind::Gost2015);
    let (attached, detached) = (sign(&mut world, Packaging::Attached), sign(&mut world, Packaging::Detached));
    let rsa = World::new(Kind::Rsa).signer;
    let mut add = |cms: &[u8], content: Option<SigningContent<'_>>| {
        let time = at("2026-05-02T12:00:00Z");
        add_signer(cms, &rsa.key, &rsa.certificate, content.as_ref(), time, &mut world.random).map(drop)
    };

    assert_eq!(add(&attached, Some(SigningContent::Content(b"other"))), Err(IssueError::ContentMismatch));
    assert_eq!(add(&detached, Some(SigningContent::Content(b"other"))), Err(IssueError::ContentMismatch));
    assert_eq!(add(&detached, None), Err(IssueError::ContentMissing));
    assert_eq!(add(&attached, Some(SigningContent::Content(TEXT))), Ok(()));
    // By digests of different algorithms nothing can be compared: the validation finds it.
    let digest = DigestAlgorithm::Sha256.digest(b"other");
    assert_eq!(add(&detached, Some(SigningContent::Digest(digest))), Ok(()));
    assert!(matches!(add(&attached[..attached.len() - 1], None), Err(IssueError::Malformed { .. })));
    assert!(matches!(add(world.ca.certificate.der(), None), Err(IssueError::Malformed { .. })));
}

#[test]
fn a_signer_added_to_a_real_message_leaves_its_signers_octet_for_octet() {
    let Some(folder) = shared("nca/cms") else { return };
    let mut world = World::new(Kind::Gost2015);
    for (file, signers) in [
        ("attached-g2015-512+rsa-2sig-91ab4a.p7s", 2),
        ("attached-g2015-512-1sig-tsp-3a881a.p7s", 1),
        ("attached-g2004-1sig-dd6611.p7s", 1),
    ] {
        let real = std::fs::read(folder.join(file)).unwrap();
        let signer = &world.signer;
        let time = at("2026-05-02T12:00:00Z");
        let more = add_signer(&real, &signer.key, &signer.certificate, None, time, &mut world.random).unwrap();

        let (before, after) = (read(&real), read(&more));
        assert_eq!((before.signer_infos.len(), after.signer_infos.len()), (signers, signers + 1), "{file}");
        assert!(before.signer_infos.iter().all(|info| after.signer_infos.contains(info)), "{file}");
        assert_eq!(after.content, before.content);
    }
}

/// The token is taken out of a real message and put back: the octets are those of the message.
#[test]
fn a_time_stamp_is_put_where_the_real_messages_have_it() {
    let Some(folder) = shared("nca/cms") else { return };
    for file in ["attached-g2015-512-1sig-tsp-3a881a.p7s", "attached-g2015-512-1sig-tsp-847bb3.p7s"] {
        let real = std::fs::read(folder.join(file)).unwrap();
        let (bare, token) = without_time_stamp(&real);

        let stamped = augment(&bare, &[Augmentation::SignatureTimeStamp { signer: 0, token }]).unwrap();

        assert!(bare.len() < real.len() - 1000);
        assert_eq!(hex(&stamped), hex(&real), "{file}");
    }
}

/// The message with its one SignerInfo cut before the unsigned attributes, and the one value of those.
fn without_time_stamp(cms: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut content_info = Reader::new(cms, Rules::Der).sequence().unwrap();
    content_info.oid().unwrap();
    let mut fields = content_info.optional_context(0).unwrap().unwrap().sequence().unwrap();
    let mut front = Vec::new();
    while fields.peek_tag() != Some(tag::SET) || front.len() < 10 {
        front.extend_from_slice(fields.read().unwrap().raw);
    }
    let mut signer_info = fields.set().unwrap().sequence().unwrap();
    let mut kept = Vec::new();
    let mut token = Vec::new();
    while let Some(next) = signer_info.peek_tag() {
        let field = signer_info.read().unwrap();
        if next == tag::context_constructed(1) {
            let mut attribute = signer_info.nested(&field).unwrap().sequence().unwrap();
            assert_eq!(attribute.oid(), Ok(oid::SIGNATURE_TIME_STAMP));
            token = attribute.set().unwrap().read().unwrap().raw.to_vec();
        } else {
            kept.extend_from_slice(field.raw);
        }
    }
    let bare = Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::SIGNED_DATA);
            w.context(0, |w| {
                w.sequence(|w| {
                    w.raw(&front);
                    w.set(|w| w.sequence(|w| w.raw(&kept)));
                });
            });
        });
    });
    (bare, token)
}

#[test]
fn evidence_goes_into_the_message_and_the_signatures_stay() {
    let mut world = World::new(Kind::Gost2015);
    let signed = sign(&mut world, Packaging::Attached);
    let crl = CrlTemplate {
        issuer: world.ca.certificate.subject().raw().to_vec(),
        authority_key_id: None,
        this_update: at("2026-05-01T00:00:00Z"),
        next_update: None,
        number: 1,
        base_number: None,
        entries: Vec::new(),
        more_extensions: Vec::new(),
    };
    let crl = build_crl(&crl, &world.ca.key, &mut world.random).unwrap();
    let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
    let answer = [(id, CertificateState::Good)];
    let ocsp = OcspTemplate::national(&world.responder.certificate, at("2026-05-01T12:00:05Z"), None, answer);
    let ocsp = build_ocsp_response(&ocsp, &world.responder.key, &mut world.random).unwrap();

    let additions = [
        Augmentation::Certificate(world.ca.certificate.clone()),
        Augmentation::Crl(crl.clone()),
        Augmentation::Ocsp(ocsp.clone()),
    ];
    let with_evidence = augment(&signed, &additions).unwrap();

    let message = read(&with_evidence);
    assert_eq!(message.version, 5);
    assert_eq!(message.signer_infos, read(&signed).signer_infos);
    assert_eq!(message.certificates.len(), 2);
    assert!(message.revocations.contains(&crl));
    assert!(message.revocations.iter().any(|entry| entry[0] == 0xa1 && contains(entry, &ocsp)));
    assert_eq!(augment(&with_evidence, &additions).unwrap(), with_evidence, "nothing twice");
    let crl_alone = augment(&signed, &additions[..2]).unwrap();
    assert_eq!(read(&crl_alone).version, 1);
}

#[test]
fn what_cannot_be_added_is_refused() {
    let mut world = World::new(Kind::Gost2015);
    let signed = sign(&mut world, Packaging::Detached);
    let stamp =
        |signer, token: &[u8]| augment(&signed, &[Augmentation::SignatureTimeStamp { signer, token: token.to_vec() }]);
    assert_eq!(stamp(1, &[5, 0]), Err(IssueError::NoSuchSigner { signer: 1, count: 1 }));
    assert!(stamp(0, &[5, 0]).is_ok());
    for wrong in [[].as_slice(), &[5], &[5, 0, 5, 0], &[0x30, 0x80]] {
        assert!(matches!(stamp(0, wrong), Err(IssueError::Malformed { .. })), "{wrong:?}");
        let crl = augment(&signed, &[Augmentation::Crl(wrong.to_vec())]);
        assert!(matches!(crl, Err(IssueError::Malformed { .. })), "{wrong:?}");
        let ocsp = augment(&signed, &[Augmentation::Ocsp(wrong.to_vec())]);
        assert!(matches!(ocsp, Err(IssueError::Malformed { .. })), "{wrong:?}");
    }
    for length in 0..signed.len() {
        assert!(augment(&signed[..length], &[]).is_err());
    }
    assert_eq!(augment(&signed, &[]).unwrap(), signed);
}

#[test]
fn openssl_verifies_rsa_messages_with_their_certificate_reference() {
    let Some(openssl) = openssl() else { return };
    let folder = temporary_folder("cms");
    let mut world = World::new(Kind::Rsa);
    for (name, holder) in [("root", &world.root), ("ca", &world.ca)] {
        std::fs::write(folder.join("one.der"), holder.certificate.der()).unwrap();
        openssl.run(&folder, &["x509", "-inform", "DER", "-in", "one.der", "-out", &format!("{name}.pem")]);
    }
    let pem = |name: &str| std::fs::read(folder.join(name)).unwrap();
    std::fs::write(folder.join("cas.pem"), [pem("root.pem"), pem("ca.pem")].concat()).unwrap();
    std::fs::write(folder.join("content"), TEXT).unwrap();
    let one = sign(&mut world, Packaging::Detached);
    let second = world.ca.issue(
        Kind::Rsa,
        &Profile::LegalEntity(KeyUse::Sign, vec![oid::ROLE_SIGN_RIGHT]),
        head_of_organisation(),
        service_uris(),
        &mut world.random,
    );
    let content = SigningContent::Content(TEXT);
    let later = at("2026-05-02T12:00:00Z");
    let two = add_signer(&one, &second.key, &second.certificate, Some(&content), later, &mut world.random).unwrap();
    let attached = sign(&mut world, Packaging::Attached);
    let with_ca = augment(&attached, &[Augmentation::Certificate(world.ca.certificate.clone())]).unwrap();
    let verify = |cms: &[u8], more: &[&str]| {
        std::fs::write(folder.join("m.p7s"), cms).unwrap();
        let arguments = [
            "cms",
            "-verify",
            "-inform",
            "DER",
            "-in",
            "m.p7s",
            "-CAfile",
            "cas.pem",
            "-binary",
            "-purpose",
            "any",
            "-attime",
            "1780000000",
            "-cades",
            "-out",
            "out",
        ];
        openssl.attempt(&folder, &[&arguments, more].concat())
    };

    for (cms, more) in [
        (&one, ["-content", "content"].as_slice()),
        (&two, &["-content", "content"]),
        (&attached, &[]),
        (&with_ca, &[]),
    ] {
        let (success, printed) = verify(cms, more);
        assert!(success, "{printed}");
        assert_eq!(std::fs::read(folder.join("out")).unwrap(), TEXT);
    }
    std::fs::write(folder.join("content"), b"other").unwrap();
    assert!(!verify(&two, &["-content", "content"]).0);
}

#[test]
fn a_certificate_read_from_a_message_is_the_signer_s() {
    let mut world = World::new(Kind::Gost2015);
    let message = read(&sign(&mut world, Packaging::Detached));
    assert_eq!(Certificate::from_der(&message.certificates[0]).unwrap(), world.signer.certificate);
}
