//! Content goes when its holders ask for it and nothing keeps it; the journal and what was proven by it stay.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::app::trust_of;
use qolhat::demo::client::{Client, ClientError, KeyPair, text};
use qolhat::demo::story::Actor;
use qolhat::domain::ids::DocumentId;
use qolhat::journal::checkpoint::Checkpoint;
use qolhat::operations::issue_extract::operator_card;
use qolhat::operations::scrub_store::{Rate, Scrub, scrub_store};
use qolhat::operations::verify_extract::verify_extract;
use qolhat::params;
use qolhat_pki::trust::TrustStore;
use qolhat_storage::BlobStore as _;
use serde_json::{Value, json};

use crate::support::stage::{AGREEMENT, Stage, code, code_of_state};

const SECRET: &[u8] = b"a letter that two people know, and soon nobody";

struct Case {
    stage: Stage,
    officer: Client,
    sender: (Actor, Client),
    recipient: (Actor, Client),
}

async fn case() -> Case {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let sender = stage.joined("head-a", &offer).await;
    let recipient = stage.joined("head-b", &offer).await;
    Case { stage, officer, sender, recipient }
}

impl Case {
    async fn letter(&self) -> String {
        let (actor, client) = &self.sender;
        let cms = self.stage.sign(&actor.sign, SECRET);
        let sent = self.stage.send(client, "arbitrary-file", &self.recipient.0, SECRET, Some(cms)).await.unwrap();
        assert_eq!(code_of_state(&sent), "received");
        text(&sent, "document_id").unwrap()
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
    let trust = trust_of(&case.stage.config).unwrap();
    let anchors = trust.anchors.anchors().iter().chain(trust.tsa_anchors.anchors());
    let anchors = TrustStore::from_certificates(anchors.map(|anchor| anchor.certificate().clone()));
    let report = verify_extract(&extract, &anchors, Some(&operator_card(&case.stage.app)), case.stage.now());
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

    // Brought years ago, its term has ended.
    let id = DocumentId::parse(&act).unwrap();
    let mut tx = case.stage.app.db.begin().await.unwrap();
    let long_ago = qolhat::domain::time::Moment::parse_rfc3339("2020-01-01T00:00:00Z").unwrap();
    tx.execute("update document set created_at = $1 where id = $2", &params![long_ago, id.as_uuid()]).await.unwrap();
    let sql = "update destruction_request set kept_until = $1 where document_id = $2";
    tx.execute(sql, &params![long_ago, id.as_uuid()]).await.unwrap();
    tx.commit().await.unwrap();
    case.stage.round().await;
    assert_eq!(case.wrapped_keys(&act).await.len(), 0);
    let standing = case.sender.1.get(&format!("/api/v1/documents/{act}/destruction")).await.unwrap();
    assert!(standing["destroyed_at"].is_string() && standing["kept_until"].is_null(), "{standing}");
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
