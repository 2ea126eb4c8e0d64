"""What the evaluations show alike: a bar of progress, and where each argument of a call came from."""

from __future__ import annotations

import json
import sys
from typing import Any


class Progress:
    """A bar on standard error, so that the table can be piped away."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._shown = total, 0, -1

    def step(self, what: str) -> None:
        """One more run is done."""
        self._done += 1
        percent = self._done * 100 // max(self._total, 1)
        if percent != self._shown and sys.stderr.isatty() or percent // 10 != self._shown // 10:
            bar = "#" * (percent // 4)
            end = "\r" if sys.stderr.isatty() else "\n"
            sys.stderr.write(f"[{bar:<25}] {percent:3}% {what:<40}{end}")
            sys.stderr.flush()
        self._shown = percent


def value_at(arguments: Any, pointer: str) -> Any:
    """The value at a JSON pointer."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        try:
            arguments = arguments[int(key)] if isinstance(arguments, list) else arguments[key]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return arguments


def argument_lines(decision: Any, arguments: Any) -> list[str]:
    """Each argument that has a say, with where it came from."""
    lines = []
    for entry in json.loads(decision.to_json())["provenance"]:
        value = value_at(arguments, entry["argument"])
        marks = [mark for mark in ("linked", "granted", "flagged") if entry[mark]]
        sources = ", ".join(f"{s['id']}{s['path']}" for s in entry["sources"][:4])
        shown = json.dumps(value, ensure_ascii=False)
        shown = shown if len(shown) <= 110 else shown[:107] + "..."
        lines.append(
            f"        {entry['argument']} ({entry['role']}) = {shown}"
            f"  [{entry['integrity']}, {entry['match']}{''.join(', ' + m for m in marks)}]  {sources}"
        )
    return lines
