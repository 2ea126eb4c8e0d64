"""One guard, many threads."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import checkrein
from checkrein import Approver, Guard, Session

THREADS = 8


def test_one_call_of_many_threads_is_one_call(session: Session) -> None:
    barrier = threading.Barrier(THREADS)

    def call(_: int) -> str:
        barrier.wait()
        return session.authorize_tool_call("note", {"text": "x"}, call_id="c1").id

    with ThreadPoolExecutor(THREADS) as pool:
        ids = list(pool.map(call, range(THREADS)))
    assert len(set(ids)) == 1
    decided = [id for id in ids if session_open(session, id)]
    assert len(decided) == 1


def session_open(session: Session, decision: str) -> bool:
    try:
        session.start(decision)
    except checkrein.Error:
        return False
    return True


def test_a_budget_is_never_passed() -> None:
    tools = '[tool.pay]\neffects = ["read"]\nowner = { business = "x" }\nlimits = { per_session = 5 }\n'
    with Guard(tools=tools, human=False) as guard:
        session = guard.session()

        def call(n: int) -> bool:
            return session.authorize_tool_call("pay", {"n": n}, call_id=f"c{n}").allowed

        with ThreadPoolExecutor(THREADS) as pool:
            allowed = sum(pool.map(call, range(24)))
    assert 0 < allowed <= 5


def test_an_approval_is_used_once(guard: Guard) -> None:
    session = guard.session()
    asked = session.authorize_tool_call("nobody_described_me", {"x": 1}, call_id="c1")
    assert asked.approval is not None
    barrier = threading.Barrier(THREADS)
    answers: list[str] = []

    def approve(n: int) -> None:
        assert asked.approval is not None
        barrier.wait()
        try:
            Approver(guard).approve(asked.approval.id, digest=asked.approval.digest, approver=f"a{n}")
            answers.append("approved")
        except checkrein.Error as error:
            answers.append(error.code)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(approve, range(THREADS)))
    assert sorted(answers).count("approved") == 1
    assert set(answers) <= {"approved", "approval/used"}
    first = session.authorize_tool_call("nobody_described_me", {"x": 1}, call_id="c1")
    assert first.outcome == "allow"
    session.start(first)
    session.report_result("c1")
    assert session.authorize_tool_call("nobody_described_me", {"x": 1}, call_id="c1").outcome == "ask"


def test_sessions_do_not_wait_for_python(guard: Guard) -> None:
    """While one thread decides about a large text, another runs Python."""
    session, text = guard.session(), "word " * 400_000
    counted, done = 0, threading.Event()

    def decide() -> None:
        session.inspect_input(text, "retrieved")
        done.set()

    interval = sys.getswitchinterval()
    thread = threading.Thread(target=decide)
    thread.start()
    while not done.is_set():
        counted += 1
        done.wait(0.001)
    thread.join()
    assert sys.getswitchinterval() == interval
    assert counted > 10


def test_a_stream_is_pushed_by_one_thread_at_a_time(session: Session) -> None:
    stream = session.output_stream()
    with ThreadPoolExecutor(THREADS) as pool:
        released = "".join(pool.map(stream.push, ["word "] * 200))
    released += stream.finish()
    assert released == "word " * 200
