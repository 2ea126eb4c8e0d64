//! What a reviewer of rules should look at: rules that nothing meets, permits that meet too much.

use super::rule::{BASELINE, Meta};
use super::{CedarEngine, Member, Profile, schema};
use crate::decision::Outcome;
use crate::error::{Lint, LintKind};
use crate::limits::Limits;
use crate::tool::Tool;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Every lint about the bundle's own rules.
pub(super) fn lints(engine: &CedarEngine, profile: Profile, limits: &Limits) -> Vec<Lint> {
    let mut lints = engine.lints.clone();
    let equals_group = engine.members.iter().filter(|member| member.scope.is_group);
    let at = |member: &Member| {
        (member.meta.info.file.escape_default().to_string(), member.meta.info.line)
    };
    let equals_group: BTreeSet<_> = equals_group.map(at).collect();
    // Cedar says the same of them, without saying what to write.
    lints.retain(|lint| {
        lint.kind != LintKind::RuleNever || !equals_group.contains(&(lint.file.clone(), lint.line))
    });
    let blanket = Blanket::of(&engine.members);
    let tools: BTreeMap<&str, &Tool> =
        engine.tools.iter().map(|(id, known)| (id.as_str(), &*known.tool)).collect();
    let mut met = Actions::default();
    tools.values().for_each(|tool| met.add(tool));
    for (at, member) in engine.members.iter().enumerate() {
        if member.meta.info.file == BASELINE {
            continue;
        }
        about_text(&member.meta, &mut lints);
        let mut note = |kind, what: &str| {
            let rule = &member.meta.info;
            lints.push(Lint::new(
                kind,
                &rule.file,
                rule.line,
                format!("the rule `{}` {what}", rule.id),
            ));
        };
        if member.scope.is_group {
            note(LintKind::RuleUnreachable, "names a group of calls with `==`, and no call is one");
        } else if !tools.is_empty() && !met.meets(member) {
            note(LintKind::RuleUnreachable, "meets no tool of the manifest");
        }
        if let Some(by) = blanket.over(at, member, engine) {
            let what = format!("can never count: `{by}` forbids all that it could apply to");
            note(LintKind::RuleShadowed, &what);
        }
        if let Some(what) = too_wide(member, profile) {
            note(LintKind::PermitWide, what);
        }
    }
    engine.dormant.iter().for_each(|meta| about_text(meta, &mut lints));
    unscoped(engine, limits, &mut lints);
    unpermitted(engine, &tools, &mut lints);
    lints.sort_by(|a, b| (&a.file, a.line, a.kind).cmp(&(&b.file, b.line, b.kind)));
    lints
}

fn about_text(meta: &Meta, lints: &mut Vec<Lint>) {
    let rule = &meta.info;
    let mut note = |kind, what: &str| {
        lints.push(Lint::new(
            kind,
            &rule.file,
            rule.line,
            format!("the rule `{}` {what}", rule.id),
        ));
    };
    if !meta.permits && !meta.says_why {
        note(LintKind::RuleReason, "says no reason");
    }
    if !meta.is_named {
        note(LintKind::RuleId, "is named by its place");
    }
    if rule.owner.is_empty() {
        note(LintKind::RuleOwner, "has no owner");
    }
}

/// The actions that some tool of the manifest is, or is in.
#[derive(Default)]
struct Actions(BTreeSet<String>);

impl Actions {
    fn add(&mut self, tool: &Tool) {
        self.0.insert(tool.id.as_str().to_owned());
        self.0.extend(schema::groups(schema::possible_effects(tool)).map(str::to_owned));
    }

    fn meets(&self, member: &Member) -> bool {
        let there = |action: &String| {
            // The verbs on content need no tool.
            let verb = schema::is_built_in(action) && !schema::is_group(action);
            verb || self.0.contains(action)
        };
        member.scope.actions.as_ref().is_none_or(|actions| actions.iter().any(there))
    }
}

/// The actions that a forbid denies to everybody, without conditions, by the first that does.
struct Blanket<'a> {
    everything: Option<usize>,
    actions: HashMap<&'a str, usize>,
}

impl<'a> Blanket<'a> {
    fn of(members: &'a [Member]) -> Self {
        let mut blanket = Self { everything: None, actions: HashMap::new() };
        for (at, member) in members.iter().enumerate().filter(|(_, member)| is_blanket(member)) {
            match &member.scope.actions {
                None => _ = blanket.everything.get_or_insert(at),
                Some(actions) => actions.iter().for_each(|action| {
                    blanket.actions.entry(action).or_insert(at);
                }),
            }
        }
        blanket
    }

    /// The forbid that covers all that `member` could apply to, and is another rule.
    fn over(&self, at: usize, member: &Member, engine: &'a CedarEngine) -> Option<&'a str> {
        let other = |by: usize| {
            // Of two that say the same the first one stays.
            let same = |by: &Member| is_blanket(member) && by.scope.actions == member.scope.actions;
            let later = at < by && engine.members.get(by).is_some_and(same);
            (by != at && !later).then_some(by)
        };
        let everything = self.everything.and_then(other);
        let by = match &member.scope.actions {
            None => everything,
            Some(actions) => {
                let covers = |action: &String| {
                    let tool = engine.tools.get(action).map(|known| &*known.tool);
                    let groups = tool.into_iter().flat_map(|tool| schema::groups(tool.effects));
                    let groups = groups.filter_map(|group| self.actions.get(group));
                    let above = groups_above(action).filter_map(|group| self.actions.get(group));
                    everything.or_else(|| above.chain(groups).copied().find_map(other))
                };
                let mut found = actions.iter().map(covers);
                let first = found.next().flatten();
                first.filter(|_| found.all(|by| by.is_some()))
            }
        }?;
        Some(&engine.members.get(by)?.meta.info.id)
    }
}

/// An action, and the groups that hold all of its calls.
fn groups_above(action: &str) -> impl Iterator<Item = &str> {
    let call = schema::is_group(action) || !schema::is_built_in(action);
    let acts = schema::is_group(action) && action != schema::CALL && action != "effect:read";
    let groups = [(acts, schema::ACT), (call, schema::CALL)];
    std::iter::once(action).chain(groups.into_iter().filter(|(is, _)| *is).map(|(_, group)| group))
}

fn is_blanket(member: &Member) -> bool {
    let meta = &member.meta;
    let denies = meta.info.outcome == Outcome::Deny && !meta.watched && !meta.info.yields;
    denies && member.is_free && member.scope.is_exact
}

fn too_wide(member: &Member, profile: Profile) -> Option<&'static str> {
    if !member.meta.permits || !member.is_free || member.scope.principal.is_some() {
        return None;
    }
    if member.scope.is_open() {
        return Some("permits every call of every tool, also of tools that nobody described");
    }
    let actions = member.scope.actions.as_ref()?;
    let group = actions.iter().any(|action| schema::is_group(action));
    let what = "permits every tool with an effect, also tools that are still to come";
    (group && profile == Profile::Strict).then_some(what)
}

/// Rules that every call meets cost every call; there is room for few of them.
fn unscoped(engine: &CedarEngine, limits: &Limits, lints: &mut Vec<Lint>) {
    let open = engine.members.iter().filter(|m| m.meta.info.file != BASELINE && m.scope.is_open());
    let open: Vec<_> = open.collect();
    if open.len() * 4 > limits.unscoped_policies * 3
        && let Some(last) = open.last()
    {
        let rule = &last.meta.info;
        let (count, limit) = (open.len(), limits.unscoped_policies);
        let message = format!("{count} rules may meet every call, of {limit} at most");
        lints.push(Lint::new(LintKind::RulesUnscoped, &rule.file, rule.line, message));
    }
}

fn unpermitted<'a>(
    engine: &'a CedarEngine,
    tools: &BTreeMap<&'a str, &'a Tool>,
    lints: &mut Vec<Lint>,
) {
    let permits: Vec<_> = engine.members.iter().filter(|member| member.meta.permits).collect();
    let mut permitted = BTreeSet::new();
    for permit in &permits {
        match &permit.scope.actions {
            None => return,
            Some(actions) => permitted.extend(actions.iter().map(String::as_str)),
        }
    }
    for (id, tool) in tools {
        let mut groups = schema::groups(schema::possible_effects(tool));
        if !permitted.contains(id) && !groups.any(|group| permitted.contains(group)) {
            let message = format!("no permit can meet the tool `{id}`");
            lints.push(Lint::new(LintKind::ToolUnpermitted, "tools.toml", 0, message));
        }
    }
}
