//! A backlog: events that wait all at once, so that full batches follow one another. On PostgreSQL two of them are on their way
//! then, and what is killed is killed between them.

use std::time::Duration;

use qolhat::app::SystemRandom;
use qolhat::db::Db;
use qolhat::domain::ids::EventId;
use qolhat::journal::EventDraft;
use serde_json::json;

use crate::field::{Engine, Field, end};
use crate::kill::system_now;
use crate::processes::Line;

/// Events of a backlog: some full batches and one that is not.
const EVENTS: usize = 8_300;
/// Documents that they tell of: each has entries in many batches.
const DOCUMENTS: usize = 900;
/// How long a backlog may be drained before something is killed, in milliseconds: half of what all of it takes.
const DRAINS_MAX: u64 = 150;
/// More than this waits only beside a backlog.
const LOAD_MAX: usize = 100;
/// Events of all backlogs of an installation: each look reads the whole log.
const ALL_MAX: usize = 400_000;
/// Where a process comes by only beside a backlog.
const POINTS: &str = "another batch";

/// What is killed in the middle of a backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    /// Whoever leads the log: SIGKILL.
    Leader,
    /// The same: SIGSTOP past the lease, SIGCONT.
    Stopped,
    /// PostgreSQL: SIGKILL of the postmaster.
    Server,
    /// The leader's connections to it.
    Line,
    /// One of them, when a batch was sent.
    Sent,
}

/// Whether a process comes to `point` only beside a backlog.
pub fn needs_one(point: &str) -> bool {
    point.contains(POINTS)
}

impl Field {
    /// Commits events that wait all at once: they are as acknowledged as an act is. The database that they are in.
    pub async fn fill_inbox(&mut self) -> Db {
        let (db, journal) = self.journal().await;
        // Whoever else there is drains it.
        journal.close().await;
        let mut events = Vec::with_capacity(EVENTS);
        let mut tx = db.begin().await.unwrap();
        for number in 0..EVENTS {
            let id = EventId::new(system_now(), &mut SystemRandom);
            let event = EventDraft {
                id,
                kind: "document.recorded".to_owned(),
                subjects: vec![format!("document:backlog-{}", number % DOCUMENTS)],
                payload: vec![("number".to_owned(), json!(format!("{}-{number}", self.round)))],
                actor: json!({"iin": "123456789011"}),
            };
            journal.enqueue(&mut tx, &event).await.unwrap();
            events.push(id.as_uuid());
        }
        tx.commit().await.unwrap();
        self.backlog.extend(events);
        db
    }

    /// Kills in the middle of a backlog, beside the load.
    pub async fn in_a_backlog(&mut self, victim: Victim) {
        if self.backlog.len() > ALL_MAX {
            return self.leader().await;
        }
        self.all_up().await;
        let senders = self.load();
        let wait = self.random(DRAINS_MAX);
        self.any_instant().await;
        let leads = self.leading().await;
        let db = self.fill_inbox().await;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let Some(place) = leads else {
            // Nobody leads yet.
            db.close().await;
            return end(senders).await;
        };
        let is_amid = is_amid(&db).await;
        let what = match victim {
            Victim::Leader => {
                self.members[place].service.take().unwrap().kill();
                "leader, SIGKILL"
            }
            Victim::Stopped => {
                self.stop_past_the_lease(place).await;
                "leader, SIGSTOP past the lease, SIGCONT"
            }
            Victim::Server => {
                self.server_dies(None).await;
                "SIGKILL of the postmaster"
            }
            Victim::Line => {
                self.line_is(place, Line::Cut).await;
                "database cut off"
            }
            Victim::Sent => {
                if !self.cut_when_sent(place).await {
                    db.close().await;
                    return end(senders).await;
                }
                "connection cut when a batch or a commit was sent"
            }
        };
        end(senders).await;
        db.close().await;
        let when = if is_amid { "in a backlog" } else { "beside a backlog" };
        let engine = match self.engine {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        };
        self.counts.count(&format!("{when} on {engine}: {what}"));
    }
}

/// Whether a part of a backlog waits, and a part does not any more.
async fn is_amid(db: &Db) -> bool {
    let row = db.query_one("select count(*) as events from journal_inbox", &[]).await.unwrap().unwrap();
    let waiting = usize::try_from(row.int("events").unwrap()).unwrap();
    (LOAD_MAX..EVENTS).contains(&waiting)
}
