//! Proofs that stand alone: one record is in the log, or the log grew from an earlier checkpoint.

use super::head::Head;
use super::layout::{self, CHECKPOINT, EPOCH, Epoch};
use super::scan::scan;
use super::sequence::number;
use super::tree::{
    Collector, Hash, consistency_ranges, inclusion_ranges, leaf, verify_consistency,
    verify_inclusion,
};
use super::verify::find;
use crate::error::{Error, ErrorKind, Result};
use crate::note::{self, Verifier};
use std::path::{Path, PathBuf};

/// The first line of a C2SP tlog-proof.
const TITLE: &str = "c2sp.org/tlog-proof@v1";

/// That one record is in the log, without showing any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The record's line, as it is stored.
    pub record: String,
    /// Its number in the tree.
    pub index: u64,
    /// The hashes from its neighbour up to the root's child.
    pub hashes: Vec<[u8; 32]>,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// The long-term key's note on the key that signed it.
    pub endorsement: String,
}

fn corrupt(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::RecordCorrupt, message)
}

/// Proves that the record with `sequence` is in the instance in `dir`, or in the only instance of
/// the log in `dir`.
///
/// # Errors
/// `record/io` where the log cannot be read, `record/corrupt` where it is damaged,
/// `misuse/argument` where no signed record has that number or `dir` holds several instances.
pub fn prove(dir: &Path, sequence: u64) -> Result<Proof> {
    let (dir, epoch, checkpoint) = instance(dir)?;
    let head = Epoch::open(&epoch, None)?.head(&checkpoint)?;
    let mut record = None;
    walk(&dir, head.size, &mut |index, bytes| {
        if record.is_none() && number(bytes) == Some(sequence) {
            record = Some((index, bytes.to_vec()));
        }
    })?;
    let Some((index, record)) = record else {
        return Err(Error::new(
            ErrorKind::MisuseArgument,
            format!("no record with sequence number {sequence} is signed"),
        ));
    };
    let mut collector = Collector::new(&inclusion_ranges(index, head.size));
    walk(&dir, head.size, &mut |index, bytes| collector.push(index, leaf(bytes)))?;
    let record = String::from_utf8(record).map_err(|_| corrupt("the record is not UTF-8"))?;
    let hashes = collector.roots();
    let proof = Proof { record, index, hashes, checkpoint, endorsement: epoch };
    proof.check(None)?;
    Ok(proof)
}

impl Proof {
    /// Checks the proof against the long-term key's verifier, offline.
    ///
    /// # Errors
    /// `record/corrupt` where it does not hold, `record/key` where `vkey` is no verifier.
    pub fn verify(&self, vkey: &str) -> Result<()> {
        self.check(Some(&Verifier::parse(vkey)?))
    }

    fn check(&self, long_term: Option<&Verifier>) -> Result<()> {
        let head = Epoch::open(&self.endorsement, long_term)?.head(&self.checkpoint)?;
        let hash = leaf(self.record.as_bytes());
        if verify_inclusion(hash, self.index, head.size, &self.hashes, &head.root) {
            Ok(())
        } else {
            Err(corrupt("the record is not in the tree that was signed"))
        }
    }

    /// The proof as a C2SP tlog-proof, with the endorsement as its extra data; the record goes
    /// beside it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let extra = note::encode(self.endorsement.as_bytes());
        let mut text = format!("{TITLE}\nextra {extra}\nindex {}\n", self.index);
        for hash in &self.hashes {
            text.push_str(&note::encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads what [`Proof::to_text`] wrote, for `record`.
    ///
    /// # Errors
    /// `record/corrupt` where it is malformed. Whether it holds, [`Proof::verify`] says.
    pub fn parse(text: &str, record: &str) -> Result<Self> {
        let malformed = || corrupt("the proof is malformed");
        let (proof, checkpoint) = text.split_once("\n\n").ok_or_else(malformed)?;
        let mut lines = proof.split('\n');
        if lines.next() != Some(TITLE) {
            return Err(malformed());
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra "));
        let endorsement = extra.and_then(note::decode).and_then(|b| String::from_utf8(b).ok());
        let digits = lines.next().and_then(|l| l.strip_prefix("index ")).ok_or_else(malformed)?;
        let index: u64 = digits.parse().map_err(|_| malformed())?;
        let hash = |line: &str| note::decode(line).and_then(|b| Hash::try_from(b).ok());
        let hashes: Option<Vec<Hash>> = lines.map(hash).collect();
        Ok(Self {
            record: record.to_owned(),
            index,
            hashes: hashes.filter(|hashes| hashes.len() <= 64).ok_or_else(malformed)?,
            checkpoint: checkpoint.to_owned(),
            endorsement: endorsement.ok_or_else(malformed)?,
        })
    }
}

/// That a log's newest checkpoint holds all that an earlier one signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// The earlier checkpoint, kept elsewhere.
    pub earlier: String,
    /// The newest one.
    pub checkpoint: String,
    /// The consistency proof of RFC 6962.
    pub hashes: Vec<[u8; 32]>,
    /// The long-term key's note on the key that signed both.
    pub endorsement: String,
}

/// Proves that the instance in `dir` holds all that `earlier`, a checkpoint that was kept
/// elsewhere, signed: what truncation and rewriting by the holder of the keys cannot survive.
///
/// # Errors
/// `record/corrupt` where it does not, or a signature is wrong.
pub fn prove_growth(dir: &Path, earlier: &str) -> Result<Growth> {
    let (dir, endorsement, checkpoint) = instance(dir)?;
    let epoch = Epoch::open(&endorsement, None)?;
    let (old, head) = (epoch.head(earlier)?, epoch.head(&checkpoint)?);
    if old.size > head.size {
        let (old, new) = (old.size, head.size);
        return Err(corrupt(format!("{old} records were signed earlier, {new} are now")));
    }
    let mut collector = Collector::new(&consistency_ranges(old.size, head.size));
    walk(&dir, head.size, &mut |index, bytes| collector.push(index, leaf(bytes)))?;
    let hashes = collector.roots();
    let growth = Growth { earlier: earlier.to_owned(), checkpoint, hashes, endorsement };
    growth.check(None)?;
    Ok(growth)
}

impl Growth {
    /// Checks the proof against the long-term key's verifier, offline.
    ///
    /// # Errors
    /// `record/corrupt` where it does not hold, `record/key` where `vkey` is no verifier.
    pub fn verify(&self, vkey: &str) -> Result<()> {
        self.check(Some(&Verifier::parse(vkey)?))
    }

    fn check(&self, long_term: Option<&Verifier>) -> Result<()> {
        let epoch = Epoch::open(&self.endorsement, long_term)?;
        let (old, new): (Head, Head) = (epoch.head(&self.earlier)?, epoch.head(&self.checkpoint)?);
        if verify_consistency(old.size, new.size, &old.root, &new.root, &self.hashes) {
            Ok(())
        } else {
            Err(corrupt("the log is not the one that was signed earlier"))
        }
    }
}

/// An instance's directory, endorsement and checkpoint.
fn instance(dir: &Path) -> Result<(PathBuf, String, String)> {
    let fault = |e| layout::io_fault("the audit log cannot be read", dir, &e);
    let mut all = find(dir).map_err(fault)?;
    let (Some((_, path)), true) = (all.pop(), all.is_empty()) else {
        return Err(Error::new(ErrorKind::MisuseArgument, "name one instance's directory")
            .with("hint", "a decision's id begins with its instance"));
    };
    let note = |file: &str| {
        layout::read_note(&path.join(file))?
            .ok_or_else(|| corrupt(format!("the log has no {file}")))
    };
    let (epoch, checkpoint) = (note(EPOCH)?, note(CHECKPOINT)?);
    Ok((path, epoch, checkpoint))
}

/// The first `size` records.
fn walk(dir: &Path, size: u64, visit: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
    let found = scan(dir, &mut |found| {
        if found.index < size {
            visit(found.index, found.record);
        }
    })
    .map_err(|e| layout::io_fault("the audit log cannot be read", dir, &e))?;
    match found.problems.first() {
        None => Ok(()),
        Some(problem) => Err(corrupt(problem.what.clone())
            .with("file", problem.file.clone())
            .with("offset", problem.offset.to_string())),
    }
}
