//! What is told holds: nobody hears of what a power cut can still take away, and a server that was begun anew is no refusal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::config::Config;
use qolhat::demo::World;
use qolhat::demo::client::{Client, ClientError};
use qolhat::demo::story::Actor;
use serde_json::{Value, json};

use crate::support::database::OwnDatabase;
use crate::support::server::{LogWriter, OwnServer};
use crate::support::stage::{AGREEMENT, Offer, Stage, at, code, code_of_state};

/// Under which the employee of these tests goes.
const NAME: &str = "Қызметкер";

/// A stage on `database` with a client, and so many connections to it.
async fn stage(database: Option<OwnDatabase>, connections: u32) -> (Stage, Offer, Client) {
    let adjust = |config: &mut Config, _: &World| config.database_connections = connections;
    let stage = Stage::set_on(database, at("2026-11-22T09:00:00Z"), adjust).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (_, client) = stage.joined("head-a", &offer).await;
    (stage, offer, client)
}

fn employee(stage: &Stage) -> Value {
    json!({"iin": stage.actor("head-b").iin.to_string(), "display_name": NAME})
}

/// How many of the party's people have that name, whoever asks.
async fn employed(database: &OwnDatabase) -> i64 {
    let sql = "select count(*) from membership where display_name = $1";
    sqlx::query_scalar(sql).bind(NAME).fetch_one(&mut database.raw().await).await.unwrap()
}

/// An act is under way: committed, seen by others, and waiting for its entry, which does not come.
async fn under_way(stage: &Stage, client: &Client) -> tokio::task::JoinHandle<Result<Value, ClientError>> {
    let (sender, body) = (client.clone(), employee(stage));
    let act = tokio::spawn(async move { sender.post("/api/v1/employees", &body).await });
    while employed(stage.database.as_ref().unwrap()).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    act
}

/// Another act that nobody is told of: it shows that the cut takes away what was not waited for.
async fn put_control(database: &OwnDatabase) {
    let sql = "set synchronous_commit = off; insert into control values (1)";
    sqlx::raw_sql(sql).execute(&mut database.raw().await).await.unwrap();
}

/// The power is cut; what is told is whether the control is lost.
async fn cut(server: &OwnServer, writer: LogWriter, database: &OwnDatabase) -> bool {
    server.kill(writer);
    server.restart("immediate").await;
    let sql = "select count(*) from control";
    sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut database.raw().await).await.unwrap() == 0
}

/// Nothing is sequenced any more, and the server writes its log only for who waits for that.
async fn still(stage: &Stage, server: &OwnServer) -> LogWriter {
    let database = stage.database.as_ref().unwrap();
    sqlx::raw_sql("create table control (one int)").execute(&mut database.raw().await).await.unwrap();
    stage.app.journal.close().await;
    server.stop_log_writer(database).await
}

/// Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_waits_for_the_act_that_it_rests_on() {
    let Some(server) = OwnServer::start().await else { return };
    let (stage, _, client) = stage(Some(server.database().await), 32).await;
    let database = stage.database.as_ref().unwrap();
    let writer = still(&stage, &server).await;
    let act = under_way(&stage, &client).await;
    assert_eq!(code(client.post("/api/v1/employees", &employee(&stage)).await), "already-an-employee");
    put_control(database).await;
    assert!(cut(&server, writer, database).await, "the test loses nothing");
    assert_eq!(employed(database).await, 1, "the client was told of what never was");
    act.abort();
}

/// Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_sees_only_what_stays() {
    let Some(server) = OwnServer::start().await else { return };
    let (stage, _, client) = stage(Some(server.database().await), 32).await;
    let database = stage.database.as_ref().unwrap();
    let writer = still(&stage, &server).await;
    let act = under_way(&stage, &client).await;
    let people = client.get("/api/v1/employees").await.unwrap();
    assert!(people.as_array().unwrap().iter().any(|person| person["display_name"] == NAME), "{people}");
    put_control(database).await;
    assert!(cut(&server, writer, database).await, "the test loses nothing");
    assert_eq!(employed(database).await, 1, "the client was told of what never was");
    act.abort();
}

/// The power is cut while an act waits for its entry, and is back before it has waited long enough: it is not said to be
/// recorded, and no promise is given. Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_went_with_the_power_is_not_said_to_be_recorded() {
    let Some(server) = OwnServer::start().await else { return };
    let (stage, _, client) = stage(Some(server.database().await), 32).await;
    let database = stage.database.as_ref().unwrap();
    let writer = still(&stage, &server).await;
    let act = under_way(&stage, &client).await;
    assert!(cut(&server, writer, database).await, "the test loses nothing");
    assert_eq!(employed(database).await, 0, "the test loses nothing");
    assert_eq!(code(act.await.unwrap()), "service-unavailable");
}

/// Acts at once, as many as there are connections at hand.
async fn acts(stage: &Stage, client: &Client, head: &Actor, to: &Actor, round: usize) -> Vec<String> {
    let sent = (0..8).map(|number| {
        let act = stage.act(head, to, &format!("{round}-{number}"));
        async move {
            let cms = stage.sign(&head.sign, &act);
            match stage.send(client, "completion-act", to, &act, Some(cms)).await {
                Ok(answer) => code_of_state(&answer),
                Err(error) => error.code().unwrap_or("no code").to_owned(),
            }
        }
    });
    futures_util::future::join_all(sent).await
}

/// Every connection that was at hand is gone; nothing was sent on any of them.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_of_the_server_every_act_is_done() {
    let Some(server) = OwnServer::start().await else { return };
    let (stage, offer, client) = stage(Some(server.database().await), 32).await;
    let head = stage.actor("head-a");
    let (to, _) = stage.joined("head-b", &offer).await;
    for (round, mode) in ["fast", "immediate", "fast"].into_iter().enumerate() {
        assert_eq!(acts(&stage, &client, &head, &to, round).await, ["received"; 8]);
        server.restart(mode).await;
        assert_eq!(acts(&stage, &client, &head, &to, round + 10).await, ["received"; 8], "after {mode}");
    }
}

/// No act waits, within its transaction, for a second connection.
#[tokio::test(flavor = "multi_thread")]
async fn one_connection_is_enough_for_everything() {
    let Some(database) = OwnDatabase::make().await else { return };
    let (stage, offer, client) = stage(Some(database), 1).await;
    let (head, officer) = (stage.actor("head-a"), stage.officer().await);
    let (to, other) = stage.joined("head-b", &offer).await;
    client.post("/api/v1/employees", &json!({"iin": to.iin.to_string(), "display_name": NAME})).await.unwrap();
    let letter = stage.letter((&head, &client), &to, b"a letter").await;
    let act = stage.recorded_act((&head, &client), &to, "1").await;
    let holds = (0..6).map(|number| {
        let (officer, path) = (officer.clone(), format!("/api/v1/documents/{letter}/holds"));
        async move { officer.post(&path, &json!({"ground": format!("№ {number}")})).await }
    });
    for hold in futures_util::future::join_all(holds).await {
        let id = hold.unwrap()["hold_id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/documents/{letter}/holds/{id}/release");
        officer.post(&path, &json!({"reason": "№ 7"})).await.unwrap();
    }
    stage.extract(&officer, &[&letter, &act]).await.unwrap();
    for (client, pair) in [(&client, &head.sign), (&other, &to.sign)] {
        let path = format!("/api/v1/documents/{letter}/destruction");
        let text = client.get_bytes(&format!("{path}/text")).await.unwrap();
        let cms = BASE64_STANDARD.encode(stage.sign(pair, &text));
        client.post(&path, &json!({"cms": cms})).await.unwrap();
    }
    stage.round().await;
    qolhat::journal::rebuild_map(&stage.app.db).await.unwrap();
    assert!(stage.app.journal.audit().await.unwrap().ok);
}
