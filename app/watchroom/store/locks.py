"""Advisory locks on files, which the operating system lets go of when their holder ends, however it ends.

Two uses: one refresh at a time, and a published snapshot that is being read is not pruned.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

_POLL_SECONDS = 0.1


class FileLock:
    """A lock on a file, shared or exclusive, held until `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def write(self, text: str) -> None:
        """Replace the lock file's content: who holds it, for whoever finds it taken."""
        assert self._descriptor is not None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def lock_exclusive(path: Path, *, wait_seconds: float = 0.0, create: bool = True) -> FileLock | None:
    """The exclusive lock on `path`, or None when somebody else still holds it after `wait_seconds`."""
    descriptor = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o644)
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return FileLock(descriptor)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(_POLL_SECONDS)


def lock_shared(path: Path) -> FileLock:
    """A shared lock on an existing file; raises FileNotFoundError when it is gone."""
    descriptor = os.open(path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return FileLock(descriptor)
