//! What an authority says and signs. Source: RFC 3161 §2.4.2.

use super::{MessageImprint, read_implicit_extensions, read_version};
use crate::certificate::hexadecimal;
use crate::der::{DerError, DerErrorKind, Reader, Rules, Tlv, tag};
use crate::extension::Extension;
use crate::oid::Oid;
use crate::time::{Moment, Span};

/// How far the time may be off, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Accuracy {
    /// Seconds.
    pub seconds: u32,
    /// Milliseconds beside them, 0 to 999.
    pub millis: u16,
    /// Microseconds beside those, 0 to 999.
    pub micros: u16,
}

impl Accuracy {
    /// All of it as one length of time.
    pub fn span(self) -> Span {
        let micros = i64::from(self.millis).saturating_mul(1000).saturating_add(i64::from(self.micros));
        Span::micros(Span::seconds(i64::from(self.seconds)).as_micros().saturating_add(micros))
    }
}

/// TSTInfo.
#[derive(Debug, Clone)]
pub struct TstInfo {
    /// The policy the stamp was given under.
    pub policy: Oid,
    /// What was stamped.
    pub message_imprint: MessageImprint,
    /// Serial number of the token: contents octets of the INTEGER, at the national authority sometimes negative.
    pub serial: Vec<u8>,
    /// The time.
    pub gen_time: Moment,
    /// How far the time may be off; the national authority says nothing.
    pub accuracy: Option<Accuracy>,
    /// Tokens of this authority can be put in order by their time alone.
    pub ordering: bool,
    /// The number of the question: contents octets of the INTEGER.
    pub nonce: Option<Vec<u8>>,
    /// The authority's name: a whole GeneralName. A hint, and the national authority leaves it out.
    pub tsa: Option<Vec<u8>>,
    /// Extensions, none of which is known here.
    pub extensions: Vec<Extension>,
}

impl TstInfo {
    /// The TSTInfo in `der`: exactly one, in DER.
    /// # Errors
    /// When it is of another version than 1, the digest does not have the length of its algorithm, or an extension
    /// stands twice.
    pub fn from_der(der: &[u8]) -> Result<TstInfo, DerError> {
        let mut outer = Reader::new(der, Rules::Der);
        let mut fields = outer.sequence()?;
        outer.finish()?;
        read_version(&mut fields)?;
        let policy = fields.oid()?;
        let message_imprint = MessageImprint::read(&mut fields)?;
        let serial = fields.integer_bytes()?.to_vec();
        let gen_time = Moment::from_der(&fields.expect(tag::GENERALIZED_TIME)?)?;
        let accuracy = read_accuracy(&mut fields)?;
        let ordering = fields.boolean_or_false()?;
        let nonce = match fields.peek_tag() {
            Some(tag::INTEGER) => Some(fields.integer_bytes()?.to_vec()),
            Some(_) | None => None,
        };
        let tsa = match fields.optional_context(0)? {
            Some(mut wrapped) => {
                let name = wrapped.read()?;
                wrapped.finish()?;
                Some(name.raw.to_vec())
            }
            None => None,
        };
        let extensions = read_implicit_extensions(&mut fields, 1)?;
        fields.finish()?;
        let info = TstInfo { policy, message_imprint, serial, gen_time, accuracy, ordering, nonce, tsa, extensions };
        Ok(info)
    }

    /// The serial number in lower-case hexadecimal: the contents octets of the INTEGER, all of them.
    pub fn serial_hex(&self) -> String {
        hexadecimal(&self.serial)
    }

    /// Whether the nonce is this number, big-endian; leading zeros do not count.
    pub fn nonce_is(&self, number: &[u8]) -> bool {
        let without_zeros =
            |octets: &[u8]| -> Vec<u8> { octets.iter().copied().skip_while(|octet| *octet == 0).collect() };
        match self.nonce.as_deref() {
            Some([first, ..]) if *first >= 0x80 => false,
            Some(nonce) => without_zeros(nonce) == without_zeros(number),
            None => false,
        }
    }

    /// Critical extensions: nothing here processes any, so a token with one must not be relied on.
    pub fn unknown_critical_extensions(&self) -> Vec<Oid> {
        self.extensions.iter().filter(|extension| extension.critical).map(|extension| extension.oid).collect()
    }
}

fn read_accuracy(fields: &mut Reader<'_>) -> Result<Option<Accuracy>, DerError> {
    let Some(element) = fields.optional(tag::SEQUENCE)? else { return Ok(None) };
    let mut parts = fields.nested(&element)?;
    let seconds = if parts.peek_tag() == Some(tag::INTEGER) { parts.small_uint()? } else { 0 };
    let millis = parts.optional(tag::context(0))?.map(|element| thousandths(&element)).transpose()?;
    let micros = parts.optional(tag::context(1))?.map(|element| thousandths(&element)).transpose()?;
    parts.finish()?;
    let seconds = u32::try_from(seconds).map_err(|_| element.error(DerErrorKind::IntegerOutOfRange))?;
    Ok(Some(Accuracy { seconds, millis: millis.unwrap_or(0), micros: micros.unwrap_or(0) }))
}

/// `[n] IMPLICIT INTEGER (1..999)`.
fn thousandths(element: &Tlv<'_>) -> Result<u16, DerError> {
    let value = match element.value {
        [low @ 0..=0x7f] => u16::from(*low),
        [0, low @ 0x80..=0xff] => u16::from(*low),
        [high @ 1..=3, low] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    };
    if (1..=999).contains(&value) { Ok(value) } else { Err(element.error(DerErrorKind::IntegerOutOfRange)) }
}
