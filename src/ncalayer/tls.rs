//! The signer's own certificate: made at start, for nothing but this machine. NCALayer's comes from the national CA and
//! is trusted by browsers; this one a person or a test has to accept.

use std::net::Ipv4Addr;

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslContext, SslMethod};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};

use crate::domain::time::Moment;

/// First octet of a TLS connection: a handshake record. No HTTP method begins with it. Source: RFC 8446 §5.1.
pub const FIRST_OCTET: u8 = 0x16;
/// How long the certificate counts, in seconds: 397 days, the most that browsers take.
const VALIDITY_SECONDS: i64 = 397 * 24 * 3600;
/// How long before its making it counts, in seconds: clocks differ.
const BACKDATED_SECONDS: i64 = 24 * 3600;
/// Bits of the serial number: a positive number of at most 20 octets. Source: RFC 5280 §4.1.2.2.
const SERIAL_BITS: i32 = 126;

/// Settings of a server with a new key and certificate.
///
/// # Errors
/// When the library fails.
pub fn context(now: Moment) -> Result<SslContext, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
    let certificate = certificate(&key, now)?;
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    acceptor.set_private_key(&key)?;
    acceptor.set_certificate(&certificate)?;
    acceptor.check_private_key()?;
    Ok(acceptor.build().into_context())
}

fn certificate(key: &PKey<Private>, now: Moment) -> Result<X509, ErrorStack> {
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_nid(Nid::COMMONNAME, &Ipv4Addr::LOCALHOST.to_string())?;
    let name = name.build();
    let mut serial = BigNum::new()?;
    serial.rand(SERIAL_BITS, MsbOption::ONE, false)?;
    let from = now.unix_seconds().saturating_sub(BACKDATED_SECONDS);

    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(serial.to_asn1_integer()?.as_ref())?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_not_before(Asn1Time::from_unix(from)?.as_ref())?;
    builder.set_not_after(Asn1Time::from_unix(from.saturating_add(VALIDITY_SECONDS))?.as_ref())?;
    builder.set_pubkey(key)?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
    builder.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?;
    let names = SubjectAlternativeName::new()
        .dns("localhost")
        .ip("127.0.0.1")
        .ip("::1")
        .build(&builder.x509v3_context(None, None))?;
    builder.append_extension(names)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}
