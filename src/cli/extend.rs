//! `qolhat extend`: raises the level of a signature, so that it can still be shown when its certificates have ended:
//! a time stamp over the value (T), what proves the certificates (LT), an archive time stamp over it all (LTA).

use std::fs;

use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::{SignedData, SignerInfo};
use qolhat_pki::digest::{Digest, DigestAlgorithm, Digests};
use qolhat_pki::issue::archive::{archive_request, with_archive_time_stamp};
use qolhat_pki::issue::augment::{Augmentation, augment};
use qolhat_pki::policy::SignaturePolicy;
use qolhat_pki::report::{CheckOutcome, SignatureLevel, SignatureReport, TimeStampKind, TimeStampReport};
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{CmsInput, DetachedContent, Evidence, validate_cms};
use serde_json::json;

use super::output::{CliError, Output};
use super::{Answer, ExtendArgs, Level, input, sign};
use crate::app::{SharedRandom, SystemRandom};
use crate::signature::recognize::{Recognized, recognize};

/// The digest that authorities are asked for: every one of the national CA answers it.
const IMPRINT: DigestAlgorithm = DigestAlgorithm::Sha256;

/// Raises the level of every signature of the file.
pub fn extend(args: &ExtendArgs, output: &Output) -> Result<Answer, CliError> {
    let bytes = input::file(&args.file)?;
    let name = args.file.display().to_string();
    let Recognized::Cms(message) = recognize(&bytes) else {
        return Err(CliError::unsupported_format("only CMS signatures are extended"));
    };
    let content = args.detached.as_deref().map(input::file).transpose()?;
    let mut work = Work { args, cms: message.octets, content, rng: SharedRandom::new(SystemRandom) };
    work.with_signature_time_stamps()?;
    if args.to != Level::T {
        work.with_evidence()?;
    }
    if args.to == Level::Lta {
        work.with_archive_time_stamps()?;
    }
    let standings = work.standings()?;
    let wanted = args.to.reached();
    // What makes no reference to its certificate is of no level of CAdES, and proven by time stamps all the same.
    if let Some(short) = standings.iter().find(|one| one.refers && one.level < wanted) {
        return Err(CliError::level_not_reached(&name, short.level.as_str(), wanted.as_str()));
    }
    let out = args.out.display().to_string();
    fs::write(&args.out, &work.cms).map_err(|error| CliError::unreadable(&out, error.to_string()))?;
    let levels: Vec<&str> = standings.iter().map(|one| one.level.as_str()).collect();
    output.answer(&json!({"file": out, "levels": levels}), |page| {
        page.line("cli-extended", &[("file", &out)]);
        page.field("level", levels.join(", "));
    });
    Ok(Answer::Yes)
}

/// How one signature stands, by what it contains.
struct Standing {
    level: SignatureLevel,
    /// Its certificate is named under it.
    refers: bool,
    /// A time stamp is over its value.
    is_stamped: bool,
}

impl Level {
    const fn reached(self) -> SignatureLevel {
        match self {
            Level::T => SignatureLevel::CadesT,
            Level::Lt => SignatureLevel::CadesLt,
            Level::Lta => SignatureLevel::CadesLta,
        }
    }
}

struct Work<'a> {
    args: &'a ExtendArgs,
    cms: Vec<u8>,
    content: Option<Vec<u8>>,
    rng: SharedRandom,
}

impl Work<'_> {
    fn message(&self) -> Result<SignedData, CliError> {
        SignedData::from_bytes(&self.cms).map_err(|error| CliError::internal(error.to_string()))
    }

    fn token(&mut self, imprint: &Digest) -> Result<Vec<u8>, CliError> {
        let url = self.args.tsp.as_deref().ok_or_else(|| CliError::usage("--tsp URL: a time stamp is needed"))?;
        sign::token(url, imprint, &mut self.rng)
    }

    /// Positions change with every piece added: one signer at a time.
    fn with_signature_time_stamps(&mut self) -> Result<(), CliError> {
        for _ in 0..self.message()?.signer_infos().len() {
            let Some(signer) = self.standings()?.iter().position(|one| !one.is_stamped) else { break };
            let message = self.message()?;
            let value = message.signer_infos().get(signer).map(|signer| signer.signature().to_vec());
            let token = self.token(&IMPRINT.digest(&value.unwrap_or_default()))?;
            self.add(&[Augmentation::SignatureTimeStamp { signer, token }])?;
        }
        Ok(())
    }

    fn with_evidence(&mut self) -> Result<(), CliError> {
        let message = self.message()?;
        let held: Vec<&[u8]> = message.certificates().iter().map(Certificate::der).collect();
        let certificates = input::certificates(&self.args.certs)?;
        let mut additions: Vec<Augmentation> =
            certificates.into_iter().filter(|one| !held.contains(&one.der())).map(Augmentation::Certificate).collect();
        for list in input::crls(&self.args.crl)? {
            if !message.crls().iter().any(|held| held == list.der()) {
                additions.push(Augmentation::Crl(list.der().to_vec()));
            }
        }
        for response in input::ocsp(&self.args.ocsp)? {
            if !message.ocsp_responses().iter().any(|held| held == response.der()) {
                additions.push(Augmentation::Ocsp(response.der().to_vec()));
            }
        }
        self.add(&additions)
    }

    /// One archive time stamp for every signer, also for one that has some: it is renewed.
    fn with_archive_time_stamps(&mut self) -> Result<(), CliError> {
        let content = self.content.as_deref().map(|content| IMPRINT.digest(content));
        // A signer is known by its signature value: its position may change.
        let message = self.message()?;
        let values: Vec<Vec<u8>> = message.signer_infos().iter().map(|signer| signer.signature().to_vec()).collect();
        for value in values {
            let message = self.message()?;
            let signer = message.signer_infos().iter().position(|signer| signer.signature() == value);
            let signer = signer.ok_or_else(|| CliError::internal("a signer is gone"))?;
            let failed = |error: qolhat_pki::issue::IssueError| CliError::usage(format!("--detached: {error}"));
            let request = archive_request(&self.cms, signer, content.as_ref(), IMPRINT).map_err(failed)?;
            let token = self.token(&request.imprint)?;
            let internal = |error: qolhat_pki::issue::IssueError| CliError::internal(error.to_string());
            self.cms = with_archive_time_stamp(&self.cms, &request, &token).map_err(internal)?;
        }
        Ok(())
    }

    fn add(&mut self, additions: &[Augmentation]) -> Result<(), CliError> {
        self.cms = augment(&self.cms, additions).map_err(|error| CliError::internal(error.to_string()))?;
        Ok(())
    }

    /// By contents alone: nobody is trusted here. Without the content the digests that the signers wrote stand for it.
    fn standings(&self) -> Result<Vec<Standing>, CliError> {
        let message = self.message()?;
        let written: Digests = message
            .signer_infos()
            .iter()
            .filter_map(|signer| {
                let algorithm = DigestAlgorithm::from_oid(&signer.digest_algorithm())?;
                Digest::new(algorithm, signer.message_digest()?.to_vec())
            })
            .collect();
        let detached = match (&self.content, message.content()) {
            (_, Some(_)) => None,
            (Some(content), None) => Some(DetachedContent::Bytes(content)),
            (None, None) => Some(DetachedContent::Digests(&written)),
        };
        let input = CmsInput { signed_data: &message, detached };
        let nobody = TrustStore::default();
        let now = input::moment(None)?;
        let evidence = Evidence { certificates: input::certificates(&self.args.certs)?, ..Evidence::default() };
        let report = validate_cms(&input, &nobody, &nobody, &evidence, &SignaturePolicy::default(), now);
        let signers = message.signer_infos().iter();
        Ok(report.signatures.iter().zip(signers).map(|(signature, signer)| standing(signature, signer)).collect())
    }
}

fn standing(signature: &SignatureReport, signer: &SignerInfo) -> Standing {
    let is_over_value = |stamp: &TimeStampReport| {
        let imprint = stamp.checks.iter().find(|check| check.name == "time-stamp-imprint");
        stamp.kind == TimeStampKind::Signature && imprint.is_some_and(|check| check.ok == CheckOutcome::Yes)
    };
    Standing {
        level: signature.level,
        refers: signer.signing_certificates().is_ok_and(|references| !references.is_empty()),
        is_stamped: signature.time_stamps.iter().any(is_over_value),
    }
}
