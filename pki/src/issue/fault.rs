//! Wrong things, ordered by name: what no honest CA, responder, authority or signer makes, for the tests of whoever must
//! refuse it. Each is one thing wrong, under a signature that holds, unless the signature is the thing.
//!
//! Nothing else in the library uses this: what the other builders make stays as it is.

mod certificate;
mod counter;
mod message;
mod ocsp;
mod time_stamp;

pub use certificate::{CertificateFault, CrlFault, build_wrong_certificate, build_wrong_crl};
pub use counter::{CounterFault, build_counter_signature};
pub use message::{MessageFault, SignerName, WrongMessage};
pub use ocsp::{OcspFault, build_wrong_ocsp_response};
pub use time_stamp::{TimeStampFault, build_wrong_time_stamp_token};

use super::parts::elements;
use super::{IssueError, write_signature_algorithm};
use crate::der::writer::Writer;
use crate::der::{Reader, Rules};
use crate::key::PrivateKey;
use crate::random::SecureRandom;

/// A closed list of faults, each with the word by which it is ordered.
macro_rules! faults {
    ($(#[$doc:meta])* $kind:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $kind {
            $($(#[$about])* $variant,)+
        }

        impl $kind {
            /// Every one, in the order of the list.
            pub const ALL: &'static [$kind] = &[$($kind::$variant,)+];

            /// A stable word, kebab-case.
            pub const fn name(self) -> &'static str {
                match self {
                    $($kind::$variant => $word,)+
                }
            }

            /// The fault of this name.
            pub fn named(name: &str) -> Option<$kind> {
                Self::ALL.iter().copied().find(|fault| fault.name() == name)
            }
        }
    };
}
use faults;

/// A certificate, CRL or basic OCSP response with the fields of its signed part changed and signed anew; what follows the
/// signature (certificates of an OCSP response) is kept.
/// # Errors
/// `Malformed` when `der` is none of these, `Sign` when the key cannot sign.
pub fn signed_anew(
    der: &[u8],
    change: impl FnOnce(&mut Vec<Vec<u8>>),
    key: &PrivateKey,
    rng: &mut dyn SecureRandom,
) -> Result<Vec<u8>, IssueError> {
    let mut outer = Reader::new(der, Rules::Der);
    let mut whole = outer.sequence()?;
    outer.finish()?;
    let mut fields = elements(whole.sequence()?)?;
    whole.read()?;
    whole.read()?;
    let rest = whole.remaining();
    change(&mut fields);
    let to_be_signed = Writer::build(|w| w.sequence(|w| fields.iter().for_each(|field| w.raw(field))));
    let signature = key.sign_message(&to_be_signed, rng)?;
    Ok(Writer::build(|w| {
        w.sequence(|w| {
            w.raw(&to_be_signed);
            write_signature_algorithm(w, key);
            w.bit_string(&signature);
            w.raw(rest);
        });
    }))
}

/// The element with more length octets than it needs: BER, not DER. What is no element stays as it is.
pub fn with_long_length(element: &[u8]) -> Vec<u8> {
    let Some((tag, value)) = tag_and_value(element) else { return element.to_vec() };
    let length = u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes();
    [&[tag, 0x88][..], &length, value].concat()
}

/// The constructed element with an indefinite length: BER, not DER. What is no element stays as it is.
pub fn with_indefinite_length(element: &[u8]) -> Vec<u8> {
    let Some((tag, value)) = tag_and_value(element) else { return element.to_vec() };
    [&[tag, 0x80][..], value, &[0, 0]].concat()
}

fn tag_and_value(element: &[u8]) -> Option<(u8, &[u8])> {
    let read = Reader::new(element, Rules::Ber).read().ok()?;
    Some((read.tag, read.value))
}

/// Puts `changed` in the place of the field at `position`; nothing when there is none.
fn replace(fields: &mut [Vec<u8>], position: usize, changed: impl FnOnce(&[u8]) -> Vec<u8>) {
    if let Some(field) = fields.get_mut(position) {
        *field = changed(field);
    }
}

/// The elements inside a constructed one; none when it cannot be read.
fn inside(element: &[u8]) -> Vec<Vec<u8>> {
    let mut outer = Reader::new(element, Rules::Ber);
    let read = outer.read().and_then(|read| outer.nested(&read));
    read.ok().and_then(|reader| elements(reader).ok()).unwrap_or_default()
}
