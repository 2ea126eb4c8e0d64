/**
 * Runtime security for AI agents: decide what enters, what is done and what leaves.
 *
 * @packageDocumentation
 */

import { native } from "./native.js";

/** The library's version. */
export const VERSION: string = native.version();

export { ERROR_CODES, type ErrorCode } from "./codes.js";
export {
  Decision,
  PlanDecision,
  type Finding,
  type Mode,
  type Obligation,
  type Origin,
  type Outcome,
  type PendingApproval,
  type Provenance,
  type Reason,
  type Verb,
} from "./decision.js";
export { CheckreinError } from "./errors.js";
export {
  Approver,
  Guard,
  type InventoryEntry,
  type RegisteredTool,
  type Layer,
  type Restriction,
  type Scope,
  type Status,
  type WaitingApproval,
} from "./guard.js";
export type {
  CallOptions,
  CallRequest,
  DeriveOptions,
  EnvelopeKey,
  GuardOptions,
  InputOptions,
  InputRequest,
  Limits,
  OutputKind,
  OutputOptions,
  OutputRequest,
  SealOptions,
  SessionOptions,
  SourceKind,
  User,
} from "./options.js";
export { Session, type HostFinding, type HostResults, type Prepared, type PreparedText } from "./session.js";
export { CallStream, OutputStream, type Chunk } from "./streams.js";
export type { Json, JsonInput } from "./values.js";
