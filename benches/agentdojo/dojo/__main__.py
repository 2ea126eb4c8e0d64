"""Runs the evaluation: `python -m dojo [--json FILE] [--explain] [...]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from shown import Progress

from . import adaptive, attacks, benign, explain, hijack, report, tampering
from .host import KINDS, UNGUARDED, Host, Rails
from .suites import SUITES, Suite


def measure(kind: str, suite: Suite, wording: str, parts: list[str], progress: Progress) -> report.Tally:
    """Everything about one suite with one kind of manifest."""
    tally = report.Tally(kind, suite.name)
    rails = Rails(suite, kind)
    for task in suite.native.user_tasks.values():
        name = f"{kind} {suite.name}/{task.ID}"
        if "benign" in parts:
            tally.tasks.append(benign.run(rails, task))
        if "tampering" in parts:
            tally.tries += tampering.run(rails, task)
        if "adaptive" in parts:
            tries = adaptive.run(rails, task)
            tally.forgeries += len(tries)
            tally.forged += [(task.ID, call, decision) for call, decision, passed in tries if passed]
        if "attacks" in parts:
            for injection in suite.native.injection_tasks.values():
                if hijack.is_text_only(suite.name, injection):
                    tally.text_only[0] += says(rails, task, injection, wording)
                    tally.text_only[1] += 1
                else:
                    tally.pairs.append(attacks.run(rails, task, injection, wording))
        progress.step(name)
    return tally


def says(rails: Rails, task: Any, injection: Any, wording: str) -> bool:
    """Whether the attack that only wants something said gets it said."""
    world = attacks.environment(rails.suite, task, injection, wording)
    before = world.model_copy(deep=True)
    host = Host(rails, world, task.PROMPT)
    for call in task.ground_truth(before):
        host.call(call, lambda _: True)
    decision = host.session.inspect_output(f"{task.GROUND_TRUTH_OUTPUT} {injection.GOAL}")
    host.close()
    said = str(decision.content) if decision.allowed else ""
    return bool(injection.security(said, before, world))


def main() -> int:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(prog="dojo", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the rows here")
    parser.add_argument("--explain", action="store_true", help="list what was asked and what came through")
    kinds_help = "both kinds, where not given; `none` guards nothing"
    parser.add_argument("--manifests", choices=(*KINDS, UNGUARDED), action="append", help=kinds_help)
    parser.add_argument("--suite", choices=SUITES, action="append", help="all, where not given")
    parser.add_argument("--wording", choices=hijack.WORDINGS, default="message", help="of the injections")
    parts = ("benign", "attacks", "tampering", "adaptive")
    parser.add_argument("--part", choices=parts, action="append", help="all, where not given")
    options = parser.parse_args()
    suites = [Suite.load(name) for name in options.suite or SUITES]
    kinds = options.manifests or KINDS
    progress = Progress(len(kinds) * sum(len(suite.native.user_tasks) for suite in suites))
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for kind in kinds:
        tallies = [
            measure(kind, suite, options.wording, options.part or list(parts), progress) for suite in suites
        ]
        whole = report.joined(tallies, kind)
        rows += [report.row(tally, options.wording) for tally in (whole, *tallies)]
        for suite, tally in zip(suites, tallies, strict=True):
            prompts = {task.ID: task.PROMPT for task in suite.native.user_tasks.values()}
            lines += explain.benign_lines(kind, suite.name, tally.tasks, prompts)
            lines += explain.attack_lines(kind, tally.pairs)
            lines += explain.tampering_lines(kind, suite.name, tally.tries)
            lines += explain.adaptive_lines(kind, suite.name, tally.forged)
    if options.explain:
        print("\n".join(lines) + "\n")
    print(report.table(rows))
    for figures in rows:
        if figures["suite"] == "all" and figures["text_only"][1]:
            said, tried = figures["text_only"]
            print(f"{figures['manifests']}: {said} of {tried} attacks that only want words got them said")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
