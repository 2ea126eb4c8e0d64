//! Builds `context` natively, and only as much of it as the rules at hand read.

use super::facts;
use super::shape::{Field, Kind, Shape};
use crate::error::{Error, ErrorKind, Result};
use crate::request::{FlowFacts, Request, RoleFacts};
use crate::tool::Effect;
use crate::value::{Object, Value};
use cedar_policy::{Context, RestrictedExpression as Expr};
use std::collections::BTreeSet;

/// What a policy's text names, and so may read.
#[derive(Debug, Clone, Default)]
pub(super) struct Reads {
    words: BTreeSet<String>,
    /// A name is written with an escape: it may read anything.
    everything: bool,
    /// A bit for each of [`FIELDS`], then for each role.
    bits: u32,
}

/// The fields of `context`, and the variables whose entities cost something.
const FIELDS: [&str; 7] = ["flow", "args", "input", "session", "tool", "findings", "content"];

impl Reads {
    /// What a policy with these words reads.
    pub fn of<'a>(words: impl Iterator<Item = &'a str>, escapes: bool) -> Self {
        let words: BTreeSet<String> = words.map(str::to_owned).collect();
        let roles = FlowFacts::ROLES.iter().map(|role| role.as_str());
        let names = FIELDS.into_iter().chain(roles).enumerate();
        let bits = names.filter(|(_, name)| words.contains(*name)).map(|(i, _)| 1 << i).sum();
        Self { words, everything: escapes, bits: if escapes { u32::MAX } else { bits } }
    }

    fn names(&self, word: &str) -> bool {
        self.everything || self.words.contains(word)
    }
}

/// The declared arguments of a tool.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub shape: Shape,
    pub names: BTreeSet<String>,
}

/// Expressions that every context shares.
pub(super) struct Constants {
    yes: Expr,
    no: Expr,
    absent: Expr,
}

impl Constants {
    pub fn new() -> Result<Self> {
        let (yes, no) = (Expr::new_bool(true), Expr::new_bool(false));
        let mut constants = Self { yes: yes.clone(), no, absent: yes };
        constants.absent = constants.role(RoleFacts::ABSENT)?;
        Ok(constants)
    }

    /// The context of `request`, with all that any of `reads` names.
    ///
    /// # Errors
    /// `policy/evaluate` where an argument that is read is missing or does not fit its type.
    pub fn context(
        &self,
        request: &Request<'_>,
        declared: &Declared,
        reads: &[&Reads],
    ) -> Result<Context> {
        let bits = reads.iter().fold(0, |bits, reads| bits | reads.bits);
        let mut pairs: Vec<(String, Expr)> = Vec::with_capacity(FIELDS.len());
        for (i, name) in FIELDS.into_iter().enumerate() {
            if bits & 1 << i == 0 {
                continue;
            }
            let field = match name {
                "flow" => self.flow(request.flow, bits >> FIELDS.len())?,
                "args" => self.args(request.args, declared, reads)?,
                "input" => input(request.input, &declared.shape, reads)?,
                "session" => self.session(request)?,
                "tool" => self.tool(request)?,
                "findings" => self.findings(request)?,
                _ => self.content(request)?,
            };
            pairs.push((name.to_owned(), field));
        }
        Context::from_pairs(pairs).map_err(|error| fault(error.to_string()))
    }

    fn truth(&self, truth: bool) -> Expr {
        if truth { self.yes.clone() } else { self.no.clone() }
    }

    fn flags<T>(&self, list: &[facts::Flag<T>], of: &T) -> Vec<(String, Expr)> {
        list.iter().map(|(name, fact)| ((*name).to_owned(), self.truth(fact(of)))).collect()
    }

    fn flow(&self, flow: &FlowFacts, roles: u32) -> Result<Expr> {
        let mut fields = self.flags(facts::FLOW, flow);
        fields.push(("categories".to_owned(), strings(flow.categories.iter())));
        for (i, (role, facts)) in FlowFacts::ROLES.iter().zip(flow.roles).enumerate() {
            if roles & 1 << i != 0 {
                fields.push((role.as_str().to_owned(), self.role(facts)?));
            }
        }
        record(fields)
    }

    fn role(&self, facts: RoleFacts) -> Result<Expr> {
        if facts == RoleFacts::ABSENT && self.absent != self.yes {
            return Ok(self.absent.clone());
        }
        let mut fields = self.flags(facts::ROLE, &facts);
        fields.push(("rank".to_owned(), Expr::new_long(i64::from(facts.rank))));
        record(fields)
    }

    fn args(
        &self,
        args: &[(String, RoleFacts)],
        declared: &Declared,
        reads: &[&Reads],
    ) -> Result<Expr> {
        let read = declared.names.iter().filter(|name| reads.iter().any(|r| r.names(name)));
        let fields = read.map(|name| {
            let facts = args.iter().find(|(known, _)| known == name).map(|(_, facts)| *facts);
            Ok((name.clone(), self.role(facts.unwrap_or(RoleFacts::ABSENT))?))
        });
        record(fields.collect::<Result<_>>()?)
    }

    fn session(&self, request: &Request<'_>) -> Result<Expr> {
        let mut fields = self.flags(facts::SESSION, request.session);
        fields.extend(counts(facts::SESSION_COUNTS, request.session));
        record(fields)
    }

    fn tool(&self, request: &Request<'_>) -> Result<Expr> {
        let mut fields = self.flags(facts::TOOL, request.facts);
        let effects = request.facts.effects.iter().map(Effect::as_str);
        fields.push(("effects".to_owned(), strings(effects)));
        fields.push(("owner".to_owned(), Expr::new_string(request.facts.owner.clone())));
        record(fields)
    }

    fn findings(&self, request: &Request<'_>) -> Result<Expr> {
        let findings = request.findings;
        let mut fields = self.flags(facts::FINDINGS, findings);
        fields.extend(counts(facts::FINDING_COUNTS, findings));
        let categories = findings.categories.iter().map(|category| category.as_str());
        fields.push(("categories".to_owned(), strings(categories)));
        fields.push(("rules".to_owned(), strings(findings.rules.iter())));
        record(fields)
    }

    fn content(&self, request: &Request<'_>) -> Result<Expr> {
        let content = request.content;
        record(vec![
            ("sources".to_owned(), strings(content.sources.iter().map(|source| source.as_str()))),
            ("kind".to_owned(), Expr::new_string(content.kind.clone())),
            ("bytes".to_owned(), Expr::new_long(content.bytes)),
            ("forbidden_quote".to_owned(), self.truth(content.forbidden_quote)),
        ])
    }
}

fn counts<'a, T>(
    list: &'a [facts::Count<T>],
    of: &'a T,
) -> impl Iterator<Item = (String, Expr)> + 'a {
    list.iter().map(|(name, count)| ((*name).to_owned(), Expr::new_long(count(of))))
}

fn strings(items: impl Iterator<Item = impl AsRef<str>>) -> Expr {
    Expr::new_set(items.map(|item| Expr::new_string(item.as_ref().to_owned())))
}

fn record(fields: Vec<(String, Expr)>) -> Result<Expr> {
    Expr::new_record(fields).map_err(|error| fault(error.to_string()))
}

/// `context.input`: the declared arguments that are read. Others are not visible.
fn input(arguments: Option<&Object>, shape: &Shape, reads: &[&Reads]) -> Result<Expr> {
    let none = Object::default();
    object(arguments.unwrap_or(&none), shape, &|name| reads.iter().any(|r| r.names(name)))
}

fn object(object: &Object, shape: &Shape, read: &dyn Fn(&str) -> bool) -> Result<Expr> {
    let mut fields = Vec::new();
    for (name, Field { kind, optional }) in &shape.fields {
        if !read(name) {
            continue;
        }
        match object.get(name).filter(|value| !value.is_null()) {
            Some(value) => {
                let value = typed(value, kind, read).map_err(|error| within(error, name))?;
                fields.push((name.clone(), value));
            }
            None if *optional => {}
            // An absent object may hold optional fields only: then it is empty.
            None => return Err(within(fault("a declared argument is missing"), name)),
        }
    }
    record(fields)
}

fn typed(value: &Value, kind: &Kind, read: &dyn Fn(&str) -> bool) -> Result<Expr> {
    match (kind, value) {
        (Kind::Text, Value::String(text)) => Ok(Expr::new_string(text.clone())),
        (Kind::Long, Value::Int(number)) => Ok(Expr::new_long(*number)),
        (Kind::Bool, Value::Bool(truth)) => Ok(Expr::new_bool(*truth)),
        (Kind::Decimal, Value::Int(number)) => decimal(&number.to_string()),
        (Kind::Decimal, Value::Float(number)) => decimal(&number.to_string()),
        (Kind::Set(inner), Value::Array(items)) => {
            let items = items.iter().map(|item| typed(item, inner, read));
            Ok(Expr::new_set(items.collect::<Result<Vec<_>>>()?))
        }
        (Kind::Record(shape), Value::Object(inner)) => object(inner, shape, read),
        (_, value) => Err(fault(format!("a declared argument is a {}", value.type_name()))),
    }
}

/// A decimal of Cedar has four places and 64 bits. What does not fit cannot be compared rightly,
/// so a rule that reads it cannot decide.
fn decimal(number: &str) -> Result<Expr> {
    const WHOLE: i64 = i64::MAX / 10_000 - 1;
    let (whole, places) = number.split_once('.').unwrap_or((number, "0"));
    let fits = places.len() <= 4
        && places.bytes().all(|b| b.is_ascii_digit())
        && whole.parse::<i64>().is_ok_and(|whole| (-WHOLE..=WHOLE).contains(&whole));
    if !fits {
        return Err(fault("a number does not fit a decimal with four places"));
    }
    Ok(Expr::new_decimal(format!("{whole}.{places}")))
}

fn fault(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::PolicyEvaluate, message)
}

fn within(error: Error, name: &str) -> Error {
    // The name is the manifest's, the value stays unsaid.
    error.with("argument", name.escape_default().to_string())
}
