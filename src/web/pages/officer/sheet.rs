//! What the officer's pages have in common. A [`Sheet`] is a page that is drawn, acted on by its form, and drawn again with what
//! was refused and everything that was typed: a page of one thing, or of all of them with the form of a new one.

use std::future::Future;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::access::answers::Request;
use crate::api::Shared;
use crate::api::input::Place;
use crate::app::App;
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::operations::second_officer::SecondDecision;
use crate::web::drawn;
use crate::web::form::Form;
use crate::web::problem_page::PageError;
use crate::web::ui::{Problem, Ui};
use crate::web::visitor::{Insider, Visitor};

/// Why a page is drawn: because it was asked for, or because a form of it was refused.
#[derive(Default)]
pub struct Again<'f> {
    problem: Option<Problem>,
    form: Option<&'f Form>,
}

impl<'f> Again<'f> {
    /// The status of the page.
    pub const fn status(&self) -> StatusCode {
        if self.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }

    /// What was refused, to stand above the form.
    pub fn problem(&self) -> Option<Problem> {
        self.problem.clone()
    }

    /// The form that was refused.
    pub const fn form(&self) -> Option<&'f Form> {
        self.form
    }

    /// What was typed into a field.
    pub fn typed(&self, name: &str) -> String {
        self.form.map(|form| form.raw(name).to_owned()).unwrap_or_default()
    }
}

/// A page with a form. Each is for an officer alone, which its doors see to.
pub trait Sheet: 'static {
    /// What the address names: an id, or nothing for the page of all.
    type Of: Copy + Send + Sync;

    /// Reads what the address names. The address of the page of all names nothing.
    ///
    /// # Errors
    /// The refusal of what names nothing.
    fn named(_text: &str) -> Result<Self::Of, RefusalCode> {
        Err(RefusalCode::NotFound)
    }

    /// Draws the page.
    fn draw(
        app: &App,
        visitor: &Visitor,
        of: Self::Of,
        again: Again<'_>,
    ) -> impl Future<Output = Result<Response, PageError>> + Send;

    /// What is not in the form and must be, where the operation does not ask for it.
    fn missing(_ui: &Ui, _form: &Form) -> Option<Problem> {
        None
    }

    /// Does what the form asks for; answers the id under which the act is known. A form that is sent twice does it once.
    fn act(
        app: &App,
        insider: &Insider,
        of: Self::Of,
        form: &Form,
        request: &Request,
    ) -> impl Future<Output = Result<String, PageError>> + Send;

    /// Where the reader goes on when it is done.
    fn after(of: Self::Of, object: &str) -> String;
}

/// The page of one thing.
pub async fn show<S: Sheet>(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(name): Place<String>,
) -> Result<Response, PageError> {
    visitor.officer()?;
    S::draw(&app, &visitor, S::named(&name)?, Again::default()).await
}

/// Acts on one thing.
pub async fn act<S: Sheet>(
    State(app): State<Shared>,
    visitor: Visitor,
    Place(name): Place<String>,
    form: Form,
) -> Result<Response, PageError> {
    form.officer(&visitor)?;
    done::<S>(&app, &visitor, S::named(&name)?, &form).await
}

/// The page of all, or of a new one.
pub async fn show_all<S: Sheet<Of = ()>>(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.officer()?;
    S::draw(&app, &visitor, (), Again::default()).await
}

/// Makes a new one.
pub async fn make<S: Sheet<Of = ()>>(
    State(app): State<Shared>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, PageError> {
    done::<S>(&app, &visitor, (), &form).await
}

async fn done<S: Sheet>(app: &App, visitor: &Visitor, of: S::Of, form: &Form) -> Result<Response, PageError> {
    let insider = form.officer(visitor)?;
    let ui = Ui::plain(app, visitor);
    let problem = match S::missing(&ui, form) {
        Some(problem) => problem,
        None => match once::<S>(app, insider, of, form).await {
            Ok(object) => return Ok(drawn::on_to(&S::after(of, &object))),
            Err(error) => ui.problem(&error.in_form()?),
        },
    };
    S::draw(app, visitor, of, Again { problem: Some(problem), form: Some(form) }).await
}

async fn once<S: Sheet>(app: &App, insider: &Insider, of: S::Of, form: &Form) -> Result<String, PageError> {
    let (request, earlier) = form.request(app, insider).await?;
    match earlier {
        Some(object) => Ok(object),
        None => S::act(app, insider, of, form, &request).await,
    }
}

/// What the second officer decides, as a form says it.
///
/// # Errors
/// `malformed-content` for a form that says something else.
pub fn second_decision(form: &Form) -> Result<SecondDecision, Refusal> {
    match form.text("decision") {
        "approve" => Ok(SecondDecision::Approve),
        "refuse" => Ok(SecondDecision::Refuse { reason: form.text("reason").to_owned() }),
        _ => Err(Refusal::new(RefusalCode::MalformedContent).with("reason", "form")),
    }
}

/// Gives templates with a `problem` the question whether a field is the one that is wrong.
macro_rules! marks_fields {
    ($($page:ident),+) => {
        $(impl $page<'_> {
            fn is_wrong(&self, pointer: &str) -> bool {
                self.problem.as_ref().is_some_and(|problem| problem.is_at(pointer))
            }
        })+
    };
}
pub(super) use marks_fields;
