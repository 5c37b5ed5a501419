//! What was hit and what was killed.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// The counts of a run.
#[derive(Default, Clone)]
pub struct Counts {
    /// How often the service reached each fail point, and how often it died there.
    pub points: BTreeMap<String, (u64, u64)>,
    pub kinds: BTreeMap<String, u64>,
    /// How often a process did not come to its fail point in time. It was ended, and that is no kill that counts.
    pub not_reached: u64,
    pub starts: u64,
    /// Times that a process ended in order when it was told to.
    pub ends: u64,
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
        self.not_reached += other.not_reached;
        self.starts += other.starts;
        self.ends += other.ends;
        self.acknowledged += other.acknowledged;
        self.found += other.found;
        self.entries += other.entries;
        self.audits += other.audits;
        self
    }

    pub fn count(&mut self, kind: &str) {
        *self.kinds.entry(kind.to_owned()).or_default() += 1;
    }

    pub fn hits_of(&self, point: &str) -> u64 {
        self.points.get(point).map_or(0, |count| count.0)
    }

    pub fn kills(&self) -> u64 {
        self.kinds.values().sum()
    }
}

/// Whose turn it is: every point that was ever reached, one after another; one that was missed is left out as many rounds
/// as it was missed times in a row.
#[derive(Default)]
pub struct Turns {
    queue: VecDeque<Turn>,
}

struct Turn {
    point: String,
    misses: u32,
    left_out: u32,
    /// A process comes there when it is told to end.
    is_at_end: bool,
}

impl Turns {
    pub fn next(&mut self, counts: &Counts) -> Option<String> {
        for point in counts.points.keys() {
            if self.queue.iter().all(|turn| turn.point != *point) {
                self.queue.push_front(Turn { point: point.clone(), misses: 0, left_out: 0, is_at_end: false });
            }
        }
        loop {
            let mut turn = self.queue.pop_front()?;
            let is_next = turn.left_out == 0;
            turn.left_out = turn.left_out.saturating_sub(1);
            let point = turn.point.clone();
            self.queue.push_back(turn);
            if is_next {
                return Some(point);
            }
        }
    }

    /// What came of a turn: whether a process died at the point, and whether it had been told to end.
    pub fn took(&mut self, point: &str, is_reached: bool, is_at_end: bool) {
        if let Some(turn) = self.queue.iter_mut().find(|turn| turn.point == point) {
            turn.is_at_end = is_reached && is_at_end;
            turn.misses = if is_reached { 0 } else { turn.misses + 1 };
            turn.left_out = turn.misses;
        }
    }

    pub fn is_at_end(&self, point: &str) -> bool {
        self.queue.iter().any(|turn| turn.point == point && turn.is_at_end)
    }

    pub fn was_missed(&self, point: &str) -> bool {
        self.queue.iter().any(|turn| turn.point == point && turn.misses > 0)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| Killed or cut | times |\n|---|---:|")?;
        for (kind, count) in &self.kinds {
            writeln!(f, "| {kind} | {count} |")?;
        }
        writeln!(f, "| in all | {} |\n", self.kills())?;
        let (starts, ends, not_reached) = (self.starts, self.ends, self.not_reached);
        writeln!(
            f,
            "not counted: fail point not reached in time {not_reached}; starts {starts}, ends in order {ends}\n"
        )?;
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

impl Drop for Hits {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
