//! A seal closes a segment by the operator's own signature over it, and by nothing else.

use qolhat::config::SealConfig;
use qolhat::journal::MadeSeal;
use qolhat::operations::seal_signature::{SealJudge, Worth};
use qolhat::operations::{Fault, OperationError};
use qolhat::params;
use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::Packaging;

use super::*;

const SIGNATURE: &str = "select cms from journal_seal_signature where event = $1";
const FIRST: &str = "select event from journal_seal order by day, event limit 1";
const SIGNATURES: &str = "select count(*) as count from journal_seal_signature";

/// A seal of another day over what is there, which nobody has signed.
async fn unsigned(stage: &Stage, days_ahead: i32) -> MadeSeal {
    let app = &stage.app;
    let day = CivilDate::of(stage.now()).plus_days(days_ahead);
    let event = EventId::new(stage.now(), &mut app.rng.clone());
    let made = app.journal.seal_the_day(event, day).await.unwrap().unwrap();
    app.journal.wait(made.event, Duration::from_secs(30)).await.unwrap();
    made
}

async fn signature(stage: &Stage, event: EventId) -> Vec<u8> {
    let row = stage.app.db.query_one(SIGNATURE, &params![event.as_uuid()]).await.unwrap().unwrap();
    row.bytes("cms").unwrap()
}

/// A seal of another day, signed while the CA did not say whether the certificate was revoked.
pub async fn seal_while_the_ca_is_silent(stage: &Stage, days_ahead: i32) {
    let (app, made) = (&stage.app, unsigned(stage, days_ahead).await);
    let content = made.seal.to_signed(app.journal.origin());
    let bare = app.operator.seal.sign(&content, Packaging::Detached, stage.now(), &mut app.rng.clone()).await.unwrap();
    let data = SignedData::from_bytes(&bare).unwrap();
    let imprint = DigestAlgorithm::Sha256.digest(data.signer_infos()[0].signature());
    let token = app.responders.time_stamp(&imprint, &mut app.rng.clone()).await.unwrap();
    let mut additions = vec![Augmentation::SignatureTimeStamp { signer: 0, token }];
    additions.extend(app.trust.intermediates.iter().cloned().map(Augmentation::Certificate));
    let cms = augment(&bare, &additions).unwrap();
    let bin = app.operator.bin.to_string();
    let judge = SealJudge { trust: &app.trust, bin: &bin, now: stage.now() };
    assert_eq!(judge.judge(&cms, &made.seal, app.journal.origin()), Ok(Worth::WithoutRevocation));
    app.journal.save_seal_signature(made.event, &cms).await.unwrap();
}

/// Keeps: JRN-03, JRN-08
#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_a_seal_lacks_is_in_the_segment_that_it_closes() {
    let stage = stage().await;
    let app = &stage.app;
    grow(&stage, 2 * WIDTH).await;
    seal_while_the_ca_is_silent(&stage, 1).await;
    let made = export_due(app, 99).await.unwrap();
    assert_eq!(made.len(), 2);
    let bin = app.operator.bin.to_string();
    let judge = SealJudge { trust: &app.trust, bin: &bin, now: stage.now() };
    for export in &made {
        let bytes = app.blobs.get(&ContentDigest::from_bytes(export.sha256)).await.unwrap();
        let segment = Segment::parse(&bytes).unwrap();
        let closing = &segment.closing;
        assert_eq!(judge.judge(&closing.signature, &closing.seal, &segment.log), Ok(Worth::Proven));
        let (log, same) = Segment::closing_of(&bytes).unwrap();
        assert_eq!((log, &same), (segment.log.clone(), closing));
    }
    let report = stage.audited();
    assert_eq!((&report["seals_judged"], &report["seals_unproven"]), (&json!(true), &json!([])), "{report}");
}

fn is_refused<T>(answer: &Result<T, OperationError>) -> bool {
    matches!(answer, Err(OperationError::Fault(Fault::SealSignature { .. })))
}

/// Keeps: JRN-03, JRN-08
#[tokio::test(flavor = "multi_thread")]
async fn a_seal_with_a_missing_foreign_or_broken_signature_closes_no_segment() {
    let stage = stage().await;
    let app = &stage.app;
    grow(&stage, 2 * WIDTH).await;
    let made = unsigned(&stage, 1).await;
    assert_eq!(export_due(app, 99).await.unwrap(), [], "nobody has signed it");

    let content = made.seal.to_signed(app.journal.origin());
    let first = app.db.query_one(FIRST, &[]).await.unwrap().unwrap().id("event").unwrap();
    let of_another = signature(&stage, EventId::from(first)).await;
    let bare = app.operator.seal.sign(&content, Packaging::Detached, stage.now(), &mut app.rng.clone()).await.unwrap();
    seal_journal(app).await.unwrap();
    let good = signature(&stage, made.event).await;
    let value = SignedData::from_bytes(&good).unwrap().signer_infos()[0].signature().to_vec();
    let at = good.windows(value.len()).position(|octets| octets == value).unwrap();
    let mut broken = good.clone();
    broken[at + value.len() / 2] ^= 1;
    let cases = [
        ("nothing", Vec::new()),
        ("no CMS", b"signed".to_vec()),
        ("broken", broken),
        ("over another seal", of_another),
        ("a client's", stage.sign(&stage.actor("head-a").sign, &content)),
        ("an officer's", stage.sign(&stage.actor("officer").sign, &content)),
        ("without a time stamp", bare),
    ];
    let there = app.blobs.list(None, 1000).await.unwrap().len();
    let remove = format!("delete from journal_seal_signature where event <> ({FIRST})");
    for (name, cms) in cases {
        behind(&stage, "journal_seal_signature", &remove).await;
        app.journal.save_seal_signature(made.event, &cms).await.unwrap();
        let refused = export_due(app, 99).await;
        assert!(is_refused(&refused), "{name}: {refused:?}");
        assert!(exports(&stage).await.is_empty(), "{name}");
        assert_eq!(app.blobs.list(None, 1000).await.unwrap().len(), there, "{name}");
    }
    // Taken away by whoever owns the table, it is signed anew, and closes what it seals.
    behind(&stage, "journal_seal_signature", &remove).await;
    seal_journal(app).await.unwrap();
    assert_eq!(export_due(app, 99).await.unwrap().len(), 2);
    let report = stage.audited();
    assert_eq!((&report["seals_judged"], &report["exported"]), (&json!(true), &json!(512)), "{report}");
}

/// Keeps: JRN-03
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_not_the_operators_is_not_kept_for_a_seal() {
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, world| {
        let key_file = world.folder().join("keys/officer-sign.p12");
        config.operator.seal = SealConfig::File { key_file, password_env: "DEMO_SEAL_PASSWORD".to_owned() };
    })
    .await;
    // The worker may have made today's seal before, whose entry is still to come.
    seal_journal(&stage.app).await.ok();
    stage.sequenced().await;
    let refused = seal_journal(&stage.app).await;
    assert!(is_refused(&refused), "{refused:?}");
    let kept = stage.app.db.query_one(SIGNATURES, &[]).await.unwrap().unwrap();
    assert_eq!(kept.int("count").unwrap(), 0);
}
