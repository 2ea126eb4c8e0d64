//! Information flow alone: how fast content is admitted, what a call costs in a session that has
//! seen much, and how much memory that takes.

use crate::harness::{Plan, Result, Row, timed};
use crate::{plot, text};
use checkrein::config::Manifest;
use checkrein::content::Body;
use checkrein::flow::{Incoming, Index, Question, Rules};
use checkrein::normalize::Normalizer;
use checkrein::principal::{Principal, User};
use checkrein::source::SourceKind;
use checkrein::tool::{Tool, ToolCall};
use checkrein::view::{Leaf, Views};
use checkrein::{AgentId, Limits, TenantId, Value};
use std::collections::BTreeSet;
use std::time::Duration;

const MEGABYTE: usize = 1_000_000;
/// Bytes of one content: a page, a file, a list of records.
const CONTENT: usize = 5000;
/// What the sessions have seen.
const SEEN: [(&str, usize); 7] = [
    ("flow_call_10k", 10_000),
    ("flow_call_30k", 30_000),
    ("flow_call_100k", 100_000),
    ("flow_call_300k", 300_000),
    ("flow_call_1m", MEGABYTE),
    ("flow_call_3m", 3 * MEGABYTE),
    ("flow_call_10m", 10 * MEGABYTE),
];
const ASKED: &str = "Pay 120 EUR to DE89370400440532013000 for the March invoice, and write to \
    anna.berg@example.org that it is done.";
const TOOLS: &str = "[tool.pay]\neffects = [\"spend\"]\n\
    arguments.recipient = { role = \"destination\", type = \"account\" }\n\
    arguments.amount = { role = \"amount\", type = \"integer\" }\n\
    arguments.purpose = { role = \"payload\" }\n\
    [tool.send]\neffects = [\"send\"]\n\
    arguments.to = { role = \"destination\", type = \"email\" }\n\
    arguments.subject = { role = \"title\" }\n\
    arguments.body = { role = \"payload\" }\n";
/// What the user asked for, what only a document holds, what nobody said.
const CALLS: [(&str, &str); 6] = [
    ("pay", r#"{"recipient":"DE89370400440532013000","amount":120,"purpose":"March invoice"}"#),
    ("pay", r#"{"recipient":"GB82WEST12345698765432","amount":75,"purpose":"rent"}"#),
    ("pay", r#"{"recipient":"DE89370400440532013000","amount":99,"purpose":"order 48213377"}"#),
    ("send", r#"{"to":"anna.berg@example.org","subject":"March invoice","body":"It is done."}"#),
    ("send", r#"{"to":"user7@mail.example","subject":"List","body":"See https://a.example/7"}"#),
    (
        "send",
        r#"{"to":"anna.berg@example.org","subject":"The list","body":"Dear Anna, here is what the table says of the order and of the house by the river, with all the names that were in it. The water was high that year and the road was closed for many days."}"#,
    ),
];

/// All rows; draws the calls' where `plan` says to.
pub fn rows(plan: &Plan) -> Result<()> {
    let mut points = Vec::new();
    // The largest first: what a smaller one leaves behind would be counted as nothing.
    for (row, seen) in SEEN.into_iter().rev() {
        if let Some(measured) = calls(plan, row, seen)? {
            points.push((seen, measured));
        }
    }
    points.reverse();
    admit(plan, "admit_prose", |seed, size| Body::Text(text::text(seed, size)))?;
    admit(plan, "admit_lines", |seed, size| Body::Text(text::lines(seed, size)))?;
    admit(plan, "admit_records", records)?;
    match &plan.plot {
        Some(path) if points.len() == SEEN.len() => Ok(std::fs::write(path, plot::draw(&points))?),
        _ => Ok(()),
    }
}

fn records(seed: u32, size: usize) -> Body {
    let text = text::records(seed, size);
    Value::parse(text.as_bytes(), &Limits::default()).map_or(Body::Text(text), Body::Json)
}

/// A megabyte in pieces of five thousand bytes, into a session of its own. What is timed is flow's
/// share: the views are made before.
fn admit(plan: &Plan, row: &str, make: fn(u32, usize) -> Body) -> Result<()> {
    if !plan.wants(row) {
        return Ok(());
    }
    let pieces: Vec<Body> =
        (0..).map(|seed| make(seed, CONTENT)).take(MEGABYTE / CONTENT).collect();
    let seen: Vec<Seen<'_>> = pieces.iter().map(Seen::new).collect();
    let who = principal()?;
    plan.row(row, 20, |_| {
        let mut index = Index::new(&Limits::default(), &who);
        let (took, ()) = timed(|| seen.iter().for_each(|seen| seen.admit(&mut index)));
        Ok(took)
    })
}

/// What flow takes of one text, in a session that has seen nothing.
pub fn admitted(text: &str) -> Result<Duration> {
    let body = Body::Text(text.to_owned());
    let seen = Seen::new(&body);
    let mut index = Index::new(&Limits::default(), &principal()?);
    Ok(timed(|| seen.admit(&mut index)).0)
}

/// Calls in a session that has seen so many bytes.
fn calls(plan: &Plan, row: &str, seen: usize) -> Result<Option<Row>> {
    if !plan.wants(row) {
        return Ok(None);
    }
    let before = resident();
    let mut index = Index::new(&Limits::default(), &principal()?);
    let asked = Body::Text(ASKED.to_owned());
    Seen { kind: SourceKind::User, ..Seen::new(&asked) }.admit(&mut index);
    for number in 0..seen.div_ceil(CONTENT) {
        let seed = u32::try_from(number)?;
        let body = match number % 3 {
            0 => Body::Text(text::text(seed, CONTENT)),
            1 => Body::Text(text::lines(seed, CONTENT)),
            _ => records(seed, CONTENT),
        };
        Seen::new(&body).admit(&mut index);
    }
    let (resident, counted) = (resident().saturating_sub(before), index.bytes());
    let limits = Limits::default();
    let tools = Manifest::parse("tools.toml", TOOLS, &limits)?.tools;
    let mut asked = Vec::new();
    for (name, arguments) in CALLS {
        let tool = tools.iter().find(|tool| tool.id.name() == name).ok_or("no such tool")?;
        let arguments = Value::parse(arguments.as_bytes(), &limits)?;
        asked.push((tool, ToolCall::new(tool.id.clone(), arguments, None, &limits)?));
    }
    let normalizer = Normalizer::new(&limits);
    let (grants, rules) = (BTreeSet::new(), Rules::default());
    let measured = plan.measure(row, 6000, |i| {
        let Some((tool, call)) = asked.get(i % asked.len()) else { return Ok(Duration::ZERO) };
        let texts = checkrein::enforce::arguments::string_leaves(call);
        let views: Vec<Views<'_>> = texts.iter().map(|(_, text)| normalizer.views(text)).collect();
        let leaves = texts.iter().zip(&views);
        let leaves: Vec<Leaf<'_>> =
            leaves.map(|((path, text), views)| Leaf { path, text, views }).collect();
        let question = question(tool, call, &leaves, &grants, &rules);
        Ok(timed(|| index.trace(&question)).0)
    })?;
    let child = usize::try_from(timed(|| index.child()).0.as_nanos())?;
    let known = [("seen", seen), ("resident", resident), ("counted", counted), ("child_ns", child)];
    measured.print(&known)?;
    Ok(Some(measured))
}

fn question<'a>(
    tool: &'a Tool,
    call: &'a ToolCall,
    leaves: &'a [Leaf<'a>],
    grants: &'a BTreeSet<checkrein::approval::Grant>,
    rules: &'a Rules,
) -> Question<'a> {
    Question {
        tool,
        call,
        effects: tool.effects,
        leaves,
        code: &[],
        grants,
        trust: checkrein::principal::Trust::Owner,
        rules,
    }
}

/// A content with its views.
struct Seen<'a> {
    kind: SourceKind,
    body: &'a Body,
    texts: Vec<(String, &'a str, Views<'a>)>,
}

impl<'a> Seen<'a> {
    fn new(body: &'a Body) -> Self {
        let normalizer = Normalizer::new(&Limits::default());
        let mut texts = Vec::new();
        match body {
            Body::Text(text) => texts.push((String::new(), text.as_str(), normalizer.views(text))),
            Body::Json(value) => value.each_leaf(&mut |path, leaf| {
                if let Value::String(text) = leaf {
                    texts.push((path.to_owned(), text, normalizer.views(text)));
                }
            }),
            Body::Opaque { .. } => {}
        }
        Self { kind: SourceKind::Retrieved, body, texts }
    }

    fn admit(&self, index: &mut Index) {
        let leaves: Vec<Leaf<'_>> =
            self.texts.iter().map(|(path, text, views)| Leaf { path, text, views }).collect();
        index.admit(&Incoming {
            kind: self.kind,
            name: None,
            uri: None,
            tool: None,
            call: None,
            turn: 1,
            body: self.body,
            prefix: "",
            leaves: &leaves,
            labels: None,
            findings: &[],
            is_error: false,
        });
    }
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

/// Bytes of this process in memory; nothing where the system does not say.
fn resident() -> usize {
    let said = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = said.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}
