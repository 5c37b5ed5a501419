//! The papers for people: what they say, and that they are bound to the rest.

use qolhat::extract::format;
use qolhat::i18n::Language;

use super::{good, repacked, usual, verify, world};
use crate::support::extracts::file_of;

/// What poppler reads out of a paper, blanks and line ends left out.
fn paper_text(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, bytes).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let done = std::process::Command::new(program).args(arguments).output().expect("make tools installs it");
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let path = file.to_str().unwrap();
    run("qpdf", &["--check", path]);
    assert!(run("pdfinfo", &["-meta", path]).contains("<pdfaid:part>2</pdfaid:part>"));
    run("pdftotext", &["-raw", path, "-"]).chars().filter(|c| !c.is_whitespace()).collect()
}

/// Keeps: JRN-10, DOC-12
#[test]
fn the_paper_says_who_asked_who_signed_and_what_is_in_the_journal_in_three_languages() {
    let (_, facts) = usual();
    for (language, mark, officer) in [
        (Language::Kk, "Электрондық құжаттың көшірмесі", "Уәкілетті тұлға"),
        (Language::Ru, "Копия электронного документа", "Уполномоченное лицо"),
        (Language::En, "Copy of an electronic document", "Authorised officer"),
    ] {
        let text = paper_text(&file_of(good(), &format::paper(language.code())));
        let has = |what: &str| {
            let what: String = what.chars().filter(|c| !c.is_whitespace()).collect();
            assert!(text.contains(&what), "{what} is not in {text}");
        };
        let (request, operator) = (&facts.request, &facts.operator);
        let asked_by = "суд, № 71-26, 2026-11-20";
        for said in [mark, "Копия электронного документа", officer, asked_by, &request.ground, &request.scope]
        {
            has(said);
        }
        for said in [&operator.name, &operator.log_origin, &facts.officer.name] {
            has(said);
        }
        has(&hex::encode(facts.journal.root));
        for signature in &facts.documents[0].signatures {
            has(&signature.common_name);
            if let Some(at) = signature.proven_at {
                has(&qolhat::domain::time::format_local(at));
            }
        }
        for holder in [&world().sender, &world().recipient] {
            has(&holder.certificate.serial_hex());
        }
        for entry in &facts.journal.entries {
            has(&hex::encode(entry.leaf));
            let at = qolhat::journal::entry::Entry::parse(&entry.body).unwrap().at();
            has(&format!("{}{at}", qolhat::domain::time::format_local(at)));
        }
        assert!(!text.contains("paper-") && !text.contains("extract-c"), "{text}");
    }
}

/// Keeps: JRN-10
#[test]
fn a_swapped_paper_is_refused_and_a_good_one_is_told_to_be_for_people_only() {
    let report = verify(good());
    assert_eq!(report.papers, ["paper.kk.pdf", "paper.ru.pdf", "paper.en.pdf"]);
    assert!(report.lines(Language::En).iter().any(|line| line.starts_with("For people only")));

    let (russian, english) = (format::paper("ru"), format::paper("en"));
    let swapped = repacked(good(), |files| {
        let other = files[&english].clone();
        files.insert(russian.clone(), other);
    });
    let report = verify(&swapped);
    assert_eq!(report.exit_code(), 1);
    assert!(report.failures.iter().all(|failure| failure.part == russian), "{:?}", report.failures);
    let without = repacked(good(), |files| {
        files.remove(&russian);
    });
    assert_eq!(verify(&without).exit_code(), 1);
}
