//! What PostgreSQL itself refuses, and what shows when a superuser does it all the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod backlog;
mod shadows;

use std::time::Duration;

use qolhat::app::{App, Passwords};
use qolhat::db::Db;
use qolhat::journal::{OutsideMemory, audit};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::support::database::OwnDatabase;
use crate::support::stage::{AGREEMENT, Stage, at};

/// A stage on PostgreSQL whose log has some entries.
async fn stage() -> Option<Stage> {
    let database = OwnDatabase::make().await?;
    let stage = Stage::set_on(Some(database), at("2026-11-22T09:00:00Z"), |_, _| {}).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    stage.joined("head-a", &offer).await;
    Some(stage)
}

/// What the server says to `sql`, tried in a transaction that is not committed; empty when it does it.
async fn refusal(connection: &mut PgConnection, sql: &str) -> String {
    let mut tx = connection.begin().await.unwrap();
    let answer = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await;
    answer.err().map(|error| error.to_string()).unwrap_or_default()
}

async fn run(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

const KEPT: [&str; 10] = [
    "journal_entry",
    "journal_entry_0",
    "journal_node",
    "journal_event",
    "journal_subject",
    "journal_checkpoint",
    "journal_time_stamp",
    "journal_quarantine",
    "journal_segment",
    "log_head",
];

/// Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn the_application_may_put_events_into_the_inbox_and_change_nothing_in_the_journal() {
    let Some(stage) = stage().await else { return };
    assert_eq!(stage.app.db.roles_are_apart().await.unwrap(), Some(true));
    let mut raw = stage.database.as_ref().unwrap().raw().await;
    for role in ["qolhat_application", "qolhat_sequencer"] {
        run(&mut raw, &format!("set role {role}")).await;
        for table in KEPT {
            let column = if table == "log_head" { "one" } else { first_column(table) };
            let mut acts = vec![format!("delete from {table}"), format!("truncate {table} cascade")];
            let may_update = role == "qolhat_sequencer" && table == "log_head";
            if !may_update {
                acts.push(format!("update {table} set {column} = {column}"));
            }
            acts.push(format!("alter table {table} disable trigger all"));
            acts.push(format!("drop table {table} cascade"));
            for act in acts {
                let told = refusal(&mut raw, &act).await;
                assert!(told.contains("permission denied") || told.contains("must be owner"), "{role}: {act}: {told}");
            }
        }
        let told = refusal(&mut raw, "truncate journal_inbox").await;
        assert!(told.contains("permission denied"), "{role}: {told}");
    }
    run(&mut raw, "set role qolhat_application").await;
    for table in KEPT.into_iter().filter(|table| *table != "journal_time_stamp") {
        let copy = if table == "journal_entry_0" { "journal_entry" } else { table };
        let told = refusal(&mut raw, &format!("insert into {table} select * from {copy} limit 1")).await;
        assert!(told.contains("permission denied"), "{table}: {told}");
    }
    for act in
        ["delete from journal_inbox", "update journal_inbox set body = ''", "update journal_secret set facts = ''"]
    {
        assert!(refusal(&mut raw, act).await.contains("permission denied"), "{act}");
    }
    let put = "insert into journal_inbox (id, body, mac) values ('00000000-0000-0000-0000-000000000001', '{}', '')";
    assert_eq!(refusal(&mut raw, put).await, "");
    // What documents are made of is the application's own, and nothing of the sequencer's.
    assert_eq!(refusal(&mut raw, "update document set title = title").await, "");
    run(&mut raw, "set role qolhat_sequencer").await;
    assert!(refusal(&mut raw, "update document set title = title").await.contains("permission denied"));
}

fn first_column(table: &str) -> &str {
    match table {
        "journal_event" | "journal_quarantine" => "id",
        "journal_subject" => "n",
        "journal_checkpoint" | "journal_time_stamp" => "size",
        "journal_segment" => "first",
        _ => "seq",
    }
}

/// Triggers hold also for a superuser, a segment addressed by its name, and a session that plays a replica. Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn triggers_hold_for_a_superuser_in_every_segment_and_under_replication() {
    let Some(stage) = stage().await else { return };
    let mut raw = stage.database.as_ref().unwrap().raw().await;
    for role in ["origin", "replica"] {
        run(&mut raw, &format!("set session_replication_role = {role}")).await;
        for act in [
            "update journal_entry set body = leaf",
            "update journal_entry_0 set body = leaf",
            "delete from journal_entry",
            "delete from journal_entry_0 where seq = 0",
            "truncate journal_entry",
            "truncate journal_entry_0",
            "delete from journal_checkpoint",
            "truncate journal_checkpoint cascade",
            "update journal_node set hashes = hashes",
            "update journal_event set seq = 0",
            "delete from journal_subject",
            "update journal_secret set facts = ''",
            "truncate journal_secret",
            "delete from journal_secret where seq = 0",
            "update journal_entry set links = leaf",
            "delete from log_head",
            "truncate log_head",
            "update log_head set n = n - 1",
            "update log_head set t_ms = t_ms - 1",
            "update log_head set epoch = epoch - 1",
            "update log_head set origin = origin || '.kz'",
            "update log_head set minimum = minimum - 1",
            "update log_head set n = n + 1, minimum = minimum + 1",
            "delete from journal_segment",
            "insert into journal_entry select seq + 5000, id, leaf, links, body from journal_entry where seq = 0",
            "insert into journal_entry_0 select seq + 5000, id, leaf, links, body from journal_entry where seq = 0",
        ] {
            let told = refusal(&mut raw, act).await;
            assert!(
                told.contains("append_only")
                    || told.contains("_is_")
                    || told.contains("_has_no_gaps")
                    || told.contains("only_grows"),
                "{role}: {act}: {told:?}"
            );
        }
    }
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn the_next_segment_is_made_long_before_it_is_needed_and_is_guarded() {
    let Some(stage) = stage().await else { return };
    stage.leave().await;
    let mut raw = stage.database.as_ref().unwrap().raw().await;
    // As the sequencer does it: the head is moved by the same statement that adds entries.
    run(&mut raw, "set role qolhat_sequencer").await;
    let batch = "with head as (update log_head set n = 600000 returning 1), \
        added as (insert into journal_entry select seq + 1, id, leaf, links, body from journal_entry \
            where seq = (select max(seq) from journal_entry) returning 1) \
        select case when (select count(*) from head) = $1 and (select count(*) from added) = $1 \
            then true else must_hold(false) end";
    sqlx::query(batch).bind(1_i64).execute(&mut raw).await.unwrap();
    let wrong = sqlx::query(batch).bind(2_i64).execute(&mut raw).await.unwrap_err().to_string();
    assert!(wrong.contains("what_was_expected_is_there"), "{wrong}");
    run(&mut raw, "reset role").await;
    let made: Vec<String> =
        sqlx::query_scalar("select name from journal_segment order by first").fetch_all(&mut raw).await.unwrap();
    assert_eq!(made, ["journal_entry_0", "journal_entry_1048576"]);
    let gap = "insert into journal_entry_1048576 select 1048576 + seq, id, leaf, links, body from journal_entry \
        where seq = 1";
    assert!(refusal(&mut raw, gap).await.contains("journal_entry_has_no_gaps"));
    for act in ["truncate journal_entry_1048576", "update journal_entry_1048576 set seq = seq"] {
        assert!(refusal(&mut raw, act).await.contains("append_only"), "{act}");
    }
    run(&mut raw, "set role qolhat_application").await;
    assert!(refusal(&mut raw, "select * from journal_entry_1048576").await.contains("permission denied"));
}

/// Opens the application of a stage again, as another login.
async fn opened_as(stage: &Stage, login: &str) -> Result<App, String> {
    let mut config = stage.config.clone();
    config.database = config.database.replace("//qolhat@", &format!("//{login}@"));
    App::open(&config, &Passwords::Demo).await.map_err(|error| error.to_string())
}

async fn one_more_entry(app: &App) {
    let actor = json!({"iin": "123456789011"});
    let id = qolhat::domain::ids::EventId::new(app.clock.now(), &mut app.rng.clone());
    let subjects = vec!["document:1".to_owned()];
    let kind = "document.recorded".to_owned();
    let event = qolhat::journal::EventDraft { id, kind, subjects, payload: Vec::new(), actor };
    let mut tx = app.db.begin().await.unwrap();
    app.journal.enqueue(&mut tx, &event).await.unwrap();
    tx.commit().await.unwrap();
    app.journal.wake();
    app.journal.wait(id, Duration::from_secs(20)).await.unwrap();
}

/// Another one has taken the lead, and the leader has not heard of it: of his batch not one row is written. Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_a_leader_whose_epoch_is_past_leaves_nothing() {
    let Some(stage) = stage().await else { return };
    stage.leave().await;
    let app = opened_as(&stage, "qolhat").await.unwrap();
    let mut raw = stage.database.as_ref().unwrap().raw().await;
    // He may hear of it when he renews his lease: three times, so that a batch hears of it first.
    for _ in 0..3 {
        one_more_entry(&app).await;
        run(&mut raw, "update log_head set epoch = epoch + 1").await;
        let before: i64 = sqlx::query_scalar("select epoch from log_head").fetch_one(&mut raw).await.unwrap();
        one_more_entry(&app).await;
        let head = "select epoch, n, (select count(*) from journal_entry), (select max(size) from journal_checkpoint) \
            from log_head";
        let (epoch, n, entries, size): (i64, i64, i64, i64) = sqlx::query_as(head).fetch_one(&mut raw).await.unwrap();
        assert!(epoch > before, "the lead was taken anew: {epoch} after {before}");
        assert_eq!((entries, size), (n, n));
    }
    let report = app.journal.audit().await.unwrap();
    assert!(report.ok, "{report:?}");
    app.journal.close().await;
    app.db.close().await;
}

/// Keeps: JRN-02
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_member_of_both_roles_runs_the_service_and_owns_nothing() {
    let Some(stage) = stage().await else { return };
    stage.leave().await;
    let database = stage.database.as_ref().unwrap();
    let login = format!("service_{}", database.name());
    database.on_server(&format!("create role {login} login in role qolhat_application, qolhat_sequencer")).await;
    let app = opened_as(&stage, &login).await.unwrap();
    assert_eq!(app.db.roles_are_apart().await.unwrap(), Some(true));
    one_more_entry(&app).await;
    assert!(app.journal.audit().await.unwrap().ok);
    let mut raw = PgConnection::connect(&database.url().replace("//qolhat@", &format!("//{login}@"))).await.unwrap();
    for act in [
        "update journal_entry set body = leaf",
        "alter table journal_entry disable trigger all",
        "set role qolhat_owner",
    ] {
        assert!(!refusal(&mut raw, act).await.is_empty(), "{act}");
    }
    app.journal.close().await;
    app.db.close().await;
    raw.close().await.unwrap();
    database.on_server(&format!("drop role {login}")).await;
}

/// A hosted database often gives one login that may make no roles.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_make_no_roles_works_alone_and_that_is_told() {
    let Some(database) = OwnDatabase::make().await else { return };
    let login = format!("alone_{}", database.name());
    database
        .on_server(&format!("create role {login} login; alter database {} owner to {login}", database.name()))
        .await;
    let url = database.url().replace("//qolhat@", &format!("//{login}@"));
    let db = Db::connect(&url).await.unwrap();
    db.migrate().await.unwrap();
    db.migrate().await.unwrap();
    assert_eq!(db.roles_are_apart().await.unwrap(), Some(false));
    db.close().await;
    // The service starts, works, and the log is whole.
    let stage = Stage::set_on(None, at("2026-11-22T09:00:00Z"), |config, _| config.database = url.clone()).await;
    one_more_entry(&stage.app).await;
    assert!(stage.app.journal.audit().await.unwrap().ok);
    stage.leave().await;
    drop(stage);
    let name = database.name().to_owned();
    let (server, owner) = (database.named("postgres"), login.clone());
    drop(database);
    let mut admin = PgConnection::connect(&server).await.unwrap();
    assert_eq!(refusal(&mut admin, &format!("drop role {owner}")).await, "", "{name}");
    run(&mut admin, &format!("drop role {owner}")).await;
}

/// Yesterday's database put back: refused at start and named by the audit. Keeps: JRN-02, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_yesterday_put_back_is_refused_and_named() {
    let Some(stage) = stage().await else { return };
    stage.leave().await;
    let database = stage.database.as_ref().unwrap();
    let yesterday = format!("{}_yesterday", database.name());
    database.copy_as(&yesterday).await;
    let app = opened_as(&stage, "qolhat").await.unwrap();
    one_more_entry(&app).await;
    app.journal.keep_outside().await.unwrap();
    let key = app.journal.verifier_key().to_owned();
    app.journal.close().await;
    app.db.close().await;
    database.put_back(&yesterday).await;
    let told = opened_as(&stage, "qolhat").await.err().expect("it starts");
    assert!(told.contains("shorter") && told.contains("remembers"), "{told}");
    let db = Db::connect(&database.url()).await.unwrap();
    let memory = OutsideMemory::beside(&stage.config.journal.key_file);
    let report = audit::run_with(&db, &key, audit::Against { memory: Some(&memory), names: None }).await.unwrap();
    assert_eq!(report.first_failure.map(|failure| failure.part), Some("outside"));
    db.close().await;
}

/// A superuser disables the triggers and swaps, changes or removes rows: the audit on the command line names the first.
/// Keeps: JRN-02, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn rows_swapped_changed_or_removed_by_a_superuser_are_named_by_the_audit() {
    let Some(stage) = stage().await else { return };
    one_more_entry(&stage.app).await;
    one_more_entry(&stage.app).await;
    stage.leave().await;
    let database = stage.database.as_ref().unwrap();
    let whole = format!("{}_whole", database.name());
    for (sql, seq) in [
        (
            "update journal_entry_0 e set (id, leaf, body) = (select o.id, o.leaf, o.body from journal_entry o \
             where o.seq = 3 - e.seq) where seq in (1, 2)",
            1,
        ),
        ("update journal_entry set body = overlay(body placing '\\x41'::bytea from 12) where seq = 2", 2),
        ("delete from journal_entry where seq = 1", 1),
    ] {
        database.copy_as(&whole).await;
        assert!(database.behind_the_guards(sql).await > 0);
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_qolhat"))
            .args(["journal", "audit", "--json", "--config"])
            .arg(stage.world.config_file())
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{report}");
        assert_eq!(report["first_failure"]["seq"].as_u64(), Some(seq), "{sql}: {report}");
        database.put_back(&whole).await;
    }
}
