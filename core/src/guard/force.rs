//! What is in force: bundle, tools, rules, detectors. Rebuilt as a whole and swapped at once.

use super::tools::{Registered, UNREVIEWED};
use crate::config::Bundle;
use crate::decision::{BundleRef, Mode};
use crate::detect::{Detectors, Settings};
use crate::digest::Digest;
use crate::enforce::Operators;
use crate::error::{Error, ErrorKind, Result};
use crate::event::EventBody;
use crate::flow::Rules;
use crate::id::ToolId;
use crate::policy::{Composite, PolicyEngine, Profile};
use crate::request::ToolFacts;
use crate::session::Restrictions;
use crate::tool::{Effects, FailMode, Tool, ToolOrigin};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub(super) struct InForce {
    pub bundle: Bundle,
    pub reference: BundleRef,
    pub engine: Arc<dyn PolicyEngine>,
    pub detectors: Detectors,
    /// What stands for what is redacted, where no obligation says.
    pub operators: Operators,
    pub rules: Rules,
    pub tools: HashMap<ToolId, Arc<Tool>>,
    pub registered: BTreeMap<ToolId, Registered>,
    pub notices: Vec<String>,
    /// What the bundle stops.
    pub restrictions: Restrictions,
    /// What an operator should know before everything else.
    pub says: Vec<String>,
    #[cfg(feature = "cedar")]
    pub cedar: Arc<crate::policy::cedar::CedarEngine>,
}

impl InForce {
    /// Builds everything, or nothing.
    pub fn build(
        bundle: Bundle,
        registered: BTreeMap<ToolId, Registered>,
        engines: &[Arc<dyn PolicyEngine>],
    ) -> Result<Self> {
        let profile = Profile::parse(&bundle.profile).map_err(|error| {
            Error::new(ErrorKind::BundleSettings, error.message())
                .with("known", error.fact("known").unwrap_or_default())
        })?;
        let mut all: BTreeMap<ToolId, Arc<Tool>> = BTreeMap::new();
        for (id, registered) in &registered {
            all.insert(id.clone(), Arc::clone(&registered.tool));
        }
        for tool in &bundle.manifest.tools {
            // What people declared wins over what inference saw; the descriptor seen is kept.
            let mut tool = tool.clone();
            if let Some(seen) = registered.get(&tool.id) {
                tool.descriptor = seen.tool.descriptor;
            }
            all.insert(tool.id.clone(), Arc::new(tool));
        }
        let list: Vec<Arc<Tool>> = all.values().cloned().collect();
        let mut parts: Vec<Arc<dyn PolicyEngine>> = engines.to_vec();
        #[cfg(not(feature = "cedar"))]
        let (notices, _) = (bundle.notices.clone(), profile);
        #[cfg(feature = "cedar")]
        let (notices, cedar) = {
            use crate::policy::cedar::{CedarEngine, PolicyInput};
            let (engine, dormant) = CedarEngine::load(&PolicyInput {
                tools: &list,
                files: &bundle.policies,
                entities: bundle.entities.as_deref(),
                profile,
                baseline: bundle.baseline,
                limits: &bundle.limits,
            })?;
            let mut notices = bundle.notices.clone();
            notices.extend(dormant);
            let engine = Arc::new(engine);
            parts.insert(0, Arc::clone(&engine) as Arc<dyn PolicyEngine>);
            (notices, engine)
        };
        let settings = Settings {
            thresholds: bundle.thresholds.clone(),
            off: bundle.off.clone(),
            own_hosts: bundle.own_hosts.clone(),
            custom: bundle.rules.clone(),
            custom_regex: bundle.limits.custom_regex,
            unsure: bundle.unsure.unwrap_or_default(),
        };
        let reference = BundleRef {
            name: bundle.name.clone(),
            revision: bundle.revision,
            hash: bundle.hash,
            tools: tools_digest(&list),
        };
        let engine: Arc<dyn PolicyEngine> = match parts.len() {
            1 => parts.remove(0),
            // None at all denies.
            _ => Arc::new(parts.into_iter().fold(Composite::new(), Composite::with)),
        };
        let mut says = bundle.says.clone();
        if bundle.mode == Mode::Monitor {
            says.push("mode/monitor: decisions are recorded and nothing is blocked".to_owned());
        }
        let mut restrictions = Restrictions::new();
        for restriction in &bundle.restrictions {
            restrictions.add(restriction.clone());
        }
        let detectors = Detectors::new(&settings)?;
        Ok(Self {
            says,
            restrictions,
            operators: Operators::new(&bundle.redact, &detectors.kinds())?,
            detectors,
            rules: Rules::without(bundle.flow_off.iter().map(String::as_str))?,
            tools: list.into_iter().map(|tool| (tool.id.clone(), tool)).collect(),
            bundle,
            reference,
            engine,
            registered,
            notices,
            #[cfg(feature = "cedar")]
            cedar,
        })
    }

    /// Whether there is a tool of this name.
    pub fn knows(&self, name: &str) -> bool {
        ToolId::new(name).is_ok_and(|id| self.tools.contains_key(&id))
    }

    /// The tools that were registered, as they stand under another bundle: one whose description
    /// it pins otherwise is quarantined, and one whose description it has reviewed is not.
    pub fn reviewed(&self, bundle: &Bundle) -> BTreeMap<ToolId, Registered> {
        let mut registered = self.registered.clone();
        for tool in &bundle.manifest.tools {
            let (Some(pin), Some(entry)) = (tool.description_sha256, registered.get_mut(&tool.id))
            else {
                continue;
            };
            let is_unreviewed = entry.quarantine.as_deref() == Some(UNREVIEWED);
            if pin != entry.description && entry.quarantine.is_none() {
                entry.quarantine = Some(UNREVIEWED.to_owned());
            } else if pin == entry.description && is_unreviewed {
                entry.quarantine = None;
            }
        }
        registered
    }

    /// Records of the registered tools that stand otherwise than in `before`.
    pub fn changed_tools(&self, before: &Self) -> Vec<EventBody> {
        let changed = self
            .registered
            .iter()
            .filter(|(id, entry)| before.quarantine(id).is_some() != entry.quarantine.is_some());
        changed.map(|(_, entry)| entry.event()).collect()
    }

    /// The record of it, with why another one was refused.
    pub fn event(&self, error: Option<Error>) -> EventBody {
        EventBody::Bundle {
            name: self.reference.name.clone(),
            revision: self.reference.revision,
            hash: self.reference.hash,
            error,
            layers: self.bundle.layers.clone(),
        }
    }

    pub fn mode(&self) -> Mode {
        self.bundle.mode
    }

    /// The tool called `id`, described or not.
    pub fn tool(&self, id: &ToolId) -> Arc<Tool> {
        self.tools.get(id).cloned().unwrap_or_else(|| Arc::new(Tool::unknown(id.clone())))
    }

    /// Why `id` is quarantined, if it is.
    pub fn quarantine(&self, id: &ToolId) -> Option<&str> {
        self.registered.get(id)?.quarantine.as_deref()
    }

    /// What the manifest says of a tool that does `effects`, as policy reads it; nothing is said of
    /// the call.
    pub fn tool_facts(&self, tool: &Tool, effects: Effects) -> ToolFacts {
        ToolFacts {
            known: tool.is_known(),
            inferred: tool.origin == ToolOrigin::Inferred,
            quarantined: self.quarantine(&tool.id).is_some(),
            effects,
            isolated: tool.isolated,
            read_only: tool.read_only,
            owner: tool.owner_business.clone().or(tool.owner_technical.clone()).unwrap_or_default(),
            ..ToolFacts::default()
        }
    }

    /// What happens where a call of `tool` cannot be decided: open where the tool's own entry says
    /// so, or the bundle does for every one of its effects.
    pub fn fail_mode(&self, tool: &Tool) -> FailMode {
        if tool.on_error == FailMode::Open {
            return FailMode::Open;
        }
        self.bundle.fail_modes.call(tool.effects)
    }
}

/// SHA-256 over the ids and descriptors of all tools, in order.
fn tools_digest(tools: &[Arc<Tool>]) -> Digest {
    let parts = tools.iter().flat_map(|tool| [tool.id.as_str().as_bytes(), &tool.descriptor.0]);
    Digest::of_parts(parts)
}
