//! Giving up the content of a document by signature, and the officer's holds on destruction.

use serde_json::Value;

use super::*;
use crate::support::stage::{Stage, code};

const LETTER: &[u8] = b"a letter that its holders give up";

struct Letter {
    stage: Stage,
    officer: Browser,
    sender: (qolhat::demo::story::Actor, Client),
    recipient: (qolhat::demo::story::Actor, Client),
    id: String,
}

async fn letter() -> Letter {
    let (stage, officer, offer) = opened().await;
    let sender = stage.joined("head-a", &offer).await;
    let recipient = stage.joined("head-b", &offer).await;
    let id = stage.letter((&sender.0, &sender.1), &recipient.0, LETTER).await;
    Letter { officer: Browser::of(&stage, Some(&officer)), stage, sender, recipient, id }
}

impl Letter {
    fn path(&self) -> String {
        format!("/documents/{}", self.id)
    }

    fn destruction(&self) -> String {
        format!("{}/destruction", self.path())
    }

    /// Asks by the page, signed as a browser's program would.
    async fn ask(&self, (actor, client): &(qolhat::demo::story::Actor, Client)) -> Page {
        let browser = Browser::of(&self.stage, Some(client));
        let form = browser.get(&self.destruction()).await;
        assert_eq!(form.status, StatusCode::OK, "{}", form.body);
        let (_, wanted) = browser.bytes(&format!("{}/text", self.destruction())).await;
        assert!(form.says(&hex::encode(Sha256::digest(&wanted))), "what is signed is shown");
        let cms = BASE64_STANDARD.encode(self.stage.sign(&actor.sign, &wanted));
        browser.submit(&form, &self.destruction(), &[("cms", &cms)]).await
    }

    async fn reads(&self, client: &Client) -> String {
        let read = client.get_bytes(&format!("/api/v1{}/files/0", self.path())).await;
        code(read.map(|bytes| Value::Bool(bytes == LETTER)))
    }
}

/// Keeps: JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn a_party_gives_up_the_content_on_a_page_and_sees_how_its_request_stands() {
    let letter = letter().await;
    let sender = Browser::of(&letter.stage, Some(&letter.sender.1));
    let recipient = Browser::of(&letter.stage, Some(&letter.recipient.1));
    let (path, destruction) = (letter.path(), letter.destruction());
    let shown = sender.get(&path).await;
    assert!(shown.says(&format!("href=\"{destruction}\"")) && !shown.says("id=\"destruction\""), "{}", shown.body);
    for language in Language::ALL {
        let page = sender.in_language(language).get(&destruction).await;
        assert_eq!(page.heading(), text(language, "page-destruction-title", &[]));
    }

    // Signed by somebody else, or something else: nothing is given up, and the form is there again.
    let form = sender.get(&destruction).await;
    let (_, wanted) = sender.bytes(&format!("{destruction}/text")).await;
    let by_other = BASE64_STANDARD.encode(letter.stage.sign(&letter.recipient.0.sign, &wanted));
    let of_other = BASE64_STANDARD.encode(letter.stage.sign(&letter.sender.0.sign, LETTER));
    for (number, cms) in [by_other, of_other, "AAAA".to_owned()].iter().enumerate() {
        let key = format!("{number}-wrong-signature-of-a-request");
        let page = sender.submit(&form, &destruction, &[("cms", cms), ("key", &key)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.body);
        assert!(page.problem() != "no problem" && page.says("data-sign"), "{number}");
    }
    assert_eq!(letter.reads(&letter.sender.1).await, "done: true");

    let asked = letter.ask(&letter.sender).await;
    assert_eq!(asked.location, format!("{path}?done=destruction-asked"), "{}", asked.body);
    assert_eq!(letter.reads(&letter.sender.1).await, "content-destroyed");
    let shown = sender.get(&asked.location).await;
    let said = |key: &str| shown.says(&text(Language::Ru, key, &[]));
    assert!(said("page-done-destruction-asked") && said("page-document-gone") && said("page-destruction-waits"));
    assert!(!said("page-destruction-destroyed") && !shown.says("files/0\" download") && !shown.says("data-sign"));
    assert!(!shown.says("/signatures/"), "nor are the signatures had");
    assert_eq!(sender.get(&format!("{path}/files/0")).await.problem(), "content-destroyed");
    // Asked once.
    assert_eq!(sender.get(&destruction).await.location, path);

    // The other holder's copy stays until he asks.
    assert_eq!(letter.reads(&letter.recipient.1).await, "done: true");
    assert!(recipient.get(&path).await.says(&format!("href=\"{destruction}\"")));
    letter.ask(&letter.recipient).await;
    for (browser, language) in [(&sender, Language::Kk), (&recipient, Language::En)] {
        let shown = browser.in_language(language).get(&path).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.says(&text(language, "page-destruction-destroyed", &[])), "{}", shown.body);
        assert!(shown.says(&text(language, "notice-document-destroyed", &[])), "the history tells of it");
    }
    // It is nobody else's to ask for.
    assert_eq!(letter.officer.get(&destruction).await.problem(), "not-a-client");
}

/// Keeps: JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_places_a_hold_on_a_ground_and_what_was_asked_for_is_destroyed_when_it_is_lifted() {
    let letter = letter().await;
    let (officer, holds) = (&letter.officer, "/officer/holds");
    let empty = officer.get(holds).await;
    assert!(empty.says(&text(Language::Ru, "page-holds-none", &[])));
    let unknown = "019b0000-0000-7000-8000-000000000000";
    for (document, ground, problem) in [
        ("", "Ұйғарым", "document-unknown"),
        (SCRIPT, "Ұйғарым", "document-unknown"),
        (unknown, "Ұйғарым", "document-unknown"),
        (&letter.id, " ", "reason-required"),
    ] {
        let page = officer.submit(&empty, holds, &[("document", document), ("ground", ground)]).await;
        assert_eq!((page.status, page.problem()), (StatusCode::UNPROCESSABLE_ENTITY, problem), "{document}");
        assert!(page.says(ground) && page.says("aria-invalid=\"true\"") && !page.says("<script>alert"), "{document}");
    }
    let placed = officer.submit(&empty, holds, &[("document", &letter.id), ("ground", SCRIPT)]).await;
    assert_eq!(placed.status, StatusCode::SEE_OTHER, "{}", placed.body);
    let again = officer.submit(&empty, holds, &[("document", &letter.id), ("ground", SCRIPT)]).await;
    assert_eq!(again.location, placed.location, "a double click places one");
    let hold = placed.location;
    let shown = officer.get(&hold).await;
    assert!(shown.says("data-hold-state=\"standing\"") && shown.says(ESCAPED) && !shown.says("<script>alert"));
    let listed = officer.get(holds).await;
    assert!(listed.says(&format!("href=\"{hold}\"")) && listed.says(&letter.id) && listed.says(ESCAPED));

    // Whoever asks: the content stays while the hold stands.
    letter.ask(&letter.sender).await;
    letter.ask(&letter.recipient).await;
    letter.stage.round().await;
    let party = Browser::of(&letter.stage, Some(&letter.sender.1));
    let destroyed = text(Language::Ru, "page-destruction-destroyed", &[]);
    assert!(!party.get(&letter.path()).await.says(&destroyed));
    assert_eq!(party.get(holds).await.problem(), "not-an-officer");
    assert_eq!(party.get(&hold).await.problem(), "not-an-officer");

    let refused = officer.submit(&shown, &hold, &[("reason", "")]).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "reason-required"));
    let lifted = officer.submit(&shown, &hold, &[("reason", "Іс тоқтатылды")]).await;
    assert_eq!((lifted.status, &lifted.location), (StatusCode::SEE_OTHER, &hold), "{}", lifted.body);
    let shown = officer.get(&hold).await;
    assert!(shown.says("data-hold-state=\"lifted\"") && !shown.says("name=\"reason\""));
    letter.stage.round().await;
    assert!(party.get(&letter.path()).await.says(&destroyed));
    // Nothing is left to hold, and no hold of that name is there.
    let page = officer.submit(&listed, holds, &[("document", &letter.id), ("ground", "Ұйғарым")]).await;
    assert_eq!(page.problem(), "content-destroyed");
    for nothing in [unknown, "x"] {
        assert_eq!(officer.get(&format!("{holds}/{nothing}")).await.problem(), "not-found");
    }
}
