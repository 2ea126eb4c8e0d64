//! Links and images that carry data out: what a reader may see of them stays, the way out goes.

use super::patch::Patch;
use super::{Edit, hidden, redact};
use crate::finding::{Category, Finding};
use crate::span::Span;
use crate::view::{Layer, Leaf};

/// A host is shown up to this length; of a longer one, its end.
const SHOWN_HOST: usize = 64;
/// An address is read up to this length to find its host.
const READ_ADDRESS: usize = 1024;

/// Characters that are looked through behind a placeholder.
const LOOK_THROUGH: usize = 64;

/// The edits that defang links and images: what the obligation `defang:links` asks for.
#[must_use]
pub fn links(leaves: &[Leaf<'_>], findings: &[Finding], own_hosts: &[String]) -> Vec<Edit> {
    defanged(leaves, findings, own_hosts, &[])
}

/// As [`links`]. A host that shares a byte with `masked` (leaf and place) is not shown.
pub(super) fn defanged(
    leaves: &[Leaf<'_>],
    findings: &[Finding],
    own_hosts: &[String],
    masked: &[(&str, Span)],
) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (path, found) in redact::by_path(findings, is_live) {
        let Some(leaf) = leaves.iter().find(|leaf| leaf.path == path) else {
            edits.extend(found.iter().map(|finding| Edit {
                path: path.to_owned(),
                span: finding.span,
                with: "[link removed]".to_owned(),
            }));
            continue;
        };
        let masked: Vec<Span> =
            masked.iter().filter(|(at, _)| *at == path).map(|(_, span)| *span).collect();
        for finding in found {
            let Some(text) = finding.span.of(leaf.text) else {
                edits.extend(hidden::edits(leaf, [Patch::new(finding.span, "")]));
                continue;
            };
            if !leads_home(text, finding, own_hosts) {
                edits.extend(hidden::edits(leaf, patches(leaf.text, text, finding, &masked)));
            }
        }
    }
    edits
}

/// Whether a renderer would follow it: what stands in a base64 block is no link to anybody.
fn is_live(finding: &Finding) -> bool {
    use Layer::{Confusables, Escapes, Html, Percent, Selectors, Tags};
    let live =
        |layer: &Layer| matches!(layer, Html | Percent | Escapes | Confusables | Tags | Selectors);
    // A quote carries something out too, and is no link.
    let quote = finding.rule.starts_with("flow/");
    finding.category == Category::Exfiltration && !quote && finding.through.iter().all(live)
}

/// The patches for the construct `text`, which stands at `finding.span` of `leaf`.
fn patches(leaf: &str, text: &str, finding: &Finding, masked: &[Span]) -> Vec<Patch> {
    let span = finding.span;
    let construct = Construct::read(text);
    let image = construct.is_image
        || matches!(finding.rule.as_ref(), "exfiltration/image_data" | "exfiltration/auto_load");
    let mut with =
        if image { "[image removed]".to_owned() } else { removed(&construct, span, masked) };
    // Nothing that follows may make the placeholder the text of a new link. What a reader does not
    // see may be stripped, so it is looked through.
    let mut after = leaf.get(span.end..).unwrap_or_default().chars().take(LOOK_THROUGH);
    if after.find(|c| !hidden::is_ignorable(*c)).is_some_and(|c| "([:".contains(c)) {
        with.push(' ');
    }
    match construct.label {
        Some(label) if !label.is_empty() => {
            with.insert(0, ' ');
            let before = Span::new(span.start, span.start + label.start);
            let after = Span::new(span.start + label.end, span.end);
            vec![Patch::new(before, ""), Patch::new(after, with)]
        }
        _ => vec![Patch::new(span, with)],
    }
}

fn removed(construct: &Construct<'_>, span: Span, masked: &[Span]) -> String {
    let shown = construct.authority.and_then(|(place, scheme, authority)| {
        let hit = masked.iter().any(|masked| masked.overlaps(&place.shift(span.start)));
        if hit { None } else { show_host(&host(scheme, authority)?) }
    });
    shown.map_or_else(|| "[link removed]".to_owned(), |host| format!("[link removed: {host}]"))
}

/// A host as nobody's software makes it a link: `evil[.]example`.
fn show_host(host: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:_".contains(&b);
    let host = host.trim_matches(['[', ']']);
    if host.is_empty() || !host.bytes().all(plain) {
        return None;
    }
    let cut = host.len().saturating_sub(SHOWN_HOST);
    let mark = if cut > 0 { "..." } else { "" };
    Some(format!("{mark}{}", host.get(cut..)?.replace('.', "[.]")))
}

/// The host that a browser would ask.
fn host(scheme: &str, authority: &str) -> Option<String> {
    let url = url::Url::parse(&format!("{scheme}://{authority}/")).ok()?;
    url.host_str().map(str::to_ascii_lowercase)
}

/// A link or image, as far as it can be read.
struct Construct<'a> {
    is_image: bool,
    /// The words a reader sees, where there is nothing in them but words.
    label: Option<Span>,
    /// Place, scheme and text of the first address's authority.
    authority: Option<(Span, &'a str, &'a str)>,
}

impl<'a> Construct<'a> {
    fn read(text: &'a str) -> Self {
        let (label, from) = markdown(text).or_else(|| anchor(text)).unwrap_or((None, 0));
        let plain = |label: &Span| label.of(text).is_some_and(is_plain);
        let lower: String = text.chars().take(10).flat_map(char::to_lowercase).collect();
        let images = ["![", "<img", "<image", "<picture"];
        Self {
            is_image: images.iter().any(|start| lower.starts_with(start)),
            label: label.filter(plain),
            authority: authority(text, from),
        }
    }
}

/// Whether a label is words and no further way out.
fn is_plain(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    // Some readers make a link of `evil.example/x` too.
    let path = label.contains('/') && label.contains('.');
    !path
        && !label.contains(['[', ']', '<', '>', '`', '\\', '\n', '&'])
        && !["://", "//", "www.", "mailto:", "data:", "javascript:"]
            .iter()
            .any(|way| lower.contains(way))
}

/// Label and where the target begins, of `[label](target)`, `![label][target]`.
fn markdown(text: &str) -> Option<(Option<Span>, usize)> {
    let open = if text.starts_with("![") { 2 } else { 1 };
    if open == 1 && !text.starts_with('[') {
        return None;
    }
    let mut depth = 1usize;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(open) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let target = text.get(at + 1..).unwrap_or_default();
            let whole = target.starts_with('(') && target.ends_with(')')
                || target.starts_with('[') && target.ends_with(']');
            return Some((whole.then(|| Span::new(open, at)), at + 1));
        }
    }
    None
}

/// Label and where the target begins, of `<a href="target">label</a>`.
fn anchor(text: &str) -> Option<(Option<Span>, usize)> {
    let tag = text.get(..3)?;
    if !tag.eq_ignore_ascii_case("<a ") {
        return None;
    }
    let open = text.find('>')? + 1;
    let close = text.rfind("</").filter(|close| *close >= open);
    Some((close.map(|close| Span::new(open, close)), 0))
}

/// Scheme and authority of the first address at or after `from`.
fn authority(text: &str, from: usize) -> Option<(Span, &str, &str)> {
    let slashes = from + text.get(from..)?.find("//")?;
    let start = slashes + 2;
    let before = text.get(from..slashes).unwrap_or_default();
    let scheme = match before.strip_suffix(':') {
        Some(before) => {
            let length = before.bytes().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
            before
                .get(before.len() - length..)
                .filter(|scheme| !scheme.is_empty())
                .unwrap_or("https")
        }
        None => "https",
    };
    let rest = text.get(start..)?;
    let ends = |c: char| c.is_whitespace() || c.is_control() || "/?#\\\"'<>()[]`".contains(c);
    // An IPv6 address stands in brackets of its own.
    let v6 = if rest.starts_with('[') { rest.find(']').map_or(0, |at| at + 1) } else { 0 };
    let end = v6 + rest.get(v6..)?.find(ends).unwrap_or(rest.len() - v6);
    let authority = rest.get(..end).filter(|authority| authority.len() <= READ_ADDRESS)?;
    Some((Span::new(start, start + end), scheme, authority))
}

/// Whether all addresses in the construct lead to the host's own servers, beyond doubt: plain text
/// or plain Markdown, and nothing in it that another reader could take for an address.
fn leads_home(text: &str, finding: &Finding, own_hosts: &[String]) -> bool {
    let exempt = ["exfiltration/image_data", "exfiltration/link_data", "exfiltration/auto_load"];
    let odd = |c: char| c.is_control() || c == '\\' || !c.is_ascii();
    let doubtful = own_hosts.is_empty()
        || !exempt.contains(&finding.rule.as_ref())
        || !finding.through.is_empty()
        || text.contains(odd)
        || has_reference(text);
    let target = match markdown(text) {
        Some((Some(label), from)) if label.of(text).is_some_and(is_plain) => from,
        Some(_) => return false,
        None => 0,
    };
    let address = text.get(target..).unwrap_or_default().trim_start_matches(['(', '<']);
    let absolute = address.starts_with("https://") || address.starts_with("http://");
    if doubtful || !absolute || address.contains("](") || address.contains('<') {
        return false;
    }
    let mut rest = address;
    while let Some((place, scheme, authority)) = authority(rest, 0) {
        let host = host(scheme, authority);
        if !host.is_some_and(|host| own_hosts.iter().any(|own| is_under(&host, own))) {
            return false;
        }
        rest = rest.get(place.end..).unwrap_or_default();
    }
    !rest.contains("//")
}

/// Whether `text` has an HTML character reference in it (`&#47;`, `&sol;`).
fn has_reference(text: &str) -> bool {
    text.split('&').skip(1).any(|rest| {
        let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        rest.starts_with('#') || name.starts_with(';')
    })
}

fn is_under(host: &str, own: &str) -> bool {
    let own = own.trim_start_matches("*.").to_ascii_lowercase();
    host == own
        || host.strip_suffix(&own).is_some_and(|rest| rest.ends_with('.') && !own.is_empty())
}

#[cfg(test)]
mod tests;
