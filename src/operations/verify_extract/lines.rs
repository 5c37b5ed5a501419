//! A verification in words, for the person who asked.

use qolhat_pki::report::Indication;

use super::report::{ExtractReport, JudgedSignature, ReceiptEvidence, SignatureUse};
use crate::domain::time::{Moment, format_local};
use crate::extract::records::{DocumentRecord, ExtractRecord};
use crate::extract::statement::LEVEL_INCLUSION;
use crate::extract::summary::plain;
use crate::i18n::{Language, has_key, text};

/// What is printed where there is no value.
const NOTHING: &str = "—";

impl ExtractReport {
    /// What was found, line by line: the verdict first, what is wrong last.
    #[must_use]
    pub fn lines(&self, language: Language) -> Vec<String> {
        let mut page = Page { language, lines: Vec::new() };
        page.line(0, verdict_key(self), &[]);
        if self.unreadable.is_none()
            && let Some(extract) = &self.extract
        {
            page.heading(self, extract);
            self.documents.iter().for_each(|document| page.document(self, document));
            if let Some(about) = &extract.request.about {
                page.line(0, "extract-verdict-about", &[("identity", &about.identity())]);
            }
            for message in &extract.messages {
                page.line(1, "extract-verdict-message", &[("path", &message.path)]);
            }
            page.extract_signatures(self);
            page.cases(extract);
            page.journal(self);
            if !self.papers.is_empty() {
                page.line(0, "extract-verdict-papers", &[("papers", &self.papers.join(", "))]);
            }
        }
        page.failures(self);
        page.lines
    }
}

const fn verdict_key(report: &ExtractReport) -> &'static str {
    match (report.unreadable, report.indication) {
        (Some(_), _) => "extract-verdict-unreadable",
        (None, Indication::TotalPassed) => "extract-verdict-good",
        (None, Indication::Indeterminate) => "extract-verdict-undetermined",
        (None, Indication::TotalFailed) => "extract-verdict-bad",
    }
}

struct Page {
    language: Language,
    lines: Vec<String>,
}

impl Page {
    fn line(&mut self, depth: usize, key: &str, values: &[(&str, &str)]) {
        let line = text(self.language, key, values);
        self.lines.push(format!("{}{}", "  ".repeat(depth), plain(&line)));
    }

    /// The word for a code, or the code itself when it has none.
    fn word(&self, family: &str, code: &str) -> String {
        let key = format!("{family}-{code}");
        if has_key(self.language, &key) { text(self.language, &key, &[]) } else { code.to_owned() }
    }

    fn heading(&mut self, report: &ExtractReport, extract: &ExtractRecord) {
        self.line(0, "extract-title", &[("number", &extract.number.to_string())]);
        self.line(0, "extract-operator", &[("name", &extract.operator.name), ("bin", &extract.operator.bin)]);
        self.line(0, "extract-log", &[("origin", &extract.log.origin)]);
        let pinned = if report.pinned { "extract-verdict-pinned" } else { "extract-verdict-not-pinned" };
        self.line(0, pinned, &[]);
        self.line(0, "extract-made-at", &[("at", &local(&extract.made_at))]);
        self.line(0, "extract-officer", &[("name", &extract.officer.name), ("iin", &extract.officer.iin)]);
    }

    fn document(&mut self, report: &ExtractReport, document: &DocumentRecord) {
        let kind = self.word("kind", &document.kind);
        let values = [("kind", kind.as_str()), ("number", &document.number), ("title", &document.title)];
        self.line(0, "extract-document", &values);
        let state = self.word("state", &document.state);
        self.line(1, "extract-document-state", &[("state", &state)]);
        match (&document.received_at, document.recorded_entry) {
            (Some(at), Some(seq)) => {
                self.line(1, "extract-received", &[("at", &local(at)), ("seq", &seq.to_string())]);
            }
            (Some(_) | None, _) => self.line(1, "extract-not-received", &[]),
        }
        let own = |judged: &&JudgedSignature| judged.document.as_ref() == Some(&document.id);
        report.signatures.iter().filter(own).for_each(|judged| self.signature(judged));
        if !document.conditions.is_empty() {
            self.line(1, "extract-conditions", &[]);
        }
        for condition in &document.conditions {
            let name = self.word("condition", &condition.condition);
            let holds = if condition.holds { "extract-condition-holds" } else { "extract-condition-fails" };
            let holds = text(self.language, holds, &[]);
            self.lines.push(format!("    {}", plain(&format!("{}: {name}: {holds}", condition.clause))));
        }
    }

    fn extract_signatures(&mut self, report: &ExtractReport) {
        for judged in report.signatures.iter().filter(|judged| judged.document.is_none()) {
            self.signature(judged);
        }
    }

    fn signature(&mut self, judged: &JudgedSignature) {
        let report = &judged.report;
        let facts = report.certificate.as_ref().map(qolhat_pki::certificate::Certificate::subject_facts);
        let facts = facts.unwrap_or_default();
        let what = self.word("extract-signed-as", judged.used_as.code());
        let values = [
            ("what", what.as_str()),
            ("name", facts.common_name.as_deref().unwrap_or(NOTHING)),
            ("iin", facts.iin.as_deref().unwrap_or(NOTHING)),
            ("bin", facts.bin.as_deref().unwrap_or(NOTHING)),
        ];
        self.line(1, "extract-verdict-signature", &values);
        let mut verdict = self.word("indication", report.indication.as_str());
        if let Some(sub) = report.sub_indication {
            verdict = format!("{verdict} ({})", self.word("subindication", sub.as_str()));
        }
        let values = [("at", format_local(report.judged_at)), ("verdict", verdict)];
        self.line(
            2,
            "extract-verdict-signature-checked",
            &values.each_ref().map(|(name, value)| (*name, value.as_str())),
        );
        match report.proven_at {
            Some(at) => self.line(2, "extract-signed-proven", &[("at", &format_local(at))]),
            None => self.line(2, "extract-signed-unproven", &[]),
        }
        match (judged.used_as, judged.weighs, judged.at_receipt) {
            (SignatureUse::Party, false, _) => self.line(2, "extract-signature-without-effect", &[]),
            (SignatureUse::Receipt, false, _) => self.line(2, "extract-receipt-unproven", &[]),
            (_, _, Some(ReceiptEvidence::ListOfBefore)) => self.line(2, "extract-verdict-list-of-before", &[]),
            _ => {}
        }
        self.line(2, "extract-signature-file", &[("path", &judged.part)]);
    }

    fn cases(&mut self, extract: &ExtractRecord) {
        for case in &extract.cases {
            self.line(0, "extract-case", &[("id", &case.id), ("certificate", &case.certificate_sha256)]);
            self.line(1, "extract-case-reported", &[("at", &local(&case.reported_at))]);
            self.line(1, "extract-case-since", &[("at", &local(&case.compromised_since))]);
            if let Some(at) = &case.cut_off {
                self.line(1, "extract-case-cut-off", &[("at", &local(at))]);
            }
            self.line(1, &format!("extract-case-{}", case.state), &[]);
            for id in &case.documents {
                self.line(1, "extract-case-document", &[("id", id)]);
            }
        }
    }

    fn journal(&mut self, report: &ExtractReport) {
        let included = report.entries.iter().filter(|entry| entry.included).count();
        let values = [("count", report.entries.len().to_string()), ("included", included.to_string())];
        self.line(0, "extract-verdict-entries", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
        if let Some(checkpoint) = &report.checkpoint {
            let values = [("size", checkpoint.size.to_string()), ("root", hex::encode(checkpoint.root))];
            self.line(0, "extract-checkpoint", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
            match checkpoint.time_stamp.as_ref().filter(|stamp| stamp.proven) {
                Some(stamp) => {
                    self.line(0, "extract-verdict-checkpoint-proven", &[("at", &format_local(stamp.gen_time))]);
                }
                None => self.line(0, "extract-checkpoint-unstamped", &[]),
            }
            for (key, at) in &checkpoint.witnesses {
                self.line(0, "extract-verdict-witness", &[("key", key), ("at", &format_local(*at))]);
            }
        }
        if let Some(period) = &report.period {
            let (from, to) = (format_local(period.from), format_local(period.to));
            let entries: Vec<String> = period.entries.iter().map(u64::to_string).collect();
            let values = [("party", &*period.party), ("from", &from), ("to", &to), ("entries", &entries.join(", "))];
            self.line(0, "extract-verdict-period", &values);
            let (closed, destroyed) = (period.closed.len().to_string(), period.destroyed.len().to_string());
            self.line(0, "extract-period-shown", &[("closed", &closed), ("destroyed", &destroyed)]);
        }
        let Some(statement) = &report.statement else { return };
        if statement.level == LEVEL_INCLUSION {
            return self.line(0, "extract-completeness-1", &[]);
        }
        if report.complete {
            match statement.seal {
                Some(seal) => {
                    let values = [
                        ("size", seal.size.to_string()),
                        ("entry", seal.entry.to_string()),
                        ("at", format_local(seal.at())),
                    ];
                    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                    self.line(0, "extract-completeness-3", &values);
                }
                None => self.line(0, "extract-completeness-2", &[]),
            }
            for subject in &statement.subjects {
                let count = subject.count.to_string();
                let entries: Vec<String> = subject.entries.iter().map(u64::to_string).collect();
                let values = [("identity", &*subject.identity), ("count", &count), ("entries", &entries.join(", "))];
                self.line(1, "extract-subject", &values);
                if let Some(pruned) = &subject.pruned {
                    let (count, seq) = (pruned.count.to_string(), pruned.seq.to_string());
                    self.line(2, "extract-subject-pruned", &[("count", &count), ("seq", &seq)]);
                }
            }
            self.line(0, "extract-caveat", &[]);
        }
    }

    fn failures(&mut self, report: &ExtractReport) {
        for failure in &report.failures {
            let fault = text(self.language, &format!("extract-fault-{}", failure.code.word()), &[]);
            let detail = if failure.detail.is_empty() { NOTHING } else { &failure.detail };
            let values = [("part", &*failure.part), ("fault", &fault), ("detail", detail)];
            self.line(0, "extract-verdict-failure", &values);
        }
        if report.failures_left_off > 0 {
            let count = report.failures_left_off.to_string();
            self.line(0, "extract-verdict-failures-left-off", &[("count", &count)]);
        }
    }
}

/// An instant of a record as people in Kazakhstan read it.
fn local(at: &str) -> String {
    Moment::parse_rfc3339(at).map_or_else(|_| at.to_owned(), format_local)
}
