//! Identifiers: one type per thing, each a UUIDv7 (RFC 9562 §5.7) made from an instant and a random
//! source, so that ids sort by creation. They reveal the time of creation: links for outsiders use a
//! random token instead.

use std::fmt;
use std::str::FromStr;

use qolhat_pki::random::SecureRandom;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::time::Moment;

/// Text that is not an identifier: 36 characters, lower-case hexadecimal with hyphens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct IdError;

/// A new UUIDv7 for `now`: 48 bits of Unix milliseconds, then version, variant and 74 random bits.
///
/// Source: RFC 9562 §5.7. An instant before 1970 counts as 1970.
#[must_use]
pub fn new_uuid(now: Moment, rng: &mut dyn SecureRandom) -> Uuid {
    let millis = u64::try_from(now.unix_micros().div_euclid(1000)).unwrap_or(0);
    let [_, _, m0, m1, m2, m3, m4, m5] = millis.to_be_bytes();
    let mut random = [0_u8; 10];
    rng.fill(&mut random);
    let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9] = random;
    Uuid::from_bytes([m0, m1, m2, m3, m4, m5, 0x70 | (r0 & 0x0f), r1, 0x80 | (r2 & 0x3f), r3, r4, r5, r6, r7, r8, r9])
}

/// Reads the canonical form only: lower case, hyphenated. Other spellings of the same number are
/// refused so that one thing has one name in links, journals and signatures.
fn parse_uuid(text: &str) -> Result<Uuid, IdError> {
    let id = Uuid::try_parse(text).map_err(|_| IdError)?;
    let mut buffer = [0_u8; uuid::fmt::Hyphenated::LENGTH];
    if id.hyphenated().encode_lower(&mut buffer) != text {
        return Err(IdError);
    }
    Ok(id)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier for `now`; ids made later sort later (to the millisecond).
            #[must_use]
            pub fn new(now: Moment, rng: &mut dyn SecureRandom) -> Self {
                Self(new_uuid(now, rng))
            }

            /// Reads the canonical text: 36 characters, lower case.
            ///
            /// # Errors
            /// [`IdError`] for anything else.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                parse_uuid(text).map(Self)
            }

            /// The number itself, as the database keeps it.
            #[must_use]
            pub fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
    )+ };
}

ids! {
    /// A document in the workflow.
    DocumentId,
    /// One signature over one document.
    SignatureId,
    /// One published version of an offer.
    OfferId,
    /// An event on its way into the journal.
    EventId,
    /// A case: a key compromise, a dispute, a request to the officer.
    CaseId,
    /// An extract for a court.
    ExtractId,
    /// A request of a court or a body for an extract.
    CourtRequestId,
    /// A pruning of the journal.
    PruningId,
    /// A receipt: evidence of receiving.
    ReceiptId,
    /// An invitation of a counterparty.
    InvitationId,
    /// A session after a positive authentication.
    SessionId,
    /// A one-time challenge to be signed at login.
    ChallengeId,
    /// A client: a party that has accepted an offer.
    ClientId,
    /// An acceptance of an offer.
    AcceptanceId,
    /// A person's membership in an organisation.
    MembershipId,
    /// A registered signing certificate.
    CertificateId,
    /// A file that belongs to a document.
    AttachmentId,
    /// A notice to a person or a system.
    NoticeId,
    /// An upload in progress.
    UploadId,
    /// A key for the API.
    ApiKeyId,
    /// An address at which a person is written to.
    ContactId,
    /// A one-time code.
    CodeId,
    /// A message: a mail or an SMS.
    MessageId,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::domain::testing::CountingRandom;

    #[test]
    fn ids_sort_by_the_instant_of_creation() {
        let mut rng = CountingRandom::default();
        let ids: Vec<DocumentId> = (0..50)
            .map(|i| DocumentId::new(Moment::from_unix_micros(1_790_000_000_000_000 + i * 1000).unwrap(), &mut rng))
            .collect();
        let mut sorted = ids.clone();
        sorted.sort();
        assert_eq!(ids, sorted);
        let mut texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        texts.sort();
        assert_eq!(texts.first().unwrap(), &ids.first().unwrap().to_string());
    }

    #[test]
    fn an_id_is_a_version_seven_uuid_holding_the_milliseconds() {
        let mut rng = CountingRandom::default();
        let id = EventId::new(Moment::from_unix_micros(1_645_557_742_000_999).unwrap(), &mut rng);
        assert_eq!(id.as_uuid().get_version_num(), 7);
        assert_eq!(id.as_uuid().get_variant(), uuid::Variant::RFC4122);
        assert!(id.to_string().starts_with("017f22e2-79b0-7"), "the time of the example in RFC 9562 A.6");
        let early = EventId::new(Moment::from_unix_micros(-1).unwrap(), &mut rng);
        assert!(early.to_string().starts_with("00000000-0000-7"));
    }

    #[test]
    fn only_the_canonical_text_is_an_id() {
        let good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
        assert_eq!(CaseId::parse(good).unwrap().to_string(), good);
        for bad in [
            "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
            "017f22e279b07cc398c4dc0c0c07398f",
            "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
            "urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
            "",
        ] {
            assert_eq!(CaseId::parse(bad), Err(IdError), "{bad}");
        }
    }
}
