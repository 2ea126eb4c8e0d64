"""Runs one other library over texts: a line of JSON in for each text, a line of JSON out.

`python peer.py NAME` reads JSON strings, and writes `{"flagged": bool, "us": float}` for each; with
personal data also `"spans": [[start, end, kind]]`, counted in code points. Each library runs as its own
documentation shows, with its own thresholds.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Finds = Callable[[str], "bool | list[tuple[int, int, str]]"]


def promptfirewall_injection() -> Finds:
    import promptfirewall

    return lambda text: not promptfirewall.detect_injection(text).is_safe


def promptfirewall_personal() -> Finds:
    import promptfirewall

    def find(text: str) -> list[tuple[int, int, str]]:
        # It counts in bytes.
        place = {0: 0}
        at = 0
        for count, letter in enumerate(text):
            place[at] = count
            at += len(letter.encode())
        place[at] = len(text)
        found = promptfirewall.detect_pii(text).pii_findings
        return [(place.get(f.start, 0), place.get(f.end, 0), f.entity_type) for f in found]

    return find


def open_guardrail(names: list[str]) -> Finds:
    from importlib import import_module

    modules = [(name, import_module(f"open_guardrail.guards.{name}")) for name in names]
    guards = [getattr(module, name)(action="block") for name, module in modules]

    def find(text: str) -> bool:
        return any(not guard.check(text).passed for guard in guards)

    return find


def agent_immune() -> Finds:
    from agent_immune import AdaptiveImmuneSystem

    immune = AdaptiveImmuneSystem()
    count = iter(range(10**9))
    # A session of its own for each text: one text says nothing of the next.
    return lambda text: immune.assess(text, session_id=str(next(count))).action.value != "allow"


def presidio() -> Finds:
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Words(SpacyNlpEngine):
        """Splits text into words, and knows no names: no model of them can be installed."""

        def __init__(self) -> None:
            super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
            self.nlp = {"en": spacy.blank("en")}

        def load(self) -> None:
            """Nothing: it is there."""

    # Its e-mail recognizer would fetch a list of domains; the one in the package is as good.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    analyzer = AnalyzerEngine(nlp_engine=Words(), supported_languages=["en"])

    def find(text: str) -> list[tuple[int, int, str]]:
        found = analyzer.analyze(text=text, language="en")
        return [(f.start, f.end, f.entity_type) for f in found]

    return find


def detect_secrets() -> Finds:
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    path = Path(tempfile.mkdtemp()) / "text.txt"

    def find(text: str) -> bool:
        path.write_text(text, encoding="utf-8")
        secrets = SecretsCollection()
        with default_settings():
            secrets.scan_file(str(path))
        return any(True for _ in secrets)

    return find


PEERS: dict[str, Callable[[], Finds]] = {
    "promptfirewall-rs injection": promptfirewall_injection,
    "promptfirewall-rs personal": promptfirewall_personal,
    "open-guardrail prompt_injection": lambda: open_guardrail(["prompt_injection"]),
    "open-guardrail seven guards": lambda: open_guardrail(
        [
            "prompt_injection",
            "indirect_injection",
            "jailbreak_pattern",
            "prompt_leak",
            "instruction_hierarchy",
            "rag_safety",
            "token_smuggling",
        ]
    ),
    "agent-immune injection": agent_immune,
    "presidio-analyzer personal": presidio,
    "detect-secrets secrets": detect_secrets,
}


def main() -> None:
    find = PEERS[sys.argv[1]]()
    find("What is the weather like today?")  # loads what is loaded late
    for line in sys.stdin:
        text = json.loads(line)
        began = time.perf_counter()
        found = find(text)
        us = (time.perf_counter() - began) * 1e6
        answer: dict[str, Any] = {"flagged": bool(found), "us": round(us, 2)}
        if isinstance(found, list):
            answer["spans"] = found
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
