//! Tools that arrive at run time: registered, pinned by their descriptor, quarantined on change.

use super::force::InForce;
use super::{Guard, lock};
use crate::config::{Descriptor, infer, read_descriptors};
use crate::content::Content;
use crate::decision::Outcome;
use crate::detect::Scope;
use crate::digest::Digest;
use crate::error::{ErrorKind, Result};
use crate::event::EventBody;
use crate::finding::Finding;
use crate::id::ToolId;
use crate::limits::Limits;
use crate::source::SourceKind;
use crate::tool::Tool;
use crate::value::Value;
use crate::view::Leaf;
use std::sync::Arc;

/// A tool that a host registered.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// What is known of it.
    pub tool: Arc<Tool>,
    /// Why it may not be called, if so.
    pub quarantine: Option<String>,
    /// What was found in its description.
    pub findings: Vec<Finding>,
    /// SHA-256 of its description.
    pub description: Digest,
}

/// Why a tool is quarantined whose description a bundle pins otherwise.
pub(super) const UNREVIEWED: &str = "its description is not the reviewed one";

impl Registered {
    /// The record of how it stands.
    pub(super) fn event(&self) -> EventBody {
        EventBody::Tool {
            tool: self.tool.id.clone(),
            descriptor: self.tool.descriptor,
            origin: self.tool.origin,
            quarantined: self.quarantine.is_some(),
        }
    }
}

impl Guard {
    /// Registers tools as their server describes them: MCP `tools/list`, OpenAI functions or JSON
    /// Schema. What `tools.toml` says of a tool wins; the rest is inferred. A description that
    /// addresses the model, a changed descriptor or a look-alike name quarantines the tool.
    ///
    /// Gives each tool with its state, in the order of `descriptors`.
    ///
    /// # Errors
    /// `tool/descriptor`, `tool/name_invalid`, `limit/bundle`, `misuse/closed`: nothing is
    /// registered then.
    pub fn register_tools(&self, descriptors: &Value, server: &str) -> Result<Vec<Registered>> {
        self.check_open()?;
        let inner = &self.inner;
        let descriptors = read_descriptors(descriptors, server)?;
        let _rebuilding = lock(&inner.rebuilding)?;
        let force = inner.force.load_full();
        let mut registered = force.registered.clone();
        let mut answer = Vec::new();
        for descriptor in descriptors {
            let findings = self.scan_description(&force, &descriptor);
            let quarantine = quarantine(&force, &registered, &descriptor, &findings);
            let description = Digest::of(descriptor.description.as_bytes());
            let tool = Arc::new(infer(&descriptor));
            let entry = Registered { tool, quarantine, findings, description };
            registered.insert(descriptor.id.clone(), entry.clone());
            answer.push(entry);
        }
        let count = registered.len() + force.bundle.manifest.tools.len();
        Limits::check(ErrorKind::LimitBundle, "tools", count, inner.limits.tools)?;
        let built = InForce::build(force.bundle.clone(), registered, &inner.engines)?;
        inner.force.store(Arc::new(built));
        for entry in &answer {
            inner.append(None, entry.event())?;
        }
        Ok(answer)
    }

    /// Takes a quarantined tool's present descriptor as the reviewed one.
    ///
    /// # Errors
    /// `session/unknown` where no tool has this id; `misuse/closed`.
    pub fn pin_tool(&self, tool: &str) -> Result<()> {
        self.check_open()?;
        let inner = &self.inner;
        let id = ToolId::new(tool)?;
        let _rebuilding = lock(&inner.rebuilding)?;
        let force = inner.force.load_full();
        let mut registered = force.registered.clone();
        let Some(entry) = registered.get_mut(&id) else {
            let message = format!("no tool `{id}` was registered");
            return Err(crate::error::Error::new(ErrorKind::SessionUnknown, message));
        };
        entry.quarantine = None;
        let event = entry.event();
        let built = InForce::build(force.bundle.clone(), registered, &inner.engines)?;
        inner.force.store(Arc::new(built));
        inner.append(None, event)?;
        Ok(())
    }

    /// What in a descriptor addresses the model: in any text of it, and in the names it gives,
    /// since a client may show the model all of them.
    fn scan_description(&self, force: &InForce, descriptor: &Descriptor) -> Vec<Finding> {
        let inner = &self.inner;
        let mut findings = Vec::new();
        let whole = Content::json(SourceKind::ToolDescription, descriptor.body.clone());
        let mut texts: Vec<(String, String)> =
            whole.parts.iter().flat_map(|part| part.keys("")).collect();
        descriptor.body.each_leaf(&mut |path, leaf| {
            if let Value::String(text) = leaf {
                texts.push((path.to_owned(), text.clone()));
            }
        });
        for (path, text) in &texts {
            let views = inner.normalizer.views(text);
            let leaf = Leaf { path, text, views: &views };
            let scope = Scope::Input(SourceKind::ToolDescription);
            let from = findings.len();
            force.detectors.scan(&leaf, scope, &inner.fingerprints, &mut findings);
            let new = findings.get(from..).unwrap_or_default().to_vec();
            let verdict = crate::enforce::input(SourceKind::ToolDescription, &[leaf], &new);
            if verdict.outcome != Outcome::Deny {
                findings.truncate(from);
            }
        }
        findings
    }
}

fn quarantine(
    force: &InForce,
    registered: &std::collections::BTreeMap<ToolId, Registered>,
    descriptor: &Descriptor,
    findings: &[Finding],
) -> Option<String> {
    // The same descriptor stays what it was, or what a person made of it.
    let before = registered.get(&descriptor.id);
    if let Some(same) = before.filter(|before| before.tool.descriptor == descriptor.digest) {
        return same.quarantine.clone();
    }
    if !findings.is_empty() {
        return Some("its description addresses the model".to_owned());
    }
    let declared = force.bundle.manifest.tools.iter().find(|tool| tool.id == descriptor.id);
    if let Some(pinned) = declared.and_then(|tool| tool.description_sha256)
        && pinned != Digest::of(descriptor.description.as_bytes())
    {
        return Some(UNREVIEWED.to_owned());
    }
    if before.is_some() {
        return Some("its descriptor changed".to_owned());
    }
    let same_look = |id: &&ToolId| {
        id.server() != descriptor.id.server()
            && id.name() != descriptor.id.name()
            && skeleton(id.name()) == skeleton(descriptor.id.name())
    };
    let declared = force.bundle.manifest.tools.iter().map(|tool| &tool.id);
    let twin = registered.keys().chain(declared).find(same_look)?;
    Some(format!("its name looks like that of `{twin}`"))
}

/// What a tool's name looks like at a glance: case, separators and twins like `l` and `1` folded.
fn skeleton(name: &str) -> String {
    let folded = name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| match c {
        'l' | 'I' | '1' | 'i' => 'l',
        '0' | 'O' | 'o' => 'o',
        '5' | 'S' | 's' => 's',
        c => c.to_ascii_lowercase(),
    });
    folded.collect::<String>().replace("rn", "m").replace("vv", "w")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_look_alike() {
        for (a, b) in [("send_email", "send-emaiI"), ("sendEmail", "send_emai1"), ("form", "forrn")]
        {
            assert_eq!(skeleton(a), skeleton(b));
        }
        assert_ne!(skeleton("read_file"), skeleton("read_mail"));
    }
}
