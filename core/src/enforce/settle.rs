//! The last word: what the core found and what policy answered, as one outcome that binds.

use super::verdict::{distinct, reason};
use super::{Edit, Verdict};
use crate::decision::{Mode, Obligation, Outcome, Reason};
use crate::error::{Error, ErrorKind};
use crate::request::Verb;
use crate::tool::FailMode;

/// What is settled.
#[derive(Debug, Clone)]
pub struct Settle<'a> {
    /// What the core itself made of it.
    pub verdict: Verdict,
    /// What policy answered.
    pub outcome: Outcome,
    /// What of it was decided for sure, where `error` says that the rest could not be.
    pub decided: Outcome,
    /// Policy's reasons.
    pub reasons: Vec<Reason>,
    /// Policy's obligations.
    pub obligations: Vec<Obligation>,
    /// What rules that are only watched would have made of it, and why.
    pub watched: Vec<(Outcome, Reason)>,
    /// Set where something could not be decided.
    pub error: Option<Error>,
    /// Which verb.
    pub verb: Verb,
    /// Whether the decision binds.
    pub mode: Mode,
    /// Whether a human can be asked.
    pub human: bool,
    /// The obligations that the host carries out, besides the core's.
    pub known_obligations: &'a [String],
    /// What happens where something could not be decided.
    pub fail_mode: FailMode,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    /// What the host does.
    pub outcome: Outcome,
    /// What it would have been, in monitor mode, or with the rules that are only watched.
    pub would_be: Option<Outcome>,
    /// What changes, where the outcome is `modify`; else nothing.
    pub edits: Vec<Edit>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What the host must do. Nothing in monitor mode, which binds nobody.
    pub obligations: Vec<Obligation>,
    /// Why it could not be decided, or cannot be carried out.
    pub error: Option<Error>,
    /// Whether it passes only because the fail mode is open.
    pub fail_open: bool,
    /// Whether the content carries instructions that were flagged.
    pub flagged: bool,
}

impl Settlement {
    /// Both, for two parts of one content: the strictest outcome, each reason and obligation once.
    /// The edits are this one's; nothing is edited that does not pass.
    #[must_use]
    pub fn join(mut self, other: Settlement) -> Settlement {
        self.outcome = self.outcome.max(other.outcome);
        self.would_be = self.would_be.max(other.would_be);
        self.reasons = distinct(self.reasons, other.reasons);
        for obligation in other.obligations {
            if !self.obligations.contains(&obligation) {
                self.obligations.push(obligation);
            }
        }
        self.error = self.error.or(other.error);
        self.fail_open |= other.fail_open;
        self.flagged |= other.flagged;
        if self.outcome > Outcome::Modify {
            self.edits.clear();
        }
        self
    }
}

/// Settles: the strictest wins, what nobody can carry out or answer is refused.
#[must_use]
pub fn settle(input: Settle<'_>) -> Settlement {
    let Settle { verdict, outcome, reasons, obligations, mut error, .. } = input;
    let mut reasons = distinct(verdict.reasons, reasons);
    // An edit is a change, whatever the outcome beside it says.
    let changed = if verdict.edits.is_empty() { Outcome::Allow } else { Outcome::Modify };
    let own = verdict.outcome.max(changed);
    let mut settled = own.max(outcome);

    let mut fail_open = false;
    if let Some(kind) = error.as_ref().map(Error::kind) {
        if input.fail_mode == FailMode::Open && may_open(kind) {
            // Policy could not decide as a whole. What the core found stands, and what was decided.
            (fail_open, settled) = (true, own.max(input.decided));
        } else {
            settled = Outcome::Deny;
        }
    }
    if let Some(unknown) = unknown(&obligations, input.known_obligations) {
        let id = unknown.id.escape_debug();
        let message = format!("nobody carries out the obligation `{id}`");
        reasons.push(reason(
            "obligation_unknown",
            "an obligation of policy is not known here",
            &[],
        ));
        error = error.or(Some(Error::new(ErrorKind::ObligationUnknown, message)));
        settled = Outcome::Deny;
    }
    if settled == Outcome::Ask {
        if input.verb != Verb::AuthorizeToolCall {
            let message = "a human can be asked about a tool call only; this is refused instead";
            reasons.push(reason("ask_elsewhere", message, &[]));
            settled = Outcome::Deny;
        } else if !input.human {
            let message = "a human would have to be asked, and none is there";
            reasons.push(reason("no_human", message, &["ASI09"]));
            error = error.or(Some(Error::new(ErrorKind::ApprovalNoHuman, message)));
            settled = Outcome::Deny;
        }
    }
    fail_open &= settled <= Outcome::Modify;
    if fail_open {
        let message = "it could not be decided; it passes because the fail mode is open";
        reasons.push(reason("fail_open", message, &[]));
    }

    let answerable = input.verb == Verb::AuthorizeToolCall && input.human;
    let mut watched = None;
    for (outcome, why) in &input.watched {
        let binds = if *outcome == Outcome::Ask && !answerable { Outcome::Deny } else { *outcome };
        watched = watched.max(Some(settled.max(binds)));
        let message = format!("only watched, nothing is blocked: {}", why.message);
        reasons.push(Reason { message, ..why.clone() });
    }
    let monitor = input.mode == Mode::Monitor;
    let outcome = if monitor { Outcome::Allow } else { settled };
    Settlement {
        outcome,
        // What the mode `enforce` would give: there, too, watched rules are only watched.
        would_be: if monitor { Some(settled) } else { watched },
        edits: if outcome == Outcome::Modify { verdict.edits } else { Vec::new() },
        reasons,
        obligations: if monitor { Vec::new() } else { obligations },
        error,
        fail_open,
        flagged: verdict.flagged,
    }
}

/// Whether an error leaves the question open, so that the fail mode answers it. The others are
/// refusals: ill-typed arguments, a stopped session, a size limit pass in no mode.
fn may_open(kind: ErrorKind) -> bool {
    use ErrorKind as K;
    matches!(
        kind,
        K::PolicyEngine | K::PolicyEvaluate | K::DetectorFailed | K::StoreUnavailable | K::RecordIo
    )
}

fn unknown<'a>(obligations: &'a [Obligation], known: &[String]) -> Option<&'a Obligation> {
    obligations
        .iter()
        .find(|obligation| !Obligation::is_known(&obligation.id) && !known.contains(&obligation.id))
}

#[cfg(test)]
mod tests;
