//! What the operator's own program refuses to hand to a court, or to write down, from rows that contradict the journal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::access::rights::{Caller, Capability};
use qolhat::demo::client::{Client, ClientError, text};
use qolhat::demo::responders::{Fault, Service};
use qolhat::demo::story::Actor;
use qolhat::domain::ids::{DocumentId, EventId, ExtractId};
use qolhat::extract::store as extracts;
use qolhat::journal::audit::Against;
use qolhat::journal::entry::Entry;
use qolhat::operations::audit_journal::audit_journal;
use qolhat::operations::issue_extract::read_extract_as_party;
use qolhat::operations::issue_receipt::{issue_missing, issue_receipt};
use qolhat::params;
use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::time::Span;
use serde_json::{Value, json};

use crate::support::database::for_postgresql;
use crate::support::stage::{Stage, asked_by, code, code_of_state};

struct Case {
    stage: Stage,
    officer: Client,
    head: (Actor, Client),
    other: (Actor, Client),
    act: String,
}

async fn case() -> Case {
    let stage = Stage::set().await;
    let (officer, head, other) = stage.two_clients().await;
    let act = stage.recorded_act((&head.0, &head.1), &other.0, "1").await;
    Case { stage, officer, head, other, act }
}

impl Case {
    async fn prepare(&self) -> Result<Value, qolhat::demo::client::ClientError> {
        let body = json!({"documents": [self.act], "asked_by": asked_by(&self.head.0.party())});
        self.officer.post("/api/v1/extracts", &body).await
    }

    async fn issue(&self, prepared: &Value) -> Result<Vec<u8>, qolhat::demo::client::ClientError> {
        let manifest = BASE64_STANDARD.decode(text(prepared, "manifest").unwrap()).unwrap();
        let cms = self.stage.sign(&self.stage.actor("officer").sign, &manifest);
        let path = format!("/api/v1/extracts/{}/signature", text(prepared, "id").unwrap());
        self.officer.post_for_bytes(&path, &json!({"cms": BASE64_STANDARD.encode(cms)})).await
    }

    /// Changes rows behind the program's back; what is written for SQLite means the same on PostgreSQL.
    async fn tamper(&self, statements: &[&'static str]) {
        if let Some(server) = &self.stage.database {
            for sql in statements.iter().filter(|sql| !sql.starts_with("drop trigger")) {
                server.behind_the_guards(&for_postgresql(sql)).await;
            }
            return;
        }
        let mut tx = self.stage.app.db.begin().await.unwrap();
        for sql in statements {
            tx.execute(sql, &[]).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    fn document(&self) -> DocumentId {
        DocumentId::parse(&self.act).unwrap()
    }
}

fn told(answer: Result<Vec<u8>, qolhat::demo::client::ClientError>) -> String {
    code(answer.map(|bytes| json!(bytes.len())))
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_is_not_issued_when_something_happened_since_it_was_prepared() {
    let case = case().await;
    let prepared = case.prepare().await.unwrap();
    let reason = json!({"reason": "Работы не выполнены"});
    case.other.1.post(&format!("/api/v1/documents/{}/rejection", case.act), &reason).await.unwrap();
    assert_eq!(told(case.issue(&prepared).await), "extract-state");
    let anew = case.prepare().await.unwrap();
    assert_eq!(told(case.issue(&anew).await)[..4], *"done");
}

/// That nothing came later is the operator's word: he gives it in his own journal. Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn the_journal_holds_how_long_each_history_of_an_issued_extract_was() {
    let case = case().await;
    let prepared = case.prepare().await.unwrap();
    case.issue(&prepared).await.unwrap();
    let journal = &case.stage.app.journal;
    let entries = journal.entries_of_subject(&format!("extract:{}", text(&prepared, "id").unwrap())).await.unwrap();
    let stored = journal.entry(entries[0]).await.unwrap().unwrap();
    assert_eq!(Entry::parse(&stored.body).unwrap().kind, "extract.issued");
    let subjects = stored.openings.iter().find_map(|(_, opening)| match opening.payload_field() {
        Some(("subjects", value)) => Some(value.clone()),
        _ => None,
    });
    let subjects = subjects.expect("the entry says nothing of subjects");
    let pseudonym = hex::encode(journal.pseudonym(&format!("document:{}", case.act)));
    let history = journal.entries_of_subject(&format!("document:{}", case.act)).await.unwrap();
    assert_eq!(subjects[0]["subject"], pseudonym.as_str());
    assert_eq!(subjects[0]["n"], json!(history.len()));
    assert!(subjects[0]["size"].as_u64().unwrap() > history[history.len() - 1], "{subjects}");
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_that_the_journal_does_not_hold_is_not_handed_out() {
    let case = case().await;
    let prepared = case.prepare().await.unwrap();
    case.issue(&prepared).await.unwrap();
    let path = format!("/api/v1/extracts/{}", text(&prepared, "id").unwrap());
    assert_eq!(told(case.officer.get_bytes(&path).await)[..4], *"done");
    case.tamper(&["update extract set event_id = randomblob(16)"]).await;
    assert_eq!(told(case.officer.get_bytes(&path).await), "journal-unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extract_larger_than_can_be_kept_is_refused_before_anything_is_read() {
    let case = case().await;
    case.tamper(&["update document_file set size_bytes = 200000000"]).await;
    assert_eq!(code(case.prepare().await), "extract-too-large");
}

/// Keeps: JRN-02, JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_subjects_that_contradicts_the_entries_is_not_believed_by_an_extract() {
    let case = case().await;
    case.tamper(&[
        "drop trigger journal_subject_is_never_changed",
        "update journal_subject set last = last - 1, entries = unhex(printf('%016X', last - 1)) \
         where last = (select max(seq) from journal_entry) and n = 1",
    ])
    .await;
    assert_eq!(code(case.prepare().await), "internal");
}

/// Keeps: FLW-03, FLW-04
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_not_made_of_rows_that_the_journal_does_not_confirm() {
    for statement in [
        "update document_file set sha256 = randomblob(32)",
        "update signature set cms_sha256 = randomblob(32)",
        "update document set recorded_event = (select id from journal_event where seq = 0)",
        "update document set recipient = 'iin:111111111111'",
    ] {
        let case = case().await;
        case.tamper(&["delete from receipt", statement]).await;
        assert!(issue_receipt(&case.stage.app, case.document()).await.is_err(), "{statement}");
        // One bad document does not keep the others from their receipts, and stays without one.
        let _ = issue_missing(&case.stage.app).await;
        let found = case.stage.app.db.query("select number from receipt where event_id in (select recorded_event from document where kind <> 'offer-acceptance')", &[]).await.unwrap();
        assert!(found.is_empty(), "{statement}");
    }
    let case = case().await;
    case.tamper(&["delete from receipt"]).await;
    issue_receipt(&case.stage.app, case.document()).await.unwrap();
    assert_eq!(case.stage.app.db.query("select number from receipt", &[]).await.unwrap().len(), 1);
}

/// A row of the index alone makes nothing recorded. Keeps: JRN-02, FLW-01
#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_index_without_an_entry_makes_nothing_received() {
    let case = case().await;
    let (head, client) = (&case.head.0, &case.head.1);
    let draft = case.stage.send(client, "arbitrary-file", &case.other.0, b"a draft", None).await.unwrap();
    let id = DocumentId::parse(&text(&draft, "document_id").unwrap()).unwrap();
    let stray = EventId::new(case.stage.now(), &mut case.stage.app.rng.clone());
    // Only a sequencer could.
    let mut tx = case.stage.app.db.for_sequencer().begin().await.unwrap();
    tx.execute("insert into journal_event (id, seq) values ($1, 0)", &params![stray.as_uuid()]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = case.stage.app.db.begin().await.unwrap();
    let sql = "update document set state = 'received', state_event = $1, recorded_event = $1 where id = $2";
    tx.execute(sql, &params![stray.as_uuid(), id.as_uuid()]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(case.stage.app.journal.find(stray).await.unwrap().is_none());
    let view = client.get(&format!("/api/v1/documents/{id}")).await.unwrap();
    assert_eq!(code_of_state(&view), "recording");
    let inbox = case.other.1.get("/api/v1/documents?box=inbox").await.unwrap();
    assert!(
        inbox.as_array().unwrap().iter().all(|row| row["state"] == "recording" || row["id"] != id.to_string().as_str())
    );
    issue_receipt(&case.stage.app, id).await.unwrap();
    assert_eq!(client.get(&format!("/api/v1/documents/{id}")).await.unwrap()["receipts"], json!([]));
    let _ = head;
}

/// Rows that the program believes are held against the entries that they name. Keeps: JRN-02, JRN-06
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_names_a_document_signature_or_receipt_that_contradicts_its_entry() {
    let case = case().await;
    let reason = json!({"reason": "Работы не выполнены"});
    let second = case.stage.recorded_act((&case.head.0, &case.head.1), &case.other.0, "2").await;
    case.other.1.post(&format!("/api/v1/documents/{second}/rejection"), &reason).await.unwrap();
    let key = case.stage.app.journal.verifier_key().to_owned();
    let audit = async || audit_journal(&case.stage.app.db, &key, Against::default()).await.unwrap();
    let report = audit().await;
    assert!(report.ok, "{report:?}");
    assert_eq!((report.waiting, report.quarantined), (0, 0));
    // Each is undone by its second statement.
    for (change, undo, part) in [
        (
            "update document set state = 'accepted' where number = '1'",
            "update document set state = 'received' where number = '1'",
            "document",
        ),
        (
            "update document set number = '9' || number where number = '1'",
            "update document set number = '1' where number = '91'",
            "document",
        ),
        (
            "update document set state = 'received', reason = hex(state_event), state_event = recorded_event where state = 'rejected'",
            "update document set state = 'rejected', state_event = unhex(reason) where number = '2'",
            "document",
        ),
        (
            "update signature set indication = 'INDETERMINATE'",
            "update signature set indication = 'TOTAL-PASSED'",
            "signature",
        ),
        ("update receipt set document_id = (select id from document order by id desc limit 1)", "", "receipt"),
    ] {
        case.tamper(&[change]).await;
        let report = audit().await;
        assert_eq!(report.first_failure.as_ref().map(|failure| failure.part), Some(part), "{change} {report:?}");
        if !undo.is_empty() {
            case.tamper(&[undo]).await;
            let report = audit().await;
            assert!(report.ok, "{undo} {report:?}");
        }
    }
}

/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_is_listed_to_the_officer_and_read_by_those_whose_documents_alone_it_holds() {
    let case = case().await;
    let prepared = case.prepare().await.unwrap();
    let id = ExtractId::parse(&text(&prepared, "id").unwrap()).unwrap();
    let (db, app) = (&case.stage.app.db, &case.stage.app);
    let listed = extracts::list(db, 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].id, listed[0].number, listed[0].state.as_str()), (1, id, 1, "prepared"));
    assert_eq!(extracts::documents_of(db, id).await.unwrap(), [case.document()]);
    let caller = |actor: &Actor| Caller {
        iin: actor.iin,
        party: actor.party(),
        certificate_sha256: actor.sign.certificate.sha256(),
        roles: actor.sign.certificate.roles(),
        capability: Some(Capability::Sign),
        officer: false,
        session: None,
    };
    let (head, other) = (caller(&case.head.0), caller(&case.other.0));
    assert!(extracts::of_party(db, &head.party, 10).await.unwrap().is_empty(), "not issued yet");
    assert!(read_extract_as_party(app, &head, id).await.is_err());
    let bytes = case.issue(&prepared).await.unwrap();
    for party in [&head, &other] {
        assert_eq!(extracts::of_party(db, &party.party, 10).await.unwrap()[0].id, id);
        assert_eq!(read_extract_as_party(app, party, id).await.unwrap(), bytes);
    }
    let stranger = caller(&case.stage.actor("person"));
    assert!(extracts::of_party(db, &stranger.party, 10).await.unwrap().is_empty());
    let refused = read_extract_as_party(app, &stranger, id).await.unwrap_err().to_string();
    assert_eq!(refused, "extract-unknown");
}

/// The officer's signature with a time stamp in it, and the clock of the authority by `ahead` before ours from then on.
async fn issued_ahead(case: &Case, ahead: Span) -> Result<Vec<u8>, ClientError> {
    let (stage, officer) = (&case.stage, &case.officer);
    let asked = json!({"documents": [case.act], "asked_by": asked_by(&case.head.0.party())});
    let prepared = officer.post("/api/v1/extracts", &asked).await?;
    let manifest = BASE64_STANDARD.decode(text(&prepared, "manifest")?).unwrap();
    let cms = stage.sign(&stage.actor("officer").sign, &manifest);
    let data = SignedData::from_bytes(&cms).unwrap();
    let signature = data.signer_infos().first().unwrap().signature().to_vec();
    let imprint = DigestAlgorithm::Sha256.digest(&signature);
    let token = stage.app.responders.time_stamp(&imprint, &mut stage.app.rng.clone()).await.unwrap();
    let cms = augment(&cms, &[Augmentation::SignatureTimeStamp { signer: 0, token }]).unwrap();
    stage.services.set_fault(Service::Tsp, Some(Fault::ClockSkew(ahead)));
    let path = format!("/api/v1/extracts/{}/signature", text(&prepared, "id")?);
    let issued = officer.post_for_bytes(&path, &json!({"cms": BASE64_STANDARD.encode(cms)})).await;
    stage.services.set_fault(Service::Tsp, None);
    issued
}

/// Clocks differ: an extract that will be proven in a moment is waited for, and one that is not is no fault of the program.
/// Keeps: JRN-10
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_waits_for_the_instant_of_its_seal_and_is_asked_for_again_when_that_is_far() {
    let case = case().await;
    assert!(issued_ahead(&case, Span::seconds(2)).await.is_ok());
    let far = issued_ahead(&case, Span::seconds(3600)).await.unwrap_err();
    assert_eq!(far.code(), Some("service-unavailable"));
    assert!(issued_ahead(&case, Span::seconds(0)).await.is_ok());
}
