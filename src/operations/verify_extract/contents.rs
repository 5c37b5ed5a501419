//! The files of an extract: each is taken by whoever needs it, and what nobody took must not be there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use signed_note::{Note, StandardVerifier, VerifierList};

use super::finding::FaultCode;
use super::report::ExtractReport;
use crate::extract::build::binding_text_of;
use crate::extract::format;
use crate::extract::manifest::{self, Digests, ManifestFaultKind};
use crate::extract::package::PackageEntry;
use crate::extract::records::{ExtractRecord, LogRecord, from_json};
use crate::extract::summary;
use crate::i18n::Language;

/// The most octets of a binding note that are read; the real one has some 600.
const BINDING_MAX_BYTES: usize = 8 * 1024;

/// The files of an extract by name.
pub(super) struct Contents<'a> {
    files: BTreeMap<&'a str, &'a [u8]>,
    digests: Digests,
    taken: BTreeSet<&'a str>,
}

impl<'a> Contents<'a> {
    pub(super) fn new(entries: &[PackageEntry<'a>]) -> Self {
        let payload = entries.iter().filter(|entry| !entry.name.starts_with(format::META_INF));
        Self {
            digests: payload.map(|entry| (entry.name.to_owned(), Sha256::digest(entry.content).into())).collect(),
            files: entries.iter().map(|entry| (entry.name, entry.content)).collect(),
            taken: BTreeSet::new(),
        }
    }

    /// The file `name`, which may be absent.
    pub(super) fn take_optional(&mut self, name: &str) -> Option<&'a [u8]> {
        let (name, content) = self.files.get_key_value(name)?;
        self.taken.insert(name);
        Some(content)
    }

    /// The file `name`, which must be there.
    pub(super) fn take(&mut self, name: &str, report: &mut ExtractReport) -> Option<&'a [u8]> {
        let content = self.take_optional(name);
        if content.is_none() {
            report.fail(name, FaultCode::FileMissing, "");
        }
        content
    }

    /// The record in the file `name`, which must be there.
    pub(super) fn take_json<T: Deserialize<'a>>(&mut self, name: &str, report: &mut ExtractReport) -> Option<T> {
        match from_json(self.take(name, report)?) {
            Ok(record) => Some(record),
            Err(error) => {
                report.fail(name, FaultCode::Json, error);
                None
            }
        }
    }

    /// The files of a folder, each taken.
    pub(super) fn take_folder(&mut self, folder: &str) -> Vec<(&'a str, &'a [u8])> {
        let found: Vec<(&str, &[u8])> = self
            .files
            .iter()
            .filter(|(name, _)| name.starts_with(folder))
            .map(|(name, content)| (*name, *content))
            .collect();
        self.taken.extend(found.iter().map(|(name, _)| *name));
        found
    }

    /// SHA-256 of a payload file.
    pub(super) fn digest(&self, name: &str) -> Option<[u8; 32]> {
        self.digests.get(name).copied()
    }

    /// That the texts for people are those that the records make, octet for octet. Where a record is missing that is
    /// told already, and the summaries are not compared.
    pub(super) fn check_texts(&mut self, extract: &ExtractRecord, report: &mut ExtractReport) {
        let howto = self.take(format::HOWTO, report);
        if howto.is_some_and(|howto| howto != summary::howto().as_bytes()) {
            report.fail(format::HOWTO, FaultCode::TextDiffers, "");
        }
        let stamped = self.files.contains_key(format::CHECKPOINT_TIME_STAMP);
        let known = report.documents.len() == extract.documents.len();
        let statement = report.statement.clone().filter(|_| known);
        for language in Language::ALL {
            let name = format::summary(language.code());
            let (Some(text), Some(statement)) = (self.take(&name, report), &statement) else { continue };
            if text != summary::summary(language, extract, &report.documents, statement, stamped).as_bytes() {
                report.fail(&name, FaultCode::TextDiffers, "");
            }
        }
    }

    /// Takes the papers: all three or none. They are sealed with the rest and for people only, nothing is concluded from
    /// what they say.
    pub(super) fn check_papers(&mut self, report: &mut ExtractReport) {
        let names = Language::ALL.map(|language| format::paper(language.code()));
        if !names.iter().any(|name| self.files.contains_key(name.as_str())) {
            return;
        }
        for name in names {
            if self.take(&name, report).is_some() {
                report.papers.push(name);
            }
        }
    }

    /// That both manifests list exactly the payload.
    pub(super) fn check_manifests(&mut self, report: &mut ExtractReport) {
        let manifests =
            [(format::OPERATOR_MANIFEST, format::OPERATOR_SEAL), (format::OFFICER_MANIFEST, format::OFFICER_SIGNATURE)];
        for (name, signature) in manifests {
            let Some(content) = self.take(name, report) else { continue };
            for fault in manifest::check(name, content, signature, &self.digests) {
                let code = match fault.kind {
                    ManifestFaultKind::DigestDiffers => FaultCode::Digest,
                    ManifestFaultKind::Missing | ManifestFaultKind::Unlisted => FaultCode::ManifestList,
                    ManifestFaultKind::NotCanonical | ManifestFaultKind::WrongSignature => FaultCode::Manifest,
                };
                report.fail(&fault.part, code, format!("{name}: {}", fault.kind.code()));
            }
        }
    }

    /// That the log key has signed for these very octets of manifests and signatures, and for nothing else.
    pub(super) fn check_binding(&mut self, log: &LogRecord, report: &mut ExtractReport) {
        let Some(binding) = self.take(format::BINDING, report) else { return };
        let bound =
            [format::OPERATOR_MANIFEST, format::OFFICER_MANIFEST, format::OPERATOR_SEAL, format::OFFICER_SIGNATURE];
        let found = bound.map(|name| (name, self.files.get(name).copied().unwrap_or_default()));
        if let Err(detail) = binding_holds(binding, &binding_text_of(&log.origin, &found), &log.key) {
            report.fail(format::BINDING, FaultCode::Binding, detail);
        }
    }

    /// That nothing lies in the extract of which nothing in it speaks.
    pub(super) fn check_nothing_left(&self, report: &mut ExtractReport) {
        for name in self.files.keys().filter(|name| !self.taken.contains(*name)) {
            report.fail(name, FaultCode::FileUnexpected, "");
        }
    }
}

fn binding_holds(binding: &[u8], text: &str, log_key: &str) -> Result<(), &'static str> {
    if binding.len() > BINDING_MAX_BYTES {
        return Err("too large");
    }
    let note = Note::from_bytes(binding).map_err(|_| "not a signed note")?;
    if note.text() != text.as_bytes() {
        return Err("not over the manifests and signatures of this extract");
    }
    let verifier = StandardVerifier::new(log_key).map_err(|_| "the log key is no verifier key")?;
    let known = VerifierList::new(vec![Box::new(verifier)]);
    let Ok((verified, _)) = note.verify(&known) else { return Err("not signed by the log key") };
    let [signature] = verified.as_slice() else { return Err("not signed by the log key once") };
    // Another signature, or the same one twice or written otherwise, would be octets that nobody has signed for.
    let only = [note.text(), b"\n", &signature.to_bytes()].concat();
    if only == binding { Ok(()) } else { Err("there is more than the one signature of the log key") }
}
