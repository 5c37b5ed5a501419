//! `qolhat pki ocsp` and `qolhat pki crl`: what one response or one list says of one certificate.

use std::path::{Path, PathBuf};

use clap::Args;
use qolhat_pki::answer::{Answer as Said, AnswerStatus, CrlQuestion, OcspQuestion, crl_answer, ocsp_answer};
use qolhat_pki::armor;
use qolhat_pki::crl::CertificateList;
use qolhat_pki::der::DerError;
use qolhat_pki::ocsp::OcspResponse;
use serde_json::{Value, json};

use super::output::{CliError, Output};
use super::{Answer, input};
use crate::domain::time::Moment;

#[derive(Debug, Args)]
pub struct OcspArgs {
    /// The certificate of the CA that issued the one asked about.
    #[arg(long, required = true)]
    issuer: Vec<PathBuf>,
    /// The certificate asked about.
    #[arg(long)]
    cert: PathBuf,
    /// The moment asked about (RFC 3339).
    #[arg(long)]
    at: String,
    /// The nonce of the request, in hexadecimal.
    #[arg(long)]
    nonce: Option<String>,
    #[arg(long)]
    pub json: bool,
    /// The OCSP response.
    response: PathBuf,
}

#[derive(Debug, Args)]
pub struct CrlArgs {
    /// The certificates of the list's issuer and of the CA that issued the certificate asked about.
    #[arg(long, required = true)]
    issuer: Vec<PathBuf>,
    /// The certificate asked about; without it only the list itself is.
    #[arg(long)]
    cert: Option<PathBuf>,
    /// The moment asked about (RFC 3339).
    #[arg(long)]
    at: String,
    #[arg(long)]
    pub json: bool,
    /// The revocation list.
    crl: PathBuf,
    /// A delta to it.
    delta: Option<PathBuf>,
}

/// Asks an OCSP response.
pub fn ocsp(args: &OcspArgs, output: &Output) -> Result<Answer, CliError> {
    let at = input::moment(Some(&args.at))?;
    let issuers = input::certificates(&args.issuer)?;
    let certificate = input::one_certificate(&args.cert)?;
    let nonce = args.nonce.as_deref().map(nonce).transpose()?;
    let response = only(&args.response, OcspResponse::from_der)?;
    let question = OcspQuestion { certificate: &certificate, issuers: &issuers, at, nonce: nonce.as_deref() };
    let said = ocsp_answer(&question, &response);
    tell(&said, Asked::Certificate, output);
    Ok((said.is_valid() && said.status == AnswerStatus::Good).into())
}

/// Asks a revocation list.
pub fn crl(args: &CrlArgs, output: &Output) -> Result<Answer, CliError> {
    let at = input::moment(Some(&args.at))?;
    let issuers = input::certificates(&args.issuer)?;
    let certificate = args.cert.as_deref().map(input::one_certificate).transpose()?;
    let list = only(&args.crl, CertificateList::from_der)?;
    let delta = args.delta.as_deref().map(|path| only(path, CertificateList::from_der)).transpose()?;
    let question = CrlQuestion { certificate: certificate.as_ref(), issuers: &issuers, at };
    let said = crl_answer(&question, &list, delta.as_ref());
    if certificate.is_none() {
        tell(&said, Asked::List, output);
        return Ok(said.is_valid().into());
    }
    tell(&said, Asked::Certificate, output);
    Ok((said.is_valid() && said.status == AnswerStatus::Good).into())
}

/// About what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Certificate,
    List,
}

/// The one object of a file.
fn only<T>(path: &Path, parse: impl Fn(&[u8]) -> Result<T, DerError>) -> Result<T, CliError> {
    let name = path.display().to_string();
    let objects = armor::decode_any(&input::file(path)?);
    match objects.as_slice() {
        [der] => parse(der).map_err(|error| CliError::malformed(&name, error.to_string())),
        [] => Err(CliError::malformed(&name, "no object in DER, PEM or base64")),
        [_, ..] => Err(CliError::malformed(&name, "more than one object")),
    }
}

fn nonce(text: &str) -> Result<Vec<u8>, CliError> {
    let octets = hex::decode(text).ok().filter(|octets| !octets.is_empty());
    octets.ok_or_else(|| CliError::usage(format!("--nonce {text}: hexadecimal octets")))
}

/// The shape of design section 4.
fn value(said: &Said) -> Value {
    let time = |at: Option<Moment>| at.map(|at| at.to_string());
    let (revoked_at, reason) = match said.status {
        AnswerStatus::Revoked { at, reason } => (Some(at), reason),
        AnswerStatus::Good | AnswerStatus::Unknown => (None, None),
    };
    json!({
        "valid": said.is_valid(),
        "status": said.status.as_str(),
        "reason": said.fault.map(|fault| fault.code()),
        "revoked_at": time(revoked_at),
        "revocation_reason": reason.map(|reason| reason.as_str()),
        "this_update": time(said.this_update),
        "next_update": time(said.next_update),
        "produced_at": time(said.produced_at),
    })
}

fn tell(said: &Said, asked: Asked, output: &Output) {
    let value = value(said);
    output.answer(&value, |page| {
        let heading = match (said.fault, said.status, asked) {
            (Some(_), _, _) => "cli-answer-refused",
            (None, _, Asked::List) => "cli-answer-list",
            (None, AnswerStatus::Good, Asked::Certificate) => "cli-answer-good",
            (None, AnswerStatus::Revoked { .. }, Asked::Certificate) => "cli-answer-revoked",
            (None, AnswerStatus::Unknown, Asked::Certificate) => "cli-answer-unknown",
        };
        page.line(heading, &[]);
        if let Some(fault) = said.fault {
            let reason = page.word("answer", fault.code());
            page.field("reason", format!("{reason} ({fault})"));
        }
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        page.field("status", text("status"));
        page.field("revoked-at", text("revoked_at"));
        page.field("revocation-reason", text("revocation_reason"));
        page.field("this-update", text("this_update"));
        page.field("next-update", text("next_update"));
        page.field("produced-at", text("produced_at"));
    });
}
