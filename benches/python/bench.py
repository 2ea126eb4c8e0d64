"""The rows of `cargo xtask bench` in Python: one line of JSON each. `--quick` runs a twentieth."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns as now

from checkrein import Decision, Guard, Session

WORDS = (Path(__file__).parent.parent / "words.txt").read_text().split()
QUICK = "--quick" in sys.argv
A_SESSION, A_LARGE_SESSION = 200, 20
ASKED = "Pay 120 EUR to DE89370400440532013000 for the March invoice."


def text(seed: int, size: int) -> str:
    """`size` letters of sentences, the same in every language."""
    state = seed

    def below(limit: int) -> int:
        nonlocal state
        state = (state * 1_664_525 + 1_013_904_223) & 0xFFFFFFFF
        return (state >> 16) % limit

    out, length, sentences = [], 0, 0
    while length < size:
        words = [WORDS[below(len(WORDS))] for _ in range(6 + below(9))]
        words[0] = words[0][:1].upper() + words[0][1:]
        sentences += 1
        out.append(" ".join(words) + (".\n\n" if sentences % 5 == 0 else ". "))
        length += len(out[-1])
    return "".join(out)[:size]


def mark() -> int:
    """FNV-1a, which all languages must print alike."""
    state = 2_166_136_261
    for byte in text(7, 1000).encode():
        state = ((state ^ byte) * 16_777_619) & 0xFFFFFFFF
    return state


def row(name: str, n: int, sample: Callable[[int], int]) -> None:
    """Measures `sample` `n` times after a tenth as many warm-ups; it times only what counts."""
    n = max(3, n // 20 if QUICK else n)
    warm = n // 10 + 1
    samples = [sample(i) for i in range(warm + n)]
    first, samples = samples[0], sorted(samples[warm:])
    p50, p99 = (samples[(n - 1) * part // 100] for part in (50, 99))
    shown = {"row": name, "language": "python", "n": n, "p50_ns": p50, "p99_ns": p99, "first_ns": first}
    print(json.dumps(shown), flush=True)


def short(name: str, n: int, work: Callable[[], object]) -> None:
    """The same for work too short for a clock: each sample is the mean of a thousand."""

    def sample(_: int) -> int:
        began = now()
        for _ in range(1000):
            work()
        return (now() - began) // 1000

    row(name, n, sample)


def allowed(decision: Decision) -> None:
    if decision.outcome != "allow":
        raise SystemExit(decision.explain())


class Fresh:
    """A session that is replaced now and then. The old one is closed, outside of what is timed."""

    def __init__(self, every: int, opened: Callable[[], Session]) -> None:
        self._every, self._open = every, opened
        self._session: Session | None = None

    def at(self, i: int) -> Session:
        if i % self._every == 0 or self._session is None:
            if self._session is not None:
                self._session.close()
            self._session = self._open()
        return self._session


def opened(guard: Guard) -> Session:
    return guard.session(user="alice", agent="desk")


def arguments(i: int) -> dict[str, object]:
    """Of call `i`: each of a session's has a purpose of its own, for the same is taken for a loop."""
    part = chr(ord("a") + i // 26 % 26) + chr(ord("a") + i % 26)
    purpose = f"March invoice, part {part}"
    return {"recipient": "DE89370400440532013000", "amount": 120, "purpose": purpose}


def payments(policies: int) -> Guard:
    """A guard with this many user policies, two for each tool."""
    tools = "".join(
        f"[tool.pay_{tool}]\n"
        'effects = ["spend"]\n'
        'arguments.recipient = { role = "destination", type = "account" }\n'
        'arguments.amount = { role = "amount", type = "integer" }\n'
        'arguments.purpose = { role = "payload" }\n'
        for tool in range(policies // 2)
    )
    policy = "".join(
        f'@id("bench/{tool}/small")\n'
        f'permit (principal, action == Action::"pay_{tool}", resource)\n'
        "when { context.input.amount <= 1000 };\n"
        f'@id("bench/{tool}/large")\n'
        '@outcome("ask")\n'
        '@reason("a large payment")\n'
        f'forbid (principal, action == Action::"pay_{tool}", resource)\n'
        "when { context.input.amount > 500 && context.flow.destination.rank < 4 };\n"
        for tool in range(policies // 2)
    )
    return Guard(tools=tools, policy=policy)


def first_decision(texts: list[str]) -> None:
    def sample(i: int) -> int:
        began = now()
        guard = Guard()
        decision = opened(guard).inspect_input(texts[i % len(texts)], "user")
        took = now() - began
        allowed(decision)
        return took

    row("first_decision", 60, sample)


def inspect(name: str, n: int, source: str, texts: list[str], a_session: int) -> None:
    guard = Guard()
    fresh = Fresh(a_session, lambda: opened(guard))

    def sample(i: int) -> int:
        session, given = fresh.at(i), texts[i % len(texts)]
        began = now()
        decision = session.inspect_input(given, source)
        outcome, content = decision.outcome, decision.content
        took = now() - began
        if outcome != "allow" or content != given:
            raise SystemExit(decision.explain())
        return took

    row(name, n, sample)


def authorize(policies: int, document: str) -> None:
    guard = payments(policies)

    def asked() -> Session:
        session = opened(guard)
        allowed(session.inspect_input(ASKED, "user"))
        allowed(session.inspect_input(document, "retrieved"))
        return session

    fresh = Fresh(A_SESSION, asked)

    def sample(i: int) -> int:
        session, call_id, call = fresh.at(i), f"call-{i}", arguments(i)
        began = now()
        decision = session.authorize_tool_call("pay_0", call, call_id=call_id)
        outcome, given = decision.outcome, decision.arguments
        took = now() - began
        if outcome != "allow" or given != call:
            raise SystemExit(decision.explain())
        session.report_result(call_id)
        return took

    row(f"authorize_{policies}", 4000, sample)


def redact(texts: list[str]) -> None:
    guard = Guard(
        policy='@id("bench/mask")\n@obligation("redact:personal")\n'
        'permit (principal, action == Action::"verb:output", resource);\n'
    )
    fresh = Fresh(A_SESSION, lambda: opened(guard))
    # Put together here, so that no scanner takes them for real.
    items = [
        "anna.berg@example.org",
        " ".join(["4111", "1111", "1111", "1111"]),
        "DE89370400440532013000",
        "".join(["ghp_", "a1B2c3D4e5F6g7H8i9J0", "k1L2m3N4o5P6q7R8"]),
    ]
    tail = f" See {', '.join(items)}."

    def sample(i: int) -> int:
        session, given = fresh.at(i), texts[i % len(texts)][: -len(tail)] + tail
        began = now()
        decision = session.inspect_output(given)
        outcome, content = decision.outcome, decision.content
        took = now() - began
        if outcome != "modify" or any(item in content for item in items):
            raise SystemExit(decision.explain())
        return took

    row("redact_1k", 4000, sample)


def stream(texts: list[str]) -> None:
    guard = Guard()
    fresh = Fresh(A_SESSION, lambda: opened(guard))

    def sample(i: int) -> int:
        session, given = fresh.at(i), texts[i % len(texts)]
        size = -(-len(given) // 16)
        began = now()
        stream = session.output_stream()
        out = [stream.push(given[at : at + size]) for at in range(0, len(given), size)]
        out.append(stream.finish())
        took = now() - began
        if "".join(out) != given or stream.denied:
            raise SystemExit("the stream changed the text")
        return took

    row("stream_1k", 2000, sample)


def main() -> None:
    print(json.dumps({"language": "python", "texts": mark()}), flush=True)
    texts = [text(seed, 1000) for seed in range(200)]
    # First, while nothing is built yet: its `first_ns` is what a process pays after the import.
    first_decision(texts)
    guard = Guard()
    short("noop_call", 100, lambda: guard.call("cover", '{"id":"bench"}'))
    inspect("inspect_1k", 4000, "user", texts, A_SESSION)
    larger = [text(seed, 10_000) for seed in range(200)]
    inspect("inspect_10k", 1000, "retrieved", larger, A_SESSION)
    large = [text(seed, 100_000) for seed in range(20)]
    inspect("inspect_100k", 200, "retrieved", large, A_LARGE_SESSION)
    for policies in (10, 1000, 10_000):
        authorize(policies, texts[0])
    redact(texts)
    stream(texts)


if __name__ == "__main__":
    main()
