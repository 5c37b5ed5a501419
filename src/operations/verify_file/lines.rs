//! The verdict on a CMS in plain lines, for the person who asked, and what is wrong with a refuted extract. An extract
//! that is believed has lines of its own.

use super::extract_facts::ExtractFacts;
use super::verdict::{FileKind, FileVerdict};
use crate::domain::time::format_local;
use crate::i18n::{Language, size, text, word};
use crate::signature::facts::SignatureFacts;

/// The lines.
pub(super) fn lines(verdict: &FileVerdict, language: Language) -> Vec<String> {
    let mut page = Page { language, lines: Vec::new() };
    for phrase in [&verdict.title, &verdict.summary, &verdict.next].into_iter().chain(&verdict.notes) {
        page.lines.push(phrase.text(language));
    }
    match verdict.kind {
        FileKind::Unsupported(_) => {}
        FileKind::Extract => verdict.extract.iter().for_each(|extract| page.faults(extract)),
        FileKind::Cms => page.message(verdict),
    }
    page.lines
}

struct Page {
    language: Language,
    lines: Vec<String>,
}

impl Page {
    /// `label: value`, unless there is no value.
    fn field(&mut self, label: &str, value: impl AsRef<str>) {
        let value = value.as_ref();
        if !value.is_empty() {
            let label = text(self.language, &format!("cli-label-{label}"), &[]);
            self.lines.push(format!("  {label}: {value}"));
        }
    }

    fn said(&mut self, line: &str) {
        self.lines.push(format!("  {line}"));
    }

    fn faults(&mut self, extract: &ExtractFacts) {
        let language = self.language;
        for (part, fault) in
            extract.failures.iter().flat_map(|part| part.faults.iter().map(|fault| (&part.part, fault)))
        {
            let values = [("part", part.as_str()), ("fault", &fault.what(language)), ("detail", &fault.detail)];
            self.lines.push(text(language, "extract-verdict-failure", &values));
        }
        if extract.failures_left_off > 0 {
            let count = extract.failures_left_off.to_string();
            self.lines.push(text(language, "extract-verdict-failures-left-off", &[("count", &count)]));
        }
    }

    fn message(&mut self, verdict: &FileVerdict) {
        let language = self.language;
        self.field("at", format_local(verdict.at));
        if let Some(covered) = &verdict.covered {
            self.field("size", size(language, u64::try_from(covered.bytes).unwrap_or(u64::MAX)));
            self.field("sha256", &covered.sha256);
        }
        let total = verdict.signatures.len();
        for signature in &verdict.signatures {
            let number = signature.number.to_string();
            self.lines.push(text(language, "cli-signature", &[("number", &number), ("total", &total.to_string())]));
            if total > 1 {
                self.said(&signature.means.text(language));
                signature.next.iter().for_each(|next| self.said(&next.text(language)));
            }
            self.signature(signature);
        }
    }

    fn signature(&mut self, signature: &SignatureFacts) {
        let language = self.language;
        self.field("verdict", format!("{} ({})", signature.verdict(language), signature.indication.as_str()));
        if let Some(sub) = signature.sub_indication {
            self.field("reason", format!("{} ({})", signature.reason(language), sub.as_str()));
        }
        if let Some(signer) = &signature.signer {
            let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
            self.field("signed-by", signer.name());
            self.field("iin", or_empty(&signer.iin));
            self.field("organization", or_empty(&signer.organization));
            self.field("bin", or_empty(&signer.bin));
            self.field("role", signer.roles_in(language));
        }
        if let Some(doubt) = &signature.doubt {
            self.said(&doubt.text(language));
        }
        self.said(&signature.since.text(language));
        if let Some(claimed) = &signature.claimed {
            self.said(&claimed.text(language));
        }
        self.field("covers", word(language, "covers", signature.covers.as_str()));
        if let Some(certificate) = &signature.certificate {
            self.field("serial", &certificate.serial);
            self.field("issuer", &certificate.issuer);
            self.said(&certificate.term.text(language));
            self.said(&certificate.status.text(language));
        }
        self.field("judged-at", format_local(signature.judged_at));
        self.field("level", signature.level.as_str());
        self.said(&text(language, "cli-label-checks", &[]));
        for check in &signature.checks {
            let detail = if check.detail.is_empty() { String::new() } else { format!(" ({})", check.detail) };
            self.lines.push(format!("    {}: {}{detail}", check.question(language), check.answer(language)));
        }
    }
}
