//! The schema's versions: carried inside the program, applied in order, never undone.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::Engine;

struct Step {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! step {
    ($version:literal, $name:literal, $file:literal) => {
        Step {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../migrations/postgres/", $file)),
        }
    };
}

/// Every file of `migrations/`, in order; a test compares this list with the folders.
const STEPS: &[Step] = &[
    step!(1, "journal", "0001_journal.sql"),
    step!(2, "access", "0002_access.sql"),
    step!(3, "documents", "0003_documents.sql"),
    step!(4, "journal_guard", "0004_journal_guard.sql"),
    step!(5, "certificate_identity", "0005_certificate_identity.sql"),
    step!(6, "preferences", "0006_preferences.sql"),
    step!(7, "lease", "0007_lease.sql"),
    step!(8, "seals", "0008_seals.sql"),
    step!(9, "journal_cosignature", "0009_journal_cosignature.sql"),
    step!(10, "court_request", "0010_court_request.sql"),
    step!(11, "destruction", "0011_destruction.sql"),
    step!(14, "sweep", "0014_sweep.sql"),
    step!(16, "extract_party", "0016_extract_party.sql"),
    step!(17, "promise", "0017_promise.sql"),
    step!(18, "erasure", "0018_erasure.sql"),
    step!(19, "export", "0019_export.sql"),
    step!(20, "pruning", "0020_pruning.sql"),
    step!(21, "sessions", "0021_sessions.sql"),
    step!(22, "messages", "0022_messages.sql"),
    step!(23, "upload", "0023_upload.sql"),
    step!(27, "promise_kept", "0027_promise_kept.sql"),
    step!(30, "notice_place", "0030_notice_place.sql"),
    step!(32, "sms", "0032_sms.sql"),
    step!(34, "guards_look_here", "0034_guards_look_here.sql"),
    step!(36, "guards_ask_once", "0036_guards_ask_once.sql"),
    step!(37, "inbox_mac", "0037_inbox_mac.sql"),
    step!(38, "session_mac", "0038_session_mac.sql"),
    step!(39, "blob_addresses", "0039_blob_addresses.sql"),
    step!(40, "keeping", "0040_keeping.sql"),
    step!(41, "head_asks_nothing", "0041_head_asks_nothing.sql"),
    step!(42, "node_rows", "0042_node_rows.sql"),
];

/// The step since which whatever waits in the inbox bears a code: it can be taken only while nothing waits.
const INBOX_MAC: i64 = 37;
/// A row when something waits.
pub(super) const WAITING: &str = "select position from journal_inbox limit 1";
/// What is said then.
pub(super) const EVENTS_WAIT: &str = "events wait in journal_inbox from before step 37, and nobody could tell any more who put \
    them there: nothing was changed; start the program of before until they are entries, stop it and try again";

/// Whether nothing may wait before steps are applied to a database that has had these. Asked before the first of them: one
/// that has had some of ours the program of before would not take any more.
pub(super) fn needs_an_empty_inbox(applied: &[i64]) -> bool {
    applied.contains(&1) && !applied.contains(&INBOX_MAC)
}

pub(super) fn migrator(engine: Engine) -> Migrator {
    let steps = STEPS.iter().map(|step| {
        let sql = match engine {
            Engine::Sqlite => step.sqlite,
            Engine::Postgres => step.postgres,
        };
        Migration::new(step.version, step.name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(steps.collect())
}

/// What a current database has recorded: version and digest of every step.
pub(super) fn expected(engine: Engine) -> Vec<(i64, Vec<u8>)> {
    migrator(engine).iter().map(|step| (step.version, step.checksum.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::STEPS;

    #[test]
    fn every_migration_file_is_carried_for_both_engines() {
        let expected: Vec<String> = STEPS.iter().map(|step| format!("{:04}_{}.sql", step.version, step.name)).collect();
        for engine in ["sqlite", "postgres"] {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/").to_owned() + engine;
            let mut files: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            files.sort();

            assert_eq!(files, expected, "{engine}");
        }
    }
}
