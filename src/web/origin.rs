//! Forms are taken from our own pages alone: a page of somebody else may send one with the reader's cookies, but not
//! with our `Origin`. The cookie's `SameSite` says the same again.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::api::Shared;
use crate::api::problem::ApiError;
use crate::domain::refusal::RefusalCode;

/// Refuses a write that another site sent, or that does not say which site sent it.
pub async fn must_be_ours(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_ours(request.headers(), app.pages.config.public_origin.as_deref()) {
        return next.run(request).await;
    }
    ApiError::from(RefusalCode::CrossSiteRequest).into_response()
}

fn is_ours(headers: &HeaderMap, public_origin: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        // Every browser of today sends one or the other with a form.
        return text("sec-fetch-site") == Some("same-origin");
    };
    match (public_origin, text(header::HOST.as_str())) {
        (Some(ours), _) => origin.eq_ignore_ascii_case(ours),
        (None, Some(host)) => {
            let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            named.is_some_and(|named| named.eq_ignore_ascii_case(host))
        }
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ours(pairs: &[(&'static str, &str)], public_origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_ours(&headers, public_origin)
    }

    #[test]
    fn a_form_is_taken_from_our_own_pages_alone() {
        let host = ("host", "edo.example.kz");
        assert!(ours(&[host, ("origin", "https://edo.example.kz")], None));
        assert!(ours(&[host, ("sec-fetch-site", "same-origin")], None));
        for origin in ["https://evil.example", "null", "https://edo.example.kz.evil.example", "edo.example.kz", ""] {
            assert!(!ours(&[host, ("origin", origin), ("sec-fetch-site", "same-origin")], None), "{origin}");
        }
        assert!(!ours(&[host], None));
        assert!(!ours(&[host, ("sec-fetch-site", "cross-site")], None));
        assert!(!ours(&[("origin", "https://edo.example.kz")], None));
    }

    #[test]
    fn a_configured_origin_is_the_only_one() {
        let configured = Some("https://edo.example.kz");
        assert!(ours(&[("host", "10.0.0.5:8080"), ("origin", "https://edo.example.kz")], configured));
        assert!(!ours(&[("host", "edo.example.kz"), ("origin", "http://edo.example.kz")], configured));
    }
}
