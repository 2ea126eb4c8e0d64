"""A host that does again what was done: every text and every call goes through checkrein."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from checkrein import Approver, Decision, Guard, Session

from .data import Calls, Half, Run, Says
from .tools import described

#: How a host hands results over: as the values they are, or as the text that the model is shown.
RESULTS = ("values", "text")


@dataclass
class Asked:
    """One call that was decided on."""

    call: Calls
    first: Decision
    #: What came of it once everything was approved.
    final: Decision
    seconds: float

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that asked, or that stopped it."""
        decision = self.first if self.final.allowed else self.final
        return tuple(sorted(reason.rule for reason in decision.reasons))


@dataclass
class Replayed:
    """One run and what became of it."""

    id: str
    calls: list[Asked] = field(default_factory=list)
    #: Texts that were changed or refused: what they were, and the decision.
    changed: list[tuple[str, Decision]] = field(default_factory=list)

    @property
    def asks(self) -> int:
        """Questions that the user was put."""
        return sum(asked.first.outcome == "ask" for asked in self.calls)

    @property
    def denials(self) -> list[Asked]:
        """Calls that nobody could let through."""
        return [asked for asked in self.calls if not asked.final.allowed]

    @property
    def untouched(self) -> bool:
        """Whether nobody noticed that there is a guard."""
        return not (self.asks or self.denials or self.changed)


class Rails:
    """A guard for one half: its tools are described by nobody, and inferred."""

    def __init__(self, half: Half, results: str) -> None:
        self.results = results
        self.guard = Guard()
        self.guard.register_tools(described(half.runs))
        self.approver = Approver(self.guard)

    def replay(self, run: Run) -> Replayed:
        """One run, from its first text to its last; the user says yes to whatever is asked."""
        session = self.guard.session(user="user", agent="assistant")
        replayed = Replayed(run.id)
        for number, step in enumerate(run.steps):
            if isinstance(step, Calls):
                replayed.calls.append(self._call(session, step, f"c{number}", replayed))
            else:
                _say(session, step, replayed)
        session.close()
        return replayed

    def _call(self, session: Session, call: Calls, call_id: str, replayed: Replayed) -> Asked:
        began = time.perf_counter()
        first = session.authorize_tool_call(call.tool, call.arguments, call_id=call_id)
        seconds = time.perf_counter() - began
        final = first
        if first.approval is not None:
            shown = first.approval
            self.approver.approve(shown.id, digest=shown.digest, approver="human")
            final = session.authorize_tool_call(call.tool, call.arguments, call_id=call_id)
        if final.allowed:
            session.start(final)
            self._result(session, call, call_id, replayed)
        return Asked(call, first, final, seconds)

    def _result(self, session: Session, call: Calls, call_id: str, replayed: Replayed) -> None:
        if call.result is None:
            session.report_result(call_id)
            return
        content: Any = call.result
        if self.results == "values":
            try:
                content = json.loads(call.result)
            except ValueError:
                pass  # It never was more than a text.
        decision = session.inspect_input(
            content, source="tool_result", name=call.tool, call_id=call_id, is_error=call.failed
        )
        if decision.outcome != "allow":
            replayed.changed.append((f"result of {call.tool}", decision))


def _say(session: Session, said: Says, replayed: Replayed) -> None:
    if said.role == "assistant":
        decision = session.inspect_output(said.text, kind="answer")
    else:
        decision = session.inspect_input(said.text, source=said.role)
    if decision.outcome != "allow":
        replayed.changed.append((f"{said.role} text", decision))
