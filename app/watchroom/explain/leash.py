"""What the parent of a confined child does to it: its environment, the look at what it writes, its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import IO

from watchroom.explain import private

_TAIL_BYTES = 4096
_SHOWN = 300  # characters of what the child said last
ENDED_SECONDS = 10.0  # after SIGKILL the kernel frees memory; more means that the machine is stuck
_WATCHED_SECONDS = 0.25  # between two looks at what the child wrote; a disk takes some hundred MB meanwhile
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")  # without which Python itself may not start


def watch(child: subprocess.Popen[bytes], folder: Path, full: threading.Event) -> None:
    """End the child when its folder is full: its own limits bound each file, and not how many there are."""
    while child.poll() is None:
        if private.is_full(folder, child.pid):
            full.set()
            kill(child)
            return
        time.sleep(_WATCHED_SECONDS)


def environment(folder: Path) -> dict[str, str]:
    """All that the child knows of ours: no credentials, no paths but its own."""
    cores = str(os.cpu_count() or 1)
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), cores)
    own = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "NUMBA_CACHE_DIR", "MPLCONFIGDIR"), str(folder))
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "GIT_PYTHON_REFRESH": "quiet"}
    system = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        **threads,
        **own,
        **quiet,
        **system,
    }


def clear(child: subprocess.Popen[bytes] | None, errors: IO[bytes], folder: Path) -> None:
    """End the child and remove what was made for it."""
    if child is not None:
        kill(child)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(ENDED_SECONDS)
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
    errors.close()
    private.removed(folder)


def kill(child: subprocess.Popen[bytes]) -> None:
    """End it with all that it may have started."""
    if child.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def last_line(errors: IO[bytes]) -> str:
    """The last line that the child wrote where libraries complain."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - _TAIL_BYTES))
    lines = errors.read(_TAIL_BYTES).decode("utf-8", "replace").strip().splitlines()
    return plain_line(lines[-1], _SHOWN) if lines else ""


def plain_line(value: object, most: int) -> str:
    """Text of the child as one plain line; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    return "".join(each if each.isprintable() else " " for each in value[: most * 2])[:most].strip()


def cause_of(code: int) -> str:
    """How it ended, in a sentence."""
    if code >= 0:
        return f"It ended by itself with code {code}."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"It was ended by {name}."
