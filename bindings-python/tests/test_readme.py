"""What a README shows, runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks() -> list[Any]:
    found = []
    for file in (ROOT / "README.md", ROOT / "bindings-python" / "README.md"):
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        for n, block in enumerate(BLOCK.findall(text)):
            found.append(pytest.param(block, id=f"{file.relative_to(ROOT)}-{n}"))
    return found


@pytest.mark.parametrize("block", blocks())
def test_block(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})
