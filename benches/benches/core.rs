//! Stages of the core, one by one: `cargo bench -p checkrein-benches`.

use checkrein::config::Manifest;
use checkrein::content::{Body, Content};
use checkrein::decision::Decision;
use checkrein::detect::{Detectors, Scope, Settings};
use checkrein::digest::{Digest, Key};
use checkrein::event::{DecisionEvent, Event, EventBody, SessionChange};
use checkrein::flow::{Incoming, Index, Question, Rules};
use checkrein::normalize::Normalizer;
use checkrein::policy::cedar::{CedarEngine, PolicyInput};
use checkrein::policy::{PolicyEngine, Profile};
use checkrein::principal::{Principal, Trust, User};
use checkrein::random::SystemRandom;
use checkrein::record::{Keys, Log};
use checkrein::request::{
    ContentFacts, FindingFacts, FlowFacts, Request, SessionFacts, ToolFacts, UserFacts, Verb,
};
use checkrein::source::SourceKind;
use checkrein::tool::{Tool, ToolCall};
use checkrein::view::{Leaf, Views};
use checkrein::{AgentId, Limits, TenantId, Value};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::collections::BTreeSet;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

#[path = "../src/text.rs"]
#[expect(dead_code, reason = "the table's program uses all of it")]
mod text;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SIZES: [(&str, usize); 3] = [("1k", 1000), ("10k", 10_000), ("100k", 100_000)];
const CALL: &str =
    r#"{"recipient":"DE89370400440532013000","amount":120,"purpose":"March invoice"}"#;
const TOOLS: &str = "[tool.pay]\neffects = [\"spend\"]\n\
    arguments.recipient = { role = \"destination\", type = \"account\" }\n\
    arguments.amount = { role = \"amount\", type = \"integer\" }\n\
    arguments.purpose = { role = \"payload\" }\n";
const POLICY: &str = "permit (principal, action == Action::\"pay\", resource)\n\
    when { context.input.amount <= 1000 && context.flow.destination.rank == 4 };\n";

#[expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]
fn stages(criterion: &mut Criterion) {
    normalize(criterion);
    detect(criterion).expect("detectors");
    flow(criterion).expect("flow");
    policy(criterion).expect("policy");
    record(criterion).expect("record");
}

fn normalize(criterion: &mut Criterion) {
    let normalizer = Normalizer::new(&Limits::default());
    let mut group = criterion.benchmark_group("normalize");
    for (name, size) in SIZES {
        let text = text::text(1, size);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(name, |b| b.iter(|| normalizer.views(black_box(&text)).all().count()));
    }
}

fn detect(criterion: &mut Criterion) -> Result<()> {
    let normalizer = Normalizer::new(&Limits::default());
    let detectors = Detectors::new(&Settings::default())?;
    let key = Key::new([7; 32]);
    let mut group = criterion.benchmark_group("detect");
    for (name, size) in SIZES {
        let text = text::text(1, size);
        let views = normalizer.views(&text);
        let leaf = Leaf { path: "", text: &text, views: &views };
        group.throughput(Throughput::Bytes(size as u64));
        for (lane, kind) in [("user", SourceKind::User), ("retrieved", SourceKind::Retrieved)] {
            group.bench_function(format!("{lane}_{name}"), |b| {
                b.iter(|| {
                    let mut found = Vec::new();
                    detectors.scan(black_box(&leaf), Scope::Input(kind), &key, &mut found);
                    found
                });
            });
        }
    }
    Ok(())
}

fn principal() -> Result<Principal> {
    Ok(Principal {
        tenant: TenantId::new("acme")?,
        user: User::new("alice")?,
        agent: AgentId::new("desk")?,
        agent_version: None,
        on_behalf_of: Vec::new(),
    })
}

fn tool() -> Result<Tool> {
    let manifest = Manifest::parse("tools.toml", TOOLS, &Limits::default())?;
    manifest.tools.into_iter().next().ok_or_else(|| "no tool".into())
}

fn call(tool: &Tool) -> Result<ToolCall> {
    let limits = Limits::default();
    let arguments = Value::parse(CALL.as_bytes(), &limits)?;
    Ok(ToolCall::new(tool.id.clone(), arguments, None, &limits)?)
}

/// Admits one text.
fn admit(index: &mut Index, kind: SourceKind, text: &str, views: &Views<'_>, body: &Body) {
    let leaves = [Leaf { path: "", text, views }];
    index.admit(&Incoming {
        kind,
        name: None,
        uri: None,
        tool: None,
        call: None,
        turn: 1,
        body,
        prefix: "",
        leaves: &leaves,
        findings: &[],
        is_error: false,
        labels: None,
    });
}

fn flow(criterion: &mut Criterion) -> Result<()> {
    let limits = Limits::default();
    let normalizer = Normalizer::new(&limits);
    let who = principal()?;
    let mut group = criterion.benchmark_group("flow_admit");
    for (name, size) in SIZES {
        let text = text::text(1, size);
        let (views, body) = (normalizer.views(&text), Body::Text(text.clone()));
        group.throughput(Throughput::Bytes(size as u64));
        for (lane, kind) in [("user", SourceKind::User), ("retrieved", SourceKind::Retrieved)] {
            group.bench_function(format!("{lane}_{name}"), |b| {
                b.iter_batched_ref(
                    || Index::new(&limits, &who),
                    |index| admit(index, kind, &text, &views, &body),
                    BatchSize::LargeInput,
                );
            });
        }
    }
    group.finish();

    let tool = tool()?;
    let call = call(&tool)?;
    let leaves = checkrein::enforce::arguments::string_leaves(&call);
    let views: Vec<Views<'_>> = leaves.iter().map(|(_, text)| normalizer.views(text)).collect();
    let leaves: Vec<Leaf<'_>> =
        leaves.iter().zip(&views).map(|((path, text), views)| Leaf { path, text, views }).collect();
    let mut group = criterion.benchmark_group("flow_trace");
    for (name, documents) in [("1_document", 1), ("100_documents", 100)] {
        let mut index = Index::new(&limits, &who);
        let asked = "Pay 120 EUR to DE89370400440532013000 for the March invoice.";
        admit(
            &mut index,
            SourceKind::User,
            asked,
            &normalizer.views(asked),
            &Body::Text(asked.to_owned()),
        );
        for seed in 0..documents {
            let text = text::text(seed, 1000);
            let (views, body) = (normalizer.views(&text), Body::Text(text.clone()));
            admit(&mut index, SourceKind::Retrieved, &text, &views, &body);
        }
        let grants = BTreeSet::new();
        let rules = Rules::default();
        let question = Question {
            tool: &tool,
            call: &call,
            effects: tool.effects,
            leaves: &leaves,
            code: &[],
            grants: &grants,
            trust: who.user.trust,
            rules: &rules,
        };
        group.bench_function(name, |b| b.iter(|| index.trace(black_box(&question))));
    }
    group.finish();
    Ok(())
}

fn policy(criterion: &mut Criterion) -> Result<()> {
    let limits = Limits::default();
    let tool = Arc::new(tool()?);
    let files = [("bench.cedar".to_owned(), POLICY.to_owned())];
    let (engine, _) = CedarEngine::load(&PolicyInput {
        tools: std::slice::from_ref(&tool),
        files: &files,
        entities: None,
        profile: Profile::Balanced,
        baseline: true,
        limits: &limits,
    })?;
    let (who, call) = (principal()?, call(&tool)?);
    let flow = FlowFacts { tainted: true, ..FlowFacts::clean() };
    let session = SessionFacts { human: true, depth: 1, ..SessionFacts::default() };
    let facts = ToolFacts { known: true, effects: tool.effects, ..ToolFacts::default() };
    let (findings, content) = (FindingFacts::default(), ContentFacts::default());
    let mut request = Request {
        principal: &who,
        verb: Verb::AuthorizeToolCall,
        tool: Some(&tool.id),
        input: Some(&call.arguments),
        flow: &flow,
        args: &[],
        session: &session,
        facts: &facts,
        findings: &findings,
        content: &content,
    };
    let mut group = criterion.benchmark_group("policy_decide");
    group.bench_function("call", |b| b.iter(|| engine.decide(black_box(&request), &[])));
    (request.verb, request.tool, request.input) = (Verb::InspectInput, None, None);
    group.bench_function("input", |b| b.iter(|| engine.decide(black_box(&request), &[])));
    group.finish();
    Ok(())
}

fn record(criterion: &mut Criterion) -> Result<()> {
    let keys = Keys::ephemeral(&SystemRandom)?;
    let log = Log::memory(&keys, &Limits::default(), &SystemRandom)?;
    let body = EventBody::Session { how: SessionChange::New, parent: None };
    let (time_ms, mono_ns) = (1_780_000_000_000, 1);
    let event = Event { time_ms, mono_ns, tenant: None, session: None, chain: Vec::new(), body };
    criterion.bench_function("record_append/session", |b| b.iter(|| log.append(black_box(&event))));

    let guard = checkrein::Guard::builder().tools(TOOLS).build()?;
    let session = guard.session(checkrein::wire::SessionOptions::default())?;
    let asked = "Pay 120 EUR to DE89370400440532013000 for the March invoice.";
    let asked = session.inspect_input(Content::text(SourceKind::User, asked))?;
    let arguments = Value::parse(CALL.as_bytes(), guard.limits())?;
    let called = session.authorize_tool_call("pay", arguments, None)?;
    for decision in [asked, called] {
        let name = format!("record_append/{}", decision.verb);
        let event =
            Event { body: EventBody::Decision(Arc::new(decided(decision))), ..event.clone() };
        criterion.bench_function(&name, |b| b.iter(|| log.append(black_box(&event))));
    }
    Ok(())
}

/// An event about `decision`, with facts of the usual size.
fn decided(decision: Decision) -> DecisionEvent {
    DecisionEvent {
        sources: decision.sources.clone(),
        decision,
        tool: None,
        commitments: Vec::new(),
        content: Some(Digest::of(b"content")),
        flow: FlowFacts::clean(),
        args: Vec::new(),
        session: SessionFacts::default(),
        facts: ToolFacts::default(),
        findings: FindingFacts::default(),
        context: ContentFacts::default(),
        user: UserFacts { groups: Default::default(), trust: Trust::Owner, verified: true },
        rules: vec![("baseline/permit".to_owned(), Digest::of(b"rule"))],
        fail_mode: None,
        latency_ns: 1,
        trace: None,
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
