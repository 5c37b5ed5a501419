//! `qolhat sign`: a CMS by a key of the national CA, in the form that NCALayer gives (CAdES-B), with a time stamp on
//! request (CAdES-T); or an XML document with an enveloped signature.

use std::fs;

use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};
use qolhat_pki::issue::xml_sign::{Form, Layout, sign_xml};
use qolhat_pki::pkcs12::{self, KeyStore, Pkcs12Error};
use serde_json::json;

use super::output::{CliError, Output};
use super::{Answer, SignArgs, SignFormat, input};
use crate::app::{SharedRandom, SystemRandom};
use crate::signature::fetch::Responders;

/// Signs the file.
pub fn sign(args: &SignArgs, output: &Output) -> Result<Answer, CliError> {
    let store = open(&args.key, &args.password_env)?;
    let content = input::file(&args.file)?;
    let mut rng = SharedRandom::new(SystemRandom);
    let signed = match args.format {
        SignFormat::Cms => cms(args, &store, &content, &mut rng)?,
        SignFormat::Xml => xml(args, &store, &content, &mut rng)?,
    };
    let name = args.out.display().to_string();
    fs::write(&args.out, &signed).map_err(|error| CliError::unreadable(&name, error.to_string()))?;
    if output.json {
        // The signature is the answer: without --json nothing is said, so that scripts may be written around it.
        output.answer(&json!({"file": name, "certificate": store.certificate.serial_hex()}), |_| {});
    }
    Ok(Answer::Yes)
}

fn cms(args: &SignArgs, store: &KeyStore, content: &[u8], rng: &mut SharedRandom) -> Result<Vec<u8>, CliError> {
    let packaging = if args.detached { Packaging::Detached } else { Packaging::Attached };
    let request = SignRequest::new(SigningContent::Content(content), packaging, input::moment(None)?);
    let cms = sign_cms(&store.key, &store.certificate, &request, rng)
        .map_err(|error| CliError::internal(error.to_string()))?;
    match &args.tsp {
        Some(url) => stamp(&cms, url, rng),
        None => Ok(cms),
    }
}

/// The document with one more enveloped signature, in the form of the national CA's programs.
fn xml(args: &SignArgs, store: &KeyStore, content: &[u8], rng: &mut SharedRandom) -> Result<Vec<u8>, CliError> {
    if args.detached || args.tsp.is_some() {
        return Err(CliError::usage("--format xml: the signature is inside the document and has no time stamp"));
    }
    let malformed = |detail: String| CliError::malformed(&args.file.display().to_string(), detail);
    let document = std::str::from_utf8(content).map_err(|error| malformed(error.to_string()))?;
    let signed = sign_xml(document, Form::Document, Layout::Lf, &store.key, &store.certificate, rng);
    signed.map(String::into_bytes).map_err(|error| malformed(error.to_string()))
}

/// The key store at `path`, opened with the password in the variable.
///
/// # Errors
/// `no-password`, `wrong-password`, `malformed`, `unsupported-algorithm`.
pub fn open(path: &std::path::Path, variable: &str) -> Result<KeyStore, CliError> {
    let bytes = zeroize::Zeroizing::new(input::file(path)?);
    let password = input::password(variable)?;
    pkcs12::open(&bytes, &password).map_err(|error| {
        let detail = error.to_string();
        if error == Pkcs12Error::WrongPassword {
            CliError::wrong_password()
        } else if matches!(error, Pkcs12Error::Unsupported { .. }) {
            CliError::unsupported_algorithm(detail)
        } else {
            CliError::malformed(&path.display().to_string(), detail)
        }
    })
}

fn stamp(cms: &[u8], url: &str, rng: &mut SharedRandom) -> Result<Vec<u8>, CliError> {
    let internal = |error: String| CliError::internal(error);
    let data = SignedData::from_bytes(cms).map_err(|error| internal(error.to_string()))?;
    let value = data.signer_infos().first().map(|signer| signer.signature().to_vec()).unwrap_or_default();
    let token = token(url, &DigestAlgorithm::Sha256.digest(&value), rng)?;
    augment(cms, &[Augmentation::SignatureTimeStamp { signer: 0, token }]).map_err(|error| internal(error.to_string()))
}

/// A time-stamp token over `imprint` from the authority at `url`.
///
/// # Errors
/// `unreadable` when it gives none.
pub fn token(url: &str, imprint: &Digest, rng: &mut SharedRandom) -> Result<Vec<u8>, CliError> {
    let responders = Responders::new(url, &[], &[]).map_err(|error| CliError::internal(error.to_string()))?;
    let token = input::runtime()?.block_on(responders.time_stamp(imprint, rng));
    token.map_err(|error| CliError::unreadable(url, error.to_string()))
}
