//! Which act is allowed in which state.
//!
//! Recall (A5.3.1.5, FLW-05). The clause gives the sender a recall and says nothing of an answer to it. Before the addressee
//! has answered, a document is an offer of its sender: nobody relies on it, the journal keeps that it was received and that
//! it was taken back, and its content stays; so its recall takes effect at once, whether it is recorded or not. After the
//! answer nothing is taken back by one side: a recall is then a request to the other, which both sign as a document of its
//! own. A consent to the operator's offer is answered by the law of the offer itself: it concludes the agreement when it is
//! recorded (REG-11), so from then on it is not taken back at all ([`may_withdraw`]); an agreement ends by its own rules.

use super::state::{Side, State};
use crate::domain::document::DocumentKind;
use crate::domain::refusal::{Refusal, RefusalCode};

/// What somebody wants to do with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The sender signs a draft and sends it.
    Send,
    /// The evidence has come and speaks for the sender's signature.
    PassCheck,
    /// The evidence speaks against the sender's signature, or its time is over.
    FailCheck,
    /// The recipient signs.
    Countersign,
    /// The recipient refuses, with a reason.
    Reject,
    /// The sender takes it back.
    Withdraw,
}

/// The state that `act`, done by `side`, makes of a document in `state`.
///
/// `PassCheck` and `FailCheck` are the service's own acts; `side` is not looked at.
///
/// # Errors
/// The refusal of the act, with the state in its parameters. Source: A5.2.3, A5.2.4, A5.3.1.5, A5.3.6.
pub fn decide(state: State, act: Act, side: Side) -> Result<State, Refusal> {
    match act {
        Act::Send => {
            only(side, Side::Sender, RefusalCode::NotTheSender)?;
            if state == State::Draft { Ok(State::Received) } else { Err(wrong_state(state)) }
        }
        Act::PassCheck if state == State::CheckPending => Ok(State::Received),
        Act::FailCheck if state == State::CheckPending => Ok(State::CheckFailed),
        Act::PassCheck | Act::FailCheck => Err(wrong_state(state)),
        Act::Countersign => {
            only(side, Side::Recipient, RefusalCode::NotTheRecipient)?;
            if state == State::Received { Ok(State::Accepted) } else { Err(wrong_state(state)) }
        }
        Act::Reject => {
            only(side, Side::Recipient, RefusalCode::NotTheRecipient)?;
            if state == State::Received { Ok(State::Rejected) } else { Err(wrong_state(state)) }
        }
        Act::Withdraw => {
            only(side, Side::Sender, RefusalCode::NotTheSender)?;
            match state {
                State::Draft | State::CheckPending | State::Received => Ok(State::Withdrawn),
                State::Recording | State::Accepted | State::Rejected | State::Withdrawn | State::CheckFailed => {
                    Err(wrong_state(state))
                }
            }
        }
    }
}

/// That the sender may take a document of `kind` in `state` back; whether the act is allowed at all is [`decide`]'s.
///
/// # Errors
/// `document-state` for a consent that has concluded the agreement. Source: A1.11, REG-11.
pub fn may_withdraw(kind: DocumentKind, state: State) -> Result<(), Refusal> {
    match (kind, state) {
        (DocumentKind::OfferAcceptance, State::Received | State::Accepted) => {
            Err(Refusal::new(RefusalCode::DocumentState).with("state", state.code()))
        }
        (DocumentKind::OfferAcceptance, _)
        | (
            DocumentKind::CompletionAct
            | DocumentKind::PaymentInvoice
            | DocumentKind::Letter
            | DocumentKind::ArbitraryFile,
            _,
        ) => Ok(()),
    }
}

fn only(side: Side, wanted: Side, code: RefusalCode) -> Result<(), Refusal> {
    if side == wanted { Ok(()) } else { Err(Refusal::new(code)) }
}

/// The most telling refusal for an act that comes too late or too early.
fn wrong_state(state: State) -> Refusal {
    let code = match state {
        State::Recording | State::CheckPending => RefusalCode::DocumentNotYetReceived,
        State::Accepted => RefusalCode::DocumentAlreadySigned,
        State::Rejected => RefusalCode::DocumentAlreadyRejected,
        State::Withdrawn => RefusalCode::DocumentWithdrawn,
        State::Draft | State::Received | State::CheckFailed => RefusalCode::DocumentState,
    };
    Refusal::new(code).with("state", state.code())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ALL: [State; 8] = [
        State::Draft,
        State::Recording,
        State::CheckPending,
        State::Received,
        State::Accepted,
        State::Rejected,
        State::Withdrawn,
        State::CheckFailed,
    ];

    /// Keeps: FLW-02, SIG-16
    #[test]
    fn only_a_received_document_can_be_countersigned_or_rejected() {
        for state in ALL {
            for act in [Act::Countersign, Act::Reject] {
                assert_eq!(decide(state, act, Side::Recipient).is_ok(), state == State::Received, "{state:?} {act:?}");
                assert_eq!(decide(state, act, Side::Sender).unwrap_err().code, RefusalCode::NotTheRecipient);
            }
        }
    }

    /// Keeps: FLW-05
    #[test]
    fn a_document_is_withdrawn_only_before_the_addressee_answered() {
        for state in ALL {
            let allowed = matches!(state, State::Draft | State::CheckPending | State::Received);
            assert_eq!(decide(state, Act::Withdraw, Side::Sender).is_ok(), allowed, "{state:?}");
            assert_eq!(decide(state, Act::Withdraw, Side::Recipient).unwrap_err().code, RefusalCode::NotTheSender);
        }
    }

    /// Keeps: REG-11
    #[test]
    fn a_consent_is_taken_back_only_before_it_concludes_the_agreement() {
        for state in ALL {
            let concluded = matches!(state, State::Received | State::Accepted);
            assert_eq!(may_withdraw(DocumentKind::OfferAcceptance, state).is_err(), concluded, "{state:?}");
            assert!(may_withdraw(DocumentKind::CompletionAct, state).is_ok());
        }
    }

    #[test]
    fn a_document_that_waits_for_a_check_is_received_only_by_the_check() {
        for state in ALL {
            let pending = state == State::CheckPending;
            assert_eq!(decide(state, Act::PassCheck, Side::Sender).is_ok(), pending);
            assert_eq!(decide(state, Act::FailCheck, Side::Sender).is_ok(), pending);
        }
        assert_eq!(decide(State::CheckPending, Act::PassCheck, Side::Sender).unwrap(), State::Received);
    }

    #[test]
    fn every_kept_state_has_a_word_that_is_read_back() {
        for state in ALL {
            assert_eq!(State::parse(state.code()), (state != State::Recording).then_some(state));
        }
    }
}
