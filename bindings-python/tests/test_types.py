"""The types are true: the stub is that of the native module, and users' checkers see no `Any`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]

USER = """
from checkrein import Approver, Decision, Error, Guard, MisuseClosedError, Session

guard = Guard(tools="", audit=None)
session: Session = guard.session(user={"id": "alice", "trust": "customer"})
decision: Decision = session.inspect_input({"a": 1}, source="retrieved", uri="https://example.com")
reveal_type(decision.outcome)
reveal_type(decision.findings[0].start)
reveal_type(guard.status()["sessions"])
session.inspect_input("x", source="mail")
session.inspect_output("x", kind="answers")
guard.session(user={"name": "alice"})
Guard(profle="strict")
error: type[Error] = MisuseClosedError


async def main() -> None:
    reveal_type(await session.ainspect_input("x", "user", call_id="c1"))
    await session.ainspect_input("x", "user", callid="c1")
"""


def run(*arguments: str, cwd: Path = PACKAGE) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_the_stub_is_that_of_the_native_module() -> None:
    assert "Success" in run("mypy.stubtest", "checkrein._checkrein")


def test_the_package_is_typed_strictly() -> None:
    assert "Success" in run("mypy")


@pytest.mark.parametrize("folder", ["tests", "../examples/python"])
def test_tests_and_examples_are_typed(folder: str) -> None:
    assert "Success" in run("mypy", folder)


def test_what_users_see(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER, encoding="utf-8")
    said = run("mypy", "--strict", "user.py", cwd=tmp_path)
    for revealed in (
        "Literal['allow'] | Literal['modify'] | Literal['ask'] | Literal['deny']",
        '"int"',
        '"checkrein._decision.Decision"',
    ):
        assert revealed in said, said
    lines = USER.split("\n")
    wrong = {n for n, line in enumerate(lines, 1) if '"mail"' in line or "answers" in line}
    wrong |= {n for n, line in enumerate(lines, 1) if '"name": "alice"' in line or "profle" in line}
    wrong |= {n for n, line in enumerate(lines, 1) if "callid" in line}
    errors = {int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line}
    assert errors == wrong, said
