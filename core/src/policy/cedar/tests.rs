use super::entities::Cast;
use super::*;
use crate::decision::Outcome;
use crate::error::Error;
use crate::principal::{Claim, Principal, Trust, User};
use crate::request::Verb;
use crate::request::{ContentFacts, FindingFacts, FlowFacts, RoleFacts, SessionFacts, ToolFacts};
use crate::tool::{
    Argument, Effect, Effects, ExternalIf, PathPattern, Role, ToolOrigin, ValueType,
};
use crate::value::{Object, Value};
use crate::{AgentId, TenantId, ToolId};

mod baseline;
mod bundle;
mod lint;
mod slice;
mod watched;

/// One request, built by hand.
#[derive(Debug, Clone)]
struct World {
    principal: Principal,
    verb: Verb,
    tool: Option<ToolId>,
    input: Object,
    flow: FlowFacts,
    args: Vec<(String, RoleFacts)>,
    session: SessionFacts,
    facts: ToolFacts,
    findings: FindingFacts,
    content: ContentFacts,
}

impl World {
    /// A call of `tool`, with these effects, in a session that read untrusted text.
    fn call(tool: &str, effects: &[Effect]) -> Self {
        let effects: Effects = effects.iter().copied().collect();
        Self {
            principal: Principal {
                tenant: TenantId::new("acme").unwrap(),
                user: User::new("alice").unwrap(),
                agent: AgentId::new("desk").unwrap(),
                agent_version: None,
                on_behalf_of: Vec::new(),
            },
            verb: Verb::AuthorizeToolCall,
            tool: Some(ToolId::new(tool).unwrap()),
            input: Object::default(),
            flow: FlowFacts { tainted: true, ..FlowFacts::clean() },
            args: Vec::new(),
            session: SessionFacts { human: true, depth: 1, ..SessionFacts::default() },
            facts: ToolFacts { known: true, effects, ..ToolFacts::default() },
            findings: FindingFacts::default(),
            content: ContentFacts::default(),
        }
    }

    fn verb(verb: Verb) -> Self {
        Self { verb, tool: None, ..Self::call("none", &[]) }
    }

    fn with(mut self, change: impl FnOnce(&mut World)) -> Self {
        change(&mut self);
        self
    }

    /// With an argument of `role` that the flow accounts for, after `change`.
    fn role(self, role: Role, change: impl FnOnce(&mut RoleFacts)) -> Self {
        let mut facts = RoleFacts { present: true, ..RoleFacts::ABSENT };
        change(&mut facts);
        self.with(|world| world.flow.add(role, facts))
    }

    fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            verb: self.verb,
            tool: self.tool.as_ref(),
            input: self.tool.as_ref().map(|_| &self.input),
            flow: &self.flow,
            args: &self.args,
            session: &self.session,
            facts: &self.facts,
            findings: &self.findings,
            content: &self.content,
        }
    }

    fn ask(&self, engine: &CedarEngine) -> Answer {
        engine.decide(&self.request(), &[])
    }
}

fn tool(id: &str, effects: &[Effect], arguments: &[(&str, ValueType, bool, bool)]) -> Arc<Tool> {
    let mut tool = Tool::unknown(ToolId::new(id).unwrap());
    tool.origin = ToolOrigin::Declared;
    tool.effects = effects.iter().copied().collect();
    for (path, value_type, list, optional) in arguments {
        tool.arguments.push(Argument {
            path: PathPattern::parse(path).unwrap(),
            role: Role::Value,
            value_type: *value_type,
            list: *list,
            kind: None,
            optional: *optional,
        });
    }
    Arc::new(tool)
}

fn tools() -> Vec<Arc<Tool>> {
    vec![
        tool("read_mail", &[Effect::Read], &[("folder", ValueType::String, false, true)]),
        tool(
            "bank/pay",
            &[Effect::Spend],
            &[
                ("to", ValueType::Account, false, false),
                ("cents", ValueType::Integer, false, false),
                ("euros", ValueType::Number, false, true),
                ("items[].price", ValueType::Number, false, true),
                ("tags", ValueType::String, true, true),
            ],
        ),
        tool("send_mail", &[Effect::Send], &[("to", ValueType::Email, true, false)]),
    ]
}

struct Setup<'a> {
    tools: Vec<Arc<Tool>>,
    text: &'a str,
    entities: Option<&'a str>,
    profile: Profile,
    baseline: bool,
    limits: Limits,
}

impl<'a> Setup<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            tools: tools(),
            text,
            entities: None,
            profile: Profile::Balanced,
            baseline: false,
            limits: Limits::default(),
        }
    }

    fn load(&self) -> Result<(CedarEngine, Vec<String>)> {
        let files = [("mail.cedar".to_owned(), self.text.to_owned())];
        CedarEngine::load(&PolicyInput {
            tools: &self.tools,
            files: &files,
            entities: self.entities,
            profile: self.profile,
            baseline: self.baseline,
            limits: &self.limits,
        })
    }
}

fn engine(text: &str) -> CedarEngine {
    Setup::new(text).load().unwrap().0
}

fn load_error(text: &str) -> Error {
    Setup::new(text).load().unwrap_err()
}

fn reasons(answer: &Answer) -> Vec<&str> {
    answer.reasons.iter().map(|reason| &*reason.rule).collect()
}
