//! Runs the cases of `conformance/` and holds their compiled lines to what the library answers.
//! `UPDATE_CONFORMANCE=1` writes the lines anew; read the diff before committing it.
//! `CONFORMANCE_ONLY=calls` runs one area.
#![cfg(feature = "cedar")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use checkrein::config::Files;
use checkrein::guard::{CallStream, OutputStream};
use checkrein::note::Signer;
use checkrein::view::{HiddenKind, Layer};
use checkrein::{Approver, Guard, Session, Value};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[test]
fn cases_hold_in_rust() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance");
    let update = std::env::var_os("UPDATE_CONFORMANCE").is_some();
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root.join("cases")).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    if let Ok(area) = std::env::var("CONFORMANCE_ONLY") {
        files.retain(|file| file.file_stem().is_some_and(|stem| stem == area.as_str()));
    }
    let spec = std::fs::read_to_string(root.join("../docs/SPEC.md")).unwrap();
    let suites: Vec<Suite> = std::thread::scope(|scope| {
        let walks: Vec<_> = files.iter().map(|file| scope.spawn(|| walk(file, &spec))).collect();
        walks.into_iter().map(|walk| walk.join().unwrap()).collect()
    });
    let mut ids = BTreeSet::new();
    let mut clauses = BTreeSet::new();
    let mut faults = Vec::new();
    let mut lines = String::new();
    for (file, mut suite) in files.iter().zip(suites) {
        faults.extend(suite.faults);
        clauses.append(&mut suite.clauses);
        lines.push_str(&suite.lines);
        let twice = suite.ids.into_iter().filter(|id| !ids.insert(id.clone()));
        faults.extend(twice.map(|id| format!("the id {id} stands twice")));
        let golden = root.join("lines").join(file.with_extension("tsv").file_name().unwrap());
        if update {
            std::fs::write(&golden, &suite.lines).unwrap();
        }
        let before = std::fs::read_to_string(&golden).unwrap_or_default();
        let differs = before.lines().zip(suite.lines.lines()).find(|(a, b)| a != b);
        if let Some((was, is)) = differs {
            faults.push(format!("{}:\n  was {was}\n  is  {is}", golden.display()));
        } else if before.len() != suite.lines.len() {
            faults.push(format!("{} has other lines; set UPDATE_CONFORMANCE=1", golden.display()));
        }
    }
    if std::env::var_os("CONFORMANCE_ONLY").is_none() {
        faults.extend(unshown(&spec, &clauses));
        faults.extend(unseen(&lines));
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// Encodings that are looked through, and kinds of hidden things that are found, that no line shows.
fn unseen(lines: &str) -> Vec<String> {
    let through: BTreeSet<&str> = lines
        .split("\"through\":[")
        .skip(1)
        .flat_map(|rest| rest.split(']').next().unwrap_or_default().split(','))
        .map(|word| word.trim_matches('"'))
        .collect();
    let layers = Layer::ALL.iter().filter(|layer| !through.contains(layer.as_str()));
    let rule = |kind: &HiddenKind| format!("\"rule\":\"hidden/{kind}\"");
    let kinds = HiddenKind::ALL.iter().filter(|kind| !lines.contains(&rule(kind)));
    let layers = layers.map(|layer| format!("no case is seen through `{layer}`"));
    layers.chain(kinds.map(|kind| format!("no case has the hidden `{kind}`"))).collect()
}

/// Clauses that no case shows and that name no test which does.
fn unshown(spec: &str, shown: &BTreeSet<String>) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let test = |clause: &str| {
        let (_, after) = clause.split_once("\nShown by [`")?;
        Some(root.join(after.split_once('`')?.0))
    };
    spec.split("\n### ")
        .skip(1)
        .filter(|clause| !shown.contains(clause.split(' ').next().unwrap_or_default()))
        .filter(|clause| !test(clause).is_some_and(|path| path.is_file()))
        .map(|clause| format!("nothing shows {}", clause.lines().next().unwrap_or_default()))
        .collect()
}

/// What came of one file of cases.
#[derive(Default)]
struct Suite {
    lines: String,
    ids: Vec<String>,
    clauses: BTreeSet<String>,
    faults: Vec<String>,
}

fn walk(file: &Path, spec: &str) -> Suite {
    let text = std::fs::read_to_string(file).unwrap();
    let cases: Json =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut suite = Suite::default();
    for case in cases["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let clause = case["clause"].as_str().unwrap_or_default();
        assert!(spec.contains(&format!("\n### {clause} ")), "{id}: there is no clause {clause}");
        assert!(case["title"].is_string(), "{id}: say what is shown");
        suite.clauses.insert(clause.to_owned());
        let mut run = Run { lines: format!("# {id}\n"), ..Run::default() };
        if let Err(fault) = run.case(&cases, case) {
            suite.faults.push(format!("{id}: {fault}"));
        }
        suite.lines += &run.lines;
        suite.ids.push(id.to_owned());
    }
    suite
}

#[derive(Default)]
struct Run {
    lines: String,
    shared: Json,
    saved: BTreeMap<String, String>,
    guards: BTreeMap<String, Guard>,
    sessions: BTreeMap<String, Session>,
    approvers: BTreeMap<String, Approver>,
    streams: BTreeMap<String, Option<OutputStream>>,
    call_streams: BTreeMap<String, Option<CallStream>>,
}

type Answer = Result<String, checkrein::Error>;

impl Run {
    fn case(&mut self, suite: &Json, case: &Json) -> Result<(), String> {
        let own = |key: &str| case.get(key).or_else(|| suite.get(key)).cloned();
        self.shared = suite.get("guards").cloned().unwrap_or_default();
        self.step(&json!({"guard": "g", "with": own("guard").unwrap_or(json!({}))}))?;
        let session = own("session").unwrap_or(json!({}));
        if !session.is_null() {
            self.step(&json!({"session": "s", "of": "g", "with": session}))?;
        }
        for (n, step) in case["steps"].as_array().ok_or("no steps")?.iter().enumerate() {
            self.step(step).map_err(|fault| format!("step {n}: {fault}"))?;
        }
        Ok(())
    }

    /// The options of a guard: given, by the name they have in the file, or some over the named.
    fn options(&self, with: &Json) -> Result<Json, String> {
        let named = with.as_str().or_else(|| with.get("like").and_then(Json::as_str));
        let Some(name) = named else { return Ok(with.clone()) };
        let mut options =
            self.shared.get(name).ok_or(format!("no guard is called {name}"))?.clone();
        for (key, value) in with.as_object().into_iter().flatten().filter(|(key, _)| *key != "like")
        {
            options[key.as_str()] = value.clone();
        }
        Ok(options)
    }

    fn step(&mut self, step: &Json) -> Result<(), String> {
        let word = |key: &str| step.get(key).and_then(Json::as_str);
        let mut with = step.get("with").unwrap_or(&json!({})).clone();
        if step.get("guard").is_some() {
            with = self.options(&with)?;
        }
        let with = self.filled(&with);
        let of = word("of").unwrap_or("s").to_owned();
        let answer = if let Some(name) = word("guard") {
            self.guard(name, with)
        } else if let Some(name) = word("session") {
            let guard = self.guards.get(word("of").unwrap_or("g")).ok_or("no such guard")?;
            let made = checkrein::wire::parse(with.as_bytes()).and_then(|o| guard.session(o));
            let of = word("of").unwrap_or("g");
            self.line(
                &["session", name, of, &with],
                &made.as_ref().map(|_| String::new()).map_err(Clone::clone),
                false,
            );
            made.map(|made| drop(self.sessions.insert(name.to_owned(), made)))
                .map(|()| String::new())
        } else if let Some(name) = word("spawn") {
            let request: Json = serde_json::from_str(&with).unwrap();
            let parent = self.sessions.get(&of).ok_or("no such session")?;
            let made =
                parent.spawn(request["agent"].as_str().unwrap_or(""), request["goal"].as_str());
            self.line(
                &["spawn", name, &of, &with],
                &made.as_ref().map(|_| String::new()).map_err(Clone::clone),
                false,
            );
            made.map(|made| drop(self.sessions.insert(name.to_owned(), made)))
                .map(|()| String::new())
        } else if let Some(name) = word("approver") {
            let guard = word("of").unwrap_or("g");
            let approver = Approver::new(self.guards.get(guard).ok_or("no such guard")?);
            self.approvers.insert(name.to_owned(), approver);
            let _ = writeln!(self.lines, "approver\t{name}\t{guard}");
            Ok(String::new())
        } else if let Some(name) = word("stream") {
            let request: Json = serde_json::from_str(&with).unwrap();
            let session = self.sessions.get(&of).ok_or("no such session")?;
            let kind =
                checkrein::content::OutputKind::parse(request["kind"].as_str().unwrap_or("answer"))
                    .unwrap();
            let audience = request["audience"]
                .as_array()
                .map(|a| a.iter().map(|r| r.as_str().unwrap().to_owned()).collect());
            self.streams.insert(name.to_owned(), Some(session.output_stream(kind, audience)));
            self.line(&["stream", name, &of, &with], &Ok(String::new()), false);
            Ok(String::new())
        } else if let Some(name) = word("call_stream") {
            let request: Json = serde_json::from_str(&with).unwrap();
            let session = self.sessions.get(&of).ok_or("no such session")?;
            let stream =
                session.call_stream(request["tool"].as_str().unwrap(), request["call_id"].as_str());
            self.call_streams.insert(name.to_owned(), Some(stream));
            self.line(&["call_stream", name, &of, &with], &Ok(String::new()), false);
            Ok(String::new())
        } else if let Some(name) = word("push") {
            let bytes = match (word("text"), word("hex")) {
                (Some(text), _) => text.as_bytes().to_vec(),
                (_, Some(hex)) => checkrein::digest::unhex(hex).ok_or("not hexadecimal")?,
                _ => return Err("a push has text or hex".to_owned()),
            };
            let answer = self.push(name, &bytes)?;
            self.line(&["push", name, &checkrein::digest::hex(&bytes)], &answer, true);
            answer
        } else if let Some(name) = word("finish") {
            let answer = self.finish(name)?;
            self.line(&["finish", name], &answer, true);
            answer
        } else if let Some(method) = word("call") {
            let on = word("on").unwrap_or("s");
            let raw = word("raw").map(|raw| self.replaced(raw));
            let (request, kind) = match &raw {
                Some(raw) => (raw.as_str(), "raw"),
                None => (with.as_str(), "typed"),
            };
            let answer = self.call(on, method, request)?;
            self.line(&["call", on, method, request, kind], &answer, true);
            answer
        } else {
            return Err(format!("no such step: {step}"));
        };
        self.check(step, &answer)?;
        if let (Some(save), Ok(answer)) = (step.get("save").and_then(Json::as_object), &answer) {
            let answer: Json = serde_json::from_str(answer).map_err(|e| e.to_string())?;
            for (name, pointer) in save {
                let value =
                    answer.pointer(pointer.as_str().unwrap()).ok_or(format!("no {pointer}"))?;
                self.saved.insert(name.clone(), value.as_str().unwrap().to_owned());
            }
        }
        Ok(())
    }

    fn guard(&mut self, name: &str, with: String) -> Answer {
        let mut options: Json = serde_json::from_str(&with).unwrap();
        let testing = json!({"time_ms": 1_764_000_000_000_i64, "seed": 7});
        options.as_object_mut().unwrap().entry("testing").or_insert(testing);
        let with = options.to_string();
        let made = checkrein::wire::parse(with.as_bytes())
            .and_then(|options| Guard::builder().options(options)?.build());
        let answer = made.as_ref().map(|_| String::new()).map_err(Clone::clone);
        self.line(&["guard", name, &with], &answer, false);
        made.map(|made| drop(self.guards.insert(name.to_owned(), made))).map(|()| String::new())
    }

    fn call(&self, on: &str, method: &str, request: &str) -> Result<Answer, String> {
        let request = request.as_bytes();
        if let Some(session) = self.sessions.get(on) {
            return Ok(session.call(method, request));
        }
        if let Some(guard) = self.guards.get(on) {
            return Ok(guard.call(method, request));
        }
        let approver = self.approvers.get(on).ok_or(format!("nothing is called {on}"))?;
        Ok(approver.call(method, request))
    }

    fn push(&mut self, name: &str, bytes: &[u8]) -> Result<Answer, String> {
        if let Some(Some(stream)) = self.streams.get_mut(name) {
            return Ok(stream.push(bytes).map(|part| {
                let text = Value::from(part.text).to_json();
                format!("{{\"text\":{text},\"denied\":{}}}", part.denied)
            }));
        }
        let stream = self.call_streams.get_mut(name).and_then(Option::as_mut).ok_or("no stream")?;
        Ok(stream.push(bytes).map(|()| "null".to_owned()))
    }

    fn finish(&mut self, name: &str) -> Result<Answer, String> {
        if let Some(stream) = self.streams.get_mut(name).and_then(Option::take) {
            return Ok(stream.finish().map(|(tail, decision)| {
                let tail = Value::from(tail).to_json();
                let decision = checkrein::wire::decision_json(&decision);
                format!("{{\"tail\":{tail},\"decision\":{decision}}}")
            }));
        }
        let stream = self.call_streams.get_mut(name).and_then(Option::take).ok_or("no stream")?;
        Ok(stream.finish().map(|decision| checkrein::wire::decision_json(&decision)))
    }

    /// One compiled line: the fields, then `ok` or the code, then (where there is one) the answer.
    fn line(&mut self, fields: &[&str], answer: &Answer, answers: bool) {
        let mut line = fields.join("\t");
        match answer {
            Ok(answer) if answers => drop(write!(line, "\tok\t{answer}")),
            Ok(_) => line.push_str("\tok"),
            Err(error) if answers => drop(write!(line, "\t{}\t", error.code())),
            Err(error) => drop(write!(line, "\t{}", error.code())),
        }
        assert!(!line.contains('\n'), "a line holds a line end: {line}");
        self.lines += &line;
        self.lines.push('\n');
    }

    fn check(&self, step: &Json, answer: &Answer) -> Result<(), String> {
        let Some(expect) = step.get("expect").and_then(Json::as_object) else {
            return answer.as_ref().map(drop).map_err(|error| format!("{error}"));
        };
        if let Some(code) = expect.get("error").and_then(Json::as_str) {
            let says = expect.get("says").and_then(Json::as_str).unwrap_or_default();
            return match answer {
                Err(error) if error.code() == code && error.to_string().contains(says) => Ok(()),
                Err(error) => Err(format!("wanted {code} {says}, not {error}")),
                Ok(answer) => Err(format!("wanted {code}, not {answer}")),
            };
        }
        let answer = answer.as_ref().map_err(|error| format!("{error}"))?;
        let answer: Json = serde_json::from_str(answer).map_err(|e| format!("{e}: {answer}"))?;
        for (pointer, wanted) in expect {
            let is = answer.pointer(pointer);
            let wanted: Json = serde_json::from_str(&self.replaced(&wanted.to_string())).unwrap();
            if !holds(is, &wanted) {
                let is = is.map_or("nothing".to_owned(), Json::to_string);
                return Err(format!("{pointer} is {is}, not {wanted}; answer {answer}"));
            }
        }
        Ok(())
    }

    fn replaced(&self, text: &str) -> String {
        self.saved.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        })
    }

    /// The request with saved words and repeats filled in, as JSON text.
    fn filled(&self, request: &Json) -> String {
        fn expand(value: &Json) -> Json {
            match value {
                Json::Object(map) => match map.get("repeat").and_then(Json::as_array) {
                    Some(pair) if map.len() == 1 => {
                        let times = usize::try_from(pair[1].as_u64().unwrap()).unwrap();
                        Json::String(pair[0].as_str().unwrap().repeat(times))
                    }
                    _ if map.len() == 1 && map.contains_key("packed") => {
                        Json::String(archive(&expand(&map["packed"])))
                    }
                    _ if map.len() == 1 && map.get("key").is_some_and(Json::is_u64) => {
                        Json::String(signer(&map["key"]).verifier().text())
                    }
                    _ if map.len() == 1 && map.contains_key("lines") => {
                        let lines = map["lines"].as_array().unwrap().iter();
                        let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
                        Json::String(lines.join("\n"))
                    }
                    _ => map.iter().map(|(k, v)| (k.clone(), expand(v))).collect(),
                },
                Json::Array(items) => items.iter().map(expand).collect(),
                other => other.clone(),
            }
        }
        // A saved text stands inside a JSON string.
        self.saved.iter().fold(expand(request).to_string(), |text, (name, value)| {
            let escaped = Json::String(value.clone()).to_string();
            let inside = escaped.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            text.replace(&format!("${{{name}}}"), inside.unwrap_or_default())
        })
    }
}

/// The key of a seed.
fn signer(seed: &Json) -> Signer {
    let random = checkrein::random::SeededRandom::new(seed.as_u64().unwrap());
    Signer::new("example.com/policy", &random).unwrap()
}

/// A bundle's archive in base64: packed, signed, and then meddled with.
fn archive(spec: &Json) -> String {
    let mut files = Files::default();
    for (name, text) in spec["files"].as_object().unwrap() {
        files.files.insert(name.clone(), text.as_str().unwrap().as_bytes().to_vec());
    }
    if let Some(by) = spec["sign"].as_array() {
        files.sign(by[0].as_str().unwrap(), by[1].as_u64().unwrap(), &signer(&by[2])).unwrap();
    }
    for (name, text) in spec["after"].as_object().into_iter().flatten() {
        files.files.remove(name);
        if let Some(text) = text.as_str() {
            files.files.insert(name.clone(), text.as_bytes().to_vec());
        }
    }
    let mut bytes = files.pack().unwrap();
    for (name, target) in spec["links"].as_object().into_iter().flatten() {
        // Before the two empty blocks at the end.
        let mut builder = tar::Builder::new(bytes[..bytes.len() - 1024].to_vec());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder.append_link(&mut header, name, target.as_str().unwrap()).unwrap();
        let made = builder.into_inner().unwrap();
        bytes = made;
    }
    if let Some(cut) = spec["cut"].as_u64() {
        bytes.truncate(usize::try_from(cut).unwrap());
    }
    checkrein::note::encode(&bytes)
}

fn holds(is: Option<&Json>, wanted: &Json) -> bool {
    if let Some(has) = wanted.get("has") {
        return contains(is, has);
    }
    if let Some(lacks) = wanted.get("lacks") {
        return is.is_some() && !contains(is, lacks);
    }
    if wanted.get("absent").is_some() {
        return is.is_none();
    }
    if let Some(start) = wanted.get("matches").and_then(Json::as_str) {
        return is.and_then(Json::as_str).is_some_and(|text| text.starts_with(start));
    }
    if let Some(count) = wanted.get("count").and_then(Json::as_u64) {
        return is.and_then(Json::as_array).is_some_and(|items| items.len() as u64 == count);
    }
    is == Some(wanted)
}

/// Whether a text holds a part, or a list an item: one that is equal, or that has these fields.
fn contains(is: Option<&Json>, part: &Json) -> bool {
    let like = |item: &Json| match (item, part) {
        (Json::Object(item), Json::Object(part)) => {
            part.iter().all(|(k, v)| item.get(k) == Some(v))
        }
        _ => item == part,
    };
    match is {
        Some(Json::Array(items)) => items.iter().any(like),
        Some(Json::String(text)) => part.as_str().is_some_and(|part| text.contains(part)),
        _ => false,
    }
}
