"""Runs the evaluation: `python -m traces --data FILE [--json FILE] [--explain]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from shown import Progress

from . import data, report
from .replay import RESULTS, Rails


def main() -> int:
    """Reads the command line, replays, prints."""
    parser = argparse.ArgumentParser(prog="traces", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="recorded runs, as gzipped JSON lines")
    parser.add_argument("--json", type=Path, help="write the rows here")
    parser.add_argument("--explain", action="store_true", help="list what was asked, and from where it came")
    results_help = "how results are handed over; both, where not given"
    parser.add_argument("--results", choices=RESULTS, action="append", help=results_help)
    options = parser.parse_args()
    halves = data.load(options.data)
    kinds = options.results or RESULTS
    # Where no result was recorded, there is nothing to hand over in two ways.
    parts = [(half, kind) for half in halves for kind in kinds if kind == kinds[0] or _has_results(half)]
    progress = Progress(sum(len(half.runs) for half, _ in parts))
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for half, kind in parts:
        rails = Rails(half, kind)
        runs = []
        for run in half.runs:
            runs.append(rails.replay(run))
            progress.step(f"{half.name} {kind}")
        rows.append(report.row(half, kind, runs))
        lines += report.explained(rows[-1], runs)
    if options.explain:
        print("\n".join(lines) + "\n")
    print(report.table(rows))
    print("\n".join(line for figures in rows for line in report.details(figures)))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


def _has_results(half: data.Half) -> bool:
    steps = (step for run in half.runs for step in run.steps)
    return any(isinstance(step, data.Calls) and step.result is not None for step in steps)


if __name__ == "__main__":
    sys.exit(main())
