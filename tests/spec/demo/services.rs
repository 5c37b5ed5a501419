//! OCSP, time stamps and lists of the demonstration CA, asked over HTTP and read by the readers of signatures.

use qolhat::demo::Branch;
use qolhat::demo::register::{IssuedBy, Revocation, Standing};
use qolhat::demo::responders::{BODY_MAX_BYTES, Fault, Service};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::crl::{CertificateList, ReasonCode};
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::ocsp_builder::{build_ocsp_request, build_request, cert_id};
use qolhat_pki::issue::tsp_builder::{self, CertificateWish, TimeStampQuestion, build_time_stamp_request};
use qolhat_pki::ocsp::{CertStatus, OcspResponse, ResponseStatus};
use qolhat_pki::oid;
use qolhat_pki::path::{Budget, PathOptions, PathPurpose, build_path};
use qolhat_pki::time::Span;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::tsp::{PkiFailure, PkiStatus, TimeStampResponse, TimeStampToken};

use super::support::{Random, Stage, now, this_second};

const NONCE: [u8; 16] = [7; 16];

impl Stage {
    fn certificate(&self, id: &str) -> Certificate {
        self.world.key_store(id, "sign").unwrap().certificate
    }

    async fn ocsp(&self, branch: Branch, serial: &[u8]) -> OcspResponse {
        let issuer = self.world.authorities().of(branch).ca();
        let request = build_request(issuer, serial, DigestAlgorithm::Sha256, Some(&NONCE));
        let answer = self.post(&self.url(&format!("/ocsp/{}", branch.code())), request).await;
        assert_eq!((answer.status, answer.media_type.as_str()), (200, "application/ocsp-response"));
        OcspResponse::from_der(&answer.body).unwrap()
    }

    async fn status(&self, branch: Branch, serial: &[u8]) -> CertStatus {
        let issuer = self.world.authorities().of(branch).ca();
        let response = self.ocsp(branch, serial).await;
        response.basic().unwrap().response_for(serial, issuer).unwrap().status
    }

    async fn stamp(&self, path: &str, request: Vec<u8>) -> TimeStampResponse {
        let answer = self.post(&self.url(path), request).await;
        assert_eq!((answer.status, answer.media_type.as_str()), (200, "application/timestamp-reply"));
        TimeStampResponse::from_der(&answer.body).unwrap()
    }

    async fn crl(&self, name: &str) -> CertificateList {
        let answer = self.get(&self.url(&format!("/crl/{name}.crl"))).await;
        assert_eq!((answer.status, answer.media_type.as_str()), (200, "application/pkix-crl"));
        CertificateList::from_der(&answer.body).unwrap()
    }
}

/// Whether the signature of the token holds with the key of `tsa`.
fn is_signed_by(token: &TimeStampToken, tsa: &Certificate) -> bool {
    let signer = &token.signed_data().signer_infos()[0];
    let algorithm = tsa.signature_algorithm().unwrap();
    tsa.public_key().unwrap().verify_message(algorithm, signer.signed_octets().unwrap(), signer.signature()).is_ok()
}

/// Keeps: SIG-07, X2
#[tokio::test(flavor = "multi_thread")]
async fn ocsp_says_good_then_revoked_and_proves_it_by_a_delegated_responder() {
    let stage = Stage::set().await;
    for (id, branch) in [("head-a", Branch::Gost), ("person", Branch::Rsa)] {
        let authority = stage.world.authorities().of(branch);
        let serial = stage.certificate(id).serial().to_vec();
        let response = stage.ocsp(branch, &serial).await;
        let basic = response.basic().unwrap();
        assert_eq!(basic.response_for(&serial, authority.ca()).unwrap().status, CertStatus::Good);
        assert!(basic.nonce_matches(&NONCE));
        assert_eq!(basic.produced_at(), this_second());
        let responder = &basic.certificates()[0];
        basic.verify_signed_by(responder).unwrap();
        assert!(basic.responder_id().matches(responder) && responder.has_ocsp_nocheck());
        let trust = TrustStore::from_certificates([authority.root().clone()]);
        let options = PathOptions::for_purpose(PathPurpose::Ocsp);
        let chain = [authority.ca().clone()];
        build_path(responder, &trust, &chain, now(), &options, &mut Budget::default()).unwrap();

        authority.revoke(&serial, this_second(), ReasonCode::KeyCompromise).unwrap();
        let expected = CertStatus::Revoked { at: this_second(), reason: Some(ReasonCode::KeyCompromise) };
        assert_eq!(stage.status(branch, &serial).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_ordered_for_later_counts_from_its_instant_on() {
    let stage = Stage::set().await;
    let authority = stage.world.authorities().of(Branch::Gost);
    let serial = stage.certificate("head-b").serial().to_vec();
    let later = now().checked_add(Span::hours(1)).unwrap();
    authority.revoke(&serial, later, ReasonCode::Unspecified).unwrap();
    assert_eq!(stage.status(Branch::Gost, &serial).await, CertStatus::Good);
    assert!(stage.crl("gost").await.find(&serial).unwrap().is_none());
    for service in [Service::Ocsp, Service::Crl] {
        stage.services.set_fault(service, Some(Fault::ClockSkew(Span::hours(2))));
    }
    let later = later.truncate_to_seconds();
    assert_eq!(stage.status(Branch::Gost, &serial).await, CertStatus::Revoked { at: later, reason: None });
    assert_eq!(stage.crl("gost").await.find(&serial).unwrap().unwrap().revoked_at, later);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_can_be_lifted_or_made_final_and_a_revocation_cannot() {
    let stage = Stage::set().await;
    let authority = stage.world.authorities().of(Branch::Gost);
    let serial = stage.certificate("accountant-b").serial().to_vec();
    authority.release(&serial).unwrap_err();
    authority.revoke(&serial, now(), ReasonCode::CertificateHold).unwrap();
    assert!(matches!(
        stage.status(Branch::Gost, &serial).await,
        CertStatus::Revoked { reason: Some(ReasonCode::CertificateHold), .. }
    ));
    authority.release(&serial).unwrap();
    assert_eq!(stage.status(Branch::Gost, &serial).await, CertStatus::Good);

    authority.revoke(&serial, now(), ReasonCode::CertificateHold).unwrap();
    let much_later = now().checked_add(Span::days(3)).unwrap();
    let final_one = Revocation { at: much_later, reason: ReasonCode::Superseded, invalid_since: Some(now()) };
    authority.revoke_with(&serial, final_one).unwrap();
    let Standing::Revoked(revocation) = authority.register().standing(&serial, IssuedBy::Ca, now()) else {
        panic!("not revoked")
    };
    assert_eq!((revocation.at, revocation.reason), (this_second(), ReasonCode::Superseded));
    authority.revoke(&serial, now(), ReasonCode::Unspecified).unwrap_err();
    authority.release(&serial).unwrap_err();
    authority.revoke(&[1, 2, 3], now(), ReasonCode::Unspecified).unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn ocsp_does_not_vouch_for_what_this_ca_never_issued() {
    let stage = Stage::set().await;
    let response = stage.ocsp(Branch::Gost, &[0x11; 20]).await;
    let basic = response.basic().unwrap();
    assert_eq!(basic.responses()[0].status, CertStatus::Unknown);
    assert!(basic.extended_revoke() && basic.responses()[0].never_issued);

    // A certificate of the other branch, and that of the CA itself, which the root answers for by a list.
    let rsa = stage.world.authorities().of(Branch::Rsa);
    let foreign = cert_id(rsa.ca(), stage.certificate("person").serial(), DigestAlgorithm::Sha256);
    let own_ca = stage.world.authorities().of(Branch::Gost).ca();
    let upper = cert_id(stage.world.authorities().of(Branch::Gost).root(), own_ca.serial(), DigestAlgorithm::Sha1);
    let request = build_ocsp_request(&[foreign.clone(), foreign, upper], None);
    let answer = stage.post(&stage.url("/ocsp/gost"), request).await;
    let response = OcspResponse::from_der(&answer.body).unwrap();
    let answers = response.basic().unwrap().responses();
    assert_eq!(answers.len(), 2, "asked twice, answered once");
    assert!(answers.iter().all(|answer| answer.status == CertStatus::Unknown));
    assert_eq!(response.nonce(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_answered_in_the_words_of_the_protocol_and_never_with_a_failure() {
    let stage = Stage::set().await;
    let serial = stage.certificate("head-a").serial().to_vec();
    let good = build_request(stage.world.authorities().of(Branch::Gost).ca(), &serial, DigestAlgorithm::Sha256, None);
    let stamp = tsp_builder::build_request(&DigestAlgorithm::Sha256.digest(b"x"), Some(&NONCE), true);
    let cut = |whole: &[u8]| whole[..whole.len() - 1].to_vec();
    for body in [Vec::new(), vec![0x30], b"<xml/>".to_vec(), vec![0x30; BODY_MAX_BYTES], cut(&good), stamp.clone()] {
        let answer = stage.post(&stage.url("/ocsp/gost"), body).await;
        assert_eq!((answer.status, answer.media_type.as_str()), (200, "application/ocsp-response"));
        assert_eq!(OcspResponse::from_der(&answer.body).unwrap().status(), ResponseStatus::MalformedRequest);
    }
    for body in [Vec::new(), vec![0x30], b"<xml/>".to_vec(), vec![0x30; BODY_MAX_BYTES], cut(&stamp), good] {
        for path in ["/tsp", "/tsp/gost", "/tsp/rsa"] {
            let response = stage.stamp(path, body.clone()).await;
            assert_eq!(response.status(), PkiStatus::Rejection);
            assert_eq!(response.failures(), [PkiFailure::BadDataFormat]);
        }
    }
    for path in ["/ocsp/gost", "/tsp", "/tsp/rsa"] {
        let answer = stage.post(&stage.url(path), vec![0; BODY_MAX_BYTES + 1]).await;
        assert_eq!(answer.status, 413, "{path}");
    }
    for path in ["/ocsp/ec", "/tsp/ec"] {
        assert_eq!(stage.post(&stage.url(path), Vec::new()).await.status, 404, "{path}");
    }
    for path in ["/crl/ec.crl", "/crl/gost", "/crl/gost-root-root.crl", "/ca/gost", "/ca/x.cer", "/ca/..%2Fx.cer"] {
        assert_eq!(stage.get(&stage.url(path)).await.status, 404, "{path}");
    }
    assert_eq!(stage.get(&stage.url("/ocsp/gost")).await.status, 405);
}

/// Keeps: X3
#[tokio::test(flavor = "multi_thread")]
async fn a_time_stamp_is_over_the_imprint_and_nonce_asked_for_by_the_authority_of_the_digest() {
    let stage = Stage::set().await;
    for (path, algorithm, branch) in [
        ("/tsp", DigestAlgorithm::Sha256, Branch::Rsa),
        ("/tsp", DigestAlgorithm::Streebog512, Branch::Gost),
        ("/tsp/gost", DigestAlgorithm::Sha256, Branch::Gost),
        ("/tsp/rsa", DigestAlgorithm::Streebog512, Branch::Rsa),
        ("/tsp", DigestAlgorithm::Gost34311, Branch::Gost),
        ("/tsp", DigestAlgorithm::Sha512, Branch::Rsa),
    ] {
        let authority = stage.world.authorities().of(branch);
        let digest = algorithm.digest(b"a signature value");
        let response = stage.stamp(path, tsp_builder::build_request(&digest, Some(&NONCE), true)).await;
        assert_eq!(response.status(), PkiStatus::Granted, "{path} {algorithm:?}");
        let token = TimeStampToken::from_der(response.token().unwrap()).unwrap();
        assert!(token.matches(&digest, Some(&NONCE)));
        assert_eq!((token.info().gen_time, token.info().policy), (this_second(), branch.tsa_policy()));
        let tsa = &token.signed_data().certificates()[0];
        assert_eq!(tsa, authority.tsa());
        assert!(is_signed_by(&token, tsa));
        let trust = TrustStore::from_certificates([authority.root().clone()]);
        let options = PathOptions::for_purpose(PathPurpose::Tsa);
        build_path(tsa, &trust, &[authority.ca().clone()], now(), &options, &mut Budget::default()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_stamp_is_refused_for_sha1_and_for_the_policy_of_another_authority() {
    let stage = Stage::set().await;
    let sha1 = tsp_builder::build_request(&DigestAlgorithm::Sha1.digest(b"x"), None, false);
    assert_eq!(stage.stamp("/tsp", sha1).await.failures(), [PkiFailure::BadAlg]);

    let imprint = DigestAlgorithm::Streebog512.digest(b"x");
    let question = |policy| {
        let certificate = CertificateWish::Omit;
        build_time_stamp_request(&TimeStampQuestion {
            imprint: &imprint,
            policy: Some(policy),
            nonce: None,
            certificate,
        })
    };
    let refused = stage.stamp("/tsp", question(oid::POLICY_TSA_GOST2004)).await;
    assert_eq!(refused.failures(), [PkiFailure::UnacceptedPolicy]);
    let granted = stage.stamp("/tsp", question(oid::POLICY_TSA_GOST2015)).await;
    let token = TimeStampToken::from_der(granted.token().unwrap()).unwrap();
    assert!(token.signed_data().certificates().is_empty() && token.info().nonce.is_none());
}

/// Keeps: SIG-07
#[tokio::test(flavor = "multi_thread")]
async fn lists_are_signed_by_their_ca_name_what_is_revoked_and_count_upwards() {
    let stage = Stage::set().await;
    for (id, branch) in [("accountant-a", Branch::Gost), ("person", Branch::Rsa)] {
        let authority = stage.world.authorities().of(branch);
        let serial = stage.certificate(id).serial().to_vec();
        let before = stage.crl(branch.code()).await;
        assert_eq!(before.entry_count(), 0);
        authority.revoke(&serial, now(), ReasonCode::AffiliationChanged).unwrap();
        let list = stage.crl(branch.code()).await;
        list.verify_signed_by(authority.ca()).unwrap();
        list.verify_signed_by(authority.root()).unwrap_err();
        let entry = list.find(&serial).unwrap().unwrap();
        assert_eq!((entry.revoked_at, entry.reason), (this_second(), Some(ReasonCode::AffiliationChanged)));
        assert_eq!((list.entry_count(), list.this_update()), (1, this_second()));
        assert!(list.next_update().unwrap() > now() && list.crl_number() > before.crl_number());

        // The CA's own certificate stands in the list of the root, and there alone.
        let ca_serial = authority.ca().serial().to_vec();
        authority.revoke(&ca_serial, now(), ReasonCode::CaCompromise).unwrap();
        let root_list = stage.crl(&format!("{}-root", branch.code())).await;
        root_list.verify_signed_by(authority.root()).unwrap();
        assert!(root_list.find(&ca_serial).unwrap().is_some() && root_list.find(&serial).unwrap().is_none());
        assert!(stage.crl(branch.code()).await.find(&ca_serial).unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_addresses_in_certificates_lead_to_the_services_and_to_the_issuer() {
    let stage = Stage::set().await;
    for id in ["officer", "person"] {
        let mut certificate = stage.certificate(id);
        for uri in certificate.ocsp_uris() {
            assert_eq!(stage.post(uri, Vec::new()).await.media_type, "application/ocsp-response");
        }
        // From the leaf to the root by the addresses alone.
        while !certificate.is_self_issued() {
            let answer = stage.get(&certificate.ca_issuer_uris()[0]).await;
            assert_eq!((answer.status, answer.media_type.as_str()), (200, "application/pkix-cert"));
            let issuer = Certificate::from_der(&answer.body).unwrap();
            certificate.verify_signed_by(&issuer).unwrap();
            let list = stage.get(&certificate.crl_uris()[0]).await;
            CertificateList::from_der(&list.body).unwrap().verify_signed_by(&issuer).unwrap();
            certificate = issuer;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordered_fault_shows_and_goes_again() {
    let stage = Stage::set().await;
    let authority = stage.world.authorities().of(Branch::Gost);
    let serial = stage.certificate("head-a").serial().to_vec();
    let digest = DigestAlgorithm::Streebog512.digest(b"x");
    let question = tsp_builder::build_request(&digest, Some(&NONCE), true);
    let order = |fault| {
        for service in [Service::Ocsp, Service::Tsp, Service::Crl] {
            stage.services.set_fault(service, fault);
        }
    };

    order(Some(Fault::TryLater));
    assert_eq!(stage.ocsp(Branch::Gost, &serial).await.status(), ResponseStatus::TryLater);
    assert_eq!(stage.stamp("/tsp", question.clone()).await.failures(), [PkiFailure::TimeNotAvailable]);
    assert_eq!(stage.get(&stage.url("/crl/gost.crl")).await.status, 503);

    order(Some(Fault::WrongNonce));
    let response = stage.ocsp(Branch::Gost, &serial).await;
    let basic = response.basic().unwrap();
    basic.verify_signed_by(&basic.certificates()[0]).unwrap();
    assert!(!basic.nonce_matches(&NONCE));
    let token = stage.stamp("/tsp", question.clone()).await.token().map(TimeStampToken::from_der).unwrap().unwrap();
    assert!(token.is_over(&digest) && !token.matches(&digest, Some(&NONCE)));

    order(Some(Fault::BadSignature));
    let response = stage.ocsp(Branch::Gost, &serial).await;
    let basic = response.basic().unwrap();
    assert!(basic.nonce_matches(&NONCE));
    basic.verify_signed_by(&basic.certificates()[0]).unwrap_err();
    stage.crl("gost").await.verify_signed_by(authority.ca()).unwrap_err();
    let bad = stage.stamp("/tsp", question.clone()).await;
    let bad = TimeStampToken::from_der(bad.token().unwrap()).unwrap();
    assert!(bad.matches(&digest, Some(&NONCE)) && !is_signed_by(&bad, authority.tsa()));

    order(Some(Fault::Garbage));
    for path in ["/ocsp/gost", "/tsp"] {
        assert_eq!(stage.post(&stage.url(path), question.clone()).await.media_type, "text/html");
    }
    order(Some(Fault::Forbidden));
    assert_eq!(stage.post(&stage.url("/tsp"), question.clone()).await.status, 403);
    order(Some(Fault::Silent));
    assert!(stage.is_silent(&stage.url("/ocsp/gost"), Vec::new()).await);

    order(None);
    assert_eq!(stage.status(Branch::Gost, &serial).await, CertStatus::Good);
    assert!(stage.stamp("/tsp", question).await.status().is_granted());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_made_while_the_services_run_is_answered_for() {
    use qolhat::demo::authority::leaf_validity;
    use qolhat::demo::people::{FIGURES, subject};
    use qolhat_pki::issue::profile::{KeyUse, Profile};

    let stage = Stage::set().await;
    let authority = stage.world.authorities().of(Branch::Rsa);
    let profile = Profile::NaturalPerson(KeyUse::Sign);
    let validity = leaf_validity(now()).unwrap();
    let holder = authority.issue_new(&profile, subject(&FIGURES[1]), validity, &mut Random).unwrap();
    assert!(holder.key.belongs_to(&holder.certificate));
    assert_eq!(stage.status(Branch::Rsa, holder.certificate.serial()).await, CertStatus::Good);
}
