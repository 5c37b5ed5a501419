//! What was hit and what was killed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// The counts of a run.
#[derive(Default)]
pub struct Counts {
    /// How often the service reached each fail point, and how often it died there.
    pub points: BTreeMap<String, (u64, u64)>,
    pub kinds: BTreeMap<String, u64>,
    pub acknowledged: usize,
    pub found: usize,
    pub entries: u64,
    pub audits: u64,
}

impl Counts {
    pub fn with(mut self, other: Counts) -> Counts {
        for (name, (hits, deaths)) in other.points {
            let count = self.points.entry(name).or_default();
            *count = (count.0 + hits, count.1 + deaths);
        }
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        self.acknowledged += other.acknowledged;
        self.found += other.found;
        self.entries += other.entries;
        self.audits += other.audits;
        self
    }

    pub fn count(&mut self, kind: &str) {
        *self.kinds.entry(kind.to_owned()).or_default() += 1;
    }

    /// The point at which the fewest deaths were.
    pub fn rarest(&self) -> Option<String> {
        let (name, _) = self.points.iter().min_by_key(|(_, (_, deaths))| *deaths)?;
        Some(name.clone())
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| Killed or cut | times |\n|---|---:|")?;
        for (kind, count) in &self.kinds {
            writeln!(f, "| {kind} | {count} |")?;
        }
        writeln!(f, "| in all | {} |\n", self.kinds.values().sum::<u64>())?;
        writeln!(f, "| Fail point | reached | died there |\n|---|---:|---:|")?;
        for (name, (hits, deaths)) in &self.points {
            writeln!(f, "| {name} | {hits} | {deaths} |")?;
        }
        let (acknowledged, found) = (self.acknowledged, self.found);
        writeln!(f, "\nacknowledged {acknowledged}, found exactly once {found}")?;
        write!(f, "entries in the logs {}, audits, all clean, {}", self.entries, self.audits)
    }
}

/// The file to which fail points write.
pub struct Hits {
    pub path: PathBuf,
    read: u64,
}

impl Hits {
    pub fn at(path: PathBuf) -> Hits {
        File::create(&path).unwrap();
        Hits { path, read: 0 }
    }

    /// Takes what is new into `counts`; the points at which a process has died since.
    pub fn take(&mut self, counts: &mut Counts) -> Vec<String> {
        let mut file = File::open(&self.path).unwrap();
        file.seek(SeekFrom::Start(self.read)).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        self.read += u64::try_from(whole).unwrap();
        let mut deaths = Vec::new();
        for line in text[..whole].lines() {
            let (what, name) = line.split_once(' ').unwrap();
            let count = counts.points.entry(name.to_owned()).or_default();
            count.0 += 1;
            if what == "died" {
                count.1 += 1;
                deaths.push(name.to_owned());
            }
        }
        deaths
    }
}
