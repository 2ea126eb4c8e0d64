import { createHash } from "node:crypto";
import type { SourceKind } from "../options.js";
import type { Session } from "../session.js";
import { toJson, type Json } from "../values.js";
import { asJson, fieldsOf, listOf, pick, quoted, same, textOf, unknownShape } from "./fields.js";
import { callKey, keyOf, memoryOf, modelKey, resultKey, type Memory } from "./memory.js";
import { RefusedError, settle, type Answer, type Obligations } from "./refused.js";

/** Everything a model call may be given. */
const PARAMS = new Set([
  "prompt",
  "maxOutputTokens",
  "temperature",
  "stopSequences",
  "topP",
  "topK",
  "presencePenalty",
  "frequencyPenalty",
  "responseFormat",
  "seed",
  "tools",
  "toolChoice",
  "includeRawChunks",
  "abortSignal",
  "headers",
  "reasoning",
  "providerOptions",
]);

/** A part of a prompt, as it goes on. */
type Part = Record<string, unknown>;

/** One thing in a prompt that the model reads: what is asked about it, and where it stands. */
interface Piece {
  readonly key: string;
  readonly asked:
    | { readonly content: Json; readonly source: SourceKind; readonly name?: string }
    | { readonly media_type: string; readonly sha256: string; readonly source: SourceKind };
  /** Puts what the model may read in its place. */
  put(instead: Json): void;
}

/** What is said of several pieces that are inspected together. */
interface About {
  readonly call_id?: string;
  readonly is_error?: boolean;
  /** Whether all are inspected where one is new: the guard pins the host's instructions whole. */
  readonly whole?: boolean;
}

/** Inspects everything in a model call's prompt that this session has not seen yet. */
export async function inspectParams(
  given: unknown,
  session: Session,
  obligations: Obligations | undefined,
): Promise<object> {
  const params = fieldsOf(given, "a model call");
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && !PARAMS.has(name)) {
      throw unknownShape(`a model call has ${quoted(name)}, which nothing would inspect`);
    }
  }
  const prompt = new Prompt(session, obligations);
  const inspected = await prompt.inspect(listOf(params["prompt"], "a prompt"));
  // Raw chunks hold what was taken out of the others.
  return { ...pick(params, [...PARAMS]), prompt: inspected, includeRawChunks: false };
}

class Prompt {
  readonly #session: Session;
  readonly #memory: Memory;
  readonly #obligations: Obligations | undefined;
  /** How often a content stood in this prompt so far: a user may say the same again. */
  readonly #times = new Map<string, number>();

  constructor(session: Session, obligations: Obligations | undefined) {
    this.#session = session;
    this.#memory = memoryOf(session);
    this.#obligations = obligations;
  }

  async inspect(messages: readonly unknown[]): Promise<readonly unknown[]> {
    const copies = messages.map((message) =>
      pick(fieldsOf(message, "a message"), ["role", "content", "providerOptions"]),
    );
    const system = copies.filter((message) => message["role"] === "system");
    const instructions = system.map((message) => this.#text(message, "content", "system"));
    await this.#ask(instructions, { whole: true });
    for (const message of copies) await this.#message(message);
    return copies;
  }

  async #message(message: Part): Promise<void> {
    const role = message["role"];
    if (role === "system") return;
    if (role !== "user" && role !== "assistant" && role !== "tool") {
      throw unknownShape(`a message has the role ${quoted(role)}, which is not known`);
    }
    const parts = listOf(message["content"], "a message's content");
    const copies = parts.map((part) => ({ ...fieldsOf(part, "a part of a message") }));
    if (role === "tool") {
      const results = [];
      for (const part of copies) results.push(await this.#result(part));
      message["content"] = results;
      return;
    }
    const taken = copies.map((part) => (role === "user" ? this.#said(part) : this.#answered(part)));
    await this.#ask(taken.flatMap(({ pieces }) => pieces));
    message["content"] = taken.map(({ part }) => part);
  }

  /** What a user gives. Only their own text is theirs: an attached file is a document. */
  #said(given: Part): { part: Part; pieces: Piece[] } {
    switch (given["type"]) {
      case "text":
        return this.#words(given, "user");
      case "file":
        return this.#file(given);
      default:
        throw unknownPart("a user's message", given);
    }
  }

  /** What the model said before, or what a client claims that it said. */
  #answered(given: Part): { part: Part; pieces: Piece[] } {
    switch (given["type"]) {
      case "text":
      case "reasoning":
        return this.#words(given, "model");
      case "tool-call":
        return this.#call(given);
      case "file":
      case "reasoning-file":
        return this.#file(given);
      default:
        throw unknownPart("an assistant's message", given);
    }
  }

  #words(given: Part, source: "user" | "model"): { part: Part; pieces: Piece[] } {
    const part = pick(given, ["type", "text", "providerOptions"]);
    const what = part["type"] as "text" | "reasoning";
    const text = textOf(part["text"], "a text");
    const key = source === "model" ? modelKey(what, text) : keyOf("user", text);
    return { part, pieces: text === "" ? [] : [this.#text(part, "text", source, key)] };
  }

  #call(given: Part): { part: Part; pieces: Piece[] } {
    if (given["providerExecuted"] === true) throw unknownPart("a call by the provider", given);
    const part = pick(given, ["type", "toolCallId", "toolName", "input", "providerOptions"]);
    const tool = textOf(part["toolName"], "a tool's name");
    const input = asJson(part["input"]);
    part["input"] = input;
    const key = callKey(textOf(part["toolCallId"], "a call's id"), tool, input);
    const put = (instead: Json) => void (part["input"] = instead);
    return { part, pieces: [{ key, asked: { content: input, source: "model", name: tool }, put }] };
  }

  #file(given: Part): { part: Part; pieces: Piece[] } {
    const part = pick(given, ["type", "data", "mediaType", "filename", "providerOptions"]);
    const mediaType = textOf(part["mediaType"], "a media type");
    const data = { ...fieldsOf(part["data"], "a file's data") };
    part["data"] = data;
    const pieces: Piece[] = [];
    const { filename } = part;
    if (filename !== undefined) {
      textOf(filename, "a file's name");
      pieces.push(this.#text(part, "filename", "retrieved"));
    }
    switch (data["type"]) {
      case "text":
        pieces.push(this.#text(data, "text", "retrieved"));
        break;
      case "data":
        pieces.push(opaque(mediaType, bytesOf(data["data"])));
        break;
      case "url":
        pieces.push(opaque(mediaType, String(data["url"])));
        break;
      case "reference":
        pieces.push(opaque(mediaType, toJson(asJson(data["reference"]))));
        break;
      default:
        throw unknownShape(`a file's data has the type ${quoted(data["type"])}, which is not known`);
    }
    return { part, pieces };
  }

  /** A tool's result. Where it may not be read, the model reads why. */
  async #result(given: Part): Promise<Part> {
    if (given["type"] !== "tool-result") throw unknownPart("a tool's message", given);
    const part = pick(given, ["type", "toolCallId", "toolName", "output", "providerOptions"]);
    const callId = textOf(part["toolCallId"], "a call's id");
    const tool = textOf(part["toolName"], "a tool's name");
    const output = { ...fieldsOf(part["output"], "a tool's output") };
    const type = textOf(output["type"], "an output's type");
    const { shown, pieces } = this.#output(output, type, callId, tool);
    const withheld = keyOf("withheld", callId, tool, ...pieces.map(({ key }) => key));
    const known = this.#memory.know(withheld)?.instead;
    if (known !== undefined) return { ...part, output: known };
    try {
      const isError = type !== "text" && type !== "json" && type !== "content";
      await this.#ask(pieces, { call_id: callId, is_error: isError });
      return { ...part, output: shown };
    } catch (fault) {
      if (!RefusedError.isInstance(fault)) throw fault;
      const instead = { type: "error-text", value: String(fault) };
      this.#memory.learn(withheld, { instead });
      return { ...part, output: instead };
    }
  }

  #output(
    output: Part,
    type: string,
    callId: string,
    tool: string,
  ): { shown: Part; pieces: Piece[] } {
    const field = type === "execution-denied" ? "reason" : "value";
    const shown = pick(output, ["type", field, "providerOptions"]);
    switch (type) {
      case "text":
      case "error-text":
      case "execution-denied": {
        if (shown[field] === undefined && field === "reason") return { shown, pieces: [] };
        const text = textOf(shown[field], "a tool's output");
        const key = resultKey(callId, tool, type, text);
        return { shown, pieces: [this.#text(shown, field, "tool_result", key, tool)] };
      }
      case "json":
      case "error-json": {
        const value = asJson(shown["value"]);
        shown["value"] = value;
        const put = (instead: Json) => void (shown["value"] = instead);
        const asked = { content: value, source: "tool_result", name: tool } as const;
        return { shown, pieces: [{ key: resultKey(callId, tool, type, value), asked, put }] };
      }
      case "content": {
        const items = listOf(shown["value"], "a tool's output").map((item) => {
          const given = { ...fieldsOf(item, "a part of a tool's output") };
          if (given["type"] === "file") return this.#file(given);
          if (given["type"] !== "text") throw unknownPart("a tool's output", given);
          const part = pick(given, ["type", "text", "providerOptions"]);
          const key = resultKey(callId, tool, "content", textOf(part["text"], "a text"));
          return { part, pieces: [this.#text(part, "text", "tool_result", key, tool)] };
        });
        shown["value"] = items.map(({ part }) => part);
        return { shown, pieces: items.flatMap(({ pieces }) => pieces) };
      }
      default:
        throw unknownShape(`a tool's output has the type ${quoted(type)}, which is not known`);
    }
  }

  #text(part: Part, field: string, source: SourceKind, key?: string, name?: string): Piece {
    const text = textOf(part[field], "a text");
    return {
      key: key ?? keyOf(source, field, text),
      asked: { content: text, source, ...(name === undefined ? {} : { name }) },
      put: (instead) => void (part[field] = textOf(instead, "what stands for a text")),
    };
  }

  /** Inspects the new ones among `pieces`, and puts what the model may read in their place. */
  async #ask(pieces: readonly Piece[], { whole, ...about }: About = {}): Promise<void> {
    const numbered = pieces.map((piece) => ({ ...piece, key: this.#numbered(piece.key) }));
    const known = numbered.map(({ key }) => this.#memory.know(key));
    const all = whole === true && known.includes(undefined);
    const fresh = numbered.filter((_, at) => all || known[at] === undefined);
    numbered.forEach((piece, at) => {
      const instead = all ? undefined : known[at]?.instead;
      if (instead !== undefined) piece.put(instead);
    });
    if (fresh.length === 0) return;
    const request = toJson({ parts: fresh.map(({ asked }) => asked), ...about });
    const decided = await this.#session.callAsync("inspect_input", request);
    const answer = JSON.parse(decided) as Answer & { content: Json };
    await settle(answer, this.#obligations);
    const contents = fresh.length === 1 ? [answer.content] : listOf(answer.content, "contents");
    if (contents.length !== fresh.length) throw unknownShape("a decision lacks a content");
    fresh.forEach((piece, at) => this.#took(piece, contents[at] as Json));
  }

  #took({ key, asked, put }: Piece, content: Json): void {
    const given = "content" in asked ? asked.content : pick(asked, ["media_type", "sha256"]);
    if (same(given, content)) {
      this.#memory.learn(key);
      return;
    }
    put(content);
    this.#memory.learn(key, { instead: content });
  }

  #numbered(key: string): string {
    const before = this.#times.get(key) ?? 0;
    this.#times.set(key, before + 1);
    return before === 0 ? key : `${key} ${before}`;
  }
}

/** What cannot be read as text: the guard knows that it came, and trusts nothing after it. */
function opaque(mediaType: string, bytes: string | Uint8Array): Piece {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return {
    key: keyOf("file", mediaType, sha256),
    asked: { media_type: mediaType, sha256, source: "retrieved" },
    put: () => {
      throw unknownShape("a file that cannot be read cannot be changed");
    },
  };
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return Buffer.from(textOf(data, "a file's data"), "base64");
}

function unknownPart(where: string, part: Part) {
  const type = quoted(part["type"]);
  return unknownShape(`${where} holds a part of the type ${type}, which nothing would inspect`);
}
