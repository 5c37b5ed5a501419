//! The ASiCManifest: what a signature of the container covers.
//!
//! Both manifests list every payload file with its SHA-256, sorted by name; they differ in the signature they point
//! to. One set of files has exactly one manifest, so the reader finds out what differs and then compares octets.
//!
//! Source: EN 319 162-1 section 4.4 and annex A.4; schema `http://uri.etsi.org/02918/v1.2.1#`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use qolhat_pki::asic::read_manifest;
use qolhat_pki::digest::DigestAlgorithm;

use super::format::media_type;
use super::package::EXTRACT_ENTRIES_MAX;

/// The largest manifest that is read, in bytes: far above what the largest number of files needs.
pub const MANIFEST_MAX_BYTES: usize = 16 * 1024 * 1024;

const ASIC_NAMESPACE: &str = "http://uri.etsi.org/02918/v1.2.1#";
const DS_NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
const SHA256_URI: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// SHA-256 of every payload file, by name.
pub type Digests = BTreeMap<String, [u8; 32]>;

/// Something a manifest says that is not so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFault {
    /// The payload file concerned, or the manifest itself.
    pub part: String,
    /// What is wrong.
    pub kind: ManifestFaultKind,
}

/// The ways in which a manifest and the payload can disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestFaultKind {
    /// The file's content has another digest.
    DigestDiffers,
    /// The manifest names a file that is not there.
    Missing,
    /// The file is there and the manifest does not name it.
    Unlisted,
    /// The manifest is not what [`write()`] makes of this payload.
    NotCanonical,
    /// It points to another signature than its own.
    WrongSignature,
}

impl ManifestFaultKind {
    /// Stable word for reports.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::DigestDiffers => "content-differs-from-manifest",
            Self::Missing => "listed-file-is-missing",
            Self::Unlisted => "file-is-not-listed",
            Self::NotCanonical => "manifest-is-not-canonical",
            Self::WrongSignature => "manifest-points-to-another-signature",
        }
    }
}

/// The manifest of the payload `digests`, for the signature in the file `signature`.
#[must_use]
pub fn write(signature: &str, digests: &Digests) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Names hold no character that XML would escape (package::name_is_safe), and writing to a String cannot fail.
    let _ = writeln!(out, "<asic:ASiCManifest xmlns:asic=\"{ASIC_NAMESPACE}\" xmlns:ds=\"{DS_NAMESPACE}\">");
    let _ = writeln!(out, "  <asic:SigReference URI=\"{signature}\" MimeType=\"{}\"/>", media_type(signature));
    for (name, digest) in digests {
        let _ = writeln!(out, "  <asic:DataObjectReference URI=\"{name}\" MimeType=\"{}\">", media_type(name));
        let _ = writeln!(out, "    <ds:DigestMethod Algorithm=\"{SHA256_URI}\"/>");
        let _ = writeln!(out, "    <ds:DigestValue>{}</ds:DigestValue>", BASE64.encode(digest));
        out.push_str("  </asic:DataObjectReference>\n");
    }
    out.push_str("</asic:ASiCManifest>\n");
    out.into_bytes()
}

/// All that is wrong with `manifest`, found under the name `part`, as the manifest of the payload `digests` for the
/// signature in the file `signature`. Empty: it covers exactly this payload.
#[must_use]
pub fn check(part: &str, manifest: &[u8], signature: &str, digests: &Digests) -> Vec<ManifestFault> {
    let fault = |part: &str, kind| ManifestFault { part: part.to_owned(), kind };
    if manifest == write(signature, digests) {
        return Vec::new();
    }
    let Some(listed) = parse(manifest) else {
        return vec![fault(part, ManifestFaultKind::NotCanonical)];
    };
    let mut faults = Vec::new();
    if listed.signature != signature {
        faults.push(fault(part, ManifestFaultKind::WrongSignature));
    }
    for (name, digest) in &listed.digests {
        match digests.get(name) {
            None => faults.push(fault(name, ManifestFaultKind::Missing)),
            Some(found) if found != digest => faults.push(fault(name, ManifestFaultKind::DigestDiffers)),
            Some(_) => {}
        }
    }
    for name in digests.keys().filter(|name| !listed.digests.contains_key(*name)) {
        faults.push(fault(name, ManifestFaultKind::Unlisted));
    }
    if faults.is_empty() {
        faults.push(fault(part, ManifestFaultKind::NotCanonical));
    }
    faults
}

struct Listed {
    signature: String,
    digests: Digests,
}

/// What a manifest says. `None` when it is not a manifest, lists a file twice or uses another digest.
fn parse(manifest: &[u8]) -> Option<Listed> {
    if manifest.len() > MANIFEST_MAX_BYTES {
        return None;
    }
    let manifest = read_manifest(manifest).ok()?;
    let mut listed = Listed { signature: manifest.assertion, digests: Digests::new() };
    for reference in manifest.references {
        let digest = reference.digest.filter(|digest| digest.algorithm() == DigestAlgorithm::Sha256)?;
        let twice = listed.digests.insert(reference.name, digest.as_bytes().try_into().ok()?).is_some();
        if twice || listed.digests.len() > EXTRACT_ENTRIES_MAX {
            return None;
        }
    }
    Some(listed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]
    use super::*;

    const PART: &str = "META-INF/ASiCManifest001.xml";
    const SIGNATURE: &str = "META-INF/signature001.p7s";

    fn digests() -> Digests {
        Digests::from([("a.txt".to_owned(), [1; 32]), ("b/c.json".to_owned(), [2; 32])])
    }

    fn found(manifest: &[u8], digests: &Digests) -> Vec<(String, ManifestFaultKind)> {
        check(PART, manifest, SIGNATURE, digests).into_iter().map(|fault| (fault.part, fault.kind)).collect()
    }

    #[test]
    fn a_manifest_of_the_same_payload_has_no_fault() {
        assert_eq!(found(&write(SIGNATURE, &digests()), &digests()), []);
    }

    #[test]
    fn each_disagreement_names_its_file() {
        let manifest = write(SIGNATURE, &digests());
        let mut other = digests();
        other.insert("a.txt".to_owned(), [9; 32]);
        other.remove("b/c.json");
        other.insert("new.txt".to_owned(), [3; 32]);
        let expected = [
            ("a.txt", ManifestFaultKind::DigestDiffers),
            ("b/c.json", ManifestFaultKind::Missing),
            ("new.txt", ManifestFaultKind::Unlisted),
        ];
        assert_eq!(found(&manifest, &other), expected.map(|(part, kind)| (part.to_owned(), kind)));
        let elsewhere = write("META-INF/signature002.p7s", &digests());
        assert_eq!(found(&elsewhere, &digests()), [(PART.to_owned(), ManifestFaultKind::WrongSignature)]);
    }

    #[test]
    fn another_way_to_write_the_same_is_not_accepted() {
        let text = String::from_utf8(write(SIGNATURE, &digests())).unwrap();
        let twice = text.replace("b/c.json", "a.txt");
        let doctype = text.replace("\n<asic:ASiC", "\n<!DOCTYPE x [<!ENTITY e \"e\">]><asic:ASiC");
        for other in [text.replace("  <", " <"), text.replace("#sha256", "#sha512"), twice, doctype, "<".repeat(9999)] {
            assert_eq!(found(other.as_bytes(), &digests()), [(PART.to_owned(), ManifestFaultKind::NotCanonical)]);
        }
    }
}
