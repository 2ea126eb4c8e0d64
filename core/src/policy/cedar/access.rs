//! Who may call which tool, as the scopes of rules say.

use super::{CedarEngine, Member, schema};
use crate::decision::Outcome;
use crate::policy::Access;
use std::collections::BTreeMap;

impl CedarEngine {
    /// For each tool: the permits that meet it, for whom, and the rules that stand against it.
    /// Conditions are not looked at: a permit counts that holds for some calls.
    #[must_use]
    pub fn access(&self) -> BTreeMap<String, Access> {
        let mut found = BTreeMap::new();
        for (id, known) in &self.tools {
            let mut access = Access::default();
            let groups: Vec<_> = schema::groups(schema::possible_effects(&known.tool))
                .chain([schema::CALL])
                .collect();
            for member in &self.members {
                let meets = |action: &String| action == id || groups.contains(&action.as_str());
                let actions = member.scope.actions.as_ref();
                if member.scope.is_group || !actions.is_none_or(|set| set.iter().any(meets)) {
                    continue;
                }
                access.add(member);
            }
            found.insert(id.clone(), access);
        }
        found
    }
}

impl Access {
    fn add(&mut self, member: &Member) {
        let who = match &member.scope.principal {
            None => "everyone".to_owned(),
            Some(uid) => format!("{} {}", uid.type_name(), uid.id().unescaped().escape_default()),
        };
        let id = member.meta.info.id.clone();
        match member.meta.info.outcome {
            _ if member.meta.watched => {}
            Outcome::Ask => self.asks.push((id, who)),
            Outcome::Deny => self.denies.push((id, who)),
            _ if member.is_free => self.permits.push((id, who)),
            _ => self.permits.push((id, format!("{who}, on a condition"))),
        }
    }
}
