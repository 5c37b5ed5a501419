use qolhat_pki::certificate::Certificate;
use qolhat_pki::issue::certificate_builder::{build_certificate, national_serial};
use qolhat_pki::issue::profile::{self, Issuer, KeyUse, Organisation, Profile, ServiceUris};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid::{self, Oid};

use crate::workshop::{
    Kind, SeededRandom, World, at, head_of_organisation, hex, openssl, service_uris, shared, temporary_folder,
    validity, verifies,
};

/// The certificate of the head of an organisation of 2026: everything but the signature.
#[test]
fn a_certificate_built_from_the_facts_of_a_real_one_has_its_octets() {
    let Some(folder) = shared("nca") else { return };
    let real = std::fs::read(folder.join("certs/gost2015-512-org-head-sign-5bfab685.cer")).unwrap();
    let real = Certificate::from_der(&real).unwrap();
    let authority = Certificate::from_der(&std::fs::read(folder.join("ca/nca_gost2022_test.cer")).unwrap()).unwrap();
    let mut uris = service_uris();
    uris.ocsp.push(uris.ocsp[0].clone());
    let issuer = Issuer::of(&authority, uris).unwrap();
    let times = (at("2026-05-08T07:08:24Z"), at("2027-05-08T07:08:24Z"));

    let template = Profile::LegalEntity(KeyUse::Sign, vec![oid::ROLE_HEAD])
        .template(&issuer, head_of_organisation(), real.spki().to_vec(), times)
        .unwrap();
    let mut random = SeededRandom::new(1);
    let key = PrivateKey::generate_gost512(&mut random).unwrap();
    let built = build_certificate(&template, &key, &mut random).unwrap();

    let built = Certificate::from_der(&built).unwrap();
    assert_eq!(hex(built.tbs()), hex(real.tbs()));
    assert_eq!(
        hex(&profile::service_subject("ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) TEST 2022")),
        hex(authority.subject().raw())
    );
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
        let under_ca = [&world.signer, &world.responder, &world.authority].map(|holder| (holder, &world.ca));
        let under_root = [&world.root, &world.ca].map(|holder| (holder, &world.root));
        for (holder, issuer) in under_ca.into_iter().chain(under_root) {
            let certificate = &holder.certificate;
            let algorithm = holder.key.signature_algorithm();
            for other in [&world.root, &world.ca, &world.signer] {
                let verified = verifies(&other.certificate, algorithm, certificate.tbs(), certificate.signature());
                assert_eq!(verified, other.certificate == issuer.certificate, "{kind:?}");
            }
            assert_eq!(certificate.issuer().raw(), issuer.certificate.subject().raw());
            assert!(holder.key.belongs_to(certificate));
            assert!(!holder.key.belongs_to(&World::new(Kind::Gost2004).ca.certificate) || kind == Kind::Gost2004);
        }
    }
}

#[test]
fn the_parsed_certificate_says_what_the_profile_says() {
    let world = World::new(Kind::Gost2015);
    let signer = &world.signer.certificate;

    assert_eq!(signer.not_before(), validity().0);
    assert_eq!(signer.not_after(), validity().1);
    assert_eq!(signer.crl_uris(), ["http://test.pki.gov.kz/crl/nca_gost2022_test.crl"]);
    assert_eq!(signer.freshest_crl_uris(), ["http://test.pki.gov.kz/crl/nca_gost2022_d_test.crl"]);
    assert_eq!(signer.ocsp_uris(), ["http://test.pki.gov.kz/ocsp/"]);
    assert!(signer.unknown_critical_extensions().is_empty());
    assert!(signer.basic_constraints().is_none());
    assert!(world.responder.certificate.has_ocsp_nocheck());
    assert!(world.root.certificate.basic_constraints().unwrap().ca);
    assert!(world.ca.certificate.basic_constraints().unwrap().ca);
    assert_eq!(world.ca.certificate.crl_uris(), ["http://127.0.0.1/root.crl"]);
    assert!(world.root.certificate.crl_uris().is_empty());

    let facts = signer.subject_facts();
    assert_eq!(facts.common_name.as_deref(), Some("ТЕСТОВ ТЕСТ"));
    assert_eq!(facts.iin.as_deref(), Some("123456789011"));
    assert_eq!(facts.bin.as_deref(), Some("123456789021"));
    assert_eq!(facts.organization.as_deref(), Some("АО \"ТЕСТ\""));
}

#[test]
fn the_profiles_differ_in_purpose_and_roles_as_the_real_certificates_do() {
    let mut world = World::new(Kind::Rsa);
    let organisation = Organisation { name: "ТОО \"ТЕСТ\"", bin: "123456789021" };
    let system = Oid::parse_dotted("1.2.398.3.3.4.1.2.6.77").unwrap();
    let system = profile::information_system_subject("АИС", &system, &organisation);
    let cases = [
        (Profile::NaturalPerson(KeyUse::Sign), vec!["natural-person"], "sign"),
        (Profile::NaturalPerson(KeyUse::Auth), vec!["natural-person"], "auth"),
        (Profile::LegalEntity(KeyUse::Auth, vec![oid::ROLE_HR]), vec!["legal-entity", "hr"], "auth"),
        (
            Profile::LegalEntity(KeyUse::Sign, vec![oid::ROLE_FINANCE_RIGHT, oid::ROLE_EMPLOYEE]),
            vec!["legal-entity", "finance-right", "employee"],
            "sign",
        ),
        (Profile::InformationSystem, vec!["legal-entity", "information-system"], "sign"),
        (Profile::OcspResponder, vec![], "ocsp"),
        (Profile::TimeStampAuthority, vec![], "tsa"),
        (Profile::IssuingCa, vec![], "ca"),
    ];
    for (profile, roles, purpose) in cases {
        let holder = world.ca.issue(Kind::Rsa, &profile, system.clone(), ServiceUris::default(), &mut world.random);
        let certificate = &holder.certificate;
        assert_eq!(certificate.purpose().code(), purpose, "{profile:?}");
        let found: Vec<String> = certificate.roles().iter().map(|role| role.code().to_string()).collect();
        assert_eq!(found, roles, "{profile:?}");
    }
}

#[test]
fn the_same_inputs_give_the_same_octets() {
    let (one, two) = (World::new(Kind::Gost2015), World::new(Kind::Gost2015));
    assert_eq!(one.signer.certificate.der(), two.signer.certificate.der());
}

#[test]
fn openssl_reads_and_verifies_an_rsa_hierarchy() {
    let Some(openssl) = openssl() else { return };
    let folder = temporary_folder("certificate");
    let world = World::new(Kind::Rsa);
    for (name, holder) in [("root", &world.root), ("ca", &world.ca), ("signer", &world.signer)] {
        std::fs::write(folder.join("one.der"), holder.certificate.der()).unwrap();
        openssl.run(&folder, &["x509", "-inform", "DER", "-in", "one.der", "-out", &format!("{name}.pem")]);
    }

    let verified = openssl.run(
        &folder,
        &[
            "verify",
            "-x509_strict",
            "-attime",
            "1780000000",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "ca.pem",
            "signer.pem",
        ],
    );
    let text =
        openssl.run(&folder, &["x509", "-in", "signer.pem", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus"]);

    assert!(verified.contains("signer.pem: OK"), "{verified}");
    for line in [
        "serialNumber=IIN123456789011",
        "OU=BIN123456789021",
        "X509v3 Key Usage: critical",
        "Digital Signature, Non Repudiation\n",
        "E-mail Protection, 1.2.398.3.3.4.1.2, 1.2.398.3.3.4.1.2.1",
        "CPS: http://pki.gov.kz/cps",
        "X509v3 Freshest CRL",
        "OCSP - URI:http://test.pki.gov.kz/ocsp/",
        "CA Issuers - URI:http://test.pki.gov.kz/cert/nca_gost2022_test.cer",
        "1.2.398.3.3.5",
    ] {
        assert!(text.contains(line) || text.replace(" = ", "=").contains(line), "{line} in {text}");
    }
}
