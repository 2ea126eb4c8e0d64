//! Making a remote decision point: everything is checked before anything is asked.

use crate::cache::Cache;
use crate::question::Sent;
use crate::{Protocol, RemotePdp};
use checkrein::time::{Clock, SystemClock};
use checkrein::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::http::HeaderValue;
use ureq::tls::{PemItem, RootCerts, TlsConfig};
use url::{Host, Url};

/// How long one answer may take where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(1);
/// The most bytes of an answer where nothing is said.
const LIMIT: usize = 64 * 1024;

/// Settings of a decision point to be. Nothing is checked before [`RemotePdpBuilder::build`].
pub struct RemotePdpBuilder {
    protocol: Protocol,
    url: String,
    path: String,
    name: String,
    plain: bool,
    bearer: Option<String>,
    roots: Option<Vec<u8>>,
    timeout: Duration,
    limit: usize,
    sent: Sent,
    also_content: bool,
    cache: Option<(usize, Duration)>,
    clock: Option<Arc<dyn Clock>>,
}

impl RemotePdpBuilder {
    pub(crate) fn new(protocol: Protocol, url: &str, path: &str, name: &str) -> Self {
        Self {
            protocol,
            url: url.to_owned(),
            path: path.to_owned(),
            name: name.to_owned(),
            plain: false,
            bearer: None,
            roots: None,
            timeout: TIMEOUT,
            limit: LIMIT,
            sent: Sent::default(),
            also_content: false,
            cache: None,
            clock: None,
        }
    }

    /// What reasons, records and errors call it: its rule is `remote/<name>`. `authzen` or `opa` where
    /// nothing is said.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Also over plain HTTP to other machines: whoever stands between reads and forges what is said.
    #[must_use]
    pub fn plain_http(mut self) -> Self {
        self.plain = true;
        self
    }

    /// A token that is sent as `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        self.bearer = Some(token.into());
        self
    }

    /// Certificates (PEM) that vouch for the server, in place of the public ones.
    #[must_use]
    pub fn roots(mut self, pem: &[u8]) -> Self {
        self.roots = Some(pem.to_vec());
        self
    }

    /// How long one answer may take, from name to last byte; a second where nothing is said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many bytes an answer may have; 64 KiB where nothing is said.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Sends the value of the argument called so, a top-level name, where it holds no secret.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>) -> Self {
        self.sent.arguments.insert(name.into());
        self
    }

    /// Sends the claim of the user that is called so.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>) -> Self {
        self.sent.claims.insert(name.into());
        self
    }

    /// Sends what the session counts, its risk, amounts, and the time: no two questions are alike
    /// then, and a cache finds nothing.
    #[must_use]
    pub fn counters(mut self) -> Self {
        self.sent.counters = true;
        self
    }

    /// Asks about what enters and leaves as well, and not about calls alone.
    #[must_use]
    pub fn also_content(mut self) -> Self {
        self.also_content = true;
        self
    }

    /// Keeps at most `most` answers, each for `keep`, by the digest of all that was asked. Denials;
    /// and other answers to calls that do nothing but read.
    #[must_use]
    pub fn cache(mut self, most: usize, keep: Duration) -> Self {
        self.cache = Some((most, keep));
        self
    }

    /// An injected clock, for the cache.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Makes it, or says what is wrong. Nothing is asked yet.
    ///
    /// # Errors
    /// `misuse/argument`.
    pub fn build(self) -> Result<RemotePdp> {
        let name_fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(name_fits) {
            let name = self.name.escape_default();
            return Err(misuse(&format!(
                "`{name}` is no name: 1 to 64 letters, digits, `-` and `_`"
            )));
        }
        let url = address(&self.url, &self.path, self.plain)?;
        if self.timeout.is_zero() || self.limit == 0 {
            return Err(misuse("a timeout and a limit are more than 0"));
        }
        let bearer = match &self.bearer {
            None => None,
            Some(token) => {
                let text = format!("Bearer {token}");
                let mut header = HeaderValue::from_str(&text)
                    .ok()
                    .filter(|_| !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic()))
                    .ok_or_else(|| misuse("the token has characters that no header may have"))?;
                header.set_sensitive(true);
                Some(header)
            }
        };
        let cache = match self.cache {
            Some((most, keep)) if most == 0 || keep.is_zero() => {
                return Err(misuse("a cache keeps more than 0 answers, longer than no time"));
            }
            Some((most, keep)) => {
                let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::default()));
                Some(Cache::new(most, keep, clock).into())
            }
            None => None,
        };
        let mut tls = TlsConfig::builder();
        if let Some(pem) = &self.roots {
            tls = tls.root_certs(certificates(pem)?);
        }
        let agent: Agent = Agent::config_builder()
            .https_only(url.scheme() == "https")
            .http_status_as_error(false)
            .max_redirects(0)
            // Nothing of the environment decides whom is asked.
            .proxy(None)
            .timeout_global(Some(self.timeout))
            .user_agent(concat!("checkrein/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .tls_config(tls.build())
            .build()
            .into();
        Ok(RemotePdp {
            rule: format!("remote/{}", self.name),
            name: self.name,
            protocol: self.protocol,
            url: url.into(),
            agent,
            bearer,
            sent: self.sent,
            also_content: self.also_content,
            limit: self.limit as u64,
            cache,
        })
    }
}

impl std::fmt::Debug for RemotePdpBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the token, nor an address that may still hold one.
        f.debug_struct("RemotePdpBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The whole address, if it is one that may be asked.
fn address(base: &str, path: &str, plain: bool) -> Result<Url> {
    let mut url = Url::parse(base)
        .map_err(|e| misuse(&format!("the address of a decision point cannot be read: {e}")))?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(misuse("the address of a decision point names no host")),
    };
    match url.scheme() {
        "https" => {}
        "http" if local || plain => {}
        "http" => {
            let message = "a decision point on another machine is asked over HTTPS: `https://...`; \
                or allow `plain_http`";
            return Err(misuse(message));
        }
        other => {
            let message = format!("a decision point is asked over HTTPS, not over `{other}`");
            return Err(misuse(&message));
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(misuse("an address holds no password: the token goes with `bearer`"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(misuse("the address of a decision point ends before `?` and `#`"));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let plain_part =
        |part: &str| !part.is_empty() && part.chars().all(fits) && part.chars().any(|c| c != '.');
    if !path.split('/').all(plain_part) {
        let path = path.strip_prefix("v1/data/").unwrap_or(path).escape_default();
        let message =
            format!("`{path}` is no path of a document: letters, digits, `-_.`, divided by `/`");
        return Err(misuse(&message));
    }
    let whole = format!("{}/{path}", url.path().trim_end_matches('/'));
    url.set_path(&whole);
    Ok(url)
}

fn certificates(pem: &[u8]) -> Result<RootCerts> {
    let mut certificates = Vec::new();
    for item in ureq::tls::parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|e| misuse(&e.to_string()))? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(misuse("there is no certificate in the PEM text"));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

fn misuse(message: &str) -> Error {
    Error::new(ErrorKind::MisuseArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(builder: RemotePdpBuilder) -> String {
        let error = builder.build().unwrap_err();
        assert_eq!(error.code(), "misuse/argument");
        error.message().to_owned()
    }

    #[test]
    fn where_it_asks() {
        let url = |builder: RemotePdpBuilder| builder.build().unwrap().url;
        assert_eq!(
            url(RemotePdp::authzen("https://pdp.example.com")),
            "https://pdp.example.com/access/v1/evaluation"
        );
        assert_eq!(
            url(RemotePdp::authzen("https://pdp.example.com:8443/tenant/a/")),
            "https://pdp.example.com:8443/tenant/a/access/v1/evaluation"
        );
        assert_eq!(
            url(RemotePdp::opa("http://127.0.0.1:8181", "agents/decision")),
            "http://127.0.0.1:8181/v1/data/agents/decision"
        );
        url(RemotePdp::opa("http://[::1]:8181", "a"));
        url(RemotePdp::opa("http://localhost:8181", "a"));
        url(RemotePdp::opa("http://pdp.example.com", "a").plain_http());
    }

    #[test]
    fn what_may_not_be_asked_is_refused_before_anything_is() {
        for (address, why) in [
            ("http://pdp.example.com", "plain_http"),
            ("http://127.0.0.1.example.com", "plain_http"),
            ("http://localhost.example.com", "plain_http"),
            ("http://169.254.169.254", "plain_http"),
            ("ftp://pdp.example.com", "not over `ftp`"),
            ("file:///etc/passwd", "names no host"),
            ("pdp.example.com", "cannot be read"),
            ("https://user:word@pdp.example.com", "no password"),
            ("https://pdp.example.com?token=1", "ends before"),
            ("https://pdp.example.com#a", "ends before"),
        ] {
            assert!(refused(RemotePdp::authzen(address)).contains(why), "{address}");
        }
        for path in ["", "/a", "a/", "a//b", "a/../b", "a?b", "a b", "a%2fb", "\u{202e}"] {
            let said = refused(RemotePdp::opa("https://pdp.example.com", path));
            assert!(said.contains("no path"), "{path}: {said}");
        }
        let good = || RemotePdp::opa("https://pdp.example.com", "a");
        assert!(refused(good().name("a b")).contains("no name"));
        assert!(refused(good().name("")).contains("no name"));
        assert!(refused(good().timeout(Duration::ZERO)).contains("more than 0"));
        assert!(refused(good().limit(0)).contains("more than 0"));
        assert!(refused(good().cache(0, TIMEOUT)).contains("cache"));
        assert!(refused(good().cache(1, Duration::ZERO)).contains("cache"));
        assert!(refused(good().bearer("a\r\nX: 1")).contains("token"));
        assert!(refused(good().bearer("")).contains("token"));
        assert!(refused(good().roots(b"nothing")).contains("no certificate"));
    }

    #[test]
    fn the_token_is_shown_nowhere() {
        let builder = RemotePdp::opa("https://pdp.example.com", "a").bearer("token-1");
        assert!(!format!("{builder:?}").contains("token-1"));
        let pdp = builder.build().unwrap();
        assert!(!format!("{pdp:?} {:?}", pdp.bearer).contains("token-1"));
    }
}
