//! Several engines as one: the strictest wins, and a missing one denies.

use super::{Answer, PolicyEngine};
use crate::approval::LiftedRule;
use crate::error::{Error, ErrorKind};
use crate::request::Request;
use std::sync::Arc;

/// Asks every engine and keeps the strictest answer.
///
/// Each engine that is expected has a place; one that is not there, or none at all, denies.
#[derive(Default)]
pub struct Composite {
    places: Vec<(String, Option<Arc<dyn PolicyEngine>>)>,
}

impl Composite {
    /// No engine yet: denies everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With `engine` asked as well.
    #[must_use]
    pub fn with(mut self, engine: Arc<dyn PolicyEngine>) -> Self {
        self.places.push((engine.name().to_owned(), Some(engine)));
        self
    }

    /// With a place for the engine called `name`, which is not there: denies until it is.
    #[must_use]
    pub fn expecting(mut self, name: &str) -> Self {
        self.places.push((name.to_owned(), None));
        self
    }
}

impl std::fmt::Debug for Composite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.places.iter().map(|(name, _)| name)).finish()
    }
}

impl PolicyEngine for Composite {
    fn name(&self) -> &'static str {
        "composite"
    }

    fn decide(&self, request: &Request<'_>, lifted: &[LiftedRule]) -> Answer {
        let answers = self.places.iter().map(|(name, engine)| match engine {
            Some(engine) => engine.decide(request, lifted),
            None => missing(&format!("the engine `{}` is not there", name.escape_default())),
        });
        answers.reduce(Answer::combine).unwrap_or_else(|| missing("there is no policy engine"))
    }
}

fn missing(message: &str) -> Answer {
    Answer::deny(Error::new(ErrorKind::PolicyEngine, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Outcome;
    use crate::principal::{Principal, User};
    use crate::request::{ContentFacts, FindingFacts, FlowFacts, SessionFacts, ToolFacts, Verb};
    use crate::{AgentId, TenantId};

    struct Fixed(Outcome);

    impl PolicyEngine for Fixed {
        fn name(&self) -> &'static str {
            "fixed"
        }
        fn decide(&self, _: &Request<'_>, _: &[LiftedRule]) -> Answer {
            Answer { outcome: self.0, ..Answer::allow() }
        }
    }

    fn outcome(composite: &Composite) -> (Outcome, Option<&'static str>) {
        let principal = Principal {
            tenant: TenantId::new("t").unwrap(),
            user: User::new("u").unwrap(),
            agent: AgentId::new("a").unwrap(),
            agent_version: None,
            on_behalf_of: Vec::new(),
        };
        let request = Request {
            principal: &principal,
            verb: Verb::AuthorizeToolCall,
            tool: None,
            input: None,
            flow: &FlowFacts::clean(),
            args: &[],
            session: &SessionFacts::default(),
            facts: &ToolFacts::default(),
            findings: &FindingFacts::default(),
            content: &ContentFacts::default(),
        };
        let answer = composite.decide(&request, &[]);
        (answer.outcome, answer.error.map(|error| error.code()))
    }

    #[test]
    fn the_strictest_engine_wins() {
        let allow = || Composite::new().with(Arc::new(Fixed(Outcome::Allow)));
        assert_eq!(outcome(&allow()), (Outcome::Allow, None));
        let asks = allow().with(Arc::new(Fixed(Outcome::Ask)));
        assert_eq!(outcome(&asks), (Outcome::Ask, None));
        assert_eq!(outcome(&asks.with(Arc::new(Fixed(Outcome::Deny)))), (Outcome::Deny, None));
    }

    #[test]
    fn a_missing_engine_denies() {
        let denied = (Outcome::Deny, Some("policy/engine"));
        assert_eq!(outcome(&Composite::new()), denied);
        let waiting = Composite::new().with(Arc::new(Fixed(Outcome::Allow))).expecting("remote");
        assert_eq!(outcome(&waiting), denied);
    }
}
