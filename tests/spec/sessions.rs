//! What the journal says of sessions, and how much one key can make it say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::access::session::{OPENED_PER_HOUR_MAX, REFUSED_PER_HOUR_MAX};
use qolhat::app::App;
use qolhat::demo::client::{ClientError, KeyPair, text};
use qolhat::journal::entry::Field;
use qolhat_pki::issue::cms_sign::Packaging;
use qolhat_pki::time::Span;
use serde_json::{Value, json};

use super::support::stage::{AGREEMENT, Stage, code};

/// The entries of a subject: kind, what is said, who acted.
pub async fn history(app: &App, subject: &str) -> Vec<(String, BTreeMap<String, Value>, Value)> {
    let mut found = Vec::new();
    for seq in app.journal.entries_of_subject(subject).await.unwrap() {
        let stored = app.journal.entry(seq).await.unwrap().unwrap();
        let (entry, fields) = stored.proven().unwrap();
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone())).collect();
        let actor = stored.openings.iter().find(|(field, _)| *field == Field::Actor).unwrap().1.value.clone();
        found.push((entry.kind.clone(), fields, actor));
    }
    found
}

/// The kinds of the entries of a subject.
pub async fn kinds(app: &App, subject: &str) -> Vec<String> {
    history(app, subject).await.into_iter().map(|(kind, _, _)| kind).collect()
}

/// Tries to log in with `pair`: no faster than it takes, and with the refusal kept.
async fn try_to_log_in(stage: &Stage, pair: &KeyPair) -> Result<Value, ClientError> {
    let challenge = stage.client.post("/api/v1/login/challenges", &json!({})).await?;
    let content = text(&challenge, "content")?;
    let cms = stage.client.cms(pair, content.as_bytes(), Packaging::Detached, stage.now())?;
    let body = json!({"challenge_id": challenge["id"], "cms": BASE64_STANDARD.encode(cms)});
    stage.client.post("/api/v1/login", &body).await
}

/// Keeps: JRN-01, SIG-20, ACC-32
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_journaled_from_its_login_to_its_end_and_never_by_its_token() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    let told = client.get("/api/v1/session").await.unwrap();
    let id = text(&told, "session_id").unwrap();
    let token = client.token().unwrap().to_owned();
    assert!(!token.contains(&id) && !id.contains(&token));
    let subject = format!("session:{id}");
    let entries = history(&stage.app, &subject).await;
    let [(kind, fields, actor)] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!(kind, "session.opened");
    let certificate = hex::encode(head.auth.certificate.sha256());
    for (name, value) in [
        ("session_id", json!(id)),
        ("by", json!(head.iin.to_string())),
        ("party", json!(head.party().key())),
        ("certificate_sha256", json!(certificate)),
        ("address", json!("127.0.0.1")),
        ("how", json!("signed-challenge")),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    assert_eq!(actor["session_id"], json!(id));
    assert!(!format!("{entries:?}").contains(&token));
    // The party sees that a session was opened in its name.
    let party = format!("party:{}", head.party().key());
    assert_eq!(kinds(&stage.app, &party).await, ["session.opened"]);

    stage.client.at(&stage.base).get("/api/v1/session").await.unwrap_err();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let end = || http.delete(format!("{}/api/v1/session", stage.base)).bearer_auth(&token).send();
    assert_eq!(end().await.unwrap().status(), 204);
    assert_eq!(end().await.unwrap().status(), 401, "once");
    let entries = history(&stage.app, &subject).await;
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert_eq!((entries[1].0.as_str(), &entries[1].1["reason"]), ("session.ended", &json!("logged-out")));
    assert_eq!(kinds(&stage.app, &party).await, ["session.opened", "session.ended"]);
    stage.audited();
}

/// What a person does names the session in which he did it.
///
/// Keeps: SIG-20
#[tokio::test(flavor = "multi_thread")]
async fn an_act_names_its_session() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let id = text(&officer.get("/api/v1/session").await.unwrap(), "session_id").unwrap();
    let offer = stage.publish(&officer, AGREEMENT).await;
    let entries = history(&stage.app, &format!("offer:{}", offer.id)).await;
    assert_eq!(entries[0].2["session_id"], json!(id));
}

/// Keeps: CMP-05
#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_reported_key_is_suspended_and_ends_when_the_case_is_decided() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let head = stage.actor("head-a");
    let (first, second) = (stage.log_in(&head.auth).await, stage.log_in(&head.auth).await);
    let mut subjects = Vec::new();
    for client in [&first, &second] {
        let told = client.get("/api/v1/session").await.unwrap();
        subjects.push(format!("session:{}", text(&told, "session_id").unwrap()));
    }
    let since = stage.now().checked_sub(Span::hours(1)).unwrap().to_string();
    let sha256 = hex::encode(head.auth.certificate.sha256());
    let report = json!({"certificate_sha256": sha256, "compromised_since": since, "circumstances": "Токен жоғалды"});
    let case = text(&first.post("/api/v1/compromises", &report).await.unwrap(), "case_id").unwrap();
    assert_eq!(code(first.get("/api/v1/session").await), "key-compromised");
    for subject in &subjects {
        assert_eq!(kinds(&stage.app, subject).await, ["session.opened", "session.suspended"]);
    }
    let decision = json!({"decision": "lift", "request": "№ 1"});
    officer.post(&format!("/api/v1/compromises/{case}/decision"), &decision).await.unwrap();
    assert_eq!(code(first.get("/api/v1/session").await), "login-required");
    for subject in &subjects {
        let entries = history(&stage.app, subject).await;
        let (kind, fields, actor) = entries.last().unwrap();
        assert_eq!((kind.as_str(), &fields["reason"]), ("session.ended", &json!("case-decided")));
        assert_eq!((&fields["case_id"], &actor["party"]), (&json!(case), &json!(stage.actor("officer").party().key())));
        assert_eq!(entries.len(), 3);
    }
}

/// Strangers write nothing into the journal; the holder of a registered key that is refused writes a few lines in an hour.
///
/// Keeps: ACC-14, ACC-26
#[tokio::test(flavor = "multi_thread")]
async fn refused_logins_are_journaled_for_registered_keys_alone_and_no_more_than_a_few() {
    let stage = Stage::set().await;
    let (head, stranger) = (stage.actor("head-a"), stage.actor("head-b"));
    let party = format!("party:{}", head.party().key());
    stage.log_in(&head.auth).await;
    let before = kinds(&stage.app, &party).await;
    // A signature over something else, by a registered key, and one that is none: nobody knows who tries.
    let challenge = stage.client.post("/api/v1/login/challenges", &json!({})).await.unwrap();
    let other = stage.sign(&head.auth, b"qolhat-login/v1\n");
    for cms in [other, b"no CMS".to_vec()] {
        let body = json!({"challenge_id": challenge["id"], "cms": BASE64_STANDARD.encode(cms)});
        stage.client.post("/api/v1/login", &body).await.unwrap_err();
    }
    assert_eq!(kinds(&stage.app, &party).await, before);
    // The key is suspended at the CA: whoever has it signs well, and opens nothing.
    let authority = stage.world.authorities().of(qolhat::demo::authority::Branch::Gost);
    let since = stage.now().checked_sub(Span::hours(1)).unwrap();
    for pair in [&head.auth, &stranger.auth] {
        let reason = qolhat_pki::crl::ReasonCode::CertificateHold;
        authority.revoke(pair.certificate.serial(), since, reason).unwrap();
    }
    let tries = REFUSED_PER_HOUR_MAX + 5;
    for _ in 0..tries {
        assert_eq!(code(try_to_log_in(&stage, &head.auth).await), "certificate-on-hold");
    }
    stage.sequenced().await;
    let entries = history(&stage.app, &party).await;
    let refused: Vec<_> = entries.iter().filter(|(kind, _, _)| kind == "login.refused").collect();
    assert_eq!(i64::try_from(refused.len()).unwrap(), REFUSED_PER_HOUR_MAX);
    assert_eq!(refused[0].1["code"], json!("certificate-on-hold"));
    assert_eq!(refused[0].2, json!({"certificate_sha256": hex::encode(head.auth.certificate.sha256())}));
    // Of a key that never logged in nothing is known, so nothing is written.
    try_to_log_in(&stage, &stranger.auth).await.unwrap_err();
    stage.sequenced().await;
    assert!(kinds(&stage.app, &format!("party:{}", stranger.party().key())).await.is_empty());
}

/// Keeps: ACC-26
#[tokio::test(flavor = "multi_thread")]
async fn one_key_opens_a_bounded_number_of_sessions_in_an_hour() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    stage.log_in(&head.auth).await;
    let mut tx = stage.app.db.begin().await.unwrap();
    let almost = format!("update login_tally set opened = {}", OPENED_PER_HOUR_MAX - 1);
    tx.execute(Box::leak(almost.into_boxed_str()), &[]).await.unwrap();
    tx.commit().await.unwrap();
    stage.log_in(&head.auth).await;
    assert_eq!(code(try_to_log_in(&stage, &head.auth).await), "rate-limited");
    // Another key of the same person is not hindered.
    stage.log_in(&head.sign).await;
}
