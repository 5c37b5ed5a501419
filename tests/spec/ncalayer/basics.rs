//! `kz.gov.pki.knca.basics`, as pages of today use it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::ncalayer::Behaviour;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::tsp::TimeStampToken;
use serde_json::{Value, json};

use super::support::{Bench, cms_of, only, verified};

const CONTENT: &[u8] = "Акт № 1".as_bytes();

fn streebog(content: &[u8]) -> Vec<u8> {
    DigestAlgorithm::Streebog512.digest(content).as_bytes().to_vec()
}

fn sha256(content: &[u8]) -> Vec<u8> {
    DigestAlgorithm::Sha256.digest(content).as_bytes().to_vec()
}

fn refusal<'a>(answer: &'a Value, code: &str) -> (&'a str, &'a str) {
    assert_eq!(answer["status"], false, "{answer}");
    assert_eq!(answer["code"], code, "{answer}");
    assert_eq!(answer.as_object().unwrap().len(), 4, "{answer}");
    (answer["message"].as_str().unwrap(), answer["details"].as_str().unwrap())
}

/// Keeps: SIG-08
#[tokio::test(flavor = "multi_thread")]
async fn a_page_gets_a_detached_or_attached_signature_by_the_key_of_the_chosen_person() {
    let bench = Bench::set().await;
    let mut page = bench.page().await;
    for (id, digest) in [("head-a", streebog(CONTENT)), ("person", sha256(CONTENT))] {
        assert!(bench.signer.choose(id));
        let certificate = bench.certificate_of(id, 0);
        let answer = page.sign(cms_of(CONTENT, json!({}), json!({"extKeyUsageOids": ["1.3.6.1.5.5.7.3.4"]}))).await;
        assert!(only(&answer).starts_with("-----BEGIN CMS-----\n") && only(&answer).ends_with("-----END CMS-----\n"));
        assert_eq!(verified(only(&answer), &digest, &certificate).content(), None);
        let answer = page.sign(cms_of(CONTENT, json!({"encapsulate": true}), json!({"chain": []}))).await;
        assert_eq!(verified(only(&answer), &digest, &certificate).content(), Some(CONTENT));
    }
    assert!(!bench.signer.choose("nobody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_login_signs_when_a_page_asks_for_that_usage() {
    let bench = Bench::set().await;
    let mut page = bench.page().await;
    bench.signer.choose("head-b");
    let answer = page.sign(cms_of(CONTENT, json!({}), json!({"extKeyUsageOids": ["1.3.6.1.5.5.7.3.2"]}))).await;
    verified(only(&answer), &streebog(CONTENT), &bench.certificate_of("head-b", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_texts_give_as_many_signatures_and_the_certificate_comes_on_request() {
    let bench = Bench::set().await;
    bench.signer.choose("head-a");
    let certificate = bench.certificate_of("head-a", 0);
    let mut page = bench.page().await;
    let mut args = cms_of(b"", json!({"decode": false, "outputCert": true}), json!({}));
    args["data"] = json!(["one", "two", ""]);
    let answer = page.sign(args.clone()).await;
    let result = &answer["body"]["result"];
    let made = result["signatures"].as_array().unwrap();
    for (cms, content) in made.iter().zip(["one", "two", ""]) {
        verified(cms.as_str().unwrap(), &streebog(content.as_bytes()), &certificate);
    }
    let pem = qolhat_pki::armor::decode_any(result["certificate"].as_str().unwrap().as_bytes());
    assert_eq!((made.len(), pem), (3, vec![certificate.der().to_vec()]));
    for data in [json!([]), json!(vec!["x"; 257]), json!(["x", 1]), json!(7), Value::Null] {
        args["data"] = data;
        refusal(&page.sign(args.clone()).await, "INVALID_SIGNING_PARAMS");
    }
}

/// Keeps: SIG-08
#[tokio::test(flavor = "multi_thread")]
async fn a_digest_is_signed_when_its_length_fits_the_key_and_named_with_both_lengths_when_not() {
    let bench = Bench::set().await;
    let mut page = bench.page().await;
    let digested = json!({"digested": true});
    for (id, fits, does_not, expected) in
        [("head-a", streebog(CONTENT), sha256(CONTENT), "64"), ("person", sha256(CONTENT), streebog(CONTENT), "32")]
    {
        bench.signer.choose(id);
        let answer = page.sign(cms_of(&fits, digested.clone(), json!({}))).await;
        assert_eq!(verified(only(&answer), &fits, &bench.certificate_of(id, 0)).content(), None);
        let mut args = cms_of(&does_not, digested.clone(), json!({}));
        for (locale, word) in [("ru", "ключа"), ("kk", "кілтке"), ("en", "key")] {
            args["locale"] = json!(locale);
            let answer = page.sign(args.clone()).await;
            let (message, details) = refusal(&answer, "INVALID_SIGNING_PARAMS");
            let found = does_not.len().to_string();
            for text in [message, details] {
                assert!(text.contains(expected) && text.contains(&found), "{answer}");
            }
            assert!(message.contains(word), "{message}");
        }
    }
    let inside = cms_of(&sha256(CONTENT), json!({"digested": true, "encapsulate": true}), json!({}));
    refusal(&page.sign(inside).await, "INVALID_SIGNING_PARAMS");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_choose_among_the_keys_of_the_chosen_person_and_of_nobody_else() {
    let bench = Bench::set().await;
    bench.signer.choose("head-a");
    let mut page = bench.page().await;
    let own = bench.certificate_of("head-a", 1);
    let facts = own.subject_facts();
    let all = json!({
        "extKeyUsageOids": ["1.3.6.1.5.5.7.3.2", "1.2.398.3.3.4.1.2.1"],
        "iin": facts.iin, "bin": facts.bin, "serialNumber": own.serial_hex().to_uppercase(),
    });
    let answer = page.sign(cms_of(CONTENT, json!({}), all)).await;
    verified(only(&answer), &streebog(CONTENT), &own);

    let other = bench.certificate_of("head-b", 0).subject_facts();
    let other_iin = other.iin.unwrap();
    for (filters, told) in [
        (json!({"iin": other_iin}), format!("iin = {other_iin}")),
        (json!({"bin": other.bin}), format!("bin = {}", other.bin.unwrap())),
        (json!({"serialNumber": "1f"}), "serialNumber = 1f".to_owned()),
        (json!({"extKeyUsageOids": ["1.3.6.1.5.5.7.3.4", "1.2.398.3.3.4.1.2.5"]}), "1.2.398.3.3.4.1.2.5".to_owned()),
    ] {
        let answer = page.sign(cms_of(CONTENT, json!({}), filters)).await;
        let (message, details) = refusal(&answer, "SIGNING_FAILURE");
        assert!(message.contains(&told) && details.contains(&told), "{answer}");
        assert!(message.contains("ОМАРОВ"), "{message}");
    }
    let empty = page.sign(cms_of(CONTENT, json!({}), json!({"iin": "", "bin": null, "extKeyUsageOids": []}))).await;
    verified(only(&empty), &streebog(CONTENT), &bench.certificate_of("head-a", 0));
    for wrong in [json!({"iin": 1}), json!({"extKeyUsageOids": "x"}), json!({"extKeyUsageOids": ["x"]}), json!(1)] {
        refusal(&page.sign(cms_of(CONTENT, json!({}), wrong)).await, "INVALID_SIGNING_PARAMS");
    }
}

/// Keeps: SIG-10
#[tokio::test(flavor = "multi_thread")]
async fn a_time_stamp_is_added_when_a_page_asks_for_one_and_an_authority_is_known() {
    let stage = crate::support::stage::Stage::set().await;
    let tsp = format!("{}/tsp", stage.world.responders_url());
    let (bench, without) = (Bench::stamping(&stage.world, &tsp).await, Bench::set().await);
    for (id, digest) in [("head-a", streebog(CONTENT)), ("person", sha256(CONTENT))] {
        let (mut page, asked) = (bench.page().await, cms_of(CONTENT, json!({"tsaProfile": {}}), json!({})));
        bench.signer.choose(id);
        let cms = verified(only(&page.sign(asked.clone()).await), &digest, &bench.certificate_of(id, 0));
        let signer = &cms.signer_infos()[0];
        let [token] = signer.signature_time_stamps()[..] else { panic!("no time stamp") };
        let token = TimeStampToken::from_der(token).unwrap();
        assert!(token.info().message_imprint.is_of(signer.signature()));

        let unasked = page.sign(cms_of(CONTENT, json!({"tsaProfile": null}), json!({}))).await;
        let cms = verified(only(&unasked), &digest, &bench.certificate_of(id, 0));
        assert!(!cms.signer_infos()[0].has_signature_time_stamp());
        let answer = page.call("createCMSSignatureFromBase64", json!(["PKCS12", "SIGNATURE", "MTEK", false])).await;
        let cms = verified(answer["responseObject"].as_str().unwrap(), &digest_of(id), &bench.certificate_of(id, 0));
        assert!(cms.signer_infos()[0].has_signature_time_stamp());

        without.signer.choose(id);
        let unknown = without.page().await.sign(asked).await;
        let cms = verified(only(&unknown), &digest, &without.certificate_of(id, 0));
        assert!(!cms.signer_infos()[0].has_signature_time_stamp());
    }
    let silent = Bench::stamping(&stage.world, "http://127.0.0.1:9/tsp").await;
    let answer = silent.page().await.sign(cms_of(CONTENT, json!({"tsaProfile": {}}), json!({}))).await;
    assert!(refusal(&answer, "SIGNING_FAILURE").1.contains("127.0.0.1:9"), "{answer}");
}

/// Of the data in the recorded requests.
fn digest_of(id: &str) -> Vec<u8> {
    let content = BASE64_STANDARD.decode("MTEK").unwrap();
    if id == "person" { sha256(&content) } else { streebog(&content) }
}

/// Keeps: SIG-08
#[tokio::test(flavor = "multi_thread")]
async fn the_next_requests_are_cancelled_fail_or_stay_without_an_answer_as_ordered() {
    let bench = Bench::set().await;
    let mut page = bench.page().await;
    let asked = cms_of(CONTENT, json!({}), json!({}));
    bench.signer.order(Behaviour::Cancel, 2);
    // What shows no window does not count.
    page.call("getActiveTokens", json!([])).await;
    refusal(&page.sign(json!({"format": "doc"})).await, "INVALID_SIGNING_PARAMS");
    assert_eq!(page.sign(asked.clone()).await, json!({"status": true, "body": {}}));
    let cancelled = page.call("getKeyInfo", json!(["PKCS12"])).await;
    assert_eq!(cancelled, json!({"code": "500", "message": "action.canceled"}));
    only(&page.sign(asked.clone()).await);

    bench.signer.order(Behaviour::Fail, 2);
    refusal(&page.sign(asked.clone()).await, "SIGNING_FAILURE");
    let failed = page.call("createCAdESFromBase64", json!(["PKCS12", "SIGNATURE", "MTEK", false])).await;
    assert_eq!(failed["code"], "500");
    assert!(failed["message"].as_str().unwrap().len() > 10);

    bench.signer.order(Behaviour::Silence, 1);
    page.say(&json!({"module": "kz.gov.pki.knca.basics", "method": "sign", "args": asked.clone()}).to_string()).await;
    assert!(page.is_silent().await);
    page.say("--heartbeat--").await;
    assert_eq!(page.hear().await.as_deref(), Some("--heartbeat--"));
    only(&page.sign(asked.clone()).await);

    bench.signer.order(Behaviour::Cancel, 5);
    bench.signer.order(Behaviour::Sign, 1);
    only(&page.sign(asked).await);
}

#[tokio::test]
async fn what_is_no_request_gets_the_answer_of_the_original_and_the_connection_lives_on() {
    let bench = Bench::set().await;
    let (mut page, greeting) = bench.connect(false, &[]).await.unwrap();
    assert_eq!(greeting, json!({"result": {"version": "1.4"}}));
    let unwrapped = json!({"success": false, "code": "COMMON_JSON_WRAPPING_EXCEPTION"});
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    for text in ["", "{", "[]", "null", "\"x\"", "{\"module\":}", deep.as_str()] {
        assert_eq!(page.ask_raw(text).await, unwrapped, "{text:.40}");
    }
    let unknown = json!({"success": false, "errorCode": "MODULE_NOT_FOUND"});
    for request in [json!({}), json!({"module": 1}), json!({"module": "kz.gov.pki.knca.applet.Applet", "method": "x"})]
    {
        assert_eq!(page.ask(&request).await, unknown);
    }
    let module = "kz.gov.pki.knca.basics";
    for request in [
        json!({"module": module}),
        json!({"module": module, "method": "generateCsr", "args": {}}),
        json!({"module": module, "method": "sign"}),
        json!({"module": module, "method": "sign", "args": []}),
    ] {
        let answer = page.ask(&request).await;
        assert_eq!(refusal(&answer, "GENERAL_ERROR").0, "General error.", "{request}");
    }
    for signing in [json!({"decode": "yes"}), json!({"digested": 1}), json!({"encapsulate": {}})] {
        refusal(&page.sign(cms_of(CONTENT, signing, json!({}))).await, "INVALID_SIGNING_PARAMS");
    }
    let mut args = cms_of(CONTENT, json!({}), json!({}));
    args["data"] = json!("не base64");
    refusal(&page.sign(args).await, "INVALID_SIGNING_PARAMS");
}

/// Keeps: SIG-08
#[tokio::test(flavor = "multi_thread")]
async fn xml_comes_back_with_a_signature_without_line_breaks_in_it() {
    let bench = Bench::set().await;
    bench.signer.choose("head-a");
    let mut page = bench.page().await;
    let xml = |data: Value, decode: bool| json!({"format": "xml", "data": data, "signingParams": {"decode": decode}});
    let answer = page.sign(xml(json!("<a>\u{0431}</a>"), false)).await;
    let signed = only(&answer);
    assert!(
        signed.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><a>\u{0431}<ds:Signature ")
    );
    assert!(signed.ends_with("</ds:Signature></a>") && !signed.contains(['\n', '\r']), "{signed}");
    let digest = BASE64_STANDARD.encode(streebog("<a>\u{0431}</a>".as_bytes()));
    assert!(signed.contains(&format!("<ds:DigestValue>{digest}</ds:DigestValue>")), "{signed}");
    let certificate = BASE64_STANDARD.encode(bench.certificate_of("head-a", 0).der());
    assert!(signed.contains(&format!("<ds:X509Certificate>{certificate}</ds:X509Certificate>")));

    let several = page.sign(xml(json!([BASE64_STANDARD.encode("<a/>"), "PGIvPg=="]), true)).await;
    assert_eq!(several["body"]["result"].as_array().unwrap().len(), 2);
    bench.signer.order(Behaviour::Cancel, 1);
    let answer = page.sign(xml(json!(["<a/>", "<a>"]), false)).await;
    assert!(refusal(&answer, "SIGNING_FAILURE").1.starts_with("org.xml.sax.SAXParseException; "), "{answer}");
    assert_eq!(page.sign(xml(json!("<a/>"), false)).await, json!({"status": true, "body": {}}));
    refusal(&page.sign(xml(json!("/w=="), true)).await, "INVALID_SIGNING_PARAMS");
}
