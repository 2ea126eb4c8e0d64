// The twins on the thread pool: the same decisions, and the event loop goes on meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Guard } from "checkrein";

const testing = { timeMs: 1764000000000, seed: 7 };
const session = () => new Guard({ testing }).session({ user: "alice" });

test("twins decide alike", async () => {
  const [now, later] = [session(), session()];
  const input = ["Grüße 😀", { source: "user", name: "mail" }];
  const call = ["send_mail", { to: "bob@example.com" }, { callId: "c1" }];
  const output = [{ answer: "done" }, { kind: "answer", audience: ["alice"] }];
  const pairs = [
    [now.inspectInput(...input), await later.inspectInputAsync(...input)],
    [now.authorizeToolCall(...call), await later.authorizeToolCallAsync(...call)],
    [now.inspectOutput(...output), await later.inspectOutputAsync(...output)],
  ];
  for (const [a, b] of pairs) assert.equal(a.toJson(), b.toJson());
  const asked = { content: "x", source: "user" };
  const { epoch } = now.prepare("inspect_input", asked);
  const host = { ran: ["words"] };
  const committed = now.commit("inspect_input", asked, epoch, host);
  const same = await later.commitAsync("inspect_input", asked, epoch, host);
  assert.equal(committed.toJson(), same.toJson());
  const raw = '{"content":"x"}';
  assert.equal(now.call("inspect_output", raw), await later.callAsync("inspect_output", raw));
});

test("what throws there rejects here, with the same code", async () => {
  const cases = [
    [() => session().inspectInputAsync("x", { source: "usr" }), "misuse/argument"],
    [() => session().inspectInputAsync(NaN, { source: "user" }), "value/number"],
    [() => session().callAsync("nope"), "misuse/argument"],
    [() => session().callAsync(5), "misuse/type"],
    [() => new Guard().callAsync("lift", "{"), "value/syntax"],
  ];
  for (const [body, code] of cases) {
    await assert.rejects(body, { name: "CheckreinError", code });
  }
});

test("many at once on one session are all recorded", async () => {
  const guard = new Guard();
  const run = guard.session({ user: "alice" });
  const texts = Array.from({ length: 32 }, (_, i) => `document ${i}`);
  const all = texts.map((text) => run.inspectInputAsync(text, { source: "retrieved" }));
  const decisions = await Promise.all(all);
  assert.deepEqual(decisions.map((decision) => decision.content), texts);
  assert.equal(new Set(decisions.map((decision) => decision.id)).size, texts.length);
});

test("the event loop goes on while a long text is looked at", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const long = "The quick brown fox jumps over the lazy dog. ".repeat(20_000);
  const decision = await session().inspectInputAsync(long, { source: "retrieved" });
  clearInterval(timer);
  assert.equal(decision.allowed, true);
  assert.ok(turns > 0);
});

test("a guard's methods have a twin, too", async () => {
  const guard = new Guard();
  assert.equal(await guard.callAsync("verifier"), JSON.stringify(guard.verifier()));
  await guard.callAsync("close");
  assert.throws(() => guard.session(), { code: "misuse/closed" });
});
