//! Verifies a detached CMS signature.
#![allow(clippy::print_stdout, reason = "it answers there")]

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{Indication, ValidationReport};
use qolhat_pki::time::Moment;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};

/// The verdict on `cms` over `content`, under the CA `anchor` and by what `crl` says, as of now.
pub fn verify(cms: &[u8], content: &[u8], anchor: &[u8], crl: &[u8], now: &str) -> Result<ValidationReport, Error> {
    let message = SignedData::from_bytes(cms)?;
    let trust = TrustStore::from_certificates([Certificate::from_der(anchor)?]);
    let evidence = Evidence { crls: vec![CertificateList::from_der(crl)?], ..Evidence::default() };
    let input = CmsInput { signed_data: &message, detached: Some(DetachedContent::Bytes(content)) };
    let now = Moment::parse_rfc3339(now)?;
    Ok(validate_cms(&input, &trust, &trust, &evidence, &SignaturePolicy::default(), now))
}

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let [cms, content, anchor, crl, now] = files.as_slice() else { return Err("CMS CONTENT CA CRL NOW".into()) };
    let read = std::fs::read::<&str>;
    let report = verify(&read(cms)?, &read(content)?, &read(anchor)?, &read(crl)?, now)?;
    for signature in &report.signatures {
        println!("{} {:?}", signature.indication.as_str(), signature.sub_indication.map(|sub| sub.as_str()));
    }
    if report.indication == Indication::TotalPassed { Ok(()) } else { Err("not proven".into()) }
}
