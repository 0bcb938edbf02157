"""The folder that a child may write to: made for it, watched for what it holds, and removed whatever is in it."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

MOST_BYTES = 256 * 1024 * 1024  # together: libraries keep caches and small files
MOST_ENTRIES = 10_000  # files and folders; a library's cache has some hundred
_PREFIX = "watchroom-explain"
_MOVED = "watchroom moved "  # a name that nothing in there has
_BLOCK = 512  # bytes of a unit of `st_blocks`


def made() -> Path:
    """A new folder; those of dead processes of ours are removed. The name says whose it is."""
    if hasattr(os, "getuid"):
        _sweep(Path(tempfile.gettempdir()))
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}-{_space()}-{os.getpid()}-"))


def _space() -> int:
    """Which numbering of processes ours is part of: in a container's, the same number is another process."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return 0


def _sweep(temporary: Path) -> None:
    """Remove what processes of ours left that were killed."""
    for folder in temporary.glob(f"{_PREFIX}-{_space()}-*-*"):
        number = folder.name.split("-")[3]
        with contextlib.suppress(OSError):
            found = folder.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
            if ours and number.isascii() and number.isdigit() and not _lives(int(number)):
                removed(folder)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def is_full(folder: Path, process: int) -> bool:
    """Whether the folder, and what the process has open there without a name, hold more than they may."""
    size = 0
    try:
        for entries, found in enumerate(_found(folder, process), 1):
            size += getattr(found, "st_blocks", found.st_size // _BLOCK + 1) * _BLOCK
            if size > MOST_BYTES or entries > MOST_ENTRIES:
                return True
    except OSError:  # closed to us, or a path that is too long: somebody hides what is there
        return True
    return False


def _found(folder: Path, process: int) -> Iterator[os.stat_result]:
    waiting = [str(folder)]
    while waiting:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                with contextlib.suppress(FileNotFoundError):
                    yield entry.stat(follow_symlinks=False)
    yield from _nameless(process)


def _nameless(process: int) -> Iterator[os.stat_result]:
    """Files that were removed and are still open take their space on."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError):
        for opened in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                found = opened.stat()
                if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                    yield found


def removed(folder: Path) -> None:
    """Remove the folder, however deep it is: each folder in it is first moved up, so that no path grows long."""
    numbers = count()
    with contextlib.suppress(OSError):
        while within := _folders(folder):
            for inner in within:
                for deeper in _folders(inner):
                    deeper.chmod(stat.S_IRWXU)  # to move a folder is to write into it
                    deeper.rename(folder / f"{_MOVED}{next(numbers)}")
                inner.rmdir()
        folder.rmdir()


def _folders(folder: Path) -> list[Path]:
    """The folders in it; all else there is removed."""
    folder.chmod(stat.S_IRWXU)
    with os.scandir(folder) as entries:
        found = list(entries)
    for entry in found:
        if not entry.is_dir(follow_symlinks=False):
            Path(entry.path).unlink()
    return [Path(entry.path) for entry in found if entry.is_dir(follow_symlinks=False)]
