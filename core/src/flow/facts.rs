//! What policy reads of a traced call, and what people are shown of it.

use super::Taint;
use super::arena::Place;
use super::index::Index;
use super::trace::{Judged, Scene};
use crate::label::Integrity;
use crate::provenance::{Match, Origin, Provenance};
use crate::request::{FlowFacts, RoleFacts};
use crate::tool::Role;
use crate::value::unescape_token;
use std::collections::BTreeMap;

/// Origins that are shown for one argument.
const MAX_ORIGINS: usize = 8;

/// What policy reads.
pub(super) fn facts(
    scene: &Scene<'_>,
    judged: &[Judged<'_>],
) -> (FlowFacts, Vec<(String, RoleFacts)>) {
    let index = scene.index;
    let tainted = index.taint() != Taint::Clean;
    let mut flow = FlowFacts {
        tainted,
        complete: index.complete,
        opaque: index.opaque,
        paired: tainted && index.sensitive(),
        intended: scene.intended,
        ..FlowFacts::clean()
    };
    let mut args: BTreeMap<String, RoleFacts> = BTreeMap::new();
    for leaf in judged {
        let facts = role_facts(leaf);
        flow.undeclared |= leaf.given.argument.is_none();
        flow.categories.extend(leaf.found.categories.iter().cloned());
        flow.add(leaf.role, facts);
        if leaf.role != Role::Payload && (leaf.foreign || (leaf.secret && leaf.role == Role::Free))
        {
            // It is sent, whatever else it means: then it is payload as well.
            flow.add(Role::Payload, facts);
        }
        let token = leaf.given.pointer.split('/').nth(1).unwrap_or_default();
        let name = unescape_token(token);
        let slot = args.entry(name).or_insert(RoleFacts::ABSENT);
        *slot = slot.and(facts);
    }
    (flow, args.into_iter().collect())
}

fn role_facts(leaf: &Judged<'_>) -> RoleFacts {
    let user = leaf.found.at_least(Integrity::User);
    // A constant is nobody's to link.
    let constant = leaf.found.integrity.is_some() && leaf.found.places.is_empty();
    RoleFacts {
        present: true,
        accounted: leaf.accounted,
        linked: leaf.found.linked || leaf.relieved || user || constant,
        granted: leaf.granted,
        flagged: leaf.found.flagged,
        unseen: leaf.found.integrity.is_none(),
        secret: leaf.secret,
        rank: leaf.found.integrity.map_or(0, Integrity::rank),
    }
}

pub(super) fn provenance(index: &Index, leaf: &Judged<'_>) -> Provenance {
    let unseen = leaf.found.integrity.is_none();
    Provenance {
        argument: leaf.given.pointer.clone(),
        role: leaf.role,
        integrity: leaf.found.integrity,
        confidentiality: leaf.found.confidentiality,
        matched: if unseen { Match::Unseen } else { leaf.found.matched },
        linked: leaf.found.linked,
        granted: leaf.granted,
        flagged: leaf.found.flagged,
        accounted: leaf.accounted,
        origins: origins(index, &leaf.found.places),
    }
}

/// The first places, as people read them.
pub(super) fn origins(index: &Index, places: &[Place]) -> Vec<Origin> {
    let origin = |place: &Place| {
        let leaf = index.arena.leaf(place.leaf)?;
        Some(Origin {
            source: leaf.source,
            path: leaf.path.to_string(),
            span: place.span,
            line: place.line,
        })
    };
    places.iter().filter_map(origin).take(MAX_ORIGINS).collect()
}
