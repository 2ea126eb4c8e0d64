//! C: the committed header, the example and the conformance walker, compiled strictly and run
//! under a memory checker.

use crate::step::{Failure, Steps, answers, output, root, target};
use std::path::{Path, PathBuf};

const STRICT: &[&str] =
    &["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror", "-pedantic", "-g"];

/// The header that the sources give.
fn header() -> Result<String, Failure> {
    let directory = root().join("bindings-c");
    let config =
        cbindgen::Config::from_file(directory.join("cbindgen.toml")).map_err(Failure::new)?;
    let bindings = cbindgen::Builder::new()
        .with_crate(&directory)
        .with_config(config)
        .generate()
        .map_err(|error| Failure::new(error.to_string()))?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).map_err(|error| Failure::new(error.to_string()))?;
    // cbindgen does not look into macros: the exports that one macro declares are added here.
    let end = text.rfind("#ifdef __cplusplus").unwrap_or(text.len());
    let (head, tail) = text.split_at_checked(end).unwrap_or((&text, ""));
    Ok(format!("{head}{}{tail}", macro_exports()?))
}

/// C declarations of what `export!` and `export_call!` declare.
fn macro_exports() -> Result<String, Failure> {
    let mut out = String::new();
    for file in ["guard", "session", "approver"] {
        let path = root().join(format!("bindings-c/src/{file}.rs"));
        let text = std::fs::read_to_string(path)?;
        let (mut inside, mut named, mut docs) = (false, false, String::new());
        for line in text.lines() {
            let trimmed = line.trim();
            match line {
                "export! {" => (inside, named) = (true, false),
                "export_call! {" => (inside, named) = (true, true),
                "}" => inside = false,
                _ if !inside => {}
                _ if trimmed.starts_with("///") => {
                    docs.push_str(trimmed);
                    docs.push('\n');
                }
                _ => {
                    let Some((name, rest)) = trimmed.split_once('(') else { continue };
                    let Some((handle, rest)) = rest.split_once(':') else { continue };
                    let kind = rest.split(')').next().unwrap_or_default().trim();
                    let method = if named { "const char *method, " } else { "" };
                    out.push_str(&format!(
                        "{docs}int32_t {name}(const {kind} *{handle}, {method}\
                         const uint8_t *request, size_t len, checkrein_bytes *out);\n\n"
                    ));
                    docs.clear();
                }
            }
        }
    }
    Ok(out)
}

fn header_path() -> PathBuf {
    root().join("bindings-c/include/checkrein.h")
}

/// Writes the header that is committed.
pub fn generate(steps: &mut Steps) -> Result<(), Failure> {
    let written = header().and_then(|text| Ok(std::fs::write(header_path(), text)?));
    steps.check("header written", written)
}

/// Everything in C.
pub fn test(steps: &mut Steps) -> Result<(), Failure> {
    let fresh = header()?;
    let committed = std::fs::read_to_string(header_path()).unwrap_or_default();
    let same = if fresh == committed {
        Ok(())
    } else {
        Err(Failure::new("it is not what the sources give; run `cargo xtask generate`"))
    };
    steps.check("the committed header", same)?;
    steps.check("every export stands behind the boundary", boundary())?;
    build(steps)?;
    let lines = root().join("conformance/lines");
    let mut suites: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(lines)? {
        suites.push(entry?.path().display().to_string());
    }
    suites.sort();
    let suites: Vec<&str> = suites.iter().map(String::as_str).collect();
    let example = compile(steps, "examples/c/host.c", "c-host")?;
    let engine = compile(steps, "examples/c/engine.c", "c-engine")?;
    let first = compile(steps, "examples/c/first.c", "c-first")?;
    let walker = compile(steps, "bindings-c/tests/walker.c", "c-walker")?;
    let misuse = compile(steps, "bindings-c/tests/misuse.c", "c-misuse")?;
    steps.check("C example of the README", decides(&first))?;
    checked(steps, "C example", &example, &[])?;
    checked(steps, "C engine", &engine, &[])?;
    checked(steps, "C misuse", &misuse, &[])?;
    steps.run("C conformance", &root(), &walker, &suites)
}

/// Builds the library that C and Go link.
pub fn build(steps: &mut Steps) -> Result<(), Failure> {
    steps.run("libcheckrein", &root(), "cargo", &["build", "--quiet", "-p", "checkrein-c"])
}

/// Where the built library lies.
pub fn library() -> PathBuf {
    target().join("debug")
}

/// Installs header and static library to a prefix.
pub fn install(prefix: &Path) -> Result<(), Failure> {
    let (include, lib) = (prefix.join("include"), prefix.join("lib"));
    std::fs::create_dir_all(&include)?;
    std::fs::create_dir_all(&lib)?;
    std::fs::copy(header_path(), include.join("checkrein.h"))?;
    std::fs::copy(library().join("libcheckrein_c.a"), lib.join("libcheckrein.a"))?;
    Ok(())
}

fn compile(steps: &mut Steps, source: &str, name: &str) -> Result<PathBuf, Failure> {
    let folder = target().join("c");
    std::fs::create_dir_all(&folder)?;
    let out = folder.join(name);
    let include = format!("-I{}", root().join("bindings-c/include").display());
    let library = library().join("libcheckrein_c.a").display().to_string();
    let output = out.display().to_string();
    let mut arguments: Vec<&str> = STRICT.to_vec();
    let sanitize = "-fsanitize=address,undefined";
    if !answers("valgrind", "--version") {
        // What the compiler itself brings finds the same faults where valgrind is not installed.
        arguments.push(sanitize);
    }
    arguments.extend([source, &include, &library, "-o", &output, "-lpthread", "-ldl", "-lm"]);
    steps.run(&format!("compile {source}"), &root(), "cc", &arguments)?;
    Ok(out)
}

/// The README's payment runs and the document's is asked about.
fn decides(program: &Path) -> Result<(), Failure> {
    let said = output(&root(), &program.display().to_string(), &[])?;
    let decided = said.lines().filter(|line| line.contains(r#""verb":"authorize_tool_call""#));
    let outcome = |line: &str| {
        ["allow", "ask"].into_iter().find(|it| line.contains(&format!(r#""outcome":"{it}""#)))
    };
    if decided.map(outcome).eq([Some("allow"), Some("ask")]) {
        return Ok(());
    }
    Err(Failure::new(format!("it printed:\n{said}")))
}

/// Runs a program under valgrind, or with the sanitizers that were compiled in.
fn checked(
    steps: &mut Steps,
    what: &str,
    program: &Path,
    arguments: &[&str],
) -> Result<(), Failure> {
    if !answers("valgrind", "--version") {
        return steps.run(&format!("{what}, address sanitizer"), &root(), program, arguments);
    }
    let program = program.display().to_string();
    let mut line = vec![
        "--quiet",
        "--error-exitcode=9",
        "--leak-check=full",
        "--errors-for-leak-kinds=definite",
        &program,
    ];
    line.extend(arguments);
    steps.run(&format!("{what}, valgrind"), &root(), "valgrind", &line)
}

/// No `extern "C" fn` without one of the guards in its body.
fn boundary() -> Result<(), Failure> {
    const GUARDS: &[&str] = &[
        "answer(",
        "quiet(",
        "quiet_or(",
        "{ free(",
        "boundary::answer(",
        "concat!(env!",
        "i32::try_from(ErrorKind::ALL",
    ];
    for entry in std::fs::read_dir(root().join("bindings-c/src"))? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        for export in text.split("extern \"C\" fn ").skip(1) {
            let body = export.split("#[unsafe(no_mangle)]").next().unwrap_or_default();
            if !GUARDS.iter().any(|guard| body.contains(guard)) {
                let name = export.split('(').next().unwrap_or_default();
                return Err(Failure::new(format!("{}: `{name}` has no guard", path.display())));
            }
        }
    }
    Ok(())
}
