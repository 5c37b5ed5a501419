//! Inputs made to cost: every question ends soon, with an answer or with "budget-exhausted".
//! Keeps: SIG-10.

use std::time::{Duration, Instant};

use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::issue::certificate_builder::{CertificateTemplate, RawExtension, build_certificate, usage};
use qolhat_pki::issue::crl_builder::{CrlTemplate, RevokedEntry, build_crl};
use qolhat_pki::issue::profile::service_subject;
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid::{self, Oid};
use qolhat_pki::path::{Budget, PATH_INTERMEDIATES_LIMIT, PathOptions, build_path};
use qolhat_pki::policy::RevocationPolicy;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{Evidence, validate_path};

use crate::workshop::{SeededRandom, at, rsa_key};

const NOW: &str = "2026-05-01T12:00:00Z";
/// Generous, for a machine that does other things too; the measured times are a tenth of it.
const SOON: Duration = Duration::from_secs(10);

/// One key for all: what is by it verifies with everybody's, so nothing but the budget ends a search.
struct Mint {
    key: PrivateKey,
    spki: Vec<u8>,
    serial: u32,
}

impl Mint {
    fn new() -> Mint {
        let key = rsa_key();
        Mint { spki: key.spki_der().unwrap(), key, serial: 0 }
    }

    fn certificate(&mut self, subject: &str, issuer: &str, ca: bool, extensions: Vec<RawExtension>) -> Certificate {
        let (from, to) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        let (issuer, subject) = (service_subject(issuer), service_subject(subject));
        let mut template = CertificateTemplate::new(issuer, subject, from, to, self.spki.clone()).unwrap();
        self.serial += 1;
        template.serial = [&[1][..], &self.serial.to_be_bytes()].concat();
        if ca {
            template.ca = Some(None);
            template.key_usage = usage::KEY_CERT_SIGN | usage::CRL_SIGN;
        }
        template.more_extensions = extensions;
        let der = build_certificate(&template, &self.key, &mut SeededRandom::new(1)).unwrap();
        Certificate::from_der(&der).unwrap()
    }

    fn ca(&mut self, subject: &str, issuer: &str) -> Certificate {
        self.certificate(subject, issuer, true, Vec::new())
    }

    fn end(&mut self, subject: &str, issuer: &str) -> Certificate {
        self.certificate(subject, issuer, false, Vec::new())
    }
}

fn judge(target: &Certificate, anchor: &Certificate, others: &[Certificate], options: &PathOptions) -> &'static str {
    let trust = TrustStore::from_certificates([anchor.clone()]);
    let start = Instant::now();
    let found = build_path(target, &trust, others, at(NOW), options, &mut Budget::default());
    let took = start.elapsed();
    let code = found.map_or_else(|error| error.code(), |_| "valid");
    eprintln!("{code} in {took:?}");
    assert!(took < SOON, "{took:?}");
    code
}

fn options() -> PathOptions {
    PathOptions::default()
}

/// Fifty CAs, each certified by each.
fn mesh(mint: &mut Mint) -> Vec<Certificate> {
    let mut all = Vec::new();
    for subject in 0..50 {
        for issuer in (0..50).filter(|issuer| *issuer != subject) {
            all.push(mint.ca(&format!("N{subject}"), &format!("N{issuer}")));
        }
    }
    all
}

#[test]
fn a_mesh_that_leads_nowhere_ends_with_the_budget_and_one_that_leads_to_an_anchor_is_found() {
    let mut mint = Mint::new();
    let mut all = mesh(&mut mint);
    let root = mint.ca("Root", "Root");
    let target = mint.end("Target", "N0");
    assert_eq!(judge(&target, &root, &all, &options()), "budget-exhausted");
    let deep = PathOptions { max_depth: PATH_INTERMEDIATES_LIMIT, ..options() };
    assert_eq!(judge(&target, &root, &all, &deep), "budget-exhausted");
    // Wherever in the mesh the way out is, one or two steps from the target.
    all.push(mint.ca("N37", "Root"));
    assert_eq!(judge(&target, &root, &all, &options()), "valid");
    all.pop();
    all.push(mint.ca("N0", "Root"));
    assert_eq!(judge(&target, &root, &all, &options()), "valid");
}

#[test]
fn many_authorities_of_one_name_do_not_hide_the_one_that_issued() {
    let mut mint = Mint::new();
    let root = mint.ca("Root", "Root");
    let target = mint.end("Target", "CA");
    let strangers: Vec<_> = (0..3).map(|_| Mint::new()).collect();
    let mut all = Vec::new();
    for mut stranger in strangers {
        all.extend((0..100).map(|_| stranger.ca("CA", "Root")));
    }
    assert_eq!(judge(&target, &root, &all, &options()), "bad-signature");
    all.push(mint.ca("CA", "Root"));
    assert_eq!(judge(&target, &root, &all, &options()), "valid");
}

#[test]
fn twins_at_every_level_end_with_the_budget() {
    let mut mint = Mint::new();
    let root = mint.ca("Root", "Root");
    let target = mint.end("Target", "L0");
    let big = |subject: &str, issuer: &str, mint: &mut Mint| {
        let filler = RawExtension { identifier: oid::KEY_STORE_KIND, critical: false, value: vec![5; 40_000] };
        mint.certificate(subject, issuer, true, vec![filler])
    };
    let mut all = Vec::new();
    for level in 0..6 {
        let issuer = if level == 5 { "Elsewhere".to_owned() } else { format!("L{}", level + 1) };
        all.extend((0..12).map(|_| big(&format!("L{level}"), &issuer, &mut mint)));
    }
    // All with one name and one key: a chain through two of them would be a loop, so one of each level counts.
    assert_eq!(judge(&target, &root, &all, &options()), "budget-exhausted");
    // Every one of the paths reaches the anchor and none of them holds.
    let not_this_way = RawExtension { identifier: oid::KEY_STORE_KIND, critical: true, value: vec![5, 0] };
    let mut all = Vec::new();
    for level in 0..6 {
        let issuer = if level == 5 { "Root".to_owned() } else { format!("L{}", level + 1) };
        let bad = || if level == 0 { vec![not_this_way.clone()] } else { Vec::new() };
        all.extend((0..12).map(|_| mint.certificate(&format!("L{level}"), &issuer, true, bad())));
    }
    assert_eq!(judge(&target, &root, &all, &options()), "budget-exhausted");
}

fn general_names(names: impl Iterator<Item = (u8, Vec<u8>)>) -> Vec<u8> {
    Writer::build(|w| w.sequence(|w| names.for_each(|(tag, octets)| w.element(tag, &octets))))
}

fn constraints(excluded: impl Iterator<Item = (u8, Vec<u8>)>) -> RawExtension {
    let value = Writer::build(|w| {
        w.sequence(|w| {
            w.context(1, |w| excluded.for_each(|(tag, octets)| w.sequence(|w| w.element(tag, &octets))));
        });
    });
    RawExtension { identifier: oid::NAME_CONSTRAINTS, critical: true, value }
}

#[test]
fn thousands_of_names_under_thousands_of_constraints_end_with_the_budget() {
    let mut mint = Mint::new();
    let root = mint.ca("Root", "Root");
    let host = |kind: &'static str| move |n: u32| (0x82, format!("{kind}{n}").into_bytes());
    let mailbox = |n: u32| (0x81, format!("{n}").into_bytes());
    let names = general_names((0..6_000).map(host("n")));
    let names = RawExtension { identifier: oid::SUBJECT_ALT_NAME, critical: false, value: names };
    let target = mint.certificate("Target", "CA", false, vec![names]);
    let ca = mint.certificate("CA", "Root", true, vec![constraints((0..5_000).map(host("x")))]);
    assert_eq!(judge(&target, &root, &[ca], &options()), "budget-exhausted");
    // Constraints of another form cost nothing but being read.
    let ca = mint.certificate("CA", "Root", true, vec![constraints((0..5_000).map(mailbox))]);
    assert_eq!(judge(&target, &root, &[ca], &options()), "valid");
}

/// Every policy is mapped to every policy at every level: the tree of RFC 5280 would have 20^12 leaves.
#[test]
fn policies_mapped_to_each_other_at_every_level_cost_what_they_weigh() {
    let mut mint = Mint::new();
    let root = mint.ca("Root", "Root");
    let policy = |n: u32| Oid::parse_dotted(&format!("1.2.3.{n}")).unwrap();
    let policies = || {
        let value = Writer::build(|w| w.sequence(|w| (1..=20).for_each(|n| w.sequence(|w| w.oid(&policy(n))))));
        RawExtension { identifier: oid::CERTIFICATE_POLICIES, critical: true, value }
    };
    let mappings = || {
        let value = Writer::build(|w| {
            w.sequence(|w| {
                for from in 1..=20 {
                    for to in 1..=20 {
                        w.sequence(|w| {
                            w.oid(&policy(from));
                            w.oid(&policy(to));
                        });
                    }
                }
            });
        });
        RawExtension { identifier: oid::POLICY_MAPPINGS, critical: true, value }
    };
    let mut all = Vec::new();
    for level in 0..12 {
        let issuer = if level == 11 { "Root".to_owned() } else { format!("L{}", level + 1) };
        all.push(mint.certificate(&format!("L{level}"), &issuer, true, vec![policies(), mappings()]));
    }
    let target = mint.certificate("Target", "L0", false, vec![policies()]);
    let options = PathOptions { max_depth: 12, explicit_policy: true, ..options() };
    assert_eq!(judge(&target, &root, &all, &options), "valid");
    let other = PathOptions { initial_policies: vec![policy(21)], ..options };
    assert_eq!(judge(&target, &root, &all, &other), "policy");
}

#[test]
fn a_list_of_a_million_entries_is_read_believed_and_searched() {
    let mut mint = Mint::new();
    let root = mint.ca("Root", "Root");
    let target = mint.end("Target", "Root");
    let entry = |n: u32| RevokedEntry {
        serial: [&[2; 12][..], &n.to_be_bytes()].concat(),
        revoked_at: at("2026-04-01T00:00:00Z"),
        reason: None,
        invalid_since: None,
    };
    let template = CrlTemplate {
        issuer: root.subject_der().to_vec(),
        authority_key_id: None,
        this_update: at("2026-05-01T00:00:00Z"),
        next_update: Some(at("2026-05-02T00:00:00Z")),
        number: 1,
        base_number: None,
        entries: (0..1_000_000).map(entry).collect(),
        more_extensions: Vec::new(),
    };
    let der = build_crl(&template, &mint.key, &mut SeededRandom::new(1)).unwrap();
    let start = Instant::now();
    let crls = vec![CertificateList::from_der(&der).unwrap()];
    let evidence = Evidence { crls, ..Evidence::default() };
    let trust = TrustStore::from_certificates([root]);
    let policy = RevocationPolicy::default();
    let mut budget = Budget::default();
    let found = validate_path(&target, &trust, &[], &evidence, &policy, &options(), at(NOW), &mut budget);
    eprintln!("{} octets in {:?}", der.len(), start.elapsed());
    assert!(found.is_ok(), "{found:?}");
    assert!(start.elapsed() < SOON);
}
