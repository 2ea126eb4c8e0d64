"""Detectors of the host: Python code that runs in Python, between `prepare` and `commit`.

Nothing of it is called from the native half. What is late or fails is reported as such, and the fail mode
of the policy in force decides what then happens.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Literal

from ._decision import Severity, Verb
from .errors import MisuseTypeError

#: Detectors of one guard that run at once. One that hangs keeps its place until it returns.
PLACES = 16


@dataclass(frozen=True, slots=True)
class Text:
    """One text to look at, and the JSON pointer of where it stands."""

    path: str
    text: str
    #: How much it looks as if it tried to steer the model, 0 to 1000: what the built-in detectors say. None
    #: where they do not look for this.
    score: int | None = None
    #: Whether the score lies between the thresholds `unsure`.
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a detector is asked about."""

    verb: Verb
    #: The texts in it.
    texts: tuple[Text, ...]
    #: The request's other fields: `source` and `name`, `tool`, or `kind`.
    request: dict[str, Any]
    #: For a call: the facts that policy reads.
    context: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What a detector found. `start` and `end` are code points of the text at `path`."""

    rule: str
    severity: Severity = "medium"
    score: int = 1000
    path: str = ""
    start: int = 0
    end: int = 0
    #: `injection` counts as the built-in detectors' own; `custom` is for rules of your policy.
    category: Literal["custom", "injection"] = "custom"


@dataclass(frozen=True)
class Detector:
    """A callable with a name, and a deadline in seconds: the limit `plugin_deadline_ms` where none is given.

    Decisions show it as the control `host/<name>`. With `where="unsure"` it is given those texts alone of
    which the built-in detectors are unsure, and is not run where there is none: `controls.unneeded` says so
    then.
    """

    find: Callable[[Asked], Iterable[Match]]
    name: str = ""
    deadline: float | None = None
    where: Literal["everywhere", "unsure"] = "everywhere"

    def __post_init__(self) -> None:
        if not callable(self.find):
            raise MisuseTypeError("a detector is a callable")
        if self.where not in ("everywhere", "unsure"):
            raise MisuseTypeError('`where` is "everywhere" or "unsure"')
        if not self.name:
            name = getattr(self.find, "name", None) or getattr(self.find, "__name__", None)
            if not isinstance(name, str) or name == "<lambda>":
                raise MisuseTypeError("a detector has a name: `Detector(find, name=...)`")
            object.__setattr__(self, "name", name)


class Detectors:
    """The detectors of one guard, and the threads they run on."""

    def __init__(
        self, detectors: Iterable[Detector | Callable[[Asked], Iterable[Match]]], deadline: float
    ) -> None:
        made = (d if isinstance(d, Detector) else Detector(d) for d in detectors)
        self.all: Sequence[Detector] = tuple(made)
        self._deadline = deadline
        self._workers = _Workers()

    def __bool__(self) -> bool:
        return bool(self.all)

    def run(self, asked: Asked) -> dict[str, Any]:
        """What ran, what failed, and what was found: the `host` of a commit."""
        began = time.monotonic()
        unsure = replace(asked, texts=tuple(text for text in asked.texts if text.unsure))
        given = [(d, unsure if d.where == "unsure" else asked) for d in self.all]
        running = [
            (d, self._workers.run(lambda d=d, asked=asked: list(d.find(asked))))  # type: ignore[misc]
            for d, asked in given
            if d.where == "everywhere" or asked.texts
        ]
        ran: list[str] = []
        failed: list[tuple[str, str]] = []
        findings: list[dict[str, Any]] = []
        for detector, future in running:
            deadline = self._deadline if detector.deadline is None else detector.deadline
            left = began + deadline - time.monotonic()
            try:
                matches = future.result(timeout=max(left, 0))
                found = [_finding(match, asked) for match in matches]
            except TimeoutError:
                future.cancel()
                failed.append((detector.name, f"was not done after {deadline * 1000:.0f} ms"))
            except Exception as error:  # its message may hold what it looked at
                failed.append((detector.name, f"failed with {type(error).__name__}"))
            else:
                ran.append(detector.name)
                findings += found
        return {"ran": ran, "failed": failed, "findings": findings}


def _finding(match: Match, asked: Asked) -> dict[str, Any]:
    text = next((t.text for t in asked.texts if t.path == match.path), "")
    if not 0 <= match.start <= match.end <= len(text):
        raise ValueError("a match lies outside its text")
    start = len(text[: match.start].encode())
    return {
        "rule": match.rule,
        "severity": match.severity,
        "score": match.score,
        "path": match.path,
        "start": start,
        "end": start + len(text[match.start : match.end].encode()),
        "category": match.category,
    }


class _Workers:
    """Daemon threads, so that a detector that hangs does not keep the process from ending."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fresh()

    def _fresh(self) -> None:
        self._pid = os.getpid()
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._threads = 0
        self._idle = threading.Semaphore(0)

    def run(self, work: Callable[[], list[Match]]) -> Future[list[Match]]:
        if self._pid != os.getpid():  # threads do not survive a fork, and a lock may be held for ever
            self._lock = threading.Lock()
            self._fresh()
        future: Future[list[Match]] = Future()
        with self._lock:
            self._work.put((future, work))
            if not self._idle.acquire(blocking=False) and self._threads < PLACES:
                self._threads += 1
                threading.Thread(target=self._serve, name="checkrein-detector", daemon=True).start()
        return future

    def _serve(self) -> None:
        while True:
            future, work = self._work.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:
                    future.set_exception(error)
            del future, work
            self._idle.release()
