//! Against a real TLS server on this machine: what it sends, and what becomes of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod tls;

use checkrein::config::Files;
use checkrein::note::Signer;
use checkrein::random::SeededRandom;
use checkrein::{Guard, Result};
use checkrein_bundles::{Https, Poll, Pulled};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What the server does with the next requests.
#[derive(Clone)]
enum Play {
    Bundle(Vec<u8>),
    Status(u16),
    Slow,
    Broken,
}

struct Server {
    url: String,
    roots: Vec<u8>,
    play: Arc<Mutex<Play>>,
    /// Heads of requests, as they came.
    heads: Arc<Mutex<Vec<String>>>,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(play: Play) -> Self {
        let (config, roots) = tls::localhost();
        let listener = TcpListener::bind("localhost:0").unwrap();
        let url = format!("https://localhost:{}/desk.tar", listener.local_addr().unwrap().port());
        let (play, heads) = (Arc::new(Mutex::new(play)), Arc::new(Mutex::new(Vec::new())));
        let (playing, seen) = (Arc::clone(&play), Arc::clone(&heads));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, play) = (Arc::clone(&config), playing.lock().unwrap().clone());
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || answer(stream.unwrap(), config, play, &seen));
            }
        });
        Self { url, roots: roots.into_bytes(), play, heads, folder: tempfile::tempdir().unwrap() }
    }

    fn play(&self, play: Play) {
        *self.play.lock().unwrap() = play;
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("policy.tar")
    }

    fn source(&self) -> Https {
        let source = Https::new(&self.url, self.file()).unwrap();
        source.trust(&key(1)).unwrap().roots(&self.roots).unwrap()
    }

    fn guard(&self) -> Result<Guard> {
        let state = self.folder.path().join("state");
        Guard::builder().bundle(self.file()).trust(key(1)).state(state).build()
    }
}

fn answer(stream: TcpStream, config: Arc<ServerConfig>, play: Play, seen: &Mutex<Vec<String>>) {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let has = |tag: &str| head.to_ascii_lowercase().contains(&format!("if-none-match: {tag}"));
    let (status, tag, body) = match play {
        Play::Slow => {
            seen.lock().unwrap().push(head);
            std::thread::sleep(Duration::from_secs(20));
            return;
        }
        Play::Broken => (200, String::new(), vec![0x1f; 3000]),
        Play::Status(status) => (status, String::new(), Vec::new()),
        Play::Bundle(bytes) => {
            let tag = format!("\"{}\"", &checkrein::digest::Digest::of(&bytes).hex()[..8]);
            if has(&tag) { (304, tag, Vec::new()) } else { (200, tag, bytes) }
        }
    };
    seen.lock().unwrap().push(format!("{status} {head}"));
    let mut text = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n", body.len());
    text += "Connection: close\r\n";
    if !tag.is_empty() {
        text += &format!("ETag: {tag}\r\n");
    }
    text += "\r\n";
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.write_all(&body));
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

fn signer(seed: u64) -> Signer {
    Signer::new("example.com/policy", &SeededRandom::new(seed)).unwrap()
}

fn key(seed: u64) -> String {
    signer(seed).verifier().text()
}

fn bundle(revision: u64, seed: u64, more: &[(&str, &str)]) -> Vec<u8> {
    let settings = format!("name = \"desk\"\nrevision = {revision}\n");
    let mut files = Files::default();
    files.files.insert("bundle.toml".to_owned(), settings.into_bytes());
    for (name, text) in more {
        files.files.insert((*name).to_owned(), text.as_bytes().to_vec());
    }
    files.sign("desk", revision, &signer(seed)).unwrap();
    files.pack().unwrap()
}

fn good(revision: u64) -> Play {
    Play::Bundle(bundle(revision, 1, &[]))
}

#[test]
fn a_new_revision_is_pulled_once() {
    let server = Server::start(good(3));
    let mut source = server.source().bearer("token-1");
    assert_eq!(source.pull().unwrap(), Pulled::New);
    assert_eq!(source.pull().unwrap(), Pulled::Same);
    assert_eq!(server.guard().unwrap().status().bundle.revision, 3);
    server.play(good(4));
    assert_eq!(source.pull().unwrap(), Pulled::New);
    assert_eq!(server.guard().unwrap().status().bundle.revision, 4);
    let heads = server.heads.lock().unwrap();
    let statuses: Vec<&str> = heads.iter().map(|head| &head[..3]).collect();
    assert_eq!(statuses, ["200", "304", "200"], "the second time it only asked");
    assert!(heads.iter().all(|head| head.contains("Bearer token-1")));
    assert!(!format!("{source:?}").contains("token-1"));
    // Another process does not know the tag; the bytes are the same.
    drop(heads);
    assert_eq!(server.source().pull().unwrap(), Pulled::Same);
}

#[test]
fn what_is_bad_is_refused_and_the_file_stays() {
    let server = Server::start(good(3));
    let mut source = server.source().timeout(Duration::from_millis(800)).limit(20_000).unwrap();
    source.pull().unwrap();
    let before = std::fs::read(server.file()).unwrap();
    let mut tampered = bundle(4, 1, &[]);
    let at = tampered.windows(8).position(|w| w == b"revision").unwrap();
    tampered[at] = b'R';
    let mut cut = bundle(4, 1, &[]);
    cut.truncate(1800);
    let mut plain = Files::default();
    plain.files.insert("bundle.toml".to_owned(), b"name = 'desk'\nrevision = 4\n".to_vec());
    for (play, code) in [
        (Play::Status(500), "bundle/file"),
        (Play::Status(404), "bundle/file"),
        (Play::Status(304), "bundle/file"),
        (Play::Slow, "bundle/file"),
        (Play::Broken, "bundle/file"),
        (Play::Bundle(cut), "bundle/file"),
        (Play::Bundle(Vec::new()), "bundle/signature"),
        (Play::Bundle(plain.pack().unwrap()), "bundle/signature"),
        (Play::Bundle(tampered), "bundle/signature"),
        (Play::Bundle(bundle(4, 2, &[])), "bundle/signature"),
        (good(2), "bundle/rollback"),
        (Play::Bundle(bundle(4, 1, &[("a.cedar", "permit (")])), "policy/parse"),
        (Play::Bundle(bundle(4, 1, &[("notes", &"x".repeat(30_000))])), "limit/bundle"),
        (Play::Bundle(bundle(4, 1, &[("notes", &"x".repeat(2_000_000))])), "limit/bundle"),
    ] {
        server.play(play);
        let begun = Instant::now();
        // A 304 to a question without a tag is no answer.
        let error = match code {
            "bundle/file" => {
                let mut fresh = server.source().timeout(Duration::from_millis(800));
                fresh.pull().unwrap_err()
            }
            _ => source.pull().unwrap_err(),
        };
        assert_eq!(error.code(), code, "{error}");
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert_eq!(std::fs::read(server.file()).unwrap(), before);
        assert_eq!(std::fs::read_dir(server.folder.path()).unwrap().count(), 1, "nothing is left");
    }
}

#[test]
fn a_cold_start_without_the_server_has_the_last_good_bundle() {
    let server = Server::start(good(3));
    server.source().pull().unwrap();
    server.guard().unwrap();
    let mut gone = Https::new("https://localhost:1/desk.tar", server.file()).unwrap();
    gone = gone.trust(&key(1)).unwrap();
    assert_eq!(gone.pull().unwrap_err().code(), "bundle/file");
    assert_eq!(server.guard().unwrap().status().bundle.revision, 3);
    // Even where the file was lost or damaged.
    std::fs::write(server.file(), "damaged").unwrap();
    let status = server.guard().unwrap().status();
    assert_eq!(status.bundle.revision, 3);
    assert_eq!(status.refused.unwrap().error.code(), "bundle/file");
}

#[test]
fn nothing_comes_unsigned_unencrypted_or_from_a_stranger() {
    let server = Server::start(good(3));
    assert!(Https::new("http://localhost/desk.tar", server.file()).is_err());
    let mut untrusting = Https::new(&server.url, server.file()).unwrap();
    assert_eq!(untrusting.pull().unwrap_err().code(), "misuse/argument");
    // Its certificate is by nobody whom the public knows.
    let mut stranger = Https::new(&server.url, server.file()).unwrap().trust(&key(1)).unwrap();
    assert_eq!(stranger.pull().unwrap_err().code(), "bundle/file");
    assert!(server.heads.lock().unwrap().is_empty(), "it was told nothing");
    assert!(!server.file().exists());
}

#[test]
fn a_poll_takes_what_comes_and_records_what_does_not() {
    let server = Server::start(good(3));
    let mut source = server.source();
    source.pull().unwrap();
    let guard = server.guard().unwrap();
    let wait = |until: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !until() {
            assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", guard.status());
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let poll = Poll::start(source, guard.clone(), Duration::from_millis(20)).unwrap();
    server.play(good(4));
    wait(&|| guard.status().bundle.revision == 4);
    server.play(Play::Status(500));
    wait(&|| guard.status().refused.is_some());
    let asked = server.heads.lock().unwrap().len();
    wait(&|| server.heads.lock().unwrap().len() > asked + 2);
    let told = guard.records().iter().filter(|record| record.contains("answered 500")).count();
    assert_eq!(told, 1, "once, and not at every look");
    assert_eq!(guard.status().bundle.revision, 4);
    server.play(good(5));
    wait(&|| guard.status().bundle.revision == 5 && guard.status().refused.is_none());
    poll.stop();
}
