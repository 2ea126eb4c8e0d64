// What goes in: JSON's own values, and nothing that would become something else on the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { Guard } from "checkrein";

const guard = new Guard();
const session = guard.session({ user: "alice" });
const given = (value) => session.inspectInput(value, { source: "memory" }).content;
const refused = (value, code, at) =>
  assert.throws(
    () => given(value),
    (error) => {
      assert.deepEqual([error.code, error.context.at], [code, at], error.message);
      return true;
    },
  );

test("what JSON can say comes back as it was", () => {
  const values = [
    null, true, 0, -1.5, 98.7, 2 ** 53 - 1, 5e-324, "", "tab\t\u2028 é 😀", [], {}, [[null]],
    { b: [1, { "": "empty key" }], a: { "/~": "x" } },
    JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toString": 2}'),
  ];
  for (const value of values) assert.deepEqual(given({ value }).value, value);
  assert.equal({}.polluted, undefined);
});

test("whole floats are integers, and -0 is 0", () => {
  assert.deepEqual(given([98.0, -0]), [98, 0]);
  assert.ok(Object.is(given([-0])[0], 0));
});

test("undefined properties are left out, also those of options", () => {
  assert.deepEqual(given({ a: undefined, b: 1, c: { d: undefined } }), { b: 1, c: {} });
  const options = { source: "memory", name: undefined, callId: undefined };
  assert.equal(session.inspectInput("x", options).outcome, "allow");
});

test("numbers that JSON does not have, or would change, are refused", () => {
  refused({ a: [1, NaN] }, "value/number", "/a/1");
  refused([Infinity], "value/number", "/0");
  refused({ n: 2 ** 53 }, "value/integer_range", "/n");
  refused({ n: 12345678901234567890 }, "value/integer_range", "/n");
});

test("types that JSON does not have are refused where they stand", () => {
  class Mail {
    to = "bob";
    toJSON() {
      return { to: "eve" };
    }
  }
  const foreign = [
    10n, Symbol("s"), () => 1, new Map(), new Set(), new Date(0), Buffer.from("x"), new Mail(),
    new Uint8Array(1), new Float64Array(1), new ArrayBuffer(1), /x/, new Error("x"),
    new String("x"), new Number(1), Promise.resolve(), new Proxy(new Map(), {}),
  ];
  for (const value of foreign) refused({ "a/b": [value] }, "value/type", "/a~1b/0");
  refused([undefined], "value/type", "/0");
  refused([, 1], "value/type", "/0"); // eslint-disable-line no-sparse-arrays
  refused(undefined, "value/type", "");
  refused({ toJSON: () => "x" }, "value/type", "/toJSON");
});

test("plain objects of another realm and without prototype are taken", () => {
  const other = vm.runInNewContext('({ to: ["bob"] })');
  assert.deepEqual(given(other), { to: ["bob"] });
  assert.deepEqual(given(Object.assign(Object.create(null), { a: 1 })), { a: 1 });
});

test("a value is read once: no getter answers twice", () => {
  let reads = 0;
  const value = { get to() { return ++reads === 1 ? "bob@example.com" : "eve@evil.example"; } };
  assert.deepEqual(given(value), { to: "bob@example.com" });
  assert.equal(reads, 1);
  Object.prototype.toJSON = () => "forged";
  try {
    assert.deepEqual(given({ to: "bob" }), { to: "bob" });
  } finally {
    delete Object.prototype.toJSON;
  }
});

test("cycles are refused; what is only used twice is not", () => {
  const loop = { list: [] };
  loop.list.push({ loop });
  refused(loop, "value/cycle", "/list/0/loop");
  const shared = { a: 1 };
  assert.deepEqual(given([shared, shared]), [{ a: 1 }, { a: 1 }]);
});

test("depth and size are bounded before they cost anything", () => {
  let deep = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  refused(deep, "limit/depth", undefined);
  let wide = ["x".repeat(1024)];
  for (let i = 0; i < 40; i++) wide = [wide, wide];
  assert.throws(() => given(wide), { code: /^limit\// });
});

test("lone surrogates are refused in texts, keys and names", () => {
  refused("\ud800", "value/surrogate", undefined);
  refused({ a: ["x\udc00"] }, "value/surrogate", "/a/0");
  assert.throws(() => given({ "\ud800": 1 }), { code: "value/surrogate" });
  const call = () => session.authorizeToolCall("\ud83d", {});
  assert.throws(call, { code: "value/surrogate" });
  assert.throws(() => session.call("inspect_input", "\ud83d"), { code: "value/surrogate" });
});

test("random values cross the border and back unchanged", () => {
  const monitored = new Guard({ mode: "monitor" });
  let state = 7;
  const random = (n) => (state = (state * 48271) % 2147483647) % n;
  const double = () => {
    const view = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 8; i++) view.setUint8(i, random(256));
    const number = view.getFloat64(0);
    return Number.isFinite(number) && !Number.isInteger(number) ? number : random(1000) / 8;
  };
  const string = () =>
    String.fromCharCode(...Array.from({ length: random(8) }, () => random(65536))).toWellFormed();
  const value = (depth) => {
    const makers = [() => null, () => random(2) === 1, double, string, () => random(2 ** 31) - 2 ** 30];
    const list = () => Array.from({ length: random(4) }, () => value(depth + 1));
    const object = () => Object.fromEntries(list().map((item) => [string(), item]));
    if (depth < 5) makers.push(list, object);
    return makers[random(makers.length)]();
  };
  for (let i = 0; i < 200; i++) {
    const args = { value: value(0) };
    const decision = monitored.session().authorizeToolCall("tool", args);
    assert.deepEqual(decision.arguments, args, decision.explain());
  }
});
