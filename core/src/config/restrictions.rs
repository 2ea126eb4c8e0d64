//! `restrictions.toml`: what a bundle stops: tenants, users, agents, sessions, revoked tools.

use super::{at_span, toml_error};
use crate::error::{Error, ErrorKind, Result};
use crate::id::{SessionId, TenantId, ToolId, check_id};
use crate::store::{Restriction, Scope};
use crate::time::civil_ms;
use serde::Deserialize;
use toml::Spanned;
use toml::value::{Datetime, Offset};

/// The file's name.
pub(super) const RESTRICTIONS: &str = "restrictions.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    stop: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    tenant: Option<String>,
    user: Option<String>,
    agent: Option<String>,
    session: Option<String>,
    tool: Option<String>,
    reason: String,
    until: Option<Spanned<Datetime>>,
    #[serde(default)]
    by: String,
}

/// Reads the restrictions of a bundle.
///
/// # Errors
/// `bundle/settings`, with line and column.
pub(super) fn parse(text: &str) -> Result<Vec<Restriction>> {
    let file: File = toml::from_str(text)
        .map_err(|error| toml_error(ErrorKind::BundleSettings, &error, RESTRICTIONS, text))?;
    let read = file.stop.into_iter().map(|stop| {
        let span = stop.span();
        restriction(stop.into_inner()).map_err(|(message, at)| {
            let error = Error::new(ErrorKind::BundleSettings, message);
            at_span(error, RESTRICTIONS, text, Some(at.unwrap_or(span.clone())))
        })
    });
    read.collect()
}

type Fault = (String, Option<std::ops::Range<usize>>);

fn restriction(entry: Entry) -> Result<Restriction, Fault> {
    let named = [
        (Scope::User, &entry.user),
        (Scope::Agent, &entry.agent),
        (Scope::Session, &entry.session),
        (Scope::Tool, &entry.tool),
    ];
    let named: Vec<_> =
        named.into_iter().filter_map(|(scope, id)| Some((scope, id.clone()?))).collect();
    let fault = |message: &str| (message.to_owned(), None);
    let (scope, id, tenant) = match (named.as_slice(), entry.tenant) {
        ([], Some(tenant)) => (Scope::Tenant, tenant, None),
        ([(scope, id)], tenant) => (*scope, id.clone(), tenant),
        _ => return Err(fault("a stop names one of `tool`, `agent`, `session`, `user`, `tenant`")),
    };
    let checked = match scope {
        Scope::Tool => ToolId::new(&id).map(drop),
        Scope::Session => SessionId::new(&id).map(drop),
        _ => check_id(scope.as_str(), &id),
    };
    let tenant = tenant.map(|tenant| TenantId::new(&tenant)).transpose();
    let tenant = checked.and(tenant).map_err(|error| fault(error.message()))?;
    if entry.reason.trim().is_empty() {
        return Err(fault("a stop has a reason, for people"));
    }
    let until_ms = match entry.until {
        None => None,
        Some(until) => Some(ms(until.get_ref()).ok_or_else(|| {
            let message = "`until` is a date and time with its offset: 2026-12-01T00:00:00Z";
            (message.to_owned(), Some(until.span()))
        })?),
    };
    let by = if entry.by.is_empty() { "bundle".to_owned() } else { entry.by };
    Ok(Restriction { scope, id, tenant, reason: entry.reason, until_ms, by })
}

fn ms(at: &Datetime) -> Option<i64> {
    let (date, time, offset) = (at.date?, at.time?, at.offset?);
    let offset = match offset {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes),
    };
    let days = civil_ms(i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let minutes = i64::from(time.hour) * 60 + i64::from(time.minute) - offset;
    Some(days + (minutes * 60 + i64::from(time.second.unwrap_or(0))) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_read() {
        let text = "
            [[stop]]
            tool = 'mail/send'
            tenant = 'acme'
            reason = 'revoked: incident 7'
            until = 2026-12-01T01:00:00+01:00
            by = 'carol'
            [[stop]]
            tenant = 'other'
            reason = 'not paid'
        ";
        let stops = parse(text).unwrap();
        assert_eq!(stops[0].until_ms, Some(1_796_083_200_000));
        assert_eq!(crate::time::rfc3339(1_796_083_200_000), "2026-12-01T00:00:00.000Z");
        assert_eq!((stops[0].scope, stops[0].id.as_str()), (Scope::Tool, "mail/send"));
        assert_eq!(stops[0].tenant.as_ref().unwrap().as_str(), "acme");
        assert_eq!((stops[1].scope, stops[1].by.as_str()), (Scope::Tenant, "bundle"));
        assert_eq!(stops[1].tenant, None);
    }

    #[test]
    fn faults_name_their_line() {
        for (text, line) in [
            ("[[stop]]\nreason = 'x'", "1"),
            ("[[stop]]\ntool = 'a'\nagent = 'b'\nreason = 'x'", "1"),
            ("[[stop]]\ntool = 'a'", "1"),
            ("[[stop]]\ntool = 'a'\nreason = ' '", "1"),
            ("[[stop]]\ntool = '../a'\nreason = 'x'", "1"),
            ("[[stop]]\ntool = 'a'\nreason = 'x'\nuntil = 2026-12-01", "4"),
            ("[[stop]]\ntool = 'a'\nreason = 'x'\nuntill = 1", "4"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.code(), "bundle/settings", "{text}");
            assert_eq!(error.fact("line"), Some(line), "{text}: {error}");
        }
    }
}
