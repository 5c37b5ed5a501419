//! Wrapping: the signed element is moved to where nobody looks, and another one stands in its place. The mathematics hold
//! in every form; what must never be said is that the whole document is covered.
//!
//! Source: the eight forms of Somorovsky et al., "On Breaking SAML" (2012), section 4.

use qolhat_pki::report::{Coverage, Indication};

use super::{ENVELOPED, EXC, NOT_FOUND, PASSED, judged, only, outcome, reference, said, seal, signature, signed_info};
use crate::workshop::{Kind, World};

const ROOT: &str = "<Response xmlns='urn:oasis:names:tc:SAML:2.0:protocol' ID='r'>";

/// A message with one signed assertion: the message, the assertion without its signature, the signature.
struct Message {
    whole: String,
    assertion: String,
    signature: String,
}

fn assertion(id: &str, name: &str, inside: &str) -> String {
    format!(
        "<Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion' ID='{id}'><Name>{name}</Name>{inside}</Assertion>"
    )
}

fn message(world: &mut World) -> Message {
    let info = signed_info(EXC, &reference("#a", &[ENVELOPED, EXC]));
    let template = assertion("a", "good", &signature(&info, &world.signer, ""));
    let whole = seal(&format!("{ROOT}{template}</Response>"), world);
    let begin = whole.find("<ds:Signature ").unwrap();
    let end = whole.find("</ds:Signature>").unwrap() + 15;
    let signature = whole[begin..end].to_owned();
    Message { whole, assertion: assertion("a", "good", ""), signature }
}

fn with_object(signature: &str, object: &str) -> String {
    signature.replace("</ds:Signature>", &format!("<ds:Object>{object}</ds:Object></ds:Signature>"))
}

/// Forms 3 to 8, which move an assertion, and where the signed one then is.
fn forms(good: &Message) -> Vec<(u8, String, &'static str)> {
    let Message { assertion: moved, signature, .. } = good;
    let signed = assertion("a", "good", signature);
    let evil = |inside: &str| assertion("evil", "evil", inside);
    let message = |inside: &str| format!("{ROOT}{inside}</Response>");
    vec![
        (3, message(&format!("{}{signed}", evil(""))), "/Response/Assertion[2] (id a)"),
        (4, message(&evil(&signed)), "/Response/Assertion/Assertion (id a)"),
        (5, message(&format!("{}{moved}", evil(signature))), "/Response/Assertion[2] (id a)"),
        (6, message(&evil(&with_object(signature, moved))), "/Response/Assertion/Signature/Object/Assertion (id a)"),
        (7, message(&format!("<Extensions>{}</Extensions>{signed}", evil(""))), "/Response/Assertion (id a)"),
        (
            8,
            message(&format!("{}{}", evil(""), with_object(signature, moved))),
            "/Response/Signature/Object/Assertion (id a)",
        ),
    ]
}

/// Keeps: SIG-01
#[test]
fn a_moved_assertion_is_named_where_it_is_and_nothing_else_is_covered() {
    let mut world = World::new(Kind::Rsa);
    let good = message(&mut world);
    let report = only(&world, &good.whole);
    assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::Part));
    for (form, xml, path) in forms(&good) {
        assert!(xml.contains("<Name>evil</Name>"));
        let report = only(&world, &xml);
        // In form 6 and 8 the enveloped signature would leave out what it points at.
        let expected = if matches!(form, 6 | 8) { NOT_FOUND } else { PASSED };
        assert_eq!((outcome(&report), report.covers), (expected, Coverage::Part), "form {form}: {xml}");
        if expected == PASSED {
            assert!(said(&report, "xml-covers-document").1.starts_with(path), "form {form}: {:?}", report.checks);
        }
    }
}

/// The same forms with the id of the signed assertion on the forged one.
#[test]
fn a_forged_assertion_with_the_id_of_the_signed_one_makes_the_reference_ambiguous() {
    let mut world = World::new(Kind::Rsa);
    let good = message(&mut world);
    for (form, xml, _) in forms(&good) {
        for attribute in ["ID='a'", "Id='a'", "id='a'", "xml:id='a'", "AssertionID='a'"] {
            let report = only(&world, &xml.replace("ID='evil'", attribute));
            assert_eq!(outcome(&report), NOT_FOUND, "form {form} {attribute}");
        }
    }
}

/// Forms 1 and 2: the whole message was signed by the id of its root.
#[test]
fn a_moved_message_is_no_longer_the_whole_document() {
    let mut world = World::new(Kind::Rsa);
    let info = signed_info(EXC, &reference("#r", &[ENVELOPED, EXC]));
    let inside = assertion("a", "good", "");
    let template = format!("{ROOT}{inside}{}</Response>", signature(&info, &world.signer, ""));
    let whole = seal(&template, &mut world);
    let report = only(&world, &whole);
    assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::All));

    let begin = whole.find("<ds:Signature ").unwrap();
    let end = whole.find("</ds:Signature>").unwrap() + 15;
    let signature = &whole[begin..end];
    let original = format!("{ROOT}{inside}</Response>");
    let evil = |inside: &str| {
        format!("{}{}{inside}</Response>", ROOT.replace("'r'", "'evil'"), assertion("evil-a", "evil", ""))
    };
    for (form, xml, expected) in [
        (1, evil(&with_object(signature, &original)), NOT_FOUND),
        (2, evil(&format!("{original}{signature}")), PASSED),
        (2, evil(&format!("{signature}{original}")), PASSED),
        (2, evil(&format!("<x>{original}</x>{signature}")), PASSED),
    ] {
        let report = only(&world, &xml);
        assert_eq!((outcome(&report), report.covers), (expected, Coverage::Part), "form {form}");
    }
    let twin = evil(&format!("{signature}{original}")).replace("'evil'", "'r'");
    assert_eq!(outcome(&only(&world, &twin)), NOT_FOUND, "two roots of one id");
}

/// Without the enveloped transform forms 1, 6 and 8 do hold, and are a part.
#[test]
fn an_original_hidden_in_the_object_of_its_signature_is_a_part() {
    let mut world = World::new(Kind::Rsa);
    let object = format!("<ds:Object>{}</ds:Object>", assertion("a", "good", ""));
    let info = signed_info(EXC, &reference("#a", &[EXC]));
    let inside = format!("{}{}", assertion("evil", "evil", ""), signature(&info, &world.signer, &object));
    let sealed = seal(&format!("{ROOT}{inside}</Response>"), &mut world);
    let report = only(&world, &sealed);
    assert_eq!((outcome(&report), report.covers), (PASSED, Coverage::Part));
    let path = "/Response/Signature/Object/Assertion (id a)";
    assert!(said(&report, "xml-covers-document").1.starts_with(path), "{:?}", report.checks);
}

/// A body moved in a SOAP envelope, another one in its place.
#[test]
fn a_moved_body_is_named_where_it_is() {
    let mut world = World::new(Kind::Rsa);
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let info = signed_info(EXC, &reference("#b", &[EXC]));
    let one = signature(&info, &world.signer, "");
    let template =
        format!("<s:Envelope xmlns:s='{soap}'><s:Header>{one}</s:Header><s:Body Id='b'>good</s:Body></s:Envelope>");
    let good = seal(&template, &mut world);
    let told = |xml: &str| said(&only(&world, xml), "xml-covers-document").1;
    assert!(told(&good).starts_with("/Envelope/Body (id b)"));
    let body = "<s:Body Id='b'>good</s:Body>";
    let moved = good
        .replace(body, "<s:Body Id='other'>evil</s:Body>")
        .replace("</s:Header>", &format!("<x>{body}</x></s:Header>"));
    let report = judged(&world, &moved);
    assert_eq!((report.indication, report.signatures[0].covers), (Indication::TotalPassed, Coverage::Part));
    assert!(told(&moved).starts_with("/Envelope/Header/x/Body (id b)"));
}
