//! `bundle.sig`: the names and hashes of a bundle's files, its name and revision, signed as one
//! note.

use super::files::{Files, SIGNATURE};
use crate::decision::show;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::note::{self, Signer, Verifier};
use std::collections::BTreeMap;

/// The first line of what is signed.
const TITLE: &str = "checkrein/bundle/v1";

/// What a signature says of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The bundle's name.
    pub name: String,
    /// Its revision.
    pub revision: u64,
    /// The key that signed: `name+id+base64`.
    pub by: String,
}

impl Files {
    /// Puts a signature beside the files, in place of the one that is there.
    ///
    /// # Errors
    /// `bundle/file` where the list of files is too long to be signed.
    pub fn sign(&mut self, name: &str, revision: u64, signer: &Signer) -> Result<()> {
        self.files.remove(SIGNATURE);
        let mut text = format!("{TITLE}\n{name}\n{revision}\n");
        for (file, content) in &self.files {
            // As `sha256sum` writes them, so that it can check them.
            text.push_str(&format!("{}  {file}\n", Digest::of(content)));
        }
        let note = signer.sign(&text);
        if note.len() > note::MAX_NOTE {
            return Err(Error::new(ErrorKind::BundleFile, "the list of files is too long"));
        }
        self.files.insert(SIGNATURE.to_owned(), note.into_bytes());
        Ok(())
    }

    /// Checks that one of `trust` signed exactly these files.
    ///
    /// # Errors
    /// `bundle/signature`, naming the file that is not listed, missing or changed.
    pub fn verify(&self, trust: &[Verifier]) -> Result<Signed> {
        let fault = |message: String| {
            Error::new(ErrorKind::BundleSignature, message).with("file", self.source.as_str())
        };
        let bytes = self
            .files
            .get(SIGNATURE)
            .ok_or_else(|| fault("the bundle is not signed".to_owned()))?;
        let malformed = || fault(format!("`{SIGNATURE}` is malformed"));
        let note = std::str::from_utf8(bytes).map_err(|_| malformed())?;
        let keys: Vec<&Verifier> = trust.iter().collect();
        let (text, by) = note::open(note, &keys).map_err(|e| fault(e.message().to_owned()))?;
        let mut lines = text.lines();
        let (Some(TITLE), Some(name), Some(revision)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(malformed());
        };
        let number = revision.parse::<u64>().ok().filter(|n| n.to_string() == revision);
        let mut listed = BTreeMap::new();
        for line in lines {
            let (hash, file) = line.split_once("  ").ok_or_else(malformed)?;
            let hash = Digest::from_hex(hash).ok_or_else(malformed)?;
            if listed.insert(file, hash).is_some() {
                return Err(malformed());
            }
        }
        for (file, hash) in &listed {
            let content = self
                .files
                .get(*file)
                .ok_or_else(|| fault(format!("`{}` is signed and missing", show(file))))?;
            if Digest::of(content) != *hash {
                return Err(fault(format!("`{}` is not what was signed", show(file))));
            }
        }
        let extra = self
            .files
            .keys()
            .find(|file| file.as_str() != SIGNATURE && !listed.contains_key(file.as_str()));
        if let Some(extra) = extra {
            return Err(fault(format!("`{}` is not signed", show(extra))));
        }
        let revision = number.ok_or_else(malformed)?;
        Ok(Signed { name: name.to_owned(), revision, by: by.text() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn signer(seed: u64) -> Signer {
        Signer::new("example.com/policy", &SeededRandom::new(seed)).unwrap()
    }

    fn signed() -> Files {
        let names = ["bundle.toml", "a.cedar", "tests/a.json"];
        let files = names.map(|name| (name.to_owned(), name.as_bytes().to_vec())).into();
        let mut files = Files { source: "policy".into(), packed: false, files };
        files.sign("support", 12, &signer(1)).unwrap();
        files
    }

    #[test]
    fn a_signature_holds_for_its_key_and_these_files() {
        let (trust, other) = ([signer(1).verifier()], [signer(2).verifier()]);
        let files = signed();
        let said = files.verify(&trust).unwrap();
        assert_eq!((said.name.as_str(), said.revision), ("support", 12));
        assert_eq!(said.by, trust[0].text());
        let says = |files: &Files, trust: &[Verifier], word: &str| {
            let error = files.verify(trust).unwrap_err();
            assert_eq!(error.code(), "bundle/signature");
            assert!(error.message().contains(word), "{error}");
        };
        says(&files, &other, "no known key");
        says(&files, &[], "no known key");
        let mut changed = files.clone();
        changed.files.get_mut("tests/a.json").unwrap().push(b'x');
        says(&changed, &trust, "`tests/a.json` is not what was signed");
        let mut missing = files.clone();
        missing.files.remove("a.cedar");
        says(&missing, &trust, "`a.cedar` is signed and missing");
        let mut more = files.clone();
        more.files.insert("b.cedar".into(), Vec::new());
        says(&more, &trust, "`b.cedar` is not signed");
        let mut none = files.clone();
        none.files.remove(SIGNATURE);
        says(&none, &trust, "not signed");
    }

    #[test]
    fn every_edit_of_the_signature_is_seen() {
        let trust = [signer(1).verifier()];
        let files = signed();
        let note = files.files[SIGNATURE].clone();
        for at in 0..note.len() {
            let mut edited = files.clone();
            edited.files.get_mut(SIGNATURE).unwrap()[at] ^= 1;
            assert!(edited.verify(&trust).is_err(), "byte {at}");
            let mut cut = files.clone();
            cut.files.get_mut(SIGNATURE).unwrap().truncate(at);
            assert!(cut.verify(&trust).is_err(), "cut at {at}");
        }
    }
}
