//! What tells a row of the inbox that this service put there from one of anybody else who may write to the database: a code
//! (HMAC-SHA-256) over the event's id and its lines, under a key that every process of the installation derives from the
//! secret of the log. What the sequencer makes into an entry the log signs: without the code whoever has the database could
//! have it sign whatever he likes.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::domain::ids::EventId;

/// Octets of a code.
const CODE_BYTES: usize = 32;
/// What the key is for; the origin of the log follows.
const LABEL: &[u8] = b"qolhat journal inbox v1\n";

/// The key under which rows of the inbox of one log are written. Cheap to clone.
#[derive(Clone)]
pub(super) struct InboxKey(Hmac<Sha256>);

impl InboxKey {
    /// The key of the log `origin`, from the secret of the log.
    pub(super) fn derive(secret: &[u8; 32], origin: &str) -> Self {
        let mut mac = keyed(secret);
        mac.update(LABEL);
        mac.update(origin.as_bytes());
        Self(keyed(&mac.finalize().into_bytes().into()))
    }

    /// The code of an event that waits with these lines.
    pub(super) fn code(&self, event: EventId, body: &str) -> [u8; CODE_BYTES] {
        self.over(event, body).finalize().into_bytes().into()
    }

    /// Whether `code` is that; in constant time.
    pub(super) fn is_ours(&self, event: EventId, body: &str, code: Option<&[u8]>) -> bool {
        code.is_some_and(|code| self.over(event, body).verify_slice(code).is_ok())
    }

    fn over(&self, event: EventId, body: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // An id has 16 octets, and the lines are all that follows: no two rows are one input.
        mac.update(event.as_uuid().as_bytes());
        mac.update(body.as_bytes());
        mac
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC fills a key up to its block of 64 octets with zeros (RFC 2104 §2).
    let mut block = [0_u8; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    Hmac::new(&block.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: u128) -> EventId {
        EventId::from(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_code_holds_for_its_event_its_lines_and_its_log_alone() {
        let key = InboxKey::derive(&[1; 32], "log.example/1");
        let code = key.code(event(1), "a.b\n\nnull");
        assert!(key.is_ours(event(1), "a.b\n\nnull", Some(&code)));
        assert!(InboxKey::derive(&[1; 32], "log.example/1").is_ours(event(1), "a.b\n\nnull", Some(&code)));
        for (key, event, body, code) in [
            (&key, event(1), "a.b\n\nnull", None),
            (&key, event(1), "a.b\n\nnull", Some(&[][..])),
            (&key, event(1), "a.b\n\nnull", code.get(..31)),
            (&key, event(1), "a.b\n\nnull", Some(&[0; 32][..])),
            (&key, event(2), "a.b\n\nnull", Some(&code[..])),
            (&key, event(1), "a.c\n\nnull", Some(&code[..])),
            (&InboxKey::derive(&[2; 32], "log.example/1"), event(1), "a.b\n\nnull", Some(&code[..])),
            (&InboxKey::derive(&[1; 32], "log.example/2"), event(1), "a.b\n\nnull", Some(&code[..])),
        ] {
            assert!(!key.is_ours(event, body, code), "{event} {body:?} {code:?}");
        }
    }
}
