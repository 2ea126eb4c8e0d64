"""After a fork, the child knows nothing for sure."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

import pytest
from checkrein import Approver, Asked, Error, Guard, Match
from conftest import TOOLS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")


def in_child(check: Callable[[], None]) -> None:
    child = os.fork()
    if child == 0:
        try:
            check()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def watcher(asked: Asked) -> list[Match]:
    return []


def test_sessions_are_resumed_and_approvals_void() -> None:
    guard = Guard(tools=TOOLS, detectors=[watcher])
    session = guard.session(user="alice")
    session.inspect_input("Send bob@example.com a mail.", "user")
    grounded = session.authorize_tool_call("send_mail", {"to": "bob@example.com"}, call_id="c1")
    assert grounded.outcome == "allow"
    asked = session.authorize_tool_call("unknown", {}, call_id="c2")
    assert asked.outcome == "ask" and asked.approval is not None
    pending = asked.approval

    def child() -> None:
        again = session.authorize_tool_call("send_mail", {"to": "bob@example.com"}, call_id="c1")
        assert again.outcome in ("ask", "deny"), again
        assert again.id != grounded.id
        try:
            Approver(guard).approve(pending.id, digest=pending.digest, approver="carol")
        except Error as error:
            assert error.code.startswith("approval/"), error
        else:
            raise AssertionError("a child approved what its parent asked")

    in_child(child)
    # The parent goes on as before.
    again = session.authorize_tool_call("send_mail", {"to": "bob@example.com"}, call_id="c1")
    assert again.id == grounded.id
    Approver(guard).approve(pending.id, digest=pending.digest, approver="carol")
    assert session.authorize_tool_call("unknown", {}, call_id="c2").outcome == "allow"


def test_parent_and_child_write_logs_of_their_own(tmp_path: object) -> None:
    guard = Guard(audit=f"{tmp_path}/audit", tools=TOOLS)
    session = guard.session()
    before = session.inspect_output("before")

    def child() -> None:
        decision = session.inspect_output("in the child")
        assert decision.outcome == "allow", decision.error
        guard.sync()

    in_child(child)
    after = session.inspect_output("after")
    assert after.outcome == "allow", after.error
    assert before.id.split("-")[0] == after.id.split("-")[0]
    guard.close()
