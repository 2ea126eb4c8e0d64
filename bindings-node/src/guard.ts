import type { PendingApproval } from "./decision.js";
import { raised, raisedLater } from "./errors.js";
import { native, type Callable, type NativeGuard } from "./native.js";
import {
  cameled,
  guardRequest,
  request,
  wired,
  type GuardOptions,
  type SessionOptions,
} from "./options.js";
import { Session } from "./session.js";
import { text, toJson } from "./values.js";

/** A tool that was registered. */
export interface RegisteredTool {
  readonly id: string;
  /** Hash of its descriptor. */
  readonly descriptor: string;
  readonly effects: readonly string[];
  /** Why it may not be called, if so. */
  readonly quarantine: string | null;
  /** What was found in its description. */
  readonly findings: readonly string[];
}

/** One tool, as an auditor asks for it. */
export interface InventoryEntry {
  readonly tool: string;
  readonly effects: readonly string[];
  /** Who described it. */
  readonly origin: string;
  readonly owner: string | null;
  readonly quarantine: string | null;
  readonly calls: number;
  readonly refused: number;
  readonly lastUsedMs: number | null;
  readonly agents: readonly string[];
}

/** How the guard is. */
export interface Status {
  readonly bundle: {
    readonly name: string;
    readonly revision: number;
    readonly hash: string;
    readonly tools: string;
  };
  readonly mode: "enforce" | "monitor";
  /** What an operator should know. */
  readonly notices: readonly string[];
  readonly sessions: number;
  readonly pendingApprovals: number;
  readonly droppedRecords: number;
  readonly restrictions: readonly Restriction[];
  /** Paths of wrappers that said they are covered. */
  readonly covered: readonly string[];
  /** What the bundle in force is made of, base first. */
  readonly layers: readonly Layer[];
  /** Why the last bundle that was offered was refused. */
  readonly refused: { readonly code: string; readonly message: string; readonly atMs: number } | null;
  /** Whether somebody looks for another bundle. */
  readonly watching: boolean;
}

/** One of the bundles that the one in force is made of. */
export interface Layer {
  readonly name: string;
  readonly revision: number;
  readonly hash: string;
  readonly source: string;
  /** The key that signed it, if one had to. */
  readonly signedBy: string | null;
}

/** Something that may not act now. */
export interface Restriction {
  readonly scope: Scope;
  readonly id: string;
  readonly reason: string;
  readonly untilMs: number | null;
  readonly by: string;
  /** For this tenant alone; for everybody where it is null. */
  readonly tenant: string | null;
}

/** What a stop is about. */
export type Scope = "tenant" | "agent" | "session" | "tool" | "user";

/** An approval that waits, as the human's side sees it. */
export interface WaitingApproval extends PendingApproval {
  readonly tenant: string;
  readonly session: string;
  readonly user: string;
  readonly tool: string;
}

/** The native half of a guard, for the approver alone. */
let nativeOf: (guard: Guard) => NativeGuard;

/** What `Guard` and `Approver` have in common: the JSON interface. */
abstract class Callee {
  readonly #callee: Callable;

  /** @internal */
  protected constructor(callee: Callable) {
    this.#callee = callee;
  }

  /** The JSON interface: a method by name, its request and its answer as JSON text. */
  call(method: string, json = "{}"): string {
    const words = [text(method, "a method"), text(json, "a request")] as const;
    return raised(() => this.#callee.call(...words));
  }

  async callAsync(method: string, json = "{}"): Promise<string> {
    const words = [text(method, "a method"), text(json, "a request")] as const;
    return raisedLater(() => this.#callee.callAsync(...words));
  }
}

/**
 * The policy enforcement point's front door. Close it before the process ends: what waits is
 * written then.
 */
export class Guard extends Callee {
  readonly #native: NativeGuard;

  static {
    nativeOf = (guard) => guard.#native;
  }

  constructor(options?: GuardOptions);
  /** @internal */
  constructor(options: undefined, made: NativeGuard);
  constructor(options?: GuardOptions, made?: NativeGuard) {
    const guard = made ?? raised(() => new native.NativeGuard(guardRequest(options)));
    super(guard);
    this.#native = guard;
  }

  /**
   * The guard that all Workers of this process share under `name`: made by the first who asks,
   * until it is closed. Options, where given, must be those it was made with.
   */
  static shared(name: string, options?: GuardOptions): Guard {
    const asked = options === undefined ? undefined : guardRequest(options);
    const key = text(name, "a guard's name");
    return new Guard(undefined, raised(() => native.NativeGuard.shared(key, asked)));
  }

  /** Opens a session: new, or the live one with this id, or one whose history is unknown. */
  session(options?: SessionOptions): Session {
    const asked = toJson(wired(options));
    return Session.of(raised(() => this.#native.session(asked)));
  }

  /** Registers tools as their server describes them: MCP, OpenAI or JSON Schema. */
  registerTools(tools: object, options: { server?: string } = {}): readonly RegisteredTool[] {
    return this.#list("register_tools", request({ tools: toJson(tools) }, options));
  }

  /** Takes a quarantined tool's present descriptor as the reviewed one. */
  pinTool(id: string): void {
    this.call("pin_tool", toJson({ id }));
  }

  /** Stops something from the next call on. */
  stop(
    scope: Scope,
    id: string,
    options: { reason?: string; forMs?: number; by?: string; tenant?: string } = {},
  ): void {
    this.call("stop", request({ scope: toJson(scope), id: toJson(id) }, options));
  }

  /** Lifts a stop; whether there was one. Stops of the bundle are the bundle's to lift. */
  lift(scope: Scope, id: string, options: { tenant?: string } = {}): boolean {
    const asked = request({ scope: toJson(scope), id: toJson(id) }, options);
    return JSON.parse(this.call("lift", asked)) as boolean;
  }

  /** How the guard is. */
  status(): Status {
    const { bundle, restrictions, layers, refused, ...status } = JSON.parse(this.call("status")) as {
      bundle: object;
      restrictions: object[];
      layers: object[];
      refused: object | null;
    };
    return cameled({
      ...status,
      bundle: Object.freeze(bundle),
      restrictions: restrictions.map((restriction) => cameled(restriction)),
      layers: layers.map((layer) => cameled(layer)),
      refused: refused === null ? null : cameled(refused),
    });
  }

  /** Every tool, who owns it, when it was last used. */
  inventory(): readonly InventoryEntry[] {
    return this.#list("inventory");
  }

  /** Drives a canary through each verb. */
  selfTest(): readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[] {
    return this.#list("self_test");
  }

  /** Writes everything that waits, with a checkpoint. */
  sync(): void {
    this.call("sync");
  }

  /** Records since the last call, as JSON texts; the first call starts the feed. */
  drainEvents(): { readonly records: readonly string[]; readonly lost: number } {
    return cameled(JSON.parse(this.call("drain_events")) as object);
  }

  /** The records of an in-memory log, as JSON texts, oldest first. */
  records(): readonly string[] {
    return JSON.parse(this.call("records")) as string[];
  }

  /** The log's verifier key. */
  verifier(): string {
    return JSON.parse(this.call("verifier")) as string;
  }

  /** A wrapper says which path it covers. */
  cover(id: string): void {
    this.call("cover", toJson({ id }));
  }

  /**
   * Puts the bundle in force anew, whole: read again, or a signed archive that the host got by its
   * own means. Says whether it is another one. One that is bad is refused: that throws, the old one
   * stays, and `status` and the audit log say why.
   */
  reload(archive?: Uint8Array): boolean {
    const given = archive === undefined ? {} : { archive: Buffer.from(archive).toString("base64") };
    return JSON.parse(this.call("reload", toJson(given))) as boolean;
  }

  /** Starts to look at the bundle, on a thread of the guard's own; a change is taken at the second look. */
  watch(intervalMs: number): void {
    this.call("watch", toJson({ interval_ms: intervalMs }));
  }

  /** Ends a watch; whether there was one. */
  unwatch(): boolean {
    return JSON.parse(this.call("unwatch")) as boolean;
  }

  /** Moves an injected clock forward. For tests. */
  advance(ms: number): void {
    this.call("advance", toJson({ ms }));
  }

  /** Ends the guard: the log is closed, and every later call fails. */
  close(): void {
    this.call("close");
  }

  #list<T>(method: string, json?: string): readonly T[] {
    const items = JSON.parse(this.call(method, json)) as object[];
    return Object.freeze(items.map((item) => cameled<T>(item)));
  }
}

/** The human's side of an `ask`. Keep it away from the agent's side. */
export class Approver extends Callee {
  constructor(guard: Guard) {
    super(raised(() => new native.NativeApprover(nativeOf(guard))));
  }

  /** Approvals that wait for an answer. */
  pending(): readonly WaitingApproval[] {
    const items = JSON.parse(this.call("pending")) as object[];
    return Object.freeze(items.map((item) => cameled<WaitingApproval>(item)));
  }

  /** Says yes to exactly what was shown; then the same call again is allowed, once. */
  approve(
    id: string,
    options: { digest: string; approver: string; remember?: "values" | undefined },
  ): void {
    this.call("approve", request({ id: toJson(id) }, options));
  }

  /** Says no. */
  refuse(id: string, options: { digest: string; approver: string }): void {
    this.call("refuse", request({ id: toJson(id) }, options));
  }
}
