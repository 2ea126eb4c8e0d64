// Streams: what leaves is the same however it is cut.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Guard } from "checkrein";

const KEY = `ghp_${"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"}`;
const TEXT = `Hé 😀 the key is ${KEY}, use it 👩‍👩‍👧 well.`;
const session = () => new Guard().session({ user: "alice" });

function streamed(chunks) {
  const stream = session().outputStream();
  assert.equal(stream.decision, null);
  let out = "";
  for (const chunk of chunks) out += stream.push(chunk);
  out += stream.finish();
  return { out, stream };
}

test("masked text is equal under any cut, of text and of bytes", () => {
  const whole = session().inspectOutput(TEXT).content;
  assert.ok(!whole.includes(KEY));
  const bytes = Buffer.from(TEXT);
  for (const size of [1, 2, 3, 7, 64, 1000]) {
    const texts = [];
    for (let i = 0; i < TEXT.length; i += size) texts.push(TEXT.slice(i, i + size));
    const pieces = [];
    for (let i = 0; i < bytes.length; i += size) pieces.push(bytes.subarray(i, i + size));
    assert.equal(streamed(texts).out, whole, `texts of ${size}`);
    assert.equal(streamed(pieces).out, whole, `bytes of ${size}`);
  }
});

test("the decision stands at the end, with spans of the whole text", () => {
  const { stream } = streamed([TEXT.slice(0, 4), TEXT.slice(4)]);
  assert.equal(stream.denied, false);
  assert.equal(stream.decision.outcome, "modify");
  const finding = stream.decision.findings.find(({ rule }) => rule.startsWith("secret/"));
  assert.equal(TEXT.slice(finding.start, finding.end), KEY);
  assert.throws(() => stream.push("more"), { code: "misuse/closed" });
  assert.throws(() => stream.finish(), { code: "misuse/closed" });
});

test("half a surrogate pair waits for the other half; alone it ends the stream", () => {
  assert.equal(streamed(["\ud83d", "\ude00"]).out, "😀");
  for (const chunks of [["a", "\ude00"], ["a\ud83d", "b"], ["\ud83d", Buffer.from("b")]]) {
    const stream = session().outputStream();
    assert.throws(() => chunks.forEach((chunk) => stream.push(chunk)), { code: "value/surrogate" });
    assert.equal(stream.denied, true);
    assert.equal(stream.push("more"), "");
  }
  const stream = session().outputStream();
  stream.push("a\ud83d");
  assert.throws(() => stream.finish(), { code: "value/surrogate" });
});

test("bytes that are no text end the stream", () => {
  const stream = session().outputStream();
  assert.throws(() => stream.push(Uint8Array.of(0xc3, 0x28)), { code: "value/utf8" });
  assert.equal(stream.denied, true);
  assert.throws(() => session().outputStream().push(5), { code: "misuse/type" });
});

test("shared memory is copied before it is looked at", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(3));
  shared.set(Buffer.from("abc"));
  assert.equal(streamed([shared]).out, "abc");
});

test("a call's arguments arrive piece by piece", () => {
  const args = JSON.stringify({ to: "bob@example.com", body: "Grüße 😀" });
  const expected = session().authorizeToolCall("send_mail", JSON.parse(args), { callId: "c1" });
  for (const size of [1, 5, 1000]) {
    const stream = session().callStream("send_mail", { callId: "c1" });
    for (let i = 0; i < args.length; i += size) stream.push(args.slice(i, i + size));
    const decision = stream.finish();
    assert.equal(decision.outcome, expected.outcome);
    assert.equal(decision.callId, "c1");
    assert.throws(() => stream.finish(), { code: "misuse/closed" });
  }
  const broken = session().callStream("send_mail");
  broken.push('{"to": "bob", "to": "eve"}');
  assert.throws(() => broken.finish(), { code: "value/duplicate_key" });
});
