//! `qolhat pki digest`: the digest of a file or of stdin, read in pieces.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use qolhat_pki::digest::{Digest, DigestAlgorithm, Hasher};
use serde_json::json;

use super::Answer;
use super::output::{CliError, Output};

#[derive(Debug, Args)]
pub struct DigestArgs {
    /// The algorithm: sha1, sha224, sha256, sha384, sha512, sha512-224, sha512-256, streebog256, streebog512, gost34311-95.
    #[arg(long)]
    alg: String,
    #[arg(long)]
    pub json: bool,
    /// The file; stdin when there is none, or `-`.
    file: Option<PathBuf>,
}

/// Octets read at once.
const PIECE_BYTES: usize = 128 * 1024;

/// Prints the digest.
pub fn digest(args: &DigestArgs, output: &Output) -> Result<Answer, CliError> {
    let unknown = || CliError::unsupported_algorithm(&args.alg);
    let algorithm = DigestAlgorithm::from_name(&args.alg).ok_or_else(unknown)?;
    let digest = match args.file.as_deref().filter(|file| *file != Path::new("-")) {
        Some(file) => of_file(algorithm, file)?,
        None => of(algorithm, io::stdin().lock(), "stdin")?,
    };
    let digest = hex::encode(digest.as_bytes());
    output.answer(&json!({"alg": algorithm.name(), "digest": digest}), |page| page.raw(&digest));
    Ok(Answer::Yes)
}

/// The digest of a file, of whatever size.
///
/// # Errors
/// `not-found`, `unreadable`.
pub fn of_file(algorithm: DigestAlgorithm, file: &Path) -> Result<Digest, CliError> {
    let name = file.display().to_string();
    let opened = File::open(file).map_err(|error| {
        let absent = error.kind() == io::ErrorKind::NotFound;
        if absent { CliError::not_found(&name) } else { CliError::unreadable(&name, error.to_string()) }
    })?;
    of(algorithm, opened, &name)
}

fn of(algorithm: DigestAlgorithm, mut content: impl Read, name: &str) -> Result<Digest, CliError> {
    let mut hasher = Hasher::new(algorithm);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match content.read(&mut piece) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(length) => hasher.update(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(CliError::unreadable(name, error.to_string())),
        }
    }
}
