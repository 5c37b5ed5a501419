//! How what strangers wrote is shown: without characters that mislead, cut to a length, and, on a public page, with the
//! IINs of people masked. A BIN is public.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::i18n::printable;

/// Longest text of a stranger that is shown, in characters; the rest is cut off.
pub const TEXT_MAX_CHARS: usize = 400;
/// Digits of an IIN.
const IIN_DIGITS: usize = 12;
/// Digits left at the beginning of a masked IIN: year and month of birth.
const LEFT_BEGIN: usize = 4;
/// Digits left at its end.
const LEFT_END: usize = 3;

/// Whether IINs are shown whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// For anybody: `8703•••••102`.
    Masked,
    /// For those who may see them.
    Whole,
}

/// How the texts of one report are shown.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The IINs to be masked.
    iins: BTreeSet<String>,
}

impl Shown {
    /// For a report of which `json` is everything. An IIN is what a certificate (`IIN870314400102`), a party
    /// (`iin:870314400102`) or a member named `iin` or `…_iin` says to be one; it is masked wherever it stands.
    #[must_use]
    pub fn of(showing: Showing, json: &Value) -> Self {
        let mut iins = BTreeSet::new();
        if showing == Showing::Masked {
            collect(None, json, &mut iins);
        }
        Self { iins }
    }

    /// A text of a stranger.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut cut: String = printable(&self.masked(text)).chars().take(TEXT_MAX_CHARS.saturating_add(1)).collect();
        if cut.chars().count() > TEXT_MAX_CHARS {
            cut.pop();
            cut.push('…');
        }
        cut
    }

    /// A line of a report: not cut.
    #[must_use]
    pub fn line(&self, line: &str) -> String {
        self.masked(line)
    }

    /// Masks the IINs in every text of `json`.
    pub fn mask_json(&self, json: &mut Value) {
        if self.iins.is_empty() {
            return;
        }
        match json {
            Value::String(text) => *text = self.masked(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask_json(item)),
            Value::Object(members) => members.values_mut().for_each(|value| self.mask_json(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn masked(&self, text: &str) -> String {
        if self.iins.is_empty() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut runs = runs(text).peekable();
        while let Some((run, is_digits)) = runs.next() {
            // Digits inside a digest are no number of anybody.
            let stands_alone = !runs.peek().is_some_and(|(next, _)| next.starts_with(char::is_alphanumeric))
                && (out.ends_with("IIN") || !out.ends_with(char::is_alphanumeric));
            if is_digits && stands_alone && self.iins.contains(run) {
                out.push_str(&mask(run));
            } else {
                out.push_str(run);
            }
        }
        out
    }
}

/// The first and the last digits of an IIN.
fn mask(iin: &str) -> String {
    let begin = iin.get(..LEFT_BEGIN).unwrap_or_default();
    let end = iin.len().checked_sub(LEFT_END).and_then(|from| iin.get(from..)).unwrap_or_default();
    let hidden = "•".repeat(IIN_DIGITS.saturating_sub(LEFT_BEGIN).saturating_sub(LEFT_END));
    format!("{begin}{hidden}{end}")
}

/// The text cut into runs of digits and of everything else.
fn runs(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_digits = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digits).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end)?;
        rest = after;
        Some((run, is_digits))
    })
}

fn collect(name: Option<&str>, json: &Value, iins: &mut BTreeSet<String>) {
    match json {
        Value::String(text) => {
            let is_named = name.is_some_and(|name| name == "iin" || name.ends_with("_iin"));
            let mut before = "";
            for (run, is_digits) in runs(text) {
                let is_told = before.ends_with("IIN") || before.ends_with("iin:");
                if is_digits && run.len() == IIN_DIGITS && (is_told || (is_named && run == text)) {
                    iins.insert(run.to_owned());
                }
                before = run;
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, iins)),
        Value::Object(members) => members.iter().for_each(|(name, value)| collect(Some(name), value, iins)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    fn report() -> Value {
        json!({
            "signer": {"iin": "870314400102", "bin": "230140000109"},
            "fields": [{"signer_iin": "791108300200"}, {"sender": "iin:010507500605"}],
            "subject": "CN=X,SERIALNUMBER=IIN950830300505,OU=BIN230140000109",
            "sha256": "870314400102ab", "detail": "of 950830300505 and 1950830300505",
        })
    }

    #[test]
    fn every_iin_is_masked_wherever_it_stands_and_a_bin_is_not() {
        let shown = Shown::of(Showing::Masked, &report());
        let mut masked = report();
        shown.mask_json(&mut masked);
        assert_eq!(masked["signer"], json!({"iin": "8703•••••102", "bin": "230140000109"}));
        assert_eq!(masked["fields"], json!([{"signer_iin": "7911•••••200"}, {"sender": "iin:0105•••••605"}]));
        assert_eq!(masked["subject"], "CN=X,SERIALNUMBER=IIN9508•••••505,OU=BIN230140000109");
        assert_eq!(masked["detail"], "of 9508•••••505 and 1950830300505");
        assert_eq!(masked["sha256"], "870314400102ab");
        assert_eq!(shown.text("ИИН 870314400102"), "ИИН 8703•••••102");

        let shown = Shown::of(Showing::Whole, &report());
        assert_eq!(shown.text("870314400102"), "870314400102");
    }

    #[test]
    fn a_text_of_a_stranger_is_cut_and_does_not_mislead() {
        let shown = Shown::default();
        assert_eq!(shown.text("a\u{202e}b\nc"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(shown.text(&"ұ".repeat(TEXT_MAX_CHARS)).chars().count(), TEXT_MAX_CHARS);
        let cut = shown.text(&"ұ".repeat(100_000));
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (TEXT_MAX_CHARS + 1, true));
    }
}
