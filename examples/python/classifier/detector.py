"""Any ONNX export of a sequence classifier as a detector: Prompt Guard, PIGuard and the like.

A folder holds `model.onnx`, `tokenizer.json` and `config.json`, as `optimum-cli export onnx` writes them. The
guard asks the classifier only where its own detectors are unsure, and within a deadline.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from checkrein import Asked, Match, Text
from tokenizers import Encoding, Tokenizer

#: What such classifiers call a text that does not attack.
BENIGN = ("benign", "safe", "legit", "legitimate", "no", "label_0")


class Classifier:
    """Finds windows of a text that a model takes for an attack."""

    def __init__(
        self,
        folder: Path | str,
        *,
        name: str = "classifier",
        threshold: float = 0.5,
        benign: tuple[str, ...] = BENIGN,
        window: int = 512,
        overlap: int = 64,
    ) -> None:
        folder = Path(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the guard's callers are the threads
        self.name = name
        self._threshold = threshold
        self._session = onnxruntime.InferenceSession(
            folder / "model.onnx", options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(window, stride=overlap)
        self._tokenizer.no_padding()
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        labels = {int(index): label.lower() for index, label in config["id2label"].items()}
        #: Which of the outputs say that nothing is wrong.
        self._benign = [index for index, label in labels.items() if label in benign]
        if not self._benign or len(self._benign) == len(labels):
            raise ValueError(f"say which of {sorted(labels.values())} are `benign`")

    def __call__(self, asked: Asked) -> list[Match]:
        """Looks at the texts of a verb: those of which the guard's own detectors are unsure."""
        return [match for text in asked.texts for match in self._look(text)]

    def _look(self, text: Text) -> list[Match]:
        first = self._tokenizer.encode(text.text)
        found = []
        for window in (first, *first.overflowing):
            attack = self._attack(window)
            spans = [offsets for offsets in window.offsets if offsets[0] < offsets[1]]
            if attack >= self._threshold and spans:
                start, end = spans[0][0], spans[-1][1]
                score = round(attack * 1000)
                found.append(Match(self.name, "medium", score, text.path, start, end, "injection"))
        return found

    def _attack(self, window: Encoding) -> float:
        given = {
            "input_ids": window.ids,
            "attention_mask": window.attention_mask,
            "token_type_ids": window.type_ids,
        }
        feed = {name: np.array([ids], dtype=np.int64) for name, ids in given.items() if name in self._inputs}
        (logits,) = self._session.run(["logits"], feed)
        odds = np.exp(logits[0] - np.max(logits[0]))
        return float(1 - odds[self._benign].sum() / odds.sum())
