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
