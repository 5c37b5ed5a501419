//! The words of an extract's summaries, kept for ever. A verifier makes the summaries anew from the records and compares
//! them octet for octet, so the words of a version of the format are part of that version: an extract issued today must
//! verify with the program of ten years on. New words are a new version of the format, beside the old one.

use crate::i18n::{Language, Words, WordsInThree};

/// The words of version 1 of the format in `language`.
pub fn words(language: Language) -> &'static Words {
    static WORDS: WordsInThree = WordsInThree::new(SOURCES);
    WORDS.of(language)
}

/// The words that version 2 of the format has besides: those of sessions and messages, and of short messages, of which none
/// of the extracts tells that were issued without these words.
pub fn words_of_talk(language: Language) -> &'static Words {
    static WORDS: WordsInThree = WordsInThree::new(SOURCES_OF_TALK);
    WORDS.of(language)
}

const SOURCES_OF_TALK: [&str; 3] = [
    concat!(include_str!("words.2.kk.ftl"), include_str!("words.2.sms.kk.ftl")),
    concat!(include_str!("words.2.ru.ftl"), include_str!("words.2.sms.ru.ftl")),
    concat!(include_str!("words.2.en.ftl"), include_str!("words.2.sms.en.ftl")),
];

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

    /// Keeps: JRN-10
    #[test]
    fn the_words_of_version_2_never_change() {
        let pinned = |text: &&str| hex::encode(Sha256::digest(text));
        let parts = [
            [include_str!("words.2.kk.ftl"), include_str!("words.2.ru.ftl"), include_str!("words.2.en.ftl")],
            [
                include_str!("words.2.sms.kk.ftl"),
                include_str!("words.2.sms.ru.ftl"),
                include_str!("words.2.sms.en.ftl"),
            ],
        ];
        let found = parts.map(|part| part.iter().map(pinned).collect::<Vec<String>>());
        assert_eq!(found, [PINNED_OF_TALK, PINNED_OF_SMS], "write a new version beside them");
    }

    const PINNED_OF_TALK: [&str; 3] = [
        "40e01a614df8e5dea53e21fca3faa446f10de987a349e367754ed331f1c68054",
        "dca06a0bb22480800115630b930b7d0e7e5fffb8925c0869319c6fea8b540c5c",
        "bc8ca10a0887b8ae3fdfc448522a069817a8bb487025bda46d248e1816396c8d",
    ];

    const PINNED_OF_SMS: [&str; 3] = [
        "c6f866ffe1011425320e48c09a7abf8f07ee6a1494b37bc603cb953bd53d9af9",
        "e8a5ac6185b8c4e35ed1bdb477632449b40b2b022fafb4ae5eaee87ef83742af",
        "4963a8181547fd768b761ccd02cfaabe9ba781b708f95df8b90913ccfb372a55",
    ];

    const PINNED: [&str; 4] = [
        "9482c6235e41b007d41181c5e8079a790740e83f9cd61aabedaec3658b675a8f",
        "4a93473483607941356b426a2fb106c1682a555fb800d4c206a55e85f00ef336",
        "25c64f7837479ef5f1310b50645b85e79ca0ff11b460e77874af109aa3aa8d55",
        "467a15b309e3c5b3c920389aa357fcfbe9ab2be4872a24a5a64fbc5464b9faae",
    ];
}
