//! What people and strangers do to pages: scripts in every field, double clicks, the back button, two tabs, a session
//! that ends, a signer that cancels, fails, is silent, is gone, or has the wrong key.

use base64::Engine as _;
use qolhat::demo::client::text;
use qolhat::ncalayer::Behaviour;

use super::support::{Browser, Setup, path_of, pdf};
use crate::support::stage::{Offer, Stage};

const SCRIPT: &str = "<script>window.stolen=1</script><img src=x onerror=window.stolen=1>\"'>&";

async fn two_clients(stage: &Stage) -> Offer {
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, "Соглашение.\n").await;
    stage.joined("head-a", &offer).await;
    stage.joined("head-b", &offer).await;
    offer
}

async fn number(stage: &Stage, id: &str) -> String {
    stage.actor(id).party().number()
}

async fn stolen(browser: &Browser) -> bool {
    browser.page.execute("return window.stolen === 1", vec![]).await.unwrap().as_bool().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_write_is_text_and_never_markup() {
    let stage = Stage::set().await;
    two_clients(&stage).await;
    let seller = Browser::of(&stage, "head-a", Setup::speaking("ru")).await;
    let buyer = Browser::of(&stage, "head-b", Setup::speaking("en")).await;
    seller.log_in().await;
    buyer.log_in().await;
    let to = number(&stage, "head-b").await;
    let name = "a<script>window.stolen=1<script>&\"'.html";
    for (name, bytes) in [
        (name, format!("<html><body>{SCRIPT}</body></html>").into_bytes()),
        ("picture.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"window.stolen=1\"/>".to_vec()),
        (
            "form.pdf",
            String::from_utf8(pdf("Act"))
                .unwrap()
                .replace("/Type /Catalog", "/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")
                .into_bytes(),
        ),
        (&"ұ".repeat(250), b"long name".to_vec()),
    ] {
        // A browser writes a quotation mark in the name of an uploaded file as %22.
        let sent = name.replace('"', "%22");
        // The browser's own picker cannot be given such a name by a file system; the form is filled by its own means.
        seller.go("/documents/new").await;
        seller.fill("#recipient", &to).await;
        seller.fill("#number", SCRIPT).await;
        let script = "const [name, bytes] = arguments; const t = new DataTransfer(); t.items.add(new File([new Uint8Array(bytes)], name)); document.querySelector('#original').files = t.files;";
        let octets: Vec<serde_json::Value> = bytes.iter().map(|byte| (*byte).into()).collect();
        seller.page.execute(script, vec![name.into(), octets.into()]).await.unwrap();
        seller.click("form[action='/documents/new'] button").await;
        seller.arrive("done=drafted").await;
        seller.sign().await;
        let place = path_of(&seller.arrive("done=signed").await);
        assert!(!stolen(&seller).await, "{name}");
        for path in ["/documents", place.as_str()] {
            buyer.go(path).await;
            assert!(!stolen(&buyer).await, "{name} at {path}");
            assert!(buyer.text().await.contains(&sent) || path != place, "{name} is not shown at {path}");
            assert!(buyer.sees_no("iframe, object, embed, main script, main svg").await, "{name}");
        }
        // A file is a download with a type that nothing is made of.
        let script = "const [path, done] = arguments; fetch(path).then(r => done([r.headers.get('content-type'), r.headers.get('content-disposition'), r.headers.get('x-content-type-options')]))";
        let headers = buyer.page.execute_async(script, vec![format!("{place}/files/0").into()]).await.unwrap();
        assert_eq!(headers[0], "application/octet-stream");
        assert!(headers[1].as_str().unwrap().starts_with("attachment;"), "{headers}");
        assert_eq!(headers[2], "nosniff");
    }
    // A reason with a script is read as it was written; one with hidden characters is refused and kept in the form.
    buyer.click("details summary:has(+ form[action$='/reject'])").await;
    let script = "document.querySelector('#reject-reason').value = arguments[0]";
    buyer.page.execute(script, vec!["сома \u{202e}дұрыс емес".into()]).await.unwrap();
    buyer.click("form[action$='/reject'] button").await;
    buyer.refused("malformed-content").await;
    assert!(buyer.see("#reject-reason").await.prop("value").await.unwrap().unwrap().contains("дұрыс емес"));
    buyer.page.execute(script, vec![SCRIPT.into()]).await.unwrap();
    buyer.click("form[action$='/reject'] button").await;
    buyer.arrive("done=rejected").await;
    assert_eq!(buyer.see("#reason-shown").await.text().await.unwrap(), SCRIPT);
    assert!(!stolen(&buyer).await);
    seller.close().await;
    buyer.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_and_the_back_button_sign_once() {
    let stage = Stage::set().await;
    two_clients(&stage).await;
    let seller = Browser::of(&stage, "head-a", Setup::speaking("kk")).await;
    seller.log_in().await;
    let place = seller.draft_file(&number(&stage, "head-b").await, "act.pdf", &pdf("Act")).await;
    let twice = "const b = document.querySelector('[data-sign-start]'); b.click(); b.click(); b.click();";
    seller.see("[data-sign-start]:not([hidden])").await;
    seller.page.execute(twice, vec![]).await.unwrap();
    seller.arrive("done=signed").await;
    assert_eq!(seller.state().await, "received");
    seller.page.back().await.unwrap();
    seller.see("#state").await;
    assert_eq!(seller.state().await, "received", "the page behind is drawn anew");
    assert!(seller.sees_no("[data-sign]").await);
    // A form that was kept from before is told that it is too late.
    let script = "const [path, tag, cms, done] = arguments; const f = new FormData(); f.append('as', tag); \
                  f.append('key', 'old-1'); f.append('cms', cms); fetch(path + '/sign', {method: 'POST', body: f})\
                  .then(r => r.text()).then(t => done((t.match(/data-code=\"([a-z-]+)\"/) || [])[1]))";
    let tag = seller.see("input[name=as]").await.attr("value").await.unwrap().unwrap();
    let cms = base64::prelude::BASE64_STANDARD.encode(stage.sign(&stage.actor("head-a").sign, &pdf("Act")));
    let script_arguments = vec![place.clone().into(), tag.into(), cms.into()];
    let code = seller.page.execute_async(script, script_arguments).await.unwrap();
    assert!(["not-the-recipient", "document-state"].contains(&code.as_str().unwrap()), "{code}");
    let api = stage.log_in(&stage.actor("head-a").auth).await;
    let view = api.get(&format!("/api/v1{place}")).await.unwrap();
    assert_eq!(view["signatures"].as_array().unwrap().len(), 1);
    seller.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_as_two_people_do_not_act_for_each_other() {
    let stage = Stage::set().await;
    two_clients(&stage).await;
    let browser = Browser::of(&stage, "head-a", Setup::speaking("ru")).await;
    browser.log_in().await;
    let place = browser.draft_file(&number(&stage, "head-b").await, "a.txt", b"text").await;
    // In another tab somebody else logs in; the first tab's form is still that of the first person.
    let other = stage.log_in(&stage.actor("head-b").auth).await;
    let cookie = serde_json::json!({"name": "qolhat_session", "value": other.token().unwrap(), "url": stage.base, "httpOnly": true});
    browser.developer("Network.setCookie", cookie).await;
    // What is to be signed is not given to the second person, so nothing is signed; and the form as it stands is refused.
    browser.sign().await;
    browser.signing("failed").await;
    browser.page.execute("document.querySelector('form[data-sign]').submit()", vec![]).await.unwrap();
    browser.refused("other-session").await;
    browser.go(&place).await;
    browser.refused("document-unknown").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_in_the_middle_loses_nothing_that_was_typed() {
    let stage = Stage::set().await;
    two_clients(&stage).await;
    let seller = Browser::of(&stage, "head-a", Setup::speaking("ru")).await;
    let buyer = Browser::of(&stage, "head-b", Setup::speaking("ru")).await;
    seller.log_in().await;
    let place = seller.send_file(&number(&stage, "head-b").await, "a.txt", b"text").await;
    buyer.log_in().await;
    buyer.go(&place).await;
    buyer.click("details summary:has(+ form[action$='/reject'])").await;
    buyer.fill("#reject-reason", "Сумма & объём = неверны +1").await;
    buyer.developer("Network.deleteCookies", serde_json::json!({"name": "qolhat_session", "url": stage.base})).await;
    buyer.click("form[action$='/reject'] button").await;
    buyer.refused("login-required").await;
    buyer.sign().await;
    buyer.click("form[action$='/reject'] button").await;
    buyer.arrive("done=rejected").await;
    assert_eq!(buyer.see("#reason-shown").await.text().await.unwrap(), "Сумма & объём = неверны +1");
    seller.close().await;
    buyer.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_that_cancels_fails_is_silent_or_gone_is_told_in_plain_words() {
    let stage = Stage::set().await;
    two_clients(&stage).await;
    let browser = Browser::of(&stage, "head-a", Setup::speaking("kk")).await;
    let signer = browser.signer.clone().unwrap();
    browser.go("/login").await;
    signer.order(Behaviour::Cancel, 1);
    browser.sign().await;
    browser.signing("cancelled").await;
    signer.order(Behaviour::Fail, 1);
    browser.sign().await;
    browser.signing("failed").await;
    // Silence: the person waits, and closes.
    signer.order(Behaviour::Silence, 1);
    browser.sign().await;
    browser.signing("waiting").await;
    browser.click("[data-sign-cancel]").await;
    browser.signing("cancelled").await;
    browser.log_in().await;
    browser.close().await;

    let alone = Browser::open(&stage, None, Setup::speaking("ru")).await;
    alone.go("/login").await;
    alone.sign().await;
    alone.signing("failed").await;
    assert!(alone.see("[data-sign-status]").await.text().await.unwrap().contains("NCALayer"));
    alone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_key_is_refused_with_its_reason_and_the_right_one_then_works() {
    let stage = Stage::set().await;
    two_clients(&stage).await;
    let browser = Browser::of(&stage, "head-a", Setup::speaking("ru")).await;
    browser.log_in().await;
    let place = browser.draft_file(&number(&stage, "head-b").await, "a.txt", b"text").await;
    // Somebody else's signature over the same octets, brought as a file: the signer would not have offered that key.
    let cms = stage.sign(&stage.actor("head-b").sign, b"text");
    browser.click("form[data-sign] details summary").await;
    browser.choose_file("input[name=cms_file]", "other.p7s", &cms).await;
    browser.click("form[data-sign] details button").await;
    browser.refused("signer-is-not-the-caller").await;
    // Garbage, and nothing at all.
    browser.click("form[data-sign] details summary").await;
    browser.choose_file("input[name=cms_file]", "garbage.p7s", b"garbage").await;
    browser.click("form[data-sign] details button").await;
    browser.refused("malformed-cms").await;
    browser.go(&place).await;
    browser.sign().await;
    browser.arrive("done=signed").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_from_another_site_and_the_id_of_another_party_do_nothing() {
    let stage = Stage::set().await;
    let offer = two_clients(&stage).await;
    let (seller, client) = (stage.actor("head-a"), stage.log_in(&stage.actor("head-a").auth).await);
    let act = stage.recorded_act((&seller, &client), &stage.actor("head-b"), "5").await;
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let cookie = format!("qolhat_session={}", client.token().unwrap());
    let post = |path: String, origin: &'static str| {
        http.post(format!("{}{path}", stage.base))
            .header("cookie", &cookie)
            .header("origin", origin)
            .body("as=x&key=y&reason=z")
            .header("content-type", "application/x-www-form-urlencoded")
            .send()
    };
    for path in [format!("/documents/{act}/withdraw"), "/language".into(), "/logout".into(), "/login".into()] {
        let answer = post(path.clone(), "https://evil.example").await.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
        assert!(answer.text().await.unwrap().contains("data-code=\"cross-site-request\""));
    }
    let view = client.get(&format!("/api/v1/documents/{act}")).await.unwrap();
    assert_eq!(view["state"], "received");
    // A PDF, so that every address of a document has something to give, with its real signature and receipt.
    let drawn = pdf("Act");
    let cms = stage.sign(&seller.sign, &drawn);
    let sent = stage.send(&client, "arbitrary-file", &stage.actor("head-b"), &drawn, Some(cms)).await.unwrap();
    let drawn = text(&sent, "document_id").unwrap();
    let view = client.get(&format!("/api/v1/documents/{drawn}")).await.unwrap();
    let (signature, receipt) = (&view["signatures"][0]["id"], &view["receipts"][0]["number"]);
    let (_, person) = stage.joined("person", &offer).await;
    for (who, status) in [(&client, 200), (&person, 404)] {
        let cookie = format!("qolhat_session={}", who.token().unwrap());
        for path in [
            String::new(),
            "/files/0".into(),
            "/files/0/pages/1".into(),
            format!("/signatures/{}", signature.as_str().unwrap()),
            format!("/receipts/{receipt}"),
        ] {
            let url = format!("{}/documents/{drawn}{path}", stage.base);
            let answer = http.get(url).header("cookie", &cookie).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{path}");
        }
    }
}

/// A refused form is answered at an address that shows nothing when it is read: the language is changed from there too.
#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_changed_on_the_page_of_a_refused_form() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, "Соглашение.\n").await;
    let browser = Browser::of(&stage, "head-b", Setup::speaking("kk")).await;
    browser.log_in().await;
    let send = "const f = document.createElement('form'); f.method = 'post'; f.action = arguments[0]; \
                document.body.append(f); f.submit();";
    for address in
        ["/documents/01a2027b-d88a-74f0-8816-a37ad3ebb08f/sign".to_owned(), format!("/offers/{}/consent", offer.id)]
    {
        browser.go("/documents").await;
        browser.page.execute(send, vec![address.clone().into()]).await.unwrap();
        browser.see("[data-code]").await;
        let back = browser.see("input[name=return]").await.attr("value").await.unwrap().unwrap();
        assert_eq!(back, "/", "{address}");
    }
    browser.close().await;
}
