//! Idempotency keys (design section 6). What a request made is kept under its key in the transaction that made it,
//! so that a caller may repeat any write, even one whose answer a crash swallowed: the same key and body name the
//! same object, another body is refused.

use crate::db::{Db, DbError, Step};
use crate::domain::time::Moment;
use crate::params;

/// Longest idempotency key, in bytes.
pub const KEY_MAX_BYTES: usize = 128;

/// A write that may be repeated.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks: the party's key and the person.
    pub caller: String,
    /// The key he chose.
    pub key: String,
    /// SHA-256 of what he asks for.
    pub sha256: [u8; 32],
}

/// What an earlier request with the same key made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// The same request: the object it made.
    Same(String),
    /// Another request under the same key.
    Other,
}

/// What `request` made, if it was made before.
///
/// # Errors
/// A fault of the database.
pub async fn earlier(db: &Db, request: &Request) -> Result<Option<Earlier>, DbError> {
    let row = db
        .query_one(include_str!("sql/select_answer.sql"), &params![request.caller.as_str(), request.key.as_str()])
        .await?;
    row.map(|row| {
        Ok(if row.bytes("request_sha256")? == request.sha256 {
            Earlier::Same(row.text("object")?)
        } else {
            Earlier::Other
        })
    })
    .transpose()
}

/// Whether `caller` has used `key`, for whatever it was: of a request too large to be held that is told before it is read.
///
/// # Errors
/// A fault of the database.
pub async fn is_known(db: &Db, caller: &str, key: &str) -> Result<bool, DbError> {
    Ok(db.query_one(include_str!("sql/select_answer_known.sql"), &params![caller, key]).await?.is_some())
}

/// What keeps what `request` makes, in the transaction that makes it; [`DbError::Constraint`] when another request with this
/// key came first.
pub(crate) fn keeping(request: &Request, object: &str, now: Moment) -> Step {
    Step::once(
        include_str!("sql/insert_answer.sql"),
        &params![request.caller.as_str(), request.key.as_str(), request.sha256.to_vec(), object, now],
    )
}
