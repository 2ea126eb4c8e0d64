"""Makes a tiny classifier in the form of a real one: `python make_model.py FOLDER`.

It knows a few words and adds up what each says for and against an attack. The same files come out every time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

#: How much a word speaks for an attack.
WORDS = {
    "[PAD]": 0.0,
    "[UNK]": 0.0,
    "assistant": 1.0,
    "assistants": 1.5,
    "forward": 1.0,
    "reading": 1.0,
    "silently": 2.0,
    "without": 0.5,
    "asking": 1.0,
    "basil": -2.0,
    "soup": -2.0,
    "tomato": -2.0,
}
#: What speaks against it before a word is read.
CALM = 2.0


def make(folder: Path) -> None:
    """Writes `model.onnx`, `tokenizer.json` and `config.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {word: index for index, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))

    weights = np.array([[-weight, weight] for weight in WORDS.values()], dtype=np.float32)
    constants = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.array([CALM, -CALM], dtype=np.float32), "bias"),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "words"),
        numpy_helper.from_array(np.array([2], dtype=np.int64), "last"),
    ]
    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["said"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["shown"]),
        helper.make_node("Mul", ["said", "shown"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "words"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "bias"], ["logits"]),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
        for name in ("input_ids", "attention_mask")
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    config = {"id2label": {"0": "BENIGN", "1": "INJECTION"}}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1] if len(sys.argv) > 1 else "model"))
