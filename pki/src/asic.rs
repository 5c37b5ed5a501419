//! Associated signature containers: a zip with files and the signatures or time stamps over them, ASiC-S and ASiC-E with
//! CAdES, evidence records beside them.
//!
//! The order of reading is the order of trust: [`zip`] accepts only archives that every reader sees alike, [`Container`]
//! tells what each file is by its name, `manifest` resolves what a signature is over, [`validate_container`] judges.
//! Signatures in XML inside a container are told and never valid here.
//!
//! Source: ETSI EN 319 162-1 §4.3, §4.4, annex A; APPNOTE.TXT 6.3.3.

mod container;
mod evidence_records;
mod findings;
mod manifest;
mod references;
mod time_stamps;
mod validate;
mod write;
pub mod zip;

pub use container::{Container, ContainerKind, ContainerPolicy, File, MimetypeRule, Role};
pub use findings::{Finding, FindingCode, Severity};
pub use manifest::{MANIFEST_MAX_BYTES, Manifest, ManifestError, Reference, read_manifest};
pub use validate::{
    ContainerEvidenceRecord, ContainerReport, ContainerSignature, ContainerTimeStamp, FileReport, ProvenFile,
    validate_container,
};
pub use write::{ManifestEntry, write_container, write_manifest};

/// The folder of manifests, signatures and time stamps.
pub const META_INF: &str = "META-INF/";
/// The name of the file that tells the kind of container.
pub const MIMETYPE: &str = "mimetype";
