//! A client with two chains: somebody who has the database puts events of one BIN under another name, on their way into the
//! log. The audit names the first of them, and no extract shows the other chain as the client's. What the operator himself
//! could write of it: `extract/complete.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::process::Command;

use qolhat::demo::client::{Client, text};
use qolhat::demo::story::Actor;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::support::stage::{Stage, code};

/// The other name.
const TWIN: [u8; 32] = [0xa7; 32];

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

    /// From now on what is told of the client goes under the other name.
    async fn forge(&self) {
        let (own, twin) = (hex::encode(self.own), hex::encode(TWIN));
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

    /// What the audit on the command line finds first.
    fn found(&self) -> (String, u64) {
        let mut audit = Command::new(env!("CARGO_BIN_EXE_qolhat"));
        let audit =
            audit.args(["journal", "audit", "--full", "--json", "--config"]).arg(self.stage.world.config_file());
        let output = audit.output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{report}");
        let failure = &report["first_failure"];
        (text(failure, "part").unwrap(), failure["seq"].as_u64().unwrap_or_else(|| panic!("{report}")))
    }
}

fn number(octets: &[u8]) -> u64 {
    u64::from_be_bytes(octets.try_into().unwrap())
}

/// Keeps: JRN-03, JRN-06, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_second_chain_of_a_client_is_named_by_the_audit_and_shown_in_no_extract() {
    let case = Case::set().await;
    case.act("1").await;
    assert_eq!(case.extract().await[..4], *"done");
    case.stage.audited();
    case.forge().await;
    case.act("2").await;
    case.act("3").await;
    case.run("drop trigger twin", "drop trigger twin on journal_inbox").await;
    case.act("4").await;

    let (own, twin) = (case.chain(&case.own).await, case.chain(&TWIN).await);
    assert!(own.len() >= 3 && twin.len() == 2, "{own:?} {twin:?}");
    assert_eq!(case.found(), ("name".to_owned(), twin[0]));

    // The other chain in the place of the own one.
    let (own, twin) = (hex::encode(case.own), hex::encode(TWIN));
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
