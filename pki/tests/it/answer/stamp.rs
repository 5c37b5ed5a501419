//! Keeps: SIG-07.

use qolhat_pki::answer::{Stamp, StampQuestion, stamp_answer};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::cms_sign::CertificateReference;
use qolhat_pki::issue::profile::{Profile, service_subject};
use qolhat_pki::issue::tsp_builder::{
    CertificateWish, TimeStampRefusal, TimeStampTemplate, build_time_stamp_refusal, build_time_stamp_response,
    build_time_stamp_token,
};
use qolhat_pki::oid;
use qolhat_pki::trust::TrustStore;

use super::{MADE, NOW, issue, twin};
use crate::workshop::{Holder, Kind, SeededRandom, World, at};

const DATA: &[u8] = b"stamped";

fn token(authority: &Holder, digest: DigestAlgorithm, change: fn(&mut TimeStampTemplate<'_>)) -> Vec<u8> {
    let imprint = digest.digest(DATA);
    let mut template = TimeStampTemplate {
        policy: oid::POLICY_TSA_GOST2015,
        imprint: &imprint,
        serial: &[0x5e, 0x84],
        gen_time: at(MADE),
        accuracy_seconds: None,
        nonce: Some(&[1, 0, 7]),
        certificate: CertificateWish::Embed,
        reference: CertificateReference::V2,
    };
    change(&mut template);
    build_time_stamp_token(&template, &authority.key, &authority.certificate, &mut SeededRandom::new(5)).unwrap()
}

struct Asked<'a> {
    imprint: Digest,
    nonce: Option<&'a [u8]>,
    trust: &'a [&'a Holder],
    certificates: Vec<Certificate>,
    at: &'a str,
}

impl Asked<'_> {
    fn of<'a>(world: &World, trust: &'a [&'a Holder]) -> Asked<'a> {
        let imprint = DigestAlgorithm::Streebog512.digest(DATA);
        Asked { imprint, nonce: None, trust, certificates: vec![world.ca.certificate.clone()], at: NOW }
    }

    fn say(&self, der: &[u8]) -> Option<String> {
        let anchors = TrustStore::from_certificates(self.trust.iter().map(|holder| holder.certificate.clone()));
        let question = StampQuestion {
            imprint: self.imprint.as_bytes(),
            nonce: self.nonce,
            anchors: &anchors,
            certificates: &self.certificates,
            at: at(self.at),
        };
        stamp_answer(&question, &Stamp::from_der(der).unwrap()).fault.map(|fault| fault.code().to_owned())
    }
}

#[test]
fn a_token_and_the_response_around_it_answer_the_question_they_were_made_for() {
    for kind in Kind::ALL {
        let world = World::new(kind);
        let token = token(&world.authority, DigestAlgorithm::Streebog512, |_| {});
        let trust = [&world.root];
        let asked = Asked::of(&world, &trust);
        for der in [token.clone(), build_time_stamp_response(&token)] {
            assert_eq!(asked.say(&der), None, "{kind:?}");
        }
        // Long after everything has expired the answer is the same: it is about genTime.
        assert_eq!(Asked { at: "2040-01-01T00:00:00Z", ..Asked::of(&world, &[&world.root]) }.say(&token), None);
    }
}

#[test]
fn an_old_digest_is_told_and_not_judged_and_another_one_is_another_imprint() {
    let world = World::new(Kind::Gost2015);
    let sha1 = token(&world.authority, DigestAlgorithm::Sha1, |_| {});
    let trust = [&world.ca];
    let asked = Asked { imprint: DigestAlgorithm::Sha1.digest(DATA), ..Asked::of(&world, &trust) };
    assert_eq!(asked.say(&sha1), None);
    assert_eq!(Stamp::from_der(&sha1).unwrap().imprint_algorithm(), Some(DigestAlgorithm::Sha1));
    let mismatch = Some("imprint-mismatch".to_owned());
    assert_eq!(Asked::of(&world, &[&world.ca]).say(&sha1), mismatch);
    // The same octets in the same number under another name.
    let gost = token(&world.authority, DigestAlgorithm::Gost34311, |_| {});
    let other = Asked { imprint: DigestAlgorithm::Sha256.digest(DATA), ..Asked::of(&world, &trust) };
    assert_eq!(other.say(&gost), mismatch);
}

#[test]
fn every_refusal_has_its_reason() {
    let world = World::new(Kind::Gost2015);
    let streebog = DigestAlgorithm::Streebog512;
    let good = token(&world.authority, streebog, |_| {});
    let trust = [&world.root];
    let asked = || Asked::of(&world, &trust);
    let code = |code: &str| Some(code.to_owned());
    assert_eq!(Asked { nonce: Some(&[0, 1, 0, 7]), ..asked() }.say(&good), None, "a number");
    assert_eq!(Asked { nonce: Some(&[1, 0, 8]), ..asked() }.say(&good), code("nonce-mismatch"));
    let without = token(&world.authority, streebog, |template| template.nonce = None);
    assert_eq!(Asked { nonce: Some(&[1, 0, 7]), ..asked() }.say(&without), code("nonce-missing"));
    assert_eq!(Asked { at: "2026-05-01T10:59:59Z", ..asked() }.say(&good), code("gen-time-in-future"));
    assert_eq!(Asked { trust: &[&twin(&world.root)], ..asked() }.say(&good), code("no-path"));
    assert_eq!(Asked { certificates: vec![], ..asked() }.say(&good), code("no-path"));
    let bare = token(&world.authority, streebog, |template| template.certificate = CertificateWish::Omit);
    assert_eq!(asked().say(&bare), code("signer-not-found"));
    let given = vec![world.ca.certificate.clone(), world.authority.certificate.clone()];
    assert_eq!(Asked { certificates: given, ..asked() }.say(&bare), None);
    let mut broken = good.clone();
    *broken.last_mut().unwrap() ^= 1;
    assert_eq!(asked().say(&broken), code("bad-signature"));
    let refusal = build_time_stamp_refusal(TimeStampRefusal::BadAlgorithm, None);
    assert_eq!(asked().say(&refusal), code("rejection"));
    assert!(Stamp::from_der(&[0x30, 0]).is_err() && Stamp::from_der(world.ca.certificate.der()).is_err());
}

#[test]
fn an_authority_must_have_been_one_at_the_time_of_the_stamp() {
    let world = World::new(Kind::Gost2015);
    let stamped = |authority: &Holder| {
        Asked::of(&world, &[&world.root]).say(&token(authority, DigestAlgorithm::Streebog512, |_| {}))
    };
    let name = || service_subject("УАҚЫТ БЕЛГІСІ");
    let code = |code: &str| Some(code.to_owned());
    assert_eq!(stamped(&world.signer), code("wrong-purpose"));
    assert_eq!(stamped(&world.responder), code("wrong-purpose"));
    let not_critical = issue(&world.ca, &Profile::TimeStampAuthority, name(), |template| {
        template.extended_key_usage_critical = false;
    });
    assert_eq!(stamped(&not_critical), code("wrong-purpose"));
    let not_alone = issue(&world.ca, &Profile::TimeStampAuthority, name(), |template| {
        template.extended_key_usage.push(oid::CLIENT_AUTH);
    });
    assert_eq!(stamped(&not_alone), code("wrong-purpose"));
    let term = |from: &str, to: &str| {
        issue(&world.ca, &Profile::TimeStampAuthority, name(), |template| {
            (template.not_before, template.not_after) = (at(from), at(to));
        })
    };
    assert_eq!(stamped(&term("2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z")), code("expired"));
    assert_eq!(stamped(&term("2026-05-01T11:30:00Z", "2026-06-01T00:00:00Z")), code("not-yet-valid"));
    assert_eq!(stamped(&term("2026-05-01T00:00:00Z", "2026-05-01T11:30:00Z")), None, "expired since");
}
