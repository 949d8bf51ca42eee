"""A folder like that of a Kokoro voice, with a network of a few steps: it hums as long as the text is, at the pitch
that the style says, between two stretches of silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 24_000
A_TOKEN = 1200
"""Samples for a token at speed 1."""
LEAD, TAIL = 7200, 12_000
"""Samples of silence before and behind."""


def style(hertz: float) -> NDArray[np.float32]:
    """Of a speaker who hums at that pitch."""
    return np.full((510, 1, 256), hertz, dtype=np.float32)


def folder(place: Path, text: str = "tokens", sound: str = "audio", **speakers: float) -> Path:
    """A whole voice: speakers with their pitch in Hz. The test is skipped without the library that writes ONNX."""
    onnx = pytest.importorskip("onnx", reason="the training extra is not installed")
    place.mkdir(parents=True, exist_ok=True)
    onnx.save(network(text, sound), str(place / "kokoro.onnx"))
    np.savez(place / "voices.npz", **{name: style(hertz) for name, hertz in speakers.items()})
    return place


def network(text: str = "tokens", sound: str = "audio") -> Any:
    from onnx import TensorProto, helper, numpy_helper

    def constant(name: str, value: NDArray[Any]) -> Any:
        return numpy_helper.from_array(value, name)

    nodes = [
        helper.make_node("Size", [text], ["count"]),
        helper.make_node("Cast", ["count"], ["tokens_there"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["tokens_there", "a_token"], ["unhurried"]),
        helper.make_node("Reshape", ["speed", "scalar"], ["rate"]),
        helper.make_node("Div", ["unhurried", "rate"], ["length"]),
        helper.make_node("Range", ["nought", "length", "one"], ["times"]),
        helper.make_node("Gather", ["style", "nobody"], ["row"]),
        helper.make_node("ReduceMean", ["row"], ["hertz"], keepdims=0),
        helper.make_node("Mul", ["times", "hertz"], ["turns"]),
        helper.make_node("Mul", ["turns", "a_turn"], ["angles"]),
        helper.make_node("Sin", ["angles"], ["tone"]),
        helper.make_node("Concat", ["lead", "tone", "tail"], [sound], axis=0),
    ]
    constants = [
        constant("a_token", np.array(A_TOKEN, np.float32)),
        constant("scalar", np.array([], np.int64)),
        constant("nought", np.array(0, np.float32)),
        constant("one", np.array(1, np.float32)),
        constant("nobody", np.array([0], np.int64)),
        constant("a_turn", np.array(2 * np.pi / RATE, np.float32)),
        constant("lead", np.zeros(LEAD, np.float32)),
        constant("tail", np.zeros(TAIL, np.float32)),
    ]
    inputs = [
        helper.make_tensor_value_info(text, TensorProto.INT64, [1, "length_of_text"]),
        helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
        helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
    ]
    outputs = [helper.make_tensor_value_info(sound, TensorProto.FLOAT, ["samples"])]
    graph = helper.make_graph(nodes, "hum", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
