//! `checkrein bundle pull` against a TLS server on this machine (feature `https`).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../extensions/bundles/tests/tls/mod.rs"]
mod tls;

use checkrein::config::Files;
use checkrein::note::Signer;
use checkrein::random::SeededRandom;
use rustls::{ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

/// What the server has, and the heads of the questions.
#[derive(Default)]
struct Shelf {
    archive: Vec<u8>,
    heads: Vec<String>,
}

/// Address, certificate, and what lies behind.
fn serve() -> (String, String, Arc<Mutex<Shelf>>) {
    let (config, roots) = tls::localhost();
    let listener = TcpListener::bind("localhost:0").unwrap();
    let url = format!("https://localhost:{}/desk.tar", listener.local_addr().unwrap().port());
    let shelf = Arc::new(Mutex::new(Shelf::default()));
    let behind = Arc::clone(&shelf);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
                head.push(byte[0]);
            }
            let mut shelf = behind.lock().unwrap();
            if head.is_empty() {
                // A client that did not like the certificate.
                continue;
            }
            shelf.heads.push(String::from_utf8(head).unwrap());
            let (status, body) = match shelf.archive.as_slice() {
                [] => (404, &[][..]),
                archive => (200, archive),
            };
            let text = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n", body.len());
            let _ = stream.write_all(format!("{text}Connection: close\r\n\r\n").as_bytes());
            let _ = stream.write_all(body);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (url, roots, shelf)
}

fn signer(seed: u64) -> Signer {
    Signer::new("example.com/policy", &SeededRandom::new(seed)).unwrap()
}

fn archive(revision: u64) -> Vec<u8> {
    let mut files = Files::default();
    let settings = format!("name = \"desk\"\nrevision = {revision}\n");
    files.files.insert("bundle.toml".to_owned(), settings.into_bytes());
    files.sign("desk", revision, &signer(1)).unwrap();
    files.pack().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_bundle_is_pulled_and_a_bad_one_is_not() {
    let (url, certificate, shelf) = serve();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("roots.pem"), certificate).unwrap();
    std::fs::write(at("token"), "token-1\n").unwrap();
    let pull = |seed: u64, more: &[&str]| {
        let key = signer(seed).verifier().text();
        let words = ["bundle", "pull", &url, "--to", &at("desk.tar"), "--trust", &key];
        Command::new(env!("CARGO_BIN_EXE_checkrein")).args(words).args(more).output().unwrap()
    };
    let (roots, token) = (at("roots.pem"), at("token"));
    let trusted = ["--roots", &roots, "--bearer-file", &token];

    shelf.lock().unwrap().archive = archive(3);
    let output = pull(1, &trusted);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("desk.tar: another bundle came"), "{}", said(&output));
    assert_eq!(std::fs::read(at("desk.tar")).unwrap(), archive(3));
    assert!(shelf.lock().unwrap().heads[0].contains("Bearer token-1"));
    assert!(said(&pull(1, &trusted)).contains("nothing changed"));
    shelf.lock().unwrap().archive = archive(4);
    let output = pull(1, &[&trusted[..], &["--json"]].concat());
    assert_eq!(said(&output).trim(), r#"{"ok":true,"changed":true}"#);

    // Older, by another key, not there, by a server that nobody vouches for.
    shelf.lock().unwrap().archive = archive(2);
    let older = pull(1, &trusted);
    shelf.lock().unwrap().archive = archive(5);
    let strange = pull(2, &trusted);
    let stranger = pull(1, &[]);
    shelf.lock().unwrap().archive = Vec::new();
    let missing = pull(1, &trusted);
    for (output, code) in [
        (older, "bundle/rollback"),
        (strange, "bundle/signature"),
        (stranger, "bundle/file"),
        (missing, "bundle/file"),
    ] {
        assert_eq!(output.status.code(), Some(2), "{code}: {}", said(&output));
        assert!(said(&output).contains(code), "{code}: {}", said(&output));
        assert!(!said(&output).contains("token-1"));
    }
    assert_eq!(std::fs::read(at("desk.tar")).unwrap(), archive(4), "the good one stays");
}
