import type { ErrorCode } from "./codes.js";
import type { NativeDecision } from "./native.js";
import { deepFreeze, type Json } from "./values.js";

/** What the host does: the stricter wins. */
export type Outcome = "allow" | "modify" | "ask" | "deny";
/** Which question a decision answers. */
export type Verb = "inspect_input" | "authorize_tool_call" | "inspect_output";
/** Whether decisions bind. */
export type Mode = "enforce" | "monitor";

/** One rule's part in a decision. */
export interface Reason {
  readonly rule: string;
  /** The policy file or pack it stands in. */
  readonly policy: string;
  /** For people and the model. Never the value itself. */
  readonly message: string;
  /** OWASP and MITRE ATLAS ids. */
  readonly threats: readonly string[];
}

/** What a detector observed. */
export interface Finding {
  readonly rule: string;
  readonly category: string;
  readonly severity: "info" | "low" | "medium" | "high" | "critical";
  /** How sure, 0 to 1000. */
  readonly score: number;
  /** JSON pointer of the leaf; empty for plain text. */
  readonly path: string;
  /** First UTF-16 code unit in that leaf: `leaf.slice(start, end)` is what was found. */
  readonly start: number;
  readonly end: number;
  /** Encodings that were looked through, outermost first. */
  readonly through: readonly string[];
  readonly threats: readonly string[];
}

/** Where one argument came from. */
export interface Provenance {
  readonly argument: string;
  readonly role: string;
  readonly integrity: "unseen" | "untrusted" | "peer" | "trusted" | "user";
  readonly confidentiality: "public" | "internal" | "private" | "secret";
  readonly match: "unseen" | "quoted" | "contained" | "canonical" | "exact";
  readonly linked: boolean;
  readonly granted: boolean;
  readonly flagged: boolean;
  readonly sources: readonly Origin[];
}

/** A place in a source. */
export interface Origin {
  /** The source's id. */
  readonly id: string;
  /** JSON pointer into the source. */
  readonly path: string;
  /** First byte of that leaf; the source's text is not at hand to count in other units. */
  readonly startByte: number;
  readonly endByte: number;
}

/** A duty the host must carry out. */
export interface Obligation {
  readonly id: string;
  readonly params: Json;
}

/** The approval that an `ask` waits for. */
export interface PendingApproval {
  readonly id: string;
  /** What the approver echoes. */
  readonly digest: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** What to show a human. */
  readonly text: string;
}

/** Decision JSON v1, as it is read here. */
interface Shape {
  verb: Verb;
  would_be: Outcome | null;
  mode: Mode;
  session: string;
  call_id: string | null;
  content: Json;
  arguments: { readonly [name: string]: Json } | null;
  reasons: Reason[];
  findings: Finding[];
  provenance: (Omit<Provenance, "sources"> & { sources: OriginShape[] })[];
  obligations: Obligation[];
  approval: { id: string; digest: string; expires_at: number; text: string } | null;
  controls: { due: string[]; ran: string[] };
  bundle: { name: string; revision: number; hash: string; tools: string };
  error: { code: ErrorCode; message: string } | null;
}

interface OriginShape {
  id: string;
  path: string;
  start: number;
  end: number;
}

type Parsed = Omit<Shape, "provenance" | "approval" | "would_be" | "call_id"> & {
  provenance: readonly Provenance[];
  approval: PendingApproval | null;
  wouldBe: Outcome | null;
  callId: string | null;
};

/**
 * What a verb answers. Frozen, with everything in it; read lazily, once. Take `content` and
 * `arguments` from here, not what was asked about: they are what was decided on.
 */
export class Decision {
  readonly id: string;
  readonly outcome: Outcome;
  /** Whether the host may go on: `allow` or `modify`. */
  readonly allowed: boolean;
  readonly #json: string;
  readonly #explanation: string;
  readonly #spans: readonly number[] | undefined;
  #read: Parsed | undefined;

  /** @internal */
  static of(native: NativeDecision): Decision {
    return new Decision(native);
  }

  private constructor(native: NativeDecision) {
    this.id = native.id;
    this.outcome = native.outcome as Outcome;
    this.allowed = this.outcome === "allow" || this.outcome === "modify";
    this.#json = native.json;
    this.#explanation = native.explanation;
    this.#spans = native.spans;
    Object.freeze(this);
  }

  get verb(): Verb {
    return this.#parsed.verb;
  }

  /** What it would have been, in monitor mode. */
  get wouldBe(): Outcome | null {
    return this.#parsed.wouldBe;
  }

  get mode(): Mode {
    return this.#parsed.mode;
  }

  /** The session's id. */
  get session(): string {
    return this.#parsed.session;
  }

  get callId(): string | null {
    return this.#parsed.callId;
  }

  /** What may be used: as given, or changed; null where it may not. */
  get content(): Json {
    return this.#parsed.content;
  }

  /** The arguments to execute; null where the call may not happen. */
  get arguments(): { readonly [name: string]: Json } | null {
    return this.#parsed.arguments;
  }

  get reasons(): readonly Reason[] {
    return this.#parsed.reasons;
  }

  get findings(): readonly Finding[] {
    return this.#parsed.findings;
  }

  get provenance(): readonly Provenance[] {
    return this.#parsed.provenance;
  }

  get obligations(): readonly Obligation[] {
    return this.#parsed.obligations;
  }

  get approval(): PendingApproval | null {
    return this.#parsed.approval;
  }

  /** Which controls should have run, and which did. */
  get controls(): { readonly due: readonly string[]; readonly ran: readonly string[] } {
    return this.#parsed.controls;
  }

  /** The policy in force. */
  get bundle(): {
    readonly name: string;
    readonly revision: number;
    readonly hash: string;
    readonly tools: string;
  } {
    return this.#parsed.bundle;
  }

  /** What kept the verb from deciding: the outcome is the fail mode's then. */
  get error(): { readonly code: ErrorCode; readonly message: string } | null {
    return this.#parsed.error;
  }

  /** For people: what was decided, why, and where each value came from. */
  explain(): string {
    return this.#explanation;
  }

  /** Decision JSON v1, byte-identical in every language. Spans in it are bytes. */
  toJson(): string {
    return this.#json;
  }

  /** For `JSON.stringify`: what {@link toJson} says, as an object. */
  toJSON(): unknown {
    return JSON.parse(this.#json);
  }

  /** @internal */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Decision { ${this.verb} ${this.outcome} ${this.id} }`;
  }

  get #parsed(): Parsed {
    this.#read ??= deepFreeze(parse(this.#json, this.#spans));
    return this.#read;
  }
}

function parse(json: string, spans: readonly number[] | undefined): Parsed {
  const { would_be, call_id, ...shape } = JSON.parse(json) as Shape;
  return {
    ...shape,
    wouldBe: would_be,
    callId: call_id,
    findings: shape.findings.map((finding, i) => ({
      ...finding,
      start: spans?.[2 * i] ?? finding.start,
      end: spans?.[2 * i + 1] ?? finding.end,
    })),
    provenance: shape.provenance.map(({ sources, ...provenance }) => ({
      ...provenance,
      sources: sources.map(({ start, end, ...origin }) => ({
        ...origin,
        startByte: start,
        endByte: end,
      })),
    })),
    approval: shape.approval && approvalOf(shape.approval),
  };
}

function approvalOf({ expires_at, ...rest }: NonNullable<Shape["approval"]>): PendingApproval {
  return { ...rest, expiresAt: expires_at };
}
