//! All rules by name, in the order in which they are asked.

use super::sheet::{Basis, Sheet};
use super::{
    amountlink, bind, countsel, delegated, derive, discount, dup, errand, fetchname, fresh, kind,
    literal, made, moved, namesake, nounlink, oneself, pair, person, quant, set, superlative,
};
use crate::flow::trace::Judged;
use crate::tool::Role;

/// A rule that relieves.
pub(super) struct Relief {
    pub(super) name: &'static str,
    pub(super) says: &'static str,
    pub(super) roles: &'static [Role],
    /// Whether, after it, only the user's words and what they named may go out.
    pub(super) guarded: bool,
    pub(super) rule: fn(&Sheet<'_>, &Judged<'_>) -> Option<Basis>,
}

/// A rule that asks.
pub(super) struct Tightening {
    pub(super) name: &'static str,
    pub(super) says: &'static str,
    pub(super) roles: &'static [Role],
    /// Whether it looks at what was relieved, too.
    pub(super) always: bool,
    pub(super) rule: fn(&Sheet<'_>, &Judged<'_>) -> bool,
}

/// In order: what a rule relieves the next one no longer sees.
pub(super) const RELIEF: &[Relief] = &[
    Relief {
        name: "person",
        says: "it is the only address known of a person to whom the user wants it to go",
        roles: &[Role::Destination],
        guarded: true,
        rule: person::relieves,
    },
    Relief {
        name: "superlative",
        says: "it is the one in its list that the user described as the most or the least",
        roles: &[Role::Object, Role::Destination, Role::Value],
        guarded: true,
        rule: superlative::relieves,
    },
    Relief {
        name: "countsel",
        says: "it is the one of its list that the user described as the most or the least frequent",
        roles: &[Role::Object, Role::Destination, Role::Value],
        guarded: true,
        rule: countsel::relieves,
    },
    Relief {
        name: "amountlink",
        says: "it is the account of the only transaction with the amount that the user wrote",
        roles: &[Role::Destination],
        guarded: false,
        rule: amountlink::relieves,
    },
    Relief {
        name: "nounlink",
        says: "it is the one of its list whose name is nearest to the user's words",
        roles: &[Role::Object],
        guarded: false,
        rule: nounlink::relieves,
    },
    Relief {
        name: "deleg-email",
        says: "it is the only address in what the user said holds a person's address",
        roles: &[Role::Destination],
        guarded: true,
        rule: delegated::email,
    },
    Relief {
        name: "deleg-url",
        says: "it is the only link in the message of a person whose link the user speaks of",
        roles: &[Role::Address, Role::Destination, Role::Value],
        guarded: true,
        rule: delegated::url,
    },
    Relief {
        name: "deleg-cred",
        says: "it is the only password in what the user named, beside the name it is for",
        roles: &[Role::Credential],
        guarded: false,
        rule: delegated::credential,
    },
    Relief {
        name: "deleg-address",
        says: "it is of the only postal address in what the user named, and they speak of a new one",
        roles: &[Role::Value],
        guarded: false,
        rule: moved::relieves,
    },
    Relief {
        name: "quant",
        says: "it is one of those of which the user spoke of each",
        roles: &[Role::Destination, Role::Object],
        guarded: true,
        rule: quant::relieves,
    },
    Relief {
        name: "lineage",
        says: "it lies under a directory that the user named",
        roles: &[Role::Path],
        guarded: false,
        rule: made::lineage,
    },
    Relief {
        name: "created",
        says: "a call of this session made it",
        roles: &[Role::Object],
        guarded: false,
        rule: made::created,
    },
    Relief {
        name: "open-object",
        says: "it is the user's own, and a source whose tasks they want done names it",
        roles: &[Role::Object],
        guarded: false,
        rule: errand::object,
    },
    Relief {
        name: "open-name",
        says: "a system knows it, and a source whose tasks the user wants done names it",
        roles: &[Role::Destination],
        guarded: true,
        rule: errand::name,
    },
    Relief {
        name: "owncal",
        says: "it stands in what the user named, and only the user's own data are changed",
        roles: &[Role::Time, Role::Title],
        guarded: false,
        rule: errand::own_event,
    },
    Relief {
        name: "derive",
        says: "it is reckoned from numbers of the user's and of the records of the call",
        roles: &[Role::Amount],
        guarded: false,
        rule: derive::relieves,
    },
    Relief {
        name: "code",
        says: "it is written as a code for a discount, and the user speaks of one",
        roles: &[Role::Value],
        guarded: true,
        rule: discount::relieves,
    },
    Relief {
        name: "lowrisk",
        says: "it names a new file of the user's own, and they asked for one",
        roles: &[Role::Path, Role::Title],
        guarded: false,
        rule: fresh::relieves,
    },
    Relief {
        name: "fetchname",
        says: "it asks a provider for something by name, and only brings text in",
        roles: &[Role::Object, Role::Value],
        guarded: true,
        rule: fetchname::relieves,
    },
];

pub(super) const TIGHTENING: &[Tightening] = &[
    Tightening {
        name: "kind",
        says: "it is the name of another kind of thing",
        roles: &[Role::Destination, Role::Object, Role::Value],
        always: true,
        rule: kind::asks,
    },
    Tightening {
        name: "literal",
        says: "the user wrote out another one",
        roles: &[Role::Destination, Role::Address],
        always: false,
        rule: literal::asks,
    },
    Tightening {
        name: "self",
        says: "it goes to the user, and no word of theirs asks for that",
        roles: &[Role::Destination],
        always: false,
        rule: oneself::asks,
    },
    Tightening {
        name: "set",
        says: "it is one of several in a list, and the user chose none of them",
        roles: &[Role::Destination, Role::Value],
        always: false,
        rule: set::asks,
    },
    Tightening {
        name: "dup",
        says: "this member of a list was used with this tool before",
        roles: &[Role::Destination, Role::Object],
        always: true,
        rule: dup::asks,
    },
    Tightening {
        name: "bind",
        says: "the user speaks of it as of somebody who gave something, and of another as the one who gets it",
        roles: &[Role::Destination],
        always: false,
        rule: bind::asks,
    },
    Tightening {
        name: "namesake",
        says: "another address answers to the name by which the user named it",
        roles: &[Role::Destination],
        always: false,
        rule: namesake::asks,
    },
    Tightening {
        name: "pair",
        says: "the amount stands in a record that has to do neither with the rest of the call nor with what the user named",
        roles: &[Role::Amount],
        always: false,
        rule: pair::asks,
    },
];
