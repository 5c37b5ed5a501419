//! Who could not wait for the journal gets a signed promise, and holds the operator to it without him.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::app::{App, Passwords};
use qolhat::demo::client::{Attached, Client, text};
use qolhat::demo::story::Actor;
use qolhat::domain::ids::EventId;
use qolhat::domain::time::Moment;
use qolhat::journal::promise::{MergeDelay, Promise, digest_of};
use qolhat::operations::issue_extract::operator_card;
use qolhat::serve::serve;
use qolhat_pki::time::Span;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::stage::{AGREEMENT, Stage, asked_by, at};

struct Case {
    stage: Stage,
    folder: TempDir,
    head: (Actor, Client),
    other: Actor,
}

impl Case {
    /// A service that promises entries within so many seconds.
    async fn set(seconds: u32) -> Case {
        let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| {
            config.journal.promise_seconds = MergeDelay::try_from(seconds).unwrap();
        })
        .await;
        let officer = stage.officer().await;
        let offer = stage.publish(&officer, AGREEMENT).await;
        let head = stage.joined("head-a", &offer).await;
        let (other, _) = stage.joined("head-b", &offer).await;
        Case { stage, folder: TempDir::new().unwrap(), head, other }
    }

    async fn send(&self, number: &str) -> Value {
        let act = self.stage.act(&self.head.0, &self.other, number);
        let cms = self.stage.sign(&self.head.0.sign, &act);
        self.send_signed(number, act, cms).await
    }

    /// Sends an act under the key `number`.
    async fn send_signed(&self, number: &str, act: Vec<u8>, cms: Vec<u8>) -> Value {
        let file = Attached { name: "document.bin".to_owned(), bytes: act };
        let fields = [("kind", "completion-act".to_owned())];
        self.head.1.submit(&fields, file, Vec::new(), Some(cms), number).await.unwrap()
    }

    fn keep(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// What a stranger with nothing but the operator's card and the CA's certificates is answered.
    fn asked(&self, file: &Path, extract: Option<&Path>, at: Moment) -> (Option<i32>, Value) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qolhat"));
        command.args(["promise", "verify", "--json", "--at", &at.to_string(), "--trust"]);
        command.arg(self.stage.world.folder().join("out/anchors"));
        let card = operator_card(&self.stage.app);
        command.args(["--operator", &card.operator, "--log-key", &card.log_keys[0]]);
        if let Some(extract) = extract {
            command.arg("--extract").arg(extract);
        }
        let output = command.arg(file).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    /// That he is answered so: exit code, standing and reason.
    fn must_be(&self, asked: (Option<i32>, Value), standing: &str, reason: Option<&str>) {
        let code = if standing == "kept" { 0 } else { 1 };
        let (found, answer) = asked;
        let said = (found, answer["standing"].as_str(), answer["reason"].as_str());
        assert_eq!(said, (Some(code), Some(standing), reason), "{answer}");
    }

    /// The operator drops an event that he has promised.
    async fn drop_event(&self, promise: &Promise) {
        let sql = "delete from journal_inbox where id = $1";
        if let Some(server) = &self.stage.database {
            let sql = format!("delete from journal_inbox where id = '{}'", promise.event);
            assert_eq!(server.behind_the_guards(&sql).await, 1);
            return;
        }
        let mut tx = self.stage.app.db.begin().await.unwrap();
        assert_eq!(tx.execute(sql, &qolhat::params![promise.event.as_uuid()]).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }

    /// Waits for a moment.
    async fn until(&self, moment: Moment) {
        while self.stage.now() < moment {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The service of before is gone; another one numbers its events, and is gone again.
    async fn numbered(&self, event: EventId) {
        self.stage.leave().await;
        let mut config = self.stage.config.clone();
        config.clock = Some(self.stage.now().to_string());
        let app = App::open(&config, &Passwords::Demo).await.unwrap();
        app.journal.wait(event, Duration::from_secs(30)).await.unwrap();
        app.journal.close().await;
        app.db.close().await;
    }

    /// Another service runs on the database, at `moment` or later: the responders' clock goes with it.
    async fn again(&self, moment: Moment) -> (Arc<App>, Client) {
        self.until(moment).await;
        let mut config = self.stage.config.clone();
        config.clock = Some(self.stage.now().to_string());
        config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let app = Arc::new(App::open(&config, &Passwords::Demo).await.unwrap());
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let running = Arc::clone(&app);
        tokio::spawn(async move { serve(running, listener, std::future::pending()).await });
        let client = Client::new(&base, app.rng.clone()).unwrap();
        let officer = client.log_in(&self.stage.actor("officer").auth, app.clock.now()).await.unwrap();
        (app, officer)
    }

    /// What `qolhat journal audit` says: exit code and report.
    fn audited(&self) -> (Option<i32>, Value) {
        let output = Command::new(env!("CARGO_BIN_EXE_qolhat"))
            .args(["journal", "audit", "--json", "--config"])
            .arg(self.stage.world.config_file())
            .output()
            .unwrap();
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
    }

    async fn extract(&self, officer: &Client, scope: Value) -> Vec<u8> {
        let mut body = json!({"asked_by": asked_by(&self.head.0.party())});
        body.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
        let prepared = officer.post("/api/v1/extracts", &body).await.unwrap();
        let manifest = BASE64_STANDARD.decode(text(&prepared, "manifest").unwrap()).unwrap();
        let cms = BASE64_STANDARD.encode(self.stage.sign(&self.stage.actor("officer").sign, &manifest));
        let path = format!("/api/v1/extracts/{}/signature", text(&prepared, "id").unwrap());
        officer.post_for_bytes(&path, &json!({"cms": cms})).await.unwrap()
    }
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_kept_or_a_stranger_names_it_broken() {
    let case = Case::set(15).await;
    let before = case.send("1").await;
    assert_eq!((&before["state"], &before["promise"]), (&json!("received"), &Value::Null));

    // The sequencer has stopped: both callers wait as long as a caller waits.
    case.stage.app.journal.close().await;
    let act = case.stage.act(&case.head.0, &case.other, "2");
    let cms = case.stage.sign(&case.head.0.sign, &act);
    let send_honest = || case.send_signed("2", act.clone(), cms.clone());
    let (honest, dropped) = tokio::join!(send_honest(), case.send("3"));
    let key = case.stage.app.journal.verifier_key().to_owned();
    let promise = |answer: &Value| Promise::open(answer["promise"]["note"].as_str().unwrap(), &key).unwrap();
    for answer in [&honest, &dropped] {
        assert_eq!(answer["state"], "recording");
        assert_eq!(promise(answer).body, digest_of(answer["promise"]["body"].as_str().unwrap()));
        let id = answer["document_id"].as_str().unwrap();
        let view = case.head.1.get(&format!("/api/v1/documents/{id}")).await.unwrap();
        assert_eq!(view["promise"], answer["promise"]["note"]);
    }
    // Asked again, it is the same promise and no later deadline.
    let repeated = send_honest().await;
    assert_eq!(repeated["promise"], json!({"note": honest["promise"]["note"], "body": null}));

    let deadline = promise(&honest).deadline;
    let (kept, broken) =
        (case.keep("2.json", honest.to_string().as_bytes()), case.keep("3.json", dropped.to_string().as_bytes()));
    let note = case.keep("3.txt", dropped["promise"]["note"].as_str().unwrap().as_bytes());
    let early = deadline.checked_sub(Span::seconds(1)).unwrap();
    case.must_be(case.asked(&kept, None, early), "pending", None);
    case.must_be(case.asked(&kept, None, deadline), "overdue", None);

    case.drop_event(&promise(&dropped)).await;
    case.numbered(promise(&honest).event).await;
    // Time stamps tell whole seconds: a later one than the deadlines is asked for.
    let later = promise(&dropped).deadline.max(deadline).checked_add(Span::seconds(1)).unwrap();
    let (app, officer) = case.again(later).await;
    let entry = app.journal.find(promise(&honest).event).await.unwrap().unwrap();
    assert!(entry.at <= deadline, "the test was too slow: {entry:?}");
    let of_act = case.extract(&officer, json!({"documents": [honest["document_id"]]})).await;
    let (party, to) = (case.head.0.party().key(), app.clock.now().to_string());
    let period = json!({"period": {"party": party, "from": "2026-11-22T00:00:00Z", "to": to}});
    let of_party = case.extract(&officer, period).await;
    let (of_act, of_party) = (case.keep("act.asice", &of_act), case.keep("party.asice", &of_party));
    let now = app.clock.now();
    case.must_be(case.asked(&kept, Some(&of_act), now), "kept", None);
    case.must_be(case.asked(&kept, Some(&of_party), now), "kept", None);
    case.must_be(case.asked(&broken, Some(&of_party), now), "broken", Some("left-out"));
    // What shows nothing of it is no proof, and is said to be none.
    case.must_be(case.asked(&broken, Some(&of_act), now), "overdue", Some("history-not-shown"));
    case.must_be(case.asked(&note, Some(&of_party), now), "overdue", Some("body-not-given"));
    let mut changed = std::fs::read(&of_party).unwrap();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let changed = case.keep("changed.asice", &changed);
    case.must_be(case.asked(&broken, Some(&changed), now), "overdue", Some("extract-not-proven"));

    // So does the operator's own auditor.
    app.journal.close().await;
    app.db.close().await;
    let (code, report) = case.audited();
    assert_eq!((code, &report["first_failure"]["part"]), (Some(1), &json!("promise")), "{report}");
    let reason = report["first_failure"]["reason"].as_str().unwrap();
    assert!(reason.contains(&promise(&dropped).event.to_string()), "{reason}");
    assert_eq!((&report["promised"], &report["promises_late"]), (&json!(1), &json!([])), "{report}");
}

/// The operator writes down what he has promised when it suits him. Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_later_than_its_deadline_keeps_no_promise() {
    let case = Case::set(1).await;
    case.stage.app.journal.close().await;
    let answer = case.send("1").await;
    let key = case.stage.app.journal.verifier_key().to_owned();
    let promise = Promise::open(answer["promise"]["note"].as_str().unwrap(), &key).unwrap();
    let saved = case.keep("1.json", answer.to_string().as_bytes());

    let later = promise.deadline.checked_add(Span::seconds(1)).unwrap();
    case.until(later).await;
    case.numbered(promise.event).await;
    let (app, officer) = case.again(later).await;
    let extract = case.extract(&officer, json!({"documents": [answer["document_id"]]})).await;
    let extract = case.keep("act.asice", &extract);
    let asked = case.asked(&saved, Some(&extract), app.clock.now());
    assert!(asked.1["entry"]["at"].as_str().unwrap() >= later.to_string().as_str(), "{asked:?}");
    case.must_be(asked, "broken", Some("late"));

    // The auditor names it too; the log itself lacks nothing.
    let seq = app.journal.find(promise.event).await.unwrap().unwrap().seq;
    app.journal.close().await;
    app.db.close().await;
    let (code, report) = case.audited();
    let late = &report["promises_late"];
    assert_eq!((code, late.as_array().map(Vec::len)), (Some(0), Some(1)), "{report}");
    assert_eq!((&late[0]["event"], &late[0]["seq"]), (&json!(promise.event.to_string()), &json!(seq)), "{report}");
    assert_eq!(late[0]["deadline"], json!(promise.deadline.to_string()));
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_promise_of_the_log_is_told_from_one_and_what_is_none_at_all_is_refused() {
    let case = Case::set(1).await;
    let event = qolhat::journal::EventDraft {
        id: EventId::new(case.stage.now(), &mut case.stage.app.rng.clone()),
        kind: "document.recorded".to_owned(),
        subjects: Vec::new(),
        payload: Vec::new(),
        actor: json!({}),
    };
    let promised = case.stage.app.journal.promise(&event, MergeDelay::default()).unwrap();
    let now = case.stage.now();
    let saved = |note: &str, body: &str| json!({"note": note, "body": body}).to_string();
    let good = case.keep("good", saved(&promised.note, &promised.body).as_bytes());
    case.must_be(case.asked(&good, None, now), "pending", None);
    let other = case.keep("body", saved(&promised.note, "{}").as_bytes());
    case.must_be(case.asked(&other, None, now), "invalid", Some("body-differs"));

    let stranger = qolhat::journal::LogIdentity::from_seed(case.stage.app.journal.origin(), &[9; 32], [0; 32]).unwrap();
    let (forged, _) = Promise::for_event(stranger.origin(), &event, now, MergeDelay::default()).unwrap();
    let forged = case.keep("forged", forged.sign(&stranger).unwrap().as_bytes());
    case.must_be(case.asked(&forged, None, now), "invalid", Some("not-signed"));

    let checkpoint = case.stage.app.journal.latest_checkpoint().await.unwrap().unwrap().note;
    for nothing in [checkpoint.as_bytes(), b"", b"{}", b"\xff", br#"{"promise":null}"#] {
        let file = case.keep("nothing", nothing);
        let (code, answer) = case.asked(&file, None, now);
        assert_eq!((code, answer["error"]["code"].as_str()), (Some(2), Some("malformed")), "{answer}");
    }
}
