// What the tests share: a guard with two tools, and the records it wrote.

import { Approver, Guard } from "checkrein";

export const MANIFEST = `
  [tool.read]
  effects = ["read"]
  arguments.path = { role = "free" }

  [tool.pay]
  effects = ["spend"]
  arguments.to = { role = "destination", type = "account" }
  arguments.amount = { role = "amount", type = "number" }
`;

export const MINE = "DE89370400440532013000";
export const THEIRS = "GB29NWBK60161331926819";
/** In pieces, so that no scanner takes this file for a leak. */
export const KEY = ["gh", "p_a1B2c3D4e5F6", "g7H8i9J0k1L2m3N4o5P6q7R8"].join("");
/** Invisible: tag characters, which a model reads and nobody sees. */
export const HIDDEN = "\u{E0068}\u{E0069}\u{E0068}\u{E0069}\u{E0068}\u{E0069}";

export function scene(options = {}) {
  const guard = new Guard({ tools: MANIFEST, ...options });
  const session = guard.session({ user: "alice", agent: "bookkeeper" });
  return { guard, session, approver: new Approver(guard) };
}

/** How often a verb decided, as the log has it. */
export function decided(guard, verb) {
  const records = guard.records().map((record) => JSON.parse(record));
  return records.filter((record) => record.event === "decision" && record.verb === verb);
}

export const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** What a model gives that generates `content`. */
export function generated(content, reason = "stop", more = {}) {
  return { content, finishReason: { unified: reason, raw: reason }, usage: USAGE, warnings: [], ...more };
}

export const called = (toolCallId, toolName, input) => ({
  type: "tool-call",
  toolCallId,
  toolName,
  input: JSON.stringify(input),
});
