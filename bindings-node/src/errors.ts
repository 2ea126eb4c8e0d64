import type { ErrorCode } from "./codes.js";

const BRAND = Symbol.for("checkrein.error");

/**
 * What every function of checkrein throws: misuse by the caller, or a configuration that cannot
 * be loaded. A refusal is no error, and neither is "could not decide": both are a Decision.
 */
export class CheckreinError extends Error {
  /** Stable, the same in every language: `value/duplicate_key`. */
  readonly code: ErrorCode;
  /** What is known of it: `at` (a JSON pointer), `known`, `limit`, `line`... */
  readonly context: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    context: Readonly<Record<string, string>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
    this.context = Object.freeze({ ...context });
  }

  override get name(): string {
    return "CheckreinError";
  }

  /** Whether `value` is one, of whichever copy of this package. */
  static isInstance(value: unknown): value is CheckreinError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

Object.defineProperty(CheckreinError.prototype, BRAND, { value: true });

/**
 * Runs `body`; what the native half throws comes out as a CheckreinError.
 * @internal
 */
export function raised<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw converted(error);
  }
}

/**
 * Awaits `body`; what the native half throws comes out as a CheckreinError.
 * @internal
 */
export async function raisedLater<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw converted(error);
  }
}

function converted(error: unknown): unknown {
  if (!(error instanceof Error) || CheckreinError.isInstance(error)) return error;
  const { code, context } = error as { code?: unknown; context?: unknown };
  if (typeof code !== "string") return error;
  if (!code.includes("/")) {
    // The border's own: a value of a type that the native function does not take.
    return new CheckreinError("misuse/type", error.message, {}, { cause: error });
  }
  return new CheckreinError(code as ErrorCode, error.message, context as Record<string, string>);
}
