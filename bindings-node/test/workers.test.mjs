// Workers: each loads the library, and they may share a guard.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Guard } from "checkrein";

const BODY = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { Guard } = require(workerData.path);
  const guard = Guard.shared(workerData.name, workerData.options);
  const session = guard.session({ id: workerData.session, new: true });
  const decided = session.inspectInputAsync("a page", { source: "retrieved" });
  decided.then(({ outcome }) => parentPort.postMessage({ outcome, verifier: guard.verifier() }));
`;
const path = fileURLToPath(new URL("../dist/index.js", import.meta.url));

function work(workerData) {
  const worker = new Worker(BODY, { eval: true, workerData: { path, ...workerData } });
  return once(worker, "message").then(async ([message]) => {
    await worker.terminate();
    return message;
  });
}

test("two workers and the main thread share one guard and its log", async () => {
  const options = { human: false };
  const guard = Guard.shared("workers", options);
  const both = ["one", "two"].map((session) => work({ name: "workers", options, session }));
  for (const { outcome, verifier } of await Promise.all(both)) {
    assert.equal(outcome, "allow");
    assert.equal(verifier, guard.verifier());
  }
  // The workers are gone, their sessions and records are not.
  assert.equal(guard.status().sessions, 2);
  const records = guard.records().join("\n");
  for (const session of ["one", "two"]) assert.ok(records.includes(session));
  guard.close();
});

test("a guard that a worker made outlives it", async () => {
  const { verifier } = await work({ name: "orphan", session: "one" });
  const guard = Guard.shared("orphan");
  assert.equal(guard.verifier(), verifier);
  guard.close();
  assert.notEqual(Guard.shared("orphan").verifier(), verifier);
  Guard.shared("orphan").close();
});

test("a shared guard has the options it was made with", () => {
  const guard = Guard.shared("options", { human: false, profile: "strict" });
  Guard.shared("options", { profile: "strict", human: false });
  const other = () => Guard.shared("options", { human: true });
  assert.throws(other, { code: "misuse/argument" });
  const unshared = new Guard();
  unshared.close();
  assert.equal(Guard.shared("options").verifier(), guard.verifier());
  guard.close();
});

test("a worker that ends in the middle of its work ends alone", async () => {
  const body = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { Guard } = require(workerData.path);
    const session = new Guard().session();
    const text = "The quick brown fox. ".repeat(50_000);
    for (let i = 0; i < 4; i++) session.inspectInputAsync(text, { source: "retrieved" });
    parentPort.postMessage("begun");
  `;
  const worker = new Worker(body, { eval: true, workerData: { path } });
  await once(worker, "message");
  await worker.terminate();
  assert.equal(new Guard().session().inspectOutput("still here").outcome, "allow");
});
