"""Sessions: one agent run, and the three verbs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from . import _checkrein
from ._decision import Decision, OutputKind, PlanDecision, SourceKind, Verb
from ._detect import Asked, Text
from ._stream import CallStream, OutputStream
from .errors import MisuseArgumentError, MisuseTypeError

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import NotRequired, Self, Unpack

    from ._guard import Guard

#: Characters above which the `a...` twins decide on another thread, so that the event loop goes on.
INLINE = 64 * 1024
#: What an envelope is sealed for.
Purpose = Literal["memory", "message", "result"]
#: Where no content is given: `None` is one.
ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "<absent>"})()


class Part(TypedDict, total=False):
    """One part of a content: `content`, or `media_type` and `sha256` for what is not text."""

    content: Any
    media_type: str
    sha256: str
    source: SourceKind
    name: str | None
    uri: str | None


class _Tool(TypedDict):
    tool: str
    arguments: Any


class PlannedCall(_Tool, total=False):
    """A call of a plan: see `Session.authorize_plan`."""

    call_id: str | None
    trace: str | None


class Message(Part, total=False):
    """A message that a session saw before: see `Session.restore`."""

    call_id: str | None
    is_error: bool
    parts: Sequence[Part]


class PreparedText(TypedDict):
    """A text that host code may look at: see `Text`."""

    path: str
    text: str
    score: int | None
    unsure: bool


class Prepared(TypedDict):
    """What host code between `prepare` and `commit` needs to know."""

    texts: list[PreparedText]
    context: dict[str, Any] | None
    epoch: int


class HostResults(TypedDict, total=False):
    """What host code found between `prepare` and `commit`. Spans are bytes."""

    ran: Sequence[str]
    failed: Sequence[tuple[str, str]]
    findings: Sequence[Mapping[str, Any]]
    answers: Sequence[Mapping[str, Any]]


if TYPE_CHECKING:

    class InputOptions(TypedDict):
        """The keywords of `inspect_input`."""

        name: NotRequired[str | None]
        uri: NotRequired[str | None]
        call_id: NotRequired[str | None]
        is_error: NotRequired[bool]
        parts: NotRequired[Sequence[Part] | None]
        trace: NotRequired[str | None]
        envelope: NotRequired[str | None]

    class CallOptions(TypedDict):
        """The keywords of `authorize_tool_call`."""

        call_id: NotRequired[str | None]
        trace: NotRequired[str | None]

    class OutputOptions(TypedDict):
        """The keywords of `inspect_output`."""

        kind: NotRequired[OutputKind]
        audience: NotRequired[Iterable[str] | None]
        trace: NotRequired[str | None]


class Session:
    """One agent run. Made by `Guard.session`; shared by threads; a context manager that closes it."""

    def __init__(self, guard: Guard, native: _checkrein.Session) -> None:
        self._native = native
        #: The guard that this is a session of.
        self.guard = guard

    @property
    def id(self) -> str:
        """The session's id."""
        return self._native.id

    def inspect_input(
        self,
        content: Any = ABSENT,
        source: SourceKind | None = None,
        *,
        name: str | None = None,
        uri: str | None = None,
        call_id: str | None = None,
        is_error: bool = False,
        parts: Sequence[Part] | None = None,
        trace: str | None = None,
        envelope: str | None = None,
    ) -> Decision:
        """Inspects what is about to enter the model's context, and remembers where it came from.

        Give `content` and its `source`, or `parts` that each have one. A tool's result belongs to its
        call through `call_id`; the text of its error is a result too, with `is_error`. What comes back from
        memory or another agent has the `envelope` that `seal` gave.
        """
        if content is ABSENT:
            if parts is None:
                raise MisuseArgumentError("give `content` or `parts`")
            content = None
        rest: dict[str, Any] = {"source": source, "name": name, "uri": uri, "call_id": call_id, "trace": trace}
        rest |= {"parts": parts, "is_error": is_error, "envelope": envelope}
        return self._decide("inspect_input", content, rest)

    def authorize_tool_call(
        self, tool: str, arguments: Any, *, call_id: str | None = None, trace: str | None = None
    ) -> Decision:
        """Decides whether the agent may do this. Execute the decision's `arguments`, not your own copy.

        `tool` is `[server/]name`. The same `call_id` with the same arguments is one call until its
        result was inspected or reported.
        """
        return self._decide(
            "authorize_tool_call", arguments, {"tool": tool, "call_id": call_id, "trace": trace}
        )

    def inspect_output(
        self,
        content: Any,
        *,
        kind: OutputKind = "answer",
        audience: Iterable[str] | None = None,
        trace: str | None = None,
    ) -> Decision:
        """Inspects what is about to leave. `audience` are those who will read it; else the user."""
        rest = {"kind": kind, "audience": _readers(audience), "trace": trace}
        return self._decide("inspect_output", content, rest)

    def authorize_plan(self, calls: Iterable[PlannedCall], *, trace: str | None = None) -> PlanDecision:
        """Decides the calls of a plan as they stand now, with one question for all that ask.

        Nothing may run by it: authorize each call when it comes. A yes approves exactly these calls, once.
        """
        planned = [dict(call) for call in calls]
        id, outcome, decisions, approval = self._native.plan(planned, trace)
        return PlanDecision.of(id, outcome, [Decision(decision) for decision in decisions], approval)

    def seal(
        self,
        content: Any,
        *,
        audience: Iterable[str] | None = None,
        purpose: Purpose = "memory",
        expires_s: int | None = None,
        readers: Iterable[str] | None = None,
    ) -> str:
        """Seals what is known of a content that leaves for memory or another agent: JSON text.

        Keep it beside the content, and give both to `inspect_input` where the content is read again.
        `audience` are the agents that may open it, `readers` the users who may read what is private in it.
        """
        sealed: str = self._invoke(
            "seal",
            content=content,
            audience=_readers(audience),
            purpose=purpose,
            expires_s=expires_s,
            readers=_readers(readers),
        )
        return sealed

    def derive(
        self,
        text: str,
        sources: Iterable[str] | None = None,
        *,
        name: str | None = None,
        trace: str | None = None,
    ) -> Decision:
        """Takes a text that a model made of `sources` (ids; all that was read where none are named).

        It is worth what they are worth together, and never more than the model's own words.
        """
        rest = {"sources": _readers(sources), "name": name, "trace": trace}
        rest = {key: value for key, value in rest.items() if value is not None}
        return Decision(self._native.decide("derive", text, rest))

    async def ainspect_input(
        self, content: Any = ABSENT, source: SourceKind | None = None, **options: Unpack[InputOptions]
    ) -> Decision:
        """`inspect_input`, on another thread where the content is large."""
        size = options.get("parts") if content is ABSENT else content
        if self._blocks(size):
            return await asyncio.to_thread(self.inspect_input, content, source, **options)
        return self.inspect_input(content, source, **options)

    async def aauthorize_tool_call(
        self, tool: str, arguments: Any, **options: Unpack[CallOptions]
    ) -> Decision:
        """`authorize_tool_call`, on another thread where the arguments are large."""
        if self._blocks(arguments):
            return await asyncio.to_thread(self.authorize_tool_call, tool, arguments, **options)
        return self.authorize_tool_call(tool, arguments, **options)

    async def aauthorize_plan(
        self, calls: Iterable[PlannedCall], *, trace: str | None = None
    ) -> PlanDecision:
        """`authorize_plan`, on another thread where the arguments are large."""
        planned = list(calls)
        if self._blocks([call["arguments"] for call in planned]):
            return await asyncio.to_thread(self.authorize_plan, planned, trace=trace)
        return self.authorize_plan(planned, trace=trace)

    async def aderive(
        self,
        text: str,
        sources: Iterable[str] | None = None,
        *,
        name: str | None = None,
        trace: str | None = None,
    ) -> Decision:
        """`derive`, on another thread where the text is large."""
        if self._blocks(text):
            return await asyncio.to_thread(self.derive, text, sources, name=name, trace=trace)
        return self.derive(text, sources, name=name, trace=trace)

    async def ainspect_output(self, content: Any, **options: Unpack[OutputOptions]) -> Decision:
        """`inspect_output`, on another thread where the content is large."""
        if self._blocks(content):
            return await asyncio.to_thread(self.inspect_output, content, **options)
        return self.inspect_output(content, **options)

    def output_stream(
        self, *, kind: OutputKind = "answer", audience: Iterable[str] | None = None
    ) -> OutputStream:
        """A stream for an answer that leaves piece by piece."""
        return OutputStream(self, kind, _readers(audience))

    def call_stream(self, tool: str, *, call_id: str | None = None) -> CallStream:
        """A stream for a call whose arguments arrive piece by piece."""
        return CallStream(self, tool, call_id)

    def spawn(self, agent: str, *, goal: str | None = None) -> Session:
        """A sub-agent: it acts for this one, knows what this one saw, and spends the same budgets."""
        return Session(self.guard, self._native.spawn(agent, goal))

    def restore(self, messages: Iterable[Message]) -> None:
        """Gives a resumed session its history again: what the model saw, oldest first."""
        self._invoke("restore", messages=[dict(message) for message in messages])

    def start(self, decision: Decision | str) -> None:
        """Marks an allowed call as begun: once, while it is fresh and nothing was stopped."""
        self._invoke("start", decision=decision.id if isinstance(decision, Decision) else decision)

    def report_result(self, call_id: str, ok: bool = True) -> None:
        """Says what became of an allowed call whose result never goes through `inspect_input`."""
        self._invoke("report_result", call_id=call_id, ok=ok)

    def prepare(self, verb: Verb, request: Mapping[str, Any]) -> Prepared:
        """What code of the host needs to look at a request itself. Nothing is decided."""
        prepared: Prepared = self._invoke("prepare", verb=verb, request=dict(request))
        return prepared

    def commit(
        self, verb: Verb, request: Mapping[str, Any], epoch: int, host: HostResults | None = None
    ) -> Decision:
        """Decides a prepared request with what code of the host found."""
        rest = dict(request)
        payload = rest.pop("arguments" if verb == "authorize_tool_call" else "content", None)
        decided = self._native.decide(verb, payload, rest, epoch, _checkrein.to_json(dict(host or {})))
        return Decision(decided)

    def call(self, method: str, request: str) -> str:
        """The JSON interface: a method by name, its request and its answer as JSON text."""
        return self._native.call(method, request)

    def close(self) -> None:
        """Ends the session: its state is forgotten, its pending approvals are void."""
        self._invoke("close")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Session {self.id}>"

    def _invoke(self, method: str, **arguments: Any) -> Any:
        return json.loads(self._native.call(method, _checkrein.to_json(arguments)))

    def _decide(self, verb: Verb, payload: Any, rest: dict[str, Any]) -> Decision:
        rest = {key: value for key, value in rest.items() if value is not None and value is not False}
        detectors = self.guard.detectors
        if not detectors:
            return Decision(self._native.decide(verb, payload, rest))
        request = dict(rest)
        if "parts" not in rest or payload is not None:
            request["arguments" if verb == "authorize_tool_call" else "content"] = payload
        prepared = self.prepare(verb, request)
        texts = tuple(Text(**text) for text in prepared["texts"])
        host = detectors.run(Asked(verb, texts, rest, prepared["context"]))
        return Decision(self._native.decide(verb, payload, rest, prepared["epoch"], _checkrein.to_json(host)))

    def _blocks(self, payload: Any) -> bool:
        """Whether deciding about this takes long enough to be done beside the event loop."""
        return self.guard.blocks or _is_large(payload)


def _readers(audience: Iterable[str] | None) -> list[str] | None:
    if isinstance(audience, str):  # it would be read as a list of letters
        raise MisuseTypeError("names are given as a list")
    return None if audience is None else list(audience)


def _is_large(payload: Any) -> bool:
    size, open_ = 0, [payload]
    while open_ and size <= INLINE:
        item = open_.pop()
        if isinstance(item, str):
            size += len(item)
        elif isinstance(item, Mapping):
            size += len(item)
            open_ += [*item.keys(), *item.values()]
        elif isinstance(item, (list, tuple)):
            size += len(item)
            open_ += item
        elif item is not None and not isinstance(item, (bool, int, float)):
            return True  # a model or a dataclass: its size is not known before it is read
    return size > INLINE
