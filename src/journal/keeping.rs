//! What is kept and what goes is decided one after the other: a hold or a court's request is there before something is
//! let go, and stops it, or it comes after it and finds it gone.

use crate::db::{DbError, Tx};

/// Makes the transaction the only one that decides what is kept, until it ends; answers the number of the decision, by
/// one greater than that of the one before. To be taken before all other locks of the transaction.
///
/// # Errors
/// A fault of the database.
pub async fn decide(tx: &mut Tx) -> Result<i64, DbError> {
    let row = tx.query_one(include_str!("sql/move_keeping.sql"), &[]).await?;
    row.map_or(Ok(0), |row| row.int("revision"))
}
