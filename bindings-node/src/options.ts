import { CheckreinError } from "./errors.js";
import { toJson, type JsonInput } from "./values.js";

/** Options of a guard. */
export interface GuardOptions {
  /** A bundle: a directory or a signed archive. Of several, each is laid over those before it. */
  bundle?: string | readonly string[] | undefined;
  /** A directory for the audit log; in memory where none is given. */
  audit?: string | undefined;
  /** A directory for keys; `<audit>.keys` where none is given. */
  keys?: string | undefined;
  /** When a record is on disk; `batched` where nothing is said. */
  durability?: "sync" | "batched" | "async" | undefined;
  /** What holds where rules are silent, where no bundle says; `balanced`. */
  profile?: "balanced" | "strict" | undefined;
  /** Whether decisions bind, where no bundle says; `enforce`. */
  mode?: "enforce" | "monitor" | undefined;
  /** Whether a human can be asked; true. Where none can, an ask is a deny. */
  human?: boolean | undefined;
  /** Obligations that the host carries out. */
  obligations?: readonly string[] | undefined;
  /** Limits by name. */
  limits?: Limits | undefined;
  /** Manifest text (TOML), for hosts without a bundle. */
  tools?: string | undefined;
  /** Policy text (Cedar), for hosts without a bundle. */
  policy?: string | undefined;
  /** Controls that host code runs between `prepare` and `commit`, and must have run. */
  detectors?: readonly string[] | undefined;
  /** For tests only: where the clock stands, and a seed. The log's start record says so. */
  testing?: { timeMs: number; seed: number } | undefined;
  /** Keys of envelopes that guards share; the first one seals. */
  envelopeKeys?: readonly EnvelopeKey[] | undefined;
  /** Keys that a bundle must be signed with, one of them: `name+id+base64`. */
  trust?: readonly string[] | undefined;
  /** A directory that keeps the last good bundle and the newest revisions. */
  state?: string | undefined;
  /** Controls of the host that are due only where the built-in detectors are unsure. */
  unsureDetectors?: readonly string[] | undefined;
  /** Between which scores they are, where no bundle says. */
  unsure?: readonly [low: number, high: number] | undefined;
}

/** A key that guards share. */
export interface EnvelopeKey {
  /** 64 hexadecimal digits. */
  key: string;
  /** The best that its envelopes can say; `peer` where nothing is said. */
  trust?: "untrusted" | "peer" | "trusted";
}

/** Every size has a limit with a name. */
export interface Limits {
  text?: number;
  arguments?: number;
  depth?: number;
  leaves?: number;
  findings?: number;
  sources?: number;
  arena?: number;
  sessions?: number;
  memory?: number;
  pendingApprovals?: number;
  record?: number;
  bundle?: number;
  policies?: number;
  unscopedPolicies?: number;
  customRegex?: number;
  pluginDeadlineMs?: number;
  deadlineMs?: number;
  decodeDepth?: number;
  decodeRatio?: number;
  validityMs?: number;
  approvalTtlMs?: number;
  holdBack?: number;
  chain?: number;
  tools?: number;
}

/** All that is known of a user. */
export interface User {
  id: string;
  /** What is known to be theirs. */
  known?: {
    email?: string | readonly string[];
    account?: string | readonly string[];
    name?: string | readonly string[];
  };
  groups?: readonly string[];
  claims?: Readonly<Record<string, boolean | number | string | readonly string[]>>;
  /** Whether the host checked who they are. */
  verified?: boolean;
  /** Whether they own what the agent works on; `owner` where nothing is said. */
  trust?: "owner" | "customer" | "anonymous";
}

/** Options of a session. */
export interface SessionOptions {
  /** For whom: an id, or all that is known. */
  user?: string | User | undefined;
  /** The agent at work. */
  agent?: string | undefined;
  agentVersion?: string | undefined;
  tenant?: string | undefined;
  /** What the agent is to reach. Never grounds a value. */
  goal?: string | undefined;
  /** A new one where none is given. */
  id?: string | undefined;
  /** Whether a session with a given id is new for sure. */
  new?: boolean | undefined;
}

/** Where content came from. */
export type SourceKind =
  | "user"
  | "system"
  | "principal"
  | "schema"
  | "tool_result"
  | "retrieved"
  | "memory"
  | "agent_message"
  | "tool_description"
  | "model"
  | "quoted";

/** What an output is for. */
export type OutputKind = "answer" | "reasoning" | "plan";

/** What is said of content that enters. */
export interface InputOptions {
  source: SourceKind;
  /** What the host calls the source: a tool, a document. */
  name?: string | undefined;
  /** Where the source lies. */
  uri?: string | undefined;
  /** The call that this is the result of. */
  callId?: string | undefined;
  /** Whether the tool failed: its error text is a result all the same. */
  isError?: boolean | undefined;
  /** W3C trace context. */
  trace?: string | undefined;
  /** What `seal` gave when the content left for memory or another agent. */
  envelope?: string | undefined;
}

/** What is said of content that leaves for memory or another agent. */
export interface SealOptions {
  /** `memory` where nothing is said. Messages and results are opened once. */
  purpose?: "memory" | "message" | "result" | undefined;
  /** The agents that may open it; any of the tenant where none are named. */
  audience?: readonly string[] | undefined;
  /** Users who may read what is private in it; the session's user where nothing is said. */
  readers?: readonly string[] | undefined;
  /** For how many seconds; for ever for a memory, ten minutes else, where nothing is said. */
  expiresS?: number | undefined;
}

/** What is said of a text that a model made. */
export interface DeriveOptions {
  /** Ids of the sources that it was made of; all that was read where nothing is said. */
  sources?: readonly string[] | undefined;
  /** What the host calls it. */
  name?: string | undefined;
  /** W3C trace context. */
  trace?: string | undefined;
}

/** What is said of a call. */
export interface CallOptions {
  /** The framework's id of this call: the same call authorized twice is one call. */
  callId?: string | undefined;
  /** W3C trace context. */
  trace?: string | undefined;
}

/** What is said of content that leaves. */
export interface OutputOptions {
  /** `answer` where nothing is said. */
  kind?: OutputKind | undefined;
  /** Users who will read it; the principal where nothing is said. */
  audience?: readonly string[] | undefined;
  /** W3C trace context. */
  trace?: string | undefined;
}

/** A verb's request as one object, for `prepare` and `commit`. */
export type InputRequest = InputOptions & { content: JsonInput };
/** See {@link InputRequest}. */
export type CallRequest = CallOptions & { tool: string; arguments: object };
/** See {@link InputRequest}. */
export type OutputRequest = OutputOptions & { content: JsonInput };

/**
 * `callId` -> `call_id`, one level deep. Unknown names pass: the library refuses them by name.
 * @internal
 */
export function wired(options: object | undefined, what = "options"): Record<string, unknown> {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new CheckreinError("misuse/type", `${what} are an object`);
  }
  const entries = Object.entries(options) as [string, unknown][];
  return Object.fromEntries(entries.map(([name, value]) => [snake(name), value]));
}

/** Names of a verb's options as the wire writes them, where their values are texts. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ["source", ',"source":'],
  ["name", ',"name":'],
  ["uri", ',"uri":'],
  ["callId", ',"call_id":'],
  ["trace", ',"trace":'],
  ["kind", ',"kind":'],
  ["envelope", ',"envelope":'],
]);

/**
 * A request as JSON text: `parts` are JSON already, `options` are wired.
 * @internal
 */
export function request(parts: Readonly<Record<string, string>>, options?: object): string {
  let fields = "";
  for (const name of Object.keys(parts)) fields += `,"${name}":${parts[name]}`;
  fields += texts(options) ?? others(options);
  return `{${fields.slice(1)}}`;
}

/** Options that are all texts, as most are; undefined where one is not. */
function texts(options: object | undefined): string | undefined {
  if (options === undefined) return "";
  if (typeof options !== "object" || Object.getPrototypeOf(options) !== Object.prototype) {
    return undefined;
  }
  let fields = "";
  for (const [name, value] of Object.entries(options)) {
    const key = TEXTS.get(name);
    if (value === undefined) continue;
    if (key === undefined || typeof value !== "string" || !value.isWellFormed()) return undefined;
    fields += key + JSON.stringify(value);
  }
  return fields;
}

function others(options: object | undefined): string {
  const rest = toJson(wired(options)).slice(1, -1);
  return rest === "" ? "" : `,${rest}`;
}

/** @internal */
export function guardRequest(options: GuardOptions | undefined): string {
  const { limits, testing, ...rest } = wired(options) as GuardOptions;
  return toJson({
    ...rest,
    ...(limits === undefined ? {} : { limits: wired(limits, "limits") }),
    ...(testing === undefined ? {} : { testing: wired(testing, "testing options") }),
  });
}

/**
 * `call_id` -> `callId`, one level deep, frozen.
 * @internal
 */
export function cameled<T>(object: object): T {
  const entries = Object.entries(object) as [string, unknown][];
  const renamed = entries.map(([name, value]) => [camel(name), value]);
  return Object.freeze(Object.fromEntries(renamed)) as T;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
