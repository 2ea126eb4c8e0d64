"""Rows of figures, and the table that people read."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import tampering
from .attacks import Pair
from .benign import Task


@dataclass
class Tally:
    """All that was measured of one suite with one kind of manifest."""

    manifests: str
    suite: str
    tasks: list[Task] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    tries: list[tampering.Try] = field(default_factory=list)
    #: Calls that the adaptive attacker tried, and those that passed, by task.
    forgeries: int = 0
    forged: list[tuple[str, Any, Any]] = field(default_factory=list)
    text_only: list[int] = field(default_factory=lambda: [0, 0])


def joined(tallies: Iterable[Tally], manifests: str) -> Tally:
    """All suites together."""
    whole = Tally(manifests, "all")
    for tally in tallies:
        whole.tasks += tally.tasks
        whole.pairs += tally.pairs
        whole.tries += tally.tries
        whole.forgeries += tally.forgeries
        whole.forged += tally.forged
        whole.text_only = [a + b for a, b in zip(whole.text_only, tally.text_only, strict=True)]
    return whole


def row(tally: Tally, wording: str) -> dict[str, Any]:
    """One row of figures."""
    tasks, pairs = tally.tasks, tally.pairs
    times = sorted(step.seconds * 1e6 for task in tasks for step in task.steps)

    def tried(kind: str) -> list[int]:
        of_kind = [attempt for attempt in tally.tries if attempt.kind == kind]
        return [sum(attempt.passed for attempt in of_kind), len(of_kind)]

    return {
        "manifests": tally.manifests,
        "suite": tally.suite,
        "wording": wording,
        "pairs": len(pairs),
        "harm_reject": sum(pair.harm_refused for pair in pairs),
        "harm_rubber_stamp": sum(pair.harm_granted for pair in pairs),
        "attacker_calls_run": sum(pair.effects_ran for pair in pairs),
        "tasks": len(tasks),
        "untouched": sum(task.asks + task.denials == 0 for task in tasks),
        "at_most_one": sum(task.asks <= 1 and task.denials == 0 for task in tasks),
        "no_denial": sum(task.denials == 0 for task in tasks),
        "useful": sum(task.useful for task in tasks),
        "asks_per_task": round(sum(task.asks for task in tasks) / len(tasks), 3) if tasks else 0,
        "p50_us": round(statistics.median(times)) if times else 0,
        "p99_us": round(times[len(times) * 99 // 100]) if times else 0,
        "tampering": {kind: tried(kind) for kind in tampering.KINDS},
        "adaptive": [len(tally.forged), tally.forgeries],
        "text_only": tally.text_only,
    }


COLUMNS = (
    ("manifests", 9),
    ("suite", 9),
    ("pairs", 5),
    ("harm", 4),
    ("stamped", 7),
    ("ran", 4),
    ("tasks", 5),
    ("untouched", 9),
    ("<=1 ask", 7),
    ("no denial", 9),
    ("asks/task", 9),
    ("p50 us", 6),
    ("literal", 8),
    ("unseen", 8),
    ("other trusted", 13),
    ("adaptive", 9),
)


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as text."""
    lines = [" | ".join(name.ljust(width) for name, width in COLUMNS)]
    lines.append("-|-".join("-" * width for _, width in COLUMNS))
    for figures in rows:
        changed = figures["tampering"]
        cells = [
            figures["manifests"],
            figures["suite"],
            figures["pairs"],
            figures["harm_reject"],
            figures["harm_rubber_stamp"],
            figures["attacker_calls_run"],
            figures["tasks"],
            figures["untouched"],
            figures["at_most_one"],
            figures["no_denial"],
            f"{figures['asks_per_task']:.2f}",
            figures["p50_us"],
            *("/".join(map(str, changed[kind])) for kind in tampering.KINDS),
            "/".join(map(str, figures["adaptive"])),
        ]
        padded = (str(cell).ljust(width) for cell, (_, width) in zip(cells, COLUMNS, strict=True))
        lines.append(" | ".join(padded))
    return "\n".join(line.rstrip() for line in lines)
