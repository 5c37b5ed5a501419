//! Writing DER: definite, minimal lengths, in the order given. Source: X.690 sections 8 and 10.
//! The writer does not check what it is told to write beyond what keeps the result decodable:
//! strings that need an alphabet are refused by [`printable_fits`] before, times are put in the form their year asks for.

use crate::oid::Oid;
use crate::time::Moment;

use super::tag;

/// Collects elements one after another; nested elements are written by closures.
#[derive(Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// What `write` wrote, as octets.
    pub fn build(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::new();
        write(&mut writer);
        writer.finish()
    }

    /// The octets written so far.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Octets that are already encoded.
    pub fn raw(&mut self, encoded: &[u8]) {
        self.out.extend_from_slice(encoded);
    }

    /// One element with a one-octet tag.
    pub fn element(&mut self, tag: u8, value: &[u8]) {
        self.out.push(tag);
        self.length(value.len());
        self.out.extend_from_slice(value);
    }

    /// One element whose value is what `write` writes.
    pub fn constructed(&mut self, tag: u8, write: impl FnOnce(&mut Writer)) {
        let value = Writer::build(write);
        self.element(tag, &value);
    }

    /// SEQUENCE.
    pub fn sequence(&mut self, write: impl FnOnce(&mut Writer)) {
        self.constructed(tag::SEQUENCE, write);
    }

    /// SET in the order written: for one element, or for elements already in order.
    pub fn set(&mut self, write: impl FnOnce(&mut Writer)) {
        self.constructed(tag::SET, write);
    }

    /// SET OF the encoded `elements` in DER order. Source: X.690 §11.6.
    pub fn set_of_sorted(&mut self, elements: Vec<Vec<u8>>) {
        self.element(tag::SET, &sorted(elements));
    }

    /// `[n]`, constructed: EXPLICIT, or IMPLICIT over a constructed type. `n` ≤ 30.
    pub fn context(&mut self, n: u8, write: impl FnOnce(&mut Writer)) {
        self.constructed(tag::context_constructed(n), write);
    }

    /// `[n]` IMPLICIT over a primitive type. `n` ≤ 30.
    pub fn context_primitive(&mut self, n: u8, value: &[u8]) {
        self.element(tag::context(n), value);
    }

    /// BOOLEAN.
    pub fn boolean(&mut self, value: bool) {
        self.element(tag::BOOLEAN, if value { &[0xff] } else { &[0x00] });
    }

    /// INTEGER from a magnitude, big-endian, of any length: leading zeros go, a sign octet comes when needed.
    pub fn integer(&mut self, magnitude: &[u8]) {
        let first = magnitude.iter().position(|octet| *octet != 0);
        let significant = first.and_then(|at| magnitude.get(at..)).unwrap_or(&[0]);
        let mut value = Vec::with_capacity(significant.len().saturating_add(1));
        if significant.first().is_some_and(|octet| *octet >= 0x80) {
            value.push(0);
        }
        value.extend_from_slice(significant);
        self.element(tag::INTEGER, &value);
    }

    /// INTEGER from a number.
    pub fn integer_u64(&mut self, value: u64) {
        self.integer(&value.to_be_bytes());
    }

    /// INTEGER whose content octets are given: a serial number as another object carries it.
    pub fn integer_content(&mut self, content: &[u8]) {
        self.element(tag::INTEGER, content);
    }

    /// ENUMERATED, 0 to 127.
    pub fn enumerated(&mut self, value: u8) {
        self.element(tag::ENUMERATED, &[value & 0x7f]);
    }

    /// NULL.
    pub fn null(&mut self) {
        self.element(tag::NULL, &[]);
    }

    /// OBJECT IDENTIFIER.
    pub fn oid(&mut self, oid: &Oid) {
        self.element(tag::OID, oid.content());
    }

    /// OCTET STRING.
    pub fn octet_string(&mut self, value: &[u8]) {
        self.element(tag::OCTET_STRING, value);
    }

    /// OCTET STRING around what `write` writes.
    pub fn octet_string_of(&mut self, write: impl FnOnce(&mut Writer)) {
        self.constructed(tag::OCTET_STRING, write);
    }

    /// BIT STRING of whole octets.
    pub fn bit_string(&mut self, value: &[u8]) {
        let mut content = Vec::with_capacity(value.len().saturating_add(1));
        content.push(0);
        content.extend_from_slice(value);
        self.element(tag::BIT_STRING, &content);
    }

    /// BIT STRING with named bits: bit 0 of the standard is the lowest bit of `bits`; trailing zero bits go.
    /// Source: X.690 §11.2.2.
    pub fn named_bits(&mut self, bits: u32) {
        let octets = bits.reverse_bits().to_be_bytes();
        let used = octets.iter().rposition(|octet| *octet != 0).map_or(0, |last| last.saturating_add(1));
        let used = octets.get(..used).unwrap_or_default();
        let unused = used.last().map_or(0, |last| last.trailing_zeros());
        let mut content = vec![u8::try_from(unused).unwrap_or(0)];
        content.extend_from_slice(used);
        self.element(tag::BIT_STRING, &content);
    }

    /// UTF8String.
    pub fn utf8(&mut self, text: &str) {
        self.element(tag::UTF8_STRING, text.as_bytes());
    }

    /// PrintableString when the text fits its alphabet, UTF8String otherwise.
    pub fn printable(&mut self, text: &str) {
        if printable_fits(text) {
            self.element(tag::PRINTABLE_STRING, text.as_bytes());
        } else {
            self.utf8(text);
        }
    }

    /// IA5String; anything outside ASCII is written as `?`.
    pub fn ia5(&mut self, text: &str) {
        self.element(tag::IA5_STRING, &ascii(text));
    }

    /// Uniform resource identifier as GeneralName `[6]`.
    pub fn general_name_uri(&mut self, uri: &str) {
        self.context_primitive(6, &ascii(uri));
    }

    /// UTCTime for 1950 to 2049, GeneralizedTime for every other year. Source: RFC 5280 §4.1.2.5; RFC 5652 §11.3.
    pub fn time(&mut self, moment: Moment) {
        let digits = digits(moment);
        match digits.get(..4) {
            Some(year) if ("1950"..="2049").contains(&year) => {
                let short = digits.get(2..).unwrap_or_default();
                self.element(tag::UTC_TIME, short.as_bytes());
            }
            Some(_) | None => self.element(tag::GENERALIZED_TIME, digits.as_bytes()),
        }
    }

    /// GeneralizedTime in whole seconds; a fraction is cut off.
    pub fn generalized_time(&mut self, moment: Moment) {
        self.element(tag::GENERALIZED_TIME, digits(moment).as_bytes());
    }

    fn length(&mut self, length: usize) {
        match u8::try_from(length) {
            Ok(short) if short < 0x80 => self.out.push(short),
            Ok(_) | Err(_) => {
                let octets = length.to_be_bytes();
                let skip = octets.iter().take_while(|octet| **octet == 0).count();
                let significant = octets.get(skip..).unwrap_or_default();
                self.out.push(0x80 | u8::try_from(significant.len()).unwrap_or(0));
                self.out.extend_from_slice(significant);
            }
        }
    }
}

/// The value of a SET OF the encoded `elements`, in DER order. Source: X.690 §11.6.
pub fn sorted(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    // Encodings are prefix-free, so padding the shorter one with zeros, as the clause says, changes no comparison.
    elements.sort_unstable();
    elements.concat()
}

/// Whether `text` is within the alphabet of PrintableString. Source: X.680 §41.4.
pub fn printable_fits(text: &str) -> bool {
    text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet))
}

fn ascii(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect()
}

/// `YYYYMMDDHHMMSSZ`.
fn digits(moment: Moment) -> String {
    let text = moment.to_string();
    let seconds = text.get(..19).unwrap_or_default();
    let mut digits: String = seconds.chars().filter(char::is_ascii_digit).collect();
    digits.push('Z');
    digits
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::der::{Reader, Rules};

    fn integer(magnitude: &[u8]) -> Vec<u8> {
        Writer::build(|w| w.integer(magnitude))
    }

    #[test]
    fn an_integer_has_as_few_octets_as_its_sign_allows() {
        assert_eq!(integer(&[]), [2, 1, 0]);
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(integer(&[0x7f]), [2, 1, 0x7f]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0, 0, 0xff]), [2, 2, 0, 0xff]);
        assert_eq!(integer(&[0x01, 0x00]), [2, 2, 1, 0]);
        assert_eq!(Writer::build(|w| w.integer_u64(u64::MAX)), [2, 9, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    }

    #[test]
    fn a_length_takes_the_short_form_below_128_and_as_few_octets_as_it_needs_above() {
        for (length, header) in [
            (0usize, vec![4, 0]),
            (127, vec![4, 127]),
            (128, vec![4, 0x81, 128]),
            (255, vec![4, 0x81, 255]),
            (256, vec![4, 0x82, 1, 0]),
            (65_535, vec![4, 0x82, 255, 255]),
            (65_536, vec![4, 0x83, 1, 0, 0]),
        ] {
            let encoded = Writer::build(|w| w.octet_string(&vec![0; length]));
            assert!(encoded.starts_with(&header), "length {length}");
            let mut reader = Reader::new(&encoded, Rules::Der);
            assert_eq!(reader.octet_string().unwrap().len(), length);
            reader.finish().unwrap();
        }
    }

    #[test]
    fn named_bits_lose_their_trailing_zeros() {
        let bits = |bits| Writer::build(|w| w.named_bits(bits));
        assert_eq!(bits(0), [3, 1, 0]);
        assert_eq!(bits(0b1), [3, 2, 7, 0x80]);
        assert_eq!(bits(0b1_0011), [3, 2, 3, 0xc8]);
        assert_eq!(bits(0b110_0000), [3, 2, 1, 0x06]);
        assert_eq!(bits(1 << 8), [3, 3, 7, 0, 0x80]);
        assert_eq!(bits(1 << 25), [3, 5, 6, 0, 0, 0, 0x40]);
    }

    #[test]
    fn a_set_is_sorted_by_encoding() {
        let set = Writer::build(|w| w.set_of_sorted(vec![vec![4, 2, 0, 0], vec![4, 1, 9], vec![2, 1, 5]]));
        assert_eq!(set, [0x31, 10, 2, 1, 5, 4, 1, 9, 4, 2, 0, 0]);
    }

    #[test]
    fn the_form_of_a_time_changes_at_the_start_and_the_end_of_the_two_digit_years() {
        let time = |text: &str| Writer::build(|w| w.time(Moment::parse_rfc3339(text).unwrap()));
        assert_eq!(time("1949-12-31T23:59:59Z"), b"\x18\x0f19491231235959Z");
        assert_eq!(time("1950-01-01T00:00:00Z"), b"\x17\x0d500101000000Z");
        assert_eq!(time("2049-12-31T23:59:59.999999Z"), b"\x17\x0d491231235959Z");
        assert_eq!(time("2050-01-01T00:00:00Z"), b"\x18\x0f20500101000000Z");
    }

    #[test]
    fn text_outside_the_printable_alphabet_becomes_utf8() {
        assert_eq!(Writer::build(|w| w.printable("KZ")), b"\x13\x02KZ");
        assert_eq!(Writer::build(|w| w.printable("a@b")), b"\x0c\x03a@b");
        assert_eq!(Writer::build(|w| w.printable("Қ")), b"\x0c\x02\xd2\x9a");
    }
}
