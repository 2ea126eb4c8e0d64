import assert from "node:assert/strict";
import { test } from "node:test";
import { main } from "./decision-point.js";

test("the organisation's decision point permits, asks and denies, and gone it denies", async () => {
  const said = [];
  await main((line) => said.push(line));
  assert.deepEqual(said, [
    "pay 12000: allow",
    "pay 90000: ask",
    "pay 9000000: deny",
    "the decision point is gone: deny, the decision point gave no answer",
  ]);
});
