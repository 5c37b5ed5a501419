//! Sessions that somebody who has the database and no key gives himself, or changes: none of them opens anything.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use qolhat::app::App;
use qolhat::db::Value;
use qolhat::demo::client::{Client, text};
use qolhat::demo::story::Actor;
use qolhat::params;
use qolhat_pki::time::Span;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::support::stage::{AGREEMENT, Stage, code};

/// The token that somebody chose.
const CHOSEN: &str = "0707070707070707070707070707070707070707070707070707070707070707";

async fn run(app: &App, sql: &'static str, values: &[Value]) -> u64 {
    let mut tx = app.db.begin().await.unwrap();
    let touched = tx.execute(sql, values).await.unwrap();
    tx.commit().await.unwrap();
    touched
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// What the API answers to whoever brings this token: the status, and the code of a refusal.
async fn answer(stage: &Stage, path: &str, token: &str) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(format!("{}{path}", stage.base)).bearer_auth(token).send().await.unwrap();
    let status = answer.status().as_u16();
    let body: serde_json::Value = answer.json().await.unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

fn nobody() -> (u16, String) {
    (401, "login-required".to_owned())
}

/// A row, in the order of its columns.
type Session = [Value; 8];

/// The columns.
const COLUMNS: [&str; 8] =
    ["token_sha256", "id", "iin", "party", "certificate_sha256", "created_at", "expires_at", "mac"];

/// Puts a row there, in the place of all that are for its token and of those with its id.
async fn lay(app: &App, row: &Session) {
    run(app, "delete from session where token_sha256 = $1 or id = $2", &row[..2]).await;
    let sql = "insert into session (token_sha256, id, iin, party, certificate_sha256, created_at, expires_at, mac) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    assert_eq!(run(app, sql, row).await, 1);
}

/// The row of a session.
async fn kept(app: &App, client: &Client) -> Session {
    let token = digest(client.token().unwrap());
    let sql =
        "select id, iin, party, certificate_sha256, created_at, expires_at, mac from session where token_sha256 = $1";
    let row = app.db.query_one(sql, &params![token.clone()]).await.unwrap().unwrap();
    let (text, octets) = (|name| Value::from(row.text(name).unwrap()), |name| Value::from(row.bytes(name).unwrap()));
    let moment = |name| Value::from(row.moment(name).unwrap());
    [
        Value::from(token),
        Value::from(row.id("id").unwrap()),
        text("iin"),
        text("party"),
        octets("certificate_sha256"),
        moment("created_at"),
        moment("expires_at"),
        octets("mac"),
    ]
}

/// Puts a session for `actor` there, under the chosen token.
async fn forge(app: &App, actor: &Actor, mac: Value) {
    let now = app.clock.now();
    let far = now.checked_add(Span::hours(80_000)).unwrap();
    let (iin, party) = (actor.iin.to_string(), actor.party().key());
    let certificate = actor.auth.certificate.sha256().to_vec();
    lay(app, &params![digest(CHOSEN), Uuid::from_u128(7), iin, party, certificate, now, far, mac]).await;
}

/// Keeps: ACC-02, ACC-09
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_written_into_the_database_is_none() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "1").await;
    let file = format!("/api/v1/documents/{document}/files/0");
    assert_eq!(answer(&stage, &file, client.token().unwrap()).await.0, 200);
    let [.., theirs] = kept(&stage.app, &client).await;
    for actor in [&head, &stage.actor("officer")] {
        for mac in [Value::from(Vec::new()), Value::from(vec![0; 32]), theirs.clone()] {
            forge(&stage.app, actor, mac).await;
            for path in [file.as_str(), "/api/v1/session", "/api/v1/journal/prunings"] {
                assert_eq!(answer(&stage, path, CHOSEN).await, nobody(), "{path}");
            }
        }
    }
    assert_eq!(answer(&stage, &file, client.token().unwrap()).await.0, 200);
}

/// Keeps: ACC-02, ACC-09
#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_which_anything_was_changed_is_none() {
    let stage = Stage::set().await;
    let app = &stage.app;
    let officer = stage.actor("officer");
    stage.officer().await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    let token = client.token().unwrap();
    let far = stage.now().checked_add(Span::hours(80_000)).unwrap();
    let changes: [(&str, Value); 7] = [
        ("iin", Value::from(officer.iin.to_string())),
        ("party", Value::from(officer.party().key())),
        ("certificate_sha256", Value::from(officer.auth.certificate.sha256().to_vec())),
        ("created_at", Value::from(far)),
        ("expires_at", Value::from(far)),
        ("id", Value::from(Uuid::from_u128(7))),
        ("mac", Value::from(vec![7; 32])),
    ];
    let whole = kept(app, &client).await;
    for (column, value) in changes {
        let mut row = whole.clone();
        let at = COLUMNS.iter().position(|name| *name == column).unwrap();
        row[at] = value;
        lay(app, &row).await;
        assert_eq!(answer(&stage, "/api/v1/session", token).await, nobody(), "{column}");
        lay(app, &whole).await;
        assert_eq!(answer(&stage, "/api/v1/session", token).await.0, 200, "{column}");
    }
    // Where one text ends and the next one begins is told too.
    let (iin, party) = (head.iin.to_string(), head.party().key());
    let mut row = whole.clone();
    (row[2], row[3]) = (Value::from(format!("{iin}{}", &party[..1])), Value::from(&party[1..]));
    lay(app, &row).await;
    assert_eq!(answer(&stage, "/api/v1/session", token).await, nobody());
    // Copied under another token, with the first one's id and with another.
    for id in [whole[1].clone(), Value::from(Uuid::from_u128(7))] {
        let mut row = whole.clone();
        (row[0], row[1]) = (Value::from(digest(CHOSEN)), id);
        lay(app, &row).await;
        assert_eq!(answer(&stage, "/api/v1/session", CHOSEN).await, nobody());
    }
    lay(app, &whole).await;
    assert_eq!(answer(&stage, "/api/v1/session", token).await.0, 200);
}

/// The roles of a session are those of its certificate, and of no other that was put in its place. Keeps: ACC-02
#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_certificate_was_exchanged_is_none() {
    let stage = Stage::set().await;
    let (head, other) = (stage.actor("head-a"), stage.actor("head-b"));
    let client = stage.log_in(&head.auth).await;
    let token = client.token().unwrap();
    let exchange = "update certificate set der = $2 where sha256 = $1";
    let own = head.auth.certificate.sha256().to_vec();
    let changed = params![own, other.auth.certificate.der().to_vec()];
    assert_eq!(run(&stage.app, exchange, &changed).await, 1);
    assert_eq!(answer(&stage, "/api/v1/session", token).await, nobody());
}

/// A forged session comes into no entry of the journal either. Keeps: ACC-02, CMP-05
#[tokio::test(flavor = "multi_thread")]
async fn a_case_ends_no_session_that_was_written_into_the_database() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let client = stage.log_in(&head.auth).await;
    let own = text(&client.get("/api/v1/session").await.unwrap(), "session_id").unwrap();
    forge(&stage.app, &head, Value::from(vec![0; 32])).await;
    let since = stage.now().checked_sub(Span::hours(1)).unwrap().to_string();
    let sha256 = hex::encode(head.auth.certificate.sha256());
    let report = json!({"certificate_sha256": sha256, "compromised_since": since, "circumstances": "Токен жоғалды"});
    client.post("/api/v1/compromises", &report).await.unwrap();
    assert_eq!(code(client.get("/api/v1/session").await), "key-compromised");
    let kinds = super::sessions::kinds(&stage.app, &format!("session:{own}")).await;
    assert_eq!(kinds, ["session.opened", "session.suspended"]);
    let forged = format!("session:{}", Uuid::from_u128(7));
    assert!(super::sessions::kinds(&stage.app, &forged).await.is_empty());
}
