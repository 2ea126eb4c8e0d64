// Misuse throws a CheckreinError with the library's code; a refusal is a Decision.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { inspect } from "node:util";
import { Approver, CheckreinError, ERROR_CODES, Guard } from "checkrein";

const require = createRequire(import.meta.url);
const native = require("../checkrein.node");
const session = new Guard().session();

test("every code of the library is known here", () => {
  assert.deepEqual([...ERROR_CODES], native.errorCodes());
});

test("errors carry code, message and context", () => {
  const raw = '{"tool": "t", "arguments": {"to": 1, "to": 2}}';
  assert.throws(() => session.call("authorize_tool_call", raw), (error) => {
    assert.ok(error instanceof CheckreinError && error instanceof Error);
    assert.equal(error.name, "CheckreinError");
    assert.equal(error.code, "value/duplicate_key");
    assert.match(error.message, /`to` stands twice/);
    assert.equal(error.context.at, "/arguments");
    assert.ok(Object.isFrozen(error.context));
    assert.match(inspect(error), /value\/duplicate_key/);
    assert.match(error.stack, /errors\.test\.mjs/);
    return true;
  });
});

test("errors of another copy of the package are known", () => {
  const foreign = { code: "misuse/closed", [Symbol.for("checkrein.error")]: true };
  assert.ok(CheckreinError.isInstance(foreign));
  assert.ok(CheckreinError.isInstance(new CheckreinError("misuse/type", "x")));
  for (const other of [null, undefined, "x", new Error("x"), { code: "misuse/type" }]) {
    assert.ok(!CheckreinError.isInstance(other));
  }
});

test("wrong words and types are refused by name", () => {
  const cases = [
    [() => new Guard({ profle: "strict" }), "misuse/argument"],
    [() => new Guard({ profile: "lax" }), /^(misuse|bundle)\//],
    [() => new Guard({ limits: { txt: 1 } }), "misuse/argument"],
    [() => new Guard("options"), "misuse/type"],
    [() => new Guard([]), "misuse/type"],
    [() => session.inspectInput("x", { source: "usr" }), "misuse/argument"],
    [() => session.inspectInput("x", { source: "user", callID: "c" }), "misuse/argument"],
    [() => session.inspectInput("x"), "misuse/argument"],
    [() => session.inspectOutput("x", { kind: "poem" }), "misuse/argument"],
    [() => session.outputStream({ kind: "poem" }), "misuse/argument"],
    [() => session.outputStream({ kind: 5 }), "misuse/type"],
    [() => session.authorizeToolCall(5, {}), "misuse/argument"],
    [() => session.call("no_such_method"), "misuse/argument"],
    [() => session.call(5), "misuse/type"],
    [() => session.call("close", {}), "misuse/type"],
    [() => session.reportResult("never"), "session/unknown"],
    [() => session.spawn({ agent: "" }), "id/invalid"],
    [() => session.start("never"), /^(decision|id|session)\//],
    [() => new Approver(new Guard()).approve("a", { digest: "d", approver: "bob" }), /^approval\//],
    [() => new Guard().advance(5), "misuse/argument"],
  ];
  for (const [body, code] of cases) {
    assert.throws(body, { name: "CheckreinError", code }, body.toString());
  }
  assert.throws(() => new Approver({}), TypeError);
});

test("a refusal is a decision", () => {
  const guard = new Guard({ human: false });
  const decision = guard.session().authorizeToolCall("wipe_disk", {});
  assert.equal(decision.outcome, "deny");
  assert.equal(decision.allowed, false);
  assert.equal(decision.arguments, null);
  assert.ok(decision.reasons.length > 0 || decision.error !== null);
});

test("what was closed says so", () => {
  const guard = new Guard();
  const closed = guard.session();
  closed.close();
  closed.close();
  assert.throws(() => closed.inspectOutput("x"), { code: "misuse/closed" });
  guard.close();
  guard.close();
  assert.throws(() => guard.session(), { code: "misuse/closed" });
});

test("stops name why", () => {
  const guard = new Guard();
  const stopped = guard.session({ agent: "bot" });
  guard.stop("agent", "bot", { reason: "misbehaves", by: "carol", forMs: 60_000 });
  const decision = stopped.authorizeToolCall("read", {});
  assert.equal(decision.error.code, "session/stopped");
  const [restriction] = guard.status().restrictions;
  assert.deepEqual([restriction.scope, restriction.id, restriction.by], ["agent", "bot", "carol"]);
  assert.equal(typeof restriction.untilMs, "number");
  assert.equal(guard.lift("agent", "bot"), true);
  assert.equal(guard.lift("agent", "bot"), false);
});
