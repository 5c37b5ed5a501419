use qolhat_pki::certificate::Certificate;
use qolhat_pki::der::{Reader, Rules, tag};
use qolhat_pki::issue::crl_builder::{CrlTemplate, RevokedEntry, build_crl};
use qolhat_pki::key::PrivateKey;
use qolhat_pki::oid;
use qolhat_pki::time::Moment;

use crate::workshop::{Kind, SeededRandom, World, at, hex, openssl, shared, signed_part, temporary_folder, verifies};

fn template_of(world: &World) -> CrlTemplate {
    let entry = |serial: &[u8], reason| RevokedEntry {
        serial: serial.to_vec(),
        revoked_at: at("2026-03-01T10:00:00Z"),
        reason,
        invalid_since: None,
    };
    let compromised = RevokedEntry {
        invalid_since: Some(at("2026-02-20T00:00:00Z")),
        ..entry(world.signer.certificate.serial(), Some(1))
    };
    CrlTemplate {
        issuer: world.ca.certificate.subject().raw().to_vec(),
        authority_key_id: world.ca.certificate.subject_key_id().map(<[u8]>::to_vec),
        this_update: at("2026-03-02T00:00:00Z"),
        next_update: Some(at("2026-03-03T03:00:00Z")),
        number: 300,
        base_number: None,
        entries: vec![compromised, entry(&[0x11], Some(6)), entry(&[0x00, 0x80], None)],
        more_extensions: Vec::new(),
    }
}

/// What is signed of a CRL after the algorithm.
fn after_algorithm(crl: &[u8]) -> Vec<u8> {
    let (part, _) = signed_part(crl);
    let mut fields = Reader::new(&part, Rules::Der).sequence().unwrap();
    for _ in ["version", "algorithm"] {
        fields.read().unwrap();
    }
    fields.remaining().to_vec()
}

/// The CRL of the test CA of 2026, from the facts read from it: everything but the signature and the algorithm, which
/// the real one writes without NULL inside and with NULL outside.
#[test]
fn a_crl_built_from_the_facts_of_a_real_one_has_its_octets() {
    let Some(folder) = shared("nca") else { return };
    let real = std::fs::read(folder.join("crl/nca_gost2022_test.2026-08-11.crl")).unwrap();
    let authority = Certificate::from_der(&std::fs::read(folder.join("ca/nca_gost2022_test.cer")).unwrap()).unwrap();
    let template = CrlTemplate {
        issuer: authority.subject().raw().to_vec(),
        authority_key_id: authority.subject_key_id().map(<[u8]>::to_vec),
        this_update: at("2026-08-11T03:49:19Z"),
        next_update: Some(at("2027-02-07T03:49:19Z")),
        number: 166,
        base_number: None,
        entries: entries_of(&real),
        more_extensions: Vec::new(),
    };
    assert_eq!(template.entries.len(), 195);

    let mut random = SeededRandom::new(1);
    let key = PrivateKey::generate_gost512(&mut random).unwrap();
    let built = build_crl(&template, &key, &mut random).unwrap();

    let (built, real) = (after_algorithm(&built), after_algorithm(&real));
    let differs = built.iter().zip(&real).position(|(built, real)| built != real);
    let around = |octets: &[u8], at: usize| hex(&octets[at.saturating_sub(8)..octets.len().min(at + 8)]);
    let shown = differs.map(|at| (at, around(&built, at), around(&real, at)));
    assert_eq!((shown, built.len()), (None, real.len()));
}

#[test]
fn a_crl_of_every_kind_of_key_says_what_its_template_says_and_verifies() {
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        let template = template_of(&world);
        let built = build_crl(&template, &world.ca.key, &mut world.random).unwrap();

        let (part, signature) = signed_part(&built);
        let algorithm = world.ca.key.signature_algorithm();
        assert!(verifies(&world.ca.certificate, algorithm, &part, &signature));
        assert!(!verifies(&world.root.certificate, algorithm, &part, &signature));
        assert_eq!(entries_of(&built), template.entries);
    }
}

/// The entries of a CRL, read by the test itself: what the library reads is tested elsewhere.
fn entries_of(crl: &[u8]) -> Vec<RevokedEntry> {
    let (part, _) = signed_part(crl);
    let mut fields = Reader::new(&part, Rules::Der).sequence().unwrap();
    assert_eq!(fields.small_uint(), Ok(1));
    for _ in ["algorithm", "issuer", "this update"] {
        fields.read().unwrap();
    }
    if fields.peek_tag() == Some(tag::UTC_TIME) {
        fields.read().unwrap();
    }
    let mut entries = Vec::new();
    let Ok(mut list) = fields.sequence() else { return entries };
    while !list.is_empty() {
        let mut fields = list.sequence().unwrap();
        let serial = fields.integer_bytes().unwrap().to_vec();
        let revoked_at = Moment::from_der(&fields.read().unwrap()).unwrap();
        let mut entry = RevokedEntry { serial, revoked_at, reason: None, invalid_since: None };
        let mut extensions = if fields.is_empty() { fields } else { fields.sequence().unwrap() };
        while !extensions.is_empty() {
            let mut extension = extensions.sequence().unwrap();
            let identifier = extension.oid().unwrap();
            let value = extension.octet_string().unwrap();
            let mut value = Reader::new(&value, Rules::Der);
            if identifier == oid::REASON_CODE {
                entry.reason = Some(value.enumerated().unwrap());
            } else {
                assert_eq!(identifier, oid::INVALIDITY_DATE);
                entry.invalid_since = Some(Moment::from_der(&value.read().unwrap()).unwrap());
            }
        }
        entries.push(entry);
    }
    entries
}

#[test]
fn a_list_without_entries_leaves_them_out_and_a_delta_names_its_base() {
    let mut world = World::new(Kind::Gost2015);
    let mut template = template_of(&world);
    template.entries.clear();
    template.next_update = None;
    template.base_number = Some(299);
    let built = build_crl(&template, &world.ca.key, &mut world.random).unwrap();

    assert!(entries_of(&built).is_empty());
    let (part, _) = signed_part(&built);
    let mut fields = Reader::new(&part, Rules::Der).sequence().unwrap();
    for _ in ["version", "algorithm", "issuer", "this update"] {
        fields.read().unwrap();
    }
    let mut extensions = fields.optional_context(0).unwrap().unwrap().sequence().unwrap();
    let mut last = extensions.sequence().unwrap();
    while !extensions.is_empty() {
        last = extensions.sequence().unwrap();
    }
    assert_eq!(last.oid(), Ok(oid::DELTA_CRL_INDICATOR));
    assert_eq!(last.boolean(), Ok(true));
    assert_eq!(last.octet_string().unwrap().as_ref(), [2, 2, 1, 43]);
}

#[test]
fn openssl_reads_and_verifies_an_rsa_crl() {
    let Some(openssl) = openssl() else { return };
    let folder = temporary_folder("crl");
    let mut world = World::new(Kind::Rsa);
    let template = template_of(&world);
    let built = build_crl(&template, &world.ca.key, &mut world.random).unwrap();
    std::fs::write(folder.join("list.der"), built).unwrap();
    for (name, holder) in [("root", &world.root), ("ca", &world.ca)] {
        std::fs::write(folder.join("one.der"), holder.certificate.der()).unwrap();
        openssl.run(&folder, &["x509", "-inform", "DER", "-in", "one.der", "-out", &format!("{name}.pem")]);
    }

    let text =
        openssl.run(&folder, &["crl", "-inform", "DER", "-in", "list.der", "-noout", "-text", "-CAfile", "ca.pem"]);

    for line in
        ["verify OK", "Key Compromise", "Invalidity Date", "Certificate Hold", "Feb 20 00:00:00 2026 GMT", "300"]
    {
        assert!(text.contains(line), "{line} in {text}");
    }
}
