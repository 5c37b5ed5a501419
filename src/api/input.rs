//! What comes in: JSON bodies, ids in paths, base64, parties; each refused with a code and a place.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use qolhat_pki::armor;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::problem::ApiError;
use super::{BODY_MAX_BYTES, Shared};
use crate::app::App;
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;

/// A JSON body and what names it for a repeated request.
pub struct Input<T> {
    /// What was asked.
    pub value: T,
    /// SHA-256 of the address and the octets.
    pub sha256: [u8; 32],
}

impl<T: DeserializeOwned> FromRequest<Shared> for Input<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, ApiError> {
        let json = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_json =
            json.is_some_and(|value| value.split(';').next().is_some_and(|kind| kind.trim() == "application/json"));
        if !is_json {
            return Err(malformed("not-json", "Content-Type"));
        }
        let address = request.uri().path().to_owned();
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| too_large(&rejection))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("{}:{}", error.line(), error.column());
            let mut refusal =
                Refusal::new(RefusalCode::MalformedJson).with("reason", reason_of(&error)).with("place", place);
            refusal.params.push(("limit", String::new()));
            ApiError::from(refusal)
        })?;
        Ok(Self {
            value,
            sha256: Sha256::new().chain_update(&address).chain_update([0]).chain_update(&bytes).finalize().into(),
        })
    }
}

/// What serde says, without the values of the input: unknown, missing and mistyped members are named by serde itself.
fn reason_of(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Data => error.to_string().chars().take(200).collect(),
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof | serde_json::error::Category::Io => {
            "not-json".to_owned()
        }
    }
}

fn too_large(rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Refusal::new(RefusalCode::UploadTooLarge).with("limit", BODY_MAX_BYTES.to_string()).into()
    } else {
        malformed("not-json", "body")
    }
}

fn malformed(reason: &'static str, place: &str) -> ApiError {
    Refusal::new(RefusalCode::MalformedJson).with("reason", reason).with("place", place).into()
}

/// Parts of the address, parsed; what does not parse does not exist.
pub struct Place<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Shared> for Place<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, ApiError> {
        let Path(value) =
            Path::<T>::from_request_parts(parts, state).await.map_err(|_| ApiError::from(RefusalCode::NotFound))?;
        Ok(Self(value))
    }
}

/// The query of the address.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, ApiError> {
        let Query(value) =
            Query::<T>::from_request_parts(parts, state).await.map_err(|_| malformed("not-json", "query"))?;
        Ok(Self(value))
    }
}

/// A CMS in a JSON text: base64 or PEM.
///
/// # Errors
/// `malformed-cms`.
pub fn cms(text: &str, pointer: &str) -> Result<Vec<u8>, ApiError> {
    let mut found = armor::decode_any(text.as_bytes());
    match (found.pop(), found.is_empty()) {
        (Some(cms), true) => Ok(cms),
        _ => Err(Refusal::new(RefusalCode::MalformedCms).with("reason", "not-one-cms").at(pointer).into()),
    }
}

/// A party: `bin:` or `iin:` and twelve digits.
///
/// # Errors
/// `identifier-invalid`.
pub fn party(app: &App, key: &str, pointer: &str) -> Result<Party, ApiError> {
    Party::parse_key(key, app.rules.identifiers).map_err(|error| {
        let identifier = if key.starts_with("bin:") { "bin" } else { "iin" };
        Refusal::new(RefusalCode::IdentifierInvalid)
            .with("identifier", identifier)
            .with("reason", error.code())
            .at(pointer)
            .into()
    })
}

/// An instant by RFC 3339.
///
/// # Errors
/// `date-invalid`.
pub fn moment(text: &str, pointer: &str) -> Result<Moment, ApiError> {
    Moment::parse_rfc3339(text)
        .map_err(|_| Refusal::new(RefusalCode::DateInvalid).with("reason", "not-an-instant").at(pointer).into())
}

/// 32 octets in hexadecimal.
///
/// # Errors
/// `malformed-content`.
pub fn sha256(text: &str, pointer: &str) -> Result<[u8; 32], ApiError> {
    let mut digest = [0_u8; 32];
    hex::decode_to_slice(text, &mut digest).map_err(|_| {
        ApiError::from(Refusal::new(RefusalCode::MalformedContent).with("reason", "not-a-digest").at(pointer))
    })?;
    Ok(digest)
}
