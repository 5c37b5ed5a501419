//! A person's addresses: given, confirmed by the code that was sent there, taken back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::Shared;
use crate::api::contacts::no_address;
use crate::api::input::Place;
use crate::app::App;
use crate::domain::address::{Address, Channel};
use crate::domain::ids::ContactId;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::operations::confirm_contact::{self, ListedContact};
use crate::web::drawn;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::Visitor;

#[derive(askama::Template)]
#[template(path = "contacts.html")]
struct Contacts<'a> {
    ui: &'a Ui,
    problem: Option<Problem>,
    contacts: Vec<ListedContact>,
    /// By which ways the service sends messages.
    ways: Vec<Channel>,
    /// By which one the reader wants to be written to.
    wanted: Channel,
    /// An address that was not taken, and of which way.
    typed: Option<(Channel, String)>,
}

impl Contacts<'_> {
    fn is_wrong(&self, pointer: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.is_at(pointer))
    }

    fn sends_mail(&self) -> bool {
        self.ways.contains(&Channel::Email)
    }

    fn sends_sms(&self) -> bool {
        self.ways.contains(&Channel::Sms)
    }

    /// Whether a code can be sent there, and is of use.
    fn may_confirm(&self, listed: &ListedContact) -> bool {
        listed.contact.confirmed_at.is_none() && self.ways.contains(&listed.contact.address.channel())
    }

    fn is_wanted(&self, way: &Channel) -> bool {
        *way == self.wanted
    }

    fn typed_of(&self, channel: Channel) -> Option<&str> {
        self.typed.as_ref().filter(|(of, _)| *of == channel).map(|(_, address)| address.as_str())
    }

    fn typed_address(&self) -> &str {
        self.typed_of(Channel::Email).unwrap_or_default()
    }

    fn typed_phone(&self) -> &str {
        self.typed_of(Channel::Sms).unwrap_or_default()
    }

    fn is_address_wrong(&self) -> bool {
        self.is_wrong("/address") && self.typed_of(Channel::Email).is_some()
    }

    fn is_phone_wrong(&self) -> bool {
        self.is_wrong("/address") && self.typed_of(Channel::Sms).is_some()
    }
}

/// A refusal, and the address that was typed, with its way.
type Refused = (Refusal, Option<(Channel, String)>);

async fn draw(app: &App, visitor: &Visitor, refused: Option<Refused>) -> Result<Response, PageError> {
    let insider = visitor.insider()?;
    let contacts = confirm_contact::list_contacts(app, &insider.caller).await?;
    let mut ui = Ui::of(app, visitor).await?;
    // A form that was not taken is shown at its own address, which cannot be read.
    "/contacts".clone_into(&mut ui.here);
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Contacts {
        problem: refused.as_ref().map(|(refusal, _)| ui.problem(refusal)),
        wanted: contacts.first().map_or(Channel::Email, |listed| listed.contact.wanted),
        contacts,
        ways: Channel::ALL.into_iter().filter(|channel| app.way(*channel).is_some()).collect(),
        typed: refused.and_then(|(_, typed)| typed),
        ui: &ui,
    };
    drawn::page_with(status, &page)
}

/// The reader's addresses.
pub async fn list(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    draw(&app, &visitor, None).await
}

/// What a form of the page asks for.
enum Wish {
    Add(Channel),
    Choose(Channel),
    SendCode(ContactId),
    EnterCode(ContactId),
    Remove(ContactId),
}

async fn done(app: &App, visitor: &Visitor, form: &Form, wish: Result<Wish, Refusal>) -> Result<Response, PageError> {
    form.insider(visitor)?;
    match fulfil(app, visitor, form, wish).await {
        Ok(()) => Ok(drawn::on_to("/contacts")),
        Err(error) => {
            let typed = Channel::parse(form.text("channel")).map(|channel| (channel, form.text("address").to_owned()));
            draw(app, visitor, Some((error.in_form()?, typed))).await
        }
    }
}

async fn fulfil(app: &App, visitor: &Visitor, form: &Form, wish: Result<Wish, Refusal>) -> Result<(), PageError> {
    let insider = form.insider(visitor)?;
    let (request, earlier) = form.request(app, insider).await?;
    if earlier.is_some() {
        return Ok(());
    }
    let (caller, request) = (&insider.caller, Some(&request));
    match wish? {
        Wish::Add(channel) => {
            let address = Address::parse(channel, form.text("address")).map_err(|_| no_address(channel))?;
            confirm_contact::add_contact(app, caller, address, visitor.language, request).await?;
        }
        Wish::Choose(channel) => confirm_contact::choose_channel(app, caller, channel, request).await?,
        Wish::SendCode(id) => confirm_contact::send_code(app, caller, id, request).await?,
        Wish::EnterCode(id) => confirm_contact::enter_code(app, caller, id, form.text("code"), request).await?,
        Wish::Remove(id) => confirm_contact::remove_contact(app, caller, id).await?,
    }
    Ok(())
}

fn of(id: &str, wish: fn(ContactId) -> Wish) -> Result<Wish, Refusal> {
    ContactId::parse(id).map(wish).map_err(|_| Refusal::new(RefusalCode::ContactUnknown))
}

/// Takes down an address and sends a code there.
pub async fn add(State(app): State<Shared>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    done(&app, &visitor, &form, typed_channel(&form).map(Wish::Add)).await
}

/// Notes by which way the reader wants to be written to.
pub async fn choose(State(app): State<Shared>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    done(&app, &visitor, &form, typed_channel(&form).map(Wish::Choose)).await
}

fn typed_channel(form: &Form) -> Result<Channel, Refusal> {
    let unknown = || Refusal::new(RefusalCode::MalformedContent).with("reason", "form");
    Channel::parse(form.text("channel")).ok_or_else(unknown)
}

/// Sends another code.
pub async fn send_code(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response, PageError> {
    done(&app, &visitor, &form, of(&id, Wish::SendCode)).await
}

/// Takes the code.
pub async fn enter_code(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response, PageError> {
    done(&app, &visitor, &form, of(&id, Wish::EnterCode)).await
}

/// Forgets an address.
pub async fn remove(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(id): Place<String>,
    form: Form,
) -> Result<Response, PageError> {
    done(&app, &visitor, &form, of(&id, Wish::Remove)).await
}
