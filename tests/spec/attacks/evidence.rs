//! Evidence that is hidden, late or shown too early; one client's waiting documents before another's.

use qolhat::demo::client::text;
use qolhat::demo::responders::{Fault, Service};
use qolhat::docflow::Side;
use qolhat::docflow::store::{self, Before};
use qolhat::params;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::time::Span;
use uuid::Uuid;

use crate::support::stage::{AGREEMENT, Stage, at, code, code_of_state};

/// Junk in the place of time stamps made our own stamp one too many.
#[tokio::test(flavor = "multi_thread")]
async fn a_cms_full_of_junk_time_stamps_is_refused() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let act = stage.act(&head, &other, "1");
    let with_junk = |count: u8| {
        let junk = (0..count).map(|n| vec![0x30, 0x03, 0x02, 0x01, n]);
        let junk: Vec<_> = junk.map(|token| Augmentation::SignatureTimeStamp { signer: 0, token }).collect();
        augment(&stage.sign(&head.sign, &act), &junk).unwrap()
    };
    let send = async |cms: Vec<u8>| stage.send(&client, "completion-act", &other, &act, Some(cms)).await;
    assert_eq!(code(send(with_junk(20)).await), "malformed-cms");
    assert_eq!(code(send(with_junk(9)).await), "malformed-cms");
    assert_eq!(
        code_of_state(&send(with_junk(8)).await.unwrap()),
        "received",
        "eight are room enough, and our own is seen"
    );
}

/// A time stamp that proved nothing is not kept for ever: another is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_stamp_that_proved_nothing_is_fetched_anew() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    stage.services.set_fault(Service::Tsp, Some(Fault::BadSignature));
    let act = stage.act(&head, &other, "1");
    let answer = stage.send(&client, "completion-act", &other, &act, Some(stage.sign(&head.sign, &act))).await.unwrap();
    assert_eq!(code_of_state(&answer), "check-pending");
    stage.services.set_fault(Service::Tsp, None);
    stage.round().await;
    let path = format!("/api/v1/documents/{}", text(&answer, "document_id").unwrap());
    assert_eq!(code_of_state(&client.get(&path).await.unwrap()), "received");
}

/// Keeps: FLW-02
#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_comes_after_the_deadline_comes_too_late() {
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| config.evidence.check_deadline_hours = 0).await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    stage.services.set_fault(Service::Tsp, Some(Fault::TryLater));
    let act = stage.act(&head, &other, "1");
    let answer = stage.send(&client, "completion-act", &other, &act, Some(stage.sign(&head.sign, &act))).await.unwrap();
    stage.services.set_fault(Service::Tsp, None);
    stage.round().await;
    let view = client.get(&format!("/api/v1/documents/{}", text(&answer, "document_id").unwrap())).await.unwrap();
    let reason = view["reason"].as_str();
    assert_eq!((code_of_state(&view).as_str(), reason), ("check-failed", Some("time-stamp-unavailable")));
}

/// A row of a document by `sender`, as it waits or stands, without anything else.
async fn bare_document(stage: &Stage, sender: &str, recipient: &str, state: &str, recorded: Option<Uuid>) -> Uuid {
    let id = Uuid::from_bytes(std::array::from_fn(|_| {
        let mut octet = [0_u8];
        qolhat_pki::random::SecureRandom::fill(&mut stage.app.rng.clone(), &mut octet);
        octet[0]
    }));
    let deadline = stage.now().checked_add(Span::minutes(1)).unwrap();
    let mut tx = stage.app.db.begin().await.unwrap();
    let params = params![
        id,
        "arbitrary-file",
        "1",
        Option::<String>::None,
        "title",
        sender,
        recipient,
        "790640001204",
        state,
        stage.now(),
        Some(deadline),
        recorded,
        id,
        Option::<Uuid>::None,
        Option::<i64>::None
    ];
    tx.execute(include_str!("../../../src/docflow/sql/insert_document.sql"), &params).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn the_waiting_documents_of_one_client_do_not_starve_anothers() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    // They can never be checked, and their deadlines come first.
    for _ in 0..150 {
        bare_document(&stage, "bin:210940002309", "bin:190640001204", "check-pending", None).await;
    }
    stage.services.set_fault(Service::Tsp, Some(Fault::TryLater));
    let act = stage.act(&head, &other, "1");
    let answer = stage.send(&client, "completion-act", &other, &act, Some(stage.sign(&head.sign, &act))).await.unwrap();
    stage.services.set_fault(Service::Tsp, None);
    stage.round().await;
    let path = format!("/api/v1/documents/{}", text(&answer, "document_id").unwrap());
    assert_eq!(code_of_state(&client.get(&path).await.unwrap()), "received");
}

/// Looked at once without success, a document is left alone for a while: the CA's services are not hammered.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_waits_is_looked_at_less_and_less_often() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    stage.services.set_fault(Service::Tsp, Some(Fault::TryLater));
    let act = stage.act(&head, &other, "1");
    stage.send(&client, "completion-act", &other, &act, Some(stage.sign(&head.sign, &act))).await.unwrap();
    let mut waits = Vec::new();
    for _ in 0..10 {
        stage.round().await;
        let next = "select next_check_at, checks from document where state = 'check-pending'";
        let row = stage.app.db.query_one(next, &[]).await.unwrap().unwrap();
        waits.push(row.moment("next_check_at").unwrap().seconds_since(stage.now()));
    }
    assert!(waits.windows(2).all(|pair| pair[0] <= pair[1] + 1), "{waits:?}");
    assert!(waits[0] <= 10 && (300..=3600).contains(&waits[9]), "{waits:?}");
}

/// Keeps: A5.2.4
#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_its_addressee_nothing_that_the_journal_does_not_hold() {
    let stage = Stage::set().await;
    let (sender, recipient) = (stage.actor("head-a").party(), stage.actor("head-b").party());
    let unwritten = Some(Uuid::from_u128(7));
    bare_document(&stage, &sender.key(), &recipient.key(), "received", unwritten).await;
    let listed = async |party, side| store::list(&stage.app.db, party, side, Before::START, 10).await.unwrap().len();
    assert_eq!(listed(&recipient, Some(Side::Recipient)).await, 0);
    assert_eq!(listed(&recipient, None).await, 0);
    assert_eq!(listed(&sender, Some(Side::Sender)).await, 1, "its sender sees it as being recorded");
}

/// Documents of one instant are all shown, however the pages cut them.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_ends_among_documents_of_one_instant_loses_none() {
    let stage = Stage::set().await;
    let (sender, recipient) = (stage.actor("head-a").party(), stage.actor("head-b").party());
    let mut made = std::collections::BTreeSet::new();
    for _ in 0..7 {
        made.insert(bare_document(&stage, &sender.key(), &recipient.key(), "received", None).await);
    }
    let mut tx = stage.app.db.begin().await.unwrap();
    tx.execute("update document set created_at = $1", &params![stage.now()]).await.unwrap();
    tx.commit().await.unwrap();
    for boxed in [false, true] {
        let (mut before, mut shown) = (Before::START, Vec::new());
        loop {
            let db = &stage.app.db;
            let rows = if boxed {
                let of = store::Box::Outbox;
                let rows = store::list_box(db, &sender, of, None, before, 3).await.unwrap();
                rows.into_iter().map(|(row, _)| row).collect()
            } else {
                store::list(db, &sender, Some(Side::Sender), before, 3).await.unwrap()
            };
            let Some(last) = rows.last() else { break };
            before = Before { at: last.created_at, id: Some(last.id) };
            shown.extend(rows.iter().map(|row| row.id.as_uuid()));
        }
        assert_eq!(shown.len(), 7, "{boxed}");
        assert_eq!(shown.into_iter().collect::<std::collections::BTreeSet<_>>(), made, "{boxed}");
    }
}
