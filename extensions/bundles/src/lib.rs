//! Signed bundles over HTTPS: pulled into a file that a guard reads, by ETag, at an interval.
//!
//! Nothing unsigned is ever taken, nothing older, and nothing that does not load: the file keeps
//! the last bundle that was good, for a start while the server is down.

mod poll;

pub use poll::Poll;

use checkrein::config::Files;
use checkrein::note::Verifier;
use checkrein::{Error, ErrorKind, Guard, Limits, Result, file};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig};

/// How long one request may take where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest ETag that is kept.
const MAX_ETAG: usize = 1024;

/// What became of a pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulled {
    /// Another bundle is in the file.
    New,
    /// The file has what the server has.
    Same,
}

/// A bundle behind an address, and the file that it is pulled into.
pub struct Https {
    url: String,
    file: PathBuf,
    trust: Vec<Verifier>,
    bearer: Option<String>,
    roots: Option<RootCerts>,
    timeout: Duration,
    limits: Limits,
    /// What the server called the file's content, and of which bytes it said so.
    etag: Option<String>,
}

impl Https {
    /// The bundle at `url`, to be pulled into `file`.
    ///
    /// # Errors
    /// `misuse/argument` for an address that is not HTTPS.
    pub fn new(url: &str, file: impl Into<PathBuf>) -> Result<Self> {
        if !url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
            return Err(misuse("a bundle comes over HTTPS: `https://...`"));
        }
        Ok(Self {
            url: url.to_owned(),
            file: file.into(),
            trust: Vec::new(),
            bearer: None,
            roots: None,
            timeout: TIMEOUT,
            limits: Limits::default(),
            etag: None,
        })
    }

    /// A key that the bundle may be signed with: `name+id+base64`. At least one is needed.
    ///
    /// # Errors
    /// `misuse/argument`.
    pub fn trust(mut self, key: &str) -> Result<Self> {
        self.trust.push(Verifier::parse(key).map_err(|e| misuse(e.message()))?);
        Ok(self)
    }

    /// A token that is sent as `Authorization: Bearer`, and never to where a redirect leads.
    #[must_use]
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        self.bearer = Some(token.into());
        self
    }

    /// Certificates (PEM) that vouch for the server, in place of the public ones.
    ///
    /// # Errors
    /// `misuse/argument`.
    pub fn roots(mut self, pem: &[u8]) -> Result<Self> {
        let mut certificates = Vec::new();
        for item in ureq::tls::parse_pem(pem) {
            if let PemItem::Certificate(certificate) = item.map_err(|e| misuse(&e.to_string()))? {
                certificates.push(certificate);
            }
        }
        if certificates.is_empty() {
            return Err(misuse("there is no certificate in the PEM text"));
        }
        self.roots = Some(RootCerts::new_with_certs(&certificates));
        Ok(self)
    }

    /// How long one pull may take, from name to last byte.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many bytes a bundle may have.
    ///
    /// # Errors
    /// `misuse/argument` for 0.
    pub fn limit(mut self, bytes: usize) -> Result<Self> {
        self.limits.set("bundle", bytes)?;
        Ok(self)
    }

    /// The file that it is pulled into: a guard's `bundle`.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Asks the server, and puts another bundle into the file where it has one that is good.
    ///
    /// # Errors
    /// `bundle/file` where the server does not answer with one, `bundle/signature`,
    /// `bundle/rollback`, `limit/bundle`, and why it does not load. The file is as it was then.
    pub fn pull(&mut self) -> Result<Pulled> {
        if self.trust.is_empty() {
            return Err(misuse("over HTTPS a bundle is signed: name the key with `trust`"));
        }
        let before = self.present();
        // The server's word about bytes that are not there any more is worth nothing.
        let etag = self.etag.take().filter(|_| before.is_some());
        let mut request = self.agent().get(&self.url);
        if let Some(etag) = &etag {
            request = request.header("If-None-Match", etag);
        }
        if let Some(token) = &self.bearer {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut response = request.call().map_err(|e| self.fault(&e.to_string()))?;
        match response.status().as_u16() {
            304 if etag.is_some() => {
                self.etag = etag;
                return Ok(Pulled::Same);
            }
            200 => {}
            status => return Err(self.fault(&format!("the server answered {status}"))),
        }
        let offered = response.headers().get("etag").and_then(|tag| tag.to_str().ok());
        let offered = offered.filter(|tag| tag.len() <= MAX_ETAG).map(str::to_owned);
        // Headers of the archive beside its content; `unpack` looks closer.
        let most = self.limits.bundle.saturating_add(1 << 20) as u64;
        let bytes = response.body_mut().with_config().limit(most).read_to_vec();
        let bytes = bytes.map_err(|e| match e {
            ureq::Error::BodyExceedsLimit(_) => {
                let message = format!("more than the limit `bundle` of {}", self.limits.bundle);
                Error::new(ErrorKind::LimitBundle, message).with("file", self.url.as_str())
            }
            e => self.fault(&e.to_string()),
        })?;
        let pulled = self.take(&bytes, before)?;
        self.etag = offered;
        Ok(pulled)
    }

    /// Judges what arrived, and puts it into the file.
    fn take(&self, bytes: &[u8], before: Option<(Vec<u8>, Files)>) -> Result<Pulled> {
        let files = Files::unpack(&self.url, bytes, &self.limits)?;
        let signed = files.verify(&self.trust)?;
        if let Some((present, files)) = before {
            if present == bytes {
                return Ok(Pulled::Same);
            }
            let kept = files.verify(&self.trust).ok().filter(|kept| kept.name == signed.name);
            if let Some(kept) = kept.filter(|kept| kept.revision > signed.revision) {
                let (offered, kept) = (signed.revision, kept.revision);
                let message = format!("revision {offered} is older than {kept}, which is here");
                return Err(
                    Error::new(ErrorKind::BundleRollback, message).with("file", self.url.as_str())
                );
            }
        }
        let io = |e: std::io::Error| {
            Error::new(ErrorKind::BundleFile, format!("the bundle cannot be kept: {e}"))
                .with("file", file::shown(&self.file))
        };
        let mut name = self.file.file_name().unwrap_or_default().to_os_string();
        name.push(".new");
        let offered = self.file.with_file_name(name);
        file::replace(&offered, bytes, true).map_err(io)?;
        let keys = self.trust.iter().map(Verifier::text);
        let limit = self.limits.bundle;
        let builder = Guard::builder().bundle(&offered).limit("bundle", limit);
        let loads = keys.fold(builder, |builder, key| builder.trust(key)).build();
        let kept = loads.and_then(|_| fs::rename(&offered, &self.file).map_err(io));
        if kept.is_err() {
            let _ = fs::remove_file(&offered);
        }
        kept.map(|()| Pulled::New)
    }

    /// What is in the file, if that is an archive.
    fn present(&self) -> Option<(Vec<u8>, Files)> {
        let bytes = fs::read(&self.file).ok()?;
        let files = Files::unpack(&self.url, &bytes, &self.limits).ok()?;
        Some((bytes, files))
    }

    fn agent(&self) -> Agent {
        let mut tls = TlsConfig::builder();
        if let Some(roots) = &self.roots {
            tls = tls.root_certs(roots.clone());
        }
        Agent::config_builder()
            .https_only(true)
            .http_status_as_error(false)
            .max_redirects(3)
            .timeout_global(Some(self.timeout))
            .user_agent(concat!("checkrein/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build()
            .into()
    }

    fn fault(&self, message: &str) -> Error {
        // Without what an address may carry behind a question mark.
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        Error::new(ErrorKind::BundleFile, format!("no bundle came: {message}")).with("file", url)
    }
}

impl std::fmt::Debug for Https {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the token, nor what an address may carry.
        f.debug_struct("Https").field("file", &self.file).finish_non_exhaustive()
    }
}

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

fn misuse(message: &str) -> Error {
    Error::new(ErrorKind::MisuseArgument, message)
}
