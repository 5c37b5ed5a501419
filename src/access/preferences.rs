//! What a person chose for himself, in whatever capacity he logs in: the language of his pages.

use crate::db::{Db, DbError};
use crate::domain::time::Moment;
use crate::i18n::Language;
use crate::params;

/// The language that the person chose; `None` before he chose one.
///
/// # Errors
/// A fault of the database.
pub async fn language(db: &Db, iin: &str) -> Result<Option<Language>, DbError> {
    let row = db.query_one(include_str!("sql/select_preference.sql"), &params![iin]).await?;
    Ok(row.map(|row| row.text("language")).transpose()?.and_then(|code| Language::parse(&code)))
}

/// Keeps the language that the person chose.
///
/// # Errors
/// A fault of the database.
pub async fn set_language(db: &Db, iin: &str, language: Language, now: Moment) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    tx.execute(include_str!("sql/upsert_preference.sql"), &params![iin, language.code(), now]).await?;
    tx.commit().await
}
