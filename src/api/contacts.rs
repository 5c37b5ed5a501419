//! The caller's addresses: given, confirmed by a code that was sent there, taken back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::idempotency::IdempotencyKey;
use super::input::{Input, Place};
use super::problem::{ApiError, Problem};
use super::session::Session;
use crate::domain::address::{self, Address};
use crate::domain::ids::ContactId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::i18n::Language;
use crate::operations::confirm_contact::{self, ListedContact};

/// An address to take down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// The way of messages.
    channel: Channel,
    /// `name@example.kz`, or a mobile number: `+7 701 123 45 67`.
    address: String,
    /// Language of messages: `kk`, `ru` or `en`; `kk` when it is not given.
    #[serde(default)]
    language: Option<String>,
}

/// The way of messages.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Mail.
    Email,
    /// Short messages to a phone.
    Sms,
}

impl From<Channel> for address::Channel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Sms => Self::Sms,
        }
    }
}

impl From<address::Channel> for Channel {
    fn from(channel: address::Channel) -> Self {
        match channel {
            address::Channel::Email => Self::Email,
            address::Channel::Sms => Self::Sms,
        }
    }
}

/// The refusal of a text that is no address of its way.
pub(crate) fn no_address(channel: address::Channel) -> Refusal {
    let code = match channel {
        address::Channel::Email => RefusalCode::AddressInvalid,
        address::Channel::Sms => RefusalCode::PhoneInvalid,
    };
    Refusal::new(code).at("/address")
}

/// An address of the caller.
#[derive(Serialize, ToSchema)]
pub struct ContactAnswer {
    id: String,
    channel: Channel,
    address: String,
    language: &'static str,
    added_at: String,
    /// When a code that was sent there came back; null before.
    confirmed_at: Option<String>,
    /// Whether notices of documents go there.
    carries_notices: bool,
}

fn answer(listed: &ListedContact) -> ContactAnswer {
    let contact = &listed.contact;
    ContactAnswer {
        id: contact.id.to_string(),
        channel: contact.address.channel().into(),
        address: contact.address.to_string(),
        language: contact.language.code(),
        added_at: contact.added_at.to_string(),
        confirmed_at: contact.confirmed_at.map(|at| at.to_string()),
        carries_notices: listed.carries_notices,
    }
}

fn contact_id(text: &str) -> Result<ContactId, ApiError> {
    ContactId::parse(text).map_err(|_| RefusalCode::ContactUnknown.into())
}

/// The caller's addresses, for the party for which he acts.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "people", security(("session" = [])),
    responses((status = 200, body = Vec<ContactAnswer>), (status = "4XX", body = Problem)))]
pub async fn list(State(app): State<Shared>, session: Session) -> Result<Json<Vec<ContactAnswer>>, ApiError> {
    let contacts = confirm_contact::list_contacts(&app, &session.caller).await?;
    Ok(Json(contacts.iter().map(answer).collect()))
}

/// An address that was taken down.
#[derive(Serialize, ToSchema)]
pub struct AddedContact {
    id: String,
}

/// Give an address; a code is sent there.
#[utoipa::path(post, path = "/api/v1/contacts", tag = "people", security(("session" = [])), request_body = NewContact,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = AddedContact), (status = "4XX", body = Problem)))]
pub async fn add(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<NewContact>,
) -> Result<(StatusCode, Json<AddedContact>), ApiError> {
    let NewContact { channel, address, language } = input.value;
    let channel = address::Channel::from(channel);
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    let id = match earlier {
        Some(id) => id,
        None => {
            let address = Address::parse(channel, address.trim()).map_err(|_| no_address(channel))?;
            let language = language.as_deref().map_or(Some(Language::default()), Language::parse).ok_or_else(|| {
                Refusal::new(RefusalCode::MalformedContent).with("reason", "unknown-value").at("/language")
            })?;
            let id = confirm_contact::add_contact(&app, &session.caller, address, language, Some(&request)).await?;
            id.to_string()
        }
    };
    Ok((StatusCode::CREATED, Json(AddedContact { id })))
}

/// Send another code; the one before is good no more.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/codes", tag = "people", security(("session" = [])),
    request_body = Nothing, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn send_code(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Nothing>,
) -> Result<StatusCode, ApiError> {
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_none() {
        confirm_contact::send_code(&app, &session.caller, contact_id(&id)?, Some(&request)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// An empty object.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A code that was read in a message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    code: String,
}

/// Enter the code: the address is confirmed by the right one. Each attempt counts.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/code", tag = "people", security(("session" = [])),
    request_body = Code, params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn enter_code(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
    key: IdempotencyKey,
    input: Input<Code>,
) -> Result<StatusCode, ApiError> {
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_none() {
        let (contact, code) = (contact_id(&id)?, &input.value.code);
        confirm_contact::enter_code(&app, &session.caller, contact, code, Some(&request)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The way that somebody wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChoice {
    channel: Channel,
}

/// Choose by which way notices come to you for this party: mail unless you say otherwise. Where you have no confirmed address of
/// that way, they come by the other; a short message that does not arrive is followed by a mail.
#[utoipa::path(post, path = "/api/v1/contacts/choice", tag = "people", security(("session" = [])),
    request_body = ContactChoice, params(("Idempotency-Key" = String, Header)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn choose(
    State(app): State<Shared>,
    session: Session,
    key: IdempotencyKey,
    input: Input<ContactChoice>,
) -> Result<StatusCode, ApiError> {
    let (request, earlier) = key.request(&app, &session.caller, input.sha256).await?;
    if earlier.is_none() {
        confirm_contact::choose_channel(&app, &session.caller, input.value.channel.into(), Some(&request)).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Take an address back: nothing is sent there any more.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}", tag = "people", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn remove(
    State(app): State<Shared>,
    Place(id): Place<String>,
    session: Session,
) -> Result<StatusCode, ApiError> {
    confirm_contact::remove_contact(&app, &session.caller, contact_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
