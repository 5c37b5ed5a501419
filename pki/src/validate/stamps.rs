//! All time stamps of one signature: archive time stamps from the newest to the oldest, each proving what it covers, then
//! those of the signature and of the content.
//!
//! A token is judged by what proves it: one that a later token covers had only to hold until then.
//!
//! Source: EN 319 102-1 §5.5, §5.6.3; EN 319 122-1 §5.5.3.

use super::content::Content;
use super::proofs::Proofs;
use super::time_stamp::{self, Context};
use super::{embedded, rules};
use crate::cms::{HashIndex, Indexed, SignedData, SignerInfo, archived_octets};
use crate::digest::DigestAlgorithm;
use crate::oid;
use crate::path::Budget;
use crate::report::{Check, CheckOutcome, ExistingObject, SignatureReport, TimeStampKind, TimeStampReport};
use crate::time::Moment;
use crate::tsp::TimeStampToken;

/// Tokens of one kind in one signature, at most looked at.
const STAMPS_MAX: usize = 16;

/// The signature whose stamps are judged.
pub(super) struct Stamped<'a, 'c> {
    pub message: &'a SignedData,
    pub signer: &'a SignerInfo,
    pub content: &'a mut Content<'c>,
}

impl Stamped<'_, '_> {
    /// Judges every token into `report`; answers the latest moment that a content time stamp proves: the signature is
    /// younger.
    pub fn judge(
        &mut self,
        context: &Context<'_>,
        report: &mut SignatureReport,
        budget: &mut Budget,
    ) -> (Option<Moment>, Proofs) {
        let mut proofs = Proofs::default();
        let archive = self.archive(context, &mut proofs, report, budget);
        let content = &mut *self.content;
        let over_content = &mut |algorithm| content.digest(algorithm);
        let tokens = self.signer.content_time_stamps();
        let stamps = plain(TimeStampKind::Content, &tokens, over_content, context, &proofs, report, budget);
        let lower = proven(&stamps).max();
        report.time_stamps.extend(stamps);
        let value = self.signer.signature();
        let over_value = &mut |algorithm: DigestAlgorithm| Some(algorithm.digest(value));
        let tokens = self.signer.signature_time_stamps();
        let stamps = plain(TimeStampKind::Signature, &tokens, over_value, context, &proofs, report, budget);
        report.proven_at = proven(&stamps).chain(proven(&archive)).min();
        report.time_stamps.extend(stamps);
        report.time_stamps.extend(archive);
        if let Some(since) = report.proven_at {
            proofs.learn_octets(ExistingObject::Signature, value, since);
        }
        if self.signer.unsigned_attributes().iter().any(|one| one.oid == oid::ARCHIVE_TIME_STAMP_V2) {
            let detail = "an archive time stamp of the second form, which is not judged";
            report.checks.push(Check::new(rules::STAMP_READABLE, CheckOutcome::NotChecked, detail));
        }
        (lower, proofs)
    }

    /// The archive time stamps, from the newest to the oldest.
    fn archive(
        &mut self,
        context: &Context<'_>,
        proofs: &mut Proofs,
        report: &mut SignatureReport,
        budget: &mut Budget,
    ) -> Vec<TimeStampReport> {
        let mut tokens = readable(&self.signer.archive_time_stamps(), report);
        tokens.sort_by_key(|token| std::cmp::Reverse(token.info().gen_time));
        let mut stamps = Vec::new();
        for token in &tokens {
            let index = index_of(token, self.message, self.signer);
            let content = &mut *self.content;
            let (signer, encapsulated) = (self.signer, self.message.encapsulated_type());
            let mut imprint = |algorithm: DigestAlgorithm| {
                let (index, _) = index.as_ref().ok()?;
                let octets = archived_octets(encapsulated, &content.digest(algorithm)?, signer, index.raw());
                Some(algorithm.digest(&octets))
            };
            let index_answer = index.as_ref().map(|(index, _)| index.digest()).map_err(Clone::clone);
            let mut stamp = time_stamp::judge_archive(token, index_answer, &mut imprint, context, proofs, budget);
            if let Ok((_, indexed)) = &index {
                stamp.left_out = indexed.left_out.clone();
                if stamp.proven {
                    learn(proofs, self.signer, indexed, stamp.gen_time);
                }
            }
            stamps.push(stamp);
        }
        stamps
    }
}

/// The index of a token, and what it names.
fn index_of<'m>(
    token: &TimeStampToken,
    message: &'m SignedData,
    signer: &'m SignerInfo,
) -> Result<(HashIndex, Indexed<'m>), String> {
    let token_signer = token.signed_data().signer_infos().first().ok_or("the token has no signer")?;
    let index = HashIndex::of(token_signer).map_err(|error| error.to_string())?;
    let index = index.ok_or("the token has no index of what it covers")?;
    let mut indexed = index.resolve(message, signer)?;
    // A token cannot cover itself.
    let own = format!("attribute {}", oid::ARCHIVE_TIME_STAMP_V3);
    if let Some(position) = indexed.left_out.iter().position(|one| *one == own) {
        indexed.left_out.remove(position);
    }
    Ok((index, indexed))
}

/// What a proven archive time stamp of `when` covers existed then.
fn learn(proofs: &mut Proofs, signer: &SignerInfo, indexed: &Indexed<'_>, when: Moment) {
    proofs.learn_octets(ExistingObject::Signature, signer.signature(), when);
    for certificate in &indexed.certificates {
        proofs.learn_octets(ExistingObject::Certificate, certificate, when);
    }
    for value in &indexed.revocations {
        for (object, sha256) in embedded::revocation_choice(value) {
            proofs.learn(object, sha256, when);
        }
    }
    for (kind, value) in &indexed.values {
        for (object, sha256) in embedded::objects_in(*kind, value) {
            proofs.learn(object, sha256, when);
        }
    }
}

/// Judges tokens that are over what `digest` digests; one that cannot be read is told in the report.
pub(super) fn plain(
    kind: TimeStampKind,
    tokens: &[&[u8]],
    digest: &mut time_stamp::DigestOf<'_>,
    context: &Context<'_>,
    proofs: &Proofs,
    report: &mut SignatureReport,
    budget: &mut Budget,
) -> Vec<TimeStampReport> {
    let tokens = readable(tokens, report);
    tokens.iter().map(|token| time_stamp::judge(token, kind, digest, context, proofs, budget)).collect()
}

fn readable(tokens: &[&[u8]], report: &mut SignatureReport) -> Vec<TimeStampToken> {
    let mut read = Vec::new();
    for token in tokens.iter().take(STAMPS_MAX) {
        match TimeStampToken::from_der(token) {
            Ok(token) => read.push(token),
            Err(error) => report.checks.push(Check::new(rules::STAMP_READABLE, false, error.to_string())),
        }
    }
    if tokens.len() > STAMPS_MAX {
        let detail = format!("{} tokens, of which {STAMPS_MAX} are looked at", tokens.len());
        report.checks.push(Check::new(rules::STAMP_READABLE, false, detail));
    }
    read
}

/// The moments that are proven.
pub(super) fn proven(stamps: &[TimeStampReport]) -> impl Iterator<Item = Moment> {
    stamps.iter().filter(|stamp| stamp.proven).map(|stamp| stamp.gen_time)
}
