//! Signatures that hold, in every form that is known here.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::gost::Curve;
use qolhat_pki::issue::certificate_builder::build_certificate;
use qolhat_pki::issue::cms_sign::CertificateReference;
use qolhat_pki::issue::profile::{Issuer, KeyUse, Profile};
use qolhat_pki::issue::tsp_builder::{CertificateWish, TimeStampTemplate, build_time_stamp_token};
use qolhat_pki::issue::xml_sign::{Form, Layout, sign_xml};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid;
use qolhat_pki::report::etsi::to_xml;
use qolhat_pki::report::{Coverage, SignatureLevel};
use qolhat_pki::xml::Document;
use qolhat_pki::xml::c14n::Canonicalization;
use qolhat_pki::xml::dsig::{Ids, XmlSignature, signatures};

use super::{
    C14N, C14N_COMMENTS, DSIG, ENVELOPED, EXC, PASSED, judged, only, outcome, reference, said, seal, seal_by,
    signature, signed_info,
};
use crate::report_etsi::strict::strictly_read;
use crate::workshop::{Holder, Kind, World, at, head_of_organisation, rsa_key, service_uris, validity};

const LAYOUTS: [Layout; 4] = [Layout::Santuario, Layout::Crlf, Layout::Lf, Layout::Compact];

/// Keeps: SIG-01
#[test]
fn what_is_signed_here_passes_in_every_layout_with_every_kind_of_key() {
    let documents = [
        "<tag>data</tag>",
        "<tag/>",
        "\u{feff}<?xml version='1.0' encoding='windows-1251'?>\r\n<!-- a --><a b='&#10;\"'>x &amp; &#13; y</a><?p q?>",
        "<p:a xmlns:p='urn:p' xmlns='urn:d' xml:lang='kk' p:b='1' b='2'><c xmlns=''/><![CDATA[<]]><!-- in --></p:a>",
        "<a xmlns:ds='urn:not-signatures'><ds:Signature/></a>",
    ];
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        for document in documents {
            for layout in LAYOUTS {
                let World { signer, random, .. } = &mut world;
                let form = Form::Document;
                let signed = sign_xml(document, form, layout, &signer.key, &signer.certificate, random).unwrap();
                let report = only(&world, &signed);
                assert_eq!(outcome(&report), PASSED, "{kind:?} {signed} {:?}", report.checks);
                assert_eq!((report.covers, report.level), (Coverage::All, SignatureLevel::XmlDsig));
                assert_eq!((report.claimed_at, report.proven_at), (None, None));
                assert_eq!(Some(report.signature_algorithm), world.signer.key.signature_algorithm().oid());
                assert_eq!(report.digest_algorithm, world.signer.key.digest_algorithm().oid());
            }
        }
    }
}

#[test]
fn one_element_is_signed_by_its_id_and_named() {
    let mut world = World::new(Kind::Gost2015);
    let World { signer, random, .. } = &mut world;
    let document = "<a xmlns='urn:a' xml:lang='kk'><b Id='x'><!-- covered -->1</b><c>2</c></a>";
    let signed = sign_xml(document, Form::Element("x"), Layout::Lf, &signer.key, &signer.certificate, random).unwrap();
    let report = only(&world, &signed);
    assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::Part));
    assert_eq!(said(&report, "xml-covers-document"), (Some(false), "/a/b (id x)".to_owned()));
    assert_eq!(outcome(&only(&world, &signed.replace("<c>2</c>", "<c>3</c>"))), PASSED, "not covered");
    assert_eq!(outcome(&only(&world, &signed.replace("<!-- covered -->", ""))), super::HASH);
    let World { signer, random, .. } = &mut world;
    for form in [Form::Element("y"), Form::Security("x")] {
        assert!(sign_xml(document, form, Layout::Lf, &signer.key, &signer.certificate, random).is_err());
    }
    let own = sign_xml("<a Id='x'/>", Form::Element("x"), Layout::Lf, &signer.key, &signer.certificate, random);
    assert!(own.is_err(), "it would hold its own signature");
}

const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const X509V3: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";

fn envelope(header: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Header><wsse:Security xmlns:wsse='{WSSE}' \
         s:mustUnderstand='1'>{header}</wsse:Security></s:Header><s:Body xmlns:wsu='{WSU}' wsu:Id='id-1'><m>1</m></s:Body>\
         </s:Envelope>"
    )
}

#[test]
fn the_body_of_an_envelope_is_signed_in_its_header() {
    for kind in [Kind::Rsa, Kind::Gost2015] {
        let mut world = World::new(kind);
        let World { signer, random, .. } = &mut world;
        let (key, certificate) = (&signer.key, &signer.certificate);
        let form = Form::Security("id-1");
        let signed = sign_xml(&envelope(""), form, Layout::Santuario, key, certificate, random).unwrap();
        let report = only(&world, &signed);
        assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::Part), "{:?}", report.checks);
        let told = "/Envelope/Body (id id-1), comments not covered";
        assert_eq!(said(&report, "xml-covers-document"), (Some(false), told.to_owned()));
        assert_eq!(outcome(&only(&world, &signed.replace("<m>1</m>", "<m>2</m>"))), super::HASH);
    }
}

#[test]
fn a_certificate_is_found_in_a_token_and_by_what_points_at_it() {
    let mut world = World::new(Kind::Rsa);
    let info = signed_info(EXC, &reference("#id-1", &[EXC]));
    let der = BASE64_STANDARD.encode(world.signer.certificate.der());
    let with = |key_info: &str, token: &str| {
        envelope(&format!(
            "{token}<ds:Signature xmlns:ds='{DSIG}'>{info}<ds:SignatureValue>{{value}}</ds:SignatureValue><ds:KeyInfo>\
             {key_info}</ds:KeyInfo></ds:Signature>"
        ))
    };
    let token = format!(
        "<wsse:BinarySecurityToken xmlns:wsu='{WSU}' wsu:Id='t' ValueType='{X509V3}'>{der}</wsse:BinarySecurityToken>"
    );
    let pointing = "<wsse:SecurityTokenReference><wsse:Reference URI='#t'/></wsse:SecurityTokenReference>";
    let sealed = seal(&with(pointing, &token), &mut world);
    assert_eq!(outcome(&only(&world, &sealed)), PASSED);
    let twice = sealed.replacen("<s:Body", "<x Id='t'/><s:Body", 1);
    assert_eq!(outcome(&only(&world, &twice)).2, Some("NO_SIGNING_CERTIFICATE_FOUND"), "which token is meant");

    // Elsewhere: among the evidence there is only the CA's.
    let ca_key_id = BASE64_STANDARD.encode(world.ca.certificate.subject_key_id().unwrap());
    let by_key_id = format!("<ds:X509Data><ds:X509SKI>{ca_key_id}</ds:X509SKI></ds:X509Data>");
    let sealed = seal(&with(&by_key_id, ""), &mut world);
    let report = only(&world, &sealed);
    assert_eq!(report.certificate.unwrap().sha256(), world.ca.certificate.sha256());
}

/// Several certificates in one X509Data, the signer's not the first. Source: XML Signature 1.1 §4.5.4.
#[test]
fn of_several_certificates_the_one_whose_key_signed_is_taken() {
    let mut world = World::new(Kind::Rsa);
    let template = format!("<a>{}</a>", signature(&signed_info(C14N, &reference("", &[ENVELOPED])), &world.signer, ""));
    let ca = BASE64_STANDARD.encode(world.ca.certificate.der());
    let chain = template
        .replace("<ds:X509Certificate>", &format!("<ds:X509Certificate>{ca}</ds:X509Certificate><ds:X509Certificate>"));
    let sealed = seal(&chain, &mut world);
    let report = only(&world, &sealed);
    assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::All));
    assert_eq!(report.certificate.unwrap().sha256(), world.signer.certificate.sha256());
}

#[test]
fn every_canonical_form_may_be_that_of_signed_info_and_of_a_reference() {
    let mut world = World::new(Kind::Rsa);
    for inclusive in [
        C14N,
        C14N_COMMENTS,
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2006/12/xml-c14n11#WithComments",
        EXC,
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    ] {
        let info = signed_info(inclusive, &reference("", &[ENVELOPED, inclusive]));
        let template = format!(
            "<p:a xmlns:p='urn:p' xmlns='urn:d' xml:lang='kk'><!-- c -->{}</p:a>",
            signature(&info, &world.signer, "")
        );
        let sealed = seal(&template, &mut world);
        assert_eq!(outcome(&only(&world, &sealed)), PASSED, "{inclusive}");
        let with_comments = inclusive.ends_with("WithComments");
        let changed = only(&world, &sealed.replace("<!-- c -->", "<!-- d -->"));
        assert_eq!(outcome(&changed), if with_comments { super::HASH } else { PASSED }, "{inclusive}");
        let lang = only(&world, &sealed.replace("xml:lang='kk'", "xml:lang='ru'"));
        assert_eq!(outcome(&lang), super::HASH);
    }
}

/// A ds:Object is signed by its id; beside it the document is not.
#[test]
fn an_object_inside_a_signature_is_covered_and_named() {
    let mut world = World::new(Kind::Rsa);
    let object = "<ds:Object Id='o'><order>1</order></ds:Object>";
    let template = signature(&signed_info(C14N, &reference("#o", &[])), &world.signer, object);
    let sealed = seal(&template, &mut world);
    let report = only(&world, &sealed);
    assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::Part));
    let told = "/Signature/Object (id o), comments not covered";
    assert_eq!(said(&report, "xml-covers-document"), (Some(false), told.to_owned()));
    assert_eq!(outcome(&only(&world, &sealed.replace("<order>1", "<order>2"))), super::HASH);
}

fn issued(world: &World, spki: Vec<u8>) -> Certificate {
    let issuer = Issuer::of(&world.ca.certificate, service_uris()).unwrap();
    let profile = Profile::LegalEntity(KeyUse::Sign, vec![oid::ROLE_HEAD]);
    let template = profile.template(&issuer, head_of_organisation(), spki, validity()).unwrap();
    let mut random = crate::workshop::SeededRandom::new(9);
    Certificate::from_der(&build_certificate(&template, &world.ca.key, &mut random).unwrap()).unwrap()
}

#[test]
fn ecdsa_values_are_two_numbers_of_the_width_of_the_curve_and_nothing_else() {
    let world = World::new(Kind::Rsa);
    for (nid, width, hash, name) in [
        (Nid::X9_62_PRIME256V1, 32, MessageDigest::sha256(), "sha256"),
        (Nid::SECP384R1, 48, MessageDigest::sha384(), "sha384"),
        (Nid::SECP521R1, 66, MessageDigest::sha512(), "sha512"),
    ] {
        let key = EcKey::generate(&EcGroup::from_curve_name(nid).unwrap()).unwrap();
        let certificate = issued(&world, key.public_key_to_der().unwrap());
        let holder = Holder { key: rsa_key(), certificate };
        let info = signed_info(C14N, &reference("", &[ENVELOPED])).replace("#rsa-sha256", &format!("#ecdsa-{name}"));
        let template = format!("<a>{}</a>", signature(&info, &holder, ""));
        let sign = |info: &[u8]| {
            let digest = openssl::hash::hash(hash, info).unwrap();
            EcdsaSig::sign(&digest, &key).unwrap()
        };
        let fixed = |number: &openssl::bn::BigNumRef| number.to_vec_padded(width).unwrap();
        let plain = seal_by(&template, &mut |info| {
            let value = sign(info);
            [fixed(value.r()), fixed(value.s())].concat()
        });
        assert_eq!(outcome(&only(&world, &plain)), PASSED, "{name}");
        let der = seal_by(&template, &mut |info| sign(info).to_der().unwrap());
        assert_eq!(outcome(&only(&world, &der)), super::BROKEN, "{name} in DER");
        let long = seal_by(&template, &mut |info| {
            let value = sign(info);
            [vec![0], fixed(value.r()), vec![0], fixed(value.s())].concat()
        });
        assert_eq!(outcome(&only(&world, &long)), super::BROKEN, "{name} padded");
        let zero = seal_by(&template, &mut |info| {
            [BigNum::new().unwrap().to_vec_padded(width).unwrap(), fixed(sign(info).s())].concat()
        });
        assert_eq!(outcome(&only(&world, &zero)), super::BROKEN, "{name} with zero");
    }
}

#[test]
fn ed25519_signs_the_form_itself() {
    let world = World::new(Kind::Rsa);
    let key = PKey::generate_ed25519().unwrap();
    let certificate = issued(&world, key.public_key_to_der().unwrap());
    let holder = Holder { key: rsa_key(), certificate };
    let plain = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    let info = signed_info(C14N, &reference("", &[ENVELOPED]));
    let info = info.replace(plain, "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519");
    let sealed = seal_by(&format!("<a>{}</a>", signature(&info, &holder, "")), &mut |info| {
        Signer::new_without_digest(&key).unwrap().sign_oneshot_to_vec(info).unwrap()
    });
    assert_eq!(outcome(&only(&world, &sealed)), PASSED);
}

/// The file of TS 119 102-2 about XML: a good signature with everything, a bad one, and what is hardly a signature.
#[test]
fn the_report_of_an_xml_signature_is_read_by_another_program() {
    let mut world = World::new(Kind::Rsa);
    let both = reference("", &[ENVELOPED]) + &reference("#claims", &[]);
    let signer = world.signer.certificate.clone();
    let good = seal(&with_properties(&world, &both, &signer, ""), &mut world);
    let bad = good.replace("<a>", "<a>1");
    let unknown = good.replace("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256");
    let file = |name: &str, xml: &str| (name.to_owned(), to_xml(&judged(&world, xml)));
    let broken = good.replace("<ds:SignatureValue>", "<ds:SignatureValue>not base64 ");
    let twice = good.replace("</a>", "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/><b/></a>");
    let files = [
        file("xml-good", &good),
        file("xml-bad", &bad),
        file("xml-unknown", &unknown),
        file("xml-broken", &broken),
        file("xml-twice", &twice),
    ];
    assert!(files[0].1.contains("XMLDSig") && files.iter().all(|(_, xml)| !xml.contains("0.0</")));
    let found = strictly_read(&files);
    assert!(found.is_empty() || found.len() == files.len());
}

/// What identifies a signature stands in its report.
#[test]
fn the_material_of_a_signature_stands_in_its_report() {
    let mut world = World::new(Kind::Gost2015);
    let World { signer, random, .. } = &mut world;
    let (key, certificate) = (&signer.key, &signer.certificate);
    let signed = sign_xml("<a/>", Form::Document, Layout::Lf, key, certificate, random).unwrap();
    let material = only(&world, &signed).material;
    assert_eq!(material.document, Some(DigestAlgorithm::Sha256.digest(signed.as_bytes())));
    let value = signed.split("SignatureValue>").nth(1).unwrap().replace("</ds:", "").replace('\n', "");
    assert_eq!(BASE64_STANDARD.encode(material.value), value);
    let written = DigestAlgorithm::Streebog512.digest(b"<a></a>");
    assert_eq!(material.claimed_digest.as_deref(), Some(written.as_bytes()));
}

fn pss(key: &PKey<Private>, hash: MessageDigest, salt: i32, info: &[u8]) -> Vec<u8> {
    let mut signer = Signer::new(hash, key).unwrap();
    signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
    signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt)).unwrap();
    signer.set_rsa_mgf1_md(hash).unwrap();
    signer.sign_oneshot_to_vec(info).unwrap()
}

#[test]
fn pss_is_read_with_its_parameters_and_the_salt_must_be_as_long_as_they_say() {
    const MORE: &str = "http://www.w3.org/2007/05/xmldsig-more#";
    let world = World::new(Kind::Rsa);
    let key = PKey::private_key_from_pkcs8(&world.signer.key.to_pkcs8_der().unwrap()).unwrap();
    let with = |method: &str| {
        let info = signed_info(C14N, &reference("", &[ENVELOPED]));
        let plain = "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>";
        assert!(info.contains(plain));
        format!("<a>{}</a>", signature(&info.replace(plain, method), &world.signer, ""))
    };
    let fixed = with(&format!("<ds:SignatureMethod Algorithm=\"{MORE}sha512-rsa-MGF1\"/>"));
    let sealed = seal_by(&fixed, &mut |info| pss(&key, MessageDigest::sha512(), 64, info));
    assert_eq!(outcome(&only(&world, &sealed)), PASSED);
    let sealed = seal_by(&fixed, &mut |info| pss(&key, MessageDigest::sha512(), 32, info));
    assert_eq!(outcome(&only(&world, &sealed)), super::BROKEN, "salt");

    let parameters = |digest: &str, salt: &str, trailer: &str| {
        let digest = format!("<ds:DigestMethod Algorithm=\"{digest}\"/>");
        with(&format!(
            "<ds:SignatureMethod Algorithm=\"{MORE}rsa-pss\"><m:RSAPSSParams xmlns:m=\"{MORE}\">{digest}\
             <m:MaskGenerationFunction Algorithm=\"{MORE}MGF1\">{digest}</m:MaskGenerationFunction><m:SaltLength>{salt}\
             </m:SaltLength><m:TrailerField>{trailer}</m:TrailerField></m:RSAPSSParams></ds:SignatureMethod>"
        ))
    };
    let sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
    let sealed = seal_by(&parameters(sha384, "20", "1"), &mut |info| pss(&key, MessageDigest::sha384(), 20, info));
    assert_eq!(outcome(&only(&world, &sealed)), PASSED);
    let zeros = BASE64_STANDARD.encode([0; 32]);
    for (digest, salt, trailer) in
        [(sha384, "20", "2"), (sha384, "513", "1"), ("urn:x", "20", "1"), (sha384, "-1", "1"), (sha384, "", "1")]
    {
        let xml = parameters(digest, salt, trailer).replace("{digest}", &zeros).replace("{value}", "AAAA");
        assert_eq!(outcome(&only(&world, &xml)), super::UNKNOWN_ALGORITHM, "{digest} {salt} {trailer}");
    }
}

#[test]
fn a_key_of_another_kind_than_the_method_names_never_fits() {
    let mut world = World::new(Kind::Gost2015);
    let info = signed_info(C14N, &reference("", &[ENVELOPED]));
    for method in [
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311",
        "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-256",
    ] {
        let info = info.replace("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", method);
        let template = format!("<a>{}</a>", signature(&info, &world.signer, ""));
        let sealed = seal(&template, &mut world);
        assert_eq!(outcome(&only(&world, &sealed)), super::BROKEN, "{method}");
    }
    let key = PrivateKey::generate_gost(Curve::Gost2015A256, &mut world.random).unwrap();
    let certificate = issued(&world, key.spki_der().unwrap());
    let holder = Holder { key, certificate };
    let mut random = crate::workshop::SeededRandom::new(3);
    let signed = sign_xml("<a/>", Form::Document, Layout::Lf, &holder.key, &holder.certificate, &mut random).unwrap();
    assert_eq!(outcome(&only(&world, &signed)), PASSED, "256 bits");
}

const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";

fn properties(digest_of: &Certificate, unsigned: &str) -> String {
    let digest = BASE64_STANDARD.encode(digest_of.sha256());
    format!(
        "<ds:Object><x:QualifyingProperties xmlns:x='{XADES}' Target='#signature'><x:SignedProperties Id='claims'>\
         <x:SignedSignatureProperties><x:SigningTime>2026-05-01T17:00:00+05:00</x:SigningTime><x:SigningCertificateV2>\
         <x:Cert><x:CertDigest><ds:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/><ds:DigestValue>{digest}\
         </ds:DigestValue></x:CertDigest></x:Cert></x:SigningCertificateV2></x:SignedSignatureProperties>\
         </x:SignedProperties>{unsigned}</x:QualifyingProperties></ds:Object>"
    )
}

fn with_properties(world: &World, references: &str, digest_of: &Certificate, unsigned: &str) -> String {
    let object = properties(digest_of, unsigned);
    format!("<a>{}</a>", signature(&signed_info(C14N, references), &world.signer, &object))
}

#[test]
fn the_claimed_time_and_the_reference_to_the_certificate_count_when_they_are_signed() {
    let mut world = World::new(Kind::Rsa);
    let both = reference("", &[ENVELOPED]) + &reference("#claims", &[]);
    let signer = world.signer.certificate.clone();
    let sealed = seal(&with_properties(&world, &both, &signer, ""), &mut world);
    let report = only(&world, &sealed);
    assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::All), "{:?}", report.checks);
    assert_eq!(report.claimed_at, Some(at("2026-05-01T12:00:00Z")));
    assert_eq!(said(&report, "signing-certificate-reference").0, Some(true));

    let other = world.ca.certificate.clone();
    let sealed = seal(&with_properties(&world, &both, &other, ""), &mut world);
    assert_eq!(outcome(&only(&world, &sealed)).2, Some("NO_SIGNING_CERTIFICATE_FOUND"));

    let sealed = seal(&with_properties(&world, &reference("", &[ENVELOPED]), &other, ""), &mut world);
    let report = only(&world, &sealed);
    assert_eq!((outcome(&report), report.claimed_at), (PASSED, None), "nobody signed the claims");
    assert_eq!(said(&report, "signing-certificate-reference").0, None);
    let another = sealed.replace("Target='#signature'", "Target='#other'");
    assert_eq!(outcome(&only(&world, &another)), super::MALFORMED);
}

#[test]
fn a_time_stamp_over_the_value_proves_when_the_signature_existed() {
    let mut world = World::new(Kind::Rsa);
    let unsigned = format!(
        "<x:UnsignedProperties><x:UnsignedSignatureProperties><x:SignatureTimeStamp><ds:CanonicalizationMethod \
         Algorithm='{EXC}'/><x:EncapsulatedTimeStamp>{{stamp}}</x:EncapsulatedTimeStamp></x:SignatureTimeStamp>\
         </x:UnsignedSignatureProperties></x:UnsignedProperties>"
    );
    let signer = world.signer.certificate.clone();
    let sealed = seal(&with_properties(&world, &reference("", &[ENVELOPED]), &signer, &unsigned), &mut world);
    let token = |octets: &[u8], world: &mut World| {
        let imprint = DigestAlgorithm::Sha256.digest(octets);
        let template = TimeStampTemplate {
            policy: oid::POLICY_TSA_GOST2015,
            imprint: &imprint,
            serial: &[0x11],
            gen_time: at("2026-05-01T12:00:03Z"),
            accuracy_seconds: None,
            nonce: None,
            certificate: CertificateWish::Embed,
            reference: CertificateReference::V2,
        };
        let World { authority, random, .. } = world;
        let token = build_time_stamp_token(&template, &authority.key, &authority.certificate, random).unwrap();
        BASE64_STANDARD.encode(token)
    };
    let document = Document::parse(sealed.as_bytes()).unwrap();
    let element = signatures(&document).0[0];
    let value = XmlSignature::read(&document, &Ids::of(&document), element).unwrap().value_element;
    let form = Canonicalization::from_uri(EXC).unwrap();
    let selection = qolhat_pki::xml::c14n::Selection::of(value);
    let octets = form.octets(&document, &selection, 10_000).unwrap();
    let stamped = sealed.replace("{stamp}", &token(&octets, &mut world));
    let report = only(&world, &stamped);
    assert_eq!(outcome(&report), PASSED, "{:?} {:?}", report.checks, report.time_stamps[0].checks);
    assert_eq!(report.proven_at, Some(at("2026-05-01T12:00:03Z")));
    assert_eq!(report.judged_at, at("2026-05-01T12:00:03Z"));

    let over_others = sealed.replace("{stamp}", &token(b"other octets", &mut world));
    let other = only(&world, &over_others);
    assert_eq!((other.proven_at, other.time_stamps.len()), (None, 1));
    assert_eq!(only(&world, &sealed.replace("{stamp}", "AAAA")).proven_at, None);
}
