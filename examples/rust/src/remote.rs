//! A decision point for the example: a real Open Policy Agent where the program `opa` is installed,
//! else a stub that speaks the same API.

use checkrein::{Limits, Value};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long OPA may take to begin.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that decides, on this machine. Ends when it is dropped.
pub struct DecisionPoint {
    /// What it is, for people.
    pub what: String,
    /// Where it is asked.
    pub url: String,
    opa: Option<Child>,
    /// Ends the stub.
    over: Arc<AtomicBool>,
}

impl DecisionPoint {
    /// OPA with `rules` where `opa` is on the path, else a stub with the same rules.
    ///
    /// # Errors
    /// Where no server can be started.
    pub fn start(rules: &Path) -> std::io::Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        match find(std::env::split_paths(&path)) {
            Some(opa) => Self::opa(&opa, rules),
            None => Self::stub(),
        }
    }

    /// The program `opa`, with these rules.
    ///
    /// # Errors
    /// Where it cannot be started, or does not answer.
    pub fn opa(program: &Path, rules: &Path) -> std::io::Result<Self> {
        // A port that was free a moment ago.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let child = Command::new(program)
            .args(["run", "--server", "--log-level", "error", "--addr", &address.to_string()])
            .arg(rules)
            .stdin(Stdio::null())
            .spawn()?;
        let what = format!("the Open Policy Agent, {}", program.display());
        let point =
            Self { what, url: format!("http://{address}"), opa: Some(child), over: Arc::default() };
        let began = Instant::now();
        while !is_up(address) {
            if began.elapsed() > PATIENCE {
                let message = "the Open Policy Agent does not answer";
                return Err(std::io::Error::new(std::io::ErrorKind::TimedOut, message));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(point)
    }

    /// A stub: the data API of OPA, with the rules of `agents.rego` said again in Rust.
    ///
    /// # Errors
    /// Where it cannot listen.
    pub fn stub() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let ends = Arc::clone(&ends);
                std::thread::spawn(move || serve(stream, &ends));
            }
        });
        Ok(Self { what: "a stub, for `opa` is not installed".to_owned(), url, opa: None, over })
    }
}

impl Drop for DecisionPoint {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        if let Some(opa) = &mut self.opa {
            let _ = opa.kill();
            let _ = opa.wait();
        }
    }
}

fn find(mut folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    let name = if cfg!(windows) { "opa.exe" } else { "opa" };
    folders.find_map(|folder| Some(folder.join(name)).filter(|path| path.is_file()))
}

fn is_up(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut said = String::new();
        BufReader::new(stream).read_line(&mut said)?;
        Ok(said.contains(" 200 "))
    };
    ask().unwrap_or(false)
}

/// Answers each question of one connection, until it is over.
fn serve(stream: TcpStream, over: &AtomicBool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let (mut line, mut length, mut right) = (String::new(), 0, false);
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let lower = line.trim().to_ascii_lowercase();
            right |= lower.starts_with("post /v1/data/agents/decision ");
            if let Some(said) = lower.strip_prefix("content-length: ") {
                length = said.parse().unwrap_or(0).min(1 << 20);
            }
            if lower.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        if over.load(Ordering::SeqCst) {
            return Ok(());
        }
        let asked = Value::parse(&body, &Limits::default()).unwrap_or(Value::Null);
        // As OPA says it of a document that no rule defines.
        let body = if right { decision(&asked) } else { "{}".to_owned() };
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json";
        write!(writer, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
    }
}

/// The rules of `agents.rego`.
fn decision(asked: &Value) -> String {
    let at = |path: &str| {
        path.split('/')
            .try_fold(asked, |value, name| value.get(name))
            .cloned()
            .unwrap_or(Value::Null)
    };
    let lists = |path: &str, word: &str| {
        at(path)
            .as_array()
            .is_some_and(|items| items.iter().any(|item| item.as_str() == Some(word)))
    };
    let pays = at("input/resource/id").as_str() == Some("pay")
        && lists("input/subject/properties/groups", "clerks");
    let result = match at("input/context/input/cents").as_int() {
        _ if lists("input/context/tool/effects", "read") => r#"{"allow": true}"#,
        Some(..=50_000) if pays => r#"{"allow": true}"#,
        Some(..=1_000_000) if pays => {
            r#"{"allow": false, "outcome": "ask", "reasons": ["more than 500 needs a second person"]}"#
        }
        _ => r#"{"allow": false, "reasons": ["no rule of the organisation permits this"]}"#,
    };
    format!(r#"{{"result": {result}}}"#)
}
