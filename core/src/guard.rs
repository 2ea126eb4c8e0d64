//! The object a host holds: the only place that knows the stages, and reads as the pipeline.

mod answer;
mod approver;
mod ask;
mod authorize;
mod budget;
mod build;
mod call;
mod carry;
mod feed;
mod force;
mod input;
mod inventory;
mod judge;
mod keys;
mod look;
mod oblige;
mod output;
mod plan;
mod plugin;
mod reload;
#[cfg(feature = "cedar")]
mod replay;
mod self_test;
mod session;
mod settling;
mod stop;
mod stream;
mod table;
mod tools;
#[cfg(feature = "cedar")]
mod why;

pub use approver::Approver;
pub use build::GuardBuilder;
pub use feed::Sink;
pub use inventory::{InventoryEntry, Status};
pub use plugin::{
    Detector, HostAnswer, HostCategory, HostFinding, HostResults, Prepared, PreparedText,
    WhereUnsure,
};
pub use reload::Refused;
#[cfg(feature = "cedar")]
pub use replay::{Replay, Replayed};
pub use self_test::Check;
pub use session::Session;
pub use stream::{CallStream, OutputStream, StreamPart};
pub use tools::Registered;
#[cfg(feature = "cedar")]
pub use why::{Lift, Remedy};

use crate::approve::Approvals;
use crate::config::{Sources, State};
use crate::digest::Key;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Event, EventBody, SessionChange};
use crate::flow::Canaries;
use crate::limits::Limits;
use crate::normalize::Normalizer;
use crate::policy::PolicyEngine;
use crate::random::Random;
use crate::record::{Keys, Log};
use crate::session::Restrictions;
use crate::store::Store;
use crate::time::{Clock, ManualClock};
use crate::wire::SessionOptions;
use arc_swap::ArcSwap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

/// The policy enforcement point's front door: shared by all threads, cheap to clone.
///
/// ```
/// use checkrein::{Content, Guard, Outcome, source::SourceKind};
/// let guard = Guard::builder().build()?;
/// let session = guard.session(Default::default())?;
/// let text = Content::text(SourceKind::User, "What is the weather in Oslo?");
/// assert_eq!(session.inspect_input(text)?.outcome, Outcome::Allow);
/// # Ok::<(), checkrein::Error>(())
/// ```
#[derive(Clone)]
pub struct Guard {
    inner: Arc<Inner>,
}

/// Everything a guard owns. Sessions keep it alive, so a guard may be dropped before them.
struct Inner {
    clock: Arc<dyn Clock>,
    manual_clock: Option<Arc<ManualClock>>,
    random: Arc<dyn Random>,
    keys: Keys,
    fingerprints: Key,
    store_names: Key,
    limits: Limits,
    normalizer: Normalizer,
    force: ArcSwap<force::InForce>,
    /// Held while what is in force is rebuilt, so that two registrations do not lose one.
    rebuilding: Mutex<State>,
    sources: Sources,
    /// Why the last bundle that was offered was refused, if it was.
    refused: Mutex<Option<Refused>>,
    watch: Mutex<Option<reload::Watch>>,
    engines: Vec<Arc<dyn PolicyEngine>>,
    detectors: Vec<Arc<dyn Detector>>,
    host_controls: BTreeSet<String>,
    /// Those that are due only where the built-in detectors are unsure.
    unsure_controls: BTreeSet<String>,
    obligations: Vec<String>,
    human: bool,
    store: Arc<dyn Store>,
    log: Log,
    sinks: Vec<Arc<dyn Sink>>,
    approvals: Mutex<Approvals>,
    /// What envelopes are sealed and checked with; the first one seals.
    seals: Vec<carry::SealKey>,
    /// What tenants sealed: it leaves for none of the others.
    canaries: RwLock<Canaries>,
    restrictions: RwLock<Restrictions>,
    sessions: Mutex<table::Table>,
    usage: Mutex<BTreeMap<String, inventory::Usage>>,
    covered: Mutex<BTreeSet<String>>,
    feed: Mutex<feed::Feed>,
    decisions: AtomicU64,
    dropped: AtomicU64,
    pid: AtomicU32,
    closed: AtomicBool,
    notices: Vec<String>,
}

impl Guard {
    /// A guard with embedded defaults: baseline policy, in-memory sessions and audit log.
    ///
    /// # Errors
    /// As [`GuardBuilder::build`].
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Settings of a guard to be.
    #[must_use]
    pub fn builder() -> GuardBuilder {
        GuardBuilder::default()
    }

    /// Opens a session: new, or the live one with this id, or a resumed one whose history is
    /// unknown and therefore tainted.
    ///
    /// # Errors
    /// `misuse/closed`, `misuse/argument`, `id/invalid`, `limit/sessions`.
    pub fn session(&self, options: SessionOptions) -> Result<Session> {
        self.check_open()?;
        self.inner.after_fork();
        session::open(self, &options)
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// The log's verifier key, for `checkrein audit verify`.
    #[must_use]
    pub fn verifier(&self) -> String {
        self.inner.keys.verifier()
    }

    /// Writes everything that waits, with a checkpoint.
    ///
    /// # Errors
    /// `record/io`.
    pub fn sync(&self) -> Result<()> {
        self.inner.log.sync()
    }

    /// The records of an in-memory log, oldest first.
    #[must_use]
    pub fn records(&self) -> Vec<String> {
        self.inner.log.records()
    }

    /// Ends the guard: the log is closed with a last checkpoint, and every later call fails.
    ///
    /// # Errors
    /// `record/io`.
    pub fn close(&self) -> Result<()> {
        use std::sync::atomic::Ordering;
        if self.inner.closed.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        self.unwatch()?;
        self.inner.append(None, EventBody::End)?;
        self.inner.log.close()
    }

    fn check_open(&self) -> Result<()> {
        if self.inner.closed.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::MisuseClosed, "the guard was closed"));
        }
        Ok(())
    }
}

impl Inner {
    /// Appends an event and hands it to the host's sinks. A failure is counted, and returned.
    fn append(&self, cell: Option<&session::Cell>, body: EventBody) -> Result<u64> {
        self.append_event(&self.event(cell, body))
    }

    fn event(&self, cell: Option<&session::Cell>, body: EventBody) -> Event {
        Event {
            time_ms: self.clock.wall_ms(),
            mono_ns: self.clock.mono_ns(),
            tenant: cell.map(|cell| cell.principal.tenant.clone()),
            session: cell.map(|cell| cell.id.clone()),
            chain: cell.map(|cell| cell.principal.chain().collect()).unwrap_or_default(),
            body,
        }
    }

    fn append_event(&self, event: &Event) -> Result<u64> {
        let appended = self.log.append(event);
        match &appended {
            Ok(sequence) => self.publish(*sequence, event),
            Err(_) => {
                self.dropped.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
        appended
    }

    /// Appends an event whose loss changes nothing but the count of lost ones.
    fn note(&self, cell: Option<&session::Cell>, body: EventBody) {
        // The failure is counted in `append` and shows in `status`.
        let _ = self.append(cell, body);
    }

    /// In a forked child nothing that the parent saw is known, and no approval is ours.
    fn after_fork(&self) {
        use std::sync::atomic::Ordering;
        let pid = std::process::id();
        if self.pid.load(Ordering::Relaxed) == pid {
            return;
        }
        if self.pid.swap(pid, Ordering::SeqCst) == pid {
            return;
        }
        let cells = lock(&self.sessions).map(|table| table.all()).unwrap_or_default();
        for cell in cells {
            if let Ok(mut state) = cell.state.lock() {
                state.forget();
            }
            if let Ok(mut approvals) = lock(&self.approvals) {
                approvals.void_session(&cell.principal.tenant, &cell.id);
            }
            self.note(
                Some(&cell),
                EventBody::Session { how: SessionChange::Resumed, parent: None },
            );
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if !*self.closed.get_mut() {
            self.note(None, EventBody::End);
            // Nobody is left to tell; the log's own recovery covers what was not written.
            let _ = self.log.close();
        }
    }
}

/// Takes a lock of the guard's own; they guard short, panic-free sections.
fn lock<T>(mutex: &Mutex<T>) -> Result<MutexGuard<'_, T>> {
    mutex
        .lock()
        .map_err(|_| Error::new(ErrorKind::InternalPanic, "a lock of the guard is poisoned"))
}
