// Walks the conformance lines: `typed` requests through the typed interface, others through `call`.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Approver, CheckreinError, Guard } from "checkrein";

const folder = new URL("../../conformance/lines/", import.meta.url);
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".tsv")) : [];

test("there are conformance lines", () => assert.ok(files.length > 0, `none in ${folder}`));

for (const file of files.sort()) {
  const cases = readFileSync(new URL(file, folder), "utf8").split(/^# /m).slice(1);
  for (const text of cases) {
    const [id, ...lines] = text.split("\n").filter((line) => line !== "");
    test(`${file} ${id}`, () => {
      const walk = new Map();
      lines.forEach((line, i) => step(walk, line.split("\t"), `${id}, line ${i + 1}`));
    });
  }
}

const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const keys = (object, word) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [word(name), value]));
const typed = (json) => keys(JSON.parse(json), camel);
/** A typed answer as the wire writes it; keys are compared, not their order. */
const wire = (value) => {
  if (Array.isArray(value)) return value.map(wire);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [snake(name), wire(item)]));
};

/** The fields but one. */
const keep = (object, without) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== without));

function step(walk, [kind, name, ...fields], where) {
  const object = (id) => walk.get(id) ?? assert.fail(`${where}: nothing is called ${id}`);
  const put = (made) => void walk.set(name, made);
  switch (kind) {
    case "guard": {
      const options = typed(fields[0]);
      if (options.testing) options.testing = keys(options.testing, camel);
      return outcome(where, fields[1], undefined, () => put(new Guard(options)));
    }
    case "session":
    case "spawn":
    case "stream": {
      const method = { session: "session", spawn: "spawn", stream: "outputStream" }[kind];
      const options = { ...(kind === "spawn" && { agent: "" }), ...typed(fields[1]) };
      return outcome(where, fields[2], undefined, () => put(object(fields[0])[method](options)));
    }
    case "approver":
      return put(new Approver(object(fields[0])));
    case "call_stream": {
      const { tool, ...options } = typed(fields[1]);
      const open = () => put(object(fields[0]).callStream(tool, options));
      return outcome(where, fields[2], undefined, open);
    }
    case "push":
      return outcome(where, fields[1], fields[2], () => push(object(name), fields[0]));
    case "finish":
      return outcome(where, fields[0], fields[1], () => finish(object(name)));
    case "call": {
      const [method, request, how, code, answer] = fields;
      const target = object(name);
      const raw = how === "raw" || untyped(method, request);
      const body = raw ? () => target.call(method, request) : () => call(target, method, request);
      return outcome(where, code, answer, body);
    }
    default:
      return assert.fail(`${where}: no such step: ${kind}`);
  }
}

/** Several parts, and spans in bytes, are said through the JSON interface. */
const untyped = (method, request) =>
  method === "commit" || (method === "inspect_input" && "parts" in JSON.parse(request));

function outcome(where, code, answer, body) {
  let got;
  try {
    got = body();
  } catch (error) {
    if (!CheckreinError.isInstance(error)) throw error;
    return assert.equal(error.code, code, `${where}: ${error.message}`);
  }
  assert.equal("ok", code, where);
  if (!answer) return undefined;
  if (typeof got === "string") return assert.equal(got, answer, where);
  return assert.deepEqual(wire(got ?? null), JSON.parse(answer), where);
}

function push(stream, hex) {
  const text = stream.push(Buffer.from(hex, "hex"));
  return text === undefined ? null : { text, denied: stream.denied };
}

function finish(stream) {
  const ended = stream.finish();
  if (typeof ended !== "string") return ended.toJson();
  return `{"tail":${JSON.stringify(ended)},"decision":${stream.decision.toJson()}}`;
}

/** The typed interface; a decision is compared by its bytes. */
function call(target, method, json) {
  const asked = typed(json);
  const { content, tool, tools, arguments: args, scope, id, verb, request, ...rest } = asked;
  switch (method) {
    case "inspect_input":
      return target.inspectInput(content, rest).toJson();
    case "authorize_tool_call":
      return target.authorizeToolCall(tool, args, rest).toJson();
    case "inspect_output":
      return target.inspectOutput(content, rest).toJson();
    case "derive":
      return target.derive(asked.text, keep(rest, "text")).toJson();
    case "seal":
      return JSON.stringify(target.seal(content, rest));
    case "authorize_plan":
      return target.authorizePlan(asked.calls.map((call) => keys(call, camel))).toJson();
    case "prepare":
      return JSON.stringify(target.prepare(verb, keys(request, camel)));
    case "restore":
      return target.restore(rest.messages.map((message) => keys(message, camel)));
    case "start":
      return target.start(rest.decision);
    case "report_result":
      return target.reportResult(rest.callId, rest.ok);
    case "register_tools":
      return target.registerTools(tools, rest);
    case "stop":
      return target.stop(scope, id, rest);
    case "lift":
      return target.lift(scope, id, rest);
    case "reload":
      return asked.archive === undefined ? target.reload() : target.call(method, json);
    case "watch":
      return target.watch(rest.intervalMs);
    case "approve":
    case "refuse":
      return target[method](id, rest);
    case "pin_tool":
    case "cover":
      return target[camel(method)](id);
    case "advance":
      return target.advance(rest.ms);
    case "verifier":
      return JSON.stringify(target.verifier());
    default:
      return method in target || camel(method) in target
        ? target[camel(method)]()
        : target.call(method, json);
  }
}
