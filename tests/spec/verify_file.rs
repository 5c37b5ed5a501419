//! What anybody is told about a file that he drops on the page "verify", and that nothing of it is kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat::config::FreshnessPolicy;
use qolhat::db::Engine;
use qolhat::demo::Branch;
use qolhat::demo::authority::{Authority, leaf_validity};
use qolhat::demo::client::KeyPair;
use qolhat::demo::people::{FIGURES, subject};
use qolhat::demo::responders::{Fault, Service};
use qolhat::domain::refusal::RefusalCode;
use qolhat::i18n::{Language, has_key};
use qolhat::operations::OperationError;
use qolhat::operations::verify_extract::verify_extract;
use qolhat::operations::verify_file::{FileKind, FileVerdict, INPUT_MAX_BYTES, SIGNERS_MAX, Unsupported, verify_file};
use qolhat::signature::meaning::MEANINGS;
use qolhat::signature::shown::Showing;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::ReasonCode;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{Packaging, SigningContent, add_signer};
use qolhat_pki::issue::ocsp_builder;
use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::issue::tsp_builder::build_request;
use qolhat_pki::report::Indication;
use qolhat_pki::time::Span;
use qolhat_pki::tsp::TimeStampResponse;
use serde_json::{Value, json};

use crate::support::shared;
use crate::support::stage::{AGREEMENT, Stage, at};

const ACT: &[u8] = "Акт № 1".as_bytes();

impl Stage {
    async fn asked(&self, file: &[u8], content: Option<&[u8]>) -> FileVerdict {
        verify_file(&self.app, file.to_vec(), content.map(<[u8]>::to_vec), Showing::Masked).await.unwrap()
    }

    fn attached(&self, pair: &KeyPair) -> Vec<u8> {
        self.client.cms(pair, ACT, Packaging::Attached, self.now()).unwrap()
    }

    fn with_second(&self, cms: &[u8], pair: &KeyPair) -> Vec<u8> {
        let content = Some(SigningContent::Content(ACT));
        let mut rng = self.app.rng.clone();
        add_signer(cms, &pair.key, &pair.certificate, content.as_ref(), self.now(), &mut rng).unwrap()
    }

    fn authority(&self, pair: &KeyPair) -> &Authority {
        let is_rsa = pair.certificate.issuer().to_string().contains("RSA");
        self.world.authorities().of(if is_rsa { Branch::Rsa } else { Branch::Gost })
    }

    fn revoke(&self, pair: &KeyPair, reason: ReasonCode) {
        self.authority(pair).revoke(pair.certificate.serial(), self.now(), reason).unwrap();
    }

    /// What is kept: rows by table, and the files of the blob folder.
    async fn kept(&self) -> (BTreeMap<String, i64>, BTreeSet<PathBuf>) {
        let tables = match self.app.db.engine() {
            Engine::Sqlite => "select name from sqlite_master where type = 'table' and name not like 'sqlite%'",
            Engine::Postgres => {
                "select relname::text as name from pg_class where relkind in ('r', 'p') and not relispartition \
                and relnamespace = 'public'::regnamespace"
            }
        };
        let mut rows = BTreeMap::new();
        for table in self.app.db.query(tables, &[]).await.unwrap() {
            let name = table.text("name").unwrap();
            let count: &'static str = format!("select count(*) as rows from {name}").leak();
            rows.insert(name, self.app.db.query(count, &[]).await.unwrap()[0].int("rows").unwrap());
        }
        (rows, files_of(&self.blobs))
    }
}

fn files_of(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_of(&path) } else { BTreeSet::from([path]) }).collect()
}

/// Indication, reason and meaning of the only signature.
fn only(verdict: &FileVerdict) -> (&'static str, Option<&'static str>, &'static str) {
    assert_eq!((verdict.kind, verdict.signatures.len()), (FileKind::Cms, 1), "{}", verdict.report_json);
    let signature = &verdict.signatures[0];
    assert_eq!(verdict.indication, Some(signature.indication));
    (signature.indication.as_str(), signature.sub_indication.map(|sub| sub.as_str()), signature.meaning)
}

fn unsupported(verdict: &FileVerdict) -> Unsupported {
    let FileKind::Unsupported(why) = verdict.kind else { panic!("{:?}: {}", verdict.kind, verdict.report_json) };
    assert!(verdict.indication.is_none() && !verdict.is_good() && verdict.signatures.is_empty());
    assert!(verdict.report_json["error"]["code"].is_string());
    why
}

/// Every text of the verdict is one, in each language, with all its values.
fn well_told(verdict: &FileVerdict) {
    for language in Language::ALL {
        let phrases = [&verdict.title, &verdict.summary, &verdict.next].into_iter().chain(&verdict.notes);
        let mut texts: Vec<String> = phrases.map(|phrase| phrase.text(language)).collect();
        for signature in &verdict.signatures {
            texts.push(signature.means.text(language));
            texts.extend(signature.next.iter().chain(&signature.doubt).map(|phrase| phrase.text(language)));
            texts.extend([signature.since.text(language), signature.verdict(language)]);
            let certificate = signature.certificate.iter();
            texts.extend(certificate.flat_map(|one| [one.term.text(language), one.status.text(language)]));
            texts.extend(signature.checks.iter().map(|check| check.question(language)));
        }
        for text in texts {
            let is_a_text = !text.trim().is_empty() && !text.starts_with("verdict-");
            assert!(is_a_text && ![" —,", ": —", " —."].iter().any(|gap| text.contains(gap)), "{text}");
        }
        assert!(verdict.lines(language).iter().all(|line| !line.contains("verdict-")));
    }
}

/// Keeps: SIG-01, SIG-02
#[tokio::test(flavor = "multi_thread")]
async fn a_good_signature_is_told_attached_detached_in_any_wrapping_and_in_either_order() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let (attached, detached) = (stage.attached(&head.sign), stage.sign(&head.sign, ACT));
    let base64 = BASE64_STANDARD.encode(&detached).into_bytes();
    let pem = format!("-----BEGIN CMS-----\n{}\n-----END CMS-----\n", BASE64_STANDARD.encode(&detached)).into_bytes();
    for (file, content, swapped) in [
        (attached.as_slice(), None, false),
        (&attached, Some(ACT), false),
        (ACT, Some(attached.as_slice()), true),
        (&detached, Some(ACT), false),
        (ACT, Some(&detached), true),
        (&base64, Some(ACT), false),
        (ACT, Some(&pem), true),
        (b"", Some(&attached), true),
    ] {
        let verdict = stage.asked(file, content).await;
        assert_eq!(only(&verdict), ("TOTAL-PASSED", None, "TOTAL-PASSED"), "{}", verdict.report_json);
        assert_eq!(verdict.notes.iter().any(|note| note.key == "verdict-note-swapped"), swapped);
        assert_eq!(verdict.covered.as_ref().unwrap().bytes, ACT.len());
        well_told(&verdict);
    }
    // A zip, an XML and a PDF are documents too when the signature lies beside them.
    for document in [&b"PK\x03\x04 an office document"[..], b"<a/>", b"%PDF-1.7\n", b"0123 begins like DER"] {
        let detached = stage.sign(&head.sign, document);
        assert!(stage.asked(document, Some(&detached)).await.is_good());
    }
    // A signature over a file that is itself a signature.
    let over = stage.sign(&head.sign, &attached);
    assert!(stage.asked(&attached, Some(&over)).await.is_good());
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_who_signed_since_when_and_by_what_each_question_was_answered() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let verdict = stage.asked(&stage.attached(&head.sign), None).await;
    let signature = &verdict.signatures[0];
    let signer = signature.signer.as_ref().unwrap();
    let certificate = signature.certificate.as_ref().unwrap();
    assert_eq!(signer.iin.as_deref(), Some("7911•••••200"));
    assert_eq!((signer.bin.as_deref(), signer.kind), (Some("190640001204"), "organization"));
    assert_eq!(
        (signer.common_name.as_deref(), signer.name().as_str()),
        (Some("ОМАРОВ ДӘУРЕН"), "ОМАРОВ ДӘУРЕН СЕРІКҰЛЫ")
    );
    assert_eq!(signer.roles, ["legal-entity", "head"]);
    assert!(signer.roles_in(Language::Kk).contains("бірінші басшы"));
    assert!(certificate.issuer.contains("ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ"));
    assert_eq!(certificate.status.key, "verdict-status-good-ocsp");
    assert!(signature.proven_at.is_none() && signature.since.key == "verdict-time-unproven");
    assert!(signature.claimed.as_ref().unwrap().text(Language::Ru).contains("Со слов самого подписавшего"));
    for name in ["content-digest", "signature-value", "certificate-path", "certificate-revocation"] {
        let check = signature.checks.iter().find(|check| check.name == name).unwrap();
        assert_eq!((check.ok, check.answer(Language::En).as_str()), (Some(true), "yes"), "{name}");
    }
    assert!(signature.doubt.is_none() && verdict.notes.iter().any(|note| note.key == "verdict-note-authority"));
    let told = format!("{}{:?}", verdict.report_json, Language::ALL.map(|language| verdict.lines(language)));
    assert!(!told.contains("791108300200") && told.contains("7911•••••200") && told.contains("190640001204"));

    let whole = verify_file(&stage.app, stage.attached(&head.sign), None, Showing::Whole).await.unwrap();
    assert_eq!(whole.report_json["signatures"][0]["signer"]["iin"], "791108300200");
    assert_eq!(whole.signatures[0].signer.as_ref().unwrap().iin.as_deref(), Some("791108300200"));
}

/// Keeps: SIG-07
#[tokio::test(flavor = "multi_thread")]
async fn a_time_stamp_proves_the_signature_even_when_the_key_is_revoked_later() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let cms = stage.attached(&head.sign);
    let value = SignedData::from_bytes(&cms).unwrap().signer_infos()[0].signature().to_vec();
    let imprint = DigestAlgorithm::Streebog512.digest(&value);
    let token = stage.app.responders.time_stamp(&imprint, &mut stage.app.rng.clone()).await.unwrap();
    let stamped = augment(&cms, &[Augmentation::SignatureTimeStamp { signer: 0, token: token.clone() }]).unwrap();
    let verdict = stage.asked(&stamped, None).await;
    assert_eq!(only(&verdict), ("TOTAL-PASSED", None, "TOTAL-PASSED-proven"));
    assert!(verdict.signatures[0].proven_at.is_some() && verdict.signatures[0].checks.iter().any(|c| c.of_time_stamp));
    well_told(&verdict);

    let later = stage.now().checked_add(Span::seconds(2)).unwrap();
    stage.authority(&head.sign).revoke(head.sign.certificate.serial(), later, ReasonCode::KeyCompromise).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let verdict = stage.asked(&stamped, None).await;
    assert_eq!(only(&verdict), ("TOTAL-PASSED", None, "TOTAL-PASSED-revoked-later"));
    well_told(&verdict);
    assert_eq!(only(&stage.asked(&cms, None).await).1, Some("REVOKED_NO_POE"));

    assert_eq!(unsupported(&stage.asked(&token, None).await), Unsupported::TimeStamp);
}

/// A certificate outside its term: proven or not, ended or not begun. Keeps: SIG-04
#[tokio::test(flavor = "multi_thread")]
async fn outside_its_term_a_certificate_proves_what_a_time_stamp_and_evidence_prove() {
    let stage = Stage::set().await;
    let hours = |hours: i64| stage.now().truncate_to_seconds().checked_add(Span::minutes(60 * hours)).unwrap();
    let authority = stage.world.authorities().of(Branch::Rsa);
    let key = |from, until| {
        let (profile, mut rng) = (Profile::NaturalPerson(KeyUse::Sign), stage.app.rng.clone());
        let holder =
            authority.issue_new(&profile, subject(&FIGURES[5]), (hours(from), hours(until)), &mut rng).unwrap();
        KeyPair { key: Arc::new(holder.key), certificate: holder.certificate }
    };
    let ended = stage.client.cms(&key(-20, -6), ACT, Packaging::Attached, hours(-12)).unwrap();
    let meaning = "OUT_OF_BOUNDS_NO_POE";
    assert_eq!(only(&stage.asked(&ended, None).await), ("INDETERMINATE", Some(meaning), meaning));
    let early = stage.attached(&key(6, 20));
    let verdict = stage.asked(&early, None).await;
    assert_eq!(only(&verdict), ("INDETERMINATE", Some(meaning), "OUT_OF_BOUNDS_NO_POE-early"));
    well_told(&verdict);

    let value = SignedData::from_bytes(&ended).unwrap().signer_infos()[0].signature().to_vec();
    let question = build_request(&DigestAlgorithm::Sha256.digest(&value), None, true);
    let answer = authority.tsp(&question, hours(-12), &mut stage.app.rng.clone());
    let token = TimeStampResponse::from_der(&answer).unwrap().token().unwrap().to_vec();
    let stamped = augment(&ended, &[Augmentation::SignatureTimeStamp { signer: 0, token }]).unwrap();
    let verdict = stage.asked(&stamped, None).await;
    assert_eq!(only(&verdict), ("INDETERMINATE", Some("TRY_LATER"), "TRY_LATER-ended"), "{}", verdict.report_json);
    well_told(&verdict);

    // With the CA's answer of then inside it is proven for good.
    let signer = SignedData::from_bytes(&ended).unwrap().certificates()[0].clone();
    let question = ocsp_builder::build_request(authority.ca(), signer.serial(), DigestAlgorithm::Sha256, None);
    let ocsp = authority.ocsp(&question, hours(-11), &mut stage.app.rng.clone());
    let whole = augment(&stamped, &[Augmentation::Ocsp(ocsp)]).unwrap();
    assert_eq!(only(&stage.asked(&whole, None).await), ("TOTAL-PASSED", None, "TOTAL-PASSED-proven"));
}

/// Keeps: SIG-01, SIG-04, SIG-05
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_signature_is_told_in_its_own_words() {
    let stage = Stage::set().await;
    let head = stage.actor("head-a");
    let detached = stage.sign(&head.sign, ACT);
    let tell = async |file: &[u8], content: Option<&[u8]>| {
        let verdict = stage.asked(file, content).await;
        well_told(&verdict);
        only(&verdict)
    };
    let (failed, unclear) = ("TOTAL-FAILED", "INDETERMINATE");

    let changed = "Акт № 2".as_bytes();
    assert_eq!(tell(&detached, Some(changed)).await, (failed, Some("HASH_FAILURE"), "HASH_FAILURE"));
    assert_eq!(tell(&stage.attached(&head.sign), Some(changed)).await.1, Some("HASH_FAILURE"));
    assert_eq!(tell(&detached, None).await, (unclear, Some("SIGNED_DATA_NOT_FOUND"), "SIGNED_DATA_NOT_FOUND"));
    assert!(stage.asked(&detached, None).await.covered.is_none());

    let mut broken = detached.clone();
    *broken.last_mut().unwrap() ^= 1;
    assert_eq!(tell(&broken, Some(ACT)).await, (failed, Some("SIG_CRYPTO_FAILURE"), "SIG_CRYPTO_FAILURE"));

    let login = stage.sign(&head.auth, ACT);
    let meaning = "CHAIN_CONSTRAINTS_FAILURE-login-key";
    assert_eq!(tell(&login, Some(ACT)).await, (unclear, Some("CHAIN_CONSTRAINTS_FAILURE"), meaning));

    // Somebody mints a CA that calls itself like ours and asks its own responder.
    let mut rng = stage.app.rng.clone();
    let url = stage.world.responders_url().to_owned();
    let forger = Authority::create(Branch::Rsa, &url, stage.now(), &mut rng).unwrap();
    let profile = Profile::NaturalPerson(KeyUse::Sign);
    let validity = leaf_validity(stage.now()).unwrap();
    let holder = forger.issue_new(&profile, subject(&FIGURES[5]), validity, &mut rng).unwrap();
    let pair = KeyPair { key: Arc::new(holder.key), certificate: holder.certificate };
    let meaning = "NO_CERTIFICATE_CHAIN_FOUND";
    assert_eq!(tell(&stage.attached(&pair), None).await, (unclear, Some(meaning), meaning));

    assert!(stage.asked(&stage.attached(&pair), None).await.signatures[0].doubt.is_some());

    let held = stage.actor("head-b");
    stage.revoke(&held.sign, ReasonCode::CertificateHold);
    assert_eq!(tell(&stage.attached(&held.sign), None).await, (unclear, Some("TRY_LATER"), "TRY_LATER-on-hold"));
    stage.revoke(&head.sign, ReasonCode::KeyCompromise);
    assert_eq!(tell(&detached, Some(ACT)).await, (unclear, Some("REVOKED_NO_POE"), "REVOKED_NO_POE"));
    let verdict = stage.asked(&detached, Some(ACT)).await;
    assert_eq!(verdict.signatures[0].certificate.as_ref().unwrap().status.key, "verdict-status-revoked");
}

/// Silence is never good and never revoked (design D5). Keeps: SIG-05
#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_of_the_ca_nothing_is_good_and_no_time_stamp_is_asked_for() {
    let stage = Stage::set().await;
    let cms = stage.attached(&stage.actor("person").sign);
    // A time stamp asked for would not come within a minute.
    stage.services.set_fault(Service::Tsp, Some(Fault::Silent));
    assert!(stage.asked(&cms, None).await.is_good());
    for fault in [Fault::TryLater, Fault::Forbidden, Fault::Garbage, Fault::BadSignature] {
        stage.services.set_fault(Service::Ocsp, Some(fault));
        stage.services.set_fault(Service::Crl, Some(fault));
        let verdict = stage.asked(&cms, None).await;
        assert_eq!(only(&verdict), ("INDETERMINATE", Some("TRY_LATER"), "TRY_LATER"), "{fault:?}");
        assert_eq!(verdict.signatures[0].certificate.as_ref().unwrap().status.key, "verdict-status-unknown");
        well_told(&verdict);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_signers_each_is_told_and_the_worst_speaks_for_the_file() {
    let stage = Stage::set().await;
    let (head, other) = (stage.actor("head-a"), stage.actor("person"));
    let two = stage.with_second(&stage.attached(&head.sign), &other.sign);
    let verdict = stage.asked(&two, None).await;
    assert!(verdict.is_good() && verdict.signatures.len() == 2 && verdict.title.key == "verdict-title-good-all");
    well_told(&verdict);
    stage.revoke(&other.sign, ReasonCode::KeyCompromise);
    let verdict = stage.asked(&two, None).await;
    assert_eq!((verdict.indication, verdict.sub_indication), (Some(Indication::Indeterminate), Some("REVOKED_NO_POE")));
    assert_eq!(verdict.summary.text(Language::En), "Signatures: 2, valid: 1.");
    let good: Vec<bool> =
        verdict.signatures.iter().map(|signature| signature.indication == Indication::TotalPassed).collect();
    assert_eq!(good.iter().filter(|good| **good).count(), 1, "{good:?}");

    let mut many = two;
    while SignedData::from_bytes(&many).unwrap().signer_infos().len() < SIGNERS_MAX {
        many = stage.with_second(&many, &head.sign);
    }
    assert_eq!(stage.asked(&many, None).await.signatures.len(), SIGNERS_MAX);
    let verdict = stage.asked(&stage.with_second(&many, &head.sign), None).await;
    assert_eq!(unsupported(&verdict), Unsupported::TooManySigners);
    assert!(verdict.summary.text(Language::Kk).contains("20"));
}

/// Keeps: DOC-05
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_read_is_said_so_and_never_called_good_or_bad() {
    let stage = Stage::set().await;
    let cms = stage.attached(&stage.actor("head-a").sign);
    let enveloped = hex::decode("300f06092a864886f70d010703a0020500").unwrap();
    let key_file = std::fs::read(stage.folder().join("keys/head-a-sign.p12")).unwrap();
    let asic =
        b"PK\x03\x04\x0a\0\0\0\0\0\0\0!\0\0\0\0\0\x1f\0\0\0\x1f\0\0\0\x08\0\0\0mimetypeapplication/vnd.etsi.asic-e+zip";
    let begun_twice = [b"\xef\xbb\xbf".as_slice(), b"<?xml version='1.0'?><a/>"].concat();
    for (file, why) in [
        (b"".as_slice(), Unsupported::Empty),
        (b"garbage", Unsupported::Unknown),
        (b"0123 a text", Unsupported::Unknown),
        ("Құжат".as_bytes(), Unsupported::Unknown),
        (&[0x30, 0x82, 0xff], Unsupported::Unknown),
        (&cms[..cms.len() - 1], Unsupported::Broken),
        (&cms[..40], Unsupported::Broken),
        (&enveloped, Unsupported::OtherMessage),
        (b"<a><ds:Signature/></a>", Unsupported::Xml),
        (&begun_twice, Unsupported::Xml),
        (b"%PDF-1.7\n/ByteRange", Unsupported::Pdf),
        (asic, Unsupported::Asic),
        (b"PK\x03\x04\x14\0 word/document.xml", Unsupported::Zip),
        (&key_file, Unsupported::KeyStore),
    ] {
        let verdict = stage.asked(file, None).await;
        assert_eq!(unsupported(&verdict), why, "{}", String::from_utf8_lossy(file));
        well_told(&verdict);
        assert_eq!(unsupported(&stage.asked(file, Some(b"and a document")).await), why);
    }
    let large = vec![b'x'; INPUT_MAX_BYTES];
    assert_eq!(unsupported(&stage.asked(&large, None).await), Unsupported::Unknown);
    match verify_file(&stage.app, large, Some(b"x".to_vec()), Showing::Masked).await {
        Err(OperationError::Refused(refusal)) => assert_eq!(refusal.code, RefusalCode::UploadTooLarge),
        other => panic!("{other:?}"),
    }
}

/// An extract over one act between two clients.
async fn extract(stage: &Stage) -> Vec<u8> {
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, AGREEMENT).await;
    let (head, client) = stage.joined("head-a", &offer).await;
    let (other, _) = stage.joined("head-b", &offer).await;
    let document = stage.recorded_act((&head, &client), &other, "7").await;
    stage.extract(&officer, &[&document]).await.unwrap()
}

/// Keeps: JRN-10, SIG-19
#[tokio::test(flavor = "multi_thread")]
async fn an_extract_of_ours_is_told_with_its_documents_and_nothing_of_a_changed_or_foreign_one_is_repeated() {
    let stage = Stage::set().await;
    let file = extract(&stage).await;
    let verdict = stage.asked(&file, None).await;
    assert!(verdict.kind == FileKind::Extract && verdict.is_good(), "{}", verdict.report_json);
    let facts = verdict.extract.as_ref().unwrap();
    let asker = format!("{}, {}", facts.documents[0].sender.name, stage.actor("head-a").party().key());
    assert_eq!((facts.pinned, facts.asked_by.as_str(), facts.ground.as_str()), (true, asker.as_str(), "Сұрау"));
    assert_eq!(
        (facts.operator.bin.as_deref(), facts.officer.iin.as_deref()),
        (Some("230140000109"), Some("8703•••••102"))
    );
    assert!(facts.issued_at.is_some() && facts.failures.is_empty() && facts.cases.is_empty());
    let document = &facts.documents[0];
    assert_eq!(
        (document.kind.as_str(), document.number.as_str(), document.state.as_str()),
        ("completion-act", "7", "received")
    );
    assert_eq!(document.sender.bin.as_deref(), Some("190640001204"));
    assert!(document.received_at.is_some() && document.entry.is_some());
    assert_eq!(document.conditions.iter().filter(|condition| condition.holds).count(), 4);
    let completeness = facts.completeness.as_ref().unwrap();
    assert!(completeness.holds && completeness.included == completeness.entries && completeness.entries > 0);
    assert!(facts.checkpoint.as_ref().unwrap().proven_at.is_some());
    let places: BTreeSet<&str> =
        verdict.signatures.iter().filter_map(|one| Some(one.place.as_ref()?.used_as)).collect();
    assert_eq!(places, BTreeSet::from(["seal", "officer", "party", "receipt"]));
    well_told(&verdict);
    let told = format!("{}{:?}", verdict.report_json, verdict.lines(Language::Kk));
    assert!(!told.contains("791108300200") && !told.contains("870314400102") && told.contains("8703•••••102"));

    // In the document's place, and beside a file that is not needed.
    let verdict = stage.asked(b"garbage", Some(&file)).await;
    assert!(verdict.is_good() && verdict.notes.len() == 2, "{:?}", verdict.notes);
    assert!(stage.asked(&file, Some(ACT)).await.is_good());

    for place in (4..file.len()).step_by(1009).chain([8, 31, 40, 60]) {
        let mut changed = file.clone();
        changed[place] ^= 1;
        let verdict = stage.asked(&changed, None).await;
        assert_eq!((verdict.kind, verdict.indication), (FileKind::Extract, Some(Indication::TotalFailed)), "{place}");
        let facts = verdict.extract.as_ref().unwrap();
        assert!(facts.documents.is_empty() && !facts.failures.is_empty(), "{place}");
        assert!(
            verdict.lines(Language::Ru).len() >= 4 && !verdict.lines(Language::Ru).concat().contains("Акт выполненных")
        );
        assert!(facts.failures.iter().all(|part| !part.part.is_empty() && !part.faults.is_empty()));
    }
    let anchors = stage.app.trust.anchors.clone();
    let mut card = qolhat::operations::issue_extract::operator_card(&stage.app);
    card.operator = "190640001204".to_owned();
    let report = verify_extract(&file, &anchors, Some(&card), stage.now());
    let verdict = FileVerdict::of_extract(report, Showing::Masked);
    assert_eq!((verdict.is_good(), verdict.sub_indication), (false, Some("OPERATOR_MISMATCH")));
    well_told(&verdict);

    let elsewhere = Stage::set().await;
    let verdict = elsewhere.asked(&file, None).await;
    assert_eq!((verdict.indication, verdict.sub_indication), (Some(Indication::TotalFailed), Some("LOG_MISMATCH")));
    assert!(!verdict.extract.as_ref().unwrap().pinned && verdict.extract.as_ref().unwrap().documents.is_empty());
    well_told(&verdict);
}

/// What is asked is answered and forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_what_is_asked_is_stored_or_journaled() {
    let stage = Stage::set().await;
    let file = extract(&stage).await;
    let head = stage.actor("head-a");
    let (attached, detached) = (stage.attached(&head.sign), stage.sign(&head.sign, ACT));
    let before = stage.kept().await;
    assert!(before.0.len() > 10 && before.0["journal_entry"] > 0 && !before.1.is_empty(), "{before:?}");
    let asked: [(&[u8], Option<&[u8]>); 7] = [
        (&attached, None),
        (&detached, Some(ACT)),
        (ACT, Some(&detached)),
        (&detached, None),
        (&file, None),
        (b"garbage", None),
        (b"", None),
    ];
    for (file, content) in asked {
        stage.asked(file, content).await;
    }
    assert_eq!(stage.kept().await, before);
}

/// The page and the command line say the same of the real objects of the national test CA. Keeps: SIG-01, SIG-02
#[tokio::test(flavor = "multi_thread")]
async fn every_real_message_is_told_as_another_program_found_it() {
    let Some(folder) = shared("nca") else { return };
    let anchor = folder.join("ca/nca_gost2022_test.cer");
    let crls = folder.join("crl");
    let stage = Stage::set_with(at("2026-11-22T09:00:00Z"), |config, _| {
        config.trust.anchors.push(anchor);
        config.evidence.policy = FreshnessPolicy::CrlUntilNextUpdate;
        config.evidence.crl_files = vec![crls];
    })
    .await;
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let mut seen = BTreeMap::new();
    for entry in index["files"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "cms") {
        let read = |name: &Value| std::fs::read(folder.join(name.as_str().unwrap())).unwrap();
        let content = entry["content_file"].is_string().then(|| read(&entry["content_file"]));
        let verdict = stage.asked(&read(&entry["file"]), content.as_deref()).await;
        let expected = entry["expected"]["signers"].as_array().unwrap();
        assert_eq!(verdict.signatures.len(), expected.len(), "{}", entry["file"]);
        well_told(&verdict);
        for (found, expected) in verdict.signatures.iter().zip(expected) {
            let holds = expected["digest_ok"] == true && expected["signature_ok"] == true;
            assert_eq!(found.crypto.as_str() == "ok", holds, "{}", entry["file"]);
            assert!(holds || found.indication != Indication::TotalPassed);
            assert_eq!(json!(found.signer.as_ref().unwrap().bin), expected["bin"], "{}", entry["file"]);
            *seen.entry(found.meaning).or_insert(0) += 1;
        }
    }
    assert!(seen.values().sum::<i32>() >= 13 && seen.contains_key("TOTAL-PASSED"), "{seen:?}");
}

#[test]
fn every_verdict_has_its_texts_in_three_languages() {
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for meaning in MEANINGS {
        keys.extend(["means", "next"].map(|part| format!("verdict-{part}-{meaning}")));
    }
    for why in Unsupported::ALL {
        keys.extend(["title", "detail", "next"].map(|part| format!("verdict-unsupported-{}-{part}", why.code())));
    }
    keys.extend(["good", "altered", "another", "unproven"].map(|advice| format!("verdict-extract-next-{advice}")));
    keys.extend(["ocsp", "crl"].map(|source| format!("verdict-status-good-{source}")));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in ["signature/facts.rs", "operations/verify_file/verdict.rs", "operations/verify_file/extract_facts.rs"] {
        let code = std::fs::read_to_string(folder.join(file)).unwrap();
        let stems = ["verdict-means", "verdict-next"];
        let literals = code.split('"').filter(|word| word.starts_with("verdict-") && !word.contains(['{', ' ']));
        keys.extend(literals.filter(|key| !stems.contains(key)).map(str::to_owned));
    }
    assert!(keys.len() > 110, "the texts moved elsewhere: {}", keys.len());
    for (key, language) in keys.iter().flat_map(|key| Language::ALL.map(|language| (key, language))) {
        assert!(has_key(language, key), "{key} in {}", language.code());
    }
}

/// An extract packed anew is no other container: compressed it hides the words of its format, never the names of its files.
#[test]
fn a_compressed_extract_is_told_by_the_directory_of_its_zip() {
    let listing = |name: &str| {
        let mut zip = b"PK\x03\x04 mimetype application/vnd.etsi.asic-e+zip".to_vec();
        zip.extend_from_slice(b"PK\x01\x02");
        zip.extend_from_slice(&[0; 24]);
        zip.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        zip.extend_from_slice(&[0; 16]);
        zip.extend_from_slice(name.as_bytes());
        zip
    };
    assert!(qolhat::operations::verify_file::is_extract(&listing("extract.json")));
    assert!(!qolhat::operations::verify_file::is_extract(&listing("another-extract.json")));
}
