//! What the journal is told of sessions. A session is a subject of its own, under its id and never under its token; that it
//! ran out is told by nobody: `session.opened` says when it would.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::commit;
use crate::access::rights::Caller;
use crate::app::App;
use crate::domain::ids::{ChallengeId, EventId, SessionId};
use crate::domain::time::Moment;
use crate::extract::format::{field, kind};
use crate::journal::EventDraft;

/// Longest name of a program that is written down, in characters: what a browser says of itself is the client's word.
const AGENT_MAX_CHARS: usize = 200;

/// From where somebody speaks to the service, as far as it is known (ACC-32).
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// The network address.
    pub address: Option<IpAddr>,
    /// What the program calls itself.
    pub agent: Option<String>,
}

impl Device {
    /// The fields of an entry: the name of the program is cut, and without characters that mislead.
    fn fields(&self) -> [(String, Value); 2] {
        let plain = |text: &String| text.chars().filter(|c| !c.is_control()).take(AGENT_MAX_CHARS).collect::<String>();
        [
            ("address".to_owned(), json!(self.address.map(|address| address.to_string()))),
            ("agent".to_owned(), json!(self.agent.as_ref().map(plain))),
        ]
    }
}

/// The journal's name of a session.
#[must_use]
pub fn subject(session: SessionId) -> String {
    format!("session:{session}")
}

/// A session about to be told.
pub(super) struct Opened<'a> {
    pub(super) id: SessionId,
    pub(super) challenge: ChallengeId,
    /// SHA-256 of the CMS as received.
    pub(super) cms_sha256: String,
    pub(super) common_name: &'a str,
    pub(super) opened_at: Moment,
    pub(super) expires_at: Moment,
    pub(super) device: &'a Device,
}

/// `session.opened`: who, for whom, by which certificate and signature, from where, until when.
pub(super) fn opened(app: &App, caller: &Caller, opened: &Opened<'_>) -> EventDraft {
    let mut payload = vec![
        (field::SESSION_ID.to_owned(), json!(opened.id.to_string())),
        (field::BY.to_owned(), json!(caller.iin.to_string())),
        (field::PARTY.to_owned(), json!(caller.party.key())),
        (field::CERTIFICATE_SHA256.to_owned(), json!(hex::encode(caller.certificate_sha256))),
        ("common_name".to_owned(), json!(opened.common_name)),
        (field::HOW.to_owned(), json!("signed-challenge")),
        ("challenge_id".to_owned(), json!(opened.challenge.to_string())),
        (field::SIGNATURE_SHA256.to_owned(), json!(opened.cms_sha256)),
        (field::OPENED_AT.to_owned(), json!(opened.opened_at.to_string())),
        (field::EXPIRES_AT.to_owned(), json!(opened.expires_at.to_string())),
    ];
    payload.extend(opened.device.fields());
    EventDraft {
        id: EventId::new(opened.opened_at, &mut app.rng.clone()),
        kind: kind::SESSION_OPENED.to_owned(),
        subjects: vec![subject(opened.id), commit::party_subject(&caller.party)],
        payload,
        actor: commit::actor(caller),
    }
}

/// Why a session can be used no more.
pub(super) enum Why<'a> {
    /// Its person left.
    LoggedOut,
    /// Its certificate is suspended by a case: the session may come to life again.
    Suspended(&'a str),
    /// The case is decided: the certificate is annulled, or its holder logs in anew.
    Decided(&'a str),
}

/// `session.ended` or `session.suspended`: by whom and why.
pub(super) fn ended(
    app: &App,
    caller: &Caller,
    (session, party): (SessionId, &str),
    why: &Why<'_>,
    now: Moment,
) -> EventDraft {
    let (kind, reason, case) = match why {
        Why::LoggedOut => (kind::SESSION_ENDED, "logged-out", None),
        Why::Suspended(case) => (kind::SESSION_SUSPENDED, "certificate-suspended", Some(case)),
        Why::Decided(case) => (kind::SESSION_ENDED, "case-decided", Some(case)),
    };
    let mut payload = vec![
        (field::SESSION_ID.to_owned(), json!(session.to_string())),
        (field::REASON.to_owned(), json!(reason)),
        (field::BY.to_owned(), json!(caller.iin.to_string())),
    ];
    payload.extend(case.map(|case| (field::CASE_ID.to_owned(), json!(case))));
    EventDraft {
        id: EventId::new(now, &mut app.rng.clone()),
        kind: kind.to_owned(),
        subjects: vec![subject(session), format!("party:{party}")],
        payload,
        actor: commit::actor(caller),
    }
}

/// `login.refused`: a good signature of a registered key that opens no session, and why not.
pub(super) fn refused(
    app: &App,
    (party, certificate_sha256): (&str, [u8; 32]),
    challenge: ChallengeId,
    (code, count): (&str, i64),
    device: &Device,
    now: Moment,
) -> EventDraft {
    let mut payload = vec![
        (field::CERTIFICATE_SHA256.to_owned(), json!(hex::encode(certificate_sha256))),
        ("challenge_id".to_owned(), json!(challenge.to_string())),
        ("code".to_owned(), json!(code)),
        // Of more than a few in an hour only the number is kept.
        ("count_in_hour".to_owned(), json!(count)),
        ("at".to_owned(), json!(now.to_string())),
    ];
    payload.extend(device.fields());
    EventDraft {
        id: EventId::new(now, &mut app.rng.clone()),
        kind: kind::LOGIN_REFUSED.to_owned(),
        subjects: vec![format!("party:{party}")],
        payload,
        // Who held the key is what nobody knows.
        actor: json!({"certificate_sha256": hex::encode(certificate_sha256)}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_of_itself_is_cut_and_has_no_controls() {
        let device = Device { address: None, agent: Some(format!("a\r\nb{}", "x".repeat(1000))) };
        let [address, agent] = device.fields();
        assert_eq!(address.1, Value::Null);
        assert!(
            agent.1.as_str().is_some_and(|text| text.starts_with("abx") && text.chars().count() == AGENT_MAX_CHARS)
        );
    }
}
