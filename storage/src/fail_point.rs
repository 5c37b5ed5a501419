//! Named places at which the torture program kills the service. Without the feature `torture` there is nothing here:
//! [`at`] is empty and compiled away.

/// Reached the place `name`. With the feature `torture` the hit is written to the file that `TORTURE_HITS` names,
/// and the process dies when `TORTURE_POINT`, `<number of the hit> <name>`, says so: at once, nothing is tidied up.
#[cfg(not(feature = "torture"))]
#[inline(always)]
pub fn at(_name: &str) {}

#[cfg(feature = "torture")]
pub use self::armed::at;

#[cfg(feature = "torture")]
mod armed {
    use std::collections::BTreeMap;
    use std::fs::{File, OpenOptions};
    use std::io::Write as _;
    use std::sync::{Mutex, OnceLock, PoisonError};

    struct Plan {
        /// Name and number of the hit to die at.
        point: Option<(String, u64)>,
        hits: Option<File>,
        counted: Mutex<BTreeMap<String, u64>>,
    }

    /// As above.
    pub fn at(name: &str) {
        static PLAN: OnceLock<Plan> = OnceLock::new();
        let plan = PLAN.get_or_init(read);
        let mut counted = plan.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counted.entry(name.to_owned()).or_default();
        *count = count.saturating_add(1);
        let dies = plan.point.as_ref().is_some_and(|(point, number)| point == name && number == count);
        if let Some(mut hits) = plan.hits.as_ref() {
            // A hit that cannot be counted is not counted.
            let _ = hits.write_all(format!("{} {name}\n", if dies { "died" } else { "hit" }).as_bytes());
        }
        if dies {
            // As SIGKILL: no destructor runs, and no other thread goes on.
            std::process::abort();
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the torture program is no user, and this is no part of the product")]
    fn read() -> Plan {
        let point = std::env::var("TORTURE_POINT").ok().and_then(|text| {
            let (number, name) = text.split_once(' ')?;
            Some((name.to_owned(), number.parse().ok()?))
        });
        let hits = std::env::var("TORTURE_HITS").ok();
        let hits = hits.and_then(|path| OpenOptions::new().append(true).create(true).open(path).ok());
        Plan { point, hits, counted: Mutex::default() }
    }
}
