// Checked by `npm run types`, never run: what compiles, and what must not.

import {
  Approver,
  CheckreinError,
  Decision,
  Guard,
  PlanDecision,
  type ErrorCode,
  type GuardOptions,
  type Json,
  type Outcome,
  type Session,
  type User,
} from "checkrein";

interface Mail {
  to: string;
  cc?: string[];
}

declare const mail: Mail;
declare const maybe: string | undefined;

const options: GuardOptions = {
  human: false,
  limits: { pendingApprovals: 2 },
  durability: "sync",
  testing: { timeMs: 0, seed: 1 },
};
const guard = new Guard(options);
const user: User = { id: "alice", trust: "owner", claims: { level: 3 } };
const session: Session = guard.session({ user });

const input: Decision = session.inspectInput("text", { source: "user", name: maybe });
const call = session.authorizeToolCall("send", mail, { callId: maybe });
const readers = { audience: ["bob"] };
const output: Promise<Decision> = session.inspectOutputAsync({ a: [1, null] }, readers);

const outcome: Outcome = input.outcome;
const content: Json = input.content;
const recipient: Json | undefined = call.arguments?.["to"];
const expires: number | undefined = call.approval?.expiresAt;
const code: ErrorCode | undefined = call.error?.code;
const approver = new Approver(guard);
approver.approve("id", { digest: "d", approver: "bob", remember: "values" });

const envelope: string = session.seal({ a: 1 }, { purpose: "message", audience: ["clerk"] });
session.inspectInput({ a: 1 }, { source: "agent_message", envelope });
const summary: Decision = session.derive("text", { sources: ["s1"] });
const plan: PlanDecision = session.authorizePlan([{ tool: "send", arguments: mail, callId: "c1" }]);
const question: string | undefined = plan.approval?.text;

const prepared = session.prepare("authorize_tool_call", { tool: "send", arguments: mail });
session.commit("authorize_tool_call", { tool: "send", arguments: mail }, prepared.epoch, {
  ran: ["a"],
  failed: [["b", "was late"]],
});

const stream = session.outputStream({ kind: "answer" });
const safe: string = stream.push(new Uint8Array(2)) + stream.finish();

try {
  guard.close();
} catch (error) {
  if (CheckreinError.isInstance(error)) {
    const known: ErrorCode = error.code;
    const at: string | undefined = error.context["at"];
  }
}

// @ts-expect-error a source is needed
session.inspectInput("text");
// @ts-expect-error there is no such source
session.inspectInput("text", { source: "usr" });
// @ts-expect-error there is no such option
session.inspectInput("text", { source: "user", callID: "c1" });
// @ts-expect-error JSON has no BigInt
session.inspectInput(10n, { source: "user" });
// @ts-expect-error arguments are an object
session.authorizeToolCall("send", "text");
// @ts-expect-error a request of another verb
session.prepare("inspect_output", { tool: "send", arguments: {} });
// @ts-expect-error decisions are frozen
input.outcome = "deny";
// @ts-expect-error decisions are frozen through and through
call.findings.push(call.findings[0]);
// @ts-expect-error decisions are made by verbs
new Decision();
// @ts-expect-error `lax` is no profile
new Guard({ profile: "lax" });
// @ts-expect-error `misuse/typo` is no code
new CheckreinError("misuse/typo", "x");
