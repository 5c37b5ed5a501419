//! Offers are published in three steps: typed, seen as readers will see them with their hashes, published; and withdrawn.
//! What is published is what was seen: the form of the second step carries a mark of it, and anything else is shown again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use qolhat_storage::ContentDigest;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::sheet::{Again, Sheet};
use crate::access::answers::Request;
use crate::api::Shared;
use crate::api::input::Asked;
use crate::app::App;
use crate::docflow::offers;
use crate::domain::ids::OfferId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::i18n::Language;
use crate::operations::publish_offer::{self, OFFER_TEXT_MAX_BYTES, OFFER_TITLE_MAX_CHARS, PublishOffer};
use crate::operations::withdraw_offer::withdraw_offer;
use crate::web::drawn;
use crate::web::fields;
use crate::web::form::Form;
use crate::web::pages::offers::{OFFERS_MAX, OfferShown, read};
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

#[derive(askama::Template)]
#[template(path = "officer_offers.html")]
struct Offers<'a> {
    ui: &'a Ui,
    offers: Vec<OfferShown>,
}

/// All offers.
pub async fn list(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let mut shown = Vec::new();
    for row in offers::list(&app.db, OFFERS_MAX).await? {
        shown.push(OfferShown::of(&app, row).await?);
    }
    drawn::page(&Offers { ui: &ui, offers: shown })
}

/// A text as it was typed, in one language.
struct TypedText {
    language: Language,
    text: String,
}

/// A version as it was typed.
struct Typed {
    /// The offer that gets a new version; empty for a new offer.
    offer: String,
    title: String,
    prevailing: String,
    in_force_from: String,
    texts: Vec<TypedText>,
}

impl Typed {
    fn of(form: &Form) -> Self {
        let text = |language: Language| TypedText {
            language,
            text: form.raw(&format!("text_{}", language.code())).to_owned(),
        };
        Self {
            offer: form.text("offer").to_owned(),
            title: form.text("title").to_owned(),
            prevailing: form.text("prevailing").to_owned(),
            in_force_from: form.text("in_force_from").to_owned(),
            texts: Language::ALL.into_iter().map(text).collect(),
        }
    }

    /// An empty form, or one filled with the newest version of `offer`.
    async fn start(app: &App, offer: &str) -> Result<Self, PageError> {
        let empty = |language| TypedText { language, text: String::new() };
        let mut typed = Self {
            offer: String::new(),
            title: String::new(),
            prevailing: Language::default().code().to_owned(),
            in_force_from: String::new(),
            texts: Language::ALL.into_iter().map(empty).collect(),
        };
        if offer.is_empty() {
            return Ok(typed);
        }
        let shown = OfferShown::load(app, offer).await?;
        typed.offer = shown.row.id.to_string();
        typed.title = shown.row.title.clone();
        if let Some(newest) = shown.versions.first() {
            typed.prevailing = newest.row.prevailing.code().to_owned();
            for row in &newest.texts {
                let text = read(app, row).await?;
                if let Some(place) = typed.texts.iter_mut().find(|place| place.language == row.language) {
                    place.text = text;
                }
            }
        }
        Ok(typed)
    }

    /// Takes files in place of typed texts: as browsers send texts, with plain ends of lines and no byte order mark.
    fn take_files(&mut self, form: &mut Form) -> Result<(), Refusal> {
        for place in &mut self.texts {
            let code = place.language.code();
            for file in form.take_files(&format!("file_{code}")) {
                let wrong = |reason: &str| malformed(place.language, reason);
                if file.bytes.len() > OFFER_TEXT_MAX_BYTES {
                    let refusal = Refusal::new(RefusalCode::UploadTooLarge);
                    return Err(refusal.with("limit", OFFER_TEXT_MAX_BYTES.to_string()).at(pointer(place.language)));
                }
                let text = String::from_utf8(file.bytes).map_err(|_| wrong("not-a-text"))?;
                let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
                place.text = text.replace("\r\n", "\n").replace('\r', "\n");
            }
        }
        Ok(())
    }

    /// What names what was typed: another mark, another text.
    fn mark(&self) -> String {
        let mut hasher = Sha256::new();
        let fields = [&self.offer, &self.title, &self.prevailing, &self.in_force_from];
        for text in fields.into_iter().chain(self.texts.iter().map(|typed| &typed.text)) {
            hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(text);
        }
        hex::encode(hasher.finalize())
    }

    /// The command, which could be carried out at `now`.
    fn command(&self, now: Moment) -> Result<PublishOffer, Refusal> {
        let offer = match self.offer.as_str() {
            "" => None,
            id => Some(OfferId::parse(id).map_err(|_| Refusal::new(RefusalCode::OfferUnknown))?),
        };
        let prevailing = Language::parse(&self.prevailing).ok_or_else(|| {
            Refusal::new(RefusalCode::MalformedContent).with("reason", "unknown-language").at("/prevailing")
        })?;
        let in_force_from = match self.in_force_from.as_str() {
            "" => None,
            text => Some(fields::instant(text, "/in_force_from")?),
        };
        // Browsers and readers show such characters differently or not at all.
        let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
        if let Some(wrong) = self.texts.iter().find(|typed| typed.text.chars().any(hidden)) {
            return Err(malformed(wrong.language, "forbidden-character"));
        }
        let given = self.texts.iter().filter(|typed| !typed.text.trim().is_empty());
        let texts = given.map(|typed| (typed.language, typed.text.clone())).collect();
        let command = PublishOffer { offer, title: self.title.clone(), texts, prevailing, in_force_from };
        publish_offer::check(&command, now)?;
        Ok(command)
    }
}

fn pointer(language: Language) -> String {
    format!("/texts/{}", language.code())
}

fn malformed(language: Language, reason: &str) -> Refusal {
    Refusal::new(RefusalCode::MalformedContent).with("reason", reason).at(pointer(language))
}

#[derive(askama::Template)]
#[template(path = "officer_offer_form.html")]
struct OfferForm<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    typed: &'a Typed,
    title_max: usize,
}

impl OfferForm<'_> {
    fn text_is_wrong(&self, language: &Language) -> bool {
        let lacks_prevailing =
            |problem: &Problem| problem.code == "offer-language-missing" && self.typed.prevailing == language.code();
        self.problem.as_ref().is_some_and(|problem| problem.is_at(&pointer(*language)) || lacks_prevailing(problem))
    }

    fn is_wrong(&self, pointer: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.is_at(pointer))
    }
}

/// Which offer gets a new version.
#[derive(Deserialize)]
pub struct About {
    #[serde(default)]
    offer: String,
}

/// The empty form, or the form for a new version filled with the one before.
pub async fn form(
    State(app): State<Shared>,
    visitor: Visitor,
    Asked(about): Asked<About>,
) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let typed = Typed::start(&app, &about.offer).await?;
    draw_form(&ui, StatusCode::OK, None, &typed)
}

fn draw_form(ui: &Ui, status: StatusCode, refusal: Option<&Refusal>, typed: &Typed) -> Result<Response, PageError> {
    let problem = refusal.map(|refusal| ui.problem(refusal));
    drawn::page_with(status, &OfferForm { ui, problem, typed, title_max: OFFER_TITLE_MAX_CHARS })
}

/// A text as readers will see it.
struct TextShown<'a> {
    language: Language,
    text: &'a str,
    sha256: String,
    size: usize,
}

#[derive(askama::Template)]
#[template(path = "officer_offer_preview.html")]
struct Preview<'a> {
    ui: &'a Ui,
    typed: &'a Typed,
    texts: Vec<TextShown<'a>>,
    missing: Vec<Language>,
    prevailing: Language,
    in_force_from: Option<Moment>,
    mark: String,
}

fn draw_preview(ui: &Ui, typed: &Typed, command: &PublishOffer) -> Result<Response, PageError> {
    let has = |language: &Language| command.texts.iter().any(|(known, _)| known == language);
    let texts = command.texts.iter().map(|(language, text)| TextShown {
        language: *language,
        text,
        sha256: ContentDigest::of(text.as_bytes()).to_hex(),
        size: text.len(),
    });
    drawn::page(&Preview {
        ui,
        typed,
        texts: texts.collect(),
        missing: Language::ALL.into_iter().filter(|language| !has(language)).collect(),
        prevailing: command.prevailing,
        in_force_from: command.in_force_from,
        mark: typed.mark(),
    })
}

/// The second and third step: shows what was typed, goes back to it, or publishes what was seen.
pub async fn publish(State(app): State<Shared>, visitor: Visitor, mut form: Form) -> Result<Response, PageError> {
    let insider = form.officer(&visitor)?;
    let ui = Ui::of(&app, &visitor).await?;
    let mut typed = Typed::of(&form);
    if form.text("step") == "edit" {
        return draw_form(&ui, StatusCode::OK, None, &typed);
    }
    let taken = typed.take_files(&mut form);
    // With the files, if any came: what was not seen is shown first.
    let seen = form.text("step") == "publish" && form.text("mark") == typed.mark();
    let done = match taken.and_then(|()| typed.command(ui.now)) {
        Ok(command) if seen => publish_seen(&app, insider, &form, command).await,
        Ok(command) => return draw_preview(&ui, &typed, &command),
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(offer) => Ok(drawn::on_to(&format!("/officer/offers/{offer}"))),
        Err(error) => draw_form(&ui, StatusCode::UNPROCESSABLE_ENTITY, Some(&error.in_form()?), &typed),
    }
}

async fn publish_seen(app: &App, insider: &Insider, form: &Form, command: PublishOffer) -> Result<OfferId, PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    let earlier = earlier.as_deref().and_then(|object| object.split_once('/'));
    if let Some(offer) = earlier.and_then(|(offer, _)| OfferId::parse(offer).ok()) {
        return Ok(offer);
    }
    Ok(publish_offer::publish_offer(app, &insider.caller, command, Some(&request)).await?.offer)
}

#[derive(askama::Template)]
#[template(path = "officer_offer.html")]
struct Offer<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    offer: OfferShown,
}

/// An offer with its versions, and withdrawing it.
pub struct OneOffer;

impl Sheet for OneOffer {
    type Of = OfferId;

    fn named(text: &str) -> Result<OfferId, RefusalCode> {
        OfferId::parse(text).map_err(|_| RefusalCode::OfferUnknown)
    }

    async fn draw(app: &App, visitor: &Visitor, id: OfferId, again: Again<'_>) -> Result<Response, PageError> {
        let mut ui = Ui::of(app, visitor).await?;
        if again.form().is_some() {
            // The address of the withdrawal cannot be read.
            ui.here = Self::after(id, "");
        }
        let offer = OfferShown::load(app, &id.to_string()).await?;
        drawn::page_with(again.status(), &Offer { ui: &ui, problem: again.problem(), offer })
    }

    fn missing(ui: &Ui, form: &Form) -> Option<Problem> {
        fields::unconfirmed(ui, form)
    }

    async fn act(app: &App, insider: &Insider, id: OfferId, _: &Form, request: &Request) -> Result<String, PageError> {
        withdraw_offer(app, &insider.caller, id, Some(request)).await?;
        Ok(id.to_string())
    }

    fn after(id: OfferId, _: &str) -> String {
        format!("/officer/offers/{id}")
    }
}
