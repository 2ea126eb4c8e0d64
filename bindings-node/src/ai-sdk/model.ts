import type { Guard } from "../guard.js";
import type { Session } from "../session.js";
import { inspectGenerated } from "./answer.js";
import { inspectParams } from "./prompt.js";
import { refusedBy, type Obligations } from "./refused.js";
import { inspectStreamed } from "./stream.js";

/** Options of {@link guardModel}. */
export interface GuardModelOptions {
  /** Is told that these paths are covered. */
  guard?: Guard | undefined;
  /** Users who will read the answers; the principal where nothing is said. */
  audience?: readonly string[] | undefined;
  /** Carries out your own obligations. */
  obligations?: Obligations | undefined;
}

/** A middleware for the framework's `wrapLanguageModel`. */
export interface ModelMiddleware {
  readonly specificationVersion: "v4";
  transformParams<Params extends object>(options: { params: Params }): Promise<Params>;
  wrapGenerate<Result extends object>(options: {
    doGenerate: () => PromiseLike<Result>;
  }): Promise<Result>;
  wrapStream<Result extends object>(options: {
    doStream: () => PromiseLike<Result>;
  }): Promise<Result>;
}

/**
 * A model with the guard around it: what it is about to read is inspected, each content once, and
 * what it says before anybody reads it, streamed or not. What may not pass is thrown as a
 * {@link RefusedError}; a tool's result that may not be read is replaced by the reason.
 *
 * Calls that the model makes pass: {@link guardTools} stands before them. Tools that the provider
 * runs itself are refused, and so are files that the model makes, since nothing can inspect them.
 */
export function guardModel(session: Session, options: GuardModelOptions = {}): ModelMiddleware {
  const { guard, audience, obligations } = options;
  const leaving = { session, audience, obligations };
  for (const path of ["input", "generate", "stream"]) guard?.cover(`ai-sdk/${path}`);
  return {
    specificationVersion: "v4",
    transformParams: ({ params }) =>
      closed(inspectParams(params, session, obligations)) as Promise<typeof params>,
    wrapGenerate: async ({ doGenerate }) => {
      const result = await doGenerate();
      return (await closed(inspectGenerated(result, leaving))) as typeof result;
    },
    wrapStream: async ({ doStream }) => {
      const result = await doStream();
      return (await closed(inspectStreamed(result, leaving))) as typeof result;
    },
  };
}

/** The outcome, or a refusal: a fault of the guard's own never lets anything pass. */
async function closed(inspected: object | Promise<object>): Promise<object> {
  try {
    return await inspected;
  } catch (fault) {
    throw refusedBy(fault);
  }
}
