//! What is fetched from the CA's services, from whom, and what of it is taken: each against a real server on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use qolhat::signature::fetch::{Asked, CRL_MAX_BYTES, Piece, Responders, TspPolicies};
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::ocsp_builder::{
    CertificateState, OcspRefusal, OcspTemplate, build_ocsp_refusal, build_ocsp_response,
};
use qolhat_pki::issue::profile::{Profile, ServiceUris};
use qolhat_pki::issue::tsp_builder::{TimeStampRefusal, build_time_stamp_refusal};
use qolhat_pki::ocsp::{OcspRequest, OcspResponse};
use qolhat_pki::oid;
use qolhat_pki::tsp::TimeStampRequest;
use reqwest::header::{IF_NONE_MATCH, USER_AGENT};
use tempfile::TempDir;

use support::{Bench, Ca, Reply, later, now, rng, server};

mod support;

fn octets(octets: Vec<u8>) -> Reply {
    Reply::Octets(octets, None)
}

/// Keeps: SIG-07
#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_is_broken_older_or_not_the_cas_never_takes_the_place_of_a_good_list() {
    let bench = Bench::of_lists().await;
    let path = "/full.crl";
    bench.script.set(path, octets(bench.ca.list(5, now(), None)));
    assert_eq!(bench.numbers_at(now()).await, ["5"]);
    let newer = bench.ca.list(6, later(3600), None);
    let forged = Ca::new("FETCH TEST CA").list(7, later(3600), None);
    let mut spoiled = newer.clone();
    *spoiled.last_mut().unwrap() ^= 1;
    let mut hours = 1;
    for (what, reply) in [
        ("empty", octets(Vec::new())),
        ("truncated", octets(newer[..newer.len() - 1].to_vec())),
        ("more behind it", octets([&newer[..], b"x"].concat())),
        ("the line was cut", Reply::Cut(newer[..newer.len() - 50].to_vec())),
        ("a page", octets(b"<html>Service Unavailable</html>".to_vec())),
        ("another key", octets(forged)),
        ("a spoiled signature", octets(spoiled)),
        ("an older number", octets(bench.ca.list(4, later(7200), None))),
        ("an older time", octets(bench.ca.list(6, later(-1), None))),
        ("next year's", octets(bench.ca.list(9, later(400 * 86_400), None))),
        ("a delta", octets(bench.ca.list(6, later(3600), Some(5)))),
        ("503", Reply::Status(503)),
        ("404", Reply::Status(404)),
        ("a length past the limit", Reply::TellsLength(CRL_MAX_BYTES as u64 + 1)),
        ("no end", Reply::Endless),
    ] {
        bench.script.set(path, reply);
        hours += 3;
        assert_eq!(bench.numbers_at(later(hours * 3600)).await, ["5"], "{what}");
    }
    bench.script.set(path, octets(newer));
    assert_eq!(bench.numbers_at(later(200_000)).await, ["6"]);
}

/// Keeps: SIG-07
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_of_a_bad_download_where_no_list_is_held() {
    let bench = Bench::of_lists().await;
    let good = bench.ca.list(5, now(), None);
    for reply in [octets(good[..good.len() - 1].to_vec()), octets(Ca::new("FETCH TEST CA").list(5, now(), None))] {
        bench.script.set("/full.crl", reply);
        assert!(bench.asked_at(now()).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_list_is_not_sent_again_and_one_without_a_mark_is_not_asked_for_within_a_minute() {
    let bench = Bench::of_lists().await;
    let seen = || bench.script.seen("/full.crl");
    bench.script.set("/full.crl", Reply::Octets(bench.ca.list(5, now(), None), Some("\"five\"")));
    for _ in 0..3 {
        assert_eq!(bench.numbers_at(now()).await, ["5"]);
    }
    assert_eq!(seen().len(), 3);
    assert!(seen()[0].headers.get(IF_NONE_MATCH).is_none());
    assert_eq!(seen()[2].headers[IF_NONE_MATCH], "\"five\"");
    let agent = seen()[0].headers[USER_AGENT].to_str().unwrap().to_owned();
    assert_eq!(agent, concat!("qolhat/", env!("CARGO_PKG_VERSION")));

    bench.script.set("/full.crl", octets(bench.ca.list(6, later(10), None)));
    assert_eq!(bench.numbers_at(later(10)).await, ["6"], "another mark: sent at once");
    bench.script.set("/full.crl", octets(bench.ca.list(7, later(20), None)));
    assert_eq!(bench.numbers_at(later(69)).await, ["6"]);
    assert_eq!(bench.numbers_at(later(70)).await, ["7"]);
    assert_eq!(bench.numbers_at(later(71 + 27 * 3600)).await, ["7"], "its term has ended: asked, and nothing newer");
    assert_eq!(seen().len(), 6);
}

/// Keeps: SIG-07
#[tokio::test(flavor = "multi_thread")]
async fn a_delta_comes_with_the_list_it_fits_and_is_left_out_with_any_other() {
    let bench = Bench::set(|url| ServiceUris {
        crl: vec![format!("{url}/full.crl")],
        delta_crl: vec![format!("{url}/delta.crl")],
        ..ServiceUris::default()
    })
    .await;
    let full = |number, seconds| bench.script.set("/full.crl", octets(bench.ca.list(number, later(seconds), None)));
    let delta = |number, base, seconds| {
        bench.script.set("/delta.crl", octets(bench.ca.list(number, later(seconds), Some(base))));
    };
    full(5, 0);
    delta(7, 5, 60);
    assert_eq!(bench.numbers_at(later(60)).await, ["delta 7", "5"]);
    // The test CA's delta is older than its base; it came too late here.
    full(9, 7200);
    assert_eq!(bench.numbers_at(later(7200)).await, ["9"]);
    delta(11, 10, 7300);
    assert_eq!(bench.numbers_at(later(7300)).await, ["9"], "it changes a list that we do not have");
    delta(12, 9, 7400);
    assert_eq!(bench.numbers_at(later(7400)).await, ["delta 12", "9"]);
    bench.script.set("/delta.crl", Reply::Status(404));
    assert_eq!(bench.numbers_at(later(7500)).await, ["delta 12", "9"], "the one at hand still fits");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_kept_in_a_folder_over_a_restart_and_judged_again_when_they_are_read() {
    let mut bench = Bench::of_lists().await;
    let folder = TempDir::new().unwrap();
    let keep = folder.path().join("lists");
    let hosts = [bench.host.clone()];
    let started = || Responders::new("", &hosts, &[]).unwrap().keeping_lists_in(Some(keep.clone()));
    bench.responders = started();
    bench.script.set("/full.crl", Reply::Octets(bench.ca.list(5, now(), None), Some("\"five\"")));
    assert_eq!(bench.numbers_at(now()).await, ["5"]);

    bench.responders = started();
    assert_eq!(bench.numbers_at(later(100)).await, ["5"]);
    assert_eq!(bench.script.seen("/full.crl")[1].headers[IF_NONE_MATCH], "\"five\"");
    bench.script.set("/full.crl", Reply::Status(404));
    bench.responders = started();
    assert_eq!(bench.numbers_at(later(200)).await, ["5"], "the server is gone, the list is not");

    let files = || std::fs::read_dir(&keep).unwrap().map(|entry| entry.unwrap().path());
    let list = files().find(|path| path.extension().is_some_and(|end| end == "crl")).unwrap();
    assert_eq!(files().count(), 2, "nothing half written is left");
    for spoiled in [Ca::new("FETCH TEST CA").list(5, now(), None), b"0".to_vec()] {
        std::fs::write(&list, spoiled).unwrap();
        bench.responders = started();
        assert!(bench.asked_at(later(300)).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_hosts_are_asked_and_no_redirect_leads_elsewhere() {
    let bench = Bench::of_lists().await;
    let (foreign, foreign_host) = server().await;
    foreign.set("/full.crl", octets(bench.ca.list(5, now(), None)));
    bench.script.set("/full.crl", Reply::Redirect(format!("http://{foreign_host}/full.crl")));
    assert!(bench.asked_at(now()).await.is_empty());
    assert!(foreign.seen("/full.crl").is_empty(), "the other host was asked");

    bench.script.set("/moved.crl", octets(bench.ca.list(5, now(), None)));
    bench.script.set("/full.crl", Reply::Redirect("/moved.crl".to_owned()));
    assert_eq!(bench.numbers_at(now()).await, ["5"], "within the list");
    bench.script.set("/full.crl", Reply::Redirect("/full.crl".to_owned()));
    let other = Bench { responders: Responders::new("", std::slice::from_ref(&bench.host), &[]).unwrap(), ..bench };
    assert!(other.asked_at(now()).await.is_empty(), "a circle");

    let nobody = Bench { responders: Responders::new("", &[], &[]).unwrap(), ..other };
    let before = nobody.script.seen("/full.crl").len();
    nobody.script.set("/full.crl", octets(nobody.ca.list(5, now(), None)));
    assert!(nobody.asked_at(now()).await.is_empty());
    assert_eq!(nobody.script.seen("/full.crl").len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_addresses_in_one_field_are_several_addresses() {
    let bench = Bench::set(|url| ServiceUris {
        crl: vec![format!("{url}/gone.crl\nURL={url}/full.crl")],
        ..ServiceUris::default()
    })
    .await;
    bench.script.set("/full.crl", octets(bench.ca.list(5, now(), None)));
    assert_eq!(bench.numbers_at(now()).await, ["5"]);
    assert_eq!(bench.script.seen("/gone.crl").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_by_itself_is_asked_again_and_silence_is_not() {
    let bench = Bench::of_lists().await;
    bench.script.set("/full.crl", Reply::After(2, 503, bench.ca.list(5, now(), None)));
    assert_eq!(bench.numbers_at(now()).await, ["5"]);
    assert_eq!(bench.script.seen("/full.crl").len(), 3);

    let silent = with_ocsp().await;
    silent.script.set("/ocsp", Reply::Silent);
    silent.script.set("/full.crl", octets(silent.ca.list(5, now(), None)));
    let begun = Instant::now();
    let mut asked = Asked::nothing([&silent.ca.certificate], now());
    let first = silent.responders.revocation(&silent.leaf, &silent.ca.certificate, &mut asked, &mut rng()).await;
    assert!(matches!(first[..], [Piece::Crl(_)]));
    silent.responders.revocation(&silent.leaf, &silent.ca.certificate, &mut asked, &mut rng()).await;
    assert_eq!(silent.script.seen("/ocsp").len(), 1, "silence costs its full time but once in a run");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_want_one_list_at_one_time_wait_for_one_download() {
    let bench = Arc::new(Bench::of_lists().await);
    bench.script.set("/full.crl", octets(bench.ca.list(5, now(), None)));
    let asking = (0..8).map(|_| {
        let bench = Arc::clone(&bench);
        tokio::spawn(async move { bench.numbers_at(now()).await })
    });
    for one in asking.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), ["5"]);
    }
    assert_eq!(bench.script.seen("/full.crl").len(), 1);
}

async fn with_ocsp() -> Bench {
    Bench::set(|url| ServiceUris {
        crl: vec![format!("{url}/full.crl")],
        ocsp: vec![format!("{url}/ocsp")],
        ..ServiceUris::default()
    })
    .await
}

/// A responder that says `state`, echoes the nonce as `echo` makes it, and signs with the CA's word or a stranger's.
fn responder(bench: &Bench, state: CertificateState, echo: fn(&[u8]) -> Option<Vec<u8>>, spoiled: bool) -> Reply {
    let (certificate, key) = bench.ca.issue(&Profile::OcspResponder, ServiceUris::default());
    Reply::Made(Arc::new(move |request| {
        let request = OcspRequest::from_der(request).unwrap();
        let nonce = echo(request.nonce_value().expect("a nonce is sent"));
        let answers = request.cert_ids().iter().map(|id| (id.der().to_vec(), state));
        let template = OcspTemplate::national(&certificate, now(), nonce.as_deref(), answers);
        let mut answer = build_ocsp_response(&template, &key, &mut rng()).unwrap();
        if spoiled {
            let tbs = OcspResponse::from_der(&answer).unwrap().basic().unwrap().signature().to_vec();
            let place = answer.windows(tbs.len()).position(|octets| octets == tbs).unwrap();
            answer[place] ^= 1;
        }
        answer
    }))
}

fn same(nonce: &[u8]) -> Option<Vec<u8>> {
    Some(nonce.to_vec())
}

fn other(nonce: &[u8]) -> Option<Vec<u8>> {
    let mut nonce = nonce.to_vec();
    *nonce.last_mut().unwrap() ^= 1;
    Some(nonce)
}

/// The nonce wanted stands at the end of a longer one.
fn longer(nonce: &[u8]) -> Option<Vec<u8>> {
    let wanted = &nonce[2..];
    Some([&[4, wanted.len() as u8 + 1, 7][..], wanted].concat())
}

/// Keeps: SIG-07
#[tokio::test(flavor = "multi_thread")]
async fn a_list_takes_the_place_of_an_absent_answer_and_never_of_a_bad_one() {
    let bench = with_ocsp().await;
    bench.script.set("/full.crl", octets(bench.ca.list(5, now(), None)));
    let refusal = |refusal| octets(build_ocsp_refusal(refusal));
    let good = CertificateState::Good;
    for (what, reply, had) in [
        ("good", responder(&bench, good, same, false), &["ocsp"][..]),
        ("no nonce", responder(&bench, good, |_| None, false), &["ocsp"]),
        ("unknown", responder(&bench, CertificateState::Unknown, same, false), &["ocsp"]),
        ("never issued", responder(&bench, CertificateState::NeverIssued, same, false), &["ocsp"]),
        ("bad signature", responder(&bench, good, same, true), &["ocsp"]),
        ("another nonce", responder(&bench, good, other, false), &[]),
        ("a nonce with more before it", responder(&bench, good, longer, false), &[]),
        ("unauthorized", refusal(OcspRefusal::Unauthorized), &[]),
        ("malformedRequest", refusal(OcspRefusal::MalformedRequest), &[]),
        ("tryLater", refusal(OcspRefusal::TryLater), &["5"]),
        ("internalError", refusal(OcspRefusal::InternalError), &["5"]),
        ("503", Reply::Status(503), &["5"]),
        ("403", Reply::Status(403), &["5"]),
        ("a page", octets(b"<html>Service Unavailable</html>".to_vec()), &["5"]),
        ("the line was cut", Reply::Cut(vec![0x30]), &["5"]),
        ("a huge answer", Reply::Endless, &["5"]),
    ] {
        bench.script.set("/ocsp", reply);
        assert_eq!(bench.numbers_at(now()).await, had, "{what}");
    }
    assert_eq!(bench.script.seen("/ocsp")[0].headers["content-type"], "application/ocsp-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_stamp_is_asked_with_certificate_nonce_and_policy_and_a_refusal_is_told_in_its_words() {
    let bench = Bench::of_lists().await;
    let imprint = DigestAlgorithm::Streebog512.digest(b"x");
    let stamp = async |responders: &Responders| responders.time_stamp(&imprint, &mut rng()).await;
    let requests: Arc<std::sync::Mutex<Vec<TimeStampRequest>>> = Arc::default();
    let kept = Arc::clone(&requests);
    let refuse = build_time_stamp_refusal(TimeStampRefusal::UnacceptedPolicy, None);
    bench.script.set(
        "/tsp",
        Reply::Made(Arc::new(move |request| {
            kept.lock().unwrap().push(TimeStampRequest::from_der(request).unwrap());
            refuse.clone()
        })),
    );
    let error = stamp(&bench.responders).await.unwrap_err();
    assert_eq!(error.code(), "refused");
    assert!(error.to_string().contains("rejection unacceptedPolicy"), "{error}");
    let policies = TspPolicies { gost: Some(oid::POLICY_TSA_GOST2015), other: Some(oid::POLICY_TSA_RSA) };
    let asking = bench.responders.clone().with_tsp_policies(policies);
    stamp(&asking).await.unwrap_err();
    asking.time_stamp(&DigestAlgorithm::Sha256.digest(b"x"), &mut rng()).await.unwrap_err();
    let requests = std::mem::take(&mut *requests.lock().unwrap());
    assert!(requests.iter().all(|request| request.cert_req && request.nonce.is_some()));
    assert_ne!(requests[0].nonce, requests[1].nonce);
    let policies: Vec<_> = requests.iter().map(|request| request.policy).collect();
    assert_eq!(policies, [None, Some(oid::POLICY_TSA_GOST2015), Some(oid::POLICY_TSA_RSA)]);
    assert_eq!(bench.script.seen("/tsp")[0].headers["content-type"], "application/timestamp-query");
    for (reply, code) in [(Reply::Status(500), "no-answer"), (octets(b"<html>".to_vec()), "malformed")] {
        bench.script.set("/tsp", reply);
        assert_eq!(stamp(&bench.responders).await.unwrap_err().code(), code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_of_the_issuer_is_taken_only_when_it_issued() {
    let bench =
        Bench::set(|url| ServiceUris { ca_certificate: vec![format!("{url}/ca.cer")], ..ServiceUris::default() }).await;
    let issuers = async || bench.responders.issuers_of(&bench.leaf, &mut rng()).await;
    let twin = Ca::new("FETCH TEST CA");
    for wrong in [twin.certificate.der(), bench.leaf.der(), b"<html>"] {
        bench.script.set("/ca.cer", octets(wrong.to_vec()));
        assert!(issuers().await.is_empty());
    }
    bench.script.set("/ca.cer", octets(bench.ca.certificate.der().to_vec()));
    assert_eq!(issuers().await, std::slice::from_ref(&bench.ca.certificate));
}
