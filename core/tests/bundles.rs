//! Bundles as files: signed, archived, tampered with; what is refused, and what stays in force.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use checkrein::config::{Files, SIGNATURE};
use checkrein::note::Signer;
use checkrein::random::SeededRandom;
use checkrein::{Error, Guard, Limits};
use std::fs;
use std::path::{Path, PathBuf};

const TOOLS: &str = "[tool.read_file]\neffects = [\"read\"]\nowner.technical = \"desk\"\n";

fn signer(seed: u64) -> Signer {
    Signer::new("example.com/policy", &SeededRandom::new(seed)).unwrap()
}

fn key(seed: u64) -> String {
    signer(seed).verifier().text()
}

fn write(directory: &Path, name: &str, text: &str) {
    fs::create_dir_all(directory.join(name).parent().unwrap()).unwrap();
    fs::write(directory.join(name), text).unwrap();
}

/// A bundle at a revision in a directory of its own, which may be changed before it is signed.
fn bundle(directory: &Path, revision: u64) {
    write(directory, "bundle.toml", &format!("name = \"desk\"\nrevision = {revision}\n"));
    write(directory, "tools.toml", TOOLS);
    write(directory, "tests/a.json", "{}");
}

fn sign(directory: &Path, name: &str, revision: u64, seed: u64) -> Files {
    let mut files = Files::all_of_directory(directory, &Limits::default()).unwrap();
    files.sign(name, revision, &signer(seed)).unwrap();
    fs::write(directory.join(SIGNATURE), &files.files[SIGNATURE]).unwrap();
    files
}

fn signed(directory: &Path, revision: u64) -> Files {
    bundle(directory, revision);
    sign(directory, "desk", revision, 1)
}

fn refusal(bundle: &Path, trust: &[String]) -> Error {
    let builder = trust.iter().fold(Guard::builder().bundle(bundle), |b, key| b.trust(key));
    builder.build().map(|_| ()).unwrap_err()
}

fn temporary() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("policy");
    (folder, directory)
}

#[test]
fn a_signed_directory_and_its_archive_are_the_same_bundle() {
    let (folder, directory) = temporary();
    let files = signed(&directory, 3);
    let archive = folder.path().join("policy.tar");
    fs::write(&archive, files.pack().unwrap()).unwrap();
    let load = |path: &Path| Guard::builder().bundle(path).trust(key(1)).build().unwrap().status();
    let (a, b) = (load(&directory), load(&archive));
    assert_eq!(a.bundle, b.bundle);
    assert_eq!((a.bundle.name.as_str(), a.bundle.revision), ("desk", 3));
    assert_eq!(a.layers[0].signed_by.as_deref(), Some(key(1).as_str()));
    assert!(!a.notices.iter().any(|notice| notice.starts_with("bundle/unsigned")));
    // Without keys the directory is as good as unsigned, and says so; the archive is refused.
    let status = Guard::builder().bundle(&directory).build().unwrap().status();
    assert_eq!(status.bundle.hash, a.bundle.hash);
    assert!(status.notices[0].starts_with("bundle/unsigned"));
    assert_eq!(refusal(&archive, &[]).code(), "bundle/signature");
}

#[test]
fn what_is_not_what_a_trusted_key_signed_is_refused_and_named() {
    let says = |change: &dyn Fn(&Path), trust: u64, word: &str| {
        let (_folder, directory) = temporary();
        signed(&directory, 3);
        change(&directory);
        let error = refusal(&directory, &[key(trust)]);
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(error.code(), "bundle/signature", "{error}");
    };
    says(&|_| (), 2, "no known key");
    says(&|d| fs::remove_file(d.join(SIGNATURE)).unwrap(), 1, "not signed");
    says(&|d| write(d, "tools.toml", ""), 1, "`tools.toml` is not what was signed");
    says(&|d| write(d, "more.cedar", ""), 1, "`more.cedar` is not signed");
    says(&|d| write(d, "tests/b.json", ""), 1, "`tests/b.json` is not signed");
    says(&|d| fs::remove_file(d.join("tests/a.json")).unwrap(), 1, "`tests/a.json` is signed");
    says(&|d| drop(sign(d, "desk", 4, 1)), 1, "name and revision");
    says(&|d| drop(sign(d, "other", 3, 1)), 1, "name and revision");
}

#[test]
fn a_trusted_key_is_a_verifier() {
    let (_folder, directory) = temporary();
    signed(&directory, 3);
    let error = refusal(&directory, &["example.com+1234+x".to_owned()]);
    assert_eq!(error.code(), "misuse/argument");
    assert!(error.fact("hint").unwrap().contains("keygen"));
    // One of several is enough.
    let guard = Guard::builder().bundle(&directory).trust(key(2)).trust(key(1)).build();
    assert!(guard.is_ok());
}

#[test]
fn an_oversized_bundle_is_refused() {
    let (folder, directory) = temporary();
    bundle(&directory, 1);
    write(&directory, "tests/large.json", &"x".repeat(70_000));
    let files = sign(&directory, "desk", 1, 1);
    let archive = folder.path().join("policy.tar");
    fs::write(&archive, files.pack().unwrap()).unwrap();
    for path in [&directory, &archive] {
        let guard = Guard::builder().bundle(path).trust(key(1)).limit("bundle", 60_000).build();
        assert_eq!(guard.map(|_| ()).unwrap_err().code(), "limit/bundle");
    }
}

/// A guard on a signed bundle at revision 3, with its state.
fn guarded(folder: &Path, directory: &Path) -> checkrein::Result<Guard> {
    Guard::builder().bundle(directory).trust(key(1)).state(folder.join("state")).build()
}

fn refused_records(guard: &Guard) -> Vec<String> {
    let refused = |record: &String| {
        record.contains("\"event\":\"bundle\"") && !record.contains("\"error\":null")
    };
    guard.records().into_iter().filter(refused).collect()
}

#[test]
fn a_newer_bundle_is_taken_and_a_bad_one_is_refused_whole() {
    let (folder, directory) = temporary();
    signed(&directory, 3);
    let guard = guarded(folder.path(), &directory).unwrap();
    assert!(!guard.reload().unwrap(), "nothing changed");
    signed(&directory, 4);
    assert!(guard.reload().unwrap());
    assert_eq!(guard.status().bundle.revision, 4);
    let good = guard.status().bundle;
    let bad: [(&dyn Fn(), &str); 5] = [
        (&|| drop(signed(&directory, 3)), "bundle/rollback"),
        (&|| drop(sign(&directory, "desk", 3, 2)), "bundle/signature"),
        (&|| write(&directory, "a.cedar", "permit ("), "bundle/signature"),
        (
            &|| {
                bundle(&directory, 5);
                sign(&directory, "desk", 5, 1);
            },
            "policy/parse",
        ),
        (&|| fs::remove_dir_all(&directory).unwrap(), "bundle/file"),
    ];
    for (n, (make, code)) in bad.into_iter().enumerate() {
        make();
        let error = guard.reload().unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        let status = guard.status();
        assert_eq!(status.bundle, good, "the old one stays");
        assert_eq!(status.refused.unwrap().error, error);
        let records = refused_records(&guard);
        assert_eq!(records.len(), n + 1);
        assert!(records[n].contains(code) && records[n].contains("\"revision\":4"));
    }
    // The same revision with other files is another bundle.
    bundle(&directory, 4);
    write(&directory, "tools.toml", "");
    sign(&directory, "desk", 4, 1);
    let error = guard.reload().unwrap_err();
    assert!(error.message().contains("with other files"), "{error}");
    signed(&directory, 6);
    assert!(guard.reload().unwrap());
    assert_eq!(guard.status().refused, None);
}

#[test]
fn a_cold_start_falls_back_on_the_last_good_bundle() {
    let (folder, directory) = temporary();
    signed(&directory, 3);
    let hash = guarded(folder.path(), &directory).unwrap().status().bundle.hash;
    let bad: [(&dyn Fn(), &str); 4] = [
        (&|| drop(signed(&directory, 2)), "bundle/rollback"),
        (&|| write(&directory, "tools.toml", "["), "bundle/signature"),
        (&|| drop(sign(&directory, "desk", 2, 2)), "bundle/signature"),
        (&|| fs::remove_dir_all(&directory).unwrap(), "bundle/file"),
    ];
    for (make, code) in bad {
        make();
        let guard = guarded(folder.path(), &directory).unwrap();
        let status = guard.status();
        assert_eq!((status.bundle.revision, status.bundle.hash), (3, hash), "{code}");
        assert_eq!(status.refused.unwrap().error.code(), code);
        assert!(status.notices.iter().any(|notice| notice.starts_with("bundle/last_good")));
        assert!(guard.records()[0].contains("bundle/last_good"), "the start record says so");
        assert_eq!(refused_records(&guard).len(), 1);
    }
    // A copy that was changed is no copy, and without one the source's fault is told.
    for entry in fs::read_dir(folder.path().join("state")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "tar") {
            let mut bytes = fs::read(&path).unwrap();
            let at = bytes.windows(4).position(|w| w == b"desk").unwrap();
            bytes[at] = b'D';
            fs::write(&path, bytes).unwrap();
        }
    }
    assert!(guarded(folder.path(), &directory).is_err());
    signed(&directory, 4);
    let guard = guarded(folder.path(), &directory).unwrap();
    assert_eq!((guard.status().bundle.revision, guard.status().refused), (4, None));
}

#[test]
fn what_was_registered_survives_and_is_reviewed_by_the_bundle() {
    let (_folder, directory) = temporary();
    bundle(&directory, 1);
    let guard = Guard::builder().bundle(&directory).build().unwrap();
    let tool =
        r#"{"name":"look_up","description":"Looks up a word.","inputSchema":{"type":"object"}}"#;
    let tools = format!("[{tool}]");
    let tools = checkrein::Value::parse(tools.as_bytes(), &Limits::default()).unwrap();
    guard.register_tools(&tools, "").unwrap();
    let quarantine = |guard: &Guard| {
        let entry = guard.inventory().into_iter().find(|e| e.tool == "look_up").unwrap();
        entry.quarantine
    };
    let pinned = |revision: u64, text: &str| {
        bundle(&directory, revision);
        let hash = checkrein::digest::Digest::of(text.as_bytes());
        let tool = "[tool.look_up]\neffects = [\"read\"]\ndescription_sha256 = ";
        write(&directory, "tools.toml", &format!("{TOOLS}{tool}\"{hash}\"\n"));
        assert!(guard.reload().unwrap());
    };
    bundle(&directory, 2);
    assert!(guard.reload().unwrap());
    assert_eq!(quarantine(&guard), None);
    pinned(3, "Something else.");
    assert!(quarantine(&guard).is_some());
    assert!(guard.records().last().unwrap().contains("\"quarantined\":true"));
    pinned(4, "Looks up a word.");
    assert_eq!(quarantine(&guard), None);
}

#[test]
fn a_watch_takes_what_changes_until_it_ends() {
    let (folder, directory) = temporary();
    signed(&directory, 3);
    let guard = guarded(folder.path(), &directory).unwrap();
    let wait = |until: &dyn Fn(&checkrein::guard::Status) -> bool| {
        let begun = std::time::Instant::now();
        while !until(&guard.status()) {
            assert!(begun.elapsed().as_secs() < 30, "{:?}", guard.status());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    };
    guard.watch(std::time::Duration::from_millis(10)).unwrap();
    assert!(guard.status().watching);
    signed(&directory, 4);
    wait(&|status| status.bundle.revision == 4);
    write(&directory, "tools.toml", "[");
    wait(&|status| status.refused.is_some());
    std::thread::sleep(std::time::Duration::from_millis(60));
    assert!(refused_records(&guard).len() <= 2, "a bundle is refused once");
    assert!(guard.unwatch().unwrap() && !guard.unwatch().unwrap());
    assert!(!guard.status().watching);
    assert!(Guard::new().unwrap().watch(std::time::Duration::from_secs(1)).is_err());
    // A guard that is dropped ends its watch.
    guard.watch(std::time::Duration::from_millis(10)).unwrap();
}

#[test]
fn an_archive_is_taken_from_the_host() {
    let (folder, directory) = temporary();
    let archive = |revision| signed(&directory, revision).pack().unwrap();
    let state = folder.path().join("state");
    let make = || Guard::builder().trust(key(1)).state(&state).build().unwrap();
    let guard = make();
    assert_eq!(guard.status().bundle.name, "baseline");
    assert!(guard.reload_archive(&archive(3)).unwrap());
    assert!(!guard.reload_archive(&archive(3)).unwrap());
    assert_eq!(guard.reload_archive(&archive(2)).unwrap_err().code(), "bundle/rollback");
    assert_eq!(guard.status().bundle.revision, 3);
    assert_eq!(guard.reload().unwrap_err().code(), "misuse/argument");
    // The next guard begins with the last one.
    assert_eq!(make().status().bundle.revision, 3);
    let open = Guard::new().unwrap();
    assert_eq!(open.reload_archive(&archive(3)).unwrap_err().code(), "bundle/signature");
}

#[test]
fn an_approval_is_used_under_the_bundle_in_force() {
    let ask = "@id(\"desk/ask\")\n@outcome(\"ask\")\nforbid (principal, action == Action::\"read_file\", resource);\n";
    let more = "@id(\"desk/no\")\nforbid (principal, action == Action::\"read_file\", resource);\n";
    for (text, allowed) in [(ask.to_owned(), true), (format!("{ask}{more}"), false)] {
        let (_folder, directory) = temporary();
        bundle(&directory, 1);
        write(&directory, "a.cedar", ask);
        let guard = Guard::builder().bundle(&directory).build().unwrap();
        let session = guard.session(checkrein::wire::parse(b"{}").unwrap()).unwrap();
        let call = || {
            let none = checkrein::Value::Object(Default::default());
            session.authorize_tool_call("read_file", none, Some("c1")).unwrap()
        };
        let asked = call();
        let pending = asked.approval.as_ref().unwrap();
        let approver = checkrein::Approver::new(&guard);
        approver.approve(pending.id.as_str(), &pending.digest.hex(), "bob", false).unwrap();
        bundle(&directory, 2);
        write(&directory, "a.cedar", &text);
        assert!(guard.reload().unwrap());
        let now = call();
        assert_eq!(now.outcome == checkrein::Outcome::Allow, allowed, "{:?}", now.reasons);
        assert_eq!(now.bundle.revision, 2);
    }
}

#[test]
fn a_bundle_laid_over_another_only_tightens() {
    let (folder, base) = temporary();
    let team = folder.path().join("team");
    bundle(&base, 3);
    write(&team, "bundle.toml", "name = \"team\"\nrevision = 2\n");
    write(
        &team,
        "a.cedar",
        "@id(\"team/no\")\nforbid (principal, action == Action::\"read_file\", resource);\n",
    );
    let make = || Guard::builder().bundle(&base).bundle(&team).build();
    let guard = make().unwrap();
    let status = guard.status();
    assert_eq!((status.bundle.name.as_str(), status.bundle.revision), ("desk+team", 5));
    assert_eq!(status.layers.len(), 2);
    let session = guard.session(checkrein::wire::parse(b"{}").unwrap()).unwrap();
    let none = checkrein::Value::Object(Default::default());
    let denied = session.authorize_tool_call("read_file", none, None).unwrap();
    assert_eq!(denied.outcome, checkrein::Outcome::Deny);
    assert_eq!(denied.reasons[0].policy, "team/a.cedar");
    // A revision of either makes another bundle.
    bundle(&base, 4);
    assert!(guard.reload().unwrap());
    assert_eq!(guard.status().bundle.revision, 6);
    bundle(&base, 3);
    assert_eq!(guard.reload().unwrap_err().code(), "bundle/rollback");
    for (name, text, line) in [
        ("b.cedar", "\npermit (principal, action, resource);\n", "2"),
        ("tools.toml", "[tool.read_file]\neffects = [\"read\"]\non_error = \"open\"\n", "3"),
        ("entities.json", "[]", ""),
    ] {
        write(&team, name, text);
        let error = make().map(|_| ()).unwrap_err();
        assert_eq!(error.code(), "bundle/loosens", "{error}");
        assert_eq!(error.fact("file"), Some(format!("team/{name}").as_str()));
        assert_eq!(error.fact("line").unwrap_or_default(), line);
        fs::remove_file(team.join(name)).unwrap();
    }
}

#[test]
fn what_a_bundle_stops_is_stopped_on_the_next_call() {
    let (_folder, directory) = temporary();
    bundle(&directory, 1);
    let guard = Guard::builder().bundle(&directory).build().unwrap();
    let session = |tenant: &str| {
        let options = format!("{{\"tenant\":\"{tenant}\"}}");
        guard.session(checkrein::wire::parse(options.as_bytes()).unwrap()).unwrap()
    };
    let (acme, other) = (session("acme"), session("other"));
    let call = |session: &checkrein::Session| {
        let none = checkrein::Value::Object(Default::default());
        let decision = session.authorize_tool_call("read_file", none, None).unwrap();
        decision.error.map(|error| error.to_string())
    };
    assert_eq!((call(&acme), call(&other)), (None, None));
    let stopping = |revision: u64, text: &str| {
        bundle(&directory, revision);
        write(&directory, "restrictions.toml", text);
        assert!(guard.reload().unwrap());
    };
    stopping(2, "[[stop]]\ntool = 'read_file'\ntenant = 'acme'\nreason = 'incident 7'\n");
    assert!(call(&acme).unwrap().contains("`read_file` is stopped: incident 7"));
    assert_eq!(call(&other), None);
    assert_eq!(guard.status().restrictions[0].by, "bundle");
    assert!(!guard.lift("tool", "read_file").unwrap(), "the bundle's to lift");
    stopping(3, "[[stop]]\nagent = 'agent'\nreason = 'x'\nuntil = 1999-01-01T00:00:00Z\n");
    assert_eq!((call(&acme), call(&other)), (None, None));
    stopping(4, "[[stop]]\nagent = 'agent'\nreason = 'x'\nuntil = 2999-01-01T00:00:00Z\n");
    assert!(call(&acme).is_some() && call(&other).is_some());
    guard.stop_for(Some("acme"), ("user", "bob"), "y", None, "carol").unwrap();
    assert!(guard.records().last().unwrap().contains("\"tenant\":\"acme\""));
    assert!(guard.lift_for(Some("acme"), "user", "bob").unwrap());
}
