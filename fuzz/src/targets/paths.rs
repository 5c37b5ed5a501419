//! Paths: over certificates taken from the input, and over chains whose extensions the input decides and which are then
//! signed, so that the graph of policies and the constraints are reached.

use std::sync::LazyLock;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{Reader, Rules};
use qolhat_pki::issue::certificate_builder::{CertificateTemplate, RawExtension, build_certificate, usage};
use qolhat_pki::issue::profile::service_subject;
use qolhat_pki::oid::{self, Oid};
use qolhat_pki::path::{Budget, PathOptions, build_path};
use qolhat_pki::trust::TrustStore;

use crate::fixture::FIXTURE;
use crate::fixture::workshop::{SeededRandom, validity};

/// As many certificates are taken.
const CERTIFICATES_MAX: usize = 32;

/// Certificates one after another: the first is the target, the last one may be trusted.
pub fn path(data: &[u8]) {
    let mut reader = Reader::new(data, Rules::Der);
    let mut certificates = Vec::new();
    while certificates.len() < CERTIFICATES_MAX
        && let Ok(element) = reader.read()
    {
        certificates.extend(Certificate::from_der(element.raw));
    }
    let Some(target) = certificates.first() else { return };
    let mut anchors = FIXTURE.anchors.clone();
    anchors.insert(certificates.last().unwrap_or(target).clone());
    for (anchors, at) in [(&anchors, FIXTURE.now), (&FIXTURE.real_anchors, FIXTURE.real_now)] {
        for options in [PathOptions::default(), PathOptions::for_signing()] {
            let found = build_path(target, anchors, &certificates, at, &options, &mut Budget::default());
            if let Ok(found) = found {
                assert!(found.chain().all(|one| one.valid_at(at) || one == found.anchor()));
            }
        }
    }
}

/// Octets of the input, one after another; 0 when there are no more.
struct Decisions<'a>(&'a [u8]);

impl<'a> Decisions<'a> {
    fn below(&mut self, limit: u8) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first % limit
    }

    fn octets(&mut self) -> &'a [u8] {
        let length = usize::from(self.below(64)).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn policy(&mut self) -> Oid {
        match self.below(6) {
            0 => oid::ANY_POLICY,
            n => Oid::parse_dotted(&format!("1.2.398.3.99.{n}")).expect("an identifier"),
        }
    }

    fn extension(&mut self) -> RawExtension {
        let (arc, value) = match self.below(8) {
            0 | 1 => (32, {
                let policies: Vec<Oid> = (0..=self.below(6)).map(|_| self.policy()).collect();
                Writer::build(|w| w.sequence(|w| policies.iter().for_each(|one| w.sequence(|w| w.oid(one)))))
            }),
            2 | 3 => (33, {
                let pairs: Vec<(Oid, Oid)> = (0..=self.below(6)).map(|_| (self.policy(), self.policy())).collect();
                Writer::build(|w| {
                    w.sequence(|w| {
                        pairs.iter().for_each(|(from, to)| w.sequence(|w| [from, to].iter().for_each(|one| w.oid(one))))
                    });
                })
            }),
            4 => (36, {
                let skip = [self.below(4), self.below(4)];
                // requireExplicitPolicy [0], inhibitPolicyMapping [1].
                vec![0x30, 6, 0x80, 1, skip[0], 0x81, 1, skip[1]]
            }),
            5 => (54, vec![2, 1, self.below(4)]),
            6 => (30, {
                let names = self.octets().to_vec();
                let tag = 0x80 | self.below(9);
                let which = self.below(2);
                Writer::build(|w| w.sequence(|w| w.context(which, |w| w.sequence(|w| w.raw(&wrapped(tag, &names))))))
            }),
            _ => (17, {
                let tag = 0x80 | self.below(9);
                let names = self.octets().to_vec();
                Writer::build(|w| w.sequence(|w| w.raw(&wrapped(tag, &names))))
            }),
        };
        let identifier = Oid::parse_dotted(&format!("2.5.29.{arc}")).expect("an identifier");
        RawExtension { identifier, critical: self.below(2) == 1, value }
    }
}

fn wrapped(tag: u8, octets: &[u8]) -> Vec<u8> {
    let length = u8::try_from(octets.len()).expect("at most 63");
    [&[tag, length], octets].concat()
}

/// The subjects of a chain, the anchor's first.
const SUBJECTS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];
static SPKI: LazyLock<Vec<u8>> = LazyLock::new(|| FIXTURE.world.root.key.spki_der().expect("a key"));

/// A chain of up to six certificates by one key, each with up to five extensions; then the question.
pub fn policies(data: &[u8]) {
    let mut decisions = Decisions(data);
    let length = usize::from(decisions.below(5)) + 2;
    let mut chain = Vec::new();
    for place in 0..length {
        let issuer = service_subject(SUBJECTS[place.saturating_sub(1)]);
        let subject = if decisions.below(8) == 7 { issuer.clone() } else { service_subject(SUBJECTS[place]) };
        let (from, to) = validity();
        let mut template = CertificateTemplate::new(issuer, subject, from, to, SPKI.clone()).expect("a template");
        template.serial = vec![1, u8::try_from(place).expect("few")];
        template.ca = (place + 1 < length).then_some(None);
        template.key_usage = if place + 1 < length { usage::KEY_CERT_SIGN } else { usage::DIGITAL_SIGNATURE };
        for _ in 0..decisions.below(6) {
            template.more_extensions.push(decisions.extension());
        }
        template.more_extensions.sort_by_key(|one| one.identifier.to_string());
        template.more_extensions.dedup_by_key(|one| one.identifier);
        let der = build_certificate(&template, &FIXTURE.world.root.key, &mut SeededRandom::new(1)).expect("signed");
        let Ok(certificate) = Certificate::from_der(&der) else { return };
        chain.push(certificate);
    }
    let options = PathOptions {
        initial_policies: (0..decisions.below(3)).map(|_| decisions.policy()).collect(),
        explicit_policy: decisions.below(2) == 1,
        inhibit_policy_mapping: decisions.below(2) == 1,
        inhibit_any_policy: decisions.below(2) == 1,
        ..PathOptions::default()
    };
    let anchors = TrustStore::from_certificates([chain[0].clone()]);
    let target = &chain[length - 1];
    let ask = |options: &PathOptions| {
        build_path(target, &anchors, &chain, FIXTURE.now, options, &mut Budget::default())
            .map(|path| (path.policies().to_vec(), path.certificates().len()))
    };
    let found = ask(&options);
    assert_eq!(found, ask(&options), "the same answer to the same question");
    if found.is_ok() {
        // What holds under more demands holds under fewer.
        let fewer = PathOptions { explicit_policy: false, ..options };
        assert!(ask(&fewer).is_ok(), "fewer demands are not met");
    }
}
