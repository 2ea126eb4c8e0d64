import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * What a verb answers; `native/answer.rs` says what the text holds.
 * @internal
 */
export type NativeDecision = [id: string, text: string, explanation: string];

/** @internal */
export interface NativePart {
  text: string;
  denied: boolean;
  decision?: NativeDecision;
}

/**
 * A verb's request as JSON; the text stands in place of its `content`.
 * @internal
 */
export type Question = [verb: string, request: string, text?: string];

/**
 * A prepared request with what host code found.
 * @internal
 */
export type Commitment = [verb: string, request: string, epoch: number, host: string];

/** @internal */
export interface NativeOutputStream {
  push(chunk: Uint8Array): NativePart;
  finish(): NativePart;
}

/** @internal */
export interface NativeCallStream {
  push(delta: Uint8Array): void;
  finish(): NativeDecision;
}

/** @internal */
export interface Callable {
  call(method: string, request: string): string;
  callAsync(method: string, request: string): Promise<string>;
}

/** @internal */
export interface NativeSession extends Callable {
  readonly id: string;
  decide(...question: Question): NativeDecision;
  decideAsync(...question: Question): Promise<NativeDecision>;
  commit(...commitment: Commitment): NativeDecision;
  commitAsync(...commitment: Commitment): Promise<NativeDecision>;
  /** Id, outcome and approval of the plan, then a decision a call. */
  plan(request: string): [[id: string, outcome: string, approval: string], ...NativeDecision[]];
  planAsync(
    request: string,
  ): Promise<[[id: string, outcome: string, approval: string], ...NativeDecision[]]>;
  spawn(agent: string, goal?: string): NativeSession;
  outputStream(kind?: string, audience?: string[]): NativeOutputStream;
  callStream(tool: string, callId?: string): NativeCallStream;
}

/** @internal */
export interface NativeGuard extends Callable {
  session(options: string): NativeSession;
}

interface Native {
  NativeGuard: {
    new (options: string): NativeGuard;
    shared(name: string, options?: string): NativeGuard;
  };
  NativeApprover: new (guard: NativeGuard) => Callable;
  version(): string;
}

function load(): Native {
  const file = join(__dirname, "..", "checkrein.node");
  try {
    return require(file) as Native;
  } catch (cause) {
    // The loader's own words say what is wrong: no file, another platform, a missing symbol.
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    const machine = `${process.platform} ${process.arch}, Node.js ${process.version}`;
    const what = existsSync(file) ? `cannot load ${file} on ${machine}: ${why}` : `no ${file}`;
    const remedy = `build it with \`npm run build\` in ${join(__dirname, "..")}`;
    const needs = "which needs Rust: https://rustup.rs";
    throw new Error(`checkrein: ${what}; ${remedy}, ${needs}`, { cause });
  }
}

/** @internal */
export const native: Native = load();
