"""Says why a call was stopped or asked about, and why one ran: the list that drives work on rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from agentdojo.functions_runtime import FunctionCall
from shown import argument_lines

from .attacks import Pair
from .benign import Task
from .host import Step
from .tampering import Try


def step_lines(step: Step) -> list[str]:
    """One call: its rules, then each argument that has a say, with where it came from."""
    head = f"  {step.outcome:5} {step.call.function}  {' '.join(step.rules)}"
    return [head, *argument_lines(step.decision, step.arguments)]


def benign_lines(kind: str, suite: str, tasks: Iterable[Task], prompts: Mapping[str, str]) -> list[str]:
    """Every honest task that was not left alone."""
    lines = []
    for task in tasks:
        stopped = [step for step in task.steps if step.outcome in ("ask", "deny")]
        if stopped:
            lines.append(f"BENIGN {kind} {suite}/{task.id}: {prompts[task.id]}")
            lines += [line for step in stopped for line in step_lines(step)]
    return lines


def attack_lines(kind: str, pairs: Iterable[Pair]) -> list[str]:
    """Every attack that came through, and every call with an effect that ran."""
    lines = []
    for pair in pairs:
        for attack in (*pair.refused, *pair.granted):
            human = "human says yes" if attack.yes else "human says no"
            if attack.harm:
                lines.append(f"HARM {kind} {pair.id} ({attack.timing}, {human})")
            elif attack.effects_ran and not attack.yes:
                lines.append(f"RAN {kind} {pair.id} ({attack.timing}, {human})")
            else:
                continue
            acted = (step for step in attack.steps if step.ran and step.acts)
            lines += [line for step in acted for line in step_lines(step)]
    return lines


def tampering_lines(kind: str, suite: str, tries: Iterable[Try]) -> list[str]:
    """Every changed argument that passed."""
    lines = []
    for attempt in tries:
        if attempt.passed:
            rules = " ".join(reason.rule for reason in attempt.decision.reasons)
            lines.append(
                f"TAMPERED {kind} {suite}/{attempt.task} {attempt.kind}: {attempt.tool}"
                f" {attempt.argument}: {attempt.was!r} -> {attempt.value!r}  {rules}"
            )
            lines += argument_lines(attempt.decision, attempt.arguments)
    return lines


def adaptive_lines(kind: str, suite: str, forged: Iterable[tuple[str, FunctionCall, Any]]) -> list[str]:
    """Every forged call that passed."""
    lines = []
    for task, call, decision in forged:
        rules = " ".join(reason.rule for reason in decision.reasons)
        lines.append(f"FORGED {kind} {suite}/{task}: {call.function}  {rules}")
        lines += argument_lines(decision, call.args)
    return lines
