//! Making a guard: options checked once, everything injected that a test must replay.

use super::carry::SealKey;
use super::feed::{Feed, Sink};
use super::plugin::Detector;
use super::reload::{Beginning, Refused};
use super::{Guard, Inner, table};
use crate::approve::Approvals;
use crate::config::Sources;
use crate::decision::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{EventBody, Start};
use crate::finding::Unsure;
use crate::flow::Canaries;
use crate::label::Integrity;
use crate::limits::Limits;
use crate::normalize::Normalizer;
use crate::policy::PolicyEngine;
use crate::random::{Random, SeededRandom, SystemRandom};
use crate::record::{Durability, Keys, Log};
use crate::session::{MemoryStore, Restrictions};
use crate::store::Store;
use crate::time::{Clock, ManualClock, SystemClock};
use crate::wire::{EnvelopeKeyOptions, GuardOptions, OneOrMany};
use arc_swap::ArcSwap;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Settings of a guard to be. Nothing is read or written before [`GuardBuilder::build`].
///
/// ```
/// use checkrein::Guard;
/// let tools = "[tool.read_file]\neffects = [\"read\"]\n";
/// let guard = Guard::builder().tools(tools).human(false).build()?;
/// assert_eq!(guard.inventory().len(), 1);
/// # Ok::<(), checkrein::Error>(())
/// ```
#[derive(Default)]
pub struct GuardBuilder {
    bundle: Vec<PathBuf>,
    trust: Vec<String>,
    state: Option<PathBuf>,
    tools: Option<String>,
    policy: Option<String>,
    profile: Option<String>,
    mode: Option<Mode>,
    audit: Option<PathBuf>,
    keys: Option<PathBuf>,
    envelope_keys: Vec<EnvelopeKeyOptions>,
    durability: Option<Durability>,
    no_human: bool,
    obligations: Vec<String>,
    limits: BTreeMap<String, usize>,
    host_controls: Vec<String>,
    unsure_controls: Vec<String>,
    unsure: Option<[u16; 2]>,
    engines: Vec<Arc<dyn PolicyEngine>>,
    detectors: Vec<Arc<dyn Detector>>,
    sinks: Vec<Arc<dyn Sink>>,
    store: Option<Arc<dyn Store>>,
    clock: Option<Arc<dyn Clock>>,
    manual_clock: Option<Arc<ManualClock>>,
    random: Option<Arc<dyn Random>>,
}

macro_rules! setters {
    ($($(#[doc = $doc:literal])* $name:ident($this:ident, $value:ident: $type:ty) $set:block)*) => {$(
        $(#[doc = $doc])*
        #[must_use]
        pub fn $name(mut $this, $value: $type) -> Self {
            $set;
            $this
        }
    )*};
}

impl GuardBuilder {
    setters! {
        /// A bundle: a directory, or a signed archive. A second one is laid over the first.
        bundle(self, path: impl Into<PathBuf>) { self.bundle.push(path.into()) }
        /// A key that bundles may be signed with; where one is given, they must be.
        trust(self, key: impl Into<String>) { self.trust.push(key.into()) }
        /// A directory that keeps the last good bundle and the newest revisions.
        state(self, path: impl Into<PathBuf>) { self.state = Some(path.into()) }
        /// Manifest text (TOML), for hosts without a bundle.
        tools(self, text: impl Into<String>) { self.tools = Some(text.into()) }
        /// Policy text (Cedar), for hosts without a bundle.
        policy(self, text: impl Into<String>) { self.policy = Some(text.into()) }
        /// `strict` or `balanced`, where no bundle says.
        profile(self, name: impl Into<String>) { self.profile = Some(name.into()) }
        /// Whether decisions bind, where no bundle says.
        mode(self, mode: Mode) { self.mode = Some(mode) }
        /// A directory for the audit log; in memory where none is given.
        audit(self, path: impl Into<PathBuf>) { self.audit = Some(path.into()) }
        /// A directory for keys; `<audit>.keys` beside the log where none is given.
        keys(self, path: impl Into<PathBuf>) { self.keys = Some(path.into()) }
        /// A key of envelopes that is shared with other guards; the first one seals.
        envelope_key(self, key: EnvelopeKeyOptions) { self.envelope_keys.push(key) }
        /// When a record is on disk.
        durability(self, durability: Durability) { self.durability = Some(durability) }
        /// Whether a human can be asked. Where none is, an ask is a deny.
        human(self, human: bool) { self.no_human = !human }
        /// An obligation that the host carries out.
        obligation(self, id: impl Into<String>) { self.obligations.push(id.into()) }
        /// A control that host code runs between `prepare` and `commit`.
        host_control(self, name: impl Into<String>) { self.host_controls.push(name.into()) }
        /// One that is due only where the built-in detectors are unsure.
        unsure_control(self, name: impl Into<String>) { self.unsure_controls.push(name.into()) }
        /// Between which scores they are, where no bundle says.
        unsure(self, thresholds: [u16; 2]) { self.unsure = Some(thresholds) }
        /// A further policy engine; the strictest answer wins.
        engine(self, engine: Arc<dyn PolicyEngine>) { self.engines.push(engine) }
        /// A detector of the host's own.
        detector(self, detector: Arc<dyn Detector>) { self.detectors.push(detector) }
        /// Where records are handed to, beside the log.
        sink(self, sink: Arc<dyn Sink>) { self.sinks.push(sink) }
        /// Where session counters live; in memory where none is given.
        store(self, store: Arc<dyn Store>) { self.store = Some(store) }
        /// An injected clock. The start record says so.
        clock(self, clock: Arc<dyn Clock>) { self.clock = Some(clock) }
        /// An injected generator. The start record says so.
        random(self, random: Arc<dyn Random>) { self.random = Some(random) }
    }

    /// Sets the limit called `name`; checked when the guard is built.
    #[must_use]
    pub fn limit(mut self, name: &str, value: usize) -> Self {
        self.limits.insert(name.to_owned(), value);
        self
    }

    /// Takes options as bindings give them.
    ///
    /// # Errors
    /// `misuse/argument`.
    pub fn options(mut self, options: GuardOptions) -> Result<Self> {
        let misuse = |error: Error| {
            Error::new(ErrorKind::MisuseArgument, error.message())
                .with("known", error.fact("known").unwrap_or_default())
        };
        let bundles = options.bundle.map(OneOrMany::into_vec).unwrap_or_default();
        self.bundle.extend(bundles.into_iter().map(PathBuf::from));
        self.trust.extend(options.trust);
        self.state = options.state.map(PathBuf::from).or(self.state);
        self.audit = options.audit.map(PathBuf::from).or(self.audit);
        self.keys = options.keys.map(PathBuf::from).or(self.keys);
        self.tools = options.tools.or(self.tools);
        self.policy = options.policy.or(self.policy);
        self.profile = options.profile.or(self.profile);
        if let Some(word) = options.durability {
            self.durability = Some(Durability::parse(&word).map_err(misuse)?);
        }
        if let Some(word) = options.mode {
            self.mode = Some(Mode::parse(&word).map_err(misuse)?);
        }
        self.no_human = options.human.map_or(self.no_human, |human| !human);
        self.obligations.extend(options.obligations);
        self.host_controls.extend(options.detectors);
        self.unsure_controls.extend(options.unsure_detectors);
        self.unsure = options.unsure.or(self.unsure);
        self.limits.extend(options.limits);
        self.envelope_keys.extend(options.envelope_keys);
        if let Some(testing) = options.testing {
            let clock = Arc::new(ManualClock::new(testing.time_ms));
            self.manual_clock = Some(Arc::clone(&clock));
            self.clock = Some(clock);
            self.random = Some(Arc::new(SeededRandom::new(testing.seed)));
        }
        Ok(self)
    }

    /// Makes the guard, or says what is wrong and where.
    ///
    /// # Errors
    /// Those of the bundle, the policy, the log and the keys; `misuse/argument` for limits.
    pub fn build(self) -> Result<Guard> {
        let mut limits = Limits::default();
        for (name, value) in &self.limits {
            limits.set(name, *value)?;
        }
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::default()));
        let random = self.random.unwrap_or_else(|| Arc::new(SystemRandom));
        let mut sources = Sources {
            paths: self.bundle,
            tools: self.tools,
            policy: self.policy,
            limits,
            ..Sources::default()
        };
        if let Some([low, high]) = self.unsure {
            sources.unsure = Some(Unsure::new(low, high)?);
        }
        if let Some(name) = self.unsure_controls.iter().find(|n| self.host_controls.contains(n)) {
            let name = name.escape_default();
            let message = format!("`{name}` is due everywhere, or where detectors are unsure");
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        for key in &self.trust {
            sources.trust(key)?;
        }
        if !sources.paths.is_empty() && (self.profile.is_some() || self.mode.is_some()) {
            let message = "profile and mode are the bundle's to say";
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        let said = (self.profile, self.mode);
        let Beginning { force, state, refused } =
            Beginning::of(&sources, self.state, said, &self.engines)?;
        let limits = force.bundle.limits.clone();

        let mut notices = Vec::new();
        let keys_directory = self.keys.clone().or_else(|| {
            self.audit.as_ref().map(|audit| {
                let mut name = audit.clone().into_os_string();
                name.push(".keys");
                PathBuf::from(name)
            })
        });
        let keys = match (&self.audit, keys_directory) {
            (Some(_), Some(directory)) => {
                let (keys, generated) = Keys::load_or_create(&directory, &*random)?;
                notices.extend(generated);
                keys
            }
            _ => Keys::ephemeral(&*random)?,
        };
        // The guard's own envelopes say what it traced itself.
        let own = SealKey::new(keys.envelopes(), Integrity::Trusted);
        let shared = self.envelope_keys.iter().map(SealKey::shared);
        let seals = shared.chain([Ok(own)]).collect::<Result<Vec<_>>>()?;
        let mut recovered = None;
        let log = match &self.audit {
            Some(directory) => {
                let durability = self.durability.unwrap_or(Durability::Batched);
                let (log, cut) = Log::open(directory, &keys, durability, &limits, &*random)?;
                recovered = cut;
                log
            }
            None => {
                notices.push("audit/memory: the log is lost when the process ends".to_owned());
                Log::memory(&keys, &limits, &*random)?
            }
        };
        let start = Start {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            instance: log.instance().to_owned(),
            injected: clock.is_injected() || random.is_injected(),
            notices: force.says.iter().chain(&notices).cloned().collect(),
        };
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::new(&limits)));
        let inner = Inner {
            fingerprints: keys.fingerprints(),
            store_names: keys.store(),
            normalizer: Normalizer::new(&limits),
            approvals: Approvals::new(&limits).into(),
            seals,
            canaries: Canaries::new(&keys.fingerprints()).into(),
            restrictions: Restrictions::new().into(),
            force: ArcSwap::from_pointee(force),
            rebuilding: state.into(),
            refused: Mutex::new(
                refused.clone().map(|error| Refused { error, at_ms: clock.wall_ms() }),
            ),
            watch: None.into(),
            sources,
            engines: self.engines,
            detectors: self.detectors,
            host_controls: self.host_controls.into_iter().collect(),
            unsure_controls: self.unsure_controls.into_iter().collect(),
            obligations: self.obligations,
            human: !self.no_human,
            sinks: self.sinks,
            sessions: table::Table::default().into(),
            usage: BTreeMap::new().into(),
            covered: Default::default(),
            feed: Feed::default().into(),
            decisions: 0.into(),
            dropped: 0.into(),
            pid: std::process::id().into(),
            closed: false.into(),
            clock,
            manual_clock: self.manual_clock,
            random,
            keys,
            limits,
            store,
            log,
            notices,
        };
        inner.append(None, EventBody::Start(start))?;
        if let Some(bytes) = recovered {
            inner.append(None, EventBody::Recovered { bytes })?;
        }
        let event = inner.force.load().event(refused);
        inner.append(None, event)?;
        Ok(Guard { inner: Arc::new(inner) })
    }
}
