//! Offers: published, read by anybody, accepted by a signature.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use qolhat_storage::BlobStore as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::documents::ActAnswer;
use super::idempotency::IdempotencyKey;
use super::input::{self, Input, Place};
use super::problem::{ApiError, Problem};
use super::session::Session;
use crate::app::App;
use crate::docflow::offers::{self, OfferRow};
use crate::domain::ids::{DocumentId, OfferId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::i18n::Language;
use crate::operations::Fault;
use crate::operations::accept_offer::{AcceptOffer, accept_offer};
use crate::operations::publish_offer::{PublishOffer, publish_offer};
use crate::operations::withdraw_offer::withdraw_offer;

/// Most offers listed.
const OFFERS_MAX: i64 = 500;

/// A text of a version.
#[derive(Serialize, ToSchema)]
pub struct TextAnswer {
    /// `kk`, `ru` or `en`.
    language: &'static str,
    sha256: String,
    size: i64,
}

/// A published version. A language that is not among the texts has none: it is missing, and nothing stands in for it.
#[derive(Serialize, ToSchema)]
pub struct VersionAnswer {
    version: i64,
    /// The language whose text prevails.
    prevailing: &'static str,
    in_force_from: String,
    published_at: String,
    /// Number of the journal entry, once sequenced.
    entry: Option<i64>,
    texts: Vec<TextAnswer>,
    missing_languages: Vec<&'static str>,
}

/// An offer with its versions, oldest first.
#[derive(Serialize, ToSchema)]
pub struct OfferAnswer {
    id: String,
    title: String,
    withdrawn_at: Option<String>,
    versions: Vec<VersionAnswer>,
}

async fn offer_answer(app: &App, row: OfferRow) -> Result<OfferAnswer, ApiError> {
    let mut versions = Vec::new();
    for version in offers::versions(&app.db, row.id).await? {
        let texts = offers::texts(&app.db, row.id, version.version).await?;
        let has = |language: &Language| texts.iter().any(|text| text.language == *language);
        versions.push(VersionAnswer {
            version: version.version,
            prevailing: version.prevailing.code(),
            in_force_from: version.in_force_from.to_string(),
            published_at: version.published_at.to_string(),
            entry: version.seq,
            missing_languages: Language::ALL.iter().filter(|language| !has(language)).map(|l| l.code()).collect(),
            texts: texts
                .iter()
                .map(|text| TextAnswer {
                    language: text.language.code(),
                    sha256: text.sha256.to_hex(),
                    size: text.size_bytes,
                })
                .collect(),
        });
    }
    Ok(OfferAnswer {
        id: row.id.to_string(),
        title: row.title,
        withdrawn_at: row.withdrawn_at.map(|at| at.to_string()),
        versions,
    })
}

fn offer_id(text: &str) -> Result<OfferId, ApiError> {
    OfferId::parse(text).map_err(|_| RefusalCode::OfferUnknown.into())
}

async fn load(app: &App, id: &str) -> Result<OfferRow, ApiError> {
    Ok(offers::load(&app.db, offer_id(id)?).await?.ok_or(RefusalCode::OfferUnknown)?)
}

/// Published offers, the newest first.
#[utoipa::path(get, path = "/api/v1/offers", tag = "offers", responses((status = 200, body = Vec<OfferAnswer>)))]
pub async fn list(State(app): State<Shared>) -> Result<Json<Vec<OfferAnswer>>, ApiError> {
    let mut answers = Vec::new();
    for row in offers::list(&app.db, OFFERS_MAX).await? {
        answers.push(offer_answer(&app, row).await?);
    }
    Ok(Json(answers))
}

/// One offer.
#[utoipa::path(get, path = "/api/v1/offers/{id}", tag = "offers", params(("id" = String, Path)),
    responses((status = 200, body = OfferAnswer), (status = "4XX", body = Problem)))]
pub async fn show(State(app): State<Shared>, Place(id): Place<String>) -> Result<Json<OfferAnswer>, ApiError> {
    let row = load(&app, &id).await?;
    Ok(Json(offer_answer(&app, row).await?))
}

/// The published text, octet for octet: its SHA-256 is what an acceptance names.
#[utoipa::path(get, path = "/api/v1/offers/{id}/versions/{version}/texts/{language}", tag = "offers",
    params(("id" = String, Path), ("version" = i64, Path), ("language" = String, Path)),
    responses((status = 200, body = String, content_type = "text/plain"), (status = "4XX", body = Problem)))]
pub async fn text(
    State(app): State<Shared>,
    Place((id, version, language)): Place<(String, i64, String)>,
) -> Result<impl IntoResponse, ApiError> {
    let row = load(&app, &id).await?;
    let missing = || Refusal::new(RefusalCode::OfferLanguageMissing).with("language", &language);
    let wanted = Language::parse(&language).ok_or_else(missing)?;
    let texts = offers::texts(&app.db, row.id, version).await?;
    let text = texts.iter().find(|text| text.language == wanted).ok_or_else(missing)?;
    let bytes = app.blobs.get(&text.blob_address).await.map_err(Fault::from)?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_LANGUAGE, language),
        (header::ETAG, format!("\"{}\"", text.sha256.to_hex())),
    ];
    Ok((headers, bytes))
}

/// A version to publish.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    title: String,
    /// The language whose text prevails; its text must be there.
    prevailing: String,
    /// Texts by language: one, two or three of `kk`, `ru`, `en`.
    texts: BTreeMap<String, String>,
    /// RFC 3339; at once when absent.
    in_force_from: Option<String>,
}

/// A published version.
#[derive(Serialize, ToSchema)]
pub struct PublishedAnswer {
    offer_id: String,
    version: i64,
}

/// Publish a new offer (an officer's act).
#[utoipa::path(post, path = "/api/v1/offers", tag = "offers", security(("session" = [])), request_body = Publish,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = PublishedAnswer), (status = "4XX", body = Problem)))]
pub async fn publish(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Publish>,
) -> Result<(StatusCode, Json<PublishedAnswer>), ApiError> {
    publish_as(&app, &session, key, input, None).await
}

/// Publish a new version of an offer (an officer's act).
#[utoipa::path(post, path = "/api/v1/offers/{id}/versions", tag = "offers", security(("session" = [])),
    request_body = Publish, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = PublishedAnswer), (status = "4XX", body = Problem)))]
pub async fn publish_version(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Publish>,
) -> Result<(StatusCode, Json<PublishedAnswer>), ApiError> {
    let offer = offer_id(&id)?;
    publish_as(&app, &session, key, input, Some(offer)).await
}

async fn publish_as(
    app: &App,
    session: &Session,
    key: IdempotencyKey,
    input: Input<Publish>,
    offer: Option<OfferId>,
) -> Result<(StatusCode, Json<PublishedAnswer>), ApiError> {
    let (request, earlier) = key.request(app, &session.caller, input.sha256).await?;
    let answer = |offer_id: String, version: i64| (StatusCode::CREATED, Json(PublishedAnswer { offer_id, version }));
    if let Some((offer, version)) = earlier.as_deref().and_then(|object| object.split_once('/')) {
        return Ok(answer(offer.to_owned(), version.parse().unwrap_or_default()));
    }
    let Publish { title, prevailing, texts, in_force_from } = input.value;
    let language = |code: &str, pointer: String| {
        Language::parse(code)
            .ok_or_else(|| Refusal::new(RefusalCode::MalformedContent).with("reason", "unknown-language").at(pointer))
    };
    let command = PublishOffer {
        offer,
        title,
        prevailing: language(&prevailing, "/prevailing".to_owned())?,
        texts: texts
            .into_iter()
            .map(|(code, text)| Ok((language(&code, format!("/texts/{code}"))?, text)))
            .collect::<Result<_, Refusal>>()?,
        in_force_from: in_force_from.map(|text| input::moment(&text, "/in_force_from")).transpose()?,
    };
    let published = publish_offer(app, &session.caller, command, Some(&request)).await?;
    Ok(answer(published.offer.to_string(), published.version))
}

/// Withdraw an offer: it cannot be accepted from now on (an officer's act).
#[utoipa::path(post, path = "/api/v1/offers/{id}/withdrawal", tag = "offers", security(("session" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn withdraw(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
) -> Result<StatusCode, ApiError> {
    let offer = offer_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, *offer_digest(offer).as_bytes()).await?;
    if earlier.is_none() {
        withdraw_offer(&app, &session.caller, offer, Some(&request)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn offer_digest(offer: OfferId) -> qolhat_storage::ContentDigest {
    qolhat_storage::ContentDigest::of(format!("withdraw {offer}").as_bytes())
}

/// A signed consent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// The consent document (OfferAcceptance, canonical JSON), as the text that was signed.
    consent: String,
    /// CMS over it: base64 or PEM.
    cms: String,
}

/// Accept a version of an offer by a signature; the party becomes a client.
#[utoipa::path(post, path = "/api/v1/offers/{id}/versions/{version}/acceptances", tag = "offers",
    security(("session" = [])), request_body = Accept,
    params(("id" = String, Path), ("version" = i64, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = ActAnswer), (status = "4XX", body = Problem)))]
pub async fn accept(
    State(app): State<Shared>,
    Place((id, version)): Place<(String, i64)>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Accept>,
) -> Result<(StatusCode, Json<ActAnswer>), ApiError> {
    let offer = offer_id(&id)?;
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if let Some(document) = earlier.as_deref().and_then(|object| DocumentId::parse(object).ok()) {
        return Ok((StatusCode::CREATED, Json(ActAnswer::of_document(&app, document).await?)));
    }
    let command = AcceptOffer {
        offer,
        version,
        cms: input::cms(&input.value.cms, "/cms")?,
        consent: input.value.consent.into_bytes(),
    };
    let entered = accept_offer(&app, &session.caller, command, Some(&request)).await?;
    Ok((
        StatusCode::CREATED,
        Json(ActAnswer::new(entered.document, entered.state, entered.entry.as_ref(), entered.promise)),
    ))
}
