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

/** Decision JSON v1 without content and arguments. */
interface Shape {
  verb: Verb;
  would_be: Outcome | null;
  mode: Mode;
  session: string;
  call_id: string | null;
  reasons: Reason[];
  findings: Finding[];
  provenance: (Omit<Provenance, "sources"> & { sources: OriginShape[] })[];
  obligations: Obligation[];
  approval: { id: string; digest: string; expires_at: number; text: string } | null;
  controls: { due: string[]; ran: string[]; unneeded?: string[] };
  bundle: { name: string; revision: number; hash: string; tools: string };
  error: { code: ErrorCode; message: string } | null;
}

interface OriginShape {
  id: string;
  path: string;
  start: number;
  end: number;
}

/** Lines of a decision's text: see `native/answer.rs`. */
const enum Line {
  Head,
  Content,
  Key,
  Arguments,
  Rest,
  Spans,
  Same,
}

/**
 * What a verb answers. Frozen, with everything in it; read lazily, once. Take `content` and
 * `arguments` from here, not what was asked about: they are what was decided on.
 */
export class Decision {
  readonly id: string;
  readonly outcome: Outcome;
  /** Whether the host may go on: `allow` or `modify`. */
  readonly allowed: boolean;
  readonly #text: string;
  readonly #explanation: string;
  /** The content that was asked about, where it is text. */
  readonly #given: string | undefined;
  // What was read already.
  #content: Json | undefined;
  #arguments: { readonly [name: string]: Json } | null | undefined;
  #findings: readonly Finding[] | undefined;
  #provenance: readonly Provenance[] | undefined;
  #approval: PendingApproval | null | undefined;
  #shape: Shape | undefined;

  /** @internal */
  static of(native: NativeDecision, given?: string): Decision {
    return new Decision(native, given);
  }

  private constructor([id, text, explanation]: NativeDecision, given: string | undefined) {
    this.id = id;
    this.outcome = outcomeOf(text);
    this.allowed = this.outcome === "allow" || this.outcome === "modify";
    this.#text = text;
    this.#explanation = explanation;
    this.#given = given;
    Object.freeze(this);
  }

  get verb(): Verb {
    return this.#read.verb;
  }

  /** What it would have been: in monitor mode, or with rules that are only watched. */
  get wouldBe(): Outcome | null {
    return this.#read.would_be;
  }

  get mode(): Mode {
    return this.#read.mode;
  }

  /** The session's id. */
  get session(): string {
    return this.#read.session;
  }

  get callId(): string | null {
    return this.#read.call_id;
  }

  /** What may be used: as given, or changed; null where it may not. */
  get content(): Json {
    if (this.#content === undefined) {
      const same = this.#given !== undefined && this.#text.endsWith("=");
      this.#content = same ? this.#given : this.#value(Line.Content);
    }
    return this.#content;
  }

  /** The arguments to execute; null where the call may not happen. */
  get arguments(): { readonly [name: string]: Json } | null {
    this.#arguments ??= this.#value(Line.Arguments) as { readonly [name: string]: Json } | null;
    return this.#arguments;
  }

  get reasons(): readonly Reason[] {
    return deepFreeze(this.#read.reasons);
  }

  get findings(): readonly Finding[] {
    this.#findings ??= deepFreeze(findingsOf(this.#read.findings, this.#line(Line.Spans)));
    return this.#findings;
  }

  get provenance(): readonly Provenance[] {
    this.#provenance ??= deepFreeze(this.#read.provenance.map(provenanceOf));
    return this.#provenance;
  }

  get obligations(): readonly Obligation[] {
    return deepFreeze(this.#read.obligations);
  }

  get approval(): PendingApproval | null {
    const { approval } = this.#read;
    this.#approval ??= approval && deepFreeze(approvalOf(approval));
    return this.#approval;
  }

  /** Which controls should have run, which did, and which the built-in detectors made needless. */
  get controls(): {
    readonly due: readonly string[];
    readonly ran: readonly string[];
    readonly unneeded?: readonly string[];
  } {
    return deepFreeze(this.#read.controls);
  }

  /** The policy in force. */
  get bundle(): {
    readonly name: string;
    readonly revision: number;
    readonly hash: string;
    readonly tools: string;
  } {
    return deepFreeze(this.#read.bundle);
  }

  /** What kept the verb from deciding: the outcome is the fail mode's then. */
  get error(): { readonly code: ErrorCode; readonly message: string } | null {
    return deepFreeze(this.#read.error);
  }

  /** For people: what was decided, why, and where each value came from. */
  explain(): string {
    return this.#explanation;
  }

  /** Decision JSON v1, byte-identical in every language. Spans in it are bytes. */
  toJson(): string {
    return this.#text.split("\n", Line.Spans).join("");
  }

  /** For `JSON.stringify`: what {@link toJson} says, as an object. */
  toJSON(): unknown {
    return JSON.parse(this.toJson());
  }

  /** @internal */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Decision { ${this.verb} ${this.outcome} ${this.id} }`;
  }

  /** All but content and arguments, which are large and read alone. */
  get #read(): Shape {
    if (this.#shape === undefined) {
      const lines = this.#text.split("\n", Line.Spans);
      lines[Line.Content] = "null";
      lines[Line.Arguments] = "null";
      this.#shape = JSON.parse(lines.join("")) as Shape;
    }
    return this.#shape;
  }

  #value(line: Line): Json {
    return deepFreeze(JSON.parse(this.#line(line)) as Json);
  }

  #line(line: Line): string {
    let from = 0;
    for (let before = 0; before < line; before++) from = this.#text.indexOf("\n", from) + 1;
    return this.#text.slice(from, this.#text.indexOf("\n", from));
  }
}

/** What a plan is answered with. Nothing may run by it. */
export class PlanDecision {
  readonly id: string;
  /** The strictest of its calls' outcomes. */
  readonly outcome: Outcome;
  /** A decision a call, in order; none holds arguments to execute. */
  readonly decisions: readonly Decision[];
  /** The one question about all calls that ask. */
  readonly approval: PendingApproval | null;
  readonly #approval: string;

  /** @internal */
  static of(native: [[string, string, string], ...NativeDecision[]]): PlanDecision {
    return new PlanDecision(native);
  }

  private constructor([head, ...decisions]: [[string, string, string], ...NativeDecision[]]) {
    const [id, outcome, approval] = head;
    this.id = id;
    this.outcome = outcome as Outcome;
    this.decisions = Object.freeze(decisions.map((decision) => Decision.of(decision)));
    this.#approval = approval === "" ? "null" : approval;
    const shape = JSON.parse(this.#approval) as Shape["approval"];
    this.approval = shape && deepFreeze(approvalOf(shape));
    Object.freeze(this);
  }

  /** Plan JSON v1, byte-identical in every language. */
  toJson(): string {
    const decisions = this.decisions.map((decision) => decision.toJson()).join(",");
    const head = `{"v":1,"id":${JSON.stringify(this.id)},"outcome":"${this.outcome}"`;
    return `${head},"decisions":[${decisions}],"approval":${this.#approval}}`;
  }

  /** For `JSON.stringify`: what {@link toJson} says, as an object. */
  toJSON(): unknown {
    return JSON.parse(this.toJson());
  }
}

const OUTCOME = '","outcome":"';

/** Read where it stands: before it there is no text of the host's. */
function outcomeOf(text: string): Outcome {
  const from = text.indexOf(OUTCOME) + OUTCOME.length;
  return text.slice(from, text.indexOf('"', from)) as Outcome;
}

function findingsOf(findings: readonly Finding[], inUnits: string): Finding[] {
  const spans = inUnits === "" ? [] : (JSON.parse(inUnits) as number[]);
  return findings.map((finding, i) => ({
    ...finding,
    start: spans[2 * i] ?? finding.start,
    end: spans[2 * i + 1] ?? finding.end,
  }));
}

function provenanceOf({ sources, ...rest }: Shape["provenance"][number]): Provenance {
  const places = sources.map(({ start, end, ...origin }) => ({
    ...origin,
    startByte: start,
    endByte: end,
  }));
  return { ...rest, sources: places };
}

function approvalOf({ expires_at, ...rest }: NonNullable<Shape["approval"]>): PendingApproval {
  return { ...rest, expiresAt: expires_at };
}
