//! Texts in Kazakh, Russian and English: nothing is missing, nothing is shown in one language only.

use std::collections::{BTreeMap, BTreeSet};

use qolhat::domain::document::DocumentKind;
use qolhat::domain::kinds::DECLARATIONS;
use qolhat::domain::refusal::{Refusal, RefusalCode};
use qolhat::i18n::{Language, has_key, problem, size, text, word};
use qolhat_pki::crl::ReasonCode;
use qolhat_pki::nca::Role;

/// Every text of a language by its key, and the names of the values that it shows.
type Texts = BTreeMap<String, (String, BTreeSet<String>)>;

fn source(language: Language) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/i18n");
    let text = |name: String| std::fs::read_to_string(folder.join(name)).unwrap();
    text(format!("{}.ftl", language.code())) + &text(format!("pages.{}.ftl", language.code()))
}

fn texts(language: Language) -> Texts {
    let mut texts = Texts::new();
    for line in source(language).lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (key, text) = line.split_once(" = ").unwrap_or_else(|| panic!("{}: {line}", language.code()));
        let shown = text.split("{ $").skip(1).map(|rest| rest.split_once(" }").unwrap().0.to_owned()).collect();
        let twice = texts.insert(key.to_owned(), (text.to_owned(), shown));
        assert!(twice.is_none(), "{key} is written twice in {}.ftl", language.code());
    }
    texts
}

/// Keeps: REG-17
#[test]
fn the_three_languages_have_the_same_keys_and_show_the_same_values() {
    let kk = texts(Language::Kk);
    for language in [Language::Ru, Language::En] {
        let other = texts(language);
        let keys = |texts: &Texts| texts.keys().cloned().collect::<BTreeSet<_>>();
        let difference: Vec<String> = keys(&kk).symmetric_difference(&keys(&other)).cloned().collect();
        assert!(difference.is_empty(), "only in one of kk and {}: {difference:?}", language.code());
        for (key, (_, shown)) in &kk {
            assert_eq!(shown, &other[key].1, "{key} in {}", language.code());
        }
    }
}

/// Keeps: REG-17
#[test]
fn every_text_is_read_by_the_program() {
    for language in Language::ALL {
        let resource = fluent::FluentResource::try_new(source(language));
        assert!(resource.is_ok(), "{}.ftl: {:?}", language.code(), resource.err().map(|(_, errors)| errors));
        for (key, (_, shown)) in texts(language) {
            let values: Vec<(&str, &str)> = shown.iter().map(|name| (name.as_str(), "⁂")).collect();
            let text = text(language, &key, &values);
            assert!(!text.trim().is_empty() && text != key && !text.contains(['{', '}', '$']), "{key}: {text}");
            assert_eq!(text.contains('⁂'), !shown.is_empty(), "{key}: {text}");
        }
    }
}

#[test]
fn a_kazakh_text_is_not_a_russian_one() {
    let ru = texts(Language::Ru);
    let kazakh = |text: &str| text.chars().any(|c| "әғқңөұүһі".contains(c.to_lowercase().next().unwrap()));
    for (key, (text, _)) in &ru {
        assert!(!kazakh(text), "{key} in ru.ftl has Kazakh letters: {text}");
    }
    let sentences: Vec<_> = texts(Language::Kk).into_iter().filter(|(key, _)| key.starts_with("problem-")).collect();
    for (key, (text, _)) in &sentences {
        assert!(text != &ru[key].0 || !text.chars().any(char::is_alphabetic) || text.starts_with('{'), "{key}: {text}");
    }
    for (key, (text, _)) in texts(Language::En) {
        let cyrillic = text.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c));
        assert!(!cyrillic, "{key} in en.ftl has Cyrillic letters: {text}");
    }
}

/// Keeps: DOC-04, REG-17
#[test]
fn every_refusal_has_a_title_and_a_detail_in_three_languages_and_shows_only_its_own_parameters() {
    for language in Language::ALL {
        let texts = texts(language);
        for code in RefusalCode::ALL {
            let of = |part: &str| texts.get(&format!("problem-{code}-{part}"));
            let (Some((title, in_title)), Some((detail, in_detail))) = (of("title"), of("detail")) else {
                panic!("{code} has no text in {}", language.code());
            };
            assert!(!title.ends_with('.') && detail.ends_with(['.', ')', ':']), "{code}: {title} / {detail}");
            for name in in_title.iter().chain(in_detail) {
                assert!(code.params().contains(&name.as_str()), "{code} shows {name}, which it does not have");
            }
        }
        let codes: BTreeSet<&str> = RefusalCode::ALL.iter().map(|code| code.code()).collect();
        for key in texts.keys().filter_map(|key| key.strip_prefix("problem-")) {
            let code = key.strip_suffix("-title").or_else(|| key.strip_suffix("-detail")).unwrap();
            assert!(codes.contains(code), "problem-{key} belongs to no refusal");
        }
    }
}

/// Keeps: REG-17
#[test]
fn every_code_that_people_see_has_a_word() {
    let mut words: Vec<(&str, String)> = Vec::new();
    let mut add = |family: &'static str, codes: &[&str]| {
        words.extend(codes.iter().map(|code| (family, (*code).to_owned())));
    };
    add("kind", &DocumentKind::ALL.map(DocumentKind::code));
    add("language", &Language::ALL.map(Language::code));
    add("declaration", &DECLARATIONS);
    add("declaration", &["personal_data"]);
    add("revocation-reason", &ReasonCode::ALL.map(ReasonCode::as_str));
    add(
        "state",
        &["draft", "recording", "check-pending", "received", "accepted", "rejected", "withdrawn", "check-failed"],
    );
    add("state", &["prepared", "issued"]);
    add("side", &["sender", "recipient"]);
    add("capability", &["sign", "draft"]);
    add("certificate-state", &["active", "suspended", "annulled"]);
    add("case-state", &["open", "annulled", "lifted"]);
    add("condition", &["authentic", "certificate-valid", "recorded", "within-agreement"]);
    add("purpose", &["any", "sign", "auth", "ca", "ocsp", "tsa", "crl-sign", "other"]);
    add("signer-kind", &["person", "organization", "information-system"]);
    add("crypto", &["ok", "hash_failure", "sig_crypto_failure", "not_checked", "unsupported"]);
    add("covers", &["all", "part"]);
    add("time-stamp", &["signature", "content", "data"]);
    add("revocation", &["good", "revoked", "on-hold", "unknown"]);
    add("revocation-mode", &["chain", "leaf", "none"]);
    add("indication", &["TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"]);
    let roles = [Role::Head, Role::SignRight, Role::FinanceRight, Role::Hr, Role::Employee, Role::InformationSystem];
    let roles = roles.into_iter().chain([Role::Treasury, Role::NaturalPerson, Role::LegalEntity]);
    words.extend(roles.map(|role| ("role", role.code().into_owned())));
    words.extend(sub_indications().map(|code| ("subindication", code.to_owned())));
    words.extend(path_errors().map(|code| ("path", code.to_owned())));
    for code in sub_indications() {
        let has = |stem: &str| has_key(Language::Kk, &format!("verdict-{stem}-{code}"));
        assert!(has("means") || has("extract-means"), "{code} means nothing to people");
    }
    for (family, code) in words {
        for language in Language::ALL {
            assert!(has_key(language, &format!("{family}-{code}")), "{family}-{code} in {}", language.code());
        }
    }
    assert_eq!(word(Language::Kk, "role", "1.2.398.3.3.4.9"), "1.2.398.3.3.4.9", "an unknown code is shown as it is");
    assert!(word(Language::Ru, "notice", "document.recorded").starts_with("Документ"));
}

/// ETSI EN 319 102-1, as `pki::report` writes them, and those of `docs/extract-format.md` section 10.
fn sub_indications() -> impl Iterator<Item = &'static str> {
    "FORMAT_FAILURE HASH_FAILURE SIG_CRYPTO_FAILURE REVOKED EXPIRED NOT_YET_VALID SIG_CONSTRAINTS_FAILURE \
     CHAIN_CONSTRAINTS_FAILURE CERTIFICATE_CHAIN_GENERAL_FAILURE CRYPTO_CONSTRAINTS_FAILURE \
     CRYPTO_CONSTRAINTS_FAILURE_NO_POE TIMESTAMP_ORDER_FAILURE NO_SIGNING_CERTIFICATE_FOUND \
     NO_CERTIFICATE_CHAIN_FOUND REVOKED_NO_POE REVOKED_CA_NO_POE OUT_OF_BOUNDS_NO_POE OUT_OF_BOUNDS_NOT_REVOKED \
     TRY_LATER SIGNED_DATA_NOT_FOUND OPERATOR_MISMATCH LOG_MISMATCH OFFICER_MISMATCH JOURNAL_FAILURE FACTS_MISMATCH \
     OPERATOR_NOT_PINNED WITNESS_NOT_FOUND LEVEL_NOT_SHOWN"
        .split_whitespace()
}

/// The codes of `pki::path::PathError`.
fn path_errors() -> impl Iterator<Item = &'static str> {
    "no-path bad-signature unsupported-algorithm malformed-extension not-a-ca key-usage path-too-long \
     unknown-critical-extension name-constraints policy wrong-purpose not-yet-valid expired revoked \
     revocation-unknown budget-exhausted"
        .split_whitespace()
}

/// Keeps: JRN-10
#[test]
fn every_line_of_an_extract_and_of_its_verification_has_its_text() {
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for file in ["src/extract/summary.rs", "src/operations/verify_extract/lines.rs"] {
        let code = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let literals = code.split('"').filter(|word| word.starts_with("extract-") && !word.contains(['{', ' ']));
        keys.extend(literals.filter(|key| *key != "extract-signed-as").map(str::to_owned));
    }
    assert!(keys.len() > 40, "the texts moved elsewhere");
    let family = |family: &str, codes: &[&str]| codes.iter().map(|code| format!("{family}-{code}")).collect::<Vec<_>>();
    keys.extend(family("extract-signature-of", &["sender", "recipient"]));
    keys.extend(family("extract-case", &["open", "annulled", "lifted"]));
    keys.extend(family("extract-signed-as", &["seal", "officer", "party", "receipt"]));
    for key in keys {
        assert!(has_key(Language::Kk, &key), "{key}");
    }
}

#[test]
fn a_problem_shows_words_local_time_and_sizes() {
    let lacks = Refusal::new(RefusalCode::SignerLacksAuthority).with("role", "employee").with("kind", "letter");
    let (title, detail) = problem(Language::Ru, &lacks);
    assert_eq!(title, "Нет полномочий на подпись");
    assert!(detail.contains("сотрудник организации") && detail.contains("Письмо"), "{detail}");

    let withdrawn = Refusal::new(RefusalCode::OfferWithdrawn).with("since", "2026-11-22T05:15:02Z");
    assert!(problem(Language::Kk, &withdrawn).1.contains("22.11.2026 10:15:02 UTC+5"));

    let large = Refusal::new(RefusalCode::UploadTooLarge).with("limit", "10485760");
    assert!(problem(Language::En, &large).1.contains("10 MiB"));
    assert_eq!((size(Language::En, 1536).as_str(), size(Language::En, 2048).as_str()), ("1536 bytes", "2 KiB"));

    let unknown = Refusal::new(RefusalCode::CertificateRevoked).with("since", "");
    assert!(problem(Language::En, &unknown).1.contains("Revoked: —"));
}

#[test]
fn a_value_is_never_read_as_a_text_of_the_program() {
    let name = "{ $limit } { cli-yes }";
    let missing = Refusal::new(RefusalCode::AttachmentMissing).with("name", name);
    for language in Language::ALL {
        assert!(problem(language, &missing).1.contains(name));
    }
    assert_eq!(text(Language::Kk, "no-such-key", &[]), "no-such-key");
}

/// Keeps: REG-17
#[test]
fn the_reader_gets_the_best_of_our_languages_and_kazakh_when_he_asks_for_none() {
    for (header, expected) in [
        ("", Language::Kk),
        ("de", Language::Kk),
        ("*", Language::Kk),
        ("ru", Language::Ru),
        ("ru-KZ,ru;q=0.9,en;q=0.8", Language::Ru),
        ("en;q=0.5, ru;q=0.7", Language::Ru),
        ("de, EN-us;q=0.3", Language::En),
        ("ru;q=0, en;q=0.1", Language::En),
        ("en;q=2, ru", Language::Ru),
        ("en;q=0.1234, ru;q=0.1", Language::Ru),
    ] {
        assert_eq!(Language::negotiate(header), expected, "{header}");
    }
    let long = "x,".repeat(100_000);
    assert_eq!(Language::negotiate(&long), Language::Kk);
}
