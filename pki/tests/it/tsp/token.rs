//! Tokens: a signed message around what an authority says.

use qolhat_pki::cms::SignedData;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{Reader, Rules};
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::cms_sign::CertificateReference;
use qolhat_pki::issue::tsp_builder::{CertificateWish, TimeStampTemplate, build_time_stamp_token};
use qolhat_pki::oid::{self, Oid};
use qolhat_pki::tsp::{TIME_STAMP_MAX_BYTES, TimeStampError, TimeStampResponse, TimeStampToken};
use serde_json::Value;

use super::{NOW, real_response};
use crate::workshop::{Kind, World, at, hex, shared};

/// Keeps: SIG-07, SIG-10
#[test]
fn a_real_token_says_what_another_program_read_in_it() {
    let Some(folder) = shared("nca") else { return };
    let (der, expected) = real_response(&folder);
    let response = TimeStampResponse::from_der(&der).unwrap();
    let token = TimeStampToken::from_der(response.token().unwrap()).unwrap();
    let facts = &expected["facts"];
    let text = |key: &str| facts[key].as_str().unwrap();
    let info = token.info();
    assert_eq!(token.der(), response.token().unwrap());
    assert_eq!(info.policy.to_string(), text("policy"));
    assert_eq!(info.message_imprint.algorithm.to_string(), text("imprint_alg"));
    assert_eq!(hex(&info.message_imprint.octets), text("imprint_hex"));
    assert_eq!(info.gen_time, at(text("gen_time")));
    assert_eq!(info.serial_hex(), text("serial_hex"));
    assert_eq!(hex(info.nonce.as_deref().unwrap()).trim_start_matches('0'), text("nonce_hex"));
    assert_eq!((info.accuracy, info.ordering, info.tsa.is_none()), (None, false, true));
    assert!(info.unknown_critical_extensions().is_empty());

    let imprint = Digest::new(DigestAlgorithm::Sha1, info.message_imprint.octets.clone()).unwrap();
    assert!(token.matches(&imprint, Some(&[0x01, 0x83, 0x50, 0xc0, 0x22, 0xd7])) && token.matches(&imprint, None));
    assert!(!token.matches(&imprint, Some(&[0x83, 0x50, 0xc0, 0x22, 0xd7])));
    assert!(!token.matches(&DigestAlgorithm::Sha1.digest(b""), None));

    let [authority] = token.signed_data().certificates() else { panic!("one certificate") };
    assert_eq!(authority.subject().common_name().unwrap(), expected["check"]["tsa"].as_str().unwrap());
    assert_eq!(authority.extended_key_usage(), Some(&[oid::TIME_STAMPING][..]));
}

/// Keeps: SIG-07
#[test]
fn the_tokens_inside_real_signatures_say_what_another_program_read_in_them() {
    let Some(folder) = shared("nca") else { return };
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let mut seen = 0;
    for entry in index["files"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "cms") {
        for (place, signer) in entry["expected"]["signers"].as_array().into_iter().flatten().enumerate() {
            let stamp = &signer["timestamp"];
            if !stamp.is_object() {
                continue;
            }
            let file = entry["file"].as_str().unwrap();
            let message = SignedData::from_bytes(&std::fs::read(folder.join(file)).unwrap()).unwrap();
            let signer = &message.signer_infos()[place];
            let [token] = &signer.signature_time_stamps()[..] else { panic!("{file}: one token") };
            let token = TimeStampToken::from_der(token).unwrap();
            let info = token.info();
            let text = |key: &str| stamp[key].as_str().unwrap();
            assert_eq!(info.policy.to_string(), text("policy"), "{file}");
            assert_eq!(info.message_imprint.algorithm.to_string(), text("imprint_alg"), "{file}");
            assert_eq!(info.gen_time, at(text("gen_time")), "{file}");
            let over_signature = info.message_imprint.is_of(signer.signature());
            assert_eq!(over_signature, stamp["imprint"].as_bool().unwrap(), "{file}");
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
}

fn template<'a>(imprint: &'a Digest, nonce: Option<&'a [u8]>) -> TimeStampTemplate<'a> {
    TimeStampTemplate {
        policy: oid::POLICY_TSA_GOST2015,
        imprint,
        serial: &[0x5e, 0x84],
        gen_time: at(NOW),
        accuracy_seconds: Some(1),
        nonce,
        certificate: CertificateWish::Embed,
        reference: CertificateReference::V2,
    }
}

fn token_of(world: &mut World, template: &TimeStampTemplate<'_>) -> Vec<u8> {
    build_time_stamp_token(template, &world.authority.key, &world.authority.certificate, &mut world.random).unwrap()
}

#[test]
fn a_token_of_every_kind_of_key_is_read_as_it_was_made() {
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        let imprint = DigestAlgorithm::Streebog512.digest(b"signature");
        let der = token_of(&mut world, &template(&imprint, Some(&[0x00, 0x91, 0x02])));
        let token = TimeStampToken::from_der(&der).unwrap();
        assert!(token.is_over(&imprint) && token.info().message_imprint.is_of(b"signature"));
        assert!(token.matches(&imprint, Some(&[0x91, 0x02])) && !token.matches(&imprint, Some(&[0x91, 0x03])));
        assert_eq!((token.info().gen_time, token.info().serial_hex().as_str()), (at(NOW), "5e84"));
        assert_eq!(token.signed_data().certificates(), [world.authority.certificate.clone()]);
        assert_eq!(token, TimeStampToken::from_der(&der).unwrap());

        let bare = token_of(&mut world, &template(&imprint, None));
        let token = TimeStampToken::from_der(&bare).unwrap();
        assert!(token.matches(&imprint, None) && !token.matches(&imprint, Some(&[0])), "a nonce that was not echoed");
    }
}

/// Replaces every `from` in `der` by `to` of the same length.
fn replaced(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<_> = (0..der.len()).filter(|place| der[*place..].starts_with(from)).collect();
    let mut changed = der.to_vec();
    for place in places {
        changed[place..place + to.len()].copy_from_slice(to);
    }
    changed
}

#[test]
fn a_message_that_is_no_time_stamp_is_refused() {
    let mut world = World::new(Kind::Gost2015);
    let imprint = DigestAlgorithm::Streebog512.digest(b"signature");
    let der = token_of(&mut world, &template(&imprint, None));

    let mut other = oid::TST_INFO.content().to_vec();
    *other.last_mut().unwrap() = 0x02;
    assert_ne!(Oid::from_content(&other), Some(oid::TST_INFO));
    let other_type = replaced(&der, oid::TST_INFO.content(), &other);
    assert!(matches!(TimeStampToken::from_der(&other_type), Err(TimeStampError::NotATimeStamp)));

    let broken = replaced(&der, b"20260501120000Z", b"20261301120000Z");
    assert!(matches!(TimeStampToken::from_der(&broken), Err(TimeStampError::Malformed(_))));

    assert!(matches!(TimeStampToken::from_der(b"<html>"), Err(TimeStampError::Message(_))));
    let large = vec![0x30; TIME_STAMP_MAX_BYTES + 1];
    assert!(matches!(TimeStampToken::from_der(&large), Err(TimeStampError::Malformed(_))));
    assert!(matches!(TimeStampToken::from_der(world.ca.certificate.der()), Err(TimeStampError::Message(_))));
}

/// Source: RFC 3161 §2.4.2.
#[test]
fn a_token_with_two_signers_or_none_is_refused() {
    let mut world = World::new(Kind::Gost2015);
    let imprint = DigestAlgorithm::Streebog512.digest(b"signature");
    let der = token_of(&mut world, &template(&imprint, None));
    let mut content_info = Reader::new(&der, Rules::Der).sequence().unwrap();
    content_info.oid().unwrap();
    let mut fields = content_info.optional_context(0).unwrap().unwrap().sequence().unwrap();
    let mut before = Vec::new();
    for _ in ["version", "digest algorithms", "content", "certificates"] {
        before.extend_from_slice(fields.read().unwrap().raw);
    }
    let signers = fields.read().unwrap().value;
    let with = |count: usize| {
        Writer::build(|w| {
            w.sequence(|w| {
                w.oid(&oid::SIGNED_DATA);
                w.context(0, |w| {
                    w.sequence(|w| {
                        w.raw(&before);
                        w.set(|w| w.raw(&signers.repeat(count)));
                    });
                });
            });
        })
    };
    assert_eq!(with(1), der);
    assert_eq!(TimeStampToken::from_der(&with(2)).unwrap_err(), TimeStampError::SignerCount(2));
    assert!(TimeStampToken::from_der(&with(0)).is_err());
}

#[test]
fn no_truncation_is_a_token_and_no_changed_octet_stops_the_reader() {
    let mut world = World::new(Kind::Gost2015);
    let imprint = DigestAlgorithm::Streebog512.digest(b"signature");
    let mut samples = vec![token_of(&mut world, &template(&imprint, Some(&[1, 2])))];
    if let Some(folder) = shared("nca") {
        samples.push(TimeStampResponse::from_der(&real_response(&folder).0).unwrap().token().unwrap().to_vec());
    }
    for sample in samples {
        assert!(TimeStampToken::from_der(&sample).is_ok());
        for end in 0..sample.len() {
            assert!(TimeStampToken::from_der(&sample[..end]).is_err(), "the first {end}");
        }
        let mut changed = sample.clone();
        for place in 0..sample.len() {
            for mask in [0x01, 0x20, 0x80, 0xff] {
                changed[place] ^= mask;
                if let Ok(token) = TimeStampToken::from_der(&changed) {
                    let _ = (token.matches(&imprint, Some(&[1, 2])), format!("{token:?} {:?}", token.info()));
                }
                changed[place] = sample[place];
            }
        }
    }
}
