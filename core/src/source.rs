//! Where content came from.

use crate::id::{CallId, SourceId, ToolId};
use crate::label::{Confidentiality, Integrity, Label, words};

words! {
    /// The kind of a source. What a host names when it hands content in.
    SourceKind ("source") {
        /// The principal's own turn.
        User = "user",
        /// The host's own instructions to the model.
        System = "system",
        /// What the guard knows of the principal: their e-mail, account, name.
        Principal = "principal",
        /// Constants of a tool's own schema.
        Schema = "schema",
        /// What a tool returned, its errors included.
        ToolResult = "tool_result",
        /// A document that was looked up.
        Retrieved = "retrieved",
        /// What the agent remembered.
        Memory = "memory",
        /// What another agent said.
        AgentMessage = "agent_message",
        /// What a tool says of itself.
        ToolDescription = "tool_description",
        /// What the model said.
        Model = "model",
        /// Matter that a user or system part quotes: a mail, a fenced block, a flagged span.
        Quoted = "quoted",
    }
}

impl SourceKind {
    /// The label of content of this kind, where nothing says otherwise.
    #[must_use]
    pub fn label(self) -> Label {
        use Confidentiality as C;
        use Integrity as I;
        let (integrity, confidentiality) = match self {
            SourceKind::User => (I::User, C::Private),
            SourceKind::System => (I::User, C::Private),
            SourceKind::Principal => (I::Trusted, C::Internal),
            SourceKind::Schema => (I::Trusted, C::Public),
            SourceKind::AgentMessage => (I::Untrusted, C::Private),
            SourceKind::ToolDescription => (I::Untrusted, C::Public),
            SourceKind::ToolResult
            | SourceKind::Retrieved
            | SourceKind::Memory
            | SourceKind::Model
            | SourceKind::Quoted => (I::Untrusted, C::Private),
        };
        Label::new(integrity, confidentiality)
    }

    /// Whether reading it taints the session: anybody could have written it.
    #[must_use]
    pub fn taints(self) -> bool {
        matches!(
            self,
            SourceKind::ToolResult
                | SourceKind::Retrieved
                | SourceKind::Memory
                | SourceKind::AgentMessage
                | SourceKind::ToolDescription
                | SourceKind::Quoted
        )
    }
}

/// One recorded source of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its number in the session.
    pub id: SourceId,
    /// Its kind.
    pub kind: SourceKind,
    /// What the host calls it: a tool, a document.
    pub name: Option<String>,
    /// Where it lies.
    pub uri: Option<String>,
    /// The tool whose call gave it.
    pub tool: Option<ToolId>,
    /// That call.
    pub call_id: Option<CallId>,
    /// The source that quotes it.
    pub parent: Option<SourceId>,
    /// The session's turn in which it came.
    pub turn: u32,
    /// What its call asked for, a path or an address: for people, where `uri` is not given. No
    /// record holds it.
    pub about: Option<String>,
}

impl Source {
    /// How people read it: `read_file(bill.txt)`, `user`, `quoted in user`.
    #[must_use]
    pub fn describe(&self) -> String {
        match (&self.tool, &self.name, self.uri.as_ref().or(self.about.as_ref())) {
            (Some(tool), _, Some(uri)) => format!("{tool}({uri})"),
            (Some(tool), _, None) => tool.to_string(),
            (None, Some(name), Some(uri)) => format!("{} {name} ({uri})", self.kind),
            (None, Some(name), None) => format!("{} {name}", self.kind),
            (None, None, Some(uri)) => format!("{} {uri}", self.kind),
            (None, None, None) => self.kind.to_string(),
        }
    }
}
