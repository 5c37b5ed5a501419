//! Content goes when its holders ask for it and nothing keeps it; the journal and what was proven by it stay.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod kept;

use std::fs;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::app::{App, Passwords};
use qolhat::demo::client::{Client, ClientError, KeyPair, text};
use qolhat::demo::story::Actor;
use qolhat::docflow::destruction;
use qolhat::domain::ids::DocumentId;
use qolhat::domain::party::Party;
use qolhat::domain::time::Moment;
use qolhat::journal::checkpoint::Checkpoint;
use qolhat::journal::entry::{Entry, Field};
use qolhat::operations::scrub_store::{Rate, Scrub, scrub_store};
use qolhat::params;
use qolhat_storage::BlobStore as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::extracts::{file_of, judged, pins};
use crate::support::second_verifier::second_opinion;
use crate::support::stage::{Stage, asked_by, at, code};

const SECRET: &[u8] = b"a letter that two people know, and soon nobody";

struct Case {
    stage: Stage,
    officer: Client,
    sender: (Actor, Client),
    recipient: (Actor, Client),
}

async fn case() -> Case {
    let stage = Stage::set().await;
    let (officer, sender, recipient) = stage.two_clients().await;
    Case { stage, officer, sender, recipient }
}

impl Case {
    async fn letter(&self) -> String {
        let (actor, client) = &self.sender;
        self.stage.letter((actor, client), &self.recipient.0, SECRET).await
    }

    /// Asks for destruction in the name of one side, signed by `pair`.
    async fn ask(&self, client: &Client, pair: &KeyPair, document: &str) -> Result<Value, ClientError> {
        let wanted = client.get_bytes(&format!("/api/v1/documents/{document}/destruction/text")).await?;
        let cms = BASE64_STANDARD.encode(self.stage.sign(pair, &wanted));
        client.post(&format!("/api/v1/documents/{document}/destruction"), &json!({"cms": cms})).await
    }

    async fn both_ask(&self, document: &str) -> Value {
        self.ask(&self.sender.1, &self.sender.0.sign, document).await.unwrap();
        self.ask(&self.recipient.1, &self.recipient.0.sign, document).await.unwrap()
    }

    async fn read(&self, client: &Client, document: &str) -> String {
        let read = client.get_bytes(&format!("/api/v1/documents/{document}/files/0")).await;
        code(read.map(|bytes| json!(bytes == SECRET)))
    }

    async fn wrapped_keys(&self, document: &str) -> Vec<Vec<u8>> {
        let id = DocumentId::parse(document).unwrap();
        let sql = "select wrapped from content_key where document_id = $1";
        let rows = self.stage.app.db.query(sql, &params![id.as_uuid()]).await.unwrap();
        rows.iter().map(|row| row.bytes("wrapped").unwrap()).collect()
    }
}

async fn blobs(case: &Case) -> usize {
    case.stage.app.blobs.list(None, 1000).await.unwrap().len()
}

fn holds(octets: &[u8], needle: &[u8]) -> bool {
    octets.windows(needle.len()).any(|window| window == needle)
}

/// Keeps: JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn what_both_holders_ask_to_destroy_cannot_be_read_anywhere_and_what_was_proven_stays_proven() {
    let case = case().await;
    let document = case.letter().await;
    let extract = case.stage.extract(&case.officer, &[&document]).await.unwrap();
    let before = case.stage.app.journal.latest_checkpoint().await.unwrap().unwrap();
    let keys = case.wrapped_keys(&document).await;
    let before_blobs = blobs(&case).await;
    assert_eq!(keys.len(), 3);
    assert_eq!(case.read(&case.recipient.1, &document).await, "done: true");

    let asked = case.ask(&case.sender.1, &case.sender.0.sign, &document).await.unwrap();
    assert_eq!((asked["destroyed_at"].as_str(), asked["kept_until"].as_str()), (None, None));
    assert_eq!(case.read(&case.sender.1, &document).await, "content-destroyed");
    let db = &case.stage.app.db;
    let listed = async |party| qolhat::extract::store::of_party(db, &party, 9).await.unwrap().len();
    assert_eq!((listed(case.sender.0.party()).await, listed(case.recipient.0.party()).await), (0, 1));
    // The other holder's copy stays until he asks.
    assert_eq!(case.read(&case.recipient.1, &document).await, "done: true");
    let asked = case.ask(&case.recipient.1, &case.recipient.0.sign, &document).await.unwrap();
    assert!(asked["destroyed_at"].is_string(), "{asked}");
    assert_eq!(case.read(&case.recipient.1, &document).await, "content-destroyed");
    // Repeated, it is answered the same.
    assert_eq!(case.ask(&case.recipient.1, &case.recipient.0.sign, &document).await.unwrap(), asked);

    // No key is left in the database, nor in a backup made now; no blob is left that it opened.
    assert_eq!(case.wrapped_keys(&document).await, Vec::<Vec<u8>>::new());
    match case.stage.config.database.strip_prefix("sqlite:") {
        Some(database) => {
            for end in ["", "-wal"] {
                let octets = fs::read(format!("{database}{end}")).unwrap_or_default();
                assert!(keys.iter().all(|key| !holds(&octets, key)), "a key is left in the database{end}");
            }
        }
        // What the server's own files hold until it vacuums them is the server's; a backup is a dump.
        None => {
            let dump = std::process::Command::new("pg_dump").arg(&case.stage.config.database).output().unwrap();
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            let left = |key: &Vec<u8>| holds(&dump.stdout, hex::encode(key).as_bytes());
            assert!(!keys.iter().any(left), "a key is left in a backup");
        }
    }
    // Original, signature and its evidence, and the operator's copies of the extract.
    assert!(blobs(&case).await + 4 <= before_blobs);
    // The scrub does not miss what was destroyed.
    let (store, db) = (&case.stage.app.blobs, &case.stage.app.db);
    let scrub = scrub_store(store, db, Scrub::default(), Rate(None), |_| Ok(())).await.unwrap();
    assert!(scrub.is_good() && scrub.unnamed == 0 && scrub.checked > 0, "{scrub:?}");
    let again = case.stage.extract(&case.officer, &[&document]).await;
    assert_eq!(code(again.map(|bytes| json!(bytes.len()))), "content-destroyed");

    // The extract that was handed out verifies as ever, the log still begins as it did, and the audit finds nothing.
    let report = judged(&case.stage.app, &extract, case.stage.now());
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    let audit = case.stage.app.journal.audit().await.unwrap();
    assert!(audit.ok && audit.size > before.size, "{audit:?}");
    let now = case.stage.app.journal.latest_checkpoint().await.unwrap().unwrap();
    let checkpoint = Checkpoint::open(&now.note, case.stage.app.journal.verifier_key()).unwrap();
    let first = case.stage.app.journal.entry(1).await.unwrap().unwrap();
    let proof = case.stage.app.journal.inclusion_proof(1, checkpoint.size).await.unwrap();
    qolhat::journal::proof::verify_inclusion(&first.leaf, 1, checkpoint.size, &checkpoint.root, &proof).unwrap();

    // The document, its receipt and its history are still shown.
    let shown = case.sender.1.get(&format!("/api/v1/documents/{document}")).await.unwrap();
    let history: Vec<&str> =
        shown["history"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(
        history[history.len() - 3..],
        ["document.destruction-requested", "document.destruction-requested", "document.destroyed"]
    );
}

/// Keeps: JRN-03, JRN-04, JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_accounting_is_kept_for_its_term_whoever_asks() {
    let case = case().await;
    let act = case.stage.recorded_act((&case.sender.0, &case.sender.1), &case.recipient.0, "1").await;
    let asked = case.both_ask(&act).await;
    assert_eq!((asked["destroyed_at"].as_str(), asked["kept_until"].as_str()), (None, Some("2031-12-31T19:00:00Z")));
    assert_eq!(case.read(&case.sender.1, &act).await, "content-destroyed");
    case.stage.round().await;
    assert!(case.stage.extract(&case.officer, &[&act]).await.is_ok());

    // A draft of years ago: the term counts from its record, whatever the rows say.
    let id = DocumentId::parse(&act).unwrap();
    let mut tx = case.stage.app.db.begin().await.unwrap();
    let long_ago = at("2020-01-01T00:00:00Z");
    tx.execute("update document set created_at = $1 where id = $2", &params![long_ago, id.as_uuid()]).await.unwrap();
    let sql = "update destruction_request set kept_until = $1 where document_id = $2";
    tx.execute(sql, &params![long_ago, id.as_uuid()]).await.unwrap();
    tx.commit().await.unwrap();
    case.stage.round().await;
    assert_eq!(case.wrapped_keys(&act).await.len(), 1);

    // On the last day of its term, and when that is over.
    case.stage.leave().await;
    assert_eq!(keys_left_at(&case, "2031-12-31T18:00:00Z", &act).await, 1);
    assert_eq!(keys_left_at(&case, "2031-12-31T19:00:00Z", &act).await, 0);
}

/// Keys of the document after a round of the worker at `then`; the stage has left.
async fn keys_left_at(case: &Case, then: &str, document: &str) -> usize {
    let mut config = case.stage.config.clone();
    config.clock = Some(then.to_owned());
    let app = App::open(&config, &Passwords::Demo).await.unwrap();
    qolhat::worker::round(&app).await;
    let id = DocumentId::parse(document).unwrap();
    let sql = "select wrapped from content_key where document_id = $1";
    let left = app.db.query(sql, &params![id.as_uuid()]).await.unwrap().len();
    app.journal.close().await;
    app.db.close().await;
    left
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn every_consent_of_a_client_is_kept_and_not_the_first_alone() {
    let case = case().await;
    let (actor, client) = &case.sender;
    let second = case.stage.publish(&case.officer, "Второе соглашение.\n").await;
    case.stage.accept(client, actor, &second).await.unwrap();
    let outbox = client.get("/api/v1/documents?box=outbox").await.unwrap();
    let consents = outbox.as_array().unwrap().iter().filter(|row| row["kind"] == "offer-acceptance");
    let consents: Vec<String> = consents.map(|row| text(row, "id").unwrap()).collect();
    assert_eq!(consents.len(), 2);
    for consent in &consents {
        let asked = case.ask(client, &actor.sign, consent).await.unwrap();
        assert_eq!((asked["destroyed_at"].as_str(), asked["kept_until"].is_string()), (None, true));
    }
    case.stage.leave().await;
    for consent in &consents {
        assert_eq!(keys_left_at(&case, "2040-01-01T00:00:00Z", consent).await, 1);
    }
}

/// Blobs that are destroyed and not swept.
async fn unswept(case: &Case) -> usize {
    case.stage.app.db.query("select address from unswept_blob", &[]).await.unwrap().len()
}

/// Keeps: JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_or_a_reader_kept_from_being_swept_is_swept_later() {
    let case = case().await;
    let document = case.letter().await;
    let keys = case.wrapped_keys(&document).await;
    let on_file = case.stage.config.database.strip_prefix("sqlite:").map(str::to_owned);
    // Somebody reads what was, and goes on reading.
    let mut reader = case.stage.app.db.begin_reading().await.unwrap();
    reader.query("select id from document", &[]).await.unwrap();
    let asked = case.both_ask(&document).await;
    assert!(asked["destroyed_at"].is_string());
    case.stage.round().await;
    assert_eq!(unswept(&case).await > 0, on_file.is_some());
    drop(reader);
    case.stage.round().await;
    assert_eq!(unswept(&case).await, 0);
    if let Some(database) = on_file {
        for end in ["", "-wal"] {
            let octets = fs::read(format!("{database}{end}")).unwrap_or_default();
            assert!(keys.iter().all(|key| !holds(&octets, key)), "a key is left in the database{end}");
        }
    }

    // As a crash between the commit and the sweep leaves it.
    let address = case.stage.app.blobs.put(b"sealed under a key that is erased".to_vec()).await.unwrap();
    let mut tx = case.stage.app.db.begin().await.unwrap();
    let row = params![address.as_bytes().to_vec(), case.stage.now()];
    tx.execute("insert into unswept_blob (address, since) values ($1, $2)", &row).await.unwrap();
    tx.commit().await.unwrap();
    case.stage.round().await;
    assert!(!case.stage.app.blobs.contains(&address).await.unwrap());
    assert_eq!(unswept(&case).await, 0);
}

/// Keeps: JRN-05, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_party_whose_contested_document_was_destroyed_gets_its_period() {
    let case = case().await;
    let document = case.letter().await;
    let recorded = case.stage.now();
    let since = recorded.checked_sub(qolhat_pki::time::Span::hours(1)).unwrap();
    let certificate = hex::encode(case.sender.0.sign.certificate.sha256());
    // Both ask before the key of one is known to be stolen: a suspended key asks for nothing.
    let hold = json!({"ground": "Определение суда 2-345/2026"});
    let hold = case.officer.post(&format!("/api/v1/documents/{document}/holds"), &hold).await.unwrap();
    case.both_ask(&document).await;
    let report = json!({
        "certificate_sha256": certificate, "compromised_since": since.to_string(), "circumstances": "жоғалды"
    });
    case.sender.1.post("/api/v1/compromises", &report).await.unwrap();
    let release = format!("/api/v1/documents/{document}/holds/{}/release", text(&hold, "hold_id").unwrap());
    case.officer.post(&release, &json!({"reason": "Дело прекращено"})).await.unwrap();
    case.stage.round().await;
    assert_eq!(case.wrapped_keys(&document).await.len(), 0);
    case.stage.sequenced().await;

    // Its entries tell the document, and the act of destruction that it is not here; also where that lies outside the period.
    for until in [case.stage.now(), recorded] {
        let extract = of_period(&case.stage, &case.officer, &case.recipient.0, (since, until)).await.unwrap();
        let report = judged(&case.stage.app, &extract, case.stage.now());
        assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
        let period = report.period.as_ref().unwrap();
        assert_eq!((&period.closed, &period.destroyed), (&Vec::new(), &vec![document.clone()]));
        let summary = String::from_utf8(file_of(&extract, "summary.en.txt")).unwrap();
        assert!(summary.contains("destroyed and are not here: 1."), "{summary}");
        let told = second_opinion(&pins(&case.stage.app, case.stage.now()), &[extract]);
        assert!(told.is_none_or(|told| told[0].0 == "TOTAL-PASSED"));
    }

    // Who closes entries before the journal's own term gets no extract past his own verifier.
    let journal = &case.stage.app.journal;
    let mut tx = case.stage.app.db.begin().await.unwrap();
    for seq in journal.entries_of_subject(&format!("document:{document}")).await.unwrap() {
        assert!(journal.erase_openings(&mut tx, seq).await.unwrap());
    }
    tx.commit().await.unwrap();
    let refused = of_period(&case.stage, &case.officer, &case.recipient.0, (since, case.stage.now())).await;
    assert!(refused.is_err());
}

/// The extract of a party over a period.
async fn of_period(
    stage: &Stage,
    officer: &Client,
    party: &Actor,
    (from, to): (Moment, Moment),
) -> Result<Vec<u8>, ClientError> {
    let period = json!({"party": party.party().key(), "from": from.to_string(), "to": to.to_string()});
    stage.extract_of(officer, &json!({"period": period, "asked_by": asked_by(&party.party())})).await
}

/// Keeps: JRN-03, JRN-05, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn a_period_whose_entries_were_erased_after_their_term_tells_how_many_are_closed() {
    let case = case().await;
    let since = case.stage.now().checked_sub(qolhat_pki::time::Span::hours(1)).unwrap();
    let (document, kept) = (case.letter().await, case.letter().await);
    let until = case.stage.now();
    case.both_ask(&document).await;
    case.stage.round().await;
    case.stage.sequenced().await;
    let (entries, _) = said(&case.stage.app, &document).await;

    let stage = case.stage.later(at("2031-11-23T09:00:00Z")).await;
    stage.round().await;
    let (entries_now, _) = said(&stage.app, &document).await;
    assert!(entries_now.iter().all(|(_, salts)| salts.is_empty()));
    let officer = stage.officer().await;
    let extract = of_period(&stage, &officer, &case.sender.0, (since, until)).await.unwrap();
    let report = judged(&stage.app, &extract, stage.now());
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
    let period = report.period.as_ref().unwrap();
    let closed: Vec<u64> = entries.iter().map(|(seq, _)| *seq).collect();
    assert_eq!((&period.closed, &period.destroyed), (&closed, &Vec::new()));
    assert!(report.documents.iter().any(|document| document.id == kept));
    let lines = report.lines(qolhat::i18n::Language::En).join("\n");
    assert!(lines.contains(&format!("{} are closed", closed.len())), "{lines}");
    let told = second_opinion(&pins(&stage.app, stage.now()), &[extract]);
    assert!(told.is_none_or(|told| told[0].0 == "TOTAL-PASSED"));
}

/// Keeps: JRN-04
#[tokio::test(flavor = "multi_thread")]
async fn a_legal_hold_beats_every_request() {
    let case = case().await;
    let document = case.letter().await;
    let holds = format!("/api/v1/documents/{document}/holds");
    let ground = json!({"ground": "Определение суда 2-345/2026"});
    assert_eq!(code(case.sender.1.post(&holds, &ground).await), "not-an-officer");
    assert_eq!(code(case.officer.post(&holds, &json!({"ground": " "})).await), "reason-required");
    let placed = case.officer.post(&holds, &ground).await.unwrap();
    let asked = case.both_ask(&document).await;
    assert_eq!(asked["destroyed_at"], Value::Null);
    case.stage.round().await;
    assert_eq!(case.wrapped_keys(&document).await.len(), 1);

    let hold = text(&placed, "hold_id").unwrap();
    let reason = json!({"reason": "Дело прекращено"});
    let other = format!("{holds}/00000000-0000-0000-0000-000000000001/release");
    assert_eq!(code(case.officer.post(&other, &reason).await), "not-found");
    case.officer.post(&format!("{holds}/{hold}/release"), &reason).await.unwrap();
    assert_eq!(code(case.officer.post(&format!("{holds}/{hold}/release"), &reason).await), "not-found");
    case.stage.round().await;
    assert_eq!(case.wrapped_keys(&document).await.len(), 0);
    assert_eq!(code(case.officer.post(&holds, &ground).await), "content-destroyed");
    assert!(case.stage.app.journal.audit().await.unwrap().ok);
}

/// Keeps: JRN-05, SIG-10
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_taken_from_a_party_alone_and_by_its_own_signature_over_this_document() {
    let case = case().await;
    let (document, other) = (case.letter().await, case.letter().await);
    let path = format!("/api/v1/documents/{document}/destruction");
    // Another's key; the request for another document; a text of one's own; a stranger.
    let by_another = case.ask(&case.sender.1, &case.recipient.0.sign, &document).await;
    assert_eq!(code(by_another), "signer-is-not-the-caller");
    for content in [
        case.sender.1.get_bytes(&format!("/api/v1/documents/{other}/destruction/text")).await.unwrap(),
        case.recipient.1.get_bytes(&format!("/api/v1/documents/{document}/destruction/text")).await.unwrap(),
        b"destroy it".to_vec(),
    ] {
        let cms = BASE64_STANDARD.encode(case.stage.sign(&case.sender.0.sign, &content));
        let answer = code(case.sender.1.post(&path, &json!({"cms": cms})).await);
        assert_eq!(answer, "signature-content-mismatch");
    }
    assert_eq!(code(case.sender.1.get(&path).await), "not-found");
    let stranger = case.officer.get_bytes(&format!("{path}/text")).await;
    assert!(matches!(code(stranger.map(|_| json!(1))).as_str(), "document-unknown" | "not-a-client"));
    assert_eq!(case.read(&case.recipient.1, &document).await, "done: true");
}

/// What entries say of a document: number, kind and salts; those of the act of destruction apart.
async fn said(app: &App, document: &str) -> (Vec<(u64, Vec<String>)>, Vec<(u64, Vec<String>)>) {
    let (mut others, mut acts) = (Vec::new(), Vec::new());
    for seq in app.journal.entries_of_subject(&format!("document:{document}")).await.unwrap() {
        let stored = app.journal.entry(seq).await.unwrap().unwrap();
        let facts = stored.openings.iter().filter(|(field, _)| !matches!(field, Field::Subject(_)));
        let salts = facts.map(|(_, opening)| hex::encode(opening.salt)).collect();
        let is_act = Entry::parse(&stored.body).unwrap().kind.starts_with("document.destr");
        if is_act { acts.push((seq, salts)) } else { others.push((seq, salts)) }
    }
    (others, acts)
}

/// What only the openings of this document's entries hold: elsewhere in the database a signature's id stands without its name.
async fn told(app: &App, document: &str) -> Vec<String> {
    let mut told = Vec::new();
    for seq in app.journal.entries_of_subject(&format!("document:{document}")).await.unwrap() {
        let (_, fields) = app.journal.entry(seq).await.unwrap().unwrap().proven().unwrap();
        let signature = fields.get("signature_id").and_then(Value::as_str);
        told.extend(signature.map(|id| format!(r#""name":"signature_id","value":"{id}""#)));
    }
    told
}

/// The octets of the database, as a thief of its files or of a backup gets them.
fn database(case: &Case) -> Vec<u8> {
    match case.stage.config.database.strip_prefix("sqlite:") {
        Some(file) => {
            ["", "-wal"].iter().flat_map(|end| fs::read(format!("{file}{end}")).unwrap_or_default()).collect()
        }
        None => std::process::Command::new("pg_dump").arg(&case.stage.config.database).output().unwrap().stdout,
    }
}

/// The journal is kept for its term whoever asks for destruction; after it nothing of a destroyed document can be read from
/// its entries, and these are proven as before. Keeps: JRN-03, JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn what_entries_say_of_a_destroyed_document_is_erased_when_the_journals_own_term_has_run() {
    let case = case().await;
    let (document, kept) = (case.letter().await, case.letter().await);
    let extract = case.stage.extract(&case.officer, &[&document]).await.unwrap();
    let made = case.stage.now();
    case.both_ask(&document).await;
    case.stage.round().await;
    let (entries, acts) = said(&case.stage.app, &document).await;
    let of_kept = said(&case.stage.app, &kept).await;
    assert!(!entries.is_empty() && acts.len() == 3 && entries.iter().all(|(_, salts)| salts.len() > 3));
    let needles = told(&case.stage.app, &document).await;
    let left = |octets: &[u8]| needles.iter().filter(|needle| holds(octets, needle.as_bytes())).count();
    assert!(!needles.is_empty() && left(&database(&case)) == needles.len(), "the test looks where they are");
    case.stage.leave().await;

    for (then, is_erased) in [("2031-11-21T18:00:00Z", false), ("2031-11-21T19:00:00Z", true)] {
        let mut config = case.stage.config.clone();
        config.clock = Some(then.to_owned());
        let app = App::open(&config, &Passwords::Demo).await.unwrap();
        qolhat::worker::round(&app).await;
        let (now, acts_now) = said(&app, &document).await;
        assert_eq!(now.iter().all(|(_, salts)| salts.is_empty()), is_erased, "{then}");
        assert_eq!((&acts_now, &said(&app, &kept).await), (&acts, &of_kept), "{then}");
        // Every entry is where it was among the entries of its subjects.
        assert!(now.iter().map(|(seq, _)| seq).eq(entries.iter().map(|(seq, _)| seq)));
        let audit = app.journal.audit().await.unwrap();
        assert!(audit.ok && audit.size > acts[2].0, "{audit:?}");
        app.journal.close().await;
        app.db.close().await;
        let left = left(&database(&case));
        assert_eq!(left == 0, is_erased, "{left} of {needles:?} are left at {then}");
    }

    // What was handed out brings its openings with it.
    let report = judged(&case.stage.app, &extract, made);
    assert_eq!(report.exit_code(), 0, "{:?}", report.failures);
}

/// What something keeps stands at the head of the list for years. Keeps: JRN-05
#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_behind_more_than_a_page_of_what_is_kept_has_its_turn() {
    let case = case().await;
    let outbox = case.sender.1.get("/api/v1/documents?box=outbox").await.unwrap();
    let consent = outbox.as_array().unwrap().iter().find(|row| row["kind"] == "offer-acceptance").unwrap();
    let consent = DocumentId::parse(consent["id"].as_str().unwrap()).unwrap();
    // A letter waits for the end of a hold; before it stand consents that bind, by rows made from a real one.
    let document = case.letter().await;
    let ground = json!({"ground": "Определение суда 2-345/2026"});
    let holds = format!("/api/v1/documents/{document}/holds");
    let hold = text(&case.officer.post(&holds, &ground).await.unwrap(), "hold_id").unwrap();
    case.both_ask(&document).await;
    let mut tx = case.stage.app.db.begin().await.unwrap();
    for number in 1..=120_u128 {
        let copy = Uuid::from_u128(number);
        let sql = "insert into document (id, kind, number, document_date, title, sender, recipient, author_iin, state, \
                   created_at, recorded_event, state_event, revision) select $1, kind, number, document_date, title, sender, \
                   recipient, author_iin, state, created_at, recorded_event, state_event, revision from document where id = $2";
        tx.execute(sql, &params![copy, consent.as_uuid()]).await.unwrap();
        let sql = "insert into destruction_request (document_id, party, cms, requested_at, event_id) \
                   select $1, sender, $3, created_at, state_event from document where id = $2";
        tx.execute(sql, &params![copy, consent.as_uuid(), vec![0_u8]]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let operator = Party::Organization(case.stage.app.operator.bin);
    let first = DocumentId::from(Uuid::nil());
    let release = format!("{holds}/{hold}/release");
    case.officer.post(&release, &json!({"reason": "Дело прекращено"})).await.unwrap();
    let page = destruction::due(&case.stage.app.db, &operator, case.stage.now(), (50, first)).await.unwrap();
    assert!(page.len() == 50 && page.iter().all(|id| id.to_string() != document), "the letter is on a later page");
    case.stage.round().await;
    assert_eq!(case.wrapped_keys(&document).await.len(), 0);
    let left = destruction::due(&case.stage.app.db, &operator, case.stage.now(), (500, first)).await.unwrap();
    assert_eq!(left.len(), 120);
}
