//! The folder of a demonstration world: authorities, people, the operator's material and a configuration of the service.
//!
//! `keys/*.p12` and `people.json` are the cast; `ca/` the CA and service certificates, with their keys in `ca/private/`;
//! `out/anchors/` what a reader of documents trusts; `operator/` what the service alone may read; `qolhat.toml` its
//! configuration. Opening a folder again gives the same world, revocations and all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use qolhat_pki::pkcs12::{self, KeyStore};
use qolhat_pki::random::SecureRandom;
use serde::{Deserialize, Serialize};

use super::DemoError;
use super::authority::{Authorities, Branch, leaf_validity};
use super::files::{self, Access};
use super::people::{self, DEMO_PASSWORD, FIGURES, KeyCard, OPERATOR, PersonCard, SEAL_FILE, SEAL_ID};
use crate::domain::time::Moment;

/// The name of the configuration in the folder.
pub const CONFIG_FILE: &str = "qolhat.toml";
/// The name of the file that describes the cast. It is written last: a folder with it is whole.
pub const PEOPLE_FILE: &str = "people.json";
/// Where the service listens unless told otherwise.
pub const SERVICE_LISTEN: &str = "127.0.0.1:8080";
/// The environment variable that gives the service the password of its seal. Without the prefix of the configuration's
/// variables, which would take it for a setting.
pub const SEAL_PASSWORD_VARIABLE: &str = "DEMO_SEAL_PASSWORD";

/// `people.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cast {
    responders_url: String,
    password: String,
    people: Vec<PersonCard>,
}

/// A demonstration world and the folder that holds it.
#[derive(Debug)]
pub struct World {
    folder: PathBuf,
    authorities: Arc<Authorities>,
    cast: Cast,
}

impl World {
    /// The world in `folder`; made there as of `now`, with its services at `responders_url`, when there is none yet. No
    /// file that is there is overwritten: a folder left half made must be removed by hand.
    ///
    /// # Errors
    /// `RespondersUrl` for an address that is not this machine's, `OtherResponders` when the world in the folder names
    /// another, `File` and `Malformed` for the folder.
    pub fn create(
        folder: &Path,
        responders_url: &str,
        now: Moment,
        rng: &mut dyn SecureRandom,
    ) -> Result<Self, DemoError> {
        let (url, host) = loopback(responders_url)?;
        if Self::is_in(folder) {
            let world = Self::open(folder)?;
            if world.cast.responders_url != url {
                return Err(DemoError::OtherResponders { in_folder: world.cast.responders_url, asked: url });
            }
            return Ok(world);
        }
        let authorities = Authorities::create(&url, now, rng)?;
        let minted = people::mint(&authorities, leaf_validity(now)?, rng)?;
        for (name, access) in [
            ("keys", Access::Secret),
            ("operator", Access::Secret),
            ("ca", Access::Public),
            ("out/anchors", Access::Public),
        ] {
            files::folder(&folder.join(name), access)?;
        }
        for branch in Branch::ALL {
            let authority = authorities.of(branch);
            authority.save(&folder.join("ca"))?;
            // The issuing CA too: signatures seldom carry it.
            for (name, certificate) in authority.certificates().into_iter().filter(|(_, one)| one.is_ca()) {
                let file = folder.join("out/anchors").join(format!("{name}.cer"));
                files::create(&file, certificate.der(), Access::Public)?;
            }
        }
        for (file, store) in minted.iter().flat_map(|member| &member.stores) {
            files::create(&folder.join(file), store, Access::Secret)?;
        }
        files::create(&folder.join(CONFIG_FILE), config_text(&url, &host).as_bytes(), Access::Public)?;
        let cast = Cast {
            responders_url: url,
            password: DEMO_PASSWORD.to_owned(),
            people: minted.into_iter().map(|member| member.card).collect(),
        };
        let people = serde_json::to_vec_pretty(&cast).map_err(|error| DemoError::malformed(PEOPLE_FILE, error))?;
        files::create(&folder.join(PEOPLE_FILE), &people, Access::Public)?;
        Ok(Self { folder: folder.to_owned(), authorities: Arc::new(authorities), cast })
    }

    /// The world in `folder`.
    ///
    /// # Errors
    /// `File` and `Malformed`.
    pub fn open(folder: &Path) -> Result<Self, DemoError> {
        let file = folder.join(PEOPLE_FILE);
        let cast: Cast = serde_json::from_slice(&files::read(&file)?)
            .map_err(|error| DemoError::malformed(file.display().to_string(), error))?;
        loopback(&cast.responders_url)?;
        let authorities = Arc::new(Authorities::load(&folder.join("ca"), &cast.responders_url)?);
        Ok(Self { folder: folder.to_owned(), authorities, cast })
    }

    /// Whether there is a world in `folder`.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(PEOPLE_FILE).is_file()
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The configuration of the service.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.folder.join(CONFIG_FILE)
    }

    /// Where the certificates say that the services are: listen there.
    #[must_use]
    pub fn responders_url(&self) -> &str {
        &self.cast.responders_url
    }

    /// Who issues.
    #[must_use]
    pub const fn authorities(&self) -> &Arc<Authorities> {
        &self.authorities
    }

    /// The cast, the operator's information system first.
    #[must_use]
    pub fn people(&self) -> &[PersonCard] {
        &self.cast.people
    }

    /// A member of the cast by its name: `operator-seal`, `officer`, `head-a`, `accountant-a`, `head-b`,
    /// `accountant-b`, `person`, `officer-2`.
    #[must_use]
    pub fn person(&self, id: &str) -> Option<&PersonCard> {
        self.cast.people.iter().find(|person| person.id == id)
    }

    /// The key of a member of the cast for `purpose` (`sign` or `auth`), opened.
    ///
    /// # Errors
    /// `NoSuchKey`; `File` and `KeyStore` for the file.
    pub fn key_store(&self, id: &str, purpose: &str) -> Result<KeyStore, DemoError> {
        let key = self.person(id).and_then(|person| person.keys.iter().find(|key| key.purpose == purpose));
        let no_such_key = || DemoError::NoSuchKey { id: id.to_owned(), purpose: purpose.to_owned() };
        self.open_key(key.ok_or_else(no_such_key)?)
    }

    /// The key by which the operator seals.
    ///
    /// # Errors
    /// As [`World::key_store`].
    pub fn seal(&self) -> Result<KeyStore, DemoError> {
        self.key_store(SEAL_ID, "sign")
    }

    fn open_key(&self, key: &KeyCard) -> Result<KeyStore, DemoError> {
        let store = zeroize::Zeroizing::new(files::read(&self.folder.join(&key.file))?);
        Ok(pkcs12::open(&store, DEMO_PASSWORD)?)
    }
}

/// The address without a slash at its end, and its `host` or `host:port`.
fn loopback(url: &str) -> Result<(String, String), DemoError> {
    let wrong = || DemoError::RespondersUrl(url.chars().take(200).collect());
    let parsed = reqwest::Url::parse(url).map_err(|_| wrong())?;
    let host = parsed.host_str().ok_or_else(wrong)?;
    let is_loopback = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
    let host = parsed.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let plain = format!("http://{host}");
    // Comparing what was given with what was understood refuses user names, paths, queries and fragments at once.
    let is_plain = url.strip_suffix('/').unwrap_or(url) == plain;
    if is_loopback && is_plain { Ok((plain, host)) } else { Err(wrong()) }
}

/// The configuration of the service (`config`). Secrets it names and does not find are made at its first start.
fn config_text(url: &str, host: &str) -> String {
    let officers = FIGURES.iter().filter(|figure| figure.firm == Some(OPERATOR));
    let officers: Vec<String> = officers.map(|figure| format!("\"{}\"", figure.iin)).collect();
    format!(
        r#"# A demonstration: invented people, keys that prove nothing, services on this machine.
mode = "demo"
listen = "{SERVICE_LISTEN}"
database = "sqlite:qolhat.db"
blobs = "blobs"
wrapping_key_file = "operator/wrapping.key"
identifiers = "strict"

[operator]
bin = "{bin}"
name = "{name}"
officers = [{officers}]
seal_key_file = "{SEAL_FILE}"
# export {SEAL_PASSWORD_VARIABLE}={DEMO_PASSWORD}
seal_password_env = "{SEAL_PASSWORD_VARIABLE}"

[journal]
origin = "demo.qolhat.example/journal"
key_file = "operator/journal.key"
pseudonym_key_file = "operator/pseudonym.key"

[trust]
anchors = ["ca/gost-root.cer", "ca/rsa-root.cer"]
intermediates = ["ca/gost.cer", "ca/rsa.cer"]

[evidence]
tsp_url = "{url}/tsp"
responder_hosts = ["{host}"]

[sms]
sink = "out/sms"
sender = "Demo"

[pages]
ncalayer = ["wss://127.0.0.1:13579/", "ws://127.0.0.1:13579/"]
ncalayer_checks_chain = false
"#,
        bin = OPERATOR.bin,
        name = OPERATOR.name,
        officers = officers.join(", "),
    )
}
