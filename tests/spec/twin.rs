//! A client with two chains. Somebody who has the database and changes names of events on their way into the log gets no
//! entry. Somebody who has the keys as well puts events of one BIN under another name: the audit names the first of them, and
//! no extract shows the other chain as the client's. What the operator himself could write of it: `extract/complete.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::process::Command;
use std::time::Duration;

use qolhat::demo::client::{Client, text};
use qolhat::demo::story::Actor;
use qolhat::domain::ids::EventId;
use qolhat::journal::EventDraft;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::support::stage::{Stage, code};

/// The other name, and whose it is.
const TWIN: &str = "party:bin:000000000000";

struct Case {
    stage: Stage,
    officer: Client,
    head: (Actor, Client),
    other: Actor,
    /// The client's own name in the log.
    own: [u8; 32],
}

impl Case {
    async fn set() -> Case {
        let stage = Stage::set().await;
        let (officer, head, (other, _)) = stage.two_clients().await;
        let key = head.0.party().key();
        assert!(key.starts_with("bin:"), "{key}");
        let own = stage.app.journal.pseudonym(&format!("party:{key}"));
        Case { stage, officer, head, other, own }
    }

    async fn act(&self, number: &str) -> String {
        self.stage.recorded_act((&self.head.0, &self.head.1), &self.other, number).await
    }

    /// Runs statements behind the program's back, as whoever owns the database.
    async fn run(&self, sqlite: &str, postgres: &str) {
        if let Some(server) = &self.stage.database {
            let mut raw = server.raw().await;
            sqlx::raw_sql(AssertSqlSafe(postgres.to_owned())).execute(&mut raw).await.unwrap();
        } else {
            let mut raw = sqlx::SqliteConnection::connect(&self.stage.config.database).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sqlite.to_owned())).execute(&mut raw).await.unwrap();
        }
    }

    fn twin(&self) -> [u8; 32] {
        self.stage.app.journal.pseudonym(TWIN)
    }

    /// From now on what is told of the client is put under the other name while it waits.
    async fn change_what_waits(&self) {
        let (own, twin) = (hex::encode(self.own), hex::encode(self.twin()));
        let sqlite = format!(
            "create trigger twin after insert on journal_inbox begin \
             update journal_inbox set body = replace(body, '{own}', '{twin}') where id = new.id; end"
        );
        let postgres = format!(
            "create function twin() returns trigger language plpgsql as $$ begin \
             new.body := replace(new.body, '{own}', '{twin}'); return new; end $$; \
             create trigger twin before insert on journal_inbox for each row execute function twin()"
        );
        self.run(&sqlite, &postgres).await;
    }

    /// An event of the client under the other name, put in with the keys of the service.
    async fn put_under_the_other_name(&self) {
        let app = &self.stage.app;
        let event = EventDraft {
            id: EventId::new(self.stage.now(), &mut app.rng.clone()),
            kind: "document.recorded".to_owned(),
            subjects: vec![TWIN.to_owned()],
            payload: vec![("sender".to_owned(), json!(self.head.0.party().key()))],
            actor: json!({"nobody": "in particular"}),
        };
        let mut tx = app.db.begin().await.unwrap();
        app.journal.enqueue(&mut tx, &event).await.unwrap();
        tx.commit().await.unwrap();
        app.journal.wake();
        app.journal.wait(event.id, Duration::from_secs(30)).await.unwrap();
    }

    async fn chain(&self, name: &[u8; 32]) -> Vec<u64> {
        let rows =
            self.stage.app.db.query("select subject, entries from journal_subject order by n", &[]).await.unwrap();
        let rows = rows.iter().filter(|row| row.bytes("subject").unwrap() == name);
        let numbers =
            rows.flat_map(|row| row.bytes("entries").unwrap().chunks_exact(8).map(number).collect::<Vec<_>>());
        numbers.collect()
    }

    /// What becomes of an extract of the client over all its time.
    async fn extract(&self) -> String {
        let key = self.head.0.party().key();
        let scope = json!({"party": key, "from": "2026-11-22T00:00:00Z", "to": self.stage.now().to_string()});
        let asker = json!({"party": {"key": key, "ground": "Сұрау", "scope": "Бәрі"}});
        let prepared = match self.officer.post("/api/v1/extracts", &json!({"asked_by": asker, "period": scope})).await {
            Ok(prepared) => prepared,
            refused => return code(refused),
        };
        use base64::Engine as _;
        let base64 = base64::prelude::BASE64_STANDARD;
        let manifest = base64.decode(text(&prepared, "manifest").unwrap()).unwrap();
        let cms = base64.encode(self.stage.sign(&self.stage.actor("officer").sign, &manifest));
        let path = format!("/api/v1/extracts/{}/signature", text(&prepared, "id").unwrap());
        code(self.officer.post_for_bytes(&path, &json!({"cms": cms})).await.map(|bytes| json!(bytes.len())))
    }

    /// What the audit on the command line says.
    fn audit(&self) -> Value {
        let mut audit = Command::new(env!("CARGO_BIN_EXE_qolhat"));
        let audit =
            audit.args(["journal", "audit", "--full", "--json", "--config"]).arg(self.stage.world.config_file());
        let output = audit.output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What it finds first.
    fn found(&self) -> (String, u64) {
        let report = self.audit();
        let failure = &report["first_failure"];
        (text(failure, "part").unwrap(), failure["seq"].as_u64().unwrap_or_else(|| panic!("{report}")))
    }
}

fn number(octets: &[u8]) -> u64 {
    u64::from_be_bytes(octets.try_into().unwrap())
}

/// Keeps: JRN-02, JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_changed_on_their_way_into_the_log_come_into_no_entry() {
    let case = Case::set().await;
    case.act("1").await;
    let before = case.chain(&case.own).await;
    case.change_what_waits().await;
    let (from, client) = (&case.head.0, &case.head.1);
    let act = case.stage.act(from, &case.other, "2");
    let cms = case.stage.sign(&from.sign, &act);
    let answer = case.stage.send(client, "completion-act", &case.other, &act, Some(cms)).await;
    assert_eq!(code(answer), "internal");
    case.run("drop trigger twin", "drop trigger twin on journal_inbox").await;
    assert_eq!((case.chain(&case.twin()).await, case.chain(&case.own).await), (Vec::new(), before));
    // Whoever looks learns that something was put aside, and others go on.
    let report = case.audit();
    assert!(report["quarantined"].as_u64().is_some_and(|count| count > 0), "{report}");
    case.act("3").await;
}

/// Keeps: JRN-03, JRN-06, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_second_chain_of_a_client_is_named_by_the_audit_and_shown_in_no_extract() {
    let case = Case::set().await;
    case.act("1").await;
    assert_eq!(case.extract().await[..4], *"done");
    case.stage.audited();
    case.act("2").await;
    case.put_under_the_other_name().await;
    case.put_under_the_other_name().await;
    case.act("3").await;

    let (own, twin) = (case.chain(&case.own).await, case.chain(&case.twin()).await);
    assert!(own.len() >= 3 && twin.len() == 2, "{own:?} {twin:?}");
    assert_eq!(case.found(), ("name".to_owned(), twin[0]));

    // The other chain in the place of the own one.
    let (own, twin) = (hex::encode(case.own), hex::encode(case.twin()));
    case.run(
        &format!(
            "drop trigger journal_subject_is_never_changed; drop trigger journal_subject_is_never_removed; \
             delete from journal_subject where subject = x'{own}'; \
             update journal_subject set subject = x'{own}' where subject = x'{twin}'"
        ),
        &format!(
            "alter table journal_subject disable trigger all; \
             delete from journal_subject where subject = '\\x{own}'; \
             update journal_subject set subject = '\\x{own}' where subject = '\\x{twin}'"
        ),
    )
    .await;
    assert_eq!(case.extract().await, "internal");
    assert_eq!(case.found().0, "subject");
}
