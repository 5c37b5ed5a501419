//! Extracts for a court: prepared, signed by the officer's own key, handed out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::court_requests::court_request_id;
use super::download::download;
use super::idempotency::IdempotencyKey;
use super::input::{self, Input, Place};
use super::problem::{ApiError, Problem};
use super::session::Session;
use crate::domain::ids::{DocumentId, ExtractId, MessageId, SessionId};
use crate::domain::party::{IdentifierPolicy, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::extract::format::MIMETYPE;
use crate::operations::issue_extract::{self, About, Asker, DOCUMENTS_MAX, ExtractRequest, PartyPeriod};
use crate::operations::look_up_extract::look_up_extract;

/// What is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prepare {
    /// The documents; none when a period is given.
    #[serde(default)]
    documents: Vec<String>,
    /// Instead of documents: everything of one party in a period.
    #[serde(default)]
    period: Option<Period>,
    /// Instead of documents: the id of a session, with its codes and messages.
    #[serde(default)]
    session: Option<String>,
    /// Instead of documents: the id of a message.
    #[serde(default)]
    message: Option<String>,
    /// Who asks.
    asked_by: AskedBy,
}

/// Who asks: nobody else gets an extract.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum AskedBy {
    /// A party to everything that is asked for.
    Party {
        /// `bin:123456789012` or `iin:…`.
        key: String,
        /// On what ground.
        ground: String,
        /// What it asks for, in its own words.
        scope: String,
    },
    /// The id of the approved request of a court or a body: ground and words are those of the request.
    CourtRequest(String),
}

impl AskedBy {
    fn read(self) -> Result<Asker, ApiError> {
        match self {
            Self::Party { key, ground, scope } => {
                Ok(Asker::Party { party: party(&key, "/asked_by/party/key")?, ground, words: scope })
            }
            Self::CourtRequest(id) => Ok(Asker::Court(court_request_id(&id)?)),
        }
    }
}

fn party(key: &str, pointer: &str) -> Result<Party, Refusal> {
    Party::parse_key(key, IdentifierPolicy::AcceptTest).map_err(|error| {
        let refusal = Refusal::new(RefusalCode::IdentifierInvalid).with("identifier", key);
        refusal.with("reason", error.to_string()).at(pointer)
    })
}

/// Everything of one party in a period.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// `bin:123456789012` or `iin:…`.
    party: String,
    /// The first instant, RFC 3339.
    from: String,
    /// The instant that ends it, itself not in it, RFC 3339.
    to: String,
}

impl Period {
    pub(super) fn read(&self) -> Result<PartyPeriod, Refusal> {
        let party = party(&self.party, "/period/party")?;
        let moment = |text: &str, pointer: &str| {
            let wrong = || Refusal::new(RefusalCode::DateInvalid).with("reason", "RFC 3339").at(pointer);
            Moment::parse_rfc3339(text).map_err(|_| wrong())
        };
        PartyPeriod::new(party, moment(&self.from, "/period/from")?, moment(&self.to, "/period/to")?)
    }
}

/// The session or the message that is asked for.
///
/// # Errors
/// `session-unknown`, `message-unknown`; `extract-scope-empty` for both at once.
pub(super) fn about(session: Option<&str>, message: Option<&str>) -> Result<Option<About>, ApiError> {
    match (session, message) {
        (None, None) => Ok(None),
        (Some(id), None) => match SessionId::parse(id) {
            Ok(id) => Ok(Some(About::Session(id))),
            Err(_) => Err(Refusal::new(RefusalCode::SessionUnknown).at("/session").into()),
        },
        (None, Some(id)) => match MessageId::parse(id) {
            Ok(id) => Ok(Some(About::Message(id))),
            Err(_) => Err(Refusal::new(RefusalCode::MessageUnknown).at("/message").into()),
        },
        (Some(_), Some(_)) => Err(Refusal::new(RefusalCode::ExtractScopeEmpty).at("/message").into()),
    }
}

/// The documents that are listed.
pub(super) fn document_ids(listed: &[String]) -> Result<Vec<DocumentId>, ApiError> {
    if listed.len() > DOCUMENTS_MAX {
        return Err(issue_extract::too_many_documents().into());
    }
    let document = |id: &String| DocumentId::parse(id).map_err(|_| ApiError::from(RefusalCode::DocumentUnknown));
    listed.iter().map(document).collect()
}

/// An extract that waits for the officer's signature.
#[derive(Serialize, ToSchema)]
pub struct PreparedAnswer {
    id: String,
    number: u64,
    /// What the officer signs (detached CMS), in base64.
    manifest: String,
}

/// Gather an extract (the officer's act). It is issued when he has signed its manifest.
#[utoipa::path(post, path = "/api/v1/extracts", tag = "extracts", security(("session" = [])), request_body = Prepare,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = PreparedAnswer), (status = "4XX", body = Problem)))]
pub async fn prepare(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Prepare>,
) -> Result<(StatusCode, Json<PreparedAnswer>), ApiError> {
    let Prepare { documents, period, session: about_session, message, asked_by } = input.value;
    let period = period.map(|period| period.read()).transpose()?;
    let about = about(about_session.as_deref(), message.as_deref())?;
    if documents.is_empty() && period.is_none() && about.is_none() {
        return Err(RefusalCode::ExtractScopeEmpty.into());
    }
    let documents = document_ids(&documents)?;
    let asked = ExtractRequest { documents, period, about, asker: asked_by.read()? };
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let prepared = match earlier {
        Some(object) => issue_extract::read_prepared_again(&app, &session.caller, extract_id(&object)?).await?,
        None => issue_extract::prepare_extract(&app, &session.caller, asked, &request).await?,
    };
    Ok((
        StatusCode::CREATED,
        Json(PreparedAnswer {
            id: prepared.id.to_string(),
            number: prepared.number,
            manifest: BASE64_STANDARD.encode(prepared.manifest),
        }),
    ))
}

/// The officer's signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignExtract {
    /// Detached CMS over the manifest: base64 or PEM.
    cms: String,
}

fn extract_id(text: &str) -> Result<ExtractId, ApiError> {
    ExtractId::parse(text).map_err(|_| RefusalCode::ExtractUnknown.into())
}

/// Issue the extract by the officer's signature; the answer is the file.
#[utoipa::path(post, path = "/api/v1/extracts/{id}/signature", tag = "extracts", security(("session" = [])),
    request_body = SignExtract, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.etsi.asic-e+zip"), (status = "4XX", body = Problem)))]
pub async fn sign(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<SignExtract>,
) -> Result<Response, ApiError> {
    let extract = extract_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let bytes = match earlier {
        Some(_) => issue_extract::read_extract(&app, &session.caller, extract).await?,
        None => {
            let cms = input::cms(&input.value.cms, "/cms")?;
            issue_extract::issue_extract(&app, &session.caller, extract, &cms, Some(&request)).await?
        }
    };
    Ok(download(bytes, MIMETYPE, &format!("extract-{extract}.asice")))
}

/// What the register of issued extracts says of a number.
#[derive(Serialize, ToSchema)]
pub struct Registered {
    number: u64,
    /// When it was issued, RFC 3339.
    issued_at: String,
    /// The entry of the journal that says so.
    entry: u64,
    /// SHA-256 of the issued file, in hex; `null` when the journal's opening of it was destroyed.
    sha256: Option<String>,
}

/// Whether an extract was issued under a number, and which file it is. For anybody; no names and no contents.
#[utoipa::path(get, path = "/api/v1/registry/extracts/{number}", tag = "extracts",
    params(("number" = u64, Path)),
    responses((status = 200, body = Registered), (status = "4XX", body = Problem)))]
pub async fn look_up(State(app): State<Shared>, Place(number): Place<String>) -> Result<Json<Registered>, ApiError> {
    let number = number.parse().map_err(|_| RefusalCode::ExtractUnknown)?;
    let found = look_up_extract(&app, number).await?;
    Ok(Json(Registered {
        number: found.number,
        issued_at: found.issued_at.to_string(),
        entry: found.entry,
        sha256: found.sha256,
    }))
}

/// An issued extract (the officer's).
#[utoipa::path(get, path = "/api/v1/extracts/{id}", tag = "extracts", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.etsi.asic-e+zip"), (status = "4XX", body = Problem)))]
pub async fn show(State(app): State<Shared>, Place(id): Place<String>, session: Session) -> Result<Response, ApiError> {
    let extract = extract_id(&id)?;
    let bytes = issue_extract::read_extract(&app, &session.caller, extract).await?;
    Ok(download(bytes, MIMETYPE, &format!("extract-{extract}.asice")))
}
