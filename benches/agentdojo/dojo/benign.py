"""Honest tasks: the user's own calls, through the real environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .host import Host, Rails, Step


@dataclass
class Task:
    """One honest task and its calls."""

    id: str
    steps: list[Step]
    useful: bool

    @property
    def asks(self) -> int:
        """Questions that the user was put."""
        return sum(step.outcome == "ask" for step in self.steps)

    @property
    def denials(self) -> int:
        """Calls that nobody could let through."""
        return sum(step.outcome == "deny" for step in self.steps)


def run(rails: Rails, task: Any) -> Task:
    """Runs one task; the user says yes to what is asked, for it is what they want."""
    suite = rails.suite
    environment = suite.environment(task, {})
    before = environment.model_copy(deep=True)
    host = Host(rails, environment, task.PROMPT)
    steps = [host.call(call, lambda _: True) for call in task.ground_truth(before.model_copy(deep=True))]
    host.close()
    output = [{"type": "text", "content": task.GROUND_TRUTH_OUTPUT}]
    useful = suite.native._check_user_task_utility(task, output, before, environment, host.trace)
    return Task(task.ID, steps, bool(useful))
