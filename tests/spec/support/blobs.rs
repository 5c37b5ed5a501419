//! Where the blobs of a stage lie: on disk, or on S3 where QOLHAT_SPEC_BLOBS=s3. The service of S3 runs in the process of
//! the test and keeps objects as files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};

use qolhat::demo::World;

#[allow(dead_code, reason = "what the tests of the store need beside it")]
#[path = "../../../storage/tests/support/faults.rs"]
pub mod faults;
#[allow(dead_code, reason = "what the tests of the store need beside it")]
#[path = "../../../storage/tests/support/s3_server.rs"]
pub mod s3_server;

use self::s3_server::{ACCESS_KEY, BUCKET, S3Server, SECRET_KEY};

const PREFIX: &str = "spec/";

/// Writes into the configuration of `world` where blobs go, and answers with the folder in which their files appear.
pub async fn choose(world: &World, folder: &Path) -> PathBuf {
    #[allow(clippy::disallowed_methods, reason = "tests choose their store")]
    match std::env::var("QOLHAT_SPEC_BLOBS").as_deref() {
        Err(_) | Ok("disk") => world.folder().join("blobs"),
        Ok("s3") => on_s3(world, folder).await,
        Ok(other) => panic!("QOLHAT_SPEC_BLOBS is s3 or disk, not {other}"),
    }
}

/// The same on S3, whatever the environment says.
pub async fn on_s3(world: &World, folder: &Path) -> PathBuf {
    let server = S3Server::start(&folder.join("s3")).await;
    for (name, secret) in [("access", ACCESS_KEY), ("secret", SECRET_KEY)] {
        std::fs::write(world.folder().join(name), format!("{secret}\n")).unwrap();
    }
    let endpoint = &server.endpoint;
    let table = format!(
        "blobs = {{ s3 = {{ endpoint = \"{endpoint}\", bucket = \"{BUCKET}\", prefix = \"{PREFIX}\", spool = \"spool\", \
         access_key = {{ file = \"access\" }}, secret_key = {{ file = \"secret\" }} }} }}\n"
    );
    let text = std::fs::read_to_string(world.config_file()).unwrap();
    let changed = text.replacen("blobs = \"blobs\"\n", &table, 1);
    assert_ne!(changed, text, "the demonstration's configuration has another line for blobs");
    std::fs::write(world.config_file(), changed).unwrap();
    server.file(PREFIX)
}
