"""Rows of figures, the table that people read, and the list that drives work on rules."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import shown

from .data import Half
from .replay import Asked, Replayed

COLUMNS = (
    ("half", 9),
    ("results", 7),
    ("runs", 4),
    ("calls", 5),
    ("denied", 6),
    ("asks", 4),
    ("asks/run", 8),
    ("asks/call", 9),
    ("untouched", 9),
    ("<=1 ask", 7),
    ("no denial", 9),
    ("changed", 7),
    ("refused", 7),
    ("p50 us", 6),
)


def row(half: Half, results: str, runs: list[Replayed]) -> dict[str, Any]:
    """One row of figures."""
    calls = [asked for run in runs for asked in run.calls]
    asked = [call for call in calls if call.first.outcome == "ask"]
    denied = [call for run in runs for call in run.denials]
    texts = [text for run in runs for text in run.changed]
    return {
        "half": half.name,
        "results": results,
        "runs": len(runs),
        "calls": len(calls),
        "denied": len(denied),
        "asks": len(asked),
        "asks_per_run": len(asked) / max(len(runs), 1),
        "asks_per_call": len(asked) / max(len(calls), 1),
        "untouched": sum(run.untouched for run in runs),
        "at_most_one": sum(run.asks <= 1 and not run.denials for run in runs),
        "no_denial": sum(not run.denials for run in runs),
        "changed": _counted(what for what, decision in texts if decision.allowed),
        "refused": _counted(what for what, decision in texts if not decision.allowed),
        "denied_by_rule": _counted(" ".join(call.rules) for call in denied),
        "asks_by_rule": _counted(" ".join(call.rules) for call in asked),
        "asks_by_tool": _counted(call.call.tool for call in asked),
        "calls_by_tool": _counted(call.call.tool for call in calls),
        "p50_us": round(statistics.median(call.seconds * 1e6 for call in calls)) if calls else 0,
        "amiss": {what: count for what, count in half.amiss.items() if count},
    }


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as text."""
    lines = [" | ".join(name.ljust(width) for name, width in COLUMNS)]
    lines.append("-|-".join("-" * width for _, width in COLUMNS))
    for figures in rows:
        cells = [
            *(figures[key] for key in ("half", "results", "runs", "calls", "denied", "asks")),
            *(f"{figures[key]:.2f}" for key in ("asks_per_run", "asks_per_call")),
            *(figures[key] for key in ("untouched", "at_most_one", "no_denial")),
            *(sum(figures[key].values()) for key in ("changed", "refused")),
            figures["p50_us"],
        ]
        padded = (str(cell).ljust(width) for cell, (_, width) in zip(cells, COLUMNS, strict=True))
        lines.append(" | ".join(padded).rstrip())
    return "\n".join(lines)


def details(figures: Mapping[str, Any]) -> list[str]:
    """What stands behind a row: counts by rule and by tool, and what the records lack."""
    lines = [f"\n{figures['half']}, results as {figures['results']}"]
    for title in ("denied_by_rule", "asks_by_rule", "asks_by_tool", "changed", "refused", "amiss"):
        for what, count in figures[title].items():
            of = f" of {figures['calls_by_tool'][what]}" if title == "asks_by_tool" else ""
            lines.append(f"  {title.replace('_', ' '):14} {count:5}{of}  {what}")
    return lines


def explained(figures: Mapping[str, Any], runs: Iterable[Replayed]) -> list[str]:
    """Every run that was not left alone: what was asked, stopped or changed, and why."""
    lines = []
    for run in runs:
        if run.untouched:
            continue
        lines.append(f"{figures['half']} {figures['results']} {run.id}")
        for asked in run.calls:
            if asked.first.outcome != "allow":
                lines += _call_lines(asked)
        for what, decision in run.changed:
            rules = [reason.rule for reason in decision.reasons]
            found = [f"{finding.rule}@{finding.path}" for finding in decision.findings]
            lines.append(f"  {decision.outcome:6} {what}  {' '.join(rules)}  {' '.join(found[:6])}")
    return lines


def _call_lines(asked: Asked) -> list[str]:
    outcome = asked.first.outcome if asked.final.allowed else "deny"
    head = f"  {outcome:6} {asked.call.tool}  {' '.join(asked.rules)}"
    return [head, *shown.argument_lines(asked.first, asked.call.arguments)]


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(words).most_common())
