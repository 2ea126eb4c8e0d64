//! C2SP signed notes and checkpoints: what a log signs, as text that other tools read.

use super::tree::Hash;
use crate::error::{Error, ErrorKind, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// The algorithm byte of Ed25519 in key ids and verifier keys.
const ED25519: u8 = 1;

/// The longest note that is read: a checkpoint with many cosignatures stays far below.
pub const MAX_NOTE: usize = 64 * 1024;

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
        if name.is_empty() || name.chars().any(char::is_whitespace) || verifier.id_hex() != id {
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

/// What a checkpoint says: which log had which root at which size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which log.
    pub origin: String,
    /// Records.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Head {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, encode(&self.root))
    }

    /// Reads a checkpoint's text; extension lines are refused, for this log writes none.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || corrupt("the checkpoint is malformed");
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), Some(""), None) =
            (lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(malformed());
        };
        let number: u64 = size.parse().map_err(|_| malformed())?;
        let root = decode(root).and_then(|b| Hash::try_from(b).ok()).ok_or_else(malformed)?;
        let head = Self { origin: origin.to_owned(), size: number, root };
        if origin.is_empty() || number.to_string() != size {
            return Err(malformed());
        }
        Ok(head)
    }
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
        let head = Head { origin: "checkrein/x".into(), size: 10, root: [9; 32] };
        let note = sign(&head.text(), "checkrein/x", &signer(1));
        let (a, b) =
            (Verifier::of("checkrein/x", &signer(1)), Verifier::of("checkrein/x", &signer(2)));
        let (text, by) = open(&note, &[&b, &a]).unwrap();
        assert_eq!((Head::parse(text).unwrap(), by), (head, &a));
        assert!(open(&note, &[&b]).is_err());
        assert!(open(&note, &[&Verifier::of("checkrein/y", &signer(1))]).is_err());
    }

    #[test]
    fn a_cosignature_by_an_unknown_key_is_skipped() {
        let head = Head { origin: "o".into(), size: 0, root: [0; 32] };
        let note = sign(&head.text(), "o", &signer(1));
        let witness = sign(&head.text(), "witness", &signer(3));
        let both = format!("{note}{}\n", witness.lines().last().unwrap());
        assert!(open(&both, &[&Verifier::of("o", &signer(1))]).is_ok());
    }

    #[test]
    fn heads_are_read_strictly() {
        for bad in
            ["", "o\n", "o\n1\n", "o\n01\nAA==\n", "o\n1\nAA==\n", "\n1\nAA==\n", "o\n-1\nAA==\n"]
        {
            assert!(Head::parse(bad).is_err(), "{bad:?}");
        }
        let head = Head { origin: "o".into(), size: 1, root: [0; 32] };
        assert!(Head::parse(&format!("{}extension\n", head.text())).is_err());
        assert!(Head::parse(&head.text().replace("\n1\n", "\n+1\n")).is_err());
    }
}
