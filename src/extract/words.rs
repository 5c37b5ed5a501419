//! The words of an extract's summaries, kept for ever. A verifier makes the summaries anew from the records and compares
//! them octet for octet, so the words of a version of the format are part of that version: an extract issued today must
//! verify with the program of ten years on. New words are a new version of the format, beside the old one.

use crate::i18n::{Language, Words, WordsInThree};

/// The words of version 1 of the format in `language`.
pub fn words(language: Language) -> &'static Words {
    static WORDS: WordsInThree = WordsInThree::new(SOURCES);
    WORDS.of(language)
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
        "9482c6235e41b007d41181c5e8079a790740e83f9cd61aabedaec3658b675a8f",
        "4a93473483607941356b426a2fb106c1682a555fb800d4c206a55e85f00ef336",
        "25c64f7837479ef5f1310b50645b85e79ca0ff11b460e77874af109aa3aa8d55",
        "467a15b309e3c5b3c920389aa357fcfbe9ab2be4872a24a5a64fbc5464b9faae",
    ];
}
