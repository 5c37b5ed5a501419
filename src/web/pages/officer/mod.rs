//! The officer's pages: what waits, offers, compromised keys, extracts, courts' requests, holds, the journal and what leaves it. Each is for an officer alone.

use axum::extract::State;
use axum::response::Response;

use crate::access::cases;
use crate::api::Shared;
use crate::domain::time::Moment;
use crate::extract::store::{self, ListedExtract};
use crate::journal::StoredCheckpoint;
use crate::web::drawn;
use crate::web::problem_page::PageError;
use crate::web::ui::Ui;
use crate::web::visitor::Visitor;

pub mod compromises;
pub mod court_requests;
pub mod extracts;
pub mod holds;
pub mod journal;
pub mod offers;
pub mod prunings;
pub mod sheet;

use compromises::CaseShown;

/// Most open cases on the first page.
const CASES_MAX: i64 = 20;
/// Most extracts on the first page.
const EXTRACTS_MAX: i64 = 5;

/// From this much on the clock is calm, in seconds.
const CALM_SECONDS: i64 = 12 * 3600;
/// Below this it is red, in seconds.
const URGENT_SECONDS: i64 = 4 * 3600;

/// How much time an officer still has, in a colour and in words.
pub struct Clock {
    /// The class of its badge.
    pub badge: &'static str,
    /// The words.
    pub text: String,
}

impl Clock {
    /// The clock that runs out at `due_at`.
    pub fn of(ui: &Ui, due_at: Moment) -> Self {
        let left = due_at.seconds_since(ui.now);
        let (hours, minutes) = (left.abs() / 3600, left.abs() % 3600 / 60);
        let key = if left < 0 { "page-clock-late" } else { "page-clock-left" };
        Self { badge: colour(left), text: ui.t2(key, "hours", hours, "minutes", minutes) }
    }
}

/// The class of a badge when so many seconds are left.
const fn colour(left: i64) -> &'static str {
    match left {
        ..URGENT_SECONDS => "bad",
        URGENT_SECONDS..CALM_SECONDS => "wait",
        CALM_SECONDS.. => "ok",
    }
}

#[derive(askama::Template)]
#[template(path = "officer_home.html")]
struct Home<'a> {
    ui: &'a Ui,
    cases: Vec<CaseShown>,
    extracts: Vec<ListedExtract>,
    checkpoint: Option<StoredCheckpoint>,
}

/// What waits, and what was done last.
pub async fn home(State(app): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.officer()?;
    let ui = Ui::of(&app, &visitor).await?;
    let mut shown = Vec::new();
    for case in cases::open(&app.db, CASES_MAX).await? {
        shown.push(CaseShown::of(&app, &ui, case).await?);
    }
    let extracts = store::list(&app.db, EXTRACTS_MAX).await?;
    let checkpoint = app.journal.latest_checkpoint().await?;
    drawn::page(&Home { ui: &ui, cases: shown, extracts, checkpoint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_turns_red_in_the_last_hours_and_stays_red() {
        let colours =
            [cases::DECISION_SECONDS, 12 * 3600, 12 * 3600 - 1, 4 * 3600, 4 * 3600 - 1, 0, -1, i64::MIN].map(colour);
        assert_eq!(colours, ["ok", "ok", "wait", "wait", "bad", "bad", "bad", "bad"]);
    }
}
