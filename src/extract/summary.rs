//! The text for people: what the extract says, in one language, readable without any program of ours.

use super::format;
use super::records::{CaseRecord, DocumentRecord, ExtractRecord, FileRecord, SignatureRecord, StatementRecord};
use super::talk::{self, AboutRecord};
use super::words::{words, words_of_talk};
use crate::domain::time::{Moment, format_local};
use crate::i18n::Language;

/// What is printed where there is no value.
const NOTHING: &str = "—";

/// The summary of an extract in `language`: plain text in UTF-8 with line feeds. It is made of the records alone, so that
/// a reader makes it anew and compares. `stamped`: the checkpoint has a time stamp.
#[must_use]
pub fn summary(
    language: Language,
    extract: &ExtractRecord,
    documents: &[DocumentRecord],
    statement: &StatementRecord,
    stamped: bool,
) -> String {
    let mut page = Page { language, out: String::new() };
    page.heading(extract);
    page.line(0, "extract-documents", &[("count", &documents.len().to_string())]);
    for (number, document) in (1..).zip(documents) {
        page.blank();
        page.document(number, document);
    }
    if !extract.cases.is_empty() {
        page.blank();
        page.line(0, "extract-cases", &[("count", &extract.cases.len().to_string())]);
        extract.cases.iter().for_each(|case| page.case(case));
    }
    if let Some(about) = &extract.request.about {
        page.blank();
        page.talk(about, extract);
    }
    page.blank();
    page.journal(statement, stamped);
    page.out
}

/// How to check an extract without the operator: three languages in one file, the same in every extract.
#[must_use]
pub const fn howto() -> &'static str {
    include_str!("howto.txt")
}

struct Page {
    language: Language,
    out: String,
}

impl Page {
    fn line(&mut self, depth: usize, key: &str, values: &[(&str, &str)]) {
        let line = text(self.language, key, values);
        self.raw(depth, &line);
    }

    fn raw(&mut self, depth: usize, line: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(&plain(line));
        self.out.push('\n');
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    /// The word for a code, or the code itself when it has none.
    fn word(&self, family: &str, code: &str) -> String {
        let key = format!("{family}-{code}");
        words(self.language).text(&key, &[]).unwrap_or_else(|| code.to_owned())
    }

    fn heading(&mut self, extract: &ExtractRecord) {
        let title = text(self.language, "extract-title", &[("number", &extract.number.to_string())]);
        let rule = "=".repeat(title.chars().count());
        self.raw(0, &title);
        self.raw(0, &rule);
        let (operator, officer, request) = (&extract.operator, &extract.officer, &extract.request);
        self.line(0, "extract-operator", &[("name", &operator.name), ("bin", &operator.bin)]);
        self.line(0, "extract-log", &[("origin", &extract.log.origin)]);
        self.line(0, "extract-made-at", &[("at", &local(&extract.made_at))]);
        self.line(0, "extract-officer", &[("name", &officer.name), ("iin", &officer.iin)]);
        self.line(0, "extract-asked-by", &[("who", &request.asked_by.words())]);
        self.line(0, "extract-ground", &[("ground", &request.ground)]);
        self.line(0, "extract-scope", &[("scope", &request.scope)]);
        self.blank();
        self.line(0, "extract-source", &[]);
        self.line(0, "extract-read-howto", &[]);
        self.blank();
    }

    fn document(&mut self, number: usize, document: &DocumentRecord) {
        let kind = self.word("kind", &document.kind);
        let line = text(
            self.language,
            "extract-document",
            &[("kind", &kind), ("number", &document.number), ("title", &document.title)],
        );
        self.raw(0, &format!("{number}. {line}"));
        self.line(1, "extract-document-id", &[("id", &document.id)]);
        if let Some(date) = &document.date {
            self.line(1, "extract-document-date", &[("date", date)]);
        }
        let state = self.word("state", &document.state);
        self.line(1, "extract-document-state", &[("state", &state)]);
        for (key, party) in [("extract-sender", &document.sender), ("extract-recipient", &document.recipient)] {
            self.line(1, key, &[("name", &party.name), ("party", &party.key)]);
        }
        match (&document.received_at, document.recorded_entry) {
            (Some(at), Some(seq)) => {
                self.line(1, "extract-received", &[("at", &local(at)), ("seq", &seq.to_string())]);
            }
            (Some(_) | None, _) => self.line(1, "extract-not-received", &[]),
        }
        self.file("extract-original", &document.original);
        document.attachments.iter().for_each(|file| self.file("extract-attachment", file));
        document.signatures.iter().for_each(|signature| self.signature(signature));
        for path in &document.receipts {
            self.line(1, "extract-receipt", &[("path", path)]);
        }
        self.line(1, "extract-conditions", &[]);
        for condition in &document.conditions {
            let name = self.word("condition", &condition.condition);
            let holds = if condition.holds { "extract-condition-holds" } else { "extract-condition-fails" };
            let holds = text(self.language, holds, &[]);
            self.raw(2, &format!("{}: {name}: {holds}", condition.clause));
        }
    }

    fn file(&mut self, key: &str, file: &FileRecord) {
        let size = file.size.to_string();
        let values = [("name", &*file.name), ("size", &*size), ("path", &*file.path), ("sha256", &*file.sha256)];
        self.line(1, key, &values);
    }

    fn signature(&mut self, signature: &SignatureRecord) {
        self.line(1, &format!("extract-signature-of-{}", signature.side), &[]);
        let role = self.word("role", &signature.role);
        let values = [
            ("name", signature.common_name.as_str()),
            ("iin", signature.iin.as_deref().unwrap_or(NOTHING)),
            ("bin", signature.bin.as_deref().unwrap_or(NOTHING)),
            ("role", role.as_str()),
        ];
        self.line(2, "extract-signer", &values);
        match &signature.proven_at {
            Some(at) => self.line(2, "extract-signed-proven", &[("at", &local(at))]),
            None => self.line(2, "extract-signed-unproven", &[]),
        }
        if let Some(at) = &signature.claimed_at {
            self.line(2, "extract-signed-claimed", &[("at", &local(at))]);
        }
        let mut verdict = self.word("indication", &signature.indication);
        if let Some(sub) = &signature.sub_indication {
            verdict = format!("{verdict} ({})", self.word("subindication", sub));
        }
        let values = [("at", local(&signature.checked_at)), ("verdict", verdict)];
        self.line(2, "extract-signature-checked", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
        match signature.entry {
            Some(seq) => self.line(2, "extract-signature-entry", &[("seq", &seq.to_string())]),
            None => self.line(2, "extract-signature-without-effect", &[]),
        }
        self.line(2, "extract-signature-file", &[("path", &signature.path)]);
        for case in &signature.contested_by {
            self.line(2, "extract-signature-contested", &[("case", case)]);
        }
    }

    fn case(&mut self, case: &CaseRecord) {
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

    fn talk(&mut self, about: &AboutRecord, extract: &ExtractRecord) {
        let (key, id) = match about {
            AboutRecord::Session(id) => ("talk-session", id),
            AboutRecord::Message(id) => ("talk-message", id),
        };
        self.line(0, key, &[("id", id)]);
        self.line(0, "talk-source", &[]);
        for message in &extract.messages {
            let (path, sha256) = (message.path.as_str(), message.sha256.as_str());
            let values =
                [("id", message.id.as_str()), ("path", path), ("size", &message.size.to_string()), ("sha256", sha256)];
            self.line(1, "talk-file", &values);
        }
        for key in talk::taken(extract) {
            self.line(0, key, &[]);
        }
        self.line(0, "talk-steps", &[]);
        for step in &extract.steps {
            let kind = word_of_talk(self.language, "step", &step.kind.replace('.', "-"));
            let values = [("at", &*local(&step.at)), ("seq", &step.entry.to_string()), ("kind", &kind)];
            self.line(1, "talk-step", &values);
            for (name, value) in &step.said {
                let name = word_of_talk(self.language, "said", name);
                self.line(2, "talk-said", &[("name", &name), ("value", &talk::shown(value))]);
            }
        }
    }

    fn journal(&mut self, statement: &StatementRecord, stamped: bool) {
        self.line(0, "extract-entries", &[("count", &statement.entries.len().to_string())]);
        let size = statement.size.to_string();
        self.line(0, "extract-checkpoint", &[("size", &size), ("root", &statement.root)]);
        if stamped {
            self.line(0, "extract-checkpoint-stamped", &[("path", format::CHECKPOINT_TIME_STAMP)]);
        } else {
            self.line(0, "extract-checkpoint-unstamped", &[]);
        }
        if statement.subjects.is_empty() {
            self.line(0, "extract-completeness-1", &[]);
            return;
        }
        match statement.seal {
            Some(seal) => {
                let values = [
                    ("size", seal.size.to_string()),
                    ("entry", seal.entry.to_string()),
                    ("at", format_local(seal.at())),
                ];
                self.line(0, "extract-completeness-3", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
            }
            None => self.line(0, "extract-completeness-2", &[]),
        }
        for subject in &statement.subjects {
            let entries: Vec<String> = subject.entries.iter().map(u64::to_string).collect();
            let values = [
                ("identity", subject.identity.as_str()),
                ("count", &subject.count.to_string()),
                ("entries", &entries.join(", ")),
            ];
            self.line(1, "extract-subject", &values);
            if let Some(pruned) = &subject.pruned {
                let (count, seq) = (pruned.count.to_string(), pruned.seq.to_string());
                self.line(2, "extract-subject-pruned", &[("count", &count), ("seq", &seq)]);
            }
        }
        if let Some(period) = &statement.period {
            let (closed, destroyed) = (period.closed.len().to_string(), period.destroyed.len().to_string());
            self.line(0, "extract-period-shown", &[("closed", &closed), ("destroyed", &destroyed)]);
        }
        self.line(0, "extract-caveat", &[]);
    }
}

/// The line without characters by which a name could forge other lines or turn the text around.
#[must_use]
pub fn plain(line: &str) -> String {
    let misleads = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    line.chars().map(|c| if misleads(c) { ' ' } else { c }).collect()
}

/// The text of a key; the key itself where the words of this version have none.
fn text(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let known = words(language).text(key, values).or_else(|| words_of_talk(language).text(key, values));
    known.unwrap_or_else(|| key.to_owned())
}

/// The word for a code of a session or a message, or the code itself when it has none.
pub(super) fn word_of_talk(language: Language, family: &str, code: &str) -> String {
    words_of_talk(language).text(&format!("{family}-{code}"), &[]).unwrap_or_else(|| code.to_owned())
}

/// An instant of a record as people in Kazakhstan read it.
fn local(at: &str) -> String {
    Moment::parse_rfc3339(at).map_or_else(|_| at.to_owned(), format_local)
}
