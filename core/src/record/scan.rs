//! Walks an instance's segment files record by record, in memory that does not grow with them.

use super::frame::{self, FRAME, HEADER, Read1};
use super::layout::SEGMENTS;
use crate::file::shown;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

/// Something that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// In which file.
    pub file: String,
    /// At which byte; 0 where the file as a whole is wrong.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
}

impl Problem {
    /// Something wrong at a place.
    pub(super) fn new(file: &Path, offset: u64, what: impl Into<String>) -> Self {
        Self { file: shown(file), offset, what: what.into() }
    }
}

/// One record, where it was found.
pub struct Found<'a> {
    /// Its number in the tree.
    pub index: u64,
    /// Its stored bytes.
    pub record: &'a [u8],
    /// The segment file.
    pub file: &'a Path,
    /// Where its frame begins.
    pub offset: u64,
}

/// A tail that a crash left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The last segment file.
    pub file: PathBuf,
    /// Where the tail begins.
    pub offset: u64,
    /// How long it is.
    pub bytes: u64,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Records.
    pub records: u64,
    /// Segment files.
    pub segments: u64,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What an operator may want to know.
    pub notes: Vec<String>,
    /// Tails that are no whole records: of the last segment, and of one whose successor has none.
    pub torn: Vec<Torn>,
}

struct Segment {
    file: PathBuf,
    length: u64,
    first: Option<u64>,
}

/// Calls `visit` with every record, in the tree's order.
///
/// # Errors
/// Where a file cannot be read. Damage is no error but a problem.
pub fn scan(dir: &Path, visit: &mut dyn FnMut(&Found<'_>)) -> io::Result<Scan> {
    let mut scan = Scan::default();
    let segments = list(&dir.join(SEGMENTS), &mut scan)?;
    scan.segments = segments.len() as u64;
    for (at, segment) in segments.iter().enumerate() {
        let later = segments.get(at + 1..).unwrap_or_default();
        let Some(first) = segment.first else {
            headless(segment, later.is_empty(), &mut scan);
            continue;
        };
        // A segment after a failed write begins before the failed one ends: it supersedes it.
        let end = later.iter().find_map(|s| s.first);
        if first < scan.records {
            let what = format!("records from {first} on stand twice");
            scan.problems.push(Problem::new(&segment.file, 0, what));
            continue;
        }
        if first > scan.records {
            let what = format!("records {} to {} are missing", scan.records, first - 1);
            scan.problems.push(Problem::new(&segment.file, 0, what));
            scan.records = first;
        }
        walk(segment, end, end.is_none(), &mut scan, visit)?;
    }
    Ok(scan)
}

fn headless(segment: &Segment, last: bool, scan: &mut Scan) {
    if segment.length <= HEADER as u64 && last {
        scan.torn.push(Torn { file: segment.file.clone(), offset: 0, bytes: segment.length });
    } else if segment.length < HEADER as u64 {
        scan.notes.push(format!("{} was given up before its first record", shown(&segment.file)));
    } else {
        scan.problems.push(Problem::new(&segment.file, 0, "the segment's header is damaged"));
    }
}

fn list(dir: &Path, scan: &mut Scan) -> io::Result<Vec<Segment>> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    for entry in entries {
        let path = entry?.path();
        let digits = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".log"));
        let number = digits.filter(|d| d.len() >= 12).and_then(|d| d.parse::<u64>().ok());
        match number {
            Some(number) => found.push((number, path)),
            None => scan.problems.push(Problem::new(&path, 0, "not a segment of this log")),
        }
    }
    found.sort();
    let mut segments = Vec::with_capacity(found.len());
    for (_, file) in found {
        let mut header = [0; HEADER];
        let mut open = File::open(&file)?;
        let length = open.metadata()?.len();
        let whole = frame::fill(&mut open, &mut header)? == HEADER;
        let first = if whole { frame::parse_header(&header) } else { None };
        segments.push(Segment { file, length, first });
    }
    Ok(segments)
}

fn walk(
    segment: &Segment,
    end: Option<u64>,
    last: bool,
    scan: &mut Scan,
    visit: &mut dyn FnMut(&Found<'_>),
) -> io::Result<()> {
    let file = &segment.file;
    let mut reader = BufReader::with_capacity(128 * 1024, File::open(file)?);
    frame::fill(&mut reader, &mut [0; HEADER])?;
    let mut offset = HEADER as u64;
    while end.is_none_or(|end| scan.records < end) {
        let record = match frame::read(&mut reader)? {
            Read1::Record(record) => record,
            Read1::End => return Ok(()),
            bad => {
                // A crash leaves no whole record behind a broken one.
                let inside =
                    bad == Read1::Wrong && matches!(frame::read(&mut reader)?, Read1::Record(_));
                if !last || inside {
                    let what = format!("record {} is damaged", scan.records);
                    scan.problems.push(Problem::new(file, offset, what));
                } else {
                    let bytes = segment.length.saturating_sub(offset);
                    scan.torn.push(Torn { file: file.clone(), offset, bytes });
                }
                return Ok(());
            }
        };
        visit(&Found { index: scan.records, record: &record, file, offset });
        scan.records += 1;
        offset += (FRAME + record.len()) as u64;
    }
    let rest = segment.length.saturating_sub(offset);
    if rest > 0 {
        scan.notes.push(format!(
            "{} was given up at byte {offset}: its last {rest} bytes were written again elsewhere",
            shown(file)
        ));
    }
    Ok(())
}
