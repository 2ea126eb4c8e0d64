import { CheckreinError } from "../errors.js";
import { toJson, type Json } from "../values.js";

/** An object of the framework's, not yet looked at. */
export type Fields = { readonly [name: string]: unknown };

/** The value as an object; a fault where it is none. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unknownShape(`${what} is not an object`);
  }
  return value as Fields;
}

/** The value as a list; a fault where it is none. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unknownShape(`${what} is not a list`);
  return value;
}

/** The value as text; a fault where it is none. */
export function textOf(value: unknown, what: string): string {
  if (typeof value !== "string") throw unknownShape(`${what} is not a string`);
  return value;
}

/** The named fields that are there. What has another name is left out: nobody has looked at it. */
export function pick(from: Fields, names: readonly string[]): Record<string, unknown> {
  const there = names.filter((name) => from[name] !== undefined);
  return Object.fromEntries(there.map((name) => [name, from[name]]));
}

/** What JSON makes of a value, as the framework does before a model reads it. */
export function asJson(value: unknown): Json {
  const json: string | undefined = JSON.stringify(value);
  return json === undefined ? null : (JSON.parse(json) as Json);
}

/** Whether two JSON values say the same, in whatever order. */
export function same(one: unknown, other: unknown): boolean {
  return toJson(sorted(one)) === toJson(sorted(other));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** The fault of something that this adapter does not know: it does not pass. */
export function unknownShape(message: string): CheckreinError {
  return new CheckreinError("misuse/argument", message);
}

/** A name in a message: short, and without what could disturb a terminal. */
export function quoted(name: unknown): string {
  const plain = String(name).slice(0, 64).toWellFormed();
  return `\`${plain.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?")}\``;
}
