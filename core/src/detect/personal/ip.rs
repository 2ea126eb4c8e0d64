//! IP addresses of the public internet: they name a connection, at times a household.

use super::number::Cluster;
use super::{Reading, context};
use std::net::Ipv4Addr;

const WORDS: &[&str] =
    &["ip", "client", "visitor", "user", "login", "logged", "from", "remote", "address"];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for at in 0..cluster.groups.len() {
        let Some([first, _, _, last]) = cluster.groups.get(at..at + 4) else { break };
        let span = crate::span::Span::new(first.start, last.end);
        let Some(address) = span.of(cluster.text).and_then(|text| text.parse::<Ipv4Addr>().ok())
        else {
            continue;
        };
        let inside = address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_documentation()
            || address.is_broadcast()
            || address.is_multicast()
            || address.octets().first().is_none_or(|first| *first == 0);
        // A port or a path may follow.
        let ends = cluster.ends(span.end) || matches!(cluster.byte(span.end), Some(b':' | b'/'));
        if inside || !cluster.begins(span.start) || !ends {
            continue;
        }
        let score = if context::near(cluster.text, span, WORDS) { 450 } else { 300 };
        readings.push(Reading { id: "personal/ip_address", kind: "ip_address", span, score });
    }
}
