import type { Obligation, Outcome, Reason } from "../decision.js";
import { CheckreinError } from "../errors.js";
import type { Json } from "../values.js";

const BRAND = Symbol.for("checkrein.refused");

/**
 * What a guarded tool or model throws where the guard says no, or could not decide. Its message is
 * for the model as well: it never holds the refused value.
 */
export class RefusedError extends Error {
  /** The decision's id; null where none was reached. */
  readonly decision: string | null;
  /** `ask` where a human would have had to answer. */
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];

  /** @internal */
  constructor(message: string, answer?: Answer, options?: { cause?: unknown }) {
    super(message, options);
    this.decision = answer?.id ?? null;
    this.outcome = answer?.outcome ?? "deny";
    this.reasons = Object.freeze([...(answer?.reasons ?? [])]);
  }

  override get name(): string {
    return "RefusedError";
  }

  /** Whether `value` is one, of whichever copy of this package. */
  static isInstance(value: unknown): value is RefusedError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

Object.defineProperty(RefusedError.prototype, BRAND, { value: true });

/** Of a decision, what this adapter reads; a Decision is one, and so is its JSON. */
export interface Answer {
  readonly id: string;
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
  readonly obligations: readonly Obligation[];
  readonly error: { readonly code: string } | null;
}

/** Carries out an obligation of the host's own, before what it comes with happens. */
export type Obliged = (params: Json) => void | PromiseLike<void>;

/** The host's own obligations, by id. */
export type Obligations = Readonly<Record<string, Obliged>>;

/** What the library carries out itself. */
const CARRIED_OUT = ["redact:personal", "redact:secret", "strip:hidden", "defang:links"];

/** Throws unless the host may go on, with every obligation carried out. */
export async function settle(answer: Answer, own: Obligations | undefined): Promise<void> {
  if (answer.outcome !== "allow" && answer.outcome !== "modify") throw refusal(answer);
  for (const { id, params } of answer.obligations) {
    if (CARRIED_OUT.includes(id)) continue;
    const carryOut = own !== undefined && Object.hasOwn(own, id) ? own[id] : undefined;
    if (carryOut === undefined) throw new RefusedError("an obligation is not carried out", answer);
    await carryOut(params);
  }
}

/** Why not, in words for the model. */
export function refusal(answer: Answer): RefusedError {
  const messages = answer.reasons.map((reason) => reason.message);
  if (answer.error !== null) messages.push(`it could not be decided (${answer.error.code})`);
  return new RefusedError(messages.join("; ") || "refused", answer);
}

/** A fault as a refusal: whatever went wrong, nothing goes on. */
export function refusedBy(fault: unknown): RefusedError {
  if (RefusedError.isInstance(fault)) return fault;
  if (CheckreinError.isInstance(fault)) {
    return new RefusedError(`it could not be decided (${fault.code})`, undefined, { cause: fault });
  }
  // Somebody else's words: the model does not need them.
  return new RefusedError("it could not be decided", undefined, { cause: fault });
}
