//! Files that came ahead are signed by their digests, and the signatures proven to others.

use std::fs;

use qolhat::demo::client::text;
use qolhat_pki::digest::{DigestAlgorithm, Hasher};
use qolhat_pki::issue::cms_sign::Packaging;
use serde_json::Value;

use super::{MEBIBYTE, answer, pattern, signed, two};
use crate::support::stage::{Stage, code};

/// Keeps: SIG-10, DOC-04
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_came_ahead_is_signed_countersigned_and_read_like_any_other() {
    let (stage, sender, recipient) = two(|_| {}).await;
    let octets = pattern(700_000, 241);
    let here = sender.upload(&octets).await;
    let cms = stage.sign(&sender.actor.sign, &octets);
    let upload = text(&here, "upload_id").unwrap();
    let sent = sender.send(&upload, &recipient.actor, Some(cms), "key").await;
    assert_eq!(sent["state"], "received", "{sent}");
    let document = text(&sent, "document_id").unwrap();
    let again = sender.send(&upload, &recipient.actor, Some(stage.sign(&sender.actor.sign, &octets)), "other").await;
    assert_eq!(again["code"], "upload-unknown", "an upload is used once");
    assert!(sender.list().await.is_empty());

    let other = stage.sign(&recipient.actor.sign, &octets[1..]);
    assert_eq!(code(recipient.client.sign(&document, &other).await), "signature-content-mismatch");
    let counter = stage.sign(&recipient.actor.sign, &octets);
    let signed = recipient.client.sign(&document, &counter).await.unwrap();
    assert_eq!(signed["state"], "accepted");
    for program in [&sender, &recipient] {
        let file = program.client.get_bytes(&format!("/api/v1/documents/{document}/files/0")).await.unwrap();
        assert!(file == octets);
    }
    // A court gets it as well: it is smaller than what an extract holds.
    let officer = stage.officer().await;
    assert!(!stage.extract(&officer, &[&document]).await.unwrap().is_empty());
    stage.audited();
}

/// Keeps: SIG-10, SIG-11
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_over_another_file_or_by_a_digest_that_was_not_taken_is_refused() {
    let (stage, sender, recipient) = two(|_| {}).await;
    let octets = vec![5; 200_000];
    let here = sender.upload(&octets).await;
    let upload = text(&here, "upload_id").unwrap();
    let refused = async |cms: Vec<u8>| {
        let told = sender.send(&upload, &recipient.actor, Some(cms), &sender.client.new_key()).await;
        told["code"].as_str().unwrap_or("done").to_owned()
    };
    assert_eq!(refused(stage.sign(&sender.actor.sign, &octets[1..])).await, "signature-content-mismatch");
    let attached = sender.client.cms(&sender.actor.sign, &octets[1..], Packaging::Attached, stage.now()).unwrap();
    assert_eq!(refused(attached).await, "signature-content-mismatch");
    assert_eq!(refused(b"no signature".to_vec()).await, "malformed-cms");

    // Only SHA-256 was taken, and the key signs Streebog.
    let plain = answer(sender.bring("plain", "?digests=sha256").body(octets.clone()).send().await.unwrap()).await;
    let plain = text(&plain, "upload_id").unwrap();
    let cms = stage.sign(&sender.actor.sign, &octets);
    let told = sender.send(&plain, &recipient.actor, Some(cms), "plain signed").await;
    assert_eq!((&told["code"], &told["status"]), (&"digest-not-taken".into(), &422.into()), "{told}");
    assert!(told["detail"].as_str().unwrap().contains("streebog512"), "{told}");
    // It is not used up by what was refused; with the content inside the digest is taken from there.
    let attached = sender.client.cms(&sender.actor.sign, &octets, Packaging::Attached, stage.now()).unwrap();
    let sent = sender.send(&plain, &recipient.actor, Some(attached), "plain attached").await;
    assert_eq!(sent["state"], "received", "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_past_what_an_extract_holds_is_refused_there_with_a_word_on_what_to_do() {
    let (stage, sender, recipient) = two(|_| {}).await;
    let here = sender.upload(b"small").await;
    let cms = stage.sign(&sender.actor.sign, b"small");
    let sent = sender.send(&text(&here, "upload_id").unwrap(), &recipient.actor, Some(cms), "sent").await;
    let document = text(&sent, "document_id").unwrap();
    let mut tx = stage.app.db.begin().await.unwrap();
    tx.execute("update document_file set size_bytes = 1073741824 where digests is not null", &[]).await.unwrap();
    tx.commit().await.unwrap();
    let officer = stage.officer().await;
    let refused = stage.extract(&officer, &[&document]).await.map(|_| Value::Null);
    assert_eq!(code(refused), "extract-too-large");
}

/// Keeps: SIG-14
#[tokio::test(flavor = "multi_thread")]
async fn the_signature_over_a_file_too_large_to_be_held_is_verified_offline() {
    const SIZE: u64 = 128 * MEBIBYTE + 1;
    let stage = Stage::set().await;
    let (file, signature) = (stage.folder().join("large"), stage.folder().join("large.p7s"));
    fs::File::create(&file).unwrap().set_len(SIZE).unwrap();
    let mut hasher = Hasher::new(DigestAlgorithm::Sha256);
    hasher.update(&vec![0; usize::try_from(SIZE).unwrap()]);
    fs::write(&signature, signed(&stage, &stage.actor("person").sign, hasher.finish())).unwrap();
    let verify = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_qolhat"));
        command.args(["verify", "--json", "--revocation", "none", "--at", &stage.now().to_string(), "--detached"]);
        command.arg(&file);
        for anchor in &stage.config.trust.anchors {
            command.arg("--trust").arg(anchor);
        }
        for between in &stage.config.trust.intermediates {
            command.arg("--certs").arg(between);
        }
        command.arg(&signature);
        let output = command.output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), report["signatures"][0]["crypto"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(verify(), (Some(0), "ok".to_owned()));
    fs::File::options().write(true).open(&file).unwrap().set_len(SIZE + 1).unwrap();
    assert_eq!(verify(), (Some(1), "hash_failure".to_owned()));
}
