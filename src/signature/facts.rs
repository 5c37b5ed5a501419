//! A report on a signature as facts for people: who signed, what the verdict means and what to do next, from when the
//! signature is proven, every question with its answer. Pure; texts are [`Phrase`]s until a language is known.

use qolhat_pki::certificate::Certificate;
use qolhat_pki::report::{
    Check, CheckOutcome, Coverage, CryptoOutcome, Indication, SignatureLevel, SignatureReport, SubIndication,
};

use super::meaning::{meaning, revocation_answer};
use super::report_json;
use super::shown::Shown;
use super::verdict::is_on_hold;
use crate::domain::time::{Moment, format_local};
use crate::i18n::{Language, Phrase, text, word};

/// One signature.
#[derive(Debug, Clone)]
pub struct SignatureFacts {
    /// From 1, in the order of the file.
    pub number: usize,
    /// The verdict; its word is [`SignatureFacts::verdict`].
    pub indication: Indication,
    /// Its main reason; `None` exactly when TOTAL-PASSED.
    pub sub_indication: Option<SubIndication>,
    /// One of [`super::meaning::MEANINGS`].
    pub meaning: &'static str,
    /// What the verdict means, in one sentence.
    pub means: Phrase,
    /// What to do now; `None` for a signature inside an extract, where the advice is on the whole.
    pub next: Option<Phrase>,
    /// Whom the certificate names, when one was found.
    pub signer: Option<SignerFacts>,
    /// To be said beside `signer` when nothing proves that it was he: anybody can mint a certificate with any name.
    pub doubt: Option<Phrase>,
    /// The certificate, when one was found.
    pub certificate: Option<CertificateFacts>,
    /// From when the signature is proven to have existed, in words, or that nothing proves it.
    pub since: Phrase,
    /// The same instant.
    pub proven_at: Option<Moment>,
    /// The time that the signer wrote down himself, in words that say so.
    pub claimed: Option<Phrase>,
    /// The same instant: it proves nothing and is never shown without saying so.
    pub claimed_at: Option<Moment>,
    /// The instant at which the certificate was judged.
    pub judged_at: Moment,
    /// How much of the content is signed; its word is of the family `covers`.
    pub covers: Coverage,
    /// The mathematics alone; its word is of the family `crypto`.
    pub crypto: CryptoOutcome,
    /// What the signature carries with it: CMS, CAdES-B, -T, -LT.
    pub level: SignatureLevel,
    /// Every question asked, in order, those about time stamps last.
    pub checks: Vec<CheckFacts>,
    /// Where it stands, when the file is an extract.
    pub place: Option<Place>,
}

/// Whom a certificate names.
#[derive(Debug, Clone)]
pub struct SignerFacts {
    /// Surname and given name, or the name of a system.
    pub common_name: Option<String>,
    /// The patronymic, which certificates hold apart.
    pub patronymic: Option<String>,
    /// The IIN as it is to be shown: masked on a public page.
    pub iin: Option<String>,
    /// The organisation.
    pub organization: Option<String>,
    /// Its BIN.
    pub bin: Option<String>,
    /// Codes of the roles, of the family `role`; see [`SignerFacts::roles_in`].
    pub roles: Vec<String>,
    /// Code of who is behind it, of the family `signer-kind`.
    pub kind: &'static str,
}

/// The certificate of a signer.
#[derive(Debug, Clone)]
pub struct CertificateFacts {
    /// Serial number, lower-case hexadecimal.
    pub serial: String,
    /// SHA-256 of its DER, lower-case hexadecimal.
    pub sha256: String,
    /// The issuer's name for people: its CN, else everything.
    pub issuer: String,
    /// First instant of its term.
    pub not_before: Moment,
    /// Last instant of its term.
    pub not_after: Moment,
    /// Its term in words.
    pub term: Phrase,
    /// Whether it was revoked, and by what that is known, in words.
    pub status: Phrase,
}

/// A question and its answer.
#[derive(Debug, Clone)]
pub struct CheckFacts {
    /// Its name; the question is [`CheckFacts::question`].
    pub name: &'static str,
    /// The answer; `None` when it could not be asked.
    pub ok: Option<bool>,
    /// Standard and clause.
    pub clause: &'static str,
    /// English, for experts; often empty.
    pub detail: String,
    /// Whether it is about a time stamp and not about the signature itself.
    pub of_time_stamp: bool,
}

/// Where a signature stands in an extract.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub part: String,
    /// `seal`, `officer`, `party` or `receipt`: the family `extract-signed-as`.
    pub used_as: &'static str,
    /// The document signed.
    pub document: Option<String>,
    /// Whether the verdict on the extract rests on it.
    pub weighs: bool,
}

impl SignatureFacts {
    /// The facts of `report`, the signature `number` of its file, judged for somebody who asks at `at`.
    #[must_use]
    pub fn of(number: usize, report: &SignatureReport, at: Moment, place: Option<Place>, shown: &Shown) -> Self {
        let meaning = meaning(report, at);
        let phrase = |stem: &str| with_values(Phrase::new(format!("{stem}-{meaning}")), report, shown);
        let told = |key: &str, at: Moment| Phrase::new(key).with("at", format_local(at));
        let of_stamps = report.time_stamps.iter().flat_map(|stamp| &stamp.checks);
        let own = report.checks.iter().map(|check| CheckFacts::of(check, false, shown));
        Self {
            number,
            indication: report.indication,
            sub_indication: report.sub_indication,
            meaning,
            means: phrase("verdict-means"),
            next: place.is_none().then(|| phrase("verdict-next")),
            signer: report.certificate.as_ref().map(|certificate| SignerFacts::of(certificate, shown)),
            doubt: (!names_the_signer(report)).then(|| Phrase::new("verdict-signer-unproven")),
            certificate: report.certificate.as_ref().map(|certificate| certificate_facts(certificate, report, shown)),
            since: report
                .proven_at
                .map_or_else(|| Phrase::new("verdict-time-unproven"), |proven| told("verdict-time-proven", proven)),
            proven_at: report.proven_at,
            claimed: report.claimed_at.map(|claimed| told("verdict-time-claimed", claimed)),
            claimed_at: report.claimed_at,
            judged_at: report.judged_at,
            covers: report.covers,
            crypto: report.crypto,
            level: report.level,
            checks: own.chain(of_stamps.map(|check| CheckFacts::of(check, true, shown))).collect(),
            place,
        }
    }

    /// The word for the verdict: "valid", "undetermined", "invalid".
    #[must_use]
    pub fn verdict(&self, language: Language) -> String {
        word(language, "indication", self.indication.as_str())
    }

    /// The expert's short reason; empty when there is none.
    #[must_use]
    pub fn reason(&self, language: Language) -> String {
        self.sub_indication.map_or_else(String::new, |sub| word(language, "subindication", sub.as_str()))
    }
}

impl SignerFacts {
    fn of(certificate: &Certificate, shown: &Shown) -> Self {
        let facts = certificate.subject_facts();
        let text = |value: &Option<String>| value.as_deref().map(|value| shown.text(value));
        Self {
            common_name: text(&facts.common_name),
            patronymic: text(&facts.patronymic),
            iin: text(&facts.iin),
            organization: text(&facts.organization),
            bin: text(&facts.bin),
            roles: report_json::roles(&certificate.roles()),
            kind: report_json::kind(certificate.signer_kind()),
        }
    }

    /// The name as people say it: with the patronymic.
    #[must_use]
    pub fn name(&self) -> String {
        let parts: Vec<&str> = self.common_name.iter().chain(&self.patronymic).map(String::as_str).collect();
        parts.join(" ")
    }

    /// The roles in words.
    #[must_use]
    pub fn roles_in(&self, language: Language) -> String {
        let words: Vec<String> = self.roles.iter().map(|role| word(language, "role", role)).collect();
        words.join(", ")
    }
}

impl CheckFacts {
    fn of(check: &Check, of_time_stamp: bool, shown: &Shown) -> Self {
        let (ok, detail) = (check.ok.as_bool(), shown.text(&check.detail));
        Self { name: check.name, ok, clause: check.clause, detail, of_time_stamp }
    }

    /// The question.
    #[must_use]
    pub fn question(&self, language: Language) -> String {
        word(language, "check", self.name)
    }

    /// The answer in words.
    #[must_use]
    pub fn answer(&self, language: Language) -> String {
        let key = match self.ok {
            Some(true) => "verdict-answer-yes",
            Some(false) => "verdict-answer-no",
            None => "verdict-answer-not-asked",
        };
        text(language, key, &[])
    }
}

/// Whether the key made this signature and a trusted CA says whose key it is.
fn names_the_signer(report: &SignatureReport) -> bool {
    report.crypto == CryptoOutcome::Ok && report.path.is_some()
}

/// The values that the texts on a verdict may show.
fn with_values(phrase: Phrase, report: &SignatureReport, shown: &Shown) -> Phrase {
    let at = |moment: Option<Moment>| moment.map_or_else(String::new, format_local);
    let certificate = report.certificate.as_ref();
    phrase
        .with("at", format_local(report.judged_at))
        .with("since", at(report.revoked_since))
        .with("from", at(certificate.map(Certificate::not_before)))
        .with("until", at(certificate.map(Certificate::not_after)))
        .with("issuer", certificate.map_or_else(String::new, |certificate| issuer(certificate, shown)))
}

fn certificate_facts(certificate: &Certificate, report: &SignatureReport, shown: &Shown) -> CertificateFacts {
    let (from, until) = (certificate.not_before(), certificate.not_after());
    CertificateFacts {
        serial: certificate.serial_hex(),
        sha256: hex::encode(certificate.sha256()),
        issuer: issuer(certificate, shown),
        not_before: from,
        not_after: until,
        term: Phrase::new("verdict-certificate-term")
            .with("from", format_local(from))
            .with("until", format_local(until)),
        status: status(certificate, report),
    }
}

fn issuer(certificate: &Certificate, shown: &Shown) -> String {
    let name = certificate.issuer();
    let common_name = name.common_name().map(std::borrow::Cow::into_owned);
    shown.text(&common_name.unwrap_or_else(|| name.to_string()))
}

/// Whether the signer's own certificate was revoked, as far as that was asked and answered.
fn status(certificate: &Certificate, report: &SignatureReport) -> Phrase {
    let own = report.evidence_used.iter().find(|used| used.certificate == *certificate);
    let since = || report.revoked_since.map_or_else(String::new, format_local);
    match own {
        Some(used) if used.status == "good" => {
            Phrase::new(format!("verdict-status-good-{}", used.proof.source.as_str()))
                .with("at", format_local(used.proof.this_update))
        }
        Some(_) if is_on_hold(report) => Phrase::new("verdict-status-on-hold").with("since", since()),
        Some(_) if report.revoked_since.is_some_and(|since| since > report.judged_at) => {
            Phrase::new("verdict-status-revoked-later").with("since", since())
        }
        Some(_) => Phrase::new("verdict-status-revoked").with("since", since()),
        None if revocation_answer(report) == CheckOutcome::No => Phrase::new("verdict-status-unknown"),
        None => Phrase::new("verdict-status-not-asked"),
    }
}
