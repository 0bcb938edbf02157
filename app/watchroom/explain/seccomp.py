"""A system-call filter (Linux on x86-64 and ARM): no new process, no program, no socket, no hand on other processes.

Threads are allowed: libraries compute with them. What is refused answers "not permitted", so that a library which only
asks whether it could goes on.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from dataclasses import dataclass

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026  # as if it were not permitted (1), or not there (38)
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # classic BPF
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in the kernel's `seccomp_data`
_CLONE_THREAD = 0x00010000
_OTHER_INTERFACE = 0x40000000  # x32: the same calls by other numbers


@dataclass(frozen=True)
class _Machine:
    architecture: int
    clone: int
    clone3: int
    refused: tuple[int, ...]
    signals: tuple[int, ...]  # allowed to itself


# fork vfork execve execveat socket ptrace process_vm_readv process_vm_writev io_uring_setup pidfd_open pidfd_getfd
# pidfd_send_signal bpf keyctl mount setns unshare userfaultfd perf_event_open; kill tgkill rt_sigqueueinfo prlimit64
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E, 56, 435,
        (57, 58, 59, 322, 41, 101, 310, 311, 425, 434, 438, 424, 321, 250, 165, 308, 272, 323, 298, 200, 297),
        (62, 234, 129),
    ),
    "aarch64": _Machine(
        0xC00000B7, 220, 435,
        (221, 281, 198, 117, 270, 271, 425, 434, 438, 424, 280, 219, 40, 268, 97, 282, 241, 130, 240),
        (129, 131, 138),
    ),
}  # fmt: skip


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
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, machine.architecture), (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _OTHER_INTERFACE), (_RETURN, 0, 0, _REFUSE),
    ]  # fmt: skip
    for number in machine.refused:
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    # Its flags lie in memory, which a filter cannot read; told that there is no such call, libraries use `clone`.
    lines += [(_EQUAL, 0, 1, machine.clone3), (_RETURN, 0, 0, _UNKNOWN)]
    lines += [
        (_EQUAL, 0, 4, machine.clone), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_BITS, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    for number in machine.signals:
        lines += [
            (_EQUAL, 0, 4, number), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_EQUAL, 1, 0, own),
            (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW),
        ]  # fmt: skip
    return b"".join(struct.pack("<HBBI", *line) for line in [*lines, (_RETURN, 0, 0, _ALLOW)])
