"""The examples run, and stop what they say they stop."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "python"


@pytest.mark.parametrize("name", ["agent.py", "langchain_agent.py"])
def test_example(name: str) -> None:
    done = subprocess.run([sys.executable, EXAMPLES / name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "a person reads: " in said
    assert "sent to bob@example.com" in said and "sent to eve@evil.example" not in said
    assert "Our key is [secret], keep it." in said and "ghp_" not in said
    assert "is gone" not in said


def test_a_decision_point_of_the_organisation() -> None:
    program = EXAMPLES / "decision_point.py"
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "pay 12000: allow",
        "pay 90000: ask",
        "pay 9000000: deny",
        "the decision point is gone: deny, the decision point gave no answer",
    ]
