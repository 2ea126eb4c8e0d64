import { randomUUID } from "node:crypto";
import type { Decision, PendingApproval } from "../decision.js";
import { CheckreinError } from "../errors.js";
import type { Guard } from "../guard.js";
import type { Session } from "../session.js";
import type { Json } from "../values.js";
import { asJson, fieldsOf, quoted, type Fields } from "./fields.js";
import { memoryOf, resultKey } from "./memory.js";
import { refusal, refusedBy, RefusedError, settle, type Obligations } from "./refused.js";

/** A call that waits for a human. */
export interface AskedCall {
  readonly tool: string;
  readonly callId: string;
  /** What to show, and what an `Approver` echoes. */
  readonly approval: PendingApproval;
}

/** Options of {@link guardTools}. */
export interface GuardToolsOptions {
  /** Is told that this path is covered. */
  guard?: Guard | undefined;
  /**
   * Shows `approval.text` to a human and, on a yes, tells an `Approver`. True means: ask the guard
   * again. What the approver was told counts, not this answer. Without it an ask is a refusal.
   */
  approve?: ((call: AskedCall) => boolean | PromiseLike<boolean>) | undefined;
  /** Carries out your own obligations, before a call runs. */
  obligations?: Obligations | undefined;
}

/** What a tool may have. Functions that see arguments nobody authorized are not among it. */
const KNOWN = new Set<string | symbol>([
  "type",
  "id",
  "args",
  "isProviderExecuted",
  "supportsDeferredResults",
  "title",
  "description",
  "metadata",
  "strict",
  "deferLoading",
  "providerOptions",
  "inputSchema",
  "inputExamples",
  "outputSchema",
  "contextSchema",
  "needsApproval",
  "toModelOutput",
  "execute",
]);

/** What is given to every call beside its input. */
type CallContext = { readonly toolCallId?: unknown } | undefined;
type Execute = (input: unknown, context: CallContext) => unknown;

/**
 * The tools, each with its `execute` behind the guard: authorized, started, run on the decision's
 * own arguments, its result inspected. A refusal is thrown, so that the model reads why.
 *
 * A tool that the guard cannot stand before is an error: one without `execute`, one that the
 * provider runs, one with `onInputStart`, `onInputDelta`, `onInputAvailable` or anything unknown.
 */
export function guardTools<Tools extends object>(
  tools: Tools,
  session: Session,
  options: GuardToolsOptions = {},
): Tools {
  const entries = Reflect.ownKeys(fieldsOf(tools, "a set of tools")).map((name) => {
    if (typeof name !== "string") throw misuse(`a tool's name is a string, not ${quoted(name)}`);
    return [name, guarded(name, (tools as Fields)[name], session, options)];
  });
  options.guard?.cover("ai-sdk/tools");
  return Object.fromEntries(entries) as Tools;
}

function guarded(name: string, given: unknown, session: Session, options: GuardToolsOptions) {
  const what = `the tool ${quoted(name)}`;
  const tool = fieldsOf(given, what);
  const copy: Record<string, unknown> = {};
  for (const key of Reflect.ownKeys(tool)) {
    const value = tool[key as string];
    if (value === undefined) continue;
    if (!KNOWN.has(key)) throw misuse(`${what} has ${quoted(key)}, which nothing would guard`);
    copy[key as string] = value;
  }
  const { execute, isProviderExecuted } = copy;
  if (isProviderExecuted !== undefined && isProviderExecuted !== false) {
    throw misuse(`${what} is run by the provider, where nothing can stand before it`);
  }
  if (typeof execute !== "function") {
    throw misuse(`${what} has no \`execute\`; give the model tools that others run apart from these`);
  }
  const run: Execute = (input, context) => execute.call(given, input, context) as unknown;
  copy["execute"] = (input: unknown, context: CallContext) =>
    call(name, input, context, run, session, options);
  return copy;
}

async function call(
  tool: string,
  input: unknown,
  context: CallContext,
  run: Execute,
  session: Session,
  options: GuardToolsOptions,
): Promise<unknown> {
  const given = context?.toolCallId;
  const callId = typeof given === "string" ? given : randomUUID();
  try {
    const decision = await authorize(tool, input, callId, session, options);
    session.start(decision);
    const outcome = await outcomeOf(run, structuredClone(decision.arguments), context);
    return await inspected(outcome, tool, callId, session, options);
  } catch (fault) {
    if (fault instanceof Failure) throw fault.error;
    const refused = refusedBy(fault);
    // The guard's own words need no inspection when they come back in the prompt.
    memoryOf(session).learn(resultKey(callId, tool, "error-text", String(refused)));
    throw refused;
  }
}

async function authorize(
  tool: string,
  input: unknown,
  callId: string,
  session: Session,
  options: GuardToolsOptions,
): Promise<Decision> {
  const ask = () => session.authorizeToolCallAsync(tool, input as object, { callId });
  let decision = await ask();
  const { approval } = decision;
  if (approval !== null && options.approve !== undefined) {
    if ((await options.approve({ tool, callId, approval })) === true) decision = await ask();
  }
  await settle(decision, options.obligations);
  if (decision.arguments === null) throw refusal(decision);
  return decision;
}

/** What a tool gave, or how it failed. */
type ToolOutcome = { readonly value: Json } | { readonly error: unknown };

async function outcomeOf(run: Execute, input: unknown, context: CallContext): Promise<ToolOutcome> {
  try {
    return { value: asJson(await last(run(input, context))) };
  } catch (error) {
    return { error };
  }
}

/** The result: of a tool that yields several, the last, since the others are only shown. */
async function last(result: unknown): Promise<unknown> {
  const value = await result;
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value)) return value;
  let latest: unknown;
  for await (const item of value as AsyncIterable<unknown>) latest = item;
  return latest;
}

/** A tool's own failure, whose words were inspected. */
class Failure {
  constructor(readonly error: unknown) {}
}

async function inspected(
  outcome: ToolOutcome,
  tool: string,
  callId: string,
  session: Session,
  options: GuardToolsOptions,
): Promise<unknown> {
  const isError = "error" in outcome;
  // An error's text is a result: the model reads it, and anybody may have written it.
  const content = isError ? saidBy(outcome.error) : outcome.value;
  const about = { source: "tool_result", name: tool, callId, isError } as const;
  const seen = await session.inspectInputAsync(content as string, about);
  await settle(seen, options.obligations);
  const shown = structuredClone(seen.content);
  const type = isError ? "error-text" : typeof shown === "string" ? "text" : "json";
  memoryOf(session).learn(resultKey(callId, tool, type, shown));
  if (!isError) return shown;
  throw new Failure(shown === content ? outcome.error : restated(String(shown), outcome.error));
}

/** What the framework shows the model of an error. */
function saidBy(error: unknown): string {
  if (error === null || error === undefined) return "unknown error";
  if (typeof error === "string" || error instanceof Error) return String(error);
  return JSON.stringify(asJson(error));
}

/** An error that says `text` and no more. */
function restated(text: string, cause: unknown): Error {
  return Object.defineProperty(new Error(text, { cause }), "name", { value: "" });
}

/** What is to become of a call, as the framework's `toolApproval` says it. */
export type ToolApproval =
  | { type: "approved" }
  | { type: "denied"; reason: string }
  | { type: "user-approval"; reason: string };

/** What the framework tells `toolApproval`, as far as this adapter reads it. */
export interface ToolApprovalRequest {
  readonly toolCall: {
    readonly toolName: string;
    readonly toolCallId: string;
    readonly input: unknown;
    readonly providerExecuted?: boolean | undefined;
  };
  readonly tools: object | undefined;
}

/**
 * For the `toolApproval` setting: calls are decided before any runs, and an ask becomes the
 * framework's approval request, with the guard's card as its reason. The framework's answer comes
 * from the client and is not enough: on a yes, tell an `Approver` of {@link pendingApproval}, and
 * the call is approved at the next round. Use it beside {@link guardTools}, which runs the call.
 */
export function toolApproval(
  session: Session,
  options: { guard?: Guard | undefined } = {},
): (request: ToolApprovalRequest) => Promise<ToolApproval> {
  options.guard?.cover("ai-sdk/approval");
  return async ({ toolCall, tools }) => {
    const { toolName, toolCallId, input, providerExecuted } = toolCall;
    try {
      if (providerExecuted === true) throw new RefusedError("the provider would run this itself");
      if (tools === undefined || !Object.hasOwn(tools, toolName)) {
        throw new RefusedError("there is no such tool");
      }
      const about = { callId: toolCallId };
      const decision = await session.authorizeToolCallAsync(toolName, input as object, about);
      memoryOf(session).wait(toolCallId, decision.approval);
      if (decision.allowed) return { type: "approved" };
      if (decision.approval === null) throw refusal(decision);
      return { type: "user-approval", reason: decision.approval.text };
    } catch (fault) {
      const reason = refusedBy(fault).message;
      memoryOf(session).learn(resultKey(toolCallId, toolName, "execution-denied", reason));
      return { type: "denied", reason };
    }
  };
}

/** The approval that a call waits for, by the framework's id of the call; null where none does. */
export function pendingApproval(session: Session, toolCallId: string): PendingApproval | null {
  return memoryOf(session).pending(toolCallId) ?? null;
}

function misuse(message: string): CheckreinError {
  return new CheckreinError("misuse/argument", message);
}
