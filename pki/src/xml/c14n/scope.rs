//! Which prefix stands for which namespace, element by element.

use std::collections::BTreeMap;

/// The declarations in force, and which of them every open element made.
#[derive(Default)]
pub(super) struct Scope<'a> {
    of: BTreeMap<&'a str, Vec<&'a str>>,
    made: Vec<&'a str>,
    counts: Vec<usize>,
}

impl<'a> Scope<'a> {
    /// Puts the declarations of an element in force; each prefix once.
    pub fn enter(&mut self, declarations: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let before = self.made.len();
        for (prefix, uri) in declarations {
            self.of.entry(prefix).or_default().push(uri);
            self.made.push(prefix);
        }
        self.counts.push(self.made.len().saturating_sub(before));
    }

    /// Takes those of the last element back.
    pub fn leave(&mut self) {
        for _ in 0..self.counts.pop().unwrap_or_default() {
            let Some(prefix) = self.made.pop() else { return };
            if let Some(uris) = self.of.get_mut(prefix) {
                uris.pop();
            }
        }
    }

    /// What `prefix` stands for; empty for nothing.
    pub fn uri(&self, prefix: &str) -> &'a str {
        self.of.get(prefix).and_then(|uris| uris.last()).copied().unwrap_or_default()
    }

    /// Every prefix that stands for something.
    pub fn prefixes(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.of.iter().filter(|(_, uris)| uris.last().is_some_and(|uri| !uri.is_empty())).map(|(prefix, _)| *prefix)
    }
}
