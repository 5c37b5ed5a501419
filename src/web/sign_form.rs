//! What is signed in the browser: the very octets, their hashes, and which key fits. The page's module
//! (`assets/sign.js`) hands them to the signing program; the server judges what comes back as anything from outside.

use qolhat_pki::digest::{DigestAlgorithm, Digests};
use sha2::{Digest as _, Sha256};

use crate::access::rights::Caller;

/// From this size on a file goes to the signing program as a digest, in bytes: older programs take small messages only.
const BY_DIGEST_MIN_BYTES: usize = 4 * 1024 * 1024;

/// A form that is signed.
pub struct SignForm {
    /// Where it goes.
    pub action: String,
    /// `sign`, `auth` or `any`: the purpose of the key.
    pub purpose: &'static str,
    /// IIN that the key must have; empty when any does.
    pub iin: String,
    /// BIN that the key must have; empty when any does.
    pub bin: String,
    /// Where the octets are had, or
    pub content_url: String,
    /// the element whose text they are.
    pub content_id: &'static str,
    /// Where the octets are had as a file, by whoever signs with another program; empty when nowhere.
    pub download_url: String,
    /// What the octets are, for people.
    pub what: String,
    /// How many.
    pub size: usize,
    /// SHA-256 of the octets, hexadecimal.
    pub sha256: String,
    /// For big files: the digest for keys of GOST 34.10-2015-512, hexadecimal.
    pub streebog512: String,
    /// For big files: the digest for keys of GOST 34.310-2004, hexadecimal.
    pub gost34311: String,
    /// Further fields.
    pub hidden: Vec<(&'static str, String)>,
    /// Text of the heading.
    pub title_key: &'static str,
    /// Text of the button.
    pub button_key: &'static str,
    /// A sentence above the facts; may be empty.
    pub lead: String,
    /// Whether the way by file is open at once.
    pub by_file: bool,
}

impl SignForm {
    /// A form over `octets`, which the page shows as the text of the element `content_id`.
    pub fn of_text(action: String, octets: &[u8], content_id: &'static str, what: String) -> Self {
        Self {
            action,
            purpose: "sign",
            iin: String::new(),
            bin: String::new(),
            content_url: String::new(),
            content_id,
            download_url: String::new(),
            what,
            size: octets.len(),
            sha256: hex::encode(Sha256::digest(octets)),
            streebog512: String::new(),
            gost34311: String::new(),
            hidden: Vec::new(),
            title_key: "page-sign-title",
            button_key: "page-sign-button",
            lead: String::new(),
            by_file: false,
        }
    }

    /// A form over `octets`, which the page gets at `content_url`.
    pub fn of_file(action: String, octets: &[u8], content_url: String, what: String) -> Self {
        let mut form = Self::of_text(action, octets, "", what);
        form.download_url.clone_from(&content_url);
        form.content_url = content_url;
        if octets.len() >= BY_DIGEST_MIN_BYTES {
            form.streebog512 = hex::encode(DigestAlgorithm::Streebog512.digest(octets).as_bytes());
            form.gost34311 = hex::encode(DigestAlgorithm::Gost34311.digest(octets).as_bytes());
        }
        form
    }

    /// A form over a file that came ahead of its document, of which `digests` were taken: it is signed by one of them.
    pub fn of_upload(action: String, (size, digests): (i64, &Digests), content_url: String, what: String) -> Self {
        let hexadecimal = |algorithm| digests.get(algorithm).map(|digest| hex::encode(digest.as_bytes()));
        let mut form = Self::of_text(action, &[], "", what);
        form.size = usize::try_from(size).unwrap_or(usize::MAX);
        form.sha256 = hexadecimal(DigestAlgorithm::Sha256).unwrap_or_default();
        form.streebog512 = hexadecimal(DigestAlgorithm::Streebog512).unwrap_or_default();
        form.gost34311 = hexadecimal(DigestAlgorithm::Gost34311).unwrap_or_default();
        form.download_url.clone_from(&content_url);
        form.content_url = content_url;
        form
    }

    /// For the keys of this caller alone, so that the signing program does not offer others. The server refuses them
    /// all the same.
    pub fn for_caller(mut self, caller: &Caller) -> Self {
        self.iin = caller.iin.to_string();
        self.bin = caller.party.bin().map(|bin| bin.to_string()).unwrap_or_default();
        self
    }
}
