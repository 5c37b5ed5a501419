//! What was drawn lately, in memory only: paging back costs nothing, and a file that cannot be drawn is not tried again at
//! each look. Bounded in bytes; what was not looked at for longest goes first, and with its last reader it is gone.

use std::collections::{BTreeMap, HashMap};

use qolhat_storage::ContentDigest;

use super::child::Question;
use super::{DrawError, Drawing};

/// What an entry takes beside its octets, in bytes, roughly.
const ENTRY_BYTES: usize = 512;

/// An answer of the process that draws.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The number of pages.
    Count(u32),
    /// A page.
    Page(Drawing),
}

type Key = (ContentDigest, Question);

struct Entry {
    answer: Result<Answer, DrawError>,
    /// When it was last looked at: a count of looks, not a time.
    look: u64,
    bytes: usize,
}

/// Answers by content and question.
pub struct Cache {
    max_bytes: usize,
    bytes: usize,
    looks: u64,
    entries: HashMap<Key, Entry>,
    oldest_first: BTreeMap<u64, Key>,
}

impl Cache {
    /// A cache of at most `max_bytes`.
    pub fn new(max_bytes: usize) -> Self {
        Self { max_bytes, bytes: 0, looks: 0, entries: HashMap::new(), oldest_first: BTreeMap::new() }
    }

    /// What `question` about `content` was answered with.
    pub fn get(&mut self, content: ContentDigest, question: Question) -> Option<Result<Answer, DrawError>> {
        let key = (content, question);
        let entry = self.entries.get_mut(&key)?;
        self.looks = self.looks.saturating_add(1);
        self.oldest_first.remove(&entry.look);
        entry.look = self.looks;
        self.oldest_first.insert(entry.look, key);
        Some(entry.answer.clone())
    }

    /// Keeps an answer, if it is one that stays and that fits.
    pub fn put(&mut self, content: ContentDigest, question: Question, answer: &Result<Answer, DrawError>) {
        let octets = match answer {
            Ok(Answer::Page(drawing)) => drawing.png().len(),
            Ok(Answer::Count(_)) => 0,
            Err(error) if error.is_final() => 0,
            Err(_) => return,
        };
        let bytes = octets.saturating_add(ENTRY_BYTES);
        let key = (content, question);
        self.remove(&key);
        if bytes > self.max_bytes {
            return;
        }
        while self.bytes.saturating_add(bytes) > self.max_bytes {
            let Some((_, oldest)) = self.oldest_first.first_key_value() else { return };
            let oldest = *oldest;
            self.remove(&oldest);
        }
        self.looks = self.looks.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
        self.oldest_first.insert(self.looks, key);
        self.entries.insert(key, Entry { answer: answer.clone(), look: self.looks, bytes });
    }

    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.oldest_first.remove(&entry.look);
            self.bytes = self.bytes.saturating_sub(entry.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::View;
    use super::*;

    fn page(octets: usize) -> Result<Answer, DrawError> {
        Ok(Answer::Page(Drawing { png: vec![0; octets].into(), complete: true }))
    }

    fn asked(number: u32) -> Question {
        Question::Page(View::new(number, 1000).unwrap())
    }

    #[test]
    fn what_was_not_looked_at_for_longest_goes_first_and_the_bound_holds() {
        let content = ContentDigest::of(b"a");
        let mut cache = Cache::new(3 * (1000 + ENTRY_BYTES));
        for number in 1..=3 {
            cache.put(content, asked(number), &page(1000));
        }
        assert!(cache.get(content, asked(1)).is_some());
        cache.put(content, asked(4), &page(1000));
        assert!(cache.get(content, asked(2)).is_none(), "page 2 was the oldest");
        for number in [1, 3, 4] {
            assert!(cache.get(content, asked(number)).is_some());
        }
        for number in 1..=150 {
            cache.put(ContentDigest::of(&[1]), asked(number), &page(1000));
            assert!(cache.bytes <= cache.max_bytes && cache.entries.len() == cache.oldest_first.len());
        }
        assert_eq!(cache.bytes, 3 * (1000 + ENTRY_BYTES));
    }

    #[test]
    fn an_answer_is_of_one_content_one_page_and_one_width() {
        let mut cache = Cache::new(1 << 20);
        cache.put(ContentDigest::of(b"a"), asked(1), &page(1));
        assert!(cache.get(ContentDigest::of(b"b"), asked(1)).is_none());
        assert!(cache.get(ContentDigest::of(b"a"), Question::Page(View::new(1, 999).unwrap())).is_none());
        assert!(cache.get(ContentDigest::of(b"a"), Question::Count).is_none());
        assert!(cache.get(ContentDigest::of(b"a"), asked(1)).is_some());
    }

    #[test]
    fn a_final_failure_is_remembered_and_a_passing_one_is_not() {
        let (content, mut cache) = (ContentDigest::of(b"a"), Cache::new(1 << 20));
        for (error, kept) in [(DrawError::GaveUp, true), (DrawError::TimedOut, false), (DrawError::Busy, false)] {
            let mut fresh = Cache::new(1 << 20);
            fresh.put(content, asked(1), &Err(error));
            assert_eq!(fresh.get(content, asked(1)).is_some(), kept, "{error}");
        }
        cache.put(content, asked(1), &page(2 << 20));
        assert!(cache.get(content, asked(1)).is_none(), "larger than the cache");
    }
}
