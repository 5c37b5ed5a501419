//! An officer publishes a version of an offer: one or more language texts, one of them prevailing. A published version
//! never changes (REG-03, REG-17).

use qolhat_storage::{BlobStore as _, ContentDigest};
use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use crate::access::answers::Request;
use crate::access::rights::Caller;
use crate::app::App;
use crate::docflow::offers::{self, TextRow, VersionRow};
use crate::domain::ids::{EventId, OfferId};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::text;
use crate::domain::text::is_forbidden;
use crate::domain::time::Moment;
use crate::i18n::Language;
use crate::journal::EventDraft;

/// Largest text of an offer in one language, in bytes.
pub const OFFER_TEXT_MAX_BYTES: usize = 2 * 1024 * 1024;
/// Longest title, in characters.
pub const OFFER_TITLE_MAX_CHARS: usize = 300;

/// What is published.
#[derive(Debug)]
pub struct PublishOffer {
    /// The offer that gets a new version; `None` publishes a new offer.
    pub offer: Option<OfferId>,
    /// The line by which people know the offer.
    pub title: String,
    /// The texts, one a language.
    pub texts: Vec<(Language, String)>,
    /// The language of the text that prevails.
    pub prevailing: Language,
    /// From when the version may be accepted; now when `None`.
    pub in_force_from: Option<Moment>,
}

/// A published version.
#[derive(Debug, Clone)]
pub struct Published {
    /// The offer.
    pub offer: OfferId,
    /// The number of the version.
    pub version: i64,
}

/// Publishes a version.
///
/// # Errors
/// `not-an-officer`, `offer-unknown`, `offer-withdrawn`, `offer-language-missing` when the prevailing text is not among
/// the texts, `upload-too-large`, `malformed-content`, `date-invalid` for a start before the last version's.
pub async fn publish_offer(
    app: &App,
    caller: &Caller,
    command: PublishOffer,
    request: Option<&Request>,
) -> Result<Published, OperationError> {
    let now = app.clock.now();
    caller.must_be_officer()?;
    check(&command, now)?;
    let mut rng = app.rng.clone();

    let mut texts = Vec::with_capacity(command.texts.len());
    for (language, text) in &command.texts {
        let bytes = text.as_bytes().to_vec();
        let (sha256, size_bytes) = (ContentDigest::of(&bytes), i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        let blob_address = app.blobs.put(bytes).await?;
        texts.push(TextRow { language: *language, sha256, size_bytes, blob_address });
    }

    let offer = command.offer.unwrap_or_else(|| OfferId::new(now, &mut rng));
    let event = EventId::new(now, &mut rng);
    let in_force_from = command.in_force_from.unwrap_or(now);
    let mut tx = app.db.begin().await?;
    if command.offer.is_none() {
        offers::insert(&mut tx, offer, &command.title, now).await?;
    }
    let row = offers::lock(&mut tx, offer).await?.ok_or(RefusalCode::OfferUnknown)?;
    if let Some(since) = row.withdrawn_at {
        return Err(Refusal::new(RefusalCode::OfferWithdrawn).with("since", since.to_string()).into());
    }
    let version = match offers::last_version(&mut tx, offer).await? {
        Some((_, since)) if since >= in_force_from => {
            return Err(Refusal::new(RefusalCode::DateInvalid)
                .with("reason", "not-after-last-version")
                .at("/in_force_from")
                .into());
        }
        Some((last, _)) => last + 1,
        None => 1,
    };
    let row =
        VersionRow { version, prevailing: command.prevailing, in_force_from, published_at: now, event, seq: None };
    offers::insert_version(&mut tx, offer, &row, &caller.iin.to_string()).await?;
    for text in &texts {
        offers::insert_text(&mut tx, offer, version, text).await?;
    }
    let draft = published_event(caller, offer, &command.title, &row, &texts);
    let object = format!("{offer}/{version}");
    let act = Act { events: vec![draft], notices: Vec::new(), request: request.map(|key| (key, object)) };
    commit::commit(app, tx, act, now).await?;
    Ok(Published { offer, version })
}

/// Longest notice ahead: a start further away is a slip of the pen.
const NOTICE_AHEAD_MAX_SECONDS: i64 = 5 * 366 * 86_400;

/// Whether this can be published by itself at `now`; what stands in the register is looked at by [`publish_offer`].
///
/// # Errors
/// Those of [`publish_offer`] that need no look into the register.
pub fn check(command: &PublishOffer, now: Moment) -> Result<(), Refusal> {
    let title = command.title.trim();
    if title.is_empty() || title != command.title || !text::is_plain(title) {
        return Err(Refusal::new(RefusalCode::MissingRequisite).with("requisite", "title").at("/title"));
    }
    if title.chars().count() > OFFER_TITLE_MAX_CHARS {
        return Err(Refusal::new(RefusalCode::MalformedContent)
            .with("reason", "too-long")
            .with("limit", OFFER_TITLE_MAX_CHARS.to_string())
            .at("/title"));
    }
    if !command.texts.iter().any(|(language, _)| *language == command.prevailing) {
        return Err(Refusal::new(RefusalCode::OfferLanguageMissing).with("language", command.prevailing.code()));
    }
    let mut seen = Vec::new();
    for (language, text) in &command.texts {
        let pointer = format!("/texts/{}", language.code());
        if text.len() > OFFER_TEXT_MAX_BYTES {
            return Err(Refusal::new(RefusalCode::UploadTooLarge)
                .with("limit", OFFER_TEXT_MAX_BYTES.to_string())
                .at(pointer));
        }
        if text.chars().any(|c| is_forbidden(c) && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Refusal::new(RefusalCode::MalformedContent).with("reason", "forbidden-character").at(pointer));
        }
        if text.trim().is_empty() || seen.contains(language) {
            return Err(Refusal::new(RefusalCode::MalformedContent).with("reason", "text-empty-or-twice").at(pointer));
        }
        seen.push(*language);
    }
    if command.in_force_from.is_some_and(|from| from < now || from.seconds_since(now) > NOTICE_AHEAD_MAX_SECONDS) {
        return Err(Refusal::new(RefusalCode::DateInvalid).with("reason", "outside-notice").at("/in_force_from"));
    }
    Ok(())
}

fn published_event(
    caller: &Caller,
    offer: OfferId,
    title: &str,
    version: &VersionRow,
    texts: &[TextRow],
) -> EventDraft {
    let texts: Vec<_> = texts
        .iter()
        .map(|text| json!({"language": text.language.code(), "sha256": text.sha256.to_hex(), "size": text.size_bytes}))
        .collect();
    EventDraft {
        id: version.event,
        kind: "offer.published".to_owned(),
        subjects: vec![format!("offer:{offer}")],
        payload: vec![
            ("offer_id".to_owned(), json!(offer.to_string())),
            ("title".to_owned(), json!(title)),
            ("version".to_owned(), json!(version.version)),
            ("prevailing".to_owned(), json!(version.prevailing.code())),
            ("in_force_from".to_owned(), json!(version.in_force_from.to_string())),
            ("texts".to_owned(), json!(texts)),
        ],
        actor: commit::actor(caller),
    }
}
