"""A small demo workspace for tests: real models and a real MLflow store, a twentieth of the full size."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from watchroom.demo import build, is_built
from watchroom.store.locks import lock_exclusive

END = date(2026, 11, 20)
SCALE = 0.05
SEED = 7
_WAIT_SECONDS = 600.0


def small_demo(folder: Path, *, end: date = END, scale: float = SCALE, seed: int = SEED) -> Path:
    """The folder, with a demo built in it unless there is one; nothing has been refreshed yet.

    Whoever changes the workspace (a refresh does) builds or copies one of their own.
    """
    if not is_built(folder):
        build(folder, end=end, scale=scale, seed=seed)
    return folder


def shared_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One small demo for the whole test run, its parallel workers included. It is for reading: copy it to change it."""
    base = tmp_path_factory.getbasetemp()
    # Under pytest-xdist each worker has a folder of its own inside the run's.
    run = base.parent if base.name.startswith("popen-") else base
    lock = lock_exclusive(run / "demo.lock", wait_seconds=_WAIT_SECONDS)
    assert lock is not None
    try:
        return small_demo(run / "demo")
    finally:
        lock.release()
