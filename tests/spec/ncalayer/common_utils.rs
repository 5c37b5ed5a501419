//! `kz.gov.pki.knca.commonUtils`, as older pages use it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat_pki::armor;
use qolhat_pki::digest::DigestAlgorithm;
use serde_json::{Value, json};

use super::support::{Bench, verified};

/// Keeps: SIG-08
#[tokio::test(flavor = "multi_thread")]
async fn every_method_signs_with_the_key_of_the_type_asked_for() {
    let bench = Bench::set().await;
    bench.signer.choose("head-a");
    let mut page = bench.page().await;
    let digest = DigestAlgorithm::Streebog512.digest(b"11\n");
    let hash = BASE64_STANDARD.encode(digest.as_bytes());
    for (key_type, position) in [("SIGNATURE", 0), ("AUTHENTICATION", 1), ("whatever", 0)] {
        let certificate = bench.certificate_of("head-a", position);
        for (method, args, content) in [
            ("createCAdESFromBase64", json!(["PKCS12", key_type, "MTEK", true]), Some(&b"11\n"[..])),
            ("createCAdESFromBase64", json!(["PKCS12", key_type, "MTEK", false]), None),
            ("createCMSSignatureFromBase64", json!(["PKCS12", key_type, "MTEK", true]), Some(b"11\n")),
            ("createCAdESFromBase64Hash", json!(["PKCS12", key_type, hash]), None),
        ] {
            let answer = page.call(method, args).await;
            assert_eq!(answer["code"], "200", "{answer}");
            let base64 = answer["responseObject"].as_str().unwrap();
            assert!(!base64.contains(char::is_whitespace));
            assert_eq!(verified(base64, digest.as_bytes(), &certificate).content(), content, "{method}");
        }
    }
}

/// Keeps: SIG-08
#[tokio::test]
async fn the_facts_of_a_key_come_under_the_names_of_the_original() {
    let (today, recorded) = (Bench::set().await, Bench::of_version_1_2().await);
    today.signer.choose("head-b");
    let answer = today.page().await.call("getKeyInfo", json!(["PKCS12"])).await;
    let (info, certificate) = (&answer["responseObject"], today.certificate_of("head-b", 0));
    let id = hex::encode(certificate.subject_key_id().unwrap());
    for (name, value) in [
        ("alias", id.as_str()),
        ("keyId", &id),
        ("algorithm", "ECGOST3410-2015-512"),
        ("subjectCn", "ЖҮНІСОВА ГҮЛНӘР"),
        ("issuerCn", "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) DEMO"),
        ("serialNumber", &certificate.serial_hex()),
        // From a day before the world was made, at ten in UTC+5.
        ("certNotBefore", "21.11.2026 12:00:00"),
        ("certNotAfter", "22.11.2027 12:00:00"),
    ] {
        assert_eq!(info[name], value, "{name}");
    }
    let subject = info["subjectDn"].as_str().unwrap();
    assert!(subject.starts_with("CN=ЖҮНІСОВА ГҮЛНӘР,SURNAME=ЖҮНІСОВА,SERIALNUMBER=IIN840217400407,C=KZ"), "{subject}");
    assert!(subject.contains(",OU=BIN210940002309") && subject.contains(",G=МАРАТҚЫЗЫ"), "{subject}");
    assert_eq!(info["authorityKeyIdentifier"].as_str().unwrap().len(), 40);
    let pem = info["pem"].as_str().unwrap();
    assert!(pem.contains("\r\n") && armor::decode_any(pem.as_bytes()) == [certificate.der()], "{pem}");
    assert_eq!(info.as_object().unwrap().len(), 12);

    recorded.signer.choose("person");
    let answer = recorded.page().await.call("getKeyInfo", json!(["PKCS12"])).await;
    assert_eq!(answer["responseObject"]["algorithm"], "RSA");
    assert_eq!(answer["responseObject"]["certNotBefore"], "1795244400000");
}

#[tokio::test]
async fn a_call_that_java_would_not_make_is_refused_in_its_words() {
    let bench = Bench::set().await;
    let mut page = bench.page().await;
    let refused = |message: &str| json!({"code": "500", "message": message});
    for (method, args) in [
        ("createCAdESFromFile", json!(["PKCS12", "SIGNATURE", "/etc/hostname", true])),
        ("showFileChooser", json!(["ALL", ""])),
        ("getKeyInfo", json!([])),
        ("getKeyInfo", Value::Null),
        ("changeLocale", json!(["ru", "kk"])),
    ] {
        assert_eq!(page.call(method, args).await, refused(&format!("NoSuchMethodException {method}")));
    }
    for (method, args) in [
        ("getKeyInfo", json!([null])),
        ("createCAdESFromBase64", json!(["PKCS12", "SIGNATURE", "MTEK", "true"])),
        ("createCAdESFromBase64Hash", json!(["PKCS12", "SIGNATURE", 1])),
    ] {
        let message = format!("java.lang.IllegalArgumentException: argument type mismatch. Method: {method}");
        assert_eq!(page.call(method, args).await, refused(&message));
    }
    let answer = page.call("signXml", json!(["PKCS12", "SIGNATURE", "<a/>", "/a", "/a"])).await;
    assert_eq!(answer, refused("tbsElementXPath and signatureParentElementXPath are not supported here"));
    let answer = page.call("signXmls", json!(["PKCS12", "SIGNATURE", vec!["<a/>"; 257], "", ""])).await;
    assert_eq!(answer["code"], "500");
    let answer = page.call("createCAdESFromBase64", json!(["PKCS12", "SIGNATURE", "MT EK", false])).await;
    assert_eq!(answer, refused("Illegal base64 character 20"));
    let answer = page.call("createCAdESFromBase64", json!(["PKCS12", "SIGNATURE", "M", false])).await;
    assert_eq!(answer["code"], "500");
    let answer = page.ask(&json!({"module": "kz.gov.pki.knca.commonUtils"})).await;
    assert_eq!(answer, refused("JSONObject[\"method\"] not found."));
}

#[tokio::test]
async fn the_uuid_of_a_request_comes_back_and_the_locale_is_that_of_the_page() {
    let bench = Bench::set().await;
    let (mut page, mut other) = (bench.page().await, bench.page().await);
    let mut asked = json!({"module": "kz.gov.pki.knca.commonUtils", "method": "changeLocale", "args": ["en"]});
    for (uuid, told) in [(json!("a-1"), json!("a-1")), (json!(7), json!("7"))] {
        asked["uuid"] = uuid;
        assert_eq!(page.ask(&asked).await, json!({"code": "200", "uuid": told}));
    }
    let short = json!(["PKCS12", "SIGNATURE", "MTEK"]);
    let message = |answer: &Value| answer["message"].as_str().unwrap().to_owned();
    assert!(message(&page.call("createCAdESFromBase64Hash", short.clone()).await).contains("bytes"));
    assert!(message(&other.call("createCAdESFromBase64Hash", short).await).contains("байт"));
}
