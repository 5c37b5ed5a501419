//! Texts for people in Kazakh, Russian and English.
//!
//! One set of keys for pages, notices, problems, extracts and the command line; the files, two a language, are
//! compiled in and parsed once. A test fails when a key is missing in one of them or when the languages
//! do not show the same values.
//!
//! Keys begin with what they are for. Texts: `problem-`, `receipt-`, `notice-`, `mail-`, `sms-`, `extract-`, `cli-`, `doctor-`, `demo-`,
//! `ncalayer-`, `page-`, `verdict-`.
//! Words for codes, `<family>-<code>`, read with [`word`]: `kind-`, `state-`, `side-`, `role-`, `purpose-`,
//! `signer-kind-`, `capability-`, `certificate-state-`, `case-state-`, `indication-`, `subindication-`, `crypto-`,
//! `covers-`, `time-stamp-`, `check-`, `path-`, `revocation-`, `revocation-reason-`, `revocation-mode-`, `condition-`,
//! `reason-`, `identifier-`, `requisite-`, `declaration-`, `field-`, `language-`, `unit-`, `channel-`.

use std::sync::OnceLock;

use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::domain::refusal::{Refusal, RefusalCode};
use crate::domain::time::{Moment, format_local};

/// What is printed for a value that the caller did not give.
const MISSING_VALUE: &str = "—";
/// Longest `Accept-Language` header that is read, in bytes; the rest is ignored.
const ACCEPT_LANGUAGE_MAX_BYTES: usize = 1024;

/// A language of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    /// Kazakh, the language of the state: the default.
    #[default]
    Kk,
    /// Russian.
    Ru,
    /// English.
    En,
}

impl Language {
    /// The three languages in the order in which pages offer them.
    pub const ALL: [Self; 3] = [Self::Kk, Self::Ru, Self::En];

    /// `kk`, `ru` or `en`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The language of this code, exactly as [`Language::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.code() == code)
    }

    /// The language's own name: `Қазақша`, `Русский`, `English`.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Kk => "Қазақша",
            Self::Ru => "Русский",
            Self::En => "English",
        }
    }

    /// The best of our languages for an `Accept-Language` header; Kazakh when none fits.
    ///
    /// The highest weight wins, among equals the first. Source: RFC 9110 §12.5.4.
    #[must_use]
    pub fn negotiate(header: &str) -> Self {
        let mut best: Option<(u16, Self)> = None;
        let end = header.floor_char_boundary(ACCEPT_LANGUAGE_MAX_BYTES);
        for item in header.get(..end).unwrap_or("").split(',') {
            let mut parts = item.split(';');
            let tag = parts.next().unwrap_or("").trim();
            let Some(weight) = weight_of(parts.next()) else {
                continue;
            };
            let primary = tag.split('-').next().unwrap_or("").to_ascii_lowercase();
            let language = if primary == "*" { Some(Self::default()) } else { Self::parse(&primary) };
            let Some(language) = language.filter(|_| weight > 0) else {
                continue;
            };
            if best.is_none_or(|(known, _)| weight > known) {
                best = Some((weight, language));
            }
        }
        best.map_or_else(Self::default, |(_, language)| language)
    }
}

/// Thousandths of the `q` parameter; `None` when it is not a weight.
fn weight_of(parameter: Option<&str>) -> Option<u16> {
    let Some(parameter) = parameter else {
        return Some(1000);
    };
    let (name, value) = parameter.trim().split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return Some(1000);
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// The text of `key` in `language` with `values` put in by name.
///
/// A value that is empty or not given prints as a dash; an unknown key returns the key itself, so that a missing
/// text shows as a strange word and never as a fault.
#[must_use]
pub fn text(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    lookup(language, key, values).unwrap_or_else(|| key.to_owned())
}

/// Whether the key has a text in `language`.
#[must_use]
pub fn has_key(language: Language, key: &str) -> bool {
    catalog(language).has_message(key)
}

/// A text to be said to somebody whose language is not known yet: its key and the values that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// The key.
    pub key: String,
    /// The values, by name.
    pub values: Vec<(&'static str, String)>,
}

impl Phrase {
    /// The text of `key`, without values.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), values: Vec::new() }
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// The text in `language`, see [`text`].
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        text(language, &self.key, &values)
    }
}

/// What strangers wrote, without characters that a terminal would obey or that turn the text around.
#[must_use]
pub fn printable(text: &str) -> String {
    let obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if obeyed(c) { '\u{fffd}' } else { c }).collect()
}

/// The word for a code: the text of `<family>-<code>`, or the code itself when it has none.
/// The dots of event kinds are written as hyphens in keys: `notice-document-recorded`.
#[must_use]
pub fn word(language: Language, family: &str, code: &str) -> String {
    word_with(language, family, code, &[])
}

fn word_with(language: Language, family: &str, code: &str, values: &[(&str, &str)]) -> String {
    let key = format!("{family}-{}", code.replace('.', "-"));
    lookup(language, &key, values).unwrap_or_else(|| code.to_owned())
}

/// Title and detail of a refusal: what happened, and what to do next.
///
/// Codes among the parameters are shown as words, instants as local time, sizes in bytes with a unit.
#[must_use]
pub fn problem(language: Language, refusal: &Refusal) -> (String, String) {
    let code = refusal.code.code();
    let given = refusal.arguments();
    let shown: Vec<(&str, String)> =
        given.iter().map(|(name, value)| (*name, shown(language, refusal.code, name, value, &given))).collect();
    let values: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
    (
        text(language, &format!("problem-{code}-title"), &values),
        text(language, &format!("problem-{code}-detail"), &values),
    )
}

/// The parameters whose values are words of the program, each the family of its words.
const WORD_PARAMS: [&str; 10] =
    ["reason", "kind", "role", "state", "court-state", "identifier", "requisite", "declaration", "field", "language"];
/// The parameters whose values are instants, in RFC 3339.
const INSTANT_PARAMS: [&str; 6] = ["since", "at", "not_before", "not_after", "from", "until"];

fn shown(language: Language, code: RefusalCode, name: &str, value: &str, given: &[(&str, &str)]) -> String {
    if WORD_PARAMS.contains(&name) {
        return word_with(language, name, value, given);
    }
    if INSTANT_PARAMS.contains(&name) {
        return Moment::parse_rfc3339(value).map_or_else(|_| value.to_owned(), format_local);
    }
    match value.parse() {
        Ok(bytes) if name == "limit" && matches!(code, RefusalCode::UploadTooLarge | RefusalCode::ExtractTooLarge) => {
            size(language, bytes)
        }
        Ok(_) | Err(_) => value.to_owned(),
    }
}

/// A number of bytes in the largest unit that divides it: `10 MiB`, `1500 bytes`.
#[must_use]
pub fn size(language: Language, bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = KIB * KIB;
    let (unit, count) = if bytes == 0 || !bytes.is_multiple_of(KIB) {
        ("unit-byte", bytes)
    } else if !bytes.is_multiple_of(MIB) {
        ("unit-kib", bytes / KIB)
    } else {
        ("unit-mib", bytes / MIB)
    };
    text(language, unit, &[("count", &count.to_string())])
}

fn lookup(language: Language, key: &str, values: &[(&str, &str)]) -> Option<String> {
    lookup_in(catalog(language), key, values)
}

/// Texts of their own, apart from those of the program: what was once signed is read again by the same words, whatever
/// the program says today.
pub struct Words(Catalog);

impl Words {
    /// The texts in `source`, Fluent messages in `language`.
    #[must_use]
    pub fn of(language: Language, source: &str) -> Self {
        Self(load(language, &[source]))
    }

    /// The text of `key` with `values` put in by name; `None` when there is none.
    #[must_use]
    pub fn text(&self, key: &str, values: &[(&str, &str)]) -> Option<String> {
        lookup_in(&self.0, key, values)
    }
}

/// Texts of their own in the three languages, each read when it is first asked for.
pub struct WordsInThree {
    sources: [&'static str; 3],
    read: [OnceLock<Words>; 3],
}

impl WordsInThree {
    /// The texts in Fluent sources: Kazakh, Russian, English.
    #[must_use]
    pub const fn new(sources: [&'static str; 3]) -> Self {
        Self { sources, read: [const { OnceLock::new() }; 3] }
    }

    /// The texts in `language`.
    pub fn of(&self, language: Language) -> &Words {
        let ([kk, ru, en], [own_kk, own_ru, own_en]) = (&self.read, self.sources);
        let (cell, source) = match language {
            Language::Kk => (kk, own_kk),
            Language::Ru => (ru, own_ru),
            Language::En => (en, own_en),
        };
        cell.get_or_init(|| Words::of(language, source))
    }
}

fn lookup_in(catalog: &Catalog, key: &str, values: &[(&str, &str)]) -> Option<String> {
    let pattern = catalog.get_message(key)?.value()?;
    let mut arguments = FluentArgs::new();
    for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
        arguments.set((*name).to_owned(), FluentValue::from((*value).to_owned()));
    }
    let mut errors = Vec::new();
    let text = catalog.format_pattern(pattern, Some(&arguments), &mut errors);
    if errors.is_empty() {
        return Some(text.into_owned());
    }
    for name in missing_names(&errors) {
        arguments.set(name, MISSING_VALUE);
    }
    errors.clear();
    let text = catalog.format_pattern(pattern, Some(&arguments), &mut errors);
    Some(text.into_owned())
}

fn missing_names(errors: &[fluent::FluentError]) -> Vec<String> {
    use fluent::resolver::ResolverError;
    use fluent::resolver::errors::ReferenceKind;
    let mut names = Vec::new();
    for error in errors {
        if let fluent::FluentError::ResolverError(ResolverError::Reference(ReferenceKind::Variable { id })) = error {
            names.push(id.clone());
        }
    }
    names
}

type Catalog = FluentBundle<FluentResource>;

fn catalog(language: Language) -> &'static Catalog {
    static KK: OnceLock<Catalog> = OnceLock::new();
    static RU: OnceLock<Catalog> = OnceLock::new();
    static EN: OnceLock<Catalog> = OnceLock::new();
    let (cell, sources) = match language {
        Language::Kk => (&KK, KK_SOURCES),
        Language::Ru => (&RU, RU_SOURCES),
        Language::En => (&EN, EN_SOURCES),
    };
    cell.get_or_init(|| load(language, &sources))
}

/// What all doors say, and what the pages say: `pages.<language>.ftl` holds the keys that begin with `page-`.
const KK_SOURCES: [&str; 2] = [include_str!("kk.ftl"), include_str!("pages.kk.ftl")];
const RU_SOURCES: [&str; 2] = [include_str!("ru.ftl"), include_str!("pages.ru.ftl")];
const EN_SOURCES: [&str; 2] = [include_str!("en.ftl"), include_str!("pages.en.ftl")];

/// What the parser could not read is left out: a test refuses such a file, the running program shows keys.
fn load(language: Language, sources: &[&str]) -> Catalog {
    let identifier: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // The marks of isolation would get into files, PDFs and terminals.
    bundle.set_use_isolating(false);
    for source in sources {
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
    }
    bundle
}
