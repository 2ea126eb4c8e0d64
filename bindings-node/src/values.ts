import { CheckreinError } from "./errors.js";

/** A JSON value as checkrein gives it back: frozen. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * A value that goes in: what JSON can say. Looked at when it is used, and refused with its JSON
 * pointer where it holds something else: `NaN`, integers beyond 2^53 - 1, BigInt, functions,
 * symbols, `undefined` in a list, cycles, lone surrogates, and objects that are not plain (`Map`,
 * `Date`, `Buffer`, instances of classes). Properties that are `undefined` are left out.
 */
export type JsonInput = null | boolean | number | string | object;

/** Deeper than the library's own limit can be set, so that its limit speaks first. */
const MAX_DEPTH = 128;
/** Objects that are used in many places are written in each: this is where that ends. */
const MAX_LENGTH = 128 * 1024 * 1024;

/**
 * The value as JSON text. Each property is read once, and no `toJSON` is called: what is decided
 * about is what stood there.
 * @internal
 */
export function toJson(value: unknown): string {
  const writer = new Writer();
  writer.write(value);
  return writer.out;
}

/**
 * The text, or the error that it is none.
 * @internal
 */
export function text(value: unknown, what: string): string {
  if (typeof value !== "string") {
    throw new CheckreinError("misuse/type", `${what} is a string, not ${nameOf(value)}`);
  }
  if (!value.isWellFormed()) throw surrogate("");
  return value;
}

class Writer {
  out = "";
  #above: object[] = [];
  #path: (string | number)[] = [];

  write(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.#string(value);
      case "number":
        return this.#number(value);
      case "boolean":
        this.out += value ? "true" : "false";
        return;
      case "object":
        if (value === null) {
          this.out += "null";
          return;
        }
        return this.#object(value);
      default:
        throw this.#type(value);
    }
  }

  #string(value: string): void {
    if (!value.isWellFormed()) throw surrogate(this.#pointer());
    this.#bound(value.length);
    this.out += JSON.stringify(value);
  }

  #number(value: number): void {
    if (!Number.isFinite(value)) {
      const message = `${value} is not a JSON number`;
      throw new CheckreinError("value/number", message, { at: this.#pointer() });
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      const message = `the integer ${value} lies beyond 2^53 - 1; send it as a string`;
      throw new CheckreinError("value/integer_range", message, { at: this.#pointer() });
    }
    this.out += String(value);
  }

  #object(value: object): void {
    if (this.#above.includes(value)) {
      throw new CheckreinError("value/cycle", "the value contains itself", {
        at: this.#pointer(),
      });
    }
    if (this.#above.length >= MAX_DEPTH) {
      const message = `the value is nested deeper than ${MAX_DEPTH}`;
      throw new CheckreinError("limit/depth", message, { limit: "depth" });
    }
    this.#above.push(value);
    if (Array.isArray(value)) this.#array(value);
    else this.#entries(value);
    this.#above.pop();
  }

  #array(items: readonly unknown[]): void {
    this.out += "[";
    const length = items.length;
    for (let i = 0; i < length; i++) {
      if (i > 0) this.out += ",";
      this.#path.push(i);
      this.write(items[i]);
      this.#path.pop();
      this.#bound(0);
    }
    this.out += "]";
  }

  #entries(object: object): void {
    if (!isPlain(object)) throw this.#type(object);
    this.out += "{";
    let first = true;
    for (const key of Object.keys(object)) {
      const value: unknown = (object as Record<string, unknown>)[key];
      if (value === undefined) continue;
      if (!first) this.out += ",";
      first = false;
      this.#path.push(key);
      this.#string(key);
      this.out += ":";
      this.write(value);
      this.#path.pop();
      this.#bound(0);
    }
    this.out += "}";
  }

  #bound(more: number): void {
    if (this.out.length + more <= MAX_LENGTH) return;
    const message = `the value is larger than ${MAX_LENGTH} characters`;
    throw new CheckreinError("limit/text", message, { at: this.#pointer() });
  }

  #type(value: unknown): CheckreinError {
    const message = `${nameOf(value)} has no JSON form`;
    return new CheckreinError("value/type", message, { at: this.#pointer() });
  }

  #pointer(): string {
    const escaped = (key: string | number) =>
      String(key).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1");
    return this.#path.map((key) => `/${escaped(key)}`).join("");
  }
}

/** Made by `{}`, by JSON, or without a prototype; of this realm or another. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === null || prototype === Object.prototype) return true;
  return (
    Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf")
  );
}

function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return value === null || value === undefined ? String(value) : `a ${typeof value}`;
  }
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? `an instance of \`${name}\`` : "an object";
}

function surrogate(at: string): CheckreinError {
  const context = at === "" ? {} : { at };
  return new CheckreinError("value/surrogate", "the text holds a lone surrogate", context);
}

/**
 * What a JSON pointer names in a value.
 * @internal
 */
export function resolve(value: unknown, pointer: string): unknown {
  let at = value;
  for (const token of pointer.split("/").slice(1)) {
    if (typeof at !== "object" || at === null) return undefined;
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    at = Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
  }
  return at;
}

/**
 * Freezes a value and all in it. JSON of the library's own, so nested no deeper than its limit.
 * @internal
 */
export function deepFreeze<T>(value: T): T {
  // What is frozen was frozen here, with all in it: from the leaves up.
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    for (const item of Object.values(value)) deepFreeze(item);
    Object.freeze(value);
  }
  return value;
}
