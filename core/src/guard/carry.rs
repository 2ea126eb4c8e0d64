//! Labels that leave with a content for memory or another agent, and that come back with it.

use super::Inner;
use super::answer::core_reason;
use super::look::Texts;
use super::session::Session;
use super::stop::poisoned;
use crate::content::Content;
use crate::decision::{Reason, show};
use crate::digest::{self, Digest, Key, hex};
use crate::envelope::{Envelope, Labels, Origin, Purpose};
use crate::error::{Error, ErrorKind, Result};
use crate::event::EventBody;
use crate::finding::{Category, Finding, Severity};
use crate::flow::Index;
use crate::id::{AgentId, SourceId};
use crate::label::{Confidentiality, Integrity};
use crate::random;
use crate::source::SourceKind;
use crate::span::Span;
use crate::store::StoreKey;
use crate::value::Value;
use crate::view::Leaf;
use crate::wire::{EnvelopeKeyOptions, MAX_ENVELOPE, SealRequest, envelope_json, parse_envelope};

/// Agents or users that one envelope names at most.
const MAX_NAMES: usize = 64;
/// Sources that one envelope names at most, and characters of one.
const MAX_SOURCES: usize = 64;
const MAX_WHAT: usize = 200;
/// How far the clocks of two guards may be apart.
const SKEW_MS: i64 = 5 * 60_000;

/// A key that envelopes are sealed and checked with.
pub(super) struct SealKey {
    id: String,
    key: Key,
    /// The best that its envelopes can say.
    trust: Integrity,
}

impl SealKey {
    pub fn new(key: Key, trust: Integrity) -> Self {
        Self { id: key.fingerprint("checkrein/envelope"), key, trust }
    }

    /// A key that the host shares among guards.
    ///
    /// # Errors
    /// `misuse/argument`.
    pub fn shared(options: &EnvelopeKeyOptions) -> Result<Self> {
        let misuse = |message: &str| Error::new(ErrorKind::MisuseArgument, message);
        let bytes = digest::unhex(&options.key).and_then(|b| <[u8; 32]>::try_from(b).ok());
        let bytes = bytes.ok_or_else(|| misuse("an envelope key is 64 hexadecimal digits"))?;
        let trust = match options.trust.as_deref() {
            None => Integrity::Peer,
            Some(word) => Integrity::parse(word).map_err(|error| misuse(error.message()))?,
        };
        if trust > Integrity::Trusted {
            return Err(misuse("no envelope speaks for the user: trust is `trusted` at most"));
        }
        Ok(Self::new(Key::new(bytes), trust))
    }

    fn mac(&self, envelope: &Envelope) -> Digest {
        let text = envelope_json(envelope, "");
        self.key.mac([b"checkrein/envelope/1".as_slice(), text.as_bytes()])
    }
}

/// What a host says that vouches for a content.
#[derive(Default)]
pub(super) enum Vouch {
    #[default]
    Nothing,
    /// The envelope that came with it.
    Envelope(String),
    /// A model made it, of these sources or of all.
    Derived(Option<Vec<SourceId>>),
}

impl Vouch {
    /// # Errors
    /// `misuse/argument` where such a thing cannot vouch for this content.
    pub fn check(&self, content: &Content) -> Result<()> {
        use SourceKind::{AgentMessage, Memory, Retrieved, ToolResult};
        let fits = match (self, content.parts.as_slice()) {
            (Vouch::Nothing | Vouch::Derived(_), _) => true,
            (Vouch::Envelope(_), [part]) => {
                matches!(part.kind, Memory | Retrieved | AgentMessage | ToolResult)
            }
            (Vouch::Envelope(_), _) => false,
        };
        let message = "an envelope is of one memory, message or result";
        if fits { Ok(()) } else { Err(Error::new(ErrorKind::MisuseArgument, message)) }
    }
}

/// What came of checking that, before the session is looked at.
pub(super) enum Vouched {
    Nothing,
    Opened(Opened),
    Refused(Refused),
    Derived(Option<Vec<SourceId>>),
}

/// What an envelope that holds says.
pub(super) struct Opened {
    labels: Labels,
    agent: AgentId,
    purpose: Purpose,
}

/// Why an envelope vouches for nothing.
pub(super) struct Refused {
    rule: &'static str,
    why: &'static str,
    /// Whether it is another tenant's.
    foreign: bool,
}

impl Vouched {
    /// The labels that the content gets, and what is said of them.
    ///
    /// # Errors
    /// `misuse/argument` for a source that there never was.
    pub fn settle(
        &self,
        index: &Index,
        leaves: &[Leaf<'_>],
    ) -> Result<(Option<Labels>, Option<Reason>)> {
        Ok(match self {
            Vouched::Nothing => (None, None),
            Vouched::Opened(Opened { labels, agent, purpose }) => {
                let message = format!("its labels came with it, sealed by `{agent}` as {purpose}");
                let reason = core_reason("envelope", &show(&message), &[]);
                (Some(labels.clone()), Some(reason))
            }
            Vouched::Refused(refused) => {
                let reason = Reason {
                    rule: refused.rule.to_owned(),
                    policy: "flow".to_owned(),
                    message: format!("{}: it counts as anybody's", refused.why),
                    threats: refused.threats().iter().map(|id| (*id).to_owned()).collect(),
                };
                (refused.foreign.then(Labels::foreign), Some(reason))
            }
            Vouched::Derived(sources) => {
                let mut known = sources.iter().flatten();
                if let Some(unknown) = known.find(|id| !index.knows(**id)) {
                    let message = format!("the session has no source {unknown}");
                    return Err(Error::new(ErrorKind::MisuseArgument, message));
                }
                let of = match sources {
                    None => "all that was read".to_owned(),
                    Some(ids) => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                };
                let labels = leaves.first().map(|leaf| index.derived(leaf, sources.as_deref()));
                let reason = core_reason("derived", &format!("a model made it of {of}"), &[]);
                (labels, Some(reason))
            }
        })
    }

    /// What a broken envelope is.
    pub fn finding(&self) -> Option<Finding> {
        let Vouched::Refused(refused) = self else { return None };
        let mild = matches!(refused.rule, "flow/envelope_expired" | "flow/envelope_unchecked");
        let foreign = refused.foreign;
        Some(Finding {
            rule: refused.rule.into(),
            category: if foreign { Category::Exfiltration } else { Category::Coverage },
            severity: if mild { Severity::Medium } else { Severity::High },
            score: 1000,
            path: String::new(),
            span: Span::default(),
            through: Vec::new(),
            threats: refused.threats().into(),
            kind: "envelope".into(),
        })
    }
}

impl Refused {
    fn threats(&self) -> &'static [&'static str] {
        if self.foreign { &["LLM02", "LLM08"] } else { &["ASI06", "ASI07"] }
    }
}

fn refused(rule: &'static str, why: &'static str) -> Refused {
    Refused { rule, why, foreign: false }
}

impl Session {
    /// Seals what is known of a content that leaves for memory or another agent, value by value.
    /// The content is not in the envelope; hand both to [`Session::inspect_sealed`] where it is
    /// read again.
    ///
    /// # Errors
    /// `misuse/closed`, `session/poisoned`, limits of the content, `value/integer_range`,
    /// `record/io`: what cannot be recorded is not sealed.
    ///
    /// ```
    /// use checkrein::{Content, Guard, envelope::Purpose, source::SourceKind};
    /// let guard = Guard::new()?;
    /// let note = "Bob likes green tea";
    /// let envelope = guard.session(Default::default())?.seal(note.into(), Purpose::Memory, None)?;
    /// let later = guard.session(Default::default())?;
    /// let decision = later.inspect_sealed(Content::text(SourceKind::Memory, note), &envelope)?;
    /// assert_eq!(decision.reasons[0].rule, "core/envelope");
    /// # Ok::<(), checkrein::Error>(())
    /// ```
    pub fn seal(
        &self,
        content: Value,
        purpose: Purpose,
        audience: Option<&[String]>,
    ) -> Result<String> {
        self.seal_request(SealRequest {
            content,
            purpose: Some(purpose.as_str().to_owned()),
            audience: audience.map(<[String]>::to_vec),
            readers: None,
            expires_s: None,
        })
    }

    /// Seals a request as bindings read it.
    ///
    /// # Errors
    /// As [`Session::seal`]; `misuse/argument`, `id/invalid`.
    pub fn seal_request(&self, request: SealRequest) -> Result<String> {
        self.guard.check_open()?;
        let inner = &self.guard.inner;
        inner.after_fork();
        let misuse = |message: &str| Error::new(ErrorKind::MisuseArgument, message);
        let purpose = match request.purpose.as_deref() {
            None => Purpose::Memory,
            Some(word) => Purpose::parse(word).map_err(|error| misuse(error.message()))?,
        };
        let names = [&request.audience, &request.readers].into_iter().flatten();
        if names.into_iter().any(|names| names.len() > MAX_NAMES) {
            return Err(misuse("an envelope names 64 agents and 64 readers at most"));
        }
        let agents = |names: Vec<String>| names.iter().map(|name| AgentId::new(name)).collect();
        let audience: Option<Vec<AgentId>> = request.audience.map(agents).transpose()?;
        let value = request.content;
        let content = Content::json(SourceKind::Model, value.clone());
        super::output::check_size(&content, &inner.limits)?;
        let texts = Texts::of(&content);
        let views = texts.views(self);
        let leaves = texts.leaves(&views, None);
        let carry = self.cell.lock()?.index.labels(&value, &leaves);
        let mut labels = carry.labels;
        labels.readers = Some(match (request.readers, carry.readers) {
            (Some(given), _) => given.into_iter().collect(),
            (None, readers) => {
                let user = self.cell.principal.user.id.as_str();
                let reads = readers.is_none_or(|readers| readers.contains(user));
                reads.then(|| user.to_owned()).into_iter().collect()
            }
        });
        let now = inner.clock.wall_ms();
        let usual = purpose.is_once().then_some(inner.limits.approval_ttl_ms);
        let lasts = request.expires_s.map(|s| i64::from(s).saturating_mul(1000));
        let lasts = lasts.or(usual.map(|ms| i64::try_from(ms).unwrap_or(i64::MAX)));
        let sources = carry.sources.iter().take(MAX_SOURCES);
        let key = inner.seals.first().ok_or_else(|| misuse("the guard has no envelope key"))?;
        let mut envelope = Envelope {
            key: key.id.clone(),
            tenant: self.cell.principal.tenant.clone(),
            agent: self.cell.principal.agent.clone(),
            purpose,
            audience,
            nonce: hex(&random::bytes::<16>(&*inner.random)?),
            issued_ms: now,
            expires_ms: lasts.map(|ms| now.saturating_add(ms)),
            digest: value.digest()?,
            labels,
            sources: sources.map(origin).collect(),
        };
        if envelope_json(&envelope, "").len() + 64 > MAX_ENVELOPE {
            thin_out(&mut envelope);
        }
        inner.append(
            Some(&self.cell),
            EventBody::Sealed {
                purpose,
                nonce: envelope.nonce.clone(),
                content: self.content_commitment(&content),
                audience: envelope.audience.clone(),
                readers: envelope.labels.readers.clone(),
                until_ms: envelope.expires_ms,
                label: envelope.labels.rest.clone(),
                sources: carry.sources,
            },
        )?;
        let tenant = &self.cell.principal.tenant;
        let mut canaries = inner.canaries.write().map_err(|_| poisoned())?;
        canaries.keep(tenant, &leaves, &envelope.labels);
        drop(canaries);
        Ok(envelope_json(&envelope, &key.mac(&envelope).hex()))
    }

    /// Checks what vouches for a content, as far as the session's own history has no part in it.
    pub(super) fn vouched(&self, vouch: Vouch, content: &Content) -> Vouched {
        match vouch {
            Vouch::Nothing => Vouched::Nothing,
            Vouch::Derived(sources) => Vouched::Derived(sources),
            Vouch::Envelope(text) => match self.open_envelope(&text, content) {
                Ok(opened) => Vouched::Opened(opened),
                Err(refused) => Vouched::Refused(refused),
            },
        }
    }

    /// Checks an envelope against the content that it came with. A message is opened once.
    fn open_envelope(&self, text: &str, content: &Content) -> std::result::Result<Opened, Refused> {
        let inner = &self.guard.inner;
        let principal = &self.cell.principal;
        let malformed = |_| refused("flow/envelope_malformed", "what came with it is no envelope");
        let (mut envelope, mac) = parse_envelope(text).map_err(malformed)?;
        let key = inner.seals.iter().find(|key| key.id == envelope.key);
        let Some(key) = key else {
            return Err(refused(
                "flow/envelope_key",
                "its envelope was sealed with an unknown key",
            ));
        };
        if !digest::equal(&key.mac(&envelope).0, &mac.0) {
            return Err(refused("flow/envelope_forged", "the seal of its envelope is broken"));
        }
        if envelope.tenant != principal.tenant {
            let why = "its envelope belongs to another tenant";
            return Err(Refused { foreign: true, ..refused("flow/envelope_tenant", why) });
        }
        let kind = content.parts.first().map_or(SourceKind::Model, |part| part.kind);
        if !envelope.purpose.fits(kind) {
            let why = "its envelope was sealed for another purpose";
            return Err(refused("flow/envelope_purpose", why));
        }
        if envelope.audience.as_ref().is_some_and(|agents| !agents.contains(&principal.agent)) {
            let why = "its envelope was sealed for other agents";
            return Err(refused("flow/envelope_audience", why));
        }
        let now = inner.clock.wall_ms();
        let early = envelope.issued_ms > now.saturating_add(SKEW_MS);
        if early || envelope.expires_ms.is_some_and(|until| now >= until) {
            return Err(refused("flow/envelope_expired", "its envelope is not of this time"));
        }
        let given = crate::enforce::apply(content, &[]).digest();
        if !given.is_ok_and(|given| digest::equal(&given.0, &envelope.digest.0)) {
            return Err(refused("flow/envelope_content", "its envelope is of other content"));
        }
        if envelope.purpose.is_once() {
            inner.spend_nonce(&envelope, now)?;
        }
        envelope.labels.cap(key.trust);
        let Envelope { labels, agent, purpose, .. } = envelope;
        Ok(Opened { labels, agent, purpose })
    }
}

impl Inner {
    /// Marks a message as read, once for all guards that share the store.
    fn spend_nonce(&self, envelope: &Envelope, now: i64) -> std::result::Result<(), Refused> {
        let parts = [
            b"checkrein/store/nonce".as_slice(),
            envelope.tenant.as_str().as_bytes(),
            envelope.nonce.as_bytes(),
        ];
        let key = StoreKey(self.store_names.mac(parts).0);
        let until = envelope.expires_ms.unwrap_or(i64::MAX).to_be_bytes().to_vec();
        match self.store.compare_and_set(&key, 0, until, now) {
            Ok(true) => Ok(()),
            Ok(false) => Err(refused("flow/envelope_replayed", "its envelope was opened before")),
            Err(_) => {
                let why = "nobody can say whether its envelope was opened before";
                Err(refused("flow/envelope_unchecked", why))
            }
        }
    }
}

fn origin(source: &crate::source::Source) -> Origin {
    Origin { kind: source.kind, what: source.describe().chars().take(MAX_WHAT).collect() }
}

/// Values with names too long to travel: they are worth what the rest is, and as secret as any.
fn thin_out(envelope: &mut Envelope) {
    let Labels { rest, values, .. } = &mut envelope.labels;
    for value in values.drain(..) {
        rest.confidentiality = rest.confidentiality.max(value.label.confidentiality);
    }
    rest.confidentiality = rest.confidentiality.max(Confidentiality::Private);
    envelope.sources.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Guard;

    #[test]
    fn no_field_of_an_envelope_can_be_changed() {
        let session = Guard::new().unwrap().session(Default::default()).unwrap();
        let note = Content::text(SourceKind::Memory, "mail bob@example.com");
        session.inspect_input(Content::text(SourceKind::User, "mail bob@example.com")).unwrap();
        let audience = ["agent".to_owned()];
        let sealed = session.seal("mail bob@example.com".into(), Purpose::Memory, Some(&audience));
        let sealed = sealed.unwrap();
        assert!(session.open_envelope(&sealed, &note).is_ok());
        let whole: serde_json::Value = serde_json::from_str(&sealed).unwrap();
        for (key, value) in whole.as_object().unwrap() {
            let other = match value {
                serde_json::Value::String(text) => text.replace(['a', '1', 'e'], "0").into(),
                serde_json::Value::Number(n) => (n.as_i64().unwrap() + 1).into(),
                serde_json::Value::Null => 4_000_000_000_000_i64.into(),
                serde_json::Value::Array(_) => serde_json::json!([]),
                _ => serde_json::json!({"integrity": "user", "confidentiality": "public",
                    "categories": []}),
            };
            if other == *value {
                continue;
            }
            let mut changed = whole.clone();
            changed[key] = other;
            let refused = session.open_envelope(&changed.to_string(), &note).err();
            assert!(refused.is_some(), "{key} can be changed");
        }
    }

    #[test]
    fn sealing_is_recorded_without_the_content() {
        let guard = Guard::new().unwrap();
        let session = guard.session(Default::default()).unwrap();
        session.seal("mail bob@example.com".into(), Purpose::Result, None).unwrap();
        let record = guard.records().into_iter().find(|r| r.contains("\"sealed\"")).unwrap();
        assert!(record.contains("\"purpose\":\"result\"") && !record.contains("bob@"), "{record}");
    }

    #[test]
    fn what_cannot_be_recorded_or_has_too_long_names_is_safe() {
        let session = Guard::new().unwrap().session(Default::default()).unwrap();
        let key = "k".repeat(2000);
        let items = (0..200).map(|n| format!("\"{key}{n}\":\"user{n}@example.com\""));
        let json = format!("{{{}}}", items.collect::<Vec<_>>().join(","));
        let value = Value::parse(json.as_bytes(), &Default::default()).unwrap();
        session.inspect_input(Content::json(SourceKind::User, value.clone())).unwrap();
        let sealed = session.seal(value, Purpose::Memory, None).unwrap();
        assert!(sealed.len() <= MAX_ENVELOPE);
        assert!(parse_envelope(&sealed).unwrap().0.labels.values.is_empty());
    }
}
