//! The files that pages need: one style sheet, four small modules, one picture. Compiled in, named by their content, so
//! that a browser may keep them for ever.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::api::problem::ApiError;
use crate::domain::refusal::RefusalCode;

struct Asset {
    name: &'static str,
    media_type: &'static str,
    text: &'static str,
}

const ASSETS: [Asset; 6] = [
    Asset { name: "style.css", media_type: "text/css; charset=utf-8", text: include_str!("assets/style.css") },
    Asset { name: "icon.svg", media_type: "image/svg+xml", text: include_str!("assets/icon.svg") },
    Asset { name: "pages.js", media_type: "text/javascript; charset=utf-8", text: include_str!("assets/pages.js") },
    Asset { name: "sign.js", media_type: "text/javascript; charset=utf-8", text: include_str!("assets/sign.js") },
    Asset {
        name: "ncalayer.js",
        media_type: "text/javascript; charset=utf-8",
        text: include_str!("assets/ncalayer.js"),
    },
    Asset {
        name: "ncalayer-messages.js",
        media_type: "text/javascript; charset=utf-8",
        text: include_str!("assets/ncalayer-messages.js"),
    },
];

/// The mark of all files together: modules import each other, so they change together.
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut hasher = Sha256::new();
        for asset in &ASSETS {
            hasher.update(asset.text);
        }
        hex::encode(hasher.finalize()).chars().take(12).collect()
    })
}

/// A file. With its mark in the query it may be kept for a year; a module that imports another asks without it.
pub async fn serve(Path(name): Path<String>, uri: axum::http::Uri) -> Result<Response, ApiError> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(RefusalCode::NotFound)?;
    let is_named = uri.query().is_some_and(|query| query == format!("v={}", version()));
    let kept = if is_named { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type.to_owned()),
        (header::CACHE_CONTROL, kept.to_owned()),
        (header::ETAG, format!("\"{}\"", version())),
    ];
    Ok((headers, asset.text).into_response())
}
