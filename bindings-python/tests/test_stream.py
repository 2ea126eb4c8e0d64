"""Answers that leave piece by piece, and calls whose arguments arrive so."""

from __future__ import annotations

import random

import checkrein
import pytest
from checkrein import Asked, Guard, Match, Session
from conftest import TOOLS

KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
ANSWER = f"Grüße 𝄞! The token is {KEY}, keep it. " + "And so on. " * 40


def whole(session: Session) -> str:
    decision = session.inspect_output(ANSWER)
    assert decision.outcome == "modify"
    return str(decision.content)


@pytest.mark.parametrize("seed", range(8))
def test_any_chunking_gives_the_same_text(session: Session, seed: int) -> None:
    pick = random.Random(seed)
    data = ANSWER.encode()
    stream = session.output_stream()
    released = ""
    while data:
        size = pick.choice([1, 2, 3, 7, 50, 400])
        released += stream.push(data[:size])  # may split a character
        assert KEY[:12] not in released
        data = data[size:]
    released += stream.finish()
    assert released == whole(session)
    assert stream.decision is not None and stream.decision.outcome == "modify"
    assert not stream.denied


def test_text_and_bytes_mix(session: Session) -> None:
    stream = session.output_stream(kind="reasoning")
    released = stream.push("Grü") + stream.push("ße".encode()) + stream.finish()
    assert released == "Grüße"


def test_a_stream_ends_once(session: Session) -> None:
    stream = session.output_stream()
    stream.push("x")
    stream.finish()
    with pytest.raises(checkrein.MisuseClosedError):
        stream.push("y")
    with pytest.raises(checkrein.MisuseClosedError):
        stream.finish()


def test_wrong_chunks(session: Session) -> None:
    with pytest.raises(checkrein.MisuseTypeError):
        session.output_stream().push(1)  # type: ignore[arg-type]
    with pytest.raises(checkrein.ValueSurrogateError):
        session.output_stream().push("\ud800")
    with pytest.raises(checkrein.ValueUtf8Error):
        session.output_stream().push(b"\xff")
    with pytest.raises(checkrein.MisuseArgumentError):
        session.output_stream(kind="answers")  # type: ignore[arg-type]


def test_denied_streams_say_nothing_more() -> None:
    with Guard(limits={"text": 100}) as guard:
        stream = guard.session().output_stream()
        stream.push("x" * 50)
        with pytest.raises(checkrein.LimitTextError):
            stream.push("x" * 60)
        assert stream.push("y") == "" and stream.denied
        assert stream.finish() == ""
        assert stream.decision is not None and stream.decision.outcome == "deny"


def test_calls_arrive_in_pieces(session: Session) -> None:
    stream = session.call_stream("note", call_id="c1")
    for piece in ('{"te', b'xt": "gr\xc3', b'\xbc\xc3\x9fe"', "}"):
        stream.push(piece)
    decision = stream.finish()
    assert decision.outcome == "allow"
    assert decision.arguments == {"text": "grüße"}
    assert decision.call_id == "c1"
    with pytest.raises(checkrein.MisuseClosedError):
        stream.finish()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"a": 1, "a": 2}', checkrein.ValueDuplicateKeyError),
        ('{"a": ', checkrein.ValueSyntaxError),
        ('{"a": NaN}', checkrein.Error),
        ("[" * 100_000, checkrein.Error),
    ],
)
@pytest.mark.parametrize("detectors", [False, True])
def test_broken_arguments(text: str, error: type[checkrein.Error], detectors: bool) -> None:
    def watcher(asked: Asked) -> list[Match]:
        return []

    with Guard(tools=TOOLS, detectors=[watcher] if detectors else []) as guard:
        stream = guard.session().call_stream("note")
        stream.push(text)
        with pytest.raises(error):
            stream.finish()


def test_no_arguments_are_none(session: Session) -> None:
    assert session.call_stream("note").finish().arguments == {}
