use qolhat_pki::certificate::Certificate;
use qolhat_pki::issue::certificate_builder::{self, CertificateTemplate, national_serial};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid;

use crate::workshop::{Kind, SeededRandom, World, at, head_of_organisation, hex, openssl, shared, temporary_folder};

/// The certificate of the head of an organisation of 2026: everything but the signature.
#[test]
fn a_certificate_built_from_the_facts_of_a_real_one_has_its_octets() {
    let Some(folder) = shared("nca/certs") else { return };
    let real = std::fs::read(folder.join("gost2015-512-org-head-sign-5bfab685.cer")).unwrap();
    let real = Certificate::from_der(&real).unwrap();
    let subject = certificate_builder::name(&[
        (oid::COMMON_NAME, "ТЕСТОВ ТЕСТ"),
        (oid::SURNAME, "ТЕСТОВ"),
        (oid::SERIAL_NUMBER, "IIN123456789011"),
        (oid::COUNTRY, "KZ"),
        (oid::ORGANIZATION, "АО \"ТЕСТ\""),
        (oid::ORGANIZATIONAL_UNIT, "BIN123456789021"),
        (oid::GIVEN_NAME, "ТЕСТОВИЧ"),
    ]);
    let issuer = certificate_builder::name(&[
        (oid::COMMON_NAME, "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) TEST 2022"),
        (oid::COUNTRY, "KZ"),
    ]);
    let (from, to) = (at("2026-05-08T07:08:24Z"), at("2027-05-08T07:08:24Z"));
    let mut template = CertificateTemplate::new(issuer, subject, from, to, real.spki().to_vec()).unwrap();
    head_of_organisation(&mut template);
    template.ocsp_uris.push("http://test.pki.gov.kz/ocsp/".to_owned());
    let authority = folder.join("../ca/nca_gost2022_test.cer");
    let authority = Certificate::from_der(&std::fs::read(authority).unwrap()).unwrap();
    template.authority_key_id = authority.subject_key_id().map(<[u8]>::to_vec);

    let mut random = SeededRandom::new(1);
    let key = PrivateKey::generate_gost512(&mut random).unwrap();
    let built = certificate_builder::build_certificate(&template, &key, &mut random).unwrap();

    let built = Certificate::from_der(&built).unwrap();
    assert_eq!(hex(built.tbs()), hex(real.tbs()));
}

#[test]
fn the_serial_number_follows_the_key_identifier_but_for_its_top_four_bits() {
    let serial = |first: u8| {
        let mut identifier = [0x11; 20];
        identifier[0] = first;
        national_serial(identifier)[0]
    };
    assert_eq!(serial(0xdb), 0x5b);
    assert_eq!(serial(0x30), 0x30);
    assert_eq!(serial(0x02), 0x12);
    assert_eq!(serial(0x8f), 0x1f);
}

#[test]
fn a_certificate_of_every_kind_of_key_verifies_under_its_issuer_and_no_other() {
    for kind in Kind::ALL {
        let world = World::new(kind);
        let other = World::new(kind).signer;
        for holder in [&world.ca, &world.signer, &world.responder, &world.authority] {
            let certificate = &holder.certificate;
            let algorithm = certificate.signature_algorithm().unwrap();
            let verify = |issuer: &Certificate| {
                issuer
                    .public_key()
                    .unwrap()
                    .verify_message(&algorithm, certificate.tbs(), certificate.signature())
            };
            assert_eq!(verify(&world.ca.certificate), Ok(()), "{kind:?}");
            assert!(verify(&world.signer.certificate).is_err(), "{kind:?}");
            assert!(verify(&other.certificate).is_err(), "{kind:?}");
        }
    }
}

#[test]
fn the_parsed_certificate_says_what_the_template_said() {
    let world = World::new(Kind::Gost2015);
    let signer = &world.signer.certificate;

    assert_eq!(signer.issuer().raw(), world.ca.certificate.subject().raw());
    assert_eq!(signer.not_before(), at("2026-01-01T00:00:00Z"));
    assert_eq!(signer.not_after(), at("2027-01-01T00:00:00Z"));
    assert_eq!(signer.crl_uris(), ["http://test.pki.gov.kz/crl/nca_gost2022_test.crl"]);
    assert_eq!(signer.freshest_crl_uris(), ["http://test.pki.gov.kz/crl/nca_gost2022_d_test.crl"]);
    assert_eq!(signer.ocsp_uris(), ["http://test.pki.gov.kz/ocsp/"]);
    assert!(signer.unknown_critical_extensions().is_empty());
    assert!(world.responder.certificate.has_ocsp_nocheck());
    assert!(world.ca.certificate.basic_constraints().unwrap().ca);
    assert!(signer.basic_constraints().is_none());
}

#[test]
fn the_same_inputs_give_the_same_octets() {
    let (one, two) = (World::new(Kind::Gost2015), World::new(Kind::Gost2015));
    assert_eq!(one.signer.certificate.der(), two.signer.certificate.der());
}

#[test]
fn openssl_reads_and_verifies_an_rsa_certificate() {
    let Some(openssl) = openssl() else { return };
    let folder = temporary_folder("certificate");
    let world = World::new(Kind::Rsa);
    std::fs::write(folder.join("ca.der"), world.ca.certificate.der()).unwrap();
    std::fs::write(folder.join("signer.der"), world.signer.certificate.der()).unwrap();
    for name in ["ca", "signer"] {
        let (from, to) = (format!("{name}.der"), format!("{name}.pem"));
        openssl.run(&folder, &["x509", "-inform", "DER", "-in", &from, "-out", &to]);
    }

    let verified = openssl.run(
        &folder,
        &["verify", "-x509_strict", "-attime", "1780000000", "-CAfile", "ca.pem", "signer.pem"],
    );
    let text = openssl.run(&folder, &["x509", "-in", "signer.pem", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus"]);

    assert!(verified.contains("signer.pem: OK"), "{verified}");
    for line in [
        "serialNumber = IIN123456789011",
        "X509v3 Key Usage: critical",
        "Digital Signature, Non Repudiation, Key Agreement",
        "E-mail Protection, 1.2.398.3.3.4.1.2, 1.2.398.3.3.4.1.2.1",
        "CPS: http://pki.gov.kz/cps",
        "X509v3 Freshest CRL",
        "OCSP - URI:http://test.pki.gov.kz/ocsp/",
        "CA Issuers - URI:http://test.pki.gov.kz/cert/nca_gost2022_test.cer",
        "1.2.398.3.3.5",
    ] {
        assert!(text.replace('=', " = ").replace("  ", " ").contains(line) || text.contains(line), "{line} in {text}");
    }
}
