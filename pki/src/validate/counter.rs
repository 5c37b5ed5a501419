//! Counter-signatures: signatures over the value of another one, in an unsigned attribute of it. Each gets a report of its
//! own; the verdict on the signature below does not depend on them, for anybody may add one.
//! Source: RFC 5652 §11.4; EN 319 122-1 §5.2.7.

use super::content::Content;
use super::rules;
use super::signature::Judge;
use crate::cms::SignerInfo;
use crate::report::{Check, SignatureReport};

/// Counter-signatures of one message, at most judged.
pub(super) const COUNTER_SIGNATURES_MAX: usize = 32;
/// How deep counter-signatures may stand on each other, at most judged.
pub(super) const COUNTER_DEPTH_MAX: usize = 4;

/// Judges the counter-signatures of `parent`, and those over them, into `report`; `room` counts down those of the message.
/// Recursion is bounded by `depth_left`. One that cannot be read, or is beyond a limit, is told among the checks.
pub(super) fn judge(
    judge: &mut Judge<'_>,
    parent: &SignerInfo,
    report: &mut SignatureReport,
    room: &mut usize,
    depth_left: usize,
) {
    for read in parent.counter_signatures() {
        let depth_below = depth_left.checked_sub(1);
        let (Some(left), Some(depth_below)) = (room.checked_sub(1), depth_below) else {
            let detail = "more counter-signatures than are looked at";
            report.checks.push(Check::new(rules::COUNTER_READABLE, false, detail));
            return;
        };
        *room = left;
        match read {
            Ok(signer) => {
                let counter = one(judge, parent, &signer, room, depth_below);
                report.counter_signatures.push(counter);
            }
            Err(error) => report.checks.push(Check::new(rules::COUNTER_READABLE, false, error.to_string())),
        }
    }
}

fn one(
    below: &mut Judge<'_>,
    parent: &SignerInfo,
    signer: &SignerInfo,
    room: &mut usize,
    depth_left: usize,
) -> SignatureReport {
    // What may still be spent is that of the message, however many have signed.
    let budget = std::mem::take(&mut below.budget);
    let mut above = Judge {
        message: below.message,
        content: Content::of_octets(parent.signature()),
        encapsulated: None,
        anchors: below.anchors,
        tsa_anchors: below.tsa_anchors,
        evidence: below.evidence,
        embedded: below.embedded,
        policy: below.policy,
        at: below.at,
        budget,
    };
    let mut report = above.signature(signer);
    judge(&mut above, signer, &mut report, room, depth_left);
    below.budget = above.budget;
    report
}
