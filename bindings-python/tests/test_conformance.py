"""Every language answers the conformance lines byte for byte. See conformance/FORMAT.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from checkrein import Approver, CallStream, Decision, Detector, Error, Guard, OutputStream, Session
from checkrein._checkrein import to_json

LINES = Path(__file__).resolve().parents[2] / "conformance" / "lines"
VERBS = {"inspect_input": "content", "authorize_tool_call": "arguments", "inspect_output": "content"}
VERBS |= {"derive": "text", "seal": "content", "authorize_plan": "calls"}


def cases() -> list[Any]:
    found: list[Any] = []
    for file in sorted(LINES.glob("*.tsv")):
        steps: list[list[str]] = []
        for line in file.read_text(encoding="utf-8").split("\n"):
            if line.startswith("#"):
                steps = []
                found.append(pytest.param(steps, id=line[1:].strip()))
            elif line:
                steps.append(line.split("\t"))
    assert found, f"no cases below {LINES}"
    return found


class Walker:
    def __init__(self) -> None:
        self.named: dict[str, Any] = {}

    def step(self, fields: list[str]) -> str | None:
        word, name, *rest = fields
        if word == "guard":
            options = json.loads(rest[0])
            # The names of controls; the walker reports on them itself, through `commit`.
            names = options.pop("detectors", [])
            dear = options.pop("unsure_detectors", [])
            detectors = [Detector(lambda asked: [], name=name) for name in names]
            detectors += [Detector(lambda asked: [], name=name, where="unsure") for name in dear]
            self.named[name] = Guard(**options, detectors=detectors)
        elif word == "session":
            self.named[name] = self.named[rest[0]].session(**json.loads(rest[1]))
        elif word == "spawn":
            self.named[name] = self.named[rest[0]].spawn(**json.loads(rest[1]))
        elif word == "approver":
            self.named[name] = Approver(self.named[rest[0]])
        elif word == "stream":
            self.named[name] = self.named[rest[0]].output_stream(**json.loads(rest[1]))
        elif word == "call_stream":
            self.named[name] = self.named[rest[0]].call_stream(**json.loads(rest[1]))
        elif word == "call":
            return self.call(self.named[name], *rest)
        elif word == "push":
            return self.push(self.named[name], bytes.fromhex(rest[0]))
        elif word == "finish":
            return self.finish(self.named[name])
        else:
            raise AssertionError(f"there is no step {word}")
        return None

    def call(self, on: Guard | Session | Approver, method: str, request: str, kind: str) -> str:
        typed = kind == "typed" and method in VERBS and isinstance(on, Session)
        if not typed or on.guard.detectors:  # type: ignore[union-attr]
            return on.call(method, request)
        arguments = json.loads(request)
        payload = arguments.pop(VERBS[method], None)
        if method == "authorize_tool_call":
            arguments["arguments"] = payload
            decision: Decision = on.authorize_tool_call(**arguments)  # type: ignore[union-attr]
        elif method == "seal":
            return to_json(on.seal(payload, **arguments))  # type: ignore[union-attr]
        else:
            decision = getattr(on, method)(payload, **arguments)
        return decision.to_json()

    def push(self, stream: OutputStream | CallStream, chunk: bytes) -> str:
        text = stream.push(chunk)
        if isinstance(stream, CallStream):
            return "null"
        return f'{{"text":{to_json(text)},"denied":{to_json(stream.denied)}}}'

    def finish(self, stream: OutputStream | CallStream) -> str:
        answer = stream.finish()
        if isinstance(answer, Decision):
            return answer.to_json()
        assert isinstance(stream, OutputStream) and stream.decision is not None
        return f'{{"tail":{to_json(answer)},"decision":{stream.decision.to_json()}}}'


#: Fields of a step without its outcome.
LENGTH = {"guard": 3, "session": 4, "spawn": 4, "approver": 3, "call": 5, "stream": 4, "call_stream": 4}
LENGTH |= {"push": 3, "finish": 2}


@pytest.mark.parametrize("steps", cases())
def test_lines(steps: list[list[str]]) -> None:
    walker = Walker()
    for fields in steps:
        length = LENGTH[fields[0]]
        code, answer = [*fields[length:], "", ""][:2]
        try:
            given = walker.step(fields[:length])
        except Error as error:
            assert error.code == code, f"{fields}: {error}"
        else:
            assert code in ("ok", ""), f"{fields}: no error, but {given}"
            if answer:
                assert given == answer, f"{fields}"
