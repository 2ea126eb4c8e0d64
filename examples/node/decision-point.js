// A policy engine of the host: a decision point of the organisation, asked over HTTP before a call is decided.
//
// The library calls no code of the host. The host prepares the call, asks in its own language and with its own
// time limit, and commits with the answer; the strictest of that and the rules in process counts. Here a stub
// that speaks the data API of the Open Policy Agent stands in for the decision point.

import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { Guard } from "checkrein";

const TOOLS = `
[tool.pay]
effects = ["spend"]
owner = { business = "accounts" }
arguments.to = { role = "destination", type = "account" }
arguments.cents = { role = "amount", type = "integer" }
`;

/** What the decision point says. No answer, or one that is not as agreed, is a denial. */
async function ask(url, tool, cents, context) {
  // Facts, and the one value that the rules need. Nothing that is or may hold a secret leaves.
  const input = { resource: { id: tool }, context: { ...context, input: { cents } } };
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ input }),
      redirect: "error",
      signal: AbortSignal.timeout(1000),
    });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    const { result } = await response.json();
    const { allow, outcome, reason } = typeof result === "boolean" ? { allow: result } : result;
    const said = outcome === "ask" ? "ask" : allow === true ? "allow" : "deny";
    return { engine: "organisation", outcome: said, message: String(reason ?? "") };
  } catch {
    return { engine: "organisation", outcome: "deny", message: "the decision point gave no answer" };
  }
}

export async function authorize(session, url, args) {
  const request = { tool: "pay", arguments: args };
  const { context, epoch } = session.prepare("authorize_tool_call", request);
  const answer = await ask(url, "pay", args.cents, context);
  // Where the session changed in between, the answer no longer counts and the call is denied.
  return session.commit("authorize_tool_call", request, epoch, { answers: [answer] });
}

/** A decision point with one rule: up to 500 passes, up to 10,000 is asked about. */
export async function stub() {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { cents } = JSON.parse(body).input.context.input;
    const asks = cents > 50_000 && cents <= 1_000_000;
    const question = asks ? { outcome: "ask", reason: "more than 500 needs a second person" } : {};
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ result: { allow: cents <= 50_000, ...question } }));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${server.address().port}/v1/data/agents/decision`;
  const close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { url, close };
}

export async function main(print) {
  const { url, close } = await stub();
  const session = new Guard({ tools: TOOLS }).session({ user: "alice", agent: "desk" });
  const to = "DE89370400440532013000";
  for (const cents of [12_000, 90_000, 9_000_000]) {
    const { outcome } = await authorize(session, url, { to, cents });
    print(`pay ${cents}: ${outcome}`);
  }
  await close();
  const { outcome, reasons } = await authorize(session, url, { to, cents: 1 });
  print(`the decision point is gone: ${outcome}, ${reasons[0].message}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(console.log);
