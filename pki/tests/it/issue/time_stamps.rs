use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::{Reader, Rules, tag};
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::IssueError;
use qolhat_pki::issue::cms_sign::CertificateReference;
use qolhat_pki::issue::tsp_builder::{
    CertificateWish, TimeStampQuestion, TimeStampRefusal, TimeStampTemplate, build_request, build_time_stamp_refusal,
    build_time_stamp_request, build_time_stamp_response, build_time_stamp_token,
};
use qolhat_pki::oid;

use crate::workshop::{Kind, World, at, hex, openssl, shared, temporary_folder};

fn template<'a>(imprint: &'a Digest, nonce: Option<&'a [u8]>) -> TimeStampTemplate<'a> {
    TimeStampTemplate {
        policy: oid::POLICY_TSA_GOST2015,
        imprint,
        serial: &[0x5e, 0x84],
        gen_time: at("2026-05-01T12:00:00Z"),
        accuracy_seconds: Some(1),
        nonce,
        certificate: CertificateWish::Embed,
        reference: CertificateReference::V2,
    }
}

/// The TSTInfo of a token.
fn tst_info(token: &[u8]) -> Vec<u8> {
    let mut content_info = Reader::new(token, Rules::Der).sequence().unwrap();
    assert_eq!(content_info.oid(), Ok(oid::SIGNED_DATA));
    let wrapper = content_info.expect(tag::context_constructed(0)).unwrap();
    let mut signed_data = content_info.nested(&wrapper).unwrap().sequence().unwrap();
    assert_eq!(signed_data.small_uint(), Ok(3));
    signed_data.set().unwrap();
    let mut encapsulated = signed_data.sequence().unwrap();
    assert_eq!(encapsulated.oid(), Ok(oid::TST_INFO));
    let wrapper = encapsulated.expect(tag::context_constructed(0)).unwrap();
    encapsulated.nested(&wrapper).unwrap().octet_string().unwrap().to_vec()
}

/// The token of the test authority in 2022: the TSTInfo, and the order and kind of all that surrounds it.
#[test]
fn a_token_built_from_the_facts_of_a_real_one_has_its_octets() {
    let Some(folder) = shared("nca/tsp") else { return };
    let real = std::fs::read(folder.join("response-gost2004-sha1imprint.der")).unwrap();
    let imprint = [
        0x14, 0x65, 0xda, 0xd1, 0x26, 0xd3, 0x2b, 0xf7, 0xaa, 0x5d, 0x3b, 0x95, 0xa5, 0xc7, 0xc3, 0x31, 0xcd, 0xff,
        0x34, 0xdf,
    ];
    let imprint = Digest::new(DigestAlgorithm::Sha1, imprint).unwrap();
    let mut world = World::new(Kind::Gost2004);
    let serial = [
        0x5e, 0x84, 0x6d, 0xd7, 0x5d, 0x86, 0x11, 0x54, 0xdb, 0x10, 0xf1, 0x3c, 0x54, 0xdc, 0x1f, 0x8d, 0x33, 0xfe,
        0x6a, 0xdc,
    ];
    let template = TimeStampTemplate {
        policy: oid::POLICY_TSA_GOST2004,
        serial: &serial,
        gen_time: at("2022-09-18T13:20:14Z"),
        accuracy_seconds: None,
        reference: CertificateReference::V1,
        ..template(&imprint, Some(&[0x01, 0x83, 0x50, 0xc0, 0x22, 0xd7]))
    };

    let authority = &world.authority;
    let token = build_time_stamp_token(&template, &authority.key, &authority.certificate, &mut world.random).unwrap();

    let built = build_time_stamp_response(&token);
    let mut response = Reader::new(&real, Rules::Der).sequence().unwrap();
    let status = response.read().unwrap();
    let real_token = response.read().unwrap();
    assert_eq!(hex(&tst_info(&token)), hex(&tst_info(real_token.raw)));
    assert_eq!(Reader::new(&built, Rules::Der).sequence().unwrap().read().unwrap().raw, status.raw);
    assert_eq!(shape(&token), shape(real_token.raw));
}

/// Tags and identifiers in order, without certificates, names and the length of anything.
fn shape(token: &[u8]) -> Vec<String> {
    fn walk(mut reader: Reader<'_>, depth: usize, out: &mut Vec<String>) {
        while !reader.is_empty() {
            let element = reader.read().unwrap();
            let identifier = if element.tag == tag::OID { hex(element.value) } else { String::new() };
            out.push(format!("{depth} {:02x} {identifier}", element.tag));
            let is_certificates = depth == 3 && element.tag == tag::context_constructed(0);
            // The SEQUENCE after the version of the SignerInfo: names are another authority's.
            let is_issuer_and_serial = depth == 5 && out.iter().rev().nth(1).is_some_and(|before| before == "5 02 ");
            if element.tag & 0x20 != 0 && !is_certificates && !is_issuer_and_serial {
                walk(reader.nested(&element).unwrap(), depth + 1, out);
            }
        }
    }
    let mut out = Vec::new();
    walk(Reader::new(token, Rules::Der), 0, &mut out);
    out
}

#[test]
fn a_token_is_not_made_with_the_certificate_of_another() {
    let mut world = World::new(Kind::Gost2015);
    let imprint = DigestAlgorithm::Streebog512.digest(b"signature");
    let token = build_time_stamp_token(
        &template(&imprint, None),
        &world.authority.key,
        &world.signer.certificate,
        &mut world.random,
    );
    assert_eq!(token, Err(IssueError::KeyMismatch));
}

/// OpenSSL as client: it asks with the octets we do, and accepts the token in answer.
#[test]
fn openssl_asks_as_we_do_and_accepts_our_tokens() {
    let Some(openssl) = openssl() else { return };
    let folder = temporary_folder("tsp");
    let mut world = World::new(Kind::Rsa);
    for (name, holder) in [("root", &world.root), ("ca", &world.ca)] {
        std::fs::write(folder.join("one.der"), holder.certificate.der()).unwrap();
        openssl.run(&folder, &["x509", "-inform", "DER", "-in", "one.der", "-out", &format!("{name}.pem")]);
    }
    std::fs::write(folder.join("data"), b"signature").unwrap();
    openssl.run(&folder, &["ts", "-query", "-data", "data", "-sha256", "-cert", "-no_nonce", "-out", "q.tsq"]);
    let imprint = DigestAlgorithm::Sha256.digest(b"signature");
    assert_eq!(std::fs::read(folder.join("q.tsq")).unwrap(), build_request(&imprint, None, true));

    let question = TimeStampQuestion {
        imprint: &imprint,
        policy: Some(oid::POLICY_TSA_RSA),
        nonce: Some(&[0x00, 0x91, 0x02]),
        certificate: CertificateWish::Embed,
    };
    std::fs::write(folder.join("ours.tsq"), build_time_stamp_request(&question)).unwrap();
    let printed = openssl.run(&folder, &["ts", "-query", "-in", "ours.tsq", "-text"]);
    assert!(printed.contains("Nonce: 0x9102") && printed.contains("1.2.398.3.3.2.6.2"), "{printed}");

    for reference in [CertificateReference::V1, CertificateReference::V2, CertificateReference::Both] {
        let template = TimeStampTemplate {
            policy: oid::POLICY_TSA_RSA,
            reference,
            ..template(&imprint, Some(&[0x00, 0x91, 0x02]))
        };
        let authority = &world.authority;
        let token =
            build_time_stamp_token(&template, &authority.key, &authority.certificate, &mut world.random).unwrap();
        std::fs::write(folder.join("a.tsr"), build_time_stamp_response(&token)).unwrap();
        let verify = |question: &str| {
            openssl.attempt(
                &folder,
                &[
                    "ts",
                    "-verify",
                    "-queryfile",
                    question,
                    "-in",
                    "a.tsr",
                    "-CAfile",
                    "root.pem",
                    "-untrusted",
                    "ca.pem",
                    "-attime",
                    "1780000000",
                ],
            )
        };
        let (success, printed) = verify("ours.tsq");
        assert!(success && printed.contains("Verification: OK"), "{reference:?} {printed}");
        std::fs::write(folder.join("other.tsq"), build_request(&DigestAlgorithm::Sha256.digest(b"other"), None, true))
            .unwrap();
        assert!(!verify("other.tsq").0);
    }

    let refusal = build_time_stamp_refusal(TimeStampRefusal::UnacceptedPolicy, Some("белгісіз саясат"));
    std::fs::write(folder.join("no.tsr"), refusal).unwrap();
    let printed = openssl.run(&folder, &["ts", "-reply", "-in", "no.tsr", "-text"]);
    assert!(printed.contains("Rejected") && printed.contains("not supported by the TSA"), "{printed}");
}

#[test]
fn the_certificate_is_embedded_only_when_asked_for() {
    let mut world = World::new(Kind::Gost2015);
    let imprint = DigestAlgorithm::Streebog512.digest(b"signature");
    let mut template = template(&imprint, None);
    let certificate: Certificate = world.authority.certificate.clone();
    let contains = |token: &[u8]| token.windows(certificate.der().len()).any(|window| window == certificate.der());
    for (wish, expected) in [(CertificateWish::Embed, true), (CertificateWish::Omit, false)] {
        template.certificate = wish;
        let token = build_time_stamp_token(&template, &world.authority.key, &certificate, &mut world.random).unwrap();
        assert_eq!(contains(&token), expected);
    }
}
