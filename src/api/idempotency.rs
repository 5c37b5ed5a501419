//! `Idempotency-Key`: the same key and request give the same answer, also after a crash; another request under the same
//! key is refused. Which answer was given is kept by the act itself, in its own transaction.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::Shared;
use super::problem::ApiError;
use crate::access::answers::{self, Earlier, KEY_MAX_BYTES, Request};
use crate::access::rights::Caller;
use crate::app::App;
use crate::domain::refusal::RefusalCode;

/// The key of a write.
pub struct IdempotencyKey(String);

impl FromRequestParts<Shared> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, ApiError> {
        let value = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        match value {
            Some(key) if (1..=KEY_MAX_BYTES).contains(&key.len()) => Ok(Self(key.to_owned())),
            Some(_) | None => Err(RefusalCode::IdempotencyKeyMissing.into()),
        }
    }
}

impl IdempotencyKey {
    /// The key itself, of a request that is too large to be named before it is read.
    pub fn into_text(self) -> String {
        self.0
    }

    /// The request under this key, and the object it made if it was made before.
    ///
    /// # Errors
    /// As [`request`].
    pub async fn request(
        self,
        app: &App,
        caller: &Caller,
        sha256: [u8; 32],
    ) -> Result<(Request, Option<String>), ApiError> {
        request(app, caller, self.0, sha256).await
    }
}

/// Whose keys a caller's are.
pub fn caller(caller: &Caller) -> String {
    format!("{} {}", caller.party.key(), caller.iin)
}

/// The caller's request under `key`, and the object it made if it was made before.
///
/// # Errors
/// `idempotency-key-reused`; a fault of the database.
pub async fn request(
    app: &App,
    caller: &Caller,
    key: String,
    sha256: [u8; 32],
) -> Result<(Request, Option<String>), ApiError> {
    let request = Request { caller: self::caller(caller), key, sha256 };
    match answers::earlier(&app.db, &request).await? {
        None => Ok((request, None)),
        // Its first run may be on its way to the disk, and this answer may come before the one of that run: the door waits.
        Some(Earlier::Same(object)) => Ok((request, Some(object))),
        Some(Earlier::Other) => Err(RefusalCode::IdempotencyKeyReused.into()),
    }
}
