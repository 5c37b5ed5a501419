//! The messages that are judged, and the same work done by the yardsticks.

use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::stack::Stack;
use openssl::x509::X509;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::digest::DigestAlgorithm;
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging, SignRequest, SigningContent, sign_cms};
use qolhat_pki::issue::crl_builder::{CrlTemplate, build_crl};
use qolhat_pki::issue::ocsp_builder::{CertificateState, OcspTemplate, build_ocsp_response, cert_id};
use qolhat_pki::issue::tsp_builder::{CertificateWish, TimeStampTemplate, build_time_stamp_token};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid;
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::Indication;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::tsp::TimeStampToken;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};

use crate::workshop::{Kind, World, at};

const CONTENT_BYTES: usize = 100 * 1024;
const SIGNED: &str = "2026-05-01T12:00:00Z";
const NOW: &str = "2026-05-01T12:00:10Z";
/// A moment at which OpenSSL finds every certificate in its term: the first second of May.
const NOW_UNIX_SECONDS: i64 = 1_777_636_810;

/// A detached message in RSA with its CA inside.
pub struct Detached {
    cms: Vec<u8>,
    content: Vec<u8>,
    anchors: TrustStore,
    policy: SignaturePolicy,
    store: X509Store,
}

fn content() -> Vec<u8> {
    (0..CONTENT_BYTES).map(|position| u8::try_from(position % 251).unwrap()).collect()
}

impl Detached {
    pub fn new() -> Detached {
        let mut world = World::new(Kind::Rsa);
        let content = content();
        let mut request = SignRequest::new(SigningContent::Content(&content), Packaging::Detached, at(SIGNED));
        let above = [world.ca.certificate.clone()];
        request.certificates = &above;
        let cms = sign_cms(&world.signer.key, &world.signer.certificate, &request, &mut world.random).unwrap();
        let mut store = X509StoreBuilder::new().unwrap();
        store.add_cert(X509::from_der(world.root.certificate.der()).unwrap()).unwrap();
        let mut parameters = openssl::x509::verify::X509VerifyParam::new().unwrap();
        parameters.set_time(NOW_UNIX_SECONDS);
        store.set_param(&parameters).unwrap();
        Detached {
            cms,
            content,
            anchors: TrustStore::from_certificates([world.root.certificate.clone()]),
            policy: SignaturePolicy {
                revocation: RevocationPolicy::with_mode(RevocationMode::None),
                ..SignaturePolicy::default()
            },
            store: store.build(),
        }
    }

    pub fn read(&self) -> SignedData {
        SignedData::from_bytes(&self.cms).unwrap()
    }

    pub fn judge(&self) -> bool {
        let data = self.read();
        let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(&self.content)) };
        let evidence = Evidence::default();
        let report = validate_cms(&input, &self.anchors, &self.anchors, &evidence, &self.policy, at(NOW));
        report.indication == Indication::TotalPassed
    }

    /// `CMS_verify` of OpenSSL in this process.
    pub fn yardstick(&self) -> bool {
        let mut message = CmsContentInfo::from_der(&self.cms).unwrap();
        let none: Option<&Stack<X509>> = None;
        let flags = CMSOptions::BINARY;
        message.verify(none.map(|stack| &**stack), Some(&self.store), Some(&self.content), None, flags).is_ok()
    }
}

/// One signature to verify.
struct RawCheck {
    by: Certificate,
    over: Vec<u8>,
    signature: Vec<u8>,
}

/// A CAdES-T message with an OCSP answer about the signer, and the root's list for the CA.
pub struct Cades {
    cms: Vec<u8>,
    content: Vec<u8>,
    anchors: TrustStore,
    /// Known to whoever judges, as the anchors are.
    ca: Certificate,
    ocsp: Vec<u8>,
    list: CertificateList,
    checks: Vec<RawCheck>,
    /// What is digested beside the content: certificates that are referred to, what the token is over and says, the
    /// issuer's name and key in the answer.
    digested: Vec<(DigestAlgorithm, Vec<u8>)>,
    digest: DigestAlgorithm,
}

impl Cades {
    pub fn new(kind: Kind) -> Cades {
        let mut world = World::new(kind);
        let content = content();
        let request = SignRequest::new(SigningContent::Content(&content), Packaging::Detached, at(SIGNED));
        let cms = sign_cms(&world.signer.key, &world.signer.certificate, &request, &mut world.random).unwrap();
        let signed = SignedData::from_bytes(&cms).unwrap();
        let digest = world.signer.key.digest_algorithm();
        let imprint = digest.digest(signed.signer_infos()[0].signature());
        let template = TimeStampTemplate {
            policy: oid::POLICY_TSA_GOST2015,
            imprint: &imprint,
            serial: &[0x11],
            gen_time: at("2026-05-01T12:00:02Z"),
            accuracy_seconds: None,
            nonce: None,
            certificate: CertificateWish::Embed,
            reference: CertificateReference::V2,
        };
        let authority = &world.authority;
        let token =
            build_time_stamp_token(&template, &authority.key, &authority.certificate, &mut world.random).unwrap();
        let id = cert_id(&world.ca.certificate, world.signer.certificate.serial(), DigestAlgorithm::Sha256);
        let responder = &world.responder;
        let answer = OcspTemplate::national(
            &responder.certificate,
            at("2026-05-01T12:00:05Z"),
            None,
            [(id, CertificateState::Good)],
        );
        let ocsp = build_ocsp_response(&answer, &responder.key, &mut world.random).unwrap();
        let list = CrlTemplate {
            issuer: world.root.certificate.subject_der().to_vec(),
            authority_key_id: world.root.certificate.subject_key_id().map(<[u8]>::to_vec),
            this_update: at("2026-05-01T12:00:05Z"),
            next_update: Some(at("2026-05-02T12:00:00Z")),
            number: 7,
            base_number: None,
            entries: Vec::new(),
            more_extensions: Vec::new(),
        };
        let list = CertificateList::from_der(&build_crl(&list, &world.root.key, &mut world.random).unwrap()).unwrap();
        let cms = augment(&cms, &[Augmentation::SignatureTimeStamp { signer: 0, token: token.clone() }]).unwrap();

        // Every signature that a verdict rests on: signer, his certificate, the CA's, the token, the authority's
        // certificate, the answer, the responder's certificate, the root's list.
        let (root, ca) = (&world.root.certificate, &world.ca.certificate);
        let mut checks = Vec::new();
        let mut check = |by: &Certificate, over: &[u8], signature: &[u8]| {
            checks.push(RawCheck { by: by.clone(), over: over.to_vec(), signature: signature.to_vec() });
        };
        let signer = &signed.signer_infos()[0];
        check(&world.signer.certificate, signer.signed_octets().unwrap(), signer.signature());
        for of in [&world.signer, &world.authority, &world.responder] {
            check(ca, of.certificate.tbs(), of.certificate.signature());
        }
        check(root, ca.tbs(), ca.signature());
        let token = TimeStampToken::from_der(&token).unwrap();
        let stamped = &token.signed_data().signer_infos()[0];
        check(&world.authority.certificate, stamped.signed_octets().unwrap(), stamped.signature());
        let response = OcspResponse::from_der(&ocsp).unwrap();
        let basic = response.basic().unwrap();
        check(&world.responder.certificate, basic.tbs(), basic.signature());
        check(root, list.tbs(), list.signature());
        let sha256 = |octets: &[u8]| (DigestAlgorithm::Sha256, octets.to_vec());
        let digested = vec![
            sha256(world.signer.certificate.der()),
            sha256(world.authority.certificate.der()),
            (digest, signer.signature().to_vec()),
            (digest, token.signed_data().content().unwrap().to_vec()),
            sha256(ca.subject_der()),
            sha256(ca.subject_public_key_bits()),
        ];
        let anchors = TrustStore::from_certificates([root.clone()]);
        Cades { cms, content, anchors, ca: ca.clone(), ocsp, list, checks, digested, digest }
    }

    pub fn judge(&self) -> bool {
        let data = SignedData::from_bytes(&self.cms).unwrap();
        let input = CmsInput { signed_data: &data, detached: Some(DetachedContent::Bytes(&self.content)) };
        let evidence = Evidence {
            certificates: vec![self.ca.clone()],
            crls: vec![self.list.clone()],
            ocsp: vec![OcspResponse::from_der(&self.ocsp).unwrap()],
        };
        let policy = SignaturePolicy::default();
        let report = validate_cms(&input, &self.anchors, &self.anchors, &evidence, &policy, at(NOW));
        let signature = &report.signatures[0];
        report.indication == Indication::TotalPassed && signature.proven_at.is_some()
    }

    /// The cryptography alone: the digests and the signatures, with keys that were read before.
    pub fn raw(&self) -> bool {
        let digest = |(algorithm, octets): &(DigestAlgorithm, Vec<u8>)| !algorithm.digest(octets).as_bytes().is_empty();
        let digested = !self.digest.digest(&self.content).as_bytes().is_empty() && self.digested.iter().all(digest);
        let holds = |check: &RawCheck| {
            let algorithm = check.by.signature_algorithm().unwrap();
            check.by.public_key().unwrap().verify_message(algorithm, &check.over, &check.signature).is_ok()
        };
        digested && self.checks.iter().all(holds)
    }
}
