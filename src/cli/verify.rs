//! `qolhat verify`: the verdict on a signed file.

use qolhat_pki::asic::{ContainerPolicy, validate_container};
use qolhat_pki::digest::{Digest, DigestAlgorithm, Digests};
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::{Indication, SignatureReport, ValidationReport, etsi};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms, validate_xml};
use qolhat_pki::xml::Document;

use super::output::{CliError, Output, Page};
use super::{Answer, ReportFormat, Revocation, VerifyArgs, container, extract, input, output};
use crate::operations::verify_file::is_extract;
use crate::signature::recognize::{NotCms, Recognized, recognize};
use crate::signature::report_json;

/// Judges the file.
pub fn verify(args: &VerifyArgs, output: &Output) -> Result<Answer, CliError> {
    if args.online {
        return Err(CliError::unsupported_option("--online"));
    }
    let at = input::moment(args.at.as_deref())?;
    let bytes = input::file(&args.file)?;
    let name = args.file.display().to_string();
    let is_detached = args.detached.is_some() || args.detached_digest.is_some();
    match recognize(&bytes) {
        Recognized::Zip | Recognized::Xml if is_detached => Err(CliError::usage(
            "--detached and --detached-digest are for CMS: XML and containers carry what is signed",
        )),
        Recognized::Zip if is_extract(&bytes) => extract::judge(&bytes, &args.trust, None, at, output),
        Recognized::Zip => {
            let with = With::of(args)?;
            let (anchors, tsa, policy) = (&with.anchors, &with.tsa_anchors, &with.policy);
            let report =
                validate_container(&bytes, anchors, tsa, &with.evidence, policy, &ContainerPolicy::default(), at);
            Ok(container::tell(&report, args.report, &name, output))
        }
        Recognized::Xml => {
            let document = Document::parse(&bytes).map_err(|error| CliError::malformed(&name, error.to_string()))?;
            let with = With::of(args)?;
            let (anchors, tsa, policy) = (&with.anchors, &with.tsa_anchors, &with.policy);
            let report = validate_xml(&document, anchors, tsa, &with.evidence, policy, at);
            Ok(tell(&report, "xmldsig", args.report, &name, output))
        }
        Recognized::Cms(cms) => {
            let content = args.detached.as_deref().map(input::file).transpose()?;
            let digests = args.detached_digest.as_deref().map(digest).transpose()?;
            let detached = match (&content, &digests) {
                (Some(content), _) => Some(DetachedContent::Bytes(content)),
                (None, Some(digests)) => Some(DetachedContent::Digests(digests)),
                (None, None) => None,
            };
            let with = With::of(args)?;
            let input = CmsInput { signed_data: &cms.data, detached };
            let (anchors, tsa, policy) = (&with.anchors, &with.tsa_anchors, &with.policy);
            let report = validate_cms(&input, anchors, tsa, &with.evidence, policy, at);
            Ok(tell(&report, "cms", args.report, &name, output))
        }
        Recognized::Other(error @ NotCms::OtherMessage(_)) => Err(CliError::unsupported_format(error.to_string())),
        Recognized::Other(error) => Err(CliError::malformed(&name, error.to_string())),
    }
}

/// What a file is judged with.
struct With {
    anchors: TrustStore,
    tsa_anchors: TrustStore,
    evidence: Evidence,
    policy: SignaturePolicy,
}

impl With {
    fn of(args: &VerifyArgs) -> Result<With, CliError> {
        let tsa = if args.tsa_trust.is_empty() { &args.trust } else { &args.tsa_trust };
        let mode = match args.revocation {
            Revocation::Chain => RevocationMode::Chain,
            Revocation::Leaf => RevocationMode::Leaf,
            Revocation::None => RevocationMode::None,
        };
        Ok(With {
            anchors: TrustStore::from_certificates(input::certificates(&args.trust)?),
            tsa_anchors: TrustStore::from_certificates(input::certificates(tsa)?),
            evidence: Evidence {
                certificates: input::certificates(&args.certs)?,
                crls: input::crls(&args.crl)?,
                ocsp: input::ocsp(&args.ocsp)?,
            },
            policy: SignaturePolicy { revocation: RevocationPolicy::with_mode(mode), ..SignaturePolicy::default() },
        })
    }
}

/// Prints the report in the form asked for; whether everything is proven.
pub fn tell(
    report: &ValidationReport,
    format: &str,
    form: Option<ReportFormat>,
    name: &str,
    output: &Output,
) -> Answer {
    match form {
        Some(ReportFormat::Etsi) => output::print(&etsi::to_xml(report)),
        Some(ReportFormat::Json) | None => {
            output.answer(&report_json::message(report, format), |page| print(page, name, report));
        }
    }
    (report.indication == Indication::TotalPassed).into()
}

/// `ALG:HEX`.
fn digest(text: &str) -> Result<Digests, CliError> {
    let wrong = || CliError::usage(format!("--detached-digest {text}: ALG:HEX"));
    let (name, hexadecimal) = text.split_once(':').ok_or_else(wrong)?;
    let algorithm = DigestAlgorithm::from_name(name).ok_or_else(|| CliError::unsupported_algorithm(name))?;
    let octets = hex::decode(hexadecimal).map_err(|_| wrong())?;
    Ok(Digests::from(Digest::new(algorithm, octets).ok_or_else(wrong)?))
}

/// The report in the reader's language.
pub fn print(page: &mut Page<'_>, name: &str, report: &ValidationReport) {
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
    page.line("cli-offline", &[]);
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
