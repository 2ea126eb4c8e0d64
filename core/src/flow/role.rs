//! Whether an argument needs no question, one function per role.

use super::find::Found;
use super::trace::Scene;
use crate::label::Integrity;
use crate::tool::{Effect, Role};

/// An argument as the roles judge it.
pub(super) struct Case<'a> {
    pub(super) role: Role,
    /// As its view shows it.
    pub(super) text: &'a str,
    pub(super) found: &'a Found,
    /// Whether an address in it is neither the user's, nor trusted, nor the destination.
    pub(super) foreign: bool,
}

/// Whether by the rules of flow `case` needs no question in a session that read anybody's text.
pub(super) fn accounted(scene: &Scene<'_>, case: &Case<'_>) -> bool {
    let by_itself = match case.role {
        Role::Destination => destination(scene, case),
        Role::Address => address(scene, case),
        Role::Object => object(case),
        Role::Amount | Role::Value => value(case),
        Role::Time => time(case),
        Role::Title => title(case),
        Role::Credential => credential(case),
        Role::Path => path(scene, case),
        Role::Payload | Role::Query | Role::Free => true,
        // Judged by what it does, in `code`.
        Role::Command | Role::Code => false,
    };
    by_itself && (!is_payload(scene, case.role) || !case.foreign)
}

/// Whether the payload check holds for this role: what goes out must lead to nobody unknown. A
/// fetch sends all its arguments.
pub(super) fn is_payload(scene: &Scene<'_>, role: Role) -> bool {
    let sent = matches!(role, Role::Payload | Role::Title | Role::Free)
        || (scene.effects.has(Effect::Fetch)
            && !matches!(role, Role::Destination | Role::Address | Role::Command | Role::Code))
        || (role == Role::Query && !scene.effects.only_reads());
    scene.effects.is_outward() && sent
}

/// The user's, or from a record they named. A known name inside the house needs no naming where
/// the message is the user's own words.
fn destination(scene: &Scene<'_>, case: &Case<'_>) -> bool {
    let found = case.found;
    let inside = found.own || super::find::addresses(case.text).is_empty();
    found.at_least(Integrity::User)
        || found.linked
        || (found.at_least(Integrity::Trusted) && inside && scene.payload_is_users())
}

/// As a destination, and a fetch may go to a colleague's link, or to another page of a site that
/// the user named where a page of that site links to it.
fn address(scene: &Scene<'_>, case: &Case<'_>) -> bool {
    let found = case.found;
    let fetch = scene.effects.has(Effect::Fetch);
    found.at_least(Integrity::User)
        || found.linked
        || (fetch && found.integrity == Some(Integrity::Peer))
        || (fetch && scene.same_site(case))
}

/// Named by the user, or from a record they named.
fn object(case: &Case<'_>) -> bool {
    case.found.at_least(Integrity::User) || case.found.linked
}

/// The user's or a system's; a secret only from the user.
fn value(case: &Case<'_>) -> bool {
    let secret = case.found.confidentiality == crate::label::Confidentiality::Secret;
    let floor = if secret { Integrity::User } else { Integrity::Trusted };
    case.found.at_least(floor)
}

fn time(case: &Case<'_>) -> bool {
    case.found.at_least(Integrity::Trusted)
}

/// Every content word grounded.
fn title(case: &Case<'_>) -> bool {
    case.found.at_least(Integrity::Trusted)
}

fn credential(case: &Case<'_>) -> bool {
    case.found.at_least(Integrity::User)
}

/// The user's, linked, or made in this session; and under a declared root where there is one.
fn path(scene: &Scene<'_>, case: &Case<'_>) -> bool {
    let known = case.found.at_least(Integrity::User) || case.found.linked || scene.made(case.text);
    known && scene.under_roots(case.text)
}
