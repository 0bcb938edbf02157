"""What parent and child say to each other: a frame of JSON and a block of bytes, never a pickle.

Rows go to the child as an Arrow stream. Numbers come back as plain little-endian doubles, so that the parent parses
nothing of a process that may have run somebody's code; it checks every length and every word of the answer.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO, get_args

import numpy as np
import pyarrow as pa

from watchroom.explain.contract import Explained, Flavor, Input, Kind, Loaded, Method, Space

MOST_JSON = 16_000_000  # bytes: the inputs of a model with ten thousand columns and their categories
_HEAD = struct.Struct("<IQ")
_BESIDES_VALUES = 4  # numbers of a row besides its values: base, output, score, class
_MOST_INPUTS = 100_000
_NAMES = {"flavor": get_args(Flavor), "method": get_args(Method), "space": get_args(Space)}


class Garbled(Exception):
    """The other side sent what makes no sense, or went away."""


def send(pipe: BinaryIO, said: dict[str, Any], block: bytes | memoryview = b"") -> None:
    """Send a frame, whole."""
    text = json.dumps(said).encode()
    pipe.write(_HEAD.pack(len(text), len(block)) + text)
    pipe.write(block)
    pipe.flush()


def receive(pipe: BinaryIO, most_bytes: int) -> tuple[dict[str, Any], bytes]:
    """The next frame. Raises `Garbled` for one that is cut off, too large or no JSON object."""
    text_length, block_length = _HEAD.unpack(_exactly(pipe, _HEAD.size))
    if text_length > MOST_JSON or block_length > most_bytes:
        raise Garbled("an answer that is too large")
    try:
        said = json.loads(_exactly(pipe, text_length))
    except (ValueError, RecursionError) as error:
        raise Garbled("an answer that is no JSON") from error
    if not isinstance(said, dict):
        raise Garbled("an answer that is no JSON object")
    return said, _exactly(pipe, block_length)


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    found = pipe.read(length)
    if len(found) != length:
        raise Garbled("an answer that is cut off")
    return found


def table_bytes(table: pa.Table) -> memoryview:
    """A table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


def table_of(block: bytes) -> pa.Table:
    """The table in an Arrow stream."""
    return pa.ipc.open_stream(block).read_all()


def loaded_json(loaded: Loaded) -> dict[str, Any]:
    """What the child says of a model."""
    inputs = [[each.name, each.kind, list(each.categories)] for each in loaded.inputs]
    return {
        "flavor": loaded.flavor, "method": loaded.method, "space": loaded.space, "inputs": inputs,
        "classes": list(loaded.classes), "note": loaded.note, "most_rows": loaded.most_rows,
    }  # fmt: skip


def loaded_of(said: dict[str, Any]) -> Loaded:
    """The same, checked. Raises `Garbled`."""
    try:
        if any(said[key] not in allowed for key, allowed in _NAMES.items()) or len(said["inputs"]) > _MOST_INPUTS:
            raise Garbled("a model that makes no sense")
        inputs = tuple(_input(*each) for each in said["inputs"])
        classes, note, most = tuple(map(_text, said["classes"])), _text(said["note"]), said["most_rows"]
        if most is not None and (type(most) is not int or most < 1):
            raise Garbled("a number of rows that makes no sense")
    except (KeyError, TypeError, ValueError) as error:
        raise Garbled("a model that makes no sense") from error
    return Loaded(said["flavor"], said["method"], said["space"], inputs, classes, note, most)


def _input(name: Any, kind: Any, categories: Any) -> Input:
    if kind not in get_args(Kind):
        raise Garbled("an input that makes no sense")
    return Input(_text(name), kind, tuple(map(_text, categories)))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Garbled("a text that is none")
    return value


def block_length(rows: int, inputs: int) -> int:
    """The bytes of an explanation of that many rows."""
    return rows * (inputs + _BESIDES_VALUES) * 8


def explained_block(explained: Explained, classes: tuple[str, ...]) -> bytes:
    """The numbers of an explanation; a class by its place, −1 for none."""
    places = {name: float(place) for place, name in enumerate(classes)}
    klass = np.array([places.get(name or "", -1.0) for name in explained.klass], dtype=np.float64)
    columns = [explained.values.ravel(), explained.base, explained.output, explained.score, klass]
    return np.concatenate(columns).astype("<f8").tobytes()


def explained_of(said: dict[str, Any], block: bytes, loaded: Loaded, rows: int) -> Explained:
    """The explanation in an answer, checked. Raises `Garbled`."""
    inputs = len(loaded.inputs)
    if len(block) != block_length(rows, inputs):
        raise Garbled("an explanation of another size")
    numbers = np.frombuffer(block, dtype="<f8").astype(np.float64)
    values = numbers[: rows * inputs].reshape(rows, inputs)
    base, output, score, klass = numbers[rows * inputs :].reshape(_BESIDES_VALUES, rows)
    if not np.isfinite(values).all() or not np.isfinite(base).all() or not np.isfinite(output).all():
        raise Garbled("values that are no numbers")
    if not np.isin(klass, np.arange(-1, len(loaded.classes))).all():
        raise Garbled("a class that the model does not have")
    names = tuple(None if place < 0 else loaded.classes[place] for place in klass.astype(np.int64).tolist())
    seconds, cpu = said.get("seconds"), said.get("cpu_seconds")
    if not isinstance(seconds, float) or not isinstance(cpu, float):
        raise Garbled("a time that is none")
    return Explained(tuple(each.name for each in loaded.inputs), values, base, output, score, names, seconds, cpu)
