//! The extract on paper, in one language: PDF/A for people.
//!
//! It is sealed and signed with the rest, but not made anew by whoever verifies: a second program would need our fonts
//! and our writer of PDF. What proves is in the records, and the text that is compared with them is the summary; the
//! paper says so on every page. What matters comes first and the long tables last: a paper of too many pages is cut.

use std::collections::BTreeMap;

use qolhat_pki::armor;
use qolhat_pki::certificate::Certificate;
use qolhat_pki::cms::SignedData;
use qolhat_pki::tsp::TimeStampToken;
use qolhat_print::{Block, Instant, Paper, PrintError, Table};
use serde_json::Value;

use super::facts::{EntryFacts, ExtractFacts};
use super::records::{CaseRecord, DocumentRecord, ExtractRecord, SignatureRecord, StatementRecord};
use super::summary::{plain, word_of_talk};
use super::talk;
use super::words::{words, words_of_talk};
use crate::domain::time::{Moment, format_local};
use crate::i18n::{Language, Words, WordsInThree};

/// What is printed where there is no value.
const NOTHING: &str = "—";

/// What an extract's paper is made of.
pub(super) struct Said<'a> {
    pub(super) facts: &'a ExtractFacts,
    pub(super) extract: &'a ExtractRecord,
    pub(super) documents: &'a [DocumentRecord],
    pub(super) statement: &'a StatementRecord,
}

/// The PDF/A of an extract in `language`. The same facts give the same octets.
///
/// # Errors
/// [`PrintError`]: the address of the register is too long, or our own parts are broken.
pub(super) fn pdf(language: Language, said: &Said<'_>) -> Result<Vec<u8>, PrintError> {
    let speaker = Speaker { language, serials: serials(said.facts) };
    let title = speaker.told("extract-title", &[("number", &said.extract.number.to_string())]);
    let mut blocks = speaker.heading(&title, said);
    blocks.extend(speaker.completeness(said));
    if said.extract.request.about.is_none() {
        blocks.push(Block::Heading(speaker.say("paper-documents", &[("count", &said.documents.len().to_string())])));
    }
    for (number, document) in (1..).zip(said.documents) {
        blocks.extend(speaker.document(number, document));
    }
    for case in &said.extract.cases {
        blocks.extend(speaker.case(case));
    }
    if said.extract.request.about.is_some() {
        blocks.extend(speaker.talk(said.extract));
    }
    blocks.extend(speaker.entries(&said.facts.journal.entries));
    qolhat_print::print(&Paper {
        language: language.code(),
        title,
        identity: format!("{} {}", said.extract.id, language.code()),
        made_at: instant(said.facts.made_at),
        mark: speaker.label("paper-mark"),
        foot: speaker.label("paper-foot"),
        cut: speaker.label("paper-cut"),
        blocks,
    })
}

struct Speaker {
    language: Language,
    /// Serial numbers of certificates by SHA-256.
    serials: BTreeMap<String, String>,
}

impl Speaker {
    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        paper_words(self.language).text(key, values).unwrap_or_else(|| key.to_owned())
    }

    fn label(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// A sentence that the summary has as well.
    fn told(&self, key: &str, values: &[(&str, &str)]) -> String {
        words(self.language).text(key, values).unwrap_or_else(|| key.to_owned())
    }

    /// The word for a code, or the code itself when it has none.
    fn word(&self, family: &str, code: &str) -> String {
        words(self.language).text(&format!("{family}-{code}"), &[]).unwrap_or_else(|| code.to_owned())
    }

    fn fact(&self, key: &str, value: impl Into<String>) -> (String, String) {
        (self.label(key), value.into())
    }

    fn heads(&self, keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| self.label(key)).collect()
    }

    fn heading(&self, title: &str, said: &Said<'_>) -> Vec<Block> {
        let (extract, operator) = (said.extract, &said.extract.operator);
        let (bin, iin) = (self.label("paper-bin"), self.label("paper-iin"));
        let mut blocks = vec![Block::Title(title.to_owned()), Block::Text(self.label("paper-about"))];
        blocks.push(Block::Facts(vec![
            self.fact("paper-operator", format!("{}, {bin} {}", operator.name, operator.bin)),
            self.fact("paper-log", &*extract.log.origin),
            self.fact("paper-made-at", both_times(&extract.made_at)),
            self.fact("paper-officer", format!("{}, {iin} {}", extract.officer.name, extract.officer.iin)),
        ]));
        if let Some(address) = &said.facts.operator.registry {
            let number = extract.number.to_string();
            let address = format!("{address}?number={number}");
            let text = self.say("paper-registry", &[("number", &number), ("address", &address)]);
            blocks.push(Block::Code { content: address, text });
        }
        blocks.push(Block::Heading(self.label("paper-request")));
        blocks.push(Block::Facts(vec![
            self.fact("paper-asked-by", extract.request.asked_by.words()),
            self.fact("paper-ground", &*extract.request.ground),
            self.fact("paper-scope", &*extract.request.scope),
        ]));
        blocks.push(Block::Heading(self.label("paper-check")));
        let steps = ["paper-check-1", "paper-check-2", "paper-check-3", "paper-check-4"];
        blocks.extend(steps.map(|key| Block::Text(self.label(key))));
        blocks.push(Block::Facts(vec![self.fact("paper-log-key", &*extract.log.key)]));
        blocks
    }

    fn completeness(&self, said: &Said<'_>) -> Vec<Block> {
        let statement = said.statement;
        let stamped = said.facts.journal.time_stamp.as_deref().map(|token| {
            let token = TimeStampToken::from_der(token);
            token.map_or_else(|_| NOTHING.to_owned(), |token| both_times(&token.info().gen_time.to_string()))
        });
        let mut blocks = vec![
            Block::Heading(self.label("paper-completeness")),
            Block::Facts(vec![
                self.fact("paper-checkpoint-size", statement.size.to_string()),
                self.fact("paper-checkpoint-root", &*statement.root),
                self.fact("paper-checkpoint-time", stamped.unwrap_or_else(|| self.label("paper-no-time-stamp"))),
            ]),
        ];
        let claim = match (statement.subjects.is_empty(), statement.seal) {
            (true, _) => self.told("extract-completeness-1", &[]),
            (false, None) => self.told("extract-completeness-2", &[]),
            (false, Some(seal)) => {
                let (size, entry, at) = (seal.size.to_string(), seal.entry.to_string(), format_local(seal.at()));
                self.told("extract-completeness-3", &[("size", &size), ("entry", &entry), ("at", &at)])
            }
        };
        blocks.push(Block::Text(claim));
        if statement.subjects.is_empty() {
            return blocks;
        }
        let rows = statement.subjects.iter().map(|subject| {
            let entries: Vec<String> = subject.entries.iter().map(u64::to_string).collect();
            vec![subject.identity.clone(), subject.count.to_string(), entries.join(", ")]
        });
        blocks.push(Block::Table(Table {
            head: self.heads(&["paper-subject", "paper-count", "paper-numbers"]),
            shares: vec![9, 2, 5],
            rows: rows.collect(),
        }));
        for subject in &statement.subjects {
            if let Some(pruned) = &subject.pruned {
                let (count, seq) = (pruned.count.to_string(), pruned.seq.to_string());
                let told = self.told("extract-subject-pruned", &[("count", &count), ("seq", &seq)]);
                blocks.push(Block::Small(told));
            }
        }
        if let Some(period) = &statement.period {
            let (closed, destroyed) = (period.closed.len().to_string(), period.destroyed.len().to_string());
            blocks.push(Block::Text(
                self.told("extract-period-shown", &[("closed", &closed), ("destroyed", &destroyed)]),
            ));
        }
        blocks.push(Block::Small(self.told("extract-caveat", &[])));
        blocks
    }

    fn document(&self, number: usize, document: &DocumentRecord) -> Vec<Block> {
        let kind = self.word("kind", &document.kind);
        let values = [("kind", kind.as_str()), ("number", &document.number), ("title", &document.title)];
        let received = match (&document.received_at, document.recorded_entry) {
            (Some(at), Some(seq)) => format!("{}; {} {seq}", both_times(at), self.label("paper-entry")),
            (Some(_) | None, _) => self.label("paper-not-received"),
        };
        let party = |party: &super::records::PartyRecord| format!("{} ({})", party.name, party.key);
        let files = [&document.original].into_iter().chain(&document.attachments);
        let files = files.map(|file| vec![file.name.clone(), file.size.to_string(), file.sha256.clone()]);
        let mut blocks = vec![
            Block::Subheading(format!("{number}. {}", self.told("extract-document", &values))),
            Block::Facts(vec![
                self.fact("paper-id", &*document.id),
                self.fact("paper-date", document.date.as_deref().unwrap_or(NOTHING)),
                self.fact("paper-state", self.word("state", &document.state)),
                self.fact("paper-sender", party(&document.sender)),
                self.fact("paper-recipient", party(&document.recipient)),
                self.fact("paper-received", received),
            ]),
            Block::Table(Table {
                head: vec![self.label("paper-file"), self.label("paper-size"), "SHA-256".to_owned()],
                shares: vec![5, 2, 9],
                rows: files.collect(),
            }),
        ];
        if document.signatures.is_empty() {
            blocks.push(Block::Text(self.label("paper-no-signatures")));
        } else {
            let rows = document.signatures.iter().map(|signature| self.signature(document, signature)).collect();
            let heads = ["signer", "for-whom", "role", "serial", "proven", "verdict", "entry"];
            let heads = heads.map(|key| format!("paper-{key}"));
            let head = self.heads(&heads.each_ref().map(String::as_str));
            blocks.push(Block::Table(Table { head, shares: vec![12, 14, 11, 14, 13, 11, 6], rows }));
        }
        if !document.conditions.is_empty() {
            let rows = document.conditions.iter().map(|condition| {
                let holds = self.label(if condition.holds { "paper-yes" } else { "paper-no" });
                vec![self.word("condition", &condition.condition), condition.clause.clone(), holds]
            });
            blocks.push(Block::Table(Table {
                head: self.heads(&["paper-condition", "paper-clause", "paper-holds"]),
                shares: vec![12, 2, 2],
                rows: rows.collect(),
            }));
        }
        blocks
    }

    fn signature(&self, document: &DocumentRecord, signature: &SignatureRecord) -> Vec<String> {
        let iin = signature.iin.as_deref().unwrap_or(NOTHING);
        let party = if signature.side == "sender" { &document.sender } else { &document.recipient };
        let side = self.label(&format!("paper-side-{}", signature.side));
        let serial = self.serials.get(&signature.certificate_sha256).cloned();
        let unknown = || self.say("paper-serial-unknown", &[("sha256", &signature.certificate_sha256)]);
        let proven = signature.proven_at.as_deref().map_or_else(|| self.label("paper-not-proven"), both_times);
        let mut verdict = self.word("indication", &signature.indication);
        if let Some(sub) = &signature.sub_indication {
            verdict = format!("{verdict} ({})", self.word("subindication", sub));
        }
        for case in &signature.contested_by {
            verdict = format!("{verdict}; {}", self.told("extract-signature-contested", &[("case", case)]));
        }
        let entry = signature.entry.map(|seq| seq.to_string());
        vec![
            format!("{}, {} {iin}", signature.common_name, self.label("paper-iin")),
            format!("{} ({}), {side}", party.name, party.key),
            self.word("role", &signature.role),
            serial.unwrap_or_else(unknown),
            proven,
            verdict,
            entry.unwrap_or_else(|| self.told("extract-signature-without-effect", &[])),
        ]
    }

    fn case(&self, case: &CaseRecord) -> Vec<Block> {
        let values = [("id", case.id.as_str()), ("certificate", &case.certificate_sha256)];
        let mut blocks = vec![
            Block::Heading(self.label("paper-case")),
            Block::Text(self.told("extract-case", &values)),
            Block::Text(self.told("extract-case-reported", &[("at", &both_times(&case.reported_at))])),
            Block::Text(self.told("extract-case-since", &[("at", &both_times(&case.compromised_since))])),
        ];
        if let Some(at) = &case.cut_off {
            blocks.push(Block::Text(self.told("extract-case-cut-off", &[("at", &both_times(at))])));
        }
        blocks.push(Block::Text(self.told(&format!("extract-case-{}", case.state), &[])));
        blocks.push(Block::Facts(vec![self.fact("paper-contested", case.documents.join(", "))]));
        blocks
    }

    /// The messages, and each step with all that the journal says of it.
    fn talk(&self, extract: &ExtractRecord) -> Vec<Block> {
        let told = |key: &str| words_of_talk(self.language).text(key, &[]).unwrap_or_else(|| key.to_owned());
        let messages = extract
            .messages
            .iter()
            .map(|message| vec![message.path.clone(), message.size.to_string(), message.sha256.clone()]);
        let steps = extract.steps.iter().map(|step| {
            let said = step.said.iter().map(|(name, value)| {
                format!("{}: {}", word_of_talk(self.language, "said", name), plain(&talk::shown(value)))
            });
            let kind = word_of_talk(self.language, "step", &step.kind.replace('.', "-"));
            vec![step.entry.to_string(), both_times(&step.at), kind, said.collect::<Vec<_>>().join("; ")]
        });
        let mut blocks = vec![Block::Heading(self.label("paper-talk")), Block::Text(told("talk-source"))];
        if !extract.messages.is_empty() {
            blocks.push(Block::Table(Table {
                head: vec![self.label("paper-file"), self.label("paper-size"), "SHA-256".to_owned()],
                shares: vec![7, 2, 9],
                rows: messages.collect(),
            }));
        }
        blocks.extend(talk::taken(extract).into_iter().map(|key| Block::Text(told(key))));
        blocks.push(Block::Table(Table {
            head: self.heads(&["paper-number", "paper-local", "paper-kind", "paper-said"]),
            shares: vec![3, 7, 7, 24],
            rows: steps.collect(),
        }));
        blocks
    }

    fn entries(&self, entries: &[EntryFacts]) -> Vec<Block> {
        let mut ordered: Vec<&EntryFacts> = entries.iter().collect();
        ordered.sort_by_key(|entry| entry.seq);
        let rows = ordered.into_iter().map(|entry| {
            let body: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
            let kind = body.get("kind").and_then(Value::as_str).unwrap_or(NOTHING).to_owned();
            let micros = body.get("t").and_then(Value::as_i64).and_then(|millis| millis.checked_mul(1000));
            let at = micros.and_then(Moment::from_unix_micros).map_or_else(|| NOTHING.to_owned(), |at| at.to_string());
            let known = paper_words(self.language).text(&format!("entry-{}", kind.replace('.', "-")), &[]);
            let kind = known.map_or_else(|| kind.clone(), |known| format!("{known} ({kind})"));
            vec![entry.seq.to_string(), kind, local(&at), at, hex::encode(entry.leaf)]
        });
        vec![
            Block::Heading(self.say("paper-entries", &[("count", &entries.len().to_string())])),
            Block::Table(Table {
                head: self.heads(&["paper-number", "paper-kind", "paper-local", "paper-utc", "paper-leaf"]),
                shares: vec![4, 13, 9, 11, 16],
                rows: rows.collect(),
            }),
        ]
    }
}

/// Of the certificates that lie in the signatures and beside them.
fn serials(facts: &ExtractFacts) -> BTreeMap<String, String> {
    let mut found: Vec<Certificate> =
        facts.evidence.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    for signature in facts.documents.iter().flat_map(|document| &document.signatures) {
        let read = armor::decode_any(&signature.cms).pop().and_then(|cms| SignedData::from_bytes(&cms).ok());
        found.extend(read.iter().flat_map(SignedData::certificates).cloned());
    }
    found.iter().map(|certificate| (hex::encode(certificate.sha256()), certificate.serial_hex())).collect()
}

/// An instant of a record as clocks in Kazakhstan show it.
fn local(at: &str) -> String {
    Moment::parse_rfc3339(at).map_or_else(|_| at.to_owned(), format_local)
}

/// The same, and in UTC as the record has it.
fn both_times(at: &str) -> String {
    format!("{} ({at})", local(at))
}

fn instant(at: Moment) -> Instant {
    let text = at.to_string();
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u8>().ok()).unwrap_or_default();
    Instant {
        year: text.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default(),
        month: part(5, 7),
        day: part(8, 10),
        hour: part(11, 13),
        minute: part(14, 16),
        second: part(17, 19),
    }
}

fn paper_words(language: Language) -> &'static Words {
    static WORDS: WordsInThree = WordsInThree::new(SOURCES);
    WORDS.of(language)
}

const SOURCES: [&str; 3] = [include_str!("paper.kk.ftl"), include_str!("paper.ru.ftl"), include_str!("paper.en.ftl")];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Instant, Moment, SOURCES, instant};

    /// Keeps: REG-17
    #[test]
    fn the_paper_has_the_same_words_in_three_languages_and_every_word_that_it_says() {
        let keys = |source: &str| -> BTreeSet<String> {
            source.lines().filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect()
        };
        let known = SOURCES.map(keys);
        assert!(known.iter().all(|keys| *keys == known[0]));
        let said = include_str!("paper.rs").split('"').filter(|word| word.starts_with("paper-") && !word.contains('{'));
        for key in said.filter(|key| *key != "paper-") {
            assert!(known[0].contains(key), "{key}");
        }
    }

    #[test]
    fn the_instant_of_a_paper_is_that_of_its_facts() {
        let at = Moment::from_civil(2026, 11, 22, 5, 15, 2).map(instant);
        assert_eq!(at, Some(Instant { year: 2026, month: 11, day: 22, hour: 5, minute: 15, second: 2 }));
    }
}
