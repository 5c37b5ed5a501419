//! The verdict on a file, as facts for people. Pure.

use qolhat_pki::report::{Indication, ValidationReport};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::extract_facts::{ExtractFacts, place_of};
use super::sort::Unsupported;
use super::{SIGNERS_MAX, lines};
use crate::domain::time::{Moment, format_local};
use crate::i18n::{Language, Phrase};
use crate::intake::MediaType;
use crate::operations::verify_extract::{ExtractReport, ExtractSubIndication, Unreadable};
use crate::signature::facts::SignatureFacts;
use crate::signature::report_json;
use crate::signature::shown::{Showing, Shown};

/// What was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// An extract of the journal.
    Extract,
    /// A CMS, with its content inside or beside it.
    Cms,
    /// Nothing: why not.
    Unsupported(Unsupported),
}

/// What the signatures of a CMS are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Inside the CMS; otherwise it came as a file of its own.
    pub attached: bool,
    /// Its size in bytes.
    pub bytes: usize,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Its type, told by its content.
    pub media_type: MediaType,
}

impl Covered {
    /// The facts of `content`.
    #[must_use]
    pub fn of(content: &[u8], attached: bool) -> Self {
        let sha256 = hex::encode(Sha256::digest(content));
        Self { attached, bytes: content.len(), sha256, media_type: MediaType::of(content) }
    }
}

/// The verdict on a file.
///
/// A page shows `title`, `summary`, `next` and `notes`, then each of `signatures` or the `extract`, then `report_json`.
#[derive(Debug, Clone)]
pub struct FileVerdict {
    /// What was judged.
    pub kind: FileKind,
    /// The moment that was asked about: now.
    pub at: Moment,
    /// The verdict; `None` when nothing was judged. Never "good" by default: only TOTAL-PASSED is.
    pub indication: Option<Indication>,
    /// The word of its main reason.
    pub sub_indication: Option<&'static str>,
    /// The verdict in a few words.
    pub title: Phrase,
    /// What it means, in one sentence.
    pub summary: Phrase,
    /// What to do now.
    pub next: Phrase,
    /// What else the reader should know: files taken in another order, what was not asked.
    pub notes: Vec<Phrase>,
    /// Every signature; those of an extract too, each with its place.
    pub signatures: Vec<SignatureFacts>,
    /// What the signatures of a CMS are about; `None` when the content is missing.
    pub covered: Option<Covered>,
    /// What an extract says, when it could be read.
    pub extract: Option<ExtractFacts>,
    /// The whole report, as `verify --json` gives it.
    pub report_json: Value,
    /// The extract's own report and how it is shown, for its lines.
    report: Option<(Box<ExtractReport>, Shown)>,
}

impl FileVerdict {
    /// The verdict on a CMS of which `covered` is the content.
    #[must_use]
    pub fn of_cms(report: &ValidationReport, covered: Option<Covered>, showing: Showing) -> Self {
        let mut report_json = report_json::message(report, "cms");
        let shown = Shown::of(showing, &report_json);
        shown.mask_json(&mut report_json);
        let facts = |(number, signature)| SignatureFacts::of(number, signature, report.at, None, &shown);
        let signatures: Vec<SignatureFacts> = (1..).zip(&report.signatures).map(facts).collect();
        // The first of the worst speaks for all.
        let worst = signatures.iter().find(|signature| signature.indication == report.indication);
        let total = signatures.len();
        let good = signatures.iter().filter(|signature| signature.indication == Indication::TotalPassed).count();
        let no_signatures = |stem: &str| Phrase::new(format!("{stem}-no-signatures"));
        Self {
            kind: FileKind::Cms,
            at: report.at,
            indication: Some(report.indication),
            sub_indication: worst.and_then(|worst| worst.sub_indication).map(|sub| sub.as_str()),
            title: Phrase::new(title(report.indication, total)),
            summary: match worst {
                None => no_signatures("verdict-means"),
                Some(worst) if total == 1 => worst.means.clone(),
                Some(_) => Phrase::new("verdict-summary-several")
                    .with("total", total.to_string())
                    .with("good", good.to_string()),
            },
            next: worst.and_then(|worst| worst.next.clone()).unwrap_or_else(|| no_signatures("verdict-next")),
            notes: vec![Phrase::new("verdict-note-authority")],
            signatures,
            covered,
            extract: None,
            report_json,
            report: None,
        }
    }

    /// The verdict on an extract.
    #[must_use]
    pub fn of_extract(report: ExtractReport, showing: Showing) -> Self {
        match report.unreadable {
            None => {}
            Some(Unreadable::UnknownVersion) => {
                return Self::unsupported(Unsupported::ExtractVersion, detail_of(&report), report.at);
            }
            Some(Unreadable::NotAContainer | Unreadable::TooLarge) => {
                return Self::unsupported(Unsupported::Zip, detail_of(&report), report.at);
            }
        }
        let mut report_json = report.to_json();
        let shown = Shown::of(showing, &report_json);
        shown.mask_json(&mut report_json);
        let facts = |(number, judged)| {
            let place = place_of(judged, &shown);
            SignatureFacts::of(number, &judged.report, report.at, Some(place), &shown)
        };
        let meaning = report.sub_indication.map_or("TOTAL-PASSED", meaning_of_extract);
        let advice = report.sub_indication.map_or("good", advice_on_extract);
        let with_values = |key: String| {
            let number = report.extract.as_ref().map_or_else(String::new, |extract| extract.number.to_string());
            let operator = report.extract.as_ref().map(|extract| shown.text(&extract.operator.name));
            Phrase::new(key)
                .with("number", number)
                .with("operator", operator.unwrap_or_default())
                .with("at", format_local(report.at))
        };
        Self {
            kind: FileKind::Extract,
            at: report.at,
            indication: Some(report.indication),
            sub_indication: report.sub_indication.map(ExtractSubIndication::as_str),
            title: Phrase::new(match report.indication {
                Indication::TotalPassed => "extract-verdict-good",
                Indication::Indeterminate => "extract-verdict-undetermined",
                Indication::TotalFailed => "extract-verdict-bad",
            }),
            summary: with_values(format!("verdict-extract-means-{meaning}")),
            next: with_values(format!("verdict-extract-next-{advice}")),
            notes: Vec::new(),
            signatures: (1..).zip(&report.signatures).map(facts).collect(),
            covered: None,
            extract: ExtractFacts::of(&report, &shown),
            report_json,
            report: Some((Box::new(report), shown)),
        }
    }

    /// The answer on a file that is not judged; `detail` is English for experts.
    #[must_use]
    pub fn unsupported(why: Unsupported, detail: &str, at: Moment) -> Self {
        let key = |part: &str| format!("verdict-unsupported-{}-{part}", why.code());
        Self {
            kind: FileKind::Unsupported(why),
            at,
            indication: None,
            sub_indication: None,
            title: Phrase::new(key("title")),
            summary: Phrase::new(key("detail")).with("limit", SIGNERS_MAX.to_string()),
            next: Phrase::new(key("next")),
            notes: Vec::new(),
            signatures: Vec::new(),
            covered: None,
            extract: None,
            report_json: json!({"error": {"code": why.error_code(), "message": Shown::default().text(detail)}}),
            report: None,
        }
    }

    /// Says in the notes in which order the files were taken.
    pub(super) fn with_order(mut self, swapped: bool, left_over: bool) -> Self {
        if swapped {
            self.notes.push(Phrase::new("verdict-note-swapped"));
        }
        if left_over {
            self.notes.push(Phrase::new("verdict-note-left-over"));
        }
        self
    }

    /// Whether the verdict is TOTAL-PASSED.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.indication == Some(Indication::TotalPassed)
    }

    /// The whole report in plain lines: to be copied, printed, put into a letter. Of a refuted extract only what is wrong
    /// with it: what it says of documents is not repeated.
    #[must_use]
    pub fn lines(&self, language: Language) -> Vec<String> {
        match &self.report {
            Some((report, shown)) if report.indication != Indication::TotalFailed => {
                report.lines(language).iter().map(|line| shown.line(line)).collect()
            }
            Some(_) | None => lines::lines(self, language),
        }
    }
}

fn title(indication: Indication, signatures: usize) -> &'static str {
    match (indication, signatures) {
        (_, 0) => "verdict-title-no-signatures",
        (Indication::TotalPassed, 1) => "verdict-title-good",
        (Indication::TotalPassed, _) => "verdict-title-good-all",
        (Indication::Indeterminate, 1) => "verdict-title-undetermined",
        (Indication::Indeterminate, _) => "verdict-title-undetermined-some",
        (Indication::TotalFailed, 1) => "verdict-title-bad",
        (Indication::TotalFailed, _) => "verdict-title-bad-some",
    }
}

fn detail_of(report: &ExtractReport) -> &str {
    report.failures.first().map_or("", |failure| &failure.detail)
}

/// What the reason means to a person: the end of `verdict-extract-means-…`.
const fn meaning_of_extract(sub: ExtractSubIndication) -> &'static str {
    match sub {
        // A signature inside says for itself what is wrong with it.
        ExtractSubIndication::Signature(_) => "SIGNATURE",
        ExtractSubIndication::FormatFailure
        | ExtractSubIndication::HashFailure
        | ExtractSubIndication::OperatorMismatch
        | ExtractSubIndication::LogMismatch
        | ExtractSubIndication::OfficerMismatch
        | ExtractSubIndication::JournalFailure
        | ExtractSubIndication::FactsMismatch
        | ExtractSubIndication::OperatorNotPinned
        | ExtractSubIndication::CheckpointNotProven
        | ExtractSubIndication::NoPoe
        | ExtractSubIndication::LevelNotShown
        | ExtractSubIndication::WitnessNotFound => sub.as_str(),
    }
}

/// What to do about it: the end of `verdict-extract-next-…`.
const fn advice_on_extract(sub: ExtractSubIndication) -> &'static str {
    match sub {
        ExtractSubIndication::FormatFailure
        | ExtractSubIndication::HashFailure
        | ExtractSubIndication::OfficerMismatch
        | ExtractSubIndication::JournalFailure
        | ExtractSubIndication::FactsMismatch => "altered",
        ExtractSubIndication::OperatorMismatch
        | ExtractSubIndication::LogMismatch
        | ExtractSubIndication::OperatorNotPinned => "another",
        ExtractSubIndication::WitnessNotFound
        | ExtractSubIndication::CheckpointNotProven
        | ExtractSubIndication::LevelNotShown
        | ExtractSubIndication::NoPoe
        | ExtractSubIndication::Signature(_) => "unproven",
    }
}
