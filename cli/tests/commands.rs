//! The command line as a person uses it: what it prints, and its exit codes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_checkrein")).args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/policy/payments")
}

#[test]
fn the_demo_plays_and_its_log_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let audit = folder.path().join("audit");
    let output = run(&["demo", "--audit", audit.to_str().unwrap(), "--json"]);
    assert!(output.status.success(), "{}", text(&output));
    let shape: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shape["verified"], true);
    assert!(shape["steps"].as_array().unwrap().iter().all(|step| step["as_expected"] == true));
    let verified = run(&["audit", "verify", audit.to_str().unwrap()]);
    assert!(verified.status.success(), "{}", text(&verified));

    // One byte changed anywhere in a segment is found.
    let segment = first_segment(&audit);
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let output = run(&["audit", "verify", audit.to_str().unwrap()]);
    assert!(!output.status.success() && text(&output).contains("problem"), "{}", text(&output));
}

fn first_segment(folder: &Path) -> PathBuf {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().contains("segments") {
                return path;
            }
        }
    }
    panic!("there is no segment");
}

#[test]
fn an_example_bundle_is_checked_tested_and_explained() {
    let bundle = example();
    let bundle = bundle.to_str().unwrap();
    let output = run(&["check", bundle]);
    assert!(output.status.success() && text(&output).contains("payments revision 1: valid"));
    let output = run(&["test", bundle]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("3 passed, 0 failed"));
    let cases = format!("{bundle}/tests/payments.json");
    let output = run(&["explain", bundle, &cases]);
    assert!(text(&output).contains("payments/second_person"), "{}", text(&output));
}

#[test]
fn faults_name_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let check = || run(&["check", folder.path().to_str().unwrap()]);
    assert!(text(&check()).contains("bundle/file"));
    write("bundle.toml", "name = \"x\"\nrevision = 1\nmode = \"monitr\"\n");
    assert!(text(&check()).contains("monitor"), "{}", text(&check()));
    write("bundle.toml", "name = \"x\"\nrevision = 1\n");
    write("tools.toml", "[tool.a]\neffects = [\"sned\"]\n");
    let output = check();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("tools.toml:2:"), "{}", text(&output));
    write("tools.toml", "");
    write("a.cedar", "permit (principal, action, resource)\nwhen { context.nope };\n");
    let output = check();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("a.cedar"), "{}", text(&output));
    write(
        "a.cedar",
        &format!(
            "permit(principal, action, resource) when {{ {} true {} }};",
            "(".repeat(10_000),
            ")".repeat(10_000)
        ),
    );
    assert!(text(&check()).contains("policy/hostile"), "{}", text(&check()));
}

#[test]
fn init_writes_a_manifest_that_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let tools = folder.path().join("tools.json");
    let descriptors =
        r#"{"tools":[{"name":"send_mail","inputSchema":{"properties":{"to":{"type":"string"}}}}]}"#;
    std::fs::write(&tools, descriptors).unwrap();
    let output = run(&["init", tools.to_str().unwrap(), "--server", "mail"]);
    assert!(output.status.success(), "{}", text(&output));
    std::fs::write(folder.path().join("tools.toml"), &output.stdout).unwrap();
    std::fs::write(folder.path().join("bundle.toml"), "name = \"x\"\nrevision = 1\n").unwrap();
    let output = run(&["check", folder.path().to_str().unwrap()]);
    // It is valid, and has no owner yet.
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("tools  1") && text(&output).contains("[tool/owner]"));
    let output = run(&["check", folder.path().to_str().unwrap(), "--allow", "tool/owner"]);
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn lints_and_errors_are_told_to_machines_too() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let check = || {
        let output = run(&["check", folder.path().to_str().unwrap(), "--json"]);
        let shape: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), shape)
    };
    write("bundle.toml", "name = \"x\"\nrevision = 1\n");
    write("tools.toml", "\n[tool.mail]\neffects = [\"read\"]\n");
    write("a.cedar", "\nforbid (principal, action == Action::\"mail\", resource);\n");
    let (code, shape) = check();
    assert_eq!((code, &shape["ok"]), (Some(1), &false.into()));
    let lints = shape["lints"].as_array().unwrap().iter();
    let lints: Vec<_> = lints
        .map(|lint| (lint["id"].as_str().unwrap(), lint["file"].as_str().unwrap(), &lint["line"]))
        .collect();
    assert!(lints.contains(&("tool/owner", "tools.toml", &2.into())), "{lints:?}");
    assert!(lints.contains(&("rule/reason", "a.cedar", &2.into())), "{lints:?}");
    write(
        "a.cedar",
        "\nforbid (principal, action == Action::\"mail\", resource) when { contxt };\n",
    );
    let (code, shape) = check();
    assert_eq!((code, &shape["ok"]), (Some(2), &false.into()));
    let error = &shape["error"];
    assert_eq!((error["file"].as_str(), error["line"].as_str()), (Some("a.cedar"), Some("2")));
    assert_eq!(error["code"], "policy/parse");
}

#[test]
fn a_bundle_is_signed_verified_and_every_change_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::create_dir(at("policy")).unwrap();
    std::fs::write(at("policy/bundle.toml"), "name = \"desk\"\nrevision = 3\n").unwrap();
    let output = run(&["keygen", &at("key"), "--name", "example.com/policy"]);
    assert!(output.status.success(), "{}", text(&output));
    let shown = text(&output);
    let verifier = shown.lines().last().unwrap().trim();
    assert!(!run(&["keygen", &at("key"), "--name", "x"]).status.success(), "never overwritten");
    let archive = at("policy.tar");
    let output = run(&["sign", &at("policy"), "--key", &at("key"), "--archive", &archive]);
    assert!(text(&output).contains("desk revision 3: 1 files signed"), "{}", text(&output));
    for bundle in [&at("policy"), &archive] {
        let output = run(&["bundle", "verify", bundle, "--trust", verifier]);
        assert!(text(&output).contains("desk revision 3: signed and valid"), "{}", text(&output));
    }
    std::fs::write(at("policy/more.cedar"), "").unwrap();
    let output = run(&["bundle", "verify", &at("policy"), "--trust", verifier]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("bundle/signature: `more.cedar` is not signed"));
}
