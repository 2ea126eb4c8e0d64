//! A record as its line, and what stands in for one that is over the limit: never a silent cut.

use super::frame::MAX_RECORD;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{DecisionEvent, Event, EventBody};
use crate::wire::record_json;
use std::fmt::Write as _;

/// Takes one list away; says which, and how much there was of it.
type LeaveOut = fn(&mut DecisionEvent) -> (&'static str, usize);

/// Lists of a decision that are left out, one after the other until the record fits: first what
/// is longest and least needed to know who did what, with which outcome.
const LEFT_OUT: [LeaveOut; 12] = [
    |e| ("provenance", drain(&mut e.decision.provenance)),
    |e| ("sources", drain(&mut e.sources)),
    |e| ("findings", drain(&mut e.decision.findings)),
    |e| ("commitments", drain(&mut e.commitments)),
    |e| ("context.args", drain(&mut e.args)),
    |e| ("obligations", drain(&mut e.decision.obligations)),
    |e| ("reasons", drain(&mut e.decision.reasons)),
    |e| ("rules", drain(&mut e.rules)),
    |e| {
        let facts = &mut e.findings;
        let lost = facts.rules.len() + facts.categories.len();
        (facts.rules, facts.categories) = Default::default();
        ("context.findings", lost)
    },
    |e| {
        let groups = std::mem::take(&mut e.user.groups);
        ("context.user", groups.len())
    },
    |e| ("error", shorten(&mut e.decision.error)),
    |e| ("trace", e.trace.take().map_or(0, |text| text.len())),
];

fn drain<T>(list: &mut Vec<T>) -> usize {
    std::mem::take(list).len()
}

/// Takes an error's message away; its code stays. Returns the bytes that were taken.
fn shorten(error: &mut Option<Error>) -> usize {
    let Some(old) = error.take() else { return 0 };
    let lost = old.message().len() + old.fact("at").map_or(0, str::len);
    *error = Some(Error::new(old.kind(), ""));
    lost
}

/// The event's line. One over `limit` is replaced by one that keeps identity and outcome and ends
/// with `over_limit`: the full line's size and digest, and how much of what was left out.
///
/// # Errors
/// `limit/record` where that is still too large.
pub fn line(sequence: u64, event: &Event, limit: usize) -> Result<String> {
    let limit = limit.min(MAX_RECORD);
    let full = record_json(sequence, event);
    if full.len() <= limit {
        return Ok(full);
    }
    let mut event = event.clone();
    let mut lost: Vec<(&str, usize)> = Vec::new();
    let fits = |event: &Event, lost: &[(&str, usize)]| {
        Some(marked(&record_json(sequence, event), &full, lost)).filter(|l| l.len() <= limit)
    };
    let mut leave_out = |event: &mut Event, step: usize| {
        let (what, count) = match (&mut event.body, LEFT_OUT.get(step)) {
            (EventBody::Decision(decision), Some(take)) => take(std::sync::Arc::make_mut(decision)),
            (body, None) => other(body),
            _ => return None,
        };
        if count == 0 {
            return None;
        }
        lost.push((what, count));
        fits(event, &lost)
    };
    for step in 0..=LEFT_OUT.len() {
        if let Some(line) = leave_out(&mut event, step) {
            return Ok(line);
        }
    }
    Err(Error::new(
        ErrorKind::LimitRecord,
        format!("{} is over the limit `record` of {limit}, its lists left out too", full.len()),
    )
    .with("limit", "record"))
}

/// The free text of other events.
fn other(body: &mut EventBody) -> (&'static str, usize) {
    match body {
        EventBody::Start(start) => ("notices", drain(&mut start.notices)),
        EventBody::Bundle { error, .. } => ("error", shorten(error)),
        EventBody::Restricted(restriction) | EventBody::Lifted(restriction) => {
            ("reason", std::mem::take(&mut restriction.reason).len())
        }
        EventBody::Sealed { sources, .. } => ("sources", drain(sources)),
        EventBody::Dropped { error, .. } => {
            let mut some = Some(error.clone());
            let lost = shorten(&mut some);
            *error = some.unwrap_or_else(|| Error::new(ErrorKind::RecordIo, ""));
            ("error", lost)
        }
        _ => ("", 0),
    }
}

/// `short` with the note at its end; the key cannot stand in it already, for the shape has none.
fn marked(short: &str, full: &str, lost: &[(&str, usize)]) -> String {
    let mut line = short.strip_suffix('}').unwrap_or(short).to_owned();
    let digest = Digest::of(full.as_bytes());
    // INVARIANT: writing to a String cannot fail.
    let _ = write!(line, ",\"over_limit\":{{\"bytes\":{},\"sha256\":\"{digest}\"", full.len());
    line.push_str(",\"left_out\":{");
    for (i, (what, count)) in lost.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(line, "{comma}\"{what}\":{count}");
    }
    line.push_str("}}}");
    line
}

#[cfg(test)]
mod tests;
