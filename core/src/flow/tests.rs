//! The sentences of the model, each as a test.

mod bounds;
mod calls;
mod effects;
mod labels;
mod outputs;
mod properties;
mod roles;

use super::*;
use crate::digest::Digest;
use crate::finding::{Category, Severity};
use crate::id::{AgentId, TenantId, ToolId};
use crate::label::Integrity;
use crate::limits::Limits;
use crate::principal::{Principal, Trust, User};
use crate::tool::{Argument, Effect, Format, PathPattern, Return, Role, ToolOrigin, ValueType};
use crate::value::Value;
use crate::view::Views;

/// A session under test, with what a host would keep beside the index.
pub(super) struct Session {
    pub(super) index: Index,
    pub(super) grants: BTreeSet<Grant>,
    pub(super) trust: Trust,
    pub(super) turn: u32,
    pub(super) rules: Rules,
}

pub(super) fn principal() -> Principal {
    let mut user = User::new("alice").unwrap();
    user.known.email.push("alice@home.example".into());
    user.known.account.push("DE02 1203 0000 0000 2020 51".into());
    user.known.name.push("Alice Archer".into());
    Principal {
        tenant: TenantId::new("acme").unwrap(),
        user,
        agent: AgentId::new("desk").unwrap(),
        agent_version: None,
        on_behalf_of: Vec::new(),
    }
}

pub(super) fn session() -> Session {
    session_with(Limits::default())
}

pub(super) fn session_with(limits: Limits) -> Session {
    let index = Index::new(&limits, &principal());
    Session {
        index,
        grants: BTreeSet::new(),
        trust: Trust::Owner,
        turn: 0,
        rules: Rules::default(),
    }
}

/// The text leaves of a value, owned; views are those of `plain`.
pub(super) fn texts(value: &Value) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    value.each_leaf(&mut |path, leaf| {
        if let Value::String(text) = leaf {
            texts.push((path.to_owned(), text.clone()));
        }
    });
    texts
}

pub(super) fn views(texts: &[(String, String)]) -> Vec<Views<'_>> {
    texts.iter().map(|(_, text)| view_of(text)).collect()
}

pub(super) fn view_of(text: &str) -> Views<'_> {
    Views { base: plain::view(text), decoded: Vec::new(), hidden: Vec::new(), truncated: false }
}

pub(super) fn json(text: &str) -> Value {
    Value::parse(text.as_bytes(), &Limits::default()).unwrap()
}

pub(super) fn call(tool: &Tool, arguments: &str) -> ToolCall {
    ToolCall::new(tool.id.clone(), json(arguments), None, &Limits::default()).unwrap()
}

/// A tool that a person described.
pub(super) fn tool(name: &str, effects: &[Effect], arguments: &[(&str, Role)]) -> Tool {
    let mut tool = Tool::unknown(ToolId::new(name).unwrap());
    tool.origin = ToolOrigin::Declared;
    tool.effects = effects.iter().copied().collect();
    tool.arguments = arguments
        .iter()
        .map(|(path, role)| Argument {
            path: PathPattern::parse(path).unwrap(),
            role: *role,
            value_type: ValueType::String,
            list: false,
            kind: None,
            optional: false,
        })
        .collect();
    tool
}

impl Tool {
    /// The same tool with a labelled field in its results.
    pub(super) fn returning(mut self, path: &str, integrity: Integrity, format: Format) -> Self {
        self.returns.push(Return {
            path: PathPattern::parse(path).unwrap(),
            integrity,
            confidentiality: crate::label::Confidentiality::Private,
            format,
            kind: None,
            names_record: false,
            categories: Vec::new(),
            key: None,
        });
        self
    }

    /// The last labelled field is an id of this kind.
    pub(super) fn of_kind(mut self, kind: &str) -> Self {
        self.returns.last_mut().unwrap().kind = Some(kind.into());
        self
    }

    /// The last labelled field names its record.
    pub(super) fn naming(mut self) -> Self {
        self.returns.last_mut().unwrap().names_record = true;
        self
    }

    /// The last labelled field is secret.
    pub(super) fn secret(mut self) -> Self {
        self.returns.last_mut().unwrap().confidentiality = crate::label::Confidentiality::Secret;
        self
    }

    /// The first argument is an id of this kind.
    pub(super) fn taking(mut self, kind: &str) -> Self {
        self.arguments[0].kind = Some(kind.into());
        self
    }
}

pub(super) fn finding(path: &str, rule: &'static str, severity: Severity, span: Span) -> Finding {
    Finding {
        rule: rule.into(),
        category: if rule.starts_with("secret") { Category::Secret } else { Category::Injection },
        severity,
        score: 900,
        path: path.into(),
        span,
        through: Vec::new(),
        threats: (&[][..]).into(),
        kind: "".into(),
    }
}

impl Session {
    pub(super) fn user(&mut self, text: &str) -> Vec<Source> {
        self.say(SourceKind::User, text, &[])
    }

    /// Untrusted text that no call asked for.
    pub(super) fn read(&mut self, text: &str) -> Vec<Source> {
        self.say(SourceKind::Retrieved, text, &[])
    }

    pub(super) fn say(&mut self, kind: SourceKind, text: &str, found: &[Finding]) -> Vec<Source> {
        self.admit(kind, None, None, &Body::Text(text.into()), found, false)
    }

    /// What a call of `tool` gave.
    pub(super) fn result(&mut self, tool: &Tool, arguments: &str, result: &str) -> Vec<Source> {
        let call = call(tool, arguments);
        let body = Body::Json(json(result));
        self.admit(SourceKind::ToolResult, Some(tool), Some(&call), &body, &[], false)
    }

    pub(super) fn admit(
        &mut self,
        kind: SourceKind,
        tool: Option<&Tool>,
        call: Option<&ToolCall>,
        body: &Body,
        findings: &[Finding],
        is_error: bool,
    ) -> Vec<Source> {
        let texts = match body {
            Body::Text(text) => vec![(String::new(), text.clone())],
            Body::Json(value) => texts(value),
            Body::Opaque { .. } => Vec::new(),
        };
        let views = views(&texts);
        let leaves: Vec<Leaf<'_>> = texts
            .iter()
            .zip(&views)
            .map(|((path, text), views)| Leaf { path, text, views })
            .collect();
        self.turn += 1;
        self.index.admit(&Incoming {
            kind,
            name: None,
            uri: None,
            tool,
            call,
            turn: self.turn,
            body,
            prefix: "",
            leaves: &leaves,
            findings,
            is_error,
            labels: None,
        })
    }

    pub(super) fn ask(&self, tool: &Tool, arguments: &str) -> Trace {
        self.ask_code(tool, arguments, &[])
    }

    pub(super) fn ask_code(
        &self,
        tool: &Tool,
        arguments: &str,
        code: &[(String, CodeFacts)],
    ) -> Trace {
        let call = call(tool, arguments);
        let texts = texts(&Value::Object(call.arguments.clone()));
        let views = views(&texts);
        let leaves: Vec<Leaf<'_>> = texts
            .iter()
            .zip(&views)
            .map(|((path, text), views)| Leaf { path, text, views })
            .collect();
        self.index.trace(&Question {
            tool,
            call: &call,
            effects: tool.effects_of(&call.arguments),
            leaves: &leaves,
            code,
            grants: &self.grants,
            trust: self.trust,
            rules: &self.rules,
        })
    }

    /// The provenance of the argument at `pointer`.
    pub(super) fn one(&self, tool: &Tool, arguments: &str, pointer: &str) -> Provenance {
        let trace = self.ask(tool, arguments);
        trace.provenance.into_iter().find(|p| p.argument == pointer).unwrap()
    }

    pub(super) fn quotes(&self, text: &str) -> Quotes {
        let views = view_of(text);
        self.index.quotes(&[Leaf { path: "", text, views: &views }])
    }
}

/// Tools that most tests use.
pub(super) fn send_mail() -> Tool {
    tool("send_mail", &[Effect::Send], &[("to", Role::Destination), ("body", Role::Payload)])
}

pub(super) fn digest(value: &Value) -> Digest {
    value.digest().unwrap()
}

/// Whether an argument needs no question.
pub(super) fn accounted(session: &Session, tool: &Tool, arguments: &str, pointer: &str) -> bool {
    session.one(tool, arguments, pointer).accounted
}

/// A session that read somebody's page.
pub(super) fn tainted() -> Session {
    let mut session = session();
    session.read("some page");
    session
}
