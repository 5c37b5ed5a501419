//! Anybody asks whether a file is good: an extract of ours, a CMS with its content inside or beside it. What is asked is
//! answered and forgotten: nothing is stored, nothing is written into the journal, no time stamp is bought for a
//! stranger's signature.
//!
//! The files are told by content (`sort`), judged with the trust of this service and the CA's word of now, and told as
//! facts for people ([`FileVerdict`]; an extract's own in [`ExtractFacts`]).

mod extract_facts;
mod lines;
mod sort;
mod verdict;

pub use extract_facts::{
    CaseFacts, CheckpointFacts, CompletenessFacts, ConditionFacts, DocumentFacts, ExtractFacts, FaultFacts, FileFacts,
    PartFaults, PartyFacts, SubjectFacts,
};
pub use sort::{Unsupported, is_extract};
pub use verdict::{Covered, FileKind, FileVerdict};

use std::sync::Arc;
use std::time::Duration;

use qolhat_pki::cms::SignedData;
use qolhat_pki::path::VerifiedPath;
use qolhat_pki::policy::{RevocationMode, RevocationPolicy, SignaturePolicy};
use qolhat_pki::report::{CryptoOutcome, ValidationReport};
use qolhat_pki::validate::{CmsInput, DetachedContent, validate_cms};
use tokio::sync::Semaphore;

use super::OperationError;
use super::gather_evidence::{anchors_for_extracts, evidence_of, fetch_along};
use super::issue_extract::operator_card;
use super::verify_extract::verify_extract;
use crate::app::{App, Trust};
use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::Moment;
use crate::signature::fetch::Piece;
use crate::signature::shown::Showing;
use sort::{Sorted, sort};

/// Largest input, both files together, in bytes. Larger files are for the command line.
pub const INPUT_MAX_BYTES: usize = 32 * 1024 * 1024;
/// Most signers of one file that are judged.
pub const SIGNERS_MAX: usize = 20;
/// Longest wait for all evidence on one file, in seconds. What has not come by then is missing.
pub const EVIDENCE_TIMEOUT_SECONDS: u64 = 25;
/// Files judged at one time: strangers ask, and the cores are there for the clients as well.
const AT_ONCE_MAX: usize = 2;

static AT_ONCE: Semaphore = Semaphore::const_new(AT_ONCE_MAX);

/// The verdict on `file`, whose detached content may be `content`. The two may come in either order.
///
/// A CMS is judged as of now, or as of its time stamp: with the CA's evidence that it carries and that the configured
/// responders give now, by the rules of `qolhat verify` (the docflow's stricter ones are for what it takes in). Where
/// there is no evidence it is INDETERMINATE / TRY_LATER (design D5). An extract is judged with what it carries, and must
/// be one of this operator.
///
/// Cost: what the file holds is hashed twice for a CMS; at most [`SIGNERS_MAX`] signers; one question to the CA for each
/// certificate. IINs are shown as `showing` says.
///
/// # Errors
/// `upload-too-large`. A file that is not read is no error but a verdict that says so.
pub async fn verify_file(
    app: &App,
    file: Vec<u8>,
    content: Option<Vec<u8>>,
    showing: Showing,
) -> Result<FileVerdict, OperationError> {
    let bytes = file.len().saturating_add(content.as_ref().map_or(0, Vec::len));
    if bytes > INPUT_MAX_BYTES {
        return Err(Refusal::new(RefusalCode::UploadTooLarge).with("limit", INPUT_MAX_BYTES.to_string()).into());
    }
    let pile = work(move || sort(file, content)).await?;
    let verdict = match pile.sorted {
        Sorted::Unsupported(why, detail) => FileVerdict::unsupported(why, &detail, app.clock.now()),
        Sorted::Extract(bytes) => {
            let (anchors, card, now) = (anchors_for_extracts(&app.trust), operator_card(app), app.clock.now());
            work(move || FileVerdict::of_extract(verify_extract(&bytes, &anchors, Some(&card), now), showing)).await?
        }
        Sorted::Cms { data, content } => {
            let bench = Arc::new(Bench { data, content, trust: app.trust.clone() });
            let report = judge(app, &bench).await?;
            work(move || FileVerdict::of_cms(&report, bench.covered(), showing)).await?
        }
    };
    Ok(verdict.with_order(pile.swapped, pile.left_over))
}

/// Work of a while, on a thread where it hinders nobody.
async fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, OperationError> {
    // The semaphore is never closed; were it, the bound would be gone and not the answer.
    let permit = AT_ONCE.acquire().await.ok();
    // Whoever asked may be gone before the work is done: the place is the work's, not his.
    let work = move || {
        let _permit = permit;
        work()
    };
    Ok(tokio::task::spawn_blocking(work).await?)
}

/// A message with all that it is judged by.
struct Bench {
    data: SignedData,
    content: Option<Vec<u8>>,
    trust: Trust,
}

impl Bench {
    fn judge(&self, pieces: &[Piece], mode: RevocationMode, at: Moment) -> ValidationReport {
        let detached = self.content.as_deref().map(DetachedContent::Bytes);
        let input = CmsInput { signed_data: &self.data, detached };
        let policy = SignaturePolicy { revocation: RevocationPolicy::with_mode(mode), ..SignaturePolicy::default() };
        let evidence = evidence_of(&self.trust, pieces);
        validate_cms(&input, &self.trust.anchors, &self.trust.tsa_anchors, &evidence, &policy, at)
    }

    fn covered(&self) -> Option<Covered> {
        let attached = self.data.content();
        attached.or(self.content.as_deref()).map(|content| Covered::of(content, attached.is_some()))
    }
}

/// The mathematics and the paths first: the CA is asked nothing about a signature that does not hold.
async fn judge(app: &App, bench: &Arc<Bench>) -> Result<ValidationReport, OperationError> {
    let (first, now) = (Arc::clone(bench), app.clock.now());
    let offline = work(move || first.judge(&[], RevocationMode::None, now)).await?;
    let holds = offline.signatures.into_iter().filter(|signature| signature.crypto == CryptoOutcome::Ok);
    let paths: Vec<VerifiedPath> = holds.filter_map(|signature| signature.path).collect();
    let mut pieces = Vec::new();
    let limit = Duration::from_secs(EVIDENCE_TIMEOUT_SECONDS);
    if tokio::time::timeout(limit, fetch_along(app, &paths, &mut pieces)).await.is_err() {
        tracing::warn!(evidence.certificates = paths.len(), "not all evidence came in time");
    }
    // The network lies between: what was issued meanwhile is not from the future.
    let (second, at) = (Arc::clone(bench), app.clock.now().max(now));
    work(move || second.judge(&pieces, RevocationMode::Chain, at)).await
}
