//! Making containers: the plainest archive, `mimetype` first, then the files, then `META-INF/`, each sorted by octets.
//! The same files give the same octets. Source: EN 319 162-1 §4.4, A.1, A.4.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::manifest::{ASIC_NAMESPACE, DS_NAMESPACE};
use super::zip::{NewFile, ZipError, write_zip};
use super::{ContainerKind, META_INF, MIMETYPE};
use crate::digest::Digest;
use crate::xml::dsig;

/// The container of `files`; `mimetype` is not among them, it is put first by itself.
/// # Errors
/// As [`write_zip`].
pub fn write_container(kind: ContainerKind, files: &[NewFile<'_>]) -> Result<Vec<u8>, ZipError> {
    let mut entries = vec![NewFile { name: MIMETYPE, content: kind.media_type().as_bytes() }];
    entries.extend_from_slice(files);
    let rank = |name: &str| {
        if name == MIMETYPE {
            0
        } else if name.starts_with(META_INF) {
            2
        } else {
            1
        }
    };
    entries.sort_by(|a, b| (rank(a.name), a.name).cmp(&(rank(b.name), b.name)));
    write_zip(&entries)
}

/// One file that a manifest is to name.
#[derive(Debug, Clone)]
pub struct ManifestEntry<'a> {
    /// Its name in the archive.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// Its digest.
    pub digest: Digest,
}

/// A manifest over `entries`, in their order, for the signature or time stamp in the file `assertion`.
pub fn write_manifest(assertion: &str, media_type: &str, entries: &[ManifestEntry<'_>]) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "<asic:ASiCManifest xmlns:asic=\"{ASIC_NAMESPACE}\" xmlns:ds=\"{DS_NAMESPACE}\">");
    let (uri, media_type) = (escaped_uri(assertion), escaped(media_type));
    let _ = writeln!(out, "  <asic:SigReference URI=\"{uri}\" MimeType=\"{media_type}\"/>");
    for entry in entries {
        let (uri, media_type) = (escaped_uri(entry.name), escaped(entry.media_type));
        let _ = writeln!(out, "  <asic:DataObjectReference URI=\"{uri}\" MimeType=\"{media_type}\">");
        let _ = writeln!(out, "    <ds:DigestMethod Algorithm=\"{}\"/>", dsig::digest_uri(entry.digest.algorithm()));
        let _ = writeln!(out, "    <ds:DigestValue>{}</ds:DigestValue>", BASE64.encode(entry.digest.as_bytes()));
        out.push_str("  </asic:DataObjectReference>\n");
    }
    out.push_str("</asic:ASiCManifest>\n");
    out.into_bytes()
}

/// A name as a relative reference: everything but unreserved characters and `/` is escaped. Source: RFC 3986 §2.
fn escaped_uri(name: &str) -> String {
    let mut out = String::new();
    for octet in name.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~/".contains(&octet) {
            out.push(char::from(octet));
        } else {
            let _ = write!(out, "%{octet:02X}");
        }
    }
    out
}

/// The value of an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
