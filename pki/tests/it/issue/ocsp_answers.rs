use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::{Reader, Rules, tag};
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::ocsp_builder::{
    CertificateState, OcspRefusal, OcspTemplate, ResponderName, build_ocsp_refusal, build_ocsp_request,
    build_ocsp_response, build_request, cert_id,
};
use qolhat_pki::key::PrivateKey;

use crate::workshop::{Kind, SeededRandom, World, at, hex, openssl, shared, signed_part, temporary_folder, verifies};

/// The basic response inside an OCSPResponse.
fn basic(response: &[u8]) -> Vec<u8> {
    let mut fields = Reader::new(response, Rules::Der).sequence().unwrap();
    assert_eq!(fields.enumerated(), Ok(0));
    let wrapper = fields.expect(tag::context_constructed(0)).unwrap();
    let mut bytes = fields.nested(&wrapper).unwrap().sequence().unwrap();
    bytes.oid().unwrap();
    bytes.octet_string().unwrap().to_vec()
}

/// The answer "on hold" of the test responder in 2022: everything but the signature.
#[test]
fn an_answer_built_from_the_facts_of_a_real_one_has_its_octets() {
    let Some(folder) = shared("nca") else { return };
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    let real = basic(&read("ocsp/revoked-gost2015.der"));
    let ca = Certificate::from_der(&read("ca/nca_gost2022_test.cer")).unwrap();
    let responder = Certificate::from_der(&read("certs/gost2015-512-ocsp-7c1fe14b.cer")).unwrap();
    let asked = Certificate::from_der(&read("certs/gost2015-512-org-head-sign-3a90343e.cer")).unwrap();
    let nonce = [4, 8, 0x15, 0x7b, 0x28, 0xfd, 0x1a, 0xc7, 0x76, 0x1e];

    let state = CertificateState::Revoked { at: at("2022-07-27T10:25:30Z"), reason: Some(6) };
    let answer = (cert_id(&ca, asked.serial(), DigestAlgorithm::Sha256), state);
    let template = OcspTemplate::national(&responder, at("2022-09-02T16:59:28Z"), Some(&nonce), [answer]);
    let mut random = SeededRandom::new(1);
    let key = PrivateKey::generate_gost512(&mut random).unwrap();
    let built = basic(&build_ocsp_response(&template, &key, &mut random).unwrap());

    assert_eq!(hex(&signed_part(&built).0), hex(&signed_part(&real).0));
    // The responder's certificate at the end likewise.
    assert_eq!(built[built.len() - responder.der().len()..], real[real.len() - responder.der().len()..]);
}

#[test]
fn an_answer_of_every_kind_of_key_verifies_with_the_responder_s_certificate() {
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
        let states = [
            CertificateState::Good,
            CertificateState::Revoked { at: at("2026-02-01T00:00:00Z"), reason: Some(1) },
            CertificateState::Unknown,
            CertificateState::NeverIssued,
        ];
        for state in states {
            let now = at("2026-05-01T00:00:00Z");
            let mut template = OcspTemplate::national(&world.responder.certificate, now, None, [(id.clone(), state)]);
            template.responder_name = ResponderName::ByKey;
            let response = build_ocsp_response(&template, &world.responder.key, &mut world.random).unwrap();

            let (part, signature) = signed_part(&basic(&response));
            let algorithm = world.responder.key.signature_algorithm();
            assert!(verifies(&world.responder.certificate, algorithm, &part, &signature), "{kind:?}");
            assert!(!verifies(&world.ca.certificate, algorithm, &part, &signature), "{kind:?}");
        }
    }
}

/// OpenSSL as the client: it makes the request too, and ours has the same octets.
#[test]
fn openssl_asks_as_we_do_and_accepts_our_answers() {
    let Some(openssl) = openssl() else { return };
    let folder = temporary_folder("ocsp");
    let mut world = World::new(Kind::Rsa);
    let holders = [("root", &world.root), ("ca", &world.ca), ("signer", &world.signer)];
    for (name, holder) in holders {
        std::fs::write(folder.join("one.der"), holder.certificate.der()).unwrap();
        openssl.run(&folder, &["x509", "-inform", "DER", "-in", "one.der", "-out", &format!("{name}.pem")]);
    }
    let ask = ["ocsp", "-sha256", "-issuer", "ca.pem", "-cert", "signer.pem", "-no_nonce", "-reqout", "q.der"];
    openssl.run(&folder, &ask);
    let serial = world.signer.certificate.serial().to_vec();
    let ours = build_request(&world.ca.certificate, &serial, DigestAlgorithm::Sha256, None);
    assert_eq!(std::fs::read(folder.join("q.der")).unwrap(), ours);

    let id = cert_id(&world.ca.certificate, &serial, DigestAlgorithm::Sha256);
    let nonce = [4, 4, 1, 2, 3, 4];
    std::fs::write(folder.join("ours.der"), build_ocsp_request(std::slice::from_ref(&id), Some(&nonce[2..]))).unwrap();
    let printed = openssl.run(&folder, &["ocsp", "-reqin", "ours.der", "-req_text"]);
    assert!(printed.contains("040401020304"), "{printed}");

    let revoked = CertificateState::Revoked { at: at("2026-02-01T00:00:00Z"), reason: Some(1) };
    for (state, said) in [
        (CertificateState::Good, "signer.pem: good"),
        (revoked, "signer.pem: revoked"),
        (CertificateState::Unknown, "signer.pem: unknown"),
    ] {
        let now = at("2026-05-01T00:00:00Z");
        let template = OcspTemplate::national(&world.responder.certificate, now, Some(&nonce), [(id.clone(), state)]);
        let response = build_ocsp_response(&template, &world.responder.key, &mut world.random).unwrap();
        std::fs::write(folder.join("a.der"), response).unwrap();
        let printed = openssl.run(
            &folder,
            &[
                "ocsp",
                "-sha256",
                "-no_nonce",
                "-reqin",
                "ours.der",
                "-issuer",
                "ca.pem",
                "-cert",
                "signer.pem",
                "-respin",
                "a.der",
                "-CAfile",
                "root.pem",
                "-verify_other",
                "ca.pem",
                "-attime",
                "1780000000",
                "-validity_period",
                "100000000",
            ],
        );
        assert!(printed.contains("Response verify OK"), "{printed}");
        assert!(printed.contains(said), "{printed}");
        assert!(!printed.contains("Nonce Verify error"), "{printed}");
    }
}

#[test]
fn a_refusal_carries_its_status_and_nothing_else() {
    for (refusal, status) in [
        (OcspRefusal::MalformedRequest, 1),
        (OcspRefusal::InternalError, 2),
        (OcspRefusal::TryLater, 3),
        (OcspRefusal::SignatureRequired, 5),
        (OcspRefusal::Unauthorized, 6),
    ] {
        assert_eq!(build_ocsp_refusal(refusal), [0x30, 3, 0x0a, 1, status]);
    }
}
