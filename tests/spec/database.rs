//! The schema and the statements, on a real database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests find their database")]

use std::fs;
use std::path::Path;

use qolhat::db::{Db, DbError, Tx};
use qolhat::domain::document::DocumentKind;
use qolhat::params;
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::database::OwnDatabase;

async fn sqlite() -> (TempDir, Db) {
    let folder = TempDir::new().unwrap();
    let db = Db::connect(&format!("sqlite:{}", folder.path().join("spec.db").display())).await.unwrap();
    db.migrate().await.unwrap();
    (folder, db)
}

/// Every statement of the program: its place and its text.
fn statements() -> Vec<(String, String)> {
    let capabilities = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let folders = capabilities.map(|entry| entry.unwrap().path().join("sql")).filter(|folder| folder.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    files.map(|file| (file.display().to_string(), fs::read_to_string(&file).unwrap())).collect()
}

async fn unprepared(db: &Db) -> Vec<String> {
    let statements = statements();
    assert!(statements.len() > 80, "only {} statements found", statements.len());
    let mut wrong = Vec::new();
    for (file, sql) in statements {
        if let Err(error) = db.prepare_check(&sql).await {
            wrong.push(format!("{file}: {error}"));
        }
    }
    wrong
}

/// Brings an acceptance of version 1 of `offer` by one sender.
async fn accept(tx: &mut Tx, offer: Uuid, state: &str, id: u128) -> Result<u64, DbError> {
    let kind = DocumentKind::OfferAcceptance.code();
    tx.execute(
        include_str!("../../src/docflow/sql/insert_document.sql"),
        &params![
            Uuid::from_u128(id),
            kind,
            "1",
            Option::<String>::None,
            "title",
            "bin:1",
            "bin:2",
            "iin:1",
            state,
            1_i64,
            Option::<i64>::None,
            Option::<Uuid>::None,
            Uuid::from_u128(id),
            Some(offer),
            Some(1_i64)
        ],
    )
    .await
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let (_folder, db) = sqlite().await;
    let wrong = unprepared(&db).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_statement_prepares_on_postgresql() {
    let Some(server) = OwnDatabase::make().await else { return };
    let db = Db::connect(&server.url()).await.unwrap();
    db.migrate().await.unwrap();
    let wrong = unprepared(&db).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_migrated_schema_is_current_and_migrating_again_changes_nothing() {
    let (_folder, db) = sqlite().await;
    assert!(db.schema_is_current().await.unwrap());
    db.migrate().await.unwrap();
    assert!(db.schema_is_current().await.unwrap());
}

/// Keeps: REG-06.
#[tokio::test]
async fn a_client_accepts_a_version_of_an_offer_once() {
    let (_folder, db) = sqlite().await;
    let (offer, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut tx = db.begin().await.unwrap();
    accept(&mut tx, offer, "withdrawn", 10).await.unwrap();
    accept(&mut tx, offer, "received", 11).await.unwrap();
    accept(&mut tx, other, "received", 12).await.unwrap();
    let refused = accept(&mut tx, offer, "check-pending", 13).await.unwrap_err();
    assert!(matches!(refused, DbError::Constraint { .. }), "{refused}");
}

/// PostgreSQL answers the commit of a transaction in which a statement has failed without a complaint, and rolls it back: who
/// passes over a failed statement is not told that anything was kept.
#[tokio::test]
async fn a_transaction_in_which_a_statement_has_failed_is_not_said_to_be_committed() {
    let Some(server) = OwnDatabase::make().await else { return };
    let db = Db::connect(&server.url()).await.unwrap();
    db.migrate().await.unwrap();
    let offer = Uuid::from_u128(1);
    let mut tx = db.begin().await.unwrap();
    accept(&mut tx, offer, "received", 10).await.unwrap();
    accept(&mut tx, offer, "received", 11).await.unwrap_err();
    assert!(matches!(tx.commit().await, Err(DbError::Other(_))));
    assert!(db.query("select id from document", &[]).await.unwrap().is_empty());
    // The connection is lent again, in order.
    let mut tx = db.begin().await.unwrap();
    accept(&mut tx, offer, "received", 12).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(db.query("select id from document", &[]).await.unwrap().len(), 1);
}
