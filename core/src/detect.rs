//! Finds what is suspicious in a text.

pub mod code;
mod custom;
pub mod drift;
mod exfiltration;
mod expression;
mod gate;
mod hidden;
mod injection;
mod personal;
mod registry;
mod secret;
mod sink;

pub use custom::finds;
pub use injection::model::{
    Channel, Evidence, Features, Judgement, Model, STRIDE, braked, features, spoken,
};
pub use registry::RuleInfo;

use crate::content::OutputKind;
use crate::digest::Key;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Category, Doubt, Finding, MODEL, Severity, Unsure};
use crate::limits::Limits;
use crate::rule::CustomRule;
use crate::source::SourceKind;
use crate::view::{Layer, Leaf, View};
use custom::Custom;
use gate::Gate;
use injection::model;
use sink::{Find, Sink, prefer_known};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

/// Findings of one leaf after which scanning it stops: far above the limit `findings`, so that
/// [`crate::finding::settle`] says that some were dropped.
const FINDINGS_A_LEAF: usize = 4096;

/// What is being scanned, and with that, which detectors are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Content from a source of this kind.
    Input(SourceKind),
    /// The arguments of a tool call.
    Arguments,
    /// What the agent says.
    Output(OutputKind),
}

/// How rules are tuned.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// By rule id: the score below which its findings are dropped.
    pub thresholds: BTreeMap<String, u16>,
    /// By rule id: why it is switched off.
    pub off: BTreeMap<String, String>,
    /// Hosts that belong to the host of this guard: links to them carry nothing out.
    pub own_hosts: Vec<String>,
    /// Rules beside the built-in ones.
    pub custom: Vec<CustomRule>,
    /// Bytes of one custom rule's compiled expression; the limit's default where it is 0.
    pub custom_regex: usize,
    /// Between which scores a text is left to dearer detectors.
    pub unsure: Unsure,
}

/// What is known of a scan beside its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scanned {
    /// How sure the detectors of injections are.
    pub doubt: Doubt,
    /// Whether all was looked for: after some thousand finds the rest is not.
    pub is_whole: bool,
}

/// Where patterns run, as bits.
struct Lanes;

impl Lanes {
    /// What the principal says.
    const USER: u8 = 1;
    /// What anybody can have written.
    const UNTRUSTED: u8 = 2;
    /// What a tool says of itself.
    const DESCRIPTION: u8 = 4;
    /// Secrets that have a form of their own.
    const SECRET_FORM: u8 = 8;
    /// Secrets that only their surroundings give away.
    const SECRET_CONTEXT: u8 = 16;
    /// Data about people.
    const PERSONAL: u8 = 32;

    const ALL_INJECTION: u8 = Self::USER | Self::UNTRUSTED | Self::DESCRIPTION;
    const FOREIGN: u8 = Self::UNTRUSTED | Self::DESCRIPTION;
    const VALUES: u8 = Self::SECRET_FORM | Self::SECRET_CONTEXT | Self::PERSONAL;

    fn of(scope: Scope) -> u8 {
        match scope {
            // The host's own prompt says "never reveal" and "ignore attempts": it trips every
            // injection rule and is no attack.
            Scope::Input(SourceKind::System | SourceKind::Principal | SourceKind::Schema)
            | Scope::Arguments
            | Scope::Output(_) => Self::VALUES,
            Scope::Input(SourceKind::User) => Self::VALUES | Self::USER,
            Scope::Input(SourceKind::ToolDescription) => {
                Self::VALUES | Self::UNTRUSTED | Self::DESCRIPTION
            }
            Scope::Input(_) => Self::VALUES | Self::UNTRUSTED,
        }
    }

    /// What is left of `lanes` in a view that was decoded through `layers`: folded and turned
    /// letters make numbers and words that nobody wrote.
    fn through(lanes: u8, layers: &[Layer]) -> u8 {
        let mut lanes = lanes;
        for layer in layers {
            lanes &= match layer {
                Layer::Leet => Self::ALL_INJECTION,
                Layer::Confusables | Layer::Rot13 | Layer::Reversed => {
                    Self::ALL_INJECTION | Self::SECRET_FORM
                }
                _ => u8::MAX,
            };
        }
        lanes
    }
}

fn scans_for_exfiltration(scope: Scope) -> bool {
    !matches!(scope, Scope::Input(SourceKind::System | SourceKind::Principal | SourceKind::Schema))
}

fn scans_for_hidden(scope: Scope) -> bool {
    !matches!(scope, Scope::Input(SourceKind::System | SourceKind::Principal | SourceKind::Schema))
}

/// The built-in detectors, tuned by [`Settings`]. Shared by all sessions.
pub struct Detectors {
    gate: &'static Gate,
    model: Model<'static>,
    /// Scores below which findings are dropped.
    thresholds: HashMap<String, u16>,
    off: HashSet<String>,
    own_hosts: Vec<String>,
    custom: Option<Custom>,
    unsure: Unsure,
}

impl std::fmt::Debug for Detectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Detectors").field("off", &self.off).finish_non_exhaustive()
    }
}

/// The gate over all built-in rules: constant data, so one for the process, built at the first
/// guard. What a bundle switches off is left out of the results.
fn built_in() -> Result<&'static Gate> {
    static GATE: OnceLock<Result<Gate>> = OnceLock::new();
    GATE.get_or_init(|| Gate::new(registry::gated())).as_ref().map_err(Clone::clone)
}

impl Detectors {
    /// Builds the detectors.
    ///
    /// # Errors
    /// `misuse/argument` where settings name a rule that does not exist, switch one off without
    /// a reason, or set a threshold over 1000; `bundle/settings` for a custom rule that cannot
    /// be compiled or whose tests fail.
    pub fn new(settings: &Settings) -> Result<Self> {
        let shipped = registry::all().into_iter().map(|rule| rule.id);
        let custom = settings.custom.iter().map(|rule| rule.id.as_str());
        let known: HashSet<&str> = shipped.chain(custom).collect();
        let find = |id: &str| {
            known.get(id).map(|id| (*id).to_owned()).ok_or_else(|| {
                let message = format!("there is no rule `{}`", id.escape_default());
                Error::new(ErrorKind::MisuseArgument, message)
            })
        };
        let mut thresholds = HashMap::new();
        for (id, score) in &settings.thresholds {
            if *score > 1000 {
                let message = format!("the threshold of `{}` is over 1000", id.escape_default());
                return Err(Error::new(ErrorKind::MisuseArgument, message));
            }
            thresholds.insert(find(id)?, *score);
        }
        let mut off = HashSet::new();
        for (id, reason) in &settings.off {
            if reason.trim().is_empty() {
                let message = format!("`{}` is switched off without a reason", id.escape_default());
                return Err(Error::new(ErrorKind::MisuseArgument, message));
            }
            off.insert(find(id)?);
        }
        let model = Model::built_in().ok_or_else(|| {
            Error::new(ErrorKind::DetectorFailed, "the model's weights cannot be read")
        })?;
        let limit = match settings.custom_regex {
            0 => Limits::default().custom_regex,
            bytes => bytes,
        };
        let custom = Custom::new(&settings.custom, limit, &off)?;
        let own_hosts = settings.own_hosts.clone();
        let unsure = settings.unsure;
        Ok(Self { gate: built_in()?, model, thresholds, off, own_hosts, custom, unsure })
    }

    /// The names of the detectors that run in `scope`, sorted.
    #[must_use]
    pub fn due(&self, scope: Scope) -> Vec<&'static str> {
        let lanes = Lanes::of(scope);
        let controls = [
            ("detect/code", scope == Scope::Arguments),
            ("detect/custom", self.custom.is_some()),
            (
                "detect/drift",
                matches!(scope, Scope::Output(OutputKind::Reasoning | OutputKind::Plan)),
            ),
            ("detect/exfiltration", scans_for_exfiltration(scope)),
            ("detect/hidden", scans_for_hidden(scope)),
            ("detect/injection", lanes & Lanes::ALL_INJECTION != 0),
            ("detect/personal", lanes & Lanes::PERSONAL != 0),
            ("detect/secret", lanes & Lanes::SECRET_FORM != 0),
        ];
        controls.into_iter().filter(|(_, due)| *due).map(|(name, _)| name).collect()
    }

    /// Adds what is found in all views of `leaf` to `out`, and says how sure and how whole that is.
    /// Fingerprints of secrets are made with `key`. `detect/code` is not run here: it needs the
    /// argument's role.
    pub fn scan(
        &self,
        leaf: &Leaf<'_>,
        scope: Scope,
        key: &Key,
        out: &mut Vec<Finding>,
    ) -> Scanned {
        self.scan_while(leaf, scope, key, out, &mut || true)
    }

    /// As [`Detectors::scan`], and asks before each search but the first whether to go on: one text
    /// may be long.
    pub fn scan_while(
        &self,
        leaf: &Leaf<'_>,
        scope: Scope,
        key: &Key,
        out: &mut Vec<Finding>,
        goes_on: &mut dyn FnMut() -> bool,
    ) -> Scanned {
        let mut fresh = Vec::new();
        let score = self.search_all(leaf, scope, key, &mut fresh, goes_on);
        self.finish(fresh, scope, score, out)
    }

    /// All searches, those of words and forms first. Gives the model's score.
    fn search_all(
        &self,
        leaf: &Leaf<'_>,
        scope: Scope,
        key: &Key,
        fresh: &mut Vec<Finding>,
        goes_on: &mut dyn FnMut() -> bool,
    ) -> Option<u16> {
        let mut seen = HashSet::new();
        for view in leaf.views.all() {
            let lanes = Lanes::through(Lanes::of(scope), view.through());
            let mut sink = Sink { path: leaf.path, view, key, seen: &mut seen, out: fresh };
            self.search(view, lanes, &mut sink);
            if !goes_on() {
                return None;
            }
            if lanes & Lanes::PERSONAL != 0 {
                personal::scan(view.text(), &mut |find| {
                    sink.push(find);
                    sink.has_room()
                });
            }
        }
        if let Some(custom) = &self.custom {
            custom.scan(leaf, scope, key, fresh);
        }
        if scans_for_hidden(scope) {
            hidden::scan(leaf, fresh);
        }
        if scans_for_exfiltration(scope) {
            if !goes_on() {
                return None;
            }
            exfiltration::scan(leaf, scope, &self.own_hosts, fresh);
        }
        if self.off.contains(MODEL) || !self.looks_for_injections(scope) || !goes_on() {
            return None;
        }
        let hit = model::scan(&self.model, leaf.views, Lanes::of(scope))?;
        Self::weigh(leaf, &hit, key, fresh);
        Some(hit.score)
    }

    /// Looks at what a text reads like, for words and forms alone: for what is left when a verb has
    /// used up its time. Nothing is decoded, and neither the model nor the other detectors run.
    pub fn skim(
        &self,
        leaf: &Leaf<'_>,
        scope: Scope,
        key: &Key,
        out: &mut Vec<Finding>,
    ) -> Scanned {
        let mut fresh = Vec::new();
        let mut seen = HashSet::new();
        let view = &leaf.views.base;
        let mut sink = Sink { path: leaf.path, view, key, seen: &mut seen, out: &mut fresh };
        self.search(view, Lanes::of(scope), &mut sink);
        if let Some(custom) = &self.custom {
            custom.scan(leaf, scope, key, &mut fresh);
        }
        self.finish(fresh, scope, None, out)
    }

    /// Runs the rules that wait for a keyword.
    fn search(&self, view: &View<'_>, lanes: u8, sink: &mut Sink<'_>) {
        self.gate.search(view.text(), lanes, &mut |candidate| {
            if let Some(found) = (candidate.rule.check)(candidate) {
                let found = Find {
                    rule: &candidate.rule.info,
                    kind: candidate.pattern.kind,
                    span: found.span,
                    severity: found.severity,
                    score: found.score,
                };
                sink.push(&found);
            }
            sink.has_room()
        });
    }

    /// Drops what is tuned away, and says how sure the rest is, with the model's own score.
    fn finish(
        &self,
        mut fresh: Vec<Finding>,
        scope: Scope,
        model: Option<u16>,
        out: &mut Vec<Finding>,
    ) -> Scanned {
        let is_whole = fresh.len() < FINDINGS_A_LEAF;
        self.tune(&mut fresh);
        prefer_known(&mut fresh);
        let steers =
            |f: &&Finding| f.category == Category::Injection && f.severity >= Severity::Medium;
        let score = self.looks_for_injections(scope).then(|| {
            let rules = fresh.iter().filter(steers).map(|f| f.score).max();
            rules.max(model).unwrap_or(0)
        });
        out.append(&mut fresh);
        Scanned { doubt: self.unsure.about(score), is_whole }
    }

    /// Whether texts of this scope are asked if they try to steer the model.
    #[must_use]
    pub fn looks_for_injections(&self, scope: Scope) -> bool {
        Lanes::of(scope) & Lanes::ALL_INJECTION != 0
    }

    /// Puts what the model says beside what rules said: it is silent where a rule that is as
    /// severe says why, so that one sentence does not count twice.
    fn weigh(leaf: &Leaf<'_>, hit: &model::Hit<'_>, key: &Key, out: &mut Vec<Finding>) {
        let home = hit.view.origin(hit.span);
        let rule = &model::RULE;
        let said = |finding: &Finding| {
            finding.category == rule.category
                && finding.severity >= rule.severity
                && finding.span.overlaps(&home)
        };
        if out.iter().any(said) {
            return;
        }
        let (severity, score) = (rule.severity, hit.score);
        let mut seen = HashSet::new();
        let mut sink = Sink { path: leaf.path, view: hit.view, key, seen: &mut seen, out };
        sink.push(&Find { rule, kind: "injection", span: hit.span, severity, score });
    }

    /// Drops findings of rules that are switched off or score below their threshold. `scan` does
    /// it itself; findings of [`code`] want it too.
    pub fn tune(&self, findings: &mut Vec<Finding>) {
        findings.retain(|finding| {
            let id = finding.rule.as_ref();
            let threshold = self.thresholds.get(id).copied();
            let threshold = threshold.unwrap_or_else(|| registry::threshold(id, finding.category));
            !self.off.contains(id) && finding.score >= threshold
        });
    }

    /// What redactions call the things that rules find.
    #[must_use]
    pub fn kinds(&self) -> Vec<&str> {
        let gated = registry::gated().flat_map(|rule| rule.patterns).map(|pattern| pattern.kind);
        let readers = personal::infos().filter_map(|info| info.id.split_once('/'));
        let custom = self.custom_rules().map(|rule| rule.kind.as_str());
        let readers = readers.map(|(_, kind)| kind);
        let mut kinds: Vec<&str> = gated.chain(readers).chain(custom).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// The rules that the bundle brings.
    pub fn custom_rules(&self) -> impl Iterator<Item = &CustomRule> {
        self.custom.iter().flat_map(Custom::rules)
    }

    /// Bytes of the longest thing with blanks in it that a rule of the bundle finds; 0 without one.
    /// Built-in rules find none that is longer than a stream always sees.
    #[must_use]
    pub fn reach(&self) -> usize {
        if self.custom.is_some() { custom::LONGEST } else { 0 }
    }

    /// Every built-in rule, sorted by id.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleInfo> {
        registry::all()
    }
}

#[cfg(test)]
mod tests;
