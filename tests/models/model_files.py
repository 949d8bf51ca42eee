"""Small files in the formats of models, made for a test: whole, or hostile."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

CHAT = {"general.architecture": "llama", "tokenizer.chat_template": "{{ messages }}"}


def text(value: str) -> bytes:
    body = value.encode()
    return struct.pack("<Q", len(body)) + body


def gguf(
    path: Path,
    texts: Mapping[str, str] = CHAT,
    numbers: Mapping[str, int] = {},
    tensors: int = 1,
    extra: bytes = b"",
) -> Path:
    """A GGUF file that has a header alone, with a small vocabulary in it."""
    keys = [text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("ñ")]
    keys += [text(key) + struct.pack("<I", 8) + text(value) for key, value in texts.items()]
    keys += [text(key) + struct.pack("<II", 4, value) for key, value in numbers.items()]
    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, len(keys) + bool(extra))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + b"".join(keys) + extra)
    return path


def field(number: int, body: bytes | int) -> bytes:
    """A field of a protobuf message."""
    if isinstance(body, int):
        return varint(number << 3) + varint(body)
    return varint(number << 3 | 2) + varint(len(body)) + body


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def onnx(path: Path, inputs: Sequence[str], weights: bytes = b"", nodes: bytes = b"") -> Path:
    """An ONNX file with these inputs, these fields of one of its tensors, and these nodes."""
    graph = b"".join(field(11, field(1, name.encode())) for name in inputs) + field(12, field(1, b"output"))
    path.write_bytes(field(1, 8) + field(7, graph + field(5, weights) + nodes))
    return path


def safetensors(path: Path, bands: int) -> Path:
    """The weights of a Whisper for so many mel bands, as far as their header goes."""
    layer = {"model.encoder.conv1.weight": {"dtype": "F16", "shape": [384, bands, 3], "data_offsets": [0, 1]}}
    header = json.dumps(layer).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    return path
