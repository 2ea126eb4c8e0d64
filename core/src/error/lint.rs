//! What a reviewer of a bundle should look at: a kind with a stable code, a place, a message.

use std::fmt;

/// Something in a bundle that loads, and that a reviewer should look at all the same.
///
/// ```
/// use checkrein::error::{Lint, LintKind};
/// let lint = Lint::new(LintKind::RuleReason, "pay.cedar", 7, "the rule `pay` says no reason");
/// assert_eq!(lint.kind.code(), "rule/reason");
/// assert_eq!(lint.to_string(), "pay.cedar, line 7: the rule `pay` says no reason");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// What kind of thing.
    pub kind: LintKind,
    /// In which file; escaped.
    pub file: String,
    /// On which line, from 1; 0 where the file as a whole is meant.
    pub line: u32,
    /// What it is, for people; names in it are escaped.
    pub message: String,
}

impl Lint {
    /// Something at a place.
    #[must_use]
    pub fn new(kind: LintKind, file: &str, line: u32, message: impl Into<String>) -> Self {
        Self { kind, file: file.escape_default().to_string(), line, message: message.into() }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ", line {}", self.line)?;
        }
        write!(f, ": {}", self.message)
    }
}

macro_rules! lints {
    ($(#[doc = $doc:literal] $name:ident = $code:literal, $weight:ident, $hint:literal;)*) => {
        /// The kind of a [`Lint`]. Codes are never renamed or reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum LintKind { $(#[doc = $doc] $name,)* }

        impl LintKind {
            /// Every kind, in the order of declaration.
            pub const ALL: &'static [LintKind] = &[$(LintKind::$name,)*];

            /// The stable code: `area/matter`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(LintKind::$name => $code,)* }
            }

            /// One sentence: what this kind means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(LintKind::$name => $doc.trim_ascii(),)* }
            }

            /// What to write instead.
            #[must_use]
            pub const fn hint(self) -> &'static str {
                match self { $(LintKind::$name => $hint,)* }
            }

            /// Whether a check should fail for it; the others are advice.
            #[must_use]
            pub const fn warns(self) -> bool {
                match self { $(LintKind::$name => lints!(@ $weight),)* }
            }
        }
    };
    (@ warning) => { true };
    (@ advice) => { false };
}

lints! {
    /// A rule names a tool that is not in the manifest; it sleeps until the tool registers.
    RuleWaits = "rule/waits", warning, "correct the tool's name, describe the tool in tools.toml, or accept this lint where it registers at run time";
    /// The scope of a rule meets no tool of the manifest.
    RuleUnreachable = "rule/unreachable", warning, "name a tool or an effect that a tool has; groups are met with `in`, not with `==`";
    /// A forbid without conditions covers all that the rule could apply to.
    RuleShadowed = "rule/shadowed", warning, "remove the rule, or narrow the forbid";
    /// Cedar finds that the rule can never apply, or says something else about it.
    RuleNever = "rule/never", warning, "correct the condition, or remove the rule";
    /// A rule has an annotation that means nothing here.
    RuleAnnotation = "rule/annotation", warning, "known are id outcome mode approver obligation reason threat owner yields";
    /// A rule that asks or denies says no reason.
    RuleReason = "rule/reason", warning, "add @reason(\"...\"): it is what people and the model are told";
    /// A rule has no id of its own, so that its name changes when another rule is put before it.
    RuleId = "rule/id", advice, "add @id(\"...\")";
    /// Nobody answers for a rule.
    RuleOwner = "rule/owner", advice, "add @owner(\"...\")";
    /// A rule is only watched: it blocks nothing.
    RuleMonitor = "rule/monitor", advice, "remove @mode(\"monitor\") when you have seen enough";
    /// Most of the rules that may meet every call are used up.
    RulesUnscoped = "rules/unscoped", warning, "name a tool, an effect or a principal in the scope";
    /// A permit without conditions permits every call, or in `strict` every call with some effect.
    PermitWide = "permit/wide", warning, "name the tools, a group of users, or a condition";
    /// No permit can meet a tool, so that every call of it is denied.
    ToolUnpermitted = "tool/unpermitted", advice, "write a permit for it, or remove it from the manifest";
    /// Nobody answers for a tool.
    ToolOwner = "tool/owner", warning, "add owner = { business = \"...\", technical = \"...\" }";
    /// A tool reaches others, and no argument says where things go.
    ToolDestination = "tool/destination", warning, "give the argument that says where to the role destination, address, object, value or title";
    /// An argument names an object and has no kind, so that ids of different things can mix.
    ToolKind = "tool/kind", warning, "add kind = \"...\" to the argument";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_say_what_to_do() {
        let mut seen = std::collections::HashSet::new();
        for kind in LintKind::ALL {
            assert!(seen.insert(kind.code()), "{} stands twice", kind.code());
            assert!(kind.code().contains('/') && kind.meaning().ends_with('.'));
            assert!(!kind.hint().is_empty() && !kind.hint().ends_with('.'));
        }
    }
}
