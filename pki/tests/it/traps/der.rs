//! Encodings that must not be taken for others, and those made to exhaust whoever reads them. Keeps: SIG-01.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::{CMS_SIZE_MAX_BYTES, CmsError, SignedData};
use qolhat_pki::crl::CertificateList;
use qolhat_pki::der::writer::Writer;
use qolhat_pki::der::{DEPTH_MAX, DerErrorKind, Reader, Rules, in_der};
use qolhat_pki::issue::fault::{CertificateFault, build_wrong_certificate, with_indefinite_length, with_long_length};
use qolhat_pki::issue::profile::{Issuer, KeyUse, Profile, ServiceUris, service_subject};
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::oid;
use qolhat_pki::tsp::{TimeStampResponse, TimeStampToken};

use crate::workshop::{Kind, SeededRandom, World, validity};

/// Signed as it is by the CA itself, and refused when read.
#[test]
fn a_certificate_with_one_thing_wrong_is_not_read() {
    let world = World::new(Kind::Gost2015);
    let issuer = Issuer::of(&world.ca.certificate, ServiceUris::default()).unwrap();
    let key = world.signer.certificate.spki().to_vec();
    let profile = Profile::NaturalPerson(KeyUse::Sign);
    let template = profile.template(&issuer, service_subject("АДАМ"), key, validity()).unwrap();
    for fault in CertificateFault::ALL {
        assert_eq!(CertificateFault::named(fault.name()), Some(*fault));
        let der = build_wrong_certificate(&template, *fault, &world.ca.key, &mut SeededRandom::new(1)).unwrap();
        let error = Certificate::from_der(&der).unwrap_err().to_string();
        let reason = match fault {
            CertificateFault::LongLength => "the length is not minimal",
            CertificateFault::IndefiniteLength => "an indefinite length is not allowed",
            CertificateFault::SerialPadded | CertificateFault::SerialEmpty => "the integer is not minimal",
            CertificateFault::SerialTooLong => "the serial number is too long",
            CertificateFault::OtherAlgorithmInside => "the two signature algorithms differ",
            CertificateFault::ExtensionTwice => "an extension stands twice",
            CertificateFault::BooleanNotDer => "not a boolean",
            CertificateFault::ExtensionsEmpty => "the list of extensions is empty",
            CertificateFault::ExtensionsInVersion1 => "extensions in a certificate before version 3",
            CertificateFault::UnknownVersion => "the version is not known",
            CertificateFault::TimeWithoutSeconds
            | CertificateFault::TimeWithOffset
            | CertificateFault::GeneralizedTimeTooEarly
            | CertificateFault::TimeWithFraction
            | CertificateFault::NoSuchDate => "not a valid time",
            CertificateFault::TrailingField | CertificateFault::TrailingOctet => "octets are left over",
        };
        assert!(error.contains(reason), "{}: {error}", fault.name());
    }
}

fn read(octets: &[u8], rules: Rules) -> Result<(), DerErrorKind> {
    Reader::new(octets, rules).read().map(|_| ()).map_err(|error| error.what)
}

#[test]
fn lengths_that_der_forbids_are_ber() {
    let element = Writer::build(|w| w.sequence(Writer::null));
    for (octets, kind) in [
        (with_long_length(&element), DerErrorKind::NonMinimalLength),
        (with_indefinite_length(&element), DerErrorKind::IndefiniteLength),
        (vec![0x30, 0x81, 2, 5, 0], DerErrorKind::NonMinimalLength),
        (vec![0x30, 0x82, 0, 2, 5, 0], DerErrorKind::NonMinimalLength),
    ] {
        assert_eq!(read(&octets, Rules::Der), Err(kind), "{octets:x?}");
        assert_eq!(read(&octets, Rules::Ber), Ok(()), "{octets:x?}");
        assert_eq!(in_der(&octets), Some(element.clone()), "{octets:x?}");
    }
}

#[test]
fn lengths_that_nobody_allows_are_refused() {
    for (octets, kind) in [
        (&[0x30, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 2, 5, 0][..], DerErrorKind::LengthOverflow),
        (&[0x30, 0xff, 5, 0], DerErrorKind::LengthOverflow),
        (&[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], DerErrorKind::Truncated),
        (&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], DerErrorKind::Truncated),
        (&[0x04, 0x80, 0, 0], DerErrorKind::IndefiniteLength),
        (&[0x30, 0x80, 5, 0], DerErrorKind::Truncated),
        (&[0, 0], DerErrorKind::MisplacedEndOfContents),
    ] {
        assert_eq!(read(octets, Rules::Ber), Err(kind), "{octets:x?}");
    }
}

#[test]
fn a_set_is_put_in_order_and_a_string_in_one_piece() {
    let unordered = [0x31, 6, 2, 1, 9, 2, 1, 3];
    assert_eq!(in_der(&unordered).as_deref(), Some(&[0x31, 6, 2, 1, 3, 2, 1, 9][..]));
    assert_eq!(in_der(&[0x24, 0x80, 4, 1, 7, 4, 1, 8, 0, 0]).as_deref(), Some(&[4, 2, 7, 8][..]));
    assert_eq!(in_der(&[1, 1, 1]).as_deref(), Some(&[1, 1, 0xff][..]));
    for broken in [&[][..], &[0x31, 2, 2], &[5, 0, 5, 0], &[0x24, 2, 5, 0]] {
        assert_eq!(in_der(broken), None, "{broken:x?}");
    }
}

/// A hundred megabytes of constructs that open and never close: refused by size; and below the limit by depth, at once.
#[test]
fn a_hundred_megabytes_of_nested_constructs_are_refused() {
    let nested = [0x30, 0x80].repeat(50 * 1024 * 1024);
    assert_eq!(nested.len(), 100 * 1024 * 1024);
    assert!(matches!(SignedData::from_bytes(&nested), Err(CmsError::TooMany { what: "octets", .. })));
    assert!(TimeStampToken::from_der(&nested).is_err());
    assert!(TimeStampResponse::from_der(&nested).is_err());
    assert!(OcspResponse::from_der(&nested).is_err());
    assert!(CertificateList::from_der(&nested).is_err());
    assert!(Certificate::from_der(&nested).is_err());
    assert_eq!(read(&nested, Rules::Ber), Err(DerErrorKind::TooDeep));
    assert_eq!(in_der(&nested), None);
    let below = &nested[..CMS_SIZE_MAX_BYTES];
    assert!(
        matches!(SignedData::from_bytes(below), Err(CmsError::Malformed(error)) if error.what == DerErrorKind::TooDeep)
    );
}

/// The same with a content in pieces of pieces.
#[test]
fn a_content_in_pieces_of_pieces_without_end_is_refused() {
    let pieces = [0x24, 0x80].repeat(8 * 1024 * 1024);
    let header = |w: &mut Writer| {
        w.oid(&oid::DATA);
    };
    let ber = [
        &[0x30, 0x80][..],
        &Writer::build(|w| w.oid(&oid::SIGNED_DATA)),
        &[0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 0x80],
        &Writer::build(header),
        &[0xa0, 0x80],
        &pieces,
    ]
    .concat();
    assert!(
        matches!(SignedData::from_bytes(&ber), Err(CmsError::Malformed(error)) if error.what == DerErrorKind::TooDeep)
    );
    // Definite lengths inside each other: one more than is read.
    let mut nested = vec![4, 0];
    for _ in 0..=DEPTH_MAX {
        nested = Writer::build(|w| w.element(0x24, &nested));
    }
    assert!(Reader::new(&nested, Rules::Ber).octet_string().is_err());
    assert_eq!(in_der(&nested), None);
}
