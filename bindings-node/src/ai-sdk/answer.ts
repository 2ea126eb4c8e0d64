import type { Decision } from "../decision.js";
import type { OutputKind } from "../options.js";
import type { Session } from "../session.js";
import type { Json } from "../values.js";
import {
  asJson,
  fieldsOf,
  listOf,
  pick,
  quoted,
  same,
  textOf,
  unknownShape,
  type Fields,
} from "./fields.js";
import { callKey, memoryOf, modelKey } from "./memory.js";
import { refusal, settle, type Obligations } from "./refused.js";

/** How answers are inspected. */
export interface Leaving {
  readonly session: Session;
  /** Users who will read the answers; the principal where nothing is said. */
  readonly audience: readonly string[] | undefined;
  readonly obligations: Obligations | undefined;
}

/** A part of an answer, as it goes on. */
export type Part = Record<string, unknown>;

/** Inspects all that a model has generated. */
export async function inspectGenerated(given: unknown, leaving: Leaving): Promise<object> {
  const result = fieldsOf(given, "a model's result");
  const parts = listOf(result["content"], "a model's content");
  const answer = new Generated(leaving);
  const content = await answer.inspect(parts.map((part) => fieldsOf(part, "a part of an answer")));
  const { structuredOutputText } = result;
  const kept = pick(result, ["finishReason", "usage", "request", "warnings"]);
  if (structuredOutputText !== undefined) {
    const text = textOf(structuredOutputText, "a structured output");
    kept["structuredOutputText"] = await answer.text(text, "answer");
  }
  // The raw response and the provider's own fields hold what was taken out of the content.
  const raw = answer.changed ? {} : pick(result, ["providerMetadata"]);
  const response = result["response"] as Fields | undefined;
  if (response !== undefined && response !== null) {
    const names = ["id", "timestamp", "modelId", "headers", ...(answer.changed ? [] : ["body"])];
    kept["response"] = pick(fieldsOf(response, "a response"), names);
  }
  return { ...kept, ...raw, content };
}

class Generated {
  changed = false;

  constructor(readonly leaving: Leaving) {}

  async inspect(parts: readonly Fields[]): Promise<Part[]> {
    // Whoever reads the answer reads its texts as one: none is safe alone.
    const texts = parts.filter((part) => part["type"] === "text");
    const whole = texts.map((part) => textOf(part["text"], "a text")).join("");
    const shown = await this.text(whole, "answer");
    const masked = shown !== whole;
    const content: Part[] = [];
    for (const part of parts) {
      if (part["type"] !== "text") content.push(...(await this.#part(part)));
      else if (!masked) content.push(await this.#plain(part));
      else if (part === texts[0]) content.push({ type: "text", text: shown });
    }
    const memory = memoryOf(this.leaving.session);
    for (const { type, text } of content) {
      if (type === "text" || type === "reasoning") memory.learn(modelKey(type, String(text)));
    }
    return content;
  }

  /** The text as it may leave. */
  async text(text: string, kind: OutputKind): Promise<string> {
    if (text === "") return text;
    const { session, audience, obligations } = this.leaving;
    const decision = await session.inspectOutputAsync(text, { kind, audience });
    await settle(decision, obligations);
    const shown = textOf(decision.content, "what may leave");
    this.changed ||= shown !== text;
    return shown;
  }

  async #part(part: Fields): Promise<Part[]> {
    switch (part["type"]) {
      case "reasoning": {
        const text = textOf(part["text"], "a text");
        const shown = await this.text(text, "reasoning");
        if (shown !== text) return [{ type: "reasoning", text: shown }];
        return [pick(part, ["type", "text", "providerMetadata"])];
      }
      case "tool-call":
        return [toolCall(part, this.leaving.session)];
      case "source":
        return [await inspectSource(part, this.leaving)];
      default:
        throw unknownPart(part);
    }
  }

  /** A text that may leave as it is; its citations too, or without them. */
  async #plain(part: Fields): Promise<Part> {
    const plain = pick(part, ["type", "text", "providerMetadata"]);
    const citations = await inspectCitations(part["citations"], this.leaving);
    return citations === undefined ? plain : { ...plain, citations };
  }
}

const CALL = ["type", "toolCallId", "toolName", "input", "dynamic", "providerMetadata"];

/** A call goes on: it is decided before it runs. One that the provider has run already does not. */
export function toolCall(part: Fields, session: Session): Part {
  if (part["providerExecuted"] === true) throw unknownPart(part);
  const copy = pick(part, CALL);
  const id = textOf(copy["toolCallId"], "a call's id");
  const tool = textOf(copy["toolName"], "a tool's name");
  memoryOf(session).learn(callKey(id, tool, parsed(textOf(copy["input"], "a call's input"))));
  return copy;
}

/** The input as it will stand in the next prompt. */
function parsed(input: string): Json {
  try {
    return JSON.parse(input === "" ? "{}" : input) as Json;
  } catch {
    return input;
  }
}

const SOURCE = ["type", "sourceType", "id", "url", "mediaType", "title", "filename"];

/** A source is read and its link is followed: both leave. */
export async function inspectSource(part: Fields, leaving: Leaving): Promise<Part> {
  const copy = pick(part, SOURCE);
  const { content } = await inspect(copy, leaving);
  return { ...fieldsOf(structuredClone(content), "a source") };
}

/** The citations where they may leave as they are. */
export async function inspectCitations(given: unknown, leaving: Leaving): Promise<unknown> {
  if (given === undefined) return undefined;
  const citations = listOf(given, "citations").map((item) => {
    const citation = fieldsOf(item, "a citation");
    const source = pick(fieldsOf(citation["source"], "a source"), SOURCE);
    return { ...pick(citation, ["startIndex", "endIndex", "citedText"]), source };
  });
  const { content } = await inspect(citations, leaving);
  return same(content, asJson(citations)) ? citations : undefined;
}

async function inspect(content: object, leaving: Leaving): Promise<Decision> {
  const { session, audience, obligations } = leaving;
  const decision = await session.inspectOutputAsync(content, { kind: "answer", audience });
  await settle(decision, obligations);
  if (decision.content === null) throw refusal(decision);
  return decision;
}

/** The fault of a part that cannot be inspected. */
export function unknownPart(part: Fields) {
  const why =
    part["providerExecuted"] === true
      ? "that the provider ran itself: nothing could stand before it"
      : "which nothing would inspect";
  const type = quoted(part["type"]);
  return unknownShape(`an answer holds a part of the type ${type}, ${why}`);
}
