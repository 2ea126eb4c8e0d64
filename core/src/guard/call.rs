//! The verbs by name, JSON in and JSON out: what bindings, vectors and the command line call.

use super::plugin::{HostResults, Prepared, PreparedText};
use super::{Approver, Guard, Session};
use crate::approval::Approval;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Object, Value};
use crate::wire::{self, ApproveRequest, RestoreRequest, StopRequest, decision_json};
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    tools: Value,
    #[serde(default)]
    server: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lift {
    scope: String,
    id: String,
    tenant: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reload {
    /// A signed archive, base64.
    archive: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Watch {
    interval_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    ms: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    call_id: String,
    #[serde(default = "yes")]
    ok: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Start {
    decision: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Prepare {
    verb: String,
    request: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Commit {
    verb: String,
    request: Value,
    epoch: u64,
    #[serde(default)]
    host: HostResults,
}

fn yes() -> bool {
    true
}

impl Guard {
    /// Calls a method of the guard by name. Methods: `register_tools pin_tool stop lift status
    /// inventory self_test sync drain_events records verifier cover reload watch unwatch advance
    /// close`.
    ///
    /// # Errors
    /// `misuse/argument` for an unknown method or request, and those of the method.
    pub fn call(&self, method: &str, request: &[u8]) -> Result<String> {
        match method {
            "register_tools" => {
                let Register { tools, server } = wire::parse(request)?;
                let registered = self.register_tools(&tools, &server)?;
                Ok(list(registered.iter().map(|entry| {
                    let tool = &entry.tool;
                    let effects = tool.effects.iter().map(|e| Value::from(e.as_str())).collect();
                    let rules = entry.findings.iter().map(|f| Value::from(&*f.rule)).collect();
                    object([
                        ("id", tool.id.as_str().into()),
                        ("descriptor", tool.descriptor.hex().into()),
                        ("effects", Value::Array(effects)),
                        ("quarantine", text(entry.quarantine.as_deref())),
                        ("findings", Value::Array(rules)),
                    ])
                })))
            }
            "pin_tool" => {
                let Named { id } = wire::parse(request)?;
                self.pin_tool(&id).map(|()| null())
            }
            "stop" => {
                let request: StopRequest = wire::parse(request)?;
                self.stop_request(&request).map(|()| null())
            }
            "lift" => {
                let Lift { scope, id, tenant } = wire::parse(request)?;
                Ok(Value::Bool(self.lift_for(tenant.as_deref(), &scope, &id)?).to_json())
            }
            "status" => Ok(self.status_value().to_json()),
            "inventory" => Ok(list(self.inventory().into_iter().map(|entry| {
                let effects = entry.effects.iter().map(|e| Value::from(e.as_str())).collect();
                let agents = entry.agents.into_iter().map(Value::from).collect();
                object([
                    ("tool", entry.tool.into()),
                    ("effects", Value::Array(effects)),
                    ("origin", entry.origin.as_str().into()),
                    ("owner", text(entry.owner.as_deref())),
                    ("quarantine", text(entry.quarantine.as_deref())),
                    ("calls", count(entry.calls)),
                    ("refused", count(entry.refused)),
                    ("last_used_ms", entry.last_used_ms.map_or(Value::Null, Value::Int)),
                    ("agents", Value::Array(agents)),
                ])
            }))),
            "self_test" => Ok(list(self.self_test()?.into_iter().map(|check| {
                object([
                    ("name", check.name.into()),
                    ("ok", check.ok.into()),
                    ("detail", check.detail.into()),
                ])
            }))),
            "sync" => self.sync().map(|()| null()),
            "drain_events" => {
                let (records, lost) = self.drain_events()?;
                let records = records.into_iter().map(Value::from).collect();
                Ok(object([("records", Value::Array(records)), ("lost", count(lost))]).to_json())
            }
            "records" => Ok(list(self.records().into_iter().map(Value::from))),
            "verifier" => Ok(Value::from(self.verifier()).to_json()),
            "cover" => {
                let Named { id } = wire::parse(request)?;
                self.cover(&id);
                Ok(null())
            }
            "reload" => {
                let Reload { archive } = wire::parse(request)?;
                let changed = match archive {
                    None => self.reload()?,
                    Some(text) => {
                        self.reload_archive(&crate::note::decode(&text).ok_or_else(|| {
                            Error::new(ErrorKind::MisuseArgument, "`archive` is base64")
                        })?)?
                    }
                };
                Ok(Value::Bool(changed).to_json())
            }
            "watch" => {
                let Watch { interval_ms } = wire::parse(request)?;
                self.watch(Duration::from_millis(interval_ms)).map(|()| null())
            }
            "unwatch" => Ok(Value::Bool(self.unwatch()?).to_json()),
            "advance" => {
                let Advance { ms } = wire::parse(request)?;
                self.advance(ms).map(|()| null())
            }
            "close" => self.close().map(|()| null()),
            other => Err(no_method(
                other,
                "register_tools pin_tool stop lift status inventory \
                self_test sync drain_events records verifier cover reload watch unwatch advance close",
            )),
        }
    }

    /// Moves an injected clock forward.
    ///
    /// # Errors
    /// `misuse/argument` where the clock is the machine's.
    pub fn advance(&self, ms: u32) -> Result<()> {
        match &self.inner.manual_clock {
            Some(clock) => {
                clock.advance_ms(ms);
                Ok(())
            }
            None => {
                let message = "the clock is the machine's; only an injected one can be moved";
                Err(Error::new(ErrorKind::MisuseArgument, message))
            }
        }
    }

    fn status_value(&self) -> Value {
        let status = self.status();
        let strings =
            |items: Vec<String>| Value::Array(items.into_iter().map(Value::from).collect());
        let restrictions = status.restrictions.iter().map(|r| {
            object([
                ("scope", r.scope.as_str().into()),
                ("id", r.id.as_str().into()),
                ("reason", r.reason.as_str().into()),
                ("until_ms", r.until_ms.map_or(Value::Null, Value::Int)),
                ("by", r.by.as_str().into()),
                ("tenant", text(r.tenant.as_ref().map(|id| id.as_str()))),
            ])
        });
        let layers = status.layers.into_iter().map(|layer| {
            object([
                ("name", layer.name.into()),
                ("revision", count(layer.revision)),
                ("hash", layer.hash.hex().into()),
                ("source", layer.source.into()),
                ("signed_by", text(layer.signed_by.as_deref())),
            ])
        });
        let refused = status.refused.map(|refused| {
            object([
                ("code", refused.error.code().into()),
                ("message", refused.error.to_string().into()),
                ("at_ms", Value::Int(refused.at_ms)),
            ])
        });
        object([
            (
                "bundle",
                object([
                    ("name", status.bundle.name.into()),
                    ("revision", count(status.bundle.revision)),
                    ("hash", status.bundle.hash.hex().into()),
                    ("tools", status.bundle.tools.hex().into()),
                ]),
            ),
            ("mode", status.mode.as_str().into()),
            ("notices", strings(status.notices)),
            ("sessions", count(status.sessions as u64)),
            ("pending_approvals", count(status.pending_approvals as u64)),
            ("dropped_records", count(status.dropped_records)),
            ("restrictions", Value::Array(restrictions.collect())),
            ("covered", strings(status.covered)),
            ("layers", Value::Array(layers.collect())),
            ("refused", refused.unwrap_or(Value::Null)),
            ("watching", status.watching.into()),
        ])
    }
}

impl Session {
    /// Calls a method of the session by name. Methods: `inspect_input authorize_tool_call
    /// inspect_output authorize_plan derive seal prepare commit restore start report_result close`.
    /// Verbs answer with decision JSON v1.
    ///
    /// # Errors
    /// `misuse/argument` for an unknown method or request, and those of the method.
    pub fn call(&self, method: &str, request: &[u8]) -> Result<String> {
        let none = HostResults::default();
        let decision = match method {
            "inspect_input" => self.input_request(wire::parse(request)?, &none)?,
            "derive" => self.derive_request(wire::parse(request)?)?,
            "authorize_plan" => {
                return Ok(wire::plan_json(&self.authorize_plan(wire::parse(request)?)?));
            }
            "seal" => {
                let envelope = self.seal_request(wire::parse(request)?)?;
                return Ok(Value::from(envelope).to_json());
            }
            "authorize_tool_call" => self.authorize(wire::parse(request)?, &none)?,
            "inspect_output" => self.output_request(wire::parse(request)?, &none)?,
            "commit" => {
                let Commit { verb, request, epoch, host } = wire::parse(request)?;
                self.commit(&verb, request.to_json().as_bytes(), epoch, host)?
            }
            "prepare" => {
                let Prepare { verb, request } = wire::parse(request)?;
                let prepared = self.prepare(&verb, request.to_json().as_bytes())?;
                return Ok(prepared_value(prepared).to_json());
            }
            "restore" => {
                let RestoreRequest { messages } = wire::parse(request)?;
                if messages.iter().any(|message| message.envelope.is_some()) {
                    let message = "an envelope is opened by `inspect_input`, and not restored";
                    return Err(Error::new(ErrorKind::MisuseArgument, message));
                }
                let contents = messages.into_iter().map(wire::InspectInputRequest::into_content);
                return self.restore(contents.collect::<Result<_>>()?).map(|()| null());
            }
            "start" => {
                let Start { decision } = wire::parse(request)?;
                return self.start(&decision).map(|()| null());
            }
            "report_result" => {
                let Report { call_id, ok } = wire::parse(request)?;
                return self.report_result(&call_id, ok).map(|()| null());
            }
            "close" => return self.close().map(|()| null()),
            other => {
                return Err(no_method(
                    other,
                    "inspect_input authorize_tool_call inspect_output \
                    authorize_plan derive seal prepare commit restore start report_result close",
                ));
            }
        };
        Ok(decision_json(&decision))
    }
}

impl Approver {
    /// Calls a method of the approver by name: `pending approve refuse`.
    ///
    /// # Errors
    /// `misuse/argument` for an unknown method or request, and those of the method.
    pub fn call(&self, method: &str, request: &[u8]) -> Result<String> {
        match method {
            "pending" => Ok(list(self.pending()?.iter().map(approval_value))),
            "approve" => {
                let ApproveRequest { id, digest, approver, remember } = wire::parse(request)?;
                let remember = match remember.as_deref() {
                    None => false,
                    Some("values") => true,
                    Some(other) => {
                        let other = other.escape_default();
                        let message = format!("`remember` is `values` or nothing, not `{other}`");
                        return Err(Error::new(ErrorKind::MisuseArgument, message));
                    }
                };
                self.approve(&id, &digest, &approver, remember).map(|()| null())
            }
            "refuse" => {
                let ApproveRequest { id, digest, approver, .. } = wire::parse(request)?;
                self.refuse(&id, &digest, &approver).map(|()| null())
            }
            other => Err(no_method(other, "pending approve refuse")),
        }
    }
}

fn approval_value(approval: &Approval) -> Value {
    object([
        ("id", approval.id.as_str().into()),
        ("digest", approval.digest.hex().into()),
        ("tenant", approval.tenant.as_str().into()),
        ("session", approval.session.as_str().into()),
        ("user", approval.user.as_str().into()),
        ("tool", approval.tool.as_str().into()),
        ("text", approval.text.as_str().into()),
        ("expires_at", Value::Int(approval.expires_ms)),
    ])
}

fn prepared_value(prepared: Prepared) -> Value {
    let texts = prepared.texts.into_iter();
    let texts = texts.map(|PreparedText { path, text, doubt }| {
        object([
            ("path", path.into()),
            ("text", text.into()),
            ("score", doubt.score.map_or(Value::Null, |score| Value::Int(score.into()))),
            ("unsure", doubt.unsure.into()),
        ])
    });
    object([
        ("texts", Value::Array(texts.collect())),
        ("context", prepared.context.unwrap_or(Value::Null)),
        ("epoch", count(prepared.epoch)),
    ])
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut object = Object::default();
    for (key, value) in entries {
        object.insert(key, value);
    }
    Value::Object(object)
}

fn list(items: impl Iterator<Item = Value>) -> String {
    Value::Array(items.collect()).to_json()
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn count(n: u64) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn null() -> String {
    "null".to_owned()
}

fn no_method(name: &str, known: &str) -> Error {
    let message = format!("there is no method `{}`", name.escape_default());
    Error::new(ErrorKind::MisuseArgument, message).with("known", known)
}
