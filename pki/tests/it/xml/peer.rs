//! Reader, canonical forms and signatures held against libxml2 and xmlsec over documents from a seed.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use openssl::pkey::PKey;
use qolhat_pki::report::CryptoOutcome;
use qolhat_pki::xml::c14n::{Canonicalization, Comments, Method};
use qolhat_pki::xml::{Document, XmlErrorKind};
use serde_json::Value;

use super::{C14N, C14N_COMMENTS, ENVELOPED, EXC, form, only, reference, seal, signature, signed_info};
use crate::workshop::{Kind, World, temporary_folder};

const SEED: &str = "2026";
const COUNT: &str = "300";

/// Python with lxml and xmlsec as `make tools` installs them, or `None` with a word on stderr; in CI it must be there.
fn peer() -> Option<(PathBuf, PathBuf)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let python = root.join("target/py/bin/python");
    if python.is_file() {
        return Some((python, root.join("tests/py/xml_peer.py")));
    }
    assert!(std::env::var_os("CI").is_none(), "no target/py: run make tools");
    eprintln!("SKIPPED: comparison with libxml2 and xmlsec (no target/py: run make tools)");
    None
}

/// Documents signed here in every form, with the comments that both programs treat alike.
fn ours(world: &mut World, folder: &Path) -> usize {
    let documents = [
        (
            "",
            "<p:a xmlns:p='urn:p' xmlns='urn:d' xml:lang='kk' xmlns:u='urn:u'>\r\n<b u:x='&#13;' Id='q'>1 &gt; \
              <![CDATA[<]]></b><?pi x?>{}</p:a>",
        ),
        ("#q", "<p:a xmlns:p='urn:p' xmlns='urn:d' xml:lang='kk'>\r\n<b p:x='&#13;' Id='q'>1<c xmlns=''/></b>{}</p:a>"),
    ];
    let forms = [C14N, C14N_COMMENTS, EXC, "http://www.w3.org/2006/12/xml-c14n11"];
    let mut count = 0;
    for info_form in forms {
        for content_form in forms {
            for (uri, document) in documents {
                let info = signed_info(info_form, &reference(uri, &[ENVELOPED, content_form]));
                let sealed = seal(&document.replace("{}", &signature(&info, &world.signer, "")), world);
                std::fs::write(folder.join(format!("ours-{count}.xml")), sealed).unwrap();
                count += 1;
            }
        }
    }
    count
}

fn lines(folder: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn octets(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn libxml2_and_xmlsec_say_the_same() {
    let Some((python, script)) = peer() else { return };
    let mut world = World::new(Kind::Rsa);
    let folder = temporary_folder("xml-peer");
    let key = PKey::private_key_from_pkcs8(&world.signer.key.to_pkcs8_der().unwrap()).unwrap();
    std::fs::write(folder.join("key.pem"), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    std::fs::write(folder.join("certificate.der"), world.signer.certificate.der()).unwrap();
    let count = ours(&mut world, &folder);
    let output = Command::new(python).arg(script).arg(&folder).args([SEED, COUNT]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert_eq!(said["verified"].as_array().unwrap().len(), count, "xmlsec on what is signed here");
    the_same_forms(&lines(&folder, "forms.jsonl"));
    nothing_broken_is_read(&lines(&folder, "broken.jsonl"));
    what_xmlsec_signed_holds(&world, &folder);
    std::fs::remove_dir_all(folder).unwrap();
}

fn the_same_forms(lines: &[Value]) {
    assert!(lines.len() >= 1000);
    for line in lines {
        let document = octets(&line["document"]);
        let method = if line["exclusive"] == true { Method::Exclusive } else { Method::Inclusive10 };
        let comments = if line["comments"] == true { Comments::Kept } else { Comments::Dropped };
        let mut algorithm = Canonicalization::new(method, comments);
        algorithm
            .prefixes
            .extend(line["prefixes"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()));
        let ours = form(&algorithm, &Document::parse(&document).unwrap(), None);
        assert_eq!(ours.as_bytes(), octets(&line["form"]), "{line}");
    }
}

/// What libxml2 refuses is refused here. It alone looks into the names of namespaces; we alone refuse other versions than
/// 1.0 and names with a colon too many, which it only warns of.
fn nothing_broken_is_read(lines: &[Value]) {
    let mut refused = 0;
    for line in lines {
        let document = octets(&line["document"]);
        let parsed = Document::parse(&document);
        let text = String::from_utf8_lossy(&document);
        match (parsed, line["is_read"].as_bool().unwrap()) {
            (Ok(_), true) => {}
            (Ok(_), false) => assert!(line["reason"].as_str().unwrap().contains("URI"), "{text} {line}"),
            (Err(_), false) => refused += 1,
            (Err(error), true) => {
                let stricter =
                    [XmlErrorKind::Version, XmlErrorKind::Name, XmlErrorKind::Namespace, XmlErrorKind::Encoding];
                assert!(stricter.contains(&error.kind), "{text} {error}");
            }
        }
    }
    assert!(refused >= 500, "{refused}");
}

fn what_xmlsec_signed_holds(world: &World, folder: &Path) {
    let mut held = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("theirs-") {
            continue;
        }
        let xml = std::fs::read_to_string(&path).unwrap();
        let report = only(world, &xml);
        assert_eq!(report.crypto, CryptoOutcome::Ok, "{xml} {:?}", report.checks);
        held += 1;
    }
    assert_eq!(held.to_string(), COUNT);
}
