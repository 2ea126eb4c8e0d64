import { ReadableStream, type ReadableStreamDefaultReader } from "node:stream/web";
import type { OutputStream } from "../streams.js";
import {
  inspectCitations,
  inspectSource,
  toolCall,
  unknownPart,
  type Leaving,
  type Part,
} from "./answer.js";
import { fieldsOf, pick, quoted, textOf, unknownShape, type Fields } from "./fields.js";
import { memoryOf, modelKey } from "./memory.js";
import { refusal, refusedBy, RefusedError, settle } from "./refused.js";

/** Filters all that a model streams. */
export function inspectStreamed(given: unknown, leaving: Leaving): object {
  const result = fieldsOf(given, "a model's result");
  const upstream = fieldsOf(result["stream"], "a model's stream") as unknown as ReadableStream;
  const response = result["response"] as Fields | undefined;
  return {
    ...pick(result, ["request"]),
    ...(response === undefined ? {} : { response: pick(response, ["headers"]) }),
    stream: filtered(upstream.getReader(), new Filter(leaving)),
  };
}

function filtered(
  reader: ReadableStreamDefaultReader<unknown>,
  filter: Filter,
): ReadableStream<Part> {
  return new ReadableStream<Part>({
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read().catch((fault: unknown) => {
          filter.abandon();
          throw fault;
        });
        const parts = done ? await filter.end() : await filter.take(value);
        for (const part of parts) controller.enqueue(part);
        if (done) return controller.close();
        if (parts.length > 0) return;
      }
    },
    async cancel(reason) {
      filter.abandon();
      await reader.cancel(reason);
    },
  });
}

const INPUT_START = [
  "type",
  "id",
  "toolName",
  "inputEncoding",
  "dynamic",
  "title",
  "providerMetadata",
];

/** A text that is being streamed. */
interface Block {
  readonly kind: "text" | "reasoning";
  readonly stream: OutputStream;
  /** What went out. */
  shown: string;
  /** The provider's own fields, kept to the end: they go on where nothing was taken out. */
  metadata: Record<string, unknown>;
}

/** Takes parts of a stream, and gives those that may go on. After a refusal nothing follows. */
class Filter {
  readonly #leaving: Leaving;
  readonly #blocks = new Map<string, Block>();
  #refused = false;
  #changed = false;

  constructor(leaving: Leaving) {
    this.#leaving = leaving;
  }

  async take(value: unknown): Promise<readonly Part[]> {
    if (this.#refused) return afterRefusal(value);
    try {
      return await this.#take(fieldsOf(value, "a part of a stream"));
    } catch (fault) {
      return [...this.#refuse(refusedBy(fault)), ...afterRefusal(value)];
    }
  }

  /** The stream has ended, in order or not. */
  async end(): Promise<readonly Part[]> {
    try {
      return this.#refused ? [] : await this.#closeAll();
    } catch (fault) {
      return this.#refuse(refusedBy(fault));
    }
  }

  /** Nobody reads on: what went out is recorded. */
  abandon(): void {
    for (const { stream } of this.#blocks.values()) {
      try {
        stream.finish();
      } catch {
        // What it held back stays unread; there is nobody to tell.
      }
    }
    this.#blocks.clear();
  }

  async #take(part: Fields): Promise<readonly Part[]> {
    const type = textOf(part["type"], "a part's type");
    switch (type) {
      case "text-start":
      case "reasoning-start":
        return [this.#open(part, type === "text-start" ? "text" : "reasoning")];
      case "text-delta":
      case "reasoning-delta":
        return this.#push(part, type === "text-delta" ? "text" : "reasoning");
      case "text-end":
      case "reasoning-end":
        return this.#close(part, type === "text-end" ? "text" : "reasoning");
      case "tool-input-start":
        if (part["providerExecuted"] === true) throw unknownPart(part);
        return [pick(part, INPUT_START)];
      case "tool-input-delta":
        return [pick(part, ["type", "id", "delta", "providerMetadata"])];
      case "tool-input-end":
        return [pick(part, ["type", "id", "providerMetadata"])];
      case "tool-call":
        return [toolCall(part, this.#leaving.session)];
      case "source":
        return [await inspectSource(part, this.#leaving)];
      case "finish":
        return [...(await this.#closeAll()), this.#finish(part)];
      case "raw":
        // It holds what is taken out of the others.
        return [];
      default:
        return [passing(type, part)];
    }
  }

  #open(part: Fields, kind: Block["kind"]): Part {
    const id = textOf(part["id"], "a block's id");
    if (this.#blocks.has(id)) throw unknownShape(`the block ${quoted(id)} begins twice`);
    const { session, audience } = this.#leaving;
    const output = kind === "text" ? "answer" : "reasoning";
    const stream = session.outputStream({ kind: output, audience });
    this.#blocks.set(id, { kind, stream, shown: "", metadata: metadataOf(part) });
    return { type: `${kind}-start`, id };
  }

  #push(part: Fields, kind: Block["kind"]): readonly Part[] {
    const [id, block] = this.#block(part, kind);
    Object.assign(block.metadata, metadataOf(part));
    const safe = block.stream.push(textOf(part["delta"], "a piece of text"));
    if (block.stream.denied) {
      // The end says why.
      block.stream.finish();
      const { decision } = block.stream;
      throw decision === null ? new RefusedError("refused") : refusal(decision);
    }
    return delta(id, block, safe);
  }

  async #close(part: Fields, kind: Block["kind"]): Promise<readonly Part[]> {
    const [id, block] = this.#block(part, kind);
    Object.assign(block.metadata, metadataOf(part));
    const citations = await inspectCitations(part["citations"], this.#leaving);
    return this.#ended(id, block, citations);
  }

  async #closeAll(): Promise<readonly Part[]> {
    const parts: Part[] = [];
    for (const [id, block] of [...this.#blocks]) parts.push(...(await this.#ended(id, block)));
    return parts;
  }

  async #ended(id: string, block: Block, citations?: unknown): Promise<readonly Part[]> {
    const tail = block.stream.finish();
    const { decision } = block.stream;
    if (decision === null) throw new RefusedError("refused");
    await settle(decision, this.#leaving.obligations);
    this.#blocks.delete(id);
    const parts = delta(id, block, tail);
    const end: Part = { type: `${block.kind}-end`, id };
    if (decision.outcome === "allow") {
      if (citations !== undefined) end["citations"] = citations;
      if (Object.keys(block.metadata).length > 0) end["providerMetadata"] = block.metadata;
    } else {
      this.#changed = true;
    }
    memoryOf(this.#leaving.session).learn(modelKey(block.kind, block.shown));
    return [...parts, end];
  }

  #block(part: Fields, kind: Block["kind"]): [string, Block] {
    const id = textOf(part["id"], "a block's id");
    const block = this.#blocks.get(id);
    if (block?.kind !== kind) throw unknownShape(`there is no block ${quoted(id)} of ${kind}`);
    return [id, block];
  }

  #finish(part: Fields): Part {
    const raw = this.#changed ? [] : ["providerMetadata"];
    return pick(part, ["type", "usage", "finishReason", ...raw]);
  }

  #refuse(error: RefusedError): readonly Part[] {
    const ends = [...this.#blocks].map(([id, { kind }]) => ({ type: `${kind}-end`, id }));
    this.abandon();
    this.#refused = true;
    return [...ends, { type: "error", error }];
  }
}

/** What may follow a refusal: how much the call cost, and that it ended in an error. */
function afterRefusal(value: unknown): readonly Part[] {
  const part = (value ?? {}) as Fields;
  if (part["type"] !== "finish") return [];
  // With this reason the framework runs no tool that the answer called.
  return [{ ...pick(part, ["type", "usage"]), finishReason: { unified: "error", raw: undefined } }];
}

/** Parts that say nothing of the model's. */
function passing(type: string, part: Fields): Part {
  switch (type) {
    case "stream-start":
      return pick(part, ["type", "warnings"]);
    case "response-metadata":
      return pick(part, ["type", "id", "timestamp", "modelId"]);
    case "ping":
      return { type };
    case "error":
      return pick(part, ["type", "error"]);
    default:
      throw unknownPart(part);
  }
}

function delta(id: string, block: Block, text: string): readonly Part[] {
  if (text === "") return [];
  block.shown += text;
  return [{ type: `${block.kind}-delta`, id, delta: text }];
}

function metadataOf(part: Fields): Record<string, unknown> {
  const { providerMetadata } = part;
  return providerMetadata === undefined || providerMetadata === null
    ? {}
    : { ...fieldsOf(providerMetadata, "a provider's metadata") };
}
