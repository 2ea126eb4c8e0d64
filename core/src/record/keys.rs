//! The four keys: the log's, the commitments', the approvals', the envelopes'. They live apart from
//! the log.

use crate::digest::{Key, hex, unhex};
use crate::error::{Error, ErrorKind, Result};
use crate::file::{key_fault as fault, make_private_dir, private, refuse_shared, shown};
use crate::id::TenantId;
use crate::note::Verifier;
use crate::random::{Random, bytes};
use ed25519_dalek::SigningKey;
use std::fs::{self, File};
use std::io::{ErrorKind as IoKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The name that the long-term key signs as.
pub(super) const LOG_KEY_NAME: &str = "checkrein/log";

/// A guard's secrets. Never printed; wiped when dropped.
#[derive(Clone)]
pub struct Keys {
    log: SigningKey,
    commitments: Key,
    approvals: Key,
    envelopes: Key,
    dir: Option<PathBuf>,
}

impl Keys {
    /// Reads the four key files of `dir`, making those that are missing. The second value says,
    /// for an operator, which keys were made.
    ///
    /// # Errors
    /// `record/key` where a file can be read by others, is not a key, or cannot be written.
    pub fn load_or_create(dir: &Path, random: &dyn Random) -> Result<(Self, Vec<String>)> {
        make_private_dir(dir)
            .map_err(|e| fault(dir, &format!("the key directory cannot be made: {e}")))?;
        let real = fs::canonicalize(dir)
            .map_err(|e| fault(dir, &format!("the key directory cannot be read: {e}")))?;
        refuse_shared_dir(&real)?;
        let mut notices = Vec::new();
        let mut load =
            |name: &str, what: &str| load_or_make(&real, name, what, random, &mut notices);
        let log = load("log.key", "the audit log is signed with it: note its verifier")?;
        let commitments = load(
            "commitments.key",
            "without it no value can be matched with the commitments of earlier records",
        )?;
        let approvals = load("approvals.key", "approvals given under an earlier key are void")?;
        let envelopes =
            load("envelopes.key", "envelopes sealed under an earlier key are not known")?;
        let keys = Self {
            log: SigningKey::from_bytes(log.expose()),
            commitments,
            approvals,
            envelopes,
            dir: Some(real),
        };
        if !cfg!(unix) {
            notices.push("who may read the key files is not checked on this system".to_owned());
        }
        Ok((keys, notices))
    }

    /// Keys that are gone with the process.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn ephemeral(random: &dyn Random) -> Result<Self> {
        let log = SigningKey::from_bytes(Key::new(bytes(random)?).expose());
        let commitments = Key::new(bytes(random)?);
        let approvals = Key::new(bytes(random)?);
        let envelopes = approvals.derive("ephemeral envelopes");
        Ok(Self { log, commitments, approvals, envelopes, dir: None })
    }

    /// The key of one tenant's commitments: two tenants' equal values have unequal commitments.
    #[must_use]
    pub fn commitments(&self, tenant: &TenantId) -> Key {
        self.commitments.derive(&format!("commitments/{tenant}"))
    }

    /// The key of secrets' fingerprints in findings.
    #[must_use]
    pub fn fingerprints(&self) -> Key {
        self.commitments.derive("fingerprints")
    }

    /// The key that hides session ids in a shared store.
    #[must_use]
    pub fn store(&self) -> Key {
        self.commitments.derive("store")
    }

    /// The key that approvals are sealed with.
    #[must_use]
    pub fn approvals(&self) -> Key {
        self.approvals.derive("approvals")
    }

    /// The key that labels are sealed with where they leave for memory or another agent.
    #[must_use]
    pub fn envelopes(&self) -> Key {
        self.envelopes.derive("envelopes")
    }

    /// The public half of the log's long-term key: `name+id+base64`, what an auditor keeps.
    #[must_use]
    pub fn verifier(&self) -> String {
        Verifier::of(LOG_KEY_NAME, &self.log).text()
    }

    pub(super) fn signer(&self) -> &SigningKey {
        &self.log
    }

    /// Fails where the keys lie in the log's directory: whoever ships the log would ship them.
    pub(super) fn refuse_inside(&self, log_dir: &Path) -> Result<()> {
        let Some(dir) = &self.dir else { return Ok(()) };
        let real = fs::canonicalize(log_dir).map_err(|e| {
            Error::new(ErrorKind::RecordIo, format!("the log directory cannot be read: {e}"))
                .with("file", shown(log_dir))
        })?;
        if dir.starts_with(&real) {
            return Err(fault(dir, "the keys lie in the log's directory")
                .with("hint", "keep them apart, so that copying the log does not copy its keys"));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

#[cfg(unix)]
fn refuse_shared_dir(dir: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let meta = fs::metadata(dir)
        .map_err(|e| fault(dir, &format!("the key directory cannot be read: {e}")))?;
    if meta.permissions().mode() & 0o022 != 0 {
        return Err(fault(dir, "others may write in the key directory").with("hint", "chmod 700"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_shared_dir(_dir: &Path) -> Result<()> {
    Ok(())
}

fn load_or_make(
    dir: &Path,
    name: &str,
    what: &str,
    random: &dyn Random,
    notices: &mut Vec<String>,
) -> Result<Key> {
    let path = dir.join(name);
    match read(&path)? {
        Some(key) => Ok(key),
        None => {
            if make(dir, &path, random)? {
                notices.push(format!("NEW KEY made in {}; {what}", shown(&path)));
            }
            // What is on disk counts: another process may have been first.
            read(&path)?.ok_or_else(|| fault(&path, "the key was removed while it was made"))
        }
    }
}

fn read(path: &Path) -> Result<Option<Key>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == IoKind::NotFound => return Ok(None),
        Err(e) => return Err(fault(path, &format!("the key cannot be read: {e}"))),
    };
    refuse_shared(path, &file)?;
    let mut text = String::new();
    file.take(1024)
        .read_to_string(&mut text)
        .map_err(|e| fault(path, &format!("the key cannot be read: {e}")))?;
    let key = text.strip_suffix('\n').and_then(unhex).and_then(|b| <[u8; 32]>::try_from(b).ok());
    key.map(|key| Some(Key::new(key)))
        .ok_or_else(|| fault(path, "not a key file: 64 hexadecimal digits and a line end"))
}

/// Makes a key file; false where another process made it first. A crash leaves no half a key.
fn make(dir: &Path, path: &Path, random: &dyn Random) -> Result<bool> {
    let part = dir.join(format!(".{}.part", hex(&bytes::<8>(random)?)));
    let secret = Key::new(bytes(random)?);
    let write = || -> std::io::Result<bool> {
        let mut file = private().create_new(true).open(&part)?;
        file.write_all(hex(secret.expose()).as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        // A hard link, unlike a rename, does not replace what another process put there.
        match fs::hard_link(&part, path) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == IoKind::AlreadyExists => Ok(false),
            Err(e) => Err(e),
        }
    };
    let made = write();
    let _ = fs::remove_file(&part);
    made.map_err(|e| fault(path, &format!("the key cannot be made: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn keys_are_made_once_and_said_loudly() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        let (first, notices) = Keys::load_or_create(&path, &SystemRandom).unwrap();
        assert_eq!(notices.iter().filter(|n| n.starts_with("NEW KEY")).count(), 4, "{notices:?}");
        let (second, notices) = Keys::load_or_create(&path, &SystemRandom).unwrap();
        assert!(!notices.iter().any(|n| n.starts_with("NEW KEY")));
        assert_eq!(first.verifier(), second.verifier());
        assert_eq!(first.store().expose(), second.store().expose());
        assert_eq!(fs::read_dir(&path).unwrap().count(), 4, "no parts are left");
        assert_eq!(format!("{first:?}"), "Keys(..)");
    }

    #[test]
    fn every_use_has_its_own_key() {
        let keys = Keys::ephemeral(&SystemRandom).unwrap();
        let tenant = |id| keys.commitments(&TenantId::new(id).unwrap());
        let all = [
            tenant("a"),
            tenant("b"),
            tenant("store"),
            keys.fingerprints(),
            keys.store(),
            keys.approvals(),
            keys.envelopes(),
        ];
        let unique: std::collections::HashSet<_> = all.iter().map(|k| *k.expose()).collect();
        assert_eq!(unique.len(), all.len());
    }

    #[cfg(unix)]
    #[test]
    fn shared_and_broken_key_files_are_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let load = || Keys::load_or_create(dir.path(), &SystemRandom).map(|_| ());
        load().unwrap();
        let path = dir.path().join("log.key");
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(load().unwrap_err().code(), "record/key", "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for bad in ["", "00", "zz", &"0".repeat(64), &"0".repeat(5000)] {
            fs::write(&path, bad).unwrap();
            let error = load().unwrap_err();
            assert_eq!(error.code(), "record/key");
            assert!(error.fact("file").unwrap().ends_with("log.key"));
        }
        fs::remove_file(&path).unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(load().unwrap_err().code(), "record/key");
    }
}
