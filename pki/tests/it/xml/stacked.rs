//! Several signatures one after another, each over all before it: the habit of the national CA's programs.

use qolhat_pki::issue::profile::{KeyUse, Profile};
use qolhat_pki::issue::xml_sign::{Form, Layout, sign_xml};
use qolhat_pki::oid;
use qolhat_pki::report::{Coverage, Indication};

use super::{HASH, PASSED, enveloped, judged, outcome, said};
use crate::workshop::{Holder, Kind, World, head_of_organisation, service_uris};

fn second(world: &mut World) -> Holder {
    let profile = Profile::LegalEntity(KeyUse::Sign, vec![oid::ROLE_SIGN_RIGHT]);
    world.ca.issue(Kind::Gost2015, &profile, head_of_organisation(), service_uris(), &mut world.random)
}

fn stacked(world: &mut World) -> String {
    let first = enveloped(world, "<a><b>1</b></a>");
    let holder = second(world);
    let form = Form::Document;
    let twice = sign_xml(&first, form, Layout::Lf, &holder.key, &holder.certificate, &mut world.random).unwrap();
    enveloped(world, &twice)
}

/// Keeps: SIG-01
#[test]
fn every_signature_of_a_stack_passes_and_the_earlier_ones_say_what_was_taken_away() {
    let mut world = World::new(Kind::Gost2015);
    let good = stacked(&mut world);
    let report = judged(&world, &good);
    assert_eq!(report.indication, Indication::TotalPassed);
    for (number, signature) in report.signatures.iter().enumerate() {
        assert_eq!((outcome(signature), signature.covers), (PASSED, Coverage::All), "{number}");
        let check = signature.checks.iter().find(|check| check.name == "xml-later-signatures");
        match 2 - number {
            0 => assert!(check.is_none()),
            later => assert_eq!(
                check.unwrap().detail,
                format!("judged without the {later} signature(s) after it, which cover it")
            ),
        }
    }
}

#[test]
fn changed_content_refutes_the_whole_stack() {
    let mut world = World::new(Kind::Gost2015);
    let good = stacked(&mut world);
    let report = judged(&world, &good.replace("<b>1</b>", "<b>2</b>"));
    assert!(report.signatures.iter().all(|signature| outcome(signature) == HASH));
}

#[test]
fn a_signature_taken_out_of_a_stack_refutes_the_later_ones_and_not_the_earlier_ones() {
    let mut world = World::new(Kind::Gost2015);
    let good = stacked(&mut world);
    let begin: Vec<usize> = good.match_indices("<ds:Signature ").map(|(place, _)| place).collect();
    let without_last = format!("{}</a>", &good[..begin[2]]);
    assert_eq!(judged(&world, &without_last).indication, Indication::TotalPassed);
    let without_middle = format!("{}{}", &good[..begin[1]], &good[begin[2]..]);
    let report = judged(&world, &without_middle);
    assert_eq!((outcome(&report.signatures[0]), outcome(&report.signatures[1])), (PASSED, HASH));
    let swapped = format!("{}{}{}</a>", &good[..begin[0]], &good[begin[1]..begin[2]], &good[begin[0]..begin[1]]);
    let report = judged(&world, &swapped);
    assert_eq!(report.indication, Indication::TotalFailed, "a later one does not come first");
}

/// Only whole signatures, and only those after it, are taken away: other content never is.
#[test]
fn nothing_but_later_signatures_beside_it_is_taken_away() {
    let mut world = World::new(Kind::Gost2015);
    let good = enveloped(&mut world, "<a><b>1</b></a>");
    let junk = "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><b>2</b></ds:Signature>";
    let after = judged(&world, &good.replace("</a>", &format!("{junk}</a>")));
    assert_eq!(after.indication, Indication::TotalFailed, "the junk is no signature");
    assert_eq!((outcome(&after.signatures[0]), after.signatures[0].covers), (PASSED, Coverage::Part));
    assert!(said(&after.signatures[0], "xml-covers-document").1.contains("in a signature not covered"));
    for (from, to) in [
        ("<ds:Signature ", format!("{junk}<ds:Signature ")),
        ("<b>1</b>", format!("<b>1{junk}</b>")),
        ("</a>", format!("<c>{junk}</c></a>")),
        ("</a>", format!("{junk}<c/></a>")),
        ("</a>", format!("{junk} </a>")),
        ("</a>", format!("<Signature>{junk}</Signature></a>")),
    ] {
        let report = judged(&world, &good.replacen(from, &to, 1));
        assert_eq!(report.indication, Indication::TotalFailed);
        assert!(report.signatures.iter().all(|signature| outcome(signature) != PASSED), "{to}");
    }
}
