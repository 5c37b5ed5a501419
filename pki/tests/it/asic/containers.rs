//! Verdicts on containers made here, each with one thing wrong.

use qolhat_pki::asic::zip::NewFile;
use qolhat_pki::asic::{
    ContainerKind, ContainerPolicy, ContainerReport, ManifestEntry, MimetypeRule, Role, Severity, validate_container,
    write_container, write_manifest,
};
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging, SignRequest, SigningContent, add_signer, sign_cms};
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{Coverage, CryptoOutcome, Indication, SubIndication};
use qolhat_pki::time::Moment;

use super::forge::{Archive, Raw};
use crate::validate::stamps::token_by;
use crate::validate::{NOW, anchors, good_evidence};
use crate::workshop::{Kind, World, at};

pub const SIGNED: &str = "2026-05-01T12:00:00Z";
pub const MANIFEST: &str = "META-INF/ASiCManifest001.xml";
pub const SIGNATURE: &str = "META-INF/signature001.p7s";
pub const P7S_TYPE: &str = "application/x-pkcs7-signature";

/// The files of a container in the making.
pub type Files = Vec<(String, Vec<u8>)>;

pub fn sign(world: &mut World, content: &[u8], packaging: Packaging) -> Vec<u8> {
    let request = SignRequest::new(SigningContent::Content(content), packaging, at(SIGNED));
    sign_cms(&world.signer.key, &world.signer.certificate, &request, &mut world.random).unwrap()
}

pub fn manifest(assertion: &str, files: &Files, names: &[&str], algorithm: DigestAlgorithm) -> Vec<u8> {
    let content = |name: &str| &files.iter().find(|(known, _)| known == name).unwrap().1;
    let entries: Vec<ManifestEntry<'_>> = names
        .iter()
        .map(|name| ManifestEntry { name, media_type: "text/plain", digest: algorithm.digest(content(name)) })
        .collect();
    write_manifest(assertion, P7S_TYPE, &entries)
}

pub fn payload() -> Files {
    vec![("a.txt".to_owned(), b"alpha".to_vec()), ("құжат 1.txt".to_owned(), b"beta".to_vec())]
}

/// An ASiC-E with two files, one manifest and one signature.
pub fn asic_e(world: &mut World) -> Files {
    let mut files = payload();
    let signed = manifest(SIGNATURE, &files, &["a.txt", "құжат 1.txt"], DigestAlgorithm::Sha256);
    let signature = sign(world, &signed, Packaging::Detached);
    files.push((MANIFEST.to_owned(), signed));
    files.push((SIGNATURE.to_owned(), signature));
    files
}

pub fn asic_s(world: &mut World) -> Files {
    let signature = sign(world, b"alpha", Packaging::Detached);
    vec![("a.txt".to_owned(), b"alpha".to_vec()), ("META-INF/signature.p7s".to_owned(), signature)]
}

pub fn container(kind: ContainerKind, files: &Files) -> Vec<u8> {
    let files: Vec<NewFile<'_>> = files.iter().map(|(name, content)| NewFile { name, content }).collect();
    write_container(kind, &files).unwrap()
}

pub fn judge_at(world: &World, bytes: &[u8], policy: &ContainerPolicy, moment: Moment) -> ContainerReport {
    let signature_policy = SignaturePolicy::default();
    let anchors = anchors(world);
    validate_container(bytes, &anchors, &anchors, &good_evidence(world), &signature_policy, policy, moment)
}

pub fn judge(world: &World, bytes: &[u8]) -> ContainerReport {
    judge_at(world, bytes, &ContainerPolicy::default(), at(NOW))
}

pub fn codes(report: &ContainerReport) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code.as_str()).collect()
}

pub fn verdict(report: &ContainerReport) -> (Indication, Option<&'static str>) {
    (report.indication, report.sub_indication.map(SubIndication::as_str))
}

const PASSED: (Indication, Option<&str>) = (Indication::TotalPassed, None);
const FORMAT: (Indication, Option<&str>) = (Indication::TotalFailed, Some("FORMAT_FAILURE"));
const HASH: (Indication, Option<&str>) = (Indication::TotalFailed, Some("HASH_FAILURE"));

#[test]
fn good_containers_pass_and_say_what_is_covered() {
    for kind in [Kind::Rsa, Kind::Gost2015] {
        let mut world = World::new(kind);
        let files = asic_e(&mut world);
        let report = judge(&world, &container(ContainerKind::AsicE, &files));
        assert_eq!(verdict(&report), PASSED, "{:?} {:?}", report.findings, report.signatures);
        assert_eq!((report.kind, report.findings.len()), (Some(ContainerKind::AsicE), 0));
        let signature = &report.signatures[0];
        assert_eq!(*signature.covered, ["a.txt", "құжат 1.txt"]);
        assert_eq!((signature.file.as_str(), signature.manifest.as_deref()), (SIGNATURE, Some(MANIFEST)));
        assert_eq!(signature.report.covers, Coverage::All);
        assert_eq!(report.files[1].covered_by, [SIGNATURE]);
        assert_eq!(report.files.len(), 5);

        let files = asic_s(&mut world);
        let report = judge(&world, &container(ContainerKind::AsicS, &files));
        assert_eq!(verdict(&report), PASSED, "{:?} {:?}", report.findings, report.signatures);
        assert_eq!(
            (&*report.signatures[0].covered, &report.signatures[0].manifest),
            (&["a.txt".to_owned()][..], &None)
        );
    }
}

#[test]
fn national_digests_in_manifests_are_known() {
    let mut world = World::new(Kind::Gost2015);
    for algorithm in [DigestAlgorithm::Streebog512, DigestAlgorithm::Streebog256, DigestAlgorithm::Gost34311] {
        let mut files = payload();
        let signed = manifest(SIGNATURE, &files, &["a.txt", "құжат 1.txt"], algorithm);
        let signature = sign(&mut world, &signed, Packaging::Detached);
        files.extend([(MANIFEST.to_owned(), signed), (SIGNATURE.to_owned(), signature)]);
        assert_eq!(verdict(&judge(&world, &container(ContainerKind::AsicE, &files))), PASSED);
    }
}

#[test]
fn several_signers_of_one_file_are_several_signatures() {
    let mut world = World::new(Kind::Rsa);
    let mut files = asic_s(&mut world);
    let other = world.signer.certificate.clone();
    let content = SigningContent::Content(b"alpha");
    files[1].1 =
        add_signer(&files[1].1, &world.signer.key, &other, Some(&content), at(SIGNED), &mut world.random).unwrap();
    let report = judge(&world, &container(ContainerKind::AsicS, &files));
    assert_eq!((verdict(&report), report.signatures.len()), (PASSED, 2));
}

/// What is wrong, how the good container is changed, the code, and the verdict.
type Wrong = (&'static str, fn(&mut World, &mut Files), &'static str, (Indication, Option<&'static str>));

fn rewrite(world: &mut World, files: &mut Files, change: impl FnOnce(String) -> String) {
    let text = change(String::from_utf8(files[2].1.clone()).unwrap());
    files[2].1 = text.into_bytes();
    files[3].1 = sign(world, &files[2].1.clone(), Packaging::Detached);
}

fn replace(world: &mut World, files: &mut Files, from: &str, to: &str) {
    rewrite(world, files, |text| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
}

const NOT_FOUND: (Indication, Option<&str>) = (Indication::Indeterminate, Some("SIGNED_DATA_NOT_FOUND"));
const UNSUPPORTED: (Indication, Option<&str>) = (Indication::Indeterminate, Some("SIG_CONSTRAINTS_FAILURE"));
const EXTENSION: &str =
    "<asic:ASiCManifestExtensions><asic:Extension Critical=\"true\"/></asic:ASiCManifestExtensions>";

const WRONGS: &[Wrong] = &[
    ("a file changed", |_, f| f[0].1[0] ^= 1, "asic-data-object-digest", HASH),
    (
        "a file is missing",
        |_, f| {
            f.remove(0);
        },
        "asic-data-object-missing",
        NOT_FOUND,
    ),
    ("a file renamed", |_, f| f[0].0 = "A.txt".to_owned(), "asic-data-object-missing", NOT_FOUND),
    (
        "the manifest changed",
        |_, f| {
            let at = f[2].1.len() - 3;
            f[2].1[at] = b' ';
        },
        "asic-manifest",
        FORMAT,
    ),
    (
        "no manifest",
        |_, f| {
            f.remove(2);
        },
        "asic-signature-without-manifest",
        FORMAT,
    ),
    (
        "no signature",
        |_, f| {
            f.remove(3);
        },
        "asic-manifest-without-signature",
        FORMAT,
    ),
    (
        "one signature more",
        |w, f| {
            let s = sign(w, b"other", Packaging::Detached);
            f.push(("META-INF/signature002.p7s".to_owned(), s));
        },
        "asic-signature-without-manifest",
        FORMAT,
    ),
    (
        "a signature that brings its own content",
        |w, f| {
            let s = sign(w, b"other", Packaging::Attached);
            f.push(("META-INF/signature002.p7s".to_owned(), s));
        },
        "asic-signature-without-manifest",
        FORMAT,
    ),
    (
        "a signature under a name that does not say so",
        |w, f| {
            let s = sign(w, b"other", Packaging::Detached);
            f.push(("META-INF/x.P7S".to_owned(), s));
        },
        "asic-signature-without-manifest",
        FORMAT,
    ),
    (
        "two manifests for one signature",
        |_, f| {
            let m = f[2].1.clone();
            f.push(("META-INF/ASiCManifest002.xml".to_owned(), m));
        },
        "asic-signature-of-several-manifests",
        FORMAT,
    ),
    ("the signature is no CMS", |_, f| f[3].1 = b"junk".to_vec(), "asic-signature", FORMAT),
    (
        "the signature is missing its end",
        |_, f| {
            f[3].1.pop();
        },
        "asic-signature",
        FORMAT,
    ),
    (
        "the manifest names a payload file as its signature",
        |w, f| replace(w, f, SIGNATURE, "a.txt"),
        "asic-manifest-without-signature",
        FORMAT,
    ),
    ("the manifest is no XML", |_, f| f[2].1 = b"<a>".to_vec(), "asic-manifest", FORMAT),
    (
        "the manifest has a document type",
        |w, f| replace(w, f, "<asic:ASiCM", "<!DOCTYPE x [<!ENTITY e \"e\">]><asic:ASiCM"),
        "asic-manifest",
        FORMAT,
    ),
    ("the manifest is of another namespace", |w, f| replace(w, f, "v1.2.1#", "v1.1.1#"), "asic-manifest", FORMAT),
    (
        "the manifest names no file",
        |w, f| rewrite(w, f, |t| format!("{}</asic:ASiCManifest>", &t[..t.find("  <asic:Data").unwrap()])),
        "asic-manifest",
        FORMAT,
    ),
    (
        "the manifest names two signatures",
        |w, f| replace(w, f, "  <asic:Data", "<asic:SigReference URI=\"x\"/>  <asic:Data"),
        "asic-manifest",
        FORMAT,
    ),
    ("the manifest has text", |w, f| replace(w, f, "  <asic:Data", "text <asic:Data"), "asic-manifest", FORMAT),
    (
        "the manifest has an unknown element",
        |w, f| replace(w, f, "</asic:ASiCM", "<asic:Other/></asic:ASiCM"),
        "asic-manifest",
        FORMAT,
    ),
    (
        "the manifest has two root files",
        |w, f| rewrite(w, f, |t| t.replace("<asic:DataObjectReference", "<asic:DataObjectReference Rootfile=\"true\"")),
        "asic-manifest",
        FORMAT,
    ),
    (
        "a critical extension",
        |w, f| replace(w, f, "</asic:ASiCM", &format!("{EXTENSION}</asic:ASiCM")),
        "unsupported-manifest-extension",
        FORMAT,
    ),
    ("a reference leads out", |w, f| replace(w, f, "\"a.txt\"", "\"../a.txt\""), "asic-manifest", FORMAT),
    (
        "a reference leads out in escapes",
        |w, f| replace(w, f, "\"a.txt\"", "\"x/%2E%2E/%2e%2e/a.txt\""),
        "asic-manifest",
        FORMAT,
    ),
    ("a reference to the network", |w, f| replace(w, f, "\"a.txt\"", "\"http://x/a.txt\""), "asic-manifest", FORMAT),
    (
        "a reference to a file of the system",
        |w, f| replace(w, f, "\"a.txt\"", "\"/etc/passwd\""),
        "asic-manifest",
        FORMAT,
    ),
    (
        "a digest with a comment inside",
        |w, f| replace(w, f, "</ds:DigestValue>", "<!-- x --></ds:DigestValue>"),
        "asic-manifest",
        FORMAT,
    ),
    (
        "a digest cut short",
        |w, f| {
            rewrite(w, f, |t| {
                let at = t.find("DigestValue>").unwrap() + 12;
                format!("{}AAAA{}", &t[..at], &t[t.find("</ds:DigestValue>").unwrap()..])
            })
        },
        "asic-manifest",
        FORMAT,
    ),
    (
        "an unknown digest",
        |w, f| replace(w, f, "xmlenc#sha256", "xmlenc#ripemd160"),
        "unsupported-manifest-digest",
        (Indication::Indeterminate, Some("SIG_CONSTRAINTS_FAILURE")),
    ),
    (
        "a digest of another algorithm",
        |w, f| {
            rewrite(w, f, |t| {
                t.replacen(
                    "http://www.w3.org/2001/04/xmlenc#sha256",
                    "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-256",
                    1,
                )
            })
        },
        "asic-data-object-digest",
        HASH,
    ),
    (
        "signatures in XML beside",
        |_, f| f.push(("META-INF/signatures.xml".to_owned(), b"<x/>".to_vec())),
        "unsupported-xades",
        UNSUPPORTED,
    ),
    (
        "an evidence record in XML beside",
        |_, f| f.push(("META-INF/evidencerecord.xml".to_owned(), b"<x/>".to_vec())),
        "unsupported-xml-evidence-record",
        UNSUPPORTED,
    ),
    (
        "a time stamp without a manifest",
        |w, f| {
            let t = token(w, b"x");
            f.push(("META-INF/timestamp.tst".to_owned(), t));
        },
        "asic-signature-without-manifest",
        FORMAT,
    ),
    (
        "a time stamp that is none",
        |_, f| f.push(("META-INF/timestamp.tst".to_owned(), b"x".to_vec())),
        "asic-time-stamp",
        FORMAT,
    ),
    (
        "a folder that only looks like META-INF",
        |_, f| f.push(("meta-inf/x".to_owned(), b"x".to_vec())),
        "asic-reserved-name",
        FORMAT,
    ),
    ("a second mimetype in capitals", |_, f| f.push(("x/y".to_owned(), Vec::new())), "asic-file-not-covered", PASSED),
    ("nothing but files", |_, f| f.truncate(2), "asic-nothing-signed", FORMAT),
];

fn token(world: &World, data: &[u8]) -> Vec<u8> {
    token_by(&world.authority, &DigestAlgorithm::Sha256.digest(data), SIGNED, CertificateReference::V2)
}

#[test]
fn every_wrong_container_is_told_by_name() {
    let mut world = World::new(Kind::Rsa);
    let good = asic_e(&mut world);
    let mut failed = Vec::new();
    for (what, change, code, expected) in WRONGS {
        let mut files = good.clone();
        change(&mut world, &mut files);
        let report = judge(&world, &container(ContainerKind::AsicE, &files));
        if !codes(&report).contains(code) || verdict(&report) != *expected {
            failed.push(format!("{what}: {:?} {:?}", verdict(&report), report.findings));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_changed_file_fails_the_signature_that_covers_it() {
    let mut world = World::new(Kind::Rsa);
    let mut files = asic_e(&mut world);
    files[1].1 = b"gamma".to_vec();
    let report = judge(&world, &container(ContainerKind::AsicE, &files));
    let signature = &report.signatures[0];
    assert_eq!(signature.report.crypto, CryptoOutcome::HashFailure);
    assert_eq!(signature.report.sub_indication, Some(SubIndication::HashFailure));
    assert_eq!((&*signature.covered, signature.report.covers), (&["a.txt".to_owned()][..], Coverage::Part));
    let no = signature.report.checks.iter().find(|check| check.name == "data-objects-digest").unwrap();
    assert_eq!((no.ok.as_bool(), no.detail.as_str()), (Some(false), "құжат 1.txt"));
    // The file of an ASiC-S is under the signature itself.
    let mut files = asic_s(&mut world);
    files[0].1 = b"gamma".to_vec();
    let report = judge(&world, &container(ContainerKind::AsicS, &files));
    assert_eq!(verdict(&report), HASH);
    assert_eq!(report.signatures[0].report.crypto, CryptoOutcome::HashFailure);
}

#[test]
fn a_file_outside_the_signature_is_listed_and_the_signature_covers_a_part() {
    let mut world = World::new(Kind::Rsa);
    let mut files = asic_e(&mut world);
    files.push(("extra.exe".to_owned(), b"not signed".to_vec()));
    let report = judge(&world, &container(ContainerKind::AsicE, &files));
    assert_eq!((verdict(&report), report.signatures[0].report.covers), (PASSED, Coverage::Part));
    assert_eq!(
        format!("{:?}", report.findings),
        "[extra.exe: asic-file-not-covered (no signature, time stamp or evidence record covers it)]"
    );
    assert_eq!(report.findings[0].code.severity(), Severity::Note);
}

#[test]
fn two_signatures_over_different_files_each_cover_a_part() {
    let mut world = World::new(Kind::Rsa);
    let mut files = payload();
    for (n, name) in [("1", "a.txt"), ("2", "құжат 1.txt")] {
        let signature = format!("META-INF/signature{n}.p7s");
        let signed = manifest(&signature, &files, &[name], DigestAlgorithm::Sha256);
        let value = sign(&mut world, &signed, Packaging::Detached);
        files.push((format!("META-INF/ASiCManifest{n}.xml"), signed));
        files.push((signature, value));
    }
    let report = judge(&world, &container(ContainerKind::AsicE, &files));
    assert_eq!((verdict(&report), report.findings.len()), (PASSED, 0));
    assert!(report.signatures.iter().all(|signature| signature.report.covers == Coverage::Part));
    // Exchanged, neither is over its manifest.
    let first = files[3].1.clone();
    files[3].1 = std::mem::replace(&mut files[5].1, first);
    assert_eq!(verdict(&judge(&world, &container(ContainerKind::AsicE, &files))), HASH);
}

#[test]
fn a_weak_digest_in_the_manifest_is_not_trusted() {
    let mut world = World::new(Kind::Rsa);
    let mut files = payload();
    let signed = manifest(SIGNATURE, &files, &["a.txt", "құжат 1.txt"], DigestAlgorithm::Sha1);
    let signature = sign(&mut world, &signed, Packaging::Detached);
    files.extend([(MANIFEST.to_owned(), signed), (SIGNATURE.to_owned(), signature)]);
    let report = judge(&world, &container(ContainerKind::AsicE, &files));
    assert_eq!(verdict(&report), (Indication::Indeterminate, Some("CRYPTO_CONSTRAINTS_FAILURE_NO_POE")));
}

#[test]
fn an_asic_s_has_one_file_and_the_names_of_the_standard() {
    let mut world = World::new(Kind::Rsa);
    let good = asic_s(&mut world);
    let other = sign(&mut world, b"other", Packaging::Detached);
    let signed = manifest("META-INF/signature.p7s", &good, &["a.txt"], DigestAlgorithm::Sha256);
    for (extra, code) in [
        (Some(("b.txt", b"beta".to_vec())), "asic-payload-count"),
        (Some(("META-INF/signature2.p7s", other)), "asic-s-name"),
        (Some(("META-INF/timestamp2.tst", token(&world, b"alpha"))), "asic-s-name"),
        (Some((MANIFEST, signed)), "asic-s-name"),
        (None, "asic-payload-count"),
    ] {
        let mut files = good.clone();
        match extra {
            Some((name, content)) => files.push((name.to_owned(), content)),
            None => drop(files.remove(0)),
        }
        let report = judge(&world, &container(ContainerKind::AsicS, &files));
        assert!(codes(&report).contains(&code), "{code}: {:?}", report.findings);
        assert_eq!(verdict(&report), FORMAT, "{code}");
        assert!(
            report.signatures.iter().all(|s| s.report.indication != Indication::TotalPassed) || code == "asic-s-name"
        );
    }
}

#[test]
fn a_time_stamp_alone_is_proven_or_says_why_not() {
    let world = World::new(Kind::Rsa);
    for (data, expected, proven) in [(&b"alpha"[..], PASSED, 1), (b"other", HASH, 0)] {
        let files: Files =
            vec![("a.txt".to_owned(), b"alpha".to_vec()), ("META-INF/timestamp.tst".to_owned(), token(&world, data))];
        let report = judge(&world, &container(ContainerKind::AsicS, &files));
        assert_eq!((verdict(&report), report.proven.len()), (expected, proven), "{:?}", report.time_stamps);
        assert_eq!(report.time_stamps[0].covered, ["a.txt"]);
    }
}

/// `mimetype` and what stands around it.
#[test]
fn the_media_type_is_told_first_and_plainly() {
    let mut world = World::new(Kind::Rsa);
    let files = asic_e(&mut world);
    let raw = |mimetype: Raw, comment: &str, place: usize| {
        let mut entries: Vec<Raw> = files.iter().map(|(name, content)| Raw::deflated(name, content)).collect();
        entries.insert(place, mimetype);
        let mut archive = Archive::new(entries);
        archive.comment = comment.as_bytes().to_vec();
        archive.build()
    };
    let e = super::forge::ASIC_E;
    let plain = || Raw::stored("mimetype", e);
    let mut with_extra = plain();
    with_extra.extra = vec![0x55, 0x54, 1, 0, 0];
    for (mimetype, comment, place, code) in [
        (plain(), "", 0, None),
        (plain(), "mimetype=application/vnd.etsi.asic-e+zip", 0, None),
        (plain(), "mimetype=text/plain", 0, None),
        (plain(), "mimetype=application/vnd.etsi.asic-s+zip", 0, Some("asic-comment-differs")),
        (plain(), "", 1, Some("asic-mimetype-place")),
        (Raw::deflated("mimetype", e), "", 0, Some("asic-mimetype-place")),
        (plain().described(true), "", 0, Some("asic-mimetype-place")),
        (with_extra, "", 0, Some("asic-mimetype-place")),
        (Raw::stored("mimetype", b"application/vnd.etsi.asic-e+zip\n"), "", 0, Some("unsupported-media-type")),
        (Raw::stored("mimetype", b"application/epub+zip"), "", 0, Some("unsupported-media-type")),
        (Raw::stored("mimetype", b""), "", 0, Some("unsupported-media-type")),
        (Raw::stored("Mimetype", e), "", 0, Some("asic-reserved-name")),
        (Raw::stored("mimetype/x", e), "", 0, Some("asic-reserved-name")),
        (Raw::stored("META-INF.", e), "", 0, Some("zip-twin-names")),
    ] {
        let report = judge(&world, &raw(mimetype, comment, place));
        assert_eq!(codes(&report).first().copied(), code, "{place} {comment}");
        assert_eq!(report.indication == Indication::TotalPassed, code.is_none());
    }
}

#[test]
fn without_a_media_type_the_policy_decides() {
    let mut world = World::new(Kind::Rsa);
    for (files, kind) in [(asic_e(&mut world), ContainerKind::AsicE), (asic_s(&mut world), ContainerKind::AsicS)] {
        let entries: Vec<Raw> = files.iter().map(|(name, content)| Raw::deflated(name, content)).collect();
        let bytes = Archive::new(entries).build();
        let report = judge(&world, &bytes);
        assert_eq!((verdict(&report), codes(&report)), (FORMAT, vec!["asic-mimetype-missing"]));
        let policy = ContainerPolicy { mimetype: MimetypeRule::Optional, ..ContainerPolicy::default() };
        let report = judge_at(&world, &bytes, &policy, at(NOW));
        assert_eq!((verdict(&report), report.kind), (PASSED, Some(kind)));
    }
    let policy = ContainerPolicy { mimetype: MimetypeRule::Optional, ..ContainerPolicy::default() };
    let report = judge_at(&world, &super::forge::plain().build(), &policy, at(NOW));
    assert_eq!(codes(&report), ["asic-nothing-signed"]);
    let report = judge_at(&world, &Archive::new(vec![Raw::stored("a", b"")]).build(), &policy, at(NOW));
    assert_eq!(codes(&report), ["unsupported-media-type"]);
}

/// A deep or huge manifest ends with an answer.
#[test]
fn a_manifest_made_to_exhaust_is_refused() {
    let world = World::new(Kind::Rsa);
    let deep = "<a>".repeat(1_000_000);
    let closed = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let wide = format!("<a>{}</a>", "<b/>".repeat(1_000_000));
    for text in [deep, closed, wide, "<".repeat(1 << 20), "&lt;".repeat(1 << 18)] {
        let files: Files = vec![("a.txt".to_owned(), Vec::new()), (MANIFEST.to_owned(), text.into_bytes())];
        let report = judge(&world, &container(ContainerKind::AsicE, &files));
        assert_eq!(codes(&report)[0], "asic-manifest");
    }
}

/// Thousands of files and references: the work is in proportion to them.
#[test]
fn a_container_of_many_files_is_judged_in_time() {
    let mut world = World::new(Kind::Rsa);
    let mut files: Files = (0..2000).map(|n| (format!("files/{n}.txt"), n.to_string().into_bytes())).collect();
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for n in 0..10 {
        let signature = format!("META-INF/signature{n}.p7s");
        let signed = manifest(&signature, &files, &names, DigestAlgorithm::Sha256);
        let value = sign(&mut world, &signed, Packaging::Detached);
        files.push((format!("META-INF/ASiCManifest{n}.xml"), signed));
        files.push((signature, value));
    }
    let bytes = container(ContainerKind::AsicE, &files);
    let start = std::time::Instant::now();
    let report = judge(&world, &bytes);
    assert_eq!((verdict(&report), report.signatures.len()), (PASSED, 10));
    assert_eq!(report.files[1].covered_by.len(), 10);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// A bit here and there: a container that passes nevertheless holds the files that were signed, under their names.
#[test]
fn no_changed_bit_passes_with_other_files() {
    let mut world = World::new(Kind::Rsa);
    let files = asic_e(&mut world);
    let bytes = container(ContainerKind::AsicE, &files);
    let payload = |report: &ContainerReport| {
        let payload = report.files.iter().filter(|file| file.role == Role::Payload);
        payload.map(|file| (file.name.clone(), file.sha256)).collect::<Vec<_>>()
    };
    let signed = payload(&judge(&world, &bytes));
    let mut passed = 0;
    for place in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        let report = judge(&world, &changed);
        if report.indication == Indication::TotalPassed {
            assert_eq!(payload(&report), signed, "octet {place}");
            passed += 1;
        }
    }
    // Dates and attributes of files say nothing of what is inside.
    assert!(passed * 7 < 10 * bytes.len() / 100, "{passed} of {}", bytes.len() / 7);
}

/// A report in the form of ETSI has no place for what is wrong with the archive.
#[test]
fn a_report_on_signatures_alone_says_no_better_than_the_container() {
    let mut world = World::new(Kind::Rsa);
    let good = asic_e(&mut world);
    let mut unsupported = good.clone();
    unsupported.push(("META-INF/signatures.xml".to_owned(), b"<x/>".to_vec()));
    for (files, expected) in [(good, Indication::TotalPassed), (unsupported, Indication::Indeterminate)] {
        let report = judge(&world, &container(ContainerKind::AsicE, &files));
        assert_eq!(report.signatures[0].report.indication, Indication::TotalPassed);
        assert_eq!(report.indication, expected);
        let told = report.as_validation();
        assert!(told.signatures.iter().all(|signature| signature.indication == expected));
        assert!(
            told.signatures.iter().all(|one| one.sub_indication.is_none() == (expected == Indication::TotalPassed))
        );
        let xml = qolhat_pki::report::etsi::to_xml(&told);
        assert_eq!(xml.contains("mainindication:total-passed"), expected == Indication::TotalPassed);
    }
}

/// A library's tree takes minutes for these: it compares every attribute with every other one.
#[test]
fn a_manifest_of_very_many_attributes_or_namespaces_is_refused_soon() {
    let world = World::new(Kind::Rsa);
    let many = |one: &dyn Fn(usize) -> String| (0..100_000).map(one).collect::<Vec<_>>().concat();
    let attributes = format!("<r{}/>", many(&|n| format!(" a{n}=''")));
    let namespaces =
        format!("<r{}>{}</r>", many(&|n| format!(" xmlns:a{n}='urn:a'")), "<c xmlns:b='urn:b'/>".repeat(20_000));
    for manifest in [attributes, namespaces] {
        let files: Files = vec![("a.txt".to_owned(), b"alpha".to_vec()), (MANIFEST.to_owned(), manifest.into_bytes())];
        let begun = std::time::Instant::now();
        let report = judge(&world, &container(ContainerKind::AsicE, &files));
        assert_eq!(codes(&report).first(), Some(&"asic-manifest"));
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    }
}
