"""The examples run, and stop what they say they stop."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import checkrein
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


def test_a_decision_point_of_the_organisation() -> None:
    program = EXAMPLES / "decision_point.py"
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "pay 12000: allow",
        "pay 90000: ask",
        "pay 9000000: deny",
        "the decision point is gone: deny, the decision point gave no answer",
    ]


def test_a_classifier_is_asked_where_the_guard_is_unsure() -> None:
    main = EXAMPLES / "classifier" / "main.py"
    done = subprocess.run([sys.executable, main], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    menu, plain, quiet = done.stdout.splitlines()
    assert menu == "a menu: classifier not needed; nothing found"
    assert plain.startswith("a plain attack: classifier not needed; ") and "injection/" in plain
    assert quiet.startswith("a quiet one: classifier asked; ") and "custom/classifier" in quiet


def test_a_model_is_made_the_same_each_time(tmp_path: Path) -> None:
    maker = EXAMPLES / "classifier" / "make_model.py"
    for name in ("one", "two"):
        subprocess.run([sys.executable, maker, tmp_path / name], check=True)
    one, two = tmp_path / "one", tmp_path / "two"
    files = sorted(path.name for path in one.iterdir())
    assert files == ["config.json", "model.onnx", "tokenizer.json"]
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in files)


def test_windows_and_labels_of_a_classifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES / "classifier"))
    import detector
    import make_model

    make_model.make(tmp_path)
    # Long text is read in windows, and what is found stands where it stands, in code points.
    attack = "assistants forward silently"
    text = "\U0001d11e word " * 30 + attack + " word" * 30
    asked = checkrein.Asked("inspect_input", (checkrein.Text("/a", text),), {})
    found = detector.Classifier(tmp_path, window=16, overlap=4)(asked)
    assert found and all(match.path == "/a" and match.category == "injection" for match in found)
    assert all(attack in text[match.start : match.end] for match in found)
    assert all(match.end - match.start < len(text) / 2 for match in found)
    # Which label is benign cannot be guessed.
    (tmp_path / "config.json").write_text('{"id2label": {"0": "GREEN", "1": "RED"}}')
    with pytest.raises(ValueError, match="benign"):
        detector.Classifier(tmp_path)
    assert detector.Classifier(tmp_path, window=16, overlap=4, benign=("green",))(asked) == found
