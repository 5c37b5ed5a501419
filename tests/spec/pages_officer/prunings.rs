//! Prunings of the journal: what may go, a proposal, the second officer's decision.

use std::sync::Arc;

use qolhat::access::session::{self, NewSession};
use qolhat::domain::ids::SessionId;
use qolhat::operations::prune_journal::prune_journal;
use qolhat::params;
use qolhat::serve::serve;
use tokio::net::TcpListener;

use super::*;
use crate::retention::WIDTH;
use crate::retention::pruning::{LATER, Old};
use crate::support::stage::at;

/// Keeps: JRN-03, JRN-07
#[tokio::test(flavor = "multi_thread")]
async fn two_officers_agree_on_pages_that_entries_go_and_see_what_goes() {
    let old = Old::set(None).await;
    let stage = &old.stage;
    let second = stage.log_in(&stage.actor("officer-2").auth).await;
    let party = stage.log_in(&stage.actor("head-a").auth).await;
    let app = Arc::new(old.at(LATER).await);
    // Five years later their certificates are over: they are lent sessions by whoever has the keys of the service.
    let mut tx = app.db.begin().await.unwrap();
    for (client, actor) in [(&old.officer, "officer"), (&second, "officer-2"), (&party, "head-a")] {
        let (actor, now) = (stage.actor(actor), app.clock.now());
        let token_sha256 = Sha256::digest(client.token().unwrap().as_bytes());
        tx.execute("delete from session where token_sha256 = $1", &params![token_sha256.to_vec()]).await.unwrap();
        let lent = NewSession {
            token_sha256: token_sha256.into(),
            id: SessionId::new(now, &mut app.rng.clone()),
            iin: &actor.iin.to_string(),
            party: actor.party().key(),
            certificate_sha256: actor.auth.certificate.sha256(),
            created_at: now,
            expires_at: at("2035-01-01T00:00:00Z"),
        };
        session::insert(&mut tx, &app.session_key, &lent).await.unwrap();
    }
    tx.commit().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(Arc::clone(&app), listener, std::future::pending()));
    let browser = |client| Browser { base: base.clone(), ..Browser::of(stage, Some(client)) };
    let (first, second, party) = (browser(&old.officer), browser(&second), browser(&party));

    let prunings = "/officer/prunings";
    for language in Language::ALL {
        let page = first.in_language(language).get(prunings).await;
        assert_eq!(page.heading(), text(language, "page-prunings-title", &[]));
        assert!(page.says(&text(language, "page-prunings-none", &[])), "{}", page.body);
    }
    let empty = first.get(prunings).await;
    let due = format!("<dt>{}</dt><dd>{}</dd>", text(Language::Ru, "page-prunings-due", &[]), 3 * WIDTH);
    assert!(empty.says(&due) && empty.says(&format!("value=\"{}\"", 3 * WIDTH)), "{}", empty.body);
    for (minimum, ground, problem) in [
        ("", "Срок истёк", "malformed-content"),
        (SCRIPT, "Срок истёк", "malformed-content"),
        ("5", "Срок истёк", "pruning-not-exported"),
        ("99999", "Срок истёк", "pruning-not-exported"),
        ("256", " ", "reason-required"),
    ] {
        let page = first.submit(&empty, prunings, &[("minimum", minimum), ("ground", ground)]).await;
        assert_eq!((page.status, page.problem()), (StatusCode::UNPROCESSABLE_ENTITY, problem), "{minimum}");
        assert!(page.says(ground) && page.says("aria-invalid=\"true\"") && !page.says("<script>alert"), "{minimum}");
    }
    let minimum = WIDTH.to_string();
    let proposed = first.submit(&empty, prunings, &[("minimum", &minimum), ("ground", SCRIPT)]).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.body);
    let again = first.submit(&empty, prunings, &[("minimum", &minimum), ("ground", SCRIPT)]).await;
    assert_eq!(again.location, proposed.location, "a double click proposes one");
    let pruning = proposed.location;
    let shown = first.get(&pruning).await;
    let last = WIDTH - 1;
    assert!(shown.says("data-pruning-state=\"proposed\"") && shown.says(ESCAPED) && !shown.says("<script>alert"));
    assert!(shown.says(&format!("<dd>0–{last}</dd>")) && shown.says("<code class=\"hash\">"), "{}", shown.body);
    assert!(shown.says(&text(Language::Ru, "page-pruning-own", &[])) && !shown.says("name=\"decision\""));
    let listed = first.get(prunings).await;
    assert!(listed.says(&format!("href=\"{pruning}\"")) && !listed.says("name=\"minimum\""), "one at a time");

    // Who proposed it does not decide, whatever form he sends; nor does a party.
    let form = second.get(&pruning).await;
    let own = first.submit(&shown_as(&form, &shown), &pruning, &[("decision", "approve"), ("confirm", "yes")]).await;
    assert_eq!((own.status, own.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "own-pruning"), "{}", own.body);
    for path in [prunings, &pruning] {
        assert_eq!(party.get(path).await.problem(), "not-an-officer");
    }
    let refused = second.submit(&form, &pruning, &[("decision", "refuse"), ("reason", "")]).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "reason-required"));
    let odd = second.submit(&form, &pruning, &[("decision", "perhaps")]).await;
    assert_eq!(odd.problem(), "malformed-content");
    let unticked = second.submit(&form, &pruning, &[("decision", "approve")]).await;
    assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unticked.body);
    assert!(unticked.says(&text(Language::Ru, "page-confirm-missing", &[])) && unticked.says("aria-invalid=\"true\""));
    let approved = second.submit(&form, &pruning, &[("decision", "approve"), ("confirm", "yes")]).await;
    assert_eq!((approved.status, &approved.location), (StatusCode::SEE_OTHER, &pruning), "{}", approved.body);
    let shown = second.get(&pruning).await;
    assert!(shown.says("data-pruning-state=\"approved\"") && shown.says("qolhat journal prune"));
    assert_eq!(prune_journal(&app).await.unwrap(), Some(WIDTH));
    let shown = first.get(&pruning).await;
    assert!(shown.says("data-pruning-state=\"done\"") && shown.says(&format!("<dd>0–{last}</dd>")), "{}", shown.body);
    let unknown = "/officer/prunings/019b0000-0000-7000-8000-000000000000";
    for nothing in [unknown, "/officer/prunings/x"] {
        assert_eq!(first.get(nothing).await.problem(), "pruning-unknown");
    }
}

/// The form of one page with the marks of a session of another.
fn shown_as(form: &Page, of: &Page) -> Page {
    let tag =
        |page: &Page| page.body.split("name=\"as\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    Page { status: form.status, location: String::new(), body: form.body.replace(&tag(form), &tag(of)) }
}
