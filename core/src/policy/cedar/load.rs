//! Turns policy text into an engine: measured, parsed, validated, indexed.

use super::context::{Constants, Declared};
use super::entities::{Directory, Types, of_call, policy_id};
use super::gate::Gate;
use super::index::{Index, Scope};
use super::reads::Reads;
use super::rule::{BASELINE, Meta, place};
use super::scan::{self, Piece};
use super::shape::Shape;
use super::{CedarEngine, Member, PolicyInput, Registered, baseline, schema};
use crate::error::{Error, ErrorKind, Lint, LintKind, Result, did_you_mean};
use crate::id::ToolId;
use crate::limits::Limits;
use crate::tool::Tool;
use cedar_policy::{ActionConstraint, EntityUid, Policy, PolicySet, ValidationMode, Validator};
use miette::Diagnostic;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

/// Stack of the thread that parses: far more than text within the limits of `scan` can use.
const STACK: usize = 64 * 1024 * 1024;
/// Policies that are validated against one schema, which holds the tools that they name.
const CHUNK: usize = 64;
/// Tools that are not registered for which another one is looked for that may be meant.
const MAX_MEANT: usize = 32;

/// Loads on a thread of its own, and waits for it.
pub(super) fn load(input: &PolicyInput<'_>) -> Result<(CedarEngine, Vec<String>)> {
    let failed = |what: &str| Error::new(ErrorKind::PolicyEngine, what);
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("checkrein-policy".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, || build(input))
            .map_err(|_| failed("no thread could be started to load policies"))?
            .join()
            .unwrap_or_else(|_| Err(failed("the policy parser failed")))
    })
}

/// A policy on its way into the engine.
struct Draft<'a> {
    policy: Policy,
    piece: Piece<'a>,
    meta: Meta,
    scope: Scope,
    /// Tools that its text names, registered or not.
    tools: BTreeSet<String>,
}

fn build(input: &PolicyInput<'_>) -> Result<(CedarEngine, Vec<String>)> {
    let mut loader = Loader::new(input)?;
    let bytes: usize = input.files.iter().map(|(_, text)| text.len()).sum();
    let bytes = bytes + input.entities.map_or(0, str::len);
    Limits::check(ErrorKind::LimitBundle, "bundle", bytes, input.limits.bundle)?;
    if input.baseline {
        let mut number = 0;
        for text in baseline::files(input.profile) {
            loader.read(BASELINE, text, &mut number, &Limits::default())?;
        }
    }
    for (file, text) in input.files {
        loader.read(file, text, &mut 0, input.limits)?;
    }
    loader.check_counts(input.limits)?;
    loader.validate()?;
    loader.finish(input)
}

struct Loader<'a> {
    types: Types,
    tools: BTreeMap<&'a str, &'a Arc<Tool>>,
    drafts: Vec<Draft<'a>>,
    ids: BTreeMap<String, (String, u32)>,
    /// Forbids that name a tool nobody registered, by tool.
    waiting: HashMap<String, Vec<Meta>>,
    /// Policies that name no tool but such.
    dormant: Vec<Meta>,
    lints: Vec<Lint>,
}

impl<'a> Loader<'a> {
    fn new(input: &PolicyInput<'a>) -> Result<Self> {
        // A tool that nobody described has no arguments to type: it is as if not registered.
        let known = input.tools.iter().filter(|tool| tool.is_known());
        Ok(Self {
            types: Types::new()?,
            tools: known.map(|tool| (tool.id.as_str(), tool)).collect(),
            drafts: Vec::new(),
            ids: BTreeMap::new(),
            waiting: HashMap::new(),
            dormant: Vec::new(),
            lints: Vec::new(),
        })
    }

    fn read(
        &mut self,
        file: &'a str,
        text: &'a str,
        number: &mut usize,
        limits: &Limits,
    ) -> Result<()> {
        for piece in scan::split(file, text, limits)? {
            *number += 1;
            let at = self.drafts.len();
            let policy = Policy::parse(Some(policy_id(at)), piece.text)
                .map_err(|errors| parse_error(&errors, &piece, file))?;
            let meta = Meta::of(&policy, &piece, file, *number, &mut self.lints)?;
            self.claim_id(&meta, &piece)?;
            self.add(policy, piece, meta)?;
        }
        Ok(())
    }

    fn claim_id(&mut self, meta: &Meta, piece: &Piece<'_>) -> Result<()> {
        let here = (meta.info.file.clone(), piece.line);
        if let Some((file, line)) = self.ids.insert(meta.info.id.clone(), here) {
            let message = format!("the id `{}` stands twice", meta.info.id.escape_default());
            let error = Error::new(ErrorKind::PolicyValidate, message);
            return Err(place(error, &meta.info.file, piece.line, piece.column)
                .with("first", format!("{}, line {line}", file.escape_default())));
        }
        Ok(())
    }

    /// The tool that `id` may have been meant to be. Not looked for again and again.
    fn meant(&self, id: &str) -> String {
        let told = self.lints.iter().filter(|lint| lint.kind == LintKind::RuleWaits).count();
        let tools = self.tools.keys().copied().take(if told < MAX_MEANT { usize::MAX } else { 0 });
        did_you_mean(id, tools)
    }

    /// Keeps the policy, without tools that are not registered; one that names no other sleeps.
    fn add(&mut self, policy: Policy, piece: Piece<'a>, meta: Meta) -> Result<()> {
        let mut tools = BTreeSet::new();
        for uid in policy.entity_literals() {
            let id = uid.id().unescaped();
            if self.types.is_action(&uid) && !schema::is_built_in(id) {
                if ToolId::new(id).is_err() {
                    let meant = did_you_mean(id, schema::built_in().split(' '));
                    let message = format!("there is no action `{}`{meant}", id.escape_default());
                    let error = Error::new(ErrorKind::PolicyValidate, message);
                    return Err(place(error, &meta.info.file, piece.line, piece.column)
                        .with("hint", "an action is the id of a tool, or one of the groups")
                        .with("known", schema::built_in()));
                }
                tools.insert(id.to_owned());
            }
        }
        let scoped = match policy.action_constraint() {
            ActionConstraint::Any => Vec::new(),
            ActionConstraint::Eq(uid) => vec![uid],
            ActionConstraint::In(uids) => uids,
        };
        let here = |uid: &EntityUid| {
            let id = uid.id().unescaped();
            schema::is_built_in(id) || self.tools.contains_key(id)
        };
        let (there, missing): (Vec<_>, Vec<_>) = scoped.into_iter().partition(here);
        let absent = tools.iter().filter(|id| !self.tools.contains_key(id.as_str()));
        for id in absent {
            let rule = &meta.info;
            let meant = self.meant(id);
            let message = format!(
                "the rule `{}` waits for the tool `{id}`, which is not registered{meant}",
                rule.id
            );
            self.lints.push(Lint::new(LintKind::RuleWaits, &rule.file, rule.line, message));
        }
        if !meta.permits && !meta.watched {
            for uid in &missing {
                let id = uid.id().unescaped().to_owned();
                self.waiting.entry(id).or_default().push(meta.clone());
            }
        }
        let policy = match (there.is_empty(), missing.is_empty()) {
            (_, true) => policy,
            (true, false) => {
                self.dormant.push(meta);
                return Ok(());
            }
            (false, false) => rescoped(&policy, &there)?,
        };
        let scope = Scope::of(&policy, &self.types);
        self.drafts.push(Draft { policy, piece, meta, scope, tools });
        Ok(())
    }

    fn check_counts(&self, limits: &Limits) -> Result<()> {
        let own = || self.drafts.iter().filter(|draft| draft.meta.info.file != BASELINE);
        let sleeping: usize = self.ids.len() - self.drafts.len();
        let count = own().count() + sleeping;
        Limits::check(ErrorKind::LimitPolicies, "policies", count, limits.policies)?;
        let open: Vec<_> = own().filter(|draft| draft.scope.is_open()).collect();
        let kind = ErrorKind::LimitPolicies;
        let checked =
            Limits::check(kind, "unscoped_policies", open.len(), limits.unscoped_policies);
        checked.map_err(|error| match open.last() {
            Some(last) => place(error, &last.meta.info.file, last.piece.line, last.piece.column)
                .with("hint", "name a tool, an effect, a principal or a resource in the scope"),
            None => error,
        })
    }

    /// Checks every policy against the tools that it names, and against one phantom per group:
    /// to a policy that does not name it, one tool is like the other.
    fn validate(&mut self) -> Result<()> {
        // Those that name no tool first, so that they meet no tools at all.
        // The baseline names none, and was checked when this library was tested.
        let checked = |draft: &Draft<'_>| cfg!(test) || draft.meta.info.file != BASELINE;
        let drafts = self.drafts.iter().enumerate().filter(|(_, draft)| checked(draft));
        let mut order: Vec<usize> = drafts.map(|(at, _)| at).collect();
        order.sort_by_key(|at| self.drafts.get(*at).is_some_and(|draft| !draft.tools.is_empty()));
        let mut last: Option<(BTreeSet<&String>, Validator)> = None;
        for chunk in order.chunks(CHUNK) {
            let drafts: Vec<_> = chunk.iter().filter_map(|at| self.drafts.get(*at)).collect();
            let named: BTreeSet<&String> = drafts.iter().flat_map(|draft| &draft.tools).collect();
            let validator = match last.take() {
                Some((tools, validator)) if tools == named => validator,
                _ => self.validator(&named)?,
            };
            let set = PolicySet::from_policies(drafts.iter().map(|draft| draft.policy.clone()))
                .map_err(|error| Error::new(ErrorKind::PolicyValidate, error.to_string()))?;
            let result = validator.validate(&set, ValidationMode::Strict);
            last = Some((named, validator));
            let find =
                |id: &cedar_policy::PolicyId| drafts.iter().find(|draft| draft.policy.id() == id);
            // The order of Cedar's errors is that of a hash map: the first in the text is named.
            let first = result.validation_errors().filter_map(|error| {
                let draft = find(error.policy_id())?;
                Some((draft, error))
            });
            let first = first.min_by_key(|(draft, error)| {
                (draft.meta.info.file.clone(), draft.piece.line, error.to_string())
            });
            if let Some((draft, error)) = first {
                return Err(validation_error(error, draft));
            }
            let mut warnings: Vec<_> = result
                .validation_warnings()
                .filter_map(|warning| {
                    let draft = find(warning.policy_id())?;
                    // What waits for a tool is told so, not that it can never apply.
                    if draft.tools.iter().any(|id| !self.tools.contains_key(id.as_str())) {
                        return None;
                    }
                    let meta = &draft.meta.info;
                    let text = plain(&warning.to_string(), warning.policy_id(), &meta.id);
                    Some(Lint::new(LintKind::RuleNever, &meta.file, meta.line, text))
                })
                .collect();
            warnings.sort_by_key(Lint::to_string);
            self.lints.append(&mut warnings);
        }
        Ok(())
    }

    fn validator(&self, named: &BTreeSet<&String>) -> Result<Validator> {
        let tools = named.iter().filter_map(|id| self.tools.get(id.as_str()));
        let absent = named.iter().filter(|id| !self.tools.contains_key(id.as_str()));
        let absent = absent.map(|id| (*id).clone()).collect();
        Ok(Validator::new(schema::schema(tools.map(|tool| &***tool), &absent)?))
    }

    fn finish(self, input: &PolicyInput<'_>) -> Result<(CedarEngine, Vec<String>)> {
        let mut index = Index::default();
        let mut members = Vec::with_capacity(self.drafts.len());
        for (at, draft) in self.drafts.into_iter().enumerate() {
            let json = draft
                .policy
                .to_json()
                .map_err(|error| Error::new(ErrorKind::PolicyParse, error.to_string()))?;
            let reads = Reads::of(&json);
            index.insert(u32::try_from(at).unwrap_or(u32::MAX), &draft.scope);
            let (gate, whole) = Gate::of(&json);
            members.push(Member {
                is_plain: whole && draft.scope.is_exact,
                is_free: whole && gate.is_open(),
                scope: draft.scope,
                gate,
                reads_principal: reads.has("principal"),
                reads,
                depth: draft.piece.depth,
                set: PolicySet::from_policies([draft.policy])
                    .map_err(|error| Error::new(ErrorKind::PolicyParse, error.to_string()))?,
                meta: draft.meta,
            });
        }
        let directory = match input.entities {
            Some(text) => Directory::parse(text, input.limits)?,
            None => Directory::default(),
        };
        let tools = self.tools.into_iter().map(|(id, tool)| {
            let known = Registered {
                tool: Arc::clone(tool),
                declared: Declared { shape: Shape::of(tool), names: schema::argument_names(tool) },
                entities: of_call(&self.types, &directory, &tool.id, Some(tool), tool.effects)?,
            };
            Ok((id.to_owned(), known))
        });
        let engine = CedarEngine {
            tools: tools.collect::<Result<_>>()?,
            types: self.types,
            members,
            index,
            waiting: self.waiting,
            dormant: self.dormant,
            directory,
            constants: Constants::new()?,
            schema: OnceLock::new(),
            lints: self.lints,
        };
        let notices = engine.lints.iter().map(Lint::to_string).collect();
        Ok((engine, notices))
    }
}

/// The same policy for `actions` alone.
fn rescoped(policy: &Policy, actions: &[EntityUid]) -> Result<Policy> {
    let fault = |error: String| Error::new(ErrorKind::PolicyParse, error);
    let mut json = policy.to_json().map_err(|error| fault(error.to_string()))?;
    let entity = |uid: &EntityUid| json!({ "type": uid.type_name().to_string(), "id": uid.id().unescaped() });
    let entities: Vec<_> = actions.iter().map(entity).collect();
    if let Some(object) = json.as_object_mut() {
        object.insert("action".to_owned(), json!({ "op": "in", "entities": entities }));
    }
    Policy::from_json(Some(policy.id().clone()), json).map_err(|error| fault(error.to_string()))
}

fn parse_error(errors: &cedar_policy::ParseErrors, piece: &Piece<'_>, file: &str) -> Error {
    let Some(first) = errors.iter().next() else {
        let error = Error::new(ErrorKind::PolicyParse, "the policy does not parse");
        return place(error, file, piece.line, piece.column);
    };
    let error = Error::new(ErrorKind::PolicyParse, first.to_string());
    diagnosed(error, first, piece, file)
}

fn validation_error(error: &cedar_policy::ValidationError, draft: &Draft<'_>) -> Error {
    let text = plain(&error.to_string(), error.policy_id(), &draft.meta.info.id);
    let made = Error::new(ErrorKind::PolicyValidate, text);
    diagnosed(made, error, &draft.piece, &draft.meta.info.file)
}

/// Cedar's messages, with the rule's own id in place of the number we gave it.
fn plain(message: &str, number: &cedar_policy::PolicyId, id: &str) -> String {
    let ours = format!("for policy `{number}`");
    message.replacen(&ours, &format!("in the rule `{id}`"), 1)
}

/// Adds the place and the hint that Cedar knows.
fn diagnosed(error: Error, cedar: &dyn Diagnostic, piece: &Piece<'_>, file: &str) -> Error {
    let label = cedar.labels().and_then(|mut labels| labels.next());
    let offset = label.map_or(0, |label| label.offset());
    let (line, column) = scan::position(piece.text, offset, (piece.line, piece.column));
    let error = place(error, file, line, column);
    match cedar.help() {
        Some(help) => error.with("hint", help.to_string()),
        None => error,
    }
}
