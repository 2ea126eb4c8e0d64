//! Bundles while a guard runs: taken whole or refused whole, and the one before stays.

use super::force::InForce;
use super::{Guard, lock};
use crate::config::{Bundle, Files, Sources, State};
use crate::decision::Mode;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::PolicyEngine;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, PoisonError};
use std::thread::{JoinHandle, ThreadId};
use std::time::Duration;

/// Why the last bundle that was offered was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What was wrong with it.
    pub error: Error,
    /// When, ms since the epoch.
    pub at_ms: i64,
}

/// How a guard begins: with what its sources say, or the last good bundle where they are bad.
pub(super) struct Beginning {
    pub force: InForce,
    pub state: State,
    /// Why the sources were refused, if they were.
    pub refused: Option<Error>,
}

impl Beginning {
    /// Where there is no source, `profile` and `mode` hold.
    ///
    /// # Errors
    /// Those of the bundle, where there is no last good one.
    pub fn of(
        sources: &Sources,
        directory: Option<PathBuf>,
        (profile, mode): (Option<String>, Option<Mode>),
        engines: &[Arc<dyn PolicyEngine>],
    ) -> Result<Self> {
        let mut state = State::open(directory)?;
        let build = |bundle: Bundle| InForce::build(bundle, BTreeMap::new(), engines);
        let offered = |state: &mut State| {
            let files = sources.read()?;
            let force = build(sources.bundle(&files)?)?;
            state.accept(sources.key(), &force.bundle.layers, &files)?;
            Ok(force)
        };
        let refused = if sources.paths.is_empty() {
            None
        } else {
            match offered(&mut state) {
                Ok(force) => return Ok(Self { force, state, refused: None }),
                Err(error) => Some(error),
            }
        };
        let last = state.last_good(sources.key(), &sources.names(), &sources.limits);
        let force = match (last, refused.clone()) {
            (Ok(None), None) => {
                let mut bundle = sources.bundle(&[])?;
                bundle.profile = profile.unwrap_or(bundle.profile);
                bundle.mode = mode.unwrap_or(bundle.mode);
                build(bundle)?
            }
            (Ok(Some(files)), refused) => {
                let mut bundle = sources.bundle(&files)?;
                state.accept(sources.key(), &bundle.layers, &files)?;
                let why =
                    refused.map_or_else(|| "none was given yet".to_owned(), |e| e.to_string());
                bundle.says.push(format!("bundle/last_good: the last good one is in force: {why}"));
                build(bundle)?
            }
            // What is wrong with the sources says more than what is wrong with the copy.
            (_, Some(error)) | (Err(error), None) => return Err(error),
        };
        Ok(Self { force, state, refused })
    }
}

impl Guard {
    /// Reads the bundle again, and puts it in force, whole, from the next decision on. Says
    /// whether it is another one. Tools that were registered, sessions, approvals and stops stay.
    ///
    /// ```
    /// # use checkrein::Guard;
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let write = |text| std::fs::write(dir.path().join("bundle.toml"), text).unwrap();
    /// write("name = 'desk'\nrevision = 1\n");
    /// let guard = Guard::builder().bundle(dir.path()).build()?;
    /// write("name = 'desk'\nrevision = 2\n");
    /// assert!(guard.reload()?);
    /// assert_eq!(guard.status().bundle.revision, 2);
    /// # Ok::<(), checkrein::Error>(())
    /// ```
    ///
    /// # Errors
    /// Why it was refused, as when a guard is made, and `bundle/rollback`: then nothing changes,
    /// `status` says so, and it is recorded. `misuse/closed`; `misuse/argument` where the guard
    /// was made without a bundle. `record/io`: it is in force, and is not recorded.
    pub fn reload(&self) -> Result<bool> {
        self.check_open()?;
        if self.inner.sources.paths.is_empty() {
            let message = "the guard was made without a `bundle`: there is nothing to read again";
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        self.take(|sources| sources.read())
    }

    /// As [`Guard::reload`], with a signed archive that a host got by its own means.
    ///
    /// # Errors
    /// As [`Guard::reload`]; `misuse/argument` where the guard reads its `bundle` itself.
    pub fn reload_archive(&self, archive: &[u8]) -> Result<bool> {
        self.check_open()?;
        self.take(|sources| sources.given(archive))
    }

    /// Says that a bundle was refused before it reached the guard: it did not come, or whoever
    /// fetched it found it bad. `status` has it, and it is recorded.
    ///
    /// # Errors
    /// `misuse/closed`, `record/io`.
    pub fn refuse_bundle(&self, error: Error) -> Result<()> {
        self.check_open()?;
        let at_ms = self.inner.clock.wall_ms();
        self.set_refused(Some(Refused { error: error.clone(), at_ms }));
        let event = self.inner.force.load().event(Some(error));
        self.inner.append(None, event).map(drop)
    }

    fn take(&self, files: impl FnOnce(&Sources) -> Result<Vec<Files>>) -> Result<bool> {
        let inner = &self.inner;
        let mut state = lock(&inner.rebuilding)?;
        let before = inner.force.load_full();
        let refused = self.refused();
        let offered = || -> Result<Option<InForce>> {
            let files = files(&inner.sources)?;
            let mut bundle = inner.sources.bundle(&files)?;
            if refused.is_none() && bundle.layers == before.bundle.layers {
                return Ok(None);
            }
            if bundle.limits != inner.limits {
                let says = "bundle/limits: other limits hold when the guard is made anew";
                bundle.says.push(says.to_owned());
            }
            let registered = before.reviewed(&bundle);
            let force = InForce::build(bundle, registered, &inner.engines)?;
            state.accept(inner.sources.key(), &force.bundle.layers, &files)?;
            Ok(Some(force))
        };
        let error = match offered() {
            Ok(None) => return Ok(false),
            Ok(Some(force)) => {
                let changed = force.bundle.layers != before.bundle.layers;
                let event = force.event(None);
                let tools = force.changed_tools(&before);
                inner.force.store(Arc::new(force));
                self.set_refused(None);
                inner.append(None, event)?;
                for tool in tools {
                    inner.append(None, tool)?;
                }
                return Ok(changed);
            }
            Err(error) => error,
        };
        // The misuse of the caller says nothing of a bundle.
        if error.kind() != ErrorKind::MisuseArgument {
            self.refuse_bundle(error.clone())?;
        }
        Err(error)
    }

    pub(super) fn refused(&self) -> Option<Refused> {
        self.inner.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_refused(&self, refused: Option<Refused>) {
        *self.inner.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }

    /// Starts to look at the bundle every `interval`, on a thread of its own, until
    /// [`Guard::unwatch`] or [`Guard::close`]. A change is taken when two looks see the same, so
    /// that what is still being written is not. A second call sets the interval anew.
    ///
    /// # Errors
    /// `misuse/closed`; `misuse/argument` for no interval, or a guard without a bundle.
    pub fn watch(&self, interval: Duration) -> Result<()> {
        self.check_open()?;
        if interval.is_zero() || self.inner.sources.paths.is_empty() {
            let message = "a watch needs an interval, and a guard that was made with a `bundle`";
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        self.unwatch()?;
        let (stop, stopped) = channel::<()>();
        let weak = Arc::downgrade(&self.inner);
        let look = move || {
            let (mut last, mut taken): (Option<Digest>, Option<Digest>) = (None, None);
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(interval) {
                let Some(inner) = weak.upgrade() else { return };
                let guard = Guard { inner };
                let now = Some(guard.inner.sources.stamp());
                if now == last && now != taken {
                    taken = now;
                    // Refused or not: the record and the status say so.
                    let _ = guard.reload();
                }
                last = now;
            }
        };
        let thread = std::thread::Builder::new()
            .name("checkrein-watch".to_owned())
            .spawn(look)
            .map_err(|e| Error::new(ErrorKind::MisuseArgument, format!("no thread: {e}")))?;
        *lock(&self.inner.watch)? = Some(Watch { stop, thread, pid: std::process::id() });
        Ok(())
    }

    /// Ends a watch. Says whether there was one.
    ///
    /// # Errors
    /// `internal/panic` where a lock is poisoned.
    pub fn unwatch(&self) -> Result<bool> {
        let watch = lock(&self.inner.watch)?.take();
        Ok(watch.is_some_and(Watch::end))
    }

    pub(super) fn watching(&self) -> bool {
        let watch = self.inner.watch.lock().unwrap_or_else(PoisonError::into_inner);
        watch.as_ref().is_some_and(Watch::is_ours)
    }
}

/// A thread that looks at the bundle.
pub(super) struct Watch {
    stop: Sender<()>,
    thread: JoinHandle<()>,
    pid: u32,
}

impl Watch {
    /// A forked child has no such thread.
    fn is_ours(&self) -> bool {
        self.pid == std::process::id()
    }

    fn end(self) -> bool {
        if !self.is_ours() {
            std::mem::forget(self.thread);
            return false;
        }
        drop(self.stop);
        let own: ThreadId = std::thread::current().id();
        // A sink that ends the watch from within it cannot wait for itself.
        if self.thread.thread().id() != own {
            let _ = self.thread.join();
        }
        true
    }
}
