"""Voices for Piper, small enough to write here: real ONNX models with one operator.

The operator is Tile: the model hums what it is given, so many times over. Given the phonemes
of a sentence it hums the longer the more there are; given the scales it hums its settings.
The bytes are ONNX's own (protocol buffers), put together field by field.
"""

import json
from pathlib import Path

from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

RATE = 16_000
INPUTS = {"input": (7, 2), "input_lengths": (7, 1), "scales": (1, 1)}
"""What Piper gives a model: the element type (7 int64, 1 float) and the dimensions of each."""


def tiny_voice(folder: Path, *, hums: str = "input", times: int = 1000) -> Path:
    """Write a voice that hums one of its inputs, and its settings; return the model's path."""
    settings = {
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": "en-us"},
        "num_symbols": len(DEFAULT_PHONEME_ID_MAP),
        "num_speakers": 1,
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    path = folder / "tiny.onnx"
    path.write_bytes(_model(hums, times))
    path.with_name("tiny.onnx.json").write_text(json.dumps(settings), "utf-8")
    return path


def _model(hums: str, times: int) -> bytes:
    element, dimensions = INPUTS[hums]
    repeats = [1] * (dimensions - 1) + [times]
    tile = _text(1, hums) + _text(1, "repeats") + _text(2, "output") + _text(4, "Tile")
    tensor = b"".join(_number(7, repeat) for repeat in repeats)
    tensor += _number(1, len(repeats)) + _number(2, 7) + _text(8, "repeats")
    graph = _field(1, tile) + _text(2, "tiny") + _field(5, tensor)
    graph += b"".join(_field(11, _value(name, *kind)) for name, kind in INPUTS.items())
    graph += _field(12, _value("output", element, dimensions))
    return _number(1, 8) + _field(8, _number(2, 13)) + _field(7, graph)


def _value(name: str, element: int, dimensions: int) -> bytes:
    shape = b"".join(_field(1, _text(2, f"{name}{number}")) for number in range(dimensions))
    return _text(1, name) + _field(2, _field(1, _number(1, element) + _field(2, shape)))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    head = bytes([value & 0x7F | (0x80 if value > 0x7F else 0)])
    return head + _varint(value >> 7) if value > 0x7F else head
