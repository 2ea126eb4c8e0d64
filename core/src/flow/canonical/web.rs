//! Addresses, hosts and URLs: their forms are those that the standards give.

use url::{Host, Url};

/// An e-mail address: lower case, the domain in punycode; dots and plus tags kept.
pub(in crate::flow) fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(text);
    let text = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => text.get(7..).unwrap_or(text),
        _ => text,
    };
    let (local, domain) = text.split_once('@')?;
    let plain = |c: char| c.is_alphanumeric() || "!#$&'*+-/=?^_{}~.".contains(c);
    if local.is_empty() || local.len() > 64 || !local.chars().all(plain) {
        return None;
    }
    let domain = host_name(domain)?;
    domain.contains('.').then(|| format!("{}@{domain}", local.to_lowercase()))
}

/// A host name in lower case and punycode; none for an IP address or what is no host.
fn host_name(text: &str) -> Option<String> {
    if is_plain_host(text) {
        return Some(text.to_ascii_lowercase());
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    if text.is_empty() || text.len() > 253 || !text.chars().all(plain) || text.contains("..") {
        return None;
    }
    match Host::parse(text).ok()? {
        Host::Domain(name) => Some(name.trim_end_matches('.').to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// Whether `text` is a host whose form is itself in lower case. Nearly all are, and need no tables
/// of Unicode.
fn is_plain_host(text: &str) -> bool {
    let bytes = text.as_bytes();
    let pairs = bytes.windows(2).all(|pair| !matches!(pair, b".." | b"--" | b".-" | b"-."));
    let last = text.rsplit('.').next().unwrap_or_default();
    pairs
        && text.len() <= 253
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Host and rest of a URL that has nothing to resolve, to decode or to encode.
fn plain_url(text: &str) -> Option<(String, &str)> {
    let text = text.trim();
    let web = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let bare = web.unwrap_or(text);
    let (host, rest) = bare.split_at_checked(bare.find('/').unwrap_or(bare.len()))?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._~=&+?-".contains(&b);
    let is_plain = rest.bytes().all(plain)
        && !rest.contains("/.")
        && text.len() <= 8192
        && is_plain_host(host)
        && (web.is_some() || is_bare_url(text));
    is_plain.then(|| (host.to_ascii_lowercase(), rest))
}

/// The host that `text` names by itself: a name, an IP address, with or without a port.
pub(in crate::flow) fn host(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.contains(['/', '\\', '@', '?', '#', ' ', '%']) {
        return None;
    }
    let url = Url::parse(&format!("http://{text}/")).ok()?;
    url.host_str().map(|host| host.trim_end_matches('.').to_owned())
}

/// A URL without its scheme where that is http(s), default port and root slash; host in punycode.
pub(in crate::flow) fn url(text: &str) -> Option<String> {
    if let Some((mut form, rest)) = plain_url(text) {
        form.push_str(if rest == "/" { "" } else { rest });
        return Some(form);
    }
    any_url(text)
}

fn any_url(text: &str) -> Option<String> {
    let url = parse_url(text)?;
    let host = url.host_str()?.trim_end_matches('.');
    let mut form = String::with_capacity(text.len());
    if !matches!(url.scheme(), "http" | "https") {
        form.push_str(url.scheme());
        form.push_str("://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        form.push_str(url.username());
        form.push(':');
        form.push_str(url.password().unwrap_or_default());
        form.push('@');
    }
    form.push_str(host);
    if let Some(port) = url.port() {
        form.push(':');
        form.push_str(&port.to_string());
    }
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare {
        form.push_str(url.path());
    }
    for (mark, part) in [('?', url.query()), ('#', url.fragment())] {
        if let Some(part) = part {
            form.push(mark);
            form.push_str(part);
        }
    }
    Some(form)
}

/// The host that a URL leads to.
pub(in crate::flow) fn url_host(text: &str) -> Option<String> {
    if let Some((host, _)) = plain_url(text) {
        return Some(host);
    }
    parse_url(text)?.host_str().map(|host| host.trim_end_matches('.').to_owned())
}

fn parse_url(text: &str) -> Option<Url> {
    let text = text.trim();
    if text.is_empty() || text.len() > 8192 || text.contains(char::is_whitespace) {
        return None;
    }
    let parsed = if text.contains("://") {
        Url::parse(text).ok()?
    } else if is_bare_url(text) {
        Url::parse(&format!("http://{text}")).ok()?
    } else {
        return None;
    };
    parsed.host_str().is_some_and(|host| !host.is_empty()).then_some(parsed)
}

/// `www.example.com/x`, `example.com`: a URL that programs make a link of.
fn is_bare_url(text: &str) -> bool {
    let end = text.find(['/', '?', '#', ':']).unwrap_or(text.len());
    let (host, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    if host.contains('@') || !host.contains('.') || host_name(host).is_none() {
        return false;
    }
    let top = host.rsplit('.').next().unwrap_or_default();
    let is_name = top.len() >= 2 && top.chars().all(char::is_alphabetic);
    let known = TOP_LEVEL.binary_search(&top.to_ascii_lowercase().as_str()).is_ok();
    let starts_www = host.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www."));
    is_name && (known || starts_www || (rest.starts_with('/') && rest.len() > 1))
}

/// Top-level domains that a bare host is recognized by; sorted. File endings (`zip`, `py`, `sh`,
/// `md`, `rs`) are left out: `notes.md` is a file.
const TOP_LEVEL: &[&str] = &[
    "ai", "app", "at", "au", "be", "biz", "br", "ca", "ch", "click", "cn", "co", "com", "cz", "de",
    "dev", "dk", "edu", "es", "eu", "example", "fi", "fr", "gg", "gov", "gr", "hk", "ie", "il",
    "in", "info", "int", "invalid", "io", "ir", "it", "jp", "kr", "link", "live", "ly", "me",
    "mil", "mx", "net", "nl", "no", "online", "org", "pro", "pt", "ro", "ru", "se", "sg", "shop",
    "site", "store", "test", "tk", "to", "top", "tr", "tv", "tw", "ua", "uk", "us", "vip", "vn",
    "xyz", "za",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        #[test]
        fn plain_hosts_are_what_the_standard_says(text in "[aZ0x.-]{1,12}(\\.com|\\.0xa|\\.9|)") {
            if is_plain_host(&text) {
                let all = Host::parse(&text).map(|host| host.to_string());
                prop_assert_eq!(all.ok(), host_name(&text));
            }
        }

        #[test]
        fn plain_urls_are_what_the_standard_says(
            text in "(https://|http://|HTTP://|ftp://|)[aB1.-]{1,5}\\.(com|b1)(/[a-zB%/.?=&+~_# -]{0,12}|:80|)",
        ) {
            let general = parse_url(&text).and_then(|url| url.host_str().map(str::to_owned));
            prop_assert_eq!(url(&text), any_url(&text));
            prop_assert_eq!(url_host(&text), general.map(|h| h.trim_end_matches('.').to_owned()));
        }
    }

    #[test]
    fn addresses() {
        assert_eq!(email("Bob.Smith+x@Example.COM").as_deref(), Some("bob.smith+x@example.com"));
        assert_eq!(email("<a@b.de>").as_deref(), Some("a@b.de"));
        assert_eq!(email("mailto:a@b.de").as_deref(), Some("a@b.de"));
        assert_eq!(email("a@bücher.de").as_deref(), Some("a@xn--bcher-kva.de"));
        for bad in ["a", "a@b", "a@b@c.de", "a b@c.de", "@c.de", "a@c.de\nBcc: x@y.de", "a@1.2.3.4"]
        {
            assert_eq!(email(bad), None, "{bad}");
        }
    }

    #[test]
    fn urls() {
        for same in [
            "https://Example.com/",
            "http://example.com:80",
            "example.com",
            "HTTPS://example.com:443/",
        ] {
            assert_eq!(url(same).as_deref(), Some("example.com"), "{same}");
        }
        assert_eq!(url("https://a.com/X?q=1").as_deref(), Some("a.com/X?q=1"));
        assert_ne!(url("https://a.com/X"), url("https://a.com/x"), "a path has case");
        assert_eq!(url_host("https://good.com@evil.com/").as_deref(), Some("evil.com"));
        assert_eq!(url_host("http://0x7f.1/").as_deref(), Some("127.0.0.1"));
        assert_eq!(url_host("http://münchen.de/x").as_deref(), Some("xn--mnchen-3ya.de"));
        for none in ["bill.txt", "notes.md", "a.b", "e.g.", "1.5", "a@b.com", "x.example.com y"] {
            assert_eq!(url(none), None, "{none}");
        }
        assert!(TOP_LEVEL.is_sorted());
        assert_eq!(host("evil.com:8080").as_deref(), Some("evil.com"));
        assert_eq!(host("2130706433").as_deref(), Some("127.0.0.1"));
    }
}
