//! The main job by three people in three browsers, once in each language.

use fantoccini::Locator;

use super::support::{Browser, Setup, path_of, pdf};
use crate::support::stage::{AGREEMENT, Stage};

/// Keeps: REG-06, REG-09, REG-12, FLW-01 to FLW-05, SIG-14, CMP-02 to CMP-06, JRN-10
async fn the_main_job(language: &'static str) {
    let stage = Stage::set().await;
    let setup = Setup::speaking(language);
    let officer = Browser::of(&stage, "officer", setup).await;
    let seller = Browser::of(&stage, "head-a", setup).await;
    let buyer = Browser::of(&stage, "head-b", setup).await;

    // The officer publishes an offer: texts, preview, publication.
    officer.log_in().await;
    officer.go("/officer/offers/new").await;
    officer.fill("#title", "Құжат айналымы туралы келісім").await;
    officer.fill("#text-ru", AGREEMENT).await;
    officer.fill("#text-kk", "Келісім.\n1. Тараптар құжат алмасады.\n").await;
    officer.click("button[name=step][value=preview]").await;
    officer.click("button[name=step][value=publish]").await;
    let offer = path_of(&officer.arrive("/officer/offers/0").await);
    let offer = offer.rsplit('/').next().unwrap().to_owned();

    // Both read and accept it.
    for client in [&seller, &buyer] {
        client.log_in().await;
        client.accept_offer(&offer).await;
        assert_eq!(client.state().await, "received");
    }

    // An act goes out, is seen as pictures, and is countersigned.
    let bin = stage.actor("head-b").party().number();
    let act = seller.send_file(&bin, "act-1.pdf", &pdf("Act No. 1")).await;
    assert_eq!(seller.state().await, "received");
    buyer.go("/documents").await;
    buyer.click(&format!("a[href='{act}']")).await;
    buyer.see("img.sheet").await;
    buyer.sign().await;
    buyer.arrive("done=signed").await;
    assert_eq!(buyer.state().await, "accepted");
    seller.go(&act).await;
    assert_eq!(seller.state().await, "accepted");
    assert_eq!(seller.page.find_all(Locator::Css("#conditions > ul > li.ok")).await.unwrap().len(), 4);

    // Another is refused, and the sender reads why.
    let rejected = seller.send_file(&bin, "act-2.pdf", &pdf("Act No. 2")).await;
    buyer.go(&rejected).await;
    buyer.click("details summary:has(+ form[action$='/reject'])").await;
    buyer.fill("#reject-reason", "Көлемі сәйкес емес <b>№ 2</b>").await;
    buyer.click("form[action$='/reject'] button").await;
    buyer.arrive("done=rejected").await;
    seller.go(&rejected).await;
    assert_eq!(seller.state().await, "rejected");
    assert_eq!(seller.see("#reason-shown").await.text().await.unwrap(), "Көлемі сәйкес емес <b>№ 2</b>");

    // The buyer reports his signing key; it is suspended, and the officer annuls it.
    buyer.go("/certificates").await;
    buyer.click("a[href$='/compromise']").await;
    buyer.fill("#circumstances", "Флешка жоғалды").await;
    buyer.page.execute("document.querySelector('#since').value = '2026-11-22T13:30'", vec![]).await.unwrap();
    buyer.click("#confirm").await;
    buyer.click("form[action$='/compromise'] button").await;
    buyer.see("[data-done=compromise-reported]").await;
    buyer.go("/documents").await;
    buyer.refused("key-compromised").await;
    officer.go("/officer/compromises").await;
    officer.click("a[href^='/officer/compromises/0']").await;
    officer.click("#confirm").await;
    officer.click("form:has(input[value=annul]) button").await;
    officer.see("[data-case-state=annulled]").await;

    // An extract is prepared, signed by the officer, downloaded, and judged on the public page.
    officer.go("/officer/extracts/new").await;
    let ids = [&act, &rejected].map(|path| path.rsplit('/').next().unwrap().to_owned()).join("\n");
    officer.fill("#documents", &ids).await;
    officer.fill("#asked-by", &stage.actor("head-a").party().key()).await;
    officer.fill("#ground", "№ 7 сұрау").await;
    officer.fill("#scope", "Екі акт").await;
    officer.click("form[action='/officer/extracts/new'] button").await;
    officer.arrive("/officer/extracts/0").await;
    officer.sign().await;
    let link = officer.see("a[download][href$='/file']").await;
    let path = link.attr("href").await.unwrap().unwrap();
    let extract = fetch(&officer, &path).await;
    let court = Browser::open(&stage, None, setup).await;
    court.go("/verify").await;
    court.choose_file("#file", "extract.asice", &extract).await;
    court.click("form[action='/verify'] button").await;
    assert_eq!(court.see("[data-indication]").await.attr("data-indication").await.unwrap().unwrap(), "TOTAL-PASSED");
    for browser in [officer, seller, buyer, court] {
        browser.close().await;
    }
}

/// A download, by the page's own means and cookies.
pub async fn fetch(browser: &Browser, path: &str) -> Vec<u8> {
    use base64::Engine as _;
    let script = "const [path, done] = arguments; fetch(path).then(r => r.arrayBuffer()).then(b => { let s = ''; \
                  for (const x of new Uint8Array(b)) s += String.fromCharCode(x); done(btoa(s)); })";
    let text = browser.page.execute_async(script, vec![path.into()]).await.unwrap();
    base64::prelude::BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_kazakh_two_parties_conclude_exchange_refuse_and_a_court_verifies() {
    the_main_job("kk").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_russian_two_parties_conclude_exchange_refuse_and_a_court_verifies() {
    the_main_job("ru").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_english_two_parties_conclude_exchange_refuse_and_a_court_verifies() {
    the_main_job("en").await;
}
