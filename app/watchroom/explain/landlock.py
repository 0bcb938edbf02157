"""Landlock (Linux 5.13 and newer): from now on this process reads and writes below the given folders only.

The kernel's interface is spoken directly; see landlock(7). Newer kernels also refuse TCP, signals and abstract sockets.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_VERSION_ONLY = 1
_PATH_BENEATH = 1
_READ = 1 << 2 | 1 << 3  # read a file, list a folder
_OF_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
_ALL_OF_VERSION_1 = (1 << 13) - 1
_WRITE = _ALL_OF_VERSION_1 & ~(1 << 0)  # all but to run a program
_REFER, _TRUNCATE, _DEVICES = 1 << 13, 1 << 14, 1 << 15
_TCP = 0b11
_SCOPES = 0b11  # abstract sockets and signals
_TCP_SINCE, _DEVICES_SINCE, _SCOPES_SINCE = 4, 5, 6


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Apply it, for good. Raises `OSError` where the kernel has no Landlock; paths that do not exist are left out."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = _call(libc, _CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_ONLY)
    handled = _handled(version)
    rules = struct.pack(
        "<QQQ", handled, _TCP if version >= _TCP_SINCE else 0, _SCOPES if version >= _SCOPES_SINCE else 0
    )
    known = rules[: 8 if version < _TCP_SINCE else 16 if version < _SCOPES_SINCE else 24]
    ruleset = _call(libc, _CREATE_RULESET, known, ctypes.c_size_t(len(known)), 0)
    try:
        for path in readable:
            _allow(libc, ruleset, path, _READ & handled)
        for path in writable:
            _allow(libc, ruleset, path, (_WRITE | _TRUNCATE) & handled)
        _call(libc, _RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _handled(version: int) -> int:
    rights = _ALL_OF_VERSION_1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (_DEVICES_SINCE, _DEVICES)):
        rights |= right if version >= since else 0
    return rights


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_FILES
        _call(libc, _ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("<Qi", rights, place), 0)
    finally:
        os.close(place)


def _call(libc: ctypes.CDLL, number: int, *arguments: object) -> int:
    found = int(libc.syscall(ctypes.c_long(number), *arguments))
    if found < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return found
