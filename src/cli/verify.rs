//! `qolhat verify`: the verdict on a signed file.

use qolhat_pki::digest::{Digest, DigestAlgorithm, Digests};
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::{Indication, SignatureReport, ValidationReport};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};

use super::output::{CliError, Output, Page};
use super::{Answer, ReportFormat, Revocation, VerifyArgs, extract, input, online};
use crate::signature::recognize::{NotCms, Recognized, recognize};
use crate::signature::report_json;

/// Judges the file.
pub fn verify(args: &VerifyArgs, output: &Output) -> Result<Answer, CliError> {
    if args.report == Some(ReportFormat::Etsi) {
        return Err(CliError::unsupported_option("--report etsi"));
    }
    let mut at = input::moment(args.at.as_deref())?;
    let bytes = input::file(&args.file)?;
    let name = args.file.display().to_string();
    let data = match recognize(&bytes) {
        Recognized::Zip => return extract::judge(&bytes, &args.trust, None, at, output),
        Recognized::Xml => return Err(CliError::unsupported_format("signed XML")),
        Recognized::Cms(cms) => cms.data,
        Recognized::Other(error @ NotCms::OtherMessage(_)) => {
            return Err(CliError::unsupported_format(error.to_string()));
        }
        Recognized::Other(error) => return Err(CliError::malformed(&name, error.to_string())),
    };
    let content = args.detached.as_deref().map(input::file).transpose()?;
    let digests = args.detached_digest.as_deref().map(digest).transpose()?;
    let detached = match (&content, &digests) {
        (Some(content), _) => Some(DetachedContent::Bytes(content)),
        (None, Some(digests)) => Some(DetachedContent::Digests(digests)),
        (None, None) => None,
    };
    let anchors = TrustStore::from_certificates(input::certificates(&args.trust)?);
    let tsa = if args.tsa_trust.is_empty() { &args.trust } else { &args.tsa_trust };
    let tsa_anchors = TrustStore::from_certificates(input::certificates(tsa)?);
    let mut evidence = Evidence {
        certificates: input::certificates(&args.certs)?,
        crls: input::crls(&args.crl)?,
        ocsp: input::ocsp(&args.ocsp)?,
    };
    let mode = match args.revocation {
        Revocation::Chain => RevocationMode::Chain,
        Revocation::Leaf => RevocationMode::Leaf,
        Revocation::None => RevocationMode::None,
    };
    let policy = SignaturePolicy { revocation: RevocationPolicy::with_mode(mode), ..SignaturePolicy::default() };
    let input = CmsInput { signed_data: &data, detached };
    if args.online {
        let (signers, stampers) = (&anchors, &tsa_anchors);
        let offline = SignaturePolicy {
            revocation: RevocationPolicy::with_mode(RevocationMode::None),
            ..SignaturePolicy::default()
        };
        online::gather(&online::certificates_of(&data), &[signers, stampers], mode, &mut evidence, |evidence| {
            validate_cms(&input, signers, stampers, evidence, &offline, at)
        })?;
        // The network lies between: what was issued meanwhile is not from the future.
        at = input::moment(args.at.as_deref())?;
    }
    let report = validate_cms(&input, &anchors, &tsa_anchors, &evidence, &policy, at);
    output.answer(&report_json::message(&report), |page| print(page, &name, &report, args.online));
    Ok((report.indication == Indication::TotalPassed).into())
}

/// `ALG:HEX`.
fn digest(text: &str) -> Result<Digests, CliError> {
    let wrong = || CliError::usage(format!("--detached-digest {text}: ALG:HEX"));
    let (name, hexadecimal) = text.split_once(':').ok_or_else(wrong)?;
    let algorithm = DigestAlgorithm::from_name(name).ok_or_else(|| CliError::unsupported_algorithm(name))?;
    let octets = hex::decode(hexadecimal).map_err(|_| wrong())?;
    Ok(Digests::from(Digest::new(algorithm, octets).ok_or_else(wrong)?))
}

fn print(page: &mut Page<'_>, name: &str, report: &ValidationReport, online: bool) {
    page.line(verdict(report.indication), &[]);
    page.field("file", name);
    page.field("at", report.at.to_string());
    if report.signatures.is_empty() {
        page.line("cli-no-signatures", &[]);
    }
    let total = report.signatures.len().to_string();
    for (number, signature) in (1..).zip(&report.signatures) {
        page.line("cli-signature", &[("number", &number.to_string()), ("total", &total)]);
        print_signature(page, signature);
    }
    page.line(if online { "cli-online" } else { "cli-offline" }, &[]);
}

const fn verdict(indication: Indication) -> &'static str {
    match indication {
        Indication::TotalPassed => "cli-verdict-good",
        Indication::Indeterminate => "cli-verdict-undetermined",
        Indication::TotalFailed => "cli-verdict-bad",
    }
}

fn print_signature(page: &mut Page<'_>, signature: &SignatureReport) {
    let at = |moment: Option<crate::domain::time::Moment>| moment.map(|at| at.to_string()).unwrap_or_default();
    let verdict = page.word("indication", signature.indication.as_str());
    page.field("verdict", format!("{} ({verdict})", signature.indication.as_str()));
    if let Some(sub) = signature.sub_indication {
        let reason = page.word("subindication", sub.as_str());
        page.field("reason", format!("{} ({reason})", sub.as_str()));
    }
    let crypto = page.word("crypto", signature.crypto.as_str());
    page.field("crypto", crypto);
    if let Some(signer) = &signature.signer {
        page.field("signed-by", signer.common_name.as_deref().unwrap_or_default());
        page.field("iin", signer.iin.as_deref().unwrap_or_default());
        page.field("bin", signer.bin.as_deref().unwrap_or_default());
        page.field("organization", signer.organization.as_deref().unwrap_or_default());
    }
    if let Some(certificate) = &signature.certificate {
        let roles = report_json::roles(&certificate.roles());
        let roles: Vec<String> = roles.iter().map(|role| page.word("role", role)).collect();
        page.field("role", roles.join(", "));
        page.field("serial", certificate.serial_hex());
        page.field("valid-from", certificate.not_before().to_string());
        page.field("valid-until", certificate.not_after().to_string());
    }
    page.field("claimed-at", at(signature.claimed_at));
    page.field("proven-at", at(signature.proven_at));
    page.field("judged-at", signature.judged_at.to_string());
    page.field("level", signature.level.as_str());
    page.line("cli-label-checks", &[]);
    let stamps = signature.time_stamps.iter().flat_map(|stamp| &stamp.checks);
    for check in signature.checks.iter().chain(stamps) {
        page.check(check.name, check.ok.as_bool(), &check.detail);
    }
}
