//! Counters of a session: calls, sums, a sliding minute, risk; all merged by adding.
//!
//! A call is reserved before it is decided: [`reservation`] is applied to the store, and
//! [`facts`] reads the entry that [`Store::apply`](crate::store::Store::apply) gave back. As that
//! is atomic, the call that passes a limit sees that it does, however many run at once. What is
//! then refused, or never started, is given back with [`release`].

use super::risk::{self, DEFAULT_HALF_LIFE_MS};
use crate::id::ToolId;
use crate::request::SessionFacts;
use crate::store::{Delta, Entry};
use crate::tool::{Budget, Effect, Effects};
use std::ops::RangeInclusive;

/// One bucket of the sliding minute.
const BUCKET_MS: i64 = 10_000;
/// Buckets that a minute touches besides the one that is being filled. Buckets as far ahead count
/// too: clocks of two processes differ.
const MINUTE: i64 = 6;
/// One bucket of risk: a quarter of its half-life.
const RISK_BUCKET_MS: i64 = DEFAULT_HALF_LIFE_MS / 4;
/// Buckets after which the highest risk has decayed to nothing: eleven half-lives.
const RISK_BUCKETS: i64 = 44;
/// Old buckets that one change drops at most.
const DROPPED: usize = 64;
/// The largest amount that one call adds to a sum: what JSON carries exactly.
const MOST_AMOUNT: i64 = crate::value::MAX_SAFE_INTEGER;

const CALLS: &str = "calls";
const MINUTES: &str = "minute:";
const RISKS: &str = "risk:";

/// What policy reads of the session's counters. `entry` is what stands after this call's
/// reservation, so that this call is included.
///
/// Not filled, for the session knows them: `looping`, `sensitive`, `resumed`, `human`, `depth`.
#[must_use]
pub fn facts(entry: &Entry, tool: &ToolId, amount: i64, now_ms: i64) -> SessionFacts {
    let now = bucket(now_ms, BUCKET_MS);
    let mut name = String::new();
    let minute = around(now, MINUTE).map(|at| {
        name.clear();
        write_minute(&mut name, at, tool);
        count(entry, &name)
    });
    SessionFacts {
        risk: risk(entry, now_ms),
        calls: count(entry, CALLS),
        tool_calls: count(entry, &calls_name(tool)),
        tool_calls_minute: minute.fold(0, i64::saturating_add),
        tool_total: count(entry, &total_name(tool)),
        amount,
        time_ms: now_ms,
        ..SessionFacts::default()
    }
}

/// The change that reserves a call. `entry` is what stood before (an empty one where nothing
/// did); old buckets are dropped from it.
///
/// Sums take the magnitude of `amount`: a negative one does not make room for others.
#[must_use]
pub fn reservation(
    tool: &ToolId,
    effects: Effects,
    amount: i64,
    now_ms: i64,
    entry: &Entry,
) -> Delta {
    let now = bucket(now_ms, BUCKET_MS);
    let drop = outside(entry, MINUTES, around(now, MINUTE));
    Delta { add: call(tool, effects, amount, now_ms, 1), drop, mark: Vec::new() }
}

/// The change that gives a reservation back; `at_ms` is when it was made.
#[must_use]
pub fn release(tool: &ToolId, effects: Effects, amount: i64, at_ms: i64) -> Delta {
    Delta { add: call(tool, effects, amount, at_ms, -1), ..Delta::default() }
}

/// Whether the call that `facts` includes passes one of the tool's limits.
#[must_use]
pub fn over_limit(facts: &SessionFacts, budget: &Budget) -> bool {
    let over = |limit: Option<i64>, value: i64| limit.is_some_and(|limit| value > limit);
    over(budget.per_session, facts.tool_calls)
        || over(budget.per_minute, facts.tool_calls_minute)
        || over(budget.total, facts.tool_total)
        || over(budget.amount, facts.amount.saturating_abs())
}

/// Calls with `effect` in this session, reservations included.
#[must_use]
pub fn effect_calls(entry: &Entry, effect: Effect) -> i64 {
    count(entry, &effect_name(effect))
}

/// The change that raises the session's risk for every process that shares the store.
#[must_use]
pub fn raise(weight: i64, now_ms: i64, entry: &Entry) -> Delta {
    let now = bucket(now_ms, RISK_BUCKET_MS);
    let drop = outside(entry, RISKS, around(now, RISK_BUCKETS));
    Delta { add: vec![(bucket_name(RISKS, now), weight.clamp(0, 1000))], drop, mark: Vec::new() }
}

/// The risk that stands in `entry`, 0 to 1000, with the default half-life. A bucket decays from
/// its end on: a little late, never early.
#[must_use]
pub fn risk(entry: &Entry, now_ms: i64) -> i64 {
    let buckets = buckets(entry, RISKS).map(|(at, _, weight)| {
        let end = at.saturating_add(1).saturating_mul(RISK_BUCKET_MS);
        (weight, now_ms.saturating_sub(end))
    });
    risk::total(buckets, DEFAULT_HALF_LIFE_MS)
}

fn call(tool: &ToolId, effects: Effects, amount: i64, at_ms: i64, sign: i64) -> Vec<(String, i64)> {
    let mut add = vec![
        (CALLS.to_owned(), sign),
        (calls_name(tool), sign),
        (minute_name(bucket(at_ms, BUCKET_MS), tool), sign),
    ];
    add.extend(effects.iter().map(|effect| (effect_name(effect), sign)));
    if amount != 0 {
        add.push((total_name(tool), sign * amount.saturating_abs().min(MOST_AMOUNT)));
    }
    add
}

// A colon is in no tool's id, so that names are told apart.

fn calls_name(tool: &ToolId) -> String {
    format!("calls:{tool}")
}

fn total_name(tool: &ToolId) -> String {
    format!("total:{tool}")
}

fn effect_name(effect: Effect) -> String {
    format!("effect:{effect}")
}

fn minute_name(at: i64, tool: &ToolId) -> String {
    let mut name = String::new();
    write_minute(&mut name, at, tool);
    name
}

/// The bucket comes first, so that old ones stand together.
fn write_minute(name: &mut String, at: i64, tool: &ToolId) {
    write_bucket(name, MINUTES, at);
    name.push(':');
    name.push_str(tool.as_str());
}

fn bucket_name(prefix: &str, at: i64) -> String {
    let mut name = String::new();
    write_bucket(&mut name, prefix, at);
    name
}

/// A number of 16 digits at least, so that names sort as numbers do. Written by hand, for a call
/// asks for a dozen.
fn write_bucket(name: &mut String, prefix: &str, at: i64) {
    name.push_str(prefix);
    let at = at.max(0);
    let mut ten = 1_000_000_000_000_000;
    if at >= 10 * ten {
        name.push_str(&at.to_string());
        return;
    }
    while ten > 0 {
        name.push(char::from(b'0' + u8::try_from(at / ten % 10).unwrap_or(0)));
        ten /= 10;
    }
}

fn bucket(ms: i64, length: i64) -> i64 {
    ms.max(0) / length
}

fn around(now: i64, by: i64) -> RangeInclusive<i64> {
    now.saturating_sub(by).max(0)..=now.saturating_add(by)
}

fn count(entry: &Entry, name: &str) -> i64 {
    entry.counters.get(name).copied().unwrap_or(0).max(0)
}

/// Bucket number, name and value of the counters under `prefix`, by bucket.
fn buckets<'a>(
    entry: &'a Entry,
    prefix: &'a str,
) -> impl DoubleEndedIterator<Item = (i64, &'a String, i64)> {
    // A digit follows the prefix, and `:` is what comes after `9`.
    let range = entry.counters.range(prefix.to_owned()..format!("{prefix}:"));
    range.filter_map(move |(name, value)| {
        let number = name.strip_prefix(prefix)?.split(':').next()?;
        Some((number.parse().ok()?, name, *value))
    })
}

/// Names of buckets outside `kept`: they stand at both ends.
fn outside(entry: &Entry, prefix: &str, kept: RangeInclusive<i64>) -> Vec<String> {
    let old = buckets(entry, prefix).take_while(|(at, ..)| at < kept.start());
    let ahead = buckets(entry, prefix).rev().take_while(|(at, ..)| at > kept.end());
    old.chain(ahead).take(DROPPED).map(|(_, name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests;
