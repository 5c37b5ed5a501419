//! The XML that a service answers with, read strictly and with limits.

use std::time::SystemTime;

use roxmltree::{Document, Node};

/// Letters of a refusal that are kept.
const TEXT_MAX_CHARS: usize = 200;

/// What a service says when it says no.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
}

impl Refusal {
    /// What arrived is not what was sent: the bytes, or the signature over them.
    pub(super) fn is_damage_on_the_way(&self) -> bool {
        matches!(self.code.as_str(), "BadDigest" | "XAmzContentSHA256Mismatch" | "IncompleteBody" | "RequestTimeout")
    }

    pub(super) fn is_full(&self) -> bool {
        matches!(self.code.as_str(), "QuotaExceeded" | "InsufficientStorage" | "XMinioStorageFull" | "StorageFull")
    }
}

/// Reads the body of a refusal; what is no refusal has no code.
pub(super) fn refusal(body: &[u8]) -> Refusal {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let Ok(document) = Document::parse(text.trim_start()) else {
        return Refusal::default();
    };
    let root = document.root_element();
    Refusal { code: plain(child_text(root, "Code")), message: plain(child_text(root, "Message")) }
}

/// A refusal that came with the status of a success.
pub(super) fn late_refusal(body: &[u8]) -> Option<Refusal> {
    let text = std::str::from_utf8(body).ok()?;
    let document = Document::parse(text.trim_start()).ok()?;
    (document.root_element().tag_name().name() == "Error").then(|| refusal(body))
}

/// Text of a stranger, fit for a line of a log.
fn plain(text: Option<&str>) -> String {
    text.unwrap_or_default().chars().filter(|c| !c.is_control()).take(TEXT_MAX_CHARS).collect()
}

/// One object of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ListedKey {
    pub(super) key: String,
    pub(super) size_bytes: u64,
    pub(super) modified: SystemTime,
}

/// A page of a listing.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) keys: Vec<ListedKey>,
    pub(super) more: bool,
}

/// Reads `ListBucketResult`.
pub(super) fn page(body: &[u8]) -> Result<Page, String> {
    read(body, "ListBucketResult", |root| {
        let keys = children(root, "Contents").map(|node| {
            Ok(ListedKey { key: text(node, "Key")?, size_bytes: number(node, "Size")?, modified: date(node)? })
        });
        Ok(Page { keys: keys.collect::<Result<_, String>>()?, more: flag(root, "IsTruncated") })
    })
}

/// One version of an object, or the mark that it was deleted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ListedVersion {
    pub(super) key: String,
    pub(super) version: String,
    pub(super) modified: SystemTime,
    /// A mark has no bytes.
    pub(super) is_mark: bool,
}

/// A page of versions and where the next begins.
#[derive(Debug)]
pub(super) struct Versions {
    pub(super) versions: Vec<ListedVersion>,
    pub(super) next: Option<(String, String)>,
}

/// Reads `ListVersionsResult`.
pub(super) fn versions(body: &[u8]) -> Result<Versions, String> {
    read(body, "ListVersionsResult", |root| {
        let mut versions = Vec::new();
        for (name, is_mark) in [("Version", false), ("DeleteMarker", true)] {
            for node in children(root, name) {
                let (key, version) = (text(node, "Key")?, text(node, "VersionId")?);
                versions.push(ListedVersion { key, version, modified: date(node)?, is_mark });
            }
        }
        let next = match flag(root, "IsTruncated") {
            true => Some((text(root, "NextKeyMarker")?, text(root, "NextVersionIdMarker")?)),
            false => None,
        };
        Ok(Versions { versions, next })
    })
}

/// Reads the identifier of an upload just begun.
pub(super) fn upload_id(body: &[u8]) -> Result<String, String> {
    read(body, "InitiateMultipartUploadResult CreateMultipartUploadOutput CreateMultipartUploadResponse", |root| {
        text(root, "UploadId")
    })
}

/// Reads what `?versioning` says: `Enabled`, `Suspended` or nothing.
pub(super) fn versioning_status(body: &[u8]) -> Result<Option<String>, String> {
    // The second name is that of one emulation.
    read(body, "VersioningConfiguration GetBucketVersioningResponse", |root| {
        Ok(child_text(root, "Status").map(str::to_owned))
    })
}

/// What `?object-lock` says: whether locks are kept, and whether new objects get one unasked.
pub(super) fn lock_configuration(body: &[u8]) -> Result<(bool, bool), String> {
    read(body, "ObjectLockConfiguration", |root| {
        let enabled = child_text(root, "ObjectLockEnabled") == Some("Enabled");
        let unasked = root.descendants().any(|node| node.tag_name().name() == "DefaultRetention");
        Ok((enabled, unasked))
    })
}

fn read<T>(body: &[u8], names: &str, take: impl FnOnce(Node<'_, '_>) -> Result<T, String>) -> Result<T, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let document = Document::parse(text.trim_start()).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if !names.split(' ').any(|name| name == root.tag_name().name()) {
        return Err(format!("not {names}"));
    }
    take(root)
}

fn children<'a, 'input>(node: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

fn child_text<'a>(node: Node<'a, '_>, name: &'static str) -> Option<&'a str> {
    children(node, name).next().and_then(|child| child.text()).map(str::trim)
}

fn text(node: Node<'_, '_>, name: &'static str) -> Result<String, String> {
    child_text(node, name).map(str::to_owned).ok_or_else(|| format!("no {name}"))
}

fn number(node: Node<'_, '_>, name: &'static str) -> Result<u64, String> {
    text(node, name)?.parse().map_err(|_| format!("{name} is no number"))
}

fn flag(node: Node<'_, '_>, name: &'static str) -> bool {
    child_text(node, name) == Some("true")
}

fn date(node: Node<'_, '_>) -> Result<SystemTime, String> {
    let moment: jiff::Timestamp =
        text(node, "LastModified")?.parse().map_err(|_| "LastModified is no date".to_owned())?;
    Ok(SystemTime::from(moment))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;

    #[test]
    fn a_refusal_is_read_and_made_fit_for_a_line() {
        let body = b"<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>no\r\nsuch</Message></Error>";
        assert_eq!(refusal(body), Refusal { code: "NoSuchKey".to_owned(), message: "nosuch".to_owned() });
        assert_eq!(late_refusal(body).unwrap().code, "NoSuchKey");
        for other in [&b""[..], b"<html>", b"\xff", b"<Key>1</Key>"] {
            assert_eq!(refusal(other), Refusal::default());
            assert_eq!(late_refusal(other), None);
        }
        let long = format!("<Error><Message>{}</Message></Error>", "ж".repeat(1000));
        assert_eq!(refusal(long.as_bytes()).message.chars().count(), TEXT_MAX_CHARS);
    }

    #[test]
    fn a_listing_is_read_whole_or_not_at_all() {
        let object =
            "<Contents><Key>k</Key><LastModified>1970-01-01T00:00:01.500Z</LastModified><Size>3</Size></Contents>";
        let listing = |inside: &str| format!("<ListBucketResult xmlns=\"http://s3\">{inside}</ListBucketResult>");
        let read = page(listing(&format!("<IsTruncated>true</IsTruncated>{object}")).as_bytes()).unwrap();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
        assert_eq!(read.keys, [ListedKey { key: "k".to_owned(), size_bytes: 3, modified }]);
        assert!(read.more);
        assert!(!page(listing("").as_bytes()).unwrap().more);
        for wrong in ["<Size>3</Size>", "<Size>-1</Size>", "<Size>3</Size><LastModified>now</LastModified>"] {
            let wrong = listing(&format!("<Contents><Key>k</Key>{wrong}</Contents>"));
            assert!(page(wrong.as_bytes()).is_err());
        }
        assert!(page(b"<Other/>").is_err());
    }

    #[test]
    fn a_document_with_entities_is_refused() {
        let bomb = b"<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult>&b;</ListBucketResult>";
        assert!(page(bomb).is_err());
    }
}
