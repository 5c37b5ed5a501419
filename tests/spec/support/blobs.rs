//! Where the blobs of a stage lie: on disk, or on S3 where QOLHAT_SPEC_BLOBS=s3. The service of S3 runs in the process of
//! the test and keeps objects as files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};

use qolhat::config::BlobsConfig;
use qolhat::demo::World;

#[allow(dead_code, reason = "what the tests of the store need beside it")]
#[path = "../../../storage/tests/support/faults.rs"]
pub mod faults;
#[allow(dead_code, reason = "what the tests of the store need beside it")]
#[path = "../../../storage/tests/support/moto.rs"]
pub mod moto;
#[allow(dead_code, reason = "what the tests of the store need beside it")]
#[path = "../../../storage/tests/support/s3_server.rs"]
pub mod s3_server;

use self::s3_server::{ACCESS_KEY, BUCKET, S3Server, SECRET_KEY};

const PREFIX: &str = "spec/";

/// Where the blobs of a stage lie.
#[derive(Clone, Copy)]
pub enum Place {
    Disk,
    S3,
}

impl Place {
    /// What QOLHAT_SPEC_BLOBS asks for.
    pub fn chosen() -> Place {
        #[allow(clippy::disallowed_methods, reason = "tests choose their store")]
        match std::env::var("QOLHAT_SPEC_BLOBS").as_deref() {
            Err(_) | Ok("disk") => Place::Disk,
            Ok("s3") => Place::S3,
            Ok(other) => panic!("QOLHAT_SPEC_BLOBS is s3 or disk, not {other}"),
        }
    }

    /// Writes into the configuration of `world` where blobs go, and answers with the folder in which their files appear.
    pub async fn take(self, world: &World, folder: &Path) -> PathBuf {
        match self {
            Place::Disk => world.folder().join("blobs"),
            Place::S3 => on_s3(world, folder).await,
        }
    }
}

/// A bucket with locks, in a configuration of its own or in that of a world.
pub struct Bucket<'a> {
    pub endpoint: &'a str,
    pub name: &'a str,
    pub prefix: &'a str,
}

impl Bucket<'_> {
    /// What a configuration says of it.
    fn table(&self) -> String {
        let Bucket { endpoint, name, prefix } = self;
        format!(
            "blobs = {{ s3 = {{ endpoint = \"{endpoint}\", bucket = \"{name}\", prefix = \"{prefix}\", spool = \"spool\", \
             access_key = {{ file = \"access\" }}, secret_key = {{ file = \"secret\" }} }} }}\n"
        )
    }

    fn keys(folder: &Path) {
        for (name, secret) in [("access", ACCESS_KEY), ("secret", SECRET_KEY)] {
            std::fs::write(folder.join(name), format!("{secret}\n")).unwrap();
        }
    }

    /// A configuration in `folder` that names it and nothing else.
    pub fn file(&self, folder: &Path) -> PathBuf {
        Self::keys(folder);
        let file = folder.join(format!("{}.toml", self.name));
        std::fs::write(&file, self.table()).unwrap();
        file
    }

    /// The configuration `file` with this bucket in place of its blobs.
    pub fn take_the_place_in(&self, file: &Path) -> BlobsConfig {
        Self::keys(file.parent().unwrap());
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines().map(|line| match line.starts_with("blobs = ") {
            true => self.table(),
            false => format!("{line}\n"),
        });
        std::fs::write(file, lines.collect::<String>()).unwrap();
        BlobsConfig::load(file).unwrap()
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
