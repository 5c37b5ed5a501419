//! Who reads a page: a stranger, or a person in a session that a cookie names. The cookie holds the opaque token and
//! nothing else; scripts cannot read it, other sites' forms do not carry it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use qolhat_pki::certificate::Certificate;
use sha2::{Digest as _, Sha256};

use super::problem_page::PageError;
use crate::access::certificates;
use crate::access::rights::Caller;
use crate::access::session::SESSION_LIFETIME_SECONDS;
use crate::access::store as clients;
use crate::api::Shared;
use crate::app::App;
use crate::config::Mode;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::i18n::Language;
use crate::operations::{OperationError, log_in};

const SESSION: &str = "qolhat_session";
/// The name under which browsers take the cookie over TLS alone, for this host alone and for all of its paths: a
/// neighbouring host cannot plant another.
const SESSION_OF_PRODUCTION: &str = "__Host-qolhat_session";
const LANGUAGE: &str = "qolhat_language";
const LANGUAGE_SECONDS: i64 = 400 * 86_400;
/// Ends of addresses that take forms and show nothing when they are read.
const ONLY_FORMS: [&str; 12] = [
    "/sign",
    "/reject",
    "/withdraw",
    "/acceptance",
    "/consent",
    "/employees",
    "/invitations",
    "/code",
    "/codes",
    "/removal",
    "/logout",
    "/language",
];
/// Longest address that is come back to, in bytes.
const HERE_MAX_BYTES: usize = 2000;

/// A person in a session.
#[derive(Clone)]
pub struct Insider {
    /// Who, for whom, with what rights.
    pub caller: Caller,
    /// The person's name as the certificate gives it.
    pub name: String,
    /// The name of the party.
    pub party_name: String,
    /// A mark of the session that forms carry; the token cannot be had from it.
    pub tag: String,
    token: String,
}

impl Insider {
    /// The person of an open session, named as his certificate and his party are.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn new(app: &App, caller: Caller, token: String) -> Result<Self, PageError> {
        let certificate = certificates::load(&app.db, &caller.certificate_sha256).await?;
        let facts = certificate
            .and_then(|row| Certificate::from_der(&row.der).ok())
            .map(|certificate| certificate.subject_facts())
            .unwrap_or_default();
        let name = facts.common_name.unwrap_or_else(|| caller.iin.to_string());
        let client = clients::client(&app.db, &caller.party).await?;
        let party_name =
            client.map(|client| client.display_name).or(facts.organization).unwrap_or_else(|| name.clone());
        let digest = Sha256::new().chain_update("page:").chain_update(&token).finalize();
        let tag = hex::encode(digest).chars().take(16).collect();
        Ok(Self { caller, name, party_name, tag, token })
    }

    /// The token, to end the session by.
    pub fn token(&self) -> &str {
        &self.token
    }
}

/// Whoever reads.
pub struct Visitor {
    /// The language chosen, or the best for the browser.
    pub language: Language,
    /// The person, when a session is open.
    pub insider: Option<Insider>,
    /// Why the session that the cookie names is none: ended, or its key suspended.
    pub ended: Option<Refusal>,
    /// The address asked, with its query.
    pub here: String,
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, PageError> {
        let here = parts.uri.path_and_query().map_or("/", |here| here.as_str());
        Self::of(app, &parts.headers, readable(&parts.method, here)).await
    }
}

/// The address to come back to: not one that takes forms and shows nothing when it is read.
pub fn readable<'a>(method: &Method, here: &'a str) -> &'a str {
    if *method != Method::GET && ONLY_FORMS.iter().any(|end| here.ends_with(end)) { "/" } else { here }
}

impl Visitor {
    /// Who sends these headers.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn of(app: &App, headers: &HeaderMap, here: &str) -> Result<Self, PageError> {
        let mut visitor = Self::stranger(headers, here);
        let Some(token) = cookie(headers, session_name(app)) else { return Ok(visitor) };
        match log_in::caller_of(app, &token).await {
            Ok(caller) => visitor.insider = Some(Insider::new(app, caller, token).await?),
            Err(OperationError::Refused(refusal)) => visitor.ended = Some(refusal),
            Err(OperationError::Fault(fault)) => return Err(fault.into()),
        }
        Ok(visitor)
    }

    /// A reader of whom nothing is looked up.
    pub fn stranger(headers: &HeaderMap, here: &str) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let chosen = cookie(headers, LANGUAGE).and_then(|code| Language::parse(&code));
        let language = chosen.unwrap_or_else(|| Language::negotiate(accepted.unwrap_or_default()));
        let here = if here.len() <= HERE_MAX_BYTES { here } else { "/" };
        Self { language, insider: None, ended: None, here: here.to_owned() }
    }

    /// The person, who must be logged in.
    ///
    /// # Errors
    /// `login-required`, `session-expired`, `key-compromised`.
    pub fn insider(&self) -> Result<&Insider, PageError> {
        self.insider.as_ref().ok_or_else(|| self.why_not().into())
    }

    /// The officer, who must be logged in.
    ///
    /// # Errors
    /// As [`Visitor::insider`]; `not-an-officer`.
    pub fn officer(&self) -> Result<&Insider, PageError> {
        let insider = self.insider()?;
        insider.caller.must_be_officer()?;
        Ok(insider)
    }

    /// Why there is no session.
    pub fn why_not(&self) -> Refusal {
        self.ended.clone().unwrap_or_else(|| Refusal::new(RefusalCode::LoginRequired))
    }
}

/// The value of a cookie. Names and values of ours are plain; anything else is nobody's.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

fn set(app: &App, name: &str, value: &str, seconds: i64, scripts: &str) -> Option<HeaderValue> {
    let secure = match app.pages.mode {
        Mode::Production => "; Secure",
        // Browsers keep such a cookie from plain HTTP, which is all that a demonstration on one machine has.
        Mode::Demo => "",
    };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{scripts}{secure}")).ok()
}

const fn session_name(app: &App) -> &'static str {
    match app.pages.mode {
        Mode::Production => SESSION_OF_PRODUCTION,
        Mode::Demo => SESSION,
    }
}

/// The header that opens a session in the browser.
pub fn session_cookie(app: &App, token: &str) -> Option<HeaderValue> {
    set(app, session_name(app), token, SESSION_LIFETIME_SECONDS, "; HttpOnly")
}

/// The header that ends it.
pub fn no_session_cookie(app: &App) -> Option<HeaderValue> {
    set(app, session_name(app), "", 0, "; HttpOnly")
}

/// The header that keeps a language.
pub fn language_cookie(app: &App, language: Language) -> Option<HeaderValue> {
    set(app, LANGUAGE, language.code(), LANGUAGE_SECONDS, "; HttpOnly")
}

/// A page of ours to go on to: a path, never another site.
pub fn safe_return(path: &str) -> &str {
    let plain = path.len() <= HERE_MAX_BYTES
        && path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain { path } else { "/" }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_page_of_ours_is_gone_on_to() {
        for ours in ["/", "/documents?box=inbox", "/offers/1/accept"] {
            assert_eq!(safe_return(ours), ours);
        }
        for other in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nSet-Cookie: x=1", "/ә"] {
            assert_eq!(safe_return(other), "/", "{other:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "x_qolhat_session=1; qolhat_session=2".parse().unwrap());
        assert_eq!(cookie(&headers, SESSION).as_deref(), Some("2"));
        assert_eq!(cookie(&headers, LANGUAGE), None);
    }
}
