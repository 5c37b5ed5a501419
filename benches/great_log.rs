//! What an extract costs in a small log and in a great one, and how fast an extract of many entries is verified. The great
//! log is written by the sequencer itself. `make great-log ENTRIES=10000000`; ends with a table.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench stops when it cannot measure"
)]
#![allow(clippy::print_stdout, clippy::disallowed_methods, dead_code, reason = "it measures and prints")]

#[path = "../tests/spec/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::app::{SystemClock, SystemRandom, certificates_at};
use qolhat::demo::client::{Client, text};
use qolhat::domain::ids::EventId;
use qolhat::domain::time::Clock as _;
use qolhat::journal::EventDraft;
use qolhat::operations::commit::party_subject;
use qolhat::operations::issue_extract::operator_card;
use qolhat::operations::seal_journal::seal_journal;
use qolhat::operations::verify_extract::verify_extract;
use qolhat_pki::trust::TrustStore;
use serde_json::json;
use support::stage::{AGREEMENT, Stage, asked_by};

/// Entries of the great log, unless ENTRIES says otherwise.
const GREAT: u64 = 10_000_000;
/// Events of one act of the filling, and how many wait at most.
const ACT: u64 = 1000;
const WAITING_MAX: u64 = 10_000;
/// Extracts of which the middle one counts.
const EXTRACTS: usize = 21;
/// Entries of the long extract.
const LONG: u64 = 10_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure());
}

/// What an extract of one document costs, the middle of many.
struct Cost {
    making: Duration,
    verifying: Duration,
}

async fn measure() {
    let entries = std::env::var("ENTRIES").ok().map_or(GREAT, |text| text.replace('_', "").parse().unwrap());
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (sender, client) = stage.joined("head-a", &offer).await;
    let (recipient, _) = stage.joined("head-b", &offer).await;
    let act = stage.recorded_act((&sender, &client), &recipient, "1").await;
    seal_journal(&stage.app).await.unwrap();
    let small = size(&stage).await;
    let before = cost(&stage, &officer, &act).await;

    let began = Instant::now();
    let filled = fill(&stage, entries, draft).await;
    let rate = per_second(filled, began.elapsed());
    println!("{filled} entries by the sequencer in {:.0} s: {rate:.0} a second", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let day = qolhat::domain::time::CivilDate::of(stage.now());
    let event = EventId::new(stage.now(), &mut SystemRandom);
    let sealed = stage.app.journal.seal_now(event, day).await.unwrap().is_some();
    stage.sequenced().await;
    println!("their seal (made: {sealed}) in {:.1} s", began.elapsed().as_secs_f64());
    let great = size(&stage).await;
    let after = cost(&stage, &officer, &act).await;

    let party = party_subject(&recipient.party());
    fill(&stage, LONG, |number| attempt(number, &party)).await;
    let began = Instant::now();
    let body = json!({"period": {"party": recipient.party().key(), "from": "2020-01-01T00:00:00Z", "to": stage.now().to_string()},
        "asked_by": asked_by(&recipient.party())});
    let long = extract(&stage, &officer, &body).await;
    let made = began.elapsed();
    let (shown, verifying) = verified(&stage, &long);

    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("| what | log of {small} | log of {great} | ratio | target |");
    println!("|---|---:|---:|---:|---|");
    for (what, before, after) in [
        ("making an extract, ms", before.making, after.making),
        ("verifying it, ms", before.verifying, after.verifying),
    ] {
        let ratio = after.as_secs_f64() / before.as_secs_f64();
        let verdict = if ratio <= 1.3 { "ok" } else { "MISSED" };
        println!("| {what} | {:.1} | {:.1} | {ratio:.2}x | 1.3x {verdict} |", ms(before), ms(after));
    }
    let verdict = if verifying < Duration::from_secs(1) { "ok" } else { "MISSED" };
    println!(
        "an extract of {shown} entries ({} MiB): made in {:.1} s, verified in {:.0} ms (target 1000 ms: {verdict})",
        long.len() / 1024 / 1024,
        made.as_secs_f64(),
        ms(verifying)
    );
}

async fn size(stage: &Stage) -> u64 {
    stage.app.journal.latest_checkpoint().await.unwrap().map_or(0, |checkpoint| checkpoint.size)
}

async fn cost(stage: &Stage, officer: &Client, act: &str) -> Cost {
    let body = json!({"documents": [act], "asked_by": asked_by(&stage.party_to(&[act]).await)});
    let (mut making, mut verifying) = (Vec::new(), Vec::new());
    for _ in 0..EXTRACTS {
        let began = Instant::now();
        let made = extract(stage, officer, &body).await;
        making.push(began.elapsed());
        verifying.push(verified(stage, &made).1);
    }
    making.sort_unstable();
    verifying.sort_unstable();
    Cost { making: making[EXTRACTS / 2], verifying: verifying[EXTRACTS / 2] }
}

/// An extract, signed by the officer.
async fn extract(stage: &Stage, officer: &Client, body: &serde_json::Value) -> Vec<u8> {
    let prepared = officer.post("/api/v1/extracts", body).await.unwrap();
    let manifest = BASE64_STANDARD.decode(text(&prepared, "manifest").unwrap()).unwrap();
    let cms = stage.sign(&stage.actor("officer").sign, &manifest);
    let body = json!({"cms": BASE64_STANDARD.encode(cms)});
    let path = format!("/api/v1/extracts/{}/signature", text(&prepared, "id").unwrap());
    officer.post_for_bytes(&path, &body).await.unwrap()
}

/// The count of entries that it shows, and the time that its verification took.
fn verified(stage: &Stage, extract: &[u8]) -> (usize, Duration) {
    let anchors = stage.folder().join("out/anchors");
    let trust = TrustStore::from_certificates(certificates_at(std::slice::from_ref(&anchors)).unwrap());
    let card = operator_card(&stage.app);
    let began = Instant::now();
    let report = verify_extract(extract, &trust, Some(&card), stage.now());
    let took = began.elapsed();
    assert_eq!(report.exit_code(), 0, "{:?}", report.lines(qolhat::i18n::Language::En));
    (report.entries.len(), took)
}

/// Puts `count` events into the inbox, act by act, while the sequencer makes entries of them; waits for the last one.
async fn fill(stage: &Stage, count: u64, draft: impl Fn(u64) -> EventDraft) -> u64 {
    let (app, began) = (&stage.app, size(stage).await);
    let mut put = 0;
    while put < count {
        let mut tx = app.db.begin().await.unwrap();
        for number in put..count.min(put + ACT) {
            app.journal.enqueue(&mut tx, &draft(number)).await.unwrap();
        }
        tx.commit().await.unwrap();
        app.journal.wake();
        put = count.min(put + ACT);
        while put.saturating_sub(size(stage).await - began) > WAITING_MAX {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if put % 500_000 == 0 {
            println!("{put}");
        }
    }
    stage.sequenced().await;
    size(stage).await - began
}

fn per_second(count: u64, took: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / took.as_secs_f64()
}

/// What happens to a document between two of a thousand parties: four events each.
fn draft(number: u64) -> EventDraft {
    let document = number / 4;
    let (sender, recipient) = (document % 1000, (document * 7 + 1) % 1000);
    let digest = format!("{number:064x}");
    let kinds = ["document.recorded", "receipt.issued", "document.signed", "document.delivered"];
    EventDraft {
        id: EventId::new(SystemClock.now(), &mut SystemRandom),
        kind: kinds[usize::try_from(number % 4).unwrap()].to_owned(),
        subjects: vec![
            format!("document:filling-{document}"),
            format!("party:filling-{sender}"),
            format!("party:filling-{recipient}-recipient"),
        ],
        payload: vec![
            ("kind".to_owned(), json!("completion-act")),
            ("sha256".to_owned(), json!(digest)),
            ("received_at".to_owned(), json!("2026-11-22T09:00:00Z")),
            ("signature".to_owned(), json!(digest)),
        ],
        actor: json!({"iin": "790640001204", "party": "bin:190640001204", "certificate_sha256": digest}),
    }
}

/// An attempt that was refused, as it is written down.
fn attempt(number: u64, party: &str) -> EventDraft {
    let digest = format!("{number:064x}");
    EventDraft {
        id: EventId::new(SystemClock.now(), &mut SystemRandom),
        kind: "attempt.refused".to_owned(),
        subjects: vec![party.to_owned()],
        payload: vec![
            ("attempt".to_owned(), json!("document.sign")),
            ("code".to_owned(), json!("certificate-suspended")),
            ("certificate_sha256".to_owned(), json!(digest)),
            ("session_certificate_sha256".to_owned(), json!(digest)),
            ("at".to_owned(), json!("2026-11-22T09:00:00Z")),
        ],
        actor: json!({"iin": "790640001204", "party": "bin:190640001204", "certificate_sha256": digest}),
    }
}
