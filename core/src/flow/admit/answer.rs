//! What a result answers: how far each argument of its call was trusted, and who asked.

use super::part::Part;
use crate::flow::Incoming;
use crate::flow::arena::Tier;
use crate::flow::canonical;
use crate::flow::find::{Found, Want};
use crate::flow::index::{Asked, Index};
use crate::flow::label::Echo;
use crate::flow::{plain, record, words};
use crate::label::{Confidentiality, Integrity};
use crate::tool::{Role, ToolCall};
use crate::value::{Value, join_pointer};

/// Arguments of one call that are looked at for its result.
const MAX_ARGUMENTS: usize = 256;
/// Arguments that are kept, and bytes of one.
const MAX_KEPT: usize = 4;
const MAX_TEXT: usize = 256;

/// The call behind a result, as its result needs it.
pub(super) struct Answer {
    pub(super) echo: Echo,
    /// Whether the question was made of the user's words, or of records they named.
    pub(super) asked: bool,
    /// Hosts that the content was fetched from.
    pub(super) hosts: Vec<String>,
    /// The path, address or object that was asked for, as it was written.
    pub(super) about: Option<String>,
    /// The first short arguments.
    pub(super) arguments: Vec<Asked>,
    /// Whether there was a question, and nothing in it but the user's words.
    pub(super) plain: bool,
    /// Whether there was a question, and nothing in it but the user's words and members of lists
    /// that answer such questions.
    pub(super) listed: bool,
}

impl Answer {
    pub(super) fn of(index: &Index, incoming: &Incoming<'_>) -> Self {
        let mut hosts: Vec<String> =
            incoming.uri.and_then(canonical::url_host).into_iter().collect();
        let (mut levels, mut said, mut other) = (Vec::new(), false, false);
        let mut unlisted = false;
        let (mut arguments, mut about) = (Vec::new(), None);
        if let Some(call) = incoming.call {
            let mut left = MAX_ARGUMENTS;
            each_argument(call, &mut |pointer, value| {
                let Some(text) = plain::text_of(value) else { return };
                if left == 0 {
                    (other, unlisted) = (true, true);
                    return;
                }
                left -= 1;
                let argument = incoming.tool.and_then(|tool| tool.argument_at(pointer));
                let role = argument.map_or(Role::Free, |argument| argument.role);
                if role == Role::Address {
                    hosts.extend(canonical::url_host(&text));
                }
                let view = plain::view(&text);
                let found = index.find(view.text(), &Want::of(argument));
                let names = matches!(role, Role::Path | Role::Address | Role::Object);
                let open = found.confidentiality < Confidentiality::Secret;
                if about.is_none() && names && open && text.len() <= MAX_TEXT {
                    about = Some(text.to_string());
                }
                let level = found.integrity.unwrap_or(Integrity::Untrusted);
                levels.push((view.text().to_ascii_lowercase(), level));
                if arguments.len() < MAX_KEPT && text.len() <= MAX_TEXT && !words::is_short(&text) {
                    arguments.push(Asked {
                        role,
                        text: view.text().trim().to_ascii_lowercase().into(),
                        by_user: level == Integrity::User,
                    });
                }
                let by_user = level == Integrity::User || found.linked;
                said |= by_user;
                let is_other = !by_user && !words::is_short(&text);
                other |= is_other;
                unlisted |= is_other && !index.is_listed(&found);
            });
        }
        let plain = incoming.call.is_some() && !other;
        let listed = incoming.call.is_some() && !unlisted;
        let asked = said && !other;
        Self { echo: Echo::new(levels), asked, hosts, about, arguments, plain, listed }
    }
}

impl Index {
    /// The one item of a list that answers a question of the user's: the only one, or the only one
    /// that holds several words of theirs as they stand, where others are merely near them.
    pub(super) fn sole_item(&self, part: &Part<'_>, prefix: &str) -> Option<String> {
        let mut items = part.items();
        let first = items.next()?;
        if items.next().is_none() {
            return Some(first.to_owned());
        }
        let phrase = |asked: &&Asked| asked.by_user && words::words(&asked.text).nth(1).is_some();
        let known = self.sources.get(&part.source.0)?;
        let mut phrases = known.asked.iter().filter(phrase);
        let (Some(phrase), None) = (phrases.next(), phrases.next()) else { return None };
        let (from, to) = known.leaves;
        let mut found: Option<&str> = None;
        for leaf in (from..to).filter_map(|id| self.arena.leaf(id)) {
            let pointer = leaf.path.strip_prefix(prefix).unwrap_or(&leaf.path);
            let holds = leaf.source == part.source && words::holds(&leaf.text, &phrase.text);
            let Some(item) = record::first_item(pointer).filter(|_| holds) else { continue };
            if found.is_some_and(|other| other != item) {
                return None;
            }
            found = Some(item);
        }
        found.map(str::to_owned)
    }

    /// Whether a value is a system's word in the answer to a call that held nothing but the user's.
    fn is_listed(&self, found: &Found) -> bool {
        let leaves = found.places.iter().filter_map(|place| self.arena.leaf(place.leaf));
        let mut trusted = leaves.filter(|leaf| leaf.tier() == Tier::Trusted);
        trusted.any(|leaf| self.sources.get(&leaf.source.0).is_some_and(|known| known.plain))
    }
}

/// Calls `visit` with the pointer and value of each leaf of a call's arguments.
pub(in crate::flow) fn each_argument<'a>(
    call: &'a ToolCall,
    visit: &mut dyn FnMut(&str, &'a Value),
) {
    for (name, value) in call.arguments.iter() {
        let base = join_pointer("", name);
        value.each_leaf(&mut |pointer, leaf| visit(&format!("{base}{pointer}"), leaf));
    }
}
