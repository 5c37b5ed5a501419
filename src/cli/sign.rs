//! `qolhat sign`: a CMS by a key of the national CA, in the form that NCALayer gives (CAdES-B), with a time stamp on
//! request (CAdES-T).

use std::fs;

use qolhat_pki::cms::SignedData;
use qolhat_pki::digest::{Digest, DigestAlgorithm};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::issue::cms_sign::{Packaging, SignRequest, SigningContent, sign_cms};
use qolhat_pki::pkcs12::{self, KeyStore, Pkcs12Error};
use serde_json::json;

use super::output::{CliError, Output};
use super::{Answer, SignArgs, SignFormat, input};
use crate::app::{SharedRandom, SystemRandom};
use crate::signature::fetch::Responders;

/// Signs the file.
pub fn sign(args: &SignArgs, output: &Output) -> Result<Answer, CliError> {
    if args.format == SignFormat::Xml {
        return Err(CliError::unsupported_format("signed XML"));
    }
    let store = open(&args.key, &args.password_env)?;
    let content = input::file(&args.file)?;
    let packaging = if args.detached { Packaging::Detached } else { Packaging::Attached };
    let request = SignRequest::new(SigningContent::Content(&content), packaging, input::moment(None)?);
    let mut rng = SharedRandom::new(SystemRandom);
    let mut cms = sign_cms(&store.key, &store.certificate, &request, &mut rng)
        .map_err(|error| CliError::internal(error.to_string()))?;
    if let Some(url) = &args.tsp {
        cms = stamp(&cms, url, &mut rng)?;
    }
    let name = args.out.display().to_string();
    fs::write(&args.out, &cms).map_err(|error| CliError::unreadable(&name, error.to_string()))?;
    if output.json {
        // The signature is the answer: without --json nothing is said, so that scripts may be written around it.
        output.answer(&json!({"file": name, "certificate": store.certificate.serial_hex()}), |_| {});
    }
    Ok(Answer::Yes)
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
