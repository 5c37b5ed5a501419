//! moto: another server that speaks S3, with versions and locks. Needs Python: `make tools` installs it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Prints its port, then serves until its input ends.
const PROGRAM: &str = "
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
";

pub struct Moto {
    pub endpoint: String,
    child: Child,
}

impl Moto {
    /// `None` with a word on stderr where there is no moto; in CI nothing is skipped.
    pub fn start() -> Option<Self> {
        // The tests of the whole use this file too.
        let folders = ["/target", "/../target"].map(|folder| format!("{}{folder}", env!("CARGO_MANIFEST_DIR")));
        let places = folders.map(|folder| Path::new(&folder).join("py/bin/python"));
        let [here, above] = &places;
        let python = if here.exists() { here } else { above };
        let has_moto = || {
            let found = Command::new(python).args(["-c", "import moto.server"]).stderr(Stdio::null()).status();
            found.is_ok_and(|status| status.success())
        };
        if !has_moto() {
            assert!(std::env::var_os("CI").is_none(), "no moto in {}: run make tools", python.display());
            eprintln!("SKIPPED: S3 with versions and locks (no moto: run make tools)");
            return None;
        }
        let mut command = Command::new(python);
        command.args(["-c", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let port: u16 = port.trim().parse().expect("moto starts");
        Some(Self { endpoint: format!("http://127.0.0.1:{port}"), child })
    }

    /// Makes a bucket with versions, and with locks if wanted. moto asks nobody who he is.
    pub async fn bucket(&self, name: &str, locks: bool) {
        let client = reqwest::Client::new();
        let mut make = client.put(format!("{}/{name}", self.endpoint));
        if locks {
            make = make.header("x-amz-bucket-object-lock-enabled", "true");
        }
        make.send().await.unwrap().error_for_status().unwrap();
        let versions = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        let turn_on = client.put(format!("{}/{name}?versioning", self.endpoint)).body(versions);
        turn_on.send().await.unwrap().error_for_status().unwrap();
    }

    /// Says that what lies under `key` is deleted: a mark over its versions.
    pub async fn delete(&self, bucket: &str, key: &str) {
        let delete = reqwest::Client::new().delete(format!("{}/{bucket}/{key}", self.endpoint));
        delete.header("authorization", SOMEBODY).send().await.unwrap().error_for_status().unwrap();
    }

    /// Has what lies under `key` locked otherwise, as whoever owns the service can.
    pub async fn lock(&self, bucket: &str, key: &str, (mode, until): (&str, &str)) {
        let text = format!("<Retention><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>");
        let put = reqwest::Client::new().put(format!("{}/{bucket}/{key}?retention", self.endpoint)).body(text);
        put.header("authorization", SOMEBODY).send().await.unwrap().error_for_status().unwrap();
    }

    /// What is asked of the bucket itself, as text.
    pub async fn ask(&self, bucket: &str, question: &str) -> String {
        let url = format!("{}/{bucket}?{question}", self.endpoint);
        reqwest::get(url).await.unwrap().error_for_status().unwrap().text().await.unwrap()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// moto believes everybody, but gives nothing to those who don't say who they are.
const SOMEBODY: &str =
    "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/// Puts other bytes in the place of those under `key`.
pub async fn change(endpoint: &str, bucket: &str, key: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let (client, url) = (reqwest::Client::new(), format!("{endpoint}/{bucket}/{key}"));
    let got = client.get(&url).header("authorization", SOMEBODY).send().await.unwrap();
    let mut bytes = got.error_for_status().unwrap().bytes().await.unwrap().to_vec();
    change(&mut bytes);
    let put = client.put(&url).header("authorization", SOMEBODY).body(bytes).send().await.unwrap();
    put.error_for_status().unwrap();
}
