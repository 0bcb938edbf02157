"""A system-call filter (Linux on x86-64 and ARM): no new process, no program, no socket, no hand on other processes.

Nor a hand on what Landlock does not guard: modes, owners, times and attributes of files, and memory and queues that
processes share. Threads are allowed: libraries compute with them. What is refused answers "not permitted", so that a
library which only asks whether it could goes on.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchroom.explain import syscalls

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026  # as if it were not permitted (1), or not there (38)
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # classic BPF
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in the kernel's `seccomp_data`
_CLONE_THREAD = 0x00010000
_OTHER_INTERFACE = 0x40000000  # x32: the same calls by other numbers
_SIGNALS = ("kill", "tgkill", "rt_sigqueueinfo")
_OF_A_PROCESS = ("sched_setparam", "sched_setscheduler", "sched_setaffinity", "sched_setattr", "prlimit64")
_OWNER_OF_A_FILE = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: whom the kernel signals, and with what
_OWNER_OF_A_SOCKET = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP
_PUT_INTO_A_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX

_Line = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Machine:
    architecture: int
    numbers: Mapping[str, int]


_MACHINES = {"x86_64": _Machine(0xC000003E, syscalls.X86_64), "aarch64": _Machine(0xC00000B7, syscalls.AARCH64)}


def restrict() -> None:
    """Apply it to this process and its threads, for good. Raises `OSError` where it cannot be had."""
    machine = _MACHINES.get(platform.machine())
    if machine is None or platform.system() != "Linux" or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise OSError("no filter for this machine")
    code = _program(machine, os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), program, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def _program(machine: _Machine, own: int) -> bytes:
    """The filter as instructions of classic BPF, eight bytes each: skip on yes, skip on no, operand."""
    numbers = machine.numbers
    lines: list[_Line] = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, machine.architecture), (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _OTHER_INTERFACE), (_RETURN, 0, 0, _REFUSE),
    ]  # fmt: skip
    for name in syscalls.REFUSED:
        if name in numbers:
            lines += [(_EQUAL, 0, 1, numbers[name]), (_RETURN, 0, 0, _REFUSE)]
    # Its flags lie in memory, which a filter cannot read; told that there is no such call, libraries use `clone`.
    lines += [(_EQUAL, 0, 1, numbers["clone3"]), (_RETURN, 0, 0, _UNKNOWN)]
    lines += [
        (_EQUAL, 0, 4, numbers["clone"]), (_LOAD, 0, 0, _ARGUMENTS), (_BITS, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    for name in _SIGNALS:
        lines += _by_argument(numbers[name], 0, [own], _ALLOW, _REFUSE)
    for name in _OF_A_PROCESS:
        lines += _by_argument(numbers[name], 0, [0, own], _ALLOW, _REFUSE)
    lines += _by_argument(numbers["fcntl"], 1, _OWNER_OF_A_FILE, _REFUSE, _ALLOW)
    lines += _by_argument(numbers["ioctl"], 1, [*_OWNER_OF_A_SOCKET, *_PUT_INTO_A_TERMINAL], _REFUSE, _ALLOW)
    return b"".join(struct.pack("<HBBI", *line) for line in [*lines, (_RETURN, 0, 0, _ALLOW)])


def _by_argument(number: int, place: int, values: Sequence[int], among: int, otherwise: int) -> list[_Line]:
    """What a call is answered when its argument at `place` is among the values, and when not.

    Its lower half decides, as in the kernel, which takes these arguments as 32 bits.
    """
    asked: list[_Line] = [(_EQUAL, len(values) - position, 0, value) for position, value in enumerate(values)]
    block: list[_Line] = [(_LOAD, 0, 0, _ARGUMENTS + 8 * place), *asked, (_RETURN, 0, 0, otherwise)]
    block.append((_RETURN, 0, 0, among))
    return [(_EQUAL, 0, len(block), number), *block]
