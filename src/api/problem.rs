//! The only place where an error becomes HTTP: problems by RFC 9457 in the reader's language, with a stable code, the
//! clause behind it, and a number by which a fault is found in the log.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use qolhat_storage::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use crate::app::SealError;
use crate::db::DbError;
use crate::domain::ids::new_uuid;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::i18n::{self, Language};
use crate::journal::JournalError;
use crate::operations::{Fault, OperationError};

/// Stem of the `type` of every problem; the code follows.
pub const PROBLEM_TYPE: &str = "https://qolhat.kz/problems/";
/// After how many seconds a service that cannot be used now is worth another try.
const RETRY_AFTER_SECONDS: &str = "5";
/// Names the request in the log.
pub(crate) const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// Why a request was not done.
#[derive(Debug, Clone)]
pub struct ApiError(Why);

#[derive(Debug, Clone)]
enum Why {
    Refused(Refusal),
    Fault(Arc<Fault>),
    Panicked,
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self(Why::Refused(refusal))
    }
}

impl From<RefusalCode> for ApiError {
    fn from(code: RefusalCode) -> Self {
        Refusal::new(code).into()
    }
}

impl From<OperationError> for ApiError {
    fn from(error: OperationError) -> Self {
        match error {
            OperationError::Refused(refusal) => refusal.into(),
            OperationError::Fault(fault) => fault.into(),
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        const SAME_KEY: [&str; 2] = ["an_idempotency_key_is_used_once", "idempotency.caller, idempotency.key"];
        match &fault {
            // The same request is being done by another connection: its answer is there in a moment.
            Fault::Database(error) if error.violates(&SAME_KEY) => RefusalCode::ServiceUnavailable.into(),
            Fault::Storage(StoreError::Busy { .. }) => {
                tracing::warn!(fault = %fault, "the blob store is busy");
                RefusalCode::ServiceUnavailable.into()
            }
            // Nothing was done, and the same may be done later: the words of the trouble are in the log.
            Fault::Database(DbError::Unavailable) | Fault::Journal(JournalError::Database(DbError::Unavailable)) => {
                RefusalCode::ServiceUnavailable.into()
            }
            Fault::Database(DbError::Full) | Fault::Journal(JournalError::Database(DbError::Full)) => {
                tracing::error!(fault = %fault, "no room for the database");
                RefusalCode::StorageFull.into()
            }
            // Put in again, or mended, the token signs the next time.
            Fault::Seal(SealError::Token(_)) => {
                tracing::error!(fault = %fault, "the seal's token does not sign");
                RefusalCode::SealUnavailable.into()
            }
            Fault::Database(_)
            | Fault::Storage(_)
            | Fault::Envelope(_)
            | Fault::ContentKey(_)
            | Fault::Journal(_)
            | Fault::Seal(_)
            | Fault::Inconsistent(_)
            | Fault::SealSignature { .. }
            | Fault::BackupKey(_)
            | Fault::Manifest(_)
            | Fault::File { .. }
            | Fault::Work(_) => Self(Why::Fault(Arc::new(fault))),
        }
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        Fault::from(error).into()
    }
}

impl From<JournalError> for ApiError {
    fn from(error: JournalError) -> Self {
        Fault::from(error).into()
    }
}

impl IntoResponse for ApiError {
    /// An empty answer that [`render`] fills: only there are the reader's language and the request's number known.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The answer after a panic: a fault like any other.
pub fn panicked() -> Response<Body> {
    ApiError(Why::Panicked).into_response()
}

/// RFC 9457 problem details.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A stable address that ends in the code.
    pub r#type: String,
    /// What happened, in the reader's language.
    pub title: String,
    /// This occurrence, and what to do next.
    pub detail: String,
    /// The HTTP status.
    pub status: u16,
    /// The address asked.
    pub instance: String,
    /// Kebab-case, never reused for another meaning.
    pub code: String,
    /// Names the request in the operator's log.
    pub trace_id: String,
    /// The clause behind a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The wrong place in the input (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

/// Gives every request a number, and writes problems in the reader's language.
pub async fn render(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let language = language_of(&request);
    let instance: String = request.uri().path().chars().take(300).collect();
    let trace_id = new_uuid(app.clock.now(), &mut app.rng.clone()).to_string();
    let mut response = next.run(request).await;
    if let Some(ApiError(why)) = response.extensions_mut().remove::<ApiError>() {
        response = problem(&refusal_of(why, &trace_id, &instance), language, &trace_id, instance);
    }
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        response.headers_mut().insert(TRACE_ID, value);
    }
    response
}

fn language_of(request: &Request) -> Language {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::negotiate(accepted.unwrap_or_default())
}

impl ApiError {
    /// Whether it is said of the request, and not of a fault of ours.
    pub(super) const fn is_refusal(&self) -> bool {
        matches!(self.0, Why::Refused(_))
    }

    /// What is told. A fault is logged here, once, and told by nothing but its number.
    pub(crate) fn into_refusal(self, trace_id: &str, instance: &str) -> Refusal {
        refusal_of(self.0, trace_id, instance)
    }

    /// The refusal, when it is one.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match &self.0 {
            Why::Refused(refusal) => Some(refusal),
            Why::Fault(_) | Why::Panicked => None,
        }
    }
}

fn refusal_of(why: Why, trace_id: &str, instance: &str) -> Refusal {
    match why {
        Why::Refused(refusal) => refusal,
        Why::Fault(fault) => {
            tracing::error!(trace.id = trace_id, http.path = instance, fault = %fault, "fault");
            Refusal::new(RefusalCode::Internal).with("trace_id", trace_id)
        }
        Why::Panicked => {
            tracing::error!(trace.id = trace_id, http.path = instance, "panic");
            Refusal::new(RefusalCode::Internal).with("trace_id", trace_id)
        }
    }
}

fn problem(refusal: &Refusal, language: Language, trace_id: &str, instance: String) -> Response {
    let status = status_of(refusal.code);
    let (title, detail) = i18n::problem(language, refusal);
    let problem = Problem {
        r#type: format!("{PROBLEM_TYPE}{}", refusal.code.code()),
        title,
        detail,
        status: status.as_u16(),
        instance,
        code: refusal.code.code().to_owned(),
        trace_id: trace_id.to_owned(),
        source: refusal.code.clause().map(str::to_owned),
        pointer: refusal.pointer.clone(),
    };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "application/problem+json"),
        (header::CONTENT_LANGUAGE, language.code()),
        (header::VARY, "Accept-Language"),
    ];
    let mut response = (status, headers, body).into_response();
    if let Some(seconds) = retry_after(refusal) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// When to come again, for what passes by itself.
fn retry_after(refusal: &Refusal) -> Option<HeaderValue> {
    if refusal.code == RefusalCode::RateLimited {
        return refusal.param("seconds").and_then(|seconds| HeaderValue::from_str(seconds).ok());
    }
    let passes = status_of(refusal.code) == StatusCode::SERVICE_UNAVAILABLE;
    passes.then(|| HeaderValue::from_static(RETRY_AFTER_SECONDS))
}

/// The status of every code.
#[must_use]
pub fn status_of(code: RefusalCode) -> StatusCode {
    use RefusalCode as C;
    match code {
        C::MalformedJson
        | C::MalformedCms
        | C::MalformedContent
        | C::MalformedConsent
        | C::UnknownKind
        | C::UploadIncomplete
        | C::IdempotencyKeyMissing => StatusCode::BAD_REQUEST,
        C::LoginRequired | C::SessionExpired | C::ChallengeUnknown | C::ChallengeExpired | C::ReportUnsigned => {
            StatusCode::UNAUTHORIZED
        }
        C::CrossSiteRequest
        | C::NotAClient
        | C::NotTheRecipient
        | C::NotTheSender
        | C::NotTheHolder
        | C::NotAnOfficer
        | C::OwnCase
        | C::OwnCourtRequest
        | C::OwnPruning
        | C::KeyCompromised
        | C::CertificateAnnulled
        | C::SignerIsNotTheCaller
        | C::WrongCapacity
        | C::SignerLacksAuthority => StatusCode::FORBIDDEN,
        C::OfferUnknown
        | C::EmployeeUnknown
        | C::DocumentUnknown
        | C::UploadUnknown
        | C::CertificateUnknown
        | C::CaseUnknown
        | C::ExtractUnknown
        | C::CourtRequestUnknown
        | C::ContactUnknown
        | C::SessionUnknown
        | C::MessageUnknown
        | C::PruningUnknown
        | C::NotFound => StatusCode::NOT_FOUND,
        C::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        C::OfferWithdrawn
        | C::OfferNotInForce
        | C::OfferVersionExists
        | C::AlreadyAccepted
        | C::AlreadyAClient
        | C::AlreadyInvited
        | C::AlreadyAnEmployee
        | C::DocumentState
        | C::DocumentAlreadySigned
        | C::DocumentAlreadyRejected
        | C::DocumentWithdrawn
        | C::ContentDestroyed
        | C::DocumentNotYetReceived
        | C::CaseClosed
        | C::CaseAlreadyOpen
        | C::SignatureAlreadyUsed
        | C::ExtractState
        | C::CourtRequestState
        | C::CourtRequestExpired
        | C::PruningState
        | C::PruningEarly
        | C::PruningNotExported
        | C::PruningHeld
        | C::OtherSession
        | C::ContactExists
        | C::ContactConfirmed
        | C::CodeUnknown
        | C::CodeOpen
        | C::IdempotencyKeyReused => StatusCode::CONFLICT,
        C::EntriesPruned => StatusCode::GONE,
        C::UploadTooLarge | C::ExtractTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        C::MediaTypeRefused => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        C::MissingRequisite
        | C::SumMismatch
        | C::VatRateMismatch
        | C::IdentifierInvalid
        | C::DateInvalid
        | C::AttachmentMissing
        | C::AttachmentMismatch
        | C::AttachmentUnlisted
        | C::ContentNotCanonical
        | C::TooManyFiles
        | C::SeveralFiles
        | C::TooManyDocuments
        | C::HistoryTooLong
        | C::SignatureContentMismatch
        | C::LoginTextNotADocument
        | C::SignatureInvalid
        | C::SignatureMissing
        | C::SignatureUnsupported
        | C::DigestNotTaken
        | C::SeveralSigners
        | C::CertificateExpired
        | C::CertificateNotYetValid
        | C::CertificateRevoked
        | C::CertificateOnHold
        | C::CertificateUntrusted
        | C::CertificateStatusUnknown
        | C::AuthenticationKeyUsedForSigning
        | C::OfferLanguageMissing
        | C::OfferTextMismatch
        | C::ConsentMismatch
        | C::DeclarationsIncomplete
        | C::ClientDataMismatch
        | C::RecipientNotAClient
        | C::ReasonRequired
        | C::RecipientIsTheSender
        | C::KindNotForSending
        | C::CompromiseInFuture
        | C::CompromiseBeforeCertificate
        | C::AskerIsNoParty
        | C::CourtScopeWider
        | C::AddressInvalid
        | C::PhoneInvalid
        | C::TooManyContacts
        | C::CodeExpired
        | C::CodeWrong
        | C::ExtractScopeEmpty => StatusCode::UNPROCESSABLE_ENTITY,
        C::RateLimited | C::TooManyUploads => StatusCode::TOO_MANY_REQUESTS,
        C::TimeStampUnavailable
        | C::JournalUnavailable
        | C::SealUnavailable
        | C::ServiceUnavailable
        | C::ChannelUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        C::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        C::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_status_that_says_no() {
        for code in RefusalCode::ALL {
            assert!(status_of(*code).is_client_error() || status_of(*code).is_server_error(), "{code}");
        }
    }

    #[test]
    fn a_busy_store_is_told_as_a_service_that_is_back_soon_and_a_broken_one_as_a_fault() {
        let busy = || StoreError::Busy { action: "read", place: "a/b".to_owned(), detail: "SlowDown".to_owned() };
        for error in [ApiError::from(Fault::from(busy())), ApiError::from(OperationError::from(busy()))] {
            let response = problem(&error.into_refusal("1", "/"), Language::En, "1", "/".to_owned());
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers().get(header::RETRY_AFTER), Some(&HeaderValue::from_static("5")));
        }
        let broken = StoreError::Denied { action: "read", place: "a/b".to_owned(), detail: String::new() };
        let response =
            problem(&ApiError::from(Fault::from(broken)).into_refusal("1", "/"), Language::En, "1", "/".to_owned());
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers().get(header::RETRY_AFTER), None);
    }
}
