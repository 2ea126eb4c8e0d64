//! What is in force: bundle, tools, rules, detectors. Rebuilt as a whole and swapped at once.

use super::tools::Registered;
use crate::config::Bundle;
use crate::decision::{BundleRef, Mode};
use crate::detect::{Detectors, Settings};
use crate::digest::Digest;
use crate::error::Result;
use crate::flow::Rules;
use crate::id::ToolId;
use crate::policy::{Composite, PolicyEngine, Profile};
use crate::tool::{FailMode, Tool};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub(super) struct InForce {
    pub bundle: Bundle,
    pub reference: BundleRef,
    pub engine: Arc<dyn PolicyEngine>,
    pub detectors: Detectors,
    pub rules: Rules,
    pub tools: HashMap<ToolId, Arc<Tool>>,
    pub registered: BTreeMap<ToolId, Registered>,
    pub notices: Vec<String>,
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
            let kind = crate::error::ErrorKind::BundleSettings;
            crate::error::Error::new(kind, error.message())
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
        let mut notices = bundle.notices.clone();
        let mut parts: Vec<Arc<dyn PolicyEngine>> = engines.to_vec();
        #[cfg(feature = "cedar")]
        let cedar = {
            use crate::policy::cedar::{CedarEngine, PolicyInput};
            let (engine, dormant) = CedarEngine::load(&PolicyInput {
                tools: &list,
                files: &bundle.policies,
                entities: bundle.entities.as_deref(),
                profile,
                baseline: bundle.baseline,
                limits: &bundle.limits,
            })?;
            notices.extend(dormant);
            let engine = Arc::new(engine);
            parts.insert(0, Arc::clone(&engine) as Arc<dyn PolicyEngine>);
            engine
        };
        let settings = Settings {
            thresholds: bundle.thresholds.clone(),
            off: bundle.off.clone(),
            own_hosts: bundle.own_hosts.clone(),
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
        Ok(Self {
            detectors: Detectors::new(&settings)?,
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
