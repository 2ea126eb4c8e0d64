//! Rules out policies that cannot apply, without evaluating them.
//!
//! Most rules begin with plain truths: `context.flow.tainted && !context.flow.payload.accounted`.
//! Such a beginning is read once, at load. Where it is false the whole condition is false, and
//! Cedar would find the same: it evaluates from left to right, and these truths cannot fail.

use super::facts::{Fact, Number};
use crate::principal::Trust;
use crate::request::Request;
use serde_json::Value as Json;
use std::cmp::Ordering;

/// A condition made of plain truths alone.
#[derive(Debug, Clone)]
pub(super) enum Gate {
    Always(bool),
    Fact(Fact),
    /// A number, what its order to another must be, and that other.
    Number(Number, Fits, i64),
    Not(Box<Gate>),
    All(Vec<Gate>),
    Any(Vec<Gate>),
}

impl Gate {
    /// What must hold before the policy with these conditions (in Cedar's JSON) can apply; and
    /// whether that is all of them, so that it does apply where its scope is met.
    pub fn of(policy: &Json) -> (Self, bool) {
        let mut gates = Vec::new();
        let Some(conditions) = policy.get("conditions").and_then(Json::as_array) else {
            return (Gate::All(gates), false);
        };
        for condition in conditions {
            let when = match condition.get("kind").and_then(Json::as_str) {
                Some("when") => true,
                Some("unless") => false,
                _ => return (Gate::All(gates), false),
            };
            let body = condition.get("body");
            if !body.is_some_and(|body| lead(body, when, &mut gates)) {
                return (Gate::All(gates), false);
            }
        }
        (Gate::All(gates), true)
    }

    /// Whether it is open for every request, because there is no condition, or none but `true`.
    pub fn is_open(&self) -> bool {
        match self {
            Gate::Always(truth) => *truth,
            Gate::All(all) => all.iter().all(Gate::is_open),
            _ => false,
        }
    }

    /// Whether it is open for `request`.
    pub fn holds(&self, request: &Request<'_>) -> bool {
        match self {
            Gate::Always(truth) => *truth,
            Gate::Fact(fact) => fact.holds(request),
            Gate::Number(number, fits, other) => fits(number.of(request).cmp(other)),
            Gate::Not(inner) => !inner.holds(request),
            Gate::All(all) => all.iter().all(|gate| gate.holds(request)),
            Gate::Any(any) => any.iter().any(|gate| gate.holds(request)),
        }
    }
}

/// Adds what `expression` needs to be `wanted`, as far as its beginning consists of plain truths.
/// Says whether all of it does, so that what follows may be looked at too.
fn lead(expression: &Json, wanted: bool, gates: &mut Vec<Gate>) -> bool {
    if let Some(gate) = plain(expression) {
        gates.push(if wanted { gate } else { Gate::Not(Box::new(gate)) });
        return true;
    }
    // A conjunction must be true part by part, a disjunction false part by part.
    let chain = if wanted { "&&" } else { "||" };
    if let Some((left, right)) = sides(expression, chain) {
        return lead(left, wanted, gates) && lead(right, wanted, gates);
    }
    match argument(expression, "!") {
        Some(inner) => lead(inner, !wanted, gates),
        None => false,
    }
}

fn plain(expression: &Json) -> Option<Gate> {
    if let Some(truth) = expression.get("Value").and_then(Json::as_bool) {
        return Some(Gate::Always(truth));
    }
    if let Some(inner) = argument(expression, "!") {
        return Some(Gate::Not(Box::new(plain(inner)?)));
    }
    if let Some((left, right)) = sides(expression, "&&") {
        return Some(Gate::All(vec![plain(left)?, plain(right)?]));
    }
    if let Some((left, right)) = sides(expression, "||") {
        return Some(Gate::Any(vec![plain(left)?, plain(right)?]));
    }
    for (operator, fits) in COMPARISONS {
        let Some(sides) = sides(expression, operator) else { continue };
        if let Some(gate) = number(sides, *fits) {
            return Some(gate);
        }
        return match *operator {
            "==" => Some(Gate::Fact(trust(sides)?)),
            "!=" => Some(Gate::Not(Box::new(Gate::Fact(trust(sides)?)))),
            _ => None,
        };
    }
    let (variable, path) = access(expression)?;
    if variable == "context" { Fact::named(&path).map(Gate::Fact) } else { None }
}

/// What a comparison asks of the order of its two sides.
type Fits = fn(Ordering) -> bool;

/// Cedar's comparisons, as it writes them, with what they ask of an order.
const COMPARISONS: &[(&str, Fits)] = &[
    ("==", Ordering::is_eq),
    ("!=", Ordering::is_ne),
    ("<", Ordering::is_lt),
    ("<=", Ordering::is_le),
    (">", Ordering::is_gt),
    (">=", Ordering::is_ge),
];

/// A number of the context beside one that is written out. Comparing them cannot fail.
fn number((left, right): (&Json, &Json), fits: Fits) -> Option<Gate> {
    let (variable, path) = access(left)?;
    let number = Number::named(&path).filter(|_| variable == "context")?;
    Some(Gate::Number(number, fits, right.get("Value")?.as_i64()?))
}

/// `principal.trust` and a word for it.
fn trust((left, right): (&Json, &Json)) -> Option<Fact> {
    let (variable, path) = access(left)?;
    let word = right.get("Value")?.as_str()?;
    let known = (variable, &*path) == ("principal", &["trust"]);
    known.then(|| Trust::parse(word).ok())?.map(Fact::Trust)
}

/// The variable and the fields of `variable.field.field`.
fn access(expression: &Json) -> Option<(&str, Vec<&str>)> {
    let mut path = Vec::new();
    let mut here = expression;
    while let Some(access) = here.get(".") {
        path.push(access.get("attr")?.as_str()?);
        here = access.get("left")?;
        if path.len() > 3 {
            return None;
        }
    }
    path.reverse();
    Some((here.get("Var")?.as_str()?, path))
}

fn sides<'a>(expression: &'a Json, operator: &str) -> Option<(&'a Json, &'a Json)> {
    let operation = expression.get(operator)?;
    Some((operation.get("left")?, operation.get("right")?))
}

fn argument<'a>(expression: &'a Json, operator: &str) -> Option<&'a Json> {
    expression.get(operator)?.get("arg")
}
