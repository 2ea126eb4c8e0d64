"""A disk that is full: nothing is allowed that cannot be recorded, and nothing is lost silently."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from checkrein import Guard
from conftest import TOOLS

resource = pytest.importorskip("resource", reason="this platform has no limits of a process")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit is a signal")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process takes another byte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_cannot_be_recorded_is_denied(tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    guard = Guard(tools=TOOLS, audit=str(audit), durability="sync")
    session = guard.session(user="alice")
    session.inspect_input("Send bob@example.com a mail.", "user")

    def send() -> tuple[str, list[str], str | None]:
        decision = session.authorize_tool_call("send_mail", {"to": "bob@example.com"})
        rules = [reason.rule for reason in decision.reasons]
        return decision.outcome, rules, decision.error.code if decision.error else None

    with full_disk():
        outcome, rules, code = send()
        assert (outcome, code) == ("deny", "record/io")
        assert "core/unrecorded" in rules
    assert guard.status()["dropped_records"] == 1
    outcome, rules, code = send()
    assert (outcome, code) == ("allow", None), rules
    guard.close()


def test_monitor_mode_lets_it_pass_and_says_so(tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    guard = Guard(tools=TOOLS, audit=str(audit), durability="sync", mode="monitor")
    session = guard.session(user="alice")
    session.inspect_input("Send bob@example.com a mail.", "user")
    with full_disk():
        decision = session.authorize_tool_call("send_mail", {"to": "bob@example.com"})
        assert decision.outcome == "allow"
        assert decision.error is not None and decision.error.code == "record/io"
    guard.close()
