//! Compares a call with the hosts, directories and rights that its manifest names.

use super::canonical;
use super::entity;
use crate::finding::CodeFacts;
use crate::tool::{Role, Tool, ValueType};

/// One argument leaf, as far as it says where a call reaches.
pub(super) struct Leaf<'a> {
    pub(super) role: Role,
    pub(super) declared: bool,
    pub(super) value_type: Option<ValueType>,
    pub(super) text: &'a str,
    pub(super) code: Option<&'a CodeFacts>,
}

/// Whether the manifest names hosts and the call reaches another one.
pub(super) fn leaves_hosts(tool: &Tool, leaves: &[Leaf<'_>]) -> bool {
    !tool.egress.is_empty() && leaves.iter().any(|leaf| leaf_leaves_hosts(tool, leaf))
}

fn leaf_leaves_hosts(tool: &Tool, leaf: &Leaf<'_>) -> bool {
    let may = |host: &str| tool.egress.iter().any(|entry| allows(entry, host));
    if let Some(facts) = leaf.code
        && !facts.hosts.iter().all(|host| may(host))
    {
        return true;
    }
    let typed = matches!(leaf.value_type, Some(ValueType::Email | ValueType::Url));
    let reaches = typed
        || !leaf.declared
        || matches!(leaf.role, Role::Destination | Role::Address | Role::Path | Role::Query);
    if !reaches || leaf.text.trim().is_empty() {
        return false;
    }
    let mut hosts: Vec<String> = Vec::new();
    entity::scan(leaf.text, &mut |found| {
        let text = found.span.of(leaf.text).unwrap_or_default();
        match found.kind {
            canonical::Kind::Url => hosts.extend(canonical::url_host(text)),
            canonical::Kind::Email => {
                hosts.extend(found.form.split_once('@').map(|(_, host)| host.to_owned()));
            }
            _ => {}
        }
        true
    });
    if hosts.is_empty() && leaf.role == Role::Address {
        // An address whose host nobody can tell leads anywhere.
        match canonical::host(leaf.text) {
            Some(host) => hosts.push(host),
            None => return true,
        }
    }
    let hidden = leaf.text.contains("://") && hosts.is_empty();
    hidden || !hosts.iter().all(|host| may(host))
}

/// Whether an entry of `egress` names `host`: `example.com` that host alone, `*.example.com`
/// those below it.
fn allows(entry: &str, host: &str) -> bool {
    let entry = entry.trim().trim_end_matches('.').to_ascii_lowercase();
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    match entry.strip_prefix('*') {
        Some("") => true,
        Some(suffix) => {
            suffix.starts_with('.') && host.len() > suffix.len() && host.ends_with(suffix)
        }
        None => {
            let entry = entry.split_once("://").map_or(entry.as_str(), |(_, rest)| rest);
            let name = canonical::host(entry.trim_end_matches('/'));
            name.as_deref().unwrap_or(entry) == host
        }
    }
}

/// Whether the manifest names directories and a path of the call lies outside.
pub(super) fn leaves_roots(tool: &Tool, leaves: &[Leaf<'_>]) -> bool {
    if tool.roots.is_empty() {
        return false;
    }
    leaves.iter().any(|leaf| {
        let is_path = leaf.role == Role::Path || leaf.value_type == Some(ValueType::Path);
        let outside = |path: &str| !is_under(&tool.roots, path);
        let by_code = leaf.code.is_some_and(|facts| facts.paths.iter().any(|p| outside(p)));
        by_code || (is_path && !leaf.text.is_empty() && outside(leaf.text))
    })
}

/// Whether `path` lies under one of `roots`. A relative path starts at a root. What only a shell
/// or a file system could resolve lies nowhere.
pub(super) fn is_under(roots: &[String], path: &str) -> bool {
    let path = path.trim();
    let opaque = path.contains(['\0', '$', '`', '%', '*', '?']) && !path_is_literal(path);
    if opaque || path.starts_with('~') && !roots.iter().any(|root| root.starts_with('~')) {
        return false;
    }
    let Some(path) = resolve(path) else { return false };
    roots.iter().any(|root| {
        let Some(root) = resolve(root) else { return false };
        if !path.is_absolute {
            return !path.climbs;
        }
        root.is_absolute
            && path.segments.len() >= root.segments.len()
            && path.segments.iter().zip(&root.segments).all(|(a, b)| a == b)
    })
}

/// Globs stay inside the directory they are written in; variables and escapes do not.
fn path_is_literal(path: &str) -> bool {
    !path.contains(['\0', '$', '`', '%'])
}

struct Resolved {
    is_absolute: bool,
    climbs: bool,
    segments: Vec<String>,
}

fn resolve(path: &str) -> Option<Resolved> {
    let path = path.strip_prefix("file://").unwrap_or(path);
    let mut start = path.chars();
    let drive =
        matches!((start.next(), start.next()), (Some(c), Some(':')) if c.is_ascii_alphabetic());
    let is_absolute = drive || path.starts_with(['/', '\\', '~']);
    let mut resolved = Resolved { is_absolute, climbs: false, segments: Vec::new() };
    if path.is_empty() {
        return None;
    }
    for segment in path.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            // Above its start, whatever comes back: the way leads outside.
            ".." => resolved.climbs |= resolved.segments.pop().is_none(),
            segment => resolved.segments.push(segment.to_owned()),
        }
    }
    Some(resolved)
}

/// Whether a tool that may only read would write, or nobody can tell.
pub(super) fn writes(tool: &Tool, leaves: &[Leaf<'_>]) -> bool {
    tool.read_only
        && leaves.iter().any(|leaf| match leaf.code {
            Some(facts) => facts.writes || facts.unparsed || facts.destructive,
            None => matches!(leaf.role, Role::Command | Role::Code) && !leaf.text.is_empty(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn egress_names_hosts() {
        assert!(allows("example.com", "example.com") && !allows("example.com", "a.example.com"));
        assert!(allows("*.example.com", "a.b.example.com"));
        assert!(!allows("*.example.com", "example.com"));
        assert!(!allows("*.example.com", "evilexample.com"));
        assert!(allows("https://Example.com/", "example.com") && allows("*", "x.y"));
        assert!(allows("bücher.de", "xn--bcher-kva.de"));
    }

    #[test]
    fn paths_stay_under_roots() {
        let roots = vec!["/srv/data".to_owned()];
        for inside in
            ["/srv/data", "/srv/data/a.txt", "a.txt", "./a/../b", "/srv/data/../data/x", "a/*.txt"]
        {
            assert!(is_under(&roots, inside), "{inside}");
        }
        for outside in [
            "/srv/database",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "/srv/data/../x",
            "~/x",
            "$HOME/x",
            "%2e%2e/x",
            "C:\\x",
            "file:///etc/passwd",
            "\\\\host\\share",
            "",
            "a\0b",
            "`id`",
        ] {
            assert!(!is_under(&roots, outside), "{outside:?}");
        }
    }
}
