import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Approver, Guard } from "checkrein";
import { bank, HIJACKED, MANIFEST, run, scripted } from "../agent.js";

const honest = { recipient: "DE89370400440532013000", amount: 98.7 };
const hijacked = { recipient: "GB29NWBK60161331926819", amount: 98.7 };

async function play(approve) {
  const guard = new Guard({ tools: MANIFEST });
  const session = guard.session({ user: "alice", agent: "bookkeeper" });
  const { tools, paid } = bank();
  const approver = new Approver(guard);
  const answer = await run({
    guard,
    session,
    model: scripted(HIJACKED),
    tools,
    approve: (call) => approve(call, approver),
  });
  return { answer, paid, guard };
}

test("the hijacked payment waits for a human; refused, the honest one is made", async () => {
  const cards = [];
  const { answer, paid, guard } = await play(({ approval }) => (cards.push(approval.text), false));
  assert.deepEqual(paid, [honest]);
  assert.equal(answer, "Done. (token [secret]) Anything else?");
  assert.equal(cards.length, 1);
  assert.deepEqual(guard.status().covered, ["ai-sdk/generate", "ai-sdk/input", "ai-sdk/stream", "ai-sdk/tools"]);
});

test("what a human approves is done, exactly", async () => {
  const { paid } = await play(({ approval: { id, digest } }, approver) => {
    approver.approve(id, { digest, approver: "bob" });
    return true;
  });
  assert.deepEqual(paid, [hijacked, honest]);
});

test("the program prints what happened", () => {
  const file = fileURLToPath(new URL("../agent.js", import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /The guard asks:/);
  assert.ok(stdout.includes(`Paid: ${JSON.stringify([honest])}`), stdout);
});
