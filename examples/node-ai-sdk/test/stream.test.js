import assert from "node:assert/strict";
import { test } from "node:test";
import { isStepCount, jsonSchema, streamText, wrapLanguageModel } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { guardModel, guardTools, RefusedError } from "checkrein/ai-sdk";
import { called, decided, KEY, scene, USAGE } from "./scene.js";

const FINISH = { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: USAGE };
const SAID = `The token is ${KEY}, and the rest is as before.`;
const SHOWN = "The token is [secret], and the rest is as before.";

const start = (id, kind = "text") => ({ type: `${kind}-start`, id });
const delta = (id, text, kind = "text") => ({ type: `${kind}-delta`, id, delta: text });
const end = (id, kind = "text") => ({ type: `${kind}-end`, id });
const block = (id, pieces, kind) => [start(id, kind), ...pieces.map((p) => delta(id, p, kind)), end(id, kind)];
const pieces = (text, size) => text.match(new RegExp(`.{1,${size}}`, "gsu"));

function streamOf(parts, fault) {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      if (fault === undefined) controller.close();
      else controller.error(fault);
    },
  });
}

/** What goes on of a stream. */
async function gone(session, parts) {
  const { wrapStream } = guardModel(session);
  const { stream } = await wrapStream({ doStream: async () => ({ stream: streamOf(parts) }) });
  const seen = [];
  for await (const part of stream) seen.push(part);
  return seen;
}

const textIn = (parts, kind = "text") =>
  parts.filter(({ type }) => type === `${kind}-delta`).map((part) => part.delta).join("");

/** A refusal at the end, and nothing after it but what the call cost. */
function ended(parts, why) {
  const at = parts.findIndex(({ type }) => type === "error");
  assert.notEqual(at, -1, JSON.stringify(parts));
  assert.ok(RefusedError.isInstance(parts[at].error));
  if (why !== undefined) assert.match(parts[at].error.message, why);
  assert.ok(parts.slice(at + 1).every(({ type }) => type === "finish"), JSON.stringify(parts.slice(at)));
  for (const { finishReason } of parts.slice(at + 1)) assert.equal(finishReason.unified, "error");
}

const FORBID = `
  @id("mine/no") @reason("not that")
  forbid (principal, action == Action::"verb:output", resource)
  when { context.findings.categories.contains("secret") };`;

test("a secret is masked however it is cut into pieces, and so is reasoning", async () => {
  const { session } = scene();
  for (const kind of ["text", "reasoning"]) {
    for (const size of [1, 2, 3, 7, 16, 100]) {
      const seen = await gone(session, [...block("a", pieces(SAID, size), kind), FINISH]);
      assert.equal(textIn(seen, kind), SHOWN, `${kind} ${size}`);
      assert.deepEqual(seen.at(0), start("a", kind));
      assert.deepEqual(seen.slice(-2), [end("a", kind), FINISH]);
    }
  }
});

test("blocks that are streamed at the same time are each one text", async () => {
  const { session } = scene();
  const [one, two] = [pieces(SAID, 5), pieces(`Also ${SAID}`, 5)];
  const mixed = two.flatMap((piece, at) => [...(one[at] ? [delta("a", one[at])] : []), delta("b", piece)]);
  const seen = await gone(session, [start("a"), start("b"), ...mixed, end("a"), end("b"), FINISH]);
  const of = (id) => textIn(seen.filter((part) => part.id === id));
  assert.deepEqual([of("a"), of("b")], [SHOWN, `Also ${SHOWN}`]);
});

test("text that nothing is wrong with goes on whole, with the provider's own fields", async () => {
  const { session } = scene();
  const providerMetadata = { p: { signature: "s" } };
  const parts = [
    { type: "stream-start", warnings: [] },
    { type: "response-metadata", id: "r", modelId: "m" },
    { type: "ping" },
    { ...start("a"), providerMetadata: { q: { id: 1 } } },
    delta("a", "hello"),
    { ...delta("a", ""), providerMetadata },
    end("a"),
    { type: "tool-input-start", id: "c1", toolName: "read" },
    { type: "tool-input-delta", id: "c1", delta: "{}" },
    { type: "tool-input-end", id: "c1" },
    called("c1", "read", {}),
    { ...FINISH, providerMetadata },
  ];
  const seen = await gone(session, parts);
  const wanted = [
    ...parts.slice(0, 3),
    start("a"),
    delta("a", "hello"),
    { ...end("a"), providerMetadata: { q: { id: 1 }, ...providerMetadata } },
    ...parts.slice(7),
  ];
  assert.deepEqual(seen, wanted);
});

test("where something was taken out, nothing that repeats it goes on", async () => {
  const { session } = scene();
  const providerMetadata = { p: { logprobs: KEY } };
  const [first, ...rest] = block("a", [SAID]);
  const parts = [{ type: "raw", rawValue: KEY }, { ...first, providerMetadata }, ...rest, { ...FINISH, providerMetadata }];
  const seen = await gone(session, parts);
  assert.ok(!JSON.stringify(seen).includes(KEY), JSON.stringify(seen));
  assert.ok(seen.every((part) => part.type !== "raw" && part.providerMetadata === undefined));
  assert.equal(guardModel(session).specificationVersion, "v4");
});

test("a stream that stops in the middle gives what it held back, and closes its blocks", async () => {
  const { session } = scene();
  assert.equal(textIn(await gone(session, [start("a"), delta("a", SAID)])), SHOWN);
  const seen = await gone(session, [start("a"), delta("a", "hello"), FINISH]);
  assert.deepEqual(seen, [start("a"), delta("a", "hello"), end("a"), FINISH]);
});

test("after a refusal nothing follows, and no tool of that answer runs", async () => {
  const { session } = scene({ policy: FORBID });
  const parts = [...block("a", pieces(SAID, 4)), ...block("b", ["more"]), called("c1", "read", { path: "a" }), FINISH];
  const seen = await gone(session, parts);
  ended(seen, /not that/);
  assert.ok(!textIn(seen).includes(KEY.slice(0, 8)));
  assert.deepEqual(seen.filter(({ type }) => type.startsWith("text-")).at(-1), end("a"));

  const ran = [];
  const model = new MockLanguageModelV4({ doStream: async () => ({ stream: streamOf(parts) }) });
  const tools = { read: { inputSchema: jsonSchema({ type: "object" }), execute: async () => ran.push(1) } };
  const errors = [];
  const { textStream } = streamText({
    model: wrapLanguageModel({ model, middleware: guardModel(session) }),
    tools: guardTools(tools, session),
    prompt: "hello",
    stopWhen: isStepCount(3),
    onError: ({ error }) => errors.push(error),
  });
  let text = "";
  for await (const piece of textStream) text += piece;
  assert.ok(!text.includes(KEY.slice(0, 8)), text);
  assert.deepEqual([ran, model.doStreamCalls.length], [[], 1]);
  assert.ok(errors.length === 1 && RefusedError.isInstance(errors[0]), String(errors));
});

test("a stream with anything unknown ends there", async () => {
  const { session } = scene();
  for (const part of [
    { type: "hologram" },
    { type: "custom", kind: "a.b" },
    { type: "file", mediaType: "image/png", data: { type: "data", data: "YWJj" } },
    { type: "tool-result", toolCallId: "c1", toolName: "search", result: "found" },
    { type: "tool-approval-request", approvalId: "a", toolCallId: "c1" },
    { type: "tool-input-start", id: "c1", toolName: "search", providerExecuted: true },
    { ...called("c1", "search", {}), providerExecuted: true },
    delta("nowhere", "hello"),
    delta("a", "hello", "reasoning"),
    delta("a", 7),
    end("nowhere"),
    start("a"),
    { type: 7 },
    null,
    "hello",
  ]) {
    const seen = await gone(session, [start("a"), delta("a", "hello "), part, delta("a", "world"), end("a"), FINISH]);
    ended(seen);
    assert.ok(!textIn(seen).includes("world"), JSON.stringify(part));
  }
  const unknown = { ...delta("a", "hello"), html: KEY };
  assert.deepEqual((await gone(session, [start("a"), unknown, end("a"), FINISH]))[1], delta("a", "hello"));
});

test("a guard that is closed in the middle lets nothing more out", async () => {
  const { guard, session } = scene();
  const { wrapStream } = guardModel(session);
  let upstream;
  const stream = new ReadableStream({ start: (controller) => void (upstream = controller) });
  const guarded = (await wrapStream({ doStream: async () => ({ stream }) })).stream.getReader();
  upstream.enqueue(start("a"));
  assert.deepEqual((await guarded.read()).value, start("a"));
  guard.close();
  upstream.enqueue(delta("a", SAID));
  upstream.close();
  const seen = [];
  for (let next = await guarded.read(); !next.done; next = await guarded.read()) seen.push(next.value);
  ended(seen, /misuse\/closed/);
  assert.equal(textIn(seen), "");
});

test("a reader that leaves, and a provider that fails, leave a record of what went out", async () => {
  const { guard, session } = scene();
  const { wrapStream } = guardModel(session);
  const recorded = () => decided(guard, "inspect_output").length;
  let cancelled;
  const endless = new ReadableStream({
    start: (controller) => controller.enqueue(start("a")),
    pull: (controller) => controller.enqueue(delta("a", "and so on, ")),
    cancel: (reason) => void (cancelled = reason),
  });
  const reader = (await wrapStream({ doStream: async () => ({ stream: endless }) })).stream.getReader();
  for (const _ of [1, 2, 3]) await reader.read();
  await reader.cancel("enough");
  assert.deepEqual([cancelled, recorded()], ["enough", 1]);

  const down = new Error("down");
  const broken = new ReadableStream({
    start: (controller) => controller.enqueue(start("a")),
    pull: (controller) => controller.error(down),
  });
  const { stream } = await wrapStream({ doStream: async () => ({ stream: broken }) });
  await assert.rejects(async () => {
    for await (const part of stream) assert.deepEqual(part, start("a"));
  }, (error) => error === down);
  assert.equal(recorded(), 2);
});

test("what was streamed is known when the next prompt repeats it", async () => {
  const { guard, session } = scene();
  await gone(session, [...block("a", ["I ", "look."]), called("c1", "read", { path: "a" }), FINISH]);
  const { transformParams } = guardModel(session);
  const input = { path: "a" };
  const content = [{ type: "text", text: "I look." }, { type: "tool-call", toolCallId: "c1", toolName: "read", input }];
  await transformParams({ params: { prompt: [{ role: "assistant", content }] } });
  assert.equal(decided(guard, "inspect_input").length, 0);
});
