//! A server that speaks S3 over real HTTP, in this process: objects are files in a folder.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use qolhat_storage::{Addressing, Patience, S3Options};
use s3s::auth::SimpleAuth;
use s3s::host::MultiDomain;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

pub const ACCESS_KEY: &str = "test-access-key";
pub const SECRET_KEY: &str = "test-secret/key+of=nobody";
pub const BUCKET: &str = "blobs";
/// Names below it are buckets.
pub const DOMAIN: &str = "s3.test";

/// Serves until the runtime ends.
pub struct S3Server {
    pub endpoint: String,
    root: PathBuf,
}

impl S3Server {
    /// A server over `root` with the bucket [`BUCKET`].
    pub async fn start(root: &Path) -> Self {
        fs::create_dir_all(root.join(BUCKET)).unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(root).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        builder.set_host(MultiDomain::new([DOMAIN.to_owned(), address.to_string()]).unwrap());
        let service = builder.build();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let serving = http1::Builder::new().serve_connection(TokioIo::new(socket), service.clone());
                tokio::spawn(serving);
            }
        });
        Self { endpoint: format!("http://{address}"), root: root.to_owned() }
    }

    /// The file of the object under `key`.
    pub fn file(&self, key: &str) -> PathBuf {
        self.root.join(BUCKET).join(key)
    }
}

/// Options for the server at `endpoint`; impatient, so that tests of faults end.
pub fn options(endpoint: &str, spool: &Path) -> S3Options {
    S3Options {
        endpoint: endpoint.to_owned(),
        region: "us-east-1".to_owned(),
        bucket: BUCKET.to_owned(),
        prefix: "prefix/".to_owned(),
        addressing: Addressing::Path,
        access_key: ACCESS_KEY.to_owned(),
        secret_key: SECRET_KEY.to_owned().into(),
        spool: spool.to_owned(),
        patience: Patience { attempt: Duration::from_secs(30), attempts: 4, first_wait: Duration::from_millis(10) },
    }
}
