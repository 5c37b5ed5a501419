//! The example of the documentation, on a real signature of the national test CA.

#[path = "../../examples/verify_detached.rs"]
#[allow(dead_code, clippy::disallowed_methods, reason = "its main is not called")]
mod verify_detached;

use crate::workshop::shared;

/// Keeps: SIG-10
#[test]
fn the_example_of_the_documentation_verifies_a_real_detached_signature() {
    let Some(folder) = shared("nca") else { return };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let content = read("cms/derived/contract.txt");
    let verdict = |content: &[u8]| {
        let (cms, ca) = (read("cms/derived/good-detached-head.p7s"), read("ca/nca_gost2022_test.cer"));
        let crl = read("crl/nca_gost2022_test.2026-08-11.crl");
        let report = verify_detached::verify(&cms, content, &ca, &crl, "2026-11-22T00:00:00Z").unwrap();
        report.signatures[0].indication.as_str()
    };
    assert_eq!(verdict(&content), "TOTAL-PASSED");
    assert_eq!(verdict(b"another content"), "TOTAL-FAILED");
}
