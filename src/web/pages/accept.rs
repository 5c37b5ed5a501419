//! A client reads an offer, gives his data and each consent on its own, and signs exactly the octets that he is shown
//! (REG-06, REG-09, REG-12).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::offers::{self, OfferShown, VersionShown};
use crate::api::Shared;
use crate::api::download::download;
use crate::api::input::{Asked as Query, Place as Path};
use crate::app::App;
use crate::docflow::offers::TextRow;
use crate::domain::kinds::{AcceptedOffer, Client, ClientKind, Consents, DECLARATIONS, OfferAcceptance, Rules};
use crate::domain::money::VatTable;
use crate::domain::party::Party;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::i18n::Language;
use crate::operations::accept_offer::{AcceptOffer, accept_offer};
use crate::web::drawn;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::sign_form::SignForm;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// The consent that no client can do without, beside the declarations.
const PERSONAL_DATA: &str = "personal_data";

/// In which language the text is read.
#[derive(Deserialize)]
pub struct Asked {
    language: Option<String>,
}

/// What is typed into the form.
#[derive(Default)]
struct Typed {
    sole_trader: bool,
    organization: String,
    email: String,
    phone: String,
    reservations: String,
    given: Vec<String>,
    marketing: bool,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            sole_trader: form.text("client_kind") == ClientKind::SoleTrader.code(),
            organization: form.text("organization").to_owned(),
            email: form.text("email").to_owned(),
            phone: form.text("phone").replace([' ', '-', '(', ')'], ""),
            reservations: form.text("reservations").to_owned(),
            given: form.texts("declaration").map(str::to_owned).collect(),
            marketing: form.ticked("marketing"),
        }
    }

    fn gives(&self, name: &str) -> bool {
        self.given.iter().any(|given| given == name)
    }
}

#[derive(askama::Template)]
#[template(path = "accept.html")]
struct Accept<'a> {
    ui: &'a Ui,
    insider: &'a Insider,
    is_organization: bool,
    offer: &'a OfferShown,
    version: &'a VersionShown,
    shown: &'a TextRow,
    text: String,
    declarations: Vec<&'static str>,
    typed: &'a Typed,
    problem: Option<Problem>,
}

impl Accept<'_> {
    fn wrong_declaration(&self, name: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.pointer.ends_with(&format!("/{name}")))
    }
}

/// The form: the text, the data, the ticks; none is set before.
pub async fn form(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    draw(&app, &visitor, insider, &id, asked.language.as_deref(), &Typed::default(), None).await
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    insider: &Insider,
    id: &str,
    language: Option<&str>,
    typed: &Typed,
    refusal: Option<&Refusal>,
) -> Result<Response, PageError> {
    let ui = Ui::of(app, visitor).await?;
    let offer = OfferShown::load(app, id).await?;
    let version = current(&offer)?;
    let shown = text_in(version, language, ui.language)?;
    let text = offers::read(app, shown).await?;
    let page = Accept {
        ui: &ui,
        insider,
        is_organization: insider.caller.party.bin().is_some(),
        offer: &offer,
        version,
        shown,
        text,
        declarations: DECLARATIONS.into_iter().chain([PERSONAL_DATA]).collect(),
        typed,
        problem: refusal.map(|refusal| ui.problem(refusal)),
    };
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    drawn::page_with(status, &page)
}

/// The version that may be accepted now.
fn current(offer: &OfferShown) -> Result<&VersionShown, Refusal> {
    if let Some(since) = offer.row.withdrawn_at {
        return Err(Refusal::new(RefusalCode::OfferWithdrawn).with("since", since.to_string()));
    }
    let next = offer.versions.last().map(|version| version.row.in_force_from.to_string()).unwrap_or_default();
    offer.current().ok_or_else(|| Refusal::new(RefusalCode::OfferNotInForce).with("from", next))
}

/// The text in the language asked for; otherwise in the reader's; otherwise the one that prevails.
fn text_in<'v>(version: &'v VersionShown, asked: Option<&str>, readers: Language) -> Result<&'v TextRow, Refusal> {
    let of = |code: &str| version.texts.iter().find(|text| text.language.code() == code);
    match asked {
        Some(code) => of(code).ok_or_else(|| Refusal::new(RefusalCode::OfferLanguageMissing).with("language", code)),
        None => of(readers.code())
            .or_else(|| of(version.row.prevailing.code()))
            .ok_or_else(|| Refusal::new(RefusalCode::OfferLanguageMissing).with("language", readers.code())),
    }
}

#[derive(askama::Template)]
#[template(path = "accept_sign.html")]
struct AcceptSign<'a> {
    ui: &'a Ui,
    offer: &'a OfferShown,
    consent: &'a str,
    summary: &'a OfferAcceptance,
    text_sha256: String,
    sign: SignForm,
    problem: Option<Problem>,
}

/// From the form to the very octets that are to be signed.
pub async fn prepare(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let insider = form.insider(&visitor)?;
    let typed = Typed::of(&form);
    let language = form.text("language").to_owned();
    match consent(&app, insider, &id, &language, &typed, form.text("text_sha256")).await {
        Ok((acceptance, octets)) => draw_sign(&app, &visitor, insider, &id, (&acceptance, &octets), None).await,
        Err(error) => {
            let refusal = error.in_form()?;
            draw(&app, &visitor, insider, &id, Some(&language), &typed, Some(&refusal)).await
        }
    }
}

async fn consent(
    app: &App,
    insider: &Insider,
    id: &str,
    language: &str,
    typed: &Typed,
    read_sha256: &str,
) -> Result<(OfferAcceptance, String), PageError> {
    let offer = OfferShown::load(app, id).await?;
    let version = current(&offer)?;
    let text = text_in(version, Some(language), Language::default())?;
    if text.sha256.to_hex() != read_sha256 {
        // Another version came into force while he was reading.
        return Err(RefusalCode::OfferTextMismatch.into());
    }
    for name in DECLARATIONS.into_iter().chain([PERSONAL_DATA]) {
        if !typed.gives(name) {
            let of = if name == PERSONAL_DATA { "consents" } else { "declarations" };
            let refusal = Refusal::new(RefusalCode::DeclarationsIncomplete).with("declaration", name);
            return Err(refusal.at(format!("/{of}/{name}")).into());
        }
    }
    let party = insider.caller.party;
    let (kind, organization) = match (party, typed.sole_trader) {
        (Party::Organization(_), _) => (ClientKind::Organization, Some(insider.party_name.clone())),
        (Party::Person(_), true) => {
            (ClientKind::SoleTrader, Some(typed.organization.clone()).filter(|name| !name.is_empty()))
        }
        (Party::Person(_), false) => (ClientKind::Person, None),
    };
    let acceptance = OfferAcceptance {
        offer: AcceptedOffer {
            id: offer.row.id,
            version: version.row.version.to_string(),
            language: text.language.code().to_owned(),
            sha256: *text.sha256.as_bytes(),
            title: offer.row.title.clone(),
        },
        operator_bin: app.operator.bin,
        operator_name: app.operator.name.clone(),
        client: Client {
            kind,
            party,
            iin: insider.caller.iin,
            name: insider.name.clone(),
            organization,
            email: typed.email.clone(),
            phone: typed.phone.clone(),
        },
        consents: Consents { marketing: typed.marketing },
        reservations: Some(typed.reservations.clone()).filter(|text| !text.is_empty()),
        made_at: app.clock.now(),
    };
    let vat = VatTable::builtin();
    let octets = acceptance.seal(&Rules { identifiers: app.rules.identifiers, vat: &vat })?;
    let octets = String::from_utf8(octets).map_err(|_| Refusal::new(RefusalCode::MalformedConsent))?;
    Ok((acceptance, octets))
}

async fn draw_sign(
    app: &App,
    visitor: &Visitor,
    insider: &Insider,
    id: &str,
    consent: (&OfferAcceptance, &str),
    refusal: Option<&Refusal>,
) -> Result<Response, PageError> {
    let mut ui = Ui::of(app, visitor).await?;
    let offer = OfferShown::load(app, id).await?;
    ui.here = format!("/offers/{}/accept", offer.row.id);
    let (summary, octets) = consent;
    let action = format!("/offers/{}/acceptance", offer.row.id);
    let what = ui.word("kind", "offer-acceptance");
    let mut sign = SignForm::of_text(action, octets.as_bytes(), "consent", what).for_caller(&insider.caller);
    sign.title_key = "page-accept-sign-title";
    sign.button_key = "page-accept-sign-button";
    sign.hidden = vec![("consent", octets.to_owned()), ("version", summary.offer.version.clone())];
    let problem = refusal.map(|refusal| ui.problem(refusal));
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let text_sha256 = hex::encode(summary.offer.sha256);
    drawn::page_with(
        status,
        &AcceptSign { ui: &ui, offer: &offer, consent: octets, summary, text_sha256, sign, problem },
    )
}

/// The consent as a file, for whoever signs it with another program.
pub async fn octets(State(app): State<Shared>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    form.insider(&visitor)?;
    let consent = form.raw("consent").as_bytes().to_vec();
    crate::operations::accept_offer::parse(&app, &consent)?;
    Ok(download(consent, "application/octet-stream", "consent.json"))
}

/// Takes the signed consent in.
pub async fn accept(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let insider = form.insider(&visitor)?;
    // A consent that a page of ours did not draw has nothing to be shown again with.
    let consent = form.raw("consent").to_owned();
    let summary = crate::operations::accept_offer::parse(&app, consent.as_bytes())?;
    match take(&app, insider, &id, &summary, &form).await {
        Ok(document) => Ok(drawn::on_to(&format!("/documents/{document}?done=accepted-offer"))),
        Err(error) => {
            let refusal = error.in_form()?;
            draw_sign(&app, &visitor, insider, &id, (&summary, &consent), Some(&refusal)).await
        }
    }
}

async fn take(
    app: &App,
    insider: &Insider,
    id: &str,
    consent: &OfferAcceptance,
    form: &Form,
) -> Result<String, PageError> {
    let offer = crate::domain::ids::OfferId::parse(id).map_err(|_| RefusalCode::OfferUnknown)?;
    let (request, earlier) = form.request(app, insider).await?;
    if let Some(document) = earlier {
        return Ok(document);
    }
    let command = AcceptOffer {
        offer,
        version: consent.offer.version.parse().unwrap_or_default(),
        consent: form.raw("consent").as_bytes().to_vec(),
        cms: form.cms()?,
    };
    let entered = accept_offer(app, &insider.caller, command, Some(&request)).await?;
    Ok(entered.document.to_string())
}
