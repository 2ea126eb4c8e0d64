//! Against real servers on this machine: what is sent, what comes back, and what a guard makes of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

#[path = "../../bundles/tests/tls/mod.rs"]
mod tls;

use checkrein::time::ManualClock;
use checkrein::{Approver, Decision, Guard, Limits, Outcome, Session, Value};
use checkrein_remote_pdp::{RemotePdp, RemotePdpBuilder};
use rustls::{ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with the next questions.
#[derive(Clone)]
enum Play {
    /// 200 with this as JSON.
    Json(String),
    /// Status, further header lines, body.
    Raw(u16, &'static str, String),
    /// No answer, for as long as the other side waits.
    Silent,
    /// Half an answer, and then nothing.
    Half,
    /// Ends the connection without a word.
    Gone,
}

fn json(text: &str) -> Play {
    Play::Json(text.to_owned())
}

struct Server {
    url: String,
    roots: Vec<u8>,
    play: Arc<Mutex<Play>>,
    /// Head and body of each question.
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

impl Server {
    /// A server that speaks TLS, or none where it is `plain`.
    fn start(plain: bool, play: Play) -> Self {
        let (config, roots) = tls::localhost();
        let listener = TcpListener::bind("localhost:0").unwrap();
        let scheme = if plain { "http" } else { "https" };
        let url = format!("{scheme}://localhost:{}", listener.local_addr().unwrap().port());
        let (play, asked) = (Arc::new(Mutex::new(play)), Arc::new(Mutex::new(Vec::new())));
        let (playing, seen) = (Arc::clone(&play), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, playing) = (Arc::clone(&config), Arc::clone(&playing));
                let (seen, stream) = (Arc::clone(&seen), stream.unwrap());
                std::thread::spawn(move || match plain {
                    true => serve(stream, &playing, &seen),
                    false => {
                        let connection = ServerConnection::new(config).unwrap();
                        serve(StreamOwned::new(connection, stream), &playing, &seen);
                    }
                });
            }
        });
        Self { url, roots: roots.into_bytes(), play, asked }
    }

    fn play(&self, play: Play) {
        *self.play.lock().unwrap() = play;
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn opa(&self) -> RemotePdpBuilder {
        RemotePdp::opa(&self.url, "agents/decision").roots(&self.roots).timeout(LONG)
    }

    fn authzen(&self) -> RemotePdpBuilder {
        RemotePdp::authzen(&self.url).roots(&self.roots).timeout(LONG)
    }
}

/// Long enough for a machine with much else to do.
const LONG: Duration = Duration::from_secs(30);

/// Answers one question after the other, as long as the other side asks.
fn serve(mut stream: impl Wire, playing: &Mutex<Play>, seen: &Mutex<Vec<(String, String)>>) {
    loop {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let lower = head.to_ascii_lowercase();
        let length = lower.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut body).unwrap();
        seen.lock().unwrap().push((head, String::from_utf8(body).unwrap()));
        let (status, lines, body) = match playing.lock().unwrap().clone() {
            Play::Json(body) => (200, "Content-Type: application/json\r\n", body),
            Play::Raw(status, lines, body) => (status, lines, body),
            Play::Gone => return,
            Play::Silent => {
                let _ = stream.read(&mut byte);
                return;
            }
            Play::Half => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"res");
                let _ = stream.flush();
                let _ = stream.read(&mut byte);
                return;
            }
        };
        let length = body.len();
        let text = format!("HTTP/1.1 {status} x\r\n{lines}Content-Length: {length}\r\n\r\n{body}");
        if stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

const TOOLS: &str = r#"
[tool.pay]
effects = ["spend"]
owner = { business = "accounts" }
arguments.to = { role = "destination", type = "account" }
arguments.cents = { role = "amount", type = "integer" }
arguments.note = { role = "payload", optional = true }

[tool.refund]
effects = ["spend"]
owner = { business = "accounts" }
on_error = "open"
arguments.cents = { role = "amount", type = "integer" }

[tool.balance]
effects = ["read"]
owner = { business = "accounts" }
arguments.account = { role = "object" }
"#;

const POLICY: &str = r#"
@id("own/cap") @reason("too much to refund")
forbid (principal, action == Action::"refund", resource) when { context.input.cents > 1000 };
"#;

fn guard(builder: RemotePdpBuilder) -> Guard {
    let pdp = Arc::new(builder.build().unwrap());
    Guard::builder().tools(TOOLS).policy(POLICY).engine(pdp).build().unwrap()
}

fn session(guard: &Guard) -> Session {
    guard
        .session(checkrein::wire::parse(br#"{"user": "alice", "agent": "desk"}"#).unwrap())
        .unwrap()
}

fn call(session: &Session, tool: &str, arguments: &str) -> Decision {
    let arguments = Value::parse(arguments.as_bytes(), &Limits::default()).unwrap();
    session.authorize_tool_call(tool, arguments, None).unwrap()
}

const PAY: &str = r#"{"to": "DE02120300000000202051", "cents": 990, "note": "for May"}"#;

fn pay(session: &Session) -> Decision {
    call(session, "pay", PAY)
}

#[test]
fn it_permits_denies_and_asks() {
    for plain in [false, true] {
        let server = Server::start(plain, json(r#"{"result": true}"#));
        let guard = guard(server.opa().bearer("token-1").argument("cents"));
        let session = session(&guard);
        assert_eq!(pay(&session).outcome, Outcome::Allow);
        server.play(json(r#"{"result": {"allow": false, "reasons": ["the month is closed"]}}"#));
        let denied = pay(&session);
        assert_eq!((denied.outcome, &denied.error), (Outcome::Deny, &None));
        assert_eq!(denied.reasons[0].rule, "remote/opa");
        assert_eq!(denied.reasons[0].message, "the month is closed");
        server.play(json(r#"{"result": {"allow": false, "outcome": "ask"}}"#));
        assert_eq!(pay(&session).outcome, Outcome::Ask);
        let asked = server.asked.lock().unwrap();
        assert_eq!(asked.len(), 3);
        for (head, body) in asked.iter() {
            assert!(head.starts_with("POST /v1/data/agents/decision HTTP/1.1\r\n"), "{head}");
            assert!(head.to_ascii_lowercase().contains("content-type: application/json\r\n"));
            assert!(head.contains("Bearer token-1"));
            let body = Value::parse(body.as_bytes(), &Limits::default()).unwrap();
            let context = body.get("input").and_then(|input| input.get("context")).unwrap();
            assert_eq!(context.get("input").unwrap().to_json(), r#"{"cents":990}"#);
        }
    }
}

#[test]
fn authzen_is_spoken_as_well() {
    let server = Server::start(false, json(r#"{"decision": true, "context": {"id": "7"}}"#));
    let guard = guard(server.authzen());
    let session = session(&guard);
    assert_eq!(pay(&session).outcome, Outcome::Allow);
    let text = r#"{"decision": false, "context": {"reason_user": {"en": "not yours to pay"}}}"#;
    server.play(json(text));
    let denied = pay(&session);
    assert_eq!(
        (denied.outcome, denied.reasons[0].rule.as_str()),
        (Outcome::Deny, "remote/authzen")
    );
    assert_eq!(denied.reasons[0].message, "not yours to pay");
    let asked = server.asked.lock().unwrap();
    let (head, body) = &asked[0];
    assert!(head.starts_with("POST /access/v1/evaluation HTTP/1.1\r\n"), "{head}");
    let body = Value::parse(body.as_bytes(), &Limits::default()).unwrap();
    let keys: Vec<&str> = body.as_object().unwrap().iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["action", "context", "resource", "subject"]);
    assert!(!asked.iter().any(|(_, body)| body.contains("DE02") || body.contains("for May")));
}

#[test]
fn the_strictest_of_all_engines_wins() {
    let server = Server::start(true, json(r#"{"result": true}"#));
    let guard = guard(server.opa());
    let session = session(&guard);
    // Rules in process deny, the decision point permits.
    let denied = call(&session, "refund", r#"{"cents": 5000}"#);
    assert_eq!((denied.outcome, denied.reasons[0].rule.as_str()), (Outcome::Deny, "own/cap"));
    // Both deny: both reasons stand.
    server.play(json(r#"{"result": false}"#));
    let denied = call(&session, "refund", r#"{"cents": 5000}"#);
    let rules: Vec<&str> = denied.reasons.iter().map(|reason| reason.rule.as_str()).collect();
    assert_eq!(rules, ["own/cap", "remote/opa"]);
    // A permit of the decision point is on record.
    server.play(json(r#"{"result": true}"#));
    assert_eq!(pay(&session).outcome, Outcome::Allow);
    assert!(guard.records().last().unwrap().contains("\"remote/opa\""));
}

#[test]
fn what_gives_no_decision_is_denied_and_says_why() {
    let server = Server::start(false, json(r#"{"result": true}"#));
    let guard = guard(server.opa().limit(2000).timeout(Duration::from_millis(700)));
    let html = "Content-Type: text/html\r\n";
    let there = "Content-Type: application/json\r\nLocation: https://localhost:1/\r\n";
    for (play, why) in [
        (json("nonsense"), "cannot be read"),
        (json(""), "cannot be read"),
        (json(r#"{"result": true, "result": true}"#), "value/duplicate_key"),
        (json(&format!("{}1{}", "[".repeat(900), "]".repeat(900))), "limit/depth"),
        (json(&format!(r#"{{"result": true, "x": "{}"}}"#, "x".repeat(3000))), "more than 2000"),
        (json(r#"{"result": "true"}"#), "its `result` is a string"),
        (json(r#"{"result": {"allow": "yes"}}"#), "its `allow` is a string"),
        (json("true"), "the answer is a boolean"),
        (Play::Raw(200, html, r#"{"result": true}"#.to_owned()), "`text/html`"),
        (Play::Raw(500, "", r#"{"result": true}"#.to_owned()), "status 500"),
        (Play::Raw(401, "", String::new()), "status 401"),
        (Play::Raw(404, "", String::new()), "status 404"),
        (Play::Raw(302, there, r#"{"result": true}"#.to_owned()), "status 302"),
        (Play::Raw(307, there, r#"{"result": true}"#.to_owned()), "status 307"),
        (Play::Silent, "timeout"),
        (Play::Half, "timeout"),
        (Play::Gone, "gave no decision"),
    ] {
        server.play(play);
        let denied = pay(&session(&guard));
        let error = denied.error.unwrap();
        assert_eq!((denied.outcome, error.code()), (Outcome::Deny, "policy/engine"), "{error}");
        assert!(error.message().contains(why), "{error}");
        assert_eq!(error.fact("url"), Some(&*format!("{}/v1/data/agents/decision", server.url)));
        assert!(denied.arguments.is_none());
    }
    // And then it works again.
    server.play(json(r#"{"result": true}"#));
    assert_eq!(pay(&session(&guard)).outcome, Outcome::Allow);
}

#[test]
fn nobody_is_asked_where_a_redirect_leads() {
    let other = Server::start(true, json(r#"{"result": true}"#));
    let server = Server::start(true, json(""));
    let line: &'static str =
        Box::leak(format!("Location: {}/v1/data/agents/decision\r\n", other.url).into_boxed_str());
    let guard = guard(server.opa().bearer("token-1"));
    for status in [301, 302, 303, 307, 308] {
        server.play(Play::Raw(status, line, String::new()));
        assert_eq!(pay(&session(&guard)).outcome, Outcome::Deny);
    }
    assert_eq!((server.asked(), other.asked()), (5, 0));
}

#[test]
fn down_or_a_stranger_is_no_permit() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let down = guard(RemotePdp::opa(&format!("http://127.0.0.1:{closed}"), "a").timeout(LONG));
    let denied = pay(&session(&down));
    assert_eq!((denied.outcome, denied.error.unwrap().code()), (Outcome::Deny, "policy/engine"));
    // Its certificate is by nobody whom the public knows: it is told nothing.
    let server = Server::start(false, json(r#"{"result": true}"#));
    let stranger = guard(RemotePdp::opa(&server.url, "agents/decision").timeout(LONG));
    let denied = pay(&session(&stranger));
    assert_eq!((denied.outcome, denied.error.unwrap().code()), (Outcome::Deny, "policy/engine"));
    assert_eq!(server.asked(), 0);
}

#[test]
fn an_open_fail_mode_is_the_tools_and_is_recorded() {
    let server = Server::start(true, Play::Raw(500, "", String::new()));
    let guard = guard(server.opa());
    let session = session(&guard);
    assert_eq!(pay(&session).outcome, Outcome::Deny, "closed where nothing is said");
    let passed = call(&session, "refund", r#"{"cents": 5}"#);
    assert_eq!((passed.outcome, passed.error.unwrap().code()), (Outcome::Allow, "policy/engine"));
    assert!(passed.reasons.iter().any(|reason| reason.rule == "core/fail_open"));
    let record = guard.records().last().unwrap().clone();
    assert!(record.contains(r#""fail_mode":"open""#), "{record}");
    // It opens no rule of the bundle's own.
    let denied = call(&session, "refund", r#"{"cents": 5000}"#);
    assert_eq!((denied.outcome, denied.reasons[0].rule.as_str()), (Outcome::Deny, "own/cap"));
    // Nor is a decision point that knows no rule about it one that failed.
    server.play(json("{}"));
    assert_eq!(call(&session, "refund", r#"{"cents": 5}"#).outcome, Outcome::Deny);
}

#[test]
fn a_human_may_say_yes_to_what_it_asks() {
    let ask = r#"{"result": {"allow": false, "outcome": "ask", "reasons": ["a new account"]}}"#;
    let server = Server::start(true, json(ask));
    let guard = guard(server.opa().cache(16, LONG));
    let session = session(&guard);
    let arguments = || Value::parse(PAY.as_bytes(), &Limits::default()).unwrap();
    let asked = session.authorize_tool_call("pay", arguments(), Some("c1")).unwrap();
    let pending = asked.approval.unwrap();
    let digest = pending.digest.hex();
    Approver::new(&guard).approve(pending.id.as_str(), &digest, "carol", false).unwrap();
    let before = server.asked();
    let again = session.authorize_tool_call("pay", arguments(), Some("c1")).unwrap();
    assert_eq!(again.outcome, Outcome::Allow);
    assert!(server.asked() > before, "it was asked again before the money went");
    // What it no longer asks but denies, no approval helps.
    let asked = session.authorize_tool_call("pay", arguments(), Some("c2")).unwrap();
    let pending = asked.approval.unwrap();
    let digest = pending.digest.hex();
    Approver::new(&guard).approve(pending.id.as_str(), &digest, "carol", false).unwrap();
    server.play(json(r#"{"result": false}"#));
    let again = session.authorize_tool_call("pay", arguments(), Some("c2")).unwrap();
    assert_eq!(again.outcome, Outcome::Deny);
}

#[test]
fn permits_are_kept_for_reads_alone_and_denials_for_all() {
    let server = Server::start(true, json(r#"{"result": true}"#));
    let clock = Arc::new(ManualClock::new(0));
    let keep = Duration::from_secs(60);
    let kept = server.opa().argument("account").argument("cents").cache(16, keep);
    let guard = guard(kept.clock(Arc::clone(&clock) as Arc<dyn checkrein::time::Clock>));
    // A session of its own each time: what one session did before is another question.
    let balance = |account: &str| {
        call(&session(&guard), "balance", &format!(r#"{{"account": "{account}"}}"#))
    };
    let outcomes = |decisions: [Decision; 2]| decisions.map(|decision| decision.outcome);
    assert_eq!(outcomes([balance("a"), balance("a")]), [Outcome::Allow; 2]);
    assert_eq!(server.asked(), 1, "a read is permitted from the cache");
    balance("b");
    assert_eq!(server.asked(), 2, "another question is another question");
    assert_eq!(outcomes([pay(&session(&guard)), pay(&session(&guard))]), [Outcome::Allow; 2]);
    assert_eq!(server.asked(), 4, "what has effects is asked about each time");
    server.play(json(r#"{"result": false}"#));
    assert_eq!(outcomes([pay(&session(&guard)), pay(&session(&guard))]), [Outcome::Deny; 2]);
    assert_eq!(server.asked(), 5, "a denial is kept");
    server.play(json(r#"{"result": true}"#));
    assert_eq!(pay(&session(&guard)).outcome, Outcome::Deny);
    clock.advance_ms(60_000);
    assert_eq!(outcomes([pay(&session(&guard)), pay(&session(&guard))]), [Outcome::Allow; 2]);
    assert_eq!(server.asked(), 7, "its time is over");
    // A failure is no answer, and is not kept.
    server.play(Play::Raw(500, "", String::new()));
    assert_eq!(balance("c").outcome, Outcome::Deny);
    server.play(json(r#"{"result": true}"#));
    assert_eq!(balance("c").outcome, Outcome::Allow);
}

#[test]
fn content_is_asked_about_where_the_host_wants_it() {
    let server = Server::start(true, json(r#"{"result": {"allow": false, "reasons": ["no"]}}"#));
    let calls_alone = guard(server.opa());
    let content = || checkrein::Content::text(checkrein::source::SourceKind::User, "hello");
    assert_eq!(session(&calls_alone).inspect_input(content()).unwrap().outcome, Outcome::Allow);
    assert_eq!(server.asked(), 0);
    let all = guard(server.opa().also_content());
    assert_eq!(session(&all).inspect_input(content()).unwrap().outcome, Outcome::Deny);
    assert_eq!(server.asked(), 1);
    assert!(!server.asked.lock().unwrap()[0].1.contains("hello"));
}

#[test]
fn an_obligation_that_nobody_knows_denies() {
    let server =
        Server::start(true, json(r#"{"result": {"allow": true, "obligations": ["dance"]}}"#));
    let guard = guard(server.opa());
    let denied = pay(&session(&guard));
    assert_eq!(denied.outcome, Outcome::Deny);
    assert_eq!(denied.error.unwrap().code(), "obligation/unknown");
}
