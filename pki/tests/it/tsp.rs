//! Time stamps of the national authority, held against facts found by another program; messages made here; and what is
//! refused.

mod token;

use std::path::Path;

use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{DerError, tag};
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::tsp_builder::{
    CertificateWish, TimeStampQuestion, TimeStampRefusal, build_time_stamp_refusal, build_time_stamp_request,
    build_time_stamp_response,
};
use qolhat_pki::oid::{self, Oid};
use qolhat_pki::time::Span;
use qolhat_pki::tsp::{
    Accuracy, MessageImprint, PkiFailure, PkiStatus, TIME_STAMP_MAX_BYTES, TimeStampRequest, TimeStampResponse, TstInfo,
};
use serde_json::Value;

use crate::workshop::{at, shared};

const NOW: &str = "2026-05-01T12:00:00Z";

fn refusal<T>(result: Result<T, DerError>) -> String {
    result.err().unwrap().what.to_string()
}

fn real_response(folder: &Path) -> (Vec<u8>, Value) {
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let entry = index["files"].as_array().unwrap().iter().find(|entry| entry["kind"] == "tsp").unwrap();
    (std::fs::read(folder.join(entry["file"].as_str().unwrap())).unwrap(), entry["expected"].clone())
}

#[test]
fn a_real_response_grants_a_token() {
    let Some(folder) = shared("nca") else { return };
    let (der, _) = real_response(&folder);
    let response = TimeStampResponse::from_der(&der).unwrap();
    assert_eq!((response.status(), response.failures(), response.texts()), (PkiStatus::Granted, &[][..], &[][..]));
    assert!(der.ends_with(response.token().unwrap()));
    assert_eq!(build_time_stamp_response(response.token().unwrap()), der);
}

#[test]
fn a_refusal_is_read_with_its_reason_and_its_text() {
    for (refusal, failure) in [
        (TimeStampRefusal::BadAlgorithm, PkiFailure::BadAlg),
        (TimeStampRefusal::BadRequest, PkiFailure::BadRequest),
        (TimeStampRefusal::BadDataFormat, PkiFailure::BadDataFormat),
        (TimeStampRefusal::TimeNotAvailable, PkiFailure::TimeNotAvailable),
        (TimeStampRefusal::UnacceptedPolicy, PkiFailure::UnacceptedPolicy),
        (TimeStampRefusal::UnacceptedExtension, PkiFailure::UnacceptedExtension),
        (TimeStampRefusal::SystemFailure, PkiFailure::SystemFailure),
    ] {
        let response = TimeStampResponse::from_der(&build_time_stamp_refusal(refusal, Some("белгісіз"))).unwrap();
        assert_eq!((response.status(), response.token()), (PkiStatus::Rejection, None));
        assert_eq!((response.failures(), response.texts()), (&[failure][..], &["белгісіз".to_owned()][..]));
        assert!(!failure.as_str().is_empty());
    }
    let response = TimeStampResponse::from_der(&build_time_stamp_refusal(TimeStampRefusal::BadRequest, None)).unwrap();
    assert!(response.texts().is_empty());
}

fn bare_response(status: u64, texts: &[&[u8]], token: Option<&[u8]>) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.integer_u64(status);
                if !texts.is_empty() {
                    w.sequence(|w| texts.iter().for_each(|text| w.element(tag::UTF8_STRING, text)));
                }
            });
            w.raw(token.unwrap_or_default());
        });
    })
}

#[test]
fn status_and_token_must_agree() {
    let token: &[u8] = &[0x30, 0];
    let read = |status, token| TimeStampResponse::from_der(&bare_response(status, &[], token));
    for status in 0..=5 {
        let granted = status < 2;
        let message = "status and token contradict each other";
        assert_eq!(read(status, granted.then_some(token)).unwrap().status().is_granted(), granted);
        assert_eq!(refusal(read(status, (!granted).then_some(token))), message);
    }
    assert_eq!(refusal(read(6, None)), "the status is not known");
    assert!(TimeStampResponse::from_der(&bare_response(2, &[b"\xff"], None)).is_err());
    assert!(TimeStampResponse::from_der(&bare_response(2, &[&[b'a'; 2000]], None)).is_err());
    assert!(TimeStampResponse::from_der(&bare_response(2, &[b"a".as_slice(); 1000], None)).is_err());
}

#[test]
fn a_request_is_read_as_it_was_made() {
    let imprint = DigestAlgorithm::Streebog512.digest(b"signature");
    let mut question =
        TimeStampQuestion { imprint: &imprint, policy: None, nonce: None, certificate: CertificateWish::Omit };
    let request = TimeStampRequest::from_der(&build_time_stamp_request(&question)).unwrap();
    assert_eq!(request.message_imprint.digest(), Some(&imprint));
    assert_eq!(request.message_imprint.algorithm, oid::STREEBOG512);
    assert!(request.message_imprint.is_of(b"signature") && !request.message_imprint.is_of(b"signaturE"));
    assert_eq!((request.policy, request.nonce, request.cert_req), (None, None, false));

    question.policy = Some(oid::POLICY_TSA_GOST2015);
    question.nonce = Some(&[0, 0x91, 2]);
    question.certificate = CertificateWish::Embed;
    let request = TimeStampRequest::from_der(&build_time_stamp_request(&question)).unwrap();
    assert_eq!(request.policy, Some(oid::POLICY_TSA_GOST2015));
    assert_eq!((request.nonce, request.cert_req), (Some(vec![0, 0x91, 2]), true));
    assert!(request.extensions.is_empty());
}

// What an authority may say, written by hand.

fn imprint(algorithm: Oid, octets: &[u8]) -> Vec<u8> {
    Writer::build(|w| {
        w.sequence(|w| {
            w.sequence(|w| w.oid(&algorithm));
            w.octet_string(octets);
        });
    })
}

struct Said {
    version: u64,
    imprint: Vec<u8>,
    serial: Vec<u8>,
    gen_time: (u8, &'static [u8]),
    rest: Vec<u8>,
}

impl Default for Said {
    fn default() -> Self {
        Said {
            version: 1,
            imprint: imprint(oid::SHA256, &[7; 32]),
            serial: vec![5],
            gen_time: (tag::GENERALIZED_TIME, b"20260501120000Z"),
            rest: Vec::new(),
        }
    }
}

impl Said {
    fn der(&self) -> Vec<u8> {
        Writer::build(|w| {
            w.sequence(|w| {
                w.integer_u64(self.version);
                w.oid(&oid::POLICY_TSA_GOST2015);
                w.raw(&self.imprint);
                w.integer_content(&self.serial);
                w.element(self.gen_time.0, self.gen_time.1);
                w.raw(&self.rest);
            });
        })
    }

    fn read(&self) -> Result<TstInfo, DerError> {
        TstInfo::from_der(&self.der())
    }
}

fn with_rest(write: impl FnOnce(&mut Writer)) -> Result<TstInfo, DerError> {
    Said { rest: Writer::build(write), ..Said::default() }.read()
}

#[test]
fn everything_an_authority_may_say_is_read() {
    let name = Writer::build(|w| w.general_name_uri("http://tsa"));
    let unknown = Oid::parse_dotted("1.2.3").unwrap();
    let info = with_rest(|w| {
        w.sequence(|w| {
            w.integer_u64(2);
            w.context_primitive(0, &[3, 0xe7]);
            w.context_primitive(1, &[0, 0x80]);
        });
        w.boolean(true);
        w.integer(&[0x91, 2]);
        w.context(0, |w| w.raw(&name));
        w.context(1, |w| {
            w.sequence(|w| {
                w.oid(&unknown);
                w.boolean(true);
                w.octet_string(&[]);
            });
        });
    });
    let info = info.unwrap();
    assert_eq!((info.policy, info.gen_time), (oid::POLICY_TSA_GOST2015, at(NOW)));
    let accuracy = info.accuracy.unwrap();
    assert_eq!(accuracy, Accuracy { seconds: 2, millis: 999, micros: 128 });
    assert_eq!(accuracy.span(), Span::micros(2_999_128));
    assert!(info.ordering);
    assert_eq!((info.nonce.as_deref(), info.tsa.as_deref()), (Some(&[0, 0x91, 2][..]), Some(name.as_slice())));
    assert_eq!(info.unknown_critical_extensions(), [unknown]);
    assert!(info.nonce_is(&[0x91, 2]) && info.nonce_is(&[0, 0, 0x91, 2]));
    assert!(!info.nonce_is(&[2]) && !info.nonce_is(&[0x91, 2, 0]) && !info.nonce_is(&[]));

    let info = Said::default().read().unwrap();
    assert_eq!((info.accuracy, info.ordering, info.nonce.as_deref(), info.tsa.as_deref()), (None, false, None, None));
    assert!(!info.nonce_is(&[0]) && !info.nonce_is(&[]), "no nonce is not the nonce 0");
}

/// One token of the national authority of 2019 has such a number.
#[test]
fn a_negative_serial_number_is_read_as_it_stands() {
    let info = Said { serial: vec![0x8e, 0x84, 0x01], ..Said::default() }.read().unwrap();
    assert_eq!((info.serial.as_slice(), info.serial_hex().as_str()), (&[0x8e, 0x84, 0x01][..], "8e8401"));
    let long = Said { serial: [&[0xf0][..], &[1; 19]].concat(), ..Said::default() }.read().unwrap();
    assert_eq!(long.serial.len(), 20);
    assert!(Said { serial: Vec::new(), ..Said::default() }.read().is_err());
    assert!(
        with_rest(|w| w.integer_content(&[0x91, 2])).is_ok_and(|info| !info.nonce_is(&[0x91, 2])),
        "negative nonce"
    );
}

/// Keeps: SIG-07
#[test]
fn a_digest_of_the_wrong_length_is_refused_and_an_unknown_one_is_kept() {
    let message = "the digest does not have the length of its algorithm";
    let read = |algorithm, octets: &[u8]| Said { imprint: imprint(algorithm, octets), ..Said::default() }.read();
    for length in [0, 20, 31, 33] {
        assert_eq!(refusal(read(oid::SHA256, &vec![7; length])), message);
    }
    let unknown = read(oid::GAMMA_ARC, &[7; 20]).unwrap().message_imprint;
    assert_eq!((unknown.algorithm, unknown.octets.len(), unknown.digest()), (oid::GAMMA_ARC, 20, None));
    assert!(!unknown.is_of(b""));
    assert_eq!(refusal(read(oid::GAMMA_ARC, &[7; 129])), message);
    let known: MessageImprint = read(oid::GOST34311, &[7; 32]).unwrap().message_imprint;
    assert_eq!(known.digest(), Digest::new(DigestAlgorithm::Gost34311, [7; 32]).as_ref());
}

#[test]
fn a_time_may_have_a_fraction_and_must_be_a_generalized_time() {
    let read = |tag, text| Said { gen_time: (tag, text), ..Said::default() }.read().map(|info| info.gen_time);
    assert_eq!(read(tag::GENERALIZED_TIME, b"20260501120000.25Z"), Ok(at("2026-05-01T12:00:00.25Z")));
    for text in
        [&b"20260501120000.50Z"[..], b"20260501120000", b"202605011200Z", b"20260501120000+0500", b"20261301120000Z"]
    {
        assert!(read(tag::GENERALIZED_TIME, text).is_err(), "{text:?}");
    }
    assert!(read(tag::UTC_TIME, b"260501120000Z").is_err());
}

#[test]
fn parts_out_of_range_or_order_are_refused() {
    assert_eq!(refusal(Said { version: 2, ..Said::default() }.read()), "the version is not known");
    for millis in [&[][..], &[0], &[0x80], &[0, 1], &[3, 0xe8], &[0, 0xff, 0xff]] {
        assert!(with_rest(|w| w.sequence(|w| w.context_primitive(0, millis))).is_err(), "{millis:?}");
    }
    assert!(with_rest(|w| w.sequence(|w| w.integer_u64(1 << 32))).is_err(), "accuracy of a century");
    let out_of_order = with_rest(|w| {
        w.integer_u64(1);
        w.boolean(true);
    });
    assert!(out_of_order.is_err());
    let extension = Writer::build(|w| {
        w.sequence(|w| {
            w.oid(&oid::SHA1);
            w.octet_string(&[]);
        });
    });
    let twice = with_rest(|w| w.context(1, |w| w.raw(&extension.repeat(2))));
    assert_eq!(refusal(twice), "an extension stands twice");
    assert!(with_rest(|w| w.context(1, |_| {})).is_err(), "an empty list");
    let many: Vec<u8> = (0..65_u32)
        .flat_map(|n| {
            Writer::build(|w| {
                w.sequence(|w| {
                    w.oid(&Oid::parse_dotted(&format!("1.2.3.{n}")).unwrap());
                    w.octet_string(&[]);
                });
            })
        })
        .collect();
    assert_eq!(refusal(with_rest(|w| w.context(1, |w| w.raw(&many)))), "there are too many extensions");
}

#[test]
fn oversized_messages_are_refused() {
    let large = vec![0x30; TIME_STAMP_MAX_BYTES + 1];
    assert_eq!(refusal(TimeStampRequest::from_der(&large)), "the time stamp is too large");
    assert_eq!(refusal(TimeStampResponse::from_der(&large)), "the time stamp is too large");
}

#[test]
fn no_truncation_is_a_message_and_no_changed_octet_stops_the_reader() {
    let digest = DigestAlgorithm::Sha256.digest(b"signature");
    let question = TimeStampQuestion {
        imprint: &digest,
        policy: Some(oid::POLICY_TSA_RSA),
        nonce: Some(&[1, 2, 3]),
        certificate: CertificateWish::Embed,
    };
    let info = Said {
        rest: Writer::build(|w| {
            w.sequence(|w| w.context_primitive(0, &[1]));
            w.integer(&[9]);
            w.context(0, |w| w.general_name_uri("http://tsa"));
        }),
        ..Said::default()
    };
    let samples = [
        build_time_stamp_request(&question),
        build_time_stamp_refusal(TimeStampRefusal::SystemFailure, Some("text")),
        info.der(),
    ];
    let reads = |der: &[u8]| {
        let info = TstInfo::from_der(der);
        let _ = info.as_ref().map(|info| (info.nonce_is(&[9]), info.serial_hex(), info.accuracy.map(Accuracy::span)));
        TimeStampRequest::from_der(der).is_ok() || TimeStampResponse::from_der(der).is_ok() || info.is_ok()
    };
    for sample in samples {
        assert!(reads(&sample));
        for end in 0..sample.len() {
            assert!(!reads(&sample[..end]), "the first {end}");
        }
        let mut changed = sample.clone();
        for place in 0..sample.len() {
            for mask in 1..=0xff {
                changed[place] ^= mask;
                reads(&changed);
                changed[place] = sample[place];
            }
        }
    }
}
