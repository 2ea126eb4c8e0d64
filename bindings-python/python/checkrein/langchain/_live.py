"""Sessions of running agents: what was inspected, shown and begun in each."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
from langgraph.types import Command

from .._decision import Decision, SourceKind
from .._guard import Guard
from .._session import Message, Part, Session
from ..errors import MisuseArgumentError, MisuseTypeError
from ._messages import WITHHELD, blocks, key_of, rebuilt, source_of

#: Sessions, and messages of one session, that are remembered; one that is forgotten is inspected again.
_SESSIONS, _MESSAGES = 1024, 16_384

K = TypeVar("K")
V = TypeVar("V")


class _Recent(OrderedDict[K, V]):
    """The newest entries."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._limit:
            self.popitem(last=False)


class Live:
    """One session of a running agent."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._lock = threading.RLock()
        #: By message: what may be read in its place, where that is something else.
        self._verdicts: _Recent[str, BaseMessage | None] = _Recent(_MESSAGES)
        self._went_out: _Recent[str, bool] = _Recent(_MESSAGES)
        self._shown: _Recent[str, dict[int, str]] = _Recent(_MESSAGES)
        self._suspended: _Recent[str, bool] = _Recent(_MESSAGES)

    # Messages

    def admit(
        self, messages: Sequence[BaseMessage], human: SourceKind, known: Mapping[str, SourceKind]
    ) -> tuple[list[BaseMessage], dict[str, SourceKind], Decision | None]:
        """Inspects the messages that are new. Gives those that changed, where human ones came from, and
        the decision that refused a user's."""
        changed: list[BaseMessage] = []
        sources = dict(known)
        refused: Decision | None = None
        for message in messages:
            source = self._source(message, human, sources)
            if isinstance(message, HumanMessage) and message.id is not None:
                sources[message.id] = source
            read, decision = self._read(message, source)
            if read is not message:
                changed.append(read)
            if decision is not None and not decision.allowed and source == "user":
                refused = decision
        return changed, sources, refused

    def seen(
        self, messages: Sequence[BaseMessage], human: SourceKind, known: Mapping[str, SourceKind]
    ) -> list[Any]:
        """The messages as a model may read them."""
        return [self._read(message, self._source(message, human, known))[0] for message in messages]

    def note(self, message: BaseMessage) -> None:
        """Takes a message for inspected."""
        with self._lock:
            self._verdicts[key_of(message)] = None

    def restore(self, messages: Sequence[BaseMessage], known: Mapping[str, SourceKind]) -> None:
        """Gives the session its history again; human messages of unknown source are left to be inspected."""
        history: list[Message] = []
        for message in messages:
            if isinstance(message, HumanMessage) and message.id not in known:
                continue
            parts = _parts(message, self._source(message, "agent_message", known))
            if parts:
                history.append({"parts": parts})
            self.note(message)
        self.session.restore(history)

    def _source(self, message: BaseMessage, human: SourceKind, known: Mapping[str, SourceKind]) -> SourceKind:
        return source_of(message, known.get(message.id or "", human))

    def _read(self, message: BaseMessage, source: SourceKind) -> tuple[BaseMessage, Decision | None]:
        with self._lock:
            key = key_of(message)
            if key in self._verdicts:
                return self._verdicts[key] or message, None
        return self._inspected(message, source)

    def _inspected(self, message: BaseMessage, source: SourceKind) -> tuple[BaseMessage, Decision | None]:
        parts = _parts(message, source)
        if not parts:
            return message, None
        call_id = message.tool_call_id if isinstance(message, ToolMessage) else None
        failed = isinstance(message, ToolMessage) and message.status == "error"
        decision = self.session.inspect_input(parts=parts, call_id=call_id, is_error=failed)
        content: Any = WITHHELD
        if decision.allowed:
            content = rebuilt(message.content, blocks(message.content), decision.content)
        read = message if content == message.content else message.model_copy(update={"content": content})
        with self._lock:
            self._verdicts[key_of(message)] = None if read is message else read
            self._verdicts[key_of(read)] = None
        return read, decision

    def passed(self, text: str) -> None:
        """Takes note of a text that went out through the guard."""
        with self._lock:
            self._went_out[_digest(text)] = True

    def went_out(self, text: str) -> bool:
        """Whether this very text went out through the guard."""
        with self._lock:
            return _digest(text) in self._went_out

    # Calls

    def show(self, call_id: str | None, turn: int, digest: str) -> None:
        """Takes note of what a person is shown."""
        with self._lock:
            self._shown[call_id or ""] = {**self._shown.get(call_id or "", {}), turn: digest}

    def shown(self, call_id: str | None, turn: int) -> str | None:
        """What a person was shown in this turn, if it was shown by this process."""
        with self._lock:
            return self._shown.get(call_id or "", {}).get(turn)

    def suspend(self, decision: str) -> None:
        """A tool that had begun waits for something, and will begin again."""
        with self._lock:
            self._suspended[decision] = True

    def resumes(self, decision: str) -> bool:
        """Whether the call of this decision had begun, and waits no longer."""
        with self._lock:
            return self._suspended.pop(decision, False)

    def failed(self, call: Any, error: Exception) -> None:
        """A tool raised: the text of its error is a result."""
        self.session.inspect_input(
            str(error), "tool_result", name=call["name"], call_id=call["id"], is_error=True
        )

    def returned(self, call: Any, result: Any) -> Any:
        """What a tool gave, as it may be read."""
        if isinstance(result, ToolMessage):
            read, decision = self._inspected(result, "tool_result")
            if decision is None:  # it said nothing
                self.session.report_result(call["id"], ok=result.status != "error")
            if decision is not None and not decision.allowed:
                return read.model_copy(update={"status": "error"})
            return read
        if isinstance(result, Command):
            return self._commanded(call, result)
        if isinstance(result, list):
            return [self.returned(call, item) for item in result]
        raise MisuseTypeError(f"a tool gave a `{type(result).__name__}`")

    def _commanded(self, call: Any, command: Command[Any]) -> Command[Any]:
        update = command.update
        if not isinstance(update, (dict, type(None))):
            raise MisuseTypeError(f"a tool updates the state with a `{type(update).__name__}`")
        if own := [key for key in update or {} if str(key).startswith("checkrein_")]:
            raise MisuseArgumentError(f"a tool may not set `{own[0]}` in the state")
        messages = (update or {}).get("messages", [])
        answered = False
        read = []
        for message in messages if isinstance(messages, list) else [messages]:
            if not isinstance(message, BaseMessage):
                raise MisuseTypeError(f"a tool adds a `{type(message).__name__}` to the messages")
            answered |= isinstance(message, ToolMessage) and message.tool_call_id == call["id"]
            read.append(self._inspected(message, source_of(message, "agent_message"))[0])
        if not answered:
            self.session.report_result(call["id"])
        if not read:
            return command
        changed: Command[Any] = Command(
            graph=command.graph,
            update={**(update or {}), "messages": read},
            resume=command.resume,
            goto=command.goto,
        )
        return changed

    def refused(self, call: Any, why: str) -> ToolMessage:
        """What the model is told of a call that was refused."""
        message = ToolMessage(content=why, name=call["name"], tool_call_id=call["id"] or "", status="error")
        self.note(message)
        return message


class Table:
    """The live sessions of a middleware, found by what an agent's state says."""

    def __init__(
        self,
        guard: Guard,
        session: Session | Mapping[str, Any] | Callable[[Any], Session | Mapping[str, Any]] | None,
    ) -> None:
        self._guard, self._session = guard, session
        self._lock = threading.RLock()
        self._live: _Recent[str, Live] = _Recent(_SESSIONS)

    def open(self, state: Mapping[str, Any], runtime: Any) -> tuple[Live, dict[str, Any]]:
        """The session of a run, and what the state has to be told of it."""
        if state.get("checkrein_session") is not None:
            return self.get(state, runtime), {}
        live = Live(self._made(runtime, None))
        with self._lock:
            self._live[live.session.id] = live
        return live, {"checkrein_session": live.session.id}

    def get(self, state: Any, runtime: Any) -> Live:
        """The session of a run that has one: live, or opened again with the history that the state has."""
        id = state.get("checkrein_session") if isinstance(state, Mapping) else None
        if not isinstance(id, str):
            raise MisuseArgumentError("the run has no session: `before_agent` of the middleware did not run")
        with self._lock:
            live = self._live.get(id)
            if live is None:
                live = Live(self._made(runtime, id))
                if _is_resumed(live.session):
                    live.restore(state["messages"], state.get("checkrein_sources", {}))
                self._live[id] = live
        return live

    def _made(self, runtime: Any, id: str | None) -> Session:
        options = self._session(runtime) if callable(self._session) else self._session
        if isinstance(options, Session):
            return options
        given = dict(options or {})
        return self._guard.session(**({**given, "id": id} if id is not None else given))


def _parts(message: BaseMessage, source: SourceKind) -> list[Part]:
    return [block.part(source, message.name) for block in blocks(message.content)]


def _is_resumed(session: Session) -> bool:
    request = {"tool": "checkrein", "arguments": {}}
    context = session.prepare("authorize_tool_call", request)["context"] or {}
    return bool(context["session"]["resumed"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
