//! Builds `context` natively, and only as much of it as the rules at hand read.

use super::facts;
use super::reads::{Reads, Wanted};
use super::shape::{Field, Kind, Shape};
use crate::error::{Error, ErrorKind, Result};
use crate::request::{FlowFacts, Request, RoleFacts};
use crate::tool::Effect;
use crate::value::{Object, Value};
use cedar_policy::{Context, RestrictedExpression as Expr};
use std::collections::BTreeSet;

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
    absent: Option<Expr>,
}

impl Constants {
    pub fn new() -> Result<Self> {
        let (yes, no) = (Expr::new_bool(true), Expr::new_bool(false));
        let constants = Self { yes, no, absent: None };
        let all = Reads::everything();
        let absent = constants.role(RoleFacts::ABSENT, &Wanted::all(&all))?;
        Ok(Self { absent: Some(absent), ..constants })
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
        let wanted = Wanted::context(reads);
        let mut pairs: Vec<(String, Expr)> = Vec::new();
        let mut add = |name: &str, field: &dyn Fn(&Wanted<'_>) -> Result<Expr>| {
            let Some(wanted) = wanted.field(name) else { return Ok(()) };
            pairs.push((name.to_owned(), field(&wanted)?));
            Ok(())
        };
        add("flow", &|wanted| self.flow(request.flow, wanted))?;
        add("args", &|wanted| self.args(request.args, declared, wanted))?;
        add("input", &|wanted| input(request.input, &declared.shape, wanted))?;
        add("session", &|wanted| self.session(request, wanted))?;
        add("tool", &|wanted| self.tool(request, wanted))?;
        add("findings", &|wanted| self.findings(request, wanted))?;
        add("content", &|wanted| self.content(request, wanted))?;
        Context::from_pairs(pairs).map_err(|error| fault(error.to_string()))
    }

    fn truth(&self, truth: bool) -> Expr {
        if truth { self.yes.clone() } else { self.no.clone() }
    }

    fn flags<T>(&self, list: &[facts::Flag<T>], of: &T, fields: &mut Fields<'_, '_>) {
        for (name, fact) in list {
            fields.add(name, || self.truth(fact(of)));
        }
    }

    fn flow(&self, flow: &FlowFacts, wanted: &Wanted<'_>) -> Result<Expr> {
        let mut fields = Fields::of(wanted);
        self.flags(facts::FLOW, flow, &mut fields);
        fields.add("categories", || strings(flow.categories.iter()));
        for (role, facts) in FlowFacts::ROLES.iter().zip(flow.roles) {
            if let Some(wanted) = wanted.field(role.as_str()) {
                fields.read.push((role.as_str().to_owned(), self.role(facts, &wanted)?));
            }
        }
        record(fields.read)
    }

    fn role(&self, facts: RoleFacts, wanted: &Wanted<'_>) -> Result<Expr> {
        let whole = wanted.is_whole();
        if let Some(absent) = self.absent.as_ref().filter(|_| whole && facts == RoleFacts::ABSENT) {
            return Ok(absent.clone());
        }
        let mut fields = Fields::of(wanted);
        self.flags(facts::ROLE, &facts, &mut fields);
        fields.add("rank", || Expr::new_long(i64::from(facts.rank)));
        record(fields.read)
    }

    fn args(
        &self,
        args: &[(String, RoleFacts)],
        declared: &Declared,
        wanted: &Wanted<'_>,
    ) -> Result<Expr> {
        let mut fields = Vec::new();
        for name in &declared.names {
            let Some(wanted) = wanted.field(name) else { continue };
            let facts = args.iter().find(|(known, _)| known == name).map(|(_, facts)| *facts);
            let facts = self.role(facts.unwrap_or(RoleFacts::ABSENT), &wanted)?;
            fields.push((name.clone(), facts));
        }
        record(fields)
    }

    fn session(&self, request: &Request<'_>, wanted: &Wanted<'_>) -> Result<Expr> {
        let mut fields = Fields::of(wanted);
        self.flags(facts::SESSION, request.session, &mut fields);
        fields.counts(facts::SESSION_COUNTS, request.session);
        record(fields.read)
    }

    fn tool(&self, request: &Request<'_>, wanted: &Wanted<'_>) -> Result<Expr> {
        let mut fields = Fields::of(wanted);
        self.flags(facts::TOOL, request.facts, &mut fields);
        fields.add("effects", || strings(request.facts.effects.iter().map(Effect::as_str)));
        fields.add("owner", || Expr::new_string(request.facts.owner.clone()));
        record(fields.read)
    }

    fn findings(&self, request: &Request<'_>, wanted: &Wanted<'_>) -> Result<Expr> {
        let findings = request.findings;
        let mut fields = Fields::of(wanted);
        self.flags(facts::FINDINGS, findings, &mut fields);
        fields.counts(facts::FINDING_COUNTS, findings);
        let categories = || findings.categories.iter().map(|category| category.as_str());
        fields.add("categories", || strings(categories()));
        fields.add("rules", || strings(findings.rules.iter()));
        record(fields.read)
    }

    fn content(&self, request: &Request<'_>, wanted: &Wanted<'_>) -> Result<Expr> {
        let content = request.content;
        let mut fields = Fields::of(wanted);
        fields.add("sources", || strings(content.sources.iter().map(|source| source.as_str())));
        fields.add("kind", || Expr::new_string(content.kind.clone()));
        fields.add("bytes", || Expr::new_long(content.bytes));
        fields.add("forbidden_quote", || self.truth(content.forbidden_quote));
        record(fields.read)
    }
}

/// The fields of a record, as far as they are read.
struct Fields<'w, 'a> {
    wanted: &'w Wanted<'a>,
    read: Vec<(String, Expr)>,
}

impl<'w, 'a> Fields<'w, 'a> {
    fn of(wanted: &'w Wanted<'a>) -> Self {
        Self { wanted, read: Vec::new() }
    }

    fn add(&mut self, name: &str, value: impl FnOnce() -> Expr) {
        if self.wanted.has(name) {
            self.read.push((name.to_owned(), value()));
        }
    }

    fn counts<T>(&mut self, list: &[facts::Count<T>], of: &T) {
        for (name, count) in list {
            self.add(name, || Expr::new_long(count(of)));
        }
    }
}

fn strings(items: impl Iterator<Item = impl AsRef<str>>) -> Expr {
    Expr::new_set(items.map(|item| Expr::new_string(item.as_ref().to_owned())))
}

fn record(fields: Vec<(String, Expr)>) -> Result<Expr> {
    Expr::new_record(fields).map_err(|error| fault(error.to_string()))
}

/// `context.input`: the declared arguments that are read. Others are not visible.
fn input(arguments: Option<&Object>, shape: &Shape, wanted: &Wanted<'_>) -> Result<Expr> {
    let none = Object::default();
    object(arguments.unwrap_or(&none), shape, wanted)
}

fn object(object: &Object, shape: &Shape, wanted: &Wanted<'_>) -> Result<Expr> {
    let mut fields = Vec::new();
    for (name, Field { kind, optional }) in &shape.fields {
        let Some(wanted) = wanted.field(name) else { continue };
        match object.get(name).filter(|value| !value.is_null()) {
            Some(value) => {
                let value = typed(value, kind, &wanted).map_err(|error| within(error, name))?;
                fields.push((name.clone(), value));
            }
            None if *optional => {}
            // An absent object may hold optional fields only: then it is empty.
            None => return Err(within(fault("a declared argument is missing"), name)),
        }
    }
    record(fields)
}

fn typed(value: &Value, kind: &Kind, wanted: &Wanted<'_>) -> Result<Expr> {
    match (kind, value) {
        (Kind::Text, Value::String(text)) => Ok(Expr::new_string(text.clone())),
        (Kind::Long, Value::Int(number)) => Ok(Expr::new_long(*number)),
        (Kind::Bool, Value::Bool(truth)) => Ok(Expr::new_bool(*truth)),
        (Kind::Decimal, Value::Int(number)) => decimal(&number.to_string()),
        (Kind::Decimal, Value::Float(number)) => decimal(&number.to_string()),
        (Kind::Set(inner), Value::Array(items)) => {
            let items = items.iter().map(|item| typed(item, inner, wanted));
            Ok(Expr::new_set(items.collect::<Result<Vec<_>>>()?))
        }
        (Kind::Record(shape), Value::Object(inner)) => object(inner, shape, wanted),
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
