//! Many rows of one statement, kept by column: what is written a thousand rows at a time is not taken apart into values.

use std::ops::Range;

use uuid::Uuid;

use super::Value;

/// One column: a value for each row, none of them NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cells {
    /// As [`Value::Int`].
    Ints(Vec<i64>),
    /// As [`Value::Id`].
    Ids(Vec<Uuid>),
    /// As [`Value::Bytes`].
    Bytes(Packed),
    /// As [`Value::Text`].
    Texts(PackedText),
}

/// Runs of octets, one after another in one piece of memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Packed {
    octets: Vec<u8>,
    /// Where each run ends.
    ends: Vec<usize>,
}

/// Texts, one after another in one piece of memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct PackedText {
    text: String,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl std::fmt::Debug for Packed {
    /// Shows how many: they hold personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Packed({} runs)", self.ends.len())
    }
}

impl std::fmt::Debug for PackedText {
    /// Shows how many: they hold personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PackedText({} texts)", self.ends.len())
    }
}

impl Packed {
    pub(crate) fn push(&mut self, run: &[u8]) {
        self.append(|octets| octets.extend_from_slice(run));
    }

    /// Adds what `write` appends to the octets given to it; that, or its error: then nothing is added.
    pub(crate) fn write<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<&[u8], E> {
        let start = self.octets.len();
        if let Err(error) = write(&mut self.octets) {
            self.octets.truncate(start);
            return Err(error);
        }
        self.ends.push(self.octets.len());
        Ok(self.octets.get(start..).unwrap_or_default())
    }

    /// Adds what `write` appends to the octets given to it.
    pub(crate) fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.octets);
        self.ends.push(self.octets.len());
    }

    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> + Clone {
        ranges(&self.ends).map(|range| self.octets.get(range).unwrap_or_default())
    }
}

impl PackedText {
    /// Adds what `write` appends to the text given to it.
    pub(crate) fn append(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(self.text.len());
    }

    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        ranges(&self.ends).map(|range| self.text.get(range).unwrap_or_default())
    }
}

impl Cells {
    /// How many rows it has values for.
    pub(crate) const fn len(&self) -> usize {
        match self {
            Self::Ints(numbers) => numbers.len(),
            Self::Ids(ids) => ids.len(),
            Self::Bytes(runs) => runs.len(),
            Self::Texts(texts) => texts.len(),
        }
    }

    fn values(&self) -> Vec<Value> {
        match self {
            Self::Ints(numbers) => numbers.iter().copied().map(Value::Int).collect(),
            Self::Ids(ids) => ids.iter().copied().map(Value::Id).collect(),
            Self::Bytes(runs) => runs.iter().map(Value::from).collect(),
            Self::Texts(texts) => texts.iter().map(Value::from).collect(),
        }
    }
}

/// From where to where each goes of those that end there.
fn ranges(ends: &[usize]) -> impl ExactSizeIterator<Item = Range<usize>> + Clone {
    let mut start = 0;
    ends.iter().map(move |end| std::mem::replace(&mut start, *end)..*end)
}

/// The rows that `columns` of one length make, as values.
pub(super) fn rows(columns: &[Cells]) -> Vec<Vec<Value>> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    rows.resize_with(columns.first().map_or(0, Cells::len), || Vec::with_capacity(columns.len()));
    for column in columns {
        rows.iter_mut().zip(column.values()).for_each(|(row, value)| row.push(value));
    }
    rows
}

/// How many rows `columns` make; `None` when they are of several lengths.
pub(super) fn len(columns: &[Cells]) -> Option<usize> {
    let length = columns.first().map_or(0, Cells::len);
    columns.iter().all(|column| column.len() == length).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn columns_make_the_rows_that_were_put_into_them() {
        let (mut runs, mut texts) = (Packed::default(), PackedText::default());
        runs.push(&[1, 2]);
        runs.push(&[]);
        texts.append(|text| text.push_str("қол"));
        texts.append(|text| text.push_str("хат"));
        let columns = [Cells::Ints(vec![7, 8]), Cells::Bytes(runs), Cells::Texts(texts)];

        assert_eq!(len(&columns), Some(2));
        let empty: &[u8] = &[];
        assert_eq!(rows(&columns), [params![7_i64, &[1_u8, 2], "қол"].to_vec(), params![8_i64, empty, "хат"].to_vec()]);
        assert_eq!(len(&[Cells::Ints(vec![7]), Cells::Ints(Vec::new())]), None);
        assert!(rows(&[]).is_empty());
    }

    #[test]
    fn what_could_not_be_written_leaves_nothing() {
        let mut runs = Packed::default();
        runs.push(b"a");
        let failed = runs.write(|octets| {
            octets.extend_from_slice(b"half");
            Err("no")
        });

        assert_eq!(failed, Err("no"));
        let written = runs.write(|octets| {
            octets.push(b'b');
            Ok::<(), &str>(())
        });
        assert_eq!(written, Ok(&b"b"[..]));
        assert_eq!(runs.iter().collect::<Vec<_>>(), [b"a", b"b"]);
    }
}
