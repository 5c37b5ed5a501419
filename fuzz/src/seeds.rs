//! Good inputs for every target: made by the builders of the crate, and the real objects when their folder is there.

use qolhat_pki::asic::{ContainerKind, ManifestEntry, write_container, write_manifest, zip::NewFile};
use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::archive::{archive_request, with_archive_time_stamp};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{CertificateReference, Packaging, SignRequest, SigningContent, add_signer, sign_cms};
use qolhat_pki::issue::ers_builder::ErsBuilder;
use qolhat_pki::issue::ocsp_builder::{
    CertificateState, OcspRefusal, OcspTemplate, build_ocsp_refusal, build_ocsp_response, build_request, cert_id,
};
use qolhat_pki::issue::tsp_builder;
use qolhat_pki::issue::tsp_builder::{
    CertificateWish, TimeStampTemplate, build_time_stamp_response, build_time_stamp_token,
};
use qolhat_pki::issue::xml_sign::{Form, Layout, sign_xml};
use qolhat_pki::{oid, pkcs12 as key_store};

use crate::fixture::workshop::{SeededRandom, World, at};
use crate::fixture::{CONTENT, FIXTURE, LISTED, SIGNED, STAMPED, files, list, raw_files};

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;
/// Names of files in the containers.
const SIGNATURE: &str = "META-INF/signature001.p7s";
const MANIFEST: &str = "META-INF/ASiCManifest001.xml";

fn world() -> &'static World {
    &FIXTURE.world
}

fn random() -> SeededRandom {
    SeededRandom::new(11)
}

pub fn certificate() -> Vec<Vec<u8>> {
    let world = world();
    let own = [&world.root, &world.ca, &world.signer, &world.responder, &world.authority];
    let mut seeds: Vec<Vec<u8>> = own.iter().map(|holder| holder.certificate.der().to_vec()).collect();
    for folder in ["ca", "ca/prod", "certs"] {
        seeds.extend(files(folder));
    }
    seeds
}

pub fn crl() -> Vec<Vec<u8>> {
    let world = world();
    let mut seeds = vec![
        list(&world.ca, &[]),
        list(&world.ca, &[&world.responder]),
        list(&world.ca, &[&world.signer, &world.authority]),
        list(&world.root, &[]),
    ];
    seeds.extend(files("crl"));
    seeds
}

pub fn ocsp() -> Vec<Vec<u8>> {
    let world = world();
    let id = || cert_id(&world.ca.certificate, world.signer.certificate.serial(), SHA256);
    let mut seeds = Vec::new();
    let revoked = CertificateState::Revoked { at: at(SIGNED), reason: Some(1) };
    for state in [CertificateState::Good, revoked, CertificateState::Unknown] {
        for nonce in [None, Some(&b"twenty octets of it."[..])] {
            let template = OcspTemplate::national(&world.responder.certificate, at(LISTED), nonce, [(id(), state)]);
            seeds.push(build_ocsp_response(&template, &world.responder.key, &mut random()).unwrap());
        }
    }
    seeds.push(build_ocsp_refusal(OcspRefusal::TryLater));
    seeds.push(build_request(&world.ca.certificate, world.signer.certificate.serial(), SHA256, Some(b"nonce")));
    seeds.extend(files("ocsp"));
    seeds
}

fn token(imprint: &Digest, when: &str, certificate: CertificateWish) -> Vec<u8> {
    let template = TimeStampTemplate {
        policy: oid::POLICY_TSA_GOST2015,
        imprint,
        serial: &[0x11],
        gen_time: at(when),
        accuracy_seconds: Some(1),
        nonce: Some(b"nonce"),
        certificate,
        reference: CertificateReference::V2,
    };
    let authority = &world().authority;
    build_time_stamp_token(&template, &authority.key, &authority.certificate, &mut random()).unwrap()
}

fn stamp(imprint: &Digest) -> Vec<u8> {
    token(imprint, STAMPED, CertificateWish::Embed)
}

pub fn tsp() -> Vec<Vec<u8>> {
    let token = stamp(&SHA256.digest(CONTENT));
    let mut seeds = vec![
        build_time_stamp_response(&token),
        token,
        tsp_builder::build_request(&SHA256.digest(CONTENT), Some(b"nonce"), true),
        tsp_builder::build_time_stamp_refusal(tsp_builder::TimeStampRefusal::BadRequest, Some("no")),
    ];
    seeds.extend(files("tsp"));
    seeds
}

fn signed(content: &[u8], packaging: Packaging) -> Vec<u8> {
    let request = SignRequest::new(SigningContent::Content(content), packaging, at(SIGNED));
    let signer = &world().signer;
    sign_cms(&signer.key, &signer.certificate, &request, &mut random()).unwrap()
}

fn value_digest(cms: &[u8]) -> Digest {
    SHA256.digest(SignedData::from_bytes(cms).unwrap().signer_infos()[0].signature())
}

pub fn cms() -> Vec<Vec<u8>> {
    let signer = &world().signer;
    let attached = signed(CONTENT, Packaging::Attached);
    let detached = signed(CONTENT, Packaging::Detached);
    let content = SigningContent::Content(CONTENT);
    let two =
        add_signer(&attached, &signer.key, &signer.certificate, Some(&content), at(SIGNED), &mut random()).unwrap();
    let token = stamp(&value_digest(&attached));
    let stamped = augment(&attached, &[Augmentation::SignatureTimeStamp { signer: 0, token }]).unwrap();
    let long = augment(
        &stamped,
        &[
            Augmentation::Certificate(world().ca.certificate.clone()),
            Augmentation::Crl(list(&world().ca, &[])),
            Augmentation::Ocsp(ocsp().remove(0)),
        ],
    )
    .unwrap();
    let request = archive_request(&long, 0, None, SHA256).unwrap();
    let archived =
        with_archive_time_stamp(&long, &request, &self::token(&request.imprint, LISTED, CertificateWish::Embed));
    let mut seeds = vec![attached, detached, two, stamped, long, archived.unwrap()];
    seeds.extend(files("cms"));
    seeds.extend(files("cms/derived"));
    seeds
}

pub fn xml() -> Vec<Vec<u8>> {
    let signer = &world().signer;
    let sign = |document: &str, form, layout| {
        sign_xml(document, form, layout, &signer.key, &signer.certificate, &mut random()).unwrap()
    };
    let document = "<a xmlns='urn:a' xml:lang='kk'><b Id='x'><!-- c --><p:q xmlns:p='urn:p' p:r='1'>1 &amp; &#xD;2</p:q></b><c/></a>";
    let one = sign(document, Form::Document, Layout::Santuario);
    let stacked = sign(&one, Form::Document, Layout::Compact);
    let mut seeds: Vec<Vec<u8>> = [one, stacked, sign(document, Form::Element("x"), Layout::Lf), document.to_owned()]
        .map(String::into_bytes)
        .into();
    seeds.push(
        "<?xml version=\"1.0\"?>\n<?pi x?><!--c--><a xmlns:x=\"urn:x\" y=\"&quot;&#9;\"><![CDATA[<&]]></a><!--d-->"
            .into(),
    );
    seeds.extend(raw_files("xml"));
    seeds.extend(raw_files("xml/derived"));
    seeds
}

type Files = Vec<(String, Vec<u8>)>;

fn written(kind: ContainerKind, files: &Files) -> Vec<u8> {
    let files: Vec<NewFile<'_>> = files.iter().map(|(name, content)| NewFile { name, content }).collect();
    write_container(kind, &files).unwrap()
}

fn manifest(assertion: &str, files: &Files) -> Vec<u8> {
    let entry = |(name, content): &'_ (String, Vec<u8>)| (name.clone(), SHA256.digest(content));
    let entries: Vec<(String, Digest)> = files.iter().map(entry).collect();
    let entries: Vec<ManifestEntry<'_>> = entries
        .iter()
        .map(|(name, digest)| ManifestEntry { name, media_type: "text/plain", digest: digest.clone() })
        .collect();
    write_manifest(assertion, "application/x-pkcs7-signature", &entries)
}

/// An ASiC-S, an ASiC-E, and one with an archive manifest and its time stamp, as lists of files.
fn containers() -> Vec<(ContainerKind, Files)> {
    let alpha = ("a.txt".to_owned(), b"alpha".to_vec());
    let mut simple: Files = vec![alpha.clone()];
    simple.push(("META-INF/signature.p7s".to_owned(), signed(b"alpha", Packaging::Detached)));
    let mut extended: Files = vec![alpha, ("құжат 1.txt".to_owned(), b"beta".to_vec())];
    let over = manifest(SIGNATURE, &extended);
    let signature = signed(&over, Packaging::Detached);
    extended.push((MANIFEST.to_owned(), over));
    extended.push((SIGNATURE.to_owned(), signature));
    let mut archived = extended.clone();
    let over = manifest("META-INF/timestamp001.tst", &archived);
    let token = stamp(&SHA256.digest(&over));
    archived.push(("META-INF/ASiCArchiveManifest.xml".to_owned(), over));
    archived.push(("META-INF/timestamp001.tst".to_owned(), token));
    vec![(ContainerKind::AsicS, simple), (ContainerKind::AsicE, extended), (ContainerKind::AsicE, archived)]
}

pub fn asic() -> Vec<Vec<u8>> {
    containers().iter().map(|(kind, files)| written(*kind, files)).collect()
}

/// As the target reads them: kind, then of each file the length of the name, the name, two octets of length, the content.
pub fn asic_files() -> Vec<Vec<u8>> {
    let plain = |(kind, files): &(ContainerKind, Files)| {
        let mut out = vec![u8::from(*kind == ContainerKind::AsicE)];
        for (name, content) in files {
            out.push(u8::try_from(name.len()).unwrap());
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(&u16::try_from(content.len()).unwrap().to_be_bytes());
            out.extend_from_slice(content);
        }
        out
    };
    containers().iter().map(plain).collect()
}

pub fn ers() -> Vec<Vec<u8>> {
    let begin = |objects: &[&[u8]]| {
        let digests: Vec<Digest> = objects.iter().map(|object| SHA256.digest(object)).collect();
        let builder = ErsBuilder::new();
        let stamped = builder.data(&digests).unwrap().among(&[vec![SHA256.digest(b"neighbour")], Vec::new()]);
        builder.begin(&stamped, stamp(&stamped.digest))
    };
    let one = begin(&[CONTENT]);
    let last = one.last_token().unwrap();
    let renewed = one.clone().renew(&last, token(&last.digest, LISTED, CertificateWish::Embed));
    vec![one.build(), begin(&[CONTENT, b"beta"]).build(), renewed.build()]
}

pub fn pkcs12() -> Vec<Vec<u8>> {
    let signer = &world().signer;
    let mut seeds = vec![key_store::seal(&signer.key, &signer.certificate, "Qwerty12", &mut random()).unwrap()];
    seeds.extend(raw_files("p12"));
    seeds
}

pub fn armor() -> Vec<Vec<u8>> {
    let pem = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
    let mut seeds: Vec<Vec<u8>> =
        vec![pem.into(), format!("text\n{pem}{pem}").into(), "MAMCAQE=".into(), vec![0x30, 3, 2, 1, 1]];
    seeds.extend(raw_files("ca"));
    seeds.extend(raw_files("cms/derived"));
    seeds
}

pub fn der() -> Vec<Vec<u8>> {
    [certificate(), cms(), tsp(), ers()].into_iter().flat_map(|seeds| seeds.into_iter().take(6)).collect()
}

pub fn name() -> Vec<Vec<u8>> {
    let certificates = certificate();
    let read = certificates.iter().filter_map(|der| qolhat_pki::certificate::Certificate::from_der(der).ok());
    let mut seeds: Vec<Vec<u8>> = read.map(|certificate| certificate.subject_der().to_vec()).collect();
    seeds.extend([
        b"1.2.398.3.10.1.1.2.3.2".to_vec(),
        b"2026-05-01T12:00:00.5+05:00".to_vec(),
        b"rsa-pss-sha256-mgf1-sha1-20".to_vec(),
    ]);
    seeds
}

/// A number of an algorithm, two octets of length, the key, the signature; see the target.
pub fn keys() -> Vec<Vec<u8>> {
    use openssl::{ec, nid, pkey, rsa};
    let group = |curve| ec::EcGroup::from_curve_name(curve).unwrap();
    let on = |curve| {
        pkey::PKey::from_ec_key(ec::EcKey::generate(&group(curve)).unwrap()).unwrap().public_key_to_der().unwrap()
    };
    let mut spkis = vec![
        on(nid::Nid::X9_62_PRIME256V1),
        on(nid::Nid::SECP384R1),
        pkey::PKey::generate_ed25519().unwrap().public_key_to_der().unwrap(),
        pkey::PKey::from_rsa(rsa::Rsa::generate(2048).unwrap()).unwrap().public_key_to_der().unwrap(),
    ];
    let certificates = certificate();
    let read = certificates.iter().filter_map(|der| qolhat_pki::certificate::Certificate::from_der(der).ok());
    spkis.extend(read.take(12).map(|certificate| certificate.spki().to_vec()));
    let signer = &world().signer;
    let signature = signer.key.sign_message(CONTENT, &mut random()).unwrap();
    let mut seeds = Vec::new();
    for (number, spki) in spkis.iter().chain([&signer.certificate.spki().to_vec()]).enumerate() {
        let mut seed = vec![u8::try_from(number).unwrap()];
        seed.extend_from_slice(&u16::try_from(spki.len()).unwrap().to_be_bytes());
        seed.extend_from_slice(spki);
        seed.extend_from_slice(&signature);
        seeds.push(seed);
        seeds.push(spki.clone());
    }
    seeds
}

pub fn path() -> Vec<Vec<u8>> {
    let world = world();
    let der = |chain: &[&crate::fixture::workshop::Holder]| -> Vec<u8> {
        chain.iter().flat_map(|holder| holder.certificate.der().to_vec()).collect()
    };
    let mut seeds = vec![
        der(&[&world.signer, &world.ca, &world.root]),
        der(&[&world.ca, &world.root]),
        der(&[&world.signer, &world.root, &world.ca, &world.ca]),
    ];
    let (real, certificates) = (files("ca").concat(), files("certs"));
    seeds.extend(certificates.into_iter().take(6).map(|certificate| [certificate, real.clone()].concat()));
    seeds
}

/// A line of decisions; see the target.
pub fn policies() -> Vec<Vec<u8>> {
    let mut dice = crate::mutate::Dice::new(7);
    let mut line = |length: usize| (0..length).map(|_| (dice.roll() >> 24) as u8).collect::<Vec<u8>>();
    let mut seeds: Vec<Vec<u8>> = (1..12).map(|length| line(length * 9)).collect();
    seeds.push(vec![0; 32]);
    seeds
}
