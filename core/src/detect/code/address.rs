//! Reads addresses: which host they reach, and whether it is this machine or its surroundings.

use crate::finding::CodeFacts;
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Longer addresses are not parsed; nothing that is meant is that long.
const ADDRESS_BYTES: usize = 16 * 1024;

/// Schemes that reach further than a web request should.
const LOCAL_SCHEMES: &[&str] =
    &["file", "gopher", "dict", "ldap", "ldaps", "tftp", "jar", "netdoc", "phar", "expect", "php"];

/// Names that resolve to loopback or whatever address is written into them.
const LOOPBACK_DOMAINS: &[&str] = &["localtest.me", "lvh.me", "vcap.me", "lacolhost.com"];
const EMBEDDING_DOMAINS: &[&str] = &["nip.io", "sslip.io", "xip.io", "traefik.me"];

const INTERNAL_SUFFIXES: &[&str] = &[
    "localhost",
    "local",
    "internal",
    "localdomain",
    "lan",
    "intranet",
    "corp",
    "home",
    "home.arpa",
    "private",
    "svc",
    "cluster.local",
];

/// A host in canonical form, and what can be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::detect) struct Reached {
    /// Lower case, punycode; IP addresses in their one usual form, IPv4 in IPv6 as IPv4.
    pub(in crate::detect) host: String,
    /// Whether it is this machine or its surroundings.
    pub(in crate::detect) internal: bool,
    /// Whether it is an IP address.
    pub(in crate::detect) ip: bool,
}

/// The host that a parsed URL reaches.
pub(in crate::detect) fn reached(url: &Url) -> Option<Reached> {
    match url.host()? {
        Host::Ipv4(ip) => Some(reached_v4(ip)),
        Host::Ipv6(ip) => Some(match embedded_v4(ip) {
            Some(v4) => reached_v4(v4),
            None => Reached { host: ip.to_string(), internal: is_internal_v6(ip), ip: true },
        }),
        Host::Domain(domain) => Some(reached_name(domain)),
    }
}

fn reached_v4(ip: Ipv4Addr) -> Reached {
    Reached { host: ip.to_string(), internal: is_internal_v4(ip), ip: true }
}

fn reached_name(domain: &str) -> Reached {
    let name = domain.trim_end_matches('.').to_ascii_lowercase();
    // Schemes that `url` does not know leave numbers as they are.
    if let Some(ip) = name.parse::<Ipv4Addr>().ok().or_else(|| special_v4(&name)) {
        return reached_v4(ip);
    }
    Reached { internal: is_internal_name(&name), host: name, ip: false }
}

fn special_v4(name: &str) -> Option<Ipv4Addr> {
    if !name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match Host::parse(name) {
        Ok(Host::Ipv4(ip)) => Some(ip),
        _ => None,
    }
}

/// The host that stands in `text` alone: `example.com`, `10.0.0.1:80`, `[::1]`.
pub(in crate::detect) fn bare_host(text: &str) -> Option<Reached> {
    if text.is_empty() || text.len() > 512 || text.contains(char::is_whitespace) {
        return None;
    }
    let url = Url::parse(&format!("http://{text}")).ok()?;
    reached(&url)
}

fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = ip.segments();
    let tail = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        // Mapped, NAT64, and the old compatible form.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => {
            Some(tail(high, low))
        }
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(tail(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(tail(high, low)),
        [0x2002, high, low, ..] => Some(tail(high, low)),
        _ => None,
    }
}

/// Whether an IPv4 address is loopback, private, link-local, metadata, or otherwise not public.
pub(in crate::detect) fn is_internal_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        // Where one large cloud answers its machines.
        || ip == Ipv4Addr::new(168, 63, 129, 16)
}

fn is_internal_v6(ip: Ipv6Addr) -> bool {
    let [first, ..] = ip.segments();
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || first & 0xfe00 == 0xfc00
        || first & 0xffc0 == 0xfe80
        || first & 0xffc0 == 0xfec0
}

/// Whether a name leads to this machine or its surroundings. A name without a dot is one.
pub(in crate::detect) fn is_internal_name(name: &str) -> bool {
    if name.is_empty() || !name.contains('.') {
        return true;
    }
    if INTERNAL_SUFFIXES.iter().any(|suffix| has_suffix(name, suffix)) {
        return true;
    }
    if LOOPBACK_DOMAINS.iter().any(|suffix| has_suffix(name, suffix)) {
        return true;
    }
    EMBEDDING_DOMAINS.iter().any(|suffix| has_suffix(name, suffix)) && embeds_internal(name)
}

/// Whether `name` is `suffix` or lies under it.
pub(in crate::detect) fn has_suffix(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix).is_some_and(|head| head.is_empty() || head.ends_with('.'))
}

/// `10.0.0.1.nip.io` and `app-10-0-0-1.sslip.io` resolve to what is written into them.
fn embeds_internal(name: &str) -> bool {
    let numbers: Vec<&str> = name.split(['.', '-']).collect();
    let mut found = false;
    for window in numbers.windows(4) {
        let parsed: Vec<u8> = window.iter().filter_map(|part| part.parse().ok()).collect();
        if let [a, b, c, d] = parsed[..] {
            found = true;
            if is_internal_v4(Ipv4Addr::new(a, b, c, d)) {
                return true;
            }
        }
    }
    // A hexadecimal form, or one that cannot be read: it can be anything.
    !found
}

/// Reads an address: a URL, a host, or a local path. Adds to `facts`.
pub(super) fn read(text: &str, facts: &mut CodeFacts) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    if text.len() > ADDRESS_BYTES {
        facts.unparsed = true;
        return;
    }
    // Clients drop these wherever they stand.
    let joined;
    let text = if text.contains(['\t', '\n', '\r']) {
        joined = text.replace(['\t', '\n', '\r'], "");
        joined.as_str()
    } else {
        text
    };
    if let Some(rest) = text.strip_prefix("//") {
        return read_url(&format!("http://{rest}"), facts);
    }
    let local = text.starts_with(['/', '\\', '~', '.']);
    if local || super::path::drive(text) {
        return super::path::read(text, facts);
    }
    if has_scheme(text) {
        return read_url(text, facts);
    }
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let plausible =
        host.contains('.') || host.contains(':') || host.eq_ignore_ascii_case("localhost");
    if let Some(after_at) = host.rsplit_once('@').map(|(_, host)| host) {
        // A mail address is no place to reach, `user@host:path` is.
        if host.contains(':') {
            add_host(bare_host(after_at.split(':').next().unwrap_or_default()), facts);
        }
        return;
    }
    let numeric = !host.is_empty() && special_v4(&host.to_ascii_lowercase()).is_some();
    if (plausible || numeric) && !text.contains(char::is_whitespace) {
        add_host(bare_host(host), facts);
    }
}

/// Whether `text` begins with a URL scheme and a colon that is no port.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'));
    let port = rest.split(['/', '?']).next().unwrap_or_default();
    let is_port = !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
    named && !is_port
}

fn read_url(text: &str, facts: &mut CodeFacts) {
    // What browsers and clients drop, `url` drops; what it refuses, some client may still take.
    let Ok(url) = Url::parse(text) else {
        facts.unparsed = true;
        return;
    };
    add_url(&url, facts);
    // `http://a\@b/` is host a to browsers and b to other clients.
    if text.contains('\\')
        && let Ok(other) = Url::parse(&text.replace('\\', "%5C"))
    {
        add_host(reached(&other), facts);
    }
}

/// Adds every URL that stands somewhere in a text. What does not parse is text.
pub(super) fn embedded(text: &str, facts: &mut CodeFacts) {
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let head = rest.get(..at).unwrap_or_default();
        let letters = head.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'+');
        let url = rest.get(at - letters.count()..).unwrap_or_default();
        let stops = |c: char| c.is_whitespace() || "\"'<>`,;|(){}".contains(c);
        let url = url.get(..url.find(stops).unwrap_or(url.len())).unwrap_or_default();
        if url.len() < ADDRESS_BYTES
            && let Ok(url) = Url::parse(url)
        {
            add_url(&url, facts);
        }
        rest = rest.get(at + 3..).unwrap_or_default();
    }
}

/// Adds what a parsed URL reaches.
pub(super) fn add_url(url: &Url, facts: &mut CodeFacts) {
    let scheme = url.scheme();
    facts.internal_address |= LOCAL_SCHEMES.contains(&scheme);
    if scheme == "file" {
        let path = url.path().to_owned();
        super::path::read(&path, facts);
    }
    if matches!(scheme, "mailto" | "data" | "tel" | "urn" | "javascript" | "about" | "blob") {
        return;
    }
    add_host(reached(url), facts);
}

/// Adds a host to what is reached.
pub(super) fn add_host(reached: Option<Reached>, facts: &mut CodeFacts) {
    let Some(reached) = reached else { return };
    facts.internal_address |= reached.internal;
    super::add(&mut facts.hosts, &reached.host, &mut facts.unparsed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> CodeFacts {
        let mut facts = CodeFacts::default();
        read(text, &mut facts);
        facts
    }

    #[test]
    fn every_form_of_an_internal_address_is_one() {
        let internal = [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://0/",
            "http://0.0.0.0:8080/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[fd00:ec2::254]/latest/meta-data/",
            "http://[fe80::1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://2852039166/",
            "http://metadata.google.internal/computeMetadata/v1/",
            "http://100.100.100.200/latest/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://foo.localhost/",
            "http://printer.local/",
            "http://vault.service.internal/",
            "http://10.1.2.3/",
            "http://172.31.0.1/",
            "http://192.168.0.1/",
            "http://127.0.0.1.nip.io/",
            "http://app-10-0-0-1.sslip.io/",
            "http://a.localtest.me/",
            "http://redis:6379/",
            "http://user@127.0.0.1/",
            "http://good.example\\@127.0.0.1/",
            "https://evil.example@127.0.0.1/",
            "http://１２７.０.０.１/",
            "http://①②⑦.0.0.1/",
            "http://127。0。0。1/",
            "file:///etc/passwd",
            "FILE:///etc/passwd",
            "gopher://127.0.0.1:6379/_FLUSHALL",
            "gopher://example.com/",
            "//127.0.0.1/x",
            "ftp://192.168.1.1/",
            "ws://localhost:9229/",
            "redis://127.0.0.1/",
            "redis://2130706433/",
            "127.0.0.1:8080",
            "localhost:3000/admin",
            "2130706433",
            "[::1]:80/",
            "h\tttp://127.0.0.1/",
        ];
        for text in internal {
            assert!(facts(text).internal_address, "{text}: {:?}", facts(text));
        }
    }

    #[test]
    fn public_addresses_are_not_internal() {
        let public = [
            ("https://example.com/a?b=http://127.0.0.1/", "example.com"),
            ("https://EXAMPLE.com:8443/", "example.com"),
            ("http://8.8.8.8/", "8.8.8.8"),
            ("http://134744072/", "8.8.8.8"),
            ("http://[2606:4700::1111]/", "2606:4700::1111"),
            ("http://172.32.0.1/", "172.32.0.1"),
            ("http://11.0.0.1/", "11.0.0.1"),
            ("http://[::ffff:8.8.8.8]/", "8.8.8.8"),
            ("example.com/path", "example.com"),
            ("example.com:8080/path", "example.com"),
            ("https://internal.example.com/", "internal.example.com"),
            ("https://localhost.example.com/", "localhost.example.com"),
            ("https://bücher.example/", "xn--bcher-kva.example"),
            ("git@github.com:owner/project.git", "github.com"),
            ("http://8.8.8.8.nip.io/", "8.8.8.8.nip.io"),
        ];
        for (text, host) in public {
            let facts = facts(text);
            assert!(!facts.internal_address, "{text}");
            assert_eq!(facts.hosts, [host], "{text}");
        }
        for text in ["", "some words", "mailto:a@example.com", "a@example.com", "data:,x"] {
            assert_eq!(facts(text), CodeFacts::default(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_parsed_says_so() {
        assert!(facts("http://[::1/").unparsed);
        assert!(facts(&format!("http://{}", "a".repeat(20_000))).unparsed);
    }

    #[test]
    fn local_files_are_paths() {
        let facts = facts("file:///etc/passwd");
        assert!(facts.traversal && facts.internal_address);
        assert_eq!(facts.paths, ["/etc/passwd"]);
    }
}
