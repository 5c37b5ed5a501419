//! Where an S3 store is and how patient it is.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

/// Everything that [`S3Store::open`](super::S3Store::open) needs to know.
#[derive(Clone)]
pub struct S3Options {
    /// `http(s)://host[:port]` of the service, without the bucket.
    pub endpoint: String,
    /// The region that requests are signed for; `us-east-1` for most services of one's own.
    pub region: String,
    /// The bucket, which must exist.
    pub bucket: String,
    /// What every key begins with: empty, or ending in `/`.
    pub prefix: String,
    /// Where the bucket's name goes.
    pub addressing: Addressing,
    /// Identifier of the access key.
    pub access_key: String,
    /// The secret key.
    pub secret_key: Zeroizing<String>,
    /// Folder for uploads that are larger than memory should hold; made when it is missing.
    pub spool: PathBuf,
    /// How long and how often.
    pub patience: Patience,
}

/// Where the bucket's name goes in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// `https://host/bucket/key`: works with every service of one's own.
    Path,
    /// `https://bucket.host/key`: what the large clouds want.
    VirtualHost,
}

/// How long is waited and how often is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The most that one attempt may take to the head of its answer, and each piece of a body after it.
    pub attempt: Duration,
    /// The most attempts of one request, the first included.
    pub attempts: u32,
    /// The wait after the first failed attempt. It doubles each time, up to a longest one.
    pub first_wait: Duration,
}

/// The longest wait between two attempts.
pub const WAIT_MAX: Duration = Duration::from_secs(5);

impl Default for Patience {
    fn default() -> Self {
        Self { attempt: Duration::from_secs(60), attempts: 6, first_wait: Duration::from_millis(100) }
    }
}

impl fmt::Debug for S3Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret is not among what is shown.
        write!(f, "S3Options({} bucket {} prefix {:?})", self.endpoint, self.bucket, self.prefix)
    }
}

/// Why options are refused before anything is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum S3OptionsError {
    /// Not `http(s)://host[:port]`.
    #[error("the endpoint {0:?} is not http(s)://host or http(s)://host:port")]
    Endpoint(String),
    /// Not the name of a bucket.
    #[error("{0:?} is not the name of a bucket")]
    Bucket(String),
    /// A prefix that would run into the keys, or that services spell in several ways.
    #[error("the prefix {0:?} is neither empty nor letters, digits, - _ . and / ending in /")]
    Prefix(String),
    /// No region or no key.
    #[error("{0} is empty or has characters that don't belong there")]
    Text(&'static str),
}

impl S3Options {
    /// Refuses what could not be signed or addressed.
    ///
    /// # Errors
    /// [`S3OptionsError`] names the option.
    pub fn check(&self) -> Result<(), S3OptionsError> {
        let host = self.endpoint.strip_prefix("https://").or_else(|| self.endpoint.strip_prefix("http://"));
        let plain = |text: &str, more: &[u8]| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
        };
        if !host.is_some_and(|host| plain(host, b".-:[]")) {
            return Err(S3OptionsError::Endpoint(self.endpoint.clone()));
        }
        let name = &self.bucket;
        if !(3..=63).contains(&name.len()) || !plain(name, b".-") || name.starts_with(['.', '-']) {
            return Err(S3OptionsError::Bucket(name.clone()));
        }
        let segments = self.prefix.strip_suffix('/').map(|path| path.split('/').all(is_segment));
        if !self.prefix.is_empty() && segments != Some(true) {
            return Err(S3OptionsError::Prefix(self.prefix.clone()));
        }
        if !plain(&self.region, b"-_") {
            return Err(S3OptionsError::Text("the region"));
        }
        let printable = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable(&self.access_key) {
            return Err(S3OptionsError::Text("the access key"));
        }
        if !printable(&self.secret_key) {
            return Err(S3OptionsError::Text("the secret key"));
        }
        Ok(())
    }
}

/// `.` and `..` are left out: proxies and services resolve them as they please.
fn is_segment(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(is_plain) && text != "." && text != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> S3Options {
        S3Options {
            endpoint: "https://s3.example.kz:8333".to_owned(),
            region: "us-east-1".to_owned(),
            bucket: "qolhat".to_owned(),
            prefix: "prod/blobs/".to_owned(),
            addressing: Addressing::Path,
            access_key: "key".to_owned(),
            secret_key: Zeroizing::new("secret/+=".to_owned()),
            spool: PathBuf::new(),
            patience: Patience::default(),
        }
    }

    #[test]
    fn what_cannot_be_addressed_or_signed_is_refused_by_name() {
        assert_eq!(options().check(), Ok(()));
        assert_eq!(S3Options { prefix: String::new(), ..options() }.check(), Ok(()));
        for endpoint in ["s3.example.kz", "ftp://x", "https://", "https://x/path", "https://a b", "https://u@h"] {
            let wrong = S3Options { endpoint: endpoint.to_owned(), ..options() };
            assert_eq!(wrong.check(), Err(S3OptionsError::Endpoint(endpoint.to_owned())));
        }
        for bucket in ["", "ab", "-abc", "a/b/c", "a b c"] {
            let wrong = S3Options { bucket: bucket.to_owned(), ..options() };
            assert_eq!(wrong.check(), Err(S3OptionsError::Bucket(bucket.to_owned())));
        }
        for prefix in ["/", "a", "/a/", "a//b/", "a/../b/", "a b/", "ә/"] {
            let wrong = S3Options { prefix: prefix.to_owned(), ..options() };
            assert_eq!(wrong.check(), Err(S3OptionsError::Prefix(prefix.to_owned())));
        }
        let wrong = S3Options { secret_key: Zeroizing::new("line\nbreak".to_owned()), ..options() };
        assert_eq!(wrong.check(), Err(S3OptionsError::Text("the secret key")));
    }

    #[test]
    fn options_do_not_show_their_secret() {
        assert!(!format!("{:?}", options()).contains("secret"));
    }
}
