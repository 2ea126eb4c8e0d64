import { Decision, PlanDecision, type Verb } from "./decision.js";
import { CheckreinError, raised, raisedLater } from "./errors.js";
import type { Commitment, NativeSession } from "./native.js";
import {
  request,
  wired,
  type CallOptions,
  type CallRequest,
  type DeriveOptions,
  type InputOptions,
  type InputRequest,
  type OutputOptions,
  type OutputRequest,
  type SealOptions,
} from "./options.js";
import { CallStream, OutputStream } from "./streams.js";
import { deepFreeze, resolve, text, toJson, type Json, type JsonInput } from "./values.js";

/** A text that host code may look at. */
export interface PreparedText {
  /** JSON pointer of the leaf. */
  readonly path: string;
  readonly text: string;
  /**
   * How much the text looks as if it tried to steer the model, 0 to 1000: what the built-in detectors
   * say. Null where they do not look for this.
   */
  readonly score: number | null;
  /** Whether the score lies between the thresholds: `unsureDetectors` are due there. */
  readonly unsure: boolean;
}

/** What host detectors and engines need to know of a request. */
export interface Prepared {
  /** Texts to look at. */
  readonly texts: readonly PreparedText[];
  /** For a call: the facts that policy reads. */
  readonly context: Json;
  /** Give it to `commit`: an answer about other facts does not count. */
  readonly epoch: number;
}

/** What the host's own code found between `prepare` and `commit`. */
export interface HostResults {
  /** Controls that ran to their end. */
  ran?: readonly string[];
  /** Controls that failed or were late, and why. */
  failed?: readonly (readonly [name: string, why: string])[];
  findings?: readonly HostFinding[];
  /** What host engines answered. */
  answers?: readonly { engine: string; outcome: "allow" | "ask" | "deny"; message?: string }[];
}

/** One finding of host code. */
export interface HostFinding {
  /** Shown as `custom/<rule>`. */
  rule: string;
  severity?: "info" | "low" | "medium" | "high" | "critical";
  /** 0 to 1000. */
  score?: number;
  /** JSON pointer of the leaf, as `prepare` gave it. */
  path?: string;
  /** UTF-16 code units of that leaf, as string indices are. */
  start?: number;
  end?: number;
  /** `injection` counts as the built-in detectors' own; `custom` is for rules of your policy. */
  category?: "custom" | "injection";
}

type RequestOf<V extends Verb> = V extends "inspect_input"
  ? InputRequest
  : V extends "authorize_tool_call"
    ? CallRequest
    : OutputRequest;

/**
 * One agent run: what it has seen, where that came from, what it may do. Made by
 * {@link Guard.session}. Each verb has a twin that works on Node's thread pool.
 */
export class Session {
  /** The session's id. */
  readonly id: string;
  readonly #native: NativeSession;

  /** @internal */
  static of(native: NativeSession): Session {
    return new Session(native);
  }

  private constructor(native: NativeSession) {
    this.#native = native;
    this.id = native.id;
  }

  /** Inspects what is about to enter the model's context, and remembers where it came from. */
  inspectInput(content: JsonInput, options: InputOptions): Decision {
    return this.#inspect("inspect_input", content, options);
  }

  async inspectInputAsync(content: JsonInput, options: InputOptions): Promise<Decision> {
    return this.#inspectLater("inspect_input", content, options);
  }

  /** Decides whether the agent may do this. Execute the decision's own `arguments`. */
  authorizeToolCall(tool: string, args: object, options?: CallOptions): Decision {
    const asked = authorize(tool, args, options);
    return Decision.of(raised(() => this.#native.decide("authorize_tool_call", asked)));
  }

  async authorizeToolCallAsync(
    tool: string,
    args: object,
    options?: CallOptions,
  ): Promise<Decision> {
    const asked = authorize(tool, args, options);
    const decided = raisedLater(() => this.#native.decideAsync("authorize_tool_call", asked));
    return Decision.of(await decided);
  }

  /** Inspects what is about to leave. */
  inspectOutput(content: JsonInput, options?: OutputOptions): Decision {
    return this.#inspect("inspect_output", content, options);
  }

  async inspectOutputAsync(content: JsonInput, options?: OutputOptions): Promise<Decision> {
    return this.#inspectLater("inspect_output", content, options);
  }

  /**
   * Decides the calls of a plan as they stand now, with one question for all that ask. Nothing may
   * run by it: authorize each call when it comes. A yes approves exactly these calls, each once.
   */
  authorizePlan(calls: readonly CallRequest[], options: { trace?: string } = {}): PlanDecision {
    const asked = planned(calls, options);
    return PlanDecision.of(raised(() => this.#native.plan(asked)));
  }

  async authorizePlanAsync(
    calls: readonly CallRequest[],
    options: { trace?: string } = {},
  ): Promise<PlanDecision> {
    const asked = planned(calls, options);
    return PlanDecision.of(await raisedLater(() => this.#native.planAsync(asked)));
  }

  /**
   * Seals what is known of a content that leaves for memory or another agent: JSON text. Keep it
   * beside the content, and give it as `envelope` to `inspectInput` where the content is read again.
   */
  seal(content: JsonInput, options?: SealOptions): string {
    return JSON.parse(this.call("seal", request({ content: toJson(content) }, options))) as string;
  }

  /**
   * Takes a text that a model made of what was read. It is worth what its sources are worth
   * together, and never more than the model's own words.
   */
  derive(written: string, options?: DeriveOptions): Decision {
    const given = text(written, "a derived text");
    const asked = request({ text: '""' }, options);
    return Decision.of(raised(() => this.#native.decide("derive", asked, given)), given);
  }

  async deriveAsync(written: string, options?: DeriveOptions): Promise<Decision> {
    const given = text(written, "a derived text");
    const asked = request({ text: '""' }, options);
    const decided = raisedLater(() => this.#native.decideAsync("derive", asked, given));
    return Decision.of(await decided, given);
  }

  /** Opens a stream for an answer. */
  outputStream(options: Omit<OutputOptions, "trace"> = {}): OutputStream {
    const { kind, audience } = options;
    const words = kind === undefined ? undefined : text(kind, "`kind`");
    const readers = audience?.map((reader) => text(reader, "a reader"));
    return OutputStream.of(raised(() => this.#native.outputStream(words, readers)));
  }

  /** Opens a stream for a call's arguments; nothing is decided before they are whole. */
  callStream(tool: string, options: Omit<CallOptions, "trace"> = {}): CallStream {
    const { callId } = options;
    const id = callId === undefined ? undefined : text(callId, "`callId`");
    return CallStream.of(raised(() => this.#native.callStream(text(tool, "a tool"), id)));
  }

  /**
   * A sub-agent: reads what this session has seen so far, inherits its taint, and counts against
   * its budgets. What passes between the two later is `agent_message`.
   */
  spawn(options: { agent: string; goal?: string | undefined }): Session {
    const agent = text(options.agent, "`agent`");
    const goal = options.goal === undefined ? undefined : text(options.goal, "`goal`");
    return Session.of(raised(() => this.#native.spawn(agent, goal)));
  }

  /** Gives a resumed session its history again: what the model saw, oldest first. */
  restore(messages: readonly InputRequest[]): void {
    const all = messages.map((message) => toJson(wired(message, "messages")));
    this.call("restore", `{"messages":[${all.join(",")}]}`);
  }

  /** Marks an allowed call as begun: once, while the decision is fresh and nothing was stopped. */
  start(decision: Decision | string): void {
    const id = decision instanceof Decision ? decision.id : decision;
    this.call("start", toJson({ decision: id }));
  }

  /** Says what became of an allowed call. Its result's content goes through `inspectInput`. */
  reportResult(callId: string, ok = true): void {
    this.call("report_result", toJson({ call_id: callId, ok }));
  }

  /** What host detectors and engines need to know of a request. Nothing is decided. */
  prepare<V extends Verb>(verb: V, asked: RequestOf<V>): Prepared {
    const body = toJson({ verb, request: wired(asked, "requests") });
    return deepFreeze(JSON.parse(this.call("prepare", body)) as Prepared);
  }

  /** Decides a prepared request with what host code found. */
  commit<V extends Verb>(verb: V, asked: RequestOf<V>, epoch: number, host: HostResults): Decision {
    const { words, given } = committed(verb, asked, epoch, host);
    return Decision.of(raised(() => this.#native.commit(...words)), given);
  }

  async commitAsync<V extends Verb>(
    verb: V,
    asked: RequestOf<V>,
    epoch: number,
    host: HostResults,
  ): Promise<Decision> {
    const { words, given } = committed(verb, asked, epoch, host);
    return Decision.of(await raisedLater(() => this.#native.commitAsync(...words)), given);
  }

  /** Ends the session: its state is forgotten, its pending approvals are void. */
  close(): void {
    this.call("close");
  }

  /** The JSON interface: a method by name, its request and its answer as JSON text. */
  call(method: string, json = "{}"): string {
    const words = [text(method, "a method"), text(json, "a request")] as const;
    return raised(() => this.#native.call(...words));
  }

  async callAsync(method: string, json = "{}"): Promise<string> {
    const words = [text(method, "a method"), text(json, "a request")] as const;
    return raisedLater(() => this.#native.callAsync(...words));
  }

  #inspect(verb: Verb, content: unknown, options: object | undefined): Decision {
    const given = textOf(content);
    const asked = inspect(given, content, options);
    return Decision.of(raised(() => this.#native.decide(verb, asked, given)), given);
  }

  async #inspectLater(verb: Verb, content: unknown, options?: object): Promise<Decision> {
    const given = textOf(content);
    const asked = inspect(given, content, options);
    const decided = raisedLater(() => this.#native.decideAsync(verb, asked, given));
    return Decision.of(await decided, given);
  }
}

/** Text crosses as it is, everything else as JSON. */
function textOf(content: unknown): string | undefined {
  return typeof content === "string" ? text(content, "content") : undefined;
}

function inspect(given: string | undefined, content: unknown, options?: object): string {
  return request({ content: given === undefined ? toJson(content) : '""' }, options);
}

function authorize(tool: unknown, args: unknown, options: object | undefined): string {
  return request({ tool: toJson(tool), arguments: toJson(args) }, options);
}

function planned(calls: readonly CallRequest[], options: { trace?: string }): string {
  const all = calls.map((call) => toJson(wired(call, "calls")));
  return request({ calls: `[${all.join(",")}]` }, options);
}

interface Committed {
  words: Commitment;
  /** The content, where it is text. */
  given: string | undefined;
}

function committed(verb: Verb, asked: object, epoch: number, host: HostResults): Committed {
  const given = wired(asked, "requests");
  const { findings, ...rest } = host;
  const leaves = verb === "authorize_tool_call" ? given["arguments"] : given["content"];
  const inBytes = findings?.map((finding) => bytesOf(finding, leaves));
  const found = { ...rest, ...(inBytes === undefined ? {} : { findings: inBytes }) };
  const words: Commitment = [verb, toJson(given), epoch, toJson(found)];
  return { words, given: typeof leaves === "string" ? leaves : undefined };
}

/** The finding with its span in bytes, which the library counts in. */
function bytesOf(finding: HostFinding, leaves: unknown): HostFinding {
  const { path = "", start = 0, end = start } = finding;
  const leaf = resolve(leaves, path);
  if (typeof leaf !== "string") return finding;
  const bytes = (units: number): number => {
    const head = leaf.slice(0, units);
    if (units <= leaf.length && head.isWellFormed()) return Buffer.byteLength(head);
    const message = "a finding's span ends inside a character or outside its text";
    throw new CheckreinError("misuse/argument", message, { at: path });
  };
  return { ...finding, start: bytes(start), end: bytes(end) };
}

