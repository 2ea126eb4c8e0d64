//! What no work of ours can go below: Cedar alone, and the detectors alone.

use crate::harness::{Plan, Result, timed};
use crate::scene::tool_policies;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression as Expr,
};
use checkrein::Limits;
use checkrein::detect::{Detectors, Scope, Settings};
use checkrein::digest::Key;
use checkrein::normalize::Normalizer;
use checkrein::source::SourceKind;
use checkrein::view::Leaf;
use std::collections::HashSet;

/// Ten policies, asked as a host would that embeds Cedar itself and gives it what these policies
/// could want: the call's arguments, where two of them came from, two counters.
pub fn bare_cedar(plan: &Plan) -> Result<()> {
    let policies: String = (0..5).map(tool_policies).collect();
    let policies: PolicySet = policies.parse()?;
    let names = Names::new()?;
    let groups = ["effect:spend", "effect:any", "verb:call"];
    let groups: HashSet<_> = groups.iter().map(|group| uid(&names.action, group)).collect();
    let action = Entity::new_no_attrs(uid(&names.action, "pay_0"), groups);
    let entities = Entities::from_entities([action], None)?;
    let authorizer = Authorizer::new();
    plan.row("bare_cedar_10", 4000, |_| {
        let (took, answer) = timed(|| -> Result<_> {
            let request = Request::new(
                uid(&names.user, "alice"),
                uid(&names.action, "pay_0"),
                uid(&names.tool, "pay_0"),
                context()?,
                None,
            )?;
            Ok(authorizer.is_authorized(&request, &policies, &entities))
        });
        let answer = answer?;
        if answer.decision() != Decision::Allow || answer.diagnostics().errors().next().is_some() {
            return Err("Cedar did not allow the call".into());
        }
        Ok(took)
    })
}

struct Names {
    user: EntityTypeName,
    action: EntityTypeName,
    tool: EntityTypeName,
}

impl Names {
    fn new() -> Result<Self> {
        Ok(Self { user: "User".parse()?, action: "Action".parse()?, tool: "Tool".parse()? })
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn context() -> Result<Context> {
    let input = record([
        ("recipient", Expr::new_string("DE89370400440532013000".to_owned())),
        ("amount", Expr::new_long(120)),
        ("purpose", Expr::new_string("March invoice".to_owned())),
    ])?;
    let flow = record([
        ("tainted", Expr::new_bool(true)),
        ("complete", Expr::new_bool(true)),
        ("destination", role()?),
        ("payload", role()?),
    ])?;
    let session = record([("calls", Expr::new_long(3)), ("amount", Expr::new_long(360))])?;
    let pairs = [("input", input), ("flow", flow), ("session", session)];
    Ok(Context::from_pairs(pairs.map(|(key, value)| (key.to_owned(), value)))?)
}

fn role() -> Result<Expr> {
    record([
        ("present", Expr::new_bool(true)),
        ("accounted", Expr::new_bool(true)),
        ("linked", Expr::new_bool(false)),
        ("granted", Expr::new_bool(false)),
        ("flagged", Expr::new_bool(false)),
        ("unseen", Expr::new_bool(false)),
        ("secret", Expr::new_bool(false)),
        ("rank", Expr::new_long(4)),
    ])
}

fn record<const N: usize>(fields: [(&str, Expr); N]) -> Result<Expr> {
    Ok(Expr::new_record(fields.map(|(key, value)| (key.to_owned(), value)))?)
}

/// The detectors alone over text whose views are ready.
pub fn gated_rules(plan: &Plan, texts: &[String]) -> Result<()> {
    let detectors = Detectors::new(&Settings::default())?;
    let normalizer = Normalizer::new(&Limits::default());
    let key = Key::new([7; 32]);
    plan.row("gated_rules_1k", 4000, |i| {
        let text = texts.get(i % texts.len()).map(String::as_str).unwrap_or_default();
        let views = normalizer.views(text);
        let leaf = Leaf { path: "", text, views: &views };
        let mut found = Vec::new();
        let scope = Scope::Input(SourceKind::User);
        Ok(timed(|| detectors.scan(&leaf, scope, &key, &mut found)).0)
    })
}
