import { createHash } from "node:crypto";
import type { PendingApproval } from "../decision.js";
import type { Session } from "../session.js";
import { toJson, type Json } from "../values.js";

/** How many contents are remembered, and how many characters of what stands in their place. */
const MOST = 16_384;
const MOST_LENGTH = 32 * 1024 * 1024;
/** More than a session can have waiting. */
const MOST_PENDING = 256;

/** What is known of a content that was inspected. */
export interface Seen {
  /** What the model reads in its place; nothing where it reads the content itself. */
  readonly instead?: Json;
}

/**
 * What a session's wrappers have inspected so far: a prompt repeats its whole history at every
 * step. What is forgotten is inspected again.
 */
export class Memory {
  readonly #seen = new Map<string, Seen>();
  readonly #pending = new Map<string, PendingApproval>();
  #length = 0;

  know(key: string): Seen | undefined {
    const seen = this.#seen.get(key);
    if (seen !== undefined) {
      this.#seen.delete(key);
      this.#seen.set(key, seen);
    }
    return seen;
  }

  learn(key: string, seen: Seen = {}): void {
    this.#forget(key);
    this.#seen.set(key, seen);
    this.#length += lengthOf(seen);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= MOST && this.#length <= MOST_LENGTH) break;
      this.#forget(oldest);
    }
  }

  pending(callId: string): PendingApproval | undefined {
    return this.#pending.get(callId);
  }

  wait(callId: string, approval: PendingApproval | null): void {
    this.#pending.delete(callId);
    if (approval !== null) this.#pending.set(callId, approval);
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size <= MOST_PENDING) break;
      this.#pending.delete(oldest);
    }
  }

  #forget(key: string): void {
    const seen = this.#seen.get(key);
    if (seen === undefined) return;
    this.#length -= lengthOf(seen);
    this.#seen.delete(key);
  }
}

function lengthOf(seen: Seen): number {
  return seen.instead === undefined ? 0 : JSON.stringify(seen.instead).length;
}

const memories = new WeakMap<Session, Memory>();

/** The memory that all wrappers of a session share. */
export function memoryOf(session: Session): Memory {
  let memory = memories.get(session);
  if (memory === undefined) memories.set(session, (memory = new Memory()));
  return memory;
}

/** A content's key: the same words elsewhere are another content. */
export function keyOf(...parts: readonly unknown[]): string {
  return createHash("sha256").update(toJson(parts)).digest("base64");
}

/** The key of a tool's result, as the model reads it. */
export function resultKey(callId: string, tool: string, type: string, value: unknown): string {
  return keyOf("tool_result", callId, tool, type, value);
}

/** The key of what the model itself said. */
export function modelKey(what: "text" | "reasoning", text: string): string {
  return keyOf("model", what, text);
}

/** The key of a call that the model made. */
export function callKey(callId: string, tool: string, input: Json): string {
  return keyOf("model", "call", callId, tool, input);
}
