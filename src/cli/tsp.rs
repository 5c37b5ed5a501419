//! `qolhat pki tsp`: whether a time stamp answers a question.

use std::path::{Path, PathBuf};

use clap::Args;
use qolhat_pki::answer::{Stamp, StampAnswer, StampFault, StampQuestion, stamp_answer};
use qolhat_pki::armor;
use qolhat_pki::trust::TrustStore;
use serde_json::{Value, json};

use super::output::{CliError, Output};
use super::{Answer, digest, input};

#[derive(Debug, Args)]
pub struct TspArgs {
    /// CA certificates that end the path of an authority.
    #[arg(long, required = true)]
    trust: Vec<PathBuf>,
    /// Certificates that help to build it.
    #[arg(long)]
    certs: Vec<PathBuf>,
    /// What was stamped.
    #[arg(long, required_unless_present = "imprint", conflicts_with = "imprint")]
    data: Option<PathBuf>,
    /// The digest of it, in hexadecimal, under the algorithm that the token names.
    #[arg(long)]
    imprint: Option<String>,
    /// The nonce of the request, a number in hexadecimal.
    #[arg(long)]
    nonce: Option<String>,
    /// The moment asked about (RFC 3339); now by default.
    #[arg(long)]
    at: Option<String>,
    #[arg(long)]
    pub json: bool,
    /// The token, or the response of the authority.
    file: PathBuf,
}

/// Asks a time stamp.
pub fn tsp(args: &TspArgs, output: &Output) -> Result<Answer, CliError> {
    let at = input::moment(args.at.as_deref())?;
    let anchors = TrustStore::from_certificates(input::certificates(&args.trust)?);
    if anchors.is_empty() {
        return Err(CliError::no_anchors());
    }
    let certificates = input::certificates(&args.certs)?;
    let nonce = args.nonce.as_deref().map(number).transpose()?;
    let given = args.imprint.as_deref().map(imprint).transpose()?;
    let stamp = only(&args.file)?;
    let imprint = match (&args.data, given, stamp.imprint_algorithm()) {
        (_, Some(given), _) => given,
        (Some(file), None, Some(algorithm)) => digest::of_file(algorithm, file)?.as_bytes().to_vec(),
        (_, None, _) => Vec::new(),
    };
    let question = StampQuestion {
        imprint: &imprint,
        nonce: nonce.as_deref(),
        anchors: &anchors,
        certificates: &certificates,
        at,
    };
    let answer = stamp_answer(&question, &stamp);
    tell(&stamp, &answer, output);
    Ok(answer.fault.is_none().into())
}

fn only(path: &Path) -> Result<Stamp, CliError> {
    let name = path.display().to_string();
    let objects = armor::decode_any(&input::file(path)?);
    match objects.as_slice() {
        [der] => Stamp::from_der(der).map_err(|error| CliError::malformed(&name, error.to_string())),
        [] => Err(CliError::malformed(&name, "no object in DER, PEM or base64")),
        [_, ..] => Err(CliError::malformed(&name, "more than one object")),
    }
}

fn imprint(text: &str) -> Result<Vec<u8>, CliError> {
    hex::decode(text).map_err(|_| CliError::usage(format!("--imprint {text}: hexadecimal octets")))
}

/// A number may be written with an odd count of digits.
fn number(text: &str) -> Result<Vec<u8>, CliError> {
    let padded = if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() };
    let octets = hex::decode(padded).ok().filter(|octets| !octets.is_empty());
    octets.ok_or_else(|| CliError::usage(format!("--nonce {text}: a hexadecimal number")))
}

/// The shape of design section 4.
fn value(stamp: &Stamp, answer: &StampAnswer) -> Value {
    let info = stamp.token().map(|token| token.info());
    json!({
        "valid": answer.fault.is_none(),
        "reason": answer.fault.as_ref().map(StampFault::code),
        "gen_time": info.map(|info| info.gen_time.to_string()),
        "policy": info.map(|info| info.policy.to_string()),
        "imprint_algorithm": info.map(|info| info.message_imprint.algorithm.to_string()),
        "serial": info.map(|info| info.serial_hex()),
        "signer": answer.signer.as_ref().map(|signer| signer.subject().to_string()),
    })
}

fn tell(stamp: &Stamp, answer: &StampAnswer, output: &Output) {
    let value = value(stamp, answer);
    output.answer(&value, |page| {
        page.line(if answer.fault.is_none() { "cli-stamp-good" } else { "cli-stamp-bad" }, &[]);
        if let Some(fault) = &answer.fault {
            let family = if matches!(fault, StampFault::Path(_)) { "path" } else { "answer" };
            let reason = page.word(family, fault.code());
            page.field("reason", format!("{reason} ({fault})"));
        }
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        page.field("gen-time", text("gen_time"));
        page.field("policies", text("policy"));
        page.field("imprint", text("imprint_algorithm"));
        page.field("serial", text("serial"));
        page.field("signed-by", text("signer"));
    });
}
