//! The words of an extract's summaries, kept for ever. A verifier makes the summaries anew from the records and compares
//! them octet for octet, so the words of a version of the format are part of that version: an extract issued today must
//! verify with the program of ten years on. New words are a new version of the format, beside the old one.

use std::sync::OnceLock;

use crate::i18n::{Language, Words};

/// The words of version 1 of the format in `language`.
pub fn words(language: Language) -> &'static Words {
    static KK: OnceLock<Words> = OnceLock::new();
    static RU: OnceLock<Words> = OnceLock::new();
    static EN: OnceLock<Words> = OnceLock::new();
    let (cell, source) = match language {
        Language::Kk => (&KK, SOURCES[0]),
        Language::Ru => (&RU, SOURCES[1]),
        Language::En => (&EN, SOURCES[2]),
    };
    cell.get_or_init(|| Words::of(language, source))
}

const SOURCES: [&str; 3] =
    [include_str!("words.1.kk.ftl"), include_str!("words.1.ru.ftl"), include_str!("words.1.en.ftl")];

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::SOURCES;
    use crate::extract::summary::howto;

    /// Keeps: JRN-10
    #[test]
    fn the_words_of_version_1_never_change() {
        let pinned = |text: &str| hex::encode(Sha256::digest(text));
        let found: Vec<String> = SOURCES.iter().copied().chain([howto()]).map(pinned).collect();
        assert_eq!(found, PINNED, "extracts that were issued verify by these words: write a new version beside them");
    }

    const PINNED: [&str; 4] = [
        "870dc86219e651da87f812a9acff27c3dd5810f2da19dfb93e3928e004805a04",
        "e41493f91096da119284214c07d500b82eb9fba97afb4522d7cab68311991f30",
        "9c1280dede1a31ce502fedef80c953d95a7fbcbeefe4f1c4acddbfd9ffc390e7",
        "467a15b309e3c5b3c920389aa357fcfbe9ab2be4872a24a5a64fbc5464b9faae",
    ];
}
