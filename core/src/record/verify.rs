//! Reads a whole log and says what is wrong with it. Needs no secret.

use super::audit_tiles::Audit;
use super::head::Head;
use super::layout::{self, CHECKPOINT, CLOSED, EPOCH, Epoch};
use super::scan::{Problem, scan};
use super::sequence::Sequences;
use super::tree::{Edge, Hash, leaf};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::file::shown;
use crate::note::Verifier;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Problems after which no more are listed.
const MOST: usize = 1000;

/// What was found in a log's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Records of all instances.
    pub records: u64,
    /// Segment files of all instances.
    pub segments: u64,
    /// The root of the only instance; with several, a hash over their names and roots.
    pub root: Digest,
    /// Records of all instances that a checkpoint signs.
    pub checkpoint_size: u64,
    /// What is wrong. Empty for a log that can be believed.
    pub problems: Vec<Problem>,
    /// What is not wrong and worth knowing: an unsigned tail, a torn one, a given-up segment.
    pub notes: Vec<String>,
    /// The instances, by name.
    pub instances: Vec<InstanceReport>,
}

/// What was found in one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceReport {
    /// Its name.
    pub instance: String,
    /// Its records.
    pub records: u64,
    /// The root over them.
    pub root: Digest,
    /// How many of them its checkpoint signs.
    pub checkpoint_size: u64,
    /// The long-term key that vouches for it: the one that was given, or the one it names itself.
    pub verifier: Option<String>,
    /// Whether it was closed, by its process or by a later one.
    pub closed: bool,
    /// Sequence numbers that were taken and never written. A `dropped` record accounts for some.
    pub missing: u64,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Reads every instance of the log in `dir`, or the one instance that `dir` is: frames, order,
/// tree, signatures, tiles. `vkey` is the long-term key's verifier, kept by the auditor; without it
/// the log only vouches for itself.
///
/// # Errors
/// `record/io` where the files cannot be read, or no log is there; `record/key` where `vkey` is no
/// verifier. What is wrong with the log is no error but a problem.
pub fn verify(dir: &Path, vkey: Option<&str>) -> Result<Report> {
    let long_term = vkey.map(Verifier::parse).transpose()?;
    let fault = |e: io::Error| layout::io_fault("the audit log cannot be read", dir, &e);
    let instances = find(dir).map_err(fault)?;
    if instances.is_empty() {
        return Err(
            Error::new(ErrorKind::RecordIo, "there is no audit log here").with("file", shown(dir))
        );
    }
    let alone = instances.iter().any(|(_, path)| path == dir);
    let mut report = Report {
        records: 0,
        segments: 0,
        root: Digest([0; 32]),
        checkpoint_size: 0,
        problems: Vec::new(),
        notes: Vec::new(),
        instances: Vec::new(),
    };
    if long_term.is_none() {
        report.notes.push("no verifier was given: the log vouches only for itself".to_owned());
    }
    let mut loaded = Vec::new();
    let mut claims: BTreeMap<String, Vec<(PathBuf, Head)>> = BTreeMap::new();
    for (name, path) in instances {
        let identity = load(&name, &path, long_term.as_ref(), &mut report.problems);
        for head in identity.epoch.iter().flat_map(|epoch| &epoch.after) {
            let of = claims.entry(head.origin.clone()).or_default();
            of.push((path.join(EPOCH), head.clone()));
        }
        loaded.push((name, path, identity));
    }
    for (name, path, identity) in loaded {
        let claimed = claims.remove(&layout::origin(&name)).unwrap_or_default();
        read(name, &path, &identity, &claimed, &mut report).map_err(fault)?;
    }
    // What an instance names must be there; one that is read alone stands alone.
    if !alone {
        for (file, head) in claims.into_values().flatten() {
            let what = format!("`{}`, which is named here, is missing", head.origin);
            report.problems.push(Problem::new(&file, 0, what));
        }
    }
    report.root = match report.instances.as_slice() {
        [one] => one.root,
        all => {
            Digest::of_parts(all.iter().flat_map(|i| [i.instance.as_bytes(), i.root.0.as_slice()]))
        }
    };
    if report.problems.len() > MOST {
        let more = report.problems.len() - MOST;
        report.problems.truncate(MOST);
        report.notes.push(format!("{more} more problems are not listed"));
    }
    Ok(report)
}

/// The instances of a log, or the one that `dir` is.
pub(super) fn find(dir: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    if dir.join(layout::SEGMENTS).is_dir() || dir.join(EPOCH).is_file() {
        let real = fs::canonicalize(dir)?;
        let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(vec![(name, dir.to_owned())]);
    }
    layout::instances(dir)
}

#[derive(Default)]
struct Identity {
    epoch: Option<Epoch>,
    /// The newest checkpoint.
    head: Option<Head>,
    /// The last one.
    closed: Option<Head>,
}

fn load(
    name: &str,
    dir: &Path,
    long_term: Option<&Verifier>,
    problems: &mut Vec<Problem>,
) -> Identity {
    let mut note = |file: &str| match layout::read_note(&dir.join(file)) {
        Ok(text) => text,
        Err(e) => {
            problems.push(Problem::new(&dir.join(file), 0, e.message()));
            None
        }
    };
    let (epoch, head, closed) = (note(EPOCH), note(CHECKPOINT), note(CLOSED));
    let mut wrong = |file: &str, what: &str| problems.push(Problem::new(&dir.join(file), 0, what));
    let Some(text) = epoch else {
        if fs::exists(dir.join(layout::SEGMENTS)).unwrap_or(true) {
            wrong(EPOCH, "nobody endorsed this instance's key");
        }
        return Identity::default();
    };
    let epoch = match Epoch::open(&text, long_term) {
        Ok(epoch) => epoch,
        Err(e) => {
            wrong(EPOCH, e.message());
            return Identity::default();
        }
    };
    if epoch.instance != name {
        wrong(EPOCH, "the endorsement is another instance's");
    }
    let mut open = |file: &str, text: Option<String>| match epoch.head(&text?) {
        Ok(head) => Some(head),
        Err(e) => {
            wrong(file, e.message());
            None
        }
    };
    let (head, closed) = (open(CHECKPOINT, head), open(CLOSED, closed));
    Identity { epoch: Some(epoch), head, closed }
}

fn read(
    name: String,
    dir: &Path,
    identity: &Identity,
    claimed: &[(PathBuf, Head)],
    report: &mut Report,
) -> io::Result<()> {
    let signed = identity.head.as_ref().map_or(0, |head| head.size);
    let mut expected: Vec<(PathBuf, &Head)> = Vec::new();
    expected.extend(identity.head.as_ref().map(|head| (dir.join(CHECKPOINT), head)));
    expected.extend(identity.closed.as_ref().map(|head| (dir.join(CLOSED), head)));
    expected.extend(claimed.iter().map(|(file, head)| (file.clone(), head)));
    let mut roots: BTreeMap<u64, Option<Hash>> =
        expected.iter().map(|(_, head)| (head.size, None)).collect();
    let (mut edge, mut sequences) = (Edge::default(), Sequences::default());
    let mut audit = Audit::new(dir, signed, identity.closed.is_some());
    let mut problems = Vec::new();
    let mut audited = Ok(());
    if let Some(root) = roots.get_mut(&0) {
        *root = Some(edge.root());
    }
    let found = scan(dir, &mut |found| {
        let hash = leaf(found.record);
        edge.push(hash);
        if let Some(root) = roots.get_mut(&edge.size()) {
            *root = Some(edge.root());
        }
        if let Some(what) = sequences.push(found.record) {
            problems.push(Problem::new(found.file, found.offset, what));
        }
        if audited.is_ok() {
            audited = audit.push(hash, found.record);
        }
    })?;
    audited?;
    problems.truncate(MOST);
    report.problems.extend(found.problems.iter().cloned());
    report.problems.append(&mut problems);
    for (file, head) in &expected {
        let what = match roots.get(&head.size).copied().flatten() {
            Some(root) if root == head.root => continue,
            Some(_) => format!("the first {} records are not those that were signed", head.size),
            None => format!("{} records were signed, {} are there", head.size, edge.size()),
        };
        report.problems.push(Problem::new(file, 0, what));
    }
    if found.problems.is_empty() {
        report.problems.extend(audit.finish()?);
    }
    report.notes.extend(found.notes);
    tail(&name, dir, identity, edge.size(), report);
    for torn in &found.torn {
        let file = shown(&torn.file);
        if identity.closed.is_some() && torn.bytes > 0 {
            let what = "a tail that is no record, in a log that was closed";
            report.problems.push(Problem::new(&torn.file, torn.offset, what));
        } else if torn.bytes > 0 {
            let (bytes, offset) = (torn.bytes, torn.offset);
            report.notes.push(format!("{file}: a torn tail of {bytes} bytes at {offset}"));
        }
    }
    report.records += edge.size();
    report.segments += found.segments;
    report.checkpoint_size += signed;
    report.instances.push(InstanceReport {
        instance: name,
        records: edge.size(),
        root: Digest(edge.root()),
        checkpoint_size: signed,
        verifier: identity.epoch.as_ref().map(|epoch| epoch.long_term.text()),
        closed: identity.closed.is_some(),
        missing: sequences.missing(),
    });
    Ok(())
}

/// What stands behind the last signature.
fn tail(name: &str, dir: &Path, identity: &Identity, records: u64, report: &mut Report) {
    if let Some(closed) = &identity.closed {
        if records > closed.size {
            let what = format!("{} records stand behind the last one", records - closed.size);
            report.problems.push(Problem::new(&dir.join(CLOSED), 0, what));
        }
        if identity.head.as_ref() != Some(closed) {
            let what = "not the checkpoint that the log was closed with";
            report.problems.push(Problem::new(&dir.join(CHECKPOINT), 0, what));
        }
        return;
    }
    let signed = identity.head.as_ref().map_or(0, |head| head.size);
    if records > signed {
        let count = records - signed;
        report
            .notes
            .push(format!("{name}: unsigned tail: no checkpoint signs the last {count} records"));
    }
    report.notes.push(format!("{name}: not closed: its process runs, or ended without doing so"));
}
