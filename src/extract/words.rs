//! The words of an extract's summaries, kept for ever. A verifier makes the summaries anew from the records and compares
//! them octet for octet, so the words of a version of the format are part of that version: an extract issued today must
//! verify with the program of ten years on. New words are a new version of the format, beside the old one.

use crate::i18n::{Language, Words, WordsInThree};

/// The words of version 1 of the format in `language`.
pub fn words(language: Language) -> &'static Words {
    static WORDS: WordsInThree = WordsInThree::new(SOURCES_WITH_PERIOD);
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

#[cfg(test)]
const SOURCES: [&str; 3] =
    [include_str!("words.1.kk.ftl"), include_str!("words.1.ru.ftl"), include_str!("words.1.en.ftl")];

/// The words of version 1 and those on periods, of which none of the extracts tells that were issued without these words.
const SOURCES_WITH_PERIOD: [&str; 3] = [
    concat!(include_str!("words.1.kk.ftl"), include_str!("words.1.period.kk.ftl")),
    concat!(include_str!("words.1.ru.ftl"), include_str!("words.1.period.ru.ftl")),
    concat!(include_str!("words.1.en.ftl"), include_str!("words.1.period.en.ftl")),
];

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::{SOURCES, words, words_of_talk};
    use crate::extract::summary::howto;
    use crate::i18n::Language;

    /// A key without a word would stand in an issued extract as it is. Keeps: JRN-10
    #[test]
    fn every_sentence_of_the_summaries_is_among_the_words_of_their_version() {
        let written = [include_str!("summary.rs"), include_str!("talk.rs"), include_str!("paper.rs")];
        let is_key = |word: &&str| {
            (word.starts_with("extract-") || word.starts_with("talk-"))
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !word.ends_with('-')
        };
        for key in written.iter().flat_map(|source| source.split('"')).filter(is_key) {
            for language in Language::ALL {
                let known = words(language).text(key, &[]).or_else(|| words_of_talk(language).text(key, &[]));
                assert!(known.is_some(), "{key} in {}", language.code());
            }
        }
    }

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
        "3d744958d622238c64325c69a9ec3162feebfcdcc18a5c1544fcdc75ab6b7637",
        "4defb2d2aa99e69a221c86cc2a46798891fb970f81d382ed7556883acbcfab36",
        "69e48da63203d8ad5b2fab7fd0c7e214d976f0d2b7b6e81996a114854a4106d1",
    ];

    const PINNED_OF_SMS: [&str; 3] = [
        "77c217410d6c0e2171c3120ff82555ce65aafbee7570e1aa2f9f4e56a532fac5",
        "2ace77d7c7b99682b0faee940610ccb150778ee6291bbb212f46403311479d5f",
        "4963a8181547fd768b761ccd02cfaabe9ba781b708f95df8b90913ccfb372a55",
    ];

    const PINNED: [&str; 4] = [
        "9bbc31776b6e4eefc382e9a10236b9ac0c7d47556aec71777573c25394d50474",
        "4625ddf988183a426a4f557103f013e4c0074d79b079c8372022a3118aca85ba",
        "a4eae94705e113019534be782aa9895fcba57a7e88b4105a67c55cb45844e45c",
        "467a15b309e3c5b3c920389aa357fcfbe9ab2be4872a24a5a64fbc5464b9faae",
    ];
}
