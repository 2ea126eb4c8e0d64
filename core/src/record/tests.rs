use super::*;
use crate::error::ErrorKind;
use crate::event::EventBody;
use crate::id::DecisionId;
use crate::random::SeededRandom;
use std::fs;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

fn event(text: &str) -> Event {
    Event {
        time_ms: 1_700_000_000_000,
        mono_ns: 7,
        tenant: None,
        session: None,
        chain: vec!["user:alice".into()],
        body: EventBody::Started { decision: DecisionId::new(text).unwrap() },
    }
}

fn keys() -> Keys {
    Keys::ephemeral(&SeededRandom::new(1)).unwrap()
}

const SMALL: Sizes = Sizes { segment: 2000, batch: 8, unsynced: 4000, backlog: 100_000 };

fn open_small(disk: Arc<dyn Disk>, dir: &Path, durability: Durability) -> Log {
    let (limits, keys) = (Limits::default(), keys());
    Log::open_on(disk, dir, &keys, durability, &limits, &SystemRandom, SMALL).unwrap().0
}

fn open(dir: &Path, durability: Durability) -> Log {
    open_small(Arc::new(FileDisk), dir, durability)
}

/// Appends `c0`, `c1` and so on.
fn write(log: &Log, count: usize) {
    for i in 0..count {
        log.append(&event(&format!("c{i}"))).unwrap();
    }
}

/// Ends the process as a crash would: nothing more is written, and the lock is gone.
fn crash(mut log: Log) {
    log.pid = 0;
    log.writer.forget_lock();
}

fn whole(dir: &Path) -> Report {
    let report = verify(dir, Some(&keys().verifier())).unwrap();
    assert_eq!(report.problems, [], "{:?}", report.notes);
    report
}

fn is_wrong(dir: &Path) -> bool {
    verify(dir, Some(&keys().verifier())).is_ok_and(|report| !report.problems.is_empty())
}

/// Every file below `dir`.
fn files(dir: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[test]
fn a_log_is_written_closed_and_verified_in_every_durability() {
    for durability in Durability::ALL {
        let dir = tempfile::tempdir().unwrap();
        let log = open(dir.path(), *durability);
        for i in 0..600 {
            assert_eq!(log.append(&event(&format!("call-{i}"))).unwrap(), i);
        }
        let report = whole(dir.path());
        assert_eq!(report.records, 600, "{durability}: written through, whatever is synced");
        log.close().unwrap();
        log.close().unwrap();
        assert_eq!(log.append(&event("late")).unwrap_err().code(), "misuse/closed");
        let report = whole(dir.path());
        assert_eq!((report.records, report.checkpoint_size), (600, 600));
        assert!(report.segments > 10, "{} segments", report.segments);
        assert!(report.instances[0].closed);
        assert_eq!(report.instances[0].missing, 0);
        assert_eq!(report.notes, [] as [&str; 0]);
        let instance = dir.path().join(log.instance());
        assert!(instance.join("tile/0/001").is_file() && instance.join("tile/1/000.p/2").is_file());
        assert!(instance.join("tile/entries/002.p/88").is_file());
        assert!(!instance.join("tile/0/000.p").exists(), "superseded partial tiles are gone");
    }
}

#[test]
fn another_key_does_not_verify() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path(), Durability::Batched).close().unwrap();
    let other = Keys::ephemeral(&SeededRandom::new(2)).unwrap().verifier();
    assert!(!verify(dir.path(), Some(&other)).unwrap().is_whole());
    assert_eq!(verify(dir.path(), Some("x")).unwrap_err().code(), "record/key");
    let alone = verify(dir.path(), None).unwrap();
    assert!(alone.is_whole() && alone.notes[0].contains("vouches only for itself"));
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(verify(empty.path(), None).unwrap_err().code(), "record/io");
}

#[test]
fn every_flip_of_a_byte_in_every_file_is_detected() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path(), Durability::Batched);
    write(&log, 6);
    log.close().unwrap();
    whole(dir.path());
    let mut flips = 0;
    for path in files(dir.path()) {
        let bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            // One bit of each byte, another one each time: all bits, and not all day.
            let mut bad = bytes.clone();
            bad[at] ^= 1 << (at % 8);
            fs::write(&path, &bad).unwrap();
            assert!(is_wrong(dir.path()), "{} byte {at}", path.display());
            flips += 1;
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert!(flips > 2500, "{flips}");
    whole(dir.path());
}

#[test]
fn a_file_cut_at_any_byte_is_detected_and_a_removed_one_too() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path(), Durability::Batched);
    write(&log, 6);
    log.close().unwrap();
    for path in files(dir.path()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            fs::write(&path, &bytes[..at]).unwrap();
            assert!(is_wrong(dir.path()), "{} cut at {at}", path.display());
        }
        fs::remove_file(&path).unwrap();
        if name != "lock" && name != "closed" {
            assert!(is_wrong(dir.path()), "{} removed", path.display());
        }
        fs::write(&path, &bytes).unwrap();
    }
    whole(dir.path());
}

#[test]
fn records_that_are_edited_moved_or_removed_with_good_checksums_are_detected() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path(), Durability::Batched);
    write(&log, 6);
    log.close().unwrap();
    let path = dir.path().join(log.instance()).join("segments/000000000000.log");
    let original = fs::read(&path).unwrap();
    let mut records = Vec::new();
    scan::scan(&dir.path().join(log.instance()), &mut |f| records.push(f.record.to_vec())).unwrap();
    let replace = |records: &[Vec<u8>]| {
        let frames = records.iter().flat_map(|r| frame::frame(r));
        let bytes: Vec<u8> = frame::header(0).into_iter().chain(frames).collect();
        fs::write(&path, bytes).unwrap();
    };
    replace(&records);
    assert_eq!(fs::read(&path).unwrap(), original);
    let mut edited = records.clone();
    edited[2] = String::from_utf8(edited[2].clone()).unwrap().replace("c2", "d2").into_bytes();
    let mut moved = records.clone();
    moved.swap(1, 2);
    let mut removed = records.clone();
    removed.remove(3);
    let mut added = records.clone();
    added.push(br#"{"v":1,"seq":6}"#.to_vec());
    let mut twice = records.clone();
    twice.push(records[0].clone());
    for (what, bad) in [
        ("edited", edited),
        ("moved", moved),
        ("removed", removed),
        ("cut", records[..5].to_vec()),
        ("added", added),
        ("twice", twice),
        ("emptied", Vec::new()),
    ] {
        replace(&bad);
        assert!(is_wrong(dir.path()), "{what}");
    }
}

#[test]
fn a_crash_leaves_a_torn_tail_that_the_next_opening_cuts_and_signs() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path(), Durability::Batched);
    write(&log, 11);
    let instance = dir.path().join(log.instance());
    crash(log);
    let last = files(&instance.join("segments")).pop().unwrap();
    let bytes = fs::read(&last).unwrap();
    let torn = [&bytes[..], &frame::frame(b"{\"seq\":11}")[..9]].concat();
    fs::write(&last, torn).unwrap();
    let before = whole(dir.path());
    assert_eq!((before.records, before.checkpoint_size), (11, 8));
    assert!(before.notes.iter().any(|n| n.contains("unsigned tail")), "{:?}", before.notes);
    assert!(before.notes.iter().any(|n| n.contains("torn tail of 9 bytes")));
    let (limits, keys) = (Limits::default(), keys());
    let reopen = || {
        let (durability, random) = (Durability::Batched, &SystemRandom);
        Log::open(dir.path(), &keys, durability, &limits, random).unwrap()
    };
    let (second, cut) = reopen();
    assert_eq!(cut, Some(9));
    assert_eq!(fs::read(&last).unwrap(), bytes);
    let (third, cut) = reopen();
    assert_eq!(cut, None, "a living instance is left alone");
    second.append(&event("x")).unwrap();
    second.close().unwrap();
    third.close().unwrap();
    let report = whole(dir.path());
    assert_eq!((report.records, report.checkpoint_size, report.instances.len()), (12, 12, 3));
    assert!(report.instances.iter().all(|i| i.closed));
    fs::remove_dir_all(&instance).unwrap();
    assert!(is_wrong(dir.path()), "a removed instance is named by a later one");
}

#[test]
fn a_log_cut_anywhere_after_a_crash_is_a_torn_tail_or_a_problem() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path(), Durability::Batched);
    write(&log, 11);
    let instance = dir.path().join(log.instance());
    crash(log);
    let last = files(&instance.join("segments")).pop().unwrap();
    let bytes = fs::read(&last).unwrap();
    let mut kinds = [0; 2];
    for at in (0..bytes.len()).step_by(3) {
        fs::write(&last, &bytes[..at]).unwrap();
        let report = verify(dir.path(), None).unwrap();
        let wrong = !report.is_whole();
        assert_eq!(wrong, report.records < 8, "cut at {at}: {:?}", report.problems);
        kinds[usize::from(wrong)] += 1;
        let copy = tempfile::tempdir().unwrap();
        for file in files(dir.path()) {
            let to = copy.path().join(file.strip_prefix(dir.path()).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(&file, to).unwrap();
        }
        match Log::open(copy.path(), &keys(), Durability::Async, &Limits::default(), &SystemRandom)
        {
            Ok((log, _)) => {
                assert!(!wrong);
                drop(log);
                whole(copy.path());
            }
            Err(e) => {
                assert!(wrong, "{e}");
                assert_eq!(e.code(), "record/corrupt");
            }
        }
    }
    assert!(kinds.iter().all(|n| *n > 30), "{kinds:?}");
}

#[test]
fn damage_before_the_tail_is_an_error_that_names_the_place() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path(), Durability::Async);
    write(&log, 5);
    let instance = dir.path().join(log.instance());
    crash(log);
    let path = instance.join("segments/000000000000.log");
    let mut bytes = fs::read(&path).unwrap();
    bytes[60] ^= 1;
    fs::write(&path, bytes).unwrap();
    let (limits, keys) = (Limits::default(), keys());
    let error = Log::open(dir.path(), &keys, Durability::Async, &limits, &SystemRandom)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error.code(), "record/corrupt");
    assert_eq!(error.fact("offset"), Some("20"));
    assert!(error.fact("file").unwrap().ends_with("000000000000.log"));
}

#[test]
fn threads_share_syncs_and_lose_nothing() {
    for durability in Durability::ALL {
        let dir = tempfile::tempdir().unwrap();
        let counting = Arc::new(Arc::new(Faulty::default()));
        let log = open_small(counting.clone(), dir.path(), *durability);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let log = &log;
                scope.spawn(move || {
                    for i in 0..60 {
                        log.append(&event(&format!("t{thread}-{i}"))).unwrap();
                        if i == 30 {
                            log.sync().unwrap();
                        }
                    }
                });
            }
        });
        log.close().unwrap();
        let report = whole(dir.path());
        assert_eq!((report.records, report.checkpoint_size), (240, 240), "{durability}");
        assert_eq!(report.instances[0].missing, 0);
    }
}

#[test]
fn a_fork_writes_to_an_instance_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = open(dir.path(), Durability::Batched);
    log.append(&event("parent")).unwrap();
    let parent = log.instance().to_owned();
    log.pid ^= 1; // What a child sees: another process id than the one that opened.
    assert_ne!(log.instance(), parent);
    assert_eq!(verify(dir.path(), None).unwrap().instances.len(), 1, "nothing was written yet");
    assert_eq!(log.reserve(), 0);
    assert_eq!(log.append(&event("child")).unwrap(), 1);
    log.sync().unwrap();
    let report = whole(dir.path());
    assert_eq!((report.instances.len(), report.records), (2, 2));
    let in_child: Vec<_> = report.instances.iter().filter(|i| i.instance != parent).collect();
    assert_eq!((in_child[0].records, in_child[0].missing), (1, 1));
}

#[test]
fn keys_in_the_log_directory_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for place in [dir.path().to_owned(), dir.path().join("keys")] {
        let (keys, _) = Keys::load_or_create(&place, &SystemRandom).unwrap();
        let opened =
            Log::open(dir.path(), &keys, Durability::Sync, &Limits::default(), &SystemRandom);
        assert_eq!(opened.map(|_| ()).unwrap_err().code(), "record/key");
    }
}

#[test]
fn a_memory_log_keeps_its_last_records_and_the_whole_tree() {
    let log = Log::memory(&keys(), &Limits::default(), &SystemRandom).unwrap();
    let first = log.checkpoint().unwrap();
    assert!(first.contains("\n0\n"));
    write(&log, 10_050);
    let records = log.records();
    assert_eq!(records.len(), 10_000);
    assert!(records[0].contains("\"seq\":50,") && records[9_999].contains("\"seq\":10049,"));
    assert!(log.checkpoint().unwrap().contains("\n10050\n"));
    log.close().unwrap();
    assert!(log.append(&event("x")).is_err());
}

#[test]
fn one_record_is_proved_without_the_others_and_growth_from_a_kept_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path(), Durability::Batched);
    let mut kept = vec![log.checkpoint().unwrap()];
    for i in 0..37 {
        log.append(&event(&format!("c{i}"))).unwrap();
        kept.push(log.checkpoint().unwrap());
    }
    let vkey = keys().verifier();
    for i in 0..37 {
        let proof = prove(dir.path(), i).unwrap();
        proof.verify(&vkey).unwrap();
        assert!(proof.record.contains(&format!("\"c{i}\"")));
        let text = proof.to_text();
        let read = Proof::parse(&text, &proof.record).unwrap();
        assert_eq!(read, proof);
        let other = Proof { record: proof.record.replace("alice", "mallory"), ..proof.clone() };
        assert_eq!(other.verify(&vkey).unwrap_err().code(), "record/corrupt");
        let moved = Proof { index: proof.index ^ 1, ..proof };
        assert!(moved.verify(&vkey).is_err());
    }
    assert_eq!(prove(dir.path(), 37).unwrap_err().code(), "misuse/argument");
    for earlier in &kept {
        prove_growth(dir.path(), earlier).unwrap().verify(&vkey).unwrap();
    }
    let other = Keys::ephemeral(&SeededRandom::new(2)).unwrap().verifier();
    assert!(prove(dir.path(), 3).unwrap().verify(&other).is_err());
}

#[test]
fn a_record_over_the_limit_says_so_and_keeps_who_and_what() {
    let dir = tempfile::tempdir().unwrap();
    let mut limits = Limits::default();
    limits.set("record", 600).unwrap();
    let (log, _) =
        Log::open(dir.path(), &keys(), Durability::Batched, &limits, &SystemRandom).unwrap();
    let mut long = event("x");
    long.body = EventBody::Bundle {
        name: "rules".into(),
        revision: 4,
        hash: crate::digest::Digest::of(b"x"),
        error: Some(Error::new(ErrorKind::PolicyParse, "y".repeat(700))),
        layers: Vec::new(),
    };
    log.append(&long).unwrap();
    long.chain = vec!["z".repeat(700)];
    assert_eq!(log.append(&long).unwrap_err().code(), "limit/record");
    log.append(&event("after")).unwrap();
    log.close().unwrap();
    let mut lines = Vec::new();
    let instance = dir.path().join(log.instance());
    scan::scan(&instance, &mut |f| lines.push(String::from_utf8(f.record.to_vec()).unwrap()))
        .unwrap();
    assert!(lines[0].contains("\"name\":\"rules\"") && lines[0].contains("policy/parse"));
    assert!(lines[0].ends_with("\"left_out\":{\"error\":700}}}"), "{}", lines[0]);
    assert!(lines[1].contains("\"event\":\"dropped\",\"count\":1"), "{}", lines[1]);
    assert!(lines[2].contains("\"after\""));
    whole(dir.path());
}

/// A disk that fails on order.
#[derive(Default)]
struct Faulty {
    /// Bytes that may still be written to segments; negative is no bound.
    room: AtomicI64,
    bounded: std::sync::atomic::AtomicBool,
    /// Syncs of segments that fail from now on.
    bad_syncs: AtomicI64,
    /// What was done.
    syncs: AtomicI64,
    read_only: std::sync::atomic::AtomicBool,
    created: Mutex<Vec<PathBuf>>,
}

struct FaultyFile {
    file: fs::File,
    disk: Arc<Faulty>,
}

fn full() -> io::Error {
    io::Error::from(io::ErrorKind::StorageFull)
}

impl disk::SegmentFile for FaultyFile {
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        if self.disk.bounded.load(Ordering::SeqCst) {
            let room = self.disk.room.load(Ordering::SeqCst).max(0);
            let part = bytes.len().min(usize::try_from(room).unwrap());
            self.disk.room.fetch_sub(part as i64, Ordering::SeqCst);
            disk::SegmentFile::write(&self.file, &bytes[..part])?;
            return if part == bytes.len() { Ok(()) } else { Err(full()) };
        }
        disk::SegmentFile::write(&self.file, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.syncs.fetch_add(1, Ordering::SeqCst);
        if self.disk.bad_syncs.load(Ordering::SeqCst) > 0 {
            self.disk.bad_syncs.fetch_sub(1, Ordering::SeqCst);
            return Err(io::Error::other("input/output error"));
        }
        Ok(())
    }
}

impl Disk for Arc<Faulty> {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        if self.read_only.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        FileDisk.make_dir(dir)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn disk::SegmentFile>> {
        self.created.lock().unwrap().push(path.to_owned());
        let file = fs::File::create_new(path)?;
        Ok(Box::new(FaultyFile { file, disk: self.clone() }))
    }
    fn replace(&self, path: &Path, bytes: &[u8], _durable: bool) -> io::Result<()> {
        if self.bounded.load(Ordering::SeqCst) && self.room.load(Ordering::SeqCst) <= 0 {
            return Err(full());
        }
        FileDisk.replace(path, bytes, false)
    }
    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        Ok(())
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        FileDisk.remove(path)
    }
    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        FileDisk.remove_dir(dir)
    }
}

fn faulty(dir: &Path, durability: Durability) -> (Arc<Faulty>, Log) {
    let disk = Arc::new(Faulty::default());
    let log = open_small(Arc::new(disk.clone()), dir, durability);
    (disk, log)
}

fn decisions(dir: &Path, log: &Log) -> Vec<String> {
    let mut lines = Vec::new();
    scan::scan(&dir.join(log.instance()), &mut |found| {
        let record: serde_json::Value = serde_json::from_slice(found.record).unwrap();
        let text = record["decision"].as_str().map(str::to_owned);
        lines.push(text.unwrap_or_else(|| format!("dropped {}", record["count"])));
    })
    .unwrap();
    lines
}

#[test]
fn a_failed_sync_moves_records_to_a_new_segment_and_none_is_lost() {
    for durability in Durability::ALL {
        let dir = tempfile::tempdir().unwrap();
        let (disk, log) = faulty(dir.path(), *durability);
        let mut want = Vec::new();
        for i in 0..40 {
            if i % 9 == 0 {
                disk.bad_syncs.store(1, Ordering::SeqCst);
            }
            log.append(&event(&format!("c{i}"))).unwrap();
            want.push(format!("c{i}"));
        }
        log.close().unwrap();
        assert_eq!(decisions(dir.path(), &log), want, "{durability}");
        whole(dir.path());
    }
}

#[test]
fn when_nothing_can_be_synced_callers_are_told_and_the_loss_is_recorded() {
    for durability in Durability::ALL {
        let dir = tempfile::tempdir().unwrap();
        let (disk, log) = faulty(dir.path(), *durability);
        let mut want = Vec::new();
        let (mut lost, mut said) = (0, 0);
        for i in 0..60 {
            disk.bad_syncs.store(if i % 20 < 10 { 0 } else { 1000 }, Ordering::SeqCst);
            let text = format!("c{i}");
            match log.append(&event(&text)) {
                Ok(_) => want.push(text),
                Err(e) => {
                    assert_eq!(e.code(), "record/io");
                    lost += 1;
                }
            }
        }
        disk.bad_syncs.store(0, Ordering::SeqCst);
        log.close().unwrap();
        let mut got = decisions(dir.path(), &log);
        got.retain(|line| match line.strip_prefix("dropped ") {
            Some(count) => {
                said += count.parse::<i32>().unwrap();
                false
            }
            None => true,
        });
        assert_eq!(got, want, "{durability}: what was accepted is there, in order, once");
        assert_eq!(said, lost, "{durability}");
        assert!(lost > 0 || *durability == Durability::Async, "{durability}");
        whole(dir.path());
        let made = disk.created.lock().unwrap().len();
        let kept = files(&dir.path().join(log.instance()).join("segments")).len();
        assert!(kept <= made && kept < 60, "{durability}: {kept} segment files");
    }
}

#[test]
fn a_full_disk_is_an_error_and_writing_goes_on_when_there_is_room() {
    for durability in Durability::ALL {
        for room in (0..900).step_by(23) {
            let dir = tempfile::tempdir().unwrap();
            let (disk, log) = faulty(dir.path(), *durability);
            disk.room.store(room, Ordering::SeqCst);
            disk.bounded.store(true, Ordering::SeqCst);
            let mut want = Vec::new();
            let mut lost = 0;
            for i in 0..20 {
                let text = format!("c{i}");
                match log.append(&event(&text)) {
                    Ok(_) => want.push(text),
                    Err(e) => {
                        assert_eq!(e.code(), "record/io");
                        assert_eq!(e.fact("hint"), Some("the disk is full"));
                        lost += 1;
                    }
                }
            }
            assert!(lost > 0 && log.trouble().is_some());
            assert!(log.close().is_err(), "what cannot be written cannot be closed");
            disk.bounded.store(false, Ordering::SeqCst);
            log.append(&event("again")).unwrap();
            want.push("again".into());
            log.close().unwrap();
            let mut got = decisions(dir.path(), &log);
            let mut said = 0;
            got.retain(|line| {
                let count = line.strip_prefix("dropped ").map(|n| n.parse::<i32>().unwrap());
                said += count.unwrap_or(0);
                count.is_none()
            });
            assert_eq!((got, said), (want, lost), "{durability}, room {room}");
            whole(dir.path());
            assert!(log.trouble().is_none());
        }
    }
}

#[test]
fn a_read_only_directory_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(Faulty::default());
    disk.read_only.store(true, Ordering::SeqCst);
    let (limits, keys, disk) = (Limits::default(), keys(), Arc::new(disk));
    let error =
        Log::open_on(disk, dir.path(), &keys, Durability::Sync, &limits, &SystemRandom, SMALL)
            .map(|_| ())
            .unwrap_err();
    assert_eq!(error.code(), "record/io");
    assert_eq!(error.fact("hint"), Some("the directory must be writable"));
}

mod chances {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever fails whenever: what was accepted is in the log once and in order, what was
        /// refused is counted, and the log verifies.
        #[test]
        fn any_run_of_failures_is_told(
            steps in proptest::collection::vec((0..5u8, 0..400i64), 1..60),
            which in 0..3usize,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let (disk, log) = faulty(dir.path(), Durability::ALL[which]);
            let (mut want, mut lost) = (Vec::new(), 0);
            for (i, (step, size)) in steps.into_iter().enumerate() {
                match step {
                    0 => {
                        disk.room.store(size, Ordering::SeqCst);
                        disk.bounded.store(true, Ordering::SeqCst);
                    }
                    1 => disk.bounded.store(false, Ordering::SeqCst),
                    2 => disk.bad_syncs.store(size % 4, Ordering::SeqCst),
                    _ => {}
                }
                let text = format!("c{i}");
                if log.append(&event(&text)).is_ok() { want.push(text) } else { lost += 1 }
                if step == 3 {
                    let _ = log.sync();
                }
            }
            disk.bounded.store(false, Ordering::SeqCst);
            disk.bad_syncs.store(0, Ordering::SeqCst);
            log.close().unwrap();
            let mut said = 0;
            let mut got = decisions(dir.path(), &log);
            got.retain(|line| {
                let count = line.strip_prefix("dropped ").map(|n| n.parse::<i32>().unwrap());
                said += count.unwrap_or(0);
                count.is_none()
            });
            prop_assert_eq!(got, want);
            prop_assert_eq!(said, lost);
            whole(dir.path());
        }

        /// Bytes that are no log are problems, never a panic.
        #[test]
        fn any_bytes_are_read_without_a_panic(
            segment in proptest::collection::vec(any::<u8>(), 0..300),
            note in ".{0,200}",
        ) {
            let dir = tempfile::tempdir().unwrap();
            let instance = dir.path().join("0123456789abcdef");
            fs::create_dir_all(instance.join("segments")).unwrap();
            fs::write(instance.join("segments/000000000000.log"), segment).unwrap();
            for file in ["epoch", "checkpoint", "closed"] {
                fs::write(instance.join(file), &note).unwrap();
            }
            prop_assert!(!verify(dir.path(), None).unwrap().is_whole());
            prop_assert!(prove(dir.path(), 0).is_err());
        }
    }
}
