"""Streams: answers that leave piece by piece, and calls whose arguments arrive piece by piece."""

from __future__ import annotations

import codecs
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _checkrein
from ._decision import Decision, OutputKind
from .errors import (
    LimitArgumentsError,
    LimitDepthError,
    LimitTextError,
    MisuseClosedError,
    MisuseTypeError,
    ValueDuplicateKeyError,
    ValueNumberError,
    ValueSyntaxError,
    ValueUtf8Error,
)

if TYPE_CHECKING:
    from ._session import Session


class OutputStream:
    """An answer that leaves piece by piece: what `push` gives may go out at once.

    With detectors of the host, which need the whole text, everything is held back until `finish`.
    """

    def __init__(self, session: Session, kind: OutputKind, audience: list[str] | None) -> None:
        self._native = session._native.output_stream(kind, audience)
        self._lock = threading.Lock()
        self._whole = _Whole(session.guard.limit("text"), LimitTextError) if session.guard.detectors else None
        self._finish: Callable[[str], Decision] = lambda text: session.inspect_output(
            text, kind=kind, audience=audience
        )
        #: The decision over all of it, once the stream has ended.
        self.decision: Decision | None = None
        #: Whether the stream was refused: nothing follows.
        self.denied = False

    def push(self, chunk: str | bytes) -> str:
        """Takes the next piece; gives what may go out at once. `bytes` may split a character."""
        with self._lock:
            if self._whole is not None:
                self._whole.push(chunk)
                return ""
            try:
                text, self.denied = self._native.push(chunk)
            except (LimitTextError, ValueUtf8Error):
                self.denied = True
                raise
            return text

    def finish(self) -> str:
        """Ends the stream; gives what may still go out. `decision` is set then."""
        with self._lock:
            if self._whole is not None:
                self.decision = self._finish(self._whole.take())
                tail = self.decision.content if self.decision.allowed else ""
            else:
                tail, decision = self._native.finish()
                self.decision = Decision(decision)
            self.denied = not self.decision.allowed
            return str(tail)


class CallStream:
    """A call whose arguments arrive piece by piece, as JSON text. Nothing is decided before `finish`."""

    def __init__(self, session: Session, tool: str, call_id: str | None) -> None:
        self._native: _checkrein.CallStream = session._native.call_stream(tool, call_id)
        self._lock = threading.Lock()
        limit = session.guard.limit("arguments")
        self._whole = _Whole(limit, LimitArgumentsError) if session.guard.detectors else None
        self._finish: Callable[[Any], Decision] = lambda arguments: session.authorize_tool_call(
            tool, arguments, call_id=call_id
        )

    def push(self, delta: str | bytes) -> None:
        """Takes the next piece of the arguments."""
        with self._lock:
            (self._native if self._whole is None else self._whole).push(delta)

    def finish(self) -> Decision:
        """Authorizes the whole call."""
        with self._lock:
            if self._whole is None:
                return Decision(self._native.finish())
            return self._finish(_strict(self._whole.take() or "{}"))


class _Whole:
    """Text that is kept until it is whole, up to a limit."""

    def __init__(self, limit: int, error: type[LimitTextError] | type[LimitArgumentsError]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._limit, self._error = limit, error
        self._pieces: list[str] | None = []
        self._size = 0

    def push(self, chunk: str | bytes) -> None:
        if not isinstance(chunk, (str, bytes)):
            raise MisuseTypeError("a chunk is `str` or `bytes`")
        if self._pieces is None:
            raise MisuseClosedError("the stream has ended")
        self._size += len(chunk)
        if self._size > self._limit:
            self._pieces = None
            raise self._error(f"the stream is larger than {self._limit}")
        self._pieces.append(chunk if isinstance(chunk, str) else self._decode(chunk, final=False))

    def take(self) -> str:
        if self._pieces is None:
            raise MisuseClosedError("the stream has ended")
        text = "".join(self._pieces) + self._decode(b"", final=True)
        self._pieces = None
        return text

    def _decode(self, chunk: bytes, final: bool) -> str:
        try:
            return self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._pieces = None
            raise ValueUtf8Error("the stream is not UTF-8") from None


def _strict(text: str) -> Any:
    """JSON as the library reads it: no key twice, no number that is none."""

    def entries(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueDuplicateKeyError("a key stands twice")
        return dict(pairs)

    def constant(_: str) -> Any:
        raise ValueNumberError("a number is not finite")

    try:
        return json.loads(text, object_pairs_hook=entries, parse_constant=constant)
    except json.JSONDecodeError:
        raise ValueSyntaxError("the arguments are not JSON") from None
    except RecursionError:
        raise LimitDepthError("the arguments are nested too deeply") from None
