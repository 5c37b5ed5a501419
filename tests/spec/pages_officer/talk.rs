//! Extracts of sessions and of messages, for a party and for a court.

use qolhat::demo::client::text as said;
use qolhat::domain::time::format_field;
use serde_json::json;

use super::*;
use crate::contacts::session_of;

/// Keeps: JRN-10, JRN-12, POA-03
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_issues_the_extract_of_a_session_and_of_a_message_on_pages() {
    let (stage, officer, offer) = opened().await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let new = json!({"channel": "sms", "address": "+77010000001"});
    said(&client.post("/api/v1/contacts", &new).await.unwrap(), "id").unwrap();
    let message = loop {
        let rows = stage.app.db.query("select id from message where state = 'sent'", &[]).await.unwrap();
        if let Some(row) = rows.first() {
            break row.id("id").unwrap().to_string();
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    };
    stage.sequenced().await;
    let session = session_of(&client).await;
    let browser = Browser::of(&stage, Some(&officer));
    // From the journal to the form: the session's entries lead there.
    let entries = browser.get(&format!("/officer/journal?q={session}")).await;
    assert!(entries.says("/officer/journal/") && entries.says(&session), "{}", entries.body);
    let new = "/officer/extracts/new";
    let form = browser.get(&format!("{new}?session={session}")).await;
    assert!(form.says(&format!("name=\"session\" value=\"{session}\"")), "{}", form.body);
    let asker = [("asked_by", head.party().key()), ("ground", "Сұрау".to_owned()), ("scope", "Кодтар".to_owned())];
    let fields = |more: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        let typed = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        asker.iter().cloned().chain(typed).collect()
    };
    let submit = async |form: &Page, fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.submit(form, new, &fields).await
    };
    let unknown = "019b0000-0000-7000-8000-000000000000";
    for (typed, problem) in [
        (fields(&[("session", "x")]), "session-unknown"),
        (fields(&[("session", unknown)]), "session-unknown"),
        (fields(&[("message", SCRIPT)]), "message-unknown"),
        (fields(&[("session", &session), ("message", &message)]), "extract-scope-empty"),
        (fields(&[("session", &session), ("documents", unknown)]), "extract-scope-empty"),
        (fields(&[]), "extract-scope-empty"),
        (fields(&[("session", &session), ("asked_by", &other.party().key())]), "asker-is-no-party"),
    ] {
        let typed = typed.into_iter().rev().fold(Vec::new(), |mut kept: Vec<(&'static str, String)>, (name, value)| {
            if !kept.iter().any(|(known, _)| *known == name) {
                kept.push((name, value));
            }
            kept
        });
        let page = submit(&form, typed).await;
        assert_eq!((page.status, page.problem()), (StatusCode::UNPROCESSABLE_ENTITY, problem), "{}", page.body);
        assert!(page.says("aria-invalid=\"true\"") && !page.says("<script>alert"), "{problem}");
    }
    // Its code can still be entered.
    let early = submit(&form, fields(&[("message", &message)])).await;
    assert_eq!((early.status, early.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "code-open"), "{}", early.body);
    assert!(early.says("aria-invalid=\"true\""), "{}", early.body);
    stage.codes_run_out().await;
    for (name, id) in [("session", &session), ("message", &message)] {
        let form = browser.get(&format!("{new}?{name}={id}")).await;
        let prepared = submit(&form, fields(&[(name, id)])).await;
        assert_eq!(prepared.status, StatusCode::SEE_OTHER, "{}", prepared.body);
        issued(&stage, &browser, &prepared.location, &message).await;
    }

    // A court asks: one officer records, another approves, and the answer is everything that was asked for.
    let second = Browser::of(&stage, Some(&stage.log_in(&stage.actor("officer-2").auth).await));
    let requests = "/officer/court-requests/new";
    let form = second.get(requests).await;
    let (received, due) = (format_field(stage.now()), format_field(stage.now().checked_add(Span::hours(24)).unwrap()));
    let typed = [
        ("authority", "Алматы соты"),
        ("reference", "71-26"),
        ("dated", "2026-11-20"),
        ("ground", "Ұйғарым № 7"),
        ("words", "Сеанс"),
        ("received_at", received.as_str()),
        ("due_at", due.as_str()),
        ("session", session.as_str()),
    ];
    let both = [&typed[..], &[("message", message.as_str())]].concat();
    assert_eq!(second.submit(&form, requests, &both).await.problem(), "extract-scope-empty");
    let recorded = second.submit(&form, requests, &typed).await;
    assert_eq!(recorded.status, StatusCode::SEE_OTHER, "{}", recorded.body);
    let request = recorded.location;
    assert!(second.get(&request).await.says(&format!("session:{session}")));
    let page = browser.get(&request).await;
    let approved = browser.submit(&page, &request, &[("decision", "approve")]).await;
    assert_eq!(approved.location, request, "{}", approved.body);
    let page = browser.get(&request).await;
    let answer = browser.submit(&page, &format!("{request}/extract"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    issued(&stage, &browser, &answer.location, &message).await;
    assert!(browser.get(&request).await.says("data-court-state=\"answered\""));
}

/// Signs the extract of a page, and judges what is handed out.
async fn issued(stage: &Stage, browser: &Browser, path: &str, message: &str) {
    let page = browser.get(path).await;
    assert!(page.says(&format!("messages/{message}.json")), "{}", page.body);
    let (_, manifest) = browser.bytes(&format!("{path}/manifest")).await;
    let cms = BASE64_STANDARD.encode(stage.sign(&stage.actor("officer").sign, &manifest));
    let signed = browser.submit(&page, path, &[("cms", &cms)]).await;
    assert_eq!((signed.status, signed.location.as_str()), (StatusCode::SEE_OTHER, path), "{}", signed.body);
    let (_, file) = browser.bytes(&format!("{path}/file")).await;
    let report = judged(&stage.app, &file, stage.now());
    assert_eq!(report.indication, qolhat_pki::report::Indication::TotalPassed, "{:?}", report.failures);
}
