//! Fields that several forms have: a local time, a box that must be ticked, a text that must be there.

use super::form::Form;
use super::ui::{Problem, Ui};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::{Moment, parse_field};

/// An instant in a field for a local time, as clocks in `Asia/Almaty` show it; one by RFC 3339 is taken as well, for
/// browsers that have no such field.
///
/// # Errors
/// `date-invalid`.
pub fn instant(text: &str, pointer: &str) -> Result<Moment, Refusal> {
    parse_field(text)
        .or_else(|_| Moment::parse_rfc3339(text))
        .map_err(|_| Refusal::new(RefusalCode::DateInvalid).with("reason", "not-a-local-time").at(pointer))
}

/// The word to whoever left the field empty or the box unticked. The key's text is what happened, the key with `-how`
/// what to do. The browser says so before; this is for those that do not.
pub fn left_out(ui: &Ui, field: &str, key: &str) -> Problem {
    Problem {
        code: RefusalCode::MissingRequisite.code(),
        title: ui.t(key),
        detail: ui.t(&format!("{key}-how")),
        clause: "",
        pointer: format!("/{field}"),
    }
}

/// The word to whoever did not tick `confirm`.
pub fn unconfirmed(ui: &Ui, form: &Form) -> Option<Problem> {
    (!form.ticked("confirm")).then(|| left_out(ui, "confirm", "page-confirm-missing"))
}
