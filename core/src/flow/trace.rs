//! Puts a call's question to the index: traces each argument, judges it, gathers the facts.

use super::admit::each_argument;
use super::canonical::{self, Kind, key};
use super::find::{Found, Want, addresses};
use super::index::Index;
use super::role::{self, Case};
use super::{Question, Trace, facts, intent, payload, plain, reach, rules};
use crate::approval::Grant;
use crate::finding::CodeFacts;
use crate::label::{Confidentiality, Integrity};
use crate::principal::Trust;
use crate::provenance::Provenance;
use crate::tool::{Argument, Effect, Effects, Role, Tool};
use crate::value::{Value, unescape_token};
use crate::view::{Leaf, Views};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What the judgement of any argument may depend on.
pub(super) struct Scene<'a> {
    pub(super) index: &'a Index,
    pub(super) tool: &'a Tool,
    pub(super) effects: Effects,
    pub(super) intended: bool,
    pub(super) given: &'a [Given<'a>],
    /// Keys of the addresses that the call goes to.
    pub(super) destinations: HashSet<String>,
}

/// One argument leaf with what was found of it.
pub(super) struct Judged<'a> {
    pub(super) given: &'a Given<'a>,
    pub(super) role: Role,
    pub(super) found: Found,
    pub(super) granted: bool,
    pub(super) secret: bool,
    pub(super) accounted: bool,
    /// Whether a rule tied it to what the user said.
    pub(super) relieved: bool,
    /// Whether it goes out and leads to somebody whom nobody vouches for.
    pub(super) foreign: bool,
}

/// One argument leaf as it was given.
pub(super) struct Given<'a> {
    pub(super) pointer: String,
    pub(super) value: &'a Value,
    pub(super) argument: Option<&'a Argument>,
    pub(super) role: Role,
    views: Option<&'a Views<'a>>,
    /// Its base view.
    pub(super) text: String,
    /// The keys that lead to it below the argument itself: what they say is sent too.
    keys: String,
}

pub(super) fn trace(index: &Index, question: &Question<'_>) -> Trace {
    let given = given(question);
    let code: HashMap<&str, &CodeFacts> =
        question.code.iter().map(|(path, facts)| (path.as_str(), facts)).collect();
    // What destroys is destructive, whatever its manifest says of it.
    let destructive = question.code.iter().any(|(_, facts)| facts.destructive);
    let effects = question.effects;
    let destroys = if destructive { effects.with(Effect::Destroy) } else { effects };
    let scene = Scene {
        index,
        tool: question.tool,
        effects: question.effects,
        intended: intent::stands(index, question.tool, destroys),
        given: &given,
        destinations: destinations(&given),
    };
    let mut judged: Vec<Judged<'_>> = Vec::with_capacity(given.len());
    for leaf in &given {
        judged.push(judge(&scene, question, leaf, code.get(leaf.pointer.as_str()).copied()));
    }
    let rulings = rules::apply(&scene, question, &mut judged);
    let (flow, args) = facts::facts(&scene, &judged);
    let provenance: Vec<Provenance> = judged.iter().map(|j| facts::provenance(index, j)).collect();
    let named: BTreeSet<_> =
        provenance.iter().flat_map(|p| p.origins.iter().map(|o| o.source)).collect();
    let leaves: Vec<reach::Leaf<'_>> = given
        .iter()
        .map(|leaf| reach::Leaf {
            role: leaf.role,
            declared: leaf.argument.is_some(),
            value_type: leaf.argument.map(|a| a.value_type),
            text: &leaf.text,
            code: code.get(leaf.pointer.as_str()).copied(),
        })
        .collect();
    Trace {
        flow,
        args,
        provenance,
        sources: named.iter().filter_map(|id| index.source(*id).cloned()).collect(),
        egress_breach: reach::leaves_hosts(question.tool, &leaves),
        root_breach: reach::leaves_roots(question.tool, &leaves),
        write_breach: reach::writes(question.tool, &leaves),
        rulings,
    }
}

/// The leaves of the arguments, in order, with what the manifest says of each.
fn given<'a>(question: &Question<'a>) -> Vec<Given<'a>> {
    let views: HashMap<&str, &Leaf<'a>> =
        question.leaves.iter().map(|leaf| (leaf.path, leaf)).collect();
    let mut given = Vec::new();
    each_argument(question.call, &mut |pointer, value| {
        let argument = question.tool.argument_at(pointer);
        let leaf = views.get(pointer).filter(|leaf| value.as_str() == Some(leaf.text));
        let text = match (leaf, plain::text_of(value)) {
            (Some(leaf), _) => leaf.views.base.text().to_owned(),
            (None, Some(text)) => plain::view(&text).text().to_owned(),
            (None, None) => String::new(),
        };
        given.push(Given {
            pointer: pointer.to_owned(),
            value,
            argument,
            role: argument.map_or(Role::Payload, |argument| argument.role),
            views: leaf.map(|leaf| leaf.views),
            text,
            keys: keys_of(pointer),
        });
    });
    given
}

/// The keys below the top of a pointer, as text.
fn keys_of(pointer: &str) -> String {
    let is_key = |token: &&str| !token.bytes().all(|b| b.is_ascii_digit());
    let keys: Vec<String> = pointer.split('/').skip(2).filter(is_key).map(unescape_token).collect();
    keys.join(" ")
}

fn destinations(given: &[Given<'_>]) -> HashSet<String> {
    let goes_to = given.iter().filter(|l| matches!(l.role, Role::Destination | Role::Address));
    goes_to.flat_map(|leaf| addresses(&leaf.text)).map(|e| key(e.kind, &e.form)).collect()
}

/// Traces and judges one leaf.
fn judge<'a>(
    scene: &Scene<'_>,
    question: &Question<'_>,
    leaf: &'a Given<'a>,
    code: Option<&CodeFacts>,
) -> Judged<'a> {
    let (index, role) = (scene.index, leaf.role);
    let want = Want::of(leaf.argument);
    let is_code = matches!(role, Role::Command | Role::Code);
    let mut by_parts = None;
    let mut found = match leaf.value {
        Value::String(_) | Value::Int(_) | Value::Float(_) if is_code => {
            let (found, accounted) = scene.code(&leaf.text, code);
            by_parts = Some(accounted);
            found
        }
        Value::String(_) | Value::Int(_) | Value::Float(_) => index.find(&leaf.text, &want),
        _ => Found::constant(),
    };
    let mut views: Vec<&str> = match leaf.views {
        Some(views) => views.all().map(|view| view.text()).collect(),
        None => vec![leaf.text.as_str()],
    };
    if !leaf.keys.is_empty() {
        views.push(&leaf.keys);
    }
    let foreign = role::is_payload(scene, role)
        && views.iter().any(|text| payload::is_foreign(index, text, &scene.destinations));
    let secret = payload::secret(index, &views);
    found.categories.extend(secret.categories);
    let secret = secret.found || found.confidentiality == Confidentiality::Secret;
    if secret {
        found.confidentiality = Confidentiality::Secret;
    }
    let granted = is_granted(question, leaf);
    let owner = question.trust == Trust::Owner || found.by_system;
    let by_word = !owner && found.integrity == Some(Integrity::User);
    if !owner {
        // There the user may be the attacker: their word is worth a system's at most, and naming
        // a record does not make it theirs.
        found.integrity = found.integrity.map(|integrity| integrity.min(Integrity::Trusted));
        found.linked &= found.owned;
    }
    let case = Case { role, text: &leaf.text, found: &found, foreign };
    let accounted = match leaf.value {
        _ if !owner && needs_permit(scene.effects) => granted,
        _ if index.is_clean() && question.trust == Trust::Owner => true,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => !foreign,
        _ if granted && !foreign => true,
        _ if reads_only(scene) => true,
        _ if by_word && !found.by_tool => is_free_speech(role) && !foreign,
        _ => by_parts.unwrap_or_else(|| role::accounted(scene, &case)),
    };
    Judged { given: leaf, role, found, granted, secret, accounted, relieved: false, foreign }
}

/// Roles in which a customer's word counts: it moves nothing there.
fn is_free_speech(role: Role) -> bool {
    matches!(role, Role::Query | Role::Free | Role::Payload | Role::Time | Role::Title)
}

/// Effects that a customer's word alone never lifts.
fn needs_permit(effects: Effects) -> bool {
    [Effect::Spend, Effect::Configure, Effect::Destroy, Effect::Send]
        .into_iter()
        .any(|effect| effects.has(effect))
}

/// Whether a call does nothing but read: that stays free.
pub(super) fn reads_only(scene: &Scene<'_>) -> bool {
    !scene.effects.is_empty() && scene.effects.only_reads() && scene.tool.is_known()
}

fn is_granted(question: &Question<'_>, leaf: &Given<'_>) -> bool {
    if question.grants.is_empty() {
        return false;
    }
    let Ok(value) = leaf.value.digest() else { return false };
    let tool = question.tool.id.as_str().to_owned();
    question.grants.contains(&Grant { tool, role: leaf.role, value })
}

impl Scene<'_> {
    /// Whether at least nine of ten content words that the call sends are the user's.
    pub(super) fn payload_is_users(&self) -> bool {
        let sent = |role: Role| matches!(role, Role::Payload | Role::Title | Role::Free);
        let (mut all, mut users) = (0usize, 0usize);
        for leaf in self.given.iter().filter(|leaf| sent(leaf.role)) {
            let (words, known) = payload::words(self.index, &leaf.text);
            all += words;
            users += known;
        }
        all > 0 && users * 10 >= all * 9
    }

    /// A URL of a host that the user named, found on a page that came from there.
    pub(super) fn same_site(&self, case: &Case<'_>) -> bool {
        let Some(host) = canonical::url_host(case.text) else { return false };
        let named = self.index.find_entity(Kind::Host, &host).at_least(Integrity::User);
        named
            && case.found.places.iter().any(|place| {
                let leaf = self.index.arena.leaf(place.leaf);
                let known = leaf.and_then(|leaf| self.index.sources.get(&leaf.source.0));
                known.is_some_and(|known| known.hosts.contains(&host))
            })
    }

    /// A path that this session wrote.
    pub(super) fn made(&self, text: &str) -> bool {
        canonical::path(text).is_some_and(|path| self.index.made.contains(&path))
    }

    pub(super) fn under_roots(&self, text: &str) -> bool {
        self.tool.roots.is_empty() || reach::is_under(&self.tool.roots, text)
    }

    /// A command or program by what it does: its hosts are addresses, its paths are paths. The
    /// text as a whole decides nothing, for every command is new.
    fn code(&self, text: &str, facts: Option<&CodeFacts>) -> (Found, bool) {
        let whole = self.index.find(text, &Want::role(Role::Command));
        let Some(facts) = facts else { return (whole, false) };
        let hosts = facts.hosts.iter().map(|host| (Role::Address, host.as_str()));
        let paths = facts.paths.iter().map(|path| (Role::Path, path.as_str()));
        let mut parts: Option<Found> = None;
        let mut accounted = !facts.unparsed && (!facts.destructive || self.intended);
        for (role, part) in hosts.chain(paths) {
            let mut found = self.index.find(part, &Want::role(role));
            if role == Role::Address && !found.at_least(Integrity::Trusted) {
                let host = self.index.find_entity(Kind::Host, part);
                if host.integrity > found.integrity {
                    found = host;
                }
            }
            let case = Case { role, text: part, found: &found, foreign: false };
            accounted &= role::accounted(self, &case);
            parts = Some(match parts {
                None => found,
                Some(so_far) => so_far.join(found),
            });
        }
        let mut found = parts.unwrap_or_else(Found::constant);
        found.matched = whole.matched;
        if whole.at_least(Integrity::User) {
            // The user wrote the very command.
            found.integrity = whole.integrity;
            found.by_system = whole.by_system;
            accounted |= !facts.unparsed;
        }
        found.categories.extend(whole.categories);
        found.confidentiality = found.confidentiality.max(whole.confidentiality);
        found.flagged |= whole.flagged;
        found.places.extend(whole.places);
        self.index.order(&mut found.places);
        (found, accounted)
    }
}
