"""Decisions: what a verb answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from . import _checkrein

Outcome = Literal["allow", "modify", "ask", "deny"]
Severity = Literal["info", "low", "medium", "high", "critical"]
Verb = Literal["inspect_input", "authorize_tool_call", "inspect_output"]
SourceKind = Literal[
    "user",
    "system",
    "principal",
    "schema",
    "tool_result",
    "retrieved",
    "memory",
    "agent_message",
    "tool_description",
    "model",
    "quoted",
]
OutputKind = Literal["answer", "reasoning", "plan"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's part in a decision. The message is safe to show to the model."""

    rule: str
    policy: str
    message: str
    threats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector observed, never the secret itself.

    `start` and `end` are code points of the text at `path`, a JSON pointer.
    """

    rule: str
    category: str
    severity: Severity
    score: int
    path: str
    start: int
    end: int
    through: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """A place that a value can have come from. `start` and `end` are bytes of that place's text."""

    id: str
    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one argument, or one part of an output, came from."""

    argument: str
    role: str
    integrity: str
    confidentiality: str
    match: str
    linked: bool
    granted: bool
    flagged: bool
    sources: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Obligation:
    """A duty that the host must carry out."""

    id: str
    params: Any = None


@dataclass(frozen=True, slots=True)
class PendingApproval:
    """What an `ask` waits for. `text` is for a human, `expires_at` in ms since the epoch."""

    id: str
    digest: str
    expires_at: int
    text: str


@dataclass(frozen=True, slots=True)
class Controls:
    """Which controls should have run, which did, and which the built-in detectors made needless."""

    due: tuple[str, ...] = ()
    ran: tuple[str, ...] = ()
    unneeded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """The policy in force when this was decided."""

    name: str
    revision: int
    hash: str
    tools: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What kept a verb from deciding: the code of an error, and its message."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class _Facts:
    verb: Verb
    would_be: Outcome | None
    mode: Literal["enforce", "monitor"]
    session: str
    call_id: str | None
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]
    provenance: tuple[Provenance, ...]
    obligations: tuple[Obligation, ...]
    approval: PendingApproval | None
    controls: Controls
    bundle: Bundle
    error: Fault | None


class Decision:
    """What a verb answers. `to_json()` is byte-identical in every language."""

    __slots__ = ("_native", "_read")

    def __init__(self, native: _checkrein.Decision) -> None:
        self._native = native
        self._read: _Facts | None = None

    @property
    def id(self) -> str:
        """The decision's id: of the log, and the number in it."""
        return self._native.id

    @property
    def outcome(self) -> Outcome:
        """`allow`, `modify`, `ask` or `deny`."""
        return cast(Outcome, self._native.outcome)

    @property
    def allowed(self) -> bool:
        """Whether to go on: `allow` or `modify`."""
        return self._native.allowed

    @property
    def content(self) -> Any:
        """What may be used: as given, changed, or `None` where it was refused. A new copy."""
        return self._native.content

    @property
    def arguments(self) -> dict[str, Any] | None:
        """The call's canonical arguments, which the host executes; `None` where refused. A new copy."""
        return self._native.arguments

    @property
    def _facts(self) -> _Facts:
        if self._read is None:
            self._read = _parse(json.loads(self._native.facts()))
        return self._read

    @property
    def verb(self) -> Verb:
        """The verb that answered."""
        return self._facts.verb

    @property
    def would_be(self) -> Outcome | None:
        """What the outcome would have been: in monitor mode, or with watched rules."""
        return self._facts.would_be

    @property
    def mode(self) -> Literal["enforce", "monitor"]:
        """Whether decisions bind."""
        return self._facts.mode

    @property
    def session(self) -> str:
        """The session's id."""
        return self._facts.session

    @property
    def call_id(self) -> str | None:
        """The call that this is about."""
        return self._facts.call_id

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it was decided so."""
        return self._facts.reasons

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What detectors observed."""
        return self._facts.findings

    @property
    def provenance(self) -> tuple[Provenance, ...]:
        """Where the values came from."""
        return self._facts.provenance

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """What the host must do."""
        return self._facts.obligations

    @property
    def approval(self) -> PendingApproval | None:
        """What an `ask` waits for."""
        return self._facts.approval

    @property
    def controls(self) -> Controls:
        """Which controls should have run, and which did."""
        return self._facts.controls

    @property
    def bundle(self) -> Bundle:
        """The policy in force."""
        return self._facts.bundle

    @property
    def error(self) -> Fault | None:
        """What kept the verb from deciding; the outcome is the fail mode's then."""
        return self._facts.error

    def explain(self) -> str:
        """For people: what was decided, why, and where each value came from."""
        return self._native.explain()

    def to_json(self) -> str:
        """Decision JSON v1. Its spans are bytes."""
        return self._native.to_json()

    def __repr__(self) -> str:
        return f"<Decision {self.id}: {self.verb} {self.outcome}>"


@dataclass(frozen=True, slots=True)
class PlanDecision:
    """What a plan is answered with: a decision a call, and one approval for all that ask."""

    id: str
    outcome: Outcome
    decisions: tuple[Decision, ...]
    approval: PendingApproval | None
    _approval: str = field(repr=False, compare=False)

    @classmethod
    def of(cls, id: str, outcome: str, decisions: list[Decision], approval: str | None) -> PlanDecision:
        """Made by `Session.authorize_plan`."""
        pending = None if approval is None else PendingApproval(**json.loads(approval))
        return cls(id, cast(Outcome, outcome), tuple(decisions), pending, approval or "null")

    def to_json(self) -> str:
        """Plan JSON v1, byte-identical in every language."""
        decisions = ",".join(decision.to_json() for decision in self.decisions)
        head = f'{{"v":1,"id":{_checkrein.to_json(self.id)},"outcome":"{self.outcome}"'
        return f'{head},"decisions":[{decisions}],"approval":{self._approval}}}'


def _parse(read: dict[str, Any]) -> _Facts:
    def made(kind: Any, item: dict[str, Any]) -> Any:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in item.items()})

    def origins(item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "sources": [Origin(**source) for source in item["sources"]]}

    return _Facts(
        verb=read["verb"],
        would_be=read["would_be"],
        mode=read["mode"],
        session=read["session"],
        call_id=read["call_id"],
        reasons=tuple(made(Reason, item) for item in read["reasons"]),
        findings=tuple(made(Finding, item) for item in read["findings"]),
        provenance=tuple(made(Provenance, origins(item)) for item in read["provenance"]),
        obligations=tuple(Obligation(**item) for item in read["obligations"]),
        approval=read["approval"] and PendingApproval(**read["approval"]),
        controls=made(Controls, read["controls"]),
        bundle=Bundle(**read["bundle"]),
        error=read["error"] and Fault(**read["error"]),
    )
