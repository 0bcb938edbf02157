"""The process that loads one model and explains with it until its parent hangs up: `python -m watchroom.explain.child`.

It takes its rights from itself before anything of the model is opened, and answers frames of `wire`.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

_WATCHED_SECONDS = 1.0
_MOST_TABLE_BYTES = 4_000_000_000  # of rows from the parent, which is trusted
_SHOWN = 500  # characters of a reason


def main() -> None:
    """Serve. Arguments: the model's folder, a private folder for temporary files, the memory in MiB."""
    model, private, memory = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    asked, answers = _pipes()
    from watchroom.explain import limits

    missing = limits.confine(model, private, memory)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _serve(asked, answers, model, missing)


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes to the parent, moved away from where libraries print."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return asked, answers


def _end_with(parent: int) -> None:
    """A parent that is gone cannot end us, however long we compute."""
    while os.getppid() == parent:
        time.sleep(_WATCHED_SECONDS)
    os._exit(1)


def _serve(asked: BinaryIO, answers: BinaryIO, folder: Path, missing: tuple[str, ...]) -> None:
    from watchroom.explain import limits, wire

    model: Any = None
    while True:
        try:
            said, block = wire.receive(asked, _MOST_TABLE_BYTES)
        except wire.Garbled:
            return
        limits.cpu_seconds(float(said["seconds"]))
        try:
            if said["do"] == "load":
                model = _load(folder, said, block)
                wire.send(answers, {"loaded": wire.loaded_json(model.loaded), "missing": list(missing)})
            elif said["do"] == "open":
                _open(folder, said)
                wire.send(answers, {})
            else:
                _explain(answers, model, block)
        except Exception as error:  # noqa: BLE001 - whatever a model does is told to the parent
            wire.send(answers, _told(error))


def _load(folder: Path, said: dict[str, Any], block: bytes) -> Any:
    from watchroom.explain import load, wire

    background = wire.table_of(block) if block else None
    return load.load(folder, said["task"], bool(said["trust"]), background)


def _open(folder: Path, said: dict[str, Any]) -> None:
    from watchroom.explain import load

    load.open_only(folder, bool(said["trust"]))


def _explain(answers: BinaryIO, model: Any, block: bytes) -> None:
    from watchroom.explain import wire

    begin, cpu = time.perf_counter(), time.process_time()
    found = model.explain(wire.table_of(block))
    times = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - cpu}
    wire.send(answers, times, wire.explained_block(found, model.loaded.classes))


def _told(error: Exception) -> dict[str, Any]:
    from watchroom.errors import ExplainError, ModelRefused

    if isinstance(error, ExplainError):
        kind = "refused" if isinstance(error, ModelRefused) else "failed"
        return {"error": kind, "what": error.what, "why": error.why, "next_step": error.next_step}
    if isinstance(error, MemoryError):
        return {"error": "memory"}
    why = " ".join(f"{type(error).__name__}: {error}".split())[:_SHOWN]
    return {"error": "failed", "what": "The model could not be loaded or explained.", "why": why, "next_step": ""}


if __name__ == "__main__":
    main()
