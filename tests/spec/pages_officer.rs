//! The officer's pages, and those of certificates, people and extracts, as a browser sees them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod destruction;
mod prunings;
mod talk;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::demo::client::Client;
use qolhat::domain::time::format_field;
use qolhat::i18n::{Language, has_key, text};
use qolhat_pki::time::Span;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN};
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use sha2::{Digest as _, Sha256};

use crate::support::extracts::judged;
use crate::support::stage::{AGREEMENT, Offer, Stage};

static HTTP: LazyLock<reqwest::Client> =
    LazyLock::new(|| reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap());

/// Nobody's page runs this.
const SCRIPT: &str = "<script>alert('қ')</script>\"'&";
const ESCAPED: &str = "&#60;script&#62;alert(&#39;қ&#39;)&#60;/script&#62;&#34;&#39;&#38;";

/// A person's browser: a session's cookie and a language.
#[derive(Clone)]
struct Browser {
    base: String,
    token: Option<String>,
    language: Language,
}

/// A page as it was read.
struct Page {
    status: StatusCode,
    location: String,
    body: String,
}

impl Browser {
    fn of(stage: &Stage, client: Option<&Client>) -> Self {
        let token = client.and_then(Client::token).map(str::to_owned);
        Self { base: stage.base.clone(), token, language: Language::Ru }
    }

    fn in_language(&self, language: Language) -> Self {
        Self { language, ..self.clone() }
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let token = self.token.as_ref().map(|token| format!("; qolhat_session={token}")).unwrap_or_default();
        let cookies = format!("qolhat_language={}{token}", self.language.code());
        HTTP.request(method, format!("{}{path}", self.base)).header(COOKIE, cookies)
    }

    async fn get(&self, path: &str) -> Page {
        read(self.request(reqwest::Method::GET, path)).await
    }

    async fn bytes(&self, path: &str) -> (String, Vec<u8>) {
        let response = self.request(reqwest::Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let kind = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
        (kind, response.bytes().await.unwrap().to_vec())
    }

    /// Sends the form of `page` that goes to `action`, its hidden fields with `fields` over them.
    async fn submit(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        self.submit_from(page, action, fields, &self.base).await
    }

    async fn submit_from(&self, page: &Page, action: &str, fields: &[(&str, &str)], origin: &str) -> Page {
        let mut form = Form::new();
        let hidden = hidden(page, action);
        let kept = hidden.iter().filter(|(name, _)| !fields.iter().any(|(known, _)| known == name));
        for (name, value) in kept {
            form = form.text(name.clone(), value.clone());
        }
        for (name, value) in fields {
            form = match name.strip_prefix("file:") {
                Some(name) => form.part(name.to_owned(), Part::bytes(value.as_bytes().to_vec()).file_name("t.txt")),
                None => form.text((*name).to_owned(), (*value).to_owned()),
            };
        }
        read(self.request(reqwest::Method::POST, action).header(ORIGIN, origin).multipart(form)).await
    }
}

async fn read(request: reqwest::RequestBuilder) -> Page {
    let response = request.send().await.unwrap();
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(!header(CONTENT_SECURITY_POLICY).contains("unsafe-"));
    let (status, location) = (response.status(), header(LOCATION).to_owned());
    Page { status, location, body: response.text().await.unwrap() }
}

/// The hidden fields of the form that goes to `action`.
fn hidden(page: &Page, action: &str) -> Vec<(String, String)> {
    let start = format!("method=\"post\" action=\"{action}\"");
    let form = page.body.split(&start).nth(1).unwrap_or_else(|| panic!("no form to {action} in {}", page.body));
    let form = form.split("</form>").next().unwrap();
    let attribute =
        |tag: &str, name: &str| Some(unescaped(tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?));
    let inputs = form.split("<input type=\"hidden\"").skip(1).map(|rest| {
        let tag = rest.split('>').next().unwrap();
        (attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap())
    });
    let areas = form.split("<textarea").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>').unwrap();
        let text = rest.split("</textarea>").next().unwrap();
        tag.contains(" hidden").then(|| (attribute(tag, "name").unwrap(), unescaped(&text[1..])))
    });
    inputs.chain(areas).collect()
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    text.replace("&#38;", "&")
}

impl Page {
    fn heading(&self) -> String {
        let mut headings = self.body.split("<h1>").skip(1);
        let heading = headings.next().unwrap_or_else(|| panic!("no heading in {}", self.body));
        assert!(headings.next().is_none(), "two headings");
        unescaped(heading.split("</h1>").next().unwrap())
    }

    fn says(&self, what: &str) -> bool {
        self.body.contains(what)
    }

    /// The stable code of the problem that is shown.
    fn problem(&self) -> &str {
        self.body.split("data-code=\"").nth(1).map(|rest| rest.split('"').next().unwrap()).unwrap_or("no problem")
    }
}

/// The stage with an offer in force.
async fn opened() -> (Stage, Client, Offer) {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    (stage, officer, offer)
}

#[test]
fn every_text_of_these_pages_exists_in_three_languages() {
    const OURS: [&str; 13] = [
        "page-pruning",
        "page-destruction-",
        "page-hold",
        "page-officer-",
        "page-clock-",
        "page-confirm-",
        "page-journal-",
        "page-certificate",
        "page-compromise-",
        "page-people-",
        "page-extract-",
        "page-extracts-",
        "page-typed-",
    ];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut seen = 0;
    for part in ["templates", "pages", "pages/officer"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(source) = std::fs::read_to_string(&path) else { continue };
            for key in source.split('"').filter(|key| OURS.iter().any(|family| key.starts_with(family))) {
                let plain = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
                if plain && !key.ends_with('-') {
                    assert!(has_key(Language::Kk, key), "{key} in {}", path.display());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 200, "the templates moved elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_in_three_languages_for_whom_it_is_and_for_nobody_else() {
    let (stage, officer, offer) = opened().await;
    let (_, client) = stage.joined("head-a", &offer).await;
    let of_officer = [
        ("/officer", "page-officer-home-title"),
        ("/officer/offers", "page-officer-offers-title"),
        ("/officer/offers/new", "page-officer-offer-new"),
        ("/officer/compromises", "page-officer-cases-title"),
        ("/officer/extracts", "page-officer-extracts-title"),
        ("/officer/extracts/new", "page-officer-extract-new"),
        ("/officer/holds", "page-holds-title"),
        ("/officer/prunings", "page-prunings-title"),
        ("/officer/journal", "page-journal-title"),
        ("/certificates", "page-certificates-title"),
    ];
    let of_client = [
        ("/certificates", "page-certificates-title"),
        ("/people", "page-people-title"),
        ("/extracts", "page-extracts-title"),
    ];
    let (officer, client) = (Browser::of(&stage, Some(&officer)), Browser::of(&stage, Some(&client)));
    let stranger = Browser::of(&stage, None);
    for (reader, pages) in [(&officer, of_officer.as_slice()), (&client, &of_client)] {
        for (path, key) in pages {
            for language in Language::ALL {
                let page = reader.in_language(language).get(path).await;
                assert_eq!((page.status, page.heading()), (StatusCode::OK, text(language, key, &[])), "{path}");
                assert!(page.says(&format!("<html lang=\"{}\">", language.code())), "{path}");
            }
            let page = stranger.get(path).await;
            assert_eq!((page.status, page.location.starts_with("/login?return=")), (StatusCode::SEE_OTHER, true));
        }
    }
    for (path, _) in of_officer.iter().filter(|(path, _)| path.starts_with("/officer")) {
        let page = client.get(path).await;
        assert_eq!((page.status, page.problem()), (StatusCode::FORBIDDEN, "not-an-officer"), "{path}");
    }
    let title = client.get(&format!("/officer/offers/{}", offer.id)).await;
    assert_eq!((title.status, title.problem()), (StatusCode::FORBIDDEN, "not-an-officer"));
    for path in ["/people", "/extracts"] {
        assert_eq!(officer.get(path).await.problem(), "not-a-client", "{path}");
    }
}

/// Keeps: REG-03, REG-04, REG-17
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_published_as_it_was_seen_and_withdrawn_once_it_is_confirmed() {
    let stage = Stage::set().await;
    let browser = Browser::of(&stage, Some(&stage.officer().await));
    let new = "/officer/offers/new";
    let form = browser.get(new).await;
    let typed = [
        ("title", SCRIPT),
        ("prevailing", "kk"),
        ("in_force_from", "2027-01-01T09:30"),
        ("text_kk", "\nБірінші жол.\r\n  Екінші <b>жол</b>.\n\n"),
        ("file:file_ru", "\u{feff}Первая строка.\r\nВторая.\r\n"),
        ("step", "preview"),
    ];
    let preview = browser.submit(&form, new, &typed).await;
    assert_eq!(preview.status, StatusCode::OK);
    let (kk, ru) = ("\nБірінші жол.\n  Екінші <b>жол</b>.\n\n", "Первая строка.\nВторая.\n");
    for text in [kk, ru] {
        assert!(preview.says(&hex::encode(Sha256::digest(text))), "{}", preview.body);
    }
    assert!(preview.says("01.01.2027 09:30:00 UTC+5") && preview.says(ESCAPED) && !preview.says("<script>alert"));
    assert!(preview.says("<li lang=\"en\">English</li>"), "what is missing is said");

    // What was not seen is shown first, and going back keeps everything.
    let shown = browser.submit(&preview, new, &[("step", "publish"), ("text_kk", "Басқа")]).await;
    assert!(shown.status == StatusCode::OK && shown.says("Басқа"), "another text is not published unseen");
    let edited = browser.submit(&preview, new, &[("step", "edit")]).await;
    assert!(edited.says("value=\"2027-01-01T09:30\"") && edited.says("Вторая.") && edited.says("Екінші &#60;b&#62;"));

    let published = browser.submit(&preview, new, &[("step", "publish")]).await;
    assert_eq!(published.status, StatusCode::SEE_OTHER, "{}", published.body);
    let offer = published.location.clone();
    let again = browser.submit(&preview, new, &[("step", "publish")]).await;
    assert_eq!(again.location, offer, "a double click publishes once");
    let id = offer.rsplit('/').next().unwrap();
    for (language, text) in [("kk", kk), ("ru", ru)] {
        let path = format!("/api/v1/offers/{id}/versions/1/texts/{language}");
        assert_eq!(stage.client.get_bytes(&path).await.unwrap(), text.as_bytes());
    }
    let shown = browser.get(&offer).await;
    assert!(shown.status == StatusCode::OK && shown.says(ESCAPED) && !shown.says("<script>alert"));

    // A second version begins with the first one's texts.
    let form = browser.get(&format!("{new}?offer={id}")).await;
    assert!(form.says("Вторая.") && form.says(&format!("name=\"offer\" value=\"{id}\"")));

    let withdraw = format!("{offer}/withdraw");
    let refused = browser.submit(&shown, &withdraw, &[]).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "missing-requisite"));
    assert!(refused.says("aria-invalid=\"true\" aria-describedby=\"problem\""));
    assert!(refused.says(&format!("name=\"return\" value=\"{offer}\"")), "the language can be changed there");
    let done = browser.submit(&shown, &withdraw, &[("confirm", "yes")]).await;
    assert_eq!((done.status, &done.location), (StatusCode::SEE_OTHER, &offer));
    let shown = browser.get(&offer).await;
    assert!(shown.says("badge bad") && !shown.says(&withdraw));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_refused_keeps_what_was_typed_and_shows_where_it_is_wrong() {
    let (stage, officer, offer) = opened().await;
    let (_, client) = stage.joined("head-a", &offer).await;
    let (officer, client) = (Browser::of(&stage, Some(&officer)), Browser::of(&stage, Some(&client)));
    let new = "/officer/offers/new";
    let form = officer.get(new).await;
    let typed = |field: &'static str, value: &'static str| {
        let mut fields = vec![("title", SCRIPT), ("prevailing", "ru"), ("text_ru", "Текст"), ("text_en", SCRIPT)];
        fields.retain(|(name, _)| *name != field && Some(*name) != field.strip_prefix("file:file").map(|_| "text_en"));
        fields.push((field, value));
        fields
    };
    let long = "x".repeat(301).leak();
    for (field, value, code) in [
        ("in_force_from", "2020-01-01T00:00", "date-invalid"),
        ("in_force_from", "завтра", "date-invalid"),
        ("prevailing", "kk", "offer-language-missing"),
        ("prevailing", "de", "malformed-content"),
        ("text_ru", "a\u{c}b", "malformed-content"),
        ("title", long, "malformed-content"),
        ("title", "", "missing-requisite"),
    ] {
        let page = officer.submit(&form, new, &typed(field, value)).await;
        assert_eq!((page.status, page.problem()), (StatusCode::UNPROCESSABLE_ENTITY, code), "{field}={value}");
        assert!(page.says(ESCAPED) && !page.says("<script>alert") && page.says("aria-invalid=\"true\""), "{field}");
    }
    let extract = "/officer/extracts/new";
    let form = officer.get(&format!("{extract}?document={SCRIPT}")).await;
    assert!(!form.says("<script>alert"));
    let known = stage.app.journal.origin();
    let many = "019b0000-0000-7000-8000-000000000000 ".repeat(201);
    for (documents, code) in [
        ("", "extract-scope-empty"),
        (SCRIPT, "document-unknown"),
        (known, "document-unknown"),
        (many.as_str(), "too-many-documents"),
    ] {
        let asker = format!("bin:{}", stage.app.operator.bin);
        let fields = [("documents", documents), ("asked_by", &*asker), ("ground", "Ұйғарым"), ("scope", SCRIPT)];
        let page = officer.submit(&form, extract, &fields).await;
        assert_eq!((page.status, page.problem()), (StatusCode::UNPROCESSABLE_ENTITY, code), "{documents}");
        assert!(page.says("value=\"Ұйғарым\"") && page.says(ESCAPED) && !page.says("<script>alert"));
    }
    let people = client.get("/people").await;
    let fields = [("iin", "123"), ("display_name", SCRIPT)];
    let page = client.submit(&people, "/people/employees", &fields).await;
    assert_eq!(page.problem(), "identifier-invalid");
    assert!(page.says("value=\"123\"") && page.says(ESCAPED) && page.says("name=\"return\" value=\"/people\""));
    let page = client.submit(&people, "/people/invitations", &[("kind", "iin"), ("party", SCRIPT)]).await;
    assert_eq!(page.problem(), "identifier-invalid");
    assert!(page.says("<option value=\"iin\" selected>") && page.says(ESCAPED) && !page.says("<script>alert"));
}

/// Keeps: CMP-02, CMP-05, CMP-06
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_reported_by_its_holder_told_at_once_and_annulled_by_the_officer() {
    let (stage, officer, offer) = opened().await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "7").await;
    let (officer, browser) = (Browser::of(&stage, Some(&officer)), Browser::of(&stage, Some(&client)));
    let list = browser.get("/certificates").await;
    let link = |pair: &qolhat::demo::client::KeyPair| {
        format!("/certificates/{}/compromise", hex::encode(Sha256::digest(pair.certificate.der())))
    };
    let (signing, login) = (link(&head.sign), link(&head.auth));
    assert!(list.says(&signing) && list.says(&login));
    let since = format_field(stage.now().checked_sub(Span::minutes(10)).unwrap());
    let form = browser.get(&signing).await;
    assert_eq!(form.status, StatusCode::OK);
    let fields = [("compromised_since", since.as_str()), ("circumstances", SCRIPT), ("confirm", "yes")];
    for (left_out, code) in [("circumstances", "missing-requisite"), ("confirm", "missing-requisite")] {
        let page = browser.submit(&form, &signing, &fields.map(|(k, v)| (k, if k == left_out { "" } else { v }))).await;
        assert_eq!((page.status, page.problem()), (StatusCode::UNPROCESSABLE_ENTITY, code), "{left_out}");
        assert!(page.says(&format!("value=\"{since}\"")) && !page.says("<script>alert"));
    }
    let future = [("compromised_since", "2030-01-01T00:00"), ("circumstances", SCRIPT), ("confirm", "yes")];
    let page = browser.submit(&form, &signing, &future).await;
    assert!(page.problem() == "compromise-in-future" && page.says("value=\"2030-01-01T00:00\"") && page.says(ESCAPED));

    // Of another key: the list tells what happens next. Of the session's own: the answer itself does.
    let reported = browser.submit(&form, &signing, &fields).await;
    assert!(reported.location.starts_with("/certificates?reported="), "{} {}", reported.status, reported.body);
    let told = browser.get(&reported.location).await;
    assert!(told.says("23.11.2026") && told.says("badge wait"), "by when: {}", told.body);
    let form = browser.get(&login).await;
    let done = browser.submit(&form, &login, &fields).await;
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(done.heading(), text(Language::Ru, "page-compromise-done-title", &[]));
    assert!(done.says("23.11.2026") && !done.says("/logout"));
    assert_eq!(browser.get("/certificates").await.problem(), "key-compromised");

    let home = officer.get("/officer").await;
    assert!(home.says("badge clock ok") && home.says("ОМАРОВ"), "the clock runs");
    let case = format!("/officer/compromises/{}", reported.location.rsplit('=').next().unwrap());
    let page = officer.get(&case).await;
    assert!(page.says(ESCAPED) && !page.says("<script>alert") && page.says(&document), "{}", page.body);
    assert!(page.says(&format!("value=\"{since}:00\"")) || page.says(&format!("value=\"{since}\"")));
    let lift = [("decision", "lift"), ("request", "")];
    assert_eq!(officer.submit(&page, &case, &lift).await.problem(), "missing-requisite");
    let unconfirmed = [("decision", "annul"), ("cut_off", since.as_str())];
    assert_eq!(officer.submit(&page, &case, &unconfirmed).await.problem(), "missing-requisite");
    let early = [("decision", "annul"), ("cut_off", "2001-01-01T00:00:00"), ("confirm", "yes")];
    let refused = officer.submit(&page, &case, &early).await;
    assert!(refused.problem() == "compromise-before-certificate" && refused.says("value=\"2001-01-01T00:00:00\""));
    // Nothing is annulled by a form that does not say so.
    for decision in ["", "Lift", "suspend"] {
        let unsaid = [("decision", decision), ("cut_off", since.as_str()), ("confirm", "yes")];
        assert_eq!(officer.submit(&page, &case, &unsaid).await.problem(), "malformed-content");
    }
    let annul = [("decision", "annul"), ("cut_off", since.as_str()), ("confirm", "yes")];
    let decided = officer.submit(&page, &case, &annul).await;
    assert_eq!((decided.status, &decided.location), (StatusCode::SEE_OTHER, &case));
    let page = officer.get(&case).await;
    assert!(page.says("badge bad") && !page.says("name=\"decision\""), "nothing more to decide");
    assert!(officer.get("/officer/compromises").await.says(&case), "decided cases stay in sight");

    // The other case is lifted at the holder's request, and he logs in again.
    let cases = officer.get("/officer/compromises").await;
    let other = cases.body.split("href=\"/officer/compromises/").nth(1).unwrap().split('"').next().unwrap();
    let other = format!("/officer/compromises/{other}");
    let page = officer.get(&other).await;
    let lifted = officer.submit(&page, &other, &[("decision", "lift"), ("request", "Хат № 5")]).await;
    assert_eq!((lifted.status, &lifted.location), (StatusCode::SEE_OTHER, &other));
    let again = Browser::of(&stage, Some(&stage.log_in(&head.auth).await));
    assert!(again.get("/certificates").await.says("badge bad"), "the annulled one is shown as such");
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_is_prepared_seen_signed_and_verifies() {
    let (stage, officer, offer) = opened().await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "7").await;
    let browser = Browser::of(&stage, Some(&officer));
    let new = "/officer/extracts/new";
    let form = browser.get(&format!("{new}?document={document}")).await;
    assert!(form.says(&document), "chosen on the page before");
    let fields =
        [("documents", document.as_str()), ("asked_by", &*head.party().key()), ("ground", SCRIPT), ("scope", SCRIPT)];
    let prepared = browser.submit(&form, new, &fields).await;
    assert_eq!(prepared.status, StatusCode::SEE_OTHER, "{}", prepared.body);
    let extract = prepared.location.clone();
    let page = browser.get(&extract).await;
    assert!(page.status == StatusCode::OK && page.says(&document) && page.says(ESCAPED) && !page.says("<script>alert"));
    let (_, manifest) = browser.bytes(&format!("{extract}/manifest")).await;
    assert!(page.says(&format!("data-sha256=\"{}\"", hex::encode(Sha256::digest(&manifest)))));
    assert!(page.says("data-iin=\"870314400102\"") && page.says("data-bin=\"230140000109\""));
    let shown = page.body.split("<pre class=\"octets\"").find(|rest| rest.contains("ASiCManifest")).unwrap();
    let shown = shown.split_once('>').unwrap().1.split("</pre>").next().unwrap();
    assert_eq!(unescaped(shown).as_bytes(), manifest, "shown octet for octet");

    let sign = |content: &[u8], pair| BASE64_STANDARD.encode(stage.sign(pair, content));
    let officer_keys = stage.actor("officer");
    for (cms, code) in [
        (sign(b"something else", &officer_keys.sign), "signature-content-mismatch"),
        (sign(&manifest, &head.sign), "signer-is-not-the-caller"),
        (String::new(), "signature-missing"),
        ("AAAA".to_owned(), "malformed-cms"),
    ] {
        let refused = browser.submit(&page, &extract, &[("cms", &cms)]).await;
        assert_eq!((refused.status, refused.problem()), (StatusCode::UNPROCESSABLE_ENTITY, code));
        assert!(refused.says("data-sign-start"), "it can be signed anew");
    }
    let cms = sign(&manifest, &officer_keys.sign);
    let signed = browser.submit(&page, &extract, &[("cms", &cms)]).await;
    assert_eq!((signed.status, &signed.location), (StatusCode::SEE_OTHER, &extract), "{}", signed.body);
    let again = browser.submit(&page, &extract, &[("cms", &cms)]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "a double click changes nothing");

    let page = browser.get(&extract).await;
    let (kind, file) = browser.bytes(&format!("{extract}/file")).await;
    assert_eq!(kind, "application/vnd.etsi.asic-e+zip");
    assert!(page.says(&hex::encode(Sha256::digest(&file))) && !page.says("data-sign-start"));
    let report = judged(&stage.app, &file, stage.now());
    assert_eq!(report.exit_code(), 0, "{:?}", report.lines(Language::En));
    assert!(browser.get("/officer/extracts").await.says(&extract));
    let other_party = Browser::of(&stage, Some(&client));
    assert_eq!(other_party.get(&format!("{extract}/file")).await.problem(), "not-an-officer");
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn the_journal_is_paged_searched_and_each_entry_is_proven() {
    let (stage, officer, offer) = opened().await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "7").await;
    for _ in 0..55 {
        stage.publish(&officer, AGREEMENT).await;
    }
    let browser = Browser::of(&stage, Some(&officer));
    let newest = browser.get("/officer/journal").await;
    let rows = |page: &Page| page.body.matches("<tr>").count() - 1;
    assert_eq!(rows(&newest), 50);
    let older = newest.body.split("before=").nth(1).unwrap().split('"').next().unwrap();
    let page = browser.get(&format!("/officer/journal?q=&before={older}")).await;
    assert!(rows(&page) > 0 && !page.says("rel=\"next\""), "the last page");
    for nonsense in ["-1", "x", "99999999999999999999"] {
        assert_eq!(browser.get(&format!("/officer/journal?before={nonsense}")).await.status, StatusCode::OK);
    }
    let found = browser.get(&format!("/officer/journal?q={document}")).await;
    assert_eq!(rows(&found), 1, "the history of one document: {}", found.body);
    let seq = found.body.split("/officer/journal/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(browser.get(&format!("/officer/journal?q={seq}")).await.location, format!("/officer/journal/{seq}"));
    assert!(browser.get("/officer/journal?q=190640001204").await.says("<tr>"), "by the BIN of a party");
    let nothing = browser.get("/officer/journal?q=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!nothing.says("<tr>") && !nothing.says("<script>alert") && nothing.says("&#60;script&#62;"));

    let page = browser.get(&format!("/officer/journal/{seq}")).await;
    let stored = stage.app.journal.entry(seq.parse().unwrap()).await.unwrap().unwrap();
    assert!(page.says(&hex::encode(stored.leaf)) && page.says(&document) && page.says("document_id"));
    let body = unescaped(&page.body);
    assert!(body.contains(std::str::from_utf8(&stored.body).unwrap()), "as it is kept");
    assert!(page.says(&text(Language::Ru, "page-journal-proof-holds", &[])) && !page.says("badge bad"));
    for (_, opening) in &stored.openings {
        assert!(page.says(&hex::encode(opening.salt)));
    }
    for missing in ["999999", "x", "-1"] {
        assert_eq!(browser.get(&format!("/officer/journal/{missing}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_added_and_counterparties_invited_from_a_page() {
    let (stage, _, offer) = opened().await;
    let (_, client) = stage.joined("head-a", &offer).await;
    let browser = Browser::of(&stage, Some(&client));
    let page = browser.get("/people").await;
    let employee = [("iin", "900625400302"), ("display_name", SCRIPT)];
    let done = browser.submit(&page, "/people/employees", &employee).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/people"), "{}", done.body);
    assert_eq!(browser.submit(&page, "/people/employees", &employee).await.status, StatusCode::SEE_OTHER);
    let page = browser.get("/people").await;
    assert!(page.says(ESCAPED) && !page.says("<script>alert"));
    let twice = browser.submit(&page, "/people/employees", &employee).await;
    assert_eq!(twice.problem(), "already-an-employee");
    let invite = [("kind", "bin"), ("party", "210940002309")];
    assert_eq!(browser.submit(&page, "/people/invitations", &invite).await.location, "/people");
    assert!(browser.get("/people").await.says("210940002309"));

    let accountant = Browser::of(&stage, Some(&stage.log_in(&stage.actor("accountant-a").auth).await));
    let page = accountant.get("/people").await;
    assert!(
        page.status == StatusCode::OK && !page.says("action=\"/people/employees\""),
        "who may not add is not asked"
    );
    // A person who is no client yet has certificates all the same.
    let nobody = Browser::of(&stage, Some(&stage.log_in(&stage.actor("person").auth).await));
    assert_eq!(nobody.get("/certificates").await.status, StatusCode::OK);
    assert_eq!(nobody.get("/people").await.problem(), "not-a-client");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_session_site_or_person_does_nothing() {
    let (stage, officer, offer) = opened().await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (_, other) = stage.joined("head-b", &offer).await;
    let officer = Browser::of(&stage, Some(&officer));
    let withdraw = format!("/officer/offers/{}/withdraw", offer.id);
    let page = officer.get(&format!("/officer/offers/{}", offer.id)).await;
    let confirmed = [("confirm", "yes")];
    let wrong = officer.submit(&page, &withdraw, &[("confirm", "yes"), ("as", "0123456789abcdef")]).await;
    assert_eq!(wrong.problem(), "other-session");
    let evil = officer.submit_from(&page, &withdraw, &confirmed, "https://evil.example").await;
    assert_eq!((evil.status, evil.problem()), (StatusCode::FORBIDDEN, "cross-site-request"));
    let client = Browser::of(&stage, Some(&client));
    assert_eq!(client.submit(&page, &withdraw, &confirmed).await.problem(), "other-session");
    let tag = hidden(&client.get("/people").await, "/people/invitations").remove(0).1;
    let as_himself = client.submit(&page, &withdraw, &[("confirm", "yes"), ("as", &tag)]).await;
    assert_eq!((as_himself.status, as_himself.problem()), (StatusCode::FORBIDDEN, "not-an-officer"));
    let keyless = officer.submit(&page, &withdraw, &[("confirm", "yes"), ("key", "")]).await;
    assert_eq!(keyless.problem(), "idempotency-key-missing");
    assert!(officer.get(&format!("/officer/offers/{}", offer.id)).await.says(&withdraw), "nothing was withdrawn");

    // Another person's certificate is not there, for reading or reporting.
    let path = format!("/certificates/{}/compromise", hex::encode(Sha256::digest(head.auth.certificate.der())));
    let form = client.get(&path).await;
    let other = Browser::of(&stage, Some(&other));
    assert_eq!(other.get(&path).await.problem(), "certificate-unknown");
    let tag = hidden(&other.get("/people").await, "/people/invitations").remove(0).1;
    let fields =
        [("as", tag.as_str()), ("compromised_since", "2026-11-22T10:00"), ("circumstances", "x"), ("confirm", "1")];
    assert_eq!(other.submit(&form, &path, &fields).await.problem(), "certificate-unknown");
    // A stranger's form is not lost: it waits behind the login.
    let lost = Browser::of(&stage, None).submit(&form, &path, &fields).await;
    assert!(lost.status == StatusCode::UNAUTHORIZED && lost.says("typed_fields"));
    for path in ["/officer/offers/x", "/officer/compromises/x", "/officer/extracts/x", "/officer/extracts/x/file"] {
        assert_eq!(officer.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
