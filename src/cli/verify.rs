//! `qolhat verify`: the verdict on a signed file.

use std::path::Path;

use qolhat_pki::asic::{ContainerPolicy, ContainerReport, validate_container};
use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::{Digest, DigestAlgorithm, Digests};
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::{Indication, SignatureReport, ValidationReport, etsi};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms, validate_xml};
use qolhat_pki::xml::Document;

use super::digest::of_file;
use super::output::{CliError, Output, Page};
use super::{Answer, ReportFormat, Revocation, VerifyArgs, container, extract, input, online, output};
use crate::domain::time::Moment;
use crate::operations::verify_file::is_extract;
use crate::signature::recognize::{NotCms, Recognized, recognize};
use crate::signature::report_json;

/// Judges the file.
pub fn verify(args: &VerifyArgs, output: &Output) -> Result<Answer, CliError> {
    let mut at = input::moment(args.at.as_deref())?;
    let bytes = input::file(&args.file)?;
    let name = args.file.display().to_string();
    let is_detached = args.detached.is_some() || args.detached_digest.is_some();
    let recognized = recognize(&bytes);
    let content = match (&args.detached, &args.detached_digest) {
        (Some(file), _) => Some(content(file, &recognized)?),
        (None, Some(text)) => Some(Content::Digests(digest(text)?)),
        (None, None) => None,
    };
    let signed = match recognized {
        Recognized::Zip | Recognized::Xml if is_detached => {
            let why = "--detached and --detached-digest are for CMS: XML and containers carry what is signed";
            return Err(CliError::usage(why));
        }
        Recognized::Zip if is_extract(&bytes) => return extract::judge(&bytes, &args.trust, (None, None), at, output),
        Recognized::Zip => Signed::Container(&bytes),
        Recognized::Xml => {
            let document = Document::parse(&bytes).map_err(|error| CliError::malformed(&name, error.to_string()))?;
            Signed::Xml(Box::new(document))
        }
        Recognized::Cms(cms) => {
            let detached = content.as_ref().map(|content| match content {
                Content::Held(octets) => DetachedContent::Bytes(octets),
                Content::Digests(digests) => DetachedContent::Digests(digests),
            });
            Signed::Cms(cms.data, detached)
        }
        Recognized::Other(error @ NotCms::OtherMessage(_)) => {
            return Err(CliError::unsupported_format(error.to_string()));
        }
        Recognized::Other(error) => return Err(CliError::malformed(&name, error.to_string())),
    };
    let mut with = With::of(args)?;
    if args.online {
        ask_the_ca(&signed, &mut with, at)?;
        // The network lies between: what was issued meanwhile is not from the future.
        at = input::moment(args.at.as_deref())?;
    }
    let form = Form { report: args.report, is_online: args.online };
    Ok(match signed.judge(&with, &with.evidence, &with.policy, at) {
        Judged::Message(report, format) => tell(&report, format, form, &name, output),
        Judged::Container(report) => container::tell(&report, form, &name, output),
    })
}

/// Adds to the evidence what the CA's services say of everybody in the file whose mathematics holds.
fn ask_the_ca(signed: &Signed<'_>, with: &mut With, at: Moment) -> Result<(), CliError> {
    let offline =
        SignaturePolicy { revocation: RevocationPolicy::with_mode(RevocationMode::None), ..SignaturePolicy::default() };
    let judge = |with: &With, evidence: &Evidence| signed.judge(with, evidence, &offline, at).signatures(at);
    let mut certificates = match signed {
        Signed::Cms(data, _) => online::certificates_of(data),
        Signed::Xml(_) | Signed::Container(_) => Vec::new(),
    };
    let first = judge(with, &with.evidence);
    certificates.extend(first.signatures.into_iter().filter_map(|signature| signature.certificate));
    let mut evidence = std::mem::take(&mut with.evidence);
    let anchors = [&with.anchors, &with.tsa_anchors];
    let mode = with.policy.revocation.mode;
    online::gather(&certificates, &anchors, mode, &mut evidence, |evidence| judge(with, evidence))?;
    with.evidence = evidence;
    Ok(())
}

/// What is signed, and in what form.
enum Signed<'a> {
    Cms(SignedData, Option<DetachedContent<'a>>),
    Xml(Box<Document>),
    Container(&'a [u8]),
}

enum Judged {
    Message(ValidationReport, &'static str),
    Container(ContainerReport),
}

impl Signed<'_> {
    fn judge(&self, with: &With, evidence: &Evidence, policy: &SignaturePolicy, at: Moment) -> Judged {
        let (anchors, tsa) = (&with.anchors, &with.tsa_anchors);
        match self {
            Signed::Cms(data, detached) => {
                let input = CmsInput { signed_data: data, detached: *detached };
                Judged::Message(validate_cms(&input, anchors, tsa, evidence, policy, at), "cms")
            }
            Signed::Xml(document) => {
                Judged::Message(validate_xml(document, anchors, tsa, evidence, policy, at), "xmldsig")
            }
            Signed::Container(bytes) => {
                let rules = ContainerPolicy::default();
                Judged::Container(validate_container(bytes, anchors, tsa, evidence, policy, &rules, at))
            }
        }
    }
}

impl Judged {
    /// The signatures, whatever they are in.
    fn signatures(self, at: Moment) -> ValidationReport {
        match self {
            Judged::Message(report, _) => report,
            Judged::Container(report) => {
                let signatures = report.signatures.into_iter().map(|signature| signature.report).collect();
                ValidationReport { indication: report.indication, at, signatures }
            }
        }
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

/// In what form the answer is wanted.
#[derive(Clone, Copy)]
pub struct Form {
    /// The full report, as a document.
    pub report: Option<ReportFormat>,
    /// The CA was asked.
    pub is_online: bool,
}

/// Prints the report in the form asked for; whether everything is proven.
fn tell(report: &ValidationReport, format: &str, form: Form, name: &str, output: &Output) -> Answer {
    match form.report {
        Some(ReportFormat::Etsi) => output::print(&etsi::to_xml(report)),
        Some(ReportFormat::Json) | None => {
            output.answer(&report_json::message(report, format), |page| print(page, name, report, form.is_online));
        }
    }
    (report.indication == Indication::TotalPassed).into()
}

/// What a detached signature is over.
enum Content {
    Held(Vec<u8>),
    Digests(Digests),
}

/// The content in `file`; of one too large to be held the digests that the signers of `recognized` use.
fn content(file: &Path, recognized: &Recognized) -> Result<Content, CliError> {
    let Recognized::Cms(cms) = recognized else { return input::file(file).map(Content::Held) };
    if !input::is_large(file) {
        return input::file(file).map(Content::Held);
    }
    let mut digests: Vec<Digest> = Vec::new();
    for signer in cms.data.signer_infos() {
        let Ok(algorithm) = signer.digest_identifier().digest() else { continue };
        if digests.iter().all(|known| known.algorithm() != algorithm) {
            digests.push(of_file(algorithm, file)?);
        }
    }
    Ok(Content::Digests(digests.into_iter().collect()))
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
pub fn print(page: &mut Page<'_>, name: &str, report: &ValidationReport, is_online: bool) {
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
    if !is_online {
        page.line("cli-offline", &[]);
    }
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
