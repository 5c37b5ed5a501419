//! A client lets an employee prepare documents: he may draft and read, never sign (POA-01).

use serde_json::json;

use super::OperationError;
use super::commit::{self, Act};
use crate::access::answers::Request;
use crate::access::rights::{Caller, Capability};
use crate::access::store::{self, Member};
use crate::app::App;
use crate::domain::ids::EventId;
use crate::domain::kinds::NAME_MAX_CHARS;
use crate::domain::party::{Iin, Party};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::text;
use crate::journal::EventDraft;
use crate::signature::authority;

/// Who is added.
#[derive(Debug)]
pub struct AddEmployee {
    /// The person.
    pub iin: Iin,
    /// His name, for people.
    pub display_name: String,
}

/// Adds the employee to the caller's organisation.
///
/// # Errors
/// `not-a-client`, `signer-lacks-authority`, `wrong-capacity` for a natural person, `already-an-employee`.
pub async fn add_employee(
    app: &App,
    caller: &Caller,
    command: AddEmployee,
    request: Option<&Request>,
) -> Result<(), OperationError> {
    let now = app.clock.now();
    caller.must_sign()?;
    authority::session_binds(&caller.roles, &caller.party, None)?;
    match caller.party {
        Party::Organization(_) => {}
        Party::Person(_) => return Err(RefusalCode::WrongCapacity.into()),
    }
    let name = command.display_name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || !text::is_plain(name) {
        return Err(Refusal::new(RefusalCode::MissingRequisite)
            .with("requisite", "display_name")
            .at("/display_name")
            .into());
    }
    let event = EventId::new(now, &mut app.rng.clone());
    let mut tx = app.db.begin().await?;
    let member = Member {
        iin: command.iin.to_string(),
        capability: Capability::Draft,
        display_name: name.to_owned(),
        added_at: now,
        added_by: caller.iin.to_string(),
    };
    if !store::insert_member(&mut tx, &caller.party, &member).await? {
        return Err(Refusal::new(RefusalCode::AlreadyAnEmployee).at("/iin").into());
    }
    let draft = EventDraft {
        id: event,
        kind: "employee.added".to_owned(),
        subjects: vec![commit::party_subject(&caller.party)],
        payload: vec![
            ("party".to_owned(), json!(caller.party.key())),
            ("employee_iin".to_owned(), json!(command.iin.to_string())),
            ("capability".to_owned(), json!(Capability::Draft.code())),
        ],
        actor: commit::actor(caller),
    };
    let act = Act {
        events: vec![draft],
        notices: Vec::new(),
        request: request.map(|request| (request, command.iin.to_string())),
    };
    commit::commit(app, tx, act, now).await?;
    Ok(())
}
