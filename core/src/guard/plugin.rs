//! Host code: Rust traits, and for other languages `prepare` and `commit` around code that runs
//! on their side. No call of ours ever runs host code across a language border.

use super::output::check_size;
use super::session::Session;
use crate::approval::LiftedRule;
use crate::content::Content;
use crate::decision::{Decision, Outcome, Reason};
use crate::detect::Scope;
use crate::digest::Digest;
use crate::enforce::Verdict;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Category, Doubt, Finding, Severity};
use crate::policy::{Answer, Rule};
use crate::span::Span;
use crate::value::{Object, Value};
use crate::view::Leaf;
use crate::wire::{self, AuthorizeRequest, InspectInputRequest, InspectOutputRequest};
use serde::Deserialize;

/// A detector of a Rust host. Runs inside the verb, outside every lock.
pub trait Detector: Send + Sync {
    /// Its name; decisions show it as the control `host/<name>`.
    fn name(&self) -> &str;

    /// Whether it is due for a text of which the built-in detectors think so. A decision whose
    /// texts are all unwanted shows it as `unneeded`.
    fn wants(&self, scope: Scope, doubt: Doubt) -> bool {
        let _ = (scope, doubt);
        true
    }

    /// Adds what it finds in `leaf`. Where it takes longer than the limit `plugin_deadline_ms` for
    /// all leaves of a verb, what it found does not count, and the verb is undecided.
    ///
    /// # Errors
    /// Any error makes the verb undecided: the fail mode answers.
    fn scan(&self, leaf: &Leaf<'_>, scope: Scope, out: &mut Vec<Finding>) -> Result<()>;
}

/// A detector that is due only where the built-in ones are unsure: a dear one, such as a
/// transformer.
///
/// ```
/// use checkrein::detect::Scope;
/// use checkrein::finding::Finding;
/// use checkrein::guard::{Detector, WhereUnsure};
/// use checkrein::view::Leaf;
/// use checkrein::{Content, Guard, source::SourceKind};
/// use std::sync::Arc;
///
/// struct Dear;
/// impl Detector for Dear {
///     fn name(&self) -> &str {
///         "dear"
///     }
///     fn scan(&self, _: &Leaf<'_>, _: Scope, _: &mut Vec<Finding>) -> checkrein::Result<()> {
///         Ok(())
///     }
/// }
///
/// let guard = Guard::builder().detector(Arc::new(WhereUnsure(Dear))).build()?;
/// let session = guard.session(Default::default())?;
/// let decision = session.inspect_input(Content::text(SourceKind::User, "Soup for two, please."))?;
/// assert_eq!(decision.controls.unneeded, ["host/dear"]);
/// # Ok::<(), checkrein::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct WhereUnsure<D>(
    /// The detector.
    pub D,
);

impl<D: Detector> Detector for WhereUnsure<D> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn wants(&self, scope: Scope, doubt: Doubt) -> bool {
        doubt.unsure && self.0.wants(scope, doubt)
    }

    fn scan(&self, leaf: &Leaf<'_>, scope: Scope, out: &mut Vec<Finding>) -> Result<()> {
        self.0.scan(leaf, scope, out)
    }
}

/// What a host's own code found between `prepare` and `commit`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostResults {
    /// Controls that ran to their end.
    pub ran: Vec<String>,
    /// Controls that failed or were late, and why.
    pub failed: Vec<(String, String)>,
    /// What they found.
    pub findings: Vec<HostFinding>,
    /// What host engines answered.
    pub answers: Vec<HostAnswer>,
}

/// One finding of host code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostFinding {
    /// The rule's id; shown as `custom/<rule>`.
    pub rule: String,
    /// `info` to `critical`.
    #[serde(default)]
    pub severity: Option<String>,
    /// 0 to 1000.
    #[serde(default)]
    pub score: Option<u16>,
    /// JSON pointer of the leaf.
    #[serde(default)]
    pub path: String,
    /// Bytes of that leaf.
    #[serde(default)]
    pub start: usize,
    /// One past the last byte.
    #[serde(default)]
    pub end: usize,
    /// What kind of thing it is: `custom`, unless it says otherwise.
    #[serde(default)]
    pub category: HostCategory,
}

/// What a host's detector may say that it found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostCategory {
    /// Something of the host's own, which only rules of its policy read.
    #[default]
    Custom,
    /// Text that tries to steer the model: it counts as the built-in detectors' own.
    Injection,
}

impl From<HostCategory> for Category {
    fn from(category: HostCategory) -> Self {
        match category {
            HostCategory::Custom => Category::Custom,
            HostCategory::Injection => Category::Injection,
        }
    }
}

/// One answer of a host engine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostAnswer {
    /// The engine's name.
    pub engine: String,
    /// `allow`, `ask`, `deny`.
    pub outcome: String,
    /// What to tell people and the model.
    #[serde(default)]
    pub message: String,
}

/// What host code is given between `prepare` and `commit`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Texts to look at.
    pub texts: Vec<PreparedText>,
    /// For a call: the facts that policy reads, as JSON.
    pub context: Option<Value>,
    /// The session's epoch: an answer about other facts does not count.
    pub epoch: u64,
}

/// A text that host code may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedText {
    /// The JSON pointer of the leaf.
    pub path: String,
    /// What stands there.
    pub text: String,
    /// What the built-in detectors make of it.
    pub doubt: Doubt,
}

impl HostResults {
    /// What comes of findings in an input: a tool's description may fall by them, too.
    pub(super) fn verdict(&self, content: &Content) -> Verdict {
        let found: Vec<Finding> = self.findings.iter().map(HostFinding::finding).collect();
        let parts = content.parts.iter().enumerate();
        parts.fold(Verdict::default(), |verdict, (index, part)| {
            let prefix = content.prefix(index);
            let within = |finding: &&Finding| {
                let rest = finding.path.strip_prefix(&*prefix);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            let found: Vec<Finding> = found.iter().filter(within).cloned().collect();
            if found.is_empty() {
                return verdict;
            }
            verdict.join(crate::enforce::input(part.kind, &[], &found))
        })
    }
}

impl HostFinding {
    pub(super) fn finding(&self) -> Finding {
        let severity = self.severity.as_deref().and_then(|word| Severity::parse(word).ok());
        Finding {
            rule: format!("custom/{}", self.rule).into(),
            category: self.category.into(),
            severity: severity.unwrap_or(Severity::Medium),
            score: self.score.unwrap_or(1000).min(1000),
            path: self.path.clone(),
            span: Span::new(self.start, self.end),
            through: Vec::new(),
            threats: match self.category {
                HostCategory::Custom => (&[][..]).into(),
                HostCategory::Injection => (&["LLM01"][..]).into(),
            },
            kind: "custom".into(),
        }
    }
}

impl HostAnswer {
    /// The answer as policy's own would be; an unknown outcome denies. None where an approval
    /// lifts it.
    pub(super) fn answer(&self, lifted: &[LiftedRule]) -> Option<Answer> {
        let id = format!("host/{}", self.engine);
        let text = Digest::of_parts([id.as_bytes(), self.message.as_bytes()]);
        let outcome = match self.outcome.as_str() {
            "allow" => Outcome::Allow,
            "ask" => Outcome::Ask,
            _ => Outcome::Deny,
        };
        if outcome == Outcome::Ask && lifted.iter().any(|l| l.rule == id && l.text == text) {
            return None;
        }
        let reason = Reason {
            rule: id.clone(),
            policy: "host".to_owned(),
            message: self.message.clone(),
            threats: Vec::new(),
        };
        let speaks = outcome != Outcome::Allow;
        Some(Answer {
            outcome,
            reasons: if speaks { vec![reason] } else { Vec::new() },
            rules: vec![Rule { id, text, liftable: outcome == Outcome::Ask }],
            ..Answer::allow()
        })
    }
}

/// A verb's request, read but not decided.
enum Asked {
    Input(InspectInputRequest),
    Call(AuthorizeRequest),
    Output(InspectOutputRequest),
}

impl Session {
    /// What host detectors and engines need to know of a request. Nothing is decided, counted
    /// or recorded.
    ///
    /// `verb` is `inspect_input`, `authorize_tool_call` or `inspect_output`; `request` its JSON.
    ///
    /// # Errors
    /// `misuse/argument`, and those of the verb.
    pub fn prepare(&self, verb: &str, request: &[u8]) -> Result<Prepared> {
        self.guard.check_open()?;
        let asked = read(verb, request)?;
        let epoch = self.cell.lock()?.epoch;
        let mut texts = Vec::new();
        let mut context = None;
        match asked {
            Asked::Input(request) => {
                let content = request.into_content()?;
                if check_size(&content, &self.guard.inner.limits).is_ok() {
                    self.judge(&content, &mut texts);
                } else {
                    // It is refused or opaque, whatever it says.
                    content.each_text(&mut |_, path, text| {
                        texts.push(plain(path, text.into_owned()));
                    });
                }
            }
            Asked::Output(request) => {
                let kind = crate::source::SourceKind::Model;
                Content::json(kind, request.content)
                    .each_text(&mut |_, path, text| texts.push(plain(path, text.into_owned())));
            }
            Asked::Call(request) => {
                request.arguments.each_leaf(&mut |path, leaf| {
                    if let Value::String(text) = leaf {
                        texts.push(plain(path, text.clone()));
                    }
                });
                context = Some(self.preview(request)?);
            }
        }
        Ok(Prepared { texts, context, epoch })
    }

    /// Decides a prepared request with what host code found. Where the session changed since
    /// `prepare`, answers of host engines no longer count, and the call is refused.
    ///
    /// # Errors
    /// As [`Session::prepare`].
    pub fn commit(
        &self,
        verb: &str,
        request: &[u8],
        epoch: u64,
        mut host: HostResults,
    ) -> Result<Decision> {
        let now = self.cell.lock()?.epoch;
        if now != epoch && !host.answers.is_empty() {
            host.answers = vec![HostAnswer {
                engine: "stale".to_owned(),
                outcome: "deny".to_owned(),
                message: "the session changed while a host engine decided; ask again".to_owned(),
            }];
        }
        match read(verb, request)? {
            Asked::Input(request) => self.input_request(request, &host),
            Asked::Call(request) => self.authorize(request, &host),
            Asked::Output(request) => self.output_request(request, &host),
        }
    }

    /// The texts of an input, with what the built-in detectors make of them.
    fn judge(&self, content: &Content, out: &mut Vec<PreparedText>) {
        let inner = &self.guard.inner;
        let force = inner.force.load();
        let mut found = Vec::new();
        content.each_text(&mut |part, path, text| {
            let scope = content.parts.get(part).map(|part| Scope::Input(part.kind));
            let looks = scope.filter(|scope| force.detectors.looks_for_injections(*scope));
            let doubt = looks.map_or_else(Doubt::default, |scope| {
                let views = inner.normalizer.views(&text);
                let leaf = Leaf { path, text: &text, views: &views };
                found.clear();
                force.detectors.scan(&leaf, scope, &inner.fingerprints, &mut found).doubt
            });
            out.push(PreparedText { doubt, ..plain(path, text.into_owned()) });
        });
    }

    /// The facts of a call as a host engine reads them, without deciding it.
    fn preview(&self, request: AuthorizeRequest) -> Result<Value> {
        let facts = self.preview_call(request)?;
        let mut object = Object::default();
        for (name, value) in facts {
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// A text in which nobody looks for injections.
fn plain(path: &str, text: String) -> PreparedText {
    PreparedText { path: path.to_owned(), text, doubt: Doubt::default() }
}

fn read(verb: &str, request: &[u8]) -> Result<Asked> {
    match verb {
        "inspect_input" => Ok(Asked::Input(wire::parse(request)?)),
        "authorize_tool_call" => Ok(Asked::Call(wire::parse(request)?)),
        "inspect_output" => Ok(Asked::Output(wire::parse(request)?)),
        other => {
            let message = format!("there is no verb `{}`", other.escape_default());
            Err(Error::new(ErrorKind::MisuseArgument, message)
                .with("known", "inspect_input authorize_tool_call inspect_output"))
        }
    }
}
