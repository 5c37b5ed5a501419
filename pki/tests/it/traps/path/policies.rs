//! Certificate policies. Source: RFC 5280 §6.1; RFC 9618.

use super::{
    Holder, Kind, Oid, PathOptions, Profile, World, Writer, ca, extension, issue, oid, path, path_with, person, policy,
    service_subject,
};

const GOLD: Oid = Oid::known("1.2.398.9.1");
const SILVER: Oid = Oid::known("1.2.398.9.2");
const BRONZE: Oid = Oid::known("1.2.398.9.3");

fn wanting(target: &Holder, world: &World, between: &[&Holder], options: &PathOptions) -> Result<usize, &'static str> {
    let found = path_with(&target.certificate, &world.root.certificate, between, options);
    found.map_err(|error| error.code())
}

fn asking(policies: &[Oid]) -> PathOptions {
    PathOptions { initial_policies: policies.to_vec(), explicit_policy: true, ..PathOptions::default() }
}

fn mappings(pairs: &[(Oid, Oid)]) -> super::super::RawExtension {
    let value = Writer::build(|w| {
        w.sequence(|w| {
            for (from, to) in pairs {
                w.sequence(|w| {
                    w.oid(from);
                    w.oid(to);
                });
            }
        });
    });
    extension(oid::POLICY_MAPPINGS, true, value)
}

#[test]
fn a_path_without_the_policy_asked_for_is_refused() {
    let world = World::new(Kind::Gost2015);
    let issuing = ca(&world.root, 60, "ОРТАЛЫҚ", |template| template.policies = vec![policy(GOLD)]);
    let gold = person(&issuing, |template| template.policies = vec![policy(GOLD)]);
    let silver = person(&issuing, |template| template.policies = vec![policy(SILVER)]);
    let none = person(&issuing, |template| template.policies.clear());
    assert_eq!(wanting(&gold, &world, &[&issuing], &asking(&[GOLD])), Ok(2));
    assert_eq!(wanting(&gold, &world, &[&issuing], &asking(&[SILVER])), Err("policy"));
    for target in [&silver, &none] {
        assert_eq!(wanting(target, &world, &[&issuing], &asking(&[])), Err("policy"));
        assert_eq!(path(&world, target, &[&issuing]), Ok(2), "nobody asks");
    }
}

#[test]
fn a_ca_that_requires_a_policy_is_obeyed() {
    let world = World::new(Kind::Gost2015);
    // requireExplicitPolicy 0.
    let issuing = ca(&world.root, 61, "ОРТАЛЫҚ", |template| {
        template.policies = vec![policy(GOLD)];
        template.more_extensions.push(extension(oid::POLICY_CONSTRAINTS, true, vec![0x30, 3, 0x80, 1, 0]));
    });
    assert_eq!(path(&world, &person(&issuing, |template| template.policies.clear()), &[&issuing]), Err("policy"));
    let gold = person(&issuing, |template| template.policies = vec![policy(GOLD)]);
    assert_eq!(path(&world, &gold, &[&issuing]), Ok(2));
}

#[test]
fn any_policy_counts_only_until_a_ca_inhibits_it() {
    let world = World::new(Kind::Gost2015);
    let any = |inhibited: bool| {
        ca(&world.root, 62, "ОРТАЛЫҚ", |template| {
            template.policies = vec![policy(GOLD)];
            if inhibited {
                template.more_extensions.push(extension(oid::INHIBIT_ANY_POLICY, true, vec![2, 1, 0]));
            }
        })
    };
    for (inhibited, expected) in [(false, Ok(2)), (true, Err("policy"))] {
        let issuing = any(inhibited);
        let target = person(&issuing, |template| template.policies = vec![policy(oid::ANY_POLICY)]);
        assert_eq!(wanting(&target, &world, &[&issuing], &asking(&[GOLD])), expected, "{inhibited}");
    }
}

#[test]
fn a_mapping_counts_only_until_a_ca_inhibits_it_and_never_of_any_policy() {
    let world = World::new(Kind::Gost2015);
    let mapping = |pairs: &[(Oid, Oid)], inhibited: bool| {
        let above = ca(&world.root, 63, "ЖОҒАРЫ", |template| {
            template.policies = vec![policy(GOLD)];
            if inhibited {
                template.more_extensions.push(extension(oid::POLICY_CONSTRAINTS, true, vec![0x30, 3, 0x81, 1, 0]));
            }
        });
        let issuing = ca(&above, 64, "ОРТАЛЫҚ", |template| {
            template.policies = vec![policy(GOLD)];
            template.more_extensions.push(mappings(pairs));
        });
        let target = person(&issuing, |template| template.policies = vec![policy(SILVER)]);
        wanting(&target, &world, &[&above, &issuing], &asking(&[GOLD]))
    };
    assert_eq!(mapping(&[(GOLD, SILVER)], false), Ok(3));
    assert_eq!(mapping(&[(GOLD, BRONZE)], false), Err("policy"));
    assert_eq!(mapping(&[(GOLD, SILVER)], true), Err("policy"));
    assert_eq!(mapping(&[(oid::ANY_POLICY, SILVER)], false), Err("policy"));
    assert_eq!(mapping(&[(GOLD, oid::ANY_POLICY)], false), Err("policy"));
}

/// Eight CAs, each mapping every one of forty policies to every other: a tree would have 40⁸ nodes. Source: RFC 9618.
#[test]
fn mappings_that_multiply_in_a_tree_are_judged_in_a_graph() {
    let world = World::new(Kind::Gost2015);
    let policies: Vec<Oid> = (0..40).map(|n| Oid::parse_dotted(&format!("1.2.398.9.9.{n}")).unwrap()).collect();
    let pairs: Vec<_> = policies
        .iter()
        .flat_map(|from| policies.iter().map(|to| (*from, *to)))
        .filter(|(from, to)| from != to)
        .collect();
    let mut chain: Vec<Holder> = Vec::new();
    for depth in 0..8 {
        let issuer = chain.last().unwrap_or(&world.root);
        let next = ca(issuer, 70 + depth, &format!("{depth}"), |template| {
            template.policies = policies.iter().map(|known| policy(*known)).collect();
            template.more_extensions.push(mappings(&pairs));
        });
        chain.push(next);
    }
    let target =
        issue(chain.last().unwrap(), 98, &Profile::InformationSystem, service_subject("ЖҮЙЕ"), |template| {
            template.policies = vec![policy(GOLD)];
        });
    let between: Vec<&Holder> = chain.iter().collect();
    assert_eq!(wanting(&target, &world, &between, &asking(&[])), Err("policy"));
    assert_eq!(path(&world, &target, &between), Ok(9));
}
