//! Published offers, for anybody: versions, texts octet for octet, hashes, since when in force.

use axum::extract::State;
use axum::response::Response;
use qolhat_storage::BlobStore as _;

use crate::api::Shared;
use crate::api::input::Place as Path;
use crate::app::App;
use crate::docflow::offers::{self, OfferRow, TextRow, VersionRow};
use crate::domain::ids::OfferId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::i18n::Language;
use crate::operations::Fault;
use crate::web::drawn;
use crate::web::problem_page::PageError;
use crate::web::ui::Ui;
use crate::web::visitor::Visitor;

/// Most offers listed.
pub const OFFERS_MAX: i64 = 200;

/// A version with its texts.
pub struct VersionShown {
    /// The version.
    pub row: VersionRow,
    /// Its texts.
    pub texts: Vec<TextRow>,
    /// Languages in which there is none.
    pub missing: Vec<Language>,
    /// Whether it is the one that may be accepted now.
    pub in_force: bool,
}

/// An offer with its versions, the newest first.
pub struct OfferShown {
    /// The offer.
    pub row: OfferRow,
    /// Its versions.
    pub versions: Vec<VersionShown>,
}

impl OfferShown {
    /// The offer of this id.
    ///
    /// # Errors
    /// `offer-unknown`.
    pub async fn load(app: &App, id: &str) -> Result<Self, PageError> {
        let id = OfferId::parse(id).map_err(|_| RefusalCode::OfferUnknown)?;
        let row = offers::load(&app.db, id).await?.ok_or(RefusalCode::OfferUnknown)?;
        Self::of(app, row).await
    }

    /// The offer with its versions.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn of(app: &App, row: OfferRow) -> Result<Self, PageError> {
        let now = app.clock.now();
        let rows = offers::versions(&app.db, row.id).await?;
        let current = rows.iter().filter(|known| known.in_force_from <= now).map(|known| known.version).max();
        let mut versions = Vec::with_capacity(rows.len());
        for version in rows.into_iter().rev() {
            let texts = offers::texts(&app.db, row.id, version.version).await?;
            let has = |language: &Language| texts.iter().any(|text| text.language == *language);
            versions.push(VersionShown {
                missing: Language::ALL.into_iter().filter(|language| !has(language)).collect(),
                in_force: row.withdrawn_at.is_none() && current == Some(version.version),
                texts,
                row: version,
            });
        }
        Ok(Self { row, versions })
    }

    /// The version that may be accepted now.
    pub fn current(&self) -> Option<&VersionShown> {
        self.versions.iter().find(|version| version.in_force)
    }
}

#[derive(askama::Template)]
#[template(path = "offers.html")]
struct Offers<'a> {
    ui: &'a Ui,
    offers: Vec<OfferShown>,
}

/// All offers.
pub async fn list(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    let ui = Ui::of(&app, &visitor).await?;
    let mut shown = Vec::new();
    for row in offers::list(&app.db, OFFERS_MAX).await? {
        shown.push(OfferShown::of(&app, row).await?);
    }
    drawn::page(&Offers { ui: &ui, offers: shown })
}

#[derive(askama::Template)]
#[template(path = "offer.html")]
struct Offer<'a> {
    ui: &'a Ui,
    offer: OfferShown,
}

/// One offer with its versions.
pub async fn show(State(app): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, PageError> {
    let ui = Ui::of(&app, &visitor).await?;
    let offer = OfferShown::load(&app, &id).await?;
    drawn::page(&Offer { ui: &ui, offer })
}

#[derive(askama::Template)]
#[template(path = "offer_text.html")]
struct OfferText<'a> {
    ui: &'a Ui,
    offer: &'a OfferShown,
    version: &'a VersionShown,
    shown: &'a TextRow,
    text: String,
}

/// The text of a version in one language, as it was published.
pub async fn text(
    State(app): State<Shared>,
    visitor: Visitor,
    Path((id, version, language)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let ui = Ui::of(&app, &visitor).await?;
    let offer = OfferShown::load(&app, &id).await?;
    let known = offer.versions.iter().find(|known| known.row.version.to_string() == version);
    let version = known.ok_or(RefusalCode::OfferUnknown)?;
    let missing = || Refusal::new(RefusalCode::OfferLanguageMissing).with("language", &language);
    let shown = version.texts.iter().find(|text| text.language.code() == language).ok_or_else(missing)?;
    let text = read(&app, shown).await?;
    drawn::page(&OfferText { ui: &ui, offer: &offer, version, shown, text })
}

/// The octets of a published text, which hash to what is told.
///
/// # Errors
/// A fault of the store.
pub async fn read(app: &App, text: &TextRow) -> Result<String, PageError> {
    let bytes = app.blobs.get(&text.blob_address).await.map_err(Fault::from)?;
    String::from_utf8(bytes).map_err(|_| Fault::Inconsistent("an offer's text is not UTF-8".to_owned()).into())
}
