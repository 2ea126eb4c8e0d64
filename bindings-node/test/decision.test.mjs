// Decisions: frozen, read lazily, with spans that index JavaScript's strings.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Guard } from "checkrein";

const testing = { timeMs: 1764000000000, seed: 7 };
const session = (options) => new Guard({ testing, ...options }).session({ user: "alice" });
// Assembled here so that no scanner takes this file for a leak.
const KEY = `ghp_${"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"}`;

test("spans are UTF-16 code units, and bytes in toJson", () => {
  const text = `😀 né ${KEY} ok`;
  const decision = session().inspectOutput({ list: ["x", text] });
  const finding = decision.findings.find(({ rule }) => rule.startsWith("secret/"));
  assert.equal(finding.path, "/list/1");
  assert.equal(text.slice(finding.start, finding.end), KEY);
  const raw = JSON.parse(decision.toJson()).findings.find(({ rule }) => rule === finding.rule);
  assert.equal(Buffer.from(text).subarray(raw.start, raw.end).toString(), KEY);
  assert.notEqual(raw.start, finding.start);
});

test("many findings in one text all point at what they found", () => {
  const text = `é${KEY}😀`.repeat(40);
  const { findings } = session().inspectOutput(text);
  const secrets = findings.filter(({ rule }) => rule.startsWith("secret/"));
  assert.ok(secrets.length > 1);
  for (const { start, end } of secrets) assert.ok(KEY.includes(text.slice(start, end)));
});

test("decisions are frozen through and through", () => {
  const decision = session().inspectInput({ a: [{ b: 1 }] }, { source: "memory" });
  assert.ok(Object.isFrozen(decision));
  assert.throws(() => (decision.outcome = "deny"), TypeError);
  assert.throws(() => (decision.content.a[0].b = 2), TypeError);
  assert.throws(() => decision.findings.push(1), TypeError);
  assert.equal(decision.content, decision.content);
});

test("the same guard, clock and seed give the same bytes", () => {
  const bytes = () =>
    session().authorizeToolCall("send_mail", { to: "bob@example.com" }, { callId: "c1" }).toJson();
  assert.equal(bytes(), bytes());
});

test("typed fields say what the JSON says", () => {
  const to = "b@example.com";
  const decision = session().authorizeToolCall("send_mail", { to }, { callId: "c" });
  const json = JSON.parse(decision.toJson());
  assert.equal(decision.id, json.id);
  assert.equal(decision.outcome, json.outcome);
  assert.deepEqual(
    [decision.verb, decision.wouldBe, decision.mode, decision.session, decision.callId],
    [json.verb, json.would_be, json.mode, json.session, json.call_id],
  );
  assert.equal(decision.approval.expiresAt, json.approval.expires_at);
  assert.equal(decision.approval.text, json.approval.text);
  assert.deepEqual(decision.reasons, json.reasons);
  assert.deepEqual(decision.controls, json.controls);
  assert.deepEqual(decision.bundle, json.bundle);
  assert.equal(decision.provenance.length, json.provenance.length);
  assert.equal(decision.error, null);
  assert.deepEqual(JSON.parse(JSON.stringify(decision)), json);
  assert.match(decision.explain(), /^authorize_tool_call: ask/);
  assert.match(inspect(decision), /authorize_tool_call ask/);
});

test("the three verbs through the JSON interface give the same", () => {
  const typed = session();
  const raw = session();
  assert.equal(
    typed.inspectInput("Grüße", { source: "user", callId: "c0" }).toJson(),
    raw.call("inspect_input", '{"content":"Grüße","source":"user","call_id":"c0"}'),
  );
  assert.equal(
    typed.authorizeToolCall("t", { b: 1, a: [] }).toJson(),
    raw.call("authorize_tool_call", '{"tool":"t","arguments":{"a":[],"b":1.0}}'),
  );
  assert.equal(
    typed.inspectOutput({ x: "y" }, { kind: "plan" }).toJson(),
    raw.call("inspect_output", '{"content":{"x":"y"},"kind":"plan"}'),
  );
});

test("host code runs between prepare and commit", () => {
  const guarded = session({ detectors: ["words"] });
  const asked = { content: "😀 the word is xyzzy", source: "retrieved" };
  const without = guarded.inspectInput(asked.content, { source: "retrieved" });
  assert.equal(without.error.code, "detector/failed");
  const { texts, epoch } = guarded.prepare("inspect_input", asked);
  const start = texts[0].text.indexOf("xyzzy");
  const host = {
    ran: ["words"],
    findings: [{ rule: "xyzzy", severity: "high", path: texts[0].path, start, end: start + 5 }],
  };
  const decision = guarded.commit("inspect_input", asked, epoch, host);
  assert.equal(decision.error, null);
  const finding = decision.findings.find(({ rule }) => rule === "custom/xyzzy");
  assert.equal(asked.content.slice(finding.start, finding.end), "xyzzy");
  const inside = { ran: ["words"], findings: [{ rule: "x", start: 1, end: 2 }] };
  const halved = () => guarded.commit("inspect_input", asked, epoch, inside);
  assert.throws(halved, { code: "misuse/argument" });
  const early = () => guarded.commit("inspect_input", asked, -1, host);
  assert.throws(early, { code: "misuse/argument" });
});

test("calls go through their states", () => {
  const guard = new Guard({ tools: '[tool.read_file]\neffects = ["read"]\n' });
  const run = guard.session({ user: "alice" });
  const decision = run.authorizeToolCall("read_file", {}, { callId: "c1" });
  assert.equal(decision.outcome, "allow", decision.explain());
  run.start(decision);
  assert.throws(() => run.start(decision), { code: "decision/stale" });
  run.inspectInput("the file", { source: "tool_result", name: "read_file", callId: "c1" });
  run.authorizeToolCall("read_file", {}, { callId: "c2" });
  run.reportResult("c2", false);
  assert.throws(() => run.reportResult("c2"), { code: "session/unknown" });
  const entry = guard.inventory().find(({ tool }) => tool === "read_file");
  assert.deepEqual([entry.calls, entry.effects], [2, ["read"]]);
});

test("the guard's other methods answer in JavaScript's words", () => {
  const guard = new Guard({ testing });
  const inputSchema = { type: "object" };
  const tool = { name: "send_email", description: "Sends a mail.", inputSchema };
  const [registered] = guard.registerTools([tool], { server: "mail" });
  assert.equal(registered.id, "mail/send_email");
  assert.equal(registered.quarantine, null);
  assert.ok(guard.selfTest().every(({ ok }) => ok), JSON.stringify(guard.selfTest()));
  guard.drainEvents();
  const child = guard.session({ agent: "boss" }).spawn({ agent: "worker", goal: "look it up" });
  child.restore([{ content: "hello", source: "user" }]);
  const { records, lost } = guard.drainEvents();
  assert.ok(records.length >= 2 && lost === 0);
  guard.cover("node/test");
  guard.advance(1000);
  guard.sync();
  const status = guard.status();
  assert.ok(status.covered.includes("node/test"));
  assert.equal(status.pendingApprovals, 0);
  assert.equal(status.mode, "enforce");
  assert.ok(guard.records().length > 0);
  assert.ok(guard.verifier().length > 0);
});

test("each field is read alone, in any order, and stays what it was", () => {
  const tricky = '\\"arguments":{"reasons":["\n\u2028","content":"=';
  const contents = [tricky, `${tricky}=`, "", "=", { arguments: tricky, content: [tricky, { "\n": 1 }] }, []];
  for (const content of contents) {
    const decision = session({ mode: "monitor" }).inspectInput(content, { source: "user" });
    assert.deepEqual(decision.content, content);
    assert.equal(decision.arguments, null);
    assert.deepEqual(JSON.parse(decision.toJson()).content, content);
    assert.deepEqual(decision.toJSON(), JSON.parse(decision.toJson()));
    for (const name of ["reasons", "findings", "provenance", "obligations", "controls", "bundle"]) {
      assert.ok(Object.isFrozen(decision[name]), name);
      assert.equal(decision[name], decision[name]);
    }
  }
  const args = { reasons: tricky, content: null, "]": ["}", '"'] };
  const decided = session({ mode: "monitor" }).authorizeToolCall("tool", args);
  assert.deepEqual(decided.arguments, args);
  assert.equal(decided.content, null);
});
