// The rows of `cargo xtask bench` in Node.js: one line of JSON each. `--quick` runs a twentieth.
// CHECKREIN_PACKAGE is the package's folder.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Guard } = createRequire(import.meta.url)(
  process.env.CHECKREIN_PACKAGE ?? new URL("../../bindings-node", import.meta.url).pathname,
);

const WORDS = readFileSync(new URL("../words.txt", import.meta.url), "utf8").trim().split(/\s+/);
const QUICK = process.argv.includes("--quick");
const A_SESSION = 200;
const A_LARGE_SESSION = 20;
const ASKED = "Pay 120 EUR to DE89370400440532013000 for the March invoice.";

/** Of call `i`: each of a session's has a purpose of its own, for the same is taken for a loop. */
function args(i) {
  const letter = (n) => String.fromCharCode(97 + (Math.floor(n) % 26));
  const purpose = `March invoice, part ${letter(i / 26)}${letter(i)}`;
  return { recipient: "DE89370400440532013000", amount: 120, purpose };
}

/** `size` letters of sentences, the same in every language. */
function text(seed, size) {
  let state = seed >>> 0;
  const below = (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 16) % limit;
  };
  let out = "";
  for (let sentences = 1; out.length < size; sentences++) {
    const words = [];
    for (let left = 6 + below(9); left > 0; left--) words.push(WORDS[below(WORDS.length)]);
    words[0] = words[0][0].toUpperCase() + words[0].slice(1);
    out += words.join(" ") + (sentences % 5 === 0 ? ".\n\n" : ". ");
  }
  return out.slice(0, size);
}

/** FNV-1a, which all languages must print alike. */
function mark() {
  let state = 2_166_136_261;
  for (const byte of Buffer.from(text(7, 1000))) state = Math.imul(state ^ byte, 16_777_619) >>> 0;
  return state;
}

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Measures `sample` after a tenth as many warm-ups; it gives ms and times only what counts. */
function row(name, times, sample) {
  const n = Math.max(3, QUICK ? Math.floor(times / 20) : times);
  const warm = Math.floor(n / 10) + 1;
  const samples = [];
  for (let i = 0; i < warm + n; i++) samples.push(sample(i));
  const first = samples[0];
  const sorted = samples.slice(warm).sort((a, b) => a - b);
  const at = (part) => Math.round(sorted[Math.floor(((n - 1) * part) / 100)] * 1e6);
  const first_ns = Math.round(first * 1e6);
  say({ row: name, language: "node", n, p50_ns: at(50), p99_ns: at(99), first_ns });
}

/** The same for work too short for a clock: each sample is the mean of a thousand. */
function short(name, times, work) {
  row(name, times, () => {
    const began = performance.now();
    for (let i = 0; i < 1000; i++) work();
    return (performance.now() - began) / 1000;
  });
}

function check(good, what) {
  if (!good) throw new Error(what);
}

/** A session that is replaced now and then. The old one is closed, outside of what is timed. */
function fresh(every, open) {
  let session;
  return (i) => {
    if (i % every === 0) {
      session?.close();
      session = open();
    }
    return session;
  };
}

const opened = (guard) => guard.session({ user: "alice", agent: "desk" });

/** A guard with this many user policies, two for each tool. */
function payments(policies) {
  let [tools, policy] = ["", ""];
  for (let tool = 0; tool < policies / 2; tool++) {
    tools +=
      `[tool.pay_${tool}]\n` +
      `effects = ["spend"]\n` +
      `arguments.recipient = { role = "destination", type = "account" }\n` +
      `arguments.amount = { role = "amount", type = "integer" }\n` +
      `arguments.purpose = { role = "payload" }\n`;
    policy +=
      `@id("bench/${tool}/small")\n` +
      `permit (principal, action == Action::"pay_${tool}", resource)\n` +
      `when { context.input.amount <= 1000 };\n` +
      `@id("bench/${tool}/large")\n` +
      `@outcome("ask")\n` +
      `@reason("a large payment")\n` +
      `forbid (principal, action == Action::"pay_${tool}", resource)\n` +
      `when { context.input.amount > 500 && context.flow.destination.rank < 4 };\n`;
  }
  return new Guard({ tools, policy });
}

function firstDecision(texts) {
  row("first_decision", 60, (i) => {
    const began = performance.now();
    const decision = opened(new Guard()).inspectInput(texts[i % texts.length], { source: "user" });
    const took = performance.now() - began;
    check(decision.outcome === "allow", decision.explain());
    return took;
  });
}

function inspect(name, times, source, texts, aSession) {
  const guard = new Guard();
  const session = fresh(aSession, () => opened(guard));
  row(name, times, (i) => {
    const [here, given] = [session(i), texts[i % texts.length]];
    const began = performance.now();
    const decision = here.inspectInput(given, { source });
    const { outcome, content } = decision;
    const took = performance.now() - began;
    check(outcome === "allow" && content === given, decision.explain());
    return took;
  });
}

function authorize(policies, document) {
  const guard = payments(policies);
  const session = fresh(A_SESSION, () => {
    const asked = opened(guard);
    check(asked.inspectInput(ASKED, { source: "user" }).allowed, "the user was refused");
    check(asked.inspectInput(document, { source: "retrieved" }).allowed, "refused");
    return asked;
  });
  row(`authorize_${policies}`, 4000, (i) => {
    const [here, callId, call] = [session(i), `call-${i}`, args(i)];
    const began = performance.now();
    const decision = here.authorizeToolCall("pay_0", call, { callId });
    const { outcome, arguments: given } = decision;
    const took = performance.now() - began;
    check(outcome === "allow" && given.purpose === call.purpose, decision.explain());
    here.reportResult(callId);
    return took;
  });
}

function redact(texts) {
  const policy =
    `@id("bench/mask")\n@obligation("redact:personal")\n` +
    `permit (principal, action == Action::"verb:output", resource);\n`;
  const guard = new Guard({ policy });
  const session = fresh(A_SESSION, () => opened(guard));
  // Put together here, so that no scanner takes them for real.
  const items = [
    "anna.berg@example.org",
    ["4111", "1111", "1111", "1111"].join(" "),
    "DE89370400440532013000",
    ["ghp_", "a1B2c3D4e5F6g7H8i9J0", "k1L2m3N4o5P6q7R8"].join(""),
  ];
  const tail = ` See ${items.join(", ")}.`;
  row("redact_1k", 4000, (i) => {
    const given = texts[i % texts.length].slice(0, -tail.length) + tail;
    const here = session(i);
    const began = performance.now();
    const decision = here.inspectOutput(given);
    const { outcome, content } = decision;
    const took = performance.now() - began;
    const left = items.filter((item) => content.includes(item));
    check(outcome === "modify" && left.length === 0, decision.explain());
    return took;
  });
}

function stream(texts) {
  const guard = new Guard();
  const session = fresh(A_SESSION, () => opened(guard));
  row("stream_1k", 2000, (i) => {
    const [here, given] = [session(i), texts[i % texts.length]];
    const size = Math.ceil(given.length / 16);
    const began = performance.now();
    const stream = here.outputStream();
    let out = "";
    for (let at = 0; at < given.length; at += size) out += stream.push(given.slice(at, at + size));
    out += stream.finish();
    const took = performance.now() - began;
    check(out === given && !stream.denied, "the stream changed the text");
    return took;
  });
}

const several = (count, size) => Array.from({ length: count }, (_, seed) => text(seed, size));

say({ language: "node", texts: mark() });
const texts = several(200, 1000);
// First, while nothing is built yet: its `first_ns` is what a process pays after loading.
firstDecision(texts);
const guard = new Guard();
short("noop_call", 100, () => guard.call("cover", '{"id":"bench"}'));
inspect("inspect_1k", 4000, "user", texts, A_SESSION);
inspect("inspect_10k", 1000, "retrieved", several(200, 10_000), A_SESSION);
inspect("inspect_100k", 200, "retrieved", several(20, 100_000), A_LARGE_SESSION);
for (const policies of [10, 1000, 10_000]) authorize(policies, texts[0]);
redact(texts);
stream(texts);
