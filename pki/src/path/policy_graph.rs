//! Certificate policies as a graph: one node per policy and depth, so the work grows with the size of the
//! certificates and not, as the tree of RFC 5280 does, with the product of their mappings.
//!
//! Source: RFC 9618 section 5 (updates RFC 5280 sections 6.1.2 to 6.1.5).

use std::collections::{HashMap, HashSet};

use crate::oid::{ANY_POLICY, Oid};

/// What one certificate says about policies; the caller reads it from the extensions.
pub(crate) struct CertificatePolicyFacts<'a> {
    /// certificatePolicies, `None` when the extension is absent.
    pub(crate) policies: Option<&'a [Oid]>,
    /// policyMappings as (issuer domain, subject domain), empty when absent.
    pub(crate) mappings: &'a [(Oid, Oid)],
    /// requireExplicitPolicy and inhibitPolicyMapping.
    pub(crate) require_explicit: Option<u32>,
    pub(crate) inhibit_mapping: Option<u32>,
    /// inhibitAnyPolicy.
    pub(crate) inhibit_any: Option<u32>,
    pub(crate) self_issued: bool,
}

/// Why the policy part of a path does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PolicyFailure {
    /// An explicit policy was required and none is left.
    NoValidPolicy,
    /// A mapping names anyPolicy (RFC 5280 6.1.4 (a)).
    MappingOfAnyPolicy,
}

struct Node {
    policy: Oid,
    expected: Vec<Oid>,
    /// Indices into the level above.
    parents: Vec<usize>,
}

/// The state variables of RFC 5280 6.1.2 that concern policies.
pub(crate) struct PolicyState {
    /// `levels[0]` is the root; an empty last level is the NULL graph of the RFC.
    levels: Vec<Vec<Node>>,
    initial: Vec<Oid>,
    explicit: usize,
    mapping: usize,
    any: usize,
}

impl PolicyState {
    /// The state before the first of `length` certificates. An empty `initial` stands for anyPolicy.
    pub(crate) fn new(
        initial: &[Oid],
        explicit: bool,
        inhibit_mapping: bool,
        inhibit_any: bool,
        length: usize,
    ) -> Self {
        let start = |now: bool| if now { 0 } else { length.saturating_add(1) };
        let root = Node { policy: ANY_POLICY, expected: vec![ANY_POLICY], parents: Vec::new() };
        PolicyState {
            levels: vec![vec![root]],
            initial: if initial.is_empty() { vec![ANY_POLICY] } else { initial.to_vec() },
            explicit: start(explicit),
            mapping: start(inhibit_mapping),
            any: start(inhibit_any),
        }
    }

    /// RFC 5280 6.1.3 (d) to (f) for one certificate; `last` marks the target.
    pub(crate) fn process(&mut self, facts: &CertificatePolicyFacts<'_>, last: bool) -> Result<(), PolicyFailure> {
        let level = match (self.levels.last(), facts.policies) {
            (Some(above), Some(policies)) if !above.is_empty() => {
                let any_allowed = self.any > 0 || (!last && facts.self_issued);
                next_level(above, policies, any_allowed)
            }
            _ => Vec::new(),
        };
        self.levels.push(level);
        if self.explicit == 0 && self.is_null() {
            return Err(PolicyFailure::NoValidPolicy);
        }
        Ok(())
    }

    /// RFC 5280 6.1.4 (a), (b), (h), (i), (j): from an intermediate certificate to the next one.
    pub(crate) fn prepare_next(&mut self, facts: &CertificatePolicyFacts<'_>) -> Result<(), PolicyFailure> {
        if facts.mappings.iter().any(|(from, to)| *from == ANY_POLICY || *to == ANY_POLICY) {
            return Err(PolicyFailure::MappingOfAnyPolicy);
        }
        let mapping_allowed = self.mapping > 0;
        if let Some(level) = self.levels.last_mut() {
            if mapping_allowed {
                apply_mappings(level, facts.mappings);
            } else {
                let mapped: HashSet<Oid> = facts.mappings.iter().map(|(from, _)| *from).collect();
                level.retain(|node| !mapped.contains(&node.policy));
            }
        }
        if !facts.self_issued {
            self.explicit = self.explicit.saturating_sub(1);
            self.mapping = self.mapping.saturating_sub(1);
            self.any = self.any.saturating_sub(1);
        }
        self.explicit = lower(self.explicit, facts.require_explicit);
        self.mapping = lower(self.mapping, facts.inhibit_mapping);
        self.any = lower(self.any, facts.inhibit_any);
        Ok(())
    }

    /// RFC 5280 6.1.5 (a), (b), (g): the user-constrained policy set, sorted; anyPolicy stands for itself.
    pub(crate) fn finish(mut self, target: &CertificatePolicyFacts<'_>) -> Result<Vec<Oid>, PolicyFailure> {
        self.explicit = self.explicit.saturating_sub(1);
        if target.require_explicit == Some(0) {
            self.explicit = 0;
        }
        let authority = self.authority_constrained();
        let mut user: Vec<Oid> = if self.initial.contains(&ANY_POLICY) {
            authority.into_iter().collect()
        } else if authority.contains(&ANY_POLICY) {
            self.initial.clone()
        } else {
            self.initial.iter().copied().filter(|policy| authority.contains(policy)).collect()
        };
        user.sort_unstable();
        user.dedup();
        if self.explicit == 0 && user.is_empty() {
            return Err(PolicyFailure::NoValidPolicy);
        }
        Ok(user)
    }

    fn is_null(&self) -> bool {
        self.levels.last().is_none_or(Vec::is_empty)
    }

    /// Policies in the anchor's own terms: nodes below an anyPolicy node that some node of the last level hangs on.
    fn authority_constrained(&self) -> HashSet<Oid> {
        let mut found = HashSet::new();
        let mut alive: HashSet<usize> = match self.levels.last() {
            Some(last) => (0..last.len()).collect(),
            None => return found,
        };
        if self.levels.last().is_some_and(|last| last.iter().any(|node| node.policy == ANY_POLICY)) {
            found.insert(ANY_POLICY);
        }
        for pair in self.levels.windows(2).rev() {
            let [above, level] = pair else { continue };
            let mut parents = HashSet::new();
            for (_, node) in level.iter().enumerate().filter(|(index, _)| alive.contains(index)) {
                let under_any =
                    node.parents.iter().any(|p| above.get(*p).is_some_and(|parent| parent.policy == ANY_POLICY));
                if under_any && node.policy != ANY_POLICY {
                    found.insert(node.policy);
                }
                parents.extend(node.parents.iter().copied());
            }
            alive = parents;
        }
        found
    }
}

/// RFC 9618 5.2: the nodes of one depth.
fn next_level(above: &[Node], policies: &[Oid], any_allowed: bool) -> Vec<Node> {
    let mut expecting: HashMap<Oid, Vec<usize>> = HashMap::new();
    // Kept in the order of the level above, so that the same path gives the same graph.
    let mut expected_order: Vec<Oid> = Vec::new();
    for (index, node) in above.iter().enumerate() {
        for policy in &node.expected {
            let parents = expecting.entry(*policy).or_default();
            if parents.is_empty() {
                expected_order.push(*policy);
            }
            parents.push(index);
        }
    }
    let any_parent = above.iter().position(|node| node.policy == ANY_POLICY);
    let mut made: HashSet<Oid> = HashSet::new();
    let mut level = Vec::new();
    for policy in policies.iter().filter(|policy| **policy != ANY_POLICY) {
        let parents = match (expecting.get(policy), any_parent) {
            (Some(parents), _) => parents.clone(),
            (None, Some(any)) => vec![any],
            (None, None) => continue,
        };
        if made.insert(*policy) {
            level.push(Node { policy: *policy, expected: vec![*policy], parents });
        }
    }
    if policies.contains(&ANY_POLICY) && any_allowed {
        for policy in expected_order {
            if made.insert(policy) {
                let parents = expecting.remove(&policy).unwrap_or_default();
                level.push(Node { policy, expected: vec![policy], parents });
            }
        }
    }
    level
}

/// RFC 9618 5.3 (b)(1): the issuer's policies are expected under the subject's names from here on.
fn apply_mappings(level: &mut Vec<Node>, mappings: &[(Oid, Oid)]) {
    let mut order: Vec<Oid> = Vec::new();
    let mut equivalents: HashMap<Oid, Vec<Oid>> = HashMap::new();
    let mut seen: HashSet<(Oid, Oid)> = HashSet::new();
    for (from, to) in mappings {
        if !seen.insert((*from, *to)) {
            continue;
        }
        let list = equivalents.entry(*from).or_default();
        if list.is_empty() {
            order.push(*from);
        }
        list.push(*to);
    }
    let position: HashMap<Oid, usize> = level.iter().enumerate().map(|(index, node)| (node.policy, index)).collect();
    let any_parents = level.iter().find(|node| node.policy == ANY_POLICY).map(|node| node.parents.clone());
    for from in order {
        let Some(expected) = equivalents.remove(&from) else { continue };
        match (position.get(&from).and_then(|index| level.get_mut(*index)), &any_parents) {
            (Some(node), _) => node.expected = expected,
            (None, Some(parents)) => level.push(Node { policy: from, expected, parents: parents.clone() }),
            (None, None) => {}
        }
    }
}

fn lower(value: usize, limit: Option<u32>) -> usize {
    limit.and_then(|limit| usize::try_from(limit).ok()).map_or(value, |limit| value.min(limit))
}
