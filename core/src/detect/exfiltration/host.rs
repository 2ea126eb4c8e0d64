//! Judges where an address leads: own, public, a bare IP, or something dressed as another.

use super::raw::Raw;
use crate::detect::code::{has_suffix, reached};
use url::Url;

/// Services that show what the address says, and whose logs no outsider reads.
/// A leading dot takes in what lies below. Services where anybody can run a page or a form, and so
/// read what is sent to it, do not belong here, whoever owns them.
const PUBLIC: &[&str] = &[
    ".shields.io",
    "badge.fury.io",
    "badgen.net",
    "github.com",
    "gist.github.com",
    ".githubusercontent.com",
    ".githubassets.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    ".travis-ci.org",
    ".travis-ci.com",
    ".circleci.com",
    "codecov.io",
    "coveralls.io",
    "ci.appveyor.com",
    "dev.azure.com",
    "readthedocs.org",
    "pypi.org",
    "pepy.tech",
    "static.pepy.tech",
    "www.npmjs.com",
    "crates.io",
    "docs.rs",
    "deps.rs",
    "pkg.go.dev",
    "godoc.org",
    "goreportcard.com",
    "snyk.io",
    "app.codacy.com",
    "api.codeclimate.com",
    "sonarcloud.io",
    "app.fossa.com",
    "www.bestpractices.dev",
    "api.securityscorecards.dev",
    "zenodo.org",
    "doi.org",
    "colab.research.google.com",
    "www.netlify.com",
    "vercel.com",
    "badges.gitter.im",
    "opencollective.com",
    "contrib.rocks",
    "api.star-history.com",
    "quickchart.io",
    "mermaid.ink",
    "kroki.io",
    "latex.codecogs.com",
    ".wikipedia.org",
    ".wikimedia.org",
    "developer.mozilla.org",
    "bugzilla.mozilla.org",
    "google.com",
    "www.google.com",
    "www.bing.com",
    "duckduckgo.com",
    "www.youtube.com",
    "learn.microsoft.com",
    "docs.microsoft.com",
    "twitter.com",
    "x.com",
    "www.linkedin.com",
    "www.facebook.com",
    "www.reddit.com",
    "stackoverflow.com",
    "arxiv.org",
    "docs.python.org",
    "www.rust-lang.org",
    "www.w3.org",
];

/// Where pictures and files lie for everybody, and whoever put them there sees no single fetch: a
/// picture from there tells nobody that it was looked at. Storage that gives its owner a log
/// (buckets, web space), or counts how often each file was fetched, does not belong here: which of
/// many pictures was loaded spells a word. A page there can read its own address, so that links to
/// them are judged as all others.
const PICTURES: &[&str] = &[
    ".github.io",
    ".gitlab.io",
    "i.ibb.co",
    "i.stack.imgur.com",
    "i.sstatic.net",
    "cdnjs.cloudflare.com",
    "fonts.googleapis.com",
    "fonts.gstatic.com",
    "i.ytimg.com",
    "img.youtube.com",
    ".gravatar.com",
    "images.unsplash.com",
    "media.giphy.com",
    "licensebuttons.net",
    "aka.ms",
    "mybinder.org",
    "www.gnu.org",
    "opensource.org",
];

/// Names that are worth imitating.
const IMITATED: &[&str] = &[
    "google",
    "gmail",
    "paypal",
    "microsoft",
    "office365",
    "outlook",
    "apple",
    "icloud",
    "amazon",
    "github",
    "gitlab",
    "facebook",
    "instagram",
    "whatsapp",
    "netflix",
    "linkedin",
    "dropbox",
    "slack",
    "openai",
    "anthropic",
    "twitter",
    "telegram",
    "binance",
    "coinbase",
    "chase",
    "wellsfargo",
    "stripe",
    "docusign",
    "adobe",
    "salesforce",
    "zoom",
    "okta",
    "cloudflare",
];

/// Ends under which other sites' names are part of the address.
const HOLDS_NAMES: &[&str] = &[
    "amazonaws.com",
    "cloudflare.net",
    "edgekey.net",
    "edgesuite.net",
    "akamaized.net",
    "fastly.net",
    "cloudfront.net",
    "archive.org",
    "translate.goog",
    "googleusercontent.com",
    "cdn.ampproject.org",
    "azureedge.net",
    "windows.net",
];

/// Where an address leads.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) own: bool,
    /// Known to show its logs to nobody.
    pub(super) public: bool,
    /// Shows nobody who fetched what.
    pub(super) silent: bool,
    /// This machine or its surroundings.
    pub(super) loopback: bool,
    /// A bare IP address that is not of this network, or any that hides.
    pub(super) bare_ip: bool,
    /// An IP address in an unusual form.
    pub(super) disguised_ip: bool,
    pub(super) lookalike: bool,
}

impl Place {
    pub(super) fn of(raw: &Raw, parsed: Option<&Url>, own_hosts: &[String]) -> Self {
        let written = raw.host.to_lowercase();
        let Some(reached) = parsed.and_then(reached) else {
            return Self { lookalike: raw.had_backslash, ..Self::default() };
        };
        let own = is_own(&reached.host, own_hosts);
        let plain = written.trim_matches(['[', ']']);
        let disguised_ip =
            reached.ip && plain != reached.host && !is_plain_v6(plain, &reached.host);
        let lookalike = !own
            && (is_misleading_user(&raw.user)
                || raw.had_backslash
                || (!reached.ip && is_lookalike(&reached.host, own_hosts)));
        Self {
            own,
            public: is_one_of(&reached.host, PUBLIC),
            silent: is_one_of(&reached.host, PICTURES),
            loopback: reached.internal && !disguised_ip,
            bare_ip: reached.ip && (disguised_ip || !reached.internal),
            disguised_ip,
            lookalike,
        }
    }
}

fn is_one_of(host: &str, list: &[&str]) -> bool {
    list.iter().any(|known| match known.strip_prefix('.') {
        Some(domain) => has_suffix(host, domain),
        None => host == *known,
    })
}

/// An IPv6 address can be written in many ways that hide nothing.
fn is_plain_v6(written: &str, host: &str) -> bool {
    host.contains(':') && written.contains(':')
}

/// Whether a host is one of the host's own: the same, or under one that begins with `*.` or `.`.
pub(super) fn is_own(host: &str, own_hosts: &[String]) -> bool {
    own_hosts.iter().any(|own| {
        let own = own.trim().trim_end_matches('.').to_lowercase();
        match own.strip_prefix("*.").or(own.strip_prefix('.')) {
            Some(domain) => !domain.is_empty() && has_suffix(host, domain),
            None => host == own,
        }
    })
}

/// Whether an address runs script where it is opened.
pub(super) fn runs_script(url: &str) -> bool {
    // Browsers drop tabs and line ends anywhere, and control characters in front.
    let head: String = url
        .chars()
        .take(256)
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .take(64)
        .collect();
    let schemes = [
        "javascript:",
        "vbscript:",
        "livescript:",
        "data:text/html",
        "data:application/xhtml",
        "data:text/xml",
    ];
    schemes.iter().any(|scheme| head.starts_with(scheme)) && !does_nothing(url, &head)
        || (head.starts_with("data:image/svg") && url.get(..2048).unwrap_or(url).contains("script"))
}

/// `javascript:void(0)`: so pages write a link that is a button. `head` is the begin of `url`, spaces apart.
fn does_nothing(url: &str, head: &str) -> bool {
    /// No longer one is seen whole in its head.
    const LONGEST: usize = 40;
    let script = head.strip_prefix("javascript:").map(|script| script.trim_end_matches(';'));
    url.len() <= LONGEST && matches!(script, Some("" | "void(0)" | "void0"))
}

/// `https://bank.example@evil.example/`: what stands before `@` looks like the host.
fn is_misleading_user(user: &str) -> bool {
    let name = user.split([':', '%']).next().unwrap_or_default();
    let Some((_, last)) = name.rsplit_once('.') else { return user.contains("//") };
    last.len() >= 2 && last.chars().all(char::is_alphabetic)
}

fn is_lookalike(host: &str, own_hosts: &[String]) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    if labels.iter().filter_map(|label| label.strip_prefix("xn--")).any(is_deceptive_label) {
        return true;
    }
    let holds = HOLDS_NAMES.iter().any(|suffix| has_suffix(host, suffix));
    let inner = labels.len().saturating_sub(3);
    // `bank.com.evil.example`: a top-level name with a whole site behind it.
    let names_another = labels.iter().enumerate().skip(1).take(inner).any(|(at, label)| {
        matches!(*label, "com" | "org" | "net" | "gov" | "edu") && at + 2 < labels.len()
    });
    if names_another && !holds {
        return true;
    }
    let Some(name) = labels.len().checked_sub(2).and_then(|at| labels.get(at)) else {
        return false;
    };
    let folded = fold(name);
    let own_names = own_hosts.iter().filter_map(|own| {
        let mut labels = own.trim_end_matches('.').rsplit('.');
        labels.next();
        labels.next().map(str::to_lowercase)
    });
    IMITATED.iter().any(|known| *known != *name && folded == *known)
        || own_names.into_iter().any(|known| {
            known != *name
                && known.len() >= 6
                && (folded == fold(&known) || is_one_edit(name, &known))
        })
}

/// Digits and pairs that read as letters.
fn fold(name: &str) -> String {
    name.replace("rn", "m")
        .replace("vv", "w")
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' => 'l',
            '3' => 'e',
            '5' => 's',
            '7' => 't',
            c => c,
        })
        .collect()
}

/// Whether one letter is changed, added, left out, or two neighbours swapped.
fn is_one_edit(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let same = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let (left, right) =
        (left.get(same..).unwrap_or_default(), right.get(same..).unwrap_or_default());
    match (left, right) {
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        ([a, b, left @ ..], [c, d, right @ ..]) => a == d && b == c && left == right,
        _ => false,
    }
}

/// Whether a punycode label mixes scripts, or is Latin spelled in look-alikes.
fn is_deceptive_label(encoded: &str) -> bool {
    let Some(label) = punycode(encoded) else { return true };
    let latin = label.iter().any(|c| c.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(c));
    let other = label.iter().any(|c| is_confusable_script(*c));
    let letters = label.iter().filter(|c| c.is_alphabetic()).count();
    let alike = label.iter().filter(|c| LATIN_ALIKE.contains(**c)).count();
    (latin && other) || (letters > 2 && alike == letters)
}

/// Letters of other scripts that read as Latin ones.
const LATIN_ALIKE: &str = "аеорсухіјѕԁԛԝһӏүοαινρυ";

/// Cyrillic, Greek, Armenian, Cherokee.
fn is_confusable_script(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}' | '\u{530}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}')
}

/// Decodes a label without its `xn--` (RFC 3492). Labels are at most 63 characters.
fn punycode(encoded: &str) -> Option<Vec<char>> {
    if encoded.len() > 63 {
        return None;
    }
    let (basic, rest) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut code, mut at, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = rest.bytes().peekable();
    while digits.peek().is_some() {
        let before = at;
        let (mut weight, mut k) = (1_u32, 36_u32);
        loop {
            let digit = match digits.next()? {
                b @ b'a'..=b'z' => u32::from(b - b'a'),
                b @ b'0'..=b'9' => u32::from(b - b'0') + 26,
                _ => return None,
            };
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let count = u32::try_from(out.len()).ok()? + 1;
        bias = adapt(at - before, count, before == 0);
        code = code.checked_add(at / count)?;
        at %= count;
        out.insert(usize::try_from(at).ok()?, char::from_u32(code)?);
        at += 1;
    }
    Some(out)
}

fn adapt(delta: u32, count: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punycode_is_decoded() {
        for (encoded, label) in [
            ("bcher-kva", "bücher"),
            ("80ak6aa92e", "аррӏе"),
            ("wgv71a119e", "日本語"),
            ("mnchen-3ya", "münchen"),
        ] {
            let decoded: String = punycode(encoded).unwrap().into_iter().collect();
            assert_eq!(decoded, label);
        }
        assert_eq!(punycode("99999999999999999"), None);
    }

    fn place(url: &str, own: &[&str]) -> Place {
        let own: Vec<String> = own.iter().map(|host| (*host).to_owned()).collect();
        let raw = Raw::split(url).unwrap();
        let parsed = Url::parse(&raw.absolute()).ok();
        Place::of(&raw, parsed.as_ref(), &own)
    }

    #[test]
    fn a_disguise_is_seen() {
        for url in [
            "https://bank.example@evil.example/",
            "https://good.example\\@evil.example/",
            "https://evil.example\\@good.example/",
            "https://paypal.com.evil.example/",
            "https://www.аррӏе.com/",
            "https://xn--80ak6aa92e.com/",
            "https://gооgle.com/",
            "https://g00gle.com/",
            "https://rnicrosoft.com/login",
            "https://paypa1.com/",
        ] {
            assert!(place(url, &[]).lookalike, "{url}");
        }
        assert!(place("https://exanple-corp.com/", &["example-corp.com"]).lookalike);
        assert!(place("https://examlpe-corp.com/", &["example-corp.com"]).lookalike);
    }

    #[test]
    fn honest_names_are_no_disguise() {
        for url in [
            "https://bücher.de/",
            "https://日本語.jp/",
            "https://яндекс.рф/",
            "https://google.com/",
            "https://bbc.co.uk/",
            "https://shop.com.au/",
            "https://user:pass@host.example/",
            "https://www.example.com.s3.amazonaws.com/x",
            "https://docs.example.com/",
            "https://zooms.example/",
            "https://x1.example/",
        ] {
            assert!(!place(url, &["example-corp.com"]).lookalike, "{url}");
        }
    }

    #[test]
    fn own_is_the_parsed_host_only() {
        let own = ["example.com", "*.corp.example"];
        assert!(place("https://EXAMPLE.com/", &own).own);
        assert!(place("https://a.corp.example/", &own).own);
        assert!(place("https://corp.example/", &own).own);
        for url in [
            "https://example.com.evil.example/",
            "https://example.com@evil.example/",
            "https://evilcorp.example/",
            "https://sub.example.com/",
            "https://evil.example\\@example.com/",
            "https://evil.example/example.com",
        ] {
            assert!(!place(url, &own).own, "{url}");
        }
    }

    #[test]
    fn hidden_addresses_are_told_from_local_ones() {
        assert!(place("http://203.0.113.7/", &[]).bare_ip);
        assert!(place("http://3405803783/", &[]).disguised_ip);
        assert!(place("http://0x7f.1/", &[]).bare_ip);
        assert!(!place("http://127.0.0.1:8000/", &[]).bare_ip);
        assert!(!place("http://[::1]/", &[]).bare_ip);
        assert!(place("http://127.0.0.1:8000/", &[]).loopback);
    }
}
