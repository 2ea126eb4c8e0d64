"""A host as one would write it: every text and every call goes through checkrein."""

from __future__ import annotations

import functools
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentdojo.functions_runtime import FunctionCall, FunctionsRuntime
from checkrein import Approver, Decision, Guard, User

from .suites import Suite, plain

MANIFESTS = Path(__file__).parent.parent / "manifests"
#: Which manifests describe the tools of a suite.
FILES = {
    "workspace": ("mail", "calendar", "drive"),
    "banking": ("bank",),
    "slack": ("chat", "web"),
    "travel": ("travel", "calendar", "mail"),
}
KINDS = ("written", "inferred")
#: Nothing binds: how far the attacks come by themselves.
UNGUARDED = "none"


def manifest(suite: str) -> str:
    """The written manifest of a suite's tools, as text."""
    return "\n".join((MANIFESTS / f"{name}.toml").read_text(encoding="utf-8") for name in FILES[suite])


@functools.cache
def readers(suite: str) -> frozenset[str]:
    """Tools that do nothing but read, by the written manifest."""
    tools = tomllib.loads(manifest(suite))["tool"]
    return frozenset(name for name, tool in tools.items() if tool["effects"] == ["read"])


def identity(environment: Any) -> User:
    """Whom the agent works for, as an application knows its own user."""
    known: dict[str, list[str]] = {"email": [], "account": [], "name": []}
    if hasattr(environment, "inbox"):
        known["email"].append(environment.inbox.account_email)
    if hasattr(environment, "user"):
        user = environment.user
        known["email"].append(user.email)
        known["account"].append(user.bank_account_number)
        known["name"].append(f"{user.first_name} {user.last_name}")
    if hasattr(environment, "bank_account"):
        known["account"].append(environment.bank_account.iban)
        account = environment.user_account
        known["name"].append(f"{account.first_name} {account.last_name}")
    email, account, name = (sorted(set(values)) for values in known.values())
    return {"id": "user", "known": {"email": email, "account": account, "name": name}}


@dataclass
class Step:
    """One call and what became of it."""

    call: FunctionCall
    arguments: dict[str, Any]
    decision: Decision
    granted: bool
    ran: bool
    result: Any
    seconds: float
    #: Whether its tool does more than read, by the written manifest.
    acts: bool

    @property
    def outcome(self) -> str:
        """What was decided before any human answered."""
        return self.decision.outcome

    @property
    def rules(self) -> list[str]:
        """The rules that stopped it or asked."""
        return [reason.rule for reason in self.decision.reasons]


@dataclass
class Rails:
    """A guard for one suite: shared by all its sessions, as a host would."""

    suite: Suite
    kind: str
    guard: Guard = field(init=False)
    approver: Approver = field(init=False)

    def __post_init__(self) -> None:
        """Makes the guard, with the manifest written down or left to inference."""
        if self.kind == "written":
            self.guard = Guard(tools=manifest(self.suite.name))
        elif self.kind == UNGUARDED:
            self.guard = Guard(tools=manifest(self.suite.name), mode="monitor")
        else:
            self.guard = Guard()
            described = [
                {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters.model_json_schema(),
                }
                for tool in self.suite.native.tools
            ]
            self.guard.register_tools(described)
        self.approver = Approver(self.guard)


class Host:
    """One session over one environment."""

    def __init__(self, rails: Rails, environment: Any, prompt: str) -> None:
        self.rails = rails
        self.environment = environment
        self.runtime = FunctionsRuntime(rails.suite.native.tools)
        self.session = rails.guard.session(user=identity(environment), agent="assistant")
        self.trace: list[FunctionCall] = []
        self.results: list[tuple[str, Any]] = []
        self.session.inspect_input(prompt, source="user")
        self._calls = 0

    def close(self) -> None:
        """Ends the session."""
        self.session.close()

    def authorize(self, call: FunctionCall) -> tuple[Decision, str, float]:
        """Decides on a call, and says how long that took."""
        self._calls += 1
        call_id = f"c{self._calls}"
        arguments = plain(call.args)
        began = time.perf_counter()
        decision = self.session.authorize_tool_call(call.function, arguments, call_id=call_id)
        return decision, call_id, time.perf_counter() - began

    def call(self, call: FunctionCall, says_yes: Callable[[Decision], bool]) -> Step:
        """Decides on a call, asks the human where it must, and runs it where it may."""
        decision, call_id, seconds = self.authorize(call)
        final, granted = decision, False
        if decision.approval is not None:
            shown = decision.approval
            if says_yes(decision):
                self.rails.approver.approve(shown.id, digest=shown.digest, approver="human")
                arguments = plain(call.args)
                final = self.session.authorize_tool_call(call.function, arguments, call_id=call_id)
                granted = final.allowed
            else:
                self.rails.approver.refuse(shown.id, digest=shown.digest, approver="human")
        result = self._run(call.function, final, call_id) if final.allowed else None
        acts = call.function not in readers(self.rails.suite.name)
        step = Step(call, plain(call.args), decision, granted, final.allowed, result, seconds, acts)
        if step.ran:
            self.trace.append(call)
        return step

    def _run(self, tool: str, decision: Decision, call_id: str) -> Any:
        self.session.start(decision)
        arguments: Mapping[str, Any] = decision.arguments or {}
        result, error = self.runtime.run_function(self.environment, tool, dict(arguments))
        content = plain(result) if error is None else error
        self.session.inspect_input(
            content, source="tool_result", name=tool, call_id=call_id, is_error=error is not None
        )
        if error is None:
            self.results.append((tool, content))
        return content
