//! Documents: sent with files, read by their parties, countersigned, rejected, withdrawn.

use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::download::{self, download};
use super::idempotency::IdempotencyKey;
use super::input::{self, Asked, Input, Place};
use super::problem::{ApiError, Problem};
use super::session::Session;
use super::{Shared, UPLOAD_MAX_BYTES, uploads};
use crate::app::App;
use crate::docflow::store::{self, DocumentRow};
use crate::docflow::{Side, State as DocumentState};
use crate::domain::document::DocumentKind;
use crate::domain::ids::{DocumentId, SignatureId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::intake::Upload;
use crate::journal::Sequenced;
use crate::journal::promise::Promised;
use crate::operations::read_document::{self, DocumentView};
use crate::operations::reject_document::reject_document;
use crate::operations::sign_document::{Acted, sign_document};
use crate::operations::submit_document::{Original, SubmitDocument, submit_document};
use crate::operations::withdraw_document::withdraw_document;

/// Documents listed at once unless fewer are asked for.
const PAGE_MAX: i64 = 200;
/// Longest text field of a form, in bytes.
const FIELD_MAX_BYTES: usize = 1024;

/// A document id in an address; anything else names no document.
pub(crate) fn document_id(text: &str) -> Result<DocumentId, ApiError> {
    DocumentId::parse(text).map_err(|_| RefusalCode::DocumentUnknown.into())
}

/// What an act made of a document.
#[derive(Serialize, ToSchema)]
pub struct ActAnswer {
    document_id: String,
    /// `recording` when the journal has not written the act down yet: it will, and the state follows.
    state: &'static str,
    /// Number of the journal entry.
    entry: Option<u64>,
    /// Instant of the entry.
    at: Option<String>,
    /// With `recording`: the operator's signed promise of the entry.
    promise: Option<PromiseAnswer>,
}

/// A promise, signed by the log's key, that the act will be an entry by a deadline. `qolhat promise verify` checks it.
#[derive(Serialize, ToSchema)]
pub struct PromiseAnswer {
    /// The signed note.
    note: String,
    /// What was accepted, as canonical JSON: the note has its SHA-256. Only in the first answer.
    body: Option<String>,
}

impl PromiseAnswer {
    fn of(promised: Promised) -> Self {
        Self { note: promised.note, body: Some(promised.body) }
    }
}

impl ActAnswer {
    /// The answer of an act.
    pub fn new(
        document: DocumentId,
        state: DocumentState,
        entry: Option<&Sequenced>,
        promise: Option<Promised>,
    ) -> Self {
        Self {
            document_id: document.to_string(),
            state: state.code(),
            entry: entry.map(|entry| entry.seq),
            at: entry.map(|entry| entry.at.to_string()),
            promise: promise.map(PromiseAnswer::of),
        }
    }

    /// The answer to a repeated request: where the document stands now.
    pub async fn of_document(app: &App, document: DocumentId) -> Result<Self, ApiError> {
        let row = store::load(&app.db, document).await?.ok_or(RefusalCode::DocumentUnknown)?;
        let entry = row.state_seq.and_then(|seq| u64::try_from(seq).ok());
        let promise = read_document::promise(app, &row).await?.map(|note| PromiseAnswer { note, body: None });
        Ok(Self { document_id: document.to_string(), state: row.state().code(), entry, at: None, promise })
    }
}

impl From<Acted> for ActAnswer {
    fn from(acted: Acted) -> Self {
        Self::new(acted.document, acted.state, acted.entry.as_ref(), acted.promise)
    }
}

/// A document in a list.
#[derive(Serialize, ToSchema)]
pub struct DocumentAnswer {
    id: String,
    kind: &'static str,
    number: String,
    date: Option<String>,
    title: String,
    sender: String,
    recipient: String,
    state: &'static str,
    created_at: String,
    check_deadline: Option<String>,
    /// Why it was rejected, withdrawn or failed its check.
    reason: Option<String>,
    /// Number of the journal entry that recorded it as received.
    recorded_entry: Option<i64>,
}

fn document_answer(row: &DocumentRow) -> DocumentAnswer {
    DocumentAnswer {
        id: row.id.to_string(),
        kind: row.kind.code(),
        number: row.number.clone(),
        date: row.date.clone(),
        title: row.title.clone(),
        sender: row.sender.key(),
        recipient: row.recipient.key(),
        state: row.state().code(),
        created_at: row.created_at.to_string(),
        check_deadline: row.check_deadline.map(|at| at.to_string()),
        reason: row.reason.clone(),
        recorded_entry: row.recorded_seq,
    }
}

/// Which documents.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// `inbox`, `outbox`, or both when absent.
    r#box: Option<String>,
    /// Only documents brought before this instant: the `created_at` of the last one of the page before.
    before: Option<String>,
    /// The `id` of that one: of the documents of one instant those not shown yet follow.
    before_id: Option<String>,
    /// At most 200.
    limit: Option<i64>,
}

/// The party's documents, newest first.
#[utoipa::path(get, path = "/api/v1/documents", tag = "documents", security(("session" = [])), params(List),
    responses((status = 200, body = Vec<DocumentAnswer>), (status = "4XX", body = Problem)))]
pub async fn list(
    State(app): State<Shared>,
    session: Session,
    Asked(asked): Asked<List>,
) -> Result<Json<Vec<DocumentAnswer>>, ApiError> {
    session.caller.must_draft()?;
    let side = match asked.r#box.as_deref() {
        Some("inbox") => Some(Side::Recipient),
        Some("outbox") => Some(Side::Sender),
        Some(_) | None => None,
    };
    let at = asked.before.map(|text| input::moment(&text, "/before")).transpose()?.unwrap_or(Moment::MAX);
    let id = asked.before_id.map(|text| DocumentId::parse(&text)).transpose();
    let before = store::Before { at, id: id.map_err(|_| Refusal::new(RefusalCode::DocumentUnknown).at("/before_id"))? };
    let limit = asked.limit.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
    let rows = store::list(&app.db, &session.caller.party, side, before, limit).await?;
    Ok(Json(rows.iter().map(document_answer).collect()))
}

/// A file of a document.
#[derive(Serialize, ToSchema)]
pub struct FileAnswer {
    ordinal: i64,
    role: &'static str,
    name: String,
    media_type: String,
    size: i64,
    sha256: String,
}

/// A signature on a document.
#[derive(Serialize, ToSchema)]
pub struct SignatureAnswer {
    id: String,
    /// `sender` or `recipient`.
    side: String,
    common_name: String,
    iin: String,
    bin: Option<String>,
    role: String,
    certificate_sha256: String,
    claimed_at: Option<String>,
    proven_at: Option<String>,
    checked_at: String,
    indication: String,
    sub_indication: Option<String>,
    /// The whole validation report, as `verify --json` gives it for one signature.
    report: Value,
}

/// One of the four conditions of legal effect.
#[derive(Serialize, ToSchema)]
pub struct ConditionAnswer {
    condition: &'static str,
    clause: &'static str,
    holds: bool,
    evidence: Value,
}

/// A case of key compromise that contests a signature.
#[derive(Serialize, ToSchema)]
pub struct ContestAnswer {
    case_id: String,
    state: &'static str,
    reported_at: String,
    compromised_since: String,
    cut_off: Option<String>,
}

/// Something that happened to the document.
#[derive(Serialize, ToSchema)]
pub struct HistoryAnswer {
    at: String,
    entry: u64,
    kind: String,
    reason: Option<String>,
}

/// A receipt of the operator.
#[derive(Serialize, ToSchema)]
pub struct ReceiptAnswer {
    number: i64,
    made_at: String,
}

/// A document with all that its party may see of it.
#[derive(Serialize, ToSchema)]
pub struct ViewAnswer {
    #[serde(flatten)]
    document: DocumentAnswer,
    /// The side of the caller.
    side: &'static str,
    files: Vec<FileAnswer>,
    signatures: Vec<SignatureAnswer>,
    receipts: Vec<ReceiptAnswer>,
    /// The verification protocol: the four conditions of A5.2.3.
    conditions: Vec<ConditionAnswer>,
    contested_by: Vec<ContestAnswer>,
    history: Vec<HistoryAnswer>,
    /// While the state is `recording`: the operator's signed promise of the entry, when he gave one.
    promise: Option<String>,
}

fn view_answer(view: DocumentView) -> ViewAnswer {
    ViewAnswer {
        promise: view.promise,
        document: document_answer(&view.row),
        side: view.side.code(),
        files: view
            .files
            .into_iter()
            .map(|file| FileAnswer {
                ordinal: file.ordinal,
                role: file.role.code(),
                name: file.name,
                media_type: file.media_type,
                size: file.size_bytes,
                sha256: file.sha256.to_hex(),
            })
            .collect(),
        signatures: view
            .signatures
            .into_iter()
            .map(|signature| SignatureAnswer {
                id: signature.id.to_string(),
                side: signature.side,
                common_name: signature.common_name,
                iin: signature.iin,
                bin: signature.bin,
                role: signature.role,
                certificate_sha256: signature.certificate_sha256.to_hex(),
                claimed_at: signature.claimed_at.map(|at| at.to_string()),
                proven_at: signature.proven_at.map(|at| at.to_string()),
                checked_at: signature.checked_at.to_string(),
                indication: signature.indication,
                sub_indication: signature.sub_indication,
                report: serde_json::from_str(&signature.report).unwrap_or(Value::Null),
            })
            .collect(),
        receipts: view
            .receipts
            .into_iter()
            .map(|receipt| ReceiptAnswer { number: receipt.number, made_at: receipt.made_at.to_string() })
            .collect(),
        conditions: view
            .conditions
            .into_iter()
            .map(|finding| ConditionAnswer {
                condition: finding.condition,
                clause: finding.clause,
                holds: finding.holds,
                evidence: finding.evidence,
            })
            .collect(),
        contested_by: view
            .cases
            .into_iter()
            .map(|case| ContestAnswer {
                case_id: case.id.to_string(),
                state: case.state.code(),
                reported_at: case.reported_at.to_string(),
                compromised_since: case.compromised_since.to_string(),
                cut_off: case.cut_off.map(|at| at.to_string()),
            })
            .collect(),
        history: view
            .history
            .into_iter()
            .map(|item| HistoryAnswer {
                at: item.at.to_string(),
                entry: item.seq,
                kind: item.kind,
                reason: item.reason,
            })
            .collect(),
    }
}

/// One document.
#[utoipa::path(get, path = "/api/v1/documents/{id}", tag = "documents", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = ViewAnswer), (status = "4XX", body = Problem)))]
pub async fn show(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
) -> Result<Json<ViewAnswer>, ApiError> {
    let view = read_document::read_document(&app, &session.caller, document_id(&id)?).await?;
    Ok(Json(view_answer(view)))
}

/// A file of a document, always as a download: what a client sent is never shown as ours. One range of it may be asked for;
/// its `ETag` is the SHA-256.
#[utoipa::path(get, path = "/api/v1/documents/{id}/files/{ordinal}", tag = "documents", security(("session" = [])),
    params(("id" = String, Path), ("ordinal" = i64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
pub async fn file(
    State(app): State<Shared>,
    Place((id, ordinal)): Place<(String, i64)>,
    session: Session,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let opened = read_document::open_file(&app, &session.caller, document_id(&id)?, ordinal).await?;
    download::file(&headers, opened).await
}

/// A signature as it was received: a CMS.
#[utoipa::path(get, path = "/api/v1/documents/{id}/signatures/{signature}", tag = "documents",
    security(("session" = [])), params(("id" = String, Path), ("signature" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pkcs7-signature"), (status = "4XX", body = Problem)))]
pub async fn signature(
    State(app): State<Shared>,
    Place((id, signature)): Place<(String, String)>,
    session: Session,
) -> Result<Response, ApiError> {
    let signature = SignatureId::parse(&signature).map_err(|_| RefusalCode::DocumentUnknown)?;
    let bytes = read_document::read_signature(&app, &session.caller, document_id(&id)?, signature).await?;
    Ok(download(bytes, "application/pkcs7-signature", &format!("{signature}.p7s")))
}

/// A receipt of the operator: an attached CMS.
#[utoipa::path(get, path = "/api/v1/documents/{id}/receipts/{number}", tag = "documents", security(("session" = [])),
    params(("id" = String, Path), ("number" = i64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pkcs7-mime"), (status = "4XX", body = Problem)))]
pub async fn receipt(
    State(app): State<Shared>,
    Place((id, number)): Place<(String, i64)>,
    session: Session,
) -> Result<Response, ApiError> {
    let view = read_document::read_document(&app, &session.caller, document_id(&id)?).await?;
    let found = view.receipts.into_iter().find(|receipt| receipt.number == number);
    let receipt = found.ok_or(RefusalCode::NotFound)?;
    Ok(download(receipt.cms, "application/pkcs7-mime", &format!("receipt-{number}.p7m")))
}

/// The form by which a document is sent.
#[derive(ToSchema)]
#[allow(dead_code, reason = "told to readers of the OpenAPI document; the form is read part by part")]
pub struct Submit {
    /// `completion-act`, `payment-invoice`, `letter` or `arbitrary-file`.
    kind: String,
    /// `bin:…` or `iin:…`; needed for an arbitrary file.
    recipient: Option<String>,
    /// Number of an arbitrary file.
    number: Option<String>,
    /// The original: what the signature covers.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    original: Option<String>,
    /// In place of `original`, for an arbitrary file: an upload of the caller's party, which is used up.
    upload_id: Option<String>,
    /// With `upload_id`: the name of the file.
    file_name: Option<String>,
    /// Files that the original lists by digest; may be repeated.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    attachment: Option<String>,
    /// CMS over the original; without it the document is a draft.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    signature: Option<String>,
}

/// Send a document, or keep it as a draft when no signature comes with it.
#[utoipa::path(post, path = "/api/v1/documents", tag = "documents", security(("session" = [])),
    params(("Idempotency-Key" = String, Header)),
    request_body(content = Submit, content_type = "multipart/form-data"),
    responses((status = 201, body = ActAnswer), (status = "4XX", body = Problem)))]
pub async fn submit(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    form: Multipart,
) -> Result<(StatusCode, Json<ActAnswer>), ApiError> {
    session.caller.must_draft()?;
    let (command, sha256) = read_form(&app, form).await?;
    let (request, earlier) = key.request(&app, &session.caller, sha256).await?;
    if let Some(document) = earlier.as_deref().and_then(|object| DocumentId::parse(object).ok()) {
        return Ok((StatusCode::CREATED, Json(ActAnswer::of_document(&app, document).await?)));
    }
    let entered = submit_document(&app, &session.caller, command, Some(&request)).await?;
    Ok((
        StatusCode::CREATED,
        Json(ActAnswer::new(entered.document, entered.state, entered.entry.as_ref(), entered.promise)),
    ))
}

async fn read_form(app: &App, mut form: Multipart) -> Result<(SubmitDocument, [u8; 32]), ApiError> {
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            ApiError::from(Refusal::new(RefusalCode::UploadTooLarge).with("limit", UPLOAD_MAX_BYTES.to_string()))
        } else {
            Refusal::new(RefusalCode::MalformedContent).with("reason", "form").into()
        }
    };
    let (mut kind, mut recipient, mut number) = (None, None, None);
    let (mut original, mut attachments, mut cms) = (None, Vec::new(), None);
    let (mut upload, mut named) = (None, None);
    let mut digest = Sha256::new();
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(unreadable)?;
        for piece in [name.as_bytes(), file_name.as_bytes(), &bytes] {
            digest.update(u64::try_from(piece.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(piece);
        }
        let came = |bytes: &[u8]| Upload { name: file_name.clone(), bytes: bytes.to_vec() };
        let twice = match name.as_str() {
            "kind" => kind.replace(field(&bytes, "/kind")?).is_some(),
            "recipient" => recipient.replace(field(&bytes, "/recipient")?).is_some(),
            "number" => number.replace(field(&bytes, "/number")?).is_some(),
            "upload_id" => upload.replace(field(&bytes, "/upload_id")?).is_some(),
            "file_name" => named.replace(field(&bytes, "/file_name")?).is_some(),
            "original" => original.replace(came(&bytes)).is_some(),
            "signature" => cms.replace(bytes.to_vec()).is_some(),
            "attachment" => {
                attachments.push(came(&bytes));
                if attachments.len() > app.rules.limits.files_max {
                    let limit = app.rules.limits.files_max.to_string();
                    return Err(Refusal::new(RefusalCode::TooManyFiles).with("limit", limit).into());
                }
                false
            }
            _ => {
                let refusal = Refusal::new(RefusalCode::MalformedContent).with("reason", "unknown-member");
                return Err(refusal.at(format!("/{}", name.chars().take(60).collect::<String>())).into());
            }
        };
        if twice {
            let refusal = Refusal::new(RefusalCode::MalformedContent).with("reason", "duplicate-member");
            return Err(refusal.at(format!("/{name}")).into());
        }
    }
    let missing = |requisite: &'static str| {
        Refusal::new(RefusalCode::MissingRequisite).with("requisite", requisite).at(format!("/{requisite}"))
    };
    let kind = kind.ok_or_else(|| missing("kind"))?;
    let command = SubmitDocument {
        kind: DocumentKind::parse(&kind)
            .ok_or_else(|| Refusal::new(RefusalCode::UnknownKind).with("kind", kind.as_str()).at("/kind"))?,
        recipient: recipient.map(|key| input::party(app, &key, "/recipient")).transpose()?,
        number,
        original: match (original, upload) {
            (Some(original), None) => Original::Here(original),
            (None, Some(upload)) => Original::Ahead {
                upload: uploads::upload_id(&upload).map_err(|refusal| refusal.at("/upload_id"))?,
                name: named.ok_or_else(|| missing("file_name"))?,
            },
            (Some(_), Some(_)) => {
                let refusal = Refusal::new(RefusalCode::MalformedContent).with("reason", "file-and-upload");
                return Err(refusal.at("/upload_id").into());
            }
            (None, None) => return Err(missing("original").into()),
        },
        attachments,
        cms,
    };
    Ok((command, digest.finalize().into()))
}

fn field(bytes: &[u8], pointer: &str) -> Result<String, ApiError> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= FIELD_MAX_BYTES);
    text.map(str::to_owned).ok_or_else(|| {
        Refusal::new(RefusalCode::MalformedContent)
            .with("reason", "too-long")
            .with("limit", FIELD_MAX_BYTES.to_string())
            .at(pointer)
            .into()
    })
}

/// A signature over the original.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignDocument {
    /// CMS over the original: base64 or PEM.
    cms: String,
}

/// Sign: the addressee countersigns what he received, the sender signs and sends his draft.
#[utoipa::path(post, path = "/api/v1/documents/{id}/signatures", tag = "documents", security(("session" = [])),
    request_body = SignDocument, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = ActAnswer), (status = "4XX", body = Problem)))]
pub async fn sign(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<SignDocument>,
) -> Result<(StatusCode, Json<ActAnswer>), ApiError> {
    let document = document_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_some() {
        return Ok((StatusCode::CREATED, Json(ActAnswer::of_document(&app, document).await?)));
    }
    let cms = input::cms(&input.value.cms, "/cms")?;
    let acted = sign_document(&app, &session.caller, document, &cms, Some(&request)).await?;
    Ok((StatusCode::CREATED, Json(acted.into())))
}

/// A reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    reason: String,
}

/// Refuse to sign, with a reason that the sender sees.
#[utoipa::path(post, path = "/api/v1/documents/{id}/rejection", tag = "documents", security(("session" = [])),
    request_body = Reason, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = ActAnswer), (status = "4XX", body = Problem)))]
pub async fn reject(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Reason>,
) -> Result<(StatusCode, Json<ActAnswer>), ApiError> {
    let document = document_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_some() {
        return Ok((StatusCode::CREATED, Json(ActAnswer::of_document(&app, document).await?)));
    }
    let acted = reject_document(&app, &session.caller, document, &input.value.reason, Some(&request)).await?;
    Ok((StatusCode::CREATED, Json(acted.into())))
}

/// Take a document back before the addressee answered.
#[utoipa::path(post, path = "/api/v1/documents/{id}/withdrawal", tag = "documents", security(("session" = [])),
    request_body = Reason, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = ActAnswer), (status = "4XX", body = Problem)))]
pub async fn withdraw(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Reason>,
) -> Result<(StatusCode, Json<ActAnswer>), ApiError> {
    let document = document_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_some() {
        return Ok((StatusCode::CREATED, Json(ActAnswer::of_document(&app, document).await?)));
    }
    let acted = withdraw_document(&app, &session.caller, document, &input.value.reason, Some(&request)).await?;
    Ok((StatusCode::CREATED, Json(acted.into())))
}
