//! One trick each: never passed, and the reason is the one it must be. Keeps: SIG-01, SIG-09.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qolhat_pki::report::{Coverage, Indication};

use super::{
    BROKEN, C14N, C14N_COMMENTS, DSIG, ENVELOPED, EXC, HASH, MALFORMED, NOBODY, NOT_FOUND, Outcome, PASSED,
    UNKNOWN_ALGORITHM, UNKNOWN_REFERENCE, enveloped, judged, only, outcome, reference, said, seal, signature,
    signed_info,
};
use crate::workshop::{Kind, World};

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// An enveloped signature over `<a><b>1</b>...</a>`, plain.
fn plain(world: &mut World) -> String {
    let info = signed_info(C14N, &reference("", &[ENVELOPED, C14N_COMMENTS]));
    seal(&format!("<a><b>1</b>{}</a>", signature(&info, &world.signer, "")), world)
}

/// The same, its SignedInfo changed before anything is signed, so far as it can be read at all; else with a digest and a
/// value of nothing.
fn minted(world: &World, references: &str, change: impl Fn(String) -> String) -> String {
    let info = change(signed_info(C14N, references));
    let zeros = BASE64_STANDARD.encode([0; 32]);
    format!("<a><b>1</b>{}</a>", signature(&info, &world.signer, ""))
        .replace("{digest}", &zeros)
        .replace("{value}", "AAAA")
}

fn expect(world: &World, xml: &str, expected: Outcome, what: &str) {
    let report = only(world, xml);
    assert_eq!(outcome(&report), expected, "{what}: {:?}", report.checks);
}

#[test]
fn changed_content_is_a_hash_failure() {
    let mut world = World::new(Kind::Rsa);
    let good = plain(&mut world);
    expect(&world, &good, PASSED, "as signed");
    for (from, to) in [
        ("<b>1</b>", "<b>2</b>"),
        ("<b>1</b>", "<b>1</b> "),
        ("<b>1</b>", "<b>1<!-- added --></b>"),
        ("<b>1</b>", "<b>1</b><!-- added -->"),
        ("<b>1</b>", "<b c=''>1</b>"),
        ("<b>1</b>", "<b>1</b><c/>"),
        ("<b>1</b>", "<b><![CDATA[1]]> </b>"),
        ("<b>1</b>", "<b>1&#13;</b>"),
        ("<b>1</b>", "<x:b xmlns:x='urn:x'>1</x:b>"),
        ("<b>1</b>", "<b xmlns='urn:x'>1</b>"),
        ("<a>", "<a xmlns:unused='urn:x'>"),
        ("<a>", "<a xmlns='urn:x'>"),
        ("<a>", "<a xml:lang='kk'>"),
        ("<a>", "<?p?><a>"),
        ("<a>", "<!-- added --><a>"),
    ] {
        assert!(good.contains(from));
        expect(&world, &good.replacen(from, to, 1), HASH, to);
    }
    // Written in another way, the document is the same.
    for (from, to) in [("<b>1</b>", "<b>&#49;</b>"), ("<b>1</b>", "<b><![CDATA[1]]></b>"), ("<b>1</b>", "<b\n>1</b\n>")]
    {
        expect(&world, &good.replacen(from, to, 1), PASSED, to);
    }
}

#[test]
fn a_changed_signed_info_breaks_the_value() {
    let mut world = World::new(Kind::Rsa);
    let good = enveloped(&mut world, "<a><b>1</b></a>");
    assert_eq!(outcome(&only(&world, &good)), PASSED);
    for (from, to) in [
        ("<ds:SignedInfo>\n", "<ds:SignedInfo>"),
        ("<ds:SignedInfo>\n", "<ds:SignedInfo>\n\n"),
        ("</ds:Transforms>\n", "</ds:Transforms> \n"),
        ("<ds:SignedInfo>", "<ds:SignedInfo Id='x'>"),
        ("<ds:SignedInfo>", "<ds:SignedInfo xmlns:x='urn:x'>"),
        ("<ds:SignedInfo>", "<ds:SignedInfo xmlns='urn:x'>"),
        ("<ds:Reference ", "<ds:Reference Type='urn:x' "),
        ("<ds:Signature xmlns:ds=", "<ds:Signature xmlns:x='urn:x' xmlns:ds="),
        ("=</ds:DigestValue>", "=&#13;</ds:DigestValue>"),
        ("=</ds:DigestValue>", "=\n</ds:DigestValue>"),
        ("<ds:DigestValue>", "<ds:DigestValue xml:lang='kk'>"),
    ] {
        assert!(good.contains(from), "{from}");
        expect(&world, &good.replacen(from, to, 1), BROKEN, to);
    }
    // The base64 of a SignedInfo with its `&#13;` is part of what is signed.
    let mut world = World::new(Kind::Gost2015);
    let good = enveloped(&mut world, "<a><b>1</b></a>");
    expect(&world, &good, PASSED, "as signed");
    let begin = good.find("<ds:DigestValue>").unwrap();
    let (before, after) = good.split_at(begin);
    assert!(after.contains("&#13;"));
    expect(&world, &format!("{before}{}", after.replacen("&#13;", "", 1)), BROKEN, "&#13; in DigestValue");
    // In the value itself white space means nothing.
    expect(&world, &good.replace("&#13;\n", "&#13; \n").replacen("&#13; \n", "&#13;\n", 1), PASSED, "white space");
}

#[test]
fn a_comment_inside_a_value_is_refused_though_the_canonical_form_drops_it() {
    let mut world = World::new(Kind::Rsa);
    let good = plain(&mut world);
    for name in ["DigestValue", "SignatureValue"] {
        let open = format!("<ds:{name}>");
        let comment = good.replacen(&open, &format!("{open}<!-- x -->"), 1);
        expect(&world, &comment, MALFORMED, name);
        let split = good.replacen(&open, &format!("{open}AAAA<!-- x -->"), 1);
        expect(&world, &split, MALFORMED, name);
        let element = good.replacen(&open, &format!("{open}<x/>"), 1);
        expect(&world, &element, MALFORMED, name);
        let instruction = good.replacen(&open, &format!("{open}<?x?>"), 1);
        expect(&world, &instruction, MALFORMED, name);
    }
    let certificate = good.replacen("<ds:X509Certificate>", "<ds:X509Certificate><!-- x -->", 1);
    expect(&world, &certificate, NOBODY, "certificate");
}

#[test]
fn the_grammar_of_a_signature_is_kept_to_the_letter() {
    let mut world = World::new(Kind::Rsa);
    let good = plain(&mut world);
    let info = &good[good.find("<ds:SignedInfo>").unwrap()..good.find("<ds:SignatureValue>").unwrap()];
    let value_begin = good.find("<ds:SignatureValue>").unwrap();
    let value = &good[value_begin..good.find("<ds:KeyInfo>").unwrap()];
    let forged = info.replace("<ds:DigestValue>", "<ds:DigestValue>AAAA");
    for (what, xml) in [
        ("two SignedInfo", good.replace(info, &format!("{info}{info}"))),
        ("another SignedInfo before", good.replace(info, &format!("{forged}{info}"))),
        ("another SignedInfo after", good.replace(info, &format!("{info}{forged}"))),
        ("a SignedInfo at the end", good.replace("</ds:Signature>", &format!("{forged}</ds:Signature>"))),
        ("two values", good.replace(value, &format!("{value}{value}"))),
        ("no SignedInfo", good.replace(info, "")),
        ("no value", good.replace(value, "")),
        ("an empty value", good.replace(value, "<ds:SignatureValue/>")),
        ("the wrong order", good.replace(&format!("{info}{value}"), &format!("{value}{info}"))),
        ("character data", good.replace("<ds:SignedInfo>", "x<ds:SignedInfo>")),
        ("a foreign element", good.replace("<ds:SignedInfo>", "<x/><ds:SignedInfo>")),
        ("a foreign SignedInfo", good.replace("<ds:SignedInfo>", "<SignedInfo/><ds:SignedInfo>")),
        ("more after the base64", good.replace("</ds:SignatureValue>", "AAAA</ds:SignatureValue>")),
        ("octets after the padding", good.replace("</ds:SignatureValue>", "=</ds:SignatureValue>")),
        ("no method", good.replace(&format!("<ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"/>"), "")),
        (
            "a method without a name",
            good.replace(&format!("<ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"/>"), "<ds:SignatureMethod/>"),
        ),
        ("no reference", minted(&world, "", |info| info)),
        (
            "an empty list of transforms",
            minted(&world, &reference("", &[]), |info| {
                info.replace("<ds:DigestMethod", "<ds:Transforms/><ds:DigestMethod")
            }),
        ),
        ("a digest cut short", minted(&world, &reference("", &[ENVELOPED]), |info| info.replace("{digest}", "AAAA"))),
        ("an empty digest", minted(&world, &reference("", &[ENVELOPED]), |info| info.replace("{digest}", ""))),
        (
            "two digests",
            minted(&world, &reference("", &[ENVELOPED]), |info| {
                info.replace("<ds:DigestValue>", "<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>")
            }),
        ),
    ] {
        assert_ne!(xml, good, "{what}");
        let report = only(&world, &xml);
        assert_eq!(report.indication, Indication::TotalFailed, "{what}");
        let expected = if what == "more after the base64" { [MALFORMED, BROKEN] } else { [MALFORMED; 2] };
        assert!(expected.contains(&outcome(&report)), "{what}: {:?}", outcome(&report));
    }
}

/// The value of a GOST signature with octets after it.
#[test]
fn a_value_with_more_octets_than_the_signature_is_broken() {
    for kind in Kind::ALL {
        let mut world = World::new(kind);
        let good = enveloped(&mut world, "<a/>");
        let begin = good.find("<ds:SignatureValue>").unwrap() + 19;
        let end = good.find("</ds:SignatureValue>").unwrap();
        let text: String = good[begin..end].replace("&#13;", "").split_whitespace().collect();
        let value = BASE64_STANDARD.decode(text).unwrap();
        for changed in [
            [value.clone(), vec![0]].concat(),
            value[..value.len() - 1].to_vec(),
            [vec![0], value.clone()].concat(),
            vec![0; value.len()],
            value.repeat(2),
        ] {
            let xml = format!("{}{}{}", &good[..begin], BASE64_STANDARD.encode(changed), &good[end..]);
            expect(&world, &xml, BROKEN, "length");
        }
    }
}

#[test]
fn algorithms_off_the_list_are_unsupported() {
    let world = World::new(Kind::Rsa);
    let one = reference("", &[ENVELOPED]);
    let method = |name: &str| {
        let name = name.to_owned();
        minted(&world, &one, move |info| info.replace(RSA_SHA256, &name))
    };
    for name in [
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160",
        "",
        "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-512",
        "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256",
        " http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    ] {
        expect(&world, &method(name), UNKNOWN_ALGORITHM, name);
    }
    let parameter = |child: &str| {
        let with = format!("Algorithm=\"{RSA_SHA256}\">{child}</ds:SignatureMethod>");
        minted(&world, &one, move |info| info.replace(&format!("Algorithm=\"{RSA_SHA256}\"/>"), &with))
    };
    expect(&world, &parameter("<ds:HMACOutputLength>0</ds:HMACOutputLength>"), UNKNOWN_ALGORITHM, "a length");
    expect(&world, &parameter("<x/>"), UNKNOWN_ALGORITHM, "a parameter");
    for digest in ["http://www.w3.org/2001/04/xmldsig-more#md5", "urn:x"] {
        let xml = minted(&world, &one, |info| info.replace("http://www.w3.org/2001/04/xmlenc#sha256", digest));
        expect(&world, &xml, UNKNOWN_ALGORITHM, digest);
    }
    for form in [
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "urn:x",
        "http://www.w3.org/2010/xml-c14n2",
        ENVELOPED,
    ] {
        expect(&world, &minted(&world, &one, |info| info.replacen(C14N, form, 1)), UNKNOWN_ALGORITHM, form);
    }
}

/// The key of an HMAC would be the public key, which everybody has.
#[test]
fn an_hmac_with_the_public_key_is_unsupported() {
    let mut world = World::new(Kind::Rsa);
    let good = plain(&mut world);
    let xml = good.replace(RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256");
    expect(&world, &xml, UNKNOWN_ALGORITHM, "hmac");
    let cut = xml.replace(
        "#hmac-sha256\"/>",
        "#hmac-sha256\"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>",
    );
    expect(&world, &cut, UNKNOWN_ALGORITHM, "hmac cut short");
}

#[test]
fn transforms_and_references_that_are_not_followed_are_unsupported() {
    let world = World::new(Kind::Rsa);
    for transforms in [
        &["http://www.w3.org/TR/1999/REC-xslt-19991116"][..],
        &["http://www.w3.org/TR/1999/REC-xpath-19991116"],
        &["http://www.w3.org/2002/06/xmldsig-filter2"],
        &["http://www.w3.org/2000/09/xmldsig#base64"],
        &["urn:x"],
        &[""],
        &[C14N, ENVELOPED],
        &[C14N, C14N],
        &[ENVELOPED, C14N, "http://www.w3.org/TR/1999/REC-xslt-19991116"],
        &["http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform"],
    ] {
        let xml = minted(&world, &reference("", transforms), |info| info);
        expect(&world, &xml, UNKNOWN_REFERENCE, &format!("{transforms:?}"));
    }
    let inside = minted(&world, &reference("", &[ENVELOPED]), |info| {
        info.replace("#enveloped-signature\"/>", "#enveloped-signature\"><XPath>/a</XPath></ds:Transform>")
    });
    expect(&world, &inside, UNKNOWN_REFERENCE, "a transform with something inside");
    for uri in [
        "file:///etc/passwd",
        "http://127.0.0.1:1/",
        "b",
        "#",
        "#xpointer(/)",
        "#xpointer(id('x'))",
        "other.xml#x",
        "#a%62",
        "?x",
        " ",
    ] {
        let xml = minted(&world, &reference(uri, &[ENVELOPED]), |info| info);
        expect(&world, &xml, UNKNOWN_REFERENCE, uri);
    }
    let without = minted(&world, &reference("", &[ENVELOPED]), |info| info.replace(" URI=\"\"", ""));
    expect(&world, &without, UNKNOWN_REFERENCE, "no URI");
}

#[test]
fn a_reference_to_nothing_or_to_two_is_not_followed() {
    let mut world = World::new(Kind::Rsa);
    let nothing = minted(&world, &reference("#x", &[EXC]), |info| info);
    expect(&world, &nothing, NOT_FOUND, "nothing");
    let wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    let one = signature(&signed_info(EXC, &reference("#x", &[EXC])), &world.signer, "");
    let good = seal(&format!("<a xmlns:u='{wsu}'><b Id='x'>1</b>{one}</a>"), &mut world);
    expect(&world, &good, PASSED, "one");
    for twin in [
        "<b Id='x'>1</b>",
        "<c Id='x'/>",
        "<c ID='x'/>",
        "<c id='x'/>",
        "<c u:Id='x'/>",
        "<c xml:id='x'/>",
        "<c AssertionID='x'/>",
        "<d><c Id='x'/></d>",
    ] {
        let report = only(&world, &good.replacen("<b ", &format!("{twin}<b "), 1));
        assert_eq!(outcome(&report), NOT_FOUND, "{twin}");
        assert!(said(&report, "content-found").1.contains("more than one element"), "{twin}");
        let after = good.replacen("</a>", &format!("{twin}</a>"), 1);
        expect(&world, &after, NOT_FOUND, twin);
        let hidden = good.replacen("</ds:Signature>", &format!("<ds:Object>{twin}</ds:Object></ds:Signature>"), 1);
        expect(&world, &hidden, NOT_FOUND, twin);
    }
    // One element may say its id twice; another id is another's.
    expect(&world, &good.replacen("</a>", "<c Id='y'/><c Id='y'/></a>", 1), PASSED, "other ids");
}

/// A signature whose reference points into itself and leaves itself out covers nothing.
#[test]
fn a_reference_that_leaves_out_what_it_points_at_covers_nothing() {
    let world = World::new(Kind::Rsa);
    // The digest of no octets at all.
    let empty = BASE64_STANDARD.encode(qolhat_pki::digest::DigestAlgorithm::Sha256.digest(b"").as_bytes());
    let nothing = |references: &str, object: &str, root: bool| {
        let one = signature(&signed_info(C14N, references), &world.signer, object);
        let one = one.replace("{digest}", &empty).replace("{value}", "AAAA");
        if root { one } else { format!("<a>{one}</a>") }
    };
    expect(&world, &nothing(&reference("#signature", &[ENVELOPED]), "", false), NOT_FOUND, "itself");
    let object = "<ds:Object Id='o'>x</ds:Object>";
    expect(&world, &nothing(&reference("#o", &[ENVELOPED]), object, false), NOT_FOUND, "a part");
    expect(&world, &nothing(&reference("", &[ENVELOPED]), "", true), NOT_FOUND, "a root that is the signature");
}

#[test]
fn a_bare_key_is_nobody() {
    let mut world = World::new(Kind::Rsa);
    let good = plain(&mut world);
    let begin = good.find("<ds:X509Data>").unwrap();
    let end = good.find("</ds:X509Data>").unwrap() + 14;
    let key_value = "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>";
    for key_info in [
        key_value,
        "",
        "<ds:KeyName>x</ds:KeyName>",
        "<ds:X509Data/>",
        "<ds:RetrievalMethod URI='http://127.0.0.1:1/'/>",
    ] {
        let xml = format!("{}{key_info}{}", &good[..begin], &good[end..]);
        expect(&world, &xml, NOBODY, key_info);
    }
    // Beside a certificate it is passed over: the certificate's key decides.
    let beside = good.replace("<ds:X509Data>", &format!("{key_value}<ds:X509Data>"));
    expect(&world, &beside, PASSED, "beside");
}

/// A certificate of the forger's own: the mathematics hold, and nobody vouches for it.
#[test]
fn another_certificate_in_key_info_is_not_believed() {
    let mut world = World::new(Kind::Rsa);
    let good = plain(&mut world);
    let own = BASE64_STANDARD.encode(world.signer.certificate.der());
    let ca = BASE64_STANDARD.encode(world.ca.certificate.der());
    expect(&world, &good.replace(&own, &ca), BROKEN, "of another key");
    let mut forger = World::new(Kind::Rsa);
    let forged = plain(&mut forger);
    let report = only(&world, &forged);
    assert_eq!(outcome(&report).2, Some("NO_CERTIFICATE_CHAIN_FOUND"));
    assert_eq!(report.indication, Indication::Indeterminate);
}

#[test]
fn a_document_without_signatures_is_refuted() {
    let world = World::new(Kind::Rsa);
    for xml in
        ["<a/>".to_owned(), format!("<a xmlns:ds='{DSIG}'><ds:SignedInfo/></a>"), "<a><Signature/></a>".to_owned()]
    {
        let report = judged(&world, &xml);
        assert_eq!((report.indication, report.signatures.len()), (Indication::TotalFailed, 0));
    }
}

/// What is put into the signature itself is covered by nothing: said, so that nobody takes it for content.
#[test]
fn what_is_hidden_in_a_signature_is_not_all() {
    let mut world = World::new(Kind::Rsa);
    let good = plain(&mut world);
    assert_eq!(only(&world, &good).covers, Coverage::All);
    for (from, hidden) in [
        ("</ds:Signature>", "<ds:Object><b>2</b></ds:Object></ds:Signature>"),
        ("</ds:Signature>", "<ds:Object>2</ds:Object></ds:Signature>"),
        ("</ds:KeyInfo>", "<b>2</b></ds:KeyInfo>"),
        ("</ds:KeyInfo>", "<ds:KeyName><b>2</b></ds:KeyName></ds:KeyInfo>"),
    ] {
        let report = only(&world, &good.replace(from, hidden));
        assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::Part), "{hidden}");
        assert!(said(&report, "xml-covers-document").1.contains("in a signature not covered"), "{hidden}");
    }
}

/// Under exclusive canonicalisation a prefix that is used in values alone can be given another meaning.
#[test]
fn a_prefix_used_in_values_alone_is_told_as_not_covered() {
    let mut world = World::new(Kind::Rsa);
    let mut signed = |list: &str, document: &str| {
        let info = signed_info(EXC, &reference("", &[ENVELOPED, EXC])).replace(
            &format!("<ds:Transform Algorithm=\"{EXC}\"/>"),
            &format!("<ds:Transform Algorithm=\"{EXC}\">{list}</ds:Transform>"),
        );
        let sealed = seal(&document.replace("{}", &signature(&info, &world.signer, "")), &mut world);
        let report = only(&world, &sealed);
        assert_eq!(outcome(&report), PASSED);
        (sealed, report.covers)
    };
    let document = "<a xmlns:t='urn:good'><b type='t:x'/>{}</a>";
    let (sealed, covers) = signed("", document);
    assert_eq!(covers, Coverage::Part);
    let changed = sealed.replace("urn:good", "urn:evil");
    let list = format!("<l:InclusiveNamespaces xmlns:l=\"{EXC}\" PrefixList=\"t\"/>");
    let (listed, covers_listed) = signed(&list, document);
    assert_eq!(covers_listed, Coverage::All);
    for document in [
        "<t:a xmlns:t='urn:good'><b type='t:x'/>{}</t:a>",
        "<a xmlns:t='urn:good'><t:c/><b type='http://example.org/'/>{}</a>",
        "<a xmlns:t='urn:good'><b type='at: t :'>&#58;</b>{}</a>",
    ] {
        assert_eq!(signed("", document).1, Coverage::All, "{document}");
    }
    for document in ["<a xmlns:t='urn:good'><b>t:x</b>{}</a>", "<a xmlns:t='urn:good'><t:c/><b>x (t:x)</b>{}</a>"] {
        assert_eq!(signed("", document).1, Coverage::Part, "{document}");
    }
    let report = only(&world, &changed);
    assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::Part));
    assert!(said(&report, "xml-covers-document").1.contains("the meaning of the prefix t not covered"));
    expect(&world, &listed.replace("urn:good", "urn:evil"), HASH, "listed");
}

/// A root signed by its id: what stands beside it is not covered.
#[test]
fn an_instruction_beside_a_root_signed_by_its_id_is_not_covered() {
    let mut world = World::new(Kind::Rsa);
    let info = signed_info(C14N, &reference("#r", &[ENVELOPED, C14N]));
    let good = seal(&format!("<a Id='r'>1{}</a>", signature(&info, &world.signer, "")), &mut world);
    assert_eq!(only(&world, &good).covers, Coverage::All);
    let report = only(&world, &format!("<?xml-stylesheet href='evil.xsl'?>{good}"));
    assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::Part));
    let whole = plain(&mut world);
    expect(&world, &format!("<?xml-stylesheet href='evil.xsl'?>{whole}"), HASH, "the whole document was signed");
}
