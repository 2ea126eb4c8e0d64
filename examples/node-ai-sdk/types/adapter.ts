// That the adapter fits the framework's own types; compiled, never run.

import { generateText, streamText, tool, wrapLanguageModel, type LanguageModelMiddleware } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { Approver, Guard } from "checkrein";
import { guardModel, guardTools, pendingApproval, RefusedError, toolApproval } from "checkrein/ai-sdk";
import { z } from "zod";

const guard = new Guard();
const approver = new Approver(guard);
const session = guard.session();

const tools = {
  add: tool({
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    execute: async ({ a, b }) => a + b,
  }),
};

const middleware: LanguageModelMiddleware = guardModel(session, {
  guard,
  audience: ["alice"],
  obligations: { notify: async (params) => void params },
});

const settings = {
  model: wrapLanguageModel({ model: new MockLanguageModelV4(), middleware }),
  tools: guardTools(tools, session, {
    approve: async ({ approval: { id, digest } }) => {
      approver.approve(id, { digest, approver: "bob" });
      return true;
    },
  }),
  prompt: "1 + 1",
};

const { toolResults } = await generateText({ ...settings, toolApproval: toolApproval(session) });
for (const result of toolResults) {
  // The tools kept their types.
  if (!result.dynamic) result.output satisfies number;
}
streamText({ ...settings, toolApproval: toolApproval(session, { guard }) });
pendingApproval(session, "c1")?.text satisfies string | undefined;

try {
  guardTools(tools, session);
} catch (error) {
  if (RefusedError.isInstance(error)) error.reasons satisfies readonly { rule: string }[];
}
