//! What several statements say together. Source: RFC 5280 §6.3.3; RFC 3161 §4; nca-rk.md section 5.

use super::{ALL_REASONS, Finding, Question, Says, Statement, Status, WEAKLY_SIGNED};
use crate::crl::ReasonCode;
use crate::time::Moment;

/// The status by all statements; `why` is said when there are none.
pub(super) fn weigh(mut statements: Vec<Statement>, question: &Question<'_>, why: &'static str) -> Finding {
    put_together(&mut statements);
    let known = |status, statement: &Statement| Finding { status, proof: Some(statement.proof.clone()) };
    let known_together = |status, statement: &Statement, other: &Statement| {
        let mut proof = statement.proof.clone();
        if other.proof.sha256 != proof.sha256 {
            proof.rests_on.extend(other.proof.objects());
        }
        Finding { status, proof: Some(proof) }
    };
    let unknown = |why| Finding { status: Status::Unknown { why }, proof: None };
    // The earliest date of all that tell a revocation: a later list may not move it forward in time.
    let revoked = statements.iter().filter_map(|statement| match statement.says {
        Says::Revoked { since, reason } => Some((since, reason, statement)),
        Says::Good { .. } | Says::OnHold { .. } | Says::Unknown { .. } => None,
    });
    let held = held_at(&statements, question.at);
    // The worst reason of all: a CA may learn later what the revocation was for, and tell it anew for the same date.
    let worst = revoked.clone().min_by_key(|(since, reason, _)| (harm(*reason), *since));
    let earliest = revoked.min_by_key(|(since, reason, _)| (*since, harm(*reason)));
    if let (Some((since, _, statement)), Some((_, reason, told_by))) = (earliest, worst) {
        // A revocation after the moment asked about leaves the hold of that moment as it was.
        return match held.filter(|_| since > question.at) {
            Some((since, held)) => known(Status::OnHold { since }, held),
            None => known_together(Status::Revoked { since, reason }, statement, told_by),
        };
    }
    let newest = statements.iter().filter(|statement| counts(&statement.says)).max_by_key(|statement| {
        // Of two statements of one instant the worse one decides.
        let rank = match statement.says {
            Says::OnHold { .. } | Says::Revoked { .. } => 2,
            Says::Unknown { .. } => 1,
            Says::Good { .. } => 0,
        };
        (statement.proof.this_update, rank)
    });
    let unknown_told = statements.iter().find_map(|statement| match statement.says {
        Says::Unknown { fresh: true, why } => Some(why),
        Says::Unknown { fresh: false, .. } | Says::Good { .. } | Says::Revoked { .. } | Says::OnHold { .. } => None,
    });
    match (newest.map(|statement| (statement.says, statement)), unknown_told) {
        (Some((Says::OnHold { since }, statement)), _) => known(Status::OnHold { since }, statement),
        (Some(_), Some(why)) => unknown(why),
        (Some((_, statement)), None) => match held {
            Some((since, held)) => known(Status::OnHold { since }, held),
            None => known(Status::Good, statement),
        },
        (None, _) if statements.is_empty() => unknown(why),
        (None, _) if statements.iter().any(|statement| statement.is_weak) => unknown(WEAKLY_SIGNED),
        (None, _) => unknown("no evidence on it is fresh enough"),
    }
}

/// How bad the reason of a revocation is for what was made before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Harm {
    /// The key was, or may have been, in other hands.
    Told,
    /// Nothing is said.
    NotExcluded,
    /// The key was in no other hands.
    Excluded,
}

/// Source: RFC 3161 §4 (1).
const fn harm(reason: Option<ReasonCode>) -> Harm {
    match reason {
        Some(
            ReasonCode::Unspecified
            | ReasonCode::AffiliationChanged
            | ReasonCode::Superseded
            | ReasonCode::CessationOfOperation,
        ) => Harm::Excluded,
        Some(
            ReasonCode::KeyCompromise
            | ReasonCode::CaCompromise
            | ReasonCode::CertificateHold
            | ReasonCode::RemoveFromCrl
            | ReasonCode::PrivilegeWithdrawn
            | ReasonCode::AaCompromise,
        ) => Harm::Told,
        None => Harm::NotExcluded,
    }
}

/// Whether the reason of a revocation says that what was made before it stands.
pub(crate) fn is_harmless(reason: Option<ReasonCode>) -> bool {
    harm(reason) == Harm::Excluded
}

/// Lists for some reasons say "not revoked" only together: when they cover every reason, as one statement of the age of
/// the oldest. Source: RFC 5280 §6.3.3 (e).
fn put_together(statements: &mut Vec<Statement>) {
    let is_part = |statement: &Statement| {
        matches!(statement.says, Says::Good { .. }) && statement.covers & ALL_REASONS != ALL_REASONS
    };
    let parts: Vec<Statement> = statements.extract_if(.., |statement| is_part(statement)).collect();
    let fresh = || parts.iter().filter(|part| matches!(part.says, Says::Good { fresh: true }));
    let covered = fresh().fold(0, |covered, part| covered | part.covers);
    if covered & ALL_REASONS == ALL_REASONS {
        let oldest = fresh().min_by_key(|part| part.proof.this_update).cloned();
        statements.extend(oldest.map(|mut part| {
            let others = fresh().filter(|other| other.proof.sha256 != part.proof.sha256);
            part.proof.rests_on.extend(others.flat_map(|other| other.proof.objects()));
            Statement { covers: ALL_REASONS, ..part }
        }));
    }
}

/// The hold that was in force at `at`: told by evidence of that time or later, or by older evidence that nothing says
/// was lifted.
fn held_at(statements: &[Statement], at: Moment) -> Option<(Moment, &Statement)> {
    let lifted_after = |told: Moment| {
        let good = |statement: &&Statement| matches!(statement.says, Says::Good { fresh: true });
        statements.iter().filter(good).any(|statement| statement.proof.this_update > told)
    };
    statements.iter().find_map(|held| match held.says {
        Says::OnHold { since } if since <= at => {
            let told = held.proof.this_update;
            (told >= at || !lifted_after(told)).then_some((since, held))
        }
        Says::OnHold { .. } | Says::Good { .. } | Says::Revoked { .. } | Says::Unknown { .. } => None,
    })
}

const fn counts(says: &Says) -> bool {
    match says {
        Says::Good { fresh } | Says::Unknown { fresh, .. } => *fresh,
        Says::Revoked { .. } | Says::OnHold { .. } => true,
    }
}
