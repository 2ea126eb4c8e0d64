//! The rows of `cargo xtask bench` in Rust: one line of JSON each. `--quick` runs a twentieth;
//! names of rows run these alone; `--plot=FILE` draws the calls of flow.

mod floor;
mod flow;
mod harness;
mod hostile;
mod plot;
mod reload;
mod scale;
mod scene;
mod share;
mod text;

use checkrein::content::OutputKind;
use checkrein::source::SourceKind;
use checkrein::{Content, Guard, Session, Value};
use harness::{Plan, Result, timed};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let (options, only): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let quick = options.iter().any(|option| option == "--quick");
    let plot = options.iter().find_map(|option| option.strip_prefix("--plot=")).map(str::to_owned);
    match run(&Plan { divide: if quick { 20 } else { 1 }, only, plot }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is gone.
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(plan: &Plan) -> Result<()> {
    writeln!(std::io::stdout(), "{{\"language\":\"rust\",\"texts\":{}}}", text::mark())?;
    let texts: Vec<String> = (0..200).map(|seed| text::text(seed, 1000)).collect();
    // First, while nothing is built yet: its `first_ns` is what a process pays.
    first_decision(plan, &texts)?;
    let guard = Guard::new()?;
    plan.short("noop_call", 1000, || guard.cover("bench"))?;
    floor::bare_cedar(plan)?;
    floor::gated_rules(plan, &texts)?;
    inspect(plan, "inspect_1k", 4000, SourceKind::User, &texts, scene::A_SESSION)?;
    let larger: Vec<String> = (0..200).map(|seed| text::text(seed, 10_000)).collect();
    inspect(plan, "inspect_10k", 1000, SourceKind::Retrieved, &larger, scene::A_SESSION)?;
    let large: Vec<String> = (0..20).map(|seed| text::text(seed, 100_000)).collect();
    let often = scene::A_LARGE_SESSION;
    inspect(plan, "inspect_100k", 200, SourceKind::Retrieved, &large, often)?;
    share::rows(plan, &large)?;
    hostile::rows(plan)?;
    for policies in [10, 1000, 10_000] {
        authorize(plan, policies, texts.first().map(String::as_str).unwrap_or_default())?;
    }
    scale::rows(plan, texts.first().map(String::as_str).unwrap_or_default())?;
    reload::row(plan)?;
    redact(plan, &texts)?;
    stream(plan, &texts)?;
    flow::rows(plan)
}

fn first_decision(plan: &Plan, texts: &[String]) -> Result<()> {
    plan.row("first_decision", 60, |i| {
        let content = Content::text(SourceKind::User, pick(texts, i).to_owned());
        let (took, made) = timed(|| -> Result<_> {
            let guard = Guard::new()?;
            let decision = scene::session(&guard)?.inspect_input(content)?;
            Ok((guard, decision))
        });
        scene::allowed(&made?.1)?;
        Ok(took)
    })
}

fn inspect(
    plan: &Plan,
    row: &str,
    n: usize,
    kind: SourceKind,
    texts: &[String],
    a_session: usize,
) -> Result<()> {
    let guard = Guard::new()?;
    let mut session = Fresh::new(a_session);
    plan.row(row, n, |i| {
        let session = session.at(i, || scene::session(&guard))?;
        let content = Content::text(kind, pick(texts, i).to_owned());
        let (took, decision) = timed(|| session.inspect_input(content));
        scene::allowed(&decision?)?;
        Ok(took)
    })
}

fn authorize(plan: &Plan, policies: usize, document: &str) -> Result<()> {
    let row = format!("authorize_{policies}");
    if !plan.wants(&row) {
        return Ok(());
    }
    let guard = scene::payments(policies)?;
    let mut session = Fresh::new(scene::A_SESSION);
    plan.row(&row, 4000, |i| {
        let session = session.at(i, || scene::asked(&guard, document))?;
        let (arguments, id) = (scene::arguments(i)?, format!("call-{i}"));
        let (took, decision) = timed(|| session.authorize_tool_call("pay_0", arguments, Some(&id)));
        scene::allowed(&decision?)?;
        session.report_result(&id, true)?;
        Ok(took)
    })
}

fn redact(plan: &Plan, texts: &[String]) -> Result<()> {
    let guard = scene::masking()?;
    let items = scene::private_items();
    let mut session = Fresh::new(scene::A_SESSION);
    plan.row("redact_1k", 4000, |i| {
        let session = session.at(i, || scene::session(&guard))?;
        let tail = format!(" See {}.", items.join(", "));
        let plain = pick(texts, i);
        let text = plain.get(..plain.len() - tail.len()).unwrap_or_default().to_owned() + &tail;
        let (took, decision) =
            timed(|| session.inspect_output(Value::String(text), OutputKind::Answer, None));
        let content = decision?.content;
        let content = content.as_ref().and_then(Value::as_str).ok_or("the answer was refused")?;
        match items.iter().find(|item| content.contains(*item)) {
            None => Ok(took),
            Some(item) => Err(format!("`{item}` was not masked").into()),
        }
    })
}

fn stream(plan: &Plan, texts: &[String]) -> Result<()> {
    let guard = Guard::new()?;
    let mut session = Fresh::new(scene::A_SESSION);
    plan.row("stream_1k", 2000, |i| {
        let session = session.at(i, || scene::session(&guard))?;
        let text = pick(texts, i);
        let (took, made) = timed(|| -> Result<_> {
            let mut stream = session.output_stream(OutputKind::Answer, None);
            let mut out = String::new();
            for chunk in text.as_bytes().chunks(text.len().div_ceil(16)) {
                out.push_str(&stream.push(chunk)?.text);
            }
            let (tail, decision) = stream.finish()?;
            out.push_str(&tail);
            Ok((out, decision))
        });
        let (out, decision) = made?;
        scene::allowed(&decision)?;
        if out == text { Ok(took) } else { Err("the stream changed the text".into()) }
    })
}

fn pick(texts: &[String], i: usize) -> &str {
    texts.get(i % texts.len()).map(String::as_str).unwrap_or_default()
}

/// A session that is replaced now and then. The old one is closed, outside of what is timed.
struct Fresh {
    every: usize,
    session: Option<Session>,
}

impl Fresh {
    fn new(every: usize) -> Self {
        Self { every, session: None }
    }

    fn at(&mut self, i: usize, open: impl FnOnce() -> Result<Session>) -> Result<&Session> {
        if i.is_multiple_of(self.every) {
            let old = self.session.replace(open()?);
            old.map_or(Ok(()), |old| old.close())?;
        }
        self.session.as_ref().ok_or_else(|| Box::<dyn std::error::Error>::from("no session"))
    }
}
