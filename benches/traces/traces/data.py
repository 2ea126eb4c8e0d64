"""The recorded runs, as steps of a host. What cannot be read is counted, and never guessed."""

from __future__ import annotations

import ast
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

#: How tau-bench's environment says that a call failed.
_FAILED = "Error"


@dataclass
class Says:
    """A text: what the system or the user says goes in, what the assistant says goes out."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass
class Calls:
    """A call with its result as text; none where the record has none."""

    tool: str
    arguments: dict[str, Any]
    result: str | None = None
    failed: bool = False


Step = Says | Calls


@dataclass
class Run:
    """One conversation."""

    id: str
    steps: list[Step]


@dataclass
class Half:
    """The runs of one source, and what of them could not be read."""

    name: str
    runs: list[Run] = field(default_factory=list)
    amiss: Counter[str] = field(default_factory=Counter)


def load(path: Path) -> list[Half]:
    """Both halves: conversations with results, and sequences of calls without."""
    talks, sequences = Half("tau-bench"), Half("BFCL")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if "messages" in row:
                talks.runs.append(Run(row["id"], list(_talk(row["messages"], talks.amiss))))
            elif "calls" in row:
                sequences.runs.append(Run(row["id"], list(_sequence(row, sequences.amiss))))
    return [half for half in (talks, sequences) if half.runs]


def _talk(messages: list[dict[str, Any]], amiss: Counter[str]) -> Iterator[Step]:
    waiting: list[Calls] = []
    for message in messages:
        role, text = message["role"], message.get("text") or ""
        if role == "tool":
            answered = next((call for call in waiting if call.tool == message.get("tool")), None)
            if answered is None:
                amiss["results without a call"] += 1
                continue
            waiting.remove(answered)
            answered.result, answered.failed = text, text.startswith(_FAILED)
            yield answered
            continue
        # A call is a step where its result stands; one without any, where the talk goes on.
        amiss["calls without a result"] += len(waiting)
        yield from waiting
        waiting = []
        if text:
            yield Says(role, text)
        for call in message.get("tool_calls") or []:
            try:
                arguments = json.loads(call["args"])
            except ValueError:
                arguments = None
            if isinstance(arguments, dict):
                waiting.append(Calls(call["name"], arguments))
            else:
                amiss["calls whose arguments are no JSON object"] += 1
    amiss["calls without a result"] += len(waiting)
    yield from waiting


def _sequence(row: dict[str, Any], amiss: Counter[str]) -> Iterator[Step]:
    if len(row["users"]) != len(row["calls"]):
        amiss["runs with more turns than texts, or fewer"] += 1
    for texts, calls in zip(row["users"], row["calls"], strict=False):
        yield from (Says("user", text) for text in texts)
        for written in calls:
            call = _call(written, amiss)
            if call is not None:
                amiss["calls without a result"] += 1
                yield call


def _call(written: str, amiss: Counter[str]) -> Calls | None:
    """A call that is written as Python."""
    try:
        read = ast.parse(written, mode="eval").body
        if not isinstance(read, ast.Call) or not isinstance(read.func, ast.Name):
            raise ValueError(written)
        arguments = {name.arg: ast.literal_eval(name.value) for name in read.keywords if name.arg}
    except (SyntaxError, ValueError):
        amiss["calls that cannot be read"] += 1
        return None
    if read.args or len(arguments) != len(read.keywords):
        # Which argument it is, only the tool's schema would say.
        amiss["calls left out, with arguments that have no name"] += 1
        return None
    return Calls(read.func.id, arguments)
