//! The state of a document by the journal alone: its entries replayed by the rules of the document flow. For those who
//! compare what is told with what was written down: a court's verifier and the audit.

use crate::docflow::{Act, Side, State, decide};
use crate::extract::format::kind;

/// The state that an entry of `kind` makes of a document in `state` (`None`: nothing is written yet). `None` for an entry
/// that leaves the state as it is.
///
/// # Errors
/// The state, in words, in which no such entry could be written.
pub(super) fn replay(state: Option<State>, entry_kind: &str) -> Option<Result<State, String>> {
    let next = match (entry_kind, state) {
        (kind::DOCUMENT_DRAFTED, None) => Some(State::Draft),
        (kind::DOCUMENT_CHECK_PENDING, None) => Some(State::CheckPending),
        // A draft that was sent and whose evidence could not be had.
        (kind::DOCUMENT_CHECK_PENDING, Some(State::Draft)) => {
            decide(State::Draft, Act::Send, Side::Sender).ok().map(|_| State::CheckPending)
        }
        (kind::DOCUMENT_RECORDED | kind::DOCUMENT_RECEIVED, None) => Some(State::Received),
        (kind::DOCUMENT_RECORDED | kind::DOCUMENT_RECEIVED, Some(state)) => {
            let act = if state == State::Draft { Act::Send } else { Act::PassCheck };
            decide(state, act, Side::Sender).ok()
        }
        (kind::DOCUMENT_SIGNED, Some(state)) => decide(state, Act::Countersign, Side::Recipient).ok(),
        (kind::DOCUMENT_REJECTED, Some(state)) => decide(state, Act::Reject, Side::Recipient).ok(),
        (kind::DOCUMENT_WITHDRAWN, Some(state)) => decide(state, Act::Withdraw, Side::Sender).ok(),
        (kind::DOCUMENT_CHECK_FAILED, Some(state)) => decide(state, Act::FailCheck, Side::Sender).ok(),
        (
            kind::DOCUMENT_DRAFTED
            | kind::DOCUMENT_CHECK_PENDING
            | kind::DOCUMENT_SIGNED
            | kind::DOCUMENT_REJECTED
            | kind::DOCUMENT_WITHDRAWN
            | kind::DOCUMENT_CHECK_FAILED,
            _,
        ) => None,
        _ => return None,
    };
    Some(next.ok_or_else(|| format!("{entry_kind} in the state {}", state.map_or("nothing written", State::code))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(kinds: &[&str]) -> Result<Option<State>, String> {
        kinds.iter().try_fold(None, |state, kind| match replay(state, kind) {
            Some(next) => next.map(Some),
            None => Ok(state),
        })
    }

    /// Keeps: FLW-02
    #[test]
    fn the_ways_of_a_document_lead_where_the_flow_leads() {
        let ways: [(&[&str], Option<State>); 9] = [
            (&[], None),
            (&["document.drafted"], Some(State::Draft)),
            (&["document.recorded"], Some(State::Received)),
            (&["document.drafted", "document.recorded", "document.signed"], Some(State::Accepted)),
            (&["document.drafted", "document.check-pending", "document.recorded"], Some(State::Received)),
            (&["document.check-pending", "document.check-failed"], Some(State::CheckFailed)),
            (&["document.check-pending", "document.withdrawn"], Some(State::Withdrawn)),
            (&["document.recorded", "document.contested", "document.rejected"], Some(State::Rejected)),
            (&["document.recorded", "document.signed", "document.contested"], Some(State::Accepted)),
        ];
        for (kinds, expected) in ways {
            assert_eq!(end(kinds), Ok(expected), "{kinds:?}");
        }
        let dead_ends: [&[&str]; 7] = [
            &["document.signed"],
            &["document.rejected"],
            &["document.recorded", "document.recorded"],
            &["document.recorded", "document.rejected", "document.signed"],
            &["document.recorded", "document.signed", "document.withdrawn"],
            &["document.recorded", "document.check-failed"],
            &["document.check-failed"],
        ];
        for kinds in dead_ends {
            assert!(end(kinds).is_err(), "{kinds:?}");
        }
    }
}
