//! `--online`: what the CA's services say of the signers of a file, put beside the evidence given. Who is asked stands in
//! the configuration in the current folder; without one, the services of the national CA.
//!
//! Nothing is asked about a signature whose mathematics does not hold, and no time stamp is bought.

use std::collections::BTreeSet;
use std::path::Path;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::ocsp::OcspResponse;
use qolhat_pki::path::VerifiedPath;
use qolhat_pki::policy::RevocationMode;
use qolhat_pki::report::{CryptoOutcome, ValidationReport};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::tsp::TimeStampToken;
use qolhat_pki::validate::Evidence;

use super::input;
use super::output::CliError;
use crate::app::{self, SharedRandom, SystemClock, SystemRandom};
use crate::config::Config;
use crate::domain::time::Clock as _;
use crate::signature::fetch::{Asked, Piece, Responders};

/// The configuration that says who may be asked.
const CONFIG: &str = "qolhat.toml";
/// The services of the national CA and of its test branch. Source: nca-rk.md section 6.
const NATIONAL_HOSTS: [&str; 8] = [
    "ocsp.pki.gov.kz",
    "crl.pki.gov.kz",
    "crl1.pki.gov.kz",
    "crl.root.gov.kz",
    "pki.gov.kz",
    "root.gov.kz",
    "www.pki.gov.kz",
    "test.pki.gov.kz",
];
/// Most certificates of a file whose issuer is looked for.
const CERTIFICATES_MAX: usize = 20;
/// Most CAs fetched one above another, and most in all.
const CLIMB_MAX: usize = 4;
const ISSUERS_MAX: usize = 16;
/// Most certificates asked about.
const SUBJECTS_MAX: usize = 100;

/// Adds to `evidence` the CAs that `certificates` miss on their way to `anchors`, then what the CA says of every
/// certificate on the paths that `judge` finds without asking for revocation: signers and time-stamping authorities, with
/// their CAs as `mode` wants. What cannot be had is logged and stays missing.
///
/// # Errors
/// `config` when there is a configuration and it does not read; `internal` without a runtime or TLS library.
pub fn gather(
    certificates: &[Certificate],
    anchors: &[&TrustStore],
    mode: RevocationMode,
    evidence: &mut Evidence,
    judge: impl FnOnce(&Evidence) -> ValidationReport,
) -> Result<(), CliError> {
    let online = Online { responders: responders()?, rng: SharedRandom::new(SystemRandom) };
    let runtime = input::runtime()?;
    let missing = runtime.block_on(online.missing_issuers(certificates, anchors, evidence));
    evidence.certificates.extend(missing);
    let paths = paths(judge(evidence));
    runtime.block_on(online.revocation(&paths, mode, evidence));
    Ok(())
}

/// The certificates in a message and in the time stamps on its signers.
pub fn certificates_of(data: &SignedData) -> Vec<Certificate> {
    let stamps = data.signer_infos().iter().flat_map(|info| info.signature_time_stamps());
    let stamps = stamps.take(CERTIFICATES_MAX).filter_map(|der| TimeStampToken::from_der(der).ok());
    let of_stamps = stamps.flat_map(|token| token.signed_data().certificates().to_vec());
    data.certificates().iter().cloned().chain(of_stamps).collect()
}

struct Online {
    responders: Responders,
    rng: SharedRandom,
}

fn responders() -> Result<Responders, CliError> {
    let file = Path::new(CONFIG);
    if file.is_file() {
        let config = Config::load(file).map_err(|error| CliError::config(CONFIG, error.to_string()))?;
        return app::responders_of(&config.evidence).map_err(|error| CliError::internal(error.to_string()));
    }
    let hosts = NATIONAL_HOSTS.map(str::to_owned);
    Responders::new("", &hosts, &[]).map_err(|error| CliError::internal(error.to_string()))
}

/// The paths of signatures that hold, and of their time stamps.
fn paths(report: ValidationReport) -> Vec<VerifiedPath> {
    let holds = report.signatures.into_iter().filter(|signature| signature.crypto == CryptoOutcome::Ok);
    let both = holds.flat_map(|signature| {
        signature.path.into_iter().chain(signature.time_stamps.into_iter().filter_map(|stamp| stamp.path))
    });
    both.collect()
}

impl Online {
    /// The CAs between `certificates` and `anchors` that nobody gave.
    async fn missing_issuers(
        &self,
        certificates: &[Certificate],
        anchors: &[&TrustStore],
        evidence: &Evidence,
    ) -> Vec<Certificate> {
        let known = |name: &Certificate, fetched: &[Certificate]| {
            let of_anchors = anchors.iter().flat_map(|store| store.anchors()).map(|anchor| anchor.certificate());
            let mut all = of_anchors.chain(&evidence.certificates).chain(certificates).chain(fetched);
            all.any(|ca| ca.subject() == name.issuer() && name.verify_signed_by(ca).is_ok())
        };
        let mut fetched: Vec<Certificate> = Vec::new();
        let given = certificates.iter().chain(&evidence.certificates).take(CERTIFICATES_MAX);
        let mut level: Vec<Certificate> = given.cloned().collect();
        for _ in 0..CLIMB_MAX {
            let mut above = Vec::new();
            for certificate in level {
                if fetched.len() < ISSUERS_MAX && !known(&certificate, &fetched) {
                    let issuers = self.responders.issuers_of(&certificate, &mut self.rng.clone()).await;
                    fetched.extend(issuers.iter().cloned());
                    above.extend(issuers);
                }
            }
            level = above;
        }
        fetched
    }

    async fn revocation(&self, paths: &[VerifiedPath], mode: RevocationMode, evidence: &mut Evidence) {
        let of_path = |path: &VerifiedPath| -> Vec<(Certificate, Certificate)> {
            let depth = match mode {
                RevocationMode::Chain => usize::MAX,
                RevocationMode::Leaf => 1,
                RevocationMode::None => 0,
            };
            path.links().take(depth).map(|(subject, issuer)| (subject.clone(), issuer.clone())).collect()
        };
        let links: Vec<_> = paths.iter().flat_map(of_path).collect();
        let signers = links.iter().map(|(_, issuer)| issuer).chain(&evidence.certificates);
        let mut asked = Asked::nothing(signers, SystemClock.now());
        let mut seen = BTreeSet::new();
        for (subject, issuer) in &links {
            if seen.len() >= SUBJECTS_MAX || !seen.insert(subject.sha256()) {
                continue;
            }
            for piece in self.responders.revocation(subject, issuer, &mut asked, &mut self.rng.clone()).await {
                match piece {
                    Piece::Ocsp(der) => evidence.ocsp.extend(OcspResponse::from_der(&der).ok()),
                    Piece::Crl(list) => evidence.crls.push(list),
                }
            }
        }
    }
}
