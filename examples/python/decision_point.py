"""A policy engine of the host: a decision point elsewhere, asked over HTTP before a call is decided.

The library calls no code of the host. The host prepares the call, asks in its own language with its own
time limit, and commits with the answer; the strictest of that and the rules in process counts. Here a stub
that speaks the data API of the Open Policy Agent stands in for the decision point.

    python decision_point.py
"""

from __future__ import annotations

import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from checkrein import Decision, Guard, Session

TOOLS = """
[tool.pay]
effects = ["spend"]
owner = { business = "accounts" }
arguments.to = { role = "destination", type = "account" }
arguments.cents = { role = "amount", type = "integer" }
"""


def ask(url: str, tool: str, cents: int, context: dict[str, Any] | None) -> dict[str, str]:
    """What the decision point says. No answer, or one that is not as agreed, is a denial."""
    # Facts, and the one value that the rules need. Nothing that is or may hold a secret leaves.
    asked = {"input": {"resource": {"id": tool}, "context": {**(context or {}), "input": {"cents": cents}}}}
    body = json.dumps(asked).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        # Without a proxy of the environment, and within a second.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=1) as response:
            result = json.loads(response.read(65536))["result"]
        if isinstance(result, bool):
            result = {"allow": result}
        outcome = "allow" if result["allow"] is True else "deny"
        if result.get("outcome") == "ask":
            outcome = "ask"
        return {"engine": "organisation", "outcome": outcome, "message": str(result.get("reason", ""))}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {"engine": "organisation", "outcome": "deny", "message": "the decision point gave no answer"}


def authorize(session: Session, url: str, to: str, cents: int) -> Decision:
    request = {"tool": "pay", "arguments": {"to": to, "cents": cents}}
    prepared = session.prepare("authorize_tool_call", request)
    answer = ask(url, "pay", cents, prepared["context"])
    # Where the session changed in between, the answer no longer counts and the call is denied.
    return session.commit("authorize_tool_call", request, prepared["epoch"], {"answers": [answer]})


class Stub(BaseHTTPRequestHandler):
    """A decision point with one rule: up to 500 passes, up to 10,000 is asked about."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        cents = asked["input"]["context"]["input"]["cents"]
        result: dict[str, Any] = {"allow": cents <= 50_000}
        if 50_000 < cents <= 1_000_000:
            result |= {"outcome": "ask", "reason": "more than 500 needs a second person"}
        body = json.dumps({"result": result}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1/data/agents/decision"
    session = Guard(tools=TOOLS).session(user="alice", agent="desk")
    for cents in (12_000, 90_000, 9_000_000):
        decision = authorize(session, url, "DE89370400440532013000", cents)
        print(f"pay {cents}: {decision.outcome}")
    server.shutdown()
    server.server_close()
    decision = authorize(session, url, "DE89370400440532013000", 1)
    print(f"the decision point is gone: {decision.outcome}, {decision.reasons[0].message}")


if __name__ == "__main__":
    main()
