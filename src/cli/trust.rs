//! `qolhat trust import|list|remove`: the folder of CAs that are trusted (D12). None is compiled in.

use std::fs;
use std::path::{Path, PathBuf};

use qolhat_pki::certificate::Certificate;
use qolhat_pki::trust::TrustAnchor;
use serde_json::{Value, json};

use super::output::{CliError, Output};
use super::{Answer, TrustArgs, TrustCommand, input, known};

/// Does what is asked with the folder.
pub fn trust(args: &TrustArgs, output: &Output) -> Result<Answer, CliError> {
    match &args.command {
        TrustCommand::Import { path } => import(&args.dir, path, output),
        TrustCommand::List => list(&args.dir, output),
        TrustCommand::Remove { path } => remove(&args.dir, path, output),
    }
}

fn sha256(certificate: &Certificate) -> String {
    hex::encode(certificate.sha256())
}

fn file_of(dir: &Path, certificate: &Certificate) -> PathBuf {
    dir.join(format!("{}.cer", sha256(certificate)))
}

fn row(certificate: &Certificate) -> Value {
    let sha256 = sha256(certificate);
    json!({
        "name": certificate.subject().to_string(),
        "sha256": sha256,
        "not_before": certificate.not_before().to_string(),
        "not_after": certificate.not_after().to_string(),
        "known": known::name_of(&sha256),
    })
}

/// Each CA certificate becomes a file named by its fingerprint. Others are refused: a person's own certificate must not
/// become his authority.
fn import(dir: &Path, path: &Path, output: &Output) -> Result<Answer, CliError> {
    let certificates = input::certificates(&[path.to_path_buf()])?;
    let unwritable = |error: std::io::Error| CliError::unreadable(&dir.display().to_string(), error.to_string());
    let (mut imported, mut refused) = (Vec::new(), Vec::new());
    for certificate in certificates {
        if TrustAnchor::from_certificate(certificate.clone()).is_none() {
            refused.push(certificate);
            continue;
        }
        fs::create_dir_all(dir).map_err(unwritable)?;
        let file = file_of(dir, &certificate);
        let is_new = !file.is_file();
        if is_new {
            fs::write(&file, certificate.der()).map_err(unwritable)?;
        }
        imported.push((certificate, is_new));
    }
    let value = json!({
        "imported": imported.iter().map(|(certificate, _)| row(certificate)).collect::<Vec<_>>(),
        "refused": refused.iter().map(row).collect::<Vec<_>>(),
    });
    output.answer(&value, |page| {
        for (certificate, is_new) in &imported {
            let (name, sha256) = (certificate.subject().to_string(), sha256(certificate));
            let key = if *is_new { "cli-trust-imported" } else { "cli-trust-already" };
            page.line(key, &[("name", &name), ("sha256", &sha256)]);
            let known = known::name_of(&sha256).is_some();
            page.line(if known { "cli-trust-known" } else { "cli-trust-unknown" }, &[]);
        }
        for certificate in &refused {
            page.line("cli-trust-not-a-ca", &[("name", &certificate.subject().to_string())]);
        }
    });
    Ok((refused.is_empty() && !imported.is_empty()).into())
}

fn list(dir: &Path, output: &Output) -> Result<Answer, CliError> {
    let certificates = if dir.is_dir() { input::certificates(&[dir.to_path_buf()])? } else { Vec::new() };
    let value = json!({"trusted": certificates.iter().map(row).collect::<Vec<_>>()});
    output.answer(&value, |page| {
        if certificates.is_empty() {
            page.line("cli-trust-empty", &[]);
        }
        for certificate in &certificates {
            page.raw(certificate.subject().to_string());
            page.field("sha256", sha256(certificate));
            page.field("valid-until", certificate.not_after().to_string());
        }
    });
    Ok(Answer::Yes)
}

fn remove(dir: &Path, path: &Path, output: &Output) -> Result<Answer, CliError> {
    let text = path.display().to_string();
    let is_fingerprint = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let file = if is_fingerprint {
        dir.join(format!("{}.cer", text.to_ascii_lowercase()))
    } else {
        file_of(dir, &input::one_certificate(path)?)
    };
    if !file.is_file() {
        output.answer(&json!({"removed": []}), |page| page.line("cli-trust-absent", &[("name", &text)]));
        return Ok(Answer::No);
    }
    let certificate = input::one_certificate(&file)?;
    fs::remove_file(&file).map_err(|error| CliError::unreadable(&file.display().to_string(), error.to_string()))?;
    output.answer(&json!({"removed": [row(&certificate)]}), |page| {
        let (name, sha256) = (certificate.subject().to_string(), sha256(&certificate));
        page.line("cli-trust-removed", &[("name", &name), ("sha256", &sha256)]);
    });
    Ok(Answer::Yes)
}
