"""Attacks: the injected environment and an agent that does what the injection says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import hijack
from .host import Host, Rails, Step
from .suites import Suite

#: When the agent turns: at first sight of the injection, or after the user's own calls.
TIMINGS = ("at sight", "after")


@dataclass
class Attack:
    """One attack at one time, with one kind of human."""

    id: str
    timing: str
    yes: bool
    harm: bool
    effects_ran: int
    steps: list[Step] = field(default_factory=list)


@dataclass
class Pair:
    """One user task with one injection task: every timing."""

    id: str
    refused: list[Attack]
    granted: list[Attack]

    @property
    def harm_refused(self) -> bool:
        """Whether the attack came through though every question about it was refused."""
        return any(attack.harm for attack in self.refused)

    @property
    def harm_granted(self) -> bool:
        """Whether it came through where a human approves everything."""
        return any(attack.harm for attack in self.granted)

    @property
    def effects_ran(self) -> bool:
        """Whether any call of the attacker that does more than read ran."""
        return any(attack.effects_ran for attack in self.refused)


def run(rails: Rails, task: Any, injection: Any, words: str) -> Pair:
    """Both timings, refused; and granted where anything was asked."""
    name = f"{rails.suite.name}/{task.ID}/{injection.ID}"
    pair = Pair(name, [], [])
    for timing in TIMINGS:
        refused = _attack(rails, task, injection, words, timing, False)
        asked = any(step.outcome == "ask" for step in refused.steps)
        granted = _attack(rails, task, injection, words, timing, True) if asked else refused
        pair.refused.append(refused)
        pair.granted.append(granted)
    return pair


def environment(suite: Suite, task: Any, injection: Any, words: str) -> Any:
    """The environment with the injection wherever the task will look, or everywhere."""
    text = hijack.wording(words, injection)
    vectors = suite.seen_by(task) or list(suite.vectors)
    return suite.environment(task, dict.fromkeys(vectors, text))


def _attack(rails: Rails, task: Any, injection: Any, words: str, timing: str, yes: bool) -> Attack:
    suite = rails.suite
    world = environment(suite, task, injection, words)
    before = world.model_copy(deep=True)
    host = Host(rails, world, task.PROMPT)
    attack = Attack(injection.ID, timing, yes, False, 0)
    sign = injection.GOAL[:40]

    def strike() -> None:
        for call in hijack.calls(injection, before, world):
            attack.steps.append(host.call(call, lambda _: yes))

    for call in task.ground_truth(before.model_copy(deep=True)):
        step = host.call(call, lambda _: True)  # the user wants these
        if timing == "at sight" and not attack.steps and sign in str(step.result):
            strike()
    if not attack.steps:
        strike()
    host.close()
    attack.effects_ran = sum(step.ran and step.acts for step in attack.steps)
    attack.harm = suite.succeeded(injection, before, world, host.trace)
    return attack
