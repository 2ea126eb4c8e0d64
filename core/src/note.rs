//! C2SP signed notes: text that a key signed, as other tools read it. Checkpoints and bundles are such.

use crate::digest::Key;
use crate::error::{Error, ErrorKind, Result};
use crate::file;
use crate::random::{Random, bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

/// The algorithm byte of Ed25519 in key ids and verifier keys.
const ED25519: u8 = 1;

/// The longest note that is read: a checkpoint with many cosignatures stays far below.
pub const MAX_NOTE: usize = 64 * 1024;

/// What a private key's text begins with.
const PRIVATE: &str = "PRIVATE+KEY+";

/// Base64 as notes use it.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of canonical base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn corrupt(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::RecordCorrupt, message)
}

/// A public key and the name it signs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
}

impl Verifier {
    /// The key that `signer` signs with, under `name`.
    pub fn of(name: &str, signer: &SigningKey) -> Self {
        Self { name: name.to_owned(), key: signer.verifying_key() }
    }

    /// Reads `name+id+base64(key)`.
    pub fn parse(text: &str) -> Result<Self> {
        let fault = || {
            Error::new(ErrorKind::RecordKey, "not a verifier key")
                .with("hint", "a verifier key reads `name+id+base64`")
        };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(fault());
        };
        let bytes = decode(key).ok_or_else(fault)?;
        let (Some(&ED25519), Some(key)) = (bytes.first(), bytes.get(1..)) else {
            return Err(fault());
        };
        let key = <&[u8; 32]>::try_from(key).map_err(|_| fault())?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| fault())?;
        let verifier = Self { name: name.to_owned(), key };
        if !is_name(name) || verifier.id_hex() != id {
            return Err(fault());
        }
        Ok(verifier)
    }

    /// The key as `name+id+base64(key)`.
    pub fn text(&self) -> String {
        let mut bytes = vec![ED25519];
        bytes.extend(self.key.as_bytes());
        format!("{}+{}+{}", self.name, self.id_hex(), encode(&bytes))
    }

    /// The name it signs as.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        hash.first_chunk().copied().unwrap_or_default()
    }

    fn id_hex(&self) -> String {
        crate::digest::hex(&self.id())
    }
}

/// A private key and the name it signs as. Never printed; wiped when dropped.
pub struct Signer {
    name: String,
    key: SigningKey,
}

impl Signer {
    /// A new key that signs as `name`.
    ///
    /// # Errors
    /// `misuse/argument` for a name with blanks or `+`; as [`Random::fill`].
    pub fn new(name: &str, random: &dyn Random) -> Result<Self> {
        if !is_name(name) {
            let message = "a key's name is text without blanks and `+`, as `example.com/policy`";
            return Err(Error::new(ErrorKind::MisuseArgument, message));
        }
        let key = SigningKey::from_bytes(Key::new(bytes(random)?).expose());
        Ok(Self { name: name.to_owned(), key })
    }

    /// Reads a key file that its owner alone may read: one line,
    /// `PRIVATE+KEY+name+id+base64(key)`.
    ///
    /// # Errors
    /// `record/key`.
    pub fn load(path: &Path) -> Result<Self> {
        let fault = |message: &str| file::key_fault(path, message);
        let opened =
            File::open(path).map_err(|e| fault(&format!("the key cannot be read: {e}")))?;
        file::refuse_shared(path, &opened)?;
        let mut text = String::new();
        opened
            .take(1024)
            .read_to_string(&mut text)
            .map_err(|e| fault(&format!("the key cannot be read: {e}")))?;
        Self::parse(text.trim_end()).ok_or_else(|| fault("not a private key of signed notes"))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(PRIVATE)?.splitn(3, '+');
        let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = decode(key)?;
        let (&ED25519, seed) = bytes.split_first()? else { return None };
        let key = SigningKey::from_bytes(<&[u8; 32]>::try_from(seed).ok()?);
        let signer = Self { name: name.to_owned(), key };
        (is_name(name) && signer.verifier().id_hex() == id).then_some(signer)
    }

    /// Writes a key file that its owner alone may read. An existing one is left as it is.
    ///
    /// # Errors
    /// `record/key`.
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut bytes = vec![ED25519];
        bytes.extend(self.key.to_bytes());
        let id = self.verifier().id_hex();
        let text = format!("{PRIVATE}{}+{id}+{}\n", self.name, encode(&bytes));
        let write = || -> std::io::Result<()> {
            let mut file = file::private().create_new(true).open(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|e| file::key_fault(path, &format!("the key cannot be written: {e}")))
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::of(&self.name, &self.key)
    }

    /// `text` (which ends with a line end) as a signed note.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        sign(text, &self.name, &self.key)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

fn is_name(name: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    !name.is_empty() && name.len() <= 256 && !name.contains(bad)
}

/// `text` (which ends with a line end) with `signer`'s signature under `name`.
pub fn sign(text: &str, name: &str, signer: &SigningKey) -> String {
    let mut signature = Verifier::of(name, signer).id().to_vec();
    signature.extend(signer.sign(text.as_bytes()).to_bytes());
    format!("{text}\n\u{2014} {name} {}\n", encode(&signature))
}

/// The text of a note that at least one of `keys` signed, and which one.
///
/// # Errors
/// `record/corrupt` where the note is malformed, a known key's signature is wrong, or no known
/// key signed.
pub fn open<'a, 'k>(note: &'a str, keys: &[&'k Verifier]) -> Result<(&'a str, &'k Verifier)> {
    if note.len() > MAX_NOTE {
        return Err(corrupt("the note is too long"));
    }
    let at = note.rfind("\n\n").ok_or_else(|| corrupt("the note has no signatures"))?;
    let text = note.get(..=at).unwrap_or_default();
    let lines = note.get(at + 2..).unwrap_or_default();
    let lines =
        lines.strip_suffix('\n').ok_or_else(|| corrupt("the note's last line has no end"))?;
    let mut by = None;
    for line in lines.split('\n') {
        let malformed = || corrupt("a signature line of the note is malformed");
        let line = line.strip_prefix("\u{2014} ").ok_or_else(malformed)?;
        let (name, signature) = line.split_once(' ').ok_or_else(malformed)?;
        let bytes = decode(signature).ok_or_else(malformed)?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or_else(malformed)?;
        // Lines by unknown keys are skipped: a witness may have cosigned.
        let known = keys.iter().find(|key| key.name == name && key.id() == *id);
        let Some(key) = known else { continue };
        let signature = Signature::from_slice(signature).map_err(|_| malformed())?;
        key.key
            .verify_strict(text.as_bytes(), &signature)
            .map_err(|_| corrupt("the note's signature is wrong").with("key", key.text()))?;
        by.get_or_insert(*key);
    }
    Ok((text, by.ok_or_else(|| corrupt("the note is signed by no known key"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(byte: u8) -> SigningKey {
        SigningKey::from_bytes(&[byte; 32])
    }

    #[test]
    fn verifier_keys_round_trip_and_refuse_every_edit() {
        let text = Verifier::of("checkrein/log", &signer(1)).text();
        assert_eq!(Verifier::parse(&text).unwrap().text(), text);
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let edited = String::from_utf8(bytes).unwrap();
            assert!(Verifier::parse(&edited).is_err(), "{edited}");
        }
    }

    #[test]
    fn notes_hold_for_their_key_alone() {
        let note = sign("a text\n", "checkrein/x", &signer(1));
        let (a, b) =
            (Verifier::of("checkrein/x", &signer(1)), Verifier::of("checkrein/x", &signer(2)));
        assert_eq!(open(&note, &[&b, &a]).unwrap(), ("a text\n", &a));
        assert!(open(&note, &[&b]).is_err());
        assert!(open(&note, &[&Verifier::of("checkrein/y", &signer(1))]).is_err());
    }

    #[test]
    fn a_cosignature_by_an_unknown_key_is_skipped() {
        let note = sign("a text\n", "o", &signer(1));
        let witness = sign("a text\n", "witness", &signer(3));
        let both = format!("{note}{}\n", witness.lines().last().unwrap());
        assert!(open(&both, &[&Verifier::of("o", &signer(1))]).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_private_key_is_its_owners_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let signer = Signer::new("example.com/policy", &crate::random::SystemRandom).unwrap();
        signer.save(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(signer.save(&path).unwrap_err().code(), "record/key", "never overwritten");
        let read = Signer::load(&path).unwrap();
        assert_eq!(read.verifier(), signer.verifier());
        assert!(open(&read.sign("a\n"), &[&signer.verifier()]).is_ok());
        assert!(!format!("{signer:?}").contains("key"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(Signer::load(&path).unwrap_err().code(), "record/key");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "PRIVATE+KEY+a+b+c").unwrap();
        assert!(Signer::load(&path).is_err());
        assert!(Signer::new("a b", &crate::random::SystemRandom).is_err());
    }
}
