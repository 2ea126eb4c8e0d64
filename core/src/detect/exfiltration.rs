//! Finds links and images that carry data out, or lead where they do not seem to.

mod host;
mod html;
mod markdown;
mod payload;
mod raw;
mod telling;

use crate::detect::{RuleInfo, Scope};
use crate::finding::{Category, Finding, Severity};
use crate::source::SourceKind;
use crate::span::Span;
use crate::view::Leaf;
use host::Place;
use payload::Carried;
use raw::Raw;
use std::borrow::Cow;
use url::Url;

const RENDERING: &[&str] = &["LLM02", "LLM10", "ASI01", "AML.T0077"];
const DECEPTION: &[&str] = &["LLM10", "ASI09", "AML.T0100"];

pub(super) const RULES: &[RuleInfo] = &[
    rule(
        "exfiltration/image_data",
        Severity::High,
        900,
        RENDERING,
        "An image or frame that loads by itself carries data in its address.",
    ),
    rule(
        "exfiltration/link_data",
        Severity::Medium,
        700,
        RENDERING,
        "A link carries data in its address.",
    ),
    rule(
        "exfiltration/ip_host",
        Severity::Medium,
        600,
        DECEPTION,
        "An address names a bare IP address, or hides one.",
    ),
    rule(
        "exfiltration/lookalike_host",
        Severity::High,
        800,
        DECEPTION,
        "An address leads elsewhere than it seems to: look-alike letters, another site's name in \
         front, a name before `@`.",
    ),
    rule(
        "exfiltration/auto_load",
        Severity::Low,
        300,
        RENDERING,
        "Something loads by itself from a host that is not the host's own.",
    ),
    rule(
        "exfiltration/script_scheme",
        Severity::High,
        900,
        &["LLM10", "ASI05", "AML.T0077"],
        "An address runs script: `javascript:`, `data:text/html`.",
    ),
];

const fn rule(
    id: &'static str,
    severity: Severity,
    score: u16,
    threats: &'static [&'static str],
    meaning: &'static str,
) -> RuleInfo {
    RuleInfo { id, category: Category::Exfiltration, severity, score, threats, meaning }
}

/// How a link is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    /// A Markdown image.
    Image,
    /// A Markdown link.
    Link,
    /// `<https://...>`
    Autolink,
    /// An address in running text.
    Bare,
    /// An attribute of an HTML tag.
    HtmlAttr,
    /// CSS `url()`.
    CssUrl,
    /// `<meta http-equiv=refresh>`
    Refresh,
}

/// One address in a text, and what holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The whole construct: `![alt](url)`, `<img src=url>`.
    pub span: Span,
    /// The address as it is written; for a reference, in its definition.
    pub url_span: Span,
    /// The address as a browser takes it: entities and escapes resolved.
    pub url: String,
    /// How it is written.
    pub kind: LinkKind,
    /// Whether it is fetched without a click.
    pub auto_loads: bool,
}

/// Every address in a text that a Markdown or HTML renderer could show, in order.
#[must_use]
pub fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    html::scan(text, &mut found);
    markdown::scan(text, &mut found);
    found.sort_by_key(|link| (link.url_span, !link.auto_loads, link.kind, link.span));
    // What loads by itself sorts first and stands for the same place read otherwise. Several uses of
    // one definition share its address, and each is a way out.
    found
        .dedup_by(|next, first| next.url_span == first.url_span && next.span.overlaps(&first.span));
    markdown::bare(text, &mut found);
    found.sort_by_key(|link| (link.url_span, link.kind));
    found
}

/// Adds what is suspicious about the addresses in `leaf`. A finding's span is the whole construct, so
/// that whoever takes it out leaves nothing of it.
pub(super) fn scan(leaf: &Leaf<'_>, scope: Scope, own_hosts: &[String], out: &mut Vec<Finding>) {
    let looks = Looks::of(scope);
    if !looks.any || !may_hold_address(leaf.text) {
        return;
    }
    for link in links(leaf.text) {
        let mut report = |id: &'static str, severity: Option<Severity>, score: Option<u16>| {
            let Some(rule) = RULES.iter().find(|rule| rule.id == id) else { return };
            out.push(Finding {
                rule: Cow::Borrowed(rule.id),
                category: rule.category,
                severity: severity.unwrap_or(rule.severity),
                score: score.unwrap_or(rule.score),
                path: leaf.path.to_owned(),
                span: link.span,
                through: Vec::new(),
                threats: Cow::Borrowed(rule.threats),
                kind: Cow::Borrowed(if link.auto_loads { "image" } else { "link" }),
            });
        };
        judge(&link, looks, own_hosts, &mut report);
    }
}

fn may_hold_address(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memmem::find(bytes, b"//").is_some()
        || memchr::memchr3(b'<', b'[', b'\\', bytes).is_some()
}

/// Which rules are due in a scope.
#[derive(Debug, Clone, Copy)]
struct Looks {
    any: bool,
    /// What is rendered to somebody or sent away can carry data; what comes in cannot.
    data: bool,
    auto_load: bool,
}

impl Looks {
    fn of(scope: Scope) -> Self {
        match scope {
            Scope::Output(_) => Self { any: true, data: true, auto_load: true },
            Scope::Arguments => Self { any: true, data: true, auto_load: false },
            Scope::Input(SourceKind::System | SourceKind::Principal | SourceKind::Schema) => {
                Self { any: false, data: false, auto_load: false }
            }
            Scope::Input(_) => Self { any: true, data: false, auto_load: false },
        }
    }
}

fn judge(
    link: &Link,
    looks: Looks,
    own_hosts: &[String],
    report: &mut impl FnMut(&'static str, Option<Severity>, Option<u16>),
) {
    if host::runs_script(&link.url) {
        report("exfiltration/script_scheme", None, None);
        return;
    }
    let Some(raw) = Raw::split(&link.url) else { return };
    let parsed = Url::parse(&raw.absolute()).ok();
    let place = Place::of(&raw, parsed.as_ref(), own_hosts);
    if place.lookalike {
        report("exfiltration/lookalike_host", None, None);
    }
    if place.bare_ip {
        report("exfiltration/ip_host", place.disguised_ip.then_some(Severity::High), None);
    }
    if looks.data {
        let carried = payload::carried(&raw, &place, link.auto_loads, own_hosts);
        let id = if link.auto_loads { "exfiltration/image_data" } else { "exfiltration/link_data" };
        match carried {
            Carried::Nothing => {}
            Carried::Encoded => report(id, None, None),
            Carried::Text => report(id, None, Some(if link.auto_loads { 800 } else { 600 })),
            Carried::Opaque => report(id, Some(Severity::Medium), Some(500)),
        }
    }
    let tells = !place.own && !place.public && !place.silent && !place.loopback;
    if looks.auto_load && link.auto_loads && tells {
        report("exfiltration/auto_load", None, None);
    }
}

#[cfg(test)]
mod tests;
